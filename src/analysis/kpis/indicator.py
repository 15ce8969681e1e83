"""What a record of the method's catalogue holds, and how its value is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from analysis.base.expression import Expression, Measure, Unit, evaluate, leaves
from analysis.kpis.catalogue import Perspective
from analysis.kpis.measures import MEASURES, Period

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
