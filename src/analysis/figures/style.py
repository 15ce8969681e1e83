"""Looks shared by all figures: style sheet, palette, and layout in millimetres.

Every figure is as wide as the text of the report (160 mm) and placed in millimetres from its upper
left corner, so that columns line up and the size on paper is the size designed for.

Meaning of the looks, the same everywhere. Kind of number: printed is ink, derived is blue,
synthetic is slate, a user's own data is violet. Time (IBCS habit): actual is solid, the previous
year is the light tone of its colour, plan is outlined, forecast is hatched. Good is dark green and
bad is light orange by the KPI's direction; the two differ in lightness, so that they do in grey.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Final, ParamSpec

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import TextPath

from analysis.display import Figure, style

WIDTH: Final = 160.0
"""Width of the report's text in millimetres."""

INK: Final = "#222222"
MUTED: Final = "#5f5f5f"
RULE: Final = "#c9c9c9"
BAND: Final = "#e4e4e4"
PAPER: Final = "#ffffff"

GOOD: Final = "#00594f"
BAD: Final = "#e0702f"
NEUTRAL: Final = "#9a9a9a"
PALE: Final = "#cfcfcf"
"""Bars that are neither good nor bad."""

KIND: Final = {
    "printed": INK,
    "derived": "#1f5fa0",
    "synthetic": "#5b6c7d",
    "yours": "#5b3f8c",
}
"""Colour of each kind of number."""

LIGHT: Final = {
    "printed": "#b5b5b5",
    "derived": "#b4cde6",
    "synthetic": "#bdc8d2",
    "yours": "#cbbfe0",
}
"""Light tone of each kind: the previous year, or what stands back."""

SMALL: Final = 7.5
NORMAL: Final = 8.0

_MM_PER_INCH = 25.4

_P = ParamSpec("_P")


def styled(draw: Callable[_P, Figure]) -> Callable[_P, Figure]:
    """Draw under the style sheet alone, whatever the user's own settings are.

    Ticks come into being when a figure is first drawn and take their font from the settings of
    that moment, so the figure is laid out once before the style sheet is left.
    """

    @wraps(draw)
    def wrapper(*args: _P.args, **kwargs: _P.kwargs) -> Figure:
        with style():
            made = draw(*args, **kwargs)
            made.figure.draw_without_rendering()
        return made

    return wrapper


def canvas(height: float) -> Canvas:
    """Return an empty figure of text width and the given height in millimetres."""
    return Canvas(figsize=(WIDTH / _MM_PER_INCH, height / _MM_PER_INCH))


def size_mm(fig: Canvas) -> tuple[float, float]:
    """Return width and height of a figure in millimetres."""
    width, height = fig.get_size_inches()
    return float(width) * _MM_PER_INCH, float(height) * _MM_PER_INCH


def panel(fig: Canvas, left: float, top: float, width: float, height: float) -> Axes:
    """Add axes whose corner lies `left` and `top` millimetres from the figure's upper left."""
    whole_width, whole_height = size_mm(fig)
    return fig.add_axes(
        (
            left / whole_width,
            1 - (top + height) / whole_height,
            width / whole_width,
            height / whole_height,
        )
    )


def sheet(fig: Canvas) -> Axes:
    """Add axes over the whole figure, in millimetres from its upper left corner, unseen."""
    width, height = size_mm(fig)
    ax = panel(fig, 0, 0, width, height)
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    ax.set_axis_off()
    return ax


def write(fig: Canvas, x: float, y: float, text: str, **look: Any) -> Text:
    """Write text at `x`, `y` millimetres from the figure's upper left corner.

    `look` goes to matplotlib; the default is 8 pt, left, centred on the line.
    """
    width, height = size_mm(fig)
    standard: dict[str, Any] = {
        "fontsize": NORMAL, "ha": "left", "va": "center_baseline", "color": INK,
    }  # fmt: skip
    return fig.text(x / width, 1 - y / height, text, **(standard | look))


def only_bottom(ax: Axes) -> None:
    """Leave the horizontal axis alone."""
    ax.spines["left"].set_visible(False)
    ax.set_yticks([])


def only_frame(ax: Axes) -> None:
    """Leave no axis at all."""
    only_bottom(ax)
    ax.spines["bottom"].set_visible(False)
    ax.set_xticks([])


def text_width(text: str, size: float = NORMAL, weight: str = "regular") -> float:
    """Return the width of a line of text in millimetres."""
    font = FontProperties(family="IBM Plex Sans", weight=weight)
    path = TextPath((0, 0), text, size=size, prop=font)
    return float(path.get_extents().width) / 72 * _MM_PER_INCH


def wrap(text: str, width: float, size: float = NORMAL, weight: str = "regular") -> list[str]:
    """Break text into lines of at most `width` millimetres (a longer word stands alone).

    Lines break at ordinary spaces only, not at no-break ones.
    """
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, size, weight) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def listed(items: Sequence[str]) -> str:
    """Join words as a sentence does: ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
