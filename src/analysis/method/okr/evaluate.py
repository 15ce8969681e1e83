"""Scores of key results in a period, under every printed target and under a reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from analysis.base.periods import MONTHS, distance, parse_label
from analysis.kpis.indicator import compute
from analysis.kpis.levels import pair, sample_of
from analysis.kpis.measures import Totals
from analysis.kpis.method import indicator
from analysis.method.okr.data import Okrs, holds, target_of
from analysis.method.okr.targets import Goal, Score, rate, resolve
from analysis.tables.method import KeyResultRow, TargetRow


@dataclass(frozen=True)
class Result:
    """A key result under one target.

    Attributes
    ----------
    key_result : KeyResultRow
        The key result.
    target : TargetRow or None
        The target; None where none is printed.
    kpi : str
        Key of the indicator read.
    baseline, value : Fraction or None
        Levels of the base period and of the period.
    goal : Goal or None
        The target as levels.
    score : Score
        Score and status.
    chosen : bool
        Whether the target holds under the reading.
    """

    key_result: KeyResultRow
    target: TargetRow | None
    kpi: str
    baseline: Fraction | None
    value: Fraction | None
    goal: Goal | None
    score: Score
    chosen: bool


def evaluate(
    okrs: Okrs, totals: Totals, period: str, base: str, reading: Mapping[str, str]
) -> list[Result]:
    """Score every key result in a period under every target that is printed for it.

    Parameters
    ----------
    okrs : Okrs
        From :func:`analysis.method.okr.load_okrs`.
    totals : DataFrame
        From :func:`analysis.kpis.totals.totals`.
    period : str
        A quarter (or month or half-year); the targets are applied to it as they are.
    base : {"previous", "year-ago"}
        Where the baseline is taken from, unless the key result gives one or the target is a rate
        that fits into the period: 1 % a month is measured on the period before, so that it asks
        nothing of months before there was a target.
    reading : mapping of str to str
        One option per axis, from ``case.reading()``.

    Returns
    -------
    list of Result
        In the order of the file, one per target (one without a target where none is printed).
    """
    grain, _ = parse_label(period)
    now, then = pair(totals, period, base)
    bases = {base: then, "previous": pair(totals, period, "previous")[1]}
    length = MONTHS[grain]
    untargeted = "no target is printed" if okrs.printed else "no target is set"
    results = []
    for row in okrs.key_results:
        targets: tuple[TargetRow | None, ...] = okrs.targets[row.kr_id] or (None,)
        for target in targets:
            record = indicator(target.kpi if target else row.kpi)
            value, own = compute(record.level, now), _base(target, length, base)
            start = compute(record.level, bases[own])
            baseline = Fraction(row.baseline) if row.baseline else start
            goal = None
            if target:
                since = length * distance(grain, own)
                goal = resolve(target_of(target), baseline, since=since, length=length)
            score = rate(value, baseline, goal, Fraction(row.commit), sample_of(record, now))
            if target is None:
                score = Score(None, None, "cannot tell", untargeted)
            chosen = target is None or holds(target, reading)
            results.append(Result(row, target, record.key, baseline, value, goal, score, chosen))
    return results


def _base(target: TargetRow | None, length: int, base: str) -> str:
    """Where the baseline of a target is taken from, in periods of so many months."""
    if target is None or target.kind == "level" or not target.months or length % target.months:
        return base
    return "previous"


def chosen(results: list[Result]) -> list[Result]:
    """Keep one result per key result: the target that holds under the reading."""
    return [result for result in results if result.chosen]


def score_frame(results: list[Result]) -> pd.DataFrame:
    """Lay results out as a table.

    Returns
    -------
    DataFrame
        Columns kr_id, objective_id, role, kpi, text, target_id, reading, baseline, value, low,
        high, score, progress (Fractions or None), status, reason and chosen.
    """
    rows = [
        {
            "kr_id": result.key_result.kr_id,
            "objective_id": result.key_result.objective_id,
            "role": result.key_result.role,
            "kpi": result.kpi,
            "text": result.key_result.text,
            "target_id": result.target.target_id if result.target else "",
            "reading": result.target.reading if result.target else result.score.reason,
            "baseline": result.baseline,
            "value": result.value,
            "low": result.goal.low if result.goal else None,
            "high": result.goal.high if result.goal else None,
            "score": result.score.score,
            "progress": result.score.progress,
            "status": result.score.status,
            "reason": result.score.reason,
            "chosen": result.chosen,
        }
        for result in results
    ]
    frame = pd.DataFrame(rows)
    for column in ("baseline", "value", "low", "high", "score", "progress"):
        frame[column] = pd.Series([row[column] for row in rows], dtype="object")
    return frame


def depends_on_reading(results: list[Result]) -> dict[str, bool]:
    """Say for each key result whether its printed targets give different verdicts."""
    met: dict[str, set[str]] = {}
    for result in results:
        met.setdefault(result.key_result.kr_id, set()).add(result.score.status)
    return {kr_id: len(statuses) > 1 for kr_id, statuses in met.items()}
