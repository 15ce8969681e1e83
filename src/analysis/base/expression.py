"""Formulas as data: a small tree of numbers, measures and the four operations.

A formula that is data can be computed, printed, and checked by machine: which measures it needs,
in which unit it comes out, and whether it rises when things get better. Text handed to ``eval``
could do none of that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Unit = Mapping[str, int]
"""Powers of base units, such as ``{"service": 1, "h": -1}``; empty for a plain ratio."""

When = Literal["now", "before"]
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
    """A sum over rows, or a stock, now or in the period compared with."""

    name: str
    when: When = "now"


@dataclass(frozen=True)
class Index(Expression):
    """The value of an indicator, used inside a formula."""

    key: str


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
    if isinstance(formula, Measure):
        return Measure(formula.name, "before")
    if isinstance(formula, Operation):
        return Operation(formula.sign, before(formula.left), before(formula.right))
    return formula


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
    if isinstance(formula, Number):
        return formula.value
    if isinstance(formula, Measure):
        return values.get((formula.name, formula.when))
    if isinstance(formula, Index):
        return (indices or {}).get(formula.key)
    assert isinstance(formula, Operation)
    left = evaluate(formula.left, values, indices)
    right = evaluate(formula.right, values, indices)
    if left is None or right is None:
        return None
    if formula.sign == "+":
        return left + right
    if formula.sign == "-":
        return left - right
    if formula.sign == "*":
        return left * right
    return None if right <= 0 else left / right


def state(formula: Expression, values: Values) -> str:
    """Say why a formula has no value: ``not recorded`` or ``undefined``; empty if it has one."""
    if evaluate(formula, values) is not None:
        return ""
    needed = (leaf for leaf in leaves(formula) if isinstance(leaf, Measure))
    missing = any(values.get((leaf.name, leaf.when)) is None for leaf in needed)
    return "not recorded" if missing else "undefined"


def unit_of(
    formula: Expression,
    measures: Mapping[str, Unit],
    indices: Mapping[str, Unit] | None = None,
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
    if isinstance(formula, Number):
        return dict(formula.unit)
    if isinstance(formula, Measure):
        return dict(measures[formula.name])
    if isinstance(formula, Index):
        return dict((indices or {})[formula.key])
    assert isinstance(formula, Operation)
    left = unit_of(formula.left, measures, indices)
    right = unit_of(formula.right, measures, indices)
    if formula.sign in "+-":
        if left != right:
            raise UnitError(f"{unit_text(left)} {_MARKS[formula.sign]} {unit_text(right)}")
        return left
    turn = 1 if formula.sign == "*" else -1
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
        suffix = " before" if formula.when == "before" else ""
        return names[formula.name] + suffix
    if isinstance(formula, Index):
        return names[formula.key]
    assert isinstance(formula, Operation)
    rank = _RANK[formula.sign]
    left = _write(formula.left, names, rank)
    right = _write(formula.right, names, rank + (formula.sign in "-/*"))
    text = f"{left} {_MARKS[formula.sign]} {right}"
    return f"({text})" if rank < outside else text
