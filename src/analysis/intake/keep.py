"""From a case's own files to the checked tables that everything else is made from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd

from analysis.base.csv_guard import unguarded
from analysis.base.errors import InputError
from analysis.base.files import replace_folder
from analysis.base.periods import month_label, parse_month
from analysis.intake.check import check_tables
from analysis.intake.files import METHOD, ROWS, TABLES
from analysis.intake.in_place import stays_in_place
from analysis.intake.inputs import remember, state_of
from analysis.intake.problems import Note
from analysis.kpis.duck import Files, opened
from analysis.tables.case import Case
from analysis.tables.rows import Table, frame_text, period_column, write_frame

CAME_IN = "tables.csv"
"""Which tables came in, those with any row, with their number of rows and the days they cover."""

NOTES = "intake.csv"
"""What was skipped or coerced."""

_BY_MONTH = {"service", "sale", "cost", "staff_hours"}
"""Tables that count as recorded in the months in which they have a row."""


def keep(case: Case) -> tuple[str, bool]:
    """Check a case's own tables and write them to its folder of ``data/processed``.

    Rows in Parquet, or in CSV with ``engine: duckdb``, stay where they are, however many there
    are; they are checked there. Whatever is wrong, nothing is written.

    Returns
    -------
    text : str
        What was read, or everything that is wrong.
    good : bool
        Whether nothing is wrong.
    """
    state = state_of(case)
    text, intake = check_tables(case)
    if intake is None:
        return text, False
    in_place = stays_in_place(case)
    tables = {table: intake.tables[table.name] for table in TABLES if table.name in intake.tables}
    came = came_in(case, tables, in_place)
    for folder, group in (("ledger", ROWS), ("method", METHOD)):
        texts = {table.file: frame_text(tables[table]) for table in group if table in tables}
        replace_folder(case.processed / folder, texts)
    write_frame(notes_frame(intake.notes), case.processed / NOTES)
    write_frame(came, case.processed / CAME_IN)
    remember(case, state)
    return f"{int(came['rows'].sum()):,} rows", True


def came_in(case: Case, tables: Mapping[Table, pd.DataFrame], in_place: Files) -> pd.DataFrame:
    """List the tables that came in.

    Returns
    -------
    DataFrame
        Columns table, file, title, rows, first and last (day, month or quarter; empty for tables
        that belong to no period) and gaps (months between these without any row, of tables that
        are summed by month).
    """
    known = {table.name: table for table in TABLES}
    lines = [_line(table, frame, table.file) for table, frame in tables.items()]
    if in_place:
        with opened(case.raw, case.root, case.root / ".build" / case.name) as relations:
            for name, relation in relations.items():
                lines.append(_line(known[name], relation, _file(case, in_place[name])))
    lines = [line for line in lines if line[3]]  # a table without a row is absent
    order = [table.name for table in TABLES]
    lines.sort(key=lambda line: order.index(line[0]))
    columns = ["table", "file", "title", "rows", "first", "last", "gaps"]
    return pd.DataFrame(lines, columns=columns)


def _file(case: Case, paths: list[Path]) -> str:
    """Name the file of a table, or the folder of its files."""
    first = paths[0].relative_to(case.raw).as_posix()
    return first if len(paths) == 1 else f"{paths[0].parent.name} ({len(paths)} files)"


def _line(table: Table, rows: Any, file: str) -> tuple[str, str, str, int, str, str, str]:
    """Count the rows of a frame or relation, and find the first and last of their periods."""
    column = period_column(table)
    lazy = nw.from_native(rows).lazy()
    spans = [nw.col(column).min().alias("first"), nw.col(column).max().alias("last")]
    asked = [nw.len().alias("rows"), *(spans if column else [])]
    found = lazy.select(*asked).collect("pandas").to_native().iloc[0]
    ends = [str(found[name])[:10] if column else "" for name in ("first", "last")]
    gaps = ", ".join(_gaps(lazy, column)) if table.name in _BY_MONTH and found["rows"] else ""
    return table.name, file, table.title, int(found["rows"]), ends[0], ends[1], gaps


def _gaps(rows: nw.LazyFrame[Any], column: str) -> list[str]:
    """List the months without a row between the first and the last that have one."""
    if column == "month":
        labels = rows.select(column).unique().collect("pandas").to_native()[column]
        known = {parse_month(str(label)) for label in labels}
    else:
        day = nw.col(column)
        month = (12 * day.dt.year() + day.dt.month() - 1).alias("month")
        known = set(rows.select(month).unique().collect("pandas").to_native()["month"])
    return [month_label(m) for m in range(int(min(known)), int(max(known))) if m not in known]


def notes_frame(notes: tuple[Note, ...]) -> pd.DataFrame:
    """Lay notes out as a table: file, column, what, rows and example."""
    rows = [(note.file, note.column, note.what, note.count, note.example) for note in notes]
    return pd.DataFrame(rows, columns=["file", "column", "what", "rows", "example"])


def read_came_in(case: Case) -> pd.DataFrame:
    """Read which tables came in; see :func:`came_in`."""
    return _read(case, CAME_IN)


def read_notes(case: Case) -> pd.DataFrame:
    """Read what was skipped or coerced; see :func:`notes_frame`."""
    return _read(case, NOTES)


def _read(case: Case, name: str) -> pd.DataFrame:
    path = case.processed / name
    if not path.is_file():
        raise InputError(
            "the file does not exist",
            file=path.relative_to(case.root),
            fix=f"make report CASE={case.name}, which makes it",
        )
    frame = pd.read_csv(path, encoding="utf-8", keep_default_na=False)
    texts = frame.select_dtypes(exclude="number").columns
    return frame.assign(**{name: frame[name].astype(str).map(unguarded) for name in texts})
