"""Comparisons that sentences turn into: ``K3[q] < K2[q]``, ``trend(K13) < 0``, ``K25[1] > 2``.

Both sides are formulas of :mod:`analysis.base.expression`. Names are indicators (K1 to K25, CF),
columns of the statements or ``days``, each followed by its quarter in brackets: 1 to 4, or q and
q-1 where the row lists quarters. ``trend(X)`` has the sign of the least-squares slope of X over
the four quarters. Comparisons are joined by semicolons. Exact numbers and linear expressions are
put into the same formulas.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial, reduce
from typing import Any, Final

from analysis.base.errors import InputError
from analysis.base.expression import (
    Expression,
    Index,
    Measure,
    Number,
    fold,
    leaves,
    number,
    operate,
    parse,
    retime,
)
from analysis.base.periods import quarter_days
from analysis.claims.printed import Interval
from analysis.claims.solver.system import Claim, Linear, at_least
from analysis.efficiency.quarterly_statements import AMOUNTS, CASH_FLOWS, Book
from analysis.efficiency.ratios import compute, indicator

QUARTERS: Final = (1, 2, 3, 4)
_SLOPE: Final = {1: -3, 2: -1, 3: 1, 4: 3}
"""Weights of the least-squares slope over four equal steps, times a positive number."""

_ZERO = Fraction(0)


@dataclass(frozen=True)
class _Relation:
    """What a sign of comparison means: on numbers, where left − right lies, and its opposites."""

    holds: Callable[[Any, Any], bool]
    inside: Interval
    opposites: tuple[str, ...]


_RELATIONS: Final = {
    "<": _Relation(operator.lt, Interval(None, _ZERO, True, False), (">=",)),
    "<=": _Relation(operator.le, Interval(None, _ZERO), (">",)),
    ">": _Relation(operator.gt, Interval(_ZERO, None, False), ("<=",)),
    ">=": _Relation(operator.ge, Interval(_ZERO, None), ("<",)),
    "=": _Relation(operator.eq, Interval(_ZERO, _ZERO), ("<", ">")),
}


class NonlinearError(Exception):
    """The comparison multiplies or divides unknown quantities."""


class UndefinedRatioError(Exception):
    """A ratio in the comparison has a zero or negative denominator."""


@dataclass(frozen=True)
class Comparison:
    """One comparison with its quarter filled in.

    Attributes
    ----------
    text : str
        As it reads, such as ``K3[1] < K2[1]``.
    left, right : Expression
        The two sides.
    relation : str
        ``<``, ``<=``, ``>``, ``>=`` or ``=``.
    """

    text: str
    left: Expression
    right: Expression
    relation: str

    def holds(self, lookup: Callable[[str, int], Fraction]) -> bool:
        """Check the comparison on exact numbers."""
        left, right = (_value(side, lookup, Fraction) for side in (self.left, self.right))
        return _RELATIONS[self.relation].holds(left, right)

    def left_value(self, lookup: Callable[[str, int], Fraction]) -> Fraction:
        """Return the left side as an exact number."""
        return Fraction(_value(self.left, lookup, Fraction))

    def left_side(self, lookup: Callable[[str, int], Quotient]) -> Quotient:
        """Return the left side as a linear expression over another one."""
        made: Quotient = _value(self.left, lookup, _constant)
        return made

    def opposites(self) -> tuple[Comparison, ...]:
        """Return the comparisons of which one holds where this one does not."""
        return tuple(replace(self, relation=sign) for sign in _RELATIONS[self.relation].opposites)

    def claims(self, tag: str, lookup: Callable[[str, int], Quotient]) -> tuple[Claim, ...]:
        """Return the comparison as linear claims, its denominators above zero.

        Raises
        ------
        NonlinearError
            If it is not linear in the unknown quantities.
        """
        left, right = (_value(side, lookup, _constant) for side in (self.left, self.right))
        difference = left.minus_times_denominators(right)
        claim = Claim(tag, difference, _RELATIONS[self.relation].inside)
        below = [side.below for side in (left, right) if not is_constant(side.below)]
        return (claim, *(at_least(tag, denominator, 1) for denominator in dict.fromkeys(below)))


def comparisons(formula: str, quarters: Sequence[int] = ()) -> tuple[Comparison, ...]:
    """Read comparisons and fill in the quarters that q stands for.

    Raises
    ------
    InputError
        If a part is no comparison, a name is unknown or a quarter does not exist.

    Examples
    --------
    >>> [part.text for part in comparisons("K3[q] > K3[q-1]; K25[1] > 2", [2, 3])]
    ['K3[2] > K3[1]', 'K3[3] > K3[2]', 'K25[1] > 2']
    """
    parts = filter(None, (text.strip() for text in formula.split(";")))
    return tuple(made for part in parts for made in _expanded(part, quarters))


def _expanded(part: str, quarters: Sequence[int]) -> Iterator[Comparison]:
    pieces = re.split(r"(<=|>=|<|>|=)", part)
    if len(pieces) != 3:
        rule = "a formula has exactly one comparison by <, <=, >, >= or =, such as K3[q] > 0"
        raise InputError(rule, value=part)
    left, right = (parse(side, {"trend": _slope}) for side in (pieces[0], pieces[2]))
    times = {getattr(leaf, "when", "") for side in (left, right) for leaf in leaves(side)}
    per_quarter = bool(times & {"q", "q - 1"})
    if per_quarter and not quarters:
        raise InputError("a formula with q needs the quarters that q stands for", value=part)
    for quarter in quarters if per_quarter else (None,):
        text, filled = part, dict[str, str]()
        if quarter is not None:
            text = part.replace("[q-1]", f"[{quarter - 1}]").replace("[q]", f"[{quarter}]")
            filled = {"q": str(quarter), "q - 1": str(quarter - 1)}
        sides = [retime(side, partial(_filled, filled)) for side in (left, right)]
        for side in sides:
            _check_names(side)
        yield Comparison(text, sides[0], sides[1], pieces[1])


def _filled(filled: Mapping[str, str], time: str) -> str:
    return filled.get(time, time)


def _slope(level: Expression) -> Expression:
    (leaf,) = leaves(level)
    terms = (number(w) * Measure(leaf.name, str(q)) for q, w in _SLOPE.items())
    return reduce(operator.add, terms)


def _check_names(formula: Expression) -> None:
    for leaf in leaves(formula):
        when = leaf.when if isinstance(leaf, Measure) else ""
        if when not in map(str, QUARTERS):
            value = f"{leaf.name}[{when}]"
            raise InputError("a quarter in brackets is 1 to 4, q or q-1", value=value)
        if leaf.name not in AMOUNTS and leaf.name != "days":
            try:
                indicator(leaf.name)
            except KeyError as error:
                raise InputError(
                    "no indicator or column of this name", value=leaf.name, fix="see the catalogue"
                ) from error


def _value(
    formula: Expression, lookup: Callable[[str, int], Any], constant: Callable[[Fraction], Any]
) -> Any:
    def leaf(part: Expression) -> Any:
        if isinstance(part, Number):
            return constant(part.value)
        assert isinstance(part, Measure | Index)
        when = part.when if isinstance(part, Measure) else "now"
        return lookup(part.name, int(when) if when.isdigit() else 0)

    return fold(formula, leaf, operate)


def is_constant(expression: Linear) -> bool:
    """Say whether no unknown quantity is left in an expression."""
    return not any(times for _, times in expression.terms)


def _product(left: Linear, right: Linear) -> Linear:
    if is_constant(left):
        return right * left.constant
    if is_constant(right):
        return left * right.constant
    raise NonlinearError


@dataclass(frozen=True)
class Quotient:
    """A linear expression over another one that is above zero."""

    above: Linear
    below: Linear = Linear((), Fraction(1))  # noqa: RUF009 - frozen, so it may be shared

    def __add__(self, other: Quotient) -> Quotient:
        if self.below == other.below:
            return Quotient(self.above + other.above, self.below)
        above = _product(self.above, other.below) + _product(other.above, self.below)
        return Quotient(above, _product(self.below, other.below))

    def __sub__(self, other: Quotient) -> Quotient:
        return self + Quotient(other.above * -1, other.below)

    def __mul__(self, other: Quotient) -> Quotient:
        return Quotient(_product(self.above, other.above), _product(self.below, other.below))

    def __truediv__(self, other: Quotient) -> Quotient:
        return Quotient(_product(self.above, other.below), _product(self.below, other.above))

    def minus_times_denominators(self, other: Quotient) -> Linear:
        """Return self − other times both denominators, which has the same sign."""
        if self.below == other.below:
            return self.above - other.above
        return _product(self.above, other.below) - _product(other.above, self.below)


def _constant(value: Fraction) -> Quotient:
    return Quotient(Linear((), value))


def exact_lookup(statements: Book, first: int) -> Callable[[str, int], Fraction]:
    """Look names up in a company's statements; quarter 1 is the index `first`.

    The lookup raises `UndefinedRatioError` where an indicator has no value.
    """

    def lookup(name: str, number: int) -> Fraction:
        quarter = first + number - 1
        if name == "days":
            return Fraction(quarter_days(quarter))
        if name in AMOUNTS:
            return Fraction(statements[quarter][name])
        result = compute(indicator(name), statements, quarter)
        if result.value is None:
            raise UndefinedRatioError(f"{name}, quarter {number}: {result.reason}")
        return result.value

    return lookup


def linear_lookup(
    first: int, known: dict[tuple[str, int], int] | None = None
) -> Callable[[str, int], Quotient]:
    """Look names up as expressions over unknown quantities such as ``sales_1``.

    Parameters
    ----------
    first : int
        Index of quarter 1, for the days of a quarter.
    known : dict, optional
        Amounts by (column or level, quarter) that are fixed numbers.
    """
    fixed, one = known or {}, Fraction(1)

    def lookup(name: str, number: int) -> Quotient:
        if (name, number) in fixed:
            return _constant(Fraction(fixed[name, number]))
        if name == "days":
            return _constant(Fraction(quarter_days(first + number - 1)))
        if name in CASH_FLOWS:
            return Quotient(Linear(((f"{name}_in_{number}", one), (f"{name}_out_{number}", -one))))
        if name in AMOUNTS:
            return Quotient(Linear(((f"{name}_{number}", one),)))
        if name in ("tax", "rate"):
            raise NonlinearError
        formula = indicator(name).expression
        made: Quotient = _value(formula, lambda part, _: lookup(part, number), _constant)
        return made

    return lookup
