"""Verdicts on the paper's printed results: whether a data set prints like this, and what is open.

Productivity is services per unit of labour. If services grew more than productivity did in every
quarter, labour grew in at least one of them. By how much follows from the print only if it grew
alike in both quarters: what labour did in total also depends on how it is spread.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from analysis.base.numbers import parse, parse_percent
from analysis.base.text import Rounding, decimal, listed, outward, outward_percent, percent
from analysis.claims.paper.engine import BLOCK_AXES, Engine, Limits, over, sales_periods
from analysis.claims.printed import Interval, format_like, preimage
from analysis.claims.single import fitting_sizes, grows, nearest_totals, squared_share_counts
from analysis.claims.solver.bounds import Indicator, bounds
from analysis.claims.solver.system import Answer, System
from analysis.claims.verdicts import Judgement, Reading
from analysis.tables.strategy_tables import ClaimRow


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
    factors = _factors(productivity, rounding)
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


def labour_must_grow(
    totals: Sequence[tuple[int, int]],
    productivity: tuple[str, str],
    rounding: Rounding = Rounding.HALF_UP,
) -> bool:
    """Say whether labour grew in at least one quarter, alike in both or not.

    The growth of services over both quarters is a weighted mean of the quarters' factors
    "productivity times labour", whatever the weights.
    """
    highest = _hull(_factors(productivity, rounding)).ends[1]
    return all(Fraction(after, before) > highest for before, after in totals)


def _factors(productivity: tuple[str, str], rounding: Rounding) -> list[Interval]:
    return [preimage(parse_percent(text), rounding).plus(1) for text in productivity]


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


_NOUNS = {
    "services": "services",
    "services_lifting_doors": "lifting doors",
    "services_alarms": "alarm installations",
    "productivity": "productivity",
    "sales": "sales",
    "satisfaction": "satisfaction",
    "coverage": "one answer for each service",
}


def judge_result(engine: Engine, claim: ClaimRow, reading: Reading) -> Judgement:
    """Judge a printed result under one full reading (an option for every axis).

    Parameters
    ----------
    engine : Engine
        Decides the block that the result belongs to.
    claim : ClaimRow
        A row of role "result", or the statement on coverage.
    reading : mapping of str to str
        One option for every axis of ``case.yaml``.
    """
    others = tuple(sorted(engine.results.repeats(claim.claim_id) - {claim.claim_id}))
    if conflict := contradiction(engine, claim, reading):
        return _contradicted(engine, reading, conflict, others)
    block = engine.results.blocks(claim)[0]
    answer = engine.answer(block, reading)
    if not answer.possible:
        return _beside(engine, reading, answer, others)
    if block == "services":
        evidence, found = _services(engine, claim, reading)
    elif block == "sales":
        evidence, found = _sales(engine, reading)
    else:
        evidence, found = _satisfaction(engine, claim, reading)
    assert answer.witness is not None
    return Judgement("consistent", evidence, answer.witness, bounds=found, other=others)


def contradiction(engine: Engine, claim: ClaimRow, reading: Reading) -> tuple[str, ...] | None:
    """Return the smallest conflict that a claim is in, of the first block that blames it."""
    answers = (engine.answer(block, reading) for block in engine.results.blocks(claim))
    found = (engine.results.blaming(answer, claim.claim_id) for answer in answers)
    return next((conflict for conflict in found if conflict), None)


def phrase(engine: Engine, claim_id: str) -> str:
    """Say in a few words what a claim prints: "94 lifting doors", "growth of services by 22.9%"."""
    (claim,) = (row for row in engine.results.claims if row.claim_id == claim_id)
    noun = _NOUNS.get(claim.quantity, claim.quantity)
    if claim.kind == "statement":
        return noun
    if claim.kind == "growth":
        period = f" ({claim.period})" if claim.quantity in ("productivity", "sales") else ""
        return f"growth of {noun} by {claim.printed}{period}"
    if claim.kind == "money":
        return f"{noun} of {claim.printed} {claim.unit}"
    return f"{noun} of {claim.printed}" if claim.kind == "share" else f"{claim.printed} {noun}"


def _contradicted(
    engine: Engine, reading: Reading, conflict: tuple[str, ...], others: tuple[str, ...]
) -> Judgement:
    together = listed([phrase(engine, tag) for tag in conflict])
    text = f"No data set has {together} together. {_detail(engine, reading, conflict)}".strip()
    return Judgement("inconsistent", text, conflict=conflict, other=others)


def _beside(engine: Engine, reading: Reading, answer: Answer, others: tuple[str, ...]) -> Judgement:
    """Judge a result that is in no conflict, while others of its block are."""
    together = listed([phrase(engine, tag) for tag in answer.conflict])
    text = f"Fits by itself, but {together} cannot all be true."
    found = engine.without_conflict(reading, answer)
    return Judgement("consistent", text, found, conflict=answer.conflict, other=others)


def _detail(engine: Engine, reading: Reading, conflict: tuple[str, ...]) -> str:
    """Add what makes a conflict plain, where a single number does."""
    rounding = Rounding(reading["rounding"])
    rows = {row.claim_id: row for row in engine.results.claims}
    kinds = {rows[tag].quantity for tag in conflict}
    if kinds == {"services", "productivity"} and reading["productivity_growth"] == "year-on-year":
        rates = [preimage(r.printed, rounding) for r in engine.results.of("productivity")]
        low, high = min(r.ends[0] for r in rates), max(r.ends[1] for r in rates)
        return (
            "With the same labour, services would have grown by "
            f"{' to '.join(outward_percent(low, high))}."
        )
    if "coverage" in kinds:
        return near_misses(engine, rounding, reading["satisfaction"])
    split = "+" in reading["services_period"] and reading["services_growth"] == "year-on-year"
    if kinds == {"services"} and split:
        total, growth = services_print(engine)
        below, above = nearest_totals(growth, total, rounding)
        return f"The nearest totals that can be split so are {below} and {above}."
    return ""


def near_misses(engine: Engine, rounding: Rounding, meaning: str = "share") -> str:
    """Say what the counts next to the printed share of all services print as."""
    total, _ = services_print(engine)
    printed = engine.results.of("satisfaction")[0].printed
    power = 2 if meaning == "squared-share" else 1
    target = parse(printed).value
    below = max(k for k in range(total + 1) if Fraction(k, total) ** power < target)
    shown = [
        format_like(Fraction(k, total) ** power, printed, rounding) for k in (below, below + 1)
    ]
    return (
        f"Of {total} answers, {below} satisfied print as {shown[0]} and {below + 1} as {shown[1]}."
    )


def services_print(engine: Engine) -> tuple[int, str]:
    """Return the printed number of services and its printed growth."""
    (count,) = engine.results.of("services", kind="count")
    (growth,) = engine.results.of("services", kind="growth")
    return int(parse(count.printed).value), growth.printed


# -- services and productivity ----------------------------------------------------------------


def _services(
    engine: Engine, claim: ClaimRow, reading: Reading
) -> tuple[str, dict[str, tuple[str, str]]]:
    if claim.quantity == "productivity":
        return _productivity(engine, reading)
    if claim.quantity != "services":
        return _service_type(engine, claim), {}
    found = {half: outward(*ends) for half, ends in half_years(engine, reading).items()}
    texts = [f"{_between(*ends)} in {half}" for half, ends in found.items()]
    return f"Fits with {listed(texts)}.", {f"services_{h}": ends for h, ends in found.items()}


def half_years(engine: Engine, reading: Reading) -> dict[str, Limits]:
    """Bound the services of both half-years under a reading that some data set meets."""
    key = ("services", *(reading[axis] for axis in BLOCK_AXES["services"]))
    if key not in engine.bounds:
        system = engine.system("services", reading)
        halves = (engine.results.half_before, engine.results.half)
        engine.bounds[key] = {half: _limits(system, over("services", half)) for half in halves}
    return engine.bounds[key]


def half_year_pairs(engine: Engine, reading: Reading) -> list[tuple[int, int]]:
    """List the services of both half-years that print as the growth does, year on year.

    Under the default readings that is a single pair. The list is empty if nothing limits them or
    no data set meets the reading.
    """
    if not engine.answer("services", reading).possible:
        return []
    spans = half_years(engine, reading).values()
    if any(end is None for span in spans for end in span):
        return []
    _, growth = services_print(engine)
    before, after = (Interval(*span).integers() for span in spans)
    return [
        (b, a) for b in before for a in after if grows(b, a, growth, Rounding(reading["rounding"]))
    ]


def _limits(system: System, indicator: Indicator) -> Limits:
    """Return both ends of an indicator's range; quantities nobody mentions have no limits."""
    try:
        found = bounds(system, indicator)
    except KeyError:
        return None, None
    low, high = (None if end is None else end.limit for end in (found.low, found.high))
    return low, high


