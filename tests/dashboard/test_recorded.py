"""A quarter that lacks a month has no sums on the page, nor a change to or from it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd
import pytest

from analysis.base.periods import quarter_label
from analysis.dashboard.page_data import cube_model
from analysis.efficiency.quarterly_statements import INCOME
from analysis.kpis.levels import kpi_periods, wide
from analysis.kpis.reduce import DIMENSIONS, reduce

from .conftest import ROWS, Show, fragment, frame

LOST = "2023-02"
"""The month without a row in any table but the hours, of 18 with one service each."""
SOLES = 100
OPEN = fragment(q=["2024Q1"], table=["course", "types"], lang="en")


@pytest.fixture(scope="module")
def ledger() -> dict[str, pd.DataFrame]:
    """A service of 100 soles and 10 hours in every month but one; two answers, far apart."""
    months = [str(month) for month in pd.period_range("2023-01", "2024-06", freq="M")]
    kept = [month for month in months if month != LOST]
    return {
        "service": frame(
            "service_id customer_id service_type requested_on started_on completed_on due_on",
            *(f"S{m} C1 {'a' if m < '2024' else 'b'}" + 4 * f" {m}-05" for m in kept),
        ),
        "sale": frame(
            "invoice_id service_id invoiced_on amount_centimos",
            *(f"S{m} S{m} {m}-05 {100 * SOLES}" for m in kept),
        ),
        "survey_response": frame(
            "response_id service_id answered_on score",
            "R1 S2023-03 2023-03-09 5",
            "R2 S2024-01 2024-01-09 2",
        ),
        "staff_hours": frame("staff_id month quarter_hours", *(f"T1 {m} 40" for m in months)),
    }


@pytest.fixture(scope="module")
def gapped(paper_model: dict[str, Any], ledger: dict[str, pd.DataFrame]) -> dict[str, Any]:
    monthly = reduce(ledger, DIMENSIONS)
    made = paper_model | cube_model(wide(monthly, "month"), monthly) | {"chance": {}}
    del made["okr"], made["claims"]
    return made


def test_a_gap_is_shown_as_one(show: Show, gapped: dict[str, Any]) -> None:
    shown = show(gapped)
    for gap in ROWS["gaps"]:
        address = fragment(q=gap["quarters"], t=gap.get("types", []), lang="en")
        cards = shown.view(address, "cards")["cards"]
        assert set(cards) == set(gap["cards"]) or not gap.get("whole"), address
        for name, expected in gap["cards"].items():
            card = cards[name]
            card["changes"] = [one[0] for one in card["changes"]]
            assert card | expected == card, (name, address)


def test_charts_tables_and_files_leave_the_gap_too(show: Show, gapped: dict[str, Any]) -> None:
    shown = show(gapped, OPEN)
    sales = shown.probe("rows", "course")
    quarters = ["Q1 2023", "Q2 2023", "Q3 2023", "Q4 2023", "Q1 2024", "Q2 2024"]
    assert [row[0] for row in sales] == quarters
    assert [row[1] for row in sales] == ["–", *5 * ["300"]]
    assert [row[3] for row in sales] == [*5 * ["–"], "300"]
    first = shown.page.locator("[data-group=course] button").first
    assert first.locator(".value").text_content() == "–"
    assert first.get_attribute("data-tip") == "Not recorded: Feb 2023"
    shown.view(fragment(q=["2023Q1"], table=["types", "course"], by="month", lang="en"))
    assert [row[1] for row in shown.probe("rows", "course")][:3] == ["100", "–", "100"]
    assert [row[1:] for row in shown.probe("rows", "types")] == 2 * [3 * ["–"]]
    assert "Not recorded" in (shown.page.locator("#panel-types .note").text_content() or "")
    _, rows = shown.csv("sums")
    found = {(row["Month"], row["Service type"]): row["services (service)"] for row in rows}
    assert found == {("2023-01", "a"): "1", ("2023-03", "a"): "1"} | {
        (f"2023-0{month}", "All"): "" for month in (1, 2, 3)
    }


def test_a_year_that_ends_early_has_no_sum(show: Show, gapped: dict[str, Any]) -> None:
    shown = show(gapped, fragment(q=["2024"], table=["course"], by="year", lang="en"))
    assert [row[:2] for row in shown.probe("rows", "course")] == [["2023", "–"], ["2024", "–"]]
    assert shown.probe("cards")["sales"]["value"] == "600"  # of the half that is there
    assert (shown.page.locator("#lead").text_content() or "").startswith("Q1–Q2 2024 ")


def test_sales_of_statements_are_those_of_whole_quarters(
    show: Show, a_model: dict[str, Any]
) -> None:
    """1,000 and 1,100 soles in the first two quarters of 2024; no month has sales of its own."""
    rows = {name: [0, 0] for name in (*INCOME, "equity", "interest_debt")}
    rows |= {"sales": [100_000, 110_000], "period": ["2024Q1", "2024Q2"]}
    statement = pd.DataFrame(rows | {"company_id": "acme", "basis": "discrete"})
    monthly = reduce({"fin_statement": statement}, DIMENSIONS)
    made = a_model | cube_model(wide(monthly, "month"), monthly) | {"chance": {}}
    del made["okr"], made["claims"]
    made["kpis"] = [one for one in made["kpis"] if one["id"] == "sales"]
    shown = show(made, fragment(q=["2024Q2"], table=["course"], lang="en"))
    assert [row[1] for row in shown.probe("rows", "course")] == ["1000", "1100"]
    assert shown.probe("cards")["sales"]["value"] == "1100"
    note = shown.page.locator("#panel-course .note").text_content() or ""
    assert note.startswith("sales of the quarterly statements, ")  # and not of invoices
    assert shown.page.locator("#panel-sums").count() == 0  # which is by month
    for periods, value in ((["all"], "2100"), (["2024-06"], None), (["2024-05", "2024-06"], None)):
        shown.view(fragment(q=periods, by="month", table=["course"], lang="en"))
        assert shown.probe("cards")["sales"]["value"] == value
    assert [row[1] for row in shown.probe("rows", "course")] == 6 * ["–"]


def test_every_quarter_is_that_of_the_reports_tables(
    show: Show, gapped: dict[str, Any], ledger: dict[str, pd.DataFrame]
) -> None:
    shown = show(gapped, OPEN)
    table = kpi_periods(reduce(ledger))
    for quarter in sorted(set(table["index"])):
        found = shown.view(fragment(q=[quarter_label(quarter)], lang="en"), "cards")["cards"]
        for row in table[table["index"] == quarter].itertuples():
            expected = None if row.value is None else str(Fraction(row.value))
            assert found[row.kpi]["value"] == expected, (row.kpi, row.period)
