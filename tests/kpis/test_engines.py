"""The reduce step gives the same sums wherever the rows are: pandas, DuckDB, Dask."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dask
import dask.dataframe as dd
import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.base.errors import InputError
from analysis.base.periods import Calendar, counting
from analysis.kpis.cube import files, opened
from analysis.kpis.levels import sums
from analysis.kpis.reduce import DIMENSIONS, reduce
from analysis.kpis.reduce import NEW_SALES as NEW
from benchmarks.rows import FORMS, write
from benchmarks.rows import ledger as made_up

from .conftest import CASES

Ledger = dict[str, pd.DataFrame]


@contextmanager
def relations(folder: Path) -> Iterator[dict[str, Any]]:
    with opened(folder, folder.parent, folder / "scratch") as found:
        yield found


def refused(folder: Path, message: str, use: Callable[[dict[str, Any]], object] = reduce) -> None:
    with pytest.raises(InputError, match=message), relations(folder) as found:
        use(found)


def write_rows(ledger: Ledger, folder: Path, form: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in ledger.items():
        if form == "csv":
            table.to_csv(folder / f"{name}.csv", index=False, date_format="%Y-%m-%d")
        else:
            table.to_parquet(folder / f"{name}.parquet", index=False)
    return folder


def day(rng: random.Random, first: str = "2022-11-01", span: int = 500) -> pd.Timestamp:
    return pd.Timestamp(first) + pd.Timedelta(days=rng.randrange(span))


def typed(rows: list[tuple[Any, ...]], columns: str) -> pd.DataFrame:
    """Rows by position; days end in _on, whole numbers in _centimos, _hours or score."""
    names = columns.split()
    kinds = dict.fromkeys(names, "str")
    kinds |= {name: "datetime64[us]" for name in names if name.endswith("_on")}
    kinds |= {n: "int64" for n in names if n.endswith(("_centimos", "_hours", "score"))}
    return pd.DataFrame(rows, columns=names).astype(kinds)


def random_ledger(seed: int, services: int, absent: frozenset[str]) -> Ledger:
    """Rows of all tables, with all that may happen: no budget, no segment, credit notes, gaps."""
    rng = random.Random(seed)
    customers = [f"C{i}" for i in range(1 + services // 3)]
    service, sale, cost, budget, answers = [], [], [], [], []
    for i in range(services):
        key, asked = f"S{i}", day(rng)
        started = asked + pd.Timedelta(days=rng.randrange(12))
        done = started + pd.Timedelta(days=rng.randrange(8))
        who, kind = rng.choice(customers), rng.choice(["doors", "alarms", "ñandú, “x”"])
        due = asked + pd.Timedelta(days=rng.randrange(15))
        service.append((key, who, kind, asked, started, done, due))
        for j in range(rng.randrange(3)):
            amount = rng.choice([rng.randrange(-500, 10**6), 10**14 + i])
            sale.append((f"F{i}.{j}", key, done, amount))
        if rng.random() < 0.7:
            budget.append((key, rng.randrange(1000)))
        if rng.random() < 0.5:
            answers.append((f"R{i}", key, day(rng), rng.randint(1, 5)))
    for i in range(services):
        category = rng.choice(["materials", "labour", "financial", "tax", "admin"])
        of = rng.choice(["", f"S{rng.randrange(max(services, 1))}"])
        cost.append((f"K{i}", day(rng), category, rng.randrange(900), of))
    hours = [(f"T{i}", f"2023-{1 + i % 11:02}", rng.randrange(700)) for i in range(services)]
    known = [(name, rng.choice(["shop", "company"]), day(rng)) for name in customers[::2]]
    ledger = {
        "service": typed(service, SERVICE.splitlines()[0].replace(",", " ")),
        "sale": typed(sale, "invoice_id service_id invoiced_on amount_centimos"),
        "cost": typed(cost, "cost_id incurred_on category amount_centimos service_id"),
        "service_budget": typed(budget, "service_id budget_centimos"),
        "survey_response": typed(answers, "response_id service_id answered_on score"),
        "customer": typed(known, "customer_id segment first_service_on"),
        "staff_hours": typed(hours, "staff_id month quarter_hours"),
    }
    return {name: table for name, table in ledger.items() if name not in absent}


TABLES = ("service", "sale", "cost", "service_budget", "survey_response", "customer", "staff_hours")
ledgers = st.builds(
    random_ledger,
    seed=st.integers(0, 2**32),
    services=st.integers(0, 60),
    absent=st.frozensets(st.sampled_from(TABLES), max_size=3),
)
splits = st.sampled_from([(), ("service_type",), ("segment",), DIMENSIONS])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ledgers, splits)
def test_duckdb_agrees_with_pandas(ledger: Ledger, by: tuple[str, ...]) -> None:
    expected = reduce(ledger, by)
    with TemporaryDirectory() as name:
        for form in FORMS:
            with relations(write_rows(ledger, Path(name, form), form)) as found:
                pd.testing.assert_frame_equal(reduce(found, by), expected)


@pytest.mark.parametrize(
    ("absent", "by", "parts"), [((), DIMENSIONS, 3), (("cost", "customer"), (), 1)]
)
def test_dask_agrees_with_pandas(absent: tuple[str, ...], by: tuple[str, ...], parts: int) -> None:
    ledger = random_ledger(parts, 40, frozenset(absent))
    tables = {
        name: dd.from_pandas(table, npartitions=parts + index % 2, sort=False)
        for index, (name, table) in enumerate(ledger.items())
    }
    with dask.config.set(scheduler="synchronous"):
        pd.testing.assert_frame_equal(reduce(tables, by), reduce(ledger, by))


def quarter(when: pd.Timestamp) -> int:
    return when.year * 4 + when.quarter


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 80))
def test_joined_measures_by_loops(seed: int, services: int) -> None:
    """Sales to new customers, and services on time and in budget, one row at a time."""
    ledger = random_ledger(seed, services, frozenset())
    service = {row.service_id: row for row in ledger["service"].itertuples()}
    sales = list(ledger["sale"].itertuples())
    seen = {(service[row.service_id].customer_id, quarter(row.invoiced_on)) for row in sales}
    quarters = {q for _, q in seen}
    new: dict[tuple[int, str], int] = {}
    for row in sales:
        bought, now = service[row.service_id], quarter(row.invoiced_on)
        if {now - 1, now - 2, now - 3, now - 4} <= quarters:
            key = (row.invoiced_on.year * 12 + row.invoiced_on.month - 1, bought.service_type)
            known = any((bought.customer_id, now - n) in seen for n in (1, 2, 3, 4))
            new[key] = new.get(key, 0) + (0 if known else row.amount_centimos)
    budget = {row.service_id: row.budget_centimos for row in ledger["service_budget"].itertuples()}
    spent = dict.fromkeys(service, 0)
    for row in ledger["cost"].itertuples():
        if row.service_id:
            spent[row.service_id] += row.amount_centimos
    good = sum(
        row.completed_on <= row.due_on and spent[key] <= budget[key]
        for key, row in service.items()
        if key in budget
    )
    cube = reduce(ledger, measures=("new_customer_sales", "on_time_in_budget"))
    rows = cube[cube["measure"] == "new_customer_sales"]
    assert {(r.month, r.service_type): r.value for r in rows.itertuples()} == new
    assert cube.loc[cube["measure"] == "on_time_in_budget", "value"].sum() == good


def test_new_customers_over_sixteen_years_by_loops(tmp_path: Path) -> None:
    """More quarters than one number of each customer has digits for."""
    rng = random.Random(8)
    lines = [(rng.choice("ABCDEFGHI"), rng.randrange(1, 900)) for _ in range(192) for _ in range(2)]
    months = [12 * 2008 + at // 2 for at in range(384)]
    days = [pd.Timestamp(month // 12, month % 12 + 1, 28) for month in months]
    rows = [(day, amount, who) for day, (who, amount) in zip(days, lines, strict=True)]
    ledger = {"sale": typed(rows, "invoiced_on amount_centimos customer_id")}
    bought = {(who, month // 3) for month, (who, _) in zip(months, lines, strict=True)}
    new = dict.fromkeys(months[24:], 0)
    for month, (who, amount) in zip(months[24:], lines[24:], strict=True):
        if all((who, month // 3 - back) not in bought for back in (1, 2, 3, 4)):
            new[month] += amount
    with relations(write_rows(ledger, tmp_path / "ledger", "parquet")) as found:
        for cube in (reduce(ledger, (), [NEW]), reduce(found, (), [NEW])):
            assert dict(zip(cube["month"], cube["value"], strict=True)) == new


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 60), st.sampled_from([1, 4, 11]))
def test_active_customers_by_loops(seed: int, services: int, year_starts: int) -> None:
    """A customer counts in the first month of a period with a line that asks for money."""
    ledger = random_ledger(seed, services, frozenset())
    who = dict(zip(ledger["service"]["service_id"], ledger["service"]["customer_id"], strict=True))
    asked = sorted(
        (row.invoiced_on.year * 12 + row.invoiced_on.month - 1, who[row.service_id])
        for row in ledger["sale"].itertuples()
        if row.amount_centimos > 0
    )
    with counting(Calendar(year_starts=year_starts)):
        cube = reduce(ledger, (), ("active_customers",))
    for name, size in (("_1", 1), ("", 3), ("_6", 6), ("_12", 12)):
        expected: dict[int, int] = {}
        seen = set()
        for month, customer in asked:
            period = (month - year_starts + 1) // size
            if (customer, period) not in seen:
                seen.add((customer, period))
                expected[month] = expected.get(month, 0) + 1
        rows = cube[(cube["measure"] == f"active_customers{name}") & (cube["value"] > 0)]
        assert dict(zip(rows["month"], rows["value"], strict=True)) == expected


def test_the_customer_of_a_line_decides_its_segment() -> None:
    service = [("S1", "C1", "doors", *[pd.Timestamp("2024-05-02")] * 4)]
    sale = [("F1", "S1", pd.Timestamp("2024-05-03"), 100, who) for who in ("C2", "")]
    customers = [("C1", "shop"), ("C2", "company")]
    ledger = {
        "service": typed(service, SERVICE.splitlines()[0].replace(",", " ")),
        "sale": typed(sale, "invoice_id service_id invoiced_on amount_centimos customer_id"),
        "customer": typed(customers, "customer_id segment"),
    }
    found = reduce(ledger, DIMENSIONS, ("sales",))
    assert found[["service_type", "segment", "value"]].to_numpy().tolist() == [
        ["doors", "company", 100],
        ["doors", "shop", 100],
    ]


MILLION = 1_000_000


@pytest.fixture(scope="module")
def million(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A million services whose sums are known without summing.

    Service i is of type i mod 4 and was requested in month i mod 12 of 2023, started i mod 5 days
    later and completed i mod 2 days after that, due 3 days after the request, and invoiced at
    100 + i mod 1000.
    """
    folder = tmp_path_factory.mktemp("million")
    number = np.arange(MILLION)
    month = np.datetime64("2023-01") + (number % 12)
    asked = month.astype("datetime64[D]").astype("datetime64[s]")
    length = np.timedelta64(1, "D").astype("timedelta64[s]")
    rows = pd.DataFrame({"number": number, "requested_on": asked, "due_on": asked + 3 * length})
    rows["started_on"] = asked + (number % 5) * length
    rows["completed_on"] = asked + (number % 5 + number % 2) * length
    service = """select 'S' || number as service_id, 'C' || number % 7 as customer_id,
        'T' || number % 4 as service_type, requested_on::date as requested_on,
        started_on::date as started_on, completed_on::date as completed_on,
        due_on::date as due_on from rows"""
    sale = """select 'F' || number as invoice_id, 'S' || number as service_id,
        completed_on::date as invoiced_on, 100 + number % 1000 as amount_centimos from rows"""
    with duckdb.connect() as store:
        store.register("rows", rows)
        for name, query in (("service", service), ("sale", sale)):
            store.execute(f"copy ({query}) to '{folder / name}.csv' (header)")
    return folder


