"""A case's folder: its files, and which file and column is which, by ``columns:`` or by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any, get_args

from analysis.base.language import Code, counted, words_of
from analysis.intake.cells import Cell, Context
from analysis.intake.naming import Reading, name_columns
from analysis.intake.problems import Log, Note, Problem, fault_of, note_of
from analysis.intake.rows import Rows, Sheet
from analysis.intake.sheets import SEARCHED_ROWS, SHEET, Grid, read_file
from analysis.tables import columns as of
from analysis.tables.case import Case, Parameters, read_parameters
from analysis.tables.firm_tables import LEDGER_TABLES
from analysis.tables.rows import Table, read_frame
from analysis.tables.strategy_tables import CHECK_INS, CLAIMS, PLAN_TABLES


def find_table(name: str, tables: Iterable[Table]) -> Table | None:
    """Return the table that a file or sheet is named after."""
    plain = of.folded(name)
    files = ((table, of.folded(table.file.removesuffix(".csv"))) for table in tables)
    return next((t for t, file in files if plain in {t.name, file, *t.also}), None)


def nearest_table(name: str, tables: Iterable[Table]) -> Table | None:
    """Return the table that a name may speak of: ``ventas 2024``, ``costz``."""
    known = {other: table for table in tables for other in (table.name, *table.also)}
    words = [word for word in re.sub(r"\d+", "_", of.folded(name)).split("_") if word]
    near = next((word for word in ("_".join(words), *words) if word in known), "")
    return known.get(near or of.closest(name, known))


ROWS = (*LEDGER_TABLES, CHECK_INS)
"""Tables of a firm's rows."""

TABLES: tuple[Table, ...] = (*ROWS, *PLAN_TABLES)
"""All tables that a firm may hand in; claims, relations and methods are read elsewhere."""

_OTHERS = {"claims", "relations", "methods"}
_TEXTS = (".csv", ".tsv", ".txt")
READABLE = (*_TEXTS, ".xlsx")
_OTHER_FORMATS = (".xls", ".xlsm", ".xlsb", ".ods", ".numbers")


@dataclass
class Inputs(Log):
    """The files of a case, each with the table that it is read as by its name, or None."""

    files: dict[Path, Table | None] = field(default_factory=dict)


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
    mapped = {name.partition(SHEET)[0] for name in case.parameters.columns}
    # a table in Parquet that is not summed in place is read like one in CSV
    by_name = {".csv", *([".parquet"] if case.parameters.engine == "pandas" else [])}
    for path in sorted(case.raw.iterdir()):
        file, suffix = file_of(case, path), path.suffix.lower()
        # a link that leads to itself leads nowhere
        is_inside = path.exists() and path.resolve().is_relative_to(case.raw.resolve())
        if path.name.startswith((".", "~$")):
            continue
        if path.name in case.parameters.intake.ignore:
            found.note("ignored", at=file)
        elif path.is_symlink() and not is_inside:
            found.refuse("outside-folder", at=file)
        elif path.is_dir():
            _look_at_folder(case, path, found)
        elif path.is_file():
            is_named = suffix in by_name and path.name not in mapped
            found.files[path] = find_table(path.stem, TABLES) if is_named else None
        elif suffix in _TEXTS or path.is_symlink():
            found.refuse("no-file", at=file)
    return found


def is_summed_in_place(case: Case, paths: Iterable[Path]) -> bool:
    """Whether files of rows are summed where they lie."""
    if case.parameters.engine != "auto":
        return case.parameters.engine == "duckdb"
    return any(path.suffix == ".parquet" for path in paths)


def _look_at_folder(case: Case, path: Path, log: Log) -> None:
    """Ask about a folder in the name of a table, unless its files are summed where they lie."""
    table = nearest_table(path.stem, TABLES)
    if table is None or not case.has_own_rows:
        return
    in_place = is_summed_in_place(case, chain(case.raw.glob("*"), case.raw.glob("*/*")))
    if not (in_place and table in ROWS and path.name == table.file.removesuffix(".csv")):
        log.refuse("folder-like-a-table", at=file_of(case, path), file=table.file)


def _left_out(case: Case, path: Path, log: Log) -> None:
    """Ask about a file that looks like a table and is not read; note what else looks like data."""
    suffix, file = path.suffix.lower(), file_of(case, path)
    near = nearest_table(path.stem, TABLES)
    if suffix in _OTHER_FORMATS:
        log.refuse("other-format", at=file)
    elif suffix == ".csv" and not near and path.stem not in _OTHERS:
        log.note("no-such-table", at=file)
    elif suffix == ".xlsx" or (suffix in _TEXTS and near and path.stem not in _OTHERS):
        place = near.file if near and suffix != ".xlsx" else f"{case.name}.xlsx"
        if case.has_own_rows:
            log.refuse("looks-like-a-table", at=file, place=place)
        else:
            log.note("no-own-rows", at=file)


def mappings(case: Case, log: Log) -> list[Reading]:
    """Return what ``case.yaml`` says under ``columns:``; what is wrong with it goes to the log."""
    made = []
    for name, tables in case.parameters.columns.items():
        for title, columns in tables.items():
            place, file = f"columns.{name}.{title}", yaml_of(case)
            if (table := find_table(title, TABLES)) is None:
                known = ", ".join(table.name for table in TABLES)
                log.refuse("unknown-name", None, place, title, at=file, kind="table", known=known)
                continue
            names = {**of.names_of(table.row), **of.EXTRAS}
            found = dict[str, of.Found]()
            for header, meant in (columns or {}).items():
                is_name, where = isinstance(meant, str), (None, f"{place}.{header}", str(meant))
                choice = of.Found(of.CHOICE, words=tuple(meant))
                meaning = names.get(of.folded(str(meant))) if is_name else choice
                if meaning is None:
                    known = ", ".join(table.row.model_fields)
                    log.refuse("unknown-name", *where, at=file, kind="column", known=known)
                elif meaning in found.values() and meaning not in (choice, of.EXTRAS["deduction"]):
                    log.refuse("two-columns", *where, at=file)
                else:
                    found[of.plain_header(header)] = meaning
            made.append(Reading(table, name, found))
    return made


