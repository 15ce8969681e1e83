"""Looks shared by all figures: style sheet, palette, and layout in millimetres.

Every figure is as wide as the text of the report (160 mm) and placed in millimetres from its upper
left corner, so that columns line up and the size on paper is the size designed for.

Meaning of the looks, the same everywhere. Kind of number: printed is ink, derived is blue,
synthetic is slate, a user's own data is violet. Time (IBCS habit): actual is solid, the previous
year is the light tone of its colour, plan is outlined, forecast is hatched. Good is dark green and
bad is light orange by the KPI's direction; the two differ in lightness, so that they do in grey.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any, Final, Generic, Literal, NamedTuple, ParamSpec

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from analysis.base.language import tr
from analysis.base.periods import short_period, short_year
from analysis.notebook.drawing import MM_PER_INCH, Figure, figures_by_report, style
from analysis.notebook.drawing import NORMAL as NORMAL
from analysis.notebook.drawing import WIDTH as WIDTH
from analysis.notebook.drawing import text_width as text_width
from analysis.notebook.drawing import wrap as wrap

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

KIND: Final = {"printed": INK, "derived": "#1f5fa0", "synthetic": "#5b6c7d", "yours": "#4a2a78"}
"""Colour of each kind of number."""

LIGHT: Final = {
    "printed": "#b5b5b5",
    "derived": "#b4cde6",
    "synthetic": "#bdc8d2",
    "yours": "#cbbfe0",
}
"""Light tone of each kind: the previous year, or what stands back."""

KIND_WORDS: Final = {
    "printed": "printed numbers",
    "derived": "derived numbers",
    "synthetic": "synthetic numbers",
    "yours": "your own numbers",
    "words": "words",
}
"""What stands at the foot of every figure."""

KIND_MARK: Final = "kind"
"""Identifier of that mark in the SVG."""

FOOT: Final = 5.0
"""Millimetres below every figure for the mark of its kind."""

SMALL: Final = 7.5

_TEXTS: Final = {
    name: texts for part in figures_by_report().values() for name, texts in part.items()
}
"""Captions and alternative texts by figure."""

Look = dict[str, Any]
"""What matplotlib takes to set how something looks."""

_P = ParamSpec("_P")


class Drawn(NamedTuple):
    """What a function that draws gives: the drawing, its data and kind, and what fills its texts.

    Caption and alternative text stand in ``notebook/figures.yaml`` under the figure's name;
    ``told`` names the caption where there are several.
    """

    figure: Canvas
    data: pd.DataFrame
    kind: str
    words: Mapping[str, object]
    told: str = "caption"


class Drawing(Generic[_P]):
    """A function that draws one figure, under the style sheet alone; its name is the figure's.

    The kind of number is marked here, at the foot of every figure, so that it stands in the same
    place and form on all of them, and stays with a figure that is copied without its caption.
    """

    def __init__(self, draw: Callable[_P, Drawn], name: str = "") -> None:
        self._draw, self._name = draw, name or draw.__name__
        update_wrapper(self, draw)

    def named(self, name: str) -> Drawing[_P]:
        """Return the same for another figure, of this name."""
        return Drawing(self._draw, name)

    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> Figure:
        """Draw, whatever the user's own settings are.

        Ticks come into being when they are first asked for and take their font from the settings
        of that moment, which must be these.
        """
        texts = _TEXTS[self._draw.__name__]
        with style():
            drawn = self._draw(*args, **kwargs)
            parts = (texts[part] for part in (drawn.told, "alt"))
            caption, alt = (tr(text, **drawn.words) for text in parts)
            made = Figure(self._name, drawn.figure, drawn.data, caption, alt, drawn.kind)
            _mark_kind(made)
            for ax in (ax for ax in made.figure.axes if ax.axison):
                _ = ax.get_xticklabels(), ax.get_yticklabels()
        return made


drawing = Drawing
"""Decorator of a function that draws; texts and number stand in ``notebook/figures.yaml``."""


def _mark_kind(made: Figure) -> None:
    """Write the kind of number at the lower right, after a square in its colour."""
    _, height = size_mm(made.figure)
    words, y = tr(KIND_WORDS[made.kind]), height - 2.2
    left = WIDTH - text_width(words, SMALL) - 0.6
    write(made.figure, left, y, words, fontsize=SMALL, color=MUTED, gid=KIND_MARK)
    corner = (left - 3.2) / WIDTH, 1 - (y + 1.0) / height
    edge, face = KIND.get(made.kind, NEUTRAL), KIND.get(made.kind, PAPER)
    square = Rectangle(corner, 2.0 / WIDTH, 2.0 / height, lw=0.7, edgecolor=edge, facecolor=face)
    square.set_transform(made.figure.transFigure)
    made.figure.add_artist(square)


def canvas(height: float) -> Canvas:
    """Return an empty figure of text width, with a foot for the mark of its kind.

    Parameters
    ----------
    height : float
        Millimetres to draw on, from the upper edge; the foot is added below.
    """
    return Canvas(figsize=(WIDTH / MM_PER_INCH, (height + FOOT) / MM_PER_INCH))


def size_mm(fig: Canvas) -> tuple[float, float]:
    """Return width and height of a figure in millimetres."""
    width, height = fig.get_size_inches()
    return float(width) * MM_PER_INCH, float(height) * MM_PER_INCH


def panel(fig: Canvas, left: float, top: float, width: float, height: float) -> Axes:
    """Add axes whose corner lies `left` and `top` millimetres from the figure's upper left."""
    whole_width, whole_height = size_mm(fig)
    share = width / whole_width, height / whole_height
    return fig.add_axes((left / whole_width, 1 - (top + height) / whole_height, *share))


