"""Figures of a firm's statements: their data by hand, and what their captions say."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.efficiency.quarterly_statements import Book, book, prepare
from analysis.efficiency.ratios import indicator_table
from analysis.figures.efficiency_charts import (
    margins,
    margins_data,
    profit_ladder,
    profit_ladder_data,
)
from tests.efficiency.conftest import Q1, Q2


@pytest.fixture
def statements() -> Book:
    return book(prepare(pd.DataFrame([Q1, Q2])))


def test_margins_are_profits_by_sales(statements: Book) -> None:
    frame = margins_data(indicator_table(statements))
    found = {
        (row.name, row.period): str(row.value)
        for row in frame.itertuples(index=False)
        if row.period == "2006Q1"
    }
    assert found == {
        ("Gross margin", "2006Q1"): "3/10",  # 300 of 1000
        ("Operating margin", "2006Q1"): "1/25",  # 40
        ("Net margin", "2006Q1"): "23/1000",
    }
    made = margins(frame, "yours")
    assert made.caption.startswith("The net margin of Q2 2006 is 0.4%.")  # 5 of 1200
    assert made.alt == "Three lines by quarter. Net margin: Q1 2006 2.3% and Q2 2006 0.4%."


def test_the_ladder_of_the_last_quarter_leaves_out_zeros(statements: Book) -> None:
    frame = profit_ladder_data(statements)
    lines = [(row.key, int(row.value * 100)) for row in frame.itertuples(index=False)]
    assert lines == [
        *(("sales", 1200), ("cogs", -780), ("K1", 420), ("selling", -160), ("admin", -210)),
        *(("other_op_income", 10), ("other_op_cost", -20), ("K3", 40), ("fin_income", 4)),
        *(("fin_cost", -34), ("extra_loss", -5), ("K5", 5), ("K6", 5)),
    ]
    made = profit_ladder(frame, "soles", "yours")
    assert made.caption.startswith("Sales of 12 soles in Q2 2006 led to a net profit of 0 soles.")
