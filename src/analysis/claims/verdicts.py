"""A verdict for every printed claim of a case, under every reading that it depends on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Protocol

import pandas as pd

from analysis.case import Case
from analysis.claims.judgement import Judgement, Verdict, Word, readings_of
from analysis.claims.multiverse import block_universes
from analysis.claims.readings import Engine, Reading
from analysis.claims.results import judge_result, result_word
from analysis.claims.targets import judge_target
from analysis.claims.texts import judge_text
from analysis.errors import InputError
from analysis.tables import ClaimRow

COLUMNS = (
    "claim_id", "place", "printed", "unit", "role", "quantity", "reading", "rounding", "default",
    "verdict", "evidence", "witness", "conflict", "bounds", "other_places",
)  # fmt: skip


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

    def fixed(self, claim: ClaimRow, reading: Reading) -> Judgement | None:
        """Judge a claim that no rounding rule touches; None for any other."""
        ...

    def word(self, claim: ClaimRow, reading: Reading) -> Word:
        """Return the verdict of `judge` without its evidence."""
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

    def fixed(self, claim: ClaimRow, reading: Reading) -> Judgement | None:
        """Judge formulas, statements on causes and counts of things listed."""
        worded = claim.kind in ("formula", "statement") and not claim.axes
        if worded or claim.role == "structure":
            return judge_text(self.engine, claim, reading)
        return None

    def word(self, claim: ClaimRow, reading: Reading) -> Word:
        """Return the verdict of a target or result."""
        if claim.role in ("target", "example"):
            return judge_target(self.engine, claim, reading).verdict
        return result_word(self.engine, claim, reading)

    def judge(self, claim: ClaimRow, reading: Reading) -> Judgement:
        """Judge a target or result."""
        if claim.role in ("target", "example"):
            return judge_target(self.engine, claim, reading)
        return judge_result(self.engine, claim, reading)

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
        from analysis.claims.general import General  # no step of the paper's depends on it

        return General(case)
    return Paper(Engine(case))


def verdicts(case: Case, judge: Judge | None = None) -> list[Verdict]:
    """Judge every claim of a case under every combination of the readings it depends on.

    Parameters
    ----------
    case : Case
        The case.
    judge : Judge, optional
        Remembers answers between calls.

    Returns
    -------
    list of Verdict
        In the order of ``claims.csv``. Rounding rules that lead to the same verdict share one
        entry. Each claim has exactly one entry marked as the default reading.
    """
    judge = judge or judge_of(case)
    return [
        verdict
        for claim in judge.claims
        for choice in readings_of(claim, case)
        for verdict in _by_rounding(judge, claim, choice)
    ]


def _by_rounding(judge: Judge, claim: ClaimRow, choice: Mapping[str, str]) -> list[Verdict]:
    """Judge a claim under one choice of its axes, for all rounding rules."""
    case = judge.case
    defaults = case.reading()
    is_default = all(defaults[axis] == option for axis, option in choice.items())
    reading = tuple(choice.items())
    rules = case.parameters.readings.get("rounding")
    if rules is None:
        raise InputError("case.yaml must say how figures were rounded", column="readings.rounding")
    found = judge.fixed(claim, {**defaults, **choice})
    if found is not None:
        return [Verdict(claim, reading, (), is_default, found)]
    # Only the word of the verdict decides the groups; the evidence is worked out once for each.
    groups: dict[str, list[str]] = {}
    for rule in (rules.default, *(r for r in rules.options if r != rules.default)):
        word = judge.word(claim, {**defaults, **choice, "rounding": rule})
        groups.setdefault(word, []).append(rule)
    return [
        Verdict(
            claim,
            reading,
            tuple(r for r in rules.options if r in group),
            is_default and rules.default in group,
            judge.judge(claim, {**defaults, **choice, "rounding": group[0]}),
        )
        for group in groups.values()
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
