"""Quarterly statements: the table, how it is read, and quarters made from year-to-date figures.

Amounts are whole numbers in the smallest unit shown: one of them stands for ``unit_scale`` of the
currency's smallest coin (1: grosze or céntimos; 100000: thousands of złoty). Costs, losses and
charges are positive numbers that the ladder subtracts; cash flows carry their sign. Statements of
made-up companies are worked out from what we chose for each quarter.
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
from analysis.tables.columns import Count, Identifier, Text
from analysis.tables.firm_tables import FinStatementRow as SmallestUnitRow
from analysis.tables.rows import Row, Table, read_frame, read_rows

Amounts = Mapping[str, int]
"""The amounts of one quarter by column."""

Book = dict[int, dict[str, int]]
"""A company's statements: amounts by quarter index, in order."""

INCOME: Final = (
    *("sales", "cogs", "selling", "admin", "other_op_income", "other_op_cost"),
    *("fin_income", "fin_cost", "extra_gain", "extra_loss", "income_tax", "other_charges"),
)
ASSETS: Final = ("fixed_assets", "receivables", "inventories", "cash")
CLAIMS_ON_ASSETS: Final = ("equity", "interest_debt")
STOCKS: Final = ("total_assets", *ASSETS, *CLAIMS_ON_ASSETS)
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
        At the first of the :func:`contradictions`.
    """
    indexed = frame.assign(quarter=[parse_quarter(label) for label in frame["period"]])
    ordered = indexed.sort_values(["company_id", "quarter"], kind="stable")
    single = discrete(ordered)
    for error in contradictions(ordered, single, file=file, tolerance=tolerance):
        raise error
    return single.reset_index(drop=True)


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

_Row = dict[Any, Any]
"""A statement; ``line`` says where it stands in the table."""


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
    for error in _contradictions(frame, quarters, tolerance):
        error.file = None if file is None else str(file)
        yield error


def _contradictions(
    frame: pd.DataFrame, quarters: pd.DataFrame, tolerance: int
) -> Iterator[InputError]:
    for rows in _companies(frame):
        yield from _check_one_way(rows, "unit_scale")
        yield from _check_one_way(rows, "basis")
        yield from _check_quarters(rows)
    for rows in _companies(quarters):
        yield from _check_scale(rows)
        yield from _check_balance(rows, tolerance)
        yield from _check_cash(rows, tolerance)


def _companies(frame: pd.DataFrame) -> Iterator[list[_Row]]:
    """Yield the rows of each company; the header of the table is line 1."""
    rows = frame.assign(line=frame.index + 2).to_dict("records")
    for company in dict.fromkeys(frame["company_id"]):
        yield [row for row in rows if row["company_id"] == company]


def _fault(rule: str, row: _Row, column: str, fix: str | None = None) -> InputError:
    return InputError(rule, row=int(row["line"]), column=column, value=row[column], fix=fix)


def _check_one_way(rows: list[_Row], column: str) -> Iterator[InputError]:
    """All rows of a company are in one unit, and on one basis."""
    first = rows[0]
    for row in rows:
        if row[column] != first[column]:
            rule = (
                f"the rows of {row['company_id']} must share one {column}; row {first['line']} has "
                f"{first[column]}"
            )
            yield _fault(rule, row, column, "convert all rows of a company to the same one")


def _check_quarters(rows: list[_Row]) -> Iterator[InputError]:
    """Each quarter once, none missing in between, and year-to-date from the first quarter on."""
    first = rows[0]
    if first["basis"] == "ytd" and first["quarter"] % 4:
        missing = quarter_label(first["quarter"] - 1)
        rule = f"year-to-date figures need the earlier quarters of the year; {missing} is missing"
        yield _fault(rule, first, "period")
    for row, following in pairwise(rows):
        step = following["quarter"] - row["quarter"]
        if step == 0:
            rule = f"this quarter of {row['company_id']} stands already in row {row['line']}"
            yield _fault(rule, following, "period", "keep one row per company and quarter")
        if step > 1:
            rule = (
                f"the quarter {quarter_label(row['quarter'] + 1)} of {row['company_id']} is "
                f"missing: row {row['line']} has {row['period']} and this row follows"
            )
            fix = "add the missing row; a gap would turn into a wrong comparison"
            yield _fault(rule, following, "period", fix)


def _check_scale(rows: list[_Row]) -> Iterator[InputError]:
    """No amount jumps as thousands against units do."""
    for row, following in pairwise(rows):
        for column in ("sales", "total_assets"):
            low, high = sorted((row[column], following[column]))
            if low > 0 and high >= _SCALE_JUMP * low:
                rule = (
                    f"{column} is {row[column]:,} in row {row['line']} and {following[column]:,} "
                    f"here, a factor of {high // low:,} (tolerance {_SCALE_JUMP}): thousands "
                    "against units"
                )
                fix = "write all rows in one unit and say which in unit_scale"
                yield _fault(rule, following, column, fix)


def _check_balance(rows: list[_Row], tolerance: int) -> Iterator[InputError]:
    """Parts of the assets, and claims on them, are no more than the assets."""
    for row in rows:
        for parts in (ASSETS, CLAIMS_ON_ASSETS):
            excess = sum(row[name] for name in parts) - row["total_assets"]
            if excess > tolerance:
                rule = (
                    f"{' + '.join(parts)} exceed total_assets of {row['total_assets']:,} by "
                    f"{excess:,} (tolerance {tolerance:,})"
                )
                yield _fault(rule, row, "total_assets")


def _check_cash(rows: list[_Row], tolerance: int) -> Iterator[InputError]:
    """Cash changes by the sum of the three cash flows; the first quarter has nothing before it."""
    for before, row in pairwise(rows):
        flows = row["cfo"] + row["cfi"] + row["cff"]
        change = row["cash"] - before["cash"]
        if abs(change - flows) > tolerance:
            rule = (
                f"cash changed by {change:,} from {before['period']} to {row['period']}, "
                f"cfo + cfi + cff is {flows:,}: difference {change - flows:,} "
                f"(tolerance {tolerance:,})"
            )
            yield _fault(rule, row, "cash")


THOUSAND: Final = 100_000
"""Grosze in a thousand złoty, the article's unit."""


