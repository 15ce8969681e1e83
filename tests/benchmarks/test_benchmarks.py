"""Tiny versions of every benchmark, and what the committed results must say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser

from analysis.base.errors import BuildError
from analysis.base.text import Rounding
from benchmarks import __main__ as bench
from benchmarks import claims, dashboard, engine, percentages, publications, scale, scale_page
from benchmarks.kpi_methods import METHODS
from benchmarks.percentages import Question, Way
from benchmarks.summary import speed_section, trust_section
from benchmarks.timing import COLUMNS, Run, digits, process, row, timed, with_target
from benchmarks.trust import TESTS, simulate

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks"


def counts_out_of(question: Question) -> bool:
    """Look for a count by trying all."""
    percentage, n = question
    return any(
        2000 * k < (2 * percentage + 1) * n and 2000 * k >= (2 * percentage - 1) * n
        for k in range(n + 1)
    )


def way(name: str, mistakes: set[Question] | None = None, **how: bool) -> Way:
    def answer(asked: Sequence[Question]) -> list[bool]:
        return [counts_out_of(question) != (question in (mistakes or ())) for question in asked]

    return Way(name, lambda asked: asked, answer, **how)


@pytest.fixture(scope="module")
def speed() -> tuple[pd.DataFrame, pd.DataFrame]:
    ways = [way("ours", other=False), way("bad", {(62, 16), (500, 2)})]
    rows, wrong = percentages.measure(ways, 17, 3)
    rows += engine.measure_tables(number=30, runs=2, others=(3, 6))
    rows += engine.measure_verdicts("courier", runs=1)
    return pd.DataFrame(rows), wrong


def test_percentages_that_counts_print_as() -> None:
    right = percentages.printable(16)
    assert right.shape == (1001, 16)
    assert right[:, 2].nonzero()[0].tolist() == [0, 333, 667, 1000]
    assert right[63, 15]  # 1 of 16 is 6.25 %, which goes up
    assert not right[62, 15]


SIZES = pd.DataFrame(
    [
        ("our KPI table", "1.25", "below 1000 MB; at most 1.2 times SQL", "yes; no"),
        ("DuckDB SQL by hand", "1.00", "", ""),
        ("pandas by hand", "3.50", "", ""),
        ("our command kpis, new files checked first", "", "", ""),
    ],
    columns=["method", "times_sql", "target", "met"],
).assign(services="1000", form="csv", question="nine KPIs", runs="5", process_times_sql="2.00")
SIZES = SIZES.reindex(columns=list(scale.COLUMNS), fill_value="1.00")


def test_sizes_are_measured_with_equal_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """DuckDB's SQL, Polars and pandas by hand agree with ours, on the KPIs and on all totals.

    The command is a process, as every method is in a benchmark; the others answer here.
    """
    in_a_process = scale.run

    def run(method: str, folder: Path, form: str) -> scale.Run:
        if method == "command":
            return in_a_process(method, folder, form)
        return scale.Run(1, 1, 1, 20, tuple(sorted(map(tuple, METHODS[method]()(folder, form)))))

    monkeypatch.setattr(scale, "run", run)
    rows = list(scale.measure(1, [2000], ["parquet"]))
    assert [tuple(cells) for cells in rows] == [scale.COLUMNS] * 7
    sql = [cells for cells in rows if cells["method"].endswith("SQL by hand")]
    assert [cells["times_sql"] for cells in sql] == ["1.00", "1.00"]
    # A service has an invoice line, a cost and a budget; answers, customers and hours come on top.
    assert all(int(cells["rows"]) > 4 * 2000 for cells in rows)
    assert all(10 < float(cells["peak_mb"]) < 1000 for cells in rows)
    assert all(cells["target"] == "" for cells in rows)  # of large ledgers alone


def test_different_answers_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(method: str, folder: Path, form: str) -> scale.Run:
        return scale.Run(1, 1, 1, 1, (("sales", 0, len(method), 1),))

    monkeypatch.setattr(scale, "run", run)
    with pytest.raises(BuildError, match="answer differently for the same rows: nine KPIs, csv"):
        list(scale.measure(1, [10]))


def test_targets_are_for_large_ledgers() -> None:
    slow, fast = scale.Run(3, 3, 1, 500, ()), scale.Run(1, 4, 1, 100, ())
    found = scale._targets(10**6, "all totals", [slow], [fast], [])
    assert found == {
        "at most 1.5 times SQL": False,
        "whole process at most 1.5 times SQL": True,
        "below 1000 MB": True,
    }
    assert not scale._targets(10**6, "nine KPIs", [slow], [fast], [])
    assert len(scale._targets(10**7, "nine KPIs", [slow], [fast], [[fast]])) == 4


def test_sizes_in_words() -> None:
    ours = "our KPI table 1.25 (whole process 2.00), pandas 3.50 (whole process 2.00)"
    assert scale_page.table(SIZES).splitlines()[2:] == [f"| 1,000 | CSV | nine KPIs | {ours} |"]
    said = scale_page.section(SIZES).splitlines()[-1]
    assert said.startswith("- our KPI table, 1,000 services in CSV, 5 rounds: ")
    assert said.endswith("below 1000 MB: **yes**; at most 1.2 times SQL: **no**.")


def test_a_process_is_measured_with_those_it_starts() -> None:
    eat = "x = bytearray(100_000_000); import time; time.sleep(0.3)"
    start = f"import subprocess, sys; subprocess.run([sys.executable, '-c', '{eat}']); print(7)"
    used = process("-c", start)
    assert used.said == "7\n"
    assert used.wall > 0.3
    assert 100 < used.peak < 200
    with pytest.raises(ChildProcessError, match="this failed"):
        process("-c", "raise SystemExit(3)")


def test_rows_of_the_table_of_speeds(speed: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    table, _ = speed
    assert tuple(table.columns) == COLUMNS
    claims = str(len(pd.read_csv(ROOT / "data/raw/courier/claims.csv")))
    assert table["cases"].tolist() == ["17017"] * 2 + ["30"] * 2 + [claims]
    assert table["cases_per_run"].tolist() == ["5672", "5672", "30", "30", claims]
    assert table["runs"].tolist() == ["3"] * 2 + ["2", "2", "1"]
    assert table["wrong"].tolist() == ["0", "2", "", "", ""]
    times = table[["median_ms", "fastest_ms", "slowest_ms", "cpu_ms"]].astype(float)
    assert times.to_numpy().min() >= 0
    targets = table["target"].tolist()
    assert targets[:2] == ["", "at least 1 times ours"]
    assert targets[2:] == ["below 200 ms", "below 200 ms", "below 5000 ms"]
    assert ((table["target"] == "") == (table["met"] == "")).all()


def test_wrong_answers_are_listed_and_ties_explained(
    speed: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    _, wrong = speed
    assert wrong.to_numpy().tolist() == [
        ["bad", "6.2%", 16, "possible", "1 of 16 is 6.25%"],
        ["bad", "50.0%", 2, "impossible", ""],
    ]


def test_grim_is_never_wrong() -> None:
    rows, wrong = percentages.measure([percentages.loop_ours(), percentages.loop_grim()], 16, 1)
    assert [cells["wrong"] for cells in rows] == ["0", "0"]
    assert wrong.empty
    assert [cells["target"] for cells in rows] == ["", "at least 1 times ours"]


def test_scrutipy_takes_ties_both_ways() -> None:
    _, wrong = percentages.measure([percentages.loop_scrutipy()], 16, 1)
    odd = (1, 3, 5, 7, 9, 11, 13, 15)
    assert wrong["tie"].str.partition(" ")[0].astype(int).tolist() == [*odd]
    assert set(wrong["respondents"]) == {16}


def test_an_error_of_ours_is_refused() -> None:
    with pytest.raises(bench.BuildError, match="2 answers of ours are wrong"):
        percentages.measure([way("ours", {(62, 16), (500, 2)}, other=False)], 17, 1)


def test_a_missing_package_is_named() -> None:
    with pytest.raises(bench.BuildError, match="no_such_package is missing"):
        percentages._package("no_such_package")


def test_tables_that_disagree_with_the_print_are_noticed() -> None:
    good = ((50, 44), (40, 38), (77, 0), (0, 77), (14, 14))
    assert engine.agrees(good, 3)
    assert not engine.agrees(good, 4)
    assert not engine.agrees((*good[:4], (14, 13)), 3)
    assert not engine.agrees(((50, 43), (41, 38), *good[2:]), 3)
    assert not engine.agrees((*good[:2], (78, 0), (0, 77), (14, 13)), 3)
    assert not engine.agrees((*good[:4], (-1, 29)), 3)


def test_no_publication_is_accused_whatever_the_number_of_processes() -> None:
    found = publications.measure(chunks=2, size=49, processes=2)
    assert len(found) == len(TESTS) * len(Rounding)
    assert (found["true"] == 2 * 7).all()
    assert found["false_alarms"].sum() == 0
    one, two = simulate(49, seed=1), simulate(49, seed=2)
    assert found["detected"].tolist() == (one["detected"] + two["detected"]).tolist()
    assert found.equals(publications.add_up([two, one]))


def test_ratios_are_taken_round_by_round() -> None:
    ours, theirs = [Run(1, 1), Run(4, 1), Run(1, 1)], [Run(60, 1), Run(80, 1), Run(90, 1)]
    cells = row("checks", "theirs", theirs, cases=5, ours=ours)
    assert cells["times_ours"] == "60.0"  # of 60, 20 and 90
    times = [cells[f"{which}_ms"] for which in ("median", "fastest", "slowest")]
    assert times == ["80000", "60000", "90000"]
    assert with_target(cells, 50)["met"] == "yes"
    assert with_target(cells, 61)["met"] == "no"
    assert row("tables", "slow", [Run(0.2, 0)], cases=1, most_ms=200)["met"] == "no"
    assert row("tables", "fast", [Run(0.19, 0)], cases=1, most_ms=200)["met"] == "yes"


def test_numbers_have_three_digits() -> None:
    assert [digits(x) for x in (1234.5, 99.96, 12.34, 1.234)] == ["1234", "100.0", "12.3", "1.23"]


def test_timed_returns_the_result() -> None:
    result, run = timed(lambda: 7)
    assert result == 7
    assert run.wall >= 0


def test_the_page_is_well_formed(speed: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    simulated = simulate(35, seed=1).astype(str)
    parts = (speed_section(*speed), trust_section(simulated), scale_page.section(SIZES))
    page = "\n".join(parts)
    tables = [block.splitlines() for block in page.split("\n\n") if block.startswith("|")]
    assert [len(table) for table in tables] == [2 + 5, 2 + len(TESTS), 2 + len(SIZES)]
    for table in tables:
        assert len({line.count("|") for line in table}) == 1
    assert "6.2% of 16 was called possible, but 1 of 16 is 6.25%" in page
    assert "35 publications" in page


@pytest.mark.parametrize("number", [10, 100, 1_000])
def test_groups_have_so_many_claims_in_groups_of_5_to_30(number: int) -> None:
    rows, relations = claims.groups(number, 12)
    names = {row[0] for row in rows}
    starts = [row[0].removesuffix("sum") for row in relations if row[1] == "sum"]
    sizes = [sum(name.startswith(f"{start}") for name in names) for start in starts]
    assert len(names) == len(rows) == number
    assert all(5 <= size <= 30 for size in sizes) or number >= 100


def test_clicks_on_the_dashboard_are_timed(browser: Browser) -> None:
    rows = dashboard.measure("segelec", rows=300, clicks=3, opened=2, browser=browser)
    table = pd.DataFrame(rows)
    assert tuple(table.columns) == COLUMNS
    assert table["cases"].tolist() == ["1568", "1568", "300", "300"]
    assert table["runs"].tolist() == ["2", "3", "2", "3"]
    assert (table["cpu_ms"].astype(float) < table["median_ms"].astype(float)).all()
    lines = [line for line in dashboard.section(table).splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in lines}) == 1


def test_an_interrupt_leaves_the_results_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "trust.csv").write_text("as it was", encoding="utf-8")
    monkeypatch.setattr(publications, "measure", interrupted)
    assert bench.main(["trust", "--out", str(tmp_path)]) == 130
    assert [path.name for path in tmp_path.iterdir()] == ["trust.csv"]
    assert (tmp_path / "trust.csv").read_text(encoding="utf-8") == "as it was"
    assert "interrupted" in capsys.readouterr().err


def test_a_false_alarm_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = simulate(7, seed=1)
    table.loc[0, "false_alarms"] = 1
    monkeypatch.setattr(publications, "measure", lambda progress: table)
    assert bench.main(["trust", "--out", str(tmp_path)]) == 1
    assert "1 true publications were called inconsistent" in capsys.readouterr().err


def test_unknown_parts_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        bench.main(["sped"])
    assert "sped" in capsys.readouterr().err


def test_committed_results() -> None:
    assert bench.page(RESULTS) == (RESULTS / "README.md").read_text(encoding="utf-8")
    speed, trust, sizes, answers = (
        bench.read(RESULTS / bench.PARTS[name].file)
        for name in ("speed", "trust", "scale", "dashboard")
    )
    assert answers["cases"].tolist() == ["1568", "1568", "100000", "100000"]
    assert answers["target"].tolist() == ["below 300 ms", "below 50 ms"] * 2
    assert scale_page.table(sizes) in (ROOT / "docs/large-data.md").read_text(encoding="utf-8")
    assert set(sizes["services"]) == {"100000", "1000000", "10000000"}
    assert sizes["peak_mb"][sizes["method"].str.startswith("our ")].astype(float).max() < 1000
    assert set(trust["rounding"]) == set(Rounding)
    assert (trust["true"].astype(int).groupby(trust["test"]).sum() >= 56_000).all()
    assert (trust["false_alarms"] == "0").all()
    ours = speed[speed["method"].str.contains("our ")]
    assert ours["wrong"].tolist() == ["0"]
