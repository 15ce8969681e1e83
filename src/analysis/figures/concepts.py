"""Figures made of words: SWOT matrix and cause-and-effect diagram."""

from __future__ import annotations

import math
from math import fsum

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.display import Figure
from analysis.figures.frames import groups, records
from analysis.figures.style import (
    BAD,
    GOOD,
    INK,
    MUTED,
    NEUTRAL,
    SMALL,
    WIDTH,
    canvas,
    listed,
    sheet,
    styled,
    wrap,
    write,
)

_QUADRANTS = {
    "strength": ("Strengths", 0, 0),
    "weakness": ("Weaknesses", 1, 0),
    "opportunity": ("Opportunities", 0, 1),
    "threat": ("Threats", 1, 1),
}
"""Title, column (helpful, harmful) and row (within the firm, around it)."""

_LINE = 3.7
_PLACE = 9.0


@styled(11)
def swot(frame: pd.DataFrame, kind: str = "words") -> Figure:
    """Draw a SWOT matrix, each entry with the place it rests on (figure 11).

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.diagnosis.swot`: quadrant, text, place.
    kind : str
        Kind of the entries.
    """
    width = (WIDTH - 6 - 4) / 2
    entries = {
        name: [
            (str(row.place), wrap(str(row.text), width - _PLACE - 2))
            for row in records(frame[frame["quadrant"] == name])
        ]
        for name in _QUADRANTS
    }
    heights = [
        max(_entries_height(entries[name]) for name, (_, _, row) in _QUADRANTS.items() if row == r)
        for r in (0, 1)
    ]
    fig = canvas(5 + fsum(heights) + 2 * 9 + 6)
    ax = sheet(fig)
    tops = [5.0, 5.0 + heights[0] + 9 + 5]
    for column, words in enumerate(("helpful", "harmful")):
        write(fig, 6 + column * (width + 4), 2, words, fontsize=SMALL, color=MUTED)
    for row, words in enumerate(("within the firm", "around the firm")):
        write(
            fig, 1.5, tops[row] + (heights[row] + 9) / 2, words, fontsize=SMALL, color=MUTED,
            rotation=90, ha="center", va="center",
        )  # fmt: skip
    for name, (title, column, row) in _QUADRANTS.items():
        left, top = 6 + column * (width + 4), tops[row]
        colour = BAD if column else GOOD
        ax.plot([left, left + width], [top, top], color=colour, lw=1.6)
        write(fig, left, top + 4, title, fontsize=9, weight="semibold")
        _write_entries(fig, left, top + 9, entries[name])
    return Figure(
        name="swot",
        figure=fig,
        data=frame,
        caption=_swot_caption(frame),
        alt=_swot_alt(frame),
        kind=kind,
    )


def _entries_height(entries: list[tuple[str, list[str]]]) -> float:
    return sum(_LINE * len(lines) + 1.4 for _, lines in entries)


def _write_entries(
    fig: Canvas, left: float, top: float, entries: list[tuple[str, list[str]]]
) -> None:
    """Write entries below each other, with their places in a column of their own."""
    y = top + _LINE / 2
    for place, lines in entries:
        write(fig, left, y, place, fontsize=SMALL, color=MUTED)
        for line in lines:
            write(fig, left + _PLACE, y, line)
            y += _LINE
        y += 1.4


def _swot_caption(frame: pd.DataFrame) -> str:
    counts = [
        f"{int((frame['quadrant'] == name).sum())} {title.lower()}"
        for name, (title, _, _) in _QUADRANTS.items()
    ]
    return (
        f"SWOT matrix of the starting position: {listed(counts)}. The words are ours; the number "
        "before each entry is the section it rests on."
    )


def _swot_alt(frame: pd.DataFrame) -> str:
    parts = []
    for name, (title, _, _) in _QUADRANTS.items():
        rows = frame[frame["quadrant"] == name]
        texts = [f"{row.text} ({row.place})" for row in records(rows)]
        parts.append(f"{title}: {'; '.join(texts) or 'no entry'}.")
    return f"A matrix of two by two fields. {' '.join(parts)}"


_SPINE, _REACH = 120.0, 27.0
"""Length of the spine and height of the bones on either side, in millimetres."""


@styled(12)
def ishikawa(frame: pd.DataFrame, effect: str, kind: str = "words") -> Figure:
    """Draw a cause-and-effect diagram, each cause with the place it rests on (figure 12).

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.diagnosis.causes`: category, text, place.
    effect : str
        The problem that the causes lead to.
    kind : str
        Kind of the entries.
    """
    categories = groups(frame, "category")
    pairs = -(-len(categories) // 2)
    step = _SPINE / pairs
    most = max(len(rows) for _, rows in categories)
    reach = max(_REACH, 11.0 * most + 4)  # three lines of words for each cause
    fig = canvas(2 * reach + 10)
    ax = sheet(fig)
    middle = reach + 5
    ax.annotate(
        "", (_SPINE + 8, middle), xytext=(0, middle),
        arrowprops={"arrowstyle": "-|>", "lw": 1.4, "color": INK, "shrinkA": 0, "shrinkB": 0},
    )  # fmt: skip
    lines = wrap(effect, WIDTH - _SPINE - 11, 9, "semibold")
    for place, line in enumerate(lines):
        y = middle + 4.2 * (place - (len(lines) - 1) / 2)
        write(fig, _SPINE + 10, y, line, fontsize=9, weight="semibold")
    for place, (_, rows) in enumerate(categories):
        column, below = divmod(place, 2)
        _bone(fig, ax, step * (column + 1), middle, reach * (1 if below else -1), step, rows)
    return Figure(
        name="ishikawa",
        figure=fig,
        data=frame,
        caption=_ishikawa_caption(frame, effect),
        alt=_ishikawa_alt(frame, effect),
        kind=kind,
    )


def _bone(
    fig: Canvas,
    ax: Axes,
    foot: float,
    middle: float,
    reach: float,
    step: float,
    rows: pd.DataFrame,
) -> None:
    """Draw one category: a slanted bone, its name at the end, its causes on twigs."""
    slant = 6.0
    top = middle + reach
    ax.plot([foot - slant, foot], [top, middle], color=INK, lw=0.9)
    name_y = top - 2.2 if reach < 0 else top + 2.2
    write(fig, foot - slant, name_y, str(rows["category"].iloc[0]), weight="semibold", ha="center")
    for place, row in enumerate(records(rows)):
        part = (place + 1) / (len(rows) + 0.35)
        y = top - reach * part
        end = foot - slant * (1 - part)
        start = end - (step - slant - 1.5)
        ax.plot([start, end], [y, y], color=NEUTRAL, lw=0.5)
        lines = wrap(f"{row.text}\u00a0({row.place})", end - start - 3.5, SMALL)
        away = reversed(lines) if reach < 0 else lines  # words stand away from the spine
        for line, text in enumerate(away):
            offset = math.copysign(1.9 + 3.3 * line, reach)
            write(fig, start, y + offset, text, fontsize=SMALL)


def _ishikawa_caption(frame: pd.DataFrame, effect: str) -> str:
    count = frame["category"].nunique()
    return (
        f"Causes behind “{effect}”: {len(frame)} causes in {count} categories. The words are ours; "
        "the number after each cause is the section it rests on."
    )


def _ishikawa_alt(frame: pd.DataFrame, effect: str) -> str:
    parts = []
    for category, rows in groups(frame, "category"):
        texts = [f"{row.text} ({row.place})" for row in records(rows)]
        parts.append(f"{category}: {'; '.join(texts)}.")
    return f"A fishbone diagram that ends in “{effect}”. {' '.join(parts)}"
