"""The article: its sentences as comparisons, and made-up companies with their statements.

A sentence turns into comparisons such as ``K3[q] < K2[q]``, ``trend(K13) < 0``, ``K25[1] > 2``.
Both sides are formulas of :mod:`analysis.base.expression`. Names are indicators (K1 to K25, CF),
columns of the statements or ``days``, each followed by its quarter in brackets: 1 to 4, or q and
q-1 where the row lists quarters. ``trend(X)`` has the sign of the least-squares slope of X over
the four quarters. Comparisons are joined by semicolons.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, reduce
from typing import Annotated, Any, Final, Literal

import pandas as pd
from pydantic import Field, model_validator

from analysis.base.errors import InputError
from analysis.base.expression import (
    Expression,
    Index,
    Measure,
    Number,
    fold,
    leaves,
    number,
    operate,
    parse,
    retime,
)
from analysis.base.periods import quarter_days
from analysis.efficiency import ratios
from analysis.efficiency.quarterly_statements import AMOUNTS, Book, book, prepare, read_statements
from analysis.tables.case import Case
from analysis.tables.columns import Count, Identifier, Text
from analysis.tables.rows import Row, define, read_rows

QUARTERS: Final = (1, 2, 3, 4)
_SLOPE: Final = {1: -3, 2: -1, 3: 1, 4: 3}
"""Weights of the least-squares slope over four equal steps, times a positive number."""

_HOLDS: Final[Mapping[str, Callable[[Fraction, Fraction], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}


class UndefinedRatioError(Exception):
    """A ratio in the comparison has a zero or negative denominator."""


@dataclass(frozen=True)
class Comparison:
    """One comparison with its quarter filled in.

    Attributes
    ----------
    text : str
        As it reads, such as ``K3[1] < K2[1]``.
    left, right : Expression
        The two sides.
    relation : str
        ``<``, ``<=``, ``>``, ``>=`` or ``=``.
    """

    text: str
    left: Expression
    right: Expression
    relation: str

    def holds(self, lookup: Callable[[str, int], Fraction]) -> bool:
        """Check the comparison on exact numbers."""
        left, right = (valued(side, lookup, Fraction) for side in (self.left, self.right))
        return _HOLDS[self.relation](left, right)

    def left_value(self, lookup: Callable[[str, int], Fraction]) -> Fraction:
        """Return the left side as an exact number."""
        return Fraction(valued(self.left, lookup, Fraction))


@cache
def comparisons(formula: str, quarters: tuple[int, ...] = ()) -> tuple[Comparison, ...]:
    """Read comparisons and fill in the quarters that q stands for.

    Raises
    ------
    InputError
        If a part is no comparison, a name is unknown or a quarter does not exist.

    Examples
    --------
    >>> [part.text for part in comparisons("K3[q] > K3[q-1]; K25[1] > 2", (2, 3))]
    ['K3[2] > K3[1]', 'K3[3] > K3[2]', 'K25[1] > 2']
    """
    parts = filter(None, (text.strip() for text in formula.split(";")))
    return tuple(made for part in parts for made in _expanded(part, quarters))


def _expanded(part: str, quarters: Sequence[int]) -> Iterator[Comparison]:
    pieces = re.split(r"(<=|>=|<|>|=)", part)
    if len(pieces) != 3:
        rule = "a formula has exactly one comparison by <, <=, >, >= or =, such as K3[q] > 0"
        raise InputError(rule, value=part)
    left, right = (parse(side, {"trend": _slope}) for side in (pieces[0], pieces[2]))
    times = {getattr(leaf, "when", "") for side in (left, right) for leaf in leaves(side)}
    per_quarter = bool(times & {"q", "q - 1"})
    if per_quarter and not quarters:
        raise InputError("a formula with q needs the quarters that q stands for", value=part)
    for quarter in quarters if per_quarter else (None,):
        text, filled = part, {time: time for time in times}
        if quarter is not None:
            text = part.replace("[q-1]", f"[{quarter - 1}]").replace("[q]", f"[{quarter}]")
            filled |= {"q": str(quarter), "q - 1": str(quarter - 1)}
        sides = [retime(side, filled.__getitem__) for side in (left, right)]
        for side in sides:
            _check_names(side)
        yield Comparison(text, sides[0], sides[1], pieces[1])


def _slope(level: Expression) -> Expression:
    (leaf,) = leaves(level)
    terms = (number(w) * Measure(leaf.name, str(q)) for q, w in _SLOPE.items())
    return reduce(operator.add, terms)


def _check_names(formula: Expression) -> None:
    for leaf in leaves(formula):
        when = leaf.when if isinstance(leaf, Measure) else ""
        if when not in map(str, QUARTERS):
            value = f"{leaf.name}[{when}]"
            raise InputError("a quarter in brackets is 1 to 4, q or q-1", value=value)
        if leaf.name not in AMOUNTS and leaf.name != "days":
            try:
                ratios.indicator(leaf.name)
            except KeyError as error:
                raise InputError(
                    "no indicator or column of this name", value=leaf.name, fix="see the catalogue"
                ) from error


def valued(
    formula: Expression, lookup: Callable[[str, int], Any], constant: Callable[[Fraction], Any]
) -> Any:
    """Compute a side of a comparison in any arithmetic: exact numbers, or linear expressions.

    Parameters
    ----------
    formula : Expression
        The side.
    lookup : callable
        From a name and a quarter to its value.
    constant : callable
        From a number of the formula to its value.
    """

    def leaf(part: Expression) -> Any:
        if isinstance(part, Number):
            return constant(part.value)
        assert isinstance(part, Measure | Index)
        when = part.when if isinstance(part, Measure) else "now"
        return lookup(part.name, int(when) if when.isdigit() else 0)

    return fold(formula, leaf, operate)


def exact_lookup(statements: Book, first: int) -> Callable[[str, int], Fraction]:
    """Look names up in a company's statements; quarter 1 is the index `first`.

    The lookup raises `UndefinedRatioError` where an indicator has no value.
    """

    def lookup(name: str, number: int) -> Fraction:
        quarter = first + number - 1
        if name == "days":
            return Fraction(quarter_days(quarter))
        if name in AMOUNTS:
            return Fraction(statements[quarter][name])
        result = ratios.compute(ratios.indicator(name), statements, quarter)
        if result.value is None:
            raise UndefinedRatioError(f"{name}, quarter {number}: {result.reason}")
        return result.value

    return lookup


class SentenceRow(Row):
    """One qualitative statement about the company's quarters."""

    statement_id: Identifier = Field(description="key")
    place: Text = Field(description="paragraph of the article, counted below the table named")
    quotation: Text = Field(description="short verbatim quotation (Polish)")
    english: Text = Field(description="the quotation in English, in our words")
    role: Literal["fact", "inference", "judgement"] = Field(
        description="says what is in the table; concludes from it; or values it"
    )
    formula: str = Field(description="comparisons over indicators; empty if nothing can test it")
    quarters: str = Field(description="quarters that q stands for, separated by spaces")
    reading: str = Field(description="axis=option of case.yaml under which it holds; empty: always")
    correction: str = Field(description="what is too strong about it, empty if nothing")
    note: str = Field(description="threshold chosen for a vague word, or why nothing can test it")
    plain: str = Field(description="the formula without a threshold of ours; empty if it has none")

    @model_validator(mode="after")
    def _formula_can_be_read(self) -> SentenceRow:
        for name in ("formula", "plain"):
            try:
                comparisons(getattr(self, name), self._numbers)
            except InputError as error:
                raise ValueError(f"{name}: {error}") from error
        if not self.formula and not self.note:
            raise ValueError("note: a sentence without a formula needs the reason in its note")
        return self

    @property
    def _numbers(self) -> tuple[int, ...]:
        return tuple(int(text) for text in self.quarters.split())

    @property
    def parts(self) -> tuple[Comparison, ...]:
        """The comparisons that the sentence amounts to."""
        return comparisons(self.formula, self._numbers)

    def without_thresholds(self) -> SentenceRow:
        """Return the sentence as it is without the thresholds that are ours."""
        return self.model_copy(update={"formula": self.plain or self.formula})


