"""Whatever stands in data or Markdown appears in the PDF letter by letter."""

from __future__ import annotations

import json

import typst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.report.markup import clean, slug, typst_prose, typst_string, typst_text

from .conftest import texts_of

# pieces that mean something to Typst somewhere, mostly at the start of a line or after another
WORDS = "// /* */ -- --- ... @a <a> https://a.b ``` $x$ \\u{41} #[ ]( #a.b; -? \n\n"
MARKUP = [
    *"#$*_@<>[]{}\\`~=-+/.:;'\"()&%^|!?,a1Łñ≥\n \N{NO-BREAK SPACE}\N{THIN SPACE}",
    *WORDS.split(" "),
    *("= ", "- ", "+ ", "/ a: b", "1. ", "#let x = 1", "e\N{COMBINING ACUTE ACCENT}"),
]
LETTERS = st.characters(exclude_categories=["Cs", "Co", "Cn", "Cc", "Zl", "Zp"])
PIECES = st.lists(st.sampled_from(MARKUP) | LETTERS, max_size=12).map("".join)
BATCHES = st.lists(PIECES, min_size=30, max_size=60)
FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


def squeezed(text: str) -> str:
    """Runs of ASCII white space as one space; other spaces are kept."""
    for mark in "\n\t":
        text = text.replace(mark, " ")
    while "  " in text:
        text = text.replace("  ", " ")
    return text.strip(" ")


@FEW
@given(BATCHES)
def test_data_text_appears_literally(texts: list[str]) -> None:
    assert texts_of([typst_text(text) for text in texts]) == [squeezed(text) for text in texts]


@FEW
@given(BATCHES)
def test_prose_appears_literally_but_for_quotation_marks(texts: list[str]) -> None:
    texts = [text.replace('"', "").replace("'", "") for text in texts]
    shown = texts_of([f"x{typst_prose(text)}x" for text in texts])
    assert shown == [squeezed(f"x{text}x") for text in texts]


@FEW
@given(BATCHES)
def test_strings_keep_every_character(texts: list[str]) -> None:
    source = "".join(f"#metadata({typst_string(text)})<t>\n" for text in texts)
    compiler = typst.Compiler(source.encode(), ignore_system_fonts=True)
    assert json.loads(compiler.query("<t>", field="value")) == texts


def test_what_no_pdf_a_may_hold_is_replaced_or_dropped() -> None:
    assert clean("a\x00b\x1b[31mred\x1b[0m\ue000\ud800\ufdd0\r\nc\u2028d") == "abred���\nc\nd"


def test_slugs_are_those_of_github() -> None:
    headings = ("4.4.1 Wskaźniki: efektywność", "snake_case and - dash")
    assert [slug(text) for text in headings] == [
        "441-wskaźniki-efektywność",
        "snake_case-and---dash",
    ]
