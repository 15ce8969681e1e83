"""Tight bounds of an indicator over all data sets that agree with the print.

Both ends are attained, and the two extreme data sets come along. A ratio of sums is bounded by
Dinkelbach's method (1967) with exact fractions: each step solves a linear problem.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, lcm

from analysis.claims.printed import Interval
from analysis.claims.solver.relaxation import MOST_CASES, Relaxation
from analysis.claims.solver.search import MAX_NODES, UndecidedError, best
from analysis.claims.solver.simplex import Endless, Row, Vertex, maximise
from analysis.claims.solver.system import (
    Claim,
    Data,
    Linear,
    System,
    witness,
)


@dataclass(frozen=True)
class Ratio:
    """A ratio of two sums, minus a shift: growth has shift 1.

    The denominator must be above zero in every data set; the system has to say so.
    """

    numerator: Linear
    denominator: Linear
    shift: int = 0

    def at(self, data: Data) -> Fraction:
        """Return the value for one data set."""
        return Fraction(self.numerator.at(data), self.denominator.at(data)) - self.shift


Indicator = Linear | Ratio


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

    @property
    def tight(self) -> bool:
        """Whether it is proved that nothing lies beyond `value`."""
        return self.value == self.limit


@dataclass(frozen=True)
class Bounds:
    """Smallest and largest value of an indicator; an end is None where there is no limit."""

    low: End | None
    high: End | None


class ImpossibleError(Exception):
    """No data set agrees with the print, so that nothing can be bounded."""


_ONE = Linear((), Fraction(1))
_FEW, _QUESTIONS = 300, 24
"""Branches, and questions, after which an end that is rounded stays at its limit."""


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

    Examples
    --------
    >>> from analysis.claims.solver.system import growth, quantity, says
    >>> later, earlier = quantity("later"), quantity("earlier")
    >>> growths = growth("growth", later, earlier, "23%")
    >>> found = bounds(System((says("count", later, "354"), growths)), earlier)
    >>> (found.low.value, found.high.value) if found.low and found.high else None
    (Fraction(287, 1), Fraction(288, 1))
    """
    if step is None:
        start = _start(system)
        return Bounds(*(_end(system, indicator, start, side, MAX_NODES) for side in (-1, 1)))
    asked = _Asked(system)
    high, low = (asked.end(indicator, side, step) for side in (1, -1))
    return Bounds(low, high)


def _start(system: System) -> dict[str, int]:
    start = witness(system)
    if not isinstance(start, dict):
        raise ImpossibleError("no data set agrees with these claims")
    return start


