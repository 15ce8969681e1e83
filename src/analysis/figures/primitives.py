"""What several figures are made of: frames, scales of numbers, columns over time, flow charts.

A chart's arrows run between anchors of its boxes (their compass points), so that moving a box moves
them too; schemdraw routes them, and words are ours: wrapped to the box, as plain text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any, Literal, NamedTuple

import pandas as pd
import schemdraw
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from schemdraw import flow as shapes

from analysis.base.errors import InputError
from analysis.base.language import tr
from analysis.base.periods import short_period
from analysis.base.text import decimal, records
from analysis.figures import style as s


def period_words(period: str, between: str = " and ") -> str:
    """Write one or several periods, or leave them in the author's own words.

    Examples
    --------
    >>> period_words("2024H1"), period_words("2023H1+2024H1"), period_words("last spring")
    ('H1 2024', 'H1 2023 and H1 2024', 'last spring')
    """

    def one(part: str) -> str:
        try:
            return short_period(part)
        except InputError:
            return part

    return between.join(map(one, period.split("+")))


_STEPS = {1: "", 10**3: "thousand", 10**6: "million", 10**9: "billion", 10**12: "trillion"}


@dataclass(frozen=True)
class Scale:
    """A divisor with its name and the decimals of what is left; the widest label's millimetres."""

    divisor: int
    word: str
    places: int
    width: float

    def text(self, value: Fraction) -> str:
        """Write a value in this scale."""
        return decimal(self.places)(value / self.divisor)


def scale(values: Iterable[Fraction | None], room: float, places: int = 0) -> Scale:
    """Choose the finest scale whose labels all fit.

    Parameters
    ----------
    values : iterable of Fraction or None
        What is labelled; None has no label.
    room : float
        Millimetres for a label.
    places : int
        Decimals that the values have unscaled.

    Returns
    -------
    Scale
        The finest one that fits; where none does, the coarsest one, so that `Scale.width` tells.

    Examples
    --------
    >>> found = scale([Fraction(164_761), Fraction(98_000)], room=8)
    >>> found.word, found.text(Fraction(164_761))
    ('thousand ', '164.8')
    """
    known = [value for value in values if value is not None]
    found = []
    for divisor, name in _STEPS.items():
        word = f"{tr(name)} " if name else ""
        # a scaled value keeps three digits or so
        wanted = places if divisor == 1 else 1
        if known and divisor > 1 and max(map(abs, known)) < divisor:
            break
        for digits in range(wanted, -1, -1):
            texts = [decimal(digits)(value / divisor) for value in known]
            width = max((s.text_width(text, s.SMALL) for text in texts), default=0.0)
            found.append(Scale(divisor, word, digits, width))
            if width <= room:
                return found[-1]
    return min(found, key=lambda one: one.width)


def known(values: Iterable[Fraction | None]) -> list[Fraction]:
    """Keep the values that are there."""
    return [value for value in values if value is not None]


def span(values: Iterable[Fraction | float | None]) -> tuple[float, float]:
    """Return smallest and largest value as drawn, zero included, never the same."""
    flat = [float(value) for value in values if value is not None]
    low, high = min([0.0, *flat]), max([0.0, *flat])
    return low, high if high > low else low + 1.0


class Step(NamedTuple):
    """A bar of a waterfall: its row, where it starts and ends, how it looks, and its words."""

    place: int
    start: Fraction
    end: Fraction
    look: s.Look
    words: str
    weight: str = "regular"


def waterfall(ax: Axes, width: float, steps: Sequence[Step], room: float = 20) -> None:
    """Draw bars of which each starts where another ends, with thin lines from one to the next.

    Parameters
    ----------
    ax : Axes
        Lanes, from :func:`analysis.figures.style.lanes`.
    width : float
        Their width in millimetres.
    steps : sequence of Step
        The bars, from top to bottom.
    room : float
        Millimetres for words at the end of a bar.
    """
    low, high = span(end for step in steps for end in (step.start, step.end))
    unit = (high - low) / (width - room - (room if low < 0 else 0))
    ax.set_xlim(low - (room * unit if low < 0 else 0), high + room * unit)
    ax.axvline(0, color=s.NEUTRAL, lw=0.8)
    for before, step in zip([None, *steps], steps, strict=False):
        start, end = float(step.start), float(step.end)
        ax.barh(step.place, end - start, left=start, height=0.62, **step.look)
        if before is not None and before.end in (step.start, step.end):
            rows = [before.place + 0.31, step.place - 0.31]
            ax.plot([float(before.end)] * 2, rows, color=s.NEUTRAL, lw=0.5)
        s.tag(ax, step.words, (max(start, end, 0), step.place), (3, 0), weight=step.weight)


