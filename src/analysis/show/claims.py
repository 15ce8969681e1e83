"""The tables of the chapter on any case's claims; each is what `show_table` takes."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pandas as pd

from analysis.claims.groups import noun
from analysis.claims.relations import RelationRow, read_relations
from analysis.notebook.display import VERDICT_COLOURS, Column
from analysis.show import ledger as views
from analysis.show.ledger import View
from analysis.tables.case import Case
from analysis.tables.contents import read_claims
from analysis.tables.strategy_tables import ClaimRow

MEANINGS: Mapping[str, str] = {
    "reproduced": "follows from what else is printed",
    "consistent": "some data set prints so; a target is met by what is printed",
    "inconsistent": "no data set has it together with what else is printed; a target is missed",
    "underdetermined": "what is printed leaves it open; the bounds are given",
    "not reported": "no number is printed that it could be held against",
    "unreadable": "the number or a sign is lost in the text at hand; never an accusation",
}


def verdict_meanings(verdicts: pd.DataFrame) -> View:
    """Count the verdicts on any publication and say what each means."""
    return views.verdict_meanings(verdicts, MEANINGS)


def printed(case: Case) -> View:
    """List what is printed, in the order of ``claims.csv``."""
    rows = [(c.place, c.quotation, _subject(c), c.role) for c in read_claims(case)]
    return {
        "frame": pd.DataFrame(rows, columns=["place", "quotation", "subject", "role"]),
        "label": "tbl-printed",
        "caption": "What is printed, where, and what it is about.",
        "kind": "printed",
        "columns": [
            Column("place", "Place", width=0.9),
            Column("quotation", "Quotation", width=2, format=lambda text: f"“{text}”"),
            Column("subject", "About", width=1.2),
            Column("role", "Used as"),
        ],
    }


def _subject(claim: ClaimRow) -> str:
    """Name what a claim is about: "growth of deliveries, 2024"."""
    what = noun(claim.quantity)
    named = f"growth of {what}" if claim.kind == "growth" else what
    return named if claim.period in ("none", "unstated") else f"{named}, {claim.period}"


def relations(case: Case) -> View:
    """List how the quantities hang together."""
    rows = [
        (in_words(row), _condition(row.reading, case), row.note)
        for row in read_relations(case, read_claims(case))
    ] or [("Nothing is said; each claim stands alone.", "", "")]
    return {
        "frame": pd.DataFrame(rows, columns=["words", "reading", "note"]),
        "label": "tbl-relations",
        "caption": "How the printed quantities hang together, as relations.csv says.",
        "kind": "words",
        "columns": [
            Column("words", "What holds", width=1.7),
            Column("reading", "Under the reading", width=0.9, format=_or_always),
            Column("note", "Why", width=1.2),
        ],
    }


def _or_always(text: str) -> str:
    return text or "always"


def in_words(row: RelationRow) -> str:
    """Write a relation as a sentence or an equation."""
    what = noun(row.quantity)
    where = f"{what} ({row.period})" if row.period else what
    parts = [noun(part.replace("@", " (") + (")" if "@" in part else "")) for part in row.parts]
    joined = " + ".join(parts)
    text = {
        "unprinted": f"{what}: not printed",
        "unit": f"{what}: counted in pieces of 1/{joined}",
        "sum": f"{where} = {joined}",
        "period sum": f"{where} = {joined}",
        "share": f"{where} = {joined} ÷ {noun(row.by)}, at most 1",
        "ratio": f"{where} = {joined} ÷ {noun(row.by)}",
        "base": f"growth of {where} is on {joined}",
        "period": f"{where} means {joined}",
        "kind": f"“{row.claim}” is about a {joined}",
        "fall": f"“{row.claim}” is a decrease",
        "equal": f"{where} = {joined}",
        "at most": f"{where} ≤ {joined}",
        "less is better": f"{what}: less is better",
    }[row.relation]
    return f"{text} (said by {row.claim})" if row.claim and row.claim not in text else text


def _condition(reading: str, case: Case) -> str:
    """Write options in the words of case.yaml: "the third quarter of 2024"."""
    axes = case.parameters.readings
    pairs = [text.strip().split("=") for text in reading.split(";") if text.strip()]
    return "; ".join(axes[axis.strip()].options[option.strip()] for axis, option in pairs)


def conflicts(case: Case, verdicts: pd.DataFrame) -> View:
    """List the smallest sets of claims that cannot all hold, by reading."""
    quotes = {c.claim_id: f"“{c.quotation}”" for c in read_claims(case)}
    blamed = verdicts[(verdicts["verdict"] == "inconsistent") & (verdicts["conflict"] != "")]
    rows: dict[tuple[str, str], tuple[str, str, str]] = {}
    for row in blamed.itertuples():
        quoted = " — ".join(quotes[tag] for tag in str(row.conflict).split("; "))
        under = "default" if row.default else _condition(str(row.reading), case)
        told = (quoted, under or "default", str(row.evidence))
        # the default readings stand first and say it all; other rules of rounding only move ends
        rows.setdefault((str(row.conflict), under.removeprefix("default")), told)
    found = list(rows.values()) or [("–", "every reading", "No claim contradicts the others.")]
    return {
        "frame": pd.DataFrame(found, columns=["quoted", "reading", "evidence"]),
        "label": "tbl-conflicts",
        "caption": "Smallest sets of claims that no data set has together.",
        "kind": "derived",
        "columns": [
            Column("quoted", "Printed", width=1.4),
            Column("reading", "Reading", width=0.7),
            Column("evidence", "Why they cannot all hold", width=2),
        ],
    }


def ranges(verdicts: pd.DataFrame) -> View:
    """List the bounds of what is not printed, under the default readings."""
    found: dict[str, tuple[str, str]] = {}
    for text in verdicts[verdicts["default"] & (verdicts["bounds"] != "")]["bounds"]:
        for name, (low, high) in json.loads(text).items():
            found.setdefault(name, (low, high))
    rows = []
    for name, (low, high) in sorted(found.items()):
        what, _, period = name.partition("@")
        rows.append((noun(what), period, low or "no limit", high or "no limit"))
    rows = rows or [("nothing beyond what is printed", "–", "–", "–")]
    return {
        "frame": pd.DataFrame(rows, columns=["what", "period", "low", "high"]),
        "label": "tbl-bounds",
        "caption": "What the print leaves open, between its bounds, under the default readings.",
        "kind": "derived",
        "columns": [
            Column("what", "Quantity", width=1),
            Column("period", "Period"),
            Column("low", "At least", align="right"),
            Column("high", "At most", align="right"),
        ],
    }


def readings(case: Case, blocks: pd.DataFrame) -> View:
    """List every combination of readings of each block, rounding rules that agree as one row."""
    axes = [a for a in blocks.columns if a in case.parameters.readings and a != "rounding"]
    rows = []
    keys = ["block", *axes, "survives", "conflict"]
    for key, group in blocks.groupby(keys, sort=False):
        values = dict(zip(keys, key, strict=True))
        under = "; ".join(f"{axis}={values[axis]}" for axis in axes if values[axis])
        rows.append(
            (
                noun(str(values["block"])),
                _condition(under, case) or "no question open",
                ", ".join(group["rounding"]),
                "some data set" if values["survives"] else "none",
            )
        )
    return {
        "frame": pd.DataFrame(rows, columns=["block", "reading", "rounding", "fits"]),
        "label": "tbl-readings",
        "caption": "Every reading of the results, and whether a data set prints so.",
        "kind": "derived",
        "columns": [
            Column("block", "Results on", width=0.8),
            Column("reading", "Read as", width=1.6),
            Column("rounding", "Rounded", width=1),
            Column("fits", "What fits"),
        ],
    }


def claims(case: Case, verdicts: pd.DataFrame) -> View:
    """List every claim with its verdict and evidence under the default readings."""
    subjects = {c.claim_id: _subject(c) for c in read_claims(case)}
    shown = verdicts[verdicts["default"]]
    return {
        "frame": shown.assign(subject=shown["claim_id"].map(subjects)),
        "label": "tbl-claims",
        "caption": "Every claim with its verdict under the default readings, and what it rests on.",
        "kind": "derived",
        "columns": [
            Column("place", "Place", width=0.62),
            Column("subject", "Claim", width=1.25),
            Column("printed", "Printed", align="right"),
            Column("verdict", "Verdict", colours=VERDICT_COLOURS),
            Column("evidence", "Evidence", width=2.6),
        ],
    }
