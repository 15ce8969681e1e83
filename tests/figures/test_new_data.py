"""What the newer figures plot, against values worked out by hand or printed."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.base.periods import parse_period
from analysis.figures.kpi_comparison import variance_data
from analysis.figures.kpi_page import report_page_data, type_shares, with_intervals
from analysis.figures.kpi_trends import small_multiples_data
from analysis.figures.okr_charts import bullets_data
from analysis.figures.primitives import scale
from analysis.figures.publications.flowcharts import (
    components_data,
    methodologies_data,
    process_flow_data,
)
from analysis.kpis.levels import by_type, kpi_periods
from analysis.kpis.measures import Totals
from analysis.kpis.reduce import reduce
from analysis.method import as_is as diagnosis
from analysis.method.key_results import evaluate, load_okrs
from analysis.tables.case import Case
from analysis.tables.contents import Ledger


@pytest.fixture(scope="module")
def reduced(ledger: Ledger) -> Totals:
    return reduce(ledger)


def test_the_flow_counts_every_service_once(segelec: Case, ledger: Ledger) -> None:
    steps = diagnosis.process_steps(segelec)
    frame = process_flow_data(ledger, steps, "2023H1").set_index("node")
    assert frame.loc["start", "services"] == 288  # printed growth of 22.9% leaves no other count
    assert frame.loc["kept", "services"] + frame.loc["late", "services"] == 288
    assert frame.loc["kept", "share"] + frame.loc["late", "share"] == 1
    assert frame["bottleneck"].sum() == 1
    with pytest.raises(InputError, match="no service was completed"):
        process_flow_data(ledger, steps, "1999H1")


def test_variances_add_up_to_what_is_printed(reduced: Totals) -> None:
    frame = variance_data(reduced, "services", "2024H1", "year-ago", {"alarms": "Alarms"})
    assert (frame["value"].sum(), frame["base"].sum()) == (354, 288)
    assert (frame["change"] == frame["value"] - frame["base"]).all()
    rows = frame.set_index("service_type")
    assert rows.loc["alarms", "value"] == 78
    assert rows.loc["alarms", "name"] == "Alarms"
    assert rows.loc["lifting_doors", "name"] == "lifting doors"
    assert set(frame["base_period"]) == {"2023H1"}
    sales = variance_data(reduced, "sales", "2024H1", "year-ago", {})
    assert round(sales["value"].sum()) == 303_110


def test_small_multiples_hold_every_quarter(reduced: Totals) -> None:
    table = kpi_periods(reduced)
    frame = small_multiples_data(table)
    assert len(frame) == len(table)
    sales = frame[frame["kpi"] == "sales"].set_index("quarter")
    assert sales.loc["2024Q2", "year_ago"] == sales.loc["2023Q2", "value"]


def test_a_page_keeps_the_total_when_types_share_a_bar(
    ledger_sums: pd.DataFrame, reduced: Totals
) -> None:
    shares = type_shares(pd.Series({f"t{i}": i for i in range(1, 30)}))
    page = report_page_data(kpi_periods(reduced), shares)
    types = page[page["part"] == "services by type"]
    assert len(types) == 8
    assert types["value"].sum() == sum(range(30))
    assert types["label"].iloc[-1] == "22 other types"
    printed = type_shares(by_type(ledger_sums, parse_period("2024H1")))
    assert report_page_data(kpi_periods(reduced), printed)["value"].iloc[0] == 94


def test_bullets_in_the_unit_of_the_indicator(segelec: Case, reduced: Totals) -> None:
    results = evaluate(load_okrs(segelec), reduced, "2024Q2", "year-ago", segelec.reading())
    frame = bullets_data(results).set_index("kr_id")
    revenue = frame.loc["O1-KR2"]
    # 15% more than the base; good enough is seven tenths of the way
    assert revenue["low"] == revenue["baseline"] * Fraction(115, 100)
    assert revenue["commit"] == revenue["baseline"] * (1 + Fraction(7, 10) * Fraction(15, 100))
    assert frame.loc["O3-H", "high"] == frame.loc["O3-H", "baseline"] * Fraction(8, 10)
    assert "O4-KR1" not in frame.index  # no target is printed


def test_components_are_the_printed_tables(segelec: Case) -> None:
    frame = components_data(load_okrs(segelec))
    assert frame.groupby("objective_id").size().to_dict() == {"O1": 4, "O2": 2, "O3": 2, "O4": 2}
    assert not frame["kr_id"].str.endswith("-H").any()


def test_methods_lead_to_methods(segelec: Case) -> None:
    frame = methodologies_data(segelec)
    known = set(frame["method_id"])
    assert all(set(text.split()) <= known for text in frame["leads_to"])


def test_intervals_by_hand() -> None:
    counts = pd.DataFrame(
        {
            "kpi": ["productivity", "satisfaction", "satisfaction"],
            "quarter": "2024Q2",
            "count": pd.Series([10, 81, None], dtype="object"),
            "size": pd.Series([200, 263, None], dtype="object"),
        }
    )
    frame = with_intervals(counts)
    # Garwood's table for ten: 4.7954 to 18.3904, per 200 hours; Newcombe's for 81 of 263
    assert (frame["low"][0], frame["high"][0]) == pytest.approx((2.3977, 9.1952), abs=1e-4)
    assert (frame["low"][1], frame["high"][1]) == pytest.approx((25.53, 36.62), abs=0.01)
    assert frame["value"].tolist() == [5, Fraction(8100, 263), None]


@pytest.mark.parametrize(
    ("values", "room", "text"),
    [
        ([164_761], 20, "164,761"),
        ([164_761], 8, "164.8"),
        ([164_761], 6, "165"),
        ([9_876_543_210], 12, "9,876.5"),
        ([9_876_543_210], 8, "9,877"),
        ([0], 5, "0"),
        ([], 5, ""),
    ],
)
def test_labels_are_as_fine_as_their_room(values: list[int], room: float, text: str) -> None:
    found = scale([Fraction(value) for value in values], room)
    assert found.width <= room
    assert [found.text(Fraction(value)) for value in values] == ([text] if values else [])
