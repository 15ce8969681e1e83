"""The build graph, run by make itself on a small copy with a stub for every step."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from analysis.notebook.edition import chapters
from analysis.tables.case import Case

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ("01_sales", "02_people")
# These tests may run under make themselves.
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
STEPS = ["verdicts", "ledger", "kpis", "values", *NOTEBOOKS, "dashboard", "report", "sums"]

# Each command says its name and writes an output; variables make one fail, wait or write back.
CLI = """
import argparse, importlib, json, os, sys, time
from pathlib import Path
from analysis.base.errors import InputError
from analysis.base.files import write_text

IMPORTS = {"verdicts": "claims", "kpis": "kpis.sales", "dashboard": "dashboard", "report": "report"}
OUTPUTS = {
    "verdicts": "data/processed/{}/verdicts.csv",
    "ledger": "data/processed/{}/ledger/sale.csv",
    "kpis": "data/processed/{}/kpis.csv data/processed/{}/comparison.csv",
    "values": "data/processed/{}/values.json",
    "notebook": "figures/{}/fig.svg",
    "dashboard": "report/{}.html",
    "report": "report/{}.pdf",
    "sums": "SHA256SUMS",
    "edition": "",
}

def main(arguments):
    parser = argparse.ArgumentParser()
    parser.add_argument("command")
    parser.add_argument("notebook", nargs="?")
    for option in ("--case", "--period", "--base"):
        parser.add_argument(option)
    args = parser.parse_args(arguments)
    if args.command == "chapters":
        print("NOTEBOOKS :=", *sorted(map(str, Path("notebooks").glob("*.ipynb"))))
        return 0
    name = Path(args.notebook).stem if args.notebook else args.command
    for cell in json.loads(Path(args.notebook).read_text())["cells"] if args.notebook else ():
        exec("".join(cell["source"]))
    own = "own" if (args.command, args.case) == ("ledger", "acme") else None
    if module := IMPORTS.get(args.command, own):
        importlib.import_module("analysis." + module)
    report = "-".join(filter(None, (args.case, args.period, args.base)))
    outputs = OUTPUTS[args.command].replace("{}", report)
    if report != args.case and args.command != "report":
        outputs = outputs.replace("data/processed", ".build").replace("figures", ".build")
    if os.environ.get("STUB_WAIT") == name:
        Path("waiting").touch()
        time.sleep(60)
    if os.environ.get("STUB_FAIL") == name:
        print(InputError("the value is no number", file="claims.csv", row=7), file=sys.stderr)
        return 2
    for output in map(Path, outputs.split()):
        write_text(output, name)
    if args.notebook and os.environ.get("STUB_OUTPUT"):
        Path(args.notebook).write_text(Path(args.notebook).read_text() + " ")
    print(f"step {name}")
    return 0
"""
EMPTY = """
    src/analysis/__init__.py src/analysis/claims.py src/analysis/notebook/edition.py
    src/analysis/money.py src/analysis/own.py src/analysis/kpis/__init__.py
    src/analysis/kpis/people.py src/analysis/dashboard/__init__.py
    src/analysis/dashboard/js/main.js src/analysis/report/__init__.py
    src/analysis/report/template.typ data/raw/segelec/case.yaml data/raw/segelec/claims.csv
    data/raw/segelec/relations.csv data/raw/segelec/swot.csv
    requirements/report.txt pyproject.toml README.md
"""
REAL = """
    Makefile src/analysis/__main__.py src/analysis/base/errors.py src/analysis/base/files.py
    src/analysis/__main__.py
