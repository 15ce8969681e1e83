"""Quarterly statements: the table, how it is read, and quarters made from year-to-date figures.

Amounts are whole numbers in the smallest unit shown: one of them stands for ``unit_scale`` of the
currency's smallest coin (1: grosze or céntimos; 100000: thousands of złoty). Costs, losses and
charges are positive numbers that the ladder subtracts; cash flows carry their sign.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import pandas as pd
from pydantic import Field

from analysis.base.errors import InputError
from analysis.base.periods import parse_quarter
from analysis.efficiency.checks import check
from analysis.tables.case import Case
from analysis.tables.rows import Table, read_frame
from analysis.tables.statements import FinStatementRow as SmallestUnitRow

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
        See :mod:`analysis.efficiency.checks`.
    """
    indexed = frame.assign(quarter=[parse_quarter(label) for label in frame["period"]])
    ordered = indexed.sort_values(["company_id", "quarter"], kind="stable")
    check(ordered, discrete(ordered), file=file, tolerance=tolerance)
    return discrete(ordered).reset_index(drop=True)


def discrete(frame: pd.DataFrame, flows: Sequence[str] = FLOWS) -> pd.DataFrame:
    """Turn year-to-date flows into flows of single quarters; stocks stay as they are.

    The first quarter of a year is its own; every other one is the difference to the quarter
    before. A row whose quarter before is missing is left out (the checks name it first).
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
