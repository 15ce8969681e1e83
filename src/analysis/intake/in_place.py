"""Tables that stay where they are, however many rows they have, and are summed by DuckDB."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.case import Case
from analysis.errors import InputError
from analysis.intake.files import METHOD, ROWS, find
from analysis.intake.problems import Fault, Problem, Rank
from analysis.kpis.audit import Broken, audit
from analysis.kpis.duck import Files, files
from analysis.periods import parse_quarter
from analysis.tables_method import CHECK_INS

READ_ALWAYS = (*METHOD, CHECK_INS)
"""Tables that are read into memory even where rows are left where they are."""

_RANKS = {
    "cell": Rank.CELL, "row": Rank.ROW, "key": Rank.KEY, "reference": Rank.REFERENCE,
    "period": Rank.PERIOD,
}  # fmt: skip


@dataclass(frozen=True)
class InPlace:
    """What is known of the tables that stay where they are.

    Attributes
    ----------
    files : dict of str to list of Path
        By table; none if all tables are read.
    counts : dict of str to int
        Rows by table.
    problems : tuple of Problem
        Everything that is wrong with them.
    """

    files: Files
    counts: dict[str, int]
    problems: tuple[Problem, ...]


def stays_in_place(case: Case) -> Files:
    """Find the files that are summed where they lie; none if rows are few enough to be read.

    Raises
    ------
    InputError
        If beside them lies a table under another name, which would be left out unseen.
    """
    found = files(case.raw)
    paths = {path for table in found.values() for path in table}
    parquet = any(path.suffix == ".parquet" for path in paths)
    if not (parquet or (paths and case.parameters.engine == "duckdb")):
        return {}
    for table, path in find(case).csv:
        if table in ROWS and table not in READ_ALWAYS and path not in paths:
            raise InputError(
                "tables of this size are read as they are, under their own names",
                file=path.relative_to(case.root), fix=f"call it {table.file}",
            )  # fmt: skip
    return found


def look_through(case: Case) -> InPlace:
    """Check the tables that stay where they are, without loading them.

    Raises
    ------
    InputError
        If DuckDB is not installed, a file cannot be read, or it has not the columns of its table.
    """
    found = stays_in_place(case) if case.has_own_rows else {}
    if not found:
        return InPlace({}, {}, ())
    scratch, periods = case.root / ".build" / case.name, case.parameters.periods
    ends = parse_quarter(periods.first), parse_quarter(periods.last)
    counts, broken = audit(found, case.raw, case.root, scratch, *ends)
    return InPlace(found, counts, tuple(map(_problem, broken)))


def _problem(broken: Broken) -> Problem:
    fault = Fault(_RANKS[broken.sort], broken.rule, broken.fix)
    first, *others = broken.rows
    return Problem(
        fault, broken.file, first, broken.column, broken.value, tuple(others), broken.count
    )
