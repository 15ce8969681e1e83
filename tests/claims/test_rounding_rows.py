"""Rows of the verdicts against the rounding rules that they name, by calculations of their own.

What a row says must hold under each of its rules: its witness prints the claim, and its bounds are
those of that rule. Printing is done by Python's decimals, bounds by hand-made formulas and counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from analysis.claims.judge import Judge
from analysis.claims.solver.bounds import bounds
from analysis.claims.solver.search import witness
from analysis.claims.solver.system import Linear, equal, quantity
from analysis.tables.case import load_case

RULES = {"half-up": ROUND_HALF_UP, "half-even": ROUND_HALF_EVEN, "truncate": ROUND_DOWN}
WHICH_FIT = {"half-up": (66, 49), "half-even": (66, 49), "truncate": (63, 67)}
HALVES = {f"{year}H1": (f"{year}Q1", f"{year}Q2") for year in (2022, 2023, 2024)}
HALVES |= {"2023H2": ("2023Q3", "2023Q4"), "2023": (*HALVES["2023H1"], "2023Q3", "2023Q4")}
DEFAULT = load_case("segelec", Path(__file__).parents[2]).reading()


def shown(value: Fraction, places: int, rule: str) -> str:
    """Print a number under a rounding rule (60 digits make no tie where there is none)."""
    with localcontext() as context:
        context.prec = 60
        number = Decimal(value.numerator) / Decimal(value.denominator)
        return f"{number.quantize(Decimal(1).scaleb(-places), RULES[rule]):,}"


def named(row: pd.Series) -> list[str]:
    """The rules that a row names; none of them means all."""
    return row["rounding"].split("; ") if row["rounding"] else list(RULES)


def reading(row: pd.Series) -> dict[str, str]:
    pairs = [pair.split("=") for pair in row["reading"].split("; ") if pair]
    return DEFAULT | dict(pairs)


def over(data: dict[str, int], what: str, period: str) -> Fraction:
    quarters = [q for part in period.split("+") for q in HALVES.get(part, (part,))]
    return Fraction(sum(data[f"{what}@{quarter}"] for quarter in quarters))


def before(period: str, base: str) -> str:
    """The quarter that a growth rate is measured against."""
    year, quarter = int(period[:4]), int(period[-1])
    if base == "previous-quarter":
        return f"{year}Q{quarter - 1}" if quarter > 1 else f"{year - 1}Q4"
    return f"{year - 1}Q{quarter}"


def value(row: pd.Series) -> Fraction:
    """What a claim's own witness gives for it."""
    data, how, kind = json.loads(row["witness"]), reading(row), row["quantity"]
    growth = row["unit"] == "%"
    if kind == "sales" and growth:
        now = f"{'2024' if row['printed'] == '18%' else '2023'}Q2"
        then = before(now, how["sales_growth"])
        if how["sales_growth"] == "half-year":
            now, then = f"{now[:4]}H1", f"{then[:4]}H1"
        return 100 * (over(data, "sales", now) / over(data, "sales", then) - 1)
    if kind == "sales":
        return over(data, "sales", how["sales_total"]) / 100
    if kind == "satisfaction":
        if how["satisfaction"] == "growth":
            now, then = (data[f"index_points@{half}"] for half in ("2024H1", "2023H1"))
            return 100 * (Fraction(now, then) - 1)
        n = data["answers@2024H1"]
        if how["satisfaction"] == "mean-score":
            return Fraction(100 * data["score@2024H1"], 5 * n)
        return 100 * Fraction(data["satisfied@2024H1"], n) ** (
            1 + ("squared" in how["satisfaction"])
        )
    if kind == "productivity":
        now = "2024Q1" if row["printed"] == "10.5%" else "2024Q2"
        then = before(now, how["productivity_growth"])
        output = how["productivity_output"]
        linked = how["labour"] == "constant" and output in ("services", "sales")
        what = output if linked else "productivity"
        return 100 * (over(data, what, now) / over(data, what, then) - 1)
    if growth:
        quarterly = how["services_growth"] == "previous-quarter"
        pair = ("2024Q2", "2024Q1") if quarterly else ("2024H1", "2023H1")
        now, then = (over(data, "services", period) for period in pair)
        return 100 * (now - then) / (now if how["services_growth"] == "on-later" else then)
    if kind == "services":
        if "services@unstated" in data:
            return Fraction(data["services@unstated"])
        return over(data, "services", how["services_period"])
    return Fraction(data[f"{kind}@unstated"])


def test_witnesses_print_the_claim_under_every_rule_of_their_row(table: pd.DataFrame) -> None:
    results = table[(table["role"] == "result") & (table["witness"] != "")]
    seen: set[tuple[str, str]] = set()
    for _, row in results.iterrows():
        found = value(row)
        text = row["printed"].removesuffix("%")
        for rule in named(row):
            printed = shown(found, len(text.partition(".")[2]), rule)
            assert printed == text, (row["claim_id"], row["reading"], rule)
            seen.add((row["claim_id"], rule))
    assert seen == {(claim, rule) for claim in set(results["claim_id"]) for rule in RULES}


