"""Every exercise against answers worked out by hand, every typical mistake against its words."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pytest
import yaml

from analysis.base.text import decimal
from analysis.exercises.compound import Table
from analysis.exercises.forms import Form, Number, Pair
from analysis.exercises.lesson import TOPICS
from analysis.exercises.study import Study
from analysis.exercises.task import Task, grade
from analysis.tables.case import load_case

from .by_hand import CASES, RIGHT, SILLY, WRONG, typed

ROOT = Path(__file__).resolve().parents[2]
EVERY = [(topic, key) for topic, found in TOPICS.items() for key in found.keys]
ROWS = ROOT / "data" / "processed"
TEXTS = ROOT / "src" / "analysis" / "exercises"

each_exercise = pytest.mark.parametrize(("topic", "key"), EVERY, ids=[key for _, key in EVERY])


def study(topic: str, student: str = "") -> Study:
    return _study(CASES[topic], student)


@cache
def _study(case: str, student: str) -> Study:
    return Study(load_case(case, ROOT), student)


@cache
def task(topic: str, key: str) -> Task:
    return TOPICS[topic].pose(key, study(topic))


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
        plt.close("all")  # as after a cell, whatever was drawn before
        found = grade(task(topic, key), typed(answer))
        assert found.state == "right", (answer, found)
        assert found.text.startswith(task(topic, key).why)


@each_exercise
def test_typical_mistakes_are_recognised_and_none_is_never_met(topic: str, key: str) -> None:
    met = set()
    for answer, words in WRONG[topic][key]:
        found = grade(task(topic, key), typed(answer))
        assert found.state in ("wrong", "nearly"), (answer, found)
        assert words in found.text, (answer, found)
        met.add(found.text)
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
    own, same = study(topic, "Ana Pérez"), study(topic, " ana  PÉREZ ")
    changed = 0
    for key in TOPICS[topic].keys:
        posed = TOPICS[topic].pose(key, own)
        assert_last_hint(posed, own)
        assert posed.answer == TOPICS[topic].pose(key, same).answer
        changed += posed.answer != task(topic, key).answer
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


STUDENTS = ("", "Ana Pérez", "Bruno", "Carla Quispe", "Diego", "Eva")


@pytest.mark.parametrize("student", STUDENTS)
def test_no_wrong_idea_gives_the_right_answer(student: str) -> None:
    """Neither exactly nor typed with one or two digits, for the case and for drawn ledgers."""
    for topic, found in TOPICS.items():
        texts = yaml.safe_load((TEXTS / f"{topic}.yaml").read_text(encoding="utf-8"))
        own = study(topic, student)
        for key in found.keys:
            posed, listed = found.pose(key, own), texts[key].get("mistakes", {})
            if isinstance(posed.form, Number | Pair | Table):
                # a mistake that leads to the answer itself is left out when the task is posed
                assert len(posed.mistakes) == len(listed), (key, student)
            for mistake in posed.mistakes:
                if student and mistake.text.startswith("You rounded the two shares"):
                    continue  # the two roundings may add up to none, in every quarter
                for answer in typings(posed.form, mistake.value, posed.answer):
                    graded = grade(posed, answer)
                    assert graded.state != "right", (key, student, mistake.text, answer)


def typings(form: Form, value: Any, right: Any) -> list[Any]:
    """The ways to write a wrong value; beside the wrong cells of a table stand right ones."""
    if isinstance(form, Table):
        ways = {label: typings(form.parts[label], one, None) for label, one in value.items()}
        most = max(map(len, ways.values()))
        return [
            right | {label: way[min(n, len(way) - 1)] for label, way in ways.items()}
            for n in range(most)
        ]
    if isinstance(form, Number) and form.places is not None:
        return [Fraction(value), decimal(1)(value), decimal(2)(value)]
    return [sorted(value) if isinstance(value, frozenset) else value]


@pytest.mark.parametrize("student", STUDENTS[:2])
def test_the_chapters_way_to_a_quarter_works_on_days_and_months(student: str) -> None:
    own = study("kpis", student)
    service, hours = own.rows("service"), own.rows("staff_hours")
    quarter = own.quarter(1)
    done = (service["completed_on"].dt.to_period("Q").astype(str) == quarter).sum()
    worked = hours.loc[hours["month"].dt.to_period("Q").astype(str) == quarter, "quarter_hours"]
    posed = TOPICS["kpis"].pose("productivity", own)
    assert grade(posed, 100 * done / (worked.sum() / 4)).state == "right"
