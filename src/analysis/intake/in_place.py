"""Tables that stay where they are, however many rows they have, and are summed by DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import pandas as pd

from analysis.base.periods import parse_quarter
from analysis.intake.audit import audit
from analysis.intake.files import METHOD, ROWS, find, shown, stay
from analysis.intake.problems import Fault, Note, Problem, Rank
from analysis.kpis.cube import engine_for
from analysis.kpis.duck import PLAIN_FORM, Files, files
from analysis.tables.case import Case
from analysis.tables.method import CHECK_INS

READ_ALWAYS = (*METHOD, CHECK_INS)
"""Tables that are read into memory even where rows are left where they are."""

OTHER_NAME = "rows that stay where they are are read under the table's own name"


@dataclass(frozen=True)
class InPlace:
    """What is known of the tables that stay where they are.

    Attributes
    ----------
    files : dict of str to list of Path
        By table; none if all tables are read.
    counts : dict of str to int
        Rows by table, of those that have any.
    problems : tuple of Problem
        Everything that is wrong with them.
    notes : tuple of Note
        What is not used, was read as another type, or is doubtful.
    dated : dict of str to DataFrame
        By table, the days, months or quarters of its rows, each once; none if anything is wrong.
    """

    files: Files
    counts: dict[str, int]
    problems: tuple[Problem, ...]
    notes: tuple[Note, ...]
    dated: dict[str, pd.DataFrame]


NONE_IN_PLACE = InPlace({}, {}, (), (), {})
"""Where all tables are read."""


def stays_in_place(case: Case) -> Files:
    """Find the files that are summed where they lie; none if rows are to be read.

    Raises
    ------
    InputError
        If pandas is asked for, but rows are not CSV.
    """
    found = files(case.raw)
    if engine_for(case, found) == "pandas":
        return {}
    return found if stay(case, chain.from_iterable(found.values())) else {}


def look_through(case: Case) -> InPlace:
    """Check the tables that stay where they are, without loading them.

    Raises
    ------
    InputError
        If DuckDB is not installed, or a file cannot be read.
    """
    found = stays_in_place(case) if case.has_own_rows else {}
    if not found:
        return NONE_IN_PLACE
    scratch, periods = case.root / ".build" / case.name, case.parameters.periods
    ends = parse_quarter(periods.first), parse_quarter(periods.last)
    yours = case.parameters.kind == "yours"
    known = audit(found, case.raw, case.root, scratch, *ends, yours=yours)
    problems = (*_other_names(case, found), *known.problems)
    notes = (*_settings(case), *known.notes)
    return InPlace(found, known.counts, problems, notes, known.dated)


def _other_names(case: Case, found: Files) -> Iterator[Problem]:
    """Find tables that would be left out unseen, since they have another name."""
    paths = {path for table in found.values() for path in table}
    for table, path in find(case).csv:
        if table in ROWS and table not in READ_ALWAYS and path not in paths:
            fault = Fault(Rank.FILE, OTHER_NAME, f"call it {table.file}")
            yield Problem(fault, shown(case, path))


def _settings(case: Case) -> Iterator[Note]:
    """Say that what ``case.yaml`` tells of the form of files does not hold for these."""
    if told := sorted(case.parameters.intake.model_fields_set):
        file = str((case.raw / "case.yaml").relative_to(case.root))
        columns = ", ".join(f"intake.{name}" for name in told)
        yield Note(file, f"not heeded in tables of rows: {PLAIN_FORM}", columns)
