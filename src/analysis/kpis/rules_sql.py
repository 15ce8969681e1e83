"""The row models' types and rules as SQL, so that DuckDB checks every cell that it sums."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from analysis.tables.columns import PATTERNS, may_be_empty
from analysis.tables.rows import Table, order_rule

BROKEN = "this cell breaks a rule: "
"""Begins what DuckDB says when it stops at a rule of ours; the table and column follow as JSON."""

_CORRECT_DAY = "correct one of the days"
_IN_WORDS = {"DATE": "a date as YYYY-MM-DD", "BIGINT": "a whole number", "VARCHAR": "filled in"}

_BUFFER = 16_000_000
"""Bytes that a thread reads of a CSV file at a time. With DuckDB's own 32 MB, the tables that are
joined take up half the memory allowed, and joins of 10 million rows fail now and then; with 4 MB,
reading takes a tenth longer."""

_TRIED = {"BIGINT": "DOUBLE", "DATE": "DATE", "VARCHAR": "VARCHAR"}
"""Types in which cells are tested: as BIGINT, 12.50 would become 13 and nobody would hear of it."""

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


@dataclass(frozen=True)
class Rule:
    """A rule in SQL, with what a person needs to know of it.

    Attributes
    ----------
    sort : {"cell", "row", "note"}
        What it is about: a cell, the order of days in a row, or nothing that is wrong but what
        should be known.
    column : str
        Column at which a broken rule is reported.
    sql : str
        Condition that holds for a row that keeps the rule.
    words, fix : str
        What is wrong where it does not hold, and what to do about it.
    """

    sort: str
    column: str
    sql: str
    words: str
    fix: str


def source(table: Table, paths: list[Path], columns: list[str], *, text: bool = False) -> str:
    """Read the files of a table, in SQL: every column of its row model, and maybe others.

    Parameters
    ----------
    table : Table
        Which table.
    paths : list of Path
        Its files, all CSV or all Parquet.
    columns : list of str
        All columns of the files, in their order. Those that the table does not know are not used;
        of those that it knows, what is absent is empty.
    text : bool
        Leave the cells of CSV files as text, and those of Parquet files as they are stored.
    """
    kinds = {name: sql_type(field) for name, field in table.row.model_fields.items()}
    if paths[0].suffix == ".parquet":
        rows = f"read_parquet({sql_list(paths)})"
        if not text:
            fields = table.row.model_fields
            cells = [f"{typed(name, fields[name])} as {name}" for name in kinds if name in columns]
            rows = f"(select {', '.join(cells)} from {rows})"
    else:
        types = ", ".join(
            f"not_used_{place}: 'VARCHAR'"
            if name not in kinds
            else f"{name}: '{'VARCHAR' if text else _TRIED[kinds[name]]}'"
            for place, name in enumerate(columns)
        )
        rows = (
            f"read_csv({sql_list(paths)}, auto_detect = false, header = true, delim = ',', "
            f"buffer_size = {_BUFFER}, "
            f"""quote = '"', escape = '"', columns = {{{types}}})"""
        )
    absent = [f"null::{kinds[name]} as {name}" for name in kinds if name not in columns]
    return f"(select *, {', '.join(absent)} from {rows})" if absent else rows


def typed(name: str, field: FieldInfo) -> str:
    """Read a cell as its type, null where it cannot be; Parquet may hold a yes or no as a truth."""
    if set(get_args(field.annotation)) == {"yes", "no"}:
        text = f"{name}::varchar"
        return f"case {text} when 'true' then 'yes' when 'false' then 'no' else {text} end"
    return f"try_cast({name} as {_TRIED[sql_type(field)]})"


def selection(table: Table, *, stop: bool = True) -> str:
    """Select all columns of a table in SQL, typed; a cell that breaks a rule stops the query.

    If it shall not `stop`, such a cell is null; days that are not in order are left as they are.
    """
    chosen = []
    for name, field in table.row.model_fields.items():
        asked = [rule.sql for rule in rules(table) if rule.column == name]
        broken = sql_text(BROKEN + json.dumps([table.name, name]))
        kept, otherwise = (" and ".join(asked), f"error({broken})") if stop else (asked[0], "null")
        cell = f"case when {kept} then {_cell(name, field)} else {otherwise} end"
        chosen.append(f"{cell}::{sql_type(field)} as {name}")
    return ", ".join(chosen)


def rules(table: Table) -> list[Rule]:
    """Say the rules of a table's cells and of its days in SQL and in words."""
    return [_of_cells(table, name) for name in table.row.model_fields] + [
        Rule("row", late, f"({early} > {late}) is not true", order_rule(group), _CORRECT_DAY)
        for group in table.row.in_order
        for early, late in pairwise(group)
    ]


def _of_cells(table: Table, name: str) -> Rule:
    """Say the rule of a column's cells (patterns of keys are left out)."""
    field = table.row.model_fields[name]
    kind = sql_type(field)
    words = f"must be {_IN_WORDS[kind]}"
    tests = []
    if get_origin(field.annotation) is Literal:
        tests.append(f"{name} in ({', '.join(map(sql_text, get_args(field.annotation)))})")
        words = f"must be one of {', '.join(get_args(field.annotation))}"
    low, high = _bounds(field)
    if low is not None:
        tests.append(f"{name} >= {_limit(low)}")
        words += f", at least {low}"
    if high is not None:
        tests.append(f"{name} <= {_limit(high)}")
        words += f", at most {high}"
    if kind == "BIGINT":
        exact = all(isinstance(end, int) and abs(end) < _LARGEST for end in (low, high))
        tests += [f"{name} = trunc({name})", *([] if exact else [f"abs({name}) < {_LARGEST}"])]
    for limit in field.metadata:
        if getattr(limit, "min_length", None):
            tests.append(f"{name} <> ''")
        pattern = getattr(limit, "pattern", None)
        if pattern and not name.endswith("_id"):
            words = PATTERNS[pattern]
            tests.append(f"regexp_matches({_cell(name, field)}, {sql_text(pattern)})")
    if not tests and not _may_be_blank(field):
        tests.append(f"{name} is not null")  # all other tests fail a null anyway
    kept = " and ".join(tests) or "true"
    sql = f"({name} is null or ({kept}))" if _optional(field) else f"({kept})"
    return Rule("cell", name, sql, words, "correct the cell")


def _bounds(field: FieldInfo) -> tuple[object, object]:
    """Find the least and the largest value that a field may have."""

    def one(end: str) -> object:
        ends = (getattr(limit, end, None) for limit in field.metadata)
        return next((end for end in ends if end is not None), None)

    return one("ge"), one("le")


def _cell(name: str, field: FieldInfo) -> str:
    """Take an empty cell for an empty text where it is one, as pandas does."""
    return f"coalesce({name}, '')" if _may_be_blank(field) else name


def _may_be_blank(field: FieldInfo) -> bool:
    return sql_type(field) == "VARCHAR" and may_be_empty(field)


def _optional(field: FieldInfo) -> bool:
    return type(None) in get_args(field.annotation)


def _limit(value: object) -> str:
    return f"date '{value}'" if isinstance(value, date) else str(value)
