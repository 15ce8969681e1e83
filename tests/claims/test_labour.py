"""Labour that reconciles services with productivity: section 3 (c), and floats for comparison."""

from __future__ import annotations

from fractions import Fraction

import pytest

from analysis.claims.paper.results import labour_must_grow, labour_ratio

RATES = ("10.5%", "11.0%")


def test_ratio_and_staff() -> None:
    ratio = labour_ratio([(288, 354)], RATES)
    assert ratio is not None
    low, high = ratio.ends
    assert (round(float(low), 4), round(float(high), 4)) == by_floats(288, 354)
    # inside what the rates alone give: 354 / 288 / 1.1105 = 1.1069 and / 1.1045 = 1.1129
    assert 1.1069 < low < high < 1.1129
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


def test_ratio_of_other_counts() -> None:
    ratio = labour_ratio([(319, 354)], RATES)
    assert ratio is not None
    assert tuple(round(float(end), 4) for end in ratio.ends) == by_floats(319, 354)
    assert labour_ratio([(2, 3)], RATES) is None  # 1 to 1 and 1 to 2 services are no 10.5%


@pytest.mark.parametrize(("before", "grew"), [(288, True), (318, True), (319, False)])
def test_labour_grew_where_services_grew_more_than_productivity(before: int, grew: bool) -> None:
    # 354 / 318 = 1.1132 is above 1.1105, and 354 / 319 = 1.1097 below
    assert labour_must_grow([(before, 354)], RATES) == grew
