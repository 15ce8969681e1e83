"""Verdicts on targets: whether the printed results say that a target was reached.

A target is *reproduced* if reaching it follows from printed results, *underdetermined* if that
depends on what is not printed, and *not reported* if no result on it is printed at all.
"""

from __future__ import annotations

from fractions import Fraction

from analysis.claims.judgement import Judgement, per_cent
from analysis.claims.printed import Interval, Rounding, parse_percent, preimage
from analysis.claims.readings import Engine, Reading
from analysis.tables import ClaimRow

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
        return _cost(engine, claim, reading, same)
    results = engine.results.of(claim.quantity)
    if not results:
        return Judgement("not reported", _nothing(engine, claim), other=same)
    goal = parse_percent(claim.printed).value
    outcome = preimage(results[0].printed, Rounding(reading["rounding"]))
    others = tuple(row.claim_id for row in results)
    if claim.quantity != "satisfaction":
        return _growth_target(claim, reading, goal, engine, others)
    is_level = reading["satisfaction"] in _LEVELS
    judge = _from_level if is_level else _from_growth
    return judge(_kind(claim, reading), goal, outcome, others)


def _kind(claim: ClaimRow, reading: Reading) -> str:
    """Say whether a target is relative, in points, or a level."""
    if claim.kind == "level":
        return "level"
    return reading["target_kind"] if "target_kind" in claim.axes else "relative"


def _growth_target(
    claim: ClaimRow, reading: Reading, goal: Fraction, engine: Engine, others: tuple[str, ...]
) -> Judgement:
    """Compare a target with printed growth rates (sales, productivity)."""
    if _kind(claim, reading) != "relative":
        text = "Results are printed as growth rates only; they say nothing on points or levels."
        return Judgement("underdetermined", text, other=others)
    rounding = Rounding(reading["rounding"])
    rates = [
        row
        for row in engine.results.of(claim.quantity, kind="growth")
        if row.period == claim.period or claim.period == "unstated"
    ]
    lows = {row.printed: preimage(row.printed, rounding).ends[0] for row in rates}
    printed, low = min(lows.items(), key=lambda item: item[1])
    others = tuple(row.claim_id for row in rates)
    if low >= goal:
        text = f"Reached: {printed} stands for at least {per_cent(low, 2)}."
        return Judgement("reproduced", text, other=others)
    text = f"Open: {printed} may stand for as little as {per_cent(low, 2)}."
    return Judgement("underdetermined", text, other=others)


def _from_level(kind: str, goal: Fraction, level: Interval, others: tuple[str, ...]) -> Judgement:
    """Compare a target with a printed level whose start is unknown."""
    low, high = level.ends
    if kind == "level":
        text = f"Reached: at least {per_cent(low, 2)} against {per_cent(goal, 0)}."
        if low >= goal:
            return Judgement("reproduced", text, other=others)
        return Judgement("inconsistent", f"Missed: at most {per_cent(high, 2)}.", other=others)
    start = Fraction(high, 1 + goal) if kind == "relative" else high - goal
    text = (
        f"Open: the start is not printed; reached only if it was below {per_cent(start, 2)}, "
        f"given a result below {per_cent(high, 2)}."
    )
    found = {"satisfaction_before": ("0.00%", per_cent(start, 2))}
    return Judgement("underdetermined", text, bounds=found, other=others)


def _from_growth(kind: str, goal: Fraction, rate: Interval, others: tuple[str, ...]) -> Judgement:
    """Compare a target with a printed growth rate of an index whose start is unknown."""
    low, high = rate.ends
    if kind == "relative":
        text = f"Reached: growth of at least {per_cent(low, 2)} against {per_cent(goal, 0)}."
        return Judgement("reproduced", text, other=others)
    start = Fraction(goal, high) if kind == "points" else Fraction(goal, 1 + high)
    text = f"Open: the start is not printed; reached only if it was above {per_cent(start, 2)}."
    found = {"satisfaction_before": (per_cent(start, 2), per_cent(Fraction(1, 1 + low), 2))}
    return Judgement("underdetermined", text, bounds=found, other=others)


def _cost(engine: Engine, claim: ClaimRow, reading: Reading, same: tuple[str, ...]) -> Judgement:
    """Judge the monthly cost target, which one place words as a rate and another as a cap."""
    cap = "less than" in claim.quotation
    rival = [
        row for row in engine.results.claims
        if row.claim_id in same and ("less than" in row.quotation) != cap
    ]  # fmt: skip
    if not rival or (reading["cost_target"] == "cap") == cap:
        yearly = 1 - (1 - parse_percent(claim.printed).value) ** 12
        text = f"No result is printed. {claim.printed} a month is {per_cent(yearly, 2)} a year."
        return Judgement("not reported", text, other=same)
    wanted = "less than" if not cap else "exactly"
    text = (
        f"{rival[0].place} asks for {wanted} {rival[0].printed} a month, this place for "
        f"{'less than' if cap else 'exactly'} {claim.printed}: no rate is both."
    )
    conflict = tuple(sorted((claim.claim_id, rival[0].claim_id)))
    return Judgement("inconsistent", text, conflict=conflict, other=same)


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
