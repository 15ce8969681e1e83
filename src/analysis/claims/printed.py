"""What printed numbers and formulas can stand for, exactly.

Everything here is integers and :class:`fractions.Fraction`. A formula is names joined by
+ - × ÷ and brackets; reading it shows when the typesetting has lost an operator.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, isqrt

from analysis.base.errors import InputError
from analysis.base.expression import evaluate
from analysis.base.expression import parse as parse_formula
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
        """Return the interval of ``x / y``, x inside this one and y inside `other` (both > 0)."""
        low, high = self.ends
        other_low, other_high = other.ends
        if low <= 0 or other_low <= 0:
            raise ValueError("quotients need intervals above zero")
        return Interval(
            Fraction(low, other_high),
            Fraction(high, other_low),
            self.low_closed and other.high_closed,
            self.high_closed and other.low_closed,
        )

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
        low, low_closed = _tighter(self.low, self.low_closed, other.low, other.low_closed, 1)
        high, high_closed = _tighter(self.high, self.high_closed, other.high, other.high_closed, -1)
        return Interval(low, high, low_closed, high_closed)

    def integers(self) -> range:
        """Return the integers inside, as a range (both ends must exist)."""
        low, high = self.ends
        first = ceil(low)
        last = floor(high)
        if not self.low_closed and first == low:
            first += 1
        if not self.high_closed and last == high:
            last -= 1
        return range(first, max(first, last + 1))

    def __str__(self) -> str:
        low = "-oo" if self.low is None else str(self.low)
        high = "oo" if self.high is None else str(self.high)
        left = "[" if self.low_closed and self.low is not None else "("
        right = "]" if self.high_closed and self.high is not None else ")"
        return f"{left}{low}, {high}{right}"


def _tighter(
    a: Fraction | None, a_closed: bool, b: Fraction | None, b_closed: bool, side: int
) -> tuple[Fraction | None, bool]:
    """Return the end that cuts deeper; side is 1 for lower ends and -1 for upper ends."""
    if a is None:
        return b, b_closed
    if b is None or side * a > side * b:
        return a, a_closed
    if a == b:
        return a, a_closed and b_closed
    return b, b_closed


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
    digits = p.number * 10**p.decimals  # an integer: the printed number in its last place
    return Interval(*cell(int(digits), rounding)).times(p.unit)


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


_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)\s*%?"
    r"|(?P<sign>[()+×÷/–−-]|x(?=[\s\d])|\*)"
    r"|(?P<name>[A-Za-z][A-Za-z_]*(?:\s+(?!x\b)[A-Za-z][A-Za-z_]*)*))\s*"
)
_SAME = {"–": "-", "−": "-", "/": "÷", "x": "×", "*": "×"}
_IN_PYTHON = {"÷": "/", "×": "*"}


@dataclass(frozen=True)
class Formula:
    """A formula that was read.

    Attributes
    ----------
    text : str
        As printed.
    tokens : tuple of str
        Numbers, operators and names, in order; names in lower case.
    """

    text: str
    tokens: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The quantities in it, in order of first appearance."""
        names = [t for t in self.tokens if t[0].isalpha()]
        return tuple(dict.fromkeys(names))

    def at(self, data: Mapping[str, int | Fraction]) -> Fraction:
        """Apply the formula; "× 100" at the end is part of it, so results are in per cent."""
        values = {name.lower(): Fraction(x) for name, x in data.items()}
        names = {name: f"name{i}" for i, name in enumerate(self.names)}
        for name in self.names:
            if name not in values:
                raise InputError("no value is given for this name", value=name)
        text = " ".join(names.get(token, _IN_PYTHON.get(token, token)) for token in self.tokens)
        formula = parse_formula(re.sub(r"(\d+)\.(\d+)", _decimal, text))
        value = evaluate(formula, {(names[name], "now"): values[name] for name in self.names})
        if value is None:
            raise InputError("a divisor is not above zero", value=self.text)
        return value

    @property
    def lost_operator(self) -> str | None:
        """Two names that stand side by side without an operator, if there are such.

        "Initial Operating Costs Initial Operating Costs" is one name printed twice: a fraction
        bar or a minus sign between them is gone.
        """
        for name in self.names:
            words = name.split()
            half, odd = divmod(len(words), 2)
            if not odd and words[:half] == words[half:]:
                return name
        return None


def read_formula(text: str) -> Formula:
    """Read a printed formula.

    Raises
    ------
    InputError
        If a character is neither name, number, operator nor bracket.

    Examples
    --------
    >>> read_formula("(P after - P before) ÷ P before × 100").at({"p after": 111, "p before": 100})
    Fraction(11, 1)
    """
    tokens, position = [], 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.end() == position:
            raise InputError("this is no formula of names, numbers and + - × ÷ ( )", value=text)
        token = match["number"] or match["sign"] or " ".join(match["name"].lower().split())
        tokens.append(_SAME.get(token, token))
        position = match.end()
    return Formula(text, tuple(tokens))


def _decimal(found: re.Match[str]) -> str:
    """Write a decimal number as a quotient of whole ones."""
    return f"({int(found[1] + found[2])} / {10 ** len(found[2])})"
