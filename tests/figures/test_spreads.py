"""Drawn data sets against the print in decimal arithmetic, and bounds against enumeration."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from scipy.stats import chisquare

from analysis.base.errors import InputError
from analysis.figures import spreads
from analysis.tables.case import Case, load_case

OTHERS = ("cctv", "access_control", "electric_fence", "intercom", "maintenance")


@pytest.fixture(scope="module")
def drawn(segelec: Case) -> pd.DataFrame:
    return pd.DataFrame(spreads.draw_data_sets(segelec, spreads.read_print(segelec), 1000))


@pytest.fixture(scope="module")
def frame(segelec: Case, ledger_sums: pd.DataFrame) -> pd.DataFrame:
    return spreads.spreads_data(segelec, ledger_sums)


def rounded(value: Decimal, places: str) -> str:
    return str(value.quantize(Decimal(places), ROUND_HALF_UP))


def agrees(row: dict[str, int]) -> bool:
    """Print a data set as the paper does."""
    first, second = (
        {name: row[f"{name}_{quarter}"] for name in ("lifting_doors", "alarms", *OTHERS)}
        for quarter in ("2024Q1", "2024Q2")
    )
    types = {name: first[name] + second[name] for name in first}
    before, base, early, now = (
        Decimal(row[f"sales_{quarter}"]) for quarter in ("2022Q2", "2023Q2", "2024Q1", "2024Q2")
    )
    return (
        sum(types.values()) == 354
        and (types["lifting_doors"], types["alarms"]) == (94, 78)
        and all(0 < types[name] < 78 for name in OTHERS)
        and min(*first.values(), *second.values()) >= 0
        and min(sum(first.values()), sum(second.values())) > 0
        and rounded((early + now) / 100, "1") == "303110"
        and rounded(100 * now / base - 100, "1") == "18"
        and rounded(100 * base / before - 100, "1") == "12"
        and rounded(100 * Decimal(row["satisfied"]) / row["respondents"], "0.1") == "77.6"
        and row["respondents"] <= 354
    )


def test_every_draw_prints_as_the_paper_does(drawn: pd.DataFrame) -> None:
    assert all(agrees(row) for row in drawn.to_dict("records"))
    assert not drawn.duplicated().any()


def test_the_ledger_is_such_a_data_set(segelec: Case, ledger_sums: pd.DataFrame) -> None:
    assert agrees(spreads.ledger_row(spreads.read_print(segelec), ledger_sums))


def test_every_split_of_a_type_has_the_same_chance(drawn: pd.DataFrame) -> None:
    counts = drawn["lifting_doors_2024Q1"].floordiv(19).value_counts()  # 0 to 94: five bins of 19
    assert len(counts) == 5
    assert chisquare(counts).pvalue > 0.001


def test_a_seed_gives_the_same_draws(segelec: Case) -> None:
    printed = spreads.read_print(segelec)
    first, again, other = (
        list(spreads.draw_data_sets(segelec, printed, 5, seed)) for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_bounds(frame: pd.DataFrame) -> None:
    value = frame[frame["mark"] != "draw"].set_index(["kpi", "mark"])["value"]
    ends = {kpi: (value[kpi]["low"], value[kpi]["high"]) for kpi in frame["kpi"].unique()}
    assert ends["services"] == (1, 353)  # either quarter has one service at least
    assert ends["named_type"] == (0, 94)
    assert ends["largest_other"] == (37, 77)  # 182 = 37 + 37 + 36 + 36 + 36
    sizes = [
        n
        for n in range(1, 355)
        if any(rounded(Decimal(100 * k) / n, "0.1") == "77.6" for k in range(n + 1))
    ]
    assert ends["respondents"] == (min(sizes), max(sizes)) == (49, 353)
    # the first quarter may be without sales, nothing printed forbids it; low: whole centimos
    smallest = next(
        s
        for s in range(1, 100)
        if any(
            rounded(Decimal(100 * s) / b, "1") == "118"
            and any(rounded(Decimal(100 * b) / c, "1") == "112" for c in range(1, b + 1))
            for b in range(1, s + 1)
        )
    )
    assert ends["sales"] == (Fraction(smallest, 100), Fraction("303110.49"))
    per_service = (Fraction("303109.50") / 354, Fraction("303110.49") / 354)
    assert ends["revenue_per_service"] == per_service


def test_draws_lie_inside_the_bounds(frame: pd.DataFrame) -> None:
    for kpi, rows in frame.groupby("kpi"):
        low, high = (rows.loc[rows["mark"] == mark, "value"].iloc[0] for mark in ("low", "high"))
        assert all(low <= value <= high for value in rows["value"]), kpi
        draws = rows.loc[rows["mark"] == "draw", "value"].tolist()
        assert len(draws) == 100
        assert draws == sorted(draws)


def test_words_follow_the_data(frame: pd.DataFrame) -> None:
    figure = spreads.spreads(frame)
    assert figure.kind == "synthetic"
    assert "Only revenue per service is fixed." in figure.caption
    assert "convention" in figure.caption
    assert "Lifting doors, Q1 2024: 0 to 94" in figure.alt
    open_ones = frame[frame["kpi"] != "revenue_per_service"]
    assert "fixed" not in spreads.spreads(open_ones).caption


def test_a_reading_that_cannot_be_drawn_is_refused(project: Path) -> None:
    path = project / "data" / "raw" / "segelec" / "case.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("default: free", "default: constant"), encoding="utf-8")
    with pytest.raises(InputError, match="labour"):
        spreads.read_print(load_case("segelec", project))
