"""`jupyter nbconvert --to typst`, through the class that nbconvert calls."""

from __future__ import annotations

from pathlib import Path

import nbformat.v4 as v4
import pikepdf
import pytest
import typst
from nbconvert.writers import FilesWriter
from traitlets.config import Config

from analysis.base.errors import InputError
from analysis.base.fonts import FONTS
from analysis.report.exporter import TypstExporter

from .conftest import SVG, code, error_cell, notebook, shown, tags


def foreign_notebook(folder: Path) -> Path:
    """Write a notebook made without any of our helpers."""
    plot = "#| label: fig-plot\n#| fig-cap: A plot. Of something.\n#| fig-alt: One bar\nplot()"
    frame = "#| label: tbl-frame\n#| tbl-cap: A frame.\nframe"
    svg = shown({"image/svg+xml": SVG.format(width=99, text="t")})
    html = shown(
        {"text/html": "<table><thead><tr><th>a</th></tr></thead><tr><td>1</td></tr></table>"}
    )
    return notebook(
        folder / "my work.ipynb",
        v4.new_markdown_cell("# Title $x$\n\n[the figure](#fig-plot), [it](other.ipynb)"),
        code(svg, source=plot),
        code(html, source=frame),
    )


def test_the_written_files_compile_as_they_are(tmp_path: Path) -> None:
    path = foreign_notebook(tmp_path)
    exporter = TypstExporter()
    body, resources = exporter.from_filename(str(path))
    resources["output_files_dir"] = "my work_files"
    written = FilesWriter(build_directory=str(tmp_path / "out")).write(
        body, resources, notebook_name="my work"
    )
    assert Path(written).name == "my work.typ"
    made = typst.compile(
        written, ignore_system_fonts=True, font_paths=[str(FONTS)], pdf_standards=["ua-1"]
    )
    (tmp_path / "x.pdf").write_bytes(made)
    count = tags(pikepdf.open(tmp_path / "x.pdf"))
    assert (count["/H1"], count["/Figure"], count["/TH"], count["/Formula"]) == (1, 1, 1, 1)


def test_code_can_be_shown(tmp_path: Path) -> None:
    path = foreign_notebook(tmp_path)
    shown_code = TypstExporter(config=Config({"TypstExporter": {"echo": True}}))
    assert "plot()" not in TypstExporter().from_filename(str(path))[0]
    assert "plot()" in shown_code.from_filename(str(path))[0]


def test_references_to_other_notebooks_become_text(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = notebook(tmp_path / "n.ipynb", v4.new_markdown_cell("# T\n\n[its name](#fig-x)"))
    exporter = TypstExporter()
    exporter.log.propagate = True
    assert "#cross-reference(none)[its name]" in exporter.from_filename(str(path))[0]
    assert "“#fig-x”: no figure" in caplog.text


def test_errors_name_the_notebook(tmp_path: Path) -> None:
    path = notebook(tmp_path / "n.ipynb", v4.new_markdown_cell("# T"), code(error_cell()))
    with pytest.raises(InputError, match=r"n\.ipynb, cell 2: “bad value”"):
        TypstExporter().from_filename(str(path))
