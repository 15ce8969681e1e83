from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis.claims.paper.engine import Engine
from analysis.claims.paper.judging import Paper
from analysis.claims.verdicts import verdict_table
from analysis.tables.case import Case, load_case

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def segelec() -> Case:
    return load_case("segelec", ROOT)


@pytest.fixture(scope="session")
def engine(segelec: Case) -> Engine:
    return Engine(segelec)


@pytest.fixture(scope="session")
def table(segelec: Case, engine: Engine) -> pd.DataFrame:
    return verdict_table(Paper(engine))
