"""What printed numbers can stand for, exactly.

Everything here is integers and :class:`fractions.Fraction`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor, isqrt

from analysis.base.numbers import Printed, parse
from analysis.base.text import Rounding, cell, round_digits


@dataclass(frozen=True)
class Interval:
    """An interval of exact numbers whose ends may be open, closed or missing.

    Parameters
    ----------
    low, high : Fraction or None
        The ends; None means that there is no bound on that side.
    low_closed, high_closed : bool
        Whether the end itself belongs to the interval.
    """

    low: Fraction | None
    high: Fraction | None
    low_closed: bool = True
    high_closed: bool = True

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, (int, Fraction)):
            raise TypeError(f"only exact numbers can be tested, not {type(value).__name__}")
        above = self.low is None or value > self.low or (self.low_closed and value == self.low)
        below = self.high is None or value < self.high or (self.high_closed and value == self.high)
        return above and below

    @property
    def ends(self) -> tuple[Fraction, Fraction]:
        """Return both ends; a ValueError if one is missing."""
        if self.low is None or self.high is None:
            raise ValueError("this interval has no bound on one side")
        return self.low, self.high

    @property
    def empty(self) -> bool:
        """Whether no number at all lies inside."""
        if self.low is None or self.high is None or self.low < self.high:
            return False
        return self.low > self.high or not (self.low_closed and self.high_closed)

    def times(self, factor: Fraction | int) -> Interval:
        """Return the interval of ``factor * x`` for every x inside (factor above zero)."""
        if factor <= 0:
            raise ValueError("an interval is stretched by a factor above zero only")
        low = None if self.low is None else self.low * factor
        high = None if self.high is None else self.high * factor
        return Interval(low, high, self.low_closed, self.high_closed)

    def plus(self, shift: Fraction | int) -> Interval:
        """Return the interval of ``x + shift`` for every x inside."""
        low = None if self.low is None else self.low + shift
        high = None if self.high is None else self.high + shift
        return Interval(low, high, self.low_closed, self.high_closed)

    def over(self, other: Interval) -> Interval:
        """Return the interval of ``x / y``, x >= 0 inside this one and y > 0 inside `other`.

        It has no bound where `other` comes near zero, or where a bound is missing.
        """
        low = Fraction(self.low, other.high) if self.low is not None and other.high else None
        high = Fraction(self.high, other.low) if self.high is not None and other.low else None
        low_closed = self.low_closed and other.high_closed
        return Interval(low, high, low_closed, self.high_closed and other.low_closed)

    def minus(self, other: Interval) -> Interval:
        """Return the interval of ``x - y``, x inside this one and y inside `other` (closed)."""
        low = None if self.low is None or other.high is None else self.low - other.high
        high = None if self.high is None or other.low is None else self.high - other.low
        return Interval(low, high)

    def root(self) -> Interval:
        """Return the shares whose square lies inside.

        An end that is no fraction is moved outwards by less than 10⁻²⁰: no share of fewer than
        10⁹ answers lies so close to it.
        """
        ends = [isqrt(int(max(end, Fraction(0)) * 10**40)) for end in self.ends]
        exact = [Fraction(n, 10**20) ** 2 == end for n, end in zip(ends, self.ends, strict=True)]
        return Interval(
            Fraction(ends[0], 10**20),
            Fraction(ends[1] + (not exact[1]), 10**20),
            self.low_closed or not exact[0],
            self.high_closed or not exact[1],
        )

    def meet(self, other: Interval) -> Interval:
        """Return the numbers that lie in both intervals (possibly none)."""
        both = (self, other)
        lows = [(one.low, not one.low_closed) for one in both if one.low is not None]
        highs = [(one.high, one.high_closed) for one in both if one.high is not None]
        low, low_open = max(lows, default=(None, False))
        high, high_closed = min(highs, default=(None, True))
        return Interval(low, high, not low_open, high_closed)

    def integers(self) -> range:
        """Return the integers inside, as a range (both ends must exist)."""
        low, high = self.ends
        first = ceil(low) if self.low_closed else floor(low) + 1
        stop = floor(high) + 1 if self.high_closed else ceil(high)
        return range(first, max(first, stop))

    def __str__(self) -> str:
        low = "-oo" if self.low is None else str(self.low)
        high = "oo" if self.high is None else str(self.high)
        left = "[" if self.low_closed and self.low is not None else "("
        right = "]" if self.high_closed and self.high is not None else ")"
        return f"{left}{low}, {high}{right}"


def shown_as(digits: int, rounding: Rounding) -> Interval:
    """Return every value that prints as a whole number under a rounding rule."""
    low, high, low_closed, high_closed = cell(digits, rounding)
    return Interval(Fraction(low, 10), Fraction(high, 10), low_closed, high_closed)


@lru_cache(maxsize=2**12)
def preimage(printed: str | Printed, rounding: Rounding = Rounding.HALF_UP) -> Interval:
    """Return every value that prints as this string under a rounding rule.

    Parameters
    ----------
    printed : str or Printed
        The printed number.
    rounding : Rounding
        The rule; `Rounding.HALF_EITHER` accepts both neighbours at a tie.

    Returns
    -------
    Interval
        Of true values: ``77.6%`` gives [0.7755, 0.7765) under half-up.

    Examples
    --------
    >>> str(preimage("77.6%")), str(preimage("5", Rounding.TRUNCATE))
    ('[1551/2000, 1553/2000)', '[5, 6)')
    """
    p = parse(printed) if isinstance(printed, str) else printed
    return shown_as(p.digits, rounding).times(p.unit)


def format_like(
    value: Fraction | int, printed: str | Printed, rounding: Rounding = Rounding.HALF_UP
) -> str:
    """Print an exact value in the form of a printed number: decimals, commas, sign, % sign.

    The result equals the printed string exactly when the value lies in its preimage; under
    `Rounding.HALF_EITHER` a tie therefore takes the side of the printed string.

    Parameters
    ----------
    value : Fraction or int
        The true value, a share where the model has a per cent sign (0.7768 for ``77.6%``).
    printed : str or Printed
        The model.
    rounding : Rounding
        The rule.

    Returns
    -------
    str

    Examples
    --------
    >>> format_like(Fraction(275, 354), "77.6%"), format_like(1234, "303,110")
    ('77.7%', '1,234')
    """
    model = parse(printed) if isinstance(printed, str) else printed
    if Fraction(value) in preimage(model, rounding):
        return model.text
    return model.written(round_digits(Fraction(value, model.unit), rounding))
