"""Figure of the service process as a flowchart, with the time that each step takes."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

import pandas as pd
from matplotlib.figure import Figure as Canvas

from analysis.base.errors import InputError
from analysis.base.frames import records
from analysis.base.numbers import decimal, percent
from analysis.base.periods import parse_period
from analysis.figures.flow import Flow, Shape
from analysis.figures.frames import period_words
from analysis.figures.style import INK, KIND, MUTED, PALE, SMALL, canvas, styled, write
from analysis.kpis.levels import quarter_index
from analysis.method.as_is import process_times
from analysis.notebook.display.figure import Figure
from analysis.tables.contents import Ledger
from analysis.tables.ledger import ProcessRow

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
    service = ledger["service"]
    done = service[quarter_index(service["completed_on"]).isin(parse_period(period))]
    if done.empty:
        raise InputError(
            "no service was completed in this period", file="service.csv", value=period
        )
    times = process_times(ledger, steps, period)
    late = int((done["completed_on"] > done["due_on"]).sum())
    whole = len(done)
    rows: list[tuple[Any, ...]] = [
        ("start", "start", _event(steps[0].start_column), "", whole, None, None, False)
    ]
    rows += [
        (row.step_id, "step", row.name, row.mode, whole, row.mean, row.share, bool(row.bottleneck))
        for row in times.itertuples()
    ]
    rows.append(("promise", "decision", "By the day promised?", "", whole, None, None, False))
    for node, text, count in (("kept", "Done in time", whole - late), ("late", "Done late", late)):
        rows.append((node, "end", text, "", count, None, Fraction(count, whole), False))
    columns = ["node", "role", "text", "mode", "services", "mean", "share", "bottleneck"]
    frame = pd.DataFrame(rows, columns=columns)
    for place, column in ((5, "mean"), (6, "share")):
        frame[column] = pd.Series([row[place] for row in rows], dtype="object")
    return frame


def _event(column: str) -> str:
    return column.removesuffix("_on").replace("_", " ").capitalize()


@styled(16)
def process_flow(frame: pd.DataFrame, period: str, kind: str = "synthetic") -> Figure:
    """Draw the service process as a flowchart (figure 16).

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
    fig = canvas(_TOP + _ROW * (max(row for row, _ in places.values()) + 1) - 13)
    chart = Flow(fig)
    boxes = {}
    for row in records(frame):
        x, y = _centre(places[row.node])
        fill = PALE if row.mode == "waiting" else "#ffffff"
        boxes[row.node] = chart.box(
            x,
            y,
            _WIDTH,
            _HEIGHT,
            row.text,
            shape=_SHAPES[row.role],
            weight="semibold" if row.bottleneck else "regular",
            fill=fill,
            lw=1.8 if row.bottleneck else 0.8,
        )
        _numbers(fig, x, y, row, kind)
    _arrows(chart, frame, places, boxes)
    chart.finish()
    return Figure(
        name="process_flow",
        figure=fig,
        data=frame,
        caption=_caption(frame, period_words(period)),
        alt=_alt(frame, period_words(period)),
        kind=kind,
    )


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
        said = f"{decimal(1)(row.mean)} days" + (
            "" if row.share is None else f" · {percent(0)(row.share)}"
        )
    elif row.role == "end":
        said = f"{decimal()(row.services)} · {percent(0)(row.share)}"
    elif row.role == "start":
        said = f"{decimal()(row.services)} services"
    else:
        return
    write(fig, x, y + _HEIGHT / 2 + 2.6, said, fontsize=SMALL, ha="center", color=KIND[kind])
    if row.mode:
        words = f"{row.mode}: the bottleneck" if row.bottleneck else str(row.mode)
        write(
            fig,
            x,
            y - _HEIGHT / 2 - 2.2,
            words,
            fontsize=SMALL,
            ha="center",
            color=INK if row.bottleneck else MUTED,
        )


def _arrows(
    chart: Flow, frame: pd.DataFrame, places: dict[str, tuple[int, int]], boxes: dict[str, Any]
) -> None:
    """Join the boxes in their order, and the decision with both its ends."""
    chain = [row.node for row in records(frame) if row.node != "late"]
    for before, after in pairwise(chain):
        label = "yes" if before == "promise" else ""
        (line, column), (other_line, other) = places[before], places[after]
        if line != other_line:
            chart.arrow(boxes[before].S, boxes[after].N)
        elif column < other:
            chart.arrow(boxes[before].E, boxes[after].W, label=label)
        else:
            chart.arrow(boxes[before].W, boxes[after].E, label=label)
    chart.arrow(boxes["promise"].S, boxes["late"].N, label="no")


def _caption(frame: pd.DataFrame, period: str) -> str:
    steps = frame[frame["role"] == "step"]
    late = frame.set_index("node").loc["late"]
    days = sum(steps["mean"], Fraction(0))
    return (
        f"Flowchart of the service process in {period}: mean days of each step and its share of "
        f"the {decimal(1)(days)} days that a service takes. Of {decimal()(frame['services'].max())}"
        f" services {decimal()(late['services'])} ended after the day promised; grey is waiting."
    )


def _alt(frame: pd.DataFrame, period: str) -> str:
    steps = [
        f"{row.text} ({row.mode}, {decimal(1)(row.mean)} days"
        + (", the bottleneck)" if row.bottleneck else ")")
        for row in records(frame[frame["role"] == "step"])
    ]
    ends = [
        f"{row.text.lower()} {decimal()(row.services)}"
        for row in records(frame[frame["role"] == "end"])
    ]
    return (
        f"A flowchart of the service process in {period}: {frame['text'].iloc[0]}, then "
        f"{', then '.join(steps)}, then the question whether the promised day was kept: "
        f"{', '.join(ends)}."
    )
