"""Forms of answers with several parts: tables, key results, charts, and texts with a rubric."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from analysis.base.text import listed
from analysis.exercises.forms import Form, Reading, UnreadableError, kind_of, plain, quoted

FEWEST, MOST = 5, 200
"""Words of a text."""


@dataclass(frozen=True)
class Day(Form):
    """A day."""

    def read(self, answer: object) -> Reading:
        """Read text as in 2024-05-31, a date, or a pandas Timestamp.

        Examples
        --------
        >>> Day().read("2024-05-31").fits(date(2024, 5, 31))
        True
        """
        try:
            if not isinstance(answer, date | str):
                raise ValueError
            day = date.fromisoformat(str(answer).strip()[:10])
        except ValueError:
            raise self.unreadable(kind_of(answer), "is no day") from None
        return Reading(lambda value: bool(day == value))


@dataclass(frozen=True)
class Table(Form):
    """A value for each of several labels.

    Attributes
    ----------
    parts : mapping of str to Form
        The labels, each with the form of its value.
    """

    parts: Mapping[str, Form]

    def instruction(self) -> str:
        """Say how to write the answer."""
        ways = {label: form.instruction() for label, form in self.parts.items()}
        if len(set(ways.values())) == 1:
            names = listed([f'`"{label}"`' for label in ways])
            first, same = next(iter(ways.items()))
            return self.say("way", names=names, same=same, first=first)
        return "a dictionary: " + "; ".join(f'`"{label}"`, {way}' for label, way in ways.items())

    def read(self, answer: object) -> Reading:
        """Read a dictionary, a Series, or a table of two columns from pandas or DuckDB.

        Examples
        --------
        >>> from analysis.exercises.forms import Number
        >>> form = Table({"a": Number(places=1), "b": Number(places=1)})
        >>> value = {"a": Fraction(1, 3), "b": Fraction(2, 3)}
        >>> form.read({"A": 0.33, "b": "0.7"}).fits(value)
        True
        >>> form.read({"a": 0.33, "b": 0.5}).near(value)
        'Right: a. Not yet: b.'
        """
        known = {plain(label): label for label in self.parts}
        readings = {}
        for name, value in self._pairs(answer):
            label = known.get(plain(str(name)))
            if label is None:
                labels = listed(list(self.parts))
                raise UnreadableError(self.say("label", given=quoted(str(name)), labels=labels))
            if value is not ...:
                try:
                    readings[label] = self.parts[label].read(value)
                except UnreadableError as error:
                    raise UnreadableError(f"{label}: {error}") from None

        def right(value: Mapping[str, Any]) -> list[str]:
            return [n for n in value if n in readings and readings[n].fits(value[n])]

        def near(value: Mapping[str, Any]) -> str:
            states = {
                "Right": right(value),
                "Not yet": [n for n in readings if not readings[n].fits(value[n])],
                "Missing": [n for n in value if n not in readings],
            }
            if states["Right"]:
                return " ".join(f"{word}: {listed(n)}." for word, n in states.items() if n)
            parts = ((n, reading.near(value[n])) for n, reading in readings.items())
            return next((f"{n}: {text}" for n, text in parts if text), "")

        def resembles(value: Mapping[str, Any]) -> bool:
            return all(n in readings and readings[n].resembles(value[n]) for n in value)

        return Reading(lambda value: len(right(value)) == len(value), near, resembles)

    def _pairs(self, answer: object) -> Iterable[tuple[object, object]]:
        if callable(getattr(answer, "df", None)) and not isinstance(answer, type):  # DuckDB
            try:
                answer = answer.df()  # type: ignore[attr-defined]
            except Exception as error:
                raise UnreadableError(self.say("query", given=quoted(str(error)))) from None
        if isinstance(answer, pd.DataFrame) and len(answer.columns) == 1:
            answer = answer.iloc[:, 0]
        if isinstance(answer, pd.DataFrame) and len(answer.columns) == 2:
            return list(zip(answer.iloc[:, 0], answer.iloc[:, 1], strict=True))
        if isinstance(answer, Mapping | pd.Series):
            return list(answer.items())
        raise self.unreadable(kind_of(answer), "has no labels")


@dataclass(frozen=True)
class Chart(Form):
    """A chart, judged by the values that it draws and by its axes."""

    def read(self, answer: object) -> Reading:
        """Read bars or a line of matplotlib's axes, also where seaborn wraps them."""
        from matplotlib.axes import Axes
        from matplotlib.figure import Figure
        from matplotlib.patches import Rectangle

        axes = getattr(answer, "ax", answer)
        if isinstance(axes, Figure) and axes.axes:
            axes = axes.axes[0]
        if not isinstance(axes, Axes):
            raise self.unreadable(kind_of(answer), "is no chart")
        bars = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
        lying = len({bar.get_height() for bar in bars}) == 1 and len(bars) > 1
        sizes = [float(bar.get_width() if lying else bar.get_height()) for bar in bars]
        sizes = sizes or [float(y) for line in axes.lines[:1] for y in np.asarray(line.get_ydata())]
        lowest = axes.get_xlim()[0] if lying else axes.get_ylim()[0]

        def same(found: list[float], value: Iterable[Any]) -> bool:
            wanted = [float(v) for v in value]
            return len(found) == len(wanted) and all(
                abs(a - b) <= abs(b) / 1000 for a, b in zip(found, wanted, strict=True)
            )

        def fault(value: tuple[Fraction, ...]) -> str:
            if not same(sizes, value):
                mixed = same(sorted(sizes), sorted(value))
                return self.say("order") if mixed else ""
            if bars and lowest > 0:
                return self.say("zero")
            if not (axes.get_xlabel() and axes.get_ylabel()):
                return self.say("axes")
            return ""

        return Reading(lambda value: same(sizes, value) and not fault(value), fault)


@dataclass(frozen=True)
class Text(Form):
    """A text in the student's own words; points of a rubric are looked for by their words.

    Attributes
    ----------
    rubric : tuple of tuple of str
        Each point in words, with a regular expression that finds it in small letters.
    """

    rubric: tuple[tuple[str, str], ...]

    def instruction(self) -> str:
        """Say how to write the answer."""
        return self.say("way", points=listed([point for point, _ in self.rubric]))

    def read(self, answer: object) -> Reading:
        """Read a text of a few sentences."""
        if not isinstance(answer, str) or not FEWEST <= len(answer.split()) <= MOST:
            raise self.unreadable(kind_of(answer), f"is no text of {FEWEST} to {MOST} words")
        missing = [point for point, at in self.rubric if not re.search(at, plain(answer))]
        told = self.say("missing", points=listed(missing))
        return Reading(lambda _: not missing, lambda _: told if missing else "")
