"""Figures of indicators: services by type, and what chance may do to a level."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import pandas as pd
from matplotlib.figure import Figure as Canvas

from analysis.base.language import tr
from analysis.base.periods import (
    last_ended,
    months_in,
    quarter_label,
    short_period,
)
from analysis.base.text import MISSING, decimal, listed, outward, percent, records
from analysis.evidence.soundness import count_interval, share_interval
from analysis.figures import style as s
from analysis.figures.primitives import Timeline, period_words, scale, table
from analysis.kpis.catalogue import Totals, kpi
from analysis.kpis.levels import periods
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
    return table("service_type name services printed share cumulative", rows)


@s.drawing
def services_by_type(frame: pd.DataFrame, period: str, kind: str = "synthetic") -> s.Drawn:
    """Draw services by type, largest first, with shares that add up (figure 6).

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
    return s.Drawn(fig, frame, kind, _types_caption(frame, period), _types_alt(frame, period))


def _said(row: Any) -> str:
    """Write what stands at the end of a bar."""
    text = f"{decimal()(row.services)} · {percent(1)(row.share)}"
    return text + (" · printed" if row.printed else "")


def _types_caption(frame: pd.DataFrame, period: str) -> str:
    known = frame[frame["printed"]]
    named = listed([literal(name.lower()) for name in known["name"]])
    text = tr(
        "Services by type in {period}, largest first. The first is {name}, with {share} of {all} "
        "services.",
        period=period,
        name=literal(frame["name"].iloc[0]),
        share=percent(1)(frame["share"].iloc[0]),
        all=decimal()(frame["services"].sum()),
    )
    more = (
        f"; only the counts of {named} are printed, the others are one of many splits of the rest."
    )
    return text[:-1] + more if named else text


def _types_alt(frame: pd.DataFrame, period: str) -> str:
    rows = [
        f"{row.name} {decimal()(row.services)} ({percent(1)(row.share)}{', printed' * row.printed})"
        for row in records(frame)
    ]
    found = listed(rows)
    return tr("Horizontal bars of services by type in {period}: {rows}.", period=period, rows=found)


_SIDE, _TIME, _TALL = 34.0, 122.0, 42.0
_ABOVE, _BELOW = 6.0, 10.0
"""Millimetres of a panel that the ends of intervals and the numbers of answers are written in."""

_COUNTS = {"productivity": ("services", "hours"), "satisfaction": ("satisfied", "answers")}
"""What is counted, and on what; satisfied ones are among the answers."""


def intervals_data(totals: Totals, until: str, last: int = 12) -> pd.DataFrame:
    """Put 95% intervals round productivity and satisfaction, quarter by quarter.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.reduce.reduce`.
    until : str
        Leave out the quarters that had not ended when this period ended.
    last : int
        The latest quarters to keep.

    Returns
    -------
    DataFrame
        As :func:`with_intervals`.
    """
    known, end = periods(totals, "quarter"), last_ended(until, "quarter")
    rows = [
        (name, quarter_label(index), *(known.get(index, {}).get(measure) for measure in measures))
        for name, measures in _COUNTS.items()
        for index in range(max(min(known), end - last + 1), end + 1)
    ]
    return with_intervals(table("kpi quarter count size", rows, exact="count size"))


def with_intervals(counts: pd.DataFrame) -> pd.DataFrame:
    """Add value and 95% interval to counts.

    Parameters
    ----------
    counts : DataFrame
        Columns kpi, quarter, count (services, or satisfied answers) and size (hours, or all
        answers); None or a size of zero where nothing was recorded.

    Returns
    -------
    DataFrame
        With value (Fraction or None), low and high (floats or None), in the KPI's unit.
    """
    found: list[tuple[Fraction | None, float | None, float | None]] = []
    for name, counted, size in zip(counts["kpi"], counts["count"], counts["size"], strict=True):
        if counted is None or not size:
            found.append((None, None, None))
            continue
        count, share = int(counted), kpi(str(name)).is_share
        low, high = share_interval(count, int(size)) if share else count_interval(count)
        unit = 100.0 if share else 100 / float(size)
        found.append((Fraction(100 * count) / Fraction(size), low * unit, high * unit))
    return counts.join(table("value low high", found, exact="value low high"))


def _overlap(rows: pd.DataFrame) -> bool:
    """Whether the intervals of the last two quarters overlap."""
    ends = rows.loc[rows["value"].notna(), ["low", "high"]].tail(2).astype(float)
    return len(ends) == 2 and bool(ends["low"].max() <= ends["high"].min())


