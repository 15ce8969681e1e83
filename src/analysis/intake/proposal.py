"""What the columns of an export are, told by their names and cells, and what is left to ask.

A column knows the words of its name, a sample of its cells and their kind; a row model says of
which kind its columns are and what files call them. What names, cells or sums of columns make
certain is taken and reported; the rest becomes a question, with the line that answers it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache, partial
from itertools import groupby, product
from pathlib import Path
from typing import Any, get_args

import pandas as pd
import yaml
from pydantic.fields import FieldInfo

from analysis.base.language import tr
from analysis.base.text import listed
from analysis.intake import naming
from analysis.intake.case_files import ROWS, find_table, nearest_table
from analysis.intake.cells import Cell, Context, Read, foreign_signs, read_day, read_whole
from analysis.intake.problems import told, words_for
from analysis.intake.sheets import SHEET, Grid
from analysis.tables import columns as of
from analysis.tables.rows import Table
from analysis.tables.schema import IntakeSettings

SIGNS = foreign_signs("", "")
_CONTEXT = Context(IntakeSettings(two_digit_years=2000), SIGNS)
_BY_SIGN = [replace(_CONTEXT, settings=IntakeSettings(decimal=s)) for s in ("point", "comma")]
_FEW, _MOST_CELLS, _MOST_WORDS = 8, 2_000, 12
_ENOUGH = 0.9
"""Share of a column's cells that must be days for it to hold days; a total may stand below."""
_BARE = re.compile(r"(?!(19|20)\d{6}$)\d+")
"""Digits alone, which may be a day counted as spreadsheets do, but are a number as a rule."""
_DECIMALS = re.compile(r"[.,]\d+$|[^\d.,'\s-]")
"""What amounts have, and numbers of other things have not."""


@lru_cache(maxsize=10_000)
def amount_of(cell: Cell) -> int | None:
    """Return an amount in hundredths, by whichever decimal sign; None for no amount.

    Examples
    --------
    >>> [amount_of(cell) for cell in ("1.234,50", "(5.00)", "1.234", "x")]
    [123450, -500, 123, None]
    """
    texts = (read_whole(cell, way, 100, money=True).text for way in _BY_SIGN)
    return next((int(text) for text in texts if text and abs(int(text)) <= of.LARGEST), None)


READ: Mapping[str, Callable[[Cell], Read]] = {
    "day": partial(read_day, context=_CONTEXT),
    "number": partial(read_whole, context=_CONTEXT, factor=100, money=True),
}
_MANY = {"day": "days", "number": "amounts", "key": "keys", "word": "such words"}


