"""What the notebook calls: the made-up companies with all their tables, and the outlook."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from analysis.base.errors import InputError
from analysis.efficiency.catalogue import indicator
from analysis.efficiency.companies import read_companies
from analysis.efficiency.dynamics import forecast, forecast_data, trend
from analysis.efficiency.ladder import ladder
from analysis.efficiency.ratios import CapitalCost, Denominator, indicator_table, series
from analysis.efficiency.statements import Book, book, read_statements
from analysis.tables.case import Case

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")


@dataclass(frozen=True)
class Firm:
    """A company with its statements, ladder, indicators and cost of capital."""

    name: str
    statements: Book
    ladder: pd.DataFrame
    table: pd.DataFrame
    cost: CapitalCost


def names(case: Case) -> dict[str, str]:
    """Return the made-up companies' names by key."""
    return {row.company_id: row.name for row in read_companies(case)}


def companies(
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
    for key, name in names(case).items():
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


def outlook(firm: Firm, indicator_id: str) -> tuple[pd.DataFrame, str, str]:
    """Return an indicator's quarters with its forecast, its name, and what the forecast is worth.

    Raises
    ------
    InputError
        If there are too few quarters for a forecast.
    """
    values = series(firm.table, indicator_id)
    line, ahead = trend(values), forecast(values)
    if line is None or ahead is None:
        raise InputError("a forecast needs three quarters in a row", value=indicator_id)
    warning = ahead.warning or "a season is not modelled"
    return forecast_data(values, line, ahead), indicator(indicator_id).english, warning
