"""Tight bounds of an indicator over all data sets that agree with the print.

Both ends are attained, and the two extreme data sets come along. A ratio of sums is bounded by
Dinkelbach's method (1967) with exact fractions: each step solves a linear problem.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from analysis.claims.lp import Endless, Row, Vertex, maximise
from analysis.claims.printed import Interval
from analysis.claims.search import best
from analysis.claims.system import Claim, Data, Linear, System, witness


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

    def __str__(self) -> str:
        low = "no lower limit" if self.low is None else str(self.low.value)
        high = "no upper limit" if self.high is None else str(self.high.value)
        return f"{low} to {high}"


class ImpossibleError(Exception):
    """No data set agrees with the print, so that nothing can be bounded."""


def bounds(system: System, indicator: Indicator) -> Bounds:
    """Bound an indicator over all data sets that meet a system.

    Parameters
    ----------
    system : System
        The claims.
    indicator : Linear or Ratio
        What to bound; its quantities must occur in the system.

    Returns
    -------
    Bounds

    Raises
    ------
    ImpossibleError
        If the system has no data set.
    """
    start = witness(system)
    if not isinstance(start, dict):
        raise ImpossibleError("no data set agrees with these claims")
    return Bounds(_end(system, indicator, start, -1), _end(system, indicator, start, 1))


def _end(system: System, indicator: Indicator, start: dict[str, int], side: int) -> End | None:
    if isinstance(indicator, Linear):
        return _linear_end(system, indicator, side)
    return _ratio_end(system, indicator, start, side)


def _linear_end(system: System, indicator: Linear, side: int) -> End | None:
    """Return the largest (side 1) or smallest (side -1) value of a sum."""
    scale = lcm(*(times.denominator for _, times in indicator.terms), 1)
    times = dict(indicator.terms)
    names = system.names
    missing = sorted(set(times) - set(names))
    if missing:
        raise KeyError(f"the system says nothing about {', '.join(missing)}")
    objective = [int(side * scale * times.get(name, 0)) for name in names]
    result = best(system.rows(), objective, system.sums())
    if isinstance(result, Endless):
        return None
    if result is None:
        raise ImpossibleError("no data set agrees with these claims")
    data = dict(zip(names, result.point, strict=True))
    limit = Fraction(side * result.limit, scale) + indicator.constant
    return End(indicator.at(data), data, limit)


def _ratio_end(system: System, ratio: Ratio, start: dict[str, int], side: int) -> End | None:
    """Raise (side 1) or lower the ratio until no data set beats it.

    If the best of ``numerator - value * denominator`` is zero, no ratio goes beyond `value`.
    The limit of a search that was cut short follows from the smallest denominator.
    """
    data = start
    while True:
        value = ratio.at(data) + ratio.shift
        gap = _linear_end(system, ratio.numerator - ratio.denominator * value, side)
        if gap is None:
            return _scale_free_end(system, ratio, data, side)
        if side * gap.value <= 0:
            break
        data = gap.data
    limit = value
    if not gap.tight:
        smallest = _linear_end(system, ratio.denominator, -1)
        assert smallest is not None  # a denominator is above zero
        limit = value + Fraction(gap.limit, max(smallest.limit, Fraction(1)))
    return End(value - ratio.shift, data, limit - ratio.shift)


_NEAR = Fraction(1, 10**6)


def _scale_free_end(system: System, ratio: Ratio, start: Data, side: int) -> End | None:
    """Bound a ratio whose numerator and denominator may both grow without end.

    Charnes and Cooper (1962): with t one over the denominator and y all quantities times t, the
    ratio becomes a sum, and t = 0 stands for quantities beyond all limits. Where the limit itself
    is out of reach (an open end of an interval), the data set comes within a millionth of it.
    """
    names = system.names
    wide = [Row((*row.coefficients, -row.bound), 0, row.tag) for row in system.rows()]
    lower, scale = _whole(ratio.denominator, names)
    wide += [Row(lower, scale, "unit"), Row(tuple(-c for c in lower), -scale, "unit")]
    upper, times = _whole(ratio.numerator * side, names)
    reached = maximise(wide, upper)
    if not isinstance(reached, Vertex):
        return None
    limit = side * Fraction(reached.value, times)
    near = limit - side * (abs(limit) or 1) * _NEAR
    close = Interval(min(near, limit), max(near, limit))
    step = lcm(*(y.denominator for y in reached.point[:-1]))
    ray = {name: int(y * step) for name, y in zip(names, reached.point, strict=False)}
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
