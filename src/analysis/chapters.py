"""Which notebooks become the chapters of a case's report: that depends on what the case has."""

from __future__ import annotations

from pathlib import Path

from analysis.case import Case
from analysis.errors import InputError


def chapters(case: Case) -> list[Path]:
    """Choose the notebooks of a case, in reading order.

    A case whose ledger is calibrated to its claims has the numbered notebooks, which tell the
    paper's story; any other case has those of ``notebooks/case`` that what it holds can fill.

    Raises
    ------
    InputError
        If the case has nothing to report on.
    """
    notebooks = case.root / "notebooks"
    if case.parameters.calibration is not None:
        return sorted(notebooks.glob("[0-9][0-9]_*.ipynb"))
    found = [notebooks / "case" / "claims.ipynb"] if case.has_claims else []
    if not found:
        raise InputError(
            "there is nothing to report on: the case has no claims.csv",
            file=case.raw.relative_to(case.root),
            fix="write down what the firm publishes in claims.csv, as data/raw/courier does",
        )
    return found
