"""The rows of a firm: customers, services, sales, costs, staff, scores and statements.

The row models are the single place where columns, types, units and meaning stand. The
``datapackage.json`` files are made from them, and the reader of own files (:mod:`analysis.intake`)
takes its rules from them. To add a table: a row model here, and a line in ``LEDGER_TABLES``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from analysis.tables.columns import (
    YES_NO,
    Count,
    Day,
    DayOrNone,
    Identifier,
    IdentifierOrEmpty,
    Month,
    Quarter,
    Text,
    Whole,
    YesNo,
    column,
    hours,
    money,
)
from analysis.tables.rows import Row, define

Score = Annotated[int, Field(ge=1, le=5)]
_SERVICE = "id_servicio codigo_servicio servicio numero_servicio numero_de_servicio"
_STAFF = "id_empleado empleado id_trabajador trabajador"


def _service(description: str = "references service") -> Any:
    return column(description, _SERVICE, references="service")


def _staff(description: str = "references staff") -> Any:
    return column(description, _STAFF, references="staff")


def _score() -> Any:
    return column(
        "1 (very dissatisfied) to 5 (very satisfied); 4 and 5 count as satisfied",
        "puntaje puntuacion calificacion nota",
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

    service_id: Identifier = column("key", _SERVICE)
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
    service_id: Identifier = _service()
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
    service_id: Identifier = _service()
    answered_on: Day = column(
        "day of the answer; decides the quarter",
        "answer_date fecha_respuesta date fecha",
        period=True,
    )
    score: Score = _score()


class StaffHoursRow(Row):
    """Hours of one technician in one month."""

    staff_id: Identifier = _staff("technician; key together with month")
    month: Month = column("calendar month as YYYY-MM", "mes", period=True)
    quarter_hours: Annotated[int, Field(ge=0, le=31 * 24 * 4)] = hours(
        "time worked in units of 15 minutes"
    )


class CostRow(Row):
    """A cost."""

    cost_id: Identifier = column("key", "id_costo id_gasto costo")
    incurred_on: Day = column(
        "day; decides the period", "date fecha fecha_costo fecha_gasto", period=True
    )
    category: Literal[
        "materials", "labour", "selling", "admin", "other_operating", "financial", "tax"
    ] = column(
        "kind of cost",
        "categoria rubro",
        values="materiales: materials; mano_de_obra labor: labour; ventas: selling; "
        "administracion administration: admin; otros_operativos: other_operating; "
        "financieros: financial; impuestos: tax",
    )
    amount_centimos: Count = money(
        "amount in céntimos", "monto_centimos importe_centimos", larger="amount monto importe"
    )
    service_id: IdentifierOrEmpty = _service(
        "references service; empty for what belongs to no service"
    )


class ServiceBudgetRow(Row):
    """What a service was to cost."""

    service_id: Identifier = _service("key; references service")
    budget_centimos: Count = money(
        "budgeted materials and labour, in céntimos",
        "presupuesto_centimos",
        larger="budget presupuesto",
    )


class StaffRow(Row):
    """A member of staff."""

    in_order = (("hired_on", "left_on"),)

    staff_id: Identifier = column("key", _STAFF)
    role: Text = column("technician or office", "cargo puesto rol")
    hired_on: Day = column("first day", "fecha_ingreso ingreso")
    left_on: DayOrNone = column(
        "last day; empty while employed", "fecha_salida fecha_cese salida cese"
    )


class TrainingRow(Row):
    """One member of staff at one training."""

    training_id: Identifier = column("key", "id_capacitacion capacitacion")
    staff_id: Identifier = _staff()
    held_on: Day = column("day", "date fecha fecha_capacitacion", period=True)
    quarter_hours: Count = hours("length in units of 15 minutes")
    certified: YesNo = column(
        "whether it ended with a certificate", "certificado certificada", values=YES_NO
    )


class StaffSurveyRow(Row):
    """One answer of staff."""

    response_id: Identifier = column("key", "id_respuesta respuesta")
    staff_id: Identifier = _staff()
    answered_on: Day = column(
        "day of the answer; decides the quarter", "date fecha fecha_respuesta", period=True
    )
    score: Score = _score()


class EsgScoreRow(Row):
    """One score of one pillar."""

    period: Quarter = column(
        "quarter; key together with pillar and assessor", "quarter periodo trimestre", period=True
    )
    pillar: Literal["E", "S", "G"] = column(
        "environmental, social or governance",
        "pilar",
        values="environmental ambiental: E; social: S; governance gobernanza: G",
    )
    assessor: Identifier = column("who scored", "evaluador")
    score: Annotated[int, Field(ge=0, le=100)] = column(
        "0 to 100", "puntaje puntuacion calificacion"
    )


class FinStatementRow(Row):
    """Income, balance sheet and cash flow of one company in one quarter, in smallest coins.

    Costs, losses and charges are positive; a ladder subtracts them. Cash flows bear their sign.
    """

    company_id: Identifier = column("key together with period and basis", "empresa id_empresa")
    period: Quarter = column("quarter: 2006Q1", "quarter periodo trimestre", period=True)
    basis: Literal["discrete", "ytd"] = column(
        "flows of the quarter alone, or from 1 January to its end",
        "base",
        values="trimestral: discrete; acumulado: ytd",
    )
    sales: Count = money("net sales", "ventas ingresos przychody_ze_sprzedazy")
    cogs: Count = money("cost of goods and services sold", "costo_de_ventas koszt_wlasny_sprzedazy")
    selling: Count = money("selling cost", "gastos_de_ventas koszty_sprzedazy")
    admin: Count = money(
        "administration cost",
        "gastos_administrativos gastos_de_administracion koszty_ogolnego_zarzadu",
    )
    other_op_income: Count = money(
        "other operating income", "otros_ingresos_operativos pozostale_przychody_operacyjne"
    )
    other_op_cost: Count = money(
        "other operating cost", "otros_gastos_operativos pozostale_koszty_operacyjne"
    )
    fin_income: Count = money("financial income", "ingresos_financieros przychody_finansowe")
    fin_cost: Count = money(
        "financial cost, interest among it", "gastos_financieros koszty_finansowe"
    )
    extra_gain: Count = money("extraordinary gains", "ingresos_extraordinarios zyski_nadzwyczajne")
    extra_loss: Count = money("extraordinary losses", "gastos_extraordinarios straty_nadzwyczajne")
    income_tax: Whole = money(
        "income tax; negative for a credit", "impuesto_a_la_renta podatek_dochodowy"
    )
    other_charges: Whole = money("other charges on profit", "otros_cargos")
    total_assets: Count = money(
        "total assets at the end of the period", "activo_total total_activos aktywa_razem"
    )
    fixed_assets: Count = money("fixed assets at the end", "activo_fijo aktywa_trwale")
    receivables: Count = money("receivables at the end", "cuentas_por_cobrar naleznosci")
    inventories: Count = money("inventories at the end", "inventarios existencias zapasy")
    cash: Count = money("cash at the end", "efectivo caja srodki_pieniezne")
    equity: Whole = money("equity at the end; may be negative", "patrimonio kapital_wlasny")
    interest_debt: Count = money(
        "interest-bearing debt at the end", "deuda_financiera deuda_con_intereses"
    )
    cfo: Whole = money("net cash flow from operations", "flujo_operativo")
    cfi: Whole = money("net cash flow from investing", "flujo_inversion")
    cff: Whole = money("net cash flow from financing", "flujo_financiamiento")


CORE_TABLES = (
    define("customer", CustomerRow, "customer_id", "Customers", "customers cliente clientes"),
    define(
        "service", ServiceRow, "service_id", "Completed services", "services servicio servicios"
    ),
    define("sale", SaleRow, "invoice_id", "Invoice lines", "sales venta ventas facturas"),
    define(
        "survey_response",
        SurveyResponseRow,
        "response_id",
        "Answers to the satisfaction survey",
        "survey encuesta encuestas",
    ),
    define(
        "staff_hours", StaffHoursRow, "staff_id month", "Technicians' hours by month", "hours horas"
    ),
)
"""Tables that a synthetic ledger always has."""

LEDGER_TABLES = (
    *CORE_TABLES,
    define("cost", CostRow, "cost_id", "Costs", "costs costo costos gastos"),
    define(
        "service_budget",
        ServiceBudgetRow,
        "service_id",
        "Budgets of services",
        "budget presupuesto presupuestos",
    ),
    define("staff", StaffRow, "staff_id", "Staff", "personal empleados trabajadores"),
    define("training", TrainingRow, "training_id", "Training", "capacitacion capacitaciones"),
    define(
        "staff_survey",
        StaffSurveyRow,
        "response_id",
        "Answers of staff",
        "encuesta_personal clima_laboral",
    ),
    define(
        "esg_score",
        EsgScoreRow,
        "period pillar assessor",
        "Environmental, social and governance scores",
        "esg asg sostenibilidad",
    ),
    define(
        "fin_statement",
        FinStatementRow,
        "company_id period basis",
        "Quarterly financial statements",
        "statements estados_financieros",
    ),
)
"""Tables of a firm's rows."""
