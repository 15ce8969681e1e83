"""Rows that stay where they are, however many: checked there, and summed by DuckDB.

The rules are those of rows that are read. Cells are held against the row models by the expressions
that also guard their sums (:mod:`analysis.kpis.duck`), the rest by
:func:`analysis.intake.consistency.check_rows`. What reading would rewrite is counted where DuckDB
understands it all the same, and refused in texts, which are taken as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import narwhals as nw

from analysis.intake import problems as said
from analysis.intake.case_files import OUTSIDE, ROWS, file_of, find, is_summed_in_place, yaml_of
from analysis.intake.cells import own_signs, read_text
from analysis.intake.convert import MARKS, moved_by
from analysis.intake.naming import not_used
from analysis.intake.problems import Fault, Log, Note, Problem, Rank, fault_of, problem_of
from analysis.intake.rows import FILE_LINES, Rows
from analysis.kpis import duck
from analysis.kpis.cube import PLAIN_FORM, files, header_errors
from analysis.kpis.duck import OPEN, Files, Rule, header, in_whole_units, shown, sql_type
from analysis.tables.case import Case
from analysis.tables.columns import CURRENCY, Found, closest, folded, header_of, is_choice, names_of
from analysis.tables.rows import Table
from analysis.tables.strategy_tables import CHECK_INS, PLAN_TABLES

READ_ALWAYS = (*PLAN_TABLES, CHECK_INS)
"""Tables that are read into memory even where rows are left where they are."""


_LISTED = 9
"""Rows that are named of those whose cells break the same rule."""

_STORED = {
    "BIGINT": r"U?(TINY|SMALL|BIG)INT|HUGEINT|U?INTEGER|FLOAT|DOUBLE|DECIMAL",
    "DATE": "DATE|TIMESTAMP",
    "VARCHAR": "VARCHAR|ENUM",
}
"""How Parquet may hold a column of each type without a word being said, as its types begin."""

_REFERRED = {
    header_of(info).references for table in ROWS for info in table.row.model_fields.values()
}
"""Tables that others refer to, whose rows are therefore read more than once."""

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
    """Find the files that are summed where they lie; none if rows are to be read."""
    found = files(case.raw)
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
        found.note("not-heeded", ", ".join(told), at=yaml_of(case), form=PLAIN_FORM)
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
        self.findings.problems += [problem_of(error, Rank.COLUMNS) for error in errors]
        known = (*self.table.row.model_fields, *in_whole_units(self.table, headers[0]).values())
        unknown = [name for name in headers[0] if name not in known]
        names = names_of(self.table.row)
        self.findings.notes += [not_used(self.name, name, closest(name, names)) for name in unknown]
        return not errors

    def check_cells(self) -> int:
        """Check each cell and the order of days in all files; return the number of rows."""
        number = 0
        for path in self.paths:
            rules = [*_readable(self.table), *self._rewritten(path), *self._currencies(path)]
            kept = " and ".join(f"coalesce({rule.sql}, false)" for rule in rules)
            rows, broken = self._ask(f"count(*) filter (where not ({kept}))", self._cells(path))
            number += rows
            if self.table.name in OPEN:
                every, _ = self._ask("null", self._source(path))
                if every > rows:
                    self.findings.note("not-completed", "", every - rows, at=self._called(path))
            self._note_rounded(path)
            if broken:
                self._name_each(path, rules)
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
        files = [self._called(path) for path in self.paths]
        frame, problems = nw.from_native(found).lazy(), self.findings.problems
        return Rows(self.name, self.table, files=files, frame=frame, problems=problems)

    def _ask(self, columns: str, rows: str) -> Sequence[Any]:
        """Return the number of rows, and what else is asked of all of them."""
        (found,) = self.store.sql(f"select count(*), {columns} from {rows}").fetchall()
        return tuple(found)

    def _cells(self, path: Path) -> str:
        """Select a file's rows with their numbers, each cell as text and, if it can be, typed.

        Where all cells are plain, no text is needed.
        """
        fields = self.table.row.model_fields.items()
        cells = [f"{duck.typed(name, info)} as {name}" for name, info in fields]
        if path not in self.plain:
            cells += [f"{name}::varchar as raw_{name}" for name, _ in fields]
            cells += [f"{cell}::varchar as {_raw(name)}" for name, cell in self._money_of(path)]
        numbered = f"select row_number() over () + 1 as line, {', '.join(cells)}"
        rows = f"({numbered} from {self._source(path)})"
        if day := OPEN.get(self.table.name):
            kept = day if path in self.plain else f"nullif(raw_{day}, '')"
            return f"(select * from {rows} where {kept} is not null)"
        return rows

    def _note_rounded(self, path: Path) -> None:
        """Note the amounts that are rounded, and by how much."""
        for other in in_whole_units(self.table, self._names(path)).values():
            exact = duck.in_hundredths(other)
            moved = f"(select round({exact}) - {exact} as off from {self._source(path)})"
            count, *by = self._ask("max(abs(off)), sum(off)", f"{moved} where off <> 0")
            if count:
                note = Note(self._called(path), moved_by(*map(Fraction, by)), other, count)
                self.findings.notes.append(note)

    def _money_of(self, path: Path) -> Iterator[tuple[str, str]]:
        """Yield the columns that name currencies, which no table has, and how SQL calls them."""
        for place, name in enumerate(self._names(path)):
            if names_of(self.table.row).get(folded(name)) == Found(CURRENCY):
                in_text = path.suffix == ".csv"
                yield name, duck.unknown_column(place) if in_text else duck.quoted(name)

    def _currencies(self, path: Path) -> Iterator[Rule]:
        """Refuse rows in another currency than the case's, which would be summed as they stand."""
        about, fault = self.case.parameters, fault_of("other-currency-in-place")
        own = ", ".join(map(duck.sql_text, ["", *own_signs(about.currency, about.currency_name)]))
        for name, _ in self._money_of(path):
            kept = f"lower(trim(coalesce({_raw(name)}, ''))) in ({own})"
            yield Rule("cell", name, kept, fault.rule, fault.fix)

    def _source(self, path: Path) -> str:
        names, text = self._names(path), path not in self.plain
        return duck.source(self.table, [path], names, text=text)

    def _rewritten(self, path: Path) -> Iterator[Rule]:
        """Yield what to note of cells that are stored as something else than they are read as."""
        stored = path.suffix != ".csv"  # a CSV file holds text
        read = self.store.sql(f"from {self._source(path)}")
        types = dict(zip(read.columns, map(str, read.types), strict=True)) if stored else {}
        types |= dict.fromkeys(in_whole_units(self.table, self._names(path)), "BIGINT")
        for name, info in self.table.row.model_fields.items():
            kind, raw = sql_type(info), f"raw_{name}"
            held = types[name] if stored else "VARCHAR"
            if stored and not re.match(_STORED[kind], held):
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

    def _name_each(self, path: Path, rules: Sequence[Rule]) -> None:
        """Count the rows of a file that break each rule, and name the first of them."""
        lost = [f"filter (where not coalesce({rule.sql}, false))" for rule in rules]
        columns = [
            f"count(*) {broken}, min(line, {_LISTED}) {broken}, "
            f"arg_min({_raw(rule.column)}, line) {broken}"
            for rule, broken in zip(rules, lost, strict=True)
        ]
        _, *found = self._ask(", ".join(columns), self._cells(path))
        file = self._called(path)
        for rule, count, lines, value in zip(
            rules, found[::3], found[1::3], found[2::3], strict=True
        ):
            if count and rule.sort == "note":
                note = Note(file, rule.words, rule.column, count, value or "")
                self.findings.notes.append(note)
            elif count:
                fault = Fault(Rank[rule.sort.upper()], rule.words, rule.fix)
                where = file, lines[0], rule.column, value or "", tuple(lines[1:]), count
                self.findings.problems.append(Problem(fault, *where))


