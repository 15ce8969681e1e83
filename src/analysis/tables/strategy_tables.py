"""What people write about a firm: claims of a publication, diagnosis, strategy, targets, check-ins.

As in :mod:`analysis.tables.firm_tables`, the row models are the single place where columns, types
and meaning stand. To add a table: a row model here, and a line in one of the lists of tables.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import partial
from typing import Annotated, Literal

from pydantic import Field, model_validator

from analysis.base.errors import InputError, raise_all
from analysis.base.language import tr
from analysis.base.numbers import Printed, decimal_for, is_ambiguous, parse
from analysis.tables.case import Case
from analysis.tables.columns import (
    AnyPeriod,
    Day,
    DayOrMonth,
    DecimalOrEmpty,
    Identifier,
    IdentifierOrEmpty,
    MarkOrEmpty,
    Number,
    NumberOrEmpty,
    Text,
    YesNo,
    YesOrEmpty,
    column,
)
from analysis.tables.rows import Row, define, examine_rows, read_rows

NUMERIC = ("count", "share", "growth", "level", "money", "average")
"""Kinds of claims that print a number."""
_PER = re.compile(r"\b(per|por|pro)\b(?! cent| ciento)", re.IGNORECASE)
Kind = Literal["relative", "points", "level"]
Rule = Literal["at least", "more than", "at most", "within"]


class ClaimRow(Row):
    """A number, formula or statement that the publication prints, at one place."""

    present = ("printed",)

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
    kind: Literal[
        "count", "share", "growth", "level", "money", "average", "formula", "statement"
    ] = Field(
        description="what sort of quantity it is (money is a sum of whole hundredths; earnings per "
        "share and other averages and prices are an average)"
    )
    quantity: Identifier = Field(description="what is counted or measured")
    period: Text = Field(description="period as printed; 'unstated' where none is given")
    readings: str = Field(description="axes of case.yaml on which its meaning depends")
    decimal: MarkOrEmpty = Field(
        default="",
        description="point or comma before the decimals, where a number such as 303.110 has two "
        "readings and case.yaml does not say",
    )

    @model_validator(mode="after")
    def _numbers_are_numbers(self) -> ClaimRow:
        if self.is_number:
            try:
                parse(self.printed, self.decimal or "point", unit=self.unit, kind=self.kind)
            except InputError as error:
                fix = f". {tr('To fix: {fix}', fix=error.fix)}" if error.fix else ""
                raise ValueError(f"printed: “{error.value}”: {error.rule}{fix}") from None
        if self.kind == "money" and _PER.search(self.unit):
            rule = tr(
                "an amount per something (“{unit}”) is an average, which need not be whole "
                "hundredths; write average",
                unit=self.unit,
            )
            raise ValueError(f"kind: {rule}")
        if self.role != "formula" and self.printed not in self.quotation:
            rule = tr(
                "“{printed}” does not stand in the quotation “{quotation}”; copy both letter "
                "by letter",
                printed=self.printed,
                quotation=self.quotation,
            )
            raise ValueError(f"printed: {rule}")
        return self

    @property
    def is_number(self) -> bool:
        """Whether it prints a number that can be read."""
        return self.kind in NUMERIC and self.role != "structure" and bool(self.printed)

    @property
    def number(self) -> Printed:
        """The printed number with what its unit says of it."""
        return parse(self.printed, self.decimal, unit=self.unit, kind=self.kind)

    @property
    def axes(self) -> tuple[str, ...]:
        """Names of the reading axes that matter for this claim."""
        return tuple(name.strip() for name in self.readings.split(";") if name.strip())


class MethodRow(Row):
    """A method of the publication, as a box of its figure of methodologies (4.1 to 4.3)."""

    method_id: Identifier = Field(description="key")
    step: int = Field(
        ge=1, le=100, description="place from left to right; boxes of a step stand together"
    )
    name: Text = Field(description="what the box is called")
    text: Text = Field(description="what it stands for, in our words")
    place: Text = Field(description="section of the publication it rests on")
    leads_to: str = Field(description="keys of the boxes that its arrows lead to, spaced")
    label: str = Field(description="what its first arrow passes on; may be empty")
    quotation: Text = Field(description="short verbatim quotation")


class SwotRow(Row):
    """One entry of the SWOT matrix with what it rests on."""

    swot_id: Identifier = column("key")
    quadrant: Literal["strength", "weakness", "opportunity", "threat"] = column(
        "quadrant of the matrix"
    )
    text: Text = column("the entry, in our words")
    place: str = column("section of the publication, or occasion, it rests on")
    quotation: str = column("short verbatim quotation; empty in a case of your own")
    kpi: str = column("KPI that could test it, empty if none", references="indicator")


class CauseRow(Row):
    """One branch of the Ishikawa diagram."""

    cause_id: Identifier = column("key")
    category: Text = column("main bone of the diagram")
    text: Text = column("the cause, in our words")
    place: str = column("section of the publication, or occasion, it rests on")
    quotation: str = column("short verbatim quotation; empty in a case of your own")
    kpi: str = column("KPI on which the cause would show, empty if none", references="indicator")


class ProcessRow(Row):
    """One step of the service process, between two dates of the service table."""

    step_id: Identifier = column("key")
    position: Annotated[int, Field(ge=1, le=1000)] = column("order of the step, from 1")
    name: Text = column("what happens")
    mode: Literal["waiting", "working"] = column("customer waits, or work is done")
    start_column: Identifier = column(
        "date column of service.csv that opens the step", references="service day"
    )
    end_column: Identifier = column(
        "date column of service.csv that closes the step", references="service day"
    )


class ObjectiveRow(Row):
    """An objective of the strategy."""

    objective_id: Identifier = column("key")
    perspective: Literal["Financial", "Customer", "Internal processes", "People"] = column(
        "Balanced Scorecard perspective"
    )
    text: Text = column("the objective, shortened from the print")
    place: str = column("where it is printed, or who decided on it")
    weight: Number = column("share of the joint score; all add up to 1")


class KeyResultRow(Row):
    """A key result, or the target that an objective's own sentence names (headline)."""

    in_order = (("starts_on", "ends_on"),)

    kr_id: Identifier = column("key")
    objective_id: Identifier = column("references objective", references="objectives")
    role: Literal["headline", "key result"] = column(
        "a headline is scored and shown but carries no weight"
    )
    kpi: Identifier = column("key of the indicator in the catalogue", references="indicator")
    text: Text = column("the key result, shortened from the print")
    claim_id: IdentifierOrEmpty = column(
        "claim that prints its formula, empty if none does", references="claim"
    )
    owner: Text = column("who answers for it (an assumption where none is printed)")
    weight: Number = column("share within its objective; key results add up to 1")
    ambition: Literal["committed", "stretch"] = column(
        "whether all of the target is expected, or commit of the way is good"
    )
    commit: Number = column("part of the way to the target that is the least expected")
    baseline: NumberOrEmpty = column("starting level if it is given; empty: from the rows")
    starts_on: Day = column("first day of its period")
    ends_on: Day = column("last day of its period")

    @model_validator(mode="after")
    def _levels_make_sense(self) -> KeyResultRow:
        if not 0 < Fraction(self.commit) <= 1:
            raise ValueError("commit: " + tr("must be above 0 and at most 1"))
        if (self.ambition == "committed") != (Fraction(self.commit) == 1):
            rule = tr("is 1 for committed key results, and less for stretch ones")
            raise ValueError(f"commit: {rule}")
        if Fraction(self.weight) < 0:
            raise ValueError("weight: " + tr("must not be below 0"))
        return self


