"""Figure of all indicators over the quarters, as small multiples."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure as Canvas

from analysis.base.frames import groups, records
from analysis.base.numbers import decimal
from analysis.base.periods import short_period
from analysis.figures.columns import known
from analysis.figures.kpi_data import quarters_data
from analysis.figures.numerals import scale
from analysis.figures.style import (
    INK,
    KIND,
    LIGHT,
    MUTED,
    NEUTRAL,
    RULE,
    SMALL,
    canvas,
    fit,
    only_frame,
    panel,
    styled,
    write,
    write_lines,
)
from analysis.kpis.catalogue import MONEY, kpi, unit_in
from analysis.notebook.display.figure import Figure

_COLUMNS, _WIDTH, _HEIGHT, _TOP = 3, 160 / 3, 31.0, 6.0
_SCALE = 12.5
"""Millimetres for the ends of a scale, and as much for the last value."""


def small_multiples_data(table: pd.DataFrame, last: int = 12) -> pd.DataFrame:
    """Gather every KPI by quarter, with the year before.

    Parameters
    ----------
    table : DataFrame
        From :func:`analysis.kpis.kpi_periods`, by quarter.
    last : int
        The latest quarters to keep.

    Returns
    -------
    DataFrame
        As :func:`analysis.figures.kpi_data.quarters_data`, one KPI after the other.
    """
    parts = [quarters_data(table, name, last=last) for name in dict.fromkeys(table["kpi"])]
    return pd.concat(parts, ignore_index=True).drop(columns=["index", "printed"])


@styled(39)
def small_multiples(frame: pd.DataFrame, kind: str = "synthetic", currency: str = MONEY) -> Figure:
    """Draw every KPI over the quarters, each on its own scale (figure 39).

    Parameters
    ----------
    frame : DataFrame
        From :func:`small_multiples_data`.
    kind : str
        Kind of the values.
    currency : str
        Name of the unit of money.
    """
    parts = groups(frame, "kpi")
    lines = -(-len(parts) // _COLUMNS)
    fig = canvas(_TOP + _HEIGHT * lines)
    first, last = str(frame["quarter"].iloc[0]), str(frame["quarter"].iloc[-1])
    span = f"{short_period(first)} to {short_period(last)}"
    write(
        fig,
        0,
        2,
        f"{span}; light: the year before; each on a scale of its own",
        fontsize=SMALL,
        color=MUTED,
    )
    for place, (_, rows) in enumerate(parts):
        line, column = divmod(place, _COLUMNS)
        _one(fig, column * _WIDTH, _TOP + line * _HEIGHT, rows, kind, currency)
    return Figure(
        name="small_multiples",
        figure=fig,
        data=frame,
        caption=(
            f"Every indicator from {span}, the year before in light. Scales run from the lowest to "
            "the highest value, written on the left, so heights must not be compared; the last "
            "value is on the right, and the arrow tells which direction is good."
        ),
        alt=(
            f"{len(parts)} small line charts over {frame['quarter'].nunique()} quarters. "
            + " ".join(_said(rows, currency) for _, rows in parts)
        ),
        kind=kind,
    )


def _one(
    fig: Canvas, left: float, top: float, rows: pd.DataFrame, kind: str, currency: str
) -> None:
    """Draw one KPI: name and unit, its line over that of the year before, its last value."""
    record = kpi(str(rows["kpi"].iloc[0]))
    arrow = {"up": " ↑", "down": " ↓"}.get(record.better, "")
    write(fig, left, top + 4, record.name + arrow, fontsize=SMALL, weight="semibold")
    both = known([*rows["value"], *rows["year_ago"]])
    short = scale(both, _SCALE - 1.5, record.decimals)
    unit = fit(f"{short.word}{unit_in(record.unit, currency)}", _WIDTH - 6, SMALL)
    write_lines(fig, left, top + 7.6, unit, fontsize=SMALL, color=MUTED)
    ax = panel(fig, left + _SCALE, top + 11, _WIDTH - 2 * _SCALE - 4, _HEIGHT - 14)
    only_frame(ax)
    low, high = float(min(both, default=0)), float(max(both, default=1))
    room = 0.12 * (high - low) or max(abs(high), 1.0)
    ax.set_ylim(low - room, high + room)
    ax.set_xlim(-0.3, max(len(rows), 4) - 0.7)
    if low < 0 < high:
        ax.axhline(0, color=NEUTRAL, lw=0.6)
    for end in sorted({min(both), max(both)} if both else ()):
        ax.axhline(float(end), color=RULE, lw=0.5, zorder=0)
        ax.annotate(
            short.text(end),
            (0, float(end)),
            xycoords=("axes fraction", "data"),
            xytext=(-3, 0),
            textcoords="offset points",
            ha="right",
            va="center_baseline",
            fontsize=SMALL,
            color=MUTED,
        )
    for column, look in (
        ("year_ago", {"color": LIGHT[kind], "lw": 1.6}),
        ("value", {"color": KIND[kind], "lw": 1.3, "marker": "o", "ms": 2.2}),
    ):
        heights = [float("nan") if v is None else float(v) for v in rows[column]]
        ax.plot(range(len(heights)), heights, **look)  # type: ignore[arg-type]
    ends = [(place, value) for place, value in enumerate(rows["value"]) if value is not None]
    if ends:
        place, value = ends[-1]
        ax.annotate(
            short.text(value),
            (place, float(value)),
            xytext=(4, 0),
            textcoords="offset points",
            va="center_baseline",
            fontsize=SMALL,
            color=INK,
            annotation_clip=False,
        )


def _said(rows: pd.DataFrame, currency: str) -> str:
    record = kpi(str(rows["kpi"].iloc[0]))
    found = [row for row in records(rows) if row.value is not None]
    if not found:
        return f"{record.name}: no values."
    form, unit = decimal(record.decimals), unit_in(record.unit, currency)
    return (
        f"{record.name}, {unit}: from {form(found[0].value)} in {short_period(found[0].quarter)} "
        f"to {form(found[-1].value)} in {short_period(found[-1].quarter)}."
    )
