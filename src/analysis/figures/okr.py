"""Figures of key results: bullet graphs on one scale of scores, and confidence against outcome."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.base.frames import records
from analysis.base.numbers import decimal, listed, percent
from analysis.base.periods import short_period
from analysis.figures.style import (
    BAD,
    BAND,
    GOOD,
    INK,
    KIND,
    LIGHT,
    MUTED,
    NEUTRAL,
    RULE,
    SMALL,
    canvas,
    fit,
    panel,
    sheet,
    styled,
    write,
)
from analysis.kpis.catalogue import MONEY, indicator
from analysis.method.key_results import Result, chosen
from analysis.notebook.display.figure import Figure
from analysis.show.wording import goal_text, level_text

_LEFT, _SCALE = 64.0, 54.0
"""Left edge and width of the scale from -1 to 1, in millimetres."""

_ROW, _HEAD, _TOP = 9.6, 8.0, 7.6
_WHERE = {"met": GOOD, "good enough": GOOD, "behind": BAD, "below baseline": BAD}


def okr_progress_data(results: Sequence[Result], currency: str = MONEY) -> pd.DataFrame:
    """Lay out the key results under the reading used, as the figure draws them.

    Parameters
    ----------
    results : sequence of Result
        From :func:`analysis.method.key_results`.
    currency : str
        Name of the unit of money.

    Returns
    -------
    DataFrame
        Columns objective_id, kr_id, role, text, level, target (texts), score, commit (Fractions;
        score None where it cannot be told), status and reason.
    """
    rows = [
        {
            "objective_id": result.key_result.objective_id,
            "kr_id": result.key_result.kr_id,
            "role": result.key_result.role,
            "text": result.key_result.text,
            "level": _level(result, currency) or "–",
            "target": _target(result, currency) or "–",
            "score": result.score.score,
            "commit": Fraction(result.key_result.commit),
            "status": result.score.status,
            "reason": result.score.reason,
        }
        for result in chosen(list(results))
    ]
    frame = pd.DataFrame(rows)
    for column in ("score", "commit"):
        frame[column] = pd.Series([row[column] for row in rows], dtype="object")
    return frame


def _level(result: Result, currency: str) -> str | None:
    return level_text(indicator(result.kpi), result.value, unit=True, currency=currency)


def _target(result: Result, currency: str) -> str | None:
    return goal_text(indicator(result.kpi), result.goal, unit=True, currency=currency)


@styled(31)
def okr_progress(frame: pd.DataFrame, period: str, kind: str = "synthetic") -> Figure:
    """Draw every key result as a bullet graph from baseline to target (figure 31).

    Parameters
    ----------
    frame : DataFrame
        From :func:`okr_progress_data`.
    period : str
        The period scored.
    kind : str
        Kind of the levels.
    """
    objectives, named = list(dict.fromkeys(frame["objective_id"])), short_period(period)
    fig = canvas(_TOP + _ROW * len(frame) + _HEAD * len(objectives) + 2)
    ax = sheet(fig)
    for x, words in ((-1, "−1"), (0, "baseline"), (1, "target")):
        write(fig, _x(x), 3, words, fontsize=SMALL, color=MUTED, ha="center")
    write(fig, _LEFT + _SCALE + 6, 3, "level, target", fontsize=SMALL, color=MUTED)
    y = _TOP
    for objective in objectives:
        ax.plot([0, 160], [y, y], color=RULE, lw=0.6)
        write(fig, 0, y + 3.2, f"Objective {objective.removeprefix('O')}", weight="semibold")
        y += _HEAD
        for row in records(frame[frame["objective_id"] == objective]):
            _bullet(fig, ax, y, row, kind)
            y += _ROW
    return Figure(
        name="okr_progress",
        figure=fig,
        data=frame,
        caption=(
            f"Key results of {named} on one scale. The bar runs from the baseline (0) towards the "
            "target (1); bands end where the way so far is good enough and where the target is "
            "met. Without a baseline, a value or a target there is no bar."
        ),
        alt=_progress_alt(frame, named),
        kind=kind,
    )


def _x(score: float) -> float:
    return _LEFT + _SCALE * (score + 1) / 2


def _bullet(fig: Canvas, ax: Axes, y: float, row: Any, kind: str) -> None:
    """Draw one row: name, bands, bar, and level with target."""
    lines = fit(row.text, _LEFT - 19, SMALL, lines=2)
    write(fig, 0, y + 1.7, fit(row.kr_id, 13, SMALL)[0], fontsize=SMALL, color=MUTED)
    for place, line in enumerate(lines):
        write(fig, 14, y + 1.7 + 3.2 * place, line, fontsize=SMALL)
    middle, commit = y + 3.2, float(row.commit)
    if row.score is None:
        write(fig, _x(0), middle, "cannot tell", fontsize=SMALL, color=MUTED, ha="center")
    else:
        _bar(ax, y, middle, commit, row, kind)
    write(fig, _LEFT + _SCALE + 6, y + 1.7, fit(row.level, 35, SMALL)[0], fontsize=SMALL)
    said = row.target if row.score is not None or row.target != "–" else row.reason
    for place, line in enumerate(fit(said, 35, SMALL, lines=2)):
        write(fig, _LEFT + _SCALE + 6, y + 4.9 + 3.1 * place, line, fontsize=SMALL, color=MUTED)


def _bar(ax: Axes, y: float, middle: float, commit: float, row: Any, kind: str) -> None:
    """Draw bands, marks of baseline and target, and the bar of the score."""
    for low, high, colour in ((0.0, commit, "#d9d9d9"), (commit, 1.0, BAND)):
        ax.barh(middle, _x(high) - _x(low), 4.4, _x(low), color=colour, zorder=1)
    ax.barh(middle, _x(0) - _x(-1), 4.4, _x(-1), color="#f2f2f2", zorder=1)
    ax.plot([_x(0), _x(0)], [y + 0.6, y + 5.8], color=MUTED, lw=0.8, zorder=3)
    ax.plot([_x(1), _x(1)], [y + 0.6, y + 5.8], color=INK, lw=1.8, zorder=3)
    colour = _WHERE.get(row.status, KIND[kind])
    start, end = sorted((_x(0), _x(float(row.score))))
    least = max(0.8 - (end - start), 0) / 2  # a score of zero is seen as well
    ax.barh(middle, end - start + 2 * least, 1.8, start - least, color=colour, zorder=4)


def _progress_alt(frame: pd.DataFrame, period: str) -> str:
    parts = []
    for row in records(frame):
        said = row.reason if row.score is None else f"score {decimal(2)(row.score)}, {row.status}"
        parts.append(f"{row.kr_id} {row.text}: {said}")
    return (
        f"Bullet graphs of the key results of {period}, baseline 0, target 1. {'; '.join(parts)}."
    )


@styled(33)
def reliability(frame: pd.DataFrame, brier: Fraction | None, kind: str = "synthetic") -> Figure:
    """Draw stated confidence against how often it came true (figure 33).

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.method.check_ins.reliability`.
    brier : Fraction or None
        Brier score.
    kind : str
        Kind of the check-ins.
    """
    fig = canvas(74)
    ax = panel(fig, 40, 4, 60, 60)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    ax.plot([0, 1], [0, 1], color=NEUTRAL, lw=0.8)
    ticks = [0, 0.25, 0.5, 0.75, 1]
    words = ["0", "25%", "50%", "75%", "100%"]
    ax.set_xticks(ticks, words)
    ax.set_yticks(ticks, words)
    ax.spines["left"].set_visible(True)
    for row in records(frame):
        x, y = float(row.stated), float(row.happened)
        ax.plot([x, x], [x, y], color=LIGHT[kind], lw=1.2, zorder=1)
        ax.scatter([x], [y], s=14 + 2 * row.check_ins, color=KIND[kind], zorder=2)
    write(fig, 0, 30, "Came true", weight="semibold")
    write(fig, 0, 34, "share of check-ins", fontsize=SMALL, color=MUTED)
    write(fig, 40, 71.5, "Stated confidence", weight="semibold")
    write(fig, 108, 8, "line: as often as stated", fontsize=SMALL, color=MUTED)
    write(fig, 108, 12, "size: number of check-ins", fontsize=SMALL, color=MUTED)
    score = "–" if brier is None else decimal(3)(brier)
    write(fig, 108, 20, f"Brier score {score}")
    write(fig, 108, 24, "0 is perfect, 0.250 a coin", fontsize=SMALL, color=MUTED)
    return Figure(
        name="reliability",
        figure=fig,
        data=frame,
        caption=(
            "Confidence of check-ins against outcome. Each dot joins check-ins of like confidence; "
            "above the line things went better than was said."
        ),
        alt="Dots of stated confidence and share that came true: "
        + listed(
            [
                f"{row.confidence} of ten, {percent(0)(row.stated)} stated, "
                f"{percent(0)(row.happened)} came true, {row.check_ins} check-ins"
                for row in records(frame)
            ]
        )
        + f". Brier score {score}.",
        kind=kind,
    )
