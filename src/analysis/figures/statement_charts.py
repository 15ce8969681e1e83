"""Figures of a firm's quarterly statements: margins over time, and from sales to net profit."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from analysis.base.language import tr
from analysis.base.periods import short_period
from analysis.base.text import column, decimal, listed, percent, points, records
from analysis.efficiency.quarterly_statements import Book
from analysis.efficiency.ratios import ladder
from analysis.figures import style as s
from analysis.figures.primitives import Timeline, scale, span

MARGINS = {"K11": "Gross margin", "K13": "Operating margin", "K16": "Net margin"}
"""Ratios of the figure of margins, with their names."""

_LEFT, _TIME, _HEIGHT = 12.0, 108.0, 46.0
_NEAREST = 3.6
"""Millimetres between names at the ends of lines."""


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
    line = Timeline(_LEFT, _TIME, quarters)
    fig = s.canvas(_HEIGHT + 14)
    ax = line.axes(fig, 4, _HEIGHT)
    low, high = span(frame["value"])
    room = 0.06 * (high - low)
    ax.set_ylim(low - room, high + room)
    ax.axhline(0, color=s.NEUTRAL, lw=0.8)
    ends: list[tuple[float, str]] = []
    for name, style in zip(MARGINS, (":", "--", "-"), strict=True):
        rows = frame[frame["indicator"] == name]
        heights = [float("nan") if value is None else float(value) for value in rows["value"]]
        ax.plot(
            range(len(heights)), heights, color=s.KIND[kind], lw=1.5, ls=style, marker="o", ms=2.6
        )
        if (last := rows["value"].iloc[-1]) is not None:
            text = f"{rows['name'].iloc[0]} {percent(1)(last)}"
            ends.append(
                (4 + _HEIGHT * (1 - (float(last) - low + room) / (high - low + 2 * room)), text)
            )
    below = 0.0
    for y, text in sorted(ends):
        below = max(y, below + _NEAREST)
        s.small(fig, line.x(len(quarters) - 1) + 3, below, text, weight="semibold")
    line.labels(fig, _HEIGHT + 6)
    net = frame[frame["indicator"] == "K16"]
    texts = [
        f"{short_period(row.period)} {percent(1)(row.value)}" for row in records(net) if row.value
    ]
    alt = tr("Three lines by quarter. Net margin: {values}.", values=listed(texts))
    return s.Drawn(fig, frame, kind, _margins_caption(net), alt)


def _margins_caption(net: pd.DataFrame) -> str:
    """State the last net margin and its change on a year before, where both are known."""
    last = net.iloc[-1]
    before = net["value"].iloc[-5] if len(net) > 4 else None
    words = {"period": short_period(str(last["period"]))}
    if last["value"] is None:
        found = tr("The net margin of {period} is not known.", **words)
    elif before is None:
        found = tr(
            "The net margin of {period} is {value}.", value=percent(1)(last["value"]), **words
        )
    else:
        found = tr(
            "The net margin of {period} is {value}, {change} on a year before.",
            value=percent(1)(last["value"]),
            change=points(1, signed=True)(last["value"] - before),
            **words,
        )
    return f"{found} {tr('Profit of a quarter as a share of its sales.')}"


_SHOWN = ("K1", "K3", "K5", "K6")
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
    shown = frame["key"].isin(["sales", *_SHOWN])
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
    short = scale(frame["value"], 18)
    fig = s.canvas(_TOP + _ROW * count + 2)
    ax = s.lanes(fig, _NAMES, _TOP, _BARS, _ROW * count, count)
    low, high = span([*frame["before"], *frame["after"]])
    unit = (high - low) / (_BARS - 22 - (22 if low < 0 else 0))
    ax.set_xlim(low - (22 * unit if low < 0 else 0), high + 22 * unit)
    ax.axvline(0, color=s.NEUTRAL, lw=0.8)
    period = short_period(str(frame["period"].iloc[0]))
    s.note(fig, _NAMES, 3, f"{period}, {short.word}{currency}")
    for place, row in enumerate(records(frame)):
        whole = row.kind == "level" or row.key == "sales"
        start = Fraction(0) if whole else row.before
        look = s.KIND[kind] if whole else s.verdict_colour(float(row.value), "up")
        ax.barh(place, float(row.after - start), left=float(start), height=0.62, color=look)
        weight = "semibold" if whole else "regular"
        y = _TOP + _ROW * (place + 0.5)
        s.small(fig, 0 if whole else 3, y, row.name, weight=weight)
        shown = decimal(short.places, signed=not whole)(row.value / short.divisor)
        end = max(float(row.before), float(row.after), 0.0)
        s.tag(ax, shown, (end, place), (3, 0), weight=weight)
    values = {row.key: row.value for row in records(frame)}
    words = {"period": period, "currency": currency, "sales": decimal()(values["sales"])}
    caption = tr(
        "Sales of {sales} {currency} in {period} led to a net profit of {profit}. Dark bars are "
        "sales and profits; green lines add, orange lines take.",
        profit=decimal()(values["K6"]),
        **words,
    )
    steps = listed([f"{row.name} {decimal()(row.value)}" for row in records(frame)[1:]])
    alt = tr("From sales of {sales} {currency} in {period}: {steps}.", steps=steps, **words)
    return s.Drawn(fig, frame, kind, caption, alt)
