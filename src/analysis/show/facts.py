"""Numbers in the prose on publications: what ``values.json`` holds beside those of a period."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from analysis.base.numbers import parse
from analysis.base.periods import parse_period, parse_quarter
from analysis.base.text import Rounding, decimal, outward, percent
from analysis.claims.paper.results import labour_ratio, largest_start, start_of_both
from analysis.claims.printed import Interval, preimage
from analysis.claims.single import (
    consistent_n,
    earlier_counts,
    later_counts,
    nearest_totals,
    smallest_share,
)
from analysis.claims.verdicts import count_conflicts, count_verdicts, survival
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
from analysis.evidence.soundness import growth_interval
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
    "productivity_q1": "abstract-productivity-q1",
    "productivity_q2": "abstract-productivity-q2",
    "sales_growth_2024": "abstract-sales-growth-2024",
    "sales_growth_2023": "abstract-sales-growth-2023",
    "sales_total": "abstract-sales-total",
    "satisfaction": "abstract-satisfaction",
    "services_growth": "5-services-growth",
}
"""Names under which prose quotes printed results."""


def facts(case: Case, verdicts: pd.DataFrame, blocks: pd.DataFrame) -> Facts:
    """Compute all values.

    Parameters
    ----------
    case : Case
        The case; its ledger must have been made.
    verdicts : DataFrame
        ``verdicts.csv``: one row per claim and reading, the default reading marked.
    blocks : DataFrame
        ``multiverse.csv``: one row per block of results and combination of its readings.

    Returns
    -------
    dict of str to Value
        Text, kind and source by key.
    """
    strings = {claim.claim_id: claim.printed for claim in read_claims(case)}
    rounding = Rounding(case.reading()["rounding"])
    ledger = read_ledger(case)
    return (
        _printed(strings)
        | verdict_counts(verdicts)
        | _targets(verdicts)
        | _universes(blocks)
        | _services(strings, rounding)
        | _survey(strings, rounding)
        | _productivity(strings, rounding)
        | _sales(strings, rounding)
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


def _targets(verdicts: pd.DataFrame) -> Facts:
    """Count the targets, and those without a result."""
    found = verdicts.loc[verdicts["default"] & (verdicts["role"] == "target"), "verdict"]
    return _derived(
        "verdicts.csv, default reading",
        n_targets=whole(len(found)),
        n_targets_not_reported=whole((found == "not reported").sum()),
    )


def _universes(blocks: pd.DataFrame) -> Facts:
    universes, surviving = survival(blocks)
    constant = blocks[blocks["labour"] == "constant"]
    return _derived(
        "multiverse.csv",
        n_universes=whole(universes),
        n_surviving=whole(surviving),
        n_surviving_constant=whole(constant["survives"].sum()),
    )


def _services(strings: dict[str, str], rounding: Rounding) -> Facts:
    total = int(strings[PRINTED["services"]])
    growth = strings[PRINTED["services_growth"]]
    named = int(strings[PRINTED["lifting_doors"]]) + int(strings[PRINTED["alarms"]])
    before, _ = _half_years(strings, rounding)
    (after,) = later_counts(growth, total, rounding)
    below, above = nearest_totals(growth, total, rounding)
    low, high = _nearest_splits(total, parse(growth).value)
    growth_from, growth_to = _ends(preimage(growth, rounding))
    by_chance = growth_interval(before, total)
    chance_low, chance_high = outward(100 * by_chance[0], 100 * by_chance[1])
    return _derived(
        "analysis.claims.single",
        growth_from=percent(2)(growth_from),
        growth_to=percent(2)(growth_to),
        services_before=whole(before),
        growth_by_chance_low=f"{chance_low}%",
        growth_by_chance_high=f"{chance_high}%",
        services_after=whole(after),
        both_halves_below=whole(below),
        both_halves_above=whole(above),
        split_low=f"{low[0]} and {low[1]}",
        split_low_growth=rate(Fraction(low[1] - low[0], low[0])),
        split_high=f"{high[0]} and {high[1]}",
        split_high_growth=rate(Fraction(high[1] - high[0], high[0])),
        other_services=whole(total - named),
        other_share=rate(Fraction(total - named, total)),
        other_types_min=whole(-(-(total - named) // (int(strings[PRINTED["alarms"]]) - 1))),
    )


def _nearest_splits(total: int, growth: Fraction) -> tuple[tuple[int, int], tuple[int, int]]:
    """Find the splits of a total whose growth lies just below and just above a rate."""
    earlier = next(e for e in range(1, total) if Fraction(total - 2 * e, e) < growth)
    return (earlier, total - earlier), (earlier - 1, total - earlier + 1)


def _survey(strings: dict[str, str], rounding: Rounding) -> Facts:
    printed = strings[PRINTED["satisfaction"]]
    services = int(strings[PRINTED["services"]])
    smallest = smallest_share(printed, rounding)
    below = int(parse(printed).value * services)
    _, start_max = outward(0, 100 * largest_start(printed, rounding), 2)
    level_low, level_high = start_of_both(printed, rounding)
    return _derived(
        "analysis.claims.single",
        respondents_fitting=whole(len(consistent_n(printed, services, rounding))),
        respondents_smallest=whole(smallest.total),
        respondents_smallest_satisfied=whole(smallest.count),
        every_service_below=whole(below),
        every_service_below_share=rate(Fraction(below, services)),
        every_service_above=whole(below + 1),
        every_service_above_share=rate(Fraction(below + 1, services)),
        satisfaction_start_max=f"{start_max}%",
        satisfaction_start_both_low=level_low,
        satisfaction_start_both_high=level_high,
    )


def _growths(strings: dict[str, str], rounding: Rounding, key: str) -> Interval:
    """Growth factors that print as a claim does."""
    return preimage(strings[PRINTED[key]], rounding).plus(1)


def _ends(interval: Interval) -> tuple[Fraction, Fraction]:
    assert interval.low is not None  # printed numbers have both ends
    assert interval.high is not None
    return interval.low, interval.high


def _productivity(strings: dict[str, str], rounding: Rounding) -> Facts:
    names = "productivity_q1", "productivity_q2"
    ends = [_ends(_growths(strings, rounding, name)) for name in names]
    constant = _range(min(low for low, _ in ends) - 1, max(high for _, high in ends) - 1)
    first, second = (strings[PRINTED[name]] for name in names)
    labour = labour_ratio([_half_years(strings, rounding)], (first, second), rounding)
    assert labour is not None  # some split of the half-years into quarters fits
    grown = _range(*_ends(labour.plus(-1)))
    return _derived(
        "analysis.claims.paper.results",
        constant_low=constant[0],
        constant_high=constant[1],
        labour_low=grown[0],
        labour_high=grown[1],
    )


def _half_years(strings: dict[str, str], rounding: Rounding) -> tuple[int, int]:
    """Return the services of both half-years, by the default reading."""
    total = int(strings[PRINTED["services"]])
    (before,) = earlier_counts(strings[PRINTED["services_growth"]], total, rounding)
    return before, total


def _range(low: Fraction, high: Fraction) -> tuple[str, str]:
    """Write both ends of a range of growth rates, rounded outwards."""
    below, above = outward(100 * low, 100 * high, 2)
    return f"{below}%", f"{above}%"


def _sales(strings: dict[str, str], rounding: Rounding) -> Facts:
    total = Fraction(strings[PRINTED["sales_total"]].replace(",", ""))
    before, services = _half_years(strings, rounding)
    growth = _growths(strings, rounding, "sales_growth_2024")
    sales_before = _ends(preimage(strings[PRINTED["sales_total"]], rounding).over(growth))
    before_low, before_high = outward(*sales_before)
    low, high = _ends(growth.times(Fraction(before, services)))
    fall = _range(1 - high, 1 - low)
    return _derived(
        "preimages of the printed sales and growth rates",
        revenue_per_service=decimal(2)(total / services),
        revenue_per_service_fall_low=fall[0],
        revenue_per_service_fall_high=fall[1],
        sales_q2_2023_low=before_low,
        sales_q2_2023_high=before_high,
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
    level = starting_level(reduce(ledger), case).set_index("kpi")["value"]
    half = by_type(sums(ledger), parse_period(period))
    return values(
        case.parameters.kind,
        f"data/processed/{case.name}/ledger",
        base_productivity=decimal(kpi("productivity").decimals)(level["productivity"]),
        base_on_time=rate(level["on_time"] / 100),
        base_services=whole(half.sum()),
    )


def claim_facts(verdicts: pd.DataFrame, blocks: pd.DataFrame) -> Facts:
    """Compute the values.

    Parameters
    ----------
    verdicts : DataFrame
        ``verdicts.csv``: one row per claim and reading, the default reading marked.
    blocks : DataFrame
        ``multiverse.csv``: one row per block of results and combination of its readings.

    Returns
    -------
    dict of str to Value
        Text, kind and source by key.
    """
    depends = verdicts.groupby("claim_id")["verdict"].nunique() > 1
    universes, surviving = survival(blocks)
    return verdict_counts(verdicts) | _derived(
        "verdicts.csv and multiverse.csv",
        n_depending=whole(depends.sum()),
        n_universes=whole(universes),
        n_surviving=whole(surviving),
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
    return {
        "slope": whole(line.slope),
        "slope_low": whole(line.low),
        "slope_high": decimal(0, signed=True)(line.high),
        "rank_p": decimal(2)(line.rank_p),
        "outlook": whole(ahead.value),
        "outlook_low": whole(ahead.low),
        "outlook_high": whole(ahead.high),
    }
