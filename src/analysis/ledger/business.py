"""The tables that the whole method needs, made up around a ledger whose rows stay as they are.

These are costs, budgets, financial statements, staff, training, staff survey and ESG scores.

The paper prints no cost, profit or balance. Every ratio is therefore drawn from the same range in
every quarter, so that no margin, return or turnover of the made-up firm shows a trend.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from fractions import Fraction

import pandas as pd

from analysis.base.periods import (
    end_day,
    parse_month,
    quarter_days,
    quarter_end,
    quarter_label,
    quarter_of,
    quarter_start,
)
from analysis.efficiency.quarterly_statements import INCOME
from analysis.ledger.plan import MADE_UP, apportion, jitter, table_of

DIRECT = {"materials": 34, "labour": 26}
"""Direct cost in 100 of sales, by category (an assumption)."""

OVERHEAD = {"selling": 7, "admin": 13, "other_operating": 2, "financial": 1}
"""Other cost in 100 of sales (an assumption)."""

TAX_PERCENT = 29
"""Income tax in 100 of profit before tax (the general rate in Peru)."""

FIRM = f"{MADE_UP}-SEGELEC"

_COST = "incurred_on category amount_centimos service_id"
"""Columns of the table of costs, after its key."""

_STOCKS = {"fixed_assets": 90, "receivables": 45, "inventories": 30, "cash": 30}
_CLAIMS = {"equity": 115, "interest_debt": 45}
"""In 100 of quarterly sales."""

_DEPRECIATION = 5
"""In 100 of fixed assets."""


def stream(seed: int, name: str) -> random.Random:
    """Return a source of randomness of its own, so that one table never changes another."""
    return random.Random(f"{seed}:{name}")


def sales_by_quarter(sale: pd.DataFrame) -> dict[int, int]:
    """Sales in céntimos by quarter index."""
    quarter = sale["invoiced_on"].map(lambda day: quarter_of(day.date()))
    totals = sale.groupby(quarter)["amount_centimos"].sum()
    return {int(str(q)): int(total) for q, total in totals.items()}


def make_costs(
    service: pd.DataFrame, sale: pd.DataFrame, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw the costs of every quarter and the budgets of every service.

    Returns
    -------
    tuple of DataFrame
        Tables ``cost`` and ``service_budget``.
    """
    rng = stream(seed, "costs")
    quarter = service["completed_on"].map(lambda day: quarter_of(day.date()))
    rows: list[tuple[pd.Timestamp, str, int, str]] = []
    spent: dict[str, int] = {}
    for q, total in sorted(sales_by_quarter(sale).items()):
        done = service[quarter == q]
        for category, percent in DIRECT.items():
            weights = [60 + rng.randrange(80) for _ in range(len(done))]
            amounts = apportion(jitter(Fraction(total * percent, 100), rng), weights)
            for key, day, amount in zip(
                done["service_id"], done["completed_on"], amounts, strict=True
            ):
                rows.append((day, category, amount, key))
                spent[key] = spent.get(key, 0) + amount
        rows += _overheads(q, total, rng)
    rows.sort(key=lambda row: (row[0], row[1], row[3]))
    cost = table_of(rows, _COST, "cost_id", "K{:05d}")
    budgets = [jitter(Fraction(amount * 110, 100), rng, 20) for amount in spent.values()]
    budget = pd.DataFrame({"service_id": list(spent), "budget_centimos": budgets})
    return cost, budget.sort_values("service_id", ignore_index=True)


def _overheads(
    q: int, total: int, rng: random.Random
) -> Iterator[tuple[pd.Timestamp, str, int, str]]:
    """Spread a quarter's overheads over its months."""
    for category, percent in OVERHEAD.items():
        weights = [90 + rng.randrange(20) for _ in range(3)]
        parts = apportion(jitter(Fraction(total * percent, 100), rng), weights)
        for i, part in enumerate(parts):
            yield pd.Timestamp(end_day(3 * q + i, "month")), category, part, ""


