"""Claims, values and ranges of any case in words, from the names in its claims.csv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from analysis.claims.general.model import Model, is_absolute, read_number
from analysis.claims.general.network import LOWER, UPPER
from analysis.claims.general.products import (
    Item,
    Outcome,
    Product,
    frame,
    indicator,
    possible,
    span,
)
from analysis.claims.judgement import decimals, listed, outward
from analysis.claims.printed import Interval
from analysis.claims.search import UndecidedError
from analysis.claims.system import Linear
from analysis.tables.strategy_tables import ClaimRow

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
        return _WIDEST if self.high is None else self.high / self.low

    def __str__(self) -> str:
        if self.low is not None and self.low == self.high:
            whole = (self.low * 10**self.places).denominator == 1
            return f"{'exactly ' if whole else ''}{decimals(self.low, self.places)}{self.sign}"
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
    return what.endswith((f", {UPPER}", f", {LOWER}"))


class Wording:
    """Ranges under one reading, in words.

    Parameters
    ----------
    model : Model
        The case under this reading.
    """

    def __init__(self, model: Model) -> None:
        self.model = model

    def phrases(self, tags: Sequence[str]) -> str:
        """Name some claims."""
        return listed([phrase(self.model.claims[tag]) for tag in tags])

    def allowed(self, claim: ClaimRow, item: Item, others: Sequence[Item]) -> Range:
        """Return the range that other claims leave to what a claim prints, with two more digits."""
        printed, scale = read_number(claim)
        found = self._range(item, others)
        growth = self.model.kind(claim) == "growth" and not is_absolute(claim, printed)
        places = printed.decimals + 2 if printed.percent or printed.decimals else 0
        low, high = (
            None if end is None else (end - growth) / scale / printed.scale
            for end in (found.low, found.high)
        )
        sign = "%" if printed.percent else ""
        return Range(low, high, places, sign, found.low_closed, found.high_closed)

    def can_be(self, item: Item, end: Fraction | None, others: Sequence[Item]) -> bool:
        """Say whether a value that other claims limit can be at the limit itself."""
        if end is None:
            return True
        exactly = replace(item, inside=Interval(end, end))
        return possible([*others, exactly], self.model.definitions) is not Outcome.REFUTED

    def _range(self, item: Item, others: Sequence[Item]) -> Interval:
        """Return the range that other claims leave to a value (for a product perhaps wider)."""
        small = frame(others, self.model.definitions, item)
        try:
            if isinstance(item, Product):
                limits = span(small, item)
                low, high = limits.low, limits.high
            else:
                found = small.bounds(indicator(item))
                low, high = (None if end is None else end.limit for end in (found.low, found.high))
        except UndecidedError:
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
        own = {name for item in self.model.items[tag] for name in item.names}
        near = {n for one in self.model.definitions if own & set(one.names) for n in one.names}
        printed = self._printed(settled)
        small = frame(settled, self.model.definitions)
        found = {}
        for name in sorted((own - printed) or (near - printed)):
            pieces = self.model.pieces(self.model.names[name][0])
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
        } | {name for name in self.model.names if is_hidden(name)}

    def told(self, ranges: Mapping[str, Range]) -> str:
        """Tell the narrowest ranges, the exact ones first."""
        rated = sorted((one.width, name) for name, one in ranges.items() if one.width is not None)
        close = [name for width, name in rated if width <= _CLOSE]
        chosen = (close or [name for _, name in rated])[:MOST_SHOWN]
        return listed([f"{ranges[name]} for {self.where(name)}" for name in chosen])

    def where(self, name: str) -> str:
        """Write a quantity in a period: "deliveries (2023)"."""
        what, period = self.model.names[name]
        return f"{noun(what)} ({period})"

    def visible(self, found: dict[str, int] | Outcome) -> dict[str, int]:
        """Return a data set without the parts of levels of unknown make."""
        if isinstance(found, Outcome):
            return {}
        return {
            name: x for name, x in found.items() if ", upper" not in name and ", low" not in name
        }


def _places(pieces: int) -> int:
    """Return the decimals that show a number of pieces exactly (at most six)."""
    return next((n for n in range(7) if 10**n % pieces == 0), 6)
