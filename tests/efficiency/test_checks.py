"""Statements that do not add up are refused with row, column, difference and tolerance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.efficiency.quarterly_statements import FLOWS, book, prepare, read_statements
from analysis.tables.rows import write_frame

from .conftest import Q1, Q2


def changed(line: int, **cells: Any) -> pd.DataFrame:
    rows = [dict(Q1), dict(Q2)]
    rows[line].update(cells)
    return pd.DataFrame(rows)


def third(**cells: Any) -> dict[str, Any]:
    return Q2 | {"period": "2006Q3", "cash": Q2["cash"] - 40} | cells


@pytest.mark.parametrize(
    ("frame", "row", "column", "words"),
    [
        (changed(1, cash=61), 3, "cash", "difference 1 (tolerance 0)"),
        (changed(1, cfo=-70), 3, "cash", "difference -10 (tolerance 0)"),
        (changed(0, fixed_assets=2251), 2, "total_assets", "by 1 (tolerance 0)"),
        (changed(1, equity=2701), 3, "total_assets", "by 1 (tolerance 0)"),
        (changed(1, unit_scale=1), 3, "unit_scale", "row 2 has 100000"),
        (changed(1, basis="ytd"), 3, "basis", "row 2 has discrete"),
        (changed(1, period="2006Q1"), 3, "period", "already in row 2"),
        (pd.DataFrame([Q1, Q2 | {"period": "2006Q3"}]), 3, "period", "2006Q2 of hand is missing"),
        (changed(1, sales=1_200_000), 3, "sales", "thousands against units"),
        (changed(1, total_assets=4_400_000), 3, "total_assets", "a factor of 1,100"),
        (pd.DataFrame([Q2 | {"basis": "ytd"}]), 2, "period", "2006Q1 is missing"),
    ],
)
def test_refused(frame: pd.DataFrame, row: int, column: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        prepare(frame, file="fin_statement.csv")
    assert (caught.value.row, caught.value.column) == (row, column)
    assert words in caught.value.rule
    assert str(caught.value).startswith("fin_statement.csv, row ")


def test_rows_are_counted_as_given_even_when_sorted() -> None:
    with pytest.raises(InputError) as caught:
        prepare(pd.DataFrame([Q2, Q1, third(cash=21)]))
    assert caught.value.row == 4


def test_rounding_within_the_tolerance_is_accepted() -> None:
    prepare(changed(1, cash=61), tolerance=1)
    with pytest.raises(InputError, match="tolerance 1"):
        prepare(changed(1, cash=62), tolerance=1)


def test_companies_are_checked_apart() -> None:
    other = pd.DataFrame([Q1, Q2]).assign(company_id="other", unit_scale=1)
    frame = prepare(pd.concat([pd.DataFrame([Q1, Q2]), other], ignore_index=True))
    assert set(book(frame, "hand")) == set(book(frame, "other"))
    with pytest.raises(ValueError, match="name one"):
        book(frame)
    with pytest.raises(ValueError, match="no company"):
        book(frame, "third")


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    write_frame(pd.DataFrame([Q1, Q2]), tmp_path / "fin_statement.csv")
    frame = read_statements(tmp_path, tmp_path)
    assert book(frame)[8025 - 1]["sales"] == 1000  # 4 * 2006 quarters after the year 0
    write_frame(changed(1, cogs=-1), tmp_path / "fin_statement.csv")
    with pytest.raises(InputError) as caught:
        read_statements(tmp_path, tmp_path)
    assert (caught.value.row, caught.value.column) == (3, "cogs")


def test_year_to_date_cash_is_checked_quarter_by_quarter() -> None:
    rows = [dict(Q1), dict(Q2)]
    for name in FLOWS:
        rows[1][name] += rows[0][name]
    ytd = pd.DataFrame(rows).assign(basis="ytd")
    prepare(ytd)
    with pytest.raises(InputError, match="cfo \\+ cfi \\+ cff is -30"):
        prepare(ytd.assign(cfo=[90, 20]))
