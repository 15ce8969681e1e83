"""Amounts: which of several columns of an export is the net one, and other currencies."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.base.language import tr
from analysis.base.text import records
from analysis.intake.cells import (
    CURRENCIES,
    Cell,
    Context,
    Read,
    foreign_signs,
    own_signs,
    read_day,
    read_whole,
    rounded,
    without_sign,
)
from analysis.intake.naming import words_of
from analysis.intake.problems import Rank, fault_of, words_for
from analysis.intake.rows import Sheet
from analysis.tables.case import Case, IntakeSettings
from analysis.tables.columns import CURRENCY
from analysis.tables.rows import period_column

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


_MARKED = re.compile(r"[^\d.,]")
"""What an amount below zero has beside its digits."""


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

    @cached_property
    def below_zero(self) -> int:
        """How many cells are amounts below zero."""
        marked = Counter(cell for cell in self.cells if _MARKED.search(str(cell)))
        return sum(
            count
            for cell, count in marked.items()
            if read_whole(cell, _CONTEXT, 100, money=True).text.startswith("-")
        )

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
    """Return the column that a tax or discount makes this total of, and why it is taken."""
    parts = [*of_words(columns, TAX), *of_words(columns, DISCOUNT)]
    for tax in parts if words_of(gross.name) & GROSS else []:
        for column in columns:
            is_part = column.kind == "number" and column not in (gross, tax) and column.varies
            if is_part and sums_to([(1, column), (1, tax)], gross):
                names = {"tax": tax.header, "total": gross.header}
                return column.header, tr("by its content: with {tax} it makes {total}", **names)
    return None


_MOST_LINES = 40


_BEARS_MARK = re.compile(r"[^\d\s.,'’()+−-]")
_MARKED = re.compile(r"([-−+(]?)\s*([^()]*)(\)?)")
"""An amount with its minus or brackets apart from what may be marked with a currency."""


def name_currencies(sheet: Sheet, context: Context) -> None:
    """Put the mark of another currency, such as in ``$ 984.64``, into a column of its own."""
    name = sheet.money[0] if len(sheet.money) == 1 else ""
    cells = sheet.cells.get(name, ())
    found: dict[Cell, tuple[str, str]] = {
        cell: marked
        for cell in set(cells)
        if isinstance(cell, str) and _BEARS_MARK.search(cell) and (marked := _marked(cell, context))
    }
    if not found:
        return
    given = sheet.cells.get(CURRENCY, [""] * len(cells))
    pairs = [
        found[cell]
        if cell in found and _code(str(code)) in {"", _code(found[cell][1])}
        else (cell, code)
        for cell, code in zip(cells, given, strict=True)
    ]
    sheet.cells[name], sheet.cells[CURRENCY] = map(list, zip(*pairs, strict=True))
    sheet.headers.setdefault(CURRENCY, sheet.headers[name])


def _marked(cell: str, context: Context) -> tuple[str, str] | None:
    """Return an amount without the mark of another currency, and the mark; None for no mark."""
    parts = _MARKED.fullmatch(cell.strip())
    if parts is None or without_sign(parts[2].strip(), context.currency) is not None:
        return None
    for sign in context.foreign:
        rest = without_sign(parts[2].strip(), (sign,))
        if rest is not None and any(map(str.isdigit, rest)):
            return parts[1] + rest + parts[3], sign.upper()
    return None


def convert_currencies(case: Case, tables: Mapping[str, Sheet]) -> None:
    """Convert amounts of rows in other currencies, by ``rates.csv`` and the rates of the case.

    Parameters
    ----------
    case : Case
        Gives its currency and rates that hold for all days.
    tables : mapping of str to Sheet
        Tables that were read; amounts are rounded to hundredths, halves away from zero. A currency
        without a rate is a problem of its table.
    """
    own = own_signs(case.parameters.currency, case.parameters.currency_name)
    rates = {(_code(name), ""): Fraction(str(r)) for name, r in case.parameters.rates.items()}
    if "rates" in tables and not tables["rates"].problems:
        rows = records(tables["rates"].frame)
        rates |= {(_code(row.currency), row.on): Fraction(row.rate) for row in rows}
    for table in tables.values():
        if CURRENCY in table.cells and table.table.name != "rates":
            _convert(table, own, rates)


def _code(name: str) -> str:
    """Return the code of a currency that a file may call otherwise: ``€`` is EUR."""
    small = name.strip().casefold()
    codes = [code for code, signs in CURRENCIES.items() if small in signs.split()]
    return codes[0].casefold() if len(codes) == 1 else small


def _convert(table: Sheet, own: Sequence[str], rates: Mapping[tuple[str, str], Fraction]) -> None:
    names = [str(cell).strip() for cell in table.cells[CURRENCY]]
    codes = [_code(name) if name and name.casefold() not in own else "" for name in names]
    dated = period_column(table.table)
    days = [str(day)[:10] for day in table.frame[dated]] if dated else [""] * len(codes)
    # the rate of a day, or else that of its month, or that of all days
    found = [
        next((rates[c, place] for place in (day, day[:7], "") if (c, place) in rates), None)
        for c, day in zip(codes, days, strict=True)
    ]
    foreign = np.array([bool(code) for code in codes], dtype=bool)
    lost = foreign & np.array([rate is None for rate in found], dtype=bool)
    if lost.any():
        places = np.flatnonzero(lost)
        lines = sorted({f"    {days[at][:7]},{codes[at].upper()},rate" for at in places})
        lines[_MOST_LINES:] = ["    ..."] if len(lines) > _MOST_LINES else []
        short = "\n".join(f"    {c}: rate" for c in sorted({codes[at].upper() for at in places}))
        listed = "\n".join(["    on,currency,rate", *lines])
        fault = fault_of("other-currency", short=short, lines=listed)
        table.report(fault, CURRENCY, lost, names[places[0]])
    known = foreign & ~lost
    for name in table.money:
        amounts = table.frame[name].tolist()
        for at in np.flatnonzero(known & table.good[name]):
            amounts[at] = rounded(amounts[at] * found[at])
        table.frame[name] = pd.Series(amounts, dtype="int64")
    if count := int(known.sum()):
        used = ", ".join(sorted({codes[at].upper() for at in np.flatnonzero(known)}))
        table.note("converted", table.headers[CURRENCY], count, currencies=used)
