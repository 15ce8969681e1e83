"""Formulas that sentences turn into: ``K3[q] < K2[q]``, ``trend(K13) < 0``, ``K25[1] > 2``.

A formula is one or more comparisons joined by semicolons. Names are indicators (K1 to K25, CF),
columns of the statements or ``days``, each followed by its quarter in brackets: 1 to 4, or q and
q-1 where the row lists quarters. ``trend(X)`` has the sign of the least-squares slope of X over
the four quarters. One evaluator serves exact numbers and linear expressions alike.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

from analysis.base.errors import InputError
from analysis.base.periods import quarter_days
from analysis.claims.printed import Interval
from analysis.claims.system import Claim, Linear, at_least
from analysis.efficiency.quarterly_statements import AMOUNTS, CASH_FLOWS, Book
from analysis.efficiency.ratios import LADDER, LEVELS, compute, indicator

Lookup = Callable[[str, int], Any]
"""From a name and a quarter (1 to 4) to a number, or to a linear expression."""

QUARTERS: Final = (1, 2, 3, 4)
_SLOPE: Final = {1: -3, 2: -1, 3: 1, 4: 3}
"""Weights of the least-squares slope over four equal steps, times a positive number."""

_OPERATORS: Final[dict[type[ast.AST], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_COMPARISONS: Final[dict[type[ast.AST], str]] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "=",
}
_HOLDS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}
_ZERO = Fraction(0)
_INSIDE: Final = {
    "<": Interval(None, _ZERO, True, False),
    "<=": Interval(None, _ZERO),
    ">": Interval(_ZERO, None, False),
    ">=": Interval(_ZERO, None),
    "=": Interval(_ZERO, _ZERO),
}
"""Where left − right lies."""
_OPPOSITES: Final = {"<": (">=",), "<=": (">",), ">": ("<=",), ">=": ("<",), "=": ("<", ">")}


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
    left, right : ast.expr
        The two sides.
    relation : str
        ``<``, ``<=``, ``>``, ``>=`` or ``=``.
    quarter : int or None
        What q stands for.
    """

    text: str
    left: ast.expr
    right: ast.expr
    relation: str
    quarter: int | None

    def holds(self, lookup: Lookup) -> bool:
        """Check the comparison on exact numbers."""
        left, right = (_value(side, self.quarter, lookup) for side in (self.left, self.right))
        return _HOLDS[self.relation](left, right)

    def left_value(self, lookup: Lookup) -> Fraction:
        """Return the left side as an exact number."""
        return Fraction(_value(self.left, self.quarter, lookup))

    def left_side(self, lookup: Lookup) -> Quotient:
        """Return the left side as a linear expression over another one."""
        return _quotient(_value(self.left, self.quarter, lookup))

    def opposites(self) -> tuple[Comparison, ...]:
        """Return the comparisons of which one holds where this one does not."""
        return tuple(replace(self, relation=relation) for relation in _OPPOSITES[self.relation])

    def claims(self, tag: str, lookup: Lookup) -> tuple[Claim, ...]:
        """Return the comparison as linear claims, its denominators above zero.

        Raises
        ------
        NonlinearError
            If it is not linear in the unknown quantities.
        """
        left, right = (_quotient(_value(s, self.quarter, lookup)) for s in (self.left, self.right))
        claim = Claim(tag, left.minus_times_denominators(right), _INSIDE[self.relation])
        below = [side.below for side in (left, right) if not is_constant(side.below)]
        return (claim, *(at_least(tag, denominator, 1) for denominator in dict.fromkeys(below)))


def comparisons(formula: str, quarters: Sequence[int] = ()) -> tuple[Comparison, ...]:
    """Parse a formula and fill in the quarters that q stands for.

    Raises
    ------
    InputError
        If a part is no comparison, a name is unknown or a quarter does not exist.
    """
    made = []
    for part in filter(None, (text.strip() for text in formula.split(";"))):
        made += list(_expanded(part, quarters))
    return tuple(made)


def _expanded(part: str, quarters: Sequence[int]) -> Iterator[Comparison]:
    try:
        node = ast.parse(part.replace(" = ", " == "), mode="eval").body
    except SyntaxError as error:
        raise InputError("a formula is a comparison such as K3[q] > 0", value=part) from error
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        raise InputError("a formula has exactly one comparison", value=part)
    relation = _COMPARISONS.get(type(node.ops[0]))
    if relation is None:
        raise InputError("a comparison is one of <, <=, >, >=, =", value=part)
    per_quarter = any(isinstance(n, ast.Name) and n.id == "q" for n in ast.walk(node))
    if per_quarter and not quarters:
        raise InputError("a formula with q needs the quarters that q stands for", value=part)
    for quarter in quarters if per_quarter else (None,):
        text = part if quarter is None else part.replace("[q-1]", f"[{quarter - 1}]")
        text = text if quarter is None else text.replace("[q]", f"[{quarter}]")
        made = Comparison(text, node.left, node.comparators[0], relation, quarter)
        for side in (made.left, made.right):
            _value(side, quarter, _known_name)
        yield made


