"""What we make of a publication beyond its numbers, read from the case's ``appraisal.yaml``.

The file holds sections of entries: contradictions with their grade, headlines with the authors'
best answer, threats to validity, the items of an appraisal tool, grades, what is missing,
references, and questions to the authors. Words in braces are numbers, which are computed from
``claims.csv`` and ``verdicts.csv``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from analysis.base.errors import InputError
from analysis.base.language import language
from analysis.base.text import PlainLoader, Rounding, percent
from analysis.claims.single import power
from analysis.claims.verdicts import read_universes, read_verdicts
from analysis.evidence.derived import counted, derived
from analysis.tables.case import Case
from analysis.tables.schema import yaml_problem
from analysis.tables.strategy_tables import ClaimRow, read_claims

KINDS: Mapping[str, str] = {
    "firm": "contradiction, firm",
    "damaged": "rests on a damaged character",
    "weak measure": "weak measure",
    "conditional": "conditional",
    "open": "open",
    "not reported": "not reported",
    "unreadable": "unreadable",
}
"""Kinds of finding, and how tables name them; only the first is an accusation."""

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "findings": ("topic", "kind", "one", "text"),
    "headlines": ("claims", "title", "text", "certificate", "answer", "settles"),
    "editor": ("what", "gravity", "claims", "not_so"),
    "threats": ("threat", "quotation", "place", "why", "remedy"),
    "nih": ("item", "answer", "quotation", "place", "why"),
    "grades": ("scale", "grade", "why"),
    "missing": ("what", "found", "note"),
    "references": ("reference", "quotation", "place", "source", "judgement"),
    "questions": ("claims", "question", "datum", "settles"),
}
"""The sections of the file, and what every entry of each must say."""

Entry = dict[str, Any]
Appraisal = dict[str, list[Entry]]


_NUMBERS: dict[tuple[object, ...], dict[str, str]] = {}


def numbers(case: Case) -> Mapping[str, str]:
    """Return what texts on the publication may quote: derived numbers, and counts of verdicts."""
    files = [case.raw / name for name in ("claims.csv", "appraisal.yaml")]
    files += [case.processed / name for name in ("verdicts.csv", "multiverse.csv")]
    contents = (path.read_bytes() for path in files if path.is_file())
    key = (case.root, case.name, case.reading()["rounding"], language().code, *contents)
    if key not in _NUMBERS:
        _NUMBERS[key] = _numbers(case)
    return _NUMBERS[key]


def _numbers(case: Case) -> dict[str, str]:
    printed = {claim.claim_id: claim.printed for claim in read_claims(case)}
    rounding = Rounding(case.reading()["rounding"])
    kinds = [entry["kind"] for entry in _read(case).get("findings", [])]
    graded = {f"n_{kind.split()[0]}": str(kinds.count(kind)) for kind in KINDS}
    counts = counted(read_verdicts(case), read_universes(case))
    return derived(printed, rounding) | graded | counts


def read_appraisal(case: Case) -> Appraisal:
    """Read the case's appraisal, its numbers filled in.

    Parameters
    ----------
    case : Case
        The case; its verdicts must have been made.

    Returns
    -------
    dict of str to list of dict
        The entries of each section of `SECTIONS`.

    Raises
    ------
    InputError
        If a section, a field, a kind or a claim is not known, or a number in braces is none.
    """
    sections, known = _read(case), numbers(case)
    claims = {claim.claim_id: claim for claim in read_claims(case)}
    return {
        name: [_filled(case, name, entry, known, claims) for entry in sections.get(name, [])]
        for name in SECTIONS
    }


def _file(case: Case) -> str:
    return (case.raw / "appraisal.yaml").relative_to(case.root).as_posix()


def _read(case: Case) -> Appraisal:
    path = case.raw / "appraisal.yaml"
    if not path.is_file():
        return {}
    return _sections(path.read_text(encoding="utf-8"), _file(case))


@cache
def _sections(text: str, file: str) -> Appraisal:
    try:
        found: Appraisal = yaml.load(text, PlainLoader)
    except yaml.YAMLError as error:
        raise yaml_problem(error, Path(file)) from None
    for name, entries in found.items():
        if name not in SECTIONS:
            rule = f"the sections are {', '.join(SECTIONS)}"
            raise InputError(rule, file=file, value=name)
        for entry in entries:
            fields = SECTIONS[name]
            missing = [field for field in fields if not entry.get(field)]
            unknown = sorted({*entry} - {*fields, "other"})
            if missing or unknown:
                shown = str(next(iter(entry.values())))
                wrong = f"{missing[0]} is missing" if missing else f"{unknown[0]} is not known"
                rule = f"an entry of {name} has {', '.join(fields)}; {wrong}"
                raise InputError(rule, file=file, value=shown)
    return found


def _filled(
    case: Case, name: str, entry: Entry, known: Mapping[str, str], claims: Mapping[str, ClaimRow]
) -> Entry:
    """Put numbers into an entry's texts, after checking its claims and its kind."""
    for field in ("claims", "one", "other"):
        for claim in entry.get(field, []):
            if claim not in claims:
                rule = f"{name} name claims of claims.csv"
                raise InputError(rule, file=_file(case), value=claim)
    if name == "findings" and entry["kind"] not in KINDS:
        rule = f"the kind of a finding is one of {', '.join(KINDS)}"
        raise InputError(rule, file=_file(case), value=entry["kind"])
    try:
        return {k: v.format_map(known) if isinstance(v, str) else v for k, v in entry.items()}
    except KeyError as unknown:
        rule = "a word in braces is a number that analysis.evidence.derived computes"
        raise InputError(rule, file=_file(case), value=str(unknown.args[0])) from None


def share_power(sizes: tuple[int, ...] = (10, 49, 100, 200, 354, 700, 1000)) -> pd.DataFrame:
    """Say how much it means that a share with one decimal can come from n answers.

    Parameters
    ----------
    sizes : tuple of int
        Numbers of answers.

    Returns
    -------
    DataFrame
        Columns n, attainable (of the thousand percentages with one decimal below 100%) and chance
        (with which one that means nothing passes).

    Examples
    --------
    >>> share_power((50, 354)).values.tolist()
    [[50, 50, '5.0%'], [354, 354, '35.4%']]
    """
    rows = [(n, int(1000 * power(3, n)), percent()(power(3, n))) for n in sizes]
    return pd.DataFrame(rows, columns=["n", "attainable", "chance"])
