"""Two questions as this project answers them, and written by hand: nine KPIs, and all totals.

The nine KPIs by quarter are asked of DuckDB, Polars and pandas; all measures by month, service type
and segment, which ``analysis kpis`` sums, of DuckDB.

``python -m benchmarks.kpi_methods METHOD FOLDER FORM`` does it once and prints, as JSON, the
seconds it took after Python's start and the imports, the peak of memory, and the table. A process
does one method, so that its peak of memory is its own.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from benchmarks.timing import peak_mb

Row = tuple[Any, ...]
"""KPI, quarter (index), numerator and denominator; or what ``totals.csv`` has."""

TABLES = ("service", "customer", "sale", "cost", "service_budget", "survey_response", "staff_hours")

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


def command() -> Callable[[Path, str], list[Row]]:
    """Return the command ``analysis kpis``: all measures by month, type and segment, and KPIs."""
    from analysis.base.steps import collect_rarely

    collect_rarely()  # as commands begin
    import duckdb  # noqa: F401
    import pandas as pd

    from analysis.cli import main
    from analysis.kpis import compare, cube  # noqa: F401
    from analysis.method import balanced_scorecard  # noqa: F401

    def run(folder: Path, form: str) -> list[Row]:
        os.chdir(folder)  # of the case, inside its project
        with redirect_stdout(sys.stderr):
            main(["kpis", "--case", form])
        made = folder.parents[1] / "processed" / form / "totals.csv"
        table = pd.read_csv(made, keep_default_na=False).drop(columns="kind")
        return [tuple(row) for row in table.to_numpy().tolist()]

    return run


def totals_by_sql() -> Callable[[Path, str], list[Row]]:
    """Return what the command sums as statements of DuckDB's SQL (``totals.sql``)."""
    import duckdb

    statements = Path(__file__).with_name("totals.sql").read_text(encoding="utf-8").split(";")

    def run(folder: Path, form: str) -> list[Row]:
        with duckdb.connect() as store:
            for table in TABLES:
                store.execute(f"create view {table} as from '{folder / table}.{form}'")
            for statement in statements[:-1]:
                store.execute(statement)
            return store.execute(statements[-1]).fetchall()

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


def by_polars() -> Callable[[Path, str], list[Row]]:
    """Return a plain program for Polars' lazy frames."""
    import polars as pl

    def quarter(day: str) -> pl.Expr:
        when = pl.col(day)
        return (4 * when.dt.year() + when.dt.quarter() - 1).cast(pl.Int64).alias("q")

    def days(first: str, last: str) -> pl.Expr:
        return (pl.col(last) - pl.col(first)).dt.total_days().sum()

    def run(folder: Path, form: str) -> list[Row]:
        def read(name: str) -> pl.LazyFrame:
            path = folder / f"{name}.{form}"
            is_csv = form == "csv"
            return pl.scan_csv(path, try_parse_dates=True) if is_csv else pl.scan_parquet(path)

        month = pl.col("month").str.split("-").list
        worked_in = 4 * month.get(0).cast(pl.Int64) + (month.get(1).cast(pl.Int64) - 1) // 3
        done, sold, asked, worked = pl.collect_all(
            [
                read("service")
                .group_by(quarter("completed_on"))
                .agg(
                    services=pl.len(),
                    waiting_days=days("requested_on", "started_on"),
                    working_days=days("started_on", "completed_on"),
                    on_time=(pl.col("completed_on") <= pl.col("due_on")).sum(),
                ),
                read("sale").group_by(quarter("invoiced_on")).agg(sales=pl.sum("amount_centimos")),
                read("survey_response")
                .group_by(quarter("answered_on"))
                .agg(answers=pl.len(), satisfied=(pl.col("score") >= 4).sum()),
                read("staff_hours")
                .group_by(worked_in.alias("q"))
                .agg(hours=pl.sum("quarter_hours")),
            ]
        )
        table = done
        for other in (sold, asked, worked):
            table = table.join(other, on="q", how="full", coalesce=True)
        return _ratios(table.fill_null(0).to_dicts())

    return run


def by_pandas() -> Callable[[Path, str], list[Row]]:
    """Return a plain pandas program that reads the columns it needs."""
    import pandas as pd

    def read(folder: Path, form: str, name: str, columns: list[str]) -> pd.DataFrame:
        path = folder / f"{name}.{form}"
        days = [column for column in columns if column.endswith("_on")]
        if form == "csv":
            return pd.read_csv(path, usecols=columns, parse_dates=days)
        table = pd.read_parquet(path, columns=columns)
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
    "polars": by_polars,
    "pandas": by_pandas,
    "command": command,
    "totals": totals_by_sql,
}
"""By name; the last two answer the second question."""


def main(arguments: list[str]) -> None:
    """Do one method once; see the module's text."""
    method, folder, form = arguments
    run = METHODS[method]()
    begun = time.perf_counter()
    rows = run(Path(folder), form)
    seconds = time.perf_counter() - begun
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb(), "rows": rows}))


if __name__ == "__main__":
    main(sys.argv[1:])
