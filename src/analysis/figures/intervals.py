"""Figure of productivity and satisfaction with what chance alone may do to them."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
from matplotlib.figure import Figure as Canvas

from analysis.base.frames import records
from analysis.base.numbers import MISSING, decimal, listed
from analysis.base.periods import last_ended, quarter_label, short_period
from analysis.evidence.intervals import count_interval, share_interval
from analysis.figures.columns import Timeline
from analysis.figures.numerals import Scale, scale
from analysis.figures.style import (
    KIND,
    LIGHT,
    MUTED,
    SMALL,
    canvas,
    fit,
    styled,
    text_width,
    wrap,
    write,
    write_lines,
)
from analysis.kpis.catalogue import kpi
from analysis.kpis.levels import periods
from analysis.kpis.measures import Totals
from analysis.notebook.display.figure import Figure

_LEFT, _TIME, _HEIGHT, _TOP = 34.0, 122.0, 42.0, 0.0
_ABOVE, _BELOW = 6.0, 10.0
"""Millimetres of a panel that the ends of intervals and the numbers of answers are written in."""

_COUNTS = {"productivity": ("services", "hours"), "satisfaction": ("satisfied", "answers")}
"""What is counted, and on what."""

_WORDS = {"productivity": ("services", "hours"), "satisfaction": ("answers", "answers")}
"""The same in words."""


def intervals_data(totals: Totals, until: str, last: int = 12) -> pd.DataFrame:
    """Put 95% intervals round productivity and satisfaction, quarter by quarter.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.levels.totals`.
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
            "Productivity and satisfaction by quarter with what chance alone may do to them. Bars "
            "are 95% intervals, their ends in numbers: exact Poisson for services on the hours "
            "worked, Wilson score for the share of satisfied answers. They suppose services that "
            "arrive independently and answers from a random sample; where two of them overlap "
            "widely, the quarters may well be alike."
            + (" A dash: the quarter has a month without rows." * bool(frame["value"].isna().any()))
        ),
        alt="Dots with intervals by quarter. " + " ".join(_said(frame, name) for name in names),
        kind=kind,
    )


def _timeline(rows: pd.DataFrame) -> Timeline:
    return Timeline(_LEFT, _TIME, tuple(rows["quarter"]))


def _panel(fig: Canvas, top: float, rows: pd.DataFrame, kind: str) -> None:
    """Draw one indicator: each interval with its ends written on it, the value beside its dot."""
    record, line = kpi(str(rows["kpi"].iloc[0])), _timeline(rows)
    known = [row for row in records(rows) if row.value is not None]
    ends = [end for row in known for end in (row.low, row.high)]
    short = scale([*(row.value for row in known), *map(Fraction, ends)], line.step - 3, 1)
    unit = short.word + ("% of answers" if record.is_share else record.unit)
    middle = top + _HEIGHT / 2
    write(fig, 0, middle - 4, record.name, weight="semibold")
    write_lines(fig, 0, middle, fit(unit, _LEFT - 3, SMALL), fontsize=SMALL, color=MUTED)
    ax = line.axes(fig, top + _ABOVE, _HEIGHT - _ABOVE - _BELOW)
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    ax.set_ylim(low, high if high > low else low + 1)
    for place, row in enumerate(records(rows)):
        if row.value is None:
            write(fig, line.x(place), middle, MISSING, ha="center", color=MUTED)
            continue
        ax.vlines(place, row.low, row.high, color=LIGHT[kind], lw=4, clip_on=False)
        ax.scatter([place], [float(row.value)], s=16, color=KIND[kind], zorder=3, clip_on=False)
        for at, shift, ha, va, colour in (
            (row.low, (0, -4.5), "center", "top", MUTED),
            (row.high, (0, 4.5), "center", "bottom", MUTED),
            (row.value, (4, 0), "left", "center", KIND[kind]),
        ):
            ax.annotate(
                short.text(at),
                (place, float(at)),
                xytext=shift,
                ha=ha,
                va=va,
                textcoords="offset points",
                fontsize=SMALL,
                color=colour,
            )
        size = f"n {decimal()(row.size)}"
        if record.is_share and text_width(size, SMALL) < line.step:
            write(
                fig,
                line.x(place),
                top + _HEIGHT - 2,
                size,
                fontsize=SMALL,
                ha="center",
                color=MUTED,
            )
    _gaps(fig, middle + 4, rows)


def _gaps(fig: Canvas, y: float, rows: pd.DataFrame) -> None:
    """Say at the side what is missing where a dash stands."""
    names = _WORDS[str(rows["kpi"].iloc[0])]
    gaps = [row for row in records(rows) if row.value is None]
    lacking = [
        name
        for name, column in zip(names, ("count", "size"), strict=True)
        if any(getattr(row, column) is None for row in gaps)
    ]
    said = [f"{listed(list(dict.fromkeys(lacking)))} not recorded"] if lacking else []
    said += [f"no {names[1]}"] if any(row.size == 0 for row in gaps) else []
    if said:
        lines = wrap(f"{MISSING} {' or '.join(said)}", _LEFT - 3, SMALL)
        write_lines(fig, 0, y + 1.7 * (len(lines) - 1), lines, fontsize=SMALL, color=MUTED)


def _said(frame: pd.DataFrame, name: str) -> str:
    record, parts = kpi(name), []
    form = Scale(1, "", 1, 0)
    for row in records(frame[frame["kpi"] == name]):
        if row.value is not None:
            low, high = (decimal(1)(end) for end in (row.low, row.high))
            parts.append(f"{short_period(row.quarter)} {form.text(row.value)} ({low} to {high})")
    return f"{record.name}, {record.unit}: {listed(parts) or 'no values'}."
