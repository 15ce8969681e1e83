"""Verdicts on the claims of any case, by what ``relations.csv`` says of their quantities.

A result is held against everything else that is printed, a target against the results on its
quantity, and a formula against the formulas of other places.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from analysis.base.errors import InputError
from analysis.base.text import decimal
from analysis.claims.groups import Group, Solved, State, in_folder, network_of, read_inputs
from analysis.claims.network import NUMERIC, UPPER
from analysis.claims.printed import Formula, Interval, read_formula
from analysis.claims.relations import RelationRow, is_absolute, read_number
from analysis.claims.single import beyond_whole, sharpness
from analysis.claims.solver.bounds import Ratio
from analysis.claims.solver.conflicts import MOST_QUESTIONS
from analysis.claims.solver.products import Item, Outcome, Product, frame
from analysis.claims.solver.search import MAX_NODES, UndecidedError
from analysis.claims.solver.system import Claim, Linear, connected
from analysis.claims.verdicts import ROUNDING, Judgement, Reading
from analysis.claims.wording import Range, noun
from analysis.tables.case import Case
from analysis.tables.strategy_tables import ClaimRow

WHOLE = (
    "Open: with what else is printed it fits only if amounts of money need not be whole hundredths."
)

GIVEN_UP = (
    f"Neither a data set nor a contradiction was found in {MAX_NODES:,} cases of whole numbers."
)


def judge_goal(state: State, claim: ClaimRow) -> Judgement:
    """Judge a target: reached or missed for certain, open, or without a result.

    Parameters
    ----------
    state : State
        The printed results under one reading.
    claim : ClaimRow
        A row of role "target" or "example".
    """
    rows = state.network.claims.values()
    same = tuple(
        row.claim_id
        for row in rows
        if row.quantity == claim.quantity and row.role == claim.role and row != claim
    )
    if not claim.printed:
        return Judgement("unreadable", "This place has lost the number.", other=same)
    if state.network.kind(claim) not in NUMERIC:
        return Judgement(
            "not reported", "No number is printed that it could be held against.", other=same
        )
    if not any(_touches(state, claim, item) for item in state.items(list(state.network.items))):
        return Judgement(
            "not reported", f"No result on {noun(claim.quantity)} is printed.", other=same
        )
    return _Goal(state, claim).judge()


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
        self.item = state.network.item(claim)
        self.less = state.network.less_is_better(claim.quantity)
        printed, scale = read_number(claim)
        growth = state.network.kind(claim) == "growth"
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
            for row in self.state.network.claims.values()
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
        if any(self.state.group(tag).whole for tag in self.tags):
            return Judgement("underdetermined", WHOLE, other=others)
        reached = self.state.can_be(self.settled, self._side(reached=True))
        missed = self.state.can_be(self.settled, self._side(reached=False))
        if missed is Outcome.REFUTED:
            text = f"Reached: the results give {self._found()}, against {self.claim.printed}."
            return Judgement("consistent", text, other=others)
        if reached is Outcome.REFUTED:
            text = f"Missed: the results give {self._found()}, against {self.claim.printed}."
            return Judgement("inconsistent", text, other=others)
        if Outcome.UNDECIDED in (reached, missed):
            return Judgement("undecided", GIVEN_UP, other=others)
        return self._open(others)

    def _about(self, tag: str) -> bool:
        return any(
            not set(item.names).isdisjoint(self.item.names)
            for item in self.state.network.items[tag]
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
        network, base = self.state.network, self.state.network.base(self.claim)
        before = network.value(self.claim.quantity, base)
        items = self.state.items(self.settled)
        told = {name for item in items for name in item.names}
        part = before.numerator if isinstance(before, Ratio) else before
        if self.limit <= 0 or not told.isdisjoint(name for name, _ in part.terms):
            return None
        now = self.item.later if isinstance(self.item, Product) else self.item.numerator
        try:
            found = frame(items, network.definitions, self.item).bounds(now)
        except UndecidedError:
            return None
        end = found.low if self.less else found.high
        if end is None:
            return None
        whole = now if isinstance(now, Ratio) else Ratio(now, Linear((), Fraction(1)))
        edge = Interval(end.limit, end.limit)
        there = Claim(self.claim.claim_id, whole.numerator, edge, whole.denominator)
        closed = self.state.can_be(self.settled, there) is not Outcome.REFUTED
        return " and ".join(base), self._like_results(
            Fraction(end.limit, self.limit), closed=closed
        )

    def _like_results(self, edge: Fraction, *, closed: bool) -> Range:
        """Write a limit as the results on the quantity are printed, with two more digits."""
        network = self.state.network
        levels = (
            read_number(row)
            for row in network.claims.values()
            if row.quantity == self.claim.quantity
            and row.printed
            and row.role == "result"
            and network.kind(row) != "growth"
        )
        printed, scale = next(levels, (None, 1))
        unit = (printed.scale if printed else 1) * scale
        places = 2 + (printed.decimals if printed else 0)
        sign = "%" if printed and printed.percent else ""
        limit = Fraction(edge, unit)
        low, high = (limit, None) if self.less else (None, limit)
        return Range(low, high, places, sign, closed, closed)


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
    shown = [decimal(0 if x.denominator == 1 else 2)(x) for x in (mine, theirs)]
    example = " and ".join(f"{name} of {decimal()(x)}" for name, x in data.items())
    return f"For {example} it gives {shown[0]}, the formula of {place} {shown[1]}."


def _blocks(
    claims: Sequence[ClaimRow], relations: Sequence[RelationRow], order: Sequence[str]
) -> dict[str, tuple[set[str], tuple[str, ...]]]:
    """Return the quantities and the axes (in `order`) of each block, by its first quantity."""
    named = [
        {*row.quantities, *(c.quantity for c in claims if c.claim_id == row.claim)}
        | {f"{axis}=" for axis in row.conditions}
        for row in relations
    ]
    named += [
        {claim.quantity} | {f"{axis}=" for axis in claim.axes if axis != ROUNDING}
        for claim in claims
    ]
    groups = [names for _, names in connected((None, names) for names in named)]
    found: dict[str, tuple[set[str], tuple[str, ...]]] = {}
    for claim in claims:
        if claim.role == "result" and claim.kind in NUMERIC:
            names = next(names for names in groups if claim.quantity in names)
            if not any(names is other for other, _ in found.values()):
                axes = tuple(axis for axis in order if f"{axis}=" in names or axis == ROUNDING)
                found[claim.quantity] = (names, axes)
    return found


class RelationsJudge:
    """Judges the claims of any case by its ``relations.csv``.

    Parameters
    ----------
    case : Case
        A case with ``claims.csv``.

    Raises
    ------
    InputError
        If a table breaks a rule, or the relations leave out what a claim needs.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.claims, self.relations = read_inputs(case)
        found = _blocks(self.claims, self.relations, list(case.parameters.readings))
        self._quantities = {block: names for block, (names, _) in found.items()}
        self.blocks: Mapping[str, tuple[str, ...]] = {
            block: axes for block, (_, axes) in found.items()
        }
        self._states: dict[tuple[str, ...], State] = {}
        self._found: dict[tuple[str, ...], Judgement] = {}
        self._solved: Solved = {}
        self._results: dict[tuple[str, str, Group], Judgement] = {}

    def state(self, reading: Reading) -> State:
        """Return all results under one reading."""
        key = tuple(reading[axis] for axis in self.case.parameters.readings)
        if key not in self._states:
            network = network_of(self.case, self.claims, self.relations, dict(reading))
            with in_folder(self.case):
                self._states[key] = State(network, self._solved)
        return self._states[key]

    def axes(self, claim: ClaimRow) -> tuple[tuple[str, ...], ...]:
        """Return the axes of the block of results that a claim's quantity is in."""
        return tuple(
            axes for block, axes in self.blocks.items() if claim.quantity in self._quantities[block]
        )

    def contradicted(self, claim: ClaimRow, reading: Reading) -> bool:
        """Whether a claim is in a conflict under a full reading."""
        return self.judge(claim, reading).verdict == "inconsistent"

    def judge(self, claim: ClaimRow, reading: Reading) -> Judgement:
        """Judge a claim under one full reading (an option for every axis)."""
        key = (claim.claim_id, *(reading[axis] for axis in self.case.parameters.readings))
        if key not in self._found:
            state = self.state(reading)
            with in_folder(self.case):
                self._found[key] = self._judge(state, claim)
        return self._found[key]

    def _judge(self, state: State, claim: ClaimRow) -> Judgement:
        if claim.role in ("target", "example"):
            return judge_goal(state, claim)
        if claim.claim_id in state.network.first:
            return self._result(state, claim)
        return judge_text(self.claims, claim)

    def conflict(self, block: str, reading: Reading) -> tuple[str, ...]:
        """Return the claims of the smallest conflicts of a block."""
        state = self.state(reading)
        names = self._quantities[block]
        return tuple(
            tag
            for group in state.groups
            if any(state.network.claims[tag].quantity in names for tag in group.tags)
            for one in group.conflicts
            for tag in one
        )

    def _result(self, state: State, claim: ClaimRow) -> Judgement:
        tag = state.network.first[claim.claim_id]
        others = tuple(
            other
            for other, first in state.network.first.items()
            if first == tag and other != claim.claim_id
        )
        if tag not in state.network.items:
            lost = "This place has lost the number; nothing is inferred."
            return Judgement("unreadable", lost, other=others)
        group = state.group(tag)
        key = (claim.claim_id, state.network.kind(claim), group)
        if key not in self._results:
            self._results[key] = self._in_group(state, claim, group)
        return replace(self._results[key], other=others)

    def _in_group(self, state: State, claim: ClaimRow, group: Group) -> Judgement:
        tag = state.network.first[claim.claim_id]
        for conflict in group.conflicts:
            if tag in conflict:
                return _contradicted(state, claim, conflict)
        rest = tuple(other for other in group.settled if other != tag)
        if group.witness is None:
            return _without_data(group)
        witness = state.words.visible(group.witness)
        if rest and state.follows(tag, rest):
            found = state.words.allowed(claim, state.network.items[tag][0], state.items(rest))
            text = _follows(claim, found)
            return Judgement("reproduced", text, witness, sharpness=sharpness(1, None))
        ranges = state.words.open_ranges(tag, state.items(group.settled))
        text = _fits(state, group, rest, ranges) + _why(state, claim)
        conflicts = group.conflicts[0] if group.conflicts else ()
        ends = {name: one.ends for name, one in ranges.items()}
        sharp = ""
        if rest and claim.role == "result":
            item = state.network.items[tag][0]
            sharp = state.words.leeway(claim, item, state.items(rest))
        return Judgement("consistent", text, witness, conflicts, ends, sharpness=sharp)


