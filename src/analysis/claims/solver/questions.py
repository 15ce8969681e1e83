"""Answers on any of some claims: a data set, the claims that exclude each other, or a range.

A growth of ratios multiplies open quantities. Where the lower (or the upper) parts of both ratios
can take few values, trying them all decides exactly. Else ranges can refute it, and a search can
find a data set; where neither does, the answer is `UNDECIDED`, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from itertools import product as combinations_of
from math import prod

from analysis.claims.printed import Interval
from analysis.claims.solver import system
from analysis.claims.solver.bounds import Bounds, Ends
from analysis.claims.solver.search import FEW_CASES, ImpossibleError, Part, Search
from analysis.claims.solver.system import Claim, Indicator, Item, Linear, Product, Ratio

MOST_VALUES = 60
"""So many values of the fixed parts are tried one by one."""

_FINE = 10**6


class Outcome(Enum):
    """What is known of a set of claims without a data set."""

    REFUTED = "refuted"
    UNDECIDED = "undecided"


class Questions:
    """Answers on any of some claims; what was found for others is tried first.

    Parameters
    ----------
    items : mapping of str to tuple of Claim or Product
        What each claim asserts, by its tag.
    rules : sequence of Claim
        What holds by meaning.
    ends : dict, optional
        Ranges of other claims, by what these assert; new ones are added.
    """

    def __init__(
        self,
        items: Mapping[str, tuple[Item, ...]],
        rules: Sequence[Claim],
        ends: dict[object, Ends] | None = None,
    ) -> None:
        self.items, self.ends = items, {} if ends is None else ends
        self.search = Search(rules, {tag: system.linear(made) for tag, made in items.items()})
        every = (*rules, *(item for made in items.values() for item in made))
        self._names = {name for item in every for name in item.names}
        self._seen: list[tuple[dict[str, int], set[str]]] = []

    def some(self, tags: Sequence[str]) -> Selection:
        """Return some of the claims, to ask about them."""
        return Selection(self, tuple(tags))

    def core(self, tags: Sequence[str], *more: Item) -> tuple[str, ...] | None:
        """Return those of some claims that refute them; None if nothing does or it is open."""
        if any(True for _ in self.seen(tags, more)):
            return None
        found = self.search.decide(tags, system.linear(more), 1)
        if isinstance(found, tuple):
            return found
        chosen = self.some(tags)
        if any(isinstance(item, Product) for item in (*chosen.items, *more)):
            answer = chosen.possible(*more)
            if isinstance(answer, Outcome):
                return tuple(tags) if answer is Outcome.REFUTED else None
            found = answer
        elif found is None:
            found = self.search.decide(tags, system.linear(more), FEW_CASES)
        if isinstance(found, dict):
            self.remember(found)
            return None
        return found

    def seen(self, tags: Sequence[str], more: Sequence[Item]) -> Iterator[dict[str, int]]:
        """Yield the data sets known already that meet some claims."""
        for data, held in self._seen:
            if held.issuperset(tags):
                every = dict.fromkeys((n for one in more for n in one.names), 0) | data
                if all(one.holds(every) for one in more):
                    yield every

    def remember(self, found: dict[str, int]) -> None:
        """Note all claims that hold in a data set."""
        data = dict.fromkeys(self._names, 0) | found
        held = {
            tag
            for tag in self.search.holding(data)
            if all(one.holds(data) for one in self.items[tag] if isinstance(one, Product))
        }
        self._seen.append((data, held))


@dataclass(frozen=True)
class Selection:
    """Some of the claims of which questions are asked.

    Attributes
    ----------
    ask : Questions
        All of them.
    tags : tuple of str
        Which ones.
    """

    ask: Questions
    tags: tuple[str, ...]

    @property
    def items(self) -> list[Item]:
        """What they assert."""
        return [item for tag in self.tags for item in self.ask.items[tag]]

    def possible(self, *more: Item) -> dict[str, int] | Outcome:
        """Find a data set for them and what is added, or say that there is none, or it is open."""
        try:
            claims, products = self._folded(more)
        except ImpossibleError:
            return Outcome.REFUTED
        found = self._find(claims)
        if products and isinstance(found, dict):
            found = self._with_products(claims, products, found)
        if isinstance(found, dict):
            data = dict.fromkeys((n for one in (*self.items, *more) for n in one.names), 0) | found
            if not all(one.holds(data) for one in (*self.items, *more)):
                raise AssertionError("the data set does not check; this is a bug")
            return data
        return found

    def bounds(
        self, what: Indicator, step: Fraction, *more: Item, about: Item | None = None
    ) -> Bounds:
        """Bound an indicator over their data sets; products that stay open are left out.

        Parameters
        ----------
        what : Linear or Ratio
            What to bound.
        step : Fraction
            Ends are rounded outwards to multiples of it.
        more : Claim or Product
            What is added to the claims.
        about : Claim or Product, optional
            A claim on the indicator; its quotients must exist.

        Raises
        ------
        ImpossibleError
            If there is no data set.
        UndecidedError
            If the search for one had to be given up.
        """
        claims, _ = self._folded([*more, *(_exists(about) if about is not None else ())])
        return self._ends(claims).of(what, step)

    def span(self, one: Product) -> Interval:
        """Return an interval that holds every value which a product can have (may be wider)."""
        claims, _ = self._folded(one.above_zero())
        return _span(self._ends(claims), one)

    def _ends(self, claims: Sequence[Claim]) -> Ends:
        content, ends = self.ask.search.content(self.tags, claims), self.ask.ends
        if content not in ends:
            ends[content] = Ends(Part(content), self.ask.seen(self.tags, claims))
        return ends[content]

    def _find(self, claims: Sequence[Claim]) -> dict[str, int] | Outcome:
        found = self.ask.search.decide(self.tags, claims)
        if isinstance(found, dict):
            return found
        return Outcome.UNDECIDED if found is None else Outcome.REFUTED

    def _folded(self, more: Sequence[Item]) -> tuple[list[Claim], list[Product]]:
        """Turn products of which one pair of parts is known into claims; return the others too."""
        claims, left = system.linear(more), []
        for one in (*self.items, *more):
            if isinstance(one, Product):
                for number, parts in enumerate(one.sides()):
                    now, before = (self._value(part, claims) for part in parts)
                    if now is not None and before is not None:
                        claims = [*claims, one.fixed(number, now, before)]
                        break
                else:
                    left.append(one)
        return claims, left

    def _value(self, part: Linear, claims: Sequence[Claim]) -> Fraction | None:
        """Return the single value of a part; None if it may have several."""
        ends = (self.ask.search.limit(part, _ONE, side, self.tags, claims) for side in (-1, 1))
        low, high = (end for end, _ in ends)
        return low if low == high else None

    def _with_products(
        self, claims: list[Claim], products: list[Product], start: dict[str, int]
    ) -> dict[str, int] | Outcome:
        """Find a data set that meets products as well, from one that meets the claims."""
        ends = self._ends(claims)
        start = dict.fromkeys((n for one in products for n in one.names), 0) | start
        if _sides(products) == 2:  # usually the lower parts, hours say, are open and can follow
            upper = [part for one in products for part in one.sides()[1]]
            data = self._try(claims, products, 1, {part: part.at(start) for part in upper})
            if isinstance(data, dict):
                return data
        for side in range(_sides(products)):
            cases = _cases(ends, [part for one in products for part in one.sides()[side]])
            if cases is not None:
                return _first(self._try(claims, products, side, case) for case in cases)
        if any(one.inside.meet(_span(ends, one)).empty for one in products):
            return Outcome.REFUTED
        guesses = _guesses(ends, products, start)
        found = _first(self._try(claims, products, *guess) for guess in guesses)
        return found if isinstance(found, dict) else Outcome.UNDECIDED

    def _try(
        self, claims: list[Claim], products: list[Product], side: int, case: _Case
    ) -> dict[str, int] | Outcome:
        """Fix some parts and look for a data set."""
        added = [system.equal("case", part, Linear((), value)) for part, value in case.items()]
        for one in products:
            now, before = (case[part] for part in one.sides()[side])
            if now <= 0 or before <= 0:
                return Outcome.REFUTED
            added.append(one.fixed(side, now, before))
        return self._find([*claims, *added])


_ONE = Linear((), 1)
_Case = dict[Linear, Fraction]


def _first(answers: Iterable[dict[str, int] | Outcome]) -> dict[str, int] | Outcome:
    """Return the first data set among the answers on all cases; without one, what they prove."""
    seen = {Outcome.REFUTED}
    for answer in answers:
        if isinstance(answer, dict):
            return answer
        seen.add(answer)
    return Outcome.UNDECIDED if Outcome.UNDECIDED in seen else Outcome.REFUTED


def _exists(about: Item) -> list[Claim]:
    if isinstance(about, Product):
        return list(about.above_zero())
    names = [system.at_least(about.tag, system.quantity(name), 0) for name in about.names]
    below = Claim(about.tag, about.denominator, Interval(Fraction(0), None, low_closed=False))
    return [*names, below] if about.denominator.terms else names


def _span(ends: Ends, one: Product) -> Interval:
    now, before = ends.of(one.later).limits, ends.of(one.earlier).limits
    if one.difference:
        return now.minus(before)
    upper = ends.of(Ratio(one.later.numerator, one.earlier.numerator)).limits
    lower = ends.of(Ratio(one.later.denominator, one.earlier.denominator)).limits
    return now.over(before).meet(upper.over(lower))


def _sides(products: list[Product]) -> int:
    """Return how many of the two pairs of parts make every product linear."""
    return min(len(one.sides()) for one in products)


def _cases(ends: Ends, parts: list[Linear]) -> list[_Case] | None:
    """List all values that some parts can have together, if they are few."""
    values: dict[Linear, list[Fraction]] = {}
    for part in dict.fromkeys(parts):
        limits = ends.of(part).limits.times(Fraction(1, part.piece))
        if limits.low is None or limits.high is None or limits.high - limits.low >= MOST_VALUES:
            return None
        number = int(limits.high - limits.low) + 1
        values[part] = [(limits.low + i) * part.piece for i in range(number)]
    if prod(map(len, values.values())) > MOST_VALUES:
        return None
    return [dict(zip(values, case, strict=True)) for case in combinations_of(*values.values())]


def _guesses(
    ends: Ends, products: list[Product], start: dict[str, int]
) -> Iterator[tuple[int, _Case]]:
    """Yield values worth a try for the parts: those at hand, both ends, and fine ones.

    The side with more bounded parts is fixed first, since open parts can follow any others.
    """
    sides = {}
    for side in range(_sides(products)):
        parts = dict.fromkeys(part for one in products for part in one.sides()[side])
        sides[side] = {part: ends.of(part).limits for part in parts}
    for side in sorted(sides, key=lambda n: sum(one.high is None for one in sides[n].values())):
        limits = sides[side]
        here = {part: part.at(start) for part in limits}
        # many pieces of what has no upper limit: ratios can then be as fine as they need
        yield side, {p: x * (_FINE if limits[p].high is None else 1) for p, x in here.items()}
        yield side, here
        yield side, {part: _between(both, part.piece) for part, both in limits.items()}
        yield side, {part: both.low or here[part] for part, both in limits.items()}
        yield side, {part: both.high or here[part] for part, both in limits.items()}


def _between(limits: Interval, step: Fraction) -> Fraction:
    """Return a value halfway between two limits, or a large one, on the grid of the pieces."""
    if limits.low is None or limits.high is None:
        return Fraction(_FINE)
    return limits.low + step * ((limits.high - limits.low) // (2 * step))
