"""What the audit asks of rows beside the rules of their sums, in SQL.

That cells could be read at all, and as what they are stored; that rows lie within the periods of
the case, and are no made-up ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any, Literal, get_origin

import pandas as pd
from pydantic.fields import FieldInfo

from analysis.base.periods import (
    month_label,
    parse_quarter,
    quarter_end,
    quarter_label,
    quarter_start,
)
from analysis.intake.case_files import ROWS, file_of, find, stay
from analysis.intake.cells import read_text
from analysis.intake.consistency import (
    BEFORE_REQUEST,
    MADE_UP,
    TEMPLATE_ROWS,
    TWICE,
    VARIANTS,
    no_row,
    not_there,
)
from analysis.intake.consistency import variants as spelt_twice
from analysis.intake.convert import MARKS
from analysis.intake.problems import NO_ROWS, Fault, Note, Problem, Rank, missing, no_glyph
from analysis.intake.sheets import not_used
from analysis.kpis.cube import engine_for
from analysis.kpis.duck import (
    PLAIN_FORM,
    TABLES,
    Files,
    files,
    header,
    header_errors,
    shown,
    store_on,
)
from analysis.kpis.rules_sql import Rule, rules, source, sql_type, typed
from analysis.tables.case import Case
from analysis.tables.columns import header_of
from analysis.tables.rows import Table, period_column
from analysis.tables.strategy_tables import CHECK_INS, PLAN_TABLES

_STORED: Mapping[str, tuple[str, ...]] = {
    "BIGINT": (
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "HUGEINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "UBIGINT",
        "FLOAT",
        "DOUBLE",
        "DECIMAL",
    ),
    "DATE": ("DATE", "TIMESTAMP"),
    "VARCHAR": ("VARCHAR", "ENUM"),
}
"""How Parquet may hold a column of each type without a word being said: names, or their beginning.
CSV holds text."""

_ISO = "'____-__-__'"
"""How a day is written, for SQL."""

_CALLED = {"BIGINT": "a number", "DATE": "a day", "VARCHAR": "a text"}


def asked_of(table: Table, first: int, last: int, *, yours: bool) -> list[Rule]:
    """Say in SQL what is asked of a table's rows; see :func:`analysis.intake.audit.audit`."""
    return [*_cells(table), *_periods(table, first, last), *_made_up(table, yours)]


def _cells(table: Table) -> Iterator[Rule]:
    """Add to the rules of cells that what is there could be read."""
    for rule in rules(table):
        if rule.sort == "cell":
            read = f"({rule.column} is not null or coalesce(raw_{rule.column}, '') = '')"
            yield replace(rule, sql=f"({read} and {rule.sql})")
        else:
            yield rule


def _made_up(table: Table, yours: bool) -> Iterator[Rule]:
    """Say in SQL that a firm's own rows have no keys of made-up ones."""
    if yours:
        cells = [name for name in table.key if sql_type(table.row.model_fields[name]) == "VARCHAR"]
        kept = " and ".join(f"not starts_with(coalesce({name}, ''), '{MADE_UP}')" for name in cells)
        yield Rule("made-up", cells[0], kept, TEMPLATE_ROWS.rule, TEMPLATE_ROWS.fix)


def casts(table: Table, stored: Mapping[str, str] | None) -> Iterator[Rule]:
    """Say in SQL that cells are stored as what they are read as.

    Parameters
    ----------
    table : Table
        Which table.
    stored : mapping of str to str, optional
        DuckDB's types of a Parquet file's columns; of a CSV file, whose cells are text, none.
    """
    for name, info in table.row.model_fields.items():
        kind, raw = sql_type(info), f"raw_{name}"
        held = stored[name] if stored else "VARCHAR"
        if stored and not held.startswith(_STORED[kind]):
            what = (
                f"stored as {held.lower().replace('varchar', 'text')}, and read as {_CALLED[kind]}"
            )
            yield Rule("note", name, f"{raw} is null", what, "")
        if kind == "DATE" and held.startswith("TIMESTAMP"):
            timed = f"not ends_with({raw}, ' 00:00:00')"
            yield _noted(name, timed, MARKS["time of day"])
        if kind == "DATE" and held == "VARCHAR":
            yield _noted(
                name, f"{raw} not like {_ISO} and contains({raw}, ':')", MARKS["time of day"]
            )
            yield _noted(
                name, f"{raw} not like {_ISO} and not contains({raw}, ':')", MARKS["form of dates"]
            )
        if kind == "BIGINT" and held == "VARCHAR":
            other = f"{raw} <> try_cast({name} as bigint)::varchar and {name} = trunc({name})"
            yield _noted(name, other, "the number is rewritten in digits")


