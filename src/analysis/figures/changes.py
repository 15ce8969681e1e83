"""Figure of all indicators at once: one period against the one before and against last year."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.base.frames import groups, keyed, records
from analysis.base.numbers import decimal, listed
from analysis.base.periods import parse_label, short_period
from analysis.figures.columns import change_text
from analysis.figures.numerals import scale
from analysis.figures.style import (
    BAD,
    GOOD,
    KIND,
    MUTED,
    NEUTRAL,
    PALE,
    RULE,
    SMALL,
    canvas,
    fit,
    only_frame,
    panel,
    styled,
    write,
)
from analysis.kpis.catalogue import kpi
from analysis.notebook.display.figure import Figure

_PANELS = {"previous": 69.0, "year-ago": 115.0}
_WIDTH, _STEP, _HEAD = 45.0, 6.2, 9.0
_ROOM = 13.0
"""Millimetres left for the number at the end of a bar."""

_COLOURS = {"good": GOOD, "bad": BAD, "neutral": PALE}
_ARROWS = {"up": "↑", "down": "↓", "none": ""}


@styled(9)
def comparison(frame: pd.DataFrame, period: str, kind: str = "synthetic") -> Figure:
    """Draw the change of every KPI on the previous quarter and on last year (figure 9).

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.kpis.compare.comparison_data`.
    period : str
        The period compared, such as ``2024Q2``.
    kind : str
        Kind of the values.
    """
    shares = frame["unit"] == "%"
    units = [
        ("Change in per cent", frame[~shares]),
        ("Change in percentage points", frame[shares]),
    ]
    units = [(title, rows) for title, rows in units if len(rows)]
    fig = canvas(_HEAD + _STEP * frame["kpi"].nunique() + 7.5 * len(units) - 1)
    _heads(fig, frame, period)
    top = _HEAD
    zero = _zero(units)
    for title, rows in units:
        top = _group(fig, top, title, rows, kind, zero) + 2
    return Figure(
        name="comparison",
        figure=fig,
        data=frame,
        caption=_caption(frame, period),
        alt=_alt(frame, period),
        kind=kind,
    )


def _heads(fig: Canvas, frame: pd.DataFrame, period: str) -> None:
    write(fig, 53, 2.5, short_period(period), weight="semibold", ha="right")
    write(fig, 53, 6.3, "arrow: good direction", fontsize=SMALL, color=MUTED, ha="right")
    words = _on(period)
    for base, left in _PANELS.items():
        periods = frame.loc[(frame["base"] == base) & (frame["base_period"] != ""), "base_period"]
        if len(periods):
            write(fig, left, 2.5, f"Change on {short_period(periods.iloc[0])}", weight="semibold")
        write(fig, left, 6.3, words[base], fontsize=SMALL, color=MUTED)


def _on(period: str) -> dict[str, str]:
    return {
        "previous": f"on the {parse_label(period)[0]} before",
        "year-ago": "on the year before",
    }


def _span(rows: pd.DataFrame) -> tuple[float, float]:
    """Return the largest fall and the largest rise as drawn, zero included."""
    sizes = [_size(row) for row in records(rows)]
    known = [size for size in sizes if size is not None]
    return min([0.0, *known]), max([0.0, *known]) or 1.0


def _zero(units: list[tuple[str, pd.DataFrame]]) -> float:
    """Return where the zero line of every panel stands, in millimetres from its left edge."""
    spans = [_span(rows) for _, rows in units]
    if all(low == 0 for low, _ in spans):
        return 0.0
    fall = max(-low / (high - low) for low, high in spans)
    inner = _WIDTH - 2 * _ROOM
    return _ROOM + min(fall, 0.6) * inner


def _group(
    fig: Canvas, top: float, title: str, rows: pd.DataFrame, kind: str, zero: float
) -> float:
    """Draw KPIs of one unit of change on one scale; return where the group ends."""
    of_kpi = groups(rows, "kpi")
    rule = panel(fig, 0, top, 160, 1)
    only_frame(rule)
    rule.set_ylim(1, 0)
    rule.axhline(0, color=RULE, lw=1)
    write(fig, 0, top + 3, title, fontsize=SMALL, color=MUTED)
    top += 5.5
    height = _STEP * len(of_kpi)
    for place, (_, both) in enumerate(of_kpi):
        _words(fig, top + _STEP * (place + 0.5), records(both)[0], kind)
    low, high = _span(rows)
    unit = max(-low / max(zero - _ROOM, 1), high / (_WIDTH - _ROOM - zero))
    for base, left in _PANELS.items():
        ax = panel(fig, left, top, _WIDTH, height)
        only_frame(ax)
        ax.set_ylim(len(of_kpi) - 0.5, -0.5)
        ax.set_xlim(-zero * unit, (_WIDTH - zero) * unit)
        ax.axvline(0, color=NEUTRAL, lw=0.8)
        for place, (_, both) in enumerate(of_kpi):
            _bar(ax, place, keyed(both, "base")[base])
    return top + height


def _words(fig: Canvas, y: float, row: Any, kind: str) -> None:
    """Write a KPI's name, good direction, value and unit."""
    record = kpi(str(row.kpi))
    write(fig, 0, y, str(row.name))
    write(fig, 37, y, _ARROWS[str(row.better)], color=MUTED, ha="center")
    if row.value is not None:
        short = scale([row.value], 13, record.decimals)
        text = short.text(row.value) + ("%" if record.is_share else "")
        write(fig, 53, y, text, ha="right", color=KIND[kind])
        if not record.is_share:
            (unit, *_) = fit(f"{short.word}{_short(record.unit)}", 14.5, SMALL)
            write(fig, 54, y, unit, fontsize=SMALL, color=MUTED)


def _short(unit: str) -> str:
    return {"services": "", "services per 100 h": "per 100 h"}.get(unit, unit)


def _size(row: Any) -> float | None:
    """Return the change as drawn: per cent, or percentage points for shares."""
    value = row.change if _is_share(row) else row.growth
    if value is None:
        return None
    return float(value) if _is_share(row) else 100 * float(value)


def _is_share(row: Any) -> bool:
    return bool(row.unit == "%")


def _change_text(row: Any) -> str:
    if _is_share(row):
        return f"{decimal(1, signed=True)(row.change)} pp"
    return f"{change_text(row.growth)}%"


def _bar(ax: Axes, place: int, row: Any) -> None:
    size = _size(row)
    if size is None:
        ax.annotate(
            "no base",
            (0, place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center_baseline",
            fontsize=SMALL,
            color=MUTED,
        )
        return
    ax.barh(place, size, height=0.5, color=_COLOURS[str(row.effect)])
    right = size >= 0
    ax.annotate(
        _change_text(row),
        (size, place),
        xytext=(3 if right else -3, 0),
        textcoords="offset points",
        ha="left" if right else "right",
        va="center_baseline",
        fontsize=SMALL,
    )


def _caption(frame: pd.DataFrame, period: str) -> str:
    parts = []
    for base in _PANELS:
        rows = frame[frame["base"] == base]
        judged = rows[rows["effect"].isin(["good", "bad"])]
        if judged.empty:
            continue
        other = short_period(judged["base_period"].iloc[0])
        better = int((judged["effect"] == "good").sum())
        parts.append(f"{better} of {len(judged)} indicators are better than in {other}")
    found = f" {listed(parts)}." if parts else ""
    return (
        f"Every indicator of {short_period(period)} against the {parse_label(period)[0]} before "
        f"and the year before, dark green where better and light orange where worse.{found}"
    )


def _alt(frame: pd.DataFrame, period: str) -> str:
    parts, words = [], _on(period)
    for _, rows in groups(frame, "kpi"):
        changes = []
        for row in records(rows):
            if _size(row) is not None:
                effect = {"good": ", better", "bad": ", worse"}.get(str(row.effect), "")
                changes.append(f"{_change_text(row)} {words[str(row.base)]}{effect}")
        parts.append(f"{rows['name'].iloc[0]}: {'; '.join(changes) or 'nothing to compare'}.")
    return f"Paired bars of change for each indicator in {short_period(period)}. {' '.join(parts)}"
