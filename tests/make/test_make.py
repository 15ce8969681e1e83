"""The build graph, run by make itself on a small copy with a stub for every step."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CASES = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"))
NOTEBOOKS = ("01_sales", "02_people")
# These tests may run under make themselves.
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
WAITING = "report/segelec.pdf is up to date: waiting for a change\n"
STEPS = ["verdicts", "ledger", "kpis", *NOTEBOOKS, "dashboard", "report", "sums"]

# Each command says its name and writes an output; variables make one fail, wait or write back.
CLI = """
import json, os, sys, time
from argparse import ArgumentParser
from pathlib import Path
from analysis.base.errors import InputError
from analysis.base.text import write_text

IMPORTS = {"verdicts": "claims", "kpis": "kpis.sales", "dashboard": "dashboard", "report": "report"}
OUTPUTS = {"edition": "", "report": "report/{}.pdf",
    "dashboard": "report/{}.html", "sums": "SHA256SUMS",
    "kpis": "data/processed/{}/kpis.csv data/processed/{}/comparison.csv",
    "notebook": "figures/{}/NAME.svg"}

def main(arguments):
    if arguments[0] == "build":
        from analysis.base import steps
        from analysis.base.plan import Goal, build, watch
        steps.FORKS = steps.FORKS and not os.environ.get("STUB_NO_FORKS")
        parser = ArgumentParser()
        for name in ("--case", "--period", "--base"):
            parser.add_argument(name)
        parser.add_argument("--reading", action="append", default=[])
        parser.add_argument("--jobs", type=int)
        parser.add_argument("--watch", action="store_true")
        parser.add_argument("goal")
        given = parser.parse_args(arguments[1:])
        goal = Goal(given.goal, given.case, given.period, given.base, tuple(given.reading))
        return (watch if given.watch else build)(goal, main, jobs=given.jobs, packages=())
    arguments = [word for part in arguments for word in part.split("=", 1)]
    command, given = arguments[0], dict(zip(arguments, arguments[1:]))
    if command == "chapters":
        found = sorted(Path("notebooks").rglob("*.ipynb"))
        periodic = "--period" in given
        names = [str(path) for path in found if not periodic or "period =" in path.read_text()]
        folder = "-".join(given[key] for key in ("--case", "--period", "--base") if key in given)
        write_text(Path(".build", folder, "chapters.txt"), " ".join(names))
        print("step chapters\\n", end="")
        return 0
    notebook = Path(given.get("notebook", ""))
    name = notebook.stem or command
    for cell in json.loads(notebook.read_text())["cells"] if notebook.name else ():
        exec("".join(cell["source"]))
    own = "own" if (command, given["--case"]) == ("ledger", "acme") else None
    if module := IMPORTS.get(command, own):
        __import__("analysis." + module)
    report = "-".join(given[key] for key in ("--case", "--period", "--base") if key in given)
    outputs = OUTPUTS.get(command, f"data/processed/{{}}/{command}.csv").replace("{}", report)
    outputs = outputs.replace("NAME", name)
    if report != given["--case"] and command != "report":
        outputs = outputs.replace("data/processed", ".build").replace("figures", ".build")
    if os.environ.get("STUB_WAIT") == name:
        Path("waiting").touch()
        time.sleep(60)
    if os.environ.get("STUB_FAIL") == name:
        print(InputError("the value is no number", file="claims.csv", row=7), file=sys.stderr)
        return 2
    for output in map(Path, outputs.split()):
        same = name in os.environ.get("STUB_SAME", "")
        write_text(output, name if same else f"{name} {time.time_ns()}")
    if notebook.name and os.environ.get("STUB_OUTPUT"):
        write_text(notebook, notebook.read_text() + " ")
    print(f"step {name}\\n", end="")
    return 0
"""
TEXT = """
written, imported = set(), set()

