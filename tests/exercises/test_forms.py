"""Answers of any type: read exactly, or refused in one friendly sentence."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.exercises.forms import Choice, Counts, Form, Number, Pair, Several
from analysis.exercises.task import Facts, Mistake, Task, grade

ODD: list[object] = [
    None,
    True,
    object(),
    object,
    len,
    b"1",
    1j,
    float("nan"),
    float("inf"),
    "",
    " ",
    "about 3",
    "1,5",
    "1.2.3",
    "1/0",
    "٣",
    "9" * 5000,
    "1" * 41 + "/3",
    "<b>5</b>",
    "_5_",
    "=1+1",
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("Infinity"),
    Decimal("1E+1000000"),
    [],
    {},
    [[1]],
    {"a": 1},
    (1, 2, 3),
    [None],
    pd.NA,
    pd.Series([1, 2]),
    pd.DataFrame(),
    np.array([1, 2]),
    np.float64("nan"),
    np.bool_(True),
    range(10**9),
    Exception("x"),
    lambda: 3,
]
FORMS: list[tuple[Form, Any]] = [
    (Number("per cent", 1), Fraction(55, 3)),
    (Number(), Fraction(49)),
    (Pair("per cent"), (Fraction(1), Fraction(2))),
    (Counts("services"), frozenset({288})),
    (Choice(("met", "behind")), "met"),
    (Several(("F2", "P3")), frozenset({"P3"})),
]


def task(form: Form, answer: Any, *mistakes: Mistake) -> Task:
    return Task(Facts((), (), "", "words"), form, answer, "Because.", ("a", "b", "c"), mistakes)


@pytest.mark.parametrize("answer", ODD, ids=lambda answer: type(answer).__name__)
@pytest.mark.parametrize(("form", "value"), FORMS, ids=lambda part: type(part).__name__)
def test_what_is_no_answer_gets_a_sentence(form: Form, value: Any, answer: object) -> None:
    found = grade(task(form, value), answer)
    assert found.state in ("unreadable", "wrong", "nearly")
    assert 10 < len(found.text) < 400
    assert found.text.rstrip().endswith((".", "?"))


anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.fractions(),
    st.text(),
    st.complex_numbers(),
    st.binary(),
    st.lists(st.integers() | st.text()),
    st.tuples(st.floats(), st.decimals()),
    st.sets(st.integers()),
    st.dictionaries(st.text(), st.text()),
)


@given(anything)
def test_nothing_raises(answer: object) -> None:
    for form, value in FORMS:
        assert grade(task(form, value), answer).text


@given(st.fractions(), st.integers(0, 4))
def test_the_exact_number_is_right_and_no_other_one(value: Fraction, places: int) -> None:
    for form in (Number("", places), Number()):
        posed = task(form, value)
        assert grade(posed, value).state == "right"
        assert grade(posed, f"{value.numerator}/{value.denominator}").state == "right" or (
            len(str(value)) > 35
        )
        assert grade(posed, value + Fraction(1, 10**9)).state != "right"


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("18.3", "right"),
        ("18.33", "right"),
        ("18.34", "nearly"),
        ("18.4", "wrong"),
        ("18.3%", "right"),
        ("+18.3 %", "right"),
        ("18", "nearly"),
        (18, "nearly" if abs(18 - Fraction(55, 3)) <= Fraction(1, 20) else "wrong"),
        (Fraction(183, 10), "nearly"),
        (Decimal("18.3"), "right"),
        (Decimal("18.30"), "nearly"),
        (Decimal("1.83E+1"), "right"),
        (18.33, "right"),
        (np.float32(18.33), "right"),
        (18.4, "wrong"),
        (np.int64(18), "wrong"),
        (Fraction(55, 300), "wrong"),
        (Fraction(5500, 3), "wrong"),
    ],
)
def test_a_third_rounded_to_one_decimal(answer: object, state: str) -> None:
    """55 ÷ 3 is 18.333..., printed as 18.3."""
    assert grade(task(Number("per cent", 1), Fraction(55, 3)), answer).state == state


def test_a_float_is_told_its_tolerance() -> None:
    assert "within 0.05" in grade(task(Number("", 1), Fraction(55, 3)), 55 / 3).text
    assert "one part in a billion" in grade(task(Number(), Fraction(49)), 49.0).text
    assert grade(task(Number(), Fraction(49)), 49.001).state == "wrong"
    assert "float" not in grade(task(Number(), Fraction(49)), 49).text


def test_per_cent_where_none_is_asked_for() -> None:
    found = grade(task(Number("days", 1), Fraction(102)), "102%")
    assert found.state == "unreadable"
    assert "without %" in found.text


def test_the_first_mistake_that_fits_is_named() -> None:
    mistakes = (Mistake(Fraction(3), "One."), Mistake(Fraction(3), "Two."))
    assert grade(task(Number(), Fraction(2), *mistakes), 3).text == "One."


def test_a_mistake_that_equals_the_answer_hides_nothing() -> None:
    posed = task(Number(), Fraction(2), Mistake(Fraction(2), "Never."))
    assert grade(posed, 2).state == "right"


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ([288], "right"),
        ([288, 288], "right"),
        (range(288, 289), "right"),
        ([287], "wrong"),
        ([288, 289], "nearly"),
        ([], "wrong"),
        ("288, 289", "unreadable"),
        ([288.5], "unreadable"),
    ],
)
def test_counts(answer: object, state: str) -> None:
    assert grade(task(Counts("services"), frozenset({288})), answer).state == state


@pytest.mark.parametrize(
    ("answer", "state"),
    [("met", "right"), ("  MET ", "right"), ("behind", "wrong"), ("mt", "unreadable")],
)
def test_choices(answer: object, state: str) -> None:
    assert grade(task(Choice(("met", "behind")), "met"), answer).state == state
