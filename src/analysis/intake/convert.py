"""A table with typed columns, the rules that its row model has across them, and its currency."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cache, partial
from typing import Annotated, Any, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from analysis.base.language import tr
from analysis.base.text import Rounding, listed, records, round_digits
from analysis.intake import cells as read
from analysis.intake.cells import CURRENCIES, Cell, Context, Read, without_sign
from analysis.intake.naming import choose_rows, is_credit_note, scale_of
from analysis.intake.problems import Fault, Rank, fault_of, no_glyph
from analysis.intake.rows import Sheet
from analysis.tables import columns as of
from analysis.tables.case import Case
from analysis.tables.firm_tables import LEDGER_TABLES
from analysis.tables.rows import Row, period_column, records_of

_CENT, _MOST_LINES = 100, 40
FORMS = {"dates": ("day-first", "month-first"), "decimal": ("point", "comma")}
"""Settings of ``case.yaml`` and the forms of cells between which they decide."""
_ASKS = {"ask-order": "dates", "ask-decimal": "decimal"}


@dataclass
class _Column:
    """The distinct cells of a column; `codes` says which of them stands in each row."""

    info: FieldInfo
    factor: int
    codes: NDArray[np.int64]
    distinct: Sequence[Any]
    reads: list[Read]

    @property
    def good(self) -> NDArray[np.bool_]:
        """The rows whose cell is right."""
        return np.array([item.fault is None for item in self.reads], dtype=bool)[self.codes]

    @property
    def values(self) -> Any:
        """The values in the type that the strict reader gives them."""
        kind = self.info.annotation
        type_, nothing = _TYPES.get(next(iter(get_args(kind)), kind), ("str", ""))
        values = [item.value or nothing for item in self.reads]
        return pd.array(values, dtype=type_).take(self.codes)

    def grouped(self, about: str) -> Iterator[tuple[Any, NDArray[np.bool_], object]]:
        """Group the rows by what their reading says; yields that, the rows, the first cell."""
        kinds = [getattr(item, about) for item in self.reads]
        for kind in dict.fromkeys(filter(None, kinds)):
            rows = np.array([other == kind for other in kinds], dtype=bool)[self.codes]
            yield kind, rows, self.distinct[self.codes[int(rows.argmax())]]


_Columns = dict[str, _Column]

_TYPES: Mapping[Any, tuple[Any, Any]] = {int: ("int64", 0), date: ("datetime64[s]", None)}
"""Types of values other than text, and what stands for none; no amount is 0."""


def check_sheet(sheet: Sheet, context: Context) -> Sheet:
    """Read all cells of a sheet into its frame, and check each row by its row model.

    Parameters
    ----------
    sheet : Sheet
        A table with named columns.
    context : Context
        Settings and currency of the case.
    """
    choose_rows(sheet, context)
    name_currencies(sheet, context)
    scale = scale_of(sheet)
    sheet.scale, fields = int(scale.max(initial=1)), sheet.table.row.model_fields
    columns = {name: _read_column(sheet, name, context, scale) for name in fields}
    sheet.good = {name: column.good for name, column in columns.items()}
    sheet.frame = pd.DataFrame({name: column.values for name, column in columns.items()})
    _deduct(sheet, columns, context, scale)
    _report_cells(sheet, columns, context)
    _subtract_credit_notes(sheet, context)
    if sheet.table not in LEDGER_TABLES:
        _report_rows(sheet)
    return sheet


def _report_rows(sheet: Sheet) -> None:
    """Check each row of a table with rules of its own across columns by its row model.

    Only tables that people write have such rules; the large ones have none.
    """
    model = sheet.table.row
    right = np.all([sheet.good[name] for name in model.model_fields], axis=0)
    for place, record in enumerate(records_of(sheet.frame) if right.any() else ()):
        try:
            if right[place]:
                model.model_validate(record)
        except ValidationError as error:
            rule = of.broken_rule(error.errors(include_url=False)[0])
            column, _, rest = rule.partition(": ")
            if column not in model.model_fields:
                column, rest = "", rule
            sheet.report(Fault(Rank.ROW, tr(rest)), column, np.arange(len(right)) == place)


def _deduct(sheet: Sheet, columns: _Columns, context: Context, scale: NDArray[np.int64]) -> None:
    """Take off the amounts what stands in columns of their own, such as the tax in a total."""
    amount = next(iter(of.money_of(sheet.table.row)), "")
    for name in [name for name in sheet.cells if name.startswith(of.DEDUCTION)] if amount else []:
        cells = sheet.cells[name]
        cells = ["0" if read.is_nothing(cell, context.settings) else cell for cell in cells]
        other = replace(sheet, cells=sheet.cells | {amount: cells})
        columns[name] = column = _read_column(other, amount, context, scale)
        sheet.good[amount] &= column.good
        sheet.frame[amount] -= column.values
        sheet.note("deducted", sheet.called(amount), len(cells), column=sheet.headers[name])


def _read_column(sheet: Sheet, name: str, context: Context, scale: NDArray[np.int64]) -> _Column:
    info, key = sheet.table.row.model_fields[name], name in sheet.table.key
    cells: Sequence[Any] = sheet.column(name)
    factor, optional = sheet.factors.get(name, 1), of.may_be_empty(info)
    reader = _reader(info, context, factor)
    if of.header_of(info).money and bool((scale > 1).any()):
        cells = list(zip(cells, scale.tolist(), strict=True))
        reader = partial(_read_scaled, context=context, factor=factor)
    if sheet.table in LEDGER_TABLES:
        reader = partial(_or_nothing, reader=reader, key=key and not optional, context=context)
    places = {cell: at for at, cell in enumerate(dict.fromkeys(cells))}
    codes, distinct = np.array([places[cell] for cell in cells], dtype="int64"), list(places)
    reads = list(map(reader, distinct))
    if decimal := _proven(reads):
        settings = context.settings.model_copy(update={"decimal": decimal})
        return _read_column(sheet, name, replace(context, settings=settings), scale)
    adapter = _adapter(sheet.table.row, name)
    lacks = fault_of("empty" if name in sheet.cells else "column-missing-cells")
    reads = [_validated(item, adapter, None if optional else lacks, factor) for item in reads]
    shown = [cell[0] if isinstance(cell, tuple) else cell for cell in distinct]
    return _Column(info, factor, codes, shown, reads)


def _or_nothing(cell: Any, reader: Callable[[Any], Read], key: bool, context: Context) -> Read:
    """Read a cell; a word that stands for an empty one is one, but for keys."""
    if not isinstance(cell, str) or not cell.strip() or not read.is_nothing(cell, context.settings):
        return reader(cell)
    return Read("", fault_of("nothing-in-key")) if key else Read("", None, "nothing")


def _proven(reads: Sequence[Read]) -> str:
    """Return the decimal sign that is asked for and proven: 957.5775 has no other reading.

    A column with such an amount has amounts of more than two decimals, and one of three is of them.
    """
    asked = any(item.fault and item.fault.name == "ask-decimal" for item in reads)
    shown = {item.shows for item in reads if item.shows}
    fine = {item.shows for item in reads if item.mark == "rounded"} - {""}
    return fine.pop() if asked and len(fine) == 1 and fine == shown else ""


def _remedy(fault: Fault, column: _Column) -> Fault:
    """Return what to do about a fault of a column that does not say it."""
    if fault.rule == fault_of("not-whole").rule:
        larger = next(iter(of.header_of(column.info).larger), "")
        return fault_of("whole-or-larger" if larger else "without-decimals", larger=larger)
    if fault.rule == tr(of.PATTERNS[of.KEY]):
        return fault_of("without-blanks")
    if get_args(column.info.annotation) == get_args(of.CostCategory):
        pairs = zip(column.distinct, column.reads, strict=True)
        unknown = {str(cell).replace("'", "''") for cell, item in pairs if item.fault == fault}
        lines = _below("  accounts:", {f"    '{name}': category" for name in unknown})
        words = ", ".join(get_args(of.CostCategory))
        return fault_of("unknown-account", words=words, lines=lines)
    return fault_of("correct-cell", meaning=tr(of.meaning(column.info, larger=column.factor > 1)))


def _below(title: str, lines: Iterable[str]) -> str:
    """Set lines that a file may need in order below their title, no more than can be read."""
    named = sorted(lines)
    return "\n".join([title, *named[:_MOST_LINES], *["    ..."] * (len(named) > _MOST_LINES)])


def _read_choice(cell: Cell, info: FieldInfo) -> Read:
    """Read one of several words, which may be spelt otherwise."""
    found, exact = read.read_text(cell), get_args(info.annotation)
    spelt = {of.folded(word): word for word in exact}
    spelt |= {of.folded(other): word for other, word in of.header_of(info).values.items()}
    if found.text and found.text not in exact and (ours := spelt.get(of.folded(found.text) or " ")):
        return Read(ours, None, "spelling")
    return found


def _read_scaled(cell: tuple[Cell, int], context: Context, factor: int) -> Read:
    return read.read_whole(cell[0], context, factor * cell[1], money=True)


_NUMBERS = {of.NUMBER, of.NUMBER_OR_EMPTY, of.DECIMAL_OR_EMPTY}
_PERIODS = {of.DAY_OR_MONTH, of.PERIOD, of.MONTH, of.QUARTER}


def _reader(info: FieldInfo, context: Context, factor: int) -> Callable[[Any], Read]:
    """Return how the cells of a column are read."""
    kind, money = info.annotation, of.header_of(info).money
    if kind in (date, date | None):
        return partial(read.read_day, context=context)
    if kind in (int, int | None):
        return partial(read.read_whole, context=context, factor=factor, money=money)
    if of.is_choice(info):
        return partial(_read_choice, info=info)
    patterns = {rule.pattern for rule in info.metadata if getattr(rule, "pattern", None)}
    if patterns & {of.KEY, of.KEY_OR_EMPTY}:
        return read.read_identifier
    if patterns & _NUMBERS:
        return partial(read.read_number, context=context)
    for pattern in patterns & _PERIODS:
        return partial(read.read_period, context=context, pattern=pattern)
    return read.read_text


@cache
def _adapter(row: type[Row], name: str) -> Callable[[str], Any]:
    """Return what validates cells of a column."""
    info = row.model_fields[name]
    kind: Any = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    return TypeAdapter(kind).validator.validate_python


def _validated(item: Read, valid: Callable[[str], Any], empty: Fault | None, factor: int) -> Read:
    """Give a plain form its value, or the rule of the row model's field that it breaks."""
    if item.fault or not item.text:
        return item if item.fault or empty is None else Read("", empty)
    try:
        value = valid(item.text)
    except ValidationError as error:
        rule = of.broken_rule(error.errors(include_url=False)[0], factor)
        return Read("", Fault(Rank.CELL, tr(rule)))
    fault = no_glyph(value) if isinstance(value, str) else None
    return Read("", fault, value=value) if fault else Read(*item[:-1], value)


