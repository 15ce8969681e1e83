"""All readings of any case side by side, in blocks that share neither a quantity nor a reading."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import pandas as pd

from analysis.claims.general.network import NUMERIC
from analysis.claims.general.relations import RelationRow
from analysis.claims.general.state import State
from analysis.claims.judgement import ROUNDING
from analysis.tables.case import Case
from analysis.tables.strategy_tables import ClaimRow


def blocks(
    claims: Sequence[ClaimRow], relations: Sequence[RelationRow], order: Sequence[str]
) -> dict[str, tuple[set[str], tuple[str, ...]]]:
    """Return the quantities and the axes (in `order`) of each block, by its first quantity."""
    linked: list[tuple[set[str], set[str]]] = []
    for row in relations:
        asserted = {c.quantity for c in claims if c.claim_id == row.claim}
        linked.append(({*row.quantities, *asserted}, set(row.conditions)))
    for claim in claims:
        linked.append(({claim.quantity}, set(claim.axes) - {ROUNDING}))
    merged: list[tuple[set[str], set[str]]] = []
    for names, axes in linked:
        joined = [one for one in merged if one[0] & names or one[1] & axes]
        for one in joined:
            names, axes = names | one[0], axes | one[1]
        merged = [one for one in merged if one not in joined] + [(names, axes)]
    found: dict[str, tuple[set[str], tuple[str, ...]]] = {}
    for claim in claims:
        if claim.role == "result" and claim.kind in NUMERIC:
            names, axes = next(one for one in merged if claim.quantity in one[0])
            if not any(names is other for other, _ in found.values()):
                chosen = tuple(axis for axis in order if axis in axes or axis == ROUNDING)
                found[claim.quantity] = (names, chosen)
    return found


def universes(
    case: Case,
    claims: Sequence[ClaimRow],
    relations: Sequence[RelationRow],
    state_of: Callable[[dict[str, str]], State],
) -> pd.DataFrame:
    """Decide every combination of the readings of each block.

    Parameters
    ----------
    case : Case
        Its readings.
    claims : sequence of ClaimRow
        All claims.
    relations : sequence of RelationRow
        All relations.
    state_of : callable
        Gives the results under a full reading.

    Returns
    -------
    DataFrame
        One row per block and combination: block, a column for each axis (empty where the block
        does not depend on it), default, survives (no contradiction was found) and conflict (ids
        of the claims of the smallest conflicts, joined by "; ").
    """
    usual = case.reading()
    found = blocks(claims, relations, list(case.parameters.readings))
    used = [a for a in case.parameters.readings if any(a in axes for _, axes in found.values())]
    rows = []
    for block, (names, axes) in found.items():
        for choice in product(*(case.parameters.readings[axis].options for axis in axes)):
            chosen = dict(zip(axes, choice, strict=True))
            state = state_of({**usual, **chosen})
            conflict = [
                tag
                for group in state.groups
                if any(state.model.claims[tag].quantity in names for tag in group.tags)
                for one in group.conflicts
                for tag in one
            ]
            rows.append(
                {
                    "block": block,
                    **{axis: chosen.get(axis, "") for axis in used},
                    "default": all(usual[axis] == option for axis, option in chosen.items()),
                    "survives": not conflict,
                    "conflict": "; ".join(conflict),
                }
            )
    columns = ["block", *used, "default", "survives", "conflict"]
    return pd.DataFrame(rows, columns=columns)
