"""Single tests against published cases, section 3 of the engine's notes, and brute force."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.text import Rounding
from analysis.claims.printed import preimage
from analysis.claims.single import (
    MANY,
    consistent_n,
    earlier_counts,
    grim_percent,
    growth_pairs,
    growth_within_total,
    later_counts,
    mean_totals,
    nearest_totals,
    power,
    smallest_share,
)

UP, EVEN, CUT = Rounding.HALF_UP, Rounding.HALF_EVEN, Rounding.TRUNCATE
EITHER = Rounding.HALF_EITHER
RULES = {UP: ROUND_HALF_UP, EVEN: ROUND_HALF_EVEN, CUT: ROUND_DOWN}


def shown(numerator: int, denominator: int, rule: Rounding, places: int = 1) -> str:
    """Print a ratio in per cent with the decimal module: 60 digits are exact enough here."""
    exact = Decimal(100 * numerator) / Decimal(denominator)
    return str(exact.quantize(Decimal(1).scaleb(-places), RULES[rule]))


# -- published cases of GRIM ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mean", "n", "items", "possible"),
    [
        ("5.19", 28, 1, False),  # Brown and Heathers 2017
        ("5.18", 28, 1, True),
        ("5.19", 28, 4, True),  # four items: 112 grains, every second decimal is reached
        ("3.45", 20, 1, True),
        ("3.47", 20, 1, False),
    ],
)
def test_means(mean: str, n: int, items: int, possible: bool) -> None:
    assert bool(mean_totals(mean, n, items)) is possible


def test_a_granule_on_a_boundary_goes_one_way_only() -> None:
    # 189/40 = 4.725 is cut to 4.72 and 190/40 = 4.75 stays, so 4.74 is out of reach.
    assert not mean_totals("4.74", 40, rounding=Rounding.FLOOR)
    assert mean_totals("4.72", 40, rounding=Rounding.FLOOR)


# -- (a) 77.6 % of an unknown number of respondents -------------------------------------------

FIRST_N = [49, 58, 67, 76, 85, 98, 107, 116, 125, 134, 143, 147, 152, 156, 161, 165, 170, 174]


@pytest.mark.parametrize("rule", [UP, EVEN, EITHER, Rounding.HALF_DOWN])
def test_respondents_for_77_6(rule: Rounding) -> None:
    fits = consistent_n("77.6%", 400, rule)
    assert len(fits) == 82
    assert fits[:18] == FIRST_N
    assert smallest_share("77.6%", rule) == (38, 49)
    assert 354 not in fits
    assert 288 not in fits


def test_respondents_for_77_6_under_truncation() -> None:
    fits = consistent_n("77.6%", 400, CUT)
    assert len(fits) == 81
    assert smallest_share("77.6%", CUT) == (52, 67)
    assert 354 in fits
    assert len(set(fits) & set(consistent_n("77.6%", 400))) == 41


def printing(places: Callable[[int], Iterable[tuple[int, int]]], rule: Rounding = UP) -> list[int]:
    """Numbers of respondents of which some ratio prints as 77.6%, by brute force."""
    return [n for n in range(1, 401) if any(shown(a, b, rule) == "77.6" for a, b in places(n))]


@pytest.mark.parametrize("rule", list(RULES))
def test_respondents_by_brute_force(rule: Rounding) -> None:
    brute = printing(lambda n: [(k, n) for k in range(n + 1)], rule)
    assert consistent_n("77.6%", 400, rule) == brute


@pytest.mark.parametrize(("rule", "last"), [(UP, 971), (CUT, 933)])
def test_large_numbers_of_respondents_by_brute_force(rule: Rounding, last: int) -> None:
    def possible(n: int) -> bool:
        return any(shown(k, n, rule) == "77.6" for k in range(776 * n // 1000 - 2, n + 1))

    assert not possible(last)
    assert all(possible(n) for n in range(last + 1, 1002))


def test_squared_share_of_table_2() -> None:
    shares = preimage("77.6%").root()  # each times n is a count of the satisfied
    fits = [n for n in range(1, 401) if shares.times(n).integers()]
    assert len(fits) == 46
    assert fits[0] == 42
    assert list(shares.times(42).integers()) == [37]
    assert fits == printing(lambda n: [(k * k, n * n) for k in range(n + 1)])


def test_index_on_a_scale_of_five() -> None:
    fits = [n for n in range(1, 401) if grim_percent("77.6%", 5 * n)]
    assert len(fits) == 304
    assert fits == printing(lambda n: [(s, 5 * n) for s in range(5 * n + 1)])


def test_no_share_is_above_the_whole() -> None:
    assert not grim_percent("100.1%", 5)
    assert grim_percent("100.0%", 5)
    with pytest.raises(ValueError, match="no share"):
        smallest_share("101%")


def test_power_is_the_share_of_strings_that_pass() -> None:
    for n, items in ((28, 1), (10, 3), (40, 1), (250, 1)):
        for rule in (UP, CUT, EITHER):
            strings = [f"4.{i:02d}" for i in range(100)]
            passing = sum(bool(mean_totals(text, n, items, rule)) for text in strings)
            assert power(2, n, items, rule) == Fraction(passing, 100)


# -- (b) 354 services and 22.9 % --------------------------------------------------------------


@pytest.mark.parametrize("rule", list(RULES))
def test_readings_of_354(rule: Rounding) -> None:
    halves = range(1, 1000)
    in_2024 = [e for e in halves if shown(354 - e, e, rule) == "22.9"]
    both = [(e, 354 - e) for e in range(1, 354) if shown(354 - 2 * e, e, rule) == "22.9"]
    in_2023 = [a for a in halves if shown(a - 354, 354, rule) == "22.9"]
    on_later = [e for e in halves if shown(354 - e, 354, rule) == "22.9"]
    assert list(earlier_counts("22.9%", 354, rule)) == in_2024 == [288]
    assert growth_within_total("22.9%", 354, rule) == both == []
    assert list(later_counts("22.9%", 354, rule)) == in_2023 == ([] if rule is CUT else [435])
    assert list(earlier_counts("22.9%", 354, rule, base="later")) == on_later
    assert on_later == ([] if rule is CUT else [273])


def test_nearest_totals_of_both_half_years() -> None:
    assert nearest_totals("22.9%", 354) == (350, 370)
    assert growth_within_total("22.9%", 350)
    assert growth_within_total("22.9%", 370)
    assert not any(growth_within_total("22.9%", t) for t in range(351, 370))


# -- (c) productivity -------------------------------------------------------------------------


def test_productivity_pairs_with_an_unchanged_denominator() -> None:
    ten = [(19, 21), (38, 42), (57, 63), (76, 84), (86, 95), (95, 105)]
    eleven = [(73, 81), (82, 91), (91, 101), (100, 111)]
    for text, pairs in (("10.5%", ten), ("11.0%", eleven)):
        assert list(growth_pairs(text, range(1, 101))) == pairs
        brute = [
            (b, a)
            for b in range(1, 101)
            for a in range(1, 200)
            if shown(a - b, b, UP) == text.rstrip("%")
        ]
        assert brute == pairs
    assert list(growth_pairs("10.5%", range(1, 58))) == ten[:3]


# -- growth in general ------------------------------------------------------------------------


@settings(max_examples=40)
@given(st.integers(1, 90), st.integers(0, 200), st.sampled_from(list(RULES)))
def test_every_true_growth_is_found(earlier: int, later: int, rule: Rounding) -> None:
    text = shown(later - earlier, earlier, rule) + "%"
    assert Fraction(later - earlier, earlier) in preimage(text, rule)
    assert later in later_counts(text, earlier, rule)
    if later and not text.startswith(("-100", "-99.9")):
        assert earlier in earlier_counts(text, later, rule)


def test_senseless_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        grim_percent("50%", 0)


def test_a_fall_to_about_nothing_has_no_largest_start() -> None:
    assert earlier_counts("-100%", 5) == range(1000, MANY + 1)  # 5 / 1,000 − 1 is −99.5%
    assert earlier_counts("-100%", 0) == range(1, MANY + 1)
    assert not earlier_counts("-50%", 0)
    assert not earlier_counts("-120%", 5)
