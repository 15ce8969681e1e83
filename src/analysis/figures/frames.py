"""Rows and groups of frames in their order, and periods in words, for code that draws them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.periods import short_period


def records(frame: pd.DataFrame) -> list[Any]:
    """Return the rows with their columns as attributes (and the row's label as ``Index``)."""
    return list(frame.itertuples())


def keyed(frame: pd.DataFrame, column: str) -> dict[str, Any]:
    """Return the rows by the value of a column that tells them apart."""
    return {str(getattr(row, column)): row for row in records(frame)}


def groups(frame: pd.DataFrame, column: str) -> list[tuple[str, pd.DataFrame]]:
    """Return the rows of each value of a column, values in order of first occurrence."""
    return [(str(value), rows) for value, rows in frame.groupby(column, sort=False)]


def only(frame: pd.DataFrame) -> Any:
    """Return the one row of a frame."""
    (row,) = records(frame)
    return row


def period_words(period: str, between: str = " and ") -> str:
    """Write one or several periods: ``2023Q2+2024Q2`` is “Q2 2023 and Q2 2024”."""

    def one(part: str) -> str:
        try:
            return short_period(part)
        except InputError:
            return part  # in the author's own words

    return between.join(map(one, period.split("+")))
