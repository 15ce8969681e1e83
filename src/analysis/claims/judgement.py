"""The verdict on a printed claim: one record, its words, and how numbers are written in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from analysis.base.numbers import Rounding
from analysis.claims.printed import format_like
from analysis.tables.strategy_tables import ClaimRow

Word = Literal[
    "reproduced", "consistent", "inconsistent", "underdetermined", "not reported", "unreadable"
]
WORDS: tuple[Word, ...] = (
    "reproduced",
    "consistent",
    "inconsistent",
    "underdetermined",
    "not reported",
    "unreadable",
)

ROUNDING = "rounding"
"""The axis of ``case.yaml`` on how figures were rounded; it bears on every printed number."""


@dataclass(frozen=True)
class Judgement:
    """A verdict with its evidence, before it is tied to a claim and a reading.

    Attributes
    ----------
    verdict : str
        One of `WORDS`.
    evidence : str
        One plain sentence or two.
    witness : mapping of str to int
        A data set that prints as claimed (money in centimos, labour in quarter-hours).
    conflict : tuple of str
        Ids of the claims of a smallest conflicting set.
    bounds : mapping of str to (str, str)
        Smallest and largest value of what the claim leaves open, rounded outwards; "" where there
        is no limit.
    other : tuple of str
        Ids of claims elsewhere that say the same or something else about this.
    """

    verdict: Word
    evidence: str
    witness: Mapping[str, int] = field(default_factory=dict)
    conflict: tuple[str, ...] = ()
    bounds: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    other: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """A judgement on one claim under one reading.

    Attributes
    ----------
    claim : ClaimRow
        The row of ``claims.csv``.
    reading : tuple of (str, str)
        Options of the axes that the claim depends on; empty if it depends on none.
    rounding : tuple of str
        Rounding rules under which the whole judgement is this; empty if under every one.
    default : bool
        Whether this is the case's default reading; exactly one per claim is.
    judgement : Judgement
        The verdict and its evidence.
    """

    claim: ClaimRow
    reading: tuple[tuple[str, str], ...]
    rounding: tuple[str, ...]
    default: bool
    judgement: Judgement

    @property
    def verdict(self) -> Word:
        """The verdict's word."""
        return self.judgement.verdict

    @property
    def evidence(self) -> str:
        """The evidence in words."""
        return self.judgement.evidence


def decimals(value: Fraction | int, places: int = 0, rounding: Rounding = Rounding.HALF_UP) -> str:
    """Write an exact number with thousands separators and some decimals."""
    return format_like(value, "0." + "0" * places if places else "0", rounding)


def per_cent(value: Fraction, places: int = 1, rounding: Rounding = Rounding.HALF_UP) -> str:
    """Write a share in per cent."""
    return f"{decimals(value * 100, places, rounding)}%"


def outward(low: Fraction | None, high: Fraction | None, places: int = 0) -> tuple[str, str]:
    """Write both ends of a range so that it holds all that it held; "" where there is no limit."""
    below = "" if low is None else decimals(low, places, Rounding.FLOOR)
    return below, "" if high is None else decimals(high, places, Rounding.CEILING)


def outward_per_cent(low: Fraction, high: Fraction) -> tuple[str, str]:
    """Write both ends of a range of shares in per cent with two decimals, rounded outwards."""
    return per_cent(low, 2, Rounding.FLOOR), per_cent(high, 2, Rounding.CEILING)


def listed(parts: list[str]) -> str:
    """Join parts with commas and a final "and"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
