"""Labour that reconciles services with productivity: section 3 (c), and floats for comparison."""

from __future__ import annotations

from fractions import Fraction

from analysis.claims.labour import labour_ratio, staff_pairs, staff_solutions

RATES = ["10.5%", "11.0%"]


def test_ratio_and_staff() -> None:
    ratio = labour_ratio("22.9%", RATES)
    low, high = ratio.ends
    assert (round(float(low), 4), round(float(high), 4)) == (1.1063, 1.1132)
    assert staff_pairs(ratio, 31) == [(9, 10), (18, 20), (27, 30), (28, 31)]


def test_all_solutions_with_up_to_ten_staff() -> None:
    found = staff_solutions((288, 354), RATES, 10)
    assert len(found) == 47
    for solution in found:
        (b1, a1), (b2, a2) = solution.services
        assert (b1 + b2, a1 + a2) == (288, 354)
        for (before, after), (s, t), text in zip(
            solution.services, solution.staff, ("10.5", "11.0"), strict=True
        ):
            assert f"{100 * ((after / t) / (before / s) - 1):.1f}" == text
    tenth = [s.services[0][0] for s in found if s.staff == ((9, 10), (9, 10))]
    assert (min(tenth), max(tenth)) == (198, 228)


def test_even_quarters_and_moderate_changes() -> None:
    found = staff_solutions(
        (288, 354), RATES, 15, reduced=True, least_share=Fraction(35, 100), largest_factor=2
    )
    assert len(found) == 19
    assert ((107, 133), (181, 221)) in [s.services for s in found]
