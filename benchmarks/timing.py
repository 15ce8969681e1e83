"""Time of runs and processes, and the rows of ``benchmarks/claims_speed.csv``."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from threading import Event, Thread
from typing import NamedTuple, TypeVar

T = TypeVar("T")

ROOT = Path(__file__).parents[1]
ROUNDS = 5
"""Rounds in which every method is measured once, unless another number is given."""

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


class Used(NamedTuple):
    """What a program and all that it started used, and what it printed.

    Seconds of the processor and by the clock, and the megabytes of the largest process.
    """

    cpu: float
    wall: float
    peak: float
    said: str


def environment(code: Path) -> dict[str, str]:
    """Return the variables with which programs run the code of a project, as under make."""
    of_make = ("MAKEFLAGS", "MAKEOVERRIDES", "MFLAGS", "MAKELEVEL")
    left_out = (*of_make, "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    python_path = os.pathsep.join((str(code / "src"), str(ROOT)))
    given = {"PYTHONPATH": python_path, "IPYTHONDIR": str(code / ".build/ipython")}
    return kept | given | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def process(
    *arguments: str, program: str = sys.executable, folder: Path = ROOT, code: Path = ROOT
) -> Used:
    """Run a program and wait for it and all that it starts.

    Parameters
    ----------
    *arguments : str
        Its arguments.
    program : str
        Python by default.
    folder : Path
        Where it runs.
    code : Path
        The project whose code it runs.

    Raises
    ------
    ChildProcessError
        If it fails.
    """
    begun = time.perf_counter()
    with subprocess.Popen(
        [program, *arguments], cwd=folder, env=environment(code), stdout=subprocess.PIPE
    ) as child:
        peaks, ended = [0.0], Event()
        watch = Thread(target=_watch, args=(child.pid, peaks, ended), daemon=True)
        watch.start()
        said = child.stdout.read().decode() if child.stdout else ""
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - begun
        ended.set()
        watch.join()
    if child.returncode:
        raise ChildProcessError(f"this failed: {program} {' '.join(arguments)[:200]}")
    return Used(used.ru_utime + used.ru_stime, wall, max(peaks), said)


def _watch(pid: int, peaks: list[float], ended: Event) -> None:
    """Note the peaks of a process and its descendants, twenty times a second until it ends."""
    while not ended.wait(0.05):
        peaks.extend(map(peak_mb, [*_family(pid)]))


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8")
    except OSError:
        return
    for child in children.split():
        yield from _family(int(child))


def peak_mb(pid: int | str = "self") -> float:
    """Largest resident memory of a process so far, in millions of bytes; 0 for one that ended.

    From Linux's own count for the program, since ``getrusage`` also counts what the process was
    before it became this program, and for a fork what its parent was.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    line = next((line for line in status.splitlines() if line.startswith("VmHWM:")), "VmHWM: 0 kB")
    return int(line.split()[1]) * 1024 / 1e6


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
        "met": "" if most_ms is None else yes(1000 * median(walls) < most_ms),
        "python": platform.python_version(),
    }


def with_target(cells: dict[str, str], least: int) -> dict[str, str]:
    """Return a row of a method that ours shall beat so many times, with target and result."""
    met = float(cells["times_ours"]) >= least
    return {**cells, "target": f"at least {least} times ours", "met": yes(met)}


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


def yes(met: bool) -> str:
    """Write whether a target was met."""
    return "yes" if met else "no"
