"""Targets and scores: what a target asks for, and how far a value has come towards it.

One rule serves every type of target: the score is 1 minus the distance of the value from the goal,
in units of the distance of the baseline from the goal. A goal is a range of levels, open on one
side for “at least” and “at most”. So a falling indicator scores as a rising one, and a met target
scores 1. OKR scores run from 0 to 1 by convention (Doerr 2018); here a value short of the baseline
scores below 0, down to −1, so that a step back does not look like standing still.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from analysis.base.errors import InputError
from analysis.base.language import tr
from analysis.tables.strategy_tables import Kind, Rule

Status = Literal["met", "good enough", "behind", "below baseline", "cannot tell"]

LOWEST = Fraction(-1)
"""Lowest score: as far below the baseline as the goal is above it."""

Z_SQUARED = Fraction(3_841_459, 1_000_000)
"""Square of the normal quantile for 95 % intervals."""


@dataclass(frozen=True)
class Target:
    """What is to be reached.

    Attributes
    ----------
    kind : {"relative", "points", "level"}
        `amount` is per cent of the baseline, points on top of it, or the level itself.
    rule : {"at least", "more than", "at most", "within"}
        How it is met.
    amount : Fraction
        Negative for a fall.
    upper : Fraction or None
        Upper end, for ``within``.
    months : int
        If not 0, `amount` is a rate per this many months.
    """

    kind: Kind
    rule: Rule
    amount: Fraction
    upper: Fraction | None = None
    months: int = 0


@dataclass(frozen=True)
class Goal:
    """A target as levels of the indicator: from `low` to `high`, None where it is open."""

    low: Fraction | None
    high: Fraction | None
    strict: bool = False

    def distance(self, value: Fraction) -> Fraction:
        """How far a value lies outside; 0 inside."""
        if self.low is not None and value < self.low:
            return self.low - value
        if self.high is not None and value > self.high:
            return value - self.high
        return Fraction(0)

    def met(self, value: Fraction) -> bool:
        """Whether a value lies inside."""
        return self.distance(value) == 0 and not (self.strict and value == self.low)

    @property
    def edges(self) -> tuple[Fraction, ...]:
        """Ends that are not open."""
        return tuple(edge for edge in (self.low, self.high) if edge is not None)


@dataclass(frozen=True)
class Score:
    """How far a value has come.

    Attributes
    ----------
    score : Fraction or None
        At most 1 (met), 0 at the baseline, negative short of it, never below -1; None where it
        cannot be told.
    progress : Fraction or None
        The same without limits; above 1 if an open goal is exceeded.
    status : str
        In one word.
    reason : str
        Why it cannot be told, or what else to know; may be empty.
    """

    score: Fraction | None
    progress: Fraction | None
    status: Status
    reason: str = ""


def resolve(
    target: Target, baseline: Fraction | None, *, since: int = 0, length: int = 3
) -> Goal | None:
    """Turn a target into levels; None where it needs a baseline and there is none.

    A relative change is a share of the baseline's size, so that 20 % on a loss of 100 lead to a
    loss of 80. Of a baseline of zero there is no share.

    Parameters
    ----------
    target : Target
        The target.
    baseline : Fraction or None
        Level in the base period.
    since : int
        Months from the base period to the period; rates of change run over them, compounded.
    length : int
        Months in the period; a rate that is a level (15 % a year) is cut to it, in proportion.

    Raises
    ------
    InputError
        If the months are no multiple of those of a rate, the target equals its baseline, or a
        band's ends stand the wrong way round.

    Examples
    --------
    >>> resolve(Target("relative", "at least", Fraction(10)), Fraction(200))
    Goal(low=Fraction(220, 1), high=None, strict=False)
    """
    ends = [_level(target, end, baseline, since, length) for end in (target.amount, target.upper)]
    low, high = ends[0], ends[1]
    if low is None:
        return None
    if target.rule == "within":
        if high is not None and high < low:
            raise InputError("a band's lower end comes first", value=f"{low} to {high}")
        return Goal(low, high)
    if target.kind != "level" and target.amount == 0:
        raise InputError(tr("the target equals its baseline, so nothing can be scored"), value=low)
    if target.rule == "at most":
        return Goal(None, low)
    return Goal(low, None, strict=target.rule == "more than")


def _level(
    target: Target, amount: Fraction | None, baseline: Fraction | None, since: int, length: int
) -> Fraction | None:
    if amount is None:
        return None
    if target.kind == "level":
        return amount * Fraction(length, target.months) if target.months else amount
    if baseline is None or (target.kind == "relative" and baseline == 0):
        return None
    times = 1
    if target.months:
        times, rest = divmod(since, target.months)
        if rest:
            raise InputError(
                f"the {since} months to the base are no multiple of the rate's {target.months}",
                value=target.amount,
            )
    if target.kind == "points":
        return baseline + times * amount
    return baseline + abs(baseline) * ((1 + amount / 100) ** times - 1)


def rate(
    value: Fraction | None,
    baseline: Fraction | None,
    goal: Goal | None,
    commit: Fraction = Fraction(1),
    sample: tuple[int, int] | None = None,
) -> Score:
    """Score a value.

    Parameters
    ----------
    value, baseline : Fraction or None
        Level reached and level started from; None where nothing was measured, which is not zero.
    goal : Goal or None
        From :func:`resolve`.
    commit : Fraction
        Part of the way that is good enough.
    sample : tuple of int and int, optional
        Satisfied and all answers behind a value in per cent: then there is no score, and the
        status is ``cannot tell``, if an end of the goal lies within the value's 95 % (Wilson)
        interval.

    Examples
    --------
    >>> half_way = rate(Fraction(100), Fraction(200), Goal(None, Fraction(0)))
    >>> half_way.score, half_way.status
    (Fraction(1, 2), 'behind')
    """
    if value is None:
        return Score(None, None, "cannot tell", "no value")
    if goal is None:
        reason = "no baseline" if baseline is None else "no share of a baseline of zero"
        return Score(None, None, "cannot tell", reason)
    if sample is not None and any(_within_margin(sample, edge) for edge in goal.edges):
        return Score(None, None, "cannot tell", _margin(sample[1]))
    if baseline is None or goal.distance(baseline) == 0:
        return _without_way(goal, value, baseline)
    way = goal.distance(baseline)
    score = max(LOWEST, 1 - goal.distance(value) / way)
    progress = 1 - _signed(goal, value, baseline) / way
    status: Status = "met" if goal.met(value) else "good enough" if score >= commit else "behind"
    if score < 0:
        status = "below baseline"
    return Score(score, progress, status)


def _margin(answers: int) -> str:
    return tr("within the margin of {answers} answers", answers=answers)


def _without_way(goal: Goal, value: Fraction, baseline: Fraction | None) -> Score:
    """Score where there is no way from a baseline to the goal: met or not is all that counts."""
    if goal.met(value):
        reason = "no baseline, but met" if baseline is None else "met before it began"
        return Score(Fraction(1), None, "met", reason)
    if baseline is None:
        return Score(None, None, "cannot tell", "not met, and no baseline to score from")
    status: Status = "below baseline" if goal.distance(value) else "behind"
    return Score(Fraction(0), None, status, "met before it began, and lost")


def _signed(goal: Goal, value: Fraction, baseline: Fraction) -> Fraction:
    """Distance still to go, negative beyond the goal's near edge."""
    if goal.low is not None and baseline < goal.low:
        return goal.low - value
    assert goal.high is not None
    return value - goal.high


