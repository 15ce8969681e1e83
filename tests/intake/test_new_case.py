"""A case made from an export: one command, at most two questions, and the right rows."""

from __future__ import annotations

import re
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from analysis.base.errors import InputError
from analysis.base.language import language_of
from analysis.cli import main
from analysis.intake.case_check import check_case, read
from analysis.intake.case_files import COURIER, TEMPLATE
from analysis.intake.new_case import case_from, case_yaml, proposals, read_sources
from analysis.intake.proposal import Column
from analysis.tables.case import load_case

from .conftest import cases

EXPORTS = Path(__file__).with_name("exports")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "data/raw").mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    return tmp_path


def answer(root: Path, lines: list[str]) -> None:
    """Answer the questions: each line takes the place of the first below a question like it."""
    path = root / "data/raw/acme/case.yaml"
    text = path.read_text(encoding="utf-8")
    for line in lines:
        key = line.partition(":")[0]
        text, times = re.subn(rf"(?m)^( *)# {re.escape(key)}: .*$", rf"\g<1>{line}", text, count=1)
        assert times == 1
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("case", cases("exports"), ids=lambda case: case["file"])
def test_exports_of_real_programs(root: Path, case: dict[str, Any]) -> None:
    answers = case.get("answers", [])
    told = case_from("acme", str(EXPORTS / case["file"]), root)
    assert len(answers) + len(case.get("settings", [])) <= 2
    assert len(re.findall(r"# QUESTION \d+: ", told)) == len(answers)
    answer(root, answers)
    path = root / "data/raw/acme/case.yaml"
    for line in case.get("settings", []):  # asked by the check, since it reads every cell
        key = line.partition(":")[0]
        assert f"{key}:" in check_case("acme", root)[0]
        text = path.read_text("utf-8")
        there = f"{line}\n" if key == "rates" else ""
        text = text if there else text.replace("intake:", f"intake:\n  {line}")
        path.write_text(there + text, "utf-8")
    text, good = check_case("acme", root)
    assert good, text
    sales = read(load_case("acme", root)).tables["sale"]
    assert len(sales) == case["rows"]
    assert Decimal(int(sales["amount_centimos"].sum())) / 100 == Decimal(case["amount"])
    assert (root / "data/raw/acme" / case["file"]).read_bytes() == (
        EXPORTS / case["file"]
    ).read_bytes()


@pytest.mark.parametrize("case", cases("proposals"), ids=lambda case: case["name"])
def test_what_columns_are_taken_for(tmp_path: Path, case: dict[str, Any]) -> None:
    path = tmp_path / case.get("file", "export.csv")
    path.write_text(case["text"], encoding="utf-8")
    made, passed = proposals(read_sources([path]))
    assert passed == []
    text, asked = case_yaml("acme", made)
    assert {column.header: column.ours for column in made[0].columns if column.ours} == case[
        "taken"
    ]
    wanted = case.get("questions", [])
    assert len(asked) == len(wanted), asked
    for at, (question, words) in enumerate(zip(asked, wanted, strict=True), start=1):
        assert words in question.text
        assert f"# QUESTION {at}: {question.text}\n" in text
    if "answers" in case:
        assert [*asked[0].answers] == case["answers"]
    for key, value in case.get("settings", {}).items():
        assert f"\n  {key}: {value} " in text


def test_customers_are_shown_by_name_and_stay_apart(root: Path) -> None:
    """Two bear one name, one has none, and one has a name that is another's number."""
    rows = [("K1", "Ann"), ("K2", "Bob"), ("K3", "Ann"), ("K4", ""), ("K5", "K4"), ("K1", "Anne")]
    lines = [f"2024-01-0{at},{at}.00,{key},{name}" for at, (key, name) in enumerate(rows, start=1)]
    header = "Date,Total EUR,Customer no,Customer name"
    (root / "sales.csv").write_text("\n".join([header, *lines]))
    told = case_from("acme", str(root / "sales.csv"), root)
    assert "Customer name: customer_name" in told
    intake = read(load_case("acme", root))
    shown = ["Ann (K1)", "Bob", "Ann (K3)", "K4", "K4 (K5)", "Ann (K1)"]
    assert list(intake.tables["sale"]["customer_id"]) == shown
    table = "".join(f"{key},shop\n" for key in sorted({key for key, _ in rows}))
    (root / "data/raw/acme/customer.csv").write_text(f"customer_id,segment\n{table}")
    assert list(read(load_case("acme", root)).tables["sale"]["customer_id"]) == [k for k, _ in rows]


