"""The printed results, computed again from a ledger and printed in the same form."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pandas as pd

from analysis.calibrate import Ledger
from analysis.case import Case
from analysis.claims.printed import Rounding, format_like, parse
from analysis.display.numbers import decimal
from analysis.kpis import by_type, kpi_table, sums
from analysis.kpis.sums import MEASURES
from analysis.periods import parse_period
from analysis.tables import read_claims


def reproduce(case: Case, ledger: Ledger) -> pd.DataFrame:
    """Compute every printed result of the case under its default readings.

    Returns
    -------
    DataFrame
        One row per result claim: claim_id, result (in words), printed, value (Fraction), exact
        (the value with two more digits than printed), computed (the value in the printed form)
        and same (whether printed and computed are the same string).
    """
    reading = case.reading()
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
        shown = decimal(printed.decimals + 2)(value / printed.scale)
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


def printed_growth(case: Case, quantity: str) -> dict[str, str]:
    """Return the printed year-on-year growth of a quantity by quarter, under the default reading.

    Empty where the default reading measures growth against something else.
    """
    if case.reading()[f"{quantity}_growth"] != "year-on-year":
        return {}
    return {
        claim.period: claim.printed
        for claim in read_claims(case)
        if claim.role == "result" and claim.kind == "growth" and claim.quantity == quantity
    }


def _values(ledger: Ledger, reading: Mapping[str, str]) -> dict[str, tuple[Fraction, str]]:
    totals = sums(ledger)
    kpis = kpi_table(totals).set_index(["kpi", "period"])["value"]
    covered = parse_period(reading["services_period"])
    kinds = by_type(totals, covered)
    by_quarter = totals.groupby("quarter")[list(MEASURES)].sum()
    survey = by_quarter.loc[list(parse_period("2024H1"))]
    sold = int(by_quarter.loc[list(parse_period(reading["sales_total"])), "sales_centimos"].sum())
    before, after = (
        int(by_quarter.loc[list(parse_period(period)), "services"].sum())
        for period in ("2023H1", "2024H1")
    )

    def growth(name: str, later: str, earlier: str) -> Fraction:
        new, old = Fraction(kpis[name, later]), Fraction(kpis[name, earlier])
        return new / old - 1

    period = reading["services_period"]
    return {
        "services": (Fraction(int(kinds.sum())), f"Services, {period}"),
        "lifting-doors": (Fraction(int(kinds["lifting_doors"])), f"Lifting doors, {period}"),
        "alarms": (Fraction(int(kinds["alarms"])), f"Alarm installations, {period}"),
        "services-growth": (Fraction(after, before) - 1, "Services, 2024H1 on 2023H1"),
        "productivity-q1": (
            growth("productivity", "2024Q1", "2023Q1"),
            "Productivity, 2024Q1 on 2023Q1",
        ),
        "productivity-q2": (
            growth("productivity", "2024Q2", "2023Q2"),
            "Productivity, 2024Q2 on 2023Q2",
        ),
        "sales-growth-2024": (growth("sales", "2024Q2", "2023Q2"), "Sales, 2024Q2 on 2023Q2"),
        "sales-growth-2023": (growth("sales", "2023Q2", "2022Q2"), "Sales, 2023Q2 on 2022Q2"),
        "sales-total": (Fraction(sold, 100), f"Sales in soles, {reading['sales_total']}"),
        "satisfaction": (
            Fraction(int(survey["satisfied"].sum()), int(survey["answers"].sum())),
            "Satisfaction index, 2024H1",
        ),
    }
