"""What an exercise notebook calls: it shows what is given, checks answers and gives hints.

``finish`` writes what was answered to a file for each student and topic; ``python -m analysis
grade`` makes the table of a class from them.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import mistune
import pandas as pd

from analysis.base.errors import InputError, printable
from analysis.base.text import listed, without_formulas, write_text
from analysis.exercises.indicators import CHANGES, DIAGNOSIS, KPIS, OKRS, SCORECARD
from analysis.exercises.publications import CLAIMS, EFFICIENCY
from analysis.exercises.study import Study
from analysis.exercises.task import State, Task, Topic, grade
from analysis.notebook.display import Align, Column, emit, show_table
from analysis.tables.case import load_case

_CHAPTERS = (DIAGNOSIS, KPIS, CHANGES, OKRS, SCORECARD, EFFICIENCY, CLAIMS)
TOPICS: Mapping[str, Topic] = {topic.name: topic for topic in _CHAPTERS}
"""Exercises by topic, in the order of the chapters; a notebook is named after each."""

_MARKDOWN = mistune.create_markdown(escape=True)
"""What a student typed is quoted in messages; it must show as text."""

_GREEN, _RED, _AMBER, _BLUE, _GREY = "#1b7f4b", "#c43e1c", "#8d6708", "#1f74b8", "#6f6f6f"
_HEADS: Mapping[State, tuple[str, str]] = {
    "open": ("Not answered yet.", _GREY),
    "unreadable": ("This answer cannot be read.", _AMBER),
    "right": ("Right.", _GREEN),
    "nearly": ("Nearly.", _AMBER),
    "wrong": ("Not yet.", _RED),
}


class Lesson:
    """The exercises of one notebook on one case.

    Parameters
    ----------
    topic : str
        One of :data:`TOPICS`.
    study : Study
        The case that they are posed on, and the student.
    """

    def __init__(self, topic: str, study: Study) -> None:
        self._topic, self._name = TOPICS[topic], topic
        self._study = study
        self._tasks: dict[str, Task] = {}
        self._answers = {key: Answer() for key in self._topic.keys}

    def rows(self, name: str) -> pd.DataFrame:
        """Return a copy of a table of the ledger, or of the rows of an exercise by its key.

        Raises
        ------
        InputError
            If there is no such table or exercise with rows.
        """
        task = self._task(name) if name in self._topic.keys else None
        return self._study.rows(name) if task is None or task.frame is None else task.frame.copy()

    def given(self, key: str) -> None:
        """Show what an exercise gives, and how its answer is written."""
        task = self._task(key)
        if task is None:
            return
        facts = task.facts
        frame = pd.DataFrame(facts.rows, dtype="object")
        columns = [
            Column(name, header, align=_align(frame[name].tolist()))
            for name, header in zip(frame.columns, facts.headers, strict=True)
        ]
        show_table(frame, f"tbl-{key}", facts.caption, facts.kind, columns)
        _show_message("How to answer:", f"{task.form.instruction()}.", _BLUE)

    def check(self, key: str, answer: object = ...) -> None:
        """Say whether an answer is right, and if not, what mistake it looks like."""
        task = self._task(key)
        if task is None:
            return
        found = grade(task, answer)
        text = found.text
        self._answers[key] = self._answers[key].after(found.state, answer)
        if found.state == "wrong":
            text += f' `hint("{key}")` helps.'
        head, colour = _HEADS[found.state]
        _show_message(head, text, colour)

    def hint(self, key: str) -> None:
        """Give the next hint; the last one is the way to the solution."""
        task = self._task(key)
        if task is None:
            return
        number = min(self._answers[key].hints + 1, len(task.hints))
        self._answers[key] = replace(self._answers[key], hints=number)
        last = number == len(task.hints)
        head = "The way to the solution." if last else f"Hint {number} of {len(task.hints)}."
        _show_message(head, task.hints[number - 1], _BLUE)

    def progress(self) -> None:
        """Say which exercises are solved."""
        left = [f"`{key}`" for key, answer in self._answers.items() if not answer.solved]
        head = f"{len(self._answers) - len(left)} of {len(self._answers)} solved."
        if left:
            _show_message(head, f"Open: {listed(left)}.", _GREY)
        else:
            _show_message(head, "All of them. Well done.", _GREEN)

    def finish(self) -> None:
        """Write answers, tries and hints to a file beside the notebook, to be handed in."""
        if not self._study.student:
            text = 'Write it in the first cell, such as `student = "Ana Pérez"`, and run all cells.'
            _show_message("Whose work is this?", text, _AMBER)
            return
        work = Work(self._study.student, self._study.case.name, self._name, self._answers)
        path = save(work, Path.cwd())
        solved = sum(answer.solved for answer in self._answers.values())
        text = f"{solved} of {len(self._answers)} solved. Hand in the file `{path.name}`."
        _show_message("Your work is written.", text, _GREEN)

    def _task(self, key: str) -> Task | None:
        """Pose an exercise; where that is impossible, say why and return None."""
        if not isinstance(key, str) or key not in self._topic.keys:
            names = listed([f'`"{name}"`' for name in self._topic.keys])
            _show_message("No such exercise.", f"This notebook has {names}.", _AMBER)
            return None
        if key not in self._tasks:
            try:
                self._tasks[key] = self._topic.pose(key, self._study)
            except InputError as error:
                name = self._study.case.name
                text = f"It needs what the case {name} does not have: {error}."
                _show_message("This exercise is left out.", text, _GREY)
                return None
        return self._tasks[key]


def start(topic: str, case: str, student: str = "") -> Lesson:
    """Begin the exercises of a topic.

    Parameters
    ----------
    topic : str
        One of :data:`TOPICS`.
    case : str
        The case that takes part: a folder of ``data/raw``.
    student : str, optional
        A name. Where the case's ledger is synthetic, it draws one for this student alone, always
        the same for the same name; all numbers that come from rows are then the student's own.

    Raises
    ------
    InputError
        If there is no such topic or case.
    """
    _known(topic)
    study = Study(load_case(case), student)
    if study.student:
        own = study.drawn is not None
        text = "drawn for this name alone" if own else "the same for everybody in this case"
        _show_message(f"{study.student}:", f"the numbers that come from rows are {text}.", _BLUE)
    return Lesson(topic, study)


def solutions(topic: str, case: str = "", student: str = "") -> str:
    """Return the way to each answer of a topic, and why it is right, as text for teachers.

    Raises
    ------
    InputError
        If there is no such topic or case.
    """
    study = Study(load_case(case or ("kowalczyk" if topic == "efficiency" else "segelec")), student)
    lines = []
    found = _known(topic)
    for key in found.keys:
        try:
            task = found.pose(key, study)
            lines.append(f"{key}: {task.hints[-1]}\n  {task.why}")
        except InputError as error:
            lines.append(f"{key}: left out, {error}")
    return "\n\n".join(lines)


def _known(topic: str) -> Topic:
    if topic not in TOPICS:
        raise InputError(f"there is no such topic; known are {', '.join(TOPICS)}", value=topic)
    return TOPICS[topic]


def _align(texts: list[str]) -> Align:
    """Numbers stand at the right, also those with a sign or a unit."""
    return "right" if all(re.match(r"[+−]?\d[\d,.]*%?$", text) for text in texts) else "left"


def _show_message(head: str, text: str, colour: str) -> None:
    """Show a sentence with a coloured edge; its first words say the same as the colour."""
    inline = str(_MARKDOWN(text)).strip().removeprefix("<p>").removesuffix("</p>")
    box = f"border-left: 4px solid {colour}; padding: 0.3em 0 0.3em 0.8em; max-width: 46em"
    bold = f'<strong style="color: {colour}">{html.escape(head)}</strong>'
    plain = " ".join([head, text.replace("`", "")])
    emit({"text/html": f'<div style="{box}">{bold} {inline}</div>', "text/plain": plain})


FORM = "exercises-1"
"""What the first key of a file says; another form of the file takes another number."""

CLASS_TABLE = "class.csv"
_LONGEST = 2000


@dataclass(frozen=True)
class Answer:
    """What became of one exercise.

    Attributes
    ----------
    solved : bool
        Whether an answer was right.
    tries : int
        Answers that could be read, up to the first right one.
    hints : int
        Hints taken.
    last : str
        The last answer, as it was typed; the right one once there is one.
    """

    solved: bool = False
    tries: int = 0
    hints: int = 0
    last: str = ""

    def after(self, state: str, answer: object) -> Answer:
        """Return what it becomes with one more answer; once solved, it stays.

        Examples
        --------
        >>> Answer().after("wrong", 17).after("unreadable", "?").after("right", 18.0)
        Answer(solved=True, tries=2, hints=0, last='18.0')
        """
        if self.solved or state in ("open", "unreadable"):
            return self
        text = printable(str(answer))[:_LONGEST]
        return replace(self, solved=state == "right", tries=self.tries + 1, last=text)


@dataclass(frozen=True)
class Work:
    """What a student hands in on one topic."""

    student: str
    case: str
    topic: str
    answers: Mapping[str, Answer]


def save(work: Work, folder: Path) -> Path:
    """Write work to a file named after student and topic; return its path."""
    content = {"form": FORM, **asdict(work)}
    content["checksum"] = _checksum(content)
    name = re.sub(r"[^\w-]+", "-", work.student).strip("-") or "student"
    path = folder / f"answers-{name}-{work.topic}.json"
    write_text(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    return path


def load(path: Path) -> Work:
    """Read work that was handed in.

    Raises
    ------
    InputError
        If the file is no such work, or was changed after it was written.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        checksum = content.pop("checksum")
        if content.pop("form") != FORM:
            raise ValueError
        right = checksum == _checksum({"form": FORM, **content})
        answers = {key: Answer(**one) for key, one in content.pop("answers").items()}
        work = Work(**content, answers=answers)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        raise InputError(
            "this is no file that finish() wrote",
            file=path.name,
            fix="take it out of the folder, or ask for it again",
        ) from None
    if not right:
        raise InputError(
            "this file was damaged or changed after finish() wrote it",
            file=path.name,
            fix="ask the student to run finish() again and to send the file as it is",
        )
    return work


