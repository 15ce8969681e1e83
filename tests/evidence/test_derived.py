"""Numbers of the prose on claims against values computed by hand, and ranges rounded outwards."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.text import outward, outward_percent
from analysis.evidence.appraisal import derived, labour_ratio, numbers
from analysis.evidence.soundness import share_power
from analysis.tables.case import Case
from analysis.tables.strategy_tables import printed_strings

BY_HAND = {
    "services_before": "288",  # 66 / 288 = 0.22917; 65 / 289 = 0.22491, 67 / 287 = 0.23345
    "services_after": "435",  # 81 / 354 = 0.22881; 80 / 354 = 0.22599, 82 / 354 = 0.23164
    "both_halves_below": "350",  # 157 and 193 grow by 22.930%
    "both_halves_above": "370",  # 166 and 204 grow by 22.892%
    "split_low": "159 and 195",
    "split_high": "158 and 196",
    "split_low_growth": "22.6%",  # 36 / 159
    "split_high_growth": "24.1%",  # 38 / 158
    "longer_ways": "13",
    "longer_example": "105, 120 and 129",  # 24 / 105 = 0.22857
    "growth_by_chance_low": "4%",  # 4.914%, and below 44.105%, by Clopper and Pearson
    "growth_by_chance_high": "45%",
    "chance_p": "0.010",
    "other_services": "182",
    "other_types_min": "3",  # 182 / 77 = 2.36
    "respondents_fitting": "66",
    "respondents_smallest": "49",  # 38 / 49 = 0.77551
    "every_service_below_share": "77.4%",  # 274 / 354
    "every_service_above_share": "77.7%",  # 275 / 354
    "constant_low": "10.45%",
    "constant_high": "11.05%",
    "labour_low": "10.77%",
    "labour_high": "11.26%",
    "labour_by_sales_low": "5.80%",  # 1.175 / 1.1105 = 1.058082
    "labour_by_sales_high": "6.81%",  # 1.185 / 1.1095 = 1.068049
    "revenue_per_service": "856.24",  # 303110 / 354
    "faster_low": "5.0",  # 17.5 - 12.5
    "faster_high": "7.0",  # 18.5 - 11.5
    "margin_ten": "1,000",
    "margin_eleven": "909",
    "margin_change": "−9.1%",
    "times_three_gives": "720",
    "over_three_gives": "80",
    "square_gives": "60.1%",  # (38 / 49) squared
    "cost_year": "11.36%",  # 1 - 0.99 ** 12 = 0.113615
    "turnover_needed": "4.55%",  # 1.15 / 1.10 = 1.04545
    "satisfaction_start_max": "56.33%",  # 1 / 1.7755 = 0.56322
    "satisfaction_start_both_low": "43.65%",  # 0.7755 / 1.7765 = 0.43653
    "satisfaction_start_both_high": "43.74%",  # 0.7765 / 1.7755 = 0.43734
    "satisfaction_rise_below": "59.74%",  # 0.7765 / 1.3 = 0.597308
    "satisfaction_example_below": "70.60%",  # 0.7765 / 1.1 = 0.705909
    "n_results": "19",
    "n_result_numbers": "10",
    "n_results_inconsistent": "0",
    "n_targets": "11",
    "n_target_places": "22",
    "n_targets_without": "7",
}


@pytest.fixture(scope="module")
def found(segelec: Case) -> dict[str, str]:
    return numbers(segelec)


@pytest.mark.parametrize("key", BY_HAND)
def test_number_by_hand(found: dict[str, str], key: str) -> None:
    assert found[key] == BY_HAND[key]


@pytest.mark.parametrize(
    ("growth", "low", "high"),
    [
        # 319 services before: 1.1097 / 1.1105 = 0.9993 and 1.1097 / 1.1045 = 1.0047 by the rates of
        # the half-years; whole services of each quarter allow a little less (test_single)
        ("11.0%", "−0.03%", "0.43%"),
        ("22.9%", "10.77%", "11.26%"),
    ],
)
def test_labour_by_other_prints(segelec: Case, growth: str, low: str, high: str) -> None:
    texts = derived(printed_strings(segelec) | {"5-services-growth": growth})
    assert (texts["labour_low"], texts["labour_high"]) == (low, high)


def test_ranges_leave_nothing_out() -> None:
    assert outward(Fraction(4914, 1000), Fraction(44105, 1000)) == ("4", "45")
    assert outward(-4.1, -3.9) == ("−5", "−3")
    assert outward(5, 7, 1) == ("5.0", "7.0")
    assert outward_percent(Fraction(1, 3), Fraction(2, 3)) == ("33.33%", "66.67%")


@given(st.fractions(-1000, 1000), st.fractions(0, 50), st.integers(0, 4))
def test_a_written_range_holds_the_range(low: Fraction, width: Fraction, places: int) -> None:
    ends = outward(low, low + width, places)
    below, above = (Fraction(end.replace("−", "-").replace(",", "")) for end in ends)
    unit = Fraction(1, 10**places)
    assert below <= low < below + unit
    assert above - unit < low + width <= above


def test_what_a_fitting_share_is_worth() -> None:
    # n + 1 counts print as n + 1 different shares, while n is at most 1,000; 100% is left out
    assert share_power((10, 354, 2000))["chance"].tolist() == ["1.0%", "35.4%", "100.0%"]
    assert len({f"{1000 * k // 354}" for k in range(354)}) == 354


# -- labour that reconciles services with productivity: section 3 (c), floats for comparison ------

RATES = ("10.5%", "11.0%")


def test_ratio_and_staff() -> None:
    ratio = labour_ratio([(288, 354)], RATES)
    assert ratio is not None
    # inside what the rates alone give: 354 / 288 / 1.1105 = 1.1069 and / 1.1045 = 1.1129
    assert 1.1069 < ratio.ends[0] < ratio.ends[1] < 1.1129
    pairs = [(b, a) for b in range(1, 32) for a in range(1, 32) if Fraction(a, b) in ratio]
    assert pairs == [(9, 10), (18, 20), (27, 30)]


def by_floats(before: int, after: int) -> tuple[float, float]:
    """The labour that both quarters allow, over every split of the services, in floats."""
    low, high = 9.0, 0.0
    for first in range(1, before):
        for now in range(1, after):
            one, other = now / first, (after - now) / (before - first)
            least = max(one / 1.1055, other / 1.1105)
            most = min(one / 1.1045, other / 1.1095)
            if least < most:
                low, high = min(low, least), max(high, most)
    return round(low, 4), round(high, 4)


@pytest.mark.parametrize("before", [288, 319])
def test_ratio_by_brute_force(before: int) -> None:
    ratio = labour_ratio([(before, 354)], RATES)
    assert ratio is not None
    assert tuple(round(float(end), 4) for end in ratio.ends) == by_floats(before, 354)


def test_counts_that_no_labour_reconciles() -> None:
    assert labour_ratio([(2, 3)], RATES) is None  # 1 to 1 and 1 to 2 services are no 10.5%
