"""Calendar periods as whole numbers: a quarter is ``4 * year + (quarter - 1)``.

Neighbouring quarters differ by one and the same quarter of last year by four, so that every
comparison is a subtraction and a missing quarter stays missing.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Literal

from analysis.base.errors import InputError

Grain = Literal["month", "quarter", "half-year"]
"""Length of a period."""

MONTHS: dict[Grain, int] = {"month": 1, "quarter": 3, "half-year": 6}
"""Months in a period."""

MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
"""In English whatever the locale, which strftime would follow."""

_YEAR = r"((?:19|20|21)\d\d)"  # those that days of rows may have
_QUARTER = re.compile(rf"{_YEAR}Q([1-4])", re.ASCII)
_HALF = re.compile(rf"{_YEAR}H([12])", re.ASCII)
_MONTH = re.compile(rf"{_YEAR}-(0[1-9]|1[0-2])", re.ASCII)
_QUOTED = "“[^”]*”|`[^`]*`"
_LABEL_IN_TEXT = re.compile(
    rf"{_QUOTED}|(?<![\w-])(?P<label>{_YEAR}(?:Q[1-4]|H[12]|-(?:0[1-9]|1[0-2])))(?![\w-])", re.ASCII
)


def parse_quarter(label: str) -> int:
    """Quarter index of a label such as ``2024Q2``.

    Raises
    ------
    InputError
        If the label has another form.
    """
    match = _QUARTER.fullmatch(label)
    if match is None:
        raise InputError(
            "a quarter is written as a year from 1900 to 2199, Q and a digit from 1 to 4",
            value=label,
            fix="write it like 2024Q2",
        )
    return 4 * int(match[1]) + int(match[2]) - 1


def quarter_label(index: int) -> str:
    """Label such as ``2024Q2`` of a quarter index."""
    return f"{index // 4}Q{index % 4 + 1}"


def parse_period(label: str) -> tuple[int, ...]:
    """Quarter indices of a quarter, a half-year, or several joined by ``+``.

    ``2024Q2`` is one quarter, ``2024H1`` two, ``2023H1+2024H1`` four.
    """
    quarters: list[int] = []
    for part in label.split("+"):
        half = _HALF.fullmatch(part)
        if half is None:
            quarters.append(parse_quarter(part))
        else:
            first = 4 * int(half[1]) + 2 * (int(half[2]) - 1)
            quarters += [first, first + 1]
    return tuple(quarters)


def parse_half_year(label: str) -> int:
    """Half-year index, ``2 * year + (half - 1)``, of a label such as ``2024H1``.

    Raises
    ------
    InputError
        If the label has another form.
    """
    match = _HALF.fullmatch(label)
    if match is None:
        raise InputError(
            "a half-year is written as a year from 1900 to 2199, H and 1 or 2",
            value=label,
            fix="write it like 2024H1",
        )
    return 2 * int(match[1]) + int(match[2]) - 1


def half_year_label(index: int) -> str:
    """Label such as ``2024H1`` of the half-year in which a quarter lies."""
    return f"{index // 4}H{index % 4 // 2 + 1}"


def quarter_of(day: date) -> int:
    """Quarter index of a calendar day."""
    return 4 * day.year + (day.month - 1) // 3


def quarter_start(index: int) -> date:
    """First day of a quarter."""
    return date(index // 4, 3 * (index % 4) + 1, 1)


def quarter_end(index: int) -> date:
    """Last day of a quarter."""
    return quarter_start(index + 1) - timedelta(days=1)


def quarter_days(index: int) -> int:
    """Length of a quarter in days (90 to 92)."""
    return (quarter_start(index + 1) - quarter_start(index)).days


def previous_quarter(index: int) -> int:
    """Quarter before."""
    return index - 1


def year_ago(index: int) -> int:
    """Quarter of the year before that bears the same number."""
    return index - 4


def parse_month(label: str) -> int:
    """Month index, ``12 * year + (month - 1)``, of a label such as ``2024-05``.

    Raises
    ------
    InputError
        If the label has another form.
    """
    match = _MONTH.fullmatch(label)
    if match is None:
        raise InputError(
            "a month is written as a year from 1900 to 2199, hyphen and two digits",
            value=label,
            fix="write 2024-05",
        )
    return 12 * int(match[1]) + int(match[2]) - 1


def month_label(index: int) -> str:
    """Label such as ``2024-05`` of a month index."""
    return f"{index // 12}-{index % 12 + 1:02d}"


def month_start(index: int) -> date:
    """First day of a month."""
    return date(index // 12, index % 12 + 1, 1)


def month_end(index: int) -> date:
    """Last day of a month."""
    return month_start(index + 1) - timedelta(days=1)


def parse_label(label: str) -> tuple[Grain, int]:
    """Length and index of a period named like ``2024-05``, ``2024Q2`` or ``2024H1``.

    Raises
    ------
    InputError
        If the label has another form.
    """
    if _HALF.fullmatch(label):
        return "half-year", parse_half_year(label)
    return ("month", parse_month(label)) if "-" in label else ("quarter", parse_quarter(label))


def period_label(index: int, grain: Grain) -> str:
    """Label of a period; its index is the month index divided by the months in it."""
    if grain == "month":
        return month_label(index)
    return quarter_label(index) if grain == "quarter" else half_year_label(2 * index)


def last_month(label: str) -> int:
    """Month index of the last month of a month, quarter or half-year."""
    grain, index = parse_label(label)
    return (index + 1) * MONTHS[grain] - 1


def last_day(label: str) -> date:
    """Last day of a month, quarter or half-year."""
    return month_end(last_month(label))


def last_ended(label: str, grain: Grain) -> int:
    """Index of the last period of a length that has ended when the named period ends."""
    return (last_month(label) + 1) // MONTHS[grain] - 1


def distance(grain: Grain, base: str) -> int:
    """Periods between a period and its base.

    Parameters
    ----------
    grain : {"month", "quarter", "half-year"}
        Length of a period.
    base : {"previous", "year-ago"}
        The period just before, or the same period of last year.

    Raises
    ------
    InputError
        If the base is none of these.
    """
    if base == "year-ago":
        return 12 // MONTHS[grain]
    if base == "previous":
        return 1
    raise InputError("the base of a comparison is year-ago or previous", value=base)


def base_words(grain: Grain, base: str) -> str:
    """Name a base in prose: “the same quarter of last year”, “the quarter before”."""
    return f"the {grain} before" if base == "previous" else f"the same {grain} of last year"


def short_period(label: str) -> str:
    """Write a period as figures, captions and tables do: ``Q2 2024``, ``H1 2023``, ``Feb 2024``."""
    grain, index = parse_label(label)
    if grain == "month":
        return f"{MONTH_NAMES[index % 12][:3]} {index // 12}"
    return f"{label[4:]} {label[:4]}"


def readable(text: str) -> str:
    """Write the labels of periods in a text as readers know them: Q2 2024, H1 2023, Feb 2024.

    What stands between quotation marks or as code stays as it is.
    """
    return _LABEL_IN_TEXT.sub(lambda it: short_period(it[0]) if it["label"] else it[0], text)


def in_words(label: str) -> str:
    """Write a month, quarter or half-year as prose does: “the second quarter of 2024”."""
    grain, index = parse_label(label)
    if grain == "month":
        return f"{MONTH_NAMES[index % 12]} {index // 12}"
    year, number = divmod(index, 12 // MONTHS[grain])
    half = "half" if grain == "half-year" else grain
    return f"the {('first', 'second', 'third', 'fourth')[number]} {half} of {year}"
