"""Figures of statements: margins, profit, cash, ratios, a forecast, and the article's chart 1."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from fractions import Fraction
from functools import partial
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.base.language import tr
from analysis.base.periods import short_period
from analysis.base.text import column, decimal, groups, listed, own_yaml, percent, points, records
from analysis.efficiency.quarterly_statements import Book
from analysis.efficiency.ratios import indicator, ladder, ratio_text
from analysis.figures import style as s
from analysis.figures.primitives import Flow, Step, multiple, scale, span, waterfall
from analysis.notebook.prose import literal

MARGINS = {"K11": "Gross margin", "K13": "Operating margin", "K16": "Net margin"}
"""Ratios of the figure of margins, with their names."""

_LEFT, _TIME, _HEIGHT = 12.0, 108.0, 46.0


def margins_data(table: pd.DataFrame) -> pd.DataFrame:
    """Gather the margins of every quarter.

    Parameters
    ----------
    table : DataFrame
        From :func:`analysis.efficiency.ratios.indicator_table`.

    Returns
    -------
    DataFrame
        Columns indicator, name, period and value (Fraction of sales, or None without sales).
    """
    found = table[table["indicator"].isin(list(MARGINS))]
    frame = found[["indicator", "period", "value"]].reset_index(drop=True)
    frame.insert(1, "name", [tr(MARGINS[key]) for key in frame["indicator"]])
    return frame


@s.drawing
def margins(frame: pd.DataFrame, kind: str) -> s.Drawn:
    """Draw gross, operating and net margin by quarter, each line named at its end.

    Parameters
    ----------
    frame : DataFrame
        From :func:`margins_data`.
    kind : str
        Kind of the values.
    """
    quarters = tuple(dict.fromkeys(frame["period"]))
    line = s.Timeline(_LEFT, _TIME, quarters)
    fig = s.canvas(_HEIGHT + 14)
    courses = []
    for (name, words), dash in zip(MARGINS.items(), (":", "--", "-"), strict=True):
        look = {"color": s.KIND[kind], "lw": 1.5, "ls": dash, "marker": "o", "ms": 2.6}
        values = list(frame.loc[frame["indicator"] == name, "value"])
        courses.append((values, look, s.INK, f"{tr(words)} "))
    multiple(fig, (_LEFT, 4, _TIME, _HEIGHT), courses, percent(1))
    line.labels(fig, _HEIGHT + 6)
    net = frame[frame["indicator"] == "K16"]
    texts = [
        f"{short_period(row.period)} {percent(1)(row.value)}" for row in records(net) if row.value
    ]
    last, before = net.iloc[-1], net["value"].iloc[-5] if len(net) > 4 else None
    filled = {"period": short_period(str(last["period"])), "values": listed(texts)}
    if last["value"] is None:
        return s.Drawn(fig, frame, kind, filled, "unknown")
    filled["value"] = percent(1)(last["value"])
    if before is None:
        return s.Drawn(fig, frame, kind, filled, "alone")
    filled["change"] = points(1, signed=True)(last["value"] - before)
    return s.Drawn(fig, frame, kind, filled, "changed")


_LEVELS = ("K1", "K3", "K5", "K6")
"""Levels of profit that the figure of the ladder shows."""

_NAMES, _ROW, _TOP, _BARS = 52.0, 5.4, 7.0, 108.0


def profit_ladder_data(statements: Book) -> pd.DataFrame:
    """Lay the last quarter's way from sales to net profit out, without lines of zero.

    Parameters
    ----------
    statements : mapping of int to mapping
        Amounts in hundredths of the currency, by quarter.

    Returns
    -------
    DataFrame
        Columns period, kind (level or step), key, name, value, before and after (Fractions).
    """
    frame = ladder(statements)
    frame = frame[frame["quarter"] == max(statements)]
    shown = frame["key"].isin(["sales", *_LEVELS])
    frame = frame[shown | ((frame["kind"] == "step") & (frame["value"] != 0))]
    frame = frame.assign(name=[tr(name) for name in frame["english"]])
    for name in ("value", "before", "after"):
        frame[name] = column((Fraction(value, 100) for value in frame[name]), frame.index)
    columns = ["period", "kind", "key", "name", "value", "before", "after"]
    return frame[columns].reset_index(drop=True)


@s.drawing
def profit_ladder(frame: pd.DataFrame, currency: str, kind: str) -> s.Drawn:
    """Draw a quarter's way from sales down to net profit.

    Parameters
    ----------
    frame : DataFrame
        From :func:`profit_ladder_data`.
    currency : str
        Name of the unit of money.
    kind : str
        Kind of the amounts.
    """
    count = len(frame)
    short = scale(frame["value"], 12)
    fig = s.canvas(_TOP + _ROW * count + 2)
    ax = s.lanes(fig, _NAMES, _TOP, _BARS, _ROW * count, count)
    period = short_period(str(frame["period"].iloc[0]))
    s.note(fig, _NAMES, 3, f"AC {period}, {short.word}{currency}")
    steps = []
    for place, row in enumerate(records(frame)):
        whole = row.kind == "level" or row.key == "sales"
        weight = "semibold" if whole else "regular"
        s.small(fig, 0 if whole else 3, _TOP + _ROW * (place + 0.5), row.name, weight=weight)
        colour = s.KIND[kind] if whole else s.verdict_colour(float(row.value), "up")
        shown = decimal(short.places, signed=not whole)(row.value / short.divisor)
        start = Fraction(0) if whole else row.before
        steps.append(Step(place, start, row.after, {"color": colour}, shown, weight))
    waterfall(ax, _BARS, steps, 22)
    values = {row.key: row.value for row in records(frame)}
    words = {
        "period": period,
        "currency": f"{short.word}{currency}",
        "sales": short.text(values["sales"]),
        "profit": short.text(values["K6"]),
        "steps": listed([f"{row.name} {short.text(row.value)}" for row in records(frame)[1:]]),
    }
    return s.Drawn(fig, frame, kind, words)


_SIDE, _WIDE, _COMPANY = 28.0, 132.0, 71.0
_FLOWS: Final = ("operations", "investing", "financing", "their sum")

_SUM: Final[s.Look] = {"marker": "D", "ms": 3.5, "color": s.INK, "clip_on": False}


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
        pair = {"K3": s.NEUTRAL, "K7": s.KIND[kind]}
        _side(fig, page, top + 16, ("Operating profit", "and cash flow"), pair.values())
        _bars(s.bare(fig, _SIDE, top + 3, _WIDE, 24), values, pair, 0.34, 0.32)
        flows = {"K7": s.KIND[kind], "K8": s.NEUTRAL, "K9": s.PALE, "CF": s.INK}
        _side(fig, page, top + 41, _FLOWS, flows.values())
        _bars(s.bare(fig, _SIDE, top + 30, _WIDE, 36), values, flows, 0.245, 0.21)
    for place, period in enumerate(values.index):
        x = _SIDE + _WIDE * (place + 0.5) / len(values)
        s.note(fig, x, _COMPANY * len(companies) + 1, short_period(period), ha="center")
    courses = [
        f"{company} {', '.join(decimal()(value) for value in rows['value'])}"
        for company, rows in groups(frame[frame["indicator"] == "K7"], "company")
    ]
    words = {
        **_named(companies),
        "unit": unit,
        "flows": "; ".join(courses),
    }
    return s.Drawn(fig, frame, kind, words)


def _named(companies: Sequence[str]) -> dict[str, str]:
    return {"companies": " and ".join(map(literal, companies)), "plain": " and ".join(companies)}


def _side(
    fig: Canvas, page: Axes, top: float, words: Iterable[str], colours: Iterable[str]
) -> None:
    """Name the marks at the side, each after its own: a square in its colour, or the diamond."""
    for place, (word, colour) in enumerate(zip(words, colours, strict=True)):
        y = top + 4 * place
        if colour == s.INK:
            page.plot([1.1], [y], **_SUM)
        else:
            page.barh(y, 2.2, height=2.2, color=colour)
        s.note(fig, 4, y, word)


def _bars(
    ax: Axes, values: pd.DataFrame, colours: dict[str, str], pitch: float, width: float
) -> None:
    """Draw indicators of each quarter side by side, with their values; a sum is a diamond."""
    names = list(colours)
    low, high = span(values[names].to_numpy().flat)
    room = 0.19 * (high - low)
    ax.set_ylim(low - room, high + room)
    ax.set_xlim(-0.5, len(values) - 0.5)
    ax.axhline(0, color=s.RULE, lw=0.8)
    for place, row in enumerate(values.to_dict("records")):
        for number, (name, colour) in enumerate(colours.items()):
            value, away = row[name], 1.5
            x = place + (number - (len(names) - 1) / 2) * pitch
            if colour == s.INK:
                ax.plot([x], [float(value)], zorder=4, **_SUM)
                away = 4
            else:
                ax.bar(x, float(value), width=width, color=colour)
            shift = (0, away if value >= 0 else -away)
            s.tag(ax, decimal()(value), (x, float(value)), shift, zorder=3)


@s.drawing
def chart_1_scheme(cells: pd.DataFrame) -> s.Drawn:
    """Draw the general scheme of efficiency.

    Parameters
    ----------
    cells : DataFrame
        From :func:`analysis.efficiency.sentences.scheme_cells`, part ``chart-1``.
    """
    fig = s.canvas(91)
    chart = Flow(fig)
    layout = own_yaml(__file__, "chart_1_scheme.yaml")
    boxes = {
        cell["row"]: _box(chart, cell, layout["boxes"][cell["row"]])
        for cell in cells.to_dict("records")
    }
    for start, leaves, end, enters in layout["arrows"]:
        chart.arrow(getattr(boxes[start], leaves), getattr(boxes[end], enters))
    chart.finish()
    ours = cells[cells["origin"] == "supplied"]["english"].tolist()
    words = {
        "ours": ours[0],
        "boxes": "; ".join(cells["english"]),
        "stated": len(cells) - len(ours),
    }
    return s.Drawn(fig, cells, "words", words)


def _box(chart: Flow, cell: dict[Hashable, Any], place: Sequence[float]) -> Any:
    """Draw a cell's box: filled if the text states it, dashed if we supply it."""
    left, top, width, height = place
    stated = cell["origin"] == "stated"
    look: s.Look = {"fill": "#eef1f4"} if stated else {"color": s.NEUTRAL, "ls": "--"}
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
        courses = []
        for company, (colour, ls, ink, _) in zip(companies, looks, strict=False):
            line = {"color": colour, "ls": ls, "lw": 1.4, "marker": "o", "ms": 2.4}
            courses.append((list(rows.loc[rows["company"] == company, "value"]), line, ink, ""))
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
        **_named(companies),
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
