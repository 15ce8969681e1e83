"""Exercises on scoring key results, and on the Balanced Scorecard above them.

Most cases of scoring come from bug reports on OKR tools.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from analysis.base.periods import end_day, parse_quarter, quarter_label
from analysis.base.text import MINUS, Rounding, decimal, listed, round_digits
from analysis.exercises.study import Study, required
from analysis.exercises.task import Topic, Values, pasted, short
from analysis.kpis.catalogue import indicator
from analysis.method.balanced_scorecard import scorecard
from analysis.method.links import load_links, min_pairs, paired_changes
from analysis.method.scoring import Target, rate, resolve
from analysis.tables.rows import read_rows
from analysis.tables.strategy_tables import CONFORMANCE, ConformanceRow

OKRS = Topic("okrs")
SCORECARD = Topic("scorecard")

_CASES = {
    "falling": "falling-half-way",
    "relative": "relative",
    "below": "short-of-the-baseline",
    "far": "far-below",
    "unknown": "relative-without-baseline",
    "monthly": "rate-per-month",
}
_OWN = {
    "falling": {"baseline": "200", "amount": "50", "value": "134"},
    "relative": {"value": "82"},
    "below": {"amount": "45", "value": "14"},
}
"""Other numbers than the test case's, under which each wrong idea leads to a wrong score."""
_SHOWN = "I3"
_MIXED = ("F2", "F5", "I2", "F3", "P1", "P3")
_ASSIGNED = ("F4", "C1", "I1", "I3", "P2", "P3")
_CUT = 20


def _target(row: ConformanceRow) -> str:
    amount = Fraction(row.amount)
    if row.kind == "level":
        return f"{row.rule} {short(amount)}"
    unit = "%" if row.kind == "relative" else " points"
    base = " a month" if row.months == 1 else " on the baseline"
    return f"{row.rule} {'+' if amount > 0 else ''}{short(amount)}{unit}{base}"


def _scored(key: str, study: Study) -> Values:
    """Give a test case of scoring: what is given, its goal and its score."""
    root = study.case.root
    rows = read_rows(CONFORMANCE, root / "data" / "raw" / "conformance", root)
    case_id, own = _CASES[key], _OWN.get(key, {})
    row = next(one for one in rows if isinstance(one, ConformanceRow) and one.case_id == case_id)
    row = row.model_copy(update=own)
    after = f", after {row.source}" if "#" in row.source or "(" in row.source else ""
    after += " (with other numbers)" if own else ""
    baseline, value = (n.replace("-", MINUS) or "not known" for n in (row.baseline, row.value))
    amount, start = Fraction(row.amount), Fraction(row.baseline) if row.baseline else None
    target = Target(row.kind, row.rule, amount, months=row.months)
    goal = resolve(target, start, since=row.since)
    found = rate(Fraction(row.value), start, goal, Fraction(row.commit))
    return {
        "rows": [(baseline, _target(row), value, f"{row.case_id}{after}")],
        "start": start,
        "amount": amount,
        "value": Fraction(row.value),
        "goal": next(iter(goal.edges)) if goal else None,
        "score": found.score,
        "progress": found.progress,
        "status": found.status,
        "months": row.since // row.months if row.months else 0,
        "compounded": start and start * (1 - amount / 100) ** row.since,
    }


for _key in _CASES:
    OKRS.exercise(_key)(partial(_scored, _key))


@OKRS.exercise("write")
def write(study: Study) -> Values:
    """Give the key result that a sentence asks for, checked field by field."""
    start = Fraction(round_digits(study.value("waiting_days") * 10, Rounding.HALF_UP), 10)
    later = parse_quarter(study.quarter()) + 2
    days = {"end": quarter_label(later), "day": end_day(later, "quarter")}
    return days | {"start": start, "cut": _CUT}


@SCORECARD.exercise("perspective")
def perspective(_: Study) -> Values:
    """Give the perspective of an indicator."""
    record = indicator(_SHOWN)
    return {"record": record, "answer": record.perspective}


@SCORECARD.exercise("assign")
def assign(_: Study) -> Values:
    """Give the perspectives of six indicators."""
    records = dict(zip("abcdef", map(indicator, _ASSIGNED), strict=True))
    return {
        "rows": [(letter, one.name, one.definition) for letter, one in records.items()],
        "names": [record.name for record in records.values()],
        "answer": {letter: record.perspective for letter, record in records.items()},
    }


@SCORECARD.exercise("leading")
def leading(_: Study) -> Values:
    """Give which indicators lead and which lag."""
    records = [indicator(key) for key in _MIXED]
    found = frozenset(record.key for record in records if record.leading)
    names = listed([record.name.lower() for record in records if record.leading])
    return {
        "answer": found,
        "keys": sorted(found),
        "names": f"{names[0].upper()}{names[1:]}",
        "rows": [(record.key, record.name, record.purpose) for record in records],
    }


@SCORECARD.exercise("sign")
def sign(study: Study) -> Values:
    """Give the sign of a link of the strategy map."""
    link = next((one for one in load_links(study.case) if one.sign == "-"), None)
    link = required(link, "link with a minus sign")
    ends = {"cause": indicator(link.cause), "effect": indicator(link.effect)}
    return ends | {"link": link, "answer": link.sign}


@SCORECARD.exercise("status")
def status(study: Study) -> Values:
    """Give the status of a key result, if possible of one that has moved, but not enough."""
    scored = [r for r in study.results if r.baseline and r.goal and r.score.score is not None]
    behind = [r for r in scored if r.score.status == "behind"]
    result = required(next(iter(behind or scored), None), "key result with a score")
    record = indicator(result.kpi, study.currency)
    return {
        "text": result.key_result.text,
        "definition": record.definition,
        "better": record.better,
        "before": result.baseline,
        "aim": next(iter(required(result.goal, "goal").edges)),
        "now": result.value,
        "commit": Fraction(result.key_result.commit),
        "answer": result.score.status,
        "verdict": result.score.status,
    }


@SCORECARD.exercise("missing")
def missing(study: Study) -> Values:
    """Give a joint score of which a part is missing."""
    nodes = scorecard(study.okrs, study.results)
    parts = [node for node in nodes if node.level == "perspective"]
    seen = [(node.weight, node.score) for node in parts if node.score is not None]
    shown = ("not known" if n.score is None else decimal(3)(n.score) for n in parts)
    return {
        "answer": required(nodes[0].score, "joint score"),
        "weighted": sum((w * score for w, score in seen), Fraction(0)),
        "added": sum((score for _, score in seen), Fraction(0)),
        "weight": sum((w for w, _ in seen), Fraction(0)),
        "rows": [(n.name, str(n.weight), text) for n, text in zip(parts, shown, strict=True)],
        "absent": listed([node.name for node in parts if node.score is None]) or "nothing",
        "product": " + ".join(f"{pasted(w)} * {pasted(score, 3)}" for w, score in seen),
    }


@SCORECARD.exercise("pairs")
def pairs(study: Study) -> Values:
    """Give how many pairs of changes a lagged link can be tested on."""
    links = [link for link in load_links(study.case) if link.lag_quarters == 1]
    counted = [(len(paired_changes(study.levels, link)), link) for link in links]
    count, link = required(max(counted, key=lambda one: one[0], default=None), "link with a lag")
    kept = study.levels[study.levels["key"].isin([link.cause])]
    quarters = sum(value is not None for value in kept["value"])
    ends = {"cause": indicator(link.cause), "effect": indicator(link.effect)}
    return ends | {"answer": count, "quarters": quarters, "least": min_pairs()}
