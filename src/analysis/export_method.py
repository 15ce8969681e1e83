"""Levels, scores, scorecard and links in the form in which they are written."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.calibrate import read_ledger
from analysis.case import Case
from analysis.export import decimal
from analysis.kpis.levels import level_table
from analysis.kpis.method import indicator
from analysis.kpis.totals import totals
from analysis.okr import evaluate, load_okrs, score_frame
from analysis.periods import Grain
from analysis.scorecard import scorecard, scorecard_frame
from analysis.strategy import assess_links, load_links
from analysis.tables import write_frame

GRAINS: tuple[Grain, ...] = ("month", "quarter", "half-year")


def method_tables(case: Case, base: str = "year-ago") -> dict[str, pd.DataFrame]:
    """Compute the tables of the method for the case's current quarter and default readings.

    Returns
    -------
    dict of str to DataFrame
        levels, okr, scorecard and links; numbers as decimals, every row with its kind.
    """
    reduced = totals(read_ledger(case))
    okrs, quarter = load_okrs(case), case.parameters.periods.current
    results = evaluate(okrs, reduced, quarter, base, case.reading())
    levels = pd.concat(
        [level_table(reduced, grain).assign(grain=grain) for grain in GRAINS], ignore_index=True
    )
    levels["unit"] = [indicator(str(key)).level_unit for key in levels["key"]]
    tables = {
        "levels": levels[["key", "grain", "period", "value", "unit", "state"]],
        "okr": score_frame(results).assign(period=quarter, base=base),
        "scorecard": scorecard_frame(scorecard(okrs, results)).assign(period=quarter, base=base),
        "links": assess_links(level_table(reduced), load_links(case)),
    }
    return {name: _written(table, case.parameters.kind) for name, table in tables.items()}


_EXACT = (
    "value", "baseline", "low", "high", "score", "progress", "weight", "covered", "contribution",
    "concordance", "p",
)  # fmt: skip


def _written(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    shown = table.copy()
    for column in shown.columns:
        if column in _EXACT:
            shown[column] = [decimal(value) for value in shown[column]]
    return shown.assign(kind=kind)


def write_method_tables(case: Case) -> None:
    """Write the tables beside ``kpis.csv``, one file each."""
    folder: Path = case.processed
    for name, table in method_tables(case).items():
        write_frame(table, folder / f"{name}.csv")
