"""What the audit asks of rows beside the rules of their sums, in SQL.

That cells could be read at all, and as what they are stored; that rows lie within the periods of
the case, and are no made-up ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from analysis.base.periods import month_label, quarter_end, quarter_label, quarter_start
from analysis.intake.across import MADE_UP, TEMPLATE_ROWS
from analysis.intake.convert import MARKS
from analysis.kpis.rules_sql import Rule, rules, sql_type
from analysis.tables.columns import header_of
from analysis.tables.rows import Table

_STORED: Mapping[str, tuple[str, ...]] = {
    "BIGINT": (
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "HUGEINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "UBIGINT",
        "FLOAT",
        "DOUBLE",
        "DECIMAL",
    ),
    "DATE": ("DATE", "TIMESTAMP"),
    "VARCHAR": ("VARCHAR", "ENUM"),
}
"""How Parquet may hold a column of each type without a word being said: names, or their beginning.
CSV holds text."""

_ISO = "'____-__-__'"
"""How a day is written, for SQL."""

_CALLED = {"BIGINT": "a number", "DATE": "a day", "VARCHAR": "a text"}


def asked_of(table: Table, first: int, last: int, *, yours: bool) -> list[Rule]:
    """Say in SQL what is asked of a table's rows; see :func:`analysis.intake.audit.audit`."""
    return [*_cells(table), *_periods(table, first, last), *_made_up(table, yours)]


def _cells(table: Table) -> Iterator[Rule]:
    """Add to the rules of cells that what is there could be read."""
    for rule in rules(table):
        if rule.sort == "cell":
            read = f"({rule.column} is not null or coalesce(raw_{rule.column}, '') = '')"
            yield replace(rule, sql=f"({read} and {rule.sql})")
        else:
            yield rule


def _made_up(table: Table, yours: bool) -> Iterator[Rule]:
    """Say in SQL that a firm's own rows have no keys of made-up ones."""
    if yours:
        cells = [name for name in table.key if sql_type(table.row.model_fields[name]) == "VARCHAR"]
        kept = " and ".join(f"not starts_with(coalesce({name}, ''), '{MADE_UP}')" for name in cells)
        yield Rule("made-up", cells[0], kept, TEMPLATE_ROWS.rule, TEMPLATE_ROWS.fix)


def casts(table: Table, stored: Mapping[str, str] | None) -> Iterator[Rule]:
    """Say in SQL that cells are stored as what they are read as.

    Parameters
    ----------
    table : Table
        Which table.
    stored : mapping of str to str, optional
        DuckDB's types of a Parquet file's columns; of a CSV file, whose cells are text, none.
    """
    for name, info in table.row.model_fields.items():
        kind, raw = sql_type(info), f"raw_{name}"
        held = stored[name] if stored else "VARCHAR"
        if stored and not held.startswith(_STORED[kind]):
            what = (
                f"stored as {held.lower().replace('varchar', 'text')}, and read as {_CALLED[kind]}"
            )
            yield Rule("note", name, f"{raw} is null", what, "")
        if kind == "DATE" and held.startswith("TIMESTAMP"):
            timed = f"not ends_with({raw}, ' 00:00:00')"
            yield _noted(name, timed, MARKS["time of day"])
        if kind == "DATE" and held == "VARCHAR":
            yield _noted(
                name, f"{raw} not like {_ISO} and contains({raw}, ':')", MARKS["time of day"]
            )
            yield _noted(
                name, f"{raw} not like {_ISO} and not contains({raw}, ':')", MARKS["form of dates"]
            )
        if kind == "BIGINT" and held == "VARCHAR":
            other = f"{raw} <> try_cast({name} as bigint)::varchar and {name} = trunc({name})"
            yield _noted(name, other, "the number is rewritten in digits")


def _noted(name: str, sql: str, what: str) -> Rule:
    """Ask for a note on the rows of which a condition holds and whose cell could be read."""
    return Rule("note", name, f"not coalesce({name} is not null and {sql}, false)", what, "")


def _periods(table: Table, first: int, last: int) -> Iterator[Rule]:
    """Say in SQL that rows lie within the periods of the case."""
    words = f"lies outside the periods of the case, {quarter_label(first)} to {quarter_label(last)}"
    fix = "correct it, leave the row out, or change first and last in case.yaml"
    for name, info in table.row.model_fields.items():
        if not header_of(info).period:
            continue
        if sql_type(info) == "DATE":
            ends = f"date '{quarter_start(first)}' and date '{quarter_end(last)}'"
        elif name == "month":
            ends = f"'{month_label(3 * first)}' and '{month_label(3 * last + 2)}'"
        else:
            ends = f"'{quarter_label(first)}' and '{quarter_label(last)}'"
        yield Rule("period", name, f"({name} is null or {name} between {ends})", words, fix)
