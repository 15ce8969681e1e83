"""Figure of all combinations of readings: which of them some data set prints like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle

from analysis.base.frames import groups, records
from analysis.base.numbers import decimal, listed
from analysis.claims.multiverse import survival
from analysis.figures.reading_words import AXES, PRINTED, QUESTIONS, TITLES, words
from analysis.figures.style import (
    INK,
    KIND,
    MUTED,
    NEUTRAL,
    PAPER,
    RULE,
    SMALL,
    canvas,
    sheet,
    styled,
    write,
)
from analysis.notebook.display.figure import Figure

_DERIVED = KIND["derived"]
_TILE, _PITCH, _ROW, _GAP, _LINE = (5.0, 3.2), 5.8, 4.4, 1.7, 4.6
"""Millimetres: a tile, from tile to tile, from row to row, between groups, a line of heads."""


@dataclass(frozen=True)
class _Block:
    """Where a block stands and which axes run down and across; the rounding runs last."""

    name: str
    top: float
    left: float
    tiles: float
    down: tuple[tuple[str, float], ...]
    across: tuple[str, ...]


_BLOCKS = (
    _Block(
        "services",
        15,
        0,
        55.5,
        (("services_period", 0), ("services_growth", 25)),
        ("labour", "productivity_growth", "rounding"),
    ),
    _Block("sales", 83, 0, 27, (("sales_total", 0),), ("sales_growth", "rounding")),
    _Block("satisfaction", 83, 95, 116.2, (("satisfaction", 95),), ("respondents", "rounding")),
)


@styled(13)
def multiverse(frame: pd.DataFrame, printed: Mapping[str, str] | None = None) -> Figure:
    """Draw every combination of readings as a tile, filled if a data set prints so (figure 13).

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.claims.multiverse.block_universes` or its ``read_blocks``.
    printed : mapping of str to str, optional
        Printed strings by claim id, for the heads; the paper's by default.
    """
    strings = {**PRINTED, **(printed or {})}
    fig = canvas(114)
    ax = sheet(fig)
    _key(fig, ax)
    for block in _BLOCKS:
        _draw_block(fig, ax, block, frame[frame["block"] == block.name], strings)
    return Figure(
        name="multiverse",
        figure=fig,
        data=frame,
        caption=_caption(frame),
        alt=_alt(frame),
        kind="derived",
    )


def _key(fig: Canvas, ax: Axes) -> None:
    """Explain tiles and rounding rules above the blocks."""
    x = 0.0
    for filled, ringed, text, step in (
        (True, False, "a data set prints like this", 42.0),
        (False, False, "none does", 22.0),
        (True, True, "the reading used by default", 0.0),
    ):
        _tile(ax, x, 1.0, filled, ringed)
        write(fig, x + _TILE[0] + 1.6, 2.9, text, fontsize=SMALL)
        x += step
    rules = "up, even: rounded to the nearest, ties up or to even; cut: digits cut off"
    write(fig, 0, 8, rules, fontsize=SMALL, color=MUTED)


def _tile(ax: Axes, x: float, y: float, filled: bool, ringed: bool) -> None:
    width, height = _TILE
    look: dict[str, Any] = (
        {"facecolor": _DERIVED, "edgecolor": _DERIVED}
        if filled
        else {"facecolor": PAPER, "edgecolor": NEUTRAL}
    )
    ax.add_patch(Rectangle((x, y), width, height, linewidth=0.5, **look))
    if ringed:
        ax.add_patch(
            Rectangle(
                (x - 0.55, y - 0.55), width + 1.1, height + 1.1, fill=False, lw=1.1, edgecolor=INK
            )
        )


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
    right = block.tiles + _width(rows, block.across)
    write(fig, block.left, block.top, TITLES[block.name], weight="semibold")
    write(
        fig,
        block.tiles,
        block.top,
        "{} of {} fit".format(*_counts(rows)),
        weight="semibold",
        color=_DERIVED,
    )
    ax.plot([block.left, right + 9], [block.top + 2.4] * 2, color=RULE, lw=0.5)
    for depth in range(len(block.across)):
        _heads(fig, ax, block, rows, depth, printed)
    y = block.top + 5.2 + _LINE * (len(block.across) - 1)
    for axis, x in block.down:
        write(fig, x, y, QUESTIONS[axis].format_map(printed), fontsize=SMALL, color=MUTED)
    if any(not _counts(group)[0] for _, group in _nested(rows, _axes_down(block))):
        write(fig, right + 11, y, "in conflict", fontsize=SMALL, color=MUTED)
    y += _LINE / 2 + 0.6
    for place, (options, group) in enumerate(_nested(rows, _axes_down(block))):
        first = options[-1] == _options(rows, block.down[-1][0])[0]
        if len(options) > 1 and first:
            if place:
                ax.plot([block.left, right + 9], [y + 0.45] * 2, color=RULE, lw=0.4)
                y += 1.5
            for line, text in enumerate(words(block.down[0][0], options[0]).split(" + ")):
                write(
                    fig,
                    block.left,
                    y + 1.8 + _ROW * line,
                    f"+ {text}" if line else text,
                    fontsize=SMALL,
                )
        axis, x = block.down[-1]
        write(fig, x, y + 1.8, words(axis, options[-1]), fontsize=SMALL)
        for tile in records(group):
            x = _offset(rows, block.across, tuple(getattr(tile, axis) for axis in block.across))
            _tile(ax, block.tiles + x, y, bool(tile.survives), bool(tile.default))
        fits, number = _counts(group)
        write(fig, right + 1.2, y + 1.8, f"{fits} of {number}", fontsize=SMALL, color=MUTED)
        if not fits:
            write(fig, right + 11, y + 1.8, _clash(group, printed), fontsize=SMALL)
        y += _ROW


def _axes_down(block: _Block) -> tuple[str, ...]:
    return tuple(axis for axis, _ in block.down)


def _clash(rows: pd.DataFrame, printed: Mapping[str, str]) -> str:
    """Name what most of these combinations fail by, as printed."""
    conflicts = rows["conflict"].value_counts()
    return listed([printed.get(claim, claim) for claim in str(conflicts.index[0]).split("; ")])


def _heads(
    fig: Canvas,
    ax: Axes,
    block: _Block,
    rows: pd.DataFrame,
    depth: int,
    printed: Mapping[str, str],
) -> None:
    """Write the options of one column axis above the tiles they hold for."""
    axis, y = block.across[depth], block.top + 5.2 + _LINE * depth
    inner = block.across[depth + 1 :]
    span = _width(rows, inner)
    if axis != "rounding":
        question = QUESTIONS[axis].format_map(printed)
        write(fig, block.tiles - 2.5, y, question, ha="right", fontsize=SMALL, color=MUTED)
    for outer, _ in _nested(rows, block.across[:depth]):
        for option in _options(rows, axis):
            x = block.tiles + _offset(rows, block.across, (*outer, option))
            text = words(axis, option)
            if len(inner) > 1:
                text += ": {} of {}".format(*_counts(rows[rows[axis] == option]))
            write(
                fig,
                x + span / 2,
                y,
                text,
                ha="center",
                fontsize=SMALL,
                color=INK if inner else MUTED,
            )
            if inner:
                ax.plot([x, x + span], [y + 1.9] * 2, color=NEUTRAL, lw=0.5)


def _offset(rows: pd.DataFrame, axes: tuple[str, ...], options: tuple[str, ...]) -> float:
    """Return how far the columns of some options, outer axes first, stand from the first."""
    return sum(
        _options(rows, axis).index(option)
        * (_width(rows, axes[depth + 1 :]) + _gap(axes[depth + 1 :]))
        for depth, (axis, option) in enumerate(zip(axes, options, strict=False))
    )


def _nested(
    rows: pd.DataFrame, axes: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], pd.DataFrame]]:
    """Yield every combination of options of some axes, in order, with its rows."""
    for options in product(*(_options(rows, axis) for axis in axes)):
        group = rows
        for axis, option in zip(axes, options, strict=True):
            group = group[group[axis] == option]
        yield options, group


def _gap(axes: tuple[str, ...]) -> float:
    """Return the room beside the columns of some nested axes."""
    return _PITCH - _TILE[0] if not axes else _GAP * len(axes)


def _width(rows: pd.DataFrame, axes: tuple[str, ...]) -> float:
    """Return how wide the columns of some nested axes are together."""
    if not axes:
        return _TILE[0]
    number = rows[axes[0]].nunique()
    return float(number * _width(rows, axes[1:]) + (number - 1) * _gap(axes[1:]))


def _counts(rows: pd.DataFrame) -> tuple[int, int]:
    return int(rows["survives"].sum()), len(rows)


def _caption(frame: pd.DataFrame) -> str:
    first, *others = (
        ("{} of {}".format(*_counts(rows)), TITLES[block].lower())
        for block, rows in groups(frame, "block")
    )
    parts = [f"{first[0]} combinations fit for {first[1]}"]
    parts += [f"{count} for {title}" for count, title in others]
    number, fits = (decimal()(n) for n in survival(frame))
    return (
        "Every way to read the results, and whether any data set prints like it (a multiverse). "
        "Each tile is one combination of readings; beside an empty row stand the printed numbers "
        f"that exclude each other there. {listed(parts)}; since these share the rounding rule "
        f"alone, {fits} of {number} fit for all results together.{_never(frame)}"
    )


def _never(frame: pd.DataFrame) -> str:
    """Name the options under which nothing fits, whatever else is assumed."""
    heads = {"labour": "labour", "respondents": "answers", "rounding": "rounding"}
    found = [
        f"{heads.get(axis, axis.replace('_', ' '))} {words(axis, option)}"
        for _, rows in groups(frame, "block")
        for axis in AXES
        for option, group in groups(rows, axis)
        if option and not group["survives"].any()
    ]
    return f" Nothing fits if {' or if '.join(found)}." if found else ""


def _alt(frame: pd.DataFrame) -> str:
    parts = []
    for block in _BLOCKS:
        rows = frame[frame["block"] == block.name]
        lines = []
        for options, group in _nested(rows, _axes_down(block)):
            named = ", ".join(
                words(axis, option) for (axis, _), option in zip(block.down, options, strict=True)
            )
            lines.append("{}: {} of {}".format(named, *_counts(group)))
        head = "{}, {} of {} fit".format(TITLES[block.name], *_counts(rows))
        parts.append(f"{head}, by row: {'; '.join(lines)}.")
    return (
        "Three matrices of tiles, readings down and across, filled where a data set exists. "
        f"{' '.join(parts)}{_never(frame)}"
    )
