"""The command ``kpis`` without make: its numbers are those of the files as they now are."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from .harness import Firm, made_firm


def _add_to_last_amount(firm: Firm, more: int) -> None:
    path = firm.raw / "sale.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    at = header.index("amount_centimos")
    rows[-1][at] = str(int(rows[-1][at]) + more)
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([header, *rows])


def _sales(firm: Firm) -> int:
    table = pd.read_csv(firm.root / "data" / "processed" / firm.name / "kpis.csv")
    is_sales = (table["kpi"] == "sales") & (table["grain"] == "quarter")
    return int(table.loc[is_sales, "numerator"].sum())


def _engine(firm: Firm, engine: str) -> None:
    firm.edit("case.yaml", "kind: yours", f"engine: {engine}\nkind: yours")


@pytest.mark.parametrize("engine", ["pandas", "duckdb"])
def test_changed_rows_change_the_numbers(tmp_path: Path, engine: str) -> None:
    firm = made_firm(tmp_path).drop("fin_statement")  # which would not agree with the invoices
    before = _sales(firm)
    _add_to_last_amount(firm, 7)
    _engine(firm, engine)
    firm.step("kpis")
    assert _sales(firm) == before + 7


@pytest.mark.parametrize("engine", ["pandas", "duckdb"])
def test_wrong_rows_give_no_numbers(tmp_path: Path, engine: str) -> None:
    firm = made_firm(tmp_path)
    kept = (tmp_path / "data/processed/acme/kpis.csv").read_bytes()
    first = (firm.raw / "sale.csv").read_text(encoding="utf-8").splitlines()[1]
    firm.edit("sale.csv", first, first.replace(first.split(",")[1], "nobody"))
    _engine(firm, engine)
    assert "column service_id: “nobody”" in firm.refused("kpis")
    assert (tmp_path / "data/processed/acme/kpis.csv").read_bytes() == kept


def test_unchanged_rows_are_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a build reads and checks them once."""
    firm = made_firm(tmp_path)
    monkeypatch.setattr("analysis.intake.case_check.check_tables", None)
    firm.step("kpis")
