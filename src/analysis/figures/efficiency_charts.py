"""Figures of the article: cash against profit, ratios, a forecast, its chart 1."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from fractions import Fraction
from functools import partial
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.base.periods import short_period
from analysis.base.text import decimal, groups
from analysis.efficiency.ratios import indicator, ratio_text
from analysis.figures import style as s
from analysis.figures.primitives import Flow, multiple
from analysis.notebook.prose import literal

_SIDE, _WIDE, _COMPANY = 28.0, 132.0, 71.0
_FLOWS: Final = ("operations", "investing", "financing", "their sum")
_PITCH: Final = 0.245
"""From flow to flow, in quarters."""

_SUM: Final[dict[str, Any]] = {"marker": "D", "ms": 3.5, "color": s.INK, "clip_on": False}


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
    chosen = _by_company(tables, ["K3", "K7", "K8", "K9", "CF"])
    return chosen[["company", "period", "indicator", "value"]]


def _by_company(tables: dict[str, pd.DataFrame], indicators: Sequence[str]) -> pd.DataFrame:
    every = pd.concat(tables, names=["company"]).reset_index("company")
    return every[every["indicator"].isin(indicators)].reset_index(drop=True)


@s.drawing
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
    page = s.sheet(fig)
    for number, company in enumerate(companies):
        rows = frame[frame["company"] == company]
        values = rows.pivot(index="period", columns="indicator", values="value")
        top = _COMPANY * number
        s.bold(fig, 0, top + 3, company)
        _side(fig, page, top + 16, ("Operating profit", "and cash flow"), (s.NEUTRAL, s.KIND[kind]))
        _pairs(s.bare(fig, _SIDE, top + 3, _WIDE, 24), values, kind)
        _side(fig, page, top + 41, _FLOWS, (s.KIND[kind], s.NEUTRAL, s.PALE, s.INK))
        _flows(s.bare(fig, _SIDE, top + 30, _WIDE, 36), values, kind)
    for place, period in enumerate(values.index):
        x = _SIDE + _WIDE * (place + 0.5) / len(values)
        s.note(fig, x, _COMPANY * len(companies) + 1, short_period(period), ha="center")
    flows = [
        f"{company} {', '.join(decimal()(value) for value in rows['value'])}"
        for company, rows in groups(frame[frame["indicator"] == "K7"], "company")
    ]
    words = {
        "companies": " and ".join(map(literal, companies)),
        "plain": " and ".join(companies),
        "unit": unit,
        "flows": "; ".join(flows),
    }
    return s.Drawn(fig, frame, kind, words)


def _side(
    fig: Canvas, page: Axes, top: float, words: tuple[str, ...], colours: tuple[str, ...]
) -> None:
    """Name the marks at the side, each after its own: a square in its colour, or the diamond."""
    for place, (word, colour) in enumerate(zip(words, colours, strict=True)):
        y = top + 4 * place
        if colour == s.INK:
            page.plot([1.1], [y], **_SUM)
        else:
            page.barh(y, 2.2, height=2.2, color=colour)
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


@s.drawing
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
    words = {
        "ours": ours[0],
        "boxes": "; ".join(cells["english"]),
        "stated": len(cells) - len(ours),
    }
    return s.Drawn(fig, cells, "words", words)


def _box(chart: Flow, cell: dict[Hashable, Any]) -> Any:
    """Draw a cell's box: filled if the text states it, dashed if we supply it."""
    left, top, width, height = _BOXES[cell["row"]]
    stated = cell["origin"] == "stated"
    look: dict[str, Any] = {"fill": "#eef1f4"} if stated else {"color": s.NEUTRAL, "ls": "--"}
    box = left + width / 2, top + height / 2, width - 1, height
    return chart.box(*box, cell["english"], shape="round", **look)


SHOWN: Final = tuple(f"K{n}" for n in range(11, 26) if n != 15)
"""Ratios of table 4; K15 equals K16 in the article's company."""

_COLUMNS: Final = 4
_SCALE: Final = 11.0
"""Millimetres for the ends of a scale, and as much for the last values."""


