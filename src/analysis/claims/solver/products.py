"""Claims on the growth of ratios, which multiply open quantities.

Productivity is services per hour; its growth sets a product of two quantities against another
product, so that it limits no sum.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from analysis.claims.printed import Interval
from analysis.claims.solver.bounds import Indicator, Ratio
from analysis.claims.solver.system import Claim, Data, Linear, at_least


@dataclass(frozen=True)
class Product:
    """The later of two ratios over the earlier one (or minus it) lies in an interval.

    Parameters
    ----------
    tag : str
        Id of the claim.
    later, earlier : Ratio
        The ratio now and in the base period.
    inside : Interval
        Allowed values of later ÷ earlier, or of later − earlier.
    difference : bool
        Whether the change is absolute (percentage points, euros) and not relative.
    """

    tag: str
    later: Ratio
    earlier: Ratio
    inside: Interval
    difference: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the quantities that the claim speaks about."""
        ratios = (self.later, self.earlier)
        parts = (part for one in ratios for part in (one.numerator, one.denominator))
        return tuple(name for part in parts for name, _ in part.terms)

    def value(self, data: Data) -> Fraction:
        """Return the quotient (or difference) of the two ratios in a data set."""
        now, before = self.later.at(data), self.earlier.at(data)
        return now - before if self.difference else Fraction(now, before)

    def holds(self, data: Data) -> bool:
        """Check the claim on a data set directly."""
        lower = (self.later.denominator, self.earlier.denominator)
        if any(part.at(data) <= 0 for part in lower):
            return False
        if not self.difference and self.earlier.numerator.at(data) <= 0:
            return False
        return self.value(data) in self.inside

    def sides(self) -> tuple[tuple[Linear, Linear], ...]:
        """Return the pairs of parts that make the claim linear once they are fixed."""
        lower = (self.later.denominator, self.earlier.denominator)
        upper = (self.later.numerator, self.earlier.numerator)
        return (lower,) if self.difference else (lower, upper)

    def fixed(self, side: int, now: Fraction, before: Fraction) -> Claim:
        """Return the claim once the lower (side 0) or upper (side 1) parts have these values."""
        later, earlier = self.later, self.earlier
        if side == 1:
            above, below = earlier.denominator * now, later.denominator * before
        elif self.difference:
            above = later.numerator * Fraction(1, now) - earlier.numerator * Fraction(1, before)
            return Claim(self.tag, above, self.inside)
        else:
            above, below = later.numerator * before, earlier.numerator * now
        return Claim(self.tag, above, self.inside, below)

    def above_zero(self) -> tuple[Claim, ...]:
        """Return what must hold so that both ratios and their quotient exist."""
        parts = [self.later.denominator, self.earlier.denominator]
        if not self.difference:
            parts.append(self.earlier.numerator)
        # every part is a sum of whole pieces, so that above zero means one piece at least
        pieces = [min((times for _, times in part.terms), default=Fraction(1)) for part in parts]
        least = [at_least(self.tag, part, piece) for part, piece in zip(parts, pieces, strict=True)]
        upper = self.later.numerator
        return (*least, at_least(self.tag, upper, 0))


Item = Claim | Product


def change(
    tag: str,
    values: tuple[Linear | Ratio, Linear | Ratio],
    inside: Interval,
    *,
    absolute: bool,
) -> Item:
    """Claim that a quantity changed from an earlier value by what lies in an interval.

    Parameters
    ----------
    tag : str
        Id of the claim.
    values : tuple of Linear or Ratio
        The quantity now and before.
    inside : Interval
        What it changed by.
    absolute : bool
        Whether the change is a difference and not a rate.
    """
    now, before = values
    if isinstance(now, Linear) and isinstance(before, Linear):
        if absolute:
            return Claim(tag, now - before, inside)
        return Claim(tag, now, inside.plus(1), before)
    assert isinstance(now, Ratio)
    assert isinstance(before, Ratio)
    if absolute:
        if now.denominator == before.denominator:
            return Claim(tag, now.numerator - before.numerator, inside, now.denominator)
        return Product(tag, now, before, inside, difference=True)
    if now.denominator == before.denominator:
        return Claim(tag, now.numerator, inside.plus(1), before.numerator)
    if now.numerator == before.numerator:
        return Claim(tag, before.denominator, inside.plus(1), now.denominator)
    return Product(tag, now, before, inside.plus(1))


def divided(item: Item, names: Collection[str], pieces: int) -> Item:
    """Return a claim in which each piece of some quantities can be divided into more of them."""

    def part(one: Linear) -> Linear:
        terms = ((n, Fraction(t, pieces if n in names else 1)) for n, t in one.terms)
        return Linear(tuple(terms), one.constant)

    if isinstance(item, Claim):
        return replace(item, numerator=part(item.numerator), denominator=part(item.denominator))
    now, before = (
        Ratio(part(r.numerator), part(r.denominator)) for r in (item.later, item.earlier)
    )
    return replace(item, later=now, earlier=before)


def outside(item: Item) -> list[Item]:
    """Return what a claim excludes: values below and values above what it prints."""
    inside = item.inside
    found = []
    if inside.low is not None:
        found.append(Interval(None, inside.low, high_closed=not inside.low_closed))
    if inside.high is not None:
        found.append(Interval(inside.high, None, low_closed=not inside.high_closed))
    return [replace(item, inside=interval) for interval in found]


def meaning(item: Item) -> object:
    """Return what a claim asserts of whole numbers, whatever its rounding rule and its print."""
    if isinstance(item, Product):
        return (item.later, item.earlier, item.inside, item.difference)
    return item.limits


def linear(items: Iterable[Item]) -> list[Claim]:
    """Return the claims as they are, and of products that their parts must be above zero."""
    return [
        one for item in items for one in ([item] if isinstance(item, Claim) else item.above_zero())
    ]


def indicator(item: Claim) -> Indicator:
    """Return what a claim is about as something that can be bounded."""
    return Ratio(item.numerator, item.denominator) if item.denominator.terms else item.numerator
