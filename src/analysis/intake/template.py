"""A case of one's own: a copy of one of the examples, under another name."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from analysis.base.errors import InputError
from analysis.base.files import write_bytes
from analysis.claims.relations import KINDS, RELATIONS
from analysis.intake.case_files import ROWS
from analysis.intake.convert import Checked
from analysis.intake.problems import Problem, fault_of, vocabulary
from analysis.kpis.catalogue import METHOD as CATALOGUE
from analysis.kpis.catalogue import indicator
from analysis.tables.case import Case, load_case
from analysis.tables.columns import header_of, may_be_empty
from analysis.tables.rows import Table, data_package, read_rows
from analysis.tables.strategy_tables import CLAIMS, METHODS, PLAN_TABLES

TEMPLATE, COURIER = "template", "courier"
"""The examples to copy: a firm with its rows, and a publication with its claims."""

Form = Literal["csv", "claims"]

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_RESERVED = {"conformance"}


def new_case(name: str, root: Path, form: Form = "csv") -> Path:
    """Copy an example to a new folder of ``data/raw``.

    Parameters
    ----------
    name : str
        Name of the case: small letters, digits, hyphens, underscores.
    root : Path
        The project's root folder.
    form : {"csv", "claims"}
        Whether to copy the tables of a firm, or the claims of a publication.

    Returns
    -------
    Path
        The new folder, complete or not there at all.

    Raises
    ------
    InputError
        If the name is taken or none, or the example is not there.
    """
    example = COURIER if form == "claims" else TEMPLATE
    template, target = root / "data" / "raw" / example, root / "data" / "raw" / name
    if not _NAME.fullmatch(name):
        raise InputError(
            "a case's name has up to 40 small letters, digits, hyphens and underscores, and begins "
            "with a letter",
            value=name,
            fix="choose another, such as NAME=acme",
        )
    if name in _RESERVED:
        raise InputError(
            "this name is used by the project itself", value=name, fix="choose another"
        )
    if target.exists() or target.is_symlink():
        raise InputError("there is a case of this name already", value=name, fix="choose another")
    if not (template / "case.yaml").is_file():
        raise InputError(f"there is no {example}", file=f"data/raw/{example}/case.yaml")
    aside = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=target.parent))
    try:
        _copy(template, aside, name, form)
        aside.chmod(0o755)
        aside.rename(target)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return target


def _copy(template: Path, target: Path, name: str, form: Form) -> None:
    """Copy what belongs to a form of case; the data package describes the template's own files."""
    text = (template / "case.yaml").read_text(encoding="utf-8")
    new = {"name": name} if form == "claims" else {"name": name, "kind": "yours"}
    (target / "case.yaml").write_text(_renamed(text, new), encoding="utf-8", newline="\n")
    shutil.copyfile(template / "README.md", target / "README.md")
    for path in sorted(template.glob("*.csv")):
        shutil.copyfile(path, target / path.name)


def _renamed(text: str, new: Mapping[str, str]) -> str:
    """Set some words in the text of a ``case.yaml``; comments stay, in their column."""
    lines = text.split("\n")
    for place, line in enumerate(lines):
        key = line.partition(":")[0]
        if key in new:
            before, mark, comment = line.partition("#")
            lines[place] = f"{key}: {new[key]} ".ljust(len(before)) + mark + comment
    return "\n".join(line.rstrip() for line in lines)


BEGIN, END = "<!-- tables -->", "<!-- /tables -->"

_PARTS = vocabulary("parts")
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
    known = (CLAIMS, RELATIONS, *ROWS, *PLAN_TABLES, METHODS)
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
        for table in (*ROWS, *PLAN_TABLES)
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
        f"| `{name}` | {kind.meaning} | {', '.join(kind.needs) or 'none'} | "
        f"{', '.join((*kind.may, 'reading', 'note'))} |"
        for name, kind in KINDS.items()
    ]
    for table in (CLAIMS, RELATIONS):
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


LISTS: Mapping[str, Callable[[], str]] = {TEMPLATE: table_list, COURIER: claims_list}
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
    if options == tuple(KINDS):
        return "one of the relations above"
    listed = f": one of {', '.join(f'`{option}`' for option in options)}" if options else ""
    return f"{info.description}{listed}"


def still_example(case: Case, tables: Mapping[str, Checked]) -> Iterator[Problem]:
    """Find what would pass as the firm's own in its report, though it is the example's.

    Parameters
    ----------
    case : Case
        Only one that says ``kind: yours`` is looked at, and only where there is a template.
    tables : mapping of str to Checked
        The tables that are there.

    Yields
    ------
    Problem
        For the title, the subtitle, and each table that holds all of the example's words.
    """
    if case.parameters.kind != "yours":
        return
    try:
        template = load_case(TEMPLATE, case.root)
    except InputError:
        return
    for name in ("title", "subtitle"):
        said = getattr(case.parameters, name)
        if said == getattr(template.parameters, name):
            file = str((case.raw / "case.yaml").relative_to(case.root))
            yield Problem(fault_of("example-title"), file, column=name, value=said)
    for table in PLAN_TABLES:
        mine = tables.get(table.name)
        if mine is None or not mine.is_read or not (template.raw / table.file).is_file():
            continue
        words = [str(name) for name in mine.frame if mine.frame[name].dtype == "str"]
        example = {
            tuple(getattr(row, name) for name in words)
            for row in read_rows(table, template.raw, template.root)
        }
        if example == set(mine.frame[words].itertuples(index=False, name=None)):
            yield Problem(fault_of("example-words"), mine.file, value=f"{len(mine.frame):,} rows")
