"""Verdicts on the claims of any case: what is printed, held against everything else printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from analysis.case import Case
from analysis.claims.general.goals import judge_goal
from analysis.claims.general.model import Model, outside
from analysis.claims.general.products import Item, Outcome, possible
from analysis.claims.general.relations import read_relations
from analysis.claims.general.texts import judge_text
from analysis.claims.general.universes import blocks, universes
from analysis.claims.general.words import Range, Wording
from analysis.claims.judgement import Judgement
from analysis.claims.printed import Rounding
from analysis.errors import InputError
from analysis.tables import ClaimRow, read_claims

Reading = Mapping[str, str]


@dataclass(frozen=True)
class Group:
    """Results that share quantities, so that each may contradict the others.

    Attributes
    ----------
    tags : tuple of str
        Ids of the claims, each result once.
    conflicts : tuple of tuple of str
        Smallest sets of claims that cannot all hold; no claim is in two of them.
    settled : tuple of str
        The claims in no conflict.
    witness : dict or None
        A data set for the settled claims; None if neither one nor a contradiction was found.
    """

    tags: tuple[str, ...]
    conflicts: tuple[tuple[str, ...], ...]
    settled: tuple[str, ...]
    witness: dict[str, int] | None


class State:
    """All results of a case under one reading, in groups that share no quantity.

    Parameters
    ----------
    model : Model
        The case under this reading.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.groups = [self._group(tags) for tags in _connected(model)]
        self.words = Wording(model)

    def group(self, tag: str) -> Group:
        """Return the group that a claim is in."""
        return next(group for group in self.groups if tag in group.tags)

    def items(self, tags: Sequence[str]) -> list[Item]:
        """Return what some claims assert."""
        return [item for tag in tags for item in self.model.items[tag]]

    def can_be(self, tags: Sequence[str], *more: Item) -> dict[str, int] | Outcome:
        """Find a data set for some claims and what is added to them."""
        return possible([*self.items(tags), *more], self.model.definitions)

    def follows(self, tag: str, others: Sequence[str]) -> bool:
        """Say whether a claim follows from others: they leave no value that prints otherwise."""
        return all(
            self.can_be(others, excluded) is Outcome.REFUTED
            for item in self.model.items[tag]
            for excluded in outside(item)
        )

    def _group(self, tags: tuple[str, ...]) -> Group:
        conflicts, settled = [], tags
        found = self.can_be(settled)
        while found is Outcome.REFUTED:
            conflicts.append(self._smallest(settled))
            settled = tuple(tag for tag in settled if tag not in conflicts[-1])
            found = self.can_be(settled)
        witness = found if isinstance(found, dict) else None
        return Group(tags, tuple(conflicts), settled, witness)

    def _smallest(self, tags: tuple[str, ...]) -> tuple[str, ...]:
        """Return a smallest set of claims that is refuted; no set of fewer claims is."""
        core = tags
        for tag in tags:
            rest = tuple(other for other in core if other != tag)
            if self.can_be(rest) is Outcome.REFUTED:
                core = rest
        for size in range(1, len(core)):
            for chosen in combinations(tags, size):
                if self.can_be(chosen) is Outcome.REFUTED:
                    return chosen
        return core


def _connected(model: Model) -> list[tuple[str, ...]]:
    """Put claims that share quantities, directly or through definitions, into groups."""
    links = [set(one.names) for one in model.definitions]
    groups: list[tuple[list[str], set[str]]] = []
    for tag, items in model.items.items():
        names = {name for item in items for name in item.names}
        while more := {n for link in links if link & names for n in link} - names:
            names |= more
        joined = [group for group in groups if group[1] & names]
        tags = [other for group in joined for other in group[0]]
        for group in joined:
            names |= group[1]
        groups = [group for group in groups if group not in joined]
        groups.append(([*tags, tag], names))
    order = {tag: place for place, tag in enumerate(model.items)}
    return [tuple(sorted(tags, key=order.__getitem__)) for tags, _ in groups]


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
        _check_rounding(case)
        self.claims = tuple(read_claims(case))
        with self._in_folder():
            self.relations = read_relations(case, self.claims)
        self._blocks = blocks(self)
        self._states: dict[tuple[str, ...], State] = {}
        self._found: dict[tuple[str, ...], Judgement] = {}

    def state(self, reading: Reading) -> State:
        """Return all results under one reading."""
        key = tuple(reading[axis] for axis in self.case.parameters.readings)
        if key not in self._states:
            with self._in_folder():
                self._states[key] = State(Model(self.claims, self.relations, reading))
        return self._states[key]

    @contextmanager
    def _in_folder(self) -> Iterator[None]:
        """Let messages that name a file of the case name its folder too."""
        try:
            yield
        except InputError as error:
            if error.file is not None and "/" not in error.file:
                folder = self.case.raw.relative_to(self.case.root)
                error.file = (folder / error.file).as_posix()
            raise

    def axes(self, claim: ClaimRow) -> tuple[tuple[str, ...], ...]:
        """Return the axes of the block of results that a claim's quantity is in."""
        return tuple(axes for names, axes in self._blocks.values() if claim.quantity in names)

    def judge(self, claim: ClaimRow, reading: Reading) -> Judgement:
        """Judge a claim under one full reading (an option for every axis)."""
        key = (claim.claim_id, *(reading[axis] for axis in self.case.parameters.readings))
        if key not in self._found:
            state = self.state(reading)
            with self._in_folder():
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
        return universes(self)

    def _result(self, state: State, claim: ClaimRow) -> Judgement:
        tag = state.model.first[claim.claim_id]
        others = tuple(
            other for other, first in state.model.first.items()
            if first == tag and other != claim.claim_id
        )  # fmt: skip
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


def _check_rounding(case: Case) -> None:
    """Refuse a case that does not say how its figures may have been rounded."""
    file = (case.raw / "case.yaml").relative_to(case.root)
    axis = case.parameters.readings.get("rounding")
    known = f"its options are among {', '.join(Rounding)}"
    if axis is None:
        raise InputError(
            "printed numbers need a reading of how they were rounded",
            file=file, column="readings.rounding", fix=f"add it; {known}",
        )  # fmt: skip
    for option in axis.options:
        if option not in set(Rounding):
            raise InputError(
                f"this is no rounding rule; {known}", file=file, column="readings.rounding",
                value=option,
            )  # fmt: skip


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
