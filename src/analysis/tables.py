"""The tables: one row model each, read and validated with errors a person can act on.

A row model is the single place where a table's columns, types, units and meaning stand; the
``datapackage.json`` files are made from it.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import pandas as pd
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from analysis.case import Case
from analysis.errors import InputError
from analysis.files import write_text

_NUMBER = re.compile(r"(\d{1,3}(,\d{3})+|\d+)(\.\d+)?%?")
_TYPES = {
    str(date): "date",
    str(date | None): "date",
    str(int): "integer",
    str(int | None): "integer",
}
_NUMERIC_KINDS = {"count", "share", "growth", "level", "money"}

Identifier = Annotated[str, Field(min_length=1, pattern=r"^\S+$")]
Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=0)]


class Row(BaseModel):
    """Base of all row models: cells arrive as text, unknown columns are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_missing(cls, cell: Any, info: ValidationInfo) -> Any:
        """Take an empty cell for a missing value in the columns that may lack one."""
        optional = type(None) in get_args(cls.model_fields[str(info.field_name)].annotation)
        return None if cell == "" and optional else cell


class ClaimRow(Row):
    """A number, formula or statement that the publication prints, at one place."""

    claim_id: Identifier = Field(description="place and subject")
    place: Text = Field(description="section, table or abstract where it stands")
    quotation: Text = Field(description="short verbatim quotation")
    printed: str = Field(
        description="the printed string, empty where our text has lost it; of a formula said in "
        "words or broken over cells, our transcription"
    )
    unit: str = Field(description="unit as printed, or 'formula'")
    role: Literal["result", "target", "example", "formula", "statement", "structure"] = Field(
        description="what the publication uses it for"
    )
    kind: Literal["count", "share", "growth", "level", "money", "formula", "statement"] = Field(
        description="what sort of quantity it is"
    )
    quantity: Identifier = Field(description="what is counted or measured")
    period: Text = Field(description="period as printed; 'unstated' where none is given")
    readings: str = Field(description="axes of case.yaml on which its meaning depends")

    @model_validator(mode="after")
    def _numbers_are_numbers(self) -> ClaimRow:
        numeric = self.kind in _NUMERIC_KINDS and self.role != "structure"
        if numeric and self.printed and not _NUMBER.fullmatch(self.printed):
            raise ValueError(
                f"printed: “{self.printed}” is no printed number "
                "(digits, thousands as 1,234, decimals as 1.5, an optional % sign)"
            )
        if self.role != "formula" and self.printed not in self.quotation:
            raise ValueError(
                f"printed: “{self.printed}” does not stand in the quotation “{self.quotation}”"
            )
        return self

    @property
    def axes(self) -> tuple[str, ...]:
        """Names of the reading axes that matter for this claim."""
        return tuple(name.strip() for name in self.readings.split(";") if name.strip())


class SwotRow(Row):
    """One entry of the SWOT matrix with what it rests on."""

    swot_id: Identifier = Field(description="key")
    quadrant: Literal["strength", "weakness", "opportunity", "threat"] = Field(
        description="quadrant of the matrix"
    )
    text: Text = Field(description="the entry, in our words")
    place: Text = Field(description="section of the publication it rests on")
    quotation: Text = Field(description="short verbatim quotation")
    kpi: str = Field(description="KPI that could test it, empty if none")


class CauseRow(Row):
    """One branch of the Ishikawa diagram."""

    cause_id: Identifier = Field(description="key")
    category: Text = Field(description="main bone of the diagram")
    text: Text = Field(description="the cause, in our words")
    place: Text = Field(description="section of the publication it rests on")
    quotation: Text = Field(description="short verbatim quotation")
    kpi: str = Field(description="KPI on which the cause would show, empty if none")


