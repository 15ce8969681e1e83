"""A synthetic ledger that meets every result a publication prints, and the check that it does.

Rows are drawn so that they add up to a plan; the printed results are computed again from them.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.numbers import parse
from analysis.base.periods import (
    parse_period,
    parse_quarter,
    quarter_days,
    quarter_end,
    quarter_label,
    quarter_start,
)
from analysis.base.text import Rounding, decimal
from analysis.claims.printed import format_like
from analysis.kpis.levels import by_type, sums
from analysis.ledger.business import make_method_rows
from analysis.ledger.plan import (
    MADE_UP,
    QUARTER_HOURS_PER_TECHNICIAN,
    Plan,
    Survey,
    apportion,
    make_plan,
    table_of,
)
from analysis.tables.case import Case
from analysis.tables.firm_tables import LEDGER_TABLES, Ledger
from analysis.tables.rows import write_frame
from analysis.tables.strategy_tables import CHECK_INS, read_claims

SEGMENTS = {"household": 45, "shop": 35, "company": 20}
"""Customers in 100 by segment (an assumption)."""

PROMISED_DAYS = 14
"""Days from request to the promised day (an assumption)."""


def make_rows(plan: Plan, seed: int) -> dict[str, pd.DataFrame]:
    """Draw the rows of every ledger table.

    Parameters
    ----------
    plan : Plan
        The totals to meet exactly.
    seed : int
        The same plan and seed give the same rows.

    Returns
    -------
    dict of str to DataFrame
        By table name, as the row models in :mod:`analysis.tables.firm_tables` describe them.
    """
    rng = random.Random(seed + 1)
    services = _services(plan, rng)
    return {
        "customer": _customers(services, rng),
        "service": services,
        "sale": _sales(plan, services, rng),
        "survey_response": _survey(plan, services, rng),
        "staff_hours": _staff_hours(plan, rng),
    }


def _kinds(plan: Plan, rng: random.Random) -> dict[int, list[str]]:
    """Deal service types to quarters: exactly where printed, in like proportions elsewhere."""
    names, counts = list(plan.types), list(plan.types.values())
    deck = [name for name, count in plan.types.items() for _ in range(count)]
    rng.shuffle(deck)
    dealt: dict[int, list[str]] = {}
    for quarter, number in plan.services.items():
        if quarter in plan.typed_quarters:
            dealt[quarter], deck = deck[:number], deck[number:]
        else:
            dealt[quarter] = [_draw(names, counts, rng) for _ in range(number)]
    return dealt


def _draw(names: list[str], weights: list[int], rng: random.Random) -> str:
    return names[bisect_right(list(accumulate(weights)), rng.randrange(sum(weights)))]


def _services(plan: Plan, rng: random.Random) -> pd.DataFrame:
    rows = []
    customers = sum(plan.services.values()) // 5
    for quarter, kinds in _kinds(plan, rng).items():
        days = sorted(rng.randrange(quarter_days(quarter)) for _ in kinds)
        for kind, day in zip(kinds, days, strict=True):
            completed = _working_day(quarter_start(quarter) + timedelta(days=day), quarter)
            started = completed - timedelta(days=rng.randrange(4))
            requested = started - timedelta(days=1 + rng.randrange(8) + rng.randrange(9))
            rows.append(
                {
                    "customer_id": f"{MADE_UP}-C{rng.randrange(customers) + 1:04d}",
                    "service_type": kind,
                    "requested_on": requested,
                    "started_on": started,
                    "completed_on": completed,
                    "due_on": requested + timedelta(days=PROMISED_DAYS),
                }
            )
    return table_of(rows, key="service_id", form="S{:05d}")


def _working_day(day: date, quarter: int) -> date:
    """Move Sundays by a day, staying inside the quarter."""
    if day.weekday() < 6:
        return day
    step = 1 if day < quarter_end(quarter) else -1
    return day + timedelta(days=step)


def _customers(services: pd.DataFrame, rng: random.Random) -> pd.DataFrame:
    first = services.groupby("customer_id", sort=True)["completed_on"].min().reset_index()
    first.columns = pd.Index(["customer_id", "first_service_on"])
    names, weights = list(SEGMENTS), list(SEGMENTS.values())
    first.insert(1, "segment", [_draw(names, weights, rng) for _ in range(len(first))])
    return first


def _by_quarter(frame: pd.DataFrame, column: str) -> dict[int, pd.DataFrame]:
    index = 4 * frame[column].dt.year + (frame[column].dt.month - 1) // 3
    return {int(key): part for key, part in frame.groupby(index, sort=True)}


def _sales(plan: Plan, services: pd.DataFrame, rng: random.Random) -> pd.DataFrame:
    """Invoice every service on its completion; each quarter adds up to the plan."""
    rows: list[tuple[str, pd.Timestamp, int]] = []
    for quarter, done in _by_quarter(services, "completed_on").items():
        weights = [40 + rng.randrange(60) + rng.randrange(60) for _ in range(len(done))]
        amounts = apportion(plan.sales[quarter], weights)
        rows += zip(done["service_id"], done["completed_on"], amounts, strict=True)
    return table_of(rows, "service_id invoiced_on amount_centimos", "invoice_id", "F{:05d}")


def _survey(plan: Plan, services: pd.DataFrame, rng: random.Random) -> pd.DataFrame:
    """Let some customers answer within the quarter; 4 and 5 are satisfied."""
    rows = []
    done = _by_quarter(services, "completed_on")
    for quarter, survey in sorted(plan.survey.items()):
        asked = _asked(len(done[quarter]), survey.answers, rng)
        for position, score in zip(asked, _scores(survey, rng), strict=True):
            service = done[quarter].iloc[position]
            answered = service["completed_on"].date() + timedelta(days=rng.randrange(6))
            rows.append((service["service_id"], min(answered, quarter_end(quarter)), score))
    return table_of(rows, "service_id answered_on score", "response_id", "R{:05d}")


def _asked(services: int, answers: int, rng: random.Random) -> list[int]:
    """Choose the services that are asked about, each once unless there are more answers."""
    rounds, rest = divmod(answers, services)
    return sorted([*range(services)] * rounds + rng.sample(range(services), rest))


def _scores(survey: Survey, rng: random.Random) -> list[int]:
    """Draw scores from 1 to 5 with the wanted number of satisfied ones, or the wanted sum."""
    if survey.score_total is not None:
        scores = apportion(survey.score_total, [1] * survey.answers)
        for _ in range(survey.answers):  # spread them out: one up, another down
            up, down = rng.randrange(survey.answers), rng.randrange(survey.answers)
            if scores[up] < 5 and scores[down] > 1 and up != down:
                scores[up] += 1
                scores[down] -= 1
    else:
        happy = survey.satisfied or 0
        scores = [4 + rng.randrange(2) for _ in range(happy)]
        scores += [1 + rng.randrange(3) for _ in range(survey.answers - happy)]
    rng.shuffle(scores)
    return scores


def _staff_hours(plan: Plan, rng: random.Random) -> pd.DataFrame:
    """Spread each quarter's time over technicians and months."""
    rows = []
    for quarter, time in plan.quarter_hours.items():
        heads = _heads(time)
        weights = [950 + rng.randrange(100) for _ in range(3 * heads)]
        for i, part in enumerate(apportion(time, weights)):
            month = quarter_start(quarter).month + i % 3
            rows.append((f"{MADE_UP}-T{i // 3 + 1}", f"{quarter // 4}-{month:02d}", part))
    rows.sort(key=lambda row: (row[1], row[0]))
    return table_of(rows, "staff_id month quarter_hours")


