"""Which files of a case's folder hold its tables: CSV files, or one workbook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analysis.case import Case
from analysis.intake.names import find_table, folded, nearest_table
from analysis.intake.problems import Fault, Note, Problem, Rank
from analysis.tables import LEDGER_TABLES, RAW_TABLES, Table
from analysis.tables_method import CHECK_INS, METHOD_LEDGER_TABLES, METHOD_RAW_TABLES

ROWS = (*LEDGER_TABLES, *METHOD_LEDGER_TABLES, CHECK_INS)
"""Tables of a firm's rows."""

METHOD = tuple(table for table in (*RAW_TABLES[1:], *METHOD_RAW_TABLES) if table.name != "methods")
"""Tables of its diagnosis, strategy and targets; the methods are those of a publication."""

TABLES = (*ROWS, *METHOD)
"""All tables that a firm may hand in; claims, relations and methods are read elsewhere."""

_OTHERS = {"claims", "relations", "methods"}
_OTHER_FORMATS = (".xls", ".xlsm", ".xlsb", ".ods", ".numbers")

BOTH = Fault(
    Rank.FILE, "the case has a workbook and CSV files, and they may disagree",
    "keep the workbook or the CSV files, and delete or move the others",
)  # fmt: skip
TWICE = Fault(Rank.FILE, "another file holds the same table", "keep one of the two")
OUTSIDE = Fault(
    Rank.FILE, "this leads out of the case's folder, and only files inside it are read",
    "put the file itself here",
)  # fmt: skip
FORMAT = Fault(
    Rank.FILE, "files of this format are not read",
    "save it as a workbook (.xlsx) named after the case, or as CSV files",
)  # fmt: skip


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
        if path.name.startswith((".", "~$")) or path.is_dir():
            continue
        if path.is_symlink() and not path.resolve().is_relative_to(case.raw.resolve()):
            problems.append(Problem(OUTSIDE, shown(case, path)))
        elif path.is_file():
            inside.append(path)
    book = next((path for path in inside if path.name == f"{case.name}.xlsx"), None)
    csv = []
    for path in inside:
        table = find_table(path.stem, TABLES) if path.suffix.lower() == ".csv" else None
        if table is not None:
            csv.append((table, path))
        else:
            notes += _ignored(case, path, book)
        if path.suffix.lower() in _OTHER_FORMATS:
            problems.append(Problem(FORMAT, shown(case, path)))
    problems += _doubles(case, csv, book)
    return Inputs(tuple(csv), book, tuple(problems), tuple(notes))


def _doubles(case: Case, csv: list[tuple[Table, Path]], book: Path | None) -> Iterator[Problem]:
    if book is not None and csv:
        names = ", ".join(path.name for _, path in csv)
        yield Problem(BOTH, shown(case, book), value=names)
    seen: dict[str, Path] = {}
    for table, path in csv:
        if table.name in seen:
            yield Problem(TWICE, shown(case, path), value=seen[table.name].name)
        seen[table.name] = path


def _ignored(case: Case, path: Path, book: Path | None) -> Iterator[Note]:
    """Say that a file which looks like data is not read."""
    suffix = path.suffix.lower()
    if suffix == ".xlsx" and path != book:
        yield Note(shown(case, path), f"not read: the workbook must be named {case.name}.xlsx")
    if suffix == ".csv" and path.stem not in _OTHERS:
        near = nearest_table(path.stem, TABLES)
        hint = f"; did you mean {near.file}?" if near else ""
        yield Note(shown(case, path), f"not read, since no table has this name{hint}")
    if suffix in {".txt", ".tsv"} and find_table(folded(path.stem), TABLES):
        yield Note(
            shown(case, path), "not read: tables are CSV files, whatever stands between cells"
        )
