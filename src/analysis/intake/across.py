"""Checks across the rows of a table and between tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pandas as pd

from analysis.base.periods import month_label, parse_quarter, quarter_end, quarter_start
from analysis.intake.checked import Checked
from analysis.intake.example import still_example
from analysis.intake.files import ROWS, TABLES
from analysis.intake.method import INDICATORS, check_method, claim_ids
from analysis.intake.names import folded
from analysis.intake.problems import Fault, Note, Problem, Rank
from analysis.intake.statements import check_statements
from analysis.tables.case import Case
from analysis.tables.columns import header_of
from analysis.tables.ledger import ServiceRow

Tables = Mapping[str, Checked]
"""The tables of a case by name."""

MADE_UP = "SYN-"
"""Begins the keys of made-up rows: those of a synthetic ledger and of the template."""

TWICE = Fault(Rank.KEY, "this key stands in more than one row", "give every row a key of its own")
TEMPLATE_ROWS = Fault(
    Rank.KEY,
    "these are still the template's, whose made-up keys begin with SYN-",
    "put your own rows in their place, or delete the file: what needs it is then left out",
)
TOTAL = Fault(
    Rank.ASK,
    "this looks like a total, and would be counted as one record more",
    "delete the row, or give it a key of its own if it is a record",
)
_TOTALS = (
    "total",
    "total:",
    "totals",
    "totales",
    "grand-total",
    "subtotal",
    "subtotal:",
    "sub-total",
    "subtotales",
    "sum",
    "suma",
    "suma:",
    "razem",
    "razem:",
    "ogółem",
    "łącznie",
)
"""Keys of rows that sum others, in small letters."""
BEFORE_REQUEST = Fault(
    Rank.ROW, "the answer is from before the day of the request", "correct the day or the service"
)
TOO_MUCH = Fault(
    Rank.SUM, "the amounts add up to more than can be counted exactly", "check their unit"
)
_EXACT = 2.0**62
_MOST_LISTED = 40
VARIANTS = ("service_type", "segment", "role", "category")
"""Columns whose values sort rows, so that one spelt in two ways counts as two."""

_MONEY_ROWS = ("sale", "cost")


def check_across(case: Case, tables: Tables) -> tuple[list[Problem], list[Note]]:
    """Check keys, references, periods, sums and what looks doubtful.

    Parameters
    ----------
    case : Case
        Gives the periods, and whether rows are the user's own.
    tables : mapping of str to Checked
        The tables that are there; cells that broke a rule already are left out of account.

    Returns
    -------
    problems : list of Problem
        What is wrong.
    notes : list of Note
        What is doubtful, and what could not be checked because a table is absent.
    """
    notes: list[Note] = []
    for table in tables.values():
        _check_keys(case, table)
        _check_references(case, tables, table, notes)
        _check_periods(case, table)
        _check_amounts(table)
        notes += _doubtful(table)
    _check_answers(tables)
    problems = [
        *still_example(case, tables),
        *check_statements(case, tables, notes),
        *check_method(case, tables),
    ]
    return problems, notes


def _check_keys(case: Case, table: Checked) -> None:
    key = list(table.table.key)
    right = table.all_good(key)
    again = table.frame.duplicated(key, keep="first").to_numpy() & right
    if again.any():
        same = (table.frame[key] == table.frame.loc[again, key].iloc[0]).all(axis=1).to_numpy()
        first = table.rows[int(np.flatnonzero(same & right)[0])]
        cells = ", ".join(str(cell) for cell in table.frame.loc[again, key].iloc[0])
        names = ", ".join(table.headers.get(name, name) for name in key)
        table.report(TWICE, names, again, f"{cells} (first in row {first})")
    for name in key if table.table in ROWS else ():
        if table.frame[name].dtype == "str":
            named = table.frame[name].str.lower().isin(_TOTALS).to_numpy(dtype=bool)
            table.report(TOTAL, name, named & table.good[name])
    if case.parameters.kind == "yours" and table.table in ROWS:
        texts = [table.frame[name] for name in key if table.frame[name].dtype == "str"]
        made_up = [cells.str.startswith(MADE_UP).to_numpy(dtype=bool) for cells in texts]
        if count := int(np.logical_or.reduce(made_up).sum()):
            rows = f"{count:,} {'row' if count == 1 else 'rows'}"
            table.problems.append(Problem(TEMPLATE_ROWS, table.file, value=rows))


def _check_references(case: Case, tables: Tables, table: Checked, notes: list[Note]) -> None:
    if not table.is_read:
        return
    for name, info in table.table.row.model_fields.items():
        to = header_of(info).references
        if not to:
            continue
        if to in tables and not tables[to].is_read:
            continue
        known = _keys(case, tables, to)
        values = table.frame[name]
        used = table.good[name] & (values != "").to_numpy()
        if known is None:
            column = table.headers.get(name, name)
            notes.append(Note(table.file, not_there(to), column, int(used.sum())))
            continue
        unknown = ~pd.Series(values.to_numpy(object)).isin(known).to_numpy()
        wrong = used & unknown
        if wrong.any():
            file = tables[to].file if to in tables else ""
            first = str(values[int(np.flatnonzero(wrong)[0])])
            table.report(_unknown(to, known, file, first), name, wrong)


def _keys(case: Case, tables: Tables, to: str) -> list[str] | None:
    """Return the keys that a column may refer to; None if their table is absent."""
    if to == "indicator":
        return sorted(INDICATORS)
    if to == "service day":
        return [name for name in ServiceRow.model_fields if name.endswith("_on")]
    if to == "claim":
        return sorted(claim_ids(case))
    if to not in tables:
        return None
    other = tables[to]
    return list(set(other.frame[other.table.key[0]].to_numpy(object)))


def not_there(to: str) -> str:
    """Say that a column refers to a table that is absent."""
    titles = {other.name: other.file for other in TABLES}
    return f"refers to {titles.get(to, to)}, which is not there: not checked"


def no_row(file: str, near: str = "") -> Fault:
    """Say that a table has no row of a key, and which one it may be meant for."""
    rule, fix = f"{file} has no row of this key", "add the row there, or correct the key here"
    if near:
        rule += f"; it has “{near}”"
        fix = "write keys in the same way, with all their zeros: format the column as text"
    return Fault(Rank.REFERENCE, rule, fix)


def _unknown(to: str, known: list[str], file: str, value: str) -> Fault:
    if file:
        return no_row(file, _alike(value, known))
    shown = ", ".join(known) if len(known) <= _MOST_LISTED else "see claims.csv"
    return Fault(
        Rank.REFERENCE,
        f"there is no {to} of this name; known are {shown or 'none'}",
        "correct the name" if known else "empty the cell",
    )


def _alike(value: str, known: list[str]) -> str:
    """Return a key that differs in capitals, signs or leading zeros alone, or nothing."""
    wanted = _bare(value)
    return next((key for key in known if _bare(key) == wanted), "") if wanted else ""


def _bare(key: str) -> str:
    return re.sub(r"(?<![0-9])0+(?=[0-9])|[^0-9a-z]", "", key.casefold())


def _check_periods(case: Case, table: Checked) -> None:
    """Report rows that belong to no quarter of the case."""
    periods = case.parameters.periods
    first, last = parse_quarter(periods.first), parse_quarter(periods.last)
    rule = f"lies outside the periods of the case, {periods.first} to {periods.last}"
    fix = "correct it, leave the row out, or change first and last in case.yaml"
    for name, info in table.table.row.model_fields.items():
        if not header_of(info).period:
            continue
        values = table.frame[name]
        if values.dtype.kind == "M":
            low, high = pd.Timestamp(quarter_start(first)), pd.Timestamp(quarter_end(last))
            outside = (values < low) | (values > high)
        elif name == "month":
            outside = (values < month_label(3 * first)) | (values > month_label(3 * last + 2))
        else:
            outside = (values < periods.first) | (values > periods.last)
        bad = outside.to_numpy() & table.good[name]
        table.report(Fault(Rank.PERIOD, rule, fix), name, bad)


def _check_amounts(table: Checked) -> None:
    """Refuse columns whose sum could leave 64 bits, where it would turn negative unnoticed."""
    for name, kind in table.frame.dtypes.items():
        if kind != "int64":
            continue
        values = table.frame[str(name)].to_numpy()
        if float(np.abs(values).sum(dtype="float64")) > _EXACT:
            every = np.ones(len(table.rows), dtype=bool)
            table.report(TOO_MUCH, str(name), every)


def _check_answers(tables: Tables) -> None:
    if "survey_response" not in tables or "service" not in tables:
        return
    answers, services = tables["survey_response"], tables["service"]
    sound = services.all_good(["service_id", "requested_on"])
    known = services.frame.loc[sound].drop_duplicates("service_id").set_index("service_id")
    if known.empty:  # pandas cannot map to days through nothing
        return
    requested = answers.frame["service_id"].map(known["requested_on"])
    early = (answers.frame["answered_on"] < requested).to_numpy(dtype=bool)
    right = answers.all_good(["service_id", "answered_on"])
    answers.report(BEFORE_REQUEST, "answered_on", early & right)


def _doubtful(table: Checked) -> Iterator[Note]:
    """Note rows that may stand twice, and values that may be one spelt in two ways."""
    if table.table.name in _MONEY_ROWS:
        others = [name for name in table.frame.columns if name not in table.table.key]
        again = table.frame.duplicated(others, keep="first").to_numpy() & table.all_good(others)
        again &= ~table.frame.duplicated(list(table.table.key), keep="first").to_numpy()
        if again.any():
            key = str(table.frame[table.table.key[0]][again].iloc[0])
            what = "equal to an earlier row in all but the key, and counted like any other"
            yield Note(table.file, what, count=int(again.sum()), example=key)
    for name in VARIANTS:
        if name in table.frame:
            values = table.frame[name][table.good[name]]
            yield from variants(values, table.file, table.headers.get(name, name))


def variants(values: Iterable[str], file: str, column: str) -> Iterator[Note]:
    """Note values of a column that may be one, spelt in two ways."""
    groups: dict[str, list[str]] = {}
    for value in sorted(set(values)):
        groups.setdefault(folded(value), []).append(value)
    for spellings in groups.values():
        if len(spellings) > 1:
            listed = " and ".join(f"“{value}”" for value in spellings)
            what = f"{listed} count as different values"
            yield Note(file, what, column)
