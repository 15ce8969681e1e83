"""Markdown through Typst and back to HTML, against what mistune itself makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.base.errors import InputError
from analysis.report.conversion import Renderer, split_caption
from analysis.report.markup import Labels, Place, equation, formulas

from .conftest import to_html, visible

CASES = yaml.safe_load(Path(__file__).with_name("markdown.yaml").read_text(encoding="utf-8"))
HERE = Place("01_x", 3)


def html_of(markdown: str, labels: Labels | None = None) -> str:
    labels = labels or Labels(sections={"01_x": {"sec-x": "x"}})
    return to_html(labels.resolve(Renderer(labels, HERE).render(markdown)))


@pytest.mark.parametrize(("markdown", "expected"), CASES["survives"])
def test_structure_survives(markdown: str, expected: str) -> None:
    assert html_of(markdown).replace(" </li>", "</li>") == expected


@pytest.mark.parametrize(("markdown", "words"), CASES["refused"])
def test_what_the_pdf_does_not_take_is_refused_and_never_lost(markdown: str, words: str) -> None:
    with pytest.raises(InputError, match=rf"(?s)01_x\.ipynb, cell 3.*{words}.*the PDF takes para"):
        html_of(markdown)


def test_headings_never_skip_a_level_and_get_their_anchors() -> None:
    labels = Labels()
    made = html_of("# One\n\n### Two `x`\n\n## One", labels)
    assert [made.count(f"<h{level}") for level in (2, 3, 4)] == [1, 2, 0]  # h1 is the title's
    assert list(labels.sections["01_x"]) == ["sec-one", "sec-two-x", "sec-one-1"]


def test_formulas_stand_in_the_text_or_on_a_line_of_their_own() -> None:
    made = Renderer(Labels(), HERE).render("in $L  =  S / P$ and\n\n$$\nx\n$$\n\nfor \\$5 or $6")
    assert made.startswith(r'in #math.equation(alt: "L = S / P", $L = S \/ P$) and')
    assert '#math.equation(block: true, alt: "x", $ x $)' in made
    assert visible(to_html(made)).endswith("for $5 or $6")


def test_every_formula_of_the_table_compiles() -> None:
    assert formulas()
    to_html("".join(equation(latex, HERE, block=True) for latex in formulas()))


def test_an_unknown_formula_is_an_error_that_names_the_table() -> None:
    with pytest.raises(InputError, match=r"01_x\.ipynb, cell 3.*“x\^2”.*report/formulas\.yaml"):
        html_of("$x^2$")


WORDS = "** ](http://a) <!-- --> </data> <span> \n\n @x // --- &lt; {#eq-a} $a$"
PIECES = [
    *"*_`[a #=\\ł\n",
    *WORDS.split(" "),
    *("# ", "- ", "* ", "    "),
]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_whatever_is_typed_compiles_or_is_refused_in_words(markdown: str) -> None:
    try:
        html_of(markdown)
    except InputError as error:
        if "the PDF cannot show this" not in str(error):
            raise


@pytest.mark.parametrize(("caption", "title"), CASES["titles"])
def test_the_first_sentence_of_a_caption_is_its_title(caption: str, title: str) -> None:
    head, rest = split_caption(caption)
    assert head == title
    assert f"{head} {rest}".strip() == caption
