"""Totals per quarter that meet every printed result under a reading.

Only what the print leaves open is drawn, and drawn neutrally: quarters of which nothing is
printed follow their neighbours, and what is not reported at all (waiting times, say) has the same
distribution in every quarter, so that the synthetic ledger never suggests a change that the
publication does not print.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from typing import Any

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.numbers import parse_percent
from analysis.base.periods import parse_period, parse_quarter, quarter_label
from analysis.base.text import Rounding
from analysis.claims.judge import Judge
from analysis.claims.printed import Interval, preimage
from analysis.claims.single import growth_pairs, share_counts
from analysis.claims.solver.bounds import bounds
from analysis.claims.solver.search import witness
from analysis.claims.solver.system import Linear, System, at_least, equal, quantity
from analysis.claims.verdicts import require_possible
from analysis.tables.case import Case
from analysis.tables.schema import Calibration
from analysis.tables.strategy_tables import printed_strings


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Split a whole number in proportion to weights (largest remainders, ties to the first).

    Parameters
    ----------
    total : int
        What to split, at least 0.
    weights : sequence of int
        At least one of them above 0.

    Returns
    -------
    list of int
        Parts that add up to `total`.

    Examples
    --------
    >>> apportion(10, [1, 1, 1])
    [4, 3, 3]
    """
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def jitter(value: Fraction, rng: random.Random, percent: int = 4) -> int:
    """Move a value at random by up to some per cent and round it to a whole number."""
    step = rng.randrange(-100 * percent, 100 * percent + 1)
    return round(value * (1 + Fraction(step, 10_000)))


MADE_UP = "SYN"
"""Prefix of every key, so that no row can be taken for a real one."""


def table_of(
    rows: Sequence[Any], columns: str | None = None, key: str = "", form: str = ""
) -> pd.DataFrame:
    """Return made-up rows as a table, its days as dates, with keys if they have none.

    Parameters
    ----------
    rows : sequence of mappings or of sequences
        By the names of the columns, or with a cell for each column in their order.
    columns : str
        Names of the columns, with spaces between them; needed for sequences.
    key, form : str
        Name of the key, and how it is made of the number of a row: ``S{:05d}``.
    """
    frame = pd.DataFrame(rows, columns=columns.split() if columns else None)
    for name in frame.columns[frame.columns.str.endswith("_on")]:
        frame[name] = pd.to_datetime(frame[name])
    if key:
        frame.insert(0, key, [f"{MADE_UP}-{form.format(i)}" for i in range(1, len(frame) + 1)])
    return frame


QUARTER_HOURS_PER_TECHNICIAN = 4 * 460
"""Time a full-time technician works in a quarter, in units of 15 minutes (an assumption)."""

CENTIMOS_PER_SERVICE = 85_000
"""Typical revenue of a service before the sales are scaled to the printed total (an assumption)."""

_Q1_2023, _Q2_2023, _Q1_2024, _Q2_2024 = (
    parse_quarter(label) for label in ("2023Q1", "2023Q2", "2024Q1", "2024Q2")
)


@dataclass(frozen=True)
class Survey:
    """Answers of one quarter: how many, and either how many satisfied or the sum of scores."""

    answers: int
    satisfied: int | None = None
    score_total: int | None = None


@dataclass(frozen=True)
class Plan:
    """Totals that the rows of a ledger must add up to.

    Attributes
    ----------
    services : dict of int to int
        Completed services by quarter index.
    typed_quarters : tuple of int
        Quarters that the printed counts by type cover together.
    types : dict of str to int
        Services by type over those quarters.
    quarter_hours : dict of int to int
        Technicians' time by quarter, in units of 15 minutes.
    sales : dict of int to int
        Sales by quarter, in céntimos.
    survey : dict of int to Survey
        Answers by quarter, where a survey is printed.
    """

    services: dict[int, int]
    typed_quarters: tuple[int, ...]
    types: dict[str, int]
    quarter_hours: dict[int, int]
    sales: dict[int, int]
    survey: dict[int, Survey]