def _report_cells(sheet: Sheet, columns: _Columns, context: Context) -> None:
    """Report faults, contradictory forms and rewritten cells."""
    shown: dict[str, tuple[int, str]] = {}  # the first row and cell that prove a form
    for column in columns.values():
        for form, rows, cell in column.grouped("shows"):
            first = sheet.place_of(int(rows.argmax()))[1], str(cell)
            shown[form] = min(shown.get(form, first), first)
    for setting, pair in FORMS.items():
        if shown.keys() >= set(pair) and not getattr(context.settings, setting):
            proofs = [shown[form] for form in pair]
            examples = [f"{cell} ({tr('row {row}', row=row)})" for row, cell in proofs]
            forms = listed([f"{{{setting}: {form}}}" for form in pair], "or")
            sheet.refuse("two-forms", None, "", listed(examples), setting=forms)
    for name, column in columns.items():
        for fault, bad, _ in column.grouped("fault"):
            fix = fault.fix or _remedy(fault, column).fix
            told = [form for form in FORMS.get(_ASKS.get(fault.name, ""), ()) if form in shown]
            if len(told) == 1:
                row, proof = shown[told[0]]
                about = {"cell": proof, "row": str(row), "form": told[0]}
                fix += "; " + tr("“{cell}” in row {row} speaks for {form}", **about)
            if fault.name != "column-missing-cells":  # said once, of the whole column
                sheet.report(replace(fault, fix=fix), name, bad)
        for mark, rows, cell in column.grouped("mark"):
            those = column.codes[rows].tolist() if mark == "rounded" else []
            off = [Fraction(0), *(column.reads[code].off for code in those)]
            words = moved_by(max(map(abs, off)), sum(off, Fraction(0)))
            sheet.note(mark, sheet.called(name), int(rows.sum()), str(cell), **words)


