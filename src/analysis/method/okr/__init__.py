"""Objectives and key results: typed targets, exact scores, check-ins (4.3.3, 4.3.4)."""

from __future__ import annotations

from analysis.method.key_results import (
    Okrs,
    Result,
    chosen,
    depends_on_reading,
    evaluate,
    load_okrs,
    score_frame,
    target_of,
)
from analysis.method.scoring import Goal, Joint, Score, Target, check_weights, join, rate, resolve
from analysis.tables.contents import has_okrs

__all__ = [
    "Goal",
    "Joint",
    "Okrs",
    "Result",
    "Score",
    "Target",
    "check_weights",
    "chosen",
    "depends_on_reading",
    "evaluate",
    "has_okrs",
    "join",
    "load_okrs",
    "rate",
    "resolve",
    "score_frame",
    "target_of",
]
