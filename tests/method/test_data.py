"""Objectives and key results: what the paper prints, and what breaks a rule."""

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from analysis.base.errors import InputError
from analysis.efficiency.dynamics import QUARTERLY_CUT
from analysis.kpis.reduce import reduce
from analysis.method.key_results import chosen, depends_on_reading, evaluate, load_okrs
from analysis.method.scoring import Goal
from analysis.tables.case import Case, load_case
from analysis.tables.firm_tables import Ledger

Edit = Callable[[str, str, str], str]


@pytest.fixture
def broken(project: Path) -> Edit:
    def edit(name: str, old: str, new: str) -> str:
        path = project / "data" / "raw" / "segelec" / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(InputError) as caught:
            load_okrs(load_case("segelec", project))
        return str(caught.value)

    return edit


def test_four_objectives_with_all_printed_key_results(segelec: Case) -> None:
    okrs = load_okrs(segelec)
    counts = {o.objective_id: len(okrs.of(o.objective_id)) for o in okrs.objectives}
    assert counts == {"O1": 4, "O2": 2, "O3": 2, "O4": 2}  # Table 4's one joins two measures
    assert [o.perspective for o in okrs.objectives] == [
        "Financial",
        "Customer",
        "Internal processes",
        "People",
    ]


def test_every_printed_target_is_used(segelec: Case) -> None:
    from analysis.tables.strategy_tables import read_claims

    printed = {c.quantity for c in read_claims(segelec) if c.role == "target" and c.printed}
    rows = [row for rows in load_okrs(segelec).targets.values() for row in rows]
    claims = {c.claim_id: c for c in read_claims(segelec)}
    assert printed <= {claims[row.claim_id].quantity for row in rows}
    for row in rows:
        amount = claims[row.claim_id].printed.rstrip("%")
        if amount.isdigit():
            assert abs(int(row.amount)) == int(amount), row.target_id


def test_one_target_holds_under_every_reading(segelec: Case) -> None:
    okrs = load_okrs(segelec)
    for kind in ("relative", "points", "level"):
        for cost in ("rate", "cap"):
            reading = segelec.reading({"target_kind": kind, "cost_target": cost})
            for row in okrs.key_results:
                has = okrs.target(row.kr_id, reading)
                assert (has is None) == (row.objective_id == "O4"), row.kr_id


def test_scores_by_hand(segelec: Case, ledger: Ledger) -> None:
    """Productivity: 188 services against 153, hours from the rows themselves."""
    okrs, reduced = load_okrs(segelec), reduce(ledger)
    results = evaluate(okrs, reduced, "2024Q2", "year-ago", segelec.reading())
    by_id = {r.key_result.kr_id: r for r in chosen(results)}
    hours = ledger["staff_hours"]
    spent = {
        year: int(
            hours[hours["month"].isin([f"{year}-{m:02d}" for m in (4, 5, 6)])][
                "quarter_hours"
            ].sum()
        )
        for year in (2023, 2024)
    }
    done = {
        year: int(
            (
                (ledger["service"]["completed_on"].dt.year == year)
                & (ledger["service"]["completed_on"].dt.quarter == 2)
            ).sum()
        )
        for year in (2023, 2024)
    }
    before, after = (Fraction(400 * done[y], spent[y]) for y in (2023, 2024))
    result = by_id["O3-KR1"]
    assert (result.baseline, result.value) == (before, after)
    assert result.score.progress == (after - before) / (before / 10)
    assert result.score.status == "met"  # the paper prints +11.0 % against a target of 10 %
    assert by_id["O2-H"].score.reason == "no baseline"
    assert by_id["O4-KR1"].score.reason == "no target is printed"
    running = {"materials", "labour", "selling", "admin", "other_operating"}
    cost = ledger["cost"][ledger["cost"]["category"].isin(running)]
    cost = cost[cost["incurred_on"].dt.year == 2024]
    first = cost[cost["incurred_on"].dt.quarter == 1]["amount_centimos"].sum()
    before_cost = Fraction(int(first), 100)  # the rate by the month asks for three of them
    assert by_id["O1-KR4"].baseline == before_cost
    assert by_id["O1-KR4"].goal == Goal(None, before_cost * Fraction(99, 100) ** 3)


