"""The catalogue of indicators: one record each, as a ratio of sums."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from analysis.base.errors import InputError

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
        Measure of :mod:`analysis.kpis.sums`.
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
