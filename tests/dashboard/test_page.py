"""The file: size, policy, the same bytes, and data that cannot become markup or code."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from PIL import Image

from analysis.base.language import using
from analysis.dashboard.page import FOLDER, SCRIPTS, Dashboard, code, embed, page
from analysis.dashboard.page_data import cube_model, model
from analysis.kpis.levels import wide
from analysis.kpis.reduce import DIMENSIONS, reduce
from analysis.tables.case import Case
from analysis.tables.firm_tables import read_ledger

from . import picture
from .conftest import Show

MOST_BYTES = 200_000
NASTY = "</script><img src=x onerror=alert(1)>&amp;\u2028{{style}}\"'<!--"


def data_of(html: str) -> str:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert found
    return found[1]


def test_without_its_data_the_page_stays_below_its_limit(paper_model: dict[str, Any]) -> None:
    html = page(paper_model)
    assert len(html.encode()) - len(data_of(html).encode()) < MOST_BYTES
    assert json.loads(data_of(html)) == paper_model


def test_the_page_refers_to_nothing_outside_itself(paper_model: dict[str, Any]) -> None:
    html = page(paper_model).replace(data_of(page(paper_model)), "")
    html = re.sub(r"http://(schemas\.openxmlformats|www\.w3)\.org/", "", html)  # names in files
    assert not re.search(r"https?:|//cdn|@import|url\(|<link|<iframe|src=", html)


def test_the_policy_names_the_one_script_and_style(paper_model: dict[str, Any]) -> None:
    html = page(paper_model)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    rules = dict(rule.strip().split(" ", 1) for rule in policy[1].split(";"))
    assert rules["default-src"] == "'none'"
    for element, rule in (("script", "script-src"), ("style", "style-src")):
        texts = re.findall(rf"<{element}>(.*?)</{element}>", html, re.DOTALL)
        assert len(texts) == 1
        hashed = base64.b64encode(hashlib.sha256(texts[0].encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{hashed}'"
    assert "unsafe" not in policy[1]


def test_every_script_file_is_used_and_none_makes_markup_of_text() -> None:
    assert {path.stem for path in (FOLDER / "js").glob("*.js")} == set(SCRIPTS)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b", code())
    assert "</" not in code()  # nothing may close the script element


def test_the_same_bytes_in_another_process_and_locale(
    root: Path, paper_model: dict[str, Any]
) -> None:
    program = (
        "import sys; from analysis.tables.case import load_case;"
        "from analysis.dashboard.page_data import model; from analysis.dashboard.page import page;"
        "sys.stdout.buffer.write(page(model(load_case('segelec'))).encode())"
    )
    place = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"}
    env = place | {"PYTHONPATH": str(root / "src")}
    run = [sys.executable, "-c", program]
    made = subprocess.run(run, cwd=root, check=True, capture_output=True, env=env).stdout
    assert made == page(paper_model).encode()


def test_json_stays_inside_its_element() -> None:
    text = embed({"name": NASTY})
    assert not re.search("[<>&\u2028\u2029]", text)
    assert json.loads(text) == {"name": NASTY}


def test_texts_from_data_stay_texts(show: Show, a_model: dict[str, Any]) -> None:
    a_model["case"]["title"] = a_model["case"]["subtitle"] = NASTY
    a_model["types"][0] = {"id": NASTY, "name": NASTY}
    a_model["segments"][0]["name"] = NASTY
    a_model["claims"][0]["evidence"] = [[NASTY]]
    a_model["claims"][0]["printed"] = NASTY
    a_model["okr"]["objectives"][0]["text"] = a_model["okr"]["results"][0]["text"] = NASTY
    a_model["okr"]["results"][0]["targets"][0]["reading"] = NASTY
    a_model["kpis"][0]["definition"] = NASTY
    shown = show(a_model)
    assert shown.page.locator("img").count() == 0
    assert shown.page.locator("h1").text_content() == f"{NASTY} synthetic"
    assert shown.page.title().startswith(f"{NASTY}: ")
    assert shown.page.locator("#panel-okr h3").first.text_content().startswith(f"O1 {NASTY}")
    shown.page.locator("[data-key=open-types]").click()
    button = shown.page.locator("#box-types button", has_text=NASTY).first
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    assert shown.page.locator("#slicers button", has_text=NASTY).count() == 1
    shown.open(shown.page.evaluate("location.hash"))
    assert shown.page.locator("#slicers button", has_text=NASTY).count() == 1
    svg = shown.save("types", "svg").decode()
    assert "alert(1)" in svg
    assert "<img" not in svg


def test_what_a_firm_does_not_have_is_left_out(
    show: Show, segelec: Case, a_model: dict[str, Any]
) -> None:
    ledger = read_ledger(segelec)
    little = {name: ledger[name] for name in ("service", "sale")}
    monthly = reduce(little, DIMENSIONS)
    made = a_model | cube_model(wide(monthly, "month"), monthly)
    made["case"] = made["case"] | {"kind": "yours", "source": None}
    del made["okr"], made["claims"]
    known = {None, *made["cube"]["sums"]}
    made["kpis"] = [one for one in made["kpis"] if {one["numerator"], one["denominator"]} <= known]
    shown = show(made)
    panels = shown.page.locator("section.panel").evaluate_all("all => all.map(one => one.id)")
    assert panels == ["panel-cards", "panel-course", "panel-types", "panel-sums"]
    assert shown.page.locator("main .kind").count() == 0  # all is of one kind
    assert shown.page.locator("header .kind").all_text_contents() == ["yours"]
    assert shown.page.locator("#slicers [popovertarget=box-segments]").count() == 0
    head, _ = shown.csv("types")
    assert "# Kind: yours" in head


def test_a_firms_page_begins_in_the_language_of_the_firm(
    show: Show, segelec: Case, a_model: dict[str, Any]
) -> None:
    """Its own texts stay as they are written, even where a catalogue knows them."""
    a_model["case"] |= {"kind": "yours", "language": "pl", "subtitle": "Sales", "locale": None}
    a_model["types"][0]["name"] = "Access control"
    del a_model["claims"]
    shown = show(a_model)
    assert shown.page.locator("html").get_attribute("lang") == "pl"
    assert shown.page.locator("header p").text_content() == "Sales"
    names = shown.page.locator("[data-group=types] .name").all_text_contents()
    assert "Access control" in names
    assert shown.page.locator("[data-kpi=sales] h3").text_content() == "Sprzedaż"
    with using("es"):  # whatever the language in use, names are translated by the page
        assert model(segelec)["kpis"] == a_model["kpis"]


def test_claims_alone_make_a_page_too(show: Show, a_model: dict[str, Any]) -> None:
    a_model["case"]["kind"] = "printed"  # as a case of claims alone is
    a_model["claims"][0]["subject"] = "deliveries, 2024Q3"
    nothing = reduce({}, DIMENSIONS)
    empty = cube_model(wide(nothing, "month"), nothing)
    made = a_model | empty | {"kpis": []}
    del made["okr"]
    shown = show(made)
    assert shown.page.locator("section.panel").count() == 1
    assert shown.page.locator("#slicers .slicer").count() == 0
    assert shown.page.locator("#panel-claims tbody tr").count() == len(made["claims"])
    marks = shown.page.locator("footer .kind").all_text_contents()
    assert len(marks) == len(set(marks))
    assert shown.page.locator("[data-key=reset]").count() == 0
    assert "Q3 2024" in (shown.page.locator("#panel-claims tbody th").first.text_content() or "")


def test_a_notebook_gets_a_frame_that_can_do_nothing_else(
    show: Show, paper_model: dict[str, Any], tmp_path: Path
) -> None:
    made = Dashboard('A "name"', page(paper_model), "report/segelec.html", b"PNG")
    bundle, _ = made._repr_mimebundle_()
    assert 'sandbox="allow-scripts allow-downloads"' in bundle["text/html"]
    assert "`report/segelec.html`" in bundle["text/markdown"]
    shown = show(paper_model)
    shown.file = tmp_path / "notebook.html"
    shown.file.write_text(f"<!DOCTYPE html><title>x</title>{bundle['text/html']}", "utf-8")
    shown.open()
    assert not shown.page.locator(".dashboard-picture").is_visible()  # only without the frame
    frame = shown.page.frames[1]
    frame.locator("[data-group=types] button").first.click()
    frame.locator("#slicers button", has_text="Lifting doors").wait_for(timeout=30_000)
    assert shown.page.url == shown.file.as_uri()
    frame.locator("[data-key=files-types]").click()
    with shown.page.expect_download() as download:
        frame.locator("[data-key=save-csv]").click()
    assert download.value.suggested_filename == "segelec-types.csv"


def test_the_picture_in_the_notebook_is_of_this_page() -> None:
    with Image.open(picture.PICTURE) as made:
        assert made.info["Source"] == picture.digest(), "run python -m tests.dashboard.picture"