def _noted(name: str, sql: str, what: str) -> Rule:
    """Ask for a note on the rows of which a condition holds and whose cell could be read."""
    return Rule("note", name, f"not coalesce({name} is not null and {sql}, false)", what, "")


def _periods(table: Table, first: int, last: int) -> Iterator[Rule]:
    """Say in SQL that rows lie within the periods of the case."""
    words = f"lies outside the periods of the case, {quarter_label(first)} to {quarter_label(last)}"
    fix = "correct it, leave the row out, or change first and last in case.yaml"
    for name, info in table.row.model_fields.items():
        if not header_of(info).period:
            continue
        if sql_type(info) == "DATE":
            ends = f"date '{quarter_start(first)}' and date '{quarter_end(last)}'"
        elif name == "month":
            ends = f"'{month_label(3 * first)}' and '{month_label(3 * last + 2)}'"
        else:
            ends = f"'{quarter_label(first)}' and '{quarter_label(last)}'"
        yield Rule("period", name, f"({name} is null or {name} between {ends})", words, fix)


NOT_PLAIN = Fault(
    Rank.CELL,
    "has blanks around it, a line break or signs that nobody sees",
    "write the text plainly: rows that stay where they are are taken as they stand",
)

_LISTED = 9
"""Rows that are named of those that break the same rule."""

_RANKS = {"cell": Rank.CELL, "row": Rank.ROW, "period": Rank.PERIOD}


@dataclass
class Findings:
    """What is known of the tables of a folder.

    Attributes
    ----------
    counts : dict of str to int
        Rows by table, of those that have any.
    problems : list of Problem
        All broken rules, in the order of tables, files and columns.
    notes : list of Note
        What is not used, was read as another type, or is doubtful.
    dated : dict of str to DataFrame
        By table, the days, months or quarters of its rows, each once; none if anything is wrong.
    """

    counts: dict[str, int]
    problems: list[Problem]
    notes: list[Note]
    dated: dict[str, pd.DataFrame] = field(default_factory=dict, compare=False)

    def add(self, found: Iterable[Problem | Note]) -> None:
        """Add problems to the problems, and notes to the notes."""
        for one in found:
            if isinstance(one, Problem):
                self.problems.append(one)
            else:
                self.notes.append(one)


def audit(
    found: Files, folder: Path, root: Path, scratch: Path, first: int, last: int, *, yours: bool
) -> Findings:
    """Check the tables of a folder without changing or loading them.

    Parameters
    ----------
    found : dict of str to list of Path
        From :func:`analysis.kpis.duck.files`.
    folder, root, scratch : Path
        As for :func:`analysis.kpis.duck.opened`.
    first, last : int
        Quarter indices between which rows must lie.
    yours : bool
        Whether rows are a firm's own, among which none may be made up.

    Raises
    ------
    InputError
        If DuckDB is not installed, or a file cannot be read.
    """
    findings = Findings({}, [], [])
    with store_on(folder, root, scratch, found) as store:
        read = {
            name: paths
            for name, paths in found.items()
            if _columns(store, TABLES[name], paths, root, findings)
        }
        for name, paths in read.items():
            table = TABLES[name]
            rules = asked_of(table, first, last, yours=yours)
            for path in paths:
                rows, stored = _lines(store, table, path, root), _stored(store, table, path, root)
                file = str(shown(path, root))
                number, told = _count(store, rows, [*rules, *casts(table, stored)], file)
                findings.counts[name] = findings.counts.get(name, 0) + number
                findings.add(told)
        known = {name: paths for name, paths in read.items() if findings.counts[name]}
        for name in [name for name in read if name not in known]:
            findings.notes.append(Note(_name(read[name], root), NO_ROWS))
            del findings.counts[name]
        unread = found.keys() - read.keys()
        for name, paths in known.items():
            findings.add(_keys(store, TABLES[name], paths, root))
            findings.add(_references(store, TABLES[name], known, unread, root))
            findings.add(_texts(store, TABLES[name], paths, root))
        findings.add(_answers(store, known, root))
        findings.add(_statements(known, root))
        if not findings.problems:
            dated = {name: period_column(TABLES[name]) for name in known}
            findings.dated = {
                name: _distinct(store, TABLES[name], known[name], root, column)
                for name, column in dated.items()
                if column
            }
    return findings


