"""Checks of objectives, key results, targets and check-ins against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from analysis.base.errors import InputError
from analysis.intake.checked import Checked
from analysis.intake.files import ROWS
from analysis.intake.problems import Fault, Problem, Rank
from analysis.kpis.catalogue import METHOD, SHORT
from analysis.method.key_results import contradictions as target_errors
from analysis.tables.case import Case
from analysis.tables.ledger import RAW_TABLES, ClaimRow
from analysis.tables.method import KeyResultRow, ObjectiveRow, TargetRow
from analysis.tables.rows import Row, read_rows

_R = TypeVar("_R", bound=Row)

INDICATORS = frozenset([record.key for record in METHOD] + list(SHORT))
"""Names under which tables may speak of the catalogue's indicators."""

OUTSIDE = Fault(
    Rank.PERIOD, "the check-in lies outside the period of its key result", "correct the day"
)
SAME_DAY = Fault(
    Rank.KEY, "the key result has another check-in of this day", "keep the one that counts"
)
UNKNOWN_SOURCE = Fault(
    Rank.REFERENCE, "names neither an indicator nor a column, which is written as table.column"
)


def check_method(case: Case, tables: Mapping[str, Checked]) -> Iterator[Problem]:
    """Find what is wrong between the tables of the strategy.

    Parameters
    ----------
    case : Case
        Its readings are those that targets may depend on.
    tables : mapping of str to Checked
        Tables with problems of their own are taken for absent.
    """
    right = {name: table for name, table in tables.items() if not table.problems}
    if "key_results" in right and "objectives" in right:
        yield from _check_okrs(case, right)
    if "check_in" in right and "key_results" in right:
        _check_days(right["check_in"], right["key_results"])
    if "variables" in right:
        _check_sources(right["variables"])


def claim_ids(case: Case) -> frozenset[str]:
    """Return the ids of a case's claims; none if it has none, or they break a rule."""
    table = RAW_TABLES[0]
    try:
        claims = read_rows(table, case.raw, case.root) if (case.raw / table.file).is_file() else []
    except InputError:  # said where claims are read
        claims = []
    return frozenset(claim.claim_id for claim in claims if isinstance(claim, ClaimRow))


def _check_okrs(case: Case, tables: Mapping[str, Checked]) -> Iterator[Problem]:
    objectives = _rows(tables["objectives"], ObjectiveRow)
    results = _rows(tables["key_results"], KeyResultRow)
    targets = _rows(tables["targets"], TargetRow) if "targets" in tables else []
    files = {
        str((case.method / table.table.file).relative_to(case.root)): table
        for table in tables.values()
    }
    for error in target_errors(case, objectives, results, targets, claim_ids(case)):
        table = files[str(error.file)]
        row = _row_of(table, str(error.row)) if error.row else None
        fault = Fault(Rank.SUM, error.rule, error.fix or "")
        value = None if error.value is None else str(error.value)
        column = table.headers.get(error.column or "", error.column or "")
        yield Problem(fault, table.file, row, column, value)


def _rows(table: Checked, model: type[_R]) -> list[_R]:
    return [model.model_validate(_plain(record)) for record in table.frame.to_dict("records")]


def _plain(record: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        name: value.date() if isinstance(value, pd.Timestamp) else value
        for name, value in record.items()
    }


def _row_of(table: Checked, key: str) -> int | None:
    """Return the row of a key; of an objective's key results, the first of them."""
    for name in (table.table.key[0], "objective_id"):
        if name in table.frame:
            places = np.flatnonzero((table.frame[name] == key).to_numpy())
            if len(places):
                return int(table.rows[places[0]])
    return None


def _check_days(check_ins: Checked, results: Checked) -> None:
    """Hold check-ins against the periods of their key results."""
    frame = check_ins.frame
    periods = results.frame.drop_duplicates("kr_id").set_index("kr_id")
    starts, ends = (frame["kr_id"].map(periods[name]) for name in ("starts_on", "ends_on"))
    outside = (frame["reported_on"] < starts) | (frame["reported_on"] > ends)
    check_ins.report(OUTSIDE, "reported_on", outside.to_numpy())
    again = frame.duplicated(["kr_id", "reported_on"], keep="first")
    check_ins.report(SAME_DAY, "reported_on", again.to_numpy())


def _check_sources(variables: Checked) -> None:
    """Refuse sources of variables that name neither an indicator nor a column."""
    columns = {f"{table.name}.{name}" for table in ROWS for name in table.row.model_fields}
    source = variables.frame["source"]
    known = source.isin(INDICATORS | columns) | (source == "")
    variables.report(UNKNOWN_SOURCE, "source", ~known.to_numpy() & variables.good["source"])
