"""Made-up companies of the article: their designs, and the statements worked out from these."""

from __future__ import annotations

from typing import Annotated, Final

import pandas as pd
from pydantic import Field

from analysis.efficiency.quarterly_statements import AMOUNTS, prepare
from analysis.tables.case import Case
from analysis.tables.columns import Count, Identifier, Text
from analysis.tables.rows import Row, define, read_rows

_COLUMNS: Final = ("company_id", "period", "basis", *AMOUNTS, "unit_scale")

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


COMPANIES: Final = define("companies", CompanyRow, "company_id", "Made-up companies")
DESIGNS: Final = define("designs", DesignRow, "company_id period", "Designs of made-up companies")


def read_companies(case: Case) -> list[CompanyRow]:
    """Read the made-up companies of a case."""
    return read_rows(COMPANIES, case.raw, case.root)


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
    designs = read_rows(DESIGNS, case.raw, case.root)
    made: list[dict[str, object]] = []
    for company in read_companies(case):
        cash, equity, debt = (company.opening_cash, company.opening_equity, company.opening_debt)
        for design in designs:
            if design.company_id != company.company_id:
                continue
            cash += design.cfo + design.cfi + design.cff
            debt += design.cff - design.share_issue
            pretax = design.operating_profit + design.financial_result + design.extraordinary_result
            equity += pretax + design.share_issue
            balance = {"cash": cash, "equity": equity, "interest_debt": debt}
            made.append(_statement(design, company.selling_share) | balance)
    frame = pd.DataFrame(made, columns=list(_COLUMNS))
    prepare(frame, file=(case.raw / DESIGNS.file).relative_to(case.root))
    return frame


def _statement(design: DesignRow, selling_share: int) -> dict[str, object]:
    """Fill every line but the balance sheet's right side; the article's company pays no tax."""
    selling = design.indirect_costs * selling_share // 100
    other = design.operating_profit - (design.gross_profit - design.indirect_costs)
    chosen = design.model_dump(include=set(_COLUMNS))
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
