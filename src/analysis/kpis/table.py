"""KPI values by period, as exact ratios of sums."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import pandas as pd

from analysis.base.periods import Grain, last_ended, period_label
from analysis.kpis.catalogue import CATALOGUE, Kpi
from analysis.kpis.measures import MEASURES as SPECS
from analysis.kpis.measures import MeasureSpec, Period, Totals
from analysis.kpis.totals import periods, recorded

_RATIO = ("value", "numerator", "denominator", "state")

_NAMES = {"sales_centimos": "sales", "quarter_hours": "hours"}
"""Measures that have another name, and unit, in :mod:`analysis.kpis.measures`."""


def value(record: Kpi, totals: dict[str, int]) -> Fraction | None:
    """Compute one KPI from sums; None where its denominator is zero (undefined).

    Parameters
    ----------
    record : Kpi
        The indicator.
    totals : dict of str to int
        Sums of the period by measure.
    """
    if record.denominator is None:
        return totals[record.numerator] * record.scale
    if totals[record.denominator] == 0:
        return None
    return Fraction(totals[record.numerator], totals[record.denominator]) * record.scale


def kpi_periods(totals: Totals, grain: Grain = "quarter", until: str | None = None) -> pd.DataFrame:
    """Compute every KPI for every month, quarter or half-year.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.totals.totals`.
    grain : {"month", "quarter", "half-year"}
        Length of a period.
    until : str, optional
        Leave out what had not ended when this period ended.

    Returns
    -------
    DataFrame
        Columns kpi, period (label), index, value (Fraction), numerator and denominator (sums as
        whole numbers; denominator 1 for plain totals) and state: empty, ``not recorded`` where the
        period is not covered by rows, or ``undefined`` where the denominator is zero. What is
        missing is None. An indicator whose table is absent is left out.
    """
    known = periods(totals, grain)
    last = max(known) if until is None else last_ended(until, grain)
    rows = [
        {"kpi": record.kpi_id, "period": period_label(index, grain), "index": index}
        | _ratio(record, measures)
        for record in kpis_of(totals)
        for index, measures in known.items()
        if index <= last
    ]
    columns = ["kpi", "period", "index", "value", "numerator", "denominator", "state"]
    frame = pd.DataFrame(rows, columns=columns)
    for column in ("value", "numerator", "denominator"):
        frame[column] = pd.Series([row[column] for row in rows], dtype="object")
    return frame


def kpis_of(totals: Totals) -> list[Kpi]:
    """Choose the indicators of the catalogue whose measures the sums hold."""
    known = recorded(totals)
    return [r for r in CATALOGUE if all(spec.name in known for spec in specs_of(r))]


def specs_of(record: Kpi) -> list[MeasureSpec]:
    """Look up the measures that an indicator is made of."""
    return [spec_of(name) for name in (record.numerator, record.denominator) if name]


def spec_of(name: str) -> MeasureSpec:
    """Look up the measure behind a column of :mod:`analysis.kpis.sums`."""
    return SPECS[_NAMES.get(name, name)]


def _ratio(record: Kpi, measures: Period) -> dict[str, Fraction | int | str | None]:
    """Compute one KPI from measures in their units."""
    sums = {}
    for name in filter(None, (record.numerator, record.denominator)):
        spec = spec_of(name)
        amount = measures[spec.name]
        if amount is None:
            return dict.fromkeys(_RATIO) | {"state": "not recorded"}
        sums[name] = int(amount / spec.scale)
    found = value(record, sums)
    below = sums[record.denominator] if record.denominator else 1
    state = "undefined" if found is None else ""
    return dict(zip(_RATIO, (found, sums[record.numerator], below, state), strict=True))


def by_type(
    sums: pd.DataFrame, quarters: Iterable[int], measure: str = "services"
) -> pd.Series[int]:
    """Sum a measure by service type over some quarters, largest first."""
    chosen = sums[sums["quarter"].isin(list(quarters)) & (sums[measure] != 0)]
    totals = chosen.groupby("service_type")[measure].sum()
    order = sorted(totals.index, key=lambda name: (-int(totals[name]), name))
    return totals.loc[order]
