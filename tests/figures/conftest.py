"""Every figure that the notebooks show, drawn once for all tests, and what is drawn in one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch
from matplotlib.path import Path as Outline
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis.figures.style import RULE, Drawing
from analysis.notebook.display import Figure
from analysis.notebook.run import read

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
DPI = 300
POINT = DPI / 72
Line = tuple[Artist, Outline, Bbox]
"""What is drawn, its path on the page, and the part of the page that it is seen in."""


@pytest.fixture(scope="session")
def drawings() -> dict[str, tuple[Figure, Callable[[], Figure]]]:
    """Run the cells of all notebooks; catch the figures they show, with what draws each again."""
    caught: dict[str, tuple[Figure, Callable[[], Figure]]] = {}
    calls: dict[int, Callable[[], Figure]] = {}
    draw = Drawing.__call__

    def call(self: Any, *args: Any, **kwargs: Any) -> Figure:
        made = draw(self, *args, **kwargs)
        calls[id(made)] = partial(draw, self, *args, **kwargs)
        return made

    def catch(figure: Figure, case: str | None = None) -> None:
        caught[figure.name] = figure, calls[id(figure)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Drawing, "__call__", call)
        patch.setattr("analysis.notebook.display.show_figure", catch)
        patch.setattr("analysis.notebook.display.show_table", lambda **_: None)
        for path in NOTEBOOKS:
            space: dict[str, Any] = {}
            for cell in read(path).cells:
                if cell.cell_type == "code":
                    exec(compile(cell.source, path.name, "exec"), space)
    return caught


@pytest.fixture(scope="session")
def gallery(drawings: dict[str, tuple[Figure, Callable[[], Figure]]]) -> dict[str, Figure]:
    return {name: figure for name, (figure, _) in drawings.items()}


def drawn(figure: Figure) -> tuple[list[tuple[Text, Bbox]], list[Line]]:
    """Lay the figure out and note what is drawn: texts with boxes, lines with what is seen."""
    texts: list[tuple[Text, Bbox]] = []
    lines: list[Line] = []

    def note(artist: Any, renderer: Any) -> None:
        if isinstance(artist, Text):
            if artist.get_text().strip():
                texts.append((artist, Text.get_window_extent(artist, renderer)))
        elif not isinstance(artist, Line2D) or artist.get_linestyle() != "None":
            whole = isinstance(artist, LineCollection)
            box = artist.get_clip_box() if artist.get_clip_on() else None
            seen = box.frozen() if box else artist.figure.bbox.frozen()
            for path in artist.get_paths() if whole else [artist.get_path()]:
                if isinstance(artist, FancyArrowPatch):
                    path = Outline(path.vertices[:3])  # its shaft, without the head
                line = artist.get_transform().transform_path(path)
                lines.append((artist, line, seen))

    with pytest.MonkeyPatch.context() as patch:
        for kind in (Text, Line2D, LineCollection, FancyArrowPatch):
            patch.setattr(kind, "draw", _noted(kind.draw, note))
        patch.setattr(figure.figure, "dpi", DPI)
        figure.figure.draw_without_rendering()
    return texts, lines


def _noted(draw: Callable[..., None], note: Callable[[Any, Any], None]) -> Callable[..., None]:
    def drawing(self: Artist, renderer: Any) -> None:
        draw(self, renderer)
        if self.get_visible():
            note(self, renderer)

    return drawing


def check_texts(figure: Figure, against_lines: bool = False) -> None:
    """Refuse text that leaves the page, overlaps another (or a line), or is too small to read."""
    texts, lines = drawn(figure)
    assert texts
    width, height = figure.figure.get_size_inches() * DPI
    for text, box in texts:
        said, size = text.get_text(), float(text.get_fontsize())
        assert size >= 7.5, f"“{said}” is set in {size} pt"
        assert box.x0 >= -0.5, f"“{said}” leaves the page on the left"
        assert box.x1 <= width + 0.5, f"“{said}” leaves the page on the right"
        # boxes reserve room for the tallest letters, so a point of it may lie outside
        assert box.y0 >= -POINT, f"“{said}” leaves the page below"
        assert box.y1 <= height + POINT, f"“{said}” leaves the page above"
    for (first, one), (second, other) in combinations(texts, 2):
        across = min(one.x1, other.x1) - max(one.x0, other.x0)
        down = min(one.y1, other.y1) - max(one.y0, other.y0)
        words = f"“{first.get_text()}” overlaps “{second.get_text()}”"
        assert across < 0.2 * POINT or down < 1.5 * POINT, words
    if against_lines:
        check_lines(texts, lines)


def check_lines(texts: list[tuple[Text, Bbox]], lines: list[Line]) -> None:
    """Refuse a line through letters; a faint guide may end at their own background."""
    ends = np.array([path.get_extents().extents for _, path, _ in lines]).reshape(-1, 4)
    for text, box in texts:
        free, rest = 0.28 * box.height, 0.5 * POINT  # above and below letters of middle height
        letters = Bbox([[box.x0 + rest, box.y0 + free], [box.x1 - rest, box.y1 - free]])
        (left, below), (right, above) = letters.min, letters.max
        apart = (ends[:, :2] > (right, above)).any(axis=1) | (ends[:, 2:] < (left, below)).any(
            axis=1
        )
        for line, path, seen in (lines[n] for n in np.flatnonzero(~apart)):
            guide = isinstance(line, Line2D) and line.get_color() == RULE
            inside = Bbox.intersection(letters, seen)
            if inside is not None and not (guide and text.get_bbox_patch()):
                crossed = path.intersects_bbox(inside, filled=False)
                assert not crossed, f"a line runs through “{text.get_text()}”"


@pytest.fixture(scope="session")
def check() -> Callable[..., None]:
    return check_texts
