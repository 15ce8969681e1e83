"""Decides blocks of the paper's results under readings, and remembers the answers."""

from __future__ import annotations

from fractions import Fraction

from analysis.base.numbers import Rounding
from analysis.base.periods import quarter_label
from analysis.claims.printed import Interval, parse, preimage
from analysis.claims.readings import (
    BLOCK_AXES,
    Limits,
    Reading,
    Results,
    productivity_quarters,
    require_paper,
    results_of,
    sales_system,
    services_system,
)
from analysis.claims.satisfaction import fitting_counts, fitting_sizes
from analysis.claims.system import (
    Answer,
    Claim,
    System,
    at_most,
    quantity,
    solve,
    witness,
)
from analysis.tables.case import Case


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
    return Answer(None, (*blamed, services[0].claim_id, *(coverage if every else ())))


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
        self._fits: dict[tuple[str, ...], dict[int, int]] = {}
        self._beside: dict[tuple[str, ...], dict[str, int]] = {}
        self.bounds: dict[tuple[str, ...], dict[str, Limits]] = {}

    def answer(self, block: str, reading: Reading) -> Answer:
        """Return a witness or a smallest conflict for a block ("services", "sales", ...)."""
        key = (block, *(reading[axis] for axis in BLOCK_AXES[block]))
        if key not in self._answers:
            self._answers[key] = self._decide(block, reading)
        return self._answers[key]

    def respondents(
        self, printed: str, meaning: str, rounding: Rounding, most: int
    ) -> dict[int, int]:
        """Map each number of respondents that fits the print to its smallest fitting count."""
        key = (printed, meaning, str(rounding), str(most))
        if key not in self._fits:
            self._fits[key] = fitting_sizes(meaning, printed, most, rounding)
        return self._fits[key]

    def system(self, block: str, reading: Reading) -> System:
        """Return the system of the services or the sales block."""
        build = {"services": services_system, "sales": sales_system}[block]
        return build(self.results, reading)

    def without_conflict(self, reading: Reading, conflict: tuple[str, ...]) -> dict[str, int]:
        """Find a data set for the services block with as few blamed claims as possible left out.

        Claims of the conflict are left out one after the other until the rest fits.
        """
        key = (*conflict, *(reading[axis] for axis in BLOCK_AXES["services"]))
        if key not in self._beside:
            self._beside[key] = self._without(reading, conflict)
        return self._beside[key]

    def _without(self, reading: Reading, conflict: tuple[str, ...]) -> dict[str, int]:
        system = self.system("services", reading)
        claims = list(system.claims)
        for blamed in conflict:
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
