"""Processor time of a build against papermill and nbconvert, and what authors wait for."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import pandas as pd

from benchmarks.timing import ROOT, ROUNDS, Used, digits, environment, process, yes

PART = "build"

_REPORT = ("-m", "analysis", "build", "--case", "segelec", "--jobs", "2", "report")
_EDITED = "notebooks/02_kpis.ipynb"
_TOOL = "import sys; sys.modules['rfc3987_syntax'] = None; from {} import {} as main; main()"
"""A command without what only the environment of the tests adds to it, a second for each start."""
_FLOOR = """
import importlib, itertools, sys
from analysis import cli
from analysis.base import plan, steps
steps.fix_environment()
for name in itertools.chain(*plan.PACKAGES):
    importlib.import_module(name)
steps.forked = True
for step in [*plan.plans(plan.Goal("report", "segelec"))][-1]:
    if status := cli.main([*step.command]):
        sys.exit(status)
"""
"""One process that imports everything once and runs all steps, whether or not they have changed."""


def measure(rounds: int = ROUNDS) -> Iterator[dict[str, str]]:
    """Yield the rows of the table, measured in copies of the project, in turn."""
    found: dict[str, list[Used]] = {}
    with TemporaryDirectory(prefix="build-") as name:
        left_out = shutil.ignore_patterns(".git", ".build", ".venv", "__pycache__", ".*_cache")
        for copy in ("project", "clone"):
            shutil.copytree(ROOT, Path(name, copy), ignore=left_out)
        measures: dict[str, Callable[[Path], Used]] = {
            "first": lambda folder: _first(folder.with_name("clone")),
            "quick": lambda folder: _make(folder.with_name("clone"), "quick", f"VENV={sys.prefix}"),
            "report": _clean_report,
            "edit": _edit,
            "nothing": lambda folder: _run(folder, *_REPORT),
            "watch": _watch,
            "papermill": _papermill,
            "floor": lambda folder: _run(folder, "-c", _FLOOR),
        }
        for number in range(rounds):
            for key, once in measures.items():
                used = once(Path(name, "project"))
                print(
                    f"bench build round {number + 1} of {rounds}, {key}: processor "
                    f"{used.cpu:.1f} s, wall {used.wall:.1f} s, largest process {used.peak:.0f} MB",
                    file=sys.stderr,
                    flush=True,
                )
                found.setdefault(key, []).append(used)
    yield _row("report / papermill and nbconvert", _ratios(found, "papermill"), 0.5)
    yield _row("report / one process for all", _ratios(found, "floor"), 1.25)
    yield _row("sentence to PDF, processor s", [used.cpu for used in found["edit"]], 7)
    yield _row("sentence to PDF in make watch, s", [used.wall for used in found["watch"]], 2)
    yield _row("nothing changed, s", [used.wall for used in found["nothing"]], 0.3)
    yield _row("first make report in a new folder, s", [used.wall for used in found["first"]], 60)
    yield _row("make quick, s", [used.wall for used in found["quick"]], 60)
    peaks = [used.peak for key in ("report", "edit") for used in found[key]]
    yield _row("largest process, MB", peaks, 800)


def _ratios(found: dict[str, list[Used]], other: str) -> list[float]:
    pairs = zip(found["report"], found[other], strict=True)
    return [ours.cpu / theirs.cpu for ours, theirs in pairs]


def _row(what: str, values: list[float], most: float) -> dict[str, str]:
    """Put what was measured into a row of ``benchmarks/build.csv``."""
    return {
        "what": what,
        "runs": str(len(values)),
        "median": digits(median(values)),
        "least": digits(min(values)),
        "most": digits(max(values)),
        "target": f"at most {most:g}",
        "met": yes(median(values) <= most),
    }


def _run(folder: Path, *arguments: str) -> Used:
    return process(*arguments, folder=folder, code=folder)


def _make(folder: Path, *arguments: str) -> Used:
    return process(*arguments, program="make", folder=folder, code=folder)


def _first(folder: Path) -> Used:
    """Make the report where there is no environment and nothing was built."""
    for made in (".venv", ".build"):
        shutil.rmtree(folder / made, ignore_errors=True)
    return _make(folder, "report", "JOBS=2")


def _clean_report(folder: Path) -> Used:
    shutil.rmtree(folder / ".build", ignore_errors=True)
    return _run(folder, *_REPORT)


def _add_sentence(folder: Path) -> None:
    path = folder / _EDITED
    notebook = json.loads(path.read_text(encoding="utf-8"))
    texts = (c for c in notebook["cells"] if c["cell_type"] == "markdown" and not c["metadata"])
    cell = max(texts, key=lambda cell: len("".join(cell["source"])))
    cell["source"] = ["".join(cell["source"]) + " Here stands one more sentence."]
    path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _edit(folder: Path) -> Used:
    _add_sentence(folder)
    return _run(folder, *_REPORT)


def _watch(folder: Path) -> Used:
    """Wait for the PDF after the second edit; the first fills what the process remembers."""
    wall = 0.0
    with subprocess.Popen(
        [sys.executable, *_REPORT, "--watch"],
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        for number in range(3):
            if number:
                _add_sentence(folder)
            begun = time.perf_counter()
            while (line := process.stdout.readline()) and not line.startswith(b"report report/"):
                if b"waiting for a change" in line and not number:
                    break
            wall = time.perf_counter() - begun
            while number and line and b"waiting for a change" not in line:
                line = process.stdout.readline()
        process.terminate()  # an interrupt may be ignored below a shell
    return Used(0, wall, 0, "")


def _papermill(folder: Path) -> Used:
    """Run the same notebooks as plain papermill does, and convert them to HTML."""
    out = folder / ".build" / "papermill"
    out.mkdir(parents=True, exist_ok=True)
    used = []
    command = _TOOL.format("papermill.__main__", "papermill")
    for path in sorted((folder / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        made = str(out / path.name)
        given = ("--cwd", str(path.parent), "--kernel", "python3", "--no-progress-bar")
        used.append(_run(folder, "-c", command, str(path), made, *given))
    command = _TOOL.format("nbconvert.nbconvertapp", "main")
    all_made = sorted(map(str, out.glob("*.ipynb")))
    used.append(_run(folder, "-c", command, "--to", "html", "--log-level", "ERROR", *all_made))
    return Used(sum(one.cpu for one in used), sum(one.wall for one in used), 0, "")


def section(table: pd.DataFrame) -> str:
    """Write the part of the page on builds."""
    head = ("What", "Median", "Least to most", "Target")
    lines = ["## Build", "", f"| {' | '.join(head)} |", "|---|--:|--:|---|"]
    for row in table.to_dict("records"):
        span, target = f"{row['least']} to {row['most']}", f"{row['target']}: {row['met']}"
        lines.append(f"| {row['what']} | {row['median']} | {span} | {target} |")
    lines += [
        "",
        "The first two are ratios of processor time with all processes, in rounds made in turn:"
        " all steps after `make clean`, the papermill command and `nbconvert --to html` on the"
        " same notebooks, and one process that imports everything once and runs every step. The"
        " other times are by the clock unless they name the processor. A new folder has no"
        " environment; packages come from the cache of pip or uv. Peaks are those that Linux counts"
        " for each process (VmHWM), which includes the memory that a fork shares with its parent.",
    ]
    return "\n".join(lines) + "\n"
