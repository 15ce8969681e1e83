"""Periods in words, for captions and labels."""

from __future__ import annotations

from analysis.base.errors import InputError
from analysis.base.periods import short_period


def period_words(period: str, between: str = " and ") -> str:
    """Write one or several periods: ``2023Q2+2024Q2`` is “Q2 2023 and Q2 2024”."""

    def one(part: str) -> str:
        try:
            return short_period(part)
        except InputError:
            return part  # in the author's own words

    return between.join(map(one, period.split("+")))
