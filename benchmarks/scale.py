"""Time and memory of the KPI table on ledgers of growing size, against SQL and pandas by hand."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from analysis.base.errors import BuildError
from benchmarks.kpi_methods import METHODS
from benchmarks.rows import FORMS, write_all
from benchmarks.timing import digits

COLUMNS = (
    "services",
    "rows",
    "form",
    "method",
    "runs",
    "median_s",
    "fastest_s",
    "slowest_s",
    "process_s",
    "cpu_s",
    "peak_mb",
    "times_sql",
    "target",
    "met",
    "python",
)
"""Columns of ``benchmarks/scale.csv``. ``process_s`` and ``cpu_s`` include Python's start and
imports, the other times do not; ``times_sql`` is the median over rounds."""

SIZES = {100_000: 5, 1_000_000: 5, 10_000_000: 5}
"""Services, and rounds in which every method is run once."""

MOST_TIMES_SQL = 1.2
LEAST_TIMES_FASTER = 3
MOST_MB = 1000

_NAMES = {
    "ours": "our KPI table",
    "sql": f"DuckDB {version('duckdb')} SQL by hand",
    "pandas": f"pandas {version('pandas')} by hand",
    "whole": f"pandas {version('pandas')} by hand, whole files",
    "cube": "our sums of all measures by type and segment",
}
_ONCE = "cube"
"""Measured once per size, beside the others."""

_ROOT = Path(__file__).parents[1]
_FIRST, _FEW = "first", 2_000
"""Folder and services of a ledger that every process sums before the one that it is timed on."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Run:
    """One process: seconds of work and of the whole, of the processor, megabytes, and its table."""

    work: float
    process: float
    cpu: float
    peak: float
    table: tuple[tuple[object, ...], ...]


def measure(
    sizes: Mapping[int, int] = SIZES, forms: Sequence[str] = FORMS, say: Say = lambda _: None
) -> list[dict[str, str]]:
    """Make ledgers and measure every method on them, in turn.

    Parameters
    ----------
    sizes : mapping of int to int
        Numbers of services, and of rounds.
    forms : sequence of {"csv", "parquet"}
        Forms of the files.
    say : callable
        Told what was done.

    Returns
    -------
    list of dict
        Cells of `COLUMNS`, a row for every size, form and method.

    Raises
    ------
    BuildError
        If two methods give different tables.
    """
    found = []
    for services, rounds in sizes.items():
        with TemporaryDirectory(prefix="ledger-") as name:
            begun = time.monotonic()
            number = write_all(Path(name), services, forms)
            write_all(Path(name, _FIRST), _FEW, forms)
            say(f"{services:,} services made … {time.monotonic() - begun:.0f} s")
            for form in forms:
                runs = _rounds(Path(name, form), form, rounds)
                rows = [_row(services, number, form, method, runs) for method in runs]
                for cells in rows:
                    say(
                        f"{services:,} {form} {cells['method']} {cells['median_s']} s, "
                        f"{cells['peak_mb']} MB"
                    )
                found += rows
    return found


def _rounds(folder: Path, form: str, rounds: int) -> dict[str, list[Run]]:
    """Run every method in turn, and hold all tables against each other."""
    runs: dict[str, list[Run]] = {method: [] for method in METHODS}
    for number in range(rounds):
        for method, done in runs.items():
            if method != _ONCE or number == 0:
                done.append(run(method, folder, form))
    tables = {one.table for done in runs.values() for one in done}
    if len(tables) != 1:
        raise BuildError(f"the methods give different KPI tables for the same rows ({form})")
    return runs


def run(method: str, folder: Path, form: str) -> Run:
    """Run a method once in a process of its own.

    Raises
    ------
    BuildError
        If the process fails.
    """
    first = str(folder.absolute().parent / _FIRST / form)
    module = "benchmarks.kpi_methods"
    command = [sys.executable, "-m", module, method, str(folder.absolute()), form, first]
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=_ROOT) as process:
        said = process.stdout.read() if process.stdout else b""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    whole = time.perf_counter() - begun
    if process.returncode:
        raise BuildError(f"the method {method} failed on {form} files")
    result = json.loads(said)
    return Run(
        result["seconds"],
        whole,
        usage.ru_utime + usage.ru_stime,
        result["peak_mb"],
        tuple(sorted(map(tuple, result["rows"]))),
    )


def _row(
    services: int, number: int, form: str, method: str, runs: Mapping[str, Sequence[Run]]
) -> dict[str, str]:
    """Put the runs of one method into a row of the table."""
    mine = runs[method]
    works = [one.work for one in mine]
    ratios = [one.work / other.work for one, other in zip(mine, runs["sql"], strict=False)]
    target, met = _target(services, form, method, runs)
    return {
        "services": str(services),
        "rows": str(number),
        "form": form,
        "method": _NAMES[method],
        "runs": str(len(mine)),
        "median_s": digits(median(works)),
        "fastest_s": digits(min(works)),
        "slowest_s": digits(max(works)),
        "process_s": digits(median(one.process for one in mine)),
        "cpu_s": digits(median(one.cpu for one in mine)),
        "peak_mb": f"{max(one.peak for one in mine):.0f}",
        "times_sql": "" if method == _ONCE else digits(median(ratios)),  # another question
        "target": target,
        "met": met,
        "python": platform.python_version(),
    }


def _target(
    services: int, form: str, method: str, runs: Mapping[str, Sequence[Run]]
) -> tuple[str, str]:
    """Say what ours shall reach on the largest CSV ledger, and whether it does."""
    if (services, form, method) != (max(SIZES), "csv", "ours"):
        return "", ""

    def times_ours(other: str) -> float:
        pairs = zip(runs["ours"], runs[other], strict=True)
        return median(theirs.work / ours.work for ours, theirs in pairs)

    least = f"at least {LEAST_TIMES_FASTER} times faster than pandas"
    reached = {
        f"at most {MOST_TIMES_SQL} times SQL": times_ours("sql") >= 1 / MOST_TIMES_SQL,
        f"{least} on whole files": times_ours("whole") >= LEAST_TIMES_FASTER,
        f"{least} on the columns it needs": times_ours("pandas") >= LEAST_TIMES_FASTER,
        f"below {MOST_MB} MB": max(one.peak for one in runs["ours"]) < MOST_MB,
    }
    return "; ".join(reached), "; ".join("yes" if met else "no" for met in reached.values())
