"""The columns of a table as it stands in a file: which is which, and which rows count."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise, zip_longest
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from analysis.base.language import tr
from analysis.base.text import listed
from analysis.intake import problems as said
from analysis.intake.cells import Cell, Context, is_nothing, read_whole, without_sign
from analysis.intake.problems import Fault, Note, fault_of
from analysis.intake.rows import FILE_LINES, Sheet
from analysis.intake.sheets import SEARCHED_ROWS, SHEET, Grid, plain_header
from analysis.tables import columns as known
from analysis.tables.columns import (
    CREDIT,
    CURRENCY,
    DEDUCTION,
    REST,
    SCALE,
    folded,
    header_of,
    names_of,
)
from analysis.tables.rows import Row, period_column

MONEY_ROWS = ("sale", "cost")
"""Tables whose rows may stand twice under different keys."""


def words_of(header: str) -> set[str]:
    """Return the words of a header, folded, and all of it as one."""
    plain = folded(header)
    return {plain, *plain.split("_")}


def says(header: str, *kinds: str) -> bool:
    """Whether a word of a header is of some kinds of ``words.yaml``, such as tax or supplier.

    Examples
    --------
    >>> says("Kwota VAT", "tax"), says("Kwota VAT", "discount", "supplier")
    (True, False)
    """
    words = words_of(header)
    return any(words & said.words_for("proposal", kind) for kind in kinds)


def are_of_suppliers(headers: Sequence[str]) -> bool:
    """Whether columns are those of invoices that the firm has to pay."""
    bought, sold = (
        any(says(header, kind) for header in headers) for kind in ("supplier", "customer")
    )
    return bought and not sold


def joined(sheets: Sequence[Sheet]) -> Sheet:
    """Put the rows of several files of one table together, and ask about rows that two share."""
    first = sheets[0]
    if len(sheets) == 1:
        return first
    made = Sheet(first.file, first.table, files=tuple(sheet.file for sheet in sheets))
    made.rows = np.concatenate([s.rows + place * FILE_LINES for place, s in enumerate(sheets)])
    for sheet in sheets:
        made.add(sheet)
    names = dict.fromkeys(name for sheet in sheets for name in sheet.cells)
    columns = [[s.cells.get(name, [""] * len(s.rows)) for name in names] for s in sheets]
    for place, name in enumerate(names):
        holders = [sheet for sheet in sheets if name in sheet.cells]
        made.cells[name] = [cell for cells in columns for cell in cells[place]]
        made.headers[name] = holders[0].headers[name]
        made.factors[name] = holders[0].factors.get(name, 1)
        if any(sheet.factors.get(name, 1) != made.factors[name] for sheet in holders):
            made.refuse("two-units", None, made.headers[name])
    seen: dict[tuple[Cell, ...], str] = {}
    for sheet, cells in zip(sheets, columns, strict=True):
        used = [column for name, column in zip(names, cells, strict=True) if name != REST]
        rows = set(zip(*used, strict=True))
        if again := rows & seen.keys():
            other = seen[min(again, key=str)]
            made.refuse("rows-in-two-files", at=sheet.file, count=len(again), other=other)
        seen |= dict.fromkeys(rows, sheet.file)
    return made


def name_columns(grid: Grid, currency: tuple[str, ...], foreign: tuple[str, ...] = ()) -> Sheet:
    """Find the header and name the columns; rows and columns without a value are left out.

    Parameters
    ----------
    grid : Grid
        The file's rows.
    currency : tuple of str
        Signs of the case's currency, which headers may bear.
    foreign : tuple of str
        Signs of other currencies; what bears one is no amount of the case.
    """
    sheet = Sheet(grid.file, grid.table, problems=grid.problems, notes=grid.notes)
    if grid.problems:
        return sheet
    place = _header_place(grid, currency)
    if place is None:
        if any(any(row) for row in grid.rows):
            _refuse_header(grid)
        return sheet
    if place:
        sheet.note("above-header", "", place)
    header = [str(cell).strip() for cell in grid.rows[place]]
    while header and not header[-1]:
        header.pop()
    rows = _filled_rows(grid, place, len(header), sheet)
    grid.rows = []  # a large table is not held twice
    columns: Any = list(zip_longest(*rows, fillvalue="")) if rows else [()] * len(header)
    _name(sheet, header, columns, place + 1, grid, (currency, foreign))
    if grid.mapped is not None:
        _leave_out_others(sheet, np.array(list(map(_is_total, rows)), dtype=bool))
    _fill_further_lines(sheet)
    for name in [name for name in sheet.cells if name.startswith(_ROWS)]:
        words: Any = grid.meaning(sheet.headers[name]) or ()
        chosen = [str(cell).strip() in words for cell in sheet.cells.pop(name)]
        about = {"column": sheet.headers[name], "words": listed(words, "or")}
        sheet.leave_out(~np.array(chosen, dtype=bool), "rows-left-out", **about)
    return sheet


def _refuse_header(grid: Grid) -> None:
    """Say that no row has known names; if one has names of another kind, ask which is which."""
    if (place := likely_header(grid.rows)) is None:
        grid.refuse("no-header", 1, wanted=", ".join(grid.table.row.model_fields))
    else:
        names = ", ".join(str(cell).strip() for cell in grid.rows[place])
        grid.refuse("unknown-header", place + 1, "", names)


def likely_header(rows: Sequence[Sequence[Cell]]) -> int | None:
    """Return the index of the row of names: the first of the widest rows of different texts."""
    head = [[str(cell).strip() for cell in row] for row in rows[:SEARCHED_ROWS]]
    widest = max((sum(map(bool, row)) for row in head), default=0)
    found, most = None, max(1, widest // 2)
    for place, row in enumerate(head):
        names = [cell for cell in row if cell]
        distinct = len(set(names)) == len(names) > most
        if distinct and not any(cell[0].isdigit() for cell in names):
            found, most = place, len(names)
    return found


def _header_place(grid: Grid, currency: tuple[str, ...]) -> int | None:
    """Return the index of the first row with the most known names; None if no row has any."""
    heads = [
        [cell for cell in row[:200] if isinstance(cell, str)] for row in grid.rows[:SEARCHED_ROWS]
    ]
    found = [[grid.meaning(cell.strip(), currency) for cell in head] for head in heads]
    counts = [len(head) - head.count(None) for head in found]
    most = max(counts, default=0)
    return counts.index(most) if most else None


def _filled_rows(grid: Grid, place: int, width: int, sheet: Sheet) -> list[list[Cell]]:
    """Return the rows below the header that hold anything; their numbers go to the sheet."""
    below = grid.rows[place + 1 :]
    kept = [index for index, row in enumerate(below) if not _blank(row)]
    if kept and (gaps := kept[-1] + 1 - len(kept)):
        sheet.note("empty-rows", "", gaps)
    rows = [below[index] for index in kept]
    sheet.rows = np.array(kept, dtype="int64") + place + 2
    # rows of a sheet may end where their last value does; a line of an export may be a remark
    least = width if SHEET not in grid.file else 0
    footer = 1 if grid.mapped else 0
    ragged = [
        index
        for index, row in enumerate(rows)
        if len(row) != width and (not _blank(row[width:]) or footer < len(row) < least)
    ]
    if ragged:
        found, lines = ", ".join(map(str, rows[ragged[0]])), sheet.rows[ragged].tolist()
        sheet.refuse_rows(fault_of("ragged"), "", lines, found, len(lines))
    return rows


def _blank(row: Sequence[Cell]) -> bool:
    if row and isinstance(row[0], str) and row[0].strip():  # by far the most usual
        return False
    return not any(row) or all(isinstance(cell, str) and not cell.strip() for cell in row)


def blanks(cells: Sequence[Cell]) -> NDArray[np.bool_]:
    """Return which cells are blank."""
    return np.array([_blank([cell]) for cell in cells], dtype=bool)


def _name(
    sheet: Sheet,
    header: list[str],
    columns: Sequence[tuple[Cell, ...]],
    row: int,
    grid: Grid,
    signs: tuple[tuple[str, ...], tuple[str, ...]],
) -> None:
    """Give every column its name in the row model; say which are not used and which are missing."""
    elsewhere: dict[str, str] = {}
    unused: list[str] = []
    rest: list[Sequence[Cell]] = []
    for text, cells in zip(header, columns, strict=False):
        found = grid.meaning(text, signs[0])
        kinds = {*cells}
        if len(kinds) <= _MOST_KINDS and any(map(is_credit_note, kinds)):
            sheet.cells[CREDIT], sheet.headers[CREDIT] = cells, text
        if isinstance(found, tuple):
            sheet.cells[_ROWS + text], sheet.headers[_ROWS + text] = cells, text
        elif grid.mapped is None and (field_ := foreign_column(text, sheet.table.row, *signs)):
            elsewhere[field_] = text
        elif found is not None and found.field == DEDUCTION:
            sheet.cells[DEDUCTION + text], sheet.headers[DEDUCTION + text] = cells, text
        elif found is None:
            if text or not _blank(cells):
                unused.append(text)
                rest.append(cells)
        elif found.field in sheet.cells:
            sheet.refuse("two-columns", row, "", f"{sheet.headers[found.field]}, {text}")
        else:
            sheet.cells[found.field], sheet.headers[found.field] = cells, text
            sheet.factors[found.field] = found.factor
            if found.field == period_column(sheet.table):
                rest.append(cells)  # with its time of day
    if sheet.table.name in MONEY_ROWS and unused:
        sheet.cells[REST] = ["|".join(("", *map(str, row))) for row in zip(*rest, strict=True)]
        sheet.headers[REST] = ""
    for name, text in elsewhere.items():
        if name in sheet.cells:
            sheet.note("column-not-used-currency", text)
        else:
            sheet.refuse("column-in-other-currency", row, text)
    there, all_ = ", ".join(header), set(map(plain_header, header))
    for text in sorted((grid.mapped.columns.keys() if grid.mapped else set()) - all_):
        sheet.refuse("mapped-column-missing", row, text, header=there)
    meant = _note_unused(sheet, unused, elsewhere, hints=grid.mapped is None)
    if grid.mapped is None and sheet.table.name == "sale" and are_of_suppliers(header):
        sheet.refuse("of-suppliers", row)
    for name, info in sheet.table.row.model_fields.items():
        if name not in sheet.cells | elsewhere.keys() and not known.may_be_empty(info):
            ours = next(iter(header_of(info).larger), name)  # whole units, as exports have them
            if grid.mapped is None:
                sheet.refuse(_missing(sheet, name, meant.get(name, "")), row, ours)
            else:
                sheet.refuse("column-not-mapped", row, ours, ours=ours, header=there)


def foreign_column(
    header: str, row: type[Row], currency: tuple[str, ...], foreign: tuple[str, ...]
) -> str:
    """Return the column of amounts that a header gives in another currency, or nothing.

    So ``Monto (US$)``, and ``Importe en dólares``, unless that is the case's own currency.
    """
    text = header.strip(" ()[]")
    rest = without_sign(text, foreign)
    if rest is None or without_sign(text, currency) is not None:
        return ""
    found = names_of(row).get(re.sub("_(en|in)$", "", folded(rest)))
    if found is None or found.field not in row.model_fields:
        return ""
    return found.field if header_of(row.model_fields[found.field]).money else ""


_MOST_KINDS = 50
"""Different cells of a column that says of what kind a document is."""
_CREDIT = said.words_for("credit notes", "parts")
_TOTALS = said.words_for("totals")
_ROWS = "(rows) "
"""Begins the name of a column that says which rows are read."""


def is_credit_note(cell: Cell) -> bool:
    """Whether a cell names a credit note."""
    if not isinstance(cell, str) or not 2 < len(cell) < 50:
        return False
    return any(f"_{words}_" in f"_{folded(cell)}_" for words in _CREDIT)


def _is_total(row: Sequence[Cell]) -> bool:
    """Whether a row begins with a word such as total."""
    first = next((cell for cell in row if not _blank([cell])), "")
    return isinstance(first, str) and folded(first).partition("_")[0] in _TOTALS


def _leave_out_others(sheet: Sheet, totals: NDArray[np.bool_]) -> None:
    """Leave out rows of an export that are no records: totals without a day, headings and notes."""
    dated = period_column(sheet.table)
    if dated in sheet.cells and sheet.money and len(totals):
        totals &= blanks(sheet.cells[dated])
        sheet.leave_out(totals, "totals-left-out")
        bare = np.all([blanks(sheet.cells[name]) for name in (dated, *sheet.money)], axis=0)
        if sheet.table.key[0] in sheet.cells:  # further lines of an order repeat its key
            bare &= blanks(sheet.cells[sheet.table.key[0]])
        sheet.leave_out(bare, "bare-left-out")


def _fill_further_lines(sheet: Sheet) -> None:
    """Complete the second and further lines of a record that stands on several.

    Exports of shops repeat the key alone, without the day. An empty cell is then that of the line
    above, but for amounts: a line without an amount of its own is left out, since the amount is
    that of the whole record.
    """
    money, days = sheet.money, sheet.cells.get(period_column(sheet.table), ())
    keys = [str(cell).strip() for cell in sheet.cells.get(sheet.table.key[0], ())]
    again = np.array([a == b != "" for a, b in pairwise(["", *keys])], dtype=bool)
    if not money or not again.any() or len(days) != len(keys):
        return
    again &= blanks(days)
    empty = {name: again & blanks(cells) for name, cells in sheet.cells.items()}
    for name in list(sheet.cells):
        if name not in money and empty[name].any():
            cells = list(sheet.cells[name])
            for place in np.flatnonzero(empty[name]):
                cells[place] = cells[place - 1]
            sheet.cells[name] = cells
            sheet.note("filled-from-above", sheet.headers[name], int(empty[name].sum()))
    sheet.leave_out(np.all([empty[name] for name in money], axis=0), "lines-left-out")


def _note_unused(
    sheet: Sheet, unused: list[str], elsewhere: Mapping[str, str], *, hints: bool
) -> Mapping[str, str]:
    """Note columns that are not used; return those that may be meant for one that is missing."""
    open_names = {
        name: found.field
        for name, found in names_of(sheet.table.row).items()
        if hints and found.field not in {CURRENCY, SCALE, *sheet.cells, *elsewhere}
    }
    fields, meant = sheet.table.row.model_fields, dict[str, str]()
    for text in unused:
        near = known.closest(text, open_names) or known.contained(text, open_names)
        if near and header_of(fields[open_names[near]]).money and says(text, "no-amount"):
            near = ""  # a discount or tax is not the amount
        sheet.notes.append(not_used(sheet.file, text, near))
        if near:
            meant.setdefault(open_names[near], text)
    return meant


def not_used(file: str, header: str, near: str) -> Note:
    """Say that a column is not used, and which one it may be meant for."""
    rule = "column-not-used-near" if near else "column-not-used"
    return said.note_of(rule, file, header or tr("without a name"), near=near)


def _missing(sheet: Sheet, name: str, meant: str) -> Fault:
    named = sorted(names_of(sheet.table.row).items(), key=lambda item: -item[1].factor)
    names = [other for other, found in named if found.field == name]
    rename = f", or rename the column “{meant}” if that is it" if meant else ""
    return fault_of("column-missing", rename=rename, names=" or ".join(names[:6]))


_MOST_DIGITS, _MOST_LINES = 12, 40


def scale_of(sheet: Sheet) -> NDArray[np.int64]:
    """Return, by row, how many smallest coins are in one of the row's units."""
    texts = [str(cell).strip() for cell in sheet.cells.get(SCALE, ())] or ["1"] * len(sheet.rows)
    right = np.array(
        [bool(re.fullmatch(r"0*[1-9]\d{0,11}", text, re.ASCII)) for text in texts], dtype=bool
    )
    if not right.all():
        sheet.report(fault_of("no-scale"), SCALE, ~right, sheet.cells[SCALE][int(right.argmin())])
    return np.array([int(t) if ok else 1 for t, ok in zip(texts, right, strict=True)], "int64")


