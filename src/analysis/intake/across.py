"""Checks across rows and tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from analysis.case import Case
from analysis.intake.convert import Checked
from analysis.intake.problems import Problem


def check_across(case: Case, tables: Mapping[str, Checked]) -> Iterator[Problem]:
    yield from ()
