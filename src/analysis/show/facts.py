"""Numbers in the prose on publications: what ``values.json`` holds beside those of a period."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from analysis.base.periods import parse_period, parse_quarter
from analysis.base.text import Rounding, decimal, outward, percent
from analysis.claims.verdicts import count_conflicts, count_verdicts
from analysis.efficiency.dynamics import forecast, quotient, trend, turnover_split
from analysis.efficiency.quarterly_statements import book, read_statements
from analysis.efficiency.ratios import collection_days, indicator_table, series
from analysis.efficiency.sentences import (
    ADDS,
    FOLLOWS,
    HANGS,
    OTHER,
    RATIOS,
    read_bounds,
    read_made,
)
from analysis.evidence.derived import derived
from analysis.kpis.catalogue import kpi
from analysis.kpis.levels import by_type, sums
from analysis.kpis.reduce import reduce
from analysis.method.as_is import starting_level
from analysis.notebook.values import Value
from analysis.tables.case import Case
from analysis.tables.firm_tables import Ledger, read_ledger
from analysis.tables.strategy_tables import read_claims

Facts = dict[str, Value]

whole = decimal(0)
rate = percent(1)

PRINTED = {
    "services": "abstract-services",
    "lifting_doors": "abstract-lifting-doors",
    "alarms": "abstract-alarms",
    "services_growth": "5-services-growth",
}
"""Names under which prose quotes printed results."""


def facts(case: Case, verdicts: pd.DataFrame) -> Facts:
    """Compute all values.

    Parameters
    ----------
    case : Case
        The case; its ledger must have been made.
    verdicts : DataFrame
        ``verdicts.csv``: one row per claim and reading, the default reading marked.

    Returns
    -------
    dict of str to Value
        Text, kind and source by key.
    """
    strings = {claim.claim_id: claim.printed for claim in read_claims(case)}
    found = derived(strings, Rounding(case.reading()["rounding"]))
    quoted = {key: found[key] for key in ("services_before", "other_services")}
    ledger = read_ledger(case)
    return (
        _printed(strings)
        | verdict_counts(verdicts)
        | _derived("analysis.evidence.derived", **quoted)
        | _ledger(case, ledger)
        | _baseline(case, ledger)
    )


def values(kind: str, source: str, **texts: str) -> Facts:
    """Return texts as values of one kind and source."""
    return {key: {"text": text, "kind": kind, "source": source} for key, text in texts.items()}


def _derived(source: str, **texts: str) -> Facts:
    return values("derived", source, **texts)


def _printed(strings: dict[str, str]) -> Facts:
    return {
        key: {"text": strings[claim], "kind": "printed", "source": f"claims.csv, {claim}"}
        for key, claim in PRINTED.items()
    }


def verdict_counts(verdicts: pd.DataFrame) -> Facts:
    """Count the verdicts under the default readings."""
    counts = count_verdicts(verdicts)
    return _derived(
        "verdicts.csv, default reading",
        n_claims=whole(sum(counts.values())),
        **{f"n_{word.replace(' ', '_')}": whole(count) for word, count in counts.items()},
        n_conflicts=whole(count_conflicts(verdicts)),
    )


def _ledger(case: Case, ledger: Ledger) -> Facts:
    periods = case.parameters.periods
    number = parse_quarter(periods.last) - parse_quarter(periods.first) + 1
    return values(
        case.parameters.kind,
        f"data/processed/{case.name}/ledger",
        ledger_services=whole(len(ledger["service"])),
        ledger_quarters=whole(number),
        ledger_answers=whole(len(ledger["survey_response"])),
        ledger_technicians=whole(ledger["staff_hours"]["staff_id"].nunique()),
    )


def _baseline(case: Case, ledger: Ledger) -> Facts:
    period = case.parameters.periods.baseline
    level = starting_level(reduce(ledger), period).set_index("kpi")["value"]
    half = by_type(sums(ledger), parse_period(period))
    return values(
        case.parameters.kind,
        f"data/processed/{case.name}/ledger",
        base_productivity=decimal(kpi("productivity").decimals)(level["productivity"]),
        base_on_time=rate(level["on_time"] / 100),
        base_services=whole(half.sum()),
    )


def efficiency_facts(article: Case) -> Facts:
    """Compute all values of the chapter; their keys begin with ``eff_``.

    Parameters
    ----------
    article : Case
        The article's case; its files under ``data/processed`` must have been made.
    """
    found = _sentences(article) | _pins(article) | _companies(article)
    return {f"eff_{key}": value for key, value in found.items()}


def _sentences(article: Case) -> Facts:
    table = read_made(article, "sentences.csv")
    counts = table["status"].value_counts()
    readings = read_made(article, "readings.csv")
    conflict = readings[readings["conflict"] != ""]["conflict"].iloc[0]
    texts = {
        "sentences": whole((table["status"] != OTHER).sum()),
        "in_force": whole(counts[FOLLOWS] + counts[ADDS] + counts[RATIOS]),
        "follow": whole(counts[FOLLOWS]),
        "add": whole(counts[ADDS]),
        "on_ratios": whole(counts[RATIOS]),
        "hang": whole(counts[HANGS]),
        "conflict_size": whole(len(conflict.split("; "))),
        "conclusions": whole(len(read_made(article, "conclusions.csv"))),
    }
    return _derived(f"data/processed/{article.name}/sentences.csv", **texts)


def _pins(article: Case) -> Facts:
    pins = read_bounds(article).set_index("pin_id")
    texts = {
        "indirect_max": whole(pins.loc["indirect-growth", "high"]),
        "asset_turnover_max": whole(pins.loc["assets-q1", "high"]),
        "financing_q4_min": percent(0)(pins.loc["financing-q4", "low"]),
    }
    return _derived(f"data/processed/{article.name}/pins.csv", **texts)


def _companies(article: Case) -> Facts:
    frame = read_statements(article.processed / "ledger", article.root)
    texts: dict[str, str] = {}
    for company in sorted(set(frame["company_id"])):
        name = company.removeprefix("SYN-").lower()
        statements = book(frame, company)
        table = indicator_table(statements)
        last = max(statements)
        multiplier, day = quotient(table, "K18", "K17")[last], collection_days(table)[last]
        parts = turnover_split(statements, last)
        change = sum(parts or (), Fraction(0))
        assert multiplier is not None
        assert day is not None
        assert parts is not None
        texts |= {
            f"{name}_days": whole(day),
            f"{name}_multiplier": decimal(1)(multiplier),
            f"{name}_turnover_by_sales": percent(0)(parts[0] / change),
        }
        if name == "a":
            texts |= _outlook(series(table, "K3"))
    return values("synthetic", f"data/processed/{article.name}/ledger", **texts)


def _outlook(profit: dict[int, Fraction | None]) -> dict[str, str]:
    line, ahead = trend(profit), forecast(profit)
    assert line is not None
    assert ahead is not None
    (low, high), (least, most) = outward(line.low, line.high), outward(ahead.low, ahead.high)
    return {
        "slope": whole(line.slope),
        "slope_low": low,
        "slope_high": high if line.high <= 0 else f"+{high}",
        "rank_p": decimal(2)(line.rank_p),
        "outlook": whole(ahead.value),
        "outlook_low": least,
        "outlook_high": most,
    }
