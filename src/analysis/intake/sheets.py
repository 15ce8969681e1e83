"""CSV files as they come: any usual encoding, any delimiter, told or found out."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from analysis.base.errors import system_error
from analysis.intake.cells import Cell, foreign_column
from analysis.intake.problems import (
    Fault,
    Note,
    Problem,
    Rank,
    fault_of,
    problem_at,
    problem_of,
)
from analysis.tables.case import IntakeSettings
from analysis.tables.columns import (
    CURRENCY,
    SCALE,
    closest,
    contained,
    find_column,
    may_be_empty,
    names_of,
)
from analysis.tables.rows import Table, utf_16

DELIMITERS: Mapping[str, str] = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "pipe": "|",
}
SEARCHED_ROWS = 20
"""The header stands among the first rows."""

_NAMES: Mapping[str, str] = {
    "utf-8": "UTF-8",
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250",
    "latin-1": "Latin-1",
}
_GUESSED = ("cp1252", "cp1250")
_LONGEST_CELL = 1_000_000


NOT_CLOSED = "a cell that begins here with a quotation mark does not end"


@dataclass
class Grid:
    """A table as it stands in a file: all rows, the first of which is row 1."""

    table: Table
    file: str
    rows: list[list[Cell]]
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def read_csv(
    table: Table, path: Path, file: str, settings: IntakeSettings, currency: tuple[str, ...]
) -> Grid:
    """Read a CSV file as it stands.

    Parameters
    ----------
    table : Table
        Which table it is; its column names tell the delimiter.
    path : Path
        The file.
    file : str
        How messages call it.
    settings : IntakeSettings
        What the case says of its files.
    currency : tuple of str
        Signs of the case's currency, which headers may bear.
    """
    grid = Grid(table, file, [])
    try:
        content = path.read_bytes()
    except OSError as error:
        grid.problems.append(problem_of(system_error(error, file)))
        return grid
    text = _decode(content, grid, settings.encoding)
    if text is None:
        return grid
    told = settings.delimiter
    delimiter = DELIMITERS[told] if told else _delimiter(text, table, currency)
    csv.field_size_limit(_LONGEST_CELL)
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for line in lines:
            grid.rows.append(cast(list[Cell], line))
    except csv.Error as error:
        rule = NOT_CLOSED if str(error) == "unexpected end of data" else f"not CSV ({error})"
        fault = Fault(Rank.FILE, rule, "write quotation marks inside a cell twice, or delete them")
        grid.problems.append(Problem(fault, file, row=len(grid.rows) + 1))
        grid.rows = []
    return grid


def _decode(content: bytes, grid: Grid, told: str | None) -> str | None:
    """Turn bytes into text; say so if that took a guess, or is impossible."""
    if content.startswith(b"PK\x03\x04"):
        grid.problems.append(Problem(fault_of("is-workbook"), grid.file))
        return None
    if codec := utf_16(content):
        return _try(content, codec, grid)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _try(content, told, grid) if told else _guess(content, grid)
    if told not in {None, "utf-8"} and not text.isascii():
        what = f"read as UTF-8, which it is, although case.yaml says {told}"
        grid.notes.append(Note(grid.file, what))
    return text


def _try(content: bytes, codec: str, grid: Grid) -> str | None:
    try:
        return content.decode(codec)
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        fault = fault_of("not-text", codec=_NAMES.get(codec, codec))
        grid.problems.append(Problem(fault, grid.file, row=row))
        return None


def _guess(content: bytes, grid: Grid) -> str | None:
    """Read a file that is not UTF-8 as its bytes have it; ask where they leave two choices."""
    texts = {codec: text for codec in _GUESSED if (text := _decoded(content, codec)) is not None}
    if not texts:
        return _try(content, _GUESSED[0], grid)
    place = _first_doubt(content, list(texts))
    if place is not None:
        shown = [f"{_NAMES[codec]} (“{_word(text, place)}”)" for codec, text in texts.items()]
        options = " or ".join(f"{{encoding: {codec}}}" for codec in texts)
        row = content.count(b"\n", 0, place) + 1
        fault = fault_of("encoding-in-doubt", codecs=" or ".join(shown), options=options)
        grid.problems.append(Problem(fault, grid.file, row=row))
        return None
    codec, text = next(iter(texts.items()))
    example = next(line for line in text.splitlines() if not line.isascii())
    what = f"read as {_NAMES[codec]}, since it is not UTF-8; if letters are wrong, say "
    what += "otherwise in case.yaml (intake: {encoding: ...})"
    grid.notes.append(Note(grid.file, what, example=example))
    return text


def _decoded(content: bytes, codec: str) -> str | None:
    try:
        return content.decode(codec)
    except UnicodeDecodeError:
        return None


def _first_doubt(content: bytes, codecs: list[str]) -> int | None:
    """Return the place of the first byte that is a letter, and not the same one in all codecs."""
    doubtful = []
    for byte in {value for value in set(content) if value > 127}:
        letters = {bytes([byte]).decode(codec) for codec in codecs}
        if len(letters) > 1 and any(letter.isalpha() for letter in letters):
            doubtful.append(content.index(byte))
    return min(doubtful, default=None)


def _word(text: str, place: int) -> str:
    """Return the word around a place."""
    before = re.search(r'[^\s;,|"]*$', text[max(0, place - 30) : place])
    after = re.match(r'[^\s;,|"]*', text[place : place + 30])
    return f"{before[0] if before else ''}{after[0] if after else ''}"


def _delimiter(text: str, table: Table, currency: tuple[str, ...]) -> str:
    """Return the delimiter under which most names of columns are known."""
    head = "\n".join(text.split("\n", SEARCHED_ROWS)[:SEARCHED_ROWS])

    def known(delimiter: str) -> int:
        lines = (line.split(delimiter) for line in head.splitlines())
        return max(
            (
                sum(find_column(name.strip(' "'), table.row, currency) is not None for name in line)
                for line in lines
            ),
            default=0,
        )

    return max(DELIMITERS.values(), key=known)


NO_HEADER = fault_of("no-header")
FOREIGN = fault_of("column-in-other-currency")


@dataclass
class Sheet:
    """A table whose columns are known by name, all cells still as they stand in the file.

    Attributes
    ----------
    cells : dict of str to sequence of Cell
        By column of the row model, or an extra of :mod:`analysis.tables.columns`.
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


