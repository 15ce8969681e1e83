"""Read a case's own files: everything that is right, everything that is wrong, what was coerced."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd

from analysis.base.errors import InputError
from analysis.base.language import tr, using
from analysis.base.periods import (
    month_label,
)
from analysis.base.text import decimal, replace_folder, unguarded, write_text
from analysis.claims.judge import Judge
from analysis.intake.audit import READ_ALWAYS, Findings, audit, files_in_place
from analysis.intake.bookkeeping import convert_currencies
from analysis.intake.case_files import (
    BOTH,
    OUTSIDE,
    ROWS,
    TABLES,
    TWICE,
    find,
)
from analysis.intake.cells import Context, foreign_signs, own_signs
from analysis.intake.consistency import check_read
from analysis.intake.convert import Checked, check_sheet
from analysis.intake.mapping import grids_of
from analysis.intake.months import months_in_doubt, months_of, periods_without_rows
from analysis.intake.naming import joined, name_columns
from analysis.intake.problems import (
    NO_ROWS,
    Fault,
    Note,
    Problem,
    Rank,
    case_texts,
    fault_of,
    in_language,
    missing,
    no_glyph,
    note_list,
    problem_list,
    problem_of,
    worst_first,
)
from analysis.kpis.catalogue import catalogue
from analysis.kpis.cube import opened
from analysis.kpis.duck import Files
from analysis.kpis.levels import MORE, NOTHING, is_enough
from analysis.tables.case import BY_MONTH, INVENTORY, Case, case_problems, load_case
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
    months: Mapping[str, set[int]]


def read(case: Case, tables: tuple[Table, ...] = TABLES) -> Intake:
    """Read and check all tables of a case: CSV files in its folder, or one workbook.

    Parameters
    ----------
    case : Case
        Its ``intake`` settings say how files are written where that is in doubt.
    tables : tuple of Table
        Those to be read.

    Returns
    -------
    Intake
        Tables, problems and notes. A table that is absent, or has no row, is simply not there.
    """
    inputs = find(case)
    problems, notes = list(inputs.problems), list(inputs.notes)
    currency = case.parameters.currency, case.parameters.currency_name
    signs = own_signs(*currency), foreign_signs(*currency)
    context = Context(case.parameters.intake, *signs, case.parameters.accounts)
    checked: dict[str, Checked] = {}
    if not any(problem.fault in (BOTH, TWICE) for problem in problems):
        for grids in grids_of(case, inputs, context, tables, (problems, notes)):
            sheets = [name_columns(grid, context.currency, context.foreign) for grid in grids]
            table = check_sheet(joined(sheets), context)
            if len(table.rows) or table.problems:
                checked[table.table.name] = table
            else:
                notes.append(Note(table.file, NO_ROWS))
            notes += table.notes
    notes += convert_currencies(case, checked)
    case, months, found, doubts = check_read(case, checked)
    sound = {name: table.frame for name, table in checked.items() if not table.problems}
    problems += found + [problem for table in checked.values() for problem in table.problems]
    wanted = tables == TABLES and case.has_own_rows
    if not checked and not problems and wanted:
        problems.append(Problem(fault_of("no-table"), str(case.raw.relative_to(case.root))))
    return Intake(case, sound, worst_first(problems), (*notes, *doubts), months)


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
    wrong = case_problems(name, root)
    if wrong:
        problems = [problem_of(error) for error in wrong]
        rest = "The tables are checked once case.yaml is right."
        return f"{problem_list(name, problems, every)}\n\n{rest}", False
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
    name, root = case.name, case.root
    try:
        catalogue()  # refuses indicators of the firm's own that are none
        in_place = Findings(case) if _is_linked(case) else audit(case)
    except InputError as error:
        return problem_list(name, map(problem_of, error.all), every), None
    intake = read(in_place.case, READ_ALWAYS if in_place.files else TABLES)
    problems = [*intake.problems, *case_texts(case), *in_place.problems]
    rows = {table: len(frame) for table, frame in intake.tables.items()} | in_place.counts
    if not problems and case.has_own_rows:
        problems += [
            *without_indicator(case, rows),
            *periods_without_rows(intake.case, {**intake.months, **in_place.months}),
        ]
    if (case.raw / CLAIMS.file).is_file():
        try:
            Judge(case)
            problems += _claim_texts(case)
        except InputError as error:
            problems += map(problem_of, error.all)
    article = _article_tables(name)
    problems += _article_problems(article, case.raw, root)
    files = {str((case.raw / table.file).relative_to(root)) for table in article}
    intake = replace(intake, notes=(*intake.notes, *in_place.notes))
    months = {**intake.months, **in_place.months} if case.has_own_rows else {}
    notes = [*intake.notes, *months_in_doubt(intake.case, months)]
    said = note_list((note for note in notes if note.file not in files), every)
    if problems:
        return problem_list(name, worst_first(problems), every) + said, None
    right = tr("nothing is wrong.")
    return f"{name}: {right} {_counted(rows)}{_periods(case, intake.case)}{said}", intake


def _periods(case: Case, dated: Case) -> str:
    """Say which periods were taken from the rows."""
    if "periods" not in case.from_rows or not case.has_own_rows:
        return ""
    periods = dated.parameters.periods
    words = {"first": periods.first, "last": periods.last, "current": periods.current}
    text = tr("Periods, from the rows: {first} to {last}; the report is about {current}", **words)
    return f". {text}"


def _is_linked(case: Case) -> bool:
    """Whether a file of the case leads out of its folder, so that nothing may be summed there."""
    return any(problem.fault == OUTSIDE for problem in find(case).problems)


def _claim_texts(case: Case) -> Iterator[Problem]:
    """Find texts of claims with a character that the report cannot show."""
    file = str((case.raw / CLAIMS.file).relative_to(case.root))
    for row, claim in enumerate(read_claims(case), start=2):
        for name, value in claim:
            if isinstance(value, str) and (character := missing(value)):
                yield Problem(no_glyph(character), file, row, name, value)


def _article_tables(name: str) -> tuple[Table, ...]:
    """Return the tables of the article on efficiency, which are of another kind."""
    from analysis.efficiency.sentences import RAW
    from analysis.tables.case import ARTICLE

    return RAW if name == ARTICLE else ()


def _article_problems(tables: Iterable[Table], folder: Path, root: Path) -> Iterator[Problem]:
    for table in tables:
        try:
            read_rows(table, folder, root)
        except InputError as error:
            yield from map(problem_of, error.all)


def _counted(rows: Mapping[str, int]) -> str:
    if not rows:
        return tr("It has no tables of rows.")
    found = ", ".join(f"{name} {decimal()(count)}" for name, count in rows.items())
    return tr("Rows: {counts}", counts=found)


def without_indicator(case: Case, tables: Collection[str]) -> Iterator[Problem]:
    """Say so if the tables that are there, by name, give no indicator at all."""
    if not is_enough(tables):
        file = str(case.raw.relative_to(case.root))
        yield Problem(Fault(Rank.FILE, NOTHING, MORE), file)


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
        return _store(case)


def _store(case: Case) -> tuple[str, bool]:
    state = state_of(case)
    text, intake = check_tables(case)
    if intake is None:
        return text, False
    in_place = files_in_place(case)
    tables = {table: intake.tables[table.name] for table in TABLES if table.name in intake.tables}
    listed = inventory(case, tables, in_place)
    for folder, group in (("ledger", ROWS), ("method", PLAN_TABLES)):
        texts = {table.file: frame_text(tables[table]) for table in group if table in tables}
        replace_folder(case.processed / folder, texts)
    write_frame(notes_frame(intake.notes), case.processed / NOTES)
    write_frame(listed, case.processed / INVENTORY)
    note_state(case, state)
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
    gaps = [month_label(at) for at in range(min(known), max(known)) if at not in known]
    return table.name, file, table.title, int(found["rows"]), ends[0], ends[1], ", ".join(gaps)


def notes_frame(notes: tuple[Note, ...]) -> pd.DataFrame:
    """Lay notes out as a table: file, column, what, rows and example."""
    rows = [
        (note.file, note.column, in_language(note.what), note.count, note.example) for note in notes
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
    found = [path for path in sorted(case.raw.rglob("*")) if path.is_file()]
    seen = [path for path in found if path.name[0] not in ".~"]  # those of programs are nobody's
    lines = []
    for path in seen:
        state = path.stat()
        lines.append(f"{path.relative_to(case.raw)}\t{state.st_size}\t{state.st_mtime_ns}\n")
    return "".join(lines)


def note_state(case: Case, state: str) -> None:
    """Note that a case's tables were checked and kept when its files were in this state."""
    write_text(_record(case), state)


def are_stored(case: Case) -> bool:
    """Whether a case's tables were checked and kept, and its files have not changed since."""
    record = _record(case)
    made = record.is_file() and case.processed.is_dir()
    return made and record.read_text(encoding="utf-8") == state_of(case)


def _record(case: Case) -> Path:
    return case.root / ".build" / case.name / "inputs.txt"
