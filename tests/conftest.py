"""Fixtures shared by all tests."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import settings

from analysis.kpis.levels import sums
from analysis.ledger.synthetic import make_ledger
from analysis.tables.case import Case, load_case
from analysis.tables.firm_tables import Ledger

ROOT = Path(__file__).resolve().parents[1]
SLOW = Path(__file__).with_name("slow.txt").read_text(encoding="utf-8").split("\n")
"""Files and folders that `make quick` leaves out, the longest first."""

settings.register_profile("same", derandomize=True)
settings.load_profile("same")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put slow files first, each whole and in its own order, and mark them."""

    def place(item: pytest.Item) -> int:
        names = (item.path.name, item.path.parent.name)
        return min((SLOW.index(name) for name in names if name in SLOW), default=len(SLOW))

    items.sort(key=place)
    for item in items:
        if place(item) < len(SLOW):
            item.add_marker("slow")


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def segelec() -> Case:
    return load_case("segelec", ROOT)


@pytest.fixture(scope="session")
def ledger(segelec: Case) -> Ledger:
    return make_ledger(segelec)


@pytest.fixture(scope="session")
def ledger_sums(ledger: Ledger) -> pd.DataFrame:
    return sums(ledger)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Copy the inputs of the case into a small project of its own, free to be damaged."""
    shutil.copytree(ROOT / "data" / "raw", tmp_path / "data" / "raw")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path
