"""What a firm's books hold beside plain records.

Open orders, credit notes, accounts of its own, and amounts in other currencies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, get_args

import numpy as np
import pandas as pd

from analysis.intake.cells import (
    CURRENCIES,
    Cell,
    Context,
    is_nothing,
    own_signs,
    read_whole,
    rounded,
)
from analysis.intake.naming import Sheet, is_credit_note
from analysis.intake.problems import Fault, Note, fault_of
from analysis.tables.case import Case, IntakeSettings
from analysis.tables.columns import CREDIT, CURRENCY, CostCategory, header_of
from analysis.tables.rows import period_column

_MOST_LINES = 40
NOT_COMPLETED = "orders that have no day of completion are left out"


def leave_out_open(sheet: Sheet, settings: IntakeSettings) -> None:
    """Leave out orders without a day of completion."""
    if done := sheet.cells.get("completed_on"):
        is_open = np.array([is_nothing(cell, settings) for cell in done], dtype=bool)
        sheet.leave_out(is_open, NOT_COMPLETED)


def leave_out_payments(sheet: Sheet, context: Context) -> None:
    """Leave out amounts below zero, if ``case.yaml`` says that they are payments."""
    amounts = sheet.cells.get("amount_centimos", ())
    if context.settings.below_zero == "leave-out":
        sheet.cells.pop(CREDIT, None)  # a bank calls incoming payments credits
        paid = [read_whole(cell, context, 100, money=True).text[:1] == "-" for cell in amounts]
        sheet.leave_out(np.array(paid, dtype=bool), fault_of("payments-left-out").rule)


def subtract_credit_notes(checked: Any, kinds: Sequence[Cell], settings: IntakeSettings) -> None:
    """Ask about credit notes whose amounts have no minus, or give them one.

    Parameters
    ----------
    checked : Checked
        A table that was read (:mod:`analysis.intake.convert`).
    kinds : sequence of Cell
        The column in which a word for a credit note stands; none for no such column.
    settings : IntakeSettings
        Say whether such amounts are taken off.
    """
    name = next((n for n, i in checked.table.row.model_fields.items() if header_of(i).money), "")
    if not kinds or not name or not len(checked.rows):
        return
    credit = np.array([is_credit_note(cell) for cell in kinds], dtype=bool)
    positive = credit & checked.good[name] & (checked.frame[name] > 0).to_numpy()
    if settings.credit_notes is None and positive.any():
        word = kinds[int(np.flatnonzero(positive)[0])]
        fault = fault_of("ask-credit-notes", word=word, header=checked.headers[CREDIT])
        checked.report(fault, name, positive)
    elif settings.credit_notes == "subtract" and positive.any():
        checked.frame[name] = checked.frame[name].where(~positive, -checked.frame[name])
        named = checked.headers.get(name, name)
        what = fault_of("credit-notes-subtracted").rule
        checked.notes.append(Note(checked.file, what, named, int(positive.sum())))


def account_of(text: str, accounts: Mapping[str, str]) -> str:
    """Return what ``case.yaml`` says of an account, or nothing.

    Its whole name goes before the longest key of digits with which its number begins.

    Examples
    --------
    >>> accounts = {"6": "admin", "603": "materials", "Bank": "ignore"}
    >>> [account_of(text, accounts) for text in ("6031 Compras", "62.1", "bank", "70")]
    ['materials', 'admin', 'ignore', '']
    """
    plain = text.strip().casefold()
    named = {key.strip().casefold(): meant for key, meant in accounts.items()}
    if plain in named:
        return named[plain]
    digits = re.sub("[ .-]", "", (re.match("[0-9][0-9 .-]*", plain) or [""])[0])
    begun = [key for key in named if key.isdigit() and digits.startswith(key)]
    return named[max(begun, key=len)] if begun else ""


def name_accounts(sheet: Sheet, accounts: Mapping[str, str]) -> None:
    """Put kinds of cost in the place of accounts; leave out rows of accounts that are no cost."""
    cells = sheet.cells.get("category")
    if not cells or not accounts:
        return
    found = {cell: account_of(str(cell), accounts) for cell in dict.fromkeys(cells)}
    sheet.cells["category"] = [found[cell] or cell for cell in cells]
    named = sum(bool(found[cell]) for cell in cells)
    if named:
        what = fault_of("account-named").rule
        sheet.notes.append(Note(sheet.file, what, sheet.headers["category"], named))
    ignored = np.array([found[cell] == "ignore" for cell in cells], dtype=bool)
    sheet.leave_out(ignored, fault_of("account-ignored").rule)


def accounts_to_add(cells: Sequence[Any], faults: Sequence[Fault | None]) -> list[Fault | None]:
    """Say of accounts without a kind of cost which lines of ``case.yaml`` would give them one."""
    unknown = [str(c) for c, f in zip(cells, faults, strict=True) if f is not None and str(c)]
    lines = [f"    {_quoted(name)}: category" for name in sorted(unknown)[:_MOST_LINES]]
    if (more := len(unknown) - _MOST_LINES) > 0:
        lines.append(f"    # and {more} more")
    words = ", ".join(get_args(CostCategory))
    fix = fault_of("unknown-account", words=words, lines="\n".join(["  accounts:", *lines])).fix
    return [replace(f, fix=fix) if f is not None and not f.fix else f for f in faults]


def _quoted(name: str) -> str:
    """Write a name as YAML takes it for a text."""
    return "'" + name.replace("'", "''") + "'"


def convert_currencies(case: Case, tables: Mapping[str, Any]) -> list[Note]:
    """Convert amounts of rows in other currencies, by ``rates.csv`` and the rates of the case.

    Parameters
    ----------
    case : Case
        Gives its currency and rates that hold for all days.
    tables : mapping of str to Checked
        Tables that were read; amounts are rounded to hundredths, halves away from zero. A currency
        without a rate is a problem of its table.

    Returns
    -------
    list of Note
        What was converted.
    """
    own = own_signs(case.parameters.currency, case.parameters.currency_name)
    rates = {(_code(name), ""): Fraction(str(r)) for name, r in case.parameters.rates.items()}
    if "rates" in tables and not tables["rates"].problems:
        rows = tables["rates"].frame.itertuples()
        rates |= {(_code(row.currency), row.on): Fraction(row.rate) for row in rows}
    notes: list[Note] = []
    for table in tables.values():
        if CURRENCY in table.cells and table.table.name != "rates":
            notes += _convert(table, own, rates)
    return notes


def _code(name: str) -> str:
    """Return the code of a currency that a file may call otherwise: ``€`` is EUR."""
    small = name.strip().casefold()
    codes = [code for code, signs in CURRENCIES.items() if small in signs.split()]
    return codes[0].casefold() if len(codes) == 1 else small


def _convert(
    table: Any, own: Sequence[str], rates: Mapping[tuple[str, str], Fraction]
) -> Iterator[Note]:
    names = [str(cell).strip() for cell in table.cells[CURRENCY]]
    codes = [_code(name) if name and name.casefold() not in own else "" for name in names]
    foreign = np.array([bool(code) for code in codes], dtype=bool)
    if not foreign.any():
        return
    fields = table.table.row.model_fields
    dated = period_column(table.table)
    days = [str(day)[:10] for day in table.frame[dated]] if dated else [""] * len(codes)
    found = [
        _rate(code, day, rates) if code else None for code, day in zip(codes, days, strict=True)
    ]
    lost = foreign & np.array([rate is None for rate in found], dtype=bool)
    if lost.any():
        places = np.flatnonzero(lost)
        lines = sorted({f"    {days[at][:7]},{codes[at].upper()},rate" for at in places})
        lines = [*lines[:_MOST_LINES], *(["    ..."] if len(lines) > _MOST_LINES else [])]
        short = "\n".join(f"    {c}: rate" for c in sorted({codes[at].upper() for at in places}))
        fault = fault_of(
            "other-currency", short=short, lines="\n".join(["    on,currency,rate", *lines])
        )
        table.report(fault, CURRENCY, lost, names[places[0]])
    known = foreign & ~lost
    for name in (name for name, info in fields.items() if header_of(info).money):
        amounts = table.frame[name].tolist()
        for at in np.flatnonzero(known & table.good[name]):
            amounts[at] = rounded(amounts[at] * found[at])
        table.frame[name] = pd.Series(amounts, dtype="int64")
    if count := int(known.sum()):
        used = ", ".join(sorted({codes[at].upper() for at in np.flatnonzero(known)}))
        what = fault_of("converted", currencies=used).rule
        yield Note(table.file, what, table.headers[CURRENCY], count)


def _rate(code: str, day: str, rates: Mapping[tuple[str, str], Fraction]) -> Fraction | None:
    """Return the rate of a day, or else that of its month, or that of all days."""
    places = (day, day[:7], "")
    return next((rates[code, place] for place in places if (code, place) in rates), None)
