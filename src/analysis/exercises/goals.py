"""Exercises on scoring key results, and on the Balanced Scorecard above them.

Most cases of scoring come from bug reports on OKR tools.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from analysis.base.periods import end_day, parse_quarter, quarter_label
from analysis.base.text import MINUS, Rounding, decimal, listed, round_digits
from analysis.exercises.compound import Day, Table
from analysis.exercises.forms import Choice, Number, Several
from analysis.exercises.study import Study, required
from analysis.exercises.task import Pose, Task, Topic, pasted, short
from analysis.kpis.catalogue import indicator
from analysis.method.as_is import load_links, min_pairs, paired_changes
from analysis.method.balanced_scorecard import PERSPECTIVES, scorecard
from analysis.method.scoring import Goal, Score, Target, rate, resolve
from analysis.tables.rows import read_rows
from analysis.tables.strategy_tables import CONFORMANCE, ConformanceRow

OKRS = Topic("okrs")
SCORECARD = Topic("scorecard")

STATUSES = ("met", "good enough", "behind", "below baseline", "cannot tell")
_SHOWN = "I3"
_MIXED = ("F2", "F5", "I2", "F3", "P1", "P3")
_ASSIGNED = ("F4", "C1", "I1", "I3", "P2", "P3")
_TEMPTING = ("Customer", "People", "People", "Customer", "Internal processes", "Internal processes")
_CUT = 20


@dataclass(frozen=True)
class _Shown:
    """A test case as the table of an exercise shows it."""

    baseline: str
    target: str
    value: str
    case: str


def _case(study: Study, case_id: str) -> tuple[ConformanceRow, _Shown]:
    root = study.case.root
    rows = read_rows(CONFORMANCE, root / "data" / "raw" / "conformance", root)
    row = next(one for one in rows if isinstance(one, ConformanceRow) and one.case_id == case_id)
    after = f", after {row.source}" if "#" in row.source or "(" in row.source else ""
    baseline, value = (
        number.replace("-", MINUS) or "not known" for number in (row.baseline, row.value)
    )
    return row, _Shown(baseline, _target(row), value, f"{row.case_id}{after}")


def _target(row: ConformanceRow) -> str:
    amount = Fraction(row.amount)
    if row.kind == "level":
        return f"{row.rule} {short(amount)}"
    unit = "%" if row.kind == "relative" else " points"
    base = " a month" if row.months == 1 else " on the baseline"
    return f"{row.rule} {'+' if amount > 0 else ''}{short(amount)}{unit}{base}"


def _numbers(row: ConformanceRow) -> tuple[Fraction, Fraction, Fraction]:
    return Fraction(row.baseline), Fraction(row.amount), Fraction(row.value)


def _scored(row: ConformanceRow) -> Score:
    target = Target(row.kind, row.rule, Fraction(row.amount), months=row.months)
    baseline = Fraction(row.baseline) if row.baseline else None
    goal = resolve(target, baseline, since=row.since)
    return rate(Fraction(row.value), baseline, goal, Fraction(row.commit))


def _score(row: ConformanceRow) -> Fraction:
    return required(_scored(row).score, f"score of {row.case_id}")


def _goal(row: ConformanceRow) -> Goal:
    target = Target(row.kind, row.rule, Fraction(row.amount), months=row.months)
    return required(resolve(target, Fraction(row.baseline), since=row.since), "goal")


@OKRS.exercise("falling")
def falling(study: Study, pose: Pose) -> Task:
    """Pose a key result that is to fall."""
    row, shown = _case(study, "falling-half-way")
    start, goal, value = _numbers(row)
    return pose(
        Number("", 2),
        _score(row),
        [Fraction(0), Fraction(1), start / value, Fraction(50)],
        shown=shown,
        start=start,
        goal=goal,
        value=value,
        way=start - goal,
        done=start - value,
    )


@OKRS.exercise("relative")
def relative(study: Study, pose: Pose) -> Task:
    """Pose a target that is a change relative to the baseline."""
    row, shown = _case(study, "relative")
    start, amount, value = _numbers(row)
    goal = required(_goal(row).low, "goal")
    as_points = row.model_copy(update={"kind": "points"})
    return pose(
        Number("", 2),
        _score(row),
        [_score(as_points), value / goal, (value - start) / start, goal],
        shown=shown,
        start=start,
        amount=amount,
        goal=goal,
        value=value,
        way=goal - start,
        done=value - start,
    )


@OKRS.exercise("below")
def below(study: Study, pose: Pose) -> Task:
    """Pose a value short of its baseline."""
    row, shown = _case(study, "short-of-the-baseline")
    start, goal, value = _numbers(row)
    return pose(
        Number("", 2),
        _score(row),
        [Fraction(0), value / goal, (goal - value) / (goal - start), value - start],
        shown=shown,
        start=start,
        goal=goal,
        value=value,
        way=goal - start,
        lost=start - value,
    )


@OKRS.exercise("far")
def far(study: Study, pose: Pose) -> Task:
    """Pose a value so far below that the score is clamped."""
    row, shown = _case(study, "far-below")
    start, goal, value = _numbers(row)
    progress = required(_scored(row).progress, "progress")
    return pose(
        Number("", 2),
        _score(row),
        [progress, Fraction(0)],
        shown=shown,
        start=start,
        goal=goal,
        value=value,
        progress=progress,
    )


@OKRS.exercise("unknown")
def unknown(study: Study, pose: Pose) -> Task:
    """Pose a relative target without a baseline."""
    row, shown = _case(study, "relative-without-baseline")
    return pose(Choice(STATUSES), _scored(row).status, shown=shown)


@OKRS.exercise("monthly")
def monthly(study: Study, pose: Pose) -> Task:
    """Pose the level that a monthly rate asks for after some months."""
    row, shown = _case(study, "rate-per-month")
    start, amount, _ = _numbers(row)
    goal = required(_goal(row).high, "goal")
    months, rate = row.since // row.months, amount / 100
    factor = decimal(2)(1 + rate)
    return pose(
        Number("", 2),
        goal,
        [
            start * (1 + months * rate),
            start * (1 + rate),
            start * (1 - rate) ** months,
            start - goal,
        ],
        shown=shown,
        start=start,
        goal=goal,
        months=months,
        factor=factor,
        factors=" × ".join([factor] * months),
    )


@OKRS.exercise("write")
def write(study: Study, pose: Pose) -> Task:
    """Ask for the key result that a sentence asks for, checked field by field."""
    start = Fraction(round_digits(study.value("waiting_days") * 10, Rounding.HALF_UP), 10)
    goal = start * (100 - _CUT) / 100
    later = parse_quarter(study.quarter()) + 2
    day = end_day(later, "quarter")
    form = {
        "indicator": Choice(("waiting_days", "working_days", "services", "on_time")),
        "type": Choice(("level", "points", "relative")),
        "baseline": Number("days", 1),
        "target": Number("days", 1),
        "direction": Choice(("up", "down")),
        "by": Day(),
    }
    answer = {
        "indicator": "waiting_days",
        "type": "relative",
        "baseline": start,
        "target": goal,
        "direction": "down",
        "by": day,
    }
    wrong = (
        {"indicator": "working_days"},
        {"indicator": "services"},
        {"type": "points"},
        {"type": "level"},
        {"direction": "up"},
        {"target": start - _CUT},
        {"target": start - goal},
        {"target": Fraction(_CUT)},
        {"baseline": goal, "target": start},
    )
    return pose(
        Table(form),
        answer,
        wrong,
        start=start,
        goal=goal,
        cut=_CUT,
        rest=100 - _CUT,
        end=quarter_label(later),
        day=day.isoformat(),
    )


@SCORECARD.exercise("perspective")
def perspective(_: Study, pose: Pose) -> Task:
    """Pose to which perspective an indicator belongs."""
    record = indicator(_SHOWN)
    return pose(Choice(PERSPECTIVES), record.perspective, record=record)


@SCORECARD.exercise("assign")
def assign(_: Study, pose: Pose) -> Task:
    """Pose the perspectives of six indicators."""
    records = dict(zip("abcdef", map(indicator, _ASSIGNED), strict=True))
    answers = {letter: record.perspective for letter, record in records.items()}
    return pose(
        Table(dict.fromkeys(records, Choice(PERSPECTIVES))),
        answers,
        [{letter: wrong} for letter, wrong in zip(records, _TEMPTING, strict=True)],
        [(letter, one.name, one.definition) for letter, one in records.items()],
        names=[record.name for record in records.values()],
        answers=answers,
    )


@SCORECARD.exercise("leading")
def leading(_: Study, pose: Pose) -> Task:
    """Pose which indicators lead and which lag."""
    records = [indicator(key) for key in _MIXED]
    found = frozenset(record.key for record in records if record.leading)
    names = listed([record.name.lower() for record in records if record.leading])
    return pose(
        Several(_MIXED),
        found,
        [
            frozenset(record.key for record in records if record.perspective == "Financial"),
            frozenset(_MIXED) - {"F2", "F5"},
            frozenset(key for key in found if key.startswith("P")),
            frozenset(key for key in found if key.startswith("I")),
        ],
        [(record.key, record.name, record.purpose) for record in records],
        names=f"{names[0].upper()}{names[1:]}",
        keys=sorted(found),
    )


@SCORECARD.exercise("sign")
def sign(study: Study, pose: Pose) -> Task:
    """Pose the sign of a link of the strategy map."""
    link = next((one for one in load_links(study.case) if one.sign == "-"), None)
    link = required(link, "link with a minus sign")
    cause, effect = indicator(link.cause), indicator(link.effect)
    return pose(Choice(("+", "-")), link.sign, link=link, cause=cause, effect=effect)


@SCORECARD.exercise("status")
def status(study: Study, pose: Pose) -> Task:
    """Pose the status of a key result, if possible of one that has moved, but not enough."""
    scored = [r for r in study.results if r.baseline and r.goal and r.score.score is not None]
    behind = [r for r in scored if r.score.status == "behind"]
    result = required(next(iter(behind or scored), None), "key result with a score")
    record = indicator(result.kpi, study.currency)
    before, now = required(result.baseline, "baseline"), required(result.value, "value")
    aim = next(iter(required(result.goal, "goal").edges))
    return pose(
        Choice(STATUSES),
        result.score.status,
        result=result,
        record=record,
        better=record.better,
        verdict=result.score.status,
        before=before,
        aim=aim,
        now=now,
        commit=Fraction(result.key_result.commit),
        progress=(before - now) / required(before - aim or None, "way to its goal"),
    )


@SCORECARD.exercise("missing")
def missing(study: Study, pose: Pose) -> Task:
    """Pose a joint score of which a part is missing."""
    nodes = scorecard(study.okrs, study.results)
    joint = required(nodes[0].score, "joint score")
    parts = [node for node in nodes if node.level == "perspective"]
    seen = [(node.weight, node.score) for node in parts if node.score is not None]
    weight = sum((w for w, _ in seen), Fraction(0))
    weighted = sum((w * score for w, score in seen), Fraction(0))
    return pose(
        Number("", 2),
        joint,
        [weighted, weighted + 1 - weight, sum((score for _, score in seen), Fraction(0))],
        [
            (n.name, str(n.weight), "not known" if n.score is None else decimal(3)(n.score))
            for n in parts
        ],
        absent=listed([node.name for node in parts if node.score is None]) or "nothing",
        weight=weight,
        product=" + ".join(f"{pasted(w)} * {pasted(score, 3)}" for w, score in seen),
    )


@SCORECARD.exercise("pairs")
def pairs(study: Study, pose: Pose) -> Task:
    """Pose how many pairs of changes a lagged link can be tested on."""
    links = [link for link in load_links(study.case) if link.lag_quarters == 1]
    counted = [(len(paired_changes(study.levels, link)), link) for link in links]
    count, link = required(max(counted, key=lambda one: one[0], default=None), "link with a lag")
    kept = study.levels[study.levels["key"].isin([link.cause])]
    quarters = sum(value is not None for value in kept["value"])
    return pose(
        Number(),
        Fraction(count),
        map(Fraction, (quarters, quarters - 1, min_pairs())),
        cause=indicator(link.cause),
        effect=indicator(link.effect),
        quarters=quarters,
        changes=quarters - 1,
        least=min_pairs(),
    )