"""


def default_interrupts() -> None:
    """Heed interrupts in a new process, even where these tests run in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Project:
    """A folder with the Makefile and the stub package."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def fill(self) -> Project:
        for name in EMPTY.split():
            self.write(name, "")
        self.write("src/analysis/cli.py", CLI)
        self.write("src/analysis/kpis/sales.py", "import analysis.money")
        for name in REAL.split():
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

    def touch(self, name: str) -> None:
        """Date a file a moment ahead, so that no clock is too coarse to see the change."""
        later = time.time() + 0.01
        os.utime(self.root / name, (later, later))
        time.sleep(0.02)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["make", "report", f"VENV={sys.prefix}", *arguments],
            cwd=self.root,
            env={**ENVIRONMENT, **environment},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=default_interrupts,
        )

    def make(self, *arguments: str, **environment: str) -> list[str]:
        """Build, and return the steps that ran, in their order."""
        process = self.start(*arguments, **environment)
        self.output, self.errors = process.communicate()
        self.status = process.returncode
        return [line[5:] for line in self.output.splitlines() if line.startswith("step ")]

    def stamps(self) -> set[str]:
        return {path.name for path in (self.root / ".build/segelec").iterdir() if not path.suffix}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a project that was built once."""
    project = Project(tmp_path_factory.mktemp("built")).fill()
    ran = project.make()
    assert project.status == 0, project.errors
    assert sorted(ran) == sorted(STEPS)
    assert ran[:4] == STEPS[:4]
    assert ran[-1] == STEPS[-1]
    assert ran.index("report") > max(map(ran.index, NOTEBOOKS))
    return project.root


@pytest.fixture
def project(built: Path, tmp_path: Path) -> Project:
    """A copy of it with all dates kept, in a folder whose name has a space."""
    return Project(shutil.copytree(built, tmp_path / "a copy"))


def test_nothing_changed_runs_nothing_and_starts_no_python(project: Project) -> None:
    stub = project.root / "bin"
    stub.mkdir()
    (stub / "python").write_text("#!/bin/sh\necho python >&2; exit 9\n", encoding="utf-8")
    (stub / "python").chmod(0o755)
    assert project.make(f"VENV={project.root}") == []
    assert project.status == 0
    assert project.errors == ""
    assert project.output == "nothing to do: report/segelec.pdf is up to date\n"


@pytest.mark.parametrize(
    ("changed", "rerun"),
    [
        ("src/analysis/kpis/people.py", ["02_people", "report", "sums"]),
        ("src/analysis/kpis/sales.py", STEPS[2:]),
        ("src/analysis/money.py", STEPS[2:]),
        ("src/analysis/own.py", []),  # for the rows of other cases
        ("src/analysis/claims.py", STEPS),
        ("src/analysis/report/template.typ", ["report", "sums"]),
        ("src/analysis/dashboard/js/main.js", ["dashboard", "sums"]),
        ("src/analysis/cli.py", STEPS),
        ("notebooks/01_sales.ipynb", ["01_sales", "report", "sums"]),
        ("README.md", ["sums"]),
        ("data/raw/segelec/claims.csv", STEPS),
        ("data/raw/segelec/relations.csv", STEPS),
        ("data/raw/segelec/swot.csv", STEPS[1:]),
        ("requirements/report.txt", STEPS),
        ("pyproject.toml", STEPS),
    ],
)
def test_a_change_reruns_what_depends_on_it(
    project: Project, changed: str, rerun: list[str]
) -> None:
    project.touch(changed)
    assert sorted(project.make()) == sorted(rerun)
    assert project.make() == []


def test_new_imports_renamed_modules_and_lost_files_are_noticed(project: Project) -> None:
    project.write("src/analysis/new.py", "")
    project.write("src/analysis/kpis/people.py", "import analysis.new")
    assert project.make() == ["02_people", "report", "sums"]
    project.touch("src/analysis/new.py")
    assert project.make() == ["02_people", "report", "sums"]

    (project.root / "src/analysis/new.py").rename(project.root / "src/analysis/newer.py")
    project.write("src/analysis/kpis/people.py", "import analysis.newer")
    assert project.make() == ["02_people", "report", "sums"]

    (project.root / "data/raw/segelec/swot.csv").unlink()
    assert sorted(project.make()) == sorted(STEPS[1:])
    (project.root / "notebooks/02_people.ipynb").unlink()
    assert project.make() == ["report", "sums"]
    assert project.make() == []
    (project.root / "report/segelec.pdf").unlink()
    assert project.make() == ["report", "sums"]
    assert project.make() == []


