"""How long all verdicts take on made-up publications: misprints, large groups, large numbers."""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path

import pandas as pd

from analysis.base.text import Rounding, decimal
from benchmarks.percentages import WHOLE, Question, Way, loop_grim, loop_scrutipy
from benchmarks.timing import ROOT, Used, process
from benchmarks.timing import digits as short

PART = "claims"
COLUMNS = (
    "publication",
    "claims",
    "numbers",
    "how",
    "cpu_s",
    "ms_per_claim",
    "peak_mb",
    "most_s",
    "met",
    "found",
)
_CLAIM = "claim_id,place,quotation,printed,unit,role,kind,quantity,period,readings"
_RELATION = "relation_id,relation,quantity,period,of,by,reading,claim,note"
SIZES = (10, 100, 1_000, 10_000)
Rows = list[list[str]]


def _claim(name: str, printed: str, kind: str, what: str, year: int) -> list[str]:
    unit = "%" if "%" in printed else "sales"
    return [name, "made up", printed, printed, unit, "result", kind, what, str(year), ""]


def a_sum(
    parts: int, wrong: int, digits: int = 3, name: str = "", draw: random.Random | None = None
) -> tuple[Rows, Rows]:
    """Print so many counts and their total, which is wrong by `wrong`."""
    draw = draw or random.Random(2)
    names = [f"{name}p{i}" for i in range(parts)]
    counts = [draw.randrange(10 ** (digits - 1), 10**digits) for _ in names]
    claims = [_claim(p, str(n), "count", p, 2024) for p, n in zip(names, counts, strict=True)]
    total = str(sum(counts) + wrong)
    claims.append(_claim(f"{name}total", total, "count", f"{name}sales", 2024))
    return claims, [[f"{name}sum", "sum", f"{name}sales", "", "; ".join(names), "", "", "", ""]]


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


def groups(number: int, digits: int = 3) -> tuple[Rows, Rows]:
    """Print so many claims in groups of 5 to 30, tables and sums by chance, all true."""
    draw = random.Random(4)
    claims: Rows = []
    relations: Rows = []
    while rest := number - len(claims):
        years, parts, name = 1 + draw.randrange(3), 4 + draw.randrange(26), f"g{len(claims)}"
        size = 10 * years - 1
        if draw.randrange(2) and (rest == size or rest >= size + 5):
            some, more = a_table(years, digits, name, draw)
        else:
            parts = rest - 1 if rest <= 30 else min(parts, rest - 6)
            some, more = a_sum(parts, 0, digits, name, draw)
        claims += some
        relations += more
    return claims, relations


def _percent(part: int, whole: int) -> str:
    return decimal(1, rounding=Rounding.HALF_UP)(Fraction(100 * part, whole)).replace(",", "") + "%"


LOOPS: dict[str, Callable[[], Way]] = {"grim": loop_grim, "scrutipy": loop_scrutipy}
Publication = tuple[str, int, int | None, Callable[[], tuple[Rows, Rows]]]
PUBLICATIONS: tuple[Publication, ...] = (
    ("a sum of 40 counts, its total misprinted", 3, 5, lambda: a_sum(40, 1)),
    ("a sum of 40 counts, its total misprinted", 12, None, lambda: a_sum(40, 1, 12)),
    ("a table, 3 years", 3, None, lambda: a_table(3)),
    ("a table, 3 years", 12, None, lambda: a_table(3, 12)),
    ("a table, 6 years", 3, 15, lambda: a_table(6)),
    ("a table, 10 years", 3, 60, lambda: a_table(10)),
    ("53 tables", 3, 90, lambda: tables(53)),
    *(
        ("groups of 5 to 30", digits, None, partial(groups, number, digits))
        for number in SIZES
        for digits in ((12,) if number == SIZES[-1] else (3, 12))
    ),
)
"""Name, digits of the numbers, most seconds of processor time if there is a target, rows.

The most groups have 12 digits only, with which a thousand claims take half the time.
"""