def write_text(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    written.add(path)
"""
REAL = (
    "Makefile",
    "src/analysis/__main__.py",
    *(f"src/analysis/base/{name}.py" for name in ("errors", "language", "plan", "steps")),
)


def make(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments], cwd=root, env=ENVIRONMENT, capture_output=True, text=True
    )


class Project:
    """A folder with the Makefile and the stub package."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def fill(self) -> Project:
        for name in CASES["empty-files"]:
            self.write(name, "")
        self.write("src/analysis/cli.py", CLI)
        self.write("src/analysis/base/text.py", TEXT)
        self.write("src/analysis/kpis/sales.py", "import analysis.money")
        for name in REAL:
            self.write(name, (ROOT / name).read_text(encoding="utf-8"))
        for name, module in zip(NOTEBOOKS, ("kpis.sales", "kpis.people"), strict=True):
            self.notebook(name, f"import analysis.{module}")
        return self

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def notebook(self, name: str, code: str) -> None:
        cell = {"cell_type": "code", "source": [code]}
        self.write(f"notebooks/{name}.ipynb", json.dumps({"cells": [cell]}, indent=1))

    def change(self, name: str) -> None:
        """Add an empty line to a file."""
        with (self.root / name).open("a", encoding="utf-8") as file:
            file.write("\n")

    def start(
        self, *arguments: str, goal: str = "report", **environment: str
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["make", goal, f"VENV={sys.prefix}", *arguments],
            cwd=self.root,
            env={**ENVIRONMENT, **environment},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            # heeds interrupts even where these tests run in the background
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def make(self, *arguments: str, **environment: str) -> list[str]:
        """Build, and return the steps that ran, in their order."""
        process = self.start(*arguments, **environment)
        self.output, self.errors = process.communicate()
        self.status = process.returncode
        return [line[5:] for line in self.output.splitlines() if line.startswith("step ")]

    def recorded(self) -> set[str]:
        names = {path.stem for path in (self.root / ".build/segelec").glob("*.json")}
        return names - {"contents"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a project that was built once."""
    project = Project(tmp_path_factory.mktemp("built")).fill()
    ran = project.make()
    assert project.status == 0, project.errors
    assert sorted(ran) == sorted(STEPS)
    assert ran[:3] == STEPS[:3]
    assert ran[-1] == STEPS[-1]
    assert ran.index("report") > max(map(ran.index, NOTEBOOKS))
    return project.root


@pytest.fixture
def project(built: Path, tmp_path: Path) -> Project:
    """A copy of it with all dates kept, in a folder whose name has a space."""
    return Project(shutil.copytree(built, tmp_path / "a copy"))


def test_nothing_changed_runs_nothing_and_imports_nothing_large(project: Project) -> None:
    for path in project.root.rglob("*.*"):  # a date alone is no change
        os.utime(path, (2e9, 2e9))
    assert project.make(PYTHONPROFILEIMPORTTIME="1") == []
    assert project.status == 0
    assert "analysis.base.steps" in project.errors
    assert not re.search("pandas|numpy|matplotlib$", project.errors, re.MULTILINE)
    assert project.output == "nothing to do: report/segelec.pdf is up to date\n"


def test_a_step_that_writes_the_same_again_reruns_nothing_after_it(project: Project) -> None:
    claims = "src/analysis/claims.py"
    project.change(claims)
    project.make(STUB_SAME="verdicts")
    project.change(claims)
    assert project.make(STUB_SAME="verdicts") == ["verdicts"]


def test_a_change_reruns_what_depends_on_it_once(project: Project) -> None:
    for changed, rerun in CASES["a-change-reruns"].items():
        project.change(changed)
        assert sorted(project.make()) == sorted(rerun.split()), changed
    assert project.make() == []


def test_any_file_that_a_step_wrote_is_made_again(project: Project) -> None:
    for lost, rerun in CASES["a-loss-reruns"].items():
        (project.root / lost).unlink()
        assert sorted(project.make()) == sorted(rerun.split()), lost
        assert (project.root / lost).is_file()
    assert project.make() == []


def test_new_imports_renamed_modules_and_lost_files_are_noticed(project: Project) -> None:
    project.write("src/analysis/new.py", "")
    project.write("src/analysis/kpis/people.py", "import analysis.new")
    assert project.make() == ["02_people", "report", "sums"]
    project.change("src/analysis/new.py")
    assert project.make() == ["02_people", "report", "sums"]

    (project.root / "src/analysis/new.py").rename(project.root / "src/analysis/newer.py")
    project.write("src/analysis/kpis/people.py", "import analysis.newer")
    assert project.make() == ["02_people", "report", "sums"]

    (project.root / "data/raw/segelec/swot.csv").unlink()
    assert sorted(project.make()) == sorted(STEPS[1:])
    (project.root / "notebooks/02_people.ipynb").unlink()
    assert project.make() == ["report", "sums"]
    assert project.make() == []


def test_a_file_moved_in_with_an_old_date_is_noticed(project: Project) -> None:
    for name in ("swot.csv", "my sales.csv"):
        old = project.root / name
        old.write_text("old")
        os.utime(old, (0, 0))
        old.rename(project.root / "data/raw/segelec" / name)
        assert sorted(project.make()) == sorted(STEPS[1:])
    assert project.make() == []


def test_a_notebook_that_its_run_rewrites_does_not_run_again(project: Project) -> None:
    project.change("src/analysis/kpis/people.py")
    assert project.make(STUB_OUTPUT="yes") == ["02_people", "report", "sums"]
    assert project.make() == []


@pytest.mark.parametrize(("case", "step"), [("segelec", "kpis"), ("acme", "ledger")])
def test_a_failing_step_is_all_that_is_said_keeps_outputs_and_is_tried_again(
    project: Project, case: str, step: str
) -> None:
    pdf = (project.root / "report/segelec.pdf").read_bytes()
    project.write("data/raw/acme/case.yaml", "")
    project.change("src/analysis/kpis/sales.py")
    for _ in range(2):
        assert project.make(f"CASE={case}", STUB_FAIL=step) in (["verdicts"], [])
        assert project.status == 2
        message, *noise = project.errors.splitlines()
        assert message == "claims.csv, row 7: the value is no number"
        assert [line.partition(" [")[0] for line in noise] == ["make: ***"]
    assert (project.root / "report/segelec.pdf").read_bytes() == pdf
    rest = STEPS[STEPS.index(step) :] if case == "segelec" else ["chapters", *STEPS[1:-1]]
    assert sorted(project.make(f"CASE={case}")) == sorted(rest)


def test_where_forks_are_unsafe_each_step_is_a_process(tmp_path: Path) -> None:
    project = Project(tmp_path).fill()
    assert sorted(project.make(STUB_NO_FORKS="1")) == sorted(STEPS)
    assert project.make() == []


def test_who_writes_sees_what_an_edit_concerns_made_again(project: Project) -> None:
    watching = project.start(goal="watch")
    said = watching.stdout
    assert said is not None

    def made() -> list[str]:
        found = []
        while (line := said.readline()) != WAITING:
            assert line, said
            found.append(line.removeprefix("step ").strip())
        return sorted(found)

    assert made() == []
    project.change("notebooks/01_sales.ipynb")
    assert made() == ["01_sales", "report", "sums"]
    project.notebook("02_people", "a name that is not known")
    assert said.readline().startswith("report/segelec.pdf is not up to date")
    project.notebook("02_people", "import analysis.money")
    assert made() == ["02_people", "report", "sums"]
    project.change("src/analysis/report/template.typ")  # the process begins anew, with it
    assert made() == ["report", "sums"]
    os.killpg(watching.pid, signal.SIGINT)
    watching.communicate(timeout=60)
    assert project.make() == []


def test_a_second_build_waits_for_the_first(tmp_path: Path) -> None:
    project = Project(tmp_path).fill()
    first = project.start(STUB_WAIT="kpis")
    while not (tmp_path / "waiting").exists():
        time.sleep(0.02)
    second = project.start()
    assert second.stderr is not None
    assert second.stderr.readline().startswith("another build is running in this folder: waiting")
    os.killpg(first.pid, signal.SIGTERM)
    first.communicate()
    second.communicate()
    assert second.returncode == 0


@pytest.mark.parametrize("how", [None, signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_first_build_that_stops_goes_on_from_there(
    tmp_path: Path, how: signal.Signals | None
) -> None:
    project = Project(tmp_path).fill()
    process = project.start(**{"STUB_WAIT" if how else "STUB_FAIL": "kpis"})
    while how and not (tmp_path / "waiting").exists():
        assert process.poll() is None
        time.sleep(0.02)
    if how:
        os.killpg(process.pid, how)
    _, errors = process.communicate()
    assert process.returncode != 0
    assert "Traceback" not in errors
    assert project.recorded() == {"verdicts", "ledger"}
    assert not (tmp_path / "report").exists()
    assert sorted(project.make()) == sorted(STEPS[2:])


def test_a_syntax_error_is_reported_with_its_place(project: Project) -> None:
    project.write("src/analysis/money.py", "cents = = 1\n")
    assert project.make() == []
    assert project.errors.startswith("src/analysis/money.py, row 1: this is not valid Python")
    assert len(project.errors.splitlines()) == 2


def test_cases_are_built_side_by_side(project: Project) -> None:
    project.write("data/raw/acme/case.yaml", "")
    own = ["chapters", *STEPS[:-1]]  # the checksums are those of the paper's case
    assert sorted(project.make("CASE=acme")) == sorted(own)
    assert project.make("CASE=acme") == project.make() == []
    project.change("src/analysis/own.py")
    assert sorted(project.make("CASE=acme")) == sorted(own)[:-1]


def test_a_report_on_a_period_has_its_own_records_and_the_steps_of_its_case(
    project: Project,
) -> None:
    project.notebook("02_kpis", 'period = "2024Q2"')
    own = ["02_kpis", "chapters", "edition", "report"]  # in any order
    assert sorted(project.make("PERIOD=2024Q1")) == own  # the ledger and the KPIs are there
    assert project.make("PERIOD=2024Q1") == []
    assert project.output == "nothing to do: report/segelec-2024Q1.pdf is up to date\n"
    assert sorted(project.make("PERIOD=2024Q1", "BASE=previous")) == own
    assert project.make("PERIOD=2023Q4", STUB_FAIL="edition") == []
    assert (project.root / "report/segelec-2024Q1-previous.pdf").is_file()
    project.change("notebooks/02_kpis.ipynb")
    assert project.make("PERIOD=2024Q1") == ["chapters", "02_kpis", "report"]
    project.change("data/raw/segelec/swot.csv")
    again = {"ledger", "kpis", *own} - {"edition"}
    assert set(project.make("PERIOD=2024Q1")) == again
    (project.root / "report/segelec-2024Q1.pdf").unlink()
    assert project.make("PERIOD=2024Q1") == ["report"]


def test_what_is_asked_for_is_checked_before_anything_is_made(tmp_path: Path) -> None:
    project = Project(tmp_path).fill()
    assert project.make("PERIOD=1999Q1", STUB_FAIL="edition") == []
    assert not (tmp_path / "data/processed").exists()


@pytest.mark.parametrize(("options", "message"), CASES["refused"])
def test_what_cannot_be_made_is_refused_in_one_line(
    project: Project, options: list[str], message: str
) -> None:
    assert project.make(*options) == []
    assert project.status == 2
    assert message in project.errors
    assert project.errors.count("\n") == 1


def test_help_is_the_default_and_names_the_public_targets() -> None:
    said = make(ROOT).stdout
    for target in ("report", "dashboard", "test", "verify", "lab", "lint", "lock", "clean"):
        assert f"  make {target} " in said


@pytest.mark.parametrize(("user", "said"), [("0", True), ("1000", False)])
def test_the_lab_opens_for_the_superuser_too(project: Project, user: str, said: bool) -> None:
    for path, text in {"id": f"echo {user}", "env/bin/python": 'echo "$@"'}.items():
        project.write(f"bin/{path}", f"#!/bin/sh\n{text}\n")
        (project.root / "bin" / path).chmod(0o755)
    search = f"PATH={project.root / 'bin'}:{os.environ['PATH']}"
    shown = make(project.root, "lab", "VENV=bin/env", f"--eval=export {search}").stdout
    assert ("--allow-root" in shown) is said
    assert shown.startswith("-m jupyter lab ")
    assert shown.endswith("notebooks/00_overview.ipynb\n")


def test_an_old_python_gets_one_clear_message(project: Project) -> None:
    old = project.root / "python3.9"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 || exit 1\n', "utf-8")
    old.chmod(0o755)
    project.write("requirements/uv.txt", "")
    run = make(project.root, "report", "PYTHON=./python3.9")
    assert run.returncode == 2
    assert "Python 3.11 or newer is needed; ./python3.9 is Python 3.9.2." in run.stderr
    assert not (project.root / ".venv").exists()


def test_a_real_step_depends_on_what_it_imported(tmp_path: Path) -> None:
    note = tmp_path / "note"
    step = ["-m", "analysis", str(note), "--", "check", "--case", "courier"]
    subprocess.run([sys.executable, *step], cwd=ROOT, check=True)
    found = {name.removeprefix("src/analysis/") for name in json.loads(note.read_text())["read"]}
    assert {"__init__.py", "__main__.py", "cli.py", "intake/case_check.py"} <= found
    assert "intake/rules.yaml" in found
    assert not [name for name in found if name.startswith(("figures/", "dashboard/", "report/"))]
