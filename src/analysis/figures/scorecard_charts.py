"""Figures of the balanced scorecard: what adds up to the joint score, and the strategy map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations, permutations
from math import dist
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import FancyArrowPatch
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from analysis.base.language import tr
from analysis.base.periods import short_period
from analysis.base.text import MINUS, decimal, outward, percent, records
from analysis.figures import style as s
from analysis.figures.primitives import Step, waterfall
from analysis.kpis.catalogue import indicator
from analysis.method.balanced_scorecard import PERSPECTIVES, Node, scorecard_frame

_LEFT, _WIDTH, _ROW = 74.0, 66.0, 7.6


@s.drawing
def scorecard(nodes: Sequence[Node], period: str, kind: str = "synthetic") -> s.Drawn:
    """Draw the joint score as a sum of contributions, perspective by perspective.

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
    top, count = 15.0, len(shown)
    fig = s.canvas(top + _ROW * count + 3)
    page = s.sheet(fig)
    ax = s.lanes(fig, _LEFT, top, _WIDTH, _ROW * count, count)
    _headline(fig, nodes[0])
    steps, run = [], Fraction(0)
    for place, node in enumerate(shown):
        y = top + _ROW * (place + 0.5)
        write = s.small if node.level == "key result" else s.bold
        score = node.score if node.level == "key result" else node.told
        write(fig, 160, y, _score(score), ha="right")
        if node.level == "perspective":
            page.plot([0, 160], [y - _ROW / 2] * 2, color=s.RULE, lw=0.6)
            text = tr("{name}, weight {share}", name=tr(node.name), share=percent(0)(node.weight))
            s.bold(fig, 0, y, text)
            continue
        s.note(fig, 0, y, node.kpi)
        s.small(fig, 7, y, s.fit(node.name, _LEFT - 12, s.SMALL, lines=2), 3.2)
        if node.score is None:
            steps.append(Step(place, run, run, {}, tr("cannot tell")))
            continue
        look = {"color": s.verdict_colour(float(node.contribution), "up")}
        words = decimal(3, signed=True)(node.contribution)
        steps.append(Step(place, run, run + node.contribution, look, words))
        run += node.contribution
    waterfall(ax, _WIDTH, steps, 16)
    results = [node for node in nodes if node.level == "key result"]
    known = [node for node in results if node.score is not None]
    parts = [f"{node.key} {decimal(3, signed=True)(node.contribution)}" for node in known]
    missing = ", ".join(node.key for node in results if node.score is None)
    filled = {
        "more": sum(node.contribution > 0 for node in results),
        "less": sum(node.contribution < 0 for node in results),
        "period": short_period(period),
        "score": tr("unknown") if nodes[0].told is None else decimal(2)(nodes[0].told),
        "parts": ", ".join(parts),
        "missing": " " + tr("Without a score: {names}.", names=missing) if missing else "",
    }
    return s.Drawn(fig, frame, kind, filled)


def _headline(fig: Canvas, top: Node) -> None:
    text = tr("Joint score {score}", score=_score(top.told))
    s.write(fig, 0, 3, text, fontsize=9, weight="semibold")
    if top.covered < 1:
        low, high = outward(top.low, top.high, 2)
        text = tr(
            "{covered} of the weight is known; with all of it the score could be {low} to {high}",
            covered=percent(0)(top.covered),
            low=low,
            high=high,
        )
        s.note(fig, 0, 7.6, text)
    s.note(fig, 160, 12, tr("score"), ha="right")
    s.note(fig, _LEFT, 12, tr("adds to the joint score"))


def _score(score: Fraction | None) -> str:
    return "–" if score is None else decimal(2)(score)


