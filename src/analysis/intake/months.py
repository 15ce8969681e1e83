"""Months with rows: the periods that they make, gaps between them, and parts of quarters.

What a table has by month decides which periods the report can be about. Each note says which line
of ``case.yaml`` makes of a gap a zero, or of a part a period.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from typing import Any

import narwhals as nw

from analysis.base.periods import (
    calendar,
    end_day,
    first_day,
    month_label,
    months_in,
    quarter_end,
    quarter_label,
    quarter_of,
    quarter_start,
)
from analysis.intake.problems import Note, Problem, Rows, count_of, fault_of
from analysis.kpis.duck import sql_type
from analysis.tables.case import BY_MONTH, Case
from analysis.tables.rows import Table, period_column

FAR = 24
"""Months without any row that part rows whose day may be a slip from the others."""


def dated(case: Case, tables: Mapping[str, Rows]) -> tuple[Case, dict[str, set[int]]]:
    """Take from the rows what ``case.yaml`` leaves to them: the periods and the date.

    Parameters
    ----------
    case : Case
        The case.
    tables : mapping of str to Rows
        Its rows. Days far from most others do not count, so that a slip of the pen lies outside the
        periods.

    Returns
    -------
    Case
        With periods and date.
    dict of str to set of int
        By table, the months with a row whose day is right.
    """
    months = {name: months_of(rows.frame, rows.table) for name, rows in tables.items()}
    counted = {name: months[name] for name in BY_MONTH if months.get(name)} or months
    runs: list[list[int]] = []
    for month in sorted(set().union(*counted.values())) if case.from_rows else ():
        if not runs or month - runs[-1][-1] > FAR:
            runs.append([])
        runs[-1].append(month)
    if not runs:
        return case, months
    main = max(runs, key=len)
    return case.spanning(main), months


def months_of(rows: nw.LazyFrame[Any], table: Table) -> set[int]:
    """Return the months in which a table has a row; none if its rows belong to no period."""
    if not (column := period_column(table)):
        return set()
    cell = nw.col(column)
    if sql_type(table.row.model_fields[column]) == "DATE":
        cell = (12 * cell.dt.year() + cell.dt.month() - 1).alias(column)
    found = rows.filter(~nw.col(column).is_null()).select(cell).unique()
    cells = found.collect("pandas").to_native()[column]
    if cells.dtype.kind in "iuf":
        return {int(month) for month in cells}
    return {month for label in cells for month in months_in(str(label))}


def periods_without_rows(case: Case, months: Mapping[str, set[int]]) -> Iterator[Problem]:
    """Find periods that the report is about and in which no table has a row.

    Parameters
    ----------
    case : Case
        Gives the periods.
    months : mapping of str to set of int
        By table, the months with a row; without any there is nothing to hold the periods against.
    """
    known = {month for found in months.values() for month in found}
    file = str((case.raw / "case.yaml").relative_to(case.root))
    for key in ("current", "baseline") if known else ():
        label = getattr(case.parameters.periods, key)
        if known.isdisjoint(month for part in label.split("+") for month in months_in(part)):
            fault = fault_of("period-without-rows", period=label)
            yield Problem(fault, file, column=f"periods.{key}", value=label)


def months_in_doubt(case: Case, months: Mapping[str, set[int]]) -> Iterator[Note]:
    """Name months without rows between others, and quarters of which rows hold a part only.

    Each note says which line of ``case.yaml`` makes of the gap a zero, or of the part a period.

    Parameters
    ----------
    case : Case
        Says what is known of its months.
    months : mapping of str to set of int
        By table, the months with a row.
    """
    dated = {name: months[name] for name in BY_MONTH if months.get(name)}
    closed = set(calendar().closed)
    for name, known in dated.items():
        if gaps := set(range(min(known), max(known))) - known - closed:
            listed = ", ".join(map(month_label, sorted(gaps)))
            line = ", ".join(map(month_label, sorted(gaps | closed)))
            note = fault_of("month-without-rows", months=listed, line=line)
            yield Note(f"{name}.csv", f"{note.rule}; {note.fix}")
    if not dated:
        return
    file = str((case.raw / "case.yaml").relative_to(case.root))
    known = set().union(*dated.values())
    begun, ended = first_day(min(known), "month"), end_day(max(known), "month")
    for name, day, given, outer in (
        ("quarter-begun", begun, calendar().complete_from, quarter_start(quarter_of(begun))),
        ("quarter-open", ended, calendar().complete_through, quarter_end(quarter_of(ended))),
    ):
        if day != outer and given is None:
            note = fault_of(name, quarter=quarter_label(quarter_of(day)), day=day.isoformat())
            yield Note(file, f"{note.rule}; {note.fix}")


def rows_after_the_end(rows: Rows) -> Iterator[Note]:
    """Count rows after the day through which the case says that its rows are complete."""
    through, column = calendar().complete_through, period_column(rows.table)
    if through is None or not column.endswith("_on"):
        return
    later = rows.known([column]).filter(nw.col(column) > datetime.combine(through, time()))
    if count := count_of(later):
        note = fault_of("after-the-end", day=through.isoformat())
        yield Note(rows.file, f"{note.rule}; {note.fix}", rows.headers.get(column, column), count)
