"""All combinations of readings and rounding rules, side by side.

A universe is one choice on every axis that results depend on. A universe without a data set is a
result like any other: it names the claims that conflict.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod

import pandas as pd

from analysis.base.errors import InputError
from analysis.claims.engine import Engine
from analysis.claims.judgement import per_cent
from analysis.claims.readings import BLOCK_AXES, Reading
from analysis.tables.case import Case


@dataclass(frozen=True)
class Universe:
    """What one full reading allows.

    Attributes
    ----------
    survives : bool
        Whether a data set meets every printed result.
    witness : dict of str to int
        Such a data set; empty if there is none.
    conflict : tuple of str
        Ids of the claims of a smallest conflict, for the first block that has one.
    """

    survives: bool
    witness: dict[str, int]
    conflict: tuple[str, ...]


def check_reading(case: Case, reading: Reading, engine: Engine | None = None) -> Universe:
    """Decide whether all printed results can hold under one full reading.

    Parameters
    ----------
    case : Case
        The case.
    reading : mapping of str to str
        One option for every axis, as :meth:`Case.reading` gives it.
    engine : Engine, optional
        Remembers answers between calls.
    """
    engine = engine or Engine(case)
    answers = [engine.answer(block, reading) for block in BLOCK_AXES]
    for answer in answers:
        if not answer.possible:
            return Universe(False, {}, answer.conflict)
    witness = {name: x for answer in answers for name, x in (answer.witness or {}).items()}
    return Universe(True, witness, ())


def require_possible(case: Case, reading: Reading) -> Universe:
    """Return the universe of a reading, or refuse it with its conflict.

    Raises
    ------
    InputError
        If no data set meets all printed results under this reading.
    """
    universe = check_reading(case, reading)
    if not universe.survives:
        default = case.reading()
        chosen = {axis: option for axis, option in reading.items() if option != default[axis]}
        raise InputError(
            "no data set prints like this; these claims conflict: " + ", ".join(universe.conflict),
            value="; ".join(f"{axis}={option}" for axis, option in chosen.items()) or "default",
            fix="choose other readings",
        )
    return universe


def multiverse(case: Case, engine: Engine | None = None) -> pd.DataFrame:
    """Decide every combination of the readings that results depend on.

    Returns
    -------
    DataFrame
        One row per universe: a column per axis, ``survives``, and ``conflict`` (claim ids of a
        smallest conflict, joined by "; ", empty if the universe survives). Blocks share no axis
        but the rounding rule, so that a few hundred systems decide thousands of universes.
    """
    engine = engine or Engine(case)
    axes = _axes(case)
    options = [tuple(case.parameters.readings[axis].options) for axis in axes]
    rows = []
    for choice in product(*options):
        reading = dict(zip(axes, choice, strict=True))
        answers = (engine.answer(block, reading) for block in BLOCK_AXES)
        conflict = next((a.conflict for a in answers if not a.possible), ())
        rows.append((*choice, not conflict, "; ".join(conflict)))
    return pd.DataFrame(rows, columns=[*axes, "survives", "conflict"])


def block_universes(case: Case, engine: Engine | None = None) -> pd.DataFrame:
    """Decide every combination of the readings of each block of results.

    Blocks share no axis but the rounding rule, so these few combinations stand for all universes.

    Returns
    -------
    DataFrame
        One row per block and combination: block, a column for each axis (empty where the block
        does not depend on it), default (whether the case reads so), survives (some data set
        prints so) and conflict (ids of the claims of a smallest conflict, joined by "; ").
    """
    engine = engine or Engine(case)
    usual = case.reading()
    rows = []
    for block, axes in BLOCK_AXES.items():
        for choice in product(*(case.parameters.readings[axis].options for axis in axes)):
            chosen = dict(zip(axes, choice, strict=True))
            answer = engine.answer(block, {**usual, **chosen})
            rows.append(
                {
                    "block": block,
                    **{axis: chosen.get(axis, "") for axis in _axes(case)},
                    "default": all(usual[axis] == option for axis, option in chosen.items()),
                    "survives": answer.possible,
                    "conflict": "; ".join(answer.conflict),
                }
            )
    return pd.DataFrame(rows)


def survival(blocks: pd.DataFrame) -> tuple[int, int]:
    """Count all universes, and those that survive, from the universes of each block.

    Under one rounding rule the choices in one block are free of those in another, so their
    numbers multiply.
    """
    universes = survivors = 0
    for _, rows in blocks.groupby("rounding"):
        groups = [group["survives"] for _, group in rows.groupby("block")]
        universes += prod(len(group) for group in groups)
        survivors += prod(int(group.sum()) for group in groups)
    return universes, survivors


def read_blocks(case: Case) -> pd.DataFrame:
    """Read the case's ``multiverse.csv``, as :func:`block_universes` returns it."""
    path = case.processed.joinpath("multiverse.csv")
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    for column in ("default", "survives"):
        frame[column] = frame[column] == "True"
    return frame


def influence(universes: pd.DataFrame) -> pd.DataFrame:
    """Rank the axes by how often changing just this choice changes whether a universe survives.

    Parameters
    ----------
    universes : DataFrame
        As :func:`multiverse` returns it.

    Returns
    -------
    DataFrame
        Columns ``axis``, ``pairs`` (pairs of universes that differ in this axis alone),
        ``changed`` (those of which one survives and one does not), ``share`` (text, per cent),
        most influential axis first.
    """
    axes = [c for c in universes.columns if c not in ("survives", "conflict")]
    rows = []
    for axis in axes:
        others = [a for a in axes if a != axis]
        groups = universes.groupby(others, sort=False)["survives"].agg(["size", "sum"])
        pairs = changed = 0
        for size, alive in groups.itertuples(index=False):
            pairs += int(size) * (int(size) - 1) // 2
            changed += int(alive) * (int(size) - int(alive))
        rows.append((axis, pairs, changed, per_cent(Fraction(changed, max(pairs, 1)))))
    frame = pd.DataFrame(rows, columns=["axis", "pairs", "changed", "share"])
    order = sorted(range(len(rows)), key=lambda i: -Fraction(rows[i][2], max(rows[i][1], 1)))
    return frame.iloc[order].reset_index(drop=True)


def survivors(universes: pd.DataFrame) -> pd.DataFrame:
    """Count the universes and the surviving ones for every option of every axis.

    Returns
    -------
    DataFrame
        Columns ``axis``, ``option``, ``universes``, ``survive``.
    """
    axes = [c for c in universes.columns if c not in ("survives", "conflict")]
    rows = [
        (axis, option, len(group), int(group["survives"].sum()))
        for axis in axes
        for option, group in universes.groupby(axis, sort=False)
    ]
    return pd.DataFrame(rows, columns=["axis", "option", "universes", "survive"])


def _axes(case: Case) -> list[str]:
    named = dict.fromkeys(axis for axes in BLOCK_AXES.values() for axis in axes)
    return [axis for axis in named if axis in case.parameters.readings]
