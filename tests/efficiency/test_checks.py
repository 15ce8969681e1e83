"""Statements that do not add up are refused with row, column, difference and tolerance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.efficiency.quarterly_statements import FLOWS, book, prepare, read_statements
from analysis.tables.rows import write_frame

from .conftest import BY_HAND, Q1, Q2


@pytest.mark.parametrize(("first", "second", "row", "column", "words"), BY_HAND["refused"])
def test_refused(
    first: dict[str, Any] | None, second: dict[str, Any], row: int, column: str, words: str
) -> None:
    rows = [] if first is None else [Q1 | first]
    with pytest.raises(InputError) as caught:
        prepare(pd.DataFrame([*rows, Q2 | second]), file="fin_statement.csv")
    assert (caught.value.row, caught.value.column) == (row, column)
    assert words in caught.value.rule
    assert str(caught.value).startswith("fin_statement.csv, row ")


def test_rows_are_counted_as_given_even_when_sorted() -> None:
    with pytest.raises(InputError) as caught:
        prepare(pd.DataFrame([Q2, Q1, Q2 | {"period": "2006Q3", "cash": 21}]))
    assert caught.value.row == 4


def test_rounding_within_the_tolerance_is_accepted() -> None:
    prepare(pd.DataFrame([Q1, Q2 | {"cash": 61}]), tolerance=1)
    with pytest.raises(InputError, match="tolerance 1"):
        prepare(pd.DataFrame([Q1, Q2 | {"cash": 62}]), tolerance=1)


def test_companies_are_checked_apart() -> None:
    other = pd.DataFrame([Q1, Q2]).assign(company_id="other", unit_scale=1)
    frame = prepare(pd.concat([pd.DataFrame([Q1, Q2]), other], ignore_index=True))
    assert set(book(frame, "hand")) == set(book(frame, "other"))
    with pytest.raises(InputError, match="those of one company"):
        book(frame)


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    write_frame(pd.DataFrame([Q1, Q2]), tmp_path / "fin_statement.csv")
    frame = read_statements(tmp_path, tmp_path)
    assert book(frame)[8025 - 1]["sales"] == 1000  # 4 * 2006 quarters after the year 0
    write_frame(pd.DataFrame([Q1, Q2 | {"cogs": -1}]), tmp_path / "fin_statement.csv")
    with pytest.raises(InputError) as caught:
        read_statements(tmp_path, tmp_path)
    assert (caught.value.row, caught.value.column) == (3, "cogs")


def test_year_to_date_cash_is_checked_quarter_by_quarter() -> None:
    whole = {name: Q1[name] + Q2[name] for name in FLOWS}
    ytd = pd.DataFrame([Q1, Q2 | whole]).assign(basis="ytd")
    prepare(ytd)
    with pytest.raises(InputError, match="cfo \\+ cfi \\+ cff is -30"):
        prepare(ytd.assign(cfo=[90, 20]))
