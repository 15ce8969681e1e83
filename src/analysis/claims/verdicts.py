"""A verdict for every printed claim of a case, under every reading that it depends on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Protocol

import pandas as pd

from analysis.base.errors import InputError
from analysis.claims.engine import Engine
from analysis.claims.judgement import ROUNDING, Judgement, Verdict
from analysis.claims.multiverse import block_universes
from analysis.claims.readings import BLOCK_AXES, Reading
from analysis.claims.results import contradiction, judge_result
from analysis.claims.targets import judge_target
from analysis.claims.texts import judge_text
from analysis.tables.case import Case
from analysis.tables.strategy_tables import ClaimRow

COLUMNS = (
    "claim_id",
    "place",
    "printed",
    "unit",
    "role",
    "quantity",
    "reading",
    "rounding",
    "default",
    "verdict",
    "evidence",
    "witness",
    "conflict",
    "bounds",
    "other_places",
)

Choice = dict[str, str]


class Judge(Protocol):
    """What decides the claims of a case: `Paper` or `General`.

    Attributes
    ----------
    case : Case
        The case.
    claims : tuple of ClaimRow
        Its claims.
    """

    case: Case
    claims: tuple[ClaimRow, ...]

    def axes(self, claim: ClaimRow) -> tuple[tuple[str, ...], ...]:
        """Return the axes of each block of results that bears on a claim; none if it is alone."""
        ...

    def contradicted(self, claim: ClaimRow, reading: Reading) -> bool:
        """Whether a claim is in a conflict under a full reading."""
        ...

    def judge(self, claim: ClaimRow, reading: Reading) -> Judgement:
        """Judge a claim under a full reading."""
        ...

    def universes(self) -> pd.DataFrame:
        """Decide every combination of readings, block by block."""
        ...


class Paper:
    """Judges the SEGELEC paper's claims, whose systems and texts are written out in code.

    Parameters
    ----------
    engine : Engine
        Decides its blocks of results.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.case = engine.case
        self.claims = engine.results.claims

    def axes(self, claim: ClaimRow) -> tuple[tuple[str, ...], ...]:
        """Return the axes of the blocks that a result is in; targets and texts are in none."""
        return tuple(BLOCK_AXES[block] for block in self.engine.results.blocks(claim))

    def contradicted(self, claim: ClaimRow, reading: Reading) -> bool:
        """Whether a result is in a conflict of one of its blocks."""
        return contradiction(self.engine, claim, reading) is not None

    def judge(self, claim: ClaimRow, reading: Reading) -> Judgement:
        """Judge a result, a target or a text."""
        if claim.role in ("target", "example"):
            return judge_target(self.engine, claim, reading)
        if self.engine.results.blocks(claim):
            return judge_result(self.engine, claim, reading)
        return judge_text(self.engine, claim, reading)

    def universes(self) -> pd.DataFrame:
        """Decide every combination of the readings of each block."""
        return block_universes(self.case, self.engine)


def judge_of(case: Case) -> Judge:
    """Return what judges a case: a ledger can be calibrated to the paper's claims alone.

    Raises
    ------
    InputError
        If the case asks for a ledger, but its claims are not those of the paper.
    """
    if case.parameters.calibration is None:
        from analysis.claims.general.judge import General

        return General(case)
    return Paper(Engine(case))


def verdicts(case: Case, judge: Judge | None = None) -> list[Verdict]:
    """Judge every claim of a case under every combination of the readings it depends on.

    Those are the axes that it names, and others where they decide its verdict, as they do where
    they put it into a contradiction.

    Parameters
    ----------
    case : Case
        The case.
    judge : Judge, optional
        Remembers answers between calls.

    Returns
    -------
    list of Verdict
        In the order of ``claims.csv``. Rounding rules share an entry if the whole judgement is
        the same, evidence, witness and bounds included. Each claim has exactly one entry marked as
        the default reading.
    """
    judge = judge or judge_of(case)
    return [
        verdict
        for claim in judge.claims
        for choice in _choices(judge, claim)
        for verdict in _by_rounding(judge, claim, choice)
    ]


