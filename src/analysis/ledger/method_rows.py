"""The tables that the whole method needs, made up around a ledger whose rows stay as they are."""

from __future__ import annotations

import pandas as pd

from analysis.base.periods import parse_month
from analysis.ledger.costs import make_costs, make_statements
from analysis.ledger.people import make_esg, make_staff, make_staff_survey, make_training


def make_method_rows(ledger: dict[str, pd.DataFrame], seed: int) -> dict[str, pd.DataFrame]:
    """Draw costs, budgets, statements, staff, training, staff survey and ESG scores.

    Each table has a source of randomness of its own, so adding one changes no other.

    Parameters
    ----------
    ledger : dict of str to DataFrame
        Needs ``service``, ``sale`` and ``staff_hours``.
    seed : int
        The same ledger and seed give the same rows.

    Returns
    -------
    dict of str to DataFrame
        By table name, as the row models in :mod:`analysis.tables.method` describe them.
    """
    months = [parse_month(month) for month in ledger["staff_hours"]["month"]]
    quarters = range(min(months) // 3, max(months) // 3 + 1)
    cost, budget = make_costs(ledger["service"], ledger["sale"], seed)
    statements, taxes = make_statements(ledger["sale"], cost, seed)
    staff = make_staff(ledger["staff_hours"], seed)
    return {
        "cost": pd.concat([cost, taxes], ignore_index=True),
        "service_budget": budget,
        "staff": staff,
        "training": make_training(staff, quarters, seed),
        "staff_survey": make_staff_survey(staff, quarters, seed),
        "esg_score": make_esg(quarters, seed),
        "fin_statement": statements,
    }
