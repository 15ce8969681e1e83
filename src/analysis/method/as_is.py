"""AS-IS diagnosis: where a firm stands before a method is introduced (4.3.1, 4.4.1)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.expression import state
from analysis.base.periods import first_month, last_month, parse_label
from analysis.base.text import column, fields, frame_of
from analysis.kpis.catalogue import METHOD, MONEY, Totals, compute, environment, indicator
from analysis.kpis.levels import indicators_of, kpi_periods, kpis_of, pair
from analysis.method.key_results import Result, chosen
from analysis.tables.case import Case
from analysis.tables.firm_tables import Ledger
from analysis.tables.rows import read_frame, read_rows
from analysis.tables.strategy_tables import (
    CLAIMS,
    DIAGNOSIS_TABLES,
    PLAN_TABLES,
    ProcessRow,
    has_method,
)

_TABLES = {table.name: table for table in (CLAIMS, *DIAGNOSIS_TABLES, *PLAN_TABLES)}
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
        From :func:`analysis.kpis.reduce.reduce`.
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
    entries["value"] = column(value for value, _ in levels)
    entries["before"] = column(before for _, before in levels)
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
    frame = read_frame(_TABLES["variables"], case.method, case.root)
    frame["measured"] = frame["source"] != ""
    return frame


def starting_levels(totals: Totals, period: str, currency: str = MONEY) -> pd.DataFrame:
    """Level of every indicator of the catalogue in a period, as far as its tables are there.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.reduce.reduce`.
    period : str
        Period looked at, such as the baseline.
    currency : str
        Name of the unit of money.

    Returns
    -------
    DataFrame
        Columns key, perspective, name, level (what is measured), value (Fraction or None), unit,
        state (why there is no value) and leading.
    """
    now, _ = pair(totals, period, "year-ago")
    rows = [
        {
            **fields(record, "key perspective name"),
            "level": record.definition,
            "value": compute(record.level, now),
            "unit": record.unit,
            "state": state(record.level, environment(now)),
            "leading": record.leading,
        }
        for record in indicators_of(totals, currency)
    ]
    return frame_of(rows)


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
    for result in chosen(list(results)):
        row = result.key_result
        touching = [
            text
            for key in dict.fromkeys((row.kpi, result.kpi, *_related(row.kpi)))
            for text in by_key.get(key, [])
        ]
        rows.append(
            {
                "kr_id": row.kr_id,
                "text": row.text,
                "kpi": result.kpi,
                "score": result.score.score,
                "state": _ON_TRACK.get(result.score.status, "cannot tell"),
                "status": result.score.status,
                "reason": result.score.reason,
                "causes": "; ".join(touching),
            }
        )
    return frame_of(rows)


def _related(key: str) -> tuple[str, ...]:
    """Name the indicators that track the same level."""
    level = indicator(key).level
    return tuple(record.key for record in METHOD if record.level == level)


def swot(case: Case) -> pd.DataFrame:
    """Entries of the SWOT matrix, each with the place it rests on."""
    return read_frame(_TABLES["swot"], case.method, case.root)


def causes(case: Case) -> pd.DataFrame:
    """Causes for the Ishikawa diagram, each with the place it rests on."""
    return read_frame(_TABLES["causes"], case.method, case.root)


def process_steps(case: Case) -> list[ProcessRow]:
    """Read the steps of the service process, in order."""
    rows = read_rows(_TABLES["process"], case.method, case.root)
    steps = [row for row in rows if isinstance(row, ProcessRow)]
    return sorted(steps, key=lambda step: step.position)


def completed(service: pd.DataFrame, period: str) -> pd.DataFrame:
    """Keep the services that were completed in a month, quarter, half-year or year."""
    day, (grain, index) = service["completed_on"].dt, parse_label(period)
    months = 12 * day.year + day.month - 1
    inside = months.between(first_month(index, grain), last_month(period))
    done: pd.DataFrame = service[inside]
    return done


def process_times(ledger: Ledger, steps: list[ProcessRow], period: str) -> pd.DataFrame:
    """Time per step of the service process, over the services completed in a period.

    Parameters
    ----------
    ledger : dict of str to DataFrame
        Needs ``service``.
    steps : list of ProcessRow
        From :func:`process_steps`.
    period : str
        A month, quarter, half-year or year, such as ``2023H1``.

    Returns
    -------
    DataFrame
        One row per step: step_id, name, mode, services, days (sum), mean (Fraction, days),
        median (days), share (Fraction of the whole cycle) and bottleneck (True for the step with
        the largest sum of days).
    """
    done = completed(ledger["service"], period)
    rows = []
    for step in steps:
        days = (done[step.end_column] - done[step.start_column]).dt.days
        rows.append(
            {
                **fields(step, "step_id name mode"),
                "services": len(days),
                "days": int(days.sum()),
                "mean": Fraction(int(days.sum()), max(len(days), 1)),
                "median": float(days.median()),
            }
        )
    table = pd.DataFrame(rows)
    whole = int(table["days"].sum())
    table["share"] = column(Fraction(int(d), whole) if whole else None for d in table["days"])
    table["bottleneck"] = table["days"] == table["days"].max()
    return table


def starting_level(totals: Totals, period: str, currency: str = MONEY) -> pd.DataFrame:
    """Level of every KPI in a period, such as the baseline.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.reduce.reduce`.
    period : str
        A month, quarter, half-year or year.
    currency : str
        Name of the unit of money.

    Returns
    -------
    DataFrame
        Columns kpi, perspective, name, value (Fraction, or None where nothing was measured),
        unit, definition; in catalogue order.
    """
    table = kpi_periods(totals, parse_label(period)[0], period)
    values = table[table["period"] == period].set_index("kpi")["value"]
    return pd.DataFrame(
        [
            {
                "kpi": record.key,
                **fields(record, "perspective name"),
                "value": values[record.key],
                **fields(record, "unit definition"),
            }
            for record in kpis_of(totals, currency)
        ]
    )
