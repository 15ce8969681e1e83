"""What the dashboard shows, as plain data: the cube of sums, the tables, and key results.

Key results come with targets and levels, so that the page can score what a reader tries out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from math import ceil, floor
from typing import Any

import pandas as pd

from analysis.base import periods as time
from analysis.base.errors import InputError
from analysis.base.language import using
from analysis.base.text import fields
from analysis.claims.verdicts import read_verdicts
from analysis.evidence.soundness import difference_interval, share_interval
from analysis.kpis.catalogue import Indicator, Kpi, Totals, compute, indicator
from analysis.kpis.compare import planned
from analysis.kpis.cube import read_cube
from analysis.kpis.levels import indicators_of, kpis_of, periods, sample_of, summed_columns, wide
from analysis.kpis.reduce import ALL, DIMENSIONS, reduce
from analysis.method.balanced_scorecard import KNOWN_FROM
from analysis.method.key_results import Okrs, holds, load_okrs
from analysis.show import publication_tables as claim_tables
from analysis.tables.case import Case
from analysis.tables.strategy_tables import KeyResultRow, TargetRow, has_okrs

Model = dict[str, Any]
"""What becomes the page's JSON."""

LARGEST = 2**53 - 1
"""Largest whole number that JavaScript adds exactly."""


@using("en")  # the page translates by itself
def model(case: Case) -> Model:
    """Collect everything that the dashboard of a case shows.

    Raises
    ------
    InputError
        If the ledger or the verdicts have not been made, a table is invalid, or a sum is too large
        for exact arithmetic in a browser.
    """
    parameters = case.parameters
    printed = parameters.kind == "printed"
    monthly = reduce({}, DIMENSIONS) if printed else _in_whole(read_cube(case), "month")
    cube = wide(monthly, "month")
    own = indicators_of(monthly) if len(monthly) else []
    made: Model = {
        "case": {
            **fields(parameters, "name title subtitle kind"),
            "currency": parameters.currency_name,
            "language": parameters.language,
            "locale": parameters.locale,
            "source": parameters.source.model_dump() if parameters.source else None,
        },
        "current": _shown(parameters.periods.current, monthly),
        **cube_model(cube, monthly, {kind.id: kind.name for kind in case.service_types}),
        "kpis": [
            _kpi(record, own)
            for record in kpis_of(monthly, parameters.currency_name)
            if all(spec.column in summed_columns() for spec in record.measures)
        ],
    }
    made["chance"] = {
        record.key: chance(record, monthly)
        for record in kpis_of(monthly)
        if record.is_share and all(spec.kept == "any" for spec in record.measures)
    }
    made["plan"] = plans(case, [one["id"] for one in made["kpis"]], made["months"])
    if len(monthly) and has_okrs(case):
        whole = _in_whole(monthly, "quarter")
        made["okr"] = okr_model(load_okrs(case), whole, case.reading(), parameters.currency_name)
    if case.has_claims:
        verdicts = read_verdicts(case)
        paper = parameters.calibration is not None
        view = claim_tables.paper_claims(verdicts) if paper else claim_tables.claims(case, verdicts)
        made["claims"] = claims_model(verdicts, list(view["frame"]["subject"]))
    return made


def plans(
    case: Case, kpis: Collection[str], months: Mapping[str, int]
) -> dict[str, dict[str, str]]:
    """Give the plan of indicators in every period of the file, as far as there is one.

    Parameters
    ----------
    case : Case
        With or without a ``plan.csv``.
    kpis : collection of str
        Keys of the indicators.
    months : mapping of str to int
        Index of the first month, and number of months.

    Returns
    -------
    dict
        By indicator, and by first month (index) and length in months, such as ``24291+3``.
    """
    first, last = months["first"], months["first"] + months["count"] - 1
    made: dict[str, dict[str, str]] = {}
    for grain, size in time.MONTHS.items() if months["count"] else ():
        for index in range(time.containing(first, grain), time.containing(last, grain) + 1):
            for key, value in planned(case, time.period_label(index, grain)).items():
                if key in kpis:
                    place = f"{time.first_month(index, grain)}+{size}"
                    made.setdefault(key, {})[place] = str(value)
    return made


