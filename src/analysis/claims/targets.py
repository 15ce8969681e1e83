"""Verdicts on targets: whether the printed results say that a target was reached.

A target is *consistent* with the results if it follows from them that it was reached,
*inconsistent* if it follows that it was missed, *underdetermined* if that depends on what is not
printed, and *not reported* if no result on it is printed at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from analysis.base.numbers import Rounding
from analysis.claims.engine import Engine
from analysis.claims.judgement import Judgement, outward_per_cent, per_cent
from analysis.claims.printed import Interval, parse_percent, preimage
from analysis.claims.readings import Reading
from analysis.tables.strategy_tables import ClaimRow

_LEVELS = ("share", "squared-share", "mean-score")


def judge_target(engine: Engine, claim: ClaimRow, reading: Reading) -> Judgement:
    """Judge a target or an example of one under one full reading.

    Parameters
    ----------
    engine : Engine
        Holds the printed results.
    claim : ClaimRow
        A row of role "target" or "example".
    reading : mapping of str to str
        One option for every axis of ``case.yaml``.
    """
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
        low, high = outward_per_cent(*self.inside.ends)
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
    ends = outward_per_cent(Fraction(0), start)
    text = (
        f"Open: the start is not printed; reached only if it was {'at most' if closed else 'below'}"
        f" {ends[1]}, given a result of {met.most} {outward_per_cent(high, high)[1]}."
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
    ends = outward_per_cent(start, Fraction(1, 1 + low))
    text = (
        "Open: the start is not printed; reached only if it was "
        f"{'at least' if closed else 'above'} {ends[0]}."
    )
    found = {"satisfaction_before": ends}
    return Judgement("underdetermined", text, bounds=found, other=met.others)


def _cost(engine: Engine, claim: ClaimRow, same: tuple[str, ...]) -> Judgement:
    """Judge the monthly cost target, which one place words as a rate and another as a cap."""
    goal = parse_percent(claim.printed).value
    yearly = per_cent(1 - (1 - goal) ** 12, 2)
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
            f"start of {per_cent(Fraction(level, 1 + rise), 2)}."
        )
    return text
