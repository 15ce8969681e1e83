"""One cell at a time: from what a file shows to the plain form that row models accept.

Nothing ambiguous is decided here. A text that could mean two things gets a fault that names the
setting of ``case.yaml`` which decides, and what was rewritten gets a mark, so that it can be
counted and told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from analysis.base.csv_guard import unguarded
from analysis.intake.csv_files import Cell
from analysis.intake.names import INVISIBLE, folded, without_sign
from analysis.intake.problems import Fault, Rank
from analysis.tables.case import IntakeSettings
from analysis.tables.columns import forbidden


class Read(NamedTuple):
    """A cell in plain form, or the rule it breaks; and what was rewritten.

    `shows` is the convention that the cell proves: day-first, month-first, point or comma.
    """

    text: str
    fault: Fault | None = None
    mark: str = ""
    shows: str = ""


@dataclass(frozen=True)
class Context:
    """What cells are read with: the case's settings, and signs of its currency and of others."""

    settings: IntakeSettings
    currency: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


_ASK, _CELL = Rank.ASK, Rank.CELL
CONTROL = Fault(_CELL, "holds a control character", "type the cell again")
FORMULA_ERROR = Fault(_CELL, "is the error of a formula", "correct the formula")
IS_DATE = Fault(
    _CELL,
    "the spreadsheet program has turned this into a day",
    "format the column as text, then type the value again",
)
SHORTENED = Fault(
    _CELL,
    "the spreadsheet program has shortened this number",
    "format the column as text, then type the value again",
)
NOT_WHOLE = Fault(_CELL, "must be a whole number")
NOT_NUMBER = Fault(_CELL, "is no number", "write digits, such as 1234.50")
GROUPS = Fault(_CELL, "is no number: the signs between its digits do not make groups of three")
OTHER_DECIMAL = Fault(
    _CELL, "does not fit the decimal sign that case.yaml names", "correct the one or the other"
)
ASK_DECIMAL = Fault(
    _ASK,
    "may be a number in thousands or one with three decimals",
    "say in case.yaml which sign stands before the decimals: intake: {decimal: point} or "
    "{decimal: comma}",
)
CURRENCY_SIGN = Fault(
    _CELL, "is in another currency than the case", "convert it, or correct currency in case.yaml"
)
PERCENTAGE = Fault(
    _CELL,
    "is a percentage, which could be read in two ways",
    "write the number itself: 15 for a target of 15 per cent, 1/4 or 0.25 for a weight",
)

_ERROR = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|¿NOMBRE\?|¡REF!|¡VALOR!|¡DIV/0!)")
_UNUSUAL = re.compile(r"^[ '#]| $|  ")
_ALL_PLAIN = re.compile(r"[A-Za-z](?:[!-~]|\n(?=[A-Za-z]))*")
_SPACE = re.compile(r"\s+")
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?E\+?\d+", re.ASCII)
_SPACES = "\\s'’"
_GROUPED = re.compile(
    rf"(\d{{1,3}})(([.,{_SPACES}])\d{{3}}(?:\3\d{{3}})*)(?:([.,])(\d+))?", re.ASCII
)
_DECIMAL = re.compile(r"(\d*)([.,])(\d+)", re.ASCII)
_MINUS_BEHIND = re.compile(r"(.*\d) ?[-−]", re.ASCII)
_DASH = re.compile(r"([\d.,\s'’]*\d[.,])[-−–—]+", re.ASCII)
_TELLING = {"brackets", "minus behind", "dash"}
"""Marks of what gives a number its meaning, which are told before how it is written."""
_DIGITS = re.compile(r"\d+", re.ASCII)
_FRACTION = re.compile(r"[+-]?\d+/\d+", re.ASCII)
_LONGEST_NUMBER = 40


def _clean(text: str) -> tuple[str, str]:
    """Drop blanks around a text and characters that nobody sees; spaces inside become plain."""
    plain = _SPACE.sub(" ", INVISIBLE.sub("", text)).strip(" ")
    if plain == text:
        return text, ""
    if re.search(r"\S\s*[\r\n]\s*\S", text):
        return plain, "line break"
    return plain, "blanks" if plain == text.strip(" \r\n\t") else "invisible"


def all_plain(cells: Sequence[Cell]) -> bool:
    """Whether all cells are texts that :func:`read_text` and `read_identifier` leave as they are.

    One search through all of them together; a million keys take a blink of an eye.
    """
    try:
        together = "\n".join(cells)  # type: ignore[arg-type]
    except TypeError:  # numbers and days, from a workbook
        return False
    apart = together.count("\n") == len(cells) - 1  # no cell has a line break of its own
    return apart and _ALL_PLAIN.fullmatch(together) is not None


def read_text(cell: Cell) -> Read:
    """Read free text: white space inside is one space, none stands around it."""
    if isinstance(cell, Decimal):
        return Read(plain(cell))
    if isinstance(cell, date):
        return Read("", IS_DATE)
    if cell.isascii() and cell.isprintable() and not _UNUSUAL.search(cell):
        return Read(cell)
    if forbidden(cell):
        return Read("", CONTROL)
    text, mark = _clean(unguarded(cell))
    return Read("", FORMULA_ERROR) if _ERROR.fullmatch(text) else Read(text, None, mark)


def read_identifier(cell: Cell) -> Read:
    """Read a key: as free text, but a number that a spreadsheet has shortened is refused."""
    read = read_text(cell)
    if "E+" in read.text and _SCIENTIFIC.fullmatch(read.text):
        return Read("", SHORTENED)
    return read


