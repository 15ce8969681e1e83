"""Figures of the service process: how long each step waits or works, and what becomes of it."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator

from analysis.base.errors import InputError
from analysis.base.language import counted, tr
from analysis.base.text import decimal, frame_of, groups, percent, records
from analysis.figures import style as s
from analysis.figures.primitives import Flow, Shape, period_words
from analysis.method.as_is import completed, process_times
from analysis.notebook.prose import literal
from analysis.tables.firm_tables import Ledger
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
        ax = _days_axis(fig, top, 15, longest)
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


def _days_axis(fig: Canvas, top: float, height: float, longest: float) -> Axes:
    ax = s.panel(fig, 42, top, _DAYS, height)
    s.only_bottom(ax)
    ax.set_xlim(-0.5, longest)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return ax


def _look(mode: str, kind: str) -> dict[str, Any]:
    """Return the looks of a step: waiting is grey, as in the flowchart, working is solid."""
    face = s.PALE if mode == "waiting" else s.KIND[kind]
    return {"facecolor": face, "edgecolor": s.KIND[kind], "linewidth": 0.5}


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
    ax.bar(rows["days"], rows["services"], width=0.8, **_look(str(step.mode), kind))
    most = float(rows["services"].max())
    ax.set_ylim(0, 1.5 * most)
    mean = float(step.mean)
    ax.vlines(mean, 0, 1.38 * most, color=s.INK, lw=0.9)
    s.tag(ax, tr("mean {days}", days=_days(step.mean)), (mean, 1.38 * most), (3, 0), va="center")
    ax.hlines(1.1 * most, low, high, color=s.NEUTRAL, lw=1.5)


def _quantile(rows: pd.DataFrame, level: Fraction) -> int:
    """Return the smallest number of days that at least this share of services stay within."""
    wanted = level * int(rows["services"].sum())
    so_far = 0
    for days, services in zip(rows["days"], rows["services"], strict=True):
        so_far += int(services)
        if so_far >= wanted:
            return int(days)
    raise ValueError("no service at all")


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
        look: dict[str, Any] = {"fill": s.PALE if row.mode == "waiting" else s.PAPER, "lw": lw}
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
    line = column = 0
    for node in chain:
        step = 1 if line % 2 == 0 else -1
        last = column in (_COLUMNS - 1 if step == 1 else 0,)
        places[node] = (line, column)
        if last:
            line += 1
        else:
            column += step
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
