"""Words for readings of the printed results: blocks, questions and options."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.claims.readings import BLOCK_AXES
from analysis.figures.frames import period_words

AXES = tuple(dict.fromkeys(axis for axes in BLOCK_AXES.values() for axis in axes))
"""All axes that results depend on; the rounding rule, which the blocks share, comes first."""

TITLES = {
    "services": "Services and productivity",
    "sales": "Sales",
    "satisfaction": "Satisfaction",
}

PRINTED: Mapping[str, str] = {
    "abstract-services": "354",
    "5-services-growth": "22.9%",
    "abstract-productivity-q1": "10.5%",
    "abstract-productivity-q2": "11.0%",
    "abstract-sales-total": "303,110",
    "abstract-sales-growth-2024": "18%",
    "abstract-sales-growth-2023": "12%",
    "abstract-satisfaction": "77.6%",
}
"""What the paper prints, by claim id."""

QUESTIONS: Mapping[str, str] = {
    "services_period": "{abstract-services} services cover",
    "services_growth": "{5-services-growth} is growth on the",
    "productivity_growth": (
        "Productivity, {abstract-productivity-q1} and {abstract-productivity-q2}, is on the"
    ),
    "labour": "Labour in both years",
    "sales_total": "{abstract-sales-total} soles are",
    "sales_growth": "{abstract-sales-growth-2024}, {abstract-sales-growth-2023} are",
    "satisfaction": "{abstract-satisfaction} is",
    "respondents": "Answers",
}
"""Heads of rows and columns, with the printed numbers by the claim that prints them."""

_OPTIONS: Mapping[str, Mapping[str, str]] = {
    "rounding": {"half-up": "up", "half-even": "even", "truncate": "cut"},
    "services_growth": {
        "year-on-year": "year before",
        "previous-quarter": "quarter before",
        "on-later": "later half-year",
    },
    "productivity_growth": {"year-on-year": "year before", "previous-quarter": "quarter before"},
    "labour": {"free": "may differ", "constant": "is the same"},
    "sales_growth": {
        "year-on-year": "Q2 on Q2",
        "previous-quarter": "Q2 on Q1",
        "half-year": "H1 on H1",
    },
    "satisfaction": {
        "share": "a share",
        "growth": "a growth",
        "squared-share": "a squared share",
        "mean-score": "a mean score",
    },
    "respondents": {"sample": "any number", "every-service": "one per service"},
}


def words(axis: str, option: str) -> str:
    """Name an option in a few words; periods as ``H1 2023 + H1 2024``."""
    if axis in ("services_period", "sales_total"):
        return period_words(option, " + ")
    return _OPTIONS.get(axis, {}).get(option, option)
