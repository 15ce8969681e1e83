"""Figures of indicators over time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.display import Figure, decimal, percent
from analysis.errors import InputError
from analysis.figures.frames import records
from analysis.figures.style import (
    BAD,
    GOOD,
    INK,
    KIND,
    LIGHT,
    MUTED,
    NEUTRAL,
    RULE,
    SMALL,
    canvas,
    listed,
    only_frame,
    panel,
    styled,
    write,
)
from analysis.kpis import kpi

_LEFT = 34.0
_TIME = 126.0
"""Left edge and width of the time axis in millimetres, the same in every figure over quarters."""


@styled(7)
def sales_by_quarter(
    frame: pd.DataFrame, kind: str = "synthetic", currency: str = "soles"
) -> Figure:
    """Draw sales by quarter, with the change on the same quarter of last year (figure 7).

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.figures.kpi_data.quarters_data`.
    kind : str
        Kind of the values.
    currency : str
        Name of the currency.
    """
    fig = canvas(79)
    scale, word, places = _scale(max(_known(frame["value"])))
    write(fig, 0, 50, "Sales", weight="semibold")
    write(fig, 0, 54, f"{word}{currency}", fontsize=SMALL, color=MUTED)
    _changes(fig, 6, 24, frame, "up")
    _levels(fig, 33, 38, frame, kind, lambda value: decimal(places)(value / scale))
    _quarter_labels(fig, 71.5, frame)
    return Figure(
        name="sales_by_quarter",
        figure=fig,
        data=frame,
        caption=_time_caption(frame, "Sales", currency, 0),
        alt=_time_alt(frame, "sales", currency, 0),
        kind=kind,
    )


@styled(8)
def productivity(
    frame: pd.DataFrame, services: pd.DataFrame, hours: pd.DataFrame, kind: str = "synthetic"
) -> Figure:
    """Draw productivity by quarter with its change, and what it is made of (figure 8).

    Parameters
    ----------
    frame, services, hours : DataFrame
        From :func:`analysis.figures.kpi_data.quarters_data`, for productivity, services and
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
    fig = canvas(107)
    write(fig, 0, 47, record.name, weight="semibold")
    write(fig, 0, 51, record.unit, fontsize=SMALL, color=MUTED)
    _changes(fig, 6, 24, frame, record.better)
    _levels(fig, 33, 32, frame, kind, decimal(1))
    write(fig, 0, 82, "Its parts", weight="semibold")
    write(fig, 0, 86, f"{_quarter(frame, start)} = 100", fontsize=SMALL, color=MUTED)
    _indices(fig, 71, 26, {"services": services, "hours": hours}, kind, start)
    _quarter_labels(fig, 99, frame)
    data = pd.concat([frame, services, hours], ignore_index=True)
    last = len(frame) - 1
    parts = (
        f"From {_quarter(frame, start)} to {_quarter(frame, last)} services went from 100 to "
        f"{decimal()(_indexed(services, start)[-1])}, hours from 100 to "
        f"{decimal()(_indexed(hours, start)[-1])}."
    )
    return Figure(
        name="productivity",
        figure=fig,
        data=data,
        caption=f"{_time_caption(frame, 'Productivity', record.unit, 1)} {parts}",
        alt=f"{_time_alt(frame, 'productivity', record.unit, 1)} Below, two lines: {parts}",
        kind=kind,
    )


def _scale(largest: Fraction) -> tuple[int, str, int]:
    """Return a divisor, its name and decimals that keep labels short."""
    for divisor, word in ((10**6, "million "), (10**3, "thousand ")):
        if largest >= 10 * divisor:
            return divisor, word, 1 if largest < 1000 * divisor else 0
    return 1, "", 0


def _known(values: Iterable[Fraction | None]) -> list[Fraction]:
    return [value for value in values if value is not None]


def _quarter(frame: pd.DataFrame, place: int) -> str:
    label = str(frame["quarter"].iloc[place])
    return f"Q{label[-1]} {label[:4]}"


def _time_axis(fig: Canvas, top: float, height: float, count: int) -> Axes:
    ax = panel(fig, _LEFT, top, _TIME, height)
    only_frame(ax)
    ax.set_xlim(-0.6, count - 0.4)
    return ax


def _column(frame: pd.DataFrame, place: int) -> float:
    """Return the middle of a quarter's column in millimetres."""
    return _LEFT + _TIME * (place + 0.6) / (len(frame) + 0.2)


def _quarter_labels(fig: Canvas, top: float, frame: pd.DataFrame) -> None:
    """Write quarters, and each year once below its first quarter."""
    year = ""
    for place, label in enumerate(frame["quarter"]):
        x = _column(frame, place)
        write(fig, x, top + 2, label[4:], fontsize=SMALL, ha="center", color=MUTED)
        if label[:4] != year:
            year = label[:4]
            write(fig, x, top + 5.5, year, fontsize=SMALL, ha="center")


def _changes(fig: Canvas, top: float, height: float, frame: pd.DataFrame, better: str) -> None:
    """Draw relative changes as pins above the time axis, with the printed ones in a row on top."""
    write(fig, 0, top + height / 2, "Change on last year", weight="semibold")
    write(fig, 0, top + height / 2 + 4, "same quarter, %", fontsize=SMALL, color=MUTED)
    ax = _time_axis(fig, top, height, len(frame))
    growths = [100 * float(value) for value in _known(frame["growth"])] or [1.0]
    high, low = max(0.0, *growths) or 1.0, min(0.0, *growths)
    room = 0.24 * (high - low)  # for the labels at the ends of the pins
    ax.set_ylim(low - (room if low < 0 else 0), high + room)
    ax.axhline(0, color=NEUTRAL, lw=0.8, clip_on=False)
    for place, row in enumerate(records(frame)):
        if row.growth is not None:
            _pin(ax, place, row.growth, better)
    _printed_row(fig, top - 3.5, frame)


def _pin(ax: Axes, place: int, growth: Fraction, better: str) -> None:
    size, above = 100 * float(growth), growth >= 0
    good = above == (better == "up")
    colour = NEUTRAL if growth == 0 or better == "none" else GOOD if good else BAD
    ax.vlines(place, 0, size, color=colour, lw=2.2)
    ax.scatter([place], [size], s=17, color=colour, marker="s", zorder=3)
    ax.annotate(
        decimal(1, signed=True)(100 * growth), (place, size),
        xytext=(0, 4.5 if above else -4.5), textcoords="offset points", ha="center",
        va="bottom" if above else "top", fontsize=SMALL,
    )  # fmt: skip


def _printed_row(fig: Canvas, y: float, frame: pd.DataFrame) -> None:
    """Write the printed growths in a row of their own, if there are any."""
    said = frame[frame["printed"] != ""]
    if said.empty:
        return
    write(fig, 0, y, "as printed", fontsize=SMALL, color=MUTED)
    for place in said.index:
        text = str(said.loc[place, "printed"])
        write(fig, _column(frame, int(place)), y, text, ha="center", weight="semibold")


def _levels(
    fig: Canvas,
    top: float,
    height: float,
    frame: pd.DataFrame,
    kind: str,
    label: Callable[[Fraction], str],
) -> None:
    """Draw values as solid bars over the light bars of the year before."""
    write(fig, 0, top + height - 2, "light: a year before", fontsize=SMALL, color=MUTED)
    ax = _time_axis(fig, top, height, len(frame))
    ax.set_ylim(0, 1.13 * float(max(_known(frame["value"]))))
    ax.axhline(0, color=NEUTRAL, lw=0.8, clip_on=False, zorder=3)
    for place, row in enumerate(records(frame)):
        if row.year_ago is not None:
            ax.bar(place - 0.12, float(row.year_ago), width=0.56, color=LIGHT[kind], zorder=1)
        if row.value is None:
            continue
        ax.bar(place + 0.06, float(row.value), width=0.56, color=KIND[kind], zorder=2)
        highest = max(float(row.value), float(row.year_ago or 0))
        ax.annotate(
            label(row.value), (place, highest), xytext=(0, 2), textcoords="offset points",
            ha="center", va="bottom", fontsize=SMALL, color=KIND[kind],
        )  # fmt: skip


def _first_known(frame: pd.DataFrame) -> int:
    """Return the place of the first quarter with a value above zero."""
    for place, value in enumerate(frame["value"]):
        if value is not None and value > 0:
            return place
    raise InputError(
        "no quarter has both services and technician hours, so there is no productivity to draw",
        file="staff_hours.csv",
        fix="add the hours that technicians worked",
    )


def _indexed(frame: pd.DataFrame, start: int) -> list[Fraction]:
    base = frame["value"].iloc[start]
    return [100 * value / base for value in frame["value"]]


def _indices(
    fig: Canvas, top: float, height: float, parts: dict[str, pd.DataFrame], kind: str, start: int
) -> None:
    """Draw several measures as lines that start at 100, named at their ends."""
    count = max(len(frame) for frame in parts.values())
    ax = _time_axis(fig, top, height, count)
    series = {name: _indexed(frame, start) for name, frame in parts.items()}
    flat = [float(value) for values in series.values() for value in values]
    span = max(flat) - min(flat)
    ax.set_ylim(min(flat) - 0.12 * span, max(flat) + 0.2 * span)
    ax.axhline(100, color=RULE, lw=0.6)
    styles = {name: ("-", "--")[place] for place, name in enumerate(series)}
    for name, values in series.items():
        heights = [float(value) for value in values]
        ax.plot(range(count), heights, color=KIND[kind], lw=1.3, ls=styles[name])
        ax.scatter([count - 1], heights[-1:], s=12, color=KIND[kind], zorder=3)
        ax.annotate(
            f"{name} {decimal()(values[-1])}", (count - 1, heights[-1]), xytext=(4, 5),
            textcoords="offset points", ha="right", va="bottom", color=INK,
        )  # fmt: skip


def _time_caption(frame: pd.DataFrame, name: str, unit: str, decimals: int) -> str:
    last = frame.iloc[-1]
    text = f"{name} by quarter, each beside the same quarter of the year before."
    if last["growth"] is not None:
        verb = "above" if last["growth"] >= 0 else "below"
        text += (
            f" In {_quarter(frame, len(frame) - 1)} the value of "
            f"{decimal(decimals)(last['value'])} {unit} is "
            f"{percent(1)(abs(last['growth']))} {verb} last year's"
        )
        said = frame[frame["printed"] != ""]
        if len(said):
            texts = [
                f"{row.printed} in Q{row.quarter[-1]} {row.quarter[:4]}" for row in records(said)
            ]
            text += f"; printed are {listed(texts)}"
        text += "."
    return text


def _time_alt(frame: pd.DataFrame, name: str, unit: str, decimals: int) -> str:
    parts = []
    for place, row in enumerate(records(frame)):
        if row.value is None:
            continue
        text = f"{_quarter(frame, place)} {decimal(decimals)(row.value)}"
        if row.growth is not None:
            text += f" ({percent(1, signed=True)(row.growth)}"
            text += f", printed {row.printed})" if row.printed else ")"
        parts.append(text)
    return (
        f"Bars of {name} by quarter in {unit}, above them the change on the same quarter of the "
        f"year before: {listed(parts)}."
    )