@s.drawing
def perspectives(nodes: Sequence[Node], period: str, kind: str = "synthetic") -> s.Drawn:
    """Draw the scores of the perspectives, and the joint score, each with what is open.

    Parameters
    ----------
    nodes : sequence of Node
        From :func:`analysis.method.balanced_scorecard.scorecard`.
    period : str
        The period scored.
    kind : str
        Kind of the levels behind the scores.
    """
    shown = [node for node in nodes if node.level == "perspective"] + [nodes[0]]
    step, left, width = 5.0, 62.0, 80.0
    fig = s.canvas(7 + step * len(shown))
    ax = s.lanes(fig, left, 6, width, step * len(shown), len(shown))
    ax.set_xlim(-1.05, 1.05)
    for x, text in ((-1, "−1"), (0, "0: as at the start"), (1, "1: target met")):
        ax.axvline(x, color=s.NEUTRAL if x == 0 else s.RULE, lw=0.8, zorder=0)
        s.note(fig, left + width * (x + 1.05) / 2.1, 3, text, ha="center")
    s.note(fig, 55, 3, "weight", ha="right")
    s.note(fig, 160, 3, "score", ha="right")
    for place, node in enumerate(shown):
        _perspective_row(fig, ax, 6 + step * (place + 0.5), place, node)
    s.rule(fig, 6 + step * (len(shown) - 1))
    frame = scorecard_frame(nodes)
    frame = frame[frame["level"].isin(["joint", "perspective"])]
    top = nodes[0]
    words = {
        "when": short_period(period),
        "score": "cannot be judged" if top.told is None else f"is {decimal(2)(top.told)} of 1",
        "known": percent(0)(top.covered),
        "told": "; ".join(f"{node.name} {_score(node.told)}" for node in shown),
    }
    return s.Drawn(fig, frame, kind, words)


def _perspective_row(fig: Canvas, ax: Axes, y: float, place: int, node: Node) -> None:
    """Draw the score of a perspective, or the joint score, and the range that is open."""
    write = s.bold if node.level == "joint" else s.write
    write(fig, 0, y, node.name)
    s.note(fig, 55, y, percent(0)(node.weight), ha="right")
    write(fig, 160, y, _score(node.told), ha="right")
    if node.told is not None:
        size = float(node.told)
        colour = s.GOOD if size > 0 else s.BAD
        ax.barh(place, size, height=0.5, color=colour, zorder=2)
    if node.covered < 1:
        ends = [float(node.low), float(node.high)]
        ax.plot(ends, [place, place], color=s.INK, lw=1.2, zorder=3, solid_capstyle="butt")
        ax.plot(ends, [place, place], "|", color=s.INK, ms=6, zorder=3)


_STRATEGY_LEFT, _SLOT, _BOX, _TALL, _LANE = 23.0, 37.0, 25.0, 12.0, 31.0
_LOOKS: Mapping[str, tuple[str, str, float]] = {
    "supported": (s.GOOD, "-", 1.8),
    "contradicted": (s.BAD, "-", 1.8),
    "undecided": (s.MUTED, "-", 0.9),
    "untestable": (s.NEUTRAL, "--", 0.9),
}
"""Colour, line and width by what the data say."""

Places = dict[str, tuple[int, int]]
"""Slot and lane of each indicator."""
Point = tuple[float, float]
Line = tuple[Point, Point]

_SLOTS = 4
_WRITTEN = 3.2
"""Height of a line of text."""
_NEAR = 0.45
"""In slots: a link that passes the middle of a box this near would run through it."""


@s.drawing
def strategy_map(table: pd.DataFrame, kind: str = "synthetic") -> s.Drawn:
    """Draw the strategy map.

    Parameters
    ----------
    table : DataFrame
        From :func:`analysis.method.as_is.assess_links`.
    kind : str
        Kind of the levels behind the findings.
    """
    places = arrange([(row.cause, row.effect) for row in records(table)])
    fig = s.canvas(4 * _LANE + 8)
    ax = s.sheet(fig)
    for number, name in enumerate(PERSPECTIVES):
        top = number * _LANE
        ax.axhspan(top + 1, top + _LANE - 1, color="#f5f5f5" if number % 2 else s.PAPER, zorder=0)
        for below, line in enumerate(s.wrap(tr(name), 20, s.SMALL, "semibold")):
            s.small(fig, 0, top + _LANE / 2 + 3.4 * below, line, weight="semibold")
    _arrows(ax, places, records(table))
    for key, place in places.items():
        _box(fig, ax, key, place)
    _legend(fig, ax, table)
    states = table["finding"].value_counts()
    links = [
        f"{indicator(row.cause).name} → {indicator(row.effect).name} ({_mark(row)}), "
        f"{tr(row.finding)}"
        for row in records(table)
    ]
    words = {
        "supported": int(states.get("supported", 0)),
        "against": int(states.get("contradicted", 0)),
        "count": len(table),
        "links": "; ".join(links),
    }
    return s.Drawn(fig, table.drop(columns=["quotation"]), kind, words)


