"""Claims on the growth of ratios, which multiply open quantities, and sets of claims with them.

Productivity is services per hour; its growth sets a product of two quantities against another
product, so that it is no linear inequality. Where the lower (or the upper) parts of both ratios
can take few values, trying them all decides the claim exactly. Else ranges can refute it, and a
search can find a data set; where neither does, the answer is `UNDECIDED`, never a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from itertools import product as combinations_of
from math import prod
from operator import sub

from analysis.base.numbers import Printed
from analysis.base.text import Rounding
from analysis.claims.printed import Interval, format_like
from analysis.claims.solver.bounds import ImpossibleError, Indicator, Ratio
from analysis.claims.solver.reduced import Reduced, reduced
from analysis.claims.solver.search import UndecidedError
from analysis.claims.solver.system import Claim, Data, Linear, System, at_least, equal, quantity

MOST_CASES = 60
"""So many values of the fixed parts are tried one by one."""

_FINE = 10**6


class Outcome(Enum):
    """What is known of a set of claims without a data set."""

    REFUTED = "refuted"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Product:
    """The later of two ratios over the earlier one (or minus it) lies in an interval.

    Parameters
    ----------
    tag : str
        Id of the claim.
    later, earlier : Ratio
        The ratio now and in the base period.
    inside : Interval
        Allowed values of later ÷ earlier, or of later − earlier.
    printed : Printed
        The printed number.
    rounding : Rounding
        The rule that led to `inside`.
    difference : bool
        Whether the change is absolute (percentage points, euros) and not relative.
    """

    tag: str
    later: Ratio
    earlier: Ratio
    inside: Interval
    printed: Printed
    rounding: Rounding = Rounding.HALF_UP
    difference: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the quantities that the claim speaks about."""
        ratios = (self.later, self.earlier)
        parts = (part for one in ratios for part in (one.numerator, one.denominator))
        return tuple(name for part in parts for name, _ in part.terms)

    def value(self, data: Data) -> Fraction:
        """Return the quotient (or difference) of the two ratios in a data set."""
        now, before = self.later.at(data), self.earlier.at(data)
        return now - before if self.difference else Fraction(now, before)

    def holds(self, data: Data) -> bool:
        """Check the claim on a data set directly."""
        lower = (self.later.denominator, self.earlier.denominator)
        if any(part.at(data) <= 0 for part in lower):
            return False
        if not self.difference and self.earlier.numerator.at(data) <= 0:
            return False
        return self.value(data) in self.inside

    def shown(self, data: Data) -> str:
        """Print what a data set gives for this claim, in the form of the printed string."""
        value = self.value(data) - (not self.difference)
        return format_like(value, self.printed, self.rounding)

    def sides(self) -> tuple[tuple[Linear, Linear], ...]:
        """Return the pairs of parts that make the claim linear once they are fixed."""
        lower = (self.later.denominator, self.earlier.denominator)
        upper = (self.later.numerator, self.earlier.numerator)
        return (lower,) if self.difference else (lower, upper)

    def fixed(self, side: int, now: Fraction, before: Fraction) -> Claim:
        """Return the claim once the lower (side 0) or upper (side 1) parts have these values."""
        later, earlier = self.later, self.earlier
        if side == 1:
            above, below = earlier.denominator * now, later.denominator * before
        elif self.difference:
            above = later.numerator * Fraction(1, now) - earlier.numerator * Fraction(1, before)
            return Claim(self.tag, above, self.inside, printed=self.printed, rounding=self.rounding)
        else:
            above, below = later.numerator * before, earlier.numerator * now
        return Claim(self.tag, above, self.inside, below, self.printed, self.rounding, shift=1)

    def above_zero(self) -> tuple[Claim, ...]:
        """Return what must hold so that both ratios and their quotient exist."""
        parts = [self.later.denominator, self.earlier.denominator]
        if not self.difference:
            parts.append(self.earlier.numerator)
        # every part is a sum of whole pieces, so that above zero means one piece at least
        pieces = [min((times for _, times in part.terms), default=Fraction(1)) for part in parts]
        least = [at_least(self.tag, part, piece) for part, piece in zip(parts, pieces, strict=True)]
        upper = self.later.numerator
        return (*least, at_least(self.tag, upper, 0))


Item = Claim | Product


def change(
    tag: str,
    values: tuple[Linear | Ratio, Linear | Ratio],
    inside: Interval,
    printed: Printed,
    rounding: Rounding,
    *,
    absolute: bool,
) -> Item:
    """Claim that a quantity changed from an earlier value by what lies in an interval.

    Parameters
    ----------
    tag : str
        Id of the claim.
    values : tuple of Linear or Ratio
        The quantity now and before.
    inside : Interval
        What it changed by.
    printed : Printed
        The printed number.
    rounding : Rounding
        The rule that led to `inside`.
    absolute : bool
        Whether the change is a difference and not a rate.
    """
    now, before = values
    if isinstance(now, Linear) and isinstance(before, Linear):
        if absolute:
            return Claim(tag, now - before, inside, printed=printed, rounding=rounding)
        return Claim(tag, now, inside.plus(1), before, printed, rounding, shift=1)
    assert isinstance(now, Ratio)
    assert isinstance(before, Ratio)
    if absolute and now.denominator == before.denominator:
        gain = now.numerator - before.numerator
        return Claim(tag, gain, inside, now.denominator, printed, rounding)
    if absolute:
        return Product(tag, now, before, inside, printed, rounding, difference=True)
    made = Product(tag, now, before, inside.plus(1), printed, rounding)
    if now.denominator == before.denominator:
        return Claim(tag, now.numerator, made.inside, before.numerator, printed, rounding, shift=1)
    if now.numerator == before.numerator:
        return Claim(
            tag, before.denominator, made.inside, now.denominator, printed, rounding, shift=1
        )
    return made


