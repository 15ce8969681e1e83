"""Figures of readings: which combinations some data set prints like, and which choice decides."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache, partial
from itertools import product
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle

from analysis.base.text import decimal, frame_of, groups, listed, own_yaml, percent, records
from analysis.claims.verdicts import survival
from analysis.figures import style as s
from analysis.figures.primitives import period_words

_WORDS: Mapping[str, Mapping[str, Any]] = own_yaml(__file__, "reading_choices.yaml")
TITLES, QUESTIONS = _WORDS["titles"], _WORDS["questions"]
"""Heads of rows and columns, with the printed numbers by the claim that prints them."""

AXES = ("rounding", *QUESTIONS, "labour", "productivity_output")
"""All axes that results depend on; the rounding rule, which the blocks share, comes first."""


def words(axis: str, option: str) -> str:
    """Name an option in a few words; periods as ``H1 2023 + H1 2024``."""
    if axis in ("services_period", "sales_total"):
        return period_words(option, " + ")
    return str(_WORDS["options"].get(axis, {}).get(option, option))


_DERIVED = s.KIND["derived"]
_TILE, _PITCH, _ROW, _GAP, _LINE = (5.0, 3.2), 5.8, 4.4, 1.7, 4.6
"""Millimetres: a tile, from tile to tile, from row to row, between groups, a line of heads."""


_TILES = 55.5
"""Where tiles begin in a block, beyond the heads of its rows."""


class _Block(NamedTuple):
    """Where a block stands, the axes that run down with their heads' places, and those across."""

    name: str
    top: float
    down: dict[str, float]
    across: list[str]


_BLOCKS = [_Block(name, **about) for name, about in _WORDS["blocks"].items()]


@s.drawing
def multiverse(frame: pd.DataFrame, printed: Mapping[str, str]) -> s.Drawn:
    """Draw every combination of readings as a tile, filled if a data set prints so.

    Combinations that bear on a block alike share a tile; for sales, all periods of the total do.

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.claims.verdicts.universe_table` or its ``read_blocks``.
    printed : mapping of str to str
        Printed strings by claim id, for the heads.
    """
    fig = s.canvas(196)
    ax = s.sheet(fig)
    _key(fig, ax)
    tiles = {block.name: _tiles(frame, block) for block in _BLOCKS}
    for block in _BLOCKS:
        _draw_block(fig, ax, block, tiles[block.name], printed)
    number, fits = (decimal()(n) for n in survival(frame))
    words = {"fits": fits, "number": number, "linked": _linked(tiles)}
    return s.Drawn(fig, frame, "derived", words | _tile_words(tiles))


def _tiles(frame: pd.DataFrame, block: _Block) -> pd.DataFrame:
    """Return a row for each tile, its options in the order drawn; it fits if all combinations do.

    Productivity grows as a block's quantity does if it is of that quantity, by the same labour.
    """
    rows = frame[frame["block"] == block.name]
    linked = (rows["labour"] == "constant") & (rows["productivity_output"] == block.name)
    rows = rows.assign(link=linked.map({True: "yes", False: "no"}))
    axes = [*block.down, *block.across]
    found = rows.groupby(axes, sort=False, as_index=False).agg(
        survives=("survives", "all"), default=("default", "any"), conflict=("conflict", "max")
    )
    options = {axis: pd.Categorical(found[axis], _options(found, axis)) for axis in axes}
    return found.assign(**options)


def _key(fig: Canvas, ax: Axes) -> None:
    """Explain tiles and rounding rules above the blocks."""
    x = 0.0
    for filled, ringed, text, step in (
        (True, False, "a data set prints like this", 42.0),
        (False, False, "none does", 22.0),
        (True, True, "the reading used by default", 0.0),
    ):
        _tile(ax, x, 1.0, filled, ringed)
        s.small(fig, x + _TILE[0] + 1.6, 2.9, text)
        x += step
    s.note(fig, 0, 8, "up, even: rounded to the nearest, ties up or to even; cut: digits cut off")


