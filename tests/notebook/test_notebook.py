"""The runner of notebooks, on small notebooks built here; each run starts a real kernel."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
import yaml
from jupyter_client.manager import KernelManager
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.base.errors import BuildError, InputError
from analysis.base.text import imported
from analysis.notebook import run as notebook
from analysis.notebook.run import NotebookError, declared
from tests.warm import CONTEXT, executed, run_by_a_kernel

CASES = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"))
PARAMETERS = 'case = "segelec"\nseed = 3\nrate = 0.5\nstrict = False\nnames = ["a"]\nnote = None'
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Build a notebook inside a minimal project folder."""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "notebooks").mkdir()

    def build(*cells: str | NotebookNode, parameters: str = PARAMETERS) -> Path:
        made = [new_markdown_cell("# Title"), new_code_cell(parameters)]
        made[1].metadata["tags"] = ["parameters"]
        made += [new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
        path = tmp_path / "notebooks" / "01_small.ipynb"
        nbformat.write(new_notebook(cells=made), path)
        return path

    return build


def outputs(path: Path) -> list[str]:
    """Text of every output, in order."""
    found = []
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            found.append(output.text if "text" in output else output.data["text/plain"])
    return found


def test_a_run_is_canonical_in_its_folder_and_repeatable(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    monkeypatch.setenv("MPLBACKEND", "agg")
    source = write(
        new_markdown_cell("There were some."),
        "from pathlib import Path\nprint(Path.cwd().name, seed)",
        "import time\nprint(Path.cwd().parent / 'data')\ntime.tzname[0]",
        f"import sys\nsys.executable == {sys.executable!r}",
        "hash('analysis')",
    )

    notebook.run(source, source)
    first = source.read_text(encoding="utf-8")
    shown = ["notebooks 3\n", "data\n", "'UTC'", "True"]
    assert outputs(source)[:-1] == shown
    content = json.loads(first)
    assert content["metadata"]["kernelspec"]["name"] == "python3"
    assert "version" not in content["metadata"]["language_info"]
    assert [cell["id"] for cell in content["cells"]] == [f"cell-{n:02d}" for n in range(1, 8)]
    counts = [c["execution_count"] for c in content["cells"] if c["cell_type"] == "code"]
    assert counts == [*range(1, 6)]
    assert "papermill" not in first
    assert str(tmp_path) not in first
    assert first == json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"

    # what equals its default is not injected, so this is the same run
    monkeypatch.setenv("TZ", "UTC")
    again = notebook.run(source, tmp_path / "out" / "copy.ipynb", parameters={"seed": 3})
    assert again.read_text(encoding="utf-8") == first
    assert [path.name for path in source.parent.iterdir()] == [source.name]


def test_a_fork_of_the_build_shows_what_a_kernel_shows(write: Write, tmp_path: Path) -> None:
    source = write(
        "import pandas as pd\npd.DataFrame({f'a long name {n}': [n] for n in range(12)})",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    )
    kernel = tmp_path / "kernel.ipynb"
    notebook.run(source, kernel)
    shown = kernel.read_text(encoding="utf-8")
    made = executed(notebook.read(source), source.parent)
    assert notebook.dumps(notebook.canonical(made, tmp_path)) == shown
    assert "image/png" in shown


def test_where_the_text_alone_has_changed_no_cell_runs(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = ("print('ran', seed)", "from pathlib import Path\nPath('runs').open('a').write('.')")
    kept, runs = tmp_path / "kept.ipynb", tmp_path / "notebooks/runs"

    def run(text: str, *code: str) -> str:
        source = write(new_markdown_cell(text), *code)
        notebook.run(source, source, parameters={"seed": 4}, kept=kept)
        return source.read_text(encoding="utf-8")

    run("Before.", *cells)
    monkeypatch.setitem(notebook.steps.last, "read", [])
    edited = run("After.", *cells)
    assert runs.read_text() == "."
    monkeypatch.setattr(notebook.steps, "last", {})
    assert run("After.", *cells) == edited  # as if all cells had run
    assert runs.read_text() == ".."
    monkeypatch.setitem(notebook.steps.last, "read", [])
    run("After.", "print('another', seed)", cells[1])
    assert runs.read_text() == "..."


def test_what_the_kernel_imported_is_told_to_the_build(write: Write) -> None:
    source = write("import analysis.evidence")
    notebook.run(source, source)
    assert "evidence" in {Path(name).parent.name for name in imported}
    assert len(nbformat.read(source, as_version=4).cells) == 3


def test_parameters_replace_defaults_in_an_injected_cell(write: Write, tmp_path: Path) -> None:
    source = write("print(case, seed, rate, strict, names, note)")
    target = tmp_path / "acme.ipynb"
    given = {"case": "acme", "seed": -7, "rate": 2, "strict": True}
    given |= {"names": ["x", "y"], "note": "free text"}
    notebook.run(source, target, parameters=given)
    assert outputs(target) == ["acme -7 2 True ['x', 'y'] free text\n"]
    cells = nbformat.read(target, as_version=4).cells
    assert [cell.id for cell in cells] == ["cell-01", "cell-02", "injected-parameters", "cell-03"]
    assert notebook.without_outputs(notebook.read(target)).cells[2].source == cells[3].source


@pytest.mark.parametrize(("cell", "message"), CASES["parameters-cells-refused"])
def test_a_parameters_cell_holds_literals_only(write: Write, cell: str, message: str) -> None:
    source = write(parameters=cell)
    with pytest.raises(InputError, match=message):
        notebook.run(source, source)


def test_comments_and_signs_are_literals(write: Write) -> None:
    source = write(parameters="# the case\nseed = -3  # any\npair = (1, 2.0)")
    assert declared(notebook.read(source), "x") == {"seed": -3, "pair": (1, 2.0)}


def test_a_failing_cell_leaves_the_target_and_says_where(write: Write, tmp_path: Path) -> None:
    source = write(
        "import sys\nfrom pathlib import Path\nsys.path.insert(0, str(Path('../src').resolve()))",
        "# share\nimport helper\nhelper.share(seed - 4)",
        "print('never')",
    )
    (tmp_path / "src").mkdir()
    helper = "def share(whole):\n    return 1 / whole\n"
    (tmp_path / "src" / "helper.py").write_text(helper, encoding="utf-8")
    target = tmp_path / "target.ipynb"
    target.write_text("last good result", encoding="utf-8")
    figures = tmp_path / "figures"
    with pytest.raises(NotebookError) as caught:
        notebook.run(source, target, parameters={"seed": 4}, figures=figures)
    assert str(caught.value) == (
        "notebooks/01_small.ipynb, cell 4 (# share): ZeroDivisionError: division by zero "
        "[src/helper.py, line 2]"
    )
    assert target.read_text(encoding="utf-8") == "last good result"
    assert not figures.exists()
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"data", "notebooks", "pyproject.toml", "src", "target.ipynb"}


@pytest.mark.parametrize(("cell", "error", "message"), CASES["runs-that-fail"])
def test_a_run_that_fails_is_one_clear_message(
    write: Write, cell: str, error: str, message: str
) -> None:
    source = write(cell)
    before = source.read_bytes()
    with pytest.raises(BuildError, match=message) as caught:
        notebook.run(source, source)
    assert type(caught.value).__name__ == error
    assert source.read_bytes() == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_interrupted_runs_leave_the_target(write: Write, tmp_path: Path, number: int) -> None:
    started = tmp_path / "started"
    source = write(
        f"import os, time\nopen({str(started)!r}, 'w').write(str(os.getpid()))", "time.sleep(60)"
    )
    before = source.read_bytes()
    process = CONTEXT.Process(target=run_by_a_kernel, args=(source, tmp_path))
    process.start()
    _wait_for(lambda: started.exists() and started.read_text() != "")
    os.kill(process.pid, number)
    process.join(30)
    assert process.exitcode
    assert source.read_bytes() == before
    assert [path.name for path in source.parent.iterdir()] == [source.name]
    kernel = int(started.read_text())
    _wait_for(lambda: not _alive(kernel))


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "waited a minute in vain"
        time.sleep(0.1)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or " Z " not in state.read_text()


@pytest.mark.parametrize("content", [None, "{", "[]", '{"cells": 3, "nbformat": 4}'])
def test_what_is_no_notebook_is_refused(write: Write, content: str | None) -> None:
    path = write().with_name("other.ipynb")
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"other\.ipynb: the (notebook does not|file is not)"):
        notebook.run(path, path)


def test_canonical_form_drops_what_varies(tmp_path: Path) -> None:
    cell = new_code_cell("x", execution_count=1)
    cell.metadata = nbformat.from_dict(
        {"papermill": {"duration": 1.5}, "execution": {}, "tags": [], "scrolled": True}
    )
    cell.outputs = [
        new_output("stream", name="stdout", text="a"),
        new_output("stream", name="stdout", text=f"b {tmp_path}/x\n"),
        new_output("display_data", data={"text/plain": "<F>", "image/png": "QUJD"}),
        new_output("stream", name="stdout", text="c"),
    ]
    messy = new_notebook(cells=[cell], metadata={"papermill": {}, "widgets": {}, "title": "T"})
    fixed = notebook.canonical(messy, tmp_path)
    assert fixed.cells[0].metadata == {}
    assert sorted(fixed.metadata) == ["kernelspec", "language_info", "title"]
    texts = [output.get("text") or output["data"] for output in fixed.cells[0].outputs]
    assert texts == ["ab x\n", {"text/plain": "<F>", "image/png": "QUJD"}, "c"]
    text = notebook.dumps(fixed)
    path = tmp_path / "n.ipynb"
    path.write_text(text, encoding="utf-8")
    assert notebook.dumps(notebook.canonical(notebook.read(path), tmp_path)) == text


def test_nbval_passes_what_the_runner_wrote_and_sees_a_changed_figure(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write(
        "import pandas as pd\nfrom matplotlib.figure import Figure as Canvas\n"
        "from analysis.notebook.display import Figure, show_figure, show_table\n"
        "from analysis.notebook.drawing import style\n"
        "with style():\n    canvas = Canvas((3, 2))\n    canvas.subplots().plot([0, seed])\n"
        "data = pd.DataFrame({'x': [0, 1], 'y': [0, seed]})\n"
        "figure = Figure('swot', canvas, data, 'A line.', 'A line going up', 'derived')\n"
        "show_figure(figure)",
        "show_figure(figure)",
        "show_table(data, 'tbl-line', 'The line.', 'derived')",
    )
    figures = tmp_path / "figures"
    notebook.run(source, source, figures=figures)
    names = {path.name for path in (figures / "segelec").iterdir()}
    assert names == {"fig_07_swot.csv", "fig_07_swot.json", "fig_07_swot.svg"}
    text = source.read_text(encoding="utf-8")
    drawings = re.findall(r"base64,([^\\]+)", text)
    blue = base64.b64decode(drawings[1])
    assert blue.count(b"stroke: #1f77b4") == 1
    other = base64.b64encode(blue.replace(b"stroke: #1f77b4", b"stroke: #1f77b5")).decode()
    first, _, rest = text.rpartition(drawings[1])
    source.write_text(f"{first}{other}{rest}", encoding="utf-8")

    monkeypatch.chdir(source.parent)
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2] / "src"))
    monkeypatch.setattr("nbval.kernel.KernelManager", KernelManager)
    outcomes = Outcomes()
    options = ["-p", "no:cacheprovider", "--nbval", "--nbval-current-env", "--rootdir=."]
    pytest.main([*options, source.name], [outcomes])
    assert outcomes.found == ["passed", "passed", "failed", "passed"]


class Outcomes:
    """A plugin that collects what comes of each cell."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self.found.append(report.outcome)
