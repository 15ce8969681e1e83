"""Groups of claims that share quantities, decided under one reading.

The inputs of a case are read together, so that everything wrong with them is said at once. A
:class:`State` holds the groups of connected claims with their minimal conflicts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from analysis.base.errors import InputError, raise_all
from analysis.base.text import Rounding
from analysis.claims.network import Network
from analysis.claims.nodes import FINE
from analysis.claims.relations import (
    RELATIONS,
    RelationRow,
    read_relations,
)
from analysis.claims.solver.bounds import Ends
from analysis.claims.solver.conflicts import Conflicts, minimal_conflicts
from analysis.claims.solver.products import Item, divided, linear, meaning, outside
from analysis.claims.solver.questions import Outcome, Questions, Selection
from analysis.claims.solver.system import Claim, connected
from analysis.claims.wording import Wording
from analysis.tables.case import Case
from analysis.tables.rows import read_rows
from analysis.tables.strategy_tables import ClaimRow, read_claims

_ROUNDING_LINES = """
    readings:
      rounding:
        question: How were the printed figures rounded?
        default: half-up
        options:
          half-up: to the nearest, ties up
          half-even: to the nearest, ties to even
          truncate: digits cut off"""


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
    try:
        claims = read_claims(case)
    except InputError as error:
        errors += error.all
    try:
        if claims:
            with in_folder(case):
                relations = read_relations(case, claims)
        elif case.raw.joinpath(RELATIONS.file).is_file():  # without claims, each row by itself
            read_rows(RELATIONS, case.raw, case.root)
        if errors and claims:
            network_of(case, claims, relations, case.reading() | {"rounding": Rounding.HALF_UP})
    except InputError as error:
        errors += error.all
    raise_all(errors)
    return tuple(claims), relations


def network_of(
    case: Case,
    claims: Sequence[ClaimRow],
    relations: Sequence[RelationRow],
    reading: dict[str, str],
) -> Network:
    """Return what the claims say under one reading.

    Raises
    ------
    InputError
        If the relations leave out what a claim needs, or contradict each other.
    """
    try:
        with in_folder(case):
            return Network(claims, relations, reading)
    except InputError as error:
        if case.raw.joinpath(RELATIONS.file).is_file():
            raise
        raise_all([_no_relations(case), *error.all])
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


def _no_relations(case: Case) -> InputError:
    """Say that a case lacks the file that its claims turn out to need."""
    return InputError(
        "the file is missing, and it would say how the printed quantities hang together",
        file=case.raw.joinpath(RELATIONS.file).relative_to(case.root),
        fix="make it with the first line "
        + ",".join(RelationRow.model_fields)
        + " and the rows named below; data/raw/courier has one, and its README says more",
    )


def _rounding(case: Case) -> Iterator[InputError]:
    """Refuse a case that does not say how its figures may have been rounded."""
    file = case.raw.joinpath("case.yaml").relative_to(case.root)
    axis = case.parameters.readings.get("rounding")
    known = ", ".join(Rounding)
    if axis is None:
        there = " below the line readings: that is there" if case.parameters.readings else ""
        yield InputError(
            "printed numbers need a reading of how they were rounded",
            file=file,
            column="readings.rounding",
            fix=f"add this{there}:{_ROUNDING_LINES}",
        )
    for option in axis.options if axis is not None else ():
        if option not in set(Rounding):
            yield InputError(
                f"this is no rounding rule; its options are among {known}",
                file=file,
                column="readings.rounding",
                value=option,
                fix="take one of these",
            )


@dataclass(frozen=True, eq=False)
class Group:
    """Results that share quantities, so that each may contradict the others.

    Attributes
    ----------
    tags : tuple of str
        Ids of the claims, each result once.
    conflicts : tuple of tuple of str
        All minimal sets of claims that cannot all hold, the smallest first.
    settled : tuple of str
        The claims in no conflict.
    witness : dict or None
        A data set for the settled claims; None if neither one nor a contradiction was found, or
        if the search for conflicts was given up.
    whole : bool
        Whether the settled claims exclude each other only because hundredths are whole.
    complete : bool
        Whether the search for conflicts came to its end.
    questions : Questions
        Answers on parts of the group.
    """

    tags: tuple[str, ...]
    conflicts: tuple[tuple[str, ...], ...]
    settled: tuple[str, ...]
    witness: dict[str, int] | None
    whole: bool
    complete: bool
    questions: Questions


@dataclass(frozen=True)
class Solved:
    """What was found under other readings, by what is asserted."""

    groups: dict[tuple[object, ...], Group] = field(default_factory=dict)
    ends: dict[object, Ends] = field(default_factory=dict)


class State:
    """All results of a case under one reading, in groups that share no quantity.

    Parameters
    ----------
    network : Network
        The case under this reading.
    solved : Solved, optional
        What was found under other readings; more is added.
    """

    def __init__(self, network: Network, solved: Solved | None = None) -> None:
        self.network = network
        self._solved = Solved() if solved is None else solved
        self.groups = [self._group(*one) for one in _connected(network)]
        self.words = Wording(network)

    def group(self, tag: str) -> Group:
        """Return the group that a claim is in."""
        return next(group for group in self.groups if tag in group.tags)

    def quantities(self, group: Group) -> set[str]:
        """Return the quantities that a group speaks about."""
        return {
            self.network.names[name][0] for item in self.items(group.tags) for name in item.names
        }

    def some(self, tags: Sequence[str]) -> Selection:
        """Return some claims of a group, one at least."""
        return self.group(tags[0]).questions.some(tags)

    def items(self, tags: Sequence[str]) -> list[Item]:
        """Return what some claims assert."""
        return [item for tag in tags for item in self.network.items[tag]]

    @cached_property
    def every(self) -> Questions:
        """Answers on claims of several groups."""
        return Questions(self.network.items, self.network.definitions, self._solved.ends)

    def follows(self, tag: str, others: Sequence[str]) -> bool:
        """Say whether a claim follows from others: they leave no value that prints otherwise."""
        ask = self.group(tag).questions
        return all(
            ask.core(others, excluded) is not None
            for item in self.network.items[tag]
            for excluded in outside(item)
        )

    def _group(self, tags: tuple[str, ...], definitions: list[Claim]) -> Group:
        """Solve a group, unless another reading had one that asserts the same."""
        items = [*self.items(tags), *definitions]
        money = self.network.amounts()
        names = sorted({name for item in items for name in item.names})
        pieces = [(n, self.network.pieces(self.network.names[n][0]), n in money) for n in names]
        content = (tags, *pieces, *((item.tag, meaning(item)) for item in items))
        found = self._solved.groups
        if content not in found:
            found[content] = self._solve(tags, definitions, money & set(names))
        return found[content]

    def _solve(self, tags: tuple[str, ...], rules: list[Claim], money: set[str]) -> Group:
        """Find the conflicts of a group.

        That sums of money are whole hundredths is a convention, on which no accusation rests: a
        conflict excludes its claims even if hundredths can be divided.
        """
        items = {tag: self.network.items[tag] for tag in tags}
        ask = finer = Questions(items, rules, self._solved.ends)
        if money:
            parts = {t: tuple(divided(i, money, FINE) for i in made) for t, made in items.items()}
            finer = Questions(parts, linear([divided(one, money, FINE) for one in rules]))

        def core(some: tuple[str, ...]) -> tuple[str, ...] | None:
            refuted = ask.core(some)
            return finer.core(some) if refuted and money else refuted

        def patient(some: tuple[str, ...]) -> tuple[str, ...] | None:
            return core(some) or ask.one_by_one(some)

        found = minimal_conflicts(tags, core)
        settled, held = _settled(ask, tags, found)
        if found.complete and not isinstance(held, dict) and not money:
            found = minimal_conflicts(tags, patient)
            settled, held = _settled(ask, tags, found)
        data = held if isinstance(held, dict) else None
        return Group(tags, found.sets, settled, data, held is Outcome.REFUTED, found.complete, ask)


def _settled(
    ask: Questions, tags: tuple[str, ...], found: Conflicts
) -> tuple[tuple[str, ...], dict[str, int] | Outcome]:
    """Return the claims outside all conflicts, and a data set for them if one is found."""
    blamed = {tag for one in found.sets for tag in one}
    settled = tuple(tag for tag in tags if tag not in blamed)
    return settled, ask.some(settled).possible() if found.complete else Outcome.UNDECIDED


def _connected(network: Network) -> list[tuple[tuple[str, ...], list[Claim]]]:
    """Put claims that share quantities, directly or through definitions, into groups."""
    items = network.items
    named: list[tuple[str | Claim, set[str]]] = [(d, set(d.names)) for d in network.definitions]
    named += [(tag, {n for item in items[tag] for n in item.names}) for tag in items]
    found = []
    for members, _ in connected(named):
        tags = {one for one in members if isinstance(one, str)}
        rules = [one for one in members if isinstance(one, Claim)]
        if tags:
            found.append((tuple(tag for tag in items if tag in tags), rules))
    return found
