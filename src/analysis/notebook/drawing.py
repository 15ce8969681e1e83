"""A figure with what a reader needs, and its files: the same bytes on every run.

A figure is drawn once. Its text is text, searchable in the PDF, and the letters that it uses are
embedded, so that it looks alike on machines without our font. The notebook holds the drawing as an
image; the saved file, which may be reused alone, has title and source above it.
"""

from __future__ import annotations

import base64
import html
import json
import logging
import re
import string
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from io import BytesIO, StringIO
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.text import FONTS, own_yaml, without_formulas, write_text
from analysis.notebook.prose import MARKS, split_caption

if TYPE_CHECKING:
    from matplotlib.figure import Figure as MatplotlibFigure
    from matplotlib.ft2font import FT2Font

_PACKAGE = Path(__file__).parents[1]
_STYLE_SHEET = _PACKAGE / "figures" / "analysis.mplstyle"
_FAMILIES = ("IBM Plex Sans", "DejaVu Sans")
"""The bundled font, and matplotlib's own for letters that it lacks."""

WIDTH: Final = 160.0
"""Width of every figure, and of the report's text, in millimetres."""

NORMAL: Final = 8.0
"""Usual size of letters in points."""

MM_PER_INCH: Final = 25.4
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
                fix="add it to src/analysis/notebook/figures.yaml",
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
def figures_by_report() -> dict[str, dict[str, dict[str, str]]]:
    """Texts by figure, of the paper's report, of firms' reports alone, and of the article's."""
    found: dict[str, dict[str, dict[str, str]]] = own_yaml(__file__, "figures.yaml")
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
    ours: dict[Any, Any] = {"font.family": list(_FAMILIES)}
    with matplotlib.rc_context(), warnings.catch_warnings():
        # Letters that neither font has are left to the reader's own fonts; no warning about them.
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        styles.use(["default", ours, _STYLE_SHEET])
        yield


@cache
def register_fonts() -> None:
    """Make matplotlib use the bundled IBM Plex Sans, also where the host has its own copy."""
    from matplotlib.font_manager import fontManager

    fontManager.ttflist = [font for font in fontManager.ttflist if font.name != _FAMILIES[0]]
    for path in sorted(FONTS.glob("*.ttf")):
        fontManager.addfont(path)
    # DejaVu Sans, for letters that our font lacks, has no semibold. A message about it in a
    # notebook would fail the run, as every warning does.
    logging.getLogger("matplotlib.font_manager").addFilter(
        lambda record: "Failed to find font weight" not in record.getMessage()
    )


def save_figure(figure: Figure, folder: Path, drawing: str | None = None) -> Path:
    """Write a figure's `contents` to a folder, made when missing; return the SVG's path.

    Parameters
    ----------
    figure : Figure
        The figure.
    folder : Path
        Named after the case.
    drawing : str, optional
        What `svg` gave, if it has been drawn already.
    """
    path = folder / f"{figure.stem}.svg"
    for suffix, text in contents(figure, f"report/{folder.name}.pdf", drawing).items():
        write_text(path.with_suffix(suffix), text)
    return path


def contents(figure: Figure, source: str, drawing: str | None = None) -> dict[str, str]:
    """Return what a figure's files hold, by suffix, the plotted data first.

    The CSV holds the plotted data, the JSON number, kind, caption and alternative text, and the
    SVG the drawing below its title and the report from which it comes.
    """
    words = {name: getattr(figure, name) for name in ("number", "kind", "caption", "alt")}
    return {
        ".csv": _csv(figure.data),
        ".json": json.dumps(words, ensure_ascii=False, indent=1) + "\n",
        ".svg": _titled(figure, drawing or svg(figure), source),
    }


