"""The second example against hand calculation.

deliveries: 1,300 - 520 - 650 = 130 documents; 520 / 1,300 = 0.4; 1,300 - 300 - 400 = 600 are left
for two quarters. 1,300 / 1.0825 = 1,200.9 and 1,300 / 1.0835 = 1,199.8, so that 1,200 alone fits.
400 / 1.245 = 321.3 and 400 / 1.255 = 318.7: 319 to 321. 400 / 300 = 4 / 3, a growth of 33.3%.
Revenue: growth of a year is a mean of the growth of its halves, so between 11.5% and 15.5%.
Satisfaction: 18 / 19 = 94.74%, and no smaller number of answers gives 94.7%:
17 / 18 = 94.4%, and one unsatisfied of fewer than 18 is less still. 1,231 / 1,300 = 94.69%.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from analysis.claims import judge
from analysis.claims.judge import Judge
from analysis.claims.verdicts import universe_table, verdict_table
from analysis.report.outputs import describe
from analysis.tables.case import load_case

from .conftest import cases, check

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def general() -> Judge:
    return Judge(load_case("courier", ROOT))


@pytest.fixture(scope="module")
def table(general: Judge) -> pd.DataFrame:
    return verdict_table(general)


def test_what_is_forgotten_is_found_again(
    table: pd.DataFrame, general: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judge, "MOST_BLOCKS", 1)
    other = Judge(load_case("courier", ROOT))
    assert len(other.blocks) > 1
    pd.testing.assert_frame_equal(verdict_table(other), table)
    pd.testing.assert_frame_equal(universe_table(other), universe_table(general))


def row(table: pd.DataFrame, claim: str) -> pd.Series:
    """The default verdict of a claim."""
    return table[(table["claim_id"] == claim) & table["default"]].iloc[0]


@pytest.mark.parametrize(("claim", "verdict", "part"), cases("courier", "verdicts"))
def test_verdicts(table: pd.DataFrame, claim: str, verdict: str, part: str) -> None:
    check(row(table, claim), {"verdict": verdict, "evidence": [part]})


def test_the_smallest_conflict_is_named(table: pd.DataFrame) -> None:
    three = "revenue-first-half; revenue-second-half; revenue-year"
    assert set(table[table["conflict"] == three]["claim_id"]) == set(three.split("; "))


def test_a_reading_turns_every_claim_of_its_conflict(table: pd.DataFrame) -> None:
    other = table[table["reading"] == "quarter_base=quarter-before"]
    three = {"third-quarter", "fourth-quarter", "fourth-quarter-growth"}
    assert set(other["claim_id"]) == three
    assert set(other["verdict"]) == {"inconsistent"}
    assert set(table[table["reading"] != ""]["claim_id"]) == three


def test_the_reading_decides_on_the_fourth_quarter(table: pd.DataFrame) -> None:
    table = table[table["rounding"].isin(["", "half-up; half-even"])]
    found = table[table["claim_id"] == "fourth-quarter-growth"].set_index("reading")
    assert found["verdict"].to_dict() == {
        "quarter_base=year-before": "consistent",
        "quarter_base=quarter-before": "inconsistent",
    }
    other = found.loc["quarter_base=quarter-before"]
    assert other["conflict"] == "third-quarter; fourth-quarter; fourth-quarter-growth"
    assert "33.33%" in other["evidence"]


def test_the_witness_prints_what_is_printed(table: pd.DataFrame) -> None:
    data = json.loads(row(table, "deliveries")["witness"])
    assert data["deliveries@2024"] == 1300
    assert data["meals@2024"] + data["parcels@2024"] + data["documents@2024"] == 1300
    assert sum(data[f"deliveries@2024Q{q}"] for q in (1, 2, 3, 4)) == 1300
    assert f"{100 * 1300 / data['deliveries@2023'] - 100:.1f}" == "8.3"
    assert round(100 * 400 / data["deliveries@2023Q4"]) == 125
    assert f"{100 * data['satisfied@2024'] / data['answers@2024']:.1f}" == "94.7"
    assert data["answers@2024"] <= 1300


def test_blocks_share_neither_quantity_nor_reading(general: Judge) -> None:
    blocks = universe_table(general)
    assert list(blocks.groupby("block", sort=False).size().items()) == [
        ("deliveries", 6),  # two bases, three rounding rules
        ("revenue", 3),
    ]
    deliveries = blocks[blocks["block"] == "deliveries"]
    assert (deliveries["survives"] == (deliveries["quarter_base"] == "year-before")).all()
    assert not blocks[blocks["block"] == "revenue"]["survives"].any()


def test_the_example_says_that_it_is_made_up() -> None:
    case = load_case("courier", ROOT)
    assert "made-up" in case.parameters.subtitle
    assert case.parameters.source is not None
    assert "made up" in case.parameters.source.title
    assert all("made up" in claim.place for claim in Judge(case).claims)


def test_its_data_package_is_the_generated_one() -> None:
    committed = (ROOT / "data" / "raw" / "courier" / "datapackage.json").read_text("utf-8")
    assert committed == describe(load_case("courier", ROOT))