def _name(paths: list[Path], root: Path) -> str:
    """Return how messages call a table: by its file, or by the folder of its files."""
    return str(shown(paths[0] if len(paths) == 1 else paths[0].parent, root))


def _columns(store: Any, table: Table, paths: list[Path], root: Path, findings: Findings) -> bool:
    """Check the columns of a table's files; return whether its rows can be read."""
    headers = [header(store, path, root) for path in paths]
    errors = list(header_errors(table, paths, headers, root))
    for error in errors:
        fault = Fault(Rank.COLUMNS, error.rule, error.fix or "")
        findings.problems.append(Problem(fault, str(error.file), 1, error.column or ""))
    unknown = [name for name in headers[0] if name not in table.row.model_fields]
    findings.notes += [not_used(name, table, _name(paths, root)) for name in unknown]
    return not errors


def _lines(store: Any, table: Table, path: Path, root: Path) -> str:
    """Select a file's rows with their numbers, every cell as text and, where it can be, typed."""
    cells = ", ".join(
        f"{name}::varchar as raw_{name}, {typed(name, field)} as {name}"
        for name, field in table.row.model_fields.items()
    )
    rows = source(table, [path], header(store, path, root), text=True)
    return f"(select row_number() over () + 1 as line, {cells} from {rows})"


def _stored(store: Any, table: Table, path: Path, root: Path) -> dict[str, str] | None:
    """Return how a Parquet file holds its columns; None for CSV."""
    if path.suffix == ".csv":
        return None
    read = store.sql(f"from {source(table, [path], header(store, path, root), text=True)}")
    return dict(zip(read.columns, map(str, read.types), strict=True))


def _count(
    store: Any, rows: str, rules: Sequence[Rule], file: str
) -> tuple[int, list[Problem | Note]]:
    """Count the rows, and those that break each rule, all in one pass; one more if any does."""
    kept = " and ".join(f"coalesce({rule.sql}, false)" for rule in rules)
    counts = store.sql(f"select count(*), count(*) filter (where not ({kept})) from {rows}")
    ((number, broken),) = counts.fetchall()
    return int(number), _each(store, rows, rules, file) if broken else []


def _each(store: Any, rows: str, rules: Sequence[Rule], file: str) -> list[Problem | Note]:
    """Count the rows that break each rule, and name the first of them."""
    asked = [
        f"count(*) filter (where not {bad}), min(line, {_LISTED}) filter (where not {bad}), "
        f"arg_min(raw_{rule.column}, line) filter (where not {bad})"
        for rule in rules
        for bad in (f"coalesce({rule.sql}, false)",)
    ]
    (told,) = store.sql(f"select {', '.join(asked)} from {rows}").fetchall()
    return [
        _said(rule, file, int(count), lines, value or "")
        for rule, at in zip(rules, range(0, len(told), 3), strict=True)
        for count, lines, value in (told[at : at + 3],)
        if count
    ]


def _said(rule: Rule, file: str, count: int, lines: list[int], value: str) -> Problem | Note:
    """Say that rows of a file break a rule."""
    if rule.sort == "note":
        return Note(file, rule.words, rule.column, count, value)
    if rule.sort == "made-up":
        return Problem(TEMPLATE_ROWS, file, value=f"{count:,} {'row' if count == 1 else 'rows'}")
    fault = Fault(_RANKS[rule.sort], rule.words, rule.fix)
    return Problem(fault, file, lines[0], rule.column, value, tuple(lines[1:]), count)


def _keys(store: Any, table: Table, paths: list[Path], root: Path) -> Iterator[Problem]:
    """Find keys that stand in more than one row."""
    rows, keys = _together(store, table, paths, root), ", ".join(table.key)
    again = f"(select {keys}, count(*) - 1 as more from {rows} group by all having count(*) > 1)"
    cells, count = _least(store, again, table.key)
    if count:
        test = " and ".join(f"raw_{name} = ?" for name in table.key)
        (file, first, _), *others = _places(store, table, paths, root, table.key[0], test, cells)
        value = f"{', '.join(cells)} (first in row {first} of {file})"
        yield _at(others, TWICE, keys, count, value)


