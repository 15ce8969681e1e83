"""Values of the method's catalogue by period: corrected and printed forms, levels, medians."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Literal

import pandas as pd

from analysis.errors import InputError
from analysis.kpis.expression import Expression, evaluate, state
from analysis.kpis.indicator import Indicator, environment
from analysis.kpis.method import METHOD
from analysis.kpis.small import month_index
from analysis.kpis.totals import MONTHS, Grain, Period, Totals, period_label, periods
from analysis.periods import parse_month, parse_quarter

Base = Literal["previous", "year-ago"]


def distance(grain: Grain, base: str) -> int:
    """Periods between a period and its base.

    Parameters
    ----------
    grain : {"month", "quarter", "half-year"}
        Length of a period.
    base : {"previous-quarter", "previous", "year-ago"}
        ``previous`` is the period just before; ``previous-quarter`` is the same for quarters.

    Raises
    ------
    InputError
        If the base is none of these.
    """
    if base == "year-ago":
        return 12 // MONTHS[grain]
    if base == "previous" or (base == "previous-quarter" and grain == "quarter"):
        return 1
    raise InputError(
        "the base of a comparison is previous-quarter or year-ago (previous for other periods)",
        value=base,
    )


def parse_label(label: str) -> tuple[Grain, int]:
    """Length and index of a period named like ``2024-05``, ``2024Q2`` or ``2024H1``.

    Raises
    ------
    InputError
        If the label has another form.
    """
    if "H" in label and label[-1] in "12" and label[:-2].isdigit():
        return "half-year", 2 * int(label[:-2]) + int(label[-1]) - 1
    return ("month", parse_month(label)) if "-" in label else ("quarter", parse_quarter(label))


def level_table(totals: Totals, grain: Grain = "quarter") -> pd.DataFrame:
    """Compute the level of every indicator for every period.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.totals.totals`.
    grain : {"month", "quarter", "half-year"}
        Length of a period.

    Returns
    -------
    DataFrame
        Columns key, period (label), index, value (Fraction or None) and state (empty,
        ``not recorded`` or ``undefined``).
    """
    rows = []
    for index, measures in periods(totals, grain).items():
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
    frame = pd.DataFrame(rows)
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
        What changes are measured against; see :func:`distance`.

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


def median_cycle_days(ledger: dict[str, pd.DataFrame], period: str) -> Fraction | None:
    """Median of days from request to completion over the services of a period."""
    grain, index = parse_label(period)
    service = ledger["service"]
    done = service[month_index(service["completed_on"]) // MONTHS[grain] == index]
    days = sorted(int(d) for d in (done["completed_on"] - done["requested_on"]).dt.days)
    if not days:
        return None
    middle = len(days) // 2
    return Fraction(
        days[middle] if len(days) % 2 else days[middle - 1] + days[middle], 1 + (len(days) % 2 == 0)
    )


def sample_of(record: Indicator, measures: Period) -> tuple[int, int] | None:
    """Satisfied and all answers behind a share, where it comes from a sample."""
    if record.sample is None:
        return None
    count, size = (measures.get(name) for name in record.sample)
    return None if count is None or size is None else (int(count), int(size))