def _between(low: str, high: str) -> str:
    if low and low == high:
        return f"exactly {low}"
    if low and high:
        return f"{low} to {high}"
    return f"at least {low}" if low else "any number"


def _service_type(engine: Engine, claim: ClaimRow) -> str:
    total, _ = services_print(engine)
    kinds = engine.results.of("services_lifting_doors", "services_alarms")
    counts = {row.quantity: int(parse(row.printed).value) for row in kinds}
    rest = total - sum(counts.values())
    second = min(counts.values())
    more = -(-rest // (second - 1))
    share = percent()(Fraction(counts[claim.quantity], total))
    return (
        f"{share} of the {total} services; the {rest} that are not named make up at least {more} "
        f"more kinds, each below {second}."
    )


def _productivity(engine: Engine, reading: Reading) -> tuple[str, dict[str, tuple[str, str]]]:
    if reading["labour"] == "constant":
        return "Fits with the same labour in both years.", {}
    yearly = reading["productivity_growth"] == reading["services_growth"] == "year-on-year"
    pairs = half_year_pairs(engine, reading) if yearly else []
    if not pairs:
        return "Fits, since labour is not printed: some change of labour gives this rate.", {}
    rounding = Rounding(reading["rounding"])
    ratio = labour_ratio(pairs, productivity_print(engine), rounding)
    grew = labour_must_grow(pairs, productivity_print(engine), rounding)
    text = "Fits only if labour grew in at least one quarter" if grew else "Fits"
    unsaid = " The paper does not mention this." if grew else ""
    if ratio is None:
        return f"{text}; it cannot have changed alike in both.{unsaid}", {}
    low, high = outward_percent(*ratio.plus(-1).ends)
    word = "grew" if ratio.ends[0] > 1 else "changed"
    text += f": by {low} to {high} where it {word} alike in both.{unsaid}"
    return text, {"labour_growth_if_alike": (low, high)}


def productivity_print(engine: Engine) -> tuple[str, str]:
    """Return the printed growth of productivity in the first and the second quarter."""
    first, second = engine.results.of("productivity")
    return first.printed, second.printed


# -- sales ------------------------------------------------------------------------------------


def _sales(engine: Engine, reading: Reading) -> tuple[str, dict[str, tuple[str, str]]]:
    found = sales_bounds(engine, reading)
    written = {period: outward(*ends) for period, ends in found.items()}
    tight = [
        f"{low} to {high} soles in {period}"
        for period, (low, high) in written.items()
        if period != reading["sales_total"] and _close(*found[period])
    ]
    named = {f"sales_{period}": ends for period, ends in written.items()}
    if tight:
        return f"Fits; sales were then {listed(tight)}.", named
    example = engine.answer("sales", reading).witness or {}
    shown = [f"{decimal()(Fraction(x, 100))} in {name[6:]}" for name, x in example.items()]
    return f"Fits, but fixes no other period; for example {listed(shown)}.", named


def sales_bounds(engine: Engine, reading: Reading) -> dict[str, Limits]:
    """Bound the sales of every period that a claim speaks about, in the currency's unit."""
    key = ("sales", *(reading[axis] for axis in BLOCK_AXES["sales"]))
    if key not in engine.bounds:
        system = engine.system("sales", reading)
        growths = engine.results.of("sales", kind="growth")
        periods = {p for row in growths for p in sales_periods(row, reading)}
        periods |= {reading["sales_total"], engine.results.half}
        periods |= {name.removeprefix("sales_") for name in system.names}
        engine.bounds[key] = {
            period: _limits(system, over("sales", period) * Fraction(1, 100))
            for period in sorted(periods)
        }
    return engine.bounds[key]


def _close(low: Fraction | None, high: Fraction | None) -> bool:
    return low is not None and high is not None and 0 < high <= Fraction(11, 10) * low


# -- satisfaction -----------------------------------------------------------------------------


def _satisfaction(
    engine: Engine, claim: ClaimRow, reading: Reading
) -> tuple[str, dict[str, tuple[str, str]]]:
    meaning, rounding = reading["satisfaction"], Rounding(reading["rounding"])
    total, _ = services_print(engine)
    printed = engine.results.of("satisfaction")[0].printed
    if meaning == "growth":
        ends = outward_percent(Fraction(0), largest_start(printed, rounding))
        text = f"As a growth rate it fits only from a start of at most {ends[1]}."
        return text, {"satisfaction_before": ends}
    fits = fitting_sizes(meaning, printed, total, rounding)
    counted = "points" if meaning == "mean-score" else "satisfied"
    if reading["respondents"] == "every-service":
        return f"Fits: {fits[total]} {counted} out of {total} answers.", {}
    if claim.quantity == "coverage" and total not in fits:
        share = f"{meaning.replace('-', ' ')} of one yes/no answer for each service"
        return f"Fits only if {printed} is no {share}. {near_misses(engine, rounding, meaning)}", {}
    first = min(fits)
    text = (
        f"Fits {len(fits)} of the {total} possible numbers of respondents, "
        f"from {first} ({fits[first]} {counted}) on."
    )
    found = {"respondents": (str(first), str(max(fits)))}
    if meaning == "squared-share":
        found["satisfaction"] = _root_span(printed, total, rounding)
        text += f" The true share was then {' to '.join(found['satisfaction'])}."
    if claim.kind == "growth":
        low, high = start_of_both(printed, rounding)
        text += (
            f" This place says “grew by”; level and growth both as printed need a start of {low} "
            f"to {high}."
        )
    return text, found


def largest_start(growth: str, rounding: Rounding) -> Fraction:
    """Return the largest index from which growth as printed stays within 100%."""
    return Fraction(1, 1 + preimage(growth, rounding).ends[0])


def start_of_both(printed: str, rounding: Rounding) -> tuple[str, str]:
    """Return the start from which one number is both the level reached and the growth to it."""
    low, high = preimage(printed, rounding).ends
    return outward_percent(Fraction(low, 1 + high), Fraction(high, 1 + low))


def _root_span(printed: str, most: int, rounding: Rounding) -> tuple[str, str]:
    """Return the smallest and largest share of up to `most` whose square prints as given."""
    shares = [
        Fraction(k, n)
        for n in range(1, most + 1)
        for k in squared_share_counts(printed, n, rounding)
    ]
    return outward_percent(min(shares), max(shares))
