"""The published cases, and properties that no table of cases could exhaust."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.errors import InputError
from analysis.method.scoring import Goal, Score, Target, check_weights, join, rate, resolve
from analysis.tables.rows import read_rows
from analysis.tables.strategy_tables import CONFORMANCE, ConformanceRow

F = Fraction
levels = st.fractions(min_value=-1000, max_value=1000, max_denominator=50)


ROOT = Path(__file__).parents[2]
CASES = {
    row.case_id: row
    for row in read_rows(CONFORMANCE, ROOT / "data" / "raw" / "conformance", ROOT)
    if isinstance(row, ConformanceRow)
}


def number(text: str) -> F | None:
    return F(text) if text else None


def scored(row: ConformanceRow) -> Score:
    amount, baseline = number(row.amount), number(row.baseline)
    if amount is None:
        return rate(None, baseline, None)
    target = Target(row.kind, row.rule, amount, number(row.upper), row.months)
    goal = resolve(target, baseline, since=row.since)
    return rate(number(row.value), baseline, goal, F(row.commit))


@pytest.mark.parametrize("case_id", CASES)
def test_a_case_of_another_tool(case_id: str) -> None:
    row = CASES[case_id]
    score = scored(row)
    assert score.status == row.expected_status
    assert score.score == number(row.expected_score)
    assert score.progress == number(row.expected_progress)
    if row.group:
        members = [other for other in CASES.values() if other.group == row.group]
        joint = join((F(other.weight), scored(other).score) for other in members)
        assert joint.score == number(row.expected_joint)
        assert joint.covered == number(row.expected_covered)


def test_the_cases_of_the_bug_reports_are_there() -> None:
    assert len(CASES) >= 30
    sources = " ".join(case.source for case in CASES.values())
    reports = "leantime#3247 okr#235 okr#495 okr#736 app#17 app#18 Viva#518 BurningOKR#270"
    for report in (*reports.split(), "working_time#13", "hillfog"):
        assert report in sources


def test_weights_that_do_not_add_up() -> None:
    with pytest.raises(InputError, match="“99/100”: the weights must add up to 1"):
        check_weights([F(33, 100)] * 3)
    with pytest.raises(InputError, match="must not be below 0"):
        check_weights([F(3, 2), F(-1, 2)])
    check_weights([F(1, 3)] * 3)


def test_a_target_that_is_its_baseline() -> None:
    with pytest.raises(InputError, match="the target equals its baseline"):
        resolve(Target("relative", "at least", F(0)), F(80))


def test_a_band_the_wrong_way_round() -> None:
    with pytest.raises(InputError, match="“12 to 10”: a band's lower end comes first"):
        resolve(Target("level", "within", F(12), F(10)), F(6))


def test_a_rate_needs_whole_periods() -> None:
    with pytest.raises(InputError, match="no multiple"):
        resolve(Target("relative", "at most", F(-1), months=2), F(100), since=3)


def test_a_yearly_level_is_cut_to_the_quarter() -> None:
    assert resolve(Target("level", "at least", F(15), months=12), None) == Goal(F(15, 4), None)


def test_growth_from_nothing_cannot_be_told() -> None:
    assert resolve(Target("relative", "at least", F(15)), F(0)) is None
    assert rate(F(3), F(0), None) == Score(
        None, None, "cannot tell", "no share of a baseline of zero"
    )


@pytest.mark.parametrize(
    ("satisfied", "answers", "status"),
    [
        (38, 49, "cannot tell"),  # Wilson 95 %: 64.1 to 87.0, computed elsewhere
        (760, 980, "met"),  # 74.8 to 80.1
        (30, 49, "cannot tell"),  # 47.2 to 73.6
        (20, 49, "behind"),  # 28.2 to 54.8
    ],
)
def test_a_small_sample_does_not_decide(satisfied: int, answers: int, status: str) -> None:
    score = rate(F(100 * satisfied, answers), F(30), Goal(F(70), None), sample=(satisfied, answers))
    assert score.status == status
    assert (score.score is None) == (status == "cannot tell")  # and so it joins as unknown


@given(baseline=levels, target=levels, value=levels)
def test_mirror_images_score_alike(baseline: F, target: F, value: F) -> None:
    """What falls scores as what rises, seen in the mirror."""
    if target <= baseline:
        return
    up = rate(value, baseline, Goal(target, None))
    down = rate(-value, -baseline, Goal(None, -target))
    assert (up.score, up.progress, up.status) == (down.score, down.progress, down.status)


@given(levels, levels, levels, levels, st.fractions(min_value=F(1, 9), max_value=9))
def test_the_unit_does_not_matter(baseline: F, target: F, value: F, shift: F, scale: F) -> None:
    if target <= baseline:
        return
    other = [level * scale + shift for level in (value, baseline, target)]
    one = rate(value, baseline, Goal(target, None))
    assert one == rate(other[0], other[1], Goal(other[2], None))


@given(baseline=levels, target=levels, value=levels)
def test_score_is_the_share_of_the_way(baseline: F, target: F, value: F) -> None:
    if target <= baseline:
        return
    way = (value - baseline) / (target - baseline)
    score = rate(value, baseline, Goal(target, None))
    assert score.progress == way
    assert score.score == min(F(1), max(F(-1), way))
    assert (score.status == "met") == (value >= target)


@given(st.lists(st.one_of(st.none(), st.fractions(min_value=-1, max_value=1)), min_size=1))
def test_a_joint_score_lies_between_its_bounds(scores: list[F | None]) -> None:
    parts = [(F(1, len(scores)), score) for score in scores]
    joint = join(parts)
    known = [score for score in scores if score is not None]
    assert joint.covered == F(len(known), len(scores))
    assert joint.high - joint.low == 1 - joint.covered
    if known:
        assert joint.score == sum(known) / len(known)
    else:
        assert joint.score is None
