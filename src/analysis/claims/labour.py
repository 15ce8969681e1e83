"""How much labour must have grown so that services and productivity can both be as printed.

Productivity is services per unit of labour. If services grew more than productivity did in every
quarter, labour grew in at least one of them. By how much follows from the print only if it grew
alike in both quarters: what labour did in total also depends on how it is spread.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from analysis.base.numbers import Rounding
from analysis.claims.printed import Interval, parse_percent, preimage


def labour_ratio(
    totals: Sequence[tuple[int, int]],
    productivity: tuple[str, str],
    rounding: Rounding = Rounding.HALF_UP,
) -> Interval | None:
    """Return the possible growth factors of labour, if it is the same in both quarters.

    Productivity and services must both be measured against the same quarters a year earlier. If
    labour changes differently from quarter to quarter, its total may do anything, even fall.

    Parameters
    ----------
    totals : sequence of (int, int)
        Services of the two quarters together, a year earlier and now: (288, 354). Each possible
        pair is tried.
    productivity : tuple of (str, str)
        Printed growth of productivity in each quarter.
    rounding : Rounding
        The rule.

    Returns
    -------
    Interval or None
        Its ends are approached by whole numbers of services in each quarter: (1.1077, 1.1125) for
        the paper. None if no split of the services fits.
    """
    factors = _factors(productivity, rounding)
    (least, most), (low, high) = factors[0].ends, _hull(factors).ends
    fitting = []
    for before, after in totals:
        # the first quarter's factor of services, from the widest range that labour could have
        grown = Fraction(after, before)
        inside = Interval(grown * Fraction(least, high), grown * Fraction(most, low))
        for first in range(1, before):
            for now in inside.times(first).integers():
                if 0 < now < after:
                    quarters = (first, now), (before - first, after - now)
                    fitting.append(_alike(quarters, factors))
    fitting = [one for one in fitting if not one.empty]
    return _hull(fitting) if fitting else None


def labour_must_grow(
    totals: Sequence[tuple[int, int]],
    productivity: tuple[str, str],
    rounding: Rounding = Rounding.HALF_UP,
) -> bool:
    """Say whether labour grew in at least one quarter, alike in both or not.

    The growth of services over both quarters is a weighted mean of the quarters' factors
    "productivity times labour", whatever the weights.
    """
    highest = _hull(_factors(productivity, rounding)).ends[1]
    return all(Fraction(after, before) > highest for before, after in totals)


def _factors(productivity: tuple[str, str], rounding: Rounding) -> list[Interval]:
    return [preimage(parse_percent(text), rounding).plus(1) for text in productivity]


def _alike(quarters: Iterable[tuple[int, int]], factors: Iterable[Interval]) -> Interval:
    """Return the factors of labour that both quarters allow, given their services."""
    one, other = (
        Interval(Fraction(now, before), Fraction(now, before)).over(factor)
        for (before, now), factor in zip(quarters, factors, strict=True)
    )
    return one.meet(other)


def _hull(intervals: Iterable[Interval]) -> Interval:
    several = tuple(intervals)
    low = min(several, key=lambda one: (one.ends[0], not one.low_closed))
    high = max(several, key=lambda one: (one.ends[1], one.high_closed))
    return Interval(low.low, high.high, low.low_closed, high.high_closed)