def _raw(name: str) -> str:
    """Name the text of a cell, in SQL."""
    return duck.quoted(f"raw_{name}")


def _readable(table: Table) -> Iterator[Rule]:
    """Add to the rules of cells that what is there could be read."""
    for rule in duck.rules(table):
        if rule.sort == "cell":
            read = f"({rule.column} is not null or coalesce(raw_{rule.column}, '') = '')"
            yield replace(rule, sql=f"({read} and {rule.sql})")
        else:
            yield rule


def _noted(name: str, sql: str, what: str) -> Rule:
    """Ask for a note on the rows of which a condition holds and whose cell could be read."""
    return Rule("note", name, f"not coalesce({name} is not null and {sql}, false)", what, "")


def _check_texts(rows: Rows) -> None:
    """Check the texts that a report can show, which are no choices and no mere keys, each once."""
    for name, info in rows.table.row.model_fields.items():
        is_key = (name,) == rows.table.key or header_of(info).references
        if sql_type(info) == "VARCHAR" and not is_choice(info) and not is_key:
            faults = {text: fault for text in rows.texts(name) if (fault := _fault(text))}
            for fault in dict.fromkeys(faults.values()):
                texts = [text for text, its in faults.items() if its == fault]
                rows.report(fault, [name], rows.frame.filter(nw.col(name).is_in(texts)))


def _fault(text: str) -> Fault | None:
    """Return the rule that a text breaks which is taken as it stands."""
    read = read_text(text)
    if read.fault or read.text != text:
        return read.fault or fault_of("not-plain")
    return said.no_glyph(character) if (character := said.missing(text)) else None
