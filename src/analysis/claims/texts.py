"""Verdicts on printed formulas, counts of things listed, and statements."""

from __future__ import annotations

import re
from fractions import Fraction

from analysis.base.numbers import Rounding
from analysis.base.periods import quarter_label
from analysis.claims.engine import Engine
from analysis.claims.formulas import Formula, read_formula
from analysis.claims.judgement import Judgement, decimals, outward
from analysis.claims.printed import parse_percent, preimage
from analysis.claims.readings import Reading
from analysis.claims.results import half_year_pairs
from analysis.claims.single import smallest_share
from analysis.tables.strategy_tables import ClaimRow

_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5}
_COMPONENT = re.compile(r"4\.4\.\d")
SCORES = (Fraction(70), Fraction(80), Fraction(90))
"""Three scores on which formulas of several places are compared."""

_BESIDE = {"cycle_time": "work_in_time_and_budget"}
"""What the key result asks for beside which a formula of something else is printed."""

_RESULT_OF = {"sales": "growth", "productivity": "growth", "satisfaction": "share"}


def judge_formula(engine: Engine, claim: ClaimRow) -> Judgement:
    """Judge a printed formula: readable, the same in every place, and what its name says."""
    formula = read_formula(claim.printed)
    lost = formula.lost_operator
    if lost is not None:
        text = f"“{lost}” stands twice in a row: our text has lost a fraction bar or a sign."
        return Judgement("unreadable", text)
    rivals = [
        row
        for row in engine.results.claims
        if row.kind == "formula" and row.quantity == claim.quantity and row != claim
    ]
    if claim.quantity == "net_profit_margin":
        return _margin(claim, formula, engine)
    for rival in rivals:
        found = _disagreement(engine, claim, formula, rival)
        if found is not None:
            conflict = tuple(sorted((claim.claim_id, rival.claim_id)))
            return Judgement("inconsistent", found, conflict=conflict, other=(rival.claim_id,))
    others = tuple(row.claim_id for row in rivals)
    if claim.quantity == "roi" and any("equity" in name for name in formula.names):
        text = (
            "It is return on equity, as the key result beside it asks, under the label of return "
            "on investment; the two agree only without debt. No result is printed."
        )
        return Judgement("inconsistent", text, conflict=(claim.claim_id,), other=others)
    if claim.quantity in _BESIDE:
        return _wrong_measure(engine, claim, formula)
    kind = _RESULT_OF.get(claim.quantity)
    if kind and engine.results.of(claim.quantity, kind=kind):
        results = tuple(row.claim_id for row in engine.results.of(claim.quantity, kind=kind))
        text = "Usable: the printed results can have been computed with it."
        return Judgement("consistent", text, other=(*others, *results))
    return Judgement("not reported", "No result is printed for it.", other=others)


def _wrong_measure(engine: Engine, claim: ClaimRow, formula: Formula) -> Judgement:
    """Judge a formula that is printed as the measure of something else."""
    rows = engine.results.claims
    target = next(row for row in rows if row.quantity == _BESIDE[claim.quantity])
    first = next(r for r in rows if r.quantity == claim.quantity and r.kind == "formula")
    others = tuple(row.claim_id for row in rows if row.quantity == claim.quantity and row != claim)
    before, after = 20, 10
    rate = formula.at({formula.names[0]: Fraction(before), formula.names[1]: Fraction(after)})
    text = (
        f"It stands beside “{target.quotation}”, but knows no deadline and no budget: from "
        f"{before} days to {after} it gives {decimals(rate)}, whatever was promised. No result is "
        "printed."
    )
    conflict = (target.claim_id, first.claim_id)
    return Judgement("inconsistent", text, conflict=conflict, other=(target.claim_id, *others))


def satisfaction_example(engine: Engine) -> dict[str, Fraction]:
    """Return the smallest survey that fits the print, under the names that formulas use."""
    found = smallest_share(engine.results.of("satisfaction")[0].printed)
    satisfied, asked = Fraction(found.count), Fraction(found.total)
    return {
        "satisfied customers": satisfied,
        "number of satisfied customers": satisfied,
        "respondents": asked,
        "total number of people who responded to the survey": asked,
        "customer satisfaction index": found.value,
    }


def _disagreement(engine: Engine, claim: ClaimRow, formula: Formula, rival: ClaimRow) -> str | None:
    """Apply the formulas of two places to the same data; say how they differ, if they do."""
    other = read_formula(rival.printed)
    if claim.quantity == "satisfaction":
        survey = satisfaction_example(engine)
        mine, theirs = (_in_per_cent(f.at(survey), f) for f in (formula, other))
        example = f"{survey['satisfied customers']} satisfied of {survey['respondents']}"
    else:
        scores = SCORES[: len(formula.names)]
        mine, theirs = (f.at(dict(zip(f.names, scores, strict=False))) for f in (formula, other))
        example = "/".join(decimals(score) for score in scores)
    if mine == theirs:
        return None
    shown = [_as_read(row, x) for row, x in ((claim, mine), (rival, theirs))]
    return f"For {example} it gives {shown[0]}, the formula of {rival.place} {shown[1]}."