def svg(figure: Figure) -> str:
    """Draw a figure as SVG that depends on nothing but the figure, and holds its letters."""
    import matplotlib

    settings: dict[Any, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": figure.label,  # ids differ between figures of one page, not between runs
    }
    metadata = {"Date": None, "Creator": None, "Format": None, "Type": None, "Title": figure.alt}
    stream = StringIO()
    with style(), matplotlib.rc_context(settings):
        figure.figure.savefig(stream, format="svg", metadata=metadata)
    drawing = _INVISIBLE.sub("", stream.getvalue())
    drawing = drawing.replace("<svg ", '<svg role="img" ', 1).rstrip("\n") + "\n"
    letters = {"regular": set(_SOURCE_LETTERS), "semibold": set(_title(figure))}
    for look, shown in _TEXT.findall(drawing):
        weight = next((name for number, name in _WEIGHTS.items() if number in look), "regular")
        letters.setdefault(weight, set()).update(html.unescape(_TAG.sub("", shown)))
    faces = [
        f"@font-face{{font-family: '{family}'; font-weight: {number}; src: url({face})}}"
        for number, weight in _NUMBERS.items()
        for family in _FAMILIES
        if (face := _face(family, weight, "".join(sorted(letters.get(weight, ())))))
    ]
    faces.append(f"text{{{_FAMILY}, sans-serif}}")
    return drawing.replace(f"; {_FAMILY}", "").replace(
        "</style>", "\n".join(["", *faces, "</style>"]), 1
    )


