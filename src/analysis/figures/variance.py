"""Figures of change by service type in IBCS notation: a waterfall, and variances."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.base.frames import records
from analysis.base.numbers import decimal, listed, percent
from analysis.base.periods import distance, parse_label, period_label, short_period
from analysis.figures.columns import span
from analysis.figures.numerals import Scale, scale
from analysis.figures.style import (
    INK,
    KIND,
    MUTED,
    NEUTRAL,
    SMALL,
    canvas,
    fit,
    look,
    only_frame,
    panel,
    styled,
    verdict_colour,
    write,
    write_lines,
)
from analysis.kpis.compare import contributions_by_type
from analysis.kpis.measures import Totals
from analysis.notebook.display.figure import Figure
from analysis.notebook.values import literal

_LEFT, _WIDTH, _ROW, _TOP = 40.0, 118.0, 6.4, 7.0


def variance_data(
    totals: Totals, measure: str, period: str, base: str, names: Mapping[str, str]
) -> pd.DataFrame:
    """Set a period's sums by service type against a base period's.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.levels.totals`.
    measure : {"sales", "services"}
        What is compared; money comes out in units of the currency.
    period : str
        A month, quarter or half-year, such as ``2024Q2``.
    base : str
        What to compare with, such as ``year-ago``.
    names : mapping of str to str
        Names of service types by id.

    Returns
    -------
    DataFrame
        Columns service_type, name, base_period, base, value, change (Fractions) and growth
        (Fraction; None where the base is zero or less), largest value of the base first.
    """
    grain, index = parse_label(period)
    before = period_label(index - distance(grain, base), grain)
    unit = Fraction(1, 100) if measure == "sales" else Fraction(1)
    rows = [
        {
            "service_type": row.service_type,
            "name": names.get(str(row.service_type), str(row.service_type).replace("_", " ")),
            "base_period": before,
            "base": int(row.base) * unit,
            "value": int(row.value) * unit,
            "change": int(row.change) * unit,
            "growth": Fraction(int(row.change), int(row.base)) if row.base > 0 else None,
        }
        for row in records(contributions_by_type(totals, measure, period, base))
    ]
    rows.sort(key=lambda row: (-row["base"], row["name"]))
    columns = ["service_type", "name", "base_period", "base", "value", "change", "growth"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["growth"] = pd.Series([row["growth"] for row in rows], dtype="object")
    return frame


def _name(row: Any) -> list[str]:
    return fit(str(row.name), _LEFT - 3, SMALL, lines=1)


@styled(37)
def sales_waterfall(
    frame: pd.DataFrame, period: str, kind: str = "synthetic", currency: str = "soles"
) -> Figure:
    """Draw how sales went from a base period to another one, type by type (figure 37).

    Parameters
    ----------
    frame : DataFrame
        From :func:`variance_data`.
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
    runs = [start, *(start + value for value in ranked["change"].cumsum())]
    short = scale([start, end, *ranked["change"]], 17)
    fig = canvas(_TOP + _ROW * (len(ranked) + 2) + 2)
    ax = panel(fig, _LEFT, _TOP, _WIDTH, _ROW * (len(ranked) + 2))
    only_frame(ax)
    ax.set_ylim(len(ranked) + 1.5, -0.5)
    low, high = span(runs)
    unit = (high - low) / (_WIDTH - 20 - (20 if low < 0 else 0))
    ax.set_xlim(low - (20 * unit if low < 0 else 0), high + 20 * unit)
    ax.axvline(0, color=NEUTRAL, lw=0.8)
    write(fig, _LEFT, 2.5, f"Sales, {short.word}{currency}", fontsize=SMALL, color=MUTED)
    ends = ((0, base, start, "previous"), (len(ranked) + 1, period, end, "actual"))
    for place, when, value, scenario in ends:
        write(fig, 0, _TOP + _ROW * (place + 0.5), short_period(when), weight="semibold")
        ax.barh(place, float(value), height=0.62, **look(scenario, kind))  # type: ignore[arg-type]
        _write_end(ax, place, value, short.text(value), weight="semibold")
    for place, row in enumerate(records(ranked), start=1):
        write_lines(fig, 3, _TOP + _ROW * (place + 0.5), _name(row), fontsize=SMALL)
        before, after = float(runs[place - 1]), float(runs[place])
        ax.barh(
            place,
            after - before,
            left=before,
            height=0.62,
            color=verdict_colour(float(row.change), "up"),
        )
        ax.plot([before] * 2, [place - 1.31 + 0.62, place - 0.31], color=NEUTRAL, lw=0.5)
        signed = decimal(short.places, signed=True)(row.change / short.divisor)
        _write_end(ax, place, max(runs[place - 1], runs[place]), signed)
    ax.plot([float(end)] * 2, [len(ranked) + 0.31, len(ranked) + 0.69], color=NEUTRAL, lw=0.5)
    return Figure(
        name="sales_waterfall",
        figure=fig,
        data=ranked,
        caption=_waterfall_caption(ranked, base, period, start, end, currency),
        alt=(
            f"A waterfall from {decimal()(start)} {currency} in {short_period(base)} to "
            f"{decimal()(end)} in {short_period(period)}: "
            + listed([f"{r.name} {decimal(0, signed=True)(r.change)}" for r in records(ranked)])
            + "."
        ),
        kind=kind,
    )


def _write_end(ax: Axes, place: float, value: Fraction, text: str, **look_: Any) -> None:
    ax.annotate(
        text,
        (max(float(value), 0.0), place),
        xytext=(3, 0),
        textcoords="offset points",
        va="center_baseline",
        fontsize=SMALL,
        color=INK,
        **look_,
    )


def _waterfall_caption(
    frame: pd.DataFrame, base: str, period: str, start: Fraction, end: Fraction, currency: str
) -> str:
    up = frame[frame["change"] > 0]
    down = frame[frame["change"] < 0]
    parts = []
    if len(up):
        row = up.iloc[0]
        parts.append(
            f"{literal(row['name'])} added most ({decimal(0, signed=True)(row['change'])})"
        )
    if len(down):
        row = down.iloc[-1]
        parts.append(f"{literal(row['name'])} took most ({decimal(0, signed=True)(row['change'])})")
    growth = f", {percent(1, signed=True)((end - start) / start)}" if start > 0 else ""
    return (
        f"From the sales of {short_period(base)} to those of {short_period(period)}, type by "
        f"type{growth}. Light is the earlier period, solid the later one, in {currency}; green "
        f"adds and orange takes. {listed(parts)}{'.' if parts else 'No type changed.'}"
    )


_PANELS = ((40.0, 42.0), (86.0, 36.0), (126.0, 34.0))
"""Left edge and width of the columns of a variance chart: values, difference, difference in %."""


@styled(38)
def services_variance(frame: pd.DataFrame, period: str, kind: str = "synthetic") -> Figure:
    """Draw services by type against a base period, with both variances (figure 38).

    Parameters
    ----------
    frame : DataFrame
        From :func:`variance_data`, of services.
    period : str
        The later period.
    kind : str
        Kind of the counts.
    """
    base = str(frame["base_period"].iloc[0])
    height = _ROW * len(frame)
    fig = canvas(_TOP + 4 + height + 2)
    heads = (f"{short_period(period)} over {short_period(base)}", "difference", "difference, %")
    axes = []
    for (left, width), head in zip(_PANELS, heads, strict=True):
        write(fig, left, 2.5, head, fontsize=SMALL, weight="semibold")
        ax = panel(fig, left, _TOP, width, height)
        only_frame(ax)
        ax.set_ylim(len(frame) - 0.5, -0.5)
        axes.append(ax)
    write(fig, 0, 2.5, "light: before", fontsize=SMALL, color=MUTED)
    for place, row in enumerate(records(frame)):
        write_lines(fig, 0, _TOP + _ROW * (place + 0.5), _name(row), fontsize=SMALL)
    _pairs(axes[0], frame, kind)
    _differences(
        axes[1],
        [float(v) for v in frame["change"]],
        _PANELS[1][1],
        pins=False,
        texts=[decimal(0, signed=True)(v) for v in frame["change"]],
    )
    growths = list(frame["growth"])
    _differences(
        axes[2],
        [None if g is None else 100 * float(g) for g in growths],
        _PANELS[2][1],
        pins=True,
        texts=[_per_cent(growth) for growth in growths],
    )
    now, then = int(sum(frame["value"])), int(sum(frame["base"]))
    more = int((frame["change"] > 0).sum())
    return Figure(
        name="services_variance",
        figure=fig,
        data=frame,
        caption=(
            f"Services by type in {short_period(period)} against {short_period(base)}: "
            f"{decimal()(now)} after {decimal()(then)}. Of {len(frame)} types {more} had more. "
            "Columns stand for numbers, pins for per cent; dark green is more, light orange less."
        ),
        alt=(
            f"Paired bars, differences and pins by service type, {short_period(period)} against "
            f"{short_period(base)}: "
            + listed(
                [f"{r.name} {decimal()(r.value)} after {decimal()(r.base)}" for r in records(frame)]
            )
            + "."
        ),
        kind=kind,
    )


def _per_cent(growth: Fraction | None) -> str:
    if growth is None:
        return "no base"
    return "> 9,999" if growth >= 100 else decimal(0, signed=True)(100 * growth)


def _pairs(ax: Axes, frame: pd.DataFrame, kind: str) -> None:
    low, high = span([*frame["value"], *frame["base"]])
    short: Scale = scale(frame["value"], 12)
    ax.set_xlim(low, high + 14 * (high - low) / (_PANELS[0][1] - 14))
    ax.axvline(0, color=NEUTRAL, lw=0.8, zorder=3)
    for place, row in enumerate(records(frame)):
        ax.barh(place - 0.12, float(row.base), height=0.56, zorder=1, **look("previous", kind))
        ax.barh(place + 0.06, float(row.value), height=0.56, zorder=2, **look("actual", kind))
        ax.annotate(
            short.text(row.value),
            (max(float(row.value), float(row.base), 0.0), place),
            xytext=(3, 0),
            textcoords="offset points",
            va="center_baseline",
            fontsize=SMALL,
            color=KIND[kind],
        )


def _differences(
    ax: Axes, sizes: list[float | None], width: float, *, pins: bool, texts: list[str]
) -> None:
    """Draw differences to the right and left of zero, as bars or as pins (IBCS)."""
    low, high = span(sizes)
    if not any(sizes):
        low, high = 0.0, 1.0
    right, left = 11.0, 10.0 if low < 0 else 1.0
    unit = (high - low) / (width - left - right)
    ax.set_xlim(low - left * unit, high + right * unit)
    ax.axvline(0, color=NEUTRAL, lw=0.8)
    for place, (size, text) in enumerate(zip(sizes, texts, strict=True)):
        end = size or 0.0
        colour = verdict_colour(end, "up")
        if pins and size is not None:
            ax.hlines(place, 0, end, color=colour, lw=2.2)
            ax.scatter([end], [place], s=17, color=colour, marker="s", zorder=3)
        elif size is not None:
            ax.barh(place, end, height=0.62, color=colour)
        shift = (4.5 if pins else 3) * (1 if end >= 0 else -1)
        ax.annotate(
            text,
            (end, place),
            xytext=(shift, 0),
            textcoords="offset points",
            ha="left" if end >= 0 else "right",
            va="center_baseline",
            fontsize=SMALL,
            color=MUTED if size is None else INK,
        )
