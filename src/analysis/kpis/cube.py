"""A case's rows and their sums, made once and stored: in pandas while rows are few, or in DuckDB.

``engine`` in ``case.yaml`` says which; ``auto``, the default, goes by the form and the size of the
files. The sums are the same to the last céntimo.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from copy import copy
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal

import narwhals as nw
import pandas as pd

from analysis.base.errors import InputError, shown
from analysis.base.language import tr
from analysis.base.periods import (
    calendar,
    ends_within_month,
    month_label,
    month_of,
    year_before,
)
from analysis.kpis.catalogue import MEASURES, Totals
from analysis.kpis.duck import (
    OPEN,
    TABLES,
    Files,
    header,
    in_whole_units,
    selection,
    source,
    sql_type,
    store_on,
)
from analysis.kpis.levels import TO_DATE
from analysis.kpis.reduce import ALL, BY_MONTH, DIMENSIONS, PUBLISHED, reduce
from analysis.tables.case import Case
from analysis.tables.columns import may_be_empty
from analysis.tables.firm_tables import read_ledger
from analysis.tables.rows import Table, period_column, write_frame

Engine = Literal["pandas", "duckdb"]

LARGE = 20_000_000
"""Bytes of CSV from which ``auto`` takes DuckDB: about 100,000 services, for which reading and
checking every row in Python took 8 s, and DuckDB 1.5 s."""

CUBE = "totals.csv"
"""A case's sums, computed once and read by all that shows them."""

SUFFIXES = (".csv", ".parquet")

PLAIN_FORM = (
    "rows that stay where they are are read in the plain form only: columns named as in "
    "data/raw/template (amount_centimos or amount, quarter_hours), a comma between cells, days as "
    "2024-05-31, whole numbers; write them so, or let files be read as they come, with "
    "engine: pandas in case.yaml"
)
"""What to do about columns that are not found."""


def files(folder: Path) -> Files:
    """Find the files of every ledger table in a folder.

    A table is one file, ``service.csv`` or ``service.parquet``, or a folder ``service`` of several.

    Raises
    ------
    InputError
        If a table stands there twice, or a file is a link to elsewhere.
    """
    found = {}
    for table in TABLES.values():
        stem = Path(table.file).stem
        kinds = [[path] for s in SUFFIXES if (path := folder / f"{stem}{s}").is_file()]
        kinds += [paths for s in SUFFIXES if (paths := sorted((folder / stem).glob(f"*{s}")))]
        if len(kinds) > 1:
            raise InputError(
                f"the table {table.name} stands here twice",
                file=folder,
                value=" and ".join(str(paths[0].relative_to(folder)) for paths in kinds),
                fix="keep one of them",
            )
        if kinds:
            found[table.name] = kinds[0]
    for path in (path for paths in found.values() for path in paths):
        if not path.resolve().is_relative_to(folder.resolve()):
            raise InputError("the file must not be a link to elsewhere", file=path)
    return found


class Relations(dict[str, Any]):
    """Relations by table, with the connection that they read through."""

    def __init__(self, store: Any, tables: Mapping[str, Any]) -> None:
        super().__init__(tables)
        self.store = store


@contextmanager
def opened(folder: Path, root: Path, scratch: Path) -> Iterator[Relations]:
    """Open the tables of a folder as relations that :func:`analysis.kpis.reduce.reduce` takes.

    Parameters
    ----------
    folder : Path
        Folder of CSV (comma, UTF-8, ISO dates) or Parquet files; see :func:`files`.
    root : Path
        Project root, so that messages name short paths.
    scratch : Path
        Where DuckDB may keep what does not fit into memory; emptied at the end.

    Yields
    ------
    Relations
        By table name. What goes wrong while they are used is raised as InputError.

    Raises
    ------
    InputError
        If DuckDB is not installed, a column is missing, or a cell breaks a rule.
    """
    found = files(folder)
    with store_on(folder, root, scratch, found) as store:
        tables = {name: _relation(store, name, paths, root) for name, paths in found.items()}
        yield Relations(store, tables)


def _relation(store: Any, name: str, paths: list[Path], root: Path) -> Any:
    table = TABLES[name]
    headers = [header(store, path, root) for path in paths]
    for error in header_errors(table, paths, headers, root):
        raise error
    fields = table.row.model_fields.items()
    used = [n for n, info in fields if n in headers[0] or sql_type(info) != "VARCHAR"]
    done = f" where {OPEN[name]} is not null" if name in OPEN else ""
    rows = source(table, paths, headers[0])
    checked = f"select {selection(table)} from {rows}{done}"
    return store.sql(f"select {', '.join(used)} from ({checked})")


