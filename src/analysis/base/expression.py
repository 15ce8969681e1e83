"""Formulas as data: a small tree of numbers, measures and the four operations.

A formula that is data can be computed, printed, and checked by machine: which measures it needs,
in which unit it comes out, and whether it rises when things get better. Text handed to ``eval``
could do none of that. The tree is built with operators or read from text with :func:`parse`; the
indicators of the method and those of financial statements share it. Reading a formula that a
publication prints also shows when the typesetting has lost an operator.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeVar

from analysis.base.errors import InputError

T = TypeVar("T")

Unit = Mapping[str, int]
"""Powers of base units, such as ``{"service": 1, "h": -1}``; empty for a plain ratio."""

Values = Mapping[tuple[str, str], Fraction | None]
"""Measures by name and time (``now`` or ``before``); None where nothing was measured."""

_MARKS = {"+": "+", "-": "−", "*": "×", "/": "÷"}
_RANK = {"+": 1, "-": 1, "*": 2, "/": 2}


class UnitError(Exception):
    """Two quantities of different units were added or subtracted."""


@dataclass(frozen=True)
class Expression:
    """Base of all formulas; the operators build trees."""

    def __add__(self, other: Expression) -> Operation:
        return Operation("+", self, other)

    def __sub__(self, other: Expression) -> Operation:
        return Operation("-", self, other)

    def __mul__(self, other: Expression) -> Operation:
        return Operation("*", self, other)

    def __truediv__(self, other: Expression) -> Operation:
        return Operation("/", self, other)


@dataclass(frozen=True)
class Number(Expression):
    """A constant, with the unit it carries (100 % carries per cent)."""

    value: Fraction
    unit: tuple[tuple[str, int], ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Measure(Expression):
    """A sum over rows, or a stock, at a time.

    The time is ``now``, ``before`` (the period compared with), or what stands in brackets in a
    formula that is text.
    """

    name: str
    when: str = "now"


@dataclass(frozen=True)
class Index(Expression):
    """The value of an indicator, used inside a formula."""

    name: str


@dataclass(frozen=True)
class Operation(Expression):
    """Two formulas joined by ``+``, ``-``, ``*`` or ``/``."""

    sign: str
    left: Expression
    right: Expression


HUNDRED = Number(Fraction(100), (("%", 1),), "100%")
"""Times 100 %: turns a plain ratio into per cent."""


def number(value: int | Fraction) -> Number:
    """Return a plain constant."""
    return Number(Fraction(value))


def growth(level: Expression) -> Expression:
    """Growth of a level on the period before, in per cent."""
    old = before(level)
    return (level - old) / old * HUNDRED


def reduction(level: Expression) -> Expression:
    """Fall of a level against the period before, in per cent of it."""
    old = before(level)
    return (old - level) / old * HUNDRED


def before(formula: Expression) -> Expression:
    """Return the same formula over the measures of the period compared with."""
    return at_time(formula, "before")


def at_time(formula: Expression, time: str) -> Expression:
    """Return the same formula over the measures of one other time."""
    return retime(formula, lambda _: time)


def retime(formula: Expression, time: Callable[[str], str]) -> Expression:
    """Return the same formula over the measures of other times."""
    if isinstance(formula, Measure):
        return Measure(formula.name, time(formula.when))
    if isinstance(formula, Operation):
        return Operation(formula.sign, retime(formula.left, time), retime(formula.right, time))
    return formula


_SIGNS: Mapping[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_CHANGES: Mapping[str, Callable[[Expression], Expression]] = {
    "before": before,
    "growth": growth,
    "reduction": reduction,
}


def parse(
    text: str, functions: Mapping[str, Callable[[Expression], Expression]] | None = None
) -> Expression:
    """Read a formula as it is written in a catalogue.

    Parameters
    ----------
    text : str
        Names of measures (lower case) and of indicators (as ``C1``), whole numbers, ``100%``, the
        signs ``+ - * /``, brackets, ``before(x)``, ``growth(x)`` and ``reduction(x)``. A name may
        be followed by a time in square brackets.
    functions : mapping, optional
        More functions of a formula that the text may call, by name.

    Raises
    ------
    InputError
        If a part of it is none of these.

    Examples
    --------
    >>> formula = parse("(sales - cost) / sales * 100%")
    >>> evaluate(formula, {("sales", "now"): Fraction(200), ("cost", "now"): Fraction(150)})
    Fraction(25, 1)
    >>> written(parse("growth(sales)"), {"sales": "sales"})
    '(sales − sales before) ÷ sales before × 100%'
    """
    try:
        node = ast.parse(text.strip().replace("100%", "PERCENT"), mode="eval").body
    except SyntaxError as error:
        raise InputError("this is no formula of names, numbers and + - * /", value=text) from error
    return _parsed(node, {**_CHANGES, **(functions or {})})


def _parsed(
    node: ast.expr, functions: Mapping[str, Callable[[Expression], Expression]]
) -> Expression:
    match node:
        case ast.Constant(value=int(value)):
            return number(value)
        case ast.Name(id="PERCENT"):
            return HUNDRED
        case ast.Name(id=name):
            return Index(name) if name[0].isupper() else Measure(name)
        case ast.Subscript(value=ast.Name(id=name), slice=when):
            return Measure(name, ast.unparse(when))
        case ast.BinOp(op=op, left=left, right=right) if type(op) in _SIGNS:
            sides = _parsed(left, functions), _parsed(right, functions)
            return Operation(_SIGNS[type(op)], *sides)
        case ast.Call(func=ast.Name(id=name), args=[inside], keywords=[]) if name in functions:
            return functions[name](_parsed(inside, functions))
    raise InputError("not understood in a formula", value=ast.unparse(node))


def fold(formula: Expression, leaf: Callable[[Expression], T], join: Callable[[str, T, T], T]) -> T:
    """Compute a formula in any arithmetic, such as linear expressions.

    Parameters
    ----------
    formula : Expression
        What to compute.
    leaf : callable
        From a number, a measure or an indicator to its value.
    join : callable
        From a sign and the values of both sides to the value of the operation.
    """
    if isinstance(formula, Operation):
        left, right = fold(formula.left, leaf, join), fold(formula.right, leaf, join)
        return join(formula.sign, left, right)
    return leaf(formula)


_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def operate(sign: str, left: Any, right: Any) -> Any:
    """Join two values by a sign, in any arithmetic that has Python's operators."""
    return _OPERATORS[sign](left, right)


