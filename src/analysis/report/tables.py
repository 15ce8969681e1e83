"""HTML tables (pandas, its Styler, hand-written ones) to Typst tables.

Used only where an output offers no ``text/x-typst`` of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from analysis.report.markup import Attributes, Fragment, typst_text

_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_NUMBER = re.compile(r"[-+−–±~<>≤≥]?\s*[\d.,\s  ']*\d[\d.,\s  ']*\s*(%|pp|pts?)?|nan|NaN|[-–—…]?")
_SPAN_LIMIT = 1000

Style = dict[str, str]


@dataclass
class Cell:
    """One cell: its markup, plain text, spans and style."""

    header: bool
    text: str
    markup: str = ""
    colspan: int = 1
    rowspan: int = 1
    style: Style = field(default_factory=dict)


@dataclass
class HtmlTable:
    """The rows of a table; those in ``head`` are repeated on every page."""

    head: list[list[Cell]] = field(default_factory=list)
    body: list[list[Cell]] = field(default_factory=list)


def _declarations(text: str) -> Style:
    pairs = (declaration.split(":", 1) for declaration in text.split(";") if ":" in declaration)
    return {name.strip().lower(): value.strip() for name, value in pairs}


class _Parser(Fragment):
    """Reads all tables of a document, with the style sheet of a pandas Styler."""

    def __init__(self) -> None:
        super().__init__(escape=typst_text_keeping_edges)
        self.tables: list[HtmlTable] = []
        self._css = ""
        self._in_style = self._in_head = False
        self._cell: Cell | None = None

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag in {"table", "thead", "tbody", "tfoot", "tr"}:
            self._finish_cell()
        if tag == "style":
            self._in_style = True
        elif tag == "table":
            self.tables.append(HtmlTable())
        elif tag in {"thead", "tbody", "tfoot"}:
            self._in_head = tag == "thead"
        elif tag == "tr" and self.tables:
            (self.tables[-1].head if self._in_head else self.tables[-1].body).append([])
        elif tag in {"td", "th"} and self.tables:
            self._start_cell(tag, attributes)
        elif self._cell is not None:
            super().handle_starttag(tag, attrs)

    def _start_cell(self, tag: str, attributes: dict[str, str]) -> None:
        self._finish_cell()
        style = self._styles().get(attributes.get("id", ""), {}) | _declarations(
            attributes.get("style", "")
        )
        self._cell = Cell(
            tag == "th",
            "",
            colspan=_span(attributes.get("colspan")),
            rowspan=_span(attributes.get("rowspan")),
            style=style,
        )
        self._parts, self._open = [], []

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self._in_style = False
        elif tag in {"td", "th", "tr", "table", "thead"}:
            self._finish_cell()
            self._in_head = self._in_head and tag != "thead"
        elif self._cell is not None:
            super().handle_endtag(tag)

    def _finish_cell(self) -> None:
        if self._cell is None:
            return
        self._cell.markup = "".join(self._parts).strip(" ")
        table, self._parts = self.tables[-1], []
        rows = table.head if self._in_head else table.body
        if not rows:
            rows.append([])
        rows[-1].append(self._cell)
        self._cell = None

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self._css += data
        elif self._cell is not None:
            self._cell.text += data
            super().handle_data(data)

    def _styles(self) -> dict[str, Style]:
        styles: dict[str, Style] = {}
        for selectors, body in _RULE.findall(self._css):
            for selector in selectors.split(","):
                if selector.strip().startswith("#"):
                    styles.setdefault(selector.strip()[1:], {}).update(_declarations(body))
        return styles


def typst_text_keeping_edges(text: str) -> str:
    """`typst_text`, but a space at either end stays, since tags may follow."""
    before, after = text[:1].isspace(), text[-1:].isspace()
    return " " * before + typst_text(text) + " " * after


def _span(text: str | None) -> int:
    return min(max(int(text), 1), _SPAN_LIMIT) if text and text.isdigit() else 1


def _merge_index_names(table: HtmlTable) -> None:
    """Join pandas' two last header rows (column names, then index names) where they interlock."""
    if len(table.head) < 2:
        return
    upper, lower = table.head[-2:]
    plain = all(cell.colspan == cell.rowspan == 1 for cell in [*upper, *lower])
    if not plain or len(upper) != len(lower):
        return
    pairs = list(zip(upper, lower, strict=True))
    if any(above.text.strip() and below.text.strip() for above, below in pairs):
        return
    merged = [above if above.text.strip() else below for above, below in pairs]
    table.head[-2:] = [merged]


