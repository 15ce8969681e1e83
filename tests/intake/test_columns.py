"""Files whose columns ``case.yaml`` names are read under any name, next month's too."""

from __future__ import annotations

import datetime
import os

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from analysis.intake.case_check import check_case

from .conftest import CASE, Firm

ORDERS = """columns:
  orders 2024-05.csv:
    sale:
      Order No: invoice_id
      Job: service_id
      Sold on: invoiced_on
      Gross: amount
      Stage: [Won, Paid]
"""
MAY = """A title
Order No;Job;Sold on;Discount;Gross;Stage
1;S1;2024-05-03;1;10,00;Won
2;S2;2024-05-04;1;15,50;Lost
3;S3;2024-05-05;1;20,25;Paid
"""
JUNE = MAY.replace("-05-", "-06-").replace("\n1;", "\n7;").replace("\n3;", "\n9;")


@pytest.fixture
def orders(firm: Firm) -> Firm:
    firm.put("case.yaml", CASE + ORDERS)
    firm.put("orders 2024-05.csv", MAY)
    return firm


def amounts(firm: Firm) -> list[int]:
    assert firm.problems() == []
    return list(firm.read().tables["sale"]["amount_centimos"])


def test_columns_by_their_own_names(orders: Firm) -> None:
    assert amounts(orders) == [1000, 2025]
    assert "rows are left out whose Stage is not Won or Paid (1 row)" in orders.notes()
    assert "column Discount: this column is not used" in orders.notes()


def test_next_months_file_needs_nothing(orders: Firm) -> None:
    orders.put("orders_june.csv", JUNE)
    assert amounts(orders) == [1000, 2025, 1000, 2025]
    assert "orders_june.csv: read like orders 2024-05.csv, since it has" in orders.notes()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (JUNE.replace("2024-06-05", "soon"), "june.csv, row 5, column Sold on: “soon”: is no day"),
        (f"{MAY}4;S4;2024-06-01;0;1,00;Won\n", "2 of its rows stand in data/raw/acme/orders 2024"),
    ],
)
def test_what_is_wrong_with_the_next_file(orders: Firm, text: str, words: str) -> None:
    orders.put("orders_june.csv", text)
    assert any(words in line for line in orders.problems())


def test_what_is_wrong_with_both_files_is_named_in_each(orders: Firm) -> None:
    orders.put("orders 2024-05.csv", MAY.replace("2024-05-05", "soon"))
    orders.put("orders_june.csv", JUNE.replace("2024-06-03", "soon"))
    rule = "is no day. To fix: write it like 2024-05-31"
    assert orders.problems() == [
        f"data/raw/acme/orders 2024-05.csv, row 5, column Sold on: “soon”: {rule}",
        f"data/raw/acme/orders_june.csv, row 3, column Sold on: “soon”: {rule}",
    ]


def test_sheets_of_a_workbook(firm: Firm) -> None:
    firm.put("case.yaml", CASE + ORDERS.replace("2024-05.csv", "2024-05.xlsx, sheet Data"))
    book = openpyxl.Workbook()
    book.active.append(["Pivot", "of sales"])
    sheet = book.create_sheet("Data")
    for line in MAY.splitlines():
        sheet.append([cell.replace(",", ".") for cell in line.split(";")])
    book.save(firm.raw / "orders 2024-05.xlsx")
    assert amounts(firm) == [1000, 2025]
    june = book.copy_worksheet(sheet)
    for row, key in enumerate(("7", "8", "9"), start=3):
        june.cell(row, 1).value = key
    book.save(firm.raw / "orders 2024-05.xlsx")
    assert amounts(firm) == [1000, 2025, 1000, 2025]
    assert "sheet Data Copy: read like orders 2024-05.xlsx, sheet Data" in firm.notes()
    (firm.raw / "orders 2024-05.xlsx").rename(firm.raw / "june.xlsx")
    assert amounts(firm) == [1000, 2025, 1000, 2025]


