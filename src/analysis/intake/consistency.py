"""Checks across the rows of a table and between tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from analysis.base.errors import InputError
from analysis.base.periods import (
    month_label,
    parse_quarter,
    quarter_end,
    quarter_label,
    quarter_start,
)
from analysis.efficiency.quarterly_statements import contradictions as statement_errors
from analysis.efficiency.quarterly_statements import discrete
from analysis.intake.case_files import ROWS, TABLES, folded
from analysis.intake.convert import Checked
from analysis.intake.problems import Fault, Note, Problem, Rank
from analysis.intake.template import still_example
from analysis.kpis.catalogue import METHOD
from analysis.method.key_results import contradictions as target_errors
from analysis.tables.case import Case
from analysis.tables.columns import header_of
from analysis.tables.firm_tables import ServiceRow
from analysis.tables.rows import Row, read_rows
from analysis.tables.strategy_tables import CLAIMS, ClaimRow, KeyResultRow, ObjectiveRow, TargetRow

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


_R = TypeVar("_R", bound=Row)

INDICATORS = frozenset(name for record in METHOD for name in (record.key, *record.aliases))
"""Names under which tables may speak of the catalogue's indicators."""

OUTSIDE = Fault(
    Rank.PERIOD, "the check-in lies outside the period of its key result", "correct the day"
)
SAME_DAY = Fault(
    Rank.KEY, "the key result has another check-in of this day", "keep the one that counts"
)
UNKNOWN_SOURCE = Fault(
    Rank.REFERENCE, "names neither an indicator nor a column, which is written as table.column"
)


def check_method(case: Case, tables: Mapping[str, Checked]) -> Iterator[Problem]:
    """Find what is wrong between the tables of the strategy.

    Parameters
    ----------
    case : Case
        Its readings are those that targets may depend on.
    tables : mapping of str to Checked
        Tables with problems of their own are taken for absent.
    """
    right = {name: table for name, table in tables.items() if not table.problems}
    if "key_results" in right and "objectives" in right:
        yield from _check_okrs(case, right)
    if "check_in" in right and "key_results" in right:
        _check_days(right["check_in"], right["key_results"])
    if "variables" in right:
        _check_sources(right["variables"])


def claim_ids(case: Case) -> frozenset[str]:
    """Return the ids of a case's claims; none if it has none, or they break a rule."""
    table = CLAIMS
    try:
        claims = read_rows(table, case.raw, case.root) if (case.raw / table.file).is_file() else []
    except InputError:  # said where claims are read
        claims = []
    return frozenset(claim.claim_id for claim in claims if isinstance(claim, ClaimRow))


def _check_okrs(case: Case, tables: Mapping[str, Checked]) -> Iterator[Problem]:
    objectives = _rows(tables["objectives"], ObjectiveRow)
    results = _rows(tables["key_results"], KeyResultRow)
    targets = _rows(tables["targets"], TargetRow) if "targets" in tables else []
    files = {
        str((case.method / table.table.file).relative_to(case.root)): table
        for table in tables.values()
    }
    for error in target_errors(case, objectives, results, targets, claim_ids(case)):
        table = files[str(error.file)]
        row = _row_of(table, str(error.row)) if error.row else None
        fault = Fault(Rank.SUM, error.rule, error.fix or "")
        value = None if error.value is None else str(error.value)
        column = table.headers.get(error.column or "", error.column or "")
        yield Problem(fault, table.file, row, column, value)


def _rows(table: Checked, model: type[_R]) -> list[_R]:
    return [model.model_validate(_plain(record)) for record in table.frame.to_dict("records")]


def _plain(record: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        name: value.date() if isinstance(value, pd.Timestamp) else value
        for name, value in record.items()
    }


def _row_of(table: Checked, key: str) -> int | None:
    """Return the row of a key; of an objective's key results, the first of them."""
    for name in (table.table.key[0], "objective_id"):
        if name in table.frame:
            places = np.flatnonzero((table.frame[name] == key).to_numpy())
            if len(places):
                return int(table.rows[places[0]])
    return None


