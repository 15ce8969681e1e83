"""Numbers whose sign between the digits could stand before decimals or between thousands."""

from __future__ import annotations

from typing import Any

import pytest

from analysis.intake.cells import ASK_DECIMAL, OTHER_DECIMAL, Context, read_number
from analysis.tables.case import IntakeSettings

from .conftest import cases


@pytest.mark.parametrize(("text", "told", "plain"), cases("three-digits-after-a-sign"))
def test_three_digits_after_a_sign(text: str, told: Any, plain: str) -> None:
    read = read_number(text, Context(IntakeSettings(decimal=told)))
    assert (read.fault, read.text) == (None, plain)


def test_three_digits_after_a_sign_that_are_no_number() -> None:
    assert read_number("1.500", Context(IntakeSettings())).fault == ASK_DECIMAL
    assert read_number("0,125", Context(IntakeSettings(decimal="point"))).fault == OTHER_DECIMAL
