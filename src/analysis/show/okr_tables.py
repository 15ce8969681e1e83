"""Tables on OKRs: key results and their scores, check-ins, scorecard and strategy map."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pandas as pd

from analysis.base.language import tr
from analysis.base.periods import short_period
from analysis.base.text import MINUS, MISSING, column, decimal, outward, percent, records
from analysis.kpis.catalogue import indicator
from analysis.method.balanced_scorecard import KNOWN_FROM, Node
from analysis.method.check_ins import COIN, brier
from analysis.method.key_results import Okrs, Result, chosen
from analysis.show.firm_report import FirmReport
from analysis.show.wording import View, level_text, result_texts, score_text, view
from analysis.tables.case import Case
from analysis.tables.strategy_tables import read_claims

_MET = ("met", "good enough")
_STATES = ("on track", "off", "cannot tell")
_INDENT = {"joint": "", "perspective": "", "objective": "\u2003", "key result": "\u2003\u2003"}


def key_results(feedback: pd.DataFrame, period: str, kind: str) -> View:
    """Name the key results by state: on track, off, or not to be told.

    Parameters
    ----------
    feedback : DataFrame
        From :func:`analysis.method.as_is.feedback`.
    period : str
        The period.
    kind : str
        Kind of number.
    """
    named: dict[str, list[str]] = {state: [] for state in _STATES}
    for row in records(feedback):
        beside = row.reason if row.state == "cannot tell" else score_text(row.score)
        named[row.state].append(f"{row.text} ({beside})" if beside else str(row.text))
    rows = [(state, len(names), "; ".join(names)) for state, names in named.items() if names]
    return view("tbl-summary-key-results", rows, kind=kind, period=period)


def okr_table(case: Case, results: Sequence[Result], objective_id: str, kind: str) -> View:
    """Rebuild one of the paper's Tables 1 to 4: what is printed, level, target and score."""
    printed = {claim.claim_id: claim.printed for claim in read_claims(case)}
    rows = []
    for result in chosen(list(results)):
        row = result.key_result
        if row.objective_id == objective_id:
            text = ("Objective: " if row.role == "headline" else "") + row.text
            formula = printed.get(row.claim_id, "no formula")
            _, goal, level, *rest = result_texts(result, case.parameters.currency_name)
            rows.append((text, row.kpi, formula, level, goal, *rest, result.score.status))
    number, met = objective_id.removeprefix("O"), sum(row[-1] in _MET for row in rows)
    return view("tbl-okr-{number}", rows, kind=kind, number=number, met=met)


def target_readings(results: Sequence[Result], kind: str, currency: str) -> View:
    """Score every printed target in every way it can be read."""
    rows = []
    for result in results:
        if result.target is None:
            continue
        named = result.key_result.kr_id, result.target.reading
        mark = "•" if result.chosen else None
        rows.append((*named, *result_texts(result, currency), result.score.status, mark))
    printed = any(result.target and result.target.claim_id for result in results)
    name = "tbl-target-readings/printed" if printed else "tbl-target-readings"
    shown = list(dict.fromkeys(rows))
    if printed:  # the paper's tables show the targets that have one reading
        ways = Counter(row[0] for row in shown)
        shown = [row for row in shown if ways[row[0]] > 1]
    met = sum(row[-2] in _MET for row in shown)
    return view(name, shown, kind=kind, met=met)


def check_in_slips(reconciled: pd.DataFrame, okrs: Okrs, kind: str) -> View:
    """List reported values that differ from the rows."""
    kpis = {row.kr_id: row.kpi for row in okrs.key_results}
    found = reconciled[reconciled["state"].isin(["differs", "not known yet"])]
    texts = {
        name: column(
            (level_text(indicator(kpis[row.kr_id]), getattr(row, name)) for row in records(found)),
            found.index,
        )
        for name in ("reported", "rows")
    }
    counts = reconciled["state"].value_counts()
    states = ("agrees", "not reported", "nothing to report")
    others: dict[str, Any] = {
        state.replace(" ", "_"): str(counts.get(state, 0)) for state in states
    }
    return view(
        "tbl-check-in-slips",
        found.assign(**texts),
        kind=kind,
        found=str(len(found)),
        all=str(len(reconciled)),
        **others,
    )


def reliability(table: pd.DataFrame, brier: Fraction | None, kind: str) -> View:
    """Compare stated confidence with how often it came true."""
    score = MISSING if brier is None else decimal(3)(brier)
    judged = _beside_coin(COIN if brier is None else brier)
    return view("tbl-reliability", table, kind=kind, score=score, judged=judged)


