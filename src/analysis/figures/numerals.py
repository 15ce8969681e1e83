"""Scales that keep the labels of a figure as short as their room."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from analysis.base.numbers import decimal
from analysis.figures.style import SMALL, text_width

_STEPS = (
    (1, ""),
    (10**3, "thousand "),
    (10**6, "million "),
    (10**9, "billion "),
    (10**12, "trillion "),
)


@dataclass(frozen=True)
class Scale:
    """A divisor with its name and the decimals of what is left; the widest label's millimetres."""

    divisor: int
    word: str
    places: int
    width: float

    def text(self, value: Fraction) -> str:
        """Write a value in this scale."""
        return decimal(self.places)(value / self.divisor)


def scale(values: Iterable[Fraction | None], room: float, places: int = 0) -> Scale:
    """Choose the finest scale whose labels all fit.

    Parameters
    ----------
    values : iterable of Fraction or None
        What is labelled; None has no label.
    room : float
        Millimetres for a label.
    places : int
        Decimals that the values have unscaled.

    Returns
    -------
    Scale
        The finest one that fits; where none does, the coarsest one, so that `Scale.width` tells.
    """
    known = [value for value in values if value is not None]
    found = []
    for divisor, word in _STEPS:
        # a scaled value keeps three digits or so
        wanted = places if divisor == 1 else 1
        if known and divisor > 1 and max(map(abs, known)) < divisor:
            break
        for digits in range(wanted, -1, -1):
            texts = [decimal(digits)(value / divisor) for value in known]
            width = max((text_width(text, SMALL) for text in texts), default=0.0)
            found.append(Scale(divisor, word, digits, width))
            if width <= room:
                return found[-1]
    return min(found, key=lambda one: one.width)
