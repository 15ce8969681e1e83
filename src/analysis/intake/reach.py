"""What a case's rows reach: which periods, and whether any indicator."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import pandas as pd

from analysis.base.periods import (
    month_label,
    parse_period,
    quarter_end,
    quarter_label,
    quarter_start,
)
from analysis.intake.files import ROWS
from analysis.intake.problems import Fault, Problem, Rank
from analysis.kpis.levels import MORE, NOTHING, is_enough
from analysis.tables.case import Case
from analysis.tables.rows import period_column


def too_few(case: Case, tables: Collection[str]) -> Iterator[Problem]:
    """Say so if the tables that are there, by name, give no indicator at all."""
    if not is_enough(tables):
        file = str(case.raw.relative_to(case.root))
        yield Problem(Fault(Rank.FILE, NOTHING, MORE), file)


def unreached(case: Case, tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    """Find periods that the report is about and in which no table has a row.

    Parameters
    ----------
    case : Case
        Gives the periods.
    tables : mapping of str to DataFrame
        By name; without a single dated row there is nothing to hold the periods against.
    """
    dated = {
        t: tables[t.name][period_column(t)] for t in ROWS if t.name in tables and period_column(t)
    }
    if not dated:
        return
    periods = case.parameters.periods
    for key in ("current", "baseline"):
        label = getattr(periods, key)
        if not any(_within(rows, label).any() for rows in dated.values()):
            fix = f"name a period that has rows, or add the rows of {label}"
            fault = Fault(Rank.PERIOD, "no table has a row in this period", fix)
            file = str((case.raw / "case.yaml").relative_to(case.root))
            yield Problem(fault, file, column=f"periods.{key}", value=label)


def _within(values: pd.Series[Any], label: str) -> pd.Series[bool]:
    """Say which days, months or quarters lie within a period."""
    quarters = parse_period(label)
    first, last = quarters[0], quarters[-1]
    if values.dtype.kind == "M":
        start, end = pd.Timestamp(quarter_start(first)), pd.Timestamp(quarter_end(last))
        return values.between(start, end)
    if values.str.contains("Q").any():
        return values.isin([quarter_label(index) for index in quarters])
    return values.between(month_label(3 * first), month_label(3 * last + 2))
