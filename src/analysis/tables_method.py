"""Row models of the tables that the whole method needs: targets, statements, staff, check-ins."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, model_validator

from analysis.tables import Count, Identifier, Row, Table, Text

YesNo = Literal["yes", "no"]
Money = Annotated[int, Field(ge=0)]
Number = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?(/[1-9]\d*)?$")]
"""A whole number, decimal or fraction, kept as text so that it stays exact."""
Quarter = Annotated[str, Field(pattern=r"^\d{4}Q[1-4]$")]


class ObjectiveRow(Row):
    """An objective of the strategy."""

    objective_id: Identifier = Field(description="key")
    perspective: Literal["Financial", "Customer", "Internal processes", "People"] = Field(
        description="Balanced Scorecard perspective"
    )
    text: Text = Field(description="the objective, shortened from the print")
    place: Text = Field(description="where it is printed")
    weight: Number = Field(description="share of the joint score; all add up to 1")


class KeyResultRow(Row):
    """A key result, or the target that an objective's own sentence names (headline)."""

    kr_id: Identifier = Field(description="key")
    objective_id: Identifier = Field(description="references objective")
    role: Literal["headline", "key result"] = Field(
        description="a headline is scored and shown but carries no weight"
    )
    kpi: Identifier = Field(description="key of the indicator in the catalogue")
    text: Text = Field(description="the key result, shortened from the print")
    claim_id: str = Field(description="claim that prints its formula, empty if none does")
    owner: Text = Field(description="who answers for it (an assumption; none is printed)")
    weight: Number = Field(description="share within its objective; key results add up to 1")
    ambition: Literal["committed", "stretch"] = Field(
        description="whether all of the target is expected, or commit of the way is good"
    )
    commit: Number = Field(description="part of the way to the target that is the least expected")
    baseline: str = Field(description="starting level if it is given; empty: from the rows")
    starts_on: date = Field(description="first day of its period")
    ends_on: date = Field(description="last day of its period")

    @model_validator(mode="after")
    def _dates_and_levels_are_in_order(self) -> KeyResultRow:
        if self.starts_on > self.ends_on:
            raise ValueError("ends_on: the period ends before it starts")
        if not 0 < Fraction(self.commit) <= 1:
            raise ValueError("commit: must be above 0 and at most 1")
        if (self.ambition == "committed") != (Fraction(self.commit) == 1):
            raise ValueError("commit: is 1 for committed key results, and less for stretch ones")
        if Fraction(self.weight) < 0:
            raise ValueError("weight: must not be below 0")
        return self


class TargetRow(Row):
    """One printed target of a key result; several for one are readings of it."""

    target_id: Identifier = Field(description="key")
    kr_id: Identifier = Field(description="references key_result")
    kpi: Identifier = Field(description="key of the indicator that the target is read to mean")
    claim_id: Identifier = Field(description="claim that prints it")
    kind: Literal["relative", "points", "level"] = Field(
        description="amount is a share of the baseline, percentage points, or the level itself"
    )
    rule: Literal["at least", "more than", "at most", "within"] = Field(description="how it is met")
    amount: Number = Field(description="per cent, points, or units of the indicator")
    upper: str = Field(description="upper end, for targets within a band")
    months: Annotated[int, Field(ge=0)] = Field(
        description="0: over the whole period; otherwise a rate per this many months"
    )
    default: YesNo = Field(description="whether it is used where several are printed")
    axis: str = Field(description="reading of case.yaml that decides on it; empty if none does")
    option: str = Field(description="option of that reading under which it holds")
    reading: Text = Field(description="how the print is read here")

    @model_validator(mode="after")
    def _amounts_make_sense(self) -> TargetRow:
        if self.kind != "level" and Fraction(self.amount) == 0 and not self.upper:
            raise ValueError("amount: a change of 0 makes the target equal to its baseline")
        if (self.rule == "within") != bool(self.upper):
            raise ValueError("upper: is needed for targets within a band, and only for those")
        if self.upper and Fraction(self.upper) <= Fraction(self.amount):
            raise ValueError("upper: the band's upper end must be above its lower end")
        return self


