"""How the printed quantities of a case hang together, said in data: ``relations.csv``.

A row says one thing: that a whole is the sum of its parts, a year that of its quarters, a share
what part of what whole, a growth rate against which period. A row may hold under one option of a
reading only, and a statement of the publication may be what asserts it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from pydantic import Field, model_validator

from analysis.base.errors import InputError, collecting, raise_all
from analysis.base.text import own_yaml
from analysis.claims.solver.system import connected
from analysis.tables.case import Case
from analysis.tables.columns import Identifier
from analysis.tables.rows import Row, Table, read_rows
from analysis.tables.strategy_tables import NUMERIC, ClaimRow


class Kind(NamedTuple):
    """What a relation says of the quantity of its row.

    Attributes
    ----------
    meaning, written : str
        In words, and how reports write a row of it.
    needs, may : tuple of str
        Cells, besides the quantity, that a row of it must fill, and others that it may fill.
    """

    meaning: str
    written: str
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = {
    name: Kind(**kind | {cells: tuple(kind.get(cells, ())) for cells in ("needs", "may")})
    for name, kind in own_yaml(__file__, "relations.yaml").items()
}

Choice = dict[str, str]
Reading = Mapping[str, str]
"""An option for every axis of ``case.yaml``."""

GOALS = ("target", "example")
"""Roles of claims that are compared with results."""

_PROBLEMS: Mapping[str, Mapping[str, str]] = own_yaml(__file__, "problems.yaml")

if TYPE_CHECKING:
    Relation = str
else:
    Relation = Literal[tuple(KINDS)]

QUOTIENTS = ("share", "squared share", "ratio")
"""Relations that say what a quantity is a quotient of."""

COUNTED = ("sum", "period sum", *QUOTIENTS, "equal", "at most")
"""Relations between quantities that are counted in pieces."""

ASSERTED = ("sum", "period sum", "equal", "at most")
"""Relations that a claim may assert."""

ROUNDING = "rounding"
"""The axis of ``case.yaml`` on how figures were rounded; it bears on every printed number."""

_SEVERAL = {"sum", "period sum"}
_ON_CLAIMS = ("kind", "fall", "lists", "means", "damaged", "remark")
_MEANINGS = (("unit",), QUOTIENTS, ("base", "later base"), ("period",), ("kind",), ("grows as",))
"""Relations of which a quantity has one at a time."""


class RelationRow(Row):
    """One thing that holds between the quantities of ``claims.csv``."""

    relation_id: Identifier = Field(description="key")
    relation: Relation = Field(
        description="what the row says of its quantity: "
        + "; ".join(f"{name} ({kind.meaning})" for name, kind in KINDS.items())
    )
    quantity: Identifier = Field(description="the quantity that the row is about")
    period: str = Field(description="period, as in claims.csv; empty where it holds in every one")
    of: str = Field(
        description="what it consists of: quantities, periods, a number of pieces or a kind of "
        "claim; several are joined by ;. After equal and at most, QUANTITY or QUANTITY@PERIOD"
    )
    by: str = Field(description="what a share or ratio is divided by")
    reading: str = Field(description="AXIS=OPTION under which it holds; empty for always")
    claim: str = Field(description="claim that asserts it; empty for what holds by meaning")
    note: str = Field(description="why, in words")

    @model_validator(mode="after")
    def _cells_fit_the_relation(self) -> RelationRow:
        _, _, needs, may = KINDS[self.relation]
        for column in ("period", "of", "by", "claim"):
            filled = bool(getattr(self, column))
            if column in needs and not filled:
                raise ValueError(f"{column}: the relation “{self.relation}” needs this cell")
            if filled and column not in (*needs, *may):
                raise ValueError(f"{column}: the relation “{self.relation}” has no use for this")
        if self.relation in _SEVERAL and len(self.parts) < 2:
            raise ValueError("of: a sum has two parts or more, joined by ;")
        one = (*_SEVERAL, "period", "base", "later base", "lists")
        if self.relation not in one and len(self.parts) > 1:
            raise ValueError(f"of: the relation “{self.relation}” takes a single entry")
        if self.relation == "unit" and (not self.of.isdecimal() or int(self.of) < 1):
            raise ValueError("of: this must be a whole number of pieces above zero")
        kinds = (*get_args(ClaimRow.model_fields["kind"].annotation), "points")
        if self.relation == "kind" and self.of not in kinds:
            raise ValueError(f"of: a kind is one of {', '.join(kinds)}")
        for text in self.reading.split(";") if self.reading else ():
            if text.count("=") != 1:
                raise ValueError("reading: this must have the form AXIS=OPTION")
        return self

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The entries of the column ``of``."""
        return tuple(part.strip() for part in self.of.split(";") if part.strip())

    @cached_property
    def conditions(self) -> dict[str, str]:
        """The option of each axis under which the row holds."""
        pairs = (text.split("=") for text in self.reading.split(";") if text)
        return {axis.strip(): option.strip() for axis, option in pairs}

    def holds(self, reading: Reading) -> bool:
        """Say whether the row holds under a reading."""
        return all(reading[axis] == option for axis, option in self.conditions.items())

    @cached_property
    def quantities(self) -> tuple[str, ...]:
        """Every quantity that the row names."""
        named = [self.quantity, *([self.by] if self.by else [])]
        if self.relation in ("sum", *QUOTIENTS, "grows as", "measured by", "equal", "at most"):
            named += [part.partition("@")[0] for part in self.parts]
        return tuple(named)


