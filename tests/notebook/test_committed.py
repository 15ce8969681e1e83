"""The committed notebooks: executed, canonical, thin, and with no typed number in their prose.

A stripped notebook passes nbval, since nothing is compared; hence the execution counts.

Prose holds no digit that could go stale: numbers come from code cells, which show them by ``say``.
Digits may stand only where they are no result: in quotations “…”, code, formulas and link targets;
in dates, years, quarters, half-years (2024, 2024Q2, Q2, H1) and minutes; in references (section
4.3.1, Tables 1 to 4, step 2); as the number of a list item; and in names (UTF-8, KR1).

Exercises keep the same rules but for one: they are committed without outputs, since these are the
student's. (nbval would find nothing to compare; tests/exercises runs them.)
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
import yaml
from nbformat import NotebookNode

from analysis.notebook import run as notebook
from analysis.notebook.drawing import figure_order, figures_by_report
from analysis.notebook.prose import MARKS, concepts
from analysis.notebook.run import PARAMETERS_TAG, declared, tags

CASES = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"))
ROOT = Path(__file__).parents[2]
PATHS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
EXERCISES = sorted((ROOT / "notebooks" / "exercises").glob("*.ipynb"))
MOST_LINES = 12
assert PATHS
assert EXERCISES

_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_NUMBER = r"\d+(?:\.\d+)*"
_NO_RESULT = re.compile(
    "|".join(
        [
            r"```.*?```|`[^`]*`",
            r"\$\$.*?\$\$|\$[^$\n]+\$",
            r"<!--.*?-->|</?\w[^>]*>",
            r"“[^”]*”",
            r"\]\([^)\s]*\)",
            rf"\b(?i:section|table|figure|equation|chapter|step|exercise|notebook)s?\s{_NUMBER}"
            rf"(?:(?:,|,? and|,? or| to|–)\s?{_NUMBER})*",
            r"\b\d+\.\d+\.\d+\b",
            rf"\b\d{{1,2}} (?:{_MONTH}|minutes)\b",
            r"\b(?:19|20)\d\d(?: ?[QH][1-4])?\b",
            r"^\s*\d+\.\s",
            r"\b[A-Za-z]+-?\d\w*",
        ]
    ),
    re.DOTALL | re.MULTILINE,
)
_ABSOLUTE = re.compile(r"(?<![\w./<])/(?!xl/)[\w.-]+/[\w.-]+|\b[A-Z]:\\")
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}")
_HASH = re.compile(r"(sha256-|base64,)[\w+/]+=*")
_REFERENCE = re.compile(r"\[[^\]]+\]\(#((?:fig|tbl)-[\w-]+)\)")

each_chapter = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
each_exercise = pytest.mark.parametrize("path", EXERCISES, ids=lambda path: path.stem)
each_notebook = pytest.mark.parametrize(
    "path", [*PATHS, *EXERCISES], ids=lambda path: f"{path.parent.name}/{path.stem}"
)


def typed_numbers(markdown: str) -> list[str]:
    """Words of a Markdown text that hold a digit which may be a result."""
    return re.findall(r"\S*\d\S*", _NO_RESULT.sub(" ", markdown))


read = cache(notebook.read)


def code_cells(path: Path) -> list[NotebookNode]:
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def markdown_cells(path: Path) -> list[NotebookNode]:
    return [cell for cell in read(path).cells if cell.cell_type == "markdown"]


def outputs(path: Path) -> list[NotebookNode]:
    return [output for cell in code_cells(path) for output in cell.outputs]


def shown(cell: NotebookNode) -> list[str]:
    """Labels of the figures and tables below a cell."""
    about = [output.get("metadata", {}).get("analysis", {}) for output in cell.get("outputs", [])]
    return [each["label"] for each in about if "label" in each]


def prose(cell: NotebookNode) -> str:
    """Return the text of a cell, or that which its code shows with ``say``."""
    if cell.cell_type == "markdown":
        return str(cell.source)
    data = [output.get("data", {}) for output in cell.outputs]
    return "\n\n".join(each["text/markdown"] for each in data if "text/markdown" in each)


def sections(path: Path) -> list[str]:
    """Texts of a notebook from one heading to the next, with “@label” for a figure or table."""
    parts = [
        "\n\n".join([prose(cell), *(f"@{name}" for name in shown(cell))])
        for cell in read(path).cells
    ]
    return re.split(r"^## ", "\n\n".join(parts), flags=re.MULTILINE)


@each_exercise
def test_an_exercise_holds_no_output(path: Path) -> None:
    assert outputs(path) == []
    assert [cell.execution_count for cell in code_cells(path)] == [None] * len(code_cells(path))


@each_chapter
def test_every_code_cell_was_executed_in_order_and_names_no_machine(path: Path) -> None:
    counts = [cell.execution_count for cell in code_cells(path)]
    assert counts == list(range(1, len(counts) + 1))
    for output in outputs(path):
        assert output.output_type != "error"
        assert output.get("name") != "stderr"
        data = output.get("data", {"text/plain": output.get("text", "")})
        for kind, text in data.items():
            if not kind.startswith("image/png"):
                assert not _ABSOLUTE.findall(_HASH.sub("", str(text))), kind
                assert not _ADDRESS.findall(str(text)), kind
                assert str(ROOT) not in str(text), kind


@each_notebook
def test_the_file_is_canonical(path: Path) -> None:
    fixed = notebook.canonical(notebook.read(path), ROOT)
    assert path.read_text(encoding="utf-8") == notebook.dumps(fixed)


@each_notebook
def test_cells_import_call_and_show(path: Path) -> None:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.While)
    for cell in code_cells(path):
        tree = ast.parse(cell.source)
        lines = [line for line in cell.source.splitlines() if line.strip()]
        lines = [line for line in lines if not line.startswith(("import ", "from "))]
        one_call = len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr)
        if not one_call:
            assert len(lines) <= MOST_LINES, f"{cell.id} has {len(lines)} lines"
        found = [node for node in ast.walk(tree) if isinstance(node, kinds)]
        assert not found, f"{cell.id}: {ast.unparse(found[0])}"
        # nbval runs cells without history, where IPython does not heed a semicolon at the end
        assert not cell.source.rstrip().endswith(";"), cell.id


@each_notebook
def test_one_cell_of_literal_parameters_comes_first(path: Path) -> None:
    first = code_cells(path)[0]
    assert PARAMETERS_TAG in tags(first)
    case = declared(read(path), path.name)["case"]
    assert path in EXERCISES or case == ("kowalczyk" if "article" in path.stem else "segelec")


@each_notebook
def test_a_question_at_the_start_and_its_answer_at_the_end(path: Path) -> None:
    cells = read(path).cells
    code = [number for number, cell in enumerate(cells) if cell.cell_type == "code"]
    start = "\n\n".join(cell.source for cell in cells[: code[0]])
    heads = re.findall(r"^## .*$", "\n\n".join(map(prose, cells)), re.MULTILINE)
    assert start.startswith("# ")
    assert re.search(r"\*\*Question\.\*\*.*\?", start)
    assert re.search(r"(?i)you will learn|learning goals", start)
    assert heads[-1] == "## Answer"


@each_notebook
def test_no_number_in_prose_is_typed(path: Path) -> None:
    found = {cell.id: typed_numbers(cell.source) for cell in markdown_cells(path)}
    assert {cell: words for cell, words in found.items() if words} == {}


@each_chapter
def test_figures_have_their_files_and_texts(path: Path) -> None:
    for output in outputs(path):
        about = output.get("metadata", {}).get("analysis", {})
        if about.get("type") == "figure":
            file = ROOT / about["file"]
            assert "<text" in file.read_text(encoding="utf-8")
            assert file.with_suffix(".csv").is_file()
            assert about["alt"] != about["caption"]
            assert about["kind"] in MARKS


def test_figures_are_numbered_in_the_order_of_their_list() -> None:
    shown = [output for path in PATHS for output in outputs(path)]
    abouts = [output.get("metadata", {}).get("analysis", {}) for output in shown]
    files = {Path(about["file"]).stem for about in abouts if about.get("type") == "figure"}
    numbers, firms = figure_order().items(), figures_by_report()["firms"]
    named = {f"fig_{n:02d}_{name}" for name, n in numbers if name not in firms}
    assert files == named


def test_every_concept_is_explained_where_it_is_used() -> None:
    abouts = [output.get("metadata", {}) for path in PATHS for output in outputs(path)]
    named = {about.get("analysis", {}).get("name") for about in abouts}
    assert set(concepts()) <= named


@each_notebook
def test_every_figure_and_table_is_named_in_the_text_of_its_section(path: Path) -> None:
    for section in sections(path):
        assert set(re.findall(r"@((?:fig|tbl)-[\w-]+)", section)) <= set(
            _REFERENCE.findall(section)
        )


@pytest.mark.parametrize(("text", "words"), CASES["typed-numbers"])
def test_what_counts_as_a_typed_number(text: str, words: list[str]) -> None:
    assert typed_numbers(text) == words
