"""Systems of claims: witnesses and conflicts against exhaustive search and the engine's notes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.text import Rounding
from analysis.claims.printed import Interval
from analysis.claims.solver.search import Optimum, Split, best, find, meets, proves_empty
from analysis.claims.solver.simplex import Refuted, Row
from analysis.claims.solver.system import (
    Claim,
    Linear,
    System,
    at_least,
    at_most,
    equal,
    growth,
    quantity,
    says,
    share,
    solve,
    total,
    witness,
)

H1_2024 = total("q1_2024", "q2_2024")
H1_2023 = total("q1_2023", "q2_2023")
CONSTANT_STAFF = System(
    (
        says("services", H1_2024, "354"),
        growth("services growth", H1_2024, H1_2023, "22.9%"),
        growth("productivity Q1", quantity("q1_2024"), quantity("q1_2023"), "10.5%"),
        growth("productivity Q2", quantity("q2_2024"), quantity("q2_2023"), "11.0%"),
    )
)

small = st.integers(-4, 4)
boxed = st.integers(1, 3).flatmap(
    lambda n: st.lists(
        st.tuples(st.tuples(*[small] * n), st.integers(-12, 12)), min_size=1, max_size=4
    )
)


def in_box(listed: list[tuple[tuple[int, ...], int]]) -> tuple[list[Row], int]:
    """Rows plus an upper limit of 6 on every quantity, so that all points can be listed."""
    width = len(listed[0][0])
    rows = [Row(c, b, "r") for c, b in listed]
    rows += [Row(tuple(int(i == j) for i in range(width)), 6, "box") for j in range(width)]
    return rows, width


@settings(max_examples=200, deadline=None)
@given(boxed)
def test_search_agrees_with_listing_all_points(listed: list[tuple[tuple[int, ...], int]]) -> None:
    rows, width = in_box(listed)
    points = [p for p in product(range(7), repeat=width) if meets(rows, p)]
    result = find(rows, width)
    if isinstance(result, tuple):
        assert result in points
    else:
        assert points == []
        assert proves_empty(rows, result)


@settings(max_examples=200, deadline=None)
@given(boxed, st.tuples(small, small, small))
def test_optimum_agrees_with_listing_all_points(
    listed: list[tuple[tuple[int, ...], int]], costs: tuple[int, int, int]
) -> None:
    rows, width = in_box(listed)
    objective = costs[:width]
    values = [
        sum(c * x for c, x in zip(objective, p, strict=True))
        for p in product(range(7), repeat=width)
        if meets(rows, p)
    ]
    result = best(rows, objective)
    if result is None:
        assert not values
    else:
        assert isinstance(result, Optimum)
        assert result.value == max(values) == result.limit


def test_a_tampered_proof_is_noticed() -> None:
    rows = [Row((2,), 5, "a"), Row((-2,), -5, "b")]  # 2x = 5
    proof = find(rows, 1)
    assert isinstance(proof, Split)
    assert proves_empty(rows, proof)
    assert not proves_empty(rows, replace(proof, at=proof.at + 1))
    assert not proves_empty([rows[0], Row((-2,), -4, "b")], proof)


def test_354_for_both_half_years_is_refuted() -> None:
    both = System(
        (
            says("total", total("earlier", "later"), "354"),
            growth("growth", quantity("later"), quantity("earlier"), "22.9%"),
        )
    )
    answer = solve(both)
    assert not answer.possible
    assert answer.conflict == ("total", "growth")


def test_288_services_a_year_earlier() -> None:
    system = System(
        (
            says("total", quantity("later"), "354"),
            growth("growth", quantity("later"), quantity("earlier"), "22.9%"),
        )
    )
    assert solve(system).witness == {"later": 354, "earlier": 288}
    other = at_most("other", quantity("earlier"), 287)
    assert solve(system.plus(other)).conflict == ("total", "growth", "other")


@pytest.mark.parametrize("rounding", list(Rounding))
def test_constant_staff_contradicts_the_growth_of_services(rounding: Rounding) -> None:
    claims = (
        says("services", H1_2024, "354", rounding),
        growth("services growth", H1_2024, H1_2023, "22.9%", rounding),
        growth("productivity Q1", quantity("q1_2024"), quantity("q1_2023"), "10.5%", rounding),
        growth("productivity Q2", quantity("q2_2024"), quantity("q2_2023"), "11.0%", rounding),
    )
    # Rounding up, no count before 354 gives 22.9 % at all: then two claims conflict already.
    answer = solve(System(claims if rounding is not Rounding.CEILING else claims[1:]))
    assert answer.conflict == ("services growth", "productivity Q1", "productivity Q2")
    assert isinstance(answer.proof, Refuted)
    assert answer.conflict_system is not None
    assert proves_empty(answer.conflict_system.rows(), answer.proof)


def test_rounded_up_no_earlier_count_leads_to_354_in_any_split() -> None:
    claims = (
        says("services", H1_2024, "354", Rounding.CEILING),
        growth("services growth", H1_2024, H1_2023, "22.9%", Rounding.CEILING),
    )
    assert solve(System(claims)).conflict == ("services", "services growth")


def test_each_smaller_set_of_the_conflict_has_a_data_set() -> None:
    for kept in combinations(CONSTANT_STAFF.claims, 2):
        assert solve(CONSTANT_STAFF.only(kept)).possible


def test_smallest_conflict_is_smaller_than_any_minimal_one() -> None:
    x, y, z = (quantity(name) for name in "xyz")
    # {a, b, c} is minimal, {d, e} is smaller; a deletion filter alone finds the first or second.
    claims = (
        at_least("d", z, 5),
        at_least("a", x, 3),
        at_least("b", y, 3),
        at_most("c", x + y, 5),
        at_most("e", z, 4),
    )
    for order in (claims, claims[::-1], claims[2:] + claims[:2]):
        assert set(solve(System(order)).conflict) == {"d", "e"}


def test_a_claim_may_be_impossible_alone() -> None:
    # 77.6 % of exactly 354 respondents
    system = System(
        (
            share("satisfaction", quantity("yes"), quantity("n"), "77.6%"),
            equal("respondents", quantity("n"), Linear((), Fraction(354))),
        )
    )
    assert solve(system).conflict == ("satisfaction", "respondents")
    truncated = System(
        (
            share("satisfaction", quantity("yes"), quantity("n"), "77.6%", Rounding.TRUNCATE),
            equal("respondents", quantity("n"), Linear((), Fraction(354))),
        )
    )
    assert solve(truncated).witness == {"n": 354, "yes": 275}


def test_witness_prints_the_claims_back() -> None:
    claims = CONSTANT_STAFF.claims[:3]
    found = witness(CONSTANT_STAFF.only(claims))
    assert isinstance(found, dict)
    assert [claim.shown(found) for claim in claims] == ["354", "22.9%", "10.5%"]
    assert found["q1_2024"] + found["q2_2024"] == 354


def test_definitions_are_never_blamed() -> None:
    whole = quantity("half")
    system = System(
        (says("half", whole, "10"), says("q1", quantity("q1"), "11")),
        (equal("a half-year is two quarters", whole, total("q1", "q2")),),
    )
    assert solve(system).conflict == ("half", "q1")
    with pytest.raises(ValueError, match="definitions"):
        solve(System((), (at_most("a", quantity("x"), 1), at_least("b", quantity("x"), 2))))


def test_money_in_centimos() -> None:
    claim = says("sales", quantity("sales"), "303,110", unit=100)
    assert claim.holds({"sales": 30_310_950})
    assert claim.holds({"sales": 30_311_049})
    assert not claim.holds({"sales": 30_311_050})
    assert claim.shown({"sales": 30_311_049}) == "303,110"


def test_rows_cut_to_whole_points() -> None:
    strict = Claim("x", quantity("x"), Interval(Fraction(1), Fraction(2), False, False))
    assert witness(System((strict,))) != {"x": 1}
    assert not isinstance(witness(System((strict,))), dict)


def test_unknown_quantities_are_refused() -> None:
    with pytest.raises(KeyError, match="unknown quantity"):
        at_least("a", quantity("x"), 1).rows(("y",))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 60), st.integers(1, 60))
def test_true_figures_are_never_in_conflict(a: int, b: int, c: int, d: int) -> None:
    def percent(numerator: int, denominator: int) -> str:
        return f"{round(Fraction(1000 * numerator, denominator)) / 10:.1f}%"

    before, after = quantity("a") + quantity("b"), quantity("c") + quantity("d")
    system = System(
        (
            says("total", after, str(c + d)),
            growth("growth", after, before, percent(c + d - a - b, a + b), Rounding.HALF_EVEN),
            share("share", quantity("c"), after, percent(c, c + d), Rounding.HALF_EVEN),
        )
    )
    answer = solve(system)
    assert answer.possible
