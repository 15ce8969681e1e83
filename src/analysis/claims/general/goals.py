"""Verdicts on the targets of any case: whether the printed results say that one was reached."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from analysis.claims.bounds import Ratio
from analysis.claims.general.model import is_absolute, read_number
from analysis.claims.general.network import NUMERIC, UPPER
from analysis.claims.general.products import Item, Outcome, Product, frame
from analysis.claims.general.state import State
from analysis.claims.general.words import Range, noun
from analysis.claims.judgement import Judgement
from analysis.claims.printed import Interval
from analysis.claims.search import UndecidedError
from analysis.claims.system import Claim, Linear
from analysis.tables.strategy_tables import ClaimRow


def judge_goal(state: State, claim: ClaimRow) -> Judgement:
    """Judge a target: reached or missed for certain, open, or without a result.

    Parameters
    ----------
    state : State
        The printed results under one reading.
    claim : ClaimRow
        A row of role "target" or "example".
    """
    rows = state.model.claims.values()
    same = tuple(
        row.claim_id
        for row in rows
        if row.quantity == claim.quantity and row.role == claim.role and row != claim
    )
    if not claim.printed:
        return Judgement("unreadable", "This place has lost the number.", other=same)
    if state.model.kind(claim) not in NUMERIC:
        return Judgement(
            "not reported", "No number is printed that it could be held against.", other=same
        )
    if not any(_touches(state, claim, item) for item in state.items(list(state.model.items))):
        return Judgement(
            "not reported", f"No result on {noun(claim.quantity)} is printed.", other=same
        )
    return _Goal(state, claim).judge()


def _touches(state: State, claim: ClaimRow, item: Item) -> bool:
    """Say whether a result speaks about a target's quantity in its period."""
    nodes = {state.model.names[name] for name in item.names}
    row = state.model.quotient(claim.quantity, claim.period)
    what = {claim.quantity} if row is None else {row.parts[0], row.by}
    what |= {f"{claim.quantity}, {UPPER}"} if row is None else set()
    return any((name, period) in nodes for name in what for period in state.model.meant(claim))


class _Goal:
    """A target, as what must hold for it to be reached or missed."""

    def __init__(self, state: State, claim: ClaimRow) -> None:
        self.state, self.claim = state, claim
        self.item = state.model.item(claim)
        self.less = state.model.less_is_better(claim.quantity)
        printed, scale = read_number(claim)
        growth = state.model.kind(claim) == "growth"
        self.relative = growth and not is_absolute(claim, printed)
        size = printed.value * scale * (-1 if growth and self.less else 1)
        self.limit = size + (1 if self.relative else 0)
        names = set(self.item.names)
        self.tags = [
            tag
            for group in state.groups
            if any(names & set(item.names) for item in state.items(group.tags))
            for tag in group.tags
        ]
        self.settled = [tag for tag in self.tags if tag in state.group(tag).settled]

    def judge(self) -> Judgement:
        """Try both outcomes on the printed results."""
        others = tuple(
            row.claim_id
            for row in self.state.model.claims.values()
            if row.quantity == self.claim.quantity and row.role == "result"
        )
        blamed = [tag for tag in self.tags if tag not in self.settled]
        touched = [tag for tag in blamed if self._about(tag)]
        if touched:
            text = (
                f"Open: the results on it, {self.state.words.phrases(blamed)}, contradict each "
                "other."
            )
            return Judgement("underdetermined", text, other=others)
        reached = self.state.can_be(self.settled, self._side(reached=True))
        missed = self.state.can_be(self.settled, self._side(reached=False))
        if missed is Outcome.REFUTED:
            text = f"Reached: the results give {self._found()}, against {self.claim.printed}."
            return Judgement("consistent", text, other=others)
        if reached is Outcome.REFUTED:
            text = f"Missed: the results give {self._found()}, against {self.claim.printed}."
            return Judgement("inconsistent", text, other=others)
        if Outcome.UNDECIDED in (reached, missed):
            text = "Open: neither a data set nor a contradiction was found."
            return Judgement("underdetermined", text, other=others)
        return self._open(others)

    def _about(self, tag: str) -> bool:
        return any(
            not set(item.names).isdisjoint(self.item.names) for item in self.state.model.items[tag]
        )

    def _side(self, *, reached: bool) -> Item:
        """Return the target as a claim: that it was reached, or that it was missed."""
        above = Interval(self.limit, None) if reached else Interval(self.limit, None, False)
        below = Interval(None, self.limit) if reached else Interval(None, self.limit, True, False)
        return replace(self.item, inside=above if reached != self.less else below)

    def _found(self) -> Range:
        return self.state.words.allowed(self.claim, self.item, self.state.items(self.settled))

    def _open(self, others: tuple[str, ...]) -> Judgement:
        if self.relative:
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
        name = f"growth of {key}" if self.relative else key
        return Judgement("underdetermined", text, bounds={name: found.ends}, other=others)

    def _start(self) -> tuple[str, Range] | None:
        """Bound the value in the base period under which the target can have been reached."""
        model, base = self.state.model, self.state.model.base(self.claim)
        before = model.value(self.claim.quantity, base)
        items = self.state.items(self.settled)
        told = {name for item in items for name in item.names}
        part = before.numerator if isinstance(before, Ratio) else before
        if self.limit <= 0 or not told.isdisjoint(name for name, _ in part.terms):
            return None
        now = self.item.later if isinstance(self.item, Product) else self.item.numerator
        try:
            found = frame(items, model.definitions, self.item).bounds(now)
        except UndecidedError:
            return None
        end = found.low if self.less else found.high
        if end is None:
            return None
        whole = now if isinstance(now, Ratio) else Ratio(now, Linear((), Fraction(1)))
        edge = Interval(end.limit, end.limit)
        there = Claim(self.claim.claim_id, whole.numerator, edge, whole.denominator)
        closed = self.state.can_be(self.settled, there) is not Outcome.REFUTED
        return " and ".join(base), self._like_results(end.limit / self.limit, closed=closed)

    def _like_results(self, edge: Fraction, *, closed: bool) -> Range:
        """Write a limit as the results on the quantity are printed, with two more digits."""
        model = self.state.model
        levels = (
            read_number(row)
            for row in model.claims.values()
            if row.quantity == self.claim.quantity
            and row.printed
            and row.role == "result"
            and model.kind(row) != "growth"
        )
        printed, scale = next(levels, (None, 1))
        unit = (printed.scale if printed else 1) * scale
        places = 2 + (printed.decimals if printed else 0)
        sign = "%" if printed and printed.percent else ""
        low, high = (edge / unit, None) if self.less else (None, edge / unit)
        return Range(low, high, places, sign, closed, closed)
