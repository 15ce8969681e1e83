"""What the figures of printed claims plot: exact frames made with the claims engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import floor

import pandas as pd

from analysis.base.numbers import Rounding
from analysis.claims.bounds import bounds
from analysis.claims.labour import labour_ratio
from analysis.claims.printed import Interval, parse_percent, preimage
from analysis.claims.single import earlier_counts, share_counts
from analysis.claims.system import Claim, Linear, System, growth, quantity, says, total

_PERCENT = Fraction(1, 100)
_HUNDREDTHS = 100
"""Money is counted in hundredths of the currency's unit, as in the ledger."""


def earlier_counts_data(
    services: str = "354",
    growth: str = "22.9%",
    rounding: Rounding = Rounding.HALF_UP,
    span: Fraction = 3 * _PERCENT,
) -> pd.DataFrame:
    """List the pairs of half-year counts around a printed growth, under three readings.

    Parameters
    ----------
    services : str
        The printed number of services.
    growth : str
        Their printed growth.
    rounding : Rounding
        Rule behind the printed growth.
    span : Fraction
        How far from the printed growth to look on either side.

    Returns
    -------
    DataFrame
        Columns reading (A: the total is the later half-year, B: both together, C: the earlier
        one), covers (the same as a period), earlier, later (counts), growth (Fraction), fits,
        printed, low and high (the growths that print so).
    """
    whole = int(services.replace(",", ""))
    inside = preimage(parse_percent(growth), rounding)
    low, high = inside.ends
    middle = parse_percent(growth).value
    covers = {"A": "2024H1", "B": "2023H1+2024H1", "C": "2023H1"}
    pairs = {
        "A": ((earlier, whole) for earlier in range(1, 2 * whole)),
        "B": ((earlier, whole - earlier) for earlier in range(1, whole)),
        "C": ((whole, later) for later in range(1, 2 * whole)),
    }
    return pd.DataFrame(
        [
            {
                "reading": reading,
                "covers": covers[reading],
                "earlier": earlier,
                "later": later,
                "growth": rate,
                "fits": rate in inside,
                "printed": growth,
                "low": low,
                "high": high,
            }
            for reading, candidates in pairs.items()
            for earlier, later in candidates
            if abs((rate := Fraction(later - earlier, earlier)) - middle) <= span
        ]
    )


def respondents_data(printed: str = "77.6%", n_max: int = 354) -> pd.DataFrame:
    """Say for every number of respondents whether it can give a printed share.

    Parameters
    ----------
    printed : str
        The share.
    n_max : int
        Largest number of respondents to look at.

    Returns
    -------
    DataFrame
        Columns rounding (half-up, truncate), respondents, fits, below and above (the counts
        whose shares enclose the printed one, so that either of them prints so or none does).
    """
    share = parse_percent(printed).value
    return pd.DataFrame(
        [
            {
                "rounding": str(rounding),
                "respondents": n,
                "fits": len(share_counts(printed, n, rounding)) > 0,
                "below": floor(share * n),
                "above": floor(share * n) + 1,
                "printed": printed,
            }
            for rounding in (Rounding.HALF_UP, Rounding.TRUNCATE)
            for n in range(1, n_max + 1)
        ]
    )


def productivity_services_data(
    services: str = "354",
    growth: str = "22.9%",
    first: str = "10.5%",
    second: str = "11.0%",
    rounding: Rounding = Rounding.HALF_UP,
) -> pd.DataFrame:
    """Compare the printed growth of services with that of productivity, quarter by quarter.

    With the same labour in both years services grow as productivity does, and the half-year's
    growth is a weighted mean of its quarters'. Otherwise labour has to grow in at least one
    quarter. All growths are year on year, and the services are those of the later half-year.

    Parameters
    ----------
    services : str
        The printed number of services.
    growth : str
        Their printed growth.
    first, second : str
        Printed growths of productivity in the first and the second quarter.
    rounding : Rounding
        Rule behind the printed growths.

    Returns
    -------
    DataFrame
        Columns row (productivity_q1, productivity_q2, constant_labour, services, and labour, if it
        grew alike in both quarters), kind, low and high (Fractions, growth as a ratio), printed
        (empty where derived).

    Raises
    ------
    ValueError
        If no earlier count or no split into quarters gives these growths.
    """
    quarters = [preimage(parse_percent(text), rounding) for text in (first, second)]
    ends = [interval.ends for interval in quarters]
    hull = Interval(min(low for low, _ in ends), max(high for _, high in ends))
    whole = int(services.replace(",", ""))
    pairs = [(earlier, whole) for earlier in earlier_counts(growth, whole, rounding)]
    labour = labour_ratio(pairs, (first, second), rounding)
    if labour is None:
        raise ValueError(f"labour cannot have changed alike if {whole} services grew by {growth}")
    rows = [
        ("productivity_q1", "printed", quarters[0], first),
        ("productivity_q2", "printed", quarters[1], second),
        ("constant_labour", "derived", hull, ""),
        ("services", "printed", preimage(parse_percent(growth), rounding), growth),
        ("labour", "derived", labour.plus(-1), ""),
    ]
    return pd.DataFrame(
        [
            {
                "row": name,
                "kind": kind,
                "low": interval.ends[0],
                "high": interval.ends[1],
                "printed": text,
            }
            for name, kind, interval, text in rows
        ]
    )


