"""Verdicts on printed results: whether a data set prints like this, and what is left open."""

from __future__ import annotations

from fractions import Fraction

from analysis.claims.bounds import Bounds, Indicator, bounds
from analysis.claims.judgement import Judgement, Word, decimals, listed, per_cent
from analysis.claims.labour import labour_ratio
from analysis.claims.printed import Rounding, format_like, parse, preimage
from analysis.claims.readings import BLOCK_AXES, Engine, Reading, over, sales_periods
from analysis.claims.single import nearest_totals, squared_share_counts
from analysis.claims.system import Answer, System
from analysis.tables import ClaimRow

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
    block = engine.results.block(claim) or "satisfaction"
    answer = engine.answer(block, reading)
    others = tuple(sorted(engine.results.repeats(claim.claim_id) - {claim.claim_id}))
    if not answer.possible:
        return _impossible(engine, claim, reading, answer, others)
    if block == "services":
        evidence, found = _services(engine, claim, reading)
    elif block == "sales":
        evidence, found = _sales(engine, reading)
    else:
        evidence, found = _satisfaction(engine, claim, reading)
    assert answer.witness is not None
    return Judgement("consistent", evidence, answer.witness, bounds=found, other=others)


def result_word(engine: Engine, claim: ClaimRow, reading: Reading) -> Word:
    """Return the verdict of :func:`judge_result` without its evidence, which takes longer."""
    answer = engine.answer(engine.results.block(claim) or "satisfaction", reading)
    blamed = {tag for one in answer.conflict for tag in engine.results.repeats(one)}
    return "inconsistent" if claim.claim_id in blamed else "consistent"


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


def _impossible(
    engine: Engine, claim: ClaimRow, reading: Reading, answer: Answer, others: tuple[str, ...]
) -> Judgement:
    blamed = {tag for one in answer.conflict for tag in engine.results.repeats(one)}
    together = listed([phrase(engine, tag) for tag in answer.conflict])
    if claim.claim_id not in blamed:
        text = f"Fits by itself, but {together} cannot all be true."
        found = engine.without_conflict(reading, answer.conflict)
        return Judgement("consistent", text, found, conflict=answer.conflict, other=others)
    text = f"No data set has {together} together."
    detail = _detail(engine, reading, answer)
    return Judgement("inconsistent", f"{text} {detail}".strip(), conflict=answer.conflict,
                     other=others)  # fmt: skip


