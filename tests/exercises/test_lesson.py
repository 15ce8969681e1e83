"""What the notebook's functions show: hints one by one, progress, calm where a case lacks it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from analysis.base.errors import InputError
from analysis.cli import main
from analysis.exercises import lesson
from analysis.exercises.lesson import TOPICS, Lesson, class_table, start

from .by_hand import RIGHT, typed

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
def changes(shown: list[dict[str, str]]) -> Lesson:
    return start("quarter_over_quarter", "segelec")


def test_hints_come_one_by_one_and_the_last_one_stays(
    changes: Lesson, shown: list[dict[str, str]]
) -> None:
    for _ in range(4):
        changes.hint("growth")
    changes.hint("chain")
    heads = [text[:12] for text in plain(shown)]
    assert heads == ["Hint 1 of 3.", "Hint 2 of 3.", "The way to t", "The way to t", "Hint 1 of 3."]


def test_what_is_given_is_a_table_and_the_form_of_the_answer(
    changes: Lesson, shown: list[dict[str, str]]
) -> None:
    changes.given("growth")
    table, form = shown
    assert "[synthetic]" in table["text/html"]
    assert "164,760.70" in table["text/plain"]
    assert form["text/plain"].startswith("How to answer: a number in per cent")


def test_progress_counts_what_is_solved(changes: Lesson, shown: list[dict[str, str]]) -> None:
    changes.check("growth", "18.0")
    changes.check("growth", "18.0")
    changes.check("chain", "21.0")
    changes.progress()
    assert plain(shown)[-1].startswith("1 of 6 solved. Open: points, chain, contribution, gap and")
    for key, answers in RIGHT["quarter_over_quarter"].items():
        changes.check(key, typed(answers[0]))
    changes.progress()
    assert plain(shown)[-1] == "6 of 6 solved. All of them. Well done."


def test_work_is_written_and_graded(
    shown: list[dict[str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for student in ("Ana Pérez", "=1+1"):
        lesson = start("okrs", "segelec", student)
        lesson.check("falling", 2)
        lesson.hint("falling")
        lesson.check("falling", 0.44)
        lesson.check("falling", 7)
        monkeypatch.chdir(tmp_path)
        lesson.finish()
        monkeypatch.chdir(ROOT)
    assert "1 of 7 solved. Hand in the file answers-1-1-okrs.json" in plain(shown)[-1]
    (tmp_path / "foreign.json").write_text('{"a": [1]}', encoding="utf-8")
    (tmp_path / "broken.json").write_bytes(b"\xff{")
    changed = (tmp_path / "answers-Ana-Pérez-okrs.json").read_text(encoding="utf-8")
    (tmp_path / "copy.json").write_text(changed.replace("false", "true"), encoding="utf-8")
    assert main(["grade", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert said.err.splitlines() == [
        "grade: broken.json: this is no file that finish() wrote. "
        "To fix: take it out of the folder, or ask for it again",
        "grade: copy.json: this file was damaged or changed after finish() wrote it. "
        "To fix: ask the student to run finish() again and to send the file as it is",
        "grade: foreign.json: this is no file that finish() wrote. "
        "To fix: take it out of the folder, or ask for it again",
    ]
    assert (tmp_path / "class.csv").read_text(encoding="utf-8").splitlines() == [
        "student,topic,case,solved,exercises,tries,hints,open",
        "'=1+1,okrs,segelec,1,7,2,1,relative below far unknown monthly write",
        "Ana Pérez,okrs,segelec,1,7,2,1,relative below far unknown monthly write",
    ]


def test_a_teacher_gets_solutions_by_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solutions", "efficiency"]) == 0
    assert "margin: `260 / 10000 * 100`" in capsys.readouterr().out
    assert main(["solutions", "kpis", "--student", "Ana"]) == 0
    assert len(capsys.readouterr().out.split("\n\n")) == 6
    assert main(["solutions", "ratios"]) == 2
    assert "known are asis_diagnosis, kpis" in capsys.readouterr().err


def test_work_needs_a_name_and_a_folder(
    changes: Lesson, shown: list[dict[str, str]], tmp_path: Path
) -> None:
    changes.finish()
    assert plain(shown)[-1].startswith("Whose work is this?")
    for folder, rule in ((tmp_path / "none", "no such folder"), (tmp_path, "no file that ends")):
        with pytest.raises(InputError, match=rule):
            class_table(folder)


def test_words_of_each_state(changes: Lesson, shown: list[dict[str, str]]) -> None:
    for answer in (..., "18.0", "15.3", "18", "eighteen"):
        changes.check("growth", answer)
    changes.check("growth")
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
def test_a_mistyped_key_is_no_error(changes: Lesson, shown: list[dict[str, str]], key: Any) -> None:
    changes.given(key)
    changes.check(key, 1)
    changes.hint(key)
    assert all(text.startswith("No such exercise. This notebook has") for text in plain(shown))
    assert len(shown) == 3


def test_what_a_student_types_is_shown_as_text(
    changes: Lesson, shown: list[dict[str, str]]
) -> None:
    changes.check("growth", "<b onclick=x>5</b>")
    assert "<b onclick" not in shown[-1]["text/html"]


def test_an_unknown_topic_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="quarter_over_quarter"):
        start("ratios", "segelec")


@pytest.mark.parametrize("case", ["segelec", "kowalczyk", "template", "courier"])
@pytest.mark.parametrize("topic", list(TOPICS))
def test_another_case_leaves_out_what_it_lacks(
    shown: list[dict[str, str]], topic: str, case: str
) -> None:
    """A student may name any case in the first cell; nothing breaks."""
    session = start(topic, case)
    for key in TOPICS[topic].keys:
        session.given(key)
        session.check(key, 1)
        session.hint(key)
    session.progress()
    session.finish()
    for text in plain(shown):
        if text.startswith("This exercise is left out."):
            assert f"the case {case} does not have" in text


def test_a_firm_of_ones_own(
    shown: list[dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its rows read, the template poses what rests on rows, and its numbers are its own."""
    for name in ("data/raw", "notebooks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    monkeypatch.chdir(tmp_path)
    for step in ("ledger", "kpis"):
        assert main([step, "--case", "template"]) == 0
    for topic in ("asis_diagnosis", "kpis", "quarter_over_quarter", "okrs", "scorecard"):
        session = lesson.start(topic, "template")
        for key in TOPICS[topic].keys:
            session.given(key)
            session.hint(key)
    assert not [text for text in plain(shown) if text.startswith("This exercise is left out.")]