def _references(
    store: Any, table: Table, known: Files, unread: Collection[str], root: Path
) -> Iterator[Problem | Note]:
    """Find what refers to a row that is not there, or to a table that is not there."""
    paths = known[table.name]
    rows = _together(store, table, paths, root)
    for name, info in table.row.model_fields.items():
        to = header_of(info).references
        if not to or to in unread:
            continue
        if to not in known:
            used = f"select count(*) from {rows} where coalesce({name}, '') <> ''"
            ((count,),) = store.sql(used).fetchall()
            yield Note(_name(paths, root), not_there(to), name, int(count))
            continue
        others, other = _together(store, TABLES[to], known[to], root), TABLES[to].key[0]
        lost = (
            f"(select a.{name}, count(*) as more from {rows} a anti join {others} b "
            f"on a.{name} = b.{other} where coalesce(a.{name}, '') <> '' group by all)"
        )
        cells, count = _least(store, lost, (name,))
        if count:
            places = _places(store, table, paths, root, name, f"raw_{name} = ?", cells)
            yield _at(places, no_row(_name(known[to], root)), name, count)


def _texts(store: Any, table: Table, paths: list[Path], root: Path) -> Iterator[Problem | Note]:
    """Hold the texts that a report can show against the rules of texts, each once."""
    rows = _together(store, table, paths, root)
    for name, info in table.row.model_fields.items():
        if not _is_shown(table, name, info):
            continue
        found = store.sql(f"select distinct {name} as text from {rows} order by text")
        values = [value for (value,) in found.fetchall() if value]
        faults: dict[Fault, list[str]] = {}
        for value in values:
            if fault := _fault(value):
                faults.setdefault(fault, []).append(value)
        for fault, texts in faults.items():
            among = f"{name} in ({', '.join('?' * len(texts))})"
            ((count,),) = store.execute(
                f"select count(*) from {rows} where {among}", texts
            ).fetchall()
            places = _places(store, table, paths, root, name, among, texts)
            yield _at(places, fault, name, int(count))
        if name in VARIANTS:
            yield from spelt_twice(values, _name(paths, root), name)


def _is_shown(table: Table, name: str, info: FieldInfo) -> bool:
    """Whether a column holds texts that a report can show: no choices, and no mere keys."""
    is_key = (name,) == table.key or header_of(info).references
    return sql_type(info) == "VARCHAR" and get_origin(info.annotation) is not Literal and not is_key


def _fault(text: str) -> Fault | None:
    """Return the rule that a text breaks which is taken as it stands."""
    read = read_text(text)
    if read.fault or read.text != text:
        return read.fault or NOT_PLAIN
    return no_glyph(character) if (character := missing(text)) else None


def _answers(store: Any, known: Files, root: Path) -> Iterator[Problem]:
    """Find answers from before the day of the request."""
    if not {"survey_response", "service"} <= known.keys():
        return
    table, paths = TABLES["survey_response"], known["survey_response"]
    answers = _together(store, table, paths, root)
    services = _together(store, TABLES["service"], known["service"], root)
    early = (
        f"(select response_id, 1 as more from {answers} a join {services} s "
        "on a.service_id = s.service_id "
        "where try_cast(answered_on as date) < try_cast(requested_on as date))"
    )
    cells, count = _least(store, early, table.key)
    if count:
        places = _places(store, table, paths, root, "answered_on", "raw_response_id = ?", cells)
        yield _at(places, BEFORE_REQUEST, "answered_on", count)


def _statements(known: Files, root: Path) -> Iterator[Note]:
    """Say that statements are not held against anything, which takes them one by one."""
    if paths := known.get("fin_statement"):
        what = "its sums are not checked, nor its sales against the invoices: rows are only summed"
        yield Note(_name(paths, root), what)


def _distinct(store: Any, table: Table, paths: list[Path], root: Path, column: str) -> pd.DataFrame:
    """Return the distinct cells of a column, read as its type."""
    cell = typed(column, table.row.model_fields[column])
    rows = _together(store, table, paths, root)
    frame: pd.DataFrame = store.sql(f"select distinct {cell} as {column} from {rows}").df()
    return frame


def _together(store: Any, table: Table, paths: list[Path], root: Path) -> str:
    """Read all files of a table, every cell as text."""
    cells = ", ".join(f"{name}::varchar as {name}" for name in table.row.model_fields)
    rows = source(table, paths, header(store, paths[0], root), text=True)
    return f"(select {cells} from {rows})"


