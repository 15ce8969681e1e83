"""Periods, date and months are those of the rows; check names the line that settles a doubt."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from analysis.base.periods import Calendar, count_by, short_period
from analysis.intake.case_check import check_case, store_tables
from analysis.kpis.cube import make_cube
from analysis.kpis.levels import kpi_periods
from analysis.tables.case import load_case
from tests.intake.conftest import CASE, Firm

HEAD = "invoice_id,service_id,invoiced_on,amount\n"
WITHOUT_PERIODS = CASE.partition("date:")[0]


@pytest.fixture(autouse=True)
def _calendar_year() -> Iterator[None]:
    yield
    count_by(Calendar())


def case_of(firm: Firm, days: list[str], more: str = "") -> Path:
    """Put invoices of 100 soles on some days; return the case's file."""
    rows = (f"F{at},S{at},{day},100.00\n" for at, day in enumerate(days))
    firm.put("sale.csv", HEAD + "".join(rows))
    return firm.put("case.yaml", f"{WITHOUT_PERIODS}{more}")


def sales(firm: Firm, grain: str = "quarter") -> dict[str, Fraction | None]:
    """Check and store the rows; return sales by period as readers know it."""
    text, good = store_tables(load_case("acme", firm.root))
    assert good, text
    table = kpi_periods(make_cube(load_case("acme", firm.root)), grain)
    rows = table[table["kpi"] == "sales"]
    return dict(zip(map(short_period, rows["period"]), rows["value"], strict=True))


DOUBTS = [
    (["2016-01-09", "2016-03-02"], "2016-02", {"Q1 2016": 200}),
    (
        [f"2024-{month:02}-05" for month in range(1, 12)],
        "2024Q4",
        {"Q1 2024": 300, "Q2 2024": 300, "Q3 2024": 300, "Q4 2024 to date": 200},
    ),
    (
        [f"2024-{month:02}-05" for month in range(5, 10)],
        "2024Q2",
        {"Q2 2024 from May": 200, "Q3 2024": 300},
    ),
]


@pytest.mark.parametrize(("days", "named", "known"), DOUBTS)
def test_the_line_that_check_names_makes_a_period_of_it(
    firm: Firm, days: list[str], named: str, known: dict[str, int]
) -> None:
    path = case_of(firm, days)
    text, good = check_case("acme", firm.root)
    assert good
    (note,) = [line for line in text.splitlines() if named in line and "case.yaml: " in line]
    line = note.partition("add to case.yaml: ")[2]
    assert line in (
        "closed: [2016-02]",
        "complete_through: 2024-11-05",
        "complete_from: 2024-05-01",
    )
    path.write_text(f"{path.read_text(encoding='utf-8')}{line}\n", encoding="utf-8")
    text, good = check_case("acme", firm.root)
    assert good
    assert "case.yaml: " not in text
    assert sales(firm) == known


def test_one_month_is_a_report_on_that_month(firm: Firm) -> None:
    case_of(firm, ["2024-05-02", "2024-05-30"])
    assert sales(firm, "month") == {"May 2024": 200}
    assert load_case("acme", firm.root).parameters.periods.current == "2024-05"


def test_a_fiscal_year_is_heeded_from_check_to_sums(firm: Firm) -> None:
    days = [f"{year}-{month:02}-05" for year in (2023, 2024) for month in range(1, 13)]
    case_of(firm, days[3:15], "fiscal_year_starts: 4\n")
    text, _ = check_case("acme", firm.root)
    assert "2024Q1 to 2024Q4; the report is about 2024Q4" in text
    assert "case.yaml: " not in text
    assert sales(firm) == {f"Q{quarter} FY2024": 300 for quarter in range(1, 5)}


def test_rows_after_the_end_are_counted_and_left_out(firm: Firm) -> None:
    days = [f"2024-{month:02}-05" for month in range(1, 13)]
    case_of(firm, [*days, "2024-11-20"], "complete_through: 2024-11-15\n")
    text, _ = check_case("acme", firm.root)
    assert "after 2024-11-15, through which case.yaml says that rows are complete" in text
    assert "not counted; if they are complete, write a later complete_through (2 cells)" in text
    assert sales(firm)["Q4 2024 to date"] == 200


@pytest.mark.parametrize(
    ("days", "periods"),
    [
        (["2016-01-09", "2016-12-09"], "2016Q1 to 2016Q4; the report is about 2016-12"),
        (DOUBTS[1][0], "2024Q1 to 2024Q4; the report is about 2024Q3"),
        (["2024-11-05"], "2024Q4 to 2024Q4; the report is about 2024-11"),
    ],
)
def test_periods_of_rows(firm: Firm, days: list[str], periods: str) -> None:
    case_of(firm, days)
    text, good = check_case("acme", firm.root)
    assert good, text
    assert f"Periods, from the rows: {periods}" in text


def test_stored_rows_give_the_date(firm: Firm) -> None:
    case_of(firm, ["2023-05-03", "2024-02-01"])
    assert store_tables(firm.case) == ("2 rows", True)
    parameters = load_case("acme", firm.root).parameters
    assert str(parameters.date) == "2024-02-01"
    assert parameters.periods.last == "2024Q1"
    case_of(firm, ["2023-05-03"])  # what was stored does not bind what is read
    assert "2023Q2 to 2023Q2" in check_case("acme", firm.root)[0]


def test_a_day_far_from_all_others_is_asked_about(firm: Firm) -> None:
    days = ["2024-01-03", "2024-02-03", "2042-01-03"]
    case_of(firm, days)
    text = firm.problem()
    assert "row 4, column invoiced_on: “2042-01-03”: lies outside the periods of the case" in text
    case_of(firm, days, "periods: {first: 2024Q1, last: 2042Q1}\n")
    assert firm.problems() == []
