"""Tables and their rows: as they stand in files, typed, or where they lie; and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import compress
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.intake.cells import Cell
from analysis.intake.problems import Fault, Log, Problem
from analysis.tables.columns import REST, may_be_empty, money_of
from analysis.tables.rows import Table

FILE_LINES = 2**40
"""More lines than a file has, by which the lines of several files are told apart."""

KEPT_ROWS = 10_001
"""Rows that a problem can name."""


About = Callable[[int], tuple[Fault, str | None]]
"""Which rule a row breaks, and the value that breaks it."""

Rule = Fault | Callable[[Any], Fault]
"""What is wrong with rows; it may name something of the first of them."""


@dataclass
class Placed(Log):
    """A table in one or more files.

    Attributes
    ----------
    headers : dict of str to str
        What the file calls each column.
    files : sequence of str
        The files, if there are several or the rows stay where they lie.
    """

    table: Table
    headers: dict[str, str] = field(default_factory=dict)
    files: Sequence[str] = ()

    def called(self, column: str) -> str:
        """Return what the file calls a column."""
        return self.headers.get(column, column)

    def place(self, line: int) -> tuple[str, int]:
        """Return the file and the row of a line, which counts `FILE_LINES` for each file before."""
        return (self.files[line // FILE_LINES] if self.files else self.file), line % FILE_LINES

    def refuse_rows(self, column: str, lines: Sequence[int], count: int, about: About) -> None:
        """Add a problem, for each file, of the rows that break a rule; so many are there in all.

        What `about` says of the place of a line among them is said of the first line of each file.
        """
        places, unnamed = list(map(self.place, lines)), count - len(lines)
        for file in dict.fromkeys(name for name, _ in places):
            at = [place for place, (name, _) in enumerate(places) if name == file]
            (fault, value), rows = about(at[0]), [places[place][1] for place in at]
            where = file, rows[0], column, value, tuple(rows[1:])
            self.problems.append(Problem(fault, *where, len(rows) + unnamed))
            unnamed = 0


@dataclass
class Sheet(Placed):
    """A table whose columns are known by name: its cells as they stand in the file, then typed.

    Attributes
    ----------
    cells : dict of str to sequence of Cell
        By column of the row model, or an extra of :mod:`analysis.tables.columns`.
    factors : dict of str to int
        How many of the column's units are in one of the file's.
    rows : array of int
        Number of each row as a spreadsheet counts, and `FILE_LINES` more for each file before.
    frame : DataFrame
        Columns and types as `~analysis.tables.rows.read_frame` gives them; a cell that breaks a
        rule holds a placeholder.
    good : dict of str to array of bool
        By column, the rows whose cell is right.
    scale : int
        Largest number of smallest coins in one of the file's units.
    """

    cells: dict[str, Sequence[Cell]] = field(default_factory=dict)
    factors: dict[str, int] = field(default_factory=dict)
    rows: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, "int64"))
    frame: pd.DataFrame = field(default_factory=pd.DataFrame)
    good: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    scale: int = 1

    def column(self, name: str) -> Sequence[Cell]:
        """Return the cells of a column, empty ones if the file has none of this name."""
        return self.cells.get(name, ("",) * len(self.rows))

    def leave_out(self, rows: Sequence[bool] | NDArray[np.bool_], rule: str, **words: str) -> None:
        """Leave out rows, and note why."""
        if count := sum(rows):
            kept = ~np.array(rows, dtype=bool)
            self.note(rule, "", int(count), **words)
            self.rows = self.rows[kept]
            for name, cells in self.cells.items():
                self.cells[name] = list(compress(cells, kept))

    def place_of(self, index: int) -> tuple[str, int]:
        """Return the file and the row of the row with an index."""
        return self.place(int(self.rows[index]))

    def report(self, fault: Fault, column: str, bad: NDArray[np.bool_]) -> None:
        """Add the problem that the rows where `bad` is true break a rule in a column."""
        places, cells = np.flatnonzero(bad), self.cells.get(column)
        lines = self.rows[places[:KEPT_ROWS]].tolist()
        values = [None if cells is None else str(cells[at]) for at in places[:KEPT_ROWS].tolist()]
        self.refuse_rows(self.called(column), lines, len(places), lambda at: (fault, values[at]))

    @property
    def money(self) -> list[str]:
        """The columns of amounts that the file has, those that may be empty last."""
        fields, amounts = self.table.row.model_fields, money_of(self.table.row)
        found = [name for name in self.cells if name in amounts]
        return sorted(found, key=lambda name: may_be_empty(fields[name]))


def rows_of(sheet: Sheet) -> Rows:
    """Return the rows of a table that was read."""
    frame, doubtful = sheet.frame, {n: good for n, good in sheet.good.items() if not good.all()}
    frame = frame.assign(**{name: frame[name].where(good) for name, good in doubtful.items()})
    frame["line"] = sheet.rows
    if REST in sheet.cells:
        frame[REST] = list(map(str, sheet.cells[REST]))
    about = sheet.file, sheet.table, sheet.headers, sheet.files, nw.from_native(frame).lazy()
    return Rows(*about, frame, len(frame), problems=sheet.problems, notes=sheet.notes)


@dataclass
class Rows(Placed):
    """The rows of a table, in memory or where they lie.

    Attributes
    ----------
    frame : LazyFrame
        The columns of the row model, null where a cell broke a rule, and `line`: the row's number,
        and `FILE_LINES` more for each file before its own.
    memory : DataFrame, optional
        The rows, if they do not lie elsewhere.
    count : int
        Their number.
    """

    frame: nw.LazyFrame[Any] = field(default_factory=lambda: nw.from_native(pd.DataFrame()).lazy())
    memory: pd.DataFrame | None = None
    count: int = 0
    _values: dict[str, list[Any]] = field(default_factory=dict)

    def known(self, columns: Sequence[str]) -> nw.LazyFrame[Any]:
        """Return the rows whose cells in some columns broke no rule."""
        return self.frame.filter(*(~nw.col(name).is_null() for name in columns))

    def column(self, name: str) -> Any:
        """Return a column for a rule: a series if it is in memory, which is fast, or else lazy."""
        return nw.col(name) if self.memory is None else self.frame.collect()[name]

    def where(self, rule: Any) -> nw.LazyFrame[Any]:
        """Return the rows of which a rule on columns holds."""
        kept = None if self.memory is None else self.memory[rule.to_native()]
        return self.frame.filter(rule) if kept is None else nw.from_native(kept).lazy()

    def sums(self, asked: Mapping[str, Any]) -> Mapping[str, float]:
        """Sum what is asked of each row, in one pass; every answer under its own name."""
        if self.memory is not None or not asked:
            return {name: ask.sum() for name, ask in asked.items()}
        sums = [ask.cast(nw.Float64).sum().alias(name) for name, ask in asked.items()]
        return first_of(self.frame.select(*sums))

    def values(self, column: str) -> list[Any]:
        """Return the different values of a column, in order; an empty text is none."""
        if column not in self._values:
            if (rows := self.memory) is None:
                rows = self.known([column]).select(column).unique().collect("pandas").to_native()
            found = rows[column].dropna().unique()
            self._values[column] = sorted(value for value in found if value != "")
        return self._values[column]

    def report(self, fault: Rule, columns: Sequence[str], broken: nw.LazyFrame[Any]) -> None:
        """Add the problem that rows, if any, break a rule."""
        if not (count := count_of(broken)):
            return
        found = broken.sort("line").head(KEPT_ROWS).collect("pandas").to_native()

        def about(at: int) -> tuple[Fault, str]:
            row = found.iloc[at]
            rule = fault if isinstance(fault, Fault) else fault(row)
            return rule, ", ".join(_shown(row[name]) for name in columns)

        names = ", ".join(map(self.called, columns))
        self.refuse_rows(names, found["line"].tolist(), count, about)


def first_of(rows: nw.LazyFrame[Any]) -> Mapping[str, Any]:
    """Return the first of some rows, wherever they are."""
    return dict(rows.head(1).collect("pandas").to_native().iloc[0])


def count_of(rows: nw.LazyFrame[Any]) -> int:
    """Count rows, wherever they are."""
    return int(rows.select(nw.len()).collect("pandas").item())


def _shown(cell: Any) -> str:
    """Write a cell for a message: a day without its time, a whole number without a point."""
    text = "" if pd.isna(cell) else str(cell)
    if isinstance(cell, datetime):
        return text[:10]
    return text.removesuffix(".0") if isinstance(cell, float) else text
