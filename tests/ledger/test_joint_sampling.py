"""Linked draws against listing every data set."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest
from scipy.stats import chi2

from analysis.claims.paper.engine import Engine
from analysis.claims.solver.bounds import ImpossibleError
from analysis.claims.solver.system import System, at_least, growth, quantity, says, share, total
from analysis.ledger.sampling import JointSampler
from analysis.tables.case import Case


@pytest.mark.parametrize(
    "system",
    [
        System(
            (
                says("total", total("a", "b"), "20"),
                growth("growth", quantity("a"), quantity("c"), "50%"),
            ),
            (at_least("positive", quantity("b"), 1),),
        ),
        System(
            (
                says("total", total("a", "b"), "2", unit=10),
                share("share", quantity("a"), total("b", "c"), "40%"),
            )
        ),
    ],
)
def test_every_data_set_is_equally_likely(system: System) -> None:
    names = system.names
    every = {
        values
        for values in product(range(70), repeat=len(names))
        if all(
            c.holds(dict(zip(names, values, strict=True)))
            for c in (*system.claims, *system.definitions)
        )
    }
    draws = 40 * len(every)
    sampler = JointSampler(system)
    assert sampler.left_out == ()
    seen = Counter(tuple(d[n] for n in names) for d in sampler.sample(draws, seed=5))
    assert set(seen) <= every
    statistic = sum((seen[key] - 40) ** 2 / 40 for key in every)
    assert statistic < chi2.ppf(0.999, len(every) - 1)


def test_sales_of_the_paper(segelec: Case) -> None:
    for total_period, base, left_out in (
        ("2024H1", "year-on-year", ()),
        ("2024Q2", "year-on-year", ()),
        ("2023H1+2024H1", "previous-quarter", ()),
        ("2024H1", "previous-quarter", ("sales_2023Q1", "sales_2023Q2")),
    ):
        reading = segelec.reading({"sales_total": total_period, "sales_growth": base})
        system = Engine(segelec).system("sales", reading)
        sampler = JointSampler(system)
        assert sampler.left_out == left_out
        for data in sampler.sample(50, seed=1):
            for claim in system.claims:
                if not set(claim.names) & set(left_out):
                    assert claim.holds(data)


def test_the_same_seed_draws_the_same(segelec: Case) -> None:
    system = Engine(segelec).system("sales", segelec.reading())
    sampler = JointSampler(system)
    assert sampler.sample(5, seed=2) == JointSampler(system).sample(5, seed=2)


def test_nothing_to_draw() -> None:
    x = quantity("x")
    with pytest.raises(ImpossibleError):
        JointSampler(System((says("a", x, "1"), says("b", x, "2"))))