@pytest.mark.parametrize(
    ("lost", "rerun"),
    [
        ("data/processed/segelec/comparison.csv", STEPS[2:]),
        ("figures/segelec/fig.svg", ["01_sales", "02_people", "report", "sums"]),
        ("SHA256SUMS", ["sums"]),
    ],
)
def test_any_file_that_a_step_wrote_is_made_again(
    project: Project, lost: str, rerun: list[str]
) -> None:
    (project.root / lost).unlink()
    assert sorted(project.make()) == sorted(rerun)
    assert (project.root / lost).is_file()
    assert project.make() == []


def test_a_file_moved_in_with_an_old_date_is_noticed(project: Project) -> None:
    old = project.root / "swot.csv"
    old.touch()
    os.utime(old, (0, 0))
    project.touch("data/raw/segelec")
    old.rename(project.root / "data/raw/segelec/swot.csv")
    assert sorted(project.make()) == sorted(STEPS[1:])


def test_a_notebook_that_its_run_rewrites_does_not_run_again(project: Project) -> None:
    project.touch("src/analysis/kpis/people.py")
    assert project.make(STUB_OUTPUT="yes") == ["02_people", "report", "sums"]
    assert project.make() == []


def test_a_failing_step_keeps_the_old_outputs_and_is_tried_again(project: Project) -> None:
    pdf = (project.root / "report/segelec.pdf").read_bytes()
    project.touch("src/analysis/kpis/sales.py")
    assert project.make(STUB_FAIL="kpis") == []
    assert project.status == 2
    message, *noise = project.errors.splitlines()
    assert message == "claims.csv, row 7: the value is no number"
    assert len(noise) == 1
    assert noise[0].startswith("make: ***")
    assert (project.root / "report/segelec.pdf").read_bytes() == pdf
    assert "kpis" in project.make()[:1]


def test_a_first_build_that_fails_goes_on_where_it_stopped(tmp_path: Path) -> None:
    project = Project(tmp_path).fill()
    project.make(STUB_FAIL="values")
    assert project.stamps() == {"verdicts", "ledger", "kpis"}
    assert not (tmp_path / "report").exists()
    assert sorted(project.make()) == sorted(STEPS[3:])


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_build_goes_on_where_it_stopped(tmp_path: Path, how: signal.Signals) -> None:
    project = Project(tmp_path).fill()
    process = project.start(STUB_WAIT="kpis")
    while not (tmp_path / "waiting").exists():
        assert process.poll() is None
        time.sleep(0.02)
    os.killpg(process.pid, how)
    process.communicate()
    assert process.returncode != 0
    assert project.stamps() == {"verdicts", "ledger"}
    assert sorted(project.make()) == sorted(STEPS[2:])


def test_a_syntax_error_is_reported_with_its_place(project: Project) -> None:
    project.write("src/analysis/money.py", "cents = = 1\n")
    assert project.make() == []
    assert project.errors.startswith("src/analysis/money.py, row 1: this is not valid Python")
    assert len(project.errors.splitlines()) == 2


def test_cases_are_built_side_by_side(project: Project) -> None:
    project.write("data/raw/acme/case.yaml", "")
    assert sorted(project.make("CASE=acme")) == sorted(STEPS)
    assert project.make("CASE=acme") == []
    assert project.output == "nothing to do: report/acme.pdf is up to date\n"
    assert (project.root / "report/acme.pdf").read_text() == "report"
    assert project.make() == []
    project.touch("src/analysis/own.py")
    assert sorted(project.make("CASE=acme")) == sorted(STEPS[1:])


def test_tables_that_fail_their_check_are_the_only_thing_said(project: Project) -> None:
    project.write("data/raw/acme/case.yaml", "")
    for _ in range(2):
        assert project.make("CASE=acme", STUB_FAIL="ledger") in (["verdicts"], [])
        assert project.status == 2
        message, *noise = project.errors.splitlines()
        assert message == "claims.csv, row 7: the value is no number"
        assert [line.partition(" [")[0] for line in noise] == ["make: ***"]
    assert sorted(project.make("CASE=acme")) == sorted(step for step in STEPS if step != "verdicts")


