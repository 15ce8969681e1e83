"""``python -m benchmarks``: measure, and write the folder ``benchmarks``."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from analysis.base.errors import BuildError
from analysis.base.text import write_text
from analysis.cli import PAPER
from analysis.report.outputs import with_index
from analysis.tables.case import project_root
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
)
from benchmarks.summary import markdown
from benchmarks.timing import COLUMNS

SPEED, WRONG, TRUST = "claims_speed.csv", "wrong_answers.csv", "trust.csv"
BUILD = "build.csv"
SCALE, DASHBOARD, CLAIMS = "scale.csv", "dashboard_speed.csv", "claims_scale.csv"
PAGE = "README.md"
TABLES = (SPEED, WRONG, TRUST, SCALE, DASHBOARD, CLAIMS)


def speed(folder: Path) -> None:
    """Measure the speed and write its tables, once all of it is there."""
    loops = [percentages.loop_grim(), percentages.loop_scrutipy(), percentages.loop_ours()]
    begun = time.monotonic()
    rows, wrong = percentages.measure(loops)
    _say(percentages.PART, begun, rows)
    parts: dict[str, Callable[[], list[dict[str, str]]]] = {
        engine.VERDICTS: lambda: engine.measure_verdicts(PAPER),
        engine.TABLES: engine.measure_tables,
    }
    for name, measure in parts.items():
        begun = time.monotonic()
        found = measure()
        _say(name, begun, found)
        rows += found
    write_frame(pd.DataFrame(rows, columns=list(COLUMNS)), folder / SPEED)
    write_frame(wrong, folder / WRONG)


def _say(part: str, begun: float, rows: list[dict[str, str]]) -> None:
    said = "; ".join(_in_short(cells) for cells in rows)
    print(f"bench {part} … {time.monotonic() - begun:.1f} s ({said})", flush=True)


def _in_short(cells: dict[str, str]) -> str:
    met = {"yes": ", target met", "no": ", target MISSED", "": ""}[cells["met"]]
    return f"{cells['method'].partition(':')[0]} {cells['median_ms']} ms{met}"


def trust(folder: Path) -> None:
    """Count false alarms and noticed misprints and write their table."""
    begun = time.monotonic()

    def progress(done: int, of: int, alarms: int) -> None:
        if 10 * done // of > 10 * (done - publications.CHUNK) // of:
            seconds = time.monotonic() - begun
            print(
                f"bench trust {done:,} of {of:,} publications, {alarms} false alarms "
                f"… {seconds:.0f} s",
                flush=True,
            )

    table = publications.measure(progress=progress)
    write_frame(table, folder / TRUST)
    if alarms := int(table["false_alarms"].sum()):
        raise BuildError(f"{alarms} true publications were called inconsistent; see {TRUST}")


def size(folder: Path) -> None:
    """Measure the KPI table on ledgers of growing size and write its table."""
    rows = scale.measure(say=lambda text: print(f"bench scale {text}", flush=True))
    write_frame(pd.DataFrame(rows, columns=list(scale.COLUMNS)), folder / SCALE)


def answers(folder: Path) -> None:
    """Measure how fast the dashboard answers and write its table."""
    begun = time.monotonic()
    rows = dashboard.measure(PAPER)
    _say(dashboard.PART, begun, rows)
    write_frame(pd.DataFrame(rows, columns=list(COLUMNS)), folder / DASHBOARD)


def publications_judged(folder: Path) -> None:
    """Measure the verdicts on made-up publications and write their table."""
    rows = []
    for row in claims.measure():
        print(f"bench claims {row['publication']}, {row['claims']} claims … {row['cpu_s']} s")
        rows.append(row)
    write_frame(pd.DataFrame(rows, columns=list(claims.COLUMNS)), folder / CLAIMS)


def builds(folder: Path) -> None:
    """Measure builds and write their table."""
    rows = []
    for row in build.measure():
        print(f"bench build {row['what']} … {row['median']} ({row['target']}: {row['met']})")
        rows.append(row)
    write_frame(pd.DataFrame(rows, columns=list(build.COLUMNS)), folder / BUILD)


def page(folder: Path, sizes: Path | None = None) -> None:
    """Write the page from the tables, and the short table of sizes into docs/large-data.md."""
    text = [
        pd.read_csv(folder / name, dtype=str, keep_default_na=False, encoding="utf-8")
        for name in TABLES
    ]
    counts = dict.fromkeys(("true", "false_alarms", "misprints", "detected"), "int64")
    main_part = markdown(text[0], text[1], text[2].astype(counts), text[3])
    parts = [main_part, dashboard.markdown(text[4]), claims.markdown(text[5])]
    if (folder / BUILD).is_file():
        table = pd.read_csv(folder / BUILD, dtype=str, keep_default_na=False)
        parts.append(build.markdown(table))
    write_text(folder / PAGE, "\n".join(parts))
    if sizes:
        shown = sizes.read_text(encoding="utf-8")
        write_text(sizes, with_index(shown, scale_page.table(text[3]), "scale"))


def main(arguments: list[str] | None = None) -> int:
    """Measure what was named, by default all, and write the page.

    Returns
    -------
    int
        Exit status: 0 good, whether or not a target of time was met; 1 wrong answers or false
        alarms; 130 interrupted.
    """
    parts = {"speed": speed, "trust": trust, "scale": size, dashboard.PART: answers}
    parts |= {claims.PART: publications_judged, build.PART: builds}
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument(
        "part", nargs="*", help="speed, trust, scale, dashboard, claims, build; all by default"
    )
    parser.add_argument("--out", type=Path, help="folder for the results, benchmarks by default")
    args = parser.parse_args(arguments)
    folder = args.out or project_root() / "benchmarks"
    sizes = None if args.out else project_root() / "docs" / "large-data.md"
    if unknown := set(args.part) - set(parts):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known are {', '.join(parts)}")
    try:
        for name in args.part or parts:
            parts[name](folder)
        if all((folder / name).is_file() for name in TABLES):
            page(folder, sizes)
    except BuildError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bench: interrupted; what was not finished stays as it was", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
