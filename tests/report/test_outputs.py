"""Outputs of code cells: what reaches the PDF, and what stops the build."""

from __future__ import annotations

import base64
from pathlib import Path

import nbformat
import nbformat.v4 as v4
import pytest

from analysis.base.errors import InputError
from analysis.report.conversion import Chapter, convert_notebook
from analysis.report.markup import Formulas

from .conftest import SVG, code, error_cell, figure, shown, table

PNG = base64.b64encode(b"\x89PNG not really").decode()


def chapter(*cells: nbformat.NotebookNode, echo: bool = False) -> Chapter:
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("# T"), *cells])
    path = Path("notebooks/07_x.ipynb")
    return convert_notebook(notebook, path, formulas=Formulas({}), echo=echo)


def test_the_richest_form_wins_and_captions_for_the_notebook_are_skipped() -> None:
    made = chapter(
        code(
            shown({"text/x-typst": "#table[x]", "text/html": "<table><tr><td>no"}),
            shown({"text/html": "<table><tr><td>y</table>", "text/plain": "no"}),
            shown({"text/markdown": "*z*", "text/plain": "no"}),
            shown({"text/markdown": "no"}, type="caption"),
            shown({"text/html": "<div>no table</div>", "text/plain": "plain"}),
        )
    ).source()
    assert "#report-table(table[x])" in made
    assert "#report-table(table(columns: 1" in made
    assert "#emph[z]" in made
    assert '#raw("plain", block: true)' in made
    assert "no" not in made


def test_options_in_comments_serve_notebooks_without_our_helpers() -> None:
    source = (
        "#| label: fig-a\n#| fig-cap: Title. Rest.\n#| fig-alt: [One, Two]\n#| echo: true\nplot()"
    )
    image = shown({"image/png": PNG})
    made = chapter(code(image, image, source=source))
    text = made.source()
    assert '#raw("plot()", block: true, lang: "python")' in text
    assert 'alt: "One"), key: "fig-a", title: [Title\\.], rest: [Rest\\.]' in text
    assert 'alt: "Two")' in text
    assert set(made.assets) == {"files/fig-a.png", "files/cell-2-2.png"}


@pytest.mark.parametrize(
    ("echo", "source", "visible"),
    [
        (False, "f()", False),
        (True, "f()", True),
        (True, "#| echo: false\nf()", False),
        (False, "#| echo: true\nf()", True),
    ],
)
def test_code_is_hidden_unless_asked_for(echo: bool, source: str, visible: bool) -> None:
    assert ("f()" in chapter(code(source=source), echo=echo).source()) is visible


def test_streams() -> None:
    made = chapter(
        code(
            v4.new_output("stream", name="stdout", text="a #b\n"),
            v4.new_output("stream", name="stderr", text="careful\nmore"),
        )
    )
    assert '#raw("a #b", block: true)' in made.source()
    assert made.notes == ["07_x.ipynb, cell 2: left out what went to stderr: careful"]


def test_the_file_of_a_figure_replaces_the_embedded_one(tmp_path: Path) -> None:
    (tmp_path / "f.svg").write_text("<svg/>", encoding="utf-8")
    (tmp_path.parent / "secret.svg").write_text("outside", encoding="utf-8")
    cells = [
        v4.new_markdown_cell("# T"),
        code(
            figure("fig-a", file="f.svg"),
            figure("fig-b", file="missing.svg"),
            figure("fig-c", file="../secret.svg"),
        ),
    ]
    made = convert_notebook(v4.new_notebook(cells=cells), tmp_path / "x.ipynb", root=tmp_path)
    embedded = SVG.format(width=300, text="embedded").encode()
    assert made.assets == {
        "files/fig-a.svg": b"<svg/>",
        "files/fig-b.svg": embedded,
        "files/fig-c.svg": embedded,
    }


def test_images_in_markdown(tmp_path: Path) -> None:
    (tmp_path / "map one.png").write_bytes(b"1")
    attached = v4.new_markdown_cell("![in it](attachment:b.png)")
    attached["attachments"] = {"b.png": {"image/png": base64.b64encode(b"2").decode()}}
    cells = [v4.new_markdown_cell("# T\n\n![a map](map%20one.png)"), attached]
    made = convert_notebook(v4.new_notebook(cells=cells), tmp_path / "x.ipynb")
    assert made.assets == {"files/cell-1-map one.png": b"1", "files/cell-2-b.png": b"2"}


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (code(error_cell()), r"07_x\.ipynb, cell 2: “bad value”: the notebook stopped.*ValueError"),
        (code(figure(alt=" ")), "cell 2: “fig-bars”: a figure needs alternative text"),
        (code(shown({"image/svg+xml": "<svg/>"})), "cell 2: a figure needs alternative text"),
        (code(figure("bars")), "“bars”: a label here must look like fig-some-name"),
        (code(figure("tbl-x")), "must look like fig-some-name"),
        (code(figure(caption="")), "what has a label needs a caption"),
        (code(figure(kind="guessed")), "“guessed”: the kind of number must be one of printed"),
        (code(figure(), figure()), "“fig-bars”: this label is already used in 07_x.ipynb, cell 2"),
        (code(source="#| label: [a\nf()"), "must be YAML"),
        (v4.new_markdown_cell("![](x.png)"), "an image needs alternative text"),
        (v4.new_markdown_cell("![a](x.png)"), "“x.png”: there is no such image file"),
        (v4.new_markdown_cell("![a](https://x.y/z.png)"), "there is no such image file"),
        (v4.new_markdown_cell("[see](#fig-nothing)"), "“#fig-nothing”: no figure, table"),
    ],
)
def test_what_cannot_be_printed_is_one_clear_error(
    cell: nbformat.NotebookNode, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        chapter(cell).source()


def test_a_near_miss_is_named() -> None:
    with pytest.raises(InputError, match="did you mean #tbl-ledger"):
        chapter(code(table("tbl-ledger", 1, 1)), v4.new_markdown_cell("[x](#tbl-leger)")).source()


def test_references_to_headings_prefer_the_own_notebook() -> None:
    cells = [v4.new_markdown_cell("# T\n\n## The End\n\n[a](#sec-the-end) [b](#The-End)")]
    made = convert_notebook(v4.new_notebook(cells=cells), Path("x.ipynb")).source()
    assert made.count('#cross-reference(label("x:sec-the-end"))') == 2


def test_a_notebook_without_title_gets_its_name_for_one() -> None:
    made = convert_notebook(
        v4.new_notebook(cells=[v4.new_markdown_cell("text")]), Path("my_work.ipynb")
    )
    assert made.source().startswith("#heading(level: 1)[my work]")


def test_lines_of_the_source_lead_back_to_cells() -> None:
    made = chapter(
        v4.new_markdown_cell("one\n\ntwo"), code(), v4.new_markdown_cell("x\n\ny\n\nmark")
    )
    line = made.source().splitlines().index("mark") + 1
    assert made.cell_of_line(line) == 4
    assert made.cell_of_line(1) == 1
