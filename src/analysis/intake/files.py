"""Which files of a case's folder hold its tables: CSV files, or one workbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from analysis.intake.names import find_table, nearest_table
from analysis.intake.problems import Fault, Note, Problem, Rank
from analysis.tables.case import Case
from analysis.tables.ledger import LEDGER_TABLES, RAW_TABLES
from analysis.tables.method import CHECK_INS, METHOD_LEDGER_TABLES, METHOD_RAW_TABLES
from analysis.tables.rows import Table

ROWS = (*LEDGER_TABLES, *METHOD_LEDGER_TABLES, CHECK_INS)
"""Tables of a firm's rows."""

METHOD = tuple(table for table in (*RAW_TABLES[1:], *METHOD_RAW_TABLES) if table.name != "methods")
"""Tables of its diagnosis, strategy and targets; the methods are those of a publication."""

TABLES = (*ROWS, *METHOD)
"""All tables that a firm may hand in; claims, relations and methods are read elsewhere."""

_OTHERS = {"claims", "relations", "methods"}
_OTHER_FORMATS = (".xls", ".xlsm", ".xlsb", ".ods", ".numbers")

BOTH = Fault(
    Rank.FILE,
    "the case has a workbook and CSV files, and they may disagree",
    "keep the workbook or the CSV files, and delete or move the others",
)
TWICE = Fault(Rank.FILE, "another file holds the same table", "keep one of the two")
OUTSIDE = Fault(
    Rank.FILE,
    "this leads out of the case's folder, and only files inside it are read",
    "put the file itself here",
)
FORMAT = Fault(
    Rank.FILE,
    "files of this format are not read",
    "save it as a workbook (.xlsx) named after the case, or as CSV files; if it is none of the "
    "tables, say so in case.yaml: intake: {ignore: [its name]}",
)
IGNORED = "not read, as case.yaml says (intake: ignore)"


@dataclass(frozen=True)
class Inputs:
    """The files of a case: either CSV files by table, or a workbook."""

    csv: tuple[tuple[Table, Path], ...]
    workbook: Path | None
    problems: tuple[Problem, ...]
    notes: tuple[Note, ...]


def shown(case: Case, path: Path) -> str:
    """Return a path as messages show it."""
    return str(path.relative_to(case.root))


def find(case: Case) -> Inputs:
    """Look through a case's folder; nothing outside it is opened, and nothing in its subfolders."""
    problems: list[Problem] = []
    notes: list[Note] = []
    inside = []
    for path in sorted(case.raw.iterdir()):
        if path.name.startswith((".", "~$")):
            continue
        if path.name in case.parameters.intake.ignore:
            notes.append(Note(shown(case, path), IGNORED))
        elif path.is_symlink() and not path.resolve().is_relative_to(case.raw.resolve()):
            problems.append(Problem(OUTSIDE, shown(case, path)))
        elif path.is_dir():
            problems += _folder(case, path)
        elif path.is_file():
            inside.append(path)
    book = next((path for path in inside if path.name == f"{case.name}.xlsx"), None)
    csv = []
    for path in inside:
        table = find_table(path.stem, TABLES) if path.suffix.lower() == ".csv" else None
        if table is not None:
            csv.append((table, path))
        elif path != book:
            asked, noted = _left_out(case, path)
            problems += asked
            notes += noted
    problems += _doubles(case, csv, book)
    return Inputs(tuple(csv), book, tuple(problems), tuple(notes))


def stay(case: Case, paths: Iterable[Path]) -> bool:
    """Whether files of rows are summed where they lie."""
    asked = case.parameters.engine == "duckdb"
    return asked or any(path.suffix == ".parquet" for path in paths)


def _folder(case: Case, path: Path) -> Iterator[Problem]:
    """Ask about a folder in the name of a table, unless its files are summed where they lie."""
    table = nearest_table(path.stem, TABLES)
    if table is None or not case.has_own_rows:
        return
    in_place = stay(case, chain(case.raw.glob("*"), case.raw.glob("*/*")))
    if not (in_place and table in ROWS and path.name == table.file.removesuffix(".csv")):
        yield Problem(_asked(f"put its rows into one file {table.file}"), shown(case, path))


def _asked(remedy: str) -> Fault:
    """Say that something which looks like a table is not read, and what to do if it is one."""
    return Fault(
        Rank.FILE,
        "this looks like a table, and is not read as one",
        f"if it is one, {remedy}; if not, say so in case.yaml: intake: {{ignore: [its name]}}",
    )


def asked_about(table: Table, what: str) -> Fault:
    """Ask about a file or sheet that is named like a table, and does not bear its name."""
    name = table.file if what == "file" else table.name
    return _asked(
        f"rename it to {name}, or add its rows to the {what} of that name if there is one"
    )


def _doubles(case: Case, csv: list[tuple[Table, Path]], book: Path | None) -> Iterator[Problem]:
    if book is not None and csv:
        names = ", ".join(path.name for _, path in csv)
        yield Problem(BOTH, shown(case, book), value=names)
    seen: dict[str, Path] = {}
    for table, path in csv:
        if table.name in seen:
            yield Problem(TWICE, shown(case, path), value=seen[table.name].name)
        seen[table.name] = path


def _left_out(case: Case, path: Path) -> tuple[list[Problem], list[Note]]:
    """Ask about a file that looks like a table and is not read; note what else looks like data."""
    suffix, name = path.suffix.lower(), shown(case, path)
    near = nearest_table(path.stem, TABLES)
    if suffix in _OTHER_FORMATS:
        return [Problem(FORMAT, name)], []
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
