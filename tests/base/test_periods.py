from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from analysis.base import periods as p
from analysis.base.errors import InputError
from analysis.base.language import using

CASES = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"))


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


@pytest.mark.parametrize("label", CASES["no-quarters"])
def test_other_forms_than_quarters_are_refused(label: str) -> None:
    with pytest.raises(InputError, match="quarter"):
        p.parse_period(label)


def test_refusals_are_in_the_language_in_use() -> None:
    with using("pl"), pytest.raises(InputError, match="kwartał zapisuje się jako rok") as refused:
        p.parse("2024Q9", "quarter")
    assert refused.value.fix == "zapisz tak: 2024Q2"


@pytest.mark.parametrize("label", CASES["no-periods"])
def test_other_forms_than_periods_are_refused(label: str) -> None:
    with pytest.raises(InputError, match=r"is written like 2024-05 \(month\), 2024Q2"):
        p.parse_label(label)


def test_one_table_of_grains() -> None:
    assert p.parse_label("2024-02") == ("month", 12 * 2024 + 1)
    assert p.parse_label("2024Q1") == ("quarter", 4 * 2024)
    assert p.parse_label("2024H2") == ("half-year", 2 * 2024 + 1)
    assert p.parse_label("2024") == ("year", 2024)
    for label in ("2024-02", "2024-12", "2024Q1", "2024H2", "2024"):
        grain, index = p.parse_label(label)
        assert p.period_label(index, grain) == label
        assert p.first_day(index, grain) <= p.last_day(label) == p.end_day(index, grain)
    assert p.last_day("2024-02") == date(2024, 2, 29)
    assert p.last_day("2023H2") == p.last_day("2023") == date(2023, 12, 31)
    assert p.first_day(2023, "year") == date(2023, 1, 1)


@pytest.mark.parametrize(("label", "quarter", "half"), CASES["ended"])
def test_what_has_ended_with_a_period(label: str, quarter: str, half: str) -> None:
    assert p.quarter_label(p.last_ended(label, "quarter")) == quarter
    assert p.period_label(p.last_ended(label, "half-year"), "half-year") == half


@pytest.mark.parametrize(("name", "given", "words"), CASES["in-words"])
def test_periods_and_bases_in_prose(name: str, given: list[str], words: str) -> None:
    assert getattr(p, name)(*given) == words


def test_the_distance_to_a_base() -> None:
    assert [p.distance(grain, "year-ago") for grain in p.MONTHS] == [12, 4, 2, 1]
    with pytest.raises(InputError, match="“last-week”: the base of a comparison is year-ago"):
        p.distance("month", "last-week")


@pytest.mark.parametrize(("text", "shown"), CASES["as-readers-know-them"].items())
def test_periods_in_texts_as_readers_know_them(text: str, shown: str) -> None:
    assert p.readable(text) == shown
