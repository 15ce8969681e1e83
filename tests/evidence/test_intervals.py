"""Intervals against published tables and against scipy's own."""

import pytest
from scipy.stats import binomtest, chi2

from analysis.evidence.soundness import count_interval, growth_interval, share_interval


@pytest.mark.parametrize(("successes", "trials"), [(0, 10), (10, 10), (77, 100), (1, 1), (88, 114)])
def test_share_as_scipy_has_it(successes: int, trials: int) -> None:
    other = binomtest(successes, trials).proportion_ci(method="wilson")
    assert share_interval(successes, trials) == pytest.approx((other.low, other.high), abs=1e-6)


def test_share_of_the_literature() -> None:
    # Newcombe, Statistics in Medicine 17 (1998) 857-872, table I: 81 of 263, and 0 of 20
    assert share_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert share_interval(0, 20) == pytest.approx((0, 0.1611), abs=5e-5)


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (10, 4.7954, 18.3904), (100, 81.3640, 121.6272)],
)
def test_counts_of_the_published_table(count: int, low: float, high: float) -> None:
    """Garwood's limits, as tabulated for instance by Ulm (1990)."""
    assert count_interval(count) == pytest.approx((low, high), abs=5e-4)


@pytest.mark.parametrize("count", [3, 57, 188])
def test_limits_leave_the_tails_they_should(count: int) -> None:
    low, high = count_interval(count)
    assert chi2.cdf(2 * low, 2 * count) == pytest.approx(0.025)
    assert chi2.cdf(2 * high, 2 * count + 2) == pytest.approx(0.975)


@pytest.mark.parametrize(("before", "after"), [(288, 354), (1, 1), (5, 40)])
def test_growth_is_the_exact_share_of_both_counts(before: int, after: int) -> None:
    exact = binomtest(after, before + after).proportion_ci(method="exact")
    rates = tuple(share / (1 - share) - 1 for share in exact)
    assert growth_interval(before, after) == pytest.approx(rates)


def test_growth_of_the_printed_services() -> None:
    # by the normal approximation of its logarithm: 354 / 288 times exp(+-1.96 sqrt(1/288 + 1/354))
    assert growth_interval(288, 354) == pytest.approx((0.052, 0.436), abs=6e-3)
