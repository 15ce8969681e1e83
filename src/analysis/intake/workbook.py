"""The sheets of a workbook, read without trusting it.

A workbook is a ZIP archive of XML files, and both can be made to harm who opens them: archives that
swell to terabytes, XML that refers to other files or to itself. So the archive is looked at before
it is opened, nothing outside it is followed, and formulas are never computed: their last results
count, as in any program that shows the file.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl.cell.cell import TYPE_ERROR
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from analysis.base.errors import system_error
from analysis.intake.case_files import IGNORED, asked_about, find_table, nearest_table
from analysis.intake.cells import Cell, Since1904
from analysis.intake.problems import Fault, Note, Problem, fault_of, problem_of
from analysis.intake.sheets import SEARCHED_ROWS, Grid, Mapped
from analysis.tables.rows import Table

MOST_BYTES = 2**30
"""Unpacked size of all parts together; a full sheet of a million rows has about half of it."""

MOST_ROWS, MOST_COLUMNS = 2**20, 128
"""Rows that a sheet can have, and far more columns than any table has."""
_HIGHEST_RATIO = 400
_CHUNK = 2**20
_NO_RESULT = re.compile(
    rb'<(?:\w+:)?c (?![^>]*\bt="str")[^>]*?\br="([A-Z]+[0-9]+)"[^>]*>'
    rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
"""A formula without a result; one whose result is an empty text has the type str."""

_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*\bhidden="(?:1|true)"[^>]*>\s*<(?:\w+:)?c\b')
"""A row with cells that is not shown."""

_HIDDEN_COLUMNS = re.compile(rb'<(?:\w+:)?col\b(?=[^>]*\bhidden="(?:1|true)")[^>]*\bmin="(\d+)"')
"""Columns that are not shown, and where they begin."""

_SIGN = re.compile(r'\[\$([^\]-]*)[^\]]*\]|"([^"]+)"|\\(.)|([$€£])')
"""What a number format shows beside the digits: [$€-407], "S/", \\$ or $."""

_OLD_CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

DAMAGED = fault_of("damaged-workbook")
TOO_LARGE = fault_of("workbook-too-large")


@dataclass
class Book:
    """What a workbook holds.

    Attributes
    ----------
    grids : list of Grid
        One per sheet named after a table; a problem of the whole workbook stands in one without
        rows.
    problems : list of Problem
        Sheets that look like tables and are not read.
    notes : list of Note
        Other sheets that are not read, and what was hidden and is read.
    """

    grids: list[Grid] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


Choice = Sequence[tuple[Table, Mapped | None]] | Problem | Note
"""What a sheet is read as, or why it is not read."""


def by_title(tables: Iterable[Table]) -> Callable[[str, str, list[list[Cell]]], Choice]:
    """Choose the sheets that are named after tables."""
    tables = tuple(tables)

    def choose(title: str, name: str, _: list[list[Cell]]) -> Choice:
        if table := find_table(title, tables):
            return [(table, None)]
        if near := nearest_table(title, tables):
            return Problem(asked_about(near, "sheet"), name)
        return Note(name, "not read, since no table has this name")

    return choose


def read_workbook(
    path: Path,
    file: str,
    choose: Callable[[str, str, list[list[Cell]]], Choice],
    foreign: tuple[str, ...] = (),
    ignored: tuple[str, ...] = (),
) -> Book:
    """Read some sheets of a workbook.

    Parameters
    ----------
    path : Path
        The workbook.
    file : str
        How messages call it.
    choose : callable
        Returns what to read a sheet as, given its title, its name in messages and its first rows.
    foreign : tuple of str
        Signs of other currencies than the case's, which the format of a cell may show.
    ignored : tuple of str
        Titles of sheets that are no tables, whatever they look like.
    """
    try:
        fault = _locked(path) or _unsafe(path)
    except OSError as error:
        return Book(problems=[problem_of(system_error(error, file))])
    if fault is not None:
        return Book(problems=[Problem(fault, file)])
    try:
        return _sheets(path, file, choose, foreign, ignored)
    except Exception:  # whatever a damaged file makes the library stumble over
        return Book(problems=[Problem(DAMAGED, file)])


def _locked(path: Path) -> Fault | None:
    """Know a workbook with a password, which is no archive but an old container of one."""
    with path.open("rb") as stream:
        if stream.read(len(_OLD_CONTAINER)) != _OLD_CONTAINER:
            return None
        return fault_of("password") if _ENCRYPTED in stream.read(MOST_BYTES) else DAMAGED


def _unsafe(path: Path) -> Fault | None:
    """Look at the archive and at every part of it, unpacking a little at a time."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = 0
            for part in archive.infolist():
                size, packed = part.file_size, max(part.compress_size, 1)
                if size > 10 * _CHUNK and size / packed > _HIGHEST_RATIO:
                    return TOO_LARGE
                with archive.open(part) as stream:
                    last = b""
                    while chunk := stream.read(_CHUNK):
                        unpacked += len(chunk)
                        if unpacked > MOST_BYTES:
                            return TOO_LARGE
                        if part.filename.endswith((".xml", ".rels")) and _declares(last + chunk):
                            return fault_of("xml-entities")
                        last = chunk[-16:]
    except (OSError, ValueError, NotImplementedError, RuntimeError, zipfile.BadZipFile, EOFError):
        return DAMAGED
    except Exception as error:  # zlib.error, lzma.LZMAError and their like
        if type(error).__module__ in {"zlib", "lzma", "_lzma", "bz2"}:
            return DAMAGED
        raise
    return None


