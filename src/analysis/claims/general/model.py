"""The claims of a case under one reading, as exact constraints on quantities in periods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from analysis.base.errors import InputError, raise_all
from analysis.base.numbers import Rounding
from analysis.claims.bounds import Ratio
from analysis.claims.general.network import NUMERIC, Network, Node
from analysis.claims.general.products import Item, Product
from analysis.claims.general.relations import RelationRow, problem
from analysis.claims.printed import Interval, Printed, parse, parse_percent, preimage
from analysis.claims.system import Claim, Linear, at_most, equal, quantity
from analysis.tables.strategy_tables import ClaimRow

_POINTS = ("points", "percentage points", "pp")
_WORDS = {"thousand": 1_000, "million": 10**6, "billion": 10**9}
_ASSERTED = ("sum", "period sum", "equal", "at most")


class Model(Network):
    """What the claims of a case say under one reading.

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
    items : dict of str to tuple of Claim or Product
        What each printed result asserts, by the id of the first place that prints it.
    definitions : list of Claim
        What holds by meaning.
    first : dict of str to str
        The first place of every result, by the id of each place.

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
        super().__init__(claims, relations, reading)
        self.rounding = Rounding(reading["rounding"])
        self._falls = {row.claim for row in self.rows("fall")}
        self._asserted = {row.claim for row in self.rows(*_ASSERTED)}
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
        if claim.claim_id in self._falls:
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
        before = self.value(claim.quantity, self.base(claim))
        return change(claim, (now, before), inside, printed, self.rounding)

    def _must_be_defined(self, claim: ClaimRow) -> None:
        kind, what = self.kind(claim), claim.quantity
        if self.quotient(what, claim.period) is not None or self.hidden(what):
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
                used |= {self.name(claim.quantity, period) for period in self.periods_of(claim)}
        return used

    def _claims(self, row: RelationRow) -> Iterator[Claim]:
        """Turn a row into what it asserts in every period in which it holds."""
        tag = row.claim or row.relation_id
        for whole, *parts in self.places(row, self.known):
            if len({self.pieces(name) for name, _ in (whole, *parts)} - self._of_share(row)) > 1:
                raise self.mixed(row)
            left = quantity(self.name(*whole))
            if row.relation == "share":
                part, of = (quantity(self.name(*node)) for node in parts)
                yield at_most(tag, part - of, 0)
            elif row.relation == "at most":
                yield at_most(tag, left - quantity(self.name(*parts[0])), 0)
            else:
                total = Linear()
                for node in parts:
                    total = total + quantity(self.name(*node))
                yield equal(tag, left, total)

    def _of_share(self, row: RelationRow) -> set[int]:
        """Return the unit of a share itself, which is no matter."""
        if row.relation != "share":
            return set()
        return {self.pieces(row.quantity)} - {self.pieces(row.by)}

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


def read_number(claim: ClaimRow) -> tuple[Printed, int]:
    """Read a claim's number, and how many times its unit says that it counts."""
    unit = claim.unit.strip().lower()
    percent = unit.startswith("%") or unit in _POINTS
    printed = parse_percent(claim.printed) if percent else parse(claim.printed)
    return printed, _WORDS.get(unit.split(" ")[0], 1)


def is_absolute(claim: ClaimRow, printed: Printed) -> bool:
    """Say whether a change is printed as a difference and not as a rate."""
    return claim.unit.strip().lower() in _POINTS or not printed.percent


def change(
    claim: ClaimRow,
    values: tuple[Linear | Ratio, Linear | Ratio],
    inside: Interval,
    printed: Printed,
    rounding: Rounding,
) -> Item:
    """Claim that a quantity changed from an earlier value by what lies in an interval."""
    now, before = values
    tag, absolute = claim.claim_id, is_absolute(claim, printed)
    if isinstance(now, Linear) and isinstance(before, Linear):
        if absolute:
            return Claim(tag, now - before, inside, printed=printed, rounding=rounding)
        return Claim(tag, now, inside.plus(1), before, printed, rounding, shift=1)
    assert isinstance(now, Ratio)
    assert isinstance(before, Ratio)
    if absolute:
        return Product(tag, now, before, inside, printed, rounding, difference=True)
    made = Product(tag, now, before, inside.plus(1), printed, rounding)
    if now.denominator == before.denominator:
        return Claim(tag, now.numerator, made.inside, before.numerator, printed, rounding, shift=1)
    if now.numerator == before.numerator:
        return Claim(
            tag, before.denominator, made.inside, now.denominator, printed, rounding, shift=1
        )
    return made


def outside(item: Item) -> list[Item]:
    """Return what a claim excludes: values below and values above what it prints."""
    inside = item.inside
    found = []
    if inside.low is not None:
        found.append(Interval(None, inside.low, high_closed=not inside.low_closed))
    if inside.high is not None:
        found.append(Interval(inside.high, None, low_closed=not inside.high_closed))
    return [replace(item, inside=interval) for interval in found]
