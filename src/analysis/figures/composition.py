"""Figures of what a total is made of: services by type, profit from sales, and margins."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import pandas as pd

from analysis.base.language import tr
from analysis.base.periods import months_in, short_period
from analysis.base.text import column, decimal, frame_of, listed, percent, points, records
from analysis.efficiency.quarterly_statements import Book
from analysis.efficiency.ratios import ladder
from analysis.figures import style as s
from analysis.figures.primitives import (
    Step,
    multiple,
    period_words,
    scale,
    waterfall,
)
from analysis.kpis.catalogue import Totals
from analysis.notebook.prose import literal
from analysis.tables.case import Case
from analysis.tables.schema import ServiceType

_NAMES = 52.0
"""Millimetres that the names of types may take."""


def services_shown(totals: Totals, case: Case, period: str) -> tuple[pd.DataFrame, str]:
    """Choose what the figure of services by type shows, and say which period that is.

    In the reported quarter of a publication that is the period of its printed counts, which the
    figure marks; in any other period the services of that period, none of them printed.
    """
    printed = case.reading().get("services_period")
    marked = printed is not None and period == case.parameters.periods.current
    shown = printed if printed and marked else period
    months = {month for part in shown.split("+") for month in months_in(part)}
    rows = totals[totals["month"].isin(months) & (totals["measure"] == "services")]
    shares = type_shares(rows.groupby("service_type")["value"].sum(), case.service_types)
    return (shares if marked else shares.assign(printed=False)), shown


def type_shares(counts: pd.Series[int], types: Iterable[ServiceType] = ()) -> pd.DataFrame:
    """Order counts of services by type, largest first, with shares that add up.

    Parameters
    ----------
    counts : Series
        Services by type.
    types : iterable of ServiceType
        Names, and which counts are printed; a type that is not listed is named by its id.

    Returns
    -------
    DataFrame
        Columns service_type, name, services, printed (bool), share and cumulative (Fractions).

    Examples
    --------
    >>> type_shares(pd.Series({"alarms": 3, "lifting_doors": 9}))[["name", "services", "share"]]
                name  services share
    0  Lifting doors         9   3/4
    1         Alarms         3   1/4
    """
    known = {record.id: record for record in types}
    whole, so_far, rows = int(counts.sum()), 0, []
    for count, service_type in sorted((-int(count), str(name)) for name, count in counts.items()):
        record, so_far = known.get(service_type), so_far - count
        plain = service_type  # a name stays as it is, an identifier is written in words
        if re.fullmatch(r"[a-z][a-z0-9_]*", service_type):
            plain = service_type.replace("_", " ").capitalize()
        name, printed = (record.name, record.printed) if record else (plain, False)
        shares = Fraction(-count, whole), Fraction(so_far, whole)
        rows.append((service_type, name, -count, printed, *shares))
    return frame_of(rows, "service_type name services printed share cumulative")


@s.drawing
def services_by_type(frame: pd.DataFrame, period: str, kind: str = "synthetic") -> s.Drawn:
    """Draw services by type, largest first, with shares that add up.

    Parameters
    ----------
    frame : DataFrame
        From :func:`type_shares`.
    period : str
        What it covers, such as ``2024H1``.
    kind : str
        Kind of the counts that are not printed.
    """
    period = period_words(period)
    height, top = 6.4 * len(frame), 7.0
    names = [s.fit(name, _NAMES, weight="semibold")[0] for name in frame["name"]]
    left = max(34.0, 3 + max(s.text_width(name, weight="semibold") for name in names))
    said = [_said(row) for row in records(frame)]
    fig = s.canvas(top + height + 1)
    wide, count = 108 - left, len(frame)
    bars = s.lanes(fig, left, top, wide, height, count)
    line = s.lanes(fig, 119, top, 38, height, count)
    room = min(4 + max(s.text_width(text, weight="semibold") for text in said), wide - 2)
    bars.set_xlim(0, wide / (wide - room) * float(frame["services"].max()))
    line.set_xlim(0, 100)
    line.axvline(100, color=s.RULE, lw=0.5)
    bars.axvline(0, color=s.NEUTRAL, lw=0.8)
    s.note(fig, left, 2.5, tr("Services and share"))
    s.note(fig, 119, 2.5, tr("Share added up, %"))
    added = [100 * float(value) for value in frame["cumulative"]]
    line.plot(added, range(len(added)), color=s.KIND[kind], lw=0.8, zorder=1)
    for place, row in enumerate(records(frame)):
        colour = s.KIND["printed"] if row.printed else s.KIND[kind]
        weight = "semibold" if row.printed else "regular"
        s.write(fig, 0, top + height * (place + 0.5) / count, names[place], weight=weight)
        bars.barh(place, int(row.services), height=0.62, color=colour)
        look = {"fontsize": s.NORMAL, "color": colour, "weight": weight}
        s.tag(bars, said[place], (int(row.services), place), (3, 0), **look)
        line.scatter([added[place]], [place], s=12, color=colour, zorder=2, clip_on=False)
        share = decimal(1)(100 * row.cumulative)
        s.tag(line, share, (added[place], place), (-5, 0), color=s.MUTED)
    return s.Drawn(fig, frame, kind, _types_words(frame) | {"period": period})


def _said(row: Any) -> str:
    """Write what stands at the end of a bar."""
    text = f"{decimal()(row.services)} · {percent(1)(row.share)}"
    return text + (" · printed" if row.printed else "")


def _types_words(frame: pd.DataFrame) -> dict[str, object]:
    named = listed([literal(name.lower()) for name in frame.loc[frame["printed"], "name"]])
    more = (
        f" Only the counts of {named} are printed; the others are one of many splits of the rest."
    )
    rows = [
        f"{row.name} {decimal()(row.services)} ({percent(1)(row.share)}{', printed' * row.printed})"
        for row in records(frame)
    ]
    return {
        "name": literal(frame["name"].iloc[0]),
        "share": percent(1)(frame["share"].iloc[0]),
        "all": decimal()(frame["services"].sum()),
        "more": more if named else "",
        "rows": listed(rows),
    }


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


_SHOWN = ("K1", "K3", "K5", "K6")
"""Levels of profit that the figure of the ladder shows."""

_ROW, _TOP, _BARS = 5.4, 7.0, 108.0


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
