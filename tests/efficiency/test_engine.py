"""The ladder, cash flows and every ratio against numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from importlib import import_module
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.base.expression import leaves, parse
from analysis.efficiency import ratios
from analysis.efficiency.dynamics import quotient
from analysis.efficiency.quarterly_statements import AMOUNTS, FLOWS, INCOME, Book, book, prepare

from .conftest import BY_HAND, COST, FIRST, SECOND, statements_of_a_quarter


@pytest.mark.parametrize("name", [record.indicator_id for record in ratios.CATALOGUE])
def test_every_indicator_by_hand(hand: Book, name: str) -> None:
    expected = [Fraction(text) for text in BY_HAND["indicators"][name]]
    assert list(ratios.series(ratios.indicator_table(hand, cost=COST), name).values()) == expected


@pytest.mark.parametrize(("options", "quarter", "name", "value"), BY_HAND["options"])
def test_other_denominators(
    hand: Book, options: dict[str, Any], quarter: int, name: str, value: str
) -> None:
    table = ratios.indicator_table(hand, cost=COST, **options)
    assert ratios.series(table, name)[FIRST + quarter - 1] == Fraction(value)


@pytest.mark.parametrize("options", [{}, {"denominator": "average"}])
def test_a_ratio_of_two_stocks_is_that_of_one_moment(hand: Book, options: dict[str, Any]) -> None:
    formula = parse("equity / total_assets")
    record = replace(ratios.indicator("K17"), indicator_id="K26", expression=formula)
    result = ratios.compute(record, hand, SECOND, **options)
    assert (record.stock, result.value) == (False, Fraction(1005, 4400))


def test_days_use_the_length_of_the_quarter(hand: Book) -> None:
    table = ratios.indicator_table(hand)
    assert ratios.collection_days(table) == {
        FIRST: Fraction(225, 2),  # 90 days over 0.8
        SECOND: Fraction(1183, 12),  # 91 days over 12/13
    }


@pytest.mark.parametrize(("change", "options", "name", "reason"), BY_HAND["undefined"])
def test_undefined_with_its_reason(
    frame: pd.DataFrame, change: dict[str, int], options: dict[str, Any], name: str, reason: str
) -> None:
    first = book(prepare(frame.iloc[[0]].assign(**change)))
    result = ratios.compute(ratios.indicator(name), first, FIRST, **{"cost": COST} | options)
    assert (result.value, result.reason) == (None, reason)


def test_value_added_of_a_loss_and_rates_that_are_none(frame: pd.DataFrame) -> None:
    loss = book(prepare(frame.iloc[[0]].assign(other_op_income=0)))
    value = ratios.compute(ratios.indicator("K10"), loss, FIRST, cost=COST).value
    assert value == Fraction("-142.5")  # no tax credit
    with pytest.raises(ValueError, match="tax_rate"):
        ratios.CapitalCost(Fraction(1, 10), Fraction(19), "")


def test_ladder_lines_lead_from_level_to_level(hand: Book) -> None:
    lines = ratios.ladder(hand)
    first = lines[lines["period"] == "2006Q1"]
    values = "1000 -700 300 -150 -200 -50 120 -30 40 5 -25 20 12 -2 30 -6 -1 23"
    assert first["value"].tolist() == [int(value) for value in values.split()]
    steps = first[first["kind"] == "step"]
    assert (steps["after"] - steps["before"]).tolist() == steps["value"].tolist()
    assert steps["after"].iloc[-1] == 23


def test_year_to_date_becomes_quarters(frame: pd.DataFrame, hand: Book) -> None:
    ytd = frame.assign(basis="ytd")
    for name in FLOWS:
        ytd.loc[1, name] = int(frame.loc[0, name]) + int(frame.loc[1, name])
    assert book(prepare(ytd)) == hand
    assert book(prepare(ytd.iloc[::-1])) == hand


def test_the_catalogue_points_to_what_exists() -> None:
    known = {*AMOUNTS, *(level.indicator_id for level in ratios.LADDER), "CF"}
    for record in ratios.CATALOGUE:
        names = {leaf.name for leaf in leaves(record.expression)}
        assert names <= known | ({"tax", "rate"} if record.indicator_id == "K10" else set())
    assert [r.indicator_id for r in ratios.CATALOGUE if not r.stated] == ["K22b"]
    numbers = [r.indicator_id for r in ratios.CATALOGUE if r.indicator_id[1:].isdigit()]
    assert sorted(numbers, key=lambda name: int(name[1:])) == [f"K{n}" for n in range(1, 26)]


@settings(max_examples=150, deadline=None)
@given(statements_of_a_quarter(10**7))
def test_identities_hold_for_any_statement(amounts: dict[str, Any]) -> None:
    one = {FIRST: amounts}
    found = {
        r.indicator_id: ratios.compute(r, one, FIRST, cost=COST).value for r in ratios.CATALOGUE
    }
    gains = ("sales", "other_op_income", "fin_income", "extra_gain")
    charges = [name for name in INCOME if name not in gains]
    assert found["K6"] == sum(amounts[n] for n in gains) - sum(amounts[n] for n in charges)
    assert amounts["cfo"] + amounts["cfi"] + amounts["cff"] == found["CF"]
    if amounts["sales"]:
        indirect = Fraction(amounts["selling"] + amounts["admin"], amounts["sales"])
        assert found["K11"] - found["K12"] == indirect
    if amounts["equity"] > 0 and amounts["total_assets"]:
        if amounts["sales"]:
            multiplier = Fraction(amounts["total_assets"], amounts["equity"])
            assert found["K18"] == found["K16"] * found["K19"] * multiplier
    else:
        assert found["K18"] is None or found["K17"] is None
    if amounts["fixed_assets"] and amounts["total_assets"] and amounts["sales"]:
        share = Fraction(amounts["fixed_assets"], amounts["total_assets"])
        assert found["K19"] / found["K20"] == share


@settings(max_examples=60, deadline=None)
@given(statements_of_a_quarter(10**7), st.integers(2, 1000))
def test_ratios_do_not_depend_on_the_unit(amounts: dict[str, Any], factor: int) -> None:
    scaled = {name: factor * value for name, value in amounts.items()}
    for record in ratios.CATALOGUE:
        small = ratios.compute(record, {FIRST: amounts}, FIRST, cost=COST).value
        large = ratios.compute(record, {FIRST: scaled}, FIRST, cost=COST).value
        times = factor if record.unit == "money" else 1
        assert large == (None if small is None else small * times)


def _model(name: str) -> Any:
    """FinanceToolkit, an outside judge of the ratios that it shares with the article."""
    return import_module(f"financetoolkit.{name}")


@pytest.fixture(params=["hand", "SYN-A", "SYN-B"])
def statements(request: pytest.FixtureRequest, hand: Book, books: dict[str, Book]) -> Book:
    return (books | {"hand": hand})[request.param]


@pytest.mark.parametrize(("name", "theirs"), BY_HAND["financetoolkit"].items())
def test_ratios_shared_with_financetoolkit(
    statements: Book, name: str, theirs: tuple[str, str, str]
) -> None:
    rows = [ratios.measures(amounts) for amounts in statements.values()]
    frame = pd.DataFrame(rows, index=list(statements), dtype=float)
    module, function = theirs[0].split(".")
    found = getattr(_model(f"ratios.{module}"), function)(*(frame[one] for one in theirs[1:]))
    table = ratios.indicator_table(statements)
    ours: dict[int, Any] = dict(
        quotient(table, "K18", "K17") if name == "multiplier" else ratios.series(table, name)
    )
    assert {q: float(value) for q, value in ours.items()} == pytest.approx(dict(found), rel=1e-12)


def test_value_added_of_financetoolkit(statements: Book) -> None:
    cost = ratios.CapitalCost(Fraction(12, 100), Fraction(19, 100), "written in the test")
    table = ratios.indicator_table(statements, cost=cost)
    model = _model("models.eva_model")
    for quarter, amounts in statements.items():
        theirs = model.get_economic_value_added(
            ratios.profits(amounts)["K3"] * 0.81, 0.03, amounts["equity"] + amounts["interest_debt"]
        )
        assert float(ratios.series(table, "K10")[quarter]) == pytest.approx(theirs)