@dataclass(frozen=True)
class _Print:
    """The printed strings, under the reading's rounding rule."""

    by_id: Mapping[str, str]
    rounding: Rounding

    def values(self, claim_id: str) -> Interval:
        return preimage(self.by_id[claim_id], self.rounding)

    def whole(self, claim_id: str) -> int:
        return int(self.by_id[claim_id].replace(",", ""))


def make_plan(case: Case, reading: Mapping[str, str], seed: int) -> Plan:
    """Draw totals per quarter that meet the print.

    Parameters
    ----------
    case : Case
        A case of kind ``synthetic``.
    reading : mapping of str to str
        One option for every axis of ``case.yaml``.
    seed : int
        The same seed gives the same plan.

    Raises
    ------
    InputError
        If nothing meets the print under this reading.
    """
    calibration = case.parameters.calibration
    if calibration is None:
        raise InputError(
            "the case has no section 'calibration', so no ledger can be made up for it",
            file=f"data/raw/{case.name}/case.yaml",
        )
    rng = random.Random(seed)
    judge = Judge(case)
    _require_claims(case, judge)
    require_possible(judge, reading)
    _require_services(reading)
    printed = _Print(printed_strings(case), Rounding(reading["rounding"]))
    periods = case.parameters.periods
    quarters = range(parse_quarter(periods.first), parse_quarter(periods.last) + 1)
    typed = parse_period(reading["services_period"])
    total = printed.whole("abstract-services")
    services = _services(judge, reading, quarters, Fraction(total, len(typed)), rng)
    return Plan(
        services=services,
        typed_quarters=typed,
        types=_types(printed, calibration, sum(services[q] for q in typed), rng),
        quarter_hours=_quarter_hours(printed, reading, services, rng),
        sales=_sales(printed, reading, services, rng),
        survey=_survey(printed, reading, calibration, services, rng),
    )


_NEEDED = (
    *("services", "lifting-doors", "alarms", "productivity-q1", "productivity-q2"),
    *("sales-growth-2023", "sales-growth-2024", "sales-total", "satisfaction"),
)
"""What the abstract of the SEGELEC paper claims and a ledger is made to meet."""


def _require_claims(case: Case, judge: Judge) -> None:
    """Refuse a case that asks for a calibrated ledger, but whose claims are not the paper's."""
    known = {claim.claim_id for claim in judge.claims}
    missing = next((name for name in _NEEDED if f"abstract-{name}" not in known), None)
    if missing is not None:
        rule = "a ledger can be calibrated to the SEGELEC paper only, and this is missing"
        file = (case.raw / "claims.csv").relative_to(case.root)
        place = {"column": "claim_id", "value": f"abstract-{missing}"}
        fix = "take the section calibration out of case.yaml"
        raise InputError(rule, file=file, fix=fix, **place)


def _require_services(reading: Mapping[str, str]) -> None:
    """Refuse a productivity of which the ledger would be no example."""
    if reading["labour"] == "constant" and reading["productivity_output"] != "services":
        raise InputError(
            "with the same labour in every quarter the ledger's productivity is that of services",
            value=f"productivity_output={reading['productivity_output']}",
            fix="choose labour=free, or productivity_output=services",
        )


def _services(
    judge: Judge, reading: Mapping[str, str], quarters: range, mean: Fraction, rng: random.Random
) -> dict[int, int]:
    """Choose services by quarter: those the print fixes first, the others beside them."""
    services = _fixed_quarters(judge, reading, mean, Fraction(rng.randrange(46, 54), 100))
    for quarter in reversed(quarters):
        if quarter not in services:
            neighbour = services.get(quarter + 4) or services[quarter + 1]
            services[quarter] = jitter(Fraction(neighbour), rng)
    return {quarter: services[quarter] for quarter in quarters}


