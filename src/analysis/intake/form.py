"""The workbook that can be filled in instead of CSV files, made from the row models.

Every column has its type, its limits or list of values, a note that says what it holds, and the
text format where a spreadsheet program would otherwise turn keys into dates or numbers.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import ceil
from typing import Any, Literal, get_args, get_origin

import pandas as pd
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from pydantic.fields import FieldInfo

from analysis.intake.files import METHOD, ROWS
from analysis.intake.method import INDICATORS
from analysis.intake.workbook import ABOUT
from analysis.tables.columns import PATTERNS, header_of, may_be_empty, meaning
from analysis.tables.rows import Table

LAST_ROW = 2**20
_SCALE = 100
_LONGEST_LIST = 255
_AUTHOR = "row models"
_REQUIRED, _OPTIONAL = PatternFill("solid", "1F3A4D"), PatternFill("solid", "DCE3E8")
_LINE, _LETTERS = 15, 78
_WIDEST, _ROWS_SEEN = 44, 200
_EPOCH = (1980, 1, 1, 0, 0, 0)
_INSTRUCTIONS = (
    "Fill in the sheets that you have; delete the rows of the others, or the sheets.",
    "Each sheet is a table. Its first row names the columns: dark ones must be filled in, light "
    "ones may stay empty. A note on each name says what the column holds.",
    "Dates are real dates, amounts are in the currency's whole units with two decimals, hours "
    "have decimals. Keys are text and have no spaces.",
    "Rows whose keys begin with SYN- are a made-up example: put your own in their place.",
    "Save the file as <name of the case>.xlsx in the folder of the case, which must then hold no "
    "CSV tables, and run: make check CASE=<name of the case>",
)


@dataclass(frozen=True)
class _Column:
    """A column as the workbook has it: its name there, and its units in one of the workbook's."""

    field: str
    name: str
    info: FieldInfo
    factor: int = 1

    @property
    def patterns(self) -> list[str]:
        rules = (getattr(rule, "pattern", None) for rule in self.info.metadata)
        return [pattern for pattern in rules if pattern]

    @property
    def is_day(self) -> bool:
        return self.info.annotation in (date, date | None)


def make_workbook(tables: Mapping[str, pd.DataFrame], day: date) -> bytes:
    """Make the workbook of all tables, filled with the rows given.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Rows by table, as :func:`analysis.intake.read` returns them.
    day : date
        Its date of creation, so that the same rows give the same bytes.

    Returns
    -------
    bytes
        The content of an .xlsx file.
    """
    book = Workbook()
    book.properties.creator = book.properties.lastModifiedBy = _AUTHOR
    _about(book.active)
    for table in (*ROWS, *METHOD):
        _fill(book.create_sheet(table.name), table, tables.get(table.name))
    stream = io.BytesIO()
    book.save(stream)
    return _same_bytes(stream.getvalue(), day)


def _about(sheet: Any) -> None:
    sheet.title = ABOUT
    sheet.column_dimensions["A"].width = 84
    for text in _INSTRUCTIONS:
        sheet.append([text])
    for number, text in enumerate(_INSTRUCTIONS, start=1):
        sheet.cell(number, 1).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[number].height = _LINE * ceil(len(text) / _LETTERS) + 3


def _columns(table: Table) -> Iterator[_Column]:
    """Yield the columns, amounts and hours in their larger units; statements say theirs by row."""
    for name, info in table.row.model_fields.items():
        header = header_of(info)
        larger = header.larger[0] if header.larger else name
        yield _Column(name, larger, info, header.factor if header.larger else 1)


def _fill(sheet: Worksheet, table: Table, rows: pd.DataFrame | None) -> None:
    columns = list(_columns(table))
    in_units = any(header_of(c.info).money and c.factor == 1 for c in columns)
    names = [column.name for column in columns] + (["unit_scale"] if in_units else [])
    sheet.append(names)
    for place, column in enumerate(columns, start=1):
        _dress(sheet, place, column, _width(column, rows))
    for record in () if rows is None else rows.to_dict("records"):
        cells = [_cell(column, record[column.field], in_units) for column in columns]
        sheet.append(cells + ([_SCALE] if in_units else []))
    for row in sheet.iter_rows(min_row=2, max_col=len(columns)):
        for cell, column in zip(row, columns, strict=True):
            cell.number_format = _format(column, in_units)
            if isinstance(cell.value, str):
                cell.data_type, cell.quotePrefix = "s", True  # text, whatever it begins with
    sheet.freeze_panes, sheet.print_title_rows = "A2", "1:1"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _width(column: _Column, rows: pd.DataFrame | None) -> int:
    """Return the letters that fit into a column: its name and its texts, within bounds."""
    texts = [] if rows is None else [str(cell) for cell in rows[column.field].head(_ROWS_SEEN)]
    longest = max(map(len, texts), default=0) if column.info.annotation is not int else 0
    return min(_WIDEST, max(13, len(column.name) + 3, 11 if column.is_day else longest + 2))


