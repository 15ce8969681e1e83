"""Calendar periods as whole numbers: a quarter is ``4 * year + (quarter - 1)``.

Neighbouring quarters differ by one and the same quarter of last year by four, so that every
comparison is a subtraction and a missing quarter stays missing.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from analysis.errors import InputError

_QUARTER = re.compile(r"(\d{4})Q([1-4])")
_HALF = re.compile(r"(\d{4})H([12])")
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


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
            "a quarter is written as year, Q and a digit from 1 to 4",
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
            "a month is written as year, hyphen and two digits", value=label, fix="write 2024-05"
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
