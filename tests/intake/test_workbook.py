"""Workbooks: what they are read as, what is refused."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.intake.case_check import Intake, check_case, read
from analysis.intake.case_files import TABLES, find
from analysis.tables.case import load_case
from analysis.tables.firm_tables import ServiceRow

from .conftest import Firm, cases

ROOT = Path(__file__).resolve().parents[2]


def repacked(path: Path, change: Callable[[str, bytes], bytes]) -> None:
    """Change the parts of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, change(name, part))


SALE = ["factura", "servicio", "fecha", "monto"]
STAFF = ["staff_id", "cargo", "hired_on", "left_on"]


def test_numbers_days_and_texts(firm: Firm) -> None:
    def made(role: str) -> Intake:
        firm.book(
            personal=[
                STAFF,
                [101, "Técnico", datetime(2020, 1, 31), None],
                ["T2", role, 45443, datetime(2024, 6, 1, 14, 30)],
            ],
            ventas=[
                SALE,
                [1, 7, date(2024, 5, 31), 984.64],
                [2, 7, "31/05/2024", 0.1 + 0.2],
                [3, 7, "2024-05-31", "S/ 1,234.50"],
                [4, 7, date(2024, 5, 31), 1.234e3],
            ],
            notas=[["anything"]],
        )
        return firm.read()

    assert [str(problem) for problem in made("=1+1").problems] == [
        "data/raw/acme/acme.xlsx, sheet personal: “cell B3”: a formula has no stored result. To "
        "fix: open the file in a spreadsheet program, which computes it, and save it"
    ]
    intake = made("x")
    assert not intake.problems
    staff, sale = intake.tables["staff"], intake.tables["sale"]
    assert list(staff["staff_id"]) == ["101", "T2"]
    assert list(staff["hired_on"]) == [pd.Timestamp("2020-01-31"), pd.Timestamp("2024-05-31")]
    assert list(sale["amount_centimos"]) == [98464, 30, 123450, 123400]
    notes = firm.notes()
    assert "acme.xlsx, sheet notas: not read, since no table has this name" in notes
    assert "the time of day is dropped (1 cell)" in notes


EMPTY_TEXT = b'<row r="350"><c r="A350" t="str"><f>IF(Z350="","",Z350)</f><v></v></c></row>'
"""How Excel stores a formula whose result is an empty text."""


def test_a_formula_whose_result_is_an_empty_text(firm: Firm) -> None:
    path = firm.book(ventas=[SALE, ["F1", "S1", date(2024, 5, 31), 984.64]])
    end = b"</sheetData>"
    repacked(path, lambda _, part: part.replace(end, EMPTY_TEXT + end))
    assert firm.problems() == []
    assert len(firm.read().tables["sale"]) == 1


def test_a_formula_without_result_is_one_problem_of_its_sheet(firm: Firm) -> None:
    services = [list(ServiceRow.model_fields)[:7]]
    services += [
        [f"S{n}", "C1", "Reparación", *[f"2024-05-{day:02}" for day in (2, 3, 10, 12)]]
        for n in range(150)
    ]
    sales = [SALE, *[[f"F{n}", f"S{n}", date(2024, 5, 31), 100 + n] for n in range(150)]]
    services[1][2], services[2][2] = "=A2", "=A3"
    firm.book(servicios=services, ventas=sales)
    assert firm.problem() == (
        "data/raw/acme/acme.xlsx, sheet servicios: “cell C2 and 1 more”: a formula has no stored "
        "result. To fix: open the file in a spreadsheet program, which computes it, and save it"
    )
    assert "which is not there: not checked" not in firm.notes().replace("customer.csv, which", "")


@pytest.mark.parametrize(("form", "foreign"), cases("a-currency-in-the-format-of-a-number"))
def test_a_currency_in_the_format_of_a_number(firm: Firm, form: str, foreign: bool) -> None:
    path = firm.book(ventas=[SALE, ["F1", "S1", date(2024, 5, 31), 1.5]])
    made = openpyxl.load_workbook(path)
    made["ventas"]["D2"].number_format = form
    made.save(path)
    if foreign:
        text = firm.problem()
        assert "sheet ventas, row 2, column monto: “" in text
        assert "”: is not the case's currency" in text
    else:
        assert firm.problems() == []
        assert list(firm.read().tables["sale"]["amount_centimos"]) == [150]
        assert "currency" not in firm.notes()


def test_a_sheet_that_the_file_does_not_hold(firm: Firm) -> None:
    path = firm.book(ventas=[SALE, ["F1", "S1", date(2024, 5, 31), 1]], personal=[STAFF])
    repacked(path, lambda _, part: part.replace(b"sheet1.xml", b"sheet9.xml"))
    text = firm.problem()
    assert "sheet ventas: the workbook names this sheet and does not hold it" in text