class _Anything:
    """Stands in for every value while a formula is read, so that wrong names show at once."""

    def _same(self, _: object) -> _Anything:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _same
    __truediv__ = __rtruediv__ = _same


def _known_name(name: str, quarter: int) -> _Anything:
    if quarter not in QUARTERS:
        raise InputError("quarters are numbered from 1 to 4", value=f"{name}[{quarter}]")
    if name not in AMOUNTS and name != "days":
        try:
            indicator(name)
        except KeyError as error:
            raise InputError(
                "no indicator or column of this name", value=name, fix="see the catalogue"
            ) from error
    return _Anything()


def _value(node: ast.expr, quarter: int | None, lookup: Lookup) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return Fraction(node.value)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = (_value(side, quarter, lookup) for side in (node.left, node.right))
        return _OPERATORS[type(node.op)](left, right)
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        return lookup(node.value.id, _quarter(node.slice, quarter))
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "trend" and len(node.args) == 1:
        name = ast.unparse(node.args[0])
        return sum((lookup(name, q) * Fraction(w) for q, w in _SLOPE.items()), Fraction(0))
    raise InputError("not understood in a formula", value=ast.unparse(node))


def _quarter(node: ast.expr, quarter: int | None) -> int:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    text = ast.unparse(node)
    if quarter is not None and text in ("q", "q - 1"):
        return quarter - (text == "q - 1")
    raise InputError("a quarter is 1 to 4, q or q-1", value=text)


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

    def __add__(self, other: Quotient | Fraction) -> Quotient:
        right = _quotient(other)
        if self.below == right.below:
            return Quotient(self.above + right.above, self.below)
        above = _product(self.above, right.below) + _product(right.above, self.below)
        return Quotient(above, _product(self.below, right.below))

    def __radd__(self, other: Fraction) -> Quotient:
        return self + other

    def __sub__(self, other: Quotient | Fraction) -> Quotient:
        right = _quotient(other)
        return self + Quotient(right.above * -1, right.below)

    def __rsub__(self, other: Fraction) -> Quotient:
        return _quotient(other) - self

    def __mul__(self, other: Quotient | Fraction) -> Quotient:
        right = _quotient(other)
        return Quotient(_product(self.above, right.above), _product(self.below, right.below))

    def __rmul__(self, other: Fraction) -> Quotient:
        return self * other

    def __truediv__(self, other: Quotient | Fraction) -> Quotient:
        right = _quotient(other)
        return Quotient(_product(self.above, right.below), _product(self.below, right.above))

    def minus_times_denominators(self, other: Quotient) -> Linear:
        """Return self − other times both denominators, which has the same sign."""
        if self.below == other.below:
            return self.above - other.above
        return _product(self.above, other.below) - _product(other.above, self.below)


def _quotient(value: Quotient | Fraction) -> Quotient:
    return value if isinstance(value, Quotient) else Quotient(Linear((), Fraction(value)))


def exact_lookup(statements: Book, first: int) -> Lookup:
    """Look names up in a company's statements; quarter 1 is the index `first`.

    The lookup raises `UndefinedRatioError` where the engine gives no value.
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


def linear_lookup(first: int, known: dict[tuple[str, int], int] | None = None) -> Lookup:
    """Look names up as expressions over unknown quantities such as ``sales_1``.

    Parameters
    ----------
    first : int
        Index of quarter 1, for the days of a quarter.
    known : dict, optional
        Amounts by (column or level, quarter) that are fixed numbers.
    """
    fixed = known or {}

    def column(name: str, number: int) -> Linear:
        if (name, number) in fixed:
            return Linear((), Fraction(fixed[name, number]))
        one = Fraction(1)
        if name in CASH_FLOWS:
            return Linear(((f"{name}_in_{number}", one), (f"{name}_out_{number}", -one)))
        return Linear(((f"{name}_{number}", one),))

    def measure(name: str, number: int) -> Linear:
        if name in AMOUNTS or (name, number) in fixed:
            return column(name, number)
        if name == "CF":
            return sum((column(flow, number) for flow in CASH_FLOWS), Linear())
        levels = LADDER[: LEVELS.index(name) + 1]
        parts = (column(s.column, number) * s.sign for level in levels for s in level.steps)
        return sum(parts, Linear())

    def lookup(name: str, number: int) -> Quotient:
        if name == "days":
            return _quotient(Fraction(quarter_days(first + number - 1)))
        if name in AMOUNTS:
            return Quotient(column(name, number))
        record = indicator(name)
        above = measure(record.numerator, number)
        if record.denominator is None:
            return Quotient(above)
        return Quotient(above, measure(record.denominator, number))

    return lookup
