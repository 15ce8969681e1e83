"""Sentences of the walks 01 to 03 follow the period: their numbers against sums by hand."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import pytest

from analysis.base.text import decimal, percent
from analysis.notebook import display, prose

ROOT = Path(__file__).resolve().parents[2]
LEDGER = ROOT / "data" / "processed" / "segelec" / "ledger"
Walk = Callable[..., str]


@pytest.fixture
def walk(monkeypatch: pytest.MonkeyPatch) -> Walk:
    """Run the cells of a notebook with other parameters; return what they say."""
    monkeypatch.chdir(ROOT / "notebooks")
    monkeypatch.setattr(plt, "show", lambda *_: None)

    def run(name: str, **parameters: str) -> str:
        said: list[str] = []

        def collect(data: Mapping[str, str], about: Mapping[str, object] | None = None) -> None:
            if about and about["type"] == "prose":
                said.append(" ".join(data["text/markdown"].split()))

        monkeypatch.setattr(display, "emit", collect)
        monkeypatch.setattr(prose, "emit", collect)
        monkeypatch.setattr(display, "svg", lambda *_: "<svg/>")
        cells = nbformat.read(f"{name}.ipynb", 4).cells  # type: ignore[no-untyped-call]
        names: dict[str, object] = {}
        for cell in (cell for cell in cells if cell.cell_type == "code"):
            exec(cell.source, names)
            if "parameters" in cell.metadata.get("tags", []):
                names.update(parameters)
        plt.close("all")
        return "\n".join(said)

    return run


@cache
def rows(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader((LEDGER / f"{table}.csv").read_text(encoding="utf-8").splitlines()))


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
two, whole = decimal(2), decimal(0)


@pytest.mark.parametrize("period", QUARTERS)
def test_indicators_of_a_period(period: str, walk: Walk) -> None:
    quarter, inside, of_period, _, _ = QUARTERS[period]
    said, it, now = walk("02_kpis", period=period), by_hand(*inside), by_hand(*of_period)
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
def test_changes_on_the_year_before(period: str, walk: Walk) -> None:
    quarter, inside, of_period, base, earlier = QUARTERS[period]
    said, it, then = (
        walk("03_quarter_over_quarter", period=period),
        by_hand(*inside),
        by_hand(*earlier),
    )
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


def test_the_base_before_and_another_gap(walk: Walk) -> None:
    said = walk("03_quarter_over_quarter", period="2022Q2", base="previous")
    now, then = by_hand(*months(2022, 4, 6)), by_hand(*months(2022, 1, 3))
    assert (
        f"Services went from {then['services']} in Q1 2022 to {now['services']} in Q2 2022" in said
    )
    assert "On Q2 2021: the ledger does not reach back so far" in said


@pytest.mark.parametrize(
    ("baseline", "inside"),
    [("2023H1", months(2023, 1, 6)), ("2022-02", ["2022-02"]), ("2023", months(2023, 1, 12))],
)
def test_a_diagnosis_of_a_period(baseline: str, inside: list[str], walk: Walk) -> None:
    said, it = walk("01_asis_diagnosis", baseline=baseline), by_hand(*inside)
    days = it["waiting"] + it["working"]
    took = f"{it['services']} services took {whole(days)} days together"
    assert f"{took}: {whole(it['waiting'])} of waiting" in said
    assert f"= **{percent(1)(it['waiting'] / days)}** of the time is waiting" in said
    assert f"{it['kept']} of {it['services']} services kept the day" in said
    assert ("from which the targets start" in said) == (baseline == "2023H1")
    numbers = re.search(r"a service takes ([\d.]+) days, ([\d.]+) of them waiting", said)
    assert numbers
    assert numbers.groups() == tuple(decimal(1)(n / it["services"]) for n in (days, it["waiting"]))
