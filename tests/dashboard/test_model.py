"""The page's data against sums by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.base.periods import month_label
from analysis.dashboard import page_data
from analysis.dashboard.page_data import (
    LARGEST,
    Model,
    chance,
    claims_model,
    cube_model,
    plans,
    span,
)
from analysis.kpis.catalogue import kpi
from analysis.kpis.levels import wide
from analysis.kpis.reduce import DIMENSIONS, reduce
from analysis.tables.case import Case
from analysis.tables.firm_tables import read_ledger
from analysis.tables.strategy_tables import TargetRow

from .conftest import ROWS, frame


@pytest.fixture
def small() -> dict[str, pd.DataFrame]:
    return {name: frame(*lines) for name, lines in ROWS["small"].items()}


def cube_of(ledger: dict[str, pd.DataFrame], names: dict[str, str] | None = None) -> Model:
    monthly = reduce(ledger, DIMENSIONS)
    return cube_model(wide(monthly, "month"), monthly, names)


def rows(made: dict[str, Any]) -> set[str]:
    """Cube rows: month, type, segment, and the sums that are not zero."""

    def name(list_: str, place: int) -> str:
        return "-" if place < 0 else str(made[list_][place]["id"])

    cube, found = made["cube"], set()
    keys = zip(cube["month"], cube["type"], cube["segment"], strict=True)
    for at, (month, kind, segment) in enumerate(keys):
        label = month_label(made["months"]["first"] + month)
        place = (label, name("types", kind), name("segments", segment))
        sums = (f"{one}={values[at]}" for one, values in cube["sums"].items() if values[at])
        found.add(" ".join([*place, *sums]))
    return found


def test_the_cube_holds_the_sums_of_a_small_ledger(small: dict[str, pd.DataFrame]) -> None:
    made = cube_of(small, {"doors": "Lifting doors"})
    assert rows(made) == set(ROWS["cube of the small rows"])
    assert made["types"] == [
        {"id": "alarms", "name": "alarms"},
        {"id": "doors", "name": "Lifting doors"},
    ]
    assert made["unsplit"] == {"type": ["quarter_hours"], "segment": ["quarter_hours"]}
    assert made["months"] == {"first": 12 * 2024, "count": 4, "lead": 0}
    assert made["measures"]["quarter_hours"] == {
        "words": "technician hours",
        "unit": "h",
        "scale": "1/4",
    }


def test_a_month_is_recorded_if_a_table_has_a_row_in_it(small: dict[str, pd.DataFrame]) -> None:
    """Services in January, February and April, hours in January and April, an answer."""
    recorded = cube_of(small)["recorded"]
    assert recorded["services"] == {"kept": "month", "months": [0, 1, 3]}
    assert recorded["quarter_hours"] == {"kept": "month", "months": [0, 3]}
    assert recorded["answers"] == {"kept": "any", "months": [1]}


def test_intervals_of_answers_are_rounded_outwards(small: dict[str, pd.DataFrame]) -> None:
    """One satisfied answer of one: by Wilson from 1 ÷ (1 + 3.841459) = 20.65% to all."""
    made = chance(kpi("satisfaction"), reduce(small))
    first = 12 * 2024
    whole = [[206, 1000], [], []]
    assert made == {f"{first + 1}+1": whole, f"{first}+3": whole} | {
        f"{first}+{size}": whole for size in (6, 12)
    }


def test_without_customers_there_are_no_segments(small: dict[str, pd.DataFrame]) -> None:
    del small["customer"], small["survey_response"]
    made = cube_of(small)
    assert made["segments"] == []
    assert set(made["cube"]["segment"]) == {-1}
    assert "answers" not in made["cube"]["sums"]


def test_plans_of_all_periods_of_the_file(segelec: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"2024Q1": {"sales": Fraction(7, 2), "F2": Fraction(1)}, "2024": {"sales": Fraction(9)}}
    monkeypatch.setattr(page_data, "planned", lambda _, period: found.get(period, {}))
    first = 12 * 2024
    made = plans(segelec, ["sales"], {"first": first, "count": 4})
    assert made == {"sales": {f"{first}+3": "7/2", f"{first}+12": "9"}}


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
    table = pd.DataFrame(ROWS["claims"], columns=[*columns, "default"])
    made = claims_model(table, ["A", "B", "C", "D", "E"])
    for row, expected in zip(made, ROWS["claims of the page"], strict=True):
        assert row | expected == row


@pytest.mark.parametrize(("kind", "rule", "amount", "upper", "kpi", "expected"), ROWS["spans"])
def test_how_far_a_target_moves(
    kind: str, rule: str, amount: str, upper: str, kpi: str, expected: list[str]
) -> None:
    row = {"kind": kind, "rule": rule, "amount": amount, "upper": upper, "kpi": kpi}
    rest = {"target_id": "t", "kr_id": "k", "claim_id": "c", "months": "0", "default": "yes"}
    rest |= {"axis": "", "option": "", "reading": "r", "confirmed": ""}
    found = span(TargetRow.model_validate(row | rest))
    assert list(found) == expected
    low, _, step = found
    stops = (Fraction(amount) - Fraction(low)) / Fraction(step)
    assert stops.denominator == 1  # the amount itself can be set
