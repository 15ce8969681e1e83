"""Calendar periods as whole numbers: a quarter is ``4 * year + (quarter - 1)``.

One table, `GRAINS`, says how long a period is and how it is written; months, half-years and years
are counted as quarters are. Neighbouring periods differ by one, so that every comparison is a
subtraction and a missing period stays missing. To add a grain, add its name to `Grain` and a row to
the table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from analysis.base.errors import InputError
from analysis.base.language import language, tr

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


_FIRST_TO_FOURTH = ("first", "second", "third", "fourth")

GRAINS: Mapping[Grain, _Form] = {
    "month": _Form(
        months=1,
        label="{year}-{part:02d}",
        part="-(0[1-9]|1[0-2])",
        rule=", hyphen and two digits",
        example="2024-05",
        short="{month:.3} {year}",
        words="{month} {year}",
        often="monthly",
    ),
    "quarter": _Form(
        months=3,
        label="{year}Q{part}",
        part="Q([1-4])",
        rule=", Q and a digit from 1 to 4",
        example="2024Q2",
        short="Q{part} {year}",
        words="the {nth} quarter of {year}",
        often="quarterly",
    ),
    "half-year": _Form(
        months=6,
        label="{year}H{part}",
        part="H([12])",
        rule=", H and 1 or 2",
        example="2024H1",
        short="H{part} {year}",
        words="the {nth} half of {year}",
        often="half-yearly",
    ),
    "year": _Form(
        months=12,
        label="{year}",
        part="()",
        rule="",
        example="2024",
        short="{year}",
        words="the year {year}",
        often="yearly",
    ),
}
"""Every grain, from the shortest to the longest."""

MONTHS: Mapping[Grain, int] = {grain: form.months for grain, form in GRAINS.items()}
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
"""In English; those of other languages come from CLDR, never from the locale of the machine."""

_YEAR = r"((?:19|20|21)\d\d)"  # those that days of rows may have
_PATTERNS = {grain: re.compile(f"{_YEAR}{form.part}", re.ASCII) for grain, form in GRAINS.items()}
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
        raise InputError(
            f"a {grain} is written as a year from 1900 to 2199{form.rule}",
            value=label,
            fix=f"write it like {form.example}",
        )
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
    forms = [f"{form.example} (a {grain})" for grain, form in GRAINS.items()]
    raise InputError(
        f"a period is written like {', '.join(forms[:-1])} or {forms[-1]}, "
        "its year from 1900 to 2199",
        value=label,
    )


def period_label(index: int, grain: Grain) -> str:
    """Label of a period.

    Examples
    --------
    >>> period_label(parse("2023-12", "month") + 1, "month")
    '2024-01'
    """
    return GRAINS[grain].label.format(**_parts(index, grain))


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
    """Quarter indices of a quarter, a half-year, or several joined by ``+``.

    Examples
    --------
    >>> [quarter_label(index) for index in parse_period("2023H1+2024Q2")]
    ['2023Q1', '2023Q2', '2024Q2']
    """
    quarters: list[int] = []
    for part in label.split("+"):
        if _PATTERNS["half-year"].fullmatch(part):
            first = 2 * parse(part, "half-year")
            quarters += [first, first + 1]
        else:
            quarters.append(parse_quarter(part))
    return tuple(quarters)


def first_day(index: int, grain: Grain) -> date:
    """First day of a period."""
    year, month = divmod(index * MONTHS[grain], 12)
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
    return 4 * day.year + (day.month - 1) // 3


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
    return range(index * MONTHS[grain], (index + 1) * MONTHS[grain])


def last_day(label: str) -> date:
    """Last day of a period."""
    return end_day(last_month(label), "month")


def last_ended(label: str, grain: Grain) -> int:
    """Index of the last period of a length that has ended when the named period ends."""
    return (last_month(label) + 1) // MONTHS[grain] - 1


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


def base_words(grain: Grain, base: str) -> str:
    """Name a base in prose: “the same quarter of last year”, “the quarter before”."""
    if base == "previous" or grain == "year":
        return tr(f"the {grain} before")
    return tr(f"the same {grain} of last year")


def short_period(label: str) -> str:
    """Write a period as figures, captions and tables do: ``Q2 2024``, ``H1 2023``, ``Feb 2024``."""
    grain, index = parse_label(label)
    return tr(GRAINS[grain].short, **_parts(index, grain))


def in_words(label: str) -> str:
    """Write a period as prose does.

    Examples
    --------
    >>> in_words("2024Q2"), in_words("2024-02")
    ('the second quarter of 2024', 'February 2024')
    """
    grain, index = parse_label(label)
    return tr(GRAINS[grain].words, **_parts(index, grain))


def readable(text: str) -> str:
    """Write the labels of periods in a text as readers know them: Q2 2024, H1 2023, Feb 2024.

    What stands between quotation marks or as code stays as it is.
    """
    return _LABEL_IN_TEXT.sub(lambda it: short_period(it[0]) if it["label"] else it[0], text)


def _parts(index: int, grain: Grain) -> dict[str, object]:
    """Return what the forms of a label are made of."""
    year, place = divmod(index, 12 // MONTHS[grain])
    nth = tr(_FIRST_TO_FOURTH[place]) if place < len(_FIRST_TO_FOURTH) else ""
    month = (MONTH_NAMES if language().code == "en" else language().months)[place]
    roman = ("I", "II", "III", "IV")[place % 4]
    return {"year": year, "part": place + 1, "month": month, "nth": nth, "roman": roman}
