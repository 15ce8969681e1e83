"""A table with typed columns, and the rules that its row model has across them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import ValidationError

from analysis.intake.problems import Fault, Note, Problem, Rank, problem_at
from analysis.tables.columns import broken_rule
from analysis.tables.rows import Row, Table, order_rule


@dataclass
class Checked:
    """A table with typed columns, and which of its cells are right.

    Attributes
    ----------
    rows : array of int
        Number of each row as a spreadsheet counts.
    frame : DataFrame
        Columns and types as `~analysis.tables.rows.read_frame` gives them; a cell that breaks a
        rule holds a placeholder.
    good : dict of str to array of bool
        By column, the rows whose cell is right.
    scale : int
        Largest number of smallest coins in one of the file's units.
    """

    table: Table
    file: str
    headers: dict[str, str]
    rows: NDArray[np.int64]
    problems: list[Problem]
    notes: list[Note]
    frame: pd.DataFrame = field(default_factory=pd.DataFrame)
    good: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    scale: int = 1

    def report(
        self, fault: Fault, column: str, bad: NDArray[np.bool_], value: object = None
    ) -> None:
        """Add the problem that the rows where `bad` is true break a rule in a column."""
        places = np.flatnonzero(bad)
        if len(places):
            named = self.headers.get(column, column)
            if value is None and column in self.frame:
                value = self.frame[column].iloc[places[0]]
            value = value.date() if isinstance(value, pd.Timestamp) else value
            self.problems.append(problem_at(fault, self.file, named, self.rows[places], value))

    @property
    def is_read(self) -> bool:
        """Whether the rows are known, right or wrong; if not, nothing can be held against them."""
        return all(problem.fault.rank > Rank.COLUMNS for problem in self.problems)

    def all_good(self, columns: Sequence[str]) -> NDArray[np.bool_]:
        """Return the rows in which all of some columns are right."""
        right = np.ones(len(self.rows), dtype=bool)
        for name in columns:
            right &= self.good[name]
        return right


def report_order(checked: Checked) -> None:
    """Report rows whose columns are not in the order that the row model wants."""
    for group in checked.table.row.in_order:
        wrong = np.zeros(len(checked.rows), dtype=bool)
        for place, early in enumerate(group):
            for late in group[place + 1 :]:
                both = checked.all_good([early, late])
                wrong |= both & (checked.frame[early] > checked.frame[late]).to_numpy()
        if wrong.any():
            first = int(np.flatnonzero(wrong)[0])
            days = ", ".join(str(checked.frame[name].iloc[first])[:10] for name in group)
            fault = Fault(Rank.ROW, order_rule(group), "correct the days")
            names = ", ".join(checked.headers.get(name, name) for name in group)
            checked.report(fault, names, wrong, days)


def report_rows(checked: Checked) -> None:
    """Hold each row of a table with rules of its own across columns against its row model.

    Only tables that people write have such rules; the large ones have none.
    """
    model = checked.table.row
    rules = set(model.__pydantic_decorators__.model_validators)
    if rules <= set(Row.__pydantic_decorators__.model_validators):
        return
    right = checked.all_good(list(model.model_fields))
    broken: dict[tuple[Fault, str], list[int]] = {}
    for place, record in enumerate(checked.frame.to_dict("records")):
        if right[place]:
            for fault, column in _broken(model, record):
                broken.setdefault((fault, column), []).append(place)
    for (fault, column), places in broken.items():
        bad = np.zeros(len(checked.rows), dtype=bool)
        bad[places] = True
        checked.report(fault, column, bad)


def _broken(model: type[Row], record: dict[Any, Any]) -> Iterator[tuple[Fault, str]]:
    values = {
        name: value.date() if isinstance(value, pd.Timestamp) else value
        for name, value in record.items()
    }
    try:
        model.model_validate(values)
    except ValidationError as error:
        for problem in error.errors(include_url=False):
            rule = broken_rule(problem)
            column, mark, rest = rule.partition(": ")
            if not mark or column not in model.model_fields:
                column, rest = "", rule
            if rest not in {order_rule(group) for group in model.in_order}:
                yield Fault(Rank.ROW, rest), column
