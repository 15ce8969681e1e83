"""What a firm's books hold beside plain records: open orders, credit notes, accounts of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

import numpy as np

from analysis.intake.cells import Cell, is_nothing
from analysis.intake.naming import Sheet, is_credit_note
from analysis.intake.problems import Fault, Note, fault_of
from analysis.tables.case import IntakeSettings
from analysis.tables.columns import CREDIT, CostCategory, header_of

_MOST_LINES = 40


def leave_out_open(sheet: Sheet, settings: IntakeSettings) -> None:
    """Leave out orders without a day of completion."""
    if done := sheet.cells.get("completed_on"):
        is_open = np.array([is_nothing(cell, settings) for cell in done], dtype=bool)
        sheet.leave_out(is_open, "orders that have no day of completion are left out")


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
        what = "amounts of credit notes get a minus"
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
        what = "the account is taken for the kind of cost that case.yaml gives (accounts)"
        sheet.notes.append(Note(sheet.file, what, sheet.headers["category"], named))
    ignored = np.array([found[cell] == "ignore" for cell in cells], dtype=bool)
    sheet.leave_out(ignored, "rows of accounts that case.yaml ignores are left out")


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
