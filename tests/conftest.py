"""Fixtures shared by all tests."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from analysis.calibrate import Ledger, make_ledger
from analysis.case import Case, load_case
from analysis.kpis import sums

ROOT = Path(__file__).resolve().parents[1]


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
