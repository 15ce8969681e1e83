"""Figure of productivity and satisfaction with what chance alone may do to them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd
from matplotlib.figure import Figure as Canvas

from analysis.display import Figure, decimal
from analysis.evidence import count_interval, share_interval
from analysis.figures.columns import Timeline
from analysis.figures.frames import records
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
from analysis.kpis.totals import Totals, periods
from analysis.periods import last_ended, quarter_label

_LEFT, _TIME, _HEIGHT, _TOP = 34.0, 126.0, 34.0, 2.0
_COUNTS = {"productivity": ("services", "hours"), "satisfaction": ("satisfied", "answers")}
"""What is counted, and on what."""


def intervals_data(totals: Totals, until: str, last: int = 12) -> pd.DataFrame:
    """Put 95% intervals round productivity and satisfaction, quarter by quarter.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.totals.totals`.
    until : str
        Leave out the quarters that had not ended when this period ended.
    last : int
        The latest quarters to keep.

    Returns
    -------
    DataFrame
        As :func:`with_intervals`.
    """
    known, end = periods(totals, "quarter"), last_ended(until, "quarter")
    rows = [
        (name, quarter_label(index), *(known.get(index, {}).get(measure) for measure in measures))
        for name, measures in _COUNTS.items()
        for index in range(max(min(known), end - last + 1), end + 1)
    ]
    counts = pd.DataFrame(rows, columns=["kpi", "quarter", "count", "size"])
    for place, column in ((2, "count"), (3, "size")):
        counts[column] = pd.Series([row[place] for row in rows], dtype="object")
    return with_intervals(counts)


def with_intervals(counts: pd.DataFrame) -> pd.DataFrame:
    """Add value and 95% interval to counts.

    Parameters
    ----------
    counts : DataFrame
        Columns kpi, quarter, count (services, or satisfied answers) and size (hours, or all
        answers); None or a size of zero where nothing was recorded.

    Returns
    -------
    DataFrame
        With value (Fraction or None), low and high (floats or None), in the KPI's unit.
    """
    found: list[tuple[Fraction | None, float | None, float | None]] = []
    for name, counted, size in zip(counts["kpi"], counts["count"], counts["size"], strict=True):
        if counted is None or not size:
            found.append((None, None, None))
            continue
        count, share = int(counted), kpi(str(name)).is_share
        low, high = share_interval(count, int(size)) if share else count_interval(count)
        unit = 100.0 if share else 100 / float(size)
        found.append((Fraction(100 * count) / Fraction(size), low * unit, high * unit))
    frame = counts.copy()
    for place, column in enumerate(("value", "low", "high")):
        frame[column] = pd.Series([values[place] for values in found], dtype="object")
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