def test_what_is_hidden_is_read_and_said(firm: Firm) -> None:
    rows = [[f"T{number}", "x", date(2020, 1, 1), None] for number in range(4)]
    path = firm.book(personal=[STAFF, *rows])
    made = openpyxl.load_workbook(path)
    for number in (3, 4, 9):  # the last one has no cell
        made["personal"].row_dimensions[number].hidden = True
    made.create_sheet("about")
    made["personal"].sheet_state = "hidden"
    made.save(path)
    assert len(firm.read().tables["staff"]) == 4
    notes = firm.notes()
    assert "sheet personal: the sheet is hidden, and read like any other" in notes
    assert "sheet personal: rows are hidden or filtered away, and read like any other (2" in notes


@pytest.mark.parametrize(
    ("table", "header", "row", "words"),
    [
        ("okrs", ["id", "weight"], ["K1", date(2024, 4, 1)], "the spreadsheet program has turned"),
        ("staff", ["staff_id"], [date(2024, 4, 1)], "the spreadsheet program has turned this into"),
        ("ventas", ["monto"], ["#REF!"], "is the error of a formula"),
        ("staff", ["hired_on"], [-5], "is no day"),
    ],
)
def test_what_spreadsheets_do_to_cells(
    firm: Firm, table: str, header: list[str], row: list[Any], words: str
) -> None:
    firm.book(**{table: [header, row]})
    assert any(words in text for text in firm.problems())


def test_a_percentage_is_not_a_number(firm: Firm) -> None:
    made = openpyxl.Workbook()
    made.active.title = "okrs"
    made.active.append(["id", "weight"])
    made.active.append(["K1", 0.15])
    made.active["B2"].number_format = "0%"
    made.save(firm.raw / "acme.xlsx")
    assert any("“15%”: is a percentage" in text for text in firm.problems())


IGNORED = "not read, as case.yaml says (intake: ignore)"


@pytest.mark.parametrize(
    ("name", "remedy"), cases("what-looks-like-a-table-and-is-not-read-is-asked-about")
)
def test_what_looks_like_a_table_and_is_not_read_is_asked_about(
    firm: Firm, name: str, remedy: str
) -> None:
    firm.put("customer.csv", "customer_id,segment\nC1,x\nC 2,x\n")
    folder, _, file = name.rpartition("/")
    if folder:
        (firm.raw / folder).mkdir()
    if file:
        firm.put(name, "x")
    asked, other = firm.problems()
    first = folder or name
    assert asked.startswith(f"data/raw/acme/{first}: ")
    assert remedy in asked
    assert "customer.csv, row 3" in other  # and everything else is still checked
    firm.settings(f"{{ignore: ['{first}']}}")
    (text,) = firm.problems()
    assert "customer.csv, row 3" in text
    assert f"{first}: {IGNORED}" in firm.notes()


def test_a_sheet_that_is_ignored_is_no_table(firm: Firm) -> None:
    firm.book(customer=[["customer_id", "segment"], ["C1", "x"]], cost=[["?"]])
    firm.settings("{ignore: [cost]}")
    assert firm.problems() == []
    assert firm.notes() == f"data/raw/acme/acme.xlsx, sheet cost: {IGNORED}"


def test_what_does_not_look_like_a_table_is_noted_or_nothing(firm: Firm) -> None:
    firm.put("customer.csv", "customer_id,segment\nC1,x\n")
    for name in ("zzz.csv", "~$acme.xlsx", "README.txt", "photo.png"):
        firm.put(name, "x")
    (firm.raw / "old").mkdir()
    assert firm.problems() == []
    assert firm.notes() == "data/raw/acme/zzz.csv: not read, since no table has this name"


def test_a_folder_of_parquet_files_is_a_table(firm: Firm) -> None:
    (firm.raw / "sale").mkdir()
    firm.put("sale/2023.parquet", b"PAR1")
    assert find(firm.case).problems == []


@pytest.mark.parametrize("size", [0, 1, 50, 2000])
def test_a_damaged_workbook(firm: Firm, size: int) -> None:
    path = firm.book(staff=[STAFF])
    path.write_bytes(path.read_bytes()[:size])
    assert "acme.xlsx: the file cannot be read as a workbook" in firm.problem()


def test_a_workbook_with_a_password(firm: Firm) -> None:
    """Spreadsheet programs put the encrypted package into an old container with this entry."""
    container = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1024)
    firm.put("acme.xlsx", container + "EncryptedPackage".encode("utf-16-le") + bytes(1024))
    assert "acme.xlsx: the workbook is protected by a password. To fix: open it" in firm.problem()
    firm.put("acme.xlsx", container)  # an .xls under another name
    assert "cannot be read as a workbook" in firm.problem()


