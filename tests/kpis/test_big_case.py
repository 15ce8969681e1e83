"""A case whose rows are read with DuckDB: command, interruption, and a cluster of processes."""

from __future__ import annotations

import os
import re
import runpy
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.cli import main
from analysis.intake.case_check import read_inventory
from analysis.kpis.catalogue import MEASURES
from analysis.kpis.cube import chosen_engine, ledger_folder, make_cube, read_cube, tables_of
from analysis.kpis.levels import kpi_periods, level_table
from analysis.kpis.reduce import DIMENSIONS, reduce
from analysis.tables.case import load_case
from benchmarks.rows import ledger, write

CASE = """
name: big
title: Big
subtitle: A made-up firm
kind: yours
currency: PEN
currency_name: soles
date: 2025-01-31
periods: {first: 2021Q1, last: 2024Q4, baseline: 2023H1, current: 2024Q4}
"""
SERVICES = 4000


@pytest.fixture
def big(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a case in Parquet; the working folder is the project."""
    folder = project / "data" / "raw" / "big"
    write(folder, SERVICES, "parquet")
    (folder / "case.yaml").write_text(CASE, encoding="utf-8")
    monkeypatch.chdir(project)
    return project


def processed(project: Path) -> dict[str, bytes]:
    folder = project / "data" / "processed" / "big"
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*"))}


def test_a_big_case_is_checked_where_it_lies(big: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--case", "big"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("big: nothing is wrong. Rows: customer ")
    assert f"service {SERVICES:,}" in said
    path = big / "data/raw/big/service.parquet"
    rows = pd.read_parquet(path)
    rows.loc[7, "requested_on"] = rows.loc[7, "completed_on"] + pd.Timedelta(days=1)
    rows.loc[[3, 9], "customer_id"] = "nobody"
    rows.to_parquet(path)
    assert main(["check", "--case", "big"]) == 2
    said = capsys.readouterr().out
    assert said.startswith("big: 3 problems")
    assert "row 5, column customer_id: “nobody”: data/raw/big/customer.parquet has no row" in said
    assert "and 1 more like this: 11" in said
    assert "data/raw/big/service.parquet, row 9, column requested_on, started_on, " in said


def test_kpis_of_a_big_case(big: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kpis", "--case", "big"]) == 0
    assert "12 indicators" in capsys.readouterr().out
    made = processed(big)
    computed = {"kpis.csv", "comparison.csv", "levels.csv", "totals.csv"}
    assert set(made) == {*computed, "tables.csv", "intake.csv"}
    case = load_case("big", big)
    rows = ledger(SERVICES)
    expected = reduce(rows, DIMENSIONS, tuple(MEASURES))
    kept = read_cube(case)
    pd.testing.assert_frame_equal(kept, expected)
    assert make_cube(case).equals(expected)
    assert kpi_periods(kept).equals(kpi_periods(expected))
    assert len(level_table(kept))
    assert main(["kpis", "--case", "big"]) == 0
    assert processed(big) == made
    assert not any((big / ".build" / "big").glob("duckdb-*"))


def test_engines_are_chosen_by_form_and_size(big: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = load_case("big", big)
    assert chosen_engine(case) == "duckdb"
    yaml = case.raw / "case.yaml"
    yaml.write_text(CASE + "engine: pandas\n", encoding="utf-8")
    assert chosen_engine(load_case("big", big)) == "pandas"
    for path in case.raw.glob("*.parquet"):
        path.unlink()
    write(case.processed / "ledger", 200)
    assert ledger_folder(case) == case.processed / "ledger"
    assert chosen_engine(load_case("big", big)) == "pandas"
    yaml.write_text(CASE, encoding="utf-8")
    assert chosen_engine(case) == "pandas"
    small = make_cube(case)
    monkeypatch.setattr("analysis.kpis.cube.LARGE", 1000)
    assert chosen_engine(case) == "duckdb"
    pd.testing.assert_frame_equal(make_cube(case), small)
    with pytest.raises(InputError, match="sums of this ledger have not been made"):
        read_cube(case)
    yaml.write_text(CASE + "engine: spark\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"case\.yaml, column engine"):
        load_case("big", big)


def test_a_table_without_rows_is_absent(big: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = load_case("big", big)
    assert "sale" in tables_of(case)
    path = case.raw / "sale.parquet"
    pd.read_parquet(path).head(0).to_parquet(path)
    assert "sale" not in tables_of(case)
    assert main(["check", "--case", "big"]) == 0
    said = capsys.readouterr().out
    assert "sale.parquet: the table has no rows and counts as absent" in said
    assert "sale 0" not in said
    assert main(["ledger", "--case", "big"]) == 0
    assert "sale" not in set(read_inventory(case)["table"])


def test_a_killed_run_leaves_the_last_outputs(big: Path) -> None:
    assert main(["kpis", "--case", "big"]) == 0
    made = processed(big)
    write(big / "data" / "raw" / "big", 30_000, "parquet", seed=2)
    scratch = big / ".build" / "big"
    command = [sys.executable, "-m", "analysis", "kpis", "--case", "big"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, env=environment) as run:
        while not any(scratch.glob("duckdb-*")):  # DuckDB has begun
            assert run.poll() is None
            time.sleep(0.01)
        time.sleep(0.2)
        run.send_signal(signal.SIGKILL)
    assert run.returncode == -signal.SIGKILL
    assert processed(big) == made
    assert main(["kpis", "--case", "big"]) == 0
    assert processed(big).keys() == made.keys()
    assert processed(big)["kpis.csv"] != made["kpis.csv"]


def test_bad_rows_write_nothing(big: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = big / "data" / "raw" / "big" / "service.parquet"
    rows = pd.read_parquet(path)
    pd.concat([rows, rows.iloc[[7]]]).to_parquet(path, index=False)
    assert main(["kpis", "--case", "big"]) == 2
    assert "“S00000007”: this key stands in more than one row" in capsys.readouterr().err
    assert processed(big) == {}


DOCS = Path(__file__).parents[2] / "docs" / "large-data.md"


@pytest.mark.filterwarnings("ignore:::ibis")
@pytest.mark.parametrize("package", ["ibis", "dask"])
def test_the_examples_of_other_engines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    """The code in the docs runs as it stands, and gives the indicators that pandas gives."""
    pytest.importorskip(package, reason=f"{package} is not installed here")
    blocks = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    (code,) = [block for block in blocks if f"import {package}" in block]
    write(tmp_path / "ledger", SERVICES, "parquet")
    (tmp_path / "example.py").write_text(code, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    if package == "dask":  # a process of its own, whose workers import packages once for all
        once = {"DASK_DISTRIBUTED__WORKER__MULTIPROCESSING_METHOD": "forkserver"}
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | once
        command = [sys.executable, "example.py"]
        subprocess.run(command, env=environment, check=True, timeout=300)
    else:
        runpy.run_path("example.py", run_name="__main__")
    expected = kpi_periods(reduce(ledger(SERVICES))).to_csv(index=False)
    assert Path("kpis.csv").read_text(encoding="utf-8") == expected
