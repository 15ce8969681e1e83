"""Rows and tables: what every row model shares, and how tables are read, written and described.

Errors name file, row, column, value and rule, so that a person can act on them.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, get_args

import pandas as pd
from pydantic import (
    BaseModel,
    ConfigDict,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from typing_extensions import TypeVar

from analysis.base.errors import ErrorAt, InputError, collecting, raise_all, shown, system_error
from analysis.base.language import tr
from analysis.base.text import listed, unguarded, without_formulas, write_text
from analysis.tables.columns import (
    add_names,
    broken_rule,
    forbidden,
    header_of,
    is_choice,
    is_iso_day,
    may_be_empty,
)

if TYPE_CHECKING:
    from analysis.tables.case import Case

_REMEDIES: Mapping[str, str] = {
    "literal_error": "write one of these words",
    "string_too_short": "fill in the cell, or delete the row",
    "string_pattern_mismatch": "correct the cell, and whatever refers to it",
}
"""What to do about a cell that breaks a rule."""

_SEEN = 40
"""Bytes at the begin of a file, in the names of its columns, that tell UTF-16."""
_DELIMITERS = ",;\t|"


class Row(BaseModel):
    """Base of all row models: cells arrive as text, unknown columns are refused.

    Attributes
    ----------
    in_order : tuple of tuple of str
        Groups of columns none of which may be before the one that stands before it.
    present : tuple of str
        Columns that must not be left out, although their cells may be empty.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
    in_order: ClassVar[tuple[tuple[str, ...], ...]] = ()
    present: ClassVar[tuple[str, ...]] = ()

    @field_validator("*", mode="before")
    @classmethod
    def _cell(cls, cell: Any, info: ValidationInfo) -> Any:
        """Take an empty cell for a missing value where one may lack; know a day by its form."""
        if not isinstance(cell, str):
            return cell
        may_lack, is_day = _traits(cls, str(info.field_name))
        if may_lack and cell == "":
            return None
        if forbidden(cell):
            raise ValueError("holds a control character")
        if is_day and not is_iso_day(cell):
            raise ValueError(tr("must be a day such as 2024-05-31"))
        return cell

    @model_validator(mode="after")
    def _columns_are_in_order(self) -> Row:
        for group in self.in_order:
            given = [value for name in group if (value := getattr(self, name)) is not None]
            if any(early > late for early, late in pairwise(given)):
                raise ValueError(order_rule(group))
        return self


@cache
def _traits(row: type[Row], column: str) -> tuple[bool, bool]:
    """Say of a column whether a value may lack, and whether it is a day."""
    annotation = row.model_fields[column].annotation
    return type(None) in get_args(annotation), annotation in (date, date | None)


def order_rule(group: tuple[str, ...]) -> str:
    """Say that columns must be in order.

    Examples
    --------
    >>> order_rule(("hired_on", "left_on"))
    'hired_on and left_on must be in this order'
    """
    return tr("{columns} must be in this order", columns=listed(group))


R_co = TypeVar("R_co", bound=Row, covariant=True, default=Row)
R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Table(Generic[R_co]):
    """A table's name, its file inside its folder, row model, key, what it holds, other names."""

    name: str
    file: str
    row: type[R_co]
    key: tuple[str, ...]
    title: str
    also: tuple[str, ...] = ()
    repeats: bool = False
    """Whether its key may stand in several rows, as the number of an invoice does in its lines."""


def period_column(table: Table) -> str:
    """Name the column that decides to which period a row belongs; empty for none."""
    fields = table.row.model_fields.items()
    return next((name for name, info in fields if header_of(info).period), "")


def define(
    name: str, row: type[R], key: str, title: str, *, file: str = "", repeats: bool = False
) -> Table[R]:
    """Define a table: its key as words, its file after its name, other names from a list."""
    also = add_names(name, row.model_fields)
    return Table(name, file or f"{name}.csv", row, tuple(key.split()), title, also, repeats)


