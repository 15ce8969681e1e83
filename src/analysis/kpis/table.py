"""KPI values by period, as exact ratios of sums."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Literal

import pandas as pd

from analysis.kpis.catalogue import CATALOGUE, Kpi
from analysis.kpis.measures import MEASURES as SPECS
from analysis.kpis.measures import MeasureSpec
from analysis.kpis.sums import MEASURES
from analysis.kpis.totals import Period, Totals, periods, recorded
from analysis.periods import Grain, half_year_label, last_ended, period_label, quarter_label

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


def kpi_table(
    sums: pd.DataFrame, grain: Literal["quarter", "half-year"] = "quarter"
) -> pd.DataFrame:
    """Compute every KPI for every period.

    Parameters
    ----------
    sums : DataFrame
        From :func:`analysis.kpis.sums.sums`.
    grain : {"quarter", "half-year"}
        Length of a period. A half-year counts only if both its quarters are there.

    A KPI is left out where the ledger lacks a table that it needs.

    Returns
    -------
    DataFrame
        Columns kpi, period (label), index (of the period's first quarter), value (Fraction, or
        None where undefined), numerator, denominator (sums; denominator 1 for plain totals).
    """
    measures = [name for name in MEASURES if name in sums]
    by_quarter = sums.groupby("quarter", sort=True)[measures].sum()
    if grain == "half-year":
        starts = by_quarter.index - by_quarter.index % 2
        sizes = pd.Series(1, index=by_quarter.index).groupby(starts).sum()
        by_period = by_quarter.groupby(starts).sum()[sizes == 2]
    else:
        by_period = by_quarter
    rows = []
    for record in CATALOGUE:
        if not {record.numerator, record.denominator or record.numerator} <= set(measures):
            continue
        for index, totals in by_period.iterrows():
            period = {measure: int(totals[measure]) for measure in measures}
            first = int(str(index))
            rows.append(
                {
                    "kpi": record.kpi_id,
                    "period": half_year_label(first)
                    if grain == "half-year"
                    else quarter_label(first),
                    "index": first,
                    "value": value(record, period),
                    "numerator": period[record.numerator],
                    "denominator": period[record.denominator] if record.denominator else 1,
                }
            )
    return pd.DataFrame(rows)


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
        Columns kpi, period (label), index and value (Fraction; None where something was not
        recorded, or where the denominator is zero). An indicator whose table is absent is left
        out.
    """
    known = periods(totals, grain)
    last = max(known) if until is None else last_ended(until, grain)
    rows = [
        {
            "kpi": record.kpi_id,
            "period": period_label(index, grain),
            "index": index,
            "value": _value(record, measures),
        }
        for record in kpis_of(totals)
        for index, measures in known.items()
        if index <= last
    ]
    frame = pd.DataFrame(rows, columns=["kpi", "period", "index", "value"])
    frame["value"] = pd.Series([row["value"] for row in rows], dtype="object")
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


def _value(record: Kpi, measures: Period) -> Fraction | None:
    """Compute one KPI from measures in their units; None where one is not recorded."""
    sums = {}
    for name in filter(None, (record.numerator, record.denominator)):
        spec = spec_of(name)
        amount = measures[spec.name]
        if amount is None:
            return None
        sums[name] = int(amount / spec.scale)
    return value(record, sums)


def by_type(
    sums: pd.DataFrame, quarters: Iterable[int], measure: str = "services"
) -> pd.Series[int]:
    """Sum a measure by service type over some quarters, largest first."""
    chosen = sums[sums["quarter"].isin(list(quarters)) & (sums[measure] != 0)]
    totals = chosen.groupby("service_type")[measure].sum()
    order = sorted(totals.index, key=lambda name: (-int(totals[name]), name))
    return totals.loc[order]