def ends(text: str, rule: str) -> tuple[Fraction, Fraction]:
    """The values that print as given, from the first to the one where they end."""
    number = Fraction(text.replace(",", "").removesuffix("%"))
    unit = Fraction(1, 10 ** len(text.removesuffix("%").partition(".")[2]))
    low = number - (0 if rule == "truncate" else unit / 2)
    scale = 100 if text.endswith("%") else 1
    return low / scale, (low + unit) / scale


def sales_by_hand(rule: str) -> Iterator[tuple[str, str, str, Fraction, Fraction]]:
    """Bounds of sales that a formula gives: base, what the total covers, period, low, high."""
    total, (g, h) = ends("303,110", rule), ends("18%", rule)
    then = ends("12%", rule)
    year = (total[0] / (1 + h), total[1] / (1 + g))
    yield "year-on-year", "2024Q2", "2023Q2", *year
    yield "year-on-year", "2024Q2", "2022Q2", year[0] / (1 + then[1]), year[1] / (1 + then[0])
    for base, covers, period in (
        ("year-on-year", "2023Q2+2024Q2", "2023Q2"),
        ("previous-quarter", "2024H1", "2024Q1"),
    ):
        yield base, covers, period, total[0] / (2 + h), total[1] / (2 + g)
        rest = (total[0] * (1 + g) / (2 + g), total[1] * (1 + h) / (2 + h))
        yield base, covers, "2024Q2", *rest


@pytest.mark.parametrize("rule", RULES)
def test_bounds_of_sales_are_those_of_the_rule(
    judge: Judge, table: pd.DataFrame, rule: str
) -> None:
    rows = table[table["claim_id"] == "6-sales-total"]
    stored = 0
    for base, covers, period, low, high in sales_by_hand(rule):
        chosen = {"rounding": rule, "sales_growth": base, "sales_total": covers}
        exact = bounds(judge.system("sales", DEFAULT | chosen), quantity(f"sales@{period}"))
        assert exact.low is not None
        assert exact.high is not None
        found = [(exact.low.value / 100, exact.high.value / 100)]
        for _, row in rows.iterrows():
            how = reading(row)
            if rule in named(row) and (how["sales_growth"], how["sales_total"]) == (base, covers):
                texts = json.loads(row["bounds"]).get(f"sales@{period}")
                if texts:
                    first, last = (Fraction(text.replace(",", "")) for text in texts)
                    found.append((first, last))
        stored += len(found) - 1
        for first, last in found:  # a céntimo of the total is a little less of a quarter
            assert 0 <= first - low < Fraction(1, 100), (base, covers, period)
            assert 0 <= high - last < Fraction(2, 100), (base, covers, period)
    assert stored == 5  # of 2022Q2, which the total itself does not speak about, no row is stored


@pytest.mark.parametrize("rule", RULES)
def test_numbers_of_respondents_are_those_of_the_rule(
    judge: Judge, table: pd.DataFrame, rule: str
) -> None:
    near = {n: range(7 * n // 10, 4 * n // 5) for n in range(1, 355)}
    fits = [n for n in near if "77.6" in {shown(Fraction(100 * k, n), 1, rule) for k in near[n]}]
    assert (len(fits), fits[0]) == WHICH_FIT[rule]
    rows = table[table["claim_id"] == "abstract-satisfaction"]
    rows = rows[rows["reading"] == "satisfaction=share; respondents=sample"]
    (row,) = (r for _, r in rows.iterrows() if rule in named(r))
    assert json.loads(row["bounds"])["answers@2024H1"] == [str(fits[0]), str(fits[-1])]
    system = judge.system("satisfaction", reading(row) | {"rounding": rule})
    answers = quantity("answers@2024H1")  # as many as in 2024H1, by a relation of the case
    sizes = {n: system.plus(equal("size", answers, Linear((), Fraction(n)))) for n in near}
    assert fits == [n for n, one in sizes.items() if isinstance(witness(one), dict)]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("period", ["2024H1", "2023H1"])
def test_counts_of_services_are_those_of_the_rule(
    table: pd.DataFrame, rule: str, period: str
) -> None:
    pairs = (
        [(n, 354) for n in range(1, 354)] if period == "2024H1" else [(354, n) for n in range(900)]
    )
    fits = [p for p in pairs if shown(Fraction(100 * (p[1] - p[0]), p[0]), 1, rule) == "22.9"]
    rows = table[table["claim_id"] == "6-services"]
    wanted = f"services_period={period}; services_growth=year-on-year"
    found = [
        r
        for _, r in rows.iterrows()
        if r["reading"].startswith(wanted)
        and "labour=constant" not in r["reading"]
        and rule in named(r)
    ]
    assert found
    for row in found:
        assert row["verdict"] == ("consistent" if fits else "inconsistent")
        if fits:
            (pair,) = fits
            half, other = ("2023H1", pair[0]) if period == "2024H1" else ("2024H1", pair[1])
            assert json.loads(row["bounds"])[f"services@{half}"] == [str(other)] * 2


def test_no_rule_stands_twice_and_none_is_left_out(table: pd.DataFrame) -> None:
    for key, rows in table.groupby(["claim_id", "reading"]):
        rules = [rule for _, row in rows.iterrows() for rule in named(row)]
        assert sorted(rules) == sorted(RULES), key
