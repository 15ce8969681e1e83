"""Tables on publications: printed claims and verdicts; the efficiency article and its ratios."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import pandas as pd

from analysis.base.language import tr
from analysis.base.periods import quarter_label
from analysis.base.text import MISSING, column, decimal, fields, percent, points, records
from analysis.claims.relations import KINDS, RelationRow, read_relations
from analysis.claims.verdicts import listed_words
from analysis.claims.wording import MEANINGS, noun
from analysis.efficiency.diagnosis import Finding
from analysis.efficiency.dynamics import QUARTERLY_CUT, dupont, key_results, step_table
from analysis.efficiency.quarterly_statements import Book, has_statements, ledger_statements
from analysis.efficiency.ratios import CATALOGUE, LADDER, NAMED, collection_days, ratio_text
from analysis.efficiency.sentences import STATUS, scheme_table
from analysis.evidence.appraisal import KINDS as FINDINGS
from analysis.evidence.appraisal import Entry, read_appraisal
from analysis.evidence.soundness import share_power
from analysis.notebook.display import Column
from analysis.notebook.prose import literal
from analysis.show.wording import View, rows_of, view
from analysis.tables.case import Case
from analysis.tables.strategy_tables import ClaimRow, read_claims

ROLES = ["result", "target", "formula", "statement", "structure"]
"""Roles of claims, in the order of tables; an example is a target."""


def kinds_of_number() -> View:
    """Explain the four kinds of number."""
    return view("tbl-kinds", rows_of("tbl-kinds"))


def verdict_meanings(verdicts: pd.DataFrame) -> View:
    """Count the verdicts under the default readings, by role, and say what each means."""
    usual = verdicts[verdicts["default"]].replace({"role": {"example": "target"}})
    rows = usual.groupby(["verdict", "role"]).size().unstack(fill_value=0)
    rows = rows.reindex(index=listed_words(set(rows.index)), columns=ROLES, fill_value=0)
    rows.insert(0, "claims", rows.sum(axis=1))
    rows["meaning"] = pd.Series(dict(MEANINGS))
    return view("tbl-verdict-counts", rows.reset_index())


def printed_results(case: Case) -> View:
    """List the printed results at each place that prints them."""
    results = [claim for claim in read_claims(case) if claim.role == "result"]
    return view(
        "tbl-printed-results",
        [(_from_id(c.claim_id), c.printed, c.place, c.quotation) for c in results],
        numbers=len({claim.printed for claim in results}),
    )


def _from_id(claim_id: str) -> str:
    """Name a claim by its subject, without its place: ``5-services-growth`` is Services growth."""
    words = claim_id.split("-", 1)[1].replace("-", " ")
    for short in ("roi", "roe", "q1", "q2"):
        words = " ".join(word.upper() if word == short else word for word in words.split())
    return words[0].upper() + words[1:]


def appraised(case: Case, section: str) -> View:
    """Show a section of the appraisal of a publication, findings in the order of their kinds."""
    claims = {claim.claim_id: claim for claim in read_claims(case)}
    kinds = list(FINDINGS)
    entries = read_appraisal(case)[section]
    if section == "findings":
        entries = sorted(entries, key=lambda entry: kinds.index(entry["kind"]))
    rows = [_shown(number, entry, claims) for number, entry in enumerate(entries, 1)]
    firm = sum(entry.get("kind") == "firm" for entry in entries)
    met = sum(entry.get("answer") == "yes" for entry in entries)
    gravity = Counter(entry.get("gravity") for entry in entries)
    absent = sum(entry.get("found") == "no" for entry in entries)
    words = {"firm": firm, "met": met, "holds": gravity["holds"], "wrong": gravity["wrong"]}
    return view(f"tbl-{section}", pd.DataFrame(rows), absent=absent, **words)


def _shown(number: int, entry: Entry, claims: Mapping[str, ClaimRow]) -> Entry:
    """Add what a table shows of an entry: its number, its claims, what it quotes."""
    named = entry.get("claims", [])
    places = dict.fromkeys(claims[name].place for name in named)
    shown = {**entry, "number": number, "claims": "; ".join(named), "places": "; ".join(places)}
    if "quotation" in entry:
        shown["print"] = f"“{entry['quotation']}” ({_place(entry['place'])})"
    if "one" in entry:
        sides = [[claims[name] for name in entry.get(side, [])] for side in ("one", "other")]
        shown |= {"print": _first_quotations(sides), "kind": FINDINGS[entry["kind"]]}
    return shown


def _place(place: str) -> str:
    return f"section {place}" if place[0].isdigit() else place


def _first_quotations(sides: Sequence[Sequence[ClaimRow]]) -> str:
    """Show the first quotation of each side, and how many more there are."""
    shown = []
    for first, *more in filter(None, sides):
        others = f" and {len(more)} more" if more else ""
        shown.append(f"“{first.quotation}” ({first.place}){others}")
    return " — against — ".join(shown)


def sizes() -> View:
    """Show how often a share would fit a number of answers by chance."""
    return view("tbl-power", share_power())


def trust(case: Case) -> View:
    """Show how often each test of the engine errs, as ``make bench`` measured it."""
    rows = pd.read_csv(case.root / "benchmarks" / "trust.csv", encoding="utf-8")
    counts = ["true", "false_alarms", "misprints", "detected"]
    table = rows.groupby("test", sort=False)[counts].sum().reset_index()
    pairs = zip(table["detected"], table["misprints"], strict=True)
    table["rate"] = column(Fraction(int(found), int(made)) for found, made in pairs)
    sums = table[counts].sum()
    noticed = percent(0)(Fraction(int(sums["detected"]), int(sums["misprints"])))
    alarms, made = int(sums["false_alarms"]), f"{int(table['true'].max()):,}"
    return view("tbl-trust", table, alarms=alarms, publications=made, noticed=noticed)


def paper_claims(verdicts: pd.DataFrame) -> View:
    """List every claim of the paper with its verdict and evidence under the default readings."""
    shown = verdicts[verdicts["default"]]
    broken = int((shown["verdict"] == "inconsistent").sum())
    sharp = shown["sharpness"].map(lambda text: f" {text[0].upper()}{text[1:]}." if text else "")
    subjects = shown["claim_id"].map(_from_id)
    shown = shown.assign(subject=subjects, evidence=shown["evidence"] + sharp)
    return view("tbl-claims", shown, broken=broken)


def claims(case: Case, verdicts: pd.DataFrame) -> View:
    """List every claim of any case with its verdict and evidence under the default readings."""
    subjects = {c.claim_id: _subject(c) for c in read_claims(case)}
    shown = verdicts[verdicts["default"]]
    return view("tbl-claims/any", shown.assign(subject=shown["claim_id"].map(subjects)))


def reproduction(rows: pd.DataFrame) -> View:
    """Hold the printed results against the ledger's, each once however many places print it."""
    once = rows.drop_duplicates(["result", "printed"])
    return view("tbl-reproduction", once, same=int(once["same"].sum()))


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
    words = fields(row, "claim of") | {"what": what, "where": where, "parts": " + ".join(parts)}
    text = KINDS[row.relation].written.format(by=noun(row.by), **words)
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


