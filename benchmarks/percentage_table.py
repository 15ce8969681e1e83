"""Whole tables of percentages, tested in NumPy integers.

Sizes at which 64 bits could overflow are refused, so that the answers are those of the exact test.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from analysis.base.numbers import Printed
from analysis.base.text import Rounding
from analysis.claims.printed import preimage

_INT64_MAX = 2**63 - 1


def grim_percent_table(
    digits: npt.NDArray[np.int64],
    n: npt.NDArray[np.int64],
    decimals: int = 1,
    rounding: Rounding = Rounding.HALF_UP,
) -> npt.NDArray[np.bool_]:
    """Say for many percentages and numbers of respondents whether some count fits.

    Parameters
    ----------
    digits : array of int64
        The percentages without their point: 776 for 77.6 %; between 0 and 100 %.
    n : array of int64
        Numbers of respondents, at least 1; shapes broadcast.
    decimals : int
        Digits after the point.
    rounding : Rounding
        The rule.

    Returns
    -------
    array of bool

    Raises
    ------
    ValueError
        If a number is out of range, or so large that 64 bits could overflow.
    """
    whole = 100 * 10**decimals
    if digits.size and (digits.min() < 0 or digits.max() > whole):
        raise ValueError("percentages must lie between 0 and 100")
    if n.size and n.min() < 1:
        raise ValueError("numbers of respondents must be at least 1")
    largest = int(n.max()) if n.size else 1
    if 2 * (whole + 1) * largest + 2 * whole > _INT64_MAX:
        raise ValueError("these numbers could overflow 64 bits; use grim_percent")
    low, high, low_closed, high_closed = _cells(digits, rounding)
    # k / n lies in the cell if low * n <= 2 * whole * k <= high * n, or "<" at open ends.
    step = 2 * whole
    first = np.where(low_closed, -((-low * n) // step), (low * n) // step + 1)
    last = np.where(high_closed, (high * n) // step, -((-high * n) // step) - 1)
    fits: npt.NDArray[np.bool_] = np.maximum(first, 0) <= np.minimum(last, n)
    return fits


_Ints = npt.NDArray[np.int64]
_Flags = npt.NDArray[np.bool_]


def _cells(digits: _Ints, rounding: Rounding) -> tuple[_Ints, _Ints, _Flags, _Flags]:
    """Return the ends of the preimages, in half units of the last digit, from the exact rule.

    A preimage depends on its string only through being zero, odd or even, so three of them are
    taken from :func:`preimage` and moved along.
    """
    low, high = np.empty_like(digits), np.empty_like(digits)
    low_closed = np.empty(digits.shape, dtype=np.bool_)
    high_closed = np.empty(digits.shape, dtype=np.bool_)
    patterns = ((0, digits == 0), (1, digits % 2 == 1), (2, (digits > 0) & (digits % 2 == 0)))
    for model, where in patterns:
        cell = preimage(Printed("", Fraction(model), 0, percent=False), rounding)
        ends = [int(2 * (end - model)) for end in cell.ends]
        low[where] = 2 * digits[where] + ends[0]
        high[where] = 2 * digits[where] + ends[1]
        low_closed[where], high_closed[where] = cell.low_closed, cell.high_closed
    return low, high, low_closed, high_closed
