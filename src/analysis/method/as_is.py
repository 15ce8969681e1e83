"""AS-IS diagnosis: where a firm stands before a method is introduced (4.3.1, 4.4.1).

Each link of the strategy map is a hypothesis: one level moves with another, or against it, some
quarters later. The test looks at changes from quarter to quarter: over all pairs of quarters it
counts whether the larger change of the cause goes with the larger change of the effect (Kendall's
S), and asks how many orders of the same changes would give as much. It needs no assumption on size
or shape, counts every order, and says by itself how few quarters are too few.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from math import factorial
from typing import Literal

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.expression import state
from analysis.base.periods import months_in
from analysis.base.text import column, fields, frame_of
from analysis.efficiency.dynamics import MOST, Pairs, concordance, permutation_p
from analysis.kpis.catalogue import METHOD, MONEY, Totals, compute, environment, indicator
from analysis.kpis.levels import indicators_of, kpis_of, pair
from analysis.kpis.small_tables import month_index
from analysis.method.key_results import Result, chosen
from analysis.tables.case import Case
from analysis.tables.firm_tables import Ledger
from analysis.tables.rows import read_frame, read_rows
from analysis.tables.strategy_tables import (
    CAUSES,
    LINKS,
    PROCESS,
    SWOT,
    VARIABLES,
    LinkRow,
    ProcessRow,
    has_method,
)

_ON_TRACK = {"met": "on track", "good enough": "on track", "behind": "off", "below baseline": "off"}


def swot_support(case: Case, totals: Totals, period: str) -> pd.DataFrame:
    """Separate SWOT entries that rows can support from those that are judgement.

    Rows can support an entry if an indicator of the catalogue would show it. What they say is then
    the level of that indicator and its change on the year before, never a proof of the words.

    Parameters
    ----------
    case : Case
        Gives the entries.
    totals : DataFrame
        From :func:`analysis.kpis.reduce.reduce`.
    period : str
        Period looked at, such as the baseline.

    Returns
    -------
    DataFrame
        The entries with key (of the indicator, or empty), support (``rows`` or ``judgement``),
        value and before (Fractions or None).
    """
    entries = swot(case)
    keys = [_key(name) for name in entries["kpi"]]
    now, then = pair(totals, period, "year-ago")
    levels = [
        (compute(indicator(k).level, now), compute(indicator(k).level, then)) if k else (None, None)
        for k in keys
    ]
    entries["key"] = keys
    entries["support"] = ["rows" if key else "judgement" for key in keys]
    entries["value"] = column(value for value, _ in levels)
    entries["before"] = column(before for _, before in levels)
    return entries


def _key(name: str) -> str:
    """Key of the catalogue for the name that a table uses; empty for none."""
    if not name:
        return ""
    try:
        return indicator(name).key
    except InputError:
        return ""


def variables(case: Case) -> pd.DataFrame:
    """Dependent and independent variables, with whether the rows measure each.

    Returns
    -------
    DataFrame
        The rows of ``variables.csv`` with measured (bool): a column or an indicator is named.
    """
    frame = read_frame(VARIABLES, case.method, case.root)
    frame["measured"] = frame["source"] != ""
    return frame


def starting_levels(totals: Totals, period: str, currency: str = MONEY) -> pd.DataFrame:
    """Level of every indicator of the catalogue in a period, as far as its tables are there.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.reduce.reduce`.
    period : str
        Period looked at, such as the baseline.
    currency : str
        Name of the unit of money.

    Returns
    -------
    DataFrame
        Columns key, perspective, name, level (what is measured), value (Fraction or None), unit,
        state (why there is no value) and leading.
    """
    now, _ = pair(totals, period, "year-ago")
    rows = [
        {
            **fields(record, "key perspective name"),
            "level": record.definition,
            "value": compute(record.level, now),
            "unit": record.unit,
            "state": state(record.level, environment(now)),
            "leading": record.leading,
        }
        for record in indicators_of(totals, currency)
    ]
    return frame_of(rows)


def feedback(case: Case, results: Sequence[Result]) -> pd.DataFrame:
    """Say of each key result whether it is on track, and which causes of the diagnosis touch it.

    A cause touches a key result if it would show on the same indicator; that is a place to look,
    not an explanation.

    Returns
    -------
    DataFrame
        Columns kr_id, text, kpi, score (Fraction or None), state (on track, off, cannot tell),
        status, reason and causes (texts joined by ``; ``).
    """
    entries = causes(case) if has_method(case, "causes") else pd.DataFrame({"kpi": [], "text": []})
    by_key: dict[str, list[str]] = {}
    for name, text in zip(entries["kpi"], entries["text"], strict=True):
        by_key.setdefault(_key(str(name)), []).append(str(text))
    rows: list[dict[str, object]] = []
    for result in chosen(list(results)):
        row = result.key_result
        touching = [
            text
            for key in dict.fromkeys((row.kpi, result.kpi, *_related(row.kpi)))
            for text in by_key.get(key, [])
        ]
        rows.append(
            {
                "kr_id": row.kr_id,
                "text": row.text,
                "kpi": result.kpi,
                "score": result.score.score,
                "state": _ON_TRACK.get(result.score.status, "cannot tell"),
                "status": result.score.status,
                "reason": result.score.reason,
                "causes": "; ".join(touching),
            }
        )
    return frame_of(rows)


def _related(key: str) -> tuple[str, ...]:
    """Name the indicators that track the same level."""
    level = indicator(key).level
    return tuple(record.key for record in METHOD if record.level == level)


def swot(case: Case) -> pd.DataFrame:
    """Entries of the SWOT matrix, each with the place it rests on."""
    return read_frame(SWOT, case.method, case.root)


def causes(case: Case) -> pd.DataFrame:
    """Causes for the Ishikawa diagram, each with the place it rests on."""
    return read_frame(CAUSES, case.method, case.root)


def process_steps(case: Case) -> list[ProcessRow]:
    """Read the steps of the service process, in order."""
    return sorted(read_rows(PROCESS, case.method, case.root), key=lambda step: step.position)


def completed(service: pd.DataFrame, period: str) -> pd.DataFrame:
    """Keep the services that were completed in a month, quarter, half-year or year."""
    months = month_index(service["completed_on"])
    done: pd.DataFrame = service[months.isin(months_in(period))]
    return done


def process_times(ledger: Ledger, steps: list[ProcessRow], period: str) -> pd.DataFrame:
    """Time per step of the service process, over the services completed in a period.

    Parameters
    ----------
    ledger : dict of str to DataFrame
        Needs ``service``.
    steps : list of ProcessRow
        From :func:`process_steps`.
    period : str
        A month, quarter, half-year or year, such as ``2023H1``.

    Returns
    -------
    DataFrame
        One row per step: step_id, name, mode, services, days (sum), mean (Fraction, days),
        median (days), share (Fraction of the whole cycle) and bottleneck (True for the step with
        the largest sum of days).
    """
    done = completed(ledger["service"], period)
    rows = []
    for step in steps:
        days = (done[step.end_column] - done[step.start_column]).dt.days
        rows.append(
            {
                **fields(step, "step_id name mode"),
                "services": len(days),
                "days": int(days.sum()),
                "mean": Fraction(int(days.sum()), max(len(days), 1)),
                "median": float(days.median()),
            }
        )
    table = pd.DataFrame(rows)
    whole = int(table["days"].sum())
    table["share"] = column(Fraction(int(d), whole) if whole else None for d in table["days"])
    table["bottleneck"] = table["days"] == table["days"].max()
    return table


def starting_level(totals: Totals, period: str, currency: str = MONEY) -> pd.DataFrame:
    """Level of every KPI in a period, such as the baseline.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.reduce.reduce`.
    period : str
        A month, quarter, half-year or year.
    currency : str
        Name of the unit of money.

    Returns
    -------
    DataFrame
        Columns kpi, perspective, name, value (Fraction, or None where nothing was measured),
        unit, definition; in catalogue order.
    """
    now, _ = pair(totals, period, "year-ago")
    rows = [
        {
            "kpi": record.key,
            **fields(record, "perspective name"),
            "value": compute(record.level, now),
            **fields(record, "unit definition"),
        }
        for record in kpis_of(totals, currency)
    ]
    return frame_of(rows)


# -- links of the strategy map ------------------------------------------------------------------

Finding = Literal["supported", "contradicted", "undecided", "untestable"]

ALPHA = Fraction(5, 100)
"""Chance of calling a link supported or contradicted when nothing links the two."""


def min_pairs(alpha: Fraction = ALPHA) -> int:
    """Fewest pairs of changes with which any result could be told from chance.

    With n pairs the two most extreme of n! orders are a share of 2/n!; five pairs are the fewest
    for which that is below 5 %.

    Examples
    --------
    >>> min_pairs()
    5
    """
    pairs = 2
    while Fraction(2, factorial(pairs)) > alpha:
        pairs += 1
    return pairs


def load_links(case: Case) -> list[LinkRow]:
    """Read the links of a case.

    Raises
    ------
    InputError
        If the table breaks its schema, an indicator is unknown, or a link points at itself.
    """
    links = read_rows(LINKS, case.method, case.root)
    for link in links:
        at = partial(
            InputError, file=(case.method / LINKS.file).relative_to(case.root), row=link.link_id
        )
        for end, key in (("cause", link.cause), ("effect", link.effect)):
            try:
                indicator(key)
            except InputError as error:
                raise at(error.rule, column=end, value=key) from None
        if link.cause == link.effect:
            raise at("a link points at itself", value=link.cause)
    return links


def paired_changes(levels: pd.DataFrame, link: LinkRow) -> list[tuple[Fraction, Fraction]]:
    """Pair changes of cause and effect, the effect so many quarters later; gaps leave pairs out.

    Parameters
    ----------
    levels : DataFrame
        From :func:`analysis.kpis.levels.level_table`, by quarter.
    link : LinkRow
        The link.
    """
    cause, effect = (_changes(levels, key) for key in (link.cause, link.effect))
    later = link.lag_quarters
    return [(cause[q], effect[q + later]) for q in sorted(cause) if q + later in effect]


def _changes(levels: pd.DataFrame, key: str) -> dict[int, Fraction]:
    rows = levels[levels["key"] == key]
    known = {
        int(index): value
        for index, value in zip(rows["index"], rows["value"], strict=True)
        if value is not None
    }
    return {q: value - known[q - 1] for q, value in known.items() if q - 1 in known}


def judge(pairs: Pairs, sign: str, links: int = 1) -> Finding:
    """Say what the data say of a link.

    Parameters
    ----------
    pairs : sequence of tuple of Fraction
        From :func:`paired_changes`.
    sign : {"+", "-"}
        Direction that the link claims.
    links : int
        Links tested together; the chance of error is divided by their number (Bonferroni).
    """
    found = concordance(pairs)
    if len(pairs) < min_pairs(ALPHA) or _constant(pairs):
        return "untestable"
    if permutation_p(pairs) > ALPHA / links:
        return "undecided"
    return "supported" if (found > 0) == (sign == "+") else "contradicted"


def _constant(pairs: Pairs) -> bool:
    return len({x for x, _ in pairs}) < 2 or len({y for _, y in pairs}) < 2


def assess_links(levels: pd.DataFrame, links: Sequence[LinkRow]) -> pd.DataFrame:
    """Test every link of a map with the quarters there are.

    Returns
    -------
    DataFrame
        Columns link_id, cause, effect, sign, lag, rationale, place, quotation, pairs, needed,
        concordance (S as a share of its largest value, Fraction or None), p (Fraction or None)
        and finding.
    """
    pairs = {link.link_id: paired_changes(levels, link)[-MOST:] for link in links}
    needed = min_pairs()
    testable = sum(len(p) >= needed and not _constant(p) for p in pairs.values())
    rows = []
    for link in links:
        own = pairs[link.link_id]
        finding = judge(own, link.sign, max(testable, 1))
        most = len(own) * (len(own) - 1) // 2
        told = finding != "untestable"
        rows.append(
            {
                **fields(link, "link_id cause effect sign"),
                "lag": link.lag_quarters,
                **fields(link, "rationale place quotation"),
                "pairs": len(own),
                "needed": needed,
                "concordance": Fraction(concordance(own), most) if told else None,
                "p": permutation_p(own) if told else None,
                "finding": finding,
            }
        )
    return frame_of(rows)
