"""The reduce step: from the rows of a ledger, at any size, to a small table of whole-number sums.

It is written once, in narwhals, and runs where the rows are: in pandas, in DuckDB over files larger
than memory, or on every partition of a cluster. All that follows (ratios, growth, comparison) is
pandas on the sums.

Sums add over months, types and segments; rates never do. All sums are integers (money in céntimos,
time in quarters of an hour, durations in days), so they are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from analysis.kpis.duck import computed_once
from analysis.kpis.measures import MEASURES
from analysis.kpis.small import SATISFIED_FROM, Frames, Parts, month_index, small_sums

ALL = "all"
"""Label of what belongs to no single service type or segment (staff time)."""

OPERATING = ("materials", "labour", "selling", "admin", "other_operating")
"""Categories of cost that count as operating cost."""

NEW_AFTER_QUARTERS = 4
"""A customer is new who was not invoiced in this many quarters before."""

DIMENSIONS = ("service_type", "segment")
"""What sums can be split by, beside the month."""

NEW_SALES = "new_customer_sales"

ALL_MEASURES = (*MEASURES, "waiting_days", "working_days", "on_time")
"""Everything that can be summed."""

_COUNT = nw.lit(1)


def reduce(
    ledger: Mapping[str, Any],
    by: Sequence[str] = ("service_type",),
    measures: Collection[str] = ALL_MEASURES,
) -> pd.DataFrame:
    """Reduce a ledger to sums by month, the given dimensions and measure.

    Parameters
    ----------
    ledger : mapping of str to frame
        Tables by name, as pandas frames or DuckDB relations. A measure whose tables are not all
        there is left out.
    by : sequence of {"service_type", "segment"}
        Dimensions; none for sums over everything, which need fewer joins.
    measures : collection of str
        What is wanted; only the columns that it needs are read.

    Returns
    -------
    DataFrame
        Columns month (index), those of `by` (``all`` for what belongs to no single one), measure
        and value; sorted, integers. What was recorded as nothing stands as a row with zero; what
        was not recorded has no row, so that a gap stays a gap.
    """
    frames = lazy(ledger)
    parts = [*row_sums(frames, by, measures), *small_sums(frames, measures)]
    if "sale" in frames:
        lines = invoices(frames, by, measures)
        if "customer_id" in lines.collect_schema():
            lines = _computed_once(lines)
            parts += new_customer_sums(lines, by)
        parts += sale_sums(lines, by, measures)
    return add_up(parts, by)


def lazy(ledger: Mapping[str, Any]) -> Frames:
    """Wrap every table so that nothing is computed before it is asked for."""
    return {name: nw.from_native(table).lazy() for name, table in ledger.items()}


def add_up(parts: Iterable[pd.DataFrame], by: Sequence[str]) -> pd.DataFrame:
    """Add parts of a cube; see :func:`reduce` for what is returned.

    Sales to new customers are known only where all the quarters before are, so those of other
    months are dropped here, once all parts are there.
    """
    keys = ["month", *by, "measure"]
    empty = pd.DataFrame({key: pd.Series(dtype="object") for key in keys}).assign(value=0)
    stacked = pd.concat([empty, *parts], ignore_index=True)
    stacked[list(by)] = stacked[list(by)].fillna(ALL)
    stacked = stacked.astype({"month": "int64", "value": "int64"})
    cube = stacked.groupby(keys, as_index=False, sort=True)[["value"]].sum()
    new = cube["measure"] == NEW_SALES
    quarter = cube["month"] // 3
    quarters = set(quarter[new])
    back = range(1, NEW_AFTER_QUARTERS + 1)
    whole = [q for q in quarters if all(q - n in quarters for n in back)]
    return cube[~new | quarter.isin(whole)].reset_index(drop=True)


def duration_counts(ledger: Mapping[str, Any]) -> pd.DataFrame:
    """Count services by month of completion and days from request to completion.

    Counts add up over any division of the ledger, and a median is exact from them.

    Returns
    -------
    DataFrame
        Columns month (index), days and count; sorted, integers.
    """
    service = lazy(ledger)["service"]
    days = _days(service, "requested_on", "completed_on")
    rows = service.select("completed_on", days=days)
    counted = rows.group_by("completed_on", "days").agg(count=nw.len())
    found: pd.DataFrame = counted.collect("pandas").to_native()
    found["month"] = month_index(found["completed_on"])
    keys = ["month", "days"]
    return found.groupby(keys, as_index=False)[["count"]].sum().astype("int64")


def row_sums(frames: Frames, by: Sequence[str], measures: Collection[str]) -> Parts:
    """Sum the tables that have a row for every service, cost or answer.

    Additive over any division of the ledger that keeps all rows of a service together.
    """
    if "service" in frames:
        yield from _services(frames, by, measures)
    if "cost" in frames:
        rows = _typed(frames, "cost", by).filter(nw.col("category").is_in(OPERATING))
        exact = {"operating_cost": nw.col("amount_centimos")}
        yield from _sums(rows, "incurred_on", by, exact, measures)
    if "survey_response" in frames:
        rows = _typed(frames, "survey_response", by)
        asked = {"answers": _COUNT, "satisfied": _flag(nw.col("score") >= SATISFIED_FROM)}
        yield from _sums(rows, "answered_on", by, asked, measures)


def _services(frames: Frames, by: Sequence[str], measures: Collection[str]) -> Parts:
    service = _with_segment(frames["service"], frames, by)
    on_time = nw.col("completed_on") <= nw.col("due_on")
    spans = {
        "services": _COUNT,
        "cycle_days": _days(service, "requested_on", "completed_on"),
        "waiting_days": _days(service, "requested_on", "started_on"),
        "working_days": _days(service, "started_on", "completed_on"),
        "on_time": _flag(on_time),
    }
    yield from _sums(service, "completed_on", by, spans, measures)
    if {"service_budget", "cost"} <= frames.keys() and "on_time_in_budget" in measures:
        budgeted = service.join(_left_of_budgets(frames), on="service_id")
        good = {"on_time_in_budget": _flag(on_time & (nw.col("left") >= 0))}
        yield from _sums(budgeted, "completed_on", by, good, measures)


def _left_of_budgets(frames: Frames) -> nw.LazyFrame[Any]:
    """Sum what is left of the budget of every service that has one.

    Budgets and costs are added up in one pass, since joining them costs more at many rows.
    """
    amount = nw.col("amount_centimos")
    granted = frames["service_budget"].select("service_id", left="budget_centimos", budgets=_COUNT)
    spent = frames["cost"].select("service_id", left=-amount, budgets=_COUNT - 1)
    both = nw.concat([granted, spent]).group_by("service_id").agg(nw.col("left", "budgets").sum())
    return both.filter(nw.col("budgets") > 0).drop("budgets")


def invoices(frames: Frames, by: Sequence[str], measures: Collection[str]) -> nw.LazyFrame[Any]:
    """Invoice lines: day, amount, dimensions, and the customer where new ones are wanted."""
    named = ["customer_id"] if NEW_SALES in measures and "service" in frames else []
    lines = _typed(frames, "sale", [*named, *by])
    return lines.select("invoiced_on", "amount_centimos", *named, *by)


def sale_sums(lines: nw.LazyFrame[Any], by: Sequence[str], measures: Collection[str]) -> Parts:
    """Sum sales over invoice lines, as :func:`invoices` gives them."""
    yield from _sums(lines, "invoiced_on", by, {"sales": nw.col("amount_centimos")}, measures)


def new_customer_sums(lines: nw.LazyFrame[Any], by: Sequence[str]) -> Parts:
    """Sum the sales to customers who were not invoiced in the quarters before.

    Additive over any division of the invoice lines that keeps all lines of a customer together.

    Parameters
    ----------
    lines : LazyFrame
        From :func:`invoices`, with customers.
    by : sequence of str
        Dimensions.
    """
    day = nw.col("invoiced_on")
    ended = [_flag(day.dt.month() > month) for month in (3, 6, 9)]
    known = lines.filter(~nw.col("customer_id").is_null())
    rows = known.with_columns(quarter=4 * day.dt.year() + ended[0] + ended[1] + ended[2])
    before = nw.col("quarter").shift(1).over("customer_id", order_by="quarter")
    since = nw.col("quarter") - nw.col("before")
    seen = rows.select("customer_id", "quarter").unique().with_columns(before=before)
    seen = seen.with_columns(
        new=_flag(since.fill_null(NEW_AFTER_QUARTERS + 1) > NEW_AFTER_QUARTERS)
    ).drop("before")
    sold = {NEW_SALES: nw.col("amount_centimos") * nw.col("new")}
    rows = rows.join(seen, on=["customer_id", "quarter"])
    yield from _sums(rows, "invoiced_on", by, sold, (NEW_SALES,))


def _typed(frames: Frames, name: str, keys: Sequence[str]) -> nw.LazyFrame[Any]:
    """Give the rows of a table the dimensions, or the customer, of the service they belong to."""
    by = [key for key in keys if key in DIMENSIONS]
    if not keys or "service" not in frames:
        return frames[name].with_columns(nw.lit(ALL).alias(key) for key in by)
    service = _with_segment(frames["service"], frames, by).select("service_id", *keys)
    rows = frames[name].join(service, on="service_id", how="left")
    return rows.with_columns(nw.col(key).fill_null(ALL) for key in by)


def _computed_once(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Keep rows that are used more than once; DuckDB would join them anew each time."""
    if not rows.implementation.is_duckdb():
        return rows
    kept: nw.LazyFrame[Any] = nw.from_native(computed_once(rows.to_native())).lazy()
    return kept


