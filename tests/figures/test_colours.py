"""Colours for all eyes: told apart by the colour-blind, in grey, and always of the same meaning."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis.figures import style

# Full deficiency in linear RGB. Source: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, A
# physiologically-based model for simulation of color vision deficiency, IEEE Transactions on
# Visualization and Computer Graphics 15 (2009) 1291-1298, table 1, severity 1.0.
SIGHT = {
    "full colour vision": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
# From linear sRGB to CIE XYZ (IEC 61966-2-1), white point D65.
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = TO_XYZ.sum(axis=1)
MEANINGS = {
    "good": style.GOOD,
    "bad": style.BAD,
    "neutral": style.NEUTRAL,
    **{kind: colour for kind, colour in style.KIND.items() if kind != "synthetic"},
}
"""Colours that stand beside each other with different meanings."""


def linear(colour: str) -> NDArray[np.float64]:
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(colour: str, sight: str = "full colour vision") -> NDArray[np.float64]:
    """CIE L*a*b* of a colour as somebody sees it."""
    seen = np.clip(np.array(SIGHT[sight]) @ linear(colour), 0, 1)
    x, y, z = (np.cbrt(v) if v > 0.008856 else 7.787 * v + 4 / 29 for v in TO_XYZ @ seen / WHITE)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def lightness(colour: str) -> float:
    """CIE lightness: what is left of a colour on a grey printer, 0 black to 100 white."""
    return float(lab(colour)[0])


def test_the_measure_itself() -> None:
    assert lightness("#000000") == pytest.approx(0, abs=0.01)
    assert lightness("#ffffff") == pytest.approx(100, abs=0.01)
    assert lab("#ff0000") == pytest.approx([53.2, 80.1, 67.2], abs=0.1)  # published for sRGB red


@pytest.mark.parametrize("sight", SIGHT)
def test_colours_of_different_meaning_are_told_apart(sight: str) -> None:
    """A difference (CIE 1976) of two or three is just seen; thirty is another colour."""
    assert np.linalg.norm(lab(style.GOOD, sight) - lab(style.BAD, sight)) > 30
    for (one, a), (other, b) in combinations(MEANINGS.items(), 2):
        assert np.linalg.norm(lab(a, sight) - lab(b, sight)) > 10, (one, other)


def test_meanings_differ_in_grey() -> None:
    assert lightness(style.BAD) - lightness(style.GOOD) > 25
    for kind, colour in style.KIND.items():
        assert lightness(style.LIGHT[kind]) - lightness(colour) > 30, kind


@pytest.mark.parametrize("colour", [style.INK, style.MUTED, *style.KIND.values(), style.GOOD])
def test_text_has_contrast(colour: str) -> None:
    """At least 4.5 to 1 on white (WCAG 2.2, success criterion 1.4.3)."""
    luminance = float(TO_XYZ[1] @ linear(colour))
    assert 1.05 / (luminance + 0.05) >= 4.5


@pytest.mark.parametrize("kind", style.KIND)
def test_scenarios_always_look_the_same(kind: str) -> None:
    """IBCS: actual solid, previous lighter, plan outlined, forecast hatched."""
    colour, paper = style.KIND[kind], style.PAPER
    expected = {
        "actual": (colour, "none", False),
        "previous": (style.LIGHT[kind], "none", False),
        "plan": (paper, colour, False),
        "forecast": (paper, colour, True),
    }
    for scenario, looks in expected.items():
        found = style.look(scenario, kind)
        assert (found["facecolor"], found["edgecolor"], "hatch" in found) == looks


@pytest.mark.parametrize(
    ("change", "better", "colour"),
    [
        (1, "up", style.GOOD),
        (-1, "up", style.BAD),
        (1, "down", style.BAD),
        (-1, "down", style.GOOD),
        (0, "up", style.NEUTRAL),
        (5, "none", style.NEUTRAL),
    ],
)
def test_colour_follows_the_good_direction(change: float, better: str, colour: str) -> None:
    assert style.verdict_colour(change, better) == colour
