"""Read a case's own files: everything that is right, everything that is wrong, what was coerced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.intake.across import check_across
from analysis.intake.cells import Context
from analysis.intake.checked import Checked
from analysis.intake.convert import check_sheet
from analysis.intake.csv_files import Grid, read_csv
from analysis.intake.files import BOTH, TABLES, TWICE, Inputs, find, shown
from analysis.intake.layout import lay_out
from analysis.intake.names import foreign_signs, own_signs
from analysis.intake.problems import NO_ROWS, Fault, Note, Problem, Rank, worst_first
from analysis.intake.workbook import read_workbook
from analysis.tables.case import Case
from analysis.tables.rows import Table

NOTHING = Fault(
    Rank.FILE,
    "the case has no table: neither a CSV file nor a workbook named after it",
    "copy the tables of data/raw/template, and fill them in",
)


@dataclass(frozen=True)
class Intake:
    """What a case's own files hold.

    Attributes
    ----------
    tables : mapping of str to DataFrame
        By name, the tables that are there, with columns and types as
        :func:`analysis.tables.rows.read_frame` gives them; only those without a problem.
    problems : tuple of Problem
        Everything that is wrong, the worst first; nothing may be built unless this is empty.
    notes : tuple of Note
        What was skipped or coerced.
    """

    tables: Mapping[str, pd.DataFrame]
    problems: tuple[Problem, ...]
    notes: tuple[Note, ...]


def read(case: Case, tables: tuple[Table, ...] = TABLES) -> Intake:
    """Read and check all tables of a case: CSV files in its folder, or one workbook.

    Parameters
    ----------
    case : Case
        Its ``intake`` settings say how files are written where that is in doubt.
    tables : tuple of Table
        Those to be read.

    Returns
    -------
    Intake
        Tables, problems and notes. A table that is absent, or has no row, is simply not there.
    """
    inputs = find(case)
    problems, notes = list(inputs.problems), list(inputs.notes)
    currency = case.parameters.currency, case.parameters.currency_name
    context = Context(case.parameters.intake, own_signs(*currency), foreign_signs(*currency))
    checked: dict[str, Checked] = {}
    if not any(problem.fault in (BOTH, TWICE) for problem in problems):
        for grid in _grids(case, inputs, context, tables, (problems, notes)):
            table = check_sheet(lay_out(grid, context.currency, context.foreign), context)
            if len(table.rows) or table.problems:
                checked[grid.table.name] = table
            else:
                notes.append(Note(grid.file, NO_ROWS))
            notes += table.notes
    found, doubts = check_across(case, checked)
    sound = {name: table.frame for name, table in checked.items() if not table.problems}
    problems += found + [problem for table in checked.values() for problem in table.problems]
    wanted = tables == TABLES and case.has_own_rows
    if not checked and not problems and wanted:
        problems.append(Problem(NOTHING, str(case.raw.relative_to(case.root))))
    return Intake(sound, worst_first(problems), (*notes, *doubts))


def _grids(
    case: Case,
    inputs: Inputs,
    context: Context,
    tables: tuple[Table, ...],
    said: tuple[list[Problem], list[Note]],
) -> Iterator[Grid]:
    """Read the files one by one; what is to be said of sheets that are not read goes to `said`."""
    if inputs.workbook is not None:
        book = read_workbook(
            inputs.workbook,
            shown(case, inputs.workbook),
            tables,
            context.foreign,
            context.settings.ignore,
        )
        said[0].extend(book.problems)
        said[1].extend(book.notes)
        yield from book.grids
    for table, path in inputs.csv:
        if table not in tables:
            continue
        yield read_csv(table, path, shown(case, path), context.settings, context.currency)
