"""Boxes and arrows in millimetres, placed and routed by schemdraw.

Arrows run between anchors of boxes (its compass points), so that moving a box moves them too. Words
are ours: wrapped to the box, in the style sheet's font, as plain text.
"""

from __future__ import annotations

from typing import Any, Literal

import schemdraw
from matplotlib.figure import Figure as Canvas
from schemdraw import flow as shapes

from analysis.figures.style import (
    INK,
    MUTED,
    PAPER,
    SMALL,
    fit,
    panel,
    size_mm,
    text_width,
    write,
    write_lines,
)

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
        width, height = size_mm(fig)
        ax = panel(fig, 0, 0, width, height)
        ax.set_xlim(0, width / _UNIT)
        ax.set_ylim(-height / _UNIT, 0)
        ax.set_axis_off()
        self._fig = fig
        self._drawing = schemdraw.Drawing(canvas=ax, show=False)
        self._drawing.config(color=INK, lw=0.8)

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
        size: float = SMALL,
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
            .style(**({"fill": PAPER} | look))
        )
        self._drawing.add(element)
        share = 0.62 if shape == "decision" else 1.0
        room = share * width - (0 if shape == "decision" else 3)
        most = max(int(share * height / LINE), 1)
        lines = fit(text, room, size, weight, most)
        write_lines(self._fig, x, y, lines, LINE, fontsize=size, weight=weight, ha="center")
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
        wire = shapes.Wire(route, bend / _UNIT, arrow="->", color=MUTED).at(start).to(end)
        self._drawing.add(wire)
        if label:
            x, y = (start[0] + end[0]) / 2 * _UNIT, -(start[1] + end[1]) / 2 * _UNIT
            across = abs(start[0] - end[0]) >= abs(start[1] - end[1])
            shift = (0.0, -2.2) if across else (1.5 + text_width(label, SMALL) / 2, 0.0)
            write(self._fig, x + shift[0], y + shift[1], label, fontsize=SMALL, ha="center")

    def finish(self) -> None:
        """Put everything onto the figure."""
        self._drawing.draw(show=False)
