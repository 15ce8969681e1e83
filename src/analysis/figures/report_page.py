"""Figure 3 of the paper as our rows would give it: a report page of the firm's main indicators."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd
from matplotlib.figure import Figure as Canvas

from analysis.base.frames import records
from analysis.base.numbers import decimal, listed, percent
from analysis.base.periods import short_period
from analysis.figures.columns import Timeline, levels
from analysis.figures.frames import period_words
from analysis.figures.kpi_data import quarters_data
from analysis.figures.numerals import scale
from analysis.figures.style import (
    INK,
    KIND,
    MUTED,
    NEUTRAL,
    RULE,
    SMALL,
    canvas,
    fit,
    only_frame,
    panel,
    sheet,
    styled,
    verdict_colour,
    write,
    write_lines,
)
from analysis.kpis.catalogue import kpi
from analysis.notebook.display.figure import Figure

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


@styled(19)
def report_page(
    frame: pd.DataFrame,
    period: str,
    kind: str = "synthetic",
    currency: str = "soles",
    *,
    printed: bool = True,
) -> Figure:
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
    fig = canvas(_LOWER + _HEIGHT)
    ax = sheet(fig)
    for number, name in enumerate(_CARDS):
        _card(fig, 40.5 * number, _part(frame, name), _unit(name, currency), name)
    for y in (_UPPER - 4, _LOWER - 4):
        ax.plot([0, 160], [y, y], color=RULE, lw=0.6)
    types = _part(frame, "services by type")
    write(fig, _LEFT, _UPPER, "Services by type", weight="semibold")
    write(fig, _LEFT, _UPPER + 3.7, period_words(period), fontsize=SMALL, color=MUTED)
    _bars(fig, types, kind)
    for name, left, top in (
        ("sales", _RIGHT, _UPPER),
        ("productivity", _LEFT, _LOWER),
        ("satisfaction", _RIGHT, _LOWER),
    ):
        _columns(fig, left, top, _part(frame, name), name, _unit(name, currency), kind)
    quarter = short_period(str(_part(frame, "sales")["label"].iloc[-1]))
    return Figure(
        name="report_page",
        figure=fig,
        data=frame,
        caption=(
            f"A report page for {quarter}. Light columns are the year before."
            if not printed
            else f"A report page for {quarter}, as the paper's Figure 3 might show it. The picture "
            "of the Power BI report is not in our sources and the text does not say what stands "
            "on it, so the choice of indicators, drawn from the abstract's results, is ours. Light "
            "columns are the year before."
        ),
        alt=_alt(frame, quarter, currency),
        kind=kind,
    )


def _part(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    return frame[frame["part"] == name].reset_index(drop=True)


def _unit(name: str, currency: str) -> str:
    return {"sales": currency, "satisfaction": "% satisfied"}.get(name, kpi(name).unit)


def _card(fig: Canvas, left: float, rows: pd.DataFrame, unit: str, name: str) -> None:
    """Write an indicator's last value with its change on the year before."""
    last, record = next(records(rows.tail(1)).__iter__()), kpi(name)
    short = scale([last.value], 22, record.decimals)
    write(fig, left, 2.5, record.name, fontsize=SMALL, color=MUTED)
    text = "–" if last.value is None else short.text(last.value)
    write(fig, left, 8.4, text, fontsize=13, weight="semibold")
    said = fit(f"{short.word}{unit}", 38, SMALL)
    write_lines(fig, left, 12.6, said, fontsize=SMALL, color=MUTED)
    words, colour = _change(last, name)
    write(fig, left, 16.2, words, fontsize=SMALL, color=colour)


def _change(row: Any, name: str) -> tuple[str, str]:
    record = kpi(name)
    if record.is_share and row.value is not None and row.year_ago is not None:
        change = row.value - row.year_ago
        words = f"{decimal(1, signed=True)(change)} pp on last year"
        return words, verdict_colour(float(change), record.better)
    if row.growth is None:
        return "no year before", MUTED
    words = f"{percent(1, signed=True)(row.growth)} on last year"
    return words, verdict_colour(float(row.growth), record.better)


def _bars(fig: Canvas, rows: pd.DataFrame, kind: str) -> None:
    top, height, left = _UPPER + 6.5, _HEIGHT - 13, 30.0
    step = min(height / max(len(rows), 1), 6.4)
    ax = panel(fig, left, top, _WIDTH - left, step * max(len(rows), 1))
    only_frame(ax)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    most = float(max(rows["value"], default=1)) or 1.0
    ax.set_xlim(0, most * (_WIDTH - left) / (_WIDTH - left - 13))
    ax.axvline(0, color=NEUTRAL, lw=0.8)
    short = scale(rows["value"], 12)
    for place, row in enumerate(records(rows)):
        name = fit(row.label, left - 2, SMALL)
        write_lines(fig, 0, top + step * (place + 0.5), name, fontsize=SMALL)
        ax.barh(place, float(row.value), height=0.62, color=KIND[kind])
        ax.annotate(
            short.text(row.value),
            (float(row.value), place),
            xytext=(3, 0),
            textcoords="offset points",
            va="center_baseline",
            fontsize=SMALL,
            color=INK,
        )


def _columns(
    fig: Canvas, left: float, top: float, rows: pd.DataFrame, name: str, unit: str, kind: str
) -> None:
    write(fig, left, top, kpi(name).name, weight="semibold")
    line = Timeline(left, _WIDTH, tuple(rows["label"]))
    short = scale(rows["value"], 0.9 * line.step, min(kpi(name).decimals, 1))
    write_lines(
        fig, left, top + 3.7, fit(f"{short.word}{unit}", _WIDTH, SMALL), fontsize=SMALL, color=MUTED
    )
    levels(fig, line, top + 6, _HEIGHT - 17, rows, kind, short.text)
    line.labels(fig, top + _HEIGHT - 11)
    if not any(value is not None for value in rows["value"]):
        write(fig, left, top + 15, "nothing recorded", fontsize=SMALL, color=MUTED)


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
