"""Every figure of the paper's case, drawn once for all tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from analysis import diagnosis, figures
from analysis.calibrate import make_ledger
from analysis.case import load_case
from analysis.claims.multiverse import block_universes
from analysis.display import Figure
from analysis.kpis import kpi_table, sums
from analysis.periods import parse_period
from analysis.tables import read_claims

ROOT = Path(__file__).parents[2]
_VERDICTS = {
    "structure": "reproduced",
    "target": "not reported",
    "example": "underdetermined",
    "formula": "unreadable",
    "statement": "inconsistent",
    "result": "consistent",
}
"""Stands in for the engine: what matters here is that every verdict occurs."""


def some_verdicts() -> pd.DataFrame:
    claims = read_claims(load_case("segelec", ROOT))
    return pd.DataFrame(
        [(claim.claim_id, claim.place, claim.printed, _VERDICTS[claim.role]) for claim in claims],
        columns=["claim_id", "place", "printed", "verdict"],
    )


def draw_all() -> list[Figure]:
    case = load_case("segelec", ROOT)
    ledger = make_ledger(case)
    totals = sums(ledger)
    table = kpi_table(totals)
    calibration = case.parameters.calibration
    assert calibration is not None
    by_type = figures.services_by_type_data(
        totals, parse_period("2024H1"), calibration.service_types
    )
    steps = diagnosis.process_steps(case)
    universes = block_universes(case)
    return [
        figures.verdicts(some_verdicts()),
        figures.earlier_counts(figures.earlier_counts_data()),
        figures.respondents(figures.respondents_data()),
        figures.productivity_services(figures.productivity_services_data()),
        figures.sales_by_reading(figures.sales_by_reading_data()),
        figures.services_by_type(by_type, "2024H1"),
        figures.sales_by_quarter(
            figures.quarters_data(table, "sales", {"2023Q2": "12%", "2024Q2": "18%"})
        ),
        figures.productivity(
            figures.quarters_data(table, "productivity", {"2024Q1": "10.5%", "2024Q2": "11.0%"}),
            figures.quarters_data(table, "services"),
            figures.quarters_data(table, "technician_hours"),
        ),
        figures.comparison(figures.comparison_data(table, "2024Q2"), "2024Q2"),
        figures.service_process(figures.service_process_data(ledger, steps, "2023H1"), "2023H1"),
        figures.swot(diagnosis.swot(case)),
        figures.ishikawa(diagnosis.causes(case), "Decisions without a view of performance"),
        figures.multiverse(universes),
        figures.reading_influence(figures.reading_influence_data(universes)),
        figures.spreads(figures.spreads_data(case, totals)),
    ]


@pytest.fixture(scope="session")
def gallery() -> list[Figure]:
    return draw_all()


@pytest.fixture(scope="session")
def draw_again() -> Callable[[], list[Figure]]:
    return draw_all
