"""One cell at a time: from what a file shows to the plain form that row models accept.

Nothing ambiguous is decided here: a text that could mean two things gets a fault that names the
setting of ``case.yaml`` which decides. What was rewritten gets a mark, so that it can be counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from analysis.base import numbers
from analysis.base.text import Rounding, round_digits, unguarded
from analysis.intake.problems import Fault, Rank, fault_of, vocabulary, words_for
from analysis.tables.columns import INVISIBLE, QUARTER, forbidden
from analysis.tables.schema import IntakeSettings

Cell = str | Decimal | date
"""What a file holds in a cell: text, or from a workbook also a number or a day."""


class Since1904(Decimal):
    """A number of a workbook whose days count from 1904, as some programs on a Mac have it."""


class Read(NamedTuple):
    """A cell in plain form, or the rule it breaks; and what was rewritten.

    `shows` is the convention that the cell proves: day-first, month-first, point or comma. `off` is
    by how much rounding moved a number, in the column's units; `value` what the row model makes of
    the plain form.
    """

    text: str
    fault: Fault | None = None
    mark: str = ""
    shows: str = ""
    off: Fraction = Fraction(0)
    value: Any = None

    @property
    def asks(self) -> bool:
        """Whether the cell may be read in two ways."""
        return self.fault is not None and self.fault.rank is Rank.ASK


def _broken(rule: str) -> Read:
    """Return a rule of ``rules.yaml`` that a cell breaks."""
    return Read("", fault_of(rule))


NOTHING = words_for("nothing") | {""}
"""What stands for an empty cell, in small letters."""


@dataclass(frozen=True)
class Context:
    """What cells are read with: settings, signs of the currency and of others, accounts."""

    settings: IntakeSettings
    currency: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    accounts: Mapping[str, str] = field(default_factory=dict)


_ERROR = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|¿NOMBRE\?|¡REF!|¡VALOR!|¡DIV/0!)")
_UNUSUAL = re.compile(r"^[ '#]| $|  ")
_SPACE, _BROKEN = re.compile(r"\s+"), re.compile(r"\S\s*[\r\n]\s*\S")
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?E\+?\d+", re.ASCII)
_NUMBER_LIKE = re.compile(r"[\d.,\s'’]*\d[\d.,\s'’]*", re.ASCII)
_MINUS_BEHIND = re.compile(r"(.*\d) ?[-−]", re.ASCII)
_DASH = re.compile(r"([\d.,\s'’]*\d[.,])[-−–—]+", re.ASCII)
_TELLING = {"brackets", "minus behind", "dash"}
"""Marks of what gives a number its meaning, which are told before how it is written."""
_FRACTION = re.compile(r"[+-]?\d+/\d+", re.ASCII)
_LONGEST_NUMBER = 40


def read_text(cell: Cell) -> Read:
    """Read free text: white space inside is one space, nothing unseen stays."""
    if isinstance(cell, Decimal):
        return Read(plain(cell))
    if isinstance(cell, date):
        return _broken("is-date")
    if cell.isascii() and cell.isprintable() and not _UNUSUAL.search(cell):
        return Read(cell)
    if forbidden(cell):
        return _broken("control-character")
    text = unguarded(cell)
    bare = _SPACE.sub(" ", INVISIBLE.sub("", text)).strip(" ")
    if _ERROR.fullmatch(bare):
        return _broken("formula-error")
    if bare == text:
        return Read(text)
    return Read(bare, None, "line break" if _BROKEN.search(text) else "blanks")


def read_identifier(cell: Cell) -> Read:
    """Read a key: as free text, but a number that a spreadsheet has shortened is refused."""
    read = read_text(cell)
    if "E+" in read.text and _SCIENTIFIC.fullmatch(read.text):
        return _broken("shortened")
    return read


def read_whole(cell: Cell, context: Context, factor: int = 1, money: bool = False) -> Read:
    """Read a whole number of a column's units, given in units `factor` times as large.

    Money is rounded to these units, halves away from zero.

    Examples
    --------
    >>> read_whole("1.234,50", Context(IntakeSettings()), factor=100).text
    '123450'
    >>> read_whole("957.5775", Context(IntakeSettings()), factor=100, money=True).text
    '95758'
    >>> read_whole("1.234", Context(IntakeSettings())).fault.rule
    'may be a number in thousands or one with three decimals'
    """
    read = Read(str(cell)) if isinstance(cell, Decimal) else _number(cell, context, money)
    if read.fault or not read.text:
        return read
    whole = Fraction(read.text) * factor
    if whole.denominator == 1:
        return Read(str(whole.numerator), None, read.mark, read.shows)
    if factor == 1:
        return _broken("not-whole")
    if not money:
        return Read("", fault_of("not-multiple", step=f"{float(Fraction(1, factor)):g}"))
    near = round_digits(whole, Rounding.HALF_UP)
    return Read(str(near), None, "rounded", read.shows, near - whole)


def read_number(cell: Cell, context: Context) -> Read:
    """Read an exact number that stays text: 12, -0.5 or 1/4."""
    if isinstance(cell, Decimal):
        return Read(plain(cell))
    text = cell.strip() if isinstance(cell, str) else ""
    if _FRACTION.fullmatch(text):
        return Read(text.lstrip("+"))
    if text.endswith("%"):
        return _broken("percentage")
    return _number(cell, context, money=False)


def plain(number: Decimal) -> str:
    """Write a number without exponent and without zeros at its end."""
    return f"{number.normalize():f}"


def is_nothing(cell: Cell, settings: IntakeSettings) -> bool:
    """Whether a cell is empty, or holds a word that says so.

    Examples
    --------
    >>> [is_nothing(cell, IntakeSettings(not_empty=("NA",))) for cell in ("N/A", "NA", " ", "x")]
    [True, False, True, False]
    """
    text = cell.strip() if isinstance(cell, str) else str(cell)
    return text not in settings.not_empty and text.casefold() in NOTHING


def _number(cell: Cell, context: Context, money: bool) -> Read:
    """Read a number in any usual form into one with a decimal point, if it has but one meaning."""
    read = read_text(cell)
    if read.fault or not read.text:
        return read
    if len(read.text) > _LONGEST_NUMBER:
        return _broken("not-number")
    text, mark = _without_currency(read.text, context) if money else (read.text, "")
    sign = ""
    if money and text.startswith("(") and text.endswith(")"):
        sign, text, mark = "-", text[1:-1].strip(), "brackets"
    elif text[:1] in {"-", "−", "+"}:
        sign, text = "" if text[0] == "+" else "-", text[1:].strip()
        if money and not mark:
            text, mark = _without_currency(text, context)
    elif mark != "foreign" and money and (behind := _MINUS_BEHIND.fullmatch(text)):
        sign, text, mark = "-", behind[1], "minus behind"
    if mark == "foreign":
        return _broken("currency-sign")
    if money and (dash := _DASH.fullmatch(text)):
        text, mark = f"{dash[1]}00", mark if sign else "dash"
    number = _unsigned(text, context.settings.decimal)
    if mark not in _TELLING:
        mark = number.mark or mark or read.mark
    return number if number.fault else Read(sign + number.text, None, mark, number.shows)


def _without_currency(text: str, context: Context) -> tuple[str, str]:
    """Take the currency's sign off an amount; an amount in another currency is a fault."""
    if text[:1].isdigit() and text[-1:].isdigit():  # by far the most usual
        return text, ""
    if (rest := without_sign(text, context.currency)) is not None:
        return rest, "currency"
    return text, "" if without_sign(text, context.foreign) is None else "foreign"


