"""Numbers in prose of the summary that opens the report of a firm or of a period."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.base.frames import records
from analysis.base.numbers import listed
from analysis.kpis.catalogue import kpi
from analysis.kpis.cube import read_cube
from analysis.kpis.levels import kpi_periods
from analysis.notebook.edition import Edition
from analysis.notebook.values import Value
from analysis.show.facts.okr import NOT_TOLD, bottleneck


def facts(edition: Edition, known: Mapping[str, Value]) -> dict[str, Value]:
    """Say how the key results join, which step takes longest, and what is not recorded.

    Parameters
    ----------
    edition : Edition
        The ledger of its case must have been made.
    known : mapping of str to Value
        The values of the method, which are quoted.

    Returns
    -------
    dict of str to Value
        Text, kind and source by key; left out are what cannot be computed or is not the case.
    """
    period = edition.period
    table = kpi_periods(read_cube(edition.case), edition.grain, period)
    texts = _joint(known)
    now = table[table["period"] == period]
    unknown = [kpi(row.kpi).name.lower() for row in records(now) if row.value is None]
    if unknown:
        texts["not_recorded"] = listed(unknown)
    texts |= {
        f"now_{key}": entry["text"] for key, entry in bottleneck(edition.case, period).items()
    }
    source = f"data/processed/{edition.case.name}"
    kind = edition.case.parameters.kind
    return {key: {"text": text, "kind": kind, "source": source} for key, text in texts.items()}


def _joint(known: Mapping[str, Value]) -> dict[str, str]:
    if "card_joint" not in known:
        return {}
    joint, covered = known["card_joint"]["text"], known["card_covered"]["text"]
    if joint == NOT_TOLD and covered == "0%":
        return {"joint_in_words": "not known, since no key result can be scored"}
    if joint == NOT_TOLD:
        low, high = known["card_low"]["text"], known["card_high"]["text"]
        between = f"somewhere between {low} and {high}"
        return {"joint_in_words": f"{between}: only {covered} of its weight is known"}
    weight = "all" if covered == "100%" else covered
    return {"joint_in_words": f"{joint}, with {weight} of the weight known"}
