"""A table with typed columns, the rules that its row model has across them, and its currency."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cache, partial, reduce
from itertools import combinations
from operator import and_
from types import GenericAlias
from typing import Annotated, Any, Literal, get_args, get_origin

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from analysis.intake import cells as read
from analysis.intake import naming
from analysis.intake import problems as said
from analysis.intake.cells import Cell, Context, Read
from analysis.intake.currencies import name_currencies
from analysis.intake.problems import Fault, Note, Rank, fault_of
from analysis.intake.rows import Sheet, records_of
from analysis.tables import columns as of
from analysis.tables.columns import folded, header_of, may_be_empty
from analysis.tables.firm_tables import LEDGER_TABLES
from analysis.tables.rows import Row, order_rule


def _all_good(sheet: Sheet, columns: Sequence[str]) -> NDArray[np.bool_]:
    """Return the rows in which all of some columns are right."""
    right: NDArray[np.bool_] = reduce(and_, (sheet.good[name] for name in columns))
    return right


def _report_order(sheet: Sheet) -> None:
    """Report rows whose columns are not in the order that the row model wants."""
    for group in sheet.table.row.in_order:
        wrong = np.zeros(len(sheet.rows), dtype=bool)
        for early, late in combinations(group, 2):
            both = _all_good(sheet, (early, late))
            wrong |= both & (sheet.frame[early] > sheet.frame[late]).to_numpy()
        if wrong.any():
            first = sheet.frame.iloc[int(wrong.argmax())]
            days = ", ".join(str(first[name])[:10] for name in group)
            fault = Fault(Rank.ROW, order_rule(group), "correct the days")
            sheet.report(fault, ", ".join(map(sheet.called, group)), wrong, days)


def _report_rows(sheet: Sheet) -> None:
    """Check each row of a table with rules of its own across columns by its row model.

    Only tables that people write have such rules; the large ones have none.
    """
    model = sheet.table.row
    rules = set(model.__pydantic_decorators__.model_validators)
    if rules <= set(Row.__pydantic_decorators__.model_validators):
        return
    broken: dict[tuple[Fault, str], NDArray[np.bool_]] = {}
    right = _all_good(sheet, list(model.model_fields))
    for place, record in enumerate(records_of(sheet)):
        for found in _broken(model, record) if right[place] else ():
            broken.setdefault(found, np.zeros(len(right), dtype=bool))[place] = True
    for (fault, column), bad in broken.items():
        sheet.report(fault, column, bad)


def _broken(model: type[Row], record: dict[Any, Any]) -> Iterator[tuple[Fault, str]]:
    try:
        model.model_validate(record)
    except ValidationError as error:
        for problem in error.errors(include_url=False):
            rule = of.broken_rule(problem)
            column, mark, rest = rule.partition(": ")
            if not mark or column not in model.model_fields:
                column, rest = "", rule
            if rest not in {order_rule(group) for group in model.in_order}:
                yield Fault(Rank.ROW, rest), column


_CENT = 100
_MISSING = fault_of("column-missing-cells")  # said once, of the whole column
_SETTINGS = {"day-first": "dates", "month-first": "dates", "point": "decimal", "comma": "decimal"}
_ASKS = {fault_of("ask-order"): "dates", read.ASK_DECIMAL: "decimal"}
MARKS = said.vocabulary("marks")
"""What a note says of each mark of a cell."""


@dataclass
class _Column:
    """The distinct cells of a column; `codes` says which of them stands in each row."""

    codes: NDArray[np.int64]
    distinct: Sequence[Any]
    faults: list[Fault | None]
    values: list[Any]
    reads: list[Read] = field(default_factory=list)


def check_sheet(sheet: Sheet, context: Context) -> Sheet:
    """Read all cells of a sheet into its frame, and check each row by its row model.

    Parameters
    ----------
    sheet : Sheet
        A table with named columns.
    context : Context
        Settings and currency of the case.
    """
    if sheet.table.name == "service":
        naming.leave_out_open(sheet, context)
    if sheet.table.name == "sale":
        naming.leave_out_payments(sheet, context)
    if sheet.table.name == "cost":
        naming.name_accounts(sheet, context.accounts)
    name_currencies(sheet, context)
    scale = naming.scale_of(sheet)
    sheet.scale, fields = int(scale.max(initial=1)), sheet.table.row.model_fields
    columns = {name: _read_column(sheet, name, context, scale) for name in fields}
    right = {n: np.array([f is None for f in c.faults], dtype=bool) for n, c in columns.items()}
    sheet.good = {name: right[name][column.codes] for name, column in columns.items()}
    typed = {name: _series(column, fields[name].annotation) for name, column in columns.items()}
    sheet.frame = pd.DataFrame(typed)
    _deduct(sheet, columns, context, scale)
    _report_cells(sheet, columns, context)
    sheet.good = {name: sheet.good[name] for name in fields}
    _subtract_credit_notes(sheet, context)
    _report_order(sheet)
    _report_rows(sheet)
    return sheet


def _deduct(
    sheet: Sheet, columns: dict[str, _Column], context: Context, scale: NDArray[np.int64]
) -> None:
    """Take off the amounts what stands in columns of their own, such as the tax in a total."""
    amount = next((n for n, i in sheet.table.row.model_fields.items() if header_of(i).money), "")
    for name in [name for name in sheet.cells if name.startswith(of.DEDUCTION)] if amount else []:
        cells = sheet.cells[name]
        cells = ["0" if read.is_nothing(cell, context.settings) else cell for cell in cells]
        other = replace(sheet, cells=sheet.cells | {amount: cells})
        columns[name] = column = _read_column(other, amount, context, scale)
        right = np.array([fault is None for fault in column.faults], dtype=bool)[column.codes]
        sheet.good[name], sheet.good[amount] = right, sheet.good[amount] & right
        sheet.frame[amount] -= _series(column, int)
        sheet.note("deducted", sheet.headers[amount], len(cells), column=sheet.headers[name])


_ALL_PLAIN = re.compile(r"[A-Za-z](?:[!-~]|\n(?=[A-Za-z]))*")


def _all_plain(cells: Sequence[Cell]) -> bool:
    """Whether all cells are texts that readers of texts and keys leave as they are.

    One search through all of them together; a million keys take a blink of an eye.
    """
    try:
        together = "\n".join(cells)  # type: ignore[arg-type]
    except TypeError:  # numbers and days, from a workbook
        return False
    apart = together.count("\n") == len(cells) - 1  # no cell has a line break of its own
    return apart and _ALL_PLAIN.fullmatch(together) is not None


def _read_column(sheet: Sheet, name: str, context: Context, scale: NDArray[np.int64]) -> _Column:
    row, info = sheet.table.row, sheet.table.row.model_fields[name]
    cells: Sequence[Any] = sheet.cells.get(name, ("",) * len(sheet.rows))
    factor = sheet.factors.get(name, 1)
    reader = _reader(info, context, factor)
    if header_of(info).money and bool((scale > 1).any()):
        cells = list(zip(cells, scale.tolist(), strict=True))
        reader = partial(_read_scaled, context=context, factor=factor)
    codes, found = pd.factorize(_objects(cells))
    distinct: list[Any] = list(found)
    faults: list[Fault | None] = [None] * len(distinct)
    plain = reader in (read.read_text, read.read_identifier) and _all_plain(distinct)
    if plain and read.NOTHING.isdisjoint(map(str.casefold, distinct)):
        values = _validate(row, name, distinct, faults)
        return _Column(codes, distinct, _with_remedies(faults, info, 1), values)
    if sheet.table in LEDGER_TABLES:
        key = name in sheet.table.key and not may_be_empty(info)
        reads = [_or_nothing(cell, reader, key, context) for cell in distinct]
    else:
        reads = [reader(cell) for cell in distinct]
    if (told := _proven(reads)) and read.ASK_DECIMAL in [item.fault for item in reads]:
        settings = context.settings.model_copy(update={"decimal": told})
        read_again: Any = reader
        settled = partial(read_again, context=replace(context, settings=settings))
        pairs = list(zip(distinct, reads, strict=True))
        reads = [settled(c) if r.fault == read.ASK_DECIMAL else r for c, r in pairs]
    empty = None if may_be_empty(info) else fault_of("empty") if name in sheet.cells else _MISSING
    faults = [item.fault or (None if item.text else empty) for item in reads]
    values = _validate(row, name, [item.text for item in reads], faults, factor)
    for place, value in enumerate(values):
        if isinstance(value, str) and (fault := said.no_glyph(value)):
            faults[place] = fault
    if get_args(info.annotation) == get_args(of.CostCategory):
        faults = naming.accounts_to_add(distinct, faults)
    shown = [cell[0] if isinstance(cell, tuple) else cell for cell in distinct]
    return _Column(codes, shown, _with_remedies(faults, info, factor), values, reads)


def _or_nothing(cell: Any, reader: Callable[[Any], Read], key: bool, context: Context) -> Read:
    """Read a cell; a word that stands for an empty one is one, but for keys."""
    if not isinstance(cell, str) or not cell.strip() or not read.is_nothing(cell, context.settings):
        return reader(cell)
    return Read("", fault_of("nothing-in-key")) if key else Read("", None, "nothing")


def _proven(reads: Sequence[Read]) -> str:
    """Return the decimal sign that a column of amounts proves: 957.5775 has no other reading.

    A column with such an amount has amounts of more than two decimals, and one of three is of them.
    """
    shown = {item.shows for item in reads if item.shows}
    fine = {item.shows for item in reads if item.mark == "rounded"} - {""}
    return fine.pop() if len(fine) == 1 and fine == shown else ""


def _with_remedies(faults: list[Fault | None], info: FieldInfo, factor: int) -> list[Fault | None]:
    """Say what to do about each fault of which nothing is said yet."""
    silent = {fault for fault in faults if fault is not None and not fault.fix} - {_MISSING}
    told = {fault: replace(fault, fix=_remedy(fault, info, factor)) for fault in silent}
    return [told.get(fault, fault) if fault is not None else None for fault in faults]


def _remedy(fault: Fault, info: FieldInfo, factor: int) -> str:
    header = header_of(info)
    if fault.rule == fault_of("not-whole").rule:
        larger = f", or name the column {header.larger[0]}" if header.larger else ""
        return f"write it without decimals{larger}{', which may have them' if larger else ''}"
    if fault.rule == of.PATTERNS[of.KEY]:
        return "write it without blanks, such as C-1, here and wherever it is referred to"
    return f"correct the cell; the column holds: {of.meaning(info, larger=factor > 1)}"


def _objects(cells: Sequence[Any]) -> NDArray[np.object_]:
    """Return cells as an array of objects, pairs too."""
    objects = np.empty(len(cells), dtype=object)
    objects[:] = cells
    return objects


def _read_choice(cell: Cell, exact: tuple[str, ...], spelt: Mapping[str, str]) -> Read:
    """Read one of several words; `spelt` gives the word for each folded spelling."""
    found = read.read_text(cell)
    if found.fault or found.text in ("", *exact):
        return found
    meant = spelt.get(folded(found.text) or " ")
    return Read(meant, None, "spelling") if meant else found


def _read_scaled(cell: tuple[Cell, int], context: Context, factor: int) -> Read:
    return read.read_whole(cell[0], context, factor * cell[1], money=True)


_BY_PATTERN: Mapping[str, Callable[..., Read]] = {
    of.DAY_OR_MONTH: read.read_day_or_month,
    of.PERIOD: read.read_period,
    of.MONTH: read.read_month,
    **dict.fromkeys((of.NUMBER, of.NUMBER_OR_EMPTY, of.DECIMAL_OR_EMPTY), read.read_number),
}


def _reader(info: FieldInfo, context: Context, factor: int) -> Callable[[Any], Read]:
    """Return how the cells of a column are read."""
    header, kind = header_of(info), info.annotation
    if kind in (date, date | None):
        return partial(read.read_day, context=context)
    if kind in (int, int | None):
        return partial(read.read_whole, context=context, factor=factor, money=header.money)
    if get_origin(kind) is Literal:
        exact = tuple(get_args(kind))
        spelt = {folded(n): n for n in exact} | {folded(n): m for n, m in header.values.items()}
        return partial(_read_choice, exact=exact, spelt=spelt)
    patterns = {rule.pattern for rule in info.metadata if getattr(rule, "pattern", None)}
    if patterns & {of.KEY, of.KEY_OR_EMPTY}:
        return read.read_identifier
    if of.QUARTER in patterns:
        return read.read_quarter
    for pattern in patterns & _BY_PATTERN.keys():
        return partial(_BY_PATTERN[pattern], context=context)
    return read.read_text


@cache
def _adapter(row: type[Row], name: str) -> TypeAdapter[list[Any]]:
    """Return what validates many cells of a column in one call."""
    info = row.model_fields[name]
    kind: Any = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    column: Any = GenericAlias(list, (kind,))
    return TypeAdapter(column)


def _validate(
    row: type[Row], name: str, texts: list[str], faults: list[Fault | None], factor: int = 1
) -> list[Any]:
    """Validate plain forms by the row model's field; add the faults found, return the values."""
    adapter = _adapter(row, name)
    none = type(None) in get_args(row.model_fields[name].annotation)
    places = [place for place, fault in enumerate(faults) if fault is None]
    forms = [texts[place] or (None if none else "") for place in places]
    try:
        found = adapter.validate_python(forms)
    except ValidationError as error:
        for problem in error.errors(include_url=False):
            faults[places[int(problem["loc"][0])]] = Fault(
                Rank.CELL, of.broken_rule(problem, factor)
            )
        pairs = zip(places, forms, strict=True)
        found = adapter.validate_python([form for place, form in pairs if faults[place] is None])
        places = [place for place in places if faults[place] is None]
    values: list[Any] = [None] * len(texts)
    for place, value in zip(places, found, strict=True):
        values[place] = value
    return values


