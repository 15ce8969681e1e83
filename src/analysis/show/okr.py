"""Tables on OKRs, check-ins, scorecard and strategy map; see :mod:`analysis.show.ledger`."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pandas as pd

from analysis.base.frames import column, records
from analysis.base.numbers import MINUS, decimal, percent
from analysis.kpis.catalogue import MONEY, indicator, unit_in
from analysis.method.balanced_scorecard import KNOWN_FROM, Node
from analysis.method.key_results import Okrs, Result, chosen
from analysis.notebook.display import Column
from analysis.show.method import formula
from analysis.show.wording import SCORE, goal_text, level_text, score_text
from analysis.tables.case import Case
from analysis.tables.contents import read_claims

View = dict[str, Any]

STATUS_COLOURS = {
    "met": "#00594f",
    "good enough": "#00594f",
    "on track": "#00594f",
    "supported": "#00594f",
    "behind": "#a84a12",
    "below baseline": "#a84a12",
    "off": "#a84a12",
    "contradicted": "#a84a12",
    "cannot tell": "#6f6f6f",
    "undecided": "#6f6f6f",
    "untestable": "#6f6f6f",
}
"""At least 4.5:1 on white; the word always stands beside the colour."""


def okr_table(case: Case, results: Sequence[Result], objective_id: str, kind: str) -> View:
    """Rebuild one of the paper's Tables 1 to 4: printed, corrected, computed, target, score."""
    printed = {claim.claim_id: claim.printed for claim in read_claims(case)}
    rows = []
    for result in chosen(list(results)):
        row = result.key_result
        if row.objective_id != objective_id:
            continue
        record = indicator(result.kpi)
        rows.append(
            {
                "text": ("Objective: " if row.role == "headline" else "") + row.text,
                "printed": printed.get(row.claim_id, "no formula"),
                "corrected": formula(indicator(row.kpi)),
                "value": level_text(record, result.value),
                "target": goal_text(record, result.goal),
                "unit": unit_in(record.level_unit, case.parameters.currency_name),
                "score": score_text(result.score.score),
                "status": result.score.status,
            }
        )
    number = objective_id.removeprefix("O")
    return {
        "frame": pd.DataFrame(rows),
        "label": f"tbl-okr-{number}",
        "caption": (
            f"Table {number} of the paper rebuilt, its words shortened: formulas as printed and "
            f"corrected, the level "
            f"computed from rows ({kind}), the printed target as a level, and the score."
        ),
        "kind": kind,
        "columns": [
            Column("text", "Objective, key result", width=1.3),
            Column("printed", "Indicator as printed", width=1.2),
            Column("corrected", "Corrected", width=1.2),
            Column("value", "Level", align="right"),
            Column("target", "Target", align="right"),
            Column("unit", "Unit", width=0.55),
            Column("score", "Score", align="right"),
            Column("status", "Status", width=0.55, colours=STATUS_COLOURS),
        ],
    }


def target_readings(results: Sequence[Result], kind: str, currency: str = MONEY) -> View:
    """Score every printed target in every way it can be read."""
    rows = []
    printed = any(result.target and result.target.claim_id for result in results)
    for result in results:
        if result.target is None:
            continue
        record = indicator(result.kpi)
        rows.append(
            {
                "kr_id": result.key_result.kr_id,
                "reading": result.target.reading,
                "baseline": level_text(record, result.baseline),
                "target": goal_text(record, result.goal),
                "value": level_text(record, result.value),
                "unit": unit_in(record.level_unit, currency),
                "score": score_text(result.score.score),
                "status": result.score.status,
                "used": "•" if result.chosen else None,
            }
        )
    return {
        "frame": pd.DataFrame(rows).drop_duplicates(ignore_index=True),
        "label": "tbl-target-readings",
        "caption": (
            "Every printed target in every way it can be read. A dot marks the reading used; where "
            "the paper prints several numbers for one thing, each has its row."
            if printed
            else "Every target in every way in which it can be read. A dot marks the reading used."
        ),
        "kind": kind,
        "columns": [
            Column("kr_id", "Key result"),
            Column("reading", "Read as", width=1),
            Column("baseline", "Start", align="right"),
            Column("target", "Target", align="right"),
            Column("value", "Level", align="right"),
            Column("unit", "Unit", width=0.35),
            Column("score", "Score", align="right"),
            Column("status", "Status", colours=STATUS_COLOURS),
            Column("used", "Used"),
        ],
    }


def check_in_slips(reconciled: pd.DataFrame, okrs: Okrs, kind: str) -> View:
    """List reported values that the rows do not bear out."""
    kpis = {row.kr_id: row.kpi for row in okrs.key_results}
    found = reconciled[reconciled["state"].isin(["differs", "not known yet"])]
    texts = {
        name: column(
            (level_text(indicator(kpis[row.kr_id]), getattr(row, name)) for row in records(found)),
            found.index,
        )
        for name in ("reported", "rows")
    }
    shown = found.assign(**texts)
    counts = reconciled["state"].value_counts()

    def of_others(state: str) -> str:
        return str(counts.get(state, "none"))

    return {
        "frame": shown,
        "label": "tbl-check-in-slips",
        "caption": (
            f"Check-ins that differ from the rows of their day: {len(found)} of {len(reconciled)}. "
            f"{of_others('agrees')} agree, {of_others('not reported')} report nothing though the "
            f"rows held a value, and {of_others('nothing to report')} came before the rows did."
        ),
        "kind": kind,
        "columns": [
            Column("kr_id", "Key result"),
            Column("reported_on", "Reported on", format=str),
            Column("reported", "Reported", align="right"),
            Column("rows", "From the rows", align="right"),
            Column("state", "State"),
        ],
    }


