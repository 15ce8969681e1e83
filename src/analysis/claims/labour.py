"""How much labour must have grown so that services and productivity can both be as printed.

Productivity is services per unit of labour. If services grew more than productivity did in every
quarter, labour grew in at least one of them. By how much follows from the printed rates alone only
if it grew alike in all quarters: what labour did in total also depends on how it is spread.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    services: str, productivity: Sequence[str], rounding: Rounding = Rounding.HALF_UP
) -> Interval:
    """Return the possible growth factors of labour, if it is the same in every quarter.

    The growth of services over several quarters is then a weighted mean of the quarters'
    factors "productivity times labour", whatever the weights. Productivity and services must both
    be measured against the same quarters a year earlier. If labour changes differently from
    quarter to quarter, only this remains: its factor is at least the lower end in some quarter
    and at most the upper end in some quarter, while its total may even fall.

    Parameters
    ----------
    services : str
        Printed growth of services over all quarters together.
    productivity : sequence of str
        Printed growth of productivity in each quarter.
    rounding : Rounding
        The rule.

    Returns
    -------
    Interval
        (1.1063, 1.1132) for the paper. The ends are open where both quarters must differ.
    """
    total = preimage(parse_percent(services), rounding).plus(1)
    quarters = [preimage(parse_percent(text), rounding).plus(1) for text in productivity]
    lowest = min(quarters, key=lambda q: q.ends)
    highest = max(quarters, key=lambda q: q.ends)
    low = total.over(highest)
    high = total.over(lowest)
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
