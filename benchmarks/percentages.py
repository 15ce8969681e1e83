"""Percentage checks one by one by the engine and by two packages that do the same.

The question is GRIM's: can this percentage come from a count out of n? Who is right is settled by
going the other way: print every count out of every n, and look whether the percentage is there.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import partial
from importlib import import_module
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.base.errors import BuildError
from analysis.base.numbers import Printed
from analysis.claims.single import grim_percent
from benchmarks.timing import ROUNDS, Run, row, timed, with_target

PART = "percentages"
WHOLE = 1000
"""100.0 % in its last place."""

WRONG = ("method", "printed", "respondents", "answer", "tie")
"""Columns of the list of wrong answers; ``tie`` names the count at a tie that explains one."""

Question = tuple[int, int]
"""A percentage without its point (776 for 77.6 %) and a number of respondents."""


@dataclass(frozen=True)
class Way:
    """A way to check percentages.

    Attributes
    ----------
    name : str
        Name and version.
    prepare : callable
        Turns questions into the arguments that the check wants; not timed.
    answer : callable
        Checks all prepared questions; timed.
    other : bool
        Whether it is another's package.
    """

    name: str
    prepare: Callable[[Sequence[Question]], Any]
    answer: Callable[[Any], Sequence[bool]]
    other: bool = True


def loop_grim() -> Way:
    """Return a loop over the package grim, which wants a share and ready-made decimals."""
    check = _package("grim.mean_tester").consistency_check
    return Way(
        f"loop over grim {version('grim')}",
        lambda asked: [(Decimal(digits).scaleb(-3), Decimal(n)) for digits, n in asked],
        lambda prepared: [check(share, n) for share, n in prepared],
    )


def _texts(asked: Sequence[Question]) -> list[tuple[str, int]]:
    return [(f"{digits // 10}.{digits % 10}", n) for digits, n in asked]


def loop_scrutipy() -> Way:
    """Return a loop over the package scrutipy, told to round half up."""
    check = _package("scrutipy").grim_scalar
    return Way(
        f"loop over scrutipy {version('scrutipy')}",
        _texts,
        lambda prepared: [check(text, n, rounding="up", percent=True) for text, n in prepared],
    )


def loop_ours() -> Way:
    """Return a loop over our own test of a single percentage."""
    return Way(
        "loop over our grim_percent",
        lambda asked: [
            (Printed("", Fraction(digits, 10), 1, percent=True), n) for digits, n in asked
        ],
        lambda prepared: [grim_percent(printed, n) for printed, n in prepared],
        other=False,
    )


LOOPS = (loop_ours, loop_grim, loop_scrutipy)


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise BuildError(f"the package {name} is missing here; make bench installs it") from error


def measure(
    ways: Sequence[Way], n_max: int = 400, rounds: int = ROUNDS
) -> tuple[list[dict[str, str]], pd.DataFrame]:
    """Check all percentages in steps of 0.1 with all n up to a limit, rounding half up.

    Every round asks each way for one part of it, in turn; the parts are all questions in random
    order, so that each way answers each question once.

    Parameters
    ----------
    ways : sequence of Way
        The others, a loop over ours among them, with which loops are compared.
    n_max : int
        Largest number of respondents.
    rounds : int
        Number of rounds, at least 1.

    Returns
    -------
    (list of dict, DataFrame)
        Rows of the table of speeds, one per way; and the wrong answers, in the columns `WRONG`.

    Raises
    ------
    BuildError
        If an answer of ours is wrong.
    """
    right = printable(n_max)
    questions = [(d, n) for d in range(WHOLE + 1) for n in range(1, n_max + 1)]
    random.Random(1).shuffle(questions)
    runs: list[list[Run]] = [[] for _ in ways]
    wrong: list[list[Question]] = [[] for _ in ways]
    for i in range(rounds):
        part = questions[i::rounds]
        for way, done, mistaken in zip(ways, runs, wrong, strict=True):
            prepared = way.prepare(part)
            answers, run = timed(partial(way.answer, prepared))
            done.append(run.times(len(questions) / len(part)))
            asked = zip(answers, part, strict=True)
            mistaken += [(d, n) for answer, (d, n) in asked if bool(answer) != right[d, n - 1]]
    size = len(questions)
    rows = []
    loops = next((done for way, done in zip(ways, runs, strict=True) if not way.other), None)
    for way, done, mistaken in zip(ways, runs, wrong, strict=True):
        cells = row(
            PART,
            way.name,
            done,
            cases=size,
            cases_per_run=size // rounds,
            ours=loops,
            wrong=len(mistaken),
        )
        if mistaken and not way.other:
            raise BuildError(f"{len(mistaken)} answers of {way.name} are wrong")
        if way.other and cells["times_ours"]:
            cells = with_target(cells, 1)
        rows.append(cells)
    listed = [
        _wrong(way.name, question, bool(right[question[0], question[1] - 1]))
        for way, mistaken in zip(ways, wrong, strict=True)
        for question in sorted(mistaken)
    ]
    return rows, pd.DataFrame(listed, columns=list(WRONG))


def _wrong(method: str, question: Question, right: bool) -> tuple[str, str, int, str, str]:
    """Describe a wrong answer, and the tie that explains it, if a count gives one."""
    percentage, n = question
    # A count that lies half a step above the percentage, and so prints as the next one.
    count, rest = divmod((2 * percentage + 1) * n, 2 * WHOLE)
    halves = 10 * percentage + 5
    tie = f"{count} of {n} is {halves // 100}.{halves % 100:02d}%" if rest == 0 else ""
    text = f"{percentage // 10}.{percentage % 10}%"
    return method, text, n, _yes_no(not right), tie


def _yes_no(fits: bool) -> str:
    return "possible" if fits else "impossible"


def printable(n_max: int) -> npt.NDArray[np.bool_]:
    """Say which percentages counts out of n print as, by printing all of them half up.

    Returns
    -------
    array of bool, shape (1001, n_max)
        A row per percentage in steps of 0.1, a column per n from 1.
    """
    found = np.zeros((WHOLE + 1, n_max), dtype=np.bool_)
    for n in range(1, n_max + 1):
        for count in range(n + 1):
            found[(2 * WHOLE * count + n) // (2 * n), n - 1] = True
    return found
