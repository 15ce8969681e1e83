"""Groups of claims that share quantities, decided under one reading, and ranges in words.

The inputs of a case are read together, so that everything wrong with them is said at once. A
:class:`State` holds the groups of connected claims with their smallest conflicts; a
:class:`Range` writes what the other claims leave open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction

from analysis.base.errors import InputError, raise_all
from analysis.base.text import Rounding, decimal, listed, outward
from analysis.claims.network import BELOW, FINE, LOWER, UPPER, Network
from analysis.claims.printed import Interval
from analysis.claims.relations import (
    RELATIONS,
    RelationRow,
    is_absolute,
    read_number,
    read_relations,
)
from analysis.claims.solver.bounds import ImpossibleError
from analysis.claims.solver.products import (
    Item,
    Outcome,
    Product,
    divided,
    frame,
    indicator,
    outside,
    possible,
    span,
)
from analysis.claims.solver.search import UndecidedError
from analysis.claims.solver.system import Claim, Linear, connected, minimal_conflicts
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
                folder = case.raw.relative_to(case.root)
                one.file = folder.joinpath(one.file).as_posix()
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


MOST_SHOWN = 3
_CLOSE = Fraction(11, 10)
_WIDEST = Fraction(10**6)


@dataclass(frozen=True)
class Range:
    """Smallest and largest value of something, None where there is no limit, and how to write it.

    Attributes
    ----------
    low, high : Fraction or None
        In the unit that is written.
    places : int
        Decimals.
    sign : str
        What follows the number: "%" or nothing.
    low_closed, high_closed : bool
        Whether the end itself can be.
    """

    low: Fraction | None
    high: Fraction | None
    places: int = 0
    sign: str = ""
    low_closed: bool = True
    high_closed: bool = True

    @property
    def ends(self) -> tuple[str, str]:
        """Both ends as texts, rounded outwards; "" where there is no limit."""
        low, high = outward(self.low, self.high, self.places)
        return low and low + self.sign, high and high + self.sign

    @property
    def width(self) -> Fraction | None:
        """Rate the range by the ratio of its ends; None if it tells nothing."""
        if not self.low:
            return _WIDEST * _WIDEST if self.high is not None else None
        return _WIDEST if self.high is None else Fraction(self.high, self.low)

    def __str__(self) -> str:
        if self.low is not None and self.low == self.high:
            whole = (self.low * 10**self.places).denominator == 1
            return f"{'exactly ' if whole else ''}{decimal(self.places)(self.low)}{self.sign}"
        low, high = self.ends
        if low and high:
            return f"{low} to {high}"
        if low:
            return f"{'at least' if self.low_closed else 'more than'} {low}"
        return f"{'at most' if self.high_closed else 'less than'} {high}" if high else "anything"


def noun(quantity: str) -> str:
    """Write a quantity's name as words."""
    return quantity.replace("_", " ")


def phrase(claim: ClaimRow) -> str:
    """Say in a few words what a claim prints: "deliveries of 1,300 (2024)"."""
    if claim.kind == "statement":
        return f"“{claim.printed or claim.quotation}”"
    unit = claim.unit.strip()
    shown = claim.printed
    if unit and not unit.startswith("%") and noun(claim.quantity) != unit:
        shown += f" {unit}"
    elif unit.startswith("%") and "%" not in shown:
        shown += unit
    period = "" if claim.period in ("unstated", "none") else f" ({claim.period})"
    if claim.kind == "growth":
        return f"growth of {noun(claim.quantity)} by {shown}{period}"
    return f"{noun(claim.quantity)} of {shown}{period}"


def is_hidden(name: str) -> bool:
    """Say whether a number stands behind a level of unknown make."""
    what = name.partition("@")[0]
    return what.endswith((f", {UPPER}", f", {LOWER}", f", {BELOW}"))


