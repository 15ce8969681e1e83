"""What an exercise consists of: a task posed on the numbers of a case, and feedback on answers.

The texts of a topic (what is given, why the answer is right, hints, mistakes) stand in a YAML file
of its name; a function computes the numbers in them. In a text, ``{growth:+.1%}`` shows an exact
number rounded half away from zero, ``{value:short}`` one with as few decimals as it has, and
``{value:python}`` or ``{value:.2python}`` one that can be pasted into a cell.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, Literal, Protocol

import pandas as pd
import yaml

from analysis.base.text import MINUS, PlainLoader, decimal, percent
from analysis.exercises.compound import Text
from analysis.exercises.forms import Form, UnreadableError
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
    frame : DataFrame, optional
        Rows to compute with, where they are no table of the ledger.
    """

    facts: Facts
    form: Form
    answer: Any
    why: str
    hints: tuple[str, ...]
    mistakes: tuple[Mistake, ...]
    frame: pd.DataFrame | None = None


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


class Pose(Protocol):
    """Puts what a function has computed into the texts of its exercise."""

    def __call__(
        self,
        form: Form,
        answer: Any,
        mistakes: Iterable[Any] = (),
        rows: Sequence[Sequence[str]] = (),
        frame: pd.DataFrame | None = None,
        **values: Any,
    ) -> Task:
        """Return the task; see :meth:`Topic.task`."""


class Topic:
    """Exercises whose texts stand in one file.

    Parameters
    ----------
    name : str
        The file's name without its ending.
    """

    def __init__(self, name: str) -> None:
        text = Path(__file__).with_name(f"{name}.yaml").read_text(encoding="utf-8")
        self._texts: dict[str, dict[str, Any]] = yaml.load(text, Loader=PlainLoader)
        self._functions: dict[str, Callable[[Study, Pose], Task]] = {}

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """The exercises in the order of the file."""
        if lone := set(self._texts) ^ set(self._functions):
            raise ValueError(f"an exercise needs texts and a function: {', '.join(sorted(lone))}")
        return tuple(Exercise(key, partial(self._posed, key)) for key in self._texts)

    def exercise(
        self, key: str
    ) -> Callable[[Callable[[Study, Pose], Task]], Callable[[Study, Pose], Task]]:
        """Take a function for the exercise of a key."""

        def keep(function: Callable[[Study, Pose], Task]) -> Callable[[Study, Pose], Task]:
            self._functions[key] = function
            return function

        return keep

    def _posed(self, key: str, study: Study) -> Task:
        return self._functions[key](study, partial(self.task, key, study))

    def task(
        self,
        key: str,
        study: Study,
        form: Form,
        answer: Any,
        mistakes: Iterable[Any] = (),
        rows: Sequence[Sequence[str]] = (),
        frame: pd.DataFrame | None = None,
        **values: Any,
    ) -> Task:
        """Fill the texts of an exercise.

        Parameters
        ----------
        key : str
            The exercise.
        study : Study
            The case.
        form : Form
            How the answer is written; a text with the file's ``rubric``, where it has one.
        answer : object
            The right answer.
        mistakes : iterable
            What each mistake of the file leads to, in its order; None where it cannot be made.
            Not needed where the file names the mistakes by the words that are chosen.
        rows : sequence of sequence of str
            What is given, where the file has no ``rows``.
        frame : DataFrame, optional
            Rows to compute with, where they are no table of the ledger.
        values
            What stands in the braces of the texts.
        """
        texts = self._texts[key]
        values = {"currency": study.currency, "quarter": study.quarter(), **values}
        for name, words in texts.get("words", {}).items():
            values[name] = _fill(words[values[name]], values)

        def filled(found: Iterable[str]) -> tuple[str, ...]:
            return tuple(_fill(text, values) for text in found)

        given = [filled(row) for row in texts["rows"]] if "rows" in texts else map(tuple, rows)
        caption, why = filled((texts["caption"], texts["why"]))
        facts = Facts(
            filled(texts["headers"]), tuple(given), caption, texts.get("kind", study.kind)
        )
        if "rubric" in texts:
            form = Text(tuple((point, _fill(at, values)) for point, at in texts["rubric"].items()))
        named = texts["mistakes"]
        pairs = named.items() if isinstance(named, dict) else zip(mistakes, named, strict=True)
        met = tuple(
            Mistake(wrong, _fill(text, values))
            for wrong, text in pairs
            if wrong not in (None, answer)
        )
        return Task(facts, form, answer, why, filled(texts["hints"]), met, frame)


class _Exact(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        """Write a number with the decimals that are asked for."""
        if match := re.fullmatch(r"(\+?)\.(\d)(%?)", format_spec):
            return (percent if match[3] else decimal)(int(match[2]), signed=bool(match[1]))(value)
        if format_spec == "short":
            return short(value)
        if match := re.fullmatch(r"(?:\.(\d))?python", format_spec):
            return pasted(value, int(match[1]) if match[1] else None)
        return str(super().format_field(value, format_spec))


def short(number: Fraction) -> str:
    """Write a number that has few decimals with just those.

    Examples
    --------
    >>> short(Fraction(-5, 4)), short(Fraction(1000))
    ('−1.25', '1,000')
    """
    places = next(n for n in range(7) if (number * 10**n).denominator == 1)
    return decimal(places)(number)


def pasted(number: Fraction | int, places: int | None = None) -> str:
    """Write a number so that Python reads it: with its decimals, or as a quotient.

    Examples
    --------
    >>> pasted(Fraction(-5, 4)), pasted(Fraction(1000)), pasted(Fraction(2, 3))
    ('-1.25', '1000', '(2 / 3)')
    >>> pasted(Fraction(-2, 3), 2)
    '-0.67'
    """
    number = Fraction(number)
    if places is None and 10**6 % number.denominator:
        return f"({number.numerator} / {number.denominator})"
    text = short(number) if places is None else decimal(places)(number)
    return text.replace(",", "").replace(MINUS, "-")


def _fill(text: str, values: dict[str, Any]) -> str:
    return _Exact().vformat(text, (), values)


State = Literal["open", "unreadable", "right", "nearly", "wrong"]

OPEN = "Replace the three dots by your answer, and run the cell again."


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

    Examples
    --------
    >>> from analysis.exercises.forms import Number
    >>> mistakes = (Mistake(Fraction(3, 55), "Upside down."),)
    >>> task = Task(Facts((), (), "", "words"), Number("", 1), Fraction(55, 3), "", (), mistakes)
    >>> grade(task, "18.3").state, grade(task, 18).state, grade(task, Fraction(3, 55)).text
    ('right', 'nearly', 'Upside down.')
    """
    if answer is ...:
        return Feedback("open", OPEN)
    try:
        reading = task.form.read(answer)
    except UnreadableError as error:
        return Feedback("unreadable", str(error))
    if reading.fits(task.answer):
        return Feedback("right", task.why)
    for mistake in task.mistakes:
        if reading.fits(mistake.value):
            return Feedback("wrong", mistake.text)
    if nearly := reading.near(task.answer):
        return Feedback("nearly", nearly)
    slips = [Mistake(*slip) for slip in task.form.slips(task.answer)]
    for looks_like in (reading.resembles, reading.fits):
        for mistake in (*task.mistakes, *slips):
            if looks_like(mistake.value):
                return Feedback("wrong", mistake.text)
    return Feedback("wrong", task.form.again)
