"""Figures of boxes and arrows: the service process, and two pictures of the paper.

Figures 1 and 2 of the paper are not in our sources; they are redrawn from its words.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

import pandas as pd
from matplotlib.figure import Figure as Canvas

from analysis.base.errors import InputError
from analysis.base.frames import groups, records
from analysis.base.numbers import decimal, percent
from analysis.base.periods import parse_period
from analysis.figures import style as s
from analysis.figures.primitives import LINE, Flow, Shape, period_words, table
from analysis.kpis.catalogue import indicator
from analysis.kpis.levels import quarter_index
from analysis.method.as_is import process_times
from analysis.method.key_results import Okrs
from analysis.tables.case import Case
from analysis.tables.contents import Ledger
from analysis.tables.rows import read_frame
from analysis.tables.strategy_tables import METHODS, ProcessRow

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
    begin = steps[0].start_column.removesuffix("_on").replace("_", " ").capitalize()
    rows: list[tuple[Any, ...]] = [("start", "start", begin, "", whole, None, None, False)]
    rows += [
        (row.step_id, "step", row.name, row.mode, whole, row.mean, row.share, bool(row.bottleneck))
        for row in times.itertuples()
    ]
    rows.append(("promise", "decision", "By the day promised?", "", whole, None, None, False))
    for node, text, count in (("kept", "Done in time", whole - late), ("late", "Done late", late)):
        rows.append((node, "end", text, "", count, None, Fraction(count, whole), False))
    return table("node role text mode services mean share bottleneck", rows, exact="mean share")


@s.drawing(16)
def process_flow(frame: pd.DataFrame, period: str, kind: str = "synthetic") -> s.Drawn:
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
    period = period_words(period)
    return s.Drawn(fig, frame, kind, _caption(frame, period), _alt(frame, period))


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
        said = f"{decimal(1)(row.mean)} days"
        said += "" if row.share is None else f" · {percent(0)(row.share)}"
    elif row.role == "end":
        said = f"{decimal()(row.services)} · {percent(0)(row.share)}"
    elif row.role == "start":
        said = f"{decimal()(row.services)} services"
    else:
        return
    s.small(fig, x, y + _HEIGHT / 2 + 2.6, said, ha="center", color=s.KIND[kind])
    if row.mode:
        words = f"{row.mode}: the bottleneck" if row.bottleneck else str(row.mode)
        colour = s.INK if row.bottleneck else s.MUTED
        s.small(fig, x, y - _HEIGHT / 2 - 2.2, words, ha="center", color=colour)


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


_GAP, _DOWN, _BACK, _ABOVE = 7.0, 8.0, 6.0, 1.0
"""Millimetres between boxes across and down, to the arrow that leads back, and above all."""
_Line = tuple[str, dict[str, Any]]
_HEAVY, _GREY = {"weight": "semibold"}, {"color": s.MUTED}


def methodologies_data(case: Case) -> pd.DataFrame:
    """Read the methods of a case: method_id, step, name, text, place, leads_to, label, quotation.

    Raises
    ------
    InputError
        If the case has no such table, or it breaks a rule.
    """
    return read_frame(METHODS, case.raw, case.root)


@s.drawing(17)
def methodologies(frame: pd.DataFrame, kind: str = "words") -> s.Drawn:
    """Draw the methods from left to right, what they stand for below them (figure 17).

    Parameters
    ----------
    frame : DataFrame
        From :func:`methodologies_data`.
    kind : str
        Kind of what is shown.
    """
    steps = [rows for _, rows in groups(frame.sort_values("step", kind="stable"), "step")]
    width = (160 - 1 - _GAP * (len(steps) - 1)) / len(steps)
    texts = {row.method_id: _lines(row, width - 4) for row in records(frame)}
    height = LINE * max(len(lines) for lines in texts.values()) + 4
    most = max(len(rows) for rows in steps)
    whole = most * height + (most - 1) * _DOWN
    fig = s.canvas(_ABOVE + whole + (_BACK + 5 if _returning(frame) else 2))
    chart, boxes = Flow(fig), {}
    for column, rows in enumerate(steps):
        x = 0.5 + width / 2 + (width + _GAP) * column
        first = _ABOVE + (whole - len(rows) * height - (len(rows) - 1) * _DOWN) / 2
        for place, row in enumerate(records(rows)):
            y = first + place * (height + _DOWN) + height / 2
            boxes[row.method_id] = chart.box(x, y, width, height, "")
            top = y - height / 2 + 2 + LINE * 0.5
            _write(fig, x - width / 2 + 2, top, texts[row.method_id])
    _methodologies_arrows(fig, chart, frame, boxes, _ABOVE + whole)
    chart.finish()
    caption = (
        "Methodologies for operational efficiency: Figure 1 of the paper, redrawn from its "
        "words. The picture itself is not in our sources, so boxes and arrows follow sections "
        "4.1 to 4.3, and their wording and layout are ours."
    )
    alt = "A chart of boxes and arrows. " + " ".join(
        f"{row.name} ({row.place}): {row.text}." for row in records(frame)
    )
    return s.Drawn(fig, frame, kind, caption, alt)


def _lines(row: Any, width: float) -> list[_Line]:
    """Return what stands in a box: its name, what it stands for, and the sections it rests on."""
    return [
        *((line, _HEAVY) for line in s.fit(row.name, width, s.SMALL, "semibold", lines=2)),
        *((line, {}) for line in s.fit(row.text, width, s.SMALL, lines=8)),
        *((line, _GREY) for line in s.fit(row.place, width, s.SMALL, lines=2)),
    ]


def _returning(frame: pd.DataFrame) -> list[tuple[str, str, str]]:
    """List the arrows that lead back: from, to, and what they pass on."""
    step = dict(zip(frame["method_id"], frame["step"], strict=True))
    return [
        (row.method_id, other, str(row.label))
        for row in records(frame)
        for other in row.leads_to.split()
        if step[other] < row.step
    ]


def _methodologies_arrows(
    fig: Canvas, chart: Flow, frame: pd.DataFrame, boxes: dict[str, Any], bottom: float
) -> None:
    """Draw arrows to the right and down a step; those that lead back run below everything."""
    step = dict(zip(frame["method_id"], frame["step"], strict=True))
    for row in records(frame):
        for number, other in enumerate(row.leads_to.split()):
            start, end = boxes[row.method_id], boxes[other]
            label = str(row.label) if number == 0 else ""
            if step[other] == row.step:
                chart.arrow(start.S, end.N, label)
            elif step[other] > row.step:
                chart.arrow(start.E, end.W, label)
    for start_id, end_id, label in _returning(frame):
        start, end = boxes[start_id].S, boxes[end_id].S
        bend = -10 * start[1] - bottom - _BACK
        chart.arrow(start, end, route="n", bend=bend)
        s.note(fig, 5 * (start[0] + end[0]), bottom + _BACK - 2, label, ha="center")


_APART, _HEAD, _EDGE = 6.0, 12.0, 0.2


def components_data(okrs: Okrs) -> pd.DataFrame:
    """List objectives and key results with what measures them.

    Parameters
    ----------
    okrs : Okrs
        From :func:`analysis.method.okr.load_okrs`.

    Returns
    -------
    DataFrame
        Columns perspective, objective_id, objective, place, kr_id, key_result (text; the headline
        repeats its objective and is left out), kpi and measure.
    """
    by_id = {row.objective_id: row for row in okrs.objectives}
    rows = [
        (
            *(top.perspective, top.objective_id, top.text, top.place),
            *(row.kr_id, row.text, row.kpi, indicator(row.kpi).name),
        )
        for row in okrs.key_results
        if row.role != "headline" and (top := by_id[row.objective_id])
    ]
    return table("perspective objective_id objective place kr_id key_result kpi measure", rows)


@s.drawing(18)
def components(frame: pd.DataFrame, kind: str = "words") -> s.Drawn:
    """Draw the components side by side, each with objective, key results and measures (figure 18).

    Parameters
    ----------
    frame : DataFrame
        From :func:`components_data`.
    kind : str
        Mark of the figure: the words shorten those of the paper.
    """
    parts = groups(frame, "objective_id")
    width = (s.WIDTH - 2 * _EDGE - _APART * (len(parts) - 1)) / max(len(parts), 1)
    room = width - 1.5
    tops = [s.fit(str(r["objective"].iloc[0]), room, s.SMALL, "semibold", 6) for _, r in parts]
    start = _ABOVE + _HEAD + 5.5 + LINE * max(len(lines) for lines in tops) + 5
    bodies = [[_result(row, room) for row in records(rows)] for _, rows in parts]
    height = max(sum(LINE * len(lines) + 2.6 for lines in body) for body in bodies)
    fig = s.canvas(start + height + 1)
    ax, chart = s.sheet(fig), Flow(fig)
    boxes = []
    for number, ((_, rows), top, body) in enumerate(zip(parts, tops, bodies, strict=True)):
        left, first = _EDGE + (width + _APART) * number, rows.iloc[0]
        box = left + width / 2, _ABOVE + _HEAD / 2, width, _HEAD
        words = f"{number + 1}. {first['perspective']}"
        boxes.append(chart.box(*box, words, weight="semibold", size=s.NORMAL))
        s.note(fig, left, _ABOVE + _HEAD + 3.5, str(first["place"]))
        s.down(fig, left, _ABOVE + _HEAD + 7.2, top, LINE, weight="semibold")
        ax.plot([left, left + width], [start - 2.4] * 2, color=s.RULE, lw=0.6)
        y = start
        for lines in body:
            _write(fig, left, y + 1, lines)
            y += LINE * len(lines) + 2.6
    for before, after in pairwise(boxes):
        chart.arrow(before.E, after.W)
    chart.finish()
    caption = (
        "Components of the model with their objectives, key results and measures: Figure 2 of "
        "the paper, redrawn from its words. The picture itself is not in our sources; the "
        "words shorten section 4.4 and Tables 1 to 4. Table 4 has one key result, which stands "
        "as two here since it takes two measures. A measure is the indicator of our catalogue "
        "that stands for the printed formula."
    )
    alt = "Boxes in a row, each with a list below. " + " ".join(map(_said, parts))
    return s.Drawn(fig, frame, kind, caption, alt)


def _result(row: Any, width: float) -> list[_Line]:
    """Return the lines of a key result and of what measures it."""
    lines: list[_Line] = [(line, {}) for line in s.fit(row.key_result, width, s.SMALL, lines=5)]
    measure = s.fit(f"{row.kpi} {row.measure}", width, s.SMALL, lines=2)
    return [*lines, *((line, _GREY) for line in measure)]


def _write(fig: Canvas, x: float, y: float, lines: list[_Line]) -> None:
    for number, (line, look) in enumerate(lines):
        s.small(fig, x, y + LINE * number, line, **look)


def _said(part: tuple[str, pd.DataFrame]) -> str:
    first = part[1].iloc[0]
    listed = "; ".join(f"{row.key_result}, by {row.measure}" for row in records(part[1]))
    return f"{first['perspective']}: {first['objective']}; key results: {listed}."
