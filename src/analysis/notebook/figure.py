"""Figures: what one consists of, how it is saved, how a notebook shows it.

The saved file holds its text as text (searchable in the PDF); the notebook holds it as outlines,
which look the same in every browser. Both are the same bytes on every run.
"""

from __future__ import annotations

import json
import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.base.errors import InputError
from analysis.base.files import write_text
from analysis.base.text import without_formulas
from analysis.notebook.values import MARKS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure as MatplotlibFigure

FIGURES_VARIABLE = "ANALYSIS_FIGURES"
"""Environment variable naming the folder where a build wants the shown figures saved, by case."""

_PACKAGE = Path(__file__).parents[1]
_STYLE_SHEET = _PACKAGE / "figures" / "analysis.mplstyle"
_FAMILY = "IBM Plex Sans"
# What readers of an SVG do not see: prologue, RDF block (the title stays), comments, indents.
_INVISIBLE = re.compile(
    r"<\?xml.*?\?>\s*|<!DOCTYPE.*?>\s*|<metadata>.*?</metadata>\s*|<!--.*?-->\s*|^[ \t]+",
    re.DOTALL | re.MULTILINE,
)
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, eq=False)
class Figure:
    """A figure with everything a reader needs.

    Attributes
    ----------
    name : str
        Small letters, digits and underscores, such as ``services_by_type``.
    figure : matplotlib.figure.Figure
        The drawing.
    data : pandas.DataFrame
        Exactly the plotted data, one row per mark.
    caption : str
        Inline Markdown; its first sentence is the title.
    alt : str
        What the figure shows, for readers who cannot see it; plain text.
    kind : str
        Kind of number (printed, derived, synthetic or yours), or "words" where there is none.
    number : int
        Place in the order of figures; names the file.
    """

    name: str
    figure: MatplotlibFigure
    data: pd.DataFrame
    caption: str
    alt: str
    kind: str
    number: int = 0

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InputError(
                "a figure's name is made of small letters, digits and underscores", value=self.name
            )
        if self.kind not in MARKS:
            raise InputError(f"the kind must be one of {', '.join(MARKS)}", value=self.kind)
        for text, what in ((self.caption, "caption"), (self.alt, "text for who cannot see it")):
            if not text.strip():
                raise InputError(f"a figure needs a {what}", value=self.name)

    @property
    def label(self) -> str:
        """Anchor that texts refer to, such as ``fig-services-by-type``."""
        return "fig-" + self.name.replace("_", "-")

    @property
    def stem(self) -> str:
        """Name of its files without suffix, such as ``fig_06_services_by_type``."""
        return f"fig_{self.number:02d}_{self.name}"


@contextmanager
def style() -> Iterator[None]:
    """Draw in the project's style sheet and bundled font, on top of matplotlib's defaults."""
    import matplotlib
    from matplotlib import style as styles

    register_fonts()
    ours: dict[Any, Any] = {"font.family": [_FAMILY, "DejaVu Sans"]}
    with matplotlib.rc_context(), warnings.catch_warnings():
        # Letters that neither font has are left to the reader's own fonts; no warning about them.
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        styles.use(["default", ours, _STYLE_SHEET])
        yield


@cache
def register_fonts() -> None:
    """Make matplotlib use the bundled IBM Plex Sans, also where the host has its own copy."""
    from matplotlib.font_manager import fontManager

    from analysis.base.files import FONTS

    fontManager.ttflist = [font for font in fontManager.ttflist if font.name != _FAMILY]
    for path in sorted(FONTS.glob("*.ttf")):
        fontManager.addfont(path)
    # DejaVu Sans, for letters that our font lacks, has no semibold. A message about it in a
    # notebook would fail the run, as every warning does.
    logging.getLogger("matplotlib.font_manager").addFilter(
        lambda record: "Failed to find font weight" not in record.getMessage()
    )


def save_figure(figure: Figure, folder: Path) -> Path:
    """Write a figure's files: the drawing, its plotted data, and its words.

    Parameters
    ----------
    figure : Figure
        The figure.
    folder : Path
        Such as ``figures/segelec``; made when missing.

    Returns
    -------
    Path
        The SVG.
    """
    path = folder / f"{figure.stem}.svg"
    for suffix, text in contents(figure).items():
        write_text(path.with_suffix(suffix), text)
    return path


def contents(figure: Figure) -> dict[str, str]:
    """Return what a figure's files hold, by suffix, the plotted data first.

    The CSV holds the plotted data, the JSON number, kind, caption and alternative text, and the
    SVG the drawing with its text as text.
    """
    words = {name: getattr(figure, name) for name in ("number", "kind", "caption", "alt")}
    return {
        ".csv": _csv(figure.data),
        ".json": json.dumps(words, ensure_ascii=False, indent=1) + "\n",
        ".svg": svg(figure, text_as="text"),
    }


def svg(figure: Figure, *, text_as: str) -> str:
    """Draw a figure as SVG that depends on nothing but the figure.

    Parameters
    ----------
    figure : Figure
        The figure.
    text_as : {"text", "outlines"}
        ``text`` needs the font wherever it is shown.
    """
    import matplotlib

    settings: dict[Any, Any] = {
        "svg.fonttype": {"text": "none", "outlines": "path"}[text_as],
        "svg.hashsalt": figure.label,  # ids differ between figures of one page, not between runs
    }
    metadata = {"Date": None, "Creator": None, "Format": None, "Type": None, "Title": figure.alt}
    stream = StringIO()
    with style(), matplotlib.rc_context(settings):
        figure.figure.savefig(stream, format="svg", metadata=metadata)
    drawing = _INVISIBLE.sub("", stream.getvalue())
    return drawing.replace("<svg ", '<svg role="img" ', 1).rstrip("\n") + "\n"


def _csv(data: pd.DataFrame) -> str:
    """Return plotted data with ten significant digits, the same on every machine."""
    numeric = data.map(lambda cell: float(cell) if isinstance(cell, Fraction) else cell)
    text: str = without_formulas(numeric).to_csv(
        index=False, lineterminator="\n", float_format="%.10g"
    )
    return text
