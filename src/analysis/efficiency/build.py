"""Everything machine-made about the article's company: files under ``data/processed``."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import pandas as pd

from analysis.efficiency.article import SENTENCES
from analysis.efficiency.companies import COMPANIES, DESIGNS, make_statements
from analysis.efficiency.scheme import SCHEME
from analysis.efficiency.sentences import (
    COUNTEREXAMPLES,
    PINS,
    conclusion_table,
    pin_table,
    reading_table,
    sentence_table,
)
from analysis.efficiency.statements import STATEMENTS
from analysis.tables.case import Case
from analysis.tables.datapackage import data_package
from analysis.tables.rows import write_frame

RAW: Final = (SENTENCES, SCHEME, COMPANIES, DESIGNS, COUNTEREXAMPLES, PINS)
"""Tables of an article's case, in reading order."""

ARTICLE: Final = "kowalczyk"
"""The article's case, which the efficiency chapter of every other case needs."""

PIN_VALUES: Final = ("low", "high", "SYN-A", "SYN-B")
"""Columns of pins.csv that hold exact numbers."""

_KIND = "synthetic"
_DERIVED = "derived"


def build(case: Case) -> int:
    """Write statements, sentences, readings, bounds and conclusions; return the sentences' number.

    Everything is computed before the first file is replaced. Every row says which kind of number
    it holds.

    Parameters
    ----------
    case : Case
        A case with ``statements_claims.csv``.
    """
    tables = {
        f"ledger/{STATEMENTS.file}": make_statements(case),
        "sentences.csv": sentence_table(case).assign(kind=_DERIVED),
        "readings.csv": reading_table(case).assign(kind=_DERIVED),
        "pins.csv": _texts(pin_table(case)).assign(kind=_DERIVED),
        "conclusions.csv": conclusion_table(case).assign(kind=_KIND),
    }
    for name, frame in tables.items():
        write_frame(frame, case.processed / name)
    return len(tables["sentences.csv"])


def read_pins(case: Case) -> pd.DataFrame:
    """Read the bounds as exact numbers (None without a limit) and truth values."""
    made = exact_columns(read_made(case, "pins.csv"), PIN_VALUES)
    for name in ("low_attained", "high_attained"):
        made[name] = made[name].astype(str) == "True"
    return made


def _texts(frame: pd.DataFrame) -> pd.DataFrame:
    """Write exact numbers as fractions (5/12), which any reader can turn back."""
    return frame.map(lambda cell: str(cell) if isinstance(cell, Fraction) else cell)


def exact_columns(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """Turn columns of written fractions back into Fractions (None where empty)."""
    made = frame.copy()
    for name in columns:
        made[name] = pd.Series(
            [None if cell == "" else Fraction(str(cell)) for cell in frame[name]],
            index=frame.index,
            dtype="object",
        )
    return made


def read_made(case: Case, name: str) -> pd.DataFrame:
    """Read one of the files that :func:`build` made, empty cells as empty texts."""
    return pd.read_csv(case.processed / name, keep_default_na=False, encoding="utf-8")


def description(case: Case) -> str:
    """Return the data package of the raw tables, made from their row models."""
    title = "Kowalczyk: what the article says of its company, and our made-up companies"
    return data_package(case.name, title, RAW)
