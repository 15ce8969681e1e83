"""The page's data against sums by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.dashboard.page_data import LARGEST, Model, claims_model, cube_model, span
from analysis.kpis.levels import sums
from analysis.kpis.reduce import reduce
from analysis.tables.case import Case
from analysis.tables.firm_tables import read_ledger
from analysis.tables.strategy_tables import TargetRow

from .conftest import frame

BY = ("service_type", "segment")


@pytest.fixture
def small() -> dict[str, pd.DataFrame]:
    """Three services of two types for two customers, an invoice each, one answer, some hours."""
    return {
        "service": frame(
            "service_id customer_id service_type requested_on started_on completed_on due_on",
            "S1 C1 doors 2024-01-02 2024-01-05 2024-01-06 2024-01-06",
            "S2 C2 alarms 2024-02-01 2024-02-02 2024-02-04 2024-02-03",
            "S3 C2 doors 2024-04-01 2024-04-01 2024-04-01 2024-04-09",
        ),
        "sale": frame(
            "invoice_id service_id invoiced_on amount_centimos",
            "F1 S1 2024-01-06 10050",
            "F2 S2 2024-02-04 20000",
            "F3 S3 2024-04-02 5",
        ),
        "survey_response": frame("response_id service_id answered_on score", "R1 S2 2024-02-10 5"),
        "staff_hours": frame("staff_id month quarter_hours", "T1 2024-01 40", "T1 2024-04 60"),
        "customer": frame(
            "customer_id segment first_service_on", "C1 shop 2024-01-06", "C2 company 2024-02-04"
        ),
    }


def cube_of(ledger: dict[str, pd.DataFrame], names: dict[str, str] | None = None) -> Model:
    return cube_model(sums(ledger, by=BY), reduce(ledger), names)


def rows(made: dict[str, Any]) -> set[str]:
    """Cube rows: quarter, type, segment, and the sums that are not zero."""

    def name(list_: str, place: int) -> str:
        return "-" if place < 0 else str(made[list_][place]["id"])

    cube, found = made["cube"], set()
    keys = zip(cube["quarter"], cube["type"], cube["segment"], strict=True)
    for at, (quarter, kind, segment) in enumerate(keys):
        place = (made["quarters"][quarter]["label"], name("types", kind), name("segments", segment))
        sums = (f"{one}={values[at]}" for one, values in cube["sums"].items() if values[at])
        found.add(" ".join([*place, *sums]))
    return found


def test_the_cube_holds_the_sums_of_a_small_ledger(small: dict[str, pd.DataFrame]) -> None:
    made = cube_of(small, {"doors": "Lifting doors"})
    assert rows(made) == {
        "2024Q1 doors shop services=1 sales_centimos=10050 waiting_days=3 working_days=1 on_time=1",
        "2024Q1 alarms company services=1 sales_centimos=20000 waiting_days=1 working_days=2 "
        "answers=1 satisfied=1",
        "2024Q2 doors company services=1 sales_centimos=5 on_time=1",
        "2024Q1 - - quarter_hours=40",
        "2024Q2 - - quarter_hours=60",
    }
    assert made["types"] == [
        {"id": "alarms", "name": "alarms"},
        {"id": "doors", "name": "Lifting doors"},
    ]
    assert made["unsplit"] == {"type": ["quarter_hours"], "segment": ["quarter_hours"]}
    assert [quarter["index"] for quarter in made["quarters"]] == [8096, 8097]


def test_a_quarter_is_recorded_if_every_month_of_it_is_or_of_a_survey_any(
    small: dict[str, pd.DataFrame],
) -> None:
    """January to March without March, April alone; an answer in February."""
    days = ("2024-05-02", "2024-06-03", "2024-07-01")
    more = frame(" ".join(small["service"]), *(f"S-{day} C2 doors" + 4 * f" {day}" for day in days))
    small["service"] = pd.concat([small["service"], more], ignore_index=True)
    recorded = cube_of(small)["recorded"]
    assert recorded["services"] == {"all": True, "quarters": [1]}  # April, May and June
    assert recorded["sales_centimos"] == {"all": True, "quarters": []}
    assert recorded["quarter_hours"] == {"all": True, "quarters": []}
    assert recorded["answers"] == {"all": False, "quarters": [0]}


def test_without_customers_there_are_no_segments(small: dict[str, pd.DataFrame]) -> None:
    del small["customer"], small["survey_response"]
    made = cube_of(small)
    assert made["segments"] == []
    assert set(made["cube"]["segment"]) == {-1}
    assert "answers" not in made["cube"]["sums"]


def test_a_sum_too_large_for_a_browser_is_refused(small: dict[str, pd.DataFrame]) -> None:
    small["sale"]["amount_centimos"] = [LARGEST, 1, 0]
    with pytest.raises(InputError, match="2\\^53"):
        cube_of(small)


def test_the_papers_cube_adds_up_to_its_rows(segelec: Case, paper_model: dict[str, Any]) -> None:
    ledger, cube = read_ledger(segelec), paper_model["cube"]["sums"]
    assert sum(cube["services"]) == len(ledger["service"])
    assert sum(cube["sales_centimos"]) == ledger["sale"]["amount_centimos"].sum()
    assert sum(cube["quarter_hours"]) == ledger["staff_hours"]["quarter_hours"].sum()
    assert sum(cube["satisfied"]) == (ledger["survey_response"]["score"] >= 4).sum()


def test_claims_have_the_default_verdict_and_the_others() -> None:
    columns = ("claim_id", "place", "printed", "unit", "role", "quantity", "verdict", "evidence")
    rows = [
        ("a", "1", "5%", "%", "result", "q", "consistent", "fits", True),
        ("a", "1", "5%", "%", "result", "q", "inconsistent", "no", False),
        ("a", "1", "5%", "%", "result", "q", "consistent", "fits too", False),
        ("b", "2", "x ÷ y", "formula", "formula", "q", "unreadable", "lost", True),
        ("c", "2", "1%", "% per month", "target", "q", "not reported", "none", True),
        ("d", "2", "", "%", "target", "q", "unreadable", "lost", True),
        ("e", "2", "four", "phases", "structure", "q", "reproduced", "counted", True),
    ]
    table = pd.DataFrame(rows, columns=[*columns, "default"])
    made = claims_model(table, ["A", "B", "C", "D", "E"])
    assert [(row["subject"], row["printed"], row["verdict"], row["evidence"]) for row in made] == [
        ("A", "5%", "consistent", "fits"),
        ("B", "x ÷ y", "unreadable", "lost"),
        ("C", "1% per month", "not reported", "none"),
        ("D", "", "unreadable", "lost"),
        ("E", "four phases", "reproduced", "counted"),
    ]
    assert [row["others"] for row in made] == [["inconsistent"], [], [], [], []]


def target(kind: str, rule: str, amount: str, upper: str = "", kpi: str = "C1") -> TargetRow:
    row = {"kind": kind, "rule": rule, "amount": amount, "upper": upper, "kpi": kpi}
    rest = {"target_id": "t", "kr_id": "k", "claim_id": "c", "months": "0", "default": "yes"}
    return TargetRow.model_validate(row | rest | {"axis": "", "option": "", "reading": "r"})


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (target("relative", "at least", "15"), ("1", "45", "1")),
        (target("relative", "at most", "-20"), ("-60", "-1", "1")),
        (target("relative", "within", "-1", "0"), ("-3", "-0.1", "0.1")),
        (target("level", "at least", "20"), ("0", "100", "1")),
        (target("level", "at least", "7.5", kpi="F3"), ("0.5", "15", "1")),
        (target("points", "at least", "2.5"), ("0.1", "7.5", "0.1")),
    ],
)
def test_how_far_a_target_moves(row: TargetRow, expected: tuple[str, str, str]) -> None:
    low, high, step = span(row)
    assert (low, high, step) == expected
    stops = (Fraction(row.amount) - Fraction(low)) / Fraction(step)
    assert stops.denominator == 1  # the amount itself can be set
