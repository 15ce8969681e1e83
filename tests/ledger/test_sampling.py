"""Counts and linked draws against listing every data set; draws against chance."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from analysis.claims.judge import Judge
from analysis.claims.solver.search import ImpossibleError
from analysis.claims.solver.system import System, at_least, quantity
from analysis.ledger.sampling import JointSampler, PartsSampler, ServiceTables, below
from analysis.tables.case import Case
from benchmarks.trust import growth, says, share


def is_uniform(seen: Counter[Any], every: Collection[object], each: int) -> bool:
    """Whether no data set is drawn more or less often than chance allows (chi squared)."""
    statistic = sum((seen[key] - each) ** 2 / each for key in every)
    return bool(statistic < chi2.ppf(0.999, len(every) - 1))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 14),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6)), min_size=1, max_size=4),
)
def test_count_agrees_with_listing(total: int, limits: list[tuple[int, int]]) -> None:
    tables = [
        t for t in product(*(range(low, high + 1) for low, high in limits)) if sum(t) == total
    ]
    sampler = PartsSampler(total, limits)
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
    seen = Counter(tables.sample(60 * len(every), seed=7))
    assert set(seen) == every
    assert is_uniform(seen, every, 60)


def test_service_tables_of_the_paper() -> None:
    tables = ServiceTables(354, (94, 78), others=6)
    assert f"{tables.count:.1e}" == "1.7e+21"
    for table in tables.sample(200, seed=20241225):
        sums = [sum(row) for row in table]
        assert sums[:2] == [94, 78]
        assert all(1 <= x < 78 for x in sums[2:])
        assert sum(sums) == 354
    assert ServiceTables(354, (94, 78), others=2).count == 0  # at least three more types


EXPECTED = [
    ((8, 86), (32, 46), (7, 53), (63, 6), (48, 5)),
    ((83, 11), (48, 30), (13, 21), (12, 62), (62, 12)),
]


def test_draws_are_the_same_everywhere() -> None:
    assert ServiceTables(354, (94, 78), others=3).sample(2, seed=1) == EXPECTED


@given(st.integers(1, 10**30), st.integers())
def test_below(limit: int, seed: int) -> None:
    assert 0 <= below(random.Random(seed), limit) < limit


A, B, C = (quantity(name) for name in "abc")
LINKED = [
    System(
        (says("total", A + B, "20"), growth("growth", A, C, "50%")),
        (at_least("positive", B, 1),),
    ),
    System((says("total", A + B, "2", unit=10), share("share", A, B + C, "40%"))),
]


@pytest.mark.parametrize("system", LINKED)
def test_every_data_set_is_equally_likely(system: System) -> None:
    names = system.names  # a and b are together 25 at most
    every = {
        values
        for values in product(*(range({"a": 26, "b": 26}.get(name, 70)) for name in names))
        if all(
            c.holds(dict(zip(names, values, strict=True)))
            for c in (*system.claims, *system.definitions)
        )
    }
    sampler = JointSampler(system)
    assert sampler.left_out == ()
    seen = Counter(tuple(d[n] for n in names) for d in sampler.sample(40 * len(every), seed=5))
    assert set(seen) <= every
    assert is_uniform(seen, every, 40)


def test_sales_of_the_paper(segelec: Case, judge: Judge) -> None:
    for total_period, base, left_out in (
        ("2024H1", "year-on-year", ()),
        ("2024Q2", "year-on-year", ()),
        ("2023H1+2024H1", "previous-quarter", ()),
        ("2024H1", "previous-quarter", ("sales@2023Q1", "sales@2023Q2")),
    ):
        reading = segelec.reading({"sales_total": total_period, "sales_growth": base})
        system = judge.system("sales", reading)
        sampler = JointSampler(system)
        assert sampler.left_out == left_out
        for data in sampler.sample(50, seed=1):
            for claim in system.claims:
                if not set(claim.names) & set(left_out):
                    assert claim.holds(data)


def test_the_same_seed_draws_the_same(segelec: Case, judge: Judge) -> None:
    system = judge.system("sales", segelec.reading())
    sampler = JointSampler(system)
    assert sampler.sample(5, seed=2) == JointSampler(system).sample(5, seed=2)


def test_nothing_to_draw() -> None:
    x = quantity("x")
    with pytest.raises(ImpossibleError):
        JointSampler(System((says("a", x, "1"), says("b", x, "2"))))