_TEXT = re.compile(r'<text style="([^"]*)"[^>]*>(.*?)</text>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_FAMILY = f"font-family: {', '.join(map(repr, _FAMILIES))}"
_NUMBERS = {400: "regular", 600: "semibold", 700: "bold"}
_WEIGHTS = {f"font-weight: {number}": name for number, name in _NUMBERS.items()}
_SOURCE_LETTERS = string.ascii_letters + string.digits + " ./-_,"
_USUAL = frozenset(map(ord, _SOURCE_LETTERS + "%&'()+:;=?|\u00a0·Δ÷–’“”…↑→↓−≤≥"))
"""Letters that are cut out of our font together, since nearly every drawing has no others."""


def prepare_letters() -> None:
    """Cut out the usual letters, once for all processes that are forked."""
    for family, weight in product(_FAMILIES, ("regular", "semibold")):
        _face(family, weight, _SOURCE_LETTERS)


@cache
def _face(family: str, weight: str, letters: str) -> str:
    """Return the part of a font that some letters need, as an address; empty if it has none.

    To cut takes long, so the usual letters are cut out once, and those not needed are emptied.
    """
    from fontTools.ttLib import TTFont
    from fontTools.ttLib.tables._g_l_y_f import Glyph

    own = _characters(family, weight)
    if family != _FAMILIES[0]:
        own -= _characters(_FAMILIES[0], weight)
    wanted = own & {ord(letter) for letter in letters}
    if not wanted:
        return ""
    part = BytesIO(_part(family, weight, wanted | own & _USUAL))
    font = TTFont(part, recalcBBoxes=False, recalcTimestamp=False, lazy=True)
    names, outlines = font.getBestCmap(), font["glyf"]
    shown = [names[letter] for letter in sorted(wanted)]
    for name in shown:
        shown += outlines.glyphs[name].getComponentNames(outlines)  # not read, as by outlines[name]
    for name in {*font.getGlyphOrder()} - {*shown}:
        outlines[name] = Glyph()
    stream = BytesIO()
    font.save(stream)
    return f"data:font/ttf;base64,{base64.b64encode(stream.getvalue()).decode('ascii')}"


@cache
def _part(family: str, weight: str, letters: frozenset[int]) -> bytes:
    """Cut some letters out of a font, with what spaces them."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    font = TTFont(_font_file(family, weight), recalcTimestamp=False, lazy=True)
    names = font["name"]
    del font["name"]  # or the whole font is searched for what refers to a name
    options = Options(layout_features=["kern"], hinting=False, glyph_names=False, name_IDs=[])
    options.recalc_timestamp = False
    options.drop_tables += ["FFTM", "STAT", "gasp", "meta"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=letters)
    subsetter.subset(font)
    names.names, font["name"] = [], names
    stream = BytesIO()
    font.save(stream)
    return stream.getvalue()


@cache
def _characters(family: str, weight: str) -> frozenset[int]:
    """Return the characters that a font has."""
    from fontTools.ttLib import TTFont

    return frozenset(TTFont(_font_file(family, weight), lazy=True).getBestCmap())


@cache
def _font_file(family: str, weight: str) -> str:
    from matplotlib.font_manager import FontProperties, findfont

    register_fonts()
    return str(findfont(FontProperties(family=family, weight=weight)))


def _title(figure: Figure) -> str:
    """Return the first sentence of a figure's caption, without marks of Markdown."""
    return re.sub(r"[*`]|\]\([^)]*\)|\[", "", split_caption(figure.caption)[0])


def _titled(figure: Figure, drawing: str, source: str) -> str:
    """Write title and source above a drawing, since it may be reused alone."""
    point, step = MM_PER_INCH / 72, 12.0
    lines = wrap(_title(figure), WIDTH, NORMAL + 1, "semibold")
    texts = [
        (line, f"font-weight: 600; font-size: {NORMAL + 1}px; fill: #222222") for line in lines
    ]
    texts.append((source, f"font-size: {NORMAL - 0.5}px; fill: #5f5f5f"))
    above = step * len(texts) + 6
    width = WIDTH / point
    head = "\n".join(
        f'<text style="{look}" x="0" y="{step * place + 9 - above:g}">{html.escape(line)}</text>'
        for place, (line, look) in enumerate(texts)
    )
    height = float(_HEIGHT.search(drawing)[1])  # type: ignore[index]
    size = f'width="{width:.6f}pt" height="{height + above:.6f}pt" '
    size += f'viewBox="0 {-above:g} {width:.6f} {height + above:.6f}"'
    paper = f'<rect x="0" y="{-above:g}" width="{width:.6f}" height="{above:g}" fill="#ffffff"/>'
    return _SIZE.sub(size, drawing, 1).replace("</defs>", f"</defs>\n{paper}\n{head}", 1)


_SIZE = re.compile(r'width="[\d.]+pt" height="[\d.]+pt" viewBox="[^"]*"')
_HEIGHT = re.compile(r'height="([\d.]+)pt"')


@cache
def text_width(text: str, size: float = NORMAL, weight: str = "regular") -> float:
    """Return the width of a line of text in millimetres."""
    from matplotlib.ft2font import LoadFlags

    font = _font(weight)
    font.set_size(size, 72)
    font.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    return float(font.get_width_height()[0]) / 64 / 72 * MM_PER_INCH


@cache
def _font(weight: str) -> FT2Font:
    """Return the bundled font, with matplotlib's own for letters that it lacks."""
    from matplotlib.font_manager import get_font

    return get_font([_font_file(name, weight) for name in _FAMILIES])


def wrap(text: str, width: float, size: float = NORMAL, weight: str = "regular") -> list[str]:
    """Break text into lines of at most `width` millimetres.

    Lines break at ordinary spaces, not at no-break ones; a word wider than a line is broken
    wherever it has to be.
    """
    lines, filled = list[str](), 0.0
    for word in filter(None, text.split(" ")):
        for piece in _pieces(word, width, size, weight):
            more = text_width(piece, size, weight)
            if lines:
                filled += _gap(lines[-1][-1], piece[0], size, weight) + more
            if lines and filled <= width:
                lines[-1] += f" {piece}"
            else:
                lines, filled = [*lines, piece], more
    return lines or [""]


@cache
def _gap(before: str, after: str, size: float, weight: str) -> float:
    """Return the width between two words that end and begin with some letters."""
    apart = text_width(f"{before} {after}", size, weight)
    return apart - text_width(before, size, weight) - text_width(after, size, weight)


def _pieces(word: str, width: float, size: float, weight: str) -> list[str]:
    """Break a word into pieces that fit, most often one."""
    pieces = [""]
    for letter in word if text_width(word, size, weight) > width else [word]:
        if pieces[-1] and text_width(pieces[-1] + letter, size, weight) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _csv(data: pd.DataFrame) -> str:
    """Return plotted data with ten significant digits, the same on every machine."""
    numeric = data.map(lambda cell: float(cell) if isinstance(cell, Fraction) else cell)
    text: str = without_formulas(numeric).to_csv(
        index=False, lineterminator="\n", float_format="%.10g"
    )
    return text