def _heads(time: int) -> int:
    """Technicians needed for a quarter's time at full-time hours, rounded up past a tenth."""
    full, rest = divmod(time, QUARTER_HOURS_PER_TECHNICIAN)
    return max(1, full + (10 * rest > QUARTER_HOURS_PER_TECHNICIAN))


def make_ledger(
    case: Case, reading: Mapping[str, str] | None = None, seed: int | None = None
) -> Ledger:
    """Make up a ledger that meets the print.

    Parameters
    ----------
    case : Case
        A case of kind ``synthetic``.
    reading : mapping of str to str, optional
        Options that replace the defaults of ``case.yaml``.
    seed : int, optional
        Replaces the seed of ``case.yaml``.

    Raises
    ------
    InputError
        If a reading is unknown, or nothing meets the print under it.
    """
    calibration = case.parameters.calibration
    chosen = seed if seed is not None else (calibration.seed if calibration else 0)
    rows = make_rows(make_plan(case, case.reading(dict(reading or {})), chosen), chosen)
    return rows | make_method_rows(rows, chosen)


def write_ledger(ledger: Ledger, folder: Path) -> None:
    """Write every table of a ledger as CSV."""
    for table in (*LEDGER_TABLES, CHECK_INS):
        if table.name in ledger:
            write_frame(ledger[table.name], folder / table.file)


