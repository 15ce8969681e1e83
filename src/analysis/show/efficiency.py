"""What each table of the efficiency chapter shows, in reading order.

Every function returns the arguments of :func:`analysis.notebook.display.show_table`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import pandas as pd

from analysis.base.numbers import decimal, percent, points
from analysis.efficiency.article import scheme_table
from analysis.efficiency.diagnosis import Finding
from analysis.efficiency.dynamics import DUPONT, QUARTERLY_CUT, dupont, key_results, step_table
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
from analysis.tables.case import Case

View = dict[str, Any]

_OURS: Final = "Cells marked ° are ours; all others are stated in the article's text."


def outlays_results(case: Case) -> View:
    """Show table 1: classes of outlays and results."""
    return {
        "frame": scheme_table(case, "table-1"),
        "label": "tbl-article-1",
        "caption": f"Table 1 of the article, rebuilt: classes of outlays and results. {_OURS}",
        "kind": "words",
        "columns": [
            Column("character", "Character", width=1.3),
            Column("outlays", "Outlays", width=1),
            Column("results", "Results", width=1),
        ],
    }


def accounts(case: Case) -> View:
    """Show table 2: kinds of efficiency account."""
    return {
        "frame": scheme_table(case, "table-2"),
        "label": "tbl-article-2",
        "caption": f"Table 2 of the article, rebuilt: kinds of efficiency account. {_OURS}",
        "kind": "words",
        "columns": [
            Column("by", "By"),
            Column("kind", "Kind"),
            Column("compares", "Compares", width=1),
            Column("example", "Example", width=1),
        ],
    }


def bridge() -> View:
    """Show the old Polish ladder beside today's layout and English names."""
    rows = [(r.indicator_id, r.polish, r.english, r.today, r.ifrs) for r in LADDER]
    return {
        "frame": pd.DataFrame(rows, columns=["id", "polish", "english", "today", "ifrs"]),
        "label": "tbl-ladder-bridge",
        "caption": (
            "The profit ladder of 2006 beside today's Polish layout, which has no extraordinary "
            "step, and the nearest subtotal under IFRS."
        ),
        "kind": "words",
        "columns": [
            Column("id", "Id"),
            Column("polish", "Polish, 2006", width=1),
            Column("english", "English", width=1),
            Column("today", "Polish, today", width=1.2),
            Column("ifrs", "IFRS", width=1.2),
        ],
    }


def catalogue() -> View:
    """List the indicators with printed and corrected formula."""
    first: dict[str, str] = {NAMED: "not printed"}
    rows = []
    for r in CATALOGUE:
        printed = first.get(r.printed) or _glossed(r.printed, r.printed_english)
        rows.append((r.indicator_id, r.english, r.polish, printed, r.formula, r.remark or None))
        first.setdefault(r.printed, f"as {r.indicator_id}")
    columns = ["id", "english", "polish", "printed", "formula", "remark"]
    return {
        "frame": pd.DataFrame(rows, columns=columns),
        "label": "tbl-efficiency-catalogue",
        "caption": "The article's indicators: what it prints of each formula, ours, and why.",
        "kind": "printed",
        "columns": [
            Column("id", "Id"),
            Column("english", "Indicator", width=1),
            Column("polish", "Wskaźnik", width=1),
            Column("printed", "Printed", width=1.2),
            Column("formula", "Formula", width=1),
            Column("remark", "Remark", width=1.2),
        ],
    }


_SIGNS = {"<=": "≤", ">=": "≥", "-": "−", "*": "·"}


def sentences(table: pd.DataFrame) -> View:
    """List every sentence with its constraint and what became of it."""
    frame = table.assign(
        status=[STATUS[name] for name in table["status"]],
        quotation=[
            _glossed(text, english)
            for text, english in zip(table["quotation"], table["english"], strict=True)
        ],
        formula=_cells(_in_signs(text) or None for text in table["formula"]),
        remark=_cells(
            _remark(str(c), str(n)) for c, n in zip(table["correction"], table["note"], strict=True)
        ),
    )
    return {
        "frame": frame,
        "label": "tbl-sentences",
        "caption": (
            "What the article says of its company, sentence by sentence: the constraint that we "
            "read in it, and what became of it under the default readings. *Follows*: from the "
            "other sentences; *adds*: leaves fewer companies; *on ratios*: sets ratios against "
            "ratios, checked on companies; *hangs*: no number could show it right or wrong. Both "
            "synthetic companies meet all that are in force."
        ),
        "kind": "derived",
        "columns": [
            Column("quotation", "Sentence", width=1.5),
            Column("role", "Role"),
            Column("formula", "Constraint", width=1.2),
            Column("status", "Verdict"),
            Column("remark", "Remark", width=1.1),
        ],
    }


def _in_signs(formula: str) -> str:
    """Write a constraint with the signs of printed mathematics."""
    for typed, sign in _SIGNS.items():
        formula = formula.replace(f" {typed} ", f" {sign} ")
    return formula


def _glossed(polish: str, english: str) -> str:
    """Quote the article, with our English behind it."""
    return f"„{polish}” ({english})"


def _cells(texts: Iterable[str | None]) -> pd.Series[Any]:
    return pd.Series(list(texts), dtype="object")


def _remark(correction: str, note: str) -> str | None:
    parts = [text if text.endswith(".") else f"{text}." for text in (correction, note) if text]
    return " ".join(parts) or None


