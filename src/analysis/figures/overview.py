"""Figure of all verdicts: one tile for each claim, by place and verdict."""

from __future__ import annotations

import re
from math import fsum
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis.base.errors import InputError
from analysis.base.frames import records
from analysis.base.numbers import listed
from analysis.figures.style import INK, PAPER, RULE, SMALL, canvas, sheet, styled, write
from analysis.notebook.display.figure import Figure
from analysis.notebook.display.table import VERDICT_COLOURS

_TILE, _PITCH, _LINE, _PER_LINE = 2.6, 3.3, 3.9, 6
_LEFT, _HEAD = 21.0, 12.0
_MOST_LEFT, _PER_LETTER = 38.0, 1.6
_LONGEST = 23
"""Where long names of places push the tiles, and at most."""
_LOOKS = {
    "reproduced": "solid",
    "consistent": "half",
    "inconsistent": "cross",
    "underdetermined": "outline",
    "not reported": "dashed",
    "unreadable": "dotted",
}
"""How a tile is drawn, so that verdicts differ without colour."""


@styled(1)
def verdicts(frame: pd.DataFrame) -> Figure:
    """Draw every claim as a tile, by the place where it stands and its verdict (figure 1).

    Parameters
    ----------
    frame : DataFrame
        One row per claim, in the order of the publication: claim_id, place, printed, verdict.
        With a column ``default`` there may be a row per claim and reading: tiles then show the
        default reading, and claims whose verdict depends on the reading are underlined.

    Raises
    ------
    InputError
        If a verdict is none of the six.
    """
    unknown = sorted(set(frame["verdict"]) - set(_LOOKS))
    if unknown:
        raise InputError(f"a verdict is one of {', '.join(_LOOKS)}", value=unknown[0])
    if "default" in frame:
        several = frame.groupby("claim_id")["verdict"].nunique() > 1
        frame = frame[frame["default"]].copy()
        frame["depends"] = [bool(several[claim]) for claim in frame["claim_id"]]
    else:
        frame = frame.assign(depends=False)
    places = list(dict.fromkeys(frame["place"]))
    counts = frame.groupby(["place", "verdict"]).size()
    lines = {place: max(-(-int(counts[place].max()) // _PER_LINE), 1) for place in places}
    # fsum, since sum adds floats in another way from Python 3.12 on
    height = fsum([_HEAD, *(_row_height(lines[place]) for place in places)])
    fig = canvas(height)
    ax = sheet(fig)
    left = min(max(_LEFT, *(_PER_LETTER * len(_place(str(place))) for place in places)), _MOST_LEFT)
    step = (160 - left) / len(_LOOKS)
    for column, verdict in enumerate(_LOOKS):
        x = left + step * column
        write(fig, x, 2.5, verdict, fontsize=SMALL, color=VERDICT_COLOURS[verdict])
        total = int((frame["verdict"] == verdict).sum())
        write(
            fig, x, 7.2, str(total), fontsize=11, weight="semibold", color=VERDICT_COLOURS[verdict]
        )
    write(fig, 0, 7.2, f"{len(frame)} claims", weight="semibold")
    y = _HEAD - 1
    for place in places:
        ax.plot([0, 160], [y, y], color=RULE, lw=0.4)
        write(fig, 0, y + _row_height(1) / 2, _place(str(place)))
        for column, verdict in enumerate(_LOOKS):
            cell = frame[(frame["place"] == place) & (frame["verdict"] == verdict)]
            for tile, claim in enumerate(records(cell)):
                line, position = divmod(tile, _PER_LINE)
                x = left + step * column + _PITCH * position
                _draw_tile(ax, x, y + 1.2 + _LINE * line, verdict, claim.depends)
        y += _row_height(lines[place])
    return Figure(
        name="verdicts",
        figure=fig,
        data=frame[["claim_id", "place", "printed", "verdict", "depends"]],
        caption=_caption(frame),
        alt=_alt(frame, places),
        kind="derived",
    )


def _row_height(lines: int) -> float:
    return 1.1 + _LINE * lines


def _place(place: str) -> str:
    text = f"Section {place}" if re.fullmatch(r"\d[\d.]*", place) else place
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _draw_tile(ax: Axes, x: float, y: float, verdict: str, depends: bool) -> None:
    colour = VERDICT_COLOURS[verdict]
    look = _LOOKS[verdict]
    edge: dict[str, Any] = {"edgecolor": colour, "linewidth": 0.7}
    if look in ("dashed", "dotted"):
        edge["linestyle"] = (0, (2.2, 1.2)) if look == "dashed" else (0, (0.8, 1.0))
    solid = look in ("solid", "cross")
    ax.add_patch(Rectangle((x, y), _TILE, _TILE, facecolor=colour if solid else PAPER, **edge))
    if depends:
        base = y + _TILE + 0.65
        ax.plot([x, x + _TILE], [base, base], color=INK, lw=0.8)
    if look == "half":
        ax.add_patch(Rectangle((x, y + _TILE / 2), _TILE, _TILE / 2, facecolor=colour, lw=0))
    if look == "cross":
        near, far = 0.27 * _TILE, 0.73 * _TILE
        for ends in ([y + near, y + far], [y + far, y + near]):
            ax.plot([x + near, x + far], ends, color=PAPER, lw=0.9, solid_capstyle="round")


def _caption(frame: pd.DataFrame) -> str:
    total = frame["verdict"].value_counts()
    words = [f"{total[name]} {name}" for name in _LOOKS if total.get(name, 0)]
    return (
        "What becomes of each printed claim, a tile each, by the place where it stands. "
        f"The {len(frame)} claims are {listed(words)}{_depending(frame)}."
    )


def _depending(frame: pd.DataFrame) -> str:
    count = int(frame["depends"].sum())
    changes = "changes" if count == 1 else "change"
    return f"; {count} of them, underlined, {changes} under other readings" if count else ""


def _alt(frame: pd.DataFrame, places: list[str]) -> str:
    parts = []
    for place in places:
        found = frame.loc[frame["place"] == place, "verdict"].value_counts()
        words = [f"{found[name]} {name}" for name in _LOOKS if found.get(name, 0)]
        parts.append(f"{_place(str(place))}: {listed(words)}.")
    depending = _depending(frame).removeprefix("; ").capitalize()
    if depending:
        parts.append(f"{depending}.")
    return f"A matrix of tiles, places by verdicts. {' '.join(parts)}"
