"""Time as firms have it: fiscal years, closed months, periods to date; all values by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

import pandas as pd
import pytest

from analysis.base import periods as time
from analysis.base.periods import Calendar, Grain, count_by, parse_label, parse_month, short_base
from analysis.kpis.compare import comparison_data, contributions_by_type
from analysis.kpis.cube import sums_through
from analysis.kpis.levels import kpi_periods, pair
from analysis.show.indicator_tables import year_to_date


@pytest.fixture(autouse=True)
def _calendar_year() -> Iterator[None]:
    yield
    count_by(Calendar())


def sale(*rows: tuple[str, int]) -> dict[str, pd.DataFrame]:
    """Return a ledger of invoices: day and whole soles."""
    days, amounts = zip(*rows, strict=True)
    frame = pd.DataFrame({"invoiced_on": pd.to_datetime(days), "amount_centimos": amounts})
    return {"sale": frame.assign(amount_centimos=frame["amount_centimos"] * 100)}


def monthly(first: str, *amounts: int) -> dict[str, pd.DataFrame]:
    """Return a ledger with one invoice on the fifth of every month."""
    months = range(parse_month(first), parse_month(first) + len(amounts))
    return sale(*((f"{time.month_label(m)}-05", a) for m, a in zip(months, amounts, strict=True)))


def values(ledger: dict[str, pd.DataFrame], grain: Grain) -> dict[str, Fraction | None]:
    """Return sales by period."""
    table = kpi_periods(sums_through(ledger), grain)
    return dict(zip(table["period"], table["value"], strict=True))


def test_fiscal_year_of_april() -> None:
    count_by(Calendar(year_starts=4))
    ledger = monthly("2023-04", *range(1, 13))
    quarters = {"2024Q1": 6, "2024Q2": 15, "2024Q3": 24, "2024Q4": 33}
    assert values(ledger, "quarter") == quarters
    assert values(ledger, "half-year") == {"2024H1": 21, "2024H2": 57}
    assert values(ledger, "year") == {"2024": 78}
    assert values(ledger, "month")["2023-04"] == 1


def test_fiscal_year_whose_quarters_are_not_those_of_the_calendar() -> None:
    count_by(Calendar(year_starts=2))
    assert values(monthly("2024-02", 1, 2, 4, 8, 16, 32), "quarter") == {"2025Q1": 7, "2025Q2": 56}
    assert time.quarter_of(date(2024, 1, 31)) == time.parse_quarter("2024Q4")
    assert time.quarter_start(time.parse_quarter("2025Q1")) == date(2024, 2, 1)
    assert time.last_day("2025H1") == date(2024, 7, 31)


@pytest.mark.parametrize("start", range(1, 13))
def test_every_month_lies_in_the_period_that_contains_it(start: int) -> None:
    count_by(Calendar(year_starts=start))
    for grain in time.GRAINS:
        for month in range(24_288, 24_312):
            index = time.containing(month, grain)
            first = time.first_month(index, grain)
            assert first <= month < first + time.MONTHS[grain]
    assert time.end_day(time.parse("2024", "year"), "year").year == 2024


def test_a_month_without_rows_is_zero_only_if_the_firm_was_closed() -> None:
    ledger = sale(("2016-01-09", 100), ("2016-03-02", 50))
    assert values(ledger, "quarter") == {"2016Q1": None}
    count_by(Calendar(closed=(parse_month("2016-02"),)))
    assert values(ledger, "quarter") == {"2016Q1": 150}


def partial() -> dict[str, pd.DataFrame]:
    """One year at 100 a month in 2023, with 40 of November after the 15th; 2024 at 120."""
    year = [(f"2023-{month:02}-05", 100) for month in range(1, 13)]
    year[10] = ("2023-11-05", 60)
    later = [(f"2024-{month:02}-05", 120) for month in range(1, 12)]
    return sale(*year, ("2023-11-20", 40), *later, ("2024-11-25", 999))


CHANGES = [
    (date(2024, 11, 30), "2024Q4", 1239, Fraction(200), "Q4 2023 to 30 Nov"),
    (date(2024, 11, 15), "2024Q4", 240, Fraction(160), "Q4 2023 to 15 Nov"),
    (date(2024, 11, 15), "2024-11", 120, Fraction(60), "Nov 2023 to 15 Nov"),
    (date(2024, 11, 15), "2024H2", 600, Fraction(460), "H2 2023 to 15 Nov"),
    (date(2024, 11, 15), "2024", 1320, Fraction(1060), "2023 to 15 Nov"),
    (date(2024, 11, 15), "2024Q3", 360, Fraction(300), "Q3 2023"),
]


@pytest.mark.parametrize(("through", "period", "now", "then", "base"), CHANGES)
def test_to_date_is_compared_with_the_same_days(
    through: date, period: str, now: int, then: Fraction, base: str
) -> None:
    count_by(Calendar(complete_through=through))
    cube = sums_through(partial())
    grain, _ = parse_label(period)
    compared = comparison_data(kpi_periods(cube, grain), period).set_index("base")
    against = "previous" if grain == "year" else "year-ago"
    assert compared["value"][against] == now
    assert compared["base_value"][against] == then
    assert compared["growth"][against] == Fraction(now) / then - 1
    assert pair(cube, period, against)[1]["sales"] == then
    assert short_base(period, against) == base
    if time.is_to_date(period) and grain != "year":
        assert compared["base_value"]["previous"] is None
        assert pair(cube, period, "previous")[1] == {}
    assert kpi_periods(cube, "quarter").set_index("period")["value"]["2023Q4"] == 300


def test_contributions_to_date_are_those_of_the_same_days() -> None:
    count_by(Calendar(complete_through=date(2024, 11, 15)))
    parts = contributions_by_type(sums_through(partial()), "sales", "2024Q4", "year-ago")
    assert parts[["base", "value"]].to_numpy().tolist() == [[16_000, 24_000]]


def test_29_february() -> None:
    ledger = sale(("2023-01-05", 1), ("2023-02-28", 2), ("2024-01-05", 4), ("2024-02-29", 8))
    count_by(Calendar(complete_through=date(2024, 2, 29)))
    measures, before = pair(sums_through(ledger), "2024Q1", "year-ago")
    assert (measures["sales"], before["sales"]) == (12, 3)
    count_by(Calendar(complete_through=date(2024, 2, 28)))
    measures, before = pair(sums_through(ledger), "2024Q1", "year-ago")
    assert (measures["sales"], before["sales"]) == (4, 3)  # none of the first 28 days of February


def test_a_first_part_is_given_and_is_no_base() -> None:
    ledger = monthly("2023-05", *[10] * 14)
    assert values(ledger, "quarter")["2023Q2"] is None
    count_by(Calendar(complete_from=date(2023, 5, 3)))
    assert values(ledger, "quarter")["2023Q2"] == 20
    assert time.short_period("2023Q2") == "Q2 2023 from May"
    compared = comparison_data(kpi_periods(sums_through(ledger), "quarter"), "2024Q2")
    assert compared["base_value"].tolist() == [30, None]


def test_days_without_a_row_are_zero_where_the_month_is_recorded() -> None:
    count_by(Calendar(complete_through=date(2024, 11, 15)))
    ledger = sale(("2023-10-05", 1), ("2023-11-20", 2), ("2023-12-05", 4), ("2024-10-05", 8))
    measures, before = pair(sums_through(ledger), "2024Q4", "year-ago")
    assert (measures["sales"], before["sales"]) == (8, 1)


def test_the_year_to_the_end_of_a_period_is_compared_with_the_same_months() -> None:
    count_by(Calendar(year_starts=4))
    cube = sums_through(monthly("2022-04", *[10] * 12, *[11] * 12))
    shown = year_to_date(cube, "2024Q2", "yours", "soles")
    assert shown is not None
    first = shown["frame"].iloc[0]
    assert first[["before", "now", "change", "turn"]].tolist() == ["60", "66", "+10.0%", "better"]
    assert shown["caption"].startswith(
        "The firm's year to the end of the period: FY2024 to date against FY2023 to 30 Sep"
    )
    assert time.calendar() == Calendar(year_starts=4)
    assert year_to_date(cube, "2024", "yours", "soles") is None
    alone = year_to_date(cube, "2023Q2", "yours", "soles")
    assert alone is not None
    assert [column.header for column in alone["columns"]] == ["Indicator", "FY2023 to date"]
    assert alone["caption"].endswith("since last year's same days are not in the rows.")


def test_a_sample_tells_nothing_of_a_year_that_begins_before_the_rows() -> None:
    count_by(Calendar(year_starts=4))
    days = pd.to_datetime(["2023-01-05", "2023-04-05", "2024-03-05"])
    answers = {"survey_response": pd.DataFrame({"answered_on": days, "score": [5, 1, 5]})}
    assert values(answers, "year") == {"2023": None, "2024": 50}
