"""A column of an export, and which of several columns of amounts is the net one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from analysis.base.language import tr
from analysis.intake.cells import Cell, Context, Read, foreign_signs, read_day, read_whole
from analysis.intake.naming import words_of
from analysis.intake.problems import Rank, words_for
from analysis.tables.case import IntakeSettings

SIGNS = foreign_signs("", "")
_CONTEXT = Context(IntakeSettings(two_digit_years=2000), SIGNS)
_READ_AS = {
    "point": IntakeSettings(decimal="point"),
    "comma": IntakeSettings(decimal="comma"),
}
GROSS, BASE, TAX, DISCOUNT = (
    words_for("proposal", name) for name in ("gross", "base", "tax", "discount")
)
FEW, MOST_CELLS, MOST_WORDS = 8, 2_000, 12
_BARE = re.compile(r"(?!(19|20)\d{6}$)\d+")
"""Digits alone, which may be a day counted as spreadsheets do, but are a number as a rule."""
_ENOUGH = 0.9
"""Share of a column's cells that must be days for it to hold days; a total may stand below."""


@dataclass
class Column:
    """A column of a file.

    Attributes
    ----------
    header : str
        Its header.
    cells : list of Cell
        Those of its cells that hold anything.
    head : list of Cell
        The cells of the first rows, empty ones among them.
    name : str
        The header without what all headers begin with.
    """

    header: str
    cells: list[Cell]
    head: list[Cell] = field(default_factory=list)
    name: str = ""

    @cached_property
    def sample(self) -> list[Cell]:
        """Some different cells from all parts of the column."""
        distinct = list(dict.fromkeys(self.cells))
        return distinct[:: 1 + len(distinct) // MOST_CELLS]

    @property
    def counts_up(self) -> bool:
        """Whether the cells are whole numbers in a row, as numbers of documents are."""
        texts = [str(cell) for cell in self.sample]
        if len(texts) < FEW or len(self.cells) > len(texts) or not all(map(str.isdigit, texts)):
            return False
        numbers = [int(text) for text in texts]
        return max(numbers) - min(numbers) < 3 * len(numbers)

    @property
    def varies(self) -> bool:
        """Whether the cells differ; those of a few rows may be equal by chance."""
        return len(self.sample) > 1 or len(self.cells) < FEW

    @cached_property
    def amounts(self) -> list[int | None]:
        """Return the first cells as hundredths, by whichever decimal sign; None for no number."""
        point, comma = (replace(_CONTEXT, settings=_READ_AS[sign]) for sign in ("point", "comma"))
        reads = [
            min((read_whole(cell, way, 100, money=True) for way in (point, comma)), key=_is_bad)
            for cell in self.head
        ]
        return [None if _is_bad(read) else int(read.text) for read in reads]

    def reads(self, kind: str) -> list[Read]:
        """Return how the sample reads as days or as amounts."""
        if kind == "day":
            return [read_day(cell, _CONTEXT) for cell in self.sample]
        return [read_whole(cell, _CONTEXT, 100, money=True) for cell in self.sample]

    @cached_property
    def kind(self) -> str:
        """``day``, ``number``, ``key`` (all different, with a digit), ``word`` or nothing."""
        if not self.sample:
            return ""
        bare = [
            cell for cell in self.sample if isinstance(cell, Decimal) or _BARE.fullmatch(str(cell))
        ]
        if len(bare) < len(self.sample) and _share(self.reads("day")) >= _ENOUGH:
            return "day"
        if _share(self.reads("number")) >= _ENOUGH:
            return "key" if self.counts_up else "number"
        texts = [str(cell).strip() for cell in self.cells]
        if len(set(texts)) == len(texts) and all(re.search(r"\d", text) for text in texts):
            return "key"
        return "word" if 1 < len(set(texts)) <= MOST_WORDS < len(texts) else ""


def _is_bad(read: Read) -> bool:
    return read.fault is not None or not read.text


def _share(reads: Sequence[Read]) -> float:
    good = (
        not read.fault or read.fault.rank is Rank.ASK or "multiple" in read.fault.rule
        for read in reads
    )
    return sum(good) / len(reads)


def likely_amounts(free: list[Column]) -> list[Column]:
    """Leave out columns of equal numbers, and numbers without decimals where others have them."""
    varied = [column for column in free if column.varies]
    fine = [
        column
        for column in varied
        if any(re.search(r"[.,]\d+$|[^\d.,'\s-]", str(cell)) for cell in column.sample)
    ]
    return fine or varied or free


def of_words(columns: Sequence[Column], words: frozenset[str]) -> list[Column]:
    """Return the columns of numbers, not all nought, one of whose words is among some."""
    return [
        column
        for column in columns
        if column.kind == "number"
        and (found := words_of(column.name)) & words
        and not (words is TAX and found & (BASE | GROSS))
        and any(column.amounts)
    ]


def sums_to(parts: Sequence[tuple[int, Column]], whole: Column) -> bool:
    """Whether columns, added or taken off, make another in every row that has all of them.

    A hundredth, by which programs round apart, does not count.
    """
    found = zip(whole.amounts, *(column.amounts for _, column in parts), strict=True)
    rows = [row for row in found if None not in row]
    signs = [sign for sign, _ in parts]
    return len(rows) > 1 and all(
        abs(row[0] - sum(sign * part for sign, part in zip(signs, row[1:], strict=True))) < 2
        for row in rows
    )


def net_of(columns: Sequence[Column], gross: Column) -> tuple[str, str] | None:
    """Return the column that a tax makes this total of, and why it is taken."""
    for tax in of_words(columns, TAX) if words_of(gross.name) & GROSS else []:
        for column in columns:
            is_part = column.kind == "number" and column not in (gross, tax) and column.varies
            if is_part and sums_to([(1, column), (1, tax)], gross):
                names = {"tax": tax.header, "total": gross.header}
                return column.header, tr("by its content: with {tax} it makes {total}", **names)
    return None