def _unsigned(text: str, told: str | None) -> Read:
    """Read digits with signs between them, given the decimal sign or what they prove of it."""
    digits, group, shows = numbers.bare(text, told or "")
    if not digits:
        wrong = "not-in-groups" if _NUMBER_LIKE.fullmatch(text) else "not-number"
        return _broken("ask-decimal" if group else wrong)
    if told and shows and shows != told:
        return _broken("other-decimal")
    mark = "thousands" if group else "decimal comma" if shows == "comma" else ""
    return Read(digits, None, mark, shows)


_TIME = r"(?:[T ]+(\d{1,2}:\d{2}.*))?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.ASCII)
_COMPACT = re.compile(r"((?:19|20|21)\d\d)(\d\d)(\d\d)", re.ASCII)
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}", re.ASCII)
_NAME_AND_YEAR = r"([a-z]{3,10})\.?[\s/.-]*(?:del?\s+)?(\d{4}|\d{2})"
_NAMED = re.compile(rf"(\d{{1,2}})[\s/.-]*(?:de\s+)?{_NAME_AND_YEAR}", re.I | re.ASCII)
_NAMED_MONTH = re.compile(_NAME_AND_YEAR, re.I | re.ASCII)
_SERIAL = re.compile(r"\d{5,6}([.,]\d+)?", re.ASCII)
_EPOCH, _FROM_1904 = date(1899, 12, 30), 1462
"""The day 0 of spreadsheets, and days from there to that of workbooks that count from 1904."""
_QUARTER = re.compile(r"(\d{4})[\s/-]*[QT]([1-4])|(?:[QT]([1-4])|([1-4])[QT])[\s/-]*(\d{4})")
_MONTH = re.compile(r"(\d{4})[/-](\d{1,2})|(\d{1,2})[/-](\d{4})", re.ASCII)
_MONTHS = {name: at for at, names in vocabulary("months").items() for name in names.split()}
"""The months' names in English and Spanish, and their usual abbreviations."""


