"""Costs, statements and staff of the synthetic firm: identities, ties to the ledger, no trend."""

import random
from fractions import Fraction
from itertools import pairwise

import pandas as pd
import pytest

from analysis.kpis.catalogue import indicator, measures_of
from analysis.kpis.levels import level_table
from analysis.kpis.reduce import reduce
from analysis.ledger.business import make_costs, make_method_rows, make_statements
from analysis.ledger.plan import make_plan
from analysis.ledger.synthetic import make_ledger, make_rows
from analysis.tables.case import Case
from analysis.tables.firm_tables import CORE_TABLES, LEDGER_TABLES, Ledger

OTHER_COSTS = {"selling": "selling", "admin": "admin", "other_op_cost": "other_operating"}
OTHER_COSTS |= {"fin_cost": "financial", "income_tax": "tax"}


def quarters(days: pd.Series) -> pd.Series:
    return days.dt.year.astype(str) + "Q" + days.dt.quarter.astype(str)


def test_older_tables_do_not_change(segelec: Case, ledger: Ledger) -> None:
    seed = segelec.parameters.calibration.seed
    alone = make_rows(make_plan(segelec, segelec.reading(), seed), seed)
    assert all(alone[table.name].equals(ledger[table.name]) for table in CORE_TABLES)


def test_every_key_is_marked_as_made_up(ledger: Ledger) -> None:
    for table in LEDGER_TABLES[5:]:
        column = "assessor" if table.name == "esg_score" else table.key[0]
        assert ledger[table.name][column].str.startswith("SYN").all(), table.name


@pytest.mark.parametrize("seed", [1, 2, 20241225])
def test_statements_agree_with_the_rows_and_with_each_other(segelec: Case, seed: int) -> None:
    ledger = make_ledger(segelec, seed=seed)
    rows = ledger["fin_statement"].set_index("period")
    sale, cost = ledger["sale"], ledger["cost"]
    sold = sale.groupby(quarters(sale["invoiced_on"]))["amount_centimos"].sum()
    spent = cost.groupby([quarters(cost["incurred_on"]), "category"])["amount_centimos"].sum()
    for period, row in rows.iterrows():
        assert row["sales"] == sold[period]
        assert row["cogs"] == spent[period, "materials"] + spent[period, "labour"]
        for column, category in OTHER_COSTS.items():
            assert row[column] == spent[period, category]
    made = ledger["fin_statement"].to_dict("records")
    for row in made:
        parts = ("fixed_assets", "receivables", "inventories", "cash")
        assert row["total_assets"] == sum(row[part] for part in parts)
        assert row["equity"] + row["interest_debt"] < row["total_assets"]  # the rest is owed
    for old, new in pairwise(made):
        assert new["cash"] - old["cash"] == new["cfo"] + new["cfi"] + new["cff"]
        profit = new["sales"] - new["cogs"] - sum(new[cost] for cost in OTHER_COSTS)
        drawn = old["equity"] + profit - new["equity"]
        assert new["cff"] == new["interest_debt"] - old["interest_debt"] - drawn


def test_staff_agrees_with_the_hours(ledger: Ledger) -> None:
    staff = ledger["staff"].set_index("staff_id")
    hours = ledger["staff_hours"]
    for key, month in zip(hours["staff_id"], hours["month"], strict=True):
        assert staff.loc[key, "hired_on"] < pd.Timestamp(f"{month}-01")
        assert pd.isna(staff.loc[key, "left_on"])
    trained = ledger["training"].join(staff, on="staff_id")
    assert (trained["held_on"] >= trained["hired_on"]).all()
    assert not (trained["held_on"] > trained["left_on"]).any()


def test_nothing_that_is_not_printed_shows_a_trend() -> None:
    """Over many firms with level sales, late quarters are no better than early ones."""
    keys = ("F2", "F5", "C3", "P1", "P2", "P3")
    measures = {spec.name for key in keys for spec in measures_of(indicator(key).form)}
    months = [f"{2022 + m // 12}-{m % 12 + 1:02d}" for m in range(30)]
    differences: dict[str, list[Fraction]] = {}
    for seed in range(25):
        rng = random.Random(seed)
        names = [f"S{i:03d}" for i in range(60)]
        days = pd.to_datetime([f"{months[i % 30]}-15" for i in range(60)])
        dates = dict.fromkeys(("requested_on", "started_on", "completed_on", "due_on"), days)
        ids = {"service_id": names, "customer_id": names, "service_type": "x"}
        service = pd.DataFrame(ids | dates)
        amounts = [90000 + rng.randrange(20000) for _ in names]
        sale = pd.DataFrame({"service_id": names, "invoiced_on": days, "amount_centimos": amounts})
        hours = pd.DataFrame({"staff_id": "SYN-T1", "month": months, "quarter_hours": 400})
        firm = {"service": service, "sale": sale, "staff_hours": hours}
        rows = firm | make_method_rows(firm, seed)
        table = level_table(reduce(rows, (), measures))
        for key in keys:
            values = [v for v in table[table["key"] == key].sort_values("index")["value"] if v]
            half = len(values) // 2
            early, late = sum(values[:half]), sum(values[-half:])
            differences.setdefault(key, []).append((late - early) / early)
    for key, found in differences.items():
        mean = sum(found) / len(found)
        spread = sum((x - mean) ** 2 for x in found) / (len(found) - 1) / len(found)
        assert mean**2 <= 9 * spread, key  # within three standard errors of no trend


def test_adding_a_table_changes_no_other(ledger: Ledger) -> None:
    cost, budget = make_costs(ledger["service"], ledger["sale"], 9)
    again, _ = make_costs(ledger["service"], ledger["sale"], 9)
    assert cost.equals(again)
    first, _ = make_statements(ledger["sale"], cost, 9)
    assert first["sales"].sum() == ledger["sale"]["amount_centimos"].sum()
    assert len(budget) == len(ledger["service"])
