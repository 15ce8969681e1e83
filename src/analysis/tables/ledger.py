"""The tables: one row model each, with its columns, types, units and meaning.

The row models are the single place where these stand. The ``datapackage.json`` files are made from
them, and the reader of own files (:mod:`analysis.intake`) takes its rules from them.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, model_validator

from analysis.base.errors import InputError, raise_all
from analysis.tables.case import Case
from analysis.tables.columns import (
    Day,
    DayOrNone,
    Identifier,
    Month,
    Text,
    Whole,
    column,
    hours,
    money,
)
from analysis.tables.rows import (
    Row,
    Table,
    examine_rows,
)

_NUMBER = re.compile(r"(\d{1,3}(,\d{3})+|\d+)(\.\d+)?%?")
_SERVICE_NAMES = "id_servicio codigo_servicio servicio numero_servicio numero_de_servicio"
_NUMERIC_KINDS = {"count", "share", "growth", "level", "money"}


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
                f"printed: “{self.printed}” does not stand in the quotation “{self.quotation}”; "
                "copy both letter by letter"
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

    service_id: Identifier = column(
        "key", "id_servicio codigo_servicio servicio numero_servicio numero_de_servicio"
    )
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
        "key",
        "invoice invoice_number id_factura factura numero_factura numero_de_factura comprobante",
    )
    service_id: Identifier = column(
        "references service",
        "id_servicio codigo_servicio servicio numero_servicio numero_de_servicio",
        references="service",
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
        "references service",
        "id_servicio codigo_servicio servicio numero_servicio numero_de_servicio",
        references="service",
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


RAW_TABLES = (
    Table("claims", "claims.csv", ClaimRow, ("claim_id",), "What the publication prints"),
    Table(
        "swot", "swot.csv", SwotRow, ("swot_id",), "SWOT entries and what they rest on", ("foda",)
    ),
    Table(
        "causes",
        "causes.csv",
        CauseRow,
        ("cause_id",),
        "Causes for the Ishikawa diagram",
        ("causas",),
    ),
    Table(
        "process",
        "process.csv",
        ProcessRow,
        ("step_id",),
        "Steps of the service process",
        ("proceso",),
    ),
)
LEDGER_TABLES = (
    Table(
        "customer",
        "customer.csv",
        CustomerRow,
        ("customer_id",),
        "Customers",
        ("customers", "cliente", "clientes"),
    ),
    Table(
        "service",
        "service.csv",
        ServiceRow,
        ("service_id",),
        "Completed services",
        ("services", "servicio", "servicios"),
    ),
    Table(
        "sale",
        "sale.csv",
        SaleRow,
        ("invoice_id",),
        "Invoice lines",
        ("sales", "venta", "ventas", "facturas"),
    ),
    Table(
        "survey_response",
        "survey_response.csv",
        SurveyResponseRow,
        ("response_id",),
        "Answers to the satisfaction survey",
        ("survey", "encuesta", "encuestas"),
    ),
    Table(
        "staff_hours",
        "staff_hours.csv",
        StaffHoursRow,
        ("staff_id", "month"),
        "Technicians' hours by month",
        ("hours", "horas"),
    ),
)


def read_claims(case: Case) -> list[ClaimRow]:
    """Read a case's ``claims.csv`` and check that the readings it names exist.

    Raises
    ------
    InputError
        As :func:`read_rows`, and if a claim names a reading that ``case.yaml`` lacks.
    """
    table = RAW_TABLES[0]
    rows, errors = examine_rows(table, case.raw, case.root)
    claims = [row for row in rows if isinstance(row, ClaimRow)]
    known = case.parameters.readings
    unknown = [
        InputError(
            f"case.yaml has no reading of this name; it has {', '.join(known) or 'none'}",
            file=(case.raw / table.file).relative_to(case.root),
            row=claim.claim_id,
            column="readings",
            value=axis,
            fix="correct the name, or describe the reading under readings: in case.yaml",
        )
        for claim in claims
        for axis in claim.axes
        if axis not in known
    ]
    raise_all([*errors, *unknown])
    return claims


def printed_strings(case: Case) -> dict[str, str]:
    """Return the printed string of every claim by its id."""
    return {claim.claim_id: claim.printed for claim in read_claims(case)}
