"""The reduce step: from the rows of a ledger, at any size, to a small table of whole-number sums.

It is written once, in narwhals, and runs where the rows are: in pandas, in DuckDB over files larger
than memory, in a database or on a cluster (``docs/large-data.md``). All that follows (ratios,
growth, comparison) is pandas on the sums.

Sums add over months, types and segments; rates never do. All sums are integers (money in céntimos,
time in quarters of an hour, durations in days), so they are the same on every machine. Tables that
stay small at any size (staff, scores, statements) are fetched as pandas frames.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from analysis.base.periods import (
    GRAINS,
    calendar,
    containing,
)
from analysis.kpis.catalogue import MEASURES
from analysis.kpis.duck import computed_once
from analysis.kpis.small_tables import (
    SATISFIED_FROM,
    Frames,
    Parts,
    collected,
    month_index,
    small_sums,
    zeros,
)

PUBLISHED = tuple(name for name, spec in MEASURES.items() if not spec.own)
"""Measures that are not of a firm's own rows alone."""

BY_MONTH = {
    spec.summed_as(form.months): spec
    for spec in MEASURES.values()
    for form in GRAINS.values()
    if spec.kept == "month" and not spec.stock
}
"""Names of sums of which every month is recorded, with their measures."""

ALL = "all"
"""Label of what belongs to no single service type or segment (staff time)."""

DIRECT = ("materials", "labour")
"""Categories of cost that a service itself causes; the paper's Table 1 targets these."""

OPERATING = (*DIRECT, "selling", "admin", "other_operating")
"""Categories of cost that count as operating cost."""

NEW_AFTER_QUARTERS = 4
"""A customer is new who was not invoiced in this many quarters before."""

DIMENSIONS = ("service_type", "segment")
"""What sums can be split by, beside the month."""

NEW_SALES, ACTIVE, INVOICES = "new_customer_sales", "active_customers", "invoices"

_COUNT = nw.lit(1)


def reduce(
    ledger: Mapping[str, Any],
    by: Sequence[str] = ("service_type",),
    measures: Collection[str] = PUBLISHED,
) -> pd.DataFrame:
    """Reduce a ledger to sums by month, the given dimensions and measure.

    Parameters
    ----------
    ledger : mapping of str to frame
        Tables by name, as anything that narwhals reads lazily. A measure whose tables are not all
        there is left out.
    by : sequence of {"service_type", "segment"}
        Dimensions; none for sums over everything, which need fewer joins.
    measures : collection of str
        What is wanted; only the columns that it needs are read. Left out, all that rows made up
        for a publication have too.

    Returns
    -------
    DataFrame
        Columns month (index), those of `by` (``all`` for what belongs to no single one), measure
        and value; sorted, integers. What was recorded as nothing stands as a row with zero; what
        was not recorded has no row, so that a gap stays a gap.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-05-03", "2024-05-31", "2024-06-30"])
    >>> sale = pd.DataFrame({"invoiced_on": days, "amount_centimos": [100, 250, 400]})
    >>> reduce({"sale": sale}, by=())[["measure", "value"]].to_records(index=False).tolist()
    [('sales', 350), ('sales', 400)]
    """
    frames = lazy(ledger)
    parts = [*row_sums(frames, by, measures), *small_sums(frames, measures)]
    if "sale" in frames:
        lines = invoices(frames, by, measures)
        columns = lines.collect_schema().names()
        if "customer_id" in columns or "invoice_id" in columns:
            lines = _computed_once(lines)
        if "customer_id" in columns and NEW_SALES in measures:
            parts += new_customer_sums(lines, by)
        if {INVOICES, ACTIVE} & set(measures):
            parts += sale_counts(lines)
        parts += sale_sums(lines, by, measures)
    return add_up(parts, by)


def lazy(ledger: Mapping[str, Any]) -> Frames:
    """Wrap every table so that nothing is computed before it is asked for."""
    return {name: nw.from_native(table).lazy() for name, table in ledger.items()}