_SIGNS = {"<=": "≤", ">=": "≥", "-": "−", "*": "·"}


def outlays_results(case: Case) -> View:
    """Show table 1: classes of outlays and results."""
    return view("tbl-article-1", scheme_table(case, "table-1"))


def accounts(case: Case) -> View:
    """Show table 2: kinds of efficiency account."""
    return view("tbl-article-2", scheme_table(case, "table-2"))


def bridge() -> View:
    """Show the old Polish ladder beside today's layout and English names."""
    rows = [(r.indicator_id, r.polish, r.english, r.today, r.ifrs) for r in LADDER]
    without = sum(row[-1].startswith("no subtotal") for row in rows)
    return view("tbl-ladder-bridge", rows, without=without)


def catalogue() -> View:
    """List the indicators with printed and corrected formula."""
    first: dict[str, str] = {NAMED: "not printed"}
    rows = []
    for r in CATALOGUE:
        printed = first.get(r.printed) or _glossed(r.printed, r.printed_english)
        rows.append((r.indicator_id, r.english, r.polish, printed, r.formula, r.remark or None))
        first.setdefault(r.printed, f"as {r.indicator_id}")
    printed_ones = sum(r.printed != NAMED for r in CATALOGUE)
    return view("tbl-efficiency-catalogue", rows, printed=printed_ones)


