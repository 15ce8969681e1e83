"""Quantities in periods, and what the claims of a case assert about them under one reading.

A quantity in a period is a whole number of smallest pieces, named ``quantity@period``. A share or
ratio is a quotient of two of them. A level or share of which nothing says what it is made of is a
quotient of two numbers of its own, that is, any exact number of at least zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from analysis.base.errors import InputError, raise_all
from analysis.base.text import Rounding
from analysis.claims.printed import Interval, preimage
from analysis.claims.relations import (
    COUNTED,
    RelationRow,
    is_absolute,
    problem,
    read_number,
    refuse_negative_base,
    signed,
)
from analysis.claims.solver.bounds import Ratio
from analysis.claims.solver.products import Item, change
from analysis.claims.solver.system import Claim, Linear, at_most, equal, quantity
from analysis.tables.strategy_tables import ClaimRow

Node = tuple[str, str]
"""A quantity and a period."""

OPEN_PERIODS = ("unstated", "none")
NUMERIC = ("count", "share", "growth", "level", "money", "average")
UPPER, LOWER, BELOW = "upper part", "lower part", "part below zero"
"""What the hidden numbers behind a level of unknown make, or a possible loss, are called."""

_CENTS = 100
FINE = 720_720
"""An average has no smallest piece; where it adds up, it comes in so many pieces of a hundredth."""

_ASSERTED = ("sum", "period sum", "equal", "at most")


class Network:
    """What the claims and relations of a case say under one reading.

    Parameters
    ----------
    claims : sequence of ClaimRow
        All rows of ``claims.csv``.
    relations : sequence of RelationRow
        All rows of ``relations.csv``.
    reading : mapping of str to str
        One option for every axis of ``case.yaml``.

    Attributes
    ----------
    names : dict of str to (str, str)
        Quantity and period by the name they have in constraints.
    known : set of (str, str)
        Quantities and periods that a claim is about, or that are related to such a one.
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

    def __init__(
        self,
        claims: Sequence[ClaimRow],
        relations: Sequence[RelationRow],
        reading: Mapping[str, str],
    ) -> None:
        self.claims = {claim.claim_id: claim for claim in claims}
        self.relations = tuple(row for row in relations if row.holds(reading))
        self.names: dict[str, Node] = {}
        self._period_rows = {(r.quantity, r.period): r for r in self.rows("period")}
        self._bases = {(r.quantity, r.period): r for r in self.rows("base")}
        self._kinds = {r.claim: r.of for r in self.rows("kind")}
        self._units = {r.quantity: int(r.of) for r in self.rows("unit")}
        self._counted = set(self._counted_names())
        self._signed = signed(self.levels(), self.relations)
        self.known = self._related()
        self._same = self._merge()
        self.rounding = Rounding(reading["rounding"])
        self._falls = {row.claim for row in self.rows("fall")}
        self._asserted = {row.claim for row in self.rows(*_ASSERTED)}
        self.first = self._first_places()
        self.items = self._items()
        self.definitions = self._definitions()

    # -- what rows say ------------------------------------------------------------------------

    def rows(self, *kinds: str) -> list[RelationRow]:
        """Return the rows of some relations."""
        return [row for row in self.relations if row.relation in kinds]

    def _counted_names(self) -> Iterator[str]:
        """Yield the quantities that are counted in pieces, since others are made up of them."""
        for row in self.rows("unprinted", *COUNTED):
            made_up = row.relation in ("share", "ratio")
            yield from (n for n in row.quantities if not made_up or n != row.quantity)

    def levels(self) -> list[ClaimRow]:
        """Return the claims that print an amount and not a change."""
        return [c for c in self.claims.values() if c.is_number and self.kind(c) != "growth"]

    def kind(self, claim: ClaimRow) -> str:
        """Return what sort of quantity a claim is about under this reading."""
        return self._kinds.get(claim.claim_id, claim.kind)

    def less_is_better(self, name: str) -> bool:
        """Say whether a target on a quantity is an upper limit."""
        return any(row.quantity == name for row in self.rows("less is better"))

    def meant(self, claim: ClaimRow) -> tuple[str, ...]:
        """Return the period (or the periods together) that a claim speaks about."""
        row = self._period_rows.get((claim.quantity, claim.period))
        if row is not None:
            return row.parts
        numeric = self.kind(claim) in NUMERIC
        if numeric and claim.period in OPEN_PERIODS and self._must_say(claim):
            raise InputError(
                "the publication does not say which period it means, and no relation does",
                file="claims.csv",
                row=claim.claim_id,
                column="period",
                value=claim.period,
                fix=f"add a row “period” for {claim.quantity} to relations.csv",
            )
        return (claim.period,)

    def _must_say(self, claim: ClaimRow) -> bool:
        """Say whether something else is printed or related that the claim would be set against."""
        others = {
            (row.printed, row.period)
            for row in self.claims.values()
            if row.quantity == claim.quantity and row.role == "result"
        }
        own = {(claim.printed, claim.period)}
        has_parts = any(row.quantity == claim.quantity for row in self.rows("share", "ratio"))
        return claim.quantity in self._counted or has_parts or bool(others - own)

    def base(self, claim: ClaimRow) -> tuple[str, ...]:
        """Return the period that a growth rate is measured against."""
        for period in (claim.period, *self.meant(claim)):
            row = self._bases.get((claim.quantity, period))
            if row is not None:
                return row.parts
        raise InputError(
            "this is a growth, and nothing says against which period",
            file="claims.csv",
            row=claim.claim_id,
            column="period",
            value=claim.period,
            fix=f"add a row “base” for {claim.quantity} in {claim.period} to relations.csv, such "
            f"as {claim.claim_id}-base,base,{claim.quantity},{claim.period},EARLIER PERIOD,,,,",
        )

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
                raise InputError(
                    "levels and shares do not add up over periods",
                    value=what,
                    fix="say with a row “share” or “ratio” what this one is made of",
                )
            return Ratio(
                self._sum(f"{what}, {UPPER}", periods), self._sum(f"{what}, {LOWER}", periods)
            )
        return self._sum(what, periods)

    def _sum(self, what: str, periods: Iterable[str]) -> Linear:
        total = Linear()
        for period in periods:
            total = total + self._one(what, period)
        return total * Fraction(1, self.pieces(what))

    def quotient(self, what: str, period: str) -> RelationRow | None:
        """Return the row that says what a share or ratio is made of."""
        rows = (r for r in self.rows("share", "ratio") if r.quantity == what)
        return next((row for row in rows if row.period in ("", period)), None)

    def hidden(self, what: str) -> bool:
        """Say whether a quantity is a level or share of unknown make."""
        if what in self._counted or what in self._signed:
            return False
        kinds = {self.kind(c) for c in self.claims.values() if c.quantity == what}
        return bool(kinds & {"level", "share", "average"})

    def _related(self) -> set[Node]:
        """List the quantities and periods that claims speak about, and those related to them."""
        printed = [c for c in self.claims.values() if self.kind(c) in NUMERIC and c.printed]
        known = {(c.quantity, period) for c in printed for period in self.periods_of(c)}
        growing = {
            (c.quantity, period)
            for c in printed
            if self.kind(c) == "growth"
            for period in (c.period, *self.meant(c))
        }
        waiting = [r for r in self.relations if r.relation not in ("unprinted", "unit")]
        size = -1
        while size != len(known):
            size = len(known)
            for row in waiting:
                for nodes in self.places(row, known):
                    reached = nodes[:1] if row.relation in ("share", "ratio") else nodes
                    known |= set(nodes) if not known.isdisjoint(reached) else set()
        for row in waiting:
            related = {node for nodes in self.places(row, known) for node in nodes}
            about = growing if row.relation == "base" else known
            if row.period and about.isdisjoint(related):
                what = "the growth of " if row.relation == "base" else ""
                raise problem(
                    row,
                    f"no claim is about {what}{row.quantity} in this period",
                    "period",
                    "write the period as claims.csv does, or drop the row",
                )
        return known

    def periods_of(self, claim: ClaimRow) -> tuple[str, ...]:
        """Return every period that a claim involves: as printed, as meant, and its base."""
        base: tuple[str, ...] = ()
        if self.kind(claim) == "growth":
            rows = (
                self._bases.get((claim.quantity, p)) for p in (claim.period, *self.meant(claim))
            )
            base = next((row.parts for row in rows if row is not None), ())
        return (claim.period, *self.meant(claim), *base)

    def places(self, row: RelationRow, known: set[Node]) -> list[list[Node]]:
        """List what a row relates, once for each period in which it holds."""
        if row.relation == "period sum":
            return [[(row.quantity, period) for period in (row.period, *row.parts)]]
        if row.relation in ("base", "period"):
            return [[(row.quantity, row.period)]]
        made_up = row.relation in ("share", "ratio")
        names = row.quantities[:1] if made_up else row.quantities
        periods = [row.period] if row.period else sorted({p for n, p in known if n in names})
        return [
            [_node(text, period) for text in (row.quantity, *row.parts, row.by) if text]
            if row.relation not in ("kind", "fall", "less is better")
            else [(row.quantity, period)]
            for period in periods
        ]

    def _merge(self) -> dict[Node, Node]:
        """Give quantities that are equal by meaning one name."""
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
                    first, second = sorted((root(one), root(other)))
                    same[second] = first
        return {node: root(node) for node in same}

    def mixed(self, row: RelationRow) -> InputError:
        """Say that a row joins quantities of different units."""
        units = ", ".join(f"{n} in 1/{self.pieces(n)}" for n in row.quantities)
        return problem(
            row,
            f"these are counted in different smallest pieces ({units})",
            "of",
            "add rows “unit”; money is counted in 1/100",
        )

    # -- what claims assert ---------------------------------------------------------------------

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
            try:
                made = self._asserted_by(self.claims[claim_id])
            except InputError as error:
                errors.append(error)
                continue
            if made:
                items[claim_id] = made
        raise_all(errors)
        return items

    def _asserted_by(self, claim: ClaimRow) -> tuple[Item, ...]:
        """Return what a claim asserts by its number and by the relations that rest on it."""
        made: list[Item] = []
        if claim.role == "result" and self.kind(claim) in NUMERIC and claim.printed:
            made.append(self.item(claim))
        rows = (row for row in self.rows(*_ASSERTED) if row.claim == claim.claim_id)
        return (*made, *(one for row in rows for one in self._claims(row)))

    def item(self, claim: ClaimRow) -> Item:
        """Return what a claim asserts: its quantity, or its growth, prints as given."""
        printed, scale = read_number(claim)
        inside = preimage(printed, self.rounding).times(scale)
        if claim.claim_id in self._falls and printed.number > 0:  # “fell by −5.2%” is one fall
            inside = Interval(
                -inside.ends[1], -inside.ends[0], inside.high_closed, inside.low_closed
            )
        now = self.value(claim.quantity, self.meant(claim))
        if self.kind(claim) != "growth":
            self._must_be_defined(claim)
            made = now if isinstance(now, Ratio) else Ratio(now, Linear((), Fraction(1)))
            return Claim(
                claim.claim_id, made.numerator, inside, made.denominator, printed, self.rounding
            )
        refuse_negative_base(claim, self.base(claim), self.levels())
        before = self.value(claim.quantity, self.base(claim))
        absolute = is_absolute(claim, printed)
        return change(
            claim.claim_id, (now, before), inside, printed, self.rounding, absolute=absolute
        )

    def _must_be_defined(self, claim: ClaimRow) -> None:
        kind, what = self.kind(claim), claim.quantity
        if self.quotient(what, claim.period) or self.hidden(what) or what in self._signed:
            return
        if kind == "share" or (kind == "level" and what not in self._units):
            fix = (
                f"add a row “share” for {what} to relations.csv"
                if kind == "share"
                else f"add a row “unit” for {what} (4 for quarter-hours), or a row “ratio”"
            )
            raise InputError(
                f"relations.csv sets this {kind} against others without saying what it is made of",
                file="claims.csv",
                row=claim.claim_id,
                column="quantity",
                value=what,
                fix=fix,
            )

    # -- relations ----------------------------------------------------------------------------

    def _definitions(self) -> list[Claim]:
        self._refuse_circles()
        rows = (row for row in self.rows("sum", "period sum", "at most", "share") if not row.claim)
        return _without_idle([made for row in rows for made in self._claims(row)], self._used())

    def _used(self) -> set[str]:
        """Name what printed results and targets speak about."""
        used = {name for made in self.items.values() for item in made for name in item.names}
        for claim in self.claims.values():
            if claim.role in ("target", "example") and self.kind(claim) in NUMERIC:
                periods = self.periods_of(claim)
                used |= {n for p in periods for n, _ in self._one(claim.quantity, p).terms}
        return used

    def _claims(self, row: RelationRow) -> Iterator[Claim]:
        """Turn a row into what it asserts in every period in which it holds."""
        tag = row.claim or row.relation_id
        ignored = {self.pieces(row.quantity)} - {self.pieces(row.by)}  # the unit of a share itself
        for whole, *parts in self.places(row, self.known):
            pieces = {self.pieces(name) for name, _ in (whole, *parts)}
            if len(pieces - (ignored if row.relation == "share" else set())) > 1:
                raise self.mixed(row)
            left = self._one(*whole)
            if row.relation == "share":
                part, of = (self._one(*node) for node in parts)
                yield at_most(tag, part - of, 0)
            elif row.relation == "at most":
                yield at_most(tag, left - self._one(*parts[0]), 0)
            else:
                total = Linear()
                for node in parts:
                    total = total + self._one(*node)
                yield equal(tag, left, total)

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
                        raise problem(
                            row,
                            "by this and other rows a whole is a part of itself",
                            "of",
                            "take out the row that is wrong",
                        )
                    if node not in reached:
                        reached.add(node)
                        waiting += parts.get(node, ())


def _node(text: str, period: str) -> Node:
    name, _, stated = text.partition("@")
    return name, stated or period


_ASSERTED = ("sum", "period sum", "equal", "at most")


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
    return any(side <= open_ends for side in sides.values())
