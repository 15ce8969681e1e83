"""Numbers in the prose of a period: its levels, the method, and the tables handed in."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from analysis.base.periods import base_words
from analysis.base.text import decimal, listed, outward, percent, points, records
from analysis.evidence.soundness import check_table
from analysis.kpis.catalogue import METHOD, Totals, compute, indicator, kpi
from analysis.kpis.compare import Base, bases, compare, comparison_data
from analysis.kpis.cube import in_memory, read_cube, tables_of
from analysis.kpis.levels import kpi_periods, level_table, pair, side_by_side
from analysis.method.as_is import (
    assess_links,
    feedback,
    load_links,
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
from analysis.method.key_results import Scores, chosen, depends_on_reading, scores
from analysis.notebook.edition import Edition
from analysis.show.facts import Facts, values
from analysis.show.wording import change_text
from analysis.tables.case import Case
from analysis.tables.firm_tables import read_ledger
from analysis.tables.strategy_tables import has_method, has_okrs

whole, share, change = decimal(0), percent(1), points(1)

NOT_TOLD = "not told"
"""Stands for a joint score of which too little is known."""

_EXAMPLES = {"F2": ("margin", 0), "C1": ("index", 1)}
"""Indicators whose printed form stands in prose, with a name and the decimals it is given."""


def method_facts(edition: Edition) -> Facts:
    """Compute all values on the method, for the period, base and readings of an edition.

    Left out are what cannot be computed and, from a report on a
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
    scored = scores(case, reduced, edition.base, edition.choices)
    if in_memory(case):
        found |= _check_ins(edition, scored, read_ledger(case))
    if case.has_own_rows:
        found |= _drawn(edition, scored)
    return found | _okrs(edition, scored) | _scorecard(edition, scored)


def _catalogue() -> Facts:
    table = check_table()
    printed = table[(table["form"] != "corrected") & ~table["lost"]]
    places = printed.drop_duplicates(["key", "form"])
    faulty = places[places["faults"] != ""]
    return values(
        "derived",
        "analysis.evidence.soundness",
        n_indicators=whole(len(METHOD)),
        n_printed_uses=whole(len(places)),
        n_faulty_uses=whole(len(faulty)),
    )


def _both_forms(edition: Edition, reduced: Totals) -> Facts:
    """Write two indicators in both forms, as examples of what a fault does."""
    forms = side_by_side(reduced, edition.period, edition.base).drop_duplicates("key")
    texts = {}
    for row in records(forms[forms["key"].isin(_EXAMPLES)]):
        name, places = _EXAMPLES[row.key]
        if row.printed is not None and row.corrected is not None:
            texts[f"{name}_corrected"] = decimal(1)(row.corrected) + "%"
            texts[f"{name}_printed"] = decimal(places)(row.printed) + "%"
    source = f"data/processed/{edition.case.name}/ledger"
    return values(edition.case.parameters.kind, source, **texts)


def _diagnosis(edition: Edition, reduced: Totals) -> Facts:
    case = edition.case
    period = case.parameters.periods.baseline
    levels = starting_levels(reduced, period)
    texts = {}
    if len(levels):
        texts["start_known"] = whole(sum(value is not None for value in levels["value"]))
    if has_method(case, "swot"):
        entries = swot_support(case, reduced, period)
        texts["swot_entries"] = whole(len(entries))
        texts["swot_rows"] = whole((entries["support"] == "rows").sum())
    return values("derived", "analysis.method.as_is", **texts) | bottleneck(case, period)


def bottleneck(case: Case, period: str) -> Facts:
    """Name the longest step of the service process in a period, if there are rows to tell."""
    if not (has_method(case, "process") and in_memory(case) and "service" in tables_of(case)):
        return {}
    steps = process_times(read_ledger(case), process_steps(case), period)
    slowest = steps[steps["bottleneck"]].iloc[0]
    if slowest["share"] is None:
        return {}
    return values(
        case.parameters.kind,
        f"data/processed/{case.name}/ledger",
        bottleneck=str(slowest["name"]).lower(),
        bottleneck_days=decimal(1)(slowest["mean"]),
        bottleneck_share=percent(0)(slowest["share"]),
    )


