"""From the rows of a file to named columns: where the header stands, and what it calls them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from analysis.intake.csv_files import SEARCHED_ROWS, Cell, Grid
from analysis.intake.names import Found, closest, contained, find_column, foreign_column, names_of
from analysis.intake.problems import Fault, Note, Problem, Rank, problem_at
from analysis.tables.columns import may_be_empty
from analysis.tables.rows import Table

NO_HEADER = Fault(
    Rank.COLUMNS,
    "none of the first rows names columns of this table",
    "put the names of the columns into the first row",
)
TWO_COLUMNS = Fault(
    Rank.COLUMNS,
    "two columns hold the same thing",
    "keep the one that counts, and delete the other",
)
FOREIGN = Fault(
    Rank.COLUMNS,
    "this column is in another currency than the case",
    "convert the amounts and name the column anew, or correct currency in case.yaml",
)
RAGGED = Fault(
    Rank.COLUMNS,
    "the row has more or fewer cells than the header",
    "put cells that contain the delimiter, such as a decimal comma, into quotation marks",
)


@dataclass
class Sheet:
    """A table whose columns are known by name, all cells still as they stand in the file.

    Attributes
    ----------
    cells : dict of str to sequence of Cell
        By column of the row model, or one of the extras that :mod:`analysis.intake.names` knows.
    headers : dict of str to str
        What the file calls each column.
    factors : dict of str to int
        How many of the column's units are in one of the file's.
    rows : array of int
        Number of each row as a spreadsheet counts.
    """

    table: Table
    file: str
    cells: dict[str, Sequence[Cell]]
    headers: dict[str, str]
    factors: dict[str, int]
    rows: NDArray[np.int64]
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def lay_out(grid: Grid, currency: tuple[str, ...], foreign: tuple[str, ...] = ()) -> Sheet:
    """Find the header and name the columns; rows and columns without a value are left out.

    Parameters
    ----------
    grid : Grid
        The file's rows.
    currency : tuple of str
        Signs of the case's currency, which headers may bear.
    foreign : tuple of str
        Signs of other currencies; what bears one is no amount of the case.
    """
    sheet = Sheet(
        grid.table, grid.file, {}, {}, {}, np.empty(0, "int64"), grid.problems, grid.notes
    )
    if grid.problems:
        return sheet
    place = _header_place(grid, currency)
    if place is None:
        if any(any(row) for row in grid.rows):
            wanted = ", ".join(grid.table.row.model_fields)
            fault = Fault(NO_HEADER.rank, f"{NO_HEADER.rule}: {wanted}", NO_HEADER.fix)
            sheet.problems.append(Problem(fault, grid.file, row=1))
        return sheet
    if place:
        what = "what stands above the header is skipped"
        sheet.notes.append(Note(grid.file, what, count=place))
    header = [str(cell).strip() for cell in grid.rows[place]]
    while header and not header[-1]:
        header.pop()
    numbers, rows = _filled(grid, place, len(header), sheet)
    grid.rows = []  # a large table is not held twice
    columns: list[tuple[Cell, ...]] = (
        list(zip_longest(*rows, fillvalue="")) if rows else [() for _ in header]
    )
    _name(sheet, header, columns, place + 1, (currency, foreign))
    sheet.rows = numbers
    return sheet


def _header_place(grid: Grid, currency: tuple[str, ...]) -> int | None:
    """Return the index of the first row with the most known names; None if no row has any."""
    known = [
        sum(
            isinstance(cell, str)
            and find_column(cell.strip(), grid.table.row, currency) is not None
            for cell in row[:200]
        )
        for row in grid.rows[:SEARCHED_ROWS]
    ]
    most = max(known, default=0)
    return known.index(most) if most else None


def _filled(
    grid: Grid, place: int, width: int, sheet: Sheet
) -> tuple[NDArray[np.int64], list[list[Cell]]]:
    """Return the rows below the header that hold anything, with their numbers."""
    below = grid.rows[place + 1 :]
    kept = [index for index, row in enumerate(below) if not _blank(row)]
    if kept and (gaps := kept[-1] + 1 - len(kept)):
        sheet.notes.append(Note(grid.file, "empty rows are skipped", count=gaps))
    rows = [below[index] for index in kept]
    numbers = np.array(kept, dtype="int64") + place + 2
    is_sheet = ", sheet " in grid.file  # whose rows may end where their last value does
    ragged = [
        index
        for index, row in enumerate(rows)
        if len(row) != width and (not _blank(row[width:]) or (len(row) < width and not is_sheet))
    ]
    if ragged:
        found = ", ".join(map(str, rows[ragged[0]]))
        sheet.problems.append(problem_at(RAGGED, grid.file, "", numbers[ragged], found))
    return numbers, rows


def _blank(row: Sequence[Cell]) -> bool:
    if row and isinstance(row[0], str) and row[0].strip():  # by far the most usual
        return False
    return not any(row) or all(isinstance(cell, str) and not cell.strip() for cell in row)


def _name(
    sheet: Sheet,
    header: list[str],
    columns: list[tuple[Cell, ...]],
    row: int,
    signs: tuple[tuple[str, ...], tuple[str, ...]],
) -> None:
    """Give every column its name in the row model; say which are not used and which are missing."""
    elsewhere: dict[str, str] = {}
    unused: list[str] = []
    for text, cells in zip(header, columns, strict=False):
        found = find_column(text, sheet.table.row, signs[0])
        if field_ := foreign_column(text, sheet.table.row, *signs):
            elsewhere[field_] = text
        elif found is None:
            if text or not _blank(cells):
                unused.append(text)
        elif found.field in sheet.cells:
            both = f"{sheet.headers[found.field]}, {text}"
            sheet.problems.append(Problem(TWO_COLUMNS, sheet.file, row=row, value=both))
        else:
            _take(sheet, found, text, cells)
    for name, text in elsewhere.items():
        if name in sheet.cells:
            what = "this column is not used: it is in another currency than the case"
            sheet.notes.append(Note(sheet.file, what, text))
        else:
            sheet.problems.append(Problem(FOREIGN, sheet.file, row=row, column=text))
    meant = _note_unused(sheet, unused, elsewhere)
    for name, info in sheet.table.row.model_fields.items():
        if name not in sheet.cells | elsewhere.keys() and not may_be_empty(info):
            fault = _missing(sheet, name, meant.get(name, ""))
            sheet.problems.append(Problem(fault, sheet.file, row=row, column=name))


def _note_unused(
    sheet: Sheet, unused: list[str], elsewhere: Mapping[str, str]
) -> Mapping[str, str]:
    """Note columns that are not used; return those that may be meant for one that is missing."""
    open_names = {
        name: found.field
        for name, found in names_of(sheet.table.row).items()
        if found.field not in sheet.cells and found.field not in elsewhere
    }
    meant: dict[str, str] = {}
    for text in unused:
        near = closest(text, open_names) or contained(text, open_names)
        sheet.notes.append(_not_used(sheet.file, text, near))
        if near:
            meant.setdefault(open_names[near], text)
    return meant


def not_used(header: str, table: Table, file: str) -> Note:
    """Say that a table has no column of this name."""
    return _not_used(file, header, closest(header, names_of(table.row)))


def _not_used(file: str, header: str, near: str) -> Note:
    hint = f"; did you mean {near}?" if near else ""
    return Note(file, f"this column is not used{hint}", header or "without a name")


def _take(sheet: Sheet, found: Found, text: str, cells: tuple[Cell, ...]) -> None:
    sheet.cells[found.field] = cells
    sheet.headers[found.field] = text
    sheet.factors[found.field] = found.factor


def _missing(sheet: Sheet, name: str, meant: str) -> Fault:
    names = [other for other, found in names_of(sheet.table.row).items() if found.field == name]
    rename = f", or rename the column “{meant}” if that is it" if meant else ""
    return Fault(
        Rank.COLUMNS,
        "this column is missing",
        f"add it{rename}; it may be called {' or '.join(names[:6])}",
    )