def _grid(rows: list[list[Cell]]) -> list[list[tuple[int, Cell]]]:
    """Column index of every cell, spans respected."""
    taken: dict[tuple[int, int], bool] = {}
    placed = []
    for y, row in enumerate(rows):
        x, line = 0, []
        for cell in row:
            while (y, x) in taken:
                x += 1
            line.append((x, cell))
            for dy in range(cell.rowspan):
                for dx in range(cell.colspan):
                    taken[y + dy, x + dx] = True
        placed.append(line)
    return placed


def _alignment(body: list[list[tuple[int, Cell]]], columns: int) -> list[str]:
    """Right for columns of numbers, left for the rest."""
    texts: list[list[str]] = [[] for _ in range(columns)]
    for row in body:
        for x, cell in row:
            if cell.colspan == 1 and x < columns:
                texts[x].append(cell.text.strip())
    return [
        "right" if any(column) and all(_NUMBER.fullmatch(text) for text in column) else "left"
        for column in texts
    ]


def _colour(value: str) -> str | None:
    """Typst colour of a CSS one; None if it is none that print can show."""
    from matplotlib.colors import to_hex

    numbers = re.fullmatch(r"rgba?\(([\d.]+)[, ]+([\d.]+)[, ]+([\d.]+).*\)", value)
    try:
        if numbers:
            red, green, blue = (float(number) / 255 for number in numbers.groups())
            shown = to_hex((red, green, blue))
        else:
            shown = to_hex(value)
    except ValueError:
        return None
    return f'rgb("{shown}")'


def _markup(cell: Cell) -> str:
    markup = cell.markup
    colour = _colour(cell.style["color"]) if "color" in cell.style else None
    if cell.style.get("font-weight") in {"bold", "bolder", "600", "700", "800", "900"}:
        markup = f"#strong[{markup}]"
    if colour:
        markup = f"#text(fill: {colour})[{markup}]"
    options = []
    if cell.colspan > 1:
        options.append(f"colspan: {cell.colspan}")
    if cell.rowspan > 1:
        options.append(f"rowspan: {cell.rowspan}")
    fill = _colour(cell.style.get("background-color", "")) if cell.style else None
    if fill:
        options.append(f"fill: {fill}")
    align = "center" if cell.header and cell.colspan > 1 else cell.style.get("text-align")
    if align in {"left", "right", "center"}:
        options.append(f"align: {align}")
    return f"table.cell({', '.join(options)})[{markup}]" if options else f"[{markup}]"


def _typst(table: HtmlTable) -> str:
    _merge_index_names(table)
    if not table.head and table.body and all(cell.header for cell in table.body[0]):
        table.head.append(table.body.pop(0))
    head, body = _grid(table.head), _grid(table.body)
    columns = max(
        (x + cell.colspan for row in [*head, *body] for x, cell in row),
        default=0,
    )
    if not columns:
        return ""
    align = ", ".join(_alignment(body, columns))
    lines = [f"table(columns: {columns}, align: ({align},),"]
    if head:
        cells = "".join(f"{_markup(cell)}, " for row in _filled(head, columns) for cell in row)
        lines.append(f"table.header({cells.rstrip()}),")
    lines += ["".join(f"{_markup(cell)}, " for cell in row) for row in _filled(body, columns)]
    return "\n".join(lines) + "\n)"


def _filled(rows: list[list[tuple[int, Cell]]], columns: int) -> list[list[Cell]]:
    """Rows with empty cells added where HTML left a row short."""
    covered: dict[int, set[int]] = {}
    filled = []
    for y, row in enumerate(rows):
        seen = covered.setdefault(y, set())
        for x, cell in row:
            for dy in range(cell.rowspan):
                covered.setdefault(y + dy, set()).update(range(x, x + cell.colspan))
        missing = columns - len(seen)
        filled.append([cell for _, cell in row] + [Cell(False, "") for _ in range(missing)])
    return filled


def tables_to_typst(html: str) -> list[str]:
    """Typst ``table(...)`` expressions of all tables in a piece of HTML.

    Parameters
    ----------
    html : str
        For example what pandas sends as ``text/html``.

    Returns
    -------
    list of str
        One expression per table that has at least one cell; header rows (multi-index ones too)
        stand in ``table.header``, columns of numbers are aligned right, colours are kept.
    """
    parser = _Parser()
    parser.feed(html)
    parser.close()
    return [code for code in map(_typst, parser.tables) if code]
