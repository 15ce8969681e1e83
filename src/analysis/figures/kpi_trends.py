"""Figures of indicators by quarter: sales, productivity, and all of them as small multiples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.base.errors import InputError
from analysis.base.language import tr
from analysis.base.periods import Grain, parse_label, period_label, short_period
from analysis.base.text import column, decimal, groups, listed, percent, records
from analysis.evidence.soundness import level_interval, may_be_chance
from analysis.figures import style as s
from analysis.figures.primitives import changes, known, levels, multiple, scale
from analysis.kpis.catalogue import MONEY, kpi
from analysis.kpis.compare import compare
from analysis.show.wording import amount_text


def quarters_data(
    table: pd.DataFrame,
    kpi_id: str,
    printed: Mapping[str, str] | None = None,
    last: int = 12,
    plan: Callable[[str], Mapping[str, Fraction]] | None = None,
) -> pd.DataFrame:
    """Put one KPI beside its value a year before, quarter by quarter or month by month.

    Parameters
    ----------
    table : DataFrame
        From :func:`analysis.kpis.levels.kpi_periods`, by quarter or month.
    kpi_id : str
        Which KPI.
    printed : mapping of str to str, optional
        Printed growth by quarter label.
    last : int
        The latest quarters to keep; more do not fit on the page.
    plan : callable, optional
        Gives what was planned for a period, by indicator.

    Returns
    -------
    DataFrame
        Columns kpi, index, quarter, value, year_ago (Fraction or None), growth (Fraction or None)
        and printed (empty where nothing is printed); plan, where something was planned.
    """
    rows = with_gaps(table[table["kpi"] == kpi_id].sort_values("index", ignore_index=True))
    compared = compare(rows, "year-ago", _grain(rows["period"])).set_index("index")
    frame = pd.DataFrame(
        {"kpi": kpi_id, "index": rows["index"], "quarter": rows["period"], "value": rows["value"]}
    )
    for name, found in (("year_ago", "base_value"), ("growth", "growth")):
        frame[name] = column(compared[found].get(index) for index in frame["index"])
    frame["printed"] = [(printed or {}).get(quarter, "") for quarter in frame["quarter"]]
    plans = [plan(str(quarter)).get(kpi_id) for quarter in frame["quarter"]] if plan else []
    if any(value is not None for value in plans):
        frame["plan"] = column(plans)
    return frame.tail(last).reset_index(drop=True)


def _grain(periods: pd.Series[str]) -> Grain:
    return parse_label(str(periods.iloc[0]))[0] if len(periods) else "quarter"


def with_gaps(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the periods without any row, so that on a time axis a gap stays a gap."""
    if rows.empty:
        return rows
    grain = _grain(rows["period"])
    whole = range(int(rows["index"].min()), int(rows["index"].max()) + 1)
    full = rows.set_index("index").reindex(whole)
    full["kpi"] = rows["kpi"].iloc[0]
    full["period"] = [period_label(index, grain) for index in whole]
    full["value"] = full["value"].astype("object").where(full["value"].notna(), None)
    return full.rename_axis("index").reset_index()


_LEFT = 34.0
_TIME = 126.0
"""Left edge and width of the time axis in millimetres, the same in every figure over quarters."""


@s.drawing
def sales_by_quarter(
    frame: pd.DataFrame, kind: str = "synthetic", currency: str = MONEY
) -> s.Drawn:
    """Draw sales by quarter, with the change on the same quarter of last year.

    Parameters
    ----------
    frame : DataFrame
        From :func:`quarters_data`.
    kind : str
        Kind of the values.
    currency : str
        Name of the currency.
    """
    compared = bool(frame["growth"].notna().any())
    top = 33 if compared else 4
    fig = s.canvas(top + 46)
    line = _timeline(frame)
    short = scale(frame["value"], 0.85 * line.step)
    s.bold(fig, 0, top + 17, tr("Sales"))
    unit = s.fit(f"{short.word}{currency}", _LEFT - 2, s.SMALL, lines=3)
    s.note(fig, 0, top + 21 + 1.7 * (len(unit) - 1), unit)
    if compared:
        _change_rows(fig, line, frame, "up")
    _legend(fig, top + 36, frame)
    levels(fig, line, top, 38, frame, kind, short.text)
    line.labels(fig, top + 38.5)
    course = _course(frame, tr("Sales"), currency, 0)
    bars = _bars(frame, tr("sales"), currency, 0)
    return s.Drawn(fig, frame, kind, {"course": course, "bars": bars})


