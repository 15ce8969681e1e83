"""The nine KPIs by quarter: as this project computes them, and written by hand in SQL and pandas.

``python -m benchmarks.kpi_methods METHOD FOLDER FORM FIRST`` does it once and prints, as JSON,
the seconds it took, the peak of memory, and the table. Before, it does the same in the folder
FIRST, whose tables are small: so neither Python's start nor an import is timed, even one that a
package makes on first use. A process does one method, so that its peak of memory is its own.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Row = tuple[str, int, int, int]
"""KPI, quarter (index), numerator and denominator."""

KPIS = (
    ("sales", "sales", None),
    ("revenue_per_service", "sales", "services"),
    ("satisfaction", "satisfied", "answers"),
    ("services", "services", None),
    ("productivity", "services", "hours"),
    ("waiting_days", "waiting_days", "services"),
    ("working_days", "working_days", "services"),
    ("on_time", "on_time", "services"),
    ("technician_hours", "hours", None),
)
"""What the two hand-written programs compute: key, numerator, denominator."""

NEEDED = tuple(dict.fromkeys(name for _, *pair in KPIS for name in pair if name))
"""Sums behind them."""


def ours() -> Callable[[Path, str], list[Row]]:
    """Return the project's own way: the reduce step in DuckDB, then its table of KPIs."""
    from analysis.kpis.cube import opened
    from analysis.kpis.levels import kpi_periods
    from analysis.kpis.reduce import reduce

    def run(folder: Path, form: str) -> list[Row]:
        del form  # the files tell
        with opened(folder, folder, folder / ".build") as ledger:
            return _rows(kpi_periods(reduce(ledger, (), NEEDED)))

    return run


def cube() -> Callable[[Path, str], list[Row]]:
    """Return the way of ``analysis kpis``: all measures by month, type and segment, with joins."""
    from analysis.kpis.cube import opened
    from analysis.kpis.levels import kpi_periods
    from analysis.kpis.reduce import DIMENSIONS, reduce

    def run(folder: Path, form: str) -> list[Row]:
        del form
        with opened(folder, folder, folder / ".build") as ledger:
            return _rows(kpi_periods(reduce(ledger, DIMENSIONS)))

    return run


def _rows(table: Any) -> list[Row]:
    columns = (table[name] for name in ("kpi", "index", "numerator", "denominator"))
    return [(kpi, int(q), int(n), int(d)) for kpi, q, n, d in zip(*columns, strict=True)]


def by_sql() -> Callable[[Path, str], list[Row]]:
    """Return one statement of DuckDB's SQL on the files."""
    import duckdb

    statement = """
        with done as (
            select 4 * year(completed_on) + quarter(completed_on) - 1 as q, count(*) as services,
                sum(started_on - requested_on) as waiting_days,
                sum(completed_on - started_on) as working_days,
                count(*) filter (where completed_on <= due_on) as on_time
            from '{0}/service.{1}' group by q),
        sold as (
            select 4 * year(invoiced_on) + quarter(invoiced_on) - 1 as q,
                sum(amount_centimos) as sales
            from '{0}/sale.{1}' group by q),
        asked as (
            select 4 * year(answered_on) + quarter(answered_on) - 1 as q, count(*) as answers,
                count(*) filter (where score >= 4) as satisfied
            from '{0}/survey_response.{1}' group by q),
        worked as (
            select 4 * left(month, 4)::int + (right(month, 2)::int - 1) // 3 as q,
                sum(quarter_hours) as hours
            from '{0}/staff_hours.{1}' group by q)
        select q, coalesce(services, 0) as services, coalesce(waiting_days, 0) as waiting_days,
            coalesce(working_days, 0) as working_days, coalesce(on_time, 0) as on_time,
            coalesce(sales, 0) as sales, coalesce(answers, 0) as answers,
            coalesce(satisfied, 0) as satisfied, coalesce(hours, 0) as hours
        from done full join sold using (q) full join asked using (q) full join worked using (q)
        order by q"""

    def run(folder: Path, form: str) -> list[Row]:
        with duckdb.connect() as store:
            found = store.sql(statement.format(folder, form))
            periods = [
                dict(zip(found.columns, map(int, row), strict=True)) for row in found.fetchall()
            ]
        return _ratios(periods)

    return run


def by_pandas_whole() -> Callable[[Path, str], list[Row]]:
    """Return the same pandas program, reading whole files."""
    return by_pandas(whole=True)


def by_pandas(whole: bool = False) -> Callable[[Path, str], list[Row]]:
    """Return a plain pandas program that reads the columns it needs."""
    import pandas as pd

    def read(folder: Path, form: str, name: str, columns: list[str]) -> pd.DataFrame:
        path, chosen = folder / f"{name}.{form}", None if whole else columns
        days = [column for column in columns if column.endswith("_on")]
        if form == "csv":
            return pd.read_csv(path, usecols=chosen, parse_dates=days)
        table = pd.read_parquet(path, columns=chosen)
        return table.assign(**{day: pd.to_datetime(table[day]) for day in days})

    def quarter(days: pd.Series[Any]) -> pd.Series[int]:
        index: pd.Series[int] = 4 * days.dt.year + days.dt.quarter - 1
        return index

    def run(folder: Path, form: str) -> list[Row]:
        columns = ["requested_on", "started_on", "completed_on", "due_on"]
        service = read(folder, form, "service", columns)
        service["waiting_days"] = (service["started_on"] - service["requested_on"]).dt.days
        service["working_days"] = (service["completed_on"] - service["started_on"]).dt.days
        service["on_time"] = service["completed_on"] <= service["due_on"]
        groups = service.groupby(quarter(service["completed_on"]))
        done = (
            groups[["waiting_days", "working_days", "on_time"]].sum().assign(services=groups.size())
        )
        del service, groups
        sale = read(folder, form, "sale", ["invoiced_on", "amount_centimos"])
        sold = sale.groupby(quarter(sale["invoiced_on"]))["amount_centimos"].sum().rename("sales")
        answer = read(folder, form, "survey_response", ["answered_on", "score"])
        answer["satisfied"] = answer["score"] >= 4
        groups = answer.groupby(quarter(answer["answered_on"]))
        asked = groups[["satisfied"]].sum().assign(answers=groups.size())
        staff = read(folder, form, "staff_hours", ["month", "quarter_hours"])
        month = pd.to_datetime(staff["month"])
        worked = staff.groupby(quarter(month))["quarter_hours"].sum().rename("hours")
        table = pd.concat([done, sold, asked, worked], axis=1).fillna(0).astype("int64")
        table = table.sort_index()
        return _ratios(table.rename_axis("q").reset_index().to_dict("records"))

    return run


def _ratios(periods: list[Any]) -> list[Row]:
    return [
        (kpi, period["q"], period[above], period[below] if below else 1)
        for kpi, above, below in KPIS
        for period in periods
    ]


METHODS: dict[str, Callable[[], Callable[[Path, str], list[Row]]]] = {
    "ours": ours,
    "sql": by_sql,
    "pandas": by_pandas,
    "whole": by_pandas_whole,
    "cube": cube,
}


def main(arguments: list[str]) -> None:
    """Do one method once; see the module's text."""
    method, folder, form, first = arguments
    run = METHODS[method]()
    run(Path(first), form)
    begun = time.perf_counter()
    rows = run(Path(folder), form)
    seconds = time.perf_counter() - begun
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb(), "rows": rows}))


def peak_mb() -> float:
    """Largest resident memory of this process so far, in millions of bytes.

    From Linux's own count for the program, since ``getrusage`` also counts what the process was
    before it became this program.
    """
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    main(sys.argv[1:])