def _okrs(edition: Edition, scored: Scores) -> Facts:
    case, okrs, results = edition.case, scored.okrs, scored.of(edition.period)
    states = feedback(case, results)["state"].value_counts()
    depends = depends_on_reading(results)
    texts = {}
    stretch = {Fraction(row.commit) for row in okrs.key_results if row.ambition == "stretch"}
    if stretch:
        texts["okr_commit"] = " or ".join(str(part) for part in sorted(stretch))
    if "F6" in {row.kpi for row in okrs.key_results}:
        texts |= _cost(edition, scored.totals)
    source = f"data/processed/{case.name}/okr.csv"
    return values(
        case.parameters.kind,
        source,
        **texts,
        okr_rows=whole(len(depends)),
        okr_on_track=whole(states.get("on track", 0)),
        okr_off=whole(states.get("off", 0)),
        okr_cannot_tell=whole(states.get("cannot tell", 0)),
        okr_by_reading=whole(sum(depends.values())),
    )


def _cost(edition: Edition, reduced: Totals) -> dict[str, str]:
    """Tell how operating cost changed on both bases, whole and per service; empty if unknown."""
    record, signed = indicator("F6"), decimal(1, signed=True)
    told = []
    for base in bases(edition.grain):
        measures = pair(reduced, edition.period, base)
        cut, each = (
            compute(form, *measures) for form in (record.form, record.variants["per service"])
        )
        if cut is not None and each is not None:
            on = edition.base_period(base)
            told.append(f"{signed(-cut)}% on {on} ({signed(-each)}% per service)")
    return {"cost_changes": " and by ".join(told)} if told else {}


def _drawn(edition: Edition, scored: Scores) -> Facts:
    """Say whether there are key results that figures can show; a figure of none is left out."""
    case, results = edition.case, scored.of(edition.period)
    targeted = [r for r in chosen(results) if r.value is not None and r.goal is not None]
    texts = {"okr_targeted": whole(len(targeted))} if targeted else {}
    if in_memory(case) and has_course(read_ledger(case), results, edition.period):
        texts["okr_followed"] = edition.period
    return values(case.parameters.kind, f"data/processed/{case.name}/okr.csv", **texts)


def _check_ins(edition: Edition, scored: Scores, ledger: Ledger) -> Facts:
    case, okrs = edition.case, scored.okrs
    rows = read_check_ins(case, okrs, until=edition.period)
    if not rows:
        return {}
    states = reconcile(ledger, okrs, rows)["state"]
    texts = {
        "check_ins": whole(len(rows)),
        "check_in_slips": whole((states == "differs").sum()),
    }
    met = outcomes(scored, quarters(rows, edition.period))
    score = brier(forecasts(rows, met))
    if score is not None:
        order = (score > COIN) - (score < COIN)
        texts["check_in_brier"] = decimal(3)(score)
        texts["brier_against_coin"] = ("better than", "the same as", "worse than")[1 + order]
    source = f"data/processed/{case.name}/ledger/check_in.csv"
    return values(case.parameters.kind, source, **texts)


