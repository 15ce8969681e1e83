"""The sums behind the nine indicators of the catalogue: a column each, by quarter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.kpis.reduce import ALL, DIMENSIONS, reduce

_COLUMNS = {
    "services": "services",
    "sales": "sales_centimos",
    "waiting_days": "waiting_days",
    "working_days": "working_days",
    "on_time": "on_time",
    "answers": "answers",
    "satisfied": "satisfied",
    "hours": "quarter_hours",
}
"""Measure of the reduce step to column."""

MEASURES = tuple(_COLUMNS.values())

__all__ = ["ALL", "DIMENSIONS", "MEASURES", "quarter_index", "sums", "wide"]


def quarter_index(days: pd.Series[pd.Timestamp]) -> pd.Series[int]:
    """Quarter index of each day."""
    return 4 * days.dt.year + (days.dt.month - 1) // 3


def sums(ledger: Mapping[str, Any], by: Sequence[str] = ("service_type",)) -> pd.DataFrame:
    """Reduce a ledger to sums by quarter and service type, or by customer segment too.

    Parameters
    ----------
    ledger : mapping of str to frame
        As :func:`analysis.kpis.reduce.reduce` takes it; a table that is absent takes just its
        measures away.
    by : sequence of {"service_type", "segment"}
        What to split by; none for sums over everything.

    Returns
    -------
    DataFrame
        As :func:`wide` returns it.
    """
    return wide(reduce(ledger, by, tuple(_COLUMNS)))


def wide(cube: pd.DataFrame) -> pd.DataFrame:
    """Turn sums by month and measure into sums by quarter, with a column for every measure.

    Parameters
    ----------
    cube : DataFrame
        From :func:`analysis.kpis.reduce.reduce`.

    Returns
    -------
    DataFrame
        Columns ``quarter`` (index), the dimensions (``all`` for what belongs to no single one) and
        one integer column per measure whose table is there; sorted, one row per combination that
        occurs.
    """
    by = [name for name in cube.columns if name not in ("month", "measure", "value")]
    rows = cube[cube["measure"].isin(list(_COLUMNS))]
    rows = rows.assign(quarter=rows["month"] // 3)
    keys = ["quarter", *by]
    added = rows.groupby([*keys, "measure"], sort=True)["value"].sum()
    table = added.unstack("measure", fill_value=0).rename(columns=_COLUMNS)
    table = table[[name for name in MEASURES if name in table]].reset_index()
    return table.rename_axis(columns=None)
