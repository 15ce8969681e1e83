"""Figures made of words: SWOT matrix and cause-and-effect diagram."""

from __future__ import annotations

import math
from math import fsum
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.base.frames import groups, records
from analysis.base.numbers import listed
from analysis.figures.style import (
    BAD,
    GOOD,
    INK,
    MUTED,
    NEUTRAL,
    SMALL,
    WIDTH,
    canvas,
    fit,
    sheet,
    styled,
    text_width,
    wrap,
    write,
)
from analysis.notebook.display.figure import Figure
from analysis.notebook.values import literal

_QUADRANTS = {
    "strength": ("Strengths", 0, 0),
    "weakness": ("Weaknesses", 1, 0),
    "opportunity": ("Opportunities", 0, 1),
    "threat": ("Threats", 1, 1),
}
"""Title, column (helpful, harmful) and row (within the firm, around it)."""

_LINE = 3.7
_PLACE, _LEAST, _BULLET = 9.0, 14.0, 3.0
"""Millimetres for places, and for the entries of a row, at least."""


@styled(11)
def swot(frame: pd.DataFrame, kind: str = "words") -> Figure:
    """Draw a SWOT matrix, each entry with the place it rests on (figure 11).

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.method.as_is.swot`: quadrant, text, place.
    kind : str
        Kind of the entries.
    """
    width = (WIDTH - 6 - 4) / 2
    least = _PLACE if _quoted(frame) else _BULLET
    gap = max([least, *(2 + text_width(_place(row), SMALL) for row in records(frame))])
    entries = {
        name: [
            (_place(row), wrap(str(row.text), width - gap - 2))
            for row in records(frame[frame["quadrant"] == name])
        ]
        for name in _QUADRANTS
    }
    heights = [
        max(
            _LEAST,
            *(
                _entries_height(entries[name])
                for name, (_, _, row) in _QUADRANTS.items()
                if row == r
            ),
        )
        for r in (0, 1)
    ]
    fig = canvas(5 + fsum(heights) + 2 * 9 + 6)
    ax = sheet(fig)
    tops = [5.0, 5.0 + heights[0] + 9 + 5]
    for column, words in enumerate(("helpful", "harmful")):
        write(fig, 6 + column * (width + 4), 2, words, fontsize=SMALL, color=MUTED)
    for row, words in enumerate(("within the firm", "around the firm")):
        write(
            fig,
            1.5,
            tops[row] + (heights[row] + 9) / 2,
            words,
            fontsize=SMALL,
            color=MUTED,
            rotation=90,
            ha="center",
            va="center",
        )
    for name, (title, column, row) in _QUADRANTS.items():
        left, top = 6 + column * (width + 4), tops[row]
        colour = BAD if column else GOOD
        ax.plot([left, left + width], [top, top], color=colour, lw=1.6)
        write(fig, left, top + 4, title, fontsize=9, weight="semibold")
        _write_entries(fig, left, top + 9, entries[name], gap)
    return Figure(
        name="swot",
        figure=fig,
        data=frame,
        caption=_swot_caption(frame),
        alt=_swot_alt(frame),
        kind=kind,
    )


def _row(name: str) -> int:
    return _QUADRANTS[name][2]


def _place(row: Any) -> str:
    """Write the place that a quoted entry rests on, within 30 mm; a firm's own has a bullet."""
    return fit(str(row.place), 30, SMALL)[0] if row.quotation else "•"


def _entries_height(entries: list[tuple[str, list[str]]]) -> float:
    return sum(_LINE * len(lines) + 1.4 for _, lines in entries)


def _write_entries(
    fig: Canvas, left: float, top: float, entries: list[tuple[str, list[str]]], gap: float
) -> None:
    """Write entries below each other, with their places in a column of their own."""
    y = top + _LINE / 2
    for place, lines in entries:
        write(fig, left, y, place, fontsize=SMALL, color=MUTED)
        for line in lines:
            write(fig, left + gap, y, line)
            y += _LINE
        y += 1.4


def _swot_caption(frame: pd.DataFrame) -> str:
    counts = [
        f"{int((frame['quadrant'] == name).sum())} {title.lower()}"
        for name, (title, _, _) in _QUADRANTS.items()
    ]
    return f"SWOT matrix of the starting position: {listed(counts)}." + _about_words(
        frame, "the number before each entry is the section it rests on"
    )


