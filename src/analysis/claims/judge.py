"""Verdicts on the claims of any case, by what ``relations.csv`` says of their quantities.

A result is held against everything else that is printed, a target against the results on its
quantity, and a formula against the formulas of other places.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import product

from analysis.base.errors import InputError, collecting, raise_all
from analysis.base.text import Rounding
from analysis.claims.goals import GIVEN_UP, WHOLE, judge_goal, judge_text
from analysis.claims.network import Group, Network, Solved, State
from analysis.claims.relations import (
    GOALS,
    RELATIONS,
    ROUNDING,
    Choice,
    Claims,
    Reading,
    RelationRow,
    Relations,
    blocks_of,
    problem,
    read_relations,
)
from analysis.claims.single import beyond_whole, sharpness
from analysis.claims.solver.bounds import MOST_QUESTIONS
from analysis.claims.solver.system import Claim, System
from analysis.claims.wording import Judgement, Range, Wording
from analysis.tables.case import Case
from analysis.tables.rows import read_rows
from analysis.tables.strategy_tables import ClaimRow, read_claims


def read_inputs(case: Case) -> tuple[tuple[ClaimRow, ...], tuple[RelationRow, ...]]:
    """Read a case's claims and relations, and hold them against the readings of ``case.yaml``.

    Parameters
    ----------
    case : Case
        A case with ``claims.csv``.

    Raises
    ------
    InputError
        If anything is wrong with them; all of it is in the error.
    """
    errors = list(_rounding(case))
    claims: list[ClaimRow] = []
    relations: tuple[RelationRow, ...] = ()
    with collecting(errors):
        claims = read_claims(case)
    with collecting(errors):
        if claims:
            relations = read_relations(case, claims)
        elif case.raw.joinpath(RELATIONS.file).is_file():  # without claims, each row by itself
            read_rows(RELATIONS, case.raw, case.root)
        if errors and claims:
            network_of(case, claims, relations, case.reading() | {ROUNDING: Rounding.HALF_UP})
    with in_folder(case):
        raise_all(errors)
    return tuple(claims), relations


def network_of(case: Case, claims: Claims, relations: Relations, reading: Reading) -> Network:
    """Return what the claims say under one reading.

    Raises
    ------
    InputError
        If the relations leave out what a claim needs, or contradict each other.
    """
    with in_folder(case):
        try:
            return Network(claims, relations, reading)
        except InputError as error:
            if not case.raw.joinpath(RELATIONS.file).is_file():
                columns = ",".join(RelationRow.model_fields)
                raise_all([problem("no relations", columns=columns), *error.all])
            raise


@contextmanager
def in_folder(case: Case) -> Iterator[None]:
    """Let messages that name a file of the case name its folder too."""
    try:
        yield
    except InputError as error:
        for one in error.all:
            if one.file is not None and "/" not in one.file:
                one.file = case.raw.relative_to(case.root).joinpath(one.file).as_posix()
        raise


def _rounding(case: Case) -> Iterator[InputError]:
    """Refuse a case that does not say how its figures may have been rounded."""
    readings = case.parameters.readings
    if ROUNDING not in readings:
        there = " below the line readings: that is there" if readings else ""
        yield problem("no rounding", there=there)
        return
    for option in readings[ROUNDING].options:
        if option not in set(Rounding):
            yield problem("unknown rounding", value=option, known=", ".join(Rounding))


MOST_BLOCKS = 12
"""Of so many blocks all that was found is remembered; of others only their outcomes."""


def combinations(case: Case, axes: Sequence[str]) -> Iterator[Choice]:
    """Go through all choices of an option for each of some axes."""
    readings = case.parameters.readings
    for options in product(*(readings[axis].options for axis in axes)):
        yield dict(zip(axes, options, strict=True))


class Judge:
    """Judges the claims of a case by its ``relations.csv``.

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
        found = blocks_of(self.claims, self.relations, list(case.parameters.readings))
        errors: list[InputError] = []
        for block in found:  # all that is missing is said at once
            with collecting(errors):
                network_of(case, block.claims, block.relations, case.reading())
        raise_all(list({str(one): one for one in errors}.values()))
        self._blocks = {block.name: block for block in found}
        self.blocks: Mapping[str, tuple[str, ...]] = {block.name: block.axes for block in found}
        self._of: dict[str, list[str]] = {}
        for name, claim_id in ((block.name, one) for block in found for one in block.ids):
            self._of.setdefault(claim_id, []).append(name)
        self._solved: dict[str, Solved] = {}
        self._outcomes: dict[str, list[tuple[Choice, tuple[str, ...], bool]]] = {}
        self._found: dict[Hashable, Judgement] = {}
        self._remarks = [row for row in self.relations if row.relation == "remark"]
        rows = [row.conditions for row in self.relations]
        alone = {axis for one in rows if len(one) == 1 for axis in one}
        self.joint = {axis for one in rows for axis in one} - alone
        """Axes of which an option matters only together with one of another axis."""

    def state(self, block: str, reading: Reading) -> State:
        """Return the results of a block under one reading; the same where the same rows hold.

        Beyond `MOST_BLOCKS` the block that came first is forgotten, and solved anew if need be.
        """
        one = self._blocks[block]
        if block not in self._solved and len(self._solved) == MOST_BLOCKS:
            oldest = next(iter(self._solved))
            self.outcomes(oldest)
            del self._solved[oldest]
            self._found.clear()  # its keys hold groups of the block
        solved = self._solved.setdefault(block, Solved())
        states = solved.states
        key = tuple(reading[axis] for axis in one.keys)
        if key not in states:
            hold = (row.relation_id for row in one.relations if row.holds(reading))
            rows = (reading[ROUNDING], *hold)
            if rows not in states:
                network = network_of(self.case, one.claims, one.relations, reading)
                with in_folder(self.case):
                    states[rows] = State(network, solved)
            states[key] = states[rows]
        return states[key]

    def outcomes(self, block: str) -> list[tuple[Choice, tuple[str, ...], bool]]:
        """Decide every combination of the readings of a block.

        Returns
        -------
        list of (dict, tuple of str, bool)
            The options, the claims of a smallest conflict, and whether a data set was found.
        """
        if block not in self._outcomes:
            self._outcomes[block] = made = []
            for chosen in combinations(self.case, self.blocks[block]):
                groups = self.groups(block, reading := self.case.reading() | chosen)
                shown = all(group.witness is not None for group in groups)
                made.append((chosen, self.conflict(block, reading), shown))
        return self._outcomes[block]

    def in_order(self) -> list[ClaimRow]:
        """Return the claims block by block, so that hardly a block is solved twice."""
        order = ["", *self._blocks]
        return sorted(self.claims, key=lambda one: order.index(next(iter(self._near(one)), "")))

    def bearing(self, claim: ClaimRow, reading: Reading) -> tuple[Hashable, ...]:
        """Return what bears on a claim; where it is the same, so is the judgement."""
        if claim.role in GOALS:
            return tuple(reading.values())
        found: list[Hashable] = []
        for rule in self.case.parameters.readings[ROUNDING].options:
            for name in self.of(claim):
                state = self.state(name, {**reading, ROUNDING: rule})
                first, group = state.network.first, state.found(claim)
                if group is not None:
                    tag = first[claim.claim_id]
                    places = (place for place, one in first.items() if one == tag)
                    found.append((state.network.kind(claim), group, *places))
        return tuple(found)

    def of(self, claim: ClaimRow) -> Sequence[str]:
        """Return the blocks that a claim bears on."""
        return self._of.get(claim.claim_id, ())

    def axes(self, claim: ClaimRow) -> tuple[tuple[str, ...], ...]:
        """Return the axes of each block that a claim bears on; a target names its own."""
        goal = claim.role in GOALS
        return () if goal and claim.axes else tuple(self.blocks[name] for name in self.of(claim))

    def contradicted(self, claim: ClaimRow, reading: Reading) -> bool:
        """Whether a claim is in a conflict under a full reading."""
        if claim.role in GOALS:
            return self.judge(claim, reading).verdict == "inconsistent"
        states = [self.state(name, reading) for name in self.of(claim)]
        return any(
            state.network.first[claim.claim_id] in conflict
            for state in states
            if (group := state.found(claim))
            for conflict in group.conflicts
        )

    def judge(self, claim: ClaimRow, reading: Reading) -> Judgement:
        """Judge a claim under one full reading (an option for every axis)."""
        found = self._judge(claim, reading)
        ours = [
            row.note for row in self._remarks if row.claim == claim.claim_id and row.holds(reading)
        ]
        return replace(found, evidence=" ".join([found.evidence, *ours])) if ours else found

    def _judge(self, claim: ClaimRow, reading: Reading) -> Judgement:
        with in_folder(self.case):
            if claim.role in GOALS:
                return self._goal(self._measured(claim), reading)
            states = [self.state(name, reading) for name in self.of(claim)]
            held = [state for state in states if claim.claim_id in state.network.first]
            if held:
                held.sort(key=lambda one: -len(group.tags) if (group := one.found(claim)) else 0)
                found = [self._result(state, claim) for state in held]
                return next((one for one in found if one.verdict == "inconsistent"), found[0])
            return judge_text(self.claims, self.relations, claim)

    def conflict(self, block: str, reading: Reading) -> tuple[str, ...]:
        """Return the claims of a smallest conflict of a block; empty if there is none."""
        found = [one for group in self.groups(block, reading) for one in group.conflicts]
        return min(found, key=len, default=())

    def groups(self, block: str, reading: Reading) -> list[Group]:
        """Return the groups of claims that bear on a block."""
        state, names = self.state(block, reading), self._blocks[block].quantities
        return [group for group in state.groups if names & state.quantities(group)]

    def _measured(self, claim: ClaimRow) -> ClaimRow:
        """Return a target on the quantity and the period of the results that measure it."""
        for row in self.relations:
            if row.relation == "measured by" and row.quantity == claim.quantity:
                return claim.model_copy(update={"quantity": row.of, "period": row.period})
        return claim

    def _near(self, claim: ClaimRow) -> Sequence[str]:
        """Return the blocks of a claim; of a target, those of the results it is compared with."""
        if claim.role not in GOALS:
            return self.of(claim)
        return [name for name, one in self._blocks.items() if claim.quantity in one.reached]

    def _goal(self, claim: ClaimRow, reading: Reading) -> Judgement:
        key = (claim.claim_id, *(reading[axis] for axis in self.case.parameters.readings))
        if key not in self._found:
            blocks = self._near(claim)
            state = self.state(blocks[0], reading) if blocks else None
            self._found[key] = judge_goal(self.claims, state, claim)
        return self._found[key]

    def system(self, block: str, reading: Reading) -> System:
        """Return the results of a block that are sums or quotients of sums, as one system."""
        network = self.state(block, reading).network
        tags = [tag for group in self.groups(block, reading) for tag in group.tags]
        items = [item for tag in tags for item in network.items[tag] if isinstance(item, Claim)]
        items.sort(key=lambda one: bool(one.denominator.terms))  # plain sums first
        return System((), tuple(network.definitions)).only(items)

    def _result(self, state: State, claim: ClaimRow) -> Judgement:
        tag = state.network.first[claim.claim_id]
        same = (place for place, first in state.network.first.items() if first == tag)
        others = tuple(place for place in same if place != claim.claim_id)
        group = state.found(claim)
        if group is None:
            lost = "This place has lost the number; nothing is inferred."
            return Judgement("unreadable", lost, other=others)
        key = (tag, state.network.kind(claim), group)
        if key not in self._found:
            self._found[key] = judge_result(state, group, state.network.claims[tag])
        return replace(self._found[key], other=others)


