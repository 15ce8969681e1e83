"""False alarms and noticed misprints over many simulated publications."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from fractions import Fraction

import pandas as pd

from analysis.base.text import Rounding, decimal
from benchmarks.trust import simulate

CHUNK = 100 * len(Rounding)
"""Publications per seed: a hundred under each rounding rule."""
CHUNKS = 80
"""About twelve minutes of one processor."""
_KEYS = ["test", "rounding"]
_COUNTS = ["true", "false_alarms", "misprints", "detected"]


def measure(
    chunks: int = CHUNKS,
    size: int = CHUNK,
    processes: int | None = None,
    progress: Callable[[int, int, int], None] | None = None,
) -> pd.DataFrame:
    """Simulate publications under the seeds 1, 2, …, and add up what the tests said.

    The result is the same whatever the number of processes.

    Parameters
    ----------
    chunks : int
        Number of seeds.
    size : int
        Publications per seed.
    processes : int, optional
        As many as there are processors by default.
    progress : callable, optional
        Called after each chunk with the publications done, all of them, and the false alarms.

    Returns
    -------
    DataFrame
        As `benchmarks.trust.simulate` returns it, for all publications together.
    """
    jobs = [(seed, size) for seed in range(1, chunks + 1)]
    tables = []
    alarms = 0
    workers = min(processes or os.cpu_count() or 1, chunks)
    # An interrupt is the parent's to handle: leaving the block ends the others.
    with multiprocessing.get_context("spawn").Pool(workers, _ignore_interrupt) as pool:
        for table in pool.imap_unordered(_chunk, jobs):
            tables.append(table)
            alarms += int(table["false_alarms"].sum())
            if progress is not None:
                progress(len(tables) * size, chunks * size, alarms)
    return add_up(tables)


def _ignore_interrupt() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _chunk(job: tuple[int, int]) -> pd.DataFrame:
    seed, size = job
    return simulate(size, seed)


def add_up(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Add the counts of several tables and work out the rates again."""
    counts = pd.concat(tables).groupby(_KEYS, sort=False)[_COUNTS].sum()
    order = pd.MultiIndex.from_frame(tables[0][_KEYS])
    total = counts.loc[order].reset_index()
    total["rate"] = [
        decimal(1)(Fraction(100 * int(found), max(int(all_), 1)))
        for found, all_ in zip(total["detected"], total["misprints"], strict=True)
    ]
    return total