class TargetRow(Row):
    """One printed target of a key result; several for one are readings of it."""

    target_id: Identifier = column("key")
    kr_id: Identifier = column("references key_result", references="key_results")
    kpi: Identifier = column(
        "key of the indicator that the target is read to mean", references="indicator"
    )
    claim_id: IdentifierOrEmpty = column(
        "claim that prints it; empty for one of your own", references="claim"
    )
    kind: Kind = column("amount is a share of the baseline, percentage points, or the level itself")
    rule: Rule = column("how it is met")
    amount: Number = column("per cent, points, or units of the indicator")
    upper: NumberOrEmpty = column("upper end, for targets within a band")
    months: Annotated[int, Field(ge=0, le=1200)] = column(
        "0: over the whole period; otherwise a rate per this many months"
    )
    default: YesNo = column("whether it is used where several are printed")
    axis: str = column("reading of case.yaml that decides on it; empty if none does")
    option: str = column("option of that reading under which it holds")
    reading: Text = column("how the print is read here, or the target in words")
    confirmed: YesOrEmpty = column("yes if a target that allows a worse level is meant")

    @model_validator(mode="after")
    def _amounts_make_sense(self) -> TargetRow:
        if self.kind != "level" and Fraction(self.amount) == 0 and not self.upper:
            rule = tr("a change of 0 makes the target equal to its baseline")
            raise ValueError(f"amount: {rule}")
        if (self.rule == "within") != bool(self.upper):
            rule = tr("is needed for targets within a band, and only for those")
            raise ValueError(f"upper: {rule}")
        if self.upper and Fraction(self.upper) <= Fraction(self.amount):
            rule = tr("the band's end must be above its start, which is amount")
            raise ValueError(f"upper: {rule}")
        return self


