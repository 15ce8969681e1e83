"""Calendar periods as whole numbers: a quarter is ``4 * year + (quarter - 1)``.

One table, ``periods.yaml``, says how long a period is and how it is written; months, half-years and
years are counted as quarters are. Neighbouring periods differ by one, so that every comparison is a
subtraction and a missing period stays missing. To add a grain, add its name to `Grain` and a record
to the table.

Months are those of the calendar. Quarters, half-years and years are those of the firm's year: see
`Calendar`, which `analysis.tables.case.load_case` sets for the process, as a locale would be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal, overload

from analysis.base.errors import InputError
from analysis.base.language import language, tr
from analysis.base.text import listed, own_yaml

if TYPE_CHECKING:
    import pandas as pd

Grain = Literal["month", "quarter", "half-year", "year"]
"""Length of a period."""


@dataclass(frozen=True)
class _Form:
    """How the periods of one grain are counted and written, in files and for readers."""

    months: int
    label: str
    part: str  # regular expression of what follows the year
    rule: str
    example: str
    short: str
    words: str
    often: str  # how often such a period ends


@dataclass(frozen=True)
class Calendar:
    """How a firm counts its time.

    Attributes
    ----------
    year_starts : int
        Month in which its year begins. A year that does not begin in January is named after the
        calendar year in which it ends: FY2024 ends in 2024.
    complete_from, complete_through : date or None
        First and last day of which its rows are complete. A period that holds one of them is
        reported for its part.
    closed : tuple of int
        Months, by their index, in which a table without rows had nothing to record.
    """

    year_starts: int = 1
    complete_from: date | None = None
    complete_through: date | None = None
    closed: tuple[int, ...] = ()


_calendar = Calendar()


def count_by(calendar: Calendar) -> None:
    """Count time as a firm does, from now on and in the whole process."""
    global _calendar
    _calendar = calendar


def calendar() -> Calendar:
    """Return how time is counted at present."""
    return _calendar


@contextmanager
def counting(calendar: Calendar) -> Iterator[None]:
    """Count time in another way for a while."""
    before = _calendar
    count_by(calendar)
    try:
        yield
    finally:
        count_by(before)


def _lead(grain: Grain) -> int:
    """Months by which a period's index runs ahead of the calendar: a fiscal year begins early."""
    return 0 if grain == "month" else (13 - _calendar.year_starts) % 12


_FIRST_TO_FOURTH = ("first", "second", "third", "fourth")

GRAINS: Mapping[Grain, _Form] = {
    grain: _Form(**form) for grain, form in own_yaml(__file__, "periods.yaml").items()
}
"""Every grain, from the shortest to the longest."""

MONTHS: Mapping[Grain, int] = {grain: form.months for grain, form in GRAINS.items()}
"""Months in a period."""

MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
"""In English; those of other languages come from CLDR, never from the locale of the machine."""

_YEAR = r"((?:19|20|21)\d\d)"  # those that days of rows may have
_FISCAL = "(?:FY)?"
_PATTERNS = {
    grain: re.compile(f"{'' if grain == 'month' else _FISCAL}{_YEAR}{form.part}", re.ASCII)
    for grain, form in GRAINS.items()
}
_QUOTED = "“[^”]*”|`[^`]*`"
_PARTS = "|".join(form.part for grain, form in GRAINS.items() if grain != "year")
_LABEL_IN_TEXT = re.compile(
    rf"{_QUOTED}|(?<![\w-])(?P<label>{_YEAR}(?:{_PARTS}))(?![\w-])", re.ASCII
)