def test_a_million_rows(million: Path) -> None:
    with relations(million) as found:
        assert found["service"].shape[0] == MILLION
        table = sums(found)
    dates = ["requested_on", "started_on", "completed_on", "due_on"]
    read = {
        "service": pd.read_csv(million / "service.csv", parse_dates=dates),
        "sale": pd.read_csv(million / "sale.csv", parse_dates=["invoiced_on"]),
    }
    pd.testing.assert_frame_equal(table, sums(read))
    whole = table.sum(numeric_only=True)
    assert whole["services"] == MILLION
    assert whole["waiting_days"] == MILLION // 5 * (0 + 1 + 2 + 3 + 4)
    assert whole["working_days"] == MILLION // 2
    # In time are 0, 1 or 2 days and whatever work, or 3 days of waiting and an even number.
    assert whole["on_time"] == MILLION * 3 // 5 + MILLION // 10
    assert whole["sales_centimos"] == 100 * MILLION + MILLION // 1000 * (999 * 1000 // 2)
    # i mod 12 decides both: months 0, 1, 2 fall on the first quarter, and i mod 4 is the type.
    first = table[table["quarter"] == 4 * 2023].set_index("service_type")["services"]
    per_month = {m: len(range(m, MILLION, 12)) for m in range(12)}
    assert first.to_dict() == {"T0": per_month[0], "T1": per_month[1], "T2": per_month[2]}


