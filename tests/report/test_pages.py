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
from analysis.report.book import Layout, error_from_typst, marks, to_pdf, write_project
from analysis.report.conversion import CHAPTER_HEAD, Block, Chapter
from analysis.report.markup import Labels

HEAD = """\
#import "/template/report.typ": *
#set document(title: "x")
#show: doc => { show: set-text; show: set-headings; show: set-pages; doc }
#heading(level: 1)[X]
"""
# The text column is 245 mm high; heights are in millimetres.
FIGURE = '#report-figure(box(width: 99mm, height: {}mm), key: "fig-{}", title: [T])'


CASES = yaml.safe_load(Path(__file__).with_name("pages.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("parts", "moved"), CASES["figures"])
def test_text_moves_up_before_figures_only_where_that_fills_a_page(
    tmp_path: Path, parts: str, moved: dict[str, int]
) -> None:
    chapter = Chapter("x", Labels())
    for number, part in enumerate(parts.split(), start=1):
        name, height = part[:1], part[1:]
        markup = {
            "-": f"#block(height: {height}mm)[text]#end-mark(none)",
            "h": '#heading(level: 2)[H] #label("h")',
        }.get(name, FIGURE.format(height, name))
        chapter.blocks.append(Block(number, "", markup))
    main = write_project(tmp_path, HEAD + '#include "/chapters/x.typ"', {})
    layout = Layout([chapter])
    path = tmp_path / "chapters" / "x.typ"
    path.parent.mkdir()
    while True:
        path.write_text(CHAPTER_HEAD + chapter.source(later=layout.later["x"]), encoding="utf-8")
        if not layout.revise(marks(main)):
            break
    later = {label.removeprefix("fig-"): count for label, count in layout.later["x"].items()}
    assert {name: count for name, count in later.items() if count} == moved


@pytest.mark.parametrize(("columns", "cells", "copies", "turned"), CASES["tables"])
def test_tables_of_any_width_stay_on_the_page(
    tmp_path: Path, columns: int, cells: list[tuple[str, int]], copies: int, turned: bool
) -> None:
    head = ", ".join(f"[c{number}]" for number in range(columns))
    body = ", ".join([f'"{text * times}"' for text, times in cells] * copies)
    table = f"table(columns: {columns}, table.header({head}), {body})"
    measured = (
        f"#context [#metadata({{let t = {table}; let c = t.fields().children.slice(1); "
        f"let needs = column-needs(t.fields().children.first().children, c, {columns}, base); "
        "let plan = plan-table(needs, t.fields().columns); "
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
