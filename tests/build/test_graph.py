"""The dependencies of a step, against packages small enough to see them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.build import graph
from analysis.build.graph import dependencies, fragment


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package in which `sales` uses `money`, and the report alone has a template."""
    files = {
        "__init__.py": "",
        "fonts/plex.ttf": "",
        "money.py": "import math\n",
        "kpis/__init__.py": "",
        "kpis/sales.py": "from .. import money\nfrom ..money import cents\n",
        "kpis/people.py": "VALUE = 1\n",
        "report/__init__.py": "from analysis.report.page import page\n",
        "report/page.py": "from analysis.kpis import people as folk\n",
        "report/template.typ": "",
        "report/__pycache__/page.pyc": "",
        "lazy.py": "def f():\n    import analysis.kpis.sales\n",
        "typed.py": (
            "from typing import TYPE_CHECKING\n"
            "if TYPE_CHECKING:\n    import analysis.report\n"
            "else:\n    import analysis.money\n"
        ),
        "ring.py": "import analysis.gnir\n",
        "gnir.py": "import analysis.ring\n",
        "cli.py": (
            "from analysis import errors\n"
            "def kpis():\n    from analysis.kpis import sales\n"
            "def report():\n    _open()\n    import analysis.report\n"
            "def _open():\n    import analysis.lazy\n"
            "def main():\n    import analysis.ring\n"
        ),
        "errors.py": "",
    }
    for name, text in files.items():
        path = tmp_path / "src" / "analysis" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(*entries: str) -> set[str]:
    """What the entries need, relative to the package, without what everything needs."""
    found = {path.relative_to("src/analysis").as_posix() for path in dependencies(entries)}
    assert {"__init__.py", "fonts/plex.ttf"} <= found
    return found - {"__init__.py", "fonts/plex.ttf"}


def notebook(path: Path, *cells: str) -> str:
    """Write a notebook with these code cells and one of Markdown that is no Python."""
    code = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    text = {"cell_type": "markdown", "source": ["import analysis.report, they say"]}
    path.write_text(json.dumps({"cells": [text, *code]}), encoding="utf-8")
    return path.name


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("money", {"money.py"}),
        ("kpis.sales", {"kpis/__init__.py", "kpis/sales.py", "money.py"}),
        ("kpis", {"kpis/__init__.py"}),
        ("lazy", {"lazy.py", "kpis/__init__.py", "kpis/sales.py", "money.py"}),
        ("typed", {"typed.py", "money.py"}),
        ("ring", {"ring.py", "gnir.py"}),
        (
            "report.page",
            {
                "report/__init__.py",
                "report/page.py",
                "report/template.typ",
                "kpis/__init__.py",
                "kpis/people.py",
            },
        ),
    ],
)
def test_modules_need_what_they_import_and_the_files_beside_it(
    project: Path, module: str, expected: set[str]
) -> None:
    assert names(f"analysis.{module}") == expected


def test_a_command_leaves_out_what_other_commands_import(project: Path) -> None:
    shared = {"cli.py", "errors.py", "ring.py", "gnir.py"}  # at the top, and in main
    lazy = {"lazy.py", "kpis/__init__.py", "kpis/sales.py", "money.py"}  # in the private helper
    assert names("analysis.cli:kpis") == shared | lazy
    assert "report/template.typ" in names("analysis.cli:report")
    assert names("analysis.cli:unheard_of") >= names("analysis.cli:report", "analysis.cli:kpis")


def test_notebooks_count_their_code_cells_only(project: Path) -> None:
    cell = "%matplotlib inline\nfrom analysis.money import cents"
    name = notebook(project / "01_money.ipynb", cell, "!ls\nimport pandas", "")
    assert names(name, "analysis.base.errors") == {"money.py", "errors.py"}


def test_what_cannot_be_read_is_named(project: Path) -> None:
    (project / "src/analysis/money.py").write_text("x = = 1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"money\.py, row 1: this is not valid Python"):
        dependencies(["analysis.kpis.sales"])
    with pytest.raises(InputError, match=r"02_bad\.ipynb: cell 3 is not valid Python"):
        dependencies([notebook(project / "02_bad.ipynb", "x = 1", "for")])
    (project / "03_no.ipynb").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"03_no\.ipynb: this is not a Jupyter notebook"):
        dependencies(["03_no.ipynb"])
    with pytest.raises(InputError, match=r"04_gone\.ipynb: there is no such notebook"):
        dependencies(["04_gone.ipynb"])
    with pytest.raises(InputError, match="the package has no such module"):
        dependencies(["analysis.gone"])


def test_an_interruption_is_left_to_make(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> list[Path]:
        raise KeyboardInterrupt

    monkeypatch.setattr(graph, "modules", interrupted)
    assert graph.main(["stamp", "--", "kpis"]) == 130
    assert capsys.readouterr().err == ""


def test_make_reads_the_rule_and_survives_a_deleted_file(tmp_path: Path) -> None:
    kept, gone = tmp_path / "kept.py", tmp_path / "gone.py"
    kept.touch()
    rule = fragment("stamp", [Path("kept.py"), Path("gone.py")], ["also.ipynb"])
    (tmp_path / "Makefile").write_text(rule + "stamp: ; @echo made $^\n", encoding="utf-8")
    make = subprocess.run(
        [shutil.which("make") or "make", "stamp"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        # these tests may run under make themselves
        env={
            name: value
            for name, value in os.environ.items()
            if name not in {"MAKEFLAGS", "MFLAGS", "MAKELEVEL"}
        },
    )
    assert make.stdout.splitlines()[-1] == "made kept.py gone.py also.ipynb", make.stderr
    assert not gone.exists()


def test_agrees_with_what_python_really_loads() -> None:
    """The real package: every module that importing one loads is among its dependencies."""
    root = Path(__file__).parents[1]
    for module in ("analysis.kpis", "analysis.build.environment"):
        code = (
            f"import sys, {module}\n"
            "for name, module in sys.modules.items():\n"
            "    if name.split('.')[0] == 'analysis': print(module.__file__)"
        )
        run = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        loaded = {Path(line) for line in run.stdout.splitlines()}
        assert loaded <= set(dependencies([module], root / "src"))


@pytest.mark.parametrize(
    ("command", "foreign"),
    [
        ("verdicts", ("intake/", "figures/", "fonts/")),
        ("kpis", ("intake/", "claims/general/", "figures/", "fonts/", "dashboard/")),
        ("efficiency", ("intake/", "claims/general/", "claims/verdicts.py", "figures/", "fonts/")),
        ("report", ("intake/", "claims/general/", "dashboard/")),
    ],
)
def test_a_real_step_does_not_wait_for_what_others_need(
    command: str, foreign: tuple[str, ...]
) -> None:
    src = Path(__file__).parents[1] / "src"
    needed = [
        path.relative_to(src / "analysis").as_posix()
        for path in dependencies([f"analysis.cli:{command}"], src)
    ]
    assert [name for name in needed if name.startswith(foreign)] == []
