"""The measurements of size in words: a section of the benchmarks' page, and a short table."""

from __future__ import annotations

import pandas as pd

_HEAD = (
    "| Services | Files | Question | How | Median | Fastest to slowest | Times SQL | Whole process "
    "| Times SQL | Processor | Peak memory |",
    "|--:|---|---|---|--:|--:|--:|--:|--:|--:|--:|",
)
_FORMS = {"csv": "CSV", "parquet": "Parquet"}
_ABOUT = """
Two questions to made-up ledgers on files: the nine KPIs by quarter; and all totals, which are all
measures by month, service type and segment, with joins of invoices, costs, budgets and answers with
services and customers. All programs give exactly the same answers. *Our command kpis* is
`analysis kpis`: it also writes the tables of indicators, and checks every cell that it sums, in at
most 500 MB of DuckDB's memory; the SQL checks nothing and takes what memory it wants. Where files
are new, the command first searches them for all that is wrong, which was measured once. Each run is
a process of its own; the programs took turns, and the files were in the memory of the system. The
first times leave out Python's start and imports; *whole process* and *processor* count them. Ratios
are medians over the rounds.
"""


def section(scale: pd.DataFrame) -> str:
    """Write all measurements, and whether the targets were met.

    Parameters
    ----------
    scale : DataFrame
        Text in the columns `benchmarks.scale.COLUMNS`.
    """
    rows = [
        f"| {int(cells['services']):,} | {_FORMS[cells['form']]} | {cells['question']} "
        f"| {cells['method']} | {cells['median_s']} s "
        f"| {cells['fastest_s']} to {cells['slowest_s']} s | {cells['times_sql']} "
        f"| {cells['process_s']} s | {cells['process_times_sql']} | {cells['cpu_s']} s "
        f"| {cells['peak_mb']} MB |"
        for cells in scale.to_dict("records")
    ]
    about = _ABOUT.replace("\n", " ").strip()
    return "\n".join(["## Size", "", about, "", *_HEAD, *rows, "", *_targets(scale)]) + "\n"


def table(scale: pd.DataFrame) -> str:
    """Write how many times as long as SQL by hand each way takes, for docs/large-data.md."""
    lines = ["| Services | Files | Question | Time by that of SQL by hand |", "|--:|---|---|---|"]
    shown = scale[(scale["times_sql"] != "") & ~scale["method"].str.contains("SQL")]
    for _, group in shown.groupby(["services", "form", "question"], sort=False):
        records = group.to_dict("records")
        ratios = ", ".join(
            f"{cells['method'].removesuffix(' by hand')} {cells['times_sql']} "
            f"(whole process {cells['process_times_sql']})"
            for cells in records
        )
        services, form = int(records[0]["services"]), _FORMS[records[0]["form"]]
        lines.append(f"| {services:,} | {form} | {records[0]['question']} | {ratios} |")
    return "\n".join(lines) + "\n"


def _targets(scale: pd.DataFrame) -> list[str]:
    """Say of each target whether it was met."""
    lines = []
    for cells in scale[scale["target"] != ""].to_dict("records"):
        pairs = zip(cells["target"].split("; "), cells["met"].split("; "), strict=True)
        said = "; ".join(f"{target}: **{met}**" for target, met in pairs)
        rounds = "1 round" if cells["runs"] == "1" else f"{cells['runs']} rounds"
        lines.append(
            f"- {cells['method']}, {int(cells['services']):,} services in "
            f"{_FORMS[cells['form']]}, {rounds}: {said}."
        )
    return lines
