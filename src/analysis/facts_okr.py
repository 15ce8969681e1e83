"""Numbers in prose on catalogue, diagnosis, OKRs, scorecard and strategy map."""

from __future__ import annotations

from analysis.asis import feedback, starting_levels, swot_support
from analysis.calibrate import read_ledger
from analysis.case import Case
from analysis.display.numbers import decimal, percent
from analysis.kpis.checks import check_table
from analysis.kpis.levels import level_table, side_by_side
from analysis.kpis.method import METHOD
from analysis.kpis.totals import Totals, totals
from analysis.okr import Okrs, depends_on_reading, evaluate, load_okrs
from analysis.okr.checkins import (
    brier,
    forecasts,
    outcomes,
    quarters,
    read_check_ins,
    reconcile,
)
from analysis.okr.conformance import read_cases
from analysis.okr.to_date import Ledger
from analysis.periods import parse_quarter, quarter_label
from analysis.scorecard import over_time, ranking_by_weights, scorecard
from analysis.strategy import assess_links, load_links
from analysis.values import Value

BASE = "year-ago"
"""What prose compares with."""

whole = decimal(0)


def facts(case: Case) -> dict[str, Value]:
    """Compute all values on the method, for the case's current quarter and default readings.

    Parameters
    ----------
    case : Case
        The case; its ledger and check-ins must have been made.

    Returns
    -------
    dict of str to Value
        Text, kind and source by key.
    """
    ledger, okrs = read_ledger(case), load_okrs(case)
    reduced = totals(ledger)
    return (
        _catalogue()
        | _margin(case, reduced)
        | _diagnosis(case, reduced)
        | _okrs(case, okrs, reduced)
        | _check_ins(case, okrs, reduced, ledger)
        | _scorecard(case, okrs, reduced)
        | _links(case, reduced)
    )


def _values(kind: str, source: str, **texts: str) -> dict[str, Value]:
    return {key: {"text": text, "kind": kind, "source": source} for key, text in texts.items()}


def _catalogue() -> dict[str, Value]:
    table = check_table()
    printed = table[(table["form"] != "corrected") & ~table["lost"]]
    places = printed.drop_duplicates(["key", "form"])
    faulty = places[places["faults"] != ""]
    return _values(
        "derived",
        "analysis.kpis.checks",
        n_indicators=whole(len(METHOD)),
        n_printed_uses=whole(len(places)),
        n_faulty_uses=whole(len(faulty)),
    )


def _margin(case: Case, reduced: Totals) -> dict[str, Value]:
    """Write the net profit margin in both forms, as an example of what a fault does."""
    forms = side_by_side(reduced, case.parameters.periods.current, BASE).set_index("key")
    printed, corrected = forms["printed"]["F2"], forms["corrected"]["F2"]
    return _values(
        case.parameters.kind,
        f"data/processed/{case.name}/ledger",
        margin_corrected=decimal(1)(corrected) + "%",
        margin_printed=decimal(0)(printed) + "%",
    )


def _diagnosis(case: Case, reduced: Totals) -> dict[str, Value]:
    period = case.parameters.periods.baseline
    entries = swot_support(case, reduced, period)
    levels = starting_levels(reduced, period)
    known = sum(value is not None for value in levels["value"])
    return _values(
        "derived",
        "analysis.asis",
        swot_entries=whole(len(entries)),
        swot_rows=whole(int((entries["support"] == "rows").sum())),
        start_known=whole(known),
    )


def _okrs(case: Case, okrs: Okrs, reduced: Totals) -> dict[str, Value]:
    quarter = case.parameters.periods.current
    results = evaluate(okrs, reduced, quarter, BASE, case.reading())
    states = feedback(case, results)["state"].value_counts()
    depends = depends_on_reading(results)
    source = f"data/processed/{case.name}/okr.csv"
    return _values(
        case.parameters.kind,
        source,
        okr_rows=whole(len(depends)),
        okr_on_track=whole(int(states.get("on track", 0))),
        okr_off=whole(int(states.get("off", 0))),
        okr_cannot_tell=whole(int(states.get("cannot tell", 0))),
        okr_by_reading=whole(sum(depends.values())),
    ) | _values(
        "derived",
        "data/raw/conformance/okr_cases.csv",
        n_conformance=whole(len(read_cases(case.root))),
    )


def _check_ins(case: Case, okrs: Okrs, reduced: Totals, ledger: Ledger) -> dict[str, Value]:
    rows = read_check_ins(case, okrs)
    states = reconcile(ledger, okrs, rows)["state"]
    met = outcomes(okrs, reduced, quarters(rows), BASE, case.reading())
    score = brier(forecasts(rows, met))
    return _values(
        case.parameters.kind,
        f"data/processed/{case.name}/ledger/check_in.csv",
        check_ins=whole(len(rows)),
        check_in_slips=whole(int((states == "differs").sum())),
        check_in_brier="–" if score is None else decimal(3)(score),
    )


def comparable_quarters(case: Case) -> list[str]:
    """Quarters of the ledger up to the current one that have one a year before."""
    periods = case.parameters.periods
    first, last = parse_quarter(periods.first) + 4, parse_quarter(periods.current)
    return [quarter_label(quarter) for quarter in range(first, last + 1)]


def _scorecard(case: Case, okrs: Okrs, reduced: Totals) -> dict[str, Value]:
    quarter = case.parameters.periods.current
    top = scorecard(okrs, evaluate(okrs, reduced, quarter, BASE, case.reading()))[0]
    cards = over_time(okrs, reduced, comparable_quarters(case), BASE, case.reading())
    ranks = ranking_by_weights(cards).set_index("period")
    return _values(
        case.parameters.kind,
        f"data/processed/{case.name}/scorecard.csv",
        card_joint="–" if top.score is None else decimal(2)(top.score),
        card_covered=percent(0)(top.covered),
        card_low=decimal(2)(top.low),
        card_high=decimal(2)(top.high),
        card_rank=whole(ranks["equal"][quarter]),
        card_best=whole(ranks["best"][quarter]),
        card_worst=whole(ranks["worst"][quarter]),
        card_quarters=whole(len(cards)),
    )


def _links(case: Case, reduced: Totals) -> dict[str, Value]:
    table = assess_links(level_table(reduced), load_links(case))
    counts = table["finding"].value_counts()
    texts = {
        f"links_{name}": whole(int(counts.get(name, 0)))
        for name in ("supported", "contradicted", "undecided", "untestable")
    }
    return _values(
        case.parameters.kind,
        f"data/processed/{case.name}/links.csv",
        links=whole(len(table)),
        links_needed=whole(int(table["needed"].max())),
        **texts,
    )
