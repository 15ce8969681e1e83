"""Labour that reconciles services with productivity: section 3 (c), and floats for comparison."""

from __future__ import annotations

from fractions import Fraction

from analysis.claims.labour import labour_ratio

RATES = ["10.5%", "11.0%"]


def test_ratio_and_staff() -> None:
    ratio = labour_ratio("22.9%", RATES)
    low, high = ratio.ends
    assert (round(float(low), 4), round(float(high), 4)) == (1.1063, 1.1132)
    pairs = [(b, a) for b in range(1, 32) for a in range(1, 32) if Fraction(a, b) in ratio]
    assert pairs == [(9, 10), (18, 20), (27, 30), (28, 31)]
