"""Printed claims over named quantities, as exact limits on sums of them.

Every quantity is a whole number of at least zero in its smallest unit: services, people,
centimos, quarter-hours. A claim says that a sum, a ratio of sums or a growth lies in an exact
interval; that sets one or two limits on sums with whole weights. The growth of a ratio such as
services per hour multiplies open quantities, so that it limits no sum: it is a :class:`Product`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm
from typing import TypeVar

from analysis.claims.printed import Interval
from analysis.claims.solver.tableau import Form

Data = Mapping[str, int]
Number = int | Fraction
T = TypeVar("T")


@dataclass(frozen=True)
class Linear:
    """A sum of quantities, each times an exact number, plus a constant."""

    terms: tuple[tuple[str, Number], ...] = ()
    constant: Number = 0

    def __add__(self, other: Linear | Number) -> Linear:
        if not isinstance(other, Linear):
            return Linear(self.terms, self.constant + other)
        merged = dict(self.terms)
        for name, times in other.terms:
            merged[name] = merged.get(name, 0) + times
        terms = tuple(sorted((name, times) for name, times in merged.items() if times))
        return Linear(terms, self.constant + other.constant)

    def __mul__(self, factor: Number) -> Linear:
        return Linear(tuple((n, t * factor) for n, t in self.terms), self.constant * factor)

    def __sub__(self, other: Linear | Number) -> Linear:
        return self + (other * -1)

    @cached_property
    def whole(self) -> tuple[int, Form, int]:
        """How many times the sum is whole, and its terms and its constant then."""
        times = lcm(self.constant.denominator, *(t.denominator for _, t in self.terms))
        terms = tuple((n, t.numerator * (times // t.denominator)) for n, t in self.terms)
        return times, terms, int(self.constant * times)

    @property
    def piece(self) -> Fraction:
        """What all values, less the constant, are whole multiples of."""
        return Fraction(1, abs(primitive(self)[1]))

    def at(self, data: Data) -> Fraction:
        """Return the value for one data set."""
        times, terms, constant = self.whole
        return Fraction(sum([weight * data[name] for name, weight in terms], constant), times)


def quantity(name: str) -> Linear:
    """One named quantity as an expression."""
    return Linear(((name, 1),))


def total(*names: str) -> Linear:
    """Return the sum of several named quantities."""
    return sum(map(quantity, names), Linear())


@dataclass(frozen=True)
class Claim:
    """A numerator over a denominator lies in an interval.

    Parameters
    ----------
    tag : str
        Name under which a conflict set lists the claim.
    numerator : Linear
        The sum, or the upper part of a ratio.
    inside : Interval
        Allowed values of numerator over denominator.
    denominator : Linear
        The lower part, forced to be above zero; the constant 1 for plain sums.
    """

    tag: str
    numerator: Linear
    inside: Interval
    denominator: Linear = field(default_factory=lambda: Linear((), 1))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the quantities that the claim speaks about."""
        return tuple(name for name, _ in (*self.numerator.terms, *self.denominator.terms))

    def holds(self, data: Data) -> bool:
        """Check the claim on a data set directly, without its inequalities."""
        below = self.denominator.at(data)
        return below > 0 and Fraction(self.numerator.at(data), below) in self.inside

    @cached_property
    def limits(self) -> tuple[tuple[Form, bool, int], ...]:
        """The sums that the claim limits, whether from above, and the limits, in whole numbers."""
        inside, above, below = self.inside, self.numerator, self.denominator
        made = []
        if inside.high is not None:
            made.append(_limit(above, below, inside.high, 1, strict=not inside.high_closed))
        if inside.low is not None:
            made.append(_limit(above, below, inside.low, -1, strict=not inside.low_closed))
        if below.terms:
            made.append(_limit(below, Linear(), 0, -1, strict=True))
        return tuple(made)

    @cached_property
    def totals(self) -> tuple[Form, ...]:
        """The plain sums of two quantities or more that the claim speaks about."""
        found = (
            tuple((name, 1) for name, t in part.terms if t == times)
            for part in (self.numerator, self.denominator)
            for times in {times for _, times in part.terms}
        )
        return tuple(form for form in found if len(form) > 1)


