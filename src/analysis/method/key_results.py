"""Objectives, key results and targets of a case, read and checked against each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial

import pandas as pd

from analysis.base.errors import ErrorAt, InputError
from analysis.base.language import tr
from analysis.base.periods import MONTHS, distance, parse_label
from analysis.base.text import fields, frame_of
from analysis.kpis.catalogue import Totals, compute, indicator
from analysis.kpis.levels import pair, sample_of
from analysis.method.scoring import Goal, Score, Target, check_weights, rate, resolve
from analysis.tables.case import Case
from analysis.tables.rows import Table, read_rows
from analysis.tables.strategy_tables import (
    KEY_RESULTS,
    OBJECTIVES,
    TARGETS,
    KeyResultRow,
    ObjectiveRow,
    TargetRow,
    has_method,
    read_claims,
)


@dataclass(frozen=True)
class Okrs:
    """Objectives, key results and targets of a case.

    Attributes
    ----------
    objectives : tuple of ObjectiveRow
        In the order of the file.
    key_results : tuple of KeyResultRow
        Headlines too.
    targets : dict of str to tuple of TargetRow
        By key result; none where nothing is printed.
    printed : bool
        Whether a publication prints them, or they are a firm's own.
    """

    objectives: tuple[ObjectiveRow, ...]
    key_results: tuple[KeyResultRow, ...]
    targets: Mapping[str, tuple[TargetRow, ...]]
    printed: bool = True

    def of(self, objective_id: str) -> tuple[KeyResultRow, ...]:
        """Return the key results of an objective that carry weight."""
        return tuple(
            row
            for row in self.key_results
            if row.objective_id == objective_id and row.role == "key result"
        )

    def target(self, kr_id: str, reading: Mapping[str, str]) -> TargetRow | None:
        """Return the target used under a reading; None if none is printed."""
        chosen = [row for row in self.targets.get(kr_id, ()) if holds(row, reading)]
        return chosen[0] if chosen else None


def holds(row: TargetRow, reading: Mapping[str, str]) -> bool:
    """Whether a target is the one used under a reading."""
    return row.default == "yes" and (not row.axis or reading[row.axis] == row.option)


def target_of(row: TargetRow) -> Target:
    """Return a target with its numbers as fractions."""
    upper = Fraction(row.upper) if row.upper else None
    return Target(row.kind, row.rule, Fraction(row.amount), upper, row.months)


def load_okrs(case: Case) -> Okrs:
    """Read objectives, key results and targets, and check what they say of each other.

    Raises
    ------
    InputError
        If a table breaks its schema, weights do not add up to 1, a key result stands on an unknown
        objective, indicator or claim, a target on an unknown key result, a target equals its
        baseline or allows a worse level without a word, or two targets hold under the same reading.
    """
    objectives = read_rows(OBJECTIVES, case.method, case.root)
    results = read_rows(KEY_RESULTS, case.method, case.root)
    there = has_method(case, "targets")
    targets = read_rows(TARGETS, case.method, case.root) if there else []
    claims = {claim.claim_id for claim in read_claims(case)} if case.has_claims else set()
    for error in contradictions(case, objectives, results, targets, claims):
        raise error
    grouped = {
        row.kr_id: tuple(target for target in targets if target.kr_id == row.kr_id)
        for row in results
    }
    return Okrs(tuple(objectives), tuple(results), grouped, case.has_claims)


def contradictions(
    case: Case,
    objectives: Sequence[ObjectiveRow],
    results: Sequence[KeyResultRow],
    targets: Sequence[TargetRow],
    claims: Set[str],
) -> Iterator[InputError]:
    """Find everything that is wrong between objectives, key results and targets.

    Parameters
    ----------
    case : Case
        Its readings are those that targets may depend on.
    objectives, results, targets : sequence
        Rows of the three tables.
    claims : set of str
        Ids of the claims that the case has.
    """
    yield from _weights(case, objectives, results)
    known = {row.objective_id for row in objectives}
    by_id = {row.kr_id: row for row in results}
    for row in results:
        at = _at(case, KEY_RESULTS, row.kr_id)
        yield from _known(at, "objective_id", row.objective_id, known)
        yield from _indicator(at, row.kpi)
        if row.claim_id:
            yield from _known(at, "claim_id", row.claim_id, claims)
    for target in targets:
        at = _at(case, TARGETS, target.target_id)
        yield from _known(at, "kr_id", target.kr_id, by_id.keys())
        if target.claim_id:
            yield from _known(at, "claim_id", target.claim_id, claims)
        yield from _indicator(at, target.kpi)
        yield from _reading(at, case, target)
        yield from _amount(at, target, by_id.get(target.kr_id))
    yield from _same_reading(case, targets)


def _at(case: Case, table: Table, row: str | None = None) -> ErrorAt:
    file = (case.method / table.file).relative_to(case.root)
    return partial(InputError, file=file, row=row)


def _known(at: ErrorAt, column: str, value: str, known: Set[str]) -> Iterator[InputError]:
    if value not in known:
        shown = ", ".join(sorted(known)) if len(known) < 20 else tr("those of claims.csv")
        rule = tr("there is none of this name; known are {names}", names=shown)
        yield at(rule, column=column, value=value)


def _indicator(at: ErrorAt, key: str) -> Iterator[InputError]:
    try:
        indicator(key)
    except InputError as error:
        yield at(error.rule, column="kpi", value=key)


def _weights(
    case: Case, objectives: Sequence[ObjectiveRow], results: Sequence[KeyResultRow]
) -> Iterator[InputError]:
    yield from _add_up(_at(case, OBJECTIVES), (row.weight for row in objectives))
    for objective in objectives:
        own = [row for row in results if row.objective_id == objective.objective_id]
        at = _at(case, KEY_RESULTS, objective.objective_id)
        yield from _add_up(at, (row.weight for row in own if row.role == "key result"))
        for row in own:
            if row.role == "headline" and Fraction(row.weight) != 0:
                at = _at(case, KEY_RESULTS, row.kr_id)
                yield at(tr("a headline carries no weight"), column="weight", value=row.weight)


def _add_up(at: ErrorAt, weights: Iterable[str]) -> Iterator[InputError]:
    try:
        check_weights(map(Fraction, weights))
    except InputError as error:
        yield at(error.rule, column="weight", value=error.value, fix=error.fix)


def _reading(at: ErrorAt, case: Case, target: TargetRow) -> Iterator[InputError]:
    axes = case.parameters.readings
    if bool(target.axis) != bool(target.option):
        yield at(tr("axis and option go together"))
    if target.axis:
        yield from _known(at, "axis", target.axis, axes.keys())
    if target.axis in axes:
        yield from _known(at, "option", target.option, axes[target.axis].options.keys())


def _amount(at: ErrorAt, target: TargetRow, result: KeyResultRow | None) -> Iterator[InputError]:
    """Refuse a level that is the given baseline, and a target for the worse unless confirmed.

    Most targets for the worse are slips of the sign. A change is compared with zero, and a level
    with the baseline, if the key result gives one.
    """
    at = partial(at, column="amount", value=target.amount)
    level, better = target.kind == "level", indicator(target.kpi).better
    baseline = result.baseline if level and result else ""
    if baseline and Fraction(baseline) == Fraction(target.amount):
        yield at(tr("the target equals its baseline, so nothing can be scored"))
    if target.confirmed or better == "none" or (level and target.months):
        return
    start = Fraction(baseline) if baseline else None if level else Fraction(0)
    low, high = (None if text == "" else Fraction(text) for text in (target.amount, target.upper))
    if target.rule != "within":
        low, high = (None, low) if target.rule == "at most" else (low, None)
    end, side = (low, 1) if better == "up" else (high, -1)
    if end is not None and (start is None or side * end >= side * start):
        return
    if baseline:
        text = tr("{kpi} should be no worse than the start of {baseline}")
    elif side > 0:
        text = tr("more of {kpi} is better, so a change is positive and a level “at least”")
    else:
        text = tr("less of {kpi} is better, so a change is negative and a level “at most”")
    fix = f"{text.format(kpi=target.kpi, baseline=baseline)}; "
    fix += tr("or write yes in a column “confirmed”")
    yield at(tr("this target allows a worse level than the start"), fix=fix)


def _same_reading(case: Case, targets: Sequence[TargetRow]) -> Iterator[InputError]:
    """Refuse two targets that hold at the same time."""
    seen: dict[tuple[str, str, str], str] = {}
    for target in targets:
        if target.default == "no":
            continue
        key = (target.kr_id, target.axis, target.option)
        plain = (target.kr_id, "", "")
        other = seen.get(key) or seen.get(plain)
        if other:
            at = _at(case, TARGETS, target.target_id)
            rule = tr("holds under the same reading as {target}", target=other)
            yield at(rule, column="default", value=target.default, fix=tr("keep one with yes"))
        seen[key] = target.target_id


@dataclass(frozen=True)
class Result:
    """A key result under one target.

    Attributes
    ----------
    key_result : KeyResultRow
        The key result.
    target : TargetRow or None
        The target; None where none is printed.
    kpi : str
        Key of the indicator read.
    baseline, value : Fraction or None
        Levels of the base period and of the period.
    goal : Goal or None
        The target as levels.
    score : Score
        Score and status.
    chosen : bool
        Whether the target holds under the reading.
    """

    key_result: KeyResultRow
    target: TargetRow | None
    kpi: str
    baseline: Fraction | None
    value: Fraction | None
    goal: Goal | None
    score: Score
    chosen: bool


def evaluate(
    okrs: Okrs, totals: Totals, period: str, base: str, reading: Mapping[str, str]
) -> list[Result]:
    """Score every key result in a period under every target that is printed for it.

    Parameters
    ----------
    okrs : Okrs
        From :func:`load_okrs`.
    totals : DataFrame
        From :func:`analysis.kpis.reduce.reduce`.
    period : str
        A quarter (or month or half-year); the targets are applied to it as they are.
    base : {"previous", "year-ago"}
        Where the baseline is taken from, unless the key result gives one or the target is a rate
        that fits into the period: 1 % a month is measured on the period before, so that it asks
        nothing of months before there was a target.
    reading : mapping of str to str
        One option per axis, from ``case.reading()``.

    Returns
    -------
    list of Result
        In the order of the file, one per target (one without a target where none is printed).
    """
    grain, _ = parse_label(period)
    now, then = pair(totals, period, base)
    bases = {base: then, "previous": pair(totals, period, "previous")[1]}
    length = MONTHS[grain]
    untargeted = "no target is printed" if okrs.printed else "no target is set"
    results = []
    for row in okrs.key_results:
        targets: tuple[TargetRow | None, ...] = okrs.targets[row.kr_id] or (None,)
        for target in targets:
            record = indicator(target.kpi if target else row.kpi)
            value, own = compute(record.level, now), _base(target, length, base)
            start = compute(record.level, bases[own])
            baseline = Fraction(row.baseline) if row.baseline else start
            goal = None
            if target:
                since = length * distance(grain, own)
                goal = resolve(target_of(target), baseline, since=since, length=length)
            score = rate(value, baseline, goal, Fraction(row.commit), sample_of(record, now))
            if target is None:
                score = Score(None, None, "cannot tell", untargeted)
            chosen = target is None or holds(target, reading)
            results.append(Result(row, target, record.key, baseline, value, goal, score, chosen))
    return results


@dataclass(frozen=True)
class Scores:
    """Scores of a case's key results: computed once per period, and handed to all who show them.

    Attributes
    ----------
    okrs : Okrs
        Key results with their targets.
    totals : DataFrame
        From :func:`analysis.kpis.cube.read_cube`.
    base : {"previous", "year-ago"}
        What is compared with; see :func:`evaluate`.
    reading : mapping of str to str
        One option per axis.
    """

    okrs: Okrs
    totals: Totals
    base: str
    reading: Mapping[str, str]
    _known: dict[str, list[Result]] = field(default_factory=dict, repr=False)

    def of(self, period: str) -> list[Result]:
        """Return the results of a period, under every target."""
        if period not in self._known:
            found = evaluate(self.okrs, self.totals, period, self.base, self.reading)
            self._known[period] = found
        return self._known[period]


def scores(
    case: Case, totals: Totals, base: str = "year-ago", choices: Mapping[str, str] | None = None
) -> Scores:
    """Score the key results of a case.

    Parameters
    ----------
    case : Case
        The case; its objectives, key results and targets are read.
    totals : DataFrame
        From :func:`analysis.kpis.cube.read_cube`.
    base : {"previous", "year-ago"}
        What is compared with.
    choices : mapping of str to str, optional
        Readings of targets that replace the defaults of the case.
    """
    return Scores(load_okrs(case), totals, base, case.reading(dict(choices or {})))


def _base(target: TargetRow | None, length: int, base: str) -> str:
    """Where the baseline of a target is taken from, in periods of so many months."""
    if target is None or target.kind == "level" or not target.months or length % target.months:
        return base
    return "previous"


def chosen(results: list[Result]) -> list[Result]:
    """Keep one result per key result: the target that holds under the reading."""
    return [result for result in results if result.chosen]


def score_frame(results: list[Result]) -> pd.DataFrame:
    """Lay results out as a table.

    Returns
    -------
    DataFrame
        Columns kr_id, objective_id, role, kpi, text, target_id, reading, baseline, value, low,
        high, score, progress (Fractions or None), status, reason and chosen.
    """
    rows = [
        {
            **fields(result.key_result, "kr_id objective_id role"),
            "kpi": result.kpi,
            "text": result.key_result.text,
            "target_id": result.target.target_id if result.target else "",
            "reading": result.target.reading if result.target else result.score.reason,
            **fields(result, "baseline value"),
            "low": result.goal.low if result.goal else None,
            "high": result.goal.high if result.goal else None,
            **fields(result.score, "score progress status reason"),
            "chosen": result.chosen,
        }
        for result in results
    ]
    return frame_of(rows)


def depends_on_reading(results: list[Result]) -> dict[str, bool]:
    """Say for each key result whether its printed targets give different verdicts."""
    met: dict[str, set[str]] = {}
    for result in results:
        met.setdefault(result.key_result.kr_id, set()).add(result.score.status)
    return {kr_id: len(statuses) > 1 for kr_id, statuses in met.items()}
