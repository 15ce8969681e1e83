"""The faults that the paper's formulas are known to have, found by machine; none in ours."""

import pandas as pd
import pytest

from analysis.base.expression import HUNDRED, Measure, growth, number
from analysis.evidence.soundness import check_table, faults, same
from analysis.kpis.catalogue import METHOD, indicator
from analysis.tables.case import Case
from analysis.tables.firm_tables import LEDGER_TABLES
from analysis.tables.strategy_tables import read_claims


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return check_table("soles").set_index(["key", "form"])


def test_no_corrected_formula_has_a_fault(table: pd.DataFrame) -> None:
    corrected = table.xs("corrected", level="form")
    assert len(corrected) == 16
    assert (corrected["faults"] == "").all()


@pytest.mark.parametrize(
    ("key", "claim", "checks", "words"),
    [
        ("F2", "table1-margin-formula", {"direction", "range"}, "falls as net profit rises"),
        ("F1", "table1-roe-formula", {"direction", "whose"}, "the formula of F5, return on equity"),
        ("F5", "table1-roe-formula", {"label"}, "under the name ROI"),
        ("F6", "table1-cost-formula", {"unit", "range"}, "soles·% instead of %"),
        ("C1", "table2-satisfaction-formula", {"circular"}, "index that it defines"),
        ("C3", "4.4.2-sustainability-formula", {"range"}, "can exceed 100"),
        ("I3", "table3-service-time-formula", {"direction", "whose"}, "formula of I2"),
    ],
)
def test_the_known_faults_are_found(
    table: pd.DataFrame, key: str, claim: str, checks: set[str], words: str
) -> None:
    row = table.loc[(key, claim)]
    assert set(row["checks"].split(", ")) == checks
    assert words in row["faults"]


@pytest.mark.parametrize(
    ("key", "claim"),
    [
        ("F3", "table1-revenue-growth-formula"),
        ("C1", "4.4.2-satisfaction-formula"),
        ("C3", "table2-sustainability-formula"),
        ("I1", "table3-productivity-formula"),
        ("I2", "4.4.3-service-time-formula"),
        ("P1", "table4-staff-formula"),  # two shares can be added, and a change can be negative
        ("P2", "4.4.4-staff-formula"),
    ],
)
def test_right_formulas_pass(table: pd.DataFrame, key: str, claim: str) -> None:
    assert table.loc[(key, claim), "faults"] == ""


def test_only_the_formula_that_lost_its_bar_is_marked_lost(table: pd.DataFrame) -> None:
    assert list(table[table["lost"]].index) == [("F6", "table1-cost-formula")]


def test_a_ratio_turned_over_is_caught() -> None:
    upside_down = indicator("P3").form
    upside_down = type(upside_down)("/", upside_down.right, upside_down.left)
    found = {fault.check for fault in faults(indicator("P3"), upside_down)}
    assert found == {"unit", "direction"}


def test_unlike_quantities_are_not_added() -> None:
    mixed = growth(Measure("esg_e") + Measure("staff_satisfied") / Measure("staff_answers"))
    found = faults(indicator("P1"), mixed)
    assert any(fault.text == "joins unlike quantities: point + 1" for fault in found)


def test_a_level_out_of_range_is_caught_and_a_change_is_not() -> None:
    level = indicator("P2").form
    assert [f.check for f in faults(indicator("P2"), level * number(3))] == ["range"]
    assert "range" not in [fault.check for fault in faults(indicator("P2"), growth(level))]


def test_same_sees_through_the_way_of_writing() -> None:
    a, b = Measure("sales"), Measure("services")
    assert same((a + b) / number(2), a / number(2) + b / number(2))
    assert not same(a / b, a / b * HUNDRED)


def test_every_formula_of_the_paper_is_in_the_catalogue(segelec: Case) -> None:
    printed = {c.claim_id for c in read_claims(segelec) if c.role == "formula"}
    used = {p.claim_id for record in METHOD for p in record.printed}
    assert used == printed


def test_records_are_complete() -> None:
    keys = " ".join(record.key for record in METHOD)
    assert keys == "F1 F2 F3 F4 F5 F6 C1 C2 C3 I1 I2 I3 I4 P1 P2 P3"
    for record in METHOD:
        assert record.name_es
        assert record.purpose
        assert record.reason
        assert record.divisor
        assert record.effects


def test_required_columns_exist() -> None:
    known = {
        f"{table.name}.{column}" for table in LEDGER_TABLES for column in table.row.model_fields
    }
    for record in METHOD:
        assert set(record.columns) <= known, record.key
