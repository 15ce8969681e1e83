"""Verdicts on targets, formulas, counts of listed things, and statements without a number.

A target is held against the results on its quantity, under one reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import reduce

from analysis.base.errors import InputError
from analysis.base.expression import Formula, read_formula
from analysis.base.text import decimal, listed
from analysis.claims.network import State
from analysis.claims.nodes import GROWTH, NUMERIC, OPEN_PERIODS, UPPER
from analysis.claims.printed import Interval
from analysis.claims.relations import ASSERTED, Claims, Relations, is_result
from analysis.claims.solver.questions import Outcome
from analysis.claims.solver.search import MOST_CASES
from analysis.claims.solver.system import Claim, Item, Ratio
from analysis.claims.wording import Judgement, Range, Wording, about, grain_of, noun
from analysis.tables.strategy_tables import ClaimRow

WHOLE = (
    "Open: with what else is printed it fits only if amounts of money need not be whole hundredths."
)
"""What is said where claims fit only if money is finer than it is."""

GIVEN_UP = (
    f"Neither a data set nor a contradiction was found in {MOST_CASES:,} cases of whole numbers."
)
"""What is said where a search was given up."""


def judge_goal(claims: Claims, state: State | None, claim: ClaimRow) -> Judgement:
    """Judge a target: reached or missed for certain, open, or without a result.

    Parameters
    ----------
    claims : sequence of ClaimRow
        All claims of the case.
    state : State or None
        The printed results on its quantity under one reading; None if there are none.
    claim : ClaimRow
        A row of role "target" or "example". Without a period it is compared with the results of
        every period.
    """
    same = tuple(
        row.claim_id
        for row in claims
        if row.quantity == claim.quantity and row.role == claim.role and row != claim
    )
    if not claim.printed:
        return Judgement("unreadable", "This place has lost the number.", other=same)
    kind = claim.kind if state is None else state.network.kind(claim)
    if kind not in NUMERIC:
        text = "No number is printed that it could be compared with."
        return Judgement("not reported", text, other=same)
    about = [] if state is None else _by_period(state, claim)
    found = [
        _Goal(state, one).judge()
        for one in about
        if state and any(_touches(state, one, item) for item in state.items([*state.network.items]))
    ]
    if not found:
        text = f"No result on {noun(claim.quantity)} is printed."
        return Judgement("not reported", text, other=same)
    return _together(found)


def _by_period(state: State, claim: ClaimRow) -> list[ClaimRow]:
    """Give a target without a period that of each result on its quantity."""
    if claim.period not in OPEN_PERIODS or state.network.says_period(claim):
        return [claim]
    periods = [
        row.period
        for row in state.network.claims.values()
        if row.quantity == claim.quantity and is_result(row)
    ]
    return [claim.model_copy(update={"period": period}) for period in dict.fromkeys(periods)]


def _together(found: Sequence[Judgement]) -> Judgement:
    """Join the judgements on a target by period."""
    words = {one.verdict for one in found}
    if len(words) == 1:
        texts = dict.fromkeys(one.evidence for one in found)
        return replace(found[0], evidence=" ".join(texts))
    text = "Open: the results of one period reach it, those of another do not or leave it open."
    return Judgement("underdetermined", text, other=found[0].other)


def _touches(state: State, claim: ClaimRow, item: Item) -> bool:
    """Say whether a result speaks about a target's quantity in its period."""
    nodes = {state.network.names[name] for name in item.names}
    row = state.network.quotient(claim.quantity, claim.period)
    what = {claim.quantity} if row is None else {row.parts[0], row.by}
    what |= {f"{claim.quantity}, {UPPER}"} if row is None else set()
    return any((name, period) in nodes for name in what for period in state.network.meant(claim))