def test_a_report_on_a_period_has_its_own_stamps_and_the_steps_of_its_case(
    project: Project,
) -> None:
    for name in ("03_kpis", "case/summary"):
        project.notebook(name, 'period = "2024Q2"')
    own = ["03_kpis", "edition", "report", "summary", "values"]  # chapters in any order
    assert sorted(project.make("PERIOD=2024Q1")) == own  # the ledger and the KPIs are there
    assert project.make("PERIOD=2024Q1") == []
    assert project.output == "nothing to do: report/segelec-2024Q1.pdf is up to date\n"
    assert sorted(project.make("PERIOD=2024Q1", "BASE=previous")) == own
    assert project.make("PERIOD=2023Q4", STUB_FAIL="edition") == []
    assert (project.root / "report/segelec-2024Q1-previous.pdf").read_text() == "report"
    project.touch("notebooks/03_kpis.ipynb")
    assert project.make("PERIOD=2024Q1") == ["03_kpis", "report"]
    project.touch("data/raw/segelec/swot.csv")
    again = {"ledger", "kpis", *own} - {"edition"}
    assert set(project.make("PERIOD=2024Q1")) == again
    (project.root / "report/segelec-2024Q1.pdf").unlink()
    assert project.make("PERIOD=2024Q1") == ["report"]


def test_what_is_asked_for_is_checked_before_anything_is_made(tmp_path: Path) -> None:
    project = Project(tmp_path).fill()
    assert project.make("PERIOD=1999Q1", STUB_FAIL="edition") == []
    assert not (tmp_path / "data/processed").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["PERIOD=2024Q1 2024Q2"], "on one period and one base, not “2024Q1 2024Q2”"),
        (["QUATER=2024Q2"], "There is no variable QUATER: PERIOD=2024Q2 says it now"),
        (["HALF=2023H2"], "There is no variable HALF: PERIOD=2023H2 says it now"),
        (["period=2024Q1"], "There is no variable period; did you mean PERIOD?"),
        (["CASES=acme"], "There is no variable CASES; did you mean CASE?"),
        (["COLOUR=blue"], "no variable COLOUR: the variables are CASE PERIOD BASE READING"),
        (["BASE=previous year-ago"], "on one period and one base"),
        (["PERIOD=../2024-02"], "holds a slash: “../2024-02”"),
        (["dashboard", "PERIOD=2024Q1"], "Only report and figures heed a period"),
        (["check", "READING=target_kind=points"], "Only report and figures heed a period"),
        (["CASE=kowalczyk"], "one chapter of segelec's report"),
    ],
)
def test_what_cannot_be_made_is_refused_in_one_line(
    project: Project, options: list[str], message: str
) -> None:
    assert project.make(*options) == []
    assert project.status == 2
    assert message in project.errors
    assert project.errors.count("\n") == 1


def test_the_makefile_knows_the_chapters_of_a_report_on_a_period(segelec: Case) -> None:
    show = "--eval=show: ; @echo $(CHAPTERS)"
    run = subprocess.run(
        ["make", "-s", "PERIOD=2024Q1", show, "show"],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    wanted = [path.relative_to(ROOT).as_posix() for path in chapters(segelec, periodic=True)]
    assert run.stdout.split() == sorted(wanted)


def test_a_data_file_whose_name_has_a_space_does_no_harm(project: Project) -> None:
    project.write("data/raw/segelec/my sales.csv", "")
    assert sorted(project.make()) == sorted(STEPS[1:])
    assert project.make() == []


def test_help_is_the_default_and_names_the_public_targets() -> None:
    run = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    for target in ("report", "dashboard", "test", "verify", "lab", "lint", "lock", "clean"):
        assert f"  make {target} " in run.stdout


def test_an_old_python_gets_one_clear_message(project: Project) -> None:
    old = project.root / "python3.9"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 || exit 1\n', "utf-8")
    old.chmod(0o755)
    project.write("requirements/uv.txt", "")
    run = subprocess.run(
        ["make", "report", "PYTHON=./python3.9"],
        cwd=project.root,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 2
    assert "Python 3.11 or newer is needed; ./python3.9 is Python 3.9.2." in run.stderr
    assert not (project.root / ".venv").exists()
