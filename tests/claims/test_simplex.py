"""The exact simplex against HiGHS and by hand; certificates against their definition."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import OptimizeResult, linprog

from analysis.claims.solver.simplex import (
    Endless,
    Refuted,
    Region,
    Row,
    Vertex,
    is_refutation,
    maximise,
    region,
)

small = st.integers(-6, 6)
programs = st.integers(1, 4).flatmap(
    lambda n: st.tuples(
        st.lists(st.tuples(st.tuples(*[small] * n), st.integers(-9, 20)), min_size=1, max_size=6),
        st.tuples(*[small] * n),
    )
)


def rows_of(program: list[tuple[tuple[int, ...], int]]) -> list[Row]:
    return [Row(coefficients, bound, f"r{i}") for i, (coefficients, bound) in enumerate(program)]


def fits(rows: list[Row], point: tuple[Fraction, ...]) -> bool:
    """Whether a point keeps every row and is nowhere below zero."""
    sums = (sum(c * x for c, x in zip(r.coefficients, point, strict=True)) for r in rows)
    return min(point) >= 0 and all(s <= r.bound for s, r in zip(sums, rows, strict=True))


def at(result: Vertex | Refuted | Endless) -> tuple[Fraction, tuple[Fraction, ...]]:
    assert isinstance(result, Vertex)
    return result.value, result.point


def test_by_hand() -> None:
    # max 3x + 2y with x + y <= 4 and x + 3y <= 6: the corner (4, 0).
    rows = [Row((1, 1), 4, "a"), Row((1, 3), 6, "b")]
    assert at(maximise(rows, (3, 2))) == (12, (4, 0))
    # 2x + y <= 2, x + 3y <= 3 meet at (3/5, 4/5).
    rows = [Row((2, 1), 2, "a"), Row((1, 3), 3, "b")]
    assert at(maximise(rows, (1, 1))) == (Fraction(7, 5), (Fraction(3, 5), Fraction(4, 5)))
    assert maximise([Row((1, -1), 1, "a")], (1, 0)) == Endless()


def test_cycling_example_of_beale() -> None:
    # Beale's example, over which the textbook rule cycles forever; its optimum is 1/20.
    rows = rows_of([((25, -6000, -4, 900), 0), ((50, -9000, -2, 300), 0), ((0, 0, 1, 0), 1)])
    assert at(maximise(rows, (75, -15000, 2, -600)))[0] == 5  # the usual costs times 100


def highs_minimum(
    goal: list[int], lines: list[tuple[int, ...]], limits: list[int]
) -> OptimizeResult:
    """Minimise with HiGHS; its presolve calls the example below infeasible, so without."""
    return linprog(goal, A_ub=lines, b_ub=limits, method="highs", options={"presolve": False})


@settings(max_examples=150, deadline=None, derandomize=True)
@given(programs)
@example(([((0, 1, -1), 0), ((1, -1, -1), 0), ((-1, 0, 1), 1)], (1, 0, 0)))
def test_agrees_with_highs(
    program: tuple[list[tuple[tuple[int, ...], int]], tuple[int, ...]],
) -> None:
    listed, objective = program
    rows = rows_of(listed)
    result = maximise(rows, objective)
    lines, limits = [row.coefficients for row in rows], [row.bound for row in rows]
    highs = highs_minimum([-c for c in objective], lines, limits)
    if isinstance(result, Refuted):
        assert is_refutation(rows, result)
        assert highs.status == 2
    elif isinstance(result, Endless):
        # some point fits, and so does a step of total length 1 in a direction that always gains
        one = (1,) * len(objective)
        assert highs_minimum([0] * len(objective), lines, limits).status == 0
        ray = highs_minimum([-c for c in objective], [*lines, one], [*[0] * len(rows), 1])
        assert ray.status == 0
        assert ray.fun < -1e-6
    else:
        assert fits(rows, result.point)
        assert sum(c * x for c, x in zip(objective, result.point, strict=True)) == result.value
        assert abs(-highs.fun - float(result.value)) < 1e-6


def test_a_false_certificate_is_noticed() -> None:
    rows = [Row((1,), 1, "a"), Row((-1,), -2, "b")]  # x <= 1 and x >= 2
    assert is_refutation(rows, Refuted(((0, 1), (1, 1))))
    assert not is_refutation(rows, Refuted(((0, 1),)))
    assert not is_refutation(rows, Refuted(((0, 2), (1, 1))))
    assert not is_refutation(rows, Refuted(((0, -1), (1, -1))))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(programs, st.integers(0, 6))
def test_cuts_of_a_region_agree_with_a_new_start(
    program: tuple[list[tuple[tuple[int, ...], int]], tuple[int, ...]], first: int
) -> None:
    # The rows are given one by one, with an objective from `first` rows on; HiGHS sees them all.
    listed, objective = program
    rows = rows_of(listed)
    part = region([], len(objective))
    endless = True
    for number, row in enumerate(rows):
        assert isinstance(part, Region)
        if number == first:
            endless = part.highest(objective) is None
        part = part.cut(row)
        if isinstance(part, Refuted):
            assert is_refutation(rows[: number + 1], part)
            break
    lines, limits = [row.coefficients for row in rows], [row.bound for row in rows]
    if isinstance(part, Refuted):
        assert highs_minimum([0] * len(objective), lines, limits).status == 2
        return
    vertex = part.vertex()
    assert fits(rows, vertex.point)
    if not endless:
        highs = highs_minimum([-c for c in objective], lines, limits)
        assert abs(-highs.fun - float(vertex.value)) < 1e-6
