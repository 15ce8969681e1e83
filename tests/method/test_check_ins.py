"""Check-ins against rows and outcomes, by hand; and what breaks a rule."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.base.expression import Measure, leaves
from analysis.base.periods import parse_quarter
from analysis.kpis.catalogue import MEASURES, indicator
from analysis.ledger.synthetic import write_ledger
from analysis.method.check_ins import (
    ToDate,
    _state,
    brier,
    draw_check_ins,
    forecasts,
    read_check_ins,
    reconcile,
    reliability,
)
from analysis.method.key_results import Okrs
from analysis.tables.case import Case, load_case
from analysis.tables.firm_tables import Ledger
from analysis.tables.rows import write_frame
from analysis.tables.strategy_tables import CheckInRow

from .conftest import BROKEN

F = Fraction


def row(kr_id: str, day: str, value: str, confidence: int = 5) -> CheckInRow:
    cells = (f"W-{kr_id}-{day}", kr_id, day, value, str(confidence))
    return CheckInRow.model_validate(dict(zip(CheckInRow.model_fields, cells, strict=True)))


def test_sales_so_far_from_the_rows(ledger: Ledger) -> None:
    sale = ledger["sale"]
    day = pd.Timestamp("2024-05-12")
    inside = sale[(sale["invoiced_on"] >= "2024-04-01") & (sale["invoiced_on"] <= day)]
    level = ToDate(ledger).level(indicator("F3"), parse_quarter("2024Q2"), day)
    assert level == F(int(inside["amount_centimos"].sum()), 100)


def test_productivity_waits_for_the_months_hours(ledger: Ledger) -> None:
    quarter, to_date = parse_quarter("2024Q2"), ToDate(ledger)
    record = indicator("I1")
    assert to_date.level(record, quarter, pd.Timestamp("2024-04-29")) is None
    april = ledger["staff_hours"][ledger["staff_hours"]["month"] == "2024-04"]
    done = ledger["service"]["completed_on"]
    services = int(((done >= "2024-04-01") & (done <= "2024-04-30")).sum())
    expected = F(400 * services, int(april["quarter_hours"].sum()))
    assert to_date.level(record, quarter, pd.Timestamp("2024-04-30")) == expected
    assert to_date.level(record, quarter, pd.Timestamp("2024-05-20")) == expected


@pytest.mark.parametrize("key", ["I2", "I3", "C1", "F3", "F6", "P1"])
def test_sums_so_far_are_those_of_the_rows_so_far(ledger: Ledger, key: str) -> None:
    """A service of May lacks a day: what needs it is unknown in May, from then on."""
    service = ledger["service"].copy()
    place = service.index[service["completed_on"] >= "2024-05-14"][0]
    service.loc[place, ["requested_on", "started_on", "due_on"]] = pd.NaT
    to_date, record = ToDate({**ledger, "service": service}), indicator(key)
    names = sorted({leaf.name for leaf in leaves(record.level) if isinstance(leaf, Measure)})
    quarter = parse_quarter("2024Q2")
    for day in map(pd.Timestamp, ("2024-04-02", "2024-05-13", "2024-05-20", "2024-06-09")):
        reduced = to_date._of_rows(quarter, day, names)
        found = to_date.measures(record, quarter, day)
        assert found == {name: sum * MEASURES[name].scale for name, sum in reduced.items()}


def test_statements_are_known_after_the_quarter_only(ledger: Ledger) -> None:
    day = pd.Timestamp("2024-06-30")
    assert ToDate(ledger).level(indicator("F2"), parse_quarter("2024Q2"), day) is None


def test_reconciling_by_hand(okrs: Okrs, ledger: Ledger) -> None:
    end = pd.Timestamp("2024-06-30")
    level = ToDate(ledger).level(indicator("C1"), parse_quarter("2024Q2"), end)
    assert level == F(4400, 57)  # 77.19…
    rows = [
        row("O2-KR1", "2024-06-30", "77.2"),
        row("O2-KR1", "2024-06-29", "77.3"),
        row("O2-KR1", "2024-06-28", ""),
        row("O1-KR1", "2024-06-30", ""),
        row("O1-KR1", "2024-06-23", "12.0"),
    ]
    states = list(reconcile(ledger, okrs, rows)["state"])
    assert states[:2] == ["agrees", "differs"]
    assert states[2:] == ["not reported", "nothing to report", "not known yet"]


@pytest.mark.parametrize(
    ("reported", "state"),
    [("12.4", "differs"), ("12.5", "agrees"), ("12.6", "agrees"), ("12.7", "differs")],
)
def test_half_a_last_digit_still_agrees(reported: str, state: str) -> None:
    """A level of 12.55 may have been printed as 12.5 or as 12.6, by the one rule or the other."""
    assert _state(reported, F(reported), F(1255, 100)) == state
    assert _state("13", F(13), F(25, 2)) == "agrees"
    assert _state("13", F(13), F(25, 2) - F(1, 10**9)) == "differs"


def test_brier_and_reliability_by_hand() -> None:
    pairs = [(8, True), (8, False), (0, False), (5, True)]
    assert brier(pairs) == (F(4, 100) + F(64, 100) + 0 + F(25, 100)) / 4
    assert brier([]) is None
    assert brier([(5, True), (5, False)]) == F(1, 4)
    table = reliability(pairs).set_index("confidence")
    assert table.loc["8 to 10", "happened"] == F(1, 2)
    assert table.loc["8 to 10", "stated"] == F(4, 5)
    assert list(table.index) == ["0 to 2", "5", "8 to 10"]


def test_forecasts_leave_out_what_cannot_be_told() -> None:
    rows = [row("A", "2024-02-01", "", 7), row("B", "2024-02-01", "", 3)]
    assert forecasts(rows, {("A", "2024Q1"): True}) == [(7, True)]


def test_drawn_check_ins(segelec: Case, okrs: Okrs, ledger: Ledger) -> None:
    frame = draw_check_ins(segelec, okrs, ledger)
    path = segelec.processed / "ledger" / "check_in.csv"
    committed = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert frame.astype(str).equals(committed)  # drawn in another process
    assert frame["check_in_id"].str.startswith("SYN").all()
    assert frame.groupby("kr_id").size().tolist() == [26] * 10  # weeks of half a year
    assert frame["confidence"].between(0, 10).all()
    assert not frame["kr_id"].str.endswith("-H").any()


@pytest.fixture
def firm(project: Path, ledger: Ledger) -> Case:
    case = load_case("segelec", project)
    write_ledger(ledger, case.processed / "ledger")
    return case


@pytest.mark.parametrize(("column", "value", "said"), BROKEN["check-ins"])
def test_what_breaks_a_rule(firm: Case, okrs: Okrs, column: str, value: str, said: str) -> None:
    line = row("O1-KR2", "2024-05-05", "1").model_dump() | {"check_in_id": "W1"}
    second = line | {"check_in_id": "W2", "reported_on": "2024-05-12"} | {column: value}
    write_frame(pd.DataFrame([line, second]), firm.processed / "ledger" / "check_in.csv")
    with pytest.raises(InputError) as caught:
        read_check_ins(firm, okrs)
    assert str(caught.value) == f"data/processed/segelec/ledger/check_in.csv, {said}"


def test_no_file_no_check_ins(firm: Case, okrs: Okrs) -> None:
    assert read_check_ins(firm, okrs) == []


def test_dates_are_dates() -> None:
    assert row("A", "2024-02-01", "").reported_on == date(2024, 2, 1)
