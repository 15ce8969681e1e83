"""Checks between the rows of a table and between tables, wherever the rows are.

The rules come from the row models: keys, references to other tables, the periods of the case. Each
is applied by one expression of narwhals, to frames in memory and to relations of DuckDB alike. Then
come the rules of single tables in memory: statements, key results, check-ins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time
from functools import cache, reduce
from itertools import combinations, groupby
from operator import or_
from typing import Any

import narwhals as nw
import pandas as pd

from analysis.base.errors import InputError
from analysis.base.language import counted, tr
from analysis.base.periods import calendar, containing, parse_quarter, quarter_label
from analysis.base.text import listed
from analysis.efficiency import quarterly_statements as statements
from analysis.intake.case_files import ROWS, TABLES, file_of
from analysis.intake.naming import MONEY_ROWS
from analysis.intake.problems import Fault, Problem, Rank, fault_of, problem_of, vocabulary
from analysis.intake.rows import Rows, Sheet, count_of
from analysis.kpis.catalogue import MEASURES, METHOD, catalogue
from analysis.kpis.duck import sql_type
from analysis.kpis.small_tables import month_index
from analysis.method.check_ins import check_in_errors
from analysis.method.key_results import contradictions as target_errors
from analysis.tables import columns as of
from analysis.tables.case import Case
from analysis.tables.firm_tables import LEDGER_TABLES, ServiceRow
from analysis.tables.rows import Table, order_rule, records_of
from analysis.tables.schema import own_indicators
from analysis.tables.strategy_tables import CHECK_INS, read_claims

MADE_UP = "SYN-"
"""Begins the keys of made-up rows: those of a synthetic ledger and of the template."""

INDICATORS = frozenset(name for record in METHOD for name in (record.key, *record.aliases))
"""Names under which tables may speak of the catalogue's indicators."""

_TOTALS = vocabulary("totals")["keys"].split()
"""Keys of rows that sum others, in small letters."""
_EXACT = 2.0**62
_CENT = 100
_MOST_LISTED = 40
_VARIANTS = ("service_type", "segment", "role", "category")
"""Columns whose values sort rows, so that one spelt in two ways counts as two."""

Rule = tuple[Fault, Sequence[str], Any]
"""What is wrong, with which columns, and in which rows: an expression, or a series of truths."""


def check_rows(case: Case, tables: Mapping[str, Rows]) -> None:
    """Check rows by the rules that are the same wherever they are; the tables hold what is found.

    Parameters
    ----------
    case : Case
        Gives the periods, and whether rows are the user's own.
    tables : mapping of str to Rows
        The tables that are there; cells that broke a rule already are left out of account.
    """
    unread = {name for name, rows in tables.items() if not rows.is_read}
    for name, rows in ((name, rows) for name, rows in tables.items() if rows.count):
        _check_keys(rows)
        if name not in unread:  # in which nothing may be missed
            _check_references(case, tables, rows, unread)
        _check_each_row(case, rows)
        _note_doubts(rows)
    if {"survey_response", "service"} <= tables.keys() - unread:
        answers, names = tables["survey_response"], ["service_id", "requested_on"]
        requested = tables["service"].known(names).select(names)
        joined = answers.known(["service_id", "answered_on"]).join(requested, on="service_id")
        early = joined.filter(nw.col("answered_on") < nw.col("requested_on"))
        answers.report(fault_of("before-request"), ["answered_on"], early)


def _check_keys(rows: Rows) -> None:
    key, memory = list(rows.table.key), rows.memory
    unique = memory is not None and memory.loc[memory.duplicated(key), key].dropna().empty
    if rows.table.repeats or unique:
        return
    known = rows.known(key)
    if rows.table.row.model_fields[key[0]].annotation is str:  # an empty one is none
        known = known.filter(nw.col(key[0]) != "")
    twice = known.group_by(*key).agg(nw.len().alias("times")).filter(nw.col("times") > 1)
    if count_of(twice):
        rows.report(fault_of("key-twice"), key, known.join(twice, on=key, how="semi"))


