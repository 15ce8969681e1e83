import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from analysis.base.plan import step_line
from analysis.cli import main

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = yaml.safe_load(Path(__file__).with_name("commands.yaml").read_text(encoding="utf-8"))
LEDGER = "data/processed/segelec/ledger"
Run = Callable[[str], tuple[int, str, str]]


@pytest.fixture
def run(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in the project; its status and what it says."""
    monkeypatch.chdir(project)

    def command(line: str) -> tuple[int, str, str]:
        status = main(line.split())
        return status, *capsys.readouterr()

    return command


@pytest.mark.parametrize(
    ("command", "what", "line"),
    [
        ("verdicts", "none: the case has no claims.csv", ""),
        ("ledger", "664 wiersze", "Sprawdzone: 664 wiersze … 1,5 s\n"),
        ("notebook", "board", "Obliczone: Raport dla zarządu … 1,5 s\n"),
        ("report", "report/acme.pdf", "Raport: report/acme.pdf … 1,5 s\n"),
    ],
)
def test_the_steps_of_a_firm_are_told_in_its_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, what: str, line: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data/raw/acme").mkdir(parents=True)
    (tmp_path / "data/raw/acme/case.yaml").write_text("language: pl\n", encoding="utf-8")
    assert step_line(command, what, "acme", 1.5) == line
    assert step_line(command, what, "segelec", 1.5) == f"{command} {what} … 1.5 s\n"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(("command", "message"), COMMANDS["wrong"])
def test_a_wrong_command_is_one_message_and_exit_2(
    project: Path, run: Run, command: str, message: str
) -> None:
    status, out, err = run(command)
    assert (status, out) == (2, "")
    assert err.startswith(f"{command.split()[0]}: ")
    assert message in err
    assert err.count("\n") == 1
    assert not (project / "data" / "processed").exists()
    assert not (project / "own").exists()


@pytest.mark.parametrize(("command", "file", "old", "new", "message"), COMMANDS["bad-input"])
def test_bad_input_is_found_before_anything_is_written(
    project: Path, run: Run, command: str, file: str, old: str, new: str, message: str
) -> None:
    edit(project / file, old, new)
    status, _, err = run(command)
    assert status == 2
    assert message in err
    assert err.count("\n") == 1
    assert not (project / "data" / "processed").exists()


def test_bad_input_leaves_the_last_good_ledger(project: Path, run: Run) -> None:
    shutil.copytree(ROOT / LEDGER, project / LEDGER)
    files = sorted((project / LEDGER).glob("*.csv"))
    before = [path.read_bytes() for path in files]
    edit(project / "data/raw/segelec/claims.csv", ",354,", ",3S4,")
    assert run("ledger")[0] == 2
    assert [path.read_bytes() for path in files] == before


def test_a_ledger_cell_that_breaks_a_rule_is_named(project: Path, run: Run) -> None:
    shutil.copytree(ROOT / LEDGER, project / LEDGER)
    path = project / LEDGER / "sale.csv"
    text = path.read_text(encoding="utf-8").splitlines()
    text[4] = text[4].rsplit(",", 1)[0] + ",much"
    path.write_text("\n".join(text), encoding="utf-8")
    status, _, err = run("kpis")
    assert status == 2
    assert "ledger/sale.csv, row 5, column amount_centimos: “much”" in err


def test_another_reading_goes_to_a_folder_of_its_own(project: Path, run: Run) -> None:
    assert run(f"ledger --reading sales_total=2024Q2 --out {project / 'own'}")[0] == 0
    assert (project / "own" / "sale.csv").is_file()
    assert not (project / "data" / "processed").exists()


def test_check_claims_goes_on_after_a_bad_row(project: Path, run: Run) -> None:
    table = "kind,printed,n\npercent,77.6,354\nmedian,3,4\npercent,77.6,49\n"
    (project / "claims.csv").write_text(table, encoding="utf-8")
    status, _, err = run("check-claims claims.csv --out out.csv")
    assert status == 1
    lines = (project / "out.csv").read_text(encoding="utf-8").splitlines()
    assert lines[1].startswith("percent,77.6,354,false")
    assert lines[3].startswith("percent,77.6,49,true")
    assert "row 3, column kind: “median”" in err


def test_a_result_that_cannot_be_written_is_called_by_its_own_name(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(prefix: str, dir: Path) -> tuple[int, str]:
        raise PermissionError(13, "Permission denied", str(dir / f"{prefix}x1y2"))

    (project / "rows.csv").write_text("kind,printed,n\nmean,3.5,4\n", encoding="utf-8")
    status, _, err = run("check-claims rows.csv --out nope/x.csv")
    assert status == 2
    assert "check-claims: nope/x.csv: the folder for the result" in err
    assert not (project / "nope").exists()
    monkeypatch.setattr(tempfile, "mkstemp", refused)
    status, _, err = run("check-claims rows.csv --out x.csv")
    assert status == 2
    assert err.startswith("check-claims: x.csv: cannot be read or written")


@pytest.mark.parametrize(("method", "name", "where"), COMMANDS["refused-by-the-system"])
def test_what_may_not_be_read_is_a_problem_with_a_remedy(
    run: Run, monkeypatch: pytest.MonkeyPatch, method: str, name: str, where: str
) -> None:
    """The system refuses one file, as it does when its permissions do (but not to root)."""
    usual = getattr(Path, method)

    def read(path: Path, *args: object, **options: object) -> object:
        if path.name == name:
            raise PermissionError(13, "Permission denied", str(path))
        return usual(path, *args, **options)

    monkeypatch.setattr(Path, method, read)
    status, out, err = run("check --case template")
    assert status == 2
    assert f"{where}: cannot be read or written (Permission denied)" in out + err
    assert "To fix: allow yourself to read" in out + err


@pytest.mark.parametrize("command", ["check", "ledger"])
def test_a_folder_in_the_place_of_the_parameters(project: Path, run: Run, command: str) -> None:
    path = project / "data/raw/template/case.yaml"
    path.unlink()
    path.mkdir()
    status, out, err = run(f"{command} --case template")
    assert status == 2
    assert "template/case.yaml: cannot be read or written (Is a directory)" in out + err


def program(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "analysis", *arguments]
    here = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env=here, **options)


def test_no_command_at_all_is_usage_not_a_traceback() -> None:
    usage = program()
    assert usage.returncode == 2
    assert "Traceback" not in usage.stderr


def test_a_pipe_that_is_closed_at_once() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    checked = program("check", "--case", "courier", stdout=writing)
    os.close(writing)
    assert (checked.returncode, checked.stderr) == (141, "")
