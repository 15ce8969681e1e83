"""What a firm plans: by month or quarter, of measures or indicators, added up and divided."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.base.periods import Calendar, count_by
from analysis.kpis.compare import planned
from analysis.tables.case import Case, load_case

F = Fraction

ROWS = """period,kpi,value
2024-01,sales,100
2024-02,sales,50.50
2024-03,sales,49.50
2024Q1,services,4
2024Q2,sales,300
2024Q2,services,5
2024H1,services,10
2024Q1,F2,7.5
2024-03,on_time,90
2024Q3,active_customers,12
"""


@pytest.fixture
def case(tmp_path: Path) -> Case:
    folder = tmp_path / "data" / "raw" / "acme"
    folder.mkdir(parents=True)
    (folder / "case.yaml").write_text(
        "name: acme\ntitle: A\nsubtitle: B\nkind: yours\ncurrency: PEN\ncurrency_name: soles\n"
        "date: 2024-12-31\nperiods: {first: 2024Q1, last: 2024Q4}\n",
        encoding="utf-8",
    )
    found = load_case("acme", tmp_path)
    found.method.mkdir(parents=True)
    (found.method / "plan.csv").write_text(ROWS, encoding="utf-8")
    return found


@pytest.mark.parametrize(
    ("period", "plan"),
    [
        ("2024-01", {"sales": 100, "F3": 100}),
        (
            "2024Q1",
            {
                "sales": 200,
                "services": 4,
                "I4": 4,
                "revenue_per_service": 50,
                "F2": F(15, 2),
                "F3": 200,
            },
        ),
        ("2024Q2", {"sales": 300, "services": 5, "I4": 5, "revenue_per_service": 60, "F3": 300}),
        # its own plan of services goes before the sum of its quarters; of sales, three months and
        # a quarter make it up
        ("2024H1", {"sales": 500, "F3": 500, "services": 10, "I4": 10, "revenue_per_service": 50}),
        ("2024Q3", {"active_customers": 12}),
        ("2024", {}),
    ],
)
def test_plan_by_hand(case: Case, period: str, plan: dict[str, object]) -> None:
    assert planned(case, period) == plan


def test_a_period_to_date_has_the_plan_of_its_months(case: Case) -> None:
    try:
        count_by(Calendar(complete_through=date(2024, 2, 29)))
        assert planned(case, "2024Q1") == {"sales": F(301, 2), "F3": F(301, 2)}
        count_by(Calendar(complete_through=date(2024, 2, 15)))
        assert planned(case, "2024Q1") == {}
    finally:
        count_by(Calendar())


def test_no_plan_and_a_bad_one(case: Case) -> None:
    path = case.method / "plan.csv"
    path.write_text(ROWS + "2024Q5,sales,1\n", encoding="utf-8")
    with pytest.raises(InputError, match="must be a month, quarter, half-year or year"):
        planned(case, "2024Q1")
    path.unlink()
    assert planned(case, "2024Q1") == {}
