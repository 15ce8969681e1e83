"""A case's folder: copied from an example, and looked through."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from analysis.base.errors import InputError
from analysis.base.periods import count_by
from analysis.intake.problems import Fault, Note, Problem, Rows, fault_of
from analysis.tables.case import Case, Parameters, load_case
from analysis.tables.columns import closest, folded, header_of
from analysis.tables.firm_tables import LEDGER_TABLES
from analysis.tables.rows import Table, read_rows
from analysis.tables.strategy_tables import CHECK_INS, CLAIMS, PLAN_TABLES


def find_table(name: str, tables: Iterable[Table]) -> Table | None:
    """Return the table that a file or sheet is named after."""
    plain = folded(name)
    for table in tables:
        if plain in {table.name, folded(table.file.removesuffix(".csv")), *table.also}:
            return table
    return None


def nearest_table(name: str, tables: Iterable[Table]) -> Table | None:
    """Return the table that a name may speak of: ``ventas 2024``, ``costz``."""
    known = {other: table for table in tables for other in (table.name, *table.also)}
    words = [word for word in re.sub(r"\d+", "_", folded(name)).split("_") if word]
    near = next((word for word in ("_".join(words), *words) if word in known), "")
    return known.get(near or closest(name, known))


ROWS = (*LEDGER_TABLES, CHECK_INS)
"""Tables of a firm's rows."""

TABLES = (*ROWS, *PLAN_TABLES)
"""All tables that a firm may hand in; claims, relations and methods are read elsewhere."""

_OTHERS = {"claims", "relations", "methods"}
SHEET = ", sheet "
"""Stands between a workbook and a sheet of it in the names of both."""

_TEXTS = (".csv", ".tsv", ".txt")
READABLE = (*_TEXTS, ".xlsx")
_OTHER_FORMATS = (".xls", ".xlsm", ".xlsb", ".ods", ".numbers")

BOTH = fault_of("workbook-and-files")
TWICE = fault_of("table-twice")
OUTSIDE = fault_of("outside-folder")
IGNORED = "not read, as case.yaml says (intake: ignore)"


@dataclass(frozen=True)
class Inputs:
    """The files of a case: CSV files by table or a workbook, and files with other names.

    Of the others, those are read whose columns ``case.yaml`` names.
    """

    csv: tuple[tuple[Table, Path], ...]
    workbook: Path | None
    others: tuple[Path, ...]
    problems: tuple[Problem, ...]
    notes: tuple[Note, ...]


def file_of(case: Case, path: Path) -> str:
    """Return a path as messages show it."""
    return str(path.relative_to(case.root))


def find(case: Case) -> Inputs:
    """Look through a case's folder; nothing outside it is opened, and nothing in its subfolders."""
    problems: list[Problem] = []
    notes: list[Note] = []
    inside = []
    named = {name.partition(SHEET)[0] for name in case.parameters.columns}
    for path in sorted(case.raw.iterdir()):
        if path.name.startswith((".", "~$")):
            continue
        if path.name in case.parameters.intake.ignore:
            notes.append(Note(file_of(case, path), IGNORED))
        elif path.is_symlink() and not _leads_inside(case, path):
            problems.append(Problem(OUTSIDE, file_of(case, path)))
        elif path.is_dir():
            problems += _folder(case, path)
        elif path.is_file():
            inside.append(path)
        elif path.suffix.lower() in _TEXTS or path.is_symlink():
            problems.append(Problem(fault_of("no-file"), file_of(case, path)))
    book = next((path for path in inside if path.name == f"{case.name}.xlsx"), None)
    if book is not None and book.name in named:
        book = None
    csv, others = [], []
    for path in inside:
        table = find_table(path.stem, TABLES) if path.suffix.lower() == ".csv" else None
        if path.name in named or (table is None and path != book):
            others.append(path)
        elif table is not None:
            csv.append((table, path))
    problems += _doubles(case, csv, book)
    return Inputs(tuple(csv), book, tuple(others), tuple(problems), tuple(notes))


def _leads_inside(case: Case, path: Path) -> bool:
    """Whether a link leads to something in the case's folder; one that leads to itself does not."""
    try:
        return path.resolve(strict=True).is_relative_to(case.raw.resolve())
    except (OSError, RuntimeError):
        return False


def is_summed_in_place(case: Case, paths: Iterable[Path]) -> bool:
    """Whether files of rows are summed where they lie."""
    asked = case.parameters.engine == "duckdb"
    return asked or any(path.suffix == ".parquet" for path in paths)


def _folder(case: Case, path: Path) -> Iterator[Problem]:
    """Ask about a folder in the name of a table, unless its files are summed where they lie."""
    table = nearest_table(path.stem, TABLES)
    if table is None or not case.has_own_rows:
        return
    in_place = is_summed_in_place(case, chain(case.raw.glob("*"), case.raw.glob("*/*")))
    if not (in_place and table in ROWS and path.name == table.file.removesuffix(".csv")):
        yield Problem(_asked(f"put its rows into one file {table.file}"), file_of(case, path))


