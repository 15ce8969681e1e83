"""Days, months and quarters of cells, in any usual form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from analysis.intake.cells import Context, Read, plain, read_text
from analysis.intake.csv_files import Cell
from analysis.intake.problems import Fault, Rank

NOT_DAY = Fault(Rank.CELL, "is no day", "write it like 2024-05-31")
ASK_ORDER = Fault(
    Rank.ASK,
    "may be day and month or month and day",
    "say in case.yaml which stands first: intake: {dates: day-first} or {dates: month-first}",
)
OTHER_ORDER = Fault(
    Rank.CELL,
    "does not fit the order of dates that case.yaml names",
    "correct the one or the other",
)
ASK_CENTURY = Fault(
    Rank.ASK,
    "the year has two digits",
    "write four, or say in case.yaml what they count from: intake: {two_digit_years: 2000}",
)
NOT_MONTH = Fault(Rank.CELL, "is no month", "write it like 2024-05")

_TIME = r"(?:[T ]+(\d{1,2}:\d{2}.*))?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.ASCII)
_COMPACT = re.compile(r"((?:19|20|21)\d\d)(\d\d)(\d\d)", re.ASCII)
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}", re.ASCII)
_NAME_AND_YEAR = r"([a-z]{3,10})\.?[\s/.-]*(?:del?\s+)?(\d{4}|\d{2})"
_NAMED = re.compile(rf"(\d{{1,2}})[\s/.-]*(?:de\s+)?{_NAME_AND_YEAR}", re.I | re.ASCII)
_NAMED_MONTH = re.compile(_NAME_AND_YEAR, re.I | re.ASCII)
_SERIAL = re.compile(r"\d{5,6}([.,]\d+)?", re.ASCII)
_EPOCH = date(1899, 12, 30)
_QUARTER = re.compile(
    r"(\d{4})[\s/-]*[QT]([1-4])|[QT]([1-4])[\s/-]*(\d{4})|([1-4])[QT][\s/-]*(\d{4})"
)
_MONTH = re.compile(r"(\d{4})[/-](\d{1,2})|(\d{1,2})[/-](\d{4})", re.ASCII)
_MONTHS: Mapping[str, int] = {
    name: month
    for month, names in enumerate(
        (
            "january jan enero ene",
            "february feb febrero",
            "march mar marzo",
            "april apr abril abr",
            "may mayo",
            "june jun junio",
            "july jul julio",
            "august aug agosto ago",
            "september sept sep septiembre setiembre set",
            "october oct octubre",
            "november nov noviembre",
            "december dec diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}
"""The months' names in English and Spanish, and their usual abbreviations."""


def read_day(cell: Cell, context: Context) -> Read:
    """Read a day into the form 2024-05-31."""
    if isinstance(cell, date):
        return Read(cell.isoformat())
    if isinstance(cell, Decimal):
        return _serial(plain(cell))
    read = read_text(cell)
    if read.fault or not read.text:
        return read
    text = read.text
    if match := _YEAR_FIRST.fullmatch(text):
        year, _, month, day, clock = match.groups()
        mark = _clock(clock) or ("" if match[2] == "-" else "form of dates") or read.mark
        return Read(f"{year}-{int(month):02}-{int(day):02}", None, mark)
    if match := _YEAR_LAST.fullmatch(text):
        return _year_last(match, context)
    if context.settings.dates == "iso":
        return Read("", OTHER_ORDER if _NAMED.fullmatch(text) else NOT_DAY)
    if match := _COMPACT.fullmatch(text):
        return Read("-".join(match.groups()), None, "form of dates")
    if match := _NAMED.fullmatch(text):
        month_text, fault = _named_month(match[2], match[3], context)
        if fault:
            return Read("", fault)
        return Read(f"{month_text}-{int(match[1]):02}", None, "form of dates")
    return _serial(text) if _SERIAL.fullmatch(text) else Read("", NOT_DAY)


def _year_last(match: re.Match[str], context: Context) -> Read:
    first, second = int(match[1]), int(match[3])
    told = context.settings.dates
    order: str | None = told
    shows = ""
    if first > 12 >= second:
        shows = "day-first"
    elif second > 12 >= first:
        shows = "month-first"
    year, fault = _year(match[4], context)
    if fault:
        return Read("", fault)
    if told is None:
        if not shows and first != second and min(first, second) <= 12:
            return Read("", ASK_ORDER)
        order = shows or "day-first"
    elif told == "iso" or (shows and shows != told):
        return Read("", OTHER_ORDER)
    day, month = (first, second) if order == "day-first" else (second, first)
    return Read(f"{year}-{month:02}-{day:02}", None, _clock(match[5]) or "form of dates", shows)


def _year(text: str, context: Context) -> tuple[str, Fault | None]:
    if len(text) == 4:
        return text, None
    base = context.settings.two_digit_years
    return ("", ASK_CENTURY) if base is None else (str(base + int(text)), None)


def _named_month(name: str, year: str, context: Context) -> tuple[str, Fault | None]:
    """Read the name of a month and a year into the form 2024-05."""
    month = _MONTHS.get(name.casefold())
    if month is None:
        return "", NOT_DAY
    year_text, fault = _year(year, context)
    return f"{year_text}-{month:02}", fault


def _clock(text: str | None) -> str:
    return "time of day" if text and text.strip("0:.Z ") else ""


def _serial(text: str) -> Read:
    """Read a number as the day that spreadsheets show for it."""
    days = int(text.replace(",", ".").partition(".")[0])
    if not 61 <= days <= 109_573:  # before March 1900 programs disagree by a day
        return Read("", NOT_DAY)
    return Read((_EPOCH + timedelta(days=days)).isoformat(), None, "serial days")


def read_quarter(cell: Cell) -> Read:
    """Read a quarter into the form 2024Q2; T is the Spanish Q."""
    read = read_text(cell)
    match = _QUARTER.fullmatch(read.text.upper())
    if read.fault or match is None:
        return read
    year = match[1] or match[4] or match[6]
    text = f"{year}Q{match[2] or match[3] or match[5]}"
    return Read(text, None, "" if text == read.text else "form of periods")


def read_month(cell: Cell, context: Context) -> Read:
    """Read a month into the form 2024-05; the first day of a month stands for it."""
    read = read_text(cell) if not isinstance(cell, date | Decimal) else Read("")
    match = _MONTH.fullmatch(read.text)
    if match is not None:
        text = f"{match[1] or match[4]}-{int(match[2] or match[3]):02}"
        return Read(text, None, "" if text == read.text else "form of periods")
    if read.fault or (not read.text and isinstance(cell, str)):
        return read
    if named := _NAMED_MONTH.fullmatch(read.text):
        text, fault = _named_month(named[1], named[2], context)
        return (
            Read("", NOT_MONTH if fault is NOT_DAY else fault)
            if fault
            else Read(text, None, "form of periods")
        )
    day = read_day(cell, context)
    if not day.fault and day.text.endswith("-01"):
        return Read(day.text[:7], None, "form of periods", day.shows)
    return Read("", day.fault if day.fault and day.fault.rank is Rank.ASK else NOT_MONTH)