class ProcessRow(Row):
    """One step of the service process, between two dates of the service table."""

    step_id: Identifier = Field(description="key")
    position: Annotated[int, Field(ge=1)] = Field(description="order of the step, from 1")
    name: Text = Field(description="what happens")
    mode: Literal["waiting", "working"] = Field(description="customer waits, or work is done")
    start_column: Identifier = Field(description="date column of service.csv that opens the step")
    end_column: Identifier = Field(description="date column of service.csv that closes the step")


class CustomerRow(Row):
    """A customer."""

    customer_id: Identifier = Field(description="key")
    segment: Text = Field(description="household, shop or company")
    first_service_on: date = Field(description="day the first service was completed")


class ServiceRow(Row):
    """A completed service."""

    service_id: Identifier = Field(description="key")
    customer_id: Identifier = Field(description="references customer")
    service_type: Identifier = Field(description="references the service types of case.yaml")
    requested_on: date = Field(description="day of the request")
    started_on: date = Field(description="day work began")
    completed_on: date = Field(description="day work ended; decides the quarter")
    due_on: date = Field(description="day promised")

    @model_validator(mode="after")
    def _dates_are_in_order(self) -> ServiceRow:
        if not self.requested_on <= self.started_on <= self.completed_on:
            raise ValueError("requested_on, started_on and completed_on must be in this order")
        return self


class SaleRow(Row):
    """An invoice line."""

    invoice_id: Identifier = Field(description="key")
    service_id: Identifier = Field(description="references service")
    invoiced_on: date = Field(description="day of the invoice; decides the quarter")
    amount_centimos: int = Field(description="net amount in céntimos (1/100 of the currency)")


class SurveyResponseRow(Row):
    """One answer to the satisfaction survey."""

    response_id: Identifier = Field(description="key")
    service_id: Identifier = Field(description="references service")
    answered_on: date = Field(description="day of the answer; decides the quarter")
    score: Annotated[int, Field(ge=1, le=5)] = Field(
        description="1 (very dissatisfied) to 5 (very satisfied); 4 and 5 count as satisfied"
    )


class StaffHoursRow(Row):
    """Hours of one technician in one month."""

    staff_id: Identifier = Field(description="technician; key together with month")
    month: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")] = Field(
        description="calendar month as YYYY-MM"
    )
    quarter_hours: Count = Field(description="time worked in units of 15 minutes")


@dataclass(frozen=True)
class Table:
    """A table's name, its file inside its folder, row model, key and what it holds."""

    name: str
    file: str
    row: type[Row]
    key: tuple[str, ...]
    title: str


RAW_TABLES = (
    Table("claims", "claims.csv", ClaimRow, ("claim_id",), "What the publication prints"),
    Table("swot", "swot.csv", SwotRow, ("swot_id",), "SWOT entries and what they rest on"),
    Table("causes", "causes.csv", CauseRow, ("cause_id",), "Causes for the Ishikawa diagram"),
    Table("process", "process.csv", ProcessRow, ("step_id",), "Steps of the service process"),
)
LEDGER_TABLES = (
    Table("customer", "customer.csv", CustomerRow, ("customer_id",), "Customers"),
    Table("service", "service.csv", ServiceRow, ("service_id",), "Completed services"),
    Table("sale", "sale.csv", SaleRow, ("invoice_id",), "Invoice lines"),
    Table(
        "survey_response", "survey_response.csv", SurveyResponseRow, ("response_id",),
        "Answers to the satisfaction survey",
    ),
    Table(
        "staff_hours", "staff_hours.csv", StaffHoursRow, ("staff_id", "month"),
        "Technicians' hours by month",
    ),
)  # fmt: skip


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
            lines = [(reader.line_num, cells) for cells in reader]
    except FileNotFoundError:
        raise InputError("the file does not exist", file=shown) from None
    except UnicodeDecodeError:
        raise InputError("the file is not UTF-8 text", file=shown, fix="save it as UTF-8") from None
    except csv.Error as error:
        raise InputError(f"not readable as CSV ({error})", file=shown) from None
    rows = [_parse_row(table, cells, line, shown) for line, cells in lines]
    _check_keys(table, rows, [line for line, _ in lines], shown)
    return rows


