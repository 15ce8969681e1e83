"""Numbers and lists as tables and texts show them: exact rounding, half away from zero.

Most functions here take options and return a format, a function from a value to its text. A
value may be an int, a Fraction, a Decimal or a float; a float counts as the decimal it prints as.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor
from numbers import Integral, Real
from typing import Any

Format = Callable[[Any], str]

MINUS = "−"
MISSING = "–"


class Rounding(StrEnum):
    """How an author may have turned a value into the printed string.

    Ties follow the magnitude, as spreadsheets do: ``HALF_UP`` sends −2.5 to −3.
    ``HALF_EITHER`` is the rule for an unknown rule: at a tie both neighbours are accepted.
    """

    HALF_UP = "half-up"
    HALF_DOWN = "half-down"
    HALF_EVEN = "half-even"
    HALF_EITHER = "half-either"
    FLOOR = "floor"
    CEILING = "ceiling"
    TRUNCATE = "truncate"


def round_digits(value: Fraction | int, rounding: Rounding) -> int:
    """Round an exact value to an integer (`HALF_EITHER` goes away from zero at a tie)."""
    value = Fraction(value)
    if rounding is Rounding.FLOOR:
        return floor(value)
    if rounding is Rounding.CEILING:
        return ceil(value)
    sign = -1 if value < 0 else 1
    size = abs(value)
    whole = floor(size)
    rest = size - whole
    if rounding is Rounding.TRUNCATE:
        return sign * whole
    tie = rest == Fraction(1, 2)
    up = rest > Fraction(1, 2)
    if tie and rounding is Rounding.HALF_EVEN:
        up = whole % 2 == 1
    elif tie:
        up = rounding is not Rounding.HALF_DOWN
    return sign * (whole + up)


def decimal(
    places: int = 0, *, signed: bool = False, rounding: Rounding = Rounding.HALF_UP
) -> Format:
    """Format numbers with thousands separators: ``1,234.5``.

    Parameters
    ----------
    places : int
        Digits after the point.
    signed : bool
        Write ``+`` before positive numbers, for changes.
    rounding : Rounding
        The rule.
    """
    return lambda value: _text(exact(value), places, signed, rounding)


def outward(low: Any, high: Any, places: int = 0) -> tuple[str, str]:
    """Format both ends of a range, rounded outwards; "" stands for an end without a limit.

    Examples
    --------
    >>> outward(Fraction(2, 3), None, 1), outward_percent(Fraction(1, 3), Fraction(2, 3))
    (('0.6', ''), ('33.33%', '66.67%'))
    """
    below, above = (decimal(places, rounding=rule) for rule in (Rounding.FLOOR, Rounding.CEILING))
    return "" if low is None else below(low), "" if high is None else above(high)


def outward_percent(low: Any, high: Any) -> tuple[str, str]:
    """Format both ends of a range of shares in per cent with two decimals, rounded outwards."""
    below, above = outward(exact(low) * 100, exact(high) * 100, 2)
    return f"{below}%", f"{above}%"


def percent(
    places: int = 1, *, signed: bool = False, rounding: Rounding = Rounding.HALF_UP
) -> Format:
    """Format shares and growth rates, given as ratios: 0.229 is ``22.9%``."""
    return lambda value: _text(exact(value) * 100, places, signed, rounding) + "%"


def points(places: int = 1, *, signed: bool = True) -> Format:
    """Format differences of shares, given as ratios, in percentage points: ``+1.2 pp``."""
    return lambda value: _text(exact(value) * 100, places, signed) + " pp"


def money(places: int = 2, *, signed: bool = False) -> Format:
    """Format centimos as the currency's units: 30311000 is ``303,110.00``."""
    return lambda value: _text(exact(value) / 100, places, signed)


def exact(value: Any) -> Fraction:
    """Return a number as the fraction that it prints as."""
    if isinstance(value, Integral):
        return Fraction(int(value))
    if isinstance(value, Fraction | Decimal):
        return Fraction(value)
    return Fraction(repr(float(value)))


def plain(value: Any) -> str:
    """Format a value by its type alone; for columns without a format of their own."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Integral):
        return decimal()(value)
    if is_number(value):
        return decimal(2)(value)
    return str(value)


def is_number(value: object) -> bool:
    """Say whether a value is a number (a truth value is none)."""
    return isinstance(value, Real | Decimal) and not isinstance(value, bool)


def _text(value: Fraction, places: int, signed: bool, rounding: Rounding = Rounding.HALF_UP) -> str:
    digits = round_digits(value * 10**places, rounding)
    whole, rest = divmod(abs(digits), 10**places)
    sign = MINUS if digits < 0 else "+" if signed and digits > 0 else ""
    return f"{sign}{whole:,}" + (f".{rest:0{places}d}" if places else "")


def fixed(value: Fraction | None, places: int = 6) -> str:
    """Write an exact value for files that machines read: a fixed number of decimals, ties to even.

    Examples
    --------
    >>> fixed(Fraction(-2, 3)), fixed(Fraction(5, 2), 0), fixed(None)
    ('-0.666667', '2', '')
    """
    if value is None:
        return ""
    whole, part = divmod(abs(digits := round(value * 10**places)), 10**places)
    return f"{'-' if digits < 0 else ''}{whole}" + (f".{part:0{places}d}" if places else "")


def listed(items: Sequence[str], last: str = "and") -> str:
    """Join words as a sentence does.

    Examples
    --------
    >>> listed(["one", "two", "three"]), listed(["one"]), listed([])
    ('one, two and three', 'one', '')
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"
