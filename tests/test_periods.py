from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import periods as p
from analysis.errors import InputError


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
    assert p.half_year_label(p.parse_quarter("2023Q3")) == "2023H2"


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)))
def test_every_day_lies_in_its_quarter(day: date) -> None:
    quarter = p.quarter_of(day)
    assert p.quarter_start(quarter) <= day <= p.quarter_end(quarter)
    assert p.quarter_label(p.year_ago(quarter))[4:] == p.quarter_label(quarter)[4:]


@pytest.mark.parametrize("label", ["2024", "2024Q5", "24Q1", "2024-Q1", "", "2024H3"])
def test_other_forms_are_refused(label: str) -> None:
    with pytest.raises(InputError, match="quarter"):
        p.parse_period(label)
