from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base import periods as p
from analysis.base.errors import InputError


def test_known_quarters() -> None:
    assert p.quarter_label(p.parse_quarter("2024Q2")) == "2024Q2"
    assert p.parse_quarter("2024Q1") - p.parse_quarter("2023Q4") == 1
    assert p.quarter_start(p.parse_quarter("2024Q2")) == date(2024, 4, 1)
    assert p.quarter_end(p.parse_quarter("2023Q4")) == date(2023, 12, 31)
    assert p.quarter_days(p.parse_quarter("2024Q1")) == 31 + 29 + 31
    assert p.quarter_days(p.parse_quarter("2023Q1")) == 31 + 28 + 31


def test_periods_of_several_quarters() -> None:
    labels = [p.quarter_label(q) for q in p.parse_period("2023H1+2024Q2")]
    assert labels == ["2023Q1", "2023Q2", "2024Q2"]


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)))
def test_every_day_lies_in_its_quarter(day: date) -> None:
    quarter = p.quarter_of(day)
    assert p.quarter_start(quarter) <= day <= p.quarter_end(quarter)
    assert p.quarter_label(quarter - 4)[4:] == p.quarter_label(quarter)[4:]


@pytest.mark.parametrize("label", ["2024", "2024Q5", "24Q1", "2024-Q1", "", "2024H3"])
def test_other_forms_are_refused(label: str) -> None:
    with pytest.raises(InputError, match="quarter"):
        p.parse_period(label)


def test_one_table_of_grains() -> None:
    assert p.parse_label("2024-02") == ("month", 12 * 2024 + 1)
    assert p.parse_label("2024Q1") == ("quarter", 4 * 2024)
    assert p.parse_label("2024H2") == ("half-year", 2 * 2024 + 1)
    assert p.parse_label("2024") == ("year", 2024)
    for label in ("2024-02", "2024-12", "2024Q1", "2024H2", "2024"):
        grain, index = p.parse_label(label)
        assert p.period_label(index, grain) == label
        assert p.first_day(index, grain) <= p.last_day(label) == p.end_day(index, grain)
    for label in ("2024-13", "2024Q0", "1899", "2200H1", "2024\n", "٢٠٢٤"):
        with pytest.raises(
            InputError, match=r"a period is written like 2024-05 \(a month\), 2024Q2"
        ):
            p.parse_label(label)
    assert p.last_day("2024-02") == date(2024, 2, 29)
    assert p.last_day("2023H2") == p.last_day("2023") == date(2023, 12, 31)
    assert p.first_day(2023, "year") == date(2023, 1, 1)


@pytest.mark.parametrize(
    ("label", "quarter", "half"),
    [
        ("2024-02", "2023Q4", "2023H2"),
        ("2024-03", "2024Q1", "2023H2"),
        ("2023", "2023Q4", "2023H2"),
        ("2024Q2",) * 2 + ("2024H1",),
    ],
)
def test_what_has_ended_with_a_period(label: str, quarter: str, half: str) -> None:
    assert p.quarter_label(p.last_ended(label, "quarter")) == quarter
    assert p.period_label(p.last_ended(label, "half-year"), "half-year") == half


def test_periods_and_bases_in_prose() -> None:
    assert p.in_words("2024Q3") == "the third quarter of 2024"
    assert p.in_words("2023H2") == "the second half of 2023"
    assert p.in_words("2024-02") == "February 2024"
    assert p.in_words("2023") == "the year 2023"
    assert p.short_period("2023") == "2023"
    assert p.base_words("month", "previous") == "the month before"
    assert p.base_words("half-year", "year-ago") == "the same half-year of last year"
    assert p.base_words("year", "year-ago") == p.base_words("year", "previous") == "the year before"
    assert [p.distance(grain, "year-ago") for grain in p.MONTHS] == [12, 4, 2, 1]
    with pytest.raises(InputError, match="“last-week”: the base of a comparison is year-ago"):
        p.distance("month", "last-week")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2024Q2", "Q2 2024"),
        ("Exactly 288 in 2023H1 and 354 in 2024H1.", "Exactly 288 in H1 2023 and 354 in H1 2024."),
        ("2024-04", "Apr 2024"),
        ("in 2024", "in 2024"),
        ("Levels of 2024-02 on 2024-01.", "Levels of Feb 2024 on Jan 2024."),
        ("on 2024-04-30", "on 2024-04-30"),
        ("“up in 2024Q2”, that is 2024Q2", "“up in 2024Q2”, that is Q2 2024"),
        ("`PERIOD=2024Q1`", "`PERIOD=2024Q1`"),
        ("services_2024Q2 and 12024Q2", "services_2024Q2 and 12024Q2"),
    ],
)
def test_periods_in_texts_as_readers_know_them(text: str, shown: str) -> None:
    assert p.readable(text) == shown
