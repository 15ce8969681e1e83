"""All minimal conflicts: by listing subsets, by hand, and as what more claims may not change."""

from __future__ import annotations

import sys
from functools import partial
from itertools import chain, combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.claims import network
from analysis.claims.judge import Judge
from analysis.claims.relations import is_result
from analysis.claims.solver.bounds import minimal_conflicts
from tests.claims.conftest import Maker, claim, judged

TAGS = "abcdefg"
SETS = st.lists(st.frozensets(st.sampled_from(TAGS), min_size=1, max_size=4), max_size=5)


@settings(max_examples=300, deadline=None)
@given(SETS, st.permutations(TAGS), st.integers(4, len(TAGS)))
def test_all_are_found_and_no_others(
    bad: list[frozenset[str]], order: list[str], number: int
) -> None:
    """In any order; so more claims clear none, since all those of fewer are among those of all."""
    tags = order[:number]

    def refuted(some: tuple[str, ...]) -> bool:
        return any(one <= set(some) for one in bad)

    subsets = chain.from_iterable(combinations(tags, n) for n in range(1, number + 1))
    failing = [set(one) for one in subsets if refuted(one)]
    by_listing = {frozenset(one) for one in failing if not any(other < one for other in failing)}
    found = minimal_conflicts(tags, lambda some: some if refuted(some) else None)
    assert found.complete
    assert {frozenset(one) for one in found.sets} == by_listing
    assert [len(one) for one in found.sets] == sorted(len(one) for one in found.sets)


def test_a_search_that_is_given_up_says_so() -> None:
    found = minimal_conflicts(TAGS, lambda some: some if len(some) > 3 else None, most=10)
    assert not found.complete
    assert all(len(one) == 4 for one in found.sets)


def test_a_long_search_ends_once_every_claim_is_in_a_conflict() -> None:
    tags = tuple(range(30))  # any two conflict: 435 conflicts, of which a few name every claim
    found = minimal_conflicts(tags, lambda some: some if len(some) > 1 else None)
    assert found.complete
    assert {tag for one in found.sets for tag in one} == set(tags)
    assert len(found.sets) < 435


def test_three_counts_of_one_thing_all_contradict_each_other(make: Maker) -> None:
    counts = [claim(f"place-{n}", text, "count", "deliveries") for n, text in COUNTS.items()]
    for order in (counts, counts[::-1], counts[1:] + counts[:1]):
        table = judged(make("".join(order)))
        assert set(table["verdict"]) == {"inconsistent"}
        for row in table.itertuples():
            assert row.claim_id in row.conflict.split("; ")
            assert len(row.conflict.split("; ")) == 2


COUNTS = {1: "1,300", 2: "1,310", 3: "1,320"}


def test_a_column_whose_printed_total_is_off_by_one(make: Maker) -> None:
    rows = [claim(f"p{n}", str(100 + n), "count", f"p{n}") for n in range(14)]  # 1,491 in all
    total = claim("total", "1,492", "count", "sales")
    parts = "; ".join(f"p{n}" for n in range(14))
    table = judged(make("".join([*rows, total]), f"sum,sum,sales,,{parts},,,,\n"))
    assert set(table["verdict"]) == {"inconsistent"}
    assert all(len(conflict.split("; ")) == 15 for conflict in table["conflict"])
    right = judged(
        make("".join([*rows, total.replace("1,492", "1,491")]), f"sum,sum,sales,,{parts},,,,\n")
    )
    assert "inconsistent" not in set(right["verdict"])


def test_what_a_search_leaves_open_is_undecided(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = [claim(f"place-{n}", text, "count", "deliveries") for n, text in COUNTS.items()]
    few = partial(minimal_conflicts, most=4)  # enough for one of the three conflicts
    monkeypatch.setattr(network, "minimal_conflicts", few)
    table = judged(make("".join(counts))).set_index("claim_id")
    assert table["verdict"].value_counts().to_dict() == {"inconsistent": 2, "undecided": 1}
    (text,) = table.loc[table["verdict"] == "undecided", "evidence"]
    assert "It is in none of the 1 contradictions that 1,000 questions" in text


def test_a_reading_solves_again_only_what_it_touches(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    solve, solved = network.State._solve, list[tuple[str, ...]]()

    def counted(self: network.State, tags: tuple[str, ...], *rest: Any) -> network.Group:
        solved.append(tags)
        return solve(self, tags, *rest)

    monkeypatch.setattr(network.State, "_solve", counted)
    rows = [claim(f"a{n}", n, "count", "a", year) for n, year in (("100", "2023"), ("120", "2024"))]
    growth = claim("growth", "20%", "growth", "a", readings="base; parts")
    relations = (
        "r,base,a,2024,2023,,base=before,,\n"
        "s,base,a,2024,2022,,base=long-before,,\n"
        "t,at most,b,,a,,parts=some,,\n"
    )
    readings = {"base": ("before", "long-before"), "parts": ("none", "some")}
    judged(make("".join([*rows, growth, claim("b", "7", "count", "b")]), relations, readings))
    assert solved.count(("b",)) == 1  # a count is the same under every base and rounding rule
    assert max(solved.count(one) for one in solved) == 2  # rounded and cut, the growth differs


def test_on_a_terminal_the_claims_are_counted(
    make: Maker, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case = make(claim("a", "3", "count", "x") + claim("b", "4", "count", "y"))
    judged(case)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    judged(case)
    assert capsys.readouterr().err == "claim 1 of 2\rclaim 2 of 2\r"


def test_asserting_more_never_makes_the_paper_better(judge: Judge) -> None:
    readings = judge.case.parameters.readings
    usual = judge.case.reading()
    axes = ("rounding", "services_period", "services_growth", "productivity_growth")
    chosen = [dict(usual)]
    for axis in axes:
        chosen = [one | {axis: option} for one in chosen for option in readings[axis].options]
    for reading in chosen:
        for row in filter(is_result, judge.claims):
            if judge.contradicted(row, reading | {"labour": "free"}):
                for output in readings["productivity_output"].options:
                    more = {"labour": "constant", "productivity_output": output}
                    assert judge.contradicted(row, reading | more), reading
