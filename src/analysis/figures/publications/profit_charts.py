"""Figures of the article: profits as waterfalls, cash against profit, and its chart 1."""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.base.periods import short_period
from analysis.base.text import decimal, groups, records
from analysis.figures import style as s
from analysis.figures.primitives import Flow
from analysis.notebook.values import literal

_LABELS: Final = 47.0
_ROW: Final = 5.1
_TOP: Final = 11.0
_SIDE, _WIDE, _COMPANY = 28.0, 132.0, 71.0
_FLOWS: Final = ("operations", "investing", "financing", "their sum")
_PITCH: Final = 0.245
"""From flow to flow, in quarters."""

_SUM: Final[dict[str, Any]] = {"marker": "D", "ms": 3.5, "color": s.INK, "clip_on": False}
_UNDRAWN: Final = ("sales", "cogs")
"""Lines written as numbers alone: their bars would make all others invisible."""


def waterfall_data(ladder: pd.DataFrame) -> pd.DataFrame:
    """Keep what the waterfall shows: levels, and pairs of lines between them as one step.

    Parameters
    ----------
    ladder : DataFrame
        From :func:`analysis.efficiency.ratios.ladder`.

    Returns
    -------
    DataFrame
        The rows without the lines that are zero in every quarter.
    """
    used = ladder.groupby("key")["value"].transform(lambda values: bool((values != 0).any()))
    return ladder[used.astype(bool) | (ladder["kind"] == "level")].reset_index(drop=True)


@s.drawing(21)
def table_3_profits(
    frame: pd.DataFrame, company: str, unit: str, kind: str = "synthetic"
) -> s.Drawn:
    """Draw the ladder as one waterfall per quarter, lines running down (table 3).

    Parameters
    ----------
    frame : DataFrame
        From :func:`waterfall_data`; four quarters or fewer fit.
    company : str
        Name, for the caption.
    unit : str
        Unit of the amounts, in words.
    kind : str
        Kind of the amounts.
    """
    periods = list(dict.fromkeys(frame["period"]))
    keys = list(dict.fromkeys(frame["key"]))
    names = dict(zip(frame["key"], frame["english"], strict=True))
    levels = set(frame[frame["kind"] == "level"]["key"])
    height = _ROW * len(keys)
    fig = s.canvas(_TOP + height + 3)
    for place, key in enumerate(keys):
        weight = "semibold" if key in levels else "regular"
        indent = 0.0 if key in levels else 3.0
        s.small(fig, indent, _TOP + _ROW * (place + 0.5), names[key], weight=weight)
    drawn = frame[~frame["key"].isin(_UNDRAWN)]
    ends = [float(value) for column in ("before", "after") for value in drawn[column]]
    low, high = min(0.0, *ends), max(0.0, *ends)
    room = 0.46 * (high - low)
    width = (160 - _LABELS) / len(periods)
    for number, period in enumerate(periods):
        left = _LABELS + number * width
        s.bold(fig, left + 1, 4, short_period(period))
        ax = s.bare(fig, left, _TOP, width - 2, height)
        ax.set_xlim(low - (room if low < 0 else 0), high + room)
        ax.set_ylim(len(keys), 0)
        _waterfall(ax, frame[frame["period"] == period], keys, kind)
    net = [
        f"{decimal()(row.value)} in {short_period(row.period)}"
        for row in records(frame[frame["key"] == "K6"])
    ]
    caption = (
        f"From sales to net profit, {literal(company)} ({unit}); table 3 of the article. "
        "Bars of the levels start at zero; lines that add are green, lines that take are "
        "orange. Sales and their cost are numbers alone, being many times larger."
    )
    alt = (
        f"Waterfalls for {len(periods)} quarters from sales down to net profit of {', '.join(net)}."
    )
    return s.Drawn(fig, frame, kind, caption, alt)


