"""Values of the method's catalogue by period: corrected and printed forms, levels, medians."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import pandas as pd

from analysis.base.expression import Expression, Measure, evaluate, leaves, state
from analysis.base.periods import MONTHS, Grain, distance, last_ended, parse_label, period_label
from analysis.kpis.catalogue import CATALOGUE, METHOD, Indicator, Kpi, environment
from analysis.kpis.measures import MEASURES, MeasureSpec, Period, Totals
from analysis.kpis.measures import MEASURES as SPECS
from analysis.kpis.reduce import ALL, reduce


def level_table(totals: Totals, grain: Grain = "quarter", until: str | None = None) -> pd.DataFrame:
    """Compute the level of every indicator for every period.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.levels.totals`.
    grain : {"month", "quarter", "half-year"}
        Length of a period.
    until : str, optional
        Leave out what had not ended when this period ended.

    Returns
    -------
    DataFrame
        Columns key, period (label), index, value (Fraction or None) and state (empty,
        ``not recorded`` or ``undefined``).
    """
    rows = []
    for index, measures in periods(totals, grain).items():
        if until is not None and index > last_ended(until, grain):
            break
        values = environment(measures)
        for record in METHOD:
            rows.append(
                {
                    "key": record.key,
                    "period": period_label(index, grain),
                    "index": index,
                    "value": evaluate(record.level, values),
                    "state": state(record.level, values),
                }
            )
    frame = pd.DataFrame(rows, columns=["key", "period", "index", "value", "state"])
    frame["value"] = pd.Series([row["value"] for row in rows], dtype="object")
    return frame


def side_by_side(totals: Totals, period: str, base: str) -> pd.DataFrame:
    """Compute printed and corrected form of every indicator for one period.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.levels.totals`.
    period : str
        A month, quarter or half-year.
    base : str
        What changes are measured against; see :func:`analysis.base.periods.distance`.

    Returns
    -------
    DataFrame
        One row per printed form (one with an empty claim where none is printed): key, claim_id,
        printed, corrected (Fractions or None), printed_state and state.
    """
    now, then = pair(totals, period, base)
    values = environment(now, then)
    indices = {record.key: evaluate(record.form, values) for record in METHOD}
    rows: list[dict[str, Any]] = []
    for record in METHOD:
        corrected = {"corrected": indices[record.key], "state": state(record.form, values)}
        forms: list[tuple[str, Expression | None, bool]] = [
            (printed.claim_id, printed.form, printed.lost) for printed in record.printed
        ]
        for claim_id, form, lost in forms or [("", None, False)]:
            value = None if form is None or lost else evaluate(form, values, indices)
            why = "no formula is printed" if form is None else "unreadable" if lost else ""
            if form is not None and value is None and not lost:
                why = state(form, values)
            rows.append(
                {"key": record.key, "claim_id": claim_id, "printed": value, "printed_state": why}
                | corrected
            )
    frame = pd.DataFrame(rows)
    for column in ("printed", "corrected"):
        frame[column] = pd.Series([row[column] for row in rows], dtype="object")
    return frame


def pair(totals: Totals, period: str, base: str) -> tuple[Period, Period]:
    """Measures of a period and of its base; empty where the ledger does not reach."""
    grain, index = parse_label(period)
    known = periods(totals, grain)
    return known.get(index, {}), known.get(index - distance(grain, base), {})


def median_of(counts: pd.DataFrame, period: str) -> Fraction | None:
    """Median over the services of a period, from :func:`analysis.kpis.reduce.duration_counts`."""
    grain, index = parse_label(period)
    rows = counts[counts["month"] // MONTHS[grain] == index]
    upto = rows.groupby("days")["count"].sum().cumsum()
    if upto.empty:
        return None
    whole = int(upto.iloc[-1])
    middle = [int(str((upto > rank).idxmax())) for rank in ((whole - 1) // 2, whole // 2)]
    return Fraction(sum(middle), 2)


def sample_of(record: Indicator, measures: Period) -> tuple[int, int] | None:
    """Satisfied and all answers behind a share, where it comes from a sample."""
    if record.sample is None:
        return None
    count, size = (measures.get(name) for name in record.sample)
    return None if count is None or size is None else (int(count), int(size))


def totals(ledger: Mapping[str, Any]) -> Totals:
    """Reduce a ledger to sums by month, service type and measure.

    Parameters
    ----------
    ledger : mapping of str to frame
        As :func:`analysis.kpis.reduce.reduce` takes it; a measure whose table is missing is left
        out.

    Returns
    -------
    DataFrame
        Columns month, service_type (or ``all``), measure and value; sorted, integers.
    """
    return reduce(ledger, measures=tuple(MEASURES))


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


def recorded(totals: Totals) -> frozenset[str]:
    """Names of the measures that have a sum in any month."""
    names = set(totals["measure"])
    return frozenset(name for name, spec in MEASURES.items() if summed_as(spec) in names)


def summed_as(spec: MeasureSpec) -> str:
    """Name under which a measure is summed: an opening stock is the closing one before."""
    return (
        spec.name.removesuffix("_opening") if spec.stock and spec.kept == "quarter" else spec.name
    )


def _rolled(
    spec: MeasureSpec, by_month: dict[str, dict[int, int]], index: int, size: int
) -> Fraction | None:
    start, end = index * size, (index + 1) * size
    known = by_month.get(summed_as(spec), {})
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
        From :func:`analysis.kpis.levels.totals`.
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
    """Look up the measure behind a column of :mod:`analysis.kpis.levels`."""
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


_COLUMNS = {
    "services": "services",
    "sales": "sales_centimos",
    "waiting_days": "waiting_days",
    "working_days": "working_days",
    "on_time": "on_time",
    "answers": "answers",
    "satisfied": "satisfied",
    "hours": "quarter_hours",
}
"""Measure of the reduce step to column."""

COLUMNS = tuple(_COLUMNS.values())


def quarter_index(days: pd.Series[pd.Timestamp]) -> pd.Series[int]:
    """Quarter index of each day."""
    return 4 * days.dt.year + (days.dt.month - 1) // 3


def sums(ledger: Mapping[str, Any], by: Sequence[str] = ("service_type",)) -> pd.DataFrame:
    """Reduce a ledger to sums by quarter and service type, or by customer segment too.

    Parameters
    ----------
    ledger : mapping of str to frame
        As :func:`analysis.kpis.reduce.reduce` takes it; a table that is absent takes just its
        measures away.
    by : sequence of {"service_type", "segment"}
        What to split by; none for sums over everything.

    Returns
    -------
    DataFrame
        As :func:`wide` returns it.
    """
    return wide(reduce(ledger, by, tuple(_COLUMNS)))


def wide(cube: pd.DataFrame) -> pd.DataFrame:
    """Turn sums by month and measure into sums by quarter, with a column for every measure.

    Parameters
    ----------
    cube : DataFrame
        From :func:`analysis.kpis.reduce.reduce`.

    Returns
    -------
    DataFrame
        Columns ``quarter`` (index), the dimensions (``all`` for what belongs to no single one) and
        one integer column per measure whose table is there; sorted, one row per combination that
        occurs.
    """
    by = [name for name in cube.columns if name not in ("month", "measure", "value")]
    rows = cube[cube["measure"].isin(list(_COLUMNS))]
    rows = rows.assign(quarter=rows["month"] // 3)
    keys = ["quarter", *by]
    added = rows.groupby([*keys, "measure"], sort=True)["value"].sum()
    table = added.unstack("measure", fill_value=0).rename(columns=_COLUMNS)
    table = table[[name for name in COLUMNS if name in table]].reset_index()
    return table.rename_axis(columns=None)


def indicators_of(totals: Totals) -> list[Indicator]:
    """Choose the indicators of the method's catalogue whose level the sums give."""
    known = recorded(totals)
    return [record for record in METHOD if {spec.name for spec in _specs(record)} <= known]


