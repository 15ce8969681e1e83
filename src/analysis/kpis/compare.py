"""Comparison of periods: with the one before and with the same one of last year.

A period is compared by looking its base up by index, never by position, so that a missing quarter
leaves a gap instead of a wrong comparison. The tables that are written come from here too.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import repeat
from typing import Any, Literal

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.periods import (
    Calendar,
    Grain,
    begins_late,
    calendar,
    containing,
    covered,
    distance,
    ends_within_month,
    is_to_date,
    months_in,
    parse_label,
    period_label,
)
from analysis.base.text import column, fixed
from analysis.kpis.catalogue import MEASURES, MONEY, Totals, catalogue, compute, indicator, kpi
from analysis.kpis.levels import base_of, comparable_rows, kpi_periods, periods
from analysis.tables.case import Case
from analysis.tables.rows import read_rows
from analysis.tables.strategy_tables import PLAN

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


def compare(
    table: pd.DataFrame, base: str, grain: Grain = "quarter", *, gaps: bool = False
) -> pd.DataFrame:
    """Compare every indicator with its value in a base period.

    Parameters
    ----------
    table : DataFrame
        From :func:`analysis.kpis.levels.kpi_periods` or :func:`analysis.kpis.levels.level_table`.
    base : {"previous", "year-ago"}
        What to compare with.
    grain : {"month", "quarter", "half-year"}
        Length of the table's periods.
    gaps : bool
        Keep periods without a base, with None for it; they are left out otherwise.

    Returns
    -------
    DataFrame
        The table with base_period, base_value, change (value − base, in the indicator's unit,
        percentage points for shares) and growth (change ÷ base, a Fraction; None where undefined
        and for shares, whose change is in points).

    Examples
    --------
    >>> table = pd.DataFrame({"kpi": "sales", "period": ["2024Q1", "2024Q2"], "index": [1, 2]})
    >>> table["value"] = column([Fraction(200), Fraction(250)])
    >>> compare(table, "previous")["growth"].tolist()
    [Fraction(1, 4)]
    """
    name, find = ("kpi", kpi) if "kpi" in table else ("key", indicator)
    bases = table[[name, "index", "period", "value"]].copy()
    bases["index"] += distance(grain, base)
    joined = table.merge(
        bases.rename(columns={"period": "base_period", "value": "base_value"}),
        on=[name, "index"],
        how="left" if gaps else "inner",
        validate="one_to_one",
    )
    for kept in ("value", "base_value", "base_period") if gaps else ():
        joined[kept] = joined[kept].astype("object").where(joined[kept].notna(), None)
    shares = [find(str(key)).is_share for key in joined[name]]
    if calendar() != Calendar():
        joined["base_value"] = _fair_base(joined, grain, base)
    pairs = list(zip(joined["value"], joined["base_value"], strict=True))
    joined["change"] = column(None if None in (new, old) else new - old for new, old in pairs)
    joined["growth"] = column(
        None if None in (new, old) or old <= 0 or share else (new - old) / old
        for (new, old), share in zip(pairs, shares, strict=True)
    )
    return joined


def _fair_base(joined: pd.DataFrame, grain: Grain, base: str) -> pd.Series[Any]:
    """Compare a period to date with the same days of last year, and no part with a whole."""
    after_a_year = distance(grain, base) == distance(grain, "year-ago")
    rows = zip(
        joined["period"],
        joined["base_period"],
        joined["base_value"],
        joined.get("same_days", joined["base_value"]) if after_a_year else repeat(None),
        strict=after_a_year,
    )
    return column(
        same_days if is_to_date(now) else None if then and begins_late(then) else value
        for now, then, value, same_days in rows
    )


def contributions_by_type(
    totals: Totals, measure: str, period: str, base: str, by: str = "service_type"
) -> pd.DataFrame:
    """Split the change of an additive measure by service type, or by segment.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.reduce.reduce`.
    measure : str
        Such as ``sales``, ``services`` or ``operating_cost``.
    period : str
        A month, quarter or half-year.
    base : {"previous", "year-ago"}
        What to compare with.
    by : {"service_type", "segment"}
        The dimension.

    Returns
    -------
    DataFrame
        Columns service_type (or segment), base, value, change (whole numbers as summed) and points
        (Fractions of the base's total, which add up to the growth); largest change first.

    Raises
    ------
    InputError
        If either period is not fully recorded.
    """
    grain, index = parse_label(period)
    earlier, known = index - distance(grain, base), periods(totals, grain)
    then = base_of(known, totals, period, base)
    for number, sums in ((earlier, then), (index, known.get(index, {}))):
        if sums.get(measure) is None:
            raise InputError(
                f"{measure} is not recorded for the whole period",
                value=period_label(number, grain),
            )
    rows = comparable_rows(totals, measure, period, base)
    index_of = containing(rows["month"], grain)
    both = {
        name: rows[index_of == number].groupby(by)["value"].sum()
        for name, number in (("base", earlier), ("value", index))
    }
    parts = pd.DataFrame(both).fillna(0).astype("int64")
    parts = parts[(parts["base"] != 0) | (parts["value"] != 0)]
    parts = parts.rename_axis(by).reset_index()
    parts["change"] = parts["value"] - parts["base"]
    whole = int(parts["base"].sum())
    parts["points"] = column(Fraction(int(c), whole) if whole else None for c in parts["change"])
    return parts.sort_values(["change", by], ascending=[False, True], ignore_index=True)


def kpi_csv(totals: Totals, kind: str, currency: str) -> pd.DataFrame:
    """Give the report's indicators by quarter and half-year, as they are written.

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
        Columns kpi, name, perspective, unit, grain, period, value (decimal), numerator,
        denominator, state, kind.
    """
    grains: tuple[Grain, ...] = ("quarter", "half-year")
    parts = [kpi_periods(totals, grain).assign(grain=grain) for grain in grains]
    table = pd.concat(parts, ignore_index=True)
    records = [kpi(name, currency) for name in table["kpi"]]
    for name in ("name", "perspective", "unit"):
        table[name] = [getattr(record, name) for record in records]
    table["value"] = [fixed(value) for value in table["value"]]
    columns = ["kpi", "name", "perspective", "unit", "grain", "period", "value"]
    return table.assign(kind=kind)[[*columns, "numerator", "denominator", "state", "kind"]]


def comparison_csv(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Every quarter against the previous one and the same one of last year, as they are written.

    Parameters
    ----------
    table : DataFrame
        From :func:`analysis.kpis.levels.kpi_periods`, by quarter.
    kind : str
        As in :func:`kpi_csv`.

    Returns
    -------
    DataFrame
        Columns kpi, period, base, base_period, value, base_value, change, growth (decimals), kind.
    """
    bases = {"previous-quarter": "previous", "year-ago": "year-ago"}
    parts = [compare(table, base).assign(base=words) for words, base in bases.items()]
    joined = pd.concat(parts, ignore_index=True)
    numbers = ["value", "base_value", "change", "growth"]
    for name in numbers:
        joined[name] = [fixed(value) for value in joined[name]]
    return joined.assign(kind=kind)[["kpi", "period", "base", "base_period", *numbers, "kind"]]


def comparison_data(table: pd.DataFrame, period: str, currency: str = MONEY) -> pd.DataFrame:
    """Compare every KPI of a period with the previous one and with a year before.

    Parameters
    ----------
    table : DataFrame
        From :func:`analysis.kpis.levels.kpi_periods`, by periods of this length.
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
    compared = {base: compare(table, base, grain).set_index("kpi") for base in BASES}
    found = {base: frame[frame["period"] == period] for base, frame in compared.items()}
    rows = []
    for kpi_id in dict.fromkeys(table["kpi"]):
        record = kpi(str(kpi_id), currency)
        current = table[(table["kpi"] == kpi_id) & (table["period"] == period)].iloc[0]
        for base in BASES:
            row = found[base].loc[kpi_id] if kpi_id in found[base].index else None
            change = None if row is None else row["change"]
            rows.append(
                {
                    "kpi": kpi_id,
                    "name": record.name,
                    "unit": record.unit,
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


def planned(case: Case, period: str) -> dict[str, Fraction]:
    """Return what a firm plans for a period, by the key of each indicator that has a plan.

    Parameters
    ----------
    case : Case
        Its ``plan.csv`` gives levels of indicators or of the measures that they are made of.
    period : str
        A month, quarter, half-year or year.

    Returns
    -------
    dict of str to Fraction
        In the units of the indicators, such as whole soles or per cent, for the report's own
        (``sales``) and the method's (``F2``). A plan for months or quarters adds up to longer
        periods if it has all of them, and planned measures give planned ratios: sales and services
        give revenue per service. For a period to date, the plan is that of its months so far.
        Nothing is known of a part of a month, or where no plan is written.
    """
    if not (case.method / PLAN.file).is_file():
        return {}
    by_key: dict[str, dict[range, Fraction]] = {}
    for row in read_rows(PLAN, case.method, case.root):
        by_key.setdefault(row.kpi, {})[months_in(row.period)] = Fraction(row.value)
    grain, index = parse_label(period)
    wanted = covered(index, grain)
    if is_to_date(period) and ends_within_month():
        return {}
    measures = {
        name: (_added(plan, wanted) if spec.adds_up else plan.get(wanted))
        for name, spec in MEASURES.items()
        for plan in (by_key.get(name, {}),)
    }
    found: dict[str, Fraction] = {}
    for record in catalogue():
        names = (record.key, *getattr(record, "aliases", ()))
        given = [by_key[name][wanted] for name in names if wanted in by_key.get(name, {})]
        value = given[0] if given else compute(record.level, measures)
        if value is not None:
            found[record.key] = value
    return found


def _added(plan: Mapping[range, Fraction], wanted: range) -> Fraction | None:
    """Add up what is planned for the parts of a period, the longest first."""
    left, total = {*wanted}, Fraction(0)
    for months in sorted(plan, key=len, reverse=True):
        if left.issuperset(months):
            left.difference_update(months)
            total += plan[months]
    return None if left else total
