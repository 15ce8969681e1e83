"""Figures of any firm's rows: long names, few or missing quarters, odd values, many types.

Nothing here is the paper's; every figure must be drawn, with all words on the page and apart.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pandas as pd
import pytest

from analysis.base.periods import quarter_label
from analysis.figures import diagnosis_charts, kpi_comparison, kpi_page, kpi_trends, okr_charts
from analysis.figures.publications import flowcharts
from analysis.figures.scorecard_charts import strategy_map
from analysis.kpis.catalogue import KPIS
from analysis.kpis.compare import comparison_data
from analysis.method import strategy_map as strategy
from analysis.notebook.figure import Figure, svg

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
            if value is None:
                continue
            index = LAST - len(values) + 1 + place
            shown, count = Fraction(value), max(int(value), 0)
            if record.is_share:
                count = count % 50
                shown = Fraction(100 * count, 50)
            rows.append((record.key, quarter_label(index), index, shown, count, 50))
    columns = ["kpi", "period", "index", "value", "numerator", "denominator"]
    return pd.DataFrame(rows, columns=columns).astype({"value": "object"})


def by_type(count: int, name: str = "{}") -> pd.DataFrame:
    counts = {name.format(i): 10 ** (i % 4) + i for i in range(count)}
    return kpi_page.type_shares(pd.Series(counts))


@each_series
def test_sales_by_quarter(name: str, check: Check) -> None:
    frame = kpi_trends.quarters_data(kpi_rows(name), "sales", {"2024Q2": "100.0%"})
    check(kpi_trends.sales_by_quarter(frame, "yours", MONEY))


@each_series
def test_productivity(name: str, check: Check) -> None:
    table = kpi_rows(name)
    if name == "zeros":  # nothing to measure; a message says so
        return
    frames = [kpi_trends.quarters_data(table, k) for k in ("productivity", "services")]
    hours = kpi_trends.quarters_data(table, "technician_hours")
    check(kpi_trends.productivity(*frames, hours, "yours"))


@each_series
def test_intervals(name: str, check: Check) -> None:
    values = SERIES[name]
    quarters = [quarter_label(LAST - len(values) + 1 + place) for place in range(len(values))][-12:]
    counts = [None if v is None else max(int(v), 0) for v in values][-12:]
    frame = pd.DataFrame(
        {
            "kpi": ["productivity"] * len(counts) + ["satisfaction"] * len(counts),
            "quarter": quarters * 2,
            "count": pd.Series([*counts, *counts], dtype="object"),
            "size": pd.Series([*counts[::-1], *counts], dtype="object"),
        }
    )
    check(kpi_page.intervals(kpi_page.with_intervals(frame), "yours"))


@each_series
def test_small_multiples(name: str, check: Check) -> None:
    check(kpi_trends.small_multiples(kpi_trends.small_multiples_data(kpi_rows(name)), "yours"))


@each_series
def test_report_page(name: str, check: Check) -> None:
    page = kpi_page.report_page_data(kpi_rows(name), by_type(30, LONG + " {}"))
    check(kpi_page.report_page(page, "2024Q2", "yours", MONEY))


@each_series
def test_comparison(name: str, check: Check) -> None:
    table = kpi_rows(name)
    check(kpi_comparison.comparison(comparison_data(table, "2024Q2"), "2024Q2", "yours"))


@pytest.mark.parametrize("count", [1, 2, 30])
@pytest.mark.parametrize("name", ["type {}", LONG + " {}", WORD + "{}", "$x^{}$ \\alpha_{{1}}"])
def test_services_by_type(count: int, name: str, check: Check) -> None:
    figure = kpi_page.services_by_type(by_type(count, name), "2024Q2", "yours")
    check(figure)


def variances(rows: list[tuple[str, int, int]]) -> pd.DataFrame:
    frame = pd.DataFrame(
        [
            {
                "service_type": name,
                "name": name,
                "base_period": "2023Q2",
                "base": Fraction(base),
                "value": Fraction(value),
                "change": Fraction(value - base),
                "growth": Fraction(value - base, base) if base > 0 else None,
            }
            for name, base, value in rows
        ]
    )
    frame["growth"] = pd.Series(list(frame["growth"]), dtype="object").where(
        frame["growth"].notna(), None
    )
    return frame


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
    frame = variances(VARIANCES[name])
    check(kpi_comparison.sales_waterfall(frame, "2024Q2", "yours", MONEY))
    check(kpi_comparison.services_variance(frame, "2024Q2", "yours"))


def process_rows(steps: int, name: str) -> pd.DataFrame:
    rows = [("start", "start", "Requested", "", 12, None, None, False)]
    for place in range(steps):
        mode = ("waiting", "working")[place % 2]
        text = f"{name} {place}"
        share = Fraction(1, steps)
        rows.append((f"s{place}", "step", text, mode, 12, Fraction(9), share, place == 0))
    rows.append(("promise", "decision", "By the day promised?", "", 12, None, None, False))
    rows.append(("kept", "end", "Done in time", "", 12, None, Fraction(1), False))
    rows.append(("late", "end", "Done late", "", 0, None, Fraction(0), False))
    columns = ["node", "role", "text", "mode", "services", "mean", "share", "bottleneck"]
    return pd.DataFrame(rows, columns=columns).astype({"mean": "object", "share": "object"})


@pytest.mark.parametrize("steps", range(1, 13))
def test_flowcharts_of_any_length(steps: int, check: Check) -> None:
    frame = process_rows(steps, WORD if steps % 2 else LONG)
    check(flowcharts.process_flow(frame, "2024Q2", "yours"))


@pytest.mark.parametrize("name", ["Wait", LONG, WORD])
def test_service_process(name: str, check: Check) -> None:
    frame = pd.DataFrame(
        [
            (
                f"s{step}",
                f"{name} {step}",
                mode,
                days,
                services,
                Fraction(days),
                Fraction(1, 3),
                step == 0,
            )
            for step, mode in enumerate(("waiting", "working", "waiting"))
            for days, services in ((0, 3), (400, 1))
        ],
        columns=["step_id", "name", "mode", "days", "services", "mean", "share", "bottleneck"],
    )
    check(diagnosis_charts.service_process(frame, "2024Q2", "yours"))


@pytest.mark.parametrize("text", ["Few words", LONG, WORD, "$\\sum_i$ costs $5 & <more>"])
@pytest.mark.parametrize("count", [1, 6])
def test_swot_and_causes(text: str, count: int, check: Check) -> None:
    quadrants = ("strength", "weakness", "opportunity", "threat")
    for quotation in ("", "as printed"):  # a firm's own words, and those of a publication
        entries = [
            (quadrants[i % 4], f"{text} {i}", "interview 3", quotation) for i in range(count)
        ]
        columns = ["quadrant", "text", "place", "quotation"]
        check(diagnosis_charts.swot(pd.DataFrame(entries, columns=columns)))
        branches = [(f"Branch {i % 7}", f"{text} {i}", "4.1", quotation) for i in range(2 * count)]
        frame = pd.DataFrame(branches, columns=["category", *columns[1:]])
        check(diagnosis_charts.ishikawa(frame, text))


def okr_rows(text: str, value: Fraction | None, low: Fraction | None) -> list[dict[str, object]]:
    return [
        {
            "objective_id": f"O{i // 3}",
            "kr_id": f"O{i // 3}-KR{i}",
            "role": "key result",
            "text": f"{text} {i}",
            "kpi": "I1",
            "unit": "%" if i % 2 else MONEY,
            "value": value,
            "baseline": None if i == 2 else Fraction(i),
            "commit": None if i == 2 else low,
            "low": low if i % 2 else None,
            "high": None if i % 2 else low,
            "level": f"{value} {MONEY}",
            "target": f"≥ {low} {MONEY}",
            "status": "behind",
            "score": Fraction(-1 + i, 3),
            "reason": text,
        }
        for i in range(5)
    ]


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
def test_bullets_and_progress(text: str, value: Fraction, low: Fraction, check: Check) -> None:
    frame = pd.DataFrame(okr_rows(text, value, low))
    for column in ("value", "baseline", "commit", "low", "high", "score"):
        frame[column] = frame[column].astype("object").where(frame[column].notna(), None)
    check(okr_charts.bullets(frame, "2024Q2", "yours"))
    frame["commit"] = [Fraction(7, 10)] * len(frame)
    check(okr_charts.okr_progress(frame, "2024Q2", "yours"))


def test_no_key_result_at_all(check: Check) -> None:
    check(okr_charts.bullets(okr_charts.bullets_data([]), "2024Q2", "yours"))


def test_a_strategy_map_with_few_links(segelec: object, check: Check) -> None:
    links = strategy.load_links(segelec)[:1]  # type: ignore[arg-type]
    rows = [
        (link.cause, link.effect, link.sign, link.lag_quarters, "untestable", "") for link in links
    ]
    columns = ["cause", "effect", "sign", "lag", "finding", "quotation"]
    check(strategy_map(pd.DataFrame(rows, columns=columns), "yours"))


def test_text_from_data_is_plain_text() -> None:
    """A dollar sign starts no formula and markup is no markup: it stands there as it is."""
    name = "Doors $x_1$ at $5 <b>b</b> &"
    frame = by_type(1).assign(name=name)
    drawing = svg(kpi_page.services_by_type(frame, "2024Q2"), text_as="text")
    assert ">Doors $x_1$ at $5 &lt;b&gt;b&lt;/b&gt; &amp;</text>" in drawing
    assert "<b>" not in drawing
