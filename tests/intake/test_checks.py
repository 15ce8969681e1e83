"""Checks across rows and tables, and how the check says all of it at once."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from matplotlib.ft2font import FT2Font

from analysis.base.text import FONTS
from analysis.cli import main
from analysis.intake.case_check import check_case, check_tables
from analysis.tables.columns import not_drawn

from .conftest import CASE, Firm, cases

ROOT = Path(__file__).resolve().parents[2]
SERVICE = "service_id,customer_id,service_type,requested_on,started_on,completed_on,due_on\n"
DAYS = "2024-05-01,2024-05-02,2024-05-03,2024-05-09"


def copy_of_template(firm: Firm, old: str = "", new: str = "", file: str = "") -> None:
    """Give the firm the template's tables as its own rows, one of them changed."""
    for path in (ROOT / "data/raw/template").glob("*.csv"):
        text = path.read_text(encoding="utf-8").replace("SYN-", "")
        if path.name == file:
            assert old in text
            text = text.replace(old, new, 1)
        firm.put(path.name, text)


def test_the_template_has_no_problem_as_anybodys_own(firm: Firm) -> None:
    copy_of_template(firm)
    assert firm.problems() == []
    assert len(firm.read().tables) == 23


def test_the_words_of_the_template_are_not_anybodys_own(firm: Firm) -> None:
    # A project that has the template: its words, plans and title may not pass as a firm's.
    template = firm.root / "data/raw/template"
    template.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(ROOT / "data/raw/template", template)
    copy_of_template(firm)
    words = ["swot", "causes", "process", "objectives", "okrs", "targets", "links", "variables"]
    words += ["plan", "rates"]
    found = firm.problems()
    assert len(found) == len(words)
    for name, line in zip(sorted(words), sorted(found), strict=True):
        assert f"{name}.csv: “" in line
        assert "these are still the template's words" in line
    for name, theirs, own in (
        ("swot.csv", "Riders come back", "Pupils come back"),
        ("okrs.csv", ",F2,", ",visits,"),  # an indicator of the firm's own
    ):
        text = (firm.raw / name).read_text(encoding="utf-8")
        assert theirs in text
        firm.put(name, text.replace(theirs, own, 1))
    settings = (firm.raw / "case.yaml").read_text(encoding="utf-8")
    titled = re.sub("(?m)^title:.*$", "title: Dos Ruedas", settings)
    firm.put("case.yaml", f"{titled}indicators: {{visits: {{name: Visits, level: services}}}}\n")
    found = firm.problems()
    assert not any(name in line for line in found for name in ("swot.csv", "okrs.csv")), found
    assert any("title: “Dos Ruedas”: this is still" in line for line in found)


def test_a_case_without_any_table(firm: Firm) -> None:
    assert "data/raw/acme: the case has no table" in firm.problem()


@pytest.mark.parametrize(("file", "old", "new", "words"), cases("one-thing-wrong-in-a-whole-case"))
def test_one_thing_wrong_in_a_whole_case(
    firm: Firm, file: str, old: str, new: str, words: str
) -> None:
    copy_of_template(firm, old, new, file)
    found = firm.problems()
    assert any(words in text for text in found), found
    assert all("data/raw/acme/" in text for text in found)


@pytest.mark.parametrize("key", ["Subtotal", "TOTAL", "Suma", "Razem", "Totales", "Total:"])
def test_a_row_that_sums_others_is_asked_about(firm: Firm, key: str) -> None:
    rows = f"F1,S1,2024-12-31,5\n{key},S1,2024-12-31,5\n"
    firm.put("sale.csv", f"invoice_id,service_id,invoiced_on,amount\n{rows}")
    text = firm.problem()
    assert f"row 3, column invoice_id: “{key}”: this looks like a total" in text
    assert "delete the row, or give it a key of its own" in text


