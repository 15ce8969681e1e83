"""Figure 3 of the paper as our rows would give it: a report page of the firm's main indicators."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

import pandas as pd
from matplotlib.figure import Figure as Canvas

from analysis.base.frames import records
from analysis.base.numbers import MISSING, decimal, listed, percent
from analysis.base.periods import last_ended, quarter_label, short_period
from analysis.evidence.intervals import count_interval, share_interval
from analysis.figures import style as s
from analysis.figures.kpi_data import quarters_data
from analysis.figures.primitives import Scale, Timeline, levels, period_words, scale
from analysis.kpis.catalogue import kpi
from analysis.kpis.levels import periods
from analysis.kpis.measures import Totals
from analysis.notebook.values import literal

_CARDS = ("services", "sales", "productivity", "satisfaction")
_LEFT, _RIGHT, _WIDTH = 0.0, 84.0, 76.0
_UPPER, _LOWER, _HEIGHT = 23.0, 73.0, 44.0
_MOST = 8
"""Service types with a bar of their own; the rest share one."""


def report_page_data(table: pd.DataFrame, shares: pd.DataFrame, last: int = 8) -> pd.DataFrame:
    """Gather what the page shows.

    Parameters
    ----------
    table : DataFrame
        From :func:`analysis.kpis.kpi_periods`, by quarter.
    shares : DataFrame
        From :func:`analysis.figures.kpi_data.services_by_type_data`.
    last : int
        The latest quarters to keep.

    Returns
    -------
    DataFrame
        Columns part (services by type, or a KPI), label (service type or quarter), value, year_ago
        and growth (Fractions or None).
    """
    types: list[tuple[Any, ...]] = [
        ("services by type", str(row.name), Fraction(int(row.services)), None, None)
        for row in records(shares)
    ]
    if len(types) > _MOST:
        rest = sum((row[2] for row in types[_MOST - 1 :]), Fraction(0))
        others = f"{len(types) - _MOST + 1} other types"
        types = [*types[: _MOST - 1], ("services by type", others, rest, None, None)]
    for name in _CARDS:
        for row in records(quarters_data(table, name, last=last)):
            types.append((name, row.quarter, row.value, row.year_ago, row.growth))
    frame = pd.DataFrame(types, columns=["part", "label", "value", "year_ago", "growth"])
    for place, column in enumerate(("value", "year_ago", "growth"), start=2):
        frame[column] = pd.Series([row[place] for row in types], dtype="object")
    return frame


@s.drawing(19)
def report_page(
    frame: pd.DataFrame,
    period: str,
    kind: str = "synthetic",
    currency: str = "soles",
    *,
    printed: bool = True,
) -> s.Drawn:
    """Draw the report page (figure 19).

    Parameters
    ----------
    frame : DataFrame
        From :func:`report_page_data`.
    period : str
        What the services by type cover, such as ``2024H1``.
    kind : str
        Kind of the values.
    currency : str
        Name of the currency.
    printed : bool
        Whether it stands for the page of a publication.
    """
    fig = s.canvas(_LOWER + _HEIGHT)
    ax = s.sheet(fig)
    for number, name in enumerate(_CARDS):
        _card(fig, 40.5 * number, _part(frame, name), _unit(name, currency), name)
    for y in (_UPPER - 4, _LOWER - 4):
        ax.plot([0, 160], [y, y], color=s.RULE, lw=0.6)
    types = _part(frame, "services by type")
    s.bold(fig, _LEFT, _UPPER, "Services by type")
    s.note(fig, _LEFT, _UPPER + 3.7, period_words(period))
    _bars(fig, types, kind)
    for name, left, top in (
        ("sales", _RIGHT, _UPPER),
        ("productivity", _LEFT, _LOWER),
        ("satisfaction", _RIGHT, _LOWER),
    ):
        _columns(fig, left, top, _part(frame, name), name, _unit(name, currency), kind)
    quarter = short_period(str(_part(frame, "sales")["label"].iloc[-1]))
    return s.Drawn(
        fig,
        frame,
        kind,
        caption=(
            f"A report page for {quarter}. Light columns are the year before."
            if not printed
            else f"A report page for {quarter}, as the paper's Figure 3 might show it. The picture "
            "of the Power BI report is not in our sources and the text does not say what stands "
            "on it, so the choice of indicators, drawn from the abstract's results, is ours. Light "
            "columns are the year before."
        ),
        alt=_alt(frame, quarter, currency),
    )


def _part(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    return frame[frame["part"] == name].reset_index(drop=True)


def _unit(name: str, currency: str) -> str:
    return {"sales": currency, "satisfaction": "% satisfied"}.get(name, kpi(name).unit)


def _card(fig: Canvas, left: float, rows: pd.DataFrame, unit: str, name: str) -> None:
    """Write an indicator's last value with its change on the year before."""
    last, record = next(records(rows.tail(1)).__iter__()), kpi(name)
    short = scale([last.value], 22, record.decimals)
    s.note(fig, left, 2.5, record.name)
    text = "–" if last.value is None else short.text(last.value)
    s.write(fig, left, 8.4, text, fontsize=13, weight="semibold")
    said = s.fit(f"{short.word}{unit}", 38, s.SMALL)
    s.note_lines(fig, left, 12.6, said)
    words, colour = _change(last, name)
    s.small(fig, left, 16.2, words, color=colour)


