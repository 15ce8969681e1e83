"""Everything that is wrong with rows that are summed where they lie, found by DuckDB.

The rules are those of the row models, as for rows that are read one by one: cells, days in order,
keys, references between tables, and the periods of the case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

from pydantic.fields import FieldInfo

from analysis.columns import header_of
from analysis.kpis.duck import TABLES, Files, header, shown, store_on
from analysis.kpis.rules_sql import Rule, rules, source, sql_type
from analysis.periods import month_label, quarter_end, quarter_label, quarter_start
from analysis.tables import Table, check_columns

_LISTED = 9
"""Rows that are named of those that break the same rule."""

_TRIED = {"BIGINT": "DOUBLE", "DATE": "DATE", "VARCHAR": "VARCHAR"}
"""Types in which cells are tested: as whole numbers, fractions would be rounded."""


@dataclass(frozen=True)
class Broken:
    """A rule that rows of a file break.

    Attributes
    ----------
    sort : {"cell", "row", "key", "reference", "period"}
        What kind of rule.
    file, column, value : str
        Where it is first broken, and by what.
    rows : tuple of int
        The first offending rows, the header's being 1.
    count : int
        All offending rows.
    rule, fix : str
        What is wrong, and what to do about it.
    """

    sort: str
    file: str
    column: str
    value: str
    rows: tuple[int, ...]
    count: int
    rule: str
    fix: str


def audit(
    found: Files, folder: Path, root: Path, scratch: Path, first: int, last: int
) -> tuple[dict[str, int], list[Broken]]:
    """Check the tables of a folder without changing or loading them.

    Parameters
    ----------
    found : dict of str to list of Path
        From :func:`analysis.kpis.duck.files`.
    folder, root, scratch : Path
        As for :func:`analysis.kpis.duck.opened`.
    first, last : int
        Quarter indices between which rows must lie.

    Returns
    -------
    counts : dict of str to int
        Rows by table.
    broken : list of Broken
        All broken rules, in the order of tables, files and columns.

    Raises
    ------
    InputError
        If DuckDB is not installed, a file cannot be read, or a column is missing or unknown.
    """
    counts: dict[str, int] = {}
    broken: list[Broken] = []
    with store_on(folder, root, scratch, found) as store:
        for name, paths in found.items():
            table = TABLES[name]
            for path in paths:
                rows = _lines(store, table, path, root)
                tested = [*_rules(table), *_periods(table, first, last)]
                number, wrong = _count(store, rows, tested, str(shown(path, root)))
                counts[name] = counts.get(name, 0) + number
                broken += wrong
        for name, paths in found.items():
            broken += _across(store, TABLES[name], paths, found, root)
    return counts, broken


def _lines(store: Any, table: Table, path: Path, root: Path) -> str:
    """Select a file's rows with their numbers, every cell as text and, where it can be, typed."""
    names = header(store, path, root)
    check_columns(table, names, shown(path, root))
    cells = ", ".join(
        f"{name}::varchar as raw_{name}, {_typed(name, field)} as {name}"
        for name, field in table.row.model_fields.items()
    )
    rows = source(table, [path], names, text=True)
    return f"(select row_number() over () + 1 as line, {cells} from {rows})"


def _typed(name: str, field: FieldInfo) -> str:
    """Read a cell as its type, null where it cannot be; Parquet may hold a yes or no as a truth."""
    if set(get_args(field.annotation)) == {"yes", "no"}:
        text = f"{name}::varchar"
        return f"case {text} when 'true' then 'yes' when 'false' then 'no' else {text} end"
    return f"try_cast({name} as {_TRIED[sql_type(field)]})"


def _rules(table: Table) -> Iterator[Rule]:
    """Add to the rules of cells that what is there could be read."""
    for rule in rules(table):
        if rule.sort == "cell":
            read = f"({rule.column} is not null or coalesce(raw_{rule.column}, '') = '')"
            yield replace(rule, sql=f"({read} and {rule.sql})")
        else:
            yield rule


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


