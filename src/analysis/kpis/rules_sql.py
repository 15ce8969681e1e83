"""The row models' types and rules as SQL, so that DuckDB checks every cell that it sums."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from analysis.columns import may_be_empty
from analysis.tables import Table, order_rule

BROKEN = "this cell breaks a rule: "
"""Begins what DuckDB says when it stops at a rule of ours; the table and column follow as JSON."""

_LARGEST = 2**53
"""Whole numbers below this are exact as they are read."""


def sql_text(value: str) -> str:
    """Quote a text for SQL."""
    return "'" + value.replace("'", "''") + "'"


def sql_list(paths: Iterable[Path]) -> str:
    """List files for SQL."""
    return f"[{', '.join(sql_text(str(path.resolve())) for path in paths)}]"


def sql_type(field: FieldInfo) -> str:
    """Type in which a column is summed."""
    if field.annotation in (date, date | None):
        return "DATE"
    return "BIGINT" if field.annotation in (int, int | None) else "VARCHAR"


def source(table: Table, paths: list[Path], columns: list[str]) -> str:
    """Read the files of a table, in SQL.

    Parameters
    ----------
    table : Table
        Which table.
    paths : list of Path
        Its files, all CSV or all Parquet.
    columns : list of str
        Columns of a CSV file in its order; all of them, since they are told apart by position.
    """
    if paths[0].suffix == ".parquet":
        return f"read_parquet({sql_list(paths)})"
    fields = table.row.model_fields
    # As BIGINT, 12.50 would become 13 and nobody would hear of it.
    kinds = {name: sql_type(fields[name]).replace("BIGINT", "DOUBLE") for name in columns}
    types = ", ".join(f"{sql_text(name)}: '{kinds[name]}'" for name in columns)
    return (
        f"read_csv({sql_list(paths)}, auto_detect = false, header = true, delim = ',', "
        f"""quote = '"', escape = '"', columns = {{{types}}})"""
    )


def selection(table: Table) -> str:
    """Select all columns of a table in SQL, typed; a cell that breaks a rule stops the query."""
    chosen = []
    for name, field in table.row.model_fields.items():
        broken = sql_text(BROKEN + json.dumps([table.name, name]))
        kept = f"case when {test(table, name)} then {_cell(name, field)} else error({broken}) end"
        chosen.append(f"{kept}::{sql_type(field)} as {name}")
    return ", ".join(chosen)


def test(table: Table, name: str) -> str:
    """Say in SQL whether a cell keeps the rules of its column (patterns of keys are left out)."""
    field = table.row.model_fields[name]
    tests = [] if _may_be_blank(field) else [f"{name} is not null"]
    if sql_type(field) == "BIGINT":
        tests += [f"{name} = trunc({name})", f"abs({name}) < {_LARGEST}"]
    if get_origin(field.annotation) is Literal:
        tests.append(f"{name} in ({', '.join(map(sql_text, get_args(field.annotation)))})")
    for rule in field.metadata:
        if (low := getattr(rule, "ge", None)) is not None:
            tests.append(f"{name} >= {_limit(low)}")
        if (high := getattr(rule, "le", None)) is not None:
            tests.append(f"{name} <= {_limit(high)}")
        if getattr(rule, "min_length", None):
            tests.append(f"{name} <> ''")
        pattern = getattr(rule, "pattern", None)
        if pattern and not name.endswith("_id"):
            tests.append(f"regexp_matches({_cell(name, field)}, {sql_text(pattern)})")
    for group in _ordered(table, name):
        tests += [f"{early} <= {late}" for early, late in pairwise(group)]
    kept = " and ".join(tests) or "true"
    return f"({name} is null or ({kept}))" if _optional(field) else f"({kept})"


def rule(table: Table, name: str) -> str:
    """Say the rules of a column in words."""
    field = table.row.model_fields[name]
    kinds = {"DATE": "a date as YYYY-MM-DD", "BIGINT": "a whole number", "VARCHAR": "filled in"}
    words = kinds[sql_type(field)]
    if get_origin(field.annotation) is Literal:
        words = f"one of {', '.join(get_args(field.annotation))}"
    for limit in field.metadata:
        for attribute, said in (("ge", "at least"), ("le", "at most"), ("pattern", "of the form")):
            value = getattr(limit, attribute, None)
            if value is not None:
                words += f", {said} {value}"
    orders = [f"; {order_rule(group)}" for group in _ordered(table, name)]
    return f"this must be {words}{''.join(orders)}"


def _ordered(table: Table, name: str) -> list[tuple[str, ...]]:
    """Return the groups of columns in order of which this is the last."""
    return [group for group in table.row.in_order if group[-1] == name]


def _cell(name: str, field: FieldInfo) -> str:
    """Take an empty cell for an empty text where it is one, as pandas does."""
    return f"coalesce({name}, '')" if _may_be_blank(field) else name


def _may_be_blank(field: FieldInfo) -> bool:
    return sql_type(field) == "VARCHAR" and may_be_empty(field)


def _optional(field: FieldInfo) -> bool:
    return type(None) in get_args(field.annotation)


def _limit(value: object) -> str:
    return f"date '{value}'" if isinstance(value, date) else str(value)
