import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from analysis.base.errors import InputError
from analysis.report.outputs import figure_index, with_index


def test_index_names_numbers_notebook_function_and_kind(tmp_path: Path) -> None:
    about = {
        "type": "figure",
        "kind": "derived",
        "caption": "Only one count fits. The rest do not.",
    }
    about |= {"file": "figures/segelec/fig_02_counts.svg"}
    first = new_code_cell(
        "from analysis.figures import counts\nfrom analysis.x import y as earlier"
    )
    cell = new_code_cell("show_figure(counts.earlier(study))")
    other = about | {"file": "figures/segelec/fig_31_bars.svg", "caption": "Bars. All."}
    cell.outputs = [
        new_output("display_data", metadata={"analysis": data}) for data in (about, other)
    ]
    path = tmp_path / "07_claims.ipynb"
    nbformat.write(new_notebook(cells=[first, cell]), path)
    first_row, second_row = figure_index([path]).splitlines()[2:]
    assert second_row.startswith("| 2 | 31 | [Bars](")
    assert first_row == (
        "| 1 | 02 | [Only one count fits](figures/segelec/fig_02_counts.svg) "
        "| [07_claims](notebooks/07_claims.ipynb) | `figures.counts.earlier` | derived |"
    )


def test_missing_marks() -> None:
    with pytest.raises(InputError, match="marks"):
        with_index("no marks", "new\n")


def test_notebooks_name_the_modules_they_draw_with() -> None:
    """The package loads its modules late, so a notebook that imported it whole would hide them."""
    for path in (Path(__file__).parents[2] / "notebooks").glob("*.ipynb"):
        assert not re.search(r"import (\w+, )*figures\b", path.read_text(encoding="utf-8")), path
