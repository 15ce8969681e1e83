"""Objectives and key results: what the paper prints, and what breaks a rule."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from analysis.base.errors import InputError
from analysis.efficiency.dynamics import QUARTERLY_CUT
from analysis.method.as_is import load_links
from analysis.method.key_results import Okrs, Result, chosen, depends_on_reading, load_okrs
from analysis.method.scoring import Goal
from analysis.tables.case import Case, load_case
from analysis.tables.firm_tables import Ledger
from analysis.tables.strategy_tables import read_claims

from .conftest import BROKEN

Results = Callable[..., list[Result]]


def by_id(results: list[Result]) -> dict[str, Result]:
    return {result.key_result.kr_id: result for result in chosen(results)}


def test_four_objectives_with_all_printed_key_results(okrs: Okrs) -> None:
    counts = {o.objective_id: len(okrs.of(o.objective_id)) for o in okrs.objectives}
    assert counts == {"O1": 4, "O2": 2, "O3": 2, "O4": 2}  # Table 4's one joins two measures
    perspectives = [o.perspective for o in okrs.objectives]
    assert perspectives == ["Financial", "Customer", "Internal processes", "People"]


def test_every_printed_target_is_used(segelec: Case, okrs: Okrs) -> None:
    claims = {c.claim_id: c for c in read_claims(segelec)}
    printed = {c.quantity for c in claims.values() if c.role == "target" and c.printed}
    rows = [row for rows in okrs.targets.values() for row in rows]
    assert printed <= {claims[row.claim_id].quantity for row in rows}
    for row in rows:
        amount = claims[row.claim_id].printed.rstrip("%")
        if amount.isdigit():
            assert abs(int(row.amount)) == int(amount), row.target_id


@pytest.mark.parametrize("kind", ["relative", "points", "level"])
@pytest.mark.parametrize("cost", ["rate", "cap"])
def test_one_target_holds_under_every_reading(
    segelec: Case, okrs: Okrs, kind: str, cost: str
) -> None:
    reading = segelec.reading({"target_kind": kind, "cost_target": cost})
    for row in okrs.key_results:
        has = okrs.target(row.kr_id, reading)
        assert (has is None) == (row.objective_id == "O4"), row.kr_id


def test_scores_by_hand(results: Results, ledger: Ledger) -> None:
    """Productivity: 188 services against 153, hours from the rows themselves."""
    found = by_id(results())
    hours, done = ledger["staff_hours"], ledger["service"]["completed_on"]

    def level(year: int) -> Fraction:
        spent = hours[hours["month"].between(f"{year}-04", f"{year}-06")]["quarter_hours"].sum()
        services = ((done.dt.year == year) & (done.dt.quarter == 2)).sum()
        return Fraction(400 * int(services), int(spent))

    before, after = level(2023), level(2024)
    result = found["O3-KR1"]
    assert (result.baseline, result.value) == (before, after)
    assert result.score.progress == (after - before) / (before / 10)
    assert result.score.status == "met"  # the paper prints +11.0 % against a target of 10 %
    assert found["O2-H"].score.reason == "no baseline"
    assert found["O4-KR1"].score.reason == "no target is printed"
    cost = ledger["cost"][ledger["cost"]["category"].isin({"materials", "labour"})]
    quarter = cost["incurred_on"].between(pd.Timestamp("2024-01-01"), pd.Timestamp("2024-03-31"))
    before_cost = Fraction(int(cost[quarter]["amount_centimos"].sum()), 100)
    assert found["O1-KR4"].baseline == before_cost  # the rate by the month asks for three of them
    assert found["O1-KR4"].goal == Goal(None, before_cost * Fraction(99, 100) ** 3)


@pytest.mark.parametrize(
    ("period", "before", "months"),
    [("2024-05", "2024-04", 1), ("2024Q2", "2024Q1", 3), ("2024H1", "2023H2", 6)],
)
@pytest.mark.parametrize("base", ["year-ago", "previous"])
def test_a_rate_by_the_month_is_measured_on_the_period_before(
    results: Results, period: str, before: str, months: int, base: str
) -> None:
    now, then = (by_id(results(p, base))["O1-KR4"] for p in (period, before))
    assert then.value is not None
    assert now.baseline == then.value
    assert now.goal == Goal(None, then.value * Fraction(99, 100) ** months)
    if period == "2024Q2":  # as the chapter on statements has it
        assert 1 - Fraction(99, 100) ** months == QUARTERLY_CUT


def test_a_cap_that_is_broken_is_below_its_baseline(results: Results) -> None:
    score = by_id(results(cost_target="cap"))["O1-KR4"].score
    assert (score.score, score.status) == (0, "below baseline")  # costs rose; a cap has no way


def test_some_verdicts_depend_on_the_reading(results: Results) -> None:
    depends = depends_on_reading(results())
    assert depends["O2-KR1"]  # 20 % as a level is met, 20 % more cannot be told
    assert not depends["O3-KR1"]


def test_a_target_for_the_worse_is_read_once_confirmed(project: Path) -> None:
    path = project / "data" / "raw" / "segelec" / "targets.csv"
    head, *rows = path.read_text(encoding="utf-8").replace("at most,-20", "at most,20").splitlines()
    confirmed = [f"{row},{'yes' if row.startswith('cycle,') else ''}" for row in rows]
    path.write_text("\n".join([f"{head},confirmed", *confirmed]) + "\n", encoding="utf-8")
    (cycle,) = load_okrs(load_case("segelec", project)).targets["O3-H"]
    assert (cycle.amount, cycle.confirmed) == ("20", "yes")


@pytest.mark.parametrize("broken", BROKEN["plans"], ids=lambda row: row[2])
def test_what_breaks_a_rule(project: Path, broken: list[str]) -> None:
    name, old, new, said, *elsewhere = broken
    path = project / "data" / "raw" / "segelec" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    case = load_case("segelec", project)
    with pytest.raises(InputError) as caught:
        load_okrs(case), load_links(case)
    assert str(caught.value) == f"data/raw/segelec/{(*elsewhere, name)[0]}, {said}"
