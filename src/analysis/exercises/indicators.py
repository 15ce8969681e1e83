"""Exercises on a firm: the AS-IS diagnosis, indicators, their changes, key results, the scorecard.

A rate is a ratio of sums, and a change names its base. Where an answer can be had from rows, the
project's own function gives it, and the last hint is the pandas line that gives the same. Most
cases of scoring come from bug reports on OKR tools.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from statistics import median

import pandas as pd

from analysis.base.periods import end_day, parse_quarter, quarter_label
from analysis.base.text import MINUS, Rounding, decimal, groups, listed, records, round_digits
from analysis.exercises.compound import Table
from analysis.exercises.forms import Number
from analysis.exercises.study import Study, required, span
from analysis.exercises.task import Topic, Values, pasted, short
from analysis.kpis.catalogue import indicator
from analysis.kpis.compare import contributions_by_type
from analysis.method.as_is import load_links, min_pairs, paired_changes
from analysis.method.balanced_scorecard import scorecard
from analysis.method.scoring import Target, rate, resolve
from analysis.tables.rows import read_rows
from analysis.tables.strategy_tables import CONFORMANCE, ConformanceRow

DIAGNOSIS = Topic("asis_diagnosis")
KPIS = Topic("kpis")
CHANGES = Topic("quarter_over_quarter")

_YEAR = 4
_CHARTED = 6
_MONEY, _COUNT = decimal(2), decimal()
_STEPS = ("requested_on", "started_on", "completed_on")


def _days(service: pd.DataFrame, step: int = 0) -> list[int]:
    """Give the days of waiting (step 0) or working (step 1)."""
    return [int(n) for n in (service[_STEPS[step + 1]] - service[_STEPS[step]]).dt.days]


def _process(service: pd.DataFrame) -> Values:
    waits, works = _days(service), _days(service, 1)
    return {"waits": sum(waits), "works": sum(works), "count": len(service)}


def _period(label: str) -> Values:
    first, last = span(label)
    return {"period": label, "first": first, "last": last, "months": (first[:7], last[:7])}


def _ten(study: Study) -> pd.DataFrame:
    """Give ten services of the baseline, spread over the period."""
    done = study.done(study.baseline).sort_values(["completed_on", "service_id"])
    every = max(len(done) // 10, 1)
    return done[["service_id", *_STEPS]].iloc[::every].head(10).reset_index(drop=True)


@DIAGNOSIS.exercise("waiting")
def waiting(study: Study) -> Values:
    """Give the mean waiting time of ten services."""
    ten = _ten(study)
    waits = _days(ten)
    rows = [tuple(str(cell)[:10] for cell in row) for row in ten.itertuples(index=False)]
    listed = {"sum": " + ".join(map(str, waits)), "median": Fraction(median(waits))}
    return _process(ten) | listed | {"rows": rows, "frame": ten, "period": study.baseline}


@DIAGNOSIS.exercise("bottleneck")
def bottleneck(study: Study) -> Values:
    """Give the step that takes most of the time of ten services."""
    ten = _ten(study)
    days = _process(ten)
    most = max(days["waits"], days["works"])
    answer = "waiting" if most == days["waits"] else "working"
    return days | {"frame": ten, "most": most, "answer": answer}


@DIAGNOSIS.exercise("share")
def share(study: Study) -> Values:
    """Give the share of waiting in the days of all services of the baseline."""
    done = study.done(study.baseline)
    both = zip(_days(done), _days(done, 1), strict=True)
    single = [Fraction(wait, wait + work) for wait, work in both if wait + work]
    return _process(done) | _period(study.baseline) | {"mean_share": sum(single) / len(single)}


@DIAGNOSIS.exercise("slowest")
def slowest(study: Study) -> Values:
    """Give the mean waiting time of each type of service."""
    types = dict(groups(study.done(study.baseline), "service_type"))
    every = dict(groups(study.rows("service"), "service_type"))
    sums, all_sums = ({n: _process(f[n]) for n in types} for f in (types, every))
    means = {n: Fraction(s["waits"], s["count"]) for n, s in sums.items()}
    return _period(study.baseline) | {
        "form": Table(dict.fromkeys(types, Number("days", 1))),
        "answer": means,
        "rows": [(n, _COUNT(s["count"])) for n, s in sums.items()],
        "every": {n: Fraction(s["waits"], s["count"]) for n, s in all_sums.items()},
        "whole": {n: Fraction(s["waits"] + s["works"], s["count"]) for n, s in sums.items()},
        "sums": {n: Fraction(s["waits"]) for n, s in sums.items()},
        "slow": max(means, key=lambda name: means[name]),
    }


@DIAGNOSIS.exercise("diagnosis")
def diagnosis(study: Study) -> Values:
    """Give the diagnosis in words."""
    return _process(study.done(study.baseline)) | _period(study.baseline) | {"answer": ""}


@KPIS.exercise("count")
def count(study: Study) -> Values:
    """Give the number of services completed in a quarter."""
    service, asked = study.rows("service"), _period(study.quarter(1))
    dates = {name: service[f"{name}_on"] for name in ("started", "requested")}
    other = {n: int(day.between(asked["first"], asked["last"]).sum()) for n, day in dates.items()}
    return asked | other | {"all_rows": len(service), "answer": study.value("services", 1)}


@KPIS.exercise("on-time")
def on_time(study: Study) -> Values:
    """Give the share of services completed by the promised day."""
    done, row = study.done(study.quarter(1)), study.row("on_time", 1)
    service = study.rows("service")
    punctual = int((service["completed_on"] <= service["due_on"]).sum())
    found = {"answer": row.value, "good": row.numerator, "count": row.denominator}
    return _period(study.quarter(1)) | {
        **found,
        "early": int((done["completed_on"] < done["due_on"]).sum()),
        "every": Fraction(100 * punctual, len(service)),
    }


@KPIS.exercise("half-year")
def half_year(study: Study) -> Values:
    """Give the revenue per service of two quarters together."""
    both = ((f"{name}_{2 - back}", name, back) for name in ("sales", "services") for back in (1, 0))
    values = {key: study.value(name, back) for key, name, back in both}
    return values | {"earlier": study.quarter(1)}


@KPIS.exercise("sales-by-type")
def sales_by_type(study: Study) -> Values:
    """Give the sales of each type of service, which takes two tables."""
    asked = _period(study.quarter(1))
    sale, service = study.rows("sale"), study.rows("service")
    both = sale.drop(columns="service_type", errors="ignore").merge(
        service[["service_id", "service_type"]], on="service_id"
    )
    quarter = both[both["invoiced_on"].between(asked["first"], asked["last"])]
    types, every = (dict(groups(frame, "service_type")) for frame in (quarter, both))
    sums = {name: Fraction(int(f["amount_centimos"].sum())) for name, f in types.items()}
    return asked | {
        "form": Table(dict.fromkeys(sums, Number(study.currency, 2))),
        "answer": {name: total / 100 for name, total in sums.items()},
        "coins": sums,
        "every": {n: Fraction(int(every[n]["amount_centimos"].sum()), 100) for n in sums},
        "means": {name: total / 100 / len(types[name]) for name, total in sums.items()},
        "total": sum(sums.values()) / 100,
    }


@KPIS.exercise("productivity")
def productivity(study: Study) -> Values:
    """Give services per 100 hours, from two tables with different dates."""
    values = {n: study.value(n, 1) for n in ("productivity", "services", "technician_hours")}
    return _period(study.quarter(1)) | values


@KPIS.exercise("chart")
def chart(study: Study) -> Values:
    """Give a chart of the services of some quarters."""
    quarters = range(_CHARTED - 1, -1, -1)
    ends = study.quarter(_CHARTED - 1), study.quarter()
    answer = tuple(study.value("services", back) for back in quarters)
    return {"answer": answer, "rows": [ends], "start": span(ends[0])[0], "end": span(ends[1])[1]}


def _sales(study: Study, *back: int) -> list[tuple[str, str]]:
    return [(study.quarter(b), _MONEY(study.value("sales", b))) for b in back]


@CHANGES.exercise("growth")
def growth(study: Study) -> Values:
    """Give the growth of sales on the same quarter of last year."""
    row = study.compared("sales", "year-ago")
    values = {"old": row.base_value, "new": row.value, "growth": row.growth}
    return values | {"before": study.value("sales", 1), "rows": _sales(study, _YEAR, 1, 0)}


@CHANGES.exercise("points")
def points(study: Study) -> Values:
    """Give the change of a share in percentage points."""
    row, then = study.compared("on_time", "year-ago"), study.row("on_time", _YEAR)
    old, new = (round_digits(v * 10, Rounding.HALF_UP) for v in (row.base_value, row.value))
    return {
        "old": row.base_value,
        "new": row.value,
        "answer": row.change,
        "rounded": Fraction(new - old, 10),
        "row": row,
        "then": then,
        "more": row.numerator - then.numerator,
    }


@CHANGES.exercise("chain")
def chain(study: Study) -> Values:
    """Give the growth over two quarters from the growth in each."""
    one, two = (study.compared("sales", "previous", back).growth for back in (1, 0))
    return {"one": one, "two": two, "earlier": study.quarter(2), "between": study.quarter(1)}


@CHANGES.exercise("contribution")
def contribution(study: Study) -> Values:
    """Give what one type of service adds to the growth of all services."""
    parts = contributions_by_type(study.cube, "services", study.quarter(), "year-ago")
    names = {kind.id: kind.name for kind in study.case.service_types}
    found = records(parts)
    rows = [(names.get(p.service_type, p.service_type), int(p.base), int(p.value)) for p in found]
    before, after = int(parts["base"].sum()), int(parts["value"].sum())
    return {
        "name": rows[0][0],
        "old": rows[0][1],
        "new": rows[0][2],
        "before": before,
        "after": after,
        "answer": found[0].points * 100,
        "earlier": study.quarter(_YEAR),
        "rows": [(n, _COUNT(b), _COUNT(v)) for n, b, v in (*rows, ("All", before, after))],
    }


@CHANGES.exercise("gap")
def gap(study: Study) -> Values:
    """Give the growth on last year in a table that lacks a quarter."""
    back = (_YEAR + 1, _YEAR, 3, 1, 0)
    sales = {b: study.value("sales", b) for b in back}
    frame = pd.DataFrame({"quarter": map(study.quarter, back), "sales": map(float, sales.values())})
    names = zip(("four_up", "base", "other", "last", "now"), sales.values(), strict=True)
    places = {"missing": 2, "earlier": _YEAR, "shifted": _YEAR + 1}
    labels = {name: study.quarter(b) for name, b in places.items()}
    return dict(names) | labels | {"rows": _sales(study, *back), "frame": frame}


@CHANGES.exercise("sentence")
def sentence(study: Study) -> Values:
    """Give a growth in a sentence that cannot be misread."""
    rate = study.compared("sales", "year-ago").growth
    words = {"growth": rate, "digits": _COUNT(abs(rate) * 100), "earlier": study.quarter(_YEAR)}
    return words | {"answer": "", "rows": _sales(study, _YEAR, 0)}


OKRS = Topic("okrs")
SCORECARD = Topic("scorecard")

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
    """Give a test case of scoring, with the record's own numbers: what is given, goal and score."""
    root = study.case.root
    rows = read_rows(CONFORMANCE, root / "data" / "raw" / "conformance", root)
    own = OKRS.texts[key].get("own", {})
    row = next(one for one in rows if one.case_id == OKRS.texts[key]["case"])
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


for _key in (key for key, record in OKRS.texts.items() if "case" in record):
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