def sentences(table: pd.DataFrame) -> View:
    """List every sentence with its constraint and what became of it."""
    quoted = zip(table["quotation"], table["english"], strict=True)
    remarks = zip(table["correction"], table["note"], strict=True)
    frame = table.assign(
        status=[STATUS[name] for name in table["status"]],
        quotation=[_glossed(text, english) for text, english in quoted],
        formula=column(_in_signs(text) or None for text in table["formula"]),
        remark=column(_remark(str(one), str(other)) for one, other in remarks),
    )
    counts: dict[str, Any] = dict(frame["status"].value_counts())
    return view("tbl-sentences", frame, **{"open": 0} | counts)


def _in_signs(formula: str) -> str:
    """Write a constraint with the signs of printed mathematics."""
    for typed, sign in _SIGNS.items():
        formula = formula.replace(f" {typed} ", f" {sign} ")
    return formula


def _glossed(polish: str, english: str) -> str:
    """Quote the article, with our English behind it."""
    return f"„{polish}” ({english})"


def _remark(correction: str, note: str) -> str | None:
    """Join two remarks as sentences."""
    parts = [text[0].upper() + text[1:] for text in (correction, note) if text]
    return " ".join(text if text.endswith(".") else f"{text}." for text in parts) or None


def article_readings(table: pd.DataFrame) -> View:
    """Show for every open question whether all sentences can be true together, and how read."""
    keys = ["question", "possible", "conflict"]
    frame = table.groupby(keys, sort=False)["meaning"].agg("; or ".join).reset_index()
    frame["possible"] = frame["possible"].astype(str) == "True"
    refused = int((~frame["possible"]).sum())
    frame["conflict"] = column(text.replace("-", " ") or None for text in frame["conflict"])
    return view("tbl-efficiency-readings", frame, refused=refused, count=len(table))


def conclusions(table: pd.DataFrame) -> View:
    """List conclusions of the article that fail in a company where all else holds."""
    frame = table.assign(
        statement_id=[name.replace("-", " ") for name in table["statement_id"]],
        failing=[name.replace("-", " ") for name in table["failing"]],
    )
    return view("tbl-conclusions", frame)


def indicators(table: pd.DataFrame, company: str, kind: str = "synthetic") -> View:
    """Show every indicator of every quarter, undefined ones with their reason."""
    rows = []
    for record in CATALOGUE:
        chosen = table[table["indicator"] == record.indicator_id]
        cells = {
            row.period: row.reason if row.value is None else ratio_text(record, row.value)
            for row in records(chosen)
        }
        rows.append({"id": record.indicator_id, "name": tr(record.english), **cells})
    frame = pd.DataFrame(rows)
    return view(
        "tbl-indicators",
        frame,
        kind=kind,
        more=[Column(period, period, align="right") for period in frame.columns[2:]],
        company=literal(company),
        **_basis(table),
    )


def ratios(table: pd.DataFrame, company: str, kind: str, currency: str) -> View:
    """Show the ratios of a firm's statements, and value added where its rates are known."""
    shown = indicators(table.assign(reason=None), company, kind)
    ids = [record.indicator_id for record in CATALOGUE if record.unit != "money"]
    frame = shown["frame"][shown["frame"]["id"].isin(ids)]
    rows = [_days(table, key, name) for key, name in DAYS.items()]
    added = table[(table["indicator"] == "K10") & table["value"].notna()]
    if len(added):
        amounts = {
            p: decimal(0)(v / 100) for p, v in zip(added["period"], added["value"], strict=True)
        }
        name = f"{tr('Economic value added')}, {currency}"
        rows.append({"id": "K10", "name": name, **amounts})
    frame = pd.concat([frame, pd.DataFrame(rows)], ignore_index=True)
    more = shown["columns"][2:]
    return view(
        "tbl-ratios", frame, kind=kind, more=more, company=literal(company), **_basis(table)
    )


