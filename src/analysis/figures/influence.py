"""Figure of the readings' influence: which choice decides whether the print can be true."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.base.frames import groups, records
from analysis.base.numbers import listed, percent
from analysis.claims.multiverse import influence
from analysis.figures.reading_words import AXES, TITLES
from analysis.figures.style import INK, KIND, MUTED, RULE, SMALL, canvas, sheet, styled, write
from analysis.notebook.display.figure import Figure

_DERIVED = KIND["derived"]
_CHOICES = {
    "rounding": "how figures were rounded",
    "services_period": "which period the services cover",
    "services_growth": "what the growth of services is measured on",
    "productivity_growth": "what the growth of productivity is measured on",
    "labour": "whether labour may differ between the years",
    "sales_growth": "what the growth of sales is measured on",
    "sales_total": "which period the sales cover",
    "satisfaction": "what the index of satisfaction means",
    "respondents": "how many people answered",
}
_LEFT, _BAR, _HEAD, _ROW = 66.0, 60.0, 8.2, 5.0


def reading_influence_data(universes: pd.DataFrame) -> pd.DataFrame:
    """Say for each choice of reading how often it decides whether a data set exists.

    Parameters
    ----------
    universes : DataFrame
        From :func:`analysis.claims.multiverse.block_universes` or its ``read_blocks``.

    Returns
    -------
    DataFrame
        Columns block, axis, pairs (neighbours: combinations of the block that differ in this axis
        alone), changed (pairs of which one fits and one does not), share (Fraction); in each
        block the most influential axis first.
    """
    rows = []
    for block, of_block in groups(universes, "block"):
        axes = [axis for axis in AXES if (of_block[axis] != "").all()]
        for row in records(influence(of_block[[*axes, "survives", "conflict"]])):
            share = Fraction(int(row.changed), max(int(row.pairs), 1))
            rows.append((block, row.axis, int(row.pairs), int(row.changed), share))
    return pd.DataFrame(rows, columns=["block", "axis", "pairs", "changed", "share"])


@styled(14)
def reading_influence(frame: pd.DataFrame) -> Figure:
    """Draw how often each choice of reading decides whether the print can be true (figure 14).

    Parameters
    ----------
    frame : DataFrame
        From :func:`reading_influence_data`.
    """
    blocks = groups(frame, "block")
    fig = canvas(_HEAD * len(blocks) + _ROW * len(frame) + 1)
    ax = sheet(fig)
    write(fig, _LEFT, 3, "neighbours of which one fits, the other not", fontsize=SMALL, color=MUTED)
    largest = max(frame["share"])
    y = 0.0
    for block, rows in blocks:
        write(fig, 0, y + 3, TITLES[block], weight="semibold")
        ax.plot([0, 160], [y + 5.4] * 2, color=RULE, lw=0.5)
        y += _HEAD
        for row in records(rows):
            _draw_bar(ax, y, row, largest)
            write(fig, 0, y, _sentence(row.axis), fontsize=SMALL)
            write(
                fig,
                _LEFT + _length(row, largest) + 1.5,
                y,
                percent(0)(row.share),
                weight="semibold",
                color=_DERIVED if row.changed else INK,
            )
            write(
                fig,
                160,
                y,
                f"{row.changed} of {row.pairs}",
                ha="right",
                fontsize=SMALL,
                color=MUTED,
            )
            y += _ROW
    return Figure(
        name="reading_influence",
        figure=fig,
        data=frame,
        caption=_caption(frame),
        alt=_alt(frame),
        kind="derived",
    )


def _length(row: Any, largest: Fraction) -> float:
    """Return the length of a bar in millimetres."""
    return _BAR * float(row.share / largest) if largest else 0.0


def _draw_bar(ax: Axes, y: float, row: Any, largest: Fraction) -> None:
    ax.barh(y, _length(row, largest), left=_LEFT, height=2.8, color=_DERIVED)
    ax.plot([_LEFT, _LEFT], [y - _ROW / 2, y + _ROW / 2], color=INK, lw=0.6)


def _sentence(axis: str) -> str:
    text = _CHOICES.get(axis, axis.replace("_", " "))
    return text[0].upper() + text[1:]


def _caption(frame: pd.DataFrame) -> str:
    parts = []
    for block, rows in groups(frame, "block"):
        top = next(row for row in records(rows))
        title = TITLES[block].lower()
        if not top.changed:
            parts.append(f"for {title} none does")
            continue
        chosen = _CHOICES.get(top.axis, top.axis.replace("_", " "))
        parts.append(f"for {title} it is {chosen} ({percent(0)(top.share)})")
    findings = listed(parts)
    return (
        "Which choice of reading matters most. Two combinations are neighbours if they differ in "
        "one choice alone; the longer the bar, the more often that choice decides whether a data "
        f"set exists. {findings[0].upper()}{findings[1:]}."
    )


def _alt(frame: pd.DataFrame) -> str:
    parts = []
    for block, rows in groups(frame, "block"):
        found = [
            f"{_CHOICES.get(row.axis, row.axis)} {percent(0)(row.share)}, {row.changed} of "
            f"{row.pairs}"
            for row in records(rows)
        ]
        parts.append(f"{TITLES[block]}: {'; '.join(found)}.")
    return (
        "Horizontal bars: the share of neighbouring combinations of which one fits and one does "
        f"not, by choice of reading. {' '.join(parts)}"
    )
