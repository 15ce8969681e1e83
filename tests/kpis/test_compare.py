"""Growth where there is something to grow from, and nowhere else."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest

from analysis.kpis.compare import compare

F = Fraction


@pytest.mark.parametrize(
    ("old", "new", "change", "growth"),
    [
        (F(80), F(100), F(20), F(1, 4)),
        (F(80), F(-20), F(-100), F(-5, 4)),
        (F(0), F(100), F(100), None),
        (F(-80), F(100), F(180), None),  # from a loss to a profit: no percentage means anything
        (F(-80), F(-100), F(-20), None),
        (None, F(100), None, None),
    ],
)
def test_growth_needs_a_base_above_zero(
    old: Fraction | None, new: Fraction, change: Fraction | None, growth: Fraction | None
) -> None:
    rows = [("2023Q1", 4 * 2023, old), ("2024Q1", 4 * 2024, new)]
    table = pd.DataFrame(rows, columns=["period", "index", "value"]).astype({"value": "object"})
    table["value"] = pd.Series([old, new], dtype="object")
    (found,) = compare(table.assign(kpi="sales"), "year-ago").to_dict("records")
    assert (found["change"], found["growth"]) == (change, growth)
    levels = compare(table.assign(key="F3"), "year-ago", gaps=True).to_dict("records")
    assert (levels[1]["change"], levels[1]["growth"]) == (change, growth)
