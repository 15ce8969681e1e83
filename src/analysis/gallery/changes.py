"""Which number changed between two files of plotted data."""

from __future__ import annotations

import csv
import io

_SAME_DATA = {
    ".json": "caption or words changed, data the same",
    ".svg": "drawn otherwise, data the same",
}


def first_change(suffix: str, old: str, new: str) -> str:
    """Say how a file of a figure differs from what it was.

    Parameters
    ----------
    suffix : str
        ``.csv`` for the plotted data, else another of the figure's files.
    old, new : str
        What it held and holds.
    """
    return f"data changed: {_first_number(old, new)}" if suffix == ".csv" else _SAME_DATA[suffix]


def _first_number(old: str, new: str) -> str:
    before, after = (list(csv.reader(io.StringIO(text))) for text in (old, new))
    heads = [rows[0] if rows else [] for rows in (before, after)]
    if heads[0] != heads[1]:
        return f"columns were {', '.join(heads[0])} and are {', '.join(heads[1])}"
    if len(before) != len(after):
        return f"{len(before) - 1} rows before, {len(after) - 1} now"
    cells = [
        (line, column, was, now)
        for line, rows in enumerate(zip(before[1:], after[1:], strict=True), start=2)
        for column, was, now in zip(heads[0], *rows, strict=False)
        if was != now
    ]
    if not cells:
        return "only in how it is written"
    line, column, was, now = cells[0]
    more = f" (and {len(cells) - 1} more)" if len(cells) > 1 else ""
    return f"line {line}, column {column}: {was or 'empty'} → {now or 'empty'}{more}"
