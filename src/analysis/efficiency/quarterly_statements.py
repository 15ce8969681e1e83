"""Quarterly statements: the table, how it is read, and quarters made from year-to-date figures.

Amounts are whole numbers in the smallest unit shown: one of them stands for ``unit_scale`` of the
currency's smallest coin (1: grosze or céntimos; 100000: thousands of złoty). Costs, losses and
charges are positive numbers that the ladder subtracts; cash flows carry their sign. Figures of a
year to date count from the first quarter of the firm's year
(:class:`analysis.base.periods.Calendar`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Final

import pandas as pd
from pydantic import Field

from analysis.base.errors import InputError, shown
from analysis.base.language import tr
from analysis.base.periods import parse_quarter, quarter_label
from analysis.base.text import own_yaml
from analysis.tables.case import Case
from analysis.tables.firm_tables import FinStatementRow as SmallestUnitRow
from analysis.tables.rows import Table, read_frame

Amounts = Mapping[str, int]
"""The amounts of one quarter by column."""

Book = dict[int, dict[str, int]]
"""A company's statements: amounts by quarter index, in order."""

INCOME: Final = (
    *("sales", "cogs", "selling", "admin", "other_op_income", "other_op_cost"),
    *("fin_income", "fin_cost", "extra_gain", "extra_loss", "income_tax", "other_charges"),
)
ASSETS: Final = ("fixed_assets", "receivables", "inventories", "cash")
CLAIMS_ON_ASSETS: Final = ("equity", "interest_debt")
STOCKS: Final = ("total_assets", *ASSETS, *CLAIMS_ON_ASSETS)
CASH_FLOWS: Final = ("cfo", "cfi", "cff")
EXCHANGE: Final = "fx_effect"
"""Effect of exchange rates on cash, which a firm may give beside its cash flows."""
FLOWS: Final = (*INCOME, *CASH_FLOWS)
AMOUNTS: Final = (*INCOME, *STOCKS, *CASH_FLOWS)


class FinStatementRow(SmallestUnitRow):
    """A company's statements of one quarter in a unit that the row names."""

    unit_scale: Annotated[int, Field(ge=1)] = Field(
        description="smallest coins in one unit of this row: 1, or 100000 for thousands of 100"
    )


STATEMENTS: Final[Table[SmallestUnitRow]] = Table(
    "fin_statement",
    "fin_statement.csv",
    FinStatementRow,
    ("company_id", "period"),
    "Quarterly statements: income, balance sheet, cash flows",
)

_IN_COINS: Final = replace(STATEMENTS, row=SmallestUnitRow)
"""The table without unit_scale: every amount is in the smallest coin."""


def read_statements(folder: Path, root: Path, tolerance: int | None = 0) -> pd.DataFrame:
    """Read, check and turn into single quarters the statements of a folder.

    Parameters
    ----------
    folder : Path
        Folder with ``fin_statement.csv``; without the column unit_scale it is in smallest coins.
    root : Path
        Project root, so that messages name short paths.
    tolerance : int
        Largest difference, in the rows' unit, that counts as rounding. None for statements that
        were checked when they were stored.

    Raises
    ------
    InputError
        At the first cell, row or sum that breaks a rule.
    """
    path = folder / STATEMENTS.file
    if path.is_file() and "unit_scale" not in path.read_text(encoding="utf-8-sig").split("\n")[0]:
        frame = read_frame(_IN_COINS, folder, root).assign(unit_scale=1)
    else:
        frame = read_frame(STATEMENTS, folder, root)
    return prepare(frame, file=shown(path, root), tolerance=tolerance)