def _cell(column: _Column, value: Any, in_units: bool) -> Any:
    if value is None or value is pd.NaT or value == "":
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    if isinstance(value, str):
        return value
    scaled = _SCALE if in_units and header_of(column.info).money else column.factor
    return value if scaled == 1 else value / scaled


def _format(column: _Column, in_units: bool) -> str:
    if column.is_day:
        return "yyyy-mm-dd"
    if column.info.annotation is not int:
        return "@"
    money = header_of(column.info).money and (in_units or column.factor > 1)
    return "#,##0.00" if money or column.factor > 1 else "0"


def _dress(sheet: Worksheet, place: int, column: _Column, width: int) -> None:
    """Give a header its note and look, and its column a format, a width and limits."""
    letter = get_column_letter(place)
    head = sheet.cell(row=1, column=place)
    optional = may_be_empty(column.info)
    head.fill = _OPTIONAL if optional else _REQUIRED
    head.font = Font(name="Calibri", bold=True, color="1F3A4D" if optional else "FFFFFF")
    note = Comment(_note(column, optional), _AUTHOR, height=110, width=260)
    head.comment = note
    sheet.column_dimensions[letter].width = width
    sheet.column_dimensions[letter].number_format = _format(column, in_units=False)
    rule = _validation(column, optional)
    if rule is not None:
        rule.add(f"{letter}2:{letter}{LAST_ROW}")
        sheet.add_data_validation(rule)


def _note(column: _Column, optional: bool) -> str:
    parts = [meaning(column.info, larger=column.factor > 1)]
    if column.factor > 1:
        parts.append("in whole units of the currency" if column.factor == _SCALE else "in hours")
    options = get_args(column.info.annotation)
    if get_origin(column.info.annotation) is Literal:
        parts.append(f"one of: {', '.join(options)}")
    parts += [PATTERNS[pattern] for pattern in column.patterns if pattern in PATTERNS]
    return "; ".join([*parts, "may be empty" if optional else "required"])


def _validation(column: _Column, optional: bool) -> DataValidation | None:
    """Return the limits of a column as spreadsheet programs hold them."""
    low, high = _limit(column, "ge"), _limit(column, "le")
    rule: dict[str, Any] | None = None
    if get_origin(column.info.annotation) is Literal:
        rule = _list(get_args(column.info.annotation))
    elif header_of(column.info).references == "indicator":
        rule = _list(sorted(INDICATORS))
    elif column.is_day:
        rule = {"type": "date", "formula1": _serial(low), "formula2": _serial(high)}
    elif column.info.annotation is int and low is not None:
        kind = "whole" if column.factor == 1 and not header_of(column.info).money else "decimal"
        limits = [f"{Decimal(limit) / column.factor:f}" for limit in (low, high)]
        rule = {"type": kind, "formula1": limits[0], "formula2": limits[1]}
    if rule is None:
        return None
    if rule["type"] != "list":
        rule["operator"] = "between"
    return DataValidation(
        allow_blank=optional,
        showErrorMessage=True,
        errorTitle=column.name,
        error=_note(column, optional)[:225],
        **rule,
    )


def _limit(column: _Column, name: str) -> Any:
    limits = (getattr(rule, name, None) for rule in column.info.metadata)
    return next((limit for limit in limits if limit is not None), None)


def _list(options: Any) -> dict[str, Any] | None:
    listed = ",".join(options)
    fits = len(listed) <= _LONGEST_LIST and not any("," in option for option in options)
    return {"type": "list", "formula1": f'"{listed}"'} if fits else None


def _serial(day: date) -> int:
    return (day - date(1899, 12, 30)).days


def _same_bytes(content: bytes, day: date) -> bytes:
    """Pack the parts again, without the time at which this was done."""
    stamp = datetime(day.year, day.month, day.day).isoformat() + "Z"
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb">[-0-9T:]+Z<", f">{stamp}<".encode(), part)
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            info.create_system = 3
            new.writestr(info, part)
    return packed.getvalue()
