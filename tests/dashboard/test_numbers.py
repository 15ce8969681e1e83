"""Every number under random selections, against the KPIs that Python takes of filtered rows."""

from __future__ import annotations

import random
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, NamedTuple, get_args

import pandas as pd
import pytest

from analysis.base.periods import parse_quarter, quarter_label
from analysis.base.text import decimal
from analysis.kpis.catalogue import KPIS, Perspective, kpi
from analysis.kpis.compare import compare
from analysis.kpis.levels import ratio, sums
from analysis.tables.case import Case
from analysis.tables.firm_tables import read_ledger

from .conftest import PANELS, Show, Shown, fragment, in_the_page

COMBINATIONS = 220
OF_THE_FIRM = {"productivity", "technician_hours"}
"""What takes technicians' hours, which belong to no service type or segment."""


class Cut(NamedTuple):
    """The service types and segments that are selected; all where none is named."""

    types: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()


ALL = Cut()


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
        self.kept: dict[Cut, pd.DataFrame] = {}

    def sums(self, cut: Cut) -> pd.DataFrame:
        """Return the sums of the rows of some types and segments, by quarter."""
        if cut not in self.kept:
            inside = self.type.isin(cut.types or self.types)
            inside &= self.segment.isin(cut.segments or self.segments)
            rows = self.ledger | {"service": self.ledger["service"][inside]}
            for name, table in self.ledger.items():
                if any(cut) and "service_id" in table:
                    rows[name] = table[table["service_id"].isin(rows["service"]["service_id"])]
            self.kept[cut] = sums(rows, by=()).set_index("quarter")
        return self.kept[cut]

    def value(self, name: str, quarters: Iterable[int], cut: Cut = ALL) -> Fraction | None:
        """Return one KPI over some quarters together; None unless all of them are recorded."""
        places, record = list(quarters), kpi(name)
        recorded = places and set(places) <= set(self.quarters)
        if not recorded or (name in OF_THE_FIRM and any(cut)):
            return None
        used = [column for column in (record.numerator, record.denominator) if column]
        rows = self.sums(cut).loc[places]
        return ratio(record, {column: int(rows[column].sum()) for column in used})


@pytest.fixture(scope="module")
def oracle(segelec: Case) -> Oracle:
    return Oracle(segelec)


def text(number: Fraction | None, none: str | None = "–") -> str | None:
    return none if number is None else str(number)


def growth(share: bool, new: Fraction | None, old: Fraction | None) -> Fraction | None:
    if new is None or old is None or (not share and old <= 0):
        return None
    return new - old if share else (new - old) / old


def check_cards(oracle: Oracle, cards: dict[str, Any], quarters: list[int], cut: Cut) -> None:
    """Hold the cards with their changes on the period just before and on the year before."""
    in_order = sorted(KPIS, key=lambda record: get_args(Perspective).index(record.perspective))
    assert list(cards) == [record.key for record in in_order]
    whole = quarters == list(range(quarters[0], quarters[0] + len(quarters)))
    before = [quarter - len(quarters) for quarter in quarters if whole]
    bases = [before, [quarter - 4 for quarter in quarters]]
    for record in KPIS:
        card, share = cards[record.key], record.unit == "%"
        own = oracle.value(record.key, quarters, cut)
        assert card["value"] == text(own, None), record.key
        if own is not None:
            assert card["text"] == decimal(record.decimals)(own) + ("%" if share else "")
        elif record.key in OF_THE_FIRM:
            assert "belong to no single" in card["why"]
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
            assert colour == ["even", "good", "bad"][good]


def check_courses(oracle: Oracle, shown: Shown, cut: Cut) -> None:
    for name in ("sales", "productivity", "satisfaction"):
        rows = []
        for quarter in oracle.quarters:
            part, ago = (oracle.value(name, [place], cut) for place in (quarter, quarter - 4))
            change = growth(name == "satisfaction", part, ago)
            numbers = part, oracle.value(name, [quarter]), ago, change
            rows.append([in_the_page(quarter), *map(text, numbers)])
        assert shown.probe("rows", name) == rows, name


def check_members(oracle: Oracle, shown: Shown, quarters: list[int], cut: Cut) -> None:
    def count(name: str, cut: Cut) -> Fraction:
        return oracle.value(name, quarters, cut) or Fraction(0)

    total = count("services", cut)
    for panel, keys in (("types", oracle.types), ("segments", oracle.segments)):
        chosen, expected = getattr(cut, panel), []
        for key in keys:
            own, inside = cut._replace(**{panel: (key,)}), not chosen or key in chosen
            part, sales = (inside * count(name, own) for name in ("services", "sales"))
            share = part / total if total else None
            whole = count("services", ALL._replace(**{panel: (key,)}))
            expected.append([oracle.names.get(key, key), *map(text, (part, share, whole, sales))])
        rows = shown.probe("rows", panel)
        assert sorted(rows) == sorted(expected), panel
        sizes = [Fraction(row[3]) for row in rows]
        assert sizes == sorted(sizes, reverse=True)


def check(oracle: Oracle, shown: Shown, quarters: list[int], cut: Cut) -> None:
    labels = [quarter_label(quarter) for quarter in quarters] or ["all"]
    given = {"t": list(cut.types), "s": list(cut.segments)}
    shown.view(fragment(q=labels, **given, table=PANELS, lang="en"))
    places = quarters or oracle.quarters
    check_cards(oracle, shown.probe("cards"), places, cut)
    check_courses(oracle, shown, cut)
    check_members(oracle, shown, places, cut)
    services = oracle.value("services", places, cut)
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
        cut = Cut(tuple(chance.choice(kinds)), tuple(chance.choice(parts)))
        if (tuple(quarters), cut) not in seen:
            seen.add((tuple(quarters), cut))
            check(oracle, shown, quarters, cut)


def test_changes_are_those_of_the_comparison_table(show: Show, oracle: Oracle) -> None:
    shop = Cut((), ("shop",))
    quarters = [
        (record.key, index, quarter_label(index), oracle.value(record.key, [index], shop))
        for record in KPIS
        for index in oracle.quarters
    ]
    table = pd.DataFrame(quarters, columns=["kpi", "index", "period", "value"])
    shown = show()
    for label in ("2023Q1", "2024Q2"):
        shown.view(fragment(q=[label], s=["shop"], lang="en"))
        cards = shown.probe("cards")
        for place, base in enumerate(("previous", "year-ago")):
            rows = compare(table, base)
            rows = rows[rows["index"] == parse_quarter(label)].set_index("kpi")
            for record in (one for one in KPIS if one.key not in OF_THE_FIRM):
                column = "change" if record.is_share else "growth"
                found = rows.loc[record.key, column]
                expected = None if found is None or pd.isna(found) else str(found)
                assert cards[record.key]["changes"][place][0] == expected


def test_numbers_in_spanish_have_a_comma_and_no_point(show: Show) -> None:
    shown = show(fragment="#q=2024Q1,2024Q2&lang=es")
    cards = shown.probe("cards")
    assert cards["sales"]["text"] == "303\u202f110"
    assert cards["satisfaction"]["text"] == "77,6\u00a0%"
    assert cards["services"]["changes"][1][1] == "+22,9\u00a0%"
    assert cards["on_time"]["changes"][0][1].endswith("\u00a0p.\u00a0p.")
    assert shown.page.locator("html").get_attribute("lang") == "es"
