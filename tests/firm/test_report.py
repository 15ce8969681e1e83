"""What a firm's report says: its own words and numbers, none of the paper's."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from analysis.notebook.edition import edition
from analysis.report.book import timestamp
from analysis.report.frontmatter import main_source
from analysis.tables.case import load_case

from .harness import ROOT, Report, firm_of

PAPER = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))["paper"]
"""Words that are true of the paper's report alone."""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    root = tmp_path_factory.mktemp("firm")
    firm = firm_of(root, title="Acme", subtitle="A firm", currency="EUR", currency_name="euros")
    (firm.raw / "check_in.csv").unlink()
    with (firm.raw / "case.yaml").open("a", encoding="utf-8") as stream:
        stream.write("\ncapital_cost: {rate: 12%, tax: 29.5%}\n")
    return firm.report()


@pytest.mark.parametrize("word", PAPER)
def test_nothing_is_said_of_the_paper(report: Report, word: str) -> None:
    found = [line for line in report.text.splitlines() if re.search(word, line)]
    assert found == []


def test_money_is_in_the_firms_currency(report: Report) -> None:
    assert "Sales, euros" in report.text
    assert re.search(r"sales of [\d,]+ euros", report.text)


def test_value_added_by_hand(report: Report) -> None:
    """Of 2024Q4: 11,675 less 5,207.80, 342, 1,388 and 140 is an operating profit of 4,597.20.

    Less 29.5 % of it, and 3 % of the average equity of 24,040.265 and debt of 2,875: 2,433.57.
    """
    assert "Economic value added, euros" in report.text
    assert "2,434" in report.text


def test_every_number_is_marked_as_the_firms_own(report: Report) -> None:
    assert report.kinds == {"yours", "words"}


def counted(day: str, table: str, amount: str = "") -> dict[str, int]:
    """Rows, or sums of a column, of the last quarters of 2023 and 2024 in the template's files."""
    lines = (ROOT / "data/raw/template" / f"{table}.csv").read_text(encoding="utf-8").splitlines()
    found = [dict(zip(lines[0].split(","), line.split(","), strict=True)) for line in lines[1:]]
    return {
        year: sum(
            int(row[amount]) if amount else 1
            for row in found
            if f"{year}-10" <= row[day][:7] <= f"{year}-12"
        )
        for year in ("2023", "2024")
    }


def test_numbers_come_from_the_firms_rows(report: Report) -> None:
    services = counted("completed_on", "service")["2024"]
    sales = counted("invoiced_on", "sale", "amount_centimos")["2024"]
    assert re.search(rf"and {services} services \(", report.text)
    assert f"sales of {sales // 100:,} euros" in report.text


def test_the_summary_says_what_turned_and_how_the_key_results_stand(report: Report) -> None:
    sales = counted("invoiced_on", "sale", "amount_centimos")
    services = counted("completed_on", "service")
    summary = report.text[: report.text.index("tbl-board")]
    better, worse = re.search(
        r"(\d+) indicators are better and 3 are worse: (.*?)\.", summary
    ).groups()
    for name, count in (("sales of [0-9,]+ euros", sales), ("services", services)):
        growth = Fraction(count["2024"] - count["2023"], count["2023"])
        assert re.search(rf"{name} \(\+{float(growth * 100):.1f}%\)", summary)
    assert int(better) > 3
    assert "satisfaction index −" in worse
    # (1 + 0.84 + (1 + 0.33) / 2 + (1 - 0.26) / 2) / 4, by the scores of the key results
    assert "The joint score is 0.72, with 83% of the weight known" in report.text
    assert {"tbl-board", "tbl-board-key-results", "tbl-decisions"} <= report.labels