def _quoted(frame: pd.DataFrame) -> bool:
    """Whether the entries rest on quoted sections of a publication."""
    return bool((frame["quotation"] != "").any())


def _said(row: Any, space: str = " ") -> str:
    """Write an entry, with its section if it quotes one."""
    return f"{row.text}{space}({row.place})" if row.quotation else str(row.text)


def _about_words(frame: pd.DataFrame, places: str) -> str:
    return f" The words are ours; {places}." if _quoted(frame) else " The words are the firm's."


def _swot_alt(frame: pd.DataFrame) -> str:
    parts = []
    for name, (title, _, _) in _QUADRANTS.items():
        rows = frame[frame["quadrant"] == name]
        texts = [_said(row) for row in records(rows)]
        parts.append(f"{title}: {'; '.join(texts) or 'no entry'}.")
    return f"A matrix of two by two fields. {' '.join(parts)}"


_SPINE, _REACH, _SLANT = 120.0, 27.0, 6.0
"""Length of the spine, height of the bones on either side, and how far they lean (millimetres)."""


@styled(12)
def ishikawa(frame: pd.DataFrame, effect: str, kind: str = "words") -> Figure:
    """Draw a cause-and-effect diagram, each cause with the place it rests on (figure 12).

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.method.as_is.causes`: category, text, place.
    effect : str
        The problem that the causes lead to.
    kind : str
        Kind of the entries.
    """
    categories = groups(frame, "category")
    pairs = -(-len(categories) // 2)
    step = _SPINE / pairs
    # the causes of a bone stand evenly, each with room for the longest one's lines
    reach = max(_REACH, *(_room(rows, step) for _, rows in categories))
    fig = canvas(2 * reach + 10)
    ax = sheet(fig)
    middle = reach + 5
    ax.annotate(
        "",
        (_SPINE + 8, middle),
        xytext=(0, middle),
        arrowprops={"arrowstyle": "-|>", "lw": 1.4, "color": INK, "shrinkA": 0, "shrinkB": 0},
    )
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


def _cause_lines(row: Any, step: float) -> list[str]:
    return fit(_said(row, "\u00a0"), step - _SLANT - 5, SMALL, lines=6)


def _room(rows: pd.DataFrame, step: float) -> float:
    """Return the height that a category's bone needs for its causes."""
    longest = max(len(_cause_lines(row, step)) for row in records(rows))
    return (len(rows) + 0.35) * (3.3 * longest + 1.6)


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
    top = middle + reach
    ax.plot([foot - _SLANT, foot], [top, middle], color=INK, lw=0.9)
    name_y = top - 2.2 if reach < 0 else top + 2.2
    name = fit(str(rows["category"].iloc[0]), step - 2, weight="semibold")[0]
    write(fig, foot - _SLANT, name_y, name, weight="semibold", ha="center")
    for place, row in enumerate(records(rows)):
        part = (place + 1) / (len(rows) + 0.35)
        y = top - reach * part
        end = foot - _SLANT * (1 - part)
        start = end - (step - _SLANT - 1.5)
        ax.plot([start, end], [y, y], color=NEUTRAL, lw=0.5)
        lines = _cause_lines(row, step)
        away = reversed(lines) if reach < 0 else lines  # words stand away from the spine
        for line, text in enumerate(away):
            offset = math.copysign(1.9 + 3.3 * line, reach)
            write(fig, start, y + offset, text, fontsize=SMALL)


def _ishikawa_caption(frame: pd.DataFrame, effect: str) -> str:
    count = frame["category"].nunique()
    return (
        f"Causes behind “{literal(effect)}”: {len(frame)} causes in {count} categories."
        + _about_words(frame, "the number after each cause is the section it rests on")
    )


def _ishikawa_alt(frame: pd.DataFrame, effect: str) -> str:
    parts = []
    for category, rows in groups(frame, "category"):
        texts = [_said(row) for row in records(rows)]
        parts.append(f"{category}: {'; '.join(texts)}.")
    return f"A fishbone diagram that ends in “{effect}”. {' '.join(parts)}"
