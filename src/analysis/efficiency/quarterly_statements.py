"""Quarterly statements: the table, how it is read, and quarters made from year-to-date figures.

Amounts are whole numbers in the smallest unit shown: one of them stands for ``unit_scale`` of the
currency's smallest coin (1: grosze or céntimos; 100000: thousands of złoty). Costs, losses and
charges are positive numbers that the ladder subtracts; cash flows carry their sign.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Final

import pandas as pd
from pydantic import Field

from analysis.base.errors import InputError
from analysis.base.periods import parse_quarter, quarter_label
from analysis.tables.case import Case
from analysis.tables.firm_tables import FinStatementRow as SmallestUnitRow
from analysis.tables.rows import Table, read_frame

Amounts = Mapping[str, int]
"""The amounts of one quarter by column."""

Book = dict[int, dict[str, int]]
"""A company's statements: amounts by quarter index, in order."""

INCOME: Final = (
    "sales",
    "cogs",
    "selling",
    "admin",
    "other_op_income",
    "other_op_cost",
    "fin_income",
    "fin_cost",
    "extra_gain",
    "extra_loss",
    "income_tax",
    "other_charges",
)
STOCKS: Final = (
    "total_assets",
    "fixed_assets",
    "receivables",
    "inventories",
    "cash",
    "equity",
    "interest_debt",
)
CASH_FLOWS: Final = ("cfo", "cfi", "cff")
FLOWS: Final = (*INCOME, *CASH_FLOWS)
AMOUNTS: Final = (*INCOME, *STOCKS, *CASH_FLOWS)


class FinStatementRow(SmallestUnitRow):
    """A company's statements of one quarter in a unit that the row names."""

    unit_scale: Annotated[int, Field(ge=1)] = Field(
        description="smallest coins in one unit of this row: 1, or 100000 for thousands of 100"
    )


STATEMENTS: Final = Table(
    "fin_statement",
    "fin_statement.csv",
    FinStatementRow,
    ("company_id", "period"),
    "Quarterly statements: income, balance sheet, cash flows",
)


_IN_COINS: Final = replace(STATEMENTS, row=SmallestUnitRow)
"""The table without unit_scale: every amount is in the smallest coin."""


def read_statements(folder: Path, root: Path, tolerance: int = 0) -> pd.DataFrame:
    """Read, check and turn into single quarters the statements of a folder.

    Parameters
    ----------
    folder : Path
        Folder with ``fin_statement.csv``; without the column unit_scale it is in smallest coins.
    root : Path
        Project root, so that messages name short paths.
    tolerance : int
        Largest difference, in the rows' unit, that counts as rounding.

    Raises
    ------
    InputError
        At the first cell, row or sum that breaks a rule.
    """
    path = folder / STATEMENTS.file
    if path.is_file() and "unit_scale" not in path.read_text(encoding="utf-8-sig").split("\n")[0]:
        frame = read_frame(_IN_COINS, folder, root).assign(unit_scale=1)
    else:
        frame = read_frame(STATEMENTS, folder, root)
    shown = path.relative_to(root) if path.is_relative_to(root) else path
    return prepare(frame, file=shown, tolerance=tolerance)


def prepare(
    frame: pd.DataFrame, file: str | Path | None = None, tolerance: int = 0
) -> pd.DataFrame:
    """Check statements and return single quarters, sorted by company and time.

    Parameters
    ----------
    frame : DataFrame
        The columns of :class:`FinStatementRow`; its index counts rows from 0.
    file : str or Path, optional
        Named in messages.
    tolerance : int
        As in :func:`read_statements`.

    Returns
    -------
    DataFrame
        The same columns and ``quarter`` (index); ``basis`` is discrete throughout.

    Raises
    ------
    InputError
        See :mod:`analysis.efficiency.quarterly_statements`.
    """
    indexed = frame.assign(quarter=[parse_quarter(label) for label in frame["period"]])
    ordered = indexed.sort_values(["company_id", "quarter"], kind="stable")
    check(ordered, discrete(ordered), file=file, tolerance=tolerance)
    return discrete(ordered).reset_index(drop=True)


def discrete(frame: pd.DataFrame, flows: Sequence[str] = FLOWS) -> pd.DataFrame:
    """Turn year-to-date flows into flows of single quarters; stocks stay as they are.

    The first quarter of a year is its own; every other one is the difference to the quarter
    before. A row whose quarter before is missing is left out (the checks name it first).

    Examples
    --------
    >>> head = {"company_id": "a", "basis": "ytd", "cash": 5}
    >>> rows = [head | {"quarter": 8024, "sales": 100}, head | {"quarter": 8025, "sales": 250}]
    >>> discrete(pd.DataFrame(rows), ["sales"])["sales"].tolist()
    [100, 150]
    """
    before = {
        (row["company_id"], row["quarter"]): row
        for row in frame.to_dict("records")
        if row["basis"] == "ytd"
    }
    rows, index = [], []
    for line, row in zip(frame.index, frame.to_dict("records"), strict=True):
        if row["basis"] == "ytd" and row["quarter"] % 4:
            earlier = before.get((row["company_id"], row["quarter"] - 1))
            if earlier is None:
                continue
            row = row | {name: row[name] - earlier[name] for name in flows}
        rows.append(row | {"basis": "discrete"})
        index.append(line)
    return pd.DataFrame(rows, columns=frame.columns, index=pd.Index(index))


def book(frame: pd.DataFrame, company: str | None = None) -> Book:
    """Return one company's amounts by quarter, as Python integers.

    Parameters
    ----------
    frame : DataFrame
        From :func:`prepare`.
    company : str, optional
        Needed only where the frame holds several.

    Raises
    ------
    ValueError
        If the company is not there, or not named although there are several.
    """
    known = sorted(set(frame["company_id"]))
    if company is None and len(known) != 1:
        raise ValueError(f"name one of the companies: {', '.join(known)}")
    if company is not None and company not in known:
        raise ValueError(f"there is no company {company}; known are {', '.join(known)}")
    chosen = frame if company is None else frame[frame["company_id"] == company]
    return {
        int(row["quarter"]): {name: int(row[name]) for name in AMOUNTS}
        for row in chosen.sort_values("quarter").to_dict("records")
    }


def has_statements(case: Case) -> bool:
    """Whether a case's ledger holds quarterly statements."""
    return (case.processed / "ledger" / STATEMENTS.file).is_file()


def companies_of(case: Case) -> list[str]:
    """Name the companies whose statements a case's ledger holds."""
    frame = read_statements(case.processed / "ledger", case.root)
    return sorted(set(frame["company_id"]))


def ledger_statements(case: Case) -> Book:
    """Read, check and return the statements of a case's ledger (of one company).

    Raises
    ------
    InputError
        If they break a rule, or there are several companies.
    """
    frame = read_statements(case.processed / "ledger", case.root)
    names = sorted(set(frame["company_id"]))
    if len(names) != 1:
        raise InputError(
            "the statements of a case are those of one company",
            file=STATEMENTS.file,
            column="company_id",
            value=", ".join(names),
        )
    return book(frame)


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
