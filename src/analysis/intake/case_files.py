"""A case's folder: its files, and which file and column is which, by ``columns:`` or by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import get_args

from analysis.base.language import Code, words_of
from analysis.base.text import fields
from analysis.intake import sheets
from analysis.intake.cells import Cell, Context
from analysis.intake.problems import Fault, Log, Note, Problem, fault_of, note_of
from analysis.intake.rows import Rows
from analysis.tables.case import Case, Parameters, read_parameters
from analysis.tables.columns import DEDUCTION, Found, closest, folded, money_of, names_of
from analysis.tables.firm_tables import LEDGER_TABLES
from analysis.tables.rows import Table, read_frame
from analysis.tables.strategy_tables import CHECK_INS, CLAIMS, PLAN_TABLES


def find_table(name: str, tables: Iterable[Table]) -> Table | None:
    """Return the table that a file or sheet is named after."""
    plain = folded(name)
    files = ((table, folded(table.file.removesuffix(".csv"))) for table in tables)
    return next((t for t, file in files if plain in {t.name, file, *t.also}), None)


def nearest_table(name: str, tables: Iterable[Table]) -> Table | None:
    """Return the table that a name may speak of: ``ventas 2024``, ``costz``."""
    known = {other: table for table in tables for other in (table.name, *table.also)}
    words = [word for word in re.sub(r"\d+", "_", folded(name)).split("_") if word]
    near = next((word for word in ("_".join(words), *words) if word in known), "")
    return known.get(near or closest(name, known))


ROWS = (*LEDGER_TABLES, CHECK_INS)
"""Tables of a firm's rows."""

TABLES: tuple[Table, ...] = (*ROWS, *PLAN_TABLES)
"""All tables that a firm may hand in; claims, relations and methods are read elsewhere."""

_OTHERS = {"claims", "relations", "methods"}
_TEXTS = (".csv", ".tsv", ".txt")
READABLE = (*_TEXTS, ".xlsx")
_OTHER_FORMATS = (".xls", ".xlsm", ".xlsb", ".ods", ".numbers")

BOTH = fault_of("workbook-and-files")
TWICE = fault_of("table-twice")
OUTSIDE = fault_of("outside-folder")


@dataclass
class Inputs(Log):
    """The files of a case: CSV files by table or a workbook, and files with other names.

    Of the others, those are read whose columns ``case.yaml`` names.
    """

    csv: Sequence[tuple[Table, Path]] = ()
    workbook: Path | None = None
    others: Sequence[Path] = ()


def file_of(case: Case, path: Path) -> str:
    """Return a path as messages show it."""
    return str(path.relative_to(case.root))


def open_questions(case: Case) -> Iterator[Note]:
    """Note the questions of ``make case`` below which ``case.yaml`` has no answer yet."""
    words = {"QUESTION", *(words_of(code)["QUESTION"] for code in get_args(Code) if code != "en")}
    asks = rf"# (?:{'|'.join(sorted(words))}) \d+: "
    answers, answered = rf"(?:(?! *{asks})\1#.*\n)*+", r"\1[^\s#]"
    text = (case.raw / "case.yaml").read_text(encoding="utf-8-sig")
    for found in re.finditer(rf"(?m)^( *){asks}(.*)\n{answers}(?!{answered})", f"{text}\n"):
        yield note_of("open-question", yaml_of(case), question=found[2])


def yaml_of(case: Case) -> str:
    """Return the case's ``case.yaml`` as messages show it."""
    return file_of(case, case.raw / "case.yaml")


def find(case: Case) -> Inputs:
    """Look through a case's folder; nothing outside it is opened, and nothing in its subfolders."""
    found = Inputs(file_of(case, case.raw))
    inside = []
    named = {name.partition(sheets.SHEET)[0] for name in case.parameters.columns}
    for path in sorted(case.raw.iterdir()):
        file, suffix = file_of(case, path), path.suffix.lower()
        if path.name.startswith((".", "~$")):
            continue
        if path.name in case.parameters.intake.ignore:
            found.note("ignored", at=file)
        elif path.is_symlink() and not _leads_inside(case, path):
            found.refuse(OUTSIDE, at=file)
        elif path.is_dir():
            found.problems += _folder(case, path)
        elif path.is_file():
            inside.append(path)
        elif suffix in _TEXTS or path.is_symlink():
            found.refuse("no-file", at=file)
    book = case.raw / f"{case.name}.xlsx"
    if book in inside and book.name not in named:
        found.workbook = book
    tables = {path: find_table(path.stem, TABLES) for path in inside if path.name not in named}
    csv = [(table, path) for path, table in tables.items() if table and _is_read(case, path)]
    known = {path for _, path in csv} | {found.workbook}
    found.csv, found.others = csv, [path for path in inside if path not in known]
    if found.workbook and csv:
        names = ", ".join(path.name for _, path in csv)
        found.refuse(BOTH, None, "", names, at=file_of(case, found.workbook))
    seen: dict[str, Path] = {}
    for table, path in csv:
        if table.name in seen:
            found.refuse(TWICE, None, "", seen[table.name].name, at=file_of(case, path))
        seen[table.name] = path
    return found


