"""Verdicts on the claims of any case: what is printed, held against everything else printed."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.claims.general.goals import judge_goal
from analysis.claims.general.inputs import in_folder, model_of, read_inputs
from analysis.claims.general.state import Group, State
from analysis.claims.general.texts import judge_text
from analysis.claims.general.universes import blocks, universes
from analysis.claims.general.words import Range
from analysis.claims.judgement import Judgement
from analysis.tables.case import Case
from analysis.tables.strategy_tables import ClaimRow

Reading = Mapping[str, str]


class General:
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
        self._blocks = blocks(self.claims, self.relations, list(case.parameters.readings))
        self._states: dict[tuple[str, ...], State] = {}
        self._found: dict[tuple[str, ...], Judgement] = {}

    def state(self, reading: Reading) -> State:
        """Return all results under one reading."""
        key = tuple(reading[axis] for axis in self.case.parameters.readings)
        if key not in self._states:
            model = model_of(self.case, self.claims, self.relations, dict(reading))
            with in_folder(self.case):
                self._states[key] = State(model)
        return self._states[key]

    def axes(self, claim: ClaimRow) -> tuple[tuple[str, ...], ...]:
        """Return the axes of the block of results that a claim's quantity is in."""
        return tuple(axes for names, axes in self._blocks.values() if claim.quantity in names)

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
        if claim.claim_id in state.model.first:
            return self._result(state, claim)
        return judge_text(self.claims, claim)

    def universes(self) -> pd.DataFrame:
        """Decide every combination of the readings, block by block."""
        return universes(self.case, self.claims, self.relations, self.state)

    def _result(self, state: State, claim: ClaimRow) -> Judgement:
        tag = state.model.first[claim.claim_id]
        others = tuple(
            other
            for other, first in state.model.first.items()
            if first == tag and other != claim.claim_id
        )
        if tag not in state.model.items:
            lost = "This place has lost the number; nothing is inferred."
            return Judgement("unreadable", lost, other=others)
        group = state.group(tag)
        for conflict in group.conflicts:
            if tag in conflict:
                return _contradicted(state, claim, conflict, others)
        rest = tuple(other for other in group.settled if other != tag)
        if group.witness is None:
            text = "Open: neither a data set nor a contradiction was found."
            return Judgement("underdetermined", text, other=others)
        witness = state.words.visible(group.witness)
        if rest and state.follows(tag, rest):
            found = state.words.allowed(claim, state.model.items[tag][0], state.items(rest))
            text = _follows(claim, found)
            return Judgement("reproduced", text, witness, other=others)
        ranges = state.words.open_ranges(tag, state.items(group.settled))
        text = _fits(state, group, rest, ranges)
        conflicts = group.conflicts[0] if group.conflicts else ()
        ends = {name: one.ends for name, one in ranges.items()}
        return Judgement("consistent", text, witness, conflicts, ends, others)


def _contradicted(
    state: State, claim: ClaimRow, conflict: tuple[str, ...], others: tuple[str, ...]
) -> Judgement:
    tag = state.model.first[claim.claim_id]
    together = "together" if len(conflict) > 1 else "at all"
    text = f"No data set has {state.words.phrases(conflict)} {together}."
    rest = [other for other in conflict if other != tag]
    item = state.model.items[tag][0]
    if rest and claim.role == "result":
        found = state.words.allowed(claim, item, state.items(rest))
        if any(found.ends):
            text += f" By {state.words.phrases(rest)} alone it would be {found}."
    return Judgement("inconsistent", text, conflict=conflict, other=others)


def _follows(claim: ClaimRow, found: Range) -> str:
    if claim.role != "result" or not all(found.ends):
        return "It follows from the other printed numbers."
    return f"The other printed numbers give {found}."


def _fits(state: State, group: Group, rest: tuple[str, ...], ranges: Mapping[str, Range]) -> str:
    told = state.words.told(ranges)
    leaves = f" That leaves {told}." if told else ""
    if group.conflicts:
        impossible = [
            f"{state.words.phrases(one)} cannot {'all ' if len(one) > 1 else ''}be true"
            for one in group.conflicts
        ]
        return f"Fits by itself, but {' and '.join(impossible)}.{leaves}"
    if not rest and not told:
        return "Fits; nothing else that is printed bears on it."
    return f"Fits.{leaves}" if told else "Fits, but fixes nothing that is not printed."
