"""Numbers in prose on catalogue, diagnosis, OKRs, scorecard and strategy map."""

from __future__ import annotations

from fractions import Fraction

from analysis.base.frames import records
from analysis.base.numbers import decimal, percent
from analysis.evidence.formula_checks import check_table
from analysis.kpis.catalogue import METHOD, compute, indicator
from analysis.kpis.compare import BASES
from analysis.kpis.cube import in_memory, read_cube, tables_of
from analysis.kpis.levels import level_table, pair, side_by_side
from analysis.kpis.measures import Totals
from analysis.method.as_is import (
    feedback,
    process_steps,
    process_times,
    starting_levels,
    swot_support,
)
from analysis.method.balanced_scorecard import over_time, ranking_by_weights, scorecard
from analysis.method.check_ins import (
    COIN,
    Ledger,
    brier,
    forecasts,
    has_course,
    outcomes,
    quarters,
    read_check_ins,
    reconcile,
)
from analysis.method.key_results import Okrs, chosen, depends_on_reading, evaluate, load_okrs
from analysis.method.scoring import read_cases
from analysis.method.strategy_map import assess_links, load_links
from analysis.notebook.edition import Edition
from analysis.notebook.values import Value
from analysis.tables.case import Case
from analysis.tables.contents import has_method, has_okrs, read_ledger

whole = decimal(0)

NOT_TOLD = "not told"
"""Stands for a joint score of which too little is known."""

_EXAMPLES = {"F2": ("margin", 0), "C1": ("index", 1)}
"""Indicators whose printed form stands in prose, with a name and the decimals it is given."""


def facts(edition: Edition) -> dict[str, Value]:
    """Compute all values on the method, for the period, base and readings of an edition.

    Parameters
    ----------
    edition : Edition
        The ledger and check-ins of its case must have been made.

    Returns
    -------
    dict of str to Value
        Text, kind and source by key; left out are what cannot be computed and, from a report on a
        period, what does not depend on it.
    """
    case, reduced = edition.case, read_cube(edition.case)
    found = _both_forms(edition, reduced)
    if not edition.periodic:
        found |= _catalogue() | _diagnosis(edition, reduced)
    if has_method(case, "links"):
        found |= _links(edition, reduced)
    if not has_okrs(case):
        return found
    okrs = load_okrs(case)
    if in_memory(case):
        found |= _check_ins(edition, okrs, reduced, read_ledger(case))
    if case.has_own_rows:
        found |= _drawn(edition, okrs, reduced)
    return found | _okrs(edition, okrs, reduced) | _scorecard(edition, okrs, reduced)


def _values(kind: str, source: str, **texts: str) -> dict[str, Value]:
    return {key: {"text": text, "kind": kind, "source": source} for key, text in texts.items()}


def _catalogue() -> dict[str, Value]:
    table = check_table()
    printed = table[(table["form"] != "corrected") & ~table["lost"]]
    places = printed.drop_duplicates(["key", "form"])
    faulty = places[places["faults"] != ""]
    return _values(
        "derived",
        "analysis.evidence.formula_checks",
        n_indicators=whole(len(METHOD)),
        n_printed_uses=whole(len(places)),
        n_faulty_uses=whole(len(faulty)),
    )


def _both_forms(edition: Edition, reduced: Totals) -> dict[str, Value]:
    """Write two indicators in both forms, as examples of what a fault does."""
    forms = side_by_side(reduced, edition.period, edition.base).drop_duplicates("key")
    texts = {}
    for row in records(forms[forms["key"].isin(_EXAMPLES)]):
        name, places = _EXAMPLES[row.key]
        if row.printed is not None and row.corrected is not None:
            texts[f"{name}_corrected"] = decimal(1)(row.corrected) + "%"
            texts[f"{name}_printed"] = decimal(places)(row.printed) + "%"
    source = f"data/processed/{edition.case.name}/ledger"
    return _values(edition.case.parameters.kind, source, **texts)


def _diagnosis(edition: Edition, reduced: Totals) -> dict[str, Value]:
    case = edition.case
    period = case.parameters.periods.baseline
    levels = starting_levels(reduced, period)
    texts = {}
    if len(levels):
        texts["start_known"] = whole(sum(value is not None for value in levels["value"]))
    if has_method(case, "swot"):
        entries = swot_support(case, reduced, period)
        texts["swot_entries"] = whole(len(entries))
        texts["swot_rows"] = whole(int((entries["support"] == "rows").sum()))
    return _values("derived", "analysis.method.as_is", **texts) | bottleneck(case, period)


def bottleneck(case: Case, period: str) -> dict[str, Value]:
    """Name the longest step of the service process in a period, if there are rows to tell."""
    if not (has_method(case, "process") and in_memory(case) and "service" in tables_of(case)):
        return {}
    steps = process_times(read_ledger(case), process_steps(case), period)
    slowest = steps[steps["bottleneck"]].iloc[0]
    if slowest["share"] is None:
        return {}
    return _values(
        case.parameters.kind,
        f"data/processed/{case.name}/ledger",
        bottleneck=str(slowest["name"]).lower(),
        bottleneck_days=decimal(1)(slowest["mean"]),
        bottleneck_share=percent(0)(slowest["share"]),
    )


