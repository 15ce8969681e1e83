"""The rows of a firm: customers, services, sales, costs, staff, scores and statements.

The row models are the single place where columns, types, units and meaning stand. The
``datapackage.json`` files are made from them, and the reader of own files (:mod:`analysis.intake`)
takes its rules from them. To add a table: a row model here, and a line in ``LEDGER_TABLES``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import Field

from analysis.tables.case import Case
from analysis.tables.columns import (
    BasisOrEmpty,
    CostCategory,
    Count,
    Day,
    DayOrNone,
    Identifier,
    IdentifierOrEmpty,
    LabelOrEmpty,
    Month,
    Quarter,
    Text,
    TextOrEmpty,
    Whole,
    WholeOrNone,
    YesNo,
    column,
    hours,
    may_be_empty,
    money,
)
from analysis.tables.rows import Row, Table, define, read_frame

Score = Annotated[int, Field(ge=1, le=5)]


def _service(description: str = "references service") -> Any:
    return column(description, references="service")


def _staff(description: str = "references staff") -> Any:
    return column(description, references="staff")


def _score() -> Any:
    return column("1 (very dissatisfied) to 5 (very satisfied); 4 and 5 count as satisfied")


class CustomerRow(Row):
    """A customer."""

    customer_id: Identifier = column("key")
    segment: Text = column("household, shop or company")
    first_service_on: DayOrNone = column("day the first service was completed; may be empty")


class ServiceRow(Row):
    """A completed service; the day of completion is enough to count it."""

    in_order = (("requested_on", "started_on", "completed_on"),)

    service_id: IdentifierOrEmpty = column("key")
    customer_id: LabelOrEmpty = column("references customer", references="customer")
    service_type: TextOrEmpty = column("kind of service: a name, or an id of case.yaml")
    requested_on: DayOrNone = column("day of the request")
    started_on: DayOrNone = column("day work began")
    completed_on: Day = column("day work ended; decides the quarter", period=True)
    due_on: DayOrNone = column("day promised")


class SaleRow(Row):
    """An invoice, or a line of one; a day and an amount are enough."""

    invoice_id: LabelOrEmpty = column("number of the invoice, the same in each of its lines")
    service_id: IdentifierOrEmpty = _service()
    invoiced_on: Day = column("day of the invoice; decides the quarter", period=True)
    amount_centimos: Whole = money(
        "net amount in céntimos (1/100 of the currency); negative for a credit note",
        larger="amount",
    )
    goods_cost_centimos: WholeOrNone = money(
        "cost of what the row sold in céntimos; 0 or empty where it is not known",
        larger="goods_cost",
    )
    customer_id: LabelOrEmpty = column(
        "customer; if empty, that of the service", references="customer"
    )
    segment: TextOrEmpty = column("kind of customer; if empty, as customer.csv says")
    service_type: TextOrEmpty = column("kind of product or service; if empty, that of the service")


class SurveyResponseRow(Row):
    """One answer to the satisfaction survey."""

    response_id: Identifier = column("key")
    service_id: Identifier = _service()
    answered_on: Day = column("day of the answer; decides the quarter", period=True)
    score: Score = _score()


class StaffHoursRow(Row):
    """Hours of one technician in one month."""

    staff_id: Identifier = _staff("technician; key together with month")
    month: Month = column("calendar month as YYYY-MM", period=True)
    quarter_hours: Annotated[int, Field(ge=0, le=31 * 24 * 4)] = hours(
        "time worked in units of 15 minutes"
    )


class CostRow(Row):
    """A cost."""

    cost_id: Identifier = column("key")
    incurred_on: Day = column("day; decides the period", period=True)
    category: CostCategory = column("kind of cost")
    amount_centimos: Whole = money(
        "amount in céntimos; negative for a credit note", larger="amount"
    )
    service_id: IdentifierOrEmpty = _service(
        "references service; empty for what belongs to no service"
    )


class ServiceBudgetRow(Row):
    """What a service was to cost."""

    service_id: Identifier = _service("key; references service")
    budget_centimos: Count = money("budgeted materials and labour, in céntimos", larger="budget")


class StaffRow(Row):
    """A member of staff."""

    in_order = (("hired_on", "left_on"),)

    staff_id: Identifier = column("key")
    role: Text = column("technician or office")
    hired_on: Day = column("first day")
    left_on: DayOrNone = column("last day; empty while employed")


class TrainingRow(Row):
    """One member of staff at one training."""

    training_id: Identifier = column("key")
    staff_id: Identifier = _staff()
    held_on: Day = column("day", period=True)
    quarter_hours: Count = hours("length in units of 15 minutes")
    certified: YesNo = column("whether it ended with a certificate")


class StaffSurveyRow(Row):
    """One answer of staff."""

    response_id: Identifier = column("key")
    staff_id: Identifier = _staff()
    answered_on: Day = column("day of the answer; decides the quarter", period=True)
    score: Score = _score()


class EsgScoreRow(Row):
    """One score of one pillar."""

    period: Quarter = column("quarter; key together with pillar and assessor", period=True)
    pillar: Literal["E", "S", "G"] = column("environmental, social or governance")
    assessor: Identifier = column("who scored")
    score: Annotated[int, Field(ge=0, le=100)] = column("0 to 100")


class FinStatementRow(Row):
    """Income, balance sheet and cash flow of one company in one quarter, in smallest coins.

    Costs, losses and charges are positive; a ladder subtracts them. Cash flows bear their sign.
    """

    company_id: Identifier = column("key together with period and basis")
    period: Quarter = column("quarter: 2006Q1", period=True)
    basis: Literal["discrete", "ytd"] = column(
        "flows of the quarter alone, or from the beginning of the firm's year to its end"
    )
    sales: Count = money("net sales")
    cogs: Count = money("cost of goods and services sold")
    selling: Count = money("selling cost")
    admin: Count = money("administration cost")
    other_op_income: Count = money("other operating income")
    other_op_cost: Count = money("other operating cost")
    fin_income: Count = money("financial income")
    fin_cost: Count = money("financial cost, interest among it")
    extra_gain: Count = money("extraordinary gains")
    extra_loss: Count = money("extraordinary losses")
    income_tax: Whole = money("income tax; negative for a credit")
    other_charges: Whole = money("other charges on profit")
    total_assets: Count = money("total assets at the end of the period")
    fixed_assets: Count = money("fixed assets at the end")
    receivables: Count = money("receivables at the end")
    inventories: Count = money("inventories at the end")
    cash: Count = money("cash at the end")
    equity: Whole = money("equity at the end; may be negative")
    interest_debt: Count = money("interest-bearing debt at the end")
    cfo: Whole = money("net cash flow from operations")
    cfi: Whole = money("net cash flow from investing")
    cff: Whole = money("net cash flow from financing")
    fx_effect: WholeOrNone = money("effect of exchange rates on cash")
    cash_flow_basis: BasisOrEmpty = column(
        "basis of the cash flows where it is another: discrete or ytd"
    )


CORE_TABLES = (
    define("customer", CustomerRow, "customer_id", "Customers"),
    define("service", ServiceRow, "service_id", "Completed services"),
    define("sale", SaleRow, "invoice_id", "Invoice lines", repeats=True),
    define(
        "survey_response", SurveyResponseRow, "response_id", "Answers to the satisfaction survey"
    ),
    define("staff_hours", StaffHoursRow, "staff_id month", "Technicians' hours by month"),
)
"""Tables that a synthetic ledger always has."""

LEDGER_TABLES = (
    *CORE_TABLES,
    define("cost", CostRow, "cost_id", "Costs"),
    define("service_budget", ServiceBudgetRow, "service_id", "Budgets of services"),
    define("staff", StaffRow, "staff_id", "Staff"),
    define("training", TrainingRow, "training_id", "Training"),
    define("staff_survey", StaffSurveyRow, "response_id", "Answers of staff"),
    define(
        "esg_score",
        EsgScoreRow,
        "period pillar assessor",
        "Environmental, social and governance scores",
    ),
    define(
        "fin_statement",
        FinStatementRow,
        "company_id period basis",
        "Quarterly financial statements",
    ),
)
"""Tables of a firm's rows."""

Ledger = dict[str, pd.DataFrame]
"""Data frames by table name."""


def read_ledger(case: Case) -> Ledger:
    """Read and validate the ledger of a case.

    Any table may be missing where rows are handed in, and elsewhere what only the whole method
    needs. Optional columns of text that are empty throughout are left out, and unknown costs.
    """
    folder = case.processed / "ledger"
    needed = () if case.has_own_rows else CORE_TABLES
    ledger = {
        table: read_frame(table, folder, case.root)
        for table in LEDGER_TABLES
        if table in needed or (folder / table.file).is_file()
    }
    return {table.name: _filled(table, frame) for table, frame in ledger.items()}


def _filled(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    fields = table.row.model_fields.items()
    texts = [name for name, info in fields if info.annotation is str and may_be_empty(info)]
    empty = [name for name in texts if not (frame[name] != "").any()]
    if (cost := "goods_cost_centimos") in frame:
        frame[cost] = [
            0 if value is None or value != value else int(value) for value in frame[cost]
        ]
        empty += [] if frame[cost].any() else [cost]
    return frame.drop(columns=empty)
