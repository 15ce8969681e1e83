"""Outputs of code cells: what reaches the PDF, and what stops the build."""

from __future__ import annotations

from pathlib import Path

import nbformat.v4 as v4
import pytest
from nbformat import NotebookNode

from analysis.base.errors import InputError
from analysis.report.conversion import Chapter, convert_notebook
from analysis.report.markup import Labels

from .conftest import SVG, cell, code, figure, shown, stopped, table

ABOUT = {"type": "table", "label": "tbl-x", "caption": "A table", "kind": "words"}


def chapter(*cells: str | NotebookNode, begin: str = "# T", root: Path = Path()) -> Chapter:
    notebook = v4.new_notebook(cells=[cell(one) for one in (begin, *cells)])
    return convert_notebook(notebook, "07_x", Labels())


def test_the_richest_form_wins_and_captions_for_the_notebook_are_skipped() -> None:
    made = chapter(
        code(
            shown({"text/x-typst": "#table[x]", "text/html": "<table><tr><td>no"}, **ABOUT),
            shown({"text/markdown": "*z*", "text/html": "<i>no</i>", "text/plain": "no"}),
            shown({"text/markdown": "no"}, type="caption"),
            source="f() and g()  # code is not shown: no",
        )
    ).source()
    assert '#report-table(table[x], key: "tbl-x", title: [A table], kind: "words", end: ' in made
    assert "#emph[z]" in made
    assert "no" not in made


PLAIN = (
    v4.new_output("stream", name="stdout", text="a #b\n"),
    v4.new_output("stream", name="stderr", text="a #b\n"),
    v4.new_output("execute_result", data={"text/plain": "a #b", "text/html": "<b>"}),
    v4.new_output("display_data", data={"text/plain": "a #b", "image/png": "iVBO"}),
)


@pytest.mark.parametrize("output", PLAIN)
def test_plain_outputs_are_for_the_notebook_alone(output: NotebookNode) -> None:
    with pytest.raises(InputError, match=r"cell 2: “a #b”: .* or tag the cell notebook-only"):
        chapter(code(output))
    only = code(output)
    only.metadata["tags"] = ["notebook-only"]
    text = v4.new_markdown_cell("### Not in print", metadata={"tags": ["notebook-only"]})
    assert chapter(only, text).blocks == chapter().blocks


def test_prose_that_a_cell_shows_is_set_as_that_of_a_text() -> None:
    said = "## Answer\n\nIn Q1 2024 sales grew ([the table](#tbl-x)).\n\n- one"
    made = chapter(table("tbl-x", 1, 1), code(shown({"text/markdown": said}, type="prose")))
    written = chapter(table("tbl-x", 1, 1), said)
    assert made.source() == written.source()


def test_a_concept_has_its_box_once() -> None:
    box = shown({"text/markdown": "> no"}, type="concept", name="key result")
    made = chapter(code(box), code(box)).source()
    assert made.count('#concept-box("key result", [A measurable level') == 1
    assert made.count('key: "concept-key-result"') == 1


def test_figures_are_taken_from_the_notebook() -> None:
    made = chapter(code(figure("fig-a"), figure("fig-b")))
    embedded = SVG.format(width=300, text="embedded").encode()
    assert made.assets == {f"/assets/07_x/fig-{name}.svg": embedded for name in "ab"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (stopped(), r"07_x\.ipynb, cell 2: “bad value”: the notebook stopped.*ValueError"),
        (figure("bars"), "“bars”: a label here must look like fig-some-name"),
        (figure("tbl-x"), "must look like fig-some-name"),
        (code(figure(), figure()), "“fig-bars”: this label is already used in 07_x.ipynb, cell 2"),
        (
            shown({"text/html": "<table></table>", "text/plain": "3 rows"}),
            r"cell 2: “3 rows”: the PDF shows figures, tables and prose alone.*show\(\.\.\.\)",
        ),
        ("[see](#fig-nothing)", "“#fig-nothing”: no figure, table"),
    ],
)
def test_what_cannot_be_printed_is_one_clear_error(
    content: str | NotebookNode, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        chapter(content).source()


def test_a_near_miss_is_named() -> None:
    with pytest.raises(InputError, match="did you mean #tbl-ledger"):
        chapter(table("tbl-ledger", 1, 1), "[x](#tbl-leger)").source()


def test_references_to_headings_prefer_the_own_notebook() -> None:
    made = chapter(begin="# T\n\n## The End\n\n[a](#sec-the-end) [b](#The-End)").source()
    assert made.count('#cross-reference(label("07_x:sec-the-end"))') == 2


def test_a_notebook_without_title_is_refused() -> None:
    with pytest.raises(InputError, match=r"07_x\.ipynb, cell 1: .*begins with its title"):
        chapter(begin="text")


def test_lines_of_the_source_lead_back_to_cells() -> None:
    made = chapter("one\n\ntwo", code(), "x\n\ny\n\nmark")
    lines = made.source().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if text.startswith("mark#"))
    assert made.cell_of_line(line) == 4
    assert made.cell_of_line(1) == 1
