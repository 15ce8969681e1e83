import csv
import re
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

from analysis.notebook.drawing import figure_order, figures_by_report
from analysis.report.outputs import drawing_functions, figure_index

ROOT = Path(__file__).parents[2]


def test_index_names_number_notebook_function_and_kind(tmp_path: Path) -> None:
    about = {"type": "figure", "kind": "derived", "caption": "Only one fits. The rest do not."}
    about |= {"file": "figures/segelec/fig_02_counts.svg"}
    other = about | {"file": "figures/segelec/fig_03_many_bars.svg", "caption": "Bars. All."}
    cell = new_code_cell("show(counts.earlier(study))")
    cell.outputs = [
        new_output("display_data", metadata={"analysis": data}) for data in (about, other)
    ]
    path = tmp_path / "07_claims.ipynb"
    nbformat.write(new_notebook(cells=[cell]), path)
    functions = {"counts": "printed.counts", "many_bars": "bars.many_bars"}
    first_row, second_row = figure_index([path], functions).splitlines()[-2:]
    assert second_row.startswith("| 3 | [Bars](")
    assert first_row == (
        "| 2 | [Only one fits](../figures/segelec/fig_02_counts.svg) "
        "| [07_claims](../notebooks/07_claims.ipynb) | `printed.counts` | derived |"
    )


def test_every_figure_has_one_function() -> None:
    functions = drawing_functions(ROOT / "src" / "analysis" / "figures")
    assert set(functions) == set(figure_order())
    assert functions["swot"] == "concept_charts.swot"
    assert functions["sales_by_month"] == "kpi_trends.sales_by_quarter"


def test_the_readme_is_short_and_its_links_lead_somewhere() -> None:
    root = Path(__file__).parents[2]
    text = (root / "README.md").read_text(encoding="utf-8")
    words = re.sub(r"<[^>]*>|\]\([^)]*\)", "", text).split()
    assert len([word for word in words if re.search(r"\w", word)]) < 700
    pages = {root / "README.md": text}
    pages |= {path: path.read_text(encoding="utf-8") for path in (root / "docs").glob("*.md")}
    for path, page in pages.items():
        for target in re.findall(r"\]\((?!http)([^)#]+)", page):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_every_link_of_the_index_of_figures_exists() -> None:
    page = ROOT / "docs" / "figures.md"
    links = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    shown = set(figure_order()) - set(figures_by_report()["firms"])
    assert sum(link.endswith(".svg") for link in links) == len(shown)
    for link in links:
        assert (page.parent / link).is_file(), link


def test_notebooks_name_the_modules_they_draw_with() -> None:
    """The package loads its modules late, so a notebook that imported it whole would hide them."""
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert not re.search(r"import (\w+, )*figures\b", path.read_text(encoding="utf-8")), path


def test_the_finding_in_the_readme_is_that_of_the_claims() -> None:
    claims = csv.DictReader((ROOT / "data/raw/segelec/claims.csv").open(encoding="utf-8"))
    printed = {row["claim_id"]: row["printed"] for row in claims}
    services, growth = printed["abstract-services"], printed["5-services-growth"]
    fits = [n for n in range(1, 1000) if f"{100 * (int(services) / n - 1):.1f}%" == growth]
    assert fits == [288]
    words = f"if the {services} services .* a growth of {growth} .* one possible count .*, 288\\."
    assert re.search(words, (ROOT / "README.md").read_text(encoding="utf-8"))
