"""Figures made of words: SWOT matrix, causes and effect, and two pictures of the paper.

Figures 1 and 2 of the paper are not in our sources; they are redrawn from its words.
"""

from __future__ import annotations

import math
from itertools import pairwise
from math import fsum
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.base.language import tr
from analysis.base.text import frame_of, groups, listed, records
from analysis.figures import style as s
from analysis.figures.primitives import LINE, Flow
from analysis.kpis.catalogue import indicator
from analysis.method.key_results import Okrs
from analysis.notebook.prose import literal
from analysis.tables.case import Case
from analysis.tables.rows import read_frame
from analysis.tables.strategy_tables import METHODS

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


@s.drawing
def swot(frame: pd.DataFrame) -> s.Drawn:
    """Draw a SWOT matrix, each entry with the place it rests on.

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.method.as_is.swot`: quadrant, text, place.
    """
    width = (s.WIDTH - 6 - 4) / 2
    least = _PLACE if _quoted(frame) else _BULLET
    gap = max([least, *(2 + s.text_width(_place(row), s.SMALL) for row in records(frame))])
    entries = {
        name: [
            (_place(row), s.wrap(str(row.text), width - gap - 2))
            for row in records(frame[frame["quadrant"] == name])
        ]
        for name in _QUADRANTS
    }
    heights = [_LEAST, _LEAST]
    for name, (_, _, row) in _QUADRANTS.items():
        heights[row] = max(
            heights[row], sum(_LINE * len(lines) + 1.4 for _, lines in entries[name])
        )
    fig = s.canvas(5 + fsum(heights) + 2 * 9 + 6)
    ax = s.sheet(fig)
    tops = [5.0, 5.0 + heights[0] + 9 + 5]
    for column, words in enumerate((tr("helpful"), tr("harmful"))):
        s.note(fig, 6 + column * (width + 4), 2, words)
    for row, words in enumerate((tr("within the firm"), tr("around the firm"))):
        upright = {"rotation": 90, "ha": "center", "va": "center"}
        s.note(fig, 2.0, tops[row] + (heights[row] + 9) / 2, words, **upright)
    for name, (title, column, row) in _QUADRANTS.items():
        left, top = 6 + column * (width + 4), tops[row]
        colour = s.BAD if column else s.GOOD
        ax.plot([left, left + width], [top, top], color=colour, lw=1.6)
        s.write(fig, left, top + 4, tr(title), fontsize=9, weight="semibold")
        _write_entries(fig, left, top + 9, entries[name], gap)
    about = _about_words(frame, "the number before each entry is the section it rests on")
    return s.Drawn(fig, frame, "words", _swot_words(frame) | {"about": about})


def _place(row: Any) -> str:
    """Write the place that a quoted entry rests on, within 30 mm; a firm's own has a bullet."""
    return s.fit(str(row.place), 30, s.SMALL)[0] if row.quotation else "•"


def _write_entries(
    fig: Canvas, left: float, top: float, entries: list[tuple[str, list[str]]], gap: float
) -> None:
    """Write entries below each other, with their places in a column of their own."""
    y = top + _LINE / 2
    for place, lines in entries:
        s.note(fig, left, y, place)
        for line in lines:
            s.write(fig, left + gap, y, line)
            y += _LINE
        y += 1.4


def _quoted(frame: pd.DataFrame) -> bool:
    """Whether the entries rest on quoted sections of a publication."""
    return bool((frame["quotation"] != "").any())


def _said(row: Any, space: str = " ") -> str:
    """Write an entry, with its section if it quotes one."""
    return f"{row.text}{space}({row.place})" if row.quotation else str(row.text)


def _about_words(frame: pd.DataFrame, places: str) -> str:
    own = " " + tr("The words are the firm's.")
    return f" The words are ours; {places}." if _quoted(frame) else own


