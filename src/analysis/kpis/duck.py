"""Rows that stay where they are: read by DuckDB from CSV or Parquet as they are summed.

The row models' types and rules are said in SQL, so that DuckDB checks every cell that it sums; one
that breaks a rule stops the sum. Nothing is written but DuckDB's own temporary files, nothing
outside the ledger's folder is read, and no extension is installed.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, get_args
from uuid import uuid4

from pydantic.fields import FieldInfo

from analysis.base.errors import BuildError, InputError, shown
from analysis.base.language import tr
from analysis.base.text import listed
from analysis.tables.columns import PATTERNS, header_of, is_choice, may_be_empty
from analysis.tables.firm_tables import LEDGER_TABLES
from analysis.tables.rows import Table, order_rule

TABLES = {table.name: table for table in LEDGER_TABLES}
"""What a ledger may hold."""

MEMORY_LIMIT = "500MB"
"""Memory that DuckDB takes before it goes on in temporary files."""

_SETTINGS = (
    "set TimeZone = 'UTC'",  # a moment falls on the same day on every machine
    f"set memory_limit = '{MEMORY_LIMIT}'",
    "set autoinstall_known_extensions = false",
    "set autoload_known_extensions = false",
)
_LINE = re.compile(r"CSV Error on Line: (\d+)")
_CELL = re.compile(r'converting column "([^"]+)"\. (?:Could not convert string "(.*?)" to)?', re.S)
_FILE = re.compile(r"^\s*file = (.+)$", re.MULTILINE)

Files = dict[str, list[Path]]
"""Files by table; several are read as one."""

BROKEN = "this cell breaks a rule: "
"""Begins what DuckDB says when it stops at a rule of ours; the table and column follow as JSON."""

_IN_WORDS = {"DATE": "a date as YYYY-MM-DD", "BIGINT": "a whole number", "VARCHAR": "filled in"}

_BUFFER = 16_000_000
"""Bytes that a thread reads of a CSV file at a time. With DuckDB's own 32 MB, the tables that are
joined take up half the memory allowed, and joins of 10 million rows fail now and then; with 4 MB,
reading takes a tenth longer."""

_TRIED = {"BIGINT": "DOUBLE", "DATE": "DATE", "VARCHAR": "VARCHAR"}
"""Types in which cells are tested: as BIGINT, 12.50 would become 13 and nobody would hear of it."""

_LARGEST = 2**53
"""Whole numbers below this are exact as they are read."""


def sql_text(value: str) -> str:
    """Quote a text for SQL."""
    return "'" + value.replace("'", "''") + "'"


def sql_list(paths: Iterable[Path]) -> str:
    """List files for SQL."""
    return f"[{', '.join(sql_text(str(path.resolve())) for path in paths)}]"


def sql_type(field: FieldInfo) -> str:
    """Type in which a column is summed."""
    if field.annotation in (date, date | None):
        return "DATE"
    return "BIGINT" if field.annotation in (int, int | None) else "VARCHAR"


@dataclass(frozen=True)
class Rule:
    """A rule in SQL, with what a person needs to know of it.

    Attributes
    ----------
    sort : {"cell", "row", "note"}
        What it is about: a cell, the order of days in a row, or nothing that is wrong but what
        should be known.
    column : str
        Column at which a broken rule is reported.
    sql : str
        Condition that holds for a row that keeps the rule.
    words, fix : str
        What is wrong where it does not hold, and what to do about it.
    """

    sort: str
    column: str
    sql: str
    words: str
    fix: str


def source(table: Table, paths: list[Path], columns: list[str], *, text: bool = False) -> str:
    """Read the files of a table, in SQL: every column of its row model, and maybe others.

    Parameters
    ----------
    table : Table
        Which table.
    paths : list of Path
        Its files, all CSV or all Parquet.
    columns : list of str
        All columns of the files, in their order. Those that the table does not know are not used;
        of those that it knows, what is absent is empty.
    text : bool
        Leave the cells of CSV files as text, and those of Parquet files as they are stored.
    """
    kinds = {name: sql_type(field) for name, field in table.row.model_fields.items()}
    money = in_whole_units(table, columns)
    if paths[0].suffix == ".parquet":
        rows = f"read_parquet({sql_list(paths)})"
        if not text:
            fields = table.row.model_fields
            cells = [f"{typed(name, fields[name])} as {name}" for name in kinds if name in columns]
            cells += [quoted(other) for other in money.values()]
            rows = f"(select {', '.join(cells)} from {rows})"
    else:
        types = ", ".join(
            f"{quoted(name) if name in money.values() else unknown_column(place)}: 'VARCHAR'"
            if name not in kinds
            else f"{name}: '{'VARCHAR' if text else _TRIED[kinds[name]]}'"
            for place, name in enumerate(columns)
        )
        rows = (
            f"read_csv({sql_list(paths)}, auto_detect = false, header = true, delim = ',', "
            f"buffer_size = {_BUFFER}, "
            f"""quote = '"', escape = '"', columns = {{{types}}})"""
        )
    absent = [f"null::{kinds[name]} as {name}" for name in kinds if name not in (*columns, *money)]
    for name, other in money.items():
        whole = f"round({in_hundredths(other)})::bigint"
        shown_too = f"coalesce({whole}::varchar, {quoted(other)}::varchar)"
        absent.append(f"{shown_too if text else whole} as {name}")
    return f"(select *, {', '.join(absent)} from {rows})" if absent else rows


def in_whole_units(table: Table, columns: Collection[str]) -> dict[str, str]:
    """Return the columns of money that files give in whole units, with their names there."""
    headers = {name: header_of(info) for name, info in table.row.model_fields.items()}
    larger = {name: header.larger[0] for name, header in headers.items() if header.larger}
    return {
        name: other
        for name, other in larger.items()
        if headers[name].money and name not in columns and other in columns
    }


def in_hundredths(column: str) -> str:
    """Count an amount exactly in hundredths, in SQL; DuckDB rounds such numbers away from zero."""
    return f"(try_cast({quoted(column)} as decimal(28, 8)) * 100)"


def unknown_column(place: int) -> str:
    """Name a column of a CSV file that its table does not know, by its place."""
    return f"not_used_{place}"


def quoted(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


OPEN: Mapping[str, str] = {"service": "completed_on"}
"""Days without which rows of a table are not counted: orders that are still open."""


def typed(name: str, field: FieldInfo) -> str:
    """Read a cell as its type, null where it cannot be; Parquet may hold a yes or no as a truth."""
    if set(get_args(field.annotation)) == {"yes", "no"}:
        text = f"{name}::varchar"
        return f"case {text} when 'true' then 'yes' when 'false' then 'no' else {text} end"
    return f"try_cast({name} as {_TRIED[sql_type(field)]})"


def selection(table: Table, broken_cell: Literal["stops", "is null", "is none"] = "stops") -> str:
    """Select all columns of a table in SQL, typed.

    A cell that breaks a rule stops the query, or it is null while days that are not in order are
    left as they are; or it is known that there is none.
    """
    chosen = []
    for name, field in table.row.model_fields.items():
        if broken_cell == "is none":
            chosen.append(f"{_cell(name, field)}::{sql_type(field)} as {name}")
            continue
        stop = broken_cell == "stops"
        asked = [rule.sql for rule in rules(table) if rule.column == name]
        broken = sql_text(BROKEN + json.dumps([table.name, name]))
        kept, otherwise = (" and ".join(asked), f"error({broken})") if stop else (asked[0], "null")
        cell = f"case when {kept} then {_cell(name, field)} else {otherwise} end"
        chosen.append(f"{cell}::{sql_type(field)} as {name}")
    return ", ".join(chosen)


def rules(table: Table) -> list[Rule]:
    """Say the rules of a table's cells and of its days in SQL and in words."""
    return [_of_cells(table, name) for name in table.row.model_fields] + [
        Rule(
            "row",
            late,
            f"({early} > {late}) is not true",
            order_rule(group),
            tr("correct the days"),
        )
        for group in table.row.in_order
        for early, late in pairwise(group)
    ]