def divided(item: Item, names: Collection[str], pieces: int) -> Item:
    """Return a claim in which each piece of some quantities can be divided into more of them."""

    def part(one: Linear) -> Linear:
        terms = ((n, Fraction(t, pieces if n in names else 1)) for n, t in one.terms)
        return Linear(tuple(terms), one.constant)

    if isinstance(item, Claim):
        return replace(item, numerator=part(item.numerator), denominator=part(item.denominator))
    now, before = (
        Ratio(part(r.numerator), part(r.denominator)) for r in (item.later, item.earlier)
    )
    return replace(item, later=now, earlier=before)


def outside(item: Item) -> list[Item]:
    """Return what a claim excludes: values below and values above what it prints."""
    inside = item.inside
    found = []
    if inside.low is not None:
        found.append(Interval(None, inside.low, high_closed=not inside.low_closed))
    if inside.high is not None:
        found.append(Interval(inside.high, None, low_closed=not inside.high_closed))
    return [replace(item, inside=interval) for interval in found]


def meaning(item: Item) -> object:
    """Return what a claim asserts of whole numbers, whatever its rounding rule and its print."""
    if isinstance(item, Product):
        return (item.later, item.earlier, item.inside, item.difference)
    return (item.names, tuple((row.coefficients, row.bound) for row in item.rows(item.names)))


def linear(items: Iterable[Item]) -> list[Claim]:
    """Return the claims as they are, and of products that their parts must be above zero."""
    return [
        one for item in items for one in ([item] if isinstance(item, Claim) else item.above_zero())
    ]


def possible(items: Sequence[Item], definitions: Sequence[Claim]) -> dict[str, int] | Outcome:
    """Find a data set that meets all claims, or say that there is none, or that it is open.

    Parameters
    ----------
    items : sequence of Claim or Product
        The claims.
    definitions : sequence of Claim
        What holds by meaning; those that touch the claims are used.
    """
    system = _linear(items, definitions)
    small = reduced(system)
    if small is None:
        return Outcome.REFUTED
    try:
        found = _decide(*_folded(small, items))
    except UndecidedError:
        return Outcome.UNDECIDED
    if isinstance(found, Outcome):
        return found
    data = dict.fromkeys(system.names, 0) | found
    if not all(one.holds(data) for one in (*items, *system.definitions)):
        raise AssertionError("the witness does not check; this is a bug")
    return data


def frame(
    items: Sequence[Item], definitions: Sequence[Claim], about: Item | None = None
) -> Reduced:
    """Return a system that all data sets of some claims meet, for bounds.

    A product is kept if two of its parts have a single value; else it is left out, so that the
    system may allow more than the claims do.

    Parameters
    ----------
    items : sequence of Claim or Product
        Claims that some data set meets.
    definitions : sequence of Claim
        What holds by meaning.
    about : Claim or Product, optional
        What is to be bounded; its quotients must exist.

    Raises
    ------
    ImpossibleError
        If there is no data set.
    """
    system = _linear(items, definitions)
    if about is not None:
        system = System((), tuple(definitions)).only([*system.claims, *_exists(about)])
    small = reduced(system)
    if small is None:
        raise ImpossibleError("no data set agrees with these claims")
    return _folded(small, items)[0]


def span(small: Reduced, one: Product) -> Interval:
    """Return an interval that holds every value which a product can have (it may be wider)."""
    now, before = _limits(small, one.later), _limits(small, one.earlier)
    if one.difference:
        return Interval(_apply(sub, now[0], before[1]), _apply(sub, now[1], before[0]))
    found = Interval(_apply(_over, now[0], before[1]), _apply(_over, now[1], before[0]))
    upper = _limits(small, Ratio(one.later.numerator, one.earlier.numerator))
    lower = _limits(small, Ratio(one.later.denominator, one.earlier.denominator))
    parts = Interval(_apply(_over, upper[0], lower[1]), _apply(_over, upper[1], lower[0]))
    return found.meet(parts)


def indicator(item: Claim) -> Indicator:
    """Return what a claim is about as something that can be bounded."""
    return Ratio(item.numerator, item.denominator) if item.denominator.terms else item.numerator


def _linear(items: Sequence[Item], definitions: Sequence[Claim]) -> System:
    """Return the system without the products, save that their parts must be above zero."""
    return System((), tuple(definitions)).only(linear(items))


