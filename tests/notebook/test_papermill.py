"""Chapters 01 to 05 run for other periods say what is true of these, by plain papermill too.

Their numbers are shown or stored; those of 01 to 03 are also computed here, from the rows.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path

import papermill
import pytest
from nbformat import NotebookNode

from analysis.base.periods import distance, parse_label, period_label
from analysis.base.text import decimal, percent
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
PERIODS = {  # of a length each, and some where less is known
    "01": ("2023", "2023H1", "2023Q3", "2022-02"),
    "02": ("2023H2", "2024Q1", "2022Q1"),
    "03": ("2023H2", "2024Q1", "2022Q1", "2024-02"),
    "04": ("2023H2", "2024Q1", "2023Q3"),
    "05": ("2023H2", "2024Q1", "2023Q3"),
}
_NUMBER = re.compile(r"(?<![\w.,])[+−-]?\d[\d,]*(?:\.\d+)?")

_RANGE = re.compile(r"between ([\d.]+) and ([\d.]+\d)")


@cache
def run(chapter: str, period: str, **more: str) -> NotebookNode:
    """Run a chapter for a period as the build does, in the folder of the project."""
    given = {"baseline" if chapter.startswith("01") else "period": period} | more
    cells = read(ROOT / "notebooks" / f"{chapter}.ipynb")
    return executed(cells, ROOT, pictures=False, **given)


def test_papermill_with_a_kernel_shows_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run ``papermill IN OUT -p period 2024Q1``; nbval runs the chapters in their own folder."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    monkeypatch.chdir(ROOT)
    source, given = str(ROOT / "notebooks" / "05_scorecard.ipynb"), {"period": "2024Q1"}
    made = papermill.execute_notebook(source, None, parameters=given, progress_bar=False)
    expected = list(_outputs(canonical(run("05_scorecard", "2024Q1"), ROOT)))
    assert list(_outputs(canonical(made, ROOT))) == expected


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


@pytest.mark.parametrize(
    ("chapter", "period"), [(name, period) for name in CHAPTERS for period in PERIODS[name[:2]]]
)
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
        if period in ("2022Q1", "2023Q3") and "shift(4)" not in text:  # its fault is on the last
            assert "Q2 2024" not in text  # the default


# ---- Against sums of rows


@cache
def rows(table: str) -> list[dict[str, str]]:
    text = (STORED / "ledger" / f"{table}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def by_hand(*months: str) -> dict[str, Fraction]:
    """Add up the rows of some months."""
    done = [row for row in rows("service") if row["completed_on"][:7] in months]
    days = [
        [date.fromisoformat(row[f"{when}_on"]) for when in ("requested", "started", "completed")]
        for row in done
    ]
    sales = sum(int(r["amount_centimos"]) for r in rows("sale") if r["invoiced_on"][:7] in months)
    hours = sum(int(r["quarter_hours"]) for r in rows("staff_hours") if r["month"] in months)
    return {
        "services": Fraction(len(done)),
        "waiting": Fraction(sum((start - asked).days for asked, start, _ in days)),
        "working": Fraction(sum((end - start).days for _, start, end in days)),
        "kept": Fraction(sum(row["completed_on"] <= row["due_on"] for row in done)),
        "sales": Fraction(sales, 100),
        "hours": Fraction(hours, 4),
    }


def months(year: int, first: int, last: int) -> list[str]:
    return [f"{year}-{month:02d}" for month in range(first, last + 1)]


QUARTERS = {  # of a period: the quarter computed and its months; its own months; the year before
    "2024Q1": ("Q1 2024", months(2024, 1, 3), months(2024, 1, 3), "Q1 2023", months(2023, 1, 3)),
    "2024-02": ("Q4 2023", months(2023, 10, 12), ["2024-02"], "Q4 2022", months(2022, 10, 12)),
    "2023H2": (
        "Q4 2023",
        months(2023, 10, 12),
        months(2023, 7, 12),
        "Q4 2022",
        months(2022, 10, 12),
    ),
    "2022Q1": ("Q1 2022", months(2022, 1, 3), months(2022, 1, 3), "Q1 2021", []),
}


def walk(chapter: str, period: str, **more: str) -> str:
    """Return what a chapter says of a period."""
    return "\n".join(" ".join(text.split()) for text in prose(run(chapter, period, **more)))


two, whole = decimal(2), decimal(0)


@pytest.mark.parametrize("period", QUARTERS)
def test_indicators_of_a_period(period: str) -> None:
    quarter, inside, of_period, _, _ = QUARTERS[period]
    said, it, now = walk("02_kpis", period), by_hand(*inside), by_hand(*of_period)
    services, per_service = it["services"], two(it["waiting"] / it["services"])
    for text in (
        f"You now compute every indicator of {quarter}.",
        f"**{services} services** in {quarter}",
        f"*Sales* of {quarter} are **{two(it['sales'])} soles**",
        f"services = **{two(it['sales'] / services)} soles**",
        f"**{two(100 * services / it['hours'])} services per 100 hours**",
        f"{whole(it['waiting'])} days ÷ {services} services = **{per_service} days**",
        f"{it['kept']} ÷ {services} × 100 = **{two(100 * it['kept'] / services)}%**",
        f"{now['services']} services delivered, sales {whole(now['sales'])} soles",
    ):
        assert text in said
    assert ("Nobody was surveyed" in said) == (quarter != "Q1 2024")


@pytest.mark.parametrize("period", QUARTERS)
def test_changes_on_the_year_before(period: str) -> None:
    quarter, inside, of_period, base, earlier = QUARTERS[period]
    said = walk("03_quarter_over_quarter", period)
    it, then = by_hand(*inside), by_hand(*earlier)
    assert f"same quarter of last year, {base}" in said
    now = by_hand(*of_period)
    assert f"has {now['services']} services and sales of {whole(now['sales'])} soles" in said
    if earlier:
        change = percent(1, signed=True)(it["sales"] / then["sales"] - 1)
        assert f"On {base}: ({two(it['sales'])} − {two(then['sales'])}) ÷" in said
        assert f"**{change}**." in said
        assert (
            f"Services went from {then['services']} in {base} to {it['services']} in {quarter}"
            in said
        )
    else:
        assert f"On {base}: the ledger does not reach back so far" in said
        assert "nothing can be said of its changes" in said


def test_the_base_before_and_another_gap() -> None:
    said = walk("03_quarter_over_quarter", "2022Q2", base="previous")
    now, then = by_hand(*months(2022, 4, 6)), by_hand(*months(2022, 1, 3))
    assert (
        f"Services went from {then['services']} in Q1 2022 to {now['services']} in Q2 2022" in said
    )
    assert "On Q2 2021: the ledger does not reach back so far" in said


@pytest.mark.parametrize(
    ("baseline", "inside"),
    [("2023H1", months(2023, 1, 6)), ("2022-02", ["2022-02"]), ("2023", months(2023, 1, 12))],
)
def test_a_diagnosis_of_a_period(baseline: str, inside: list[str]) -> None:
    said, it = walk("01_asis_diagnosis", baseline), by_hand(*inside)
    days = it["waiting"] + it["working"]
    took = f"{it['services']} services took {whole(days)} days together"
    assert f"{took}: {whole(it['waiting'])} of waiting" in said
    assert f"= **{percent(1)(it['waiting'] / days)}** of the time is waiting" in said
    assert f"{it['kept']} of {it['services']} services kept the day" in said
    assert ("from which the targets start" in said) == (baseline == "2023H1")
    numbers = re.search(r"a service takes ([\d.]+) days, ([\d.]+) of them waiting", said)
    assert numbers
    assert numbers.groups() == tuple(decimal(1)(n / it["services"]) for n in (days, it["waiting"]))