@dataclass(eq=False)
class Column:
    """A column of a file.

    Attributes
    ----------
    header, name : str
        Its header, and that without what all headers begin with.
    cells, head : list of Cell
        Its cells that hold anything, and all of its first cells, empty ones among them.
    ours : str or list of str
        What it is taken for: a column of ours, or words of the rows that count, or nothing.
    why, offer : str
        Why it is, and a column of ours that it may be.
    """

    header: str
    cells: list[Cell]
    head: list[Cell] = field(default_factory=list)
    name: str = ""
    ours: str | list[str] = ""
    why: str = ""
    offer: str = ""

    def take(self, ours: str | list[str], reason: str, **words: object) -> None:
        """Take it for a column of ours, or as the one that says which rows count."""
        self.ours, self.why = ours, told(reason, **words)

    def says(self, *kinds: str) -> bool:
        """Whether a word of its name is of some kinds of ``words.yaml``."""
        return naming.says(self.name, *kinds)

    @cached_property
    def sample(self) -> list[Cell]:
        """Some different cells from all parts of the column."""
        distinct = list(dict.fromkeys(self.cells))
        return distinct[:: 1 + len(distinct) // _MOST_CELLS]

    @property
    def varies(self) -> bool:
        """Whether the cells differ; those of a few rows may be equal by chance."""
        return len(self.sample) > 1 or len(self.cells) < _FEW

    @cached_property
    def amounts(self) -> pd.Series[Any]:
        """The first cells in hundredths."""
        return pd.Series([amount_of(cell) for cell in self.head], dtype="Int64")

    @property
    def is_numbered(self) -> bool:
        """Whether nearly all cells have a digit, as numbers have and names have not."""
        digits = sum(bool(re.search(r"\d", str(cell))) for cell in self.sample)
        return digits >= _ENOUGH * len(self.sample)

    @property
    def shown(self) -> str:
        """Some of its cells."""
        return " · ".join(of.plain_text(cell)[:18] for cell in self.sample[:3])

    @property
    def below_zero(self) -> int:
        """How many cells are amounts below zero."""
        return sum((amount_of(cell) or 0) < 0 for cell in self.cells)

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each text stands in it."""
        return Counter(str(cell).strip() for cell in self.cells)

    @cached_property
    def kind(self) -> str:
        """``day``, ``number``, ``key`` (all different, with a digit), ``word`` or nothing."""
        enough, texts = _ENOUGH * len(self.sample), list(self.counts)
        if not texts:
            return ""
        days = [not read.fault or read.asks for read in map(READ["day"], self.sample)]
        bare = all(isinstance(c, Decimal) or _BARE.fullmatch(str(c)) for c in self.sample)
        if not bare and sum(days) >= enough:
            return "day"
        different = len(texts) == len(self.cells)
        if sum(amount_of(cell) is not None for cell in self.sample) >= enough:
            whole = [int(text) for text in texts if text.isdecimal()]  # as those of documents are
            many = different and len(texts) == len(whole) >= _FEW
            return "key" if many and max(whole) - min(whole) < 3 * len(whole) else "number"
        if different and all(re.search(r"\d", text) for text in texts):
            return "key"
        return "word" if 1 < len(texts) <= _MOST_WORDS < len(self.cells) else ""


@dataclass(frozen=True)
class Question:
    """Something that the files leave open, and the lines of ``case.yaml`` that may answer it."""

    text: str
    answers: tuple[str, ...]


@dataclass
class Proposal:
    """What a file or sheet is read as.

    Attributes
    ----------
    name : str
        The file, or ``file, sheet title``.
    columns, asked : list of Column
        All of its columns, and those that questions name.
    rows : int
        Rows below the header.
    table : Table
        What it is read as.
    questions : list of Question
        What is open.
    """

    name: str
    columns: list[Column]
    rows: int
    table: Table
    questions: list[Question] = field(default_factory=list)
    asked: list[Column] = field(default_factory=list)

    def unused(self, kind: str, *but: str) -> list[Column]:
        """Return the columns of a kind that are not used yet.

        Of numbers those that say some words are left out, and if there are others, equal ones and
        those without decimals.
        """
        found = [column for column in self.columns if column.kind == kind and not column.ours]
        if kind != "number":
            return found
        found = [column for column in found if not column.says(*(but or ("no-amount",)))]
        varied = [column for column in found if column.varies]
        fine = [c for c in varied if any(_DECIMALS.search(str(cell)) for cell in c.sample)]
        return fine or varied or found

    def taken(self, ours: str) -> list[Column]:
        """Return the column, if any, that is taken for one of ours."""
        return [column for column in self.columns if column.ours == ours][:1]

    def ask(self, text: str, ours: str, columns: Sequence[Column]) -> None:
        """Ask which of some columns is one of ours."""
        answers = tuple(f"{yaml_key(c.header)}: {ours} # {c.shown}" for c in columns)
        self.questions.append(Question(text, answers))
        self.asked += columns

    def numbers(self, word: str) -> list[Column]:
        """Return the columns of numbers, not all nought, that say a word of a kind."""
        but = ("base", "gross") if word == "tax" else ()
        found = [c for c in self.columns if c.kind == "number" and c.says(word)]
        return [c for c in found if not c.says(*but) and c.amounts.fillna(0).any()]

    @property
    def amounts(self) -> list[Column]:
        """The columns that are taken for amounts."""
        names, amounts = of.names_of(self.table.row), of.money_of(self.table.row)
        return [c for c in self.columns if names.get(str(c.ours), of.Found("")).field in amounts]


def propose(grid: Grid) -> Proposal | None:
    """Say what a file or sheet is read as; nothing if it holds no rows of a table."""
    place = naming.likely_header(grid.rows)
    if place is None:
        return None
    below = [row for row in grid.rows[place + 1 :] if not naming.is_blank(row)]
    columns: dict[str, Column] = {}
    for at, text in enumerate(map(of.plain_text, grid.rows[place])):
        if text and of.plain_header(text) not in columns:
            cells = [row[at] if at < len(row) else "" for row in below]
            filled = [cell for cell in cells if not naming.is_blank([cell])]
            columns[of.plain_header(text)] = Column(text, filled, cells[:_MOST_CELLS], text)
    found = list(columns.values())
    begun = Counter(column.header.partition(" - ")[0] for column in found if " - " in column.header)
    for most, count in begun.most_common(1):
        for column in found if count > len(found) / 2 else ():  # Deal - Value, and so on
            column.name = column.header.removeprefix(f"{most} - ")
    made = Proposal(grid.file, found, len(below), _table(grid.file, found))
    _take(made)
    holds_rows = "day" in [column.kind for column in found] or not made.questions
    return made if below and len(found) > 1 and holds_rows else None


def yaml_key(text: str) -> str:
    """Write a text as a key of YAML.

    Examples
    --------
    >>> yaml_key("Order Date"), yaml_key("No"), yaml_key("Nr: 1")
    ('Order Date', "'No'", "'Nr: 1'")
    """
    return str(yaml.safe_dump(text, allow_unicode=True, width=10**6)).removesuffix("...\n").strip()


def _kind(info: FieldInfo) -> str:
    """Return of which kind a column of ours is, as columns of files are of one."""
    kinds: dict[Any, str] = {date: "day", int: "number"}
    kind = next(iter(get_args(info.annotation)), info.annotation)
    return kinds.get(kind, "word" if of.is_choice(info) else "key")


def _named(table: Table, columns: Sequence[Column]) -> dict[str, tuple[int, Column, str]]:
    """Return, by field, the column that bears the best of its names: rank, column, our name."""
    best: dict[str, tuple[int, Column, str]] = {}
    for column in columns:
        found = of.find_column(column.name, table.row, SIGNS)
        if found is None or not column.cells:
            continue
        if found.field == "customer_id" and table.name != "customer" and not column.varies:
            continue  # the name of the firm itself
        if found.field == "service_id" and column.kind == "word" and table.name == "sale":
            found = of.Found("service_type", rank=99)  # a few words are kinds of service
        info, ours = table.row.model_fields.get(found.field), found.field.strip("()")
        if info and _kind(info) in {"day", "number"} - {column.kind}:
            continue
        if info and found.factor > 1:
            ours = of.header_of(info).larger[0]
        if found.field not in best or found.rank < best[found.field][0]:
            best[found.field] = found.rank, column, ours
    return best


def _name_customers(made: Proposal) -> None:
    """Take the names of customers beside their numbers, by which the report shows them."""
    row, free = made.table.row, [c for c in made.columns if c.cells and not c.ours]
    named = [c for c in free if of.find_column(c.name, row, SIGNS) == of.Found("customer_id")]
    for key, other in product(made.taken("customer_id"), named):
        number, name = (key, other) if key.is_numbered else (other, key)
        if number.is_numbered and not name.is_numbered:
            number.take("customer_id", "by-name")
            name.take("customer_name", "names", number=number.header)
            return


def _table(file: str, columns: Sequence[Column]) -> Table:
    """Choose the table that most columns are of, by their names and by the name of the file."""
    bought = naming.are_of_suppliers([column.header for column in columns])
    name, _, title = file.partition(SHEET)
    stem = Path(name).stem
    meant = find_table(title, ROWS) or find_table(stem, ROWS) or nearest_table(stem, ROWS)

    def fit(table: Table) -> tuple[bool, int, bool]:
        named, fields = _named(table, columns), table.row.model_fields
        rest = [c for c in columns if c not in [column for _, column, _ in named.values()]]
        free = {c.kind for c in rest if c.kind != "number" or not c.says("no-amount")}
        has_amounts = any(column.kind == "number" for column in columns)
        needed = [i for n, i in fields.items() if not (n in named or of.may_be_empty(i))]
        lost = [i for i in needed if _kind(i).replace("word", "key") not in free]
        heavy = [i.period or (i.money and not has_amounts) for i in map(of.header_of, lost)]
        points = len(fields.keys() & named.keys()) + 3 * (table == meant)
        points -= len(lost) + 2 * sum(heavy)
        return table.name != "sale" or not bought, points, table.name == "sale"

    return max(ROWS, key=fit)


def _take(made: Proposal) -> None:
    """Take what is certain, and ask for the rest."""
    named = _named(made.table, made.columns)
    for _, column, ours in named.values():
        column.take(ours, "by-name")
    for name, info in made.table.row.model_fields.items():
        if name in named or of.may_be_empty(info):
            continue
        kind, ours = _kind(info), next(iter(of.header_of(info).larger), name)
        free = made.unused(kind)
        if net := _net_of(made, free):
            net[0].take(ours, "net", tax=net[1].header, total=net[2].header)
        elif len(free) == 1:
            free[0].take(ours, "only", what=tr(_MANY[kind]))
        else:
            about, text = tr(of.meaning(info, larger=True)), "which" if free else "none"
            weaker = "word" if kind == "key" else kind
            likely = free or made.unused(weaker, "tax", "discount")
            made.ask(told(text, ours=ours, about=about), ours, likely)
    _name_customers(made)
    _find_key(made)
    _without_tax(made)
    _find_cost(made)
    for column in made.amounts if made.table.name == "sale" else ():
        if column.ours != "goods_cost" and (count := column.below_zero):
            column.why += "; " + told("below", n=count, all=len(column.cells))
    _choose_rows(made)
    _offer(made)


def _makes(whole: Column, *parts: Column, less: Column | None = None) -> bool:
    """Whether columns add up to another in every row that has all of them.

    A hundredth, by which programs round apart, does not count.
    """
    rest = whole.amounts - sum(c.amounts for c in parts) + (less.amounts if less else 0)
    known = rest.dropna()
    return len(known) > 1 and bool((known.abs() < 2).all())


def _net_of(made: Proposal, totals: Sequence[Column]) -> tuple[Column, Column, Column] | None:
    """Return the net amount, the tax or discount, and which of some totals the two make."""
    numbers = [c for c in made.columns if c.kind == "number" and c.varies]
    gross = [column for column in totals if column.says("gross")]
    parts = [*made.numbers("tax"), *made.numbers("discount")] if gross else []
    for total, part, net in product(gross, parts, numbers):
        if net not in (total, part) and _makes(total, net, part):
            return net, part, total
    return None


def _without_tax(made: Proposal) -> None:
    """Take off a discount that the amount holds, or ask whether it holds the tax."""
    for amount in made.taken("amount"):
        taxes = [tax for tax in made.numbers("tax") if tax is not amount]
        if net := _net_of(made, [amount]):
            amount.ours = amount.why = ""
            net[0].take("amount", "net", tax=net[1].header, total=amount.header)
        elif not amount.says("gross"):
            for tax, total, off in product(taxes, made.numbers("gross"), made.numbers("discount")):
                if _makes(total, amount, tax, less=off) and not _makes(total, amount, tax):
                    about = {"off": off.header, "tax": tax.header, "total": total.header}
                    off.take("deduction", "less", amount=amount.header, **about)
                    return
        elif taxes:
            tax, bases = taxes[0], made.numbers("base")
            if bases and _makes(amount, *bases, tax):
                names = listed([column.header for column in (*bases, tax)])
                tax.take("deduction", "parts", whole=amount.header, parts=names)
            else:
                text = told("tax-in", tax=tax.header, total=amount.header)
                made.ask(text, "deduction", [tax])


def _find_cost(made: Proposal) -> None:
    """Take what an amount and a profit say the goods cost, or ask about what is called a cost."""
    if made.table.name != "sale" or made.taken("goods_cost"):
        return
    costs = [c for c in made.numbers("cost") if not (c.ours or c.says("no-goods", "tax"))]
    for amount in made.taken("amount") if costs else ():
        for cost, profit in product(costs, made.numbers("profit")):
            if _makes(amount, cost, profit):
                cost.take("goods_cost", "goods", amount=amount.header, profit=profit.header)
                return
        made.ask(told("goods-cost", cost=costs[0].header), "goods_cost", costs[:1])


def _find_key(made: Proposal) -> None:
    """Take the only column that has a cell with a digit in each row, equal ones side by side."""
    key, found = made.table.key[0], []
    for column in [*made.unused(""), *made.unused("key")] if made.table.repeats else ():
        runs = [text for text, _ in groupby(str(cell).strip() for cell in column.cells)]
        apart = len(set(runs)) == len(runs) > made.rows / 6 and len(column.cells) == made.rows
        if apart and all(re.search(r"\d", text) for text in runs):
            found.append(column)
    if len(found) == 1 and not made.taken(key):
        found[0].take(key, "numbers-rows")


def _choose_rows(made: Proposal) -> None:
    """Leave out rows that a column of few words calls cancelled, lost or the like."""
    for column in made.columns:
        words = list(column.counts)
        if column.ours or len(words) > _MOST_WORDS or not all(map(str.isprintable, words)):
            continue
        won = [word for word in words if of.folded(word) in words_for("proposal", "won")]
        out = words_for("proposal", "not-counted")
        kept = won or [word for word in words if of.folded(word) not in out]
        if 0 < len(kept) < len(words):
            others = [f"{word} ({column.counts[word]:,})" for word in words if word not in kept]
            column.take(kept, "other-words", named=listed(others))


def _offer(made: Proposal) -> None:
    """Offer columns of a few words as kinds of customer or product, if nothing is called so."""
    for ours in ("segment", "service_type"):
        wanted = ours in made.table.row.model_fields and not made.taken(ours)
        for column in made.unused("word")[:2] if wanted else ():
            reason = told("different-words", n=len(column.counts))
            column.offer, column.why = ours, told("offer", reason=reason)
