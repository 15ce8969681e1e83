"""Statements of real firms: year to date, another year, cash that other things change.

The files are figures of NVIDIA's quarterly reports in millions of dollars. Its year ends in
January; in two files, quarters are called after the calendar quarter in which they end.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from analysis.base.expression import evaluate
from analysis.base.periods import Calendar, count_by, parse_quarter, quarter_label
from analysis.efficiency.quarterly_statements import INCOME, ledger_statements
from analysis.intake.case_check import check_case, store_tables
from analysis.kpis.catalogue import environment, indicator
from analysis.kpis.cube import make_cube
from analysis.kpis.levels import availability, kpi_periods, level_table, pair, periods
from analysis.tables.case import load_case
from tests.intake.conftest import CASE, Firm

FILES = Path(__file__).with_name("statements")
MILLION = 100_000_000
HEAD = CASE.partition("date:")[0].replace("PEN", "USD").replace("soles", "dollars")


@pytest.fixture(autouse=True)
def _calendar_year() -> Iterator[None]:
    yield
    count_by(Calendar())


def put(firm: Firm, frame: pd.DataFrame, more: str = "") -> str:
    """Put statements into the case; return what check says of them."""
    firm.put("fin_statement.csv", frame.to_csv(index=False))
    firm.put("case.yaml", f"{HEAD}{more}")
    return check_case("acme", firm.root)[0]


def quarters(firm: Firm) -> dict[str, dict[str, int]]:
    """Store the statements; return their single quarters in millions."""
    _, good = store_tables(load_case("acme", firm.root))
    assert good
    book = ledger_statements(load_case("acme", firm.root))
    return {
        quarter_label(quarter): {name: value // MILLION for name, value in row.items()}
        for quarter, row in book.items()
    }


def given(name: str) -> pd.DataFrame:
    return pd.read_csv(FILES / f"{name}.csv")


SINGLE = given("nvda_fin").set_index("period")


def test_cash_that_flows_do_not_explain_is_asked_about_in_the_words_of_the_file(firm: Firm) -> None:
    text = put(firm, given("nvda_fin"))
    assert "4 problems" in text
    assert "row 7, column cash: “5783”: cash changed by 704 from 2024Q1 to 2024Q2" in text
    assert "difference -99 (tolerance 2)" in text
    assert "fx_effect" in text
    assert "restricted cash" in text
    assert "another scope" in text
    # 99 of 5,783 are 1.71%, 99 of 5,519 are 1.79%: two per cent are enough, and one is not
    line = "intake: {cash_may_differ_by: 2}"
    assert line in text
    assert "4 problems" in put(firm, given("nvda_fin"), line.replace("2", "1"))
    text = put(firm, given("nvda_fin"), line)
    assert "nothing is wrong" in text
    assert "cash and cash flows differ, by no more than 2% of the closing cash (4 cells)" in text
    assert quarters(firm)["2024Q2"]["cash"] == 5783


def test_the_effect_of_exchange_rates_is_a_flow_of_cash(firm: Firm) -> None:
    frame = given("nvda_fin").assign(fx_effect=0)
    for period, effect in {"2024Q2": -99, "2024Q3": 99, "2025Q2": -8, "2025Q3": 8}.items():
        frame.loc[frame["period"] == period, "fx_effect"] = effect
    assert "nothing is wrong" in put(firm, frame)
    frame.loc[frame["fx_effect"] == 0, "fx_effect"] = None
    assert "nothing is wrong" in put(firm, frame)


def test_year_to_date_becomes_quarters(firm: Firm) -> None:
    assert "nothing is wrong" in put(firm, given("nvda_ytd_fiscal"))
    found = quarters(firm)
    for period, row in found.items():
        assert {name: row[name] for name in INCOME} == SINGLE.loc[period, list(INCOME)].to_dict()


def test_income_by_quarter_beside_cash_flows_to_date(firm: Firm) -> None:
    to_date = given("nvda_ytd_fiscal").set_index("period")
    frame = SINGLE.assign(cash_flow_basis="ytd", **to_date[["cfo", "cfi", "cff"]]).reset_index()
    assert "nothing is wrong" in put(firm, frame)
    found = quarters(firm)
    assert found["2024Q2"]["sales"] == 13507
    assert found["2024Q2"]["cfo"] == 9259 - 2911
    assert found["2025Q1"]["cfo"] == 15345
    mixed = frame.assign(cash_flow_basis=["", *["ytd"] * 11])
    assert "must share one cash_flow_basis" in put(firm, mixed)


@pytest.mark.parametrize("name", ["nvda_ytd_calendar", "nvda_ytd_calendar_nocash"])
def test_a_negative_quarter_raises_the_question_of_the_year(firm: Firm, name: str) -> None:
    frame = given(name)
    text = put(firm, frame)
    assert "1 problem," in text
    assert "row 3, column sales: “7192”: sales of 2023Q2 alone would be -19,782" in text
    assert "does the firm's year begin in another month than January?" in text
    assert "fiscal_year_starts" in text
    # The remedy: quarters of the year that begins in February, named after the year of its end
    frame["period"] = [quarter_label(parse_quarter(period) + 3) for period in frame["period"]]
    text = put(firm, frame, "fiscal_year_starts: 2")
    assert "2023Q3 is missing. To fix: add the missing row, or begin with the first quarter" in text
    text = put(firm, frame[1:], "fiscal_year_starts: 2")
    assert "nothing is wrong" in text
    found = quarters(firm)
    assert list(found) == [f"{year}Q{q}" for year in (2024, 2025) for q in (1, 2, 3, 4)]
    for period in found:
        assert found[period]["sales"] == SINGLE.loc[period, "sales"]
    profit = periods(make_cube(load_case("acme", firm.root)), "quarter")[parse_quarter("2025Q1")]
    assert profit["net_profit"] == 14881 * MILLION // 100  # printed: 14,881 million dollars


def test_amounts_in_messages_are_those_of_the_file(firm: Firm) -> None:
    frame = given("nvda_fin")
    frame.loc[0, "fixed_assets"] = 45_212
    text = put(firm, frame, "intake: {cash_may_differ_by: 2}")
    assert "column total_assets: “45212”" in text
    assert "exceed total_assets of 45,212 by 12,488 (tolerance 2)" in text  # 5438 + 3163 + 3887


def test_statements_alone_give_sales_margin_and_growth(firm: Firm) -> None:
    put(firm, given("nvda_fin"), "intake: {cash_may_differ_by: 2}")
    store_tables(load_case("acme", firm.root))
    cube = make_cube(load_case("acme", firm.root))
    table = kpi_periods(cube).set_index(["kpi", "period"])["value"]
    assert table["sales", "2025Q4"] == 39331 * MILLION // 100
    # net profit of 22,091 million dollars is printed: 39331 - 10608 - 975 - 3714 + 1183 - 3126
    # net profit of 22,091 million dollars is printed: 39331 - 10608 - 975 - 3714 + 1183 - 3126
    levels = level_table(cube).set_index(["key", "period"])["value"]
    assert levels["F2", "2025Q4"] == Fraction(22091, 39331) * 100
    assert pair(cube, "2025", "year-ago")[0]["sales"] == 130_497 * MILLION // 100  # printed
    form = evaluate(indicator("F3").form, environment(*pair(cube, "2025", "year-ago")))
    assert form == Fraction(130_497, 60_922) * 100 - 100  # 114%, as printed
    known = availability(cube, ["fin_statement"]).set_index("name")["known"]
    assert known["Net profit margin"]
    assert known["Revenue growth"]
