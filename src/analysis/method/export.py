"""Levels, scores, scorecard and links in the form in which they are written."""

from __future__ import annotations

import pandas as pd

from analysis.base.numbers import fixed
from analysis.base.periods import Grain
from analysis.kpis.catalogue import unit_in
from analysis.kpis.levels import level_table
from analysis.kpis.measures import Totals
from analysis.kpis.method import indicator
from analysis.method.okr.data import load_okrs
from analysis.method.okr.evaluate import evaluate, score_frame
from analysis.method.scorecard import scorecard, scorecard_frame
from analysis.method.strategy import assess_links, load_links
from analysis.tables.case import Case
from analysis.tables.contents import has_method, has_okrs

METHOD_TABLES = frozenset(("levels", "okr", "scorecard", "links"))
"""Tables that :func:`method_tables` may make."""

GRAINS: tuple[Grain, ...] = ("month", "quarter", "half-year")


def method_tables(case: Case, totals: Totals, base: str = "year-ago") -> dict[str, pd.DataFrame]:
    """Compute the tables of the method for the case's current quarter and default readings.

    Parameters
    ----------
    case : Case
        The case.
    totals : DataFrame
        Its sums by month, from :func:`analysis.kpis.reduce.reduce`.
    base : str
        What changes are measured against.

    Returns
    -------
    dict of str to DataFrame
        levels; okr and scorecard, where the case has objectives; links, where it has a strategy
        map. Numbers as decimals, every row with its kind.
    """
    levels = pd.concat(
        [level_table(totals, grain).assign(grain=grain) for grain in GRAINS], ignore_index=True
    )
    levels["unit"] = [
        unit_in(indicator(str(key)).level_unit, case.parameters.currency_name)
        for key in levels["key"]
    ]
    tables = {"levels": levels[["key", "grain", "period", "value", "unit", "state"]]}
    if has_okrs(case):
        okrs, quarter = load_okrs(case), case.parameters.periods.current
        results = evaluate(okrs, totals, quarter, base, case.reading())
        card = scorecard_frame(scorecard(okrs, results))
        tables |= {
            "okr": score_frame(results).assign(period=quarter, base=base),
            "scorecard": card.assign(period=quarter, base=base),
        }
    if has_method(case, "links"):
        tables["links"] = assess_links(level_table(totals), load_links(case))
    return {name: _written(table, case.parameters.kind) for name, table in tables.items()}


_EXACT = (
    "value",
    "baseline",
    "low",
    "high",
    "score",
    "progress",
    "weight",
    "covered",
    "contribution",
    "concordance",
    "p",
)


def _written(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    shown = table.copy()
    for column in shown.columns:
        if column in _EXACT:
            shown[column] = [fixed(value) for value in shown[column]]
    return shown.assign(kind=kind)
