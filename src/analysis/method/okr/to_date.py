"""Levels of a quarter so far: what a weekly meeting could have known from the rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction

import pandas as pd

from analysis.base.expression import Measure, leaves
from analysis.base.periods import parse_month, quarter_start
from analysis.kpis.indicator import Indicator, compute
from analysis.kpis.measures import MEASURES, Period
from analysis.kpis.reduce import NEW_SALES, reduce

DATED = {
    "service": "completed_on",
    "sale": "invoiced_on",
    "cost": "incurred_on",
    "survey_response": "answered_on",
    "staff_survey": "answered_on",
    "training": "held_on",
}
"""Column that says when a row of a table became known."""

MONTHLY = {"hours", "staff_opening", "leavers", "training_hours"}
"""Measures known by the month only."""

_ADDED = tuple(
    name
    for name, spec in MEASURES.items()
    if not spec.stock and not name.startswith("esg_") and name != NEW_SALES
)
"""Measures that are known within a quarter; who is new shows in the quarters before it."""

Ledger = dict[str, pd.DataFrame]


def so_far(ledger: Ledger, quarter: int, day: pd.Timestamp) -> Period:
    """Sum the rows of a quarter up to and including a day; None for what had no row yet."""
    start = pd.Timestamp(quarter_start(quarter))
    cut = dict(ledger)
    for name, column in DATED.items():
        if name in ledger:
            when = ledger[name][column]
            cut[name] = ledger[name][(when >= start) & (when <= day)]
    if "staff_hours" in cut:
        months = cut["staff_hours"]["month"].map(parse_month)
        after = day + timedelta(days=1)
        ended = 12 * after.year + after.month - 1
        cut["staff_hours"] = cut["staff_hours"][(months >= 3 * quarter) & (months < ended)]
    cut = {name: rows for name, rows in cut.items() if len(rows)}
    if "service" in ledger and "service" not in cut:
        cut["service"] = ledger["service"].iloc[:0]
    sums = reduce(cut, by=(), measures=_ADDED).groupby("measure")["value"].sum()
    return {name: int(sums[name]) * MEASURES[name].scale for name in _ADDED if name in sums.index}


@dataclass
class ToDate:
    """Levels so far in a ledger; sums are kept, since many key results are asked on one day."""

    ledger: Ledger
    _kept: dict[tuple[int, pd.Timestamp], Period] = field(default_factory=dict)

    def level(self, record: Indicator, quarter: int, day: pd.Timestamp) -> Fraction | None:
        """Level of an indicator over a quarter so far; None where nothing was known yet."""
        return compute(record.level, self.measures(record, quarter, day))

    def measures(self, record: Indicator, quarter: int, day: pd.Timestamp) -> Period:
        """Sum over a quarter so far what an indicator needs; empty where it was not known yet.

        Statements and scores by quarter are known after the quarter only. Where hours by the
        month take part, everything is cut at the last month that has ended.
        """
        names = {leaf.name for leaf in leaves(record.level) if isinstance(leaf, Measure)}
        specs = [MEASURES[name] for name in names]
        if any(s.kept == "quarter" or s.stock or s.name.startswith("esg_") for s in specs):
            return {}
        if MONTHLY & names:
            day = (day + timedelta(days=1)).replace(day=1) - timedelta(days=1)
        if day < pd.Timestamp(quarter_start(quarter)):
            return {}
        if (quarter, day) not in self._kept:
            self._kept[quarter, day] = so_far(self.ledger, quarter, day)
        return self._kept[quarter, day]