def _series(column: _Column, kind: Any) -> pd.Series[Any]:
    """Return a column's values in the type that the strict reader gives them."""
    if kind in (date, date | None):
        days = np.array(column.values, dtype="datetime64[D]").astype("datetime64[s]")
        return pd.Series(days[column.codes])
    if kind in (int, int | None):  # no amount is none
        numbers = np.array([value or 0 for value in column.values], dtype="int64")
        return pd.Series(numbers[column.codes])
    texts = np.array([value or "" for value in column.values], dtype=object)
    return pd.Series(texts[column.codes], dtype="str")


def _report_cells(sheet: Sheet, columns: dict[str, _Column], context: Context) -> None:
    """Report faults, contradictory forms and rewritten cells."""
    shown = _conventions(sheet, columns)
    for first, second in (("day-first", "month-first"), ("point", "comma")):
        setting = _SETTINGS[first]
        if {first, second} <= shown.keys() and not getattr(context.settings, setting):
            examples = " and ".join(f"{shown[n][1]} (row {shown[n][0]})" for n in (first, second))
            forms = f"{{{setting}: {first}}} or {{{setting}: {second}}}"
            sheet.refuse("two-forms", None, "", examples, setting=forms)
    for name, column in columns.items():
        for fault, bad, cell in _grouped(column, column.faults):
            if fault is not _MISSING:
                sheet.report(_with_evidence(fault, shown), name, bad, cell)
        for mark, rewritten, cell in _grouped(column, [item.mark for item in column.reads]):
            good = rewritten & sheet.good[name]
            if count := int(good.sum()):
                what = _moved(column, good) if mark == "rounded" else MARKS[mark]
                sheet.notes.append(Note(sheet.file, what, sheet.called(name), count, str(cell)))


