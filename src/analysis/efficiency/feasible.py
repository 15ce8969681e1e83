"""What the article's sentences allow together: witness, conflict, consequences and bounds.

Sentences on amounts, and on ratios against numbers, are linear and are decided exactly. Sentences
that compare ratios with ratios become linear once the denominators are numbers; they are checked
on made-up companies, and bounds found without them can only become narrower with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from math import lcm
from typing import Final, NamedTuple

from analysis.base.expression import Expression
from analysis.base.periods import parse_quarter, quarter_days
from analysis.claims.printed import Interval
from analysis.claims.solver.search import Search
from analysis.claims.solver.system import Claim, Linear, at_least, connected, equal, quantity
from analysis.efficiency.article import QUARTERS, Comparison, SentenceRow, comparisons, valued
from analysis.efficiency.quarterly_statements import (
    AMOUNTS,
    ASSETS,
    CASH_FLOWS,
    CLAIMS_ON_ASSETS,
    Book,
)
from analysis.efficiency.ratios import indicator, profits

FIXED: Final = ("sales", "total_assets", "fixed_assets", "inventories", "equity")
"""Denominators that, as numbers together with operating profit, make every sentence linear."""

Known = Mapping[tuple[str, int], int]

Denominators = Mapping[int, Mapping[str, int]]
"""Amounts of :data:`FIXED` and operating profit (``K3``, or the lines it is made of) by quarter."""

_ZERO = Fraction(0)
_INSIDE: Final = {
    "<": Interval(None, _ZERO, True, False),
    "<=": Interval(None, _ZERO),
    ">": Interval(_ZERO, None, False),
    ">=": Interval(_ZERO, None),
    "=": Interval(_ZERO, _ZERO),
}
"""Where left − right lies, by the sign of the comparison."""

_OPPOSITES: Final = {"<": (">=",), "<=": (">",), ">": ("<=",), ">=": ("<",), "=": ("<", ">")}
"""Signs of which one holds where the sign itself does not."""


class NonlinearError(Exception):
    """A comparison multiplies or divides unknown quantities."""


def is_constant(expression: Linear) -> bool:
    """Say whether no unknown quantity is left in an expression."""
    return not any(times for _, times in expression.terms)


def _product(left: Linear, right: Linear) -> Linear:
    if is_constant(left):
        return right * left.constant
    if is_constant(right):
        return left * right.constant
    raise NonlinearError


@dataclass(frozen=True)
class Quotient:
    """A linear expression over another one that is above zero."""

    above: Linear
    below: Linear = Linear((), Fraction(1))  # noqa: RUF009 - frozen, so it may be shared

    def __add__(self, other: Quotient) -> Quotient:
        if self.below == other.below:
            return Quotient(self.above + other.above, self.below)
        above = _product(self.above, other.below) + _product(other.above, self.below)
        return Quotient(above, _product(self.below, other.below))

    def __sub__(self, other: Quotient) -> Quotient:
        return self + Quotient(other.above * -1, other.below)

    def __mul__(self, other: Quotient) -> Quotient:
        return Quotient(_product(self.above, other.above), _product(self.below, other.below))

    def __truediv__(self, other: Quotient) -> Quotient:
        return Quotient(_product(self.above, other.below), _product(self.below, other.above))

    def minus_times_denominators(self, other: Quotient) -> Linear:
        """Return self − other times both denominators, which has the same sign."""
        if self.below == other.below:
            return self.above - other.above
        return _product(self.above, other.below) - _product(other.above, self.below)


def _constant(value: Fraction) -> Quotient:
    return Quotient(Linear((), value))


def _quotient(side: Expression, lookup: Callable[[str, int], Quotient]) -> Quotient:
    made: Quotient = valued(side, lookup, _constant)
    return made


def linear_lookup(first: int, known: Known | None = None) -> Callable[[str, int], Quotient]:
    """Look names up as expressions over unknown quantities such as ``sales_1``.

    Parameters
    ----------
    first : int
        Index of quarter 1, for the days of a quarter.
    known : mapping, optional
        Amounts by (column or level, quarter) that are fixed numbers.
    """
    return _lookup(first, frozenset((known or {}).items()))


@cache
def _lookup(
    first: int, known: frozenset[tuple[tuple[str, int], int]]
) -> Callable[[str, int], Quotient]:
    fixed, one = dict(known), Fraction(1)

    @cache
    def lookup(name: str, number: int) -> Quotient:
        if (name, number) in fixed:
            return _constant(Fraction(fixed[name, number]))
        if name == "days":
            return _constant(Fraction(quarter_days(first + number - 1)))
        if name in CASH_FLOWS:
            return Quotient(Linear(((f"{name}_in_{number}", one), (f"{name}_out_{number}", -one))))
        if name in AMOUNTS:
            return Quotient(Linear(((f"{name}_{number}", one),)))
        if name in ("tax", "rate"):
            raise NonlinearError
        formula = indicator(name).expression
        return _quotient(formula, lambda part, _: lookup(part, number))

    return lookup


@cache
def linear_claims(
    comparison: Comparison, tag: str, lookup: Callable[[str, int], Quotient]
) -> tuple[Claim, ...]:
    """Return a comparison as linear claims, its denominators above zero.

    Raises
    ------
    NonlinearError
        If it is not linear in the unknown quantities.
    """
    left, right = (_quotient(side, lookup) for side in (comparison.left, comparison.right))
    difference = left.minus_times_denominators(right)
    claim = Claim(tag, difference, _INSIDE[comparison.relation])
    below = [side.below for side in (left, right) if not is_constant(side.below)]
    return (claim, *(at_least(tag, denominator, 1) for denominator in dict.fromkeys(below)))


@cache
def _cancelled(
    comparison: Comparison, tag: str, lookup: Callable[[str, int], Quotient]
) -> tuple[Linear, tuple[Claim, ...]] | None:
    """Compare the denominators of two ratios of one numerator; None if there is no such numerator.

    Where a is above zero, a ÷ b ≥ k × a ÷ d says that d ≥ k × b.

    Returns
    -------
    tuple
        The numerator that has to be above zero, and the claims that hold then.
    """
    try:
        left, right = (_quotient(side, lookup) for side in (comparison.left, comparison.right))
    except NonlinearError:
        return None
    one, other = dict(left.above.terms), dict(right.above.terms)
    name = next((name for name, times in one.items() if times), "")
    times = Fraction(other.get(name, _ZERO), one[name]) if name else _ZERO
    if times <= 0 or left.above * times != right.above:
        return None
    difference = right.below - left.below * times
    claim = Claim(tag, difference, _INSIDE[comparison.relation])
    return left.above, (claim, *(at_least(tag, side.below, 1) for side in (left, right)))


@dataclass(frozen=True)
class Linearised:
    """The linear part of the sentences.

    Attributes
    ----------
    claims : dict
        Claims by (statement, comparison in words).
    nonlinear : tuple
        (statement, comparison) pairs that compare ratios with ratios. One that compares ratios of
        the same numerator has claims too, if other sentences make that numerator positive.
    """

    claims: dict[tuple[str, str], tuple[Claim, ...]]
    nonlinear: tuple[tuple[str, str], ...]


def linearise(
    sentences: Iterable[SentenceRow], first: str, known: Known | None = None
) -> Linearised:
    """Turn sentences into linear claims as far as they are linear.

    Parameters
    ----------
    sentences : iterable of SentenceRow
        Those in force under a reading.
    first : str
        Quarter that counts as the first, such as ``2006Q1``.
    known : mapping, optional
        Amounts by (column, quarter) that are numbers.
    """
    lookup = linear_lookup(parse_quarter(first), known)
    claims: dict[tuple[str, str], tuple[Claim, ...]] = {}
    found: dict[tuple[str, str], tuple[Linear, tuple[Claim, ...]]] = {}
    nonlinear = []
    for sentence in sentences:
        for part in sentence.parts:
            key = (sentence.statement_id, part.text)
            try:
                claims[key] = linear_claims(part, sentence.statement_id, lookup)
            except NonlinearError:
                nonlinear.append(key)
                if cancelled := _cancelled(part, sentence.statement_id, lookup):
                    found[key] = cancelled
    whole = [claim for made in claims.values() for claim in made]
    for key, (numerator, made) in found.items():
        opposite = Claim("opposite", numerator, _INSIDE["<="])
        if not isinstance(decide((*_around(whole, _names(opposite)), opposite)), dict):
            claims[key] = made
    return Linearised(claims, tuple(nonlinear))


def accounting(first: str, known: Known | None = None) -> tuple[Claim, ...]:
    """Return what holds for any company: sales, a balance that adds up, cash from cash flows."""
    lookup = linear_lookup(parse_quarter(first), known)

    made = []
    for q in QUARTERS:
        assets = lookup("total_assets", q).above
        for parts in (ASSETS, CLAIMS_ON_ASSETS):
            rest = assets - sum((lookup(part, q).above for part in parts), Linear())
            made.append(at_least("balance", rest, 0))
        before = lookup("cash", q - 1).above if q > 1 else quantity("opening_cash")
        change = lookup("cash", q).above - before
        made.append(equal("cash", change, lookup("CF", q).above))
        made.append(at_least("sales", lookup("sales", q).above, 1))
    return tuple(claim for claim in made if claim.numerator.terms)


def decide(claims: Iterable[Claim]) -> dict[str, int] | tuple[str, ...]:
    """Find whole amounts that meet all claims, or the tags of claims that cannot all hold.

    The claims must be scale-free (no constant apart from zero), as sentences without a figure
    are: a solution in fractions, times their common denominator, is one in whole numbers. The
    answer is checked, claim by claim or by adding up the refutation.
    """
    every = tuple(claims)
    found = _search(every).decide({claim.tag: None for claim in every}, most=1)
    assert found is not None
    assert not isinstance(found, dict) or all(claim.holds(found) for claim in every)
    return found


def _search(claims: Iterable[Claim]) -> Search:
    by_tag: dict[str, list[Claim]] = {}
    for claim in claims:
        by_tag.setdefault(claim.tag, []).append(claim)
    return Search((), by_tag)


def solved_company(
    sentences: Sequence[SentenceRow], first: str, model: Denominators
) -> Book | None:
    """Let the solver find a company with the denominators of another one.

    With sales, assets, fixed assets, inventories, equity and operating profit as numbers every
    sentence is linear, so that the exact solver decides all of them together.

    Parameters
    ----------
    sentences : sequence of SentenceRow
        Those in force under a reading.
    first : str
        Quarter that counts as the first.
    model : mapping
        Statements whose denominators are taken over, or these alone, by quarter index.

    Returns
    -------
    Book or None
        Whole amounts in a smaller unit; None if those denominators allow no company.
    """
    index = parse_quarter(first)
    known = {(name, q): model[index + q - 1][name] for name in FIXED for q in QUARTERS}
    quarters = {q: model[index + q - 1] for q in QUARTERS}
    levels = {
        ("K3", q): row["K3"] if "K3" in row else profits(row)["K3"] for q, row in quarters.items()
    }
    linear = linearise(sentences, first, {**known, **levels})
    assert not linear.nonlinear
    free = linear_lookup(index, known)
    same = [
        equal("operating profit", free("K3", q).above, Linear((), Fraction(value)))
        for (_, q), value in levels.items()
    ]
    claims = [c for made in linear.claims.values() for c in made]
    claims += [*same, *accounting(first, known)]
    data = _search(claims).point({claim.tag: None for claim in claims})
    if data is None:
        return None
    scale = lcm(*(value.denominator for value in data.values()))

    def amount(name: str, q: int) -> int:
        if (name, q) in known:
            return known[name, q] * scale
        if name in CASH_FLOWS:
            return amount(f"{name}_in", q) - amount(f"{name}_out", q)
        return int(data.get(f"{name}_{q}", Fraction(0)) * scale)

    return {index + q - 1: {name: amount(name, q) for name in AMOUNTS} for q in QUARTERS}


def conflict(linear: Linearised) -> tuple[str, ...]:
    """Return a minimal set of sentences that cannot all be true; empty if there is none.

    Minimal: without any one of them the others are possible. Of several such sets, the one whose
    sentences stand earliest in the article.
    """
    search = _search(claim for made in linear.claims.values() for claim in made)

    def possible(names: Iterable[str]) -> bool:
        return isinstance(search.decide(names, most=1), dict)

    kept = list(dict.fromkeys(statement for statement, _ in linear.claims))
    if possible(kept):
        return ()
    for statement in reversed(tuple(kept)):
        rest = [name for name in kept if name != statement]
        if not possible(rest):
            kept = rest
    return tuple(kept)


def _around(claims: Iterable[Claim], names: set[str]) -> tuple[Claim, ...]:
    """Keep the claims that share quantities with some names, directly or through others."""
    groups = connected((claim, _names(claim)) for claim in claims)
    return tuple(claim for members, reached in groups if reached & names for claim in members)


def _names(claim: Claim) -> set[str]:
    return {n for n, t in (*claim.numerator.terms, *claim.denominator.terms) if t}


def follows(linear: Linearised, comparison: Comparison, first: str, without: str) -> bool:
    """Say whether the linear sentences other than one entail a comparison.

    The opposite of the comparison is added to the other sentences; if no company is left, it
    follows. An equation follows if neither side can be greater.
    """
    lookup = linear_lookup(parse_quarter(first))
    others = [c for (s, _), made in linear.claims.items() if s != without for c in made]
    for sign in _OPPOSITES[comparison.relation]:
        claims = linear_claims(replace(comparison, relation=sign), "opposite", lookup)
        wanted = set().union(*(_names(claim) for claim in claims))
        if isinstance(decide((*_around(others, wanted), *claims)), dict):
            return False
    return True


class End(NamedTuple):
    """One end of a range: a value (None: no limit) and whether a company attains it."""

    value: Fraction | None
    attained: bool = False


def bound(linear: Linearised, expression: str, first: str) -> tuple[End, End]:
    """Bound a ratio of amounts over all companies that meet the linear sentences.

    Parameters
    ----------
    linear : Linearised
        The sentences.
    expression : str
        In the formulas' language, such as ``K3[4] / K3[1]``; its denominator is above zero.
    first : str
        Quarter that counts as the first.

    Returns
    -------
    tuple of End
        Lower and upper end. Both are tight: companies come as near as one likes.
    """
    lookup = linear_lookup(parse_quarter(first))
    quotient = _quotient(comparisons(f"{expression} > 0")[0].left, lookup)
    claims = tuple(c for made in linear.claims.values() for c in made)
    wanted = {name for name, _ in (*quotient.above.terms, *quotient.below.terms)}
    chosen = (*_around(claims, wanted), at_least("denominator", quotient.below, 1))
    search, tags = _search(chosen), [*dict.fromkeys(claim.tag for claim in chosen)]
    return _end(search, tags, quotient, -1), _end(search, tags, quotient, 1)


def _end(search: Search, tags: Sequence[str], quotient: Quotient, side: int) -> End:
    """Return the largest (side 1) or smallest quotient of scale-free claims.

    Strict inequalities are closed for the limit and asked again for whether it is attained.
    """
    value, _ = search.limit(quotient.above, quotient.below, side, tags)
    if value is None:
        return End(None)
    there = equal("there", quotient.above, quotient.below * value)
    return End(value, isinstance(search.decide(tags, (there,), most=1), dict))
