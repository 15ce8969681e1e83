"""Verdicts on the formulas, statements and counts of listed things of any case."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from analysis.base.errors import InputError
from analysis.claims.formulas import Formula, read_formula
from analysis.claims.judgement import Judgement, decimals
from analysis.tables.strategy_tables import ClaimRow

_EXAMPLE = (70, 80, 90, 60, 50, 40)
"""Values on which the formulas of several places are compared."""


def judge_text(claims: Sequence[ClaimRow], claim: ClaimRow) -> Judgement:
    """Judge a formula, a statement that no relation puts into numbers, or a count of things."""
    if claim.kind != "formula":
        return Judgement("not reported", "No printed number bears on it.")
    formula = _read(claim)
    lost = formula.lost_operator
    if lost is not None:
        text = f"“{lost}” stands twice in a row: a fraction bar or a sign is lost."
        return Judgement("unreadable", text)
    rivals = [
        row
        for row in claims
        if row.kind == "formula" and row.quantity == claim.quantity and row != claim
    ]
    for rival in rivals:
        text = _disagreement(formula, _read(rival), rival.place)
        if text:
            conflict = tuple(sorted((claim.claim_id, rival.claim_id)))
            return Judgement("inconsistent", text, conflict=conflict, other=(rival.claim_id,))
    others = tuple(row.claim_id for row in rivals)
    results = tuple(
        r.claim_id for r in claims if r.quantity == claim.quantity and r.role == "result"
    )
    if results:
        text = "It can be read, and results are printed that may have been computed with it."
        return Judgement("consistent", text, other=(*others, *results))
    return Judgement("not reported", "No result is printed for it.", other=others)


def _read(claim: ClaimRow) -> Formula:
    try:
        return read_formula(claim.printed)
    except InputError as error:
        raise InputError(
            error.rule, file="claims.csv", row=claim.claim_id, column="printed", value=claim.printed
        ) from error


def _disagreement(formula: Formula, other: Formula, place: str) -> str:
    """Apply two formulas with the same names to the same values; say how they differ."""
    if set(formula.names) != set(other.names) or len(formula.names) > len(_EXAMPLE):
        return ""
    data = dict(zip(formula.names, map(Fraction, _EXAMPLE), strict=False))
    mine, theirs = formula.at(data), other.at(data)
    if mine == theirs:
        return ""
    shown = [decimals(x, 0 if x.denominator == 1 else 2) for x in (mine, theirs)]
    example = " and ".join(f"{name} of {decimals(x)}" for name, x in data.items())
    return f"For {example} it gives {shown[0]}, the formula of {place} {shown[1]}."
