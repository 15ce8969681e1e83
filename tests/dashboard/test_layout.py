"""What is where: nothing cut, nothing touching, nothing in two forms."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

import pytest

from analysis.dashboard.page import FOLDER
from analysis.kpis.catalogue import KPIS, METHOD, MONEY

from .conftest import TABLES, Show, fragment

LAPTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


def test_a_laptop_shows_every_card_in_one_row_and_a_whole_chart(show: Show) -> None:
    shown = show(fragment="#lang=en", viewport=LAPTOP)
    assert len({card["top"] for card in shown.probe("boxes", ".card")}) == 1
    assert shown.probe("boxes", "#panel-sales")[0]["bottom"] <= LAPTOP["height"]
    (slicers,) = shown.probe("boxes", "#slicers")
    assert slicers["bottom"] - slicers["top"] <= 100


@pytest.mark.parametrize("viewport", [LAPTOP, PHONE, {"width": 1440, "height": 900}])
@pytest.mark.parametrize("language", ["en", "es"])
def test_labels_of_charts_are_whole_and_apart(
    show: Show, viewport: dict[str, int], language: str
) -> None:
    shown = show(fragment=f"#lang={language}&t=alarms", viewport=viewport)
    for name in ("sales", "productivity", "satisfaction"):
        edge = shown.probe("boxes", f"#panel-{name} .wide")[0]
        boxes: list[dict[str, float]] = shown.probe("labels", name)
        for box in boxes:
            assert edge["left"] <= box["left"] < box["right"] <= edge["right"], name
        for at, one in enumerate(boxes):
            for other in boxes[at + 1 :]:
                beside = one["bottom"] > other["top"] + 1 and other["bottom"] > one["top"] + 1
                if beside:
                    gap = max(other["left"] - one["right"], one["left"] - other["right"])
                    assert gap >= 2, (name, one, other)


def test_an_open_table_moves_no_neighbours_bars(show: Show) -> None:
    tops = "one => one.querySelector('.bars').getBoundingClientRect().top"
    shown = show(fragment="#lang=en", viewport=LAPTOP)
    page = shown.page
    before = [page.locator(f"#panel-{name}").evaluate(tops) for name in ("types", "segments")]
    page.locator("#panel-sales .buttons button").first.click()
    after = [page.locator(f"#panel-{name}").evaluate(tops) for name in ("types", "segments")]
    assert after == before
    page.locator("#panel-sales .buttons button").first.click()
    page.locator("#panel-types .buttons button").first.click()
    field = shown.probe("boxes", "#panel-sales .field")[0]
    assert field["bottom"] - field["top"] <= 240


def test_print_has_what_it_says_and_nothing_to_press(show: Show) -> None:
    shown = show(fragment="#lang=en&goal=O1-KR2~0~24", viewport={"width": 703, "height": 1000})
    page = shown.page
    page.emulate_media(media="print")
    slides = page.locator(".slide").evaluate_all("all => all.map(one => one.checkVisibility())")
    assert slides.count(True) == 1  # the target that was moved
    assert page.locator(".hint").is_hidden()
    panels = shown.probe("boxes", "section.panel")
    assert all(0 <= box["left"] < box["right"] <= 702 for box in panels)
    for one, other in pairwise(panels):
        if one["top"] == other["top"]:
            assert other["left"] - one["right"] >= 4


@pytest.mark.parametrize(("language", "letters"), [("en", "QH"), ("es", "TS")])
def test_periods_have_one_form(show: Show, language: str, letters: str) -> None:
    quarters = ["2022Q1", "2023Q3", "2023Q4", "2024Q1"]
    shown = show(fragment=fragment(q=quarters, table=TABLES, lang=language))
    text = shown.page.locator("body").inner_text()
    assert not re.search(r"\d{4} ?[QTHS][1-4]", text)
    first = letters[0]
    assert f"{first}1 2022, {first}3 2023–{first}1 2024" in text
    if language == "es":
        claims = shown.page.locator("#panel-claims").inner_text()
        assert not re.search(r"Q[1-4] \d{4}", text.replace(claims, ""))


def test_per_cent_has_one_form_in_spanish(show: Show) -> None:
    shown = show(fragment=fragment(q=["2024Q2"], table=TABLES, lang="es"))
    own = shown.probe("numbers")
    assert [text for text in own if re.search(r"\d ?%|\d ?pp?\b", text)] == []
    assert any("\u00a0%" in text for text in own)


def test_every_text_of_the_catalogues_has_its_spanish() -> None:
    names = json.loads((FOLDER / "spanish.json").read_text(encoding="utf-8"))["names"]
    shown = {text for one in KPIS for text in (one.name, one.perspective, one.unit)}
    shown |= {record.definition for record in KPIS}
    shown |= {text for record in METHOD for text in (record.definition, record.unit)}
    assert shown - {"%", MONEY} <= set(names)


def test_claims_have_names_and_their_units_once(show: Show) -> None:
    found: dict[tuple[str, str], Any] = {
        (row[0], row[1]): row[2] for row in show(fragment="#lang=en").probe("claims")
    }
    assert found["Perspectives", "Abstract"] == "four perspectives"
    assert found["Cost target", "4.4.1"] == "1% per month"
    assert found["Margin formula", "Table 1"] == "(Total Revenue ÷ Net Profit )×100"
    assert found["New customer revenue target", "Table 1"] == "lost in the text at hand"
