"""CSV files as they come: any usual encoding, any delimiter, told or found out."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from analysis.base.errors import system_error
from analysis.intake.cells import Cell
from analysis.intake.problems import (
    Fault,
    Note,
    Problem,
    Rank,
    fault_of,
    problem_of,
)
from analysis.tables.case import IntakeSettings
from analysis.tables.columns import (
    INVISIBLE,
    Found,
    find_column,
)
from analysis.tables.rows import Table, utf_16

DELIMITERS: Mapping[str, str] = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "pipe": "|",
}
SEARCHED_ROWS = 40
"""The header stands among the first rows."""

_NAMES: Mapping[str, str] = {
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


NOT_CLOSED = "a cell that begins here with a quotation mark does not end"


@dataclass
class Grid:
    """A table as it stands in a file: all rows, the first of which is row 1."""

    table: Table
    file: str
    rows: list[list[Cell]]
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    mapped: Mapped | None = None

    def meaning(self, header: str, currency: tuple[str, ...] = ()) -> Meaning | None:
        """Return what a column is: by ``case.yaml`` if that speaks of the file, or by its name."""
        if self.mapped is None:
            return find_column(header, self.table.row, currency)
        return self.mapped.columns.get(plain_header(header))


def read_csv(grid: Grid, path: Path, settings: IntakeSettings, currency: tuple[str, ...]) -> Grid:
    """Read a CSV file as it stands.

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
        content = path.read_bytes()
    except OSError as error:
        grid.problems.append(problem_of(system_error(error, grid.file)))
        return grid
    text = _decode(content, grid, settings.encoding)
    if text is None:
        return grid
    if text.startswith(('"EXTF"', "EXTF")):
        grid.problems.append(Problem(fault_of("datev"), grid.file, row=1))
        return grid
    told = settings.delimiter
    delimiter = DELIMITERS[told] if told else _delimiter(text, grid, currency)
    csv.field_size_limit(_LONGEST_CELL)
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for line in lines:
            grid.rows.append(cast(list[Cell], line))
    except csv.Error as error:
        rule = NOT_CLOSED if str(error) == "unexpected end of data" else f"not CSV ({error})"
        fault = Fault(Rank.FILE, rule, "write quotation marks inside a cell twice, or delete them")
        grid.problems.append(Problem(fault, grid.file, row=len(grid.rows) + 1))
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
    if len(texts) > 1:
        texts = _with_most_names(texts, grid)
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


def _with_most_names(texts: dict[str, str], grid: Grid) -> dict[str, str]:
    """Return the readings under which most names of columns are known."""

    def known(text: str) -> int:
        cells = re.split(r'[,;\t|"\r\n]+', text[:_LONGEST_LINE])
        return sum(grid.meaning(cell) is not None for cell in cells)

    counts = {codec: known(text) for codec, text in texts.items()}
    if max(counts.values()) == min(counts.values()):
        counts = {codec: -len(_NO_WORD.findall(text)) for codec, text in texts.items()}
    return {codec: text for codec, text in texts.items() if counts[codec] == max(counts.values())}


_NO_WORD = re.compile(
    "[a-z][¡-¿×÷˘˛˙˝]+[a-z]|[ńŃ][aeiouáéíóú]|[ñÑ](?![aeiouáéíóú])|Nş", re.IGNORECASE
)
"""What stands in no word: a sign such as ³, ń before a vowel, ñ before none, Nş for Nº."""


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


def _delimiter(text: str, grid: Grid, currency: tuple[str, ...]) -> str:
    """Return the delimiter under which most names are known, then most rows equally wide."""
    head = [line[:_LONGEST_LINE] for line in text[:_MOST_TEXT].splitlines()[:_MOST_LINES]]

    def clarity(delimiter: str) -> tuple[int, int]:
        rows = list(csv.reader(head, delimiter=delimiter))
        known = (
            sum(grid.meaning(name.strip(' "'), currency) is not None for name in row)
            for row in rows
        )
        width, times = Counter(map(len, rows)).most_common(1)[0] if rows else (1, 0)
        return max(known, default=0), (width - 1) * times

    return max(DELIMITERS.values(), key=clarity)
