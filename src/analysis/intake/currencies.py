"""Amounts in other currencies than the case's: their marks, and conversion by rates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
import pandas as pd

from analysis.base.text import records
from analysis.intake.cells import CURRENCIES, Cell, Context, own_signs, rounded, without_sign
from analysis.intake.problems import fault_of
from analysis.intake.rows import Sheet
from analysis.tables.case import Case
from analysis.tables.columns import CURRENCY, may_be_empty
from analysis.tables.rows import period_column

_MOST_LINES = 40
_BEARS_MARK = re.compile(r"[^\d\s.,'’()+−-]")
_MARKED = re.compile(r"([-−+(]?)\s*([^()]*)(\)?)")
"""An amount with its minus or brackets apart from what may be marked with a currency."""


def codes_of(mark: str) -> list[str]:
    """Return the currencies that a mark in small letters may mean.

    Examples
    --------
    >>> codes_of("€"), codes_of("pln"), len(codes_of("$")) > 3
    (['EUR'], ['PLN'], True)
    """
    signs = CURRENCIES.items()
    return [code for code, marks in signs if mark in (code.casefold(), *marks.split())]


def _code(name: str) -> str:
    """Return the code of a currency that a file may call otherwise: ``€`` is EUR."""
    small = name.strip().casefold()
    codes = codes_of(small)
    return codes[0].casefold() if len(codes) == 1 else small


def name_currencies(sheet: Sheet, context: Context) -> None:
    """Put the mark of another currency, such as in ``$ 984.64``, into a column of its own."""
    needed = [n for n in sheet.money if not may_be_empty(sheet.table.row.model_fields[n])]
    name = needed[0] if len(needed) == 1 else ""
    cells = sheet.cells.get(name, ())
    texts = [cell for cell in set(cells) if isinstance(cell, str) and _BEARS_MARK.search(cell)]
    found = {cell: marked for cell in texts if (marked := _marked(cell, context))}
    if not found:
        return
    pairs: list[tuple[Cell, Cell]] = []
    for cell, code in zip(cells, sheet.column(CURRENCY), strict=True):
        amount, mark = found.get(str(cell), (cell, str(code)))
        pairs.append((amount, mark) if _code(str(code)) in {"", _code(mark)} else (cell, code))
    sheet.cells[name], sheet.cells[CURRENCY] = map(list, zip(*pairs, strict=True))
    sheet.headers.setdefault(CURRENCY, sheet.headers[name])


def _marked(cell: str, context: Context) -> tuple[str, str] | None:
    """Return an amount without the mark of another currency, and the mark; None for no mark."""
    parts = _MARKED.fullmatch(cell.strip())
    if parts is None or without_sign(parts[2].strip(), context.currency) is not None:
        return None
    for sign in context.foreign:
        rest = without_sign(parts[2].strip(), (sign,))
        if rest is not None and any(map(str.isdigit, rest)):
            return parts[1] + rest + parts[3], sign.upper()
    return None


def convert_currencies(case: Case, tables: Mapping[str, Sheet]) -> None:
    """Convert amounts of rows in other currencies, by ``rates.csv`` and the rates of the case.

    Parameters
    ----------
    case : Case
        Gives its currency and rates that hold for all days.
    tables : mapping of str to Sheet
        Tables that were read; amounts are rounded to hundredths, halves away from zero. A currency
        without a rate is a problem of its table.
    """
    own = own_signs(case.parameters.currency, case.parameters.currency_name)
    rates = {(_code(name), ""): Fraction(str(r)) for name, r in case.parameters.rates.items()}
    if "rates" in tables and not tables["rates"].problems:
        rows = records(tables["rates"].frame)
        rates |= {(_code(row.currency), row.on): Fraction(row.rate) for row in rows}
    for table in tables.values():
        if CURRENCY in table.cells and table.table.name != "rates":
            _convert(table, own, rates)


def _convert(table: Sheet, own: Sequence[str], rates: Mapping[tuple[str, str], Fraction]) -> None:
    names = [str(cell).strip() for cell in table.cells[CURRENCY]]
    codes = ["" if name.casefold() in own else _code(name) for name in names]
    dated = period_column(table.table)
    days = [str(day)[:10] for day in table.frame[dated]] if dated else [""] * len(codes)
    # the rate of a day, or else that of its month, or that of all days
    found = [
        next((rates[c, place] for place in (day, day[:7], "") if (c, place) in rates), None)
        for c, day in zip(codes, days, strict=True)
    ]
    foreign = np.array(codes, dtype=object) != ""
    known = foreign & np.array([rate is not None for rate in found], dtype=bool)
    if len(places := np.flatnonzero(foreign & ~known)):
        lines = sorted({f"    {days[at][:7]},{codes[at].upper()},rate" for at in places})
        lines[_MOST_LINES:] = ["    ..."] if len(lines) > _MOST_LINES else []
        short = "\n".join(f"    {c}: rate" for c in sorted({codes[at].upper() for at in places}))
        listed = "\n".join(["    on,currency,rate", *lines])
        fault = fault_of("other-currency", short=short, lines=listed)
        table.report(fault, CURRENCY, foreign & ~known)
    for name in table.money:
        amounts = table.frame[name].tolist()
        for at in np.flatnonzero(known & table.good[name]):
            amounts[at] = rounded(amounts[at] * found[at])
        table.frame[name] = pd.Series(amounts, dtype="int64")
    if count := int(known.sum()):
        used = ", ".join(sorted({codes[at].upper() for at in np.flatnonzero(known)}))
        table.note("converted", table.headers[CURRENCY], count, currencies=used)
