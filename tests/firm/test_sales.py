"""What sales alone tell, against sums by hand."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from analysis.intake.case_check import check_case
from analysis.notebook.edition import edition
from analysis.show import firm_sales
from analysis.show.firm_report import FirmReport
from analysis.tables.case import load_case

from .harness import firm_of

ROWS = """invoice_id,invoice_date,amount,customer_id,service_type
1,2023-10-02,400.00,Ann,doors
2,2023-11-02,300.00,Bob,doors
3,2023-12-04,300.00,,locks
4,2024-10-01,300.00,Ann,doors
4,2024-10-01,200.00,Ann,doors
5,2024-10-08,100.00,Ann,locks
6,2024-11-06,200.00,Cyd,locks
7,2024-12-06,100.00,,doors
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> FirmReport:
    firm = firm_of(tmp_path_factory.mktemp("firm"), title="Acme", subtitle="Acme").keep()
    quiet = [
        f"{n},{year}-{month:02d}-15,1.00,Ann,doors\n"
        for year in (2023, 2024)
        for n, month in enumerate(range(1, 10), 100 * (year - 2000))
    ]
    (firm.raw / "sale.csv").write_text(ROWS + "".join(quiet), encoding="utf-8")
    firm.made()
    return FirmReport(edition(load_case("acme", firm.root)))


def sums(frame: object) -> dict[str, tuple[int, int]]:
    return {row["name"]: (int(row["base"]), int(row["value"])) for row in frame.to_dict("records")}  # type: ignore[attr-defined]


def test_customers_are_ranked_and_the_unnamed_come_last(report: FirmReport) -> None:
    frame = firm_sales.ranking(report, "customer_id")
    assert sums(frame) == {"Ann": (400, 600), "Cyd": (0, 200), "not named": (300, 100)}
    assert list(frame["name"]) == ["Ann", "Cyd", "not named"]  # Bob bought nothing now
    assert list(frame["rest"]) == [False, False, True]
    assert list(frame["growth"]) == [Fraction(1, 2), None, Fraction(-2, 3)]


def test_what_became_of_the_customers_adds_up(report: FirmReport) -> None:
    found = sums(firm_sales.won_and_lost(report))
    assert found == {
        "New or back: 1": (0, 200),
        "Buying more: 1": (400, 600),
        "Not buying now: 1": (300, 0),
        "not named": (300, 100),
    }


def test_number_and_average(report: FirmReport) -> None:
    """One more invoice at 333.33, and 108.33 less of each of the four: 1,000 becomes 900."""
    frame = firm_sales.number_and_average(report)
    assert list(frame["name"]) == ["Invoices: 3 → 4", "Average: 333 → 225"]
    assert list(frame["change"]) == [Fraction(1000, 3), 4 * (225 - Fraction(1000, 3))]
    assert sum(frame["base"]) == 1000
    assert sum(frame["value"]) == 900


def test_kinds_and_decisions(report: FirmReport) -> None:
    assert sums(firm_sales.by_kind(report)) == {"doors": (700, 600), "locks": (300, 300)}
    told = {what: found for what, found, _ in firm_sales.concerns(report)}
    assert told["doors"] == "Sales of 700 in Q4 2023 and 600 in Q4 2024 (−14.3%)"
    assert "30.0% of the sales of Q4 2023; the largest: Bob" in told["1 customer"]
    assert told["Ann"] == "Makes 66.7% of the sales of Q4 2024"


def test_sizes_of_single_sales(report: FirmReport) -> None:
    """500 (in two lines), 200, 100 and 100 in Q4 2024, after 400, 300 and 300 a year before."""
    frame = firm_sales.ranking(report, "size")
    assert sums(frame) == {"up to 100": (0, 200), "100 to 200": (0, 200), "200 to 500": (1000, 500)}
    view = firm_sales.sizes(report)
    assert view is not None
    assert list(view["frame"]["base"]) == ["3", "333", "300", "400", "40.0%", "3", "31"]
    assert list(view["frame"]["value"]) == ["4", "225", "150", "500", "55.6%", "4", "29"]


def test_twelve_months_to_the_end_of_each(report: FirmReport) -> None:
    """Nine months of 1.00 and a quarter in each year: 1,009 in 2023, 909 in 2024."""
    view = firm_sales.running(report)
    assert list(view["frame"].iloc[-1]) == ["Dec 2024", 100, 1, 100, 909, Fraction(-100, 1009)]
    october = list(view["frame"].iloc[-3])
    assert october[:4] == ["Oct 2024", 600, 2, 300]  # invoices, one of them in two lines
    assert list(view["frame"]["year"])[:2] == [1009, 1009]
    assert view["frame"]["change"].isna().sum() == 11
    heads = ["Month", "Sales", "Number", "Average", "Twelve months to its end"]
    assert [column.header for column in view["columns"]] == heads  # without one change alone


def test_a_period_that_is_not_known_has_no_parts(report: FirmReport) -> None:
    blind = FirmReport(report.study)
    vars(blind)["kpis"] = report.kpis.assign(value=None)
    assert blind.sold.empty
    assert {*blind.sold} == {*report.sold}
    assert firm_sales.rankings(blind) == {}
    assert firm_sales.sizes(blind) is None


def test_a_plan_is_proposed_that_the_check_takes(report: FirmReport) -> None:
    text = firm_sales.plan(report)
    lines = text.split("```")[1].split()
    wanted = ["2025Q1,sales,3", "2025Q2,sales,3", "2025Q3,sales,3", "2025Q4,sales,900"]
    assert lines == ["period,kpi,value", *wanted]
    path = report.case.raw / "plan.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    text, good = check_case("acme", report.case.root)
    path.unlink()
    assert good, text


def test_few_rows_tell_nothing_of_weekdays_and_sizes(report: FirmReport) -> None:
    assert list(firm_sales.rankings(report)) == ["customer_id", "service_type"]


def test_what_is_missing_is_named(report: FirmReport) -> None:
    view = firm_sales.one_more(report)
    assert view is not None
    assert "plan.csv" in set(view["frame"]["name"])
    assert not {"customer_id", "service_type", "invoice_id"} & set(view["frame"]["name"])


def test_statements_alone_have_no_column_of_invoices_to_add(tmp_path: Path) -> None:
    firm = firm_of(tmp_path, title="Acme", subtitle="Acme").keep("fin_statement")
    firm.made()
    view = firm_sales.one_more(FirmReport(edition(load_case("acme", firm.root))))
    assert view is not None
    names = set(view["frame"]["name"])
    assert "sale.csv" in names
    assert not {"customer_id", "service_type", "invoice_id", "fin_statement.csv"} & names
