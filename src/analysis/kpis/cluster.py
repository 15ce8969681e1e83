"""The reduce step on an existing Dask cluster: the same function on every partition, then a sum.

Rows are first brought together by the service that they belong to, so that every partition can
join its own tables; invoice lines a second time by customer, to see who is new. Both moves are
Dask's. What comes back from each partition is a small table of sums, so the result is the one that
pandas or DuckDB would give, to the last céntimo.

::

    import dask.dataframe as dd
    from analysis.kpis.cluster import reduce_on_cluster
    from analysis.kpis import kpi_periods

    if __name__ == "__main__":  # a cluster's processes import this file again
        names = ["service", "sale", "survey_response", "staff_hours"]
        ledger = {name: dd.read_parquet(f"s3://firm/{name}/") for name in names}
        cube = reduce_on_cluster(ledger, scheduler="tcp://10.0.0.1:8786")
        print(kpi_periods(cube))

The workers need this package and its dependencies. Without an address the work is done by the
threads of this process.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import Any

import pandas as pd

from analysis.base.errors import InputError
from analysis.kpis.reduce import (
    ALL_MEASURES,
    NEW_SALES,
    add_up,
    duration_counts,
    invoices,
    lazy,
    new_customer_sums,
    row_sums,
    sale_sums,
    small_sums,
)

ROWS = ("service", "sale", "cost", "service_budget", "survey_response")
"""Tables that are brought together by service."""


def reduce_on_cluster(
    ledger: Mapping[str, Any],
    by: Sequence[str] = ("service_type",),
    measures: Collection[str] = ALL_MEASURES,
    scheduler: str | None = None,
) -> pd.DataFrame:
    """Reduce a ledger of Dask frames to sums; see :func:`analysis.kpis.reduce.reduce`.

    Parameters
    ----------
    ledger : mapping of str to dask.dataframe.DataFrame
        Tables by name; days as datetime64, amounts as whole numbers, identifiers as text.
    by : sequence of {"service_type", "segment"}
        Dimensions.
    measures : collection of str
        What is wanted.
    scheduler : str, optional
        Address of the scheduler of a cluster, such as ``tcp://10.0.0.1:8786``.

    Returns
    -------
    DataFrame
        The same as from pandas frames of the same rows.

    Raises
    ------
    InputError
        If Dask is not installed.
    """
    dask = _package("dask")
    rows = {name: table for name, table in ledger.items() if name in ROWS}
    if "segment" in by and {"service", "customer"} <= ledger.keys():
        segments = ledger["customer"][["customer_id", "segment"]]
        rows["service"] = rows["service"].merge(segments, on="customer_id", how="left")
    small = {name: ledger[name] for name in ledger if name not in (*ROWS, "customer")}
    with _connected(scheduler):
        buckets = _by_service(rows)
        wanted = tuple(set(measures) - {NEW_SALES})
        tasks = [dask.delayed(bucket_sums)(bucket, tuple(by), wanted) for bucket in buckets]
        if NEW_SALES in measures and {"sale", "service"} <= rows.keys():
            tasks += _new_customers(buckets, tuple(by))
        parts, (tables,) = dask.compute(*tasks), dask.compute(small)
    return add_up([*parts, *small_sums(lazy(tables), measures)], by)


def duration_counts_on_cluster(
    ledger: Mapping[str, Any], scheduler: str | None = None
) -> pd.DataFrame:
    """Count services by month and duration; see :func:`analysis.kpis.reduce.duration_counts`."""
    dask = _package("dask")
    parts = ledger["service"].to_delayed()
    with _connected(scheduler):
        counts = dask.compute(*[dask.delayed(duration_counts)({"service": part}) for part in parts])
    together: pd.DataFrame = pd.concat(list(counts))
    return together.groupby(["month", "days"], as_index=False)[["count"]].sum()


def bucket_sums(
    bucket: Mapping[str, pd.DataFrame], by: Sequence[str], measures: Collection[str]
) -> pd.DataFrame:
    """Reduce the tables of some services; runs on a worker."""
    frames = lazy(_with_customers(bucket))
    parts = [*row_sums(frames, by, measures)]
    if "sale" in frames:
        parts += sale_sums(invoices(frames, by, measures), by, measures)
    return add_up(parts, by)


def bucket_invoices(bucket: Mapping[str, pd.DataFrame], by: Sequence[str]) -> pd.DataFrame:
    """Fetch the invoice lines of some services with their customers; runs on a worker."""
    lines = invoices(lazy(_with_customers(bucket)), by, (NEW_SALES,))
    found: pd.DataFrame = lines.collect("pandas").to_native()
    return found


def customer_sums(lines: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Sum the invoice lines of some customers while they were new; runs on a worker."""
    parts = new_customer_sums(lazy({"sale": lines})["sale"], by)
    return pd.concat(parts, ignore_index=True)


def _by_service(rows: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Divide the tables so that all that belongs to a service is in the same part."""
    number = max((table.npartitions for table in rows.values()), default=0)
    divided = {
        name: table.astype({"service_id": "str"}).shuffle("service_id", npartitions=number)
        for name, table in rows.items()
    }
    delayed = {name: table.to_delayed() for name, table in divided.items()}
    return [{name: parts[i] for name, parts in delayed.items()} for i in range(number)]


def _new_customers(buckets: Sequence[Mapping[str, Any]], by: Sequence[str]) -> list[Any]:
    """Divide the invoice lines anew, by customer."""
    dask, frames = _package("dask"), _package("dask.dataframe")
    lines = [dask.delayed(bucket_invoices)(bucket, by) for bucket in buckets]
    columns = {"customer_id": "str", "invoiced_on": "datetime64[us]", "amount_centimos": "int64"}
    empty = {name: pd.Series(dtype=kind) for name, kind in columns.items()}
    meta = pd.DataFrame(empty | {name: pd.Series(dtype="str") for name in by})
    table = frames.from_delayed(lines, meta=meta, verify_meta=False)
    parts = table.shuffle("customer_id", npartitions=len(buckets)).to_delayed()
    return [dask.delayed(customer_sums)(part, by) for part in parts]


def _with_customers(bucket: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Give back the segments, which came with the services, as a table of customers."""
    tables = dict(bucket)
    if "segment" in tables.get("service", ()):
        tables["customer"] = tables["service"][["customer_id", "segment"]].drop_duplicates()
        tables["service"] = tables["service"].drop(columns="segment")
    return tables


def _connected(scheduler: str | None) -> AbstractContextManager[Any]:
    """Connect to a cluster for as long as it is needed."""
    if scheduler is None:
        return nullcontext()
    client: AbstractContextManager[Any] = _package("distributed").Client(scheduler)
    return client


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise InputError(
            "sums on a cluster need Dask, which is not installed here",
            value=name,
            fix="make .venv/.big installs it",
        ) from None
