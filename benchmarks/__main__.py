"""``python -m benchmarks``: measure, and write the folder ``benchmarks``."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from analysis.base.errors import BuildError
from analysis.base.plan import PAPER
from analysis.base.text import write_text
from analysis.report.outputs import with_index
from analysis.tables.rows import write_frame
from benchmarks import (
    build,
    claims,
    dashboard,
    engine,
    percentages,
    publications,
    scale,
    scale_page,
    summary,
)
from benchmarks.timing import ROOT, ROUNDS

WRONG, PAGE = "wrong_answers.csv", "README.md"
Cells = Iterator[dict[Any, Any]]


class Part(NamedTuple):
    """What is measured together: its file, how rows are measured, and its section of the page."""

    file: str
    measure: Callable[[Path, int], Cells]
    section: Callable[[pd.DataFrame, Path], str]


def speed(folder: Path, rounds: int) -> Cells:
    """Measure checks, verdicts and tables; write the wrong answers beside them."""
    rows, wrong = percentages.measure([way() for way in percentages.LOOPS], rounds=rounds)
    write_frame(wrong, folder / WRONG)
    yield from rows
    yield from engine.measure_verdicts(PAPER, rounds)
    yield from engine.measure_tables(runs=rounds)


def trust(*_: object) -> Cells:
    """Count false alarms and noticed misprints."""

    def progress(done: int, of: int, alarms: int) -> None:
        if 10 * done // of > 10 * (done - publications.CHUNK) // of:
            _say(f"trust {done:,} of {of:,} publications, {alarms} false alarms")

    yield from publications.measure(progress=progress).to_dict("records")


PARTS = {
    "speed": Part(
        "claims_speed.csv", speed, lambda t, folder: summary.speed_section(t, read(folder / WRONG))
    ),
    "trust": Part("trust.csv", trust, lambda t, _: summary.trust_section(t)),
    scale.PART: Part(
        "scale.csv",
        lambda _, rounds: scale.measure(rounds),
        lambda t, _: scale_page.section(t),
    ),
    dashboard.PART: Part(
        "dashboard_speed.csv",
        lambda *_: iter(dashboard.measure(PAPER)),
        lambda t, _: dashboard.section(t),
    ),
    claims.PART: Part(
        "claims_scale.csv", lambda *_: claims.measure(), lambda t, _: claims.section(t)
    ),
    build.PART: Part(
        "build.csv", lambda _, rounds: build.measure(rounds), lambda t, _: build.section(t)
    ),
}


def _say(text: str) -> None:
    print(f"bench {text}", file=sys.stderr, flush=True)


def measure(name: str, folder: Path, rounds: int) -> None:
    """Measure a part, telling of each row, and write its table once all of it is there.

    Raises
    ------
    BuildError
        If a true publication was called inconsistent.
    """
    rows, begun = [], time.monotonic()
    for cells in PARTS[name].measure(folder, rounds):
        shown = ", ".join(f"{key} {value}" for key, value in cells.items() if value != "")
        _say(f"{name} {time.monotonic() - begun:.0f} s: {shown}")
        rows.append(cells)
    table = pd.DataFrame(rows)
    write_frame(table, folder / PARTS[name].file)
    if "false_alarms" in table and (alarms := int(table["false_alarms"].sum())):
        file = PARTS[name].file
        raise BuildError(f"{alarms} true publications were called inconsistent; see {file}")


def read(path: Path) -> pd.DataFrame:
    """Read a table as text."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")


def page(folder: Path) -> str:
    """Write all that was measured as a page; every result in it is computed from the tables."""
    head = (
        "# Benchmarks\n\n`make bench` measured this and wrote this page from the tables beside it. "
        "Times depend on the machine; ratios, of runs made in turn, do so less.\n"
    )
    found = [part for part in PARTS.values() if (folder / part.file).is_file()]
    return "\n".join([head, *(part.section(read(folder / part.file), folder) for part in found)])


def main(arguments: list[str] | None = None) -> int:
    """Measure what was named, by default all, and write the page.

    Returns
    -------
    int
        Exit status: 0 good, whether or not a target of time was met; 1 wrong answers or false
        alarms; 130 interrupted.
    """
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("part", nargs="*", help=f"{', '.join(PARTS)}; all by default")
    parser.add_argument("--out", type=Path, help="folder for the results, benchmarks by default")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"{ROUNDS} by default")
    args = parser.parse_args(arguments)
    folder = args.out or ROOT / "benchmarks"
    if unknown := set(args.part) - set(PARTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known are {', '.join(PARTS)}")
    try:
        for name in args.part or PARTS:
            measure(name, folder, args.rounds)
        write_text(folder / PAGE, page(folder))
        if not args.out:
            sizes = ROOT / "docs" / "large-data.md"
            table = scale_page.table(read(folder / PARTS[scale.PART].file))
            write_text(sizes, with_index(sizes.read_text(encoding="utf-8"), table, "scale"))
    except (BuildError, ChildProcessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bench: interrupted; what was not finished stays as it was", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
