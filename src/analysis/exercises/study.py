"""What exercises take their numbers from: a case, read once."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import Any, TypeVar

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.periods import parse_quarter, quarter_label
from analysis.kpis.compare import Base, compare
from analysis.kpis.cube import read_cube
from analysis.kpis.levels import kpi_periods, level_table
from analysis.method.key_results import Okrs, Result, chosen, evaluate, load_okrs
from analysis.tables.case import Case
from analysis.tables.contents import printed_strings

_T = TypeVar("_T")


class Study:
    """A case as exercises see it; what is read is kept.

    Parameters
    ----------
    case : Case
        The case.
    """

    def __init__(self, case: Case) -> None:
        self.case = case

    @property
    def kind(self) -> str:
        """Kind of the numbers that come from rows: synthetic, or yours."""
        return self.case.parameters.kind

    @property
    def currency(self) -> str:
        """Name of the case's currency."""
        return self.case.parameters.currency_name

    def quarter(self, back: int = 0) -> str:
        """Label of the case's current quarter, or of one so many quarters back."""
        return quarter_label(parse_quarter(self.case.parameters.periods.current) - back)

    @cached_property
    def cube(self) -> pd.DataFrame:
        """Sums of the case's rows; an InputError if there are none."""
        cube = read_cube(self.case)
        if cube.empty:
            fix = f"make report CASE={self.case.name} reads them"
            raise InputError("no rows of this case have been read", fix=fix)
        return cube

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
        found = evaluate(self.okrs, self.cube, self.quarter(), "year-ago", self.case.reading())
        return chosen(found)

    def row(self, name: str, back: int = 0) -> Any:
        """Return an indicator of a quarter: its value, numerator and denominator.

        Raises
        ------
        InputError
            If it was not recorded.
        """
        found = self.table[
            (self.table["kpi"] == name) & (self.table["period"] == self.quarter(back))
        ]
        return _only(found, name, self.quarter(back))

    def value(self, name: str, back: int = 0) -> Fraction:
        """Return the value of an indicator in a quarter."""
        return Fraction(self.row(name, back).value)

    def compared(self, name: str, base: Base, back: int = 0) -> Any:
        """Return an indicator of a quarter with its change and growth on a base."""
        made = compare(self.table, base)
        found = made[(made["kpi"] == name) & (made["period"] == self.quarter(back))]
        return _only(found, name, self.quarter(back))

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


def known(value: _T | None, what: str) -> _T:
    """Return a value that is there.

    Raises
    ------
    InputError
        If it is None.
    """
    if value is None:
        raise InputError(f"the case has no {what}")
    return value


def _only(found: pd.DataFrame, name: str, period: str) -> Any:
    if found.empty or found.iloc[0]["value"] is None:
        raise InputError(f"the case has no {name.replace('_', ' ')} in {period}")
    return next(iter(found.itertuples()))
