"""Chart 1 of the Kowalczyk article, rebuilt from its words."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final

import pandas as pd

from analysis.figures.flow import Flow
from analysis.figures.style import NEUTRAL, canvas, styled
from analysis.notebook.display.figure import Figure

_BOXES: Final = {  # row: left, top, width, height in millimetres
    "1": (0.0, 8.0, 38.0, 16.0),
    "2": (61.0, 8.0, 38.0, 16.0),
    "3": (122.0, 8.0, 38.0, 16.0),
    "4": (61.0, 40.0, 38.0, 16.0),
    "5": (0.0, 42.0, 44.0, 10.0),
    "6": (0.0, 55.0, 44.0, 10.0),
    "7": (116.0, 40.0, 44.0, 16.0),
    "8": (61.0, 71.0, 38.0, 16.0),
    "9": (0.0, 72.0, 44.0, 14.0),
}
_ARROWS: Final = (
    ("1", "E", "2", "W"),
    ("2", "E", "3", "W"),
    ("3", "S", "4", "ENE"),
    ("1", "S", "4", "WNW"),
    ("5", "E", "4", "W"),
    ("6", "E", "4", "WSW"),
    ("4", "S", "8", "N"),
    ("7", "S", "8", "ENE"),
    ("8", "W", "9", "E"),
)
"""From a side of a box to a side of another, by the points of the compass."""


@styled(20)
def chart_1(cells: pd.DataFrame) -> Figure:
    """Draw the general scheme of efficiency.

    Parameters
    ----------
    cells : DataFrame
        From :func:`analysis.efficiency.article.scheme_cells`, part ``chart-1``.
    """
    fig = canvas(91)
    chart = Flow(fig)
    boxes = {cell["row"]: _box(chart, cell) for cell in cells.to_dict("records")}
    for start, leaves, end, enters in _ARROWS:
        chart.arrow(getattr(boxes[start], leaves), getattr(boxes[end], enters))
    chart.finish()
    ours = cells[cells["origin"] == "supplied"]["english"].tolist()
    words = "; ".join(cells["english"])
    return Figure(
        name="chart_1_scheme",
        figure=fig,
        data=cells,
        caption=(
            "Chart 1 of the article, rebuilt from its text: efficiency sets results against "
            "outlays. Filled boxes are stated in the text; the dashed one "
            f"(“{ours[0]}”) and the layout are ours."
        ),
        alt=f"Flow chart of boxes: {words}. {len(cells) - len(ours)} of them are stated in the "
        "text, the last is supplied.",
        kind="words",
    )


def _box(chart: Flow, cell: dict[Hashable, Any]) -> Any:
    """Draw a cell's box: filled if the text states it, dashed if we supply it."""
    left, top, width, height = _BOXES[cell["row"]]
    stated = cell["origin"] == "stated"
    look: dict[str, Any] = {"fill": "#eef1f4"} if stated else {"color": NEUTRAL, "ls": "--"}
    return chart.box(
        left + width / 2,
        top + height / 2,
        width - 1,
        height,
        cell["english"],
        shape="round",
        **look,
    )
