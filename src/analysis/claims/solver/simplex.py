"""Linear programs in whole numbers: an exact simplex method without rounding of any kind.

The tableau holds integers over one common denominator (Edmonds 1967, Bareiss 1968), and Bland's
rule (1977) keeps it from cycling, so that "infeasible" always comes with a Farkas certificate.
The systems here have a dozen quantities; size is no concern, correctness is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor


@dataclass(frozen=True)
class Row:
    """One inequality over quantities of at least zero: ``coefficients . x <= bound``.

    Parameters
    ----------
    coefficients : tuple of int
        One per quantity.
    bound : int
        Right-hand side.
    tag : str
        The claim that the row comes from.
    """

    coefficients: tuple[int, ...]
    bound: int
    tag: str


@dataclass(frozen=True)
class Vertex:
    """A corner of a feasible program, and the value of its objective there.

    Attributes
    ----------
    value_times, point_times : int and tuple of int
        Value and point, both times the denominator.
    denominator : int
        Above zero.
    """

    value_times: int
    point_times: tuple[int, ...]
    denominator: int

    @property
    def value(self) -> Fraction:
        """Value of the objective."""
        return Fraction(self.value_times, self.denominator)

    @property
    def point(self) -> tuple[Fraction, ...]:
        """A number for each quantity."""
        return tuple(Fraction(times, self.denominator) for times in self.point_times)

    @property
    def whole(self) -> bool:
        """Whether every quantity is a whole number."""
        return all(times % self.denominator == 0 for times in self.point_times)


@dataclass(frozen=True)
class Refuted:
    """A Farkas certificate: adding the rows this often gives "at least 0 is below 0"."""

    multipliers: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Endless:
    """The objective grows without end."""


class Region:
    """The rational points of at least zero that meet some rows; there is at least one.

    Made by :func:`region`. Every objective and every further row starts from where the last one
    ended, which takes a step or two where a new start takes a dozen.

    It is a tableau: basic variables as affine functions of the others, over a common denominator.
    Variables 0 to n-1 are the quantities, n to n+m-1 the slacks of the rows. Line i reads
    ``basic[i] = (lines[i][-1] - sum_j lines[i][j] * other[j]) / denominator``.
    """

    def __init__(self, rows: Sequence[Row], width: int) -> None:
        self.width = width
        self.lines = [[*row.coefficients, row.bound] for row in rows]
        self.goal = [0] * (width + 1)
        self.other = list(range(width))
        self.basic = list(range(width, width + len(rows)))
        self.denominator = 1

    def cut(self, row: Row) -> Region | Refuted:
        """Return the part that meets one more row, or refute it; this region stays as it is.

        The vertex of the part is where the last objective is largest there, unless that objective
        grew without end.
        """
        copy = Region((), self.width)
        *weights, constant = self._in_others(row.coefficients)
        line = [*(-weight for weight in weights), row.bound * self.denominator - constant]
        copy.lines = [*(old[:] for old in self.lines), line]
        copy.goal = self.goal[:]
        copy.other = self.other[:]
        copy.basic = [*self.basic, self.width + len(self.lines)]
        copy.denominator = self.denominator
        return copy.reached()

    def reached(self) -> Region | Refuted:
        """Go to a point that meets all rows, or refute them."""
        stuck = self.make_feasible()
        return self if stuck is None else self.refutation(stuck)

    def highest(self, objective: Sequence[int]) -> Vertex | None:
        """Go to where an objective is largest; None if it grows without end."""
        self.goal = self._in_others(objective)
        if self.make_optimal():
            return self.vertex()
        self.goal = [0] * (self.width + 1)
        return None

    def pivot(self, r: int, c: int) -> None:
        """Exchange the basic variable of line r with the other variable of column c."""
        pivot_line, old = self.lines[r], self.denominator
        if pivot_line[c] < 0:  # the denominator stays above zero if the whole line is turned
            pivot_line[:] = [-entry for entry in pivot_line]
            turned = -old
        else:
            turned = old
        p = pivot_line[c]
        for line in [*self.lines[:r], *self.lines[r + 1 :], self.goal]:
            if factor := line[c]:
                pairs = zip(line, pivot_line, strict=True)
                line[:] = [(mine * p - factor * theirs) // old for mine, theirs in pairs]
                line[c] = -factor if turned > 0 else factor
            elif p != old:
                line[:] = [mine * p // old for mine in line]
        pivot_line[c] = turned
        self.denominator = p
        self.basic[r], self.other[c] = self.other[c], self.basic[r]

    def _in_others(self, form: Sequence[int]) -> list[int]:
        """Write a combination of the quantities in the variables that are not basic now."""
        weights = dict(enumerate(form))
        written = [-weights.get(variable, 0) * self.denominator for variable in self.other] + [0]
        for variable, line in zip(self.basic, self.lines, strict=True):
            if weight := weights.get(variable, 0):
                written = [w + weight * entry for w, entry in zip(written, line, strict=True)]
        return written

    def make_feasible(self) -> int | None:
        """Dual simplex, from where the objective is the best possible but for lines not met.

        Returns
        -------
        int or None
            The line that cannot be met, if there is one. If not, the objective is optimal.
        """
        while True:
            short = [i for i, line in enumerate(self.lines) if line[-1] < 0]
            if not short:
                return None
            r = min(short, key=self.basic.__getitem__)
            c = self._entering(self.lines[r])
            if c is None:
                return r
            self.pivot(r, c)

    def _entering(self, line: Sequence[int]) -> int | None:
        """Return the column that costs the objective least (smallest variable at ties)."""
        chosen: int | None = None
        for j in range(self.width):
            if line[j] >= 0:
                continue
            if chosen is not None:
                dearer = self.goal[chosen] * line[j] - self.goal[j] * line[chosen]
                if dearer > 0 or (dearer == 0 and self.other[j] > self.other[chosen]):
                    continue
            chosen = j
        return chosen

    def make_optimal(self) -> bool:
        """Primal simplex; returns False if the objective grows without end."""
        while True:
            gaining = [j for j in range(self.width) if self.goal[j] < 0]
            if not gaining:
                return True
            c = min(gaining, key=self.other.__getitem__)
            r = self._leaving(c)
            if r is None:
                return False
            self.pivot(r, c)

    def _leaving(self, c: int) -> int | None:
        """Return the line that limits the growth of column c first (smallest variable at ties)."""
        chosen: int | None = None
        for i, line in enumerate(self.lines):
            if line[c] <= 0:
                continue
            if chosen is not None:
                other = self.lines[chosen]
                longer = line[-1] * other[c] - other[-1] * line[c]
                if longer > 0 or (longer == 0 and self.basic[i] > self.basic[chosen]):
                    continue
            chosen = i
        return chosen

    def refutation(self, r: int) -> Refuted:
        """Read off how often each row goes into the impossible line r."""
        used = {self.basic[r]: self.denominator}
        used.update(zip(self.other, self.lines[r][:-1], strict=True))
        return Refuted(
            tuple(
                (variable - self.width, times)
                for variable, times in sorted(used.items())
                if variable >= self.width and times
            )
        )

    def vertex(self) -> Vertex:
        """Return a vertex: the first one found, or where the last objective is largest."""
        point = [0] * self.width
        for variable, line in zip(self.basic, self.lines, strict=True):
            if variable < self.width:
                point[variable] = line[-1]
        return Vertex(self.goal[-1], tuple(point), self.denominator)


def region(rows: Sequence[Row], width: int) -> Region | Refuted:
    """Find a point of `width` quantities that meets all rows, or refute them."""
    return Region(rows, width).reached()


def maximise(rows: Sequence[Row], objective: Sequence[int]) -> Vertex | Refuted | Endless:
    """Maximise ``objective . x`` over all rational x of at least zero that meet every row.

    Parameters
    ----------
    rows : sequence of Row
        The inequalities.
    objective : sequence of int
        One coefficient per quantity.

    Returns
    -------
    Vertex, Refuted or Endless
        A best point; or a certificate that no point exists; or no end to the objective.
    """
    reached = region(rows, len(objective))
    if isinstance(reached, Refuted):
        return reached
    return reached.highest(objective) or Endless()


def is_refutation(rows: Sequence[Row], certificate: Refuted) -> bool:
    """Check a Farkas certificate by adding up rows; nothing of the simplex method is used.

    The multiples are above zero, so any x would meet the sum of the rows. If its coefficients
    are at least zero and its bound is below zero, no x of at least zero can.
    """
    if any(times <= 0 for _, times in certificate.multipliers):
        return False
    width = len(rows[0].coefficients) if rows else 0
    total = [0] * width
    bound = 0
    for index, times in certificate.multipliers:
        bound += times * rows[index].bound
        for j, coefficient in enumerate(rows[index].coefficients):
            total[j] += times * coefficient
    return bound < 0 and all(coefficient >= 0 for coefficient in total)


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


def interior_point(rows: Sequence[Row], width: int) -> tuple[int, ...] | None:
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
