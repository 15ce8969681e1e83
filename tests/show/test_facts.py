"""Numbers of the prose against the values worked out by hand or in the literature on the case."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from analysis.ledger.synthetic import make_ledger, write_ledger
from analysis.notebook.edition import edition
from analysis.notebook.values import Value
from analysis.show.facts import facts
from analysis.show.period_facts import method_facts
from analysis.tables.case import Case, load_case
from analysis.tables.firm_tables import Ledger

BY_HAND = yaml.safe_load(Path(__file__).with_name("by_hand.yaml").read_text(encoding="utf-8"))
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Value]:
    project = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "data" / "raw", project / "data" / "raw")
    case = load_case("segelec", project)
    write_ledger(make_ledger(case), case.processed / "ledger")
    verdicts = pd.DataFrame(
        {
            "claim_id": ["a", "b", "b", "c", "d", "e"],
            "verdict": ["consistent", "unreadable", *["inconsistent"] * 4],
            "default": [True, True, False, True, True, True],
            "conflict": ["", "", "x; y", "c; d", "c; d", ""],
            "role": ["target", "result", "target", "target", "result", "result"],
        }
    )
    return facts(case, verdicts)


def test_against_hand_calculations(table: dict[str, Value]) -> None:
    assert {key: table[key]["text"] for key in BY_HAND} == BY_HAND


def test_only_default_readings_are_counted(table: dict[str, Value]) -> None:
    counted = {"n_claims": "5", "n_unreadable": "1", "n_inconsistent": "3", "n_conflicts": "1"}
    assert {key: table[key]["text"] for key in counted} == counted


def test_every_value_says_its_kind(table: dict[str, Value]) -> None:
    kinds = {"services": "printed", "services_before": "derived", "ledger_services": "synthetic"}
    assert {key: table[key]["kind"] for key in kinds} == kinds


def test_cost_and_cost_per_service(segelec: Case, ledger: Ledger) -> None:
    """Sums and counts straight from the rows, 2024Q2 on the quarter and the year before."""
    cost, service = ledger["cost"], ledger["service"]
    spent, done = {}, {}
    day = cost["incurred_on"].dt.to_period("Q").astype(str)
    completed = service["completed_on"].dt.to_period("Q").astype(str)
    kept = cost["category"].isin(["materials", "labour", "selling", "admin", "other_operating"])
    for label in ("2024Q2", "2024Q1", "2023Q2"):
        spent[label] = int(cost[kept & (day == label)]["amount_centimos"].sum())
        done[label] = int((completed == label).sum())
    told = []
    for base in ("2024Q1", "2023Q2"):
        growth = 100 * (spent["2024Q2"] / spent[base] - 1)
        each = 100 * (spent["2024Q2"] / done["2024Q2"] / (spent[base] / done[base]) - 1)
        told.append(f"{growth:+.1f}% on {base} ({each:+.1f}% per service)".replace("-", "−"))
    found = method_facts(edition(segelec))["cost_changes"]
    assert found["text"] == " and by ".join(told)
    assert found["kind"] == "synthetic"
