"""The article's sentences on its company: a table of constraints with quotation and place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Final, Literal

import pandas as pd
from pydantic import Field, model_validator

from analysis.base.errors import InputError
from analysis.base.periods import parse_quarter
from analysis.efficiency.formula import Comparison, UndefinedRatioError, comparisons, exact_lookup
from analysis.efficiency.quarterly_statements import (
    Book,
    FinStatementRow,
    book,
    prepare,
    read_statements,
)
from analysis.efficiency.ratios import CapitalCost, Denominator, indicator_table, ladder
from analysis.tables.case import Case
from analysis.tables.columns import Count, Identifier, Text
from analysis.tables.rows import Row, Table, read_frame, read_rows


class SentenceRow(Row):
    """One qualitative statement about the company's quarters."""

    statement_id: Identifier = Field(description="key")
    place: Text = Field(description="paragraph of the article, counted below the table named")
    quotation: Text = Field(description="short verbatim quotation (Polish)")
    english: Text = Field(description="the quotation in English, in our words")
    role: Literal["fact", "inference", "judgement"] = Field(
        description="says what is in the table; concludes from it; or values it"
    )
    formula: str = Field(description="comparisons over indicators; empty if it hangs in the air")
    quarters: str = Field(description="quarters that q stands for, separated by spaces")
    reading: str = Field(description="axis=option of case.yaml under which it holds; empty: always")
    correction: str = Field(description="what is too strong about it, empty if nothing")
    note: str = Field(description="threshold chosen for a vague word, or why it hangs in the air")

    @model_validator(mode="after")
    def _formula_can_be_read(self) -> SentenceRow:
        try:
            numbers = tuple(int(text) for text in self.quarters.split())
            comparisons(self.formula, numbers)
        except InputError as error:
            raise ValueError(f"formula: {error}") from error
        if not self.formula and not self.note:
            raise ValueError("note: a sentence without a formula needs the reason in its note")
        return self

    @property
    def parts(self) -> tuple[Comparison, ...]:
        """The comparisons that the sentence amounts to."""
        return comparisons(self.formula, tuple(int(text) for text in self.quarters.split()))


SENTENCES: Final = Table(
    "statements_claims",
    "statements_claims.csv",
    SentenceRow,
    ("statement_id",),
    "What the article's prose says of the company's four quarters",
)


@dataclass(frozen=True)
class Failure:
    """A comparison that a company does not meet."""

    statement_id: str
    comparison: str


def read_sentences(case: Case) -> list[SentenceRow]:
    """Read a case's sentences and check the readings that they name.

    Raises
    ------
    InputError
        If a row breaks a rule or names a reading that ``case.yaml`` lacks.
    """
    rows = read_rows(SENTENCES, case.raw, case.root)
    sentences = [row for row in rows if isinstance(row, SentenceRow)]
    for sentence in sentences:
        if sentence.reading:
            axis, _, option = sentence.reading.partition("=")
            try:
                case.reading({axis: option})
            except InputError as error:
                raise InputError(
                    error.rule,
                    file=(case.raw / SENTENCES.file).relative_to(case.root),
                    row=sentence.statement_id,
                    column="reading",
                    value=sentence.reading,
                ) from error
    return sentences


def in_force(sentences: Iterable[SentenceRow], reading: Mapping[str, str]) -> list[SentenceRow]:
    """Keep the sentences that hold under a reading and say something about the numbers."""
    chosen = {f"{axis}={option}" for axis, option in reading.items()}
    return [s for s in sentences if s.formula and (not s.reading or s.reading in chosen)]


def failures(sentences: Iterable[SentenceRow], statements: Book, first: str) -> list[Failure]:
    """List the comparisons that a company's statements do not meet, checked on exact numbers.

    Parameters
    ----------
    sentences : iterable of SentenceRow
        Such as :func:`in_force` returns them.
    statements : Book
        The company.
    first : str
        Quarter that the article calls the first, such as ``2006Q1``.
    """
    lookup = exact_lookup(statements, parse_quarter(first))
    missed = []
    for sentence in sentences:
        for comparison in sentence.parts:
            try:
                good = comparison.holds(lookup)
            except UndefinedRatioError:
                good = False
            if not good:
                missed.append(Failure(sentence.statement_id, comparison.text))
    return missed


