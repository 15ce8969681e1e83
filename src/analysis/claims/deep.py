"""A quick guess at a whole-number point: one so deep inside that rounding cannot leave.

Rounding moves each quantity by at most one half, so an inequality has to be met with half the sum
of its coefficients to spare. Equations have nothing to spare: each is first used to express one
quantity by the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from analysis.claims.lp import Row, Vertex, maximise


@dataclass(frozen=True)
class _Equation:
    """One quantity in terms of the others: ``sign * (bound - coefficients . x)``."""

    quantity: int
    sign: int
    coefficients: tuple[int, ...]
    bound: int

    def value(self, point: Sequence[int]) -> int:
        others = zip(self.coefficients, point, strict=True)
        return self.sign * (self.bound - sum(c * x for c, x in others))

    def put_into(self, row: Row) -> Row:
        """Express the quantity by the others in an inequality."""
        times = row.coefficients[self.quantity] * self.sign
        kept = [0 if j == self.quantity else c for j, c in enumerate(row.coefficients)]
        changed = tuple(k - times * c for k, c in zip(kept, self.coefficients, strict=True))
        return Row(changed, row.bound - times * self.bound, row.tag)


def deep_point(rows: Sequence[Row], width: int) -> tuple[int, ...] | None:
    """Return a candidate, to be checked by the caller, or None.

    Parameters
    ----------
    rows : sequence of Row
        The inequalities; an equation is a pair of opposite ones.
    width : int
        Number of quantities.
    """
    reduced = list(rows)
    equations: list[_Equation] = []
    while (equation := _find_equation(reduced)) is not None:
        not_negative = Row(tuple(-int(j == equation.quantity) for j in range(width)), 0, "sign")
        reduced = [equation.put_into(row) for row in (*reduced, not_negative)]
        reduced = [row for row in reduced if any(row.coefficients) or row.bound < 0]
        equations.append(equation)
    deeper = [
        Row((*row.coefficients, sum(map(abs, row.coefficients))), row.bound, row.tag)
        for row in reduced
    ]
    half = Row((*[0] * width, 2), 1, "one half")
    reached = maximise([*deeper, half], [*[0] * width, 2])
    if not isinstance(reached, Vertex):
        return None
    point = [floor(x + Fraction(1, 2)) for x in reached.point[:width]]
    for equation in reversed(equations):
        point[equation.quantity] = 0
        point[equation.quantity] = equation.value(point)
    return tuple(point)


def _find_equation(rows: Sequence[Row]) -> _Equation | None:
    """Find a pair of opposite inequalities in which some quantity stands once."""
    sides = {(row.coefficients, row.bound) for row in rows}
    for row in rows:
        if (tuple(-c for c in row.coefficients), -row.bound) not in sides:
            continue
        for j, c in enumerate(row.coefficients):
            if abs(c) == 1:
                others = tuple(0 if i == j else x for i, x in enumerate(row.coefficients))
                return _Equation(j, c, others, row.bound)
    return None
