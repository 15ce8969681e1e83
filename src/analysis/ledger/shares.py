"""Splitting whole numbers exactly, without floats."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Split a whole number in proportion to weights (largest remainders, ties to the first).

    Parameters
    ----------
    total : int
        What to split, at least 0.
    weights : sequence of int
        At least one of them above 0.

    Returns
    -------
    list of int
        Parts that add up to `total`.
    """
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def jitter(value: Fraction, rng: random.Random, percent: int = 4) -> int:
    """Move a value at random by up to some per cent and round it to a whole number."""
    step = rng.randrange(-100 * percent, 100 * percent + 1)
    return round(value * (1 + Fraction(step, 10_000)))
