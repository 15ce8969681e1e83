"""Time of runs, and the rows of ``benchmarks/claims_speed.csv``."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

T = TypeVar("T")

COLUMNS = (
    "part",
    "method",
    "cases",
    "cases_per_run",
    "runs",
    "median_ms",
    "fastest_ms",
    "slowest_ms",
    "cpu_ms",
    "times_ours",
    "wrong",
    "target",
    "met",
    "python",
)
"""Columns of the table. Times are for all cases; ``cpu_ms`` is the median of processor time."""


@dataclass(frozen=True)
class Run:
    """Time of one run, in seconds: by the clock on the wall, and of the processor."""

    wall: float
    cpu: float

    def times(self, factor: float) -> Run:
        """Return the time of so many such runs."""
        return Run(self.wall * factor, self.cpu * factor)


def timed(function: Callable[[], T]) -> tuple[T, Run]:
    """Call a function once; return its result and the time it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = function()
    return result, Run(time.perf_counter() - wall, time.process_time() - cpu)


def row(
    part: str,
    method: str,
    runs: Sequence[Run],
    *,
    cases: int,
    cases_per_run: int | None = None,
    ours: Sequence[Run] | None = None,
    wrong: int | None = None,
    most_ms: int | None = None,
) -> dict[str, str]:
    """Put the runs of one method into a row of the table.

    Parameters
    ----------
    part, method : str
        What was done, and by what.
    runs : sequence of Run
        One or more, each already scaled to all `cases`.
    cases : int
        Number of checks, claims or tables.
    cases_per_run : int, optional
        Number that one run really did; all of them by default.
    ours : sequence of Run, optional
        Runs of our method, made in turn with these: gives how many times longer these took.
    wrong : int, optional
        Number of wrong answers.
    most_ms : int, optional
        The target: the median wall time lies below.

    Returns
    -------
    dict of str to str
        A cell per column of `COLUMNS`.
    """
    walls = [run.wall for run in runs]
    ratio = ratio_to(ours, runs) if ours is not None else None
    return {
        "part": part,
        "method": method,
        "cases": str(cases),
        "cases_per_run": str(cases_per_run or cases),
        "runs": str(len(runs)),
        "median_ms": in_ms(median(walls)),
        "fastest_ms": in_ms(min(walls)),
        "slowest_ms": in_ms(max(walls)),
        "cpu_ms": in_ms(median(run.cpu for run in runs)),
        "times_ours": "" if ratio is None else digits(ratio),
        "wrong": "" if wrong is None else str(wrong),
        "target": "" if most_ms is None else f"below {most_ms} ms",
        "met": "" if most_ms is None else _yes(1000 * median(walls) < most_ms),
        "python": platform.python_version(),
    }


def with_target(cells: dict[str, str], least: int) -> dict[str, str]:
    """Return a row of a method that ours shall beat so many times, with target and result."""
    met = float(cells["times_ours"]) >= least
    return {**cells, "target": f"at least {least} times ours", "met": _yes(met)}


def ratio_to(ours: Sequence[Run], theirs: Sequence[Run]) -> float:
    """Median over the rounds of how many times longer theirs took than ours in the same round."""
    return median(b.wall / a.wall for a, b in zip(ours, theirs, strict=True))


def in_ms(seconds: float) -> str:
    """Write a time in milliseconds with three digits."""
    return digits(1000 * seconds)


def digits(number: float) -> str:
    """Write a number with at least three digits, and none after the point from 100 on."""
    places = 0 if number >= 100 else 1 if number >= 10 else 2
    return f"{number:.{places}f}"


def _yes(met: bool) -> str:
    return "yes" if met else "no"
