"""What every figure has to keep: text that fits, words for all readers, the same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations

import matplotlib
import pandas as pd
import pytest
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis import figures
from analysis.display import Figure
from analysis.display.figure import svg
from analysis.figures import style
from analysis.periods import parse_quarter

NUMBERS = range(1, 16)
DPI = 300
POINT = DPI / 72


def by_number(gallery: list[Figure], number: int) -> Figure:
    (figure,) = (figure for figure in gallery if figure.number == number)
    return figure


def drawn_texts(figure: Figure, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float, Bbox]]:
    """Save the figure and note every text that is really drawn, with its size and its box."""
    seen: list[tuple[str, float, Bbox]] = []
    draw = Text.draw

    def noting(self: Text, renderer: object) -> None:
        draw(self, renderer)
        if self.get_visible() and self.get_text().strip():
            box = Text.get_window_extent(self, renderer)
            seen.append((self.get_text(), float(self.get_fontsize()), box))

    monkeypatch.setattr(Text, "draw", noting)
    figure.figure.savefig(io.BytesIO(), format="png", dpi=DPI)
    return seen


@pytest.mark.parametrize("number", NUMBERS)
def test_no_text_is_clipped_or_overlaps_another(
    gallery: list[Figure], number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_texts(by_number(gallery, number), monkeypatch)


def test_the_longest_labels_fit_too(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = [f"{2020 + i // 4}Q{i % 4 + 1}" for i in range(12)]
    table = pd.DataFrame(
        {
            "kpi": "sales",
            "period": labels,
            "index": [parse_quarter(label) for label in labels],
            "value": pd.Series([Fraction(9_999_900 - 500_000 * (i % 2)) for i in range(12)]),
        }
    )
    frame = figures.quarters_data(table.astype({"value": "object"}), "sales", {"2022Q1": "100.0%"})
    check_texts(figures.sales_by_quarter(frame, "yours", "Costa Rican colones"), monkeypatch)


def check_texts(figure: Figure, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = drawn_texts(figure, monkeypatch)
    assert texts
    width, height = figure.figure.get_size_inches() * DPI
    for text, _, box in texts:
        assert box.x0 >= -0.5, f"“{text}” leaves the page on the left"
        assert box.x1 <= width + 0.5, f"“{text}” leaves the page on the right"
        # boxes reserve room for the tallest letters, so a point of it may lie outside
        assert box.y0 >= -POINT, f"“{text}” leaves the page below"
        assert box.y1 <= height + POINT, f"“{text}” leaves the page above"
    for (first, _, one), (second, _, other) in combinations(texts, 2):
        across = min(one.x1, other.x1) - max(one.x0, other.x0)
        down = min(one.y1, other.y1) - max(one.y0, other.y0)
        assert across < 0.2 * POINT or down < 1.5 * POINT, f"“{first}” overlaps “{second}”"


@pytest.mark.parametrize("number", NUMBERS)
def test_text_can_be_read_at_the_printed_size(
    gallery: list[Figure], number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = by_number(gallery, number)
    assert figure.figure.get_size_inches()[0] * 25.4 == pytest.approx(160)
    assert all(size >= 7.5 for _, size, _ in drawn_texts(figure, monkeypatch))


@pytest.mark.parametrize("number", NUMBERS)
def test_words_for_all_readers(gallery: list[Figure], number: int) -> None:
    figure = by_number(gallery, number)
    for text in (figure.caption, figure.alt):
        assert text.strip().endswith(".")
        assert not re.search(r"\b(nan|NaN|None|NaT|NA|Fraction|Timestamp)\b|[{}]|  ", text)
    assert len(figure.data)


def test_files_have_distinct_names(gallery: list[Figure]) -> None:
    assert [figure.number for figure in gallery] == list(NUMBERS)
    assert len({figure.name for figure in gallery}) == len(gallery)


def test_drawing_twice_gives_the_same_bytes_whatever_the_user_has_set(
    gallery: list[Figure], draw_again: Callable[[], list[Figure]]
) -> None:
    with matplotlib.rc_context(
        {"font.size": 20, "axes.grid": True, "xtick.labelsize": 22, "figure.facecolor": "red"}
    ):
        again = draw_again()
    for first, second in zip(gallery, again, strict=True):
        for text_as in ("text", "outlines"):
            assert svg(first, text_as=text_as) == svg(second, text_as=text_as), first.name


def _lightness(colour: str) -> float:
    """CIE lightness, 0 black to 100 white (sRGB, IEC 61966-2-1)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116 * luminance ** (1 / 3) - 16


def test_good_and_bad_differ_in_grey() -> None:
    assert _lightness(style.BAD) - _lightness(style.GOOD) > 25


@pytest.mark.parametrize("kind", ["printed", "derived", "synthetic", "yours"])
def test_the_year_before_is_lighter_in_grey(kind: str) -> None:
    assert _lightness(style.LIGHT[kind]) - _lightness(style.KIND[kind]) > 30
