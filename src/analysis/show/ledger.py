"""What each table of the report shows: frames with their columns, labels and captions.

Every function returns the arguments of :func:`analysis.notebook.display.show_table`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import pandas as pd

from analysis.base.numbers import decimal, percent
from analysis.base.periods import base_words, distance, parse_label, period_label, short_period
from analysis.claims.paper.contradictions import Finding
from analysis.kpis.catalogue import CATALOGUE, MONEY, Kpi, kpi, unit_in
from analysis.kpis.compare import Base, bases, compare, contributions_by_type, require_period
from analysis.kpis.measures import Totals
from analysis.notebook.display import VERDICT_COLOURS, Column
from analysis.tables.case import Case
from analysis.tables.contents import read_claims

View = dict[str, Any]

DIRECTIONS = {"up": "more", "down": "less", "none": "–"}


def kinds_of_number() -> View:
    """Explain the four kinds of number."""
    rows = [
        ("printed", "stands in the source, quoted, with its place"),
        ("derived", "follows from printed numbers by exact arithmetic: a value, or tight bounds"),
        (
            "synthetic",
            "from a made-up ledger that meets the printed results; one of many that would",
        ),
        ("yours", "computed from a user's own rows"),
        ("words", "no number: definitions, and our words on quoted places"),
    ]
    return {
        "frame": pd.DataFrame(rows, columns=["kind", "meaning"]),
        "label": "tbl-kinds",
        "caption": (
            "Four kinds of number, and the mark of words. Every figure, table and file says which "
            "it holds."
        ),
        "kind": "words",
        "columns": [Column("kind", "Kind"), Column("meaning", "Meaning", width=1)],
    }


MEANINGS: Mapping[str, str] = {
    "reproduced": "counted or recomputed from what else is printed",
    "consistent": "a data set exists that prints this way; a target is met by what is printed",
    "inconsistent": "contradicts another place or its own name; the conflict is named",
    "underdetermined": "more than one value fits; we give the bounds",
    "not reported": "a target or formula for which no result is printed",
    "unreadable": "typography lost in our text of the paper; never an accusation",
}
"""What the verdicts say of the paper's claims."""


def verdict_meanings(verdicts: pd.DataFrame, meanings: Mapping[str, str] = MEANINGS) -> View:
    """Count the verdicts under the default readings and say what each means."""
    counts = verdicts[verdicts["default"]]["verdict"].value_counts()
    rows = [(name, int(counts.get(name, 0)), text) for name, text in meanings.items()]
    return {
        "frame": pd.DataFrame(rows, columns=["verdict", "claims", "meaning"]),
        "label": "tbl-verdict-counts",
        "caption": "Verdicts on the claims, under the default readings.",
        "kind": "derived",
        "columns": [
            Column("verdict", "Verdict", colours=VERDICT_COLOURS),
            Column("claims", "Claims"),
            Column("meaning", "Meaning", width=1),
        ],
    }


def printed_results(case: Case) -> View:
    """List the printed results at each place that prints them."""
    rows = [
        (_subject(claim.claim_id), claim.printed, claim.place, claim.quotation)
        for claim in read_claims(case)
        if claim.role == "result"
    ]
    return {
        "frame": pd.DataFrame(rows, columns=["subject", "printed", "place", "quotation"]),
        "label": "tbl-printed-results",
        "caption": "The results that the paper prints, at each place.",
        "kind": "printed",
        "columns": [
            Column("subject", "Result", width=1.1),
            Column("printed", "Printed", align="right"),
            Column("place", "Place"),
            Column("quotation", "Quotation", width=2.4, format=lambda text: f"“{text}”"),
        ],
    }


def _subject(claim_id: str) -> str:
    """Name a claim by its subject, without its place: ``5-services-growth`` is Services growth."""
    words = claim_id.split("-", 1)[1].replace("-", " ")
    for short in ("roi", "roe", "q1", "q2"):
        words = " ".join(word.upper() if word == short else word for word in words.split())
    return words[0].upper() + words[1:]


