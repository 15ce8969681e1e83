"""Characters that no font of the report has stop the check, not the PDF after the whole build."""

from __future__ import annotations

import pytest
from matplotlib.ft2font import FT2Font

from analysis.intake import problems as glyphs
from analysis.intake.case_check import check_tables

from .conftest import CASE, Firm

SERVICE = "service_id;customer_id;service_type;requested_on;started_on;completed_on;due_on\r\n"
DAYS = "2024-05-02;2024-05-03;2024-05-10;2024-05-12\r\n"


def test_the_first_cell_of_each_character_is_named(firm: Firm) -> None:
    types = ["Reparación 🙂", "Instalación", "維修", "Más 🙂"]
    rows = "".join(f"S{n};C1;{kind};{DAYS}" for n, kind in enumerate(types, start=1))
    firm.put("servicios.csv", SERVICE + rows)
    first, second = sorted(firm.problems())
    assert first == (
        "data/raw/acme/servicios.csv, row 2, column service_type: “Reparación 🙂”: no font of the "
        "report has the character 🙂 (U+1F642, slightly smiling face). To fix: put a word or "
        "another character in its place\n  and 1 more row like this: 5"
    )
    assert "row 4, column service_type: “維修”" in second
    assert "維 (U+7DAD, cjk unified ideograph-7dad)" in second


@pytest.mark.parametrize("name", ["Łódź żółć", "Ремонт", "Núñez & Cía", "№ 5 – ½ → €", "e\u0301"])
def test_texts_that_the_fonts_have(firm: Firm, name: str) -> None:
    firm.put("clientes.csv", f"cliente;segmento\r\nC1;{name}\r\n")
    assert firm.problems() == []


def test_texts_of_case_yaml_and_of_claims(firm: Firm) -> None:
    text = CASE.replace("title: Acme", "title: Acme 🚲").replace("A firm of", "自転車 of")
    firm.put("case.yaml", text)
    firm.put("clientes.csv", "cliente;segmento\nC1;x\n")
    said, intake = check_tables(firm.case)
    assert intake is None
    assert "data/raw/acme/case.yaml, column title: “Acme 🚲”: no font of the report has" in said
    assert "column subtitle: “自転車 of the tests”" in said
    assert said.startswith("acme: 2 problems")


def test_the_characters_are_those_of_all_bundled_fonts() -> None:
    fonts = [FT2Font(str(path)) for path in sorted(glyphs._FONTS.glob("*.ttf"))]
    assert len(fonts) == 4
    for number in range(0x21, 0x20000):
        letter = chr(number)
        drawn = all(font.get_char_index(number) for font in fonts)
        assert (glyphs.missing(letter) == "") == (letter.isspace() or letter.isascii() or drawn)