class _Asked:
    """Ends that are rounded outwards, found by questions whether anything lies beyond."""

    def __init__(self, system: System) -> None:
        self.system = system
        self._all = (*system.definitions, *system.claims)
        start = Relaxation(self._all, {}).decide(())
        if isinstance(start, tuple):
            raise ImpossibleError("no data set agrees with these claims")
        self._data = start

    def end(self, indicator: Indicator, side: int, step: Fraction) -> End | None:
        """Find an end, or a limit that is rounded outwards to the same multiple of a step.

        Quantities that need not be whole give a limit at once, and mostly a data set lies less
        than a step within. If none does, the distance is doubled until one does, then halved.
        """
        whole = indicator if isinstance(indicator, Ratio) else Ratio(indicator, _ONE)
        highest = _highest(self.system, whole, side)
        if highest is None:
            if self._data is None:
                self._data = _start(self.system)
            return None
        limit = side * (highest[0] - whole.shift)
        if isinstance(indicator, Linear):  # all its values are multiples of one over this
            terms = [times.denominator for _, times in indicator.terms]
            grain = lcm(indicator.constant.denominator, *terms)
            limit = Fraction(floor(limit * grain), grain)
        limit = self._closer(whole, side, step, limit, 4, 40 if self._data else MOST_CASES)
        if not self._close(whole, side, step, limit):
            if self._data is not None or isinstance(indicator, Linear):
                with suppress(UndecidedError):
                    end = _end(self.system, indicator, self._data or {}, side, _FEW)
                    if end is None or end.tight:
                        return end
            most = MOST_CASES if self._data is None else 100
            limit = self._closer(whole, side, step, limit, _QUESTIONS, most)
        data = self._data = self._data or _start(self.system)
        return End(indicator.at(data), data, side * limit)

    def _close(self, whole: Ratio, side: int, step: Fraction, limit: Fraction) -> bool:
        data = self._data
        return data is not None and ceil(Fraction(side * whole.at(data), step)) == ceil(
            Fraction(limit, step)
        )

    def _closer(
        self, whole: Ratio, side: int, step: Fraction, limit: Fraction, questions: int, most: int
    ) -> Fraction:
        """Move a limit inwards by questions of so many cases at most."""
        refuted, back = ceil(Fraction(limit, step)), 1
        for _ in range(questions):
            if self._close(whole, side, step, limit):
                break
            asked = refuted - back
            if self._data is not None:
                reached = ceil(Fraction(side * whole.at(self._data), step))
                asked = max(asked, (reached + refuted) // 2)
            beyond = Interval(asked * step + side * whole.shift, None, low_closed=False)
            there = Claim("beyond", whole.numerator * side, beyond, whole.denominator)
            found = Relaxation((*self._all, there), {}).decide((), (), most)
            if found is None:
                break
            if isinstance(found, dict):
                self._data = found
            else:
                refuted, limit, back = asked, asked * step, 2 * back
        return limit


def _end(system: System, indicator: Indicator, start: Data, side: int, most: int) -> End | None:
    if isinstance(indicator, Linear):
        return _linear_end(system, indicator, side, most)
    return _ratio_end(system, indicator, start, side, most)


def _linear_end(system: System, indicator: Linear, side: int, most: int) -> End | None:
    """Return the largest (side 1) or smallest (side -1) value of a sum."""
    scale = lcm(*(times.denominator for _, times in indicator.terms), 1)
    times = dict(indicator.terms)
    names = system.names
    missing = sorted(set(times) - set(names))
    if missing:
        raise KeyError(f"the system says nothing about {', '.join(missing)}")
    objective = [int(side * scale * times.get(name, 0)) for name in names]
    result = best(system.rows(), objective, system.sums(), most)
    if isinstance(result, Endless):
        return None
    if result is None:
        raise ImpossibleError("no data set agrees with these claims")
    data = dict(zip(names, result.point, strict=True))
    limit = Fraction(side * result.limit, scale) + indicator.constant
    return End(indicator.at(data), data, limit)


def _ratio_end(system: System, ratio: Ratio, start: Data, side: int, most: int) -> End | None:
    """Raise (side 1) or lower the ratio until no data set beats it.

    If the best of ``numerator - value * denominator`` is zero, no ratio goes beyond `value`.
    The limit of a search that was cut short follows from the smallest denominator.
    """
    data = start
    while True:
        value = ratio.at(data) + ratio.shift
        gap = _linear_end(system, ratio.numerator - ratio.denominator * value, side, most)
        if gap is None:
            return _scale_free_end(system, ratio, data, side)
        if side * gap.value <= 0 or (most < MAX_NODES and not gap.tight):
            break
        data = gap.data
    limit = value
    if not gap.tight:
        smallest = _linear_end(system, ratio.denominator, -1, most)
        assert smallest is not None  # a denominator is above zero
        limit = value + Fraction(gap.limit, max(smallest.limit, Fraction(1)))
    return End(value - ratio.shift, dict(data), limit - ratio.shift)


_NEAR = Fraction(1, 10**6)


def _highest(
    system: System, ratio: Ratio, side: int
) -> tuple[Fraction, tuple[Fraction, ...]] | None:
    """Return what a ratio, its shift left out, cannot exceed, and the ray that leads there.

    Charnes and Cooper (1962): with t one over the denominator and y all quantities times t, the
    ratio becomes a sum, and t = 0 stands for quantities beyond all limits.
    """
    names = system.names
    wide = [Row((*row.coefficients, -row.bound), 0, row.tag) for row in system.rows()]
    lower, scale = _whole(ratio.denominator, names)
    wide += [Row(lower, scale, "unit"), Row(tuple(-c for c in lower), -scale, "unit")]
    upper, times = _whole(ratio.numerator * side, names)
    reached = maximise(wide, upper)
    if not isinstance(reached, Vertex):
        return None
    return side * Fraction(reached.value, times), reached.point[:-1]


def _scale_free_end(system: System, ratio: Ratio, start: Data, side: int) -> End | None:
    """Bound a ratio whose parts may both grow without end, or come within a millionth of that."""
    highest = _highest(system, ratio, side)
    if highest is None:
        return None
    limit, point = highest
    near = limit - side * (abs(limit) or 1) * _NEAR
    close = Interval(min(near, limit), max(near, limit))
    step = lcm(*(y.denominator for y in point))
    ray = {name: int(y * step) for name, y in zip(system.names, point, strict=True)}
    for data in _along(start, ray):
        here = ratio.at(data) + ratio.shift
        if here in close and all(c.holds(data) for c in (*system.definitions, *system.claims)):
            return End(here - ratio.shift, data, limit - ratio.shift)
    close_to_limit = Claim("close to the limit", ratio.numerator, close, ratio.denominator)
    data_or_proof = witness(system.plus(close_to_limit))
    assert isinstance(data_or_proof, dict)  # the limit is the supremum
    return End(ratio.at(data_or_proof), data_or_proof, limit - ratio.shift)


def _along(start: Data, ray: Data) -> Iterator[dict[str, int]]:
    """Yield the ray itself and points farther and farther along it."""
    yield dict(ray)
    for power in range(13):
        yield {name: start[name] + 10**power * ray[name] for name in ray}


def _whole(expression: Linear, names: tuple[str, ...]) -> tuple[tuple[int, ...], int]:
    """Return whole coefficients (the constant last) and what they were multiplied by."""
    times = dict(expression.terms)
    exact = [*(times.get(name, Fraction(0)) for name in names), expression.constant]
    scale = lcm(*(c.denominator for c in exact))
    return tuple(int(c * scale) for c in exact), scale