def arrange(links: Sequence[tuple[str, str]]) -> Places:
    """Give each indicator a slot in its lane so that links are short and hit no other box.

    Lane by lane, from above and from below, every arrangement is tried while the others stay;
    the better of the two results is taken.
    """
    lanes: dict[int, list[str]] = {}
    for key in sorted({key for link in links for key in link}):
        lanes.setdefault(PERSPECTIVES.index(indicator(key).perspective), []).append(key)
    results = [_settled(lanes, sorted(lanes, reverse=turned), links) for turned in (False, True)]
    return min(results, key=lambda places: _cost(places, links))


def _settled(
    lanes: Mapping[int, list[str]], order: Sequence[int], links: Sequence[tuple[str, str]]
) -> Places:
    """Improve lane after lane in an order, three times over."""
    slots = max([_SLOTS, *(len(keys) for keys in lanes.values())])
    places = {key: (slot, lane) for lane in lanes for slot, key in enumerate(lanes[lane])}
    for lane in [lane for _ in range(3) for lane in order if len(lanes[lane]) <= _SLOTS]:
        keys = lanes[lane]
        trials = [
            places | {key: (slot, lane) for key, slot in zip(keys, chosen, strict=True)}
            for chosen in permutations(range(slots), len(keys))
        ]
        places = min(trials, key=lambda trial: _cost(trial, links))
    return places


def _cost(places: Places, links: Sequence[tuple[str, str]]) -> float:
    """Length of all links sideways, and a price for each box that one runs through."""
    total = 0.0
    for cause, effect in links:
        (x0, y0), (x1, y1) = places[cause], places[effect]
        total += abs(x1 - x0)
        for key, (x, y) in places.items():
            if key in (cause, effect):
                continue
            if y0 == y1 == y and min(x0, x1) < x < max(x0, x1):
                total += 20
            between = min(y0, y1) < y < max(y0, y1)
            if between and abs(x0 + (x1 - x0) * (y - y0) / (y1 - y0) - x) < _NEAR:
                total += 20
    total += sum(6 * _cross(places, one, other) for one, other in combinations(links, 2))
    return total