def contradictions(findings: Sequence[Finding]) -> View:
    """Set what the paper prints in one place against what it prints in another."""
    rows = [
        (f.number, f.topic, _first_quotations(f.one, f.other), f.conclusion, f.kind)
        for f in findings
    ]
    return {
        "frame": pd.DataFrame(rows, columns=["number", "topic", "print", "conclusion", "kind"]),
        "label": "tbl-findings",
        "caption": "What the paper prints in one place against what it prints in another.",
        "kind": "derived",
        "columns": [
            Column("number", "No."),
            Column("topic", "Subject", width=1),
            Column("print", "Printed", width=2),
            Column("conclusion", "What follows", width=2),
            Column("kind", "So it is", width=0.8),
        ],
    }


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
    rates = [Fraction(int(found), int(made)) for found, made in pairs]
    table["rate"] = pd.Series(rates, dtype="object")
    return {
        "frame": table,
        "label": "tbl-trust",
        "caption": (
            "Publications of made-up companies, judged by the engine. True ones called "
            "inconsistent must be none; misprints are noticed where the numbers leave no room."
        ),
        "kind": "synthetic",
        "columns": [
            Column("test", "Test", width=1),
            Column("true", "True publications"),
            Column("false_alarms", "Called inconsistent"),
            Column("misprints", "With a misprint"),
            Column("rate", "Noticed", format=percent(1)),
        ],
    }


def claims(verdicts: pd.DataFrame) -> View:
    """List every claim with its verdict and evidence under the default readings."""
    shown = verdicts[verdicts["default"]]
    return {
        "frame": shown.assign(subject=shown["claim_id"].map(_subject)),
        "label": "tbl-claims",
        "caption": "Every claim with its verdict under the default readings, and what it rests on.",
        "kind": "derived",
        "columns": [
            Column("place", "Place"),
            Column("subject", "Claim", width=0.9),
            Column("printed", "Printed", width=1.1, align="left"),
            Column("verdict", "Verdict", colours=VERDICT_COLOURS),
            Column("evidence", "Evidence", width=2.2),
        ],
    }


def process(times: pd.DataFrame, period: str, kind: str) -> View:
    """Show the time per step of the service process."""
    return {
        "frame": times,
        "label": "tbl-process",
        "caption": f"Time per step of the service process, services completed in {period}.",
        "kind": kind,
        "columns": [
            Column("name", "Step", width=1),
            Column("mode", "Mode"),
            Column("services", "Services"),
            Column("mean", "Mean days", format=decimal(1)),
            Column("median", "Median days", format=decimal(1)),
            Column("share", "Share of the cycle", format=percent(0)),
            Column("bottleneck", "Bottleneck"),
        ],
    }


def starting_level(levels: pd.DataFrame, period: str, kind: str, currency: str = MONEY) -> View:
    """Show the level of every KPI before the change."""
    units = [unit_in(unit, currency) for unit in levels["unit"]]
    shown = levels.assign(value=_texts(levels), unit=units)
    return {
        "frame": shown,
        "label": "tbl-starting-level",
        "caption": f"Starting level of every KPI, {period}. A dash: nothing was measured.",
        "kind": kind,
        "columns": [
            Column("perspective", "Perspective"),
            Column("name", "KPI", width=1),
            Column("value", "Level", align="right"),
            Column("unit", "Unit"),
        ],
    }


def _texts(table: pd.DataFrame) -> pd.Series[Any]:
    """Write the values of a frame with columns kpi and value, each with its KPI's decimals."""
    shown = [_shown(name, v) for name, v in zip(table["kpi"], table["value"], strict=True)]
    return pd.Series(shown, index=table.index, dtype="object")


def _shown(name: str, value: Fraction | None) -> str | None:
    return None if value is None else decimal(kpi(name).decimals)(value)


def catalogue(records: Sequence[Kpi] = CATALOGUE, currency: str = MONEY) -> View:
    """List indicators and their definitions."""
    rows = [
        (r.perspective, r.name, r.definition, unit_in(r.unit, currency), DIRECTIONS[r.better])
        for r in records
    ]
    return {
        "frame": pd.DataFrame(
            rows, columns=["perspective", "name", "definition", "unit", "better"]
        ),
        "label": "tbl-catalogue",
        "caption": "The indicators. Rates are ratios of sums over the period, not means of ratios.",
        "kind": "words",
        "columns": [
            Column("perspective", "Perspective"),
            Column("name", "KPI"),
            Column("definition", "Definition", width=1),
            Column("unit", "Unit"),
            Column("better", "Better"),
        ],
    }


