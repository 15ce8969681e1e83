"""From sums by month to levels: measures rolled up to periods, and every indicator's value in them.

A period has a level only where rows cover it (:attr:`MeasureSpec.kept`), so that a month without
rows leaves a gap instead of half a sum. Values are exact fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import pandas as pd

from analysis.base.expression import Expression, evaluate, state
from analysis.base.periods import (
    MONTHS,
    Grain,
    begins_late,
    calendar,
    containing,
    covered,
    distance,
    ends_within_month,
    first_month,
    is_to_date,
    last_ended,
    parse_label,
    period_label,
)
from analysis.base.text import column, frame_of
from analysis.kpis.catalogue import (
    MEASURES,
    MONEY,
    Indicator,
    Kpi,
    MeasureSpec,
    Period,
    Totals,
    catalogue,
    compute,
    environment,
    indicator,
    kpi,
)
from analysis.kpis.reduce import reduce

TO_DATE = " to date"
"""Marks sums of the first days of a month, up to the same day as those of the year after."""

NOTHING = "no indicator can be computed from these tables alone"
MORE = "add the completed services, the invoice lines or another table of dated rows"


def summed_columns() -> dict[str, MeasureSpec]:
    """Return the columns of :func:`wide` with their measures.

    They are those of the report's indicators, and of the firm's own, that add up.
    """
    shown = (record for record in catalogue() if not isinstance(record, Indicator))
    used = {spec.name for record in shown for spec in record.measures}
    return {s.column: s for s in MEASURES.values() if s.adds_up and s.name in used}


# ---- Measures of periods ----


def periods(totals: Totals, grain: Grain) -> dict[int, Period]:
    """Roll sums up to periods.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.reduce.reduce`.
    grain : {"month", "quarter", "half-year"}
        Length of a period.

    Returns
    -------
    dict of int to dict
        By period index, every measure of :data:`MEASURES`: None unless the period is covered.

    Examples
    --------
    >>> months = [24_291, 24_292, 24_293]  # April to June 2024
    >>> sums = pd.DataFrame({"month": months, "measure": "sales", "value": [100, 200, 50]})
    >>> periods(sums, "quarter")[8097]["sales"]
    Fraction(7, 2)
    """
    by_month, since = _by_month(totals), int(totals["month"].min())
    last = containing(int(totals["month"].max()), grain)
    return {
        index: {n: _rolled(spec, by_month, index, grain, since) for n, spec in MEASURES.items()}
        for index in range(containing(since, grain), last + 1)
    }


def base_of(known: Mapping[int, Period], totals: Totals, period: str, base: str) -> Period:
    """Measures of what a period is compared with; empty where there is nothing.

    A period that is reported to date is compared with the same days of last year, and with nothing
    else.

    Parameters
    ----------
    known : mapping of int to dict
        From :func:`periods`.
    totals : DataFrame
        From :func:`analysis.kpis.reduce.reduce`.
    period, base : str
        The period, and its base.
    """
    grain, index = parse_label(period)
    before = index - distance(grain, base)
    if begins_late(period_label(before, grain)):
        return {}
    if not is_to_date(period):
        return known.get(before, {})
    if distance(grain, base) != distance(grain, "year-ago") or before not in known:
        return {}
    by_month, since = _by_month(totals), int(totals["month"].min())
    ended = covered(index, grain)[-1] - 12
    if ends_within_month():
        for name, sums in by_month.items():
            sums.pop(ended, None)
            cut = by_month.get(name + TO_DATE, {})
            sums |= {month: cut[month] for month in cut if month == ended}
    months = range(first_month(before, grain), ended + 1)
    return {n: _rolled(s, by_month, before, grain, since, months) for n, s in MEASURES.items()}


def _by_month(totals: Totals) -> dict[str, dict[int, int]]:
    added = totals.groupby(["measure", "month"], as_index=False)["value"].sum()
    by_month: dict[str, dict[int, int]] = {}
    for name, month, value in zip(added["measure"], added["month"], added["value"], strict=True):
        by_month.setdefault(str(name), {})[int(month)] = int(value)
    return by_month


def _rolled(
    spec: MeasureSpec,
    by_month: Mapping[str, Mapping[int, int]],
    index: int,
    grain: Grain,
    since: int,
    months: range | None = None,
) -> Fraction | None:
    """Roll a measure up; a sample tells nothing of a period that begins before all rows do."""
    spec = spec.found_in(by_month)
    size, start = MONTHS[grain], first_month(index, grain)
    months = covered(index, grain) if months is None else months
    if spec.kept == "any" and months[0] < since:
        return None
    known = by_month.get(spec.summed_as(size), {})
    if spec.stock:
        month = months[-1] if spec.stock == "closing" else start - (spec.kept == "quarter")
        if spec.kept == "quarter" and size % 3:
            return None
        return known[month] * spec.scale if month in known else None
    inside = [month for month in months if month in known]
    step = {"month": 1, "quarter": 3, "any": len(months)}[spec.kept]
    if len(months) % step or len(inside) < len(months) // step:
        return None
    total = sum(known[month] for month in inside)
    if spec.name.startswith("esg_"):
        counts = by_month[f"{spec.name}_n"]
        return Fraction(total, sum(counts[month] for month in inside))
    return total * spec.scale


def pair(totals: Totals, period: str, base: str) -> tuple[Period, Period]:
    """Measures of a period and of its base; empty where the ledger does not reach."""
    grain, index = parse_label(period)
    known = periods(totals, grain)
    return known.get(index, {}), base_of(known, totals, period, base)


def comparable_rows(totals: Totals, measure: str, period: str, base: str) -> pd.DataFrame:
    """Choose the sums of a measure; of the base of a period to date, those of the same days."""
    chosen: pd.DataFrame = totals[totals["measure"] == measure]
    grain, index = parse_label(period)
    if not is_to_date(period):
        return chosen
    before = index - distance(grain, base)
    ended = covered(index, grain)[-1] - 12
    chosen = chosen[~chosen["month"].between(ended + 1, first_month(before + 1, grain) - 1)]
    if ends_within_month():
        cut = totals[(totals["measure"] == measure + TO_DATE) & (totals["month"] == ended)]
        chosen = pd.concat([chosen[chosen["month"] != ended], cut])
    return chosen


def sample_of(record: Indicator, measures: Period) -> tuple[int, int] | None:
    """Satisfied and all answers behind a share, where it comes from a sample."""
    if record.sample is None:
        return None
    count, size = (measures.get(name) for name in record.sample)
    return None if count is None or size is None else (int(count), int(size))


# ---- Sums by quarter, a column each ----


def sums(ledger: Mapping[str, Any], by: Sequence[str] = ("service_type",)) -> pd.DataFrame:
    """Reduce a ledger to sums by quarter and service type, or by customer segment too.

    Parameters
    ----------
    ledger : mapping of str to frame
        As :func:`analysis.kpis.reduce.reduce` takes it.
    by : sequence of {"service_type", "segment"}
        What to split by; none for sums over everything.

    Returns
    -------
    DataFrame
        As :func:`wide` returns it.
    """
    return wide(reduce(ledger, by, [s.name for s in summed_columns().values() if not s.own]))


def wide(cube: pd.DataFrame, grain: Grain = "quarter") -> pd.DataFrame:
    """Turn sums by month and measure into sums by period, with a column for every measure.

    Parameters
    ----------
    cube : DataFrame
        From :func:`analysis.kpis.reduce.reduce`.
    grain : {"month", "quarter", "half-year", "year"}
        Length of a period.

    Returns
    -------
    DataFrame
        Columns ``quarter`` (index; named after the grain), the dimensions (``all`` for what belongs
        to no single one) and those of :func:`summed_columns` whose table is there; sorted,
        one row per combination that occurs.
    """
    by = [name for name in cube.columns if name not in ("month", "measure", "value")]
    summed = set(cube["measure"])
    names = {spec.found_in(summed).name: column for column, spec in summed_columns().items()}
    rows = cube[cube["measure"].isin(list(names))]
    rows = rows.assign(**{grain: containing(rows["month"], grain)})
    added = rows.groupby([grain, *by, "measure"], sort=True)["value"].sum()
    table = added.unstack("measure", fill_value=0).rename(columns=names)
    table = table[[column for column in summed_columns() if column in table]].reset_index()
    return table.rename_axis(columns=None)


def by_type(
    sums: pd.DataFrame, quarters: Iterable[int], measure: str = "services"
) -> pd.Series[int]:
    """Sum a measure by service type over some quarters, largest first."""
    chosen = sums[sums["quarter"].isin(list(quarters)) & (sums[measure] != 0)]
    totals = chosen.groupby("service_type")[measure].sum()
    order = sorted(totals.index, key=lambda name: (-int(totals[name]), name))
    return totals.loc[order]


# ---- Which indicators there are ----


def kpis_of(totals: Totals, currency: str = MONEY) -> list[Kpi]:
    """Choose the report's indicators whose measures the sums hold."""
    return [r for r in _known(totals, currency) if not isinstance(r, Indicator)]


def indicators_of(totals: Totals, currency: str = MONEY) -> list[Indicator]:
    """Choose the method's indicators whose level the sums give."""
    return [r for r in _known(totals, currency) if isinstance(r, Indicator)]


def _known(totals: Totals, currency: str = MONEY) -> list[Kpi]:
    summed = set(totals["measure"])
    return [
        record
        for record in catalogue(currency)
        if all(spec.found_in(summed).summed_as() in summed for spec in record.measures)
    ]


def is_enough(tables: Collection[str]) -> bool:
    """Whether some tables give any measure at all."""
    return any(set(spec.tables) <= set(tables) for spec in MEASURES.values())


def availability(totals: Totals, tables: Collection[str]) -> pd.DataFrame:
    """Say of every indicator whether it can be computed, and for want of what it cannot.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.reduce.reduce`.
    tables : collection of str
        Names of the tables that are there.

    Returns
    -------
    DataFrame
        Columns key (empty for the report's own), name, perspective, needs (tables), absent (those
        of them that are absent), and known (bool). An indicator that lacks no table can still be
        unknown, where its tables hold no row that it needs.
    """
    known = {record.key for record in _known(totals)}
    rows = []
    for record in catalogue():
        key = record.key if isinstance(record, Indicator) else ""
        needs = list(dict.fromkeys(table for spec in record.measures for table in spec.tables))
        absent = [name for name in needs if name not in tables and record.key not in known]
        rows.append((key, record.name, record.perspective, needs, absent, record.key in known))
    columns = ["key", "name", "perspective", "needs", "absent", "known"]
    return pd.DataFrame(rows, columns=columns)


# ---- Their values ----


def kpi_periods(totals: Totals, grain: Grain = "quarter", until: str | None = None) -> pd.DataFrame:
    """Compute the report's indicators for every period; one whose table is absent is left out.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.reduce.reduce`.
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
        missing is None.
    """
    ended = _ended(totals, grain, until)
    rows = [
        {"kpi": record.key, "period": period_label(index, grain), "index": index}
        | _ratio(record, measures)
        for record in kpis_of(totals)
        for index, measures in ended
    ]
    columns = "kpi period index value numerator denominator state"
    return _with_same_days(frame_of(rows, columns), totals, kpi)


def _with_same_days(
    table: pd.DataFrame, totals: Totals, find: Callable[[str], Kpi]
) -> pd.DataFrame:
    """Add to what is reported to date, if anything is, the levels of the same days of last year."""
    if calendar().complete_through is None or table.empty:
        return table
    then: dict[str, Period] = {}
    for period in filter(is_to_date, dict.fromkeys(table["period"])):
        then[period] = base_of(periods(totals, parse_label(period)[0]), totals, period, "year-ago")
    found = [
        compute(find(key).level, then[period]) if then.get(period) else None
        for key, period in zip(table.iloc[:, 0], table["period"], strict=True)
    ]
    return table.assign(same_days=column(found))


def _ratio(record: Kpi, measures: Period) -> dict[str, Any]:
    values = environment(measures)
    missing = state(record.level, values)
    counted: list[int | None] = [None, None]
    if missing != "not recorded":
        counted = [*(int((measures[s.name] or 0) / s.scale) for s in record.measures), 1]
    found = {"value": evaluate(record.level, values), "state": missing}
    return found | dict(zip(("numerator", "denominator"), counted[:2], strict=True))


def ratio(record: Kpi, sums: Mapping[str, int]) -> Fraction | None:
    """Compute an indicator from whole sums by column; None where it is undefined."""
    return compute(record.level, {s.name: sums[s.column] * s.scale for s in record.measures})


def level_table(totals: Totals, grain: Grain = "quarter", until: str | None = None) -> pd.DataFrame:
    """Compute the level of every indicator of the method for every period.

    Parameters
    ----------
    totals, grain, until
        As for :func:`kpi_periods`.

    Returns
    -------
    DataFrame
        Columns key, period (label), index, value (Fraction or None) and state (empty,
        ``not recorded`` or ``undefined``).
    """
    rows = [
        {
            "key": record.key,
            "period": period_label(index, grain),
            "index": index,
            "value": compute(record.level, measures),
            "state": state(record.level, environment(measures)),
        }
        for index, measures in _ended(totals, grain, until)
        for record in catalogue()
        if isinstance(record, Indicator)
    ]
    table = frame_of(rows, "key period index value state")
    return _with_same_days(table, totals, indicator)


def _ended(totals: Totals, grain: Grain, until: str | None) -> list[tuple[int, Period]]:
    last = None if until is None else last_ended(until, grain)
    known = periods(totals, grain).items()
    return [(index, measures) for index, measures in known if last is None or index <= last]


def side_by_side(totals: Totals, period: str, base: str) -> pd.DataFrame:
    """Compute printed and corrected form of every indicator of the method for one period.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.reduce.reduce`.
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
    values = environment(*pair(totals, period, base))
    records = [record for record in catalogue() if isinstance(record, Indicator)]
    indices = {record.key: evaluate(record.form, values) for record in records}
    rows: list[dict[str, Any]] = []
    for record in records:
        corrected = {"corrected": indices[record.key], "state": state(record.form, values)}
        forms: list[tuple[str, Expression | None, bool]] = [
            (printed.claim_id, printed.form, printed.lost) for printed in record.printed
        ]
        for claim_id, form, lost in forms or [("", None, False)]:
            value = None if form is None or lost else evaluate(form, values, indices)
            why = "no formula is printed" if form is None else "unreadable" if lost else ""
            if form is not None and value is None and not lost:
                why = state(form, values)
            told = {"key": record.key, "claim_id": claim_id}
            rows.append(told | {"printed": value, "printed_state": why} | corrected)
    return frame_of(rows)
