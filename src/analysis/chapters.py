"""Which notebooks become the chapters of a case's report: that depends on what the case has."""

from __future__ import annotations

from pathlib import Path

from analysis.case import Case
from analysis.errors import InputError

PERIODIC = ("03_kpis", "04_quarter_over_quarter", "05_okrs", "06_scorecard")
"""Notebooks that a report on a period is made of; the Makefile has the same list."""


def chapters(case: Case, *, periodic: bool = False) -> list[Path]:
    """Choose the notebooks of a case, in reading order; of a report on a period, if so asked.

    A case whose ledger is calibrated to its claims has the numbered notebooks, which tell the
    paper's story; any other case has those of ``notebooks/case`` that what it holds can fill.

    Raises
    ------
    InputError
        If the case has nothing to report on.
    """
    notebooks = case.root / "notebooks"
    if case.parameters.calibration is not None:
        numbered = sorted(notebooks.glob("[0-9][0-9]_*.ipynb"))
        return [path for path in numbered if not periodic or path.stem in PERIODIC]
    if periodic:
        raise InputError(
            "a report on a period needs rows, and the case has none",
            file=case.raw.relative_to(case.root),
        )
    found = [notebooks / "case" / "claims.ipynb"] if case.has_claims else []
    if not found:
        raise InputError(
            "there is nothing to report on: the case has no claims.csv",
            file=case.raw.relative_to(case.root),
            fix="write down what the firm publishes in claims.csv, as data/raw/courier does",
        )
    return found
