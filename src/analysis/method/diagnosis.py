"""AS-IS diagnosis (4.3.1): where the firm stands before anything is changed."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from analysis.base.periods import MONTHS, last_month, parse_label
from analysis.kpis.measures import Totals
from analysis.kpis.table import kpi_periods, kpis_of
from analysis.tables.case import Case
from analysis.tables.contents import Ledger
from analysis.tables.ledger import RAW_TABLES, ProcessRow
from analysis.tables.rows import read_frame, read_rows

_TABLES = {table.name: table for table in RAW_TABLES}


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


def process_times(ledger: Ledger, steps: list[ProcessRow], period: str) -> pd.DataFrame:
    """Time per step of the service process, over the services completed in a period.

    Parameters
    ----------
    ledger : dict of str to DataFrame
        Needs ``service``.
    steps : list of ProcessRow
        From :func:`process_steps`.
    period : str
        A month, quarter or half-year, such as ``2023H1``.

    Returns
    -------
    DataFrame
        One row per step: step_id, name, mode, services, days (sum), mean (Fraction, days),
        median (days), share (Fraction of the whole cycle) and bottleneck (True for the step with
        the largest sum of days).
    """
    service = ledger["service"]
    day, last = service["completed_on"].dt, last_month(period)
    months = 12 * day.year + day.month - 1
    done = service[months.between(last - MONTHS[parse_label(period)[0]] + 1, last)]
    rows = []
    for step in steps:
        days = (done[step.end_column] - done[step.start_column]).dt.days
        rows.append(
            {
                "step_id": step.step_id,
                "name": step.name,
                "mode": step.mode,
                "services": len(days),
                "days": int(days.sum()),
                "mean": Fraction(int(days.sum()), max(len(days), 1)),
                "median": float(days.median()),
            }
        )
    table = pd.DataFrame(rows)
    whole = int(table["days"].sum())
    table["share"] = pd.Series(
        [Fraction(int(days), whole) if whole else None for days in table["days"]], dtype="object"
    )
    table["bottleneck"] = table["days"] == table["days"].max()
    return table


def starting_level(totals: Totals, case: Case) -> pd.DataFrame:
    """Level of every KPI in the baseline period of the case.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.totals.totals`.
    case : Case
        The case.

    Returns
    -------
    DataFrame
        Columns kpi, perspective, name, value (Fraction, or None where nothing was measured),
        unit, definition; in catalogue order.
    """
    baseline = case.parameters.periods.baseline
    table = kpi_periods(totals, parse_label(baseline)[0], baseline)
    values = table[table["period"] == baseline].set_index("kpi")["value"]
    return pd.DataFrame(
        [
            {
                "kpi": record.kpi_id,
                "perspective": record.perspective,
                "name": record.name,
                "value": values[record.kpi_id],
                "unit": record.unit,
                "definition": record.definition,
            }
            for record in kpis_of(totals)
        ]
    )