def _beside_coin(score: Fraction) -> str:
    """Compare a Brier score with that of always saying five of ten."""
    if score == COIN:
        return tr("the same as")
    return tr("better than") if score < COIN else tr("worse than")


def feedback(table: pd.DataFrame, period: str, kind: str) -> View:
    """Show what is on track, what is off, and which causes touch it."""
    shown = table.assign(
        causes=table["causes"].replace("", None),
        reason=table["reason"].map(tr).replace("", None),
    )
    off = int((table["state"] == "off").sum())
    return view("tbl-feedback", shown, kind=kind, period=period, off=off)


def scorecard(nodes: Sequence[Node], period: str, kind: str) -> View:
    """Show the joint score and what it is made of."""
    rows = [
        (
            _INDENT[node.level] + _titled(node),
            node.kpi or None,
            percent(2)(node.weight),
            score_text(node.told),
            _bounds(node) if node.covered < 1 else None,
            percent(0)(node.covered),
            decimal(3, signed=True)(node.contribution),
        )
        for node in nodes
    ]
    return view(
        "tbl-scorecard",
        rows,
        kind=kind,
        period=period,
        score=score_text(nodes[0].told) or MISSING,
        known=percent(0)(nodes[0].covered),
        known_from=percent(0)(KNOWN_FROM),
    )


def _bounds(node: Node) -> str:
    low, high = outward(node.low, node.high, 2)
    return tr("{low} to {high}", low=low, high=high)


def _titled(node: Node) -> str:
    return f"{node.key}  {node.name}" if node.parent not in {"", "joint"} else tr(node.name)


def weight_ranking(table: pd.DataFrame, kind: str) -> View:
    """Show how the ranking of quarters depends on the weights."""
    last = table.iloc[-1]
    words: dict[str, Any] = {name: last[name] for name in ("period", "equal", "best", "worst")}
    return view("tbl-weight-ranking", table, kind=kind, **words)


def links(table: pd.DataFrame, kind: str) -> View:
    """Show the links of the strategy map and what the data say of each."""
    shown = table.assign(
        link=[f"{row.cause} → {row.effect}" for row in records(table)],
        sign=["+" if sign == "+" else MINUS for sign in table["sign"]],
        concordance=column(_digits(table["concordance"], 2), table.index),
        p=column(_digits(table["p"], 3), table.index),
    )
    quoted = bool((table["quotation"] != "").any())
    counts = {"supported": 0, "contradicted": 0} | dict(table["finding"].value_counts())
    findings: dict[str, Any] = {str(name): count for name, count in counts.items()}
    return view(
        "tbl-links",
        shown,
        kind=kind,
        **findings,
        needed=str(int(table["needed"].iloc[0]) if len(table) else 0),
        place="Section" if quoted else tr("Rests on"),
    )


def _digits(values: pd.Series[Any], places: int) -> list[str | None]:
    return [None if value is None else decimal(places)(value) for value in values]


# ---- Sentences of a firm's annex ----


def check_ins_in_words(report: FirmReport, states: pd.Series[str]) -> str:
    """Count the check-ins that differ from the rows."""
    return tr(
        "Of {all} check-ins up to the end of {period}, {slips} differ from the rows of their day.",
        all=decimal()(len(report.check_ins)),
        period=short_period(report.period),
        slips=decimal()(int((states == "differs").sum())),
    )


def forecasts_in_words(pairs: list[tuple[int, bool]]) -> str:
    """Say what the stated confidence was worth."""
    score = brier(pairs)
    if score is None:
        return ""
    return tr(
        "If someone says eight of ten, the target should be met in about eight cases of ten. The "
        "Brier score sums this up; it is {score}, which is {order} always saying five.",
        score=decimal(3)(score),
        order=_beside_coin(score),
    )


def ranking_in_words(report: FirmReport, table: pd.DataFrame) -> str:
    """Say how the rank of the period depends on the weights."""
    row = records(table[table["period"] == report.period])[0]
    return tr(
        "Under equal weights {period} ranks {rank} of {all}; over all weightings in steps of ten "
        "per cent its rank runs from {best} to {worst}.",
        period=short_period(report.period),
        rank=row.equal,
        all=len(table),
        best=row.best,
        worst=row.worst,
    )


def links_in_words(table: pd.DataFrame) -> str:
    """Count what the rows say of the links of the strategy map."""
    counts = Counter(table["finding"])
    found = ", ".join(
        f"{tr(word)} {counts[word]}"
        for word in ("supported", "contradicted", "undecided", "untestable")
    )
    return tr(
        "The rows say of {links} links: {found}. Fewer than {needed} pairs of changes can decide "
        "nothing.",
        links=len(table),
        found=found,
        needed=table["needed"].max(),
    )