def _detail(engine: Engine, reading: Reading, answer: Answer) -> str:
    """Add what makes a conflict plain, where a single number does."""
    rounding = Rounding(reading["rounding"])
    rows = {row.claim_id: row for row in engine.results.claims}
    kinds = {rows[tag].quantity for tag in answer.conflict}
    if kinds == {"services", "productivity"} and reading["productivity_growth"] == "year-on-year":
        rates = [preimage(r.printed, rounding) for r in engine.results.of("productivity")]
        low, high = min(r.ends[0] for r in rates), max(r.ends[1] for r in rates)
        return (
            f"With the same labour, services would have grown by {per_cent(low, 2)} "
            f"to {per_cent(high, 2)}."
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
    key = ("services", *(reading[axis] for axis in BLOCK_AXES["services"]))
    if key not in engine.bounds:
        system = engine.system("services", reading)
        halves = (engine.results.half_before, engine.results.half)
        engine.bounds[key] = {half: _range(system, over("services", half)) for half in halves}
    found = engine.bounds[key]
    texts = [f"{_between(*ends)} in {half}" for half, ends in found.items()]
    return f"Fits with {listed(texts)}.", {f"services_{h}": ends for h, ends in found.items()}


def _range(system: System, indicator: Indicator, places: int = 0) -> tuple[str, str]:
    """Write both ends of an indicator's range; quantities nobody mentions have no limits."""
    try:
        found = bounds(system, indicator)
    except KeyError:
        return "", ""
    return _ends(found, places)


def _ends(found: Bounds, places: int) -> tuple[str, str]:
    low, high = (
        "" if end is None else decimals(end.value, places) for end in (found.low, found.high)
    )
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
    share = per_cent(Fraction(counts[claim.quantity], total))
    return (
        f"{share} of the {total} services; the {rest} that are not named make up at least {more} "
        f"more kinds, each below {second}."
    )


def _productivity(engine: Engine, reading: Reading) -> tuple[str, dict[str, tuple[str, str]]]:
    rows = engine.results.of("productivity")
    growth = engine.results.of("services", kind="growth")
    yearly = reading["productivity_growth"] == "year-on-year"
    if reading["labour"] == "constant":
        return "Fits with the same labour in both years.", {}
    if not (yearly and growth and reading["services_growth"] == "year-on-year"):
        return "Fits, since labour is not printed: some change of labour gives this rate.", {}
    rates = [row.printed for row in rows]
    ratio = labour_ratio(growth[0].printed, rates, Rounding(reading["rounding"]))
    low, high = ratio.ends
    ends = (per_cent(low - 1), per_cent(high - 1))
    found, span = {"labour_growth_if_alike": ends}, f"{ends[0]} to {ends[1]}"
    if low <= 1:
        return f"Fits; where labour changed alike in both quarters, by {span}.", found
    text = (
        f"Fits only if labour grew in at least one quarter: by {span} where it grew alike in "
        "both. The paper does not mention this."
    )
    return text, found


# -- sales ------------------------------------------------------------------------------------


def _sales(engine: Engine, reading: Reading) -> tuple[str, dict[str, tuple[str, str]]]:
    found = sales_bounds(engine, reading)
    tight = [
        f"{low} to {high} soles in {period}"
        for period, (low, high) in found.items()
        if period != reading["sales_total"] and low and high and _close(low, high)
    ]
    named = {f"sales_{period}": ends for period, ends in found.items()}
    if tight:
        return f"Fits; sales were then {listed(tight)}.", named
    example = engine.answer("sales", reading).witness or {}
    shown = [f"{decimals(Fraction(x, 100))} in {name[6:]}" for name, x in example.items()]
    return f"Fits, but fixes no other period; for example {listed(shown)}.", named


def sales_bounds(engine: Engine, reading: Reading) -> dict[str, tuple[str, str]]:
    """Bound the sales of every period that a claim speaks about, in whole currency units."""
    key = ("sales", *(reading[axis] for axis in BLOCK_AXES["sales"]))
    if key not in engine.bounds:
        engine.bounds[key] = _sales_bounds(engine, reading)
    return engine.bounds[key]


def _sales_bounds(engine: Engine, reading: Reading) -> dict[str, tuple[str, str]]:
    system = engine.system("sales", reading)
    growths = engine.results.of("sales", kind="growth")
    periods = {p for row in growths for p in sales_periods(row, reading)}
    periods |= {reading["sales_total"], engine.results.half}
    quarters = {name.removeprefix("sales_") for name in system.names}
    return {
        period: _range(system, over("sales", period) * Fraction(1, 100))
        for period in sorted(periods | quarters)
    }


def _close(low: str, high: str) -> bool:
    one, other = (int(text.replace(",", "")) for text in (low, high))
    return 0 < other <= Fraction(11, 10) * one


# -- satisfaction -----------------------------------------------------------------------------


def _satisfaction(
    engine: Engine, claim: ClaimRow, reading: Reading
) -> tuple[str, dict[str, tuple[str, str]]]:
    meaning, rounding = reading["satisfaction"], Rounding(reading["rounding"])
    total, _ = services_print(engine)
    printed = engine.results.of("satisfaction")[0].printed
    if meaning == "growth":
        start = Fraction(1, 1 + preimage(printed, rounding).ends[0])
        text = f"As a growth rate it fits only from a start of at most {per_cent(start)}."
        return text, {"satisfaction_before": ("0.0%", per_cent(start))}
    fits = engine.respondents(printed, meaning, rounding, total)
    what = "points" if meaning == "mean-score" else "satisfied"
    if reading["respondents"] == "every-service":
        return f"Fits: {fits[total]} {what} out of {total} answers.", {}
    if claim.quantity == "coverage" and total not in fits:
        text = "Fits only if it leaves out the survey. " + near_misses(engine, rounding, meaning)
        return text, {}
    first = min(fits)
    text = (
        f"Fits {len(fits)} of the {total} possible numbers of respondents, "
        f"from {first} ({fits[first]} {what}) on."
    )
    found = {"respondents": (str(first), str(max(fits)))}
    if meaning == "squared-share":
        share = _root_span(printed, total, rounding)
        text += f" The true share was then {share[0]} to {share[1]}."
        found["satisfaction"] = share
    if claim.kind == "growth":
        low, high = start_of_both(printed, rounding)
        text += (
            f" This place says “grew by”; level and growth both as printed need a start of {low} "
            f"to {high}."
        )
    return text, found


def start_of_both(printed: str, rounding: Rounding) -> tuple[str, str]:
    """Return the start from which one number is both the level reached and the growth to it."""
    low, high = preimage(printed, rounding).ends
    return per_cent(Fraction(low, 1 + high), 2), per_cent(Fraction(high, 1 + low), 2)


def _root_span(printed: str, most: int, rounding: Rounding) -> tuple[str, str]:
    """Return the smallest and largest share of up to `most` whose square prints as given."""
    shares = [
        Fraction(k, n)
        for n in range(1, most + 1)
        for k in squared_share_counts(printed, n, rounding)
    ]
    return per_cent(min(shares), 2), per_cent(max(shares), 2)
