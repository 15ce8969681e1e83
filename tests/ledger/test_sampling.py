"""Counts against listing every table; draws against the uniform distribution."""

from __future__ import annotations

import random
from collections import Counter
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from analysis.ledger.sampling import Parts, PartsSampler, ServiceTables, below


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 14),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6)), min_size=1, max_size=4),
)
def test_count_agrees_with_listing(total: int, limits: list[tuple[int, int]]) -> None:
    tables = [
        t for t in product(*(range(low, high + 1) for low, high in limits)) if sum(t) == total
    ]
    sampler = PartsSampler(Parts(total, tuple(limits)))
    assert sampler.count == len(tables)
    if tables:
        assert sampler.draw(random.Random(1)) in tables
    else:
        with pytest.raises(ValueError, match="no table"):
            sampler.draw(random.Random(1))


def all_service_tables(total: int, named: list[int], others: int, quarters: int) -> set[object]:
    rows = [r for r in product(range(max(named) + 1), repeat=quarters) if 1 <= sum(r) <= max(named)]
    return {
        table
        for table in product(rows, repeat=len(named) + others)
        if [sum(r) for r in table[: len(named)]] == named
        and all(1 <= sum(r) < min(named) for r in table[len(named) :])
        and sum(map(sum, table)) == total
    }


@pytest.mark.parametrize(
    ("total", "named", "others"), [(9, [4, 3], 1), (8, [3, 3], 2), (5, [3], 1)]
)
def test_service_tables_are_all_and_equally_likely(
    total: int, named: list[int], others: int
) -> None:
    every = all_service_tables(total, named, others, 2)
    tables = ServiceTables(total, named, others)
    assert tables.count == len(every)
    draws = 60 * len(every)
    seen = Counter(tables.sample(draws, seed=7))
    assert set(seen) == every
    expected = draws / len(every)
    statistic = sum((n - expected) ** 2 / expected for n in seen.values())
    assert statistic < chi2.ppf(0.999, len(every) - 1)


def test_service_tables_of_the_paper() -> None:
    tables = ServiceTables(354, (94, 78), others=6)
    assert f"{tables.count:.1e}" == "1.7e+21"
    for table in tables.sample(200, seed=20241225):
        sums = [sum(row) for row in table]
        assert sums[:2] == [94, 78]
        assert all(1 <= x < 78 for x in sums[2:])
        assert sum(sums) == 354
    assert ServiceTables(354, (94, 78), others=2).count == 0  # at least three more types


def test_draws_are_the_same_everywhere() -> None:
    assert ServiceTables(354, (94, 78), others=3).sample(2, seed=1) == EXPECTED


@given(st.integers(1, 10**30), st.integers())
def test_below(limit: int, seed: int) -> None:
    assert 0 <= below(random.Random(seed), limit) < limit


EXPECTED = [
    ((8, 86), (32, 46), (7, 53), (63, 6), (48, 5)),
    ((83, 11), (48, 30), (13, 21), (12, 62), (62, 12)),
]
