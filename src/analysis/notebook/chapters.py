"""Which notebooks become the chapters of a case's report: that depends on what the case has."""

from __future__ import annotations

import re
from pathlib import Path

from analysis.base.errors import InputError
from analysis.efficiency.quarterly_statements import companies_of, has_statements
from analysis.tables.case import Case
from analysis.tables.contents import has_method, has_okrs

_TAKES_PERIOD = re.compile('^ *"period = ', re.MULTILINE)
"""A line of the parameters cell, by which the Makefile tells these notebooks too."""


def chapters(case: Case, *, periodic: bool = False) -> list[Path]:
    """Choose the notebooks of a case, in reading order; of a report on a period, if so asked.

    A case whose ledger is calibrated to its claims has the numbered notebooks, which tell the
    paper's story. A case with rows of its own has those of them that its tables can fill, after
    one on these tables; a case of claims alone, the one on claims. A report on a period has those
    of them that take one as their parameter, after the summary.

    Raises
    ------
    InputError
        If the case has nothing to report on.
    """
    notebooks = case.root / "notebooks"
    found = []
    if case.parameters.calibration is not None:
        found = sorted(notebooks.glob("[0-9][0-9]_*.ipynb"))
    elif case.has_own_rows:
        found = own_chapters(case)
    if found and periodic:
        wanted = dict.fromkeys([notebooks / "case" / "summary.ipynb", *found])
        return [path for path in wanted if _TAKES_PERIOD.search(path.read_text(encoding="utf-8"))]
    if found:
        return found
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


def own_chapters(case: Case) -> list[Path]:
    """Choose the notebooks of a case with rows of its own; its tables must have been kept."""
    notebooks = case.root / "notebooks"
    wanted = {
        "case/summary": True,
        "case/your_data": True,
        "case/claims": case.has_claims,
        "02_asis_diagnosis": True,
        "03_kpis": True,
        "04_quarter_over_quarter": True,
        "05_okrs": has_okrs(case),
        "06_scorecard": has_okrs(case) or has_method(case, "links"),
        "case/efficiency": has_statements(case) and len(companies_of(case)) == 1,
    }
    return [notebooks / f"{name}.ipynb" for name, here in wanted.items() if here]