def _check_references(case: Case, tables: Mapping[str, Rows], rows: Rows, unread: set[str]) -> None:
    for name, info in rows.table.row.model_fields.items():
        to = of.header_of(info).references
        if not to or to in unread:
            continue
        known, other = _fixed_keys(case, to), tables.get(to)
        its = other.values(other.table.key[0]) if other and other.memory is not None else known
        if rows.memory is not None and {*(its or ())}.issuperset(rows.values(name)):
            continue
        filled = rows.known([name]).filter(nw.col(name) != "")
        if known is not None:
            shown = ", ".join([*known[:_MOST_LISTED], *["…"] * (len(known) > _MOST_LISTED)])
            fault = fault_of("unknown-name" if known else "no-names", kind=tr(to), known=shown)
            rows.report(fault, [name], filled.filter(~nw.col(name).is_in(known)))
        elif other is not None:
            _check_other(rows, name, other, filled)
        # invoices name customers by themselves
        elif (rows.table.name, to) != ("sale", "customer") and (count := count_of(filled)):
            file = next((table.file for table in TABLES if table.name == to), to)
            rows.note("not-checked", rows.called(name), count, file=file)


def _check_other(rows: Rows, name: str, other: Rows, filled: nw.LazyFrame[Any]) -> None:
    """Find references to rows of another table that are not there."""
    key = other.table.key[0]
    keys = other.known([key]).select(nw.col(key).alias("referred_to"))
    lost = filled.join(keys, left_on=name, right_on="referred_to", how="anti")

    def fault(first: Any) -> Fault:
        # those that lie elsewhere are too many
        near = of.alike(str(first[name]), () if other.memory is None else other.values(key))
        rule = "key-spelt-otherwise" if near else "no-such-row"
        return fault_of(rule, file=other.file, near=near)

    rows.report(fault, [name], lost)


def _fixed_keys(case: Case, to: str) -> list[str] | None:
    """Return the names that a column may refer to, unless they are the keys of a table of rows."""
    columns = (f"{table.name}.{name}" for table in ROWS for name in table.row.model_fields)
    names: Mapping[str, Callable[[], Iterable[str]]] = {
        "indicator": lambda: INDICATORS | dict(own_indicators()).keys(),
        "indicator or column": lambda: INDICATORS.union(columns),
        "indicator or measure": lambda: INDICATORS.union(MEASURES, (r.key for r in catalogue())),
        "service day": lambda: (name for name in ServiceRow.model_fields if name.endswith("_on")),
        "claim": lambda: claim_ids(case),
    }
    return sorted(names[to]()) if to in names else None


def _rules_of_rows(case: Case, rows: Rows) -> Iterator[Rule]:
    """Yield what is wrong with single rows, or noted of them, and where."""
    table, col = rows.table, cache(rows.column)
    periods, through = case.parameters.periods, calendar().complete_through
    quarters = parse_quarter(periods.first), parse_quarter(periods.last)
    outside = fault_of("outside-periods", first=periods.first, last=periods.last)
    if table in LEDGER_TABLES:  # others are checked by their row models
        yield from order_of_days(table, col)
    for name, info in table.row.model_fields.items():
        is_key = name in table.key and sql_type(info) == "VARCHAR"
        if of.header_of(info).period:
            begin, end = of.period_ends(info, name, *quarters)
            yield outside, [name], (col(name) < begin) | (col(name) > end)
        if through and of.header_of(info).period and sql_type(info) == "DATE":
            later = col(name) > datetime.combine(through, time())
            yield fault_of("after-the-end", day=through), [name], later
        if table.name == "service" and info.annotation == date | None:
            yield fault_of("no-day"), [name], col(name).is_null()
        if (table.name, name) == ("sale", "amount_centimos"):
            yield fault_of("refunds"), [name], col(name) < 0
        if table in ROWS and is_key:
            yield fault_of("total"), [name], col(name).str.to_lowercase().is_in(_TOTALS)
    if case.parameters.kind == "yours" and table in ROWS:
        keys = (n for n in table.key if sql_type(table.row.model_fields[n]) == "VARCHAR")
        made_up = (col(name).str.starts_with(MADE_UP) for name in keys)
        yield fault_of("template-rows"), [], reduce(or_, made_up)