_BOX = {"facecolor": s.PAPER, "edgecolor": "none", "pad": 0.4}
"""Behind a value that stands before a column taller than its own."""


def levels(
    fig: Canvas,
    line: s.Timeline,
    top: float,
    height: float,
    frame: pd.DataFrame,
    kind: str,
    label: Callable[[Fraction], str],
) -> None:
    """Draw values as solid columns over the light ones of the year before.

    Parameters
    ----------
    fig, line, top, height
        Where, in millimetres.
    frame : DataFrame
        From :func:`analysis.figures.kpi_trends.quarters_data`.
    kind : str
        Kind of the values.
    label : callable
        From a value to its text; columns have room for it if it is as wide as a step.
    """
    ax = line.axes(fig, top, height)
    low, high = span([*frame["value"], *frame["year_ago"], *frame.get("plan", ())])
    room = 3.6 * (high - low) / max(height - (7.2 if low < 0 else 3.6), 1.0)
    ax.set_ylim(low - (room if low < 0 else 0), high + room)
    ax.axhline(0, color=s.NEUTRAL, lw=0.8, clip_on=False, zorder=3)
    for place, row in enumerate(records(frame)):
        if row.year_ago is not None:
            ax.bar(
                place - 0.12, float(row.year_ago), width=0.56, zorder=1, **s.look("previous", kind)
            )
        if (plan := getattr(row, "plan", None)) is not None:
            outline = s.look("plan", kind) | {"facecolor": "none"}
            ax.bar(place + 0.06, float(plan), width=0.7, zorder=3, **outline)
        if row.value is None:
            continue
        ax.bar(place + 0.06, float(row.value), width=0.56, zorder=2, **s.look("actual", kind))
        others = [abs(other) for other in (row.year_ago, plan) if other is not None]
        look = {"bbox": _BOX} if max(others, default=0) > abs(row.value) else {}
        away = 0, -2 if row.value < 0 else 2
        s.tag(ax, label(row.value), (place, float(row.value)), away, color=s.KIND[kind], **look)


def changes(
    fig: Canvas,
    line: s.Timeline,
    top: float,
    height: float,
    growths: list[Fraction | None],
    better: str,
) -> None:
    """Draw relative changes as pins (IBCS), coloured by whether they are good."""
    ax = line.axes(fig, top, height)
    shown = [None if value is None else 100 * float(value) for value in growths]
    low, high = span(shown)
    if not any(shown):
        low, high = 0.0, 1.0
    room = 4.6 * (high - low) / max(height - (9.2 if low < 0 else 4.6), 1.0)
    ax.set_ylim(low - (room if low < 0 else 0), high + room)
    ax.axhline(0, color=s.NEUTRAL, lw=0.8, clip_on=False)
    texts = ["" if value is None else change_text(value) for value in growths]
    widest = max((s.text_width(text, s.SMALL) for text in texts), default=0.0)
    for place, (size, text) in enumerate(zip(shown, texts, strict=True)):
        if size is None:
            continue
        colour = s.verdict_colour(size, better)
        ax.vlines(place, 0, size, color=colour, lw=2.2)
        ax.scatter([place], [size], s=17, color=colour, marker="s", zorder=3)
        if widest > line.step and place != len(shown) - 1:
            continue
        above = size >= 0
        s.tag(ax, text, (place, size), (0, 4.5 if above else -4.5))


def change_text(growth: Fraction) -> str:
    """Write a growth in per cent, shorter where it is large.

    Examples
    --------
    >>> [change_text(Fraction(growth)) for growth in ("0.183", "12.5", "1000")]
    ['+18.3', '+1,250', '> 9,999']
    """
    if growth >= 100:
        return "> 9,999"
    return decimal(1 if abs(growth) < 10 else 0, signed=True)(100 * growth)


