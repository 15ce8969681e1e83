"""Checks between the rows of a table and between tables, wherever the rows are.

The rules come from the row models: keys, references to other tables, the periods of the case. Each
is applied by one expression of narwhals, to frames in memory and to relations of DuckDB alike. Then
come the rules of single tables in memory: statements, key results, check-ins.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from fractions import Fraction
from functools import partial, reduce
from operator import or_
from typing import Any, TypeVar

import narwhals as nw
import numpy as np
import pandas as pd

from analysis.base.errors import InputError
from analysis.base.periods import calendar, containing, parse_quarter, quarter_label
from analysis.base.text import decimal
from analysis.efficiency.quarterly_statements import Allowed, cash_gaps, discrete
from analysis.efficiency.quarterly_statements import contradictions as statement_errors
from analysis.intake.case_files import ROWS, TABLES
from analysis.intake.naming import MONEY_ROWS
from analysis.intake.problems import Fault, Log, Problem, Rank, fault_of, problem_of, vocabulary
from analysis.intake.rows import Asked, Rows, Sheet, count_of, records_of
from analysis.kpis.catalogue import MEASURES, METHOD, catalogue
from analysis.kpis.duck import sql_type
from analysis.kpis.small_tables import month_index
from analysis.method.key_results import contradictions as target_errors
from analysis.tables.case import Case
from analysis.tables.columns import (
    LARGEST,
    REST,
    alike,
    folded,
    header_of,
    is_choice,
    period_ends,
)
from analysis.tables.firm_tables import ServiceRow
from analysis.tables.rows import Row, Table, period_column, read_rows
from analysis.tables.schema import own_indicators
from analysis.tables.strategy_tables import CLAIMS, ClaimRow, KeyResultRow, ObjectiveRow, TargetRow

MADE_UP = "SYN-"
"""Begins the keys of made-up rows: those of a synthetic ledger and of the template."""

_TOTALS = vocabulary("totals")["keys"].split()
"""Keys of rows that sum others, in small letters."""
_EXACT = 2.0**62
_MOST_LISTED = 40
_VARIANTS = ("service_type", "segment", "role", "category")
"""Columns whose values sort rows, so that one spelt in two ways counts as two."""


def check_rows(case: Case, tables: Mapping[str, Rows], unread: Collection[str], log: Log) -> None:
    """Check rows by the rules that are the same wherever they are; problems go to the tables.

    Parameters
    ----------
    case : Case
        Gives the periods, and whether rows are the user's own.
    tables : mapping of str to Rows
        The tables that are there; cells that broke a rule already are left out of account.
    unread : collection of str
        Those whose rows are not known, so that nothing may be missed in them.
    log : Log
        Where notes go on what is doubtful or, since a table is absent, could not be checked.
    """
    for name, rows in tables.items():
        _check_keys(rows)
        if name not in unread:
            _check_references(case, tables, rows, unread, log)
        _check_each_row(case, rows)
        _note_doubts(rows, log)
    if {"survey_response", "service"} <= tables.keys() - set(unread):
        _check_answers(tables["survey_response"], tables["service"])


def _check_keys(rows: Rows) -> None:
    key = list(rows.table.key)
    if rows.table.repeats or not rows.may_repeat(key):
        return
    known = rows.known(key)
    if rows.table.row.model_fields[key[0]].annotation is str:  # an empty one is none
        known = known.filter(nw.col(key[0]) != "")
    counted = known.group_by(*key).agg(nw.len().alias("times"))
    again = counted.filter(nw.col("times") > 1).select(*key)
    if not count_of(again):
        return
    same = known.join(again, on=key, how="semi")
    first = same.group_by(*key).agg(nw.col("line").min().alias("first"))

    def of_first(row: Any) -> str:
        file, number = rows.place(int(row["first"]))
        return f" (first in row {number}{f' of {file}' if rows.files else ''})"

    later = same.join(first, on=key).filter(nw.col("line") > nw.col("first"))
    rows.report(fault_of("key-twice"), key, later, of_first)


def _check_references(
    case: Case, tables: Mapping[str, Rows], rows: Rows, unread: Collection[str], log: Log
) -> None:
    for name, info in rows.table.row.model_fields.items():
        to = header_of(info).references
        if not to or to in unread:
            continue
        known = _fixed_keys(case, to)
        if known is not None:
            rows.report(_unknown(to, known), [name], _others(rows, name, known))
        elif to in tables:
            _check_other(rows, name, tables[to])
        elif (rows.table.name, to) == ("sale", "customer"):
            pass  # invoices name customers by themselves
        elif count := count_of(_filled(rows, name)):
            file = next((table.file for table in TABLES if table.name == to), to)
            log.note("not-checked", rows.called(name), count, at=rows.file, file=file)


def _filled(rows: Rows, name: str) -> nw.LazyFrame[Any]:
    return rows.known([name]).filter(nw.col(name) != "")


def _others(rows: Rows, name: str, known: list[str]) -> nw.LazyFrame[Any] | None:
    """Return the rows with another text in a column than some; None if it is clear at once."""
    if rows.memory is not None and set(known).issuperset(rows.texts(name)):
        return None
    return _filled(rows, name).filter(~nw.col(name).is_in(known))


def _check_other(rows: Rows, name: str, other: Rows) -> None:
    """Find references to rows of another table that are not there."""
    key = other.table.key[0]
    known = other.texts(key) if other.memory is not None else []
    lost = _others(rows, name, known)
    if other.memory is None:  # too many for a list
        keys = other.known([key]).select(nw.col(key).alias("referred_to"))
        lost = _filled(rows, name).join(keys, left_on=name, right_on="referred_to", how="anti")

    def fault(first: Any) -> Fault:
        near = alike(str(first[name]), known)
        rule = "key-spelt-otherwise" if near else "no-such-row"
        return fault_of(rule, file=other.file, near=near)

    rows.report(fault, [name], lost)


def _fixed_keys(case: Case, to: str) -> list[str] | None:
    """Return the names that a column may refer to, unless they are the keys of a table of rows."""
    if to == "indicator":
        return sorted(INDICATORS | dict(own_indicators()).keys())
    if to == "indicator or measure":
        return sorted(INDICATORS | {record.key for record in catalogue()} | MEASURES.keys())
    if to == "service day":
        return [name for name in ServiceRow.model_fields if name.endswith("_on")]
    return sorted(claim_ids(case)) if to == "claim" else None


def _unknown(to: str, known: list[str]) -> Fault:
    shown = ", ".join(known) if len(known) <= _MOST_LISTED else "see claims.csv"
    return fault_of("unknown-name" if known else "no-names", kind=to, known=shown)


_RowRule = tuple[Fault, str, Callable[[Any], Any]]
"""A rule on one column of a row, the column, and what is true of it where the rule is broken."""


def _rules_of_rows(case: Case, table: Table) -> Iterator[_RowRule]:
    """Yield the rules on periods, and on keys that are totals."""
    periods = case.parameters.periods
    first, last = parse_quarter(periods.first), parse_quarter(periods.last)
    fault = fault_of("outside-periods", first=periods.first, last=periods.last)
    for name, info in table.row.model_fields.items():
        if header_of(info).period:
            yield fault, name, partial(_is_outside, *period_ends(info, name, first, last))
        if name in table.key and table in ROWS and sql_type(info) == "VARCHAR":
            yield fault_of("total"), name, lambda key: key.str.to_lowercase().is_in(_TOTALS)


def _check_each_row(case: Case, rows: Rows) -> None:
    """Check the rules on single rows, and sums that could leave 64 bits, in one pass."""
    rules = list(_rules_of_rows(case, rows.table))
    asked: dict[str, Asked] = {
        str(at): ([name], is_so) for at, (_, name, is_so) in enumerate(rules)
    }
    fields = rows.table.row.model_fields
    few = rows.memory is not None and len(rows.memory) * LARGEST < _EXACT
    amounts = [name for name, info in fields.items() if sql_type(info) == "BIGINT" and not few]
    asked |= {name: ([name], lambda cell: cell.cast(nw.Float64).abs()) for name in amounts}
    if case.parameters.kind == "yours" and rows.table in ROWS:
        texts = [name for name in rows.table.key if sql_type(fields[name]) == "VARCHAR"]
        asked["made up"] = texts, lambda *keys: reduce(or_, map(_is_made_up, keys))
    found = rows.sums(asked) if asked else {}
    for at, (fault, name, is_so) in enumerate(rules):
        if found[str(at)] > 0:
            rows.report(fault, [name], rows.frame.filter(is_so(nw.col(name))))
    for name in amounts:
        if found[name] > _EXACT:
            rows.report(fault_of("too-much"), [name], rows.frame)
    if (count := int(found.get("made up", 0))) > 0:
        value = f"{count:,} {'row' if count == 1 else 'rows'}"
        rows.refuse("template-rows", None, "", value)


def _is_outside(begin: Any, end: Any, cell: Any) -> Any:
    return (cell < begin) | (cell > end)


def _is_made_up(key: Any) -> Any:
    return key.str.starts_with(MADE_UP)


def _check_answers(answers: Rows, services: Rows) -> None:
    requested = services.known(["service_id", "requested_on"]).select("service_id", "requested_on")
    joined = answers.known(["service_id", "answered_on"]).join(requested, on="service_id")
    early = joined.filter(nw.col("answered_on") < nw.col("requested_on"))
    answers.report(fault_of("before-request"), ["answered_on"], early)


def _note_doubts(rows: Rows, log: Log) -> None:
    """Note rows that may stand twice or come too late, days that lack, and values spelt twice."""
    fields = rows.table.row.model_fields
    if rows.table.name in MONEY_ROWS and rows.memory is not None:
        rest = (REST,) if REST in rows.memory else ()
        _note_equal(rows, [*(name for name in fields if name not in rows.table.key), *rest], log)
    if rows.table.name == "sale":
        _note_refunds(rows, "amount_centimos", log)
    if rows.table.name == "service":  # days that other services have
        days = [name for name, info in fields.items() if info.annotation == date | None]
        counts = rows.sums({day: ([day], lambda cell: cell.is_null()) for day in days})
        for day in days:
            if 0 < (count := int(counts[day])) < count_of(rows.frame):
                log.note("no-day", rows.called(day), count, at=rows.file)
    for name in _VARIANTS:
        groups: dict[str, list[str]] = {}
        for value in rows.texts(name) if name in fields and not is_choice(fields[name]) else ():
            groups.setdefault(folded(value), []).append(f"“{value}”")
        for spelt in (group for group in groups.values() if len(group) > 1):
            log.note("two-spellings", rows.called(name), at=rows.file, values=" and ".join(spelt))
    through, column = calendar().complete_through, period_column(rows.table)
    if through and column.endswith("_on"):
        later = rows.known([column]).filter(nw.col(column) > datetime.combine(through, time()))
        if count := count_of(later):
            log.note("after-the-end", rows.called(column), count, at=rows.file, day=through)


def _note_refunds(rows: Rows, name: str, log: Log) -> None:
    """Note how many amounts are below zero, and their sum."""
    asked = nw.len().alias("count"), nw.col(name).sum().alias("sum")
    below = rows.known([name]).filter(nw.col(name) < 0).select(*asked)
    found = below.collect("pandas").to_native().iloc[0]
    if count := int(found["count"]):
        total = decimal(2)(Fraction(-int(found["sum"]), 100))
        log.note("refunds", rows.called(name), count, at=rows.file, total=total)


def _note_equal(rows: Rows, columns: list[str], log: Log) -> None:
    """Note rows that are equal in some columns."""
    if not rows.may_repeat(columns):
        return
    key = nw.col(rows.table.key[0])
    spans = nw.len().alias("times"), key.min().alias("first"), key.max().alias("last")
    groups = rows.known([*rows.table.key, *columns]).group_by(*columns).agg(*spans)
    same = nw.col("first") != nw.col("last")
    if rows.table.repeats:  # rows without a number, such as sales in a shop, may well be equal
        same = (nw.col("times") > 1) & (nw.col("last") != "")
    found = groups.filter(same).collect("pandas").to_native()
    if len(found):
        more = int((found["times"] - 1).sum())
        log.note("equal-rows", "", more, found["last"].min(), at=rows.file)


_R = TypeVar("_R", bound=Row)

INDICATORS = frozenset(name for record in METHOD for name in (record.key, *record.aliases))
"""Names under which tables may speak of the catalogue's indicators."""