@pytest.mark.parametrize(
    ("period", "before", "months"),
    [("2024-05", "2024-04", 1), ("2024Q2", "2024Q1", 3), ("2024H1", "2023H2", 6)],
)
@pytest.mark.parametrize("base", ["year-ago", "previous"])
def test_a_rate_by_the_month_is_measured_on_the_period_before(
    segelec: Case, ledger: Ledger, period: str, before: str, months: int, base: str
) -> None:
    okrs, sums = load_okrs(segelec), reduce(ledger)
    now, then = (
        next(
            r
            for r in chosen(evaluate(okrs, sums, p, base, segelec.reading()))
            if r.key_result.kr_id == "O1-KR4"
        )
        for p in (period, before)
    )
    assert now.baseline == then.value
    assert now.goal == Goal(None, then.value * Fraction(99, 100) ** months)
    if period == "2024Q2":  # as the chapter on statements has it
        assert 1 - Fraction(99, 100) ** months == QUARTERLY_CUT


def test_a_cap_that_is_broken_is_below_its_baseline(segelec: Case, ledger: Ledger) -> None:
    reading = segelec.reading({"cost_target": "cap"})
    results = evaluate(load_okrs(segelec), reduce(ledger), "2024Q2", "year-ago", reading)
    score = next(r.score for r in chosen(results) if r.key_result.kr_id == "O1-KR4")
    assert (score.score, score.status) == (0, "below baseline")  # costs rose; a cap has no way


def test_some_verdicts_depend_on_the_reading(segelec: Case, ledger: Ledger) -> None:
    results = evaluate(load_okrs(segelec), reduce(ledger), "2024Q2", "year-ago", segelec.reading())
    depends = depends_on_reading(results)
    assert depends["O2-KR1"]  # 20 % as a level is met, 20 % more cannot be told
    assert not depends["O3-KR1"]


BROKEN = """
okrs.csv | Finance,1/4, | Finance,1/5,
    data/raw/segelec/okrs.csv, row O1, column weight: “19/20”: the weights
objectives.csv | 4.4.1,1/4 | 4.4.1,0.2
    objectives.csv, column weight
okrs.csv | O3-KR1,O3,key result,I1 | O3-KR1,O3,key result,I7
    okrs.csv, row O3-KR1, column kpi: “I7”: the catalogue has no indicator
okrs.csv | O3-H,O3 | O3-H,O9
    row O3-H, column objective_id: “O9”: there is none of this name
targets.csv | cycle,O3-H | cycle,O7-H
    targets.csv, row cycle, column kr_id: “O7-H”
okrs.csv | committed,1,, | committed,1,100,
    targets.csv, row on-time, column amount: “100”: the target equals its baseline
targets.csv | relative,at most,-20 | relative,at most,0
    column amount: a change of 0 makes the target equal to its baseline
okrs.csv | O1-KR2, | O1-KR1,
    okrs.csv, row 4, column kr_id: “O1-KR1”: this key stands already in row 3
targets.csv | level,at least,15,,0,no | level,at least,15,,0,yes
    holds under the same reading as revenue
targets.csv | within,-1,0,1 | within,-1,-2,1
    column upper: the band's upper end must be above its lower end
okrs.csv | committed,1, | committed,7/10,
    column commit: is 1 for committed key results
okrs.csv | General management,0, | General management,1/4,
    row O1-H, column weight: “1/4”: a headline carries no weight
targets.csv | cost_target,cap | cost_target,cup
    row cost-cap, column option: “cup”
"""


@pytest.mark.parametrize(("edit", "said"), re.findall(r"^(\S.*)\n {4}(.*)", BROKEN, re.MULTILINE))
def test_what_breaks_a_rule(broken: Edit, edit: str, said: str) -> None:
    name, old, new = edit.split(" | ")
    assert said in broken(name, old, new)
