"""A case as exercises see it: its rows, levels and key results, or a ledger for one student."""

from __future__ import annotations

import hashlib
from copy import copy
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeVar

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.periods import first_day, last_day, parse_label, parse_quarter, quarter_label
from analysis.base.text import records
from analysis.efficiency.quarterly_statements import Book
from analysis.efficiency.sentences import company_books
from analysis.kpis.compare import Base, compare
from analysis.kpis.cube import files, ledger_folder, read_cube
from analysis.kpis.levels import kpi_periods, level_table
from analysis.kpis.reduce import DIMENSIONS, reduce
from analysis.ledger.synthetic import make_ledger
from analysis.method.key_results import Okrs, Result, chosen, load_okrs, scores
from analysis.tables.case import Case
from analysis.tables.firm_tables import Ledger
from analysis.tables.strategy_tables import printed_strings

_T = TypeVar("_T")


class Study:
    """A case as exercises see it; what is read is kept.

    Parameters
    ----------
    case : Case
        The case.
    student : str, optional
        A name, from which a ledger of the student's own is drawn, if the case's ledger is drawn.
    """

    def __init__(self, case: Case, student: str = "") -> None:
        self.case = case
        self.student = " ".join(student.split())
        self._back = 0
        self._rows: dict[str, pd.DataFrame] = {}

    def earlier(self, quarters: int) -> Study:
        """Return the same study, so many quarters earlier."""
        other = copy(self)
        other._back = self._back + quarters
        for name in ("table", "levels", "results"):
            other.__dict__.pop(name, None)
        return other

    @cached_property
    def drawn(self) -> Ledger | None:
        """The student's own ledger; None where everybody has that of the case."""
        if not self.student or self.case.parameters.calibration is None:
            return None
        return make_ledger(self.case, seed=seed_of(self.student))

    def rows(self, table: str, *needed: str) -> pd.DataFrame:
        """Return a table of the ledger, its days as dates, and its months as their first days.

        Raises
        ------
        InputError
            If the case has no such table, or the table lacks a column that is needed.
        """
        if table not in self._rows:
            self._rows[table] = _dated(self._read(table))
        frame = self._rows[table].copy(deep=False)
        if lacking := [name for name in needed if name not in frame or frame[name].isna().any()]:
            raise InputError(f"the case has no complete column {lacking[0]} of {table}")
        return frame

    def _read(self, table: str) -> pd.DataFrame:
        if self.drawn is not None and table in self.drawn:
            return self.drawn[table]
        paths = files(ledger_folder(self.case)).get(table, [])
        if len(paths) != 1 or paths[0].suffix != ".csv":
            raise InputError(f"the case has no table {table} in one CSV file")
        return pd.read_csv(paths[0], encoding="utf-8")

    def done(self, period: str) -> pd.DataFrame:
        """Return the services completed in a period."""
        needed = ("requested_on", "started_on", "completed_on", "due_on", "service_type")
        service, (first, last) = self.rows("service", *needed), span(period)
        return service[service["completed_on"].between(first, last)]

    @property
    def kind(self) -> str:
        """Kind of the numbers that come from rows: synthetic, or yours."""
        return self.case.parameters.kind

    @property
    def currency(self) -> str:
        """Name of the case's currency."""
        return self.case.parameters.currency_name

    @property
    def baseline(self) -> str:
        """Label of the period of the AS-IS state."""
        return self.case.parameters.periods.baseline

    def quarter(self, back: int = 0) -> str:
        """Label of the case's current quarter, or of one so many quarters back."""
        now = parse_quarter(self.case.parameters.periods.current) - self._back
        return quarter_label(now - back)

    @cached_property
    def cube(self) -> pd.DataFrame:
        """Sums of the case's rows; an InputError if there are none."""
        drawn = self.drawn
        cube = read_cube(self.case) if drawn is None else reduce(drawn, DIMENSIONS)
        if cube.empty:
            fix = f"make report CASE={self.case.name} reads them"
            raise InputError("no rows of this case have been read", fix=fix)
        return cube

    @cached_property
    def books(self) -> dict[str, Book]:
        """Statements of the article's companies, by their key."""
        return company_books(self.case)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Indicators by quarter."""
        return kpi_periods(self.cube, "quarter", self.quarter())

    @cached_property
    def levels(self) -> pd.DataFrame:
        """Levels of the method's indicators by quarter."""
        return level_table(self.cube, until=self.quarter())

    @cached_property
    def okrs(self) -> Okrs:
        """Objectives, key results and targets."""
        return load_okrs(self.case)

    @cached_property
    def results(self) -> list[Result]:
        """Key results of the current quarter against the year before, as the case reads targets."""
        return chosen(scores(self.case, self.cube).of(self.quarter()))

    def row(self, name: str, back: int = 0) -> Any:
        """Return an indicator of a quarter: its value, numerator and denominator.

        Raises
        ------
        InputError
            If it was not recorded.
        """
        return self._only(self.table, name, back)

    def value(self, name: str, back: int = 0) -> Fraction:
        """Return the value of an indicator in a quarter."""
        return Fraction(self.row(name, back).value)

    def compared(self, name: str, base: Base, back: int = 0) -> Any:
        """Return an indicator of a quarter with its change and growth on a base."""
        return self._only(compare(self.table, base), name, back)

    def _only(self, table: pd.DataFrame, name: str, back: int) -> Any:
        period = self.quarter(back)
        found = records(table[(table["kpi"] == name) & (table["period"] == period)])
        if not found or found[0].value is None:
            raise InputError(f"the case has no {name.replace('_', ' ')} in {period}")
        return found[0]

    def printed(self, claim_id: str) -> str:
        """Return a number as the case's publication prints it.

        Raises
        ------
        InputError
            If the case has no such claim.
        """
        claims = printed_strings(self.case) if self.case.has_claims else {}
        if claim_id not in claims:
            raise InputError(f"the case has no printed number {claim_id}")
        return claims[claim_id]


def _dated(frame: pd.DataFrame) -> pd.DataFrame:
    names = [str(name) for name in frame]
    days = [name for name in names if name.endswith("_on") or name == "month"]
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in days})


def seed_of(student: str) -> int:
    """Turn a name into the seed of the student's ledger, whatever its capitals and blanks.

    Examples
    --------
    >>> seed_of("Ana  Pérez") == seed_of("ana pérez"), seed_of("Ana") == seed_of("Eva")
    (True, False)
    """
    name = " ".join(student.casefold().split())
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4])


def span(period: str) -> tuple[str, str]:
    """Return the first and the last day of a period as text.

    Examples
    --------
    >>> span("2024Q1")
    ('2024-01-01', '2024-03-31')
    """
    grain, index = parse_label(period)
    return first_day(index, grain).isoformat(), last_day(period).isoformat()


def required(value: _T | None, what: str) -> _T:
    """Return a value that is there.

    Raises
    ------
    InputError
        If it is None.
    """
    if value is None:
        raise InputError(f"the case has no {what}")
    return value
