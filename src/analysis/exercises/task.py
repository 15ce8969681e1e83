"""What an exercise consists of: a task posed on the numbers of a case, and feedback on answers.

A YAML file of a topic holds texts (what is given, why the answer is right, hints) and formulas
(the answer, and what each mistake leads to); a function finds the values in them. In a text,
``{growth:+.1%}`` shows an exact number rounded half away from zero, ``{value:short}`` one with as
few decimals as it has, and ``{value:python}`` or ``{value:.2python}`` one that can be pasted.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, NamedTuple

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.expression import Number as Constant
from analysis.base.expression import fold, operate, parse
from analysis.base.text import MINUS, decimal, own_yaml, percent
from analysis.exercises.compound import Chart, Day, Table, Text
from analysis.exercises.forms import Choice, Counts, Form, Number, Pair, Several, UnreadableError
from analysis.exercises.study import Study, required

_TRIED = 6
"""Quarters on which an exercise may be posed where it is on a student's own ledger."""

Values = dict[str, Any]
"""What formulas and braces of the texts name."""


class Facts(NamedTuple):
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


class Mistake(NamedTuple):
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


class Topic:
    """Exercises whose texts and formulas stand in one file.

    Parameters
    ----------
    name : str
        The file's name without its ending.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.texts: dict[str, dict[str, Any]] = own_yaml(__file__, f"{name}.yaml")
        self._functions: dict[str, Callable[[Study], Values]] = {}

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the exercises, as ``check`` and ``hint`` call them, in the order of the file."""
        if lone := set(self.texts) ^ set(self._functions):
            raise ValueError(f"an exercise needs texts and a function: {', '.join(sorted(lone))}")
        return tuple(self.texts)

    def exercise(
        self, key: str
    ) -> Callable[[Callable[[Study], Values]], Callable[[Study], Values]]:
        """Take a function for the exercise of a key: from a case to the values that its file needs.

        What stands in formulas and braces of the texts goes by its name. Four names are special:
        ``answer``, where the file has no formula for it; ``rows``, what is given, where the file
        has none; ``frame``, rows to compute with that are no table of the ledger; and ``form``,
        where labels depend on the case.
        """
        return lambda function: self._functions.setdefault(key, function)

    def pose(self, key: str, study: Study) -> Task:
        """Pose a task; on a student's own ledger, in a quarter that tells mistakes apart.

        Where there is none among the last :data:`_TRIED`, it is posed on the current quarter.

        Raises
        ------
        InputError
            If the case lacks what it needs.
        """
        first, listed = self._posed(key, study), self.texts[key].get("mistakes", {})
        if study.student and not _told_apart(first, len(listed)):
            for back in range(1, _TRIED):
                with suppress(InputError):
                    task = self._posed(key, study.earlier(back))
                    if _told_apart(task, len(listed)):
                        return task
        return first

    def _posed(self, key: str, study: Study) -> Task:
        texts, found = self.texts[key], self._functions[key](study)
        values = {
            "currency": study.currency,
            "quarter": study.quarter(),
            "kind": study.kind,
            **found,
        }
        for name, formula in texts.get("let", {}).items():
            values[name] = required(exact(str(formula), values), name.replace("_", " "))
        for name, words in texts.get("words", {}).items():
            values[name] = _fill(words[values[name]], values)

        def filled(found: Iterable[str]) -> tuple[str, ...]:
            return tuple(_fill(text, values) for text in found)

        form = found.get("form") or form_of(texts, values)
        formula = str(texts.get("answer", "answer"))
        known = _led_to(form, formula, values) if " = " in formula else exact(formula, values)
        rows = [filled(row) for row in texts["rows"]] if "rows" in texts else found["rows"]
        caption, why = filled((texts["caption"], texts["why"]))
        facts = Facts(
            filled(texts["headers"]),
            tuple(map(tuple, rows)),
            caption,
            texts.get("kind", study.kind),
        )
        mistakes = [
            Mistake(wrong, _fill(text, values))
            for at, text in texts.get("mistakes", {}).items()
            if (wrong := _led_to(form, str(at), values)) not in (None, known)
        ]
        return Task(
            facts, form, known, why, filled(texts["hints"]), tuple(mistakes), found.get("frame")
        )


def _told_apart(task: Task, listed: int) -> bool:
    """Tell whether no mistake gives the answer, also where it is typed with one or two digits."""
    form = task.form
    if not isinstance(form, Number):
        return True
    values = [] if form.places is None else [mistake.value for mistake in task.mistakes]
    typed = (decimal(places)(value) for value in values for places in (1, 2))
    return len(task.mistakes) == listed and not any(
        form.read(text).fits(task.answer) for text in typed
    )


_FORMS: Mapping[str, Callable[..., Form]] = {
    "number": lambda unit="", places=None: Number(unit, None if places is None else int(places)),
    "pair": Pair,
    "counts": Counts,
    "choice": lambda *options: Choice(options),
    "several": lambda *options: Several(options),
    "day": Day,
    "chart": Chart,
}
"""Forms by the word that a file has for them."""


def form_of(texts: Mapping[str, Any], values: Values) -> Form:
    """Return the form that a record names, or that of a text if it has a rubric.

    Examples
    --------
    >>> form_of({"form": ["number", "per cent", "1"]}, {})
    Number(unit='per cent', places=1)
    """
    if "rubric" in texts:
        return Text(tuple((point, _fill(at, values)) for point, at in texts["rubric"].items()))
    if isinstance(texts["form"], Mapping):
        return Table({k: form_of({"form": one}, values) for k, one in texts["form"].items()})
    kind, *rest = (_fill(str(part), values) for part in texts["form"])
    return _FORMS[kind](*rest)


def exact(formula: str, values: Values) -> Any:
    """Compute a formula; None where it divides by zero.

    Examples
    --------
    >>> exact("(new - old) / old * 100", {"old": 50, "new": Fraction(59)})
    Fraction(18, 1)
    """

    def leaf(part: Any) -> Any:
        value = part.value if isinstance(part, Constant) else values[part.name]
        return Fraction(value) if isinstance(value, int) else value

    try:
        return fold(parse(formula), leaf, operate)
    except ZeroDivisionError:
        return None


def _led_to(form: Form, mistake: str, values: Values) -> Any:
    """Return what a mistake leads to: words that are chosen, a value, or values for labels."""
    parts = mistake.split("; ")
    if isinstance(form, Table) and " = " in mistake:
        pairs = (part.split(" = ") for part in parts)
        return {label: _led_to(form.parts[label], wrong, values) for label, wrong in pairs}
    if isinstance(form, Several):
        return frozenset(parts)
    if isinstance(form, Pair):
        return tuple(exact(part, values) for part in parts)
    return mistake if isinstance(form, Choice) else exact(mistake, values)


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


class Feedback(NamedTuple):
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
