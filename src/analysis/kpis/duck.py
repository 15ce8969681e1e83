"""Ledger tables as DuckDB relations: read from CSV or Parquet as they are summed, never loaded.

Types and rules come from the row models; a cell that breaks one stops the sum. Nothing is written
but DuckDB's own temporary files, nothing outside the ledger's folder is read, and no extension is
installed.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from analysis.base.errors import BuildError, InputError
from analysis.kpis.rules_sql import BROKEN, rules, selection, source, sql_list, sql_text
from analysis.tables.columns import may_be_empty
from analysis.tables.firm_tables import LEDGER_TABLES
from analysis.tables.rows import Table

TABLES = {table.name: table for table in LEDGER_TABLES}
"""What a ledger may hold."""

SUFFIXES = (".csv", ".parquet")

MEMORY_LIMIT = "500MB"
"""Memory that DuckDB takes before it goes on in temporary files."""

PLAIN_FORM = (
    "rows that stay where they are are read in the plain form only: columns named as in "
    "data/raw/template (amount_centimos, quarter_hours), a comma between cells, days as "
    "2024-05-31, whole numbers; write them so, or let CSV files be read as they come, with "
    "engine: pandas in case.yaml"
)
"""What to do about columns that are not found."""

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


def files(folder: Path) -> Files:
    """Find the files of every ledger table in a folder.

    A table is one file, ``service.csv`` or ``service.parquet``, or a folder ``service`` of several.

    Raises
    ------
    InputError
        If a table stands there twice, or a file is a link to elsewhere.
    """
    found = {}
    for table in TABLES.values():
        stem = Path(table.file).stem
        kinds = [[path] for s in SUFFIXES if (path := folder / f"{stem}{s}").is_file()]
        kinds += [paths for s in SUFFIXES if (paths := sorted((folder / stem).glob(f"*{s}")))]
        if len(kinds) > 1:
            raise InputError(
                f"the table {table.name} stands here twice",
                file=folder,
                value=" and ".join(str(paths[0].relative_to(folder)) for paths in kinds),
                fix="keep one of them",
            )
        if kinds:
            found[table.name] = kinds[0]
    for path in (path for paths in found.values() for path in paths):
        if not path.resolve().is_relative_to(folder.resolve()):
            raise InputError("the file must not be a link to elsewhere", file=path)
    return found


@contextmanager
def opened(folder: Path, root: Path, scratch: Path) -> Iterator[dict[str, Any]]:
    """Open the tables of a folder as relations that :func:`analysis.kpis.reduce.reduce` takes.

    Parameters
    ----------
    folder : Path
        Folder of CSV (comma, UTF-8, ISO dates) or Parquet files; see :func:`files`.
    root : Path
        Project root, so that messages name short paths.
    scratch : Path
        Where DuckDB may keep what does not fit into memory; emptied at the end.

    Yields
    ------
    dict of str to DuckDBPyRelation
        By table name. What goes wrong while they are used is raised as InputError.

    Raises
    ------
    InputError
        If DuckDB is not installed, a column is missing, or a cell breaks a rule.
    """
    found = files(folder)
    with store_on(folder, root, scratch, found) as store:
        yield {name: _relation(store, name, paths, root) for name, paths in found.items()}


@contextmanager
def store_on(folder: Path, root: Path, scratch: Path, found: Files) -> Iterator[Any]:
    """Connect to a DuckDB that reads one folder and writes nothing but its own temporary files.

    Parameters
    ----------
    folder, root, scratch : Path
        As for :func:`opened`.
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


def require_keys(relations: Mapping[str, Any]) -> None:
    """Refuse a key that stands twice, which would count rows twice or join them to two.

    Parameters
    ----------
    relations : mapping of str to DuckDBPyRelation
        As :func:`opened` yields them.

    Raises
    ------
    InputError
        Naming one such key.
    """
    for name, relation in relations.items():
        key = TABLES[name].key
        columns = ", ".join(key)
        counted = relation.aggregate(f"{columns}, count(*) as times", columns)
        for *cells, times in counted.filter("times > 1").order(columns).limit(1).fetchall():
            raise InputError(
                f"this key stands {times} times",
                file=TABLES[name].file,
                column=columns,
                value=", ".join(map(str, cells)),
                fix="give every row a key of its own",
            )


def computed_once(relation: Any) -> Any:
    """Put the rows of a relation into a temporary file, and return a relation that reads it.

    A file, since a table in DuckDB's memory is the first thing for which that does not suffice.
    """
    ((spill,),) = relation.query("rows", "select current_setting('temp_directory')").fetchall()
    file = sql_text(f"{spill}/{uuid4().hex}.parquet")
    relation.query("rows", f"copy rows to {file} (format parquet)")
    return relation.query("rows", f"from read_parquet({file})")


def _confine(store: Any, *folders: Path) -> None:
    """Let a connection read some folders and nothing else."""
    for setting in _SETTINGS:
        store.execute(setting)
    allowed = ", ".join(sql_text(f"{folder.resolve()}/") for folder in folders)
    store.execute(f"set allowed_directories = [{allowed}]")
    store.execute("set enable_external_access = false")
    store.execute("set lock_configuration = true")


def _relation(store: Any, name: str, paths: list[Path], root: Path) -> Any:
    table = TABLES[name]
    headers = [header(store, path, root) for path in paths]
    for error in header_errors(table, paths, headers, root):
        raise error
    return store.sql(f"select {selection(table)} from {source(table, paths, headers[0])}")


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


def header_errors(
    table: Table, paths: list[Path], headers: list[list[str]], root: Path
) -> Iterator[InputError]:
    """Say what is wrong with the columns of a table's files: any that is missing, or stands twice.

    Parameters
    ----------
    table : Table
        Which table.
    paths : list of Path
        Its files.
    headers : list of list of str
        The names of their columns, from :func:`header`.
    root : Path
        Project root, so that messages name short paths.
    """
    for path, names in zip(paths, headers, strict=True):
        file = shown(path, root)
        for name, info in table.row.model_fields.items():
            if name not in names and not may_be_empty(info):
                rule = "this column is missing"
                yield InputError(rule, file=file, row=1, column=name, fix=PLAIN_FORM)
            if names.count(name) > 1:
                rule = "two columns have this name"
                yield InputError(rule, file=file, row=1, column=name, fix="delete one of them")
        if sorted(names) == sorted(headers[0]) and names != headers[0]:
            rule = f"the columns must stand in the order of {paths[0].name}"
            yield InputError(rule, file=file, row=1)
        elif names != headers[0]:
            rule = f"the file must have the columns of {paths[0].name}"
            yield InputError(rule, file=file, row=1)


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
                "where rule is not null order by line limit 1"
            ).fetchall()
            for line, cell, number in found:
                whole = isinstance(cell, float) and cell.is_integer()
                value = "" if cell is None else int(cell) if whole else cell
                return InputError(
                    broken[number].words,
                    file=shown(path, root),
                    row=line,
                    column=column,
                    value=value,
                )
    return InputError(broken[0].words, file=shown(folder / table.file, root), column=column)


def shown(path: Path, root: Path) -> Path:
    """Shorten a path for messages."""
    return path.relative_to(root) if path.is_relative_to(root) else path
