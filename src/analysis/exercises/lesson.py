"""What an exercise notebook calls: it shows what is given, checks answers and gives hints.

``finish`` writes what was answered to a file that ``python -m analysis grade`` reads.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import mistune
import pandas as pd

from analysis.base.errors import InputError
from analysis.base.text import listed
from analysis.exercises.goals import OKRS, SCORECARD
from analysis.exercises.handed_in import Answer, Work, save
from analysis.exercises.indicators import CHANGES, DIAGNOSIS, KPIS
from analysis.exercises.publications import CLAIMS, EFFICIENCY
from analysis.exercises.study import Study
from analysis.exercises.task import Exercise, State, Task, grade
from analysis.notebook.display import Align, Column, emit, show_table
from analysis.tables.case import load_case

TOPICS: Mapping[str, tuple[Exercise, ...]] = {
    "asis_diagnosis": DIAGNOSIS.exercises,
    "kpis": KPIS.exercises,
    "quarter_over_quarter": CHANGES.exercises,
    "okrs": OKRS.exercises,
    "scorecard": SCORECARD.exercises,
    "efficiency": EFFICIENCY.exercises,
    "claims": CLAIMS.exercises,
}
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
        self._exercises = {exercise.key: exercise for exercise in TOPICS[topic]}
        self._topic = topic
        self._study = study
        self._tasks: dict[str, Task] = {}
        self._answers = {key: Answer() for key in self._exercises}

    def rows(self, name: str) -> pd.DataFrame:
        """Return a copy of a table of the ledger, or of the rows of an exercise by its key.

        Raises
        ------
        InputError
            If there is no such table or exercise with rows.
        """
        task = self._task(name) if name in self._exercises else None
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
        work = Work(self._study.student, self._study.case.name, self._topic, self._answers)
        path = save(work, Path.cwd())
        solved = sum(answer.solved for answer in self._answers.values())
        text = f"{solved} of {len(self._answers)} solved. Hand in the file `{path.name}`."
        _show_message("Your work is written.", text, _GREEN)

    def _task(self, key: str) -> Task | None:
        """Pose an exercise; where that is impossible, say why and return None."""
        if not isinstance(key, str) or key not in self._exercises:
            names = listed([f'`"{name}"`' for name in self._exercises])
            _show_message("No such exercise.", f"This notebook has {names}.", _AMBER)
            return None
        if key not in self._tasks:
            try:
                self._tasks[key] = self._exercises[key].pose(self._study)
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
    _exercises(topic)
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
    for exercise in _exercises(topic):
        try:
            task = exercise.pose(study)
            lines.append(f"{exercise.key}: {task.hints[-1]}\n  {task.why}")
        except InputError as error:
            lines.append(f"{exercise.key}: left out, {error}")
    return "\n\n".join(lines)


def _exercises(topic: str) -> tuple[Exercise, ...]:
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