def _count(store: Any, rows: str, rules: Sequence[Rule], file: str) -> tuple[int, list[Broken]]:
    """Count the rows that break each rule, all in one pass."""
    asked = [
        f"count(*) filter (where not {bad}), min(line, {_LISTED}) filter (where not {bad}), "
        f"arg_min(raw_{rule.column}, line) filter (where not {bad})"
        for rule in rules
        for bad in (f"coalesce({rule.sql}, false)",)
    ]
    ((number, *told),) = store.sql(f"select count(*), {', '.join(asked)} from {rows}").fetchall()
    found = []
    for rule, at in zip(rules, range(0, len(told), 3), strict=True):
        count, lines, value = told[at : at + 3]
        if count:
            found.append(
                Broken(rule.sort, file, rule.column, value or "", tuple(lines), int(count),
                       rule.words, rule.fix)
            )  # fmt: skip
    return int(number), found


def _across(
    store: Any, table: Table, paths: list[Path], found: Files, root: Path
) -> Iterator[Broken]:
    """Check keys, and what refers to other tables."""
    keys = ", ".join(table.key)
    rows = _together(store, table, paths, root)
    again = f"(select {keys}, count(*) - 1 as more from {rows} group by all having count(*) > 1)"
    cells, count = _least(store, again, table.key)
    if count:
        (file, first), *others = _places(
            store, table, paths, root, dict(zip(table.key, cells, strict=True))
        )
        value = f"{', '.join(cells)} (first in row {first} of {file})"
        yield _at(others, "key", keys, value, count, "this key stands in more than one row",
                  "give every row a key of its own")  # fmt: skip
    for name, info in table.row.model_fields.items():
        to = header_of(info).references
        if to not in found:
            continue
        known, other = _together(store, TABLES[to], found[to], root), TABLES[to].key[0]
        lost = (
            f"(select a.{name}, count(*) as more from {rows} a anti join {known} b "
            f"on a.{name} = b.{other} where coalesce(a.{name}, '') <> '' group by all)"
        )
        cells, count = _least(store, lost, (name,))
        if count:
            places = _places(store, table, paths, root, {name: cells[0]})
            yield _at(places, "reference", name, cells[0], count,
                      f"{shown(found[to][0], root)} has no row of this key",
                      "add the row there, or correct the key here")  # fmt: skip


def _together(store: Any, table: Table, paths: list[Path], root: Path) -> str:
    """Read all files of a table, its keys and references as text."""
    return source(table, paths, header(store, paths[0], root), text=True)


def _least(store: Any, counted: str, columns: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """Return the first of the counted cells, and the rows of all of them."""
    ((count,),) = store.sql(f"select coalesce(sum(more), 0)::bigint from {counted}").fetchall()
    if not count:
        return (), 0
    names = ", ".join(f"{name}::varchar" for name in columns)
    (cells,) = store.sql(f"select {names} from {counted} order by all limit 1").fetchall()
    return cells, int(count)


def _places(
    store: Any, table: Table, paths: list[Path], root: Path, cells: Mapping[str, str]
) -> list[tuple[str, int]]:
    """Find the files and rows that hold some cells."""
    test = " and ".join(f"raw_{name} = ?" for name in cells)
    found: list[tuple[str, int]] = []
    for path in paths:
        rows = _lines(store, table, path, root)
        query = f"select line from {rows} where {test} order by line limit {_LISTED + 1}"
        lines = store.execute(query, list(cells.values())).fetchall()
        found += [(str(shown(path, root)), int(line)) for (line,) in lines]
    return found


def _at(
    places: Sequence[tuple[str, int]], sort: str, column: str, value: str, count: int, rule: str,
    fix: str,
) -> Broken:  # fmt: skip
    """Report something at the first of its places."""
    file = places[0][0]
    rows = tuple(line for name, line in places if name == file)[:_LISTED]
    return Broken(sort, file, column, value, rows, count, rule, fix)