def _is_read(case: Case, path: Path) -> bool:
    """Whether a file is read row by row: a CSV file, or Parquet that is not summed in place."""
    suffix = path.suffix.lower()
    return suffix == ".csv" or (suffix == ".parquet" and case.parameters.engine == "pandas")


def _leads_inside(case: Case, path: Path) -> bool:
    """Whether a link leads to something in the case's folder; one that leads to itself does not."""
    try:
        return path.resolve(strict=True).is_relative_to(case.raw.resolve())
    except (OSError, RuntimeError):
        return False


def is_summed_in_place(case: Case, paths: Iterable[Path]) -> bool:
    """Whether files of rows are summed where they lie."""
    if case.parameters.engine != "auto":
        return case.parameters.engine == "duckdb"
    return any(path.suffix == ".parquet" for path in paths)


def _folder(case: Case, path: Path) -> Iterator[Problem]:
    """Ask about a folder in the name of a table, unless its files are summed where they lie."""
    table = nearest_table(path.stem, TABLES)
    if table is None or not case.has_own_rows:
        return
    in_place = is_summed_in_place(case, chain(case.raw.glob("*"), case.raw.glob("*/*")))
    if not (in_place and table in ROWS and path.name == table.file.removesuffix(".csv")):
        yield Problem(_asked("one-file", file=table.file), file_of(case, path))


def _asked(remedy: str, **words: object) -> Fault:
    """Say that something which looks like a table is not read, and what to do if it is one."""
    return fault_of("looks-like-a-table", remedy=fault_of(remedy, **words).fix)


def _left_out(case: Case, path: Path, log: Log) -> None:
    """Ask about a file that looks like a table and is not read; note what else looks like data."""
    suffix, file = path.suffix.lower(), file_of(case, path)
    near = nearest_table(path.stem, TABLES)
    csv = suffix == ".csv" and path.stem not in _OTHERS
    if suffix in _OTHER_FORMATS:
        log.refuse("other-format", at=file)
    elif csv and not near:
        log.note("no-such-table", at=file)
    elif suffix == ".xlsx" or csv or (suffix in {".txt", ".tsv"} and near):
        if not case.has_own_rows:
            log.note("no-own-rows", at=file)
        elif suffix == ".xlsx" or near is None:
            log.refuse(_asked("one-workbook", file=f"{case.name}.xlsx"), at=file)
        elif csv:
            log.refuse(_asked("own-name", name=near.file, what="file"), at=file)
        else:
            log.refuse(_asked("name-of-csv", file=near.file), at=file)


def mappings(case: Case, log: Log) -> list[sheets.Mapped]:
    """Return what ``case.yaml`` says under ``columns:``; what is wrong with it goes to the log."""
    made = []
    for name, tables in case.parameters.columns.items():
        for title, columns in tables.items():
            place, file = f"columns.{name}.{title}", yaml_of(case)
            if (table := find_table(title, TABLES)) is None:
                known = ", ".join(table.name for table in TABLES)
                log.refuse("unknown-name", None, place, title, at=file, kind="table", known=known)
                continue
            names = {**names_of(table.row), "deduction": Found(DEDUCTION)}
            found = dict[str, sheets.Meaning]()
            for header, meant in (columns or {}).items():
                meaning = names.get(folded(meant)) if isinstance(meant, str) else meant
                where = None, f"{place}.{header}", str(meant)
                if meaning is None:
                    known = ", ".join(table.row.model_fields)
                    log.refuse("unknown-name", *where, at=file, kind="column", known=known)
                elif isinstance(meant, str) and meaning in {*found.values()} - {names["deduction"]}:
                    log.refuse("two-columns", *where, at=file)
                else:
                    found[sheets.plain_header(header)] = meaning
            made.append(sheets.Mapped(name, table, found))
    return made


def grids_of(
    case: Case, inputs: Inputs, context: Context, tables: tuple[Table, ...]
) -> Iterator[list[sheets.Grid]]:
    """Read the files of a case, table by table.

    Parameters
    ----------
    case : Case
        The case.
    inputs : Inputs
        Its files; problems and notes on what is not read go there.
    context : Context
        Settings and currency of the case.
    tables : tuple of Table
        Those to be read.

    Yields
    ------
    list of Grid
        The files and sheets of one table.
    """

    def choose(title: str, name: str, _: list[list[Cell]]) -> sheets.Choice:
        if table := find_table(title, tables):
            return [(table, None)]
        if near := nearest_table(title, tables):
            return Problem(_asked("own-name", name=near.name, what="sheet"), name)
        return note_of("no-such-table", name)

    mapped: dict[str, list[sheets.Grid]] = {}
    before = len(inputs.problems)
    entries = mappings(case, inputs)
    for path in inputs.others if len(inputs.problems) == before else ():
        for grid in _mapped(case, path, entries, context, inputs):
            mapped.setdefault(grid.table.name, []).append(grid)
    if inputs.workbook is not None:
        book = _book(case, inputs.workbook, choose, context)
        for grid in book.grids:
            yield [grid, *mapped.pop(grid.table.name, [])]
        if not book.grids and not book.problems:
            book.refuse("no-sheet")
        inputs.add(book)
    for table, path in inputs.csv:
        if table in tables:
            grid = sheets.Grid(file_of(case, path), table)
            sheets.read_csv(grid, path, context.settings, context.currency)
            yield [grid, *mapped.pop(table.name, [])]
    yield from (grids for grids in mapped.values() if grids[0].table in tables)