def _swot_words(frame: pd.DataFrame) -> dict[str, str]:
    counts, parts = [], []
    for name, (title, _, _) in _QUADRANTS.items():
        texts = [_said(row) for row in records(frame[frame["quadrant"] == name])]
        counts.append(f"{len(texts)} {tr(title).lower()}")
        parts.append(f"{tr(title)}: {'; '.join(texts) or tr('no entry')}.")
    return {"counts": listed(counts), "parts": " ".join(parts)}


_SPINE, _REACH, _SLANT = 120.0, 27.0, 6.0
"""Length of the spine, height of the bones on either side, and how far they lean (millimetres)."""


@s.drawing
def ishikawa(frame: pd.DataFrame, effect: str) -> s.Drawn:
    """Draw a cause-and-effect diagram, each cause with the place it rests on.

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.method.as_is.causes`: category, text, place.
    effect : str
        The problem that the causes lead to.
    """
    categories = groups(frame, "category")
    pairs = -(-len(categories) // 2)
    step = _SPINE / pairs
    # the causes of a bone stand evenly, each with room for the longest one's lines
    reach = max(_REACH, *(_room(rows, step) for _, rows in categories))
    fig = s.canvas(2 * reach + 10)
    ax = s.sheet(fig)
    middle = reach + 5
    s.arrow(ax, (0, middle), (_SPINE + 8, middle), lw=1.4)
    lines = s.wrap(effect, s.WIDTH - _SPINE - 11, 9, "semibold")
    s.bold(fig, _SPINE + 10, middle, lines, step=4.2, fontsize=9)
    for place, (_, rows) in enumerate(categories):
        column, below = divmod(place, 2)
        _bone(fig, ax, step * (column + 1), middle, reach * (1 if below else -1), step, rows)
    told = (
        f"{category}: {'; '.join(_said(row) for row in records(rows))}."
        for category, rows in categories
    )
    words = {
        "effect": literal(effect),
        "plain": effect,
        "causes": len(frame),
        "count": len(categories),
        "about": _about_words(frame, "the number after each cause is the section it rests on"),
        "parts": " ".join(told),
    }
    return s.Drawn(fig, frame, "words", words)


def _cause_lines(row: Any, step: float) -> list[str]:
    return s.fit(_said(row, "\u00a0"), step - _SLANT - 5, s.SMALL, lines=6)


def _room(rows: pd.DataFrame, step: float) -> float:
    """Return the height that a category's bone needs for its causes."""
    longest = max(len(_cause_lines(row, step)) for row in records(rows))
    return (len(rows) + 0.35) * (3.3 * longest + 1.6)


def _bone(
    fig: Canvas, ax: Axes, foot: float, middle: float, reach: float, step: float, rows: pd.DataFrame
) -> None:
    """Draw one category: a slanted bone, its name at the end, its causes on twigs."""
    top = middle + reach
    ax.plot([foot - _SLANT, foot], [top, middle], color=s.INK, lw=0.9)
    name_y = top - 2.2 if reach < 0 else top + 2.2
    name = s.fit(str(rows["category"].iloc[0]), step - 2, weight="semibold")[0]
    s.bold(fig, foot - _SLANT, name_y, name, ha="center")
    for place, row in enumerate(records(rows)):
        part = (place + 1) / (len(rows) + 0.35)
        y = top - reach * part
        end = foot - _SLANT * (1 - part)
        start = end - (step - _SLANT - 1.5)
        ax.plot([start, end], [y, y], color=s.NEUTRAL, lw=0.5)
        lines = _cause_lines(row, step)
        away = reversed(lines) if reach < 0 else lines  # words stand away from the spine
        for line, text in enumerate(away):
            offset = math.copysign(1.9 + 3.3 * line, reach)
            s.small(fig, start, y + offset, text)


_GAP, _DOWN, _BACK, _ABOVE = 7.0, 8.0, 6.0, 1.0
"""Millimetres between boxes across and down, to the arrow that leads back, and above all."""
_Line = tuple[str, s.Look]
_HEAVY, _GREY = {"weight": "semibold"}, {"color": s.MUTED}


def methodologies_data(case: Case) -> pd.DataFrame:
    """Read the methods of a case: method_id, step, name, text, place, leads_to, label, quotation.

    Raises
    ------
    InputError
        If the case has no such table, or it breaks a rule.
    """
    return read_frame(METHODS, case.raw, case.root)


@s.drawing
def methodologies(frame: pd.DataFrame) -> s.Drawn:
    """Draw the methods from left to right, what they stand for below them.

    Parameters
    ----------
    frame : DataFrame
        From :func:`methodologies_data`.
    """
    steps = [rows for _, rows in groups(frame.sort_values("step", kind="stable"), "step")]
    width = (160 - 1 - _GAP * (len(steps) - 1)) / len(steps)
    texts = {row.method_id: _lines(row, width - 4) for row in records(frame)}
    height = LINE * max(len(lines) for lines in texts.values()) + 4
    most = max(len(rows) for rows in steps)
    whole = most * height + (most - 1) * _DOWN
    fig = s.canvas(_ABOVE + whole + (_BACK + 5 if _returning(frame) else 2))
    chart, boxes = Flow(fig), {}
    for column, rows in enumerate(steps):
        x = 0.5 + width / 2 + (width + _GAP) * column
        first = _ABOVE + (whole - len(rows) * height - (len(rows) - 1) * _DOWN) / 2
        for place, row in enumerate(records(rows)):
            y = first + place * (height + _DOWN) + height / 2
            boxes[row.method_id] = chart.box(x, y, width, height, "")
            top = y - height / 2 + 2 + LINE * 0.5
            _write(fig, x - width / 2 + 2, top, texts[row.method_id])
    _arrows(fig, chart, frame, boxes, _ABOVE + whole)
    chart.finish()
    boxed = (f"{row.name} ({row.place}): {row.text}." for row in records(frame))
    return s.Drawn(fig, frame, "words", {"boxes": " ".join(boxed)})


def _lines(row: Any, width: float) -> list[_Line]:
    """Return what stands in a box: its name, what it stands for, and the sections it rests on."""
    return [
        *((line, _HEAVY) for line in s.fit(row.name, width, s.SMALL, "semibold", lines=2)),
        *((line, {}) for line in s.fit(row.text, width, s.SMALL, lines=8)),
        *((line, _GREY) for line in s.fit(row.place, width, s.SMALL, lines=2)),
    ]


def _returning(frame: pd.DataFrame) -> list[tuple[str, str, str]]:
    """List the arrows that lead back: from, to, and what they pass on."""
    step = dict(zip(frame["method_id"], frame["step"], strict=True))
    return [
        (row.method_id, other, str(row.label))
        for row in records(frame)
        for other in row.leads_to.split()
        if step[other] < row.step
    ]


def _arrows(
    fig: Canvas, chart: Flow, frame: pd.DataFrame, boxes: dict[str, Any], bottom: float
) -> None:
    """Draw arrows to the right and down a step; those that lead back run below everything."""
    step = dict(zip(frame["method_id"], frame["step"], strict=True))
    for row in records(frame):
        for number, other in enumerate(row.leads_to.split()):
            start, end = boxes[row.method_id], boxes[other]
            label = str(row.label) if number == 0 else ""
            if step[other] == row.step:
                chart.arrow(start.S, end.N, label)
            elif step[other] > row.step:
                chart.arrow(start.E, end.W, label)
    for start_id, end_id, label in _returning(frame):
        start, end = boxes[start_id].S, boxes[end_id].S
        bend = -10 * start[1] - bottom - _BACK
        chart.arrow(start, end, route="n", bend=bend)
        s.note(fig, 5 * (start[0] + end[0]), bottom + _BACK - 2, label, ha="center")


_APART, _HEAD, _EDGE = 6.0, 12.0, 0.2


def components_data(okrs: Okrs) -> pd.DataFrame:
    """List objectives and key results with what measures them.

    Parameters
    ----------
    okrs : Okrs
        From :func:`analysis.method.okr.load_okrs`.

    Returns
    -------
    DataFrame
        Columns perspective, objective_id, objective, place, kr_id, key_result (text; the headline
        repeats its objective and is left out), kpi and measure.
    """
    by_id = {row.objective_id: row for row in okrs.objectives}
    rows = []
    for row in okrs.key_results:
        if row.role != "headline":
            top, measure = by_id[row.objective_id], indicator(row.kpi).name
            objective = top.perspective, top.objective_id, top.text, top.place
            rows.append((*objective, row.kr_id, row.text, row.kpi, measure))
    return frame_of(rows, "perspective objective_id objective place kr_id key_result kpi measure")


@s.drawing
def components(frame: pd.DataFrame) -> s.Drawn:
    """Draw the components side by side, each with objective, key results and measures.

    Parameters
    ----------
    frame : DataFrame
        From :func:`components_data`.
    """
    parts = groups(frame, "objective_id")
    width = (s.WIDTH - 2 * _EDGE - _APART * (len(parts) - 1)) / max(len(parts), 1)
    room = width - 1.5
    tops = [s.fit(str(r["objective"].iloc[0]), room, s.SMALL, "semibold", 6) for _, r in parts]
    start = _ABOVE + _HEAD + 5.5 + LINE * max(len(lines) for lines in tops) + 5
    bodies = [[_result(row, room) for row in records(rows)] for _, rows in parts]
    height = max(sum(LINE * len(lines) + 2.6 for lines in body) for body in bodies)
    fig = s.canvas(start + height + 1)
    ax, chart = s.sheet(fig), Flow(fig)
    boxes = []
    for number, ((_, rows), top, body) in enumerate(zip(parts, tops, bodies, strict=True)):
        left, first = _EDGE + (width + _APART) * number, rows.iloc[0]
        box = left + width / 2, _ABOVE + _HEAD / 2, width, _HEAD
        words = f"{number + 1}. {first['perspective']}"
        boxes.append(chart.box(*box, words, weight="semibold", size=s.NORMAL))
        s.note(fig, left, _ABOVE + _HEAD + 3.5, str(first["place"]))
        s.down(fig, left, _ABOVE + _HEAD + 7.2, top, LINE, weight="semibold")
        ax.plot([left, left + width], [start - 2.4] * 2, color=s.RULE, lw=0.6)
        y = start
        for lines in body:
            _write(fig, left, y + 1, lines)
            y += LINE * len(lines) + 2.6
    for before, after in pairwise(boxes):
        chart.arrow(before.E, after.W)
    chart.finish()
    lists = " ".join(map(_component_text, parts))
    filled = {"objectives": len(parts), "results": len(frame), "lists": lists}
    return s.Drawn(fig, frame, "words", filled)


def _result(row: Any, width: float) -> list[_Line]:
    """Return the lines of a key result and of what measures it."""
    lines: list[_Line] = [(line, {}) for line in s.fit(row.key_result, width, s.SMALL, lines=5)]
    measure = s.fit(f"{row.kpi} {row.measure}", width, s.SMALL, lines=2)
    return [*lines, *((line, _GREY) for line in measure)]


def _write(fig: Canvas, x: float, y: float, lines: list[_Line]) -> None:
    for number, (line, look) in enumerate(lines):
        s.small(fig, x, y + LINE * number, line, **look)


def _component_text(part: tuple[str, pd.DataFrame]) -> str:
    first = part[1].iloc[0]
    listed = "; ".join(f"{row.key_result}, by {row.measure}" for row in records(part[1]))
    return f"{first['perspective']}: {first['objective']}; key results: {listed}."