sales_by_month = sales_by_quarter.named("sales_by_month")


@s.drawing
def productivity(
    frame: pd.DataFrame, services: pd.DataFrame, hours: pd.DataFrame, kind: str = "synthetic"
) -> s.Drawn:
    """Draw productivity by quarter with its change, and what it is made of.

    Parameters
    ----------
    frame, services, hours : DataFrame
        From :func:`quarters_data`, for productivity, services and
        technician hours.
    kind : str
        Kind of the values.

    Raises
    ------
    InputError
        If productivity is undefined in every quarter.
    """
    record = kpi("productivity")
    start = _first_known(frame)
    fig = s.canvas(107)
    line = _timeline(frame)
    short = scale(frame["value"], 0.85 * line.step, 1)
    s.head(fig, 0, 47, record.name, f"{short.word}{record.unit}")
    _change_rows(fig, line, frame, record.better)
    _legend(fig, 63, frame)
    levels(fig, line, 33, 32, frame, kind, short.text)
    s.head(fig, 0, 82, tr("Its parts"), f"{_quarter(frame, start)} = 100")
    _indices(line.axes(fig, 71, 26), {"services": services, "hours": hours}, kind, start)
    line.labels(fig, 99)
    data = pd.concat([frame, services, hours], ignore_index=True)
    ways = [
        tr("{name} went from 100 to {last}", name=tr(name), last=decimal()(last[1]))
        for name, rows in (("services", services), ("hours", hours))
        if (last := _last(_indexed(rows, start)))
    ]
    words = {
        "course": _course(frame, record.name, record.unit, 1),
        "bars": _bars(frame, record.name.lower(), record.unit, 1),
        "first": _quarter(frame, start),
        "last": _quarter(frame, len(frame) - 1),
        "ways": listed(ways),
    }
    return s.Drawn(fig, data, kind, words)


def _quarter(frame: pd.DataFrame, place: int) -> str:
    return short_period(str(frame["quarter"].iloc[place]))


def _timeline(frame: pd.DataFrame) -> s.Timeline:
    return s.Timeline(_LEFT, _TIME, tuple(frame["quarter"]))


def _legend(fig: Canvas, bottom: float, frame: pd.DataFrame) -> None:
    """Say what the looks of columns mean, and the letters that stand for it (IBCS)."""
    looks = {
        "value": tr("dark: actual (AC)"),
        "year_ago": tr("light: year before (PY)"),
        "plan": tr("outlined: plan (PL)"),
    }
    shown = [text for name, text in looks.items() if name in frame and frame[name].notna().any()]
    for place, text in enumerate(reversed(shown)):
        s.note(fig, 0, bottom - 3.4 * place, text)


def _change_rows(fig: Canvas, line: s.Timeline, frame: pd.DataFrame, better: str) -> None:
    """Draw changes on last year above the time axis, with the printed ones in a row on top."""
    s.head(fig, 0, 18, "ΔPY, %", tr("Change on last year"))
    changes(fig, line, 6, 24, list(frame["growth"]), better)
    if (frame["printed"] != "").any():
        s.note(fig, 0, 2.5, "as printed")
    for place, text in enumerate(frame["printed"]):
        if text:
            s.bold(fig, line.x(place), 2.5, text, ha="center")


def _first_known(frame: pd.DataFrame) -> int:
    """Return the place of the first quarter with a value above zero."""
    if places := [at for at, value in enumerate(frame["value"]) if value is not None and value > 0]:
        return places[0]
    raise InputError(
        "no quarter has both services and technician hours, so there is no productivity to draw",
        file="staff_hours.csv",
        fix="add the hours that technicians worked",
    )


def _indexed(frame: pd.DataFrame, start: int) -> list[Fraction | None]:
    """Return values with the one at `start` as 100; empty where that is none or zero."""
    base = frame["value"].iloc[start]
    return [None if value is None or not base else 100 * value / base for value in frame["value"]]


def _last(values: list[Fraction | None]) -> tuple[int, Fraction] | None:
    """Return the last value that is there, with its place."""
    found = [(place, value) for place, value in enumerate(values) if value is not None]
    return found[-1] if found else None


