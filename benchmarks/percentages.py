"""A table of percentage checks by the engine, and by loops over two packages that do the same.

The question is GRIM's: can this percentage come from a count out of n? Who is right is settled by
going the other way: print every count out of every n, and look whether the percentage is there.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.base.errors import BuildError
from analysis.base.numbers import Printed
from analysis.claims.single import grim_percent
from benchmarks.percentage_table import grim_percent_table
from benchmarks.timing import Run, row, timed, with_target

PART = "percentages"
WHOLE = 1000
"""100.0 % in its last place."""
LEAST_TIMES = 50
_CALLS = 10  # of ours in each round, since one is over in milliseconds

WRONG = ("method", "printed", "respondents", "answer", "tie")
"""Columns of the list of wrong answers; ``tie`` names the count at a tie that explains one."""

Question = tuple[int, int]
"""A percentage without its point (776 for 77.6 %) and a number of respondents."""


@dataclass(frozen=True)
class Loop:
    """A way to check one percentage at a time.

    Attributes
    ----------
    name : str
        Name and version.
    prepare : callable
        Turns a question into the arguments that the check wants; not timed.
    answer : callable
        Checks a list of prepared questions in a loop; timed.
    other : bool
        Whether it is another's package, that ours is to beat.
    """

    name: str
    prepare: Callable[[Question], Any]
    answer: Callable[[list[Any]], list[bool]]
    other: bool = True


def loop_grim() -> Loop:
    """Return a loop over the package grim, which wants a share and ready-made decimals."""
    check = _package("grim.mean_tester").consistency_check
    return Loop(
        f"loop over grim {version('grim')}",
        lambda question: (Decimal(question[0]).scaleb(-3), Decimal(question[1])),
        lambda prepared: [check(share, n) for share, n in prepared],
    )


def loop_scrutipy() -> Loop:
    """Return a loop over the package scrutipy, told to round half up."""
    check = _package("scrutipy").grim_scalar
    return Loop(
        f"loop over scrutipy {version('scrutipy')}",
        lambda question: (f"{question[0] // 10}.{question[0] % 10}", question[1]),
        lambda prepared: [check(text, n, rounding="up", percent=True) for text, n in prepared],
    )


def loop_ours() -> Loop:
    """Return a loop over our own test of a single percentage, for comparison."""
    return Loop(
        "loop over our grim_percent",
        lambda question: (Printed("", Fraction(question[0], 10), 1, percent=True), question[1]),
        lambda prepared: [grim_percent(printed, n) for printed, n in prepared],
        other=False,
    )


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise BuildError(f"the package {name} is missing here; make bench installs it") from error


def measure(
    loops: Sequence[Loop], n_max: int = 400, rounds: int = 7
) -> tuple[list[dict[str, str]], pd.DataFrame]:
    """Check all percentages in steps of 0.1 with all n up to a limit, rounding half up.

    Every round asks ours for the whole table and every loop for one part of it, in turn; the
    parts are a random division of the table, so that each loop answers every question once.

    Parameters
    ----------
    loops : sequence of Loop
        What to compare with.
    n_max : int
        Largest number of respondents.
    rounds : int
        Number of rounds, at least 1.

    Returns
    -------
    (list of dict, DataFrame)
        Rows of the table of speeds, ours first, then one per loop; and the loops' wrong answers,
        in the columns `WRONG`.

    Raises
    ------
    BuildError
        If an answer of ours is wrong.
    """
    percentages = np.arange(WHOLE + 1, dtype=np.int64)[:, None]
    respondents = np.arange(1, n_max + 1, dtype=np.int64)

    def ours() -> npt.NDArray[np.bool_]:
        return grim_percent_table(percentages, respondents)

    right = printable(n_max)
    if not np.array_equal(ours(), right):
        raise BuildError("the engine's table of percentages is wrong; no time is measured")
    questions = [(d, n) for d in range(WHOLE + 1) for n in range(1, n_max + 1)]
    random.Random(1).shuffle(questions)
    our_runs: list[Run] = []
    runs: list[list[Run]] = [[] for _ in loops]
    wrong: list[list[Question]] = [[] for _ in loops]
    for i in range(rounds):
        part = questions[i::rounds]
        our_runs.append(timed(lambda: [ours() for _ in range(_CALLS)])[1].times(1 / _CALLS))
        for j, loop in enumerate(loops):
            answers, run = _ask(loop, part)
            runs[j].append(run.times(len(questions) / len(part)))
            asked = zip(answers, part, strict=True)
            wrong[j] += [(d, n) for answer, (d, n) in asked if bool(answer) != right[d, n - 1]]
    size = len(questions)
    rows = [row(PART, "our grim_percent_table", our_runs, cases=size, ours=our_runs, wrong=0)]
    rows += [
        row(
            PART,
            loop.name,
            runs[j],
            cases=size,
            cases_per_run=size // rounds,
            ours=our_runs,
            wrong=len(wrong[j]),
        )
        for j, loop in enumerate(loops)
    ]
    listed = [
        _wrong(loop.name, question, bool(right[question[0], question[1] - 1]))
        for loop, mistaken in zip(loops, wrong, strict=True)
        for question in sorted(mistaken)
    ]
    judged = _judged(rows, [loop.name for loop in loops if loop.other])
    return judged, pd.DataFrame(listed, columns=list(WRONG))


def _ask(loop: Loop, part: Sequence[Question]) -> tuple[list[bool], Run]:
    prepared = [loop.prepare(question) for question in part]
    return timed(lambda: loop.answer(prepared))


def _judged(rows: list[dict[str, str]], others: Sequence[str]) -> list[dict[str, str]]:
    """Hold the faster of the other packages against the target."""
    rivals = [cells for cells in rows if cells["method"] in others]
    fastest = min(rivals, key=lambda cells: float(cells["times_ours"]), default=None)
    return [with_target(cells, LEAST_TIMES) if cells is fastest else cells for cells in rows]


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
