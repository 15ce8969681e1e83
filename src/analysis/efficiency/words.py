"""Words and numbers of the diagnosis in English and Polish."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from analysis.base.numbers import decimal, listed, percent

_ROMAN: Final = ("I", "II", "III", "IV")
_NARROW: Final = "\u00a0"


@dataclass(frozen=True)
class Text:
    """The same words in both languages."""

    english: str
    polish: str

    def __add__(self, other: Text) -> Text:
        return Text(f"{self.english} {other.english}", f"{self.polish} {other.polish}")


def fill(text: Text, **parts: Text | str) -> Text:
    """Put parts into the braces of a text, each in its language."""

    def one(language: str) -> dict[str, str]:
        return {
            name: part if isinstance(part, str) else str(getattr(part, language))
            for name, part in parts.items()
        }

    return Text(text.english.format(**one("english")), text.polish.format(**one("polish")))


def _polish(shown: str) -> str:
    return shown.replace(",", _NARROW).replace(".", ",")


def amount(value: Fraction | int) -> Text:
    """Write an amount in the statement's unit, without decimals."""
    shown = decimal(0)(Fraction(value))
    return Text(shown, _polish(shown))


def share(value: Fraction, places: int = 1) -> Text:
    """Write a share in per cent."""
    shown = percent(places)(value)
    return Text(shown, _polish(shown))


def number(value: Fraction, places: int = 2) -> Text:
    """Write a plain number."""
    shown = decimal(places)(value)
    return Text(shown, _polish(shown))


def quarters(indices: Iterable[int]) -> Text:
    """Name quarters: ``Q1 and Q2``; ``I i II kwartale``; with years if there are several."""
    chosen = list(indices)
    several = len({index // 4 for index in chosen}) > 1
    years = [f" {index // 4}" if several else "" for index in chosen]
    english = [f"Q{q % 4 + 1}{year}" for q, year in zip(chosen, years, strict=True)]
    polish = [f"{_ROMAN[q % 4]}{year}" for q, year in zip(chosen, years, strict=True)]
    return Text(listed(english, "and"), listed(polish, "i") + " kwartale")


def each(values: Sequence[Text]) -> Text:
    """List values in the order of their quarters."""
    return Text(listed([v.english for v in values], "and"), listed([v.polish for v in values], "i"))


RISES: Final = Text("rises", "rosnący")
FALLS: Final = Text("falls", "malejący")
STAYS: Final = Text("stays", "płaski")
"""Directions of a trend."""
