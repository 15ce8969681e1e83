"""Rows that stay where they are, however many: checked there, and summed by DuckDB.

The rules are those of rows that are read. Cells are held against the row models by the expressions
that also guard their sums (:mod:`analysis.kpis.duck`), the rest by
:func:`analysis.intake.consistency.check_rows`. What reading would rewrite is counted where DuckDB
understands it all the same, and refused in texts, which are taken as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import narwhals as nw
from pydantic.fields import FieldInfo

from analysis.intake import problems as said
from analysis.intake.case_files import OUTSIDE, ROWS, file_of, find, is_summed_in_place, yaml_of
from analysis.intake.cells import own_signs, read_text
from analysis.intake.convert import MARKS, moved_by
from analysis.intake.naming import not_used
from analysis.intake.problems import Fault, Log, Problem, fault_of, problem_of
from analysis.intake.rows import FILE_LINES, Rows
from analysis.kpis import duck
from analysis.kpis.cube import PLAIN_FORM, engine_for, files, header_errors
from analysis.kpis.duck import OPEN, Files, Rule, header, in_whole_units, shown, sql_type
from analysis.tables.case import Case
from analysis.tables.columns import CURRENCY, closest, folded, header_of, is_choice, names_of
from analysis.tables.rows import Table
from analysis.tables.strategy_tables import CHECK_INS, PLAN_TABLES

READ_ALWAYS = (*PLAN_TABLES, CHECK_INS)
"""Tables that are read into memory even where rows are left where they are."""


_LISTED = 9
"""Rows that are named of those whose cells break the same rule."""

_STORED: Mapping[str, tuple[str, ...]] = {
    "BIGINT": (
        *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL"),
        *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"),
    ),
    "DATE": ("DATE", "TIMESTAMP"),
    "VARCHAR": ("VARCHAR", "ENUM"),
}
"""How Parquet may hold a column of each type without a word being said: names, or their beginning.
CSV holds text."""

_REFERRED = {
    header_of(info).references for table in ROWS for info in table.row.model_fields.values()
}
"""Tables that others refer to, whose rows are therefore read more than once."""

_RANKS = {"cell": said.Rank.CELL, "row": said.Rank.ROW}
_CALLED = {"BIGINT": "a number", "DATE": "a day", "VARCHAR": "a text"}


@dataclass
class Findings(Log):
    """What is known of the tables that stay where they are, and what is wrong with their cells.

    Attributes
    ----------
    files : dict of str to list of Path
        By table; none if all tables are read.
    counts : dict of str to int
        Rows by table, of those that have any.
    tables : dict of str to Rows
        These rows.
    unread : set of str
        Tables whose rows are not known.
    """

    files: Files = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    tables: dict[str, Rows] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)


def files_in_place(case: Case) -> Files:
    """Find the files that are summed where they lie; none if rows are to be read.

    Raises
    ------
    InputError
        If pandas is asked for, but rows are not CSV.
    """
    found = files(case.raw)
    if engine_for(case, found) == "pandas":
        return {}
    return found if is_summed_in_place(case, chain.from_iterable(found.values())) else {}


@contextmanager
def audit(case: Case) -> Iterator[Findings]:
    """Check the cells of tables that stay where they are, without changing or loading them.

    Yields
    ------
    Findings
        Its rows can be asked for more as long as the context lasts. Nothing is read in place if a
        file leads out of the folder.

    Raises
    ------
    InputError
        If DuckDB is not installed, or a file cannot be read.
    """
    inputs = find(case)
    linked = any(problem.fault == OUTSIDE for problem in inputs.problems)
    found = Findings(file_of(case, case.raw))
    if case.has_own_rows and not linked:
        found.files = files_in_place(case)
    if not found.files:
        yield found
        return
    paths = {path for table in found.files.values() for path in table}
    for table, path in inputs.csv:  # tables of another name would be left out unseen
        if table in ROWS and table not in READ_ALWAYS and path not in paths:
            found.refuse("other-name", at=file_of(case, path), file=table.file)
    about = case.parameters
    told = [f"intake.{name}" for name in sorted(about.intake.model_fields_set)]
    told += [name for name in ("accounts", "columns", "rates") if getattr(about, name)]
    if told:
        columns = ", ".join(told)
        found.note("not-heeded", columns, at=yaml_of(case), form=PLAIN_FORM)
    with duck.store_on(case.raw, case.root, case.root / ".build" / case.name, found.files) as store:
        for name, each in found.files.items():
            audited = _Audited(store, duck.TABLES[name], each, case, found)
            if not audited.has_columns():
                found.unread.add(name)
            elif number := audited.check_cells():
                found.tables[name], found.counts[name] = audited.rows(), number
            else:
                found.note("no-rows", at=audited.name)
        for rows in found.tables.values():
            _check_texts(rows)
        if statements := found.tables.get("fin_statement"):
            found.note("only-summed", at=statements.file)
        yield found


@dataclass
class _Audited:
    """The files of a table, as DuckDB reads them; what is wrong or doubtful goes to `findings`."""

    store: Any
    table: Table
    paths: list[Path]
    case: Case
    findings: Findings
    plain: set[Path] = field(default_factory=set)
    """Those of the files in which every cell is written as it is read."""

    @property
    def name(self) -> str:
        """How messages call the table: by its file, or by the folder of its files."""
        return self._called(self.paths[0] if len(self.paths) == 1 else self.paths[0].parent)

    def _called(self, path: Path) -> str:
        return str(shown(path, self.case.root))

    def _names(self, path: Path) -> list[str]:
        return header(self.store, path, self.case.root)

    def has_columns(self) -> bool:
        """Check the columns of all files; return whether their rows can be read."""
        headers = [self._names(path) for path in self.paths]
        errors = list(header_errors(self.table, self.paths, headers, self.case.root))
        self.findings.problems += [
            replace(problem_of(error), fault=Fault(said.Rank.COLUMNS, error.rule, error.fix or ""))
            for error in errors
        ]
        known = (*self.table.row.model_fields, *in_whole_units(self.table, headers[0]).values())
        unknown = [name for name in headers[0] if name not in known]
        names = names_of(self.table.row)
        self.findings.notes += [not_used(self.name, name, closest(name, names)) for name in unknown]
        return not errors

    def check_cells(self) -> int:
        """Check each cell and the order of days in all files; return the number of rows."""
        number = 0
        for path in self.paths:
            asked = [*_readable(self.table), *_rewritten(self.table, self._stored(path))]
            kept = " and ".join(f"coalesce({rule.sql}, false)" for rule in asked)
            counts = f"select count(*), count(*) filter (where not ({kept}))"
            ((rows, broken),) = self.store.sql(f"{counts} from {self._cells(path)}").fetchall()
            number += int(rows)
            self._note_open(path)
            self._note_rounded(path)
            self._check_currency(path)  # while unknown columns are read too
            if broken:
                self._name_each(path, asked)
            else:
                self.plain.add(path)
        return number

    def rows(self) -> Rows:
        """Return the rows for the checks that are the same for rows in memory."""
        parts = []
        for place, path in enumerate(self.paths):
            checked = duck.selection(self.table, "is none" if path in self.plain else "is null")
            lines = f"line + {place * FILE_LINES} as line"
            parts.append(f"select {lines}, {checked} from {self._cells(path)}")
        found = self.store.sql(" union all ".join(parts))
        if self.table.name in _REFERRED:
            found = duck.computed_once(found)
        frame = nw.from_native(found).lazy()
        files = [self._called(path) for path in self.paths]
        found = Rows(self.name, self.table, files=files, frame=frame)
        found.problems = self.findings.problems
        return found

    def _cells(self, path: Path) -> str:
        """Select a file's rows with their numbers, each cell as text and, if it can be, typed.

        Where all cells are plain, no text is needed.
        """
        fields = self.table.row.model_fields.items()
        cells = [f"{duck.typed(name, info)} as {name}" for name, info in fields]
        if path not in self.plain:
            cells += [f"{name}::varchar as raw_{name}" for name, _ in fields]
        numbered = f"select row_number() over () + 1 as line, {', '.join(cells)}"
        rows = f"({numbered} from {self._source(path)})"
        if day := OPEN.get(self.table.name):
            kept = day if path in self.plain else f"nullif(raw_{day}, '')"
            return f"(select * from {rows} where {kept} is not null)"
        return rows

    def _note_open(self, path: Path) -> None:
        """Note the rows that are left out since they are not completed."""
        if day := OPEN.get(self.table.name):
            empty = f"select count(*) from {self._source(path)} where nullif({day}::varchar, '')"
            ((count,),) = self.store.sql(f"{empty} is null").fetchall()
            if count:
                self.findings.note("not-completed", "", count, at=self._called(path))

    def _note_rounded(self, path: Path) -> None:
        """Note the amounts that are rounded, and by how much."""
        for other in in_whole_units(self.table, self._names(path)).values():
            exact = duck.in_hundredths(other)
            moved = f"select round({exact}) - {exact} as off from {self._source(path)}"
            sums = "count(*), max(abs(off)), sum(off)"
            query = f"select {sums} from ({moved}) where off <> 0"
            ((count, largest, total),) = self.store.sql(query).fetchall()
            if count:
                what = moved_by(Fraction(largest), Fraction(total))
                self.findings.notes.append(said.Note(self._called(path), what, other, count))

    def _check_currency(self, path: Path) -> None:
        """Refuse rows in another currency than the case's, which would be summed as they stand."""
        about = self.case.parameters
        own = ", ".join(map(duck.sql_text, ["", *own_signs(about.currency, about.currency_name)]))
        for place, name in enumerate(self._names(path)):
            found = names_of(self.table.row).get(folded(name))
            if found is None or found.field != CURRENCY:
                continue
            cell = duck.unknown_column(place) if path.suffix == ".csv" else f'"{name}"'
            lines = f"select row_number() over () + 1 as line, {cell}::varchar as cell"
            rows = f"({lines} from {self._source(path)})"
            other = f"where lower(trim(coalesce(cell, ''))) not in ({own})"
            query = f"select count(*), min(line, 9), arg_min(cell, line) from {rows} {other}"
            ((count, first, value),) = self.store.sql(query).fetchall()
            if count:
                where = self._called(path), first[0], name, value, tuple(first[1:]), count
                fault = fault_of("other-currency-in-place")
                self.findings.problems.append(Problem(fault, *where))

    def _source(self, path: Path) -> str:
        names, text = self._names(path), path not in self.plain
        return duck.source(self.table, [path], names, text=text)

    def _stored(self, path: Path) -> dict[str, str] | None:
        """Return how a Parquet file holds its columns; None for CSV."""
        if path.suffix == ".csv":
            return None
        read = self.store.sql(f"from {self._source(path)}")
        counted = in_whole_units(self.table, self._names(path))
        held = dict(zip(read.columns, map(str, read.types), strict=True))
        return held | dict.fromkeys(counted, "BIGINT")

    def _name_each(self, path: Path, asked: Sequence[Rule]) -> None:
        """Count the rows of a file that break each rule, and name the first of them."""
        columns = [
            f"count(*) filter (where not {kept}), min(line, {_LISTED}) filter (where not {kept}), "
            f"arg_min(raw_{rule.column}, line) filter (where not {kept})"
            for rule in asked
            for kept in (f"coalesce({rule.sql}, false)",)
        ]
        query = f"select {', '.join(columns)} from {self._cells(path)}"
        (told,) = self.store.sql(query).fetchall()
        file = self._called(path)
        for rule, at in zip(asked, range(0, len(told), 3), strict=True):
            count, lines, value = told[at : at + 3]
            if count and rule.sort == "note":
                self.findings.notes.append(
                    said.Note(file, rule.words, rule.column, count, value or "")
                )
            elif count:
                fault = Fault(_RANKS[rule.sort], rule.words, rule.fix)
                where = file, lines[0], rule.column, value or "", tuple(lines[1:]), count
                self.findings.problems.append(Problem(fault, *where))