def _change(row: Any, name: str) -> tuple[str, str]:
    record = kpi(name)
    if record.is_share and row.value is not None and row.year_ago is not None:
        change = row.value - row.year_ago
        words = f"{decimal(1, signed=True)(change)} pp on last year"
        return words, s.verdict_colour(float(change), record.better)
    if row.growth is None:
        return "no year before", s.MUTED
    words = f"{percent(1, signed=True)(row.growth)} on last year"
    return words, s.verdict_colour(float(row.growth), record.better)


def _bars(fig: Canvas, rows: pd.DataFrame, kind: str) -> None:
    top, height, left = _UPPER + 6.5, _HEIGHT - 13, 30.0
    step = min(height / max(len(rows), 1), 6.4)
    ax = s.panel(fig, left, top, _WIDTH - left, step * max(len(rows), 1))
    s.only_frame(ax)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    most = float(max(rows["value"], default=1)) or 1.0
    ax.set_xlim(0, most * (_WIDTH - left) / (_WIDTH - left - 13))
    ax.axvline(0, color=s.NEUTRAL, lw=0.8)
    short = scale(rows["value"], 12)
    for place, row in enumerate(records(rows)):
        name = s.fit(row.label, left - 2, s.SMALL)
        s.small_lines(fig, 0, top + step * (place + 0.5), name)
        ax.barh(place, float(row.value), height=0.62, color=s.KIND[kind])
        s.tag(ax, short.text(row.value), (float(row.value), place), (3, 0))


def _columns(
    fig: Canvas, left: float, top: float, rows: pd.DataFrame, name: str, unit: str, kind: str
) -> None:
    s.bold(fig, left, top, kpi(name).name)
    line = Timeline(left, _WIDTH, tuple(rows["label"]))
    short = scale(rows["value"], 0.9 * line.step, min(kpi(name).decimals, 1))
    s.note_lines(fig, left, top + 3.7, s.fit(f"{short.word}{unit}", _WIDTH, s.SMALL))
    levels(fig, line, top + 6, _HEIGHT - 17, rows, kind, short.text)
    line.labels(fig, top + _HEIGHT - 11)
    if not any(value is not None for value in rows["value"]):
        s.note(fig, left, top + 15, "nothing recorded")


def _alt(frame: pd.DataFrame, quarter: str, currency: str) -> str:
    parts = []
    for name in _CARDS:
        last = records(_part(frame, name).tail(1))[0]
        if last.value is not None:
            value = decimal(kpi(name).decimals)(last.value)
            parts.append(f"{kpi(name).name} {value} {_unit(name, currency)}")
    types = [f"{r.label} {decimal()(r.value)}" for r in records(_part(frame, "services by type"))]
    return (
        f"A page of four numbers and four charts for {quarter}: {listed(parts)}. Services by type: "
        f"{listed(types)}."
    )