def check_method(case: Case, tables: Mapping[str, Sheet]) -> Iterator[Problem]:
    """Find what is wrong between the tables of the strategy, of those without other problems."""
    right = {name: table for name, table in tables.items() if not table.problems}
    if "key_results" in right and "objectives" in right:
        yield from _check_okrs(case, right)
    if "check_in" in right and "key_results" in right:
        _check_days(right["check_in"], right["key_results"])
    if "variables" in right:
        _check_sources(right["variables"])


def claim_ids(case: Case) -> frozenset[str]:
    """Return the ids of a case's claims; none if it has none, or they break a rule."""
    try:
        there = (case.raw / CLAIMS.file).is_file()
        claims = read_rows(CLAIMS, case.raw, case.root) if there else []
    except InputError:  # said where claims are read
        claims = []
    return frozenset(claim.claim_id for claim in claims if isinstance(claim, ClaimRow))


def _check_okrs(case: Case, tables: Mapping[str, Sheet]) -> Iterator[Problem]:
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
        yield _of_table(table, error, row)


def _of_table(table: Sheet, error: InputError, row: int | None, fix: str = "") -> Problem:
    """Return what contradicts the rest of a table as a problem of its file."""
    problem = problem_of(error)
    fault = Fault(Rank.SUM, error.rule, error.fix or fix)
    return replace(
        problem, fault=fault, file=table.file, row=row, column=table.called(problem.column)
    )


