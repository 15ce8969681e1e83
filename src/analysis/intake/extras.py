"""Columns that files may have beside those of the row models: a currency, and a unit of amounts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.intake.layout import Sheet
from analysis.intake.names import CURRENCY, SCALE
from analysis.intake.problems import Fault, Rank, problem_at

OTHER_CURRENCY = Fault(
    Rank.CELL,
    "is not the case's currency",
    "convert the amounts, or correct currency and currency_name in case.yaml",
)
NO_SCALE = Fault(
    Rank.CELL,
    "must be a whole number: 1 for céntimos, 100 for soles, 100000 for thousands of soles",
)
_MOST_DIGITS = 12


def check_currency(sheet: Sheet, currency: tuple[str, ...]) -> None:
    """Refuse rows whose currency column names another currency than the case's."""
    cells = sheet.cells.get(CURRENCY, ())
    names = [str(cell).strip().casefold() for cell in cells]
    _refuse(
        sheet,
        OTHER_CURRENCY,
        CURRENCY,
        [name != "" and name not in currency for name in names],
    )


def scale_of(sheet: Sheet) -> NDArray[np.int64]:
    """Return, by row, how many smallest coins are in one of the row's units."""
    texts = [str(cell).strip() for cell in sheet.cells.get(SCALE, ())]
    right = [
        text.isdigit() and text.isascii() and len(text) <= _MOST_DIGITS and int(text) > 0
        for text in texts
    ]
    _refuse(sheet, NO_SCALE, SCALE, [not good for good in right])
    units = [int(text) if good else 1 for text, good in zip(texts, right, strict=True)]
    return np.array(units or [1] * len(sheet.rows), dtype="int64")


def _refuse(sheet: Sheet, fault: Fault, column: str, bad: list[bool]) -> None:
    places = np.flatnonzero(np.array(bad, dtype=bool))
    if len(places):
        cell = sheet.cells[column][int(places[0])]
        sheet.problems.append(
            problem_at(fault, sheet.file, sheet.headers[column], sheet.rows[places], cell)
        )
