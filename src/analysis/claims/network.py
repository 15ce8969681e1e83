"""What the claims of a case assert about quantities in periods under one reading.

Claims that share quantities are a group, which has its minimal conflicts and a data set.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

from analysis.base.errors import InputError, collecting, raise_all
from analysis.base.text import Rounding
from analysis.claims.nodes import FINE, GROWTH, NUMERIC, Node, Nodes
from analysis.claims.printed import Interval, preimage
from analysis.claims.relations import (
    ASSERTED,
    GOALS,
    QUOTIENTS,
    Claims,
    Reading,
    RelationRow,
    Relations,
    problem,
    refuse_negative_base,
)
from analysis.claims.solver import system
from analysis.claims.solver.bounds import Ends, minimal_conflicts
from analysis.claims.solver.questions import Outcome, Questions, Selection
from analysis.claims.solver.system import Claim, Item, Linear, Ratio
from analysis.tables.strategy_tables import ClaimRow

_DEFINING = ("sum", "period sum", "at most", "share", "squared share", "some")


class Network(Nodes):
    """What the claims and relations of a case say under one reading.

    Parameters
    ----------
    claims, relations, reading
        As :class:`Nodes` takes them.

    Attributes
    ----------
    first : dict of str to str
        The first place of every result, by the id of each place.
    items : dict of str to tuple of Claim or Product
        What each printed result asserts, by the id of the first place that prints it.
    definitions : list of Claim
        What holds by meaning.

    Raises
    ------
    InputError
        If the relations leave out what a claim needs, or contradict each other.
    """

    def __init__(self, claims: Claims, relations: Relations, reading: Reading) -> None:
        super().__init__(claims, relations, reading)
        self.rounding = Rounding(reading["rounding"])
        self._alike = {r.quantity: r.of for r in self.rows("grows as")}
        self._falls = {row.claim for row in self.rows("fall")}
        self._asserted = {row.claim for row in self.rows(*ASSERTED)}
        self._more = {row.claim: row for row in self.rows("also counts")}
        self.first = self._first_places()
        self.items = self._items()
        self.definitions = self._definitions()

    def _first_places(self) -> dict[str, str]:
        """Map every result to the first place that prints the same."""
        seen: dict[tuple[str, ...], str] = {}
        found = {}
        for claim in self.claims.values():
            numeric = claim.role == "result" and self.kind(claim) in NUMERIC
            if numeric or claim.claim_id in self._asserted:
                key = (
                    claim.quantity,
                    self.kind(claim),
                    claim.printed,
                    claim.unit,
                    *self.meant(claim),
                    claim.claim_id if claim.kind == "statement" else "",
                    str(claim.claim_id in self._falls),
                )
                found[claim.claim_id] = seen.setdefault(key, claim.claim_id)
        return found

    def _items(self) -> dict[str, tuple[Item, ...]]:
        items: dict[str, tuple[Item, ...]] = {}
        errors: list[InputError] = []
        for claim_id in dict.fromkeys(self.first.values()):
            with collecting(errors):
                items[claim_id] = self._asserted_by(self.claims[claim_id])
        raise_all(errors)
        return {claim_id: made for claim_id, made in items.items() if made}

    def _asserted_by(self, claim: ClaimRow) -> tuple[Item, ...]:
        """Return what a claim asserts by its number and by the relations that rest on it."""
        made: list[Item] = []
        if claim.role == "result" and self.kind(claim) in NUMERIC and claim.printed:
            made.append(self.item(claim))
        more = self._more.get(claim.claim_id)
        if more is not None and claim.printed:
            part = self._sum(more.quantity, [more.period])
            made.append(Claim(claim.claim_id, part, preimage(claim.number, self.rounding)))
        rows = (row for row in self.rows(*ASSERTED) if row.claim == claim.claim_id)
        return (*made, *(one for row in rows for one in self._claims(row)))

    def item(self, claim: ClaimRow) -> Item:
        """Return what a claim asserts: its quantity, or its growth, prints as given."""
        printed = claim.number
        inside = preimage(printed, self.rounding)
        if claim.claim_id in self._falls and printed.number > 0:  # “fell by −5.2%” is one fall
            low, high = inside.ends
            inside = Interval(-high, -low, inside.high_closed, inside.low_closed)
        growth = self.kind(claim) in GROWTH
        what = self._alike.get(claim.quantity, claim.quantity) if growth else claim.quantity
        now = self.value(what, self.meant(claim))
        if not growth:
            self._must_be_defined(claim)
            made = now if isinstance(now, Ratio) else Ratio(now)
            if self.is_squared(claim):
                inside = inside.root()
            return Claim(claim.claim_id, made.numerator, inside, made.denominator)
        base = self.base(claim)
        refuse_negative_base(claim, base.parts, self.levels())
        before = self.value(what, base.parts)
        if base.relation == "later base" and isinstance(now, Linear) and isinstance(before, Linear):
            return Claim(claim.claim_id, now - before, inside, now)
        return system.change(claim.claim_id, (now, before), inside, absolute=self.in_points(claim))

    def is_factor(self, claim: ClaimRow) -> bool:
        """Say whether a claim's expression is a later value by an earlier one: its rate and one."""
        if self.kind(claim) not in GROWTH or self.in_points(claim):
            return False
        what, base = self._alike.get(claim.quantity, claim.quantity), self.base(claim)
        values = (self.value(what, self.meant(claim)), self.value(what, base.parts))
        by_later = base.relation == "later base" and all(isinstance(v, Linear) for v in values)
        return not by_later

    def in_points(self, claim: ClaimRow) -> bool:
        """Say whether a growth is a difference (points, euros) and not a rate."""
        printed = claim.number
        return self.kind(claim) == "points" or printed.points or not printed.percent

    def is_squared(self, claim: ClaimRow) -> bool:
        """Say whether a claim prints the square of its share."""
        row = self.quotient(claim.quantity, claim.period)
        return row is not None and row.relation == "squared share"

    def _must_be_defined(self, claim: ClaimRow) -> None:
        kind, what = self.kind(claim), claim.quantity
        if self.quotient(what, claim.period) or self.hidden(what) or what in self._signed:
            return
        if kind == "share" or (kind == "level" and what not in self._units):
            raise problem(f"{kind} of what", claim, what=what)

    # -- relations ----------------------------------------------------------------------------

    def _definitions(self) -> list[Claim]:
        self._refuse_circles()
        rows = (row for row in self.rows(*_DEFINING) if not row.claim)
        return _without_idle([made for row in rows for made in self._claims(row)], self._used())

    def _used(self) -> set[str]:
        """Name what printed results and targets speak about."""
        used = {name for made in self.items.values() for item in made for name in item.names}
        for claim in self.claims.values():
            if claim.role in GOALS and self.kind(claim) in NUMERIC:
                periods = self.periods_of(claim)
                used |= {n for p in periods for n, _ in self._one(claim.quantity, p).terms}
        return used

    def _claims(self, row: RelationRow) -> Iterator[Claim]:
        """Turn a row into what it asserts in every period in which it holds."""
        tag = row.claim or row.relation_id
        if row.relation == "some":
            nodes = (node for (node,) in self.places(row, self.known) if node in self.known)
            yield from (
                system.at_least(tag, system.quantity(self.name(*node)), 1) for node in nodes
            )
            return
        ignored = {self.pieces(row.quantity)} - {self.pieces(row.by)}  # the unit of a share itself
        for whole, *parts in self.places(row, self.known):
            pieces = {self.pieces(name) for name, _ in (whole, *parts)}
            if len(pieces - (ignored if row.relation in QUOTIENTS else set())) > 1:
                raise self.mixed(row)
            left = self._one(*whole)
            if row.relation in QUOTIENTS:
                part, of = (self._one(*node) for node in parts)
                yield system.at_most(tag, part - of, 0)
            elif row.relation == "at most":
                yield system.at_most(tag, left - self._one(*parts[0]), 0)
            else:
                total = sum((self._one(*node) for node in parts), Linear())
                yield system.equal(tag, left, total)

    def _refuse_circles(self) -> None:
        """Refuse wholes that are, by way of others, parts of themselves."""
        parts: dict[Node, set[Node]] = {}
        for row in self.rows("sum", "period sum"):
            for whole, *below in self.places(row, self.known):
                parts.setdefault(whole, set()).update(below)
                reached, waiting = set[Node](), list(below)
                while waiting:
                    node = waiting.pop()
                    if node == whole:
                        raise problem("circle", row)
                    if node not in reached:
                        reached.add(node)
                        waiting += parts.get(node, ())