class LinkRow(Row):
    """One arrow of the strategy map: a hypothesis on cause and effect."""

    link_id: Identifier = Field(description="key")
    cause: Identifier = Field(description="indicator at its tail")
    effect: Identifier = Field(description="indicator at its head")
    sign: Literal["+", "-"] = Field(description="whether the levels move together or against")
    lag_quarters: Count = Field(description="quarters from cause to effect (an assumption)")
    rationale: Text = Field(description="why, in our words")
    place: Text = Field(description="section of the publication it rests on")
    quotation: Text = Field(description="short verbatim quotation")


class VariableRow(Row):
    """A variable of the diagnosis and the part it plays (4.4.1)."""

    variable_id: Identifier = Field(description="key")
    name: Text = Field(description="what it is")
    role: Literal["dependent", "independent", "context"] = Field(
        description="explained, explaining, or given"
    )
    source: str = Field(description="column or indicator that measures it, empty if none does")
    explains: str = Field(description="indicator that it is taken to explain, for independents")


class MethodRow(Row):
    """A method of the publication, as a box of its figure of methodologies (4.1 to 4.3)."""

    method_id: Identifier = Field(description="key")
    step: int = Field(ge=1, description="place from left to right; boxes of a step stand together")
    name: Text = Field(description="what the box is called")
    text: Text = Field(description="what it stands for, in our words")
    place: Text = Field(description="section of the publication it rests on")
    leads_to: str = Field(description="keys of the boxes that its arrows lead to, spaced")
    label: str = Field(description="what its first arrow passes on; may be empty")
    quotation: Text = Field(description="short verbatim quotation")


class CostRow(Row):
    """A cost."""

    cost_id: Identifier = Field(description="key")
    incurred_on: date = Field(description="day; decides the period")
    category: Literal[
        "materials", "labour", "selling", "admin", "other_operating", "financial", "tax"
    ] = Field(description="kind of cost")
    amount_centimos: Money = Field(description="amount in céntimos")
    service_id: str = Field(description="references service; empty for what belongs to no service")


class ServiceBudgetRow(Row):
    """What a service was to cost."""

    service_id: Identifier = Field(description="key; references service")
    budget_centimos: Money = Field(description="budgeted materials and labour, in céntimos")


class StaffRow(Row):
    """A member of staff."""

    staff_id: Identifier = Field(description="key")
    role: Text = Field(description="technician or office")
    hired_on: date = Field(description="first day")
    left_on: date | None = Field(description="last day; empty while employed")


class TrainingRow(Row):
    """One member of staff at one training."""

    training_id: Identifier = Field(description="key")
    staff_id: Identifier = Field(description="references staff")
    held_on: date = Field(description="day")
    quarter_hours: Count = Field(description="length in units of 15 minutes")
    certified: YesNo = Field(description="whether it ended with a certificate")


class StaffSurveyRow(Row):
    """One answer of staff."""

    response_id: Identifier = Field(description="key")
    staff_id: Identifier = Field(description="references staff")
    answered_on: date = Field(description="day of the answer; decides the quarter")
    score: Annotated[int, Field(ge=1, le=5)] = Field(
        description="1 (very dissatisfied) to 5 (very satisfied); 4 and 5 count as satisfied"
    )


class EsgScoreRow(Row):
    """One score of one pillar."""

    period: Quarter = Field(description="quarter; key together with pillar and assessor")
    pillar: Literal["E", "S", "G"] = Field(description="environmental, social or governance")
    assessor: Identifier = Field(description="who scored")
    score: Annotated[int, Field(ge=0, le=100)] = Field(description="0 to 100")


class FinStatementRow(Row):
    """Income, balance sheet and cash flow of one company in one quarter, in céntimos."""

    company_id: Identifier = Field(description="key together with period and basis")
    period: Quarter = Field(description="quarter")
    basis: Literal["discrete", "ytd"] = Field(description="the quarter alone, or since January")
    sales: Money = Field(description="net sales")
    cogs: Money = Field(description="cost of goods and services sold")
    selling: Money = Field(description="selling cost")
    admin: Money = Field(description="administration cost")
    other_op_income: Money = Field(description="other operating income")
    other_op_cost: Money = Field(description="other operating cost")
    fin_income: Money = Field(description="financial income")
    fin_cost: Money = Field(description="financial cost")
    extra_gain: Money = Field(description="extraordinary gains")
    extra_loss: Money = Field(description="extraordinary losses")
    income_tax: Money = Field(description="income tax")
    other_charges: Money = Field(description="other charges on profit")
    total_assets: Money = Field(description="total assets at the end of the period")
    fixed_assets: Money = Field(description="fixed assets at the end")
    receivables: Money = Field(description="receivables at the end")
    inventories: Money = Field(description="inventories at the end")
    cash: Money = Field(description="cash at the end")
    equity: int = Field(description="equity at the end")
    interest_debt: Money = Field(description="interest-bearing debt at the end")
    cfo: int = Field(description="cash flow from operations")
    cfi: int = Field(description="cash flow from investing")
    cff: int = Field(description="cash flow from financing")