class LinkRow(Row):
    """One arrow of the strategy map: a hypothesis on cause and effect."""

    link_id: Identifier = column("key")
    cause: Identifier = column("indicator at its tail", references="indicator")
    effect: Identifier = column("indicator at its head", references="indicator")
    sign: Literal["+", "-"] = column("whether the levels move together or against")
    lag_quarters: Annotated[int, Field(ge=0, le=400)] = column(
        "quarters from cause to effect (an assumption)"
    )
    rationale: Text = column("why, in our words")
    place: str = column("section of the publication, or occasion, it rests on")
    quotation: str = column("short verbatim quotation; empty in a case of your own")


class VariableRow(Row):
    """A variable of the diagnosis and the part it plays (4.4.1)."""

    variable_id: Identifier = column("key")
    name: Text = column("what it is")
    role: Literal["dependent", "independent", "context"] = column("explained, explaining, or given")
    source: str = column(
        "column or indicator that measures it, empty if none does",
        references="indicator or column",
    )
    explains: IdentifierOrEmpty = column(
        "indicator that it is taken to explain, for independents", references="indicator"
    )


class CheckInRow(Row):
    """What the owner of a key result reported in one week."""

    check_in_id: Identifier = column("key")
    kr_id: Identifier = column("references key_result", references="key_results")
    reported_on: Day = column("day of the weekly meeting")
    value: DecimalOrEmpty = column("level reported, as a decimal; empty if none was known")
    confidence: Annotated[int, Field(ge=0, le=10)] = column(
        "0 to 10: chance in tenths that the target will be met"
    )


class ConformanceRow(Row):
    """One case that any OKR tool should get right; the rows of a group are joined by weight."""

    case_id: Identifier = Field(description="key")
    group: str = Field(description="rows of one objective; empty for a case of its own")
    weight: str = Field(description="share in the group, as a fraction")
    kind: Kind = Field(description="as in targets")
    rule: Rule = Field(description="as in targets")
    amount: str = Field(description="as in targets; empty for no target")
    upper: str = Field(description="as in targets")
    months: Annotated[int, Field(ge=0)] = Field(description="as in targets")
    since: Annotated[int, Field(ge=0)] = Field(description="months from baseline to value")
    baseline: str = Field(description="starting level; empty for unknown")
    value: str = Field(description="level now; empty for unknown")
    commit: Number = Field(description="part of the way that is good enough")
    expected_score: str = Field(description="exact; empty for none")
    expected_progress: str = Field(description="exact, without limits; empty for none")
    expected_status: Text = Field(description="met, good enough, behind, below baseline, …")
    expected_joint: str = Field(description="score of the group")
    expected_covered: str = Field(description="weight of what is known in the group")
    source: Text = Field(description="bug report or help page that gave rise to it")
    why: Text = Field(description="what goes wrong elsewhere")


CLAIMS = define("claims", ClaimRow, "claim_id", "What the publication prints")
METHODS = define("methods", MethodRow, "method_id", "Methods and what leads to what")
SWOT = define("swot", SwotRow, "swot_id", "SWOT entries and what they rest on")
CAUSES = define("causes", CauseRow, "cause_id", "Causes for the Ishikawa diagram")
PROCESS = define("process", ProcessRow, "step_id", "Steps of the service process")
OBJECTIVES = define("objectives", ObjectiveRow, "objective_id", "Objectives")
KEY_RESULTS = define("key_results", KeyResultRow, "kr_id", "Key results", file="okrs.csv")
TARGETS = define("targets", TargetRow, "target_id", "Targets and their readings")
LINKS = define("links", LinkRow, "link_id", "Arrows of the strategy map")
VARIABLES = define("variables", VariableRow, "variable_id", "Dependent and independent variables")
DIAGNOSIS_TABLES = (SWOT, CAUSES, PROCESS)