def bare(fig: Canvas, left: float, top: float, width: float, height: float) -> Axes:
    """Add axes like `panel`, with no axis drawn."""
    ax = panel(fig, left, top, width, height)
    ax.set_axis_off()
    return ax


def lanes(fig: Canvas, left: float, top: float, width: float, height: float, count: int) -> Axes:
    """Add axes with so many rows from top to bottom, the first at 0, with no axis drawn."""
    ax = bare(fig, left, top, width, height)
    ax.set_ylim(count - 0.5, -0.5)
    return ax


def rule(fig: Canvas, top: float) -> None:
    """Draw a thin line across the whole figure."""
    height = 1 - top / size_mm(fig)[1]
    fig.add_artist(Line2D((0, 1), (height, height), color=RULE, lw=0.5, zorder=0))


def sheet(fig: Canvas) -> Axes:
    """Add axes over the whole figure, in millimetres from its upper left corner, unseen."""
    width, height = size_mm(fig)
    ax = bare(fig, 0, 0, width, height)
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    return ax


Words = str | Sequence[str]
"""A text, or lines of one."""


def write(fig: Canvas, x: float, y: float, text: Words, step: float = 3.4, **look: Any) -> None:
    """Write text at `x`, `y` millimetres from the figure's upper left corner.

    Lines stand below each other, `step` millimetres apart, together centred on `y`. `look` goes to
    matplotlib; the default is 8 pt, left, centred on the line.
    """
    width, height = size_mm(fig)
    standard: Look = {"ha": "left", "va": "center_baseline", "color": INK}
    lines = [text] if isinstance(text, str) else text
    for place, line in enumerate(lines):
        at = y + step * (place - (len(lines) - 1) / 2)
        fig.text(x / width, 1 - at / height, line, **({"fontsize": NORMAL} | standard | look))


def small(fig: Canvas, x: float, y: float, text: Words, step: float = 3.4, **look: Any) -> None:
    """Write text of 7.5 pt, as `write` does."""
    write(fig, x, y, text, step, **({"fontsize": SMALL} | look))


def note(fig: Canvas, x: float, y: float, text: Words, **look: Any) -> None:
    """Write small grey text: what explains and may be passed over."""
    small(fig, x, y, text, **({"color": MUTED} | look))


def bold(fig: Canvas, x: float, y: float, text: Words, **look: Any) -> None:
    """Write text that heads what stands beside or below it."""
    write(fig, x, y, text, weight="semibold", **look)


def head(fig: Canvas, x: float, y: float, title: str, below: str) -> None:
    """Write a bold title with a note below it."""
    bold(fig, x, y, title)
    note(fig, x, y + 4, below)


def tag(
    ax: Axes, text: str, at: tuple[float, Any], shift: tuple[float, float], **look: Any
) -> None:
    """Write small text beside a point of axes, turned away from the point.

    Parameters
    ----------
    ax : Axes
        In whose data coordinates the point lies.
    text : str
        What is written.
    at : tuple of float
        The point.
    shift : tuple of float
        From the point to the text, in points; the text begins, ends or is centred there.
    **look
        Goes to matplotlib.
    """
    x, y = shift
    standard: Look = {
        "ha": "left" if x > 0 else "right" if x < 0 else "center",
        "va": "bottom" if y > 0 else "top" if y < 0 else "center_baseline",
        "fontsize": SMALL,
    }
    ax.annotate(text, at, xytext=shift, textcoords="offset points", **(standard | look))