def leaves(formula: Expression) -> Iterator[Measure | Index]:
    """Yield the measures and indicators a formula uses, in order, with repetitions."""
    if isinstance(formula, Measure | Index):
        yield formula
    elif isinstance(formula, Operation):
        yield from leaves(formula.left)
        yield from leaves(formula.right)


def evaluate(
    formula: Expression, values: Values, indices: Mapping[str, Fraction | None] | None = None
) -> Fraction | None:
    """Compute a formula exactly; None where a part is missing or a divisor is not above zero.

    Every divisor of the catalogue (sales, equity, staff, a level to grow from) is a quantity that
    only means something above zero: a return on negative equity would rise with the loss.

    Parameters
    ----------
    formula : Expression
        What to compute.
    values : mapping
        Measures by name and time.
    indices : mapping, optional
        Values of the indicators that the formula uses.
    """

    def leaf(part: Expression) -> Fraction | None:
        if isinstance(part, Number):
            return part.value
        if isinstance(part, Index):
            return (indices or {}).get(part.name)
        assert isinstance(part, Measure)
        return values.get((part.name, part.when))

    return fold(formula, leaf, _defined)


def _defined(sign: str, left: Fraction | None, right: Fraction | None) -> Fraction | None:
    if left is None or right is None or (sign == "/" and right <= 0):
        return None
    found: Fraction = operate(sign, left, right)
    return found


