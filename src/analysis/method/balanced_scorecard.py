"""Balanced Scorecard (4.4): one joint score of scorecard and OKRs, and what it is made of.

Indicators give levels, levels give scores of key results, key results join to objectives, these to
perspectives, and perspectives to one score. All weights and scores are fractions, so the parts add
up to the whole exactly, and what is missing is shown as not covered instead of counted as zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise
from typing import NamedTuple

import pandas as pd

from analysis.base.periods import Grain
from analysis.base.text import fixed, frame_of
from analysis.kpis.catalogue import Totals, indicator
from analysis.kpis.levels import level_table
from analysis.method.as_is import assess_links, load_links
from analysis.method.key_results import Okrs, Result, Scores, chosen, score_frame, scores
from analysis.method.scoring import Joint, check_weights, join
from analysis.tables.case import Case
from analysis.tables.strategy_tables import ObjectiveRow, has_method, has_okrs

PERSPECTIVES = ("Financial", "Customer", "Internal processes", "People")

Weights = Mapping[str, Fraction]
"""Weights by perspective."""

KNOWN_FROM = Fraction(1, 2)
"""A score of which less than this share of the weight is known is not told, only its bounds."""


@dataclass(frozen=True)
class Node:
    """One box of the scorecard.

    Attributes
    ----------
    level : {"joint", "perspective", "objective", "key result"}
        Which layer.
    key, name : str
        Such as O1-KR2 and its text.
    parent : str
        Key of the box above; empty at the top.
    kpi : str
        Indicator of a key result; empty above.
    weight : Fraction
        Share of the joint score if everything were known.
    score : Fraction or None
        Its score; None where nothing below it is known.
    covered : Fraction
        Part of its own weight that is known.
    low, high : Fraction
        Its score if all that is unknown were at 0, and at 1.
    contribution : Fraction
        What it adds to the joint score; the boxes of a layer add up to it exactly.
    """

    level: str
    key: str
    name: str
    parent: str
    kpi: str
    weight: Fraction
    score: Fraction | None
    covered: Fraction
    low: Fraction
    high: Fraction
    contribution: Fraction

    @property
    def told(self) -> Fraction | None:
        """Score to be told: None also where too little of its weight is known."""
        return self.score if self.covered >= KNOWN_FROM else None


def perspective_weights(okrs: Okrs) -> dict[str, Fraction]:
    """Weight of each perspective: that of its objectives."""
    weights = dict.fromkeys(PERSPECTIVES, Fraction(0))
    for row in okrs.objectives:
        weights[row.perspective] += Fraction(row.weight)
    return weights


def scorecard(okrs: Okrs, results: Sequence[Result], weights: Weights | None = None) -> list[Node]:
    """Join the scores of key results to one score and take it apart again.

    Parameters
    ----------
    okrs : Okrs
        Objectives with their weights.
    results : sequence of Result
        From :func:`analysis.method.key_results`; the targets that hold are used.
    weights : mapping, optional
        Other weights of the perspectives; they must add up to 1.

    Returns
    -------
    list of Node
        The joint score first, then each perspective with its objectives and key results. Within a
        box, the weight of what is missing is spread over the rest in proportion.

    Raises
    ------
    InputError
        If weights do not add up to 1.
    """
    own = perspective_weights(okrs)
    weights = own if weights is None else weights
    check_weights(weights.values(), column="weight")
    scores = {result.key_result.kr_id: result for result in chosen(list(results))}
    perspectives = []
    for name in PERSPECTIVES:
        rows = [row for row in okrs.objectives if row.perspective == name]
        even = Fraction(1, max(len(rows), 1))
        shares = [Fraction(row.weight) / own[name] if own[name] else even for row in rows]
        boxes = [
            _objective(okrs, row, share, scores) for row, share in zip(rows, shares, strict=True)
        ]
        if boxes:
            share = weights.get(name, Fraction(0))
            perspectives.append(_over("perspective", name, name, share, boxes))
    top = _over("joint", "joint", "Joint score", Fraction(1), perspectives)
    return list(_nodes(top, "", Fraction(1), Fraction(1)))


class _Box(NamedTuple):
    """A box with its share of the box above it, what is known of it, and the boxes below."""

    level: str
    key: str
    name: str
    share: Fraction
    known: Joint
    below: Sequence[_Box] = ()
    kpi: str = ""


def _objective(
    okrs: Okrs, row: ObjectiveRow, share: Fraction, scores: Mapping[str, Result]
) -> _Box:
    below = []
    for result in (scores[one.kr_id] for one in okrs.of(row.objective_id)):
        own, known = result.key_result, join([(Fraction(1), result.score.score)])
        weight = Fraction(own.weight)
        below.append(_Box("key result", own.kr_id, own.text, weight, known, kpi=result.kpi))
    return _over("objective", row.objective_id, row.text, share, below)


def _over(level: str, key: str, name: str, share: Fraction, below: Sequence[_Box]) -> _Box:
    """Join boxes: the score over what is known, the bounds over everything."""
    score = join((box.share, box.known.score) for box in below).score
    covered, low, high = (
        sum((box.share * getattr(box.known, part) for box in below), Fraction(0))
        for part in ("covered", "low", "high")
    )
    return _Box(level, key, name, share, Joint(score, covered, low, high), below)


def _nodes(box: _Box, parent: str, weight: Fraction, part: Fraction) -> Iterator[Node]:
    """Yield a box and all below it; the weight of what is missing is spread over the rest."""
    known = box.known
    contribution = part * (known.score or Fraction(0))
    ends = known.score, known.covered, known.low, known.high
    yield Node(box.level, box.key, box.name, parent, box.kpi, weight, *ends, contribution)
    spread = sum((one.share for one in box.below if one.known.score is not None), Fraction(0))
    for one in box.below:
        used = one.share / spread if spread and one.known.score is not None else Fraction(0)
        yield from _nodes(one, box.key, weight * one.share, part * used)


def scorecard_frame(nodes: Sequence[Node]) -> pd.DataFrame:
    """Lay a scorecard out as a table, one row per box."""
    return frame_of([vars(node) for node in nodes])


def over_time(scores: Scores, periods: Sequence[str]) -> dict[str, list[Node]]:
    """Scorecard of several periods, the same targets applied to each."""
    return {period: scorecard(scores.okrs, scores.of(period)) for period in periods}


def weightings(steps: int = 10, parts: int = len(PERSPECTIVES)) -> Iterator[tuple[Fraction, ...]]:
    """Every way to give weights in whole steps, every part getting at least one.

    With 10 steps and 4 parts there are 84: all weights from 10 % to 70 % in steps of 10 %.
    """
    for cuts in combinations(range(1, steps), parts - 1):
        yield tuple(Fraction(end - start, steps) for start, end in pairwise((0, *cuts, steps)))


def ranking_by_weights(cards: Mapping[str, Sequence[Node]], steps: int = 10) -> pd.DataFrame:
    """Rank periods by joint score under every weighting of the perspectives.

    Parameters
    ----------
    cards : mapping of str to sequence of Node
        Scorecards by period, from :func:`over_time`; the last is the one that is ranked among the
        others, on the perspectives that it has a score in. A period without a score in one of
        these is left out, so that like is compared with like.
    steps : int
        See :func:`weightings`.

    Returns
    -------
    DataFrame
        One row per period that is not left out: period, equal (rank under equal weights), best,
        worst (ranks under any weighting), first (Fraction of weightings under which it ranks
        first) and score (under equal weights). Equal scores share a rank.
    """
    scored = {
        period: {n.key: n.score for n in nodes if n.level == "perspective" and n.score is not None}
        for period, nodes in cards.items()
    }
    known = list(list(scored.values())[-1]) if scored else []
    by_period = {period: scores for period, scores in scored.items() if scores.keys() >= set(known)}
    columns = "period equal best worst first score"
    if not known:
        return frame_of([], columns)
    equal = tuple(Fraction(1, len(known)) for _ in known)
    ranks: dict[str, list[int]] = {period: [] for period in by_period}
    trials = list(weightings(steps, len(known)))
    for weights in trials:
        for period, rank in _ranks(by_period, known, weights).items():
            ranks[period].append(rank)
    at_equal = _ranks(by_period, known, equal)
    rows = [
        (
            period,
            at_equal[period],
            min(found),
            max(found),
            Fraction(sum(rank == 1 for rank in found), len(trials)),
            _joint(by_period[period], known, equal),
        )
        for period, found in ranks.items()
    ]
    return frame_of(rows, columns)


def _joint(
    scores: Mapping[str, Fraction], names: Sequence[str], weights: Sequence[Fraction]
) -> Fraction:
    pairs = zip(names, weights, strict=True)
    return sum((weight * scores[name] for name, weight in pairs), Fraction(0))


def _ranks(
    by_period: Mapping[str, Mapping[str, Fraction]],
    names: Sequence[str],
    weights: Sequence[Fraction],
) -> dict[str, int]:
    joint = {period: _joint(scores, names, weights) for period, scores in by_period.items()}
    return {
        period: 1 + sum(other > score for other in joint.values())
        for period, score in joint.items()
    }


METHOD_TABLES = frozenset(("levels", "okr", "scorecard", "links"))
"""Tables that :func:`method_tables` may make."""

GRAINS: tuple[Grain, ...] = ("month", "quarter", "half-year")


def method_tables(case: Case, totals: Totals, base: str = "year-ago") -> dict[str, pd.DataFrame]:
    """Compute the tables of the method for the case's current quarter and default readings.

    Parameters
    ----------
    case : Case
        The case.
    totals : DataFrame
        Its sums by month, from :func:`analysis.kpis.reduce.reduce`.
    base : str
        What changes are measured against.

    Returns
    -------
    dict of str to DataFrame
        levels; okr and scorecard, where the case has objectives; links, where it has a strategy
        map. Numbers as decimals, every row with its kind.
    """
    levels = pd.concat(
        [level_table(totals, grain).assign(grain=grain) for grain in GRAINS], ignore_index=True
    )
    levels["unit"] = [
        indicator(str(key), case.parameters.currency_name).unit for key in levels["key"]
    ]
    tables = {"levels": levels[["key", "grain", "period", "value", "unit", "state"]]}
    if has_okrs(case):
        scored, quarter = scores(case, totals, base), case.parameters.periods.current
        results = scored.of(quarter)
        card = scorecard_frame(scorecard(scored.okrs, results))
        tables |= {
            "okr": score_frame(results).assign(period=quarter, base=base),
            "scorecard": card.assign(period=quarter, base=base),
        }
    if has_method(case, "links"):
        tables["links"] = assess_links(level_table(totals), load_links(case))
    return {name: _written(table, case.parameters.kind) for name, table in tables.items()}


_EXACT = (
    *("value", "baseline", "low", "high", "score", "progress", "weight", "covered"),
    *("contribution", "concordance", "p"),
)
"""Columns of fractions."""


def _written(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    shown = table.copy()
    for column in shown.columns:
        if column in _EXACT:
            shown[column] = [fixed(value) for value in shown[column]]
    return shown.assign(kind=kind)
