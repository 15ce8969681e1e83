"""Tables of the summary that opens the report of a firm or of a period."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.base.frames import column, records
from analysis.base.numbers import decimal
from analysis.kpis.catalogue import kpi
from analysis.notebook.display import Column
from analysis.show.okr import STATUS_COLOURS
from analysis.show.wording import score_text, turn_text

View = dict[str, Any]

_TURNS = {"good": "better", "bad": "worse", "neutral": None, "none": None}
_COLOURS = {"better": STATUS_COLOURS["met"], "worse": STATUS_COLOURS["off"]}
_STATES = ("on track", "off", "cannot tell")


def headline(compared: pd.DataFrame, period: str, base: str, kind: str) -> View:
    """Show every KPI of a period beside its base, and whether it turned for better or worse.

    Parameters
    ----------
    compared : DataFrame
        From :func:`analysis.kpis.compare.comparison_data`.
    period, base : str
        The period, and which of the bases to show.
    kind : str
        Kind of number.
    """
    rows = compared[compared["base"] == base]
    lines = records(rows)
    before = next((row.base_period for row in lines if row.base_period), "")
    frame = pd.DataFrame({"name": [f"{row.name}, {row.unit}" for row in lines]})
    frame["before"] = column(_shown(row.kpi, row.base_value) for row in lines)
    frame["now"] = column(_shown(row.kpi, row.value) for row in lines)
    frame["change"] = column(turn_text(row) for row in lines)
    frame["turn"] = column(_TURNS[row.effect] for row in lines)
    compares = [
        Column("before", before, align="right"),
        Column("now", period, align="right"),
        Column("change", "Change", align="right"),
        Column("turn", "Better?", colours=_COLOURS),
    ]
    against = (
        f" against {before}; better or worse by each indicator's own direction" if before else ""
    )
    return {
        "frame": frame,
        "label": "tbl-summary",
        "caption": f"{period}{against}.",
        "kind": kind,
        "columns": [Column("name", "Indicator", width=1), *(compares if before else compares[1:2])],
    }


def _shown(name: str, value: object) -> str | None:
    return None if value is None else decimal(kpi(name).decimals)(value)


def key_results(feedback: pd.DataFrame, period: str, kind: str) -> View:
    """Name the key results by state: on track, off, or not to be told.

    Parameters
    ----------
    feedback : DataFrame
        From :func:`analysis.method.as_is.feedback`.
    period : str
        The period.
    kind : str
        Kind of number.
    """
    named: dict[str, list[str]] = {state: [] for state in _STATES}
    for row in records(feedback):
        beside = row.reason if row.state == "cannot tell" else score_text(row.score)
        named[row.state].append(f"{row.text} ({beside})" if beside else str(row.text))
    shown = {state: names for state, names in named.items() if names}
    return {
        "frame": pd.DataFrame(
            {
                "state": list(shown),
                "count": [len(names) for names in shown.values()],
                "names": ["; ".join(names) for names in shown.values()],
            }
        ),
        "label": "tbl-summary-key-results",
        "caption": (
            f"Objectives and key results of {period} by state. Each has its score beside it, or "
            "why its state cannot be told."
        ),
        "kind": kind,
        "columns": [
            Column("state", "State", colours=STATUS_COLOURS),
            Column("count", "Number", align="right"),
            Column("names", "Which", width=1),
        ],
    }