def read_rows(table: Table[R], folder: Path, root: Path) -> list[R]:
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
        If the file is missing or unreadable, has wrong columns, bad cells (with row and column) or
        a key that stands twice; all that is wrong is in it.
    """
    rows, errors = examine_rows(table, folder, root)
    raise_all(errors)
    return rows


def examine_rows(table: Table[R], folder: Path, root: Path) -> tuple[list[R], list[InputError]]:
    """Return the good rows of a table, and all that is wrong with the others.

    Parameters are those of :func:`read_rows`.

    Raises
    ------
    InputError
        If the file is missing or unreadable, or has wrong columns.
    """
    path = folder / table.file
    file = shown(path, root)
    text = text_of(path, file)
    stream = io.StringIO(text, newline="")
    try:
        reader = csv.DictReader(
            stream, delimiter=delimiter_of(table.row.model_fields, text), strict=True
        )
        check_columns(table, list(reader.fieldnames or []), file)
        absent = dict.fromkeys(set(table.row.model_fields) - set(reader.fieldnames or []), "")
        lines = [(reader.line_num, _as_read(cells) | absent) for cells in reader]
    except csv.Error as error:
        fix = "write quotation marks inside a cell twice, or delete them"
        raise InputError(f"not readable as CSV ({error})", file=file, fix=fix) from None
    rows: dict[int, R] = {}
    errors: list[InputError] = []
    for line, cells in lines:
        with collecting(errors):
            rows[line] = _parse_row(table, cells, partial(InputError, file=file, row=line))
    return [*rows.values()], [*errors, *_twice(table, rows, file)]


def utf_16(content: bytes) -> str:
    """Return the codec of a text in UTF-16, with a mark at its begin or without; else nothing."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    # Latin letters: every other byte is 0.
    for first, codec in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = content[first:_SEEN:2]
        if zeros and not any(zeros) and any(content[1 - first : _SEEN : 2]):
            return codec
    return ""


def text_of(path: Path, file: Path) -> str:
    """Read UTF-8, or UTF-16 that says so."""
    try:
        content = path.read_bytes()
        return content.decode(utf_16(content) or "utf-8-sig")
    except FileNotFoundError:
        raise InputError("the file does not exist", file=file) from None
    except OSError as error:
        raise system_error(error, file) from None
    except UnicodeDecodeError:
        raise InputError(
            "the file is not UTF-8 text", file=file, fix="save it again as CSV UTF-8"
        ) from None


def delimiter_of(names: Iterable[str], text: str) -> str:
    """Return what stands between names of columns in the first line."""
    header, wanted = text.partition("\n")[0], set(names)

    def known(delimiter: str) -> int:
        return len({name.strip('" \r') for name in header.split(delimiter)} & wanted)

    return max(_DELIMITERS, key=known)


def read_frame(table: Table, folder: Path, root: Path) -> pd.DataFrame:
    """Read and validate a table as a data frame (dates as datetime64, text as str)."""
    rows = read_rows(table, folder, root)
    frame = pd.DataFrame([vars(row) for row in rows], columns=list(table.row.model_fields))
    for name, field in table.row.model_fields.items():
        if field.annotation in (date, date | None):
            frame[name] = pd.to_datetime(frame[name])
    return frame