class Wording:
    """Ranges under one reading, in words.

    Parameters
    ----------
    network : Network
        The case under this reading.
    """

    def __init__(self, network: Network) -> None:
        self.network = network

    def phrases(self, tags: Sequence[str]) -> str:
        """Name some claims."""
        return listed([phrase(self.network.claims[tag]) for tag in tags])

    def allowed(self, claim: ClaimRow, item: Item, others: Sequence[Item]) -> Range:
        """Return the range that other claims leave to what a claim prints, with two more digits."""
        printed, scale = read_number(claim)
        found = self._range(item, others)
        growth = self.network.kind(claim) == "growth" and not is_absolute(claim, printed)
        places = printed.decimals + 2 if printed.percent or printed.decimals else 0
        low, high = (
            None if end is None else Fraction(end - growth, scale * printed.scale)
            for end in (found.low, found.high)
        )
        sign = "%" if printed.percent else ""
        return Range(low, high, places, sign, found.low_closed, found.high_closed)

    def can_be(self, item: Item, end: Fraction | None, others: Sequence[Item]) -> bool:
        """Say whether a value that other claims limit can be at the limit itself."""
        if end is None:
            return True
        exactly = replace(item, inside=Interval(end, end))
        return possible([*others, exactly], self.network.definitions) is not Outcome.REFUTED

    def _range(self, item: Item, others: Sequence[Item]) -> Interval:
        """Return the range that other claims leave to a value (for a product perhaps wider)."""
        try:
            small = frame(others, self.network.definitions, item)
            if isinstance(item, Product):
                limits = span(small, item)
                low, high = limits.low, limits.high
            else:
                found = small.bounds(indicator(item))
                low, high = (None if end is None else end.limit for end in (found.low, found.high))
        except (UndecidedError, ImpossibleError):
            return Interval(None, None)
        closed = (self.can_be(item, end, others) for end in (low, high))
        return Interval(low, high, *closed)

    def open_ranges(self, tag: str, settled: Sequence[Item]) -> dict[str, Range]:
        """Bound what a claim speaks about, or is related to by meaning, and nobody prints.

        Parameters
        ----------
        tag : str
            The claim's id.
        settled : sequence of Claim or Product
            All claims of its group that hold together.

        Returns
        -------
        dict of str to Range
            By name; those that the claim itself speaks about if there are any.
        """
        own = {name for item in self.network.items[tag] for name in item.names}
        near = {n for one in self.network.definitions if own & set(one.names) for n in one.names}
        printed = self._printed(settled)
        small = frame(settled, self.network.definitions)
        found = {}
        for name in sorted((own - printed) or (near - printed)):
            pieces = self.network.pieces(self.network.names[name][0])
            try:
                ends = small.bounds(Linear(((name, Fraction(1, pieces)),)))
            except UndecidedError:
                continue
            low, high = (None if end is None else end.limit for end in (ends.low, ends.high))
            found[name] = Range(low, high, _places(pieces))
        return found

    def _printed(self, items: Sequence[Item]) -> set[str]:
        """Name the quantities that a claim prints by themselves."""
        return {
            item.numerator.terms[0][0]
            for item in items
            if not isinstance(item, Product)
            and len(item.numerator.terms) == 1
            and not item.denominator.terms
        } | {name for name in self.network.names if is_hidden(name)}

    def narrowest(self, ranges: Mapping[str, Range]) -> str:
        """Write the narrowest ranges, the exact ones first."""
        rated = sorted((one.width, name) for name, one in ranges.items() if one.width is not None)
        close = [name for width, name in rated if width <= _CLOSE]
        chosen = (close or [name for _, name in rated])[:MOST_SHOWN]
        return listed([f"{ranges[name]} for {self.where(name)}" for name in chosen])

    def where(self, name: str) -> str:
        """Write a quantity in a period: "deliveries (2023)"."""
        what, period = self.network.names[name]
        return f"{noun(what)} ({period})"

    def visible(self, found: dict[str, int] | Outcome) -> dict[str, int]:
        """Return a data set without the parts of levels of unknown make."""
        if isinstance(found, Outcome):
            return {}
        return {name: x for name, x in found.items() if not is_hidden(name)}


def _places(pieces: int) -> int:
    """Return the decimals that show a number of pieces exactly (at most six)."""
    return next((n for n in range(7) if 10**n % pieces == 0), 6)


@dataclass(frozen=True)
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
    """

    tags: tuple[str, ...]
    conflicts: tuple[tuple[str, ...], ...]
    settled: tuple[str, ...]
    witness: dict[str, int] | None
    whole: bool = False


class State:
    """All results of a case under one reading, in groups that share no quantity.

    Parameters
    ----------
    network : Network
        The case under this reading.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.groups = [self._group(tags) for tags in _connected(network)]
        self.words = Wording(network)

    def group(self, tag: str) -> Group:
        """Return the group that a claim is in."""
        return next(group for group in self.groups if tag in group.tags)

    def items(self, tags: Sequence[str]) -> list[Item]:
        """Return what some claims assert."""
        return [item for tag in tags for item in self.network.items[tag]]

    def can_be(self, tags: Sequence[str], *more: Item) -> dict[str, int] | Outcome:
        """Find a data set for some claims and what is added to them."""
        return possible([*self.items(tags), *more], self.network.definitions)

    def is_accused(self, tags: Sequence[str]) -> bool:
        """Say whether some claims contradict each other even if hundredths can be divided.

        That sums of money are whole hundredths is a convention, on which no accusation rests.
        """
        if self.can_be(tags) is not Outcome.REFUTED:
            return False
        money = self.network.amounts()
        finer = [divided(one, money, FINE) for one in self.items(tags)]
        rules = [divided(one, money, FINE) for one in self.network.definitions]
        claims = [one for one in rules if isinstance(one, Claim)]
        return possible(finer, claims) is Outcome.REFUTED

    def follows(self, tag: str, others: Sequence[str]) -> bool:
        """Say whether a claim follows from others: they leave no value that prints otherwise."""
        return all(
            self.can_be(others, excluded) is Outcome.REFUTED
            for item in self.network.items[tag]
            for excluded in outside(item)
        )

    def _group(self, tags: tuple[str, ...]) -> Group:
        found = minimal_conflicts(tags, self.is_accused)
        blamed = {tag for one in found.sets for tag in one}
        settled = tuple(tag for tag in tags if tag not in blamed)
        held = self.can_be(settled) if found.complete else Outcome.UNDECIDED
        data = held if isinstance(held, dict) else None
        return Group(tags, found.sets, settled, data, held is Outcome.REFUTED)


def _connected(network: Network) -> list[tuple[str, ...]]:
    """Put claims that share quantities, directly or through definitions, into groups."""
    named = [
        (tag, {n for item in items for n in item.names}) for tag, items in network.items.items()
    ]
    definitions = [("", set(one.names)) for one in network.definitions]
    order = {tag: place for place, tag in enumerate(network.items)}
    groups = [[tag for tag in tags if tag] for tags, _ in connected([*definitions, *named])]
    return [tuple(sorted(tags, key=order.__getitem__)) for tags in groups if tags]
