from fractions import Fraction

import pytest

from analysis.base.expression import (
    HUNDRED,
    Measure,
    UnitError,
    before,
    evaluate,
    growth,
    number,
    reduction,
    state,
    unit_of,
    unit_text,
    written,
)

A, B = Measure("a"), Measure("b")
UNITS = {"a": {"soles": 1}, "b": {"service": 1}}
NAMES = {"a": "sales", "b": "services"}


def now(**values: int | None) -> dict[tuple[str, str], Fraction | None]:
    return {(k, "now"): None if v is None else Fraction(v) for k, v in values.items()}


def test_ratio_by_hand() -> None:
    assert evaluate(A / B * HUNDRED, now(a=3, b=8)) == Fraction(75, 2)


def test_growth_and_reduction_by_hand() -> None:
    values = now(a=120) | {("a", "before"): Fraction(100)}
    assert evaluate(growth(A), values) == 20
    assert evaluate(reduction(A), values) == -20


@pytest.mark.parametrize("divisor", [0, -5])
def test_a_divisor_that_is_not_above_zero_is_undefined(divisor: int) -> None:
    assert evaluate(A / B, now(a=3, b=divisor)) is None
    assert state(A / B, now(a=3, b=divisor)) == "undefined"


def test_what_was_not_measured_is_not_zero() -> None:
    assert evaluate(A + B, now(a=3, b=None)) is None
    assert state(A + B, now(a=3)) == "not recorded"
    assert state(A + A, now(a=3)) == ""


def test_units() -> None:
    assert unit_of(A / B, UNITS) == {"soles": 1, "service": -1}
    assert unit_text({"soles": 1, "service": -1}) == "soles/service"
    assert unit_of(growth(A), UNITS) == {"%": 1}
    assert unit_text({}) == "1"
    with pytest.raises(UnitError, match="soles \\+ service"):
        unit_of(A + B, UNITS)


def test_written_with_the_brackets_it_needs() -> None:
    assert written((A + B) / number(2), NAMES) == "(sales + services) ÷ 2"
    assert written(A + B / number(2), NAMES) == "sales + services ÷ 2"
    assert written(A - (B - A), NAMES) == "sales − (services − sales)"
    assert written(growth(A), NAMES) == "(sales − sales before) ÷ sales before × 100%"


def test_before_moves_measures_only() -> None:
    assert before(A / number(2)) == Measure("a", "before") / number(2)
