"""The tableau against HiGHS and by hand; what it refutes and how large it says a sum can be."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from operator import mul

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import OptimizeResult, linprog

from analysis.claims.solver.system import Linear, primitive
from analysis.claims.solver.tableau import Inequality, Limits, Links, Tableau, added_up

small = st.integers(-6, 6)
Program = tuple[list[tuple[tuple[int, ...], int]], tuple[int, ...]]
programs = st.integers(1, 4).flatmap(
    lambda n: st.tuples(
        st.lists(st.tuples(st.tuples(*[small] * n), st.integers(-9, 20)), min_size=1, max_size=6),
        st.tuples(*[small] * n),
    )
)
REFUTED, ENDLESS = "refuted", "endless"


def linear(weights: tuple[int, ...]) -> Linear:
    terms = ((f"x{i}", Fraction(weight)) for i, weight in enumerate(weights) if weight)
    return Linear(tuple(terms))


class Built:
    """Quantities of at least zero and rows ``weights . x <= bound``, given one by one."""

    def __init__(self, width: int) -> None:
        self.tableau = Tableau()
        self.names = [self.tableau.variable(((f"x{i}", 1),)) for i in range(width)]
        self.low: Limits = dict.fromkeys(self.names, (0, None))
        self.high: Limits = {}

    def limit(self, weights: tuple[int, ...], bound: int, tag: int) -> None:
        form, scale = primitive(linear(weights))
        v, end = self.tableau.variable(form), bound * scale
        whole = (
            end.numerator // end.denominator if scale > 0 else -(-end.numerator // end.denominator)
        )
        side, better = (self.high, min) if scale > 0 else (self.low, max)
        side[v] = better(side.get(v, (whole, tag)), (whole, tag), key=lambda one: one[0])

    def largest(self, weights: tuple[int, ...]) -> Fraction | str:
        if self.tableau.meet(self.low, self.high) is not None:
            return REFUTED
        form, scale = primitive(linear(weights))
        goal = self.tableau.variable(form)
        found = self.tableau.maximise(goal, 1 if scale > 0 else -1, self.low, self.high)
        return ENDLESS if found is None else Fraction(found, scale)


def largest(rows: list[tuple[tuple[int, ...], int]], goal: tuple[int, ...]) -> Fraction | str:
    built = Built(len(goal))
    for number, row in enumerate(rows):
        built.limit(*row, number)
    return built.largest(goal)


def test_by_hand() -> None:
    # max 3x + 2y with x + y <= 4 and x + 3y <= 6: the corner (4, 0).
    assert largest([((1, 1), 4), ((1, 3), 6)], (3, 2)) == 12
    # 2x + y <= 2, x + 3y <= 3 meet at (3/5, 4/5).
    assert largest([((2, 1), 2), ((1, 3), 3)], (1, 1)) == Fraction(7, 5)
    assert largest([((1, -1), 1)], (1, 0)) == ENDLESS


def test_cycling_example_of_beale() -> None:
    # Beale's example, over which the textbook rule cycles forever; its optimum is 1/20.
    rows = [((25, -6000, -4, 900), 0), ((50, -9000, -2, 300), 0), ((0, 0, 1, 0), 1)]
    assert largest(rows, (75, -15000, 2, -600)) == 5  # the usual costs times 100


def highs(goal: tuple[int, ...], lines: list[tuple[int, ...]], limits: list[int]) -> OptimizeResult:
    """Maximise with HiGHS; its presolve calls the example below infeasible, so without."""
    minus, options = [-c for c in goal], {"presolve": False}
    return linprog(minus, A_ub=lines, b_ub=limits, method="highs", options=options)


def whole(rows: list[tuple[tuple[int, ...], int]]) -> tuple[list[tuple[int, ...]], list[int]]:
    """Return the rows as limits on the smallest sums with whole weights, cut to whole numbers."""
    lines, limits = [], []
    for weights, bound in rows:
        scale = abs(primitive(linear(weights))[1])
        lines.append(tuple(int(weight * scale) for weight in weights))
        limits.append((bound * scale).numerator // (bound * scale).denominator)
    return lines, limits


@settings(max_examples=150, deadline=None, derandomize=True)
@given(programs, st.integers(0, 6))
@example(([((0, 1, -1), 0), ((1, -1, -1), 0), ((-1, 0, 1), 1)], (1, 0, 0)), 0)
def test_agrees_with_highs_however_the_rows_come(program: Program, first: int) -> None:
    rows, goal = program
    built = Built(len(goal))
    for number, row in enumerate(rows):
        if number == first:
            built.largest(goal)  # the next question starts from here
        built.limit(*row, number)
    found = built.largest(goal)
    lines, limits = whole(rows)
    theirs = highs(goal, lines, limits)
    if found == REFUTED:
        assert theirs.status == 2
    elif found == ENDLESS:
        # some point fits, and so does a step of total length 1 in a direction that always gains
        one, none = (1,) * len(goal), (0,) * len(goal)
        assert highs(none, lines, limits).status == 0
        ray = highs(goal, [*lines, one], [*[0] * len(rows), 1])
        assert ray.status == 0
        assert ray.fun < -1e-6
    else:
        assert isinstance(found, Fraction)
        assert abs(-theirs.fun - float(found)) < 1e-6


def test_a_refutation_names_its_limits_and_a_sum_can_be_dropped() -> None:
    built = Built(2)
    for number, row in enumerate([((1, 1), 4), ((-1, 0), -3), ((0, 1), 9), ((0, -1), -2)]):
        built.limit(*row, number)  # x + y <= 4, x >= 3, y <= 9, y >= 2
    tableau = built.tableau
    assert tableau.meet(built.low, built.high) == {0, 1, 3}
    both = tableau.variable((("x0", 1), ("x1", 1)))
    del built.high[both]
    tableau.drop(both)
    assert tableau.meet(built.low, built.high) is None
    assert built.largest((1, 2)) == ENDLESS


def test_inequalities_are_added_up_by_hand() -> None:
    x = (("x", 1),)
    assert added_up([Inequality(1, x, 1, 1), Inequality(1, x, -1, 2)]) == ({}, -1)
    assert added_up([Inequality(2, x, 1, 1), Inequality(1, x, -1, 2)]) == ({"x": 1}, 0)
    with pytest.raises(ValueError, match="never"):
        added_up([Inequality(-1, x, 1, 1)])


weights = st.lists(st.integers(-5, 5).filter(bool), min_size=3, max_size=3)
ends = st.tuples(st.integers(-12, 12), st.integers(0, 4))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(weights, ends), min_size=1, max_size=3))
def test_narrowed_limits_lose_no_whole_numbers(
    sums: list[tuple[list[int], tuple[int, int]]],
) -> None:
    # Three quantities from 0 to 4; each sum of them lies between two limits.
    links = Links()
    low: Limits = {v: (0, 1 << v) for v in range(3)}
    high: Limits = {v: (4, 8 << v) for v in range(3)}
    for number, (times, (end, more)) in enumerate(sums, 3):
        links.add(number, list(enumerate(times)))
        low[number], high[number] = (end, 1 << 2 * number), (end + more, 2 << 2 * number)
    given_low, given_high = dict(low), dict(high)

    def meets(point: tuple[int, ...], tags: int) -> bool:
        sizes = [*point, *(sum(map(mul, times, point)) for times, _ in sums)]
        return all(
            (not tag & tags or (size >= end if side is given_low else size <= end))
            for side in (given_low, given_high)
            for v, size in enumerate(sizes)
            for end, tag in [side[v]]
        )

    points = list(product(range(-1, 6), repeat=3))
    refuted = links.narrow(low, high, links.sums)
    if refuted is not None:  # no point meets the limits that it names, whatever the others
        assert not any(meets(point, refuted) for point in points)
        return
    for v in range(3):
        for end, tag, side in ((*low[v], 1), (*high[v], -1)):  # so do the limits behind each end
            assert all(side * (point[v] - end) >= 0 for point in points if meets(point, tag))
