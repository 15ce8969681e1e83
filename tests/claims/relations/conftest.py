"""Small cases written to a folder of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pytest

from analysis.claims.paper.judging import judge_of
from analysis.claims.verdicts import verdict_table
from analysis.tables.case import Case, load_case

CLAIMS = "claim_id,place,quotation,printed,unit,role,kind,quantity,period,readings\n"
RELATIONS = "relation_id,relation,quantity,period,of,by,reading,claim,note\n"

CASE = """
name: small
title: Small
subtitle: For tests
kind: printed
currency: EUR
currency_name: euros
date: 2025-01-01
source: {authors: Nobody, title: Nothing, published: never}
periods: {first: 2023Q1, last: 2024Q4, baseline: 2023Q4, current: 2024Q4}
readings:
  rounding:
    question: How were figures rounded?
    default: half-up
    options: {half-up: to the nearest, truncate: cut off}
"""

Maker = Callable[..., Case]


def judged(case: Case) -> pd.DataFrame:
    """Judge all claims of a case."""
    return verdict_table(judge_of(case))


def claim(
    claim_id: str, printed: str, kind: str, quantity: str, period: str = "2024", **other: str
) -> str:
    """Write one row of claims.csv; the quotation is the printed string itself."""
    cells = {"unit": "%" if "%" in printed else "", "role": "result", "readings": ""} | other
    return (
        f'{claim_id},here,"{printed}","{printed}",{cells["unit"]},{cells["role"]},{kind},'
        f"{quantity},{period},{cells['readings']}\n"
    )


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    """Write a case from rows of its tables and read it."""

    def write(
        claims: str, relations: str = "", readings: Mapping[str, tuple[str, ...]] | None = None
    ) -> Case:
        folder = tmp_path / "data" / "raw" / "small"
        folder.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pyproject.toml").touch()
        axes = "".join(
            f"  {axis}:\n    question: Which?\n    default: {options[0]}\n    options: "
            "{" + ", ".join(f"{option}: {option}" for option in options) + "}\n"
            for axis, options in (readings or {}).items()
        )
        (folder / "case.yaml").write_text(CASE + axes, encoding="utf-8")
        (folder / "claims.csv").write_text(CLAIMS + claims, encoding="utf-8")
        (folder / "relations.csv").write_text(RELATIONS + relations, encoding="utf-8")
        return load_case("small", tmp_path)

    return write
