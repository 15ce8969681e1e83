"""Splits that add up, trends and forecasts against numpy, scipy and hand calculation."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.base.errors import InputError
from analysis.efficiency import dynamics
from analysis.efficiency.quarterly_statements import Book, has_statements, ledger_statements
from analysis.efficiency.ratios import indicator_table
from analysis.tables.case import load_case
from analysis.tables.rows import write_frame

from .conftest import BY_HAND, FIRST, SECOND, exact

fractions = st.fractions(min_value=-5, max_value=5, max_denominator=50)


def test_steps_between_margins(hand: Book) -> None:
    table = dynamics.step_table(indicator_table(hand))
    first = table[table["quarter"] == FIRST].set_index("step")["value"]
    assert first.to_dict() == exact(BY_HAND["steps"])


def test_what_stands_behind_two_ratios(hand: Book) -> None:
    table = indicator_table(hand)
    for case in ("K18 K17 4 4400/1005", "K19 K20 2/5 9/20"):
        above, below, first, second = case.split()
        found = dynamics.quotient(table, above, below)
        assert found == {FIRST: Fraction(first), SECOND: Fraction(second)}


def test_dupont_by_hand(hand: Book) -> None:
    table = dynamics.dupont(hand, indicator_table(hand)).set_index("quarter")
    first, second = table.loc[FIRST], table.loc[SECOND]
    assert first[list(dynamics.DUPONT)].tolist() == [Fraction(23, 1000), Fraction(1, 4), 4]
    assert first["change"] is None
    parts = [second[f"{name} part"] for name in dynamics.DUPONT]
    assert sum(parts) == second["change"] == Fraction(1, 201) - Fraction(23, 1000)


def test_turnover_falls_by_assets_or_by_sales(hand: Book) -> None:
    sales, assets = dynamics.turnover_split(hand, SECOND) or (0, 0)
    # sales 1000 to 1200 at the mean of 1/4000 and 1/4400; assets at the mean of 1000 and 1200
    assert sales == 200 * (Fraction(1, 4000) + Fraction(1, 4400)) / 2
    assert assets == 1100 * (Fraction(1, 4400) - Fraction(1, 4000))
    assert dynamics.turnover_split(hand, FIRST) is None


@given(st.lists(st.tuples(fractions, fractions), min_size=1, max_size=4))
def test_parts_of_a_product_add_up(pairs: list[tuple[Fraction, Fraction]]) -> None:
    before, after = zip(*pairs, strict=True)
    whole_before, whole_after = Fraction(1), Fraction(1)
    for b, a in pairs:
        whole_before, whole_after = whole_before * b, whole_after * a
    parts = dynamics.split_product(before, after)
    assert sum(parts) == whole_after - whole_before
    for (b, a), part in zip(pairs, parts, strict=True):
        assert b != a or part == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-1000, 1000), min_size=3, max_size=6))
def test_trend_and_forecast_agree_with_scipy(numbers: list[int]) -> None:
    values = {8024 + n: Fraction(v) for n, v in enumerate(numbers)}
    found, ahead = dynamics.trend(values), dynamics.forecast(values)
    assert found is not None
    assert ahead is not None
    x = np.arange(len(numbers))
    line = stats.linregress(x, numbers)
    assert float(found.slope) == pytest.approx(line.slope, abs=1e-9)
    t = stats.t.ppf(0.975, len(numbers) - 2)
    n = len(numbers)
    if len(set(numbers)) > 1:  # scipy has no error for a flat line
        assert found.high - float(found.slope) == pytest.approx(t * line.stderr, abs=1e-6)
    assert ahead.value == pytest.approx(line.intercept + line.slope * n, abs=1e-8)
    rest = np.array(numbers) - line.intercept - line.slope * x
    error = np.sqrt(rest @ rest / (n - 2))
    leverage = 1 + 1 / n + (n - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum()
    assert ahead.high - ahead.value == pytest.approx(t * error * np.sqrt(leverage), abs=1e-6)
    if len(set(numbers)) == n:
        p = stats.kendalltau(x, numbers, method="exact").pvalue
        assert float(found.rank_p) == pytest.approx(p)


def test_four_quarters_in_perfect_order_are_no_proof() -> None:
    found = dynamics.trend({8024 + n: Fraction(10 - n) for n in range(4)})
    assert found is not None
    assert found.direction == "falls"
    assert found.rank_p == Fraction(1, 12)  # 2 of 24 orders


def test_no_trend_through_gaps_or_two_points() -> None:
    assert dynamics.trend({8024: Fraction(1), 8025: Fraction(2)}) is None
    assert dynamics.trend({8024: Fraction(1), 8025: None, 8026: Fraction(2)}) is None
    assert dynamics.forecast({8024: Fraction(1), 8026: Fraction(2), 8027: Fraction(2)}) is None


def test_key_results_by_hand(hand: Book) -> None:
    table = dynamics.key_results(hand).set_index("period")
    for period, expected in BY_HAND["key results"].items():
        assert table.loc[period, list(expected)].to_dict() == exact(expected)


def test_margin_against_last_year(hand: Book) -> None:
    longer = hand | {8028: hand[8025]}
    last = dynamics.key_results(longer).iloc[-1]
    assert last["margin_points"] == Fraction(5, 1200) - Fraction(23, 1000)
    assert last["margin_growth"] == Fraction(5, 1200) / Fraction(23, 1000) - 1
    assert last["cost_cut"] is None  # the quarter before is missing


def test_one_percent_a_month_over_a_quarter() -> None:
    assert Fraction("0.029701") == dynamics.QUARTERLY_CUT


def test_statements_of_a_ledger(project: Path, frame: pd.DataFrame) -> None:
    case = load_case("segelec", project)
    assert not has_statements(case)
    path = case.processed / "ledger" / "fin_statement.csv"
    write_frame(frame, path)
    assert has_statements(case)
    assert list(ledger_statements(case)) == [8024, 8025]
    write_frame(frame.drop(columns="unit_scale"), path)  # a ledger in smallest coins
    assert list(ledger_statements(case)) == [8024, 8025]
    write_frame(pd.concat([frame, frame.assign(company_id="other")]), path)
    with pytest.raises(InputError, match="one company"):
        ledger_statements(case)


def test_the_papers_synthetic_statements_pass_and_sell_what_is_invoiced(root: Path) -> None:
    case = load_case("segelec", root)
    statements = ledger_statements(case)
    sales = pd.read_csv(case.processed / "ledger" / "sale.csv", parse_dates=["invoiced_on"])
    quarter = 4 * sales["invoiced_on"].dt.year + (sales["invoiced_on"].dt.month - 1) // 3
    invoiced = sales.groupby(quarter)["amount_centimos"].sum().to_dict()
    assert {q: amounts["sales"] for q, amounts in statements.items()} == invoiced
    before, last = list(statements)[-2:]
    equity = Fraction(statements[before]["equity"] + statements[last]["equity"], 2)
    found = dynamics.key_results(statements).iloc[-1]
    assert found["net_margin"] * found["sales"] == found["roe"] * equity