def _of_cells(table: Table, name: str) -> Rule:
    """Say the rule of a column's cells (patterns of keys are left out)."""
    field = table.row.model_fields[name]
    kind = sql_type(field)
    words = tr("must be {words}", words=tr(_IN_WORDS[kind]))
    tests = []
    if is_choice(field):
        tests.append(f"{name} in ({', '.join(map(sql_text, get_args(field.annotation)))})")
        words = tr("must be {words}", words=listed(get_args(field.annotation), "or"))
    low, high = ([getattr(m, at) for m in field.metadata if hasattr(m, at)] for at in ("ge", "le"))
    for ends, sign, called in ((low, ">=", tr("at least {n}")), (high, "<=", tr("at most {n}"))):
        for end in ends:
            limit = f"date '{end}'" if isinstance(end, date) else end
            tests.append(f"{name} {sign} {limit}")
            words += f", {called.format(n=end)}"
    if kind == "BIGINT":
        near = [isinstance(end, int) and abs(end) < _LARGEST for end in (*low, *high)]
        exact = len(near) > 1 and all(near)
        tests += [f"{name} = trunc({name})", *([] if exact else [f"abs({name}) < {_LARGEST}"])]
    for limit in field.metadata:
        if getattr(limit, "min_length", None):
            tests.append(f"{name} <> ''")
        pattern = getattr(limit, "pattern", None)
        if pattern and not name.endswith("_id"):
            words = PATTERNS[pattern]
            tests.append(f"regexp_matches({_cell(name, field)}, {sql_text(pattern)})")
    if not tests and not _may_be_blank(field):
        tests.append(f"{name} is not null")  # all other tests fail a null anyway
    kept = " and ".join(tests) or "true"
    if type(None) in get_args(field.annotation):
        kept = f"{name} is null or ({kept})"
    return Rule("cell", name, f"({kept})", words, tr("correct the cell"))


