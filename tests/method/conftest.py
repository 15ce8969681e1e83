"""What the method's tests share: the paper's plan, its sums, and changes that break a rule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from analysis.kpis.catalogue import Totals
from analysis.kpis.reduce import reduce
from analysis.method.key_results import Okrs, Result, evaluate, load_okrs
from analysis.tables.case import Case
from analysis.tables.firm_tables import Ledger

BROKEN: dict[str, list[Any]] = yaml.safe_load(
    Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8")
)


@pytest.fixture(scope="session")
def okrs(segelec: Case) -> Okrs:
    return load_okrs(segelec)


@pytest.fixture(scope="session")
def reduced(ledger: Ledger) -> Totals:
    return reduce(ledger)


@pytest.fixture(scope="session")
def results(segelec: Case, okrs: Okrs, reduced: Totals) -> Callable[..., list[Result]]:
    """Results of a period, against the year before unless told otherwise."""

    def of(
        period: str = "2024Q2", base: str = "year-ago", sums: Totals = reduced, **reading: str
    ) -> list[Result]:
        return evaluate(okrs, sums, period, base, segelec.reading(reading))

    return of
