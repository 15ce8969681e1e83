"""Chapters 01 to 05 run for other periods say what is true of these, by plain papermill too."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path

import papermill
import pytest
from nbformat import NotebookNode

from analysis.base.periods import distance, parse_label, period_label
from analysis.notebook.run import canonical, read
from tests.warm import executed

from .test_committed import typed_numbers

ROOT = Path(__file__).parents[2]
STORED = ROOT / "data" / "processed" / "segelec"
CHAPTERS = [
    path.stem
    for path in sorted((ROOT / "notebooks").glob("0[1-5]_*.ipynb"))
    if "= begin(case" in path.read_text(encoding="utf-8")
]
PERIODS = ("2023Q3", "2024Q1", "2023H2")
_NUMBER = re.compile(r"(?<![\w.,])[+−-]?\d[\d,]*(?:\.\d+)?")

_RANGE = re.compile(r"between ([\d.]+) and ([\d.]+\d)")


@cache
def run(chapter: str, period: str) -> NotebookNode:
    """Run a chapter for a period as the build does, in the folder of the project."""
    given = {"baseline" if chapter.startswith("01") else "period": period}
    cells = read(ROOT / "notebooks" / f"{chapter}.ipynb")
    return executed(cells, ROOT, pictures=False, **given)


def test_papermill_in_any_folder_shows_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run ``papermill IN OUT -p period 2024Q1``, with a kernel."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    expected = list(_outputs(canonical(run("02_kpis", "2024Q1"), ROOT)))
    for folder in (".", "notebooks"):
        monkeypatch.chdir(ROOT / folder)
        made = papermill.execute_notebook(
            str(ROOT / "notebooks" / "02_kpis.ipynb"),
            None,
            parameters={"period": "2024Q1"},
            progress_bar=False,
        )
        assert list(_outputs(canonical(made, ROOT))) == expected, folder


def prose(notebook: NotebookNode) -> list[str]:
    """Texts that cells show with ``say``."""
    return [text for about, text in _outputs(notebook) if about == "prose"]


def _outputs(notebook: NotebookNode) -> Iterator[tuple[str, str]]:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {"text/plain": output.get("text", "")})
            about = output.get("metadata", {}).get("analysis", {}).get("type", "")
            yield about, data.get("text/markdown") or data.get("text/plain", "")


def numbers(text: str) -> Iterator[tuple[str, Fraction, Fraction]]:
    """Numbers of a text: as written, the value, and half a unit of its last digit."""
    for match in _NUMBER.finditer(text):
        digits = match[0].replace(",", "").replace("−", "-").rstrip(".")
        places = len(digits.partition(".")[2])
        yield match[0], Fraction(digits), Fraction(1, 2 * 10**places)


def related(period: str) -> set[str]:
    """The period, its bases, and the ledger's periods of any length that touch it."""
    grain, index = parse_label(period)
    bases = {
        period_label(index - distance(grain, base), grain) for base in ("previous", "year-ago")
    }
    return {period, *bases}


@cache
def stored(period: str) -> frozenset[Fraction]:
    """Values of the stored tables on a period and its bases; also as per cent, and two together."""
    found: set[Fraction] = set()
    for path in STORED.glob("*.csv"):
        if path.name in ("totals.csv", "verdicts.csv", "multiverse.csv"):
            continue
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        about = [row for row in rows if row.get("period") in related(period)]
        cells = [number for row in about for cell in row.values() for number in numbers(cell or "")]
        found |= {len(rows), *(value for _, value, _ in cells)}
        values = [Fraction(row["value"]) for row in about if row.get("kpi") == "sales"]
        found |= {one + other for one in values for other in values}
    return frozenset(found | {100 * value for value in found})


def follows(value: Fraction, half: Fraction, parts: list[Fraction]) -> bool:
    """Tell whether a number is the sum, difference or quotient of two others beside it."""
    return any(
        abs(abs(value) - abs(result)) <= half
        for one in parts
        for other in parts
        for result in (
            one + other,
            one - other,
            *((one / other, 100 * one / other) if other else ()),
        )
    )


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_prose_is_on_its_period_with_numbers_shown_or_stored(chapter: str, period: str) -> None:
    made = run(chapter, period)
    shown = [text for about, text in _outputs(made) if about != "prose"]
    values = [value for text in shown for _, value, _ in numbers(text)]
    values += [Fraction(text.count("\n") - 1) for text in shown]  # rows of a table
    known = {abs(value) for value in (*values, *stored(period))}
    for text in prose(made):
        bare = " ".join(typed_numbers(text))
        parts = [value for _, value, _ in numbers(bare)]
        ends = {end for pair in _RANGE.findall(text) for end in pair}
        for word, value, half in numbers(bare):
            if word in ends:  # of a range, which is rounded outwards
                half *= 2
            near = any(abs(abs(value) - other) <= half for other in known)
            assert near or follows(value, half, parts), (word, text)
        if period == "2023Q3" and "shift(4)" not in text:  # shows its fault on the last of all
            assert "Q2 2024" not in text  # the default
