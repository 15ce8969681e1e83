"""Answers worked out by hand: ``by_hand.yaml`` holds them with their working."""

from __future__ import annotations

from pathlib import Path

import yaml

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
