"""How long all verdicts take on made-up publications: misprints, large groups, large numbers."""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import pandas as pd

from analysis.base.text import Rounding, decimal
from analysis.tables.case import project_root

PART = "claims"
COLUMNS = ("publication", "claims", "numbers", "cpu_s", "most_s", "met", "default_verdicts")
_CLAIM = "claim_id,place,quotation,printed,unit,role,kind,quantity,period,readings"
_RELATION = "relation_id,relation,quantity,period,of,by,reading,claim,note"
Rows = list[list[str]]


def _claim(name: str, printed: str, kind: str, what: str, year: int) -> list[str]:
    unit = "%" if "%" in printed else "sales"
    return [name, "made up", printed, printed, unit, "result", kind, what, str(year), ""]


def a_sum(parts: int, wrong: int, digits: int = 3) -> tuple[Rows, Rows]:
    """Print so many counts and their total, which is wrong by `wrong`."""
    draw = random.Random(2)
    counts = [draw.randrange(10 ** (digits - 1), 10**digits) for _ in range(parts)]
    claims = [_claim(f"p{i}", str(n), "count", f"p{i}", 2024) for i, n in enumerate(counts)]
    claims.append(_claim("total", str(sum(counts) + wrong), "count", "sales", 2024))
    names = "; ".join(f"p{i}" for i in range(parts))
    return claims, [["sum", "sum", "sales", "", names, "", "", "", ""]]


def a_table(
    years: int, digits: int = 3, name: str = "", draw: random.Random | None = None
) -> tuple[Rows, Rows]:
    """Print four products by year, their shares and totals and the growth of these, all true."""
    draw = draw or random.Random(1)
    claims, before = [], 0
    parts = [f"{name}p{i}" for i in range(4)]
    relations = [[f"{name}sum", "sum", f"{name}sales", "", "; ".join(parts), "", "", "", ""]]
    for i, part in enumerate(parts):
        made = [f"{name}sh{i}", "share", f"{name}s{i}", "", part, f"{name}sales", "", "", ""]
        relations.append(made)
    for year in range(2025 - years, 2025):
        counts = [draw.randrange(10 ** (digits - 1), 2 * 10**digits) for _ in parts]
        total = sum(counts)
        claims.append(_claim(f"{name}total-{year}", str(total), "count", f"{name}sales", year))
        for i, (part, n) in enumerate(zip(parts, counts, strict=True)):
            claims.append(_claim(f"{part}-{year}", str(n), "count", part, year))
            share = _percent(n, total)
            claims.append(_claim(f"{name}share{i}-{year}", share, "share", f"{name}s{i}", year))
        if before:
            growth, tag = _percent(total - before, before), f"{name}growth-{year}"
            claims.append(_claim(tag, growth.lstrip("-"), "growth", f"{name}sales", year))
            base = [f"{name}base{year}", "base", f"{name}sales", str(year), str(year - 1)]
            relations.append([*base, "", "", "", ""])
            if growth.startswith("-"):
                fall = [f"{name}fall{year}", "fall", f"{name}sales", "", "", "", "", tag, ""]
                relations.append(fall)
        before = total
    return claims, relations


def tables(groups: int) -> tuple[Rows, Rows]:
    """Print so many tables that share no number, of one to three years each."""
    draw = random.Random(3)
    claims: Rows = []
    relations: Rows = []
    for number in range(groups):
        some, more = a_table(1 + number % 3, name=f"t{number}", draw=draw)
        claims += some
        relations += more
    return claims, relations


def _percent(part: int, whole: int) -> str:
    return decimal(1, rounding=Rounding.HALF_UP)(Fraction(100 * part, whole)).replace(",", "") + "%"


Publication = tuple[str, int, int | None, Callable[[], tuple[Rows, Rows]]]
PUBLICATIONS: tuple[Publication, ...] = (
    ("a sum of 40 counts, its total misprinted", 3, 5, lambda: a_sum(40, 1)),
    ("a sum of 40 counts, its total misprinted", 12, None, lambda: a_sum(40, 1, 12)),
    ("a table, 3 years", 3, None, lambda: a_table(3)),
    ("a table, 3 years", 12, None, lambda: a_table(3, 12)),
    ("a table, 6 years", 3, 15, lambda: a_table(6)),
    ("a table, 10 years", 3, 60, lambda: a_table(10)),
    ("53 tables", 3, 90, lambda: tables(53)),
)
"""Name, digits of the numbers, most seconds of processor time if there is a target, rows."""


def measure() -> Iterator[dict[str, str]]:
    """Judge each publication by the command, in a process of its own, start and imports included.

    Yields
    ------
    dict of str to str
        A row of ``claims_scale.csv``; every time is of the processor, in seconds.
    """
    case = project_root() / "data" / "raw" / "courier" / "case.yaml"
    text = case.read_text(encoding="utf-8").partition("  quarter_base:")[0]
    for what, digits, most, make in PUBLICATIONS:
        claims, relations = make()
        with tempfile.TemporaryDirectory() as folder:
            raw = Path(folder, "data", "raw", "made")
            raw.mkdir(parents=True)
            Path(folder, "pyproject.toml").touch()
            early = text.replace("name: courier", "name: made").replace("2023Q1", "2010Q1", 1)
            (raw / "case.yaml").write_text(early, encoding="utf-8")
            for name, head, rows in (
                ("claims", _CLAIM, claims),
                ("relations", _RELATION, relations),
            ):
                lines = [head, *(",".join(row) for row in rows)]
                (raw / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
            seconds = _judged(folder)
            table = pd.read_csv(Path(folder, "data/processed/made/verdicts.csv"))
        counts = table[table["default"]]["verdict"].value_counts()
        yield {
            "publication": what,
            "claims": str(len(claims)),
            "numbers": f"{digits} digits",
            "cpu_s": f"{seconds:.1f}",
            "most_s": str(most or ""),
            "met": "" if most is None else "yes" if seconds < most else "no",
            "default_verdicts": "; ".join(f"{word} {n}" for word, n in sorted(counts.items())),
        }


def _judged(folder: str) -> float:
    """Run the command and return its processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "analysis", "verdicts", "--case", "made"]
    path = os.environ | {"PYTHONPATH": str(project_root() / "src")}
    subprocess.run(command, cwd=folder, env=path, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def markdown(table: pd.DataFrame) -> str:
    """Write the table as a section of the page."""
    lines = [
        "## Verdicts on made-up publications",
        "",
        "The whole command, start and imports included, under three rounding rules. A table has "
        "four products, their shares, the total and its growth by year; all its numbers are true "
        "and connected. Cut off, many of its shares contradict the counts, so that the third rule "
        "is a search for hundreds of conflicts.",
        "",
        "| Publication | Claims | Numbers | Processor | Target | Verdicts by default |",
        "|---|--:|---|--:|---|---|",
    ]
    for row in table.to_dict("records"):
        target = f"below {row['most_s']} s: {row['met']}" if row["most_s"] else ""
        lines.append(
            f"| {row['publication']} | {int(row['claims']):,} | {row['numbers']} "
            f"| {row['cpu_s']} s | {target} | {row['default_verdicts']} |"
        )
    return "\n".join([*lines, ""])
