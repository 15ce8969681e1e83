"""Ledgers small enough to compute by hand, and what was computed (``by_hand.yaml``)."""

from __future__ import annotations

from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

HERE = Path(__file__).parent
CASES: dict[str, Any] = yaml.safe_load(HERE.joinpath("by_hand.yaml").read_text(encoding="utf-8"))


def frame(text: str) -> pd.DataFrame:
    """Read rows written as CSV; what ends in _on is a day."""
    table = pd.read_csv(StringIO(text))
    days = [column for column in table if column.endswith("_on")]
    return table.assign(**{day: pd.to_datetime(table[day]) for day in days})


def ledger_of(name: str) -> dict[str, pd.DataFrame]:
    """Read a ledger of ``ledgers``."""
    folder = HERE / "ledgers" / name
    return {path.stem: frame(path.read_text(encoding="utf-8")) for path in folder.glob("*.csv")}


def exact(case: str) -> dict[str, Fraction | None]:
    """Give the numbers of ``by_hand.yaml`` under a name."""
    return {key: None if text is None else Fraction(text) for key, text in CASES[case].items()}


def values(table: pd.DataFrame, period: str) -> dict[str, Fraction | None]:
    """Values of a period by KPI or indicator."""
    rows = table[table["period"] == period]
    return dict(zip(rows["kpi" if "kpi" in rows else "key"], rows["value"], strict=True))


@pytest.fixture(scope="module")
def small() -> dict[str, pd.DataFrame]:
    """The tables that the nine KPIs need, with quarters and months that are not recorded."""
    return ledger_of("small")


@pytest.fixture(scope="module")
def whole() -> dict[str, pd.DataFrame]:
    """One firm in the first quarters of 2023 and 2024; services 1, 2 and 6, then 3 to 5."""
    return ledger_of("whole")
