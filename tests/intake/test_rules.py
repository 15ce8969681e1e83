"""The rules of a whole column are those of the row models, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from analysis.intake import problems
from analysis.intake.case_files import TABLES
from analysis.intake.cells import Context
from analysis.intake.consistency import order_of_days
from analysis.intake.convert import check_sheet
from analysis.intake.naming import Reading, name_columns
from analysis.intake.rows import Sheet, rows_of
from analysis.intake.sheets import Grid
from analysis.tables.columns import (
    DECIMAL_OR_EMPTY,
    MONTH,
    NUMBER,
    NUMBER_OR_EMPTY,
    QUARTER,
    money_of,
)
from analysis.tables.rows import Table, period_column
from analysis.tables.schema import IntakeSettings

from .conftest import cases

PLAIN = Context(IntakeSettings())
DAYS = cases("rules-days")
WHOLE = cases("rules-whole")
NUMBERS = ["0", "1", "1/2", "-0.5", "7/10", "15", "1/0", "x", "--1", "1/2/3", ""]
TEXTS = ["a", "A1", "two words", "=1+1", "-1", "@x", "é", "\x07", "x\u202ey", "F1", ""]


def cells_of(info: FieldInfo) -> list[str]:
    """Return texts for a column in the form that row models take, right ones and wrong ones."""
    patterns = {rule.pattern for rule in info.metadata if getattr(rule, "pattern", None)}
    if info.annotation in (date, date | None):
        return DAYS
    if info.annotation is int:
        return WHOLE
    if get_origin(info.annotation) is Literal:
        return [*get_args(info.annotation), "zzz", ""]
    if patterns & {NUMBER, NUMBER_OR_EMPTY, DECIMAL_OR_EMPTY}:
        return NUMBERS
    if QUARTER in patterns:
        return ["2024Q1", "2024Q4", "2024Q5", "Q", ""]
    if MONTH in patterns:
        return ["2024-01", "2024-12", "2024-13", "may", ""]
    return TEXTS


@cache
def some_rows(table: Table) -> st.SearchStrategy[list[list[str]]]:
    fields = list(table.row.model_fields.values())
    anything = st.tuples(*(st.sampled_from(cells_of(info)) for info in fields))
    # mostly right cells, so that rules across columns have their turn
    likely = st.tuples(*(st.sampled_from(right_first(table, info)) for info in fields))
    row = st.one_of(likely, anything).map(list).filter(any)
    return st.lists(row, min_size=1, max_size=6)


def right_first(table: Table, info: FieldInfo) -> list[str]:
    cells = cells_of(info)
    name = next(name for name, other in table.row.model_fields.items() if other is info)
    right = [cell for cell in cells if not breaks(table, name, cell)]
    return right * 12 + cells


def breaks(table: Table, name: str, cell: str) -> bool:
    """Whether a cell alone breaks a rule of its column."""
    try:
        table.row.model_validate({name: cell})
    except ValidationError as error:
        return any(problem["loc"] == (name,) for problem in error.errors())
    return False


def is_row(table: Table, cells: dict[str, str]) -> bool:
    try:
        table.row.model_validate(cells)
    except ValidationError:
        return False
    return True


def check(table: Table, rows: list[list[Any]]) -> Sheet:
    grid = Grid("file.csv", [list(table.row.model_fields), *rows])
    sheet = check_sheet(name_columns(grid, Reading(table), ()), PLAIN)
    found = rows_of(sheet)
    for fault, columns, broken in order_of_days(table):
        found.report(fault, columns, found.frame.filter(broken))
    return sheet


def has_further_lines(table: Table, rows: list[list[Any]]) -> bool:
    """Whether a line without a day repeats the key above, and so is completed from that line."""
    if not money_of(table.row) or not period_column(table):
        return False
    names = list(table.row.model_fields)
    key, day = names.index(table.key[0]), names.index(period_column(table))
    return any(
        str(above[key]).strip() == str(line[key]).strip() and not str(line[day]).strip()
        for above, line in pairwise(rows)
    )


def wrong_rows(checked: Sheet) -> Iterator[int]:
    for problem in checked.problems:
        assert problem.row is not None
        assert problem.count == 1 + len(problem.rows)
        yield from (problem.row, *problem.rows)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_the_verdict_on_a_row_is_the_row_models(table: Table, data: st.DataObject) -> None:
    rows = data.draw(some_rows(table))
    names = list(table.row.model_fields)
    assume(not has_further_lines(table, rows))
    by_model = {
        number
        for number, row in enumerate(rows, start=2)
        if not is_row(table, dict(zip(names, row, strict=True)))
        and not (table.name == "service" and not row[names.index("completed_on")])  # left out
    }
    assert set(wrong_rows(check(table, rows))) == by_model


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_right_and_wrong_rows_are_both_met(table: Table) -> None:
    """The cells above include a row that every rule allows, and one that none does."""
    names = list(table.row.model_fields)
    wrong = ["zzz zzz\x07"] * len(names)
    assert not is_row(table, dict(zip(names, wrong, strict=True)))
    assert any(
        not breaks(table, name, cell)
        for name, info in table.row.model_fields.items()
        for cell in cells_of(info)
    )


def test_values_are_those_of_the_row_model() -> None:
    (table,) = [table for table in TABLES if table.name == "training"]
    row = ["E1", "T1", "2024-05-31", "6", "yes"]
    model = table.row.model_validate(dict(zip(table.row.model_fields, row, strict=True)))
    (record,) = check(table, [row]).frame.to_dict("records")
    assert record | {"held_on": record["held_on"].date()} == model.model_dump()


def test_every_rule_in_words_is_used() -> None:
    folder = Path(problems.__file__).parent
    code = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    rules = yaml.safe_load((folder / "rules.yaml").read_text(encoding="utf-8"))
    assert [name for name in rules if f'"{name}"' not in code] == []
