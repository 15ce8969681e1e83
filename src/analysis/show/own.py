"""Tables on what a case of one's own handed in; see :mod:`analysis.show.ledger`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pandas as pd

from analysis.base.frames import column
from analysis.base.numbers import decimal
from analysis.intake.case_files import TABLES
from analysis.kpis.levels import availability
from analysis.kpis.measures import Totals
from analysis.notebook.display import Column

View = dict[str, Any]

_FILES = {table.name: table.file for table in TABLES}


def tables(came: pd.DataFrame, kind: str) -> View:
    """List the tables that came in, with their rows and the time they cover."""
    spans = [
        f"{first} to {last}" if first else None
        for first, last in zip(came["first"], came["last"], strict=True)
    ]
    return {
        "frame": came.assign(covers=column(spans, came.index)),
        "label": "tbl-data-tables",
        "caption": "The tables of this report, their rows, and the time that they cover.",
        "kind": kind,
        "columns": [
            Column("title", "Table", width=1),
            Column("file", "File"),
            Column("rows", "Rows", decimal(0), align="right"),
            Column("covers", "From, to"),
        ],
    }


def notes(table: pd.DataFrame) -> View:
    """List what was skipped or coerced."""
    shown = table.assign(
        column=table["column"].replace("", None),
        rows=column((count or None for count in table["rows"]), table.index),
        example=table["example"].replace("", None),
    )
    return {
        "frame": shown,
        "label": "tbl-data-notes",
        "caption": "What was skipped, rewritten or left unchecked when the tables were read.",
        "kind": "words",
        "columns": [
            Column("file", "File", width=1),
            Column("column", "Column", width=0.7),
            Column("what", "What was done", width=1.6),
            Column("rows", "Rows", align="right"),
            Column("example", "For instance", width=0.7),
        ],
    }


def indicators(totals: Totals, names: Collection[str]) -> View:
    """Say which indicators can be computed, and which table each of the others lacks.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.levels.totals`.
    names : collection of str
        Tables that are there.
    """
    table = availability(totals, names)
    table["name"] = [f"{key} {name}".strip() for key, name in table[["key", "name"]].to_numpy()]
    table["needs"] = [", ".join(_FILES[name] for name in needs) for needs in table["needs"]]
    table["said"] = [
        "computed" if known else _lacking(absent)
        for known, absent in zip(table["known"], table["absent"], strict=True)
    ]
    return {
        "frame": table,
        "label": "tbl-data-indicators",
        "caption": (
            "The indicators, the tables that each needs, and whether these are there. Those with "
            "a letter and number are the method's catalogue."
        ),
        "kind": "words",
        "columns": [
            Column("perspective", "Perspective"),
            Column("name", "Indicator", width=1),
            Column("needs", "Needs", width=1.2),
            Column("said", "In this report", width=1),
        ],
    }


def _lacking(absent: list[str]) -> str:
    if absent:
        return "left out for want of " + ", ".join(_FILES[name] for name in absent)
    return "left out: its tables hold no rows for it, or not those of the quarters before it needs"
