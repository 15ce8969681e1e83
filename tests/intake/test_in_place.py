"""Rows that stay where they are are held against the rules of rows that are read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.intake.case_check import check_case, read_inventory, read_notes, store_tables

from .conftest import CASE, Firm, cases

pytest.importorskip("duckdb")

SERVICE = "service_id,customer_id,service_type,requested_on,started_on,completed_on,due_on\n"
SALE = "invoice_id,service_id,invoiced_on,amount_centimos\n"
DAYS = "2024-10-01,2024-10-02,2024-10-03,2024-10-04"
EARLY = "2023-10-01,2023-10-02,2023-10-03,2023-10-04"


def service(*types: str, key: str = "S") -> str:
    lines = [f"{key}{place},C1,{kind},{DAYS}" for place, kind in enumerate(types, 1)]
    return SERVICE + "\n".join([*lines, f"{key}0,C1,doors,{EARLY}"]) + "\n"


@pytest.fixture
def large(firm: Firm) -> Firm:
    """A firm whose rows stay where they are."""
    firm.raw.joinpath("case.yaml").write_text(CASE + "engine: duckdb\n", encoding="utf-8")
    firm.put("service.csv", service("doors"))
    return firm


def said(firm: Firm) -> str:
    text, _ = check_case("acme", firm.root)
    return text


def parquet(firm: Firm, name: str, **columns: object) -> Path:
    path = firm.raw / f"{name}.parquet"
    pd.DataFrame(columns).to_parquet(path, index=False)
    return path


@pytest.mark.parametrize(("kind", "rule"), cases("a-text-that-the-report-cannot-hold"))
def test_a_text_that_the_report_cannot_hold(large: Firm, kind: str, rule: str) -> None:
    """What stops the table or the PDF, or would be rewritten if rows were read one by one."""
    large.put("service.csv", service("doors", kind, "gates", kind))
    text = said(large)
    assert text.startswith("acme: 2 problems"), text
    assert "data/raw/acme/service.csv, row 3, column service_type" in text
    assert f"{rule}" in text
    assert "and 1 more like this: 5" in text


def test_what_was_read_as_another_type_is_counted(large: Firm) -> None:
    days = pd.to_datetime(["2024-10-03 23:00", "2023-10-03 00:00", "2024-10-05 00:00"])
    parquet(
        large,
        "sale",
        invoice_id=["F1", "F2", "F3"],
        service_id=["S1", "S1", "S0"],
        invoiced_on=days,
        amount_centimos=["100", "1e2", None],
    )
    text = said(large)
    assert "sale.parquet, row 4, column amount_centimos: “”: must be a whole number" in text
    plainly = "rewritten plainly: a number in digits, a day without its time, as year, month, day"
    assert f"column invoiced_on, amount_centimos: {plainly} (2 cells), such as “2024" in text


def test_keys_may_be_stored_as_numbers(large: Firm) -> None:
    """They are texts, and found again as such; the same in a CSV file."""
    days = pd.to_datetime(["2024-10-03", "2023-10-03"])
    parquet(
        large,
        "sale",
        invoice_id=[1, 2],
        service_id=[10, 77],
        invoiced_on=days,
        amount_centimos=[5, 5],
    )
    large.put("service.csv", service("doors", key="1"))
    text = said(large)
    assert text.startswith("acme: 1 problem,"), text
    assert "sale.parquet, row 3, column service_id: “77”: data/raw/acme/service.csv has no" in text


def test_parquet_in_whole_units_and_another_currency(large: Firm) -> None:
    days = pd.to_datetime(["2024-10-03", "2023-10-03"])
    rows = {"invoiced_on": days, "amount": [957.5775, 5.0]}
    parquet(large, "sale", **rows, currency=["PEN", "EUR"])
    text = said(large)
    assert "sale.parquet, row 3, column currency: “EUR”: is not the case's currency" in text
    parquet(large, "sale", **rows, currency=["PEN", "S/"])
    text = said(large)
    assert "nothing is wrong" in text, text
    assert "a cell by at most 0.0025, the sum of all by 0.0025 (1 cell)" in text


def test_csv_cells_that_were_rewritten_are_counted(large: Firm) -> None:
    large.put(
        "sale.csv", SALE + "F1,S1,2024-10-3,100\nF2,S1,2023-10-03 23:00, 5\nF3,S0,2024-10-05,7\n"
    )
    text = said(large)
    assert "nothing is wrong" in text
    assert "invoiced_on, amount_centimos: rewritten plainly: a number in digits" in text
    assert "as year, month, day (3 cells), such as “2024-10-3”" in text
    store_tables(large.case)
    assert set(read_notes(large.case)["column"]) == {
        "invoiced_on",
        "amount_centimos",
        "customer_id",
    }


def test_a_file_that_is_cut_off_is_named(large: Firm) -> None:
    path = parquet(large, "sale", invoice_id=["F1"])
    path.write_bytes(path.read_bytes()[:-40])
    text = said(large)
    assert "data/raw/acme/sale.parquet: DuckDB cannot read this" in text
    assert "write or copy it again" in text
    assert str(large.root) not in text


def test_parquet_is_read_like_csv_with_accounts_rates_and_empty_words(large: Firm) -> None:
    """As the check of rows in place says: with engine pandas, case.yaml holds for them too."""
    books = "engine: pandas\naccounts: {60: materials, Bank: ignore}\nrates: {EUR: 4}\n"
    large.raw.joinpath("case.yaml").write_text(CASE + books, encoding="utf-8")
    parquet(
        large,
        "cost",
        cost_id=["K1", "K2", "K3"],
        incurred_on=pd.to_datetime(["2024-10-01", "2024-10-02", "2024-10-03"]),
        category=["601 Steel", "Bank", "602"],
        amount=["10.50", "7", "2"],
        currency=["PEN", "PEN", "EUR"],
        service_id=["N/A", "", None],
    )
    read = large.read()
    assert read.problems == ()
    assert read.tables["cost"]["amount_centimos"].tolist() == [1050, 800]
    assert read.tables["cost"]["category"].tolist() == ["materials", "materials"]
    assert read.tables["cost"]["service_id"].tolist() == ["", ""]
    assert "nothing is wrong" in said(large)
    large.raw.joinpath("case.yaml").write_text(CASE + books.replace("pandas", "auto"), "utf-8")
    text = said(large)
    assert "case.yaml, column accounts, rates: not heeded in tables of rows" in text
    assert "with engine: pandas in case.yaml" in text
    large.raw.joinpath("case.yaml").write_text(CASE + books, encoding="utf-8")
    large.raw.joinpath("cost.parquet").write_bytes(b"x")
    assert "cost.parquet: the file cannot be read as Parquet. To fix: save it again" in said(large)


def test_tables_are_listed_by_the_name_of_their_files(large: Firm) -> None:
    for part in ("a", "b"):
        large.raw.joinpath("sale").mkdir(exist_ok=True)
        large.put(f"sale/{part}.csv", SALE + f"F{part},S1,2024-10-03,1\nG{part},S1,2023-10-03,1\n")
    days = {name: pd.to_datetime(["2024-10-01"]) for name in SERVICE.strip().split(",")[3:]}
    (large.raw / "service.csv").unlink()
    parquet(large, "service", service_id=["S1"], customer_id=["C1"], service_type=["doors"], **days)
    assert store_tables(large.case)[1]
    assert list(read_inventory(large.case)["file"]) == ["service.parquet", "sale (2 files)"]
    large.put("case.yaml", f"language: es\n{CASE}engine: duckdb\n")
    assert store_tables(large.case)[1]
    assert list(read_inventory(large.case)["file"]) == ["service.parquet", "sale (2 archivos)"]


@pytest.mark.parametrize("case", cases("rows-in-place"), ids=lambda case: case["test"])
def test_rows_in_place_and_what_is_said(large: Firm, case: dict[str, Any]) -> None:
    for step in [case, *case.get("then", [])]:
        if "periods" in step:
            periods = re.sub("(?m)^periods: .*$", f"periods: {step['periods']}", CASE)
            large.put("case.yaml", f"{periods}engine: duckdb\n")
        for name in step.get("gone", []):
            (large.raw / name).unlink()
        large.prepare(step)
        text = said(large)
        for words in step["said"]:
            assert text.startswith(words) if words.startswith("acme: ") else words in text, text
        assert all(text.count(words) == 1 for words in step.get("once", []))
        assert not any(words in text for words in step.get("not-said", []))