def _least(store: Any, counted: str, columns: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """Return the first of the counted cells, and the rows of all of them."""
    ((count,),) = store.sql(f"select coalesce(sum(more), 0)::bigint from {counted}").fetchall()
    if not count:
        return (), 0
    names = ", ".join(f"{name}::varchar" for name in columns)
    (cells,) = store.sql(f"select {names} from {counted} order by all limit 1").fetchall()
    return cells, int(count)


def _places(
    store: Any,
    table: Table,
    paths: list[Path],
    root: Path,
    column: str,
    test: str,
    cells: Sequence[str],
) -> list[tuple[str, int, str]]:
    """Find the files and rows in which a test of some cells holds, with a column's cell."""
    found: list[tuple[str, int, str]] = []
    for path in paths:
        rows = _lines(store, table, path, root)
        asked = f"select line, raw_{column} from {rows} where {test}"
        query = f"{asked} order by line limit {_LISTED + 1}"
        lines = store.execute(query, cells).fetchall()
        found += [(str(shown(path, root)), int(line), cell) for line, cell in lines]
    return found


def _at(
    places: Sequence[tuple[str, int, str]], fault: Fault, column: str, count: int, value: str = ""
) -> Problem:
    """Report something at the first of its places."""
    file, first, cell = places[0]
    others = [line for name, line, _ in places[1:] if name == file]
    return Problem(fault, file, first, column, value or cell, tuple(others[: _LISTED - 1]), count)


READ_ALWAYS = (*PLAN_TABLES, CHECK_INS)
"""Tables that are read into memory even where rows are left where they are."""

OTHER_NAME = "rows that stay where they are are read under the table's own name"


@dataclass(frozen=True)
class InPlace:
    """What is known of the tables that stay where they are.

    Attributes
    ----------
    files : dict of str to list of Path
        By table; none if all tables are read.
    counts : dict of str to int
        Rows by table, of those that have any.
    problems : tuple of Problem
        Everything that is wrong with them.
    notes : tuple of Note
        What is not used, was read as another type, or is doubtful.
    dated : dict of str to DataFrame
        By table, the days, months or quarters of its rows, each once; none if anything is wrong.
    """

    files: Files
    counts: dict[str, int]
    problems: tuple[Problem, ...]
    notes: tuple[Note, ...]
    dated: dict[str, pd.DataFrame]


NOTHING_IN_PLACE = InPlace({}, {}, (), (), {})
"""Where all tables are read."""


def stays_in_place(case: Case) -> Files:
    """Find the files that are summed where they lie; none if rows are to be read.

    Raises
    ------
    InputError
        If pandas is asked for, but rows are not CSV.
    """
    found = files(case.raw)
    if engine_for(case, found) == "pandas":
        return {}
    return found if stay(case, chain.from_iterable(found.values())) else {}


def look_through(case: Case) -> InPlace:
    """Check the tables that stay where they are, without loading them.

    Raises
    ------
    InputError
        If DuckDB is not installed, or a file cannot be read.
    """
    found = stays_in_place(case) if case.has_own_rows else {}
    if not found:
        return NOTHING_IN_PLACE
    scratch, periods = case.root / ".build" / case.name, case.parameters.periods
    ends = parse_quarter(periods.first), parse_quarter(periods.last)
    yours = case.parameters.kind == "yours"
    known = audit(found, case.raw, case.root, scratch, *ends, yours=yours)
    problems = (*_other_names(case, found), *known.problems)
    notes = (*_settings(case), *known.notes)
    return InPlace(found, known.counts, problems, notes, known.dated)


def _other_names(case: Case, found: Files) -> Iterator[Problem]:
    """Find tables that would be left out unseen, since they have another name."""
    paths = {path for table in found.values() for path in table}
    for table, path in find(case).csv:
        if table in ROWS and table not in READ_ALWAYS and path not in paths:
            fault = Fault(Rank.FILE, OTHER_NAME, f"call it {table.file}")
            yield Problem(fault, file_of(case, path))


def _settings(case: Case) -> Iterator[Note]:
    """Say that what ``case.yaml`` tells of the form of files does not hold for these."""
    if told := sorted(case.parameters.intake.model_fields_set):
        file = str((case.raw / "case.yaml").relative_to(case.root))
        columns = ", ".join(f"intake.{name}" for name in told)
        yield Note(file, f"not heeded in tables of rows: {PLAIN_FORM}", columns)