def state(formula: Expression, values: Values) -> str:
    """Say why a formula has no value: ``not recorded`` or ``undefined``; empty if it has one."""
    if evaluate(formula, values) is not None:
        return ""
    needed = (leaf for leaf in leaves(formula) if isinstance(leaf, Measure))
    missing = any(values.get((leaf.name, leaf.when)) is None for leaf in needed)
    return "not recorded" if missing else "undefined"


def unit_of(
    formula: Expression, measures: Mapping[str, Unit], indices: Mapping[str, Unit] | None = None
) -> dict[str, int]:
    """Work out the unit of a formula.

    Parameters
    ----------
    formula : Expression
        Any formula.
    measures, indices : mapping
        Units by measure and by indicator.

    Raises
    ------
    UnitError
        If unlike quantities are added or subtracted.
    """

    def leaf(part: Expression) -> dict[str, int]:
        if isinstance(part, Number):
            return dict(part.unit)
        if isinstance(part, Index):
            return dict((indices or {})[part.name])
        assert isinstance(part, Measure)
        return dict(measures[part.name])

    return fold(formula, leaf, _joined_unit)


def _joined_unit(sign: str, left: dict[str, int], right: dict[str, int]) -> dict[str, int]:
    if sign in "+-":
        if left != right:
            raise UnitError(f"{unit_text(left)} {_MARKS[sign]} {unit_text(right)}")
        return left
    turn = 1 if sign == "*" else -1
    powers = {name: left.get(name, 0) + turn * right.get(name, 0) for name in {**left, **right}}
    return {name: power for name, power in powers.items() if power}


def unit_text(unit: Unit) -> str:
    """Write a unit, such as ``service/h``; ``1`` for a plain ratio."""
    above = [_power(name, power) for name, power in unit.items() if power > 0]
    below = [_power(name, -power) for name, power in unit.items() if power < 0]
    return "·".join(above or ["1"]) + "".join(f"/{part}" for part in below)


def _power(name: str, power: int) -> str:
    return name if power == 1 else f"{name}^{power}"


def written(formula: Expression, names: Mapping[str, str]) -> str:
    """Write a formula in words and signs, with as few brackets as its meaning allows.

    Parameters
    ----------
    formula : Expression
        Any formula.
    names : mapping
        Words by measure and by indicator key.
    """
    return _write(formula, names, 0)


def _write(formula: Expression, names: Mapping[str, str], outside: int) -> str:
    if isinstance(formula, Number):
        return formula.text or str(formula.value)
    if isinstance(formula, Measure):
        times = {"now": "", "before": " before"}
        return names[formula.name] + times.get(formula.when, f" [{formula.when}]")
    if isinstance(formula, Index):
        return names[formula.name]
    assert isinstance(formula, Operation)
    rank = _RANK[formula.sign]
    left = _write(formula.left, names, rank)
    right = _write(formula.right, names, rank + (formula.sign in "-/*"))
    text = f"{left} {_MARKS[formula.sign]} {right}"
    return f"({text})" if rank < outside else text


_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)\s*%?"
    r"|(?P<sign>[()+×÷/–−-]|x(?=[\s\d])|\*)"
    r"|(?P<name>[A-Za-z][A-Za-z_]*(?:\s+(?!x\b)[A-Za-z][A-Za-z_]*)*))\s*"
)
_SAME = {"–": "-", "−": "-", "÷": "/", "x": "*", "×": "*"}


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
        tokens = (f"({Fraction(one)})" if one[0].isdigit() else one for one in self.tokens)
        formula = parse(" ".join(names.get(token, token) for token in tokens))
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
        return next((name for name in self.names if re.fullmatch(r"(.+) \1", name)), None)


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
    found = list(_TOKEN.finditer(text))
    if "".join(one[0] for one in found) != text:
        raise InputError("this is no formula of names, numbers and + - × ÷ ( )", value=text)
    words = (one["number"] or one["sign"] or " ".join(one["name"].lower().split()) for one in found)
    return Formula(text, tuple(_SAME.get(word, word) for word in words))