def order_of_days(table: Table, col: Callable[[str], Any] = nw.col) -> Iterator[Rule]:
    """Yield the rules on columns whose days must not be before those of others."""
    for group in table.row.in_order:
        late = (col(one) > col(other) for one, other in combinations(group, 2))
        fault = Fault(Rank.ROW, order_rule(group), tr("correct the days"))
        yield fault, group, reduce(or_, late)


def _check_each_row(case: Case, rows: Rows) -> None:
    """Check single rows, and sums that could leave 64 bits, in one pass."""
    rules, fields = list(_rules_of_rows(case, rows)), rows.table.row.model_fields
    asked = {str(at): where for at, (*_, where) in enumerate(rules)}
    amounts = [name for name, info in fields.items() if sql_type(info) == "BIGINT"]
    found = rows.sums(asked | {name: rows.column(name).cast(nw.Float64).abs() for name in amounts})
    for at, (fault, columns, where) in enumerate(rules):
        count = found[str(at)]
        if count > 0 and not columns:
            rows.refuse(fault, None, "", counted("{n} row", "{n} rows", int(count)))
        elif count > 0 and fault.rank is not Rank.NOTE:
            rows.report(fault, columns, rows.where(where))
        elif 0 < count < rows.count or (count > 0 and fault.name != "no-day"):
            rows.note(fault, rows.called(columns[0]), int(count))
    for name in amounts:
        if found[name] > _EXACT:
            rows.report(fault_of("too-much"), [name], rows.frame)


def _note_doubts(rows: Rows) -> None:
    """Note rows that may stand twice, and values that are spelt in two ways."""
    fields = rows.table.row.model_fields
    if rows.memory is not None and rows.table.name in MONEY_ROWS:
        _note_equal(rows, rows.memory)
    if rows.memory is not None and rows.table.name == "sale":
        _note_several_customers(rows, rows.memory)
    for name in (n for n in _VARIANTS if n in fields and not of.is_choice(fields[n])):
        for _, same in groupby(sorted(rows.values(name), key=of.folded), of.folded):
            if len(spelt := [f"“{value}”" for value in same]) > 1:
                rows.note("two-spellings", rows.called(name), values=listed(spelt))


def _note_equal(rows: Rows, frame: pd.DataFrame) -> None:
    """Note rows that are equal in all but the key; without one, as in a shop, they may well be."""
    (key,) = rows.table.key
    keyed = frame[frame[key] != ""].dropna().drop_duplicates("line" if rows.table.repeats else key)
    again = keyed[keyed.duplicated([name for name in frame if name not in (key, "line")])]
    if len(again):
        rows.note("equal-rows", "", len(again), again[key].iloc[0])


def _note_several_customers(rows: Rows, frame: pd.DataFrame) -> None:
    """Note invoices, which have one number and day, whose lines name several customers."""
    invoice = ["invoice_id", "invoiced_on"]
    named = frame[(frame[["invoice_id", "customer_id"]] != "").all(axis=1)]
    different = named.drop_duplicates([*invoice, "customer_id"])
    second = different[different.duplicated(invoice)]
    for number, line in second[["invoice_id", "line"]].to_numpy()[:1]:
        file, at = rows.place(line)
        shown = f"{number} ({tr('row {row}', row=at)})"
        rows.note("several-customers", "", len(second), shown, at=file)


def check_method(case: Case, tables: Mapping[str, Sheet]) -> None:
    """Find what is wrong between the tables of the strategy, of those without other problems."""
    right = {name: table for name, table in tables.items() if not table.problems}
    files = {file_of(case, case.method / t.table.file): t for t in right.values()}

    def rows(name: str) -> list[Any]:
        those = [right[name]] if name in right else []
        return [t.table.row.model_validate(record) for t in those for record in records_of(t.frame)]

    errors: list[InputError] = []
    if right.keys() >= {"key_results", "objectives"}:
        plans = rows("objectives"), rows("key_results"), rows("targets")
        errors += target_errors(case, *plans, claim_ids(case))
    if right.keys() >= {"check_in", "key_results"}:
        file = file_of(case, case.method / CHECK_INS.file)
        errors += check_in_errors(rows("check_in"), rows("key_results"), file)
    for error in errors:
        table = files[str(error.file)]
        table.problems.append(_of_table(table, error, _row_of(table, error.row)))


