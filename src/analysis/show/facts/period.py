"""Numbers in prose on the period that an edition is about."""

from __future__ import annotations

import pandas as pd

from analysis.base.frames import records
from analysis.base.numbers import decimal, listed, percent
from analysis.base.periods import base_words
from analysis.kpis.catalogue import kpi
from analysis.kpis.compare import BASES, Base, compare, comparison_data
from analysis.kpis.cube import read_cube
from analysis.kpis.levels import kpi_periods
from analysis.notebook.edition import Edition
from analysis.notebook.values import Value
from analysis.show.wording import turn_text

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
    table = kpi_periods(read_cube(edition.case), grain, period)
    now = table[table["period"] == period].set_index("kpi")["value"]
    texts = {
        "period": period,
        "period_length": grain,
        "base_in_words": base_words(grain, edition.base),
        "currency": edition.case.parameters.currency_name,
    }
    for name in ("sales", "services"):
        if now.get(name):
            texts[f"{name}_now"] = decimal()(now[name])
    if len(table):
        compared = comparison_data(table, period, edition.case.parameters.currency_name)
        rows = compared[compared["base"] == edition.base]
        texts["levels_now"] = listed(_levels(rows)) or "nothing is recorded"
        texts |= _turns(rows)
        growth = rows.set_index("kpi")["growth"]
        for name in ("sales", "services"):
            if growth.get(name) is not None:
                texts[f"{name}_change"] = percent(1, signed=True)(growth[name])
    for base in BASES:
        label = edition.base_period(base)
        if edition.reaches(label) and len(table):
            rows = compare(table, base, grain)
            told = _changes(rows[rows["period"] == period])
            if not told:
                continue
            texts[f"{_KEYS[base]}_period"] = label
            texts[f"changes_on_{_KEYS[base]}"] = told
    texts["base_period"] = edition.base_period()
    source = f"data/processed/{edition.case.name}/ledger"
    kind = edition.case.parameters.kind
    return {key: {"text": text, "kind": kind, "source": source} for key, text in texts.items()}


def _levels(rows: pd.DataFrame) -> list[str]:
    """List what is known: “sales 164,761 soles”."""
    return [
        f"{row.name.lower()} {decimal(kpi(row.kpi).decimals)(row.value)}"
        + ("%" if row.unit == "%" else "" if row.unit == row.kpi else f" {row.unit}")
        for row in records(rows)
        if row.value is not None
    ]


def _turns(rows: pd.DataFrame) -> dict[str, str]:
    """Name what turned for better and for worse, by the direction that is good.

    Empty if nothing can be compared.
    """
    if rows["effect"].eq("none").all():
        return {}
    told = {
        effect: listed([f"{r.name.lower()} ({turn_text(r)})" for r in records(found)])
        for effect, found in rows.groupby("effect")
    }
    return {
        "turned_better": told.get("good", "nothing"),
        "turned_worse": told.get("bad", "nothing"),
    }


def _changes(rows: pd.DataFrame) -> str:
    """List what grew by how much: “sales changed by +19.1%, services by +13.3% and ...”.

    Empty if nothing is known.
    """
    growth = rows.set_index("kpi")["growth"]
    known = [name for name in _TOLD if growth.get(name) is not None]
    if not known:
        return ""
    told = [
        f"{name.replace('_', ' ')} by {percent(1, signed=True)(growth[name])}" for name in known
    ]
    told[0] = told[0].replace(" by ", " changed by ")
    return " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)