Part = Literal["chart-1", "table-1", "table-2"]


class SchemeRow(Row):
    """One cell of a rebuilt chart or table."""

    part: Part = Field(description="chart or table of the article")
    row: Identifier = Field(description="row of the table, or box of the chart")
    column: Identifier = Field(description="column of the table, or role of the box")
    english: Text = Field(description="what it says, in English")
    polish: Text = Field(description="what it says, in Polish")
    origin: Literal["stated", "supplied"] = Field(description="by the article's text, or by us")
    quotation: str = Field(description="short verbatim quotation; empty where we supply it")

    @model_validator(mode="after")
    def _stated_cells_quote(self) -> SchemeRow:
        if (self.origin == "stated") != bool(self.quotation):
            raise ValueError("quotation: a stated cell needs one, a supplied cell has none")
        return self


SCHEME: Final = Table(
    "scheme",
    "scheme.csv",
    SchemeRow,
    ("part", "row", "column"),
    "Chart 1 and tables 1 and 2 of the article, rebuilt cell by cell",
)


def scheme_cells(case: Case, part: Part) -> pd.DataFrame:
    """Return the cells of one chart or table, in order."""
    cells = read_frame(SCHEME, case.raw, case.root)
    return cells[cells["part"] == part].reset_index(drop=True)


def scheme_table(case: Case, part: Part, mark: str = "°") -> pd.DataFrame:
    """Return a rebuilt table, what we supply marked at its end.

    Parameters
    ----------
    case : Case
        The article's case.
    part : {"table-1", "table-2"}
        Which table.
    mark : str
        Follows every supplied cell.

    Returns
    -------
    DataFrame
        One row per row of the table, one column per column of it.
    """
    cells = scheme_cells(case, part)
    shown = cells["english"] + cells["origin"].map({"stated": "", "supplied": mark})
    wide = cells.assign(shown=shown).pivot(index="row", columns="column", values="shown")
    order = list(dict.fromkeys(cells["column"]))
    return wide.reindex(index=list(dict.fromkeys(cells["row"])), columns=order)


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
    return {
        "company_id": design.company_id,
        "period": design.period,
        "basis": "discrete",
        "sales": design.sales,
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
        "total_assets": design.total_assets,
        "fixed_assets": design.fixed_assets,
        "receivables": design.receivables,
        "inventories": design.inventories,
        "cfo": design.cfo,
        "cfi": design.cfi,
        "cff": design.cff,
        "unit_scale": THOUSAND,
    }


_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")


@dataclass(frozen=True)
class Firm:
    """A company with its statements, ladder, indicators and cost of capital."""

    name: str
    statements: Book
    ladder: pd.DataFrame
    table: pd.DataFrame
    cost: CapitalCost


def company_names(case: Case) -> dict[str, str]:
    """Return the made-up companies' names by key."""
    return {row.company_id: row.name for row in read_companies(case)}


def read_firms(
    case: Case, denominator: Denominator, annual_rate: str, tax_rate: str
) -> dict[str, Firm]:
    """Read the made-up companies of the article's case with all their tables.

    Parameters
    ----------
    case : Case
        The article's case; its statements must have been made.
    denominator : {"closing", "opening", "average"}
        Which value of a balance-sheet item divides.
    annual_rate, tax_rate : str
        Cost of capital a year and tax on operating profit, such as ``12%``; our assumptions.
    """
    if denominator not in ("closing", "opening", "average"):
        raise InputError(
            "the denominator is closing, opening or average",
            column="denominator",
            value=denominator,
        )
    cost = CapitalCost(
        _share(annual_rate, "annual_rate"),
        _share(tax_rate, "tax_rate"),
        "the notebook's parameters",
    )
    frame = read_statements(case.processed / "ledger", case.root)
    firms = {}
    for key, name in company_names(case).items():
        statements = book(frame, key)
        table = indicator_table(statements, denominator, cost=cost)
        firms[key] = Firm(name, statements, ladder(statements), table, cost)
    return firms


def _share(text: str, name: str) -> Fraction:
    found = _PERCENT.fullmatch(text.strip())
    if found is None or Fraction(found[1]) >= 100:
        raise InputError(
            "a rate is written in per cent, below 100",
            column=name,
            value=text,
            fix="write it like 12%",
        )
    return Fraction(found[1]) / 100
