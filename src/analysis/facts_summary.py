"""Numbers in prose of the summary that opens the report of a firm or of a period."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.display.numbers import MISSING
from analysis.edition import Edition
from analysis.facts_okr import bottleneck
from analysis.figures.kpi_data import comparison_data
from analysis.kpis import kpi_periods
from analysis.kpis.engines import read_cube
from analysis.values import Value
from analysis.wording import listed, records, turn_text


def facts(edition: Edition, known: Mapping[str, Value]) -> dict[str, Value]:
    """Say what got better and worse, how the key results join, and what is not recorded.

    Parameters
    ----------
    edition : Edition
        The ledger of its case must have been made.
    known : mapping of str to Value
        The values of the period and the method, which are quoted.

    Returns
    -------
    dict of str to Value
        Text, kind and source by key; left out are what cannot be computed or is not the case.
    """
    period = edition.period
    table = kpi_periods(read_cube(edition.case), edition.grain, period)
    rows = comparison_data(table, period) if len(table) else pd.DataFrame({"base": []})
    rows = rows[rows["base"] == edition.base]
    texts = _turns(rows) | _joint(known)
    unknown = [row.name.lower() for row in records(rows) if row.value is None]
    if unknown:
        texts["not_recorded"] = listed(unknown)
    texts |= {
        f"now_{key}": entry["text"] for key, entry in bottleneck(edition.case, period).items()
    }
    source = f"data/processed/{edition.case.name}"
    kind = edition.case.parameters.kind
    return {key: {"text": text, "kind": kind, "source": source} for key, text in texts.items()}


def _turns(rows: pd.DataFrame) -> dict[str, str]:
    """Name what turned for better and for worse, by the direction that is good."""
    if not len(rows) or not rows["effect"].isin(["good", "bad"]).any():
        return {}
    told = {
        effect: [
            f"{row.name.lower()} ({turn_text(row)})"
            for row in records(rows[rows["effect"] == effect])
        ]
        for effect in ("good", "bad")
    }
    return {
        "turned_better": listed(told["good"]) or "nothing",
        "turned_worse": listed(told["bad"]) or "nothing",
    }


def _joint(known: Mapping[str, Value]) -> dict[str, str]:
    if "card_joint" not in known:
        return {}
    joint, covered = known["card_joint"]["text"], known["card_covered"]["text"]
    if joint == MISSING:
        return {"joint_in_words": "not known, since no key result can be scored"}
    weight = "all" if covered == "100%" else covered
    return {"joint_in_words": f"{joint}, with {weight} of the weight known"}