def _declares(xml: bytes) -> bool:
    """Whether XML has a document type; in UTF-16 every other byte is zero."""
    plain = xml.replace(b"\0", b"")
    return b"<!DOCTYPE" in plain or b"<!ENTITY" in plain


def _sheets(
    path: Path,
    file: str,
    choose: Callable[[str, str, list[list[Cell]]], Choice],
    foreign: tuple[str, ...],
    ignored: tuple[str, ...],
) -> Book:
    book = Book()
    titles: dict[str, Grid] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on extensions that only concern looks
        reader = ExcelReader(path, read_only=True, data_only=True, keep_links=False)
        reader.read()
    try:
        for sheet in (*reader.wb.worksheets, *_lost(reader)):
            name = f"{file}, sheet {sheet.title}"
            lost = isinstance(sheet, _Lost)
            if not lost:
                sheet.reset_dimensions()  # what the file says of its own size may be wrong
            head = [] if lost else list(_rows(sheet, foreign, SEARCHED_ROWS))
            choice = choose(sheet.title, name, head)
            if sheet.title in ignored:
                book.notes.append(Note(name, IGNORED))
            elif isinstance(choice, Problem):
                book.problems.append(choice)
            elif isinstance(choice, Note):
                book.notes.append(choice)
            for table, mapped in choice if isinstance(choice, Sequence) else ():
                if mapped is None and table.name in titles:
                    titles[table.name].problems.append(Problem(fault_of("same-table"), name))
                    continue
                grid = _grid(path, sheet, Grid(table, name, [], mapped=mapped), foreign)
                if reader.wb.epoch == CALENDAR_MAC_1904:
                    grid.rows = [[_since_1904(cell) for cell in row] for row in grid.rows]
                titles.setdefault(table.name, grid)
                book.grids.append(grid)
    finally:
        reader.wb.close()
    return book


class _Lost(NamedTuple):
    """A sheet that the workbook names and does not hold."""

    title: str


def _lost(reader: ExcelReader) -> list[_Lost]:
    there = set(reader.wb.sheetnames)
    return [_Lost(sheet.name) for sheet in reader.parser.sheets if sheet.name not in there]


def _grid(path: Path, sheet: Any, grid: Grid, foreign: tuple[str, ...]) -> Grid:
    if isinstance(sheet, _Lost):
        grid.problems.append(Problem(fault_of("sheet-lost"), grid.file))
        return grid
    _find_uncomputed(path, sheet._worksheet_path, grid)
    grid.rows = list(_rows(sheet, foreign))
    _note_hidden(path, sheet, grid)
    return grid


def _since_1904(cell: Cell) -> Cell:
    """Mark a number that counts from 1904, if it turns out to be a day."""
    return Since1904(cell) if isinstance(cell, Decimal) else cell


def _rows(sheet: Any, foreign: tuple[str, ...], most: int = MOST_ROWS) -> Iterator[list[Cell]]:
    for row in sheet.iter_rows(max_row=most, max_col=MOST_COLUMNS):
        cells = [_cell(cell, foreign) for cell in row]
        while cells and cells[-1] == "":
            cells.pop()
        yield cells


def _cell(cell: Any, foreign: tuple[str, ...]) -> Cell:
    """Take a cell for what it shows: text, an exact number, or a day."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        number = Decimal(format(value, ".15g"))  # as many digits as spreadsheets keep
        form = cell.number_format or ""
        if "%" in form:
            return f"{(number * 100).normalize():f}%"
        sign = _foreign_sign(form, foreign)
        return f"{sign} {number:f}" if sign else number
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value
    if cell.data_type == TYPE_ERROR:
        return f"#{str(value).lstrip('#')}"
    return str(value)


@lru_cache(maxsize=1000)
def _foreign_sign(form: str, foreign: tuple[str, ...]) -> str:
    """Return the sign of another currency that a number format shows, or nothing."""
    shown = ["".join(groups).strip() for groups in _SIGN.findall(form)]
    return next((sign for sign in shown if sign.casefold() in foreign), "")


def _note_hidden(path: Path, sheet: Any, grid: Grid) -> None:
    """Say that a sheet, or rows and columns of it, are read although nobody sees them."""
    if sheet.sheet_state != "visible":
        grid.notes.append(Note(grid.file, "the sheet is hidden, and read like any other"))
    with zipfile.ZipFile(path) as archive:
        content = archive.read(sheet._worksheet_path)
    if count := len(_HIDDEN_ROW.findall(content)):
        what = "rows are hidden or filtered away, and read like any other"
        grid.notes.append(Note(grid.file, what, count=count))
    widest = max(map(len, grid.rows), default=0)
    hidden = [
        get_column_letter(at) for at in map(int, _HIDDEN_COLUMNS.findall(content)) if at <= widest
    ]
    if hidden:
        what = fault_of("hidden-columns", names=", ".join(hidden[:6])).rule
        grid.notes.append(Note(grid.file, what))


def _find_uncomputed(path: Path, part: str, grid: Grid) -> None:
    """Report a sheet's formulas that were never computed, whose cells would look empty."""
    with zipfile.ZipFile(path) as archive:
        cells = [cell.decode("ascii") for cell in _NO_RESULT.findall(archive.read(part))]
    if cells:
        more = f" and {len(cells) - 1:,} more" if len(cells) > 1 else ""
        grid.problems.append(
            Problem(fault_of("no-result"), grid.file, value=f"cell {cells[0]}{more}")
        )