def _indices(ax: Axes, parts: dict[str, pd.DataFrame], kind: str, start: int) -> None:
    """Draw two measures as lines that start at 100, named at their ends, the higher one above."""
    series = {name: _indexed(frame, start) for name, frame in parts.items()}
    flat = [100.0, *(float(v) for values in series.values() for v in known(values))]
    room = max(max(flat) - min(flat), 1.0)
    ax.set_ylim(min(flat) - 0.3 * room, max(flat) + 0.3 * room)
    ax.axhline(100, color=s.RULE, lw=0.6)
    ends = {name: last for name, values in series.items() if (last := _last(values))}
    top = max(ends, key=lambda name: ends[name][1], default="")
    for number, (name, values) in enumerate(series.items()):
        heights = [float("nan") if value is None else float(value) for value in values]
        ax.plot(range(len(heights)), heights, color=s.KIND[kind], lw=1.3, ls=("-", "--")[number])
        if name not in ends:
            continue
        place, value = ends[name]
        ax.scatter([place], [float(value)], s=12, color=s.KIND[kind], zorder=3)
        look = {"fontsize": s.NORMAL, "ha": "right" if place else "left", "bbox": s.CLEAR}
        shift = (4, 5 if name == top else -5)
        s.tag(ax, f"{tr(name)} {decimal()(value)}", (place, float(value)), shift, **look)


def _course(frame: pd.DataFrame, name: str, unit: str, decimals: int) -> str:
    """Say how the last period compares with that of the year before, and with the print."""
    last, by = frame.iloc[-1], _grain(frame["quarter"])
    text = tr(f"{{name}} by {by}, each beside the same {by} of the year before.", name=name)
    amount = None if last["value"] is None else amount_text(last["value"])
    if amount and not decimals and frame["growth"].isna().all():
        words = {"value": amount, "unit": unit, "period": _quarter(frame, len(frame) - 1)}
        return tr("{name}: {value} {unit} in {period}.", name=name, **words)
    if last["growth"] is None:
        return text
    above = tr("{name}: {value} {unit} in {period}, {share} above last year's.")
    below = tr("{name}: {value} {unit} in {period}, {share} below last year's.")
    found = (above if last["growth"] >= 0 else below).format(
        name=name,
        period=_quarter(frame, len(frame) - 1),
        value=decimal(decimals)(last["value"]) if decimals else amount_text(last["value"]),
        unit=unit,
        share=percent(1)(abs(last["growth"])),
    )
    said = frame[frame["printed"] != ""]
    if len(said):
        texts = [f"{row.printed} in {short_period(row.quarter)}" for row in records(said)]
        found = f"{found[:-1]}; printed are {listed(texts)}."
    return f"{found} {text}"


def _bars(frame: pd.DataFrame, name: str, unit: str, decimals: int) -> str:
    """Say what the bars, and the changes above them, show."""
    parts = []
    for place, row in enumerate(records(frame)):
        if row.value is None:
            continue
        text = f"{_quarter(frame, place)} {decimal(decimals)(row.value)}"
        if row.growth is not None:
            text += f" ({percent(1, signed=True)(row.growth)}"
            text += f", printed {row.printed})" if row.printed else ")"
        parts.append(text)
    by = _grain(frame["quarter"])
    return tr(
        f"Bars of {{name}} by {by} in {{unit}}, above them the change on the same {by} of the year "
        "before: {parts}.",
        name=name,
        unit=unit,
        parts=listed(parts),
    )


_COLUMNS, _WIDTH, _HEIGHT, _TOP = 3, 160 / 3, 31.0, 6.0
_SCALE = 12.5
"""Millimetres for the ends of a scale, and as much for the last value."""


def small_multiples_data(table: pd.DataFrame, last: int = 12) -> pd.DataFrame:
    """Gather every KPI by quarter, with the year before and 95% intervals.

    Parameters
    ----------
    table : DataFrame
        From :func:`analysis.kpis.levels.kpi_periods`, by quarter.
    last : int
        The latest quarters to keep.

    Returns
    -------
    DataFrame
        As :func:`quarters_data`, one KPI after the other, with low and high (ends of the interval,
        or None) and chance: whether chance alone may explain the change on the year before, or
        None where that is not known.
    """
    parts = [quarters_data(table, name, last=last) for name in dict.fromkeys(table["kpi"])]
    frame = pd.concat(parts, ignore_index=True)
    rows = {(row.kpi, row.index): row for row in records(table)}
    found = []
    for row in records(frame):
        now, before = rows.get((row.kpi, row.index)), rows.get((row.kpi, row.index - 4))
        same = before is not None and before.value == row.year_ago
        ends = (None, None) if now is None else level_interval(now)
        found.append((*ends, may_be_chance(before, now) if now is not None and same else None))
    for name, values in zip(("low", "high", "chance"), zip(*found, strict=True), strict=True):
        frame[name] = column(values)
    return frame.drop(columns=["index", "printed"])


