"""Figures of one period against others: all indicators, sales and services by type (IBCS)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.base import periods as time
from analysis.base.language import language, tr
from analysis.base.text import MISSING, decimal, groups, keyed, listed, percent, points, records
from analysis.figures import style as s
from analysis.figures.primitives import Step, change_text, scale, span, waterfall
from analysis.kpis.catalogue import MONEY, kpi
from analysis.kpis.compare import bases
from analysis.notebook.prose import literal
from analysis.show.wording import amount_text

_PANELS = {"previous": 69.0, "year-ago": 115.0}
_WIDTH, _STEP, _HEAD = 45.0, 5.2, 9.0
_ROOM = 13.0
"""Millimetres left for the number at the end of a bar."""

_COLOURS = {"good": s.GOOD, "bad": s.BAD, "neutral": s.PALE}
_ARROWS = {"up": "↑", "down": "↓", "none": ""}


@s.drawing
def comparison(frame: pd.DataFrame, period: str, kind: str = "synthetic") -> s.Drawn:
    """Draw the change of every KPI on the previous quarter and on last year.

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.kpis.compare.comparison_data`.
    period : str
        The period compared, such as ``2024Q2``.
    kind : str
        Kind of the values.
    """
    frame = frame[frame["base"].isin(bases(time.parse_label(period)[0]))]
    shares = frame["unit"] == "%"
    parts = {tr("Change in per cent"): ~shares, tr("Change in percentage points"): shares}
    units = [(title, frame[rows]) for title, rows in parts.items() if rows.any()]
    fig = s.canvas(_HEAD + _STEP * frame["kpi"].nunique() + 7.5 * len(units) - 1)
    _heads(fig, frame, period)
    top = _HEAD
    zero = _zero(units)
    for title, rows in units:
        top = _group(fig, top, title, rows, kind, zero) + 2
    better = _better(frame, period)
    changes, when = " ".join(_changes(frame, period)), time.short_period(period)
    words = {"period": when, "better": listed(better), "changes": changes}
    return s.Drawn(fig, frame, kind, words, "caption" if better else "alone")


def _heads(fig: Canvas, frame: pd.DataFrame, period: str) -> None:
    s.bold(fig, 53, 2.5, f"AC {time.short_period(period)}", ha="right")
    s.note(fig, 53, 6.3, tr("arrow: good direction"), ha="right")
    words = _on(period)
    for base, left in ((base, _PANELS[base]) for base in words):
        periods = frame.loc[(frame["base"] == base) & (frame["base_period"] != ""), "base_period"]
        if len(periods):
            mark = "ΔPY" if base == "year-ago" else "ΔPP"
            s.bold(fig, left, 2.5, f"{mark} {time.short_base(period, base)}")
        s.note(fig, left, 6.3, words[base])


def _on(period: str) -> dict[str, str]:
    grain, _ = time.parse_label(period)
    words = {"previous": tr(f"on the {grain} before"), "year-ago": tr("on the year before")}
    return {base: words[base] for base in bases(grain)}


def _span(rows: pd.DataFrame) -> tuple[float, float]:
    """Return the largest fall and the largest rise as drawn, zero included."""
    known = [size for row in records(rows) if (size := _size(row)) is not None]
    return min([0.0, *known]), max([0.0, *known]) or 1.0


def _zero(units: list[tuple[str, pd.DataFrame]]) -> float:
    """Return where the zero line of every panel stands, in millimetres from its left edge."""
    spans = [_span(rows) for _, rows in units]
    if all(low == 0 for low, _ in spans):
        return 0.0
    fall = max(-low / (high - low) for low, high in spans)
    return _ROOM + min(fall, 0.6) * (_WIDTH - 2 * _ROOM)


def _group(
    fig: Canvas, top: float, title: str, rows: pd.DataFrame, kind: str, zero: float
) -> float:
    """Draw KPIs of one unit of change on one scale; return where the group ends."""
    of_kpi = groups(rows, "kpi")
    s.rule(fig, top)
    s.note(fig, 0, top + 3, title)
    top += 5.5
    height = _STEP * len(of_kpi)
    for place, (_, both) in enumerate(of_kpi):
        _words(fig, top + _STEP * (place + 0.5), records(both)[0], kind)
    low, high = _span(rows)
    unit = max(-low / max(zero - _ROOM, 1), high / (_WIDTH - _ROOM - zero))
    for base in dict.fromkeys(rows["base"]):
        ax = s.lanes(fig, _PANELS[base], top, _WIDTH, height, len(of_kpi))
        ax.set_xlim(-zero * unit, (_WIDTH - zero) * unit)
        ax.axvline(0, color=s.NEUTRAL, lw=0.8)
        for place, (_, both) in enumerate(of_kpi):
            _bar(ax, place, keyed(both, "base")[base])
    return top + height


def _words(fig: Canvas, y: float, row: Any, kind: str) -> None:
    """Write a KPI's name, good direction, value and unit."""
    record = kpi(str(row.kpi))
    s.write(fig, 0, y, s.fit(str(row.name), 34)[0])
    s.write(fig, 37, y, _ARROWS[str(row.better)], color=s.MUTED, ha="center")
    if row.value is not None:
        short = scale([row.value], 13, record.decimals)
        text = short.text(row.value) + (language().percent if record.is_share else "")
        s.write(fig, 53, y, text, ha="right", color=s.KIND[kind])
        if not record.is_share:
            hidden = {tr("services"): "", tr("services per 100 h"): tr("per 100 h")}
            unit = hidden.get(row.unit, row.unit)
            s.note(fig, 54, y, s.fit(f"{short.word}{unit}", 14.5, s.SMALL)[0])


def _size(row: Any) -> float | None:
    """Return the change as drawn: per cent, or percentage points for shares."""
    value, unit = (row.change, 1) if row.unit == "%" else (row.growth, 100)
    return None if value is None else unit * float(value)


def _change_text(row: Any) -> str:
    if row.unit == "%":
        return points(1)(row.change / 100)
    return change_text(row.growth) + language().percent


def _bar(ax: Axes, place: int, row: Any) -> None:
    size = _size(row)
    if size is None:
        s.tag(ax, tr("no base"), (0, place), (4, 0), color=s.MUTED)
        return
    ax.barh(place, size, height=0.5, color=_COLOURS[str(row.effect)])
    s.tag(ax, _change_text(row), (size, place), (3 if size >= 0 else -3, 0))


def _better(frame: pd.DataFrame, period: str) -> list[str]:
    """Say by base how many indicators got better."""
    parts = []
    for base in _PANELS:
        rows = frame[frame["base"] == base]
        judged = rows[rows["effect"].isin(["good", "bad"])]
        if judged.empty:
            continue
        other = _shown(judged["base_period"].iloc[0], period)
        better = int((judged["effect"] == "good").sum())
        words = {"period": other, "better": better, "all": len(judged)}
        parts.append(tr("than in {period} in {better} of {all} indicators", **words))
    return parts


def _changes(frame: pd.DataFrame, period: str) -> Iterator[str]:
    """Say how each indicator changed."""
    words = _on(period)
    for _, rows in groups(frame, "kpi"):
        changes = []
        for row in records(rows):
            if _size(row) is not None:
                effect = {"good": tr("better"), "bad": tr("worse")}.get(str(row.effect))
                text = f"{_change_text(row)} {words[str(row.base)]}"
                changes.append(f"{text}, {effect}" if effect else text)
        yield f"{rows['name'].iloc[0]}: {'; '.join(changes) or tr('nothing to compare')}."


_LEFT, _VARIANCE_WIDTH, _ROW, _TOP = 40.0, 118.0, 6.4, 7.0


def _shown(label: str, period: str) -> str:
    """Write a period, or the one that it is compared with."""
    same_days = label != period and time.is_to_date(period)
    return time.short_base(period, "year-ago") if same_days else time.short_period(label)


def _name(row: Any) -> list[str]:
    return s.fit(str(row.name), _LEFT - 3, s.SMALL, lines=1)


@s.drawing
def sales_waterfall(
    frame: pd.DataFrame, period: str, kind: str = "synthetic", currency: str = MONEY
) -> s.Drawn:
    """Draw how sales went from a base period to another one, part by part.

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.show.indicator_tables.variance_data` or `analysis.show.firm_sales`.
    period : str
        The later period.
    kind : str
        Kind of the values.
    currency : str
        Name of the currency.
    """
    start, end = sum(frame["base"], Fraction(0)), sum(frame["value"], Fraction(0))
    base = str(frame["base_period"].iloc[0])
    ranked = frame.sort_values("change", ascending=False, kind="stable", ignore_index=True)
    short = scale([start, end, *ranked["change"]], 17)
    count = len(ranked) + 2
    fig = s.canvas(_TOP + _ROW * count + 2)
    ax = s.lanes(fig, _LEFT, _TOP, _VARIANCE_WIDTH, _ROW * count, count)
    s.note(fig, _LEFT, 2.5, f"{tr('Sales')}, {short.word}{currency}")
    zero, run = Fraction(0), start
    steps = [Step(0, zero, start, s.look("previous", kind), short.text(start), "semibold")]
    for place, row in enumerate(records(ranked), start=1):
        s.small(fig, 3, _TOP + _ROW * (place + 0.5), _name(row))
        words = decimal(short.places, signed=True)(row.change / short.divisor)
        colour = s.verdict_colour(float(row.change), "up")
        steps.append(Step(place, run, run + row.change, {"color": colour}, words))
        run += row.change
    last = count - 1
    steps.append(Step(last, zero, end, s.look("actual", kind), short.text(end), "semibold"))
    for place, mark, when in ((0, _mark(base, period), base), (last, "AC", period)):
        s.bold(fig, 0, _TOP + _ROW * (place + 0.5), f"{mark} {_shown(when, period)}")
    waterfall(ax, _VARIANCE_WIDTH, steps)
    parts = [f"{r.name} {decimal(0, signed=True)(r.change)}" for r in records(ranked)]
    filled = {
        "base": _shown(base, period),
        "period": time.short_period(period),
        "start": decimal()(start),
        "end": amount_text(end),
        "currency": currency,
        "share": percent(1)(abs(end - start) / start) if start > 0 else "",
        "most": "; ".join(["", *_most(ranked)]),
        "steps": listed(parts),
    }
    told = ("rose" if end >= start else "fell") if filled["share"] else "went"
    return s.Drawn(fig, ranked, kind, filled, told)


number_waterfall = sales_waterfall.named("number_waterfall")
customers_waterfall = sales_waterfall.named("customers_waterfall")


@s.drawing
def sales_by_part(frame: pd.DataFrame, period: str, kind: str, currency: str = MONEY) -> s.Drawn:
    """Draw what the sales are made of, with shares, over the same of a base period if there is one.

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.show.firm_sales.ranking`.
    period : str
        The period.
    kind : str
        Kind of the values.
    currency : str
        Name of the currency.
    """
    base, total = str(frame["base_period"].iloc[0]), sum(frame["value"], Fraction(0))
    short = scale(frame["value"], 12)
    fig = s.canvas(_TOP + _ROW * len(frame) + 2)
    head = f"{tr('Sales')}, {short.word}{currency}"
    if base:
        head += f"; {tr('light: {mark}', mark=_shown(base, period))}"
        ax = s.lanes(fig, 126, _TOP, 34, _ROW * len(frame), len(frame))
        growths = [(None if g is None else 100 * float(g), _per_cent(g)) for g in frame["growth"]]
        s.small(fig, 126, 2.5, tr("Change, %"), weight="semibold")
        _differences(ax, growths, 34, pins=True)
    s.small(fig, _LEFT, 2.5, s.fit(head, 84, s.SMALL, "semibold")[0], weight="semibold")
    width = 82.0 if base else _VARIANCE_WIDTH
    shares = [percent(1)(value / total) if total > 0 else MISSING for value in frame["value"]]
    texts = [f"{short.text(v)} · {part}" for v, part in zip(frame["value"], shares, strict=True)]
    ax = s.lanes(fig, _LEFT, _TOP, width, _ROW * len(frame), len(frame))
    _pairs(ax, frame, kind, width, texts)
    for place, row in enumerate(records(frame)):
        s.small(fig, 0, _TOP + _ROW * (place + 0.5), _name(row))
    top = frame[~frame["rest"]].sort_values("value", ascending=False, kind="stable")
    words = {"name": literal(str(top["name"].iloc[0])), "period": time.short_period(period)}
    rows = [f"{row.name} {text}" for row, text in zip(records(frame), texts, strict=True)]
    words |= {"share": shares[top.index[0]], "n": str(len(top)), "rows": listed(rows)}
    if "sized" in frame:
        return s.Drawn(fig, frame, kind, words | {"currency": currency}, "sized")
    if total <= 0 or len(top) == len(frame):
        return s.Drawn(fig, frame, kind, words)
    words["part"] = percent(1)(sum(top["value"], Fraction(0)) / total)
    return s.Drawn(fig, frame, kind, words, "named")


SALES_BY = {
    "customer_id": sales_by_part.named("sales_by_customer"),
    "service_type": sales_by_part,
    "segment": sales_by_part.named("sales_by_segment"),
    "size": sales_by_part.named("sales_by_size"),
    "weekday": sales_by_part.named("sales_by_weekday"),
}
"""Figures of what the sales are made of, by column of the rows."""


def _mark(base: str, period: str) -> str:
    """Return what IBCS calls a base: PY, the year before, or PP, another period before."""
    (grain, before), (_, index) = time.parse_label(base), time.parse_label(period)
    return "PY" if index - before == time.distance(grain, "year-ago") else "PP"


def _most(frame: pd.DataFrame) -> Iterator[str]:
    """Name the parts that added and took most, of those in order of their change."""
    first, last = frame.iloc[0], frame.iloc[-1]
    for row, text, moved in (
        (first, tr("{name} added most ({change})"), first["change"] > 0),
        (last, tr("{name} took most ({change})"), last["change"] < 0),
    ):
        if moved:
            change = decimal(0, signed=True)(row["change"])
            yield text.format(name=literal(row["name"]), change=change)


_VARIANCE_PANELS = ((40.0, 42.0), (86.0, 36.0), (126.0, 34.0))
"""Left edge and width of the columns of a variance chart: values, difference, difference in %."""


@s.drawing
def services_variance(frame: pd.DataFrame, period: str, kind: str = "synthetic") -> s.Drawn:
    """Draw services by type against a base period, with both variances.

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.show.indicator_tables.variance_data`, of services.
    period : str
        The later period.
    kind : str
        Kind of the counts.
    """
    base = str(frame["base_period"].iloc[0])
    height = _ROW * len(frame)
    fig = s.canvas(_TOP + 4 + height + 2)
    mark = _mark(base, period)
    words = {"period": time.short_period(period), "base": _shown(base, period)}
    heads = (f"AC {words['period']}, {mark} {words['base']}", f"Δ{mark}", f"Δ{mark} %")
    axes = []
    for (left, width), head in zip(_VARIANCE_PANELS, heads, strict=True):
        s.small(fig, left, 2.5, head, weight="semibold")
        axes.append(s.lanes(fig, left, _TOP, width, height, len(frame)))
    s.note(fig, 0, 2.5, tr("Services; light: {mark}", mark=mark))
    for place, row in enumerate(records(frame)):
        s.small(fig, 0, _TOP + _ROW * (place + 0.5), _name(row))
    counts = list(map(scale(frame["value"], 12).text, frame["value"]))
    _pairs(axes[0], frame, kind, _VARIANCE_PANELS[0][1], counts)
    changes = [(float(v), decimal(0, signed=True)(v)) for v in frame["change"]]
    _differences(axes[1], changes, _VARIANCE_PANELS[1][1], pins=False)
    growths = [(None if g is None else 100 * float(g), _per_cent(g)) for g in frame["growth"]]
    _differences(axes[2], growths, _VARIANCE_PANELS[2][1], pins=True)
    pairs = [
        tr("{name} {now} after {then}", name=r.name, now=decimal()(r.value), then=decimal()(r.base))
        for r in records(frame)
    ]
    words |= {
        "now": decimal()(int(sum(frame["value"]))),
        "then": decimal()(int(sum(frame["base"]))),
        "types": str(len(frame)),
        "more": str(int((frame["change"] > 0).sum())),
        "pairs": listed(pairs),
    }
    return s.Drawn(fig, frame, kind, words)


def _per_cent(growth: Fraction | None) -> str:
    if growth is None:
        return tr("no base")
    return "> 9,999" if growth >= 100 else decimal(0, signed=True)(100 * growth)


def _pairs(ax: Axes, frame: pd.DataFrame, kind: str, width: float, texts: Sequence[str]) -> None:
    """Draw values over the light ones of the base, each with its text."""
    low, high = span([*frame["value"], *frame["base"]])
    room = max(14.0, 3 + max(s.text_width(text, s.SMALL) for text in texts))
    ax.set_xlim(low, high + room * (high - low) / (width - room))
    ax.axvline(0, color=s.NEUTRAL, lw=0.8, zorder=3)
    for place, (row, text) in enumerate(zip(records(frame), texts, strict=True)):
        if row.base is not None:
            look = s.look("previous", kind)
            ax.barh(place - 0.12, float(row.base), height=0.56, zorder=1, **look)
        ax.barh(place + 0.06, float(row.value), height=0.56, zorder=2, **s.look("actual", kind))
        end = max(float(row.value), float(row.base or 0), 0.0)
        s.tag(ax, text, (end, place), (3, 0), color=s.KIND[kind])


def _differences(
    ax: Axes, values: Sequence[tuple[float | None, str]], width: float, *, pins: bool
) -> None:
    """Draw differences with their texts right and left of zero, as bars or as pins (IBCS)."""
    low, high = span(size for size, _ in values)
    right, left = 11.0, 10.0 if low < 0 else 1.0
    unit = (high - low) / (width - left - right)
    ax.set_xlim(low - left * unit, high + right * unit)
    ax.axvline(0, color=s.NEUTRAL, lw=0.8)
    for place, (size, text) in enumerate(values):
        end = size or 0.0
        colour = s.verdict_colour(end, "up")
        if pins and size is not None:
            ax.hlines(place, 0, end, color=colour, lw=2.2)
            ax.scatter([end], [place], s=17, color=colour, marker="s", zorder=3)
        elif size is not None:
            ax.barh(place, end, height=0.62, color=colour)
        shift = (4.5 if pins else 3) * (1 if end >= 0 else -1)
        s.tag(ax, text, (end, place), (shift, 0), color=s.MUTED if size is None else s.INK)