def test_made_up_ledgers_are_the_same_in_all_forms(tmp_path: Path) -> None:
    expected = reduce(made_up(3000), DIMENSIONS)
    assert set(expected["measure"]) >= {"new_customer_sales", "on_time_in_budget", "satisfied"}
    for form in FORMS:
        write(tmp_path / form, 3000, form)
        with relations(tmp_path / form) as found:
            pd.testing.assert_frame_equal(reduce(found, DIMENSIONS), expected)
    assert not made_up(3000, seed=2)["sale"].equals(made_up(3000)["sale"])


SERVICE: str = CASES["service"]


@pytest.mark.parametrize("case", CASES["bad-cells"], ids=lambda case: case["says"][:60])
def test_a_bad_cell_is_named(tmp_path: Path, case: dict[str, str]) -> None:
    folder = tmp_path / "rows"
    folder.mkdir()
    (folder / "service.csv").write_text(SERVICE, encoding="utf-8")
    (folder / f"{case['table']}.csv").write_text(case["rows"], encoding="utf-8")
    with pytest.raises(InputError) as caught, relations(folder) as found:
        reduce(found)
    assert str(caught.value) == f"rows/{case['table']}.csv, {case['says']}"
    assert not list((folder / "scratch").iterdir())


def test_a_bad_cell_in_a_big_file_is_named(million: Path, tmp_path: Path) -> None:
    lines = (million / "sale.csv").read_text(encoding="utf-8").splitlines()
    lines[876_543] = lines[876_543].replace(",2023-", ",2023/x", 1)
    (tmp_path / "sale.csv").write_text("\n".join(lines), encoding="utf-8")
    refused(tmp_path, r"row 876544, column invoiced_on: “2023/x")
    lines[876_543] = "F1,S1,2023-05-01,1.5"
    (tmp_path / "sale.csv").write_text("\n".join(lines), encoding="utf-8")
    refused(tmp_path, r"row 876544, column amount_centimos: “1.5”")