def _why(state: State, claim: ClaimRow) -> str:
    """Say why a printed share cannot be one, if it cannot."""
    numeric = claim.is_number and state.network.kind(claim) == "share"
    why = beyond_whole(claim.number) if numeric else ""
    return f" {why[0].upper()}{why[1:]}." if why else ""


def _without_data(group: Group) -> Judgement:
    if group.whole:
        return Judgement("underdetermined", WHOLE)
    if group.complete:
        return Judgement("undecided", GIVEN_UP)
    text = (
        f"It is in none of the {len(group.conflicts):,} contradictions that {MOST_QUESTIONS:,} "
        "questions on parts of the printed numbers found; the search was then given up."
    )
    return Judgement("undecided", text)


def _contradicted(state: State, claim: ClaimRow, conflict: tuple[str, ...]) -> Judgement:
    tag = state.network.first[claim.claim_id]
    together = "together" if len(conflict) > 1 else "at all"
    text = f"No data set has {state.words.phrases(conflict)} {together}."
    rest = [other for other in conflict if other != tag]
    item = state.network.items[tag][0]
    if rest and claim.role == "result":
        found = state.words.allowed(claim, item, state.items(rest))
        if any(found.ends):
            text += f" By {state.words.phrases(rest)} alone it would be {found}."
    return Judgement("inconsistent", text + _why(state, claim), conflict=conflict)


def _follows(claim: ClaimRow, found: Range) -> str:
    if claim.role != "result" or not all(found.ends):
        return "It follows from the other printed numbers."
    return f"The other printed numbers give {found}."


def _fits(state: State, group: Group, rest: tuple[str, ...], ranges: Mapping[str, Range]) -> str:
    narrow = state.words.narrowest(ranges)
    leaves = f" That leaves {narrow}." if narrow else ""
    if group.conflicts:
        impossible = [
            f"{state.words.phrases(one)} cannot {'all ' if len(one) > 1 else ''}be true"
            for one in group.conflicts
        ]
        return f"Fits by itself, but {' and '.join(impossible)}.{leaves}"
    if not rest and not narrow:
        return "Fits; nothing else that is printed bears on it."
    return f"Fits.{leaves}" if narrow else "Fits, but fixes nothing that is not printed."