def _rows(table: Sheet, model: type[_R]) -> list[_R]:
    return [model.model_validate(record) for record in records_of(table)]


def _row_of(table: Sheet, key: str) -> int | None:
    """Return the row of a key; of an objective's key results, the first of them."""
    for name in (table.table.key[0], "objective_id"):
        if name in table.frame:
            places = np.flatnonzero((table.frame[name] == key).to_numpy())
            if len(places):
                return table.place_of(int(places[0]))[1]
    return None


def _check_days(check_ins: Sheet, results: Sheet) -> None:
    """Hold check-ins against the periods of their key results."""
    frame = check_ins.frame
    periods = results.frame.drop_duplicates("kr_id").set_index("kr_id")
    starts, ends = (frame["kr_id"].map(periods[name]) for name in ("starts_on", "ends_on"))
    outside = (frame["reported_on"] < starts) | (frame["reported_on"] > ends)
    check_ins.report(fault_of("outside-key-result"), "reported_on", outside.to_numpy())
    again = frame.duplicated(["kr_id", "reported_on"], keep="first")
    check_ins.report(fault_of("same-day"), "reported_on", again.to_numpy())


def _check_sources(variables: Sheet) -> None:
    """Refuse sources of variables that name neither an indicator nor a column."""
    columns = {f"{table.name}.{name}" for table in ROWS for name in table.row.model_fields}
    source = variables.frame["source"]
    known = source.isin(INDICATORS | columns) | (source == "")
    variables.report(
        fault_of("unknown-source"), "source", ~known.to_numpy() & variables.good["source"]
    )


