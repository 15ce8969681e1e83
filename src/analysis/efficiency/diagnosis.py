"""A diagnosis in words, made from the numbers by stated rules.

Each finding carries its sentence in English and Polish, the rule that made it and the figures it
rests on. Where the article argues too strongly, the rule is the corrected one and says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from analysis.efficiency import rules_cash, rules_profit, rules_ratios
from analysis.efficiency.findings import Finding, Subject
from analysis.efficiency.ratios import CapitalCost, indicator_table
from analysis.efficiency.statements import Book

RULES: Final[tuple[Callable[[Subject], list[Finding]], ...]] = (
    rules_profit.loss_on_sales,
    rules_profit.other_operations,
    rules_profit.financial_result,
    rules_profit.no_tax,
    rules_profit.profit_trends,
    rules_profit.value_added,
    rules_cash.cash_gaps,
    rules_cash.operating_cash,
    rules_cash.who_pays,
    rules_profit.margin_trends,
    rules_profit.indirect_costs,
    rules_ratios.debt_behind_returns,
    rules_ratios.asset_turnover,
    rules_ratios.fixed_share,
    rules_ratios.inventories,
    rules_ratios.collection,
    rules_cash.cash_per_profit,
)
"""In the order of the article's prose."""


def diagnose(statements: Book, cost: CapitalCost | None = None) -> list[Finding]:
    """Apply every rule to a company's statements.

    Parameters
    ----------
    statements : Book
        The company, quarter by quarter.
    cost : CapitalCost, optional
        For the sentence on economic value added, which is left out without it.

    Returns
    -------
    list of Finding
        In the order of the article: profits, cash, margins, returns, turnovers.
    """
    subject = Subject(statements, indicator_table(statements, cost=cost), cost)
    return [finding for apply in RULES for finding in apply(subject)]
