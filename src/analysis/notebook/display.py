"""What notebooks show: tables and figures, and the forms in which the PDF sets them again."""

from __future__ import annotations

import base64
import html
import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.language import tr
from analysis.base.periods import readable
from analysis.base.text import MISSING, Format, is_number, plain
from analysis.notebook.drawing import Figure as Figure
from analysis.notebook.drawing import save_figure, svg
from analysis.notebook.edition import begin as begin
from analysis.notebook.prose import MARKS
from analysis.notebook.prose import concept as concept
from analysis.notebook.prose import emit as emit
from analysis.notebook.prose import say as say

FIGURES_VARIABLE = "ANALYSIS_FIGURES"
"""Environment variable naming the folder where a build wants the shown figures saved, by case."""

DATA_URI = "data:image/svg+xml;base64,"
"""What an image in a notebook begins with."""

_WIDTH = 756
"""Pixels that a figure is wide in a notebook."""

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
        From a cell's text, before it is translated, to a colour such as ``#1b7f4b``.
    math : bool
        Whether the texts are formulas in words and signs, which the PDF sets as mathematics.
    """

    name: str
    header: str
    format: Format | None = None
    align: Align | None = None
    width: float | None = None
    colours: Mapping[str, str] | None = None
    math: bool = False


@dataclass(frozen=True)
class _Cells:
    """A table as texts: headers, alignments, widths, and rows of (text, colour)."""

    headers: list[str]
    aligns: list[Align]
    widths: list[float | None]
    rows: list[list[tuple[str, str | None]]]
    math: list[bool]


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
    drawing = svg(figure)
    folder = os.environ.get(FIGURES_VARIABLE)
    if folder:
        case = case or _case_of_notebook()
        path = save_figure(figure, Path(folder) / case, drawing)
        about["file"] = f"figures/{case}/{path.name}"
    plt.close(figure.figure)  # or the inline backend would show it a second time
    # Programs do not draw the SVG of a notebook that was not made on their own machine, but images.
    source = base64.b64encode(drawing.encode("utf-8")).decode("ascii")
    image = f'<img alt="{html.escape(figure.alt)}" width="{_WIDTH}" src="{DATA_URI}{source}">'
    shown = {"text/html": image, "text/plain": f"{tr('Figure')}: {figure.alt}"}
    emit(shown, {"type": "figure", **about})
    number = f'<a id="{figure.label}"></a>**{tr("Figure")} {figure.number}.**'
    caption = f"{number} {figure.caption} *[{tr(figure.kind)}]*"
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
        math=[column.math for column in columns],
    )


def _column(values: list[object], column: Column) -> list[tuple[str, str | None]]:
    show, colours = column.format or plain, column.colours or {}
    texts = [MISSING if _missing(value) else _one_line(show(value)) for value in values]
    return [(text, colours.get(str(cell))) for text, cell in zip(texts, values, strict=True)]


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
        for (text, colour), math in zip(row, cells.math, strict=True):
            literal = mathematics(text) if math else _literal(text)
            shown.append(f'text(fill: rgb("{colour}"), {literal})' if colour else literal)
        lines.append("  " + ", ".join(shown) + ",")
    lines.append("  table.hline(stroke: 0.8pt),")
    return "table(\n" + "\n".join(lines) + "\n)"


_TOKEN = re.compile(r"\s*([÷×+−()=])\s*")
_LONG = 44
"""Letters of a sum that is set on two lines."""


def mathematics(text: str) -> str:
    r"""Return Typst code that sets formulas of words and signs as mathematics.

    Several formulas are separated by semicolons. What is no such formula is set as it is.

    Examples
    --------
    >>> mathematics("sales ÷ (assets + debt) × 100%")[:54]
    'math.equation(alt: "sales ÷ (assets + debt) × 100%", $'
    >>> mathematics("sales ÷ (assets + debt) × 100%")[54:]
    'display(frac("sales", "assets" + "debt")) times "100%"$)'
    """
    made: list[str] = []
    for formula in text.split("; "):
        try:
            tokens = [token for token in _TOKEN.split(formula) if token]
            code, _ = _sum(tokens)
            while tokens[:1] == ["="]:
                del tokens[0]
                code += f" = {_sum(tokens)[0]}"
        except IndexError:
            tokens = [formula]
        if tokens or len(made) > 2 or not any(sign in formula for sign in "÷×+−="):
            return _literal(text)
        made.append(f"math.equation(alt: {_literal(formula)}, ${code}$)")
    return made[0] if len(made) == 1 else f"stack(spacing: 0.7em, {', '.join(made)})"


def _sum(tokens: list[str]) -> tuple[str, bool]:
    """Read a sum from the front; return its code and whether it has several terms."""
    terms, length = [_product(tokens)], sum(map(len, tokens))
    while tokens and tokens[0] in "+−":
        terms += [tokens.pop(0), _product(tokens)]
    length -= sum(map(len, tokens))
    if len(terms) == 1 or length < _LONG:
        return " ".join(terms), len(terms) > 1
    half = len(terms) // 2 + (len(terms) // 2 + 1) % 2
    lines = [f"display({' '.join(part)})" for part in (terms[: half + 1], terms[half + 1 :])]
    return f"mat(delim: #none, row-gap: #0.35em, {'; '.join(lines)})", True


def _product(tokens: list[str]) -> str:
    code, several = _factor(tokens)
    while tokens and tokens[0] in "×÷":
        if tokens.pop(0) == "÷":
            code, several = f"display(frac({code}, {_factor(tokens)[0]}))", False
        else:
            other, sums = _factor(tokens)
            left, right = (
                f"({one})" if many else one for one, many in ((code, several), (other, sums))
            )
            code, several = f"{left} times {right}", False
    return f"({code})" if several else code


def _factor(tokens: list[str]) -> tuple[str, bool]:
    token = tokens.pop(0)
    if token == "(":
        inner = _sum(tokens)
        if tokens.pop(0) != ")":
            raise IndexError
        return inner
    name = token.replace("_", " ")
    base = name.removesuffix(" before")
    return _literal(base) + ('_"before"' if base != name else ""), False


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
        f'<caption style="text-align: left">{inline} <em>[{tr(kind)}]</em></caption>',
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
    return "\n".join([f"{tr('Table')}: {caption}", *lines])
