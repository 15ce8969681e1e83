"""Every figure that the notebooks show, drawn once for all tests, and what is drawn in one."""

from __future__ import annotations

import io
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis.case import load_case
from analysis.display import Figure
from analysis.edition import edition
from analysis.gallery import shown_figures
from analysis.values import load

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
DPI = 300
POINT = DPI / 72


def draw_all() -> dict[int, Figure]:
    asked = edition(load_case("segelec", ROOT))
    features = asked.features(load(asked.values))
    shown = shown_figures(asked.case, NOTEBOOKS, None, asked.parameters, features)
    drawn = [entry.figure for entry in shown]
    return {figure.number: figure for figure in drawn if figure is not None}


@pytest.fixture(scope="session")
def gallery() -> dict[int, Figure]:
    return draw_all()


@pytest.fixture(scope="session")
def draw_again() -> Callable[[], dict[int, Figure]]:
    return draw_all


def drawn_texts(figure: Figure) -> list[tuple[str, float, Bbox]]:
    """Save the figure and note every text that is really drawn, with its size and its box."""
    seen: list[tuple[str, float, Bbox]] = []
    draw = Text.draw

    def noting(self: Text, renderer: object) -> None:
        draw(self, renderer)
        if self.get_visible() and self.get_text().strip():
            box = Text.get_window_extent(self, renderer)
            seen.append((self.get_text(), float(self.get_fontsize()), box))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", noting)
        figure.figure.savefig(io.BytesIO(), format="png", dpi=DPI)
    return seen


def check_texts(figure: Figure) -> None:
    """Refuse text that leaves the page, overlaps another, or is too small to read."""
    texts = drawn_texts(figure)
    assert texts
    width, height = figure.figure.get_size_inches() * DPI
    for text, size, box in texts:
        assert size >= 7.5, f"“{text}” is set in {size} pt"
        assert box.x0 >= -0.5, f"“{text}” leaves the page on the left"
        assert box.x1 <= width + 0.5, f"“{text}” leaves the page on the right"
        # boxes reserve room for the tallest letters, so a point of it may lie outside
        assert box.y0 >= -POINT, f"“{text}” leaves the page below"
        assert box.y1 <= height + POINT, f"“{text}” leaves the page above"
    for (first, _, one), (second, _, other) in combinations(texts, 2):
        across = min(one.x1, other.x1) - max(one.x0, other.x0)
        down = min(one.y1, other.y1) - max(one.y0, other.y0)
        assert across < 0.2 * POINT or down < 1.5 * POINT, f"“{first}” overlaps “{second}”"


@pytest.fixture(scope="session")
def check() -> Callable[[Figure], None]:
    return check_texts
