"""Rows and tables: what every row model shares, and how tables are read and written.

Errors name file, row, column, value and rule, so that a person can act on them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar, get_args

import pandas as pd
from pydantic import (
    BaseModel,
    ConfigDict,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from analysis.columns import broken_rule, forbidden, is_iso_day
from analysis.errors import InputError, system_error
from analysis.files import write_text
from analysis.formulas import unguarded, without_formulas


class Row(BaseModel):
    """Base of all row models: cells arrive as text, unknown columns are refused.

    Attributes
    ----------
    in_order : tuple of tuple of str
        Groups of columns none of which may be before the one that stands before it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    in_order: ClassVar[tuple[tuple[str, ...], ...]] = ()

    @field_validator("*", mode="before")
    @classmethod
    def _cell(cls, cell: Any, info: ValidationInfo) -> Any:
        """Take an empty cell for a missing value where one may lack; know a day by its form."""
        if not isinstance(cell, str):
            return cell
        annotation = cls.model_fields[str(info.field_name)].annotation
        if cell == "" and type(None) in get_args(annotation):
            return None
        if forbidden(cell):
            raise ValueError("the cell holds a control character")
        if annotation in (date, date | None) and not is_iso_day(cell):
            raise ValueError("must be a day such as 2024-05-31")
        return cell

    @model_validator(mode="after")
    def _columns_are_in_order(self) -> Row:
        for group in self.in_order:
            given = [value for name in group if (value := getattr(self, name)) is not None]
            if any(early > late for early, late in pairwise(given)):
                raise ValueError(order_rule(group))
        return self


def order_rule(group: tuple[str, ...]) -> str:
    """Say that columns must be in order."""
    return f"{', '.join(group[:-1])} and {group[-1]} must be in this order"


@dataclass(frozen=True)
class Table:
    """A table's name, its file inside its folder, row model, key, what it holds, other names."""

    name: str
    file: str
    row: type[Row]
    key: tuple[str, ...]
    title: str
    also: tuple[str, ...] = ()


def read_rows(table: Table, folder: Path, root: Path) -> list[Row]:
    """Read and validate a table.

    Parameters
    ----------
    table : Table
        Which table.
    folder : Path
        Folder that holds its file.
    root : Path
        Project root, so that messages name short paths.

    Raises
    ------
    InputError
        At the first problem: file missing or unreadable, wrong columns, a bad cell (with row and
        column), or a key that stands twice.
    """
    path = folder / table.file
    shown = path.relative_to(root) if path.is_relative_to(root) else path
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            header = list(reader.fieldnames or [])
            check_columns(table, header, shown)
            lines = [(reader.line_num, _as_read(cells)) for cells in reader]
    except FileNotFoundError:
        raise InputError("the file does not exist", file=shown) from None
    except OSError as error:
        raise system_error(error, shown) from None
    except UnicodeDecodeError:
        raise InputError("the file is not UTF-8 text", file=shown, fix="save it as UTF-8") from None
    except csv.Error as error:
        raise InputError(f"not readable as CSV ({error})", file=shown) from None
    rows = [_parse_row(table, cells, line, shown) for line, cells in lines]
    _check_keys(table, rows, [line for line, _ in lines], shown)
    return rows


def read_frame(table: Table, folder: Path, root: Path) -> pd.DataFrame:
    """Read and validate a table as a data frame (dates as datetime64, text as str)."""
    rows = read_rows(table, folder, root)
    frame = pd.DataFrame([row.model_dump() for row in rows], columns=list(table.row.model_fields))
    for name, field in table.row.model_fields.items():
        if field.annotation in (date, date | None):
            frame[name] = pd.to_datetime(frame[name])
    return frame


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as CSV; see :func:`frame_text`. The file is replaced only when complete."""
    write_text(path, frame_text(frame))


def _as_read(cells: dict[Any, Any]) -> dict[Any, Any]:
    return {
        name: unguarded(cell) if isinstance(cell, str) else cell for name, cell in cells.items()
    }


def frame_text(frame: pd.DataFrame) -> str:
    """Write a frame as CSV text (LF, ISO dates).

    Text that a spreadsheet program would run as a formula is kept from it: see
    :mod:`analysis.formulas`.
    """
    safe = without_formulas(frame)
    return safe.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")


def check_columns(table: Table, header: list[str], file: Path) -> None:
    """Refuse a header that lacks a column of the table or has one more."""
    wanted = list(table.row.model_fields)
    for name in wanted:
        if name not in header:
            raise InputError(
                f"this column is missing; the table needs {', '.join(wanted)}",
                file=file,
                row=1,
                column=name,
            )
    for name in header:
        if name not in wanted:
            raise InputError(
                f"this column is unknown; known are {', '.join(wanted)}",
                file=file,
                row=1,
                column=name,
            )


def _parse_row(table: Table, cells: dict[Any, Any], line: int, file: Path) -> Row:
    if None in cells or None in cells.values():
        raise InputError("the row has more or fewer cells than the header", file=file, row=line)
    try:
        return table.row.model_validate(cells)
    except ValidationError as error:
        problem = error.errors()[0]
        column = str(problem["loc"][0]) if problem["loc"] else None
        rule = broken_rule(problem)
        head = re.match(r"(\w+): ", rule)
        if column is None and head is not None and head[1] in table.row.model_fields:
            column, rule = head[1], rule[head.end() :]
        value = cells.get(column) if column and problem["type"] != "value_error" else None
        raise InputError(rule, file=file, row=line, column=column, value=value) from None


def _check_keys(table: Table, rows: Iterable[Row], lines: list[int], file: Path) -> None:
    seen: dict[tuple[object, ...], int] = {}
    for row, line in zip(rows, lines, strict=True):
        key = tuple(getattr(row, column) for column in table.key)
        if key in seen:
            raise InputError(
                f"this key stands already in row {seen[key]}",
                file=file,
                row=line,
                column=", ".join(table.key),
                value=", ".join(map(str, key)),
                fix="give every row a key of its own",
            )
        seen[key] = line
