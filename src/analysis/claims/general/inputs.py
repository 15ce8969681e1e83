"""The inputs of a case of claims, read together: everything that is wrong with them at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from analysis.base.errors import InputError, raise_all
from analysis.base.numbers import Rounding
from analysis.claims.general.model import Model
from analysis.claims.general.relations import RELATIONS, RelationRow, read_relations
from analysis.tables.case import Case
from analysis.tables.contents import read_claims
from analysis.tables.rows import read_rows
from analysis.tables.strategy_tables import ClaimRow

_ROUNDING_LINES = """
    readings:
      rounding:
        question: How were the printed figures rounded?
        default: half-up
        options:
          half-up: to the nearest, ties up
          half-even: to the nearest, ties to even
          truncate: digits cut off"""


def read_inputs(case: Case) -> tuple[tuple[ClaimRow, ...], tuple[RelationRow, ...]]:
    """Read a case's claims and relations, and hold them against the readings of ``case.yaml``.

    Parameters
    ----------
    case : Case
        A case with ``claims.csv``.

    Raises
    ------
    InputError
        If anything is wrong with them; all of it is in the error.
    """
    errors = list(_rounding(case))
    claims: list[ClaimRow] = []
    relations: tuple[RelationRow, ...] = ()
    try:
        claims = read_claims(case)
    except InputError as error:
        errors += error.all
    try:
        if claims:
            with in_folder(case):
                relations = read_relations(case, claims)
        elif (case.raw / RELATIONS.file).is_file():  # without claims, each row by itself
            read_rows(RELATIONS, case.raw, case.root)
        if errors and claims:
            model_of(case, claims, relations, case.reading() | {"rounding": Rounding.HALF_UP})
    except InputError as error:
        errors += error.all
    raise_all(errors)
    return tuple(claims), relations


def model_of(
    case: Case,
    claims: Sequence[ClaimRow],
    relations: Sequence[RelationRow],
    reading: dict[str, str],
) -> Model:
    """Return what the claims say under one reading.

    Raises
    ------
    InputError
        If the relations leave out what a claim needs, or contradict each other.
    """
    try:
        with in_folder(case):
            return Model(claims, relations, reading)
    except InputError as error:
        if (case.raw / RELATIONS.file).is_file():
            raise
        raise_all([_no_relations(case), *error.all])
        raise


@contextmanager
def in_folder(case: Case) -> Iterator[None]:
    """Let messages that name a file of the case name its folder too."""
    try:
        yield
    except InputError as error:
        for one in error.all:
            if one.file is not None and "/" not in one.file:
                folder = case.raw.relative_to(case.root)
                one.file = (folder / one.file).as_posix()
        raise


def _no_relations(case: Case) -> InputError:
    """Say that a case lacks the file that its claims turn out to need."""
    return InputError(
        "the file is missing, and it would say how the printed quantities hang together",
        file=(case.raw / RELATIONS.file).relative_to(case.root),
        fix="make it with the first line "
        + ",".join(RelationRow.model_fields)
        + " and the rows named below; data/raw/courier has one, and its README says more",
    )


def _rounding(case: Case) -> Iterator[InputError]:
    """Refuse a case that does not say how its figures may have been rounded."""
    file = (case.raw / "case.yaml").relative_to(case.root)
    axis = case.parameters.readings.get("rounding")
    known = ", ".join(Rounding)
    if axis is None:
        there = " below the line readings: that is there" if case.parameters.readings else ""
        yield InputError(
            "printed numbers need a reading of how they were rounded",
            file=file,
            column="readings.rounding",
            fix=f"add this{there}:{_ROUNDING_LINES}",
        )
    for option in axis.options if axis is not None else ():
        if option not in set(Rounding):
            yield InputError(
                f"this is no rounding rule; its options are among {known}",
                file=file,
                column="readings.rounding",
                value=option,
                fix="take one of these",
            )