def parse(label: str, grain: Grain) -> int:
    """Index of a period of a known length.

    Parameters
    ----------
    label : str
        Such as ``2024-05``, ``2024Q2``, ``2024H1`` or ``2024``.
    grain : {"month", "quarter", "half-year", "year"}
        Length of the period.

    Raises
    ------
    InputError
        If the label has another form.

    Examples
    --------
    >>> parse("2024Q2", "quarter") - parse("2023Q4", "quarter")
    2
    """
    match = _PATTERNS[grain].fullmatch(label)
    form = GRAINS[grain]
    if match is None:
        words = {"grain": tr(grain), "rule": form.rule and tr(form.rule)}
        rule = tr("a {grain} is written as a year from 1900 to 2199{rule}", **words)
        fix = tr("write it like {example}", example=form.example)
        raise InputError(rule, value=label, fix=fix)
    return 12 // form.months * int(match[1]) + int(match[2] or 1) - 1


def parse_label(label: str) -> tuple[Grain, int]:
    """Length and index of a period named like ``2024-05``, ``2024Q2``, ``2024H1`` or ``2024``.

    Raises
    ------
    InputError
        If the label has another form.

    Examples
    --------
    >>> parse_label("2023H2")
    ('half-year', 4047)
    """
    for grain, pattern in _PATTERNS.items():
        if pattern.fullmatch(label):
            return grain, parse(label, grain)
    forms = listed([f"{form.example} ({tr(grain)})" for grain, form in GRAINS.items()], "or")
    rule = tr("a period is written like {forms}, its year from 1900 to 2199", forms=forms)
    raise InputError(rule, value=label)


