"""A verdict for every printed claim of a case, under every reading that it depends on."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from itertools import chain, product
from math import prod

import numpy as np
import pandas as pd

from analysis.base.errors import InputError
from analysis.base.text import fields
from analysis.claims.judge import Judge, combinations
from analysis.claims.relations import ROUNDING, Choice, Reading
from analysis.claims.wording import WORDS, Word
from analysis.tables.case import Case
from analysis.tables.rows import read_stored
from analysis.tables.strategy_tables import ClaimRow


def _counted(claims: Sequence[ClaimRow]) -> Iterator[ClaimRow]:
    for number, claim in enumerate(claims, 1):
        if sys.stderr.isatty():  # how far it is
            print(f"claim {number} of {len(claims)}", end="\r", file=sys.stderr, flush=True)
        yield claim


def _choices(judge: Judge, claim: ClaimRow) -> Iterator[Choice]:
    """Yield the options that matter for a claim, block by block.

    Readings under which the same bears on the claim are one choice, that of the first of them; it
    names the axes by which others differ. Options that a claim is ambiguous in stay apart, but for
    those of axes that matter only together with another one.
    """
    readings, usual = judge.case.parameters.readings, judge.case.reading()
    apart = [axis for axis in claim.axes if axis not in judge.joint]
    seen: set[tuple[Hashable, ...]] = set()
    for block in judge.axes(claim) or (claim.axes,):
        inside = [axis for axis in readings if axis in block and axis != ROUNDING]
        for named in combinations(judge.case, [a for a in inside if a in claim.axes]):
            others = [axis for axis in inside if axis not in named]
            for choice in combinations(judge.case, _deciding(judge, claim, named, others)):
                full = usual | named | choice
                key = (*(full[axis] for axis in apart), *judge.bearing(claim, full))
                if key not in seen:
                    seen.add(key)
                    shown = {axis for axis in named if axis in apart}
                    shown |= _telling(judge, claim, full, {*named, *choice} - shown)
                    yield {axis: full[axis] for axis in inside if axis in shown}


def _telling(judge: Judge, claim: ClaimRow, full: Choice, axes: set[str]) -> set[str]:
    """Return those of some axes whose other options would bear on the claim otherwise."""
    here = judge.bearing(claim, full)
    return {
        axis
        for axis in axes
        for option in judge.case.parameters.readings[axis].options
        if judge.bearing(claim, full | {axis: option}) != here
    }


def _deciding(judge: Judge, claim: ClaimRow, named: Choice, axes: Sequence[str]) -> list[str]:
    """Return the axes that put the claim into a conflict or out of it, given those named."""
    if not axes:
        return []
    usual = judge.case.reading()
    found = [
        (choice, judge.contradicted(claim, {**usual, **named, **choice}))
        for choice in combinations(judge.case, [*axes, ROUNDING])
    ]

    def decides(axis: str) -> bool:
        answers: dict[tuple[str, ...], set[bool]] = {}
        for choice, answer in found:
            rest = tuple(option for other, option in choice.items() if other != axis)
            answers.setdefault(rest, set()).add(answer)
        return any(len(several) > 1 for several in answers.values())

    return [axis for axis in axes if decides(axis)]


def _by_rounding(judge: Judge, claim: ClaimRow, choice: Choice) -> list[dict[str, object]]:
    """Judge a claim under one choice of its axes, for all rounding rules."""
    defaults, rules = judge.case.reading(), judge.case.parameters.readings[ROUNDING]
    is_default = all(defaults[axis] == option for axis, option in choice.items())
    by_rule = {
        rule: judge.judge(claim, {**defaults, **choice, ROUNDING: rule})
        for rule in dict.fromkeys([rules.default, *rules.options])
    }
    judged = list(by_rule.values())
    judged = [one for n, one in enumerate(judged) if one not in judged[:n]]
    return [
        {
            **fields(claim, "claim_id place printed unit role quantity"),
            "reading": "; ".join(f"{axis}={option}" for axis, option in choice.items()),
            "rounding": "; ".join(rule for rule in rules.options if by_rule[rule] == one)
            if len(judged) > 1
            else "",
            "default": is_default and by_rule[rules.default] == one,
            "verdict": one.verdict,
            "evidence": one.evidence,
            "witness": _json(one.witness),
            "conflict": "; ".join(one.conflict),
            "bounds": _json(one.bounds),
            "other_places": "; ".join(one.other),
            "sharpness": one.sharpness,
        }
        for one in judged
    ]


def verdict_table(judge: Judge) -> pd.DataFrame:
    """Judge every claim of a case under every combination of the readings it depends on.

    Those are the axes that it names, and others where they decide its verdict, as they do where
    they put it into a contradiction.

    Parameters
    ----------
    judge : Judge
        What decides the claims of a case.

    Returns
    -------
    DataFrame
        A row per claim and reading, in the order of ``claims.csv``. Rounding rules share a row if
        the whole judgement is the same, evidence, witness and bounds included; ``rounding`` is
        empty where all do. ``reading`` and ``conflict`` are joined by "; ", ``witness`` and
        ``bounds`` are JSON with sorted keys (money in centimos, labour in quarter-hours),
        ``default`` marks the default reading of each claim, exactly one.
    """
    rows = {
        claim: [
            row for choice in _choices(judge, claim) for row in _by_rounding(judge, claim, choice)
        ]
        for claim in _counted(judge.in_order())
    }
    return pd.DataFrame([row for claim in judge.claims for row in rows[claim]])


def _json(content: Mapping[str, object]) -> str:
    return json.dumps(dict(content), sort_keys=True, ensure_ascii=False) if content else ""


def read_verdicts(case: Case) -> pd.DataFrame:
    """Read the case's ``verdicts.csv``, all cells as text except ``default``.

    Raises
    ------
    InputError
        If it has not been made yet, a column is missing or a verdict is none of `WORDS`.
    """
    frame = read_stored(case, "verdicts.csv")
    name = case.processed.joinpath("verdicts.csv").relative_to(case.root)
    for column in ("role", "verdict", "default", "conflict"):
        if column not in frame:
            raise InputError("this column is missing", file=name, column=column)
    for line, word in enumerate(frame["verdict"], 2):
        if word not in WORDS:
            rule = f"a verdict is one of {', '.join(WORDS)}"
            raise InputError(rule, file=name, row=line, column="verdict", value=word)
    frame["default"] = frame["default"] == "True"
    return frame


def listed_words(found: Collection[str]) -> list[Word]:
    """Return the verdicts that a summary lists: all, but `undecided` only where it is given.

    Examples
    --------
    >>> len(listed_words(["consistent"])), len(listed_words(["consistent", "undecided"]))
    (6, 7)
    """
    return [word for word in WORDS if word != "undecided" or word in found]


def count_verdicts(verdicts: pd.DataFrame) -> dict[Word, int]:
    """Count the verdicts under the default readings, one per claim, in the order of `WORDS`.

    Examples
    --------
    >>> frame = pd.DataFrame({"verdict": ["consistent", "inconsistent"], "default": [True, False]})
    >>> count_verdicts(frame)["consistent"], count_verdicts(frame)["inconsistent"]
    (1, 0)
    """
    found = verdicts.loc[verdicts["default"], "verdict"]
    return {word: int((found == word).sum()) for word in WORDS}


def count_conflicts(verdicts: pd.DataFrame) -> int:
    """Count the sets of claims that contradict each other under the default readings."""
    broken = verdicts[verdicts["default"] & (verdicts["verdict"] == "inconsistent")]
    return len(set(broken["conflict"]) - {""})


def universe_table(judge: Judge) -> pd.DataFrame:
    """Decide every combination of the readings of each block of results (the multiverse).

    Few axes are shared by several blocks, so these combinations stand for all universes.

    Returns
    -------
    DataFrame
        One row per block and combination: block, a column for each axis (empty where the block
        does not depend on it), default (whether the case reads so), survives (a data set that
        prints so was found) and conflict (ids of the claims of a smallest conflict, joined by
        "; "; empty beside no survival where the search was given up).
    """
    usual = judge.case.reading()
    used = list(dict.fromkeys(axis for axes in judge.blocks.values() for axis in axes))
    rows = []
    for block in judge.blocks:
        for chosen, conflict, shown in judge.outcomes(block):
            default = all(usual[axis] == option for axis, option in chosen.items())
            cells = (chosen.get(axis, "") for axis in used)
            rows.append((block, *cells, default, shown and not conflict, "; ".join(conflict)))
    return pd.DataFrame(rows, columns=["block", *used, "default", "survives", "conflict"])


def require_possible(judge: Judge, reading: Reading) -> None:
    """Refuse a reading under which no data set meets all printed results.

    Raises
    ------
    InputError
        With the claims that conflict.
    """
    conflicts = (judge.conflict(block, reading) for block in judge.blocks)
    conflict = next((found for found in conflicts if found), ())
    if conflict:
        default = judge.case.reading()
        other = (f"{axis}={one}" for axis, one in reading.items() if one != default[axis])
        rule = f"no data set prints like this; these claims conflict: {', '.join(conflict)}"
        raise InputError(rule, value="; ".join(other) or "default", fix="choose other readings")


def read_universes(case: Case) -> pd.DataFrame:
    """Read the case's ``multiverse.csv``, as :func:`universe_table` returns it."""
    frame = read_stored(case, "multiverse.csv")
    for column in ("default", "survives"):
        frame[column] = frame[column] == "True"
    return frame