def read_day(cell: Cell, context: Context) -> Read:
    """Read a day into the form 2024-05-31.

    Examples
    --------
    >>> read_day("31 de mayo de 2024", Context(IntakeSettings())).text
    '2024-05-31'
    >>> read_day("03/04/2024", Context(IntakeSettings())).fault.rule
    'may be day and month or month and day'
    """
    if isinstance(cell, date):
        return Read(cell.isoformat())
    if isinstance(cell, Decimal):
        return _serial(plain(cell), isinstance(cell, Since1904))
    read = read_text(cell)
    if read.fault or not read.text:
        return read
    text, named = read.text, _NAMED.fullmatch(read.text)
    if match := _YEAR_FIRST.fullmatch(text):
        year, sign, month, day, clock = match.groups()
        mark = _clock(clock) or ("" if sign == "-" else "form of dates") or read.mark
        return Read(f"{year}-{int(month):02}-{int(day):02}", None, mark)
    if match := _YEAR_LAST.fullmatch(text):
        return _year_last(match, context)
    if context.settings.dates == "iso":
        return _broken("other-order" if named else "not-day")
    if match := _COMPACT.fullmatch(text):
        return Read("-".join(match.groups()), None, "form of dates")
    if named and (month := _named_month(named[2], named[3], context)):
        if month.startswith("-"):
            return _broken("ask-century")
        return Read(f"{month}-{int(named[1]):02}", None, "form of dates")
    return _serial(text) if _SERIAL.fullmatch(text) else _broken("not-day")


def _year_last(match: re.Match[str], context: Context) -> Read:
    first, second = int(match[1]), int(match[3])
    told = context.settings.dates
    shows = "day-first" if first > 12 >= second else "month-first" if second > 12 >= first else ""
    year = _year(match[4], context)
    if not year:
        return _broken("ask-century")
    if told is None and not shows and first != second and min(first, second) <= 12:
        return _broken("ask-order")
    if told == "iso" or (told and shows and shows != told):
        return _broken("other-order")
    day_first = (told or shows or "day-first") == "day-first"
    day, month = (first, second) if day_first else (second, first)
    return Read(f"{year}-{month:02}-{day:02}", None, _clock(match[5]) or "form of dates", shows)


def _year(text: str, context: Context) -> str:
    if len(text) == 4:
        return text
    base = context.settings.two_digit_years
    return "" if base is None else str(base + int(text))


def _named_month(name: str, year: str, context: Context) -> str:
    """Read a named month and a year into the form 2024-05, or -05; nothing if it names none."""
    month = _MONTHS.get(name.casefold())
    return f"{_year(year, context)}-{month}" if month else ""


def _clock(text: str | None) -> str:
    return "time of day" if text and text.strip("0:.Z ") else ""


def _serial(text: str, since_1904: bool = False) -> Read:
    """Read a number as the day that spreadsheets show for it."""
    whole = text.replace(",", ".").partition(".")[0]
    days = int(whole) + since_1904 * _FROM_1904 if whole.isdecimal() else 0
    if not 61 <= days <= 109_573:  # before March 1900 programs disagree by a day
        return _broken("not-day")
    return Read((_EPOCH + timedelta(days=days)).isoformat(), None, "serial days")


def read_period(cell: Cell, context: Context, pattern: str) -> Read:
    """Read a day or period into the form that a pattern of row models asks for.

    The Spanish T stands for Q, FY for a fiscal year; the first day of a month for the month.

    Examples
    --------
    >>> read_period("2T 2024", Context(IntakeSettings()), QUARTER).text
    '2024Q2'
    """
    read = Read(cell.isoformat()) if isinstance(cell, date) else read_text(cell)
    if read.fault or not read.text or re.fullmatch(pattern, read.text):
        return read
    day, forms = Read("") if pattern == QUARTER else read_day(cell, context), list[str]()
    if quarter := _QUARTER.fullmatch(read.text.upper().replace("FY", "")):
        forms.append("Q".join(_longest_first(quarter.groups())))
    if month := _MONTH.fullmatch(read.text):
        year, number = _longest_first(month.groups())
        forms.append(f"{year}-{int(number):02}")
    elif named := _NAMED_MONTH.fullmatch(read.text):
        forms.append(_named_month(named[1], named[2], context))
        day = _broken("ask-century") if forms[-1].startswith("-") else day
    elif day.text.endswith("-01"):
        forms.append(day.text[:7])
    periods = (day, *(Read(form, None, "form of periods", day.shows) for form in forms))
    asks = day if day.asks else read
    return next((one for one in periods if re.fullmatch(pattern, one.text)), asks)


def _longest_first(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted(filter(None, texts), key=lambda text: (-len(text), text)))


CURRENCIES = vocabulary("currencies")
"""Signs by currency, lower case; its code is one too."""


def own_signs(currency: str, name: str) -> tuple[str, ...]:
    """Return how amounts of a currency may be marked, the longest first."""
    marks = CURRENCIES.get(currency, "").split()
    return _longest_first({currency.casefold(), name.casefold(), *marks})


def foreign_signs(currency: str, name: str) -> tuple[str, ...]:
    """Return the marks of all other currencies, the longest first."""
    known = {sign for code in CURRENCIES for sign in own_signs(code, code)}
    return _longest_first(known.difference(own_signs(currency, name)))


def without_sign(text: str, signs: Iterable[str]) -> str | None:
    """Take a currency's sign off either end of a text; None if none of the signs stands there."""
    small = text.casefold()
    for sign in signs:
        before = small.startswith(sign) and not text[len(sign) : len(sign) + 1].isalpha()
        after = small.endswith(sign) and not text[: -len(sign)][-1:].isalpha()
        if before or after:
            return (text[len(sign) :] if before else text[: -len(sign)]).strip()
    return None
