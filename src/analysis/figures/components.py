"""Figure 2 of the paper, redrawn from its words: components, objectives and measures."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd
from matplotlib.figure import Figure as Canvas

from analysis.base.frames import groups, records
from analysis.figures.flow import LINE, Flow
from analysis.figures.style import MUTED, RULE, SMALL, WIDTH, canvas, fit, sheet, styled, write
from analysis.kpis.catalogue import indicator
from analysis.method.key_results import Okrs
from analysis.notebook.display.figure import Figure

_GAP, _HEAD, _TOP, _EDGE = 6.0, 12.0, 1.0, 0.2
_Line = tuple[str, dict[str, Any]]


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
        {
            "perspective": by_id[row.objective_id].perspective,
            "objective_id": row.objective_id,
            "objective": by_id[row.objective_id].text,
            "place": by_id[row.objective_id].place,
            "kr_id": row.kr_id,
            "key_result": row.text,
            "kpi": row.kpi,
            "measure": indicator(row.kpi).name,
        }
        for row in okrs.key_results
        if row.role != "headline"
    ]
    columns = [
        "perspective",
        "objective_id",
        "objective",
        "place",
        "kr_id",
        "key_result",
        "kpi",
        "measure",
    ]
    return pd.DataFrame(rows, columns=columns)


@styled(18)
def components(frame: pd.DataFrame, kind: str = "words") -> Figure:
    """Draw the components side by side, each with objective, key results and measures (figure 18).

    Parameters
    ----------
    frame : DataFrame
        From :func:`components_data`.
    kind : str
        Mark of the figure: the words shorten those of the paper.
    """
    parts = groups(frame, "objective_id")
    width = (WIDTH - 2 * _EDGE - _GAP * (len(parts) - 1)) / max(len(parts), 1)
    room = width - 1.5
    tops = [fit(str(r["objective"].iloc[0]), room, SMALL, "semibold", 6) for _, r in parts]
    start = _TOP + _HEAD + 5.5 + LINE * max(len(lines) for lines in tops) + 5
    bodies = [[_result(row, room) for row in records(rows)] for _, rows in parts]
    height = max(sum(LINE * len(lines) + 2.6 for lines in body) for body in bodies)
    fig = canvas(start + height + 1)
    ax, chart = sheet(fig), Flow(fig)
    boxes = []
    for number, ((_, rows), top, body) in enumerate(zip(parts, tops, bodies, strict=True)):
        left, first = _EDGE + (width + _GAP) * number, rows.iloc[0]
        boxes.append(
            chart.box(
                left + width / 2,
                _TOP + _HEAD / 2,
                width,
                _HEAD,
                f"{number + 1}. {first['perspective']}",
                weight="semibold",
                size=8,
            )
        )
        _write(fig, left, _TOP + _HEAD + 3.5, [(str(first["place"]), {"color": MUTED})])
        _write(fig, left, _TOP + _HEAD + 7.2, [(line, {"weight": "semibold"}) for line in top])
        ax.plot([left, left + width], [start - 2.4] * 2, color=RULE, lw=0.6)
        y = start
        for lines in body:
            _write(fig, left, y + 1, lines)
            y += LINE * len(lines) + 2.6
    for before, after in pairwise(boxes):
        chart.arrow(before.E, after.W)
    chart.finish()
    return Figure(
        name="components",
        figure=fig,
        data=frame,
        caption=(
            "Components of the model with their objectives, key results and measures: Figure 2 of "
            "the paper, redrawn from its words. The picture itself is not in our sources; the "
            "words shorten section 4.4 and Tables 1 to 4. Table 4 has one key result, which stands "
            "as two here since it takes two measures. A measure is the indicator of our catalogue "
            "that stands for the printed formula."
        ),
        alt="Boxes in a row, each with a list below. " + " ".join(map(_said, parts)),
        kind=kind,
    )


def _result(row: Any, width: float) -> list[_Line]:
    """Return the lines of a key result and of what measures it."""
    lines: list[_Line] = [(line, {}) for line in fit(row.key_result, width, SMALL, lines=5)]
    measure = fit(f"{row.kpi} {row.measure}", width, SMALL, lines=2)
    return [*lines, *((line, {"color": MUTED}) for line in measure)]


def _write(fig: Canvas, x: float, y: float, lines: list[_Line]) -> None:
    for number, (line, look) in enumerate(lines):
        write(fig, x, y + LINE * number, line, fontsize=SMALL, **look)


def _said(part: tuple[str, pd.DataFrame]) -> str:
    first = part[1].iloc[0]
    listed = "; ".join(f"{row.key_result}, by {row.measure}" for row in records(part[1]))
    return f"{first['perspective']}: {first['objective']}; key results: {listed}."
