"""The printed results, computed again from a ledger and printed in the same form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.numbers import Rounding, decimal
from analysis.base.periods import parse_period, parse_quarter, quarter_label
from analysis.claims.printed import format_like, parse
from analysis.kpis.levels import COLUMNS, by_type, sums
from analysis.tables.case import Case
from analysis.tables.contents import Ledger, read_claims


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
        raise InputError(
            f"the ledger gives {missed.computed} where {missed.printed} is printed",
            file=f"data/raw/{case.name}/claims.csv",
            row=str(missed.claim_id),
            column="printed",
        )


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
    by_quarter = totals.groupby("quarter")[list(COLUMNS)].sum()

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