def moved_by(largest: Fraction, total: Fraction) -> dict[str, str]:
    """Say by how many hundredths rounding moved a cell at most, and the sum of all cells.

    Examples
    --------
    >>> moved_by(Fraction(1, 4), Fraction(9, 20))
    {'most': '0.0025', 'total': '0.0045'}
    """
    return {key: f"{float(n / _CENT):.4f}" for key, n in (("most", largest), ("total", total))}


def _subtract_credit_notes(sheet: Sheet, context: Context) -> None:
    """Ask about credit notes whose amounts have no minus, or give them one."""
    kinds, frame = sheet.cells.get(of.CREDIT, ()), sheet.frame
    credit, told = [is_credit_note(cell) for cell in kinds], context.settings.credit_notes
    for name in sheet.money[:1] if any(credit) else ():
        positive = np.array(credit) & sheet.good[name] & (frame[name] > 0).to_numpy()
        if told is None and positive.any():
            word, header = kinds[int(positive.argmax())], sheet.headers[of.CREDIT]
            sheet.report(fault_of("ask-credit-notes", word=word, header=header), name, positive)
        elif told == "subtract" and positive.any():
            for amount in sheet.money:  # the cost of what came back too
                frame[amount] = frame[amount].where(~positive, -frame[amount].abs())
            sheet.note("credit-notes-subtracted", sheet.called(name), int(positive.sum()))


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
    return [code for code, marks in CURRENCIES.items() if mark in (code.casefold(), *marks.split())]


