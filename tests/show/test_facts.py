"""Numbers of the prose against the values worked out by hand or in the literature on the case."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from analysis.claims.paper.judging import judge_of
from analysis.claims.verdicts import universe_table
from analysis.ledger.synthetic import make_ledger, write_ledger
from analysis.notebook.edition import edition
from analysis.notebook.values import Value
from analysis.show.facts import facts
from analysis.show.period_facts import method_facts
from analysis.tables.case import Case, load_case
from analysis.tables.firm_tables import Ledger

# 354 / 288 = 1.22917; 195 / 159 = 1.2264; 196 / 158 = 1.2405; 435 / 354 = 1.2288
# 38 / 49 = 77.55; 274 / 354 = 77.40; 275 / 354 = 77.68; 354 - 94 - 78 = 182; 182 / 77 = 2.4
# 1 / 1.7755 = 0.56322; 0.7755 / 1.7765 = 0.43653; 0.7765 / 1.7755 = 0.43734; labour: test_single
# 1.175 / (354 / 288) = 0.95593; 1.185 / (354 / 288) = 0.96407; 303,110 / 354 = 856.24
# 303,109.5 / 1.185 = 255,788.6; 303,110.5 / 1.175 = 257,966.4; ranges are rounded outwards
BY_HAND = {
    "services": "354",
    "services_growth": "22.9%",
    "services_before": "288",
    "services_after": "435",
    "both_halves_below": "350",
    "both_halves_above": "370",
    "split_low": "159 and 195",
    "split_low_growth": "22.6%",
    "split_high": "158 and 196",
    "split_high_growth": "24.1%",
    "other_services": "182",
    "other_share": "51.4%",
    "other_types_min": "3",
    "respondents_smallest": "49",
    "respondents_smallest_satisfied": "38",
    "every_service_below_share": "77.4%",
    "every_service_above_share": "77.7%",
    "satisfaction_start_max": "56.33%",
    "satisfaction_start_both_low": "43.65%",
    "satisfaction_start_both_high": "43.74%",
    "constant_low": "10.45%",
    "constant_high": "11.05%",
    "labour_low": "10.77%",
    "labour_high": "11.26%",
    "growth_by_chance_low": "5%",  # Clopper-Pearson on 354 of 642: 0.512 to 0.590
    "growth_by_chance_high": "44%",
    "revenue_per_service": "856.24",
    "revenue_per_service_fall_low": "3.59%",
    "revenue_per_service_fall_high": "4.41%",
    "sales_q2_2023_low": "255,788",
    "sales_q2_2023_high": "257,967",
    "base_services": "288",
    "n_universes": "10,368",  # 3 * 36 * 12 * 8
    "n_surviving_constant": "0",
}


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
    return facts(case, verdicts, universe_table(judge_of(case)))


def test_against_hand_calculations(table: dict[str, Value]) -> None:
    assert {key: table[key]["text"] for key in BY_HAND} == BY_HAND


def test_only_default_readings_are_counted(table: dict[str, Value]) -> None:
    counted = {"n_claims": "5", "n_unreadable": "1", "n_inconsistent": "3", "n_conflicts": "1"}
    counted |= {"n_targets": "2", "n_targets_not_reported": "0"}
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