def read_choice(cell: Cell, exact: tuple[str, ...], spelt: Mapping[str, str]) -> Read:
    """Read one of several words; `spelt` gives the word for each folded spelling."""
    read = read_text(cell)
    if read.fault or not read.text or read.text in exact:
        return read
    meant = spelt.get(folded(read.text)) if folded(read.text) else None
    return Read(meant, None, "spelling") if meant else read


def read_whole(cell: Cell, context: Context, factor: int = 1, money: bool = False) -> Read:
    """Read a whole number of a column's units, given in units `factor` times as large."""
    if isinstance(cell, Decimal):
        return _scaled(Fraction(cell), factor, "", "")
    if not isinstance(cell, date) and factor == 1 and cell.isdigit() and cell.isascii():
        return Read(cell) if len(cell) <= _LONGEST_NUMBER else Read("", NOT_NUMBER)
    read = _number(cell, context, money)
    return (
        read
        if read.fault or not read.text
        else _scaled(Fraction(read.text), factor, read.mark, read.shows)
    )


def read_number(cell: Cell, context: Context) -> Read:
    """Read an exact number that stays text: 12, -0.5 or 1/4."""
    if isinstance(cell, Decimal):
        return Read(plain(cell))
    if isinstance(cell, str) and _FRACTION.fullmatch(cell.strip()):
        return Read(cell.strip().lstrip("+"))
    if isinstance(cell, str) and cell.strip().endswith("%"):
        return Read("", PERCENTAGE)
    return _number(cell, context, money=False)


def plain(number: Decimal) -> str:
    """Write a number without exponent and without zeros at its end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _scaled(value: Fraction, factor: int, mark: str, shows: str) -> Read:
    whole = value * factor
    if whole.denominator == 1:
        return Read(str(whole.numerator), None, mark, shows)
    if factor == 1:
        return Read("", NOT_WHOLE)
    return Read("", Fault(_CELL, f"must be a multiple of {float(Fraction(1, factor)):g}"))


def _number(cell: Cell, context: Context, money: bool) -> Read:
    """Read a number in any usual form into one with a decimal point, if it has but one meaning."""
    read = read_text(cell)
    if read.fault or not read.text:
        return read
    if len(read.text) > _LONGEST_NUMBER:
        return Read("", NOT_NUMBER)
    text, mark, fault = _without_currency(read.text, context) if money else (read.text, "", None)
    if fault is not None:
        return Read("", fault)
    sign = ""
    if money and text.startswith("(") and text.endswith(")"):
        sign, text, mark = "-", text[1:-1].strip(), "brackets"
    elif text[:1] in {"-", "−", "+"}:
        sign, text = "" if text[0] == "+" else "-", text[1:].strip()
        if money and not mark:
            text, mark, fault = _without_currency(text, context)
            if fault is not None:
                return Read("", fault)
    elif money and (behind := _MINUS_BEHIND.fullmatch(text)):
        sign, text, mark = "-", behind[1], "minus behind"
    if money and (dash := _DASH.fullmatch(text)):
        text, mark = f"{dash[1]}00", mark if sign else "dash"
    number = _unsigned(text, context.settings.decimal)
    if mark not in _TELLING:
        mark = number.mark or mark or read.mark
    return number._replace(text=sign + number.text, mark=mark)


def _without_currency(text: str, context: Context) -> tuple[str, str, Fault | None]:
    """Take the currency's sign off an amount; an amount in another currency is a fault."""
    for signs, fault in ((context.currency, None), (context.foreign, CURRENCY_SIGN)):
        rest = without_sign(text, signs)
        if rest is not None:
            return rest, "currency", fault
    return text, "", None


def _unsigned(text: str, told: str | None) -> Read:
    """Read digits with signs between them, given the decimal sign or what they prove of it."""
    if _DIGITS.fullmatch(text):
        return Read(text)
    simple, grouped = _DECIMAL.fullmatch(text), _GROUPED.fullmatch(text)
    if simple and grouped and not text.startswith("0"):  # 1.234
        if told is None:
            return Read("", ASK_DECIMAL)
        is_decimal = simple[2] == _SIGN[told]
        simple, grouped = (simple, None) if is_decimal else (None, grouped)
    if simple:
        if told and simple[2] != _SIGN[told]:
            return Read("", OTHER_DECIMAL)
        mark = "decimal comma" if simple[2] == "," else ""
        return Read(f"{simple[1] or 0}.{simple[3]}", None, mark, _NAME[simple[2]])
    if grouped is None:
        has_signs = re.fullmatch(rf"[\d.,{_SPACES}]+", text, re.ASCII)
        return Read("", GROUPS if has_signs and any(map(str.isdigit, text)) else NOT_NUMBER)
    return _in_groups(grouped, told)


_SIGN = {"point": ".", "comma": ","}
_NAME = {".": "point", ",": "comma"}


def _in_groups(match: re.Match[str], told: str | None) -> Read:
    """Read thousands in groups: 1.234.567,89 and the like."""
    first, rest, group, decimal, decimals = match.groups()
    if group == decimal:
        return Read("", GROUPS)
    shows = _NAME[decimal] if decimal else {".": "comma", ",": "point"}.get(group, "")
    if told and shows and shows != told:
        return Read("", OTHER_DECIMAL)
    whole = first + rest.replace(group, "")
    return Read(f"{whole}.{decimals}" if decimal else whole, None, "thousands", shows)
