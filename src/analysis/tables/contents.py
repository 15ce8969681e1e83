"""What a case holds: the rows of its ledger, and which tables of the method."""

from __future__ import annotations

import pandas as pd

from analysis.base.errors import InputError, raise_all
from analysis.tables.case import Case
from analysis.tables.firm_tables import CORE_TABLES, LEDGER_TABLES
from analysis.tables.rows import examine_rows, read_frame
from analysis.tables.strategy_tables import CLAIMS, METHODS, PLAN_TABLES, ClaimRow

Ledger = dict[str, pd.DataFrame]
"""Data frames by table name."""


def read_ledger(case: Case) -> Ledger:
    """Read and validate the ledger of a case.

    Any table may be missing where rows are handed in, and elsewhere what only the whole method
    needs.
    """
    folder = case.processed / "ledger"
    needed = () if case.has_own_rows else CORE_TABLES
    return {
        table.name: read_frame(table, folder, case.root)
        for table in LEDGER_TABLES
        if table in needed or (folder / table.file).is_file()
    }


def has_method(case: Case, name: str) -> bool:
    """Whether a case has a table on its diagnosis, strategy or targets."""
    table = next(table for table in (CLAIMS, *PLAN_TABLES, METHODS) if table.name == name)
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
    targets = next(table for table in PLAN_TABLES if table.name == "targets")
    axes = read_frame(targets, case.method, case.root)["axis"]
    return {str(axis) for axis in axes if axis}


def read_claims(case: Case) -> list[ClaimRow]:
    """Read a case's ``claims.csv`` and check that the readings it names exist.

    Raises
    ------
    InputError
        As :func:`read_ledger`, and if a claim names a reading that ``case.yaml`` lacks.
    """
    rows, errors = examine_rows(CLAIMS, case.raw, case.root)
    claims = [row for row in rows if isinstance(row, ClaimRow)]
    known = case.parameters.readings
    unknown = [
        InputError(
            f"case.yaml has no reading of this name; it has {', '.join(known) or 'none'}",
            file=(case.raw / CLAIMS.file).relative_to(case.root),
            row=claim.claim_id,
            column="readings",
            value=axis,
            fix="correct the name, or describe the reading under readings: in case.yaml",
        )
        for claim in claims
        for axis in claim.axes
        if axis not in known
    ]
    raise_all([*errors, *unknown])
    return claims


def printed_strings(case: Case) -> dict[str, str]:
    """Return the printed string of every claim by its id."""
    return {claim.claim_id: claim.printed for claim in read_claims(case)}
