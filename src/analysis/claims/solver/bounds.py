"""Tight bounds of an indicator over all data sets that agree with the print.

Fractions give a limit at once; questions whether anything lies beyond a value find a data set
close to it, or move it inwards. Minimal conflicts are found by questions on sets of claims.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, lcm
from typing import Any, Generic, TypeVar

from analysis.claims.printed import Interval
from analysis.claims.solver.search import FEW_CASES, ImpossibleError, Search, found_by, search_of
from analysis.claims.solver.system import Claim, Indicator, Linear, Ratio, System


@dataclass(frozen=True)
class End:
    """One end of a range.

    Attributes
    ----------
    value : Fraction
        Attained by `data`.
    data : dict
        The extreme data set.
    limit : Fraction
        No data set goes beyond. Equal to `value` unless the search was cut short.
    """

    value: Fraction
    data: dict[str, int]
    limit: Fraction


@dataclass(frozen=True)
class Bounds:
    """Smallest and largest value of an indicator; an end is None where there is no limit."""

    low: End | None
    high: End | None

    @property
    def limits(self) -> Interval:
        """What no data set goes beyond."""
        low, high = (None if end is None else end.limit for end in (self.low, self.high))
        return Interval(low, high)


_NEAR = Fraction(1, 10**6)
_CASES = 2000
"""So many cases are looked at for an end; then its limit may lie beyond what is attained."""


def bounds(system: System, indicator: Indicator, step: Fraction | None = None) -> Bounds:
    """Bound an indicator over all data sets that meet a system.

    Parameters
    ----------
    system : System
        The claims.
    indicator : Linear or Ratio
        What to bound; its quantities must occur in the system.
    step : Fraction, optional
        Ends are rounded outwards to multiples of this, so that a long search ends once it is
        known to which one; `limit` may then lie beyond `value`.

    Returns
    -------
    Bounds

    Raises
    ------
    ImpossibleError
        If the system has no data set.
    UndecidedError
        If the search for one had to be given up.

    Examples
    --------
    What grew to 354 by 23 %:

    >>> from analysis.claims.printed import preimage
    >>> from analysis.claims.solver.system import equal, quantity
    >>> later, earlier = quantity("later"), quantity("earlier")
    >>> grown = Claim("growth", later, preimage("23%").plus(1), earlier)
    >>> system = System((equal("count", later, Linear((), Fraction(354))), grown))
    >>> found = bounds(system, earlier)
    >>> (found.low.value, found.high.value) if found.low and found.high else None
    (Fraction(287, 1), Fraction(288, 1))
    """
    whole = indicator if isinstance(indicator, Ratio) else Ratio(indicator)
    used = {name for part in (whole.numerator, whole.denominator) for name, _ in part.terms}
    if missing := sorted(used - set(system.names)):
        raise KeyError(f"the system says nothing about {', '.join(missing)}")
    return Ends(search_of(system)).of(indicator, step)


class Ends:
    """Bounds over the data sets that a search finds under its empty tag.

    Parameters
    ----------
    search : Search
        What the data sets have to meet.
    known : iterable of dict
        Some that do.
    """

    def __init__(self, search: Search, known: Iterable[dict[str, int]] = ()) -> None:
        self._search, self._known = search, list(known)
        self._found: dict[tuple[Indicator, Fraction | None], Bounds] = {}

    def of(self, indicator: Indicator, step: Fraction | None = None) -> Bounds:
        """Bound an indicator, as :func:`bounds` does."""
        if (indicator, step) not in self._found:
            if not self._known:
                start = found_by(self._search, _CASES)
                if start is None:
                    raise ImpossibleError("no data set agrees with these claims")
                self._known.append(start)
            high, low = (self._end(indicator, side, step) for side in (1, -1))
            self._found[indicator, step] = Bounds(low, high)
        return self._found[indicator, step]

    def _end(self, indicator: Indicator, side: int, step: Fraction | None) -> End | None:
        """Find the largest (side 1) or smallest value.

        The first question is whether a data set lies in the last step before the limit; the next
        ones, in turn, whether any lies beyond the best known, and beyond halfway to the limit.
        """
        whole = indicator if isinstance(indicator, Ratio) else Ratio(indicator)
        parts = (whole.numerator, whole.denominator)
        names = dict.fromkeys((name for part in parts for name, _ in part.terms), 0)
        found, there = self._search.limit(*parts, side, [""])
        if found is None:
            return None
        if there is not None:
            self._known.append(there)
        limit = side * found
        data = max((names | one for one in self._known), key=lambda one: side * whole.at(one))
        exact = step is None
        if isinstance(indicator, Linear):  # all its values are multiples of one over this
            times = (times.denominator for _, times in indicator.terms)
            grain = Fraction(1, lcm(indicator.constant.denominator, *times))
            limit = floor(Fraction(limit, grain)) * grain
            step = step or grain
        step = step or (abs(limit) or 1) * _NEAR
        refuted, left, tried = ceil(Fraction(limit, step)), _CASES, 0
        while left > 0:
            reached = ceil(Fraction(side * whole.at(data), step))
            if reached == refuted:
                break
            middle = (reached + refuted) // 2
            beyond = (reached if tried % 2 else middle) if tried else refuted - 1
            better = self._between(whole, side, (beyond * step, limit), min(left, _CASES // 4))
            left -= self._search.looked_at
            tried += 1
            if isinstance(better, dict):
                data = names | better
            elif better is not None:
                refuted, limit = beyond, beyond * step
        if exact and side * whole.at(data) < limit:
            value = side * whole.at(data)
            if isinstance(self._between(whole, side, (value, limit), FEW_CASES), tuple):
                limit = value
        return End(whole.at(data), data, side * limit)

    def _between(
        self, whole: Ratio, side: int, ends: tuple[Fraction, Fraction], most: int
    ) -> dict[str, int] | tuple[str, ...] | None:
        """Find a data set that goes beyond a value, up to the limit."""
        low, high = ends
        # small numbers are gone through once; large ones are not to be held to a narrow slice
        inside = Interval(low, high if side < 0 else None, low_closed=False)
        there = Claim("beyond", whole.numerator * side, inside, whole.denominator)
        found = self._search.decide([""], [there], most)
        if isinstance(found, dict):
            self._known.append(found)
        return found


T = TypeVar("T")
_Core = Callable[[tuple[T, ...]], Collection[T] | None]
"""From some claims to those of them that refute it, or None."""

ENOUGH_QUESTIONS = 150
"""After so many sets of claims a search for conflicts ends once every claim is in one."""

MOST_QUESTIONS = 1_000
"""So many sets of claims are decided at most before a search for conflicts is given up."""


@dataclass(frozen=True)
class Conflicts:
    """Minimal conflicts of some claims: sets that cannot hold, though every part of them can.

    Attributes
    ----------
    sets : tuple of tuple of T
        The smallest first, each in the order of the claims.
    complete : bool
        Whether every claim outside them is in no conflict; False if the search was given up.
    """

    sets: tuple[tuple[Any, ...], ...]
    complete: bool = True


def minimal_conflicts(claims: Sequence[T], core: _Core[T], most: int = MOST_QUESTIONS) -> Conflicts:
    """Find all minimal conflicts (minimal infeasible subsets) of some claims.

    The conflicts found so far are all there are once the rest of the claims holds for each of
    their minimal hitting sets: minimal conflicts and minimal corrections are duals (Reiter 1987;
    Liffiton and Sakallah 2008). Where the rest does not hold, it contains a new conflict. Only a
    search that takes more than `ENOUGH_QUESTIONS` may leave some out, once every claim is in one.

    Parameters
    ----------
    claims : sequence of T
        The claims, or their names.
    core : callable
        Given some of the claims: those of them that refute it, or None if they are not refuted;
        more claims never lose a refutation.
    most : int
        So many sets of claims are decided at most.

    Examples
    --------
    Three counts of one thing that all differ:

    >>> counts = {"a": 1300, "b": 1310, "c": 1320}
    >>> def core(some):
    ...     return some if len({counts[one] for one in some}) > 1 else None
    >>> minimal_conflicts("abc", core).sets
    (('a', 'b'), ('a', 'c'), ('b', 'c'))
    """
    search = _Conflicts(claims, core, most)
    complete = True
    try:
        size = -1
        while size != len(search.found):  # a conflict found late can matter for earlier branches
            size = len(search.found)
            search.correct(frozenset(), search.every)
    except _StopError:
        complete = search.all_blamed
    ordered = sorted(map(sorted, search.found), key=lambda one: (len(one), one))
    return Conflicts(tuple(tuple(claims[i] for i in one) for one in ordered), complete)


class _StopError(Exception):
    """No more sets of claims may be decided, or every claim is in a conflict."""


class _Conflicts(Generic[T]):
    """The conflicts and the sets without a conflict that were found so far, by place."""

    def __init__(self, claims: Sequence[T], core: _Core[T], most: int) -> None:
        self.claims, self.core, self.most = claims, core, most
        self.place = {claim: place for place, claim in enumerate(claims)}
        self.every = frozenset(range(len(claims)))
        self.found: list[frozenset[int]] = []
        self.held: list[frozenset[int]] = []
        self.questions = 0

    @property
    def all_blamed(self) -> bool:
        """Whether every claim is in a conflict."""
        return self.every == frozenset().union(*self.found)

    def correct(self, dropped: frozenset[int], free: frozenset[int]) -> None:
        """Visit the minimal hitting sets that hold `dropped` and else members of `free`.

        The branching of Murakami and Uno (2014): each member that is dropped alone hits a
        conflict, and no set is visited twice.
        """
        conflict = next((one for one in self.found if not one & dropped), None)
        if conflict is None:
            rest = self._fails(self.every - dropped)
            if rest is None:
                return
            conflict = self._minimal(rest)
            self.found.append(conflict)
            if self.questions > ENOUGH_QUESTIONS and self.all_blamed:
                raise _StopError
        branches = sorted(conflict & free)
        free -= conflict
        for one in branches:
            more = dropped | {one}
            alone = frozenset[int]().union(*(hit for c in self.found if len(hit := c & more) == 1))
            if more <= alone:
                self.correct(more, free)
            free |= {one}

    def _fails(self, chosen: frozenset[int]) -> frozenset[int] | None:
        """Return the claims that refute some claims, or None if nothing does."""
        known = next((one for one in self.found if one <= chosen), None)
        if known is not None:
            return known
        if any(chosen <= one for one in self.held):
            return None
        self.questions += 1
        if self.questions > self.most:
            raise _StopError
        refuted = self.core(tuple(self.claims[i] for i in sorted(chosen)))
        if refuted is None:
            self.held.append(chosen)
            return None
        return frozenset(self.place[claim] for claim in refuted)

    def _minimal(self, core: frozenset[int]) -> frozenset[int]:
        """Drop claims while the rest fails: halves first, then ever smaller parts, then singly."""
        size = len(core)
        while size > 1:
            size = (size + 1) // 2
            order = sorted(core)
            for part in (frozenset(order[i : i + size]) for i in range(0, len(order), size)):
                if part < core and part <= core:
                    core = self._fails(core - part) or core
        return core
