"""The paper's financial key results on statements written by hand."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.efficiency.dynamics import QUARTERLY_CUT, key_results
from analysis.efficiency.quarterly_statements import Book, has_statements, ledger_statements
from analysis.tables.case import load_case
from analysis.tables.rows import write_frame


def test_key_results_by_hand(hand: Book) -> None:
    table = key_results(hand).set_index("period")
    first, second = table.loc["2006Q1"], table.loc["2006Q2"]
    assert first["net_margin"] == Fraction(23, 1000)
    assert first["roe"] is None  # no average without the quarter before
    assert second["roe"] == Fraction(5) / Fraction("1002.5")
    assert second["roi"] == Fraction(5) / Fraction("2602.5")
    assert first["costs"] == 700 + 150 + 200 + 30
    assert second["cost_cut"] == Fraction(1080 - 1170, 1080)
    assert second["cost_share_cut"] == 1 - Fraction(1170, 1200) / Fraction(1080, 1000)
    assert key_results(hand, "closing")["roe"].tolist()[0] == Fraction(23, 1000)


def test_margin_against_last_year(hand: Book) -> None:
    longer = hand | {8028: hand[8025]}
    last = key_results(longer).iloc[-1]
    assert last["margin_points"] == Fraction(5, 1200) - Fraction(23, 1000)
    assert last["margin_growth"] == Fraction(5, 1200) / Fraction(23, 1000) - 1
    assert last["cost_cut"] is None  # the quarter before is missing


def test_one_percent_a_month_over_a_quarter() -> None:
    assert Fraction("0.029701") == QUARTERLY_CUT


def test_statements_of_a_ledger(project: Path, frame: pd.DataFrame) -> None:
    case = load_case("segelec", project)
    assert not has_statements(case)
    path = case.processed / "ledger" / "fin_statement.csv"
    write_frame(frame, path)
    assert has_statements(case)
    assert list(ledger_statements(case)) == [8024, 8025]
    write_frame(frame.drop(columns="unit_scale"), path)  # a ledger in smallest coins
    assert list(ledger_statements(case)) == [8024, 8025]
    two = pd.concat([frame, frame.assign(company_id="other")])
    write_frame(two, path)
    with pytest.raises(InputError, match="one company"):
        ledger_statements(case)


def test_the_papers_synthetic_statements_pass_and_sell_what_is_invoiced(root: Path) -> None:
    case = load_case("segelec", root)
    statements = ledger_statements(case)
    sales = pd.read_csv(case.processed / "ledger" / "sale.csv", parse_dates=["invoiced_on"])
    quarter = 4 * sales["invoiced_on"].dt.year + (sales["invoiced_on"].dt.month - 1) // 3
    invoiced = sales.groupby(quarter)["amount_centimos"].sum().to_dict()
    assert {q: amounts["sales"] for q, amounts in statements.items()} == invoiced
    last = key_results(statements, "closing").iloc[-1]
    assert last["net_margin"] * last["sales"] == last["roe"] * statements[last["quarter"]]["equity"]
