"""Rows that stay where they are, however many: checked there, and summed by DuckDB.

The rules are those of rows that are read. Cells are held against the row models by the expressions
that also guard their sums (:mod:`analysis.kpis.duck`), the rest by
:func:`analysis.intake.consistency.check_rows`. What reading would rewrite is counted where DuckDB
understands it all the same, and refused in texts, which are taken as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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
from analysis.intake.problems import Fault, Log, Note, Rank, fault_of, problem_of
from analysis.intake.rows import FILE_LINES, Rows, first_of
from analysis.kpis import duck
from analysis.kpis.cube import PLAIN_FORM, files, header_errors
from analysis.kpis.duck import OPEN, Files, Rule, header, in_whole_units, shown, sql_type
from analysis.tables.case import Case
from analysis.tables.columns import CURRENCY, Found, closest, folded, header_of, is_choice, names_of
from analysis.tables.rows import Table
from analysis.tables.strategy_tables import CHECK_INS, PLAN_TABLES

READ_ALWAYS = (*PLAN_TABLES, CHECK_INS)
"""Tables that are read into memory even where rows are left where they are."""


_STORED = {
    "BIGINT": ("a number", r"U?(TINY|SMALL|BIG)INT|HUGEINT|U?INTEGER|FLOAT|DOUBLE|DECIMAL"),
    "DATE": ("a day", "DATE|TIMESTAMP"),
    "VARCHAR": ("a text", "VARCHAR|ENUM"),
}
"""What a column of each type holds, and how Parquet may hold it without a word being said."""

_REFERRED = {
    header_of(info).references for table in ROWS for info in table.row.model_fields.values()
}
"""Tables that others refer to, whose rows are therefore read more than once."""


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
    there = files(case.raw) if case.has_own_rows and not linked else {}
    if is_summed_in_place(case, chain.from_iterable(there.values())):
        found.files = there
    if not found.files:
        yield found
        return
    paths = {path for table in found.files.values() for path in table}
    for path, table in inputs.files.items():  # tables of another name would be left out unseen
        if table in ROWS and table not in READ_ALWAYS and path not in paths:
            found.refuse("other-name", at=file_of(case, path), file=table.file)
    about = case.parameters
    told = [f"intake.{name}" for name in sorted(about.intake.model_fields_set)]
    told += [name for name in ("accounts", "columns", "rates") if getattr(about, name)]
    if told:
        found.note("not-heeded", ", ".join(told), at=yaml_of(case), form=PLAIN_FORM)
    with duck.store_on(case.raw, case.root, case.root / ".build" / case.name, found.files) as store:
        for name, each in found.files.items():
            placed = _InPlace(store, duck.TABLES[name], each, case, found)
            if not placed.has_columns():
                found.unread.add(name)
            elif number := placed.check_cells():
                found.tables[name], found.counts[name] = placed.rows(), number
            else:
                found.note("no-rows", at=placed.name)
        for rows in found.tables.values():
            _check_texts(rows)
        if statements := found.tables.get("fin_statement"):
            found.note("only-summed", at=statements.file)
        yield found


@dataclass
class _InPlace:
    """The files of a table, as DuckDB reads them; what is wrong or doubtful goes to `findings`."""

    store: Any
    table: Table
    paths: list[Path]
    case: Case
    findings: Findings
    header: list[str] = field(default_factory=list)
    """The names of the columns, which are those of all files."""
    is_plain: bool = False
    """Whether every cell is known to be written as it is read, so that no text is needed."""

    @property
    def name(self) -> str:
        """How messages call the table: by its file, or by the folder of its files."""
        return self._called(self.paths[0] if len(self.paths) == 1 else self.paths[0].parent)

    @property
    def is_csv(self) -> bool:
        """Whether the files hold text, and not Parquet's types."""
        return self.paths[0].suffix == ".csv"

    def _called(self, path: Path) -> str:
        return str(shown(path, self.case.root))

    def has_columns(self) -> bool:
        """Check the columns of all files; return whether their rows can be read."""
        headers = [header(self.store, path, self.case.root) for path in self.paths]
        self.header = headers[0]
        errors = list(header_errors(self.table, self.paths, headers, self.case.root))
        self.findings.problems += [problem_of(error, Rank.COLUMNS) for error in errors]
        known = {*self.table.row.model_fields, *in_whole_units(self.table, self.header).values()}
        known |= {name for name, _ in self._naming_currencies()}
        names, unknown = names_of(self.table.row), [n for n in self.header if n not in known]
        self.findings.notes += [not_used(self.name, name, closest(name, names)) for name in unknown]
        return not errors

    def check_cells(self) -> int:
        """Check each cell and the order of days in all files; return the number of rows."""
        rules = [*_readable(self.table), *self._rewritten(), *self._currencies()]
        kept = [f"coalesce({rule.sql}, false) as kept_{at}" for at, rule in enumerate(rules)]
        rows = self._rows(f"select *, {', '.join(kept)} from {self._cells()}")
        broken = {str(at): ~nw.col(f"kept_{at}") for at in range(len(rules))}
        found = rows.sums(broken | {"rows": nw.col("line") > 0})
        number = int(found["rows"])
        if self.table.name in OPEN:
            ((every,),) = self.store.sql(f"select count(*) from {self._source()}").fetchall()
            if every > number:
                self.findings.note("not-completed", "", every - number, at=self.name)
        self._note_rounded()
        self.is_plain = not any(found[at] for at in broken)
        theirs = in_whole_units(self.table, self.header)
        for (at, is_broken), rule in zip(broken.items(), rules, strict=True):
            raw, those = f"raw_{rule.column}", rows.frame.filter(is_broken)
            rows.headers[raw] = theirs.get(rule.column, rule.column)
            if found[at] and rule.sort == "note":
                example = str(first_of(those.sort("line"))[raw])
                note = Note(self.name, rule.words, rule.column, int(found[at]), example)
                self.findings.notes.append(note)
            elif found[at]:
                rows.report(Fault(Rank[rule.sort.upper()], rule.words, rule.fix), [raw], those)
        return number

    def rows(self) -> Rows:
        """Return the rows for the checks that are the same for rows in memory."""
        checked = duck.selection(self.table, "is none" if self.is_plain else "is null")
        query = f"select line, {checked} from {self._cells()}"
        return self._rows(query, once=self.table.name in _REFERRED)

    def _rows(self, query: str, *, once: bool = False) -> Rows:
        found = self.store.sql(query)
        if once:
            found = duck.computed_once(found)
        files = [self._called(path) for path in self.paths]
        frame, problems = nw.from_native(found).lazy(), self.findings.problems
        return Rows(self.name, self.table, files=files, frame=frame, problems=problems)

    def _cells(self) -> str:
        """Select all rows with their numbers, each cell as text and, if it can be, typed.

        Where all cells are plain, no text is needed.
        """
        fields = self.table.row.model_fields.items()
        # DuckDB makes a bare try_cast as it reads CSV, and stops at a cell that is none
        text = "nullif({}::varchar, '')" if self.is_csv and not self.is_plain else "{}"
        texts = [n if sql_type(info) == "VARCHAR" else text.format(n) for n, info in fields]
        typed = map(duck.typed, texts, self.table.row.model_fields.values())
        cells = [f"{cell} as {name}" for cell, (name, _) in zip(typed, fields, strict=True)]
        if not self.is_plain:
            cells += [f"coalesce({name}::varchar, '') as raw_{name}" for name, _ in fields]
            for name, cell in self._naming_currencies():
                cells.append(f"coalesce({cell}::varchar, '') as {duck.quoted(f'raw_{name}')}")
        parts = [
            f"select row_number() over () + {1 + place * FILE_LINES} as line, {', '.join(cells)} "
            f"from {self._source(path)}"
            for place, path in enumerate(self.paths)
        ]
        rows = f"({' union all '.join(parts)})"
        if day := OPEN.get(self.table.name):
            kept = f"{day} is not null" if self.is_plain else f"raw_{day} <> ''"
            return f"(select * from {rows} where {kept})"
        return rows

    def _source(self, *paths: Path) -> str:
        """Select the rows of some files, or of all."""
        return duck.source(self.table, [*paths] or self.paths, self.header, text=not self.is_plain)

    def _naming_currencies(self) -> Iterator[tuple[str, str]]:
        """Yield the columns that name currencies, which no table has, and how SQL calls them."""
        for place, name in enumerate(self.header):
            if names_of(self.table.row).get(folded(name)) == Found(CURRENCY):
                yield name, duck.unknown_column(place) if self.is_csv else duck.quoted(name)

    def _note_rounded(self) -> None:
        """Note the amounts that are rounded, and by how much."""
        for other in in_whole_units(self.table, self.header).values():
            exact = duck.in_hundredths(other)
            moved = f"select round({exact}) - {exact} as off from {self._source()}"
            sums = "count(*), max(abs(off)), sum(off)"
            query = f"select {sums} from ({moved}) where off <> 0"
            ((count, *by),) = self.store.sql(query).fetchall()
            if count:
                note = Note(self.name, moved_by(*map(Fraction, by)), other, count)
                self.findings.notes.append(note)

    def _currencies(self) -> Iterator[Rule]:
        """Refuse rows in another currency than the case's, which would be summed as they stand."""
        about, fault = self.case.parameters, fault_of("other-currency-in-place")
        own = ", ".join(map(duck.sql_text, ["", *own_signs(about.currency, about.currency_name)]))
        for name, _ in self._naming_currencies():
            kept = f"lower(trim({duck.quoted(f'raw_{name}')})) in ({own})"
            yield Rule("cell", name, kept, fault.rule, fault.fix)

    def _rewritten(self) -> Iterator[Rule]:
        """Yield what to note of cells that are stored as something else than they are read as."""
        read = self.store.sql(f"from {self._source()}")
        types = dict(zip(read.columns, map(str, read.types), strict=True))
        types |= dict.fromkeys(in_whole_units(self.table, self.header), "BIGINT")
        for name, info in self.table.row.model_fields.items():
            kind, raw = sql_type(info), f"raw_{name}"
            called, stored = _STORED[kind]
            held = "VARCHAR" if self.is_csv else types[name]
            if not self.is_csv and not re.match(stored, held):
                text = held.lower().replace("varchar", "text")
                what = fault_of("stored-otherwise", text=text, kind=called).rule
                yield Rule("note", name, f"{raw} = ''", what, "")
            if kind == "DATE" and held.startswith("TIMESTAMP"):
                yield _noted(name, f"not ends_with({raw}, ' 00:00:00')", MARKS["time of day"])
            if kind == "DATE" and held == "VARCHAR":
                other = f"{raw} not like '____-__-__'"
                yield _noted(name, f"{other} and contains({raw}, ':')", MARKS["time of day"])
                yield _noted(name, f"{other} and not contains({raw}, ':')", MARKS["form of dates"])
            if kind == "BIGINT" and held == "VARCHAR":
                other = f"{raw} <> try_cast({name} as bigint)::varchar and {name} = trunc({name})"
                yield _noted(name, other, fault_of("number-rewritten").rule)


def _readable(table: Table) -> Iterator[Rule]:
    """Add to the rules of cells that what is there could be read."""
    for rule in duck.rules(table):
        read = f"({rule.column} is not null or raw_{rule.column} = '') and "
        yield replace(rule, sql=f"({read if rule.sort == 'cell' else ''}{rule.sql})")


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
    return said.no_glyph(text)
