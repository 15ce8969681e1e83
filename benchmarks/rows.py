"""Made-up ledgers of any size, for measuring and testing: seeded, and made a block at a time.

The rows have the form of a real firm's (:mod:`analysis.tables.firm_tables`), drawn at random
and belongs to no firm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np
import pandas as pd

Form = Literal["csv", "parquet"]
FORMS = ("csv", "parquet")

TYPES = ("lifting_doors", "alarms", "cameras", "electric_fences", "maintenance", "repairs")
SEGMENTS = ("household", "shop", "company")
BLOCK = 500_000
"""Services made at a time."""

FIRST_DAY = np.datetime64("2021-01-04", "D")
DAYS = 1430
"""Days over which requests are spread: from January 2021 to the end of 2024."""

LAST_DAY = np.datetime64("2024-12-31", "D")
"""So that every quarter with a row has rows of all tables."""

SERVICES_PER_CUSTOMER = 8
SERVICES_PER_MONTH = 40
"""Services that a technician completes in a month."""

MONTHS = 48


def blocks(services: int, seed: int = 1) -> Iterator[dict[str, pd.DataFrame]]:
    """Make up a ledger, some services at a time with all that belongs to them.

    Parameters
    ----------
    services : int
        Number of services.
    seed : int
        The same seed gives the same rows.

    Yields
    ------
    dict of str to DataFrame
        Tables by name; customers and staff hours come with the first block.
    """
    for start in range(0, services, BLOCK):
        rng = np.random.default_rng([seed, start])
        tables = _services(start, min(BLOCK, services - start), services, rng)
        if start == 0:
            tables |= _firm(services, rng)
        yield tables


def ledger(services: int, seed: int = 1) -> dict[str, pd.DataFrame]:
    """Make up a whole ledger in memory; see :func:`blocks`."""
    made = list(blocks(services, seed))
    names = dict.fromkeys(name for block in made for name in block)
    return {
        name: pd.concat([block[name] for block in made if name in block], ignore_index=True)
        for name in names
    }


def write(folder: Path, services: int, form: Form = "csv", seed: int = 1) -> None:
    """Write a made-up ledger as a file for each table.

    Parameters
    ----------
    folder : Path
        Where the files go; made when missing.
    services : int
        Number of services.
    form : {"csv", "parquet"}
        Form of the files.
    seed : int
        As for :func:`blocks`.
    """
    _write({form: folder}, services, seed)


def write_all(folder: Path, services: int, forms: Sequence[str] = FORMS, seed: int = 1) -> int:
    """Write a made-up ledger in several forms, a folder each; return its number of rows."""
    return _write({form: folder / form for form in forms}, services, seed)


def _write(folders: Mapping[str, Path], services: int, seed: int) -> int:
    duckdb = import_module("duckdb")
    with TemporaryDirectory() as name, duckdb.connect(str(Path(name, "rows"))) as store:
        known: set[str] = set()
        for block in blocks(services, seed):
            for table, rows in block.items():
                store.register("block", rows)
                begin = f"insert into {table}" if table in known else f"create table {table} as"
                store.execute(f"{begin} {_dated(rows)}")
                known.add(table)
        for form, folder in folders.items():
            folder.mkdir(parents=True, exist_ok=True)
            for table in sorted(known):
                kind = "format csv, header" if form == "csv" else "format parquet"
                store.execute(f"copy {table} to '{folder / table}.{form}' ({kind})")
        return sum(store.table(table).shape[0] for table in known)


def _dated(table: pd.DataFrame) -> str:
    """Select a block, with its days as dates."""
    days = [f"{name}::date as {name}" for name in table if str(name).endswith("_on")]
    return f"select * replace ({', '.join(days)}) from block" if days else "from block"


def _services(
    start: int, number: int, services: int, rng: np.random.Generator
) -> dict[str, pd.DataFrame]:
    """Services with their invoice lines, costs, budgets and answers."""
    ids = _ids("S", np.arange(start, start + number))
    requested = FIRST_DAY + rng.integers(0, DAYS, number)
    started = requested + rng.integers(0, 15, number)
    completed = started + rng.integers(0, 6, number)
    kinds = np.array(TYPES, dtype=object)[rng.integers(0, len(TYPES), number)]
    budget = rng.integers(5_000, 60_000, number)
    service = pd.DataFrame(
        {
            "service_id": ids,
            "customer_id": _ids("C", rng.integers(0, _customers(services), number)),
            "service_type": kinds,
            "requested_on": requested,
            "started_on": started,
            "completed_on": completed,
            "due_on": requested + rng.integers(7, 20, number),
        }
    )
    sale = pd.DataFrame(
        {
            "invoice_id": _ids("F", np.arange(start, start + number)),
            "service_id": ids,
            "invoiced_on": completed + rng.integers(0, 4, number),
            "amount_centimos": budget * 2 + rng.integers(0, 40_000, number),
        }
    )
    cost = pd.DataFrame(
        {
            "cost_id": _ids("K", np.arange(start, start + number)),
            "incurred_on": started,
            "category": np.where(rng.random(number) < 0.5, "materials", "labour"),
            "amount_centimos": budget * rng.integers(70, 115, number) // 100,
            "service_id": ids,
        }
    )
    asked = np.flatnonzero(rng.random(number) < 0.3)
    answer = pd.DataFrame(
        {
            "response_id": _ids("R", start + asked),
            "service_id": ids[asked],
            "answered_on": np.minimum(completed[asked] + rng.integers(1, 10, asked.size), LAST_DAY),
            "score": rng.choice(5, asked.size, p=(0.03, 0.05, 0.12, 0.4, 0.4)) + 1,
        }
    )
    plan = pd.DataFrame({"service_id": ids, "budget_centimos": budget})
    return {
        "service": service,
        "sale": sale,
        "cost": cost,
        "service_budget": plan,
        "survey_response": answer,
    }


def _firm(services: int, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Make customers, and the hours of the technicians by month."""
    number = _customers(services)
    customer = pd.DataFrame(
        {
            "customer_id": _ids("C", np.arange(number)),
            "segment": np.array(SEGMENTS, dtype=object)[rng.integers(0, len(SEGMENTS), number)],
            "first_service_on": np.full(number, FIRST_DAY),
        }
    )
    technicians = max(1, services // (MONTHS * SERVICES_PER_MONTH))
    months = pd.period_range("2021-01", periods=MONTHS, freq="M").astype("str")
    hours = pd.DataFrame(
        {
            "staff_id": np.repeat(_ids("T", np.arange(technicians)), MONTHS),
            "month": np.tile(months.to_numpy(), technicians),
            "quarter_hours": rng.integers(560, 720, technicians * MONTHS),
        }
    )
    return {"customer": customer, "staff_hours": hours}


def _customers(services: int) -> int:
    return max(1, services // SERVICES_PER_CUSTOMER)


def _ids(letter: str, numbers: Any) -> Any:
    """Name things S00000042 and the like."""
    return np.char.add(letter, np.char.zfill(np.asarray(numbers).astype("U8"), 8)).astype(object)
