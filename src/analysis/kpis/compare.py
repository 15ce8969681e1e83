"""Comparison of periods: with the one before and with the same one of last year.

A period is compared by looking its base up by index, never by position, so that a missing quarter
leaves a gap instead of a wrong comparison.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, Literal

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.numbers import fixed
from analysis.base.periods import MONTHS, Grain, distance, parse_label, period_label
from analysis.kpis.catalogue import MONEY, indicator, kpi, unit_in
from analysis.kpis.levels import kpi_periods, periods
from analysis.kpis.measures import Totals

Base = Literal["previous", "year-ago"]
BASES: tuple[Base, ...] = ("previous", "year-ago")


def bases(grain: Grain) -> tuple[Base, ...]:
    """Bases that differ for periods of a length: for a year, the one before is both.

    Examples
    --------
    >>> bases("quarter"), bases("year")
    (('previous', 'year-ago'), ('previous',))
    """
    return BASES[:1] if grain == "year" else BASES


def require_period(table: pd.DataFrame, period: str) -> str:
    """Return a period's label if the table has it.

    Raises
    ------
    InputError
        If it is no period, or one without data.
    """
    parse_label(period)
    known = list(dict.fromkeys(table["period"]))
    if period not in known:
        raise InputError(
            "there are no rows in this period",
            column="period",
            value=period,
            fix=f"choose one from {known[0]} to {known[-1]}",
        )
    return period


def compare(table: pd.DataFrame, base: Base, grain: Grain = "quarter") -> pd.DataFrame:
    """Compare every KPI with its value in a base period.

    Parameters
    ----------
    table : DataFrame
        From :func:`analysis.kpis.kpi_periods`.
    base : {"previous", "year-ago"}
        What to compare with.
    grain : {"month", "quarter", "half-year"}
        Length of the table's periods.

    Returns
    -------
    DataFrame
        The table with base_period, base_value, change (value − base, in the KPI's unit, percentage
        points for shares) and growth (change ÷ base, a Fraction; None where undefined and for
        shares, whose change is said in points). Periods without a base are left out.
    """
    bases = table[["kpi", "index", "period", "value"]].copy()
    bases["index"] += distance(grain, base)
    joined = table.merge(
        bases.rename(columns={"period": "base_period", "value": "base_value"}),
        on=["kpi", "index"],
        validate="one_to_one",
    )
    pairs = list(zip(joined["kpi"], joined["value"], joined["base_value"], strict=True))
    joined["change"] = _exact(_change(new, old) for _, new, old in pairs)
    joined["growth"] = _exact(_growth(name, new, old) for name, new, old in pairs)
    return joined


def _exact(values: Iterable[Fraction | None]) -> pd.Series[Any]:
    return pd.Series(list(values), dtype="object")


def _change(new: Fraction | None, old: Fraction | None) -> Fraction | None:
    return None if new is None or old is None else new - old


def _growth(name: str, new: Fraction | None, old: Fraction | None) -> Fraction | None:
    if new is None or old is None or old <= 0 or kpi(name).is_share:
        return None
    return (new - old) / old


def contributions(sums: pd.DataFrame, quarter: int, distance: int, measure: str) -> pd.DataFrame:
    """Split the change of an additive measure by service type.

    Parameters
    ----------
    sums : DataFrame
        From :func:`analysis.kpis.levels`.
    quarter : int
        Index of the later quarter.
    distance : int
        Quarters back to the base (1 or 4).
    measure : str
        Additive measure, such as ``services`` or ``sales_centimos``.

    Returns
    -------
    DataFrame
        Columns service_type, base, value, change and points (contribution to growth, a Fraction;
        the points of all types add up to the total growth), largest change first.
    """
    pivot = (
        sums[sums["quarter"].isin([quarter - distance, quarter])]
        .pivot_table(
            index="service_type", columns="quarter", values=measure, aggfunc="sum", fill_value=0
        )
        .reindex(columns=[quarter - distance, quarter], fill_value=0)
    )
    pivot.columns = pd.Index(["base", "value"])
    pivot = pivot[(pivot["base"] != 0) | (pivot["value"] != 0)].reset_index()
    pivot["change"] = pivot["value"] - pivot["base"]
    whole = int(pivot["base"].sum())
    pivot["points"] = _exact(Fraction(int(c), whole) if whole else None for c in pivot["change"])
    return pivot.sort_values(["change", "service_type"], ascending=[False, True], ignore_index=True)


def compare_levels(levels: pd.DataFrame, grain: Grain, base: str) -> pd.DataFrame:
    """Compare the level of every indicator of the method with its base period.

    Parameters
    ----------
    levels : DataFrame
        From :func:`analysis.kpis.levels.level_table`.
    grain : {"month", "quarter", "half-year"}
        Length of a period.
    base : {"previous", "year-ago"}
        What to compare with.

    Returns
    -------
    DataFrame
        The table with base_period, base_value, change (percentage points for shares) and growth
        (a Fraction; None for shares and where undefined). A period without a base has None there:
        a gap stays a gap.
    """
    bases = levels[["key", "index", "period", "value"]].copy()
    bases["index"] += distance(grain, base)
    joined = levels.merge(
        bases.rename(columns={"period": "base_period", "value": "base_value"}),
        on=["key", "index"],
        how="left",
        validate="one_to_one",
    )
    for column in ("value", "base_value", "base_period"):
        joined[column] = joined[column].astype("object").where(joined[column].notna(), None)
    pairs = list(zip(joined["key"], joined["value"], joined["base_value"], strict=True))
    joined["change"] = _exact(_change(new, old) for _, new, old in pairs)
    joined["growth"] = _exact(
        None
        if new is None or old is None or old <= 0 or indicator(key).level_unit == "%"
        else (new - old) / old
        for key, new, old in pairs
    )
    return joined


def contributions_by_type(totals: Totals, measure: str, period: str, base: str) -> pd.DataFrame:
    """Split the change of any additive measure by service type, for any length of period.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.levels.totals`.
    measure : str
        Such as ``sales``, ``services`` or ``operating_cost``.
    period : str
        A month, quarter or half-year.
    base : str
        What to compare with.

    Returns
    -------
    DataFrame
        Columns service_type, base, value, change (whole numbers as summed) and points (Fractions
        of the base's total, which add up to the growth); largest change first.

    Raises
    ------
    InputError
        If either period is not fully recorded.
    """
    grain, index = parse_label(period)
    size, earlier = MONTHS[grain], index - distance(grain, base)
    known = periods(totals, grain)
    for number in (earlier, index):
        if known.get(number, {}).get(measure) is None:
            raise InputError(
                f"{measure} is not recorded for the whole period",
                value=period_label(number, grain),
            )
    rows = totals[totals["measure"] == measure]
    rows = rows.assign(quarter=rows["month"] // size)
    wide = rows.rename(columns={"value": measure})
    return contributions(wide, index, index - earlier, measure)


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


def comparison_data(table: pd.DataFrame, period: str, currency: str = MONEY) -> pd.DataFrame:
    """Compare every KPI of a period with the previous one and with a year before.

    Parameters
    ----------
    table : DataFrame
        From :func:`analysis.kpis.kpi_periods`, by periods of this length.
    period : str
        A month, quarter or half-year, such as ``2024Q2``.
    currency : str
        Name of the unit of money.

    Returns
    -------
    DataFrame
        One row per KPI and base (previous, year-ago): kpi, name, unit, better, base,
        base_period, value, base_value, change (points, for shares), growth (Fraction; None for
        shares) and effect (good, bad, neutral, or none where there is nothing to compare).
    """
    grain, _ = parse_label(period)
    rows = []
    for kpi_id in dict.fromkeys(table["kpi"]):
        record = kpi(str(kpi_id))
        current = table[(table["kpi"] == kpi_id) & (table["period"] == period)].iloc[0]
        for base in BASES:
            compared = compare(table[table["kpi"] == kpi_id], base, grain)
            found = compared[compared["period"] == period]
            row = found.iloc[0] if len(found) else None
            change = None if row is None else row["change"]
            rows.append(
                {
                    "kpi": kpi_id,
                    "name": record.name,
                    "unit": unit_in(record.unit, currency),
                    "better": record.better,
                    "base": base,
                    "base_period": "" if row is None else row["base_period"],
                    "value": current["value"],
                    "base_value": None if row is None else row["base_value"],
                    "change": change,
                    "growth": None if row is None else row["growth"],
                    "effect": _effect(change, record.better),
                }
            )
    return pd.DataFrame(rows)


def _effect(change: Fraction | None, better: str) -> str:
    if change is None:
        return "none"
    if change == 0 or better == "none":
        return "neutral"
    return "good" if (change > 0) == (better == "up") else "bad"
