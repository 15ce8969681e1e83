import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from analysis.cli import main

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = yaml.safe_load(Path(__file__).with_name("commands.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def inside(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(project)
    return project


@pytest.mark.parametrize(("command", "message"), COMMANDS["wrong"])
def test_a_wrong_command_is_one_message_and_exit_2(
    inside: Path, capsys: pytest.CaptureFixture[str], command: str, message: str
) -> None:
    assert main(command.split()) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(f"{command.split()[0]}: ")
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""
    assert not (inside / "data" / "processed").exists()
    assert not (inside / "own").exists()


def test_bad_input_leaves_the_last_good_ledger(inside: Path) -> None:
    assert main(["ledger"]) == 0
    files = sorted((inside / "data" / "processed" / "segelec" / "ledger").glob("*.csv"))
    before = [path.read_bytes() for path in files]
    claims = inside / "data" / "raw" / "segelec" / "claims.csv"
    text = claims.read_text(encoding="utf-8")
    claims.write_text(text.replace(",354,", ",3S4,", 1), encoding="utf-8")
    assert main(["ledger"]) == 2
    assert [path.read_bytes() for path in files] == before


def test_a_ledger_cell_that_breaks_a_rule_is_named(
    inside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ledger"]) == 0
    path = inside / "data" / "processed" / "segelec" / "ledger" / "sale.csv"
    text = path.read_text(encoding="utf-8").splitlines()
    text[4] = text[4].rsplit(",", 1)[0] + ",much"
    path.write_text("\n".join(text), encoding="utf-8")
    assert main(["kpis"]) == 2
    err = capsys.readouterr().err
    assert "ledger/sale.csv, row 5, column amount_centimos: “much”" in err


def test_another_reading_goes_to_a_folder_of_its_own(inside: Path) -> None:
    assert main(["ledger", "--reading", "sales_total=2024Q2", "--out", str(inside / "own")]) == 0
    assert (inside / "own" / "sale.csv").is_file()
    assert not (inside / "data" / "processed").exists()


def test_check_claims_goes_on_after_a_bad_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "claims.csv"
    table.write_text(
        "kind,printed,n\npercent,77.6,354\nmedian,3,4\npercent,77.6,49\n", encoding="utf-8"
    )
    assert main(["check-claims", str(table), "--out", str(tmp_path / "out.csv")]) == 1
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert lines[1].startswith("percent,77.6,354,false")
    assert lines[3].startswith("percent,77.6,49,true")
    assert "row 3, column kind: “median”" in capsys.readouterr().err


def test_a_result_without_a_folder_to_go_to_is_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "rows.csv"
    source.write_text("kind,printed\nmean,3.5\n", encoding="utf-8")
    out = tmp_path / "nope" / "x.csv"
    assert main(["check-claims", str(source), "--out", str(out)]) == 2
    assert f"check-claims: {out}: the folder for the result" in capsys.readouterr().err
    assert not out.parent.exists()


def test_a_file_that_may_not_be_written_is_called_by_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(prefix: str, dir: Path) -> tuple[int, str]:
        raise PermissionError(13, "Permission denied", str(dir / f"{prefix}x1y2"))

    monkeypatch.setattr(tempfile, "mkstemp", refused)
    source = tmp_path / "rows.csv"
    source.write_text("kind,printed,n\nmean,3.5,4\n", encoding="utf-8")
    assert main(["check-claims", str(source), "--out", str(tmp_path / "x.csv")]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"check-claims: {tmp_path / 'x.csv'}: cannot be read or written")


@pytest.mark.parametrize(
    ("method", "name", "where"),
    [
        ("read_bytes", "sale.csv", "data/raw/template/sale.csv"),
        ("read_text", "case.yaml", "data/raw/template/case.yaml"),
        ("iterdir", "template", "check: data/raw/template"),
    ],
)
def test_what_may_not_be_read_is_a_problem_with_a_remedy(
    inside: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    method: str,
    name: str,
    where: str,
) -> None:
    """The system refuses one file, as it does when its permissions do (but not to root)."""
    usual = getattr(Path, method)

    def read(path: Path, *args: object, **options: object) -> object:
        if path.name == name:
            raise PermissionError(13, "Permission denied", str(path))
        return usual(path, *args, **options)

    monkeypatch.setattr(Path, method, read)
    assert main(["check", "--case", "template"]) == 2
    captured = capsys.readouterr()
    found = captured.out + captured.err
    assert f"{where}: cannot be read or written (Permission denied)" in found
    assert "To fix: allow yourself to read" in found


@pytest.mark.parametrize("command", ["check", "ledger"])
def test_a_folder_in_the_place_of_the_parameters(
    inside: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    path = inside / "data/raw/template/case.yaml"
    path.unlink()
    path.mkdir()
    assert main([command, "--case", "template"]) == 2
    words = "template/case.yaml: cannot be read or written (Is a directory)"
    assert words in "".join(capsys.readouterr())


@pytest.mark.parametrize(("command", "file", "old", "new", "message"), COMMANDS["bad-input"])
def test_bad_input_is_found_before_anything_is_written(
    inside: Path,
    capsys: pytest.CaptureFixture[str],
    command: str,
    file: str,
    old: str,
    new: str,
    message: str,
) -> None:
    path = inside / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert main(command.split()) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert not (inside / "data" / "processed").exists()


def run(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "analysis", *arguments],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        **options,
    )


def test_no_command_at_all_is_usage_not_a_traceback() -> None:
    usage = run()
    assert usage.returncode == 2
    assert "Traceback" not in usage.stderr


def test_a_pipe_that_is_closed_at_once() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    checked = run("check", "--case", "courier", stdout=writing)
    os.close(writing)
    assert (checked.returncode, checked.stderr) == (141, "")
