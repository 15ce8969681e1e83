"""Verdicts of the paper's claims: what the engine's notes found by hand must come out."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import pandas as pd
import pytest

from analysis.case import Case
from analysis.claims import WORDS, Engine, findings, read_verdicts, verdict_table
from analysis.claims.verdicts import COLUMNS
from analysis.errors import InputError
from analysis.tables import read_claims


def row(table: pd.DataFrame, claim: str, rounding: str = "half-up", **reading: str) -> pd.Series:
    """The one row of a claim under some options (the default of an axis if not given)."""
    rows = table[table["claim_id"] == claim]
    rows = rows[rows["rounding"].str.contains(rounding) | (rows["rounding"] == "")]
    wanted = rows[rows["default"] | (len(reading) > 0)]
    for axis, option in reading.items():
        wanted = wanted[(wanted["reading"] + ";").str.contains(f"{axis}={option};", regex=False)]
    assert len(wanted) >= 1, (claim, reading)
    return wanted.iloc[0]


def test_every_claim_has_one_default_verdict(segelec: Case, table: pd.DataFrame) -> None:
    assert list(table.columns) == list(COLUMNS)
    default = table[table["default"]]
    assert list(default["claim_id"]) == [c.claim_id for c in read_claims(segelec)]
    assert set(table["verdict"]) <= set(WORDS)
    assert (table["evidence"].str.len() > 10).all()
    assert table["evidence"].str.endswith((".",)).all()


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("abstract-services", "consistent"),
        ("5-services-growth", "consistent"),
        ("abstract-productivity-q1", "consistent"),
        ("6-sales-total", "consistent"),
        ("abstract-satisfaction", "consistent"),
        ("4.4-phases", "reproduced"),
        ("4.3.3-sales-target", "reproduced"),
        ("4.4.2-satisfaction-target", "reproduced"),
        ("4.4.2-satisfaction-objective", "underdetermined"),
        ("5-services-cause", "underdetermined"),
        ("4.4.1-roi-target", "not reported"),
        ("table3-cycle-time-target", "not reported"),
        ("table1-cost-formula", "unreadable"),
        ("table1-new-customer-revenue-target", "unreadable"),
        ("table1-margin-formula", "inconsistent"),
        ("table1-cost-target", "inconsistent"),
        ("table2-satisfaction-formula", "inconsistent"),
        ("4.4.2-sustainability-formula", "inconsistent"),
    ],
)
def test_default_verdicts(table: pd.DataFrame, claim: str, verdict: str) -> None:
    assert row(table, claim)["verdict"] == verdict


def test_services_by_reading(table: pd.DataFrame) -> None:
    assert "exactly 288 in 2023H1" in row(table, "abstract-services")["evidence"]
    both = row(table, "6-services", services_period="2023H1+2024H1", services_growth="year-on-year")
    assert both["verdict"] == "inconsistent"
    assert both["conflict"] == "abstract-services; 5-services-growth"
    assert "350 and 370" in both["evidence"]
    first = row(table, "6-services", services_period="2023H1", services_growth="year-on-year")
    assert "exactly 435 in 2024H1" in first["evidence"]
    cut = row(table, "6-services", "truncate", services_period="2023H1",
              services_growth="year-on-year")  # fmt: skip
    assert cut["verdict"] == "inconsistent"
    later = row(table, "5-services-growth", services_period="2024H1", services_growth="on-later")
    assert "exactly 273 in 2023H1" in later["evidence"]


def test_constant_labour_contradicts_services(table: pd.DataFrame) -> None:
    found = row(table, "abstract-productivity-q1", labour="constant",
                productivity_growth="year-on-year")  # fmt: skip
    assert found["verdict"] == "inconsistent"
    assert found["conflict"] == (
        "5-services-growth; abstract-productivity-q1; abstract-productivity-q2"
    )
    assert "10.45% to 11.05%" in found["evidence"]
    free = row(table, "abstract-productivity-q1")
    assert json.loads(free["bounds"]) == {"labour_growth": ["10.6%", "11.3%"]}


def test_survey_of_every_service(table: pd.DataFrame) -> None:
    rounded = row(table, "abstract-coverage", respondents="every-service")
    assert rounded["verdict"] == "inconsistent"
    assert "274 satisfied print as 77.4% and 275 as 77.7%" in rounded["evidence"]
    cut = row(table, "abstract-satisfaction", "truncate", satisfaction="share",
              respondents="every-service")  # fmt: skip
    assert cut["verdict"] == "consistent"
    assert json.loads(cut["witness"]) == {"respondents": 354, "satisfied": 275}


def test_sales_by_reading(table: pd.DataFrame) -> None:
    quarter = row(table, "abstract-sales-total", sales_total="2024Q2", sales_growth="year-on-year")
    # in centimos, with the total known to half a sol: a sol or two wider than whole soles give
    assert json.loads(quarter["bounds"])["sales_2023Q2"] == ["255,789", "257,966"]
    half = row(table, "abstract-sales-total", sales_total="2024H1", sales_growth="previous-quarter")
    found = json.loads(half["bounds"])
    assert found["sales_2024Q1"] == ["138,723", "139,361"]
    assert found["sales_2024Q2"] == ["163,749", "164,387"]
    assert found["sales_2023Q2"][1] == ""


def test_witnesses_print_the_claims_back(table: pd.DataFrame) -> None:
    """Recompute printed growth of services and sales from every witness, with decimals."""
    seen = 0
    rules = {"half-up": ROUND_HALF_UP, "half-even": ROUND_HALF_EVEN}
    default = table["rounding"].str.startswith(("half-up", "half-even"))
    for found in table[default & (table["verdict"] == "consistent")].itertuples():
        if found.quantity != "services" or found.conflict or found.printed != "22.9%":
            continue
        data = json.loads(found.witness)
        quarter = {name.removeprefix("services_"): Decimal(x) for name, x in data.items()}
        now, before = (quarter[f"{y}Q1"] + quarter[f"{y}Q2"] for y in (2024, 2023))
        if "previous-quarter" in found.reading:
            now, before = quarter["2024Q2"], quarter["2024Q1"]
        base = now if "on-later" in found.reading else before
        rule = rules[found.rounding.split(";")[0]]
        assert str((100 * (now - before) / base).quantize(Decimal("0.1"), rule)) == "22.9"
        seen += 1
    assert seen >= 5


def test_places_that_repeat_a_result_share_its_verdict(table: pd.DataFrame) -> None:
    for one, other in (("abstract-services", "6-services"), ("abstract-alarms", "6-alarms")):
        mine = table[table["claim_id"] == one]["verdict"].tolist()
        assert mine == table[table["claim_id"] == other]["verdict"].tolist()


def test_fourteen_findings(segelec: Case, engine: Engine) -> None:
    found = findings(segelec, engine)
    assert [f.number for f in found] == list(range(1, 15))
    known = {c.claim_id for c in read_claims(segelec)}
    assert all(set(f.claims) <= known and f.claims for f in found)
    text = {f.number: f.conclusion for f in found}
    for number, parts in {
        1: ("43.65% to 43.73%", "56.32%"),
        2: ("59.73%",),
        3: ("11.36%",),
        4: ("720 or 80", "factor of 9"),
        5: ("1,000", "909", "-9.1%"),
        6: ("4.55%",),
        8: ("77.6%", "60.1%"),
        9: ("12 combinations",),
        10: ("159 and 195", "22.6%", "158 and 196", "24.1%"),
        11: ("77.4%", "77.7%"),
        12: ("10.6% to 11.3%",),
        13: ("ROI", "ROE", "cycle time", "sustainability"),
        14: ("10.85% to 22.95%",),
    }.items():
        assert all(part in text[number] for part in parts), (number, text[number])
    kinds = {f.number: f.kind for f in found}
    assert kinds[7] == "unreadable"
    assert kinds[13] == "not reported"
    assert {n for n, kind in kinds.items() if kind == "open"} == {2, 9, 14}
    assert {n for n, kind in kinds.items() if kind == "conditional"} == {1, 10, 11, 12}


def test_a_changed_claim_changes_the_verdict(segelec: Case, tmp_path: object) -> None:
    from dataclasses import replace

    engine = Engine(segelec)
    claims = tuple(
        c.model_copy(update={"printed": "23.0%"}) if c.claim_id == "5-services-growth" else c
        for c in engine.results.claims
    )
    engine.results = replace(engine.results, claims=claims)
    table = verdict_table(segelec, engine)
    # 354/1.2305 = 287.7 and 354/1.2295 = 287.9: no whole number in between
    assert row(table, "5-services-growth")["verdict"] == "inconsistent"
    assert row(table, "abstract-lifting-doors")["verdict"] == "consistent"


def test_reading_before_making_is_refused(segelec: Case, tmp_path: object) -> None:
    from dataclasses import replace
    from pathlib import Path

    with pytest.raises(InputError, match="not been made"):
        read_verdicts(replace(segelec, root=Path(str(tmp_path))))


def test_reading_gives_back_what_was_written(
    segelec: Case, table: pd.DataFrame, tmp_path: object
) -> None:
    from dataclasses import replace
    from pathlib import Path

    from analysis.tables import write_frame

    elsewhere = replace(segelec, root=Path(str(tmp_path)))
    write_frame(table, elsewhere.processed / "verdicts.csv")
    pd.testing.assert_frame_equal(read_verdicts(elsewhere), table, check_dtype=False)
