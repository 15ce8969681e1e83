"""Read a case's own files: everything that is right, everything that is wrong, what was coerced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.base import periods as time
from analysis.base.errors import InputError, collecting
from analysis.base.language import counted, language_of, tr, using
from analysis.base.text import decimal, fields, replace_folder, write_text
from analysis.claims.judge import Judge
from analysis.intake import case_files
from analysis.intake import problems as said
from analysis.intake.audit import READ_ALWAYS, audit
from analysis.intake.case_files import ROWS, TABLES, file_of, yaml_of
from analysis.intake.cells import Context, foreign_signs, own_signs
from analysis.intake.consistency import check_method, check_rows, check_statements
from analysis.intake.convert import check_sheet, convert_currencies
from analysis.intake.naming import joined, name_customers
from analysis.intake.rows import Rows, Sheet, rows_of
from analysis.kpis.catalogue import catalogue
from analysis.kpis.cube import record_of, state_of
from analysis.kpis.levels import MORE, NOTHING, is_enough
from analysis.tables.case import BY_MONTH, INVENTORY, Case, case_problems, load_case
from analysis.tables.rows import frame_text, period_column, read_stored, write_frame
from analysis.tables.schema import texts_of
from analysis.tables.strategy_tables import CLAIMS, PLAN_TABLES, read_claims

NOTES = "intake.csv"
"""What was skipped or coerced."""

FAR = 24
"""Months without any row that part rows whose day may be a slip from the others."""


@dataclass(frozen=True)
class Span:
    """How many rows a table has, and when they are.

    Attributes
    ----------
    rows : int
        Their number.
    file : str
        The table's file, or the folder of its files.
    first, last : str
        Day, month or quarter; empty for tables that belong to no period.
    months : set of int
        Months in which the table has a row.
    """

    rows: int
    file: str
    first: str = ""
    last: str = ""
    months: set[int] = field(default_factory=set)

    @property
    def gaps(self) -> set[int]:
        """Months without a row between others."""
        return set(range(min(self.months, default=0), max(self.months, default=0))) - self.months


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
    spans : mapping of str to Span
        By table, in memory or in place, how many rows it has, and when they are.
    """

    case: Case
    tables: Mapping[str, pd.DataFrame]
    problems: tuple[said.Problem, ...]
    notes: tuple[said.Note, ...]
    spans: Mapping[str, Span]


def read(case: Case) -> Intake:
    """Read and check all tables of a case: CSV files in its folder, or one workbook.

    Rows that stay where they are are checked there.

    Parameters
    ----------
    case : Case
        Its ``intake`` settings say how files are written where that is in doubt.

    Returns
    -------
    Intake
        Tables, problems and notes. A table that is absent, or has no row, is simply not there.

    Raises
    ------
    InputError
        If DuckDB is needed and not installed, or cannot read a file.
    """
    log, about = case_files.find(case), case.parameters
    own, others = (f(about.currency, about.currency_name) for f in (own_signs, foreign_signs))
    context = Context(about.intake, own, others, about.accounts)
    with audit(case, log) as placed:
        tables = TABLES if placed is None else READ_ALWAYS
        sheets: dict[str, Sheet] = {}
        for named in case_files.sheets_of(case, log, context, tables):
            sheet = check_sheet(joined(named), context)
            if len(sheet.rows) or sheet.problems:
                sheets[sheet.table.name] = sheet
            else:
                sheet.note("no-rows")
                log.add(sheet)
        convert_currencies(case, sheets)
        name_customers(sheets, about.intake.unnamed_customers)
        rows = {name: rows_of(sheet) for name, sheet in sheets.items()}
        every = rows | (placed or {})
        spans = {name: span_of(found, log.file) for name, found in every.items()}
        case = dated(case, spans)
        check_rows(case, every)
        log.problems += case_files.still_example(case, rows)
        check_statements(case, sheets)
        check_method(case, sheets)
        for found in (*sheets.values(), *(placed or {}).values()):
            log.add(found)
        if not sheets and not log.problems and tables == TABLES and case.has_own_rows:
            log.refuse("no-table")
        sound = {name: sheet.frame for name, sheet in sheets.items() if not sheet.problems}
        return Intake(case, sound, said.worst_first(log.problems), tuple(log.notes), spans)