def prepare(
    frame: pd.DataFrame, file: str | Path | None = None, tolerance: int | None = 0
) -> pd.DataFrame:
    """Check statements and return single quarters, sorted by company and time.

    Parameters
    ----------
    frame : DataFrame
        The columns of :class:`FinStatementRow`; its index counts rows from 0.
    file : str or Path, optional
        Named in messages.
    tolerance : int
        As in :func:`read_statements`.

    Returns
    -------
    DataFrame
        The same columns and ``quarter`` (index); ``basis`` is discrete throughout.

    Raises
    ------
    InputError
        At the first of the :func:`contradictions`.
    """
    indexed = frame.assign(quarter=[parse_quarter(label) for label in frame["period"]])
    ordered = indexed.sort_values(["company_id", "quarter"], kind="stable")
    single = discrete(ordered)
    if tolerance is not None:
        for error in contradictions(ordered, single, Allowed(tolerance)):
            error.file = None if file is None else str(file)
            raise error
    return single.reset_index(drop=True)


def discrete(frame: pd.DataFrame, flows: Sequence[str] = (*FLOWS, EXCHANGE)) -> pd.DataFrame:
    """Turn year-to-date flows into flows of single quarters; stocks stay as they are.

    The first quarter of the firm's year is its own; every other one is the difference to the
    quarter before. A row whose quarter before is missing is left out (the checks name it first).
    The basis of a row is that of its cash flows too, unless ``cash_flow_basis`` says another.

    Examples
    --------
    >>> head = {"company_id": "a", "basis": "ytd", "cash": 5}
    >>> rows = [head | {"quarter": 8024, "sales": 100}, head | {"quarter": 8025, "sales": 250}]
    >>> discrete(pd.DataFrame(rows), ["sales"])["sales"].tolist()
    [100, 150]
    """
    given = [name for name in flows if name in frame]
    records = frame.to_dict("records")
    before = {(row["company_id"], row["quarter"]): row for row in records}
    rows, index = [], []
    for line, row in zip(frame.index, records, strict=True):
        to_date = [name for name in given if is_to_date(row, name)] if row["quarter"] % 4 else []
        earlier = before.get((row["company_id"], row["quarter"] - 1))
        if to_date and (earlier is None or not is_to_date(earlier, to_date[0])):
            continue
        single = {name: row[name] - earlier[name] for name in to_date} if earlier else {}
        rows.append(row | single | {"basis": "discrete"})
        index.append(line)
    return pd.DataFrame(rows, columns=frame.columns, index=pd.Index(index))


def is_to_date(row: Mapping[Any, Any], name: str) -> bool:
    """Whether a flow of a statement runs from the beginning of the firm's year."""
    of_cash = row.get("cash_flow_basis") if name in CASH_FLOWS or name == EXCHANGE else ""
    return (of_cash or row["basis"]) == "ytd"


def book(frame: pd.DataFrame, company: str | None = None) -> Book:
    """Return one company's amounts by quarter, as Python integers.

    Parameters
    ----------
    frame : DataFrame
        From :func:`prepare`.
    company : str, optional
        Needed only where the frame holds several.

    Raises
    ------
    InputError
        If none is named although there are several.
    """
    names = sorted(set(frame["company_id"]))
    if company is None and len(names) != 1:
        rule, file = "the statements of a case are those of one company", STATEMENTS.file
        raise InputError(rule, file=file, column="company_id", value=", ".join(names))
    chosen = frame if company is None else frame[frame["company_id"] == company]
    return {
        int(row["quarter"]): {name: int(row[name]) for name in AMOUNTS}
        for row in chosen.sort_values("quarter").to_dict("records")
    }


def has_statements(case: Case) -> bool:
    """Whether a case's ledger holds quarterly statements."""
    return (case.processed / "ledger" / STATEMENTS.file).is_file()


def stored_statements(case: Case) -> pd.DataFrame:
    """Read the statements of a case's ledger, which were checked when they were stored."""
    return read_statements(case.processed / "ledger", case.root, tolerance=None)


def ledger_statements(case: Case) -> Book:
    """Return the statements of a case's ledger, of one company; see :func:`book`."""
    return book(stored_statements(case))


NEVER_NEGATIVE: Final = tuple(
    name for name in INCOME if name not in {"income_tax", "other_charges"}
)
"""Flows that are below zero in no quarter."""