def _readable(table: Table) -> Iterator[Rule]:
    """Add to the rules of cells that what is there could be read."""
    for rule in duck.rules(table):
        if rule.sort == "cell":
            read = f"({rule.column} is not null or coalesce(raw_{rule.column}, '') = '')"
            yield replace(rule, sql=f"({read} and {rule.sql})")
        else:
            yield rule


def _rewritten(table: Table, stored: Mapping[str, str] | None) -> Iterator[Rule]:
    """Yield what to note of cells that are stored as something else than they are read as.

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
            text = held.lower().replace("varchar", "text")
            what = fault_of("stored-otherwise", text=text, kind=_CALLED[kind]).rule
            yield Rule("note", name, f"{raw} is null", what, "")
        if kind == "DATE" and held.startswith("TIMESTAMP"):
            yield _noted(name, f"not ends_with({raw}, ' 00:00:00')", MARKS["time of day"])
        if kind == "DATE" and held == "VARCHAR":
            other = f"{raw} not like '____-__-__'"
            yield _noted(name, f"{other} and contains({raw}, ':')", MARKS["time of day"])
            yield _noted(name, f"{other} and not contains({raw}, ':')", MARKS["form of dates"])
        if kind == "BIGINT" and held == "VARCHAR":
            other = f"{raw} <> try_cast({name} as bigint)::varchar and {name} = trunc({name})"
            yield _noted(name, other, fault_of("number-rewritten").rule)


def _noted(name: str, sql: str, what: str) -> Rule:
    """Ask for a note on the rows of which a condition holds and whose cell could be read."""
    return Rule("note", name, f"not coalesce({name} is not null and {sql}, false)", what, "")


def _check_texts(rows: Rows) -> None:
    """Hold the texts that a report can show against the rules of texts, each once."""
    for name, info in rows.table.row.model_fields.items():
        if _is_shown(rows.table, name, info):
            faults: dict[Fault, list[str]] = {}
            for text in rows.texts(name):
                if fault := _fault(text):
                    faults.setdefault(fault, []).append(text)
            for fault, texts in faults.items():
                rows.report(fault, [name], rows.frame.filter(nw.col(name).is_in(texts)))


def _is_shown(table: Table, name: str, info: FieldInfo) -> bool:
    """Whether a column holds texts that a report can show: no choices, and no mere keys."""
    is_key = (name,) == table.key or header_of(info).references
    return sql_type(info) == "VARCHAR" and not is_choice(info) and not is_key


def _fault(text: str) -> Fault | None:
    """Return the rule that a text breaks which is taken as it stands."""
    read = read_text(text)
    if read.fault or read.text != text:
        return read.fault or fault_of("not-plain")
    return said.no_glyph(character) if (character := said.missing(text)) else None
