"""The measurements of size in words: a section of the benchmarks' page, and a short table."""

from __future__ import annotations

import pandas as pd

_HEAD = (
    "| Services | Files | How | Median | Fastest to slowest | With start and imports | Processor "
    "| Peak memory | Times SQL |",
    "|--:|---|---|--:|--:|--:|--:|--:|--:|",
)
_CUBE = "our sums"
"""Begins what is measured beside the KPI table."""

_FORMS = {"csv": "CSV", "parquet": "Parquet"}


def section(scale: pd.DataFrame) -> list[str]:
    """Write all measurements, and whether the targets were met.

    Parameters
    ----------
    scale : DataFrame
        Text in the columns `benchmarks.scale.COLUMNS`.
    """
    rows = [
        f"| {int(cells['services']):,} | {_FORMS[cells['form']]} | {cells['method']} "
        f"| {cells['median_s']} s | {cells['fastest_s']} to {cells['slowest_s']} s "
        f"| {cells['process_s']} s | {cells['cpu_s']} s | {cells['peak_mb']} MB "
        f"| {'' if str(cells['method']).startswith(_CUBE) else cells['times_sql']} |"
        for cells in scale.to_dict("records")
    ]
    noise = max(
        float(slow) / float(fast)
        for slow, fast in zip(scale["slowest_s"], scale["fastest_s"], strict=True)
    )
    return [
        "The nine KPIs by quarter from made-up ledgers on files, with exactly the same result from "
        "all methods. Each run is a process of its own that summed a small ledger first; the "
        "methods took turns, and the files were in the memory of the system. *Sums of all "
        "measures* is what `analysis kpis` makes of a large case: joins of invoices, costs, "
        "budgets and answers with services and customers, "
        "sales to new customers among them. pandas reads the columns it needs or, as many "
        "programs do, whole files. A slowest run took up to "
        f"{noise:.1f} times the fastest, with what else the machine did.",
        "",
        *_HEAD,
        *rows,
        "",
        *_targets(scale),
    ]


def table(scale: pd.DataFrame) -> str:
    """Write the KPI table's times beside those of SQL and pandas, for docs/large-data.md."""
    shown = scale[~scale["method"].str.startswith(_CUBE)]
    methods = list(dict.fromkeys(shown["method"]))
    lines = [
        f"| Services | Files | {' | '.join(methods)} |",
        f"|--:|---|{'--:|' * len(methods)}",
    ]
    for _, group in shown.groupby(["services", "form"], sort=False):
        records = group.to_dict("records")
        cells = [f"{cells['median_s']} s, {cells['peak_mb']} MB" for cells in records]
        lines.append(
            f"| {int(records[0]['services']):,} | {_FORMS[records[0]['form']]} "
            f"| {' | '.join(cells)} |"
        )
    return "\n".join(lines) + "\n"


def _targets(scale: pd.DataFrame) -> list[str]:
    """Say of each target whether it was met."""
    lines = []
    for cells in scale[scale["target"] != ""].to_dict("records"):
        pairs = zip(cells["target"].split("; "), cells["met"].split("; "), strict=True)
        said = "; ".join(f"{target}: **{met}**" for target, met in pairs)
        lines.append(
            f"Targets for {int(cells['services']):,} services in {_FORMS[cells['form']]}, on the "
            f"median of {cells['runs']} rounds without start and imports: {said}."
        )
    return lines
