"""Figures of services: how long each step takes, what becomes of them, and their types."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator

from analysis.base.errors import InputError
from analysis.base.language import counted, tr
from analysis.base.periods import months_in
from analysis.base.text import decimal, frame_of, groups, listed, percent, records
from analysis.figures import style as s
from analysis.figures.primitives import Flow, Shape, period_words
from analysis.kpis.catalogue import Totals
from analysis.method.as_is import completed, process_times
from analysis.notebook.prose import literal
from analysis.tables.case import Case
from analysis.tables.firm_tables import Ledger
from analysis.tables.schema import ServiceType
from analysis.tables.strategy_tables import ProcessRow

_DAYS: Final = 114.0
"""Width of the axis of days in millimetres."""


def service_process_data(ledger: Ledger, steps: list[ProcessRow], period: str) -> pd.DataFrame:
    """Count services by the days that each step of the process took.

    Parameters
    ----------
    ledger : dict of str to DataFrame
        Needs ``service``.
    steps : list of ProcessRow
        From :func:`analysis.method.as_is.process_steps`.
    period : str
        Such as ``2023H1``; services completed in it count.

    Returns
    -------
    DataFrame
        One row per step and number of days that occurs: step_id, name, mode, days, services, and
        of the whole step mean (Fraction, days), share (Fraction of the cycle) and bottleneck.
    """
    done = completed(ledger["service"], period)
    times = process_times(ledger, steps, period).set_index("step_id")
    rows = []
    for step in steps:
        took = (done[step.end_column] - done[step.start_column]).dt.days.value_counts()
        whole = times.loc[step.step_id]
        about = whole["mean"], whole["share"], bool(whole["bottleneck"])
        for days in sorted(took.index):
            counted = int(days), int(took[days])
            rows.append((step.step_id, step.name, step.mode, *counted, *about))
    return frame_of(rows, "step_id name mode days services mean share bottleneck")


@s.drawing
def service_process(frame: pd.DataFrame, period: str, kind: str = "synthetic") -> s.Drawn:
    """Draw how long a service waits and is worked on, step by step.

    Parameters
    ----------
    frame : DataFrame
        From :func:`service_process_data`.
    period : str
        What it covers, such as ``2023H1``.
    kind : str
        Kind of the values.
    """
    steps = frame.drop_duplicates("step_id")
    period = period_words(period)
    whole = sum(steps["mean"], Fraction(0))
    longest = float(frame["days"].max()) + 1
    fig = s.canvas(12 + 21 * len(steps))
    s.note(fig, 42, 2.5, tr("Services by days; dark line: mean, grey line: middle 80%"))
    for place, (_, rows) in enumerate(groups(frame, "step_id")):
        top = 7 + 21 * place
        ax = s.panel(fig, 42, top, _DAYS, 15)
        s.only_bottom(ax)
        ax.set_xlim(-0.5, longest)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        last = place == len(steps) - 1
        ax.tick_params(labelbottom=last)
        if last:
            ax.set_xlabel(tr("Days"))
        _spread(fig, ax, top, rows, kind)
    worst = frame[frame["bottleneck"]]
    step = records(worst)[0]
    words = {
        "step": literal(step.name),
        "low": _quantile(worst, Fraction(1, 10)),
        "high": _quantile(worst, Fraction(9, 10)),
        "period": period,
        "share": percent(0)(step.share),
        "days": _days(whole),
        "parts": " ".join(_in_words(rows) for _, rows in groups(frame, "step_id")),
    }
    return s.Drawn(fig, frame, kind, words)


def _spread(fig: Canvas, ax: Axes, top: float, rows: pd.DataFrame, kind: str) -> None:
    """Draw how many services took how many days in one step, with its mean and middle 80 %."""
    step = records(rows)[0]
    low, high = _quantile(rows, Fraction(1, 10)), _quantile(rows, Fraction(9, 10))
    weight = "semibold" if step.bottleneck else "regular"
    name = s.fit(str(step.name), 38, weight=weight, lines=2)
    for line, text in enumerate(name):
        s.write(fig, 0, top + 5.5 - 3.6 * (len(name) - 1 - line), text, weight=weight)
    share = tr("{share} of the time", share=percent(0)(step.share))
    s.note(fig, 0, top + 9.5, share)
    s.note(fig, 0, top + 13, tr("middle 80%: {low} to {high} days", low=low, high=high))
    # waiting is grey, as in the flowchart, working is solid
    face = s.PALE if step.mode == "waiting" else s.KIND[kind]
    look: s.Look = {"facecolor": face, "edgecolor": s.KIND[kind], "linewidth": 0.5}
    ax.bar(rows["days"], rows["services"], width=0.8, **look)
    most = float(rows["services"].max())
    ax.set_ylim(0, 1.5 * most)
    mean = float(step.mean)
    ax.vlines(mean, 0, 1.38 * most, color=s.INK, lw=0.9)
    s.tag(ax, tr("mean {days}", days=_days(step.mean)), (mean, 1.38 * most), (3, 0), va="center")
    ax.hlines(1.1 * most, low, high, color=s.NEUTRAL, lw=1.5)


def _quantile(rows: pd.DataFrame, level: Fraction) -> int:
    """Return the smallest number of days that at least this share of services stay within."""
    wanted = ceil(level * int(rows["services"].sum()))
    return int(rows["days"][rows["services"].cumsum() >= wanted].iloc[0])


def _in_words(rows: pd.DataFrame) -> str:
    """Say how long a step took."""
    step = records(rows)[0]
    text = tr(
        "{step} ({mode}): mean {days}, {share} of the time, middle 80% of services {low} to "
        "{high} days",
        step=step.name,
        mode=tr(step.mode),
        days=_days(step.mean),
        share=percent(0)(step.share),
        low=_quantile(rows, Fraction(1, 10)),
        high=_quantile(rows, Fraction(9, 10)),
    )
    return text + (f", {tr('the bottleneck')}." if step.bottleneck else ".")


def _days(value: Fraction) -> str:
    return tr("{n} days", n=decimal(1)(value))


_COLUMNS: Final = 5
_STEP, _WIDTH, _HEIGHT, _ROW, _TOP = 32.5, 25.0, 15.0, 31.0, 11.0
_SHAPES: dict[str, Shape] = {
    "start": "terminal",
    "step": "process",
    "decision": "decision",
    "end": "terminal",
}


def process_flow_data(ledger: Ledger, steps: list[ProcessRow], period: str) -> pd.DataFrame:
    """List what a service passes through, with times and what becomes of it.

    Parameters
    ----------
    ledger : dict of str to DataFrame
        Needs ``service``.
    steps : list of ProcessRow
        From :func:`analysis.method.as_is.process_steps`.
    period : str
        Such as ``2023H1``; services completed in it count.

    Returns
    -------
    DataFrame
        One row per box: node, role (start, step, decision, end), text, mode (waiting, working or
        empty), services, mean (Fraction, days; None outside steps), share (of the cycle's days
        for steps, of services for ends) and bottleneck.

    Raises
    ------
    InputError
        If no service was completed in the period.
    """
    done = completed(ledger["service"], period)
    if done.empty:
        raise InputError(
            "no service was completed in this period", file="service.csv", value=period
        )
    times = process_times(ledger, steps, period)
    late = int((done["completed_on"] > done["due_on"]).sum())
    whole = len(done)
    begin = tr(steps[0].start_column.removesuffix("_on").replace("_", " ").capitalize())
    rows: list[tuple[Any, ...]] = [("start", "start", begin, "", whole, None, None, False)]
    rows += [
        (row.step_id, "step", row.name, row.mode, whole, row.mean, row.share, bool(row.bottleneck))
        for row in times.itertuples()
    ]
    rows.append(("promise", "decision", tr("By the day promised?"), "", whole, None, None, False))
    for node, text, count in (
        ("kept", tr("Done in time"), whole - late),
        ("late", tr("Done late"), late),
    ):
        rows.append((node, "end", text, "", count, None, Fraction(count, whole), False))
    return frame_of(rows, "node role text mode services mean share bottleneck")


@s.drawing
def process_flow(frame: pd.DataFrame, period: str, kind: str = "synthetic") -> s.Drawn:
    """Draw the service process as a flowchart.

    Parameters
    ----------
    frame : DataFrame
        From :func:`process_flow_data`.
    period : str
        What it covers, such as ``2023H1``.
    kind : str
        Kind of the times and counts.
    """
    places = _places(frame)
    fig = s.canvas(_TOP + _ROW * (max(row for row, _ in places.values()) + 1) - 13)
    chart = Flow(fig)
    boxes = {}
    for row in records(frame):
        x, y = _centre(places[row.node])
        weight, lw = ("semibold", 1.8) if row.bottleneck else ("regular", 0.8)
        look: s.Look = {"fill": s.PALE if row.mode == "waiting" else s.PAPER, "lw": lw}
        box = x, y, _WIDTH, _HEIGHT, row.text
        boxes[row.node] = chart.box(*box, shape=_SHAPES[row.role], weight=weight, **look)
        _numbers(fig, x, y, row, kind)
    _arrows(chart, frame, places, boxes)
    chart.finish()
    return s.Drawn(fig, frame, kind, _flow_words(frame) | {"period": period_words(period)})


def _places(frame: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Give each box a row and a column: to and fro as an ox ploughs, what is late below.

    The decision has a column after it, so that one way out leads on and the other down.
    """
    chain = [row.node for row in records(frame) if row.node != "late"]
    places: dict[str, tuple[int, int]] = {}
    for number, node in enumerate(chain):
        line, column = divmod(number, _COLUMNS)
        places[node] = (line, column if line % 2 == 0 else _COLUMNS - 1 - column)
    decision, kept = places["promise"], places["kept"]
    if decision[0] != kept[0]:  # the decision ends a row: it begins the next one instead
        places["promise"] = kept
        places["kept"] = (kept[0], kept[1] + (1 if kept[0] % 2 == 0 else -1))
        decision = kept
    places["late"] = (decision[0] + 1, decision[1])
    return places


