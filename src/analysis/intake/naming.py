"""The columns of a table as it stands in a file: which is which, and which rows count."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.language import tr
from analysis.base.text import listed
from analysis.intake import cells as read
from analysis.intake import problems as said
from analysis.intake.cells import Cell, Context
from analysis.intake.rows import FILE_LINES, Sheet
from analysis.intake.sheets import SEARCHED_ROWS, SHEET, Grid, Words
from analysis.tables import columns as of
from analysis.tables.rows import Row, Table, period_column

MONEY_ROWS = ("sale", "cost")
"""Tables whose rows may stand twice under different keys."""


_Named = tuple[str, Sequence[Cell]]
"""A column with its header."""


@dataclass(frozen=True)
class Reading:
    """What a file or sheet is read as.

    Attributes
    ----------
    table : Table
        The table.
    name : str
        The entry of ``columns:`` in ``case.yaml`` that says so, such as ``orders.csv`` or
        ``orders.xlsx, sheet May``.
    columns : mapping of str to Found, or None
        By header, as :func:`~analysis.tables.columns.plain_header` writes it; None if columns are
        known by their names.
    """

    table: Table
    name: str = ""
    columns: Mapping[str, of.Found] | None = None

    def meaning(self, header: str, currency: Words = ()) -> of.Found | None:
        """Return what a column is: by ``case.yaml`` if that speaks of the file, or by its name."""
        if self.columns is None:
            return of.find_column(header, self.table.row, currency)
        return self.columns.get(of.plain_header(header))


def words_of(header: str) -> set[str]:
    """Return the words of a header, folded, and all of it as one."""
    plain = of.folded(header)
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
    bought, sold = (any(says(text, kind) for text in headers) for kind in ("supplier", "customer"))
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
    for name in names:
        holders = [sheet for sheet in sheets if name in sheet.cells]
        made.cells[name] = [cell for sheet in sheets for cell in sheet.column(name)]
        made.headers[name] = holders[0].headers[name]
        made.factors[name] = holders[0].factors.get(name, 1)
        if any(sheet.factors.get(name, 1) != made.factors[name] for sheet in holders):
            made.refuse("two-units", None, made.headers[name])
    seen: dict[tuple[Cell, ...], str] = {}
    for sheet in sheets:
        rows = set(zip(*(sheet.column(name) for name in names if name != of.REST), strict=True))
        if again := rows & seen.keys():
            other = seen[min(again, key=str)]
            made.refuse("rows-in-two-files", at=sheet.file, count=len(again), other=other)
        seen |= dict.fromkeys(rows, sheet.file)
    return made


def name_columns(grid: Grid, reading: Reading, currency: Words, foreign: Words = ()) -> Sheet:
    """Find the header and name the columns; rows and columns without a value are left out.

    Parameters
    ----------
    grid : Grid
        The file's rows.
    reading : Reading
        What it is read as.
    currency : tuple of str
        Signs of the case's currency, which headers may bear.
    foreign : tuple of str
        Signs of other currencies; what bears one is no amount of the case.
    """
    sheet = Sheet(grid.file, reading.table, problems=grid.problems, notes=grid.notes)
    if grid.problems or not any(map(any, grid.rows)):
        return sheet
    counts = [
        sum(reading.meaning(str(cell).strip(), currency) is not None for cell in row[:200])
        for row in grid.rows[:SEARCHED_ROWS]
    ]
    place = counts.index(max(counts))  # the first row with the most known names
    if not counts[place]:
        names = likely_header(grid.rows) or 0
        shown = ", ".join(str(cell).strip() for cell in grid.rows[names])
        grid.refuse("unknown-header", names + 1, "", shown)
        return sheet
    if place:
        sheet.note("above-header", "", place)
    header = [str(cell).strip() for cell in grid.rows[place]]
    while header and not header[-1]:
        header.pop()
    rows = _filled(grid, reading, place, len(header), sheet)
    grid.rows = []  # a large table is not held twice
    cells: Any = list(zip_longest(*rows, fillvalue="")) if rows else [()] * len(header)
    columns = list(zip(header, cells, strict=False))
    _name(sheet, columns, place + 1, reading, currency, foreign)
    if reading.columns is not None:
        _leave_out_others(sheet, rows)
    _fill_further_lines(sheet)
    for name in [name for name in sheet.cells if name.startswith(of.CHOICE)]:
        column, choice = sheet.headers[name], reading.meaning(sheet.headers[name])
        words = choice.words if choice else ()
        others = [str(cell).strip() not in words for cell in sheet.cells.pop(name)]
        sheet.leave_out(others, "rows-left-out", column=column, words=listed(words, "or"))
    return sheet


def likely_header(rows: Sequence[Sequence[Cell]]) -> int | None:
    """Return the index of the row of names: the first of the widest rows of different texts."""
    head = [[text for cell in row if (text := str(cell).strip())] for row in rows[:SEARCHED_ROWS]]
    most = max(1, max(map(len, head), default=0) // 2)
    likely = [
        place
        for place, names in enumerate(head)
        if len({*names}) == len(names) > most and not any(name[0].isdigit() for name in names)
    ]
    return max(likely, key=lambda place: len(head[place]), default=None)


def _filled(grid: Grid, reading: Reading, place: int, width: int, sheet: Sheet) -> list[list[Cell]]:
    """Return the rows below the header that hold anything; their numbers go to the sheet."""
    below = grid.rows[place + 1 :]
    kept = [index for index, row in enumerate(below) if not is_blank(row)]
    if kept and (gaps := kept[-1] + 1 - len(kept)):
        sheet.note("empty-rows", "", gaps)
    rows = [below[index] for index in kept]
    sheet.rows = np.array(kept, dtype="int64") + place + 2
    # rows of a sheet may end where their last value does; a line of an export may be a remark
    least = width if SHEET not in grid.file else 0
    footer = 1 if reading.columns else 0
    ragged = [
        index
        for index, row in enumerate(rows)
        if len(row) != width and (not is_blank(row[width:]) or footer < len(row) < least)
    ]
    if ragged:
        found, lines = ", ".join(map(str, rows[ragged[0]])), sheet.rows[ragged].tolist()
        sheet.refuse_rows("", lines, len(lines), lambda _: (said.fault_of("ragged"), found))
    return rows


def is_blank(row: Sequence[Cell]) -> bool:
    """Whether cells hold nothing but white space."""
    if row and isinstance(row[0], str) and row[0].strip():  # by far the most usual
        return False
    return not any(row) or all(isinstance(cell, str) and not cell.strip() for cell in row)


def blanks(cells: Sequence[Cell]) -> NDArray[np.bool_]:
    """Return which cells are blank."""
    return np.array([is_blank([cell]) for cell in cells], dtype=bool)


def _name(sheet: Sheet, columns: list[_Named], row: int, reading: Reading, *signs: Words) -> None:
    """Give every column its name in the row model; say which are not used and which are missing."""
    elsewhere, unused = dict[str, str](), list[_Named]()
    by_name, model, header = reading.columns is None, sheet.table.row, [text for text, _ in columns]
    for text, cells in columns:
        found = reading.meaning(text, signs[0])
        if len(kinds := {*cells}) <= _MOST_KINDS and any(map(is_credit_note, kinds)):
            sheet.cells[of.CREDIT], sheet.headers[of.CREDIT] = cells, text
        name = found.field if found else ""
        name += text if name in (of.CHOICE, of.DEDUCTION) else ""
        if by_name and (other := foreign_column(text, model, *signs)):
            elsewhere[other] = text
        elif not found:
            unused += [(text, cells)] if text or not is_blank(cells) else []
        elif name in sheet.cells:
            sheet.refuse("two-columns", row, "", f"{sheet.headers[name]}, {text}")
        else:
            sheet.cells[name], sheet.headers[name] = cells, text
            sheet.factors[name] = found.factor
    if sheet.table.name in MONEY_ROWS and unused:
        dated = [sheet.cells[n] for n in [period_column(sheet.table)] if n in sheet.cells]
        rest = zip(*(cells for _, cells in unused), *dated, strict=True)  # with its time of day
        sheet.cells[of.REST] = ["|".join(("", *map(str, cells))) for cells in rest]
        sheet.headers[of.REST] = ""
    for name, text in elsewhere.items():
        if name in sheet.cells:
            sheet.note("column-not-used-currency", text)
        else:
            sheet.refuse("column-in-other-currency", row, text)
    there, all_ = ", ".join(header), set(map(of.plain_header, header))
    for text in sorted((reading.columns or {}).keys() - all_):
        sheet.refuse("mapped-column-missing", row, text, header=there)
    for text, _ in unused:
        sheet.note("column-not-used", text or tr("without a name"))
    if by_name and sheet.table.name == "sale" and are_of_suppliers(header):
        sheet.refuse("of-suppliers", row)
    for name, info in model.model_fields.items():
        if name in sheet.cells | elsewhere.keys() or of.may_be_empty(info):
            continue
        about = of.header_of(info)
        ours = next(iter(about.larger), name)  # whole units, as exports have them
        if by_name:
            names = [*about.larger, name, *about.also]
            near = [text for text, _ in unused if _may_mean(text, names, amount=about.money)]
            rename = [tr(", or rename the column “{name}” if that is it", name=n) for n in near[:1]]
            more = {"rename": "".join(rename), "names": listed(names[:6], "or")}
            sheet.refuse("column-missing", row, ours, **more)
        else:
            sheet.refuse("column-not-mapped", row, ours, ours=ours, header=there)


def foreign_column(header: str, row: type[Row], currency: Words, foreign: Words) -> str:
    """Return the column of amounts that a header gives in another currency, or nothing.

    So ``Monto (US$)``, and ``Importe en dólares``, unless that is the case's own currency.
    """
    text = header.strip(" ()[]")
    rest = read.without_sign(text, foreign)
    if rest is None or read.without_sign(text, currency) is not None:
        return ""
    found = of.names_of(row).get(re.sub("_(en|in)$", "", of.folded(rest)), of.Found(""))
    return found.field if found.field in of.money_of(row) else ""


_MOST_KINDS = 50
"""Different cells of a column that says of what kind a document is."""
_CREDIT = said.words_for("credit notes", "parts")
_TOTALS = said.words_for("totals")
_UNNAMED = frozenset().union(*map(str.split, said.vocabulary("unnamed").values()))


def is_credit_note(cell: Cell) -> bool:
    """Whether a cell names a credit note."""
    if not isinstance(cell, str) or not 2 < len(cell) < 50:
        return False
    name = f"_{of.folded(cell)}_"
    return any(f"_{words}_" in name for words in _CREDIT)


def _leave_out_others(sheet: Sheet, rows: Sequence[Sequence[Cell]]) -> None:
    """Leave out rows of an export that are no records: totals without a day, headings and notes."""
    dated, key = period_column(sheet.table), sheet.table.key[0]
    if dated not in sheet.cells or not sheet.money:
        return
    first = (next((cell for cell in row if not is_blank([cell])), "") for row in rows)
    words = [(of.folded(str(cell)).partition("_")[0], cell) for cell in first]
    pairs = zip(words, sheet.cells[dated], strict=True)
    totals = [word in _TOTALS and (is_blank([day]) or day == cell) for (word, cell), day in pairs]
    sheet.leave_out(totals, "totals-left-out")
    # further lines of an order repeat its key
    names = [dated, *sheet.money, *([key] if key in sheet.cells else [])]
    bare = np.all([blanks(sheet.cells[name]) for name in names], axis=0)
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
    for name, cells in sheet.cells.items():
        if name not in money and empty[name].any():
            own: pd.Series[Any] = pd.Series(list(cells), dtype="object").mask(empty[name])
            sheet.cells[name] = own.ffill().tolist()
            sheet.note("filled-from-above", sheet.headers[name], int(empty[name].sum()))
    sheet.leave_out(np.all([empty[name] for name in money], axis=0), "lines-left-out")


def _may_mean(header: str, names: Sequence[str], *, amount: bool) -> bool:
    """Whether a header is close to a name or contains one; a discount is no amount."""
    near = of.closest(header, names) or of.contained(header, names)
    return bool(near) and not (amount and says(header, "no-amount"))


def name_customers(sheets: Mapping[str, Sheet], unnamed: Iterable[str] | None) -> None:
    """Put the names of customers in place of their numbers, in all tables alike.

    A name that several customers bear is followed by the number, so that none become one. Where
    there is a table of customers, the numbers stay, as its key. In sales, a name for everybody who
    gives none, such as “Cliente Varios”, becomes empty.

    Parameters
    ----------
    sheets : mapping of str to Sheet
        Tables that were read.
    unnamed : iterable of str, optional
        Such names; if left out, those of ``words.yaml``.
    """
    held = [sheet for sheet in sheets.values() if "customer_id" in sheet.frame]
    named = [sheet for sheet in held if of.NAME in sheet.cells and "customer" not in sheets]
    many = _UNNAMED if unnamed is None else set(map(of.folded, unnamed))
    names = dict[str, str]()
    for sheet in named:
        for number, cell in zip(sheet.frame["customer_id"], sheet.cells[of.NAME], strict=True):
            text = read.read_text(cell).text
            is_name = text.casefold() not in read.NOTHING and not said.no_glyph(text)
            if number and is_name and re.match(of.LABEL_OR_EMPTY, text):
                names.setdefault(number, text)
    numbers = set().union(*(sheet.frame["customer_id"] for sheet in held))
    often = Counter(names.get(number, number) for number in numbers)
    shown = {n: text if often[text] == 1 else f"{text} ({n})" for n, text in names.items()}
    everybody = {n for n in numbers if {of.folded(n), of.folded(names.get(n, n))} & many}
    for sheet in held if shown or everybody else ():
        given = sheet.frame["customer_id"].map(lambda number: shown.get(number, number))
        lost = sheet.frame["customer_id"].isin(everybody) & (sheet.table.name == "sale")
        sheet.frame["customer_id"] = given.mask(lost, "").astype("str")
        if lost.any():
            sheet.note("unnamed", sheet.called("customer_id"), int(lost.sum()), given[lost].iloc[0])
    for sheet in named:
        sheet.note("customers-named", sheet.headers[of.NAME], len(sheet.rows))


def scale_of(sheet: Sheet) -> NDArray[np.int64]:
    """Return, by row, how many smallest coins are in one of the row's units."""
    if (cells := sheet.cells.get(of.SCALE)) is None:
        return np.ones(len(sheet.rows), dtype="int64")
    texts = pd.Series(list(map(str, cells)), dtype="str").str.strip()
    right = texts.str.fullmatch("0*[1-9][0-9]{0,11}").astype(bool)
    sheet.report(said.fault_of("no-scale"), of.SCALE, ~right.to_numpy())
    return texts.where(right, "1").to_numpy().astype("int64")