def kpi_course(
    table: pd.DataFrame, last: str, kind: str, currency: str = MONEY, count: int = 6
) -> View:
    """Show every KPI over the periods that end with the reported one."""
    grain, end = parse_label(last)
    chosen = table[table["index"].between(end - count + 1, end)]
    wide = chosen.assign(shown=_texts(chosen)).pivot_table(
        index="kpi", columns="period", values="shown", aggfunc="first", dropna=False
    )
    wide = wide.reindex([r.kpi_id for r in CATALOGUE if r.kpi_id in wide.index])
    periods = [str(period) for period in wide.columns]
    first, latest = short_period(periods[0]), short_period(periods[-1])
    wide.insert(0, "name", [_named(str(name), currency) for name in wide.index])
    return {
        "frame": wide,
        "label": "tbl-kpis",
        "caption": f"Every KPI by {grain}, {first} to {latest}.",
        "kind": kind,
        "columns": [
            Column("name", "KPI", width=1),
            *(Column(period, period, align="right") for period in periods),
        ],
    }


def reproduction(rows: pd.DataFrame) -> View:
    """Hold the printed results against the ledger's, each once however many places print it."""
    return {
        "frame": rows.drop_duplicates(["result", "printed"]),
        "label": "tbl-reproduction",
        "caption": "Printed results against the same results computed from the ledger's rows.",
        "kind": "synthetic",
        "columns": [
            Column("result", "Result", width=1),
            Column("printed", "Printed", align="right"),
            Column("exact", "Ledger, more digits", align="right"),
            Column("computed", "Ledger, printed form", align="right"),
            Column("same", "Same"),
        ],
    }


def _named(name: str, currency: str) -> str:
    return f"{kpi(name).name}, {unit_in(kpi(name).unit, currency)}"


def comparison(table: pd.DataFrame, period: str, kind: str, currency: str = MONEY) -> View:
    """Compare a period with the previous one and with the same one of last year."""
    grain, index = parse_label(period)
    now = table[table["period"] == require_period(table, period)].set_index("kpi")
    frame = pd.DataFrame({"kpi": [r.kpi_id for r in CATALOGUE if r.kpi_id in now.index]})
    frame["name"] = [_named(name, currency) for name in frame["kpi"]]
    frame["value"] = [_shown(name, now["value"][name]) for name in frame["kpi"]]
    columns = [Column("name", "KPI", width=1), Column("value", period, align="right")]
    for base in bases(grain):
        rows = compare(table, base, grain)
        rows = rows[rows["period"] == period].set_index("kpi")
        frame[base] = [_changed(name, rows) for name in frame["kpi"]]
        header = f"on {period_label(index - distance(grain, base), grain)}"
        columns.append(Column(base, header, align="right"))
    last_year = "" if grain == "year" else f" and the same {grain} of last year"
    return {
        "frame": frame,
        "label": "tbl-comparison",
        "caption": (
            f"{period} against the previous {grain}{last_year}. "
            "Changes are relative; those of shares are in percentage points (pp)."
        ),
        "kind": kind,
        "columns": columns,
    }


def _changed(name: str, rows: pd.DataFrame) -> str | None:
    if name not in rows.index or rows["change"][name] is None:
        return None
    if kpi(name).is_share:
        return decimal(1, signed=True)(rows["change"][name]) + " pp"
    growth = rows["growth"][name]
    return None if growth is None else percent(1, signed=True)(growth)


def contribution(
    totals: Totals, period: str, base: Base, names: Mapping[str, str], kind: str
) -> View:
    """Split the growth of services by type."""
    parts = contributions_by_type(totals, "services", period, base)
    parts["name"] = [names.get(key, key) for key in parts["service_type"]]
    grain, _ = parse_label(period)
    return {
        "frame": parts,
        "label": "tbl-contributions",
        "caption": (
            f"Which services made {period} differ from {base_words(grain, base)}. "
            "The contributions add up to the growth of all services."
        ),
        "kind": kind,
        "columns": [
            Column("name", "Service", width=1),
            Column("base", "Before"),
            Column("value", "Now"),
            Column("change", "Change", format=decimal(0, signed=True)),
            Column("points", "Contribution", format=percent(1, signed=True)),
        ],
    }
