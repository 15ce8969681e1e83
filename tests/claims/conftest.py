"""The engine of the paper, small cases in a folder of their own, and tables of cases as data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from analysis.claims.judge import Judge
from analysis.claims.verdicts import read_verdicts, verdict_table
from analysis.tables.case import Case, load_case

CASES = Path(__file__).with_name("cases")
SMALL = (CASES / "small.yaml").read_text(encoding="utf-8")
CLAIMS = "claim_id,place,quotation,printed,unit,role,kind,quantity,period,readings\n"
RELATIONS = "relation_id,relation,quantity,period,of,by,reading,claim,note\n"

Maker = Callable[..., Case]


def cases(file: str, key: str) -> Any:
    """Return the cases of a test, which stand in a file of the folder ``cases``."""
    return yaml.safe_load((CASES / f"{file}.yaml").read_text(encoding="utf-8"))[key]


@pytest.fixture(scope="session")
def table(segelec: Case, judge: Judge) -> pd.DataFrame:
    """The verdicts that the last build made, if nothing that it used has changed since."""
    record = segelec.root / ".build/segelec/verdicts.json"
    about = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
    used = about.get("read", {}) | about.get("wrote", {})
    built = used and all(digest(segelec.root / name) == was for name, was in used.items())
    return read_verdicts(segelec) if built else verdict_table(judge)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def judged(case: Case) -> pd.DataFrame:
    """Judge all claims of a case."""
    return verdict_table(Judge(case))


def check(row: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Compare cells of a verdict: evidence by its parts if they are a list, data as data."""
    for column, value in wanted.items():
        found = row["evidence" if column == "without" else column]
        if column == "without":
            assert value not in found
        elif isinstance(value, list):
            assert [part for part in value if part not in found] == [], found
        else:
            assert (json.loads(found) if column in ("bounds", "witness") else found) == value


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
        claims: str,
        relations: str | None = "",
        readings: Mapping[str, tuple[str, ...]] | None = None,
        replace: Mapping[str, str] | None = None,
    ) -> Case:
        folder = tmp_path / "data" / "raw" / "small"
        folder.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pyproject.toml").touch()
        text = SMALL + "".join(
            f"  {axis}:\n    question: Which?\n    default: {options[0]}\n    options: "
            "{" + ", ".join(f"{option}: {option}" for option in options) + "}\n"
            for axis, options in (readings or {}).items()
        )
        for old, new in (replace or {}).items():
            text = text.replace(old, new)
        (folder / "case.yaml").write_text(text, encoding="utf-8")
        (folder / "claims.csv").write_text(CLAIMS + claims, encoding="utf-8")
        if relations is not None:
            (folder / "relations.csv").write_text(RELATIONS + relations, encoding="utf-8")
        return load_case("small", tmp_path)

    return write
