"""Figure of the joint score: what each key result adds to it."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.base.numbers import decimal, percent
from analysis.base.periods import short_period
from analysis.figures.style import (
    BAD,
    GOOD,
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
    sheet,
    styled,
    write,
)
from analysis.method.balanced_scorecard import Node, scorecard_frame
from analysis.notebook.display.figure import Figure

_LEFT, _WIDTH, _ROW, _HEAD = 74.0, 66.0, 7.6, 7.4


@styled(34)
def scorecard(nodes: Sequence[Node], period: str, kind: str = "synthetic") -> Figure:
    """Draw the joint score as a sum of contributions, perspective by perspective (figure 34).

    Parameters
    ----------
    nodes : sequence of Node
        From :func:`analysis.method.balanced_scorecard.scorecard`.
    period : str
        The period scored.
    kind : str
        Kind of the levels behind the scores.
    """
    frame = scorecard_frame(nodes)
    shown = [node for node in nodes if node.level in {"perspective", "key result"}]
    heights = [_HEAD if node.level == "perspective" else _ROW for node in shown]
    top = 15.0
    fig = canvas(top + fsum(heights) + 3)
    page = sheet(fig)
    ax = panel(fig, _LEFT, top, _WIDTH, fsum(heights))
    only_frame(ax)
    ax.set_ylim(fsum(heights), 0)
    low, high = _limits(nodes)
    ax.set_xlim(low, high)
    ax.axvline(0, color=NEUTRAL, lw=0.8, zorder=3)
    _headline(fig, nodes[0])
    y, running = 0.0, 0.0
    for node, height in zip(shown, heights, strict=True):
        if node.level == "perspective":
            page.plot([0, 160], [top + y, top + y], color=RULE, lw=0.6)
            _perspective(fig, top + y, node)
        else:
            running = _row(fig, ax, top, y, node, running)
        y += height
    return Figure(
        name="scorecard",
        figure=fig,
        data=frame,
        caption=(
            f"The joint score of {short_period(period)}, key result by key result. Each bar "
            "starts where the one above it ends; the last ends at the joint score."
        ),
        alt=_alt(nodes, short_period(period)),
        kind=kind,
    )


def _limits(nodes: Sequence[Node]) -> tuple[float, float]:
    """Lowest and highest point of the running sum, with room for numbers."""
    total, seen = 0.0, [0.0]
    for node in nodes:
        if node.level == "key result":
            total += float(node.contribution)
            seen.append(total)
    low, high = min(seen), max(seen)
    room = 0.24 * (high - low or 1.0)
    return low - room, high + room


def _headline(fig: Canvas, top: Node) -> None:
    score = "–" if top.told is None else decimal(2)(top.told)
    write(fig, 0, 3, f"Joint score {score}", fontsize=9, weight="semibold")
    if top.covered < 1:
        text = (
            f"{percent(0)(top.covered)} of the weight is known; with all of it the score could be "
            f"{decimal(2)(top.low)} to {decimal(2)(top.high)}"
        )
        write(fig, 0, 7.6, text, fontsize=SMALL, color=MUTED)
    write(fig, 160, 12, "score", fontsize=SMALL, color=MUTED, ha="right")
    write(fig, _LEFT, 12, "adds to the joint score", fontsize=SMALL, color=MUTED)


def _perspective(fig: Canvas, y: float, node: Node) -> None:
    text = f"{node.name}, weight {percent(0)(node.weight)}"
    write(fig, 0, y + 4, text, weight="semibold")
    score = "–" if node.told is None else decimal(2)(node.told)
    write(fig, 160, y + 4, score, weight="semibold", ha="right")


def _row(fig: Canvas, ax: Axes, top: float, y: float, node: Node, running: float) -> float:
    """Draw one key result; return where its bar ends."""
    middle = y + _ROW / 2
    write(fig, 0, top + middle, node.kpi, fontsize=SMALL, color=MUTED)
    lines = fit(node.name, _LEFT - 12, SMALL, lines=2)
    for place, line in enumerate(lines):
        offset = 3.2 * (place - (len(lines) - 1) / 2)
        write(fig, 7, top + middle + offset, line, fontsize=SMALL)
    score = "–" if node.score is None else decimal(2)(node.score)
    write(fig, 160, top + middle, score, fontsize=SMALL, ha="right")
    if node.score is None:
        ax.annotate(
            "cannot tell",
            (running, middle),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=MUTED,
        )
        return running
    size = float(node.contribution)
    colour = GOOD if size > 0 else BAD if size < 0 else INK
    ax.barh(middle, size, 3.4, running, color=colour, zorder=2)
    ax.plot([running, running], [middle - _ROW / 2, middle + 1.7], color=NEUTRAL, lw=0.6)
    end = running + size
    ax.annotate(
        decimal(3, signed=True)(node.contribution),
        (end, middle),
        xytext=(3 if size >= 0 else -3, 0),
        textcoords="offset points",
        ha="left" if size >= 0 else "right",
        va="center",
        fontsize=SMALL,
        color=KIND["printed"],
    )
    return end


def _alt(nodes: Sequence[Node], period: str) -> str:
    top = nodes[0]
    score = "unknown" if top.told is None else decimal(2)(top.told)
    parts = [
        f"{node.key} {decimal(3, signed=True)(node.contribution)}"
        for node in nodes
        if node.level == "key result" and node.score is not None
    ]
    missing = [n.key for n in nodes if n.level == "key result" and n.score is None]
    text = f"Bars that add up to the joint score of {period}, {score}: {', '.join(parts)}."
    return text + (f" Without a score: {', '.join(missing)}." if missing else "")
