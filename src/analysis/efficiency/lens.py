"""A case's own quarterly statements seen through the engine: the paper's financial key results.

The SEGELEC paper sets targets on net profit margin, return on equity, return on investment and
operating costs. Here they are computed from the statements of its ledger, quarter by quarter.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import pandas as pd

from analysis.base.periods import quarter_label
from analysis.efficiency.ladder import profits
from analysis.efficiency.ratios import Denominator, stock
from analysis.efficiency.statements import Amounts, Book

OPERATING_COSTS: Final = ("cogs", "selling", "admin", "other_op_cost")

MONTHLY_CUT: Final = Fraction(1, 100)
"""The paper's target: operating costs down by 1 % a month."""

QUARTERLY_CUT: Final = 1 - (1 - MONTHLY_CUT) ** 3
"""The same over a quarter, compounded."""


def operating_costs(amounts: Amounts) -> int:
    """Return what running the firm costs in one quarter, before other income."""
    return sum(amounts[name] for name in OPERATING_COSTS)


def key_results(statements: Book, denominator: Denominator = "average") -> pd.DataFrame:
    """Compute the paper's financial key results for every quarter.

    Parameters
    ----------
    statements : Book
        The company.
    denominator : {"closing", "opening", "average"}
        Which equity and debt divide; with ``average`` the first quarter stays open.

    Returns
    -------
    DataFrame
        Columns quarter, period; net_margin, roe, roi (net profit ÷ sales, equity, and equity
        with interest debt; per quarter, not annualised), costs, cost_cut (fall against the
        quarter before), cost_share (costs ÷ sales), cost_share_cut; margin_growth (relative, on
        the same quarter of last year) and margin_points. Fractions; None where undefined.
    """
    rows = []
    for quarter, amounts in statements.items():
        now = _measure(statements, quarter, denominator)
        before = _measure(statements, quarter - 1, denominator)
        last_year = _measure(statements, quarter - 4, denominator)
        rows.append(
            {
                "quarter": quarter,
                "period": quarter_label(quarter),
                **now,
                "cost_cut": _fall(before.get("costs"), now["costs"]),
                "cost_share_cut": _fall(before.get("cost_share"), now["cost_share"]),
                "margin_growth": _growth(last_year.get("net_margin"), now["net_margin"]),
                "margin_points": _change(last_year.get("net_margin"), now["net_margin"]),
                "sales": amounts["sales"],
            }
        )
    return pd.DataFrame(rows, dtype="object")


def _measure(
    statements: Book, quarter: int, denominator: Denominator
) -> dict[str, Fraction | None]:
    if quarter not in statements:
        return {}
    amounts = statements[quarter]
    net, costs = Fraction(profits(amounts)["K6"]), Fraction(operating_costs(amounts))
    sales = Fraction(amounts["sales"])
    return {
        "net_margin": _over(net, sales),
        "roe": _over(net, stock(statements, quarter, ("equity",), denominator)),
        "roi": _over(net, stock(statements, quarter, ("equity", "interest_debt"), denominator)),
        "costs": costs,
        "cost_share": _over(costs, sales),
    }


def _over(above: Fraction, below: Fraction | None) -> Fraction | None:
    return None if below is None or below <= 0 else above / below


def _fall(before: Fraction | None, now: Fraction | None) -> Fraction | None:
    return None if before is None or now is None or before <= 0 else (before - now) / before


def _growth(before: Fraction | None, now: Fraction | None) -> Fraction | None:
    fall = _fall(before, now)
    return None if fall is None else -fall


def _change(before: Fraction | None, now: Fraction | None) -> Fraction | None:
    return None if before is None or now is None else now - before
