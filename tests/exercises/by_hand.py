"""Answers as a student writes them: ``by_hand.yaml`` holds right and wrong ones with working."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import seaborn
import yaml
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.exercises.compound import Chart, Day, Table, Text
from analysis.exercises.forms import Choice, Counts, Number, Pair, Several

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


def bars(*heights: float, names: bool = True, low: float = 0) -> Axes:
    """A bar chart; without names of axes, or with an axis that does not start at zero."""
    axes = Figure().subplots()
    axes.bar(range(len(heights)), heights)
    axes.set(xlabel="quarter" if names else "", ylabel="services" if names else "")
    axes.set_ylim(low, max(heights))
    return axes


def line(*heights: float) -> Axes:
    """A line chart."""
    axes = Figure().subplots()
    axes.plot(heights)
    axes.set(xlabel="quarter", ylabel="services")
    return axes


_FORMS = yaml.safe_load(Path(__file__).with_name("forms.yaml").read_text(encoding="utf-8"))
SILLY: list[str] = _FORMS["no answer"]
"""What is no answer to anything."""

_IN_A_CELL: dict[str, Any] = {"np": np, "pd": pd, "sns": seaborn, "bars": bars, "line": line}
_IN_A_CELL |= {
    one.__name__: one for one in (Fraction, Decimal, Choice, Counts, Number, Pair, Several)
}


_IN_A_CELL |= {one.__name__: one for one in (Chart, Day, Table, Text)}


def typed(answer: str, **names: Any) -> Any:
    """What a student's cell holds."""
    return eval(answer, _IN_A_CELL | names)
