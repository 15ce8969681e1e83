"""Every number under random selections, against the KPIs that Python takes of filtered rows."""

from __future__ import annotations

import random
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest

from analysis.base.numbers import decimal
from analysis.base.periods import parse_quarter, quarter_label
from analysis.kpis.catalogue import CATALOGUE, kpi
from analysis.kpis.compare import compare
from analysis.kpis.levels import sums, value
from analysis.tables.case import Case
from analysis.tables.contents import read_ledger

from .conftest import PANELS, Show, Shown, fragment, in_the_page

COMBINATIONS = 220
OF_THE_FIRM = {"productivity", "technician_hours"}
"""What takes technicians' hours, which belong to no service type or segment."""


Parts = dict[tuple[str, int], tuple[int, int]]
"""Numerator and denominator by KPI and quarter."""


class Oracle:
    """KPIs of the rows that remain when a ledger is filtered."""

    def __init__(self, case: Case) -> None:
        self.ledger = read_ledger(case)
        self.names = {kind.id: kind.name for kind in case.parameters.calibration.service_types}
        customers = self.ledger["customer"].set_index("customer_id")["segment"]
        self.segment = self.ledger["service"]["customer_id"].map(customers)
        self.type = self.ledger["service"]["service_type"]
        self.types, self.segments = sorted(set(self.type)), sorted(set(customers))
        self.quarters = sorted(set(sums(self.ledger)["quarter"]))
        self.kept: dict[tuple[tuple[str, ...], tuple[str, ...]], Parts] = {}

    def filtered(self, types: Iterable[str], segments: Iterable[str]) -> pd.DataFrame:
        """Return the sums of the rows of some types and segments; all where none is named."""
        kinds, parts = list(types) or self.types, list(segments) or self.segments
        service = self.ledger["service"][self.type.isin(kinds) & self.segment.isin(parts)]
        cut = {
            name: self.ledger[name][self.ledger[name]["service_id"].isin(service["service_id"])]
            for name in ("sale", "survey_response")
        }
        return sums({**cut, "service": service, "staff_hours": self.ledger["staff_hours"]}, by=())

    def parts(self, types: Iterable[str], segments: Iterable[str]) -> Parts:
        """Return numerator and denominator by KPI and quarter."""
        key = tuple(sorted(types)), tuple(sorted(segments))
        if key not in self.kept:
            self.kept[key] = {
                (record.kpi_id, int(row["quarter"])): (
                    int(row[record.numerator]),
                    int(row[record.denominator]) if record.denominator else 1,
                )
                for row in self.filtered(*key).to_dict("records")
                for record in CATALOGUE
            }
        return self.kept[key]

    def value(
        self, name: str, quarters: Iterable[int], types: Iterable[str], segments: Iterable[str]
    ) -> Fraction | None:
        """Return one KPI over some quarters together."""
        if name in OF_THE_FIRM and (list(types) or list(segments)):
            return None
        parts, record = self.parts(types, segments), kpi(name)
        rows = [parts[name, quarter] for quarter in quarters]
        totals = {record.numerator: sum(top for top, _ in rows)}
        if record.denominator:
            totals[record.denominator] = sum(bottom for _, bottom in rows)
        return value(record, totals)


@pytest.fixture(scope="module")
def oracle(segelec: Case) -> Oracle:
    return Oracle(segelec)


def text(number: Fraction | None) -> str:
    return "–" if number is None else str(number)


def growth(share: bool, new: Fraction | None, old: Fraction | None) -> Fraction | None:
    if new is None or old is None or (not share and old <= 0):
        return None
    return new - old if share else (new - old) / old


def bases(oracle: Oracle, quarters: list[int]) -> list[list[int] | None]:
    """Quarters of the period just before and of the year before; None unless all are recorded."""
    whole = quarters == list(range(quarters[0], quarters[0] + len(quarters)))
    shifted = [
        [quarter - len(quarters) for quarter in quarters] if whole else None,
        [quarter - 4 for quarter in quarters],
    ]
    return [
        places if places and set(places) <= set(oracle.quarters) else None for places in shifted
    ]


def check_cards(
    oracle: Oracle,
    cards: dict[str, Any],
    quarters: list[int],
    types: list[str],
    segments: list[str],
) -> None:
    assert list(cards) == [record.kpi_id for record in CATALOGUE]
    for record in CATALOGUE:
        card, share = cards[record.kpi_id], record.unit == "%"
        own = oracle.value(record.kpi_id, quarters, types, segments)
        assert card["value"] == (None if own is None else str(own)), record.kpi_id
        if own is not None:
            assert card["text"] == decimal(record.decimals)(own) + ("%" if share else "")
        elif record.kpi_id in OF_THE_FIRM:
            assert "belong to no single" in card["why"]
        for (shown, words, colour), base in zip(
            card["changes"], bases(oracle, quarters), strict=True
        ):
            old = None if base is None else oracle.value(record.kpi_id, base, types, segments)
            change = growth(share, own, old)
            assert shown == (None if change is None else str(change)), record.kpi_id
            if change is None:
                assert words == "–"
                continue
            unit = "\u00a0pp" if share else "%"
            assert words == decimal(1, signed=True)(change if share else 100 * change) + unit
            rising = (change > 0) - (change < 0)
            good = rising * {"up": 1, "down": -1, "none": 0}[record.better]
            assert colour == ["even", "good", "bad"][good]


