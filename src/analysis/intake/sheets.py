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
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

from openpyxl.cell.cell import TYPE_ERROR
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from analysis.base.errors import InputError, system_error
from analysis.base.language import tr
from analysis.base.text import listed
from analysis.intake.cells import Cell, Since1904
from analysis.intake.problems import Log, problem_of, vocabulary
from analysis.kpis.duck import parquet_rows
from analysis.tables.columns import folded, names_in_files
from analysis.tables.rows import utf_16
from analysis.tables.schema import IntakeSettings

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
SEARCHED_ROWS = 40
"""The header stands among the first rows."""

SHEET = ", sheet "
"""Stands between a workbook and a sheet of it in the names of both."""

_NAMES = vocabulary("codecs")
_GUESSED = ("cp1252", "cp1250")
_LONGEST_CELL = 1_000_000
_MOST_LINES, _LONGEST_LINE, _MOST_TEXT = 2 * SEARCHED_ROWS, 10_000, 400_000
"""Lines that tell the delimiter, how much of each, and how much text they stand in."""

Words = tuple[str, ...]


@dataclass
class Grid(Log):
    """A file or sheet as it stands: all rows, the first of which is row 1."""

    rows: list[list[Cell]] = field(default_factory=list)


def read_file(path: Path, file: str, settings: IntakeSettings, foreign: Words) -> Iterator[Grid]:
    """Read a file as it stands: CSV, Parquet, or a workbook.

    Parameters
    ----------
    path : Path
        The file.
    file : str
        How messages call it.
    settings : IntakeSettings
        What the case says of its files.
    foreign : tuple of str
        Signs of other currencies than the case's, which the format of a cell may show.

    Yields
    ------
    Grid
        The file, or each sheet of a workbook; or what is wrong with the whole of it.
    """
    grid, suffix = Grid(file), path.suffix.lower()
    try:
        if suffix == ".parquet":
            grid.rows = parquet_rows(path)
        elif suffix != ".xlsx":
            _read_csv(grid, path.read_bytes(), settings)
        elif fault := _unsafe(content := path.read_bytes()):
            grid.refuse(fault)
        else:
            yield from _sheets(content, file, foreign)
            return
    except (InputError, OSError) as error:
        wrong = error if isinstance(error, InputError) else system_error(error, grid.file)
        grid.problems.append(problem_of(wrong))
    except Exception:  # whatever a damaged workbook makes the library stumble over
        grid.refuse("damaged-workbook")
    yield grid


@cache
def _known_names() -> frozenset[str]:
    """Return what files call the columns of any table, which tells delimiters and codecs."""
    names = (item for table in names_in_files().values() for item in table.items())
    texts = (f"{ours} {others}" for ours, others in names if isinstance(others, str))
    return frozenset(" ".join(texts).split())


def _read_csv(grid: Grid, content: bytes, settings: IntakeSettings) -> None:
    text = _decode(content, grid, settings.encoding)
    if text is None:
        return
    if text.startswith(('"EXTF"', "EXTF")):
        grid.refuse("datev", 1)
        return
    delimiter = DELIMITERS[settings.delimiter] if settings.delimiter else _delimiter(text)
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
    sure, texts, end = utf_16(content), dict[str, str](), 0
    for codec in [sure] if sure else ["utf-8-sig", *([told] if told else _GUESSED)]:
        try:
            texts[codec] = content.decode(codec)
        except UnicodeDecodeError as error:
            end = error.start
        if "utf-8-sig" in texts:
            return texts[codec]
    if not texts:
        codec, row = sure or told or _GUESSED[0], content.count(b"\n", 0, end) + 1
        grid.refuse("not-text", row, codec=_NAMES.get(codec, codec))
        return None
    return texts[codec] if sure or told else _guess(content, grid, texts)


def _guess(content: bytes, grid: Grid, texts: dict[str, str]) -> str | None:
    """Read a file that is not UTF-8 as its bytes have it; ask where they leave two choices."""

    def clarity(text: str) -> tuple[int, int]:
        names = re.split(r'[,;\t|"\r\n]+', text[:_LONGEST_LINE])
        known = sum(folded(name) in _known_names() for name in names)
        return known, -len(_NO_WORD.findall(text)) if len(texts) > 1 else 0

    clear = {codec: clarity(text) for codec, text in texts.items()}
    texts = {codec: text for codec, text in texts.items() if clear[codec] == max(clear.values())}
    doubts = []
    for byte in {byte for byte in content if byte > 127}:
        its = {bytes([byte]).decode(codec) for codec in texts}
        doubts += [byte] if len(its) > 1 and any(map(str.isalpha, its)) else []
    if doubts:
        place = min(map(content.index, doubts))
        shown = [f"{_NAMES[codec]} (“{_word(text, place)}”)" for codec, text in texts.items()]
        options = listed([f"{{encoding: {codec}}}" for codec in texts], "or")
        row = content.count(b"\n", 0, place) + 1
        grid.refuse("encoding-in-doubt", row, codecs=listed(shown, "or"), options=options)
        return None
    codec, text = next(iter(texts.items()))
    example = next(line for line in text.splitlines() if not line.isascii())
    grid.note("encoding-guessed", "", 0, example, codec=_NAMES[codec])
    return text


