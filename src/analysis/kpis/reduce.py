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

from analysis.base.periods import GRAINS, calendar, containing, first_month
from analysis.kpis.catalogue import MEASURES
from analysis.kpis.duck import computed_once
from analysis.kpis.small_tables import (
    SATISFIED_FROM,
    Frames,
    Parts,
    collected,
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

NEW_AT_ONCE = 22
"""Quarters in which new customers are found at once: with those before, two binary digits each,
they fit into the 53 of a float."""

DIMENSIONS = ("service_type", "segment")
"""What sums can be split by, beside the month."""

NEW_SALES, ACTIVE, INVOICES = "new_customer_sales", "active_customers", "invoices"
IN_BUDGET, BUDGETS = "on_time_in_budget", "budgets"
COSTED, COST = ("costed_sales", "gross_profit"), "goods_cost_centimos"

_COUNT = nw.lit(1)
_SOLD = {"sales": nw.col("amount_centimos")}
_KNOWN = (nw.col(COST).fill_null(0) != 0).cast(nw.Int64)
_OF_COST = {
    "costed_sales": nw.col("amount_centimos") * _KNOWN,
    "gross_profit": (nw.col("amount_centimos") - nw.col(COST).fill_null(0)) * _KNOWN,
}
"""Sums of the rows whose cost is known, which is not 0."""


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
    frames, store = lazy(ledger), getattr(ledger, "store", None)
    customer = ["customer_id"] if {NEW_SALES, ACTIVE} & set(measures) else []
    if "service" in frames and (by or customer):
        service = _computed_once(store, _typed(frames, "service", [*customer, *by]))
        frames = {**frames, "service": service}
    parts = [*row_sums(frames, by, measures), *small_sums(frames, measures)]
    if "sale" in frames:
        lines = invoices(frames, by, measures)
        there = lines.collect_schema().names()
        if "customer_id" in there or "invoice_id" in there:
            lines = _computed_once(store, lines)
            found = collected(lines.group_by("month").agg(lines=nw.len()), "month")["month"]
            months = sorted(map(int, found))
            parts += _invoice_counts(lines, months) if "invoice_id" in there else ()
            if "customer_id" in there and months:
                parts += _customer_sums(store, lines, months, by, measures)
        sold = _SOLD | (_OF_COST if COST in there else {})
        parts += _sums(lines, None, by, sold, measures)
    return add_up(parts, by)


def lazy(ledger: Mapping[str, Any]) -> Frames:
    """Wrap every table so that nothing is computed before it is asked for."""
    return {name: nw.from_native(table).lazy() for name, table in ledger.items()}


def add_up(parts: Iterable[pd.DataFrame], by: Sequence[str]) -> pd.DataFrame:
    """Add parts of a cube; see :func:`reduce` for what is returned.

    Sales to new customers are known only where all the quarters before are, so those of other
    months are dropped here, once all parts are there, and sums of costs where no row has one. In
    the months in which the firm was closed, what is recorded by the month is recorded as zero.
    """
    keys = ["month", *by, "measure"]
    empty = pd.DataFrame({key: pd.Series(dtype="object") for key in keys}).assign(value=0)
    stacked = pd.concat([empty, *parts], ignore_index=True)
    zero = sorted(set(stacked["measure"]) & set(BY_MONTH)) if calendar().closed else []
    stacked = pd.concat([stacked, *(zeros(name, calendar().closed) for name in zero)])
    stacked[list(by)] = stacked[list(by)].fillna(ALL)
    stacked = stacked.astype({"month": "int64", "value": "int64"})
    cube = stacked.groupby(keys, as_index=False, sort=True)[["value"]].sum()
    of_cost = cube["measure"].isin(COSTED)
    cube = cube if cube.loc[of_cost, "value"].any() else cube[~of_cost]
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
    if parts := [*_dated_sums(frames, by, measures)]:
        yield known(pd.concat(parts, ignore_index=True), measures)


BY_DAY = (
    *("services", "cycle_days", "waiting_days", "working_days", "on_time"),
    *("sales", "direct_cost", "operating_cost", "answers", "satisfied"),
)
"""Measures to which each day adds what its own rows have."""


def daily_sums(ledger: Mapping[str, Any], measure: str) -> pd.DataFrame:
    """Sum a measure of `BY_DAY` by day and month, with what :func:`known` needs."""
    frames = lazy(ledger)
    parts = [*_dated_sums(frames, (), (measure,), daily=True)]
    if "sale" in frames:
        parts += _sums(frames["sale"], "invoiced_on", (), _SOLD, (measure,), daily=True)
    return parts[0] if parts else pd.DataFrame(columns=["month", "day", "measure", "value"])


def _dated_sums(
    frames: Frames, by: Sequence[str], measures: Collection[str], *, daily: bool = False
) -> Parts:
    if "service" in frames:
        yield from _sums_of_services(frames, by, measures, daily=daily)
    if "cost" in frames:
        rows = _typed(frames, "cost", by).filter(nw.col("category").is_in(OPERATING))
        amount = nw.col("amount_centimos")
        direct = amount * _flag(nw.col("category").is_in(DIRECT))
        exact = {"direct_cost": direct, "operating_cost": amount}
        yield from _sums(rows, "incurred_on", by, exact, measures, daily=daily)
    if "survey_response" in frames:
        rows = _typed(frames, "survey_response", by)
        asked = {"answers": _COUNT, "satisfied": _flag(nw.col("score") >= SATISFIED_FROM)}
        yield from _sums(rows, "answered_on", by, asked, measures, daily=daily)


_NEEDED = {
    "cycle_days": ("requested_on",),
    "waiting_days": ("requested_on", "started_on"),
    "working_days": ("started_on",),
    "on_time": ("due_on",),
    "on_time_in_budget": ("due_on",),
}
"""Days of a service that may be unknown, by the measures that need them."""


def known(sums: pd.DataFrame, measures: Collection[str]) -> pd.DataFrame:
    """Leave out each measure in months in which a service lacks a day for it.

    Services on time and in budget are known where a service has a budget.
    """
    for name in [name for name in _NEEDED if name in measures]:
        lacking = sums["measure"].isin([f"no {day}" for day in _NEEDED[name]]) & (sums["value"] > 0)
        months = sums["month"][lacking]
        sums = sums[(sums["measure"] != name) | ~sums["month"].isin(months)]
    if IN_BUDGET in measures:
        cells = pd.MultiIndex.from_frame(sums.drop(columns=["measure", "value"]))
        budgeted = cells.isin(cells[(sums["measure"] == BUDGETS) & (sums["value"] > 0)])
        sums = sums[(sums["measure"] != IN_BUDGET) | budgeted]
    return sums[sums["measure"].isin([*measures])]


def _sums_of_services(
    frames: Frames, by: Sequence[str], measures: Collection[str], *, daily: bool
) -> Parts:
    needed = {day for name, days in _NEEDED.items() if name in measures for day in days}
    service = frames["service"]
    on_time = nw.col("completed_on") <= nw.col("due_on")
    spans = {
        "services": _COUNT,
        "cycle_days": _days(service, "requested_on", "completed_on"),
        "waiting_days": _days(service, "requested_on", "started_on"),
        "working_days": _days(service, "started_on", "completed_on"),
        "on_time": _flag(on_time),
    }
    lacks = {f"no {day}": _flag(nw.col(day).is_null()) for day in sorted(needed)}
    if {"service_budget", "cost"} <= frames.keys() and IN_BUDGET in measures:
        service = service.join(_left_of_budgets(frames), on="service_id", how="left")
        left = nw.col("left")
        spans[IN_BUDGET] = _flag(on_time & (left.fill_null(-1) >= 0))
        lacks[BUDGETS] = _flag(~left.is_null())
    wanted = [*measures, *lacks]
    yield from _sums(service, "completed_on", by, spans | lacks, wanted, daily=daily)


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
    """Invoice lines: month, amount, dimensions, and customer and number where they are wanted."""
    customer = ["customer_id"] if {NEW_SALES, ACTIVE} & set(measures) else []
    lines = _typed(frames, "sale", [*customer, *by])
    there = lines.collect_schema().names()
    wanted = [*customer, *(["invoice_id"] if INVOICES in measures else [])]
    wanted += [COST] if {*COSTED} & set(measures) else []
    named = [name for name in wanted if name in there]
    month = _month("invoiced_on")
    return lines.select("amount_centimos", *named, *by, month=month)


def _invoice_counts(lines: nw.LazyFrame[Any], months: Sequence[int]) -> Parts:
    """Count invoices that ask for money, each once, in the month of its first line.

    Lines of one invoice may be of several service types, so that the count is not split.
    """
    asked = _named(lines.filter(nw.col("amount_centimos") > 0), "invoice_id")
    once = asked.group_by("invoice_id").agg(nw.col("month").min())
    counted = collected(once.group_by("month").agg(value=nw.len()), "month", "value")
    if len(counted):
        yield zeros(INVOICES, months)
        yield counted.assign(measure=INVOICES)


def _customer_sums(
    store: Any,
    lines: nw.LazyFrame[Any],
    months: Sequence[int],
    by: Sequence[str],
    measures: Collection[str],
) -> Parts:
    """Count the customers who were asked for money, and sum the sales to new ones.

    New is who was not invoiced in the quarters before. One row of each customer holds numbers for
    some years each, whose digits say when that was: binary ones in which months the customer was
    asked for money, those to base 4 in how many months of each quarter there was an invoice. So
    rows are grouped by customer but once, and no engine needs to sort.
    """
    rows, month = _named(lines, "customer_id"), nw.col("month")
    asked = _flag(nw.col("amount_centimos") > 0)
    digits: dict[str, nw.Expr] = {}
    for year in sorted({containing(m, "year") for m in months} if ACTIVE in measures else ()):
        at = month - first_month(year, "year")
        digits[f"asked {year}"] = nw.col("asked") * _digit(2.0, at, 12)
    quarters = range(containing(months[0], "quarter"), containing(months[-1], "quarter") + 1)
    starts = quarters[::NEW_AT_ONCE] if NEW_SALES in measures else ()
    places = {start: ((month - first_month(start, "quarter")) / 3).floor() for start in starts}
    for start, place in places.items():
        before = place + NEW_AFTER_QUARTERS
        digits[f"since {start}"] = _digit(4.0, before, NEW_AT_ONCE + NEW_AFTER_QUARTERS)
    once = rows.select("customer_id", "month", asked=asked).group_by("customer_id", "month")
    customers = once.agg(nw.col("asked").max()).select("customer_id", **digits)
    customers = customers.group_by("customer_id").agg(nw.col(*digits).sum())
    customers = _computed_once(store, customers)
    if ACTIVE in measures:
        yield from _active(customers, months)
    for start, place in places.items():
        there = rows.filter(place >= 0, place < NEW_AT_ONCE)
        there = there.join(customers.select("customer_id", f"since {start}"), on="customer_id")
        above = (nw.col(f"since {start}") / nw.lit(4.0) ** place).floor() / 4**NEW_AFTER_QUARTERS
        sold = {NEW_SALES: nw.col("amount_centimos") * _flag(above == above.floor())}
        yield from _sums(there, None, by, sold, (NEW_SALES,))


def _digit(base: float, place: nw.Expr, places: int) -> nw.Expr:
    """Return what a digit 1 is worth at a place, and 0 beyond the places."""
    return nw.when(place >= 0, place < places).then(nw.lit(base) ** place).otherwise(0.0)


def _active(customers: nw.LazyFrame[Any], months: Sequence[int]) -> Parts:
    """Count a customer once in every period, in the first month in which it was asked for money.

    Sums of several months would count a customer several times, so that there is a sum for every
    length of period. Customers whose digits of a year are the same are counted together.
    """
    sums = []
    for year in sorted({containing(month, "year") for month in months}):
        name = f"asked {year}"
        alike = customers.group_by(name).agg(customers=nw.len())
        digits, number = collected(alike, name, "customers").astype("int64").to_numpy().T
        for month in (month for month in months if containing(month, "year") == year):
            place = month - first_month(year, "year")
            for form in GRAINS.values():
                at = place % form.months
                first = (digits >> (place - at)) % 2 ** (at + 1) == 2**at
                sums.append((month, MEASURES[ACTIVE].summed_as(form.months), number[first].sum()))
    counted = pd.DataFrame(sums, columns=["month", "measure", "value"])
    if counted["value"].any():
        yield counted


def _typed(frames: Frames, name: str, keys: Sequence[str]) -> nw.LazyFrame[Any]:
    """Give rows dimensions, or the customer: their own, or else those of service and customer.

    Services come first, since the others take theirs.
    """
    rows = frames[name]
    if not keys:
        return rows
    there = rows.collect_schema().names()
    wanted = {*keys} | ({"customer_id"} & {*there} if "segment" in keys else set())
    sources = {key: [f"own_{key}"] if key in there else [] for key in sorted(wanted)}
    rows = rows.rename({key: own[0] for key, own in sources.items() if own})
    if name != "service" and "service" in frames and "service_id" in there:
        service = _named(frames["service"], "service_id")
        known = wanted & {*service.collect_schema().names()}
        if "customer_id" in there:
            known -= {"segment"}  # that of the row's own customer
        theirs = {f"their_{key}": nw.col(key) for key in sorted(known)}
        rows = rows.join(service.select("service_id", **theirs), on="service_id", how="left")
        for key in known:
            sources[key].append(f"their_{key}")
    if customers := sources.get("customer_id"):
        rows = rows.with_columns(customer_id=_first_of(customers, nw.col(customers[-1])))
        if "segment" in keys and "customer" in frames and "customer_id" in there:
            segments = frames["customer"].select("customer_id", their_segment="segment")
            rows = rows.join(segments, on="customer_id", how="left")
            sources["segment"].append("their_segment")
    found = {key: _first_of(sources[key], nw.lit(ALL)) for key in DIMENSIONS if key in keys}
    others = [*there, *(["customer_id"] if customers else [])]
    return rows.select(*(name for name in dict.fromkeys(others) if name not in found), **found)


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


def _computed_once(store: Any, rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Keep rows that are used more than once; DuckDB would join them anew each time."""
    if store is None:
        return rows
    kept: nw.LazyFrame[Any] = nw.from_native(computed_once(store, rows.to_native())).lazy()
    return kept


def _flag(condition: nw.Expr) -> nw.Expr:
    return condition.cast(nw.Int64)


def _month(day: str) -> nw.Expr:
    """Index of a day's month."""
    return (12 * nw.col(day).dt.year() + nw.col(day).dt.month() - 1).cast(nw.Int64)


def _days(frame: nw.LazyFrame[Any], first: str, last: str) -> nw.Expr:
    """Days between two dates: SQL subtracts dates to days, data frames to a length of time."""
    engine = frame.implementation
    if engine.is_pandas_like() or engine.is_dask():
        return (nw.col(last) - nw.col(first)).dt.total_minutes() // (24 * 60)
    return (nw.col(last).cast(nw.Date) - nw.col(first).cast(nw.Date)).cast(nw.Int64)


def _sums(
    rows: nw.LazyFrame[Any],
    day: str | None,
    by: Sequence[str],
    summed: Mapping[str, nw.Expr],
    measures: Collection[str],
    *,
    daily: bool = False,
) -> Parts:
    """Sum expressions by month, or by day, and dimensions where the rows are."""
    wanted = [name for name in summed if name in measures]
    if not wanted:
        return
    dated = {"month": _month(day) if day else nw.col("month")}
    if day and daily:
        dated["day"] = nw.col(day)
    keys = [*dated, *by]
    chosen = rows.select(*by, **dated, **{name: summed[name] for name in wanted})
    added = chosen.group_by(*keys).agg(nw.col(*wanted).sum())
    whole = added.with_columns(nw.col(*wanted).cast(nw.Int64))  # SQL adds up to wider numbers
    yield whole.collect("pandas").to_native().melt(id_vars=keys, var_name="measure")