def _in_whole(totals: Totals, grain: time.Grain) -> Totals:
    """Leave out periods in part, which the page would compare with whole ones; not all of them."""
    index = time.containing(totals["month"], grain)
    labels = {one: time.period_label(one, grain) for one in set(index)}
    parts = [
        one for one, label in labels.items() if time.begins_late(label) or time.is_to_date(label)
    ]
    return totals if len(parts) == len(labels) else totals[~index.isin(parts)]


def _shown(period: str, totals: Totals) -> str:
    """Name the period shown at first: the current one, or the last quarter before it with sums."""
    known = set(totals["month"])
    if known.intersection(time.months_in(period)):
        return period
    quarters = sorted({time.containing(month, "quarter") for month in known})
    ended = [quarter for quarter in quarters if quarter <= time.last_ended(period, "quarter")]
    return time.quarter_label(ended[-1]) if ended else period


def _kpi(record: Kpi, method: Iterable[Indicator]) -> Model:
    """Describe an indicator; key results are on those of the method that have its level."""
    return {
        "id": record.key,
        **fields(record, "name perspective unit better numerator denominator"),
        "scale": str(record.scale),
        **fields(record, "decimals definition"),
        "indicators": [one.key for one in method if one.level == record.level],
    }


def chance(record: Kpi, monthly: Totals) -> dict[str, list[list[int]]]:
    """Give 95% intervals of a share of answers, and of its changes, for the whole firm.

    Parameters
    ----------
    record : Kpi
        Satisfied of all answers, say.
    monthly : DataFrame
        From :func:`analysis.kpis.reduce.reduce`.

    Returns
    -------
    dict
        By first month (index) and length in months, such as ``24291+3``: the interval of the share
        and those of its changes on the period before and on the year before; an empty list where
        there are no answers. Ends are in tenths of a per cent, rounded outwards.
    """
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for grain, size in time.MONTHS.items():
        for index, measures in periods(_in_whole(monthly, grain), grain).items():
            satisfied, answers = (measures[spec.name] for spec in record.measures)
            if answers and satisfied is not None:
                found[time.first_month(index, grain), size] = int(satisfied), int(answers)
    made = {}
    for (first, size), counts in sorted(found.items()):
        bases = (found.get((first - size, size)), found.get((first - 12, size)))
        changes = [_tenths(*difference_interval(*base, *counts)) if base else [] for base in bases]
        made[f"{first}+{size}"] = [_tenths(*share_interval(*counts)), *changes]
    return made


def _tenths(low: float, high: float) -> list[int]:
    """Round shares outwards to tenths of a per cent."""
    return [floor(1000 * low), ceil(1000 * high)]


def cube_model(cube: pd.DataFrame, monthly: Totals, names: dict[str, str] | None = None) -> Model:
    """Lay the cube of sums out in columns, its dimensions as positions.

    Parameters
    ----------
    cube : DataFrame
        From :func:`analysis.kpis.levels.wide`, by month, service type and segment.
    monthly : DataFrame
        From :func:`analysis.kpis.reduce.reduce`, which knows what months were recorded.
    names : dict of str to str, optional
        Names of service types by id; an id without one is its own name.

    Returns
    -------
    dict
        ``months`` (index of the first, number, and by how many the firm's year runs ahead of the
        calendar's), ``types`` and ``segments`` (id
        and name), ``cube`` (one list per dimension, with -1 for what belongs to no single one, and
        ``sums`` with one list per measure), ``measures`` (words, unit and the factor from sums to
        it), ``unsplit`` (by dimension, the measures that belong to none of its members) and
        ``recorded`` (by measure, the months that are covered, as positions, and what a longer
        period must have: every month, every quarter, or any).
    """
    known = summed_columns()
    columns = [name for name in known if name in cube]
    for name in columns:
        if int(cube[name].abs().sum()) > LARGEST:
            raise InputError(
                "the sum is too large for exact arithmetic in a browser (2^53)", column=name
            )
    summed = set(monthly["measure"])
    kept = {name: known[name].found_in(summed).kept for name in columns}
    first, end = _reach(cube["month"], "quarter" if "quarter" in kept.values() else "month")
    members = {name: sorted({str(key) for key in cube[name]} - {ALL}) for name in DIMENSIONS}
    place = {name: {key: at for at, key in enumerate(keys)} for name, keys in members.items()}
    types, segments = (
        [{"id": key, "name": (names or {}).get(key, key)} for key in members[dimension]]
        for dimension in DIMENSIONS
    )
    return {
        "months": {"first": first, "count": end - first, "lead": -time.first_month(0, "year")},
        "types": types,
        "segments": segments,
        "cube": {
            "month": [int(month) - first for month in cube["month"]],
            "type": [place["service_type"].get(str(key), -1) for key in cube["service_type"]],
            "segment": [place["segment"].get(str(key), -1) for key in cube["segment"]],
            "sums": {name: [int(value) for value in cube[name]] for name in columns},
        },
        "measures": {
            name: {**fields(known[name], "words unit"), "scale": str(known[name].scale)}
            for name in columns
        },
        "unsplit": {
            short: _unsplit(cube, dimension, columns)
            for short, dimension in zip(("type", "segment"), DIMENSIONS, strict=True)
        },
        "recorded": _recorded(monthly, kept, range(first, end)),
    }


