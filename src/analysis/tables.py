"""The tables: one row model each, read and validated with errors a person can act on.

A row model is the single place where a table's columns, types, units and meaning stand; the
``datapackage.json`` files are made from it, and the reader of own files (:mod:`analysis.intake`)
takes its rules from it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, get_args

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
from analysis.columns import (
    Day,
    DayOrNone,
    Identifier,
    Month,
    Text,
    Whole,
    broken_rule,
    column,
    forbidden,
    hours,
    is_iso_day,
    money,
)
from analysis.errors import InputError
from analysis.files import write_text
from analysis.formulas import unguarded, without_formulas

_NUMBER = re.compile(r"(\d{1,3}(,\d{3})+|\d+)(\.\d+)?%?")
_NUMERIC_KINDS = {"count", "share", "growth", "level", "money"}


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

    swot_id: Identifier = column("key", "id")
    quadrant: Literal["strength", "weakness", "opportunity", "threat"] = column(
        "quadrant of the matrix",
        "cuadrante",
        values={
            "fortaleza": "strength",
            "debilidad": "weakness",
            "oportunidad": "opportunity",
            "amenaza": "threat",
        },
    )
    text: Text = column("the entry, in our words", "texto")
    place: str = column("section of the publication, or occasion, it rests on", "lugar fuente")
    quotation: str = column("short verbatim quotation; empty in a case of your own", "cita")
    kpi: str = column("KPI that could test it, empty if none", "indicador", references="indicator")


class CauseRow(Row):
    """One branch of the Ishikawa diagram."""

    cause_id: Identifier = column("key", "id")
    category: Text = column("main bone of the diagram", "categoria")
    text: Text = column("the cause, in our words", "texto causa")
    place: str = column("section of the publication, or occasion, it rests on", "lugar fuente")
    quotation: str = column("short verbatim quotation; empty in a case of your own", "cita")
    kpi: str = column(
        "KPI on which the cause would show, empty if none", "indicador", references="indicator"
    )


class ProcessRow(Row):
    """One step of the service process, between two dates of the service table."""

    step_id: Identifier = column("key", "id paso")
    position: Annotated[int, Field(ge=1, le=1000)] = column(
        "order of the step, from 1", "posicion orden"
    )
    name: Text = column("what happens", "nombre")
    mode: Literal["waiting", "working"] = column(
        "customer waits, or work is done",
        "modo",
        values={"espera": "waiting", "trabajo": "working"},
    )
    start_column: Identifier = column(
        "date column of service.csv that opens the step", "columna_inicio", references="service day"
    )
    end_column: Identifier = column(
        "date column of service.csv that closes the step", "columna_fin", references="service day"
    )


class CustomerRow(Row):
    """A customer."""

    customer_id: Identifier = column("key", "id_cliente codigo_cliente cliente")
    segment: Text = column("household, shop or company", "segmento tipo_cliente")
    first_service_on: DayOrNone = column(
        "day the first service was completed; may be empty", "primer_servicio fecha_primer_servicio"
    )


class ServiceRow(Row):
    """A completed service."""

    in_order = (("requested_on", "started_on", "completed_on"),)

    service_id: Identifier = column("key", "id_servicio codigo_servicio servicio")
    customer_id: Identifier = column(
        "references customer", "id_cliente codigo_cliente cliente", references="customer"
    )
    service_type: Text = column(
        "kind of service: a name, or an id of case.yaml", "tipo_servicio tipo_de_servicio tipo"
    )
    requested_on: Day = column(
        "day of the request", "request_date fecha_solicitud fecha_de_solicitud solicitado"
    )
    started_on: Day = column("day work began", "start_date fecha_inicio fecha_de_inicio inicio")
    completed_on: Day = column(
        "day work ended; decides the quarter",
        "completion_date end_date fecha_fin fecha_termino fecha_de_termino fecha_entrega terminado",
        period=True,
    )
    due_on: Day = column("day promised", "due_date fecha_prometida fecha_limite fecha_compromiso")


class SaleRow(Row):
    """An invoice line."""

    invoice_id: Identifier = column(
        "key", "invoice invoice_number id_factura factura numero_factura comprobante"
    )
    service_id: Identifier = column(
        "references service", "id_servicio codigo_servicio servicio", references="service"
    )
    invoiced_on: Day = column(
        "day of the invoice; decides the quarter",
        "invoice_date fecha_factura fecha_de_factura fecha_emision fecha_de_emision date fecha",
        period=True,
    )
    amount_centimos: Whole = money(
        "net amount in céntimos (1/100 of the currency); negative for a credit note",
        "monto_centimos importe_centimos",
        larger="amount net_amount monto monto_neto importe",
    )


class SurveyResponseRow(Row):
    """One answer to the satisfaction survey."""

    response_id: Identifier = column("key", "id_respuesta respuesta")
    service_id: Identifier = column(
        "references service", "id_servicio codigo_servicio servicio", references="service"
    )
    answered_on: Day = column(
        "day of the answer; decides the quarter",
        "answer_date fecha_respuesta date fecha",
        period=True,
    )
    score: Annotated[int, Field(ge=1, le=5)] = column(
        "1 (very dissatisfied) to 5 (very satisfied); 4 and 5 count as satisfied",
        "puntaje puntuacion calificacion nota",
    )


class StaffHoursRow(Row):
    """Hours of one technician in one month."""

    staff_id: Identifier = column(
        "technician; key together with month",
        "id_empleado empleado id_trabajador trabajador",
        references="staff",
    )
    month: Month = column("calendar month as YYYY-MM", "mes", period=True)
    quarter_hours: Annotated[int, Field(ge=0, le=31 * 24 * 4)] = hours(
        "time worked in units of 15 minutes"
    )


@dataclass(frozen=True)
class Table:
    """A table's name, its file inside its folder, row model, key, what it holds, other names."""

    name: str
    file: str
    row: type[Row]
    key: tuple[str, ...]
    title: str
    also: tuple[str, ...] = ()


RAW_TABLES = (
    Table("claims", "claims.csv", ClaimRow, ("claim_id",), "What the publication prints"),
    Table("swot", "swot.csv", SwotRow, ("swot_id",), "SWOT entries and what they rest on",
          ("foda",)),
    Table("causes", "causes.csv", CauseRow, ("cause_id",), "Causes for the Ishikawa diagram",
          ("causas",)),
    Table("process", "process.csv", ProcessRow, ("step_id",), "Steps of the service process",
          ("proceso",)),
)  # fmt: skip
LEDGER_TABLES = (
    Table("customer", "customer.csv", CustomerRow, ("customer_id",), "Customers",
          ("customers", "cliente", "clientes")),
    Table("service", "service.csv", ServiceRow, ("service_id",), "Completed services",
          ("services", "servicio", "servicios")),
    Table("sale", "sale.csv", SaleRow, ("invoice_id",), "Invoice lines",
          ("sales", "venta", "ventas", "facturas")),
    Table("survey_response", "survey_response.csv", SurveyResponseRow, ("response_id",),
          "Answers to the satisfaction survey", ("survey", "encuesta", "encuestas")),
    Table("staff_hours", "staff_hours.csv", StaffHoursRow, ("staff_id", "month"),
          "Technicians' hours by month", ("hours", "horas")),
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
            lines = [(reader.line_num, _as_read(cells)) for cells in reader]
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
