"""A case's sums, made once and stored: in pandas while rows are few, in DuckDB when they are many.

``engine`` in ``case.yaml`` says which; ``auto``, the default, goes by the form and the size of the
files. The sums are the same to the last céntimo.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from analysis.base.errors import InputError
from analysis.kpis.catalogue import Totals
from analysis.kpis.duck import Files, files, opened, require_keys
from analysis.kpis.reduce import DIMENSIONS, reduce
from analysis.tables.case import Case
from analysis.tables.firm_tables import read_ledger
from analysis.tables.rows import write_frame

Engine = Literal["pandas", "duckdb"]

LARGE = 20_000_000
"""Bytes of CSV from which ``auto`` takes DuckDB: about 100,000 services, for which reading and
checking every row in Python took 8 s, and DuckDB 1.5 s."""

CUBE = "totals.csv"
"""A case's sums, computed once and read by all that shows them."""


def ledger_folder(case: Case) -> Path:
    """Folder of a case's rows: the ledger that was made from its inputs, or else its inputs."""
    made = case.processed / "ledger"
    return made if files(made) else case.raw


def tables_of(case: Case) -> tuple[str, ...]:
    """Names of the tables that a case's ledger holds; one without a row is absent."""
    if chosen_engine(case) == "pandas":
        return tuple(files(ledger_folder(case)))
    with _opened(case) as relations:
        return tuple(name for name, rows in relations.items() if rows.limit(1).fetchall())


def in_memory(case: Case) -> bool:
    """Whether rows are few enough to be read one by one, and not only summed."""
    return chosen_engine(case) == "pandas"


def chosen_engine(case: Case) -> Engine:
    """Decide what a case's rows are summed with.

    Raises
    ------
    InputError
        If pandas is asked for, but the rows are not CSV.
    """
    return engine_for(case, files(ledger_folder(case)))


def engine_for(case: Case, found: Files) -> Engine:
    """Decide what the rows of some files are summed with; see :func:`chosen_engine`."""
    asked = case.parameters.engine
    paths = [path for table in found.values() for path in table]
    parquet = [path for path in paths if path.suffix == ".parquet"]
    if asked == "pandas" and parquet:
        raise InputError(
            "Parquet is read with DuckDB only, and case.yaml says engine: pandas",
            file=parquet[0].relative_to(case.root),
            fix="say engine: auto in case.yaml, or write the table as CSV",
        )
    if asked != "auto":
        return asked
    many = sum(path.stat().st_size for path in paths) >= LARGE
    return "duckdb" if parquet or many else "pandas"


@contextmanager
def open_ledger(case: Case) -> Iterator[Mapping[str, Any]]:
    """Open a case's rows for :func:`analysis.kpis.reduce.reduce`.

    Yields
    ------
    mapping of str to DataFrame or DuckDBPyRelation
        By table name. Frames are validated row by row; relations are as they are summed.

    Raises
    ------
    InputError
        If a cell breaks a rule, a key stands twice, or DuckDB is needed and not installed.
    """
    if chosen_engine(case) == "pandas":
        yield read_ledger(case)
        return
    with _opened(case) as relations:
        require_keys(relations)
        yield relations


def _opened(case: Case) -> AbstractContextManager[dict[str, Any]]:
    return opened(ledger_folder(case), case.root, case.root / ".build" / case.name)


def make_cube(case: Case) -> Totals:
    """Sum a case's rows by month, service type, segment and measure.

    Returns
    -------
    DataFrame
        As :func:`analysis.kpis.reduce.reduce` returns it; :func:`analysis.kpis.levels.wide` and
        :func:`analysis.kpis.levels.level_table` take it from there.
    """
    with open_ledger(case) as ledger:
        return reduce(ledger, DIMENSIONS)


def write_cube(case: Case, cube: Totals) -> None:
    """Store a case's sums, marked with the kind of number they are."""
    write_frame(cube.assign(kind=case.parameters.kind), case.processed / CUBE)


def read_cube(case: Case) -> Totals:
    """Read the sums of a case, as the step ``kpis`` stored them.

    Raises
    ------
    InputError
        If they have not been made.
    """
    path = case.processed / CUBE
    if not path.is_file():
        raise InputError(
            "the sums of this ledger have not been made",
            file=path.relative_to(case.root),
            fix=f"python -m analysis kpis --case {case.name}",
        )
    text = dict.fromkeys((*DIMENSIONS, "measure", "kind"), "str")
    cube = pd.read_csv(path, encoding="utf-8", dtype=text, keep_default_na=False)
    return cube.drop(columns="kind")
