"""Tests of links against full enumeration by hand and scipy, and how few quarters decide."""

from fractions import Fraction
from itertools import permutations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau

from analysis.base.errors import InputError
from analysis.efficiency.dynamics import concordance, permutation_p
from analysis.method.as_is import assess_links, judge, load_links, min_pairs, paired_changes
from analysis.tables.case import Case
from analysis.tables.strategy_tables import LinkRow

F = Fraction


def link(**change: object) -> LinkRow:
    cells = dict.fromkeys(LinkRow.model_fields, "x")
    cells |= {"link_id": "L", "cause": "F2", "effect": "F3", "sign": "+", "lag_quarters": "1"}
    return LinkRow.model_validate(cells | change)


def levels(**series: list[int | None]) -> pd.DataFrame:
    rows = [(key, 8088 + i, v) for key, values in series.items() for i, v in enumerate(values)]
    frame = pd.DataFrame(rows, columns=["key", "index", "value"])
    frame["value"] = pd.Series([None if v is None else F(v) for *_, v in rows], dtype="object")
    return frame


def test_fewest_pairs() -> None:
    assert min_pairs() == 5  # 2/4! = 8.3 %, 2/5! = 1.7 %
    assert min_pairs(F(1, 3)) == 4 - 1


def test_perfect_order_by_hand() -> None:
    pairs = [(F(i), F(10 * i)) for i in range(5)]
    assert concordance(pairs) == 10
    assert permutation_p(pairs) == F(2, 120)  # the order and its mirror
    assert judge(pairs, "+") == "supported"
    assert judge(pairs, "-") == "contradicted"
    assert judge(pairs, "+", links=4) == "undecided"  # 2/120 is more than 5 % / 4


def test_four_pairs_decide_nothing() -> None:
    assert judge([(F(i), F(i)) for i in range(4)], "+") == "untestable"


def test_what_never_changes_decides_nothing() -> None:
    assert judge([(F(i), F(3)) for i in range(6)], "+") == "untestable"


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(6)))
def test_against_scipy(order: list[int]) -> None:
    pairs = [(F(i), F(value)) for i, value in enumerate(order)]
    tau, p = kendalltau(range(6), order, method="exact")
    assert float(F(concordance(pairs), 15)) == pytest.approx(tau)
    assert float(permutation_p(pairs)) == pytest.approx(p)


def test_ties_against_plain_enumeration() -> None:
    xs, ys = [1, 1, 2, 3, 3], [2, 1, 2, 5, 4]

    def s(values: tuple[int, ...]) -> int:
        total = 0
        for i in range(5):
            for j in range(i):
                a, b = xs[i] - xs[j], values[i] - values[j]
                total += (a * b > 0) - (a * b < 0)
        return total

    orders = list(permutations(ys))
    extreme = sum(abs(s(order)) >= abs(s(tuple(ys))) for order in orders)
    pairs = [(F(x), F(y)) for x, y in zip(xs, ys, strict=True)]
    assert concordance(pairs) == s(tuple(ys))
    assert permutation_p(pairs) == F(extreme, len(orders))


def test_changes_are_paired_by_lag_and_gaps_left_out() -> None:
    table = levels(F2=[1, 2, 4, None, 7, 12], F3=[0, 10, 30, 60, 100, 150])
    assert paired_changes(table, link(lag_quarters=0)) == [(1, 10), (2, 20), (5, 50)]
    assert paired_changes(table, link(lag_quarters=1)) == [(1, 20), (2, 30)]


def test_a_map_with_every_finding() -> None:
    table = levels(
        F2=[0, 1, 3, 6, 10, 15, 21, 28],
        F3=[0, 1, 3, 6, 10, 15, 21, 28],
        F5=[0, 5, 6, 9, 2, 8, 1, 7],
        C1=[None, None, None, None, None, None, 1, 2],
    )
    changes = {"a": {}, "b": {"sign": "-"}, "c": {"effect": "F5"}, "d": {"effect": "C1"}}
    links = [link(link_id=name, lag_quarters=0, **change) for name, change in changes.items()]
    found = assess_links(table, links).set_index("link_id")
    findings = ["supported", "contradicted", "undecided", "untestable"]
    assert found["finding"].to_dict() == dict(zip("abcd", findings, strict=True))
    assert found.loc["d", "p"] is None
    assert found.loc["a", "concordance"] == 1


def test_the_papers_links_rest_on_its_words(segelec: Case) -> None:
    links = load_links(segelec)
    assert len(links) == 11
    assert all(row.quotation and row.rationale for row in links)


def test_too_many_pairs() -> None:
    with pytest.raises(InputError, match="more than 9 pairs"):
        permutation_p([(F(i), F(i)) for i in range(10)])