def _asked(remedy: str) -> Fault:
    """Say that something which looks like a table is not read, and what to do if it is one."""
    return fault_of("looks-like-a-table", remedy=remedy)


def asked_about(table: Table, what: str) -> Fault:
    """Ask about a file or sheet that is named like a table, and does not bear its name."""
    name = table.file if what == "file" else table.name
    return _asked(
        f"rename it to {name}, or add its rows to the {what} of that name if there is one"
    )


def _doubles(case: Case, csv: list[tuple[Table, Path]], book: Path | None) -> Iterator[Problem]:
    if book is not None and csv:
        names = ", ".join(path.name for _, path in csv)
        yield Problem(BOTH, file_of(case, book), value=names)
    seen: dict[str, Path] = {}
    for table, path in csv:
        if table.name in seen:
            yield Problem(TWICE, file_of(case, path), value=seen[table.name].name)
        seen[table.name] = path


def left_out(case: Case, path: Path) -> tuple[list[Problem], list[Note]]:
    """Ask about a file that looks like a table and is not read; note what else looks like data."""
    suffix, name = path.suffix.lower(), file_of(case, path)
    near = nearest_table(path.stem, TABLES)
    if suffix in _OTHER_FORMATS:
        return [Problem(fault_of("other-format"), name)], []
    if suffix == ".xlsx":
        fault = _asked(f"name the one workbook of the case {case.name}.xlsx, with a sheet a table")
    elif suffix == ".csv" and path.stem not in _OTHERS and near:
        fault = asked_about(near, "file")
    elif suffix in {".txt", ".tsv"} and near:
        fault = _asked(f"rename it to {near.file}, whatever stands between its cells")
    elif suffix == ".csv" and path.stem not in _OTHERS:
        return [], [Note(name, "not read, since no table has this name")]
    else:
        return [], []
    if case.has_own_rows:
        return [Problem(fault, name)], []
    return [], [Note(name, "not read: the case has no rows of its own")]


TEMPLATE, COURIER = "template", "courier"
"""The examples to copy: a firm with its rows, and a publication with its claims."""


_NAMES, _FACTS = ("title", "subtitle", "source"), ("date", "currency", "periods")
"""Keys of ``case.yaml`` that name a firm, and those that may be another's by chance."""


def _same(mine: Parameters, its: Parameters, name: str) -> bool:
    return bool(getattr(mine, name) == getattr(its, name))


def has_money(table: Table) -> bool:
    """Whether a table holds amounts."""
    return any(header_of(info).money for info in table.row.model_fields.values())


def still_example(case: Case, tables: Mapping[str, Rows]) -> Iterator[Problem]:
    """Find what would pass as the firm's own in its report, though it is the example's.

    Parameters
    ----------
    case : Case
        Only one of a firm or of claims is looked at, and only where the example is there.
    tables : mapping of str to Rows
        The tables whose rows are in memory.

    Yields
    ------
    Problem
        For the title, subtitle and source, with them the date, currency and periods, and for each
        table that holds all of the example's words.
    """
    example = {"yours": TEMPLATE, "printed": COURIER}.get(case.parameters.kind, case.name)
    if example == case.name:
        return
    try:
        template = load_case(example, case.root)
    except InputError:
        return
    finally:
        count_by(case.parameters.calendar)
    file = str((case.raw / "case.yaml").relative_to(case.root))
    mine, its = case.parameters, template.parameters
    same = [name for name in _NAMES if getattr(mine, name) and _same(mine, its, name)]
    same += [name for name in _FACTS if same and _same(mine, its, name)]
    for name in same:
        value = "" if name in {"source", "periods"} else str(getattr(mine, name))
        yield Problem(fault_of("example-title"), file, column=name, value=value or None)
    money = {table.name for table in ROWS if has_money(table)} & tables.keys()
    if mine.currency == "XXX" and money:
        yield Problem(fault_of("no-currency"), file, column="currency", value="XXX")
    claims = [folder / CLAIMS.file for folder in (case.raw, template.raw)]
    there = example == COURIER and all(path.is_file() for path in claims)
    if there and claims[0].read_bytes() == claims[1].read_bytes():
        yield Problem(fault_of("example-words"), file_of(case, claims[0]))
    for table in PLAN_TABLES:
        rows = tables.get(table.name)
        if rows is None or rows.memory is None or not (template.raw / table.file).is_file():
            continue
        words = [str(name) for name in rows.memory if rows.memory[name].dtype == "str"]
        made_up = {
            tuple(getattr(row, name) for name in words)
            for row in read_rows(table, template.raw, template.root)
        }
        if made_up == set(rows.memory[words].itertuples(index=False, name=None)):
            yield Problem(fault_of("example-words"), rows.file, value=f"{len(rows.memory):,} rows")
