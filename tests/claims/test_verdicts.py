"""Verdicts of the paper's claims: what the engine's notes found by hand must come out."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.claims.paper.contradictions import findings
from analysis.claims.paper.engine import Engine
from analysis.claims.paper.judging import Paper, judge_cause, judge_target
from analysis.claims.paper.results import judge_result
from analysis.claims.verdicts import (
    COLUMNS,
    MEANINGS,
    WORDS,
    Judgement,
    count_conflicts,
    count_verdicts,
    read_verdicts,
    universe_table,
    verdict_table,
)
from analysis.tables.case import Case
from analysis.tables.contents import read_claims
from analysis.tables.rows import write_frame


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


DEFAULT = {
    "consistent": """
        abstract-services 5-services-growth abstract-productivity-q1 6-sales-total
        abstract-satisfaction 4.3.3-sales-target 4.4.2-satisfaction-target
        4.4.3-productivity-target
    """,
    "reproduced": """
        4.4-phases 1-perspectives 4.2-perspectives
    """,
    "underdetermined": """
        4.4.2-satisfaction-objective 5-services-cause
    """,
    "not reported": """
        4.4.1-roi-target table3-cycle-time-target table1-cost-target 4.4.1-cost-target
        4.4.3-in-time-and-budget-target table3-in-time-and-budget-target
    """,
    "unreadable": """
        table1-cost-formula table1-new-customer-revenue-target
    """,
    "inconsistent": """
        table1-margin-formula table3-service-time-formula table1-roe-formula
        table2-satisfaction-formula 4.4.2-sustainability-formula
    """,
}
"""Claims by the verdict under the default readings; costs clash only if both mean the same."""


@pytest.mark.parametrize("verdict", DEFAULT)
def test_default_verdicts(table: pd.DataFrame, verdict: str) -> None:
    claims = DEFAULT[verdict].split()
    assert {claim: row(table, claim)["verdict"] for claim in claims} == dict.fromkeys(
        claims, verdict
    )


def test_services_by_reading(table: pd.DataFrame) -> None:
    assert "exactly 288 in 2023H1" in row(table, "abstract-services")["evidence"]
    both = row(table, "6-services", services_period="2023H1+2024H1", services_growth="year-on-year")
    assert both["verdict"] == "inconsistent"
    assert both["conflict"] == "abstract-services; 5-services-growth"
    assert "350 and 370" in both["evidence"]
    first = row(table, "6-services", services_period="2023H1", services_growth="year-on-year")
    assert "exactly 435 in 2024H1" in first["evidence"]
    cut = row(
        table, "6-services", "truncate", services_period="2023H1", services_growth="year-on-year"
    )
    assert cut["verdict"] == "inconsistent"
    later = row(table, "5-services-growth", services_period="2024H1", services_growth="on-later")
    assert "exactly 273 in 2023H1" in later["evidence"]


def test_constant_labour_contradicts_services(table: pd.DataFrame) -> None:
    found = row(
        table, "abstract-productivity-q1", labour="constant", productivity_growth="year-on-year"
    )
    assert found["verdict"] == "inconsistent"
    assert found["conflict"] == (
        "5-services-growth; abstract-productivity-q1; abstract-productivity-q2"
    )
    assert "10.45% to 11.05%" in found["evidence"]
    free = row(table, "abstract-productivity-q1")
    # both ends by brute force in test_labour: 10.772 and 11.252
    assert json.loads(free["bounds"]) == {"labour_growth_if_alike": ["10.77%", "11.26%"]}


def test_labour_decides_on_the_growth_of_services_too(table: pd.DataFrame) -> None:
    """A claim of a conflict is inconsistent under the reading that makes the conflict."""
    found = row(
        table,
        "5-services-growth",
        labour="constant",
        services_period="2024H1",
        services_growth="year-on-year",
        productivity_growth="year-on-year",
    )
    assert found["verdict"] == "inconsistent"
    assert "5-services-growth" in found["conflict"]


def test_every_claim_of_a_conflict_says_so(
    segelec: Case, engine: Engine, table: pd.DataFrame
) -> None:
    """Every universe without a data set: each of its blamed claims has a row that says so."""
    usual = {axis: option for axis, option in segelec.reading().items() if axis != "rounding"}
    rows = {claim: found.to_dict("records") for claim, found in table.groupby("claim_id")}
    seen = 0
    for universe in universe_table(Paper(engine)).to_dict("records"):
        chosen = {axis: str(universe[axis]) for axis in usual if universe.get(axis)}
        for tag in filter(None, str(universe["conflict"]).split("; ")):
            told = {
                row["verdict"]
                for row in rows[tag]
                if universe["rounding"] in (row["rounding"] or universe["rounding"])
                and options(row["reading"]).items() <= (usual | chosen).items()
                and any(axis in options(row["reading"]) for axis in chosen)
            }
            assert "inconsistent" in told, (tag, chosen)
            seen += 1
    assert seen > 100


def options(reading: str) -> dict[str, str]:
    """The options that a row names."""
    pairs = [pair.split("=") for pair in reading.split("; ") if pair]
    return dict(pairs)


# services a year before and now, and hours, for both quarters
HOURS = {
    "grew by 7.49%": [(150, 165, "2000", "1990.95"), (138, 189, "1000", "1233.84")],
    "fell by 0.22%": [(230, 230, "5000", "4524.89"), (58, 124, "500", "963.03")],
}


@pytest.mark.parametrize("total", HOURS)
def test_labour_need_not_grow_alike(
    segelec: Case, engine: Engine, table: pd.DataFrame, total: str
) -> None:
    """Both prints with a total of labour outside 10.77 % to 11.26 %: no text may exclude it."""
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
        assert "10.77% to 11.26% where it grew alike in both" in text


def test_survey_of_every_service(table: pd.DataFrame) -> None:
    rounded = row(table, "abstract-coverage", respondents="every-service")
    assert rounded["verdict"] == "inconsistent"
    assert "274 satisfied print as 77.4% and 275 as 77.7%" in rounded["evidence"]
    cut = row(
        table,
        "abstract-satisfaction",
        "truncate",
        satisfaction="share",
        respondents="every-service",
    )
    assert cut["verdict"] == "consistent"
    assert json.loads(cut["witness"]) == {"respondents": 354, "satisfied": 275}


def test_sales_by_reading(table: pd.DataFrame) -> None:
    quarter = row(table, "abstract-sales-total", sales_total="2024Q2", sales_growth="year-on-year")
    # 303,109.5 / 1.185 = 255,788.6 and 303,110.5 / 1.175 = 257,966.4, rounded outwards
    assert json.loads(quarter["bounds"])["sales_2023Q2"] == ["255,788", "257,967"]
    half = row(table, "abstract-sales-total", sales_total="2024H1", sales_growth="previous-quarter")
    found = json.loads(half["bounds"])
    # 303,109.5 / 2.185 = 138,722.9 and 303,110.5 / 2.175 = 139,361.1; the rest is Q2
    assert found["sales_2024Q1"] == ["138,722", "139,362"]
    assert found["sales_2024Q2"] == ["163,748", "164,388"]
    assert found["sales_2023Q2"][1] == ""


def test_places_that_repeat_a_result_share_its_verdict(table: pd.DataFrame) -> None:
    for one, other in (("abstract-services", "6-services"), ("abstract-alarms", "6-alarms")):
        mine = table[table["claim_id"] == one]["verdict"].tolist()
        assert mine == table[table["claim_id"] == other]["verdict"].tolist()


def test_fifteen_findings(segelec: Case, engine: Engine) -> None:
    found = findings(segelec, engine)
    assert [f.number for f in found] == list(range(1, 16))
    known = {c.claim_id for c in read_claims(segelec)}
    assert all(set(f.claims) <= known and f.claims for f in found)
    text = {f.number: f.conclusion for f in found}
    for number, parts in {
        1: ("43.65% to 43.74%", "56.33%"),  # 77.65 / 1.7755 = 43.734 and 100 / 1.7755 = 56.322
        2: ("59.74%", "70.60%"),  # 77.65 / 1.3 = 59.731 and 77.65 / 1.1 = 70.591
        3: ("11.36%", "if both are about the same costs"),
        4: ("80 in Table 2", "720, if “combines” is read as a sum, and 240, if as a mean"),
        5: ("1,000", "909", "-9.1%"),
        6: ("only its label, ROI, is wrong", "no formula at all", "4.55%"),  # 1.15 / 1.10
        8: ("77.6%", "60.1%"),
        9: ("12 combinations",),
        10: ("159 and 195", "22.6%", "158 and 196", "24.1%"),
        11: ("77.4%", "77.7%", "no share of one yes/no answer for each service"),
        12: ("10.77% to 11.26%",),
        13: ("ROI", "ROE", "cycle time", "sustainability", "work in time and budget"),
        14: ("10.91 to 22.92 percentage points",),  # 66 / 288 = 22.917 %, less 12 or nothing
        15: ("knows no deadline and no budget", "from 20 days to 10 it gives 50"),
    }.items():
        assert all(part in text[number] for part in parts), (number, text[number])
    kinds = {f.number: f.kind for f in found}
    assert kinds[7] == "unreadable"
    assert kinds[13] == "not reported"
    assert {n for n, kind in kinds.items() if kind == "open"} == {2, 9, 14}
    assert {n for n, kind in kinds.items() if kind == "conditional"} == {1, 3, 10, 11, 12}


def test_labour_need_not_grow_where_services_grew_as_productivity_did(segelec: Case) -> None:
    engine = changed(segelec, {"5-services-growth": "11.0%"})
    claim = next(c for c in engine.results.claims if c.claim_id == "abstract-productivity-q1")
    found = judge_result(engine, claim, segelec.reading())
    # 354 services after 319: by the halves' rates 1.1097 / 1.1105 = 0.9993 to 1.1097 / 1.1045 =
    # 1.0047, and a little less with whole services in each quarter (test_labour)
    assert found.evidence == "Fits: by −0.03% to 0.43% where it changed alike in both."


def test_contradictions_have_the_verdict_too(
    segelec: Case, engine: Engine, table: pd.DataFrame
) -> None:
    kinds = {c.claim_id: (c.kind, c.quantity) for c in engine.results.claims}
    involved = {c for f in findings(segelec, engine) if f.kind == "contradiction" for c in f.claims}
    judged = {c for c in involved if kinds[c][0] == "formula"}
    assert len(judged) == 7  # two on sustainability and on satisfaction; margin; ROE; service time
    found = table[table["claim_id"].isin(judged)]
    assert set(found["verdict"]) == {"inconsistent"}
    default = table[table["default"] & (table["verdict"] == "inconsistent")]
    contradictions = [f for f in findings(segelec, engine) if f.kind == "contradiction"]
    assert default["conflict"].nunique() == len(contradictions) == 5
    one, other = row(table, "4.4.1-cost-target"), row(table, "table1-cost-target")
    assert "Table 1 asks for less than 1%, this place for exactly 1%" in one["evidence"]
    assert "if both are about the same costs" in other["evidence"]
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
    [
        ("5.0%", "inconsistent"),
        ("9.9%", "inconsistent"),
        ("10.0%", "underdetermined"),
        ("10.1%", "consistent"),
    ],
)
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
    # the example of 4.3.3 in points: 77.65 - 10
    found = target_verdict(Engine(segelec), "4.3.3-satisfaction-target", **points)
    assert "below 67.65%" in found.evidence
    engine = changed(segelec, {"4.4.2-satisfaction-objective": "78%"})
    assert target_verdict(engine, target, **points).verdict == "inconsistent"


def target_verdict(engine: Engine, claim_id: str, **reading: str) -> Judgement:
    (claim,) = (c for c in engine.results.claims if c.claim_id == claim_id)
    return judge_target(engine, claim, {**engine.case.reading(), **reading})


@pytest.mark.parametrize(
    ("trend", "growth", "rule", "effect"),
    [
        ("12%", "22.9%", "half-up", "0 to 12% anyway (sales of Q2 2023 grew by 12%)"),
        # 354 / 288 = 1.22917, the single earlier count under either rule
        ("12%", "22.9%", "half-up", "10.91 to 22.92 percentage points"),
        ("12%", "22.9%", "truncate", "10.91 to 22.92 percentage points"),
        # 354 / 296 = 1.19595 to 354 / 294 = 1.20408
        ("8.5%", "20%", "half-up", "11.09 to 20.41 percentage points"),
        # no count gives 23.0 %: from the printed rate alone
        ("12%", "23.0%", "half-up", "10.95 to 23.05 percentage points"),
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
    table = verdict_table(Paper(engine))
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


def test_verdicts_are_counted_once_per_claim() -> None:
    rows = [
        ("reproduced", True, ""),
        ("not reported", True, ""),
        ("inconsistent", True, "a; b"),
        ("inconsistent", True, "a; b"),
        ("inconsistent", True, "c"),
        ("inconsistent", True, ""),
        ("inconsistent", False, "d"),
        ("consistent", True, "e; f"),
    ]
    frame = pd.DataFrame(rows, columns=["verdict", "default", "conflict"])
    assert list(count_verdicts(frame).items()) == [
        ("reproduced", 1),
        ("consistent", 1),
        ("inconsistent", 4),
        ("underdetermined", 0),
        ("not reported", 1),
        ("unreadable", 0),
    ]
    assert count_conflicts(frame) == 2
    assert tuple(MEANINGS) == WORDS


def test_a_broken_table_of_verdicts_is_refused(segelec: Case, tmp_path: Path) -> None:
    case = replace(segelec, root=tmp_path)
    path = case.processed / "verdicts.csv"
    path.parent.mkdir(parents=True)
    text = "role,default,verdict,conflict\nresult,True,reproduced,\nresult,True,perhaps,\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"verdicts\.csv, row 3, column verdict: “perhaps”"):
        read_verdicts(case)
    path.write_text("role,verdict\n", encoding="utf-8")
    with pytest.raises(InputError, match="column default: this column is missing"):
        read_verdicts(case)