def _book(case: Case, path: Path, choose: sheets.Choose, context: Context) -> sheets.Book:
    """Read a workbook but for the sheets that ``case.yaml`` leaves out."""

    def choose_others(title: str, name: str, head: list[list[Cell]]) -> sheets.Choice:
        if title in context.settings.ignore:
            return note_of("ignored", name)
        return choose(title, name, head)

    return sheets.read_workbook(path, file_of(case, path), choose_others, context.foreign)


def _mapped(
    case: Case, path: Path, entries: list[sheets.Mapped], context: Context, log: Log
) -> list[sheets.Grid]:
    """Read a file by the entries of ``columns:`` that name it, or else by those that fit it.

    Without any, it is not read; see :func:`_left_out`.
    """
    mine = [entry for entry in entries if entry.name.partition(sheets.SHEET)[0] == path.name]
    file, suffix, grids = file_of(case, path), path.suffix.lower(), list[sheets.Grid]()

    def choose(title: str, name: str, head: list[list[Cell]]) -> sheets.Choice:
        own = [entry for entry in mine if entry.name == f"{path.name}{sheets.SHEET}{title}"]
        chosen = own if mine else _fitting(entries, head)
        return [(entry.table, entry) for entry in chosen] or note_of("sheet-not-mapped", name)

    if entries and suffix == ".xlsx":
        book = _book(case, path, choose, context)
        grids = book.grids
        log.add(book)
    elif entries and suffix in READABLE:
        every = {head: meant for e in mine or entries for head, meant in e.columns.items()}
        probe = sheets.Grid(file, TABLES[0], [], sheets.Mapped("", TABLES[0], every))
        sheets.read_csv(probe, path, context.settings, context.currency)
        chosen = mine or _fitting(entries, probe.rows)
        grids = [sheets.Grid(file, entry.table, probe.rows, entry) for entry in chosen]
        if grids:
            grids[0].add(probe)
    if not grids:
        _left_out(case, path, log)
    elif not mine:
        log.note("read-like", at=file, other=grids[0].mapped.name if grids[0].mapped else "")
    return grids


def _fitting(entries: list[sheets.Mapped], rows: Sequence[Sequence[Cell]]) -> list[sheets.Mapped]:
    """Return the entries all of whose headers some rows have; of a table, that with the most."""
    fit = {e.table.name: e for e in sorted(entries, key=lambda e: len(e.columns)) if e.fits(rows)}
    return list(fit.values())


TEMPLATE, COURIER = "template", "courier"
"""The examples to copy: a firm with its rows, and a publication with its claims."""


def still_example(case: Case, tables: Mapping[str, Rows]) -> Iterator[Problem]:
    """Find what would pass as the firm's own in its report, though it is the example's.

    Parameters
    ----------
    case : Case
        Only one of a firm or of claims is looked at; words only where the example is there.
    tables : mapping of str to Rows
        The tables whose rows are in memory.

    Yields
    ------
    Problem
        For the title, subtitle and source, with them the date, currency and periods, and for each
        table that holds all of the example's words.
    """
    example = {"yours": TEMPLATE, "printed": COURIER}.get(case.parameters.kind, case.name)
    if example == case.name:
        return
    file, about = yaml_of(case), case.parameters
    if about.currency == "XXX" and any(money_of(t.row) for t in ROWS if t.name in tables):
        yield Problem(fault_of("no-currency"), file, column="currency", value="XXX")
    raw = case.raw.with_name(example)
    template = read_parameters(raw / "case.yaml", raw, example)
    if not isinstance(template, Parameters):
        return
    names, facts = "title subtitle source", "date currency periods"  # these may be so by chance
    mine, its = (fields(one, f"{names} {facts}") for one in (about, template))
    same = [key for key, value in mine.items() if value and value == its[key]]
    for key in same if {*same} & {*names.split()} else ():
        value = None if key in {"source", "periods"} else str(mine[key])
        yield Problem(fault_of("example-title"), file, column=key, value=value)
    claims = [folder / CLAIMS.file for folder in (case.raw, raw)]
    there = example == COURIER and all(path.is_file() for path in claims)
    if there and claims[0].read_bytes() == claims[1].read_bytes():
        yield Problem(fault_of("example-words"), file_of(case, claims[0]))
    for table in PLAN_TABLES:
        rows = tables.get(table.name)
        if rows is None or rows.memory is None or not (raw / table.file).is_file():
            continue
        made_up = read_frame(table, raw, case.root)
        words = [name for name in made_up if made_up[name].dtype == "str"]
        frames = made_up[words], rows.memory[words]
        theirs, ours = ({*frame.itertuples(index=False, name=None)} for frame in frames)
        if theirs == ours:
            yield Problem(fault_of("example-words"), rows.file, value=f"{len(rows.memory):,} rows")