def test_other_encodings_are_refused(tmp_path: Path) -> None:
    text = SERVICE + "S2,C1,niño,2024-01-01,2024-01-02,2024-01-03,2024-01-04\n"
    (tmp_path / "service.csv").write_bytes(text.encode("latin-1"))
    refused(tmp_path, r"service.csv, row 3: the file is not UTF-8")


def test_parquet_keeps_the_rules_too(tmp_path: Path) -> None:
    rows = pd.DataFrame({"invoice_id": ["F1"], "service_id": ["S1"], "amount_centimos": [1.25]})
    rows["invoiced_on"] = pd.to_datetime(["2024-01-01"])
    rows.to_parquet(tmp_path / "sale.parquet")
    refused(tmp_path, r"sale.parquet, row \d, column amount_centimos: “1.25”")
    (tmp_path / "sale.parquet").write_bytes(b"no parquet")
    said = r"sale\.parquet: DuckDB cannot read this .*too small.*write or copy it again"
    refused(tmp_path, said)


@pytest.mark.parametrize("form", FORMS)
def test_columns_may_be_absent_or_more(tmp_path: Path, form: str) -> None:
    """What may be empty may be absent; what no table knows is not used, whatever its name."""
    whole = {name: made_up(300)[name] for name in ("service", "sale", "cost", "customer")}
    whole["cost"]["service_id"] = ""
    whole["customer"]["first_service_on"] = pd.NaT
    other = {
        "service": whole["service"].assign(line=7, **{"Nº, “x”": "a,b"}),
        "sale": whole["sale"],
        "cost": whole["cost"].drop(columns="service_id"),
        "customer": whole["customer"].drop(columns="first_service_on")[["segment", "customer_id"]],
    }
    write_rows(other, tmp_path, form)
    with relations(tmp_path) as found:
        pd.testing.assert_frame_equal(reduce(found, DIMENSIONS), reduce(whole, DIMENSIONS))


