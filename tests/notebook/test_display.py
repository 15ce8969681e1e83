"""Formats against hand-written strings; tables and figures as notebooks and Typst take them."""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import math
import re
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import typst
import yaml
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from analysis.base import text as numbers
from analysis.base.errors import InputError
from analysis.base.text import decimal, money, percent
from analysis.notebook import display, drawing, prose
from analysis.notebook.display import Column, Figure
from analysis.show.wording import VERDICT_COLOURS

CASES = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"))
NASTY = "#set $x$ *a* _b_ @c <d> \\e [f] \"g\" `h` // i -- {j} 'k' & l ~ = m"
DEJAVU = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
Shown = list[tuple[Mapping[str, str], Mapping[str, object] | None]]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Collect what would go to the notebook."""
    found: Shown = []

    def collect(data: Mapping[str, str], about: Mapping[str, object] | None = None) -> None:
        found.append((data, about))

    monkeypatch.setattr(display, "emit", collect)
    monkeypatch.setattr(prose, "emit", collect)
    return found


@pytest.mark.parametrize(("text", "wanted"), CASES["prose"])
def test_prose_is_written_for_readers(shown: Shown, text: str, wanted: str) -> None:
    display.say(text)
    assert shown == [({"text/markdown": wanted}, {"type": "prose"})]


@pytest.mark.parametrize("name", prose.concepts())
def test_every_concept_is_explained_in_full(name: str, shown: Shown) -> None:
    display.concept(name)
    it = prose.concepts()[name]
    for text in (it.definition, *(text for _, text in it.parts)):
        assert text.endswith(".")
        assert len(text.split()) <= 45
        assert text in shown[0][0]["text/markdown"]
    assert shown[0][1] == {"type": "concept", "name": name}


def test_a_concept_that_there_is_not() -> None:
    with pytest.raises(InputError, match=r"“ratio”: .* there are .*ratio of sums.*concepts\.yaml"):
        display.concept("ratio")


def test_show_takes_a_figure_or_a_table_and_nothing_else(shown: Shown) -> None:
    frame = pd.DataFrame({"a": [1]})
    display.show({"frame": frame, "label": "tbl-a", "caption": "A.", "kind": "words"})
    display.show(Figure("swot", plt.figure(), frame, "C.", "alt", "words"))
    assert [about and about["type"] for _, about in shown] == ["table", "figure", "caption"]
    with pytest.raises(InputError, match=r"“DataFrame”: show takes a figure or a table"):
        display.show(frame)  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "options", "value", "shown"), CASES["formats"])
def test_formats(name: str, options: dict[str, Any] | None, value: Any, shown: str) -> None:
    made = getattr(numbers, name)
    if options is None:  # by the type of the value alone
        assert made(value) == shown
    else:
        assert made(**options)(Fraction(value) if isinstance(value, str) else value) == shown


def test_formats_take_numbers_of_other_libraries() -> None:
    assert money()(np.int64(-5)) == "−0.05"
    assert decimal(2)(Decimal("2.675")) == "2.68"
    assert decimal(1)(np.float64(0.25)) == "0.3"
    assert numbers.plain(np.int64(1234)) == "1,234"


@given(st.integers(-(10**12), 10**12), st.integers(0, 4))
def test_decimal_agrees_with_the_decimal_module(units: int, places: int) -> None:
    value = Fraction(units, 10**6)
    expected = (Decimal(units) / 10**6).quantize(Decimal(1).scaleb(-places), "ROUND_HALF_UP")
    assert Decimal(decimal(places)(value).replace(",", "").replace("−", "-")) == expected


def frame() -> pd.DataFrame:
    rows = [
        ("services", Fraction(66, 288), 30311000, "reproduced"),
        (NASTY, None, 5, "inconsistent"),
        (None, Fraction(1), 0, "not reported"),
    ]
    return pd.DataFrame(rows, columns=[column.name for column in COLUMNS])


COLUMNS = [
    Column("claim", "Claim #1", width=2),
    Column("share", "Share", percent()),
    Column("sales", "Sales (S/)", money()),
    Column("verdict", "Verdict", width=1, colours=VERDICT_COLOURS),
]


def test_table_as_html(shown: Shown) -> None:
    display.show_table(frame(), "tbl-x", "All *claims*. More.", "derived", COLUMNS)
    data, about = shown[0]
    wanted = {"label": "tbl-x", "caption": "All *claims*. More.", "kind": "derived"}
    assert about == {"type": "table", **wanted}
    cells = re.findall(r'<t[hd] .*?style="(.*?)">(.*?)</t[hd]>', data["text/html"])
    texts = [html.unescape(re.sub("</?span>", "", text)) for _, text in cells]
    assert texts[:4] == ["Claim #1", "Share", "Sales (S/)", "Verdict"]
    assert texts[4:8] == ["services", "22.9%", "303,110.00", "reproduced"]
    assert texts[8:] == [NASTY, "–", "0.05", "inconsistent", "–", "100.0%", "0.00", "not reported"]
    assert cells[5][0] == "text-align: right"
    assert cells[7][0] == "text-align: left; color: #1b7f4b; font-weight: 600"
    assert "All <em>claims</em>. More. <em>[derived]</em></caption>" in data["text/html"]


def test_table_as_plain_text(shown: Shown) -> None:
    display.show_table(frame().iloc[[0]], "tbl-x", "One row", "derived", COLUMNS)
    head = "Claim #1  Share  Sales (S/)  Verdict"
    row = "services  22.9%  303,110.00  reproduced"
    assert shown[0][0]["text/plain"].splitlines() == ["Table: One row", head, row]


def test_table_as_typst_compiles_and_shows_every_text(shown: Shown, tmp_path: Path) -> None:
    display.show_table(frame(), "tbl-x", "Claims", "derived", COLUMNS)
    code = shown[0][0]["text/x-typst"]
    assert code.startswith("table(\n  columns: (2fr, auto, auto, 1fr,),\n")
    assert "align: (left, right, right, left,)" in code
    source = f"#let found = {code}\n#found\n"
    source += "#metadata((found.children.at(5).body.text, repr(found))) <cells>"
    path = tmp_path / "table.typ"
    path.write_text(source, encoding="utf-8")
    typst.compile(str(path))
    found = json.loads(typst.query(str(path), "<cells>", field="value", one=True))
    first_of_second_row, whole = found
    assert first_of_second_row == NASTY
    for text in ("303,110.00", "22.9%", "–", "reproduced", "header("):
        assert text in whole
    assert 'text(fill: rgb("#1b7f4b"), "reproduced")' in code


def test_line_breaks_and_control_characters_do_not_reach_a_table(shown: Shown) -> None:
    odd = pd.DataFrame({"a": ["x\n y\t\x00z", "no\u00a0break"]})
    display.show_table(odd, "tbl-x", "c", "yours")
    assert '  "x y z",\n  "no\u00a0break",' in shown[0][0]["text/x-typst"]


def test_cells_are_written_for_readers(shown: Shown) -> None:
    cells = pd.DataFrame({"2024Q1": ["≥ 160,572", "“≥ 2024Q2” in 2024H1", "a >b"]})
    display.show_table(cells, "tbl-x", "Levels of 2024Q1.", "yours")
    forms, about = shown[0]
    assert 'strong("Q1 2024")' in forms["text/x-typst"]
    assert '  "≥\u00a0160,572",\n  "“≥\u00a02024Q2” in H1 2024",\n' in forms["text/x-typst"]
    assert "Levels of Q1 2024." in forms["text/html"]
    assert str(about).count("Levels of Q1 2024.") == 1


def test_default_columns_align_by_content(shown: Shown) -> None:
    rows = [("x", 1, 0.5, True), ("y", 2000, math.nan, False)]
    mixed = pd.DataFrame(rows, columns=["a_name", "count", "rate", "ok"])
    display.show_table(mixed, "tbl-x", "c", "yours")
    code = shown[0][0]["text/x-typst"]
    assert 'strong("a name")' in code
    assert "align: (left, right, right, left,)" in code
    assert '"y", "2,000", "–", "no",' in code


@pytest.mark.parametrize(("label", "kind", "name", "message"), CASES["tables-refused"])
def test_bad_tables_are_refused(label: str, kind: str, name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        display.show_table(pd.DataFrame({"a": [1]}), label, "c", kind, [Column(name, "A")])


def drawn(name: str = "services_by_type", layout: str = "constrained") -> Figure:
    with drawing.style():
        canvas, axes = plt.subplots(layout=layout, figsize=(4, 2))
        axes.bar(["Doors – é", "Alarms"], [94, 78])
        axes.set_title("Services ≥ 3", weight="semibold")
        axes.set_ylabel("count, 1 %")
    rows = [("Doors – é", Fraction(1, 3)), ("Alarms", Fraction(1, 2))]
    data = pd.DataFrame(rows, columns=["type", "share"])
    return Figure(name, canvas, data, "By type. Bars.", "Bars: 94 & 78 <b>", "synthetic")


def embedded(image: str) -> str:
    return base64.b64decode(image.partition("base64,")[2].partition('"')[0]).decode("utf-8")


def texts(drawing: str) -> list[str]:
    root = ET.fromstring(drawing)
    return [node.text or "" for node in root.iter("{http://www.w3.org/2000/svg}text")]


def test_a_figure_without_a_place_is_not_shown() -> None:
    with pytest.raises(InputError, match=r"“mine”: .* order of figures.*figures\.yaml"):
        display.show_figure(drawn("mine"))


def test_saved_figures_hold_their_text_and_data(tmp_path: Path) -> None:
    path = drawing.save_figure(drawn(), tmp_path / "new")
    assert path.name == "fig_09_services_by_type.svg"
    found = texts(path.read_text(encoding="utf-8"))
    assert {"Services ≥ 3", "Doors – é", "count, 1 %"} <= set(found)
    assert found[:2] == ["By type.", "report/new.pdf"]
    rows = list(csv.reader(io.StringIO(path.with_suffix(".csv").read_text(encoding="utf-8"))))
    assert rows == [["type", "share"], ["Doors – é", "0.3333333333"], ["Alarms", "0.5"]]
    names = {entry.name for entry in path.parent.iterdir()}
    assert names == {path.with_suffix(suffix).name for suffix in (".csv", ".json", ".svg")}


def test_saved_figures_are_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # drawing warns of nothing
        first = drawing.save_figure(drawn(), tmp_path / "a").read_bytes()
    assert capfd.readouterr().err == ""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    with matplotlib.rc_context({"svg.hashsalt": "other", "font.family": "serif"}):
        again = drawn()
        assert drawing.svg(again) == drawing.svg(drawn())
        assert drawing.save_figure(again, tmp_path / "b" / "a").read_bytes() == first
    plt.close("all")
    assert b"<dc:date>" not in first
    assert b"atplotlib v" not in first


def test_ids_differ_between_figures_of_one_page() -> None:
    def ids(drawing: str) -> set[str]:
        marked = {node.get("id", "") for node in ET.fromstring(drawing).iter()}
        return {name for name in marked if name.startswith(("m", "p")) and len(name) > 10}

    one, other = (drawing.svg(drawn(name)) for name in ("one", "other"))
    clips = {name for name in ids(one) if name.startswith("p") and "_" not in name}
    assert clips
    assert not clips & ids(other)


def test_the_bundled_font_is_used_even_beside_a_copy_of_the_host() -> None:
    from matplotlib import font_manager

    drawing.register_fonts()
    for weight, file in (("regular", "Regular"), ("semibold", "SemiBold"), ("bold", "Bold")):
        wanted = font_manager.FontProperties(family="IBM Plex Sans", weight=weight)
        found = Path(font_manager.findfont(wanted, fallback_to_default=False))
        assert found.name == f"IBMPlexSans-{file}.ttf"
        assert found.parent.name == "fonts"
    owners = {font.fname for font in font_manager.fontManager.ttflist if "Plex" in font.name}
    assert {Path(name).parent.parent.name for name in owners} == {"base"}


def outlines(font: TTFont, letters: str) -> list[Any]:
    """Draw letters of a font, those that consist of others part by part."""
    glyphs, names = font.getGlyphSet(), font.getBestCmap()
    pens = [DecomposingRecordingPen(glyphs) for _ in letters]
    for pen, letter in zip(pens, letters, strict=True):
        glyphs[names[ord(letter)]].draw(pen)
    return [pen.value for pen in pens]


@pytest.mark.parametrize("letters", ["Bar", "Δ “…” é", "Łódź ✓"])
def test_a_drawing_holds_the_outlines_of_what_it_shows(letters: str) -> None:
    figure = drawn()
    figure.figure.text(0, 0, letters, fontsize=8)
    addresses = re.findall(r"400; src: url\(data:font/ttf;base64,([^)]*)", drawing.svg(figure))
    held = [TTFont(io.BytesIO(base64.b64decode(address))) for address in addresses]
    for font, whole in zip(held, (numbers.FONTS / "IBMPlexSans-Regular.ttf", DEJAVU), strict=False):
        own = "".join(letter for letter in letters if ord(letter) in font.getBestCmap())
        assert outlines(font, own) == outlines(TTFont(whole), own)
        letters = "".join(letter for letter in letters if letter not in own)
    assert letters == ""


def test_shown_figures_hold_their_letters_and_a_caption(
    shown: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(display.FIGURES_VARIABLE, raising=False)
    plt.close("all")
    display.show_figure(drawn())
    (data, about), (caption, kind) = shown
    assert data["text/plain"] == "Figure: Bars: 94 & 78 <b>"
    image = ET.fromstring(data["text/html"].replace(">", "/>"))
    assert image.get("alt") == "Bars: 94 & 78 <b>"
    drawing = embedded(data["text/html"])
    assert "Services ≥ 3" in texts(drawing)
    assert "@font-face{font-family: 'IBM Plex Sans'; font-weight: 400; src: url(data:" in drawing
    assert len(data["text/html"]) < 55_000
    wanted = {"caption": "By type. Bars.", "alt": "Bars: 94 & 78 <b>", "kind": "synthetic"}
    assert about == {"type": "figure", "label": "fig-services-by-type", **wanted}
    assert kind == {"type": "caption"}
    assert caption["text/markdown"].endswith("**Figure 9.** By type. Bars. *[synthetic]*")
    assert plt.get_fignums() == []

    monkeypatch.setenv(display.FIGURES_VARIABLE, str(tmp_path))
    with pytest.raises(InputError, match="no variable named case"):
        display.show_figure(drawn())
    display.show_figure(drawn(), "acme")
    plt.close("all")
    assert shown[2][0] == data
    assert shown[2][1] == {**about, "file": "figures/acme/fig_09_services_by_type.svg"}
    assert (tmp_path / "acme" / "fig_09_services_by_type.csv").is_file()


@pytest.mark.parametrize(("change", "message"), CASES["figures-refused"])
def test_figures_without_the_needed_texts_are_refused(change: dict[str, str], message: str) -> None:
    texts = {"name": "a", "caption": "c", "alt": "a", "kind": "derived"} | change
    with pytest.raises(InputError, match=message):
        Figure(figure=plt.Figure(), data=pd.DataFrame(), **texts)


@given(st.lists(st.text("abfijTVW.—", min_size=1, max_size=9)), st.floats(8, 40))
def test_lines_hold_as_many_words_as_fit(words: list[str], width: float) -> None:
    lines = drawing.wrap(" ".join(words), width)
    assert "".join(lines).replace(" ", "") == "".join(words)
    assert all(drawing.text_width(line) <= width + 0.01 for line in lines)
    for line, following in pairwise(lines):
        assert drawing.text_width(f"{line} {following.split()[0]}") > width - 0.01
