"""Read a case's own files: everything that is right, everything that is wrong, what was coerced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd

from analysis.base import periods as time
from analysis.base.errors import InputError
from analysis.base.language import tr, using
from analysis.base.text import decimal, fields, replace_folder, unguarded, write_text
from analysis.claims.judge import Judge
from analysis.efficiency.sentences import RAW
from analysis.intake import case_files
from analysis.intake import problems as said
from analysis.intake.audit import READ_ALWAYS, Findings, audit, files_in_place
from analysis.intake.case_files import ROWS, TABLES, file_of, find, yaml_of
from analysis.intake.cells import Context, foreign_signs, own_signs
from analysis.intake.consistency import check_method, check_rows, check_statements
from analysis.intake.convert import check_sheet
from analysis.intake.currencies import convert_currencies
from analysis.intake.naming import joined, name_columns
from analysis.intake.problems import Fault, Note, Problem, Rank, problem_of
from analysis.intake.rows import Rows, Sheet, rows_of
from analysis.kpis.catalogue import catalogue
from analysis.kpis.cube import opened
from analysis.kpis.duck import Files, sql_type
from analysis.kpis.levels import MORE, NOTHING, is_enough
from analysis.tables.case import (
    ARTICLE,
    BY_MONTH,
    INVENTORY,
    Case,
    case_problems,
    language_of,
    load_case,
)
from analysis.tables.rows import Table, frame_text, period_column, read_rows, write_frame
from analysis.tables.strategy_tables import CLAIMS, PLAN_TABLES, read_claims


@dataclass(frozen=True)
class Intake:
    """What a case's own files hold.

    Attributes
    ----------
    case : Case
        With the periods and date of its rows, if ``case.yaml`` has none.
    tables : mapping of str to DataFrame
        By name, the tables that are there, with columns and types as
        :func:`analysis.tables.rows.read_frame` gives them; only those without a problem.
    problems : tuple of Problem
        Everything that is wrong, the worst first; nothing may be built unless this is empty.
    notes : tuple of Note
        What was skipped or coerced.
    months : mapping of str to set of int
        By table, the months with a row.
    """

    case: Case
    tables: Mapping[str, pd.DataFrame]
    problems: tuple[Problem, ...]
    notes: tuple[Note, ...]
    months: Mapping[str, set[int]] = field(default_factory=dict)


def read(
    case: Case, tables: tuple[Table, ...] = TABLES, in_place: Findings | None = None
) -> Intake:
    """Read and check all tables of a case: CSV files in its folder, or one workbook.

    Parameters
    ----------
    case : Case
        Its ``intake`` settings say how files are written where that is in doubt.
    tables : tuple of Table
        Those to be read.
    in_place : Findings, optional
        Those that stay where they are, which are checked by the same rules.

    Returns
    -------
    Intake
        Tables, problems and notes. A table that is absent, or has no row, is simply not there.
    """
    log = find(case)
    currency = case.parameters.currency, case.parameters.currency_name
    signs = own_signs(*currency), foreign_signs(*currency)
    context = Context(case.parameters.intake, *signs, case.parameters.accounts)
    sheets: dict[str, Sheet] = {}
    if not any(problem.fault in (case_files.BOTH, case_files.TWICE) for problem in log.problems):
        for grids in case_files.grids_of(case, log, context, tables):
            named = [name_columns(grid, context.currency, context.foreign) for grid in grids]
            sheet = check_sheet(joined(named), context)
            if len(sheet.rows) or sheet.problems:
                sheets[sheet.table.name] = sheet
            else:
                sheet.note("no-rows")
                log.add(sheet)
    convert_currencies(case, sheets)
    rows = {name: rows_of(sheet) for name, sheet in sheets.items()}
    unread = {name for name, sheet in sheets.items() if not sheet.is_read}
    placed = in_place or Findings(log.file)
    case, months = dated(case, rows | placed.tables)
    check_rows(case, rows | placed.tables, unread | placed.unread, log)
    log.problems += case_files.still_example(
        case, {n: r for n, r in rows.items() if n not in unread}
    )
    check_statements(case, sheets, log)
    log.problems += check_method(case, sheets)
    sound = {name: sheet.frame for name, sheet in sheets.items() if not sheet.problems}
    for found in (*sheets.values(), placed):
        log.add(found)
    if not sheets and not log.problems and tables == TABLES and case.has_own_rows:
        log.refuse("no-table")
    return Intake(case, sound, said.worst_first(log.problems), tuple(log.notes), months)


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
    return {month for label in cells for month in time.months_in(str(label))}


def _periods_without_rows(case: Case, months: Mapping[str, set[int]]) -> Iterator[Problem]:
    """Find periods that the report is about and in which no table has a row."""
    known = {month for found in months.values() for month in found}
    for key in ("current", "baseline") if known else ():
        label = getattr(case.parameters.periods, key)
        if known.isdisjoint(month for part in label.split("+") for month in time.months_in(part)):
            fault = said.fault_of("period-without-rows", period=label)
            yield Problem(fault, yaml_of(case), column=f"periods.{key}", value=label)


def _months_in_doubt(case: Case, months: Mapping[str, set[int]]) -> Iterator[Note]:
    """Name months without rows between others, and quarters of which rows hold a part only.

    Each note says which line of ``case.yaml`` makes of the gap a zero, or of the part a period.
    """
    counted = {name: months[name] for name in BY_MONTH if months.get(name)}
    now = time.calendar()
    for name, known in counted.items():
        if gaps := set(range(min(known), max(known))) - known - set(now.closed):
            listed, line = (
                ", ".join(map(time.month_label, sorted(found)))
                for found in (gaps, gaps | set(now.closed))
            )
            yield said.note_of("month-without-rows", f"{name}.csv", months=listed, line=line)
    if not counted:
        return
    known = set().union(*counted.values())
    begun, ended = time.first_day(min(known), "month"), time.end_day(max(known), "month")
    for rule, day, given, end in (
        ("quarter-begun", begun, now.complete_from, time.quarter_start),
        ("quarter-open", ended, now.complete_through, time.quarter_end),
    ):
        quarter = time.quarter_of(day)
        if day != end(quarter) and given is None:
            words = {"quarter": time.quarter_label(quarter), "day": day.isoformat()}
            yield said.note_of(rule, yaml_of(case), **words)


def check_case(name: str, root: Path, *, every: bool = False) -> tuple[str, bool]:
    """Check all of a case's own files; nothing is written.

    Parameters
    ----------
    name : str
        The case.
    root : Path
        The project's root folder.
    every : bool
        Whether to name every row that breaks a rule, and not just the first of them.

    Returns
    -------
    text : str
        What is wrong, the worst first, then what was skipped or coerced.
    good : bool
        Whether nothing is wrong.

    Raises
    ------
    InputError
        If there is no such case.
    """
    if wrong := case_problems(name, root):
        with using(language_of(root / "data" / "raw" / name / "case.yaml")):
            problems = said.problem_list(name, map(problem_of, wrong), every)
            rest = tr("The tables are checked once case.yaml is right.")
        return f"{problems}\n\n{rest}", False
    case = load_case(name, root)
    with using(case.parameters.language, case.parameters.locale):
        text, intake = check_tables(case, every=every)
    return text, intake is not None


def check_tables(case: Case, *, every: bool = False) -> tuple[str, Intake | None]:
    """Check the tables of a case; nothing is written.

    Parameters
    ----------
    case : Case
        The case.
    every : bool
        As :func:`check_case` takes it.

    Returns
    -------
    text : str
        As :func:`check_case` gives it.
    intake : Intake or None
        What the tables hold; None if anything is wrong.
    """
    try:
        catalogue()  # refuses indicators of the firm's own that are none
        with audit(case) as placed:
            intake = read(case, READ_ALWAYS if placed.files else TABLES, placed)
    except InputError as error:
        return said.problem_list(case.name, map(problem_of, error.all), every), None
    own = case.has_own_rows
    problems = [*intake.problems, *said.case_texts(case)]
    rows = {table: len(frame) for table, frame in intake.tables.items()} | placed.counts
    if not problems and own:
        if not is_enough(rows):
            problems.append(Problem(Fault(Rank.FILE, NOTHING, MORE), file_of(case, case.raw)))
        problems += _periods_without_rows(intake.case, intake.months)
    article = RAW if case.name == ARTICLE else ()
    problems += _other_problems(case, article)
    files = {file_of(case, case.raw / table.file) for table in article}
    notes = [
        *intake.notes,
        *case_files.open_questions(case),
        *_months_in_doubt(intake.case, intake.months if own else {}),
    ]
    noted = said.note_list((note for note in notes if note.file not in files), every)
    if problems:
        return said.problem_list(case.name, said.worst_first(problems), every) + noted, None
    counts = ", ".join(f"{name} {decimal()(count)}" for name, count in rows.items())
    found = tr("Rows: {counts}", counts=counts) if rows else tr("It has no tables of rows.")
    if "periods" in case.from_rows and own:
        spans = fields(intake.case.parameters.periods, "first last current")
        words = tr(
            "Periods, from the rows: {first} to {last}; the report is about {current}", **spans
        )
        found += f". {words}"
    return f"{case.name}: {tr('nothing is wrong.')} {found}{noted}", intake


def _other_problems(case: Case, article: Sequence[Table]) -> Iterator[Problem]:
    """Find what is wrong with claims, and with the tables of the article on efficiency."""
    path = case.raw / CLAIMS.file
    try:
        if path.is_file():
            Judge(case)
        for row, claim in enumerate(read_claims(case) if path.is_file() else (), start=2):
            for name, value in claim:
                if isinstance(value, str) and (character := said.missing(value)):
                    yield Problem(said.no_glyph(character), file_of(case, path), row, name, value)
    except InputError as error:
        yield from map(problem_of, error.all)
    for table in article:
        try:
            read_rows(table, case.raw, case.root)
        except InputError as error:
            yield from map(problem_of, error.all)


NOTES = "intake.csv"
"""What was skipped or coerced."""


def store_tables(case: Case) -> tuple[str, bool]:
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
    with using(case.parameters.language, case.parameters.locale):
        state = state_of(case)
        text, intake = check_tables(case)
        if intake is None:
            return text, False
        tables = {t: intake.tables[t.name] for t in TABLES if t.name in intake.tables}
        listed = inventory(case, tables, files_in_place(case))
        for folder, group in (("ledger", ROWS), ("method", PLAN_TABLES)):
            texts = {table.file: frame_text(tables[table]) for table in group if table in tables}
            replace_folder(case.processed / folder, texts)
        write_frame(notes_frame(intake.notes), case.processed / NOTES)
        write_frame(listed, case.processed / INVENTORY)
        write_text(_record(case), state)
        return f"{int(listed['rows'].sum()):,} rows", True


def inventory(case: Case, tables: Mapping[Table, pd.DataFrame], in_place: Files) -> pd.DataFrame:
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
    known = months_of(lazy, table) if table.name in BY_MONTH and found["rows"] else {0}
    gaps = [time.month_label(at) for at in range(min(known), max(known)) if at not in known]
    return table.name, file, table.title, int(found["rows"]), ends[0], ends[1], ", ".join(gaps)


def notes_frame(notes: tuple[Note, ...]) -> pd.DataFrame:
    """Lay notes out as a table: file, column, what, rows and example."""
    rows = [
        (note.file, note.column, said.in_language(note.what), note.count, note.example)
        for note in notes
    ]
    return pd.DataFrame(rows, columns=["file", "column", "what", "rows", "example"])


def read_inventory(case: Case) -> pd.DataFrame:
    """Read which tables came in; see :func:`inventory`."""
    return _read(case, INVENTORY)


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


def state_of(case: Case) -> str:
    """List the files of a case's folder, each with its size and when it was last changed."""
    lines = []
    for path in sorted(case.raw.rglob("*")):
        if path.is_file() and path.name[0] not in ".~":  # those of programs are nobody's
            state = path.stat()
            lines.append(f"{path.relative_to(case.raw)}\t{state.st_size}\t{state.st_mtime_ns}\n")
    return "".join(lines)


def are_stored(case: Case) -> bool:
    """Whether a case's tables were checked and kept, and its files have not changed since."""
    record = _record(case)
    made = record.is_file() and case.processed.is_dir()
    return made and record.read_text(encoding="utf-8") == state_of(case)


def _record(case: Case) -> Path:
    return case.root / ".build" / case.name / "inputs.txt"
