"""A smaller run of the trust simulation; the large one is a benchmark with its result committed."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from analysis.base.numbers import parse
from analysis.base.text import Rounding
from benchmarks.trust import TESTS, company, misprint, publish, simulate


def test_no_true_publication_is_accused() -> None:
    found = simulate(700, seed=1, system_every=10)
    assert len(found) == len(TESTS) * len(Rounding)
    names = ["services as a system", "sales and growth", "survey as a system"]
    names.append("all minimal conflicts")
    systems = found["test"].isin(names)
    assert (found["true"] == systems.map({True: 10, False: 100})).all()
    assert found["false_alarms"].sum() == 0
    # Shares of few respondents are sharp tests, growth of hundreds of services a weak one.
    rates = found.groupby("test")[["misprints", "detected"]].sum()
    assert rates.loc["share of respondents", "detected"] > 350
    assert 0 < rates.loc["growth of services", "detected"] < 700


def test_the_same_seed_gives_the_same_table() -> None:
    assert simulate(70, seed=3, system_every=5).equals(simulate(70, seed=3, system_every=5))


def test_publication_by_hand() -> None:
    from benchmarks.trust import Company

    # 49 ratings with the sum 190 and 800 squares: 49 × 800 − 190² = 3,100; over 49 × 48 it is
    # 1.318, and its root 1.148.
    survey = (49, 38, 190, 800, 30, 24)
    firm = Company((100, 188, 150, 204), 94, *survey, (25_688_000, 30_311_000))
    assert publish(firm, Rounding.HALF_UP) == {
        "services": "354",
        "services growth": "22.9%",
        "growth Q1": "50.0%",
        "growth Q2": "8.5%",
        "main type": "26.6%",
        "respondents": "49",
        "satisfaction": "77.6%",
        "rating": "3.88",
        "deviation": "1.15",
        "women": "30",
        "men": "19",
        "satisfied women": "80%",
        "satisfied men": "74%",
        "sales": "303,110",
        "sales growth": "18%",
    }


@given(st.integers())
def test_misprints_are_other_numbers(seed: int) -> None:
    rng = random.Random(seed)
    for text in publish(company(rng), Rounding.TRUNCATE).values():
        assert parse(misprint(text, rng)).value not in (parse(text).value, 0)