def test_one_file_may_be_two_tables(orders: Firm) -> None:
    more = "    service: {Order No: service_id, Sold on: completed_on}\n"
    orders.put(
        "case.yaml", CASE + ORDERS.replace("      Job: service_id\n", "").rstrip() + "\n" + more
    )
    assert orders.problems() == []
    tables = orders.read().tables
    assert [len(tables[name]) for name in ("sale", "service")] == [2, 3]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("sale:", "sails:", "columns.orders 2024-05.csv.sails: “sails”: there is no table of this"),
        ("amount", "amont", "sale.Gross: “amont”: there is no column of this name; known are"),
        ("amount", "invoiced_on", "sale.Gross: “invoiced_on”: two columns hold the same thing"),
        ("Gross:", "Net:", "column net: case.yaml names this column under columns:, and the file"),
    ],
)
def test_what_is_wrong_with_columns(orders: Firm, old: str, new: str, words: str) -> None:
    orders.put("case.yaml", CASE + ORDERS.replace(old, new))
    assert any(words in text for text in orders.problems()), orders.problems()


def test_further_lines_of_an_order(firm: Firm) -> None:
    """As shops export it: on the second line of an order its day and total are empty."""
    firm.put(
        "sale.csv",
        "invoice_id,service_id,invoiced_on,amount\n#1,S1,2024-05-03,10\n#1,S2,,\n#2,,2024-05-04,5\n"
        "#3,S3,2024-05-05,1\n#3,,,2\n",
    )
    assert "no amount of their own are left out (1 row)" in firm.notes()
    assert "column invoiced_on: an empty cell is filled from the line above" in firm.notes()


def test_many_unknown_columns_are_cut(firm: Firm) -> None:
    names = ",".join(f"c{number}" for number in range(5000))
    rows = f"invoice_id,service_id,invoiced_on,amount,{names}\nF1,S1,2024-12-01,5{',x' * 5000}\n"
    firm.put("sale.csv", rows)
    text, _ = check_case("acme", firm.root)
    assert "c18, c19 and 4980 more: this column is not used" in text
    assert max(map(len, text.splitlines())) < 400


def test_what_is_no_file_is_not_waited_for(firm: Firm) -> None:
    firm.put("customer.csv", "customer_id,segment\nC1,x\n")
    os.mkfifo(firm.raw / "sale.csv")
    (firm.raw / "cost.csv").symlink_to("cost.csv")
    found = firm.problems()
    assert any("sale.csv: this is named like a table, and is no file" in text for text in found)
    assert any("cost.csv: this leads out of the case's folder" in text for text in found)
    assert list(firm.read().tables) == ["customer"]


def test_keys_are_not_merged(firm: Firm) -> None:
    firm.put("case.yaml", CASE + "intake: {<<: {decimal: comma}}\n")
    text, good = check_case("acme", firm.root)
    assert not good
    assert "not readable as YAML. To fix: take out <<" in text


def test_days_that_count_from_1904_and_hidden_columns(firm: Firm) -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.title = "sale"
    book.active.append(["invoice_id", "invoiced_on", "amount"])
    book.active.append(["A1", datetime.date(2024, 1, 5), 100])
    book.active.append(["A2", 43_831, 100])  # 1904-01-01 and 43,831 days are 2024-01-02
    book.active.column_dimensions["B"].hidden = True
    book.save(firm.raw / "acme.xlsx")
    assert firm.problems() == []
    days = firm.read().tables["sale"]["invoiced_on"].dt.date.astype(str)
    assert list(days) == ["2024-01-05", "2024-01-02"]
    assert "(from 1904 if the workbook says so)" in firm.notes()
    assert "columns are hidden, and read like any other: from B on" in firm.notes()


def test_invoices_of_suppliers_are_no_sales(firm: Firm) -> None:
    firm.put("facturas.csv", "factura,proveedor,fecha,importe\nF101,Luz,2024-01-04,6.00\n")
    assert any("these look like invoices of suppliers" in text for text in firm.problems())


def test_a_discount_is_no_amount(firm: Firm) -> None:
    firm.put("sale.csv", "invoice_id,invoiced_on,Discount Amount\nF1,2024-01-04,6.00\n")
    assert "rename the column" not in firm.problem()
