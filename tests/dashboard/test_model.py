"""The page's data against sums by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.dashboard.page_data import LARGEST, Model, claims_model, cube_model
from analysis.dashboard.what_if import span
from analysis.kpis.levels import sums, totals
from analysis.tables.case import Case
from analysis.tables.contents import read_ledger
from analysis.tables.strategy_tables import TargetRow

BY = ("service_type", "segment")


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


@pytest.fixture
def small() -> dict[str, pd.DataFrame]:
    """Three services of two types for two customers, an invoice each, one answer, some hours."""
    days = ("requested_on", "started_on", "completed_on", "due_on")
    service = pd.DataFrame(
        [
            ("S1", "C1", "doors", "2024-01-02", "2024-01-05", "2024-01-06", "2024-01-06"),
            ("S2", "C2", "alarms", "2024-02-01", "2024-02-02", "2024-02-04", "2024-02-03"),
            ("S3", "C2", "doors", "2024-04-01", "2024-04-01", "2024-04-01", "2024-04-09"),
        ],
        columns=["service_id", "customer_id", "service_type", *days],
    )
    for column in days:
        service[column] = pd.to_datetime(service[column])
    sale = pd.DataFrame(
        {
            "invoice_id": ["F1", "F2", "F3"],
            "service_id": ["S1", "S2", "S3"],
            "invoiced_on": pd.to_datetime(["2024-01-06", "2024-02-04", "2024-04-02"]),
            "amount_centimos": [10050, 20000, 5],
        }
    )
    answer = pd.DataFrame(
        {
            "response_id": ["R1"],
            "service_id": ["S2"],
            "answered_on": [day("2024-02-10")],
            "score": [5],
        }
    )
    hours = pd.DataFrame(
        {"staff_id": ["T1", "T1"], "month": ["2024-01", "2024-04"], "quarter_hours": [40, 60]}
    )
    customer = pd.DataFrame(
        {
            "customer_id": ["C1", "C2"],
            "segment": ["shop", "company"],
            "first_service_on": pd.to_datetime(["2024-01-06", "2024-02-04"]),
        }
    )
    return {
        "service": service,
        "sale": sale,
        "survey_response": answer,
        "staff_hours": hours,
        "customer": customer,
    }


def cube_of(ledger: dict[str, pd.DataFrame], names: dict[str, str] | None = None) -> Model:
    return cube_model(sums(ledger, by=BY), totals(ledger), names)


def rows(made: dict[str, Any]) -> dict[tuple[str, str | None, str | None], dict[str, int]]:
    """Cube rows by quarter, type and segment, without the zeros."""

    def name(list_: str, place: int) -> str | None:
        return None if place < 0 else made[list_][place]["id"]

    cube = made["cube"]
    keys = zip(cube["quarter"], cube["type"], cube["segment"], strict=True)
    return {
        (made["quarters"][q]["label"], name("types", t), name("segments", s)): {
            measure: values[at] for measure, values in cube["sums"].items() if values[at]
        }
        for at, (q, t, s) in enumerate(keys)
    }


def test_the_cube_holds_the_sums_of_a_small_ledger(small: dict[str, pd.DataFrame]) -> None:
    made = cube_of(small, {"doors": "Lifting doors"})
    assert rows(made) == {
        ("2024Q1", "doors", "shop"): {
            "services": 1,
            "sales_centimos": 10050,
            "waiting_days": 3,
            "working_days": 1,
            "on_time": 1,
        },
        ("2024Q1", "alarms", "company"): {
            "services": 1,
            "sales_centimos": 20000,
            "waiting_days": 1,
            "working_days": 2,
            "answers": 1,
            "satisfied": 1,
        },
        ("2024Q2", "doors", "company"): {"services": 1, "sales_centimos": 5, "on_time": 1},
        ("2024Q1", None, None): {"quarter_hours": 40},
        ("2024Q2", None, None): {"quarter_hours": 60},
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
    extra = small["service"].assign(service_id=["S4", "S5", "S6"], service_type="doors")
    day_of = pd.to_datetime(["2024-05-02", "2024-06-03", "2024-07-01"])
    for column in ("requested_on", "started_on", "completed_on", "due_on"):
        extra[column] = day_of
    small["service"] = pd.concat([small["service"], extra], ignore_index=True)
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
    table = pd.DataFrame(
        [
            ("a", "1", "5%", "%", "result", "q", "consistent", "fits", True),
            ("a", "1", "5%", "%", "result", "q", "inconsistent", "no", False),
            ("a", "1", "5%", "%", "result", "q", "consistent", "fits too", False),
            ("b", "2", "x ÷ y", "formula", "formula", "q", "unreadable", "lost", True),
            ("c", "2", "1%", "% per month", "target", "q", "not reported", "none", True),
            ("d", "2", "", "%", "target", "q", "unreadable", "lost", True),
            ("e", "2", "four", "phases", "structure", "q", "reproduced", "counted", True),
        ],
        columns=[*columns, "default"],
    )
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
    return TargetRow.model_validate(
        {
            "target_id": "t",
            "kr_id": "k",
            "kpi": kpi,
            "claim_id": "c",
            "kind": kind,
            "rule": rule,
            "amount": amount,
            "upper": upper,
            "months": "0",
            "default": "yes",
            "axis": "",
            "option": "",
            "reading": "r",
        }
    )


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
