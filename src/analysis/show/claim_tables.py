"""Tables on printed claims: what is printed, the verdicts, and what contradicts what."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction

import pandas as pd

from analysis.base.text import column, records
from analysis.claims.groups import noun
from analysis.claims.paper.contradictions import Finding
from analysis.claims.relations import RelationRow, read_relations
from analysis.claims.verdicts import MEANINGS, count_verdicts
from analysis.show.wording import View, rows_of, view
from analysis.tables.case import Case
from analysis.tables.strategy_tables import ClaimRow, read_claims


def kinds_of_number() -> View:
    """Explain the four kinds of number."""
    return view("tbl-kinds", rows_of("tbl-kinds"))


def verdict_meanings(verdicts: pd.DataFrame) -> View:
    """Count the verdicts under the default readings and say what each means."""
    counts = count_verdicts(verdicts)
    return view(
        "tbl-verdict-counts", [(word, counts[word], text) for word, text in MEANINGS.items()]
    )


def printed_results(case: Case) -> View:
    """List the printed results at each place that prints them."""
    results = [claim for claim in read_claims(case) if claim.role == "result"]
    return view(
        "tbl-printed-results",
        [(_from_id(c.claim_id), c.printed, c.place, c.quotation) for c in results],
    )


def _from_id(claim_id: str) -> str:
    """Name a claim by its subject, without its place: ``5-services-growth`` is Services growth."""
    words = claim_id.split("-", 1)[1].replace("-", " ")
    for short in ("roi", "roe", "q1", "q2"):
        words = " ".join(word.upper() if word == short else word for word in words.split())
    return words[0].upper() + words[1:]


def contradictions(findings: Sequence[Finding]) -> View:
    """Set what the paper prints in one place against what it prints in another."""
    return view(
        "tbl-findings",
        [
            (f.number, f.topic, _first_quotations(f.one, f.other), f.conclusion, f.kind)
            for f in findings
        ],
    )


def _first_quotations(one: str, other: str) -> str:
    """Show the first quotation of each side, and how many more there are."""
    shown = []
    for side in (one, other):
        first, *more = side.split("; ")
        if first:
            shown.append(first + (f" and {len(more)} more" if more else ""))
    return " — against — ".join(shown)


def trust(case: Case) -> View:
    """Show how often each test of the engine errs, as ``make bench`` measured it."""
    rows = pd.read_csv(case.root / "benchmarks" / "trust.csv", encoding="utf-8")
    counts = ["true", "false_alarms", "misprints", "detected"]
    table = rows.groupby("test", sort=False)[counts].sum().reset_index()
    pairs = zip(table["detected"], table["misprints"], strict=True)
    table["rate"] = column(Fraction(int(found), int(made)) for found, made in pairs)
    return view("tbl-trust", table)


def paper_claims(verdicts: pd.DataFrame) -> View:
    """List every claim of the paper with its verdict and evidence under the default readings."""
    shown = verdicts[verdicts["default"]]
    return view("tbl-claims", shown.assign(subject=shown["claim_id"].map(_from_id)))


def claims(case: Case, verdicts: pd.DataFrame) -> View:
    """List every claim of any case with its verdict and evidence under the default readings."""
    subjects = {c.claim_id: _subject(c) for c in read_claims(case)}
    shown = verdicts[verdicts["default"]]
    return view("tbl-claims/any", shown.assign(subject=shown["claim_id"].map(subjects)))


def reproduction(rows: pd.DataFrame) -> View:
    """Hold the printed results against the ledger's, each once however many places print it."""
    return view("tbl-reproduction", rows.drop_duplicates(["result", "printed"]))


def printed(case: Case) -> View:
    """List what is printed, in the order of ``claims.csv``."""
    found = read_claims(case)
    return view("tbl-printed", [(c.place, c.quotation, _subject(c), c.role) for c in found])


def _subject(claim: ClaimRow) -> str:
    """Name what a claim is about: "growth of deliveries, 2024"."""
    what = noun(claim.quantity)
    named = f"growth of {what}" if claim.kind == "growth" else what
    return named if claim.period in ("none", "unstated") else f"{named}, {claim.period}"


def relations(case: Case) -> View:
    """List how the quantities hang together."""
    rows = [
        (in_words(row), _condition(row.reading, case) or "always", row.note)
        for row in read_relations(case, read_claims(case))
    ]
    nothing = ("Nothing is said; each claim stands alone.", "always", "")
    return view("tbl-relations", rows or [nothing])


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
    for row in records(blamed):
        quoted = " — ".join(quotes[tag] for tag in str(row.conflict).split("; "))
        under = "default" if row.default else _condition(str(row.reading), case)
        told = (quoted, under or "default", str(row.evidence))
        # the default readings stand first and say it all; other rules of rounding only move ends
        rows.setdefault((str(row.conflict), under.removeprefix("default")), told)
    nothing = ("–", "every reading", "No claim contradicts the others.")
    return view("tbl-conflicts", list(rows.values()) or [nothing])


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
    return view("tbl-bounds", rows or [("nothing beyond what is printed", "–", "–", "–")])


def readings(case: Case, blocks: pd.DataFrame) -> View:
    """List every combination of readings of each block, rounding rules that agree as one row."""
    axes = [a for a in blocks.columns if a in case.parameters.readings and a != "rounding"]
    rows = []
    keys = ["block", *axes, "survives", "conflict"]
    for key, group in blocks.groupby(keys, sort=False):
        values = dict(zip(keys, key, strict=True))
        under = "; ".join(f"{axis}={values[axis]}" for axis in axes if values[axis])
        read_as = _condition(under, case) or "no question open"
        fits = "some data set" if values["survives"] else "none"
        rows.append((noun(str(values["block"])), read_as, ", ".join(group["rounding"]), fits))
    return view("tbl-readings", rows)
