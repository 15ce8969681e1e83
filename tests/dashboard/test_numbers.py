"""Every number under random selections, against the KPIs that Python takes of filtered rows."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, NamedTuple

import pandas as pd
import pytest

from analysis.base.periods import (
    month_label,
    parse_quarter,
    period_label,
    quarter_label,
    short_period,
)
from analysis.base.text import decimal
from analysis.evidence.soundness import difference_interval
from analysis.kpis.catalogue import KPIS, kpi
from analysis.kpis.compare import compare
from analysis.kpis.levels import ratio
from analysis.tables.case import Case
from analysis.tables.firm_tables import read_ledger

from .conftest import PANELS, Show, fragment

COMBINATIONS = 100
SHOWN = [record for record in KPIS if not any(spec.own for spec in record.measures)]
"""Indicators of the paper: all but those that are of a firm's own rows only."""
SUMS = sorted({spec.column for record in SHOWN for spec in record.measures})
OF_THE_FIRM = {"productivity", "technician_hours"}
"""What takes technicians' hours, which belong to no service type or segment."""


class Cut(NamedTuple):
    """The service types and segments that are selected; all where none is named."""

    types: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()


ALL = Cut()


class Oracle:
    """KPIs of the rows that remain when a ledger is filtered, each sum by its definition."""

    def __init__(self, case: Case) -> None:
        ledger = read_ledger(case)
        self.names = {kind.id: kind.name for kind in case.parameters.calibration.service_types}
        service = ledger["service"].merge(ledger["customer"][["customer_id", "segment"]])
        requested, started, completed, due = (
            service[f"{what}_on"] for what in ("requested", "started", "completed", "due")
        )
        of_service = service[["service_id", "service_type", "segment"]]
        sale, answer = (ledger[name].merge(of_service) for name in ("sale", "survey_response"))
        hours = ledger["staff_hours"]
        self.lines = pd.concat(
            [
                of_service.assign(
                    day=completed,
                    services=1,
                    waiting_days=(started - requested).dt.days,
                    working_days=(completed - started).dt.days,
                    on_time=completed <= due,
                ),
                sale.assign(day=sale["invoiced_on"], sales_centimos=sale["amount_centimos"]),
                answer.assign(day=answer["answered_on"], answers=1, satisfied=answer["score"] >= 4),
                hours.assign(day=hours["month"]),
            ]
        )
        day = pd.to_datetime(self.lines["day"])
        self.lines["month"] = 12 * day.dt.year + day.dt.month - 1
        self.types = sorted(set(service["service_type"]))
        self.segments = sorted(set(service["segment"]))
        self.kept: dict[Cut, dict[str, dict[int, int]]] = {}
        self.months = sorted(set(self.lines["month"]))
        self.quarters = [self.months[at : at + 3] for at in range(0, len(self.months), 3)]

    def sums(self, cut: Cut) -> dict[str, dict[int, int]]:
        """Return the sums of the rows of some types and segments, by measure and month."""
        if cut not in self.kept:
            lines = self.lines
            if any(cut):
                lines = lines[lines["service_type"].isin(cut.types or self.types)]
                lines = lines[lines["segment"].isin(cut.segments or self.segments)]
            made = lines.groupby("month")[SUMS].sum().reindex(self.months, fill_value=0)
            self.kept[cut] = made.astype(int).to_dict()
        return self.kept[cut]

    def value(self, name: str, months: Iterable[int], cut: Cut = ALL) -> Fraction | None:
        """Return one KPI over some months together; None unless all of them are recorded."""
        places, record = list(months), kpi(name, "soles")
        recorded = places and set(places) <= set(self.months)
        if not recorded or (name in OF_THE_FIRM and any(cut)):
            return None
        used = [column for column in (record.numerator, record.denominator) if column]
        sums = self.sums(cut)
        return ratio(record, {name: sum(sums[name][month] for month in places) for name in used})


@pytest.fixture(scope="module")
def oracle(segelec: Case) -> Oracle:
    return Oracle(segelec)


def text(number: Fraction | None, none: str | None = "–") -> str | None:
    return none if number is None else str(number)


def growth(share: bool, new: Fraction | None, old: Fraction | None) -> Fraction | None:
    if new is None or old is None or (not share and old <= 0):
        return None
    return new - old if share else (new - old) / old


