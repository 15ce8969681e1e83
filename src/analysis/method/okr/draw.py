"""Made-up check-ins: values as the rows had them, a few slips, and confidence that knows nothing.

The paper prints that weekly meetings were held and nothing of what was said. Confidence is drawn
without looking at the outcome, so its calibration shows how the method works and nothing else.
"""

from __future__ import annotations

import random
from datetime import timedelta
from fractions import Fraction

import pandas as pd

from analysis.base.numbers import exact
from analysis.base.periods import quarter_of
from analysis.kpis.indicator import Indicator
from analysis.kpis.method import indicator
from analysis.method.okr.data import Okrs
from analysis.method.okr.to_date import Ledger, ToDate
from analysis.tables.case import Case

SLIP_IN_20 = 1
"""Chance in twentieths that a value is reported wrong, by up to 5 per cent."""

CONFIDENCE = (2, 9)
"""Least and most confident answers."""


def draw_check_ins(case: Case, okrs: Okrs, ledger: Ledger) -> pd.DataFrame:
    """Draw one check-in a week for every key result over its period.

    Parameters
    ----------
    case : Case
        Gives the seed.
    okrs : Okrs
        Key results and their periods.
    ledger : dict of str to DataFrame
        The synthetic ledger.

    Returns
    -------
    DataFrame
        Columns check_in_id, kr_id, reported_on, value (text) and confidence.
    """
    calibration = case.parameters.calibration
    rng = random.Random(f"{calibration.seed if calibration else 0}:check_ins")
    to_date = ToDate(ledger)
    rows = []
    for row in okrs.key_results:
        if row.role == "headline":
            continue
        record, day = indicator(row.kpi), pd.Timestamp(row.starts_on) + timedelta(days=6)
        while day <= pd.Timestamp(row.ends_on):
            level = to_date.level(record, quarter_of(day.date()), day)
            rows.append((row.kr_id, day, _reported(record, level, rng), rng.randint(*CONFIDENCE)))
            day += timedelta(days=7)
    frame = pd.DataFrame(rows, columns=["kr_id", "reported_on", "value", "confidence"])
    frame.insert(0, "check_in_id", [f"SYN-W{i:04d}" for i in range(1, len(frame) + 1)])
    return frame


def _reported(record: Indicator, level: Fraction | None, rng: random.Random) -> str:
    slip, size = rng.randrange(20) < SLIP_IN_20, rng.randrange(-500, 501)
    if level is None:
        return ""
    if slip:
        level *= 1 + Fraction(size, 10_000)
    places = max(record.decimals, 1)
    digits = round(exact(level) * 10**places)
    return f"{digits // 10**places}.{digits % 10**places:0{places}d}"
