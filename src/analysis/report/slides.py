"""Tables and main figures of a firm's report as a workbook, to be put on slides.

Every table has a sheet, with its numbers as numbers, and the main figures have charts that Excel
draws itself from the plotted data, so that they can be restyled. The same bytes on every run.
"""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from nbformat import NotebookNode
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from analysis.base.language import language, tr
from analysis.base.periods import readable
from analysis.base.text import unguarded, write_bytes

_CELL = re.compile(r"<t[hd][^>]*?text-align: (\w+)[^>]*>(.*?)</t[hd]>", re.DOTALL)
_ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_WIDEST = 60
_HEAD = 3
"""Row of the headers, below the caption."""


class _Chart(NamedTuple):
    """What a chart shows of a figure's data: names, and columns with what they are called."""

    names: str
    series: dict[str, str]
    direction: str


def _charts() -> dict[str, _Chart]:
    """Return the charts by the name of their figure."""
    year = {"value": tr("Period"), "year_ago": tr("Year before")}
    moved = {"base": tr("Before"), "value": tr("Period")}
    return {
        "sales_by_quarter": _Chart("quarter", year, "col"),
        "sales_waterfall": _Chart("name", moved, "bar"),
        "scorecard": _Chart("name", {"contribution": tr("adds to the joint score")}, "bar"),
        "services_by_type": _Chart("name", {"services": tr("services")}, "bar"),
    }


def write_slides(
    notebooks: Iterable[NotebookNode], root: Path, out: Path, moment: datetime
) -> Path:
    """Write the workbook of executed notebooks.

    Parameters
    ----------
    notebooks : iterable of NotebookNode
        In reading order.
    root : Path
        The folder that holds ``figures``.
    out : Path
        The workbook.
    moment : datetime
        When it says that it was made.

    Returns
    -------
    Path
        ``out``.
    """
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    counts = {"table": 0, "figure": 0}
    for output in (o for nb in notebooks for cell in nb.cells for o in cell.get("outputs", ())):
        about = output.get("metadata", {}).get("analysis", {})
        kind = about.get("type")
        if kind not in counts:
            continue
        counts[kind] += 1
        name = tr("Table" if kind == "table" else "Figure")
        title = f"{name} {counts[kind]}"
        if kind == "table":
            _table(book.create_sheet(title), output["data"]["text/html"])
        elif not _figure(book, title, root / about["file"]):
            continue
        caption = html.unescape(_TAG.sub("", about["caption"])).replace("*", "")
        _write(book[title], 1, 1, f"{caption} [{tr(about['kind'])}]")
    write_bytes(out, _bytes(book, moment))
    return out


def _write(sheet: Worksheet, row: int, column: int, value: object, form: str = "") -> None:
    """Write a cell; a text is never taken for a formula."""
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value, cell.data_type = value, "s"
    else:
        cell.value = value
        cell.number_format = form or "General"
    if row == _HEAD:
        cell.font = Font(bold=True)
    if row >= _HEAD:
        width = sheet.column_dimensions[get_column_letter(column)]
        width.width = max(width.width, min(len(str(value)) + 2, _WIDEST))


def _table(sheet: Worksheet, source: str) -> None:
    for row, line in enumerate(_ROW.findall(source), start=_HEAD):
        for column, (align, body) in enumerate(_CELL.findall(line), start=1):
            text = html.unescape(_TAG.sub("", body))
            number = _number(text) if align == "right" and row > _HEAD else None
            _write(sheet, row, column, *(number or (text,)))


def _number(text: str) -> tuple[float, str] | None:
    """Read a number as the language in use writes it: its value, and a format for it.

    Examples
    --------
    >>> _number("+1,234.5"), _number("−12.5%"), _number("≥ 80")
    ((1234.5, '+#,##0.0;-#,##0.0'), (-0.125, '0.0%'), None)
    """
    it, points = language(), re.escape(f" {tr('pp')}")
    group, point, percent = map(re.escape, (it.group, it.point, it.percent))
    found = re.fullmatch(
        rf"([+−]?)(\d{{1,3}}(?:{group}\d{{3}})*)(?:{point}(\d+))?({percent}|{points}|)", text
    )
    if found is None:
        return None
    sign, whole, rest, unit = found.groups()
    value = Decimal(f"{whole.replace(it.group, '')}.{rest or 0}") * (-1 if sign == "−" else 1)
    form = ("0" if unit else "#,##0") + (f".{'0' * len(rest)}" if rest else "")
    if unit == it.percent:
        value, form = value / 100, f"{form}%"
    elif unit:
        form = f'{form}"{unit}"'
    return float(value), f"+{form};-{form}" if sign == "+" else form


def _figure(book: Workbook, title: str, drawing: Path) -> bool:
    """Add a sheet with the data of a main figure and its chart; say whether it is one."""
    chart = _charts().get(drawing.stem.split("_", 2)[2])
    if chart is None:
        return False
    data = pd.read_csv(drawing.with_suffix(".csv"), keep_default_na=False, dtype={chart.names: str})
    if "level" in data:  # of the scorecard's layers the lowest, which adds up to the others
        data = data[data["level"] == "key result"]
    data = data[data[next(iter(chart.series))] != ""]
    sheet = book.create_sheet(title)
    heads = ["", *chart.series.values()]
    for column, head in enumerate(heads, start=1):
        _write(sheet, _HEAD, column, head)
    for row, cells in enumerate(data[[chart.names, *chart.series]].to_numpy(), start=_HEAD + 1):
        _write(sheet, row, 1, readable(unguarded(str(cells[0]))))
        for column, cell in enumerate(cells[1:], start=2):
            if cell != "":
                _write(sheet, row, column, float(cell), "#,##0.00")
    _draw(sheet, len(data), heads, chart.direction)
    return True


def _draw(sheet: Worksheet, rows: int, heads: Sequence[str], direction: str) -> None:
    chart: Any = BarChart()
    chart.type, chart.grouping, chart.gapWidth = direction, "clustered", 60
    last = _HEAD + rows
    series = Reference(sheet, min_col=2, max_col=len(heads), min_row=_HEAD, max_row=last)
    chart.add_data(series, titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=_HEAD + 1, max_row=last))
    chart.legend = chart.legend if len(heads) > 2 else None
    chart.x_axis.delete = chart.y_axis.delete = False
    if direction == "bar":
        chart.x_axis.scaling.orientation = "maxMin"
    chart.width, chart.height = 24, 12
    sheet.add_chart(chart, f"{get_column_letter(len(heads) + 2)}{_HEAD}")


def _bytes(book: Workbook, moment: datetime) -> bytes:
    """Return a workbook's bytes, without the time at which they were written."""
    book.properties.creator, stamp = "", moment.replace(tzinfo=None)
    book.properties.created = stamp
    stream, out = BytesIO(), BytesIO()
    book.save(stream)
    with zipfile.ZipFile(stream) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as same:
        for name in made.namelist():
            content = made.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(
                    rb"\g<1>%s" % f"{stamp:%Y-%m-%dT%H:%M:%SZ}".encode(), content
                )
            info = zipfile.ZipInfo(name, _EARLIEST)
            info.compress_type = zipfile.ZIP_DEFLATED
            same.writestr(info, content)
    return out.getvalue()
