"""Tests of one printed number: shares, means and growth rates of things that are counted.

GRIM (Brown and Heathers 2017) asks whether a mean or percentage can come from whole numbers.
The same question is put here to growth rates between two counts and to squared shares; GRIMMER
(Anaya 2016, Allard 2018) asks whether whole answers can have a printed standard deviation, DEBIT
(Heathers and Brown 2019) whether answers 0 and 1 can. All arithmetic is on whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import count
from math import ceil, floor, isqrt
from typing import Literal

from analysis.base.numbers import Printed, parse, parse_percent
from analysis.base.text import Rounding, cell
from analysis.claims.printed import Interval, preimage, shown_as

Base = Literal["earlier", "later"]
Deviation = Literal["sample", "population", "either"]
"""How a standard deviation is computed: over n − 1, over n, or nobody knows."""
MANY = 10**7
"""Counts and numbers of respondents are tried up to here."""


def share_counts(printed: str | Printed, n: int, rounding: Rounding = Rounding.HALF_UP) -> range:
    """Return every count out of `n` whose percentage prints as given.

    Parameters
    ----------
    printed : str or Printed
        A percentage; the % sign may be missing.
    n : int
        The whole, at least 1.
    rounding : Rounding
        The rule.

    Returns
    -------
    range
        Counts between 0 and n.
    """
    found = _numerators(parse_percent(printed), _positive(n), rounding)
    start = max(found.start, 0)
    return range(start, max(start, min(found.stop, n + 1)))


def mean_totals(
    printed: str | Printed, n: int, items: int = 1, rounding: Rounding = Rounding.HALF_UP
) -> range:
    """Return every sum of `n` times `items` whole answers whose mean prints as given.

    A mean of per-person averages over several items has the granularity of n times items.
    """
    p = parse(printed) if isinstance(printed, str) else printed
    return _numerators(p, _positive(n) * _positive(items), rounding)


def _numerators(printed: Printed, whole: int, rounding: Rounding) -> range:
    """Return every whole number that, divided by another one, prints as given."""
    low, high, first, last = cell(printed.digits, rounding)
    times = whole * printed.times
    tenths = (1000 if printed.percent else 10) * 10**printed.decimals  # of the last digit, in 1
    start = -(low * times // -tenths) if first else low * times // tenths + 1
    stop = high * times // tenths + 1 if last else -(high * times // -tenths)
    return range(start, max(start, stop))


def grim_percent(printed: str | Printed, n: int, rounding: Rounding = Rounding.HALF_UP) -> bool:
    """Say whether some count out of `n` prints as this percentage."""
    return len(share_counts(printed, n, rounding)) > 0


def consistent_n(
    printed: str | Printed, n_max: int, rounding: Rounding = Rounding.HALF_UP
) -> list[int]:
    """List every number of respondents up to `n_max` that can give this percentage.

    Examples
    --------
    >>> consistent_n("77.6%", 80)
    [49, 58, 67, 76]
    """
    return [n for n in range(1, n_max + 1) if grim_percent(printed, n, rounding)]


def smallest_share(
    printed: str | Printed, rounding: Rounding = Rounding.HALF_UP
) -> tuple[int, int]:
    """Return a count and the fewest respondents that print so: 38 and 49 for ``77.6%``.

    Raises
    ------
    ValueError
        If the percentage lies outside 0 to 100 under the rule, so that no share prints so.
    """
    p = parse_percent(printed)
    possible = preimage(p, rounding).meet(Interval(Fraction(0), Fraction(1)))
    if possible.empty:
        raise ValueError(f"{p.text} is no share of a whole")
    fitting = ((counts[0], n) for n in count(1) if (counts := share_counts(p, n, rounding)))
    return next(fitting)


def power(decimals: int, n: int, items: int = 1, rounding: Rounding = Rounding.HALF_UP) -> Fraction:
    """Return the share of printed strings that would pass GRIM by chance.

    Parameters
    ----------
    decimals : int
        Digits after the point of the mean; of a percentage, its digits plus 2.
    n, items : int
        Respondents and items.
    rounding : Rounding
        The rule; of some, such as `HALF_EITHER`, one value may print as two strings.

    Returns
    -------
    Fraction
        Between 0 (nothing passes) and 1 (everything passes: the test says nothing).
    """
    strings, grains = 10**decimals, _positive(n) * _positive(items)
    (_, end, _, closed), (start, _, open_too, _) = cell(1, rounding), cell(2, rounding)
    if grains >= strings or end < start or (end == start and not (closed and open_too)):
        return min(Fraction(1), Fraction(grains, strings))  # every value has one print
    shown = {
        digits % strings for k in range(grains) for digits in prints(k, grains, strings, rounding)
    }
    return Fraction(len(shown), strings)


def prints(count: int, total: int, strings: int, rounding: Rounding) -> list[int]:
    """Return what count over total prints as, in units of 1 / strings: one number or two."""
    value = Fraction(count * strings, total)
    near = {floor(value), ceil(value)}
    return [digits for digits in sorted(near) if value in shown_as(digits, rounding)]


SHARP = Fraction(1, 10)
"""At most this share of the prints would have fitted a sharp agreement, more a loose one."""


def sharpness(fitting: int, of: int | None, *, forced: bool = True) -> str:
    """Say how sharp an agreement is, by how many prints of the same form would have fitted.

    Parameters
    ----------
    fitting : int
        Prints that fit, this one among them.
    of : int or None
        All prints of the form; None if they have no limit.
    forced : bool
        Whether a single one leaves no print of another form either.

    Examples
    --------
    >>> sharpness(50, 1001), sharpness(355, 1001), sharpness(1, None)
    ('sharp: 50 of 1,001 prints fit', 'loose: 355 of 1,001 prints fit', 'forced: only this print')
    """
    if fitting == 1 and of != 1 and forced:
        return "forced: only this print"
    word = "sharp" if fitting <= (SHARP * of if of else Fraction(1, SHARP)) else "loose"
    return f"{word}: {fitting:,}{f' of {of:,}' if of else ''} prints fit"


def beyond_whole(printed: Printed) -> str:
    """Say why a percentage is no share of a whole; empty if it may be one."""
    if 0 <= printed.value <= 1:
        return ""
    side = "more than the whole" if printed.value > 1 else "less than nothing"
    return f"a share of {printed.text} is {side}; perhaps it is a change, or a ratio of two things"


def later_counts(
    printed: str | Printed, earlier: int, rounding: Rounding = Rounding.HALF_UP
) -> range:
    """Return every later count whose growth on `earlier` prints as given."""
    factor = preimage(parse_percent(printed), rounding).plus(1)
    return _counts(factor.times(_positive(earlier)))


def earlier_counts(
    printed: str | Printed,
    later: int,
    rounding: Rounding = Rounding.HALF_UP,
    base: Base = "earlier",
) -> range:
    """Return every earlier count from which growth to `later` prints as given.

    Parameters
    ----------
    printed : str or Printed
        The growth in per cent.
    later : int
        The later count, at least 0.
    rounding : Rounding
        The rule.
    base : {"earlier", "later"}
        What the change is divided by. ``"later"`` is the mistake of measuring on the new value.

    Returns
    -------
    range
        Counts of at least 1; at most `MANY` where a fall to about nothing sets no limit.
    """
    rate = preimage(parse_percent(printed), rounding)
    least, most = rate.ends
    if base == "later":
        low, high = later * (1 - most), later * (1 - least)
    elif later == 0 or most <= -1:
        return range(1, MANY + 1) if later == 0 and -1 in rate else range(1, 1)
    else:
        low = Fraction(later, 1 + most)
        high = Fraction(later, 1 + least) if least > -1 else Fraction(2 * MANY + 1, 2)
    counts = _counts(Interval(Fraction(low), Fraction(high), rate.high_closed, rate.low_closed))
    return range(max(1, counts.start), max(1, counts.stop))


def growth_pairs(
    printed: str | Printed, earlier_range: range, rounding: Rounding = Rounding.HALF_UP
) -> Iterator[tuple[int, int]]:
    """Go through all (earlier, later) counts whose growth prints as given.

    Parameters
    ----------
    printed : str or Printed
        The growth in per cent.
    earlier_range : range
        Earlier counts to look at, all above 0.
    rounding : Rounding
        The rule.
    """
    for earlier in earlier_range:
        for later in later_counts(printed, earlier, rounding):
            yield earlier, later


def growth_within_total(
    printed: str | Printed, total: int, rounding: Rounding = Rounding.HALF_UP
) -> list[tuple[int, int]]:
    """List all splits of `total` into (earlier, later) whose growth prints as given."""
    pairs = ((earlier, total - earlier) for earlier in range(1, total + 1))
    inside = preimage(parse_percent(printed), rounding)
    return [(a, b) for a, b in pairs if Fraction(b - a, a) in inside]


def nearest_totals(
    printed: str | Printed, total: int, rounding: Rounding = Rounding.HALF_UP
) -> tuple[int | None, int]:
    """Return the closest totals below and above `total` that can be split with this growth.

    The first is None if no smaller total works. A growth above −100 % always has a larger one.

    Examples
    --------
    >>> nearest_totals("22.9%", 354)
    (350, 370)
    """
    below = (t for t in range(total - 1, 1, -1) if growth_within_total(printed, t, rounding))
    above = (t for t in count(total + 1) if growth_within_total(printed, t, rounding))
    return next(below, None), next(above)


def _counts(inside: Interval) -> range:
    return inside.meet(Interval(Fraction(0), None)).integers()


def _positive(n: int) -> int:
    if n < 1:
        raise ValueError(f"a number of at least 1 is needed, not {n}")
    return n


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
