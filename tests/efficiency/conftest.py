"""Statements written by hand, small enough to check with a pencil."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from analysis.efficiency.quarterly_statements import Book, book, prepare

Q1: dict[str, Any] = {
    "company_id": "hand",
    "period": "2006Q1",
    "basis": "discrete",
    "sales": 1000,
    "cogs": 700,
    "selling": 150,
    "admin": 200,  # K1 300, K2 -50
    "other_op_income": 120,
    "other_op_cost": 30,  # K3 40
    "fin_income": 5,
    "fin_cost": 25,  # K4 20
    "extra_gain": 12,
    "extra_loss": 2,  # K5 30
    "income_tax": 6,
    "other_charges": 1,  # K6 23
    "total_assets": 4000,
    "fixed_assets": 1600,
    "receivables": 1250,
    "inventories": 400,
    "cash": 100,
    "equity": 1000,
    "interest_debt": 1500,
    "cfo": 90,
    "cfi": -200,
    "cff": 130,
    "unit_scale": 100000,
}
Q2 = Q1 | {
    "period": "2006Q2",
    "sales": 1200,
    "cogs": 780,
    "selling": 160,
    "admin": 210,  # K1 420, K2 50
    "other_op_income": 10,
    "other_op_cost": 20,  # K3 40
    "fin_income": 4,
    "fin_cost": 34,  # K4 10
    "extra_gain": 0,
    "extra_loss": 5,  # K5 5
    "income_tax": 0,
    "other_charges": 0,  # K6 5
    "total_assets": 4400,
    "fixed_assets": 1980,
    "receivables": 1300,
    "inventories": 300,
    "cash": 60,
    "equity": 1005,
    "interest_debt": 1700,
    "cfo": -80,
    "cfi": -160,
    "cff": 200,
}


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame([Q1, Q2])


@pytest.fixture
def hand(frame: pd.DataFrame) -> Book:
    return book(prepare(frame))