_NAMES: Final = 52.0
"""Millimetres that the names of types may take."""


@s.drawing(6)
def services_by_type(frame: pd.DataFrame, period: str, kind: str = "synthetic") -> s.Drawn:
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
    names = [s.fit(name, _NAMES, weight="semibold")[0] for name in frame["name"]]
    left = max(34.0, 3 + max(s.text_width(name, weight="semibold") for name in names))
    said = [_said(row) for row in records(frame)]
    fig = s.canvas(top + height + 1)
    bars, line = s.panel(fig, left, top, 108 - left, height), s.panel(fig, 119, top, 38, height)
    for ax in (bars, line):
        s.only_frame(ax)
        ax.set_ylim(len(frame) - 0.5, -0.5)
    wide = 108 - left
    room = min(4 + max(s.text_width(text, weight="semibold") for text in said), wide - 2)
    bars.set_xlim(0, wide / (wide - room) * float(frame["services"].max()))
    line.set_xlim(0, 100)
    line.axvline(100, color=s.RULE, lw=0.5)
    bars.axvline(0, color=s.NEUTRAL, lw=0.8)
    for x, head in ((left, "Services and share"), (119, "Share added up, %")):
        s.note(fig, x, 2.5, head)
    added = [100 * float(value) for value in frame["cumulative"]]
    line.plot(added, range(len(added)), color=s.KIND[kind], lw=0.8, zorder=1)
    for place, row in enumerate(records(frame)):
        colour = s.KIND["printed"] if row.printed else s.KIND[kind]
        y = top + height * (place + 0.5) / len(frame)
        s.write(fig, 0, y, names[place], weight="semibold" if row.printed else "regular")
        bars.barh(place, int(row.services), height=0.62, color=colour)
        s.tag(
            bars,
            said[place],
            (int(row.services), place),
            (3, 0),
            fontsize=s.NORMAL,
            color=colour,
            weight="semibold" if row.printed else "regular",
        )
        line.scatter([added[place]], [place], s=12, color=colour, zorder=2, clip_on=False)
        s.tag(line, decimal(1)(100 * row.cumulative), (added[place], place), (-5, 0), color=s.MUTED)
    return s.Drawn(
        fig, frame, kind, caption=_types_caption(frame, period), alt=_types_alt(frame, period)
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


_INTERVALS_LEFT, _TIME, _INTERVALS_HEIGHT, _TOP = 34.0, 122.0, 42.0, 0.0
_ABOVE, _BELOW = 6.0, 10.0
"""Millimetres of a panel that the ends of intervals and the numbers of answers are written in."""

_COUNTS = {"productivity": ("services", "hours"), "satisfaction": ("satisfied", "answers")}
"""What is counted, and on what."""

_WORDS = {"productivity": ("services", "hours"), "satisfaction": ("answers", "answers")}
"""The same in words."""


def intervals_data(totals: Totals, until: str, last: int = 12) -> pd.DataFrame:
    """Put 95% intervals round productivity and satisfaction, quarter by quarter.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.levels.totals`.
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
    counts = pd.DataFrame(rows, columns=["kpi", "quarter", "count", "size"])
    for place, column in ((2, "count"), (3, "size")):
        counts[column] = pd.Series([row[place] for row in rows], dtype="object")
    return with_intervals(counts)


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
    frame = counts.copy()
    for place, column in enumerate(("value", "low", "high")):
        frame[column] = pd.Series([values[place] for values in found], dtype="object")
    return frame


@s.drawing(36)
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
    fig = s.canvas(_TOP + (_INTERVALS_HEIGHT + 4) * len(names) + 4)
    for place, name in enumerate(names):
        _panel(fig, _TOP + (_INTERVALS_HEIGHT + 4) * place, frame[frame["kpi"] == name], kind)
    line = _timeline(frame[frame["kpi"] == names[0]])
    line.labels(fig, _TOP + (_INTERVALS_HEIGHT + 4) * len(names) - 3.5)
    return s.Drawn(
        fig,
        frame,
        kind,
        caption=(
            "Productivity and satisfaction by quarter with what chance alone may do to them. Bars "
            "are 95% intervals, their ends in numbers: exact Poisson for services on the hours "
            "worked, Wilson score for the share of satisfied answers. They suppose services that "
            "arrive independently and answers from a random sample; where two of them overlap "
            "widely, the quarters may well be alike."
            + (" A dash: the quarter has a month without rows." * bool(frame["value"].isna().any()))
        ),
        alt="Dots with intervals by quarter. "
        + " ".join(_intervals_said(frame, name) for name in names),
    )


def _timeline(rows: pd.DataFrame) -> Timeline:
    return Timeline(_INTERVALS_LEFT, _TIME, tuple(rows["quarter"]))


def _panel(fig: Canvas, top: float, rows: pd.DataFrame, kind: str) -> None:
    """Draw one indicator: each interval with its ends written on it, the value beside its dot."""
    record, line = kpi(str(rows["kpi"].iloc[0])), _timeline(rows)
    known = [row for row in records(rows) if row.value is not None]
    ends = [end for row in known for end in (row.low, row.high)]
    short = scale([*(row.value for row in known), *map(Fraction, ends)], line.step - 3, 1)
    unit = short.word + ("% of answers" if record.is_share else record.unit)
    middle = top + _INTERVALS_HEIGHT / 2
    s.bold(fig, 0, middle - 4, record.name)
    s.note_lines(fig, 0, middle, s.fit(unit, _INTERVALS_LEFT - 3, s.SMALL))
    ax = line.axes(fig, top + _ABOVE, _INTERVALS_HEIGHT - _ABOVE - _BELOW)
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    ax.set_ylim(low, high if high > low else low + 1)
    for place, row in enumerate(records(rows)):
        if row.value is None:
            s.write(fig, line.x(place), middle, MISSING, ha="center", color=s.MUTED)
            continue
        ax.vlines(place, row.low, row.high, color=s.LIGHT[kind], lw=4, clip_on=False)
        ax.scatter([place], [float(row.value)], s=16, color=s.KIND[kind], zorder=3, clip_on=False)
        for at, shift, ha, va, colour in (
            (row.low, (0, -4.5), "center", "top", s.MUTED),
            (row.high, (0, 4.5), "center", "bottom", s.MUTED),
            (row.value, (4, 0), "left", "center", s.KIND[kind]),
        ):
            s.tag(ax, short.text(at), (place, float(at)), shift, ha=ha, va=va, color=colour)
        size = f"n {decimal()(row.size)}"
        if record.is_share and s.text_width(size, s.SMALL) < line.step:
            s.note(fig, line.x(place), top + _INTERVALS_HEIGHT - 2, size, ha="center")
    _gaps(fig, middle + 4, rows)


def _gaps(fig: Canvas, y: float, rows: pd.DataFrame) -> None:
    """Say at the side what is missing where a dash stands."""
    names = _WORDS[str(rows["kpi"].iloc[0])]
    gaps = [row for row in records(rows) if row.value is None]
    lacking = [
        name
        for name, column in zip(names, ("count", "size"), strict=True)
        if any(getattr(row, column) is None for row in gaps)
    ]
    said = [f"{listed(list(dict.fromkeys(lacking)))} not recorded"] if lacking else []
    said += [f"no {names[1]}"] if any(row.size == 0 for row in gaps) else []
    if said:
        lines = s.wrap(f"{MISSING} {' or '.join(said)}", _INTERVALS_LEFT - 3, s.SMALL)
        s.note_lines(fig, 0, y + 1.7 * (len(lines) - 1), lines)


def _intervals_said(frame: pd.DataFrame, name: str) -> str:
    record, parts = kpi(name), []
    form = Scale(1, "", 1, 0)
    for row in records(frame[frame["kpi"] == name]):
        if row.value is not None:
            low, high = (decimal(1)(end) for end in (row.low, row.high))
            parts.append(f"{short_period(row.quarter)} {form.text(row.value)} ({low} to {high})")
    return f"{record.name}, {record.unit}: {listed(parts) or 'no values'}."