def _code(name: str) -> str:
    """Return the code of a currency that a file may call otherwise: ``€`` is EUR."""
    small = name.strip().casefold()
    codes = codes_of(small)
    return codes[0].casefold() if len(codes) == 1 else small


def name_currencies(sheet: Sheet, context: Context) -> None:
    """Put the mark of another currency, such as in ``$ 984.64``, into a column of its own."""
    needed = [n for n in sheet.money if not of.may_be_empty(sheet.table.row.model_fields[n])]
    name = needed[0] if len(needed) == 1 else ""
    cells = sheet.cells.get(name, ())
    texts = [cell for cell in set(cells) if isinstance(cell, str) and _BEARS_MARK.search(cell)]
    found = {cell: marked for cell in texts if (marked := _marked(cell, context))}
    if not found:
        return
    pairs: list[tuple[Cell, Cell]] = []
    for cell, code in zip(cells, sheet.column(of.CURRENCY), strict=True):
        amount, mark = found.get(str(cell), (cell, str(code)))
        pairs.append((amount, mark) if _code(str(code)) in {"", _code(mark)} else (cell, code))
    sheet.cells[name], sheet.cells[of.CURRENCY] = map(list, zip(*pairs, strict=True))
    sheet.headers.setdefault(of.CURRENCY, sheet.headers[name])


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
    own = read.own_signs(case.parameters.currency, case.parameters.currency_name)
    rates = {(_code(name), ""): Fraction(str(r)) for name, r in case.parameters.rates.items()}
    if "rates" in tables and not tables["rates"].problems:
        rows = records(tables["rates"].frame)
        rates |= {(_code(row.currency), row.on): Fraction(row.rate) for row in rows}
    for table in tables.values():
        if of.CURRENCY in table.cells and table.table.name != "rates":
            _convert(table, own, rates)


def _convert(table: Sheet, own: Sequence[str], rates: Mapping[tuple[str, str], Fraction]) -> None:
    names = [str(cell).strip() for cell in table.cells[of.CURRENCY]]
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
        lines = {f"    {days[at][:7]},{codes[at].upper()},rate" for at in places}
        short = "\n".join(f"    {c}: rate" for c in sorted({codes[at].upper() for at in places}))
        by_month = _below("    on,currency,rate", lines)
        fault = fault_of("other-currency", short=short, lines=by_month)
        table.report(fault, of.CURRENCY, foreign & ~known)
    for name in table.money:
        amounts = table.frame[name].tolist()
        for at in np.flatnonzero(known & table.good[name]):
            amounts[at] = round_digits(amounts[at] * found[at], Rounding.HALF_UP)
        table.frame[name] = pd.Series(amounts, dtype="int64")
    if count := int(known.sum()):
        used = ", ".join(sorted({codes[at].upper() for at in np.flatnonzero(known)}))
        table.note("converted", table.headers[of.CURRENCY], count, currencies=used)
