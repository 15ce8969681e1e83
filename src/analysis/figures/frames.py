"""Rows and groups of frames in their order, and periods in words, for code that draws them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.errors import InputError
from analysis.periods import MONTH_NAMES, in_words, parse_label


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


def short_period(period: str) -> str:
    """Write a period in little room: ``Q2 2024``, ``Feb 2024`` or ``H1 2024``."""
    grain, index = parse_label(period)
    if grain == "month":
        return f"{MONTH_NAMES[index % 12][:3]} {index // 12}"
    return f"{period[4:]} {period[:4]}"


def period_words(period: str) -> str:
    """Write periods as prose does: ``2024H1`` is "the first half of 2024"."""

    def one(part: str) -> str:
        try:
            grain, _ = parse_label(part)
        except InputError:
            return part  # in the author's own words
        return short_period(part) if grain == "quarter" else in_words(part)

    return " and ".join(one(part) for part in period.split("+"))