def period_label(index: int, grain: Grain) -> str:
    """Label of a period.

    Examples
    --------
    >>> period_label(parse("2023-12", "month") + 1, "month")
    '2024-01'
    """
    year, place = divmod(index, 12 // MONTHS[grain])
    return GRAINS[grain].label.format(year=year, part=place + 1)


def parse_quarter(label: str) -> int:
    """Quarter index of a label such as ``2024Q2``; see `parse`."""
    return parse(label, "quarter")


def quarter_label(index: int) -> str:
    """Label such as ``2024Q2`` of a quarter index."""
    return period_label(index, "quarter")


def parse_month(label: str) -> int:
    """Month index of a label such as ``2024-05``; see `parse`."""
    return parse(label, "month")


def month_label(index: int) -> str:
    """Label such as ``2024-05`` of a month index."""
    return period_label(index, "month")


def parse_period(label: str) -> tuple[int, ...]:
    """Quarter indices of a quarter, a half-year, a year, or several joined by ``+``.

    Examples
    --------
    >>> [quarter_label(index) for index in parse_period("2023H1+2024Q2")]
    ['2023Q1', '2023Q2', '2024Q2']
    """
    quarters: list[int] = []
    for part in label.split("+"):
        longer: tuple[Grain, ...] = ("year", "half-year")
        grain: Grain = next((one for one in longer if _PATTERNS[one].fullmatch(part)), "quarter")
        number = MONTHS[grain] // MONTHS["quarter"]
        first = number * parse(part, grain)
        quarters += range(first, first + number)
    return tuple(quarters)


def first_month(index: int, grain: Grain) -> int:
    """Month index of the first month of a period.

    Examples
    --------
    >>> count_by(Calendar(year_starts=4))
    >>> month_label(first_month(parse("2024Q1", "quarter"), "quarter"))
    '2023-04'
    >>> count_by(Calendar())
    """
    return index * MONTHS[grain] - _lead(grain)


@overload
def containing(month: int, grain: Grain) -> int: ...
@overload
def containing(month: pd.Series[Any], grain: Grain) -> pd.Series[int]: ...
def containing(month: int | pd.Series[Any], grain: Grain) -> int | pd.Series[int]:
    """Index of the period that a month, or each of several, belongs to."""
    return (month + _lead(grain)) // MONTHS[grain]


def month_of(day: date) -> int:
    """Month index of a calendar day."""
    return 12 * day.year + day.month - 1


def first_day(index: int, grain: Grain) -> date:
    """First day of a period."""
    year, month = divmod(first_month(index, grain), 12)
    return date(year, month + 1, 1)


def end_day(index: int, grain: Grain) -> date:
    """Last day of a period.

    Examples
    --------
    >>> end_day(parse("2024-02", "month"), "month").day
    29
    """
    return first_day(index + 1, grain) - timedelta(days=1)


def quarter_of(day: date) -> int:
    """Quarter index of a calendar day."""
    return containing(month_of(day), "quarter")


def quarter_start(index: int) -> date:
    """First day of a quarter."""
    return first_day(index, "quarter")


def quarter_end(index: int) -> date:
    """Last day of a quarter."""
    return end_day(index, "quarter")


def quarter_days(index: int) -> int:
    """Length of a quarter in days (90 to 92)."""
    return (quarter_start(index + 1) - quarter_start(index)).days


def last_month(label: str) -> int:
    """Month index of the last month of a period."""
    return months_in(label)[-1]


def months_in(label: str) -> range:
    """Month indices of a period.

    Examples
    --------
    >>> [month_label(month) for month in months_in("2024Q2")]
    ['2024-04', '2024-05', '2024-06']
    """
    grain, index = parse_label(label)
    return range(first_month(index, grain), first_month(index + 1, grain))


def last_day(label: str) -> date:
    """Last day of a period."""
    return end_day(last_month(label), "month")


def last_ended(label: str, grain: Grain) -> int:
    """Index of the last period of a length that has ended when the named period ends."""
    return containing(last_month(label) + 1, grain) - 1


def distance(grain: Grain, base: str) -> int:
    """Periods between a period and its base; for a year both bases are the year before.

    Parameters
    ----------
    grain : {"month", "quarter", "half-year", "year"}
        Length of a period.
    base : {"previous", "year-ago"}
        The period just before, or the same period of last year.

    Raises
    ------
    InputError
        If the base is none of these.

    Examples
    --------
    >>> distance("quarter", "year-ago"), distance("year", "year-ago")
    (4, 1)
    """
    if base == "year-ago":
        return 12 // MONTHS[grain]
    if base == "previous":
        return 1
    raise InputError("the base of a comparison is year-ago or previous", value=base)


def is_to_date(label: str) -> bool:
    """Whether rows are complete for the first days of a period only.

    Examples
    --------
    >>> count_by(Calendar(complete_through=date(2024, 11, 30)))
    >>> is_to_date("2024Q4"), is_to_date("2024-11"), short_period("2024Q4")
    (True, False, 'Q4 2024 to date')
    >>> count_by(Calendar())
    """
    grain, index = parse_label(label)
    through = _calendar.complete_through
    return through is not None and first_day(index, grain) <= through < end_day(index, grain)


def begins_late(label: str) -> bool:
    """Whether rows are complete for the last days of a period only, since the firm began in it."""
    grain, index = parse_label(label)
    begun = _calendar.complete_from
    return begun is not None and first_day(index, grain) < begun <= end_day(index, grain)


def covered(index: int, grain: Grain) -> range:
    """Months of a period, without those before the firm began or after its rows end."""
    first, end = first_month(index, grain), first_month(index + 1, grain)
    begun, through = _calendar.complete_from, _calendar.complete_through
    if begun is not None and first < month_of(begun) < end:
        first = month_of(begun)
    if through is not None and first <= month_of(through) < end:
        end = month_of(through) + 1
    return range(first, end)


def ends_within_month() -> bool:
    """Whether rows are complete through a day that does not end its month."""
    day = _calendar.complete_through
    return day is not None and day != end_day(month_of(day), "month")


def year_before(day: date) -> date:
    """Return the same day of the year before; the end of a month for the end of a month.

    Examples
    --------
    >>> year_before(date(2024, 2, 29)), year_before(date(2025, 2, 28))
    (datetime.date(2023, 2, 28), datetime.date(2024, 2, 29))
    """
    last = end_day(month_of(day) - 12, "month")
    ends = day == end_day(month_of(day), "month")
    return last if ends else day.replace(year=day.year - 1)


def base_words(grain: Grain, base: str, period: str = "") -> str:
    """Name a base in prose: “the same quarter of last year”, “the quarter before”.

    A period that is reported to date, if it is given, is compared with the same days.
    """
    if (base == "year-ago" or grain == "year") and period and is_to_date(period):
        return tr("the same days of last year")
    if base == "previous" or grain == "year":
        return tr(f"the {grain} before")
    return tr(f"the same {grain} of last year")


def short_base(period: str, base: str) -> str:
    """Write what a period is compared with, as figures, captions and tables do.

    Examples
    --------
    >>> short_base("2024Q4", "year-ago")
    'Q4 2023'
    >>> count_by(Calendar(complete_through=date(2024, 11, 30)))
    >>> short_base("2024Q4", "year-ago")
    'Q4 2023 to 30 Nov'
    >>> count_by(Calendar())
    """
    grain, index = parse_label(period)
    text = short_period(period_label(index - distance(grain, base), grain))
    through = _calendar.complete_through
    if through is None or (base == "previous" and grain != "year") or not is_to_date(period):
        return text
    day = year_before(through)
    return tr("{period} to {day} {month:.3}", period=text, day=day.day, month=_month(day))


def short_period(label: str) -> str:
    """Write a period as figures, captions and tables do: ``Q2 2024``, ``H1 2023``, ``Feb 2024``.

    Examples
    --------
    >>> count_by(Calendar(year_starts=4, complete_from=date(2023, 5, 1)))
    >>> short_period("2024Q1"), short_period("2024"), short_period("2024-05")
    ('Q1 FY2024 from May', 'FY2024 from May', 'May 2024')
    >>> count_by(Calendar())
    """
    grain, index = parse_label(label)
    text = tr(GRAINS[grain].short, **_parts(index, grain))
    if begins_late(label) and _calendar.complete_from:
        text = tr("{period} from {month:.3}", period=text, month=_month(_calendar.complete_from))
    return tr("{period} to date", period=text) if is_to_date(label) else text


def short_year(year: str) -> str:
    """Write a year as :func:`short_period` does within a period."""
    return tr("FY{year}", year=year) if _lead("year") else year


def in_words(label: str) -> str:
    """Write a period as prose does.

    Examples
    --------
    >>> in_words("2024Q2"), in_words("2024-02")
    ('the second quarter of 2024', 'February 2024')
    """
    grain, index = parse_label(label)
    text = tr(GRAINS[grain].words, **_parts(index, grain))
    begun, through = _calendar.complete_from, _calendar.complete_through
    if begins_late(label) and begun:
        text = tr("{period} from {day} {month}", period=text, day=begun.day, month=_month(begun))
    if is_to_date(label) and through:
        words = {"period": text, "day": through.day, "month": _month(through)}
        text = tr("{period} to date (until {day} {month})", **words)
    return text


def readable(text: str) -> str:
    """Write the labels of periods in a text as readers know them: Q2 2024, H1 2023, Feb 2024.

    What stands between quotation marks or as code stays as it is.
    """
    return _LABEL_IN_TEXT.sub(lambda it: short_period(it[0]) if it["label"] else it[0], text)


def _parts(index: int, grain: Grain) -> dict[str, object]:
    """Return what the forms of a label are made of."""
    year, place = divmod(index, 12 // MONTHS[grain])
    nth = tr(_FIRST_TO_FOURTH[place]) if place < len(_FIRST_TO_FOURTH) else ""
    month = _month(date(year, place + 1, 1)) if grain == "month" else ""
    roman = ("I", "II", "III", "IV")[place % 4]
    named = str(year) if grain == "month" else short_year(str(year))
    return {"year": named, "part": place + 1, "month": month, "nth": nth, "roman": roman}


def _month(day: date) -> str:
    """Name the month of a day in the language in use."""
    return (MONTH_NAMES if language().code == "en" else language().months)[day.month - 1]
