"""Whole-number points of a system of inequalities, found or refuted by branching.

Every "none" is a tree of Farkas certificates that :func:`proves_empty` checks from scratch.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from math import floor
from typing import TypeVar

from analysis.claims.solver.simplex import (
    Endless,
    Refuted,
    Region,
    Row,
    Vertex,
    interior_point,
    is_refutation,
    region,
)

Form = tuple[int, ...]
T = TypeVar("T")
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
    guess = interior_point(rows, width)
    if guess is not None and meets(rows, guess):
        return guess
    start = region(rows, width)
    if isinstance(start, Refuted):
        return start
    return _find(rows, start, _forms(rows, width, sums, ratios=True), [MAX_NODES], 0)


def _find(
    rows: Sequence[Row], here: Region, forms: _Forms, budget: list[int], depth: int
) -> tuple[int, ...] | Proof:
    budget[0] -= 1
    if budget[0] < 0 or depth > _MAX_DEPTH:
        raise UndecidedError(f"no answer after {MAX_NODES - budget[0]} branches")
    vertex = here.vertex()
    rounded = _rounded(rows, vertex)
    if rounded is not None:
        return rounded
    form, at = _halving(here, *_branching(forms, vertex))
    proofs: list[Proof] = []
    for case in (_at_most(form, at), _at_least(form, at + 1)):
        part = here.cut(case)
        found = part if isinstance(part, Refuted) else _find(rows, part, forms, budget, depth + 1)
        if isinstance(found, tuple):
            return found
        proofs.append(found)
    return Split(form, at, *proofs)


def best(
    rows: Sequence[Row],
    objective: Sequence[int],
    sums: Sequence[Form] = (),
    most: int = MAX_NODES,
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
    whole = region(rows, len(objective))
    if isinstance(whole, Refuted):
        return None
    start = whole.highest(objective)
    if start is None:
        return Endless()
    forms = _around(rows, objective, sums)
    heap = [(-start.value, 0, whole)]
    found: Optimum | None = None
    for node in range(1, most):
        if found is not None and (not heap or floor(-heap[0][0]) <= found.value):
            return found
        if not heap:
            return None
        *_, here = heapq.heappop(heap)
        vertex = here.vertex()
        point = _rounded(rows, vertex)
        if point is not None:
            value = sum(c * x for c, x in zip(objective, point, strict=True))
            if found is None or value > found.value:
                found = Optimum(value, point, Fraction(value))
        if vertex.whole:
            continue
        form, at = _smallest(forms, vertex)
        for side, case in enumerate((_at_most(form, at), _at_least(form, at + 1))):
            part = here.cut(case)
            if isinstance(part, Region):
                # Later nodes first among equals: depth first finds whole points early.
                heapq.heappush(heap, (-part.vertex().value, -2 * node - side, part))
    if found is None:
        raise UndecidedError(f"no point after {most} branches")
    return Optimum(found.value, found.point, max(-heap[0][0], Fraction(found.value)))


def proves_empty(rows: Sequence[Row], proof: Proof) -> bool:
    """Check a refutation from scratch, case by case, by adding up rows."""
    if isinstance(proof, Refuted):
        return is_refutation(rows, proof)
    below, above = _at_most(proof.form, proof.at), _at_least(proof.form, proof.at + 1)
    return proves_empty((*rows, below), proof.below) and proves_empty((*rows, above), proof.above)


def _at_most(form: Form, limit: int) -> Row:
    return Row(form, limit, "case")


def _at_least(form: Form, limit: int) -> Row:
    return Row(tuple(-c for c in form), -limit, "case")


def meets(rows: Sequence[Row], point: Sequence[int]) -> bool:
    """Say whether a whole-number point of at least zero meets every row."""
    return all(x >= 0 for x in point) and all(
        sum(c * x for c, x in zip(row.coefficients, point, strict=True)) <= row.bound
        for row in rows
    )


def _rounded(rows: Sequence[Row], vertex: Vertex) -> tuple[int, ...] | None:
    """Try the whole points next to a vertex, and the vertex times what makes it whole."""
    d = vertex.denominator
    nearest = tuple((2 * times + d) // (2 * d) for times in vertex.point_times)
    below = tuple(times // d for times in vertex.point_times)
    above = tuple(-(-times // d) for times in vertex.point_times)
    tried = (nearest, below, above, vertex.point_times)
    return next((point for point in tried if meets(rows, point)), None)


def _halving(here: Region, form: Form, at: int) -> tuple[Form, int]:
    """Move the cut to the middle of what the form can be, so that few cases are nested."""
    lowest = here.highest(tuple(-c for c in form))
    assert lowest is not None  # forms are sums, so at least zero
    highest = here.highest(form)
    if highest is None:
        return form, 2 * at + 1
    return form, floor(Fraction(highest.value - lowest.value, 2))


_Forms = tuple[tuple[Form, ...], ...]


def _forms(
    rows: Sequence[Row], width: int, sums: Sequence[Form], *, ratios: bool = False
) -> _Forms:
    """Return the combinations and then the single quantities, those in most rows first.

    A quantity that many claims share settles the others; one that few mention settles nothing.
    With `ratios`, the parts of printed ratios come first: they are what is hard to make whole.
    """
    large = [ratios and any(abs(row.coefficients[j]) > 1 for row in rows) for j in range(width)]
    shared = sorted(
        range(width), key=lambda j: (not large[j], -sum(row.coefficients[j] != 0 for row in rows))
    )
    units = tuple(tuple(int(i == j) for i in range(width)) for j in shared)
    return tuple(sorted(set(sums) - set(units))), units


def _around(rows: Sequence[Row], objective: Sequence[int], sums: Sequence[Form]) -> _Forms:
    """Return the sums and the quantities that rows link to the objective, and then the others.

    Branching on the others first would repeat their cases below each case of the objective.
    """
    links = [{j for j, c in enumerate(row.coefficients) if c} for row in rows]
    linked = reachable({j for j, c in enumerate(objective) if c}, links)
    combined, units = _forms(rows, len(objective), sums)
    near = tuple(unit for unit in units if unit.index(1) in linked)
    return combined, near, tuple(unit for unit in units if unit.index(1) not in linked)


def reachable(start: set[T], links: Sequence[set[T]]) -> set[T]:
    """Return what can be reached from a start over links that share members.

    Examples
    --------
    >>> sorted(reachable({1}, [{1, 2}, {2, 3}, {4, 5}]))
    [1, 2, 3]
    """
    found = set(start)
    while more := {member for link in links if link & found for member in link} - found:
        found |= more
    return found


def _branching(forms: _Forms, vertex: Vertex) -> tuple[Form, int]:
    """Choose the first combination that is not whole; the cut lies just below its value."""
    for form in chain(*forms):
        times = _times(form, vertex)
        if times % vertex.denominator:
            return form, times // vertex.denominator
    raise ValueError("every quantity is whole")


def _smallest(forms: _Forms, vertex: Vertex) -> tuple[Form, int]:
    """Choose the smallest value that is not whole: rounding it changes ratios the most."""
    for group in forms:
        valued = ((_times(form, vertex), form) for form in group)
        broken = [(times, form) for times, form in valued if times % vertex.denominator]
        if broken:
            times, form = min(broken)
            return form, times // vertex.denominator
    raise ValueError("every quantity is whole")


def _times(form: Form, vertex: Vertex) -> int:
    """Value of a combination, times the denominator."""
    return sum(c * times for c, times in zip(form, vertex.point_times, strict=True) if c)