_SCALE_JUMP: Final = 250
"""A company does not grow 250-fold in a quarter; a thousand for a unit makes it look so."""

RULES: Final[Mapping[str, Mapping[str, str]]] = own_yaml(__file__, "contradictions.yaml")
"""In what statements can contradict themselves: the rule, and how to mend it."""

_Row = dict[Any, Any]
"""A statement; ``line`` says where it stands in the table."""


@dataclass(frozen=True)
class Allowed:
    """How exactly statements must agree with themselves, and how messages write amounts.

    Attributes
    ----------
    rounding : int
        Largest difference that counts as rounding, in the unit of the amounts.
    cash : int
        Per cent of a quarter's closing cash by which it may differ from what the flows lead to.
    unit : int
        How many of the amounts' units are in one of the file's.
    """

    rounding: int = 0
    cash: int = 0
    unit: int = 1

    def text(self, amount: int) -> str:
        """Write an amount as the file has it."""
        whole, rest = divmod(abs(amount), self.unit)
        decimals = f"{Decimal(rest) / self.unit:f}"[1:].rstrip("0") if rest else ""
        return f"{'-' if amount < 0 else ''}{whole:,}{decimals}"


def contradictions(
    frame: pd.DataFrame, quarters: pd.DataFrame, allowed: Allowed
) -> Iterator[InputError]:
    """Find everything in which statements contradict themselves.

    Parameters
    ----------
    frame : DataFrame
        Rows as given, with ``quarter``, sorted by company and quarter; the index counts from 0.
    quarters : DataFrame
        The same as single quarters, under the same index.
    allowed : Allowed
        What may differ.

    Yields
    ------
    InputError
        Without a file, which the caller names.
    """
    for rows in _companies(frame):
        for column in ("unit_scale", "basis", "cash_flow_basis"):
            if column in frame:
                yield from _check_one_way(rows, column)
        yield from _check_quarters(rows)
    for rows, given in zip(_companies(quarters), _companies(frame), strict=True):
        yield from _check_scale(rows, allowed)
        yield from _check_balance(rows, allowed)
        if negative := next(_negative_flows(rows, given, allowed), None):
            yield negative
        else:
            yield from _check_cash(rows, allowed)


def _companies(frame: pd.DataFrame) -> Iterator[list[_Row]]:
    """Yield the rows of each company; the header of the table is line 1."""
    rows = frame.assign(line=frame.index + 2).to_dict("records")
    for company in dict.fromkeys(frame["company_id"]):
        yield [row for row in rows if row["company_id"] == company]


def _fault(
    name: str, row: _Row, column: str, value: object = None, /, **words: object
) -> InputError:
    """Say what is wrong with a cell: a key of ``contradictions.yaml``, and what fills its rule."""
    rule, fix = RULES[name]["rule"], RULES[name].get("fix")
    value = row[column] if value is None else value
    at = partial(InputError, row=int(row["line"]), column=column, value=value)
    return at(tr(rule, **words), fix=fix and tr(fix))


def _check_one_way(rows: list[_Row], column: str) -> Iterator[InputError]:
    """All rows of a company are in one unit, and on one basis."""
    first = rows[0]
    for row in rows:
        if row[column] != first[column]:
            words = {"company": row["company_id"], "column": column, "value": first[column]}
            yield _fault("one way", row, column, row=first["line"], **words)


def _check_quarters(rows: list[_Row]) -> Iterator[InputError]:
    """Each quarter once, none missing in between, and year-to-date from the first quarter on."""
    first = rows[0]
    if first["quarter"] % 4 and any(is_to_date(first, name) for name in ("sales", "cfo")):
        missing = quarter_label(first["quarter"] - 1)
        yield _fault("begun within a year", first, "period", missing=missing)
    for row, following in pairwise(rows):
        step = following["quarter"] - row["quarter"]
        words = {"company": row["company_id"], "row": row["line"]}
        if step == 0:
            yield _fault("twice", following, "period", **words)
        if step > 1:
            words |= {"missing": quarter_label(row["quarter"] + 1), "quarter": row["period"]}
            yield _fault("gap", following, "period", **words)