def _centre(place: tuple[int, int]) -> tuple[float, float]:
    line, column = place
    return 15 + _STEP * column, _TOP + _ROW * line


def _numbers(fig: Canvas, x: float, y: float, row: Any, kind: str) -> None:
    """Write under a box what it takes, and above it that it is the bottleneck."""
    if row.role == "step":
        said = _days(row.mean)
        said += "" if row.share is None else f" · {percent(0)(row.share)}"
    elif row.role == "end":
        said = f"{decimal()(row.services)} · {percent(0)(row.share)}"
    elif row.role == "start":
        said = counted("{n} service", "{n} services", int(row.services))
    else:
        return
    s.small(fig, x, y + _HEIGHT / 2 + 2.6, said, ha="center", color=s.KIND[kind])
    if row.mode:
        words = tr(row.mode)
        words += f": {tr('the bottleneck')}" if row.bottleneck else ""
        colour = s.INK if row.bottleneck else s.MUTED
        s.small(fig, x, y - _HEIGHT / 2 - 2.2, words, ha="center", color=colour)


def _arrows(
    chart: Flow, frame: pd.DataFrame, places: dict[str, tuple[int, int]], boxes: dict[str, Any]
) -> None:
    """Join the boxes in their order, and the decision with both its ends."""
    chain = [row.node for row in records(frame) if row.node != "late"]
    for before, after in pairwise(chain):
        label = tr("yes") if before == "promise" else ""
        (line, column), (other_line, other) = places[before], places[after]
        if line != other_line:
            chart.arrow(boxes[before].S, boxes[after].N)
        elif column < other:
            chart.arrow(boxes[before].E, boxes[after].W, label=label)
        else:
            chart.arrow(boxes[before].W, boxes[after].E, label=label)
    chart.arrow(boxes["promise"].S, boxes["late"].N, label=tr("no"))


def _flow_words(frame: pd.DataFrame) -> dict[str, str]:
    steps = frame[frame["role"] == "step"]
    worst = records(steps[steps["bottleneck"]])[0]
    named = [
        f"{row.text} ({tr(row.mode)}, {_days(row.mean)}"
        + (f", {tr('the bottleneck')})" if row.bottleneck else ")")
        for row in records(steps)
    ]
    ends = [
        f"{row.text.lower()} {decimal()(row.services)}"
        for row in records(frame[frame["role"] == "end"])
    ]
    return {
        "step": literal(worst.text),
        "share": percent(0)(worst.share),
        "days": _days(sum(steps["mean"], Fraction(0))),
        "all": decimal()(frame["services"].max()),
        "late": decimal()(frame.set_index("node").loc["late", "services"]),
        "steps": f", {tr('then')} ".join([frame["text"].iloc[0], *named]),
        "ends": ", ".join(ends),
    }


_NAMES: Final = 52.0
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
    said = [_at_end(row) for row in records(frame)]
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


def _at_end(row: Any) -> str:
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
