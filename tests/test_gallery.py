"""Figures drawn from the statements of a notebook that they need, and what changed in them."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from matplotlib.figure import Figure as Canvas
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from analysis.base.errors import InputError
from analysis.cli import main
from analysis.gallery.changes import first_change
from analysis.gallery.draw import Shown, save_changed, shown_figures
from analysis.gallery.slices import needed, steps
from analysis.notebook.display.figure import Figure, save_figure
from analysis.tables.case import Case

CELLS = """
case = "other"
---
from analysis.base.errors import InputError
from analysis.figures import concepts
import pandas as pd
---
broken = pd.read_csv("/no such file")
---
rows = pd.DataFrame(columns=["quadrant", "text", "place", "quotation"], dtype=object)
rows.loc[0] = ["strength", "before", "1", ""]
unused = 1 / 0
rows.loc[1] = ["threat", case, "2", ""]
show_table(rows)
---
show_figure(concepts.swot(rows))
rows = rows.head(0)
"""


def notebook(text: str) -> nbformat.NotebookNode:
    cells = [new_code_cell(cell.strip()) for cell in text.split("---")]
    cells[0].metadata["tags"] = ["parameters"]
    return new_notebook(cells=[new_markdown_cell("# Title"), *cells])


def write(folder: Path, text: str) -> Path:
    path = folder / "01_some.ipynb"
    nbformat.write(notebook(text), path)
    return path


def test_a_slice_holds_what_a_figure_needs_and_no_more() -> None:
    found = steps(notebook(CELLS), {"case": "mine"})
    (target,) = (place for place, step in enumerate(found) if step.shows)
    assert [ast.unparse(found[place].code) for place in needed(found, [target])] == [
        "case = 'mine'",
        "from analysis.figures import concepts",
        "import pandas as pd",
        "rows = pd.DataFrame(columns=['quadrant', 'text', 'place', 'quotation'], dtype=object)",
        "rows.loc[0] = ['strength', 'before', '1', '']",
        "rows.loc[1] = ['threat', case, '2', '']",
        "show_figure(concepts.swot(rows))",
    ]


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        ("a = 1\na = 2\nshow_figure(f(a))", [1, 2]),
        ("a = []\na.append(1)\nshow_figure(f(a))", [0, 1, 2]),
        ("a = 1\na += 1\nb = 3\nshow_figure(f(a))", [0, 1, 3]),
        ("a = 1\nif b:\n    a = 2\nshow_figure(f(a))", [0, 1, 2]),
        ("a, b = 1, 2\nc = b\nshow_figure(f(c))", [0, 1, 2]),
        ("a = {}\na['x'] = 1\ndel a['x']\nshow_figure(f(**a))", [0, 1, 2, 3]),
        ("for i in x:\n    a = i\nprint(a)\nshow_figure(f(a))", [0, 2]),
    ],
)
def test_what_changes_a_name_belongs_to_the_slice(code: str, kept: list[int]) -> None:
    found = steps(new_notebook(cells=[new_code_cell(code)]), {})
    assert needed(found, [len(found) - 1]) == kept


def test_a_figure_is_drawn_with_the_case_asked_for(tmp_path: Path, segelec: Case) -> None:
    (shown,) = shown_figures(segelec, [write(tmp_path, CELLS)])
    assert shown.figure is not None
    assert shown.number == shown.figure.number == 11
    assert shown.case == "segelec"
    assert shown.figure.data["text"].tolist() == ["before", "segelec"]


def test_what_a_case_lacks_is_skipped_and_the_rest_drawn(tmp_path: Path, segelec: Case) -> None:
    text = """
case = "segelec"
---
from analysis.tables.case import load_case
from analysis.method.as_is import causes, swot
from analysis.figures import concepts
lacking = load_case("no_such_case")
entries = swot(lacking)
---
show_figure(concepts.swot(entries))
---
show_figure(concepts.ishikawa(causes(load_case(case)), "delay"))
"""
    first, second = shown_figures(segelec, [write(tmp_path, text)])
    assert first.figure is None
    assert first.number == 11
    assert save_changed(first, tmp_path).startswith("skipped (")
    assert second.figure is not None


def test_cells_for_other_reports_are_left_out(tmp_path: Path, segelec: Case) -> None:
    path = write(tmp_path, CELLS)
    made = nbformat.read(path, as_version=4)
    made.cells[4].metadata["tags"] = ["needs-own"]
    nbformat.write(made, path)
    (shown,) = shown_figures(segelec, [path], features={"claims"})
    assert shown.figure is None
    assert str(shown.error) == "this report has no own"
    (shown,) = shown_figures(segelec, [path], features={"own"})
    assert shown.figure is not None


def test_one_number_draws_one_figure(tmp_path: Path, segelec: Case) -> None:
    path = write(tmp_path, CELLS)
    assert [shown.number for shown in shown_figures(segelec, [path], [11])] == [11]
    with pytest.raises(InputError, match="no notebook shows a figure of this number"):
        list(shown_figures(segelec, [path], [99]))


def figure(values: list[float], caption: str = "Bars. All of them.", line: float = 1) -> Figure:
    canvas = Canvas()
    canvas.add_subplot().plot(values, lw=line)
    data = pd.DataFrame({"name": ["a", "b"], "value": values})
    return Figure("bars", canvas, data, caption, "Two bars of what was counted.", "yours", 7)


def test_the_plotted_data_are_compared_first(tmp_path: Path) -> None:
    def saved(made: Figure) -> str:
        return save_changed(Shown("bars", 7, "acme", made), tmp_path)

    assert saved(figure([1.5, 2])) == "new"
    assert saved(figure([1.5, 2])) == "unchanged"
    assert saved(figure([1.5, 3])) == "data changed: line 3, column value: 2 → 3"
    assert saved(figure([1.5, 3], line=2)) == "drawn otherwise, data the same"
    assert saved(figure([1.5, 3], "Else. Yes.", 2)) == "caption or words changed, data the same"
    words = json.loads((tmp_path / "acme" / "fig_07_bars.json").read_text(encoding="utf-8"))
    assert words == {
        "number": 7,
        "kind": "yours",
        "caption": "Else. Yes.",
        "alt": "Two bars of what was counted.",
    }


def test_saving_writes_what_comparing_compares(tmp_path: Path) -> None:
    save_figure(figure([1, 2]), tmp_path / "acme")
    assert save_changed(Shown("bars", 7, "acme", figure([1, 2])), tmp_path) == "unchanged"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("a,b\n1,2\n", "a,c\n1,2\n", "columns were a, b and are a, c"),
        ("a\n1\n", "a\n1\n2\n", "1 rows before, 2 now"),
        ("a,b\n1,2\n3,4\n", "a,b\n1,5\n6,4\n", "line 2, column b: 2 → 5 (and 1 more)"),
        ("a\n\n", 'a\n""\n', "only in how it is written"),
        ("a,b\n1,\n", "a,b\n1,x\n", "line 2, column b: empty → x"),
    ],
)
def test_which_number_changed(old: str, new: str, words: str) -> None:
    assert first_change(".csv", old, new) == f"data changed: {words}"


def test_a_number_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "--fig", "three"]) == 2
    assert "write it like FIG=03" in capsys.readouterr().err
