"""What notebooks show: tables and figures, and the forms in which the PDF sets them again.

A figure's saved file holds its text as text (searchable in the PDF); the notebook holds it as an
image with its letters as outlines, which every program shows alike and without being asked to.
Both are the same bytes on every run.
"""

from __future__ import annotations

import base64
import html
import json
import logging
import os
import re
import unicodedata
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
import yaml

from analysis.base.errors import InputError
from analysis.base.periods import readable
from analysis.base.text import MISSING, Format, is_number, plain, without_formulas, write_text
from analysis.notebook.edition import begin as begin
from analysis.notebook.prose import MARKS
from analysis.notebook.prose import concept as concept
from analysis.notebook.prose import emit as emit
from analysis.notebook.prose import say as say

if TYPE_CHECKING:
    from matplotlib.figure import Figure as MatplotlibFigure

FIGURES_VARIABLE = "ANALYSIS_FIGURES"
"""Environment variable naming the folder where a build wants the shown figures saved, by case."""

DATA_URI = "data:image/svg+xml;base64,"
"""What an image in a notebook begins with."""

_WIDTH = 756
"""Pixels that a figure is wide in a notebook."""

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
        """Place in ``figures.yaml``, which notebooks, PDF, README and files name it by.

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
        return figure_order().index(self.name) + 1

    @property
    def label(self) -> str:
        """Anchor that texts refer to, such as ``fig-services-by-type``."""
        return "fig-" + self.name.replace("_", "-")

    @property
    def stem(self) -> str:
        """Name of its files without suffix, such as ``fig_07_services_by_type``."""
        return f"fig_{self.number:02d}_{self.name}"


@cache
def figure_order() -> tuple[str, ...]:
    """Names of all figures, in the order in which the notebooks show them."""
    text = Path(__file__).with_name("figures.yaml").read_text(encoding="utf-8")
    return tuple(yaml.safe_load(text))


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


Align = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Column:
    """How one column of a frame is shown.

    Attributes
    ----------
    name : str
        The frame's column.
    header : str
        What the reader sees.
    format : callable, optional
        From a value to its text, such as ``percent(1)``; by default by the value's type.
    align : {"left", "center", "right"}, optional
        By default numbers stand right and everything else left.
    width : float, optional
        Share of the page's width in the PDF, relative to the other columns that have one; without
        one, a column is as wide as its contents.
    colours : mapping, optional
        From the shown text to a colour such as ``#1b7f4b``.
    """

    name: str
    header: str
    format: Format | None = None
    align: Align | None = None
    width: float | None = None
    colours: Mapping[str, str] | None = None


@dataclass(frozen=True)
class _Cells:
    """A table as texts: headers, alignments, widths, and rows of (text, colour)."""

    headers: list[str]
    aligns: list[Align]
    widths: list[float | None]
    rows: list[list[tuple[str, str | None]]]


def show(shown: Figure | Mapping[str, Any], case: str | None = None) -> None:
    """Show a figure, or a table as :func:`analysis.show.wording.view` returns it.

    The case is that whose folder takes a figure's files, by default the notebook's.

    Raises
    ------
    InputError
        If it is neither.
    """
    if isinstance(shown, Figure):
        show_figure(shown, case)
    elif isinstance(shown, Mapping):
        show_table(**shown)
    else:
        raise InputError(
            "show takes a figure or a table with its caption",
            value=type(shown).__name__,
            fix="a frame is shown by its name alone, in a cell tagged notebook-only",
        )


def show_table(
    frame: pd.DataFrame,
    label: str,
    caption: str,
    kind: str,
    columns: Sequence[Column] | None = None,
) -> None:
    """Show a table in a notebook; the PDF sets it again from the Typst form.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per row shown, in that order; the index is not shown.
    label : str
        Anchor such as ``tbl-services``.
    caption : str
        Inline Markdown; its first sentence is the title. Periods named ``2024Q2`` are shown as
        Q2 2024, here and in the cells.
    kind : str
        Kind of number (printed, derived, synthetic or yours), or "words" where there is none.
    columns : sequence of Column, optional
        The columns shown, in order; by default all of them, under their own names.

    Raises
    ------
    InputError
        If the label, the kind or a column's name is not valid.
    """
    if not label.startswith("tbl-"):
        raise InputError("a table's label begins with tbl-", value=label)
    if kind not in MARKS:
        raise InputError(f"the kind must be one of {', '.join(MARKS)}", value=kind)
    cells, caption = _cells(frame, columns), readable(caption)
    forms = {
        "text/html": _html(cells, label, caption, kind),
        "text/x-typst": _typst(cells),
        "text/plain": _plain(cells, caption),
    }
    emit(forms, {"type": "table", "label": label, "caption": caption, "kind": kind})


def show_figure(figure: Figure, case: str | None = None) -> None:
    """Show a figure and its caption in a notebook.

    When a build runs the notebook, the figure's files are saved too (see `save_figure`), and the
    output names the file for the PDF.

    Parameters
    ----------
    figure : Figure
        The figure.
    case : str, optional
        Case whose folder takes the files; by default the notebook's variable ``case``.

    Raises
    ------
    InputError
        If a build wants files and there is no case.
    """
    import matplotlib.pyplot as plt

    about = {name: getattr(figure, name) for name in ("label", "caption", "alt", "kind")}
    drawing = svg(figure, text_as="outlines")
    folder = os.environ.get(FIGURES_VARIABLE)
    if folder:
        case = case or _case_of_notebook()
        path = save_figure(figure, Path(folder) / case)
        about["file"] = f"figures/{case}/{path.name}"
    plt.close(figure.figure)  # or the inline backend would show it a second time
    # Programs do not draw the SVG of a notebook that was not made on their own machine, but images.
    source = base64.b64encode(drawing.encode("utf-8")).decode("ascii")
    image = f'<img alt="{html.escape(figure.alt)}" width="{_WIDTH}" src="{DATA_URI}{source}">'
    shown = {"text/html": image, "text/plain": f"Figure: {figure.alt}"}
    emit(shown, {"type": "figure", **about})
    caption = (
        f'<a id="{figure.label}"></a>**Figure {figure.number}.** {figure.caption} *[{figure.kind}]*'
    )
    emit({"text/markdown": caption}, {"type": "caption"})


def _case_of_notebook() -> str:
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    case = shell.user_ns.get("case") if shell else None
    if not isinstance(case, str):
        raise InputError(
            "a figure is saved under a case, and the notebook has no variable named case",
            fix="call show_figure(figure, case)",
        )
    return case


def _cells(frame: pd.DataFrame, columns: Sequence[Column] | None) -> _Cells:
    if columns is None:
        columns = [Column(name, str(name).replace("_", " ")) for name in frame.columns]
    for column in columns:
        if column.name not in frame.columns:
            raise InputError(
                "the table has no column of this name; it has "
                + ", ".join(str(name) for name in frame.columns),
                value=column.name,
            )
    shown = [_column(frame[column.name].tolist(), column) for column in columns]
    return _Cells(
        headers=[_one_line(column.header) for column in columns],
        aligns=[column.align or _align(frame[column.name].tolist()) for column in columns],
        widths=[column.width for column in columns],
        rows=[list(row) for row in zip(*shown, strict=True)],
    )


def _column(values: list[object], column: Column) -> list[tuple[str, str | None]]:
    show = column.format or plain
    texts = [MISSING if _missing(value) else _one_line(show(value)) for value in values]
    return [(text, (column.colours or {}).get(text)) for text in texts]


def _one_line(text: str) -> str:
    """Turn line breaks into spaces and drop control characters, which no form can show.

    No line ends between a sign of comparison and its number.
    """
    text = re.sub(r"[ \t\r\n]+", " ", text).strip(" ")
    text = re.sub(r"(?<=[≤≥<>]) (?=[\d−])", "\N{NO-BREAK SPACE}", text)
    return "".join(letter for letter in readable(text) if unicodedata.category(letter) != "Cc")


def _missing(value: object) -> bool:
    return value is None or value is pd.NaT or value is pd.NA or value != value


def _align(values: list[object]) -> Align:
    present = [value for value in values if not _missing(value)]
    return "right" if present and all(is_number(value) for value in present) else "left"


def _typst(cells: _Cells) -> str:
    """Return a ``table(...)`` expression; every text is a string literal, so none is markup."""
    widths = ", ".join("auto" if width is None else f"{width:g}fr" for width in cells.widths)
    lines = [
        f"  columns: ({widths},),",
        f"  align: ({', '.join(cells.aligns)},),",
        "  stroke: none,",
        "  table.header(",
        "    table.hline(stroke: 0.8pt),",
        "    " + "".join(f"strong({_literal(header)}), " for header in cells.headers).rstrip(),
        "    table.hline(stroke: 0.4pt),",
        "  ),",
    ]
    for row in cells.rows:
        shown = []
        for text, colour in row:
            literal = _literal(text)
            shown.append(f'text(fill: rgb("{colour}"), {literal})' if colour else literal)
        lines.append("  " + ", ".join(shown) + ",")
    lines.append("  table.hline(stroke: 0.8pt),")
    return "table(\n" + "\n".join(lines) + "\n)"


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _html(cells: _Cells, label: str, caption: str, kind: str) -> str:
    import mistune

    inline = str(mistune.html(caption)).strip().removeprefix("<p>").removesuffix("</p>")
    rule = "border-top: 1.5px solid; border-bottom: 1px solid"
    head = "".join(
        f'<th scope="col" style="text-align: {align}">{html.escape(header)}</th>'
        for header, align in zip(cells.headers, cells.aligns, strict=True)
    )
    lines = [
        f'<table id="{label}" style="border-collapse: collapse; border-bottom: 1.5px solid">',
        f'<caption style="text-align: left">{inline} <em>[{kind}]</em></caption>',
        f'<thead style="{rule}"><tr>{head}</tr></thead>',
        '<tbody style="font-variant-numeric: tabular-nums">',
    ]
    for row in cells.rows:
        shown = []
        for (text, colour), align in zip(row, cells.aligns, strict=True):
            mark = f"; color: {colour}; font-weight: 600" if colour else ""
            shown.append(f'<td style="text-align: {align}{mark}">{_no_formula(text)}</td>')
        # JupyterLab shades every other row unless told not to
        lines.append('<tr style="background: none">' + "".join(shown) + "</tr>")
    return "\n".join([*lines, "</tbody>", "</table>"])


def _no_formula(text: str) -> str:
    """Escape text; a sign that begins a formula stands in a tag of its own, where none is seen."""
    return re.sub(r"[$\\]", r"<span>\g<0></span>", html.escape(text))


def _plain(cells: _Cells, caption: str) -> str:
    texts = [cells.headers, *([text for text, _ in row] for row in cells.rows)]
    widths = [max(len(row[place]) for row in texts) for place in range(len(cells.headers))]
    adjust = {"left": str.ljust, "center": str.center, "right": str.rjust}
    lines = [
        "  ".join(
            adjust[align](text, width)
            for text, align, width in zip(row, cells.aligns, widths, strict=True)
        ).rstrip()
        for row in texts
    ]
    return "\n".join([f"Table: {caption}", *lines])