def test_amounts_below_zero_are_counted_by_row() -> None:
    cells = ["-5.00"] * 3 + ["(2.00)", "7.00-", "S/ -1.00"] + ["4.00", "S/ 4.00", "4"] * 5
    assert Column("Total", [*cells]).below_zero == 6


def test_the_command_and_the_next_month(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)
    lines = (EXPORTS / "faktury.csv").read_bytes().split(b"\r\n")
    (root / "first half.csv").write_bytes(b"\r\n".join(lines[:20]))
    assert main(["new-case", "--name", "acme", "--from", "first half.csv", "--language", "en"]) == 0
    told = capsys.readouterr().out
    assert re.search("Kwota netto: amount +# by its name; 6.181,29 · 3.463,05 · ", told)
    assert re.search("# VAT: not used +# ", told)
    assert told.endswith("Next: make report CASE=acme\n")
    (root / "data/raw/acme/later.csv").write_bytes(b"\r\n".join([lines[0], *lines[20:]]))
    assert main(["check", "--case", "acme"]) == 0
    assert "Rows: sale 36" in capsys.readouterr().out
    assert main(["new-case", "--name", "acme", "--from", "first half.csv"]) == 2


@pytest.mark.parametrize(("form", "example"), [("csv", TEMPLATE), ("claims", COURIER)])
def test_a_copy_of_an_example_is_in_the_language_asked_for(
    root: Path,
    form: str,
    example: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = Path(__file__).parents[2] / "data/raw"
    shutil.copytree(data / example, root / "data/raw" / example)
    monkeypatch.chdir(root)
    assert main(["new-case", "--name", "acme", "--form", form, "--language", "pl"]) == 0
    assert "zawiera kopię przykładu" in capsys.readouterr().out
    assert language_of(root / "data/raw/acme/case.yaml") == "pl"
    assert load_case("acme", root).parameters.language == "pl"


def test_a_workbook_whose_pivot_is_passed_over(root: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["Sum of Sales", "Column Labels"],
        ["Row Labels", "Canada", "France"],
        ["Carretera", 5, 6],
    ):
        book.active.append(row)
    sheet = book.create_sheet("Sheet1")
    for row in (
        ["Segment", "Country", " Sales", "Date"],
        ["Midmarket", "Canada", 5.5, "2014-01-01"],
    ):
        sheet.append(row)
    for cell in sheet["C"]:
        cell.number_format = "[$€-407] 0.00"
    book.save(root / "Financial Sample.xlsx")
    told = case_from("acme", str(root / "Financial Sample.xlsx"), root)
    assert "sheet Sheet: passed over, since it holds no rows of a table" in told
    assert "no question is open" in told
    text, good = check_case("acme", root)
    assert good, text
    assert read(load_case("acme", root)).tables["sale"]["amount_centimos"].tolist() == [550]


def test_a_folder_with_several_tables(root: Path) -> None:
    folder = root / "my exports"
    folder.mkdir()
    shutil.copy(EXPORTS / "hubspot-crm-exports-deals.csv", folder)
    (folder / "customers.csv").write_text("Customer ID,Segment\nC1,shop\nC2,shop\n", "utf-8")
    (folder / "notes.md").write_text("nothing", "utf-8")
    told = case_from("acme", str(folder), root)
    assert re.search(r"  customers.csv: +# 2 rows\n    customer: +# Customers\n", told)
    answer(root, ["currency: EUR"])
    text, good = check_case("acme", root)
    assert good, text
    assert "customer 2" in text


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("no.csv", None, "there is no such file"),
        ("a.pdf", b"x", "this form of file is not read"),
        ("a.csv", b"", "no file holds rows of a table"),
        ("a.csv", b"only,words\nx,y\n", "no file holds rows of a table"),
        ("a.xlsx", b"x", "cannot be read as a workbook"),
        ("a.csv", b'"EXTF";700;21\n"Umsatz";"Belegdatum"\n5,00;0103\n', "posting list of DATEV"),
        ("a.csv", b'Date,Total\n2024-01-01,"5', "does not end"),
        ("a.csv", b"Date,Total,Who\n2024-01-01,5,\xea\n", "save it as CSV UTF-8"),
    ],
)
def test_files_that_make_no_case(root: Path, name: str, content: bytes | None, words: str) -> None:
    if content is not None:
        (root / name).write_bytes(content)
    with pytest.raises(InputError, match="To fix") as error:
        case_from("acme", str(root / name), root)
    assert words in str(error.value)
    assert list((root / "data/raw").iterdir()) == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            "es",
            (
                "sale:                           # Líneas de factura",
                "Total: amount                 # por su nombre; 5.00 · 6.00",
                "PREGUNTA 1",
                "¿En qué moneda están los importes?",
                "Escriba sus tres letras en lugar de XXX",
                "Sigue: make check",
            ),
        ),
        (
            "pl",
            (
                "sale:                           # Pozycje faktur",
                "Total: amount                 # po nazwie; 5.00 · 6.00",
                "PYTANIE 1",
                "W jakiej walucie są kwoty?",
                "Wpisz jej trzy litery zamiast XXX",
                "Dalej: make check",
            ),
        ),
    ],
)
def test_a_case_in_its_language_from_the_first_line(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    code: str,
    words: tuple[str, ...],
) -> None:
    monkeypatch.chdir(root)
    (root / "sales.csv").write_text("Date,Total\n2024-01-05,5.00\n2024-01-06,6.00\n", "utf-8")
    asked = ["new-case", "--name", "acme", "--from", "sales.csv", "--language", code]
    assert main(asked) == 0
    written = (root / "data/raw/acme/case.yaml").read_text("utf-8")
    assert f"language: {code} " in written
    said = capsys.readouterr().out + written
    assert [text for text in words if text not in said] == []


