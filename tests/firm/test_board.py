"""The board's pages as they are built: few, in the firm's language, with a workbook beside them."""

from __future__ import annotations

import csv
import re
import shutil
from decimal import Decimal
from pathlib import Path

import openpyxl
import pikepdf
import pypdfium2
import pytest

from analysis.base.language import Code, words_of
from analysis.intake.new_case import case_from
from tests import warm

from .harness import ROOT, Firm, firm_of

SALES = "invoice_date,amount\n" + "".join(
    f"{year}-{month:02d}-15,{100 * year - 200_000 + month}.50\n"
    for year in (2023, 2024)
    for month in range(1, 13)
)
"""100 more a month in the second year: 2301.50 in January 2023."""


def built(firm: Firm) -> tuple[str, int, str]:
    """Build the report; return its text, the number of its pages and its language."""
    (firm.root / "requirements").symlink_to(ROOT / "requirements")
    (firm.root / "notebooks").unlink()
    shutil.copytree(ROOT / "notebooks/firm", firm.root / "notebooks/firm")
    firm.made()
    about = "--case", firm.name
    assert warm.step(["notebook", "notebooks/firm/board.ipynb", *about], firm.root) == 0
    firm.step("report")
    path = firm.root / "report" / f"{firm.name}.pdf"
    pages = pypdfium2.PdfDocument(path)
    text = "\n".join(page.get_textpage().get_text_bounded() for page in pages)
    with pikepdf.open(path) as pdf:
        return re.sub(r"\s+", " ", text), len(pages), str(pdf.Root.Lang)


@pytest.mark.parametrize(
    ("code", "title", "tag"),
    [
        ("es", "Informe para el directorio · T4 2024 · 31 de diciembre de 2024", "es-PE"),
        ("pl", "Raport dla zarządu · IV kw. 2024 · 31 grudnia 2024", "pl"),
    ],
)
def test_the_board_reads_its_own_language(tmp_path: Path, code: Code, title: str, tag: str) -> None:
    firm = firm_of(tmp_path, title="Acme", subtitle="Acme")
    firm.edit("case.yaml", "language: en ", f"language: {code} ")
    text, pages, language = built(firm)
    assert text.startswith(title)
    assert 4 <= pages <= 6
    assert language == tag
    words = words_of(code)
    parts = {part for text in words for part in re.split(r"\{[^}]*\}", text) if len(part) > 12}
    own = " ".join(words.values()) + (firm.raw / "okrs.csv").read_text(encoding="utf-8")
    assert [part for part in parts if part in text and part not in own] == []
    sheets = openpyxl.load_workbook(tmp_path / "report/acme.xlsx").sheetnames
    assert sheets[0] == f"{words['Table']} 1"
    assert f"{words['Figure']} 1" in sheets


def test_a_day_and_an_amount_are_enough(tmp_path: Path) -> None:
    firm = firm_of(tmp_path, title="Acme", subtitle="Acme")
    for path in firm.raw.glob("*.csv"):
        path.unlink()
    (firm.raw / "sale.csv").write_text(SALES, encoding="utf-8")
    text, pages, _ = built(firm)
    assert pages == 4
    # 3 × 2,300.50 + 10 + 11 + 12, and 300 more a year later
    assert "the firm had sales of 7,235 soles (+4.3%)" in text
    for words in ("Sales by quarter", "Sales by month", "What moved the sales", "customer_id"):
        assert words in text
    # 12 × 2,400.50 + 1 + 2 + … + 12 = 28,884, and 1,200 less the year before; 2,412.50 in December
    assert "The twelve months to Dec 2024 brought sales of 28,884 soles. That is +4.3%" in text
    assert "Dec 2024 was the strongest with 8.4%" in text
    assert "Rows: 3 → 3" in text
    assert "Scorecard" not in text


def test_the_plan_stands_beside_the_level(tmp_path: Path) -> None:
    firm = firm_of(tmp_path, title="Acme", subtitle="Acme").keep("sale")
    (firm.raw / "sale.csv").write_text(SALES, encoding="utf-8")
    plan = "period,kpi,value\n2024Q4,sales,8000\n"
    (firm.raw / "plan.csv").write_text(plan, encoding="utf-8")
    report = firm.report().text
    row = re.search(r"Sales, soles .*", report)
    assert row
    assert re.split(r"  +", row[0])[-3:] == ["8,000", "−9.6%", "◆ off"]  # 7,234.50 of 8,000


def test_an_export_becomes_a_board_report_by_one_command(tmp_path: Path) -> None:
    export = ROOT / "tests/intake/exports/Rechnungsausgangsbuch.csv"
    firm = firm_of(tmp_path)
    shutil.rmtree(firm.raw)
    assert "no question is open" in case_from("acme", str(export), tmp_path)
    text, pages, _ = built(firm)
    assert 4 <= pages <= 6
    with export.open(encoding="utf-8-sig", newline="") as stream:
        amounts = [
            Decimal(row["Nettobetrag (EUR)"].replace(".", "").replace(",", "."))
            for row in csv.DictReader(stream, delimiter=";")
            if re.search(r"\.1[012]\.2024", row["Rechnungsdatum"]) and row["Status"] == "bezahlt"
        ]
    assert f"sales of {sum(amounts).quantize(Decimal(1)):,} euros" in text
    words = " ".join(text.split())
    assert "The light shows whether the change on" in words  # neither target nor plan
    assert "how many were delivered, how fast, and how many on time" in words
    assert text.count("Board report") == pages  # as a heading, and above every other page