def _okrs(edition: Edition, okrs: Okrs, reduced: Totals) -> dict[str, Value]:
    case = edition.case
    results = evaluate(okrs, reduced, edition.period, edition.base, edition.reading)
    states = feedback(case, results)["state"].value_counts()
    depends = depends_on_reading(results)
    texts = {}
    stretch = {Fraction(row.commit) for row in okrs.key_results if row.ambition == "stretch"}
    if stretch:
        texts["okr_commit"] = " or ".join(str(part) for part in sorted(stretch))
    if "F6" in {row.kpi for row in okrs.key_results}:
        texts |= _cost(edition, reduced)
    source = f"data/processed/{case.name}/okr.csv"
    return _values(
        case.parameters.kind,
        source,
        **texts,
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


def _cost(edition: Edition, reduced: Totals) -> dict[str, str]:
    """Tell how operating cost changed on both bases, whole and per service; empty if unknown."""
    record, signed = indicator("F6"), decimal(1, signed=True)
    told = []
    for base in BASES:
        measures = pair(reduced, edition.period, base)
        cut, each = (
            compute(form, *measures) for form in (record.form, record.variants["per service"])
        )
        if cut is not None and each is not None:
            on = edition.base_period(base)
            told.append(f"{signed(-cut)}% on {on} ({signed(-each)}% per service)")
    return {"cost_changes": " and by ".join(told)} if told else {}


def _drawn(edition: Edition, okrs: Okrs, reduced: Totals) -> dict[str, Value]:
    """Say whether there are key results that figures can show; a figure of none is left out."""
    case = edition.case
    results = evaluate(okrs, reduced, edition.period, edition.base, edition.reading)
    targeted = [r for r in chosen(results) if r.value is not None and r.goal is not None]
    texts = {"okr_targeted": whole(len(targeted))} if targeted else {}
    if in_memory(case) and has_course(read_ledger(case), results, edition.period):
        texts["okr_followed"] = edition.period
    return _values(case.parameters.kind, f"data/processed/{case.name}/okr.csv", **texts)


def _check_ins(edition: Edition, okrs: Okrs, reduced: Totals, ledger: Ledger) -> dict[str, Value]:
    case = edition.case
    rows = read_check_ins(case, okrs, until=edition.period)
    if not rows:
        return {}
    states = reconcile(ledger, okrs, rows)["state"]
    texts = {
        "check_ins": whole(len(rows)),
        "check_in_slips": whole(int((states == "differs").sum())),
    }
    met = outcomes(okrs, reduced, quarters(rows, edition.period), edition.base, edition.reading)
    score = brier(forecasts(rows, met))
    if score is not None:
        order = (score > COIN) - (score < COIN)
        texts["check_in_brier"] = decimal(3)(score)
        texts["brier_against_coin"] = ("better than", "the same as", "worse than")[1 + order]
    source = f"data/processed/{case.name}/ledger/check_in.csv"
    return _values(case.parameters.kind, source, **texts)


def _scorecard(edition: Edition, okrs: Okrs, reduced: Totals) -> dict[str, Value]:
    case, period = edition.case, edition.period
    cards = over_time(okrs, reduced, edition.comparable(), edition.base, edition.reading)
    nodes = scorecard(okrs, evaluate(okrs, reduced, period, edition.base, edition.reading))
    top = nodes[0]
    texts = {
        "card_joint": NOT_TOLD if top.told is None else decimal(2)(top.told),
        "card_covered": percent(0)(top.covered),
    }
    if top.covered < 1:
        unscored = [n.key for n in nodes if n.level == "key result" and n.score is None]
        texts |= {
            "card_low": decimal(2)(top.low),
            "card_high": decimal(2)(top.high),
            "card_missing": ", ".join(unscored),
        }
    headlines = [row for row in okrs.key_results if row.role == "headline"]
    if headlines:
        texts["card_headlines"] = ", ".join(
            f"{row.kr_id} ({indicator(row.kpi).name.lower()})" for row in headlines
        )
    ranks = ranking_by_weights(cards).set_index("period")
    if len(ranks) > 1:
        texts |= {
            "card_rank": whole(ranks["equal"][period]),
            "card_best": whole(ranks["best"][period]),
            "card_worst": whole(ranks["worst"][period]),
            "card_periods": whole(len(ranks)),
            "card_left_out": ", ".join(name for name in cards if name not in ranks.index) or "none",
        }
    source = f"data/processed/{case.name}/scorecard.csv"
    return _values(case.parameters.kind, source, **texts)


def _links(edition: Edition, reduced: Totals) -> dict[str, Value]:
    case = edition.case
    table = assess_links(level_table(reduced, until=edition.period), load_links(case))
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
