"""Statements written by hand, small enough to check with a pencil."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pytest
import yaml
from hypothesis import strategies as st

from analysis.base.periods import parse_quarter
from analysis.efficiency.article import read_sentences
from analysis.efficiency.quarterly_statements import AMOUNTS, CASH_FLOWS, Book, book, prepare
from analysis.efficiency.ratios import CapitalCost
from analysis.efficiency.sentences import build_article, company_books
from analysis.tables.case import Case, load_case

ROOT: Final = Path(__file__).resolve().parents[2]

BY_HAND: Final = yaml.safe_load(
    Path(__file__).with_name("by_hand.yaml").read_text(encoding="utf-8")
)


def _quarter(number: int) -> dict[str, Any]:
    head = {"company_id": "hand", "period": f"2006Q{number}", "basis": "discrete"}
    amounts = {name: found[number - 1] for name, found in BY_HAND["amounts"].items()}
    return head | amounts | {"unit_scale": 100000}


Q1, Q2 = _quarter(1), _quarter(2)
FIRST, SECOND = parse_quarter("2006Q1"), parse_quarter("2006Q2")
COST: Final = CapitalCost(Fraction(1, 10), Fraction(19, 100), "written in the test")


def exact(values: dict[str, Any]) -> dict[str, Any]:
    """Read written fractions."""
    return {
        name: Fraction(text) if isinstance(text, str) else text for name, text in values.items()
    }


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame([Q1, Q2])


@pytest.fixture
def hand(frame: pd.DataFrame) -> Book:
    return book(prepare(frame))


@pytest.fixture(scope="session")
def kowalczyk() -> Case:
    return load_case("kowalczyk", ROOT)


@pytest.fixture(scope="session")
def books(kowalczyk: Case) -> dict[str, Book]:
    """The made-up companies of the article."""
    return company_books(kowalczyk)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The article's case in a project of its own, with its files made."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "data" / "raw", folder / "data" / "raw")
    shutil.copy(ROOT / "pyproject.toml", folder)
    case = load_case("kowalczyk", folder)
    assert build_article(case) == len(read_sentences(case))
    return case


def statements_of_a_quarter(largest: int) -> st.SearchStrategy[dict[str, int]]:
    signed = {"income_tax", "other_charges", "equity", *CASH_FLOWS}
    return st.fixed_dictionaries(
        {name: st.integers(-largest if name in signed else 0, largest) for name in AMOUNTS}
    )
