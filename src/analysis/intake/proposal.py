"""What the columns of an export are, told by their names and cells, and what is left to ask.

What is certain by an exact name or by the cells of a column is taken and reported; the rest becomes
a question, with the line of ``case.yaml`` that answers it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from pathlib import Path

import yaml
from pydantic.fields import FieldInfo

from analysis.base.language import tr
from analysis.base.text import PlainLoader, listed
from analysis.intake import amounts
from analysis.intake.amounts import SIGNS, Column
from analysis.intake.case_files import ROWS, find_table, nearest_table
from analysis.intake.cells import (
    CURRENCIES,
    Cell,
)
from analysis.intake.naming import CUSTOMER, NO_AMOUNT, SUPPLIER, likely_header, words_of
from analysis.intake.problems import Rank, words_for
from analysis.intake.sheets import SHEET, Grid, Meaning, plain_header
from analysis.tables import columns as of
from analysis.tables.columns import folded, header_of, names_of
from analysis.tables.rows import Table

_NOT_COUNTED, _WON, _BANK = (words_for("proposal", name) for name in ("not-counted", "won", "bank"))


class AnyTable(Grid):
    """A file of which it is not known yet which table it is: it is read by the names of all."""

    def meaning(self, header: str, currency: tuple[str, ...] = ()) -> Meaning | None:
        """Return what a column is in the first table that has such a name."""
        found = (of.find_column(header, table.row, currency) for table in ROWS)
        return next(filter(None, found), None)


@dataclass
class Proposal:
    """What a file or sheet is read as.

    Attributes
    ----------
    name : str
        The file, or ``file, sheet title``.
    columns : list of Column
        All of its columns.
    rows : int
        Rows below the header.
    table : Table
        What it is read as.
    taken : dict of str to tuple
        By header, the column of ours or the words of the rows that are read, and why.
    questions : list of Question
        What is open.
    offers : dict of str to tuple
        By header, a column of ours that it may be, and why.
    """

    name: str
    columns: list[Column]
    rows: int
    table: Table
    taken: dict[str, tuple[str | list[str], str]] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    offers: dict[str, tuple[str, str]] = field(default_factory=dict)

    def of_kind(self, kind: str) -> Iterator[Column]:
        """Yield the columns that are taken for days or amounts."""
        fields = self.table.row.model_fields
        for column in self.columns:
            ours = self.taken.get(column.header, ("", ""))[0]
            found = (
                names_of(self.table.row).get(folded(ours))
                if isinstance(ours, str) and ours
                else None
            )
            if found and found.field in fields and _kind(fields[found.field]) == kind:
                yield column


@dataclass(frozen=True)
class Question:
    """Something that the files leave open, and the lines of ``case.yaml`` that may answer it."""

    text: str
    answers: tuple[str, ...]


def propose(grid: Grid) -> Proposal | None:
    """Say what a file or sheet is read as; nothing if it holds no rows of a table."""
    place = likely_header(grid.rows)
    if place is None:
        return None
    header = [plain_text(cell) for cell in grid.rows[place]]
    below = [row for row in grid.rows[place + 1 :] if any(map(_filled, row))]
    columns: dict[str, Column] = {}
    for at, text in enumerate(header):
        cells = [row[at] for row in below if at < len(row) and _filled(row[at])]
        if text and plain_header(text) not in columns:
            first = [row[at] if at < len(row) else "" for row in below[: amounts.MOST_CELLS]]
            columns[plain_header(text)] = Column(text, cells, first, text)
    found = list(columns.values())
    begun = Counter(header.partition(" - ")[0] for header in header if " - " in header)
    if begun and (most := begun.most_common(1)[0])[1] > len(found) / 2:  # Deal - Value, and so on
        for column in found:
            column.name = column.header.removeprefix(f"{most[0]} - ")
    kinds = {column.kind for column in found}
    made = Proposal(grid.file, found, len(below), _table(grid.file, found))
    _take(made)
    return made if below and len(found) > 1 and ("day" in kinds or not made.questions) else None


def plain_text(cell: Cell) -> str:
    """Write a header or cell as text that ``case.yaml`` may hold."""
    text = of.INVISIBLE.sub("", str(cell))
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def yaml_key(text: str) -> str:
    """Write a text as a key of YAML.

    Examples
    --------
    >>> yaml_key("Order Date"), yaml_key("No"), yaml_key("Nr: 1")
    ('Order Date', '"No"', '"Nr: 1"')
    """
    try:
        if yaml.load(f"{text}: x", PlainLoader) == {text: "x"}:
            return text
    except (yaml.YAMLError, ValueError):
        pass
    return json.dumps(text, ensure_ascii=False)


def _filled(cell: Cell) -> bool:
    return not isinstance(cell, str) or bool(cell.strip())


def _kind(info: FieldInfo) -> str:
    """Return what the cells of a column of ours must be: days, numbers or any text."""
    if info.annotation in (date, date | None):
        return "day"
    if info.annotation is int:
        return "number"
    return ""


def _named(table: Table, columns: Sequence[Column]) -> dict[str, tuple[Column, str]]:
    """Return the columns that bear a name of ours, the best name of each; with our name of each."""
    best: dict[str, tuple[int, Column, str]] = {}
    for column in columns:
        found = of.find_column(column.name, table.row, SIGNS)
        if found is None or not column.cells:
            continue
        if found.field == "customer_id" and table.name != "customer" and not column.varies:
            continue  # the name of the firm itself
        if found.field == "service_id" and column.kind == "word" and table.name == "sale":
            found = of.Found("service_type")  # a few words are kinds of service, not its numbers
        info = table.row.model_fields.get(found.field)
        if info and _kind(info) not in {"", column.kind}:
            continue
        header = header_of(info) if info else None
        order = [found.field, *(header.also + header.larger if header else ())]
        plain = next(
            (folded(name) for name in _spellings(column.name) if folded(name) in order), ""
        )
        rank = order.index(plain) if plain else len(order)
        ours = header.larger[0] if header and found.factor > 1 else found.field.strip("()")
        if found.field not in best or rank < best[found.field][0]:
            best[found.field] = rank, column, ours
    return {name: (column, ours) for name, (_, column, ours) in best.items()}


def _spellings(header: str) -> Iterator[str]:
    """Yield a header as it stands, with words apart, and without a currency at its end."""
    apart = re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", header)
    yield from (header, apart)
    for sign in SIGNS:
        yield folded(header).removesuffix(f"_{folded(sign)}")


def _table(file: str, columns: Sequence[Column]) -> Table:
    """Choose the table that most columns are of, by their names and by the name of the file."""
    words = set().union(*(words_of(column.header) for column in columns))
    bought = words & SUPPLIER and not words & CUSTOMER
    name, _, title = file.partition(SHEET)
    stem = Path(name).stem
    meant = find_table(title, ROWS) or find_table(stem, ROWS) or nearest_table(stem, ROWS)

    def fit(table: Table) -> tuple[bool, int]:
        named, fields = _named(table, columns), table.row.model_fields
        used = [column.header for column, _ in named.values()]
        free = {column.kind for column in columns if column.header not in used and _is_open(column)}
        has_amounts = any(column.kind == "number" for column in columns)
        lost = [
            3 if header_of(info).period or (header_of(info).money and not has_amounts) else 1
            for name, info in fields.items()
            if not of.may_be_empty(info)
            and name not in named
            and (_kind(info) or "key") not in free
        ]
        ours = sum(name in fields for name in named)
        return table.name != "sale" or not bought, ours + 3 * (table == meant) - sum(lost)

    sale = next(table for table in ROWS if table.name == "sale")
    return max((sale, *(table for table in ROWS if table != sale)), key=fit)


def _is_open(column: Column) -> bool:
    return column.kind != "number" or not words_of(column.header) & NO_AMOUNT


def _take(made: Proposal) -> None:
    """Take what is certain, and ask for the rest."""
    named = _named(made.table, made.columns)
    for column, ours in named.values():
        made.taken[column.header] = ours, tr("by its name")
    fields = made.table.row.model_fields.items()
    for name, info in fields:
        if name in named or of.may_be_empty(info):
            continue
        kind, header = _kind(info) or ("key" if not of.is_choice(info) else "word"), header_of(info)
        ours = header.larger[0] if header.larger else name
        free = [
            column
            for column in made.columns
            if column.header not in made.taken and column.kind == kind and _is_open(column)
        ]
        if kind == "number":
            free = amounts.likely_amounts(free)
        if len(free) == 1 and not amounts.net_of(made.columns, free[0]):
            what = tr({"day": "days", "number": "amounts", "key": "keys"}.get(kind, "such words"))
            made.taken[free[0].header] = (
                ours,
                tr("by its content: the only column of {what}", what=what),
            )
            continue
        names = [other for other, found in names_of(made.table.row).items() if found.field == name]
        free.sort(key=lambda column: not of.contained(column.header, names))
        about = tr(of.meaning(info, larger=True))
        text = tr("Which column is {ours} ({about})?", ours=ours, about=about)
        if net := next(
            (why for column in free if (why := amounts.net_of(made.columns, column))), None
        ):
            made.taken[net[0]] = ours, net[1]
            continue
        if not free:
            text = tr(
                "No column looks like {ours} ({about}). Which one is it?", ours=ours, about=about
            )
            open_ = [column for column in made.columns if column.header not in made.taken]
            if kind == "number":
                free = [
                    c
                    for c in open_
                    if c.kind == kind and not words_of(c.name) & (amounts.TAX | amounts.DISCOUNT)
                ]
                free = amounts.likely_amounts(free)
            else:
                free = [c for c in open_ if c.kind == "word" and c.varies and not _kind(info)]
        answers = tuple(f"{yaml_key(column.header)}: {ours}" for column in free)
        made.questions.append(Question(text, answers))
    _find_key(made)
    _without_tax(made)
    _note_signs(made)
    _choose_rows(made)
    _offer(made)


def _without_tax(made: Proposal) -> None:
    """Take off a discount that the amount holds, or ask whether it holds the tax."""
    taken = {ours: header for header, (ours, _) in made.taken.items() if isinstance(ours, str)}
    amount = next((c for c in made.columns if c.header == taken.get("amount")), None)
    if amount is None:
        return
    if net := amounts.net_of(made.columns, amount):
        del made.taken[amount.header]
        made.taken[net[0]] = "amount", net[1]
        return
    taxes = [tax for tax in amounts.of_words(made.columns, amounts.TAX) if tax is not amount]
    for tax in taxes:
        if words_of(amount.name) & amounts.GROSS:
            bases = amounts.of_words(made.columns, amounts.BASE)
            if bases and amounts.sums_to([(1, part) for part in (*bases, tax)], amount):
                names = listed([part.header for part in (*bases, tax)])
                why = tr("by its content: {whole} is {parts}", whole=amount.header, parts=names)
                made.taken[tax.header] = "deduction", why
                return
            text = tr(
                "Is {tax} in the amounts of {total}? If it is, take it off:",
                tax=tax.header,
                total=amount.header,
            )
            made.questions.append(Question(text, (f"{yaml_key(tax.header)}: deduction",)))
            return
        for whole in amounts.of_words(made.columns, amounts.GROSS):
            for off in amounts.of_words(made.columns, amounts.DISCOUNT):
                parts = [(1, amount), (-1, off), (1, tax)]
                if not amounts.sums_to([parts[0], parts[2]], whole) and amounts.sums_to(
                    parts, whole
                ):
                    why = tr(
                        "by its content: {amount} less {off} and with {tax} makes {total}",
                        amount=amount.header,
                        off=off.header,
                        tax=tax.header,
                        total=whole.header,
                    )
                    made.taken[off.header] = "deduction", why
                    return


def _find_key(made: Proposal) -> None:
    """Take the only column that has a cell with a digit in each row, equal ones side by side."""
    key = made.table.key[0]
    if not made.table.repeats or key in {ours for ours, _ in made.taken.values()}:
        return
    found = []
    for column in made.columns:
        runs = [text for text, _ in groupby(str(cell).strip() for cell in column.cells)]
        apart = len(set(runs)) == len(runs) > made.rows / 6 and len(column.cells) == made.rows
        digits = all(re.search(r"\d", text) for text in runs)
        if apart and digits and column.kind in {"", "key"} and column.header not in made.taken:
            found.append(column)
    if len(found) == 1:
        why = tr("by its content: the only column that numbers the rows")
        made.taken[found[0].header] = key, why


def _note_signs(made: Proposal) -> None:
    """Say how many amounts are below zero; `settings_of` asks about those of a bank statement."""
    for column in made.of_kind("number"):
        if column.below_zero and made.table.name == "sale":
            ours, why = made.taken[column.header]
            counts = {"n": column.below_zero, "all": len(column.cells)}
            many = tr("{n} of {all} are below zero and count as credit notes", **counts)
            made.taken[column.header] = ours, f"{why}; {many}"


def _choose_rows(made: Proposal) -> None:
    """Leave out rows that a column of few words calls cancelled, lost or the like."""
    for column in made.columns:
        counts = Counter(str(cell).strip() for cell in column.cells)
        won = {word for word in counts if folded(word) in _WON}
        out = {word for word in counts if folded(word) in _NOT_COUNTED or won} - won
        told = all(word.isprintable() for word in counts)
        if out and told and len(counts) <= amounts.MOST_WORDS and column.header not in made.taken:
            kept = [word for word in counts if word not in out]
            if kept:
                named = listed([f"{word} ({counts[word]:,})" for word in counts if word in out])
                made.taken[column.header] = (
                    kept,
                    tr("rows of other words do not count: {named}", named=named),
                )


def _offer(made: Proposal) -> None:
    """Offer columns of a few words as kinds of customer or product, if nothing is called so."""
    given = {ours for ours, _ in made.taken.values() if isinstance(ours, str)}
    free = [c for c in made.columns if c.kind == "word" and c.header not in made.taken]
    for ours in ("segment", "service_type"):
        if ours in made.table.row.model_fields and ours not in given:
            for column in free[:2]:
                made.offers[column.header] = (
                    ours,
                    tr("{n} different words", n=len(set(column.cells))),
                )


def settings_of(made: Sequence[Proposal]) -> tuple[dict[str, tuple[str, str]], list[Question]]:
    """Return how the files write days and amounts, with an example of each, and what is open."""
    taken: dict[str, tuple[str, str]] = {}
    questions = [question for one in made for question in _payments(one)]
    for kind, key, forms in (
        ("day", "dates", ("day-first", "month-first")),
        ("number", "decimal", ("point", "comma")),
    ):
        columns = [column for one in made for column in one.columns if column.kind == kind]
        all_ = Column("", [cell for column in columns for cell in column.sample])
        pairs = list(zip(map(str, all_.sample), all_.reads(kind), strict=True))
        shown = {read.shows: cell for cell, read in reversed(pairs) if read.shows}
        asked = [cell for cell, read in pairs if read.fault and read.fault.rank is Rank.ASK]
        if kind == "day" and asked and not shown and all("." in cell for cell in asked):
            shown = {"day-first": asked[0]}
        if len(shown) == 1:
            form, cell = next(iter(shown.items()))
            taken[key] = form, cell
        elif asked and not shown:
            text = tr("How is “{cell}” read: {forms}?", cell=asked[0], forms=listed(forms, "or"))
            questions.append(Question(text, tuple(f"{key}: {form}" for form in forms)))
        short = [found for cell, _ in pairs if (found := _TWO_DIGITS.search(cell))]
        if kind == "day" and any(int(found[2]) > _LATEST for found in short):
            text = tr("What are the years counted from in “{cell}”?", cell=short[0][0])
            answers = ("two_digit_years: 1900", "two_digit_years: 2000")
            questions.append(Question(text, answers))
        elif kind == "day" and short:
            taken["two_digit_years"] = "2000", short[0][0]
    return taken, questions


def _payments(made: Proposal) -> Iterator[Question]:
    """Ask whether the amounts below zero of a bank statement are payments."""
    named = set().union(*(words_of(column.name) for column in made.columns))
    for column in made.of_kind("number") if made.table.name == "sale" and named & _BANK else []:
        if column.below_zero:
            text = tr(
                "{n} of {all} amounts are below zero. Are they payments, which are no sales, or "
                "sales that were returned?",
                n=column.below_zero,
                all=len(column.cells),
            )
            yield Question(text, ("below_zero: leave-out", "below_zero: subtract"))
            return


_TWO_DIGITS, _LATEST = re.compile(r"^\d{1,2}([-/.])\d{1,2}\1(\d{2})(?!\d)", re.ASCII), 50
"""A day whose year has two digits, and those after which it may be of the last century."""


def currency_of(made: Sequence[Proposal]) -> tuple[list[str], str]:
    """Return the currencies that headers and amounts may be in, and where that is seen.

    One is certain; several are those of a sign such as $, or all that the files name.
    """
    codes: dict[str, set[str]] = {}
    for code, signs in CURRENCIES.items():
        for sign in (code.casefold(), *signs.split()):
            codes.setdefault(sign, set()).add(code)
    found: dict[str, set[str]] = {}
    for one in made:
        for column in one.columns:
            if one.taken.get(column.header, ("",))[0] == "currency":
                named = Counter(str(cell).strip().upper() for cell in column.cells)
                often = [code for code, _ in named.most_common() if re.fullmatch("[A-Z]{3}", code)]
                return often, tr("from the column {header}", header=column.header)
        for column in [*one.of_kind("number")] or [c for c in one.columns if c.kind == "number"]:
            words = re.split(r"[\s()\[\],_]+", column.header.casefold())
            marks = {re.sub(r"[\d\s.,'’()+−-]", "", str(cell)).casefold() for cell in column.sample}
            found |= {sign: codes[sign] for sign in {*words, *marks} & codes.keys()}
    sure = {code for those in found.values() if len(those) == 1 for code in those}
    sign = next(iter(sorted(found)), "")
    return sorted(sure or set().union(*found.values())), tr(
        "from “{sign}” in the amounts or above them", sign=sign
    )