def add_up(parts: Iterable[pd.DataFrame], by: Sequence[str]) -> pd.DataFrame:
    """Add parts of a cube; see :func:`reduce` for what is returned.

    Sales to new customers are known only where all the quarters before are, so those of other
    months are dropped here, once all parts are there. In the months in which the firm was closed,
    what is recorded by the month is recorded as zero.
    """
    keys = ["month", *by, "measure"]
    empty = pd.DataFrame({key: pd.Series(dtype="object") for key in keys}).assign(value=0)
    stacked = pd.concat([empty, *parts], ignore_index=True)
    zero = sorted(set(stacked["measure"]) & set(BY_MONTH)) if calendar().closed else []
    stacked = pd.concat([stacked, *(zeros(name, calendar().closed) for name in zero)])
    stacked[list(by)] = stacked[list(by)].fillna(ALL)
    stacked = stacked.astype({"month": "int64", "value": "int64"})
    cube = stacked.groupby(keys, as_index=False, sort=True)[["value"]].sum()
    new = cube["measure"] == NEW_SALES
    quarter = containing(cube["month"], "quarter")
    quarters = set(quarter[new])
    back = range(1, NEW_AFTER_QUARTERS + 1)
    whole = [q for q in quarters if all(q - n in quarters for n in back)]
    return cube[~new | quarter.isin(whole)].reset_index(drop=True)


def row_sums(frames: Frames, by: Sequence[str], measures: Collection[str]) -> Parts:
    """Sum the tables that have a row for every service, cost or answer.

    Additive over any division of the ledger that keeps all rows of a service together.
    """
    if parts := [*_daily_sums(frames, by, measures)]:
        yield known(pd.concat(parts, ignore_index=True), measures)


BY_DAY = (
    *("services", "cycle_days", "waiting_days", "working_days", "on_time"),
    *("sales", "direct_cost", "operating_cost", "answers", "satisfied"),
)
"""Measures to which each day adds what its own rows have."""


def daily_sums(ledger: Mapping[str, Any], measure: str) -> pd.DataFrame:
    """Sum a measure of `BY_DAY` by day and month, with what :func:`known` needs."""
    frames = lazy(ledger)
    parts = [*_daily_sums(frames, (), (measure,))]
    if "sale" in frames:
        parts += sale_sums(frames["sale"], (), (measure,))
    return parts[0] if parts else pd.DataFrame(columns=["day", "month", "measure", "value"])


def _daily_sums(frames: Frames, by: Sequence[str], measures: Collection[str]) -> Parts:
    if "service" in frames:
        yield from _sums_of_services(frames, by, measures)
    if "cost" in frames:
        rows = _typed(frames, "cost", by).filter(nw.col("category").is_in(OPERATING))
        amount = nw.col("amount_centimos")
        direct = amount * _flag(nw.col("category").is_in(DIRECT))
        exact = {"direct_cost": direct, "operating_cost": amount}
        yield from _sums(rows, "incurred_on", by, exact, measures)
    if "survey_response" in frames:
        rows = _typed(frames, "survey_response", by)
        asked = {"answers": _COUNT, "satisfied": _flag(nw.col("score") >= SATISFIED_FROM)}
        yield from _sums(rows, "answered_on", by, asked, measures)


_NEEDED = {
    "cycle_days": ("requested_on",),
    "waiting_days": ("requested_on", "started_on"),
    "working_days": ("started_on",),
    "on_time": ("due_on",),
    "on_time_in_budget": ("due_on",),
}
"""Days of a service that may be unknown, by the measures that need them."""


def known(sums: pd.DataFrame, measures: Collection[str]) -> pd.DataFrame:
    """Leave out each measure in months in which a service lacks a day for it."""
    for name in [name for name in _NEEDED if name in measures]:
        lacking = sums["measure"].isin([f"no {day}" for day in _NEEDED[name]]) & (sums["value"] > 0)
        months = sums["month"][lacking]
        sums = sums[(sums["measure"] != name) | ~sums["month"].isin(months)]
    return sums[sums["measure"].isin([*measures])]