@s.drawing
def intervals(frame: pd.DataFrame, kind: str = "synthetic") -> s.Drawn:
    """Draw productivity and satisfaction by quarter with 95% intervals (figure 36).

    Parameters
    ----------
    frame : DataFrame
        From :func:`intervals_data`.
    kind : str
        Kind of the values.
    """
    names = list(dict.fromkeys(frame["kpi"]))
    fig = s.canvas((_TALL + 4) * len(names) + 4)
    line = Timeline(_SIDE, _TIME, tuple(frame["quarter"].drop_duplicates()))
    for place, name in enumerate(names):
        _panel(fig, (_TALL + 4) * place, frame[frame["kpi"] == name], line, kind)
    line.labels(fig, (_TALL + 4) * len(names) - 3.5)
    found = [kpi(name).name for name in names if _overlap(frame[frame["kpi"] == name])]
    caption = tr(
        "Productivity and satisfaction by quarter with what chance alone may do to them. Bars "
        "are 95% intervals, their ends in numbers: exact Poisson for services on the hours "
        "worked, Wilson score for the share of satisfied answers. They suppose services that "
        "arrive independently and answers from a random sample; where two of them overlap "
        "widely, the quarters may well be alike."
    )
    if found:
        listing = listed([tr(name) for name in found])
        chance = tr("Chance may explain the last change of these: {names}.", names=listing)
        caption = f"{chance} {caption}"
    if frame["value"].isna().any():
        caption += " " + tr("A dash: the quarter has a month without rows.")
    parts = [tr("Dots with intervals by quarter."), *(_said_of(frame, name) for name in names)]
    alt = " ".join(parts)
    return s.Drawn(fig, frame, kind, caption, alt)


def _panel(fig: Canvas, top: float, rows: pd.DataFrame, line: Timeline, kind: str) -> None:
    """Draw one indicator: each interval with its ends written on it, the value beside its dot."""
    record = kpi(str(rows["kpi"].iloc[0]))
    known = [row for row in records(rows) if row.value is not None]
    ends = [end for row in known for end in (row.low, row.high)]
    short = scale([*(row.value for row in known), *map(Fraction, ends)], line.step - 3, 1)
    unit = short.word + (tr("% of answers") if record.is_share else record.unit)
    middle = top + _TALL / 2
    s.bold(fig, 0, middle - 4, record.name)
    s.note_lines(fig, 0, middle, s.fit(unit, _SIDE - 3, s.SMALL))
    ax = line.axes(fig, top + _ABOVE, _TALL - _ABOVE - _BELOW)
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    ax.set_ylim(low, high if high > low else low + 1)
    for place, row in enumerate(records(rows)):
        if row.value is None:
            s.write(fig, line.x(place), middle, MISSING, ha="center", color=s.MUTED)
            continue
        ax.vlines(place, row.low, row.high, color=s.LIGHT[kind], lw=4, clip_on=False)
        ax.scatter([place], [float(row.value)], s=16, color=s.KIND[kind], zorder=3, clip_on=False)
        for end, shift in ((row.low, -4.5), (row.high, 4.5)):
            s.tag(ax, short.text(end), (place, float(end)), (0, shift), color=s.MUTED)
        own = (place, float(row.value))
        s.tag(ax, short.text(row.value), own, (4, 0), va="center", color=s.KIND[kind])
        size = f"n {decimal()(row.size)}"
        if record.is_share and s.text_width(size, s.SMALL) < line.step:
            s.note(fig, line.x(place), top + _TALL - 2, size, ha="center")
    _gaps(fig, middle + 4, rows)


def _gaps(fig: Canvas, y: float, rows: pd.DataFrame) -> None:
    """Say at the side what is missing where a dash stands."""
    names = [name.replace("satisfied", "answers") for name in _COUNTS[str(rows["kpi"].iloc[0])]]
    gaps = [row for row in records(rows) if row.value is None]
    lacking = [names[0]] * any(row.count is None for row in gaps)
    lacking += [names[1]] * any(row.size is None for row in gaps)
    lost = listed([tr(name) for name in dict.fromkeys(lacking)])
    said = [tr("{names} not recorded", names=lost)] if lacking else []
    said += [tr("no {name}", name=tr(names[1]))] * any(row.size == 0 for row in gaps)
    if said:
        lines = s.wrap(f"{MISSING} {listed(said, 'or')}", _SIDE - 3, s.SMALL)
        s.note_lines(fig, 0, y + 1.7 * (len(lines) - 1), lines)


def _said_of(frame: pd.DataFrame, name: str) -> str:
    record, form = kpi(name), decimal(1)
    parts = [
        f"{short_period(row.quarter)} {form(row.value)} ({_between(row)})"
        for row in records(frame[frame["kpi"] == name])
        if row.value is not None
    ]
    return f"{record.name}, {record.unit}: {listed(parts) or tr('no values')}."


def _between(row: Any) -> str:
    low, high = outward(row.low, row.high, 1)
    return tr("{low} to {high}", low=low, high=high)
