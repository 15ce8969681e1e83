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
LONGEST = (
    "test_fuzz.py",
    "test_looks.py",
    "test_absent.py",
    "test_properties.py",
    "test_paper.py",
    "test_any_firm.py",
    "test_article.py",
    "test_million.py",
    "test_builds.py",
    "test_large.py",
    "test_use.py",
    "test_method_rows.py",
    "test_checkins.py",
    "test_run.py",
)
"""Files that take longest; they and the notebooks go first, so that no process ends long after
the others."""

_ALSO_SLOW = """
    benchmarks dashboard firm report
    test_audit.py test_big_case.py test_business.py test_chapter.py test_checks.py test_cli.py
    test_course.py test_diagnosis.py test_edition.py test_engines.py test_facts.py test_graph.py
    test_in_place.py test_indicators.py test_make.py test_messy.py test_indicators_by_hand.py
    test_notebook.py test_rules.py test_sampling.py test_spreads.py
    test_synthetic.py test_verdicts.py test_verify.py test_workbook.py
"""
SLOW = frozenset((*LONGEST, *_ALSO_SLOW.split()))
"""Files and folders that `make quick` leaves out."""

settings.register_profile("same", derandomize=True)
settings.load_profile("same")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long files first, each whole and in its own order; mark what is slow."""

    def place(item: pytest.Item) -> int:
        if item.path.name in LONGEST:
            return LONGEST.index(item.path.name)
        return len(LONGEST) + (item.path.suffix != ".ipynb")

    items.sort(key=place)
    for item in items:
        if SLOW & {item.path.name, item.path.parent.name}:
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
