"""Figures of the article's ratios: small multiples, what its sentences pin down, a forecast."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from analysis.base.periods import short_period
from analysis.base.text import decimal
from analysis.efficiency.ratios import Indicator, indicator, ratio_text
from analysis.figures import style as s

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
    parts = []
    for company, table in tables.items():
        part = table[table["indicator"].isin(SHOWN)][["indicator", "period", "value", "reason"]]
        part = part.assign(name=[indicator(name).english for name in part["indicator"]])
        part.insert(0, "company", company)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


@s.drawing(23)
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
    for number, company in enumerate(companies):
        line, colour = (("solid", s.INK), ("dashed", s.MUTED))[number]
        s.small(fig, 82.0 * number, 3, f"{line}: {company}", color=colour)
    for number, name in enumerate(names):
        left, top = (number % _COLUMNS) * width, 8 + (number // _COLUMNS) * height
        record = indicator(name)
        words = s.wrap(record.english, width - 4, s.SMALL, "semibold")[:2]
        s.down(fig, left, top + 3, words, weight="semibold")
        ax = s.bare(fig, left + _SCALE, top + 10, width - 2 * _SCALE - 1, height - 13)
        _lines(ax, frame[frame["indicator"] == name], companies, record, kind)
    periods = [short_period(period) for period in dict.fromkeys(frame["period"])]
    caption = (
        f"The ratios of table 4, {periods[0]} to {periods[-1]}, per quarter on closing "
        "balances, time from left to right. Two companies that satisfy the same sentences; "
        "their last values are on the right, the ends of each scale on the left; the darker "
        "line is zero."
    )
    alt = (
        f"{len(names)} small line charts over {len(periods)} quarters for "
        f"{' and '.join(companies)}: "
        + ", ".join(indicator(name).english.lower() for name in names)
        + ". Gross and basic operating margin rise, the other margins and returns fall."
    )
    return s.Drawn(fig, frame, kind, caption, alt)


def _lines(
    ax: Axes, rows: pd.DataFrame, companies: list[str], record: Indicator, kind: str
) -> None:
    ends = []
    for number, company in enumerate(companies):
        values = rows[rows["company"] == company]["value"].tolist()
        places = [i for i, value in enumerate(values) if value is not None]
        heights = [float(values[i]) for i in places]
        if not places:
            continue
        colour = (s.KIND[kind], s.NEUTRAL)[number]
        ax.plot(places, heights, color=colour, lw=1.4, ls=("-", "--")[number], marker="o", ms=2.4)
        ends.append((heights[-1], ratio_text(record, values[places[-1]]), number, places[-1]))
    low, high = ax.get_ylim()
    pad = 0.12 * (high - low) or 1
    ax.set_ylim(low - pad, high + pad)
    ax.set_xlim(-0.3, 3.3)
    if low < 0 < high:
        ax.axhline(0, color=s.NEUTRAL, lw=0.6, zorder=0)
    known = [value for value in rows["value"] if value is not None]
    for end in sorted({min(known), max(known)} if known else ()):
        s.end_of_scale(ax, float(end), ratio_text(record, end), 2)
    gap = 0.21 * (high - low + 2 * pad)
    ends.sort()
    close = len(ends) == 2 and ends[1][0] - ends[0][0] < gap
    for number, (height, text, company_number, place) in enumerate(ends):
        shift = (-gap / 2 if number == 0 else gap / 2) if close else 0
        middle = (ends[0][0] + ends[-1][0]) / 2 if close else height
        look = {"color": (s.INK, s.MUTED)[company_number], "annotation_clip": False}
        s.tag(ax, text, (place, middle + shift), (4, 0), **look)


@s.drawing(24)
def pinned_down(frame: pd.DataFrame, companies: dict[str, str]) -> s.Drawn:
    """Draw the range of every bounded ratio with the made-up companies inside.

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.efficiency.sentences.bound_table`.
    companies : dict of str to str
        Names by column of the frame.
    """
    row, label = 7.4, 78.0
    fig = s.canvas(row * len(frame) + 17)
    marks = dict(zip(companies, ("o", "D"), strict=False))
    width, height = s.size_mm(fig)
    for number, (column, mark) in enumerate(marks.items()):
        x = label + 45 * number
        at = [(x + 1) / width], [1 - 2.6 / height]
        fig.add_artist(Line2D(*at, marker=mark, ms=3.4, lw=0, color=s.KIND["synthetic"]))
        s.note(fig, x + 4, 3, companies[column])
    ax = s.panel(fig, label, 7, 70, row * len(frame))
    s.only_bottom(ax)
    ax.set_xlim(-0.6, 6.4)
    ax.set_ylim(len(frame), 0)
    ax.axvline(0, color=s.RULE, lw=0.6)
    ax.axvline(1, color=s.RULE, lw=0.6)
    ax.set_xlabel("Ratio (arrow: no limit; hollow end: approached, never reached)")
    for place, pin in enumerate(frame.to_dict("records")):
        y = place + 0.5
        s.small_lines(fig, 0, 7 + row * y, s.wrap(pin["name"], label - 6, s.SMALL), 3.2)
        _range(ax, y, pin)
        for name, mark in marks.items():
            value, colour = float(pin[name]), s.KIND["synthetic"]
            ax.scatter([value], [y], marker=mark, s=13, color=colour, zorder=4)
    both = frame[[high is not None for high in frame["high"]]]
    caption = (
        "What the article's sentences pin down, without a single printed number. Bars are "
        "the values that satisfy every sentence on amounts (tight bounds by exact linear "
        "programming); marks are the two synthetic companies."
    )
    alt = (
        f"Horizontal ranges of {len(frame)} ratios, {len(both)} of them bounded above: "
        + "; ".join(f"{p['name']} {_words(p)}" for p in frame.to_dict("records"))
        + "."
    )
    return s.Drawn(fig, frame, "derived", caption, alt)


def _words(pin: dict[Hashable, Any]) -> str:
    ends = [None if pin[e] is None else decimal(2)(pin[e]) for e in ("low", "high")]
    return f"from {ends[0] or 'no limit'} to {ends[1] or 'no limit'}"


def _range(ax: Axes, y: float, pin: dict[Hashable, Any]) -> None:
    edges = zip(("low", "high"), ax.get_xlim(), strict=True)
    ends = {end: edge if pin[end] is None else float(pin[end]) for end, edge in edges}
    ax.barh(y, ends["high"] - ends["low"], left=ends["low"], height=0.4, color=s.LIGHT["derived"])
    for end, side in (("low", -1), ("high", 1)):
        if pin[end] is None:
            ax.annotate(
                "",
                (ends[end] + side * 0.1, y),
                (ends[end] - side * 0.3, y),
                arrowprops={"arrowstyle": "-|>", "color": s.KIND["derived"], "lw": 1},
                annotation_clip=False,
            )
        else:
            mark, size = ("|", 5.0) if pin[f"{end}_attained"] else ("o", 3.4)
            ax.plot([ends[end]], [y], mark, ms=size, mfc="white", mec=s.KIND["derived"], mew=1)
            box = {"facecolor": s.PAPER, "edgecolor": "none", "pad": 0.2}
            look = {"color": s.KIND["derived"], "bbox": box}
            s.tag(ax, decimal(2)(pin[end]), (ends[end], y), (5 * side, 0), **look)


@s.drawing(25)
def outlook(
    frame: pd.DataFrame, name: str, warning: str, unit: str, kind: str = "synthetic"
) -> s.Drawn:
    """Draw an indicator's quarters, their straight line and what it says of the next quarter.

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.efficiency.dynamics.forecast_data`.
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
    caption = (
        f"{name} ({unit}) and a forecast for {when}: straight line by least squares "
        f"(dashed), 95% prediction interval. {warning[0].upper()}{warning[1:]}."
    )
    alt = (
        f"Bars of {name.lower()} for {len(frame) - 1} quarters and a hatched bar for "
        f"{when} at {decimal()(last['value'])}, between {decimal()(last['low'])} "
        f"and {decimal()(last['high'])}."
    )
    return s.Drawn(fig, frame, kind, caption, alt)