def _scorecard(edition: Edition, scored: Scores) -> Facts:
    case, okrs, period = edition.case, scored.okrs, edition.period
    cards = over_time(scored, edition.comparable())
    nodes = scorecard(okrs, scored.of(period))
    top = nodes[0]
    texts = {
        "card_joint": NOT_TOLD if top.told is None else decimal(2)(top.told),
        "card_covered": percent(0)(top.covered),
    }
    if top.covered < 1:
        unscored = [n.key for n in nodes if n.level == "key result" and n.score is None]
        texts |= {
            **dict(zip(("card_low", "card_high"), outward(top.low, top.high, 2), strict=True)),
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
    return values(case.parameters.kind, source, **texts)


def _links(edition: Edition, reduced: Totals) -> Facts:
    case = edition.case
    table = assess_links(level_table(reduced, until=edition.period), load_links(case))
    counts = table["finding"].value_counts()
    texts = {
        f"links_{name}": whole(counts.get(name, 0))
        for name in ("supported", "contradicted", "undecided", "untestable")
    }
    return values(
        case.parameters.kind,
        f"data/processed/{case.name}/links.csv",
        links=whole(len(table)),
        links_needed=whole(table["needed"].max()),
        **texts,
    )


_TOLD = ("sales", "services", "productivity", "revenue_per_service")
"""KPIs whose growth prose tells, in this order."""

_KEYS: dict[Base, str] = {"previous": "previous", "year-ago": "year"}


def level_facts(edition: Edition) -> Facts:
    """Compute the values of the period, and its changes on both bases.

    Changes only on a period within the ledger.
    """
    grain, period = edition.grain, edition.period
    table = kpi_periods(read_cube(edition.case), grain, period)
    now = table[table["period"] == period].set_index("kpi")["value"]
    texts = {
        "period": period,
        "period_length": grain,
        "base_in_words": base_words(grain, edition.base),
        "currency": edition.case.parameters.currency_name,
    }
    texts |= {f"{name}_now": whole(now[name]) for name in ("sales", "services") if now.get(name)}
    if len(table):
        compared = comparison_data(table, period, edition.case.parameters.currency_name)
        rows = compared[compared["base"] == edition.base]
        texts["levels_now"] = listed(_levels(rows)) or "nothing is recorded"
        texts |= _turns(rows)
        growth = rows.set_index("kpi")["growth"]
        for name in ("sales", "services"):
            if growth.get(name) is not None:
                texts[f"{name}_change"] = percent(1, signed=True)(growth[name])
    for base in bases(grain):
        label = edition.base_period(base)
        if edition.reaches(label) and len(table):
            rows = compare(table, base, grain)
            if told := _changes(rows[rows["period"] == period]):
                texts |= {f"{_KEYS[base]}_period": label, f"changes_on_{_KEYS[base]}": told}
    texts["base_period"] = edition.base_period()
    return values(
        edition.case.parameters.kind, f"data/processed/{edition.case.name}/ledger", **texts
    )


def _levels(rows: pd.DataFrame) -> list[str]:
    """List what is known: “sales 164,761 soles”."""
    return [
        f"{row.name.lower()} {decimal(kpi(row.kpi).decimals)(row.value)}"
        + ("%" if row.unit == "%" else "" if row.unit == row.kpi else f" {row.unit}")
        for row in records(rows)
        if row.value is not None
    ]


def _turns(rows: pd.DataFrame) -> dict[str, str]:
    """Name what turned for better and for worse, by the direction that is good.

    Empty if nothing can be compared.
    """
    if rows["effect"].eq("none").all():
        return {}
    told = {
        effect: listed(
            [
                f"{r.name.lower()} ({change_text(r.unit, r.change, r.growth)})"
                for r in records(found)
            ]
        )
        for effect, found in rows.groupby("effect")
    }
    return {
        "turned_better": told.get("good", "nothing"),
        "turned_worse": told.get("bad", "nothing"),
    }


def _changes(rows: pd.DataFrame) -> str:
    """List what grew by how much: “sales changed by +19.1%, services by +13.3% and ...”.

    Empty if nothing is known.
    """
    growth = rows.set_index("kpi")["growth"]
    told = [
        f"{name.replace('_', ' ')} by {percent(1, signed=True)(growth[name])}"
        for name in _TOLD
        if growth.get(name) is not None
    ]
    if not told:
        return ""
    told[0] = told[0].replace(" by ", " changed by ")
    return " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)
