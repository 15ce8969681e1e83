"""Every indicator of every quarter, exact, with a reason wherever it is undefined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

import pandas as pd

from analysis.base.periods import quarter_days, quarter_label
from analysis.efficiency.catalogue import CATALOGUE, ENGLISH_COLUMNS, Indicator
from analysis.efficiency.ladder import profits
from analysis.efficiency.statements import Amounts, Book

Denominator = Literal["closing", "opening", "average"]

QUARTERS_PER_YEAR: Final = 4


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


@dataclass(frozen=True)
class Result:
    """A value, or the reason why there is none."""

    value: Fraction | None
    reason: str = ""
    numerator: Fraction | None = None
    denominator: Fraction | None = None


def measures(amounts: Amounts) -> dict[str, int]:
    """Return columns, levels of profit (K1 to K6) and total cash flow (CF) of one quarter."""
    return {**amounts, **profits(amounts), "CF": amounts["cfo"] + amounts["cfi"] + amounts["cff"]}


def days(turnover: Fraction | None, quarter: int) -> Fraction | None:
    """Return the days that a quarterly turnover means, by the quarter's own length."""
    return None if not turnover else quarter_days(quarter) / turnover


def compute(
    record: Indicator,
    statements: Book,
    quarter: int,
    denominator: Denominator = "closing",
    annualised: bool = False,
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
    annualised : bool
        Multiply what is earned on a balance-sheet item by four; other indicators stay.
    cost : CapitalCost, optional
        Needed for K10.

    Returns
    -------
    Result
        Never infinite: undefined where the denominator is zero or negative, or not known.
    """
    here = measures(statements[quarter])
    if record.indicator_id == "K10":
        return _value_added(statements, quarter, denominator, cost)
    if record.denominator is None:
        return Result(Fraction(here[record.numerator]))
    if record.stock:
        below = stock(statements, quarter, (record.denominator,), denominator)
        if below is None:
            return Result(None, f"no statement of {quarter_label(quarter - 1)}")
    else:
        below = Fraction(here[record.denominator])
    above = Fraction(here[record.numerator])
    if below <= 0:
        state = "negative" if below else "zero"
        return Result(None, f"{ENGLISH_COLUMNS[record.denominator]} {state}", above, below)
    factor = QUARTERS_PER_YEAR if annualised and record.stock else 1
    return Result(above / below * factor, "", above, below)


def stock(
    statements: Book, quarter: int, columns: tuple[str, ...], denominator: Denominator
) -> Fraction | None:
    """Return the sum of balance-sheet items as a denominator; None without the quarter before."""

    def at(index: int) -> int:
        return sum(statements[index][column] for column in columns)

    if denominator == "closing":
        return Fraction(at(quarter))
    if quarter - 1 not in statements:
        return None
    opening = Fraction(at(quarter - 1))
    return opening if denominator == "opening" else (opening + at(quarter)) / 2


def _value_added(
    statements: Book, quarter: int, denominator: Denominator, cost: CapitalCost | None
) -> Result:
    if cost is None:
        return Result(None, "no cost of capital given")
    capital = stock(statements, quarter, ("equity", "interest_debt"), denominator)
    if capital is None:
        return Result(None, f"no statement of {quarter_label(quarter - 1)}")
    if capital <= 0:
        return Result(None, "capital is zero or negative", None, capital)
    operating = Fraction(profits(statements[quarter])["K3"])
    after_tax = operating - cost.tax_rate * max(operating, Fraction(0))
    return Result(
        after_tax - cost.annual_rate / QUARTERS_PER_YEAR * capital, "", after_tax, capital
    )


def indicator_table(
    statements: Book,
    denominator: Denominator = "closing",
    annualised: bool = False,
    cost: CapitalCost | None = None,
) -> pd.DataFrame:
    """Compute every indicator of every quarter.

    Parameters
    ----------
    statements, denominator, annualised, cost
        As in :func:`compute`.

    Returns
    -------
    DataFrame
        Columns indicator, period, quarter, value (Fraction, or None where undefined), reason,
        numerator, denominator (None for amounts), basis (closing, opening, average, or empty
        where no balance-sheet item divides), annualised (whether this value is).
    """
    rows = []
    for record in CATALOGUE:
        uses_stock = record.stock or record.indicator_id == "K10"
        for quarter in statements:
            result = compute(record, statements, quarter, denominator, annualised, cost)
            rows.append(
                {
                    "indicator": record.indicator_id,
                    "period": quarter_label(quarter),
                    "quarter": quarter,
                    "value": result.value,
                    "reason": result.reason,
                    "numerator": result.numerator,
                    "denominator": result.denominator,
                    "basis": denominator if uses_stock else "",
                    "annualised": annualised and record.stock,
                }
            )
    frame = pd.DataFrame(rows)
    return frame.astype({"value": "object", "numerator": "object", "denominator": "object"})


def series(table: pd.DataFrame, indicator_id: str) -> dict[int, Fraction | None]:
    """Return one indicator's values by quarter index."""
    chosen = table[table["indicator"] == indicator_id]
    return dict(zip(chosen["quarter"].tolist(), chosen["value"].tolist(), strict=True))


def collection_days(
    table: pd.DataFrame, indicator_id: str = "K21"
) -> Mapping[int, Fraction | None]:
    """Return the days behind a turnover by quarter (of a table that is not annualised).

    Raises
    ------
    ValueError
        If the turnover was annualised, since a year's turnover needs a year's days.
    """
    chosen = table[table["indicator"] == indicator_id]
    if bool(chosen["annualised"].any()):
        raise ValueError("days are made from quarterly turnovers, not from annualised ones")
    return {quarter: days(value, quarter) for quarter, value in series(table, indicator_id).items()}