def leave_out_open(sheet: Sheet, context: Context) -> None:
    """Leave out orders without a day of completion."""
    if done := sheet.cells.get("completed_on"):
        is_open = [is_nothing(cell, context.settings) for cell in done]
        sheet.leave_out(np.array(is_open, dtype=bool), "not-completed")


def leave_out_payments(sheet: Sheet, context: Context) -> None:
    """Leave out amounts below zero, if ``case.yaml`` says that they are payments."""
    amounts = sheet.cells.get("amount_centimos", ())
    if context.settings.below_zero == "leave-out":
        sheet.cells.pop(CREDIT, None)  # a bank calls incoming payments credits
        paid = [read_whole(cell, context, 100, money=True).text[:1] == "-" for cell in amounts]
        sheet.leave_out(np.array(paid, dtype=bool), "payments-left-out")


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
    digits = re.sub("[ .-]", "", (re.match("[0-9][0-9 .-]*", plain) or [""])[0])
    begun = [key for key in named if key.isdigit() and digits.startswith(key)]
    return named.get(plain) or named.get(max(begun, key=len, default=""), "")


def name_accounts(sheet: Sheet, accounts: Mapping[str, str]) -> None:
    """Put kinds of cost in the place of accounts; leave out rows of accounts that are no cost."""
    cells = sheet.cells.get("category")
    if not cells or not accounts:
        return
    found = {cell: account_of(str(cell), accounts) for cell in dict.fromkeys(cells)}
    sheet.cells["category"] = [found[cell] or cell for cell in cells]
    if named := sum(bool(found[cell]) for cell in cells):
        sheet.note("account-named", sheet.headers["category"], named)
    ignored = np.array([found[cell] == "ignore" for cell in cells], dtype=bool)
    sheet.leave_out(ignored, "account-ignored")


def accounts_to_add(cells: Sequence[Any], faults: Sequence[Fault | None]) -> list[Fault | None]:
    """Say of accounts without a kind of cost which lines of ``case.yaml`` would give them one."""
    unknown = [str(c) for c, f in zip(cells, faults, strict=True) if f is not None and str(c)]
    lines = ["    '" + name.replace("'", "''") + "': category" for name in sorted(unknown)]
    if (more := len(lines) - _MOST_LINES) > 0:
        lines[_MOST_LINES:] = [f"    # and {more} more"]
    words = ", ".join(get_args(known.CostCategory))
    fix = fault_of("unknown-account", words=words, lines="\n".join(["  accounts:", *lines])).fix
    return [Fault(f.rank, f.rule, fix) if f is not None and not f.fix else f for f in faults]