@pytest.mark.parametrize(
    ("header", "code", "words"),
    [
        ("Fecha,Importe", "es", "los nombres de las columnas están en este idioma"),
        ("Data sprzedaży,Kwota", "pl", "nazwy kolumn są w tym języku"),
        ("Date,Total", "en", "Next: make check"),
    ],
)
def test_the_language_is_that_of_the_columns_and_no_currency_is_given_silently(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    header: str,
    code: str,
    words: str,
) -> None:
    monkeypatch.chdir(root)
    (root / "sales.csv").write_text(f"{header}\n2024-01-05,5.00\n2024-01-06,6.00\n", "utf-8")
    assert main(["new-case", "--name", "acme", "--from", "sales.csv"]) == 0
    said = capsys.readouterr().out
    assert words.casefold() in said.casefold()
    assert "currency: EUR" not in said
    assert language_of(root / "data/raw/acme/case.yaml") == code
    answer(root, ["currency: XXX"])
    assert not check_case("acme", root)[1]
    assert main(["new-case", "--name", "acme", "--from", "sales.csv"]) == 2
    assert "data/raw/acme/case.yaml" in capsys.readouterr().err


def test_a_question_that_is_open_is_said_until_it_is_answered(root: Path) -> None:
    rows = "".join(f"2024-0{month}-05;x;{month}.00;1{month}.00\n" for month in range(1, 10))
    (root / "sales.csv").write_text("Date;Saldo;VAT;Total EUR\n" + rows + "2024-09-06;x;0;-2.00\n")
    told = case_from("acme", str(root / "sales.csv"), root, "es")
    assert len(re.findall(r"# PREGUNTA \d: ", told)) == 2
    text, good = check_case("acme", root)
    assert good
    assert "la pregunta queda abierta" in text
    assert text.count("¿Está VAT en los importes de Total EUR?") == 1
    assert text.count("1 de 10 importes están bajo cero") == 1
    answer(root, ["VAT: deduction", "below_zero: leave-out"])
    text, good = check_case("acme", root)
    assert good
    assert "abierta" not in text
    sales = read(load_case("acme", root)).tables["sale"]
    assert sales["amount_centimos"].tolist() == [1000] * 9