def _within_margin(sample: tuple[int, int], edge: Fraction) -> bool:
    """Whether a share in per cent lies in the Wilson interval of a sample, exactly."""
    count, size = sample
    share = edge / 100
    if size == 0 or not 0 < share < 1:
        return size == 0
    return (Fraction(count, size) - share) ** 2 * size <= Z_SQUARED * share * (1 - share)


@dataclass(frozen=True)
class Joint:
    """A weighted mean of scores, over what is known.

    Attributes
    ----------
    score : Fraction or None
        Mean over the known scores, their weights scaled up to 1; None if none is known.
    covered : Fraction
        Weight of what is known.
    low, high : Fraction
        The mean if everything unknown were at 0, and at 1.
    """

    score: Fraction | None
    covered: Fraction
    low: Fraction
    high: Fraction


def join(parts: Iterable[tuple[Fraction, Fraction | None]]) -> Joint:
    """Join weighted scores exactly; a missing score is left out, not counted as zero.

    Parameters
    ----------
    parts : iterable of tuple of Fraction and Fraction or None
        Weights and scores.

    Raises
    ------
    InputError
        If the weights do not add up to 1, or one is negative.

    Examples
    --------
    >>> half = Fraction(1, 2)
    >>> joint = join([(half, Fraction(1)), (half, None)])
    >>> joint.score, joint.covered, joint.low, joint.high
    (Fraction(1, 1), Fraction(1, 2), Fraction(1, 2), Fraction(1, 1))
    """
    pairs = list(parts)
    check_weights([weight for weight, _ in pairs])
    covered = sum((weight for weight, score in pairs if score is not None), Fraction(0))
    known = sum((weight * score for weight, score in pairs if score is not None), Fraction(0))
    return Joint(known / covered if covered else None, covered, known, known + 1 - covered)


def check_weights(weights: Iterable[Fraction], **place: str) -> None:
    """Refuse weights that do not add up to exactly 1, or are negative.

    Raises
    ------
    InputError
        With the sum they have.
    """
    known = list(weights)
    if any(weight < 0 for weight in known):
        raise InputError(tr("must not be below 0"), value=min(known), **place)
    if sum(known, Fraction(0)) != 1:
        raise InputError(
            tr("the weights must add up to 1"),
            value=sum(known, Fraction(0)),
            fix=tr("write them as fractions, such as 1/3"),
            **place,
        )