def reliability(table: pd.DataFrame, brier: Fraction | None, kind: str) -> View:
    """Compare stated confidence with how often it came true."""
    score = "–" if brier is None else decimal(3)(brier)
    return {
        "frame": table,
        "label": "tbl-reliability",
        "caption": (
            f"Confidence against outcome. Brier score {score}; 0 is perfect, and always saying "
            "five of ten gives 0.250."
        ),
        "kind": kind,
        "columns": [
            Column("confidence", "Confidence of ten"),
            Column("check_ins", "Check-ins"),
            Column("met", "Met"),
            Column("stated", "Stated", format=percent(0)),
            Column("happened", "Happened", format=percent(0)),
        ],
    }


def feedback(table: pd.DataFrame, period: str, kind: str) -> View:
    """Show what is on track, what is off, and which causes touch it."""
    shown = table.assign(
        score=column((score_text(value) for value in table["score"]), table.index),
        causes=table["causes"].replace("", None),
        reason=table["reason"].replace("", None),
    )
    return {
        "frame": shown,
        "label": "tbl-feedback",
        "caption": (
            f"Feedback for {period}: what is on track, what is off, and which causes of the "
            "diagnosis touch the same indicator."
        ),
        "kind": kind,
        "columns": [
            Column("kr_id", "Key result"),
            Column("text", "Text", width=1.3),
            Column("score", "Score", align="right"),
            Column("state", "State", colours=STATUS_COLOURS),
            Column("reason", "Why", width=0.9),
            Column("causes", "Causes that touch it", width=1.2),
        ],
    }


def _titled(node: Node) -> str:
    return f"{node.key}  {node.name}" if node.parent not in {"", "joint"} else node.name


def scorecard(nodes: Sequence[Node], period: str, kind: str) -> View:
    """Show the joint score and what it is made of."""
    indent = {"joint": "", "perspective": "", "objective": "\u2003", "key result": "\u2003\u2003"}
    rows = [
        {
            "name": indent[node.level] + _titled(node),
            "kpi": node.kpi or None,
            "weight": percent(2)(node.weight),
            "score": score_text(node.told),
            "bounds": f"{SCORE(node.low)} to {SCORE(node.high)}" if node.covered < 1 else None,
            "covered": percent(0)(node.covered),
            "contribution": decimal(3, signed=True)(node.contribution),
        }
        for node in nodes
    ]
    return {
        "frame": pd.DataFrame(rows),
        "label": "tbl-scorecard",
        "caption": (
            f"The joint score of {period} and its parts. The contributions of each layer add up to "
            "it. What is missing is left out, not counted as zero; bounds show what it could do. "
            f"Where less than {percent(0)(KNOWN_FROM)} of a weight is known, there are bounds only."
        ),
        "kind": kind,
        "columns": [
            Column("name", "Perspective, objective, key result", width=1),
            Column("kpi", "Id"),
            Column("weight", "Weight", align="right"),
            Column("score", "Score", align="right"),
            Column("bounds", "Bounds", align="right"),
            Column("covered", "Known", align="right"),
            Column("contribution", "Adds", align="right"),
        ],
    }


def weight_ranking(table: pd.DataFrame, kind: str) -> View:
    """Show how the ranking of quarters depends on the weights."""
    return {
        "frame": table,
        "label": "tbl-weight-ranking",
        "caption": (
            "Rank of the joint score of each period under equal weights, and under every "
            "weighting in steps of ten per cent of the perspectives in which the last period has "
            "a score, on what is known of each. A period without a score in one of these is left "
            "out."
        ),
        "kind": kind,
        "columns": [
            Column("period", "Period"),
            Column("score", "Score, equal weights", format=SCORE),
            Column("equal", "Rank"),
            Column("best", "Best rank"),
            Column("worst", "Worst rank"),
            Column("first", "First in", format=percent(0)),
        ],
    }


def links(table: pd.DataFrame, kind: str) -> View:
    """Show the links of the strategy map and what the data say of each."""
    rows = [
        {
            "link": f"{row.cause} → {row.effect}",
            "sign": "+" if row.sign == "+" else MINUS,
            "lag": row.lag,
            "rationale": row.rationale,
            "place": row.place,
            "pairs": row.pairs,
            "concordance": None if row.concordance is None else decimal(2)(row.concordance),
            "p": None if row.p is None else decimal(3)(row.p),
            "finding": row.finding,
        }
        for row in records(table)
    ]
    needed = int(table["needed"].iloc[0]) if len(table) else 0
    quoted = bool((table["quotation"] != "").any())
    return {
        "frame": pd.DataFrame(rows),
        "label": "tbl-links",
        "caption": (
            "The links of the strategy map as hypotheses. Concordance runs from −1 to 1; p is the "
            "share of all orders of the same changes that give as much. Fewer than "
            f"{needed} pairs of changes can decide nothing."
        ),
        "kind": kind,
        "columns": [
            Column("link", "Link"),
            Column("sign", "Sign"),
            Column("lag", "Lag"),
            Column("rationale", "Why it should hold", width=1),
            Column("place", "Section" if quoted else "Rests on"),
            Column("pairs", "Pairs"),
            Column("concordance", "Concordance", align="right"),
            Column("p", "p", align="right"),
            Column("finding", "The data say", colours=STATUS_COLOURS),
        ],
    }


def conformance(table: pd.DataFrame) -> View:
    """Show the published cases with what is expected and what comes out here."""
    return {
        "frame": table,
        "label": "tbl-conformance",
        "caption": (
            "Cases that any OKR tool should get right, most of them from bug reports. Score and "
            "status, then the joint score of a group."
        ),
        "kind": "derived",
        "columns": [
            Column("why", "Case", width=1.5),
            Column("source", "From", width=1),
            Column("expected", "Expected", width=0.9),
            Column("same", "Met here"),
        ],
    }
