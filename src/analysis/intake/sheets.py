"""Files as they stand: CSV in any usual encoding, with any delimiter, and sheets of workbooks.

A workbook is a ZIP archive of XML files, and both can be made to harm who opens them: archives that
swell to terabytes, XML that refers to other files or to itself. So the archive is looked at before
it is opened, nothing outside it is followed, and formulas are never computed: their last results
count, as in any program that shows the file.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, cast

from openpyxl.cell.cell import TYPE_ERROR
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from analysis.base.errors import InputError, system_error
from analysis.intake.cells import Cell, Since1904
from analysis.intake.problems import Log, Note, Problem, fault_of, problem_of
from analysis.kpis.duck import parquet_rows
from analysis.tables.columns import INVISIBLE, Found, find_column
from analysis.tables.rows import Table, utf_16
from analysis.tables.schema import IntakeSettings

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
SEARCHED_ROWS = 40
"""The header stands among the first rows."""

SHEET = ", sheet "
"""Stands between a workbook and a sheet of it in the names of both."""

_NAMES = {
    "utf-8": "UTF-8",
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250",
    "latin-1": "Latin-1",
}
_GUESSED = ("cp1252", "cp1250")
_LONGEST_CELL = 1_000_000
_MOST_LINES, _LONGEST_LINE, _MOST_TEXT = 2 * SEARCHED_ROWS, 10_000, 400_000
"""Lines that tell the delimiter, how much of each, and how much text they stand in."""

Words = tuple[str, ...]
Meaning = Found | Words
"""What a column of a file is: one of ours, or one whose words say which rows are read."""


def plain_header(text: object) -> str:
    """Write a header so that capitals and blanks make no difference."""
    return " ".join(INVISIBLE.sub("", str(text)).split()).casefold()


@dataclass(frozen=True)
class Mapped:
    """A file or sheet whose columns ``case.yaml`` names: an entry of ``columns:``.

    Attributes
    ----------
    name : str
        The file, such as ``orders.csv`` or ``orders.xlsx, sheet May``.
    table : Table
        What it is read as.
    columns : mapping of str to Meaning
        By header, as :func:`plain_header` writes it.
    """

    name: str
    table: Table
    columns: Mapping[str, Meaning]

    def fits(self, rows: Sequence[Sequence[Cell]]) -> bool:
        """Whether one of the first rows has all of its headers."""
        heads = (set(map(plain_header, row)) for row in rows[:SEARCHED_ROWS])
        return bool(self.columns) and any(head.issuperset(self.columns) for head in heads)


@dataclass
class Grid(Log):
    """A table as it stands in a file: all rows, the first of which is row 1."""

    table: Table
    rows: list[list[Cell]] = field(default_factory=list)
    mapped: Mapped | None = None

    def meaning(self, header: str, currency: tuple[str, ...] = ()) -> Meaning | None:
        """Return what a column is: by ``case.yaml`` if that speaks of the file, or by its name."""
        if self.mapped is None:
            return find_column(header, self.table.row, currency)
        return self.mapped.columns.get(plain_header(header))


def read_csv(grid: Grid, path: Path, settings: IntakeSettings, currency: tuple[str, ...]) -> None:
    """Read a CSV file as it stands, or one in Parquet.

    Parameters
    ----------
    grid : Grid
        Without rows yet; the names of its columns tell the delimiter.
    path : Path
        The file.
    settings : IntakeSettings
        What the case says of its files.
    currency : tuple of str
        Signs of the case's currency, which headers may bear.
    """
    try:
        if path.suffix.lower() == ".parquet":
            grid.rows = parquet_rows(path)
            return
        text = _decode(path.read_bytes(), grid, settings.encoding)
    except (InputError, OSError) as error:
        wrong = error if isinstance(error, InputError) else system_error(error, grid.file)
        grid.problems.append(problem_of(wrong))
        return
    if text is None:
        return
    if text.startswith(('"EXTF"', "EXTF")):
        grid.refuse("datev", 1)
        return
    told = settings.delimiter
    delimiter = DELIMITERS[told] if told else _delimiter(text, grid, currency)
    csv.field_size_limit(_LONGEST_CELL)
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            grid.rows.append(cast(list[Cell], line))
    except csv.Error as error:
        rule = "not-closed" if str(error) == "unexpected end of data" else "not-csv"
        grid.refuse(rule, len(grid.rows) + 1, error=error)
        grid.rows = []


def _decode(content: bytes, grid: Grid, told: str | None) -> str | None:
    """Turn bytes into text; say so if that took a guess, or is impossible."""
    if content.startswith(b"PK\x03\x04"):
        grid.refuse("is-workbook")
        return None
    sure = utf_16(content)
    if not sure and isinstance(text := _decoded(content, "utf-8-sig"), str):
        if told not in {None, "utf-8"} and not text.isascii():
            grid.note("is-utf-8", codec=told)
        return text
    sure = sure or told or ""
    found = {codec: _decoded(content, codec) for codec in ((sure,) if sure else _GUESSED)}
    texts = {codec: text for codec, text in found.items() if isinstance(text, str)}
    if not texts:
        codec, end = next(iter(found.items()))
        row = content.count(b"\n", 0, int(end)) + 1
        grid.refuse("not-text", row, codec=_NAMES.get(codec, codec))
        return None
    return texts[sure] if sure else _guess(content, grid, texts)


def _decoded(content: bytes, codec: str) -> str | int:
    """Return the text, or where it ends to be one."""
    try:
        return content.decode(codec)
    except UnicodeDecodeError as error:
        return error.start


def _guess(content: bytes, grid: Grid, texts: dict[str, str]) -> str | None:
    """Read a file that is not UTF-8 as its bytes have it; ask where they leave two choices."""

    def clarity(text: str) -> tuple[int, int]:
        names = re.split(r'[,;\t|"\r\n]+', text[:_LONGEST_LINE])
        known = sum(grid.meaning(name) is not None for name in names)
        return known, -len(_NO_WORD.findall(text)) if len(texts) > 1 else 0

    clear = {codec: clarity(text) for codec, text in texts.items()}
    texts = {codec: text for codec, text in texts.items() if clear[codec] == max(clear.values())}
    letters = {
        byte: {bytes([byte]).decode(codec) for codec in texts}
        for byte in set(content)
        if byte > 127
    }
    doubts = [byte for byte, its in letters.items() if len(its) > 1 and any(map(str.isalpha, its))]
    if doubts:
        place = min(map(content.index, doubts))
        shown = [f"{_NAMES[codec]} (“{_word(text, place)}”)" for codec, text in texts.items()]
        options = " or ".join(f"{{encoding: {codec}}}" for codec in texts)
        row = content.count(b"\n", 0, place) + 1
        grid.refuse("encoding-in-doubt", row, codecs=" or ".join(shown), options=options)
        return None
    codec, text = next(iter(texts.items()))
    example = next(line for line in text.splitlines() if not line.isascii())
    grid.note("encoding-guessed", "", 0, example, codec=_NAMES[codec])
    return text


_NO_WORD = re.compile(
    "[a-z][¡-¿×÷˘˛˙˝]+[a-z]|[ńŃ][aeiouáéíóú]|[ñÑ](?![aeiouáéíóú])|Nş", re.IGNORECASE
)
"""What stands in no word: a sign such as ³, ń before a vowel, ñ before none, Nş for Nº."""


def _word(text: str, place: int) -> str:
    """Return the word around a place."""
    before = re.split(r'[\s;,|"]', text[max(0, place - 30) : place])[-1]
    return before + re.split(r'[\s;,|"]', text[place : place + 30])[0]


def _delimiter(text: str, grid: Grid, currency: tuple[str, ...]) -> str:
    """Return the delimiter under which most names are known, then most rows equally wide."""
    head = [line[:_LONGEST_LINE] for line in text[:_MOST_TEXT].splitlines()[:_MOST_LINES]]

    def clarity(delimiter: str) -> tuple[int, int]:
        rows = list(csv.reader(head, delimiter=delimiter))
        names = [[grid.meaning(name.strip(' "'), currency) for name in row] for row in rows]
        width, times = Counter(map(len, rows)).most_common(1)[0] if rows else (1, 0)
        known = max((len(row) - row.count(None) for row in names), default=0)
        return known, (width - 1) * times

    return max(DELIMITERS.values(), key=clarity)


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

Choice = Sequence[tuple[Table, Mapped | None]] | Problem | Note
"""What a sheet is read as, or why it is not read."""
Choose = Callable[[str, str, list[list[Cell]]], Choice]


@dataclass
class Book(Log):
    """What a workbook holds: grids, one for each sheet that is read as a table.

    Its problems are those of the whole workbook and of sheets that look like tables and are not
    read, its notes about other sheets that are not read.
    """

    grids: list[Grid] = field(default_factory=list)


def read_workbook(path: Path, file: str, choose: Choose, foreign: tuple[str, ...] = ()) -> Book:
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
    """
    book = Book(file)
    try:
        start = _start(path)
    except OSError as error:
        book.problems.append(problem_of(system_error(error, file)))
        return book
    try:
        if fault := start or _unsafe(path):
            book.refuse(fault)
        else:
            _read_sheets(path, book, choose, foreign)
    except Exception:  # whatever a damaged file makes the library stumble over
        return Book(file, problems=[Problem(fault_of("damaged-workbook"), file)])
    return book


