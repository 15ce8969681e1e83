"""Figures of key results, check-ins, scorecard and strategy map: data agree."""

from collections.abc import Callable
from fractions import Fraction

import pandas as pd
import pytest

from analysis.figures.okr_charts import okr_progress, okr_progress_data, reliability
from analysis.figures.scorecard_charts import arrange, strategy_map
from analysis.figures.scorecard_charts import scorecard as draw_scorecard
from analysis.kpis.levels import level_table
from analysis.kpis.reduce import reduce
from analysis.method import balanced_scorecard as scorecard
from analysis.method import strategy_map as strategy
from analysis.method.key_results import evaluate, load_okrs
from analysis.notebook.figure import Figure
from analysis.tables.case import Case
from analysis.tables.contents import Ledger

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
    okrs, reduced = load_okrs(segelec), reduce(ledger)
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


def test_numbers_names_and_words(drawn: list[Figure]) -> None:
    assert [figure.stem for figure in drawn] == [
        "fig_31_okr_progress",
        "fig_33_reliability",
        "fig_34_scorecard",
        "fig_35_strategy_map",
    ]


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
