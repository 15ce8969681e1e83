"""The appraisal of a publication, and what follows from its printed numbers.

The case's ``appraisal.yaml`` holds contradictions with their grade, headlines with the authors'
best answer, threats to validity, an appraisal tool, grades, what is missing, references and
questions. Words in braces are numbers, computed here from ``claims.csv`` and ``verdicts.csv``:
exact counts, or ranges rounded outwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from scipy.special import betainc  # type: ignore[import-untyped]

from analysis.base.errors import InputError
from analysis.base.expression import read_formula
from analysis.base.language import language
from analysis.base.numbers import parse_percent
from analysis.base.text import (
    PlainLoader,
    Rounding,
    decimal,
    outward,
    outward_percent,
    own_yaml,
    percent,
)
from analysis.claims import single
from analysis.claims.printed import Interval, preimage
from analysis.claims.verdicts import (
    count_conflicts,
    count_verdicts,
    read_universes,
    read_verdicts,
    survival,
)
from analysis.evidence.soundness import growth_interval
from analysis.tables.case import Case
from analysis.tables.schema import yaml_problem
from analysis.tables.strategy_tables import ClaimRow, read_claims

_FORM = own_yaml(__file__, "sections.yaml")
KINDS: Mapping[str, str] = _FORM["kinds"]
"""Kinds of finding, and how tables name them; only the first is an accusation."""

SECTIONS: Mapping[str, Sequence[str]] = _FORM["sections"]
"""The sections of the file, and what every entry of each must say."""

Entry = dict[str, Any]
Appraisal = dict[str, list[Entry]]


_NUMBERS: dict[tuple[object, ...], dict[str, str]] = {}


def numbers(case: Case) -> Mapping[str, str]:
    """Return what texts on the publication may quote: derived numbers, and counts of verdicts."""
    files = [case.raw / name for name in ("claims.csv", "appraisal.yaml")]
    files += [case.processed / name for name in ("verdicts.csv", "multiverse.csv")]
    contents = (path.read_bytes() for path in files if path.is_file())
    key = (case.root, case.name, case.reading()["rounding"], language().code, *contents)
    if key not in _NUMBERS:
        _NUMBERS[key] = _numbers(case)
    return _NUMBERS[key]


def _numbers(case: Case) -> dict[str, str]:
    printed = {claim.claim_id: claim.printed for claim in read_claims(case)}
    rounding = Rounding(case.reading()["rounding"])
    kinds = [entry["kind"] for entry in _read(case).get("findings", [])]
    graded = {f"n_{kind.split()[0]}": str(kinds.count(kind)) for kind in KINDS}
    counts = counted(read_verdicts(case), read_universes(case))
    return derived(printed, rounding) | graded | counts


def read_appraisal(case: Case) -> Appraisal:
    """Read the case's appraisal, its numbers filled in.

    Parameters
    ----------
    case : Case
        The case; its verdicts must have been made.

    Returns
    -------
    dict of str to list of dict
        The entries of each section of `SECTIONS`.

    Raises
    ------
    InputError
        If a section, a field, a kind or a claim is not known, or a number in braces is none.
    """
    sections, known = _read(case), numbers(case)
    claims = {claim.claim_id: claim for claim in read_claims(case)}
    return {
        name: [_filled(case, name, entry, known, claims) for entry in sections.get(name, [])]
        for name in SECTIONS
    }


def _file(case: Case) -> str:
    return (case.raw / "appraisal.yaml").relative_to(case.root).as_posix()


def _read(case: Case) -> Appraisal:
    path = case.raw / "appraisal.yaml"
    if not path.is_file():
        return {}
    return _sections(path.read_text(encoding="utf-8"), _file(case))


@cache
def _sections(text: str, file: str) -> Appraisal:
    try:
        found: Appraisal = yaml.load(text, PlainLoader)
    except yaml.YAMLError as error:
        raise yaml_problem(error, Path(file)) from None
    for name, entries in found.items():
        if name not in SECTIONS:
            rule = f"the sections are {', '.join(SECTIONS)}"
            raise InputError(rule, file=file, value=name)
        for entry in entries:
            fields = SECTIONS[name]
            missing = [field for field in fields if not entry.get(field)]
            unknown = sorted({*entry} - {*fields, "other"})
            if missing or unknown:
                shown = str(next(iter(entry.values())))
                wrong = f"{missing[0]} is missing" if missing else f"{unknown[0]} is not known"
                rule = f"an entry of {name} has {', '.join(fields)}; {wrong}"
                raise InputError(rule, file=file, value=shown)
    return found


def _filled(
    case: Case, name: str, entry: Entry, known: Mapping[str, str], claims: Mapping[str, ClaimRow]
) -> Entry:
    """Put numbers into an entry's texts, after checking its claims and its kind."""
    for field in ("claims", "one", "other"):
        for claim in entry.get(field, []):
            if claim not in claims:
                rule = f"{name} name claims of claims.csv"
                raise InputError(rule, file=_file(case), value=claim)
    if name == "findings" and entry["kind"] not in KINDS:
        rule = f"the kind of a finding is one of {', '.join(KINDS)}"
        raise InputError(rule, file=_file(case), value=entry["kind"])
    try:
        return {k: v.format_map(known) if isinstance(v, str) else v for k, v in entry.items()}
    except KeyError as unknown:
        rule = "a word in braces is a number that analysis.evidence.appraisal computes"
        raise InputError(rule, file=_file(case), value=str(unknown.args[0])) from None