class CompanyRow(Row):
    """A made-up company and its balance at the start."""

    company_id: Identifier = Field(description="key; begins with SYN")
    name: Text = Field(description="how tables and figures call it; says SYNTHETIC")
    story: Text = Field(description="what it is, in our words")
    selling_share: Annotated[int, Field(ge=0, le=100)] = Field(
        description="selling costs in % of indirect costs; the rest is administration"
    )
    opening_cash: Count = Field(description="thousand złoty at the start of the first quarter")
    opening_equity: Count = Field(description="thousand złoty at the start of the first quarter")
    opening_debt: Count = Field(description="interest-bearing debt at the start, thousand złoty")


class DesignRow(Row):
    """What we chose for one quarter, in thousand złoty."""

    company_id: Identifier = Field(description="references companies; key together with period")
    period: Annotated[str, Field(pattern=r"^\d{4}Q[1-4]$")] = Field(description="quarter")
    sales: Count = Field(description="net sales revenue")
    gross_profit: int = Field(description="K1")
    indirect_costs: Count = Field(description="selling and administration")
    operating_profit: int = Field(description="K3")
    financial_income: Count = Field(description="financial income")
    financial_result: int = Field(description="K4 − K3")
    extraordinary_result: int = Field(description="K5 − K4")
    total_assets: Count = Field(description="closing")
    fixed_assets: Count = Field(description="closing")
    receivables: Count = Field(description="closing")
    inventories: Count = Field(description="closing")
    cfo: int = Field(description="operating cash flow")
    cfi: int = Field(description="investing cash flow")
    cff: int = Field(description="financing cash flow; what is no share issue is debt")
    share_issue: Count = Field(description="part of cff that adds to equity")


COMPANIES: Final = Table(
    "companies", "companies.csv", CompanyRow, ("company_id",), "Made-up companies"
)
DESIGNS: Final = Table(
    "designs", "designs.csv", DesignRow, ("company_id", "period"), "Designs of made-up companies"
)


def read_companies(case: Case) -> list[CompanyRow]:
    """Read the made-up companies of a case."""
    rows = read_rows(COMPANIES, case.raw, case.root)
    return [row for row in rows if isinstance(row, CompanyRow)]


def make_statements(case: Case) -> pd.DataFrame:
    """Turn the designs of a case into checked quarterly statements.

    Returns
    -------
    DataFrame
        The columns of the statements' table, one row per company and quarter.

    Raises
    ------
    InputError
        If a design leads to statements that do not add up.
    """
    rows = read_rows(DESIGNS, case.raw, case.root)
    designs = [row for row in rows if isinstance(row, DesignRow)]
    made: list[dict[str, object]] = []
    for company in read_companies(case):
        cash, equity, debt = (company.opening_cash, company.opening_equity, company.opening_debt)
        for design in designs:
            if design.company_id != company.company_id:
                continue
            cash += design.cfo + design.cfi + design.cff
            debt += design.cff - design.share_issue
            equity += _pretax(design) + design.share_issue
            balance = {"cash": cash, "equity": equity, "interest_debt": debt}
            made.append(_statement(design, company.selling_share) | balance)
    frame = pd.DataFrame(made, columns=list(FinStatementRow.model_fields))
    prepare(frame, file=(case.raw / DESIGNS.file).relative_to(case.root))
    return frame


def _pretax(design: DesignRow) -> int:
    return design.operating_profit + design.financial_result + design.extraordinary_result


def _statement(design: DesignRow, selling_share: int) -> dict[str, object]:
    """Fill every line but the balance sheet's right side; the article's company pays no tax."""
    selling = design.indirect_costs * selling_share // 100
    other = design.operating_profit - (design.gross_profit - design.indirect_costs)
    chosen = design.model_dump(include=set(FinStatementRow.model_fields))
    return chosen | {
        "basis": "discrete",
        "cogs": design.sales - design.gross_profit,
        "selling": selling,
        "admin": design.indirect_costs - selling,
        "other_op_income": max(other, 0) + abs(other) // 10,
        "other_op_cost": max(-other, 0) + abs(other) // 10,
        "fin_income": design.financial_income,
        "fin_cost": design.financial_income - design.financial_result,
        "extra_gain": max(design.extraordinary_result, 0),
        "extra_loss": max(-design.extraordinary_result, 0),
        "income_tax": 0,
        "other_charges": 0,
        "unit_scale": THOUSAND,
    }
