"""Figures of any firm's rows: long names, few or missing quarters, odd values, many types.

Nothing here is the paper's; every figure must be drawn, with all words on the page and apart.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pandas as pd
import pytest

from analysis.base.periods import quarter_label
from analysis.base.text import frame_of
from analysis.figures import (
    concept_charts,
    kpi_comparison,
    kpi_trends,
    okr_charts,
    service_charts,
)
from analysis.figures.scorecard_charts import strategy_map
from analysis.figures.service_charts import type_shares
from analysis.kpis.catalogue import KPIS
from analysis.kpis.compare import comparison_data
from analysis.method.as_is import load_links
from analysis.notebook.drawing import Figure, svg

Check = Callable[[Figure], None]
LAST = 4 * 2024 + 1  # the second quarter of 2024
LONG = "Installation, maintenance and remote monitoring of perimeter intrusion detection systems"
WORD = "Sicherheitsdienstleistungsqualitätsmanagementbeauftragtenschulung"
MONEY = "convertible marks of Bosnia and Herzegovina"
SERIES = {
    "one quarter": [120],
    "two quarters": [120, 90],
    "many quarters": [100 + 7 * (i % 5) for i in range(30)],
    "missing quarters": [100, None, None, 130, None, 90, None, 95],
    "all the same": [50] * 9,
    "zeros": [0, 0, 0, 0, 0, 0],
    "begins with zero": [0, 0, 0, 0, 10, 20, 30, 40],
    "negative": [40, -30, 20, -60, -10, -20, 50, -5, 30],
    "very large": [9_876_543_210_123 - 10**12 * (i % 4) for i in range(12)],
    "very small": [Fraction(1, 1000 + i) for i in range(10)],
    "one giant": [1, 2, 1, 2, 1, 2, 1, 10**9, 1, 2],
    "sudden growth": [1, 1, 1, 1, 10**6, 10**6, 2, 10**5],
}
each_series = pytest.mark.parametrize("name", SERIES)


def kpi_rows(name: str) -> pd.DataFrame:
    """Give every KPI the same course, shares within 0 and 100."""
    values = SERIES[name]
    rows = []
    for record in KPIS:
        for place, value in enumerate(values):
            if value is not None:
                index = LAST - len(values) + 1 + place
                count = max(int(value), 0) % (50 if record.is_share else 10**15)
                shown = Fraction(100 * count, 50) if record.is_share else Fraction(value)
                rows.append((record.key, quarter_label(index), index, shown, count, 50))
    return frame_of(rows, "kpi period index value numerator denominator")


def by_type(count: int, name: str = "{}") -> pd.DataFrame:
    return type_shares(pd.Series({name.format(i): 10 ** (i % 4) + i for i in range(count)}))


def quarters(rows: pd.DataFrame, *kpis: str) -> list[pd.DataFrame]:
    return [kpi_trends.quarters_data(rows, kpi, {"2024Q2": "100.0%"}) for kpi in kpis]


PARTS = ("productivity", "services", "technician_hours")
DRAWINGS: dict[str, Callable[[pd.DataFrame], Figure]] = {
    "sales": lambda rows: kpi_trends.sales_by_quarter(*quarters(rows, "sales"), "yours", MONEY),
    "productivity": lambda rows: kpi_trends.productivity(*quarters(rows, *PARTS), "yours"),
    "small multiples": lambda rows: kpi_trends.small_multiples(
        kpi_trends.small_multiples_data(rows), "yours"
    ),
    "comparison": lambda rows: kpi_comparison.comparison(
        comparison_data(rows, "2024Q2"), "2024Q2", "yours"
    ),
}


@each_series
@pytest.mark.parametrize("drawing", DRAWINGS)
def test_kpis(drawing: str, name: str, check: Check) -> None:
    if (drawing, name) != ("productivity", "zeros"):  # nothing to measure; a message says so
        check(DRAWINGS[drawing](kpi_rows(name)))


@pytest.mark.parametrize("count", [1, 2, 30])
@pytest.mark.parametrize("name", ["type {}", LONG + " {}", WORD + "{}", "$x^{}$ \\alpha_{{1}}"])
def test_services_by_type(count: int, name: str, check: Check) -> None:
    check(service_charts.services_by_type(by_type(count, name), "2024Q2", "yours"))


VARIANCES = {
    "one type": [("Doors", 10, 12)],
    "nothing before": [("Doors", 0, 12), (LONG, 0, 1)],
    "nothing now": [("Doors", 5, 0), (WORD, 7, 0)],
    "no change": [("Doors", 5, 5), ("Alarms", 7, 7)],
    "large": [(f"{WORD} {i}", 10**12 + i, 10**12 * (i % 3)) for i in range(30)],
    "refunds": [("Doors", -50, 20), ("Alarms", 30, -80), ("Other", 10, 12)],
    "giant growth": [("Doors", 1, 10**7), ("Alarms", 10**7, 1)],
}


@pytest.mark.parametrize("name", VARIANCES)
def test_waterfall_and_variances(name: str, check: Check) -> None:
    rows = [
        (kind, kind, "2023Q2", *map(Fraction, (base, value, value - base)), growth)
        for kind, base, value in VARIANCES[name]
        for growth in [Fraction(value - base, base) if base > 0 else None]
    ]
    frame = frame_of(rows, "service_type name base_period base value change growth")
    check(kpi_comparison.sales_waterfall(frame, "2024Q2", "yours", MONEY))
    check(kpi_comparison.services_variance(frame, "2024Q2", "yours"))
    check(kpi_comparison.sales_by_part(frame.assign(rest=False), "2024Q2", "yours", MONEY))
    frame = frame.assign(base_period="", base=None, growth=None, rest=frame.index > 0)
    check(kpi_comparison.sales_by_part(frame, "2024Q2", "yours", MONEY))


def process_rows(steps: int, name: str) -> pd.DataFrame:
    rows = [("start", "start", "Requested", "", 12, None, None, False)]
    for place in range(steps):
        mode, times = ("waiting", "working")[place % 2], (Fraction(9), Fraction(1, steps))
        rows.append((f"s{place}", "step", f"{name} {place}", mode, 12, *times, place == 0))
    rows.append(("promise", "decision", "By the day promised?", "", 12, None, None, False))
    rows.append(("kept", "end", "Done in time", "", 12, None, Fraction(1), False))
    rows.append(("late", "end", "Done late", "", 0, None, Fraction(0), False))
    return frame_of(rows, "node role text mode services mean share bottleneck")


@pytest.mark.parametrize("steps", range(1, 13))
def test_flowcharts_of_any_length(steps: int, check: Check) -> None:
    frame = process_rows(steps, WORD if steps % 2 else LONG)
    check(service_charts.process_flow(frame, "2024Q2", "yours"))


@pytest.mark.parametrize("name", ["Wait", LONG, WORD])
def test_service_process(name: str, check: Check) -> None:
    rows = [
        (
            f"s{step}",
            f"{name} {step}",
            mode,
            days,
            services,
            Fraction(days),
            Fraction(1, 3),
            not step,
        )
        for step, mode in enumerate(("waiting", "working", "waiting"))
        for days, services in ((0, 3), (400, 1))
    ]
    frame = frame_of(rows, "step_id name mode days services mean share bottleneck")
    check(service_charts.service_process(frame, "2024Q2", "yours"))


@pytest.mark.parametrize("text", ["Few words", LONG, WORD, "$\\sum_i$ costs $5 & <more>"])
@pytest.mark.parametrize("count", [1, 6])
def test_swot_and_causes(text: str, count: int, check: Check) -> None:
    quadrants = ("strength", "weakness", "opportunity", "threat")
    for quotation in ("", "as printed"):  # a firm's own words, and those of a publication
        rows = [(quadrants[i % 4], f"{text} {i}", "interview 3", quotation) for i in range(count)]
        check(concept_charts.swot(frame_of(rows, "quadrant text place quotation")))
        rows = [(f"Branch {i % 7}", f"{text} {i}", "4.1", quotation) for i in range(2 * count)]
        check(concept_charts.ishikawa(frame_of(rows, "category text place quotation"), text))


def okr_rows(text: str, value: Fraction, low: Fraction) -> pd.DataFrame:
    rows = []
    for i in range(5):
        started = (None, None) if i == 2 else (Fraction(i), low)
        target = (low, None) if i % 2 else (None, low)
        words = (f"{value} {MONEY}", f"≥ {low} {MONEY}", "behind", text)
        key = (f"O{i // 3}", f"O{i // 3}-KR{i}", f"{text} {i}", "%" if i % 2 else MONEY)
        rows.append((*key, value, *started, *target, Fraction(-1 + i, 3), *words))
    exact = "value baseline commit low high score"
    return frame_of(rows, f"objective_id kr_id text unit {exact} level target status reason")


@pytest.mark.parametrize("text", ["Sell more", LONG, WORD])
@pytest.mark.parametrize(
    ("value", "low"),
    [
        (Fraction(12), Fraction(20)),
        (Fraction(0), Fraction(0)),
        (Fraction(-7), Fraction(3)),
        (Fraction(10**13), Fraction(9 * 10**12)),
        (Fraction(1, 1000), Fraction(1, 900)),
    ],
)
def test_progress_of_key_results(text: str, value: Fraction, low: Fraction, check: Check) -> None:
    frame = okr_rows(text, value, low)
    frame["commit"] = [Fraction(7, 10)] * len(frame)
    check(okr_charts.okr_progress(frame, "2024Q2", "yours"))


def test_a_strategy_map_with_few_links(segelec: object, check: Check) -> None:
    links = load_links(segelec)[:1]  # type: ignore[arg-type]
    rows = [(x.cause, x.effect, x.sign, x.lag_quarters, "untestable", "") for x in links]
    frame = frame_of(rows, "cause effect sign lag finding quotation")
    check(strategy_map(frame, "yours"))


def test_text_from_data_is_plain_text() -> None:
    """A dollar sign starts no formula and markup is no markup: it stands there as it is."""
    frame = by_type(1).assign(name="Doors $x_1$ at $5 <b>b</b> &")
    drawing = svg(service_charts.services_by_type(frame, "2024Q2"))
    assert ">Doors $x_1$ at $5 &lt;b&gt;b&lt;/b&gt; &amp;</text>" in drawing
    assert "<b>" not in drawing