def test_sales_of_invoices_and_statements(firm: Firm) -> None:
    copy_of_template(firm)
    path = firm.raw / "sale.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    key, service, day, amount = lines[1].split(",")
    lines[1] = f"{key},{service},{day},{int(amount) + 12345}"
    firm.put("sale.csv", "\n".join(lines) + "\n")
    text = firm.problem()
    assert "invoices and statement disagree on sales in 1 quarter" in text
    assert "“2023Q1: invoices 5,193.45, statement 5,070.00”" in text
    firm.settings("{sales_may_differ_by: 2}")
    assert "in 1 quarter" in firm.problem()  # 123.45 are 2.4% of 5,070.00
    firm.settings("{sales_may_differ_by: 3}")
    assert firm.problems() == []
    assert "invoices and statement differ on sales, by no more than 3%" in firm.notes()


def test_every_contradiction_of_statements(firm: Firm) -> None:
    copy_of_template(firm)
    path = firm.raw / "fin_statement.csv"
    rows = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
    cash = rows[0].index("cash")
    for row in (rows[2], rows[5]):
        row[cash] = str(int(row[cash]) + 7)
    firm.put("fin_statement.csv", "".join(",".join(row) + "\n" for row in rows))
    found = firm.problems()
    # each of the two falls out with the quarter before and the quarter after, and one exceeds
    # nothing, since total assets are sums to the céntimo: so 7 céntimos too many are said as well
    assert sum("difference 7" in text or "difference -7" in text for text in found) == 4
    assert sum("exceed total_assets" in text and "by 7" in text for text in found) == 2


def test_an_untouched_copy_of_the_template_is_one_problem_a_table(firm: Firm) -> None:
    for path in (ROOT / "data/raw/template").glob("*.csv"):
        firm.put(path.name, path.read_bytes())
    text, good = check_case("acme", firm.root)
    assert not good
    assert text.startswith("acme: 13 problems")
    assert "   data/raw/acme/service.csv: “150 rows”\n" in text
    assert "These are still the template's, whose made-up keys begin with SYN-" in text
    assert "To fix: put your own rows in their place" in text


def test_rows_of_an_unreadable_table_are_not_missed_in_others(firm: Firm) -> None:
    copy_of_template(firm)
    path = firm.raw / "service.csv"
    firm.put("service.csv", path.read_bytes() + b'S999,"C1')
    text = firm.problem()
    assert text.startswith(
        "data/raw/acme/service.csv, row 152: a cell that begins here with a quotation mark does "
        "not end. To fix: write quotation marks inside a cell twice"
    )


def test_amounts_whose_sum_leaves_64_bits(firm: Firm) -> None:
    rows = "".join(f"F{n},S1,2024-05-03,{10**15}\n" for n in range(5000))
    firm.put("sale.csv", "invoice_id,service_id,invoiced_on,amount_centimos\n" + rows)
    assert "add up to more than can be counted exactly" in firm.problem()


def test_all_problems_at_once_worst_first(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"F{n},S{n},03/04/2024,1\n" for n in range(313))
    firm.put("sale.csv", "invoice_id,service_id,invoiced_on,amount\n" + rows)
    firm.put("staff.csv", "staff_id,hired_on\nT1,2020-01-01\n")
    firm.put("customer.csv", "customer_id,segment\nC1,\nC1,x\n")
    before = {path: path.stat().st_mtime_ns for path in firm.root.rglob("*")}
    monkeypatch.chdir(firm.root)
    assert main(["check", "--case", "acme"]) == 2
    text = capsys.readouterr().out
    lines = [line for line in text.splitlines() if line[:1].isdigit()]
    assert text.startswith("acme: 317 problems, the worst first\n")
    assert [line.split(":")[0] for line in lines] == [
        "1. data/raw/acme/staff.csv, row 1, column role",
        "2. data/raw/acme/sale.csv, row 2, column invoiced_on",
        "3. data/raw/acme/customer.csv, row 2, column segment",
        "4. data/raw/acme/customer.csv, row 2, column customer_id",
    ]
    assert "  and 312 more like this: 3, 4, 5, 6, 7, 8, 9, 10, 11, " in text
    assert ", 22, …" in text
    assert {path: path.stat().st_mtime_ns for path in firm.root.rglob("*")} == before


