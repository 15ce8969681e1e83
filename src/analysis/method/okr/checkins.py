"""Weekly check-ins (4.3.4): held against the rows, and against how things turned out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.periods import last_day, last_ended, quarter_label, quarter_of
from analysis.kpis.measures import Totals
from analysis.kpis.method import indicator
from analysis.method.okr.data import Okrs
from analysis.method.okr.evaluate import chosen, evaluate
from analysis.method.okr.to_date import Ledger, ToDate
from analysis.tables.case import Case
from analysis.tables.method import CHECK_INS, CheckInRow
from analysis.tables.rows import read_rows

BINS = ((0, 2), (3, 4), (5, 5), (6, 7), (8, 10))
"""Confidences that the reliability table joins."""


COIN = Fraction(1, 4)
"""Brier score of who always says five of ten."""


def read_check_ins(
    case: Case, okrs: Okrs, folder: Path | None = None, *, until: str | None = None
) -> list[CheckInRow]:
    """Read the check-ins of a case, those up to the end of a period; none if there is no file.

    Raises
    ------
    InputError
        If the table breaks its schema, a check-in is on an unknown key result, outside that key
        result's period, one of two for the same key result and day, or its value is no number.
    """
    folder = folder or case.processed / "ledger"
    path = folder / CHECK_INS.file
    if not path.is_file():
        return []
    rows = [r for r in read_rows(CHECK_INS, folder, case.root) if isinstance(r, CheckInRow)]
    shown = str(path.relative_to(case.root) if path.is_relative_to(case.root) else path)
    periods = {row.kr_id: (row.starts_on, row.ends_on) for row in okrs.key_results}
    seen: dict[tuple[str, date], str] = {}
    for row in rows:
        _check(row, periods, shown)
        other = seen.setdefault((row.kr_id, row.reported_on), row.check_in_id)
        if other != row.check_in_id:
            raise InputError(
                f"{other} is already the check-in of this key result and day",
                file=shown,
                row=row.check_in_id,
                column="reported_on",
                value=row.reported_on,
            )
    return rows if until is None else [r for r in rows if r.reported_on <= last_day(until)]


def _check(row: CheckInRow, periods: Mapping[str, tuple[date, date]], file: str) -> None:
    if row.kr_id not in periods:
        raise InputError(
            f"there is no key result of this name; known are {', '.join(periods)}",
            file=file,
            row=row.check_in_id,
            column="kr_id",
            value=row.kr_id,
        )
    first, last = periods[row.kr_id]
    if not first <= row.reported_on <= last:
        raise InputError(
            f"the check-in lies outside the period of {row.kr_id}, {first} to {last}",
            file=file,
            row=row.check_in_id,
            column="reported_on",
            value=row.reported_on,
        )


def reconcile(ledger: Ledger, okrs: Okrs, rows: list[CheckInRow]) -> pd.DataFrame:
    """Hold every reported value against the rows of its quarter up to that day.

    Returns
    -------
    DataFrame
        Columns check_in_id, kr_id, reported_on, quarter, reported, rows (Fractions or None),
        difference, and state: agrees (equal as printed), differs, not reported, not known yet
        (reported, but the rows have nothing), or nothing to report.
    """
    kpis = {row.kr_id: row.kpi for row in okrs.key_results}
    to_date = ToDate(ledger)
    table = []
    for row in rows:
        quarter = quarter_of(row.reported_on)
        record = indicator(kpis[row.kr_id])
        level = to_date.level(record, quarter, pd.Timestamp(row.reported_on))
        reported = Fraction(row.value) if row.value else None
        table.append(
            {
                "check_in_id": row.check_in_id,
                "kr_id": row.kr_id,
                "reported_on": row.reported_on,
                "quarter": quarter_label(quarter),
                "reported": reported,
                "rows": level,
                "difference": None if reported is None or level is None else reported - level,
                "state": _state(row.value, reported, level),
            }
        )
    frame = pd.DataFrame(table)
    for column in ("reported", "rows", "difference"):
        frame[column] = pd.Series([line[column] for line in table], dtype="object")
    return frame


def _state(text: str, reported: Fraction | None, level: Fraction | None) -> str:
    if reported is None:
        return "nothing to report" if level is None else "not reported"
    if level is None:
        return "not known yet"
    places = len(text.partition(".")[2])
    return "agrees" if 2 * abs(reported - level) * 10**places <= 1 else "differs"


def outcomes(
    okrs: Okrs, totals: Totals, quarters: list[str], base: str, reading: Mapping[str, str]
) -> dict[tuple[str, str], bool]:
    """Say whether each key result was met in each quarter; left out where that cannot be told."""
    found = {}
    for quarter in quarters:
        for result in chosen(evaluate(okrs, totals, quarter, base, reading)):
            if result.score.status != "cannot tell":
                found[result.key_result.kr_id, quarter] = result.score.status == "met"
    return found


def forecasts(
    rows: list[CheckInRow], met: Mapping[tuple[str, str], bool]
) -> list[tuple[int, bool]]:
    """Pair every confidence with how its key result turned out in its quarter."""
    return [
        (row.confidence, met[key])
        for row in rows
        if (key := (row.kr_id, quarter_label(quarter_of(row.reported_on)))) in met
    ]


def quarters(rows: list[CheckInRow], until: str | None = None) -> list[str]:
    """Quarters in which there were check-ins, in order; those that a period's end has ended."""
    found = sorted({quarter_of(row.reported_on) for row in rows})
    ended = [q for q in found if until is None or q <= last_ended(until, "quarter")]
    return [quarter_label(q) for q in ended]


def brier(pairs: list[tuple[int, bool]]) -> Fraction | None:
    """Brier score: mean squared distance of confidence (in tenths) from the outcome, 0 or 1.

    0 is perfect; always saying 5 of 10 gives 1/4. Source: Brier, Monthly Weather Review 78 (1950).
    """
    if not pairs:
        return None
    return sum((Fraction(c, 10) - met) ** 2 for c, met in pairs) / Fraction(len(pairs))


def reliability(pairs: list[tuple[int, bool]]) -> pd.DataFrame:
    """Compare stated confidence with how often it came true.

    Returns
    -------
    DataFrame
        One row per bin that occurs: confidence (label), check_ins, met, stated (mean confidence)
        and happened (share met), as Fractions.
    """
    table = []
    for low, high in BINS:
        inside = [(c, met) for c, met in pairs if low <= c <= high]
        if inside:
            hits = sum(met for _, met in inside)
            table.append(
                {
                    "confidence": f"{low}" if low == high else f"{low} to {high}",
                    "check_ins": len(inside),
                    "met": hits,
                    "stated": Fraction(sum(c for c, _ in inside), 10 * len(inside)),
                    "happened": Fraction(hits, len(inside)),
                }
            )
    return pd.DataFrame(table, columns=["confidence", "check_ins", "met", "stated", "happened"])
