"""Figures of indicators: services by type, and what chance may do to a level."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import pandas as pd

from analysis.base.language import tr
from analysis.base.periods import (
    months_in,
)
from analysis.base.text import decimal, listed, percent, records
from analysis.figures import style as s
from analysis.figures.primitives import period_words, table
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
