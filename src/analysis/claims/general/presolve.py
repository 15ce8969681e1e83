"""Smaller systems with the same data sets: equations are solved before anything is searched.

A printed count is one whole number and a sum is an equation, so that most quantities of a case
follow from a few others. What remains falls into parts that share no quantity.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from analysis.claims.bounds import Bounds, End, Indicator, Ratio, bounds
from analysis.claims.system import Claim, Linear, System, at_least, quantity, witness


@dataclass(frozen=True)
class Reduced:
    """A system without the quantities that its equations give.

    Attributes
    ----------
    claims : tuple of Claim
        What remains.
    solved : dict of str to Linear
        The quantities that are given, by the ones that remain.
    """

    claims: tuple[Claim, ...]
    solved: Mapping[str, Linear]

    def apply(self, expression: Linear) -> Linear:
        """Write an expression by the quantities that remain."""
        return _put(expression, self.solved)

    def plus(self, *claims: Claim) -> Reduced:
        """Add claims (on any quantities)."""
        return Reduced((*self.claims, *(_rewritten(c, self.solved) for c in claims)), self.solved)

    def witness(self) -> dict[str, int] | None:
        """Find a data set for all quantities, or None if there is none.

        Raises
        ------
        UndecidedError
            If the search had to be given up.
        """
        data: dict[str, int] = {}
        for part in _parts(self.claims):
            found = witness(part) if part.names else _constants(part)
            if not isinstance(found, dict):
                return None
            data |= found
        for name, expression in self.solved.items():
            for other, _ in expression.terms:
                data.setdefault(other, 0)
            data[name] = int(expression.at(data))
        return data

    def bounds(self, what: Indicator) -> Bounds:
        """Bound an indicator; the ends' data name what remains only.

        Raises
        ------
        UndecidedError
            If the search had to be given up.
        ImpossibleError
            If there is no data set.
        """
        if isinstance(what, Ratio):
            sides = (self.apply(what.numerator), self.apply(what.denominator))
            small: Indicator = Ratio(sides[0], sides[1], what.shift)
        else:
            small = self.apply(what)
            sides = (small, Linear())
        names = {name for side in sides for name, _ in side.terms}
        if not names:
            value = small.at({})
            return Bounds(End(value, {}, value), End(value, {}, value))
        anchors = [at_least("quantity", quantity(name), 0) for name in sorted(names)]
        parts = _parts((*self.claims, *anchors))
        touched = tuple(c for part in parts if names & set(part.names) for c in part.claims)
        return _bounds(System(touched), small)


def reduced(system: System) -> Reduced | None:
    """Solve the equations of a system.

    Returns
    -------
    Reduced or None
        None if a claim without any quantity left is false.
    """
    claims = [*system.definitions, *system.claims]
    solved: dict[str, Linear] = {}
    while (step := next(_equations(claims), None)) is not None:
        name, expression = step
        given = {name: expression}
        solved = {other: _put(known, given) for other, known in solved.items()} | given
        claims = [_rewritten(claim, given) for claim in claims]
        if any(t < 0 for _, t in expression.terms) or expression.constant < 0:
            claims.append(at_least("not below zero", expression, 0))
        empty = [claim for claim in claims if not claim.names]
        if not all(claim.holds({}) for claim in empty):
            return None
        claims = [claim for claim in claims if claim.names]
    return Reduced(tuple(dict.fromkeys(claims)), solved)


@lru_cache(maxsize=4096)
def _bounds(system: System, what: Indicator) -> Bounds:
    """Remember bounds: verdicts on the claims of a group ask for the same ones."""
    return bounds(system, what)


def _equations(claims: list[Claim]) -> Iterator[tuple[str, Linear]]:
    """Yield a quantity and what it equals, in whole numbers, for each claim that gives one."""
    for claim in claims:
        names = claim.names
        if claim.denominator.terms or len(set(names)) != len(names):
            continue
        rows = claim.rows(names)
        if len(rows) != 2:
            continue
        upper, lower = rows
        same = all(a == -b for a, b in zip(upper.coefficients, lower.coefficients, strict=True))
        if not same or upper.bound != -lower.bound:
            continue
        for name, times in zip(names, upper.coefficients, strict=True):
            if abs(times) == 1:
                others = Linear(
                    tuple(
                        (other, Fraction(-c * times))
                        for other, c in zip(names, upper.coefficients, strict=True)
                        if other != name
                    ),
                    Fraction(upper.bound * times),
                )
                yield name, others
                break


def _put(expression: Linear, solved: Mapping[str, Linear]) -> Linear:
    """Replace quantities by what they equal; terms that cancel are dropped."""
    made = Linear((), expression.constant)
    for name, times in expression.terms:
        made = made + solved.get(name, quantity(name)) * times
    return Linear(tuple((n, t) for n, t in made.terms if t), made.constant)


def _rewritten(claim: Claim, solved: Mapping[str, Linear]) -> Claim:
    if solved.keys().isdisjoint(claim.names):
        return claim
    return replace(
        claim,
        numerator=_put(claim.numerator, solved),
        denominator=_put(claim.denominator, solved),
    )


def _parts(claims: tuple[Claim, ...]) -> list[System]:
    """Split claims into systems that share no quantity."""
    parts: list[tuple[set[str], list[Claim]]] = []
    for claim in claims:
        names = set(claim.names)
        joined = [part for part in parts if part[0] & names]
        parts = [part for part in parts if not part[0] & names]
        for part in joined:
            names |= part[0]
        parts.append((names, [*(c for part in joined for c in part[1]), claim]))
    return [System(tuple(members)) for _, members in parts]


def _constants(part: System) -> dict[str, int] | None:
    """Decide claims that no quantity is left in."""
    return {} if all(claim.holds({}) for claim in part.claims) else None
