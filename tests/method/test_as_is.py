"""AS-IS on the catalogue: support separated from judgement, starting levels, feedback."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.kpis.catalogue import Totals
from analysis.kpis.reduce import reduce
from analysis.method import as_is as asis
from analysis.method.key_results import evaluate, load_okrs
from analysis.tables.case import Case
from analysis.tables.firm_tables import Ledger


@pytest.fixture(scope="module")
def reduced(ledger: Ledger) -> Totals:
    return reduce(ledger)


def test_rows_and_judgement_are_separated(segelec: Case, reduced: Totals) -> None:
    table = asis.swot_support(segelec, reduced, "2023H1").set_index("swot_id")
    assert table.loc["s1", "support"] == "rows"
    assert table.loc["s1", "value"] == 288  # the one level that the print fixes
    assert table.loc["s2", "support"] == "judgement"
    assert table.loc["s2", "value"] is None
    assert table.loc["w3", "key"] == "I2"
    assert (table["support"] == "rows").sum() == 6


def test_dependent_and_independent_variables(segelec: Case) -> None:
    table = asis.variables(segelec)
    assert set(table["role"]) == {"dependent", "independent", "context"}
    assert (table.loc[table["role"] == "independent", "explains"] != "").all()
    assert not table.set_index("variable_id").loc["v12", "measured"]


def test_starting_levels(reduced: Totals) -> None:
    table = asis.starting_levels(reduced, "2023H1").set_index("key")
    assert len(table) == 16
    assert table.loc["I4", "value"] == 288
    assert table.loc["C1", "state"] == "not recorded"
    assert pd.isna(table.loc["C1", "value"])


def test_feedback_names_causes_on_the_same_indicator(segelec: Case, reduced: Totals) -> None:
    results = evaluate(load_okrs(segelec), reduced, "2024Q2", "year-ago", segelec.reading())
    table = asis.feedback(segelec, results).set_index("kr_id")
    assert table.loc["O3-H", "causes"] == "Slow response to the market"
    assert table.loc["O3-KR1", "state"] == "on track"
    assert table.loc["O2-H", "state"] == "cannot tell"
    assert "Perception of effectiveness" in table.loc["O2-H", "causes"]
    assert table.loc["O4-KR2", "causes"] == ""


def test_no_case_needs_okrs(tmp_path: Path, segelec: Case) -> None:
    from dataclasses import replace

    from analysis.tables.strategy_tables import has_okrs

    assert has_okrs(segelec)
    assert not has_okrs(replace(segelec, root=tmp_path))
