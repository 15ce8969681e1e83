"""Statements written by hand, small enough to check with a pencil."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pytest
from hypothesis import strategies as st

from analysis.efficiency.article import read_sentences
from analysis.efficiency.quarterly_statements import AMOUNTS, CASH_FLOWS, Book, book, prepare
from analysis.efficiency.sentences import build_article, company_books
from analysis.tables.case import Case, load_case

ROOT: Final = Path(__file__).resolve().parents[2]

_AMOUNTS: Final = """
sales            1000   1200
cogs              700    780   K1  300  420
selling           150    160
admin             200    210   K2  -50   50
other_op_income   120     10
other_op_cost      30     20   K3   40   40
fin_income          5      4
fin_cost           25     34   K4   20   10
extra_gain         12      0
extra_loss          2      5   K5   30    5
income_tax          6      0
other_charges       1      0   K6   23    5
total_assets     4000   4400
fixed_assets     1600   1980
receivables      1250   1300
inventories       400    300
cash              100     60
equity           1000   1005
interest_debt    1500   1700
cfo                90    -80
cfi              -200   -160
cff               130    200
"""


def _quarter(number: int) -> dict[str, Any]:
    head = {"company_id": "hand", "period": f"2006Q{number}", "basis": "discrete"}
    rows = [line.split() for line in _AMOUNTS.strip().splitlines()]
    return head | {row[0]: int(row[number]) for row in rows} | {"unit_scale": 100000}


Q1, Q2 = _quarter(1), _quarter(2)


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