def _fixed_quarters(
    judge: Judge, reading: Mapping[str, str], mean: Fraction, share: Fraction
) -> dict[int, int]:
    """Choose the quarters on which services are printed, with little change from year to year.

    Where the print leaves them open, `share` is that of the first quarter in its half-year, and
    `mean` the services of a quarter between the two half-years, which the print may include.
    """
    halves = (_Q1_2023, _Q2_2023), (_Q1_2024, _Q2_2024)
    names = {q: f"services@{quarter_label(q)}" for q in range(_Q1_2023, _Q2_2024 + 1)}
    part = {quarter: quantity(name) for quarter, name in names.items()}
    earlier, later = (part[first] + part[second] for first, second in halves)
    every = [at_least("quarter", part[q], 1) for half in halves for q in half]
    system = judge.system("services", reading).plus(*every)
    between = [q for q in part if _Q2_2023 < q < _Q1_2024 and names[q] in system.names]
    found: dict[Linear, int] = {}

    def choose(what: Linear, wish: Fraction | int) -> None:
        nonlocal system
        found[what] = _near(system, what, round(wish))
        system = system.plus(equal("chosen", what, Linear((), Fraction(found[what]))))

    if between:
        choose(earlier, 2 * mean)
    choose(later - earlier, 0)
    choose(earlier, 0)
    choose(part[_Q1_2023], share * found[earlier])
    choose(part[_Q1_2024], share * (found[earlier] + found[later - earlier]))
    for quarter in between:
        choose(part[quarter], mean)
    return {
        _Q1_2023: found[part[_Q1_2023]],
        _Q2_2023: found[earlier] - found[part[_Q1_2023]],
        **{quarter: found[part[quarter]] for quarter in between},
        _Q1_2024: found[part[_Q1_2024]],
        _Q2_2024: found[earlier] + found[later - earlier] - found[part[_Q1_2024]],
    }


def _near(system: System, what: Linear, wish: int) -> int:
    """Return the value that the system allows next to the wish, or to the middle of a range."""
    found = bounds(system, what)
    low, high = (None if end is None else int(end.value) for end in (found.low, found.high))
    aim = wish
    if low is not None and wish < low:
        aim = low if wish == 0 or high is None else (low + high + 1) // 2
    elif high is not None and wish > high:
        aim = high if wish == 0 or low is None else (low + high + 1) // 2
    near = (aim + side * step for step in count() for side in (1, -1))
    return next(
        value
        for value in near
        if isinstance(witness(system.plus(equal("near", what, Linear((), Fraction(value))))), dict)
    )


def _base(quarter: int, comparison: str) -> int:
    return quarter - (4 if comparison == "year-on-year" else 1)


def _types(
    printed: _Print, calibration: Calibration, total: int, rng: random.Random
) -> dict[str, int]:
    """Choose services by type: two are printed, every other stays below the smaller of them."""
    fixed = {
        "lifting_doors": printed.whole("abstract-lifting-doors"),
        "alarms": printed.whole("abstract-alarms"),
    }
    others = [kind.id for kind in calibration.service_types if kind.id not in fixed]
    rest = total - sum(fixed.values())
    ceiling = min(fixed.values()) - 1
    while True:
        weights = [rng.randrange(20, 100) for _ in others]
        counts = apportion(rest, weights)
        if max(counts) <= ceiling:
            return fixed | dict(zip(others, counts, strict=True))


def _quarter_hours(
    printed: _Print, reading: Mapping[str, str], services: Mapping[int, int], rng: random.Random
) -> dict[int, int]:
    """Choose technicians' time so that services per hour grow as printed."""
    start = 4 * QUARTER_HOURS_PER_TECHNICIAN
    if reading["labour"] == "constant":
        return dict.fromkeys(services, start)
    hours = {q: jitter(Fraction(start), rng, percent=1) for q in services if q < _Q1_2024}
    for quarter, claim in (
        (_Q1_2024, "abstract-productivity-q1"),
        (_Q2_2024, "abstract-productivity-q2"),
    ):
        base = _base(quarter, reading["productivity_growth"])
        factor = 1 + _middle(printed.values(claim))
        hours[quarter] = round(Fraction(services[quarter] * hours[base], services[base]) / factor)
    return hours


