"""The course of a quarter: projections by hand."""

from fractions import Fraction

import pandas as pd

from analysis.calibrate import Ledger
from analysis.case import Case
from analysis.figures.course import weekly_course
from analysis.kpis.method import indicator
from analysis.kpis.totals import totals
from analysis.okr import evaluate, load_okrs
from analysis.okr.course import course, projected
from analysis.periods import parse_quarter

F = Fraction


def test_sums_are_scaled_up_and_ratios_are_not() -> None:
    quarter, day = parse_quarter("2024Q2"), pd.Timestamp("2024-04-14")  # 14 of 91 days
    assert projected(indicator("F3"), F(100), quarter, day) == 650
    assert projected(indicator("C1"), F(70), quarter, day) == 70
    assert projected(indicator("F3"), None, quarter, day) is None


def test_the_last_week_is_the_quarter(segelec: Case, ledger: Ledger) -> None:
    results = evaluate(load_okrs(segelec), totals(ledger), "2024Q2", "year-ago", segelec.reading())
    table = course(ledger, results, "2024Q2")
    last = table[table["week"] == 13].set_index("kr_id")  # 91 days are 13 weeks
    by_id = {r.key_result.kr_id: r for r in results if r.chosen}
    assert set(last.index) == {"O1-KR2", "O1-KR4", "O2-KR1", "O3-H", "O3-KR1", "O3-KR2"}
    for kr_id in last.index:
        assert last.loc[kr_id, "projected"] == by_id[kr_id].value
        assert last.loc[kr_id, "score"] == by_id[kr_id].score.score
    first = table[(table["kr_id"] == "O3-KR1") & (table["week"] == 4)]
    assert first["level"].iloc[0] is None  # hours are known by the month
    figure = weekly_course(table, "2024Q2")
    assert figure.stem == "fig_32_weekly_course"
    assert "O1-KR2" in figure.alt


def test_other_periods_have_no_course(segelec: Case, ledger: Ledger) -> None:
    results = evaluate(load_okrs(segelec), totals(ledger), "2024-05", "year-ago", segelec.reading())
    table = course(ledger, results, "2024-05")
    assert table.empty
    assert weekly_course(table, "2024-05").data.empty
