"""Verdicts on the paper's targets, formulas, lists and statements, and its judge of all claims.

A target is *consistent* with the results if it follows from them that it was reached,
*inconsistent* if it follows that it was missed, *underdetermined* if that depends on what is not
printed, and *not reported* if no result on it is printed at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from analysis.base.numbers import parse_percent
from analysis.base.text import Rounding, decimal, outward_percent, percent
from analysis.claims.judge import RelationsJudge, judge_text
from analysis.claims.paper.engine import BLOCK_AXES, Engine
from analysis.claims.paper.results import contradiction, judge_result
from analysis.claims.printed import Formula, Interval, format_like, preimage, read_formula
from analysis.claims.verdicts import Judge, Judgement, Reading
from analysis.tables.case import Case
from analysis.tables.strategy_tables import ClaimRow

_MEASURED_BY = {"new_customer_revenue": {"quantity": "sales", "period": "2024Q2"}}
"""Targets that the paper measures by the growth of something else."""

_LEVELS = ("share", "squared-share", "mean-score")


def judge_target(engine: Engine, claim: ClaimRow, reading: Reading) -> Judgement:
    """Judge a row of role "target" or "example" under one full reading."""
    same = tuple(
        row.claim_id
        for row in engine.results.claims
        if row.quantity == claim.quantity and row.role == claim.role and row != claim
    )
    if not claim.printed:
        text = "Our text of the paper has lost this number; another place prints it."
        return Judgement("unreadable", text, other=same)
    if claim.quantity == "operating_cost":
        return _cost(engine, claim, same)
    if claim.quantity in _MEASURED_BY:
        grown = _growth_target(
            claim.model_copy(update=_MEASURED_BY[claim.quantity]), reading, engine
        )
        text = f"{grown.evidence} So Table 1 measures it; who brought the revenue is not printed."
        return Judgement(grown.verdict, text, other=grown.other)
    results = engine.results.of(claim.quantity)
    if not results:
        return Judgement("not reported", _nothing(engine, claim), other=same)
    if claim.quantity != "satisfaction":
        return _growth_target(claim, reading, engine)
    judge = _from_level if reading["satisfaction"] in _LEVELS else _from_growth
    others = tuple(row.claim_id for row in results)
    met = _Comparison(results[0].printed, Rounding(reading["rounding"]), claim.printed, others)
    return judge(_kind(claim, reading), met)


@dataclass(frozen=True)
class _Comparison:
    """A printed result and the target that it is held against, both as printed."""

    result: str
    rounding: Rounding
    target: str
    others: tuple[str, ...]

    @property
    def inside(self) -> Interval:
        """What the result can stand for."""
        return preimage(parse_percent(self.result), self.rounding)

    @property
    def goal(self) -> Fraction:
        """The target at face value."""
        return parse_percent(self.target).value

    def judge(self) -> Judgement:
        """Say whether everything, nothing or a part of what the result stands for is enough."""
        low, high = outward_percent(*self.inside.ends)
        if self.inside.ends[0] >= self.goal:
            text = f"Reached: {self.result} stands for at least {low}, against {self.target}."
            return Judgement("consistent", text, other=self.others)
        if self.inside.meet(Interval(self.goal, None)).empty:
            most = f"{self.most} {high}"
            text = f"Missed: {self.result} stands for {most}, against {self.target}."
            return Judgement("inconsistent", text, other=self.others)
        text = (
            f"Open: {self.result} stands for {low} to {high}, and the target of {self.target} lies "
            "in between."
        )
        return Judgement("underdetermined", text, other=self.others)

    @property
    def most(self) -> str:
        """How the upper end is put into words."""
        return "at most" if self.inside.high_closed else "less than"


def _kind(claim: ClaimRow, reading: Reading) -> str:
    """Say whether a target is relative, in points, or a level."""
    if claim.kind == "level":
        return "level"
    return reading["target_kind"] if "target_kind" in claim.axes else "relative"


def _growth_target(claim: ClaimRow, reading: Reading, engine: Engine) -> Judgement:
    """Compare a target with printed growth rates (sales, productivity)."""
    results = tuple(row.claim_id for row in engine.results.of(claim.quantity))
    if _kind(claim, reading) != "relative":
        text = "Results are printed as growth rates only; they say nothing on points or levels."
        return Judgement("underdetermined", text, other=results)
    rates = [
        row
        for row in engine.results.of(claim.quantity, kind="growth")
        if row.period == claim.period or claim.period == "unstated"
    ]
    if not rates:
        text = "No growth rate is printed for the period of the target."
        return Judgement("not reported", text, other=results)
    others = tuple(row.claim_id for row in rates)
    rounding = Rounding(reading["rounding"])
    found = [_Comparison(row.printed, rounding, claim.printed, others) for row in rates]
    worst = min(found, key=lambda one: one.inside.ends[0])
    best = max(found, key=lambda one: one.inside.ends[1])
    if worst.judge().verdict == "inconsistent" != best.judge().verdict:
        text = f"Open: {worst.result} misses {claim.printed}, but {best.result} does not."
        return Judgement("underdetermined", text, other=others)
    return best.judge() if best.judge().verdict == "inconsistent" else worst.judge()


def _from_level(kind: str, met: _Comparison) -> Judgement:
    """Compare a target with a printed level whose start is unknown."""
    if kind == "level":
        return met.judge()
    high = met.inside.ends[1]
    start = Fraction(high, 1 + met.goal) if kind == "relative" else high - met.goal
    closed = met.inside.high_closed
    if start < 0 or (start == 0 and not closed):
        text = f"Missed: a rise by {met.target} in points ends above {met.result} from any start."
        return Judgement("inconsistent", text, other=met.others)
    ends = outward_percent(Fraction(0), start)
    text = (
        f"Open: the start is not printed; reached only if it was {'at most' if closed else 'below'}"
        f" {ends[1]}, given a result of {met.most} {outward_percent(high, high)[1]}."
    )
    found = {"satisfaction_before": ends}
    return Judgement("underdetermined", text, bounds=found, other=met.others)


def _from_growth(kind: str, met: _Comparison) -> Judgement:
    """Compare a target with a printed growth rate of an index whose start is unknown.

    The index ends at 100% at most, so a start and its growth cannot both be large.
    """
    if kind == "relative":
        return met.judge()
    low, high = met.inside.ends
    closed = met.inside.high_closed
    gain = Fraction(high, 1 + high)
    if kind == "points" and (gain < met.goal or (gain == met.goal and not closed)):
        text = (
            f"Missed: growth by {met.result} to 100% at most is less than {met.target} in points."
        )
        return Judgement("inconsistent", text, other=met.others)
    start = Fraction(met.goal, high) if kind == "points" else Fraction(met.goal, 1 + high)
    ends = outward_percent(start, Fraction(1, 1 + low))
    text = (
        "Open: the start is not printed; reached only if it was "
        f"{'at least' if closed else 'above'} {ends[0]}."
    )
    found = {"satisfaction_before": ends}
    return Judgement("underdetermined", text, bounds=found, other=met.others)


def _cost(engine: Engine, claim: ClaimRow, same: tuple[str, ...]) -> Judgement:
    """Judge the monthly cost target, which one place words as a rate and another as a cap."""
    goal = parse_percent(claim.printed).value
    yearly = percent(2)(1 - (1 - goal) ** 12)
    text = f"No result is printed; {claim.printed} a month is {yearly} a year."
    cap = _is_cap(claim)
    rivals = [
        row
        for row in engine.results.claims
        if row.claim_id in same and row.printed and _is_cap(row) != cap
    ]
    for rival in rivals:
        other = parse_percent(rival.printed).value
        rate, limit = (other, goal) if cap else (goal, other)
        if rate >= limit:
            asks = {True: "less than", False: "exactly"}
            text += (
                f" {rival.place} asks for {asks[not cap]} {rival.printed}, this place for "
                f"{asks[cap]} {claim.printed}: no rate is both, if both are about the same costs."
            )
    return Judgement("not reported", text, other=same)


def _is_cap(claim: ClaimRow) -> bool:
    return "less than" in claim.quotation


def _nothing(engine: Engine, claim: ClaimRow) -> str:
    """Say that no result is printed, and what the places disagree about."""
    text = "No result is printed."
    if claim.period == "year":
        text += " It was set for the year, which was not over."
    kinds = {
        row.kind: row
        for row in engine.results.claims
        if row.quantity == claim.quantity and row.role == claim.role and row.printed
    }
    if {"growth", "level"} <= set(kinds):
        level = parse_percent(kinds["level"].printed).value
        rise = parse_percent(kinds["growth"].printed).value
        text += (
            f" {kinds['growth'].place} asks for a rise by {kinds['growth'].printed}, "
            f"{kinds['level'].place} for a level of {kinds['level'].printed}: the same only from a "
            f"start of {percent(2)(Fraction(level, 1 + rise))}."
        )
    return text


_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5}
_COMPONENT = re.compile(r"4\.4\.\d")
SCORES = (Fraction(70), Fraction(80), Fraction(90))
"""Three scores on which formulas of several places are compared."""

_DAMAGED = {
    "table1-roe-formula": "Net profit by equity is ROE, as the key result beside it asks. One "
    "letter of its label (ROI) decides, in a cell that is damaged in our text.",
    "table2-satisfaction-formula": "With “=” for its first “x”, as in the other rows, it is the "
    "formula of 4.4.2. One character decides, in a table that is damaged in our text.",
}
"""Formulas whose fault rests on one character of a damaged table."""

_RESULT_OF = {"sales": "growth", "productivity": "growth", "satisfaction": "share"}


def judge_formula(engine: Engine, claim: ClaimRow) -> Judgement:
    """Judge a printed formula: readable, the same in every place, and what its name says."""
    formula = read_formula(claim.printed)
    lost = formula.lost_operator
    if lost is not None:
        text = f"“{lost}” stands twice in a row: our text has lost a fraction bar or a sign."
        return Judgement("unreadable", text)
    if claim.claim_id in _DAMAGED:
        return Judgement("unreadable", _DAMAGED[claim.claim_id])
    rivals = [
        row
        for row in engine.results.claims
        if row.kind == "formula"
        and row.quantity == claim.quantity
        and row != claim
        and row.claim_id not in _DAMAGED
    ]
    if claim.quantity == "net_profit_margin":
        return _margin(claim, formula, engine)
    for rival in rivals:
        found = _disagreement(claim, formula, rival)
        if found is not None:
            conflict = tuple(sorted((claim.claim_id, rival.claim_id)))
            return Judgement("inconsistent", found, conflict=conflict, other=(rival.claim_id,))
    others = tuple(row.claim_id for row in rivals)
    kind = _RESULT_OF.get(claim.quantity)
    if kind and engine.results.of(claim.quantity, kind=kind):
        results = tuple(row.claim_id for row in engine.results.of(claim.quantity, kind=kind))
        text = "Usable: the printed results can have been computed with it."
        return Judgement("consistent", text, other=(*others, *results))
    text = "No result is printed for it."
    if claim.quantity == "cycle_time":
        text += (
            " It measures the objective, cycle times; of deadlines and budgets, as the key result "
            "beside it asks, it says nothing."
        )
    return Judgement("not reported", text, other=others)


def _disagreement(claim: ClaimRow, formula: Formula, rival: ClaimRow) -> str | None:
    """Apply the formulas of two places to the same data; say how they differ, if they do."""
    other = read_formula(rival.printed)
    scores = SCORES[: len(formula.names)]
    mine, theirs = (f.at(dict(zip(f.names, scores, strict=False))) for f in (formula, other))
    example = "/".join(decimal()(score) for score in scores)
    if mine == theirs or mine <= max(scores):
        return None
    shown = [_as_read(row, x) for row, x in ((claim, mine), (rival, theirs))]
    return f"For {example} it gives {shown[0]}, the formula of {rival.place} {shown[1]}."


def _as_read(claim: ClaimRow, value: Fraction) -> str:
    """Write what a formula gives; one said in words may mean a mean where we read a sum."""
    text = decimal(1 if value.denominator > 1 else 0)(value)
    if "+" not in claim.printed or "+" in claim.quotation:
        return text
    mean = Fraction(value, len(read_formula(claim.printed).names))
    return f"{text} read as a sum ({decimal()(mean)} as a mean)"


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
        f"Upside down: a margin of 10% prints as {decimal()(ten)}, and raising it to 11% gives "
        f"{decimal()(eleven)} ({format_like(change, '0.0%')}), so success looks like failure."
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


class Paper:
    """Judges the SEGELEC paper's claims, whose systems and texts are written out in code.

    Parameters
    ----------
    engine : Engine
        Decides its blocks of results.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.case = engine.case
        self.claims = engine.results.claims
        self.blocks: Mapping[str, tuple[str, ...]] = BLOCK_AXES

    def axes(self, claim: ClaimRow) -> tuple[tuple[str, ...], ...]:
        """Return the axes of the blocks that a result is in; targets and texts are in none."""
        return tuple(BLOCK_AXES[block] for block in self.engine.results.blocks(claim))

    def contradicted(self, claim: ClaimRow, reading: Reading) -> bool:
        """Whether a result is in a conflict of one of its blocks."""
        return contradiction(self.engine, claim, reading) is not None

    def judge(self, claim: ClaimRow, reading: Reading) -> Judgement:
        """Judge a result, a target, a formula, a count of listed things, or a statement."""
        if claim.role in ("target", "example"):
            return judge_target(self.engine, claim, reading)
        if self.engine.results.blocks(claim):
            return judge_result(self.engine, claim, reading)
        if claim.kind == "formula":
            return judge_formula(self.engine, claim)
        if claim.role == "structure":
            return judge_structure(self.engine, claim)
        return judge_text(self.claims, claim)

    def conflict(self, block: str, reading: Reading) -> tuple[str, ...]:
        """Return the smallest conflict of a block; empty if some data set prints so."""
        return self.engine.answer(block, reading).conflict


def judge_of(case: Case) -> Judge:
    """Return what judges a case: the paper's own judge only where a ledger is calibrated to it.

    Raises
    ------
    InputError
        If the case asks for a ledger, but its claims are not those of the paper.
    """
    return RelationsJudge(case) if case.parameters.calibration is None else Paper(Engine(case))
