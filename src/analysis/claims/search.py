"""Whole-number points of a system of inequalities, found or refuted by branching.

Every "none" is a tree of Farkas certificates that :func:`proves_empty` checks from scratch.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain
from math import ceil, floor

from analysis.claims.deep import deep_point
from analysis.claims.lp import (
    Endless,
    Refuted,
    Region,
    Row,
    Vertex,
    is_refutation,
    maximise,
    region,
)

Form = tuple[int, ...]
MAX_NODES = 20_000
_MAX_DEPTH = 300


class UndecidedError(Exception):
    """The search was given up before it had an answer."""


@dataclass(frozen=True)
class Split:
    """A proof by cases: a whole combination of quantities is at most `at`, or at least `at` + 1."""

    form: Form
    at: int
    below: Proof
    above: Proof


Proof = Refuted | Split


@dataclass(frozen=True)
class _Box:
    """The cases taken so far: whole-number limits of combinations, tightest only."""

    low: tuple[tuple[Form, int], ...] = ()
    high: tuple[tuple[Form, int], ...] = ()

    def at_most(self, form: Form, limit: int) -> _Box:
        """Return the box with an upper limit; a branch always lies inside earlier limits."""
        return replace(self, high=tuple(sorted({**dict(self.high), form: limit}.items())))

    def at_least(self, form: Form, limit: int) -> _Box:
        """Return the box with a lower limit."""
        return replace(self, low=tuple(sorted({**dict(self.low), form: limit}.items())))

    def rows(self) -> tuple[Row, ...]:
        """Return the limits as inequalities."""
        most = (Row(form, limit, "case") for form, limit in self.high)
        least = (Row(tuple(-c for c in form), -limit, "case") for form, limit in self.low)
        return (*most, *least)


@dataclass(frozen=True)
class Optimum:
    """The largest value of an objective over whole-number points.

    Attributes
    ----------
    value : int
        Reached by `point`.
    point : tuple of int
        One whole number per quantity.
    limit : Fraction
        No point goes beyond; equal to `value` if the search was finished.
    """

    value: int
    point: tuple[int, ...]
    limit: Fraction


def find(rows: Sequence[Row], width: int, sums: Sequence[Form] = ()) -> tuple[int, ...] | Proof:
    """Find whole numbers of at least zero that meet all rows, or prove that there are none.

    Parameters
    ----------
    rows : sequence of Row
        The inequalities.
    width : int
        Number of quantities.
    sums : sequence of tuple of int
        Whole combinations of quantities to branch on before single quantities: a half-year's
        total can settle at once what branching on its quarters would not settle at all.

    Raises
    ------
    UndecidedError
        After `MAX_NODES` branches.
    """
    guess = deep_point(rows, width)
    if guess is not None and meets(rows, guess):
        return guess
    return _find(rows, _forms(rows, width, sums), _Box(), [MAX_NODES], 0)


def _find(
    rows: Sequence[Row], forms: _Forms, box: _Box, budget: list[int], depth: int
) -> tuple[int, ...] | Proof:
    width = len(forms[-1])
    budget[0] -= 1
    if budget[0] < 0 or depth > _MAX_DEPTH:
        raise UndecidedError(f"no answer after {MAX_NODES - budget[0]} branches")
    here = (*rows, *box.rows())
    reached = region(here, width)
    if isinstance(reached, Refuted):
        return reached
    point = reached.point()
    rounded = _rounded(here, point)
    if rounded is not None:
        return rounded
    form, at = _halving(reached, *_branching(forms, point))
    below = _find(rows, forms, box.at_most(form, at), budget, depth + 1)
    if isinstance(below, tuple):
        return below
    above = _find(rows, forms, box.at_least(form, at + 1), budget, depth + 1)
    if isinstance(above, tuple):
        return above
    return Split(form, at, below, above)


def best(
    rows: Sequence[Row], objective: Sequence[int], sums: Sequence[Form] = ()
) -> Optimum | Endless | None:
    """Maximise an objective over whole numbers of at least zero.

    Returns
    -------
    Optimum, Endless or None
        None if there is no point at all. If the search is cut short, `Optimum.limit` stays
        above `Optimum.value`; both are true statements.

    Raises
    ------
    UndecidedError
        If the search was cut short before any point was found.
    """
    start = maximise(rows, objective)
    if not isinstance(start, Vertex):
        return None if isinstance(start, Refuted) else start
    forms = _around(rows, objective, sums)
    heap = [(-start.value, 0, _Box(), start)]
    found: Optimum | None = None
    for node in range(1, MAX_NODES):
        if found is not None and (not heap or floor(-heap[0][0]) <= found.value):
            return found
        if not heap:
            return None
        _, _, box, vertex = heapq.heappop(heap)
        point = _rounded((*rows, *box.rows()), vertex.point)
        if point is not None:
            value = sum(c * x for c, x in zip(objective, point, strict=True))
            if found is None or value > found.value:
                found = Optimum(value, point, Fraction(value))
        if all(x.denominator == 1 for x in vertex.point):
            continue
        form, at = _smallest(forms, vertex.point)
        for side, case in enumerate((box.at_most(form, at), box.at_least(form, at + 1))):
            child = maximise((*rows, *case.rows()), objective)
            if isinstance(child, Vertex):
                # Later nodes first among equals: depth first finds whole points early.
                heapq.heappush(heap, (-child.value, -2 * node - side, case, child))
    if found is None:
        raise UndecidedError(f"no point after {MAX_NODES} branches")
    return Optimum(found.value, found.point, max(-heap[0][0], Fraction(found.value)))


def proves_empty(rows: Sequence[Row], proof: Proof) -> bool:
    """Check a refutation from scratch, case by case, by adding up rows."""
    return _proves_empty(rows, proof, _Box())


def _proves_empty(rows: Sequence[Row], proof: Proof, box: _Box) -> bool:
    if isinstance(proof, Refuted):
        return is_refutation((*rows, *box.rows()), proof)
    return _proves_empty(rows, proof.below, box.at_most(proof.form, proof.at)) and _proves_empty(
        rows, proof.above, box.at_least(proof.form, proof.at + 1)
    )


def meets(rows: Sequence[Row], point: Sequence[int]) -> bool:
    """Say whether a whole-number point of at least zero meets every row."""
    return all(x >= 0 for x in point) and all(
        sum(c * x for c, x in zip(row.coefficients, point, strict=True)) <= row.bound
        for row in rows
    )


def _rounded(rows: Sequence[Row], point: tuple[Fraction, ...]) -> tuple[int, ...] | None:
    """Try the whole points next to a vertex: nearest, below and above."""
    for rounding in (lambda x: floor(x + Fraction(1, 2)), floor, ceil):
        candidate = tuple(rounding(x) for x in point)
        if meets(rows, candidate):
            return candidate
    return None


def _halving(reached: Region, form: Form, at: int) -> tuple[Form, int]:
    """Move the cut to the middle of what the form can be, so that few cases are nested."""
    lowest = reached.highest(tuple(-c for c in form))
    assert lowest is not None  # forms are sums, so at least zero
    highest = reached.highest(form)
    if highest is None:
        return form, 2 * at + 1
    return form, floor(Fraction(highest - lowest, 2))


_Forms = tuple[tuple[Form, ...], ...]


def _forms(rows: Sequence[Row], width: int, sums: Sequence[Form]) -> _Forms:
    """Return the combinations and then the single quantities, those in most rows first.

    A quantity that many claims share settles the others; one that few mention settles nothing.
    """
    shared = sorted(range(width), key=lambda j: -sum(row.coefficients[j] != 0 for row in rows))
    units = tuple(tuple(int(i == j) for i in range(width)) for j in shared)
    return tuple(sorted(set(sums) - set(units))), units


def _around(rows: Sequence[Row], objective: Sequence[int], sums: Sequence[Form]) -> _Forms:
    """Return the sums and the quantities that rows link to the objective, and then the others.

    Branching on the others first would repeat their cases below each case of the objective.
    """
    linked = {j for j, c in enumerate(objective) if c}
    links = [{j for j, c in enumerate(row.coefficients) if c} for row in rows]
    while more := {j for link in links if link & linked for j in link} - linked:
        linked |= more
    combined, units = _forms(rows, len(objective), sums)
    near = tuple(unit for unit in units if unit.index(1) in linked)
    return combined, near, tuple(unit for unit in units if unit.index(1) not in linked)


def _branching(forms: _Forms, point: tuple[Fraction, ...]) -> tuple[Form, int]:
    """Choose the first combination that is not whole; the cut lies just below its value."""
    for form in chain(*forms):
        value = _value(form, point)
        if value.denominator > 1:
            return form, floor(value)
    raise ValueError("every quantity is whole")


def _smallest(forms: _Forms, point: tuple[Fraction, ...]) -> tuple[Form, int]:
    """Choose the smallest value that is not whole: rounding it changes ratios the most."""
    for group in forms:
        broken = [(x, form) for form in group if (x := _value(form, point)).denominator > 1]
        if broken:
            value, form = min(broken)
            return form, floor(value)
    raise ValueError("every quantity is whole")


def _value(form: Form, point: tuple[Fraction, ...]) -> Fraction:
    return sum((c * x for c, x in zip(form, point, strict=True) if c), Fraction(0))
