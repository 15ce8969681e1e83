"""OKR scores and the scorecard, with and without what-ifs, against analysis.method.okr."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from analysis.base.text import outward
from analysis.kpis.catalogue import Totals
from analysis.kpis.reduce import reduce
from analysis.method.balanced_scorecard import scorecard
from analysis.method.key_results import Okrs, Result, chosen, evaluate, load_okrs
from analysis.tables.case import Case
from analysis.tables.firm_tables import read_ledger

from .conftest import Show, fragment

TRIALS = 40
TABLES = ["okr", "scorecard"]


@pytest.fixture(scope="module")
def okrs(segelec: Case) -> Okrs:
    return load_okrs(segelec)


@pytest.fixture(scope="module")
def reduced(segelec: Case) -> Totals:
    return reduce(read_ledger(segelec))


def with_goals(okrs: Okrs, goals: dict[str, tuple[int, str]]) -> Okrs:
    """Use another of the printed targets, or another amount, for some key results."""
    targets = dict(okrs.targets)
    for name, (place, amount) in goals.items():
        rows = [row.model_copy(update={"default": "no"}) for row in okrs.targets[name]]
        used = {"default": "yes", "axis": "", "option": "", "amount": amount}
        rows[place] = rows[place].model_copy(update=used)
        targets[name] = tuple(rows)
    return replace(okrs, targets=targets)


def text(value: Fraction | None) -> str:
    return "–" if value is None else str(value)


def check(seen: dict[str, Any], okrs: Okrs, results: list[Result]) -> None:
    for row, one in zip(seen["okr"], results, strict=True):
        numbers = map(text, (one.baseline, one.value, one.score.score))
        assert [row[0], row[4], row[5], row[8]] == [one.key_result.kr_id, *numbers]
        assert [row[9], row[7] == "–"] == [one.score.status, one.goal is None]
    for row, node in zip(seen["scorecard"], scorecard(okrs, results), strict=True):
        name = "joint score" if node.level == "joint" else node.key.lower()
        numbers = map(text, (node.weight, node.score, node.covered, node.low, node.high))
        assert [row[0].lower(), *row[3:]] == [name, *numbers, text(node.contribution)]


def address(quarter: str, goals: dict[str, tuple[int, str]]) -> str:
    goal = [f"{name}~{place}~{amount}" for name, (place, amount) in goals.items()]
    return fragment(q=[quarter], lang="en", table=TABLES, goal=goal)


def test_printed_targets(show: Show, segelec: Case, okrs: Okrs, reduced: Totals) -> None:
    shown = show()
    for quarter in ("2022Q1", "2023Q1", "2024Q1", "2024Q2"):
        seen = shown.view(address(quarter, {}), *TABLES)
        check(seen, okrs, chosen(evaluate(okrs, reduced, quarter, "year-ago", segelec.reading())))


def test_ranges_of_scores_are_rounded_outwards(
    show: Show, segelec: Case, okrs: Okrs, reduced: Totals
) -> None:
    shown = show()
    for quarter in ("2023Q1", "2023Q4", "2024Q2"):
        shown.view(fragment(q=[quarter], lang="en"))
        texts = shown.page.locator(".levels").all_text_contents()
        told = [found for found in texts if found.startswith("weight ")]
        results = chosen(evaluate(okrs, reduced, quarter, "year-ago", segelec.reading()))
        nodes = [n for n in scorecard(okrs, results) if n.level in ("joint", "perspective")]
        for found, node in zip(told, nodes, strict=True):
            low, high = outward(node.low, node.high, 2)
            assert found.partition(": ")[2] == (f"{low} to {high}" if node.covered < 1 else "")


def test_what_if_targets(
    show: Show, segelec: Case, okrs: Okrs, reduced: Totals, paper_model: dict[str, Any]
) -> None:
    shown, chance = show(), random.Random(4)
    movable = [result for result in paper_model["okr"]["results"] if result["targets"]]
    for _ in range(TRIALS):
        goals = {}
        for result in chance.sample(movable, 4):
            place = chance.randrange(len(result["targets"]))
            target = result["targets"][place]
            low, high, step = (Fraction(target[name]) for name in ("min", "max", "step"))
            amount = low + step * chance.randint(0, int((high - low) / step))
            goals[result["id"]] = (place, f"{float(amount):g}")
        quarter = chance.choice(["2023Q2", "2024Q1", "2024Q2"])
        seen = shown.view(address(quarter, goals), *TABLES)
        changed = with_goals(okrs, goals)
        results = evaluate(changed, reduced, quarter, "year-ago", segelec.reading())
        check(seen, changed, chosen(results))


@pytest.mark.parametrize(
    ("rule", "amount", "status"),
    [
        ("at least", "164760.70", "met"),
        ("more than", "164760.70", "good enough"),
        ("more than", "164760.69", "met"),
    ],
)
def test_more_than_is_not_met_at_equality(
    show: Show, a_model: dict[str, Any], rule: str, amount: str, status: str
) -> None:
    """Sales of the quarter are 164,760.70 soles."""
    (result,) = (one for one in a_model["okr"]["results"] if one["id"] == "O1-KR2")
    result["targets"][result["used"]] |= {"kind": "level", "rule": rule, "amount": amount}
    shown = show(a_model, "#q=2024Q2&lang=en")
    words = shown.page.locator("[data-result=O1-KR2] .status").first.text_content()
    assert (words or "").startswith(f"✓ {status}")


def test_the_page_counts_what_the_readers_targets_flip(show: Show) -> None:
    """Sales rose by 18%, 0.6 of the way to +30%; productivity by 11%, so +9% is met too."""
    shown = show(fragment="#q=2024Q2&goal=O1-KR2~0~30,O3-KR1~0~9&lang=en")
    for panel in ("okr", "scorecard"):
        note = shown.page.locator(f"#panel-{panel} .note").text_content() or ""
        assert "1 of 14 key results change sides (O1-KR2: on track → off track)." in note
    assert shown.page.locator(".scores-card .kind").text_content() == "what-if"
