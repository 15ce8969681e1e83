"""Plotted data of indicators, key results and words against values worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.base.periods import parse_quarter
from analysis.base.text import frame_of
from analysis.figures import (
    concept_charts,
    kpi_comparison,
    kpi_trends,
    scorecard_charts,
    service_charts,
)
from analysis.figures.primitives import scale
from analysis.kpis.catalogue import Totals
from analysis.kpis.compare import comparison_data
from analysis.kpis.levels import kpi_periods
from analysis.kpis.reduce import reduce
from analysis.method import as_is
from analysis.method.as_is import load_links
from analysis.method.key_results import load_okrs
from analysis.notebook.display import Figure
from analysis.show import indicator_tables
from analysis.tables.case import Case
from analysis.tables.firm_tables import Ledger
from analysis.tables.schema import ServiceType
from analysis.tables.strategy_tables import ProcessRow


def kpi_rows(kpi: str, values: dict[str, int | None]) -> pd.DataFrame:
    rows = [
        (kpi, label, parse_quarter(label), None if value is None else Fraction(value), 0, 1)
        for label, value in values.items()
    ]
    return frame_of(rows, "kpi period index value numerator denominator")


@pytest.fixture(scope="module")
def reduced(ledger: Ledger) -> Totals:
    return reduce(ledger)


def test_services_by_type_add_up() -> None:
    types = [ServiceType(id="c", name="Cameras", printed=True)]
    frame = service_charts.type_shares(pd.Series({"a_b": 3, "c": 7}), types)
    assert frame["name"].tolist() == ["Cameras", "A b"]
    assert frame["services"].tolist() == [7, 3]
    assert frame["printed"].tolist() == [True, False]
    assert frame["cumulative"].tolist() == [Fraction(7, 10), Fraction(1)]


def test_a_missing_quarter_leaves_no_comparison() -> None:
    table = kpi_rows("sales", {"2023Q1": 100, "2023Q3": 80, "2024Q1": 150, "2024Q2": 90})
    frame = kpi_trends.quarters_data(table, "sales", {"2024Q1": "50%"})
    assert frame["quarter"].tolist()[1:5] == ["2023Q2", "2023Q3", "2023Q4", "2024Q1"]
    assert frame["value"].tolist() == [100, None, 80, None, 150, 90]
    assert frame["growth"].tolist() == [None] * 4 + [Fraction(1, 2), None]
    assert frame["year_ago"].tolist() == [None] * 4 + [Fraction(100), None]
    assert frame["printed"].tolist() == ["", "", "", "", "50%", ""]


def test_good_follows_the_direction_of_the_kpi() -> None:
    table = pd.concat(
        [
            kpi_rows("sales", {"2023Q2": 100, "2024Q1": 90, "2024Q2": 95}),
            kpi_rows("waiting_days", {"2023Q2": 8, "2024Q1": 9, "2024Q2": 9}),
            kpi_rows("on_time", {"2023Q2": 80, "2024Q1": 90, "2024Q2": 85}),
            kpi_rows("technician_hours", {"2024Q1": 10, "2024Q2": 12}),
            kpi_rows("satisfaction", {"2023Q2": None, "2024Q1": 70, "2024Q2": 71}),
        ],
        ignore_index=True,
    )
    frame = comparison_data(table, "2024Q2").set_index(["kpi", "base"])
    effects = frame["effect"].unstack()[["previous", "year-ago"]]
    assert {name: tuple(row) for name, *row in effects.itertuples()} == {
        "sales": ("good", "bad"),
        "waiting_days": ("neutral", "bad"),
        "on_time": ("bad", "good"),
        "technician_hours": ("neutral", "none"),
        "satisfaction": ("good", "none"),
    }
    assert frame.loc[("on_time", "year-ago"), "change"] == 5
    assert frame.loc[("on_time", "year-ago"), "growth"] is None
    drawn = kpi_comparison.comparison(frame.reset_index(), "2024Q2")
    assert "1 of 3 indicators" in drawn.caption  # of those with a direction, on the year before


def test_process_counts_days() -> None:
    days = [("01-01", "01-05", "01-05"), ("01-01", "01-05", "01-06"), ("01-01", "01-09", "01-11")]
    rows = [[f"2023-{day}" for day in row] for row in [*days, ("07-01", "07-01", "07-02")]]
    service = frame_of(rows, "requested_on started_on completed_on").apply(pd.to_datetime)
    ends = [("wait", "waiting", "requested_on"), ("work", "working", "started_on")]
    columns = [start for _, _, start in ends] + ["completed_on"]
    steps = [
        ProcessRow(
            step_id=name, position=place, name=name, mode=mode, start_column=start, end_column=end
        )
        for place, ((name, mode, start), end) in enumerate(zip(ends, columns[1:], strict=True), 1)
    ]
    frame = service_charts.service_process_data({"service": service}, steps, "2023H1")
    assert frame[["step_id", "days", "services"]].to_numpy().tolist() == [
        ["wait", 4, 2],
        ["wait", 8, 1],
        ["work", 0, 1],
        ["work", 1, 1],
        ["work", 2, 1],
    ]
    drawn = service_charts.service_process(frame, "2023H1")
    # waits 4 + 4 + 8 = 16 days, works 0 + 1 + 2 = 3 days: 16 of 19 are 84 %, 19/3 = 6.3 a service
    assert "6.3 days" in drawn.caption
    assert "84%" in drawn.caption


def test_what_a_figure_of_types_marks_as_printed() -> None:
    frame = service_charts.type_shares(pd.Series({"Alarms": 3}))
    drawn = service_charts.services_by_type(frame, "2024", "yours")
    assert drawn.kind == "yours"
    assert "printed" not in drawn.caption + drawn.alt


def test_at_most_twelve_quarters_are_drawn() -> None:
    table = kpi_rows("sales", {f"{2020 + i // 4}Q{i % 4 + 1}": 100 + i for i in range(20)})
    frame = kpi_trends.quarters_data(table, "sales")
    assert len(frame) == 12
    assert frame["quarter"].iloc[0] == "2022Q1"
    assert frame["growth"].iloc[0] == Fraction(4, 104)


def test_no_productivity_without_hours() -> None:
    nothing = kpi_rows("productivity", {"2024Q1": None, "2024Q2": None})
    frames = [kpi_trends.quarters_data(nothing, "productivity") for _ in range(3)]
    with pytest.raises(InputError, match="hours"):
        kpi_trends.productivity(*frames)


def test_one_quarter_alone_has_nothing_to_compare() -> None:
    table = kpi_rows("sales", {"2024Q2": 100})
    drawn = kpi_comparison.comparison(comparison_data(table, "2024Q2"), "2024Q2", "yours")
    assert "indicators" not in drawn.caption
    sales = kpi_trends.sales_by_quarter(kpi_trends.quarters_data(table, "sales"), "yours", "euros")
    assert "above" not in sales.caption


def test_a_value_stands_at_its_own_column_where_that_of_last_year_is_taller() -> None:
    table = kpi_rows("sales", {"2023Q1": 900, "2023Q2": 300, "2024Q1": 400, "2024Q2": 500})
    drawn = kpi_trends.sales_by_quarter(kpi_trends.quarters_data(table, "sales"), "yours", "euros")
    texts = {text.get_text(): text for ax in drawn.figure.axes for text in ax.texts}
    assert {name: texts[name].xy[1] for name in ("400", "500")} == {"400": 400, "500": 500}
    assert [texts[name].get_bbox_patch() is not None for name in ("400", "500")] == [True, False]


def test_the_flow_counts_every_service_once(segelec: Case, ledger: Ledger) -> None:
    steps = as_is.process_steps(segelec)
    frame = service_charts.process_flow_data(ledger, steps, "2023H1").set_index("node")
    assert frame.loc["start", "services"] == 288  # printed growth of 22.9% leaves no other count
    assert frame.loc["kept", "services"] + frame.loc["late", "services"] == 288
    assert frame.loc["kept", "share"] + frame.loc["late", "share"] == 1
    assert frame["bottleneck"].sum() == 1
    with pytest.raises(InputError, match="no service was completed"):
        service_charts.process_flow_data(ledger, steps, "1999H1")


def test_variances_add_up_to_what_is_printed(reduced: Totals) -> None:
    frame = indicator_tables.variance_data(
        reduced, "services", "2024H1", "year-ago", {"alarms": "Alarms"}
    )
    assert (frame["value"].sum(), frame["base"].sum()) == (354, 288)
    assert (frame["change"] == frame["value"] - frame["base"]).all()
    rows = frame.set_index("service_type")
    assert rows.loc["alarms", "value"] == 78
    assert rows.loc["alarms", "name"] == "Alarms"
    assert rows.loc["lifting_doors", "name"] == "lifting doors"
    assert set(frame["base_period"]) == {"2023H1"}
    sales = indicator_tables.variance_data(reduced, "sales", "2024H1", "year-ago", {})
    assert round(sales["value"].sum()) == 303_110


def test_small_multiples_hold_every_quarter(reduced: Totals) -> None:
    table = kpi_periods(reduced)
    frame = kpi_trends.small_multiples_data(table)
    assert len(frame) == len(table)
    sales = frame[frame["kpi"] == "sales"].set_index("quarter")
    assert sales.loc["2024Q2", "year_ago"] == sales.loc["2023Q2", "value"]


def test_components_are_the_printed_tables(segelec: Case) -> None:
    frame = concept_charts.components_data(load_okrs(segelec))
    assert frame.groupby("objective_id").size().to_dict() == {"O1": 4, "O2": 2, "O3": 2, "O4": 2}
    assert not frame["kr_id"].str.endswith("-H").any()


def test_methods_lead_to_methods(segelec: Case) -> None:
    frame = concept_charts.methodologies_data(segelec)
    known = set(frame["method_id"])
    assert all(set(text.split()) <= known for text in frame["leads_to"])


def counted(kpi: str, *counts: tuple[str, int, int]) -> pd.DataFrame:
    scale = {"satisfaction": 100, "productivity": 400}.get(kpi, 1)  # time is in quarter hours
    rows = [
        (kpi, label, parse_quarter(label), Fraction(scale * count, size), count, size)
        for label, count, size in counts
    ]
    return frame_of(rows, "kpi period index value numerator denominator")


def test_intervals_by_hand() -> None:
    parts = [
        counted("productivity", ("2023Q2", 10, 800), ("2024Q2", 30, 800)),
        counted("satisfaction", ("2023Q2", 48, 80), ("2024Q2", 56, 70)),
        counted("services", ("2023Q2", 153, 1), ("2024Q2", 188, 1)),
        counted("sales", ("2024Q2", 153, 1)),
    ]
    frame = kpi_trends.small_multiples_data(pd.concat(parts, ignore_index=True))
    rows = frame.set_index(["kpi", "quarter"])
    # Garwood's table for ten: 4.7954 to 18.3904, per 200 hours
    ends = rows.loc[("productivity", "2023Q2"), ["low", "high"]]
    assert ends.tolist() == pytest.approx([2.3977, 9.1952], abs=1e-4)
    # three times as many as ten are more than chance; 153 and 188 are 1.9 of their deviations apart
    now = rows.xs("2024Q2", level="quarter")["chance"].to_dict()
    # Newcombe, first example of method 10: the change from 48/80 to 56/70 is 0.0524 to 0.3339
    assert now == {"productivity": False, "satisfaction": False, "services": True, "sales": None}
    assert rows.loc[("sales", "2024Q2"), ["low", "high"]].tolist() == [None, None]
    drawn = kpi_trends.small_multiples(frame, "yours")
    assert "3 of 3 indicators were better" in drawn.caption
    assert "the changes of these: Services delivered." in drawn.caption


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


def test_bars_of_the_scorecard_add_up(gallery: dict[str, Figure]) -> None:
    data = gallery["scorecard"].data
    parts = data[data["level"] == "key result"]["contribution"]
    assert sum(parts) == data["contribution"].iloc[0] == data["score"].iloc[0]


def test_no_link_runs_through_a_box(segelec: Case) -> None:
    links = [(link.cause, link.effect) for link in load_links(segelec)]
    places = scorecard_charts.arrange(links)
    assert len(set(places.values())) == len(places)
    for cause, effect in links:
        (x0, y0), (x1, y1) = places[cause], places[effect]
        for key, (x, y) in places.items():
            if key not in (cause, effect) and min(y0, y1) < y < max(y0, y1):
                at = Fraction(x0) + Fraction((x1 - x0) * (y - y0), y1 - y0)
                assert abs(at - x) >= Fraction(9, 20), (cause, effect, key)
