"""Quantities in periods, and what the relations of a case say of them under one reading.

A quantity in a period is a whole number of smallest pieces, named ``quantity@period``. A share or
ratio is a quotient of two of them. A level or share of which nothing says what it is made of is a
quotient of two numbers of its own, that is, any exact number of at least zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from analysis.base.errors import InputError
from analysis.base.text import fields
from analysis.claims.relations import (
    ASSERTED,
    COUNTED,
    QUOTIENTS,
    Claims,
    Reading,
    RelationRow,
    Relations,
    problem,
    signed,
)
from analysis.claims.solver.system import Linear, Ratio, quantity
from analysis.tables.strategy_tables import ClaimRow

Node = tuple[str, str]
"""A quantity and a period."""

OPEN_PERIODS = ("unstated", "none")
NUMERIC = ("count", "share", "growth", "level", "money", "average", "points")
UPPER, LOWER, BELOW = "upper part", "lower part", "part below zero"
"""What the hidden numbers behind a level of unknown make, or a possible loss, are called."""

_CENTS = 100
FINE = 720_720
"""An average has no smallest piece; where it adds up, it comes in so many pieces of a hundredth."""

GROWTH = ("growth", "points")
"""Kinds of claims about a change: by a rate, or by percentage points."""

_BASES = ("base", "later base")
_MADE_OF = (*QUOTIENTS, "grows as")
_TEXTS = ("lists", "means", "standard", "damaged", "measured by", "remark")
_TIMELESS = ("unprinted", "unit", *_TEXTS)


class Nodes:
    """Quantities in periods under one reading, as claims and relations name them.

    Parameters
    ----------
    claims : sequence of ClaimRow
        Rows of ``claims.csv``.
    relations : sequence of RelationRow
        Rows of ``relations.csv``.
    reading : mapping of str to str
        One option for every axis of ``case.yaml``.

    Attributes
    ----------
    names : dict of str to (str, str)
        Quantity and period by the name they have in constraints.
    known : set of (str, str)
        Quantities and periods that a claim is about, or that are related to such a one.
    """

    def __init__(self, claims: Claims, relations: Relations, reading: Reading) -> None:
        self.claims = {claim.claim_id: claim for claim in claims}
        self.relations = tuple(row for row in relations if row.holds(reading))
        self._all = tuple(relations)
        self.names: dict[str, Node] = {}
        self._period_rows = {(r.claim or r.quantity, r.period): r for r in self.rows("period")}
        self._bases = {(r.quantity, r.period): r for r in self.rows("base", "later base")}
        self._kinds = {r.claim: r.of for r in self.rows("kind")}
        self._units = {r.quantity: int(r.of) for r in self.rows("unit")}
        self._counted = set(self._counted_names())
        self._signed = signed(self.levels(), self.relations)
        self.known = self._related()
        self._same = self._merge()

    # -- what rows say ------------------------------------------------------------------------

    def rows(self, *kinds: str) -> list[RelationRow]:
        """Return the rows of some relations."""
        return [row for row in self.relations if row.relation in kinds]

    def _counted_names(self) -> Iterator[str]:
        """Yield the quantities that are counted in pieces, since others are made up of them."""
        for row in self.rows("unprinted", *COUNTED):
            made_up = row.relation in QUOTIENTS
            yield from (n for n in row.quantities if not made_up or n != row.quantity)

    def levels(self) -> list[ClaimRow]:
        """Return the claims that print an amount and not a change."""
        return [c for c in self.claims.values() if c.is_number and self.kind(c) not in GROWTH]

    def kind(self, claim: ClaimRow) -> str:
        """Return what sort of quantity a claim is about under this reading."""
        return self._kinds.get(claim.claim_id, claim.kind)

    def less_is_better(self, name: str) -> bool:
        """Say whether a target on a quantity is an upper limit."""
        return any(row.quantity == name for row in self.rows("less is better"))

    def meant(self, claim: ClaimRow) -> tuple[str, ...]:
        """Return the period (or the periods together) that a claim speaks about."""
        for subject in (claim.claim_id, claim.quantity):
            row = self._period_rows.get((subject, claim.period))
            if row is not None:
                return row.parts
        numeric = self.kind(claim) in NUMERIC and claim.role == "result"
        if numeric and claim.period in OPEN_PERIODS and self._must_say(claim):
            raise problem("no period", claim, quantity=claim.quantity)
        return (claim.period,)

    def says_period(self, claim: ClaimRow) -> bool:
        """Say whether a row gives a claim without a period the one that it means."""
        return (claim.quantity, claim.period) in self._period_rows

    def _must_say(self, claim: ClaimRow) -> bool:
        """Say whether something else is printed or related that the claim would be set against."""
        others = {
            (row.printed, row.period)
            for row in self.claims.values()
            if row.quantity == claim.quantity and row.role == "result"
        }
        own = {(claim.printed, claim.period)}
        has_parts = any(row.quantity == claim.quantity for row in self.rows(*QUOTIENTS))
        here = [row for row in self.rows(*ASSERTED) if row.period == claim.period]
        if any(claim.quantity in row.quantities for row in here):
            return False
        return claim.quantity in self._counted or has_parts or bool(others - own)

    def base(self, claim: ClaimRow) -> RelationRow:
        """Return the row that says which period a growth rate is measured against."""
        row = self._base(claim)
        if row is None:
            raise problem("no base", claim, **fields(claim, "claim_id quantity period"))
        return row

    def _base(self, claim: ClaimRow) -> RelationRow | None:
        periods = (claim.period, *self.meant(claim))
        return next(filter(None, (self._bases.get((claim.quantity, p)) for p in periods)), None)

    # -- quantities in periods ----------------------------------------------------------------

    def name(self, what: str, period: str) -> str:
        """Return the name of a quantity in a period; equal ones share a name."""
        node = self._same.get((what, period), (what, period))
        text = "@".join(node)
        self.names[text] = node
        return text

    def pieces(self, what: str) -> int:
        """Return how many smallest pieces make one of a quantity."""
        kinds = {self.kind(c) for c in self.claims.values() if c.quantity == what}
        loose = "average" in kinds or (what in self._signed and kinds & {"level", "share"})
        usual = _CENTS * FINE if loose else _CENTS if "money" in kinds else 1
        return self._units.get(what, usual)

    def amounts(self) -> set[str]:
        """Name the sums of money in constraints, which are whole hundredths by convention."""
        money = {c.quantity for c in self.claims.values() if self.kind(c) == "money"}
        return {name for name, (what, _) in self.names.items() if what.partition(", ")[0] in money}

    def _one(self, what: str, period: str) -> Linear:
        """Return a quantity in a period in its pieces; one that may be negative is a difference."""
        subject, _, part = what.partition(", ")
        if subject not in self._signed or part == LOWER:
            return quantity(self.name(what, period))
        above, below = (quantity(self.name(f"{subject}, {x}", period)) for x in (UPPER, BELOW))
        return above - below

    def value(self, what: str, periods: Sequence[str]) -> Linear | Ratio:
        """Return a quantity over some periods together, in its printed unit."""
        row = self.quotient(what, periods[0])
        if row is not None:
            return Ratio(self._sum(row.parts[0], periods), self._sum(row.by, periods))
        if self.hidden(what):
            if len(periods) > 1:
                rule = "levels and shares do not add up over periods"
                fix = "say with a row “share” or “ratio” what this one is made of"
                raise InputError(rule, value=what, fix=fix)
            upper, lower = (self._sum(f"{what}, {part}", periods) for part in (UPPER, LOWER))
            return Ratio(upper, lower)
        return self._sum(what, periods)

    def _sum(self, what: str, periods: Iterable[str]) -> Linear:
        total = sum((self._one(what, period) for period in periods), Linear())
        pieces = self.pieces(what)
        return total * Fraction(1, pieces) if pieces > 1 else total

    def quotient(self, what: str, period: str) -> RelationRow | None:
        """Return the row that says what a share or ratio is made of."""
        rows = (r for r in self.rows(*QUOTIENTS) if r.quantity == what)
        return next((row for row in rows if row.period in ("", period)), None)

    def hidden(self, what: str) -> bool:
        """Say whether a quantity is a level or share of unknown make."""
        if what in self._counted or what in self._signed:
            return False
        kinds = {self.kind(c) for c in self.claims.values() if c.quantity == what}
        return bool(kinds & {"level", "share", "average", "points"})

    def _related(self) -> set[Node]:
        """List the quantities and periods that claims speak about, and those related to them."""
        printed = [c for c in self.claims.values() if self.kind(c) in NUMERIC and c.printed]
        known = {(c.quantity, period) for c in printed for period in self.periods_of(c)}
        growing = {
            (c.quantity, period)
            for c in printed
            if self.kind(c) in GROWTH or c.kind in GROWTH
            for period in (c.period, *self.meant(c))
        }
        waiting = [r for r in self.relations if r.relation not in _TIMELESS]
        known = self._reached(known, waiting)
        for row in waiting:
            related = {node for nodes in self.places(row, known) for node in nodes}
            about = growing if row.relation in _BASES else known
            if row.period and row.relation != "some" and about.isdisjoint(related):
                if row.relation not in _BASES and not self._elsewhere(known).isdisjoint(related):
                    continue
                what = "the growth of " if row.relation in _BASES else ""
                raise problem("idle period", row, what=what + row.quantity)
        return known

    def _reached(self, known: set[Node], rows: Sequence[RelationRow]) -> set[Node]:
        """Add what rows relate to quantities in periods."""
        found, size = set(known), -1
        while size != len(found):
            size = len(found)
            for row in rows:
                for nodes in self.places(row, found):
                    reached = nodes[:1] if row.relation in _MADE_OF else nodes
                    found |= set(nodes) if not found.isdisjoint(reached) else set()
        return found

    def _elsewhere(self, known: set[Node]) -> set[Node]:
        """Return what claims speak about under some reading."""
        rows = [row for row in self._all if row.relation not in _TIMELESS]
        moved = {
            (row.quantity, part)
            for row in rows
            if row.relation in ("period", *_BASES)
            for part in row.parts
        }
        return self._reached(known | moved, rows)

    def periods_of(self, claim: ClaimRow) -> tuple[str, ...]:
        """Return every period that a claim involves: as printed, as meant, and its base."""
        base = self._base(claim) if self.kind(claim) in GROWTH else None
        return (claim.period, *self.meant(claim), *(base.parts if base else ()))

    def places(self, row: RelationRow, known: set[Node]) -> list[list[Node]]:
        """List what a row relates, once for each period in which it holds."""
        if row.relation == "period sum":
            return [[(row.quantity, period) for period in (row.period, *row.parts)]]
        if row.relation in ("base", "later base", "period", "also counts"):
            return [[(row.quantity, row.period)]]
        names = row.quantities[:1] if row.relation in _MADE_OF else row.quantities
        periods = [row.period] if row.period else sorted({p for n, p in known if n in names})
        return [
            [_node(text, period) for text in (row.quantity, *row.parts, row.by) if text]
            if row.relation not in ("kind", "fall", "less is better", "some")
            else [(row.quantity, period)]
            for period in periods
        ]

    def _merge(self) -> dict[Node, Node]:
        """Give quantities that are equal by meaning one name, that of the one they are equal to."""
        same: dict[Node, Node] = {}

        def root(node: Node) -> Node:
            while node in same:
                node = same[node]
            return node

        for row in self.rows("equal"):
            for one, other in self.places(row, self.known) if not row.claim else ():
                if self.pieces(one[0]) != self.pieces(other[0]):
                    raise self.mixed(row)
                if root(one) != root(other):
                    same[root(one)] = root(other)
        return {node: root(node) for node in same}

    def mixed(self, row: RelationRow) -> InputError:
        """Say that a row joins quantities of different units."""
        units = ", ".join(f"{n} in 1/{self.pieces(n)}" for n in row.quantities)
        return problem("mixed units", row, units=units)


def _node(text: str, period: str) -> Node:
    name, _, stated = text.partition("@")
    return name, stated or period