def span_of(rows: Rows, folder: str) -> Span:
    """Return when the rows of a table are, of those whose period is right."""
    place, number = rows.file.removeprefix(f"{folder}/"), len(rows.files)
    place += f" ({counted('{n} file', '{n} files', number)})" if number > 1 else ""
    about = rows.count, rows.table.file if rows.memory is not None else place
    column = period_column(rows.table)
    if not column or not rows.count or not (found := rows.values(column)):
        return Span(*about)
    days = ([time.month_of(c)] if isinstance(c, date) else time.months_in(str(c)) for c in found)
    months = set().union(*days)
    first, last = (str(end)[:10] for end in (found[0], found[-1]))
    return Span(*about, first, last, months)


def dated(case: Case, spans: Mapping[str, Span]) -> Case:
    """Take from the rows what ``case.yaml`` leaves to them: the periods and the date.

    Days far from most others do not count, so that a slip of the pen lies outside the periods.
    """
    summed = set().union(*(span.months for name, span in spans.items() if name in BY_MONTH))
    months = sorted(summed or set().union(*(span.months for span in spans.values())))
    if not months or not case.from_rows:
        return case
    ends = np.flatnonzero(np.diff(months) > FAR) + 1
    most = max(np.split(months, ends), key=len).tolist()
    return case.spanning(most, [span.last for span in spans.values()])


def _periods_without_rows(case: Case, spans: Mapping[str, Span]) -> Iterator[said.Problem]:
    """Find periods that the report is about and in which no table has a row."""
    known = {month for span in spans.values() for month in span.months}
    for key in ("current", "baseline") if known else ():
        label = getattr(case.parameters.periods, key)
        if known.isdisjoint(month for part in label.split("+") for month in time.months_in(part)):
            fault = said.fault_of("period-without-rows", period=label)
            yield said.Problem(fault, yaml_of(case), column=f"periods.{key}", value=label)


def _months_in_doubt(case: Case, spans: Mapping[str, Span]) -> Iterator[said.Note]:
    """Name months without rows between others, and quarters of which rows hold a part only.

    Each note says which line of ``case.yaml`` makes of the gap a zero, or of the part a period.
    """
    now, known = time.calendar(), set[int]()
    for name, span in ((name, spans[name]) for name in BY_MONTH if name in spans):
        known |= span.months
        if gaps := span.gaps - set(now.closed):
            listed, line = map(_labels, (gaps, gaps | set(now.closed)))
            yield said.note_of("month-without-rows", f"{name}.csv", months=listed, line=line)
    if not known:
        return
    begun, ended = time.first_day(min(known), "month"), time.end_day(max(known), "month")
    days = {s.last for s in spans.values() if s.last.startswith(f"{ended:%Y-%m-}")} or {str(ended)}
    for rule, day, last, given, end in (
        ("quarter-begun", begun, str(begun), now.complete_from, time.quarter_start),
        ("quarter-open", ended, max(days), now.complete_through, time.quarter_end),
    ):
        quarter = time.quarter_of(day)
        if day != end(quarter) and given is None:
            yield said.note_of(rule, yaml_of(case), quarter=time.quarter_label(quarter), day=last)


def _labels(months: set[int]) -> str:
    return ", ".join(map(time.month_label, sorted(months)))