def _tile(ax: Axes, x: float, y: float, filled: bool, ringed: bool) -> None:
    width, height = _TILE
    face, edge = (_DERIVED, _DERIVED) if filled else (s.PAPER, s.NEUTRAL)
    ax.add_patch(Rectangle((x, y), width, height, lw=0.5, facecolor=face, edgecolor=edge))
    if ringed:
        ring = (x - 0.55, y - 0.55), width + 1.1, height + 1.1
        ax.add_patch(Rectangle(*ring, fill=False, lw=1.1, edgecolor=s.INK))


def _options(rows: pd.DataFrame, axis: str) -> list[str]:
    """Order the options of an axis: the default one, then those that survive most often."""
    usual = str(rows.loc[rows["default"], axis].iloc[0])
    if axis == "rounding":
        return [option for option, _ in groups(rows, axis)]
    found = [(option, int(group["survives"].sum())) for option, group in groups(rows, axis)]
    found.sort(key=lambda pair: (pair[0] != usual, -pair[1]))
    return [option for option, _ in found]


def _draw_block(
    fig: Canvas, ax: Axes, block: _Block, rows: pd.DataFrame, printed: Mapping[str, str]
) -> None:
    """Draw the matrix of one block under its heads."""
    right = _TILES + _width(rows, block.across)
    s.bold(fig, 0, block.top, TITLES[block.name])
    s.bold(fig, _TILES, block.top, "{} of {} fit".format(*_counts(rows)), color=_DERIVED)
    ax.plot([0, right + 9], [block.top + 2.4] * 2, color=s.RULE, lw=0.5)
    for depth in range(len(block.across)):
        _heads(fig, ax, block, rows, depth, printed)
    y = block.top + 5.2 + _LINE * (len(block.across) - 1)
    for axis, x in block.down.items():
        s.note(fig, x, y, QUESTIONS[axis].format_map(printed))
    if any(not _counts(group)[0] for _, group in _nested(rows, block.down)):
        s.note(fig, right + 11, y, "in conflict")
    y += _LINE / 2 + 0.6
    offset = cache(partial(_offset, rows, block.across))
    first, last = next(iter(block.down)), axis
    for place, (options, group) in enumerate(_nested(rows, block.down)):
        if len(options) > 1 and options[-1] == rows[last].cat.categories[0]:
            if place:
                ax.plot([0, right + 9], [y + 0.45] * 2, color=s.RULE, lw=0.4)
                y += 1.5
            for line, text in enumerate(words(first, options[0]).split(" + ")):
                s.small(fig, 0, y + 1.8 + _ROW * line, f"+ {text}" if line else text)
        s.small(fig, block.down[last], y + 1.8, words(last, options[-1]))
        for tile in records(group):
            x = offset(tuple(getattr(tile, axis) for axis in block.across))
            _tile(ax, _TILES + x, y, bool(tile.survives), bool(tile.default))
        fits, number = _counts(group)
        s.note(fig, right + 1.2, y + 1.8, f"{fits} of {number}")
        if not fits:
            s.small(fig, right + 11, y + 1.8, _clash(group, printed))
        y += _ROW


def _clash(rows: pd.DataFrame, printed: Mapping[str, str]) -> str:
    """Name what most of these combinations fail by, as printed."""
    conflicts = rows["conflict"].value_counts()
    return listed([printed.get(claim, claim) for claim in str(conflicts.index[0]).split("; ")])