def judge_result(state: State, group: Group, claim: ClaimRow) -> Judgement:
    """Judge a printed result in its group: contradicted, following from others, or possible."""
    words = Wording(state.network)
    tag = claim.claim_id
    for conflict in group.conflicts:
        if tag in conflict:
            return _contradicted(state, claim, conflict)
    rest = tuple(other for other in group.settled if other != tag)
    if group.witness is None:
        return _without_data(group)
    witness = words.visible(group.witness)
    if rest and state.follows(tag, rest):
        found = words.allowed(claim, state.network.items[tag][0], state.some(rest))
        sharp = sharpness(1, None)
        return Judgement("reproduced", _follows(claim, found), witness, sharpness=sharp)
    ranges = words.open_ranges(tag, state.some(group.settled))
    text = _fits(state, group, rest, ranges) + _why(state, claim)
    conflicts = group.conflicts[0] if group.conflicts else ()
    ends = {name: one.ends for name, one in ranges.items()}
    sharp = ""
    if rest and claim.role == "result":
        item = state.network.items[tag][0]
        sharp = words.leeway(claim, item, state.some(rest))
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
    words = Wording(state.network)
    tag = claim.claim_id
    together = "together" if len(conflict) > 1 else "at all"
    text = f"No data set has {words.phrases(conflict)} {together}."
    rest = [other for other in conflict if other != tag]
    item = state.network.items[tag][0]
    if rest and claim.role == "result":
        found = words.allowed(claim, item, state.some(rest))
        if any(found.ends):
            near = words.nearest(claim, item, state.some(rest), found)
            only = f", but not {claim.printed}: the nearest are {near}" if near else ""
            text += f" By {words.phrases(rest)} alone it would be {found}{only}."
    return Judgement("inconsistent", text + _why(state, claim), conflict=conflict)


def _follows(claim: ClaimRow, found: Range) -> str:
    if claim.role != "result" or not all(found.ends):
        return "It follows from the other printed numbers."
    return f"The other printed numbers give {found}."


def _fits(state: State, group: Group, rest: tuple[str, ...], ranges: Mapping[str, Range]) -> str:
    words = Wording(state.network)
    narrow = words.narrowest(ranges)
    leaves = f" That leaves {narrow}." if narrow else ""
    if group.conflicts:
        impossible = [
            f"{words.phrases(one)} cannot {'all ' if len(one) > 1 else ''}be true"
            for one in group.conflicts
        ]
        return f"Fits by itself, but {' and '.join(impossible)}.{leaves}"
    if not rest and not narrow:
        return "Fits; nothing else that is printed bears on it."
    return f"Fits.{leaves}" if narrow else "Fits, but fixes nothing that is not printed."