def _waterfall(ax: Axes, rows: pd.DataFrame, keys: list[str], kind: str) -> None:
    ax.axvline(0, color=s.NEUTRAL, lw=0.6)
    for row in rows.to_dict("records"):
        place, level = keys.index(row["key"]) + 0.5, row["kind"] == "level"
        colour = s.KIND[kind] if level else s.GOOD if row["value"] > 0 else s.BAD
        start, end = sorted((float(row["before"]), float(row["after"])))
        if row["key"] in _UNDRAWN:
            start = end = 0.0
        ax.barh(place, end - start, left=start, height=0.62, color=colour)
        if not level and row["key"] not in _UNDRAWN:
            ax.plot([row["after"]] * 2, [place + 0.31, place + 0.69], color=s.NEUTRAL, lw=0.5)
        text, weight = (
            decimal(0, signed=not level)(row["value"]),
            "semibold" if level else "regular",
        )
        s.tag(ax, text, (max(start, end), place), (2, 0), weight=weight)


def cash_profit_data(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Set operating cash flow beside operating profit, and the three flows beside their sum.

    Parameters
    ----------
    tables : dict of str to DataFrame
        From :func:`analysis.efficiency.ratios.indicator_table`, by company.

    Returns
    -------
    DataFrame
        Columns company, period, indicator (K3, K7, K8, K9, CF), value.
    """
    parts = []
    for company, table in tables.items():
        chosen = table[table["indicator"].isin(["K3", "K7", "K8", "K9", "CF"])]
        part = chosen[["period", "indicator", "value"]].copy()
        part.insert(0, "company", company)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


@s.drawing(22)
def table_3_cash(frame: pd.DataFrame, unit: str, kind: str = "synthetic") -> s.Drawn:
    """Draw operating cash flow against operating profit, and all flows below (table 3).

    Parameters
    ----------
    frame : DataFrame
        From :func:`cash_profit_data`.
    unit : str
        Unit of the amounts, in words.
    kind : str
        Kind of the amounts.
    """
    companies = list(dict.fromkeys(frame["company"]))
    fig = s.canvas(_COMPANY * len(companies) + 4)
    for number, company in enumerate(companies):
        rows = frame[frame["company"] == company]
        values = rows.pivot(index="period", columns="indicator", values="value")
        top = _COMPANY * number
        s.bold(fig, 0, top + 3, company)
        _side(fig, top + 16, ("Operating profit", "and cash flow"), (s.NEUTRAL, s.KIND[kind]))
        _pairs(s.panel(fig, _SIDE, top + 3, _WIDE, 24), values, kind)
        _side(fig, top + 41, _FLOWS, (s.KIND[kind], s.NEUTRAL, s.PALE, s.INK))
        _flows(s.panel(fig, _SIDE, top + 30, _WIDE, 36), values, kind)
    for place, period in enumerate(values.index):
        x = _SIDE + _WIDE * (place + 0.5) / len(values)
        s.note(fig, x, _COMPANY * len(companies) + 1, short_period(period), ha="center")
    flows = [
        f"{company} {', '.join(decimal()(value) for value in rows['value'])}"
        for company, rows in groups(frame[frame["indicator"] == "K7"], "company")
    ]
    caption = (
        f"Cash against profit, {' and '.join(map(literal, companies))} ({unit}); table 3 of "
        "the article. Operating profit is above zero throughout; operating cash flow only in the "
        "first quarter. Scales differ between the panels."
    )
    alt = f"Bars by quarter for {' and '.join(companies)}. Operating cash flow: "
    alt += f"{'; '.join(flows)}."
    return s.Drawn(fig, frame, kind, caption, alt)


def _side(fig: Canvas, top: float, words: tuple[str, ...], colours: tuple[str, ...]) -> None:
    """Name the marks at the side, each after its own: a square in its colour, or the diamond."""
    for place, (word, colour) in enumerate(zip(words, colours, strict=True)):
        y = top + 4 * place
        mark = s.panel(fig, 0, y - 1.1, 2.2, 2.2)
        mark.set_axis_off()
        if colour == s.INK:
            mark.plot([0], [0], **_SUM)
        else:
            mark.barh(0, 1, height=1, color=colour)
        s.note(fig, 4, y, word)


def _pairs(ax: Axes, values: pd.DataFrame, kind: str) -> None:
    _plain(ax, values[["K3", "K7"]], len(values))
    for place, row in enumerate(values.to_dict("records")):
        for shift, name, colour in ((-0.17, "K3", s.NEUTRAL), (0.17, "K7", s.KIND[kind])):
            _bar(ax, place + shift, row[name], colour, 0.32)


def _flows(ax: Axes, values: pd.DataFrame, kind: str) -> None:
    names = ("K7", "K8", "K9")
    _plain(ax, values[[*names, "CF"]], len(values))
    colours = (s.KIND[kind], s.NEUTRAL, s.PALE)
    for place, row in enumerate(values.to_dict("records")):
        for number, name in enumerate(names):
            _bar(ax, place + (number - 1.5) * _PITCH, row[name], colours[number], 0.21)
        ax.plot([place + 1.5 * _PITCH], [float(row["CF"])], zorder=4, **_SUM)
        _tell(ax, place + 1.5 * _PITCH, row["CF"], 4)


def _plain(ax: Axes, values: pd.DataFrame, count: int) -> None:
    s.only_frame(ax)
    flat = [float(v) for row in values.to_dict("records") for v in row.values()]
    low, high = min(0.0, *flat), max(0.0, *flat)
    room = 0.19 * (high - low)
    ax.set_ylim(low - room, high + room)
    ax.set_xlim(-0.5, count - 0.5)
    ax.axhline(0, color=s.RULE, lw=0.8)


def _bar(ax: Axes, x: float, value: Fraction, colour: str, width: float) -> None:
    ax.bar(x, float(value), width=width, color=colour)
    _tell(ax, x, value, 1.5)


def _tell(ax: Axes, x: float, value: Fraction, away: float) -> None:
    """Write a value beyond its mark, so many points from it."""
    above = value >= 0
    s.tag(ax, decimal()(value), (x, float(value)), (0, away if above else -away), zorder=3)


_BOXES: Final = {  # row: left, top, width, height in millimetres
    "1": (0.0, 8.0, 38.0, 16.0),
    "2": (61.0, 8.0, 38.0, 16.0),
    "3": (122.0, 8.0, 38.0, 16.0),
    "4": (61.0, 40.0, 38.0, 16.0),
    "5": (0.0, 42.0, 44.0, 10.0),
    "6": (0.0, 55.0, 44.0, 10.0),
    "7": (116.0, 40.0, 44.0, 16.0),
    "8": (61.0, 71.0, 38.0, 16.0),
    "9": (0.0, 72.0, 44.0, 14.0),
}
_ARROWS: Final = (
    ("1", "E", "2", "W"),
    ("2", "E", "3", "W"),
    ("3", "S", "4", "ENE"),
    ("1", "S", "4", "WNW"),
    ("5", "E", "4", "W"),
    ("6", "E", "4", "WSW"),
    ("4", "S", "8", "N"),
    ("7", "S", "8", "ENE"),
    ("8", "W", "9", "E"),
)
"""From a side of a box to a side of another, by the points of the compass."""


@s.drawing(20)
def chart_1_scheme(cells: pd.DataFrame) -> s.Drawn:
    """Draw the general scheme of efficiency.

    Parameters
    ----------
    cells : DataFrame
        From :func:`analysis.efficiency.article.scheme_cells`, part ``chart-1``.
    """
    fig = s.canvas(91)
    chart = Flow(fig)
    boxes = {cell["row"]: _box(chart, cell) for cell in cells.to_dict("records")}
    for start, leaves, end, enters in _ARROWS:
        chart.arrow(getattr(boxes[start], leaves), getattr(boxes[end], enters))
    chart.finish()
    ours = cells[cells["origin"] == "supplied"]["english"].tolist()
    words = "; ".join(cells["english"])
    caption = (
        "Chart 1 of the article, rebuilt from its text: efficiency sets results against "
        "outlays. Filled boxes are stated in the text; the dashed one "
        f"(“{ours[0]}”) and the layout are ours."
    )
    alt = (
        f"Flow chart of boxes: {words}. {len(cells) - len(ours)} of them are stated in the "
        "text, the last is supplied."
    )
    return s.Drawn(fig, cells, "words", caption, alt)


def _box(chart: Flow, cell: dict[Hashable, Any]) -> Any:
    """Draw a cell's box: filled if the text states it, dashed if we supply it."""
    left, top, width, height = _BOXES[cell["row"]]
    stated = cell["origin"] == "stated"
    look: dict[str, Any] = {"fill": "#eef1f4"} if stated else {"color": s.NEUTRAL, "ls": "--"}
    box = left + width / 2, top + height / 2, width - 1, height
    return chart.box(*box, cell["english"], shape="round", **look)
