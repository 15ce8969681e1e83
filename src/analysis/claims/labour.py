"""How much labour must have grown so that services and productivity can both be as printed.

Productivity is services per unit of labour. If services grew more than productivity did in every
quarter, labour grew in at least one of them. By how much follows from the print only if it grew
alike in both quarters: what labour did in total also depends on how it is spread.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

from analysis.claims.printed import Interval, Rounding, parse_percent, preimage


@dataclass(frozen=True)
class StaffSolution:
    """Whole numbers of services and staff in two quarters of two years that fit the print.

    Attributes
    ----------
    services : tuple of (int, int)
        Services a year earlier and now, for each quarter.
    staff : tuple of (int, int)
        Staff a year earlier and now, for each quarter.
    """

    services: tuple[tuple[int, int], ...]
    staff: tuple[tuple[int, int], ...]


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


def staff_pairs(ratio: Interval, most: int) -> list[tuple[int, int]]:
    """List staff numbers (before, after), both up to `most`, whose ratio lies inside."""
    return [
        (before, after)
        for before in range(1, most + 1)
        for after in range(1, most + 1)
        if Fraction(after, before) in ratio
    ]


def staff_solutions(
    totals: tuple[int, int],
    productivity: Sequence[str],
    most: int,
    rounding: Rounding = Rounding.HALF_UP,
    *,
    reduced: bool = False,
    least_share: Fraction = Fraction(0),
    largest_factor: int | None = None,
) -> list[StaffSolution]:
    """List every way to split two half-years into two quarters with whole staff numbers.

    Parameters
    ----------
    totals : tuple of int
        Services of the earlier and the later half-year: (288, 354).
    productivity : sequence of str
        Printed growth of services per head in the first and the second quarter.
    most : int
        Largest number of staff looked at.
    rounding : Rounding
        The rule.
    reduced : bool
        Count staff numbers with a common divisor (2 to 4 and 1 to 2) as one.
    least_share : Fraction
        Each quarter holds at least this share of its half-year.
    largest_factor : int, optional
        Staff changes at most by this factor, up or down.
    """
    first, second = (
        _quarter_options(text, totals, most, rounding, reduced, largest_factor)
        for text in productivity
    )
    solutions = []
    for (before, after), staff in first.items():
        rest = (totals[0] - before, totals[1] - after)
        parts = (
            (before, totals[0]),
            (rest[0], totals[0]),
            (after, totals[1]),
            (rest[1], totals[1]),
        )
        if rest in second and all(Fraction(part, whole) >= least_share for part, whole in parts):
            solutions += [
                StaffSolution(((before, after), rest), (one, other))
                for one in staff
                for other in second[rest]
            ]
    return solutions


def _quarter_options(
    printed: str,
    totals: tuple[int, int],
    most: int,
    rounding: Rounding,
    reduced: bool,
    largest_factor: int | None,
) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Map (services before, services now) of a quarter to all staff pairs that fit."""
    factor = preimage(parse_percent(printed), rounding).plus(1)
    heads = range(1, most + 1)
    staff = [
        (before, after)
        for before in heads
        for after in heads
        if (not reduced or gcd(before, after) == 1)
        and (
            largest_factor is None
            or (after <= largest_factor * before and before <= largest_factor * after)
        )
    ]
    options: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for pair in staff:
        change = factor.times(Fraction(pair[1], pair[0]))
        for before in range(1, totals[0]):
            for after in change.times(before).meet(Interval(Fraction(1), None)).integers():
                if after < totals[1]:
                    options.setdefault((before, after), []).append(pair)
    return options