def check_cards(oracle: Oracle, cards: dict[str, Any], months: list[int], cut: Cut) -> None:
    """Check the cards with their changes on the year before and on the period just before."""
    assert set(cards) == {record.key for record in SHOWN}
    whole = months == list(range(months[0], months[0] + len(months)))
    before = [month - len(months) for month in months if whole]
    bases = [[month - 12 for month in months], before]
    if before == bases[0] and before[0] in oracle.months:
        bases.pop()  # that of a year
    for record in SHOWN:
        card, share = cards[record.key], record.unit == "%"
        own = oracle.value(record.key, months, cut)
        assert card["value"] == text(own, None), record.key
        if own is not None:
            assert card["text"] == decimal(record.decimals)(own) + ("%" if share else "")
        elif record.key in OF_THE_FIRM:
            assert "technician hours: not recorded by" in card["why"]
        for (shown, words, colour), base in zip(card["changes"], bases, strict=True):
            change = growth(share, own, oracle.value(record.key, base, cut))
            assert shown == text(change, None), record.key
            if change is None:
                assert words == "–"
                continue
            unit = "\u00a0pp" if share else "%"
            assert words == decimal(1, signed=True)(change if share else 100 * change) + unit
            rising = (change > 0) - (change < 0)
            good = rising * {"up": 1, "down": -1, "none": 0}[record.better]
            if record.key == "satisfaction":  # every interval of its changes holds 0
                good = 0
            assert colour == ["even", "good", "bad"][good]