def _without_idle(definitions: list[Claim], used: set[str]) -> list[Claim]:
    """Leave out what bounds nothing: one side of it is open and occurs nowhere else."""
    kept = definitions
    while True:
        times = Counter(name for one in kept for name in one.names)
        open_ends = {name for name, number in times.items() if number == 1} - used
        idle = [one for one in kept if _has_open_side(one, open_ends)]
        if not idle:
            return kept
        kept = [one for one in kept if one not in idle]


def _has_open_side(one: Claim, open_ends: set[str]) -> bool:
    sides: dict[bool, set[str]] = {True: set(), False: set()}
    for name, times in one.numerator.terms:
        sides[times > 0].add(name)
    return any(side <= open_ends for side in sides.values() if side)


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
    states: dict[tuple[str, ...], State] = field(default_factory=dict)


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

    def found(self, claim: ClaimRow) -> Group | None:
        """Return the group that a result is in; None if its number is lost, or it is none."""
        tag = self.network.first.get(claim.claim_id)
        return self.group(tag) if tag in self.network.items else None

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
            for excluded in system.outside(item)
        )

    def _group(self, tags: tuple[str, ...], definitions: list[Claim]) -> Group:
        """Solve a group, unless another reading had one that asserts the same."""
        items = [*self.items(tags), *definitions]
        money = self.network.amounts()
        names = sorted({name for item in items for name in item.names})
        pieces = [(n, self.network.pieces(self.network.names[n][0]), n in money) for n in names]
        content = (tags, *pieces, *((item.tag, system.meaning(item)) for item in items))
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
            fine = partial(system.divided, names=money, pieces=FINE)
            parts = {tag: tuple(map(fine, made)) for tag, made in items.items()}
            finer = Questions(parts, system.linear(map(fine, rules)))

        def core(some: tuple[str, ...]) -> tuple[str, ...] | None:
            refuted = ask.core(some)
            return finer.core(some) if refuted and money else refuted

        found = minimal_conflicts(tags, core)
        blamed = {tag for one in found.sets for tag in one}
        settled = tuple(tag for tag in tags if tag not in blamed)
        held = ask.some(settled).possible() if found.complete else Outcome.UNDECIDED
        data = held if isinstance(held, dict) else None
        return Group(tags, found.sets, settled, data, held is Outcome.REFUTED, found.complete, ask)


def _connected(network: Network) -> list[tuple[tuple[str, ...], list[Claim]]]:
    """Put claims that share quantities, directly or through definitions, into groups."""
    items = network.items
    named: list[tuple[str | Claim, set[str]]] = [(d, set(d.names)) for d in network.definitions]
    named += [(tag, {n for item in items[tag] for n in item.names}) for tag in items]
    found = []
    for members, _ in system.connected(named):
        tags = {one for one in members if isinstance(one, str)}
        rules = [one for one in members if isinstance(one, Claim)]
        if tags:
            found.append((tuple(tag for tag in items if tag in tags), rules))
    return found
