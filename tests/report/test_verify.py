"""Verification on a tiny project whose build is one Python script behind a Makefile."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml

from analysis.base.errors import BuildError, InputError
from analysis.report import outputs as verify

TINY = Path(__file__).with_name("tiny")
CASES = yaml.safe_load(Path(__file__).with_name("verify.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that is built, with its sums written."""
    root = shutil.copytree(TINY, tmp_path / "project", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "data" / "raw").mkdir(parents=True)
    (root / "pyproject.toml").touch()
    build(root)
    verify.write_sums(root)
    return root


def build(root: Path) -> None:
    subprocess.run(["make", "-s", "report", f"VENV={sys.prefix}"], cwd=root, check=True)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_sums_are_those_of_sha256sum_and_every_build_has_them(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (project / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert [line.split("  ")[1] for line in lines] == [
        "data/processed/segelec/ledger/sale.csv",
        "docs/figures.md",
        "figures/segelec/fig_01_a.svg",
        "notebooks/01_a.ipynb",
        "report/segelec.pdf",
    ]
    assert lines[4].startswith(hashlib.sha256(b"%PDF").hexdigest())
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=project, check=True)
    shutil.rmtree(project / ".build")
    assert verify.verify(project) == 0
    assert capsys.readouterr().out == "verified: 5 files, same bytes\n"
    assert (project / ".build/segelec/record.json").is_file()  # so it need not be built here


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_differs_is_said(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    case: dict[str, Any],
) -> None:
    for old, new in case["edits"]:
        edit(project / "src/analysis/build.py", old, new)
    for name, text in case.get("by hand", {}).items():
        (project / name).unlink()
        if text is not None:
            (project / name).write_text(text, encoding="utf-8")
    for name, value in (("PYTHONHASHSEED", "0"), ("LC_ALL", "C.UTF-8"), ("TZ", "UTC")):
        monkeypatch.setenv(name, value)
    for step in case.get("again", ()):
        {"build": build, "sums": verify.write_sums}[step](project)
    shutil.rmtree(project / ".build")
    assert verify.verify(project) == 1
    assert not (project / ".build").exists()
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.startswith(f"{len(lines)} of 5 files differ (rebuilt in ")
    shutil.rmtree(Path(head.split("rebuilt in ")[1].removesuffix("):")).parent)
    for line, said in zip(lines, case["said"], strict=True):
        assert said in (line.strip(), line.strip().split(":")[0])


def test_the_copy_holds_only_what_people_wrote(project: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    (project / ".gitignore").write_text(".build/\n.venv/\n__pycache__/\n", encoding="utf-8")
    (project / ".venv").mkdir()
    (project / ".venv" / "big").touch()
    copy = tmp_path / "copy"
    verify.copy_sources(project, copy)
    names = {path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()}
    written = {path.relative_to(TINY).as_posix() for path in TINY.rglob("*") if path.is_file()}
    written = {name for name in written if "__pycache__" not in name}
    assert names == {*written, ".gitignore", "pyproject.toml"}
    built = "src/analysis/build.py"
    assert (copy / built).read_bytes() == (TINY / built).read_bytes()
    bare = nbformat.read(copy / "notebooks" / "01_a.ipynb", as_version=4)
    assert bare.cells[1].outputs == []
    assert bare.cells[1].execution_count is None


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("Makefile", "$(CURDIR)", "{root}", "would not run its own code but /"),
        (
            "src/analysis/build.py",
            "case = ",
            "sys.exit('no way')\ncase = ",
            "make report CASE=segelec failed in",
        ),
    ],
)
def test_a_build_that_fails_or_runs_other_code_is_one_message(
    project: Path, name: str, old: str, new: str, message: str
) -> None:
    before = (project / "docs" / "figures.md").read_bytes()
    edit(project / name, old, new.format(root=project))
    with pytest.raises(BuildError, match=message):
        verify.verify(project)
    assert (project / "docs" / "figures.md").read_bytes() == before


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
