"""Time and memory of two questions on ledgers of growing size, against programs by hand."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from analysis.base.errors import BuildError
from benchmarks.rows import FORMS, write_all
from benchmarks.timing import ROUNDS, digits, process, yes

PART = "scale"
COLUMNS = (
    "services",
    "rows",
    "form",
    "question",
    "method",
    "runs",
    "median_s",
    "fastest_s",
    "slowest_s",
    "process_s",
    "cpu_s",
    "peak_mb",
    "times_sql",
    "process_times_sql",
    "target",
    "met",
    "python",
)
"""Columns of ``benchmarks/scale.csv``. ``process_s`` and ``cpu_s`` include Python's start and
imports, the other times do not; ``times_sql`` and ``process_times_sql`` are medians over rounds."""

SIZES = (100_000, 1_000_000, 10_000_000)
"""Services."""

_SQL = f"DuckDB {version('duckdb')} SQL by hand"
QUESTIONS = {
    "nine KPIs": {
        "ours": "our KPI table",
        "sql": _SQL,
        "polars": f"Polars {version('polars')} (lazy) by hand",
        "pandas": f"pandas {version('pandas')} by hand",
    },
    "all totals": {"command": "our command kpis", "totals": _SQL},
}
"""Methods by question and key; ours comes first, then SQL, to which the others are compared."""

_FROM = {"nine KPIs": SIZES[-1], "all totals": SIZES[1]}
"""Services from which on there are targets."""
_MOST_TIMES_SQL = {"nine KPIs": 1.2, "all totals": 1.5}
_LEAST_TIMES_FASTER = 3
_MOST_MB = 1000
_CHECK = "our command kpis, new files checked first"

_CASE = """
title: Made-up rows
subtitle: A made-up firm
kind: yours
currency: PEN
currency_name: soles
date: 2025-01-31
engine: duckdb
periods: {first: 2021Q1, last: 2024Q4, baseline: 2023H1, current: 2024Q4}
"""


@dataclass(frozen=True)
class Run:
    """One process: seconds of work and of the whole, of the processor, megabytes, and its table."""

    work: float
    process: float
    cpu: float
    peak: float
    table: tuple[tuple[object, ...], ...]


def measure(
    rounds: int = ROUNDS, sizes: Sequence[int] = SIZES, forms: Sequence[str] = FORMS
) -> Iterator[dict[str, str]]:
    """Make ledgers and measure every method on them, in turn.

    Parameters
    ----------
    rounds : int
        Rounds in which every method is run once.
    sizes : sequence of int
        Numbers of services.
    forms : sequence of {"csv", "parquet"}
        Forms of the files.

    Yields
    ------
    dict of str to str
        Cells of `COLUMNS`, a row for every size, form and method.

    Raises
    ------
    BuildError
        If two methods answer a question differently.
    """
    for services in sizes:
        with TemporaryDirectory(prefix="ledger-") as name:
            number = _project(Path(name), services, forms)
            for form in forms:
                folder = Path(name, "data", "raw", form)
                yield from _measured(services, number, form, rounds, folder)


def _project(folder: Path, services: int, forms: Sequence[str]) -> int:
    """Make a project with a case for each form of the files; return the number of rows."""
    cases = folder / "data" / "raw"
    number = write_all(cases, services, forms)
    (folder / "pyproject.toml").touch()
    for form in forms:
        (cases / form / "case.yaml").write_text(f"name: {form}{_CASE}", encoding="utf-8")
    return number


def _measured(
    services: int, number: int, form: str, rounds: int, folder: Path
) -> Iterator[dict[str, str]]:
    """Run every method in turn, and compare the answers to each question."""
    begin = {"services": str(services), "rows": str(number), "form": form}
    check = run("command", folder, form)
    runs: dict[str, list[Run]] = {method: [] for of in QUESTIONS.values() for method in of}
    for _ in range(rounds):
        for method, done in runs.items():
            done.append(run(method, folder, form))
    for question, methods in QUESTIONS.items():
        if len({one.table for method in methods for one in runs[method]}) != 1:
            raise BuildError(
                f"the methods answer differently for the same rows: {question}, {form}"
            )
        ours, sql, *_ = (runs[method] for method in methods)
        for method, name in methods.items():
            cells = _row(runs[method], sql)
            if method in ("ours", "command"):
                rivals = [runs[other] for other in methods if other == "pandas"]
                target = _targets(services, question, ours, sql, rivals)
                cells |= {"target": "; ".join(target), "met": "; ".join(map(yes, target.values()))}
            yield begin | {"question": question, "method": name} | cells
    once = {"times_sql": "", "process_times_sql": ""}
    yield begin | {"question": "all totals", "method": _CHECK} | _row([check], [check]) | once


def run(method: str, folder: Path, form: str) -> Run:
    """Run a method once in a process of its own."""
    used = process("-m", "benchmarks.kpi_methods", method, str(folder.absolute()), form)
    result = json.loads(used.said)
    table = tuple(sorted(map(tuple, result["rows"])))
    return Run(result["seconds"], used.wall, used.cpu, result["peak_mb"], table)


def _row(mine: Sequence[Run], sql: Sequence[Run]) -> dict[str, str]:
    """Put the runs of one method into a row of the table."""
    works = [one.work for one in mine]
    return {
        "runs": str(len(mine)),
        "median_s": digits(median(works)),
        "fastest_s": digits(min(works)),
        "slowest_s": digits(max(works)),
        "process_s": digits(median(one.process for one in mine)),
        "cpu_s": digits(median(one.cpu for one in mine)),
        "peak_mb": f"{max(one.peak for one in mine):.0f}",
        "times_sql": digits(_times(mine, sql, "work")),
        "process_times_sql": digits(_times(mine, sql, "process")),
        "target": "",
        "met": "",
        "python": platform.python_version(),
    }


def _times(mine: Sequence[Run], other: Sequence[Run], what: str) -> float:
    """Median over the rounds of how many times longer these runs took than the others."""
    times = [[float(getattr(one, what)) for one in runs] for runs in (mine, other)]
    return float(median(one / than for one, than in zip(*times, strict=True)))


def _targets(
    services: int,
    question: str,
    ours: Sequence[Run],
    sql: Sequence[Run],
    rivals: Sequence[Sequence[Run]],
) -> Mapping[str, bool]:
    """Say what ours shall reach on large ledgers, and whether it does."""
    if services < _FROM[question]:
        return {}
    most = _MOST_TIMES_SQL[question]
    reached = {
        f"at most {most} times SQL": _times(ours, sql, "work") <= most,
        f"whole process at most {most} times SQL": _times(ours, sql, "process") <= most,
    }
    for pandas in rivals:
        times = _times(pandas, ours, "work")
        reached[f"at least {_LEAST_TIMES_FASTER} times faster than pandas"] = (
            times >= _LEAST_TIMES_FASTER
        )
    reached[f"below {_MOST_MB} MB"] = max(one.peak for one in ours) < _MOST_MB
    return reached