def _cell(name: str, field: FieldInfo) -> str:
    """Take an empty cell for an empty text where it is one, as pandas does."""
    return f"coalesce({name}, '')" if _may_be_blank(field) else name


def _may_be_blank(field: FieldInfo) -> bool:
    return sql_type(field) == "VARCHAR" and may_be_empty(field)


@contextmanager
def store_on(folder: Path, root: Path, scratch: Path, found: Files) -> Iterator[Any]:
    """Connect to a DuckDB that reads one folder and writes nothing but its own temporary files.

    Parameters
    ----------
    folder, root, scratch : Path
        As for :func:`analysis.kpis.cube.opened`.
    found : dict of str to list of Path
        The tables there, to be named in messages.

    Yields
    ------
    DuckDBPyConnection
        What goes wrong while it is used is raised as InputError.
    """
    duckdb = require_duckdb(shown(folder, root))
    scratch.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=scratch, prefix="duckdb-") as spill, duckdb.connect() as store:
        store.execute(f"set temp_directory = {sql_text(spill)}")
        store.execute("set preserve_insertion_order = false")  # sums have no order
        _confine(store, folder, Path(spill))
        try:
            yield store
        except duckdb.OutOfMemoryException:
            raise BuildError(f"DuckDB needs more than {MEMORY_LIMIT} for this ledger") from None
        except duckdb.Error as error:
            raise _explained(str(error), folder, found, root) from None


def require_duckdb(file: Path) -> Any:
    """Return the module duckdb, an optional extra.

    Raises
    ------
    InputError
        If it is not installed, saying how it is.
    """
    try:
        return import_module("duckdb")
    except ImportError:
        raise InputError(
            "tables of this size or form are read with DuckDB, which is not installed here",
            file=file,
            fix="make .venv/.big installs it; small CSV tables do without",
        ) from None


def computed_once(store: Any, relation: Any) -> Any:
    """Put the rows of a relation into a temporary file, and return a relation that reads it.

    A file, since a table in DuckDB's memory is the first thing for which that does not suffice, and
    uncompressed, since it is read but a few times.
    """
    ((spill,),) = store.execute("select current_setting('temp_directory')").fetchall()
    file = sql_text(f"{spill}/{uuid4().hex}.parquet")
    form = "format parquet, compression uncompressed, dictionary_size_limit 1000"
    store.execute(f"copy ({relation.sql_query()}) to {file} ({form})")
    return store.sql(f"from read_parquet({file})")


def _confine(store: Any, *folders: Path) -> None:
    """Let a connection read some folders and nothing else."""
    for setting in _SETTINGS:
        store.execute(setting)
    allowed = ", ".join(sql_text(f"{folder.resolve()}/") for folder in folders)
    store.execute(f"set allowed_directories = [{allowed}]")
    store.execute("set enable_external_access = false")
    store.execute("set lock_configuration = true")


