"""Rows, groups and columns of data frames, in their order and with their own types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import pandas as pd


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


def fields(record: object, names: str) -> dict[str, Any]:
    """Return some attributes of a record by name.

    Examples
    --------
    >>> fields(Fraction(1, 2), "numerator denominator")
    {'numerator': 1, 'denominator': 2}
    """
    return {name: getattr(record, name) for name in names.split()}


def frame_of(
    rows: Sequence[Mapping[str, object]], columns: list[str] | None = None
) -> pd.DataFrame:
    """Return rows as a frame in which fractions, and whole numbers beside None, stay exact.

    Examples
    --------
    >>> frame_of([{"count": 3}, {"count": None}])["count"].tolist()
    [3, None]
    """
    frame = pd.DataFrame(rows, columns=columns)
    for name in frame:
        values = [row[str(name)] for row in rows]
        if any(value is None or isinstance(value, Fraction) for value in values):
            frame[name] = column(values)
    return frame


def column(values: Iterable[object], index: pd.Index[Any] | None = None) -> pd.Series[Any]:
    """Return values as a column that leaves them as they are."""
    return pd.Series(list(values), index=index, dtype="object")
