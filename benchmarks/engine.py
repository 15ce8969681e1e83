"""Time for all verdicts of a case, and for drawing tables of services."""

from __future__ import annotations

import multiprocessing
from functools import partial

from analysis.base.errors import BuildError
from analysis.claims.judge import Judge
from analysis.claims.verdicts import verdict_table
from analysis.ledger.sampling import ServiceTables, Table
from analysis.tables.case import load_case
from benchmarks.timing import ROUNDS, Run, row, timed

VERDICTS = "verdicts"
TABLES = "tables"
MOST_VERDICTS_MS = 5000
MOST_TABLES_MS = 200
TOTAL, NAMED = 354, (94, 78)
"""Services of the paper: all, doors and alarms."""


def judge(case: str) -> tuple[int, int, int, int, Run]:
    """Judge all claims of a case once.

    Returns
    -------
    (int, int, int, int, Run)
        Claims; verdicts; those with bounds; those with a conflict set; the time taken, from
        reading the case to the finished table.
    """
    table, run = timed(lambda: verdict_table(Judge(load_case(case))))
    bounds, conflicts = (table["bounds"] != "").sum(), (table["conflict"] != "").sum()
    return table["claim_id"].nunique(), len(table), int(bounds), int(conflicts), run


def measure_verdicts(case: str, runs: int = ROUNDS) -> list[dict[str, str]]:
    """Judge all claims several times, each in a process of its own that remembers nothing.

    Python's start and imports are not counted.

    Returns
    -------
    list of dict
        One row of the table of speeds.
    """
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        results = [pool.apply(judge, (case,)) for _ in range(runs)]
    claims, verdicts, bounds, conflicts, _ = results[0]
    method = f"verdict_table: {verdicts} verdicts, {bounds} with bounds, {conflicts} with conflicts"
    timings = [result[-1] for result in results]
    return [row(VERDICTS, method, timings, cases=claims, most_ms=MOST_VERDICTS_MS)]


def measure_tables(
    number: int = 10_000, runs: int = ROUNDS, others: tuple[int, ...] = (3, 6)
) -> list[dict[str, str]]:
    """Draw uniform tables of services by type and two quarters, as the paper's print allows.

    Counting the tables is part of the time, and each table drawn is looked at afterwards.

    Parameters
    ----------
    number : int
        Tables per run.
    runs : int
        Number of runs; the numbers of other types take turns.
    others : tuple of int
        Numbers of types below the two named ones.

    Returns
    -------
    list of dict
        A row of the table of speeds for each number of other types.

    Raises
    ------
    BuildError
        If a table drawn does not agree with the print.
    """
    timings: dict[int, list[Run]] = {types: [] for types in others}
    for seed in range(runs):
        for types in others:
            tables, run = timed(partial(draw, types, number, seed))
            if not all(agrees(table, types) for table in tables):
                raise BuildError("a table that was drawn does not agree with the print")
            timings[types].append(run)
    return [
        row(
            TABLES,
            f"ServiceTables: two named and {types} other types",
            timings[types],
            cases=number,
            most_ms=MOST_TABLES_MS,
        )
        for types in others
    ]


def draw(others: int, number: int, seed: int) -> list[Table]:
    """Count and draw."""
    return ServiceTables(TOTAL, NAMED, others).sample(number, seed)


def agrees(table: Table, others: int) -> bool:
    """Say whether a table has the printed totals, and other types of 1 up to 77 services."""
    totals = [sum(quarters) for quarters in table]
    return (
        sum(totals) == TOTAL
        and tuple(totals[:2]) == NAMED
        and len(totals) == 2 + others
        and all(0 < total < min(NAMED) for total in totals[2:])
        and all(len(quarters) == 2 and min(quarters) >= 0 for quarters in table)
    )
