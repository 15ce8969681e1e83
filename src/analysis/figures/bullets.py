"""Figure of key results as bullet graphs, each in its own unit (Few's specification)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator

from analysis.base.frames import records
from analysis.base.numbers import decimal
from analysis.base.periods import short_period
from analysis.figures.numerals import scale
from analysis.figures.style import (
    INK,
    KIND,
    MUTED,
    NEUTRAL,
    PAPER,
    SMALL,
    canvas,
    fit,
    panel,
    styled,
    text_width,
    write,
    write_lines,
)
from analysis.kpis.catalogue import MONEY, indicator, unit_in
from analysis.method.key_results import Result, chosen
from analysis.notebook.display.figure import Figure
from analysis.show.wording import goal_text, level_text

_LEFT, _WIDTH, _ROW, _TOP = 60.0, 60.0, 14.5, 6.0
RANGES: Final = ("#a3a3a3", "#cacaca", "#ebebeb", PAPER)
"""Short of the baseline, on the way, good enough, target met: shades of one grey, darkest worst."""


def bullets_data(results: Sequence[Result], currency: str = MONEY) -> pd.DataFrame:
    """List the key results that have a level and a target, in the indicator's own unit.

    Parameters
    ----------
    results : sequence of Result
        From :func:`analysis.method.key_results`.
    currency : str
        Name of the unit of money.

    Returns
    -------
    DataFrame
        Columns kr_id, text, kpi, unit, value, baseline, commit (the level that is good enough),
        low, high (ends of the target; all Fractions or None), level, target (texts) and status.
    """
    rows = []
    for result in chosen(list(results)):
        if result.value is None or result.goal is None:
            continue
        record, goal = indicator(result.kpi), result.goal
        edge = goal.low if goal.low is not None else goal.high
        commit = None
        if result.baseline is not None and edge is not None:
            share = Fraction(result.key_result.commit)
            commit = result.baseline + share * (edge - result.baseline)
        rows.append(
            {
                "kr_id": result.key_result.kr_id,
                "text": result.key_result.text,
                "kpi": result.kpi,
                "unit": unit_in(record.level_unit, currency),
                "value": result.value,
                "baseline": result.baseline,
                "commit": commit,
                "low": goal.low,
                "high": goal.high,
                "level": level_text(record, result.value, unit=True, currency=currency),
                "target": goal_text(record, goal, unit=True, currency=currency),
                "status": result.score.status,
            }
        )
    columns = [
        "kr_id",
        "text",
        "kpi",
        "unit",
        "value",
        "baseline",
        "commit",
        "low",
        "high",
        "level",
        "target",
        "status",
    ]
    frame = pd.DataFrame(rows, columns=columns)
    for column in ("value", "baseline", "commit", "low", "high"):
        frame[column] = pd.Series([row[column] for row in rows], dtype="object")
    return frame


@styled(40)
def bullets(frame: pd.DataFrame, period: str, kind: str = "synthetic") -> Figure:
    """Draw key results as bullet graphs in their own units (figure 40).

    A bar for the level, a mark across for the target, and up to four shades behind them. Source:
    S. Few, Bullet Graph Design Specification (Perceptual Edge, 2013).

    Parameters
    ----------
    frame : DataFrame
        From :func:`bullets_data`.
    period : str
        The period scored.
    kind : str
        Kind of the levels.
    """
    fig, named = canvas(_TOP + _ROW * max(len(frame), 1)), short_period(period)
    write(fig, _LEFT + _WIDTH + 5, 2.2, "level, target", fontsize=SMALL, color=MUTED)
    _key(fig)
    if frame.empty:
        write(fig, 0, _TOP + 4, "No key result has a level and a target.", color=MUTED)
    for place, row in enumerate(records(frame)):
        _bullet(fig, _TOP + _ROW * place, row, kind)
    return Figure(
        name="bullets",
        figure=fig,
        data=frame,
        caption=(
            f"Key results of {named} as bullet graphs, each in the unit of its indicator. The bar "
            "is the level, the mark across it the target; behind them, from dark to light, what "
            "falls short of the baseline, what is on the way, what is good enough, and what meets "
            "the target. Key results without a level or a target are left out."
        ),
        alt=(
            f"Bullet graphs for {named}. "
            + " ".join(f"{r.kr_id} {r.text}: {r.level}, target {r.target}." for r in records(frame))
        ),
        kind=kind,
    )


def _key(fig: Canvas) -> None:
    words = ("short of the baseline", "on the way", "good enough", "met")
    x = 0.0
    for colour, word in zip(RANGES, words, strict=True):
        ax = panel(fig, x, 0.8, 5, 2.8)
        ax.set_axis_off()
        ax.barh(0, 1, height=1, color=colour, edgecolor=NEUTRAL, lw=0.4, clip_on=False)
        write(fig, x + 6.2, 2.2, word, fontsize=SMALL, color=MUTED)
        x += 6.2 + text_width(word, SMALL) + 5


def _ends(row: Any) -> tuple[float, float]:
    """Return the ends of a scale: zero, and a little beyond the farthest level."""
    found = [float(v) for v in (row.value, row.baseline, row.low, row.high) if v is not None]
    low, high = min(0.0, *found), max(0.0, *found)
    if low == high:
        return 0.0, 1.0
    room = 0.08 * (high - low)
    return low - (room if low < 0 else 0), high + (room if high > 0 else 0)


def _ranges(row: Any, left: float, right: float) -> list[tuple[float, float, str]]:
    """Return the shaded ranges, as start, end and colour."""
    met = [
        (
            left if row.low is None else float(row.low),
            right if row.high is None else float(row.high),
            RANGES[3],
        )
    ]
    edge = float(row.low if row.low is not None else row.high)
    worst = left if row.low is not None else right
    if row.commit is None or row.baseline == row.low or row.baseline == row.high:
        return [(worst, edge, RANGES[1]), *met]
    baseline, commit = float(row.baseline), float(row.commit)
    if (baseline < edge) != (row.low is not None):  # it began beyond the target
        return [(worst, edge, RANGES[1]), *met]
    return [
        (worst, baseline, RANGES[0]),
        (baseline, commit, RANGES[1]),
        (commit, edge, RANGES[2]),
        *met,
    ]


def _bullet(fig: Canvas, top: float, row: Any, kind: str) -> None:
    write(fig, 0, top + 3.7, row.kr_id, fontsize=SMALL, color=MUTED)
    lines = fit(row.text, _LEFT - 19, SMALL, lines=2)
    write_lines(fig, 15, top + 3.7 + 1.7 * (len(lines) - 1), lines, fontsize=SMALL)
    ax = panel(fig, _LEFT, top + 1, _WIDTH, 6.4)
    left, right = _ends(row)
    ax.set_xlim(left, right)
    ax.set_ylim(0, 1)
    ax.set_yticks([])
    for name in ("left", "bottom"):
        ax.spines[name].set_visible(False)
    for start, end, colour in _ranges(row, left, right):
        ax.barh(0.5, end - start, left=start, height=1, color=colour, zorder=1)
    ax.barh(0.5, right - left, left=left, height=1, fc="none", ec=NEUTRAL, lw=0.4, clip_on=False)
    ax.barh(0.5, float(row.value), height=0.34, color=KIND[kind], zorder=3)
    for edge in (row.low, row.high):
        if edge is not None:
            ax.vlines(float(edge), 0.14, 0.86, color=INK, lw=2.2, zorder=4)
    ax.axvline(0, color=NEUTRAL, lw=0.8, zorder=2)
    _ticks(ax, left, right, row.unit)
    x = _LEFT + _WIDTH + 5
    for place, (text, colour) in enumerate(((row.level, INK), (row.target, MUTED))):
        said = fit(text, 160 - x, SMALL)
        write_lines(fig, x, top + 2.8 + 3.4 * place, said, fontsize=SMALL, color=colour)


def _ticks(ax: Axes, left: float, right: float, unit: str) -> None:
    """Write a few round numbers below the bar, as the specification asks."""
    found = MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]).tick_values(left, right)
    ticks = [tick for tick in found if left <= tick <= right]
    exact = [Fraction(str(round(tick, 9))) for tick in ticks]
    places = next((n for n in range(9) if all((t * 10**n).denominator == 1 for t in exact)), 9)
    short = scale(exact, 0.8 * _WIDTH / max(len(ticks), 1), places)
    sign = "%" if unit == "%" else ""
    texts = [decimal(short.places)(value / short.divisor) + sign for value in exact]
    ax.set_xticks(ticks, texts)
    ax.tick_params(length=1.5, pad=1, labelsize=SMALL)
    if short.word:
        ax.set_xticks(
            ticks,
            [
                f"{text} {short.word.strip()}" if place == len(texts) - 1 else text
                for place, text in enumerate(texts)
            ],
        )