class _Goal:
    """A target, as what must hold for it to be reached or missed."""

    def __init__(self, state: State, claim: ClaimRow) -> None:
        self.state, self.claim = state, claim
        self.words = Wording(state.network)
        self.item = state.network.item(claim)
        self.less = state.network.less_is_better(claim.quantity)
        self.growth = state.network.kind(claim) in GROWTH
        self.relative = state.network.is_factor(claim)
        size = claim.number.value * (-1 if self.growth and self.less else 1)
        self.limit = size + (1 if self.relative else 0)
        names = set(self.item.names)
        self.tags = [
            tag
            for group in state.groups
            if any(names & set(item.names) for item in state.items(group.tags))
            for tag in group.tags
        ]
        settled = [tag for tag in self.tags if tag in state.group(tag).settled]
        self.settled = state.every.some(settled)

    def judge(self) -> Judgement:
        """Try both outcomes on the printed results."""
        others = tuple(
            row.claim_id
            for row in self.state.network.claims.values()
            if row.quantity == self.claim.quantity and row.role == "result"
        )
        blamed = [tag for tag in self.tags if tag not in self.settled.tags]
        names = set(self.item.names)
        if any(names & set(item.names) for item in self.state.items(blamed)):
            text = f"Open: the results on it, {self.words.phrases(blamed)}, contradict each other."
            return Judgement("underdetermined", text, other=others)
        if any(self.state.group(tag).whole for tag in self.tags):
            return Judgement("underdetermined", WHOLE, other=others)
        reached, missed = (self._can_be(reached=side) for side in (True, False))
        if missed is Outcome.REFUTED:
            text = f"Reached: the results give {self._found()}, against {self.claim.printed}."
            return Judgement("consistent", text, other=others)
        if reached is Outcome.REFUTED:
            text = f"Missed: the results give {self._short()}, against {self.claim.printed}."
            return Judgement("inconsistent", text, other=others)
        if Outcome.UNDECIDED in (reached, missed):
            return Judgement("undecided", GIVEN_UP, other=others)
        return self._open(others)

    def _can_be(self, *, reached: bool) -> dict[str, int] | Outcome:
        """Say whether the target can have been reached (or missed).

        Where results print the very same thing, what they stand for decides: so no verdict rests
        on a limit of ours to what else could be.
        """
        side = self._side(reached=reached)
        same = [x.inside for x in self.settled.items if about(x) == about(side)]
        if not same:
            return self.settled.possible(side)
        return Outcome.REFUTED if reduce(Interval.meet, same, side.inside).empty else {}

    def _side(self, *, reached: bool) -> Item:
        """Return the target as a claim: that it was reached, or that it was missed."""
        low, high = (None, self.limit) if reached == self.less else (self.limit, None)
        return replace(self.item, inside=Interval(low, high, reached, reached))

    def _found(self) -> Range:
        return self.words.allowed(self.claim, self.item, self.settled)

    def _short(self) -> str:
        """Write what results give; the end towards the target is named where it is left out."""
        found = self._found()
        (low, high), inside = found.ends, found.inside
        end, closed = (low, inside.low_closed) if self.less else (high, inside.high_closed)
        return f"{found}, without {end} itself" if low and high and not closed else str(found)

    def _open(self, others: tuple[str, ...]) -> Judgement:
        if self.growth:
            start = self._start()
            if start is not None:
                base, found = start
                text = (
                    f"Open: {noun(self.claim.quantity)} in {base} is not printed; reached only if "
                    f"it was {found}."
                )
                bounds = {f"{self.claim.quantity}@{base}": found.ends}
                return Judgement("underdetermined", text, bounds=bounds, other=others)
        found = self._found()
        text = f"Open: the results allow {found}, and the target is {self.claim.printed}."
        key = f"{self.claim.quantity}@{self.claim.period}"
        name = f"growth of {key}" if self.growth else key
        return Judgement("underdetermined", text, bounds={name: found.ends}, other=others)

    def _start(self) -> tuple[str, Range] | None:
        """Bound the value in the base period under which the target can have been reached."""
        network, base = self.state.network, self.state.network.base(self.claim).parts
        before = network.value(self.claim.quantity, base)
        items = self.settled.items
        told = {name for item in items for name in item.names}
        part = before.numerator if isinstance(before, Ratio) else before
        if self.limit <= 0 or not told.isdisjoint(name for name, _ in part.terms):
            return None
        now = network.value(self.claim.quantity, network.meant(self.claim))
        whole = now if isinstance(now, Ratio) else Ratio(now)
        there = Claim(self.claim.claim_id, whole.numerator, Interval(None, None), whole.denominator)
        inside = self.words.range(there, self.settled, grain_of(now) or Fraction(1, 10**6))
        end = inside.low if self.less else inside.high
        if end is None:
            return None
        closed = inside.low_closed if self.less else inside.high_closed
        start = Fraction(end, self.limit) if self.relative else end - self.limit
        return " and ".join(base), self._like_results(start, closed=closed)

    def _like_results(self, edge: Fraction, *, closed: bool) -> Range:
        """Write a limit as the results on the quantity are printed, with two more digits."""
        network = self.state.network
        levels = (
            row.number
            for row in network.claims.values()
            if row.quantity == self.claim.quantity
            and row.printed
            and row.role == "result"
            and network.kind(row) not in GROWTH
        )
        printed = next(levels, None)
        places = 2 + (printed.decimals if printed else 0)
        sign = "%" if printed and printed.percent else ""
        limit = Fraction(edge, printed.scale if printed else 1)
        low, high = (limit, None) if self.less else (None, limit)
        return Range(Interval(low, high, closed, closed), places, sign)


_EXAMPLE = (70, 80, 90, 60, 50, 40)
"""Values on which the formulas of several places are compared."""

_USUAL = (100, 90, 80, 70, 60, 50)
"""Values on which a formula is compared with what its name stands for."""

_COUNTS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def judge_text(claims: Claims, relations: Relations, claim: ClaimRow) -> Judgement:
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


def _formula(claims: Claims, relations: Relations, claim: ClaimRow) -> Judgement:
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