class CheckInRow(Row):
    """What the owner of a key result reported in one week."""

    check_in_id: Identifier = Field(description="key")
    kr_id: Identifier = Field(description="references key_result")
    reported_on: date = Field(description="day of the weekly meeting")
    value: str = Field(description="level reported, as a decimal; empty if none was known")
    confidence: Annotated[int, Field(ge=0, le=10)] = Field(
        description="0 to 10: chance in tenths that the target will be met"
    )


class ConformanceRow(Row):
    """One case that any OKR tool should get right; the rows of a group are joined by weight."""

    case_id: Identifier = Field(description="key")
    group: str = Field(description="rows of one objective; empty for a case of its own")
    weight: str = Field(description="share in the group, as a fraction")
    kind: Literal["relative", "points", "level"] = Field(description="as in targets")
    rule: Literal["at least", "more than", "at most", "within"] = Field(description="as in targets")
    amount: str = Field(description="as in targets; empty for no target")
    upper: str = Field(description="as in targets")
    months: Annotated[int, Field(ge=0)] = Field(description="as in targets")
    since: Annotated[int, Field(ge=0)] = Field(description="months from baseline to value")
    baseline: str = Field(description="starting level; empty for unknown")
    previous: str = Field(description="value before, for the trend; may be empty")
    value: str = Field(description="level now; empty for unknown")
    commit: Number = Field(description="part of the way that is good enough")
    expected_score: str = Field(description="exact; empty for none")
    expected_progress: str = Field(description="exact, without limits; empty for none")
    expected_status: Text = Field(description="met, good enough, behind, below baseline, …")
    expected_trend: str = Field(description="rising, falling, level or empty")
    expected_joint: str = Field(description="score of the group")
    expected_covered: str = Field(description="weight of what is known in the group")
    source: Text = Field(description="bug report or help page that gave rise to it")
    why: Text = Field(description="what goes wrong elsewhere")


CONFORMANCE = Table(
    "okr_cases", "okr_cases.csv", ConformanceRow, ("case_id",), "Cases for tools that score OKRs"
)
METHOD_RAW_TABLES = (
    Table("objectives", "objectives.csv", ObjectiveRow, ("objective_id",), "Objectives"),
    Table("key_results", "okrs.csv", KeyResultRow, ("kr_id",), "Key results"),
    Table("targets", "targets.csv", TargetRow, ("target_id",), "Targets and their readings"),
    Table("links", "links.csv", LinkRow, ("link_id",), "Arrows of the strategy map"),
    Table("variables", "variables.csv", VariableRow, ("variable_id",),
          "Dependent and independent variables"),
    Table("methods", "methods.csv", MethodRow, ("method_id",), "Methods and what leads to what"),
)  # fmt: skip
METHOD_LEDGER_TABLES = (
    Table("cost", "cost.csv", CostRow, ("cost_id",), "Costs"),
    Table("service_budget", "service_budget.csv", ServiceBudgetRow, ("service_id",),
          "Budgets of services"),
    Table("staff", "staff.csv", StaffRow, ("staff_id",), "Staff"),
    Table("training", "training.csv", TrainingRow, ("training_id",), "Training"),
    Table("staff_survey", "staff_survey.csv", StaffSurveyRow, ("response_id",), "Answers of staff"),
    Table("esg_score", "esg_score.csv", EsgScoreRow, ("period", "pillar", "assessor"),
          "Environmental, social and governance scores"),
    Table("fin_statement", "fin_statement.csv", FinStatementRow, ("company_id", "period", "basis"),
          "Quarterly financial statements"),
)  # fmt: skip
CHECK_INS = Table("check_in", "check_in.csv", CheckInRow, ("check_in_id",), "Weekly check-ins")
