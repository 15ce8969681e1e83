"""Which file is which table, and which of its columns is which: by ``columns:`` or by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from analysis.intake.case_files import (
    READABLE,
    SHEET,
    TABLES,
    Inputs,
    file_of,
    find_table,
    left_out,
)
from analysis.intake.cells import Cell, Context
from analysis.intake.problems import Note, Problem, fault_of
from analysis.intake.sheets import Grid, Mapped, Meaning, plain_header, read_csv
from analysis.intake.workbook import Book, Choice, by_title, read_workbook
from analysis.tables.case import Case
from analysis.tables.columns import DEDUCTION, Found, folded, names_of
from analysis.tables.rows import Table


def mappings(case: Case) -> tuple[list[Mapped], list[Problem]]:
    """Return what ``case.yaml`` says under ``columns:``, and what is wrong with it."""
    made, problems = [], []
    file = str((case.raw / "case.yaml").relative_to(case.root))
    for name, tables in case.parameters.columns.items():
        for title, columns in tables.items():
            place = f"columns.{name}.{title}"
            if (table := find_table(title, TABLES)) is None:
                known = ", ".join(table.name for table in TABLES)
                fault = fault_of("unknown-name", kind="table", known=known)
                problems.append(Problem(fault, file, column=place, value=title))
                continue
            named = {**names_of(table.row), "deduction": Found(DEDUCTION)}
            found = dict[str, Meaning]()
            for header, meant in (columns or {}).items():
                meaning = named.get(folded(meant)) if isinstance(meant, str) else meant
                fault = fault_of(
                    "unknown-name", kind="column", known=", ".join(table.row.model_fields)
                )
                if isinstance(meant, str) and meaning in {*found.values()} - {named["deduction"]}:
                    fault = fault_of("two-columns")
                elif meaning is not None:
                    found[plain_header(header)] = meaning
                    continue
                problems.append(Problem(fault, file, column=f"{place}.{header}", value=str(meant)))
            made.append(Mapped(name, table, found))
    return made, problems


def grids_of(
    case: Case,
    inputs: Inputs,
    context: Context,
    tables: tuple[Table, ...],
    said: tuple[list[Problem], list[Note]],
) -> Iterator[list[Grid]]:
    """Read the files of a case, table by table.

    Parameters
    ----------
    case : Case
        The case.
    inputs : Inputs
        Its files.
    context : Context
        Settings and currency of the case.
    tables : tuple of Table
        Those to be read.
    said : pair of lists
        Where problems and notes go on what is not read.

    Yields
    ------
    list of Grid
        The files and sheets of one table.
    """
    mapped: dict[str, list[Grid]] = {}
    entries, wrong = mappings(case)
    said[0].extend(wrong)
    for path in () if wrong else inputs.others:
        for grid in _mapped(case, path, entries, context, said):
            mapped.setdefault(grid.table.name, []).append(grid)
    if inputs.workbook is not None:
        book = _book(case, inputs.workbook, by_title(tables), context, said)
        for grid in book.grids:
            yield [grid, *mapped.pop(grid.table.name, [])]
        if not book.grids and not book.problems:
            said[0].append(Problem(fault_of("no-sheet"), file_of(case, inputs.workbook)))
    for table, path in inputs.csv:
        if table in tables:
            grid = Grid(table, file_of(case, path), [])
            read_csv(grid, path, context.settings, context.currency)
            yield [grid, *mapped.pop(table.name, [])]
    yield from (grids for grids in mapped.values() if grids[0].table in tables)


def _book(
    case: Case,
    path: Path,
    choose: Callable[[str, str, list[list[Cell]]], Choice],
    context: Context,
    said: tuple[list[Problem], list[Note]],
) -> Book:
    ignored = context.settings.ignore
    book = read_workbook(path, file_of(case, path), choose, context.foreign, ignored)
    said[0].extend(book.problems)
    said[1].extend(book.notes)
    return book


def _mapped(
    case: Case,
    path: Path,
    entries: list[Mapped],
    context: Context,
    said: tuple[list[Problem], list[Note]],
) -> list[Grid]:
    """Read a file by the entries of ``columns:`` that name it, or else by those that fit it.

    Without any, it is not read; see :func:`left_out`.
    """
    mine = [entry for entry in entries if entry.name.partition(SHEET)[0] == path.name]
    file, grids = file_of(case, path), list[Grid]()

    def choose(title: str, name: str, head: list[list[Cell]]) -> Choice:
        own = [entry for entry in mine if entry.name == f"{path.name}{SHEET}{title}"]
        chosen = own if mine else _fitting(entries, head)
        why = Note(name, fault_of("sheet-not-mapped").rule)
        return [(entry.table, entry) for entry in chosen] or why

    if entries and path.suffix.lower() == ".xlsx":
        grids = _book(case, path, choose, context, said).grids
    elif entries and path.suffix.lower() in READABLE:
        every = {
            header: meant for entry in mine or entries for header, meant in entry.columns.items()
        }
        probe = Grid(TABLES[0], file, [], mapped=Mapped("", TABLES[0], every))
        read_csv(probe, path, context.settings, context.currency)
        for entry in mine or _fitting(entries, probe.rows):
            said_once = ([], []) if grids else (probe.problems, probe.notes)
            grids.append(Grid(entry.table, file, probe.rows, *said_once, entry))
    if not grids:
        asked, noted = left_out(case, path)
        said[0].extend(asked)
        said[1].extend(noted)
    elif not mine:
        like = grids[0].mapped.name if grids[0].mapped else ""
        what = fault_of("read-like", other=like).rule
        said[1].append(Note(file, what))
    return grids


def _fitting(entries: list[Mapped], rows: Sequence[Sequence[Cell]]) -> list[Mapped]:
    """Return the entries all of whose headers some rows have; of a table, that with the most."""
    fit = {e.table.name: e for e in sorted(entries, key=lambda e: len(e.columns)) if e.fits(rows)}
    return list(fit.values())
