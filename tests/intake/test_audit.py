"""Rows that stay where they are: everything that is wrong with them, at once."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

from analysis.intake.case_check import Intake, read
from analysis.intake.problems import Note, Rank
from benchmarks.rows import ledger

from .conftest import CASE, Firm

SERVICES = 400
RAW = "data/raw/acme/"

FAULTS = {
    "service": {
        "completed_on": {7: "2020-12-31"},  # row 9: before work began
        "requested_on": {3: "soon"},
        "due_on": {4: "x"},
    },
    "sale": {
        "amount_centimos": {10: "12.5", 12: "12.5"},
        "invoiced_on": {20: "2031-01-01"},
        "service_id": {40: "NOPE"},
    },
    "cost": {"cost_id": {30: "K00000002"}},  # row 32 takes the key of row 4
    "survey_response": {"score": {0: "6"}},
}
"""Cells by table, column and position (the row of a file is two more)."""


def found(firm: Firm) -> tuple[dict[str, int], Intake]:
    """Return how many rows the tables have, and what is known of them."""
    known = read(firm.case)
    return {name: span.rows for name, span in known.spans.items()}, known


def with_faults(name: str, table: pd.DataFrame) -> pd.DataFrame:
    for column, cells in FAULTS.get(name, {}).items():
        texts = table[column].astype("str").to_list()
        for at, cell in cells.items():
            texts[at] = cell
        table = table.assign(**{column: texts})
    return table


@pytest.fixture
def large(firm: Firm) -> Firm:
    """A firm whose rows stay where they are."""
    periods = "first: 2021Q1, last: 2025Q1, baseline: 2023H2"
    text = CASE.replace("first: 2023Q1, last: 2024Q4, baseline: 2023H2", periods)
    firm.put("case.yaml", text + "engine: duckdb\n")
    return firm


@pytest.fixture(params=["csv", "parquet"])
def faulty(large: Firm, request: pytest.FixtureRequest) -> Firm:
    for name, table in ledger(SERVICES).items():
        path = large.raw / f"{name}.csv"
        with_faults(name, table).to_csv(path, index=False)
        if request.param == "parquet":
            relation = duckdb.read_csv(str(path), all_varchar=name in FAULTS)
            relation.write_parquet(str(path.with_suffix(".parquet")))
            path.unlink()
    return large


def test_everything_that_is_wrong_is_named_at_once(faulty: Firm) -> None:
    counts, findings = found(faulty)
    assert counts["service"] == counts["sale"] == SERVICES
    end = next(faulty.raw.glob("sale.*")).suffix
    named = {
        (p.fault.rank.name.lower(), p.file.removeprefix(RAW), p.column): (
            p.value,
            (p.row, *p.rows),
            p.count,
        )
        for p in findings.problems
    }
    assert named == {
        ("cell", f"service{end}", "requested_on"): ("soon", (5,), 1),
        ("cell", f"service{end}", "due_on"): ("x", (6,), 1),
        ("row", f"service{end}", "requested_on, started_on, completed_on"): (
            "2024-09-21, 2024-09-30, 2020-12-31",
            (9,),
            1,
        ),
        ("period", f"service{end}", "completed_on"): ("2020-12-31", (9,), 1),
        ("cell", f"sale{end}", "amount_centimos"): ("12.5", (12, 14), 2),
        ("period", f"sale{end}", "invoiced_on"): ("2031-01-01", (22,), 1),
        ("key", f"cost{end}", "cost_id"): (
            "K00000002",
            (4, 32),
            2,
        ),
        ("reference", f"sale{end}", "service_id"): ("NOPE", (42,), 1),
        ("cell", f"survey_response{end}", "score"): ("6", (2,), 1),
    }
    order = next(p for p in findings.problems if p.fault.rank == Rank.ROW)
    assert order.fault.rule == "requested_on, started_on and completed_on must be in this order"


def test_sound_rows_have_nothing_wrong(large: Firm) -> None:
    rows = ledger(SERVICES)
    for name, table in rows.items():
        table.to_csv(large.raw / f"{name}.csv", index=False)
    counts = {name: len(table) for name, table in rows.items()}
    unchecked = Note(
        f"{RAW}staff_hours.csv",
        "refers to staff.csv, which is not there: not checked",
        "staff_id",
        48,
    )
    known, findings = found(large)
    assert (known, findings.problems, findings.notes) == (counts, (), (unchecked,))


def test_files_of_one_table_are_told_apart(large: Firm) -> None:
    """A cell that is no number in one of them hides nothing of what is wrong in the others."""
    (large.raw / "cost").mkdir()
    for other, month in (("F2", "2024-01"), ("F3", "2024-02")):
        text = "cost_id,incurred_on,category,amount_centimos\n"
        text += f"F1,{month}-05,tax,100\n{other},{month}-06,tax,{other}\n"
        large.put(f"cost/{month}.csv", text)
    *cells, first, second = found(large)[1].problems
    assert [(p.file, p.row, p.value, p.count) for p in cells] == [
        (f"{RAW}cost/2024-01.csv", 3, "F2", 1),
        (f"{RAW}cost/2024-02.csv", 3, "F3", 1),
    ]
    assert [(p.file, p.row, p.value, p.count) for p in (first, second)] == [
        (f"{RAW}cost/2024-01.csv", 2, "F1", 1),
        (f"{RAW}cost/2024-02.csv", 2, "F1", 1),
    ]