def test_parquet_may_hold_other_types(tmp_path: Path) -> None:
    """Days and amounts as text, moments for days, numbers for keys: the same sums."""
    tables = {name: made_up(300)[name] for name in ("service", "sale")}
    for table in tables.values():
        table["service_id"] = table["service_id"].str[1:]
    expected = reduce(tables, DIMENSIONS)
    stored = {name: table.copy() for name, table in tables.items()}
    for table in stored.values():
        table["service_id"] = table["service_id"].astype("int64")
    stored["sale"]["amount_centimos"] = stored["sale"]["amount_centimos"].astype("str")
    stored["sale"]["invoiced_on"] = stored["sale"]["invoiced_on"].dt.strftime("%Y-%m-%d")
    stored["service"]["completed_on"] += pd.Timedelta(hours=23)
    write_rows(stored, tmp_path, "parquet")
    with relations(tmp_path) as found:
        pd.testing.assert_frame_equal(reduce(found, DIMENSIONS), expected)


def test_lines_may_end_as_on_old_macs(tmp_path: Path) -> None:
    text = SERVICE + SERVICE.splitlines()[1].replace("S1", "S2") + "\n"
    (tmp_path / "service.csv").write_bytes(text.replace("\n", "\r").encode())
    with relations(tmp_path) as found:
        assert sums(found)["services"].sum() == 2


def test_a_table_may_lie_in_several_files(tmp_path: Path) -> None:
    whole = made_up(2000)
    for index, part in enumerate(np.array_split(np.arange(2000), 3)):
        write_rows({f"{index}": whole["sale"].iloc[part]}, tmp_path / "sale", "parquet")
    with relations(tmp_path) as found:
        assert reduce(found).equals(reduce({"sale": whole["sale"]}))
    write_rows({"sale": whole["sale"]}, tmp_path, "csv")
    with pytest.raises(InputError, match="stands here twice"):
        files(tmp_path)


def test_nothing_outside_the_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text(SERVICE, encoding="utf-8")
    folder = tmp_path / "rows"
    folder.mkdir()
    (folder / "service.csv").symlink_to(tmp_path / "secret.csv")
    refused(folder, "link to elsewhere", pytest.fail)
    (folder / "service.csv").unlink()
    (folder / "service.csv").write_text(SERVICE, encoding="utf-8")
    for query in (f"from '{tmp_path / 'secret.csv'}'", "install httpfs", "set threads = 1"):
        with pytest.raises(InputError, match="cannot read"), relations(folder) as found:
            found["service"].query("service", query)


def test_without_duckdb_the_message_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    refused(tmp_path, r"DuckDB, which is not installed.*venv/\.big", pytest.fail)


@pytest.mark.parametrize("form", FORMS)
def test_amounts_in_whole_units_and_open_orders(tmp_path: Path, form: str) -> None:
    """Rounded by row, halves away from zero: 957.58 - 0.13 + 22.37 soles; one service is done."""
    days = pd.to_datetime(["2024-05-01"] * 3)
    rows = {
        "sale": pd.DataFrame({"invoiced_on": days, "amount": [957.5775, -0.125, 22.368]}),
        "service": pd.DataFrame({"completed_on": [days[0], None, None]}),
    }
    with relations(write_rows(rows, tmp_path / "ledger", form)) as found:
        sums = reduce(found, ()).set_index("measure")["value"]
    assert sums.to_dict() == {"sales": 97982, "services": 1}
