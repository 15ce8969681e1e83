"""Numbers in prose on the period that an edition is about."""

from __future__ import annotations

import pandas as pd

from analysis.calibrate import read_ledger
from analysis.compare import BASES, Base, compare
from analysis.display.numbers import MISSING, decimal, percent
from analysis.edition import Edition
from analysis.kpis import kpi_periods
from analysis.kpis.totals import totals
from analysis.periods import base_words
from analysis.values import Value

_TOLD = ("sales", "services", "productivity", "revenue_per_service")
"""KPIs whose growth prose tells, in this order."""

_KEYS: dict[Base, str] = {"previous": "previous", "year-ago": "year"}


def facts(edition: Edition) -> dict[str, Value]:
    """Compute the values of the period, and its changes on both bases.

    Parameters
    ----------
    edition : Edition
        The ledger of its case must have been made.

    Returns
    -------
    dict of str to Value
        Text, kind and source by key; changes only on a period within the ledger.
    """
    grain, period = edition.grain, edition.period
    table = kpi_periods(totals(read_ledger(edition.case)), grain, period)
    now = table[table["period"] == period].set_index("kpi")["value"]
    texts = {
        "period": period,
        "period_length": grain,
        "base_in_words": base_words(grain, edition.base),
        "sales_now": MISSING if now["sales"] is None else decimal()(now["sales"]),
        "currency": edition.case.parameters.currency_name,
        "services_now": MISSING if now["services"] is None else decimal()(now["services"]),
    }
    for base in BASES:
        label = edition.base_period(base)
        if edition.reaches(label):
            rows = compare(table, base, grain)
            texts[f"{_KEYS[base]}_period"] = label
            texts[f"changes_on_{_KEYS[base]}"] = _changes(rows[rows["period"] == period])
            if base == edition.base:
                texts["base_period"] = label
                texts["changes_on_base"] = texts[f"changes_on_{_KEYS[base]}"]
    source = f"data/processed/{edition.case.name}/ledger"
    kind = edition.case.parameters.kind
    return {key: {"text": text, "kind": kind, "source": source} for key, text in texts.items()}


def _changes(rows: pd.DataFrame) -> str:
    """List what grew by how much: “sales changed by +19.1%, services by +13.3% and ...”."""
    growth = rows.set_index("kpi")["growth"]
    known = [name for name in _TOLD if growth[name] is not None]
    if not known:
        return "none of these was recorded in both"
    told = [
        f"{name.replace('_', ' ')} by {percent(1, signed=True)(growth[name])}" for name in known
    ]
    told[0] = told[0].replace(" by ", " changed by ")
    return " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)