def _sales(
    printed: _Print, reading: Mapping[str, str], services: Mapping[int, int], rng: random.Random
) -> dict[int, int]:
    """Choose sales: growth first, in proportion to services, then all scaled to the total."""
    sales = {
        q: Fraction(jitter(Fraction(count * CENTIMOS_PER_SERVICE), rng, percent=3))
        for q, count in services.items()
    }
    comparison = reading["sales_growth"]
    for quarter, claim in (
        (_Q2_2023, "abstract-sales-growth-2023"),
        (_Q2_2024, "abstract-sales-growth-2024"),
    ):
        factor = 1 + _middle(printed.values(claim))
        later, earlier = [quarter], [_base(quarter, comparison)]
        if comparison == "half-year":
            later, earlier = [quarter - 1, quarter], [quarter - 5, quarter - 4]
        scale = factor * _sum(sales, earlier) / _sum(sales, later)
        for q in later:
            sales[q] *= scale
    covered = parse_period(reading["sales_total"])
    total = 100 * printed.whole("abstract-sales-total")
    scale = total / _sum(sales, covered)
    rounded = {q: round(value * scale) for q, value in sales.items()}
    rounded[covered[-1]] += total - sum(rounded[q] for q in covered)
    return rounded


def _sum(values: Mapping[int, Fraction], quarters: Sequence[int]) -> Fraction:
    return sum((values[quarter] for quarter in quarters), Fraction(0))


def _middle(interval: Interval) -> Fraction:
    low, high = interval.ends
    return (low + high) / 2


def _survey(
    printed: _Print,
    reading: Mapping[str, str],
    calibration: Calibration,
    services: Mapping[int, int],
    rng: random.Random,
) -> dict[int, Survey]:
    """Choose a survey for the first half of 2024, and one a year before where growth is printed."""
    claim, meaning = printed.by_id["abstract-satisfaction"], reading["satisfaction"]
    every = reading["respondents"] == "every-service"
    most = printed.whole("abstract-services") if every else calibration.respondents.max
    fitting = [
        n
        for n in range(1, most + 1)
        if (n == most or (not every and n >= calibration.respondents.min))
        and _fitting_counts(meaning, claim, n, printed.rounding) is not None
    ]
    if not fitting:
        raise InputError(
            f"no number of answers between {calibration.respondents.min} and {most} "
            f"gives {claim} under this reading",
            column="calibration.respondents",
            fix="widen the range in case.yaml or choose another reading",
        )
    n = fitting[rng.randrange(len(fitting))]
    counts = _fitting_counts(meaning, claim, n, printed.rounding)
    assert counts is not None  # the size was listed because it fits
    survey = _in_half(services, _Q1_2024, counts["respondents"], counts)
    if "satisfied_before" in counts:
        before = {"satisfied": counts["satisfied_before"]}
        survey |= _in_half(services, _Q1_2023, counts["respondents"], before)
    return survey


_POINTS = 5
"""Points of the rating scale, where satisfaction is read as a mean score."""


def _fitting_counts(
    meaning: str, printed: str, n: int, rounding: Rounding
) -> dict[str, int] | None:
    """Return counts among `n` respondents that print as given, or None."""
    found: tuple[int, ...] | None
    if meaning == "growth":
        names: tuple[str, ...] = ("satisfied_before", "satisfied")
        pairs = growth_pairs(printed, range(1, n + 1), rounding)
        found = next((pair for pair in pairs if max(pair) <= n), None)
    elif meaning == "squared-share":
        names = ("satisfied",)
        inside = preimage(parse_percent(printed), rounding).meet(Interval(Fraction(0), Fraction(1)))
        found = next(((k,) for k in inside.root().times(n).integers()), None)
    else:
        scale = _POINTS if meaning == "mean-score" else 1
        names = ("score_total",) if meaning == "mean-score" else ("satisfied",)
        found = next(((k,) for k in share_counts(printed, n * scale, rounding)), None)
    return None if found is None else {"respondents": n, **dict(zip(names, found, strict=True))}


def _in_half(
    services: Mapping[int, int], first: int, answers: int, counts: Mapping[str, int]
) -> dict[int, Survey]:
    """Split answers, and what they say, over two quarters in proportion to services."""
    asked = apportion(answers, [services[first], services[first + 1]])
    names = [name for name in ("satisfied", "score_total") if name in counts]
    parts = zip(*(apportion(counts[name], asked) for name in names), strict=True)
    surveys = (
        Survey(n, **dict(zip(names, part, strict=True)))
        for n, part in zip(asked, parts, strict=True)
    )
    return dict(zip((first, first + 1), surveys, strict=True))
