"""What an exercise consists of: a case, a task posed on its numbers, and what comes of an answer.

The texts of a topic (what is given, why the answer is right, hints, mistakes) stand in a YAML file
of its name; a function computes the numbers in them. In a text, ``{growth:+.1%}`` shows an exact
number rounded half away from zero, ``{value:short}`` one with as few decimals as it has.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

import pandas as pd
import yaml

from analysis.base.errors import InputError
from analysis.base.periods import parse_quarter, quarter_label
from analysis.base.text import PlainLoader, decimal, percent
from analysis.exercises.forms import Form, UnreadableError
from analysis.kpis.compare import Base, compare
from analysis.kpis.cube import read_cube
from analysis.kpis.levels import kpi_periods, level_table
from analysis.method.key_results import Okrs, Result, chosen, load_okrs, scores
from analysis.tables.case import Case
from analysis.tables.strategy_tables import printed_strings

_T = TypeVar("_T")


class Study:
    """A case as exercises see it; what is read is kept.

    Parameters
    ----------
    case : Case
        The case.
    """

    def __init__(self, case: Case) -> None:
        self.case = case

    @property
    def kind(self) -> str:
        """Kind of the numbers that come from rows: synthetic, or yours."""
        return self.case.parameters.kind

    @property
    def currency(self) -> str:
        """Name of the case's currency."""
        return self.case.parameters.currency_name

    def quarter(self, back: int = 0) -> str:
        """Label of the case's current quarter, or of one so many quarters back."""
        return quarter_label(parse_quarter(self.case.parameters.periods.current) - back)

    @cached_property
    def cube(self) -> pd.DataFrame:
        """Sums of the case's rows; an InputError if there are none."""
        cube = read_cube(self.case)
        if cube.empty:
            fix = f"make report CASE={self.case.name} reads them"
            raise InputError("no rows of this case have been read", fix=fix)
        return cube

    @cached_property
    def table(self) -> pd.DataFrame:
        """Indicators by quarter."""
        return kpi_periods(self.cube, "quarter", self.quarter())

    @cached_property
    def levels(self) -> pd.DataFrame:
        """Levels of the method's indicators by quarter."""
        return level_table(self.cube, until=self.quarter())

    @cached_property
    def okrs(self) -> Okrs:
        """Objectives, key results and targets."""
        return load_okrs(self.case)

    @cached_property
    def results(self) -> list[Result]:
        """Key results of the current quarter against the year before, as the case reads targets."""
        return chosen(scores(self.case, self.cube).of(self.quarter()))

    def row(self, name: str, back: int = 0) -> Any:
        """Return an indicator of a quarter: its value, numerator and denominator.

        Raises
        ------
        InputError
            If it was not recorded.
        """
        found = self.table[
            (self.table["kpi"] == name) & (self.table["period"] == self.quarter(back))
        ]
        return _only(found, name, self.quarter(back))

    def value(self, name: str, back: int = 0) -> Fraction:
        """Return the value of an indicator in a quarter."""
        return Fraction(self.row(name, back).value)

    def compared(self, name: str, base: Base, back: int = 0) -> Any:
        """Return an indicator of a quarter with its change and growth on a base."""
        made = compare(self.table, base)
        found = made[(made["kpi"] == name) & (made["period"] == self.quarter(back))]
        return _only(found, name, self.quarter(back))

    def printed(self, claim_id: str) -> str:
        """Return a number as the case's publication prints it.

        Raises
        ------
        InputError
            If the case has no such claim.
        """
        claims = printed_strings(self.case) if self.case.has_claims else {}
        if claim_id not in claims:
            raise InputError(f"the case has no printed number {claim_id}")
        return claims[claim_id]


def required(value: _T | None, what: str) -> _T:
    """Return a value that is there.

    Raises
    ------
    InputError
        If it is None.
    """
    if value is None:
        raise InputError(f"the case has no {what}")
    return value


def _only(found: pd.DataFrame, name: str, period: str) -> Any:
    if found.empty or found.iloc[0]["value"] is None:
        raise InputError(f"the case has no {name.replace('_', ' ')} in {period}")
    return next(iter(found.itertuples()))


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


class Pose(Protocol):
    """Puts what a function has computed into the texts of its exercise."""

    def __call__(
        self,
        form: Form,
        answer: Any,
        mistakes: Iterable[Any] = (),
        rows: Sequence[Sequence[str]] = (),
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
            How the answer is written.
        answer : object
            The right answer.
        mistakes : iterable
            What each mistake of the file leads to, in its order; None where it cannot be made.
            Not needed where the file names the mistakes by the words that are chosen.
        rows : sequence of sequence of str
            What is given, where the file has no ``rows``.
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
        named = texts["mistakes"]
        pairs = named.items() if isinstance(named, dict) else zip(mistakes, named, strict=True)
        met = tuple(
            Mistake(wrong, _fill(text, values)) for wrong, text in pairs if wrong is not None
        )
        return Task(facts, form, answer, why, filled(texts["hints"]), met)


class _Exact(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        """Write a number with the decimals that are asked for."""
        if match := re.fullmatch(r"(\+?)\.(\d)(%?)", format_spec):
            return (percent if match[3] else decimal)(int(match[2]), signed=bool(match[1]))(value)
        if format_spec == "short":
            return short(value)
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


def _fill(text: str, values: dict[str, Any]) -> str:
    return _Exact().vformat(text, (), values)


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

    Examples
    --------
    >>> from analysis.exercises.forms import Number
    >>> mistakes = (Mistake(Fraction(3, 55), "Upside down."),)
    >>> task = Task(Facts((), (), "", "words"), Number("", 1), Fraction(55, 3), "", (), mistakes)
    >>> grade(task, "18.3").state, grade(task, 18).state, grade(task, Fraction(3, 55)).text
    ('right', 'wrong', 'Upside down.')
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
    for value, text in task.form.slips(task.answer):
        if reading.fits(value):
            return Feedback("wrong", text)
    return Feedback("wrong", UNKNOWN)
