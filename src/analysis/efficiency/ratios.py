"""The profit ladder and the indicators K1 to K25, exact, with a reason wherever one is undefined.

Names, printed and corrected formulas stand in ``indicators.yaml``; a formula is computed as it
stands there. The paper's financial key results are computed from the same statements.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, Literal, NamedTuple

import pandas as pd

from analysis.base.expression import (
    Expression,
    Index,
    Measure,
    Operation,
    fold,
    leaves,
    operate,
    parse,
    written,
)
from analysis.base.periods import quarter_days, quarter_label
from analysis.base.text import decimal, frame_of, own_yaml, percent
from analysis.efficiency.quarterly_statements import STOCKS, Amounts, Book

Denominator = Literal["closing", "opening", "average"]

QUARTERS_PER_YEAR: Final = 4

NAMED: Final = "…"
"""The article names the indicator without a formula; its tables were pictures."""


class Step(NamedTuple):
    """One line of the statement between two levels of profit.

    Attributes
    ----------
    column : str
        Column of the statements.
    sign : int
        1 where the line adds to profit, -1 where it takes from it.
    english, polish : str
        Names.
    """

    column: str
    sign: int
    english: str
    polish: str


@dataclass(frozen=True)
class Indicator:
    """One indicator.

    Attributes
    ----------
    indicator_id : str
        K1 to K25, plus CF (total cash flow) and K22b (the corrected inventory turnover).
    english, polish : str
        Names.
    group : str
        Family in the article: profit, cash flow, value, profitability, activity, cash efficiency.
    expression : Expression
        Ours, over columns and other indicators.
    formula : str
        The same in words and signs.
    unit : {"money", "share", "times", "ratio"}
        How it is shown.
    better : {"up", "down", "none"}
        The direction that is good.
    printed, printed_english : str
        The article's formula in its own words, or an ellipsis where it only names the indicator.
    remark : str
        What was corrected or must be said, and why; empty if nothing.
    today : str
        What stands in the place of a level of profit in the layout in force since 2016.
    ifrs : str
        The nearest subtotal under IFRS.
    """

    indicator_id: str
    english: str
    polish: str
    group: str
    expression: Expression
    formula: str
    unit: str
    better: str
    printed: str = NAMED
    printed_english: str = NAMED
    remark: str = ""
    today: str = ""
    ifrs: str = ""

    @property
    def stated(self) -> bool:
        """Whether the article's text gives the formula, not only the name."""
        return self.printed != NAMED

    @property
    def ratio(self) -> tuple[str, str] | None:
        """Numerator and denominator (columns or indicators); None for an amount."""
        if not isinstance(self.expression, Operation) or self.expression.sign != "/":
            return None
        above, below = leaves(self.expression)
        return above.name, below.name

    @property
    def stock(self) -> bool:
        """Whether it divides amounts of a period by a balance-sheet item, at whatever moment.

        The item may be the closing, opening or average one. A ratio of two balance-sheet items,
        such as equity to assets, has no such choice.
        """
        return self.ratio is not None and [name in STOCKS for name in self.ratio] == [False, True]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Lines that lead to a level of profit from the level before (to K1 from nothing)."""
        return tuple(_steps(self.expression))


def _steps(formula: Expression) -> Iterator[Step]:
    sign, lines = 1, _FOUND["lines"]
    if isinstance(formula, Operation):
        yield from _steps(formula.left)
        sign, formula = (1 if formula.sign == "+" else -1), formula.right
    if isinstance(formula, Measure) and formula.name in lines:
        yield Step(formula.name, sign, **lines[formula.name])


_FOUND: Final[dict[str, dict[str, dict[str, str]]]] = own_yaml(__file__, "indicators.yaml")


def _read(key: str, row: dict[str, str]) -> Indicator:
    expression = parse(row["formula"])
    shown = row.get("written") or written(expression, {x.name: x.name for x in leaves(expression)})
    texts = {name: text for name, text in row.items() if name not in ("formula", "written")}
    if "printed" in row:
        printed = _FOUND["printed"][row["printed"]]
        texts |= {"printed": printed["polish"], "printed_english": printed["english"]}
    return Indicator(indicator_id=key, expression=expression, formula=shown, **texts)


CATALOGUE: Final = tuple(_read(key, row) for key, row in _FOUND["indicators"].items())
"""In the order of the article's tables 3 and 4."""