def _choices(judge: Judge, claim: ClaimRow) -> Iterator[Choice]:
    """Yield the options that matter for a claim, block by block; the default ones once."""
    readings, usual = judge.case.parameters.readings, judge.case.reading()
    seen: list[Choice] = []
    for block in judge.axes(claim) or (claim.axes,):
        inside = [axis for axis in readings if axis in block and axis != ROUNDING]
        for named in _combinations(judge.case, [a for a in inside if a in claim.axes]):
            others = [axis for axis in inside if axis not in named]
            for choice in _combinations(judge.case, _deciding(judge, claim, named, others)):
                chosen = named | choice
                if usual | chosen not in seen:
                    seen.append(usual | chosen)
                    yield {axis: chosen[axis] for axis in inside if axis in chosen}


def _combinations(case: Case, axes: Sequence[str]) -> Iterator[Choice]:
    readings = case.parameters.readings
    for options in product(*(readings[axis].options for axis in axes)):
        yield dict(zip(axes, options, strict=True))


def _deciding(judge: Judge, claim: ClaimRow, named: Choice, axes: Sequence[str]) -> list[str]:
    """Return the axes that put the claim into a conflict or out of it, given those named."""
    if not axes:
        return []
    usual = judge.case.reading()
    found = [
        (choice, judge.contradicted(claim, {**usual, **named, **choice}))
        for choice in _combinations(judge.case, [*axes, ROUNDING])
    ]

    def decides(axis: str) -> bool:
        answers: dict[tuple[str, ...], set[bool]] = {}
        for choice, answer in found:
            rest = tuple(option for other, option in choice.items() if other != axis)
            answers.setdefault(rest, set()).add(answer)
        return any(len(several) > 1 for several in answers.values())

    return [axis for axis in axes if decides(axis)]


def _by_rounding(judge: Judge, claim: ClaimRow, choice: Choice) -> list[Verdict]:
    """Judge a claim under one choice of its axes, for all rounding rules."""
    case = judge.case
    defaults = case.reading()
    is_default = all(defaults[axis] == option for axis, option in choice.items())
    rules = case.parameters.readings[ROUNDING]
    groups: list[tuple[Judgement, list[str]]] = []
    for rule in (rules.default, *(r for r in rules.options if r != rules.default)):
        judged = judge.judge(claim, {**defaults, **choice, ROUNDING: rule})
        shared = next((names for found, names in groups if found == judged), None)
        if shared is None:
            groups.append((judged, [rule]))
        else:
            shared.append(rule)
    return [
        Verdict(
            claim,
            tuple(choice.items()),
            tuple(r for r in rules.options if r in names) if len(groups) > 1 else (),
            is_default and rules.default in names,
            judged,
        )
        for judged, names in groups
    ]


def verdict_table(case: Case, judge: Judge | None = None) -> pd.DataFrame:
    """Put all verdicts into a table, one row per claim and reading.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`: ``reading`` and ``conflict`` are joined by "; ", ``witness`` and
        ``bounds`` are JSON with sorted keys (money in centimos, labour in quarter-hours),
        ``default`` marks the default reading of each claim.
    """
    rows = []
    for v in verdicts(case, judge):
        claim, found = v.claim, v.judgement
        rows.append(
            {
                "claim_id": claim.claim_id,
                "place": claim.place,
                "printed": claim.printed,
                "unit": claim.unit,
                "role": claim.role,
                "quantity": claim.quantity,
                "reading": "; ".join(f"{axis}={option}" for axis, option in v.reading),
                "rounding": "; ".join(v.rounding),
                "default": v.default,
                "verdict": v.verdict,
                "evidence": v.evidence,
                "witness": _json(found.witness),
                "conflict": "; ".join(found.conflict),
                "bounds": _json(found.bounds),
                "other_places": "; ".join(found.other),
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _json(content: Mapping[str, object]) -> str:
    return json.dumps(dict(content), sort_keys=True, ensure_ascii=False) if content else ""


def read_verdicts(case: Case) -> pd.DataFrame:
    """Read the case's ``verdicts.csv``, all cells as text except ``default``.

    Raises
    ------
    InputError
        If it has not been made yet.
    """
    path = case.processed.joinpath("verdicts.csv")
    if not path.is_file():
        raise InputError(
            "the verdicts have not been made yet",
            file=path.relative_to(case.root),
            fix=f"run make report CASE={case.name}",
        )
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    frame["default"] = frame["default"] == "True"
    return frame
