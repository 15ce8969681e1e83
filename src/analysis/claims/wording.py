"""Ranges and claims in words: what other claims allow, and what nobody prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import reduce
from math import floor

from analysis.base.text import decimal, listed, outward, own_yaml
from analysis.claims.network import Network
from analysis.claims.nodes import BELOW, GROWTH, LOWER, UPPER
from analysis.claims.printed import Interval, shown_as
from analysis.claims.single import beyond_whole, sharpness
from analysis.claims.solver.questions import Outcome, Selection
from analysis.claims.solver.search import ImpossibleError, UndecidedError
from analysis.claims.solver.system import Indicator, Item, Linear, Product, Ratio, indicator
from analysis.tables.strategy_tables import ClaimRow

MEANINGS: Mapping[str, str] = own_yaml(__file__, "verdicts.yaml")
"""What each verdict says of a claim, in the order in which they are listed everywhere."""

Word = str
WORDS: tuple[Word, ...] = tuple(MEANINGS)
"""The verdicts."""


@dataclass(frozen=True)
class Judgement:
    """A verdict with its evidence, before it is tied to a claim and a reading.

    Attributes
    ----------
    verdict : str
        One of `WORDS`.
    evidence : str
        One plain sentence or two.
    witness : mapping of str to int
        A data set that prints as claimed (money in centimos, labour in quarter-hours).
    conflict : tuple of str
        Ids of the claims of a smallest conflicting set.
    bounds : mapping of str to (str, str)
        Smallest and largest value of what the claim leaves open, rounded outwards; "" where there
        is no limit.
    other : tuple of str
        Ids of claims elsewhere that say the same or something else about this.
    sharpness : str
        How sharp an agreement is: forced, sharp or loose, and how many prints would have fitted.
    """

    verdict: Word
    evidence: str
    witness: Mapping[str, int] = field(default_factory=dict)
    conflict: tuple[str, ...] = ()
    bounds: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    other: tuple[str, ...] = ()
    sharpness: str = ""


MOST_SHOWN = 3
_CLOSE = Fraction(11, 10)
_WIDEST = Fraction(10**6)


@dataclass(frozen=True)
class Range:
    """Smallest and largest value of something, and how to write it.

    Attributes
    ----------
    inside : Interval
        In the unit that is written.
    places : int
        Decimals.
    sign : str
        What follows the number: "%" or nothing.
    """

    inside: Interval
    places: int = 0
    sign: str = ""

    @property
    def ends(self) -> tuple[str, str]:
        """Both ends as texts, rounded outwards; "" where there is no limit."""
        low, high = outward(self.inside.low, self.inside.high, self.places)
        return low and low + self.sign, high and high + self.sign

    @property
    def width(self) -> Fraction | None:
        """Rate the range by the ratio of its ends; None if it tells nothing."""
        low, high = self.inside.low, self.inside.high
        if not low:
            return _WIDEST * _WIDEST if high is not None else None
        return _WIDEST if high is None else Fraction(high, low)

    def __str__(self) -> str:
        one = self.inside.low
        if one is not None and one == self.inside.high:
            whole = (one * 10**self.places).denominator == 1
            return f"{'exactly ' if whole else ''}{decimal(self.places)(one)}{self.sign}"
        low, high = self.ends
        if low and high:
            return f"{low} to {high}"
        if low:
            return f"{'at least' if self.inside.low_closed else 'more than'} {low}"
        most = "at most" if self.inside.high_closed else "less than"
        return f"{most} {high}" if high else "anything"


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

    def allowed(self, claim: ClaimRow, item: Item, others: Selection) -> Range:
        """Return the range that other claims leave to what a claim prints, with two more digits."""
        growth = int(self.network.is_factor(claim))
        unit, places = _unit(claim)
        found = self.range(item, others, unit * Fraction(1, 10**places))
        sign = "%" if claim.number.percent else ""
        return Range(found.plus(-growth).times(Fraction(1, unit)), places, sign)

    def nearest(self, claim: ClaimRow, item: Item, others: Selection, found: Range) -> str:
        """Write the values next to a print, below and above, that other claims allow.

        Empty unless the print lies within the range that they leave: it then falls into a gap.
        Rates of change are left out, whose gaps are as many as there are pairs of counts.
        """
        low, high = item.inside.low, item.inside.high
        if isinstance(item, Product) or low is None or high is None:
            return ""
        unit, places = _unit(claim)
        reach = found.inside.times(unit)
        beyond = reach.low is not None and reach.low >= low
        beyond |= reach.high is not None and reach.high <= high
        if beyond or self.network.kind(claim) in GROWTH:
            return ""
        below = Interval(None, low, high_closed=not item.inside.low_closed)
        above = Interval(high, None, low_closed=not item.inside.high_closed)
        try:
            step = unit * Fraction(1, 10**places)
            under, over = (
                others.bounds(indicator(item), step, replace(item, inside=side), about=item)
                for side in (below, above)
            )
        except (UndecidedError, ImpossibleError):
            return ""
        ends = (under.high, over.low)
        if any(end is None or abs(end.value - end.limit) >= step for end in ends):
            return ""
        written, sign = decimal(places), "%" if claim.number.percent else ""
        return " and ".join(f"{written(Fraction(end.value, unit))}{sign}" for end in ends if end)

    def leeway(self, claim: ClaimRow, item: Item, others: Selection) -> str:
        """Say how many prints with as many digits the other claims leave at most."""
        printed, kind = claim.number, self.network.kind(claim)
        digits = len(str(int(abs(printed.number)))) + printed.decimals
        form = (10 ** (digits - 1) if abs(printed.number) >= 1 else 0, 10**digits - 1)
        if kind == "share" and not beyond_whole(printed):
            form = (0, int(Fraction(1, printed.unit)))
        unit = printed.unit
        found = self.range(item, others, unit * Fraction(1, 2))  # prints change at halves
        near = found.plus(-int(self.network.is_factor(claim))).times(Fraction(1, unit))
        if printed.number < 0:
            form = (-form[1], -form[0])

        def prints(end: Fraction) -> list[int]:
            some = range(floor(end) - 1, floor(end) + 3)
            rule = self.network.rounding
            return [n for n in some if not shown_as(n, rule).meet(near).empty]

        first = form[0] if near.low is None else max(form[0], prints(near.low)[0])
        last = form[1] if near.high is None else min(form[1], prints(near.high)[-1])
        return sharpness(last - first + 1, form[1] - form[0] + 1, forced=False)

    def range(self, item: Item, others: Selection, step: Fraction) -> Interval:
        """Return the range that other claims leave to a value (for a product perhaps wider)."""
        same = [one.inside for one in others.items if about(one) == about(item)]
        grain = None if isinstance(item, Product) else grain_of(indicator(item))
        if same:
            printed = reduce(Interval.meet, same)
            whole = printed.times(Fraction(1, grain)).integers() if grain else None
            return Interval(whole[0] * grain, whole[-1] * grain) if grain and whole else printed
        try:
            if isinstance(item, Product):
                limits = others.span(item)
            else:
                limits = others.bounds(indicator(item), step, about=item).limits
        except (UndecidedError, ImpossibleError):
            return Interval(None, None)
        if limits.low is not None and limits.high is not None:
            return limits  # whether an end belongs to it is written of single ends
        closed = (
            end is None
            or others.possible(replace(item, inside=Interval(end, end))) is not Outcome.REFUTED
            for end in (limits.low, limits.high)
        )
        return Interval(limits.low, limits.high, *closed)

    def open_ranges(self, tag: str, settled: Selection) -> dict[str, Range]:
        """Bound what a claim speaks about, or is related to by meaning, and nobody prints.

        Parameters
        ----------
        tag : str
            The claim's id.
        settled : Selection
            All claims of its group that hold together.

        Returns
        -------
        dict of str to Range
            By name; those that the claim itself speaks about if there are any.
        """
        own = {name for item in self.network.items[tag] for name in item.names}
        links = [set(one.names) for one in (*self.network.definitions, *settled.items)]
        near = {name for link in links if own & link for name in link}
        printed = self._printed(settled.items)
        found = {}
        for name in sorted((own - printed) or (near - printed)):
            pieces = self.network.pieces(self.network.names[name][0])
            try:
                ends = settled.bounds(
                    Linear(((name, Fraction(1, pieces)),)), Fraction(1, 10 ** _places(pieces))
                ).limits
            except UndecidedError:
                continue
            found[name] = Range(ends, _places(pieces))
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


def _unit(claim: ClaimRow) -> tuple[Fraction, int]:
    """Return what 1 of a print is worth, and the decimals of ranges beside it: two more."""
    printed = claim.number
    places = printed.decimals + 2 if printed.percent or printed.decimals else 0
    return Fraction(printed.scale), places


def about(item: Item) -> tuple[object, ...]:
    """Return what a claim puts into an interval."""
    if isinstance(item, Product):
        return item.later, item.earlier, item.difference
    return item.numerator, item.denominator


def grain_of(what: Indicator) -> Fraction | None:
    """Return the smallest piece of a plain sum; None for a quotient."""
    if isinstance(what, Ratio):
        return None
    return min((abs(Fraction(times)) for _, times in what.terms), default=None)


def _places(pieces: int) -> int:
    """Return the decimals that show a number of pieces exactly (at most six)."""
    return next((n for n in range(7) if 10**n % pieces == 0), 6)
