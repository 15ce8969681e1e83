"""A synthetic ledger that meets every result a publication prints, under a stated reading."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from analysis.ledger.method_rows import make_method_rows
from analysis.ledger.plan import Plan, make_plan
from analysis.ledger.rows import make_rows
from analysis.tables.case import Case
from analysis.tables.contents import Ledger
from analysis.tables.firm_tables import LEDGER_TABLES
from analysis.tables.rows import write_frame
from analysis.tables.strategy_tables import CHECK_INS

__all__ = ["Plan", "make_ledger", "make_plan", "make_rows", "write_ledger"]


def make_ledger(
    case: Case, reading: Mapping[str, str] | None = None, seed: int | None = None
) -> Ledger:
    """Make up a ledger that meets the print.

    Parameters
    ----------
    case : Case
        A case of kind ``synthetic``.
    reading : mapping of str to str, optional
        Options that replace the defaults of ``case.yaml``.
    seed : int, optional
        Replaces the seed of ``case.yaml``.

    Raises
    ------
    InputError
        If a reading is unknown, or nothing meets the print under it.
    """
    calibration = case.parameters.calibration
    chosen = seed if seed is not None else (calibration.seed if calibration else 0)
    rows = make_rows(make_plan(case, case.reading(dict(reading or {})), chosen), chosen)
    return rows | make_method_rows(rows, chosen)


def write_ledger(ledger: Ledger, folder: Path) -> None:
    """Write every table of a ledger as CSV."""
    for table in (*LEDGER_TABLES, CHECK_INS):
        if table.name in ledger:
            write_frame(ledger[table.name], folder / table.file)