def _exists(about: Item) -> list[Claim]:
    if isinstance(about, Product):
        return list(about.above_zero())
    names = [at_least(about.tag, quantity(name), 0) for name in about.names]
    below = Claim(about.tag, about.denominator, Interval(Fraction(0), None, low_closed=False))
    return [*names, below] if about.denominator.terms else names


def _folded(small: Reduced, items: Sequence[Item]) -> tuple[Reduced, list[Product]]:
    """Add the products of which one pair of parts is known by now; return the others too."""
    left = []
    for one in items:
        if isinstance(one, Product):
            sides = [[small.apply(part) for part in side] for side in one.sides()]
            known = [n for n, side in enumerate(sides) if not any(part.terms for part in side)]
            if known:
                now, before = (part.constant for part in sides[known[0]])
                small = small.plus(one.fixed(known[0], now, before))
            else:
                left.append(one)
    return small, left


def _decide(small: Reduced, products: list[Product]) -> dict[str, int] | Outcome:
    start = small.witness()
    if start is None:
        return Outcome.REFUTED
    if not products:
        return start
    if _sides(products) == 2:  # usually the lower parts, hours say, are open and can follow
        upper = [part for one in products for part in one.sides()[1]]
        data = _try(small, products, 1, {part: part.at(start) for part in upper})
        if data is not None:
            return data
    for side in range(_sides(products)):
        cases = _cases(small, [part for one in products for part in one.sides()[side]])
        if cases is not None:
            found = (_try(small, products, side, case) for case in cases)
            return next((data for data in found if data is not None), Outcome.REFUTED)
    if any(one.inside.meet(span(small, one)).empty for one in products):
        return Outcome.REFUTED
    for side, case in _guesses(small, products, start):
        data = _try(small, products, side, case)
        if data is not None:
            return data
    return Outcome.UNDECIDED


_Case = dict[Linear, Fraction]
_Limit = Fraction | None


def _sides(products: list[Product]) -> int:
    """Return how many of the two pairs of parts make every product linear."""
    return min(len(one.sides()) for one in products)


def _step(part: Linear) -> Fraction:
    """Return the value of one piece of a part."""
    return min((times for _, times in part.terms), default=Fraction(1))


def _cases(small: Reduced, parts: list[Linear]) -> list[_Case] | None:
    """List all values that some parts can have together, if they are few."""
    values: dict[Linear, list[Fraction]] = {}
    for part in dict.fromkeys(parts):
        low, high = _limits(small, part)
        if low is None or high is None:
            return None
        step = _step(part)
        number = (high - low) // step + 1
        if number > MOST_CASES:
            return None
        values[part] = [low + step * i for i in range(number)]
    if prod(map(len, values.values())) > MOST_CASES:
        return None
    return [dict(zip(values, case, strict=True)) for case in combinations_of(*values.values())]


def _try(small: Reduced, products: list[Product], side: int, case: _Case) -> dict[str, int] | None:
    """Fix some parts and look for a data set."""
    claims = [equal("case", part, Linear((), value)) for part, value in case.items()]
    for one in products:
        now, before = (case[part] for part in one.sides()[side])
        if now <= 0 or before <= 0:
            return None
        claims.append(one.fixed(side, now, before))
    return small.plus(*claims).witness()


def _limits(small: Reduced, what: Indicator) -> tuple[_Limit, _Limit]:
    found = small.bounds(what)
    low, high = (None if end is None else end.limit for end in (found.low, found.high))
    return low, high


def _over(one: Fraction, other: Fraction) -> _Limit:
    return Fraction(one, other) if other else None


def _apply(how: Callable[[Fraction, Fraction], _Limit], one: _Limit, other: _Limit) -> _Limit:
    return None if one is None or other is None else how(one, other)


def _guesses(
    small: Reduced, products: list[Product], start: dict[str, int]
) -> Iterator[tuple[int, _Case]]:
    """Yield values worth a try for the parts: those at hand, both ends, and fine ones.

    The side with more bounded parts is fixed first, since open parts can follow any others.
    """
    sides = {}
    for side in range(_sides(products)):
        parts = dict.fromkeys(part for one in products for part in one.sides()[side])
        sides[side] = {part: _limits(small, part) for part in parts}
    for side in sorted(sides, key=lambda n: sum(high is None for _, high in sides[n].values())):
        limits = sides[side]
        here = {part: part.at(start) for part in limits}
        # many pieces of what has no upper limit: ratios can then be as fine as they need
        yield side, {p: x * (_FINE if limits[p][1] is None else 1) for p, x in here.items()}
        yield side, here
        yield side, {part: _between(*ends, _step(part)) for part, ends in limits.items()}
        for end in (0, 1):
            yield side, {part: ends[end] or here[part] for part, ends in limits.items()}


def _between(low: _Limit, high: _Limit, step: Fraction) -> Fraction:
    """Return a value halfway between two limits, or a large one, on the grid of the pieces."""
    if low is None or high is None:
        return Fraction(_FINE)
    return low + step * ((high - low) // (2 * step))
