"""Figures of key results: bullet graphs, their course by week, and confidence against outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.base.language import tr
from analysis.base.periods import short_period
from analysis.base.text import MISSING, decimal, frame_of, groups, listed, percent, records
from analysis.figures import style as s
from analysis.kpis.catalogue import MONEY, indicator
from analysis.method.key_results import Result, chosen
from analysis.show.wording import goal_text, level_text

_LEFT, _SCALE = 64.0, 54.0
"""Left edge and width of the scale from -1 to 1, in millimetres."""

_ROW, _HEAD, _TOP = 9.6, 8.0, 7.6
_WHERE = {"met": s.GOOD, "good enough": s.GOOD, "behind": s.BAD, "below baseline": s.BAD}


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
    rows = []
    for result in chosen(list(results)):
        row, score, record = result.key_result, result.score, indicator(result.kpi, currency)
        level = level_text(record, result.value, unit=True) or MISSING
        target = goal_text(record, result.goal, unit=True) or MISSING
        about = row.objective_id, row.kr_id, row.role, row.text, level, target
        rows.append((*about, score.score, Fraction(row.commit), score.status, score.reason))
    columns = "objective_id kr_id role text level target score commit status reason"
    return frame_of(rows, columns)


@s.drawing
def okr_progress(frame: pd.DataFrame, period: str, kind: str = "synthetic") -> s.Drawn:
    """Draw every key result as a bullet graph from baseline to target.

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
    fig = s.canvas(_TOP + _ROW * len(frame) + _HEAD * len(objectives) + 2)
    ax = s.sheet(fig)
    for x, words in ((-1, "−1"), (0, tr("baseline")), (1, tr("target"))):
        s.note(fig, _x(x), 3, words, ha="center")
    s.note(fig, _LEFT + _SCALE + 6, 3, tr("level, target"))
    y = _TOP
    for objective in objectives:
        ax.plot([0, 160], [y, y], color=s.RULE, lw=0.6)
        s.bold(fig, 0, y + 3.2, tr("Objective {number}", number=objective.removeprefix("O")))
        y += _HEAD
        for row in records(frame[frame["objective_id"] == objective]):
            _bullet(fig, ax, y, row, kind)
            y += _ROW
    parts = [
        f"{row.kr_id} {row.text}: " + (tr(row.reason) if row.score is None else _scored(row))
        for row in records(frame)
    ]
    filled = {
        "met": sum(row.status in _REACHED for row in records(frame)),
        "count": len(frame),
        "period": named,
        "parts": "; ".join(parts),
    }
    return s.Drawn(fig, frame, kind, filled)


_REACHED = ("met", "good enough")


def _scored(row: Any) -> str:
    return tr("score {score}, {status}", score=decimal(2)(row.score), status=tr(row.status))


def _x(score: float) -> float:
    return _LEFT + _SCALE * (score + 1) / 2


def _bullet(fig: Canvas, ax: Axes, y: float, row: Any, kind: str) -> None:
    """Draw one row: name, bands, bar, and level with target."""
    s.note(fig, 0, y + 1.7, s.fit(row.kr_id, 13, s.SMALL)[0])
    s.down(fig, 14, y + 1.7, s.fit(row.text, _LEFT - 19, s.SMALL, lines=2), 3.2)
    if row.score is None:
        s.note(fig, _x(0), y + 3.2, tr("cannot tell"), ha="center")
    else:
        _bar(ax, y, row, kind)
    s.small(fig, _LEFT + _SCALE + 6, y + 1.7, s.fit(row.level, 35, s.SMALL)[0])
    said = row.target if row.score is not None or row.target != "–" else tr(row.reason)
    said_lines = s.fit(said, 35, s.SMALL, lines=2)
    s.down(fig, _LEFT + _SCALE + 6, y + 4.9, said_lines, 3.1, color=s.MUTED)


def _bar(ax: Axes, y: float, row: Any, kind: str) -> None:
    """Draw bands, marks of baseline and target, and the bar of the score."""
    middle, commit = y + 3.2, float(row.commit)
    for low, high, colour in ((0.0, commit, "#d9d9d9"), (commit, 1.0, s.BAND)):
        ax.barh(middle, _x(high) - _x(low), 4.4, _x(low), color=colour, zorder=1)
    ax.barh(middle, _x(0) - _x(-1), 4.4, _x(-1), color="#f2f2f2", zorder=1)
    ax.plot([_x(0), _x(0)], [y + 0.6, y + 5.8], color=s.MUTED, lw=0.8, zorder=3)
    ax.plot([_x(1), _x(1)], [y + 0.6, y + 5.8], color=s.INK, lw=1.8, zorder=3)
    colour = _WHERE.get(row.status, s.KIND[kind])
    start, end = sorted((_x(0), _x(float(row.score))))
    least = max(0.8 - (end - start), 0) / 2  # a score of zero is seen as well
    ax.barh(middle, end - start + 2 * least, 1.8, start - least, color=colour, zorder=4)


