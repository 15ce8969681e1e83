"""Verification on a tiny project whose build is one Python script behind a Makefile."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from analysis.base.errors import BuildError, InputError
from analysis.notebook import run as notebook
from analysis.report import outputs as verify

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


def differences(root: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Verify, remove the copy, and return the lines said on what differs."""
    assert verify.verify(root) == 1
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.startswith(f"{len(lines)} of 5 files differ (rebuilt in ")
    shutil.rmtree(Path(head.split("rebuilt in ")[1].removesuffix("):")).parent)
    return [line.strip() for line in lines]


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
    assert verify.verify(project) == 0
    assert capsys.readouterr().out == "verified: 5 files, same bytes\n"


def test_what_depends_on_the_surroundings_is_found(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
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
    words = differences(project, capsys)
    assert words[0] == (
        "data/processed/segelec/ledger/sale.csv: was made with other bytes, from line 2 on"
    )
    assert [line.split(":")[0] for line in words[1:]] == [
        "figures/segelec/fig_01_a.svg",
        "notebooks/01_a.ipynb",
        "report/segelec.pdf",
    ]


def test_missing_extra_and_changed_files(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(project, 'write(f"figures/{case}/fig_01_a.svg"', 'write(f"figures/{case}/fig_02_b.svg"')
    (project / "report" / "segelec.pdf").write_text("%PDF by hand", encoding="utf-8")
    (project / "data" / "processed" / "segelec" / "ledger" / "sale.csv").unlink()
    assert differences(project, capsys) == [
        "data/processed/segelec/ledger/sale.csv: is missing here; rebuilt it is as it should be",
        "figures/segelec/fig_01_a.svg: was not made again",
        "figures/segelec/fig_02_b.svg: is not in SHA256SUMS, but was made",
        "report/segelec.pdf: was changed here; rebuilt it is as it should be, from line 1 on",
    ]


def test_sums_that_are_older_than_the_outputs(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(project, "2,7.50", "2,8.00")
    make(project)
    assert differences(project, capsys) == [
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


def test_a_build_that_runs_other_code_is_refused(project: Path) -> None:
    path = project / "Makefile"
    text = path.read_text(encoding="utf-8").replace("$(CURDIR)", str(project))
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BuildError, match="would not run its own code but /"):
        verify.verify(project)


def test_a_failing_build_is_one_message(project: Path) -> None:
    before = (project / "README.md").read_bytes()
    edit(project, "import sys", "import sys\nsys.exit('no way')")
    with pytest.raises(BuildError, match="make report CASE=segelec failed in"):
        verify.verify(project)
    assert (project / "README.md").read_bytes() == before


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "make report"), ("abc  report/segelec.pdf\n", "SHA256SUMS, row 1: “abc")],
)
def test_bad_sums(project: Path, content: str | None, message: str) -> None:
    path = project / "SHA256SUMS"
    path.unlink()
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        verify.verify(project)
