"""Figure 1 of the paper, redrawn from its words: which method leads to what."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure as Canvas

from analysis.base.frames import groups, records
from analysis.figures.flow import LINE, Flow
from analysis.figures.style import MUTED, SMALL, canvas, fit, styled, write
from analysis.notebook.display.figure import Figure
from analysis.tables.case import Case
from analysis.tables.method import METHOD_RAW_TABLES
from analysis.tables.rows import read_frame

_GAP, _DOWN, _BACK, _TOP = 7.0, 8.0, 6.0, 1.0
"""Millimetres between boxes across and down, to the arrow that leads back, and above all."""


def methodologies_data(case: Case) -> pd.DataFrame:
    """Read the methods of a case: method_id, step, name, text, place, leads_to, label, quotation.

    Raises
    ------
    InputError
        If the case has no such table, or it breaks a rule.
    """
    (table,) = (table for table in METHOD_RAW_TABLES if table.name == "methods")
    return read_frame(table, case.raw, case.root)


@styled(17)
def methodologies(frame: pd.DataFrame, kind: str = "words") -> Figure:
    """Draw the methods from left to right, what they stand for below them (figure 17).

    Parameters
    ----------
    frame : DataFrame
        From :func:`methodologies_data`.
    kind : str
        Kind of what is shown.
    """
    steps = [rows for _, rows in groups(frame.sort_values("step", kind="stable"), "step")]
    width = (160 - 1 - _GAP * (len(steps) - 1)) / len(steps)
    texts = {row.method_id: _lines(row, width - 4) for row in records(frame)}
    height = LINE * max(len(lines) for lines in texts.values()) + 4
    most = max(len(rows) for rows in steps)
    whole = most * height + (most - 1) * _DOWN
    fig = canvas(_TOP + whole + (_BACK + 5 if _returning(frame) else 2))
    chart, boxes = Flow(fig), {}
    for column, rows in enumerate(steps):
        x = 0.5 + width / 2 + (width + _GAP) * column
        first = _TOP + (whole - len(rows) * height - (len(rows) - 1) * _DOWN) / 2
        for place, row in enumerate(records(rows)):
            y = first + place * (height + _DOWN) + height / 2
            boxes[row.method_id] = chart.box(x, y, width, height, "")
            for number, (line, look) in enumerate(texts[row.method_id]):
                top = y - height / 2 + 2 + LINE * (number + 0.5)
                write(fig, x - width / 2 + 2, top, line, fontsize=SMALL, **look)
    _arrows(fig, chart, frame, boxes, _TOP + whole)
    chart.finish()
    return Figure(
        name="methodologies",
        figure=fig,
        data=frame,
        caption=(
            "Methodologies for operational efficiency: Figure 1 of the paper, redrawn from its "
            "words. The picture itself is not in our sources, so boxes and arrows follow sections "
            "4.1 to 4.3, and their wording and layout are ours."
        ),
        alt=(
            "A chart of boxes and arrows. "
            + " ".join(f"{row.name} ({row.place}): {row.text}." for row in records(frame))
        ),
        kind=kind,
    )


def _lines(row: Any, width: float) -> list[tuple[str, dict[str, Any]]]:
    """Return what stands in a box: its name, what it stands for, and the sections it rests on."""
    bold = {"weight": "semibold"}
    return [
        *((line, bold) for line in fit(row.name, width, SMALL, "semibold", lines=2)),
        *((line, {}) for line in fit(row.text, width, SMALL, lines=8)),
        *((line, {"color": MUTED}) for line in fit(row.place, width, SMALL, lines=2)),
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
        middle = 5 * (start[0] + end[0])
        write(fig, middle, bottom + _BACK - 2, label, fontsize=SMALL, color=MUTED, ha="center")
