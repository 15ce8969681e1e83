"""The course of a quarter: where each key result would end if the weeks so far went on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

import pandas as pd

from analysis.base.expression import Measure
from analysis.base.periods import parse_label, quarter_days, quarter_end, quarter_start
from analysis.kpis.indicator import Indicator, compute
from analysis.kpis.levels import sample_of
from analysis.kpis.method import indicator
from analysis.method.okr.evaluate import Result, chosen
from analysis.method.okr.targets import rate
from analysis.method.okr.to_date import Ledger, ToDate

WEEKS = 13
"""Weeks of a quarter; the last one ends with it, after six to eight days."""


def week_ends(quarter: int) -> list[date]:
    """Last days of the weeks of a quarter, the last of them its own last day."""
    whole = [quarter_start(quarter) + timedelta(days=7 * week - 1) for week in range(1, WEEKS)]
    return [*whole, quarter_end(quarter)]


def projected(
    record: Indicator, level: Fraction | None, quarter: int, day: pd.Timestamp
) -> Fraction | None:
    """Level at the end of a quarter if it went on as until `day`.

    What accumulates (sales, cost, services) is scaled up by the days that are left; a ratio is
    taken to stay as it is.
    """
    if level is None or not isinstance(record.level, Measure):
        return level
    elapsed = (day - pd.Timestamp(quarter_start(quarter))).days + 1
    return level * Fraction(quarter_days(quarter), elapsed)


def has_course(ledger: Ledger, results: Sequence[Result], quarter: str) -> bool:
    """Whether anything is known of any key result before a quarter ends; see :func:`course`."""
    (grain, index), to_date = parse_label(quarter), ToDate(ledger)
    if grain != "quarter":
        return False
    day = pd.Timestamp(week_ends(index)[-2])
    return any(
        result.goal is not None and to_date.level(indicator(result.kpi), index, day) is not None
        for result in chosen(list(results))
    )


def course(ledger: Ledger, results: Sequence[Result], quarter: str) -> pd.DataFrame:
    """Score every key result week by week, as projected from the rows so far, and as it ended.

    Parameters
    ----------
    ledger : dict of str to DataFrame
        The rows.
    results : sequence of Result
        From :func:`analysis.method.okr.evaluate` for the same quarter.
    quarter : str
        Such as ``2024Q2``; months and half-years have no course.

    Returns
    -------
    DataFrame
        Columns kr_id, kpi, text, week (from 1), day, level, projected and score (Fractions or
        None); only key results of which something is known before the quarter ends.
    """
    (grain, index), to_date = parse_label(quarter), ToDate(ledger)
    rows = []
    for result in chosen(list(results)) if grain == "quarter" else []:
        if result.goal is None:
            continue
        record = indicator(result.kpi)
        row, own = result.key_result, []
        *before, last = enumerate(week_ends(index), start=1)
        for week, day in before:
            sums = to_date.measures(record, index, pd.Timestamp(day))
            level = compute(record.level, sums)
            ahead = projected(record, level, index, pd.Timestamp(day))
            sample = sample_of(record, sums)
            score = rate(ahead, result.baseline, result.goal, Fraction(row.commit), sample).score
            own.append((row.kr_id, record.key, row.text, week, day, level, ahead, score))
        if any(line[5] is not None for line in own):
            end = (result.value, result.value, result.score.score)
            rows += [*own, (row.kr_id, record.key, row.text, *last, *end)]
    columns = ["kr_id", "kpi", "text", "week", "day", "level", "projected", "score"]
    frame = pd.DataFrame(rows, columns=columns)
    for place, column in enumerate(columns[5:], start=5):
        frame[column] = pd.Series([row[place] for row in rows], dtype="object")
    return frame
