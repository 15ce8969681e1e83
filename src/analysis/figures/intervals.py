"""Figure of productivity and satisfaction with what chance alone may do to them."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure as Canvas

from analysis.display import Figure, decimal
from analysis.evidence import count_interval, share_interval
from analysis.figures.columns import Timeline
from analysis.figures.frames import records
from analysis.figures.kpi_data import with_gaps
from analysis.figures.numerals import Scale, scale
from analysis.figures.style import (
    KIND,
    LIGHT,
    MUTED,
    NEUTRAL,
    SMALL,
    canvas,
    fit,
    listed,
    styled,
    text_width,
    write,
    write_lines,
)
from analysis.kpis import kpi

_LEFT, _TIME, _HEIGHT, _TOP = 34.0, 126.0, 34.0, 2.0
_SHOWN = ("productivity", "satisfaction")


def intervals_data(table: pd.DataFrame, last: int = 12) -> pd.DataFrame:
    """Put 95% intervals round productivity and satisfaction, quarter by quarter.

    Parameters
    ----------
    table : DataFrame
        From :func:`analysis.kpis.kpi_table`, by quarter.
    last : int
        The latest quarters to keep.

    Returns
    -------
    DataFrame
        Columns kpi, quarter, value (Fraction or None), low, high (floats or None, in the KPI's
        unit), count (services, or satisfied answers) and size (quarter hours, or all answers).
    """
    rows = []
    for name in _SHOWN:
        record = kpi(name)
        part = with_gaps(table[table["kpi"] == name].sort_values("index", ignore_index=True))
        for row in records(part.tail(last)):
            low = high = count = size = None
            if row.value is not None:
                count, size = int(row.numerator), int(row.denominator)
                ends = share_interval(count, size) if record.is_share else count_interval(count)
                unit = float(record.scale) / (1 if record.is_share else size)
                low, high = ends[0] * unit, ends[1] * unit
            rows.append((name, row.period, row.value, low, high, count, size))
    columns = ["kpi", "quarter", "value", "low", "high", "count", "size"]
    frame = pd.DataFrame(rows, columns=columns)
    for place, column in enumerate(columns[2:], start=2):
        frame[column] = pd.Series([row[place] for row in rows], dtype="object")
    return frame


@styled(36)
def intervals(frame: pd.DataFrame, kind: str = "synthetic") -> Figure:
    """Draw productivity and satisfaction by quarter with 95% intervals (figure 36).

    Parameters
    ----------
    frame : DataFrame
        From :func:`intervals_data`.
    kind : str
        Kind of the values.
    """
    names = list(dict.fromkeys(frame["kpi"]))
    fig = canvas(_TOP + (_HEIGHT + 4) * len(names) + 4)
    for place, name in enumerate(names):
        _panel(fig, _TOP + (_HEIGHT + 4) * place, frame[frame["kpi"] == name], kind)
    line = _timeline(frame[frame["kpi"] == names[0]])
    line.labels(fig, _TOP + (_HEIGHT + 4) * len(names) - 3.5)
    return Figure(
        name="intervals",
        figure=fig,
        data=frame,
        caption=(
            "Productivity and satisfaction by quarter with what chance alone may do to them. "
            "Lines are 95% intervals: exact Poisson for services on the hours worked, Wilson score "
            "for the share of satisfied answers. They suppose services that arrive independently "
            "and answers from a random sample; where two of them overlap widely, the quarters may "
            "well be alike."
        ),
        alt="Dots with intervals by quarter. " + " ".join(_said(frame, name) for name in names),
        kind=kind,
    )


def _timeline(rows: pd.DataFrame) -> Timeline:
    return Timeline(_LEFT, _TIME, tuple(rows["quarter"]))


def _panel(fig: Canvas, top: float, rows: pd.DataFrame, kind: str) -> None:
    record, line = kpi(str(rows["kpi"].iloc[0])), _timeline(rows)
    write(fig, 0, top + _HEIGHT / 2 - 3, record.name, weight="semibold")
    unit = fit("% of answers" if record.is_share else record.unit, _LEFT - 3, SMALL, lines=2)
    write_lines(fig, 0, top + _HEIGHT / 2 + 1, unit, fontsize=SMALL, color=MUTED)
    known = [row for row in records(rows) if row.value is not None]
    ax = line.axes(fig, top, _HEIGHT)
    low, high = (
        min((r.low for r in known), default=0.0),
        max((r.high for r in known), default=1.0),
    )
    room = 0.3 * (high - low) or 1.0
    ax.set_ylim(low - room, high + room)
    places = {quarter: place for place, quarter in enumerate(rows["quarter"])}
    short = scale([row.value for row in known], 0.85 * line.step, 1)
    for row in known:
        x, value = places[row.quarter], float(row.value)
        ax.vlines(x, row.low, row.high, color=LIGHT[kind], lw=4)
        ax.scatter([x], [value], s=16, color=KIND[kind], zorder=3)
        ax.annotate(
            short.text(row.value), (x, row.high), xytext=(0, 2), textcoords="offset points",
            ha="center", va="bottom", fontsize=SMALL, color=KIND[kind],
        )  # fmt: skip
        _sample(fig, line.x(x), top + _HEIGHT - 3.4, row, record.is_share, line.step)
    missing = "no answers" if record.is_share else "no hours"
    gap = min(set(places.values()) - {places[row.quarter] for row in known}, default=None)
    if gap is not None:
        ax.annotate(missing, (gap, (low + high) / 2), ha="left", va="center", fontsize=SMALL,
                    color=MUTED, xytext=(-8, 0), textcoords="offset points")  # fmt: skip
    ax.axhline(low - room, color=NEUTRAL, lw=0.5)


def _sample(fig: Canvas, x: float, y: float, row: Any, share: bool, room: float) -> None:
    """Write how many answers a share rests on."""
    text = f"n {decimal()(row.size)}"
    if share and text_width(text, SMALL) < room:
        write(fig, x, y + 1.4, text, fontsize=SMALL, ha="center", color=MUTED)


def _said(frame: pd.DataFrame, name: str) -> str:
    record, parts = kpi(name), []
    form = Scale(1, "", 1, 0)
    for row in records(frame[frame["kpi"] == name]):
        if row.value is not None:
            low, high = (decimal(1)(end) for end in (row.low, row.high))
            parts.append(f"{row.quarter} {form.text(row.value)} ({low} to {high})")
    return f"{record.name}, {record.unit}: {listed(parts) or 'no values'}."
