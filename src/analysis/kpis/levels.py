"""Values of the method's catalogue by period: corrected and printed forms, levels, medians."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd

from analysis.base.expression import Expression, evaluate, state
from analysis.base.periods import MONTHS, Grain, distance, last_ended, parse_label, period_label
from analysis.kpis.indicator import Indicator, environment
from analysis.kpis.measures import Period, Totals
from analysis.kpis.method import METHOD
from analysis.kpis.totals import periods


def level_table(totals: Totals, grain: Grain = "quarter", until: str | None = None) -> pd.DataFrame:
    """Compute the level of every indicator for every period.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.totals.totals`.
    grain : {"month", "quarter", "half-year"}
        Length of a period.
    until : str, optional
        Leave out what had not ended when this period ended.

    Returns
    -------
    DataFrame
        Columns key, period (label), index, value (Fraction or None) and state (empty,
        ``not recorded`` or ``undefined``).
    """
    rows = []
    for index, measures in periods(totals, grain).items():
        if until is not None and index > last_ended(until, grain):
            break
        values = environment(measures)
        for record in METHOD:
            rows.append(
                {
                    "key": record.key,
                    "period": period_label(index, grain),
                    "index": index,
                    "value": evaluate(record.level, values),
                    "state": state(record.level, values),
                }
            )
    frame = pd.DataFrame(rows, columns=["key", "period", "index", "value", "state"])
    frame["value"] = pd.Series([row["value"] for row in rows], dtype="object")
    return frame


def side_by_side(totals: Totals, period: str, base: str) -> pd.DataFrame:
    """Compute printed and corrected form of every indicator for one period.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.totals.totals`.
    period : str
        A month, quarter or half-year.
    base : str
        What changes are measured against; see :func:`analysis.base.periods.distance`.

    Returns
    -------
    DataFrame
        One row per printed form (one with an empty claim where none is printed): key, claim_id,
        printed, corrected (Fractions or None), printed_state and state.
    """
    now, then = pair(totals, period, base)
    values = environment(now, then)
    indices = {record.key: evaluate(record.form, values) for record in METHOD}
    rows: list[dict[str, Any]] = []
    for record in METHOD:
        corrected = {"corrected": indices[record.key], "state": state(record.form, values)}
        forms: list[tuple[str, Expression | None, bool]] = [
            (printed.claim_id, printed.form, printed.lost) for printed in record.printed
        ]
        for claim_id, form, lost in forms or [("", None, False)]:
            value = None if form is None or lost else evaluate(form, values, indices)
            why = "no formula is printed" if form is None else "unreadable" if lost else ""
            if form is not None and value is None and not lost:
                why = state(form, values)
            rows.append(
                {"key": record.key, "claim_id": claim_id, "printed": value, "printed_state": why}
                | corrected
            )
    frame = pd.DataFrame(rows)
    for column in ("printed", "corrected"):
        frame[column] = pd.Series([row[column] for row in rows], dtype="object")
    return frame


def pair(totals: Totals, period: str, base: str) -> tuple[Period, Period]:
    """Measures of a period and of its base; empty where the ledger does not reach."""
    grain, index = parse_label(period)
    known = periods(totals, grain)
    return known.get(index, {}), known.get(index - distance(grain, base), {})


def median_of(counts: pd.DataFrame, period: str) -> Fraction | None:
    """Median over the services of a period, from :func:`analysis.kpis.reduce.duration_counts`."""
    grain, index = parse_label(period)
    rows = counts[counts["month"] // MONTHS[grain] == index]
    upto = rows.groupby("days")["count"].sum().cumsum()
    if upto.empty:
        return None
    whole = int(upto.iloc[-1])
    middle = [int(str((upto > rank).idxmax())) for rank in ((whole - 1) // 2, whole // 2)]
    return Fraction(sum(middle), 2)


def sample_of(record: Indicator, measures: Period) -> tuple[int, int] | None:
    """Satisfied and all answers behind a share, where it comes from a sample."""
    if record.sample is None:
        return None
    count, size = (measures.get(name) for name in record.sample)
    return None if count is None or size is None else (int(count), int(size))
