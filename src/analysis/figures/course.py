"""Figure of the course of a quarter, week by week."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.base.frames import groups, records
from analysis.base.numbers import decimal
from analysis.base.periods import short_period
from analysis.figures.style import (
    INK,
    KIND,
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
)
from analysis.notebook.display.figure import Figure

_LEFT, _WIDTH, _ROW, _TOP = 62.0, 74.0, 18.0, 8.0
_LEVELS: Mapping[int, dict[str, Any]] = {
    1: {"color": INK, "lw": 0.8},
    0: {"color": NEUTRAL, "lw": 0.6},
    -1: {"color": RULE, "lw": 0.6},
}
"""Target, baseline and lowest score, each with the line that marks it."""


@styled(32)
def weekly_course(frame: pd.DataFrame, quarter: str, kind: str = "synthetic") -> Figure:
    """Draw the projected score of each key result by week (figure 32).

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.method.check_ins.course`.
    quarter : str
        The quarter.
    kind : str
        Kind of the rows.
    """
    parts, named = groups(frame, "kr_id"), short_period(quarter)
    fig = canvas(_TOP + _ROW * max(len(parts), 1) + 8)
    write(fig, _LEFT, 3, "score if the weeks so far went on", fontsize=SMALL, color=MUTED)
    write(fig, 160, 3, "half-way, end", fontsize=SMALL, color=MUTED, ha="right")
    weeks = int(frame["week"].max()) if len(frame) else 13
    if not parts:
        write(fig, 0, _TOP + 4, "Nothing is known week by week.", color=MUTED)
    for place, (name, rows) in enumerate(parts):
        top = _TOP + _ROW * place
        write(fig, 0, top + 4, name, fontsize=SMALL, color=MUTED)
        for number, line in enumerate(fit(str(rows["text"].iloc[0]), _LEFT - 22, SMALL, lines=3)):
            write(fig, 15, top + 4 + 3.3 * number, line, fontsize=SMALL)
        ax = panel(fig, _LEFT, top, _WIDTH, _ROW - 5)
        only_frame(ax)
        ax.set_xlim(0.5, weeks + 0.5)
        ax.set_ylim(-1.15, 1.2)
        for level, look in _LEVELS.items():
            ax.axhline(level, **look)
            ax.annotate(
                decimal()(level),
                (0, level),
                xycoords=("axes fraction", "data"),
                xytext=(-4, 0),
                textcoords="offset points",
                ha="right",
                va="center_baseline",
                fontsize=SMALL,
                color=MUTED,
            )
        known = [(row.week, float(row.score)) for row in records(rows) if row.score is not None]
        if known:
            xs, ys = zip(*known, strict=True)
            ax.plot(xs, ys, color=KIND[kind], lw=1.2)
            ax.scatter(xs, ys, s=7, color=KIND[kind], zorder=3)
        write(fig, 160, top + 5, _half_and_end(rows, weeks), fontsize=SMALL, ha="right")
    step = _WIDTH / weeks
    bottom = _TOP + _ROW * len(parts)
    for week in range(1, weeks + 1, 2):
        x = _LEFT + step * (week - 0.5)
        write(fig, x, bottom + 1, str(week), fontsize=SMALL, color=MUTED, ha="center")
    write(fig, _LEFT, bottom + 5, "week of the quarter", fontsize=SMALL, color=MUTED)
    return Figure(
        name="weekly_course",
        figure=fig,
        data=frame,
        caption=(
            f"The course of {named}, week by week. Each dot is the score that the key result "
            "would end with if the weeks so far went on: 0 is the baseline, 1 the target, −1 "
            "the lowest score. A key result without weekly data is left out."
        ),
        alt=f"Lines of projected scores by week of {named}, half-way and at the end: "
        + "; ".join(f"{name} {_half_and_end(rows, weeks)}" for name, rows in parts)
        + ".",
        kind=kind,
    )


def _half_and_end(rows: pd.DataFrame, weeks: int) -> str:
    """Write the projected score at half-way and at the end."""
    scores = {row.week: row.score for row in records(rows)}
    shown = [scores.get(week) for week in ((weeks + 1) // 2, weeks)]
    return ", ".join("–" if score is None else decimal(2)(score) for score in shown)
