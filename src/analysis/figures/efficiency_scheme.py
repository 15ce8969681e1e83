"""Chart 1 of the Kowalczyk article, rebuilt from its words."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from analysis.display import Figure
from analysis.figures.style import INK, MUTED, NEUTRAL, PAPER, SMALL, canvas, sheet, styled, wrap

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
_ARROWS: Final = (  # from, to, in millimetres
    ((38, 16), (61, 16)), ((99, 16), (122, 16)), ((141, 24), (99, 42)), ((19, 24), (61, 42)),
    ((44, 47), (61, 47)), ((44, 60), (61, 53)), ((80, 56), (80, 71)), ((127, 56), (99, 75)),
    ((61, 79), (44, 79)),
)  # fmt: skip


@styled(20)
def chart_1(cells: pd.DataFrame) -> Figure:
    """Draw the general scheme of efficiency.

    Parameters
    ----------
    cells : DataFrame
        From :func:`analysis.efficiency.scheme.scheme_cells`, part ``chart-1``.
    """
    fig = canvas(91)
    ax = sheet(fig)
    for start, end in _ARROWS:
        ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": MUTED, "lw": 0.7})
    for cell in cells.to_dict("records"):
        _box(ax, _BOXES[cell["row"]], cell["english"], stated=cell["origin"] == "stated")
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
        kind="derived",
    )


def _box(ax: Axes, place: tuple[float, float, float, float], text: str, *, stated: bool) -> None:
    left, top, width, height = place
    ax.add_patch(
        FancyBboxPatch(
            (left + 0.5, top), width - 1, height,
            boxstyle="round,pad=0,rounding_size=1.5",
            facecolor="#eef1f4" if stated else PAPER,
            edgecolor=INK if stated else NEUTRAL,
            linestyle="-" if stated else (0, (3, 2)),
            linewidth=0.7,
        )
    )  # fmt: skip
    lines = wrap(text, width - 5, SMALL)
    for number, line in enumerate(lines):
        y = top + height / 2 + (number - (len(lines) - 1) / 2) * 3.7
        ax.text(left + width / 2, y, line, fontsize=SMALL, ha="center", va="center_baseline")