def read_claims(case: Case) -> list[ClaimRow]:
    """Read a case's ``claims.csv`` and check that the readings it names exist.

    Raises
    ------
    InputError
        As :func:`read_rows`, and if a claim names a reading that ``case.yaml`` lacks.
    """
    table = RAW_TABLES[0]
    claims = [row for row in read_rows(table, case.raw, case.root) if isinstance(row, ClaimRow)]
    known = case.parameters.readings
    for claim in claims:
        for axis in claim.axes:
            if axis not in known:
                raise InputError(
                    f"case.yaml has no reading of this name; it has {', '.join(known) or 'none'}",
                    file=(case.raw / table.file).relative_to(case.root),
                    row=claim.claim_id,
                    column="readings",
                    value=axis,
                )
    return claims


def printed_strings(case: Case) -> dict[str, str]:
    """Return the printed string of every claim by its id."""
    return {claim.claim_id: claim.printed for claim in read_claims(case)}


def read_frame(table: Table, folder: Path, root: Path) -> pd.DataFrame:
    """Read and validate a table as a data frame (dates as datetime64, text as str)."""
    rows = read_rows(table, folder, root)
    frame = pd.DataFrame([row.model_dump() for row in rows], columns=list(table.row.model_fields))
    for name, field in table.row.model_fields.items():
        if field.annotation in (date, date | None):
            frame[name] = pd.to_datetime(frame[name])
    return frame


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as CSV (UTF-8, LF, ISO dates); the file is replaced only when complete."""
    write_text(path, frame.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d"))


def check_columns(table: Table, header: list[str], file: Path) -> None:
    """Refuse a header that lacks a column of the table or has one more."""
    wanted = list(table.row.model_fields)
    for column in wanted:
        if column not in header:
            raise InputError(
                f"this column is missing; the table needs {', '.join(wanted)}",
                file=file,
                row=1,
                column=column,
            )
    for column in header:
        if column not in wanted:
            raise InputError(
                f"this column is unknown; known are {', '.join(wanted)}",
                file=file,
                row=1,
                column=column,
            )


def _parse_row(table: Table, cells: dict[Any, Any], line: int, file: Path) -> Row:
    if None in cells or None in cells.values():
        raise InputError("the row has more or fewer cells than the header", file=file, row=line)
    try:
        return table.row.model_validate(cells)
    except ValidationError as error:
        problem = error.errors()[0]
        column = str(problem["loc"][0]) if problem["loc"] else None
        rule = problem["msg"].removeprefix("Value error, ")
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


def data_package(name: str, title: str, tables: Iterable[Table], folder: str = "") -> str:
    """Frictionless ``datapackage.json`` for some tables, made from their row models."""
    resources = [
        {
            "name": table.name.replace("_", "-"),
            "title": table.title,
            "path": f"{folder}{table.file}",
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "schema": {"fields": _fields(table.row), "primaryKey": list(table.key)},
        }
        for table in tables
    ]
    package = {
        "profile": "tabular-data-package",
        "name": name,
        "title": title,
        "licenses": [{"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0"}],
        "resources": resources,
    }
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


def _fields(row: type[Row]) -> list[dict[str, Any]]:
    fields = []
    for name, info in row.model_fields.items():
        field: dict[str, Any] = {"name": name, "description": info.description}
        constraints: dict[str, Any] = {}
        if get_origin(info.annotation) is Literal:
            field["type"] = "string"
            constraints["enum"] = list(get_args(info.annotation))
        else:
            field["type"] = _TYPES.get(str(info.annotation), "string")
        for rule in info.metadata:
            for ours, theirs in (
                ("ge", "minimum"),
                ("le", "maximum"),
                ("pattern", "pattern"),
                ("min_length", "minLength"),
            ):
                value = getattr(rule, ours, None)
                if value is not None:
                    constraints[theirs] = value
        if constraints:
            field["constraints"] = constraints
        fields.append(field)
    return fields