LADDER: Final = tuple(record for record in CATALOGUE if record.group == "profit")
"""The levels of profit, K1 to K6."""

_BY_ID: Final = {record.indicator_id: record for record in CATALOGUE}


def indicator(indicator_id: str) -> Indicator:
    """Look an indicator up; KeyError with the known ones if there is none.

    Examples
    --------
    >>> indicator("K18").english, indicator("K18").formula
    ('Return on equity', 'K6 ÷ equity')
    """
    if indicator_id not in _BY_ID:
        raise KeyError(f"there is no indicator {indicator_id}; known are {', '.join(_BY_ID)}")
    return _BY_ID[indicator_id]


@dataclass(frozen=True)
class CapitalCost:
    """Parameters of economic value added; none of them stands in the statements.

    Attributes
    ----------
    annual_rate : Fraction
        Cost of capital per year; a quarter bears a quarter of it.
    tax_rate : Fraction
        Tax on operating profit; a loss bears none.
    source : str
        Where the two rates come from.
    """

    annual_rate: Fraction
    tax_rate: Fraction
    source: str

    def __post_init__(self) -> None:
        for name in ("annual_rate", "tax_rate"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} is a share: at least 0 and below 1")


class Result(NamedTuple):
    """A value, or the reason why there is none."""

    value: Fraction | None
    reason: str = ""
    numerator: Fraction | None = None
    denominator: Fraction | None = None


def measures(amounts: Amounts) -> dict[str, int]:
    """Return columns, levels of profit (K1 to K6) and cash flows (K7 to K9, CF) of one quarter.

    Examples
    --------
    >>> from analysis.efficiency.quarterly_statements import AMOUNTS
    >>> measures(dict.fromkeys(AMOUNTS, 0) | {"sales": 1000, "cogs": 700, "admin": 350})["K2"]
    -50
    """
    found = dict(amounts)
    for record in CATALOGUE:
        if record.group in ("profit", "cash flow"):
            found[record.indicator_id] = _computed(record.expression, found)
    return found


def _computed(formula: Expression, values: Mapping[str, Any]) -> Any:
    def leaf(part: Expression) -> Any:
        assert isinstance(part, Measure | Index)
        return values[part.name]

    return fold(formula, leaf, operate)


def profits(amounts: Amounts) -> dict[str, int]:
    """Return the six levels of profit of one quarter, K1 to K6, in the statement's unit."""
    found = measures(amounts)
    return {level.indicator_id: found[level.indicator_id] for level in LADDER}


def _lines_and_levels() -> Iterator[Step | Indicator]:
    for level in LADDER:
        yield from level.steps
        yield level


def ladder(statements: Book) -> pd.DataFrame:
    """Return every line and level of every quarter, in the order of the ladder.

    Returns
    -------
    DataFrame
        Columns quarter, period, kind (``step`` or ``level``), key (column or K1 to K6), english,
        polish, value (signed: what the line adds), before and after (the running profit).
    """
    rows = []
    for quarter, amounts in statements.items():
        reached = 0
        for named in _lines_and_levels():
            if isinstance(named, Step):
                kind, key, before = "step", named.column, reached
                reached += named.sign * amounts[key]
            else:
                kind, key, before = "level", named.indicator_id, 0
            head = quarter, quarter_label(quarter), kind, key, named.english, named.polish
            rows.append((*head, reached - before, before, reached))
    return frame_of(rows, "quarter period kind key english polish value before after")


def days(turnover: Fraction | None, quarter: int) -> Fraction | None:
    """Return the days that a quarterly turnover means, by the quarter's own length."""
    return None if not turnover else quarter_days(quarter) / turnover