def name_columns(grid: Grid, currency: tuple[str, ...], foreign: tuple[str, ...] = ()) -> Sheet:
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
        sheet.problems.append(problem_at(fault_of("ragged"), grid.file, "", numbers[ragged], found))
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
            sheet.problems.append(Problem(fault_of("two-columns"), sheet.file, row=row, value=both))
        else:
            sheet.cells[found.field], sheet.headers[found.field] = cells, text
            sheet.factors[found.field] = found.factor
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
        sheet.notes.append(not_used(sheet.file, text, near))
        if near:
            meant.setdefault(open_names[near], text)
    return meant


def not_used(file: str, header: str, near: str) -> Note:
    """Say that a column is not used, and which one it may be meant for."""
    hint = f"; did you mean {near}?" if near else ""
    return Note(file, f"this column is not used{hint}", header or "without a name")


def _missing(sheet: Sheet, name: str, meant: str) -> Fault:
    names = [other for other, found in names_of(sheet.table.row).items() if found.field == name]
    rename = f", or rename the column “{meant}” if that is it" if meant else ""
    return fault_of("column-missing", rename=rename, names=" or ".join(names[:6]))


_MOST_DIGITS = 12


def check_currency(sheet: Sheet, currency: tuple[str, ...]) -> None:
    """Refuse rows whose currency column names another currency than the case's."""
    cells = sheet.cells.get(CURRENCY, ())
    names = [str(cell).strip().casefold() for cell in cells]
    _refuse(
        sheet,
        fault_of("other-currency"),
        CURRENCY,
        [name != "" and name not in currency for name in names],
    )


def scale_of(sheet: Sheet) -> NDArray[np.int64]:
    """Return, by row, how many smallest coins are in one of the row's units."""
    texts = [str(cell).strip() for cell in sheet.cells.get(SCALE, ())]
    right = [
        text.isdigit() and text.isascii() and len(text) <= _MOST_DIGITS and int(text) > 0
        for text in texts
    ]
    _refuse(sheet, fault_of("no-scale"), SCALE, [not good for good in right])
    units = [int(text) if good else 1 for text, good in zip(texts, right, strict=True)]
    return np.array(units or [1] * len(sheet.rows), dtype="int64")


def _refuse(sheet: Sheet, fault: Fault, column: str, bad: list[bool]) -> None:
    places = np.flatnonzero(np.array(bad, dtype=bool))
    if len(places):
        cell = sheet.cells[column][int(places[0])]
        sheet.problems.append(
            problem_at(fault, sheet.file, sheet.headers[column], sheet.rows[places], cell)
        )
