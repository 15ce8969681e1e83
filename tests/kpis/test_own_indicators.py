"""Indicators of a firm's own, from a line of case.yaml to the report's tables."""

from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.kpis.catalogue import catalogue, indicator, kpi
from analysis.kpis.levels import kpi_periods, summed_columns
from analysis.kpis.reduce import reduce
from analysis.tables.case import load_case
from analysis.tables.schema import use_indicators

CASE = """name: acme
title: A
subtitle: B
kind: yours
currency: PEN
currency_name: soles
indicators:
  cost_share: {name: Cost share, level: operating_cost / sales * 100%, unit: "%", better: lower}
  hour: {name: Sales per hour, level: sales / hours, perspective: People, decimals: 2}
"""


def load(root: Path, old: str = "", new: str = "") -> None:
    folder = root / "data" / "raw" / "acme"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "case.yaml").write_text(CASE.replace(old, new) if old else CASE, encoding="utf-8")
    load_case("acme", root)


@pytest.fixture(autouse=True)
def forget() -> object:
    yield
    use_indicators({})


def test_own_indicators_are_computed_like_any_other(tmp_path: Path) -> None:
    days = pd.to_datetime(["2024-05-03"])
    rows = {
        "sale": pd.DataFrame({"invoiced_on": days, "amount_centimos": [40000]}),
        "cost": pd.DataFrame(
            {"incurred_on": days, "category": ["admin"], "amount_centimos": [10000]}
        ),
        "staff_hours": pd.DataFrame({"month": ["2024-05"], "quarter_hours": [32]}),
    }
    assert "cost_share" not in {record.key for record in catalogue()}
    load(tmp_path)
    table = kpi_periods(reduce(rows), "month").set_index("kpi")
    assert table.loc["cost_share", "value"] == 25  # 100 of 400 soles
    assert table.loc["hour", "value"] == 50  # 400 soles in 8 hours
    assert (table.loc["hour", "numerator"], table.loc["hour", "denominator"]) == (40000, 32)
    record = kpi("hour", "soles")
    assert (record.unit, record.better, record.scale) == ("soles", "up", Fraction(4, 100))
    assert record.definition == "sales ÷ technician hours"
    assert kpi("cost_share").is_share
    assert kpi("cost_share").better == "down"
    assert indicator("cost_share").level == kpi("cost_share").level  # for key results
    assert "operating_cost_centimos" in summed_columns()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("cost_share:", "sales:", "indicators.sales: there is an indicator of this key already"),
        ("sales / hours", "sales - hours", "“sales - hours”: a level is a measure, or one divided"),
        ("sales / hours", "sales / profits", "one divided by another.*known are services, sales,"),
        ("sales / hours", "growth(sales)", "a level is a measure"),
        ("sales / hours", "sales /", "a level is a measure"),
        ("sales / hours", "sales * sales / hours", "a level is a measure"),
        ("better: lower", "better: down", "better: “down”: must be higher or lower"),
    ],
)
def test_what_is_no_indicator(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        load(tmp_path, old, new) or catalogue()