Claims = Sequence[ClaimRow]
Relations = Sequence[RelationRow]

RELATIONS = Table(
    "relations",
    "relations.csv",
    RelationRow,
    ("relation_id",),
    "How the printed quantities hang together",
)


def read_relations(case: Case, claims: Sequence[ClaimRow]) -> tuple[RelationRow, ...]:
    """Read a case's ``relations.csv``, if it has one, and hold it against its claims.

    Raises
    ------
    InputError
        If a cell breaks a rule, a row names a quantity, claim or reading that is not there, two
        rows give one thing two meanings, or a claim depends on a reading that changes nothing.
    """
    there = case.raw.joinpath(RELATIONS.file).is_file()
    rows = read_rows(RELATIONS, case.raw, case.root) if there else []
    check = _Check(case, claims, rows)
    errors: list[InputError] = []
    for row in rows:
        with collecting(errors):
            check.row(row)
    raise_all([*errors, *check.axes()])
    return tuple(rows)


def problem(
    name: str, of: RelationRow | ClaimRow | None = None, value: str = "", **words: str
) -> InputError:
    """Say what is wrong with a file, with one cell, or with a value in it.

    Parameters
    ----------
    name : str
        Key of ``problems.yaml``.
    of : RelationRow or ClaimRow, optional
        The row.
    value : str, optional
        What is wrong; the whole cell if left out.
    **words
        What fills the names in braces.
    """
    texts = {"file": RELATIONS.file, **_PROBLEMS[name]}
    texts = {key: text.format(value=value, **words) for key, text in texts.items()}
    row = getattr(of, "relation_id", None) or getattr(of, "claim_id", None)
    wrong = value or getattr(of, texts.get("column", ""), "") or None
    return InputError(**texts, row=row, value=wrong)


def together(one: RelationRow, other: RelationRow) -> bool:
    """Say whether two rows can hold under the same reading."""
    mine, theirs = one.conditions, other.conditions
    return all(theirs.get(axis, option) == option for axis, option in mine.items())


class _Check:
    """Holds the rows against the claims, the readings and each other."""

    def __init__(self, case: Case, claims: Claims, rows: Relations) -> None:
        self.case, self.rows = case, rows
        self.claims = {claim.claim_id: claim for claim in claims}
        self.printed = {claim.quantity for claim in claims}
        self.made_up = {row.quantity for row in rows if row.relation in QUOTIENTS}
        self.unprinted = {row.quantity for row in rows if row.relation == "unprinted"}

    def row(self, row: RelationRow) -> None:
        self._quantities(row)
        self._reading(row)
        if row.claim and row.claim not in self.claims:
            raise problem("unknown claim", row)
        if row.relation in _ON_CLAIMS and self.claims[row.claim].quantity != row.quantity:
            raise problem("another quantity", row, claim=row.claim)
        if row.relation in ("sum", *QUOTIENTS) and row.quantity in (*row.parts, row.by):
            raise problem("own part", row)
        if row.relation in ("base", "later base", "period sum") and row.period in row.parts:
            raise problem("own base", row)
        members = set(row.quantities) if row.relation in COUNTED else set[str]()
        if row.relation in QUOTIENTS:
            members.discard(row.quantity)
        for name in sorted(members & self.made_up):
            column = "by" if name == row.by else "of"
            raise problem("made up", row, name, column=column)
        for other in takewhile(lambda other: other is not row, self.rows):
            if _same_subject(row, other) and together(row, other):
                raise problem("two meanings", row, other=other.relation_id)

    def _quantities(self, row: RelationRow) -> None:
        if row.relation == "unprinted" and row.quantity in self.printed:
            raise problem("printed", row)
        known = self.printed | self.unprinted
        for name in row.quantities:
            if name not in known:
                column = {row.quantity: "quantity", row.by: "by"}.get(name, "of")
                all_known = ", ".join(sorted(known))
                raise problem("unknown quantity", row, name, column=column, known=all_known)

    def _reading(self, row: RelationRow) -> None:
        axes = self.case.parameters.readings
        for axis, option in row.conditions.items():
            if axis not in axes:
                raise problem("unknown reading", row, axis=axis, known=", ".join(axes) or "none")
            if option not in axes[axis].options:
                known = ", ".join(axes[axis].options)
                raise problem("unknown option", row, axis=axis, known=known)

    def axes(self) -> Iterator[InputError]:
        """Find claims that depend on a reading which no row answers."""
        used = {ROUNDING, *_axes(self.rows)}
        for claim in self.claims.values():
            for axis in claim.axes:
                if axis not in used:
                    yield problem("idle reading", claim, axis)