_CENT = 100


def check_statements(case: Case, tables: Mapping[str, Sheet], log: Log) -> None:
    """Find statements that contradict themselves, or disagree with the invoices on sales.

    Nothing is checked unless their own cells are right. Problems, and notes on differences that the
    case allows, go to the log.
    """
    table = tables.get("fin_statement")
    if table is None or table.problems:
        return
    quarters = [parse_quarter(label) for label in table.frame["period"]]
    frame = table.frame.assign(unit_scale=1, quarter=quarters)
    frame = frame.sort_values(["company_id", "quarter"], kind="stable")
    others = table.frame["company_id"] != frame["company_id"].iloc[0]
    if others.any():
        other = int(others.to_numpy().argmax())
        file, row = table.place_of(other)
        key = table.frame["company_id"].iloc[other]
        log.refuse("two-companies", row, table.headers["company_id"], key, at=file)
        return
    single = discrete(frame)
    percent = case.parameters.intake.cash_may_differ_by
    rounding = 2 * table.scale if table.scale > 1 else 0  # three rounded numbers in a sum
    allowed = Allowed(rounding, percent, table.scale)
    for error in statement_errors(frame, single, allowed, file=table.file):
        place, cells = int(error.row or 2) - 2, table.cells.get(error.column or "")
        error.value = cells[place] if cells else error.value
        found = _of_table(table, error, table.place_of(place)[1], "correct the statement")
        log.problems.append(found)
    gaps = [gap for *_, gap in cash_gaps(single.to_dict("records")) if abs(gap) > rounding]
    if gaps and percent:
        log.note("cash-differs", table.headers["cash"], len(gaps), at=table.file, percent=percent)
    _check_sales(case, tables, single, log)


def _check_sales(case: Case, tables: Mapping[str, Sheet], single: pd.DataFrame, log: Log) -> None:
    """Compare the invoices of each quarter with the sales of its statement."""
    table, sale = tables["fin_statement"], tables.get("sale")
    if sale is None or sale.problems:
        return
    quarter = containing(month_index(sale.frame["invoiced_on"]), "quarter")
    invoiced = sale.frame.groupby(quarter)["amount_centimos"].sum()
    both = single[single["quarter"].isin(invoiced.index)]
    stated = both.set_index("quarter")["sales"]
    gap = (invoiced.reindex(stated.index) - stated).to_numpy()
    allowed, header = case.parameters.intake.sales_may_differ_by, table.headers["sales"]
    wrong = np.abs(gap) * _CENT > np.abs(stated.to_numpy()) * allowed
    if wrong.any():
        first = int(stated.index[wrong][0])
        sums = (f"{amounts[first] / _CENT:,.2f}" for amounts in (invoiced, stated))
        value = "{}: invoices {}, statement {}".format(quarter_label(first), *sums)
        quarters = "one quarter" if wrong.sum() == 1 else f"{int(wrong.sum())} quarters"
        file, row = table.place_of(int(both.index[wrong][0]))
        log.refuse("sales-differ", row, header, value, at=file, quarters=quarters)
    if tolerated := int(((gap != 0) & ~wrong).sum()):
        log.note("sales-tolerated", header, tolerated, at=table.file, percent=allowed)