def _as_read(claim: ClaimRow, value: Fraction) -> str:
    """Write what a formula gives; one said in words may mean a mean where we read a sum."""
    text = decimals(value, 1 if value.denominator > 1 else 0)
    if "+" not in claim.printed or "+" in claim.quotation:
        return text
    mean = Fraction(value, len(read_formula(claim.printed).names))
    return f"{text} read as a sum ({decimals(mean)} as a mean)"


def _in_per_cent(value: Fraction, formula: Formula) -> Fraction:
    return value if formula.tokens[-1] == "100" else value * 100


def margin_example(formula: Formula) -> tuple[Fraction, Fraction, Fraction]:
    """Return what the printed margin gives at 10 % and at 11 % profit, and its change."""
    revenue, profit = formula.names
    ten, eleven = (formula.at({revenue: Fraction(100), profit: Fraction(p)}) for p in (10, 11))
    return ten, eleven, Fraction(eleven, ten) - 1


def _margin(claim: ClaimRow, formula: Formula, engine: Engine) -> Judgement:
    ten, eleven, change = margin_example(formula)
    targets = tuple(
        row.claim_id
        for row in engine.results.claims
        if row.quantity == claim.quantity and row.role == "target"
    )
    text = (
        f"Upside down: a margin of 10% prints as {decimals(ten)}, and raising it to 11% gives "
        f"{decimals(eleven)} ({decimals(change * 100, 1)}%), so success looks like failure."
    )
    return Judgement("inconsistent", text, conflict=(claim.claim_id, *targets), other=targets)


def judge_structure(engine: Engine, claim: ClaimRow) -> Judgement:
    """Count what the paper says that there are so many of."""
    said = _NUMBERS.get(claim.printed.lower())
    counted, what = _count(engine, claim)
    if counted is None or said is None:
        return Judgement("not reported", "Nothing is listed that could be counted.")
    text = f"Counted: {counted} {what}."
    return Judgement("reproduced" if counted == said else "inconsistent", text)


def _count(engine: Engine, claim: ClaimRow) -> tuple[int | None, str]:
    rows = engine.results.claims
    if claim.quantity == "perspectives":
        named = re.split(r",\s*(?:and\s+)?", re.split(r"[:(]", claim.quotation)[1].split(")")[0])
        return len(named), f"names in the sentence ({', '.join(n.strip() for n in named)})"
    if claim.quantity == "phases":
        places = sorted({row.place for row in rows if _COMPONENT.fullmatch(row.place)})
        return len(places), f"components, sections {places[0]} to {places[-1]}"
    if claim.quantity == "key_results_internal":
        formulas = [r for r in rows if r.place == claim.place and r.kind == "formula"]
        return len(formulas), "key results with a formula of their own in the same section"
    return None, ""


def judge_cause(engine: Engine, claim: ClaimRow, reading: Reading) -> Judgement:
    """Bound the effect that a before-after difference can have without a control group.

    What would have happened anyway is unknown; it is taken to lie between no growth at all and
    the printed growth of sales in the year before.
    """
    (growth,) = engine.results.of(claim.quantity, kind="growth")
    year_before = quarter_label(engine.results.current - 4)
    sales = engine.results.of("sales", kind="growth")
    trend = next(row for row in sales if row.period == year_before)
    pairs = half_year_pairs(engine, reading)
    rates = [Fraction(after, before) - 1 for before, after in pairs]
    printed = preimage(parse_percent(growth.printed), Rounding(reading["rounding"]))
    low, high = (min(rates), max(rates)) if rates else printed.ends
    low, high = 100 * (low - parse_percent(trend.printed).value), 100 * high
    ends = outward(low, high, 2)
    text = (
        f"There was no comparison group. If services had grown by 0 to {trend.printed} anyway "
        f"(sales of Q{year_before[-1]} {year_before[:4]} grew by {trend.printed}), the effect is "
        f"anything from {ends[0]} to {ends[1]} percentage points."
    )
    others = (growth.claim_id, trend.claim_id)
    return Judgement("underdetermined", text, bounds={"effect_in_points": ends}, other=others)


def judge_text(engine: Engine, claim: ClaimRow, reading: Reading) -> Judgement:
    """Judge a formula, a count of listed things, or a statement on causes."""
    if claim.kind == "formula":
        return judge_formula(engine, claim)
    if claim.role == "structure":
        return judge_structure(engine, claim)
    return judge_cause(engine, claim, reading)
