"""Rows that stay where they are, however many: checked there, and summed by DuckDB.

The rules are those of rows that are read. Cells are held against the row models by the expressions
that also guard their sums (:mod:`analysis.kpis.duck`), the rest by
:func:`analysis.intake.consistency.check_rows`. What DuckDB understands although it is not in plain
form is counted, and refused in texts, which are taken as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import narwhals as nw

from analysis.base.errors import shown
from analysis.base.language import tr
from analysis.intake.case_files import ROWS, Inputs, file_of, is_summed_in_place, yaml_of
from analysis.intake.cells import own_signs, read_text
from analysis.intake.convert import moved_by
from analysis.intake.problems import Fault, Rank, fault_of, no_glyph, problem_of
from analysis.intake.rows import FILE_LINES, Rows, first_of
from analysis.kpis import duck
from analysis.kpis.cube import PLAIN_FORM, files, header_errors
from analysis.tables.case import Case
from analysis.tables.columns import CURRENCY, Found, folded, header_of, is_choice, names_of
from analysis.tables.strategy_tables import CHECK_INS, PLAN_TABLES

READ_ALWAYS = (*PLAN_TABLES, CHECK_INS)
"""Tables that are read into memory even where rows are left where they are."""

_REFERRED = {header_of(i).references for t in ROWS for i in t.row.model_fields.values()}
"""Tables that others refer to, whose rows are therefore read more than once."""


@contextmanager
def audit(case: Case, inputs: Inputs) -> Iterator[dict[str, Rows] | None]:
    """Check the cells of tables that stay where they are, without changing or loading them.

    Parameters
    ----------
    case : Case
        The case.
    inputs : Inputs
        Its files; what is wrong with those of rows goes there. Nothing is read in place if one
        leads out of the folder.

    Yields
    ------
    dict of str to Rows or None
        By table, those that have rows or problems; None if all tables are read. They can be asked
        for more as long as the context lasts.

    Raises
    ------
    InputError
        If DuckDB is not installed, or a file cannot be read.
    """
    linked = any(problem.fault.name == "outside-folder" for problem in inputs.problems)
    there = files(case.raw) if case.has_own_rows and not linked else {}
    paths = {*chain.from_iterable(there.values())}
    if not there or not is_summed_in_place(case, paths):
        yield None
        return
    for path, table in inputs.files.items():  # tables of another name would be left out unseen
        if table in ROWS and table not in READ_ALWAYS and path not in paths:
            inputs.refuse("other-name", at=file_of(case, path), file=table.file)
    settings = case.parameters
    told = [f"intake.{name}" for name in sorted(settings.intake.model_fields_set)]
    told += [name for name in ("accounts", "columns", "rates") if getattr(settings, name)]
    if told:
        inputs.note("not-heeded", ", ".join(told), at=yaml_of(case), form=tr(PLAIN_FORM))
    with duck.store_on(case.raw, case.root, case.root / ".build" / case.name, there) as store:
        tables: dict[str, Rows] = {}
        for name, its in there.items():
            names = [str(shown(path, case.root)) for path in its]
            file = names[0] if len(its) == 1 else str(Path(names[0]).parent)
            rows = _InPlace(file, duck.TABLES[name], files=names, store=store, paths=its, case=case)
            rows.check()
            if rows.count or rows.problems:
                tables[name] = rows
            else:
                inputs.note("no-rows", at=file)
        yield tables


@dataclass(kw_only=True)
class _InPlace(Rows):
    """The files of a table, as DuckDB reads them."""

    store: Any
    paths: list[Path]
    case: Case
    header: list[str] = field(default_factory=list)
    """The names of the columns, which are those of all files."""
    is_plain: bool = False
    """Whether every cell is known to be written as it is read, so that no text is needed."""

    @property
    def is_csv(self) -> bool:
        """Whether the files hold text, and not Parquet's types."""
        return self.paths[0].suffix == ".csv"

    @property
    def larger(self) -> dict[str, str]:
        """The columns of money that are given in whole units, with their names in the files."""
        return duck.in_whole_units(self.table, self.header)

    def check(self) -> None:
        """Check the columns of all files, then each cell, and then each text."""
        headers = [duck.header(self.store, path, self.case.root) for path in self.paths]
        self.header = headers[0]
        errors = header_errors(self.table, self.paths, headers, self.case.root)
        self.problems += [problem_of(error, Rank.COLUMNS) for error in errors]
        known = {*self.table.row.model_fields, *self.larger.values(), *self._naming_currencies()}
        for name in [name for name in self.header if name not in known]:
            self.note("column-not-used", name or tr("without a name"))
        if not self.problems:
            self._check_cells()
            checked = duck.selection(self.table, "is none" if self.is_plain else "is null")
            self._select(f"line, {checked}", once=self.table.name in _REFERRED)
            self._check_texts()
            if self.table.name == "fin_statement":
                self.note("only-summed")

    def _select(self, columns: str, *, once: bool = False) -> None:
        """Take some columns for the table's frame, computed at once if they are needed often."""
        found = self.store.sql(f"select {columns} from {self._cells()}")
        self.frame = nw.from_native(duck.computed_once(self.store, found) if once else found).lazy()

    def _check_cells(self) -> None:
        """Count the rows, and report each rule that their cells break."""
        rules = list(self._rules())
        kept = [f"coalesce({sql}, false) as kept_{at}" for at, (_, sql, _) in enumerate(rules)]
        self._select(", ".join(["*", *kept]))
        broken = {str(at): ~nw.col(f"kept_{at}") for at in range(len(rules))}
        found = self.sums(broken | {"rows": nw.col("line") > 0})
        self.count = int(found["rows"])
        if self.table.name in duck.OPEN:
            ((every,),) = self.store.sql(f"select count(*) from {self._source()}").fetchall()
            if every > self.count:
                self.note("not-completed", "", every - self.count)
        self._note_rounded()
        self.is_plain = not any(found[at] for at in broken)
        for (at, is_broken), (name, _, fault) in zip(broken.items(), rules, strict=True):
            raw, those = f"raw_{name}", self.frame.filter(is_broken)
            self.headers[raw] = self.larger.get(name, name)
            if found[at] and fault.name == "rewritten":
                example = str(first_of(those.sort("line"))[raw])
                self.note("rewritten", name, int(found[at]), example)
            elif found[at]:
                self.report(fault, [raw], those)

    def _rules(self) -> Iterator[tuple[str, str, Fault]]:
        """Yield the rules of cells: a column, what holds in SQL of rows that keep it, the fault."""
        infos, about = self.table.row.model_fields, self.case.parameters
        for rule in duck.rules(self.table):
            if rule.sort == "cell":  # and what is there could be read
                read = f"({rule.column} is not null or raw_{rule.column} = '')"
                fault = Fault(Rank.CELL, tr(rule.words), tr(rule.fix))
                yield rule.column, f"{read} and {rule.sql}", fault
        stored = self.store.sql(f"from {self._source()}")
        for name, held in zip(stored.columns, map(str, stored.types), strict=True):
            kind = duck.sql_type(infos[name]) if {name} <= infos.keys() - self.larger else "VARCHAR"
            if kind != "VARCHAR" and re.match("VARCHAR|TIMESTAMP", held):
                plain = f"try_cast({name} as {kind})::varchar"
                other = f"raw_{name} not in ({plain}, {plain} || ' 00:00:00')"
                whole = f"{name} = trunc({name}) and " if kind == "BIGINT" else ""
                yield name, f"not coalesce({whole}{other}, false)", fault_of("rewritten")
        own = ", ".join(map(duck.sql_text, ["", *own_signs(about.currency, about.currency_name)]))
        for name in self._naming_currencies():
            kept = f"lower(trim({duck.quoted(f'raw_{name}')})) in ({own})"
            yield name, kept, fault_of("other-currency-in-place")

    def _cells(self) -> str:
        """Select all rows with their numbers, each cell as text and, if it can be, typed.

        Where all cells are plain, no text is needed.
        """
        fields = self.table.row.model_fields.items()
        # DuckDB makes a bare try_cast as it reads CSV, and stops at a cell that is none
        text = "nullif({}::varchar, '')" if self.is_csv and not self.is_plain else "{}"
        texts = [n if duck.sql_type(info) == "VARCHAR" else text.format(n) for n, info in fields]
        typed = map(duck.typed, texts, self.table.row.model_fields.values())
        cells = [f"{cell} as {name}" for cell, (name, _) in zip(typed, fields, strict=True)]
        if not self.is_plain:
            raw = {name: name for name, _ in fields} | self._naming_currencies()
            cells += [f"coalesce({raw[n]}::varchar, '') as {duck.quoted(f'raw_{n}')}" for n in raw]
        parts = [
            f"select row_number() over () + {1 + place * FILE_LINES} as line, {', '.join(cells)} "
            f"from {self._source(path)}"
            for place, path in enumerate(self.paths)
        ]
        rows = f"({' union all '.join(parts)})"
        if day := duck.OPEN.get(self.table.name):
            kept = f"{day} is not null" if self.is_plain else f"raw_{day} <> ''"
            return f"(select * from {rows} where {kept})"
        return rows

    def _source(self, *paths: Path) -> str:
        """Select the rows of some files, or of all."""
        return duck.source(self.table, [*paths] or self.paths, self.header, text=not self.is_plain)

    def _naming_currencies(self) -> dict[str, str]:
        """Return the columns that name currencies, which no table has, with their names in SQL.

        Rows in another currency than the case's would be summed as they stand.
        """
        known, currency = names_of(self.table.row), Found(CURRENCY)
        return {
            name: duck.unknown_column(place) if self.is_csv else duck.quoted(name)
            for place, name in enumerate(self.header)
            if known.get(folded(name)) == currency
        }

    def _note_rounded(self) -> None:
        """Note the amounts that are rounded, and by how much."""
        for other in self.larger.values():
            exact = duck.in_hundredths(other)
            moved = f"select round({exact}) - {exact} as off from {self._source()}"
            query = f"select count(*), max(abs(off)), sum(off) from ({moved}) where off <> 0"
            ((count, *by),) = self.store.sql(query).fetchall()
            if count:
                self.note("rounded", other, count, **moved_by(*map(Fraction, by)))

    def _check_texts(self) -> None:
        """Check the texts that a report can show, no choices and no mere keys, each once."""
        for name, info in self.table.row.model_fields.items():
            is_key = (name,) == self.table.key or header_of(info).references
            if duck.sql_type(info) == "VARCHAR" and not is_choice(info) and not is_key:
                faults = {text: fault for text in self.values(name) if (fault := _fault(text))}
                for fault in dict.fromkeys(faults.values()):
                    texts = [text for text, its in faults.items() if its == fault]
                    self.report(fault, [name], self.frame.filter(nw.col(name).is_in(texts)))


def _fault(text: str) -> Fault | None:
    """Return the rule that a text breaks which is taken as it stands."""
    read = read_text(text)
    return read.fault or (no_glyph(text) if read.text == text else fault_of("not-plain"))
