"""An absent table takes away just the indicators that need it, and the report says so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from analysis.kpis.catalogue import KPIS, METHOD
from analysis.notebook.edition import edition
from analysis.show.firm_report import FirmReport
from analysis.show.firm_words import left_out
from analysis.tables.case import load_case

from .harness import ROOT, firm_of, made_firm


def _indicators(section: str) -> dict[tuple[str, ...], set[str]]:
    known = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))
    return {tuple(tables.split()): set(names) for tables, names in known[section].items()}


DROPPED = _indicators("dropped")
"""Indicators that go with tables, by what the README of the template says that each needs."""

KEPT = _indicators("kept")
"""Indicators that a few tables alone give."""

ALL = {record.name.lower() for record in (*KPIS, *METHOD)}
"""Names of all indicators."""

NEVER = {"gross profit", "gross margin"}
"""Indicators of costs of goods, which the template does not have."""

SUMMARY = re.compile(r"(?m)Not computed, since tables or rows are missing: (.*)\.$")


def _left_out(text: str) -> set[str]:
    found = SUMMARY.search(text)
    return set(found[1].split(", ")) if found else set()


@pytest.mark.parametrize("tables", DROPPED, ids="+".join)
def test_without_tables(tmp_path: Path, tables: tuple[str, ...]) -> None:
    firm = firm_of(tmp_path).drop(*tables, "check_in").made()
    text = left_out(FirmReport(edition(load_case(firm.name, tmp_path))))
    assert _left_out(text) == DROPPED[tables] | NEVER


@pytest.mark.parametrize("third", range(3))
def test_reports_without_a_third_of_them(tmp_path: Path, third: int) -> None:
    absent = [*DROPPED][third::3]
    report = firm_of(tmp_path).drop(*(name for tables in absent for name in tables)).report()
    assert _left_out(report.text) == NEVER.union(*(DROPPED[tables] for tables in absent))
    for tables in absent:
        for name in tables:
            if DROPPED[tables] and name not in {"swot", "causes", "okrs"}:
                assert f"left out for want of {name}.csv" in report.text
    _is_whole(report.text, report.labels)


@pytest.mark.parametrize("tables", KEPT, ids="+".join)
def test_with_few_tables(tmp_path: Path, tables: tuple[str, ...]) -> None:
    report = firm_of(tmp_path).keep(*tables).report()
    assert _left_out(report.text) == ALL - KEPT[tables]
    _is_whole(report.text, report.labels)


def _is_whole(text: str, labels: set[str]) -> None:
    """Nothing is left of a number that could not be computed, or of a figure left out."""
    assert "nan" not in text.split()
    assert "None" not in text.split()
    assert set(re.findall(r"\(#((?:fig|tbl)-[a-z0-9-]+)\)", text)) <= labels


def test_a_case_that_gives_no_indicator_is_refused(tmp_path: Path) -> None:
    firm = firm_of(tmp_path).keep("customer", "staff")
    for step in ("ledger", "kpis"):
        assert "no indicator can be computed from these tables alone" in firm.refused(step)
    assert not (tmp_path / "data" / "processed" / "acme" / "kpis.csv").exists()


def test_what_a_table_made_goes_with_it(tmp_path: Path) -> None:
    firm = made_firm(tmp_path)
    made = tmp_path / "data" / "processed" / "acme"
    gone, kept = ("okr", "scorecard", "links", "ledger/cost"), ("levels", "ledger/sale")
    assert all((made / f"{name}.csv").is_file() for name in (*gone, *kept))
    firm.drop("objectives", "okrs", "targets", "check_in", "links", "cost")
    for step in ("ledger", "kpis"):
        firm.step(step)
    assert all((made / f"{name}.csv").is_file() for name in kept)
    assert not any((made / f"{name}.csv").exists() for name in gone)


def test_nothing_is_written_while_anything_is_wrong(tmp_path: Path) -> None:
    firm = made_firm(tmp_path)
    processed = tmp_path / "data" / "processed" / "acme"
    before = {path: path.read_bytes() for path in processed.rglob("*") if path.is_file()}
    firm.edit("sale.csv", "37000", "x")
    firm.edit("cost.csv", "materials", "bribes")
    told = firm.refused("ledger")
    assert "acme: 2 problems, the worst first" in told
    assert "sale.csv" in told
    assert "cost.csv" in told
    assert {path: path.read_bytes() for path in before} == before
    assert len([path for path in processed.rglob("*") if path.is_file()]) == len(before)


def test_a_period_without_rows_is_asked_about(tmp_path: Path) -> None:
    firm = firm_of(tmp_path).keep("service")
    rows = (firm.raw / "service.csv").read_text(encoding="utf-8").splitlines()
    kept = [rows[0], *(line for line in rows[1:] if line.split(",")[5] < "2024-10")]
    (firm.raw / "service.csv").write_text("\n".join(kept), encoding="utf-8")
    told = firm.refused("ledger")
    assert "column periods.current" in told
    assert "no table has a row in this period" in told


def test_periods_may_leave_out_baseline_and_current(tmp_path: Path) -> None:
    firm = firm_of(tmp_path)
    path = firm.raw / "case.yaml"
    text = re.sub(r"(?m)^  (baseline|current):.*\n", "", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    periods = load_case("acme", tmp_path).parameters.periods
    assert (periods.baseline, periods.current) == ("2023Q1", "2024Q4")


def test_the_template_needs_no_table(tmp_path: Path) -> None:
    """Every table of the template is in one of the lists above."""
    names = {path.stem for path in (ROOT / "data" / "raw" / "template").glob("*.csv")}
    tried = {name for tables in (*DROPPED, *KEPT) for name in tables}
    assert names == tried | {"check_in", "plan", "rates"}
