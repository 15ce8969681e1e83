"""The catalogue of indicators: one record each, as a ratio of sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from analysis.base.errors import InputError
from analysis.base.expression import (
    HUNDRED,
    Expression,
    Index,
    Measure,
    Unit,
    before,
    evaluate,
    growth,
    leaves,
    number,
    reduction,
)
from analysis.kpis.measures import MEASURES, Period

Perspective = Literal["Financial", "Customer", "Internal processes", "People"]


@dataclass(frozen=True)
class Kpi:
    """An indicator.

    Attributes
    ----------
    kpi_id, name : str
        Key and English name.
    perspective : str
        Balanced Scorecard perspective.
    unit : str
        Unit of the value.
    better : {"up", "down", "none"}
        The direction that is good.
    numerator : str
        Measure of :mod:`analysis.kpis.levels`.
    denominator : str or None
        Measure to divide by; None for a plain total.
    scale : Fraction
        Factor from sums to the unit (1/100 from céntimos to soles, 100 to per cent).
    decimals : int
        Decimals to show.
    definition : str
        In words.
    """

    kpi_id: str
    name: str
    perspective: Perspective
    unit: str
    better: Literal["up", "down", "none"]
    numerator: str
    denominator: str | None
    scale: Fraction
    decimals: int
    definition: str

    @property
    def is_share(self) -> bool:
        """Whether the value is a percentage, whose changes are percentage points."""
        return self.unit == "%"


CATALOGUE: tuple[Kpi, ...] = (
    Kpi(
        "sales",
        "Sales",
        "Financial",
        "soles",
        "up",
        "sales_centimos",
        None,
        Fraction(1, 100),
        0,
        "sum of net invoice amounts in the period",
    ),
    Kpi(
        "revenue_per_service",
        "Revenue per service",
        "Financial",
        "soles",
        "up",
        "sales_centimos",
        "services",
        Fraction(1, 100),
        2,
        "sales ÷ completed services",
    ),
    Kpi(
        "satisfaction",
        "Satisfaction index",
        "Customer",
        "%",
        "up",
        "satisfied",
        "answers",
        Fraction(100),
        1,
        "answers of 4 or 5 ÷ all answers",
    ),
    Kpi(
        "services",
        "Services delivered",
        "Internal processes",
        "services",
        "up",
        "services",
        None,
        Fraction(1),
        0,
        "services completed in the period",
    ),
    Kpi(
        "productivity",
        "Productivity",
        "Internal processes",
        "services per 100 h",
        "up",
        "services",
        "quarter_hours",
        Fraction(400),
        2,
        "completed services ÷ technician hours × 100",
    ),
    Kpi(
        "waiting_days",
        "Waiting time",
        "Internal processes",
        "days",
        "down",
        "waiting_days",
        "services",
        Fraction(1),
        1,
        "mean days from request to start",
    ),
    Kpi(
        "working_days",
        "Working time",
        "Internal processes",
        "days",
        "down",
        "working_days",
        "services",
        Fraction(1),
        1,
        "mean days from start to completion",
    ),
    Kpi(
        "on_time",
        "Completed on time",
        "Internal processes",
        "%",
        "up",
        "on_time",
        "services",
        Fraction(100),
        1,
        "services completed by the promised day ÷ completed services",
    ),
    Kpi(
        "technician_hours",
        "Technician hours",
        "People",
        "h",
        "none",
        "quarter_hours",
        None,
        Fraction(1, 4),
        0,
        "hours worked by technicians",
    ),
)
"""In the order of the perspectives."""


MONEY = "soles"
"""The unit of money in the catalogues, which stands for a case's own currency."""


def unit_in(unit: str, currency: str) -> str:
    """Write a unit of a catalogue with the case's currency for money."""
    return currency if unit == MONEY else unit


def kpi(kpi_id: str) -> Kpi:
    """Look an indicator up.

    Raises
    ------
    InputError
        If there is none of this name.
    """
    for record in CATALOGUE:
        if record.kpi_id == kpi_id:
            return record
    known = ", ".join(record.kpi_id for record in CATALOGUE)
    raise InputError(f"there is no KPI of this name; known are {known}", value=kpi_id)