_NO_WORD = re.compile("[a-z][¡-¿×÷˘˛˙˝]+[a-z]|[ńŃ][aeiouáéíóú]|[ñÑ](?![aeiouáéíóú])|Nş", re.I)
"""What stands in no word: a sign such as ³, ń before a vowel, ñ before none, Nş for Nº."""


def _word(text: str, place: int) -> str:
    """Return the word around a place."""
    before = re.split(r'[\s;,|"]', text[max(0, place - 30) : place])[-1]
    return before + re.split(r'[\s;,|"]', text[place : place + 30])[0]


def _delimiter(text: str) -> str:
    """Return the delimiter under which most names are known, then most rows equally wide."""
    head = [line[:_LONGEST_LINE] for line in text[:_MOST_TEXT].splitlines()[:_MOST_LINES]]

    def clarity(delimiter: str) -> tuple[int, int]:
        rows = list(csv.reader(head, delimiter=delimiter))
        known = [sum(folded(name) in _known_names() for name in row) for row in rows]
        width, times = Counter(map(len, rows)).most_common(1)[0] if rows else (1, 0)
        return max(known, default=0), (width - 1) * times

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


def _unsafe(content: bytes) -> str:
    """Return why a workbook is not opened, which may need a password, swell or declare XML."""
    if content.startswith(_OLD_CONTAINER):  # no archive, but an old container of one
        return "password" if _ENCRYPTED in content else "damaged-workbook"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()  # none is unpacked beyond the size that it has here
        tight = (p.file_size > max(10 * _CHUNK, p.compress_size * _HIGHEST_RATIO) for p in parts)
        if any(tight) or sum(part.file_size for part in parts) > MOST_BYTES:
            return "workbook-too-large"
        for part in parts:
            last, is_xml = b"", part.filename.endswith((".xml", ".rels"))
            with archive.open(part) as stream:
                while chunk := stream.read(_CHUNK):
                    plain = (last + chunk).replace(b"\0", b"")  # UTF-16 has every other byte zero
                    if is_xml and (b"<!DOCTYPE" in plain or b"<!ENTITY" in plain):
                        return "xml-entities"
                    last = chunk[-16:]
    return ""


def _sheets(content: bytes, file: str, foreign: Words) -> Iterator[Grid]:
    """Read the sheets of a workbook, those among them that it names and does not hold."""
    with warnings.catch_warnings(action="ignore"):  # on extensions that only concern looks
        reader = ExcelReader(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        reader.read()
    kind = Since1904 if reader.wb.epoch == CALENDAR_MAC_1904 else Decimal
    for sheet in reader.wb.worksheets:
        grid = Grid(f"{file}{SHEET}{sheet.title}")
        sheet.reset_dimensions()  # what the file says of its own size may be wrong
        before = None
        for row in sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS):
            # rows that the file leaves out are one and the same empty row
            cells = [] if row is before else [_cell(cell, foreign, kind) for cell in row]
            before = row
            while cells and cells[-1] == "":
                cells.pop()
            grid.rows.append(cells)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _look_behind(archive.read(sheet._worksheet_path), sheet, grid)
        yield grid
    for sheet in reader.parser.sheets:
        if sheet.name not in reader.wb.sheetnames:
            grid = Grid(f"{file}{SHEET}{sheet.name}")
            grid.refuse("sheet-lost")
            yield grid


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
        more = f" {tr('and {n} more', n=len(cells) - 1)}" if len(cells) > 1 else ""
        grid.refuse("no-result", None, "", tr("cell {name}", name=cells[0].decode("ascii")) + more)
    if sheet.sheet_state != "visible":
        grid.note("hidden-sheet")
    if count := len(_HIDDEN_ROW.findall(content)):
        grid.note("hidden-rows", "", count)
    widest = max(map(len, grid.rows), default=0)
    if hidden := [at for at in map(int, _HIDDEN_COLUMNS.findall(content)) if at <= widest]:
        grid.note("hidden-columns", names=", ".join(map(get_column_letter, hidden[:6])))