@s.drawing
def reliability(frame: pd.DataFrame, brier: Fraction | None, kind: str = "synthetic") -> s.Drawn:
    """Draw stated confidence against how often it came true.

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.method.check_ins.reliability`.
    brier : Fraction or None
        Brier score.
    kind : str
        Kind of the check-ins.
    """
    fig = s.canvas(74)
    ax = s.panel(fig, 40, 4, 60, 60)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    ax.plot([0, 1], [0, 1], color=s.NEUTRAL, lw=0.8)
    ticks = [0, 0.25, 0.5, 0.75, 1], ["0", "25%", "50%", "75%", "100%"]
    ax.set_xticks(*ticks)
    ax.set_yticks(*ticks)
    ax.spines["left"].set_visible(True)
    for row in records(frame):
        x, y = float(row.stated), float(row.happened)
        ax.plot([x, x], [x, y], color=s.LIGHT[kind], lw=1.2, zorder=1)
        ax.scatter([x], [y], s=14 + 2 * row.check_ins, color=s.KIND[kind], zorder=2)
    s.head(fig, 0, 30, tr("Came true"), tr("share of check-ins"))
    s.bold(fig, 40, 71.5, tr("Stated confidence"))
    s.note(fig, 108, 8, tr("line: as often as stated"))
    s.note(fig, 108, 12, tr("size: number of check-ins"))
    score = "–" if brier is None else decimal(3)(brier)
    s.write(fig, 108, 20, tr("Brier score {score}", score=score))
    s.note(fig, 108, 24, tr("0 is perfect, {coin} a coin", coin=decimal(3)(Fraction(1, 4))))
    dots = [
        tr(
            "{confidence} of ten, {stated} stated, {happened} came true, {count} check-ins",
            confidence=row.confidence,
            stated=percent(0)(row.stated),
            happened=percent(0)(row.happened),
            count=row.check_ins,
        )
        for row in records(frame)
    ]
    told = "unknown" if brier is None else "more" if brier < Fraction(1, 4) else "no-more"
    return s.Drawn(fig, frame, kind, {"score": score, "dots": listed(dots)}, told)


_WEEK_LEFT, _WEEK_WIDTH, _WEEK_ROW, _WEEK_TOP = 62.0, 74.0, 18.0, 8.0
_LEVELS: Mapping[int, s.Look] = {
    1: {"color": s.INK, "lw": 0.8},
    0: {"color": s.NEUTRAL, "lw": 0.6},
    -1: {"color": s.RULE, "lw": 0.6},
}
"""Target, baseline and lowest score, each with the line that marks it."""


@s.drawing
def weekly_course(frame: pd.DataFrame, quarter: str, kind: str = "synthetic") -> s.Drawn:
    """Draw the projected score of each key result by week.

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
    fig = s.canvas(_WEEK_TOP + _WEEK_ROW * max(len(parts), 1) + 8)
    s.note(fig, _WEEK_LEFT, 3, tr("score if the weeks so far went on"))
    s.note(fig, 160, 3, tr("half-way, end"), ha="right")
    weeks = int(frame["week"].max()) if len(frame) else 13
    if not parts:
        s.write(fig, 0, _WEEK_TOP + 4, tr("Nothing is known week by week."), color=s.MUTED)
    for place, (name, rows) in enumerate(parts):
        top = _WEEK_TOP + _WEEK_ROW * place
        s.note(fig, 0, top + 4, name)
        text = s.fit(str(rows["text"].iloc[0]), _WEEK_LEFT - 22, s.SMALL, lines=3)
        s.down(fig, 15, top + 4, text, 3.3)
        ax = s.bare(fig, _WEEK_LEFT, top, _WEEK_WIDTH, _WEEK_ROW - 5)
        ax.set_xlim(0.5, weeks + 0.5)
        ax.set_ylim(-1.15, 1.2)
        for level, look in _LEVELS.items():
            s.end_of_scale(ax, level, decimal()(level), 4, zorder=2, **look)
        known = [(row.week, float(row.score)) for row in records(rows) if row.score is not None]
        if known:
            xs, ys = zip(*known, strict=True)
            ax.plot(xs, ys, color=s.KIND[kind], lw=1.2)
            ax.scatter(xs, ys, s=7, color=s.KIND[kind], zorder=3)
        s.small(fig, 160, top + 5, _half_and_end(rows, weeks), ha="right")
    step = _WEEK_WIDTH / weeks
    bottom = _WEEK_TOP + _WEEK_ROW * len(parts)
    for week in range(1, weeks + 1, 2):
        s.note(fig, _WEEK_LEFT + step * (week - 0.5), bottom + 1, str(week), ha="center")
    s.note(fig, _WEEK_LEFT, bottom + 5, tr("week of the quarter"))
    ends = [[row.score for row in records(rows) if row.score is not None] for _, rows in parts]
    words = {
        "met": sum(bool(scores) and scores[-1] >= 1 for scores in ends),
        "count": sum(map(bool, ends)),
        "period": named,
        "parts": "; ".join(f"{name} {_half_and_end(rows, weeks)}" for name, rows in parts),
    }
    return s.Drawn(fig, frame, kind, words, "caption" if parts else "empty")


def _half_and_end(rows: pd.DataFrame, weeks: int) -> str:
    """Write the projected score at half-way and at the end."""
    scores = {row.week: row.score for row in records(rows)}
    shown = [scores.get(week) for week in ((weeks + 1) // 2, weeks)]
    return ", ".join("–" if score is None else decimal(2)(score) for score in shown)
