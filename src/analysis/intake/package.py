"""What describes a case's tables, made from the row models: data package and README."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from analysis.base.errors import InputError
from analysis.base.files import write_bytes
from analysis.claims.general.relations import MAY, MEANINGS, NEEDS, RELATIONS
from analysis.intake.files import METHOD, ROWS
from analysis.intake.new_case import CLAIMS, TEMPLATE
from analysis.kpis.catalogue import METHOD as CATALOGUE
from analysis.kpis.catalogue import indicator
from analysis.tables.case import Case
from analysis.tables.columns import header_of, may_be_empty
from analysis.tables.datapackage import data_package
from analysis.tables.ledger import RAW_TABLES
from analysis.tables.method import METHOD_RAW_TABLES
from analysis.tables.rows import Table

BEGIN, END = "<!-- tables -->", "<!-- /tables -->"

_PARTS = {
    "swot": "SWOT matrix",
    "causes": "cause-and-effect diagram",
    "process": "process map",
    "objectives": "OKR scores, scorecard",
    "key_results": "OKR scores, scorecard",
    "targets": "OKR scores",
    "links": "strategy map",
    "variables": "list of variables",
    "check_in": "course of the OKRs",
    "customer": "nothing yet but its own check",
}
"""What a table serves that no indicator needs."""


def write_package(case: Case) -> tuple[Path, ...]:
    """Write what describes a case's tables, and the README of an example to copy.

    Parameters
    ----------
    case : Case
        A case with CSV files.

    Returns
    -------
    tuple of Path
        The files written, each replaced only when complete.
    """
    made = {case.raw / "datapackage.json": describe(case).encode("utf-8")}
    if case.name in LISTS:
        readme = case.raw / "README.md"
        text = with_tables(readme.read_text(encoding="utf-8"), LISTS[case.name]())
        made[readme] = text.encode("utf-8")
    for path, content in made.items():
        write_bytes(path, content)
    return tuple(made)


def describe(case: Case) -> str:
    """Return the data package of the tables that a case has as CSV files."""
    from analysis.efficiency.sentences import ARTICLE, description

    if case.name == ARTICLE:
        return description(case)
    methods = [table for table in METHOD_RAW_TABLES if table not in METHOD]
    known = (*RAW_TABLES[:1], RELATIONS, *ROWS, *METHOD, *methods)
    tables = [table for table in known if (case.raw / table.file).is_file()]
    title = f"{case.parameters.title}: {case.parameters.subtitle}"
    return data_package(case.name, title, tables)


def with_tables(text: str, listed: str) -> str:
    """Put the list of tables between its marks in a README."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise InputError(f"the README needs the marks {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{listed}\n{END}{after}"


def table_list() -> str:
    """List all tables: what each holds, what needs it, its columns (optional ones in brackets)."""
    lines = ["| Table | Holds | Needed for | Columns |", "|---|---|---|---|"]
    lines += [
        f"| `{table.file}` | {table.title} | {_needed_for(table)} | {', '.join(_columns(table))} |"
        for table in (*ROWS, *METHOD)
    ]
    return "\n".join(lines)


def claims_list() -> str:
    """List the columns of a case of claims with their vocabulary, and what each relation says."""
    lines = [
        "`relations.csv` has a row for each thing that holds:",
        "",
        "| Relation | Says of the quantity of its row | Cells to fill | May be filled |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| `{name}` | {meaning} | {', '.join(NEEDS[name]) or 'none'} | "
        f"{', '.join((*MAY.get(name, ()), 'reading', 'note'))} |"
        for name, meaning in MEANINGS.items()
    ]
    for table in (RAW_TABLES[0], RELATIONS):
        lines += [
            "",
            f"The columns of `{table.file}`, those in brackets may be empty:",
            "",
            "| Column | Holds |",
            "|---|---|",
        ]
        lines += [
            f"| {_bracketed(name, info)} | {_meaning(info)} |"
            for name, info in table.row.model_fields.items()
        ]
    return "\n".join(lines)


LISTS: Mapping[str, Callable[[], str]] = {TEMPLATE: table_list, CLAIMS: claims_list}
"""What the README of each example to copy lists."""


def indicators_of(table: Table) -> tuple[str, ...]:
    """Return the keys of the indicators that need a table."""
    prefix = f"{table.name}."
    return tuple(
        record.key
        for record in CATALOGUE
        if any(column.startswith(prefix) for column in record.columns)
    )


def _needed_for(table: Table) -> str:
    keys = indicators_of(table)
    names = [f"{key} {indicator(key).name.lower()}" for key in keys]
    return ", ".join([*names, *([_PARTS[table.name]] if table.name in _PARTS else [])])


def _columns(table: Table) -> Iterator[str]:
    for name, info in table.row.model_fields.items():
        larger = header_of(info).larger
        shown = f"{name} or {larger[0]}" if larger else name
        yield _bracketed(shown, info)


def _bracketed(name: str, info: FieldInfo) -> str:
    return f"[{name}]" if may_be_empty(info) else name


def _meaning(info: FieldInfo) -> str:
    """Return what a column holds, with its vocabulary unless another list has that."""
    options = get_args(info.annotation) if get_origin(info.annotation) is Literal else ()
    if options == tuple(MEANINGS):
        return "one of the relations above"
    listed = f": one of {', '.join(f'`{option}`' for option in options)}" if options else ""
    return f"{info.description}{listed}"