def reproduce(case: Case, ledger: Ledger, choices: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Compute every printed result of the case under a reading.

    Parameters
    ----------
    case : Case
        The case.
    ledger : dict of str to DataFrame
        The rows.
    choices : mapping of str to str, optional
        Options that replace the default readings.

    Returns
    -------
    DataFrame
        One row per result claim: claim_id, result (in words), printed, value (Fraction), exact
        (the value, with two more digits than printed unless it is a count), computed (the value in
        the printed form) and same (whether printed and computed are the same string).
    """
    reading = case.reading(dict(choices or {}))
    rounding = Rounding(reading["rounding"])
    values = _values(ledger, reading)
    rows = []
    for claim in read_claims(case):
        if claim.role != "result":
            continue
        subject = claim.claim_id.split("-", 1)[1]
        value, words = values[subject]
        printed = parse(claim.printed)
        computed = format_like(value, printed, rounding)
        more = 0 if claim.kind == "count" else 2
        shown = decimal(printed.decimals + more)(value / printed.scale)
        rows.append(
            {
                "claim_id": claim.claim_id,
                "result": words,
                "printed": claim.printed,
                "value": value,
                "exact": shown + ("%" if printed.percent else ""),
                "computed": computed,
                "same": computed == claim.printed,
            }
        )
    return pd.DataFrame(rows)


def require_same(case: Case, ledger: Ledger, choices: Mapping[str, str] | None = None) -> None:
    """Refuse a ledger that misses a printed result.

    Raises
    ------
    InputError
        Naming the first result that comes out otherwise.
    """
    table = reproduce(case, ledger, choices)
    for missed in table[~table["same"]].itertuples():
        rule = f"the ledger gives {missed.computed} where {missed.printed} is printed"
        file = f"data/raw/{case.name}/claims.csv"
        raise InputError(rule, file=file, row=str(missed.claim_id), column="printed")


def printed_growth(case: Case, quantity: str) -> dict[str, str]:
    """Return the printed year-on-year growth of a quantity by quarter, under the default reading.

    Empty where the default reading measures growth against something else.
    """
    if case.reading().get(f"{quantity}_growth") != "year-on-year":
        return {}
    return {
        claim.period: claim.printed
        for claim in read_claims(case)
        if claim.role == "result" and claim.kind == "growth" and claim.quantity == quantity
    }


def _values(ledger: Ledger, reading: Mapping[str, str]) -> dict[str, tuple[Fraction, str]]:
    totals = sums(ledger)
    by_quarter = totals.groupby("quarter").sum(numeric_only=True)

    def over(measure: str, period: str) -> Fraction:
        return Fraction(int(by_quarter.loc[list(parse_period(period)), measure].sum()))

    def growth(name: str, later: str, earlier: str) -> tuple[Fraction, str]:
        new, old = _rate(name, later, over), _rate(name, earlier, over)
        return new / old - 1, f"{_NAMES[name]}, {later} on {earlier}"

    covered, sold = reading["services_period"], reading["sales_total"]
    kinds = by_type(totals, parse_period(covered))
    values = {
        "services": (over("services", covered), f"Services, {covered}"),
        "lifting-doors": (Fraction(int(kinds["lifting_doors"])), f"Lifting doors, {covered}"),
        "alarms": (Fraction(int(kinds["alarms"])), f"Alarm installations, {covered}"),
        "services-growth": growth("services", "2024H1", "2023H1"),
        "sales-total": (over("sales_centimos", sold) / 100, f"Sales in soles, {sold}"),
        "satisfaction": (_satisfaction(ledger, over, reading), "Satisfaction index, 2024H1"),
    }
    if reading["services_growth"] == "previous-quarter":
        values["services-growth"] = growth("services", "2024Q2", "2024Q1")
    elif reading["services_growth"] == "on-later":
        fall = 1 - over("services", "2023H1") / over("services", "2024H1")
        values["services-growth"] = fall, "Services, 2024H1 over 2023H1, on the later"
    for number, quarter in enumerate(("2024Q1", "2024Q2"), 1):
        base = _base(quarter, reading["productivity_growth"])
        values[f"productivity-q{number}"] = growth("productivity", quarter, base)
    for year in ("2023", "2024"):
        later = f"{year}H1" if reading["sales_growth"] == "half-year" else f"{year}Q2"
        values[f"sales-growth-{year}"] = growth(
            "sales", later, _base(later, reading["sales_growth"])
        )
    return values


_NAMES = {"services": "Services", "sales": "Sales", "productivity": "Productivity"}


def _rate(name: str, period: str, over: Callable[[str, str], Fraction]) -> Fraction:
    if name == "productivity":
        return over("services", period) / over("quarter_hours", period)
    return over({"sales": "sales_centimos"}.get(name, name), period)


def _base(period: str, comparison: str) -> str:
    """Label of the period that another is compared with."""
    if comparison == "previous-quarter":
        return quarter_label(parse_quarter(period) - 1)
    return f"{int(period[:4]) - 1}{period[4:]}"


def _satisfaction(
    ledger: Ledger, over: Callable[[str, str], Fraction], reading: Mapping[str, str]
) -> Fraction:
    share = over("satisfied", "2024H1") / over("answers", "2024H1")
    if reading["satisfaction"] == "growth":
        return share / (over("satisfied", "2023H1") / over("answers", "2023H1")) - 1
    if reading["satisfaction"] == "squared-share":
        return share**2
    if reading["satisfaction"] == "mean-score":
        scores = ledger["survey_response"]["score"]
        return Fraction(int(scores.sum()), 5 * len(scores))
    return share