_SHORT: dict[str, str] = own_yaml(__file__, "quoted.yaml")
"""Names under which prose quotes what is printed, and the claims that print it."""

_SCORES = (70, 80, 90)
"""Three scores on which formulas of two places are compared."""

whole = decimal(0)


def derived(printed: Mapping[str, str], rounding: Rounding = Rounding.HALF_UP) -> dict[str, str]:
    """Compute what prose says of the printed numbers.

    Parameters
    ----------
    printed : mapping of str to str
        The printed strings, by claim id.
    rounding : Rounding
        How the paper rounded.

    Returns
    -------
    dict of str to str
        The printed strings by short names, and what follows from them.
    """
    own = {name: printed[claim] for name, claim in _SHORT.items()}
    parts = (_services, _survey, _productivity, _sales, _formulas, _starts)
    return own | {key: text for part in parts for key, text in part(own, rounding).items()}


def counted(verdicts: pd.DataFrame, universes: pd.DataFrame) -> dict[str, str]:
    """Count claims, verdicts, results, targets and universes under the default readings.

    Parameters
    ----------
    verdicts : DataFrame
        ``verdicts.csv``: one row per claim and reading, the default reading marked.
    universes : DataFrame
        ``multiverse.csv``: one row per block of results and combination of its readings.
    """
    usual = verdicts[verdicts["default"]]
    usual = usual.assign(subject=usual["claim_id"].str.split("-", n=1).str[1])
    results = usual[usual["role"] == "result"]
    wrong = usual[usual["verdict"] == "inconsistent"]
    targets = usual[usual["role"] == "target"]
    silent = targets["verdict"].isin(["not reported", "unreadable"])
    without = silent.groupby(targets["subject"], sort=False).all()
    combinations, surviving = survival(universes)
    constant = universes[universes["labour"] == "constant"]
    linked = constant[constant["productivity_output"] == constant["block"]].groupby("block")
    counts = {
        "claims": len(usual),
        **{word.replace(" ", "_"): count for word, count in count_verdicts(verdicts).items()},
        "conflicts": count_conflicts(verdicts),
        "results": len(results),
        "result_numbers": results["printed"].nunique(),
        "results_inconsistent": (results["verdict"] == "inconsistent").sum(),
        "formulas_inconsistent": (wrong["role"] == "formula").sum(),
        "targets": len(without),
        "target_places": len(targets),
        "targets_without": without.sum(),
        "universes": combinations,
        "surviving": surviving,
        **{f"{block}_same_labour": len(rows) for block, rows in linked},
        **{f"{block}_same_labour_fit": rows["survives"].sum() for block, rows in linked},
    }
    return {f"n_{key}": whole(int(count)) for key, count in counts.items()}


def _factor(growth: str, rounding: Rounding) -> Interval:
    """Return the factors of which the growth prints so."""
    return preimage(parse_percent(growth), rounding).plus(1)


def _range(key: str, low: Fraction, high: Fraction) -> dict[str, str]:
    """Write both ends of a range of shares or growth rates, rounded outwards."""
    below, above = outward_percent(low, high)
    return {f"{key}_low": below, f"{key}_high": above}


