"""Verdicts of the paper's claims: what the engine's notes found by hand must come out."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from pathlib import Path

import pandas as pd
import pytest

from analysis.case import Case
from analysis.claims.findings import findings
from analysis.claims.judgement import WORDS, Judgement
from analysis.claims.readings import Engine
from analysis.claims.results import judge_result
from analysis.claims.targets import judge_target
from analysis.claims.texts import judge_cause
from analysis.claims.verdicts import COLUMNS, Paper, read_verdicts, verdict_table
from analysis.errors import InputError
from analysis.tables import read_claims, write_frame


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
        ("4.3.3-sales-target", "consistent"),
        ("4.4.2-satisfaction-target", "consistent"),
        ("4.4.2-satisfaction-objective", "underdetermined"),
        ("5-services-cause", "underdetermined"),
        ("4.4.1-roi-target", "not reported"),
        ("table3-cycle-time-target", "not reported"),
        ("table1-cost-formula", "unreadable"),
        ("table1-new-customer-revenue-target", "unreadable"),
        ("table1-margin-formula", "inconsistent"),
        ("table1-cost-target", "inconsistent"),
        ("4.4.1-cost-target", "inconsistent"),
        ("table1-roe-formula", "inconsistent"),
        ("4.4.3-productivity-target", "consistent"),
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
    assert json.loads(free["bounds"]) == {"labour_growth_if_alike": ["10.6%", "11.3%"]}


# services a year before and now, and hours, for both quarters
HOURS = {
    "grew by 7.49%": [(150, 165, "2000", "1990.95"), (138, 189, "1000", "1233.84")],
    "fell by 0.22%": [(230, 230, "5000", "4524.89"), (58, 124, "500", "963.03")],
}


@pytest.mark.parametrize("total", HOURS)
def test_labour_need_not_grow_alike(
    segelec: Case, engine: Engine, table: pd.DataFrame, total: str
) -> None:
    """Both prints with a total of labour outside 10.6 % to 11.3 %: no text may exclude it."""
    quarters = HOURS[total]
    rates = []
    for before, after, hours_before, hours_after in quarters:
        ratio = (after / Decimal(hours_after)) / (before / Decimal(hours_before))
        rates.append(f"{100 * (ratio - 1):.1f}")
    assert rates == ["10.5", "11.0"]
    assert (sum(q[0] for q in quarters), sum(q[1] for q in quarters)) == (288, 354)
    labour = sum(Decimal(q[3]) for q in quarters) / sum(Decimal(q[2]) for q in quarters)
    word = "grew" if labour > 1 else "fell"
    assert f"{word} by {100 * abs(labour - 1):.2f}%" == total
    texts = [
        row(table, "abstract-productivity-q1")["evidence"],
        row(table, "abstract-productivity-q2")["evidence"],
        next(f.conclusion for f in findings(segelec, engine) if f.number == 12),
    ]
    for text in texts:
        assert "only if labour grew in at least one quarter" in text
        assert "10.6% to 11.3% where it grew alike in both" in text


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


def test_labour_need_not_grow_where_services_grew_as_productivity_did(segelec: Case) -> None:
    engine = changed(segelec, {"5-services-growth": "11.0%"})
    claim = next(c for c in engine.results.claims if c.claim_id == "abstract-productivity-q1")
    found = judge_result(engine, claim, segelec.reading())
    # 1.1095 / 1.1105 = 0.9991 and 1.1105 / 1.1045 = 1.0054
    assert found.evidence == "Fits; where labour changed alike in both quarters, by -0.1% to 0.5%."


def test_contradictions_have_the_verdict_too(
    segelec: Case, engine: Engine, table: pd.DataFrame
) -> None:
    kinds = {c.claim_id: (c.kind, c.quantity) for c in engine.results.claims}
    involved = {c for f in findings(segelec, engine) if f.kind == "contradiction" for c in f.claims}
    judged = {c for c in involved if kinds[c][0] == "formula" or kinds[c][1] == "operating_cost"}
    assert len(judged) == 8  # two on costs, on sustainability and on satisfaction; margin; ROE
    found = table[table["claim_id"].isin(judged)]
    assert set(found["verdict"]) == {"inconsistent"}
    one, other = row(table, "4.4.1-cost-target"), row(table, "table1-cost-target")
    assert one["conflict"] == other["conflict"] == "4.4.1-cost-target; table1-cost-target"
    assert one["other_places"] == "table1-cost-target"
    assert other["other_places"] == "4.4.1-cost-target"


def changed(case: Case, printed: dict[str, str]) -> Engine:
    """An engine for the case with other strings in print, in every place that repeats them."""
    engine = Engine(case)
    new = {place: text for c, text in printed.items() for place in engine.results.repeats(c)}
    claims = tuple(
        c.model_copy(update={"printed": new.get(c.claim_id, c.printed)})
        for c in engine.results.claims
    )
    engine.results = replace(engine.results, claims=claims)
    return engine


@pytest.mark.parametrize(
    ("target", "rule", "verdict", "words"),
    [
        # 77.6% is [77.55%, 77.65%) to the nearest, ties up
        ("77.5%", "half-up", "consistent", "Reached: 77.6% stands for at least 77.55%"),
        ("77.55%", "half-up", "consistent", "Reached"),
        ("77.551%", "half-up", "underdetermined", "77.55% to 77.65%"),
        ("77.6%", "half-up", "underdetermined", "77.55% to 77.65%"),
        ("77.65%", "half-up", "inconsistent", "Missed: 77.6% stands for less than 77.65%"),
        # [77.55%, 77.65%]: the even digit takes both ties
        ("77.55%", "half-even", "consistent", "Reached"),
        ("77.65%", "half-even", "underdetermined", "in between"),
        ("77.66%", "half-even", "inconsistent", "at most 77.65%"),
        # [77.6%, 77.7%)
        ("77.6%", "truncate", "consistent", "Reached"),
        ("77.7%", "truncate", "inconsistent", "less than 77.70%"),
    ],
)
def test_a_level_at_the_edge_of_the_print(
    segelec: Case, target: str, rule: str, verdict: str, words: str
) -> None:
    engine = changed(segelec, {"4.4.2-satisfaction-target": target})
    found = target_verdict(engine, "4.4.2-satisfaction-target", rounding=rule)
    assert found.verdict == verdict
    assert words in found.evidence


@pytest.mark.parametrize(
    ("printed", "verdict"),
    [("5.0%", "inconsistent"), ("9.9%", "inconsistent"), ("10.0%", "underdetermined"),
     ("10.1%", "consistent")],
)  # fmt: skip
def test_growth_of_satisfaction_against_ten_per_cent(
    segelec: Case, printed: str, verdict: str
) -> None:
    engine = changed(segelec, {"abstract-satisfaction": printed})
    found = target_verdict(engine, "4.3.3-satisfaction-target", satisfaction="growth")
    assert found.verdict == verdict
    # 9.9% ends at 9.95%, where 10.0% starts
    assert ("Missed" in found.evidence) == (verdict == "inconsistent")


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ("10.5%", "11.0%", "consistent"),
        ("9.0%", "9.5%", "inconsistent"),
        ("9.0%", "11.0%", "underdetermined"),
        ("10.0%", "11.0%", "underdetermined"),
        ("9.0%", "10.0%", "underdetermined"),
    ],
)
def test_two_rates_against_one_target(segelec: Case, first: str, second: str, verdict: str) -> None:
    engine = changed(
        segelec, {"abstract-productivity-q1": first, "abstract-productivity-q2": second}
    )
    assert target_verdict(engine, "4.4.3-productivity-target").verdict == verdict


def test_points_that_no_start_gives(segelec: Case) -> None:
    points = {"target_kind": "points"}
    # from 77.6% to 100% at most: a start of 56.3% gains 43.7 points, and none gains more
    engine = changed(segelec, {"4.4.2-satisfaction-objective": "43%"})
    target = "4.4.2-satisfaction-objective"
    growing = {**points, "satisfaction": "growth"}
    assert target_verdict(engine, target, **growing).verdict == "underdetermined"
    engine = changed(segelec, {"4.4.2-satisfaction-objective": "44%"})
    assert target_verdict(engine, target, **growing).verdict == "inconsistent"
    # a level of 77.6% is a rise by 77 points from next to nothing, but not by 78
    engine = changed(segelec, {"4.4.2-satisfaction-objective": "77%"})
    found = target_verdict(engine, target, **points)
    assert "below 0.65%, given a result of less than 77.65%" in found.evidence
    engine = changed(segelec, {"4.4.2-satisfaction-objective": "78%"})
    assert target_verdict(engine, target, **points).verdict == "inconsistent"


def target_verdict(engine: Engine, claim_id: str, **reading: str) -> Judgement:
    (claim,) = (c for c in engine.results.claims if c.claim_id == claim_id)
    return judge_target(engine, claim, {**engine.case.reading(), **reading})


@pytest.mark.parametrize(
    ("trend", "growth", "rule", "effect"),
    [
        ("12%", "22.9%", "half-up", "0 to 12% anyway (sales of Q2 2023 grew by 12%)"),
        ("12%", "22.9%", "half-up", "10.85% to 22.95%"),
        ("12%", "22.9%", "truncate", "10.90% to 23.00%"),
        ("8.5%", "20%", "half-up", "11.00% to 20.50%"),
    ],
)
def test_the_trend_is_what_sales_grew_by_before(
    segelec: Case, trend: str, growth: str, rule: str, effect: str
) -> None:
    engine = changed(segelec, {"abstract-sales-growth-2023": trend, "5-services-growth": growth})
    (claim,) = (c for c in engine.results.claims if c.claim_id == "5-services-cause")
    found = judge_cause(engine, claim, {**segelec.reading(), "rounding": rule})
    assert effect in found.evidence
    assert "abstract-sales-growth-2023" in found.other


def test_a_changed_claim_changes_the_verdict(segelec: Case) -> None:
    engine = changed(segelec, {"5-services-growth": "23.0%"})
    table = verdict_table(segelec, Paper(engine))
    # 354/1.2305 = 287.7 and 354/1.2295 = 287.9: no whole number in between
    assert row(table, "5-services-growth")["verdict"] == "inconsistent"
    assert row(table, "abstract-lifting-doors")["verdict"] == "consistent"


def test_reading_before_making_is_refused(segelec: Case, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not been made"):
        read_verdicts(replace(segelec, root=tmp_path))


def test_reading_gives_back_what_was_written(
    segelec: Case, table: pd.DataFrame, tmp_path: Path
) -> None:
    elsewhere = replace(segelec, root=tmp_path)
    write_frame(table, elsewhere.processed / "verdicts.csv")
    pd.testing.assert_frame_equal(read_verdicts(elsewhere), table, check_dtype=False)