def test_the_summary_of_a_firm_with_services_alone(tmp_path: Path) -> None:
    """No key results, no survey, no sales: it tells what there is and names what is left out."""
    report = firm_of(tmp_path).keep("service").report()
    assert "tbl-board" in report.labels
    assert "tbl-board-key-results" not in report.labels
    assert "joint score" not in report.text
    assert "Not computed, since tables or rows are missing: sales" in report.text
    assert re.search(r"\d indicators are better and \d is worse", report.text)


def test_the_summary_of_a_single_quarter_compares_nothing(tmp_path: Path) -> None:
    firm = firm_of(tmp_path).keep("service")
    settings = firm.raw / "case.yaml"
    text = settings.read_text(encoding="utf-8")
    text = re.sub(r"^(  (?:first|last|baseline|current)): \S+", r"\1: 2024Q4", text, flags=re.M)
    settings.write_text(text, encoding="utf-8")
    path = firm.raw / "service.csv"
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    day = head.split(",").index("requested_on")
    last = [line for line in lines if line.split(",")[day] >= "2024-10"]
    path.write_text("\n".join([head, *last]) + "\n", encoding="utf-8")
    report = firm.report()
    assert "Compared with" not in report.text
    assert "tbl-board" in report.labels


def test_all_chapters_are_there(report: Report) -> None:
    assert report.chapters == ["board", "annex"]
    sections = re.findall("(?m)^## (.*)$", report.text)
    assert sections[:7] == [
        "Year to date",
        "Sales over time",
        "What moved the sales",
        "Scorecard",
        "Key results",
        "What needs a decision",
        "The data",
    ]
    assert {"The service process", "Strategy map", "Quarterly statements"} <= set(sections)


def test_figures_and_tables_the_text_refers_to_are_there(report: Report) -> None:
    wanted = set(re.findall(r"\(#((?:fig|tbl)-[a-z0-9-]+)\)", report.text))
    assert wanted
    assert wanted <= report.labels


@pytest.mark.parametrize("kind", ["yours", "synthetic"])
def test_title_page_says_whose_rows_they_are(tmp_path: Path, kind: str) -> None:
    firm = firm_of(tmp_path, kind=kind)
    asked = edition(load_case(firm.name, tmp_path))
    source, _ = main_source(asked, [], timestamp(asked.case.parameters.date))
    assert ("rows that the firm supplied" in source) == (kind == "yours")
    assert ("there is no such firm" in source) == (kind == "synthetic")
    assert "make verify" not in source
    assert "paper" not in source.partition("sources:")[0]


def test_what_was_coerced_is_in_the_report(tmp_path: Path) -> None:
    """A file with semicolons, day-first dates and amounts in words of the currency."""
    firm = firm_of(tmp_path).keep("service")
    lines = ["factura;servicio;fecha;importe"]
    services = (firm.raw / "service.csv").read_text(encoding="utf-8").splitlines()[1:]
    for number, line in enumerate(services):
        year, month, day = line.split(",")[5].split("-")
        lines.append(f"F{number};{line.split(',')[0]};{day}/{month}/{year};S/ 1.234,50")
    (firm.raw / "ventas.csv").write_text("\n".join(lines), encoding="cp1252")
    firm.edit("case.yaml", "kind: yours", "intake: {dates: day-first}\nkind: yours")
    report = firm.report()
    assert f"the signs between thousands are dropped ({len(services)} cells)" in report.text
    assert "tbl-data-notes" in report.labels
    assert "the signs between thousands are dropped" in report.text
    assert "Nothing was skipped" not in report.text
    assert "sales of 28,394 " in report.text  # 23 services at 1,234.50


def test_sections_follow_the_tables(tmp_path: Path) -> None:
    report = firm_of(tmp_path).keep("service", "swot").report()
    sections = re.findall("(?m)^## (.*)$", report.text)
    assert "Strengths, weaknesses, opportunities, threats" in sections
    assert "Services by type" in sections
    absent = {"Sales over time", "Scorecard", "Causes", "Key results", "Quarterly statements"}
    assert absent.isdisjoint(sections)
