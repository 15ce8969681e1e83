"""Figure of services by type, largest first."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from analysis.base.frames import records
from analysis.base.numbers import decimal, listed, percent
from analysis.figures.frames import period_words
from analysis.figures.style import (
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
    text_width,
    write,
)
from analysis.notebook.display.figure import Figure
from analysis.notebook.values import literal

_NAMES: Final = 52.0
"""Millimetres that the names of types may take."""


@styled(6)
def services_by_type(frame: pd.DataFrame, period: str, kind: str = "synthetic") -> Figure:
    """Draw services by type, largest first, with shares that add up (figure 6).

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.figures.kpi_data.services_by_type_data`.
    period : str
        What it covers, such as ``2024H1``.
    kind : str
        Kind of the counts that are not printed.
    """
    period = period_words(period)
    height, top = 6.4 * len(frame), 7.0
    names = [fit(name, _NAMES, weight="semibold")[0] for name in frame["name"]]
    left = max(34.0, 3 + max(text_width(name, weight="semibold") for name in names))
    said = [_said(row) for row in records(frame)]
    fig = canvas(top + height + 1)
    bars, line = panel(fig, left, top, 108 - left, height), panel(fig, 119, top, 38, height)
    for ax in (bars, line):
        only_frame(ax)
        ax.set_ylim(len(frame) - 0.5, -0.5)
    wide = 108 - left
    room = min(4 + max(text_width(text, weight="semibold") for text in said), wide - 2)
    bars.set_xlim(0, wide / (wide - room) * float(frame["services"].max()))
    line.set_xlim(0, 100)
    line.axvline(100, color=RULE, lw=0.5)
    bars.axvline(0, color=NEUTRAL, lw=0.8)
    for x, head in ((left, "Services and share"), (119, "Share added up, %")):
        write(fig, x, 2.5, head, fontsize=SMALL, color=MUTED)
    added = [100 * float(value) for value in frame["cumulative"]]
    line.plot(added, range(len(added)), color=KIND[kind], lw=0.8, zorder=1)
    for place, row in enumerate(records(frame)):
        colour = KIND["printed"] if row.printed else KIND[kind]
        y = top + height * (place + 0.5) / len(frame)
        write(fig, 0, y, names[place], weight="semibold" if row.printed else "regular")
        bars.barh(place, int(row.services), height=0.62, color=colour)
        bars.annotate(
            said[place],
            (int(row.services), place),
            xytext=(3, 0),
            textcoords="offset points",
            va="center_baseline",
            color=colour,
            weight="semibold" if row.printed else "regular",
        )
        line.scatter([added[place]], [place], s=12, color=colour, zorder=2, clip_on=False)
        line.annotate(
            decimal(1)(100 * row.cumulative),
            (added[place], place),
            xytext=(-5, 0),
            textcoords="offset points",
            ha="right",
            va="center_baseline",
            fontsize=SMALL,
            color=MUTED,
        )
    return Figure(
        name="services_by_type",
        figure=fig,
        data=frame,
        caption=_types_caption(frame, period),
        alt=_types_alt(frame, period),
        kind=kind,
    )


def _said(row: Any) -> str:
    """Write what stands at the end of a bar."""
    text = f"{decimal()(row.services)} · {percent(1)(row.share)}"
    return text + (" · printed" if row.printed else "")


def _types_caption(frame: pd.DataFrame, period: str) -> str:
    known = frame[frame["printed"]]
    text = (
        f"Services by type in {period}, largest first. The first is "
        f"{literal(frame['name'].iloc[0])}, with {percent(1)(frame['share'].iloc[0])} of "
        f"{decimal()(frame['services'].sum())} services"
    )
    if len(known):
        named = listed([literal(name.lower()) for name in known["name"]])
        text += f"; only the counts of {named} are printed, the others are one of many splits"
        text += " of the rest"
    return text + "."


def _types_alt(frame: pd.DataFrame, period: str) -> str:
    rows = [
        f"{row.name} {decimal()(row.services)} ({percent(1)(row.share)}"
        f"{', printed' if row.printed else ''})"
        for row in records(frame)
    ]
    return f"Horizontal bars of services by type in {period}: {listed(rows)}."