DAYS = {"K21": "Days of sales in receivables", "K22b": "Days of cost in inventories"}
"""Turnovers that are read as days too, by the quarter's own length."""


def _days(table: pd.DataFrame, turnover: str, name: str) -> dict[str, str | None]:
    found = collection_days(table, turnover).items()
    texts = {quarter_label(q): None if days is None else decimal(0)(days) for q, days in found}
    return {"id": turnover, "name": tr(name), **texts}


def _basis(table: pd.DataFrame) -> dict[str, str]:
    """Say which balances divide, and that the ratios are those of a quarter."""
    basis = next(text for text in table["basis"] if text)
    return {"basis": tr(basis), "annual": tr("per quarter, not annualised")}


def steps(
    table: pd.DataFrame, company: str, kind: str = "synthetic", *, zeros: bool = True
) -> View:
    """Show what each step of the ladder adds to the margin or takes from it, zeros if so asked."""
    long = step_table(table)
    if not zeros:
        long = long[long.groupby("step")["value"].transform(lambda found: found.astype(bool).any())]
    wide = long.pivot(index="step", columns="period", values="value")
    wide = wide.reindex(list(dict.fromkeys(long["step"]))).reset_index()
    wide["step"] = [tr(step) for step in wide["step"]]
    periods = [Column(p, p, points(1), align="right") for p in wide.columns[1:]]
    moved = long["value"].map(lambda found: abs(found or 0)).groupby(long["step"], sort=False).sum()
    words = {"company": literal(company), "step": tr(str(moved.astype(object).idxmax()))}
    return view("tbl-steps", wide, kind=kind, more=periods, **words)


def dupont_split(statements: Book, table: pd.DataFrame, company: str, kind: str) -> View:
    """Show return on equity as margin, turnover and multiplier, and its change split exactly."""
    split = dupont(statements, table)
    ends = [MISSING if roe is None else percent(1)(roe) for roe in split["roe"].iloc[[0, -1]]]
    words: dict[str, Any] = {"company": literal(company), **_basis(table)}
    return view("tbl-dupont", split, kind=kind, first=ends[0], last=ends[-1], **words)


def diagnosis(findings: list[Finding], company: str, kind: str = "synthetic") -> View:
    """List the diagnosis with rules and corrections."""
    rows = [
        (f.text.english, f.text.polish, f.rule.english, f.correction and f.correction.english)
        for f in findings
    ]
    return view("tbl-diagnosis", rows, kind=kind, company=literal(company))


def financial_results(case: Case) -> View:
    """Show a case's financial key results from the statements of its ledger."""
    title, kind = literal(case.parameters.title), case.parameters.kind
    if not has_statements(case):
        about = "The ledger of this case holds no quarterly statements"
        return view("tbl-financial-results", [], kind=kind, found=title, about=about)
    frame = key_results(ledger_statements(case))
    for name in ("cost_cut", "cost_share_cut"):
        frame[name] = column(None if cut is None else -cut for cut in frame[name])
    about = tr(
        "Net profit ÷ sales and equity, operating profit ÷ equity with debt (averages of opening "
        "and closing, per quarter, not annualised); cost of goods sold (materials and labour), on "
        "the quarter before"
    )
    if not case.has_own_rows:
        about += f", to be compared with {percent(2)(-QUARTERLY_CUT)} for 1% a month"
    last = frame.iloc[-1]
    found = tr(
        "{title} keeps {margin} of sales as net profit in {period} and earns {roe} on equity",
        title=title,
        period=last["period"],
        margin=percent(1)(last["net_margin"]),
        roe=MISSING if last["roe"] is None else percent(1)(last["roe"]),
    )
    return view("tbl-financial-results", frame, kind=kind, found=found, about=about)