Direction = Literal["up", "down"]


@dataclass(frozen=True)
class Printed:
    """A formula as one place prints it.

    Attributes
    ----------
    claim_id : str
        Its row in ``claims.csv``.
    form : Expression
        The formula, taken literally.
    label : str
        Acronym under which it is printed, if any.
    lost : bool
        Whether our text has lost type of it, so that nothing may be held against it.
    """

    claim_id: str
    form: Expression
    label: str = ""
    lost: bool = False


@dataclass(frozen=True)
class Indicator:
    """One record of the catalogue.

    Attributes
    ----------
    key : str
        F1 to F6, C1 to C3, I1 to I4, P1 to P3.
    name, name_es : str
        Names in English and Spanish.
    acronym : str
        Such as ROI; empty if none is in use.
    perspective : str
        Balanced Scorecard perspective.
    purpose : str
        What it is for.
    form : Expression
        The corrected formula.
    unit : mapping
        Unit of `form`, as powers of base units.
    level : Expression
        What key results track; the same as `form` unless that is a change of it.
    level_words, level_unit : str
        What the level is and its unit, as tables show it.
    better : {"up", "down"}
        Good direction of the level (that of `form` is always up).
    effects : mapping of str to int
        Measures that must move `form` when they rise: +1 up, -1 down.
    printed : tuple of Printed
        The formula at every place that prints one.
    reason : str
        Why the corrected formula differs, or that it does not.
    denominator : str
        What it is divided by: period, opening, closing or average stock.
    leading : bool
        Whether it moves before the results do.
    grain : {"month", "quarter"}
        Shortest period for which it can be computed.
    low, high : Fraction or None
        Range that its value cannot leave, where there is one.
    variants : mapping of str to Expression
        Other conventions of the same indicator.
    decimals : int
        Decimals to show.
    sample : tuple of str or None
        Numerator and denominator of a share that comes from a sample of answers.
    """

    key: str
    name: str
    name_es: str
    perspective: Perspective
    purpose: str
    form: Expression
    unit: Unit
    level: Expression
    level_words: str
    level_unit: str
    effects: Mapping[str, int]
    reason: str
    denominator: str
    acronym: str = ""
    better: Direction = "up"
    printed: tuple[Printed, ...] = ()
    leading: bool = False
    grain: Literal["month", "quarter"] = "month"
    low: Fraction | None = None
    high: Fraction | None = None
    variants: Mapping[str, Expression] = field(default_factory=dict)
    decimals: int = 1
    sample: tuple[str, str] | None = None

    @property
    def leaves(self) -> tuple[Measure, ...]:
        """Measures of the corrected formula, in order."""
        return tuple(leaf for leaf in leaves(self.form) if isinstance(leaf, Measure))

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the corrected formula needs, as ``table.column``."""
        found = (column for leaf in self.leaves for column in MEASURES[leaf.name].columns)
        return tuple(dict.fromkeys(found))


def is_change(formula: Expression) -> bool:
    """Whether a formula compares two periods."""
    return any(isinstance(leaf, Measure) and leaf.when == "before" for leaf in leaves(formula))


def environment(now: Period, then: Period | None = None) -> dict[tuple[str, str], Fraction | None]:
    """Put the measures of a period and of its base where formulas look for them."""
    values: dict[tuple[str, str], Fraction | None] = {
        (name, "now"): value for name, value in now.items()
    }
    for name, value in (then or {}).items():
        values[name, "before"] = value
    return values


def compute(formula: Expression, now: Period, then: Period | None = None) -> Fraction | None:
    """Compute a formula from the measures of a period and of its base."""
    return evaluate(formula, environment(now, then))


_PERCENT = {"%": 1}
_TWO, _THREE = number(2), number(3)
_ZERO, _FULL = Fraction(0), Fraction(100)

_PROFIT, _SALES = Measure("net_profit"), Measure("sales")
_NEW_SALES = Measure("new_customer_sales")
_EQUITY, _EQUITY_OPENING = Measure("equity"), Measure("equity_opening")
_CAPITAL = _EQUITY + Measure("debt")
_CAPITAL_OPENING = _EQUITY_OPENING + Measure("debt_opening")
_COST, _SERVICES, _HOURS = Measure("operating_cost"), Measure("services"), Measure("hours")
_SATISFIED, _ANSWERS = Measure("satisfied"), Measure("answers")
_E, _S, _G = Measure("esg_e"), Measure("esg_s"), Measure("esg_g")
_STAFF, _LEAVERS = Measure("staff_opening"), Measure("leavers")

_SATISFACTION = _SATISFIED / _ANSWERS * HUNDRED
_PRODUCTIVITY = _SERVICES / _HOURS
_CYCLE = Measure("cycle_days") / _SERVICES
_STAFF_SATISFACTION = Measure("staff_satisfied") / Measure("staff_answers") * HUNDRED
_RETENTION = (_STAFF - _LEAVERS) / _STAFF * HUNDRED
_ROE_PRINTED = _PROFIT / _EQUITY * HUNDRED
# Printed as one rate; taken as two shares in per cent, the only scale on which they can be added.
_STAFF_PRINTED = growth(_STAFF_SATISFACTION + _RETENTION)

_ON_TIME = Measure("on_time_in_budget") / _SERVICES * HUNDRED

METHOD: tuple[Indicator, ...] = (
    Indicator(
        "F1",
        "Return on investment",
        "Rentabilidad sobre la inversión",
        "Financial",
        "whether the capital put into the firm earns its keep",
        _PROFIT / ((_CAPITAL_OPENING + _CAPITAL) / _TWO) * HUNDRED,
        _PERCENT,
        _PROFIT / ((_CAPITAL_OPENING + _CAPITAL) / _TWO) * HUNDRED,
        "ROI of the period",
        "%",
        {"net_profit": 1, "equity": -1, "debt": -1},
        "the paper sets a target for ROI and prints the formula of ROE under that name",
        "average of opening and closing equity and interest debt; not annualised",
        acronym="ROI",
        printed=(Printed("table1-roe-formula", _ROE_PRINTED, "ROI"),),
        grain="quarter",
        variants={"closing capital": _PROFIT / _CAPITAL * HUNDRED},
    ),
    Indicator(
        "F2",
        "Net profit margin",
        "Margen de beneficio neto",
        "Financial",
        "how much of each sol of sales is left as profit",
        _PROFIT / _SALES * HUNDRED,
        _PERCENT,
        _PROFIT / _SALES * HUNDRED,
        "net profit margin",
        "%",
        {"net_profit": 1},
        "printed upside down: it falls as profit rises, and a margin of 10% would read 1000",
        "sales of the period",
        acronym="MBN",
        printed=(Printed("table1-margin-formula", _SALES / _PROFIT * HUNDRED, "MBN"),),
        grain="quarter",
        high=_FULL,
    ),
    Indicator(
        "F3",
        "Revenue growth",
        "Crecimiento de los ingresos",
        "Financial",
        "whether the firm sells more than before",
        growth(_SALES),
        _PERCENT,
        _SALES,
        "sales",
        "soles",
        {"sales": 1},
        "right; “previous period” is open, so the base is always named",
        "sales of the period compared with",
        printed=(Printed("table1-revenue-growth-formula", growth(_SALES)),),
        decimals=0,
    ),
    Indicator(
        "F4",
        "New-customer revenue",
        "Ingresos por clientes nuevos",
        "Financial",
        "how much of the sales comes from customers won",
        _NEW_SALES / _SALES * HUNDRED,
        _PERCENT,
        _NEW_SALES / _SALES * HUNDRED,
        "share of sales to new customers",
        "%",
        {"new_customer_sales": 1},
        "only words are printed; new is who was not invoiced in the four quarters before",
        "sales of the period",
        low=_ZERO,
        high=_FULL,
        leading=True,
    ),
    Indicator(
        "F5",
        "Return on equity",
        "Rentabilidad sobre el patrimonio",
        "Financial",
        "what the owners' capital earns",
        _PROFIT / ((_EQUITY_OPENING + _EQUITY) / _TWO) * HUNDRED,
        _PERCENT,
        _PROFIT / ((_EQUITY_OPENING + _EQUITY) / _TWO) * HUNDRED,
        "ROE of the period",
        "%",
        {"net_profit": 1, "equity": -1},
        "right but for its name, “customer ROI”; average instead of closing equity",
        "average of opening and closing equity; not annualised",
        acronym="ROE",
        printed=(Printed("table1-roe-formula", _ROE_PRINTED, "ROI"),),
        grain="quarter",
        variants={"closing equity": _ROE_PRINTED},
    ),
    Indicator(
        "F6",
        "Operating cost reduction",
        "Reducción de costos operativos",
        "Financial",
        "whether the same work costs less",
        reduction(_COST),
        _PERCENT,
        _COST,
        "operating cost",
        "soles",
        {"operating_cost": -1},
        "our text of the table has lost the fraction bar; per service too, since volume changes",
        "operating cost of the period compared with",
        better="down",
        printed=(Printed("table1-cost-formula", (before(_COST) - _COST) * HUNDRED, lost=True),),
        high=_FULL,
        variants={"per service": reduction(_COST / _SERVICES)},
        decimals=0,
    ),
    Indicator(
        "C1",
        "Customer satisfaction index",
        "Índice de satisfacción del cliente",
        "Customer",
        "which share of those asked is satisfied",
        _SATISFACTION,
        _PERCENT,
        _SATISFACTION,
        "satisfaction index",
        "%",
        {"satisfied": 1},
        "Table 2 multiplies the share by the very index that it defines (taken as a share too); "
        "4.4.2 has it right",
        "answers of the period; 4 and 5 of 5 count as satisfied",
        acronym="CSI",
        printed=(
            Printed(
                "table2-satisfaction-formula",
                Index("C1") / HUNDRED * _SATISFIED / _ANSWERS * HUNDRED,
            ),
            Printed("4.4.2-satisfaction-formula", _SATISFACTION),
        ),
        low=_ZERO,
        high=_FULL,
        sample=("satisfied", "answers"),
    ),
    Indicator(
        "C2",
        "Satisfaction improvement",
        "Mejora de la satisfacción",
        "Customer",
        "whether customers are better served than before",
        growth(_SATISFACTION),
        _PERCENT,
        _SATISFACTION,
        "satisfaction index",
        "%",
        {"satisfied": 1},
        "no formula is printed; growth of the index, and its change in points beside it",
        "index of the period compared with",
        sample=("satisfied", "answers"),
    ),
    Indicator(
        "C3",
        "Sustainability rate",
        "Índice de sostenibilidad",
        "Customer",
        "how the firm's environmental, social and governance practice is scored",
        (_E + _S + _G) / _THREE,
        {"point": 1},
        (_E + _S + _G) / _THREE,
        "sustainability rate",
        "points of 100",
        {"esg_e": 1, "esg_s": 1, "esg_g": 1},
        "Table 2 divides by three and is right; 4.4.2 multiplies by three and leaves the scale",
        "three pillars, each from 0 to 100",
        printed=(
            Printed("table2-sustainability-formula", (_E + _S + _G) / _THREE),
            Printed("4.4.2-sustainability-formula", (_E + _S + _G) * _THREE),
        ),
        low=_ZERO,
        high=_FULL,
        grain="quarter",
    ),
    Indicator(
        "I1",
        "Productivity improvement",
        "Mejora de la productividad",
        "Internal processes",
        "whether an hour of work yields more services",
        growth(_PRODUCTIVITY),
        _PERCENT,
        number(100) * _PRODUCTIVITY,
        "services per 100 technician hours",
        "services per 100 h",
        {"services": 1, "hours": -1},
        "right; P is not defined, so services over technician hours",
        "productivity of the period compared with",
        printed=(
            Printed("4.4.3-productivity-formula", growth(_PRODUCTIVITY)),
            Printed("table3-productivity-formula", growth(_PRODUCTIVITY)),
        ),
        variants={"revenue per hour": growth(_SALES / _HOURS)},
        decimals=2,
    ),
    Indicator(
        "I2",
        "Service-time improvement",
        "Mejora del tiempo de servicio",
        "Internal processes",
        "whether customers wait less from request to completion",
        reduction(_CYCLE),
        _PERCENT,
        _CYCLE,
        "mean days from request to completion",
        "days",
        {"cycle_days": -1},
        "right; T is not defined, so the mean of completion minus request (the median beside it)",
        "cycle time of the period compared with",
        better="down",
        printed=(
            Printed("4.4.3-service-time-formula", reduction(_CYCLE)),
            Printed("table3-service-time-formula", reduction(_CYCLE)),
        ),
        high=_FULL,
        leading=True,
    ),
    Indicator(
        "I3",
        "On time and in budget",
        "A tiempo y dentro del presupuesto",
        "Internal processes",
        "whether promises on time and money are kept",
        _ON_TIME,
        _PERCENT,
        _ON_TIME,
        "services on time and in budget",
        "%",
        {"on_time_in_budget": 1},
        "the key result prints the formula of service time (I2), which knows no due date or budget",
        "services completed in the period",
        printed=(Printed("table3-service-time-formula", reduction(_CYCLE)),),
        low=_ZERO,
        high=_FULL,
        leading=True,
    ),
    Indicator(
        "I4",
        "Services delivered",
        "Servicios prestados",
        "Internal processes",
        "how much work is done",
        growth(_SERVICES),
        _PERCENT,
        _SERVICES,
        "services delivered",
        "services",
        {"services": 1},
        "no formula is printed; count and growth",
        "services of the period compared with",
        decimals=0,
    ),
    Indicator(
        "P1",
        "Staff satisfaction",
        "Satisfacción del personal",
        "People",
        "whether the people who do the work are content",
        growth(_STAFF_SATISFACTION),
        _PERCENT,
        _STAFF_SATISFACTION,
        "satisfied answers of staff",
        "%",
        {"staff_satisfied": 1},
        "printed as one rate of “satisfaction and retention”: a sum in which one hides the other",
        "index of the period compared with",
        printed=(
            Printed("4.4.4-staff-formula", _STAFF_PRINTED),
            Printed("table4-staff-formula", _STAFF_PRINTED),
        ),
        leading=True,
        grain="quarter",
    ),
    Indicator(
        "P2",
        "Staff retention",
        "Retención del personal",
        "People",
        "whether people stay",
        _RETENTION,
        _PERCENT,
        _RETENTION,
        "staff who stayed",
        "%",
        {"leavers": -1},
        "printed only as part of the composite rate of P1",
        "headcount at the opening of the period",
        printed=(
            Printed("4.4.4-staff-formula", _STAFF_PRINTED),
            Printed("table4-staff-formula", _STAFF_PRINTED),
        ),
        low=_ZERO,
        high=_FULL,
        leading=True,
    ),
    Indicator(
        "P3",
        "Skills",
        "Competencias",
        "People",
        "whether staff learn what safe work needs",
        Measure("training_hours") / _STAFF,
        {"h": 1, "person": -1},
        Measure("training_hours") / _STAFF,
        "training hours per head",
        "h per head",
        {"training_hours": 1},
        "objective 4 itself; no measure is printed",
        "headcount at the opening of the period",
        leading=True,
    ),
)
"""In the order of the perspectives."""

SHORT = {
    "waiting_days": "I2",
    "cycle_time": "I2",
    "sales": "F3",
    "services": "I4",
    "productivity": "I1",
    "satisfaction": "C1",
    "on_time": "I3",
}
"""Names that other tables use for records of this catalogue."""


def indicator(key: str) -> Indicator:
    """Look a record up by its key, or by a name that other tables use.

    Raises
    ------
    InputError
        If there is none.
    """
    wanted = SHORT.get(key, key)
    for record in METHOD:
        if record.key == wanted:
            return record
    known = ", ".join(record.key for record in METHOD)
    raise InputError(f"the catalogue has no indicator of this key; it has {known}", value=key)
