"""Several printed claims over named quantities: a data set that meets all, or a conflict.

Every quantity is a whole number of at least zero in its smallest unit: services, people,
centimos, quarter-hours. A claim says that a sum, a ratio of sums or a growth lies in an exact
interval; that makes one or two linear inequalities with whole coefficients.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, lru_cache
from math import ceil, floor, gcd, lcm

from analysis.base.numbers import Printed, parse
from analysis.base.text import Rounding
from analysis.claims.printed import Interval, format_like, preimage
from analysis.claims.solver.search import Proof, T, find, proves_empty, reachable
from analysis.claims.solver.simplex import Row

Data = Mapping[str, int]
Form = tuple[tuple[str, int], ...]
"""A sum of quantities, each times a whole number, sorted by name."""


@dataclass(frozen=True)
class Linear:
    """A sum of quantities, each times an exact number, plus a constant."""

    terms: tuple[tuple[str, Fraction], ...] = ()
    constant: Fraction = Fraction(0)

    def __add__(self, other: Linear | int | Fraction) -> Linear:
        if not isinstance(other, Linear):
            return Linear(self.terms, self.constant + other)
        merged = dict(self.terms)
        for name, times in other.terms:
            merged[name] = merged.get(name, Fraction(0)) + times
        return Linear(tuple(sorted(merged.items())), self.constant + other.constant)

    def __mul__(self, factor: int | Fraction) -> Linear:
        return Linear(tuple((n, t * factor) for n, t in self.terms), self.constant * factor)

    def __sub__(self, other: Linear | int | Fraction) -> Linear:
        return self + (other * -1)

    def at(self, data: Data) -> Fraction:
        """Return the value for one data set."""
        return self.constant + sum((times * data[name] for name, times in self.terms), Fraction(0))


def quantity(name: str) -> Linear:
    """One named quantity as an expression."""
    return Linear(((name, Fraction(1)),))


def total(*names: str) -> Linear:
    """Return the sum of several named quantities."""
    expression = Linear()
    for name in names:
        expression = expression + quantity(name)
    return expression


@dataclass(frozen=True)
class Claim:
    """A numerator over a denominator lies in an interval.

    Parameters
    ----------
    tag : str
        Name under which a conflict set lists the claim.
    numerator : Linear
        The sum, or the upper part of a ratio.
    inside : Interval
        Allowed values of numerator over denominator.
    denominator : Linear
        The lower part, forced to be above zero; the constant 1 for plain sums.
    printed : Printed, optional
        The printed string, to print a witness back.
    rounding : Rounding
        The rule that led to `inside`.
    shift : int
        What is taken off the ratio before printing: 1 for a growth.
    """

    tag: str
    numerator: Linear
    inside: Interval
    denominator: Linear = field(default_factory=lambda: Linear((), Fraction(1)))
    printed: Printed | None = None
    rounding: Rounding = Rounding.HALF_UP
    shift: int = 0

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the quantities that the claim speaks about."""
        return tuple(name for name, _ in (*self.numerator.terms, *self.denominator.terms))

    def holds(self, data: Data) -> bool:
        """Check the claim on a data set directly, without its inequalities."""
        below = self.denominator.at(data)
        return below > 0 and Fraction(self.numerator.at(data), below) in self.inside

    def shown(self, data: Data) -> str:
        """Print what a data set gives for this claim, in the form of the printed string."""
        value = Fraction(self.numerator.at(data), self.denominator.at(data)) - self.shift
        return format_like(value, self.printed, self.rounding) if self.printed else str(value)

    @cached_property
    def limits(self) -> tuple[tuple[Form, bool, int], ...]:
        """The sums that the claim limits, whether from above, and the limits."""
        made = []
        for row in self.rows(self.names):
            terms = zip(self.names, row.coefficients, strict=True)
            form = tuple(sorted((name, weight) for name, weight in terms if weight))
            if not form or form[0][1] > 0:
                made.append((form, True, row.bound))
            else:
                made.append((tuple((name, -weight) for name, weight in form), False, -row.bound))
        return tuple(made)

    @cached_property
    def totals(self) -> tuple[Form, ...]:
        """The plain sums of two quantities or more that the claim speaks about."""
        found = []
        for part in (self.numerator, self.denominator):
            for times in {times for _, times in part.terms}:
                found.append(tuple(sorted((name, 1) for name, t in part.terms if t == times)))
        return tuple(form for form in found if len(form) > 1)

    def rows(self, names: tuple[str, ...]) -> list[Row]:
        """Return the inequalities over whole numbers that the claim amounts to."""
        made = []
        low, high = self.inside.low, self.inside.high
        if high is not None:
            made.append(
                self._row(
                    self.numerator - self.denominator * high,
                    names,
                    strict=not self.inside.high_closed,
                )
            )
        if low is not None:
            made.append(
                self._row(
                    self.denominator * low - self.numerator,
                    names,
                    strict=not self.inside.low_closed,
                )
            )
        if self.denominator.terms:
            made.append(self._row(self.denominator * -1, names, strict=True))
        return made

    def _row(self, expression: Linear, names: tuple[str, ...], *, strict: bool) -> Row:
        """Turn ``expression <= 0`` (or ``< 0``) into whole coefficients, cut to whole points."""
        times = dict(expression.terms)
        coefficients = [times.pop(name, Fraction(0)) for name in names]
        if times:
            raise KeyError(f"unknown quantity in claim {self.tag}: {', '.join(times)}")
        scale = lcm(*(c.denominator for c in coefficients))
        whole = [int(c * scale) for c in coefficients]
        divisor = gcd(*whole) or 1
        limit = Fraction(-expression.constant * scale, divisor)
        bound = ceil(limit) - 1 if strict else floor(limit)
        return Row(tuple(c // divisor for c in whole), bound, self.tag)


def says(
    tag: str, value: Linear, printed: str, rounding: Rounding = Rounding.HALF_UP, unit: int = 1
) -> Claim:
    """Claim that a sum prints as given; `unit` is how many of the quantity make one printed."""
    p = parse(printed)
    return Claim(
        tag, value * Fraction(1, unit), preimage(p, rounding), printed=p, rounding=rounding
    )


def share(
    tag: str, part: Linear, whole: Linear, printed: str, rounding: Rounding = Rounding.HALF_UP
) -> Claim:
    """Claim that part over whole prints as given (also any other printed ratio)."""
    p = parse(printed)
    return Claim(tag, part, preimage(p, rounding), whole, p, rounding)


def growth(
    tag: str, later: Linear, earlier: Linear, printed: str, rounding: Rounding = Rounding.HALF_UP
) -> Claim:
    """Claim that the growth from earlier to later prints as given."""
    p = parse(printed)
    return Claim(tag, later, preimage(p, rounding).plus(1), earlier, p, rounding, shift=1)


def at_most(tag: str, value: Linear, limit: int | Fraction) -> Claim:
    """Claim that a sum is at most a number."""
    return Claim(tag, value, Interval(None, Fraction(limit)))


def at_least(tag: str, value: Linear, limit: int | Fraction) -> Claim:
    """Claim that a sum is at least a number."""
    return Claim(tag, value, Interval(Fraction(limit), None))


def equal(tag: str, left: Linear, right: Linear) -> Claim:
    """Claim that two sums are equal."""
    return Claim(tag, left - right, Interval(Fraction(0), Fraction(0)))


@dataclass(frozen=True)
class System:
    """Claims over named quantities.

    Parameters
    ----------
    claims : tuple of Claim
        Claims that may be dropped from a conflict.
    definitions : tuple of Claim
        Statements true by meaning (a half-year is two quarters), never part of a conflict.
    """

    claims: tuple[Claim, ...]
    definitions: tuple[Claim, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all quantities, sorted."""
        claims = (*self.claims, *self.definitions)
        return tuple(sorted({name for claim in claims for name in claim.names}))

    def rows(self) -> tuple[Row, ...]:
        """Return all inequalities."""
        names = self.names
        return tuple(
            row for claim in (*self.definitions, *self.claims) for row in claim.rows(names)
        )

    def sums(self) -> tuple[tuple[int, ...], ...]:
        """Return the plain sums that claims speak about, as coefficients 0 and 1."""
        names = self.names
        claims = (*self.definitions, *self.claims)
        parts = [part for claim in claims for part in (claim.numerator, claim.denominator)]
        groups = {
            frozenset(name for name, times in part.terms if times == sign)
            for part in parts
            for sign in (1, -1)
        }
        return tuple(
            sorted(tuple(int(n in group) for n in names) for group in groups if len(group) > 1)
        )

    def only(self, claims: Iterable[Claim]) -> System:
        """Return the system with some of its claims and the definitions that touch them."""
        chosen = tuple(claims)
        links = [set(definition.names) for definition in self.definitions]
        known = reachable({name for claim in chosen for name in claim.names}, links)
        return System(chosen, tuple(d for d in self.definitions if not known.isdisjoint(d.names)))

    def plus(self, *claims: Claim) -> System:
        """Return the system with more claims."""
        return System((*self.claims, *claims), self.definitions)


def witness(system: System) -> dict[str, int] | Proof:
    """Find a data set that meets every claim, or a checked proof that there is none.

    Raises
    ------
    UndecidedError
        If the search had to be given up.

    Examples
    --------
    >>> later, earlier = quantity("later"), quantity("earlier")
    >>> grown = growth("growth", later, earlier, "22.9%")
    >>> witness(System((says("count", later, "354"), grown)))
    {'earlier': 288, 'later': 354}
    >>> isinstance(witness(System((says("both", later + earlier, "354"), grown))), dict)
    False
    """
    result = _decide(system)
    return dict(result) if isinstance(result, dict) else result


@lru_cache(maxsize=4096)
def _decide(system: System) -> dict[str, int] | Proof:
    names = system.names
    rows = system.rows()
    result = find(rows, len(names), system.sums())
    if not isinstance(result, tuple):
        if not proves_empty(rows, result):
            raise AssertionError("the refutation does not check; this is a bug")
        return result
    data = dict(zip(names, result, strict=True))
    if not all(claim.holds(data) for claim in (*system.definitions, *system.claims)):
        raise AssertionError("the witness does not check; this is a bug")
    return data


def connected(named: Iterable[tuple[T, set[str]]]) -> list[tuple[list[T], set[str]]]:
    """Put things that share names, directly or through others, into groups with all their names.

    Examples
    --------
    >>> [members for members, _ in connected([(1, {"a"}), (2, {"b"}), (3, {"a", "c"})])]
    [[2], [1, 3]]
    """
    groups: list[tuple[list[T], set[str]]] = []
    for item, names in named:
        joined = [group for group in groups if group[1] & names]
        groups = [group for group in groups if not group[1] & names]
        members = [member for group in joined for member in group[0]]
        groups.append(([*members, item], names.union(*(group[1] for group in joined))))
    return groups
