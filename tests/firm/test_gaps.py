"""A month without a row is not recorded: no table, figure or sentence makes a sum of the rest."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis.notebook.edition import edition
from analysis.show.firm_report import FirmReport
from analysis.show.firm_words import gaps
from analysis.tables.case import load_case

from .harness import Firm, firm_of, made_firm


def without(firm: Firm, table: str, *months: str) -> None:
    """Take the rows of some months out of a table."""
    path = firm.raw / f"{table}.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(x for x in lines if not any(m in x for m in months)), encoding="utf-8")


def made(firm: Firm, name: str) -> pd.DataFrame:
    path = firm.root / "data" / "processed" / firm.name / f"{name}.csv"
    return pd.read_csv(path, dtype="str", keep_default_na=False)


def test_all_tables_agree_that_a_quarter_is_not_recorded(tmp_path: Path) -> None:
    firm = firm_of(tmp_path)
    without(firm, "staff_hours", "2024-11")
    firm.made()
    kpis, levels = made(firm, "kpis"), made(firm, "levels")
    for name, key in (("productivity", "I1"), ("technician_hours", "")):
        rows = kpis[(kpis["kpi"] == name) & (kpis["period"].isin(["2024Q4", "2024H2"]))]
        assert set(rows["state"]) == {"not recorded"}
        assert set(rows["value"] + rows["numerator"] + rows["denominator"]) == {""}
        level = levels[(levels["key"] == key) & (levels["period"] == "2024Q4")]
        assert set(level["state"]) <= {"not recorded"}
    compared = made(firm, "comparison").query("kpi == 'productivity' and period == '2024Q4'")
    assert len(compared)
    assert set(compared["growth"]) == {""}
    before = kpis[(kpis["kpi"] == "productivity") & (kpis["period"] == "2024Q3")]
    assert before["value"].item() != ""


def test_a_firm_that_closes_a_month_each_quarter_has_a_report(tmp_path: Path) -> None:
    firm = firm_of(tmp_path).keep("service", "sale", "staff", "staff_hours")
    months = [f"{year}-{month:02}" for year in (2023, 2024) for month in (2, 5, 8, 11)]
    without(firm, "staff_hours", *months)
    report = firm.report()
    assert "fig-productivity" not in report.labels
    assert "fig-sales-by-quarter" in report.labels
    assert "Feb 2023, May 2023" in report.text


def test_months_in_which_the_firm_was_closed_are_no_gap(tmp_path: Path) -> None:
    firm = firm_of(tmp_path, title="Acme", subtitle="Acme").keep("staff_hours")
    without(firm, "staff_hours", "2023-08", "2024-02")
    firm.edit("case.yaml", "kind: yours", "closed: [2023-08]\nkind: yours")
    firm.made()
    said = gaps(FirmReport(edition(load_case("acme", firm.root))))
    assert "2024-02" in said
    assert "2023-08" not in said


@pytest.mark.parametrize(
    ("month", "compared"),
    # The report is on the last quarter of 2024, against that of 2023.
    [("2024-11", False), ("2023-11", False), ("2024-08", True)],
)
def test_a_gap_in_the_sales_takes_the_waterfall_away_and_nothing_else(
    tmp_path: Path, month: str, compared: bool
) -> None:
    firm = firm_of(tmp_path)
    settings = "intake: {sales_may_differ_by: 99}"  # from the quarterly statements
    firm.edit("case.yaml", "kind: yours", f"{settings}\nkind: yours")
    without(firm, "sale", month)
    if month != "2024-11":  # one case is whole: sums of each day take most of the time
        firm.keep("service", "sale")
    labels = firm.report().labels
    assert ("fig-sales-waterfall" in labels) == compared
    assert {"tbl-contributions", "fig-services-variance", "fig-comparison"} <= labels


def test_statements_of_a_year_to_date_give_the_same_indicators(tmp_path: Path) -> None:
    whole, running = made_firm(tmp_path / "whole"), firm_of(tmp_path / "running")
    path = running.raw / "fin_statement.csv"
    rows = pd.read_csv(path)
    flows = [*rows.columns[3:15], "cfo", "cfi", "cff"]
    assert flows[0] == "sales"
    assert flows[11] == "other_charges"
    rows[flows] = rows.groupby(rows["period"].str[:4])[flows].cumsum()
    rows.assign(basis="ytd").to_csv(path, index=False)
    running.made()
    assert made(running, "levels").equals(made(whole, "levels"))
    margin = made(whole, "levels").query(
        "key == 'F2' and period == '2024Q4' and grain == 'quarter'"
    )
    # 1,167,500 − 520,780 − 34,200 − 138,800 − 14,000 − 7,375 − 67,852 céntimos of 1,167,500
    assert margin["value"].item() == "32.933019"
