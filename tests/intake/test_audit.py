"""Rows that stay where they are: everything that is wrong with them, at once."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from analysis.base.periods import parse_quarter
from analysis.intake.audit import Findings, audit
from analysis.intake.problems import Note, Rank
from analysis.kpis.duck import files
from benchmarks.rows import ledger

FIRST, LAST = parse_quarter("2021Q1"), parse_quarter("2025Q1")
SERVICES = 400

FAULTS = {
    "service": {
        "completed_on": {7: "2020-12-31"},  # row 9: before work began
        "requested_on": {3: "soon"},
        "due_on": {4: ""},
    },
    "sale": {
        "amount_centimos": {10: "12.5", 12: "12.5"},
        "invoiced_on": {20: "2031-01-01"},
        "invoice_id": {30: "F00000002"},  # row 32 takes the key of row 4
        "service_id": {40: "NOPE"},
    },
    "survey_response": {"score": {0: "6"}},
}
"""Cells by table, column and position (the row of a file is two more)."""


def with_faults(name: str, table: pd.DataFrame) -> pd.DataFrame:
    for column, cells in FAULTS.get(name, {}).items():
        texts = table[column].astype("str").to_list()
        for at, cell in cells.items():
            texts[at] = cell
        table = table.assign(**{column: texts})
    return table


@pytest.fixture(params=["csv", "parquet"])
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    for name, table in ledger(SERVICES).items():
        path = tmp_path / f"{name}.csv"
        with_faults(name, table).to_csv(path, index=False)
        if request.param == "parquet":
            relation = duckdb.read_csv(str(path), all_varchar=name in FAULTS)
            relation.write_parquet(str(path.with_suffix(".parquet")))
            path.unlink()
    return tmp_path


def checked(folder: Path) -> Findings:
    return audit(files(folder), folder, folder, folder / "scratch", FIRST, LAST, yours=True)


def test_everything_that_is_wrong_is_named_at_once(folder: Path) -> None:
    findings = checked(folder)
    assert findings.counts["service"] == findings.counts["sale"] == SERVICES
    end = next(folder.glob("sale.*")).suffix
    found = {
        (p.fault.rank.name.lower(), p.file, p.column): (p.value, (p.row, *p.rows), p.count)
        for p in findings.problems
    }
    assert found == {
        ("cell", f"service{end}", "requested_on"): ("soon", (5,), 1),
        ("cell", f"service{end}", "due_on"): ("", (6,), 1),
        ("row", f"service{end}", "completed_on"): ("2020-12-31", (9,), 1),
        ("period", f"service{end}", "completed_on"): ("2020-12-31", (9,), 1),
        ("cell", f"sale{end}", "amount_centimos"): ("12.5", (12, 14), 2),
        ("period", f"sale{end}", "invoiced_on"): ("2031-01-01", (22,), 1),
        ("key", f"sale{end}", "invoice_id"): (f"F00000002 (first in row 4 of sale{end})", (32,), 1),
        ("reference", f"sale{end}", "service_id"): ("NOPE", (42,), 1),
        ("cell", f"survey_response{end}", "score"): ("6", (2,), 1),
    }
    order = next(p for p in findings.problems if p.fault.rank == Rank.ROW)
    assert order.fault.rule == "requested_on, started_on and completed_on must be in this order"


def test_sound_rows_have_nothing_wrong(tmp_path: Path) -> None:
    rows = ledger(SERVICES)
    for name, table in rows.items():
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    counts = {name: len(table) for name, table in rows.items()}
    unchecked = Note(
        "staff_hours.csv", "refers to staff.csv, which is not there: not checked", "staff_id", 48
    )
    assert checked(tmp_path) == Findings(counts, [], [unchecked])


def test_a_key_in_two_files_of_one_table(tmp_path: Path) -> None:
    (tmp_path / "sale").mkdir()
    for month in ("2024-01", "2024-02"):
        text = f"invoice_id,service_id,invoiced_on,amount_centimos\nF1,,{month}-05,100\n"
        (tmp_path / "sale" / f"{month}.csv").write_text(text, encoding="utf-8")
    (key,) = [p for p in checked(tmp_path).problems if p.fault.rank == Rank.KEY]
    assert (key.file, key.row, key.count) == ("sale/2024-02.csv", 2, 1)
    assert key.value == "F1 (first in row 2 of sale/2024-01.csv)"