SENTENCES: Final = define(
    "statements_claims",
    SentenceRow,
    "statement_id",
    "What the article's prose says of the company's four quarters",
)


def read_sentences(case: Case) -> list[SentenceRow]:
    """Read a case's sentences and check the readings that they name.

    Raises
    ------
    InputError
        If a row breaks a rule or names a reading that ``case.yaml`` lacks.
    """
    sentences = read_rows(SENTENCES, case.raw, case.root)
    file = str((case.raw / SENTENCES.file).relative_to(case.root))
    for sentence in sentences:
        axis, _, option = sentence.reading.partition("=")
        try:
            case.reading({axis: option} if axis else None)
        except InputError as error:
            place = {"row": sentence.statement_id, "column": "reading", "value": sentence.reading}
            raise InputError(error.rule, file=file, **place) from error
    return sentences


def in_force(sentences: Iterable[SentenceRow], reading: Mapping[str, str]) -> list[SentenceRow]:
    """Keep the sentences that hold under a reading and say something about the numbers."""
    chosen = {f"{axis}={option}" for axis, option in reading.items()}
    return [s for s in sentences if s.formula and (not s.reading or s.reading in chosen)]


# -- made-up companies ---------------------------------------------------------------------------

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


_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")


@dataclass(frozen=True)
class Firm:
    """A company with its statements, ladder, indicators and cost of capital."""

    name: str
    statements: Book
    ladder: pd.DataFrame
    table: pd.DataFrame
    cost: ratios.CapitalCost


def company_names(case: Case) -> dict[str, str]:
    """Return the made-up companies' names by key."""
    return {row.company_id: row.name for row in read_companies(case)}


def read_firms(
    case: Case,
    denominator: ratios.Denominator,
    annual_rate: str,
    tax_rate: str,
    company: str | None = None,
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
    company : str, optional
        One that must be among them.
    """
    names = company_names(case)
    if company is not None and company not in names:
        rule = f"there is no such company; the companies are {', '.join(names)}"
        raise InputError(rule, column="company", value=company)
    if denominator not in ("closing", "opening", "average"):
        rule = "the denominator is closing, opening or average"
        raise InputError(rule, column="denominator", value=denominator)
    cost = ratios.CapitalCost(
        _share(annual_rate, "annual_rate"),
        _share(tax_rate, "tax_rate"),
        "the notebook's parameters",
    )
    frame = read_statements(case.processed / "ledger", case.root)
    firms = {}
    for key, name in names.items():
        statements = book(frame, key)
        table = ratios.indicator_table(statements, denominator, cost=cost)
        firms[key] = Firm(name, statements, ratios.ladder(statements), table, cost)
    return firms


def _share(text: str, name: str) -> Fraction:
    found = _PERCENT.fullmatch(text.strip())
    if found is None or Fraction(found[1]) >= 100:
        rule = "a rate is written in per cent, below 100"
        raise InputError(rule, column=name, value=text, fix="write it like 12%")
    return Fraction(found[1]) / 100