def _reach(months: pd.Series[Any], grain: time.Grain) -> tuple[int, int]:
    """Return the first month of some and the one after the last, filled up to whole periods."""
    if months.empty:
        return 0, 0
    first, last = (time.containing(int(month), grain) for month in (months.min(), months.max()))
    return time.first_month(first, grain), time.first_month(last + 1, grain)


def _recorded(monthly: Totals, kept: Mapping[str, str], months: range) -> Model:
    """Say in which months a sum is known, or in the months of which quarters."""
    made = {}
    for column, rule in kept.items():
        grain: time.Grain = "quarter" if rule == "quarter" else "month"
        known = periods(monthly, grain)
        name = summed_columns()[column].name
        inside = [known.get(time.containing(month, grain), {}).get(name) for month in months]
        places = [at for at, value in enumerate(inside) if value is not None]
        made[column] = {"kept": rule, "months": places}
    return made


def _unsplit(cube: pd.DataFrame, dimension: str, measures: Iterable[str]) -> list[str]:
    """List the measures that no row holds for a member of the dimension."""
    inside = cube[cube[dimension] != ALL]
    return [name for name in measures if not (inside[name] != 0).any() and (cube[name] != 0).any()]


_CLAIM = ("claim_id", "place", "role", "quantity", "verdict")
_SENTENCE = re.compile(r"(?<=\.) (?=[A-Z“\d])")
_NUMBER = re.compile(r"(?<![\w.])(?:\d{4}[QH]\d|\d+(?:\.\d+){2,}|\d+(?:,\d{3})*(?:\.\d+)?)(?!\w)")


def claims_model(verdicts: pd.DataFrame, subjects: Iterable[str]) -> list[dict[str, Any]]:
    """List every claim with its verdict under the default reading, and its other verdicts.

    Parameters
    ----------
    verdicts : DataFrame
        From :func:`analysis.claims.verdicts.read_verdicts`.
    subjects : iterable of str
        Names of the claims, in the order of their verdicts under the default reading.
    """
    others = verdicts[~verdicts["default"]].groupby("claim_id", sort=False)["verdict"]
    elsewhere = {str(key): sorted(set(words)) for key, words in others}
    return [
        {name: row[name] for name in _CLAIM}
        | {"evidence": sentences(row["evidence"])}
        | {"subject": subject, "printed": _printed(row["printed"], row["unit"], row["role"])}
        | {"others": [w for w in elsewhere.get(row["claim_id"], []) if w != row["verdict"]]}
        for row, subject in zip(
            verdicts[verdicts["default"]].to_dict("records"), subjects, strict=True
        )
    ]


def sentences(text: str) -> list[list[str]]:
    """Split a text into sentences, each a form that catalogues can translate and its numbers.

    Examples
    --------
    >>> sentences("Fits. That leaves exactly 288 for services (2023H1).")
    [['Fits.'], ['That leaves exactly {} for services ({}).', '288', '2023H1']]
    """
    parts = _SENTENCE.split(text)
    return [[_NUMBER.sub("{}", part), *_NUMBER.findall(part)] for part in parts]


