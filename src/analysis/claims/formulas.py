"""Printed formulas: read them from the page and apply them to numbers, exactly.

A formula is names joined by + - × ÷ and brackets, as in
``(P after - P before) ÷ P before × 100``. Reading it lets two places be compared on the same data,
and shows when the typesetting (or our text of it) has lost an operator.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from analysis.base.errors import InputError

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)\s*%?"
    r"|(?P<sign>[()+×÷/–−-]|x(?=[\s\d])|\*)"
    r"|(?P<name>[A-Za-z][A-Za-z_]*(?:\s+(?!x\b)[A-Za-z][A-Za-z_]*)*))\s*"
)
_SAME = {"–": "-", "−": "-", "/": "÷", "x": "×", "*": "×"}


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
        value, rest = _sum(self.tokens, {name.lower(): Fraction(x) for name, x in data.items()})
        if rest:
            raise InputError("the formula goes on after its end", value=self.text)
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


_Tokens = tuple[str, ...]


def _sum(tokens: _Tokens, data: Mapping[str, Fraction]) -> tuple[Fraction, _Tokens]:
    value, tokens = _product(tokens, data)
    while tokens and tokens[0] in "+-":
        term, rest = _product(tokens[1:], data)
        value = value + term if tokens[0] == "+" else value - term
        tokens = rest
    return value, tokens


def _product(tokens: _Tokens, data: Mapping[str, Fraction]) -> tuple[Fraction, _Tokens]:
    value, tokens = _atom(tokens, data)
    while tokens and tokens[0] in "×÷":
        factor, rest = _atom(tokens[1:], data)
        value = value * factor if tokens[0] == "×" else Fraction(value, factor)
        tokens = rest
    return value, tokens


def _atom(tokens: _Tokens, data: Mapping[str, Fraction]) -> tuple[Fraction, _Tokens]:
    if not tokens:
        raise InputError("the formula ends too early")
    head, rest = tokens[0], tokens[1:]
    if head == "(":
        value, rest = _sum(rest, data)
        if not rest or rest[0] != ")":
            raise InputError("a bracket is not closed")
        return value, rest[1:]
    if head[0].isdigit():
        return Fraction(head), rest
    if head not in data:
        raise InputError("no value is given for this name", value=head)
    return data[head], rest