def header_errors(
    table: Table, paths: list[Path], headers: list[list[str]], root: Path
) -> Iterator[InputError]:
    """Say what is wrong with the columns of a table's files: any that is missing, or stands twice.

    Parameters
    ----------
    table : Table
        Which table.
    paths : list of Path
        Its files.
    headers : list of list of str
        The names of their columns, from :func:`header`.
    root : Path
        Project root, so that messages name short paths.
    """
    for path, names in zip(paths, headers, strict=True):
        file = shown(path, root)
        for name, info in table.row.model_fields.items():
            money = in_whole_units(table, names)
            if name not in (*names, *money) and not may_be_empty(info):
                rule, fix = tr("this column is missing"), tr(PLAIN_FORM)
                yield InputError(rule, file=file, row=1, column=name, fix=fix)
            if names.count(name) > 1:
                rule, fix = tr("two columns have this name"), tr("delete one of them")
                yield InputError(rule, file=file, row=1, column=name, fix=fix)
        if sorted(names) == sorted(headers[0]) and names != headers[0]:
            rule = tr("the columns must stand in the order of {file}", file=paths[0].name)
            yield InputError(rule, file=file, row=1)
        elif names != headers[0]:
            rule = tr("the file must have the columns of {file}", file=paths[0].name)
            yield InputError(rule, file=file, row=1)


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
    if asked != "auto":
        return asked
    many = sum(path.stat().st_size for path in paths) >= LARGE
    return "duckdb" if parquet or many else "pandas"


@contextmanager
def open_ledger(case: Case) -> Iterator[dict[str, Any]]:
    """Open a case's rows for :func:`analysis.kpis.reduce.reduce`.

    Yields
    ------
    dict of str to DataFrame or DuckDBPyRelation
        By table name. Frames are validated row by row; relations are as they are summed.

    Raises
    ------
    InputError
        If a cell breaks a rule, or DuckDB is needed and not installed. Keys were checked with the
        files; see :func:`are_stored`.
    """
    if chosen_engine(case) == "pandas":
        yield read_ledger(case)
        return
    with _opened(case) as relations:
        yield relations


def _opened(case: Case) -> AbstractContextManager[Relations]:
    return opened(ledger_folder(case), case.root, case.root / ".build" / case.name)


def make_cube(case: Case) -> Totals:
    """Sum a case's rows by month, service type, segment and measure.

    Returns
    -------
    DataFrame
        As :func:`analysis.kpis.reduce.reduce` returns it; :func:`analysis.kpis.levels.wide` and
        :func:`analysis.kpis.levels.level_table` take it from there.
    """
    wanted = tuple(MEASURES) if case.has_own_rows else PUBLISHED
    with open_ledger(case) as ledger:
        return sums_through(ledger, wanted)


def sums_through(ledger: dict[str, Any], measures: Collection[str] = PUBLISHED) -> Totals:
    """Sum rows up to the day through which they are complete.

    Where that day lies within a month, the same days of last year's month are summed too, under
    names that end in :data:`analysis.kpis.levels.TO_DATE`.

    Parameters
    ----------
    ledger, measures
        As :func:`analysis.kpis.reduce.reduce` takes them.
    """
    through = calendar().complete_through
    if through is None:
        return reduce(ledger, DIMENSIONS, measures)
    cube = reduce(up_to(ledger, through), DIMENSIONS, measures)
    cube = _with_zeros(cube, month_of(through), cube["measure"])
    if not ends_within_month():
        return cube
    before = year_before(through)
    same_days = reduce(up_to(ledger, before), DIMENSIONS, measures)
    same_days = same_days[same_days["month"] == month_of(before)]
    known = cube.loc[cube["month"] == month_of(before), "measure"]
    same_days = _with_zeros(same_days, month_of(before), known)
    marked = same_days.assign(measure=same_days["measure"] + TO_DATE)
    return pd.concat([cube, marked], ignore_index=True)


def _with_zeros(sums: Totals, month: int, known: Iterable[str]) -> Totals:
    """Add zeros for what is recorded by the day and had no row in the days of a month."""
    there = set(sums.loc[sums["month"] == month, "measure"])
    by_day = {name for name, spec in BY_MONTH.items() if "staff_hours" not in spec.tables}
    names = sorted((set(known) & by_day) - there)
    zeros = pd.DataFrame({"month": month, "measure": names, "value": 0})
    return pd.concat([sums, zeros.assign(**dict.fromkeys(DIMENSIONS, ALL))], ignore_index=True)


def up_to(ledger: dict[str, Any], day: date) -> dict[str, Any]:
    """Keep the rows up to and including a day; of what is recorded by the month, whole months.

    Parameters
    ----------
    ledger : mapping of str to frame
        As :func:`analysis.kpis.reduce.reduce` takes it.
    day : date
        The last day.
    """
    ended = month_label(month_of(day + timedelta(days=1)))
    kept = copy(ledger)
    for name, frame in ledger.items():
        rows = nw.from_native(frame)
        column = period_column(TABLES[name]) if name in TABLES else ""
        if column == "month":
            rows = rows.filter(nw.col(column) < ended)
        elif column.endswith("_on"):
            rows = rows.filter(nw.col(column) <= datetime.combine(day, time()))
        kept[name] = rows.to_native()
    return kept


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


def state_of(case: Case) -> str:
    """List the files of a case's folder, each with its size and when it was last changed."""
    lines = []
    for path in sorted(case.raw.rglob("*")):
        if path.is_file() and path.name[0] not in ".~":  # those of programs are nobody's
            state = path.stat()
            lines.append(f"{path.relative_to(case.raw)}\t{state.st_size}\t{state.st_mtime_ns}\n")
    return "".join(lines)


def are_stored(case: Case) -> bool:
    """Whether a case's tables were checked and kept, and its files have not changed since."""
    record = record_of(case)
    made = record.is_file() and case.processed.is_dir()
    return made and record.read_text(encoding="utf-8") == state_of(case)


def record_of(case: Case) -> Path:
    """Return the file that says in which state a case's files were checked."""
    return case.root / ".build" / case.name / "inputs.txt"