def check_course(oracle: Oracle, rows: list[list[str]], name: str, grain: str, cut: Cut) -> None:
    share, size = kpi(name).is_share, {"quarter": 3, "month": 1}[grain]
    expected = []
    for at in range(0, len(oracle.months), size):
        months = oracle.months[at : at + size]
        part, ago = (oracle.value(name, [m - n for m in months], cut) for n in (0, 12))
        numbers = part, oracle.value(name, months), ago, growth(share, part, ago)
        label = period_label(months[0] // size, "quarter" if size == 3 else "month")
        expected.append([short_period(label), *map(text, numbers)])
    assert [row[:5] for row in rows] == expected, name


def check_members(
    oracle: Oracle, seen: dict[str, Any], name: str, months: list[int], cut: Cut
) -> None:
    record = kpi(name)
    total = oracle.value(name, months, cut)
    for panel, keys in (("types", oracle.types), ("segments", oracle.segments)):
        chosen, expected = getattr(cut, panel), []
        for key in keys:
            own, inside = cut._replace(**{panel: (key,)}), not chosen or key in chosen
            whole = oracle.value(name, months, ALL._replace(**{panel: (key,)}))
            part = oracle.value(name, months, own) if inside else None
            if record.denominator is None and whole is not None:
                part = part or Fraction(0)
                share = part / total if total else None
                expected.append([oracle.names.get(key, key), *map(text, (part, share, whole))])
            elif record.denominator is None:
                expected.append([oracle.names.get(key, key), "–", "–", "–"])
            else:
                expected.append([oracle.names.get(key, key), *map(text, (part, whole))])
        rows = seen[panel]
        assert sorted(rows) == sorted(expected), (panel, name)
        sizes = [Fraction(row[-1]) for row in rows if row[-1] != "–"]
        assert sizes == sorted(sizes, reverse=True)


def test_every_number_under_random_selections_is_the_kpi_of_the_filtered_rows(
    show: Show, oracle: Oracle
) -> None:
    shown, chance = show(), random.Random(20241225)

    def some(members: list[Any]) -> list[Any]:
        return sorted(chance.sample(members, chance.randint(1, len(members))))

    # A few sets of types and segments, so that Python filters its rows a hundred times only.
    kinds = [[], *(some(oracle.types) for _ in range(8))]
    parts = [[], *(some(oracle.segments) for _ in range(5))]
    for _ in range(COMBINATIONS):
        first = chance.randrange(len(oracle.quarters))
        run = oracle.quarters[first : first + chance.randint(1, 4)]
        quarters = chance.choice([[], some(oracle.quarters), run, run[:1]])
        months = chance.choice([[m for q in quarters for m in q], some(oracle.months[-9:])])
        cut = Cut(tuple(chance.choice(kinds)), tuple(chance.choice(parts)))
        name, grain = chance.choice(SHOWN).key, chance.choice(["quarter", "month"])
        labels = [month_label(month) for month in months] or ["all"]
        given = {"t": list(cut.types), "s": list(cut.segments), "m": name, "by": grain}
        seen = shown.view(fragment(q=labels, **given, table=PANELS, lang="en"), *PANELS)
        places = months or oracle.months
        check_cards(oracle, seen["cards"], places, cut)
        check_course(oracle, seen["course"], name, grain, cut)
        check_members(oracle, seen, name, places, cut)


def test_changes_are_those_of_the_comparison_table(show: Show, oracle: Oracle) -> None:
    shop = Cut((), ("shop",))
    quarters = [
        (record.key, months[0] // 3, oracle.value(record.key, months, shop))
        for record in SHOWN
        for months in oracle.quarters
    ]
    table = pd.DataFrame(quarters, columns=["kpi", "index", "value"])
    table["period"] = table["index"].map(quarter_label)
    shown = show()
    for label in ("2023Q1", "2024Q2"):
        shown.view(fragment(q=[label], s=["shop"], lang="en"))
        cards = shown.probe("cards")
        for place, base in enumerate(("year-ago", "previous")):
            rows = compare(table, base)
            rows = rows[rows["index"] == parse_quarter(label)].set_index("kpi")
            for record in (one for one in SHOWN if one.key not in OF_THE_FIRM):
                column = "change" if record.is_share else "growth"
                found = rows.loc[record.key, column]
                expected = None if found is None or pd.isna(found) else str(found)
                assert cards[record.key]["changes"][place][0] == expected


def test_a_change_that_chance_does_not_explain_has_a_colour(
    show: Show, a_model: dict[str, Any]
) -> None:
    """From 78 of 100 to 88 of 114 answers: −0.8 points, with an interval from −12 to +11."""
    known = a_model["chance"]["satisfaction"]["24291+3"]
    low, high = difference_interval(78, 100, 88, 114)
    assert known[1] == [math.floor(1000 * low), math.ceil(1000 * high)]
    seen = show(fragment="#q=2024Q2&lang=en").probe("cards")["satisfaction"]["changes"][1]
    assert seen[1:] == ["−0.8\u00a0pp", "even"]
    known[1] = [-120, -1]
    page = show(a_model, fragment="#q=2024Q2&lang=en")
    seen = page.probe("cards")["satisfaction"]["changes"][1]
    assert seen[1:] == ["−0.8\u00a0pp", "bad"]
    # by Wilson, 88 of 114 answers: 68.679% to 83.934%, rounded outwards to a tenth
    assert page.page.locator("[data-kpi=satisfaction] .range").text_content() == (
        "95% interval: 68.6 to 84.0%"
    )


def test_a_plan_stands_beside_the_value(show: Show, a_model: dict[str, Any]) -> None:
    """Sales of 164,760.70 soles are 9.8% more than 150,000; 87.8% on time are 2.2 points less."""
    a_model["plan"] = {"sales": {"24291+3": "150000"}, "on_time": {"24291+3": "90"}}
    shown = show(a_model, "#q=2024Q2&lang=en&table=course")
    lines = shown.page.locator("[data-kpi=sales] .goal-line, [data-kpi=on_time] .goal-line")
    assert lines.all_text_contents() == [
        "✓ target ≥ 160,572 soles: met",
        "✓ plan 150,000 soles: +9.8%",
        "✗ plan 90.0%: −2.2\u00a0pp",
    ]
    plans = [row[5] for row in shown.probe("rows", "course")]
    assert plans == [*9 * ["–"], "150000"]
    assert shown.page.locator("[data-group=course] .plan").count() == 1
    shown.view("#q=2024Q2&t=alarms&lang=en")  # a plan is the whole firm's
    assert shown.page.locator("[data-kpi=on_time] .goal-line").all_text_contents() == [
        "no target for this selection"
    ]


def test_numbers_follow_the_language(show: Show) -> None:
    shown = show()
    for language, *expected, points in [
        ("en", "303,110", "77.6%", "+22.9%", "\u00a0pp"),
        ("es", "303,110", "77.6%", "+22.9%", "\u00a0p. p."),
        ("pl", "303\u00a0110", "77,6%", "+22,9%", "\u00a0p.p."),
    ]:
        cards = shown.view(f"#q=2024Q1,2024Q2&lang={language}", "cards")["cards"]
        texts = [cards[name]["text"] for name in ("sales", "satisfaction")]
        assert [*texts, cards["services"]["changes"][0][1]] == expected
        assert cards["on_time"]["changes"][1][1].endswith(points)
        assert shown.page.locator("html").get_attribute("lang") == language