def compute(
    record: Indicator,
    statements: Book,
    quarter: int,
    denominator: Denominator = "closing",
    cost: CapitalCost | None = None,
) -> Result:
    """Compute one indicator of one quarter.

    Parameters
    ----------
    record : Indicator
        From the catalogue.
    statements : Book
        The company's amounts.
    quarter : int
        Quarter index; must be in the book.
    denominator : {"closing", "opening", "average"}
        Which value of a balance-sheet item divides.
    cost : CapitalCost, optional
        Needed for K10.

    Returns
    -------
    Result
        Never infinite: undefined where the denominator is zero or negative, or not known.
    """
    here = measures(statements[quarter])
    if record.indicator_id == "K10":
        return _value_added(record, statements, quarter, denominator, cost)
    if record.ratio is None:
        return Result(Fraction(here[record.indicator_id]))
    numerator, divisor = record.ratio
    above, below = Fraction(here[numerator]), Fraction(here[divisor])
    if record.stock:
        known = stock(statements, quarter, divisor, denominator)
        if known is None:
            return Result(None, f"no statement of {quarter_label(quarter - 1)}")
        below = known
    if below <= 0:
        name = _BY_ID[divisor].english.lower() if divisor in _BY_ID else divisor.replace("_", " ")
        return Result(None, f"{name} {'negative' if below else 'zero'}", above, below)
    return Result(above / below, "", above, below)


def stock(statements: Book, quarter: int, column: str, denominator: Denominator) -> Fraction | None:
    """Return a balance-sheet item as a denominator; None without the quarter before."""
    closing = Fraction(statements[quarter][column])
    if denominator == "closing":
        return closing
    if quarter - 1 not in statements:
        return None
    opening = Fraction(statements[quarter - 1][column])
    return opening if denominator == "opening" else (opening + closing) / 2


def _value_added(
    record: Indicator,
    statements: Book,
    quarter: int,
    denominator: Denominator,
    cost: CapitalCost | None,
) -> Result:
    if cost is None:
        return Result(None, "no cost of capital given")
    equity, debt = (
        stock(statements, quarter, column, denominator) for column in ("equity", "interest_debt")
    )
    if equity is None or debt is None:
        return Result(None, f"no statement of {quarter_label(quarter - 1)}")
    capital = equity + debt
    if capital <= 0:
        return Result(None, "capital is zero or negative", None, capital)
    operating = Fraction(measures(statements[quarter])["K3"])
    values = {
        "K3": operating,
        "tax": cost.tax_rate * max(operating, Fraction(0)),
        "rate": cost.annual_rate / QUARTERS_PER_YEAR,
        "equity": equity,
        "interest_debt": debt,
    }
    value = _computed(record.expression, values)
    return Result(value, "", operating - values["tax"], capital)


def indicator_table(
    statements: Book,
    denominator: Denominator = "closing",
    cost: CapitalCost | None = None,
) -> pd.DataFrame:
    """Compute every indicator of every quarter.

    Parameters
    ----------
    statements, denominator, cost
        As in :func:`compute`.

    Returns
    -------
    DataFrame
        Columns indicator, period, quarter, value (Fraction, or None where undefined), reason,
        numerator, denominator (None for amounts) and basis (closing, opening, average, or empty
        where no balance-sheet item divides).
    """
    rows = [
        (
            *(record.indicator_id, quarter_label(quarter), quarter),
            *compute(record, statements, quarter, denominator, cost),
            denominator if record.stock or record.indicator_id == "K10" else "",
        )
        for record in CATALOGUE
        for quarter in statements
    ]
    return frame_of(rows, "indicator period quarter value reason numerator denominator basis")


def series(table: pd.DataFrame, indicator_id: str) -> dict[int, Fraction | None]:
    """Return one indicator's values by quarter index."""
    chosen = table[table["indicator"] == indicator_id]
    return dict(zip(chosen["quarter"].tolist(), chosen["value"].tolist(), strict=True))


def collection_days(
    table: pd.DataFrame, indicator_id: str = "K21"
) -> Mapping[int, Fraction | None]:
    """Return the days behind a turnover by quarter."""
    return {quarter: days(value, quarter) for quarter, value in series(table, indicator_id).items()}


def ratio_text(record: Indicator, value: Fraction) -> str:
    """Write an indicator in its unit."""
    return {"share": percent(1), "money": decimal(0)}.get(record.unit, decimal(2))(value)