def _services(own: Mapping[str, str], rounding: Rounding) -> dict[str, str]:
    total, growth = int(own["services"]), own["services_growth"]
    named = int(own["lifting_doors"]) + int(own["alarms"])
    (before,) = single.earlier_counts(growth, total, rounding)
    (after,) = single.later_counts(growth, total, rounding)
    below, above = single.nearest_totals(growth, total, rounding)
    rate = parse_percent(growth).value
    split = next(e for e in range(1, total) if Fraction(total - 2 * e, e) < rate)
    splits = {"split_low": split, "split_high": split - 1}
    longer = [
        (first, later)
        for first in range(1, total)
        for later in single.later_counts(growth, first, rounding)
        if first <= later < total - first
    ]
    # of the pairs of first halves that fit within the total, the one with the steadiest course
    first, later = min(longer, key=lambda pair: abs(3 * (total - sum(pair)) - total))
    chance = growth_interval(before, total)
    low, high = outward(100 * chance[0], 100 * chance[1])
    rest, inside = total - named, preimage(parse_percent(growth), rounding)
    return {
        "services_before": whole(before),
        "services_after": whole(after),
        "both_halves_below": whole(below),
        "both_halves_above": whole(above),
        **{key: f"{e} and {total - e}" for key, e in splits.items()},
        **{f"{key}_growth": percent()(Fraction(total - 2 * e, e)) for key, e in splits.items()},
        "longer_ways": whole(len(longer)),
        "longer_example": f"{first}, {total - first - later} and {later}",
        "growth_by_chance_low": f"{low}%",
        "growth_by_chance_high": f"{high}%",
        "chance_p": decimal(3)(2 * float(betainc(total, before + 1, 0.5))),
        "other_services": whole(rest),
        "other_share": percent()(Fraction(rest, total)),
        "other_types_min": whole(-(-rest // (int(own["alarms"]) - 1))),
        "growth_from": percent(2)(inside.low),
        "growth_to": percent(2)(inside.high),
    }


def _survey(own: Mapping[str, str], rounding: Rounding) -> dict[str, str]:
    printed, services = own["satisfaction"], int(own["services"])
    satisfied, respondents = single.smallest_share(printed, rounding)
    below = int(parse_percent(printed).value * services)
    return {
        "respondents_fitting": whole(len(single.consistent_n(printed, services, rounding))),
        "respondents_smallest": whole(respondents),
        "respondents_smallest_satisfied": whole(satisfied),
        "every_service_below": whole(below),
        "every_service_below_share": percent()(Fraction(below, services)),
        "every_service_above": whole(below + 1),
        "every_service_above_share": percent()(Fraction(below + 1, services)),
        "power_all": percent()(single.power(3, services)),
    }


def _productivity(own: Mapping[str, str], rounding: Rounding) -> dict[str, str]:
    total, first, second = int(own["services"]), own["productivity_q1"], own["productivity_q2"]
    (before,) = single.earlier_counts(own["services_growth"], total, rounding)
    ends = [end for growth in (first, second) for end in _factor(growth, rounding).ends]
    labour = labour_ratio([(before, total)], (first, second), rounding)
    assert labour is not None  # some split of the half-years into quarters fits
    by_sales = _factor(own["sales_growth_2024"], rounding).over(_factor(second, rounding))
    return {
        **_range("constant", min(ends) - 1, max(ends) - 1),
        **_range("labour", *labour.plus(-1).ends),
        **_range("labour_by_sales", *by_sales.plus(-1).ends),
    }


def _sales(own: Mapping[str, str], rounding: Rounding) -> dict[str, str]:
    total, services = Fraction(own["sales_total"].replace(",", "")), int(own["services"])
    now, earlier = (_factor(own[f"sales_growth_{year}"], rounding) for year in (2024, 2023))
    year_ago = outward(*preimage(own["sales_total"], rounding).over(now).ends)
    faster = now.ends[0] - earlier.ends[1], now.ends[1] - earlier.ends[0]
    least, most = outward(100 * faster[0], 100 * faster[1], 1)
    return {
        "revenue_per_service": decimal(2)(total / services),
        "sales_q2_2023_low": year_ago[0],
        "sales_q2_2023_high": year_ago[1],
        "faster_low": least,
        "faster_high": most,
    }


def _formulas(own: Mapping[str, str], rounding: Rounding) -> dict[str, str]:
    """Apply printed formulas to examples."""
    margin = read_formula(own["margin_formula"])
    ten, eleven = (margin.at(dict(zip(margin.names, (100, p), strict=True))) for p in (10, 11))
    times, over = (
        formula.at(dict(zip(formula.names, _SCORES, strict=True)))
        for formula in map(read_formula, (own["times_three"], own["over_three"]))
    )
    survey = Fraction(*single.smallest_share(own["satisfaction"], rounding))
    roi, net = (1 + parse_percent(own[key]).value for key in ("roi_rise", "margin_rise"))
    rise, cut = (parse_percent(own[key]).value for key in ("sustainability_rise", "cost_cut"))
    return {
        "scores": "/".join(map(str, _SCORES)),
        "margin_ten": whole(ten),
        "margin_eleven": whole(eleven),
        "margin_change": percent()(Fraction(eleven, ten) - 1),
        "times_three_gives": whole(times),
        "times_three_mean": whole(Fraction(times, len(_SCORES))),
        "over_three_gives": whole(over),
        "square_share": percent()(survey),
        "square_gives": percent()(survey**2),
        "turnover_needed": percent(2)(Fraction(roi, net) - 1),
        "sustainability_start": percent(2)(Fraction(rise, 1 + rise)),
        "cost_year": percent(2)(1 - (1 - cut) ** 12),
    }


def _starts(own: Mapping[str, str], rounding: Rounding) -> dict[str, str]:
    """Bound the satisfaction that the rises started from."""
    low, high = preimage(parse_percent(own["satisfaction"]), rounding).ends
    starts = {
        f"{key}_below": outward_percent(0, Fraction(high, 1 + parse_percent(own[key]).value))[1]
        for key in ("satisfaction_rise", "satisfaction_example")
    }
    return {
        "satisfaction_start_max": outward_percent(0, Fraction(1, 1 + low))[1],
        **_range("satisfaction_start_both", Fraction(low, 1 + high), Fraction(high, 1 + low)),
        **starts,
    }


def labour_ratio(
    totals: Sequence[tuple[int, int]],
    productivity: tuple[str, str],
    rounding: Rounding = Rounding.HALF_UP,
) -> Interval | None:
    """Return the possible growth factors of labour, if it is the same in both quarters.

    Productivity and services must both be measured against the same quarters a year earlier. If
    labour changes differently from quarter to quarter, its total may do anything, even fall.

    Parameters
    ----------
    totals : sequence of (int, int)
        Services of the two quarters together, a year earlier and now: (288, 354). Each possible
        pair is tried.
    productivity : tuple of (str, str)
        Printed growth of productivity in each quarter.
    rounding : Rounding
        The rule.

    Returns
    -------
    Interval or None
        Its ends are approached by whole numbers of services in each quarter: (1.1077, 1.1125) for
        the paper. None if no split of the services fits.
    """
    factors = [_factor(growth, rounding) for growth in productivity]
    (least, most), (low, high) = factors[0].ends, _hull(factors).ends
    fitting = []
    for before, after in totals:
        # the first quarter's factor of services, from the widest range that labour could have
        grown = Fraction(after, before)
        inside = Interval(grown * Fraction(least, high), grown * Fraction(most, low))
        for first in range(1, before):
            for now in inside.times(first).integers():
                if 0 < now < after:
                    quarters = (first, now), (before - first, after - now)
                    fitting.append(_alike(quarters, factors))
    fitting = [one for one in fitting if not one.empty]
    return _hull(fitting) if fitting else None


def _alike(quarters: Iterable[tuple[int, int]], factors: Iterable[Interval]) -> Interval:
    """Return the factors of labour that both quarters allow, given their services."""
    one, other = (
        Interval(Fraction(now, before), Fraction(now, before)).over(factor)
        for (before, now), factor in zip(quarters, factors, strict=True)
    )
    return one.meet(other)


def _hull(intervals: Iterable[Interval]) -> Interval:
    several = tuple(intervals)
    low = min(several, key=lambda one: (one.ends[0], not one.low_closed))
    high = max(several, key=lambda one: (one.ends[1], one.high_closed))
    return Interval(low.low, high.high, low.low_closed, high.high_closed)
