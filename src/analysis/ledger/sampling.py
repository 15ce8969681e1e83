"""Exact numbers of tables that agree with the print, and uniform draws from them.

The measure is uniform over *tables of whole numbers*: every table that prints as published is as
likely as any other. That is a convention, not a belief about the company; it serves to show how
far an indicator can spread, where a single invented table would show one value.

Draws use big integers and random bits alone (``random.Random(seed).getrandbits``), so that a seed
gives the same tables with every Python and NumPy.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import ceil, prod

from analysis.claims.solver.bounds import bounds
from analysis.claims.solver.search import ImpossibleError
from analysis.claims.solver.system import Claim, Data, System, quantity


class PartsSampler:
    """Counts and draws the ways to split a total into limited parts.

    Counting runs forward over the parts (how many ways the first i parts can sum to s), drawing
    backward from the total; each way has the same probability, and none is rejected.

    Parameters
    ----------
    total : int
        The sum.
    limits : sequence of (int, int)
        Smallest and largest value of each part.
    weights : sequence of sequence of int, optional
        For each part, how many ways there are for each of its values from 0 to its upper limit,
        where a part stands for more than one number (a type's two quarters, say). 1 by default.
    """

    def __init__(
        self,
        total: int,
        limits: Sequence[tuple[int, int]],
        weights: Sequence[Sequence[int]] | None = None,
    ) -> None:
        self.total, self.limits = total, limits
        self.ways = [[1] + [0] * total]
        self.weights = weights or [[1] * (high + 1) for _, high in limits]
        for (low, high), weight in zip(limits, self.weights, strict=True):
            self.ways.append(_convolve(self.ways[-1], low, high, weight))
        self._cumulative: dict[tuple[int, int], list[int]] = {}

    @property
    def count(self) -> int:
        """Number of tables, exactly."""
        return self.ways[-1][self.total]

    def draw(self, rng: random.Random) -> tuple[int, ...]:
        """Draw one table; a ValueError if there is none."""
        if not self.count:
            raise ValueError("there is no table to draw")
        left, drawn = self.total, []
        for i in range(len(self.limits), 1, -1):
            steps = self._steps(i, left)
            value = self.limits[i - 1][0] + bisect_right(steps, below(rng, steps[-1]))
            drawn.append(value)
            left -= value
        return (left, *reversed(drawn))  # what is left for the first part is one of its values

    def _steps(self, i: int, left: int) -> list[int]:
        """Cumulative numbers of ways for the values of part i when parts 1 to i sum to `left`."""
        key = (i, left)
        if key not in self._cumulative:
            low, high = self.limits[i - 1]
            before, weight = self.ways[i - 1], self.weights[i - 1]
            values = range(low, min(high, left) + 1)
            self._cumulative[key] = list(accumulate(weight[v] * before[left - v] for v in values))
        return self._cumulative[key]


def _convolve(ways: list[int], low: int, high: int, weight: Sequence[int]) -> list[int]:
    """Add one part: ways[s] becomes the sum of weight[v] * ways[s - v] for v in its limits."""
    size = len(ways)
    return [
        sum(weight[v] * ways[s - v] for v in range(low, min(high, s) + 1) if ways[s - v])
        for s in range(size)
    ]


Table = tuple[tuple[int, ...], ...]
"""Services: one row per type (the named ones first, in the order given), a number per quarter."""


class ServiceTables:
    """All tables of services by type and quarter of a half-year that agree with the print.

    The named types have their printed totals; every other type has at least one service and fewer
    than the smallest named one ("followed by" in the paper ranks them). Types are told apart, and
    every split of a type over the quarters counts as a table of its own.

    Parameters
    ----------
    total : int
        All services of the period.
    named : sequence of int
        Totals of the named types.
    others : int
        Number of other types.
    """

    def __init__(self, total: int, named: Sequence[int], others: int) -> None:
        self.named = tuple(named)
        most = min(named) - 1
        # a type's total n splits over two quarters in n + 1 ways
        ways = [range(1, most + 2)] * others
        self._sampler = PartsSampler(total - sum(named), [(1, most)] * others, ways)

    @property
    def count(self) -> int:
        """Number of tables, exactly."""
        return prod(total + 1 for total in self.named) * self._sampler.count

    def draw(self, rng: random.Random) -> Table:
        """Draw one table uniformly."""
        totals = (*self.named, *self._sampler.draw(rng))
        firsts = ((total, below(rng, total + 1)) for total in totals)
        return tuple((first, total - first) for total, first in firsts)

    def sample(self, number: int, seed: int) -> list[Table]:
        """Draw several tables, independently and uniformly; the same for the same seed."""
        rng = random.Random(seed)
        return [self.draw(rng) for _ in range(number)]


def below(rng: random.Random, limit: int) -> int:
    """Draw a whole number from 0 to limit - 1 out of random bits, without any bias."""
    bits = limit.bit_length()
    value = rng.getrandbits(bits)
    while value >= limit:
        value = rng.getrandbits(bits)
    return value


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


class JointSampler:
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


def _window(claim: Claim, name: str, data: Data) -> range:
    """Return the whole numbers that one quantity can be, given the others of a claim."""
    lows, highs = list[int](), list[int]()
    for form, above, rest in claim.limits:
        own = 0
        for other, times in form:
            if other == name:
                own = times
            else:
                rest -= times * data[other]
        if own == 0 and (rest < 0 if above else rest > 0):
            return range(0)
        if own and above == (own > 0):
            highs.append(rest // own)
        elif own:
            lows.append(-(-rest // own))
    low, high = max(lows), min(highs)
    return range(low, max(low, high + 1))


def _longest(claim: Claim, name: str, limits: dict[str, tuple[int, int]]) -> int:
    """Return a length that no window of a claim exceeds: windows grow with the other side."""
    above, under = dict(claim.numerator.terms), dict(claim.denominator.terms)
    if name in above and name in under:
        raise ValueError(f"{name} stands above and below the line in {claim.tag}")
    most = {other: limits[other][1] for other in claim.names}
    low, high = claim.inside.ends
    if name in above:
        width = claim.denominator.at(most) * (high - low)
    elif low > 0:
        width = claim.numerator.at(most) * (Fraction(1, low) - Fraction(1, high))
    else:
        raise ValueError(f"{claim.tag} does not bound {name}")
    return int(Fraction(width, above.get(name) or under[name])) + 2
