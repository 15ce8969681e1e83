"""Tests of several printed numbers of one survey: a mean with its deviation, parts of a whole.

GRIMMER (Anaya 2016, Allard 2018) asks whether whole answers can have a printed standard deviation,
DEBIT (Heathers and Brown 2019) whether answers 0 and 1 can. All arithmetic is on whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import isqrt
from typing import Literal

from analysis.base.numbers import Printed, parse
from analysis.base.text import Rounding
from analysis.claims.printed import Interval, preimage
from analysis.claims.single import mean_totals

Deviation = Literal["sample", "population", "either"]
"""How a standard deviation is computed: over n − 1, over n, or nobody knows."""


def grimmer(
    mean: str | Printed,
    deviation: str | Printed,
    n: int,
    items: int = 1,
    rounding: Rounding = Rounding.HALF_UP,
    form: Deviation = "sample",
    *,
    binary: bool = False,
) -> Iterator[int]:
    """Go through the sums of whole answers with this mean and standard deviation (GRIMMER).

    The sum of the squares must be whole, have the parity of the sum, and be one that `n` answers
    reach.

    Parameters
    ----------
    mean, deviation : str or Printed
        Of the answers; with several items, of each person's mean over them.
    n, items : int
        Respondents, and items that each of them answered.
    rounding : Rounding
        The rule for both.
    form : {"sample", "population", "either"}
        What the squares are divided by.
    binary : bool
        Whether all answers are 0 or 1 (DEBIT, Heathers and Brown 2019).

    Yields
    ------
    int
        Sum over all answers; none if the pair is impossible.

    Examples
    --------
    >>> list(grimmer("3.44", "2.47", 18)), list(grimmer("5.21", "1.6", 28))
    ([], [146])
    """
    shown = parse(deviation) if isinstance(deviation, str) else deviation
    size = preimage(shown, rounding).meet(Interval(Fraction(0), None))
    if size.empty:
        return
    low, high = size.ends
    square = Interval(low * low, high * high, size.low_closed, size.high_closed)
    below = {"sample": (n - 1,), "population": (n,), "either": (n - 1, n)}[form]
    windows = [square.times(n * times * items**2) for times in below if times]
    spread = windows or ([square] if 0 in square else [])  # one answer has no sample deviation
    for total in mean_totals(mean, n, items, rounding):
        if any(_spread_fits(n, total, window, binary=binary) for window in spread):
            yield total


def _spread_fits(n: int, total: int, window: Interval, *, binary: bool) -> bool:
    """Say whether n answers with a sum can have n times their squares minus the squared sum so."""
    if binary:
        return 0 <= total <= n and total * (n - total) in window
    whole, rest = divmod(total, n)
    least = n * whole**2 + 2 * whole * rest + rest  # the squares of answers that hardly differ
    squares = window.plus(total**2).times(Fraction(1, n)).integers()
    first = max(least, squares.start)
    same_parity = range(first + (first - total) % 2, squares.stop, 2)
    return any(_is_reached(n, total, one) for one in same_parity)


def _is_reached(n: int, total: int, squares: int) -> bool:
    """Say whether `n` whole numbers have this sum and sum of squares (of equal parity).

    Five numbers or more reach every sum of squares from the least one on.
    """
    if n == 1:
        return squares == total**2
    if n == 2:
        rest = 2 * squares - total**2
        return rest >= 0 and isqrt(rest) ** 2 == rest
    if n > 4:
        return True
    room = (n - 1) * (n * squares - total**2)
    if room < 0:
        return False
    reach = isqrt(room) + 1
    candidates = range((total - reach) // n, (total + reach) // n + 2)
    return any(_is_reached(n - 1, total - x, squares - x * x) for x in candidates)


def sums(parts: Sequence[range]) -> range:
    """Return all sums of one number from each range (ranges without gaps have none either).

    Examples
    --------
    >>> sums([range(3, 5), range(10, 11)]), len(sums([range(3, 5), range(0)]))
    (range(13, 15), 0)
    """
    if not all(parts):
        return range(0)
    return range(sum(r[0] for r in parts), sum(r[-1] for r in parts) + 1)