def _sums_of_services(frames: Frames, by: Sequence[str], measures: Collection[str]) -> Parts:
    needed = {day for name, days in _NEEDED.items() if name in measures for day in days}
    lacks = {f"no {day}": _flag(nw.col(day).is_null()) for day in sorted(needed)}
    service = _typed(frames, "service", by)
    on_time = nw.col("completed_on") <= nw.col("due_on")
    spans = {
        "services": _COUNT,
        "cycle_days": _days(service, "requested_on", "completed_on"),
        "waiting_days": _days(service, "requested_on", "started_on"),
        "working_days": _days(service, "started_on", "completed_on"),
        "on_time": _flag(on_time),
        **lacks,
    }
    yield from _sums(service, "completed_on", by, spans, [*measures, *lacks])
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
    if "service_id" not in frames["cost"].collect_schema():
        return granted.drop("budgets")
    spent = frames["cost"].select("service_id", left=-amount, budgets=_COUNT - 1)
    both = nw.concat([granted, spent]).group_by("service_id").agg(nw.col("left", "budgets").sum())
    return both.filter(nw.col("budgets") > 0).drop("budgets")


def invoices(frames: Frames, by: Sequence[str], measures: Collection[str]) -> nw.LazyFrame[Any]:
    """Invoice lines: day, amount, dimensions, and customer and number where they are wanted."""
    customer = ["customer_id"] if {NEW_SALES, ACTIVE} & set(measures) else []
    lines = _typed(frames, "sale", [*customer, *by])
    there = lines.collect_schema().names()
    named = [name for name in customer if name in there]
    named += ["invoice_id"] if INVOICES in measures and "invoice_id" in there else []
    return lines.select("invoiced_on", "amount_centimos", *named, *by)


def sale_counts(lines: nw.LazyFrame[Any]) -> Parts:
    """Count invoices that ask for money, and customers with such an invoice.

    An invoice counts once, in the month of its first line. A customer counts once in each period,
    in its first month; sums of several months would count a customer several times, so that there
    is a sum for every length of period. Lines of one invoice may be of several service types, so
    that neither is split.
    """
    rows = lines.with_columns(month=_month())
    months = collected(rows.group_by("month").agg(lines=nw.len()), "month")["month"]
    asked = rows.filter(nw.col("amount_centimos") > 0)
    there = lines.collect_schema().names()
    if "invoice_id" in there:
        once = _named(asked, "invoice_id").group_by("invoice_id").agg(nw.col("month").min())
        yield from _counted(INVOICES, once, months)
    if "customer_id" in there:
        named = _named(asked, "customer_id").group_by("customer_id", "month").agg(lines=nw.len())
        for grain, form in GRAINS.items():
            period: Any = nw.col("month")
            in_periods = named.with_columns(period=containing(period, grain))
            once = in_periods.group_by("customer_id", "period").agg(nw.col("month").min())
            yield from _counted(MEASURES[ACTIVE].summed_as(form.months), once, months)


def _month() -> nw.Expr:
    day = nw.col("invoiced_on")
    return (12 * day.dt.year() + day.dt.month() - 1).cast(nw.Int64)


def _counted(measure: str, rows: nw.LazyFrame[Any], months: Any) -> Parts:
    """Count rows by month; nothing at all if there is none, and zero in the other months."""
    counted = collected(rows.group_by("month").agg(value=nw.len()), "month", "value")
    if len(counted):
        yield zeros(measure, months)
        yield counted.assign(measure=measure)


def sale_sums(lines: nw.LazyFrame[Any], by: Sequence[str], measures: Collection[str]) -> Parts:
    """Sum sales over invoice lines, as :func:`invoices` gives them."""
    yield from _sums(lines, "invoiced_on", by, {"sales": nw.col("amount_centimos")}, measures)


def new_customer_sums(lines: nw.LazyFrame[Any], by: Sequence[str]) -> Parts:
    """Sum the sales to customers who were not invoiced in the quarters before.

    Every quarter in which a customer was invoiced is set beside each of the customer's others;
    those that follow one closely enough are quarters in which somebody is still known. No engine
    needs to sort for that.

    Parameters
    ----------
    lines : LazyFrame
        From :func:`invoices`, with customers.
    by : sequence of str
        Dimensions.
    """
    month: Any = _month()
    named = _named(lines, "customer_id")
    rows = named.with_columns(quarter=containing(month, "quarter"))
    once = rows.group_by("customer_id", "quarter").agg(lines=nw.len())  # Dask joins no unique()
    invoiced = once.select("customer_id", "quarter")
    pairs = invoiced.join(invoiced.rename({"quarter": "earlier"}), on="customer_id")
    since = nw.col("quarter") - nw.col("earlier")
    near = pairs.filter(since > 0, since <= NEW_AFTER_QUARTERS)
    known = near.select("customer_id", "quarter").unique().with_columns(known=nw.lit(1))
    rows = rows.join(known, on=["customer_id", "quarter"], how="left")
    sold = {NEW_SALES: nw.col("amount_centimos") * (1 - nw.col("known").fill_null(0))}
    yield from _sums(rows, "invoiced_on", by, sold, (NEW_SALES,))


