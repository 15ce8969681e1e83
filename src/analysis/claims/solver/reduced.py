"""Systems without what their equations give.

A printed count is one whole number and a sum is an equation, so that most quantities of a case
follow from a few others: :func:`reduced` solves equations before anything is searched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from heapq import heappop, heappush

from analysis.claims.solver.bounds import Bounds, End, Indicator, Ratio, bounds
from analysis.claims.solver.system import (
    Claim,
    Linear,
    System,
    at_least,
    connected,
    quantity,
    witness,
)


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
            if part.names:
                found = witness(part)
                if not isinstance(found, dict):
                    return None
                data |= found
            elif not all(claim.holds({}) for claim in part.claims):
                return None
        for name, expression in self.solved.items():
            for other, _ in expression.terms:
                data.setdefault(other, 0)
            data[name] = int(expression.at(data))
        return data

    def bounds(self, what: Indicator, step: Fraction | None = None) -> Bounds:
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
        return _bounds(_Question(small, step, _meaning(System(touched)), System(touched)))


def reduced(system: System) -> Reduced | None:
    """Solve the equations of a system.

    Returns
    -------
    Reduced or None
        None if a claim without any quantity left is false.
    """
    left: dict[int, Claim] = {}
    solved: dict[str, Linear] = {}
    users: defaultdict[str, set[int]] = defaultdict(set)  # claims by the quantities in them
    givers: defaultdict[str, set[str]] = defaultdict(set)  # solved quantities likewise
    waiting: list[int] = []

    def add(number: int, claim: Claim) -> None:
        left[number] = claim
        for name in claim.names:
            users[name].add(number)
        heappush(waiting, number)

    for number, claim in enumerate((*system.definitions, *system.claims)):
        add(number, claim)
    last = len(left)
    while waiting:
        number = heappop(waiting)
        if number not in left:
            continue
        claim = left[number]
        if not claim.names:
            if not claim.holds({}):
                return None
            del left[number]
            continue
        found = _equation(claim)
        if found is None:
            continue
        name, expression = found
        del left[number]
        given = {name: expression}
        for other in givers.pop(name, set()):
            solved[other] = _put(solved[other], given)
            for part, _ in solved[other].terms:
                givers[part].add(other)
        solved[name] = expression
        for part, _ in expression.terms:
            givers[part].add(name)
        for user in sorted(users.pop(name) & left.keys()):
            add(user, _rewritten(left[user], given))
        if any(t < 0 for _, t in expression.terms) or expression.constant < 0:
            add(last, at_least("not below zero", expression, 0))
            last += 1
    return Reduced(tuple(dict.fromkeys(left[i] for i in sorted(left))), solved)


@dataclass(frozen=True)
class _Question:
    """What is to be bounded; systems that allow the same data sets ask the same."""

    what: Indicator
    step: Fraction | None
    allowed: tuple[object, ...]
    system: System = field(compare=False)


def _meaning(system: System) -> tuple[object, ...]:
    return system.names, frozenset((row.coefficients, row.bound) for row in system.rows())


@lru_cache(maxsize=4096)
def _bounds(question: _Question) -> Bounds:
    """Remember bounds: verdicts on the claims of a group ask for the same ones."""
    return bounds(question.system, question.what, question.step)


def _equation(claim: Claim) -> tuple[str, Linear] | None:
    """Return a quantity and what it equals, in whole numbers, if a claim gives one."""
    names = claim.names
    inside = claim.inside
    if claim.denominator.terms or len(set(names)) != len(names):
        return None
    if inside.low is None or inside.high is None:
        return None
    upper, lower = claim.rows(names)
    same = all(a == -b for a, b in zip(upper.coefficients, lower.coefficients, strict=True))
    if not same or upper.bound != -lower.bound:
        return None
    for name, times in zip(names, upper.coefficients, strict=True):
        if abs(times) == 1:
            terms = zip(names, upper.coefficients, strict=True)
            others = tuple((other, Fraction(-c * times)) for other, c in terms if other != name)
            return name, Linear(others, Fraction(upper.bound * times))
    return None


def _put(expression: Linear, solved: Mapping[str, Linear]) -> Linear:
    """Replace quantities by what they equal; terms that cancel are dropped."""
    if not any(name in solved for name, _ in expression.terms):
        return expression
    made: dict[str, Fraction] = {}
    constant = expression.constant
    for name, times in expression.terms:
        known = solved.get(name)
        if known is None:
            made[name] = made.get(name, Fraction(0)) + times
        else:
            constant += known.constant * times
            for other, part in known.terms:
                made[other] = made.get(other, Fraction(0)) + part * times
    return Linear(tuple(sorted((n, t) for n, t in made.items() if t)), constant)


def _rewritten(claim: Claim, solved: Mapping[str, Linear]) -> Claim:
    return replace(
        claim,
        numerator=_put(claim.numerator, solved),
        denominator=_put(claim.denominator, solved),
    )


def _parts(claims: tuple[Claim, ...]) -> list[System]:
    """Split claims into systems that share no quantity."""
    named = ((claim, set(claim.names)) for claim in claims)
    return [System(tuple(members)) for members, _ in connected(named)]
