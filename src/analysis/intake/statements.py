"""Checks of financial statements: against themselves, and against the invoices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from analysis.base.periods import parse_quarter, quarter_label
from analysis.efficiency.quarterly_statements import contradictions as statement_errors
from analysis.efficiency.quarterly_statements import discrete
from analysis.intake.checked import Checked
from analysis.intake.problems import Fault, Note, Problem, Rank
from analysis.tables.case import Case

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