def _same_subject(one: RelationRow, other: RelationRow) -> bool:
    """Say whether two rows answer the same question."""
    if one.quantity != other.quantity:
        return False
    if not any(one.relation in some and other.relation in some for some in _MEANINGS):
        return False
    if one.relation == "kind":
        return one.claim == other.claim
    if one.relation == "period" and one.claim != other.claim:
        return False
    return one.period == other.period or "" in (one.period, other.period)


def signed(levels: Sequence[ClaimRow], relations: Sequence[RelationRow]) -> set[str]:
    """Name the quantities of which a negative amount is printed, and all that adds up with them."""
    found = {claim.quantity for claim in levels if claim.number.value < 0}
    rows = [r for r in relations if r.relation in ASSERTED]
    for names in [set(row.quantities) for row in rows] * len(rows):
        found |= names if names & found else set()
    return found


def refuse_negative_base(claim: ClaimRow, base: Sequence[str], levels: Sequence[ClaimRow]) -> None:
    """Refuse a rate of change from an amount that is printed below zero."""
    for other in levels:
        at_base = other.quantity == claim.quantity and other.period in base
        if at_base and other.number.value < 0 and claim.number.percent:
            raise problem("negative base", claim, printed=other.printed, period=other.period)


def is_result(claim: ClaimRow) -> bool:
    """Say whether a claim prints a result as a number."""
    return claim.role == "result" and claim.kind in NUMERIC


class Block:
    """Results that share quantities under some reading, with what may bear on them.

    Attributes
    ----------
    name : str
        The quantity of its first result.
    quantities : set of str
        Quantities that relations connect.
    reached : set of str
        These, and those that grow as one of them does under some reading.
    claims, relations : tuple
        Rows on these quantities; also claims of others that assert something about them.
    axes : tuple of str
        The axes that its results depend on, the rounding rule among them.
    keys : tuple of str
        The axes that its results or targets depend on.
    """

    def __init__(
        self, quantities: set[str], claims: Claims, relations: Relations, order: Sequence[str]
    ) -> None:
        self.quantities = quantities
        alike = {r.quantity for r in relations if r.relation == "grows as" and r.of in quantities}
        self.reached = reached = quantities | alike
        self.relations = tuple(
            row for row in relations if reached & (set(row.quantities) - {row.of} | {row.quantity})
        )
        linked = {row.claim for row in self.relations} - {""}
        printed = {_print(claim) for claim in claims if linked and claim.claim_id in linked}
        self.claims = tuple(
            c for c in claims if c.quantity in reached or (printed and _print(c) in printed)
        )
        self.ids = {claim.claim_id for claim in self.claims}
        self.name = next(c.quantity for c in claims if c.quantity in quantities and is_result(c))
        goals = {claim.claim_id for claim in self.claims if claim.role in GOALS}
        about = [row for row in self.relations if row.claim not in goals]
        used, named = ({ROUNDING, *_axes(rows)} for rows in (about, self.relations))
        self.axes = tuple(axis for axis in order if axis in used)
        self.keys = tuple(axis for axis in order if axis in named)


def _axes(rows: Relations) -> set[str]:
    """Return the axes that some rows depend on."""
    return {axis for row in rows for axis in row.conditions}


def _print(claim: ClaimRow) -> tuple[str, ...]:
    """Return what places that repeat each other have in common."""
    return claim.role, claim.kind, claim.quantity, claim.printed, claim.period


def blocks_of(claims: Claims, relations: Relations, order: Sequence[str]) -> list[Block]:
    """Put results that relations connect into blocks, in the order of their first results.

    A quantity that only grows as another does is in the block of that other one; under another
    reading it may be in another.
    """
    alike = {row.quantity for row in relations if row.relation == "grows as"}
    results = {claim.claim_id: claim.quantity for claim in claims if is_result(claim)}
    printed = set(results.values())
    named = [set(row.quantities) for row in relations if row.relation != "grows as"]
    named += [{name} for name in printed]
    named += [
        {row.quantity, results[row.claim]}
        for row in relations
        if row.claim in results and row.relation in ASSERTED
    ]
    places = {claim.quantity: n for n, claim in reversed(list(enumerate(claims)))}
    groups = [names for _, names in connected([(None, names) for names in named])]
    found = [names for names in groups if not names <= alike and names & printed]
    found.sort(key=lambda names: min(places.get(name, len(places)) for name in names))
    return [Block(names, claims, relations, order) for names in found]
