"""The paper's services and sales, said in relations.csv, against the engine written for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.claims.groups import State
from analysis.claims.network import Network
from analysis.claims.relations import RelationRow
from analysis.claims.verdicts import read_universes
from analysis.tables.case import load_case
from analysis.tables.contents import read_claims

ROOT = Path(__file__).resolve().parents[3]
QUARTERS = ("2023Q1", "2023Q2", "2023Q3", "2023Q4", "2024Q1")
FIRST = {"2023H1": "2023Q1; 2023Q2", "2024H1": "2024Q1; 2024Q2", "2022H1": "2022Q1; 2022Q2"}
GROWTH = "2023-2024 first two quarters"


def relations() -> list[RelationRow]:
    cells = ["unprinted,other,,,,", "unprinted,hours,,,,"]
    for quantity in ("services", "services_lifting_doors", "services_alarms"):
        for option in ("2024H1", "2023H1+2024H1", "2023H1"):
            meant = "; ".join(FIRST[half] for half in option.split("+"))
            cells.append(f"period,{quantity},unstated,{meant},,services_period={option}")
    cells.append("sum,services,,services_lifting_doors; services_alarms; other,,")
    yearly, quarterly = "services_growth=year-on-year", "services_growth=previous-quarter"
    cells += [
        f"period,services,{GROWTH},{FIRST['2024H1']},,{yearly}",
        f"base,services,{GROWTH},{FIRST['2023H1']},,{yearly}",
        f"period,services,{GROWTH},2024Q2,,{quarterly}",
        f"base,services,{GROWTH},2024Q1,,{quarterly}",
        "ratio,productivity,,services,hours,",
    ]
    for period, year, quarter in (("2024Q1", "2023Q1", "2023Q4"), ("2024Q2", "2023Q2", "2024Q1")):
        cells.append(f"base,productivity,{period},{year},,productivity_growth=year-on-year")
        cells.append(f"base,productivity,{period},{quarter},,productivity_growth=previous-quarter")
    cells += [f"equal,hours,{q},hours@2024Q2,,labour=constant" for q in QUARTERS]
    for option in ("2024H1", "2024Q2", "2023Q2+2024Q2", "2023H1+2024H1"):
        meant = "; ".join(FIRST.get(part, part) for part in option.split("+"))
        cells.append(f"period,sales,unstated,{meant},,sales_total={option}")
    for year in (2023, 2024):
        now, half = f"{year}Q2", "sales_growth=half-year"
        cells += [
            f"base,sales,{now},{year - 1}Q2,,sales_growth=year-on-year",
            f"base,sales,{now},{year}Q1,,sales_growth=previous-quarter",
            f"period,sales,{now},{FIRST[f'{year}H1']},,{half}",
            f"base,sales,{now},{FIRST[f'{year - 1}H1']},,{half}",
        ]
    columns = ("relation", "quantity", "period", "of", "by", "reading")
    return [
        RelationRow(
            relation_id=f"r{n}",
            claim="",
            note="",
            **dict(zip(columns, text.split(","), strict=True)),  # type: ignore[arg-type]
        )
        for n, text in enumerate(cells)
    ]


@pytest.mark.parametrize("block", ["services", "sales"])
def test_every_universe_is_decided_alike(block: str) -> None:
    case = load_case("segelec", ROOT)
    quantities = {"services": ("services", "productivity"), "sales": ("sales",)}[block]
    claims = [
        claim
        for claim in read_claims(case)
        if claim.role == "result"
        and claim.quantity.startswith(quantities)
        and (claim.place == "Abstract" or claim.claim_id == "5-services-growth")
    ]
    rows = [
        r
        for r in relations()
        if r.quantity.startswith((*quantities, "other", "hours"))
        and (block == "services" or r.relation != "unprinted")
    ]
    blocks = read_universes(case)
    chosen = blocks[(blocks["block"] == block) & (blocks["services_growth"] != "on-later")]
    assert len(chosen) == {"services": 72, "sales": 36}[block]
    for universe in chosen.to_dict("records"):
        reading = {**case.reading(), **{axis: v for axis, v in universe.items() if v}}
        reading = {str(k): str(v) for k, v in reading.items()}
        groups = State(Network(claims, rows, reading)).groups
        conflicts = [one for group in groups for one in group.conflicts]
        assert (not conflicts) == universe["survives"], universe
        if conflicts:
            assert len(conflicts[0]) == len(universe["conflict"].split("; ")), universe
        else:
            assert all(group.witness is not None for group in groups), universe
