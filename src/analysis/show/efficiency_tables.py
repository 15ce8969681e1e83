"""Tables of the efficiency chapter: the article rebuilt, and any firm's statements as ratios."""

from __future__ import annotations

import pandas as pd

from analysis.base.text import column, decimal, percent, points
from analysis.efficiency.article import scheme_table
from analysis.efficiency.diagnosis import Finding
from analysis.efficiency.dynamics import QUARTERLY_CUT, dupont, key_results, step_table
from analysis.efficiency.quarterly_statements import Book, has_statements, ledger_statements
from analysis.efficiency.ratios import (
    CATALOGUE,
    LADDER,
    NAMED,
    ratio_text,
)
from analysis.efficiency.sentences import STATUS
from analysis.notebook.display import Column
from analysis.notebook.values import literal
from analysis.show.wording import View, view
from analysis.tables.case import Case

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
    return view("tbl-ladder-bridge", rows)


def catalogue() -> View:
    """List the indicators with printed and corrected formula."""
    first: dict[str, str] = {NAMED: "not printed"}
    rows = []
    for r in CATALOGUE:
        printed = first.get(r.printed) or _glossed(r.printed, r.printed_english)
        rows.append((r.indicator_id, r.english, r.polish, printed, r.formula, r.remark or None))
        first.setdefault(r.printed, f"as {r.indicator_id}")
    return view("tbl-efficiency-catalogue", rows)


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
    return view("tbl-sentences", frame)


def _in_signs(formula: str) -> str:
    """Write a constraint with the signs of printed mathematics."""
    for typed, sign in _SIGNS.items():
        formula = formula.replace(f" {typed} ", f" {sign} ")
    return formula


def _glossed(polish: str, english: str) -> str:
    """Quote the article, with our English behind it."""
    return f"„{polish}” ({english})"


def _remark(correction: str, note: str) -> str | None:
    parts = [text if text.endswith(".") else f"{text}." for text in (correction, note) if text]
    return " ".join(parts) or None


def readings(table: pd.DataFrame) -> View:
    """Show for every reading whether all sentences can be true together."""
    frame = table.assign(
        possible=[str(v) == "True" for v in table["possible"]],
        conflict=column(text.replace("-", " ") or None for text in table["conflict"]),
    )
    return view("tbl-efficiency-readings", frame)


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
            row["period"]: row["reason"]
            if row["value"] is None
            else decimal(0)(row["value"])
            if record.unit == "money"
            else ratio_text(record, row["value"])
            for row in chosen.to_dict("records")
        }
        rows.append({"id": record.indicator_id, "name": record.english, **cells})
    frame = pd.DataFrame(rows)
    return view(
        "tbl-indicators",
        frame,
        kind=kind,
        more=[Column(period, period, align="right") for period in frame.columns[2:]],
        company=literal(company),
        basis=next(text for text in table["basis"] if text),
        annual="annualised" if table["annualised"].any() else "per quarter, not annualised",
    )


def steps(table: pd.DataFrame, company: str, kind: str = "synthetic") -> View:
    """Show what each step of the ladder adds to the margin or takes from it."""
    long = step_table(table)
    wide = long.pivot(index="step", columns="period", values="value")
    wide = wide.reindex(list(dict.fromkeys(long["step"]))).reset_index()
    periods = [Column(p, p, points(1), align="right") for p in wide.columns[1:]]
    return view("tbl-steps", wide, kind=kind, more=periods, company=literal(company))


def dupont_split(statements: Book, table: pd.DataFrame, company: str, kind: str) -> View:
    """Show return on equity as margin, turnover and multiplier, and its change split exactly."""
    return view("tbl-dupont", dupont(statements, table), kind=kind, company=literal(company))


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
        about = "this case's ledger holds no quarterly statements"
        return view("tbl-financial-results", [], kind=kind, title=title, about=about)
    frame = key_results(ledger_statements(case))
    for name in ("cost_cut", "cost_share_cut"):
        frame[name] = column(None if cut is None else -cut for cut in frame[name])
    about = (
        "net profit ÷ sales, equity, and equity with debt (averages of opening and closing, "
        "per quarter); changes of costs are those on the quarter before"
    )
    if not case.has_own_rows:
        about += f", to be held against {percent(2)(-QUARTERLY_CUT)} for 1% a month"
    return view("tbl-financial-results", frame, kind=kind, title=title, about=about)
