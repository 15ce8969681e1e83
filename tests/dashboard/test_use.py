"""Use of the page: keys, pointer, address, files, languages, themes, sizes, screen readers."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
import yaml
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import DEFAULT_OPTIONS, Axe
from PIL import Image
from playwright.sync_api import expect

from analysis.dashboard.page import code, texts_of, translations
from analysis.tables.case import Case
from analysis.tables.firm_tables import read_ledger

from .conftest import LANGUAGES, TABLES, Show, Shown, fragment

USES = yaml.safe_load(Path(__file__).with_name("uses.yaml").read_text(encoding="utf-8"))
expect.set_options(timeout=30_000)
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
        "slicer-periods grains course types segments verdicts"
    )
    assert stops[0]["id"] == "skip"
    assert sum(stop["tag"] == "INPUT" for stop in stops) == 2 * 11 + 1  # targets, and the search


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
    elif act == "fill":
        page.locator(given[0]).fill(given[1])
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
    page.locator("[data-group=course] button").nth(6).click()
    page.locator("[data-group=types] button").nth(1).click(modifiers=["Control"])
    page.locator("[data-kpi=productivity] button").click()
    page.locator("[data-key=by-month]").click()
    page.locator("[data-group=verdicts] button").nth(3).click()
    page.locator("#find").fill("cost & 1% #/=,")
    page.locator("#goal-O1-KR2").fill("30")
    page.locator("#panel-course .buttons button").first.click()
    page.locator("[data-key=theme]").click()
    page.locator("[data-key=language]").select_option("es")
    look = "document.querySelector('main').textContent"
    address, content = page.evaluate("location.hash"), page.evaluate(look)
    shown.open(address)
    assert page.evaluate(look) == content
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.locator("#find").input_value() == "cost & 1% #/=,"
    assert page.locator("#goal-O1-KR2").input_value() == "30"
    page.locator("[data-key=reset]").click()
    assert page.evaluate("location.hash") == "#q=2024Q2&theme=dark&lang=es"


def test_the_sums_of_the_selection_are_saved_in_their_units(show: Show, segelec: Case) -> None:
    shown = show(fragment=fragment(q=["2023Q1", "2024Q2"], lang="en"))
    head, rows = shown.csv("sums")
    assert head == [
        "# Title: SEGELEC: Sums behind the selection",
        "# Period: Q1 2023, Q2 2024",
        "# Filter: all service types · all segments",
        "# Kind: synthetic",
    ]
    months = {f"2023-0{month}" for month in (1, 2, 3)} | {f"2024-0{month}" for month in (4, 5, 6)}
    ledger = read_ledger(segelec)
    hours, sale, answers = (ledger[name] for name in ("staff_hours", "sale", "survey_response"))
    found = {
        name: [Fraction(row[name]) for row in rows if row[name]] for name in rows[0] if "(" in name
    }
    kept = hours["month"].astype(str).str[:7].isin(months)
    assert sum(found["technician hours (h) (synthetic)"]) == Fraction(
        int(hours[kept]["quarter_hours"].sum()), 4
    )
    kept = sale["invoiced_on"].astype(str).str[:7].isin(months)
    assert sum(found["sales (soles) (synthetic)"]) == Fraction(
        int(sale[kept]["amount_centimos"].sum()), 100
    )
    kept = answers["answered_on"].astype(str).str[:7].isin(months)
    assert sum(found["answers (answer) (synthetic)"]) == kept.sum()
    for row in rows:  # hours belong to no service type, and nobody was asked in 2023
        assert (row["technician hours (h) (synthetic)"] == "") == (row["Service type"] != "All")
        if row["Month"] < "2024":
            assert row["answers (answer) (synthetic)"] == ""


def test_every_file_says_what_it_holds(show: Show) -> None:
    shown = show(fragment=fragment(q=["2024Q2"], t=["alarms"], lang="pl"))
    about = ["Okres: II kw. 2024", "Filtr: Instalacja alarmów · wszystkie segmenty"]
    about += ["Rodzaj liczb: fikcyjne"]
    title = "Tytuł: SEGELEC: Sprzedaż: kwartały"
    head, rows = shown.csv("course")
    assert head == [f"# {line}" for line in (title, *about)]
    sheet = openpyxl.load_workbook(io.BytesIO(shown.save("course", "xlsx"))).active
    lines = sheet.iter_rows(values_only=True)
    cells = [[cell for cell in line if cell is not None] for line in lines]
    assert [": ".join(row) for row in cells[:4]] == [title, *about]
    assert cells[4] == []
    assert cells[5] == list(rows[0])
    assert [str(row[0]) for row in cells[6:]] == [row["Okres"] for row in rows]
    assert cells[-1][1] == float(rows[-1][list(rows[-1])[1]])
    svg = ElementTree.fromstring(shown.save("course", "svg"))
    texts = [one.text for one in svg.iter("{http://www.w3.org/2000/svg}text")]
    note = "suma kwot netto z faktur w okresie, soli. Linia: rok wcześniej. "
    note += "Ciemne: wybór; jasne: wszystko."
    assert texts[:5] == ["Sprzedaż: kwartały", note, *about]
    picture = Image.open(io.BytesIO(shown.save("course", "png")))
    assert picture.size == (2 * 960, 2 * int(svg.attrib["height"]))
    assert len(picture.convert("RGB").getcolors(1 << 20) or []) > 5  # it is not blank
    for panel in ("okr", "scorecard"):
        assert "# Filtr: cała firma" in shown.csv(panel)[0]


def test_no_cell_of_a_csv_is_a_formula(show: Show, a_model: dict[str, Any]) -> None:
    for at, start in enumerate("=+-@"):
        a_model["types"][at] = {"id": f'{start}cmd,"x"', "name": f"{start}1+1"}
    a_model["claims"][0]["evidence"] = [["\t=1\r\n+2"]]
    shown = show(a_model, fragment="#q=2024Q2&table=types&lang=en")
    for panel in ("sums", "types"):
        texts = {row["Service type"] for row in shown.csv(panel)[1]}
        assert {f"'{start}1+1" for start in "=+-@"} <= texts
    claims = shown.csv("claims")[1]
    assert claims[0]["Evidence (derived)"] == "'\t=1\r\n+2"
    assert len(claims) == len(a_model["claims"])


def test_numbers_in_a_csv_have_a_point_in_every_language(show: Show) -> None:
    shown = show()
    for language in LANGUAGES:
        shown.view(f"#q=2024Q2&lang={language}")
        rows = shown.csv("course")[1]
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


def test_evidence_and_key_results_are_in_the_language_of_the_page(show: Show) -> None:
    page = show(fragment="#q=2024Q2&lang=pl").page
    sales = page.locator("#panel-claims tbody tr", has_text="Wzrost sprzedaży 2024").first
    expect(sales).to_contain_text(
        "Pasuje. Pozostawia od 0,33 do 303\u00a0110,49 dla sprzedaży (II kw. 2024) i od 0,28 do "
        "257\u00a0966,37 dla sprzedaży (II kw. 2023)."
    )
    expect(page.locator("[data-key=tile-O1-H]")).to_have_text("O1-H Zwiększyć ROI o 15%")
    page.locator("#find").fill("zrównoważenie daje")
    assert page.locator("#panel-claims tbody tr").count() == 1


@pytest.mark.parametrize("language", ["es", "pl"])
def test_no_english_words_of_the_page_are_left(
    show: Show, language: str, paper_model: dict[str, Any]
) -> None:
    texts = set(show(fragment=fragment(**BUSY, s=["shop"], lang=language)).probe("texts"))
    words = translations(code(), texts_of(paper_model))[language]
    own = set(words.values())
    assert {text for text in texts if words.get(text, text) != text} - own == set()
    assert len(own & texts) > 80


def check_by_axe(shown: Shown, context: Any = "html", **rules: Any) -> None:
    page = shown.page
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate("given => axe.run(...given)", [context, DEFAULT_OPTIONS | rules])
    assert found["passes"]
    assert found["violations"] == [], AxeResults(found).generate_report()


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing(show: Show, language: str) -> None:
    """A theme is but colours, and siblings that look alike have the same ones."""
    shown = show(viewport={"width": 390 if language == "es" else 1440, "height": 900})
    for theme in ("light", "dark"):
        shown.view(fragment(**BUSY, theme=theme, lang=language))
        assert shown.probe("alike") > 50
        check_by_axe(shown, {"exclude": ["[data-alike]"]}, runOnly=["color-contrast"])
    check_by_axe(shown, rules={"color-contrast": {"enabled": False}})


def test_axe_finds_nothing_in_open_boxes(show: Show) -> None:
    shown = show(fragment=fragment(q=BUSY["q"], t=BUSY["t"], lang="en"))
    for name in ("range", "segments", "views"):
        shown.page.locator(f"[data-key=open-{name}]").click()
        check_by_axe(shown, f"#box-{name}")


@pytest.mark.parametrize("width", [1440, 900, 390, 320])
def test_nothing_sticks_out_at_any_width(show: Show, width: int) -> None:
    shown = show(viewport={"width": width, "height": 900})
    for address in ("#lang=en", "#lang=es&t=alarms", "#lang=pl&q=2024-05&by=month"):
        shown.view(address)
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
        assert shown.probe("clipped") == []
