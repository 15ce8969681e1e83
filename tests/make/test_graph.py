"""What a step of the build is found to depend on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from analysis import __main__ as graph

ROOT = Path(__file__).parents[2]


def run(tmp_path: Path, *command: str) -> set[str]:
    """Run a real step, and return the package's files in its rule, relative to the package."""
    stamp = tmp_path / "stamp"
    subprocess.run(
        [sys.executable, "-m", "analysis", str(stamp), "also.ipynb", "--", *command],
        cwd=ROOT,
        check=True,
    )
    names = stamp.with_suffix(".new").read_text(encoding="utf-8").splitlines()[0].split()
    assert names[0] == f"{stamp}:"
    assert names[-1] == "also.ipynb"
    return {name.removeprefix("src/analysis/") for name in names[1:-1]}


def test_a_step_depends_on_what_it_imported_and_on_the_files_beside_it(tmp_path: Path) -> None:
    found = run(tmp_path, "chapters", "--case", "courier")
    assert {"__init__.py", "cli.py", "notebook/edition.py", "__main__.py"} <= found
    assert not [name for name in found if name.startswith(("figures/", "dashboard/", "report/"))]


def test_data_files_count_but_not_those_of_other_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.py", "style.css", "js/main.js", "__pycache__/a.pyc", ".hidden", "sub/x.css"):
        path = tmp_path / "room" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "room" / "sub" / "__init__.py").touch()
    monkeypatch.setattr(graph, "PACKAGE", tmp_path)
    found = graph.with_data([tmp_path / "room" / "a.py", Path(graph.__file__)])
    assert [path.relative_to(tmp_path / "room").as_posix() for path in found] == [
        "a.py",
        "js/main.js",
        "style.css",
    ]


def test_an_interruption_is_left_to_make(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    assert graph.record(["stamp", "--", "kpis"], interrupted) == 130
    assert capsys.readouterr().err == ""