def _cross(places: Places, one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two links between four boxes cross."""
    a, b, c, d = (places[key] for key in (*one, *other))

    def side(p: tuple[int, int], q: tuple[int, int], r: tuple[int, int]) -> int:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def _centre(place: tuple[int, int]) -> Point:
    slot, lane = place
    return _STRATEGY_LEFT + _SLOT * slot + _BOX / 2, lane * _LANE + _LANE / 2


def _box(fig: Canvas, ax: Axes, key: str, place: tuple[int, int]) -> None:
    x, y = _centre(place)
    left, right, top, bottom = x - _BOX / 2, x + _BOX / 2, y - _TALL / 2, y + _TALL / 2
    corners = [left, right, right, left], [top, top, bottom, bottom]
    ax.fill(*corners, facecolor=s.PAPER, edgecolor=s.INK, lw=0.7, zorder=3)
    lines = s.fit(indicator(key).name, _BOX - 3, s.SMALL, lines=2)
    first = y - 1.75 * len(lines)
    s.small(fig, x, first, key, weight="semibold", ha="center", zorder=4)
    for number, line in enumerate(lines):
        s.small(fig, x, first + 3.4 * (number + 1), line, ha="center", zorder=4)


def _ends(start: tuple[int, int], end: tuple[int, int]) -> Line:
    """Points on the edges of two boxes between which an arrow runs."""
    (x0, y0), (x1, y1) = _centre(start), _centre(end)
    if start[1] == end[1]:
        side = 1 if x1 > x0 else -1
        return (x0 + side * _BOX / 2, y0), (x1 - side * (_BOX / 2 + 0.6), y1)
    side = 1 if y1 > y0 else -1
    lean = 0.28 * _BOX * max(-1.0, min(1.0, (x1 - x0) / _SLOT))
    return (x0 + lean, y0 + side * _TALL / 2), (x1 - lean, y1 - side * (_TALL / 2 + 0.6))


def _arrows(ax: Axes, places: Places, rows: Sequence[Any]) -> None:
    """Draw the arrows, and beside each its sign and lag."""
    lines = [_ends(places[row.cause], places[row.effect]) for row in rows]
    for row, (start, end) in zip(rows, lines, strict=True):
        colour, line, width = _LOOKS[row.finding]
        look: s.Look = {"color": colour, "lw": width, "linestyle": line, "zorder": 2}
        ends: s.Look = {"arrowstyle": "-|>", "mutation_scale": 7, "shrinkA": 0, "shrinkB": 0}
        ax.add_patch(FancyArrowPatch(start, end, **ends, **look))
    texts = [_mark(row) for row in rows]
    for text, (x, y) in zip(texts, _beside(lines, texts, places), strict=True):
        where: s.Look = {"ha": "center", "va": "center_baseline", "zorder": 5, "bbox": s.CLEAR}
        ax.text(x, y, text, fontsize=s.SMALL, weight="semibold", color=s.INK, **where)


def _mark(row: Any) -> str:
    """Write sign and lag: ``+, lag 1``."""
    lag = ", " + tr("lag {quarters}", quarters=row.lag) if row.lag else ""
    return ("+" if row.sign == "+" else MINUS) + lag


def _beside(lines: Sequence[Line], texts: Sequence[str], places: Places) -> list[Point]:
    """Return a place beside each line for its text, clear of boxes, other lines and texts.

    The shortest line chooses first, as it has the fewest places; where none is clear, the place
    that hits least is taken.
    """
    boxes = [_room(_centre(place), _BOX, _TALL) for place in places.values()]
    found: dict[int, Point] = {}
    for number in sorted(range(len(lines)), key=lambda n: dist(*lines[n])):
        wide = s.text_width(texts[number], s.SMALL, "semibold")
        others = [Path(line) for place, line in enumerate(lines) if place != number]

        def hits(centre: Point, wide: float = wide, others: Sequence[Path] = others) -> int:
            own = _room(centre, wide + 0.6, _WRITTEN)
            return sum(own.overlaps(box) for box in boxes) + sum(
                line.intersects_bbox(own) for line in others
            )

        found[number] = min(_offered(lines[number], wide), key=hits)
        boxes.append(_room(found[number], wide + 1, _WRITTEN))
    return [found[number] for number in range(len(lines))]


def _offered(line: Line, wide: float) -> list[Point]:
    """List places beside a line for a text, from its middle outwards, on both sides."""
    (x0, y0), (x1, y1) = line
    long = dist(*line)
    across = ((y0 - y1) / long, (x1 - x0) / long)
    away = 1.1 + abs(across[0]) * wide / 2 + abs(across[1]) * _WRITTEN / 2
    return [
        (x0 + part * (x1 - x0) + side * across[0], y0 + part * (y1 - y0) + side * across[1])
        for part in sorted((n / 20 for n in range(4, 17)), key=lambda part: abs(part - 0.5))
        for side in (-away, away)
    ]


def _room(centre: Point, width: float, height: float) -> Bbox:
    x, y = centre
    return Bbox([[x - width / 2, y - height / 2], [x + width / 2, y + height / 2]])


def _legend(fig: Canvas, ax: Axes, table: pd.DataFrame) -> None:
    y, x = 4 * _LANE + 4, 0.0
    counts = table["finding"].value_counts()
    for finding, (colour, line, width) in _LOOKS.items():
        ax.plot([x, x + 8], [y, y], color=colour, ls=line, lw=width)
        s.small(fig, x + 10, y, f"{tr(finding)} ({int(counts.get(finding, 0))})")
        x += 40