def arrow(ax: Axes, start: tuple[float, Any], end: tuple[float, Any], **look: Any) -> None:
    """Draw an arrow between two points of axes, which may end outside of them.

    `look` is that of :class:`matplotlib.patches.FancyArrowPatch`, by default a filled head.
    """
    look = {"arrowstyle": "-|>", "color": INK, "shrinkA": 0, "shrinkB": 0} | look
    ax.annotate("", end, xytext=start, arrowprops=look, annotation_clip=False)


Scenario = Literal["actual", "previous", "plan", "forecast"]


def look(scenario: Scenario, kind: str) -> Look:
    """Return how bars of a scenario look, in every figure alike (IBCS notation).

    Parameters
    ----------
    scenario : {"actual", "previous", "plan", "forecast"}
        Solid, light, outlined, hatched.
    kind : str
        Kind of number, which gives the colour.
    """
    solid = KIND[kind]
    looks: dict[Scenario, Look] = {
        "actual": {"facecolor": solid, "edgecolor": "none"},
        "previous": {"facecolor": LIGHT[kind], "edgecolor": "none"},
        "plan": {"facecolor": PAPER, "edgecolor": solid, "linewidth": 0.9},
        "forecast": {"facecolor": PAPER, "edgecolor": solid, "linewidth": 0.8, "hatch": "////"},
    }
    return looks[scenario]


def end_of_scale(ax: Axes, value: float, text: str, away: float = 3, **line: Any) -> None:
    """Draw a faint line across axes at a value, written at their left edge."""
    look: Look = {"color": RULE, "lw": 0.5, "zorder": 0} | line
    ax.axhline(value, **look)
    tag(ax, text, (0, value), (-away, 0), color=MUTED, xycoords=("axes fraction", "data"))


def verdict_colour(change: float, better: str) -> str:
    """Return the colour of a change: good or bad by the direction that is good.

    Examples
    --------
    >>> verdict_colour(-3.5, "down") == GOOD
    True
    """
    if change == 0 or better == "none":
        return NEUTRAL
    return GOOD if (change > 0) == (better == "up") else BAD


CLEAR: Final = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.3}
"""Box that clears the paper behind a text."""


def only_bottom(ax: Axes) -> None:
    """Leave the horizontal axis alone."""
    ax.spines["left"].set_visible(False)
    ax.set_yticks([])


def fit(
    text: str, width: float, size: float = NORMAL, weight: str = "regular", lines: int = 1
) -> list[str]:
    """Break text into so many lines at most; what does not fit becomes an ellipsis."""
    found = wrap(text, width, size, weight)
    if len(found) <= lines:
        return found
    last = found[lines - 1]
    while last and text_width(f"{last}…", size, weight) > width:
        last = last[:-1].rstrip()
    return [*found[: lines - 1], f"{last}…"]


def down(
    fig: Canvas, x: float, y: float, lines: Sequence[str], step: float = 3.4, **look: Any
) -> None:
    """Write lines of small text below each other, the first at `y`."""
    for place, line in enumerate(lines):
        small(fig, x, y + step * place, line, **look)


FEWEST = 4
"""Quarters that an axis has room for at least, so that a single column is no wall."""


@dataclass(frozen=True)
class Timeline:
    """A time axis: left edge and width in millimetres, and the quarters on it."""

    left: float
    width: float
    quarters: tuple[str, ...]

    @property
    def step(self) -> float:
        """Millimetres from quarter to quarter."""
        return self.width / max(len(self.quarters), FEWEST)

    def x(self, place: int) -> float:
        """Return the middle of a quarter's column in millimetres."""
        return self.left + self.step * (place + 0.5)

    def axes(self, fig: Canvas, top: float, height: float) -> Axes:
        """Add axes for columns, without any axis drawn."""
        ax = bare(fig, self.left, top, self.width, height)
        ax.set_xlim(-0.5, max(len(self.quarters), FEWEST) - 0.5)
        return ax

    def labels(self, fig: Canvas, top: float) -> None:
        """Write quarters, and each year once below its first quarter."""
        year = ""
        years = [f" {short_year(label[:4])}" for label in self.quarters]
        labels = zip(map(short_period, self.quarters), years, strict=True)
        names = [label.replace(year, "") for label, year in labels]
        wide = self.step > max(text_width(name, SMALL) for name in names) + 0.8
        for place, label in enumerate(self.quarters):
            shown = names[place] if wide else label[5:]
            note(fig, self.x(place), top + 2, shown, ha="center")
            if label[:4] != year:
                year = label[:4]
                free = self.step * sum(other[:4] == year for other in self.quarters)
                if free > text_width(short_year(year), SMALL):
                    small(fig, self.x(place), top + 5.5, short_year(year), ha="center")