def _start(path: Path) -> str:
    """Know a workbook with a password, which is no archive but an old container of one."""
    with path.open("rb") as stream:
        if stream.read(len(_OLD_CONTAINER)) != _OLD_CONTAINER:
            return ""
        return "password" if _ENCRYPTED in stream.read(MOST_BYTES) else "damaged-workbook"


def _unsafe(path: Path) -> str:
    """Look at every part of the archive, unpacking a little at a time; XML may declare nothing."""
    unpacked = 0
    with zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            packed = max(part.compress_size, 1)
            if part.file_size > max(10 * _CHUNK, packed * _HIGHEST_RATIO):
                return "workbook-too-large"
            last, is_xml = b"", part.filename.endswith((".xml", ".rels"))
            with archive.open(part) as stream:
                while chunk := stream.read(_CHUNK):
                    unpacked += len(chunk)
                    if unpacked > MOST_BYTES:
                        return "workbook-too-large"
                    plain = (last + chunk).replace(b"\0", b"")  # UTF-16 has every other byte zero
                    if is_xml and (b"<!DOCTYPE" in plain or b"<!ENTITY" in plain):
                        return "xml-entities"
                    last = chunk[-16:]
    return ""


def _read_sheets(path: Path, book: Book, choose: Choose, foreign: tuple[str, ...]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on extensions that only concern looks
        reader = ExcelReader(path, read_only=True, data_only=True, keep_links=False)
        reader.read()
    there = {sheet.title: sheet for sheet in reader.wb.worksheets}
    named = [*there, *(s.name for s in reader.parser.sheets if s.name not in reader.wb.sheetnames)]
    kind = Since1904 if reader.wb.epoch == CALENDAR_MAC_1904 else Decimal
    show = partial(_cell, foreign=foreign, kind=kind)
    read: set[str] = set()
    for title in named:
        name, sheet = f"{book.file}{SHEET}{title}", there.get(title)
        if sheet is not None:
            sheet.reset_dimensions()  # what the file says of its own size may be wrong
        choice = choose(title, name, _rows(sheet, show, SEARCHED_ROWS))
        if isinstance(choice, Problem):
            book.problems.append(choice)
        elif isinstance(choice, Note):
            book.notes.append(choice)
        for table, mapped in choice if isinstance(choice, Sequence) else ():
            if mapped is None and table.name in read:
                book.refuse("same-table", at=name)
                continue
            read.add(table.name)
            grid = Grid(name, table, _rows(sheet, show, MOST_ROWS), mapped)
            book.grids.append(grid)
            if sheet is None:
                grid.refuse("sheet-lost")
            else:
                with zipfile.ZipFile(path) as archive:
                    _look_behind(archive.read(sheet._worksheet_path), sheet, grid)
    reader.wb.close()


def _rows(sheet: Any, show: Callable[[Any], Cell], most: int) -> list[list[Cell]]:
    found: list[list[Cell]] = []
    before = None
    for row in sheet.iter_rows(max_row=most, max_col=MOST_COLUMNS) if sheet is not None else ():
        # rows that the file leaves out are one and the same empty row
        cells = [] if row is before else list(map(show, row))
        before = row
        while cells and cells[-1] == "":
            cells.pop()
        found.append(cells)
    return found


def _cell(cell: Any, foreign: tuple[str, ...], kind: type[Decimal]) -> Cell:
    """Take a cell for what it shows: text, an exact number, or a day."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        number = kind(format(value, ".15g"))  # as many digits as spreadsheets keep
        form = cell.number_format or ""
        if "%" in form:
            return f"{(number * 100).normalize():f}%"
        sign = _foreign_sign(form, foreign)
        return f"{sign} {number:f}" if sign else number
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value
    return f"#{str(value).lstrip('#')}" if cell.data_type == TYPE_ERROR else str(value)


@lru_cache(maxsize=1000)
def _foreign_sign(form: str, foreign: tuple[str, ...]) -> str:
    """Return the sign of another currency that a number format shows, or nothing."""
    shown = ["".join(groups).strip() for groups in _SIGN.findall(form)]
    return next((sign for sign in shown if sign.casefold() in foreign), "")


def _look_behind(content: bytes, sheet: Any, grid: Grid) -> None:
    """Refuse formulas that were never computed; note what is read although nobody sees it."""
    if cells := _NO_RESULT.findall(content):
        more = f" and {len(cells) - 1:,} more" if len(cells) > 1 else ""
        grid.refuse("no-result", None, "", f"cell {cells[0].decode('ascii')}{more}")
    if sheet.sheet_state != "visible":
        grid.note("hidden-sheet")
    if count := len(_HIDDEN_ROW.findall(content)):
        grid.note("hidden-rows", "", count)
    widest = max(map(len, grid.rows), default=0)
    hidden = [at for at in map(int, _HIDDEN_COLUMNS.findall(content)) if at <= widest]
    if hidden:
        grid.note("hidden-columns", names=", ".join(map(get_column_letter, hidden[:6])))