def _typed(frames: Frames, name: str, keys: Sequence[str]) -> nw.LazyFrame[Any]:
    """Give rows dimensions, or the customer: their own, or else those of service and customer."""
    rows = frames[name]
    if not keys:
        return rows
    wanted = {*keys, *(["customer_id"] if "segment" in keys else [])}
    there = rows.collect_schema().names()
    sources = {key: [f"own_{key}"] if key in there else [] for key in sorted(wanted)}
    rows = rows.rename({key: own[0] for key, own in sources.items() if own})
    if name != "service" and "service" in frames and "service_id" in there:
        service = _named(frames["service"], "service_id")
        known = wanted & {*service.collect_schema().names()}
        theirs = {f"their_{key}": nw.col(key) for key in sorted(known)}
        rows = rows.join(service.select("service_id", **theirs), on="service_id", how="left")
        for key in known:
            sources[key].append(f"their_{key}")
    if customers := sources.get("customer_id"):
        rows = rows.with_columns(customer_id=_first_of(customers, nw.col(customers[-1])))
        if "segment" in keys and "customer" in frames:
            segments = frames["customer"].select("customer_id", their_segment="segment")
            rows = rows.join(segments, on="customer_id", how="left")
            sources["segment"].append("their_segment")
    found = {key: _first_of(sources[key], nw.lit(ALL)) for key in DIMENSIONS if key in keys}
    return rows.with_columns(**found) if found else rows


def _first_of(columns: Sequence[str], otherwise: nw.Expr) -> nw.Expr:
    """Return the first of some columns that is filled."""
    for name in reversed(columns):
        otherwise = nw.when(_is_filled(name)).then(nw.col(name)).otherwise(otherwise)
    return otherwise


def _is_filled(name: str) -> nw.Expr:
    return ~nw.col(name).is_null() & (nw.col(name) != "")


def _named(rows: nw.LazyFrame[Any], key: str) -> nw.LazyFrame[Any]:
    """Return the rows that name a customer, an invoice or a service."""
    return rows.filter(_is_filled(key))


def _computed_once(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Keep rows that are used more than once; DuckDB would join them anew each time."""
    if not rows.implementation.is_duckdb():
        return rows
    kept: nw.LazyFrame[Any] = nw.from_native(computed_once(rows.to_native())).lazy()
    return kept


def _flag(condition: nw.Expr) -> nw.Expr:
    return condition.cast(nw.Int64)


def _days(frame: nw.LazyFrame[Any], first: str, last: str) -> nw.Expr:
    """Days between two dates: SQL subtracts dates to days, data frames to a length of time."""
    engine = frame.implementation
    if engine.is_pandas_like() or engine.is_dask():
        return (nw.col(last) - nw.col(first)).dt.total_minutes() // (24 * 60)
    return (nw.col(last).cast(nw.Date) - nw.col(first).cast(nw.Date)).cast(nw.Int64)


def _sums(
    rows: nw.LazyFrame[Any],
    day: str,
    by: Sequence[str],
    summed: Mapping[str, nw.Expr],
    measures: Collection[str],
) -> Parts:
    """Sum expressions by day and dimensions where the rows are, and tell each day's month."""
    wanted = [name for name in summed if name in measures]
    if not wanted:
        return
    keys = [day, *by]
    chosen = rows.select(*keys, **{name: summed[name] for name in wanted})
    added = chosen.group_by(*keys).agg(nw.col(*wanted).sum())
    whole = added.with_columns(nw.col(*wanted).cast(nw.Int64))  # SQL adds up to wider numbers
    found = whole.collect("pandas").to_native().rename(columns={day: "day"})
    found["month"] = month_index(found["day"])
    yield found.melt(id_vars=["day", "month", *by], value_vars=wanted, var_name="measure")