def claim_ids(case: Case) -> frozenset[str]:
    """Return the ids of a case's claims; none if it has none, or they break a rule."""
    with suppress(InputError):  # said where claims are read
        return frozenset(row.claim_id for row in (read_claims(case) if case.has_claims else ()))
    return frozenset()


def _of_table(table: Sheet, error: InputError, row: int | None) -> Problem:
    """Return what contradicts the rest of a table as a problem of its file."""
    problem = problem_of(error, Rank.SUM)
    return replace(problem, file=table.file, row=row, column=table.called(problem.column))


def _row_of(table: Sheet, key: object) -> int | None:
    """Return the row of a key; of an objective's key results, the first of them."""
    for name in (table.table.key[0], "objective_id"):
        if name in table.frame and (same := table.frame[name] == key).any():
            return table.place_of(int(same.to_numpy().argmax()))[1]
    return None


def check_statements(case: Case, tables: Mapping[str, Sheet]) -> None:
    """Find statements that contradict themselves, or disagree with the invoices on sales.

    Nothing is checked unless their own cells are right. The statements hold the problems, and notes
    on differences that the case allows.
    """
    table = tables.get("fin_statement")
    if table is None or table.problems:
        return
    quarters = [parse_quarter(label) for label in table.frame["period"]]
    frame = table.frame.assign(unit_scale=1, quarter=quarters)
    frame = frame.sort_values(["company_id", "quarter"], kind="stable")
    others = (table.frame["company_id"] != frame["company_id"].iloc[0]).to_numpy()
    if others.any():
        table.report(fault_of("two-companies"), "company_id", others)
        return
    single = statements.discrete(frame)
    percent = case.parameters.intake.cash_may_differ_by
    rounding = 2 * table.scale if table.scale > 1 else 0  # three rounded numbers in a sum
    allowed = statements.Allowed(rounding, percent, table.scale)
    for error in statements.contradictions(frame, single, allowed):
        place, cells = int(error.row or 2) - 2, table.cells.get(error.column or "")
        error.value = cells[place] if cells else error.value
        error.fix = error.fix or tr("correct the statement")
        table.problems.append(_of_table(table, error, table.place_of(place)[1]))
    many = sum(abs(gap) > rounding for *_, gap in statements.cash_gaps(single.to_dict("records")))
    if many and percent:
        table.note("cash-differs", table.headers["cash"], many, percent=percent)
    sale = tables.get("sale")
    if sale is not None and not sale.problems:
        _check_sales(case.parameters.intake.sales_may_differ_by, table, sale, single)


def _check_sales(allowed: int, table: Sheet, sale: Sheet, single: pd.DataFrame) -> None:
    """Compare the invoices of each quarter with the sales of its statement."""
    quarter = containing(month_index(sale.frame["invoiced_on"]), "quarter")
    invoiced = sale.frame.groupby(quarter)["amount_centimos"].sum()
    both = single[single["quarter"].isin(invoiced.index)]
    stated = both.set_index("quarter")["sales"]
    gap, header = (invoiced.reindex(stated.index) - stated).to_numpy(), table.headers["sales"]
    wrong = abs(gap) * _CENT > abs(stated.to_numpy()) * allowed
    if wrong.any():
        first = int(stated.index[wrong][0])
        words = {"sum": invoiced[first], "sales": stated[first]}
        sums = {key: f"{amount / _CENT:,.2f}" for key, amount in words.items()}
        label = quarter_label(first)
        value = tr("{quarter}: invoices {sum}, statement {sales}", quarter=label, **sums)
        quarters = counted("{n} quarter", "{n} quarters", int(wrong.sum()))
        file, row = table.place_of(int(both.index[wrong][0]))
        table.refuse("sales-differ", row, header, value, at=file, quarters=quarters)
    if tolerated := int(((gap != 0) & ~wrong).sum()):
        table.note("sales-tolerated", header, tolerated, percent=allowed)
