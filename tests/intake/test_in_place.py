"""Rows that stay where they are are held against the rules of rows that are read."""

from __future__ import annotations

from pathlib import Path

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
    assert "and 1 more row like this: 5" in text


def test_spellings_of_a_type_are_told(large: Firm) -> None:
    large.put("service.csv", service("doors", "Doors"))
    assert "column service_type: “Doors” and “doors” count as different values" in said(large)


def test_rows_of_the_example_are_told(large: Firm) -> None:
    large.put("service.csv", service("doors", "doors", key="SYN-S"))
    assert "service.csv: “3 rows”: these are still the template's" in said(large)


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
    assert "column invoiced_on: the time of day is dropped (1 cell)" in text
    stored = "column amount_centimos: stored as text, and read as a number (2 cells)"
    assert stored in text
    assert (
        "column amount_centimos: the number is rewritten in digits (1 cell), such as “1e2”" in text
    )


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
    assert "column invoice_id, service_id: stored as bigint, and read as a text (4 cells)" in text


def test_csv_cells_that_were_rewritten_are_counted(large: Firm) -> None:
    large.put(
        "sale.csv", SALE + "F1,S1,2024-10-3,100\nF2,S1,2023-10-03 23:00, 5\nF3,S0,2024-10-05,7\n"
    )
    text = said(large)
    assert "nothing is wrong" in text
    assert "invoiced_on: the day is rewritten as year, month, day (1 cell)" in text
    assert "invoiced_on: the time of day is dropped (1 cell)" in text
    assert "amount_centimos: the number is rewritten in digits (1 cell)" in text
    store_tables(large.case)
    assert set(read_notes(large.case)["column"]) == {
        "invoiced_on",
        "amount_centimos",
        "customer_id",
    }


def test_columns_and_tables_that_are_not_there_are_noted(large: Firm) -> None:
    header = SERVICE.strip() + ",remark,\n"
    rows = service("doors").splitlines()[1:]
    large.put("service.csv", header + "".join(f"{row},x,\n" for row in rows))
    large.put("cost.csv", "cost_id,incurred_on,category,amount_centimos\nK1,2024-10-01,tax,5\n")
    large.put("sale.csv", SALE)
    text = said(large)
    assert "nothing is wrong. Rows: service 2, cost 1\n" in text
    assert "service.csv, column remark, without a name: this column is not used" in text
    assert "column customer_id: refers to customer.csv, which is not there: not checked (2" in text
    assert "sale.csv: the table has no rows and counts as absent" in text


def test_answers_from_before_the_request(large: Firm) -> None:
    header = "response_id,service_id,answered_on,score\n"
    large.put("survey_response.csv", header + "R1,S1,2024-10-01,5\nR2,S1,2024-09-30,5\n")
    text = said(large)
    assert "row 3, column answered_on: “2024-09-30”: the answer is from before the day" in text


def test_every_missing_column_is_told_at_once(large: Firm) -> None:
    large.put("service.csv", service("doors").replace(",", ";"))
    large.put("sale.csv", "factura,service_id,invoiced_on,monto\nF1,S1,2024-10-03,5\n")
    text = said(large)
    assert text.startswith("acme: 9 problems")
    assert "sale.csv, row 1, column invoice_id\n" in text
    assert "sale.csv, row 1, column amount_centimos\n" in text
    assert "service.csv, row 1, column due_on\n" in text
    assert text.count("rows that stay where they are are read in the plain form only") == 1
    assert "engine: pandas" in text


def test_settings_that_are_not_heeded_are_told(large: Firm) -> None:
    large.raw.joinpath("case.yaml").write_text(
        CASE + "engine: duckdb\nintake: {dates: day-first}\n", encoding="utf-8"
    )
    assert "case.yaml, column intake.dates: not heeded in tables of rows" in said(large)


def test_rules_are_said_in_words(large: Firm) -> None:
    large.put("staff_hours.csv", "staff_id,month,quarter_hours\nT1,2024-1,5\n")
    text = said(large)
    assert "column month: “2024-1”: must be a month such as 2024-05" in text
    assert "\\d" not in text
    assert "^" not in text


def test_a_file_that_is_cut_off_is_named(large: Firm) -> None:
    path = parquet(large, "sale", invoice_id=["F1"])
    path.write_bytes(path.read_bytes()[:-40])
    text = said(large)
    assert "data/raw/acme/sale.parquet: DuckDB cannot read this" in text
    assert "write or copy it again" in text
    assert str(large.root) not in text


def test_parquet_wants_duckdb(large: Firm) -> None:
    large.raw.joinpath("case.yaml").write_text(CASE + "engine: pandas\n", encoding="utf-8")
    parquet(large, "sale", invoice_id=["F1"])
    text = said(large)
    assert "sale.parquet: Parquet is read with DuckDB only" in text
    assert "engine: auto" in text


@pytest.mark.parametrize("engine", ["duckdb", "pandas"])
def test_tables_that_give_no_indicator(large: Firm, engine: str) -> None:
    large.raw.joinpath("case.yaml").write_text(CASE + f"engine: {engine}\n", encoding="utf-8")
    (large.raw / "service.csv").unlink()
    large.put("customer.csv", "customer_id,segment\nC1,shop\n")
    text = said(large)
    assert "data/raw/acme: no indicator can be computed from these tables alone" in text
    assert "add the completed services" in text


def test_a_period_without_rows_is_told(large: Firm) -> None:
    large.raw.joinpath("case.yaml").write_text(
        CASE.replace("last: 2024Q4", "last: 2025Q4").replace("current: 2024Q4", "current: 2025Q2")
        + "engine: duckdb\n",
        encoding="utf-8",
    )
    assert "column periods.current: “2025Q2”: no table has a row in this period" in said(large)
    large.put("staff_hours.csv", "staff_id,month,quarter_hours\nT1,2025-05,4\n")
    assert "nothing is wrong" in said(large)


def test_tables_are_listed_by_the_name_of_their_files(large: Firm) -> None:
    for part in ("a", "b"):
        large.raw.joinpath("sale").mkdir(exist_ok=True)
        large.put(f"sale/{part}.csv", SALE + f"F{part},S1,2024-10-03,1\nG{part},S1,2023-10-03,1\n")
    days = {name: pd.to_datetime(["2024-10-01"]) for name in SERVICE.strip().split(",")[3:]}
    (large.raw / "service.csv").unlink()
    parquet(large, "service", service_id=["S1"], customer_id=["C1"], service_type=["doors"], **days)
    assert store_tables(large.case)[1]
    assert list(read_inventory(large.case)["file"]) == ["service.parquet", "sale (2 files)"]
