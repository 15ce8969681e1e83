"""Verification on a tiny project whose build is one Python script behind a Makefile."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.base.errors import InputError
from analysis.build import verify
from analysis.notebook import run as notebook

MAKEFILE = """
VENV := .venv
CASE := segelec
export PYTHONPATH := $(CURDIR)/src
.PHONY: report
report: ; @"$(VENV)/bin/python" -m analysis.build $(CASE)
"""

BUILD = """
import sys
from pathlib import Path
case = sys.argv[1]
def write(name, text):
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
write(f"data/processed/{case}/ledger/sale.csv", "id,soles\\n1,5.00\\n2,7.50\\n")
write(f"figures/{case}/fig_01_a.svg", "<svg/>\\n")
write(f"report/{case}.pdf", "%PDF")
readme = Path("README.md")
write(readme, readme.read_text(encoding="utf-8").replace('"n"></data>', '"n">3</data>'))
import json
cells = json.loads(Path("notebooks/01_a.ipynb").read_text(encoding="utf-8"))
cells["cells"][1]["outputs"] = [{"name": "stdout", "output_type": "stream", "text": ["3"]}]
cells["cells"][1]["execution_count"] = 1
write("notebooks/01_a.ipynb", json.dumps(cells, indent=1, ensure_ascii=False) + "\\n")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that is built, with its sums written."""
    root = tmp_path / "project"
    package = root / "src" / "analysis"
    package.mkdir(parents=True)
    (root / "data" / "raw").mkdir(parents=True)
    (root / "notebooks").mkdir()
    (package / "__init__.py").touch()
    (package / "build.py").write_text(BUILD, encoding="utf-8")
    (root / "pyproject.toml").touch()
    (root / "Makefile").write_text(MAKEFILE, encoding="utf-8")
    (root / "README.md").write_text('There are <data value="n"></data>.\n', encoding="utf-8")
    cells = [new_markdown_cell('# A <data value="n"></data>'), new_code_cell("print(3)")]
    written = notebook.canonical(new_notebook(cells=cells), root)
    path = root / "notebooks" / "01_a.ipynb"
    path.write_text(notebook.dumps(written), encoding="utf-8")
    make(root)
    verify.write_sums(root)
    return root


def make(root: Path) -> None:
    subprocess.run(["make", "-s", "report", f"VENV={sys.prefix}"], cwd=root, check=True)


def edit(root: Path, old: str, new: str) -> None:
    """Change the build script of the project."""
    path = root / "src" / "analysis" / "build.py"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def found(root: Path, tmp_path: Path) -> list[str]:
    return [str(difference) for difference in verify.verify(root, tmp_path / "rebuilt")]


def test_sums_are_those_of_sha256sum(project: Path) -> None:
    lines = (project / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert [line.split("  ")[1] for line in lines] == [
        "README.md",
        "data/processed/segelec/ledger/sale.csv",
        "figures/segelec/fig_01_a.svg",
        "notebooks/01_a.ipynb",
        "report/segelec.pdf",
    ]
    assert lines[4].startswith(hashlib.sha256(b"%PDF").hexdigest())
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=project, check=True)


def test_the_same_bytes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify.main(project) == 0
    assert capsys.readouterr().out == "verified: 5 files, same bytes\n"


def test_what_depends_on_the_surroundings_is_found(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(project, '"id,soles\\n1,5.00', 'f"id,soles\\n1,{time.tzname[0]}')
    edit(project, "import sys", "import sys, time, os")
    edit(project, '"<svg/>\\n"', "Path.cwd().name")
    edit(project, '"%PDF"', 'os.environ["PYTHONHASHSEED"] + str(Path.home())')
    edit(project, '["3"]', "[sys.getfilesystemencoding(), os.environ['LC_ALL']]")
    for name, value in (("PYTHONHASHSEED", "0"), ("LC_ALL", "C.UTF-8"), ("TZ", "UTC")):
        monkeypatch.setenv(name, value)
    make(project)
    verify.write_sums(project)
    words = found(project, tmp_path)
    assert [line.split(":")[0] for line in words] == [
        "data/processed/segelec/ledger/sale.csv",
        "figures/segelec/fig_01_a.svg",
        "notebooks/01_a.ipynb",
        "report/segelec.pdf",
    ]
    assert words[0].endswith("line 2 is “1,UTC” here, “1,+14” rebuilt")
    assert "line 1 is “project” here, “elsewhere” rebuilt" in words[1]
    assert "first in the output of cell 2" in words[2]
    assert f"“4242{tmp_path}/rebuilt/home” rebuilt" in words[3]


def test_missing_extra_and_changed_files(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(project, 'write(f"figures/{case}/fig_01_a.svg"', 'write(f"figures/{case}/fig_02_b.svg"')
    (project / "report" / "segelec.pdf").write_text("%PDF by hand", encoding="utf-8")
    (project / "data" / "processed" / "segelec" / "ledger" / "sale.csv").unlink()
    assert verify.main(project) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("4 of 5 files differ (rebuilt in ")
    shutil.rmtree(lines[0].split("rebuilt in ")[1].removesuffix("):"))
    assert lines[1:] == [
        "  data/processed/segelec/ledger/sale.csv: is missing here; rebuilt it is as it should be",
        "  figures/segelec/fig_01_a.svg: was not made again",
        "  figures/segelec/fig_02_b.svg: is not in SHA256SUMS, but was made",
        "  report/segelec.pdf: was changed here; rebuilt it is as it should be; "
        "line 1 is “%PDF by hand” here, “%PDF” rebuilt",
    ]


def test_sums_that_are_older_than_the_outputs(project: Path, tmp_path: Path) -> None:
    edit(project, "2,7.50", "2,8.00")
    make(project)
    assert found(project, tmp_path) == [
        "data/processed/segelec/ledger/sale.csv: is the same here and rebuilt, "
        "but not the one in SHA256SUMS (run make report)"
    ]


def test_the_copy_holds_only_what_people_wrote(project: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    (project / ".gitignore").write_text(".venv/\n", encoding="utf-8")
    (project / ".venv").mkdir()
    (project / ".venv" / "big").touch()
    verify.copy_sources(project, tmp_path / "copy")
    copied = {path for path in (tmp_path / "copy").rglob("*") if path.is_file()}
    names = {path.relative_to(tmp_path / "copy").as_posix() for path in copied}
    assert {name for name in names if "__pycache__" not in name} == {
        ".gitignore",
        "Makefile",
        "README.md",
        "notebooks/01_a.ipynb",
        "pyproject.toml",
        "src/analysis/__init__.py",
        "src/analysis/build.py",
    }
    readme = (tmp_path / "copy" / "README.md").read_text(encoding="utf-8")
    assert readme == 'There are <data value="n"></data>.\n'
    bare = nbformat.read(tmp_path / "copy" / "notebooks" / "01_a.ipynb", as_version=4)
    assert bare.cells[0].source == '# A <data value="n"></data>'
    assert bare.cells[1].outputs == []
    assert bare.cells[1].execution_count is None


def test_a_build_that_runs_other_code_is_refused(project: Path, tmp_path: Path) -> None:
    path = project / "Makefile"
    text = path.read_text(encoding="utf-8").replace("$(CURDIR)", str(project))
    path.write_text(text, encoding="utf-8")
    with pytest.raises(verify.BuildError, match="would not run its own code but /"):
        verify.verify(project, tmp_path / "rebuilt")


def test_a_failing_build_is_one_message(project: Path, tmp_path: Path) -> None:
    before = (project / "README.md").read_bytes()
    edit(project, "import sys", "import sys\nsys.exit('no way')")
    with pytest.raises(verify.BuildError, match="make report CASE=segelec failed in"):
        verify.verify(project, tmp_path / "rebuilt")
    assert (project / "README.md").read_bytes() == before


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "make report"), ("abc  report/segelec.pdf\n", "SHA256SUMS, row 1: “abc")],
)
def test_bad_sums(project: Path, tmp_path: Path, content: str | None, message: str) -> None:
    path = project / "SHA256SUMS"
    path.unlink()
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        verify.verify(project, tmp_path / "rebuilt")


def notebook_with(cells: list[nbformat.NotebookNode], path: Path) -> Path:
    fixed = notebook.canonical(new_notebook(cells=cells), path.parent)
    path.write_text(notebook.dumps(fixed), encoding="utf-8")
    return path


def test_first_difference_of_notebooks_names_the_cell(tmp_path: Path) -> None:
    def cells(source: str, text: str) -> list[nbformat.NotebookNode]:
        code = new_code_cell(source, outputs=[new_output("stream", name="stdout", text=text)])
        return [new_markdown_cell("same"), code]

    ours = notebook_with(cells("x", "1"), tmp_path / "a.ipynb")
    for other, words in (
        (cells("y", "1"), "first in the source of cell 2"),
        (cells("x", "2"), "first in the output of cell 2"),
        (cells("x", "1")[:1], "2 cells here, 1 rebuilt"),
    ):
        made = notebook_with(other, tmp_path / "b.ipynb")
        assert verify.first_difference(ours, made).startswith(words)


def test_first_difference_of_binary_files(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"\xff\x00\x01")
    (tmp_path / "b.pdf").write_bytes(b"\xff\x00\x02\x03")
    words = verify.first_difference(tmp_path / "a.pdf", tmp_path / "b.pdf")
    assert words == "from byte 2 on (3 bytes here, 4 rebuilt)"


def test_long_lines_are_shown_around_their_difference(tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text("x" * 500 + "a" + "y" * 500, encoding="utf-8")
    (tmp_path / "b.svg").write_text("x" * 500 + "b" + "y" * 500, encoding="utf-8")
    words = verify.first_difference(tmp_path / "a.svg", tmp_path / "b.svg")
    assert f"“…{'x' * 40}a{'y' * 59}…” here" in words