class PlanRow(Row):
    """What a firm plans for an indicator or a measure in one period: its budget."""

    period: AnyPeriod = column("month, quarter, half-year or year; key together with kpi")
    kpi: Text = column(
        "indicator or measure, such as sales or F2", references="indicator or measure"
    )
    value: Number = column("planned level, in the unit that reports show, such as whole soles")


class RateRow(Row):
    """How much of the case's currency one unit of another is worth, on a day or in a month."""

    on: DayOrMonth = column("day, or month of all its days; key together with currency")
    currency: Text = column("the other currency, as files write it")
    rate: Number = column("worth of one of its units, in units of the case's currency")


RATES = define("rates", RateRow, "on currency", "Exchange rates")
PLAN = define("plan", PlanRow, "period kpi", "Plan or budget by period")

_STRATEGY = (OBJECTIVES, KEY_RESULTS, TARGETS, LINKS, VARIABLES)
PLAN_TABLES = (*DIAGNOSIS_TABLES, *_STRATEGY, PLAN, RATES)
"""Tables of the diagnosis, the strategy and the targets."""

CHECK_INS = define("check_in", CheckInRow, "check_in_id", "Weekly check-ins")
CONFORMANCE = define("okr_cases", ConformanceRow, "case_id", "Cases for tools that score OKRs")


def has_method(case: Case, name: str) -> bool:
    """Whether a case has a table on its diagnosis, strategy or targets."""
    table = next(table for table in (CLAIMS, *PLAN_TABLES, METHODS) if table.name == name)
    return (case.method / table.file).is_file()


def has_okrs(case: Case) -> bool:
    """Whether a case has objectives and key results."""
    return has_method(case, "objectives") and has_method(case, "key_results")


def target_axes(case: Case) -> set[str]:
    """List the readings that the targets of a case depend on; none if it has no targets.

    Where rows are handed in, nothing but targets depends on readings.
    """
    if case.has_own_rows:
        return set(case.parameters.readings)
    if not has_okrs(case):
        return set()
    return {target.axis for target in read_rows(TARGETS, case.method, case.root) if target.axis}


def read_claims(case: Case) -> list[ClaimRow]:
    """Read a case's ``claims.csv`` and check that the readings it names exist.

    Raises
    ------
    InputError
        As :func:`read_ledger`, and if a claim names a reading that ``case.yaml`` lacks.
    """
    claims, errors = examine_rows(CLAIMS, case.raw, case.root)
    known = case.parameters.readings
    file = (case.raw / CLAIMS.file).relative_to(case.root)
    rule = f"case.yaml has no reading of this name; it has {', '.join(known) or 'none'}"
    fix = "correct the name, or describe the reading under readings: in case.yaml"
    at = partial(InputError, rule, file=file, column="readings", fix=fix)
    unknown = [
        at(row=claim.claim_id, value=axis)
        for claim in claims
        for axis in claim.axes
        if axis not in known
    ]
    claims, question = _with_decimals(case, claims)
    raise_all([*errors, *unknown, *question])
    return claims


def _with_decimals(case: Case, claims: list[ClaimRow]) -> tuple[list[ClaimRow], list[InputError]]:
    """Settle the decimal sign of numbers with two readings; ask once for those that stay open."""
    told = case.parameters.intake.decimal
    texts = [claim.printed for claim in claims if claim.is_number]
    settled, open_rows = [], []
    for claim in claims:
        if claim.is_number and not claim.decimal and is_ambiguous(claim.printed):
            mark = told or decimal_for(claim.printed, texts)
            claim = claim.model_copy(update={"decimal": mark})
            try:
                _ = claim.number
            except InputError as error:
                open_rows.append((claim.claim_id, error))
        settled.append(claim)
    if not open_rows:
        return settled, []
    (row, first), *others = open_rows
    more = f"; {len(others)} more have two readings" if others else ""
    first.rule, first.row, first.column = first.rule + more, row, "printed"
    first.file = (case.raw / CLAIMS.file).relative_to(case.root).as_posix()
    first.fix = (
        "for the whole text, add the line intake: {decimal: comma} or intake: {decimal: point} to "
        f"case.yaml; for this row alone, {first.fix}"
    )
    return settled, [first]


def printed_strings(case: Case) -> dict[str, str]:
    """Return the printed string of every claim by its id."""
    return {claim.claim_id: claim.printed for claim in read_claims(case)}
