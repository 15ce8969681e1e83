"""The course of a quarter: projections by hand."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from itertools import pairwise

import pandas as pd
import pytest

from analysis.base.periods import parse_quarter, quarter_end
from analysis.figures.okr_charts import weekly_course
from analysis.kpis.catalogue import indicator
from analysis.kpis.reduce import reduce
from analysis.method.check_ins import ToDate, course, projected, week_ends
from analysis.method.key_results import Result
from analysis.tables.firm_tables import Ledger

F = Fraction
Results = Callable[..., list[Result]]


def test_sums_are_scaled_up_and_ratios_are_not() -> None:
    quarter, day = parse_quarter("2024Q2"), pd.Timestamp("2024-04-14")  # 14 of 91 days
    assert projected(indicator("F3"), F(100), quarter, day) == 650
    assert projected(indicator("C1"), F(70), quarter, day) == 70
    assert projected(indicator("F3"), None, quarter, day) is None


def test_the_last_week_is_the_quarter(results: Results, ledger: Ledger) -> None:
    found = results()
    table = course(ledger, found, "2024Q2")
    last = table[table["week"] == 13].set_index("kr_id")  # 91 days are 13 weeks
    by_id = {r.key_result.kr_id: r for r in found if r.chosen}
    assert set(last.index) == {"O1-KR2", "O1-KR4", "O2-KR1", "O3-H", "O3-KR1", "O3-KR2"}
    for kr_id in last.index:
        assert last.loc[kr_id, "projected"] == by_id[kr_id].value
        assert last.loc[kr_id, "score"] == by_id[kr_id].score.score
    first = table[(table["kr_id"] == "O3-KR1") & (table["week"] == 4)]
    assert first["level"].iloc[0] is None  # hours are known by the month
    figure = weekly_course(table, "2024Q2")
    assert figure.name == "weekly_course"
    assert "O1-KR2" in figure.alt


@pytest.mark.parametrize(
    ("quarter", "last"),
    [("2023Q1", date(2023, 3, 31)), ("2024Q1", date(2024, 3, 31)), ("2024Q4", date(2024, 12, 31))],
)
def test_thirteen_weeks_end_with_the_quarter(quarter: str, last: date) -> None:
    ends = week_ends(parse_quarter(quarter))  # 90, 91 and 92 days
    assert len(ends) == 13
    assert ends[-1] == last
    assert {(b - a).days for a, b in pairwise(ends[:-1])} == {7}


@pytest.mark.parametrize("quarter", ["2023Q3", "2023Q4", "2024Q1"])
def test_the_end_is_the_score_of_the_quarter(
    results: Results, ledger: Ledger, quarter: str
) -> None:
    found = results(quarter)
    by_id = {r.key_result.kr_id: r for r in found if r.chosen}
    last = course(ledger, found, quarter).groupby("kr_id").tail(1).set_index("kr_id")
    assert "O3-KR1" in last.index  # its hours are known by the month
    for kr_id, row in last.iterrows():
        assert row["projected"] == by_id[kr_id].value
        assert row["score"] == by_id[kr_id].score.score
        day = pd.Timestamp(quarter_end(parse_quarter(quarter)))  # the rows so far are then all
        own = indicator(by_id[kr_id].kpi)
        assert ToDate(ledger).level(own, parse_quarter(quarter), day) == by_id[kr_id].value


def test_a_month_without_hours_leaves_the_end_open(results: Results, ledger: Ledger) -> None:
    hours = ledger["staff_hours"]
    cut = ledger | {"staff_hours": hours[hours["month"] != "2024-06"]}
    found = results(sums=reduce(cut))
    table = course(cut, found, "2024Q2")
    own = table[table["kr_id"] == "O3-KR1"].set_index("week")
    assert own.loc[12, "level"] is not None  # April and May
    assert own.loc[13, "level"] is None  # June was not recorded: the quarter has no value


def test_other_periods_have_no_course(results: Results, ledger: Ledger) -> None:
    found = results("2024-05")
    table = course(ledger, found, "2024-05")
    assert table.empty
    assert weekly_course(table, "2024-05").data.empty