def readings(table: pd.DataFrame) -> View:
    """Show for every reading whether all sentences can be true together."""
    return {
        "frame": table.assign(
            possible=[str(v) == "True" for v in table["possible"]],
            conflict=_cells(text.replace("-", " ") or None for text in table["conflict"]),
        ),
        "label": "tbl-efficiency-readings",
        "caption": (
            "Can all sentences be true together? Under each reading of an open question, the "
            "others at their defaults: a company that meets them all was found, or a minimal set "
            "of sentences that contradict each other is named."
        ),
        "kind": "derived",
        "columns": [
            Column("question", "Question", width=1.3),
            Column("meaning", "Reading", width=1),
            Column("possible", "Possible"),
            Column("conflict", "Contradiction", width=1.2),
        ],
    }


def conclusions(table: pd.DataFrame) -> View:
    """List conclusions of the article that fail in a company where all else holds."""
    return {
        "frame": table.assign(
            statement_id=[name.replace("-", " ") for name in table["statement_id"]],
            failing=[name.replace("-", " ") for name in table["failing"]],
        ),
        "label": "tbl-conclusions",
        "caption": (
            "Conclusions that do not follow: with the change named, a synthetic company still "
            "meets every other sentence."
        ),
        "kind": "synthetic",
        "columns": [
            Column("statement_id", "Conclusion", width=1),
            Column("company_id", "Company"),
            Column("change", "Change", width=1.6),
            Column("failing", "Sentences missed", width=1),
        ],
    }


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
    basis = next(text for text in table["basis"] if text)
    annual = "annualised" if bool(table["annualised"].any()) else "per quarter, not annualised"
    return {
        "frame": frame,
        "label": "tbl-indicators",
        "caption": (
            f"Tables 3 and 4 of the article for {literal(company)}: {basis} balances, {annual}."
        ),
        "kind": kind,
        "columns": [
            Column("id", "Id"),
            Column("name", "Indicator", width=1),
            *(Column(period, period, align="right") for period in frame.columns[2:]),
        ],
    }


def steps(table: pd.DataFrame, company: str, kind: str = "synthetic") -> View:
    """Show what each step of the ladder adds to the margin or takes from it."""
    wide = step_table(table).pivot(index="step", columns="period", values="value")
    wide = wide.reindex(list(dict.fromkeys(step_table(table)["step"]))).reset_index()
    return {
        "frame": wide,
        "label": "tbl-steps",
        "caption": (
            f"What each step of the ladder adds to the margin, {literal(company)}; points of sales."
        ),
        "kind": kind,
        "columns": [
            Column("step", "Step", width=1),
            *(Column(p, p, points(1), align="right") for p in wide.columns[1:]),
        ],
    }


def dupont_split(statements: Book, table: pd.DataFrame, company: str, kind: str) -> View:
    """Show return on equity as margin, turnover and multiplier, and its change split exactly."""
    percents, plain, change = percent(1), decimal(2), points(2)
    return {
        "frame": dupont(statements, table),
        "label": "tbl-dupont",
        "caption": (
            f"Return on equity of {literal(company)} split into three factors, and its change on "
            "the quarter before into their parts, which add up exactly. Per quarter, on closing "
            "balances."
        ),
        "kind": kind,
        "columns": [
            Column("period", "Quarter", width=1),
            Column("roe", "ROE", percents, align="right"),
            Column(DUPONT[0], "Margin", percents, align="right"),
            Column(DUPONT[1], "Turnover", plain, align="right"),
            Column(DUPONT[2], "Multiplier", plain, align="right"),
            Column("change", "Change", change, align="right"),
            *(
                Column(f"{name} part", f"by {name.split()[-1]}", change, align="right")
                for name in DUPONT
            ),
        ],
    }


def diagnosis(findings: list[Finding], company: str, kind: str = "synthetic") -> View:
    """List the diagnosis with rules and corrections."""
    rows = [
        (f.text.english, f.text.polish, f.rule.english, f.correction and f.correction.english)
        for f in findings
    ]
    return {
        "frame": pd.DataFrame(rows, columns=["english", "polish", "rule", "correction"]),
        "label": "tbl-diagnosis",
        "caption": (
            f"A diagnosis of {literal(company)} in words, made from the numbers by stated rules."
        ),
        "kind": kind,
        "columns": [
            Column("english", "Sentence", width=1.3),
            Column("polish", "Po polsku", width=1.3),
            Column("rule", "Rule", width=1),
            Column("correction", "What the article argues too strongly", width=1),
        ],
    }


def financial_results(case: Case) -> View:
    """Show a case's financial key results from the statements of its ledger."""
    frame = pd.DataFrame(columns=["period"])
    about = "this case's ledger holds no quarterly statements"
    if has_statements(case):
        frame = key_results(ledger_statements(case))
        for name in ("cost_cut", "cost_share_cut"):
            frame[name] = _cells(None if cut is None else -cut for cut in frame[name])
        about = (
            "net profit ÷ sales, equity, and equity with debt (averages of opening and closing, "
            "per quarter); changes of costs are those on the quarter before"
        )
        if not case.has_own_rows:
            about += f", to be held against {percent(2)(-QUARTERLY_CUT)} for 1% a month"
    share, change = percent(1), percent(1, signed=True)
    names = {
        "net_margin": ("Net margin", share),
        "margin_points": ("on last year", points(1)),
        "roe": ("ROE", share),
        "roi": ("ROI", share),
        "cost_cut": ("Costs", change),
        "cost_share_cut": ("Costs ÷ sales", change),
    }
    for name in names:
        if name not in frame:
            frame[name] = pd.Series(dtype="object")
    return {
        "frame": frame,
        "label": "tbl-financial-results",
        "caption": f"{literal(case.parameters.title)}'s financial key results: {about}.",
        "kind": case.parameters.kind,
        "columns": [
            Column("period", "Quarter", width=1),
            *(Column(n, head, form, align="right") for n, (head, form) in names.items()),
        ],
    }
