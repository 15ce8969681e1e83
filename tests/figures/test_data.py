"""Plotted data against values worked out by hand or known from the literature."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.base.periods import parse_quarter
from analysis.claims.paper.engine import over, results_of, sales_system
from analysis.claims.solver.bounds import bounds
from analysis.figures.diagnosis_charts import service_process, service_process_data
from analysis.figures.kpi_comparison import comparison
from analysis.figures.kpi_page import services_by_type, type_shares
from analysis.figures.kpi_trends import productivity, quarters_data, sales_by_quarter
from analysis.figures.primitives import period_words
from analysis.figures.publications.printed_claims import (
    earlier_counts,
    earlier_counts_data,
    respondents,
    respondents_data,
    verdicts,
)
from analysis.figures.publications.printed_growth import (
    productivity_services_data,
    sales_by_reading_data,
)
from analysis.kpis.compare import comparison_data
from analysis.tables.case import Case, ServiceType
from analysis.tables.strategy_tables import ProcessRow


def test_only_288_services_lead_to_354() -> None:
    frame = earlier_counts_data()
    fits = frame[frame["fits"]]
    # 354/288 = 1.2291…; 354/287 = 1.2334… and 354/289 = 1.2249… print as 23.3 and 22.5
    assert list(zip(fits["reading"], fits["earlier"], fits["later"], strict=True)) == [
        ("A", 288, 354),
        ("C", 354, 435),
    ]
    near = frame[frame["reading"] == "A"].set_index("earlier")["growth"]
    assert near[287] == Fraction(67, 287)
    assert {282, 289, 295} <= set(near.index)
    both = frame[frame["reading"] == "B"]
    assert set(both["earlier"] + both["later"]) == {354}
    assert {(159, 195), (158, 196)} <= set(zip(both["earlier"], both["later"], strict=True))


def test_respondents_are_82_of_400() -> None:
    frame = respondents_data("77.6%", 400)
    rounded = frame[(frame["rounding"] == "half-up") & frame["fits"]]["respondents"].tolist()
    cut = frame[(frame["rounding"] == "truncate") & frame["fits"]]["respondents"].tolist()
    assert len(rounded) == 82
    assert rounded[:10] == [49, 58, 67, 76, 85, 98, 107, 116, 125, 134]
    assert len(cut) == 81
    assert cut[0] == 67
    assert 354 not in rounded
    assert 288 not in rounded
    assert 354 in cut
    row = frame[(frame["rounding"] == "half-up") & (frame["respondents"] == 354)].iloc[0]
    assert (row["below"], row["above"]) == (274, 275)


def test_labour_has_to_grow() -> None:
    rows = productivity_services_data().set_index("row")
    # every split of 288 and 354 into quarters, by brute force in tests/claims/test_labour.py
    assert round(float(rows.loc["labour", "low"]), 4) == 0.1077
    assert round(float(rows.loc["labour", "high"]), 4) == 0.1125
    assert rows.loc["constant_labour", "low"] == Fraction("0.1045")
    assert rows.loc["constant_labour", "high"] == Fraction("0.1105")
    assert list(rows["kind"]) == ["printed", "printed", "derived", "printed", "derived"]


SALES = {
    ("year-on-year", "2024Q2", "2023Q2"): (255_790, 257_965),
    ("year-on-year", "2024Q2", "2022Q2"): (227_369, 231_358),
    ("year-on-year", "2023Q2+2024Q2", "2023Q2"): (138_724, 139_360),
    ("year-on-year", "2023Q2+2024Q2", "2024Q2"): (163_750, 164_386),
    ("year-on-year", "2023Q2+2024Q2", "2022Q2"): (123_311, 124_986),
    ("previous-quarter", "2024Q2", "2024Q1"): (255_790, 257_965),
    ("previous-quarter", "2024H1", "2024Q1"): (138_724, 139_360),
    ("previous-quarter", "2024H1", "2024Q2"): (163_750, 164_386),
    ("half-year", "2024Q2", "2024Q2"): (303_110, 303_110),
}
AT_MOST = {
    ("year-on-year", "2023H1+2024H1", "2023Q2"): 139_360,
    ("previous-quarter", "2023Q2+2024Q2", "2024Q1"): 257_966,  # 303,110.5 / 1.175
    ("previous-quarter", "2023H1+2024H1", "2024Q1"): 139_361,  # 303,110.5 / 2.175
    ("half-year", "2024H1", "2023Q2"): 257_965,
    ("half-year", "2023Q2+2024Q2", "2023Q2"): 303_110,  # nothing is known of the first quarters
    ("half-year", "2023Q2+2024Q2", "2024Q2"): 303_110,
    ("half-year", "2023H1+2024H1", "2022Q2"): 124_987,  # 139,361 / 1.115
    ("half-year", "2023H1+2024H1", "2023Q1"): 139_361,  # 303,110.5 / 2.175
    ("half-year", "2023H1+2024H1", "2024Q1"): 164_387,  # 303,110.5 less 303,110.5 / 2.185
    ("half-year", "2023H1+2024H1", "2024Q2"): 164_387,
}
OPEN = {
    ("year-on-year", "2024Q2", "2024Q1"),
    ("previous-quarter", "2024Q2", "2023Q2"),
    ("previous-quarter", "2024H1", "2022Q2"),
    ("half-year", "2024Q2", "2022Q2"),  # the first quarter of 2024 may have been of any size
    ("half-year", "2024Q2", "2023Q2"),
    ("half-year", "2024Q2", "2024Q1"),
    ("half-year", "2023Q2+2024Q2", "2022Q2"),
    ("half-year", "2023Q2+2024Q2", "2023Q1"),
    ("half-year", "2023Q2+2024Q2", "2024Q1"),
}


def test_sales_of_every_reading() -> None:
    frame = sales_by_reading_data()
    assert frame[["growth", "covers"]].drop_duplicates().shape[0] == 12
    rows = frame.set_index(["growth", "covers", "quarter"])
    # the tables above reckon with a total of exactly 303,110; here it lies within half a sol of it
    for key, (low, high) in SALES.items():
        assert 0 <= low - rows.loc[key, "low"] < 2, key
        assert 0 <= rows.loc[key, "high"] - high < 2, key
        assert rows.loc[key, "state"] == "interval"
    for key, high in AT_MOST.items():
        assert abs(rows.loc[key, "high"] - high) < 2, key
        assert rows.loc[key, "state"] == "at most"
    for key in OPEN:
        assert rows.loc[key, "state"] == "open", key
    # 303,109.50 / 1.185 = 255,788.607…; 303,110.49 / 1.175 = 257,966.374…
    tight = rows.loc[("year-on-year", "2024Q2", "2023Q2")]
    assert (tight["low"], tight["high"]) == (Fraction("255788.61"), Fraction("257966.37"))


def test_the_largest_sales_of_a_half_year_are_attained() -> None:
    """All of a half-year in one quarter; a centimo more of it no longer prints as 18 %."""
    rows = sales_by_reading_data().set_index(["growth", "covers", "quarter"])
    largest = rows.loc[("half-year", "2023H1+2024H1", "2024Q2"), "high"]
    assert largest == Fraction("164387.15")
    both = Decimal("303110.49")  # the largest total that prints as 303,110
    printed = []
    for now in (Decimal("164387.15"), Decimal("164387.16")):
        rate = 100 * (now / (both - now) - 1)
        printed.append(str(rate.quantize(Decimal(1), ROUND_HALF_UP)))
    assert printed == ["18", "19"]
    # the year before is free to fit: 138,723.34 / 123,860.12 = 1.12
    start = Decimal("138723.34") / Decimal("123860.12")
    assert str((100 * (start - 1)).quantize(Decimal(1), ROUND_HALF_UP)) == "12"


def test_sales_agree_with_the_engine_that_gives_the_verdicts(segelec: Case) -> None:
    results = results_of(segelec)
    rows = sales_by_reading_data().set_index(["growth", "covers", "quarter"])
    for growth, covers, quarter in [*SALES, *AT_MOST]:
        reading = segelec.reading({"sales_growth": growth, "sales_total": covers})
        found = bounds(sales_system(results, reading), over("sales", quarter))
        assert found.high is not None
        assert abs(rows.loc[(growth, covers, quarter), "high"] * 100 - found.high.value) <= 100


def test_services_by_type_add_up() -> None:
    types = [ServiceType(id="c", name="Cameras", printed=True)]
    frame = type_shares(pd.Series({"a_b": 3, "c": 7}), types)
    assert frame["name"].tolist() == ["Cameras", "A b"]
    assert frame["services"].tolist() == [7, 3]
    assert frame["printed"].tolist() == [True, False]
    assert frame["cumulative"].tolist() == [Fraction(7, 10), Fraction(1)]


def kpi_rows(kpi: str, values: dict[str, int | None]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "kpi": kpi,
            "period": list(values),
            "index": [parse_quarter(label) for label in values],
            "value": pd.Series(
                [None if v is None else Fraction(v) for v in values.values()], dtype="object"
            ),
            "numerator": 0,
            "denominator": 1,
        }
    )


def test_a_missing_quarter_leaves_no_comparison() -> None:
    table = kpi_rows("sales", {"2023Q1": 100, "2023Q3": 80, "2024Q1": 150, "2024Q2": 90})
    frame = quarters_data(table, "sales", {"2024Q1": "50%"})
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
    effects = frame["effect"].to_dict()
    assert effects == {
        ("sales", "previous"): "good",
        ("sales", "year-ago"): "bad",
        ("waiting_days", "previous"): "neutral",
        ("waiting_days", "year-ago"): "bad",
        ("on_time", "previous"): "bad",
        ("on_time", "year-ago"): "good",
        ("technician_hours", "previous"): "neutral",
        ("technician_hours", "year-ago"): "none",
        ("satisfaction", "previous"): "good",
        ("satisfaction", "year-ago"): "none",
    }
    assert frame.loc[("on_time", "year-ago"), "change"] == 5
    assert frame.loc[("on_time", "year-ago"), "growth"] is None
    drawn = comparison(frame.reset_index(), "2024Q2")
    assert "1 of 3 indicators" in drawn.caption  # of those with a direction, on the year before


def test_process_counts_days() -> None:
    day = pd.to_datetime
    service = pd.DataFrame(
        {
            "requested_on": day(["2023-01-01", "2023-01-01", "2023-01-01", "2023-07-01"]),
            "started_on": day(["2023-01-05", "2023-01-05", "2023-01-09", "2023-07-01"]),
            "completed_on": day(["2023-01-05", "2023-01-06", "2023-01-11", "2023-07-02"]),
        }
    )
    steps = [
        ProcessRow(
            step_id="wait",
            position=1,
            name="Wait",
            mode="waiting",
            start_column="requested_on",
            end_column="started_on",
        ),
        ProcessRow(
            step_id="work",
            position=2,
            name="Work",
            mode="working",
            start_column="started_on",
            end_column="completed_on",
        ),
    ]
    frame = service_process_data({"service": service}, steps, "2023H1")
    assert frame[["step_id", "days", "services"]].to_numpy().tolist() == [
        ["wait", 4, 2],
        ["wait", 8, 1],
        ["work", 0, 1],
        ["work", 1, 1],
        ["work", 2, 1],
    ]
    drawn = service_process(frame, "2023H1")
    # waits 4 + 4 + 8 = 16 days, works 0 + 1 + 2 = 3 days: 16 of 19 are 84 %, 19/3 = 6.3 a service
    assert "6.3 days" in drawn.caption
    assert "84%" in drawn.caption


def test_captions_follow_the_data() -> None:
    drawn = earlier_counts(earlier_counts_data("300", "20.0%"))
    assert "only 250 fits" in drawn.caption
    assert "288" not in drawn.caption + drawn.alt
    survey = respondents(respondents_data("50.0%", 60), (10, 11, 60))
    assert "11 does not fit" in survey.caption


def test_an_unknown_verdict_is_refused() -> None:
    frame = pd.DataFrame(
        {"claim_id": ["a"], "place": ["1"], "printed": ["1"], "verdict": ["plausible"]}
    )
    with pytest.raises(InputError, match="plausible"):
        verdicts(frame)


def test_what_a_figure_of_types_marks_as_printed() -> None:
    frame = pd.DataFrame(
        {
            "service_type": ["a"],
            "name": ["Alarms"],
            "services": [3],
            "printed": [False],
            "share": [Fraction(1)],
            "cumulative": [Fraction(1)],
        }
    )
    drawn = services_by_type(frame, "2024", "yours")
    assert drawn.kind == "yours"
    assert "printed" not in drawn.caption + drawn.alt


def test_claims_whose_verdict_depends_on_the_reading_are_counted() -> None:
    rows = [
        ("a", "Abstract", "354", "consistent", True),
        ("a", "Abstract", "354", "inconsistent", False),
        ("b", "5", "22.9%", "consistent", True),
        ("b", "5", "22.9%", "consistent", False),
        ("c", "5", "", "unreadable", True),
    ]
    frame = pd.DataFrame(rows, columns=["claim_id", "place", "printed", "verdict", "default"])
    drawn = verdicts(frame)
    assert "The 3 claims are 2 consistent and 1 unreadable" in drawn.caption
    assert "1 of them, underlined, changes under other readings" in drawn.caption
    assert drawn.data["depends"].tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("2024H1", "H1 2024"),
        ("2024Q2", "Q2 2024"),
        ("2023H1+2024H1", "H1 2023 and H1 2024"),
        ("last spring", "last spring"),
    ],
)
def test_periods_in_words(label: str, words: str) -> None:
    assert period_words(label) == words


def test_at_most_twelve_quarters_are_drawn() -> None:
    table = kpi_rows("sales", {f"{2020 + i // 4}Q{i % 4 + 1}": 100 + i for i in range(20)})
    frame = quarters_data(table, "sales")
    assert len(frame) == 12
    assert frame["quarter"].iloc[0] == "2022Q1"
    assert frame["growth"].iloc[0] == Fraction(4, 104)


def test_no_productivity_without_hours() -> None:
    nothing = kpi_rows("productivity", {"2024Q1": None, "2024Q2": None})
    frames = [quarters_data(nothing, "productivity") for _ in range(3)]
    with pytest.raises(InputError, match="hours"):
        productivity(*frames)


def test_one_quarter_alone_has_nothing_to_compare() -> None:
    table = kpi_rows("sales", {"2024Q2": 100})
    drawn = comparison(comparison_data(table, "2024Q2"), "2024Q2", "yours")
    assert "indicators" not in drawn.caption
    sales = sales_by_quarter(quarters_data(table, "sales"), "yours", "euros")
    assert "above" not in sales.caption
