"""A figure with what a reader needs, and its files: the same bytes on every run.

A figure's saved file holds its text as text (searchable in the PDF); the notebook holds it as an
image with its letters as outlines, which every program shows alike and without being asked to.
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

import pandas as pd
import yaml

from analysis.base.errors import InputError
from analysis.base.text import without_formulas, write_text
from analysis.notebook.prose import MARKS

if TYPE_CHECKING:
    from matplotlib.figure import Figure as MatplotlibFigure

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
    """

    name: str
    figure: MatplotlibFigure
    data: pd.DataFrame
    caption: str
    alt: str
    kind: str

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
    def number(self) -> int:
        """Number by its place in ``figures.yaml``: that in notebooks, PDF, README and files.

        Raises
        ------
        InputError
            If it has none.
        """
        if self.name not in figure_order():
            raise InputError(
                "the figure has no place in the order of figures",
                value=self.name,
                fix="add its name to src/analysis/notebook/figures.yaml",
            )
        return figure_order()[self.name]

    @property
    def label(self) -> str:
        """Anchor that texts refer to, such as ``fig-services-by-type``."""
        return "fig-" + self.name.replace("_", "-")

    @property
    def stem(self) -> str:
        """Name of its files without suffix, such as ``fig_07_services_by_type``."""
        return f"fig_{self.number:02d}_{self.name}"


@cache
def figures_by_report() -> dict[str, list[str]]:
    """Names of the figures of the paper's report, of firms alone, and of the article."""
    text = Path(__file__).with_name("figures.yaml").read_text(encoding="utf-8")
    found: dict[str, list[str]] = yaml.safe_load(text)
    return found


@cache
def figure_order() -> dict[str, int]:
    """Numbers of all figures, by name, in the order in which the reports show them."""
    reports = figures_by_report()
    own = [*reports["paper"], *reports["firms"]]
    return {
        name: number for names in (own, reports["article"]) for number, name in enumerate(names, 1)
    }


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

    from analysis.base.text import FONTS

    fontManager.ttflist = [font for font in fontManager.ttflist if font.name != _FAMILY]
    for path in sorted(FONTS.glob("*.ttf")):
        fontManager.addfont(path)
    # DejaVu Sans, for letters that our font lacks, has no semibold. A message about it in a
    # notebook would fail the run, as every warning does.
    logging.getLogger("matplotlib.font_manager").addFilter(
        lambda record: "Failed to find font weight" not in record.getMessage()
    )


def save_figure(figure: Figure, folder: Path) -> Path:
    """Write a figure's `contents` to a folder, made when missing; return the SVG's path."""
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

    Its letters are ``text``, which needs the font wherever it is shown, or ``outlines``.
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
