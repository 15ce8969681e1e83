"""Compares an answer with a task and finds the words for what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analysis.exercises.forms import UnreadableError
from analysis.exercises.task import Task

State = Literal["open", "unreadable", "right", "nearly", "wrong"]

OPEN = "Replace the three dots by your answer, and run the cell again."
UNKNOWN = (
    "That is not it, and it is none of the mistakes that are known here. Read once more what is "
    "divided by what, in which unit, and against which base."
)


@dataclass(frozen=True)
class Feedback:
    """What came of an answer.

    Attributes
    ----------
    state : str
        In one word.
    text : str
        One or more sentences, in Markdown.
    """

    state: State
    text: str


def grade(task: Task, answer: object) -> Feedback:
    """Compare an answer with a task.

    Parameters
    ----------
    task : Task
        The task.
    answer : object
        Anything; an Ellipsis counts as not answered.

    Returns
    -------
    Feedback
        Never an error: what cannot be read gets a sentence.
    """
    if answer is ...:
        return Feedback("open", OPEN)
    try:
        reading = task.form.read(answer)
    except UnreadableError as error:
        return Feedback("unreadable", str(error))
    if reading.fits(task.answer):
        return Feedback("right", f"{task.why} {reading.note}".strip())
    for mistake in task.mistakes:
        if reading.fits(mistake.value):
            return Feedback("wrong", mistake.text)
    if nearly := reading.near(task.answer):
        return Feedback("nearly", nearly)
    for value, text in task.form.usual(task.answer):
        if reading.fits(value):
            return Feedback("wrong", text)
    return Feedback("wrong", UNKNOWN)