def check_courses(
    oracle: Oracle, tables: dict[str, Any], types: list[str], segments: list[str]
) -> None:
    for name in ("sales", "productivity", "satisfaction"):
        rows = []
        for quarter in oracle.quarters:
            part = oracle.value(name, [quarter], types, segments)
            ago = (
                oracle.value(name, [quarter - 4], types, segments)
                if quarter - 4 in oracle.quarters
                else None
            )
            whole = oracle.value(name, [quarter], [], [])
            change = growth(name == "satisfaction", part, ago)
            rows.append([in_the_page(quarter), *map(text, (part, whole, ago, change))])
        assert tables[name] == rows, name


def check_members(
    oracle: Oracle,
    tables: dict[str, Any],
    quarters: list[int],
    types: list[str],
    segments: list[str],
) -> None:
    def count(name: str, kinds: list[str], parts: list[str]) -> Fraction:
        return oracle.value(name, quarters, kinds, parts) or Fraction(0)

    total = count("services", types, segments)
    for panel, keys in (("types", oracle.types), ("segments", oracle.segments)):
        expected = {}
        for key in keys:
            own = ([key], segments) if panel == "types" else (types, [key])
            chosen = types if panel == "types" else segments
            inside = not chosen or key in chosen
            part, sales = (count(n, *own) if inside else Fraction(0) for n in ("services", "sales"))
            whole = count("services", *(([key], []) if panel == "types" else ([], [key])))
            share = part / total if total else None
            name = oracle.names.get(key, key)
            expected[name] = [name, *map(text, (part, share, whole, sales))]
        shown = tables[panel]
        assert sorted(shown) == sorted(expected.values()), panel
        sizes = [Fraction(row[3]) for row in shown]
        assert sizes == sorted(sizes, reverse=True)


def check(
    oracle: Oracle, shown: Shown, quarters: list[int], types: list[str], segments: list[str]
) -> None:
    labels = [quarter_label(quarter) for quarter in quarters]
    shown.view(fragment(q=labels or ["all"], t=types, s=segments, table=PANELS, lang="en"))
    places, tables = (
        quarters or oracle.quarters,
        {name: shown.probe("rows", name) for name in PANELS},
    )
    check_cards(oracle, shown.probe("cards"), places, types, segments)
    check_courses(oracle, tables, types, segments)
    check_members(oracle, tables, places, types, segments)
    services = oracle.value("services", places, types, segments)
    summary = shown.page.locator("#summary").text_content() or ""
    assert summary.endswith(f"Services delivered {decimal()(services)}")


def test_every_number_under_random_selections_is_the_kpi_of_the_filtered_rows(
    show: Show, oracle: Oracle
) -> None:
    shown, chance = show(), random.Random(20241225)
    seen = set()

    def some(members: list[Any]) -> list[Any]:
        return sorted(chance.sample(members, chance.randint(1, len(members))))

    # A few sets of types and segments, so that Python filters its rows a hundred times only.
    kinds = [[], *(some(oracle.types) for _ in range(8))]
    parts = [[], *(some(oracle.segments) for _ in range(5))]
    while len(seen) < COMBINATIONS:
        first = chance.randrange(len(oracle.quarters))
        run = oracle.quarters[first : first + chance.randint(1, 4)]
        quarters = chance.choice([[], some(oracle.quarters), run, run[:1]])
        types, segments = chance.choice(kinds), chance.choice(parts)
        key = tuple(map(tuple, (quarters, types, segments)))
        if key not in seen:
            seen.add(key)
            check(oracle, shown, quarters, types, segments)


def test_changes_are_those_of_the_comparison_table(show: Show, oracle: Oracle) -> None:
    quarters = [
        {
            "kpi": record.kpi_id,
            "index": index,
            "period": quarter_label(index),
            "value": oracle.value(record.kpi_id, [index], [], ["shop"]),
        }
        for record in CATALOGUE
        for index in oracle.quarters
    ]
    table = pd.DataFrame(quarters)
    shown = show()
    for label in ("2023Q1", "2024Q2"):
        shown.view(fragment(q=[label], s=["shop"], lang="en"))
        cards = shown.probe("cards")
        for place, base in enumerate(("previous", "year-ago")):
            rows = compare(table, base)
            rows = rows[rows["index"] == parse_quarter(label)].set_index("kpi")
            for record in CATALOGUE:
                if record.kpi_id in OF_THE_FIRM:
                    continue
                column = "change" if record.is_share else "growth"
                found = rows.loc[record.kpi_id, column]
                expected = None if found is None or pd.isna(found) else str(found)
                assert cards[record.kpi_id]["changes"][place][0] == expected


def test_numbers_in_spanish_have_a_comma_and_no_point(show: Show, oracle: Oracle) -> None:
    shown = show(fragment="#q=2024Q1,2024Q2&lang=es")
    cards = shown.probe("cards")
    assert cards["sales"]["text"] == "303\u202f110"
    assert cards["satisfaction"]["text"] == "77,6\u00a0%"
    assert cards["services"]["changes"][1][1] == "+22,9\u00a0%"
    assert cards["on_time"]["changes"][0][1].endswith("\u00a0p.\u00a0p.")
    assert shown.page.locator("html").get_attribute("lang") == "es"
