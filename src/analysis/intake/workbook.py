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
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl.cell.cell import TYPE_ERROR
from openpyxl.reader.excel import ExcelReader

from analysis.base.errors import system_error
from analysis.intake.case_files import IGNORED, asked_about, find_table, nearest_table
from analysis.intake.cells import Cell
from analysis.intake.problems import Fault, Note, Problem, fault_of, problem_of
from analysis.intake.sheets import Grid
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


def read_workbook(
    path: Path,
    file: str,
    tables: Iterable[Table],
    foreign: tuple[str, ...] = (),
    ignored: tuple[str, ...] = (),
) -> Book:
    """Read the sheets that are named after tables.

    Parameters
    ----------
    path : Path
        The workbook.
    file : str
        How messages call it.
    tables : iterable of Table
        The tables looked for.
    foreign : tuple of str
        Signs of other currencies than the case's, which the format of a cell may show.
    ignored : tuple of str
        Titles of sheets that are no tables, whatever they look like.
    """
    tables = tuple(tables)
    try:
        fault = _locked(path) or _unsafe(path)
    except OSError as error:
        return Book([Grid(tables[0], file, [], [problem_of(system_error(error, file))])])
    if fault is not None:
        return Book([Grid(tables[0], file, [], [Problem(fault, file)])])
    try:
        return _sheets(path, file, tables, foreign, ignored)
    except Exception:  # whatever a damaged file makes the library stumble over
        return Book([Grid(tables[0], file, [], [Problem(DAMAGED, file)])])


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
    tables: tuple[Table, ...],
    foreign: tuple[str, ...],
    ignored: tuple[str, ...],
) -> Book:
    book = Book()
    grids: dict[str, Grid] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on extensions that only concern looks
        reader = ExcelReader(path, read_only=True, data_only=True, keep_links=False)
        reader.read()
    try:
        for sheet in (*reader.wb.worksheets, *_lost(reader)):
            table = find_table(sheet.title, tables)
            name = f"{file}, sheet {sheet.title}"
            if sheet.title in ignored:
                book.notes.append(Note(name, IGNORED))
            elif table is None:
                _leave_out(book, name, nearest_table(sheet.title, tables))
            elif table is not None and table.name in grids:
                grids[table.name].problems.append(Problem(fault_of("same-table"), name))
            elif table is not None:
                grids[table.name] = _grid(path, sheet, Grid(table, name, []), foreign)
    finally:
        reader.wb.close()
    book.grids = list(grids.values())
    if not grids and not book.problems:
        book.grids = [Grid(tables[0], file, [], [Problem(fault_of("no-sheet"), file)])]
    return book


def _leave_out(book: Book, name: str, near: Table | None) -> None:
    """Ask about a sheet that is named like a table; note any other."""
    if near:
        book.problems.append(Problem(asked_about(near, "sheet"), name))
    else:
        book.notes.append(Note(name, "not read, since no table has this name"))


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
    _note_hidden(path, sheet, grid)
    sheet.reset_dimensions()  # what the file says of its own size may be wrong
    grid.rows = list(_rows(sheet, foreign))
    return grid


def _rows(sheet: Any, foreign: tuple[str, ...]) -> Iterator[list[Cell]]:
    for row in sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS):
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
    """Say that a sheet, or rows of it, are read although nobody sees them."""
    if sheet.sheet_state != "visible":
        grid.notes.append(Note(grid.file, "the sheet is hidden, and read like any other"))
    with zipfile.ZipFile(path) as archive:
        count = len(_HIDDEN_ROW.findall(archive.read(sheet._worksheet_path)))
    if count:
        what = "rows are hidden or filtered away, and read like any other"
        grid.notes.append(Note(grid.file, what, count=count))


def _find_uncomputed(path: Path, part: str, grid: Grid) -> None:
    """Report a sheet's formulas that were never computed, whose cells would look empty."""
    with zipfile.ZipFile(path) as archive:
        cells = [cell.decode("ascii") for cell in _NO_RESULT.findall(archive.read(part))]
    if cells:
        more = f" and {len(cells) - 1:,} more" if len(cells) > 1 else ""
        grid.problems.append(
            Problem(fault_of("no-result"), grid.file, value=f"cell {cells[0]}{more}")
        )