def shares(number: int) -> list[Question]:
    """Draw percentages with one decimal and numbers of respondents."""
    draw = random.Random(5)
    return [(draw.randrange(WHOLE + 1), draw.randrange(50, 400)) for _ in range(number)]


def measure() -> Iterator[dict[str, str]]:
    """Judge each publication by the command, in a process of its own, start and imports included.

    Yields
    ------
    dict of str to str
        A row of ``claims_scale.csv``; every time is of the processor.
    """
    case = ROOT / "data" / "raw" / "courier" / "case.yaml"
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
            used = process("-m", "analysis", "verdicts", "--case", "made", folder=Path(folder))
            table = pd.read_csv(Path(folder, "data/processed/made/verdicts.csv"))
        counts = table[table["default"]]["verdict"].value_counts()
        found = "; ".join(f"{word} {n}" for word, n in sorted(counts.items()))
        yield _row((what, len(claims), f"{digits} digits", "verdicts"), used, found, most)
    for number in SIZES:
        yield from _single(number)


def _single(number: int) -> Iterator[dict[str, str]]:
    """Check single shares of respondents by our command and by loops over two packages."""
    with tempfile.TemporaryDirectory() as folder:
        lines = [f"percent,{d // 10}.{d % 10}%,{n},half-up" for d, n in shares(number)]
        text = "\n".join(["kind,printed,n,rounding", *lines]) + "\n"
        Path(folder, "shares.csv").write_text(text, encoding="utf-8")
        command = ("-m", "analysis", "check-claims", "shares.csv", "--out", "found.csv")
        ours = process(*command, folder=Path(folder))
        fits = int(pd.read_csv(Path(folder, "found.csv"))["consistent"].sum())
        rows = [("check-claims", ours, fits)]
        for name in LOOPS:
            used = process("-m", "benchmarks.claims", name, str(number), folder=Path(folder))
            rows.append((LOOPS[name]().name, used, int(used.said)))
    for how, used, found in rows:
        yield _row(("single shares", number, "3 digits", how), used, f"possible {found}", None)


def _row(names: tuple[object, ...], used: Used, found: str, most: int | None) -> dict[str, str]:
    met = "" if most is None else "yes" if used.cpu < most else "no"
    per_claim = 1000 * used.cpu / int(str(names[1]))
    measured = (f"{used.cpu:.1f}", short(per_claim), f"{used.peak:.0f}", most or "", met, found)
    return dict(zip(COLUMNS, map(str, (*names, *measured)), strict=True))


def section(table: pd.DataFrame) -> str:
    """Write the table as a section of the page."""
    lines = [
        "## Verdicts on made-up publications",
        "",
        "The whole command under three rounding rules, start and imports included, which are most "
        "of the time where there are ten claims. A table has four products, their shares, the "
        "total and its growth by year; all its numbers are true and connected. Cut off, many of "
        "its shares contradict the counts, so that the third rule is a search for hundreds of "
        "conflicts. Groups are sums and tables of one to three years, by chance. A single share of "
        "respondents is all that the other packages test; they answer in a loop, in a process that "
        "starts as ours does, and read no file. Each was run once; peak memory is what Linux "
        "counted for the process, looked at 20 times a second.",
        "",
        "| Publication | Claims | Numbers | How | Processor | Per claim | Peak memory | Target "
        "| Found by default |",
        "|---|--:|---|---|--:|--:|--:|---|---|",
    ]
    for row in table.to_dict("records"):
        target = f"below {row['most_s']} s: {row['met']}" if row["most_s"] else ""
        lines.append(
            f"| {row['publication']} | {int(row['claims']):,} | {row['numbers']} | {row['how']} "
            f"| {row['cpu_s']} s | {row['ms_per_claim']} ms | {row['peak_mb']} MB "
            f"| {target} | {row['found']} |"
        )
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    loop = LOOPS[sys.argv[1]]()
    print(sum(loop.answer(loop.prepare(shares(int(sys.argv[2]))))))
