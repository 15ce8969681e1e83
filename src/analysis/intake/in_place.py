"""Tables that stay where they are, however many rows they have, and are summed by DuckDB."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.case import Case
from analysis.errors import InputError
from analysis.intake.files import METHOD, ROWS, find
from analysis.kpis.duck import TABLES, Files, files, opened, require_keys
from analysis.tables_method import CHECK_INS

READ_ALWAYS = (*METHOD, CHECK_INS)
"""Tables that are read into memory even where rows are left where they are."""

NOT_HELD = (
    "these tables stay where they are, so of each just the first cell or key that breaks a rule is "
    "named; their references and periods are not checked"
)


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


@dataclass(frozen=True)
class InPlace:
    """What is known of the tables that stay where they are.

    Attributes
    ----------
    counts : dict of str to int
        Rows by table, of those without a problem.
    errors : tuple of InputError
        The first problem of each of the others.
    """

    counts: dict[str, int]
    errors: tuple[InputError, ...]


NONE_IN_PLACE = InPlace({}, ())


def look_through(case: Case, found: Files) -> InPlace:
    """Read every cell of the tables that stay in place once, where they are.

    Parameters
    ----------
    case : Case
        The case.
    found : dict of str to list of Path
        As :func:`stays_in_place` gives them.
    """
    counts: dict[str, int] = {}
    errors: dict[str, InputError] = {}
    for name in found:
        try:
            with opened(case.raw, case.root, case.root / ".build" / case.name) as relations:
                columns = ", ".join(f"count({column})" for column in TABLES[name].row.model_fields)
                (counted,) = relations[name].aggregate(f"count(*), {columns}").fetchall()
                require_keys({name: relations[name]})
                counts[name] = int(counted[0])
        except InputError as error:
            errors.setdefault(str(error), error)
    return InPlace(counts, tuple(errors.values()))
