"""How far an observed share, rate or growth may be off by chance alone."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt

from scipy.special import betaincinv, gammaincinv  # type: ignore[import-untyped]

from analysis.method.scoring import Z_SQUARED

_TAIL = 0.025


def share_interval(successes: int, trials: int) -> tuple[float, float]:
    """Return the 95% Wilson score interval of a share, as a ratio.

    Parameters
    ----------
    successes, trials : int
        Such as satisfied and all answers; at least one trial.

    Examples
    --------
    >>> low, high = share_interval(38, 49)
    >>> round(low, 3), round(high, 3)
    (0.641, 0.87)

    Notes
    -----
    It supposes that the answers are a random sample of many customers. Source: E. B. Wilson,
    Journal of the American Statistical Association 22 (1927) 209-212.
    """
    share, z2 = Fraction(successes, trials), Z_SQUARED
    middle = share + z2 / (2 * trials)
    inside = share * (1 - share) / trials + z2 / (4 * trials**2)
    half = sqrt(z2 * inside)
    whole = float(1 + z2 / trials)
    return max((float(middle) - half) / whole, 0.0), min((float(middle) + half) / whole, 1.0)


def count_interval(count: int) -> tuple[float, float]:
    """Return the exact 95% interval of the mean of a Poisson count.

    Parameters
    ----------
    count : int
        What was counted, such as services in a quarter.

    Notes
    -----
    It supposes that services arrive independently of each other. Source: F. Garwood, Biometrika 28
    (1936) 437-442.
    """
    low = float(gammaincinv(count, _TAIL)) if count else 0.0
    return low, float(gammaincinv(count + 1, 1 - _TAIL))


def growth_interval(before: int, after: int) -> tuple[float, float]:
    """Return the exact 95% interval of the growth between the means of two Poisson counts.

    Parameters
    ----------
    before, after : int
        What was counted in two periods of the same length; at least 1 each.

    Notes
    -----
    It supposes that services arrive independently of each other. Given the sum of both counts, the
    later one is binomial, so the interval is that of a share (C. J. Clopper and E. S. Pearson,
    Biometrika 26 (1934) 404-413).
    """
    shares = (
        float(betaincinv(after, before + 1, _TAIL)),
        float(betaincinv(after + 1, before, 1 - _TAIL)),
    )
    low, high = (share / (1 - share) - 1 for share in shares)
    return low, high
