"""The columns of a table as it stands in a file: which is which, and which rows count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, pairwise, zip_longest

import numpy as np
from numpy.typing import NDArray

from analysis.base.language import tr
from analysis.base.text import listed
from analysis.intake.cells import Cell, foreign_column
from analysis.intake.problems import (
    FILE_LINES,
    Fault,
    Note,
    Problem,
    fault_of,
    problem_at,
    vocabulary,
)
from analysis.intake.sheets import SEARCHED_ROWS, Grid, Words, plain_header
from analysis.tables.columns import (
    CREDIT,
    CURRENCY,
    DEDUCTION,
    SCALE,
    closest,
    contained,
    folded,
    header_of,
    may_be_empty,
    names_of,
)
from analysis.tables.rows import Table, period_column

NO_AMOUNT, SUPPLIER, CUSTOMER = (
    frozenset(vocabulary("proposal")[name].split())
    for name in ("no-amount", "supplier", "customer")
)
"""Words of headers that tell what a column or table is not."""


def words_of(header: str) -> set[str]:
    """Return the words of a header, folded, and all of it as one."""
    plain = folded(header)
    return {plain, *plain.split("_")}


FOREIGN = fault_of("column-in-other-currency")


@dataclass
class Sheet:
    """A table whose columns are known by name, all cells still as they stand in the file.

    Attributes
    ----------
    cells : dict of str to sequence of Cell
        By column of the row model, or an extra of :mod:`analysis.tables.columns`.
    headers : dict of str to str
        What the file calls each column.
    factors : dict of str to int
        How many of the column's units are in one of the file's.
    rows : array of int
        Number of each row as a spreadsheet counts.
    files : tuple of str
        The files, if there are several.
    """

    table: Table
    file: str
    cells: dict[str, Sequence[Cell]]
    headers: dict[str, str]
    factors: dict[str, int]
    rows: NDArray[np.int64]
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    files: tuple[str, ...] = ()

    def leave_out(self, rows: NDArray[np.bool_], what: str) -> None:
        """Leave out rows, and note why."""
        if count := int(rows.sum()):
            self.notes.append(Note(self.file, what, count=count))
            self.rows = self.rows[~rows]
            for name, cells in self.cells.items():
                self.cells[name] = list(compress(cells, ~rows))


def joined(sheets: Sequence[Sheet]) -> Sheet:
    """Put the rows of several files of one table together, and ask about rows that two share.

    Rows of the second file have numbers that are `FILE_LINES` greater, and so on.
    """
    if len(sheets) == 1:
        return sheets[0]
    first = sheets[0]
    files = tuple(sheet.file for sheet in sheets)
    numbers = [sheet.rows + place * FILE_LINES for place, sheet in enumerate(sheets)]
    problems, notes = [p for s in sheets for p in s.problems], [n for s in sheets for n in s.notes]
    made = Sheet(
        first.table, first.file, {}, {}, {}, np.concatenate(numbers), problems, notes, files
    )
    names = dict.fromkeys(name for sheet in sheets for name in sheet.cells)
    columns = [[s.cells.get(name, [""] * len(s.rows)) for name in names] for s in sheets]
    for place, name in enumerate(names):
        holders = [sheet for sheet in sheets if name in sheet.cells]
        made.cells[name] = [cell for cells in columns for cell in cells[place]]
        made.headers[name] = holders[0].headers[name]
        made.factors[name] = holders[0].factors.get(name, 1)
        if any(sheet.factors.get(name, 1) != made.factors[name] for sheet in holders):
            problems.append(Problem(fault_of("two-units"), first.file, column=made.headers[name]))
    seen: dict[tuple[Cell, ...], str] = {}
    for sheet, cells in zip(sheets, columns, strict=True):
        rows = set(zip(*cells, strict=True))
        if again := rows & seen.keys():
            other = seen[min(again, key=str)]
            fault = fault_of("rows-in-two-files", count=len(again), other=other)
            problems.append(Problem(fault, sheet.file))
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
    sheet = Sheet(
        grid.table, grid.file, {}, {}, {}, np.empty(0, "int64"), grid.problems, grid.notes
    )
    if grid.problems:
        return sheet
    place = _header_place(grid, currency)
    if place is None:
        if any(any(row) for row in grid.rows):
            sheet.problems.append(_no_header(grid))
        return sheet
    if place:
        what = "what stands above the header is skipped"
        sheet.notes.append(Note(grid.file, what, count=place))
    header = [str(cell).strip() for cell in grid.rows[place]]
    while header and not header[-1]:
        header.pop()
    numbers, rows = _filled(grid, place, len(header), sheet)
    grid.rows = []  # a large table is not held twice
    columns: list[tuple[Cell, ...]] = (
        list(zip_longest(*rows, fillvalue="")) if rows else [() for _ in header]
    )
    sheet.rows = numbers
    totals = [grid.mapped is not None and _is_total(row) for row in rows]
    _name(sheet, header, columns, place + 1, grid, (currency, foreign), totals)
    return sheet


def _no_header(grid: Grid) -> Problem:
    """Say that no row has known names; if one has names of another kind, ask which is which."""
    place = likely_header(grid.rows)
    if place is None:
        wanted = ", ".join(grid.table.row.model_fields)
        return Problem(fault_of("no-header", wanted=wanted), grid.file, row=1)
    names = ", ".join(str(cell).strip() for cell in grid.rows[place])
    return Problem(fault_of("unknown-header"), grid.file, row=place + 1, value=names)


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
    known = [
        sum(
            isinstance(cell, str) and grid.meaning(cell.strip(), currency) is not None
            for cell in row[:200]
        )
        for row in grid.rows[:SEARCHED_ROWS]
    ]
    most = max(known, default=0)
    return known.index(most) if most else None


def _filled(
    grid: Grid, place: int, width: int, sheet: Sheet
) -> tuple[NDArray[np.int64], list[list[Cell]]]:
    """Return the rows below the header that hold anything, with their numbers."""
    below = grid.rows[place + 1 :]
    kept = [index for index, row in enumerate(below) if not _blank(row)]
    if kept and (gaps := kept[-1] + 1 - len(kept)):
        sheet.notes.append(Note(grid.file, "empty rows are skipped", count=gaps))
    rows = [below[index] for index in kept]
    numbers = np.array(kept, dtype="int64") + place + 2
    is_sheet = ", sheet " in grid.file  # whose rows may end where their last value does
    footer = 1 if grid.mapped else 0  # a line of an export that holds but a remark
    ragged = [
        index
        for index, row in enumerate(rows)
        if len(row) != width
        and (not _blank(row[width:]) or (footer < len(row) < width and not is_sheet))
    ]
    if ragged:
        found = ", ".join(map(str, rows[ragged[0]]))
        sheet.problems.append(problem_at(fault_of("ragged"), grid.file, "", numbers[ragged], found))
    return numbers, rows


def _blank(row: Sequence[Cell]) -> bool:
    if row and isinstance(row[0], str) and row[0].strip():  # by far the most usual
        return False
    return not any(row) or all(isinstance(cell, str) and not cell.strip() for cell in row)


def _name(
    sheet: Sheet,
    header: list[str],
    columns: list[tuple[Cell, ...]],
    row: int,
    grid: Grid,
    signs: tuple[tuple[str, ...], tuple[str, ...]],
    totals: list[bool],
) -> None:
    """Give every column its name in the row model; say which are not used and which are missing."""
    elsewhere: dict[str, str] = {}
    unused: list[str] = []
    wanted: dict[str, Words] = {}
    for text, cells in zip(header, columns, strict=False):
        found = grid.meaning(text, signs[0])
        kinds = {*cells}
        if len(kinds) <= _MOST_KINDS and any(map(is_credit_note, kinds)):
            sheet.cells[CREDIT], sheet.headers[CREDIT] = cells, text
        if isinstance(found, tuple):
            sheet.cells[_ROWS + text], sheet.headers[_ROWS + text] = cells, text
            wanted[text] = found
        elif grid.mapped is None and (field_ := foreign_column(text, sheet.table.row, *signs)):
            elsewhere[field_] = text
        elif found is not None and found.field == DEDUCTION:
            sheet.cells[DEDUCTION + text], sheet.headers[DEDUCTION + text] = cells, text
        elif found is None:
            if text or not _blank(cells):
                unused.append(text)
        elif found.field in sheet.cells:
            both = f"{sheet.headers[found.field]}, {text}"
            sheet.problems.append(Problem(fault_of("two-columns"), sheet.file, row=row, value=both))
        else:
            sheet.cells[found.field], sheet.headers[found.field] = cells, text
            sheet.factors[found.field] = found.factor
    for name, text in elsewhere.items():
        if name in sheet.cells:
            what = "this column is not used: it is in another currency than the case"
            sheet.notes.append(Note(sheet.file, what, text))
        else:
            sheet.problems.append(Problem(FOREIGN, sheet.file, row=row, column=text))
    lost = (grid.mapped.columns.keys() if grid.mapped else set()) - set(map(plain_header, header))
    for text in sorted(lost):
        fault = fault_of("mapped-column-missing", header=", ".join(header))
        sheet.problems.append(Problem(fault, sheet.file, row=row, column=text))
    if grid.mapped is not None:
        _leave_out_others(sheet, np.array(totals, dtype=bool))
    _fill_further_lines(sheet)
    for text, words in wanted.items():
        chosen = [str(cell).strip() in words for cell in sheet.cells.pop(_ROWS + text)]
        what = fault_of("rows-left-out", column=text, words=listed(words, "or")).rule
        sheet.leave_out(~np.array(chosen, dtype=bool), what)
    meant = _note_unused(sheet, unused, elsewhere, hints=grid.mapped is None)
    said = set().union(*map(words_of, header))
    bought = said & SUPPLIER and not said & CUSTOMER
    if bought and grid.mapped is None and sheet.table.name == "sale":
        sheet.problems.append(Problem(fault_of("of-suppliers"), sheet.file, row=row))
    for name, info in sheet.table.row.model_fields.items():
        if name not in sheet.cells | elsewhere.keys() and not may_be_empty(info):
            ours = next(iter(header_of(info).larger), name)  # whole units, as exports have them
            fault = _missing(sheet, name, meant.get(name, ""))
            if grid.mapped is not None:
                fault = fault_of("column-not-mapped", ours=ours, header=", ".join(header))
            sheet.problems.append(Problem(fault, sheet.file, row=row, column=ours))


_MOST_KINDS = 50
"""Different cells of a column that says of what kind a document is."""
_CREDIT = vocabulary("credit notes")["parts"].split()


def is_credit_note(cell: Cell) -> bool:
    """Whether a cell names a credit note."""
    if not isinstance(cell, str) or not 2 < len(cell) < 50:
        return False
    return any(f"_{words}_" in f"_{folded(cell)}_" for words in _CREDIT)


_ROWS = "(rows) "
"""Begins the name of a column that says which rows are read."""


_TOTALS = frozenset(vocabulary("totals")["words"].split())


def _is_total(row: Sequence[Cell]) -> bool:
    """Whether a row begins with a word such as total."""
    first = next((cell for cell in row if not _blank([cell])), "")
    return isinstance(first, str) and folded(first).partition("_")[0] in _TOTALS


def _leave_out_others(sheet: Sheet, totals: NDArray[np.bool_]) -> None:
    """Leave out rows of an export that are no records: totals without a day, headings and notes."""
    dated, money = period_column(sheet.table), _money(sheet)
    if dated in sheet.cells and money and len(totals):
        dayless = np.array([_blank([cell]) for cell in sheet.cells[dated]], dtype=bool)
        empty = [[_blank([cell]) for cell in sheet.cells[name]] for name in money]
        sheet.leave_out(dayless & totals, fault_of("totals-left-out").rule)
        bare = (dayless & np.all(empty, axis=0))[~(dayless & totals)]
        keys = sheet.cells.get(sheet.table.key[0])
        if keys is not None:  # further lines of an order repeat its key
            bare &= np.array([_blank([cell]) for cell in keys], dtype=bool)
        sheet.leave_out(bare, fault_of("bare-left-out").rule)


def _money(sheet: Sheet) -> list[str]:
    fields = sheet.table.row.model_fields
    return [name for name in sheet.cells if name in fields and header_of(fields[name]).money]


def _fill_further_lines(sheet: Sheet) -> None:
    """Complete the second and further lines of a record that stands on several.

    Exports of shops repeat the key alone, without the day. An empty cell is then that of the line
    above, but for amounts: a line without an amount of its own is left out, since the amount is
    that of the whole record.
    """
    money, days = _money(sheet), sheet.cells.get(period_column(sheet.table), ())
    keys = [str(cell).strip() for cell in sheet.cells.get(sheet.table.key[0], ())]
    again = np.array([a == b != "" for a, b in pairwise(["", *keys])], dtype=bool)
    if not money or not again.any() or len(days) != len(keys):
        return
    again &= np.array([_blank([cell]) for cell in days], dtype=bool)
    empty = {
        name: again & np.array([_blank([cell]) for cell in cells], dtype=bool)
        for name, cells in sheet.cells.items()
    }
    for name in sheet.cells.keys() - set(money):
        if empty[name].any():
            cells = list(sheet.cells[name])
            for place in np.flatnonzero(empty[name]):
                cells[place] = cells[place - 1]
            sheet.cells[name] = cells
            what = fault_of("filled-from-above").rule
            filled = int(empty[name].sum())
            sheet.notes.append(Note(sheet.file, what, sheet.headers[name], filled))
    bare = np.all([empty[name] for name in money], axis=0)
    sheet.leave_out(bare, fault_of("lines-left-out").rule)


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
        near = closest(text, open_names) or contained(text, open_names)
        if near and header_of(fields[open_names[near]]).money and words_of(text) & NO_AMOUNT:
            near = ""  # a discount or tax is not the amount
        sheet.notes.append(not_used(sheet.file, text, near))
        if near:
            meant.setdefault(open_names[near], text)
    return meant


def not_used(file: str, header: str, near: str) -> Note:
    """Say that a column is not used, and which one it may be meant for."""
    hint = f"; {tr('did you mean {name}?', name=near)}" if near else ""
    return Note(file, f"this column is not used{hint}", header or tr("without a name"))


def _missing(sheet: Sheet, name: str, meant: str) -> Fault:
    named = sorted(names_of(sheet.table.row).items(), key=lambda item: -item[1].factor)
    names = [other for other, found in named if found.field == name]
    rename = f", or rename the column “{meant}” if that is it" if meant else ""
    return fault_of("column-missing", rename=rename, names=" or ".join(names[:6]))


_MOST_DIGITS = 12


def scale_of(sheet: Sheet) -> NDArray[np.int64]:
    """Return, by row, how many smallest coins are in one of the row's units."""
    texts = [str(cell).strip() for cell in sheet.cells.get(SCALE, ())]
    right = [
        text.isdigit() and text.isascii() and len(text) <= _MOST_DIGITS and int(text) > 0
        for text in texts
    ]
    _refuse(sheet, fault_of("no-scale"), SCALE, [not good for good in right])
    units = [int(text) if good else 1 for text, good in zip(texts, right, strict=True)]
    return np.array(units or [1] * len(sheet.rows), dtype="int64")


def _refuse(sheet: Sheet, fault: Fault, column: str, bad: list[bool]) -> None:
    places = np.flatnonzero(np.array(bad, dtype=bool))
    if len(places):
        cell = sheet.cells[column][int(places[0])]
        sheet.problems.append(
            problem_at(
                fault, sheet.files or sheet.file, sheet.headers[column], sheet.rows[places], cell
            )
        )