def _printed(text: str, unit: str, role: str) -> str:
    """Write what is printed with its unit, unless it ends with it; empty where it is lost."""
    if not text or not unit or role == "formula":
        return text
    first, _, rest = unit.partition(" ")
    return f"{text} {rest}".rstrip() if text.endswith(first) else f"{text} {unit}"


_WHOLE_FROM = 5
"""Targets of at least this many per cent, points or units are moved in whole steps."""
_TIMES = 3
"""A target can be moved up to so many times what is printed."""
_FULL = 100


def okr_model(
    okrs: Okrs, totals: Totals, reading: Mapping[str, str], currency: str
) -> dict[str, Any]:
    """Collect what the OKR and scorecard panels need.

    Parameters
    ----------
    okrs : Okrs
        From :func:`analysis.method.key_results.load_okrs`.
    totals : DataFrame
        From :func:`analysis.kpis.reduce.reduce`.
    reading : mapping of str to str
        Decides which of several printed targets is used at first.
    currency : str
        Name of the case's currency.

    Returns
    -------
    dict
        ``objectives``, ``results`` (with their targets and the place of the one used),
        ``known_from``, and ``indicators``: by key, name, unit and, by quarter, level and sample.
    """
    used = {row.kpi for row in okrs.key_results}
    used |= {target.kpi for targets in okrs.targets.values() for target in targets}
    by_quarter = periods(totals, "quarter")
    return {
        "objectives": [
            {"id": row.objective_id, **fields(row, "perspective text weight")}
            for row in okrs.objectives
        ],
        "results": [_result(row, okrs, reading) for row in okrs.key_results],
        "known_from": str(KNOWN_FROM),
        "indicators": {
            key: _indicator(indicator(key, currency), by_quarter) for key in sorted(used)
        },
    }


def _indicator(record: Indicator, by_quarter: Mapping[int, Any]) -> dict[str, Any]:
    levels, samples = {}, {}
    for index, measures in by_quarter.items():
        level, sample = compute(record.level, measures), sample_of(record, measures)
        if level is not None:
            levels[time.quarter_label(index)] = str(level)
        if sample is not None:
            samples[time.quarter_label(index)] = list(sample)
    return {
        "name": record.definition,
        **fields(record, "unit decimals"),
        **{"levels": levels, "samples": samples},
    }


def _result(row: KeyResultRow, okrs: Okrs, reading: Mapping[str, str]) -> dict[str, Any]:
    targets = okrs.targets[row.kr_id]
    used = [place for place, target in enumerate(targets) if holds(target, reading)]
    return {
        "id": row.kr_id,
        "objective": row.objective_id,
        **fields(row, "role text kpi weight commit baseline"),
        "used": used[0] if used else None,
        "targets": [_target(target) for target in targets],
    }


def _target(row: TargetRow) -> dict[str, Any]:
    stops = dict(zip(("min", "max", "step"), span(row), strict=True))
    named = fields(row, "kpi kind rule amount upper months reading")
    return {"id": row.target_id, **named, **stops}


def span(row: TargetRow) -> tuple[str, str, str]:
    """How far a target can be moved: least and largest amount and the step between them.

    A change keeps its direction and never becomes 0, which would be no target; a band stays below
    its upper end. A level in per cent or points of a hundred goes from 0 to 100.
    """
    amount = Fraction(row.amount)
    step = Fraction(1) if abs(amount) >= _WHOLE_FROM else Fraction(1, 10)
    if row.kind == "level":
        unit = indicator(row.kpi).unit
        top = Fraction(_FULL) if unit in {"%", "points of 100"} else 2 * abs(amount)
        low, high = Fraction(0), max(top, amount)
    elif amount < 0:
        low, high = _TIMES * amount, -step
    else:
        low, high = step, _TIMES * amount
    if row.upper:
        high = Fraction(row.upper) - step
    low = amount - (amount - low) // step * step  # so that the printed amount is one of the stops
    return _decimal(low), _decimal(high), _decimal(step)


def _decimal(value: Fraction) -> str:
    """Write a number for a slider's attribute."""
    return str(value) if value.denominator == 1 else f"{float(value):g}"