def _check_days(check_ins: Checked, results: Checked) -> None:
    """Hold check-ins against the periods of their key results."""
    frame = check_ins.frame
    periods = results.frame.drop_duplicates("kr_id").set_index("kr_id")
    starts, ends = (frame["kr_id"].map(periods[name]) for name in ("starts_on", "ends_on"))
    outside = (frame["reported_on"] < starts) | (frame["reported_on"] > ends)
    check_ins.report(OUTSIDE, "reported_on", outside.to_numpy())
    again = frame.duplicated(["kr_id", "reported_on"], keep="first")
    check_ins.report(SAME_DAY, "reported_on", again.to_numpy())


def _check_sources(variables: Checked) -> None:
    """Refuse sources of variables that name neither an indicator nor a column."""
    columns = {f"{table.name}.{name}" for table in ROWS for name in table.row.model_fields}
    source = variables.frame["source"]
    known = source.isin(INDICATORS | columns) | (source == "")
    variables.report(UNKNOWN_SOURCE, "source", ~known.to_numpy() & variables.good["source"])


_CENT = 100


def check_statements(
    case: Case, tables: Mapping[str, Checked], notes: list[Note]
) -> Iterator[Problem]:
    """Find statements that contradict themselves, or disagree with the invoices on sales.

    Parameters
    ----------
    case : Case
        Says how much invoices and statements may differ.
    tables : mapping of str to Checked
        Nothing is checked unless the statements' own cells are right.
    notes : list of Note
        Differences that the case allows are added.
    """
    table = tables.get("fin_statement")
    if table is None or table.problems:
        return
    frame = table.frame.assign(
        unit_scale=1, quarter=[parse_quarter(label) for label in table.frame["period"]]
    )
    frame = frame.sort_values(["company_id", "quarter"], kind="stable")
    companies = frame["company_id"].unique()
    if len(companies) > 1:
        other = int(np.flatnonzero(table.frame["company_id"] != companies[0])[0])
        fault = Fault(
            Rank.KEY, "a firm's statements are those of one company", "keep the rows of one company"
        )
        yield Problem(
            fault,
            table.file,
            int(table.rows[other]),
            table.headers["company_id"],
            str(table.frame["company_id"].iloc[other]),
        )
        return
    single = discrete(frame)
    tolerance = 2 * table.scale if table.scale > 1 else 0  # three rounded numbers in a sum
    for error in statement_errors(frame, single, file=table.file, tolerance=tolerance):
        row = None if error.row is None else int(table.rows[int(error.row) - 2])
        fault = Fault(Rank.SUM, error.rule, error.fix or "correct the statement")
        value = None if error.value is None else str(error.value)
        yield Problem(fault, table.file, row, error.column or "", value)
    yield from _check_sales(case, tables, single, notes)


def _check_sales(
    case: Case, tables: Mapping[str, Checked], single: pd.DataFrame, notes: list[Note]
) -> Iterator[Problem]:
    """Compare the invoices of each quarter with the sales of its statement."""
    table, sale = tables["fin_statement"], tables.get("sale")
    if sale is None or sale.problems:
        return
    days = sale.frame["invoiced_on"]
    quarter = 4 * days.dt.year + (days.dt.month - 1) // 3
    invoiced = sale.frame.groupby(quarter)["amount_centimos"].sum()
    both = single[single["quarter"].isin(invoiced.index)]
    stated = both.set_index("quarter")["sales"]
    gap = (invoiced.reindex(stated.index) - stated).to_numpy()
    allowed = case.parameters.intake.sales_may_differ_by
    wrong = np.abs(gap) * _CENT > np.abs(stated.to_numpy()) * allowed
    if wrong.any():
        first = int(stated.index[wrong][0])
        value = (
            f"{quarter_label(first)}: invoices {invoiced[first] / _CENT:,.2f}, "
            f"statement {stated[first] / _CENT:,.2f}"
        )
        fault = Fault(
            Rank.SUM,
            "invoices and statement disagree on sales in "
            + ("one quarter" if wrong.sum() == 1 else f"{int(wrong.sum())} quarters"),
            "correct one of them, or say in case.yaml by how many per cent they may differ: "
            "intake: {sales_may_differ_by: 2}",
        )
        row = int(table.rows[int(both.index[wrong][0])])
        yield Problem(fault, table.file, row, table.headers["sales"], value)
    tolerated = (gap != 0) & ~wrong
    if tolerated.any():
        what = f"invoices and statement differ on sales, by no more than {allowed}%"
        notes.append(Note(table.file, what, table.headers["sales"], int(tolerated.sum())))