def parquet_rows(path: Path) -> list[list[Any]]:
    """Return the names of a Parquet file's columns, and below them its cells as texts.

    Raises
    ------
    InputError
        If DuckDB is not installed, or the file is damaged.
    """
    duckdb = require_duckdb(path)
    with duckdb.connect() as store:
        _confine(store, path.resolve().parent)
        try:
            names = store.sql(f"from read_parquet({sql_list([path])})").columns
            cells = ", ".join(f"coalesce({quoted(name)}::varchar, '')" for name in names)
            rows = store.sql(f"select {cells} from read_parquet({sql_list([path])})").fetchall()
        except duckdb.Error as error:
            rule = "the file cannot be read as Parquet"
            raise InputError(rule, file=path.name, fix="save it again") from error
    return [list(names), *map(list, rows)]


def header(store: Any, path: Path, root: Path) -> list[str]:
    """Read the names of a file's columns, in its order."""
    if path.suffix == ".parquet":
        return list(store.sql(f"from read_parquet({sql_list([path])})").columns)
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
            names = next(csv.reader(stream), [])
            "".join(names).encode("utf-8")
            return names
    except UnicodeEncodeError:
        raise _not_utf8(shown(path, root), 1) from None
    except csv.Error:
        raise InputError(
            "the first line is no line of column names",
            file=shown(path, root),
            row=1,
            fix="save the file as CSV UTF-8, with the names of the columns in its first line",
        ) from None


def _not_utf8(file: Path, row: int | None = None) -> InputError:
    return InputError("the file is not UTF-8 text", file=file, row=row, fix="save it as UTF-8")


def _explained(message: str, folder: Path, found: Files, root: Path) -> InputError:
    """Turn what DuckDB says into the file, row, column and value at fault."""
    if BROKEN in message:
        name, column = json.loads(message[message.index(BROKEN) + len(BROKEN) :].splitlines()[0])
        return _located(name, column, folder, found[name], root)
    line, cell, file = (pattern.search(message) for pattern in (_LINE, _CELL, _FILE))
    if not line or not file:
        return _unreadable(message, folder, found, root)
    path = Path(file[1])
    row = int(line[1])
    if "Invalid unicode" in message:
        return _not_utf8(shown(path, root), row)
    if not cell:
        rule_ = "the row has more or fewer cells than the header, or quotes that do not match"
        return InputError(rule_, file=shown(path, root), row=row)
    table = next(
        TABLES[name]
        for name, paths in found.items()
        if path.resolve() in [other.resolve() for other in paths]
    )
    words = next(rule.words for rule in rules(table) if rule.column == cell[1])
    return InputError(words, file=shown(path, root), row=row, column=cell[1], value=cell[2] or "")


def _unreadable(message: str, folder: Path, found: Files, root: Path) -> InputError:
    """Name the file that DuckDB cannot read at all, with what it says of it."""
    known = [path for paths in found.values() for path in paths]
    reason = message.splitlines()[0].partition(": ")[2] or message
    for path in known:
        if str(path.resolve()) in message:
            return InputError(
                f"DuckDB cannot read this ({reason.replace(str(path.resolve()), path.name)})",
                file=shown(path, root),
                fix="the file may be damaged or incomplete: write or copy it again",
            )
    return InputError(f"DuckDB cannot read the tables ({reason})", file=shown(folder, root))


def _located(name: str, column: str, folder: Path, paths: list[Path], root: Path) -> InputError:
    """Find the first row that breaks a rule of a column, by reading once more in order."""
    table = TABLES[name]
    broken = [rule for rule in rules(table) if rule.column == column]
    with require_duckdb(folder).connect() as store:
        _confine(store, folder)
        for path in paths:
            rows = source(table, [path], header(store, path, root))
            cases = " ".join(
                f"when ({rule.sql}) is not true then {number}" for number, rule in enumerate(broken)
            )
            found = store.sql(
                f"select line, {column}, case {cases} end as rule from "
                f"(select {', '.join(table.row.model_fields)}, row_number() over () + 1 as line "
                f"from {rows}) "
                f"where rule is not null and {OPEN.get(name, 'true')} is not null "
                "order by line limit 1"
            ).fetchall()
            for line, cell, number in found:
                whole = isinstance(cell, float) and cell.is_integer()
                value = "" if cell is None else int(cell) if whole else cell
                rule, file = broken[number].words, shown(path, root)
                return InputError(rule, file=file, row=line, column=column, value=value)
    return InputError(broken[0].words, file=shown(folder / table.file, root), column=column)
