"""Figure of indicators over all data sets that agree with the print: bounds, draws, the ledger."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.base.frames import groups
from analysis.base.numbers import decimal, listed
from analysis.figures.style import (
    KIND,
    LIGHT,
    MUTED,
    PAPER,
    RULE,
    SMALL,
    canvas,
    sheet,
    styled,
    write,
)
from analysis.notebook.display.figure import Figure

_DERIVED, _SYNTHETIC = KIND["derived"], KIND["synthetic"]
_DOT_FILL = LIGHT["synthetic"]
_PLACES = {"herfindahl": 3, "revenue_per_service": 2}
_LEFT, _AXIS, _HEAD, _ROW, _DOT = 52.0, 66.0, 9.0, 13.2, 1.1
"""Millimetres: start and length of the scales, room for heads and a row, diameter of a dot."""


@styled(15)
def spreads(frame: pd.DataFrame) -> Figure:
    """Draw how far indicators spread over data sets that agree with the print (figure 15).

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.figures.spread_data.spreads_data`.
    """
    kpis = groups(frame, "kpi")
    fig = canvas(_HEAD + _ROW * len(kpis))
    ax = sheet(fig)
    _heads(fig, ax)
    for place, (kpi, rows) in enumerate(kpis):
        _draw_kpi(fig, ax, _HEAD + _ROW * place, kpi, rows)
    return Figure(
        name="spreads",
        figure=fig,
        data=frame,
        caption=_caption(frame),
        alt=_alt(frame),
        kind="synthetic",
    )


def _heads(fig: Canvas, ax: Axes) -> None:
    y = 3.0
    _dot(ax, _LEFT + 0.6, y - 0.4)
    write(fig, _LEFT + 2.4, y, "one data set in a hundred", fontsize=SMALL, color=MUTED)
    x = _LEFT + 40
    _scale(ax, x, x + 6, y - 0.2)
    write(fig, x + 7.6, y, "possible at all", fontsize=SMALL, color=_DERIVED)
    write(fig, 143, y, "90% of them", ha="right", fontsize=SMALL, color=MUTED)
    _diamond(ax, 149.4, y - 0.2)
    write(fig, 160, y, "ledger", ha="right", fontsize=SMALL, color=_SYNTHETIC)


def _scale(ax: Axes, left: float, right: float, y: float) -> None:
    """Draw a line from bound to bound."""
    ax.plot([left, right], [y, y], color=_DERIVED, lw=0.8)
    for x in (left, right):
        ax.plot([x, x], [y - 1.2, y + 1.2], color=_DERIVED, lw=1.2)


def _dot(ax: Axes, x: float, y: float) -> None:
    ax.plot([x], [y], "o", ms=_DOT * 72 / 25.4, mfc=_DOT_FILL, mec=_SYNTHETIC, mew=0.3)


def _diamond(ax: Axes, x: float, y: float) -> None:
    ax.plot([x], [y], "D", ms=4.2, mfc=_SYNTHETIC, mec=PAPER, mew=0.7, zorder=5)


def _value(rows: pd.DataFrame, mark: str) -> Fraction:
    (value,) = rows.loc[rows["mark"] == mark, "value"]
    return Fraction(value)


def _text(kpi: str, value: Fraction) -> str:
    return decimal(_PLACES.get(kpi, 0))(value)


def _is_fixed(kpi: str, rows: pd.DataFrame) -> bool:
    """Say whether all data sets show the same value, in the digits shown here."""
    return _text(kpi, _value(rows, "low")) == _text(kpi, _value(rows, "high"))


def _draw_kpi(fig: Canvas, ax: Axes, top: float, kpi: str, rows: pd.DataFrame) -> None:
    """Draw one indicator: its words, its scale from bound to bound, its dots, the ledger."""
    base = top + 8.6
    ax.plot([0, 160], [top, top], color=RULE, lw=0.4)
    write(fig, 0, base - 4, str(rows["name"].iloc[0]))
    write(fig, 0, base, str(rows["known"].iloc[0]), fontsize=SMALL, color=MUTED)
    low, high, own = (_value(rows, mark) for mark in ("low", "high", "ledger"))
    write(fig, 160, base - 2, _text(kpi, own), ha="right", color=_SYNTHETIC, weight="semibold")
    if _is_fixed(kpi, rows):
        middle = _LEFT + _AXIS / 2
        ax.plot([middle] * 2, [base - 1.2, base + 1.2], color=_DERIVED, lw=1.2)
        write(fig, middle, base + 3.2, _text(kpi, low), ha="center", fontsize=SMALL, color=_DERIVED)
        _diamond(ax, middle, base)
        write(fig, 143, base - 2, "fixed by the print", ha="right", fontsize=SMALL)
        return
    _scale(ax, _LEFT, _LEFT + _AXIS, base)
    for x, value, side in ((_LEFT, low, "left"), (_LEFT + _AXIS, high, "right")):
        write(fig, x, base + 3.2, _text(kpi, value), ha=side, fontsize=SMALL, color=_DERIVED)
    draws = [Fraction(value) for value in rows.loc[rows["mark"] == "draw", "value"]]
    for x, y in _stacked(draws, low, high):
        _dot(ax, _LEFT + x, base - 0.2 - y)
    _diamond(ax, _LEFT + _AXIS * float((own - low) / (high - low)), base)
    write(fig, 143, base - 2, _middle_range(kpi, rows), ha="right", fontsize=SMALL)


def _stacked(values: list[Fraction], low: Fraction, high: Fraction) -> list[tuple[float, float]]:
    """Place dots on the scale, stacked where they would meet, in millimetres."""
    span, columns = high - low, int(_AXIS / _DOT)
    whole = all(value.denominator == 1 for value in (*values, low)) and span < columns
    heights: Counter[Fraction] = Counter()
    placed = []
    for value in values:
        share = (value - low) / span
        if not whole:  # a column for each value where they are few and whole, else equal bins
            share = Fraction(2 * min(int(share * columns), columns - 1) + 1, 2 * columns)
        placed.append((float(share) * _AXIS, (heights[share] + 0.6) * _DOT))
        heights[share] += 1
    return placed


def _middle_range(kpi: str, rows: pd.DataFrame, word: str = "–") -> str:
    return word.join(_text(kpi, _value(rows, mark)) for mark in ("p5", "p95"))


def _caption(frame: pd.DataFrame) -> str:
    fixed = [
        str(rows["name"].iloc[0]).lower()
        for kpi, rows in groups(frame, "kpi")
        if _is_fixed(kpi, rows)
    ]
    only = f" Only {listed(fixed)} is fixed." if fixed else ""
    return (
        "The synthetic ledger is one of many data sets that agree with the print. The bounds "
        "(derived) are the smallest and largest values of any such data set; the dots sum up data "
        "sets drawn at random, and the diamond is our ledger (both synthetic); all have the same "
        f"types of services.{only} Every data set has the same chance: a convention, no belief "
        "about the company. Sales, for one, lie far to the right because a larger quarter leaves "
        "more ways to choose the sales of the years before."
    )


def _alt(frame: pd.DataFrame) -> str:
    parts = []
    for kpi, rows in groups(frame, "kpi"):
        low, high, own = (_text(kpi, _value(rows, mark)) for mark in ("low", "high", "ledger"))
        name = rows["name"].iloc[0]
        if _is_fixed(kpi, rows):
            parts.append(f"{name}: always {low}.")
            continue
        parts.append(
            f"{name}: {low} to {high}, 90% of draws {_middle_range(kpi, rows, ' to ')}, ledger "
            f"{own}."
        )
    return (
        "Rows of dots on a scale from the smallest to the largest value that agrees with the "
        f"print, a diamond at the ledger's. {' '.join(parts)}"
    )