def records_of(frame: pd.DataFrame) -> Iterator[dict[Any, Any]]:
    """Yield the rows of a frame as row models take them."""
    for record in frame.to_dict("records"):
        days = {n: cell.date() for n, cell in record.items() if isinstance(cell, pd.Timestamp)}
        yield record | days


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as CSV; see :func:`frame_text`. The file is replaced only when complete."""
    write_text(path, frame_text(frame))


def read_stored(case: Case, name: str) -> pd.DataFrame:
    """Read a table that a step of the build wrote, every cell as its text.

    Raises
    ------
    InputError
        If it has not been made yet.
    """
    path = case.processed / name
    if not path.is_file():
        fix = f"make report CASE={case.name}, which makes it"
        raise InputError("this has not been made yet", file=path.relative_to(case.root), fix=fix)
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8").map(unguarded)


def _as_read(cells: dict[Any, Any]) -> dict[Any, Any]:
    return {
        name: unguarded(cell) if isinstance(cell, str) else cell for name, cell in cells.items()
    }


def frame_text(frame: pd.DataFrame) -> str:
    """Write a frame as CSV text (LF, ISO dates).

    Text that a spreadsheet program would run as a formula is kept from it: see
    :mod:`analysis.base.text`.
    """
    safe = without_formulas(frame)
    return safe.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")


def check_columns(table: Table, header: list[str], file: Path) -> None:
    """Refuse a header that lacks columns of the table, other than optional ones, or has others."""
    wanted, at = table.row.model_fields, partial(InputError, file=file, row=1)
    names = ", ".join(wanted)
    rule, fix = f"this column is missing; the table needs {names}", "add it to the first row"
    missing = [
        at(rule, column=name, fix=fix)
        for name, info in wanted.items()
        if name not in header and (name in table.row.present or not may_be_empty(info))
    ]
    rule = f"this column is unknown; known are {names}"
    fix = "correct its name, or take the column out"
    unknown = [at(rule, column=name, fix=fix) for name in header if name not in wanted]
    raise_all([*missing, *unknown])


def _parse_row(table: Table[R], cells: dict[Any, Any], at: ErrorAt) -> R:
    if None in cells or None in cells.values():
        fix = "put cells that contain the delimiter, such as a comma, into quotation marks"
        raise at("the row has more or fewer cells than the header", fix=fix)
    try:
        return table.row.model_validate(cells)
    except ValidationError as error:
        raise_all([_broken(table, cells, problem, at) for problem in error.errors()])
        raise


def _broken(table: Table, cells: dict[Any, Any], problem: ErrorDetails, at: ErrorAt) -> InputError:
    """Say which rule a row breaks, and in which column."""
    column = str(problem["loc"][0]) if problem["loc"] else None
    rule = broken_rule(problem)
    head = re.match(r"(\w+): ", rule)
    if column is None and head is not None and head[1] in table.row.model_fields:
        column, rule = head[1], rule[head.end() :]
    value = cells.get(column) if column and problem["type"] != "value_error" else None
    return at(rule, column=column, value=value, fix=_REMEDIES.get(problem["type"]))


def _twice(table: Table, rows: Mapping[int, Row], file: Path) -> Iterator[InputError]:
    """Find keys that stand in an earlier row already; an empty one is none."""
    seen: dict[tuple[object, ...], int] = {}
    at = partial(InputError, file=file, column=", ".join(table.key))
    for line, row in rows.items():
        key = tuple(getattr(row, column) for column in table.key)
        if not any(key):
            continue
        if key in seen and not table.repeats:
            rule, fix = (
                f"this key stands already in row {seen[key]}",
                "give every row a key of its own",
            )
            yield at(rule, row=line, value=", ".join(map(str, key)), fix=fix)
        seen.setdefault(key, line)


_TYPES: dict[Any, str] = {date: "date", date | None: "date", int: "integer", int | None: "integer"}


_LIMITS = (
    ("ge", "minimum"),
    ("le", "maximum"),
    ("pattern", "pattern"),
    ("min_length", "minLength"),
)


def data_package(name: str, title: str, tables: Iterable[Table]) -> str:
    """Describe some tables, with their types, limits, keys and references to each other.

    Parameters
    ----------
    name, title : str
        Of the package.
    tables : iterable of Table
        Its resources, in this order.

    Returns
    -------
    str
        JSON text.
    """
    known = {table.name: table for table in tables}
    resources = [
        {
            "name": _resource(table),
            "title": table.title,
            "path": table.file,
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "schema": _schema(table, known),
        }
        for table in known.values()
    ]
    package = {
        "profile": "tabular-data-package",
        "name": name,
        "title": title,
        "licenses": [{"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0"}],
        "resources": resources,
    }
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


def _resource(table: Table) -> str:
    return table.name.replace("_", "-")


def _schema(table: Table, known: Mapping[str, Table]) -> dict[str, Any]:
    fields = [_field(name, info) for name, info in table.row.model_fields.items()]
    schema: dict[str, Any] = {"fields": fields, "primaryKey": list(table.key)}
    if table.repeats:
        del schema["primaryKey"]
    foreign = [
        {
            "fields": name,
            "reference": {"resource": _resource(known[to]), "fields": known[to].key[0]},
        }
        for name, info in table.row.model_fields.items()
        if (to := header_of(info).references) in known
    ]
    return schema | ({"foreignKeys": foreign} if foreign else {})


def _field(name: str, info: FieldInfo) -> dict[str, Any]:
    constraints: dict[str, Any] = {} if may_be_empty(info) else {"required": True}
    kind = _TYPES.get(info.annotation, "string")
    if is_choice(info):
        constraints["enum"] = list(get_args(info.annotation))
    for rule in info.metadata:
        for ours, theirs in _LIMITS:
            value = getattr(rule, ours, None)
            if value is not None:
                constraints[theirs] = str(value) if isinstance(value, date) else value
    described = {"name": name, "description": info.description, "type": kind}
    return described | ({"constraints": constraints} if constraints else {})
