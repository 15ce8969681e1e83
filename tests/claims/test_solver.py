"""Systems of claims: witnesses, conflicts and bounds, by listing all data sets and by hand."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.text import Rounding
from analysis.claims.printed import Interval
from analysis.claims.solver.bounds import Bounds, bounds, minimal_conflicts
from analysis.claims.solver.search import ImpossibleError, Search, witness
from analysis.claims.solver.system import (
    Claim,
    Indicator,
    Linear,
    Ratio,
    System,
    at_least,
    at_most,
    equal,
    quantity,
    total,
)
from benchmarks.trust import growth, says, share

from .conftest import cases

H1_2024 = total("q1_2024", "q2_2024")
H1_2023 = total("q1_2023", "q2_2023")


def staff(rounding: Rounding = Rounding.HALF_UP) -> tuple[Claim, ...]:
    """What the paper prints of services, and of productivity if the staff was always the same."""
    quarters = [(quantity(f"q{q}_2024"), quantity(f"q{q}_2023")) for q in (1, 2)]
    return (
        says("services", H1_2024, "354", rounding),
        growth("services growth", H1_2024, H1_2023, "22.9%", rounding),
        growth("productivity Q1", *quarters[0], "10.5%", rounding),
        growth("productivity Q2", *quarters[1], "11.0%", rounding),
    )


def conflict(system: System) -> tuple[str, ...]:
    """Tags of the first minimal conflict; empty if there is a data set."""
    found = minimal_conflicts(
        system.claims,
        lambda some: None if isinstance(witness(system.only(some)), dict) else some,
    )
    return tuple(claim.tag for claim in found.sets[0]) if found.sets else ()


CONSTANT_STAFF = System(staff())
small = st.integers(-4, 4)
boxed = st.integers(1, 3).flatmap(
    lambda n: st.lists(
        st.tuples(st.tuples(*[small] * n), st.integers(-12, 12)), min_size=1, max_size=4
    )
)


def in_box(listed: list[tuple[tuple[int, ...], int]]) -> tuple[System, list[tuple[int, ...]]]:
    """Rows plus an upper limit of 6 on every quantity, and all points that meet them."""
    width = len(listed[0][0])
    sums = [sum((quantity("xyz"[j]) * c for j, c in enumerate(row)), Linear()) for row, _ in listed]
    claims = [
        at_most(f"r{i}", one, b) for i, (one, (_, b)) in enumerate(zip(sums, listed, strict=True))
    ]
    claims += [at_most(f"box {name}", quantity(name), 6) for name in "xyz"[:width]]
    points = [
        point
        for point in product(range(7), repeat=width)
        if all(sum(c * x for c, x in zip(row, point, strict=True)) <= b for row, b in listed)
    ]
    return System(tuple(claims)), points


@settings(max_examples=200, deadline=None)
@given(boxed)
def test_search_agrees_with_listing_all_points(listed: list[tuple[tuple[int, ...], int]]) -> None:
    system, points = in_box(listed)
    found = witness(system)
    assert (found is None) == (not points)
    if found is None:  # what it names has no point either
        core = Search((), {one.tag: [one] for one in system.claims})
        named = core.decide([one.tag for one in system.claims])
        assert isinstance(named, tuple)
        rows = [listed[int(tag[1:])] for tag in named if tag[0] == "r"]
        assert rows
        assert in_box(rows)[1] == []


@settings(max_examples=200, deadline=None)
@given(boxed, st.tuples(small, small, small))
def test_optimum_agrees_with_listing_all_points(
    listed: list[tuple[tuple[int, ...], int]], costs: tuple[int, int, int]
) -> None:
    system, points = in_box(listed)
    what = sum((quantity("xyz"[j]) * c for j, c in enumerate(costs[: len(listed[0][0])])), Linear())
    if not points:
        with pytest.raises(ImpossibleError):
            bounds(system, what)
        return
    values = [sum(c * x for c, x in zip(costs, point, strict=False)) for point in points]
    found = bounds(system, what)
    assert ends(found) == (min(values), max(values))
    assert all(end is not None and end.value == end.limit for end in (found.low, found.high))


def test_services_of_one_or_of_both_half_years() -> None:
    later, earlier = quantity("later"), quantity("earlier")
    rate = growth("growth", later, earlier, "22.9%")
    assert conflict(System((says("total", later + earlier, "354"), rate))) == ("total", "growth")
    system = System((says("total", later, "354"), rate))
    assert witness(system) == {"later": 354, "earlier": 288}
    other = at_most("other", earlier, 287)
    assert conflict(system.plus(other)) == ("total", "growth", "other")


@pytest.mark.parametrize("rounding", list(Rounding))
def test_constant_staff_contradicts_the_growth_of_services(rounding: Rounding) -> None:
    claims = staff(rounding)
    # Rounding up, no count before 354 gives 22.9 % at all: then two claims conflict already.
    if rounding is Rounding.CEILING:
        assert conflict(System(claims[:2])) == ("services", "services growth")
        claims = claims[1:]
    blamed = ("services growth", "productivity Q1", "productivity Q2")
    assert conflict(System(claims)) == blamed
    refuted = System(tuple(claim for claim in claims if claim.tag in blamed))
    assert witness(refuted) is None


def test_smallest_conflict_is_smaller_than_any_minimal_one() -> None:
    x, y, z = (quantity(name) for name in "xyz")
    # {a, b, c} is minimal, {d, e} is smaller; a deletion filter alone finds the first or second.
    minimal = (at_least("a", x, 3), at_least("b", y, 3), at_most("c", x + y, 5))
    claims = (at_least("d", z, 5), *minimal, at_most("e", z, 4))
    for order in (claims, claims[::-1], claims[2:] + claims[:2]):
        assert set(conflict(System(order))) == {"d", "e"}


def test_a_claim_may_be_impossible_alone() -> None:
    # 77.6 % of exactly 354 respondents
    yes, n = quantity("yes"), quantity("n")
    asked = equal("respondents", n, Linear((), Fraction(354)))
    rounded = System((share("satisfaction", yes, n, "77.6%"), asked))
    assert conflict(rounded) == ("satisfaction", "respondents")
    cut = System((share("satisfaction", yes, n, "77.6%", Rounding.TRUNCATE), asked))
    assert witness(cut) == {"n": 354, "yes": 275}


def test_witness_prints_the_claims_back() -> None:
    claims = CONSTANT_STAFF.claims[:3]
    found = witness(CONSTANT_STAFF.only(claims))
    assert isinstance(found, dict)
    assert all(claim.holds(found) for claim in claims)
    growths = [growth.numerator.at(found) / growth.denominator.at(found) for growth in claims[1:]]
    assert [f"{100 * float(factor - 1):.1f}" for factor in growths] == ["22.9", "10.5"]
    assert found["q1_2024"] + found["q2_2024"] == 354


def test_definitions_are_never_blamed() -> None:
    whole = quantity("half")
    system = System(
        (says("half", whole, "10"), says("q1", quantity("q1"), "11")),
        (equal("a half-year is two quarters", whole, total("q1", "q2")),),
    )
    assert conflict(system) == ("half", "q1")
    never = System((), (at_most("a", quantity("x"), 1), at_least("b", quantity("x"), 2)))
    assert not isinstance(witness(never), dict)


def test_money_in_centimos() -> None:
    claim = says("sales", quantity("sales"), "303,110", unit=100)
    assert claim.holds({"sales": 30_310_950})
    assert claim.holds({"sales": 30_311_049})
    assert not claim.holds({"sales": 30_311_050})


def test_rows_cut_to_whole_points() -> None:
    strict = Claim("x", quantity("x"), Interval(Fraction(1), Fraction(2), False, False))
    assert witness(System((strict,))) != {"x": 1}
    assert not isinstance(witness(System((strict,))), dict)


QUARTERS = ("s2022q2", "s2023q1", "s2023q2", "s2024q1", "s2024q2")
SOLD = tuple(at_least("something was sold", quantity(q), 1) for q in QUARTERS)
TOTALS = {
    "Q2-2024": total("s2024q2"),
    "H1-2024": total("s2024q1", "s2024q2"),
    "both Q2": total("s2023q2", "s2024q2"),
    "both H1": total("s2023q1", "s2023q2", "s2024q1", "s2024q2"),
}


def sales(period: str, against: str, unit: int = 1) -> System:
    """303,110 soles, +18 % and +12 %; unit 1 counts whole soles, 100 centimos."""
    first, second = quantity("s2024q2"), quantity("s2023q2")
    if against == "year":
        growths = [("18%", first, second), ("12%", second, quantity("s2022q2"))]
    else:
        growths = [("18%", first, quantity("s2024q1")), ("12%", second, quantity("s2023q1"))]
    claims = [growth(text, later, earlier, text) for text, later, earlier in growths]
    return System((says("total", TOTALS[period], "303,110", unit=unit), *claims), SOLD)


def ends(found: Bounds) -> tuple[Fraction | None, Fraction | None]:
    return (
        None if found.low is None else found.low.value,
        None if found.high is None else found.high.value,
    )


@pytest.mark.parametrize(("against", "period", "quarter", "low", "high"), cases("solver", "sales"))
def test_table_of_sales(against: str, period: str, quarter: str, low: int, high: int) -> None:
    assert ends(bounds(sales(period, against), quantity(quarter))) == (low, high)


def test_upper_ends_of_the_open_readings() -> None:
    both = sales("both H1", "year")
    assert ends(bounds(both, quantity("s2023q2")))[1] == 139_360
    assert ends(bounds(both, quantity("s2024q2")))[1] == 164_385
    assert ends(bounds(sales("both Q2", "quarter"), quantity("s2024q1")))[1] == 257_949
    assert ends(bounds(sales("both H1", "quarter"), quantity("s2024q1")))[1] == 139_344
    half = bounds(sales("Q2-2024", "quarter"), TOTALS["H1-2024"])
    assert ends(half) == (303_110 + 255_790, 303_110 + 257_965)


def test_open_quantities_have_no_upper_limit() -> None:
    found = bounds(sales("Q2-2024", "year"), TOTALS["H1-2024"])
    assert found.high is None
    assert found.low is not None
    assert found.low.value == 303_111


def test_centimos_by_hand() -> None:
    found = bounds(sales("Q2-2024", "year", unit=100), quantity("s2023q2"))
    # the total prints 303,110 from 303,109.50 on and below 303,110.50
    assert ends(found) == (
        -(-30_310_950 * 1000 // 1185) + (30_310_950 * 1000 % 1185 == 0),
        30_311_049 * 1000 // 1175,
    )


def test_extreme_data_sets_meet_every_claim() -> None:
    system = sales("both H1", "quarter", unit=100)
    for name in QUARTERS:
        for end in (bounds(system, quantity(name)).low, bounds(system, quantity(name)).high):
            if end is not None:
                assert end.value == end.limit
                assert end.data[name] == end.value
                assert all(claim.holds(end.data) for claim in system.claims)


def test_revenue_per_service() -> None:
    # 303,110 / 354 and, with half-year sales up 18 % and services up from 288, the change.
    system = System(
        (
            says("total", quantity("later"), "303,110", unit=100),
            growth("growth", quantity("later"), quantity("earlier"), "18%"),
        )
    )
    change = bounds(system, Ratio(quantity("later") * 288, quantity("earlier") * 354))
    low, high = ends(change)
    assert low is not None
    assert high is not None
    assert (round(1000 * low), round(1000 * high)) == (956, 964)
    per_service = bounds(system, quantity("later") * Fraction(1, 35_400))
    assert [f"{float(x or 0):.2f}" for x in ends(per_service)] == ["856.24", "856.24"]


def test_growth_without_a_scale() -> None:
    x, y = quantity("x"), quantity("y")
    system = System((growth("g", x, y, "12%"),))
    found = bounds(system, Ratio(x, y))
    assert found.low is not None
    assert found.high is not None
    assert found.low.value == Fraction(1115, 1000)  # attained
    assert found.low.value == found.low.limit
    assert found.high.limit == Fraction(1125, 1000)  # approached only
    assert found.high.value != found.high.limit
    assert 0 < found.high.limit - found.high.value < Fraction(2, 10**6)


def test_no_data_set_nothing_to_bound() -> None:
    x = quantity("x")
    with pytest.raises(ImpossibleError):
        bounds(System((at_most("a", x, 1), at_least("b", x, 2))), x)


def test_silence_about_a_quantity_is_an_error() -> None:
    with pytest.raises(KeyError, match="nothing about y"):
        bounds(System((at_most("a", quantity("x"), 1),)), quantity("y"))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 12),
    st.integers(0, 12),
    st.sampled_from([Rounding.HALF_UP, Rounding.TRUNCATE, Rounding.HALF_EITHER]),
    st.booleans(),
)
def test_bounds_agree_with_listing_all_data_sets(
    n: int, k: int, rounding: Rounding, ratio: bool
) -> None:
    yes, asked, other = quantity("yes"), quantity("asked"), quantity("other")
    text = f"{round(100 * min(k, n) / n)}%"
    claims: tuple[Claim, ...] = (
        share("share", yes, asked, text, rounding),
        at_most("asked", asked, 12),
        at_most("other", other + yes, 9),
    )
    indicator: Indicator = Ratio(yes + other, asked) if ratio else yes * 3 - other + Fraction(1, 2)
    values = [
        indicator.at(data)
        for y, a, o in product(range(13), repeat=3)
        if all(c.holds(data := {"yes": y, "asked": a, "other": o}) for c in claims)
    ]
    if not values:
        with pytest.raises(ImpossibleError):
            bounds(System(claims), indicator)
        return
    assert ends(bounds(System(claims), indicator)) == (min(values), max(values))


def test_constants_only_shift() -> None:
    x = quantity("x")
    system = System((at_most("a", x, 5),))
    assert ends(bounds(system, Linear((), Fraction(7)) + x)) == (7, 12)