def _moved(column: _Column, rows: NDArray[np.bool_]) -> str:
    """Say by how much rounding moved some cells of money, and their sum."""
    times = np.bincount(column.codes[rows], minlength=len(column.reads)).tolist()
    moves = [(item.off, count) for item, count in zip(column.reads, times, strict=True) if count]
    total = sum((off * count for off, count in moves), Fraction(0))
    return moved_by(max(abs(off) for off, _ in moves), total)


def moved_by(largest: Fraction, total: Fraction) -> str:
    """Say by how many hundredths rounding moved a cell at most, and the sum of all cells.

    Examples
    --------
    >>> moved_by(Fraction(1, 4), Fraction(9, 20)).partition("; ")[2]
    'a cell by at most 0.0025, the sum of all by 0.0045'
    """
    most, all_ = (f"{float(number / _CENT):.4f}" for number in (largest, total))
    return fault_of("rounded", most=most, total=all_).rule


def _conventions(sheet: Sheet, columns: dict[str, _Column]) -> dict[str, tuple[int, str]]:
    """Return, for each form of dates and decimals that cells prove, the first row and cell."""
    shown: dict[str, tuple[int, str]] = {}
    for column in columns.values():
        for form, rows, cell in _grouped(column, [item.shows for item in column.reads]):
            first = sheet.place_of(int(rows.argmax()))[1], str(cell)
            shown[form] = min(shown.get(form, first), first)
    return shown


