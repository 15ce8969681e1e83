"""Uniform draws of quantities that printed totals and growth rates link, such as sales.

The measure is uniform over data sets in the smallest unit (centimos): a convention, as in
:mod:`analysis.ledger.sampling`. Quantities that the print does not bound have no uniform
distribution; they and the claims about them are left out, and `LinkedSampler.left_out` names them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from analysis.claims.printed import Interval
from analysis.claims.solver.bounds import ImpossibleError, bounds
from analysis.claims.solver.system import Claim, Data, System, quantity
from analysis.ledger.sampling import below

MAX_TRIES = 100_000


@dataclass(frozen=True)
class _Box:
    """Propose a whole number between two limits."""

    name: str
    low: int
    high: int

    def propose(self, data: Data, rng: random.Random) -> int | None:
        del data
        return self.low + below(rng, self.high - self.low + 1)


@dataclass(frozen=True)
class _Window:
    """Propose one of the values that a claim leaves, given all its other quantities.

    As many places are offered as the longest window has, and a place beyond a shorter window
    rejects the draw: so every data set is proposed with the same probability.
    """

    name: str
    claim: Claim
    places: int

    def propose(self, data: Data, rng: random.Random) -> int | None:
        window = _window(self.claim, self.name, data)
        place = below(rng, self.places)
        return window[place] if place < len(window) else None


class LinkedSampler:
    """Draws data sets of a system, each with the same probability.

    Parameters
    ----------
    system : System
        Claims on sums, ratios and growth; each quantity stands once in a claim, with the same
        factor as the others beside it.

    Attributes
    ----------
    left_out : tuple of str
        Quantities without an upper limit.

    Raises
    ------
    ImpossibleError
        If no data set meets the system.
    """

    def __init__(self, system: System) -> None:
        limits: dict[str, tuple[int, int]] = {}
        for name in system.names:
            found = bounds(system, quantity(name))
            if found.low is not None and found.high is not None:
                limits[name] = (ceil(found.low.limit), int(found.high.limit))
        self.left_out = tuple(name for name in system.names if name not in limits)
        everything = (*system.claims, *system.definitions)
        self._claims = [c for c in everything if set(c.names) <= set(limits)]
        self._steps = _plan([c for c in self._claims if _two_sided(c)], limits)

    def draw(self, rng: random.Random) -> dict[str, int]:
        """Draw one data set.

        Raises
        ------
        ImpossibleError
            If no proposal is accepted in `MAX_TRIES`; the limits are then too wide for this way.
        """
        for _ in range(MAX_TRIES):
            data = self._propose(rng)
            if data is not None and all(claim.holds(data) for claim in self._claims):
                return data
        raise ImpossibleError(f"no data set was accepted in {MAX_TRIES} proposals")

    def sample(self, number: int, seed: int) -> list[dict[str, int]]:
        """Draw several data sets, independently; the same for the same seed."""
        rng = random.Random(seed)
        return [self.draw(rng) for _ in range(number)]

    def _propose(self, rng: random.Random) -> dict[str, int] | None:
        data: dict[str, int] = {}
        for step in self._steps:
            value = step.propose(data, rng)
            if value is None or value < 0:
                return None
            data[step.name] = value
        return data


def _two_sided(claim: Claim) -> bool:
    return claim.inside.low is not None and claim.inside.high is not None


def _plan(claims: list[Claim], limits: dict[str, tuple[int, int]]) -> list[_Box | _Window]:
    """Order the quantities so that as many as possible follow from the others by a claim."""
    steps: list[_Box | _Window] = []
    left = sorted(limits, key=lambda name: (limits[name][1] - limits[name][0], name))
    while left:
        ready = [
            (claim, name)
            for claim in claims
            for name in left
            if name in claim.names and sum(other in left for other in claim.names) == 1
        ]
        if ready:
            claim, name = ready[0]
            steps.append(_Window(name, claim, _longest(claim, name, limits)))
        else:
            name = left[0]
            steps.append(_Box(name, *limits[name]))
        left.remove(name)
    return steps


def _parts(claim: Claim, name: str) -> tuple[bool, Fraction]:
    """Say whether a quantity stands in the numerator, and with which factor."""
    above, under = dict(claim.numerator.terms), dict(claim.denominator.terms)
    if name in above and name in under:
        raise ValueError(f"{name} stands above and below the line in {claim.tag}")
    return name in above, above.get(name) or under[name]


def _window(claim: Claim, name: str, data: Data) -> range:
    """Return the whole numbers that one quantity can be, given the others of a claim."""
    is_above, factor = _parts(claim, name)
    rest = {**dict.fromkeys(claim.names, 0), **data, name: 0}
    numerator, denominator = claim.numerator.at(rest), claim.denominator.at(rest)
    if is_above:
        if denominator <= 0:
            return range(0)
        allowed = claim.inside.times(denominator).plus(-numerator)
    else:
        if numerator <= 0 or claim.inside.ends[0] <= 0:
            return range(0)
        allowed = Interval(numerator, numerator).over(claim.inside).plus(-denominator)
    return allowed.times(Fraction(1, factor)).integers()


def _longest(claim: Claim, name: str, limits: dict[str, tuple[int, int]]) -> int:
    """Return a length that no window of a claim exceeds: windows grow with the other side."""
    is_above, factor = _parts(claim, name)
    most = {other: limits[other][1] for other in claim.names}
    low, high = claim.inside.ends
    if is_above:
        width = claim.denominator.at(most) * (high - low)
    elif low > 0:
        width = claim.numerator.at(most) * (Fraction(1, low) - Fraction(1, high))
    else:
        raise ValueError(f"{claim.tag} does not bound {name}")
    return int(Fraction(width, factor)) + 2
