"""Markdown through Typst and back to HTML, against what mistune itself makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.base.errors import InputError
from analysis.report.markdown import Renderer, split_caption
from analysis.report.markup import Formulas, Labels, Place

from .conftest import to_html, visible

HERE = Place("01_x", 3)


@dataclass
class Around:
    """Surroundings that note what was asked of them."""

    labels: Labels = field(default_factory=Labels)
    formulas: Formulas = field(default_factory=lambda: Formulas({"n = 1": "n = 1", "a/b": "a/b"}))
    references: list[str] = field(default_factory=list)
    images: list[tuple[str, str]] = field(default_factory=list)

    def reference(self, target: str, place: Place) -> str:
        self.references.append(target)
        return "none"

    def image(self, source: str, alt: str, place: Place) -> str:
        self.images.append((source, alt))
        return "[IMAGE]"


def html_of(markdown: str, around: Around | None = None) -> str:
    return to_html(Renderer(around or Around(), HERE).render(markdown))


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        (
            "a *b* **c** ~~d~~ `e<f>`",
            "<p>a <em>b</em> <strong>c</strong> <s>d</s> <code>e&lt;f></code></p>",
        ),
        ("- a\n- b\n  - c", "<ul><li>a</li><li><p>b</p><ul><li>c</li></ul></li></ul>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("> a\n> b", "<blockquote>a b</blockquote>"),
        (
            "| a | b |\n|:--|--:|\n| *1* | 2 |",
            "<table><thead><tr><th>a</th><th>b</th></tr></thead>"
            "<tbody><tr><td><em>1</em></td><td>2</td></tr></tbody></table>",
        ),
        (
            "<https://a.b/c_d> [t](https://x.y)",
            '<p><a href="https://a.b/c_d">https://a.b/c_d</a> <a href="https://x.y">t</a></p>',
        ),
        ("`&amp;` &amp;", "<p><code>&amp;amp;</code> &amp;</p>"),
        ("a  \nb", "<p>a<br>b</p>"),
        (
            "H<sub>2</sub>O <b>x <i>y</i></b> <kbd>k</kbd><br>z",
            "<p>H<sub>2</sub>O <strong>x <em>y</em></strong> <code>k</code><br>z</p>",
        ),
        ('n = <data value="k">288</data>;', "<p>n = 288;</p>"),
        ("a <!-- hidden --> b &lt; &amp; c", "<p>a b &lt; &amp; c</p>"),
        ("a <b>open, never closed", "<p>a open, never closed</p>"),
        ("<div class='note'>in <em>a</em> box</div>", "<p>in <em>a</em> box</p>"),
        ("<!-- a\nb -->", ""),
        ("<script>alert(1)</script>", ""),
    ],
)
def test_structure_survives(markdown: str, expected: str) -> None:
    assert html_of(markdown).replace(" </li>", "</li>") == expected


def test_code_blocks_keep_every_character() -> None:
    assert "<pre" in html_of("```python\nx = '#'  # $a$\n\n\ty\n```")
    assert visible(html_of("```\na  b\n#let x\n```")) == "a  b\n#let x"


def test_headings_never_skip_a_level_and_get_their_anchors() -> None:
    around = Around()
    made = html_of("# One\n\n### Two `x`\n\n## One", around)
    assert [made.count(f"<h{level}") for level in (2, 3, 4)] == [1, 2, 0]  # h1 is the title's
    assert list(around.labels.sections["01_x"]) == ["sec-one", "sec-two-x", "sec-one-1"]


def test_formulas_and_their_labels() -> None:
    around = Around()
    made = Renderer(around, HERE).render("in $n  =  1$ and\n\n$$\na/b\n$$ {#eq-x}\n\nafter")
    assert 'alt: "n = 1"' in made
    assert made.count("numbering") == 1
    assert "eq-x" not in visible(to_html(made))
    assert set(around.labels.known) == {"eq-x"}


def test_a_note_used_twice_stands_once() -> None:
    made = html_of("a[^n] b[^n]\n\n[^n]: the *note*")
    assert made.count("the <em>note</em>") == 1
    assert made.count('role="doc-noteref"') == 2


def test_links_inside_the_document_and_to_files() -> None:
    around = Around()
    made = html_of("[a](#fig-x) [b](02_y.ipynb#sec-z) [c](../data/x.csv)", around)
    assert around.references == ["#fig-x", "02_y.ipynb#sec-z"]
    assert made == "<p><em>a</em> <em>b</em> c</p>"


def test_images_ask_for_their_text() -> None:
    around = Around()
    html_of('![what *it* shows](a.png "Caption")\n\ntext <img src="b.svg" alt="B">', around)
    assert around.images == [("a.png", "what it shows"), ("b.svg", "B")]


# Anything typed into a cell compiles. Formulas, images and inner links are refused or converted
# elsewhere, so dollar signs and their kind are left out here.
PIECES = [
    "# ",
    "- ",
    "1. ",
    "> ",
    "| a |\n|--|\n",
    "**",
    "*",
    "_",
    "`",
    "```\n",
    "[",
    "](http://a)",
    "<b>",
    "</i>",
    "<br>",
    "<!--",
    "-->",
    "~~",
    "[^1]",
    "\n[^1]: ",
    "\n",
    "\n\n",
    "a",
    " ",
    "#",
    "@x",
    "//",
    "=",
    "---",
    "\\",
    "&lt;",
    "<td>",
    "<table>",
    "* ",
    ": b",
    "[ ] ",
    "{#eq-a}",
    "ł",
    "    ",
]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_whatever_is_typed_compiles(markdown: str) -> None:
    html_of(markdown)


@pytest.mark.parametrize(
    ("caption", "title"),
    [
        ("Services grew. Bars show both years.", "Services grew."),
        ("One sentence only", "One sentence only"),
        ("Growth of e.g. alarms. More.", "Growth of e.g. alarms."),
        ("Rates (see 4.3. There) differ. More.", "Rates (see 4.3. There) differ."),
        ("Up by 3. 5 times more.", "Up by 3. 5 times more."),
        ("Is it *so. Or* not? Łatwo.", "Is it *so. Or* not?"),
    ],
)
def test_the_first_sentence_of_a_caption_is_its_title(caption: str, title: str) -> None:
    head, rest = split_caption(caption)
    assert head == title
    assert f"{head} {rest}".strip() == caption


def test_an_unknown_formula_without_converter_is_one_clear_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "tex2typst", None)
    with pytest.raises(InputError, match=r"01_x\.ipynb, cell 3.*x\^2.*tex2typst is not installed"):
        html_of("$x^2$")
