"""AS-IS diagnosis on the method's catalogue (4.3.1, 4.4.1), and feedback from it (4.3.6)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.expression import state
from analysis.kpis.available import indicators_of
from analysis.kpis.indicator import compute, environment
from analysis.kpis.levels import pair
from analysis.kpis.measures import Totals
from analysis.kpis.method import METHOD, indicator
from analysis.method.diagnosis import causes, swot
from analysis.method.okr.evaluate import Result, chosen
from analysis.tables.case import Case
from analysis.tables.contents import has_method
from analysis.tables.method import METHOD_RAW_TABLES
from analysis.tables.rows import read_frame

_ON_TRACK = {"met": "on track", "good enough": "on track", "behind": "off", "below baseline": "off"}


def swot_support(case: Case, totals: Totals, period: str) -> pd.DataFrame:
    """Separate SWOT entries that rows can support from those that are judgement.

    Rows can support an entry if an indicator of the catalogue would show it. What they say is then
    the level of that indicator and its change on the year before, never a proof of the words.

    Parameters
    ----------
    case : Case
        Gives the entries.
    totals : DataFrame
        From :func:`analysis.kpis.totals.totals`.
    period : str
        Period looked at, such as the baseline.

    Returns
    -------
    DataFrame
        The entries with key (of the indicator, or empty), support (``rows`` or ``judgement``),
        value and before (Fractions or None).
    """
    entries = swot(case)
    keys = [_key(name) for name in entries["kpi"]]
    now, then = pair(totals, period, "year-ago")
    levels = [
        (compute(indicator(k).level, now), compute(indicator(k).level, then)) if k else (None, None)
        for k in keys
    ]
    entries["key"] = keys
    entries["support"] = ["rows" if key else "judgement" for key in keys]
    entries["value"] = pd.Series([value for value, _ in levels], dtype="object")
    entries["before"] = pd.Series([before for _, before in levels], dtype="object")
    return entries


def _key(name: str) -> str:
    """Key of the catalogue for the name that a table uses; empty for none."""
    if not name:
        return ""
    try:
        return indicator(name).key
    except InputError:
        return ""


def variables(case: Case) -> pd.DataFrame:
    """Dependent and independent variables, with whether the rows measure each.

    Returns
    -------
    DataFrame
        The rows of ``variables.csv`` with measured (bool): a column or an indicator is named.
    """
    table = next(table for table in METHOD_RAW_TABLES if table.name == "variables")
    frame = read_frame(table, case.method, case.root)
    frame["measured"] = frame["source"] != ""
    return frame


def starting_levels(totals: Totals, period: str) -> pd.DataFrame:
    """Level of every indicator of the catalogue in a period, as far as its tables are there.

    Returns
    -------
    DataFrame
        Columns key, perspective, name, level (what is measured), value (Fraction or None), unit,
        state (why there is no value) and leading.
    """
    now, _ = pair(totals, period, "year-ago")
    rows = [
        {
            "key": record.key,
            "perspective": record.perspective,
            "name": record.name,
            "level": record.level_words,
            "value": compute(record.level, now),
            "unit": record.level_unit,
            "state": state(record.level, environment(now)),
            "leading": record.leading,
        }
        for record in indicators_of(totals)
    ]
    frame = pd.DataFrame(rows)
    frame["value"] = pd.Series([row["value"] for row in rows], dtype="object")
    return frame


def feedback(case: Case, results: Sequence[Result]) -> pd.DataFrame:
    """Say of each key result whether it is on track, and which causes of the diagnosis touch it.

    A cause touches a key result if it would show on the same indicator; that is a place to look,
    not an explanation.

    Returns
    -------
    DataFrame
        Columns kr_id, text, kpi, score (Fraction or None), state (on track, off, cannot tell),
        status, reason and causes (texts joined by ``; ``).
    """
    entries = causes(case) if has_method(case, "causes") else pd.DataFrame({"kpi": [], "text": []})
    by_key: dict[str, list[str]] = {}
    for name, text in zip(entries["kpi"], entries["text"], strict=True):
        by_key.setdefault(_key(str(name)), []).append(str(text))
    rows: list[dict[str, object]] = []
    scores: list[Fraction | None] = []
    for result in chosen(list(results)):
        row = result.key_result
        touching = [
            text
            for key in dict.fromkeys((row.kpi, result.kpi, *_related(row.kpi)))
            for text in by_key.get(key, [])
        ]
        scores.append(result.score.score)
        rows.append(
            {
                "kr_id": row.kr_id,
                "text": row.text,
                "kpi": result.kpi,
                "state": _ON_TRACK.get(result.score.status, "cannot tell"),
                "status": result.score.status,
                "reason": result.score.reason,
                "causes": "; ".join(touching),
            }
        )
    frame = pd.DataFrame(rows)
    frame.insert(3, "score", pd.Series(scores, dtype="object"))
    return frame


def _related(key: str) -> tuple[str, ...]:
    """Name the indicators that track the same level."""
    level = indicator(key).level
    return tuple(record.key for record in METHOD if record.level == level)
