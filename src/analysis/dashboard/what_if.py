"""Objectives, key results, targets and levels for the dashboard, so that it can score what-ifs."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from analysis.base.frames import fields
from analysis.base.periods import quarter_label
from analysis.kpis.catalogue import Indicator, compute, indicator
from analysis.kpis.levels import periods, sample_of
from analysis.kpis.measures import Totals
from analysis.method.balanced_scorecard import KNOWN_FROM
from analysis.method.key_results import Okrs, holds
from analysis.tables.strategy_tables import KeyResultRow, TargetRow

_WHOLE_FROM = 5
"""Targets of at least this many per cent, points or units are moved in whole steps."""
_TIMES = 3
"""A target can be moved up to so many times what is printed."""
_FULL = 100


def okr_model(
    okrs: Okrs, totals: Totals, reading: Mapping[str, str], currency: str
) -> dict[str, Any]:
    """Collect what the OKR and scorecard panels need.

    Parameters
    ----------
    okrs : Okrs
        From :func:`analysis.method.key_results.load_okrs`.
    totals : DataFrame
        From :func:`analysis.kpis.reduce.reduce`.
    reading : mapping of str to str
        Decides which of several printed targets is used at first.
    currency : str
        Name of the case's currency.

    Returns
    -------
    dict
        ``objectives``, ``results`` (with their targets and the place of the one used),
        ``known_from``, and ``indicators``: by key, name, unit and, by quarter, level and sample.
    """
    used = {row.kpi for row in okrs.key_results}
    used |= {target.kpi for targets in okrs.targets.values() for target in targets}
    by_quarter = periods(totals, "quarter")
    return {
        "objectives": [
            {"id": row.objective_id, **fields(row, "perspective text weight")}
            for row in okrs.objectives
        ],
        "results": [_result(row, okrs, reading) for row in okrs.key_results],
        "known_from": str(KNOWN_FROM),
        "indicators": {
            key: _indicator(indicator(key, currency), by_quarter) for key in sorted(used)
        },
    }


def _indicator(record: Indicator, by_quarter: Mapping[int, Any]) -> dict[str, Any]:
    levels, samples = {}, {}
    for index, measures in by_quarter.items():
        level, sample = compute(record.level, measures), sample_of(record, measures)
        if level is not None:
            levels[quarter_label(index)] = str(level)
        if sample is not None:
            samples[quarter_label(index)] = list(sample)
    return {
        "name": record.definition,
        "unit": record.unit,
        "decimals": record.decimals,
        "levels": levels,
        "samples": samples,
    }


def _result(row: KeyResultRow, okrs: Okrs, reading: Mapping[str, str]) -> dict[str, Any]:
    targets = okrs.targets[row.kr_id]
    used = [place for place, target in enumerate(targets) if holds(target, reading)]
    return {
        "id": row.kr_id,
        "objective": row.objective_id,
        **fields(row, "role text kpi weight commit baseline"),
        "used": used[0] if used else None,
        "targets": [_target(target) for target in targets],
    }


def _target(row: TargetRow) -> dict[str, Any]:
    low, high, step = span(row)
    return {
        "id": row.target_id,
        **fields(row, "kpi kind rule amount upper months reading"),
        "min": low,
        "max": high,
        "step": step,
    }


def span(row: TargetRow) -> tuple[str, str, str]:
    """How far a target can be moved: least and largest amount and the step between them.

    A change keeps its direction and never becomes 0, which would be no target; a band stays below
    its upper end. A level in per cent or points of a hundred goes from 0 to 100.
    """
    amount = Fraction(row.amount)
    step = Fraction(1) if abs(amount) >= _WHOLE_FROM else Fraction(1, 10)
    if row.kind == "level":
        unit = indicator(row.kpi).unit
        top = Fraction(_FULL) if unit in {"%", "points of 100"} else 2 * abs(amount)
        low, high = Fraction(0), max(top, amount)
    elif amount < 0:
        low, high = _TIMES * amount, -step
    else:
        low, high = step, _TIMES * amount
    if row.upper:
        high = Fraction(row.upper) - step
    low = amount - (amount - low) // step * step  # so that the printed amount is one of the stops
    return _decimal(low), _decimal(high), _decimal(step)


def _decimal(value: Fraction) -> str:
    """Write a number for a slider's attribute."""
    return str(value) if value.denominator == 1 else f"{float(value):g}"
