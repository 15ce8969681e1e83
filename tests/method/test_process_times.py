"""Times of the process's steps, by hand."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from analysis.method.as_is import process_times
from analysis.tables.strategy_tables import ProcessRow


def step(name: str, position: int, mode: str, start: str, end: str) -> ProcessRow:
    return ProcessRow.model_validate(
        {
            "step_id": name,
            "position": str(position),
            "name": name,
            "mode": mode,
            "start_column": start,
            "end_column": end,
        }
    )


STEPS = [
    step("wait", 1, "waiting", "requested_on", "started_on"),
    step("work", 2, "working", "started_on", "completed_on"),
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
    wait, work = process_times(ledger, STEPS, "2024Q1").to_dict("records")
    assert (wait["services"], wait["days"], wait["mean"]) == (3, 20, Fraction(20, 3))
    assert (work["services"], work["days"], work["mean"]) == (3, 7, Fraction(7, 3))
    assert (wait["median"], work["median"]) == (7, 2)
    assert (wait["share"], work["share"]) == (Fraction(20, 27), Fraction(7, 27))
    assert (wait["bottleneck"], work["bottleneck"]) == (True, False)


def test_the_bottleneck_is_the_slow_step_not_the_first() -> None:
    ledger = services(("2024-01-01", "2024-01-02", "2024-01-04"))
    wait, work = process_times(ledger, STEPS, "2024Q1").to_dict("records")
    assert (wait["mean"], work["mean"]) == (1, 2)
    assert (wait["bottleneck"], work["bottleneck"]) == (False, True)


def test_a_period_without_a_service() -> None:
    ledger = services(("2024-01-01", "2024-01-02", "2024-01-04"))
    rows = process_times(ledger, STEPS, "2023Q1").to_dict("records")
    assert [(row["services"], row["mean"], row["share"]) for row in rows] == [(0, 0, None)] * 2