def test_all_problems_of_case_yaml(firm: Firm) -> None:
    path = firm.raw / "case.yaml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("kind: yours", "kind: mine").replace("2023H2", "2023X2")
    path.write_text(text + "intake: {decimal: dot}\nfolder: ../other\n", encoding="utf-8")
    told, good = check_case("acme", firm.root)
    assert not good
    assert "acme: 4 problems" in told
    for words in (
        "kind: “mine”",
        "intake.decimal: “dot”",
        "folder: “../other”: this key is unknown",
    ):
        assert f"column {words}" in told
    assert "2023X2" in told
    assert told.endswith("The tables are checked once case.yaml is right.")


@pytest.mark.parametrize("name", ["segelec", "kowalczyk", "template"])
def test_the_committed_cases_are_right(name: str) -> None:
    text, good = check_case(name, ROOT)
    assert good, text
    assert text.startswith(f"{name}: nothing is wrong.")


def test_an_unknown_case(monkeypatch: pytest.MonkeyPatch, firm: Firm) -> None:
    monkeypatch.chdir(firm.root)
    for name in ("other", "../acme", "/etc", ""):
        assert main(["check", "--case", name]) == 2


def test_statements_are_those_of_one_company(firm: Firm) -> None:
    copy_of_template(firm)
    path = firm.raw / "fin_statement.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    other = lines[-1].split(",", 1)[1]
    firm.put("fin_statement.csv", "\n".join([*lines, f"OTHER,{other}"]) + "\n")
    text = firm.problem()
    assert f"row {len(lines) + 1}, column company_id: “OTHER”" in text
    assert "those of one company" in text


def test_the_first_cell_of_each_character_is_named(firm: Firm) -> None:
    types = ["Reparación 🙂", "Instalación", "維修", "Más 🙂"]
    rows = "".join(f"S{n},C1,{kind},{DAYS}\n" for n, kind in enumerate(types, start=1))
    firm.put("servicios.csv", SERVICE + rows)
    first, second = sorted(firm.problems())
    assert first == (
        "data/raw/acme/servicios.csv, row 2, column service_type: “Reparación 🙂”: no font of the "
        "report has the character 🙂 (U+1F642, slightly smiling face). To fix: put a word or "
        "another character in its place\n  and 1 more like this: 5"
    )
    assert "row 4, column service_type: “維修”" in second
    assert "維 (U+7DAD, cjk unified ideograph-7dad)" in second


@pytest.mark.parametrize("name", ["Łódź żółć", "Ремонт", "Núñez & Cía", "№ 5 – ½ → €", "e\u0301"])
def test_texts_that_the_fonts_have(firm: Firm, name: str) -> None:
    firm.put("clientes.csv", f"cliente;segmento\r\nC1;{name}\r\n")
    assert firm.problems() == []


def test_texts_of_case_yaml_and_of_claims(firm: Firm) -> None:
    text = CASE.replace("title: Acme", "title: Acme 🚲").replace("A firm of", "自転車 of")
    firm.put("case.yaml", text)
    firm.put("clientes.csv", "cliente;segmento\nC1;x\n")
    said, intake = check_tables(firm.case)
    assert intake is None
    assert "data/raw/acme/case.yaml, column title: “Acme 🚲”: no font of the report has" in said
    assert "column subtitle: “自転車 of the tests”" in said
    assert said.startswith("acme: 2 problems")


def test_the_characters_are_those_of_all_bundled_fonts() -> None:
    fonts = [FT2Font(str(path)) for path in sorted(FONTS.glob("*.ttf"))]
    assert len(fonts) == 4
    for number in range(0x21, 0x20000):
        letter = chr(number)
        drawn = all(font.get_char_index(number) for font in fonts)
        assert (not not_drawn(letter)) == (letter.isspace() or letter.isascii() or drawn)
