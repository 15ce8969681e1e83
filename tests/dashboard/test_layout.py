"""What is where: nothing cut, nothing touching, nothing in two forms."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from typing import Any

import pytest

from .conftest import LANGUAGES, TABLES, Show, fragment

LAPTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (390, 844)])
def test_the_first_screen_shows_what_matters(show: Show, width: int, height: int) -> None:
    shown = show(viewport={"width": width, "height": height}, has_touch=width < 400)
    for language in LANGUAGES:
        shown.view(f"#lang={language}")
        foot = shown.probe("boxes", "#slicers")[0]["top"] if width < 400 else height
        for selector in ("#lead", ".card.large", ".card.large .goal-line", ".scores-card .big"):
            boxes = shown.probe("boxes", selector)
            assert boxes, selector
            assert all(box["bottom"] <= foot for box in boxes), (selector, language)
        assert shown.page.locator(".card.large").count() == 4
        if width == 1440:
            assert all(box["bottom"] <= height for box in shown.probe("boxes", ".card, .tile"))
            assert shown.probe("boxes", "#panel-course .field")[0]["bottom"] <= height
        assert are_apart(shown.probe("boxes", "#lead, .card, .lead .buttons")), language


def are_apart(boxes: list[dict[str, float]]) -> bool:
    return all(
        one["right"] <= other["left"]
        or other["right"] <= one["left"]
        or one["bottom"] <= other["top"]
        or other["bottom"] <= one["top"]
        for one, other in combinations(boxes, 2)
    )


@pytest.mark.parametrize(("width", "least"), [(1440, 24), (390, 44)])
def test_controls_are_large_enough_to_touch(show: Show, width: int, least: int) -> None:
    address = fragment(q=["2024Q2"], table=TABLES, goal=["O1-KR1~0~12"], lang="en")
    shown = show(fragment=address, viewport={"width": width, "height": 844})
    small = shown.page.evaluate(
        """(least) => [...document.querySelectorAll("button, select, input")]
          .filter((one) => one.checkVisibility() && !one.matches(".skip, .card h3 button"))
          .filter((one) => one.getBoundingClientRect().height < least)
          .map((one) => one.outerHTML.slice(0, 90))""",
        least,
    )
    assert small == []  # a card is a button as a whole
    assert all(box["bottom"] - box["top"] >= 44 for box in shown.probe("boxes", ".card"))


@pytest.mark.parametrize("viewport", [LAPTOP, PHONE, {"width": 1440, "height": 900}])
def test_labels_of_charts_are_whole_and_apart(show: Show, viewport: dict[str, int]) -> None:
    shown = show(viewport=viewport)
    for address in ("m=sales&t=alarms", "m=productivity"):
        for language in ("en", "pl"):
            shown.view(f"#lang={language}&{address}")
            edge = shown.probe("boxes", "#panel-course .wide")[0]
            boxes: list[dict[str, float]] = shown.probe("labels", "course")
            for box in boxes:
                assert edge["left"] <= box["left"] < box["right"] <= edge["right"], address
            for one, other in combinations(boxes, 2):
                beside = one["bottom"] > other["top"] + 1 and other["bottom"] > one["top"] + 1
                gap = max(other["left"] - one["right"], one["left"] - other["right"])
                assert gap >= 2 or not beside, (address, language, one, other)


def test_print_has_what_it_says_and_nothing_to_press(show: Show) -> None:
    shown = show(fragment="#lang=en&goal=O1-KR2~0~24", viewport={"width": 703, "height": 1000})
    page = shown.page
    page.emulate_media(media="print")
    slides = page.locator(".slide").evaluate_all("all => all.map(one => one.checkVisibility())")
    assert slides.count(True) == 1  # the target that was moved
    assert page.locator(".hint").is_hidden()
    panels = shown.probe("boxes", "section.panel:not(#panel-sums)")
    assert all(0 <= box["left"] < box["right"] <= 702 for box in panels)
    for one, other in pairwise(panels):
        if one["top"] == other["top"]:
            assert other["left"] - one["right"] >= 4


def test_periods_have_one_form(show: Show) -> None:
    shown, quarters = show(), ["2022Q1", "2023Q3", "2023Q4", "2024Q1"]
    for language, found in {
        "en": "Q1 2022, Q3 2023–Q1 2024",
        "es": "T1 2022, T3 2023–T1 2024",
        "pl": "I kw. 2022, III kw. 2023–I kw. 2024",
    }.items():
        shown.view(fragment(q=quarters, table=TABLES, lang=language))
        text = shown.page.locator("body").inner_text()
        assert not re.search(r"\d{4} ?[QTHS][1-4]", text)
        assert found in text
        if language != "en":
            claims = shown.page.locator("#panel-claims").inner_text()
            assert not re.search(r"Q[1-4] \d{4}", text.replace(claims, ""))


def test_a_fiscal_year_names_its_quarters(show: Show, a_model: dict[str, Any]) -> None:
    """A year from April on: what the calendar calls the second quarter of 2024 is its first."""
    a_model["months"]["lead"] = 9
    a_model["current"] = "FY2025Q1"
    del a_model["okr"]
    shown = show(a_model, "#lang=en")
    lead = shown.page.locator("#lead").text_content() or ""
    assert lead.startswith("Q1 FY2025 against Q1 FY2024: ")
    assert shown.probe("cards")["sales"]["value"] == "1647607/10"
    assert shown.probe("pressed", "slicer-periods") == ["q-2025", "q-2025Q1"]  # all of it so far
    shown.view("#q=2024&lang=en")
    assert shown.probe("cards")["sales"]["named"] == ["on FY2023"]


def test_claims_have_names_and_their_units_once(show: Show) -> None:
    found: dict[tuple[str, str], Any] = {
        (row[0], row[1]): row[2] for row in show(fragment="#lang=en").probe("claims")
    }
    assert found["Perspectives", "Abstract"] == "four perspectives"
    assert found["Cost target", "4.4.1"] == "1% per month"
    assert found["Margin formula", "Table 1"] == "(Total Revenue ÷ Net Profit )×100"
    assert found["New customer revenue target", "Table 1"] == "lost in the text at hand"