def survival(blocks: pd.DataFrame) -> tuple[int, int]:
    """Count all universes, and those that survive, from the universes of each block.

    Once the axes that several blocks share are fixed, the choices in one block are free of those
    in another, so their numbers multiply.

    Examples
    --------
    >>> one = {"block": "a", "x": "", "survives": True}
    >>> two = [{"block": "b", "x": x, "survives": x == "p"} for x in ("p", "q")]
    >>> survival(pd.DataFrame([one, *two]))
    (2, 1)
    """
    parts = [rows for _, rows in blocks.groupby("block", sort=False)]
    axes = [c for c in blocks if c not in ("block", "default", "survives", "conflict")]
    shared = [axis for axis in axes if sum((rows[axis] != "").all() for rows in parts) > 1]
    choices = [[(axis, one) for one in blocks[axis].unique() if one] for axis in shared]
    survive = [rows["survives"].to_numpy(dtype=bool) for rows in parts]
    agree = [
        {(axis, one): rows[axis].isin(["", one]).to_numpy() for axis, one in chain(*choices)}
        for rows in parts
    ]
    universes = survivors = 0
    for chosen in product(*choices):
        kept = [
            good[np.all([np.ones_like(good), *(these[choice] for choice in chosen)], axis=0)]
            for good, these in zip(survive, agree, strict=True)
        ]
        universes += prod(map(len, kept))
        survivors += prod(int(good.sum()) for good in kept)
    return universes, survivors
