"""Answers of any type: read exactly, or refused in one friendly sentence."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from analysis.exercises.compound import Chart, Day, Table, Text
from analysis.exercises.forms import Choice, Counts, Form, Number, Pair, Several
from analysis.exercises.task import Facts, Mistake, Task, grade

from .by_hand import typed

ASKED = yaml.safe_load(Path(__file__).with_name("forms.yaml").read_text(encoding="utf-8"))
FORMS: list[tuple[Form, Any]] = [
    (Number("per cent", 1), Fraction(55, 3)),
    (Number(), Fraction(49)),
    (Pair("per cent"), (Fraction(1), Fraction(2))),
    (Counts("services"), frozenset({288})),
    (Choice(("met", "behind")), "met"),
    (Several(("F2", "P3")), frozenset({"P3"})),
    (Table({"a": Number("", 1), "b": Day()}), {"a": Fraction(1, 3), "b": date(2024, 5, 31)}),
    (Chart(), (Fraction(1), Fraction(2))),
    (Text((("a number", r"\d"),)), ""),
]


def task(form: Form, answer: Any, *mistakes: Mistake) -> Task:
    return Task(Facts((), (), "", "words"), form, answer, "Because.", ("a", "b", "c"), mistakes)


@pytest.mark.parametrize("answer", ASKED["no answer"])
@pytest.mark.parametrize(("form", "value"), FORMS, ids=lambda part: type(part).__name__)
def test_what_is_no_answer_gets_a_sentence(form: Form, value: Any, answer: str) -> None:
    found = grade(task(form, value), typed(answer))
    assert found.state in ("unreadable", "wrong", "nearly")
    assert 10 < len(found.text) < 400
    assert found.text.rstrip().endswith((".", "?"))


plain = (st.none, st.booleans, st.integers, st.floats, st.decimals, st.fractions, st.text)
anything = st.one_of(
    *(kind() for kind in (*plain, st.complex_numbers, st.binary)),
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
    ("form", "value", "answer", "state"),
    [
        (form, value, answer, state)
        for form, (value, answers) in ASKED["answers"].items()
        for answer, state in answers.items()
    ],
)
def test_what_comes_of_an_answer(form: str, value: str, answer: str, state: str) -> None:
    assert grade(task(typed(form), typed(value)), typed(answer)).state == state


def test_feedback_speaks_of_the_form_that_is_asked_for() -> None:
    """No choice is told of division, no number of Python's types."""
    assert "divided" not in grade(task(Several(("F2", "P3")), frozenset({"P3"})), []).text
    assert "divided" in grade(task(Number("", 1), Fraction(55, 3)), 17).text
    for answer in (18, "18", 18.3, Fraction(183, 10)):
        assert "Fraction" not in grade(task(Number("", 1), Fraction(55, 3)), answer).text
    assert "comma" in grade(task(Number("", 1), Fraction(55, 3)), (164, 760.70)).text


def test_a_mistake_is_recognised_when_it_is_rounded() -> None:
    upside_down = Mistake(Fraction(50000, 13), "Upside down.")
    posed = task(Number("per cent", 1), Fraction(13, 5), upside_down)
    assert grade(posed, 3846).text == grade(posed, "3846.2").text == "Upside down."
    assert grade(posed, 3845).text == Number().again


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
