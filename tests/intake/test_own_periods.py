"""Periods and date are those of the rows where case.yaml has none."""

from __future__ import annotations

import re

import pytest

from analysis.intake.case_check import check_case, store_tables
from analysis.tables.case import load_case

from .conftest import CASE, Firm

NO_PERIODS = re.sub("(?m)^(date|periods):.*\n", "", CASE)


def sales(*days: str) -> str:
    rows = "".join(f"F{number},S1,{day},5\n" for number, day in enumerate(days))
    return f"invoice_id,service_id,invoiced_on,amount\n{rows}"


@pytest.mark.parametrize(
    ("days", "periods"),
    [
        (["2016-01-09", "2016-12-09"], "2016Q1 to 2016Q4; the report is about 2016-12"),
        (
            [f"2024-{month:02}-05" for month in range(1, 12)],
            "2024Q1 to 2024Q4; the report is about 2024Q3",
        ),
        (["2024-11-05"], "2024Q4 to 2024Q4; the report is about 2024-11"),
    ],
)
def test_periods_of_rows(firm: Firm, days: list[str], periods: str) -> None:
    firm.put("case.yaml", NO_PERIODS)
    firm.put("sale.csv", sales(*days))
    text, good = check_case("acme", firm.root)
    assert good, text
    assert f"Periods, from the rows: {periods}" in text


def test_stored_rows_give_the_date(firm: Firm) -> None:
    firm.put("case.yaml", NO_PERIODS)
    firm.put("sale.csv", sales("2023-05-03", "2024-02-01"))
    assert store_tables(firm.case) == ("2 rows", True)
    parameters = load_case("acme", firm.root).parameters
    assert str(parameters.date) == "2024-02-29"
    assert parameters.periods.last == "2024Q1"
    firm.put("sale.csv", sales("2023-05-03"))  # what was stored does not bind what is read
    assert "2023Q2 to 2023Q2" in check_case("acme", firm.root)[0]


def test_a_day_far_from_all_others_is_asked_about(firm: Firm) -> None:
    firm.put("case.yaml", NO_PERIODS)
    firm.put("sale.csv", sales("2024-01-03", "2024-02-03", "2042-01-03"))
    text = firm.problem()
    assert "row 4, column invoiced_on: “2042-01-03”: lies outside the periods of the case" in text
    firm.put("case.yaml", f"{NO_PERIODS}periods: {{first: 2024Q1, last: 2042Q1}}\n")
    assert firm.problems() == []