_QUARTERS = ("2022Q2", "2023Q1", "2023Q2", "2024Q1", "2024Q2")
_COVERS: Mapping[str, tuple[str, ...]] = {
    "2024Q2": ("2024Q2",),
    "2024H1": ("2024Q1", "2024Q2"),
    "2023Q2+2024Q2": ("2023Q2", "2024Q2"),
    "2023H1+2024H1": ("2023Q1", "2023Q2", "2024Q1", "2024Q2"),
}


def sales_by_reading_data(
    total_sales: str = "303,110",
    growth_2024: str = "18%",
    growth_2023: str = "12%",
    rounding: Rounding = Rounding.HALF_UP,
) -> pd.DataFrame:
    """Bound each quarter's sales under every reading of the printed total and growths.

    Parameters
    ----------
    total_sales : str
        The printed total, in whole units of the currency.
    growth_2024, growth_2023 : str
        Printed growths of the second quarters, in the order of the print.
    rounding : Rounding
        Rule behind the printed growths.

    Returns
    -------
    DataFrame
        Columns growth (what they are measured against), covers (what the total covers), quarter,
        low and high (attained bounds, Fractions in the currency's unit; None where there is no
        limit) and state: interval (both sides bounded), at most (practically from zero), open
        (no upper limit).
    """
    rows = []
    for basis, covers, system in _sales_systems(total_sales, growth_2024, growth_2023, rounding):
        for quarter in _QUARTERS:
            low, high = _limits(system, quarter)
            rows.append((basis, covers, quarter, low, high, _state(low, high)))
    frame = pd.DataFrame(rows, columns=["growth", "covers", "quarter", "low", "high", "state"])
    return frame.astype({"low": "object", "high": "object"})


_GROWTHS: Mapping[str, tuple[str, str, str, str]] = {
    "year-on-year": ("2022Q2", "2023Q2", "2023Q2", "2024Q2"),
    "previous-quarter": ("2023Q1", "2023Q2", "2024Q1", "2024Q2"),
    "half-year": ("2022H1", "2023H1", "2023H1", "2024H1"),
}
"""For each base: the periods before and after of the earlier and of the later printed growth."""


def _sales_systems(
    total_sales: str, growth_2024: str, growth_2023: str, rounding: Rounding
) -> Iterator[tuple[str, str, System]]:
    for basis, periods in _GROWTHS.items():
        before, after, base, now = (_sales_of(period) for period in periods)
        rates = (
            growth("2023", after, before, growth_2023, rounding),
            growth("2024", now, base, growth_2024, rounding),
        )
        for covers, quarters in _COVERS.items():
            yield basis, covers, System((*rates, _covering(total(*quarters), total_sales)))


def _sales_of(period: str) -> Linear:
    """Return the sales of a quarter, or of both quarters of a half-year."""
    half = period.endswith("H1")
    return total(f"{period[:4]}Q1", f"{period[:4]}Q2") if half else quantity(period)


def _covering(sales: Linear, total_sales: str) -> Claim:
    """Claim what the printed total says, with sales counted in hundredths."""
    return says("total", sales, total_sales, unit=_HUNDREDTHS)


def _limits(system: System, quarter: str) -> tuple[Fraction | None, Fraction | None]:
    if quarter not in system.names:
        return None, None
    found = bounds(system, quantity(quarter))
    low = None if found.low is None else found.low.value / _HUNDREDTHS
    return low, None if found.high is None else found.high.value / _HUNDREDTHS


def _state(low: Fraction | None, high: Fraction | None) -> str:
    if high is None:
        return "open"
    return "interval" if low is not None and 100 * low > high else "at most"
