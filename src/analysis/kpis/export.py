"""KPI tables in the form in which they are written: decimals beside exact numerators."""

from __future__ import annotations

import pandas as pd

from analysis.base.numbers import fixed
from analysis.base.periods import Grain
from analysis.kpis.catalogue import MONEY, kpi, unit_in
from analysis.kpis.compare import Base, compare
from analysis.kpis.measures import Totals
from analysis.kpis.table import kpi_periods


def kpi_csv(totals: Totals, kind: str, currency: str = MONEY) -> pd.DataFrame:
    """KPIs by quarter and half-year.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.reduce.reduce`.
    kind : str
        Kind of number that every row is marked with (synthetic or yours).
    currency : str
        Name of the unit of money.

    Returns
    -------
    DataFrame
        Columns kpi, name, perspective, unit, grain, period, value, numerator, denominator, state,
        kind.
    """
    grains: tuple[Grain, ...] = ("quarter", "half-year")
    parts = [kpi_periods(totals, grain).assign(grain=grain) for grain in grains]
    table = pd.concat(parts, ignore_index=True)
    records = [kpi(name) for name in table["kpi"]]
    table["name"] = [record.name for record in records]
    table["perspective"] = [record.perspective for record in records]
    table["unit"] = [unit_in(record.unit, currency) for record in records]
    table["value"] = [fixed(value) for value in table["value"]]
    columns = ["kpi", "name", "perspective", "unit", "grain", "period"]
    table["kind"] = kind
    return table[[*columns, "value", "numerator", "denominator", "state", "kind"]]


def comparison_csv(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Every KPI and quarter against the previous quarter and the same quarter of last year.

    Parameters
    ----------
    table : DataFrame
        From :func:`analysis.kpis.kpi_periods`, by quarter.
    kind : str
        As in :func:`kpi_csv`.

    Returns
    -------
    DataFrame
        Columns kpi, period, base, base_period, value, base_value, change, growth, kind.
    """
    bases: dict[str, Base] = {"previous-quarter": "previous", "year-ago": "year-ago"}
    parts = []
    for words, base in bases.items():
        part = compare(table, base)
        part.insert(2, "base", words)
        parts.append(part)
    joined = pd.concat(parts, ignore_index=True)
    for column in ("value", "base_value", "change", "growth"):
        joined[column] = [fixed(value) for value in joined[column]]
    joined["kind"] = kind
    columns = ["kpi", "period", "base", "base_period", "value", "base_value", "change", "growth"]
    return joined[[*columns, "kind"]]
