"""What an exercise notebook calls: it shows what is given, checks answers and gives hints."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

import mistune
import pandas as pd

from analysis.base.errors import InputError
from analysis.base.text import listed
from analysis.exercises.goals import OKRS, SCORECARD
from analysis.exercises.quantities import PRINTED_NUMBERS, PROFITS, RATES
from analysis.exercises.task import Exercise, State, Study, Task, grade
from analysis.notebook.display import Align, Column, emit, show_table
from analysis.tables.case import load_case

TOPICS: Mapping[str, tuple[Exercise, ...]] = {
    "rates": RATES.exercises,
    "printed numbers": PRINTED_NUMBERS.exercises,
    "okrs": OKRS.exercises,
    "scorecard": SCORECARD.exercises,
    "profits": PROFITS.exercises,
}
"""Exercises by topic, in reading order."""

_HEADS: Mapping[State, str] = {
    "open": "Not answered yet.",
    "unreadable": "This answer cannot be read.",
    "right": "Right.",
    "nearly": "Nearly.",
    "wrong": "Not yet.",
}
_MARKDOWN = mistune.create_markdown(escape=True)
"""What a student typed is quoted in messages; it must show as text."""

_GREEN, _RED, _AMBER, _BLUE, _GREY = "#1b7f4b", "#c43e1c", "#8d6708", "#1f74b8", "#6f6f6f"
_COLOURS: Mapping[State, str] = {
    "open": _GREY,
    "unreadable": _AMBER,
    "right": _GREEN,
    "nearly": _AMBER,
    "wrong": _RED,
}


class Lesson:
    """The exercises of one notebook on one case.

    Parameters
    ----------
    exercises : tuple of Exercise
        Those of the topic.
    study : Study
        The case that they are posed on.
    """

    def __init__(self, exercises: tuple[Exercise, ...], study: Study) -> None:
        self._exercises = {exercise.key: exercise for exercise in exercises}
        self._study = study
        self._tasks: dict[str, Task] = {}
        self._hints: dict[str, int] = {}
        self._solved: set[str] = set()

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
        if found.state == "right":
            self._solved.add(key)
        elif found.state == "wrong":
            text += f' `hint("{key}")` helps.'
        _show_message(_HEADS[found.state], text, _COLOURS[found.state])

    def hint(self, key: str) -> None:
        """Give the next hint; the last one is the way to the solution."""
        task = self._task(key)
        if task is None:
            return
        number = min(self._hints.get(key, 0) + 1, len(task.hints))
        self._hints[key] = number
        last = number == len(task.hints)
        head = "The way to the solution." if last else f"Hint {number} of {len(task.hints)}."
        _show_message(head, task.hints[number - 1], _BLUE)

    def progress(self) -> None:
        """Say which exercises are solved."""
        left = [f"`{key}`" for key in self._exercises if key not in self._solved]
        head = f"{len(self._solved)} of {len(self._exercises)} solved."
        if left:
            _show_message(head, f"Open: {listed(left)}.", _GREY)
        else:
            _show_message(head, "All of them. Well done.", _GREEN)

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


def start(topic: str, case: str) -> Lesson:
    """Begin the exercises of a topic.

    Parameters
    ----------
    topic : str
        One of :data:`TOPICS`.
    case : str
        The case that takes part: a folder of ``data/raw``.

    Raises
    ------
    InputError
        If there is no such topic or case.
    """
    if topic not in TOPICS:
        raise InputError(f"there is no such topic; known are {', '.join(TOPICS)}", value=topic)
    return Lesson(TOPICS[topic], Study(load_case(case)))


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
