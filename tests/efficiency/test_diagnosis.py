"""Sentences of the diagnosis: their figures by hand, their rules, both languages."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.efficiency.diagnosis import diagnose
from analysis.efficiency.quarterly_statements import Book
from analysis.efficiency.ratios import CapitalCost

from .conftest import statements_of_a_quarter

COST = CapitalCost(Fraction(1, 10), Fraction(19, 100), "written in the test")


def test_sentences_by_hand(hand: Book) -> None:
    said = {finding.rule_id: finding for finding in diagnose(hand, COST)}
    assert said["loss-on-sales"].text.english == (
        "Indirect costs of 350 exceed gross profit of 300 in Q1: a loss on sales of 50."
    )
    assert said["loss-on-sales"].text.polish == (
        "Koszty pośrednie 350 przewyższają marżę brutto 300 w I kwartale: strata na sprzedaży 50."
    )
    assert "carries 2.25 and −2.00 of operating cash" in said["cash-per-profit"].text.english
    assert "2,25 i −2,00 gotówki" in said["cash-per-profit"].text.polish
    assert said["collection"].figures[2:] == (
        ("days", "2006Q1", Fraction(225, 2)),
        ("days", "2006Q2", Fraction(1183, 12)),
    )
    assert "113 and 99 days" in said["collection"].text.english
    assert "4.00 and 4.38 times" in said["debt"].text.english
    # 20 of 20 lost, 10 won; 30 lost, -5 won
    assert "make good 50.0% and −16.7% of that" in said["financial-loss"].text.english
    # 40 a quarter, 32.4 after tax, on a capital of 2,500 and 2,705: 4 x 64.8 / 5,205
    assert said["value-added"].text.english.startswith(
        "At a cost of capital of 10.0% a year and a tax of 19.0%, both assumed, economic value"
    )
    assert "−65 together: the capital used did not earn" in said["value-added"].text.english
    assert said["value-added"].text.english.endswith("At 5.0% a year it would be 0.")
    at_even = CapitalCost(Fraction(4 * 648, 52050), COST.tax_rate, "written in the test")
    even = next(f for f in diagnose(hand, at_even) if f.rule_id == "value-added")
    assert sum(value for _, _, value in even.figures) == 0
    assert "no-tax" in said  # second quarter: 5 before and after tax
    assert "of 5 in Q2" in said["no-tax"].text.english


def test_too_strong_arguments_are_corrected(hand: Book) -> None:
    corrected = {f.rule_id for f in diagnose(hand) if f.correction}
    assert {"indirect-costs", "debt", "fixed-share", "collection", "asset-turnover"} <= corrected


def test_two_quarters_have_no_trend(hand: Book) -> None:
    assert not [f for f in diagnose(hand) if f.rule_id.startswith("trend")]
    assert not [f for f in diagnose(hand) if f.rule_id == "value-added"]


@settings(max_examples=60, deadline=None)
@given(st.lists(statements_of_a_quarter(10**6), min_size=1, max_size=5))
def test_every_sentence_has_figures_rule_and_both_languages(
    statements: list[dict[str, int]],
) -> None:
    for finding in diagnose(dict(enumerate(statements, start=8023)), COST):
        assert finding.figures
        for text in (finding.text, finding.rule):
            assert text.english
            assert text.polish
            assert "{" not in text.english + text.polish


def test_quarters_of_several_years_are_told_apart(hand: Book) -> None:
    longer = hand | {8028: hand[8024]}
    said = {finding.rule_id: finding.text for finding in diagnose(longer)}
    assert "in Q1 2006 and Q1 2007" in said["loss-on-sales"].english
    assert "w I 2006 i I 2007 kwartale" in said["loss-on-sales"].polish


@pytest.mark.parametrize("value", [0, -100])
def test_nothing_is_said_of_undefined_ratios(hand: Book, value: int) -> None:
    broke = {8024: hand[8024] | {"equity": value}}
    assert "debt" not in {finding.rule_id for finding in diagnose(broke)}
