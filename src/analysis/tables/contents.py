"""What a case holds: the rows of its ledger, and which tables of the method."""

from __future__ import annotations

import pandas as pd

from analysis.tables.case import Case
from analysis.tables.ledger import LEDGER_TABLES, RAW_TABLES
from analysis.tables.method import METHOD_LEDGER_TABLES, METHOD_RAW_TABLES
from analysis.tables.rows import read_frame

Ledger = dict[str, pd.DataFrame]
"""Data frames by table name."""


def read_ledger(case: Case) -> Ledger:
    """Read and validate the ledger of a case.

    Any table may be missing where rows are handed in, and elsewhere what only the whole method
    needs.
    """
    folder = case.processed / "ledger"
    needed = () if case.has_own_rows else LEDGER_TABLES
    return {
        table.name: read_frame(table, folder, case.root)
        for table in (*LEDGER_TABLES, *METHOD_LEDGER_TABLES)
        if table in needed or (folder / table.file).is_file()
    }


def has_method(case: Case, name: str) -> bool:
    """Whether a case has a table on its diagnosis, strategy or targets."""
    table = next(table for table in (*RAW_TABLES, *METHOD_RAW_TABLES) if table.name == name)
    return (case.method / table.file).is_file()


def has_okrs(case: Case) -> bool:
    """Whether a case has objectives and key results."""
    return has_method(case, "objectives") and has_method(case, "key_results")


def target_axes(case: Case) -> set[str]:
    """List the readings that the targets of a case depend on; none if it has no targets.

    Where rows are handed in, nothing but targets depends on readings.
    """
    if case.has_own_rows:
        return set(case.parameters.readings)
    if not has_okrs(case):
        return set()
    axes = read_frame(METHOD_RAW_TABLES[2], case.method, case.root)["axis"]
    return {str(axis) for axis in axes if axis}
