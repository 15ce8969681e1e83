"""Bounds against exhaustive search and the tables of the engine's notes."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.text import Rounding
from analysis.claims.solver.bounds import Bounds, ImpossibleError, Indicator, Ratio, bounds
from analysis.claims.solver.system import (
    Claim,
    Linear,
    System,
    at_least,
    at_most,
    growth,
    quantity,
    says,
    share,
    total,
)

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


# Table (d) of the engine's notes, in whole soles.
TABLE = [
    ("year", "Q2-2024", "s2023q2", 255_790, 257_965),
    ("year", "Q2-2024", "s2022q2", 227_369, 231_358),
    ("year", "both Q2", "s2023q2", 138_724, 139_360),
    ("year", "both Q2", "s2024q2", 163_750, 164_386),
    ("year", "both Q2", "s2022q2", 123_311, 124_986),
    ("quarter", "Q2-2024", "s2024q1", 255_790, 257_965),
    ("quarter", "H1-2024", "s2024q1", 138_724, 139_360),
    ("quarter", "H1-2024", "s2024q2", 163_750, 164_386),
]


@pytest.mark.parametrize(("against", "period", "quarter", "low", "high"), TABLE)
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
                assert end.tight
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
    change = bounds(system, Ratio(quantity("later") * 288, quantity("earlier") * 354, 1))
    low, high = ends(change)
    assert low is not None
    assert high is not None
    assert (round(1000 * low), round(1000 * high)) == (-44, -36)
    per_service = bounds(system, quantity("later") * Fraction(1, 35_400))
    assert [f"{float(x or 0):.2f}" for x in ends(per_service)] == ["856.24", "856.24"]


def test_growth_without_a_scale() -> None:
    x, y = quantity("x"), quantity("y")
    system = System((growth("g", x, y, "12%"),))
    found = bounds(system, Ratio(x, y, 1))
    assert found.low is not None
    assert found.high is not None
    assert found.low.value == Fraction(115, 1000)  # attained
    assert found.low.tight
    assert found.high.limit == Fraction(125, 1000)  # approached only
    assert not found.high.tight
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
