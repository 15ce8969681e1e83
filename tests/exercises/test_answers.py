"""Every exercise against answers worked out by hand, every typical mistake against its words."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pytest

from analysis.exercises.lesson import TOPICS
from analysis.exercises.study import Study
from analysis.exercises.task import Task, grade
from analysis.tables.case import load_case

from .by_hand import CASES, RIGHT, SILLY, WRONG, typed

ROOT = Path(__file__).resolve().parents[2]
EVERY = [(topic, exercise.key) for topic, exercises in TOPICS.items() for exercise in exercises]
ROWS = ROOT / "data" / "processed"

each_exercise = pytest.mark.parametrize(("topic", "key"), EVERY, ids=[key for _, key in EVERY])


@cache
def study(topic: str) -> Study:
    return Study(load_case(CASES[topic], ROOT))


@cache
def task(topic: str, key: str) -> Task:
    exercise = next(one for one in TOPICS[topic] if one.key == key)
    return exercise.pose(study(topic))


def rows(case: str, table: str) -> Iterator[dict[str, str]]:
    with (ROWS / case / "ledger" / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def test_every_exercise_was_worked_out_by_hand() -> None:
    for table in (RIGHT, WRONG):
        assert [(topic, key) for topic in table for key in table[topic]] == EVERY
    assert len({key for _, key in EVERY}) == len(EVERY)


@each_exercise
def test_right_answers_are_right_in_every_form(topic: str, key: str) -> None:
    for answer in RIGHT[topic][key]:
        found = grade(task(topic, key), typed(answer))
        assert found.state == "right", (answer, found)
        assert found.text.startswith(task(topic, key).why)


@each_exercise
def test_typical_mistakes_are_recognised(topic: str, key: str) -> None:
    for answer, words in WRONG[topic][key]:
        found = grade(task(topic, key), typed(answer))
        assert found.state in ("wrong", "nearly"), (answer, found)
        assert words in found.text, (answer, found)


@each_exercise
def test_no_mistake_is_never_met(topic: str, key: str) -> None:
    met = {grade(task(topic, key), typed(answer)).text for answer, _ in WRONG[topic][key]}
    assert {mistake.text for mistake in task(topic, key).mistakes} <= met


@each_exercise
def test_unanswered_is_not_wrong(topic: str, key: str) -> None:
    assert grade(task(topic, key), ...).state == "open"


@each_exercise
def test_hints_lead_on_and_do_not_begin_with_the_answer(topic: str, key: str) -> None:
    posed = task(topic, key)
    assert len(posed.hints) >= 3
    assert len(set(posed.hints)) == len(posed.hints)
    for text in (posed.hints[0], *(mistake.text for mistake in posed.mistakes)):
        for answer in RIGHT[topic][key]:
            assert answer.strip("\"'") not in text.split() or len(answer) < 4


@each_exercise
def test_an_unknown_mistake_is_said_to_be_one(topic: str, key: str) -> None:
    """A number that nobody would come to; choices have no unknown mistakes."""
    found = grade(task(topic, key), 123456789)
    assert found.state in ("wrong", "unreadable")
    assert found.text == task(topic, key).form.again or found.state == "unreadable"


@each_exercise
def test_silly_answers_get_a_sentence(topic: str, key: str) -> None:
    for answer in SILLY:
        found = grade(task(topic, key), typed(answer))
        assert found.text
        assert found.state != "right" or (key, answer) == ("census", "[]"), answer


@each_exercise
def test_the_last_hint_ends_with_python_that_gives_the_answer(topic: str, key: str) -> None:
    assert_last_hint(task(topic, key), study(topic))


@pytest.mark.parametrize("topic", ["asis_diagnosis", "kpis", "quarter_over_quarter", "scorecard"])
def test_a_students_own_ledger_has_its_own_answers(topic: str) -> None:
    own = Study(load_case("segelec", ROOT), "Ana Pérez")
    same = Study(load_case("segelec", ROOT), " ana  PÉREZ ")
    changed = 0
    for exercise in TOPICS[topic]:
        posed = exercise.pose(own)
        assert_last_hint(posed, own)
        assert posed.answer == exercise.pose(same).answer
        changed += posed.answer != task(topic, exercise.key).answer
    assert changed or topic == "scorecard"


def assert_last_hint(posed: Task, own: Study) -> None:
    code = re.findall(r"`([^`]+)`", posed.hints[-1])[-1]
    names: dict[str, Any] = {"ten": posed.frame, "sales": posed.frame}
    if own.case.name == "segelec":
        names |= {"service": own.rows("service"), "sale": own.rows("sale")}
        names |= {"hours": own.rows("staff_hours")}
    found = grade(posed, typed(code, **names))
    plt.close()
    assert found.state == "right", (code, found)


def test_the_sales_given_are_those_of_the_rows() -> None:
    quarters = {"2023Q2": 0, "2024Q1": 0, "2024Q2": 0}
    for row in rows("segelec", "sale"):
        year, month, _ = row["invoiced_on"].split("-")
        quarter = f"{year}Q{(int(month) + 2) // 3}"
        if quarter in quarters:
            quarters[quarter] += int(row["amount_centimos"])
    assert quarters == {"2023Q2": 13962772, "2024Q1": 13834930, "2024Q2": 16476070}
    given = [
        row[1].replace(",", "").replace(".", "")
        for row in task("quarter_over_quarter", "growth").facts.rows
    ]
    assert given == ["13962772", "13834930", "16476070"]


def test_the_services_given_are_those_of_the_rows() -> None:
    done = [r for r in rows("segelec", "service") if "2024-04" <= r["completed_on"] < "2024-07"]
    on_time = [row for row in done if row["completed_on"] <= row["due_on"]]
    alarms = [row for row in done if row["service_type"] == "alarms"]
    assert (len(done), len(on_time), len(alarms)) == (188, 165, 42)
    assert task("quarter_over_quarter", "points").facts.rows[1] == ("2024Q2", "188", "165")
    assert task("quarter_over_quarter", "contribution").facts.rows[0] == (
        "Alarm installation",
        "29",
        "42",
    )


def test_the_statement_given_is_that_of_the_rows() -> None:
    first = next(rows("kowalczyk", "fin_statement"))
    names = ("sales", "cogs", "selling", "admin", "other_op_income", "other_op_cost")
    given = [row[1].replace(",", "") for row in task("efficiency", "loss").facts.rows]
    assert given == [first[name] for name in names]


def test_no_smaller_survey_prints_the_share() -> None:
    """All shares of fewer than 49 answers, rounded in whole numbers."""
    found = {
        (1000 * 2 * k + n) // (2 * n) for n in range(1, 49) for k in range(n + 1)
    }  # per mille, half up
    assert 776 not in found
    assert (1000 * 2 * 38 + 49) // (2 * 49) == 776


def test_what_is_given_says_its_kind() -> None:
    kinds = {key: task(topic, key).facts.kind for topic, key in EVERY}
    assert kinds["growth"] == "synthetic"
    assert kinds["before"] == "printed"
    assert kinds["tie"] == "derived"
    assert kinds["order"] == "words"
