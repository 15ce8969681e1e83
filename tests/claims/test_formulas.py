"""Printed formulas: read, applied, and what the typesetting lost."""

from __future__ import annotations

from fractions import Fraction

import pytest

from analysis.base.errors import InputError
from analysis.claims.printed import read_formula


@pytest.mark.parametrize(
    ("text", "data", "value"),
    [
        ("(P after - P before) ÷ P before × 100", {"P after": 111, "P before": 100}, 11),
        ("(T before - T after) ÷T before x 100", {"T before": 10, "T after": 8}, 20),
        ("(Total Revenue ÷ Net Profit )×100", {"total revenue": 100, "net profit": 10}, 1000),
        ("(increase / initial) x 100%", {"increase": 1, "initial": 4}, 25),
        ("a - b - c", {"a": 10, "b": 3, "c": 2}, 5),
        ("a ÷ b ÷ 2.5", {"a": 10, "b": 2}, 2),
        ("a + b × 3", {"a": 1, "b": 2}, 7),
    ],
)
def test_formulas_by_hand(text: str, data: dict[str, int], value: int) -> None:
    assert read_formula(text).at(data) == Fraction(value)


def test_a_name_printed_twice_means_a_lost_sign() -> None:
    lost = read_formula("(Initial Costs Initial Costs – Final Costs) × 100%")
    assert lost.lost_operator == "initial costs initial costs"
    assert read_formula("(Initial Costs – Final Costs) ÷ Initial Costs").lost_operator is None


@pytest.mark.parametrize("text", ["(a + b", "a + b)", "a +", "a & b"])
def test_broken_formulas_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_formula(text).at({"a": 1, "b": 2})


def test_a_missing_value_is_named() -> None:
    with pytest.raises(InputError, match="no value"):
        read_formula("a ÷ b").at({"a": 1})
