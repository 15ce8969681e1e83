"""The reduce step of the method's catalogue: whole-number sums by month, service type and measure.

It is the long form of :mod:`analysis.kpis.sums`: more measures, months, and any of the tables may
be missing. What was recorded as nothing stands as a row with zero; what was not recorded has no
row, so that a gap stays a gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pandas as pd

from analysis.kpis.measures import MEASURES, MeasureSpec
from analysis.kpis.sums import ALL, SATISFIED_FROM
from analysis.periods import MONTHS, Grain, parse_quarter

OPERATING = ("materials", "labour", "selling", "admin", "other_operating")
"""Categories of cost that count as operating cost."""

NEW_AFTER_QUARTERS = 4
"""A customer is new who was not invoiced in this many quarters before."""

Totals = pd.DataFrame
"""Columns month (index), service_type, measure, value (whole number)."""

Period = dict[str, Fraction | None]
"""Measures of one period in their units; None where something was not recorded."""


def month_index(days: pd.Series[Any]) -> pd.Series[int]:
    """Month index of each day."""
    index: pd.Series[int] = 12 * days.dt.year + days.dt.month - 1
    return index


def totals(ledger: dict[str, pd.DataFrame]) -> Totals:
    """Reduce a ledger to sums by month, service type and measure.

    Parameters
    ----------
    ledger : dict of str to DataFrame
        Tables by name; a measure whose table is missing is left out.

    Returns
    -------
    DataFrame
        Columns month, service_type (or ``all``), measure and value; sorted, integers.
    """
    parts = [
        part
        for make in (_service, _sales, _cost, _survey, _hours, _staff, _esg, _statements)
        for part in make(ledger)
    ]
    stacked = pd.concat(parts, ignore_index=True)
    stacked["value"] = stacked["value"].astype("int64")
    keys = ["month", "service_type", "measure"]
    return stacked.groupby(keys, as_index=False, sort=True)[["value"]].sum()


def _part(measure: str, month: pd.Series[Any], value: Any, service_type: Any = ALL) -> pd.DataFrame:
    return pd.DataFrame(
        {"month": month, "service_type": service_type, "measure": measure, "value": value}
    )


def _zeros(measure: str, months: Any) -> pd.DataFrame:
    return _part(measure, pd.Series(sorted(set(months)), dtype="int64"), 0)


def _service(ledger: dict[str, pd.DataFrame]) -> Iterator[pd.DataFrame]:
    if "service" not in ledger:
        return
    service = ledger["service"]
    month, kind = month_index(service["completed_on"]), service["service_type"]
    days = (service["completed_on"] - service["requested_on"]).dt.days
    yield _part("services", month, 1, kind)
    yield _part("cycle_days", month, days, kind)
    yield _part("waiting_days", month, (service["started_on"] - service["requested_on"]).dt.days,
                kind)  # fmt: skip
    yield _part("working_days", month, (service["completed_on"] - service["started_on"]).dt.days,
                kind)  # fmt: skip
    on_time = service["completed_on"] <= service["due_on"]
    yield _part("on_time", month, on_time.astype("int64"), kind)
    if "service_budget" in ledger and "cost" in ledger:
        cost = ledger["cost"]
        spent = cost.groupby("service_id")["amount_centimos"].sum()
        budget = ledger["service_budget"].set_index("service_id")["budget_centimos"]
        known = service["service_id"].isin(budget.index)
        within = service["service_id"].map(spent).fillna(0) <= service["service_id"].map(budget)
        good = (service["completed_on"] <= service["due_on"]) & within
        yield _part("on_time_in_budget", month[known], good[known].astype("int64"), kind[known])


def _sales(ledger: dict[str, pd.DataFrame]) -> Iterator[pd.DataFrame]:
    if "sale" not in ledger:
        return
    sale, service = ledger["sale"], ledger["service"].set_index("service_id")
    month = month_index(sale["invoiced_on"])
    kind = sale["service_id"].map(service["service_type"])
    yield _part("sales", month, sale["amount_centimos"], kind)
    customer = sale["service_id"].map(service["customer_id"])
    quarter = month // 3
    seen = set(zip(customer, quarter, strict=True))
    quarters = set(quarter)
    back = range(1, NEW_AFTER_QUARTERS + 1)
    whole = [all(q - n in quarters for n in back) for q in quarter]
    new = [
        not any((who, q - n) in seen for n in back)
        for who, q in zip(customer, quarter, strict=True)
    ]
    known = pd.Series(whole, index=sale.index, dtype=bool)
    value = sale["amount_centimos"].where(pd.Series(new, index=sale.index, dtype=bool), 0)
    yield _part("new_customer_sales", month[known], value[known], kind[known])


def _cost(ledger: dict[str, pd.DataFrame]) -> Iterator[pd.DataFrame]:
    if "cost" in ledger:
        cost = ledger["cost"]
        cost = cost[cost["category"].isin(OPERATING)]
        kind: Any = ALL
        if "service" in ledger:
            kinds = ledger["service"].set_index("service_id")["service_type"]
            kind = cost["service_id"].map(kinds).fillna(ALL)
        yield _part(
            "operating_cost", month_index(cost["incurred_on"]), cost["amount_centimos"], kind
        )


def _survey(ledger: dict[str, pd.DataFrame]) -> Iterator[pd.DataFrame]:
    if "survey_response" in ledger:
        rows = ledger["survey_response"]
        kind: Any = ALL
        if "service" in ledger:
            kinds = ledger["service"].set_index("service_id")["service_type"]
            kind = rows["service_id"].map(kinds).fillna(ALL)
        month = month_index(rows["answered_on"])
        yield _part("answers", month, 1, kind)
        yield _part("satisfied", month, (rows["score"] >= SATISFIED_FROM).astype("int64"), kind)
    if "staff_survey" in ledger:
        rows = ledger["staff_survey"]
        month = month_index(rows["answered_on"])
        yield _part("staff_answers", month, 1)
        yield _part("staff_satisfied", month, (rows["score"] >= SATISFIED_FROM).astype("int64"))
        yield _part("staff_points", month, rows["score"])


def _hours(ledger: dict[str, pd.DataFrame]) -> Iterator[pd.DataFrame]:
    if "staff_hours" not in ledger:
        return
    rows = ledger["staff_hours"]
    month = month_index(pd.to_datetime(rows["month"]))
    yield _part("hours", month, rows["quarter_hours"])
    if "training" in ledger:
        training = ledger["training"]
        yield _zeros("training_hours", month)
        yield _part("training_hours", month_index(training["held_on"]), training["quarter_hours"])


def _staff(ledger: dict[str, pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Count heads as each month opens, and leavers who were there as their quarter opened."""
    if "staff" not in ledger or "staff_hours" not in ledger:
        return
    staff = ledger["staff"]
    months = sorted(set(month_index(pd.to_datetime(ledger["staff_hours"]["month"]))))
    for month in months:
        start = pd.Timestamp(month // 12, month % 12 + 1, 1)
        there = (staff["hired_on"] < start) & ~(staff["left_on"] < start)
        yield _part("staff_opening", pd.Series([month]), int(there.sum()))
    yield _zeros("leavers", months)
    gone = staff[staff["left_on"].notna()]
    left = month_index(gone["left_on"])
    opening = pd.to_datetime({"year": left // 12, "month": left % 12 // 3 * 3 + 1, "day": 1})
    yield _part("leavers", left[gone["hired_on"] < opening], 1)


def _esg(ledger: dict[str, pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Sum scores and their number; a mean is the ratio of the two."""
    if "esg_score" in ledger:
        rows = ledger["esg_score"]
        month = rows["period"].map(parse_quarter) * 3 + 2
        measure = "esg_" + rows["pillar"].str.lower()
        for suffix, value in (("", rows["score"]), ("_n", 1)):
            yield pd.DataFrame(
                {"month": month, "service_type": ALL, "measure": measure + suffix, "value": value}
            )


def _statements(ledger: dict[str, pd.DataFrame]) -> Iterator[pd.DataFrame]:
    if "fin_statement" in ledger:
        rows = ledger["fin_statement"]
        rows = rows[rows["basis"] == "discrete"]
        month = rows["period"].map(parse_quarter) * 3 + 2
        yield _part("net_profit", month, net_profit(rows))
        yield _part("equity", month, rows["equity"])
        yield _part("debt", month, rows["interest_debt"])


def net_profit(rows: pd.DataFrame) -> pd.Series[int]:
    """Go down the ladder from sales to net profit."""
    plus = rows[["sales", "other_op_income", "fin_income", "extra_gain"]].sum(axis=1)
    minus = rows[
        ["cogs", "selling", "admin", "other_op_cost", "fin_cost", "extra_loss", "income_tax",
         "other_charges"]
    ].sum(axis=1)  # fmt: skip
    return plus - minus


def periods(totals: Totals, grain: Grain, service_type: str | None = None) -> dict[int, Period]:
    """Roll sums up to periods.

    Parameters
    ----------
    totals : DataFrame
        From :func:`totals`.
    grain : {"month", "quarter", "half-year"}
        Length of a period.
    service_type : str, optional
        Only this type; measures that belong to no type are then None.

    Returns
    -------
    dict of int to dict
        By period index, every measure of :data:`MEASURES`: None unless the period is covered.
    """
    size = MONTHS[grain]
    shown = totals
    if service_type is not None:
        typed = totals[totals["service_type"] != ALL]
        shown = typed.assign(value=typed["value"].where(typed["service_type"] == service_type, 0))
    by_month: dict[str, dict[int, int]] = {}
    for name, month, value in zip(shown["measure"], shown["month"], shown["value"], strict=True):
        months_of = by_month.setdefault(str(name), {})
        months_of[int(month)] = months_of.get(int(month), 0) + int(value)
    months = totals["month"]
    first, last = int(months.min()) // size, int(months.max()) // size
    return {
        index: {name: _rolled(spec, by_month, index, size) for name, spec in MEASURES.items()}
        for index in range(first, last + 1)
    }


def _rolled(
    spec: MeasureSpec, by_month: dict[str, dict[int, int]], index: int, size: int
) -> Fraction | None:
    start, end = index * size, (index + 1) * size
    name = (
        spec.name.removesuffix("_opening") if spec.stock and spec.kept == "quarter" else spec.name
    )
    known = by_month.get(name, {})
    if spec.stock:
        month = end - 1 if spec.stock == "closing" else start - (spec.kept == "quarter")
        if spec.kept == "quarter" and size % 3:
            return None
        return known[month] * spec.scale if month in known else None
    inside = [month for month in range(start, end) if month in known]
    step = {"month": 1, "quarter": 3, "any": size}[spec.kept]
    if size % step or len(inside) < size // step:
        return None
    total = sum(known[month] for month in inside)
    if spec.name.startswith("esg_"):
        counts = by_month[f"{spec.name}_n"]
        return Fraction(total, sum(counts[month] for month in inside))
    return total * spec.scale
