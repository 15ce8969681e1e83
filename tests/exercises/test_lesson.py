"""What the notebook's functions show: hints one by one, progress, calm where a case lacks it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from analysis.base.errors import InputError
from analysis.exercises import lesson
from analysis.exercises.lesson import TOPICS, Lesson, start

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What is shown, in all its forms."""
    found: list[dict[str, str]] = []

    def keep(data: dict[str, str], about: Any = None) -> None:
        found.append(data)

    monkeypatch.setattr("analysis.exercises.lesson.emit", keep)
    monkeypatch.setattr("analysis.notebook.display.emit", keep)
    monkeypatch.chdir(ROOT / "notebooks" / "exercises")
    return found


def plain(shown: list[dict[str, str]]) -> list[str]:
    return [one["text/plain"] for one in shown]


@pytest.fixture
def rates(shown: list[dict[str, str]]) -> Lesson:
    return start("rates", "segelec")


def test_hints_come_one_by_one_and_the_last_one_stays(
    rates: Lesson, shown: list[dict[str, str]]
) -> None:
    for _ in range(4):
        rates.hint("growth")
    rates.hint("chain")
    heads = [text[:12] for text in plain(shown)]
    assert heads == ["Hint 1 of 3.", "Hint 2 of 3.", "The way to t", "The way to t", "Hint 1 of 3."]


def test_what_is_given_is_a_table_and_the_form_of_the_answer(
    rates: Lesson, shown: list[dict[str, str]]
) -> None:
    rates.given("growth")
    table, form = shown
    assert "[synthetic]" in table["text/html"]
    assert "164,760.70" in table["text/plain"]
    assert form["text/plain"].startswith("How to answer: a number in per cent")


def test_progress_counts_what_is_solved(rates: Lesson, shown: list[dict[str, str]]) -> None:
    rates.check("growth", "18.0")
    rates.check("growth", "18.0")
    rates.check("half-year", "854.91")
    rates.progress()
    assert plain(shown)[-1].startswith("1 of 6 solved. Open: half-year, points, reached, chain and")
    for key, answer in (
        ("half-year", "856.24"),
        ("points", "6.7"),
        ("reached", "56.3"),
        ("chain", "21.4"),
        ("contribution", "8.5"),
    ):
        rates.check(key, answer)
    rates.progress()
    assert plain(shown)[-1] == "6 of 6 solved. All of them. Well done."


def test_words_of_each_state(rates: Lesson, shown: list[dict[str, str]]) -> None:
    for answer in (..., "18.0", "15.3", "18", "eighteen"):
        rates.check("growth", answer)
    rates.check("growth")
    heads = [text.split(".")[0] for text in plain(shown)]
    assert heads == [
        "Not answered yet",
        "Right",
        "Not yet",
        "Nearly",
        "This answer cannot be read",
        "Not answered yet",
    ]
    assert 'hint("growth") helps' in plain(shown)[2]


@pytest.mark.parametrize("key", ["grwth", "", None, 3, ["growth"]])
def test_a_mistyped_key_is_no_error(rates: Lesson, shown: list[dict[str, str]], key: Any) -> None:
    rates.given(key)
    rates.check(key, 1)
    rates.hint(key)
    assert all(text.startswith("No such exercise. This notebook has") for text in plain(shown))
    assert len(shown) == 3


def test_what_a_student_types_is_shown_as_text(rates: Lesson, shown: list[dict[str, str]]) -> None:
    rates.check("growth", "<b onclick=x>5</b>")
    assert "<b onclick" not in shown[-1]["text/html"]


def test_an_unknown_topic_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="printed numbers"):
        start("ratios", "segelec")


@pytest.mark.parametrize("case", ["segelec", "kowalczyk", "template", "courier"])
@pytest.mark.parametrize("topic", list(TOPICS))
def test_another_case_leaves_out_what_it_lacks(
    shown: list[dict[str, str]], topic: str, case: str
) -> None:
    """A student may name any case in the first cell; nothing breaks."""
    session = start(topic, case)
    for exercise in TOPICS[topic]:
        session.given(exercise.key)
        session.check(exercise.key, 1)
        session.hint(exercise.key)
    session.progress()
    for text in plain(shown):
        if text.startswith("This exercise is left out."):
            assert f"the case {case} does not have" in text


def test_a_firm_of_ones_own(
    shown: list[dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its rows read, the template poses what rests on rows, and its numbers are its own."""
    from analysis.cli import main

    for name in ("data/raw", "notebooks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    monkeypatch.chdir(tmp_path)
    for step in ("ledger", "kpis"):
        assert main([step, "--case", "template"]) == 0
    for topic in ("rates", "okrs", "scorecard"):
        session = lesson.start(topic, "template")
        for exercise in TOPICS[topic]:
            session.given(exercise.key)
            session.hint(exercise.key)
    left_out = [text for text in plain(shown) if text.startswith("This exercise is left out.")]
    assert len(left_out) == 2  # given and hint of what rests on a printed number
    assert all("abstract-satisfaction" in text for text in left_out)