def sheets_of(
    case: Case, inputs: Inputs, context: Context, tables: tuple[Table, ...]
) -> Iterable[list[Sheet]]:
    """Read the files of a case.

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

    Returns
    -------
    iterable of list of Sheet
        By table, its files and sheets with named columns.
    """
    found, before = dict[str, list[Sheet]](), len(inputs.problems)
    entries, by_name = mappings(case, inputs), dict[str, str]()
    for path, table in inputs.files.items() if len(inputs.problems) == before else ():
        if table and table not in tables:
            continue
        for grid, reading in _readings(case, path, entries, context, inputs):
            if reading.columns is None and (other := by_name.get(reading.table.name)):
                inputs.refuse("table-twice", None, "", other, at=grid.file)
            elif reading.table in tables:
                sheet = name_columns(grid, reading, context.currency, context.foreign)
                found.setdefault(reading.table.name, []).append(sheet)
                if reading.columns is None:
                    by_name[reading.table.name] = grid.file
            elif reading.columns is None:  # a sheet beside rows that stay where they are
                inputs.refuse("looks-like-a-table", at=grid.file, place=reading.table.file)
    return found.values()


def _readings(
    case: Case, path: Path, entries: Sequence[Reading], context: Context, log: Inputs
) -> Iterator[tuple[Grid, Reading]]:
    """Yield a file, or the sheets of a workbook, and what each is read as.

    That is the table that it is named after; or what the entries of ``columns:`` say that name it,
    or else those that fit it. Without any, it is not read; see :func:`_left_out`.
    """
    table, file, suffix = log.files[path], file_of(case, path), path.suffix.lower()
    settings = context.settings
    is_mapped = any(entry.name.partition(SHEET)[0] == path.name for entry in entries)
    is_book = path.name == f"{case.name}.xlsx" and not is_mapped
    is_opened = table or is_book or (entries and suffix in READABLE)
    is_read = False
    for grid in read_file(path, file, settings, context.foreign) if is_opened else ():
        part = grid.file.removeprefix(file)
        title = part.removeprefix(SHEET)
        own = table or (find_table(title, TABLES) if is_book else None)
        readings = [Reading(own)] if own else [e for e in entries if e.name == path.name + part]
        found = readings or _fitting(entries, grid.rows)
        near = nearest_table(title, TABLES) if is_book and title else None
        if title and title in settings.ignore:
            log.note("ignored", at=grid.file)
        elif found:
            if not readings:
                log.note("read-like", at=grid.file, other=found[0].name)
            more = [replace(grid, problems=[], notes=[]) for _ in found[1:]]
            yield from zip([grid, *more], found, strict=True)
        elif near:
            log.refuse("looks-like-a-table", at=grid.file, place=near.name)
        elif title:
            log.note("no-such-table" if is_book else "sheet-not-mapped", at=grid.file)
            continue
        elif suffix == ".xlsx":
            log.add(grid)
        else:
            continue
        is_read = True
    if is_book and not is_read:
        log.refuse("no-sheet", at=file)
    elif not is_read:
        _left_out(case, path, log)


def _fitting(entries: Sequence[Reading], rows: Sequence[Sequence[Cell]]) -> list[Reading]:
    """Return the entries all of whose headers some rows have; of a table, that with the most."""
    heads = [set(map(of.plain_header, row)) for row in rows[:SEARCHED_ROWS]]
    fit = [e for e in entries if e.columns and any(head.issuperset(e.columns) for head in heads)]
    most = sorted(fit, key=lambda entry: len(entry.columns or ()))
    return list({entry.table.name: entry for entry in most}.values())


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
    file, about, raw = yaml_of(case), case.parameters, case.raw.with_name(example)
    if about.currency == "XXX" and any(of.money_of(t.row) for t in ROWS if t.name in tables):
        yield Problem(fault_of("no-currency"), file, column="currency", value="XXX")
    template = read_parameters(raw / "case.yaml", raw, example)
    if not isinstance(template, Parameters):
        return
    names = "title", "subtitle", "source"  # what follows may be so by chance
    both = ((key, getattr(about, key)) for key in (*names, "date", "currency", "periods"))
    same = {key: value for key, value in both if value and value == getattr(template, key)}
    for key in same if same.keys() & names else ():
        value = None if key in {"source", "periods"} else str(same[key])
        yield Problem(fault_of("example-title"), file, column=key, value=value)
    claims, its_claims = (folder / CLAIMS.file for folder in (case.raw, raw))
    there = example == COURIER and claims.is_file() and its_claims.is_file()
    if there and claims.read_bytes() == its_claims.read_bytes():
        yield Problem(fault_of("example-words"), file_of(case, claims))
    for table in PLAN_TABLES:
        rows = tables.get(table.name)
        if rows and rows.memory is not None and (raw / table.file).is_file():
            frames = (read_frame(table, raw, case.root), rows.memory)
            words: list[Any] = [{*map(tuple, f.select_dtypes("str").to_numpy())} for f in frames]
            if words[0] == words[1]:
                value = counted("{n} row", "{n} rows", len(rows.memory))
                yield Problem(fault_of("example-words"), rows.file, value=value)
