"""Figures of key results, check-ins, scorecard and strategy map: words fit, data agree."""

import io
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations

import pandas as pd
import pytest
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis import scorecard, strategy
from analysis.calibrate import Ledger
from analysis.case import Case
from analysis.display import Figure
from analysis.display.figure import svg
from analysis.figures.okr import okr_progress, okr_progress_data, reliability
from analysis.figures.scorecard import scorecard as draw_scorecard
from analysis.figures.strategy import arrange, strategy_map
from analysis.kpis.levels import level_table
from analysis.kpis.totals import totals
from analysis.okr import evaluate, load_okrs

DPI = 200
BINS = pd.DataFrame(
    {
        "confidence": ["0 to 2", "8 to 10"],
        "check_ins": [4, 6],
        "met": [1, 5],
        "stated": [Fraction(1, 5), Fraction(9, 10)],
        "happened": [Fraction(1, 4), Fraction(5, 6)],
    }
)


@pytest.fixture(scope="module")
def draw(segelec: Case, ledger: Ledger) -> Callable[[], list[Figure]]:
    okrs, reduced = load_okrs(segelec), totals(ledger)
    results = evaluate(okrs, reduced, "2024Q2", "year-ago", segelec.reading())
    links = strategy.assess_links(level_table(reduced), strategy.load_links(segelec))
    return lambda: [
        okr_progress(okr_progress_data(results), "2024Q2"),
        reliability(BINS, Fraction(1, 10)),
        draw_scorecard(scorecard.scorecard(okrs, results), "2024Q2"),
        strategy_map(links),
    ]


@pytest.fixture(scope="module")
def drawn(draw: Callable[[], list[Figure]]) -> list[Figure]:
    return draw()


def boxes(figure: Figure, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Bbox]]:
    seen: list[tuple[str, Bbox]] = []
    original = Text.draw

    def noting(self: Text, renderer: object) -> None:
        original(self, renderer)
        if self.get_visible() and self.get_text().strip():
            seen.append((self.get_text(), Text.get_window_extent(self, renderer)))

    monkeypatch.setattr(Text, "draw", noting)
    figure.figure.savefig(io.BytesIO(), format="png", dpi=DPI)
    return seen


@pytest.mark.parametrize("place", range(4))
def test_words_stay_on_the_page_and_apart(
    drawn: list[Figure], place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = drawn[place]
    texts = boxes(figure, monkeypatch)
    width, height = figure.figure.get_size_inches() * DPI
    for text, box in texts:
        assert box.x0 >= -1, text
        assert box.x1 <= width + 1, text
        assert box.y0 >= -3, text
        assert box.y1 <= height + 3, text
    for (one, a), (other, b) in combinations(texts, 2):
        wide = min(a.x1, b.x1) - max(a.x0, b.x0)
        tall = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert wide <= 1 or tall <= 0.35 * min(a.height, b.height), (one, other)


def test_the_same_bytes_again(draw: Callable[[], list[Figure]], drawn: list[Figure]) -> None:
    for one, other in zip(drawn, draw(), strict=True):
        assert svg(one, text_as="text") == svg(other, text_as="text")


def test_numbers_names_and_words(drawn: list[Figure]) -> None:
    assert [figure.stem for figure in drawn] == [
        "fig_31_okr_progress", "fig_33_reliability", "fig_34_scorecard", "fig_35_strategy_map",
    ]  # fmt: skip
    assert all(len(figure.alt) > 80 for figure in drawn)


def test_bars_of_the_scorecard_add_up(drawn: list[Figure]) -> None:
    data = drawn[2].data
    parts = data[data["level"] == "key result"]["contribution"]
    assert sum(parts) == data["contribution"].iloc[0] == data["score"].iloc[0]


def test_no_link_runs_through_a_box(segelec: Case) -> None:
    links = [(link.cause, link.effect) for link in strategy.load_links(segelec)]
    places = arrange(links)
    assert len(set(places.values())) == len(places)
    for cause, effect in links:
        (x0, y0), (x1, y1) = places[cause], places[effect]
        for key, (x, y) in places.items():
            if key not in (cause, effect) and min(y0, y1) < y < max(y0, y1):
                at = Fraction(x0) + Fraction((x1 - x0) * (y - y0), y1 - y0)
                assert abs(at - x) >= Fraction(9, 20), (cause, effect, key)