def test_a_zip_bomb(firm: Firm) -> None:
    path = firm.book(staff=[STAFF])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", bytes(20 * 2**20))
    assert "packed suspiciously tightly" in firm.problem()


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_xml_entities(firm: Firm, codec: str) -> None:
    path = firm.book(staff=[STAFF, ["T1", "x", "2020-01-01", None]])
    secret = firm.root / "secret.txt"
    secret.write_text("secret", encoding="utf-8")

    def bomb(name: str, part: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return part
        head = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
        return (head + part.decode("utf-8")).replace(">x<", ">&e;<").encode(codec)

    repacked(path, bomb)
    text = firm.problem()
    assert "declares XML entities" in text
    assert "secret" not in text


def test_a_sheet_that_claims_to_be_endless(firm: Firm) -> None:
    path = firm.book(staff=[STAFF, ["T1", "x", "2020-01-01", None]])
    repacked(
        path,
        lambda name, part: part.replace(b'r="2"', b'r="99999999"').replace(
            b'<dimension ref="A1:D2"', b'<dimension ref="A1:XFD99999999"'
        ),
    )
    assert "has no rows and counts as absent" in firm.notes()  # no program has a row as far down


def test_links_to_other_workbooks_are_not_followed(firm: Firm) -> None:
    path = firm.book(staff=[STAFF, ["T1", "=[1]Sheet1!A1", "2020-01-01", None]])
    repacked(
        path,
        lambda _, part: re.sub(rb"<v ?/>|<v></v>", b"<v>kept</v>", part).replace(
            b'<c r="B2">', b'<c r="B2" t="str">'
        ),
    )
    assert list(firm.read().tables["staff"]["role"]) == ["kept"]


# ---- what leads out of the folder -----------------------------------------------------------


def test_a_link_out_of_the_folder_does_not_hide_the_rest(firm: Firm) -> None:
    rows = "invoice_id,invoiced_on,amount\nsecret,2024-01-04,6\n"
    (firm.root / "outside.csv").write_text(rows, encoding="utf-8")
    (firm.raw / "sale.csv").symlink_to(firm.root / "outside.csv")
    firm.put("customer.csv", "customer_id,segment\nC 1,x\n")
    text, good = check_case("acme", firm.root)
    assert not good
    assert "data/raw/acme/sale.csv: this leads out of the case's folder" in text
    assert "To fix: put the file itself here" in text
    assert "customer.csv, row 2" in text
    assert str(firm.root) not in text
    assert "secret" not in text
    assert "sale" not in firm.read().tables


def test_a_case_that_is_a_link(firm: Firm) -> None:
    elsewhere = firm.root / "elsewhere"
    firm.raw.rename(elsewhere)
    firm.raw.symlink_to(elsewhere)
    with pytest.raises(InputError) as caught:
        load_case("acme", firm.root)
    assert str(caught.value).startswith("data/raw/acme: the case's folder is a link that leads")
    assert "copy the folder itself" in str(caught.value)


def test_a_case_yaml_that_is_a_link(firm: Firm) -> None:
    path = firm.raw / "case.yaml"
    outside = firm.root / "outside.yaml"
    outside.write_text("secret: 1\n", encoding="utf-8")
    path.unlink()
    path.symlink_to(outside)
    with pytest.raises(Exception, match="the file lies outside the case's folder") as caught:
        load_case("acme", firm.root)
    assert "secret" not in str(caught.value)


def test_yaml_that_swells(firm: Firm) -> None:
    path = firm.raw / "case.yaml"
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(Exception, match="aliases are not used here"):
        load_case("acme", firm.root)
    path.write_text("[" * 5000, encoding="utf-8")
    with pytest.raises(Exception, match="not readable as YAML"):
        load_case("acme", firm.root)


def test_a_workbook_gives_the_same_rows_as_csv_files(firm: Firm) -> None:
    template = ROOT / "data/raw/template"
    sheets = {}
    tables = [table for table in TABLES if (template / table.file).is_file()]
    for table in tables:
        with (template / table.file).open(encoding="utf-8", newline="") as stream:
            sheets[table.name] = list(csv.reader(stream))
    text = (template / "case.yaml").read_text(encoding="utf-8")
    firm.put("case.yaml", text.replace("name: template", "name: acme"))
    firm.book(**sheets)
    filled, plain = firm.read(), read(load_case("template", ROOT))
    assert not filled.problems
    assert not filled.notes
    assert set(filled.tables) == set(plain.tables) == {table.name for table in tables}
    for name, frame in plain.tables.items():
        pd.testing.assert_frame_equal(filled.tables[name], frame, obj=name)