def make_statements(
    sale: pd.DataFrame, cost: pd.DataFrame, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw quarterly statements that agree with sales and costs to the céntimo.

    Sales and costs are sums of rows. Profit, tax, balance and cash flow follow: cash changes by the
    three cash flows, equity by net profit and what owners draw or pay in, fixed assets by
    investment and depreciation; assets are the sum of the four kinds listed, and what is neither
    equity nor interest debt is owed to suppliers.

    Returns
    -------
    tuple of DataFrame
        Table ``fin_statement``, and the tax of every quarter as rows of ``cost``.
    """
    rng = stream(seed, "statements")
    sales = sales_by_quarter(sale)
    quarter = cost["incurred_on"].map(lambda day: quarter_of(day.date()))
    by_kind = cost.groupby([quarter, "category"])["amount_centimos"].sum()
    typical = Fraction(sum(sales.values()), len(sales))
    before = _balance(typical, rng)
    rows, taxes = [], []
    for q, total in sorted(sales.items()):
        spent = {str(kind): int(by_kind[q, kind]) for kind in (*DIRECT, *OVERHEAD)}
        pre_tax = total - sum(spent.values())
        tax = max(0, round(Fraction(pre_tax * TAX_PERCENT, 100)))
        recent = [sales[p] for p in range(q - 3, q + 1) if p in sales]
        now = _balance(Fraction(sum(recent), len(recent)), rng)
        names = {"company_id": FIRM, "period": quarter_label(q), "basis": "discrete"}
        flows = _cash_flow(before, now, pre_tax - tax)
        rows.append({**names, **_income(total, spent, tax), **now, **flows})
        taxes.append((f"{MADE_UP}-KT{q}", pd.Timestamp(quarter_end(q)), "tax", tax, ""))
        before = now
    return pd.DataFrame(rows), table_of(taxes, f"cost_id {_COST}")


def _income(total: int, spent: dict[str, int], tax: int) -> dict[str, int]:
    return dict.fromkeys(INCOME, 0) | {
        "sales": total,
        "cogs": spent["materials"] + spent["labour"],
        "selling": spent["selling"],
        "admin": spent["admin"],
        "other_op_cost": spent["other_operating"],
        "fin_cost": spent["financial"],
        "income_tax": tax,
    }


def _balance(scale: Fraction, rng: random.Random) -> dict[str, int]:
    """Draw a balance sheet for sales of a given size; the small draws keep ratios alike."""
    stocks = {name: jitter(scale * percent / 100, rng, 3) for name, percent in _STOCKS.items()}
    claims = {name: jitter(scale * percent / 100, rng, 2) for name, percent in _CLAIMS.items()}
    return {"total_assets": sum(stocks.values())} | stocks | claims


def _owed(balance: dict[str, int]) -> int:
    """Owed to suppliers: assets that neither owners nor lenders have paid for."""
    return balance["total_assets"] - balance["equity"] - balance["interest_debt"]


def _cash_flow(before: dict[str, int], now: dict[str, int], profit: int) -> dict[str, int]:
    depreciation = before["fixed_assets"] * _DEPRECIATION // 100
    tied = sum(now[n] - before[n] for n in ("receivables", "inventories"))
    drawn = before["equity"] + profit - now["equity"]
    return {
        "cfo": profit + depreciation - tied + _owed(now) - _owed(before),
        "cfi": -(now["fixed_assets"] - before["fixed_assets"] + depreciation),
        "cff": now["interest_debt"] - before["interest_debt"] - drawn,
    }


OFFICE = 6
"""People in the office (an assumption)."""

LEAVERS_IN_10 = 3
"""Chance in tenths that someone in the office leaves in a quarter, and is replaced."""

SATISFIED_IN_100, CERTIFIED_IN_10, TRAINED_IN_10 = 70, 5, 7
ESG_TYPICAL = {"E": 50, "S": 60, "G": 55}


def make_staff(staff_hours: pd.DataFrame, seed: int) -> pd.DataFrame:
    """List technicians (from the hours they worked) and office staff with their days of entry.

    Technicians stay, since the hours that the print fixes say when they work; some of the office
    staff leave and are replaced, with the same chance in every quarter.
    """
    rng = stream(seed, "staff")
    months = staff_hours.groupby("staff_id", sort=True)["month"].min()
    first = parse_month(str(months.min()))
    quarters = sorted({parse_month(month) // 3 for month in staff_hours["month"]})
    rows: list[tuple[str, str, date, date | None]] = []
    for key, month in months.items():
        start = parse_month(str(month))
        hired = date(start // 12, start % 12 + 1, 1)
        if start == first:
            hired -= timedelta(days=400 + rng.randrange(900))
        rows.append((str(key), "technician", hired - timedelta(days=1), None))
    rows += _office(quarters, rng)
    return table_of(rows, "staff_id role hired_on left_on")


def _office(quarters: list[int], rng: random.Random) -> list[tuple[str, str, date, date | None]]:
    rows: list[tuple[str, str, date, date | None]] = []
    opening = quarter_start(quarters[0])
    for i in range(OFFICE):
        hired = opening - timedelta(days=400 + rng.randrange(900))
        rows.append((f"{MADE_UP}-A{i + 1:02d}", "office", hired, None))
    for quarter in quarters:
        there = [i for i, row in enumerate(rows) if row[3] is None]
        who, day = rng.choice(there), rng.randrange(10, 60)
        if rng.randrange(10) < LEAVERS_IN_10:
            left = quarter_start(quarter) + timedelta(days=day)
            key, role, hired, _ = rows[who]
            rows[who] = (key, role, hired, left)
            rows.append(
                (f"{MADE_UP}-A{len(rows) + 1:02d}", "office", left + timedelta(days=14), None)
            )
    return rows


def _employed(staff: pd.DataFrame) -> Callable[[date], list[str]]:
    """Return a function that says who is employed on a day."""
    columns = (staff[name] for name in ("staff_id", "hired_on", "left_on"))
    terms = list(zip(*columns, strict=True))

    def employed(day: date) -> list[str]:
        when = pd.Timestamp(day)
        return [str(key) for key, hired, left in terms if hired <= when and not left < when]

    return employed


def make_training(staff: pd.DataFrame, quarters: range, seed: int) -> pd.DataFrame:
    """Draw trainings: most of the staff once a quarter, two to eight hours."""
    rng, employed = stream(seed, "training"), _employed(staff)
    rows = []
    for quarter in quarters:
        for key in employed(quarter_start(quarter)):
            held = quarter_start(quarter) + timedelta(days=rng.randrange(quarter_days(quarter)))
            hours, certified = 8 + 4 * rng.randrange(7), rng.randrange(10) < CERTIFIED_IN_10
            if rng.randrange(10) < TRAINED_IN_10 and key in employed(held):
                rows.append((key, held, hours, "yes" if certified else "no"))
    rows.sort(key=lambda row: (row[1], row[0]))
    return table_of(rows, "staff_id held_on quarter_hours certified", "training_id", "E{:04d}")


def make_staff_survey(staff: pd.DataFrame, quarters: range, seed: int) -> pd.DataFrame:
    """Draw one answer a quarter from everyone employed in its last weeks."""
    rng, employed = stream(seed, "staff_survey"), _employed(staff)
    rows = []
    for quarter in quarters:
        day = quarter_start(quarter + 1) - timedelta(days=10)
        for key in employed(day):
            happy = rng.randrange(100) < SATISFIED_IN_100
            score = 4 + rng.randrange(2) if happy else 1 + rng.randrange(3)
            rows.append((key, day, score))
    return table_of(rows, "staff_id answered_on score", "response_id", "P{:04d}")


def make_esg(quarters: range, seed: int) -> pd.DataFrame:
    """Draw one score per pillar and quarter around a typical one."""
    rng = stream(seed, "esg")
    rows = [
        (quarter_label(quarter), pillar, f"{MADE_UP}-assessor", typical + rng.randrange(-4, 5))
        for quarter in quarters
        for pillar, typical in ESG_TYPICAL.items()
    ]
    return table_of(rows, "period pillar assessor score")


def make_method_rows(ledger: dict[str, pd.DataFrame], seed: int) -> dict[str, pd.DataFrame]:
    """Draw costs, budgets, statements, staff, training, staff survey and ESG scores.

    Each table has a source of randomness of its own, so adding one changes no other.

    Parameters
    ----------
    ledger : dict of str to DataFrame
        Needs ``service``, ``sale`` and ``staff_hours``.
    seed : int
        The same ledger and seed give the same rows.

    Returns
    -------
    dict of str to DataFrame
        By table name, as the row models in :mod:`analysis.tables.firm_tables` describe them.
    """
    months = [parse_month(month) for month in ledger["staff_hours"]["month"]]
    quarters = range(min(months) // 3, max(months) // 3 + 1)
    cost, budget = make_costs(ledger["service"], ledger["sale"], seed)
    statements, taxes = make_statements(ledger["sale"], cost, seed)
    staff = make_staff(ledger["staff_hours"], seed)
    return {
        "cost": pd.concat([cost, taxes], ignore_index=True),
        "service_budget": budget,
        "staff": staff,
        "training": make_training(staff, quarters, seed),
        "staff_survey": make_staff_survey(staff, quarters, seed),
        "esg_score": make_esg(quarters, seed),
        "fin_statement": statements,
    }