def multiple(
    fig: Canvas,
    box: tuple[float, float, float, float],
    courses: Sequence[tuple[Sequence[Fraction | None], s.Look, str, str]],
    text: Callable[[Fraction], str],
    band: Sequence[tuple[int, float, float]] = (),
) -> None:
    """Draw one of several small charts of lines over time, its scale from zero.

    Parameters
    ----------
    fig : Figure
        Where to draw.
    box : tuple of float
        Left, top, width and height of the axes in millimetres; the ends of the scale stand on the
        left of it, the last values on the right.
    courses : sequence of (sequence of Fraction or None, dict, str, str)
        Values, how the line looks, colour (empty: it is not written) and name of its last value.
    text : callable
        From a value to its text.
    band : sequence of (int, float, float)
        Intervals behind the lines: place, low and high.
    """
    ax = s.bare(fig, *box)
    flat = known(value for values, *_ in courses for value in values)
    low, high = min([Fraction(0), *flat]), max([Fraction(0), *flat])
    seen = [float(low), float(high), *(end for _, *ends in band for end in ends)]
    room = 0.12 * (max(seen) - min(seen)) or 1.0
    ax.set_ylim(min(seen) - (room if low else 0), max(seen) + room)
    ax.set_xlim(-0.5, max(len(courses[0][0]), s.FEWEST) - 0.5)
    for place, least, most in band:
        ax.bar(place, most - least, 1, least, color=s.BAND, lw=0, zorder=0)
    gap = 3 / box[3] * (ax.get_ylim()[1] - ax.get_ylim()[0])
    beyond = [end for end in (low, high) if end]
    for end in beyond:
        s.end_of_scale(ax, float(end), text(end))
    near = any(abs(end) < gap for end in beyond)
    s.end_of_scale(ax, 0, "" if near or not flat else "0", color=s.NEUTRAL)
    ends: list[tuple[float, int, str, str]] = []
    for values, style, colour, name in courses:
        heights = [float("nan") if value is None else float(value) for value in values]
        ax.plot(range(len(heights)), heights, **style)
        last = [(place, value) for place, value in enumerate(values) if value is not None][-1:]
        ends += [
            (float(value), place, f"{name}{text(value)}", colour) for place, value in last if colour
        ]
    below = -inf
    for value, place, words, colour in sorted(ends):
        below = max(value, below + gap)
        s.tag(ax, words, (place + 0.5, below), (2, 0), color=colour, annotation_clip=False)


Shape = Literal["process", "terminal", "decision", "round"]

_UNIT = 10.0
"""Millimetres in a unit of schemdraw, whose arrowheads are sized in units."""

_SHAPES: dict[Shape, Any] = {
    "process": shapes.Process,
    "terminal": shapes.Terminal,
    "decision": shapes.Decision,
    "round": shapes.RoundProcess,
}
LINE = 3.4
"""Millimetres from line to line."""


class Flow:
    """A chart of boxes and arrows over a whole figure, `y` counted from its upper edge."""

    def __init__(self, fig: Canvas) -> None:
        width, height = s.size_mm(fig)
        ax = s.bare(fig, 0, 0, width, height)
        ax.set_xlim(0, width / _UNIT)
        ax.set_ylim(-height / _UNIT, 0)
        self._fig = fig
        self._drawing = schemdraw.Drawing(canvas=ax, show=False)
        self._drawing.config(color=s.INK, lw=0.8)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        text: str,
        *,
        shape: Shape = "process",
        weight: str = "regular",
        size: float = s.SMALL,
        **look: Any,
    ) -> Any:
        """Draw a box round its centre and write in it.

        Parameters
        ----------
        x, y, width, height : float
            Centre and size in millimetres.
        text : str
            What it says; wrapped, and cut with an ellipsis where the box is full.
        shape : {"process", "terminal", "decision", "round"}
            As in a flowchart (ISO 5807).
        weight, size : str and float
            Of the text.
        **look
            color, fill, lw, ls of the box.

        Returns
        -------
        schemdraw.elements.Element
            Its anchors (N, E, S, W and between) are where arrows end.
        """
        element = (
            _SHAPES[shape](w=width / _UNIT, h=height / _UNIT)
            .anchor("center")
            .at((x / _UNIT, -y / _UNIT))
            .style(**({"fill": s.PAPER} | look))
        )
        self._drawing.add(element)
        share = 0.62 if shape == "decision" else 1.0
        room = share * width - (0 if shape == "decision" else 3)
        most = max(int(share * height / LINE), 1)
        lines = s.fit(text, room, size, weight, most)
        s.write(self._fig, x, y, lines, LINE, fontsize=size, weight=weight, ha="center")
        return element

    def arrow(
        self, start: Any, end: Any, label: str = "", route: str = "-", bend: float = 0.0
    ) -> None:
        """Draw an arrow between two anchors.

        Parameters
        ----------
        start, end
            Anchors of boxes.
        label : str
            Written at the middle of a straight arrow.
        route : str
            Straight (``-``), round a corner (``-|``, ``|-``), or by way of a line to the side
            (``n``, ``c``).
        bend : float
            How far to the side, in millimetres upwards or to the right.
        """
        wire = shapes.Wire(route, bend / _UNIT, arrow="->", color=s.MUTED).at(start).to(end)
        self._drawing.add(wire)
        if label:
            x, y = (start[0] + end[0]) / 2 * _UNIT, -(start[1] + end[1]) / 2 * _UNIT
            across = abs(start[0] - end[0]) >= abs(start[1] - end[1])
            shift = (0.0, -2.2) if across else (1.5 + s.text_width(label, s.SMALL) / 2, 0.0)
            s.small(self._fig, x + shift[0], y + shift[1], label, ha="center")

    def finish(self) -> None:
        """Put everything onto the figure."""
        self._drawing.draw(show=False)
