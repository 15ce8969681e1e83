"""Where figures go when a page has no room for them, and how wide tables are set."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
import typst
import yaml

from analysis.base.text import FONTS
from analysis.report.book import _revise, error_from_typst, float_figures, to_pdf, write_project

HEAD = """\
#import "/template/report.typ": *
#set document(title: "x")
#show: doc => { show: set-text; show: set-headings; show: set-pages; doc }
#heading(level: 1)[X]
"""
# The text column is 245 mm high; heights are in millimetres.
TEXT = "#block(height: {}mm)[text]\n"
FIGURE = '#report-figure(box(width: 99mm, height: {}mm), key: "fig-{}", title: [T])\n'


CASES = yaml.safe_load(Path(__file__).with_name("pages.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("parts", "floating"), CASES["figures"])
def test_figures_float_only_where_that_fills_a_page(
    tmp_path: Path, parts: str, floating: list[str]
) -> None:
    body = HEAD
    for part in parts.split():
        name, height = part[:1], part[1:]
        body += TEXT.format(height) if name == "-" else FIGURE.format(height, name)
    main = write_project(tmp_path, body + '#chapter-end("x")\n', {})
    labels = [f"fig-{name}" for name in "abc" if f'"fig-{name}"' in body]
    assert float_figures(main, {"x": labels}) == [f"fig-{name}" for name in floating]


def test_a_figure_does_not_float_above_one_before_it() -> None:
    # b floated to the top of the page on which a stands: both float, or else neither.
    places = {"a": (3, 62.0), "b": (3, 0.0), "head of x": (1, 0.0), "end of x": (5, 22.0)}
    floated, fixed = {"b"}, set[str]()
    assert _revise(["a", "b"], "x", places, floated, fixed)
    assert (floated, fixed) == ({"a", "b"}, set())
    floated, fixed = {"b"}, {"a"}
    assert _revise(["a", "b"], "x", places, floated, fixed)
    assert (floated, fixed) == (set(), {"a", "b"})


def test_no_figure_floats_above_the_title_of_its_chapter() -> None:
    # The title stands 92 mm down on page 3, and the figure floated to the top of that page.
    places = {"fig-a": (3, 0.0), "head of x": (3, 92.0), "end of x": (5, 22.0)}
    floated, fixed = {"fig-a"}, set[str]()
    assert _revise(["fig-a"], "x", places, floated, fixed)
    assert (floated, fixed) == (set(), {"fig-a"})
    places["head of x"] = (2, 92.0)
    assert not _revise(["fig-a"], "x", places, {"fig-a"}, set())


@pytest.mark.parametrize(("columns", "cells", "copies", "turned"), CASES["tables"])
def test_tables_of_any_width_stay_on_the_page(
    tmp_path: Path, columns: int, cells: list[tuple[str, int]], copies: int, turned: bool
) -> None:
    head = ", ".join(f"[c{number}]" for number in range(columns))
    body = ", ".join([f'"{text * times}"' for text, times in cells] * copies)
    table = f"table(columns: {columns}, table.header({head}), {body})"
    measured = (
        f"#context [#metadata({{let t = {table}; let c = t.fields().children.slice(1); "
        "let plan = plan-table(t.fields().children.first().children, c, t.fields().columns); "
        "(room: plan.at(1) / 1mm, width: measure(set-table(t, plan, false), "
        "width: plan.at(1)).width / 1mm)})<measured>]"
    )
    main = write_project(tmp_path, f"{HEAD}{measured}\n#report-table({table}, title: [T])", {})
    pdf = pikepdf.open(io.BytesIO(to_pdf(main, datetime(2024, 12, 25, tzinfo=UTC))))
    sizes = [tuple(float(edge) for edge in page.mediabox[2:]) for page in pdf.pages]
    assert any(width > height for width, height in sizes) is turned
    compiler = typst.Compiler(str(main), ignore_system_fonts=True, font_paths=[str(FONTS)])
    (found,) = json.loads(compiler.query("<measured>", field="value"))
    assert found["width"] <= found["room"] + 0.01
    assert found["room"] <= (297 if turned else 210) - 44


def test_a_character_without_a_glyph_outside_every_chapter(tmp_path: Path) -> None:
    main = write_project(tmp_path, HEAD + "#text[Taller 🚲]\n", {})
    with pytest.raises(typst.TypstError) as caught:
        to_pdf(main, datetime(2024, 1, 1, tzinfo=UTC))
    assert str(error_from_typst(caught.value, [])) == (
        "the PDF could not be made: no font of the report has the character '🚲'. "
        "To fix: replace it by a word or another character"
    )
