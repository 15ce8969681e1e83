"""Use of the page: keys, pointer, address, files, languages, themes, sizes, screen readers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from analysis.dashboard.page import FOLDER
from analysis.kpis.levels import sums
from analysis.notebook.prose import KINDS
from analysis.tables.case import Case
from analysis.tables.firm_tables import read_ledger

from .conftest import TABLES, Show, Shown, fragment

USES = yaml.safe_load(Path(__file__).with_name("uses.yaml").read_text(encoding="utf-8"))
expect.set_options(timeout=1000)
BUSY = {"q": ["2024Q1", "2024Q2"], "t": ["alarms"], "table": TABLES, "goal": ["O1-KR1~0~12"]}


def test_tab_goes_through_everything_and_the_focus_is_always_seen(show: Show) -> None:
    shown, stops = show(), []
    for _ in range(120):
        shown.page.keyboard.press("Tab")
        stop = shown.probe("focused")
        if stop["tag"] == "BODY":
            break
        assert stop["outline"], stop
        stops.append(stop)
    else:
        pytest.fail("Tab does not come to an end")
    assert " ".join(stop["group"] for stop in stops if stop["group"]) == (
        "slicer-quarters slicer-types slicer-segments sales types segments productivity "
        "satisfaction verdicts"
    )
    assert stops[0]["id"] == "skip"
    assert sum(stop["tag"] == "INPUT" for stop in stops) == 11 + 1  # targets, and the search


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_what_is_seen_after_each_step(show: Show, use: dict[str, Any]) -> None:
    shown = show(fragment=use.get("fragment", ""), **use.get("options", {}))
    for step in use["steps"]:
        for act, given in step.items():
            take(shown, act, given)


def take(shown: Shown, act: str, given: Any) -> None:
    """Take a step of ``uses.yaml``."""
    page = shown.page
    if act == "expect":
        for selector, held in given.items():
            for name, values in held.items():
                place = expect(page.locator(selector))
                getattr(place, name)(*values if isinstance(values, list) else [values])
    elif act in ("probe", "evaluate"):
        for call, found in given.items():
            seen = shown.probe(*call.split()) if act == "probe" else page.evaluate(call)
            assert seen == found, call
    elif act == "keys":
        for key in given.split():
            page.keyboard.press(key)
    elif act == "media":
        page.emulate_media(**given)
    elif act == "select_option":
        page.locator(given[0]).select_option(label=given[1])
    else:
        getattr(page.locator(given).first, act)()


def test_a_bar_highlights_its_part_in_the_other_charts(show: Show) -> None:
    shown = show()
    before = shown.probe("widths", "segments")
    assert all(whole == part for whole, part in before)
    shown.page.locator("[data-group=types] button").first.click()
    after = shown.probe("widths", "segments")
    assert [whole for whole, _ in after] == [whole for whole, _ in before]
    assert all(0 < part < whole for whole, part in after)
    shown.page.locator("[data-group=segments] button").first.click(modifiers=["Control"])
    assert shown.probe("pressed", "types") == ["lifting_doors"]
    assert shown.probe("pressed", "segments") == ["shop"]
    parts = [part for _, part in shown.probe("widths", "segments")]
    assert parts[0] > 0 == parts[1] == parts[2]


def test_the_address_restores_the_view(show: Show) -> None:
    shown = show()
    page = shown.page
    page.locator("[data-group=slicer-quarters] button", has_text="Q3 2023").click()
    page.locator("[data-group=types] button").nth(1).click(modifiers=["Control"])
    page.locator("[data-group=verdicts] button").nth(3).click()
    page.locator("#find").fill("cost & 1% #/=,")
    page.locator("#goal-O1-KR2").fill("30")
    page.locator("#panel-sales .buttons button").first.click()
    page.locator("[data-key=theme]").click()
    page.locator("[data-key=language]").click()
    look = "document.querySelector('main').textContent"
    address, content = page.evaluate("location.hash"), page.evaluate(look)
    shown.open(address)
    assert page.evaluate(look) == content
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.locator("#find").input_value() == "cost & 1% #/=,"
    assert page.locator("#goal-O1-KR2").input_value() == "30"
    page.locator("[data-key=reset]").click()
    assert page.evaluate("location.hash") == "#q=2024Q2&theme=dark&lang=es"


def test_the_csv_of_the_selection_holds_its_sums(show: Show, segelec: Case) -> None:
    shown = show(fragment=fragment(q=["2023Q1", "2024Q2"], t=["alarms", "cctv"], lang="es"))
    found = shown.download("[data-key=csv]")
    table = sums(read_ledger(segelec), by=("service_type", "segment"))
    table = table[table["quarter"].isin([4 * 2023, 4 * 2024 + 1])]
    table = table[table["service_type"].isin(["alarms", "cctv"])]
    assert len(found) == len(table) > 0
    for row, (_, expected) in zip(found, table.iterrows(), strict=True):
        assert row.pop("kind") == "synthetic"
        year, quarter = divmod(expected["quarter"], 4)
        assert row.pop("quarter") == f"{year}Q{quarter + 1}"
        # before 2024, the survey was not held, which is no sum of 0
        unknown = {"answers", "satisfied"} if year < 2024 else set()
        assert row == {name: "" if name in unknown else str(expected[name]) for name in row}


def test_no_cell_of_a_csv_is_a_formula(show: Show, a_model: dict[str, Any]) -> None:
    for at, start in enumerate("=+-@"):
        a_model["types"][at] = {"id": f'{start}cmd,"x"', "name": f"{start}1+1"}
    a_model["claims"][0]["evidence"] = "\t=1\r\n+2"
    shown = show(a_model, fragment="#q=2024Q2&table=types&lang=en")
    texts = {row["service_type"] for row in shown.download("[data-key=csv]")}
    assert {f'\'{start}cmd,"x"' for start in "=+-@"} <= texts
    rows = shown.download("#panel-types .buttons button >> nth=1")
    assert {f"'{start}1+1" for start in "=+-@"} <= {row["Service type"] for row in rows}
    claims = shown.download("#panel-claims .buttons button")
    assert claims[0]["Evidence"] == "'\t=1\r\n+2"
    assert len(claims) == len(a_model["claims"])


def test_numbers_in_a_csv_have_a_point_in_both_languages(show: Show) -> None:
    for language in ("en", "es"):
        shown = show(fragment=f"#q=2024Q2&lang={language}")
        rows = shown.download("#panel-sales .buttons button >> nth=1")
        last = list(rows[-1].values())
        assert last[1:4] == ["164760.7", "164760.7", "139627.72"]
        assert float(last[4]) == pytest.approx(164760.70 / 139627.72 - 1, abs=1e-6)


def test_claims_are_found_by_verdict_and_words(show: Show, paper_model: dict[str, Any]) -> None:
    shown = show(fragment="#lang=en")
    rows = shown.page.locator("#panel-claims tbody tr")
    assert rows.count() == len(paper_model["claims"])
    shown.page.locator("[data-group=verdicts] button", has_text="inconsistent").last.click()
    wrong = [c for c in paper_model["claims"] if c["verdict"] == "inconsistent"]
    assert rows.count() == len(wrong)
    shown.page.locator("#find").fill("margin FORMULA")
    assert rows.locator("th").all_text_contents() == ["Margin formula"]


def test_spanish_leaves_no_english_words_of_the_page(show: Show) -> None:
    shown = show(fragment=fragment(**BUSY, s=["shop"], lang="es"))
    words = json.loads((FOLDER / "spanish.json").read_text(encoding="utf-8"))
    texts = shown.probe("texts")
    english = {key for part in words.values() for key, word in part.items() if key != word}
    spanish = {word for part in words.values() for word in part.values()}
    assert (english & set(texts)) - spanish == set()
    assert len(spanish & set(texts)) > 80


def test_every_word_of_the_page_has_a_translation() -> None:
    words = json.loads((FOLDER / "spanish.json").read_text(encoding="utf-8"))["words"]
    code = "\n".join(path.read_text(encoding="utf-8") for path in (FOLDER / "js").glob("*.js"))
    said = set(re.findall(r'say\("([^"]+)"', code))
    titles = set(re.findall(r'title: "([^"]+)"', code))
    assert said | titles <= set(words)
    of_data = {*KINDS, "joint", "perspective", "objective"}
    assert {key for key in words if f'"{key}"' not in code} <= of_data
    for key, word in words.items():
        assert sorted(re.findall(r"\{\w+\}", key)) == sorted(re.findall(r"\{\w+\}", word))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_axe_finds_nothing(show: Show, theme: str, language: str) -> None:
    address = fragment(**BUSY, theme=theme, lang=language)
    width = 390 if language == "es" else 1440
    viewport = {"width": width, "height": 900}
    results = Axe().run(show(fragment=address, viewport=viewport, reduced_motion="reduce").page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("width", [1440, 900, 390, 320])
def test_nothing_sticks_out_at_any_width(show: Show, width: int) -> None:
    for address in ("#lang=en", "#lang=es&t=alarms"):
        shown = show(viewport={"width": width, "height": 900}, fragment=address)
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
        assert shown.probe("clipped") == []