def class_table(folder: Path) -> tuple[str, list[InputError]]:
    """Make the table of a class from all files of a folder, and write it there as CSV.

    Parameters
    ----------
    folder : Path
        Holds the files that ``finish()`` wrote.

    Returns
    -------
    tuple of str and list of InputError
        The table as text, a row for each student and topic, and what is wrong with other files.

    Raises
    ------
    InputError
        If the folder does not exist or holds no file of answers.
    """
    if not folder.is_dir():
        raise InputError("there is no such folder", value=folder)
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise InputError(
            "the folder holds no file that ends in .json",
            value=folder,
            fix="collect the files that finish() writes beside the notebooks in it",
        )
    rows: list[dict[str, Any]] = []
    errors = []
    for path in paths:
        try:
            rows.append(_row(load(path)))
        except InputError as error:
            errors.append(error)
    table = pd.DataFrame(rows, columns=list(_row(Work("", "", "", {}))))
    table = table.sort_values(["student", "topic"], ignore_index=True)
    write_text(folder / CLASS_TABLE, without_formulas(table).to_csv(index=False))
    return table.to_string(index=False) if rows else "no work that can be read", errors


def _row(work: Work) -> dict[str, Any]:
    answers = work.answers.values()
    return {
        "student": work.student,
        "topic": work.topic,
        "case": work.case,
        "solved": sum(answer.solved for answer in answers),
        "exercises": len(answers),
        "tries": sum(answer.tries for answer in answers),
        "hints": sum(answer.hints for answer in answers),
        "open": " ".join(key for key, answer in work.answers.items() if not answer.solved),
    }


def _checksum(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
