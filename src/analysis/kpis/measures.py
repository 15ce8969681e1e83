"""The measures: what the reduce step sums, in which unit, from which columns."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import pandas as pd

from analysis.base.expression import Unit

Totals = pd.DataFrame
"""Columns month (index), service_type, measure, value (whole number)."""

Period = dict[str, Fraction | None]
"""Measures of one period in their units; None where something was not recorded."""

Kept = Literal["month", "quarter", "any"]
"""How a period must be covered: every month of it, every quarter of it, or at least once."""


@dataclass(frozen=True)
class MeasureSpec:
    """A measure that adds up over rows, a stock, or (ESG scores) a mean of scores.

    Attributes
    ----------
    name : str
        Key.
    words : str
        What formulas call it.
    unit : mapping
        Powers of base units.
    columns : tuple of str
        Columns it needs, as ``table.column``.
    kept : {"month", "quarter", "any"}
        What counts as a covered period.
    stock : {"", "opening", "closing"}
        A level at the opening or closing of a period, which does not add up over time.
    scale : Fraction
        From the whole number that is summed to the unit (céntimos to soles, say).
    low, high : int
        Range from which mechanical checks draw values.
    """

    name: str
    words: str
    unit: Unit
    columns: tuple[str, ...]
    kept: Kept = "month"
    stock: Literal["", "opening", "closing"] = ""
    scale: Fraction = Fraction(1)
    low: int = 1
    high: int = 1_000_000


_CENTIMO = Fraction(1, 100)
_QUARTER_HOUR = Fraction(1, 4)
_MONEY = {"soles": 1}
_PERSON = {"person": 1}


def _money(
    name: str,
    words: str,
    columns: str,
    kept: Kept = "month",
    stock: Literal["", "opening", "closing"] = "",
) -> MeasureSpec:
    return MeasureSpec(name, words, _MONEY, tuple(columns.split()), kept, stock, _CENTIMO)


def _count(name: str, words: str, unit: str, columns: str, kept: Kept = "month") -> MeasureSpec:
    return MeasureSpec(name, words, {unit: 1}, tuple(columns.split()), kept)


def _score(name: str, words: str) -> MeasureSpec:
    columns = ("esg_score.pillar", "esg_score.score")
    return MeasureSpec(name, words, {"point": 1}, columns, "any", low=0, high=100)


_LADDER = (
    "sales",
    "cogs",
    "selling",
    "admin",
    "other_op_income",
    "other_op_cost",
    "fin_income",
    "fin_cost",
    "extra_gain",
    "extra_loss",
    "income_tax",
    "other_charges",
)
_PROFIT = " ".join(f"fin_statement.{column}" for column in _LADDER)
_SALE = "sale.amount_centimos sale.invoiced_on"
_COST = "cost.amount_centimos cost.incurred_on cost.category"
_ANSWERS = "survey_response.score survey_response.answered_on"
_STAFF_ANSWERS = "staff_survey.score staff_survey.answered_on"
_EMPLOYED = "staff.hired_on staff.left_on staff_hours.month"

MEASURES: dict[str, MeasureSpec] = {
    spec.name: spec
    for spec in (
        _money("sales", "sales", _SALE),
        _money(
            "new_customer_sales",
            "sales to new customers",
            f"{_SALE} sale.service_id service.customer_id",
        ),
        _money("net_profit", "net profit", _PROFIT, "quarter"),
        _money("equity_opening", "opening equity", "fin_statement.equity", "quarter", "opening"),
        _money("equity", "closing equity", "fin_statement.equity", "quarter", "closing"),
        _money(
            "debt_opening",
            "opening interest debt",
            "fin_statement.interest_debt",
            "quarter",
            "opening",
        ),
        _money(
            "debt", "closing interest debt", "fin_statement.interest_debt", "quarter", "closing"
        ),
        _money("operating_cost", "operating cost", _COST),
        _count("services", "services", "service", "service.completed_on"),
        _count(
            "cycle_days",
            "days from request to completion",
            "day",
            "service.requested_on service.completed_on",
        ),
        _count(
            "waiting_days",
            "days from request to start",
            "day",
            "service.requested_on service.started_on",
        ),
        _count(
            "working_days",
            "days from start to completion",
            "day",
            "service.started_on service.completed_on",
        ),
        _count("on_time", "services on time", "service", "service.completed_on service.due_on"),
        _count(
            "on_time_in_budget",
            "services on time and in budget",
            "service",
            "service.completed_on service.due_on service_budget.budget_centimos "
            "cost.amount_centimos cost.service_id",
        ),
        MeasureSpec(
            "hours",
            "technician hours",
            {"h": 1},
            ("staff_hours.quarter_hours",),
            scale=_QUARTER_HOUR,
        ),
        _count("answers", "answers", "answer", _ANSWERS, "any"),
        _count("satisfied", "satisfied answers", "answer", _ANSWERS, "any"),
        _score("esg_e", "environmental score"),
        _score("esg_s", "social score"),
        _score("esg_g", "governance score"),
        _count("staff_answers", "staff answers", "answer", _STAFF_ANSWERS, "any"),
        _count("staff_satisfied", "satisfied staff answers", "answer", _STAFF_ANSWERS, "any"),
        MeasureSpec(
            "staff_opening", "opening headcount", _PERSON, tuple(_EMPLOYED.split()), stock="opening"
        ),
        _count("leavers", "leavers", "person", _EMPLOYED),
        MeasureSpec(
            "training_hours",
            "training hours",
            {"h": 1},
            ("training.quarter_hours", "training.held_on", "staff_hours.month"),
            scale=_QUARTER_HOUR,
        ),
    )
}
"""Measures by name, in their units; the sums behind them are whole numbers."""

UNITS: dict[str, Unit] = {name: spec.unit for name, spec in MEASURES.items()}
WORDS: dict[str, str] = {name: spec.words for name, spec in MEASURES.items()}