def ratios_data(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Gather the ratios of table 4 of several companies.

    Parameters
    ----------
    tables : dict of str to DataFrame
        From :func:`analysis.efficiency.ratios.indicator_table`, by company.

    Returns
    -------
    DataFrame
        Columns company, indicator, name, period, value (None where undefined) and reason.
    """
    chosen = _by_company(tables, SHOWN)
    chosen["name"] = [indicator(key).english for key in chosen["indicator"]]
    return chosen[["company", "indicator", "name", "period", "value", "reason"]]


@s.drawing
def table_4_ratios(frame: pd.DataFrame, kind: str = "synthetic") -> s.Drawn:
    """Draw every ratio of table 4 as a small multiple, one line per company.

    Parameters
    ----------
    frame : DataFrame
        From :func:`ratios_data`, of two companies at most.
    kind : str
        Kind of the values.
    """
    companies = list(dict.fromkeys(frame["company"]))
    names = list(dict.fromkeys(frame["indicator"]))
    lines = -(-len(names) // _COLUMNS)
    width, height = 160 / _COLUMNS, 29.0
    fig = s.canvas(lines * height + 9)
    looks = ((s.KIND[kind], "-", s.INK, "solid"), (s.NEUTRAL, "--", s.MUTED, "dashed"))
    for number, (company, look) in enumerate(zip(companies, looks, strict=False)):
        s.small(fig, 82.0 * number, 3, f"{look[3]}: {company}", color=look[2])
    for number, name in enumerate(names):
        left, top = (number % _COLUMNS) * width, 8 + (number // _COLUMNS) * height
        record = indicator(name)
        words = s.wrap(record.english, width - 4, s.SMALL, "semibold")[:2]
        s.down(fig, left, top + 3, words, weight="semibold")
        rows = frame[frame["indicator"] == name]
        courses = [
            (
                list(rows.loc[rows["company"] == company, "value"]),
                {"color": colour, "ls": ls, "lw": 1.4, "marker": "o", "ms": 2.4},
                ink,
                "",
            )
            for company, (colour, ls, ink, _) in zip(companies, looks, strict=False)
        ]
        box = left + _SCALE, top + 10, width - 2 * _SCALE - 1, height - 13
        multiple(fig, box, courses, partial(ratio_text, record))
    periods = [short_period(period) for period in dict.fromkeys(frame["period"])]
    fell = [name for name, rows in groups(frame, "indicator") if _fell(rows)]
    filled = {
        "fell": len(fell),
        "count": len(names),
        "first": periods[0],
        "last": periods[-1],
        "quarters": len(periods),
        "companies": " and ".join(map(literal, companies)),
        "plain": " and ".join(companies),
        "names": ", ".join(indicator(name).english.lower() for name in names),
    }
    return s.Drawn(fig, frame, kind, filled)


def _fell(rows: pd.DataFrame) -> bool:
    """Whether the last value of every company is below its first."""
    ends = [[v for v in part["value"] if v is not None] for _, part in groups(rows, "company")]
    return all(values and values[-1] < values[0] for values in ends)


@s.drawing
def outlook(
    frame: pd.DataFrame, name: str, warning: str, unit: str, kind: str = "synthetic"
) -> s.Drawn:
    """Draw an indicator's quarters, their straight line and what it says of the next quarter.

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.efficiency.dynamics.outlook`.
    name : str
        The indicator.
    warning : str
        What the forecast is worth.
    unit : str
        The indicator's unit, in words.
    kind : str
        Kind of the values.
    """
    fig = s.canvas(60)
    ax = s.bare(fig, 34, 6, 110, 42)
    s.head(fig, 0, 24, name, unit)
    last = frame.iloc[-1]
    when = short_period(str(last["period"]))
    ax.axhline(0, color=s.NEUTRAL, lw=0.8)
    ax.set_xlim(-0.6, len(frame) - 0.4)
    for place, row in enumerate(frame.to_dict("records")):
        ahead = row["kind"] == "forecast"
        ax.bar(place, row["value"], width=0.5, **s.look("forecast" if ahead else "actual", kind))
        text = decimal()(row["value"])
        if ahead:
            s.tag(ax, text, (place, row["value"]), (22, 0))
        else:
            s.tag(ax, text, (place, 0), (0, 4), color="white")
        x = 34 + 110 * (place + 0.6) / (len(frame) + 0.2)
        s.note(fig, x, 52, short_period(row["period"]), ha="center")
    ax.plot(range(len(frame)), frame["line"], color=s.INK, lw=0.8, ls="--")
    place = len(frame) - 1
    ax.vlines(place, last["low"], last["high"], color=s.INK, lw=1)
    for end in ("low", "high"):
        ax.hlines(last[end], place - 0.08, place + 0.08, color=s.INK, lw=1)
        s.tag(ax, decimal()(last[end]), (place, last[end]), (9, 0), color=s.MUTED)
    low, high = ax.get_ylim()
    ax.set_ylim(low - 0.05 * (high - low), high + 0.08 * (high - low))
    ax.axvspan(place - 0.5, place + 0.4, color=s.BAND, alpha=0.35, lw=0, zorder=0)
    words = {
        "name": name,
        "bars": name.lower(),
        "when": when,
        "quarters": len(frame) - 1,
        "unit": unit,
        "warning": f"{warning[0].upper()}{warning[1:]}",
        **{key: decimal()(last[key]) for key in ("low", "high", "value")},
    }
    return s.Drawn(fig, frame, kind, words)