NOTHING = "no indicator can be computed from these tables alone"
MORE = "add the completed services, the invoice lines or another table of dated rows"


def is_enough(tables: Collection[str]) -> bool:
    """Whether some tables give any measure at all."""
    needs = [{name.partition(".")[0] for name in spec.columns} for spec in MEASURES.values()]
    return any(tables_ <= set(tables) for tables_ in needs)


def availability(totals: Totals, tables: Collection[str]) -> pd.DataFrame:
    """Say of every indicator whether it can be computed, and for want of what it cannot.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.levels.totals`.
    tables : collection of str
        Names of the tables that are there.

    Returns
    -------
    DataFrame
        Columns key, name, perspective, needs (tables), absent (those of them that are absent),
        and known (bool). An indicator that lacks no table can still be unknown, where its tables
        hold no row that it needs.
    """
    known = {id(record) for record in (*kpis_of(totals), *indicators_of(totals))}
    rows = []
    for key, record in _records():
        needs = list(dict.fromkeys(c.partition(".")[0] for s in _specs(record) for c in s.columns))
        absent = [name for name in needs if name not in tables]
        rows.append((key, record.name, record.perspective, needs, absent, id(record) in known))
    columns = ["key", "name", "perspective", "needs", "absent", "known"]
    return pd.DataFrame(rows, columns=columns)


def _records() -> Iterator[tuple[str, Kpi | Indicator]]:
    for kpi in CATALOGUE:
        yield "", kpi
    for record in METHOD:
        yield record.key, record


def _specs(record: Kpi | Indicator) -> list[MeasureSpec]:
    """Measures that the level of an indicator is made of."""
    if isinstance(record, Kpi):
        return specs_of(record)
    names = [leaf.name for leaf in leaves(record.level) if isinstance(leaf, Measure)]
    return [MEASURES[name] for name in dict.fromkeys(names)]
