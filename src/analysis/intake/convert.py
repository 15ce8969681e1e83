"""A table with typed columns, and the rules that its row model has across them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cache, partial
from types import GenericAlias
from typing import Annotated, Any, Literal, get_args, get_origin

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from analysis.intake import cells as read
from analysis.intake.bookkeeping import (
    accounts_to_add,
    leave_out_open,
    leave_out_payments,
    name_accounts,
    subtract_credit_notes,
)
from analysis.intake.cells import NOT_WHOLE, Cell, Context, Read, is_nothing
from analysis.intake.naming import Sheet, scale_of
from analysis.intake.problems import (
    FILE_LINES,
    Fault,
    Note,
    Problem,
    Rank,
    Rows,
    fault_of,
    missing,
    no_glyph,
    problem_at,
    vocabulary,
)
from analysis.tables.columns import (
    CREDIT,
    DAY_OR_MONTH,
    DECIMAL_OR_EMPTY,
    DEDUCTION,
    KEY,
    KEY_OR_EMPTY,
    MONTH,
    NUMBER,
    NUMBER_OR_EMPTY,
    PATTERNS,
    PERIOD,
    QUARTER,
    CostCategory,
    broken_rule,
    folded,
    header_of,
    may_be_empty,
    meaning,
)
from analysis.tables.firm_tables import LEDGER_TABLES
from analysis.tables.rows import Row, Table, order_rule


@dataclass
class Checked:
    """A table with typed columns, and which of its cells are right.

    Attributes
    ----------
    rows : array of int
        Number of each row as a spreadsheet counts.
    frame : DataFrame
        Columns and types as `~analysis.tables.rows.read_frame` gives them; a cell that breaks a
        rule holds a placeholder.
    good : dict of str to array of bool
        By column, the rows whose cell is right.
    scale : int
        Largest number of smallest coins in one of the file's units.
    cells : mapping of str to sequence
        The cells as they stand in the file, by column.
    """

    table: Table
    file: str
    headers: dict[str, str]
    rows: NDArray[np.int64]
    problems: list[Problem]
    notes: list[Note]
    frame: pd.DataFrame = field(default_factory=pd.DataFrame)
    good: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    scale: int = 1
    files: tuple[str, ...] = ()
    cells: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    def place(self, index: int) -> tuple[str, int]:
        """Return the file and the row of the row with an index."""
        at, row = divmod(int(self.rows[index]), FILE_LINES)
        return (self.files[at] if self.files else self.file), row

    def report(
        self, fault: Fault, column: str, bad: NDArray[np.bool_], value: object = None
    ) -> None:
        """Add the problem that the rows where `bad` is true break a rule in a column."""
        places = np.flatnonzero(bad)
        if len(places):
            named = self.headers.get(column, column)
            if value is None and column in self.frame:
                value = self.frame[column].iloc[places[0]]
            value = value.date() if isinstance(value, pd.Timestamp) else value
            self.problems.append(
                problem_at(fault, self.files or self.file, named, self.rows[places], value)
            )

    @property
    def is_read(self) -> bool:
        """Whether the rows are known, right or wrong; if not, nothing can be held against them."""
        return all(problem.fault.rank > Rank.COLUMNS for problem in self.problems)

    def all_good(self, columns: Sequence[str]) -> NDArray[np.bool_]:
        """Return the rows in which all of some columns are right."""
        right = np.ones(len(self.rows), dtype=bool)
        for name in columns:
            right &= self.good[name]
        return right


def report_order(checked: Checked) -> None:
    """Report rows whose columns are not in the order that the row model wants."""
    for group in checked.table.row.in_order:
        wrong = np.zeros(len(checked.rows), dtype=bool)
        for place, early in enumerate(group):
            for late in group[place + 1 :]:
                both = checked.all_good([early, late])
                wrong |= both & (checked.frame[early] > checked.frame[late]).to_numpy()
        if wrong.any():
            first = int(np.flatnonzero(wrong)[0])
            days = ", ".join(str(checked.frame[name].iloc[first])[:10] for name in group)
            fault = Fault(Rank.ROW, order_rule(group), "correct the days")
            names = ", ".join(checked.headers.get(name, name) for name in group)
            checked.report(fault, names, wrong, days)


def report_rows(checked: Checked) -> None:
    """Hold each row of a table with rules of its own across columns against its row model.

    Only tables that people write have such rules; the large ones have none.
    """
    model = checked.table.row
    rules = set(model.__pydantic_decorators__.model_validators)
    if rules <= set(Row.__pydantic_decorators__.model_validators):
        return
    right = checked.all_good(list(model.model_fields))
    broken: dict[tuple[Fault, str], list[int]] = {}
    for place, record in enumerate(records_of(checked)):
        if right[place]:
            for fault, column in _broken(model, record):
                broken.setdefault((fault, column), []).append(place)
    for (fault, column), places in broken.items():
        bad = np.zeros(len(checked.rows), dtype=bool)
        bad[places] = True
        checked.report(fault, column, bad)


def records_of(checked: Checked) -> Iterator[dict[Any, Any]]:
    """Yield the rows as row models take them."""
    for record in checked.frame.to_dict("records"):
        yield {
            name: value.date() if isinstance(value, pd.Timestamp) else value
            for name, value in record.items()
        }


def rows_of(checked: Checked) -> Rows:
    """Return the rows of a table that was read."""
    frame = checked.frame.copy(deep=False)
    for name, good in checked.good.items():
        if not good.all():
            frame[name] = frame[name].where(good)
    frame["line"] = checked.rows
    lazy = nw.from_native(frame).lazy()
    about = (checked.table, checked.file, lazy, checked.problems, checked.headers, checked.files)
    return Rows(*about, memory=frame)


def _broken(model: type[Row], record: dict[Any, Any]) -> Iterator[tuple[Fault, str]]:
    try:
        model.model_validate(record)
    except ValidationError as error:
        for problem in error.errors(include_url=False):
            rule = broken_rule(problem)
            column, mark, rest = rule.partition(": ")
            if not mark or column not in model.model_fields:
                column, rest = "", rule
            if rest not in {order_rule(group) for group in model.in_order}:
                yield Fault(Rank.ROW, rest), column


NOTHING_IN_KEY = fault_of("nothing-in-key")
_CENT = 100
MISSING = fault_of("column-missing-cells")  # said once, of the whole column
_SETTINGS = {"day-first": "dates", "month-first": "dates", "point": "decimal", "comma": "decimal"}
_ASKS = {fault_of("ask-order"): "dates", read.ASK_DECIMAL: "decimal"}
MARKS = vocabulary("marks")
"""What a note says of each mark of a cell."""


@dataclass
class _Column:
    """The distinct cells of a column; `codes` says which of them stands in each row."""

    codes: NDArray[np.int64]
    distinct: Sequence[Any]
    faults: list[Fault | None]
    values: list[Any]
    marks: list[str | None] = field(default_factory=list)
    shows: list[str | None] = field(default_factory=list)
    off: list[Fraction] = field(default_factory=list)


def check_sheet(sheet: Sheet, context: Context) -> Checked:
    """Read all cells of a sheet, and hold each row against its row model.

    Parameters
    ----------
    sheet : Sheet
        A table with named columns.
    context : Context
        Settings and currency of the case.
    """
    if sheet.table.name == "service":
        leave_out_open(sheet, context.settings)
    if sheet.table.name == "sale":
        leave_out_payments(sheet, context)
    if sheet.table.name == "cost":
        name_accounts(sheet, context.accounts)
    checked = Checked(
        sheet.table, sheet.file, sheet.headers, sheet.rows, sheet.problems, sheet.notes
    )
    checked.files = sheet.files
    scale = scale_of(sheet)
    checked.scale, checked.cells = int(scale.max(initial=1)), sheet.cells
    columns = {
        name: _read_column(sheet, name, info, context, scale)
        for name, info in sheet.table.row.model_fields.items()
    }
    for name, column in columns.items():
        faulty = np.array([fault is not None for fault in column.faults], dtype=bool)
        checked.good[name] = ~faulty[column.codes]
    checked.frame = pd.DataFrame(
        {
            name: _series(column, checked.table.row.model_fields[name].annotation)
            for name, column in columns.items()
        }
    )
    _deduct(checked, columns, sheet, context, scale)
    _report_cells(checked, columns, context)
    checked.good = {name: checked.good[name] for name in sheet.table.row.model_fields}
    subtract_credit_notes(checked, sheet.cells.get(CREDIT, ()), context.settings)
    report_order(checked)
    report_rows(checked)
    return checked


def _deduct(
    checked: Checked,
    columns: dict[str, _Column],
    sheet: Sheet,
    context: Context,
    scale: NDArray[np.int64],
) -> None:
    """Take off the amounts what stands in columns of their own, such as the tax in a total."""
    amount = next((n for n, i in sheet.table.row.model_fields.items() if header_of(i).money), "")
    for name in [name for name in sheet.cells if name.startswith(DEDUCTION)] if amount else []:
        cells = ["0" if is_nothing(cell, context.settings) else cell for cell in sheet.cells[name]]
        other = replace(sheet, cells=sheet.cells | {amount: cells})
        columns[name] = read_ = _read_column(
            other, amount, sheet.table.row.model_fields[amount], context, scale
        )
        right = np.array([fault is None for fault in read_.faults], dtype=bool)[read_.codes]
        checked.good[name], checked.good[amount] = right, checked.good[amount] & right
        checked.frame[amount] -= _series(read_, int)
        what = fault_of("deducted", column=sheet.headers[name]).rule
        checked.notes.append(Note(sheet.file, what, sheet.headers[amount], len(cells)))


def _read_column(
    sheet: Sheet, name: str, info: FieldInfo, context: Context, scale: NDArray[np.int64]
) -> _Column:
    row = sheet.table.row
    cells: Sequence[Any] = sheet.cells.get(name, ("",) * len(sheet.rows))
    reader = _reader(info, context, sheet.factors.get(name, 1))
    if header_of(info).money and bool((scale > 1).any()):
        factor = sheet.factors.get(name, 1)
        cells = list(zip(cells, scale.tolist(), strict=True))
        reader = partial(_read_scaled, context=context, factor=factor)
    codes, found = pd.factorize(_objects(cells))
    distinct: list[Any] = list(found)
    faults: list[Fault | None] = [None] * len(distinct)
    plain = reader in (read.read_text, read.read_identifier) and read.all_plain(distinct)
    row_key = name in sheet.table.key and not may_be_empty(info)
    if plain and read.NOTHING.isdisjoint(map(str.casefold, distinct)):
        values = _validate(row, name, distinct, faults)
        return _Column(codes, distinct, _with_remedies(faults, info, 1), values)
    of_rows = sheet.table in LEDGER_TABLES
    reads = [_or_nothing(c, reader, row_key, context) if of_rows else reader(c) for c in distinct]
    if (told := _proven(reads)) and read.ASK_DECIMAL in [item.fault for item in reads]:
        settings = context.settings.model_copy(update={"decimal": told})
        read_again: Any = reader
        settled = partial(read_again, context=replace(context, settings=settings))
        pairs = list(zip(distinct, reads, strict=True))
        reads = [settled(c) if r.fault == read.ASK_DECIMAL else r for c, r in pairs]
    empty = None if may_be_empty(info) else fault_of("empty") if name in sheet.cells else MISSING
    faults = [item.fault or (None if item.text else empty) for item in reads]
    factor = sheet.factors.get(name, 1)
    values = _validate(row, name, [item.text for item in reads], faults, factor)
    for place, value in enumerate(values):
        if isinstance(value, str) and (character := missing(value)):
            faults[place] = no_glyph(character)
    if get_args(info.annotation) == get_args(CostCategory):
        faults = accounts_to_add(distinct, faults)
    faults = _with_remedies(faults, info, factor)
    shown = [cell[0] if isinstance(cell, tuple) else cell for cell in distinct]
    marks, shows = [item.mark or None for item in reads], [item.shows or None for item in reads]
    return _Column(codes, shown, faults, values, marks, shows, [item.off for item in reads])


def _or_nothing(cell: Any, reader: Callable[[Any], Read], key: bool, context: Context) -> Read:
    """Read a cell; a word that stands for an empty one is one, but for keys."""
    if not isinstance(cell, str) or not cell.strip() or not is_nothing(cell, context.settings):
        return reader(cell)
    return Read("", NOTHING_IN_KEY) if key else Read("", None, "nothing")


def _proven(reads: Sequence[Read]) -> str:
    """Return the decimal sign that a column of amounts proves: 957.5775 has no other reading.

    A column with such an amount has amounts of more than two decimals, and one of three is of them.
    """
    shown = {item.shows for item in reads if item.shows}
    fine = {item.shows for item in reads if item.mark == "rounded"} - {""}
    return fine.pop() if len(fine) == 1 and fine == shown else ""


def _with_remedies(faults: list[Fault | None], info: FieldInfo, factor: int) -> list[Fault | None]:
    """Say what to do about each fault of which nothing is said yet."""
    silent = {fault for fault in faults if fault is not None and not fault.fix} - {MISSING}
    said = {fault: Fault(fault.rank, fault.rule, _remedy(fault, info, factor)) for fault in silent}
    return [said.get(fault, fault) if fault is not None else None for fault in faults]


def _remedy(fault: Fault, info: FieldInfo, factor: int) -> str:
    header = header_of(info)
    if fault.rule == NOT_WHOLE.rule:
        larger = f", or name the column {header.larger[0]}" if header.larger else ""
        return f"write it without decimals{larger}{', which may have them' if larger else ''}"
    if fault.rule == PATTERNS[KEY]:
        return "write it without blanks, such as C-1, here and wherever it is referred to"
    return f"correct the cell; the column holds: {meaning(info, larger=factor > 1)}"


def _objects(cells: Sequence[Any]) -> NDArray[np.object_]:
    """Return cells as an array of objects, pairs too."""
    if cells and isinstance(cells[0], tuple):
        objects = np.empty(len(cells), dtype=object)
        for place, cell in enumerate(cells):
            objects[place] = cell
        return objects
    return np.array(cells, dtype=object)


def _read_scaled(cell: tuple[Cell, int], context: Context, factor: int) -> Read:
    return read.read_whole(cell[0], context, factor * cell[1], money=True)


def _reader(info: FieldInfo, context: Context, factor: int) -> Callable[[Any], Read]:
    """Return how the cells of a column are read."""
    header, kind = header_of(info), info.annotation
    if kind in (date, date | None):
        return partial(read.read_day, context=context)
    if kind in (int, int | None):
        return partial(read.read_whole, context=context, factor=factor, money=header.money)
    if get_origin(kind) is Literal:
        exact = tuple(get_args(kind))
        spelt = {folded(name): name for name in exact} | {
            folded(name): meant for name, meant in header.values.items()
        }
        return partial(read.read_choice, exact=exact, spelt=spelt)
    patterns = {rule.pattern for rule in info.metadata if getattr(rule, "pattern", None)}
    if patterns & {KEY, KEY_OR_EMPTY}:
        return read.read_identifier
    if patterns & {NUMBER, NUMBER_OR_EMPTY, DECIMAL_OR_EMPTY}:
        return partial(read.read_number, context=context)
    if QUARTER in patterns:
        return read.read_quarter
    if DAY_OR_MONTH in patterns:
        return partial(read.read_day_or_month, context=context)
    if PERIOD in patterns:
        return partial(read.read_period, context=context)
    return partial(read.read_month, context=context) if MONTH in patterns else read.read_text


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
            faults[places[int(problem["loc"][0])]] = Fault(Rank.CELL, broken_rule(problem, factor))
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


def _report_cells(checked: Checked, columns: dict[str, _Column], context: Context) -> None:
    """Report faults, contradictory forms and rewritten cells."""
    shown = _conventions(checked, columns)
    told = {
        name: getattr(context.settings, name)
        for name in ("dates", "decimal")
        if getattr(context.settings, name)
    }
    for first, second in (("day-first", "month-first"), ("point", "comma")):
        setting = _SETTINGS[first]
        if first in shown and second in shown and setting not in told:
            examples = " and ".join(
                f"{shown[name][1]} (row {shown[name][0]})" for name in (first, second)
            )
            fault = fault_of(
                "two-forms", setting=f"{{{setting}: {first}}} or {{{setting}: {second}}}"
            )
            checked.problems.append(Problem(fault, checked.file, value=examples))
    for name, column in columns.items():
        for fault, bad, cell in _grouped(column, column.faults):
            if fault is not MISSING:
                checked.report(_with_evidence(fault, shown), name, bad, cell)
        for mark, rewritten, cell in _grouped(column, column.marks):
            named = checked.headers.get(name, name)
            count = int((rewritten & checked.good[name]).sum())
            if count:
                good = rewritten & checked.good[name]
                what = _moved(column, good) if mark == "rounded" else MARKS[mark]
                checked.notes.append(Note(checked.file, what, named, count, str(cell)))


def _moved(column: _Column, rows: NDArray[np.bool_]) -> str:
    """Say by how much rounding moved some cells of money, and their sum."""
    times = np.bincount(column.codes[rows], minlength=len(column.off)).tolist()
    largest = max(abs(off) for off, count in zip(column.off, times, strict=True) if count)
    total = sum((off * count for off, count in zip(column.off, times, strict=True)), Fraction(0))
    return moved_by(largest, total)


def moved_by(largest: Fraction, total: Fraction) -> str:
    """Say by how many hundredths rounding moved a cell at most, and the sum of all cells.

    Examples
    --------
    >>> moved_by(Fraction(1, 4), Fraction(9, 20)).partition("; ")[2]
    'a cell by at most 0.0025, the sum of all by 0.0045'
    """
    most, all_ = (f"{float(number / _CENT):.4f}" for number in (largest, total))
    return fault_of("rounded", most=most, total=all_).rule


def _conventions(checked: Checked, columns: dict[str, _Column]) -> dict[str, tuple[int, str]]:
    """Return, for each form of dates and decimals that cells prove, the first row and cell."""
    shown: dict[str, tuple[int, str]] = {}
    for column in columns.values():
        for form, rows, cell in _grouped(column, column.shows):
            first = checked.place(int(np.flatnonzero(rows)[0]))[1]
            shown[form] = min(shown.get(form, (first, str(cell))), (first, str(cell)))
    return shown


def _grouped(
    column: _Column, kinds: Sequence[Any]
) -> Iterator[tuple[Any, NDArray[np.bool_], object]]:
    """Group the rows of a column by a property of their cell; yields it, the rows, first cell."""
    found = [kind for kind in dict.fromkeys(kinds) if kind is not None]
    if not found:
        return
    numbers = {kind: number for number, kind in enumerate(found)}
    of_distinct = np.array([-1 if kind is None else numbers[kind] for kind in kinds], dtype="int64")
    of_row = of_distinct[column.codes]
    for number, kind in enumerate(found):
        rows = of_row == number
        first = int(np.flatnonzero(rows)[0])
        yield kind, rows, column.distinct[column.codes[first]]


def _with_evidence(fault: Fault, shown: dict[str, tuple[int, str]]) -> Fault:
    """Add to a question what other cells of the table say about its answer."""
    setting = _ASKS.get(fault)
    says = [form for form in shown if _SETTINGS[form] == setting]
    if len(says) != 1:
        return fault
    row, cell = shown[says[0]]
    return Fault(fault.rank, fault.rule, f"{fault.fix}; “{cell}” in row {row} speaks for {says[0]}")