def check_case(name: str, root: Path) -> tuple[str, bool]:
    """Check all of a case's own files; nothing is written.

    Parameters
    ----------
    name : str
        The case.
    root : Path
        The project's root folder.

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
            problems = said.problem_list(name, map(said.problem_of, wrong))
            rest = tr("The tables are checked once case.yaml is right.")
        return f"{problems}\n\n{rest}", False
    case = load_case(name, root)
    with using(case.parameters.language, case.parameters.locale):
        text, intake = check_tables(case)
    return text, intake is not None


def check_tables(case: Case) -> tuple[str, Intake | None]:
    """Check the tables of a case; nothing is written.

    Parameters
    ----------
    case : Case
        The case.

    Returns
    -------
    text : str
        As :func:`check_case` gives it.
    intake : Intake or None
        What the tables hold; None if anything is wrong.
    """
    try:
        catalogue()  # refuses indicators of the firm's own that are none
        intake = read(case)
    except InputError as error:
        return said.problem_list(case.name, map(said.problem_of, error.all)), None
    own, spans = case.has_own_rows, intake.spans
    problems = [*intake.problems, *_wrong_claims(case)]
    rows = {name: span.rows for name, span in spans.items()}
    if not problems and own:
        file = file_of(case, case.raw)
        short = [] if is_enough(rows) else [InputError(NOTHING, file=file, fix=MORE)]
        problems = [*map(said.problem_of, short), *_periods_without_rows(intake.case, spans)]
    doubts = _months_in_doubt(intake.case, spans) if own else ()
    notes = [*intake.notes, *case_files.open_questions(case), *doubts]
    noted = said.note_list(notes if own or case.has_claims else ())  # those of an article are none
    if problems:
        return said.problem_list(case.name, said.worst_first(problems)) + noted, None
    counts = ", ".join(f"{name} {decimal()(count)}" for name, count in rows.items())
    found = tr("Rows: {counts}", counts=counts) if rows else tr("It has no tables of rows.")
    if "periods" in case.from_rows and own:
        its = fields(intake.case.parameters.periods, "first last current")
        more = tr("Periods, from the rows: {first} to {last}; the report is about {current}", **its)
        found += f". {more}"
    return f"{case.name}: {tr('nothing is wrong.')} {found}{noted}", intake


def _wrong_claims(case: Case) -> Iterator[said.Problem]:
    """Find what is wrong with claims, and texts with a character that the report cannot show."""
    errors: list[InputError] = []
    said_there = texts_of(case.parameters.model_dump())
    texts: list[tuple[Any, ...]] = [(yaml_of(case), None, *text) for text in said_there]
    with collecting(errors):
        if case.has_claims:
            Judge(case)
            file = file_of(case, case.raw / CLAIMS.file)
            for row, claim in enumerate(read_claims(case), start=2):
                texts += [(file, row, *cell) for cell in claim]
    yield from map(said.problem_of, errors)
    for file, at, name, text in texts:
        if isinstance(text, str) and (fault := said.no_glyph(text)):
            yield said.Problem(fault, file, at, name, text)


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
        for folder, group in (("ledger", ROWS), ("method", PLAN_TABLES)):
            frames = ((table.file, intake.tables.get(table.name)) for table in group)
            texts = {file: frame_text(frame) for file, frame in frames if frame is not None}
            replace_folder(case.processed / folder, texts)
        write_frame(notes_frame(intake.notes), case.processed / NOTES)
        write_frame(inventory(intake), case.processed / INVENTORY)
        write_text(record_of(case), state)
        return counted("{n} row", "{n} rows", sum(s.rows for s in intake.spans.values())), True


def inventory(intake: Intake) -> pd.DataFrame:
    """List the tables that came in.

    Returns
    -------
    DataFrame
        Columns table, file, title, rows, first and last (day, month or quarter; empty for tables
        that belong to no period) and gaps (months between these without any row, of tables that
        are summed by month).
    """
    lines = []
    for table in TABLES:
        if its := intake.spans.get(table.name):
            gaps = _labels(its.gaps) if table.name in BY_MONTH else ""
            lines.append((table.name, its.file, table.title, its.rows, its.first, its.last, gaps))
    return pd.DataFrame(lines, columns=["table", "file", "title", "rows", "first", "last", "gaps"])


def notes_frame(notes: tuple[said.Note, ...]) -> pd.DataFrame:
    """Lay notes out as a table: file, column, what, rows and example."""
    rows = [(n.file, n.column, n.what, n.count, n.example) for n in notes]
    return pd.DataFrame(rows, columns=["file", "column", "what", "rows", "example"])


def read_inventory(case: Case) -> pd.DataFrame:
    """Read which tables came in; see :func:`inventory`."""
    return read_stored(case, INVENTORY).astype({"rows": "int64"})


def read_notes(case: Case) -> pd.DataFrame:
    """Read what was skipped or coerced; see :func:`notes_frame`."""
    return read_stored(case, NOTES).astype({"rows": "int64"})
