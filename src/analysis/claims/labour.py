"""How much labour must have grown so that services and productivity can both be as printed.

Productivity is services per unit of labour. If services grew more than productivity did in every
quarter, labour grew in at least one of them. By how much follows from the printed rates alone only
if it grew alike in all quarters: what labour did in total also depends on how it is spread.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.claims.printed import Interval, Rounding, parse_percent, preimage


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
