"""Numbers as texts print them: one grammar and one table of words, for every place that reads them.

A printed number is a string, never a float: ``77.6%`` and ``77.60%`` say different things. Signs,
brackets for a loss, thousands in groups, a decimal point or comma, per cent, percentage points and
words such as million are read; what can be read in two ways is refused until someone says which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from analysis.base.errors import InputError
from analysis.base.language import tr

SIZES: Mapping[int, tuple[str, ...]] = {
    10**3: ("thousand", "thousands", "k", "th", "tsd", "tausend", "mil", "miles", "tys"),
    10**6: ("million", "millions", "m", "mm", "mn", "mln", "mio", "mill", "millón", "millones"),
    10**9: ("billion", "billions", "b", "bn", "mrd", "mld", "milliarden", "mil millones"),
    10**12: ("trillion", "trillions", "tn", "billón", "billones"),
}
"""Words after a number, or at the begin of its unit, by what they multiply it with."""

PERCENT = ("%", "percent", "per cent", "pct", "por ciento", "prozent", "procent")
POINTS = ("percentage points", "percentage point", "pp", "p.p", "puntos porcentuales")
BARE_POINTS = ("points", "point", "puntos")
"""Percentage points where a change is meant; elsewhere points of a scale."""

_TIMES = {word: size for size, words in SIZES.items() for word in words}
_MONEY = ("money", "average")
_SPACE = "[ \u00a0\u2009\u202f]"
_MINUS = "−–‐‑-"


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_TAIL = (
    f"(?:(?P<percent>{_any_of(PERCENT)})|(?P<points>{_any_of((*POINTS, *BARE_POINTS))})"
    f"|(?P<word>{_any_of(_TIMES)}))"
)
_UNIT = re.compile(rf"{_TAIL}(?![^\W\d_])")
_NUMBER = re.compile(
    rf"(?P<open>\()?(?P<sign>[+{_MINUS}])?{_SPACE}?"
    rf"(?P<whole>(?!0[.,])\d{{1,3}}(?P<group>[.,'’]|{_SPACE})\d{{3}}(?:(?P=group)\d{{3}})*"
    r"|\d+|(?=[.,]\d))(?:(?P<mark>[.,])(?P<part>\d+))?"
    rf"(?P<after>(?P<soon>\))?{_SPACE}?(?:{_TAIL}\.?)?(?P<close>\))?{_SPACE}?%?)",
    re.ASCII,
)
_MARKS = {".": "point", ",": "comma"}
_OTHER = {".": ",", ",": "."}
_PARTS = ("whole", "group", "mark", "part")


@dataclass(frozen=True)
class Printed:
    """A number as it stands on the page.

    Parameters
    ----------
    text : str
        The string itself.
    number : Fraction
        What the digits say, before per cent and words are read: 77.6 for ``77.6%``.
    decimals : int
        Digits after the decimal sign; trailing zeros count.
    percent : bool
        Whether it is a percentage, or a number of percentage points.
    times : int
        What a word multiplies it with: a million for ``1.2 million``.
    points : bool
        Whether it counts percentage points.
    group, mark, minus, after : str
        How it is written: thousands, decimals, negative numbers, and what follows the digits.
    """

    text: str
    number: Fraction
    decimals: int
    percent: bool
    times: int = 1
    points: bool = False
    group: str = ","
    mark: str = "."
    minus: str = "-"
    after: str = ""

    @property
    def scale(self) -> Fraction:
        """What one unit of the digits is worth: 1/100 of a percentage, a million of millions."""
        return Fraction(self.times, 100 if self.percent else 1)

    @property
    def value(self) -> Fraction:
        """The value at face: 97/125 for ``77.6%``."""
        return self.number * self.scale

    @property
    def digits(self) -> int:
        """The number in units of its last printed digit: 776 for ``77.6%``."""
        return int(self.number.numerator * 10**self.decimals // self.number.denominator)

    @property
    def unit(self) -> Fraction:
        """One unit of the last printed digit, in the terms of `value`."""
        return Fraction(1, 10**self.decimals) * self.scale

    def written(self, digits: int) -> str:
        """Write so many units of the last printed digit in the form of this number."""
        whole, part = divmod(abs(digits), 10**self.decimals)
        bare = self.text.lstrip(f"+({_MINUS}").startswith(self.mark)
        text = "" if bare and whole == 0 else f"{whole:,}".replace(",", self.group)
        if self.decimals:
            text += f"{self.mark}{part:0{self.decimals}d}"
        if digits < 0 and self.minus == "(":
            return f"({text}){self.after.replace(')', '')}"
        sign = self.minus if digits < 0 else "+" if self.text.startswith("+") else ""
        return f"{sign}{text}{self.after.replace(')', '')}"


@lru_cache(maxsize=2**12)
def parse(text: str, decimal: str = "point", *, unit: str = "", kind: str = "") -> Printed:
    """Read a printed number such as ``77.6%``, ``−5.2 %``, ``(5.2)``, ``1.2 million`` or ``1 300``.

    Parameters
    ----------
    text : str
        The number with what is printed around it.
    decimal : {"point", "comma", ""}
        How to read what has two readings, such as ``303.110``; empty if nobody knows.
    unit : str
        The unit that is printed elsewhere: ``%``, ``points`` or ``million dollars``.
    kind : str
        Kind of quantity as in ``claims.csv``, if known: a count has no decimals, only a change is
        in points, and ``m`` is a million in amounts of money and a metre elsewhere.

    Returns
    -------
    Printed

    Raises
    ------
    InputError
        If the string is anything else, can be read in two ways, or contradicts its unit.

    Examples
    --------
    >>> parse("77.60%").value, parse("77.60%").decimals, parse("303,110").number
    (Fraction(97, 125), 2, Fraction(303110, 1))
    >>> parse("(1,2 Mio.)").value, parse("1.2", unit="million dollars").unit
    (Fraction(-1200000, 1), Fraction(100000, 1))
    """
    found = _NUMBER.fullmatch(text.strip().lower())
    if found is None or not _is_whole(found):
        fix = tr(
            "write digits with what is printed around them: 77.6%, −5.2 %, (5.2), 1.234,50, "
            "1 300 or 1.2 million; currency and other words belong into the unit"
        )
        raise InputError(tr("this is no printed number"), value=text, fix=fix)
    word, elsewhere = _times(found["word"]), _unit_of(unit, kind)
    if word > 1 and elsewhere[0] > 1 and word != elsewhere[0]:
        raise InputError(tr("number and unit multiply it differently"), value=f"{text}; {unit}")
    times = max(word, elsewhere[0])
    whole, group, mark, part = (found[name] or "" for name in _PARTS)
    if _has_two_readings(found):
        if not decimal and (kind != "count" or times > 1):
            raise _question(text, whole, group)
        if decimal and _MARKS[group] == decimal:
            (whole, part), mark, group = whole.split(group), group, ""
    digits = re.sub(r"\D", "", whole)
    negative = bool(found["open"]) or (found["sign"] or "+") in _MINUS
    size = Fraction(int(digits + part), 10 ** len(part))
    mark = mark or _OTHER.get(group, ".")
    points = bool(found["points"]) or elsewhere[2]
    return Printed(
        text.strip(),
        -size if negative else size,
        len(part),
        points or elsewhere[1] or bool(found["percent"]) or found["after"].endswith("%"),
        times,
        points,
        group or ("" if len(digits) > 3 else _OTHER[mark]),
        mark,
        "(" if found["open"] else found["sign"] if negative else "-",
        text.strip()[found.start("after") :],
    )


def bare(text: str, decimal: str = "") -> tuple[str, str, str]:
    """Read digits with signs between them and nothing else.

    Parameters
    ----------
    text : str
        The digits.
    decimal : {"point", "comma", ""}
        As :func:`parse` takes it.

    Returns
    -------
    digits : str
        With a decimal point; empty if it is no number, or has two readings.
    group : str
        The sign between thousands.
    mark : {"point", "comma", ""}
        The decimal sign that the digits show, by it or by the sign between thousands.

    Examples
    --------
    >>> bare("1.234,50"), bare("1.234", "comma"), bare("1.234"), bare("1.23.4")
    (('1234.50', '.', 'comma'), ('1234', '.', 'comma'), ('', '.', ''), ('', '', ''))
    """
    found = _NUMBER.fullmatch(text)
    if found is None or found["after"] or found["sign"] or not _is_whole(found):
        return "", "", ""
    whole, group, mark, part = (found[name] or "" for name in _PARTS)
    if _has_two_readings(found):
        if not decimal and not text.startswith("0"):
            return "", group, ""
        if _MARKS[group] == decimal or text.startswith("0"):
            (whole, part), mark, group = whole.split(group), group, ""
    digits = re.sub(r"\D", "", whole) or "0"
    shows = _MARKS.get(mark or _OTHER.get(group, ""), "")
    return f"{digits}.{part}" if part else digits, group, shows


def parse_percent(text: str | Printed) -> Printed:
    """Read a printed percentage whose % sign may stand elsewhere (a column head, say)."""
    printed = parse(text) if isinstance(text, str) else text
    return printed if printed.percent else replace(printed, percent=True)


def decimal_for(text: str, others: Iterable[str]) -> str:
    """Return the decimal sign that settles an ambiguous number by those printed beside it.

    Where they show one sign before decimals and never the other, the other one groups thousands;
    three decimals are never inferred.

    Examples
    --------
    >>> decimal_for("303,110", ["77.6%"]), decimal_for("303.110", ["77.6%"])
    ('point', '')
    """
    found = _NUMBER.fullmatch(text.strip().lower())
    if found is None or not _has_two_readings(found):
        return ""
    shown = {mark for other in others if (mark := _shown(other))}
    thousands = _MARKS[_OTHER[found["group"]]]
    return thousands if shown == {thousands} else ""


def is_ambiguous(text: str) -> bool:
    """Say whether a number may be one in thousands or one with three decimals."""
    found = _NUMBER.fullmatch(text.strip().lower())
    return found is not None and _has_two_readings(found)


def _shown(text: str) -> str:
    """Return the decimal sign that a number shows beyond doubt."""
    found = _NUMBER.fullmatch(text.strip().lower())
    if found is None or _has_two_readings(found):
        return ""
    sign = found["mark"] or _OTHER.get(found["group"] or "", "")
    return _MARKS[sign] if sign else ""


def _is_whole(found: re.Match[str]) -> bool:
    """Say whether brackets are closed and no sign does two things."""
    two_signs = found["open"] and found["sign"]
    twice = found["percent"] and found["after"].count("%") > 1
    once = not (found["group"] and found["group"] == found["mark"])
    closed = bool(found["soon"]) + bool(found["close"])
    return bool(found["open"]) == closed and once and not two_signs and not twice


def _has_two_readings(found: re.Match[str]) -> bool:
    group = found["group"]
    return bool(group) and group in ".," and not found["part"] and found["whole"].count(group) == 1


def _question(text: str, whole: str, group: str) -> InputError:
    before, after = whole.split(group)
    words = {"thousands": f"{before},{after}", "decimals": f"{before}.{after}"}
    rule = tr("this may be {thousands} in thousands or {decimals} with three decimals", **words)
    fix = tr(
        "write {first} into the column decimal if it is {thousands}, or {second} if it is "
        "{decimals}",
        first=_MARKS[_OTHER[group]],
        second=_MARKS[group],
        **words,
    )
    return InputError(rule, value=text, fix=fix)


def _times(word: str | None) -> int:
    return _TIMES[word] if word else 1


def _unit_of(unit: str, kind: str) -> tuple[int, bool, bool]:
    """Return what a unit multiplies with, and whether it means per cent, and points."""
    found = _UNIT.match(unit.strip().lower())
    if found is None:
        return 1, False, False
    short = len(found["word"] or "") in (1, 2) and kind not in _MONEY
    points = bool(found["points"]) and (found["points"] in POINTS or kind == "growth")
    return 1 if short else _times(found["word"]), bool(found["percent"]), points
