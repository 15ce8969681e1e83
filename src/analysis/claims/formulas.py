"""Verdicts on formulas, counts of listed things, and statements without a number."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from analysis.base.errors import InputError
from analysis.base.text import decimal, listed
from analysis.claims.nodes import ASSERTED
from analysis.claims.printed import Formula, read_formula
from analysis.claims.relations import RelationRow
from analysis.claims.wording import Judgement, noun
from analysis.tables.strategy_tables import ClaimRow

_EXAMPLE = (70, 80, 90, 60, 50, 40)
"""Values on which the formulas of several places are compared."""

_USUAL = (100, 90, 80, 70, 60, 50)
"""Values on which a formula is compared with what its name stands for."""

_COUNTS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def judge_text(
    claims: Sequence[ClaimRow], relations: Sequence[RelationRow], claim: ClaimRow
) -> Judgement:
    """Judge a formula, a statement that no relation puts into numbers, or a count of things."""
    rows = {row.relation: row for row in relations if row.claim == claim.claim_id}
    if "damaged" in rows:
        return Judgement("unreadable", rows["damaged"].note)
    if "lists" in rows:
        parts = rows["lists"].parts
        same = claim.printed.lower() in (str(len(parts)), _COUNTS[min(len(parts), 10)])
        text = f"Counted: {len(parts)} ({', '.join(parts)})."
        return Judgement("reproduced" if same else "inconsistent", text)
    if claim.kind == "formula":
        return _formula(claims, relations, claim)
    if any(row.relation in ASSERTED for row in rows.values()):
        return Judgement("consistent", "Fits: so read, it bears on no printed number.")
    return Judgement("not reported", "No printed number bears on it.")


def _formula(
    claims: Sequence[ClaimRow], relations: Sequence[RelationRow], claim: ClaimRow
) -> Judgement:
    formula = _read(claim, claim.printed)
    lost = formula.lost_operator
    if lost is not None:
        text = f"“{lost}” stands twice in a row: a fraction bar or a sign is lost."
        return Judgement("unreadable", text)
    means = {row.claim: row.of for row in relations if row.relation == "means"}
    damaged = {row.claim for row in relations if row.relation == "damaged"}
    formula = _read(claim, means.get(claim.claim_id, claim.printed))
    rivals = [
        row
        for row in claims
        if row.kind == "formula" and row.quantity == claim.quantity and row != claim
    ]
    others = tuple(row.claim_id for row in rivals)
    usual = [r for r in relations if r.relation == "standard" and r.quantity == claim.quantity]
    for row in usual:
        what = f"the usual formula for {noun(row.quantity)}"
        text = _disagreement(formula, _read(claim, row.of), what, _USUAL)
        if text:
            conflict = tuple(sorted((claim.claim_id, *others)))
            return Judgement("inconsistent", text, conflict=conflict, other=others)
    for rival in [] if usual else rivals:
        if rival.claim_id not in damaged:
            other = _read(rival, means.get(rival.claim_id, rival.printed))
            text = _disagreement(formula, other, f"the formula of {rival.place}", _EXAMPLE)
            if text:
                conflict = tuple(sorted((claim.claim_id, rival.claim_id)))
                return Judgement("inconsistent", text, conflict=conflict, other=(rival.claim_id,))
    results = tuple(
        r.claim_id for r in claims if r.quantity == claim.quantity and r.role == "result"
    )
    if results:
        text = "It can be read, and results are printed that may have been computed with it."
        return Judgement("consistent", text, other=(*others, *results))
    return Judgement("not reported", "No result is printed for it.", other=others)


def _read(claim: ClaimRow, text: str) -> Formula:
    try:
        return read_formula(text)
    except InputError as error:
        raise InputError(
            error.rule, file="claims.csv", row=claim.claim_id, column="printed", value=text
        ) from error


def _disagreement(formula: Formula, other: Formula, what: str, example: Sequence[int]) -> str:
    """Apply two formulas with the same names to the same values; say how they differ."""
    if set(formula.names) != set(other.names) or len(formula.names) > len(example):
        return ""
    data = dict(zip(formula.names, map(Fraction, example), strict=False))
    mine, theirs = formula.at(data), other.at(data)
    if mine == theirs:
        return ""
    shown = [decimal(0 if x.denominator == 1 else 2)(x) for x in (mine, theirs)]
    values = listed([f"{name} of {decimal()(x)}" for name, x in data.items()])
    return f"For {values} it gives {shown[0]}, {what} {shown[1]}."