def _heads(
    fig: Canvas, ax: Axes, block: _Block, rows: pd.DataFrame, depth: int, printed: Mapping[str, str]
) -> None:
    """Write the options of one column axis above the tiles they hold for."""
    axis, y = block.across[depth], block.top + 5.2 + _LINE * depth
    inner = block.across[depth + 1 :]
    span = _width(rows, inner)
    if axis != "rounding":
        s.note(fig, _TILES - 2.5, y, QUESTIONS[axis].format_map(printed), ha="right")
    for outer, _ in _nested(rows, block.across[:depth]):
        for option in rows[axis].cat.categories:
            x = _TILES + _offset(rows, block.across, (*outer, option))
            text = words(axis, option)
            if len(inner) > 1:
                text += ": {} of {}".format(*_counts(rows[rows[axis] == option]))
            s.small(fig, x + span / 2, y, text, ha="center", color=s.INK if inner else s.MUTED)
            if inner:
                ax.plot([x, x + span], [y + 1.9] * 2, color=s.NEUTRAL, lw=0.5)


def _offset(rows: pd.DataFrame, axes: Sequence[str], options: tuple[str, ...]) -> float:
    """Return how far the columns of some options, outer axes first, stand from the first."""
    steps = (_width(rows, axes[n:]) + _gap(axes[n:]) for n in range(1, len(axes) + 1))
    return sum(
        list(rows[axis].cat.categories).index(option) * step
        for axis, option, step in zip(axes, options, steps, strict=False)
    )


def _nested(
    rows: pd.DataFrame, axes: Collection[str]
) -> Iterator[tuple[tuple[str, ...], pd.DataFrame]]:
    """Yield every combination of options of some axes, in order, with its rows."""
    for options in product(*(rows[axis].cat.categories for axis in axes)):
        group = rows
        for axis, option in zip(axes, options, strict=True):
            group = group[group[axis] == option]
        yield options, group


def _gap(axes: Sequence[str]) -> float:
    """Return the room beside the columns of some nested axes."""
    return _PITCH - _TILE[0] if not axes else _GAP * len(axes)


def _width(rows: pd.DataFrame, axes: Sequence[str]) -> float:
    """Return how wide the columns of some nested axes are together."""
    if not axes:
        return _TILE[0]
    number = len(rows[axes[0]].cat.categories)
    return float(number * _width(rows, axes[1:]) + (number - 1) * _gap(axes[1:]))


def _counts(rows: pd.DataFrame) -> tuple[int, int]:
    return int(rows["survives"].sum()), len(rows)


def _linked(tiles: Mapping[str, pd.DataFrame]) -> str:
    """Say how many combinations fit where productivity grows as services or sales do."""
    found = []
    for name, rows in tiles.items():
        if "link" in rows:
            fits, number = _counts(rows[rows["link"] == "yes"])
            verb = "fits" if fits == 1 else "fit"
            found.append(
                f"If productivity is {name} by the same labour, {fits} of {number} {verb}."
            )
    return "".join(f" {text}" for text in found)


