"""The paper's services and sales, said in relations.csv, against the engine written for them."""

from __future__ import annotations

import pytest

from analysis.claims.groups import State
from analysis.claims.network import Network
from analysis.claims.relations import RELATIONS, RelationRow
from analysis.claims.verdicts import read_universes
from analysis.tables.case import Case
from analysis.tables.rows import read_rows
from analysis.tables.strategy_tables import read_claims

from .conftest import CASES


@pytest.mark.parametrize("block", ["services", "sales"])
def test_every_universe_is_decided_alike(segelec: Case, block: str) -> None:
    quantities = {"services": ("services", "productivity"), "sales": ("sales",)}[block]
    claims = [
        claim
        for claim in read_claims(segelec)
        if claim.role == "result"
        and claim.quantity.startswith(quantities)
        and (claim.place == "Abstract" or claim.claim_id == "5-services-growth")
    ]
    rows = [
        r
        for r in read_rows(RELATIONS, CASES / "paper", CASES)
        if isinstance(r, RelationRow)
        and r.quantity.startswith((*quantities, "other", "hours"))
        and (block == "services" or r.relation != "unprinted")
    ]
    blocks = read_universes(segelec)
    chosen = blocks[(blocks["block"] == block) & (blocks["services_growth"] != "on-later")]
    assert len(chosen) == {"services": 72, "sales": 36}[block]
    for universe in chosen.to_dict("records"):
        reading = segelec.reading() | {str(axis): str(v) for axis, v in universe.items() if v}
        groups = State(Network(claims, rows, reading)).groups
        conflicts = [one for group in groups for one in group.conflicts]
        assert (not conflicts) == universe["survives"], universe
        if conflicts:
            assert len(conflicts[0]) == len(universe["conflict"].split("; ")), universe
        else:
            assert all(group.witness is not None for group in groups), universe
