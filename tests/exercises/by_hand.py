"""Answers as a student writes them: ``by_hand.yaml`` holds right and wrong ones with working."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from analysis.exercises.forms import Choice, Counts, Number

_TOPICS = yaml.safe_load(Path(__file__).with_name("by_hand.yaml").read_text(encoding="utf-8"))

CASES: dict[str, str] = {topic: found["case"] for topic, found in _TOPICS.items()}
"""The case that each notebook is on."""

RIGHT: dict[str, dict[str, list[str]]] = {
    topic: {key: one["right"] for key, one in found["exercises"].items()}
    for topic, found in _TOPICS.items()
}
"""Right answers by topic and exercise, in every form that ought to be accepted."""

WRONG: dict[str, dict[str, list[list[str]]]] = {
    topic: {key: one["wrong"] for key, one in found["exercises"].items()}
    for topic, found in _TOPICS.items()
}
"""Wrong answers by topic and exercise, with words of the message that has to come."""

_IN_A_CELL: dict[str, Any] = {"np": np, "pd": pd}
_IN_A_CELL |= {one.__name__: one for one in (Fraction, Decimal, Choice, Counts, Number)}


def typed(answer: str) -> Any:
    """What a student's cell holds."""
    return eval(answer, dict(_IN_A_CELL))
