"""How levels, goals, changes and scores are written, in tables and figures alike."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from analysis.base.numbers import decimal, percent
from analysis.kpis.catalogue import MONEY, Indicator, unit_in
from analysis.method.scoring import Goal

SCORE = decimal(2)


def score_text(value: Fraction | None) -> str | None:
    """Write a score with two decimals."""
    return None if value is None else SCORE(value)


def level_text(
    record: Indicator, value: Fraction | None, *, unit: bool = False, currency: str = MONEY
) -> str | None:
    """Write the level of an indicator with its decimals."""
    if value is None:
        return None
    text = decimal(record.decimals)(value)
    name = unit_in(record.level_unit, currency)
    return text if not unit else f"{text}%" if name == "%" else f"{text} {name}"


def change_text(record: Indicator, change: Fraction | None, growth: Fraction | None) -> str | None:
    """Write a change: percentage points for shares, per cent for everything else."""
    if record.level_unit == "%":
        return None if change is None else decimal(1, signed=True)(change) + " pp"
    return None if growth is None else percent(1, signed=True)(growth)


def turn_text(row: Any) -> str | None:
    """Write the change of a row of :func:`analysis.kpis.compare.comparison_data`."""
    if row.change is None:
        return None
    if row.unit == "%":
        return decimal(1, signed=True)(row.change) + " pp"
    return None if row.growth is None else percent(1, signed=True)(row.growth)


def goal_text(
    record: Indicator, goal: Goal | None, *, unit: bool = False, currency: str = MONEY
) -> str | None:
    """Write a goal as levels: ``≥ 10.0%`` with its unit."""
    if goal is None:
        return None
    low, high = (
        level_text(record, end, unit=unit, currency=currency) for end in (goal.low, goal.high)
    )
    if low and high:
        return f"{low} to {high}"
    if low:
        return f"{'>' if goal.strict else '≥'} {low}"
    return f"≤ {high}"
