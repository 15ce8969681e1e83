"""Which indicators a ledger can have: an absent table takes away just those that need it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pandas as pd

from analysis.base.expression import Measure, leaves
from analysis.kpis.catalogue import CATALOGUE, Kpi
from analysis.kpis.indicator import Indicator
from analysis.kpis.measures import MEASURES, MeasureSpec, Totals
from analysis.kpis.method import METHOD
from analysis.kpis.table import kpis_of, specs_of
from analysis.kpis.totals import recorded


def indicators_of(totals: Totals) -> list[Indicator]:
    """Choose the indicators of the method's catalogue whose level the sums give."""
    known = recorded(totals)
    return [record for record in METHOD if {spec.name for spec in _specs(record)} <= known]


NOTHING = "no indicator can be computed from these tables alone"
MORE = "add the completed services, the invoice lines or another table of dated rows"


def is_enough(tables: Collection[str]) -> bool:
    """Whether some tables give any measure at all."""
    needs = [{name.partition(".")[0] for name in spec.columns} for spec in MEASURES.values()]
    return any(tables_ <= set(tables) for tables_ in needs)


def availability(totals: Totals, tables: Collection[str]) -> pd.DataFrame:
    """Say of every indicator whether it can be computed, and for want of what it cannot.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.totals.totals`.
    tables : collection of str
        Names of the tables that are there.

    Returns
    -------
    DataFrame
        Columns key, name, perspective, needs (tables), absent (those of them that are absent),
        and known (bool). An indicator that lacks no table can still be unknown, where its tables
        hold no row that it needs.
    """
    known = {id(record) for record in (*kpis_of(totals), *indicators_of(totals))}
    rows = []
    for key, record in _records():
        needs = list(dict.fromkeys(c.partition(".")[0] for s in _specs(record) for c in s.columns))
        absent = [name for name in needs if name not in tables]
        rows.append((key, record.name, record.perspective, needs, absent, id(record) in known))
    columns = ["key", "name", "perspective", "needs", "absent", "known"]
    return pd.DataFrame(rows, columns=columns)


def _records() -> Iterator[tuple[str, Kpi | Indicator]]:
    for kpi in CATALOGUE:
        yield "", kpi
    for record in METHOD:
        yield record.key, record


def _specs(record: Kpi | Indicator) -> list[MeasureSpec]:
    """Measures that the level of an indicator is made of."""
    if isinstance(record, Kpi):
        return specs_of(record)
    names = [leaf.name for leaf in leaves(record.level) if isinstance(leaf, Measure)]
    return [MEASURES[name] for name in dict.fromkeys(names)]
