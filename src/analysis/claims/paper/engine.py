"""The paper's results as systems of claims, under any choice of readings.

The print leaves questions open (which period, growth against what, which rounding rule). A
*reading* answers every question of ``case.yaml``. The results fall into three blocks that share
no quantity: services and productivity, sales, and satisfaction; each is decided on its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from analysis.base.errors import InputError
from analysis.base.numbers import parse
from analysis.base.periods import parse_period, parse_quarter, period_label, quarter_label
from analysis.base.text import Rounding
from analysis.claims.printed import Interval, preimage
from analysis.claims.single import fitting_counts
from analysis.claims.solver.system import (
    Answer,
    Claim,
    Linear,
    System,
    at_least,
    at_most,
    growth,
    quantity,
    says,
    solve,
    total,
    witness,
)
from analysis.claims.verdicts import Reading
from analysis.tables.case import Case
from analysis.tables.strategy_tables import ClaimRow, read_claims

Limits = tuple[Fraction | None, Fraction | None]
"""Smallest and largest value, None where there is no limit."""

BLOCK_AXES: dict[str, tuple[str, ...]] = {
    "services": (
        "rounding",
        "services_period",
        "services_growth",
        "productivity_growth",
        "labour",
    ),
    "sales": ("rounding", "sales_total", "sales_growth"),
    "satisfaction": ("rounding", "satisfaction", "respondents"),
}
"""The axes of ``case.yaml`` that each block of results depends on."""

_QUANTITY_BLOCKS = {
    "services": ("services", "satisfaction"),
    "services_lifting_doors": ("services",),
    "services_alarms": ("services",),
    "productivity": ("services",),
    "sales": ("sales",),
    "satisfaction": ("satisfaction",),
    "coverage": ("satisfaction",),
}
"""The block that decides each quantity, and the one that the number of services bears on too."""

_CENTIMOS = 100

LEDGER_CLAIMS = (
    "abstract-services",
    "abstract-lifting-doors",
    "abstract-alarms",
    "5-services-growth",
    "abstract-productivity-q1",
    "abstract-productivity-q2",
    "abstract-sales-growth-2023",
    "abstract-sales-growth-2024",
    "abstract-sales-total",
    "abstract-satisfaction",
)
"""Claims of the paper that a calibrated ledger must meet, so that a case with one must have."""


@dataclass(frozen=True)
class Results:
    """The printed results of a case; what several places repeat is one result.

    Attributes
    ----------
    claims : tuple of ClaimRow
        Every row of ``claims.csv``.
    current : int
        Quarter index of the reported quarter.
    """

    claims: tuple[ClaimRow, ...]
    current: int

    def of(self, *quantities: str, kind: str | None = None) -> list[ClaimRow]:
        """Return the results on some quantities, the first place of each."""
        rows = [
            row
            for row in self.claims
            if row.role == "result" and row.quantity in quantities and kind in (None, row.kind)
        ]
        first: dict[tuple[str, ...], ClaimRow] = {}
        for row in rows:
            first.setdefault(_subject(row), row)
        return list(first.values())

    def repeats(self, claim_id: str) -> set[str]:
        """Return the ids of all places that print the same result, this one included."""
        (wanted,) = (row for row in self.claims if row.claim_id == claim_id)
        return {
            row.claim_id
            for row in self.claims
            if row.role == wanted.role and _subject(row) == _subject(wanted)
        }

    def blocks(self, claim: ClaimRow) -> tuple[str, ...]:
        """Return the block that a result belongs to, and others that may contradict it."""
        judged = claim.role == "result" or claim.quantity == "coverage"
        return _QUANTITY_BLOCKS.get(claim.quantity, ()) if judged else ()

    def blaming(self, answer: Answer, claim_id: str) -> tuple[str, ...] | None:
        """Return the smallest conflict that names what a place prints, or None."""
        places = self.repeats(claim_id)
        return next((one for one in answer.conflicts if not places.isdisjoint(one)), None)

    @property
    def half(self) -> str:
        """The half-year of the reported quarter."""
        return period_label(self.current // 2, "half-year")

    @property
    def half_before(self) -> str:
        """The same half-year a year earlier."""
        return period_label(self.current // 2 - 2, "half-year")


def _subject(row: ClaimRow) -> tuple[str, ...]:
    """Identify what a result is about; only growth rates of one quantity differ by period."""
    by_period = row.kind == "growth" and row.quantity not in ("services", "satisfaction")
    return (row.quantity, row.printed, row.period if by_period else "")


def results_of(case: Case) -> Results:
    """Read the printed results of a case."""
    return Results(tuple(read_claims(case)), parse_quarter(case.parameters.periods.current))


def require_paper(case: Case, results: Results) -> None:
    """Refuse a case that asks for a calibrated ledger, but whose claims are not the paper's.

    Raises
    ------
    InputError
        Naming the first claim or reading that is missing.
    """
    fix = "take the section calibration out of case.yaml, and let relations.csv relate the claims"
    known = {row.claim_id for row in results.claims}
    axes = dict.fromkeys(axis for named in BLOCK_AXES.values() for axis in named)
    for column, names, has in (
        ("claim_id", LEDGER_CLAIMS, known),
        ("readings", axes, case.parameters.readings.keys()),
    ):
        for name in names:
            if name not in has:
                raise InputError(
                    "a ledger can be calibrated to the SEGELEC paper only, and this is missing",
                    file=case.raw.relative_to(case.root),
                    column=column,
                    value=name,
                    fix=fix,
                )


def over(what: str, period: str) -> Linear:
    """Return the sum of a quantity over the quarters of a period such as ``2023H1+2024H1``."""
    return total(*(f"{what}_{quarter_label(q)}" for q in parse_period(period)))


def services_system(results: Results, reading: Reading) -> System:
    """Build the claims on services, and on productivity where labour is constant.

    Quantities are ``services_2024Q1`` and so on, and services by type.
    """
    rounding = Rounding(reading["rounding"])
    period = reading["services_period"]
    claims = []
    for row in results.of("services", "services_lifting_doors", "services_alarms", kind="count"):
        part = over("services", period) if row.quantity == "services" else quantity(row.quantity)
        claims.append(says(row.claim_id, part, row.printed, rounding))
    for row in results.of("services", kind="growth"):
        claims.append(_services_growth(results, row, reading, rounding))
    if reading["labour"] == "constant":
        for row in results.of("productivity"):
            now, before = productivity_quarters(row, reading)
            later, earlier = (quantity(f"services_{q}") for q in (now, before))
            claims.append(growth(row.claim_id, later, earlier, row.printed, rounding))
    return System((), _services_definitions(results, period)).only(claims)


def productivity_quarters(row: ClaimRow, reading: Reading) -> tuple[str, str]:
    """Return the quarter of a productivity claim and the one it is measured against."""
    now = parse_quarter(row.period)
    step = 4 if reading["productivity_growth"] == "year-on-year" else 1
    return quarter_label(now), quarter_label(now - step)


def _services_growth(
    results: Results, row: ClaimRow, reading: Reading, rounding: Rounding
) -> Claim:
    later, earlier = over("services", results.half), over("services", results.half_before)
    if reading["services_growth"] == "previous-quarter":
        later = quantity(f"services_{quarter_label(results.current)}")
        earlier = quantity(f"services_{quarter_label(results.current - 1)}")
    if reading["services_growth"] == "on-later":
        printed = parse(row.printed)
        inside = preimage(printed, rounding)
        return Claim(row.claim_id, later - earlier, inside, later, printed, rounding)
    return growth(row.claim_id, later, earlier, row.printed, rounding)


def _services_definitions(results: Results, period: str) -> tuple[Claim, ...]:
    """Say what holds by meaning: every quarter had services, and named types are part of all."""
    first = results.current - 5
    worked = tuple(
        at_least("every quarter had services", quantity(f"services_{quarter_label(q)}"), 1)
        for q in range(first, results.current + 1)
    )
    kinds = [row.quantity for row in results.of("services_lifting_doors", "services_alarms")]
    rest = over("services", period) - total(*kinds)
    return (*worked, at_least("named types are part of all", rest, 0))


def sales_system(results: Results, reading: Reading) -> System:
    """Build the claims on sales; quantities are ``sales_2024Q2`` and so on, in centimos."""
    rounding = Rounding(reading["rounding"])
    claims = []
    for row in results.of("sales", kind="money"):
        part = over("sales", reading["sales_total"])
        claims.append(says(row.claim_id, part, row.printed, rounding, unit=_CENTIMOS))
    for row in results.of("sales", kind="growth"):
        later, earlier = sales_periods(row, reading)
        claims.append(
            growth(
                row.claim_id, over("sales", later), over("sales", earlier), row.printed, rounding
            )
        )
    names = System(tuple(claims)).names
    sold = tuple(at_least("every quarter had sales", quantity(name), 1) for name in names)
    return System(tuple(claims), sold)


def sales_periods(row: ClaimRow, reading: Reading) -> tuple[str, str]:
    """Return the period of a claim on sales growth and the one it is measured against."""
    now = parse_quarter(row.period)
    if reading["sales_growth"] == "half-year":
        return period_label(now // 2, "half-year"), period_label(now // 2 - 2, "half-year")
    step = 4 if reading["sales_growth"] == "year-on-year" else 1
    return quarter_label(now), quarter_label(now - step)


def _satisfaction_answer(results: Results, reading: Reading) -> Answer:
    """Return a witness with the fewest respondents, or the claims that conflict.

    Under "every-service" the respondents are as many as the services; otherwise any number up
    to it.
    """
    claims = results.of("satisfaction")
    services = results.of("services", kind="count")
    if not claims or not services:
        return Answer({})
    limit = int(parse(services[0].printed).value)
    every = reading["respondents"] == "every-service"
    rounding = Rounding(reading["rounding"])
    for n in range(limit if every else 1, limit + 1):
        found = [
            fitting_counts(reading["satisfaction"], claim.printed, n, rounding) for claim in claims
        ]
        if all(counts is not None for counts in found):
            return Answer({name: x for counts in found if counts for name, x in counts.items()})
    blamed = [claim.claim_id for claim in claims]
    coverage = [row.claim_id for row in results.claims if row.quantity == "coverage"]
    return Answer(None, ((*blamed, services[0].claim_id, *(coverage if every else ())),))


class Engine:
    """Decides blocks of results under readings, and remembers the answers.

    Parameters
    ----------
    case : Case
        The case.

    Raises
    ------
    InputError
        If the case does not hold the paper's claims and readings.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.results = results_of(case)
        require_paper(case, self.results)
        self._answers: dict[tuple[str, ...], Answer] = {}
        self.bounds: dict[tuple[str, ...], dict[str, Limits]] = {}

    def answer(self, block: str, reading: Reading) -> Answer:
        """Return a witness or a smallest conflict for a block ("services", "sales", ...)."""
        key = (block, *(reading[axis] for axis in BLOCK_AXES[block]))
        if key not in self._answers:
            self._answers[key] = self._decide(block, reading)
        return self._answers[key]

    def system(self, block: str, reading: Reading) -> System:
        """Return the system of the services or the sales block."""
        build = {"services": services_system, "sales": sales_system}[block]
        return build(self.results, reading)

    def without_conflict(self, reading: Reading, answer: Answer) -> dict[str, int]:
        """Find a data set for the services block with few blamed claims left out.

        Claims of the conflicts are left out one after the other until the rest fits.
        """
        system = self.system("services", reading)
        claims = list(system.claims)
        for blamed in dict.fromkeys(tag for one in answer.conflicts for tag in one):
            claims = [claim for claim in claims if claim.tag != blamed]
            found = witness(System((), system.definitions).only(claims))
            if isinstance(found, dict):
                return found
        raise AssertionError("claims outside every conflict must fit; this is a bug")

    def _decide(self, block: str, reading: Reading) -> Answer:
        if block == "satisfaction":
            return _satisfaction_answer(self.results, reading)
        system = self.system(block, reading)
        answer = solve(system)
        if answer.witness is None:
            return answer
        if block == "sales":
            similar = witness(system.plus(*_similar_quarters(system)))
            return Answer(similar) if isinstance(similar, dict) else answer
        data = _balanced(system, answer.witness, self.results.current)
        return Answer(self._with_labour(data, reading))

    def _with_labour(self, data: dict[str, int], reading: Reading) -> dict[str, int]:
        """Add quarter-hours of labour that give the printed productivity, if labour is free.

        Given the counts of services, productivity is linear in hours, and hours are fine enough
        for any rate, if there are enough of them; so nothing about services can contradict
        productivity.
        """
        if reading["labour"] != "free":
            return data
        start = 10_000
        while (hours := self._hours(data, reading, start)) is None:
            start *= 10
        return data | hours

    def _hours(self, data: dict[str, int], reading: Reading, start: int) -> dict[str, int] | None:
        """Return hours, `start` in the first quarter; None where they are too coarse to fit."""
        hours: dict[str, int] = {}
        for row in self.results.of("productivity"):
            now, before = productivity_quarters(row, reading)
            factor = preimage(row.printed, Rounding(reading["rounding"])).plus(1)
            made = Fraction(data[f"services_{now}"], data[f"services_{before}"])
            base = hours.setdefault(f"labour_{before}", start)
            possible = Interval(made, made).over(factor).times(base).integers()
            if not possible:
                return None
            hours[f"labour_{now}"] = possible[len(possible) // 2]
        return hours


def _similar_quarters(system: System) -> list[Claim]:
    """Ask that no quarter sells more than twice another; for a witness that looks like a firm."""
    return [
        at_most("similar quarters", quantity(one) - quantity(other) * 2, 0)
        for one in system.names
        for other in system.names
        if one != other
    ]


def _balanced(system: System, found: dict[str, int], current: int) -> dict[str, int]:
    """Prefer a witness whose quarters share their half-year evenly, if one like that fits.

    A solver's witness often has all services of a half-year in one quarter: true to the print,
    but no help to a reader. Quarters that no claim mentions get the largest half-year's pace.
    """
    data = dict(found)
    named = {
        q: found.get(f"services_{quarter_label(q)}", 0) for q in range(current - 5, current + 1)
    }
    halves = {q: named[q] + named[q + 1] for q in range(current - 5, current, 2)}
    for first, whole in halves.items():
        shared = whole if whole > 2 else max(halves.values())
        data[f"services_{quarter_label(first)}"] = shared // 2
        data[f"services_{quarter_label(first + 1)}"] = shared - shared // 2
    if all(c.holds(data) for c in (*system.definitions, *system.claims)):
        return data
    return data | found