def choose_rows(sheet: Sheet, context: Context) -> None:
    """Leave out rows that are no completed service, no sale or no cost; name accounts.

    These are orders without a day of completion, and, if ``case.yaml`` says so, payments among the
    amounts of a bank and costs of some accounts.
    """
    settings, table = context.settings, sheet.table.name
    if table == "service":
        done = sheet.cells.get("completed_on", ())
        sheet.leave_out([read.is_nothing(cell, settings) for cell in done], "not-completed")
    elif table == "sale" and settings.below_zero == "leave-out":
        sheet.cells.pop(of.CREDIT, None)  # a bank calls incoming payments credits
        sums = sheet.cells.get("amount_centimos", ())
        amounts = [read.read_whole(cell, context, 100, money=True).text for cell in sums]
        sheet.leave_out([amount.startswith("-") for amount in amounts], "payments-left-out")
    elif table == "cost" and context.accounts and (cells := sheet.cells.get("category")):
        kinds = {cell: account_of(str(cell), context.accounts) for cell in dict.fromkeys(cells)}
        sheet.cells["category"] = [kinds[cell] or cell for cell in cells]
        if named := sum(bool(kinds[cell]) for cell in cells):
            sheet.note("account-named", sheet.headers["category"], named)
        sheet.leave_out([kinds[cell] == "ignore" for cell in cells], "account-ignored")


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