def _limit(
    above: Linear, below: Linear, end: Number, side: int, *, strict: bool
) -> tuple[Form, bool, int]:
    """Limit ``above`` by ``below * end`` (side -1: from below), cut to whole numbers."""
    (times, upper, constant), (divided, lower, other) = above.whole, below.whole
    many, few = side * divided * end.denominator, side * times * end.numerator
    weights = {name: many * weight for name, weight in upper}
    for name, weight in lower:
        weights[name] = weights.get(name, 0) - few * weight
    form, divisor = _divided(sorted((n, weight) for n, weight in weights.items() if weight))
    room, size = few * other - many * constant, abs(divisor)
    bound = -(-room // size) - 1 if strict else room // size
    return (form, True, bound) if divisor > 0 else (form, False, -bound)


def primitive(expression: Linear) -> tuple[Form, Fraction]:
    """Return the smallest sum with whole weights, the first above zero, and what it is times it.

    Examples
    --------
    >>> primitive(quantity("x") * Fraction(-1, 100))
    ((('x', 1),), Fraction(-100, 1))
    """
    form, divisor = _divided(expression.whole[1])
    return form, Fraction(expression.whole[0] if form else 1, divisor)


def _divided(terms: Sequence[tuple[str, int]]) -> tuple[Form, int]:
    """Return the smallest sum with whole weights, the first above zero, and the divisor."""
    size = gcd(*(weight for _, weight in terms)) or 1
    divisor = -size if terms and terms[0][1] < 0 else size
    return tuple((name, weight // divisor) for name, weight in terms), divisor


def at_most(tag: str, value: Linear, limit: Number) -> Claim:
    """Claim that a sum is at most a number."""
    return Claim(tag, value, Interval(None, Fraction(limit)))


def at_least(tag: str, value: Linear, limit: Number) -> Claim:
    """Claim that a sum is at least a number."""
    return Claim(tag, value, Interval(Fraction(limit), None))


def equal(tag: str, left: Linear, right: Linear) -> Claim:
    """Claim that two sums are equal."""
    return Claim(tag, left - right, Interval(Fraction(0), Fraction(0)))


@dataclass(frozen=True)
class System:
    """Claims over named quantities.

    Parameters
    ----------
    claims : tuple of Claim
        Claims that may be dropped from a conflict.
    definitions : tuple of Claim
        Statements true by meaning (a half-year is two quarters), never part of a conflict.
    """

    claims: tuple[Claim, ...]
    definitions: tuple[Claim, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all quantities, sorted."""
        claims = (*self.claims, *self.definitions)
        return tuple(sorted({name for claim in claims for name in claim.names}))

    def only(self, claims: Iterable[Claim]) -> System:
        """Return the system with some of its claims and the definitions that touch them."""
        chosen = tuple(claims)
        links = [set(definition.names) for definition in self.definitions]
        known = reachable({name for claim in chosen for name in claim.names}, links)
        return System(chosen, tuple(d for d in self.definitions if not known.isdisjoint(d.names)))

    def plus(self, *claims: Claim) -> System:
        """Return the system with more claims."""
        return System((*self.claims, *claims), self.definitions)


def reachable(start: set[T], links: Sequence[AbstractSet[T]]) -> set[T]:
    """Return what can be reached from a start over links that share members.

    Examples
    --------
    >>> sorted(reachable({1}, [{1, 2}, {2, 3}, {4, 5}]))
    [1, 2, 3]
    """
    found = set(start)
    while more := {member for link in links if link & found for member in link} - found:
        found |= more
    return found


def connected(named: Iterable[tuple[T, set[str]]]) -> list[tuple[list[T], set[str]]]:
    """Put things that share names, directly or through others, into groups with all their names.

    Examples
    --------
    >>> [members for members, _ in connected([(1, {"a"}), (2, {"b"}), (3, {"a", "c"})])]
    [[2], [1, 3]]
    """
    groups: dict[int, tuple[list[T], set[str]]] = {}
    place: dict[str, int] = {}
    for number, (item, names) in enumerate(named):
        joined = [groups.pop(one) for one in sorted({place[n] for n in names if n in place})]
        members = [member for group in joined for member in group[0]]
        groups[number] = [*members, item], names.union(*(group[1] for group in joined))
        place.update(dict.fromkeys(groups[number][1], number))
    return list(groups.values())


@dataclass(frozen=True)
class Ratio:
    """A ratio of two sums.

    The denominator must be above zero in every data set; the system has to say so.
    """

    numerator: Linear
    denominator: Linear = Linear((), 1)

    def at(self, data: Data) -> Fraction:
        """Return the value for one data set."""
        return Fraction(self.numerator.at(data), self.denominator.at(data))


Indicator = Linear | Ratio


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
    difference : bool
        Whether the change is absolute (percentage points, euros) and not relative.
    """

    tag: str
    later: Ratio
    earlier: Ratio
    inside: Interval
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
        exists = all(part.at(data) > 0 for part in self._divisors())
        return exists and self.value(data) in self.inside

    def _divisors(self) -> list[Linear]:
        """Return what has to be above zero: both lower parts, and of a rate the earlier ratio."""
        lower = [self.later.denominator, self.earlier.denominator]
        return lower if self.difference else [*lower, self.earlier.numerator]

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
            return Claim(self.tag, above, self.inside)
        else:
            above, below = later.numerator * before, earlier.numerator * now
        return Claim(self.tag, above, self.inside, below)

    def above_zero(self) -> tuple[Claim, ...]:
        """Return what must hold so that both ratios and their quotient exist."""
        # every part is a sum of whole pieces, so that above zero means one piece at least
        least = (at_least(self.tag, part, part.piece) for part in self._divisors())
        return (*least, at_least(self.tag, self.later.numerator, 0))


Item = Claim | Product


def change(
    tag: str, values: tuple[Linear | Ratio, Linear | Ratio], inside: Interval, *, absolute: bool
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
    absolute : bool
        Whether the change is a difference and not a rate.
    """
    now, before = (one if isinstance(one, Ratio) else Ratio(one) for one in values)
    alike = now.denominator == before.denominator
    if absolute and alike:
        return Claim(tag, now.numerator - before.numerator, inside, now.denominator)
    if absolute:
        return Product(tag, now, before, inside, difference=True)
    if alike:
        return Claim(tag, now.numerator, inside.plus(1), before.numerator)
    if now.numerator == before.numerator:
        return Claim(tag, before.denominator, inside.plus(1), now.denominator)
    return Product(tag, now, before, inside.plus(1))


def divided(item: Item, names: Collection[str], pieces: int) -> Item:
    """Return a claim in which each piece of some quantities can be divided into more of them."""

    def part(one: Linear) -> Linear:
        terms = ((n, Fraction(t, pieces if n in names else 1)) for n, t in one.terms)
        return Linear(tuple(terms), one.constant)

    if isinstance(item, Claim):
        return replace(item, numerator=part(item.numerator), denominator=part(item.denominator))
    ratios = (item.later, item.earlier)
    now, before = (Ratio(part(one.numerator), part(one.denominator)) for one in ratios)
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
    return item if isinstance(item, Product) else item.limits


def linear(items: Iterable[Item]) -> list[Claim]:
    """Return the claims as they are, and of products that their parts must be above zero."""
    return [
        one for item in items for one in ([item] if isinstance(item, Claim) else item.above_zero())
    ]


def indicator(item: Claim) -> Indicator:
    """Return what a claim is about as something that can be bounded."""
    return Ratio(item.numerator, item.denominator) if item.denominator.terms else item.numerator