def _turned(better: str, row: pd.Series[Any]) -> Fraction:
    """Change on last year in the good direction; zero where there is none."""
    if better == "none" or row["value"] is None or row["year_ago"] is None:
        return Fraction(0)
    change: Fraction = row["value"] - row["year_ago"]
    return change if better == "up" else -change


@s.drawing
def small_multiples(frame: pd.DataFrame, kind: str = "synthetic", currency: str = MONEY) -> s.Drawn:
    """Draw every KPI over the quarters, each from zero, before its 95% interval.

    Parameters
    ----------
    frame : DataFrame
        From :func:`small_multiples_data`.
    kind : str
        Kind of the values.
    currency : str
        Name of the unit of money.
    """
    parts = groups(frame, "kpi")
    lines = -(-len(parts) // _COLUMNS)
    fig = s.canvas(_TOP + _HEIGHT * lines)
    first, last = str(frame["quarter"].iloc[0]), str(frame["quarter"].iloc[-1])
    span = tr("{low} to {high}", low=short_period(first), high=short_period(last))
    head = tr("AC {span}; light: PY; grey band: 95% interval; scales begin at zero", span=span)
    s.note(fig, 0, 2, head)
    for place, (_, rows) in enumerate(parts):
        line, column = divmod(place, _COLUMNS)
        _one(fig, column * _WIDTH, _TOP + line * _HEIGHT, rows, kind, currency)
    ends = [rows.iloc[-1] for _, rows in parts]
    judged = [turn for row in ends if (turn := _turned(kpi(row["kpi"]).better, row))]
    chance = [tr(kpi(row["kpi"]).name) for row in ends if row["chance"]]
    found = tr("Chance alone may explain the changes of these: {names}.", names=listed(chance))
    words = {
        "better": sum(turn > 0 for turn in judged),
        "judged": len(judged),
        "period": short_period(last),
        "chance": f"{found} " if chance else "",
        "span": span,
        "charts": len(parts),
        "count": frame["quarter"].nunique(),
        "courses": " ".join(_said(rows, currency) for _, rows in parts),
    }
    return s.Drawn(fig, frame, kind, words, "caption" if judged else "alone")


def _one(
    fig: Canvas, left: float, top: float, rows: pd.DataFrame, kind: str, currency: str
) -> None:
    """Draw one KPI: name and unit, its line over that of the year before, its last value."""
    record = kpi(str(rows["kpi"].iloc[0]), currency)
    arrow = {"up": " ↑", "down": " ↓"}.get(record.better, "")
    s.small(fig, left, top + 4, record.name + arrow, weight="semibold")
    short = scale([*rows["value"], *rows["year_ago"]], _SCALE - 1.5, record.decimals)
    unit = s.fit(f"{short.word}{record.unit}", _WIDTH - 6, s.SMALL)
    s.note(fig, left, top + 7.6, unit)
    box = left + _SCALE, top + 11, _WIDTH - 2 * _SCALE - 4, _HEIGHT - 14
    own = {"color": s.KIND[kind], "lw": 1.3, "marker": "o", "ms": 2.2}
    courses = [
        (list(rows["year_ago"]), {"color": s.LIGHT[kind], "lw": 1.6}, "", ""),
        (list(rows["value"]), own, s.INK, ""),
    ]
    ends = enumerate(zip(rows["low"], rows["high"], strict=True))
    band = [(place, low, high) for place, (low, high) in ends if low is not None]
    multiple(fig, box, courses, short.text, band)


def _said(rows: pd.DataFrame, currency: str) -> str:
    record = kpi(str(rows["kpi"].iloc[0]), currency)
    found = [row for row in records(rows) if row.value is not None]
    if not found:
        return tr("{name}: no values.", name=record.name)
    form = decimal(record.decimals)
    return tr(
        "{name}, {unit}: from {start} in {first} to {end} in {last}.",
        name=record.name,
        unit=record.unit,
        start=form(found[0].value),
        first=short_period(found[0].quarter),
        end=form(found[-1].value),
        last=short_period(found[-1].quarter),
    )
