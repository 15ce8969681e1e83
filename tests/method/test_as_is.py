"""AS-IS: support separated from judgement, starting levels, feedback, times of the steps."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pandas as pd

from analysis.kpis.catalogue import Totals
from analysis.method import as_is
from analysis.method.key_results import Result
from analysis.tables.case import Case
from analysis.tables.strategy_tables import ProcessRow, has_okrs

F = Fraction
Results = Callable[..., list[Result]]


def test_rows_and_judgement_are_separated(segelec: Case, reduced: Totals) -> None:
    table = as_is.swot_support(segelec, reduced, "2023H1").set_index("swot_id")
    assert table.loc["s1", "support"] == "rows"
    assert table.loc["s1", "value"] == 288  # the one level that the print fixes
    assert table.loc["s2", "support"] == "judgement"
    assert table.loc["s2", "value"] is None
    assert table.loc["w3", "key"] == "I2"
    assert (table["support"] == "rows").sum() == 6


def test_dependent_and_independent_variables(segelec: Case) -> None:
    table = as_is.variables(segelec)
    assert set(table["role"]) == {"dependent", "independent", "context"}
    assert (table.loc[table["role"] == "independent", "explains"] != "").all()
    assert not table.set_index("variable_id").loc["v12", "measured"]


def test_starting_levels(reduced: Totals) -> None:
    table = as_is.starting_levels(reduced, "2023H1").set_index("key")
    assert len(table) == 16
    assert table.loc["I4", "value"] == 288
    assert table.loc["C1", "state"] == "not recorded"
    assert pd.isna(table.loc["C1", "value"])


def test_feedback_names_causes_on_the_same_indicator(segelec: Case, results: Results) -> None:
    table = as_is.feedback(segelec, results()).set_index("kr_id")
    assert table.loc["O3-H", "causes"] == "Slow response to the market"
    assert table.loc["O3-KR1", "state"] == "on track"
    assert table.loc["O2-H", "state"] == "cannot tell"
    assert "Perception of effectiveness" in table.loc["O2-H", "causes"]
    assert table.loc["O4-KR2", "causes"] == ""


def test_no_case_needs_okrs(tmp_path: Path, segelec: Case) -> None:
    assert has_okrs(segelec)
    assert not has_okrs(replace(segelec, root=tmp_path))


STEPS = [
    ProcessRow.model_validate(dict(zip(ProcessRow.model_fields, cells.split(), strict=True)))
    for cells in (
        "wait 1 wait waiting requested_on started_on",
        "work 2 work working started_on completed_on",
    )
]


def services(*days: tuple[str, str, str]) -> dict[str, pd.DataFrame]:
    frame = pd.DataFrame(days, columns=["requested_on", "started_on", "completed_on"])
    return {"service": frame.apply(pd.to_datetime)}


def test_means_shares_and_the_bottleneck() -> None:
    ledger = services(
        ("2024-01-01", "2024-01-05", "2024-01-06"),  # waits 4, takes 1
        ("2024-01-01", "2024-01-10", "2024-01-12"),  # waits 9, takes 2
        ("2024-02-01", "2024-02-08", "2024-02-12"),  # waits 7, takes 4
        ("2024-03-30", "2024-04-01", "2024-04-30"),  # done in the next quarter
    )
    wait, work = as_is.process_times(ledger, STEPS, "2024Q1").to_dict("records")
    assert (wait["services"], wait["days"], wait["mean"]) == (3, 20, F(20, 3))
    assert (work["services"], work["days"], work["mean"]) == (3, 7, F(7, 3))
    assert (wait["median"], work["median"]) == (7, 2)
    assert (wait["share"], work["share"]) == (F(20, 27), F(7, 27))
    assert (wait["bottleneck"], work["bottleneck"]) == (True, False)


def test_the_bottleneck_is_the_slow_step_not_the_first() -> None:
    ledger = services(("2024-01-01", "2024-01-02", "2024-01-04"))
    wait, work = as_is.process_times(ledger, STEPS, "2024Q1").to_dict("records")
    assert (wait["mean"], work["mean"]) == (1, 2)
    assert (wait["bottleneck"], work["bottleneck"]) == (False, True)


def test_a_period_without_a_service() -> None:
    ledger = services(("2024-01-01", "2024-01-02", "2024-01-04"))
    rows = as_is.process_times(ledger, STEPS, "2023Q1").to_dict("records")
    assert [(row["services"], row["mean"], row["share"]) for row in rows] == [(0, 0, None)] * 2
