"""What an exercise consists of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from analysis.exercises.forms import Form
from analysis.exercises.study import Study


@dataclass(frozen=True)
class Facts:
    """What a question gives, as a table.

    Attributes
    ----------
    headers : tuple of str
        One for each column.
    rows : tuple of tuple of str
        Texts, as they are shown.
    caption : str
        What the table holds.
    kind : str
        Kind of number (printed, derived, synthetic or yours), or "words".
    """

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str
    kind: str


@dataclass(frozen=True)
class Mistake:
    """A typical mistake.

    Attributes
    ----------
    value : object
        The answer that it leads to, in the form of the task.
    text : str
        What was probably done, and what to think of instead; never the answer.
    """

    value: Any
    text: str


@dataclass(frozen=True)
class Task:
    """An exercise posed on the numbers of a case.

    Attributes
    ----------
    facts : Facts
        What is given.
    form : Form
        How the answer is written, read and compared.
    answer : object
        The right answer, as the project's own functions compute it.
    why : str
        Why it is right; shown only then.
    hints : tuple of str
        From a nudge to the way to the solution, which comes last.
    mistakes : tuple of Mistake
        In the order in which they are tried.
    """

    facts: Facts
    form: Form
    answer: Any
    why: str
    hints: tuple[str, ...]
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True)
class Exercise:
    """An exercise before it is posed.

    Attributes
    ----------
    key : str
        What ``check`` and ``hint`` call it.
    pose : callable
        From a study to the task; raises an InputError where the case lacks what it needs.
    """

    key: str
    pose: Callable[[Study], Task]