def _tile_words(tiles: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    counts, parts = [], []
    for number, block in enumerate(_BLOCKS):
        rows, title = tiles[block.name], TITLES[block.name]
        fitting = "{} of {}".format(*_counts(rows))
        counts.append(f"{fitting}{' tiles fit' * (not number)} for {title.lower()}")
        lines = []
        for options, group in _nested(rows, block.down):
            named = ", ".join(map(words, block.down, options))
            lines.append("{}: {} of {}".format(named, *_counts(group)))
        parts.append(f"{title}, {fitting} fit, by row: {'; '.join(lines)}.")
    return {"counts": listed(counts), "parts": " ".join(parts)}


_LEFT, _BAR, _HEAD, _BAR_ROW = 66.0, 60.0, 8.2, 5.0


def reading_influence_data(universes: pd.DataFrame) -> pd.DataFrame:
    """Say for each choice of reading how often it decides whether a data set exists.

    Parameters
    ----------
    universes : DataFrame
        From :func:`analysis.claims.verdicts.universe_table` or its ``read_blocks``.

    Returns
    -------
    DataFrame
        Columns block, axis, pairs (neighbours: combinations of the block that differ in this axis
        alone), changed (pairs of which one fits and one does not), share (Fraction); in each
        block the most influential axis first.
    """
    rows = []
    for block, of_block in groups(universes, "block"):
        axes = [a for a in AXES if a in of_block and (of_block[a] != "").all()]
        counts = {axis: influence(of_block, axis, axes) for axis in axes}
        shares = {axis: Fraction(n, max(pairs, 1)) for axis, (pairs, n) in counts.items()}
        found = sorted(axes, key=lambda axis: -shares[axis])
        rows += [(block, axis, *counts[axis], shares[axis]) for axis in found]
    return frame_of(rows, "block axis pairs changed share")


def influence(universes: pd.DataFrame, axis: str, axes: Sequence[str]) -> tuple[int, int]:
    """Count the pairs of universes that differ in one axis alone, and those it decides.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": ["x", "x", "y", "y"], "b": ["p", "q", "p", "q"]})
    >>> frame["survives"] = [True, True, False, True]
    >>> influence(frame, "a", ["a", "b"]), influence(frame, "b", ["a", "b"])
    ((2, 1), (2, 1))
    """
    others = [other for other in axes if other != axis]
    alike = universes.groupby(others, sort=False)["survives"].agg(["size", "sum"])
    sizes = [(int(size), int(alive)) for size, alive in alike.itertuples(index=False)]
    pairs = sum(size * (size - 1) // 2 for size, _ in sizes)
    return pairs, sum(alive * (size - alive) for size, alive in sizes)


@s.drawing
def reading_influence(frame: pd.DataFrame) -> s.Drawn:
    """Draw how often each choice of reading decides whether the print can be true.

    Parameters
    ----------
    frame : DataFrame
        From :func:`reading_influence_data`.
    """
    blocks = groups(frame, "block")
    fig = s.canvas(_HEAD * len(blocks) + _BAR_ROW * len(frame) + 1)
    ax = s.sheet(fig)
    s.note(fig, _LEFT, 3, "neighbours of which one fits, the other not")
    largest = max(frame["share"])
    y = 0.0
    for block, rows in blocks:
        s.bold(fig, 0, y + 3, TITLES[block])
        ax.plot([0, 160], [y + 5.4] * 2, color=s.RULE, lw=0.5)
        y += _HEAD
        for row in records(rows):
            ax.barh(y, _length(row, largest), left=_LEFT, height=2.8, color=_DERIVED)
            ax.plot([_LEFT] * 2, [y - _BAR_ROW / 2, y + _BAR_ROW / 2], color=s.INK, lw=0.6)
            choice = _choice(row.axis)
            s.small(fig, 0, y, choice[0].upper() + choice[1:])
            end, colour = _LEFT + _length(row, largest) + 1.5, _DERIVED if row.changed else s.INK
            s.bold(fig, end, y, percent(0)(row.share), color=colour)
            s.note(fig, 160, y, f"{row.changed} of {row.pairs}", ha="right")
            y += _BAR_ROW
    return s.Drawn(fig, frame, "derived", _influence_words(frame))


def _length(row: Any, largest: Fraction) -> float:
    """Return the length of a bar in millimetres."""
    return _BAR * float(row.share / largest) if largest else 0.0


def _choice(axis: str) -> str:
    return str(_WORDS["choices"].get(axis, axis.replace("_", " ")))


def _influence_words(frame: pd.DataFrame) -> dict[str, str]:
    tops, parts = list[str](), []
    for block, rows in groups(frame, "block"):
        top, title = records(rows)[0], TITLES[block].lower()
        chosen = _choice(top.axis) if top.changed else "no choice"
        verb = "" if tops else "decides most "
        tops.append(f"{chosen} {verb}about {title} ({percent(0)(top.share)})")
        found = [
            f"{_choice(row.axis)} {percent(0)(row.share)}, {row.changed} of {row.pairs}"
            for row in records(rows)
        ]
        parts.append(f"{TITLES[block]}: {'; '.join(found)}.")
    findings = listed(tops)
    return {"findings": findings[0].upper() + findings[1:], "parts": " ".join(parts)}