def _grouped(
    column: _Column, kinds: Sequence[Any]
) -> Iterator[tuple[Any, NDArray[np.bool_], object]]:
    """Group the rows of a column by a property of their cell; yields it, the rows, first cell."""
    found = [kind for kind in dict.fromkeys(kinds) if kind]
    numbers = {kind: number for number, kind in enumerate(found)}
    of_distinct = np.array([numbers.get(kind, -1) for kind in kinds], dtype="int64")
    of_row = of_distinct[column.codes] if found else of_distinct
    for number, kind in enumerate(found):
        rows = of_row == number
        yield kind, rows, column.distinct[column.codes[int(rows.argmax())]]


def _with_evidence(fault: Fault, shown: dict[str, tuple[int, str]]) -> Fault:
    """Add to a question what other cells of the table say about its answer."""
    setting = _ASKS.get(fault)
    says = [form for form in shown if _SETTINGS[form] == setting]
    if len(says) != 1:
        return fault
    row, cell = shown[says[0]]
    return replace(fault, fix=f"{fault.fix}; “{cell}” in row {row} speaks for {says[0]}")


def _subtract_credit_notes(sheet: Sheet, context: Context) -> None:
    """Ask about credit notes whose amounts have no minus, or give them one."""
    kinds, frame = sheet.cells.get(of.CREDIT, ()), sheet.frame
    for name in sheet.money[:1] if len(kinds) else ():
        credit = np.array([naming.is_credit_note(cell) for cell in kinds], dtype=bool)
        positive = credit & sheet.good[name] & (frame[name] > 0).to_numpy()
        if context.settings.credit_notes is None and positive.any():
            word, header = kinds[int(positive.argmax())], sheet.headers[of.CREDIT]
            fault = fault_of("ask-credit-notes", word=word, header=header)
            sheet.report(fault, name, positive)
        elif context.settings.credit_notes == "subtract" and positive.any():
            frame[name] = frame[name].where(~positive, -frame[name])
            sheet.note("credit-notes-subtracted", sheet.called(name), int(positive.sum()))
