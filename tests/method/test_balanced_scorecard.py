"""The joint score by hand, its decomposition, and what weights do to ranks."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from analysis.base.errors import InputError
from analysis.kpis.catalogue import Totals
from analysis.method.balanced_scorecard import (
    PERSPECTIVES,
    Node,
    over_time,
    ranking_by_weights,
    scorecard,
    weightings,
)
from analysis.method.key_results import Okrs, Result, scores
from analysis.method.scoring import Score
from analysis.tables.case import Case

F = Fraction


def with_scores(okrs: Okrs, scores: dict[str, Fraction | None]) -> list[Result]:
    """Results with given scores; key results that are not named have none."""
    of = {row.kr_id: Score(scores.get(row.kr_id), None, "cannot tell") for row in okrs.key_results}
    return [
        Result(row, None, row.kpi, None, None, None, of[row.kr_id], True)
        for row in okrs.key_results
    ]


def by_key(nodes: list[Node]) -> dict[str, Node]:
    return {node.key: node for node in nodes}


def test_joint_score_by_hand(okrs: Okrs) -> None:
    known = {"O1-KR1": F(1), "O1-KR2": F(1, 2), "O1-KR3": F(0), "O1-KR4": F(-1)}
    known |= {"O2-KR1": F(1), "O3-KR1": F(1, 5), "O3-KR2": F(3, 5)}
    nodes = by_key(scorecard(okrs, with_scores(okrs, {**known})))
    assert nodes["O1"].score == F(1, 8)  # (1 + 1/2 + 0 - 1) / 4
    assert nodes["O2"].score == 1  # the other half is unknown and left out
    assert nodes["O2"].covered == F(1, 2)
    assert (nodes["O2"].low, nodes["O2"].high) == (F(1, 2), 1)
    assert nodes["O3"].score == F(2, 5)
    assert nodes["People"].score is None
    assert nodes["joint"].score == (F(1, 8) + 1 + F(2, 5)) / 3
    assert nodes["joint"].covered == (1 + F(1, 2) + 1) / F(4)
    assert nodes["joint"].low == (F(1, 8) + F(1, 2) + F(2, 5)) / 4
    assert nodes["joint"].high == (F(1, 8) + 1 + F(2, 5) + 1) / 4
    assert nodes["O2-KR1"].contribution == F(1, 3)
    assert nodes["O1-KR4"].contribution == F(-1, 12)


def test_every_layer_adds_up(okrs: Okrs, results: Callable[..., list[Result]]) -> None:
    nodes = scorecard(okrs, results())
    top = nodes[0].score
    for level in ("perspective", "objective", "key result"):
        assert sum(n.contribution for n in nodes if n.level == level) == top
        assert sum(n.weight for n in nodes if n.level == level) == 1
    for node in nodes:
        below = [n.contribution for n in nodes if n.parent == node.key]
        assert not below or sum(below) == node.contribution


def test_nothing_known_is_no_zero(okrs: Okrs) -> None:
    top = scorecard(okrs, with_scores(okrs, {}))[0]
    assert top.score is None
    assert (top.covered, top.low, top.high, top.contribution) == (0, 0, 1, 0)


def test_a_score_is_told_from_half_of_its_weight_on() -> None:
    # Of the paper's four equal perspectives one (a quarter of the weight) or two are known.
    box = Node("joint", "joint", "", "", "", F(1), F(1), F(1, 4), F(1, 4), F(1), F(1))
    assert box.told is None
    assert replace(box, covered=F(1, 2)).told == 1


def test_other_weights(okrs: Okrs) -> None:
    results = with_scores(okrs, {"O2-KR1": F(1), "O3-KR1": F(0)})
    weights = dict(zip(PERSPECTIVES, (F(1, 10), F(1, 2), F(3, 10), F(1, 10)), strict=True))
    assert scorecard(okrs, results, weights)[0].score == F(5, 8)
    with pytest.raises(InputError, match="the weights must add up to 1"):
        scorecard(okrs, results, weights | {"People": F(1)})


def test_weightings_are_all_there() -> None:
    found = list(weightings(10, 4))
    assert len(found) == len(set(found)) == 84  # 9 choose 3
    assert all(sum(weights) == 1 and min(weights) >= F(1, 10) for weights in found)


def card(**scores: Fraction | None) -> list[Node]:
    names = dict(zip("fcip", PERSPECTIVES, strict=True))
    return [
        Node("perspective", names[k], "", "joint", "", F(1, 4), v, F(1), F(0), F(1), F(0))
        for k, v in scores.items()
    ]


def test_ranks_that_weights_cannot_and_can_move() -> None:
    table = ranking_by_weights(
        {
            "A": card(f=F(1), c=F(1), i=F(1), p=F(0)),  # better everywhere
            "B": card(f=F(1, 2), c=F(0), i=F(0), p=None),
            "C": card(f=F(0), c=F(1, 2), i=F(0), p=None),
        }
    ).set_index("period")
    assert table.loc["A", ["best", "worst"]].tolist() == [1, 1]
    assert table.loc["A", "first"] == 1
    assert table.loc["B", ["best", "worst"]].tolist() == [2, 3]
    assert table.loc["C", ["best", "worst"]].tolist() == [2, 3]
    assert table.loc["A", "score"] == 1  # People is unknown for the last, so left out of all


def test_an_incomplete_period_is_left_out_not_its_perspectives() -> None:
    cards = {
        "2024Q1": card(f=None, c=F(1), i=None, p=F(1)),  # ahead wherever it has a score
        "2024Q2": card(f=F(0), c=F(1), i=F(1, 2), p=F(1)),
        "2024Q3": card(f=F(1), c=F(1, 2), i=F(1, 2), p=F(0)),
    }
    table = ranking_by_weights(cards).set_index("period")
    assert list(table.index) == ["2024Q2", "2024Q3"]
    assert table["score"].tolist() == [F(5, 8), F(1, 2)]
    assert table["equal"].tolist() == [1, 2]
    # The last period lacks Customer: it is compared on the three that it has, with all others.
    table = ranking_by_weights(cards | {"2024Q4": card(f=None, c=F(0), i=None, p=F(1, 2))})
    assert table["period"].tolist() == [*cards, "2024Q4"]
    assert ranking_by_weights({"2024Q1": card(f=None, c=None, i=None, p=None)}).empty


def test_over_time_uses_the_same_targets(segelec: Case, reduced: Totals) -> None:
    cards = over_time(scores(segelec, reduced), ["2024Q1", "2024Q2"])
    assert list(cards) == ["2024Q1", "2024Q2"]
    assert all(nodes[0].score is not None for nodes in cards.values())


def test_equal_scores_share_the_better_rank(okrs: Okrs) -> None:
    """Two periods tie for the first place, so that the next one has the third, not the second."""
    scores = {"2023Q1": F(1, 2), "2023Q2": F(1, 2), "2023Q3": F(1, 4), "2023Q4": F(0)}
    cards = {
        period: scorecard(okrs, with_scores(okrs, {row.kr_id: score for row in okrs.key_results}))
        for period, score in scores.items()
    }
    table = ranking_by_weights(cards).set_index("period")
    assert table["equal"].to_dict() == {"2023Q1": 1, "2023Q2": 1, "2023Q3": 3, "2023Q4": 4}
    assert table["worst"].to_dict() == {"2023Q1": 1, "2023Q2": 1, "2023Q3": 3, "2023Q4": 4}
    assert table["first"].to_dict() == {"2023Q1": 1, "2023Q2": 1, "2023Q3": 0, "2023Q4": 0}
