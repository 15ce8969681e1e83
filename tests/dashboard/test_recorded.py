"""A quarter that lacks a month has no sums on the page, nor a change to or from it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest

from analysis.base.periods import quarter_label
from analysis.dashboard.page_data import cube_model
from analysis.kpis.levels import kpi_periods, sums
from analysis.kpis.reduce import DIMENSIONS, reduce

from .conftest import Show, fragment, frame, in_the_page

LOST = "2023-02"
"""The month without a row in any table but the hours, of 18 with one service each."""
SOLES = 100
OPEN = fragment(q=["2024Q1"], table=["sales", "productivity", "types"], lang="en")


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


@pytest.fixture
def gapped(a_model: dict[str, Any], ledger: dict[str, pd.DataFrame]) -> dict[str, Any]:
    made = a_model | cube_model(sums(ledger, by=DIMENSIONS), reduce(ledger))
    del made["okr"], made["claims"]
    return made


View = Callable[..., dict[str, Any]]


@pytest.fixture
def cards(show: Show, gapped: dict[str, Any]) -> View:
    shown = show(gapped, OPEN)

    def view(quarters: list[str], types: tuple[str, ...] = ()) -> dict[str, Any]:
        shown.view(fragment(q=quarters, t=list(types), lang="en"))
        cards = shown.probe("cards").items()
        return {
            name: card | {"changes": [one[0] for one in card["changes"]]} for name, card in cards
        }

    return view


def test_no_growth_is_shown_on_a_quarter_that_lacks_a_month(cards: View) -> None:
    found = cards(["2024Q1"])
    assert found["sales"]["value"] == str(3 * SOLES)
    assert found["sales"]["named"] == ["on Q4 2023", "on Q1 2023"]
    assert found["sales"]["changes"] == ["0", None]  # not 300 on 200
    assert found["sales"]["why"] == "Not recorded in full: Q1 2023"
    assert found["productivity"]["value"] == "10"  # 3 services in 30 hours
    assert found["productivity"]["changes"] == ["0", None]
    assert found["technician_hours"]["changes"] == ["0", "0"]  # they lack no month


def test_the_quarter_itself_has_no_value_and_says_why(cards: View) -> None:
    found = cards(["2023Q1"])
    assert {name: card["value"] for name, card in found.items()} == {
        "sales": None,
        "revenue_per_service": None,
        "satisfaction": "100",
        "services": None,
        "productivity": None,
        "waiting_days": None,
        "working_days": None,
        "on_time": None,
        "technician_hours": "30",
    }
    assert found["services"]["why"] == "Not recorded in full: Q1 2023"
    assert found["technician_hours"]["why"].strip() == ""


def test_several_quarters_need_all_of_them_but_a_survey_one(cards: View) -> None:
    whole = cards(["2023Q2", "2023Q3"])
    assert whole["sales"]["value"] == str(6 * SOLES)
    assert whole["sales"]["why"] == ""  # the two quarters before are not there at all
    assert whole["satisfaction"]["value"] is None  # no answer in either
    assert whole["satisfaction"]["why"] == "Not recorded in full: Q2–Q3 2023"
    broken = cards(["2023Q1", "2023Q2", "2024Q1"])
    assert broken["sales"]["value"] is None
    assert broken["satisfaction"]["value"] == "50"  # one of the two answers
    assert cards(["all"])["sales"]["why"] == "Not recorded in full: Q1 2023"


def test_none_of_a_type_in_a_recorded_quarter_is_nothing_not_a_gap(cards: View) -> None:
    assert cards(["2023Q2"], ("b",))["services"]["value"] == "0"
    assert cards(["2023Q1"], ("b",))["services"]["value"] is None


def test_charts_tables_and_files_leave_the_gap_too(show: Show, gapped: dict[str, Any]) -> None:
    shown = show(gapped, OPEN)
    quarters = ["Q1 2023", "Q2 2023", "Q3 2023", "Q4 2023", "Q1 2024", "Q2 2024"]
    sales = shown.probe("rows", "sales")
    assert [row[0] for row in sales] == quarters
    assert [row[1] for row in sales] == ["–", *5 * ["300"]]
    assert [row[3] for row in sales] == [*5 * ["–"], "300"]
    first = shown.page.locator("[data-group=sales] button").first
    assert first.locator(".value").text_content() == "–"
    assert first.get_attribute("data-tip") == "Not recorded in full: Q1 2023"
    shown.view(fragment(q=["2023Q1"], table=["types"], lang="en"))
    assert [row[1:] for row in shown.probe("rows", "types")] == 2 * [4 * ["–"]]
    assert "Not recorded" in (shown.page.locator("#panel-types .note").text_content() or "")
    rows = shown.download("[data-key=csv]")
    assert {(row["services"], row["sales_centimos"]) for row in rows} == {("", "")}


def test_every_quarter_is_that_of_the_reports_tables(
    show: Show, gapped: dict[str, Any], ledger: dict[str, pd.DataFrame]
) -> None:
    shown = show(gapped, OPEN)
    table = kpi_periods(reduce(ledger))
    for quarter in sorted(set(table["index"])):
        shown.view(fragment(q=[quarter_label(quarter)], lang="en"))
        found = shown.probe("cards")
        for row in table[table["index"] == quarter].itertuples():
            expected = None if row.value is None else str(Fraction(row.value))
            assert found[row.kpi]["value"] == expected, (row.kpi, in_the_page(quarter))