def _check_scale(rows: list[_Row], allowed: Allowed) -> Iterator[InputError]:
    """No amount jumps as thousands against units do."""
    for row, following in pairwise(rows):
        for column in ("sales", "total_assets"):
            low, high = sorted((row[column], following[column]))
            if low > 0 and high >= _SCALE_JUMP * low:
                before, now = allowed.text(row[column]), allowed.text(following[column])
                words = {"column": column, "before": before, "row": row["line"], "now": now}
                words |= {"factor": f"{high // low:,}", "tolerance": _SCALE_JUMP}
                yield _fault("scale", following, column, now, **words)


def _check_balance(rows: list[_Row], allowed: Allowed) -> Iterator[InputError]:
    """Parts of the assets, and claims on them, are no more than the assets."""
    for row in rows:
        for parts in (ASSETS, CLAIMS_ON_ASSETS):
            excess = sum(row[name] for name in parts) - row["total_assets"]
            if excess > allowed.rounding:
                total, much = allowed.text(row["total_assets"]), allowed.text(excess)
                words = {"parts": " + ".join(parts), "total": total, "excess": much}
                tolerance = allowed.text(allowed.rounding)
                yield _fault("balance", row, "total_assets", total, tolerance=tolerance, **words)


def _negative_flows(rows: list[_Row], given: list[_Row], allowed: Allowed) -> Iterator[InputError]:
    """Find quarters whose flow, the difference of two figures to date, is below zero.

    Sales and costs are not, so the year seems to begin anew where they are.
    """
    known = {row["line"]: row for row in given}
    for row in rows:
        for column in NEVER_NEGATIVE:
            if row[column] < 0:
                to_date, alone = (allowed.text(one[column]) for one in (known[row["line"]], row))
                words = {"column": column, "quarter": row["period"], "amount": alone}
                yield _fault("negative", row, column, to_date, **words)


def cash_gaps(rows: list[_Row]) -> Iterator[tuple[_Row, _Row, int, int]]:
    """Yield each two quarters with the change of cash, and the part that flows do not explain."""
    for before, row in pairwise(rows):
        flows = sum(int(row.get(name) or 0) for name in (*CASH_FLOWS, EXCHANGE))
        change = row["cash"] - before["cash"]
        yield before, row, change, change - flows


def gap_in_percent(row: _Row, gap: int) -> int:
    """Say how many per cent of the cash at its end a gap of a quarter is, rounded up.

    Examples
    --------
    >>> gap_in_percent({"cash": 2_800}, 99)
    4
    """
    return -(-100 * abs(gap) // max(abs(int(row["cash"])), 1))


def _check_cash(rows: list[_Row], allowed: Allowed) -> Iterator[InputError]:
    """Cash changes by the sum of the three cash flows; the first quarter has nothing before it."""
    gaps = [found for found in cash_gaps(rows) if abs(found[3]) > allowed.rounding]
    needed = max((gap_in_percent(row, gap) for _, row, _, gap in gaps), default=0)
    line = f"intake: {{cash_may_differ_by: {needed}}}"
    more = f"; {tr(RULES['cash']['allow'], line=line)}" if needed <= _MOST_CASH else ""
    for before, row, change, gap in gaps if needed > allowed.cash else ():
        parts = [*CASH_FLOWS, EXCHANGE] if EXCHANGE in row else CASH_FLOWS
        amounts = {"change": change, "sum": change - gap, "gap": gap, "tolerance": allowed.rounding}
        words = {name: allowed.text(amount) for name, amount in amounts.items()}
        words |= {"first": before["period"], "last": row["period"], "parts": " + ".join(parts)}
        error = _fault("cash", row, "cash", allowed.text(row["cash"]), **words)
        error.fix = f"{error.fix}{more}"
        yield error


_MOST_CASH: Final = 100
"""Per cent that a case may allow; see :class:`analysis.tables.case.IntakeSettings`."""