def _with_segment(
    service: nw.LazyFrame[Any], frames: Frames, by: Sequence[str]
) -> nw.LazyFrame[Any]:
    if "segment" not in by:
        return service
    if "customer" not in frames:
        return service.with_columns(segment=nw.lit(ALL))
    segments = frames["customer"].select("customer_id", "segment")
    joined = service.join(segments, on="customer_id", how="left")
    return joined.with_columns(nw.col("segment").fill_null(ALL))


def _flag(condition: nw.Expr) -> nw.Expr:
    return condition.cast(nw.Int64)


def _days(frame: nw.LazyFrame[Any], first: str, last: str) -> nw.Expr:
    """Days between two dates: SQL subtracts dates to days, pandas to a length of time."""
    length = nw.col(last) - nw.col(first)
    if frame.implementation.is_duckdb():
        return length.cast(nw.Int64)
    return length.dt.total_minutes() // (24 * 60)


def _sums(
    rows: nw.LazyFrame[Any],
    day: str,
    by: Sequence[str],
    summed: Mapping[str, nw.Expr],
    measures: Collection[str],
) -> Parts:
    """Sum expressions by day and dimensions where the rows are; by month here, in pandas."""
    wanted = [name for name in summed if name in measures]
    if not wanted:
        return
    keys = [day, *by]
    chosen = rows.select(*keys, **{name: summed[name] for name in wanted})
    added = chosen.group_by(*keys).agg(nw.col(*wanted).sum())
    whole = added.with_columns(nw.col(*wanted).cast(nw.Int64))  # SQL adds up to wider numbers
    found = whole.collect("pandas").to_native()
    found["month"] = month_index(found[day])
    yield found.melt(id_vars=["month", *by], value_vars=wanted, var_name="measure")
