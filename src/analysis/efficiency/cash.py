"""Cash flows by activity, with the check against the change in cash."""

from __future__ import annotations

import pandas as pd

from analysis.efficiency.statements import Amounts, Book
from analysis.periods import quarter_label


def total_flow(amounts: Amounts) -> int:
    """Return the cash flow of all three activities together."""
    return amounts["cfo"] + amounts["cfi"] + amounts["cff"]


def cash_flows(statements: Book) -> pd.DataFrame:
    """Return cash flows by quarter beside the change in cash.

    Returns
    -------
    DataFrame
        Columns quarter, period, cfo, cfi, cff, total, change (of cash; None for the first
        quarter, before which nothing is known) and difference (change − total).
    """
    rows = []
    for quarter, amounts in statements.items():
        before = statements.get(quarter - 1)
        total = total_flow(amounts)
        change = None if before is None else amounts["cash"] - before["cash"]
        rows.append(
            {
                "quarter": quarter,
                "period": quarter_label(quarter),
                "cfo": amounts["cfo"],
                "cfi": amounts["cfi"],
                "cff": amounts["cff"],
                "total": total,
                "change": change,
                "difference": None if change is None else change - total,
            }
        )
    return pd.DataFrame(rows, dtype="object")
