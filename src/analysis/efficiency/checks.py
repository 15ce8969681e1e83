"""Checks of statements against themselves: units, quarters, cash, balance and reported levels.

Every message names file, row (as an editor counts, the header is line 1), column, the difference
and the tolerance.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.periods import quarter_label

_SCALE_JUMP: Final = 250
"""A company does not grow 250-fold in a quarter; a thousand for a unit makes it look so."""

_Where = tuple[str | Path | None, int]
_Row = dict[Any, Any]


def check(
    frame: pd.DataFrame, quarters: pd.DataFrame, *, file: str | Path | None, tolerance: int
) -> None:
    """Refuse statements that contradict themselves; the parameters are those of `contradictions`.

    Raises
    ------
    InputError
        At the first broken rule.
    """
    for error in contradictions(frame, quarters, file=file, tolerance=tolerance):
        raise error


def contradictions(
    frame: pd.DataFrame, quarters: pd.DataFrame, *, file: str | Path | None, tolerance: int
) -> Iterator[InputError]:
    """Find everything in which statements contradict themselves.

    Parameters
    ----------
    frame : DataFrame
        Rows as given, with ``quarter``, sorted by company and quarter; the index counts from 0.
    quarters : DataFrame
        The same as single quarters, under the same index.
    file : str or Path or None
        Named in messages.
    tolerance : int
        Largest difference that counts as rounding, in the rows' unit.
    """
    for _, rows in _companies(frame):
        yield from _check_one_way(rows, "unit_scale", file)
        yield from _check_one_way(rows, "basis", file)
        yield from _check_quarters(rows, file)
    for _, rows in _companies(quarters):
        yield from _check_scale(rows, file)
        for line, row in rows:
            yield from _check_balance(row, (file, line), tolerance)
        yield from _check_cash(rows, file, tolerance)


def _companies(frame: pd.DataFrame) -> Iterator[tuple[str, list[tuple[int, _Row]]]]:
    lines = [
        (int(index) + 2, row)
        for index, row in zip(frame.index, frame.to_dict("records"), strict=True)
    ]
    for company in dict.fromkeys(frame["company_id"]):
        yield str(company), [(line, row) for line, row in lines if row["company_id"] == company]


def _check_one_way(
    rows: list[tuple[int, _Row]], column: str, file: str | Path | None
) -> Iterator[InputError]:
    """All rows of a company are in one unit, and on one basis."""
    first_line, first = rows[0]
    for line, row in rows:
        if row[column] != first[column]:
            yield InputError(
                f"the rows of {row['company_id']} must share one {column}; row {first_line} has "
                f"{first[column]}",
                file=file,
                row=line,
                column=column,
                value=row[column],
                fix="convert all rows of a company to the same one",
            )


def _check_quarters(rows: list[tuple[int, _Row]], file: str | Path | None) -> Iterator[InputError]:
    """Each quarter once, none missing in between, and year-to-date from the first quarter on."""
    line, first = rows[0]
    if first["basis"] == "ytd" and first["quarter"] % 4:
        yield InputError(
            f"year-to-date figures need the earlier quarters of the year; "
            f"{quarter_label(first['quarter'] - 1)} is missing",
            file=file,
            row=line,
            column="period",
            value=first["period"],
        )
    for (line, row), (next_line, following) in pairwise(rows):
        step = following["quarter"] - row["quarter"]
        if step == 0:
            yield InputError(
                f"this quarter of {row['company_id']} stands already in row {line}",
                file=file,
                row=next_line,
                column="period",
                value=following["period"],
                fix="keep one row per company and quarter",
            )
        if step > 1:
            yield InputError(
                f"the quarter {quarter_label(row['quarter'] + 1)} of {row['company_id']} is "
                f"missing: row {line} has {row['period']} and this row follows",
                file=file,
                row=next_line,
                column="period",
                value=following["period"],
                fix="add the missing row; a gap would turn into a wrong comparison",
            )


def _check_scale(rows: list[tuple[int, _Row]], file: str | Path | None) -> Iterator[InputError]:
    """No amount jumps as thousands against units do."""
    for (line, row), (next_line, following) in pairwise(rows):
        for column in ("sales", "total_assets"):
            low, high = sorted((row[column], following[column]))
            if low > 0 and high >= _SCALE_JUMP * low:
                yield InputError(
                    f"{column} is {row[column]:,} in row {line} and {following[column]:,} here, "
                    f"a factor of {high // low:,} (tolerance {_SCALE_JUMP}): thousands against "
                    "units",
                    file=file,
                    row=next_line,
                    column=column,
                    value=following[column],
                    fix="write all rows in one unit and say which in unit_scale",
                )


def _check_balance(row: _Row, where: _Where, tolerance: int) -> Iterator[InputError]:
    """Parts of the assets, and claims on them, are no more than the assets."""
    for parts in (
        ("fixed_assets", "receivables", "inventories", "cash"),
        ("equity", "interest_debt"),
    ):
        excess = sum(row[name] for name in parts) - row["total_assets"]
        if excess > tolerance:
            yield InputError(
                f"{' + '.join(parts)} exceed total_assets of {row['total_assets']:,} by "
                f"{excess:,} (tolerance {tolerance:,})",
                file=where[0],
                row=where[1],
                column="total_assets",
                value=row["total_assets"],
            )


def _check_cash(
    rows: list[tuple[int, _Row]], file: str | Path | None, tolerance: int
) -> Iterator[InputError]:
    """Cash changes by the sum of the three cash flows; the first quarter has nothing before it."""
    for (_, before), (line, row) in pairwise(rows):
        flows = row["cfo"] + row["cfi"] + row["cff"]
        change = row["cash"] - before["cash"]
        if abs(change - flows) > tolerance:
            yield InputError(
                f"cash changed by {change:,} from {before['period']} to {row['period']}, "
                f"cfo + cfi + cff is {flows:,}: difference {change - flows:,} "
                f"(tolerance {tolerance:,})",
                file=file,
                row=line,
                column="cash",
                value=row["cash"],
            )
