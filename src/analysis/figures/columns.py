"""Columns over time, as in every figure over quarters: levels, and changes on last year."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.base.frames import records
from analysis.base.numbers import decimal
from analysis.figures.style import (
    INK,
    KIND,
    MUTED,
    NEUTRAL,
    SMALL,
    look,
    only_frame,
    panel,
    text_width,
    verdict_colour,
    write,
)

_FEWEST = 4
"""Quarters that an axis has room for at least, so that a single column is no wall."""


@dataclass(frozen=True)
class Timeline:
    """A time axis: left edge and width in millimetres, and the quarters on it."""

    left: float
    width: float
    quarters: tuple[str, ...]

    @property
    def step(self) -> float:
        """Millimetres from quarter to quarter."""
        return self.width / (max(len(self.quarters), _FEWEST) + 0.2)

    def x(self, place: int) -> float:
        """Return the middle of a quarter's column in millimetres."""
        return self.left + self.step * (place + 0.6)

    def axes(self, fig: Canvas, top: float, height: float) -> Axes:
        """Add axes for columns, without any axis drawn."""
        ax = panel(fig, self.left, top, self.width, height)
        only_frame(ax)
        ax.set_xlim(-0.6, max(len(self.quarters), _FEWEST) - 0.4)
        return ax

    def labels(self, fig: Canvas, top: float) -> None:
        """Write quarters, and each year once below its first quarter."""
        year = ""
        wide = self.step > text_width("Q4", SMALL) + 0.8
        for place, label in enumerate(self.quarters):
            shown = label[4:] if wide else label[5:]
            write(fig, self.x(place), top + 2, shown, fontsize=SMALL, ha="center", color=MUTED)
            if label[:4] != year:
                year = label[:4]
                free = self.step * sum(other[:4] == year for other in self.quarters)
                if free > text_width(year, SMALL):
                    write(fig, self.x(place), top + 5.5, year, fontsize=SMALL, ha="center")


def known(values: Iterable[Fraction | None]) -> list[Fraction]:
    """Keep the values that are there."""
    return [value for value in values if value is not None]


def span(values: Iterable[Fraction | float | None]) -> tuple[float, float]:
    """Return smallest and largest value as drawn, zero included, never the same."""
    flat = [float(value) for value in values if value is not None]
    low, high = min([0.0, *flat]), max([0.0, *flat])
    return low, high if high > low else low + 1.0


def levels(
    fig: Canvas,
    line: Timeline,
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
        From :func:`analysis.figures.kpi_data.quarters_data`.
    kind : str
        Kind of the values.
    label : callable
        From a value to its text; columns have room for it if it is as wide as a step.
    """
    ax = line.axes(fig, top, height)
    low, high = span([*frame["value"], *frame["year_ago"]])
    room = 3.6 * (high - low) / max(height - (7.2 if low < 0 else 3.6), 1.0)
    ax.set_ylim(low - (room if low < 0 else 0), high + room)
    ax.axhline(0, color=NEUTRAL, lw=0.8, clip_on=False, zorder=3)
    for place, row in enumerate(records(frame)):
        if row.year_ago is not None:
            ax.bar(
                place - 0.12, float(row.year_ago), width=0.56, zorder=1, **look("previous", kind)
            )
        if row.value is None:
            continue
        ax.bar(place + 0.06, float(row.value), width=0.56, zorder=2, **look("actual", kind))
        below = row.value < 0
        both = [0.0, float(row.value), float(row.year_ago or 0)]
        end = min(both) if below else max(both)
        ax.annotate(
            label(row.value),
            (place, end),
            xytext=(0, -2 if below else 2),
            textcoords="offset points",
            ha="center",
            va="top" if below else "bottom",
            fontsize=SMALL,
            color=KIND[kind],
        )


def changes(
    fig: Canvas,
    line: Timeline,
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
    ax.axhline(0, color=NEUTRAL, lw=0.8, clip_on=False)
    texts = ["" if value is None else change_text(value) for value in growths]
    widest = max((text_width(text, SMALL) for text in texts), default=0.0)
    for place, (size, text) in enumerate(zip(shown, texts, strict=True)):
        if size is None:
            continue
        colour = verdict_colour(size, better)
        ax.vlines(place, 0, size, color=colour, lw=2.2)
        ax.scatter([place], [size], s=17, color=colour, marker="s", zorder=3)
        if widest > line.step and place != len(shown) - 1:
            continue
        above = size >= 0
        ax.annotate(
            text,
            (place, size),
            xytext=(0, 4.5 if above else -4.5),
            textcoords="offset points",
            ha="center",
            va="bottom" if above else "top",
            fontsize=SMALL,
            color=INK,
        )


def change_text(growth: Fraction) -> str:
    """Write a growth in per cent, shorter where it is large."""
    if growth >= 100:
        return "> 9,999"
    return decimal(1 if abs(growth) < 10 else 0, signed=True)(100 * growth)
