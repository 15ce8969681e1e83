"""Sentences of the diagnosis: their figures by hand, their rules, both languages."""

from __future__ import annotations

from fnmatch import fnmatchcase
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.efficiency.diagnosis import diagnose
from analysis.efficiency.quarterly_statements import Book
from analysis.efficiency.ratios import CapitalCost

from .conftest import BY_HAND, COST, statements_of_a_quarter


def test_sentences_by_hand(hand: Book) -> None:
    said = {finding.rule_id: finding for finding in diagnose(hand, COST)}
    for rule, texts in BY_HAND["said"].items():
        for language, words in texts.items():
            assert fnmatchcase(getattr(said[rule].text, language), words)
    assert said["collection"].figures[2:] == (
        ("days", "2006Q1", Fraction(225, 2)),
        ("days", "2006Q2", Fraction(1183, 12)),
    )
    at_even = CapitalCost(Fraction(4 * 648, 52050), COST.tax_rate, "written in the test")
    even = next(f for f in diagnose(hand, at_even) if f.rule_id == "value-added")
    assert sum(value for _, _, value in even.figures) == 0


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
