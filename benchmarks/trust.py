"""Can the engine be trusted? Publications of companies whose data are known.

A simulated company has counts for two half-years of two quarters, types, a survey, staff answers
and sales; its publication prints them under some rounding rule. A true publication must never be
called inconsistent. A misprint (one digit changed, two digits swapped) should be noticed as often
as the printed numbers allow; how often is the detection rate of a test.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import floor, isqrt

import pandas as pd

from analysis.base.numbers import parse
from analysis.base.text import Rounding, cell, decimal
from analysis.claims.printed import format_like, preimage
from analysis.claims.single import (
    earlier_counts,
    grim_percent,
    grimmer,
    mean_totals,
    share_counts,
    sums,
)
from analysis.claims.solver.bounds import minimal_conflicts
from analysis.claims.solver.search import Search, UndecidedError, witness
from analysis.claims.solver.system import Claim, Linear, System, quantity, total
from analysis.ledger.sampling import below


def says(
    tag: str, value: Linear, printed: str, rounding: Rounding = Rounding.HALF_UP, unit: int = 1
) -> Claim:
    """Claim that a sum prints as given; `unit` is how many of the quantity make one printed."""
    return Claim(tag, value * Fraction(1, unit), preimage(printed, rounding))


def share(
    tag: str, part: Linear, whole: Linear, printed: str, rounding: Rounding = Rounding.HALF_UP
) -> Claim:
    """Claim that part over whole prints as given (also any other printed ratio)."""
    return Claim(tag, part, preimage(printed, rounding), whole)


def growth(
    tag: str, later: Linear, earlier: Linear, printed: str, rounding: Rounding = Rounding.HALF_UP
) -> Claim:
    """Claim that the growth from earlier to later prints as given."""
    return Claim(tag, later, preimage(printed, rounding).plus(1), earlier)


Print = dict[str, str]
Test = Callable[[Print, Rounding], bool]


@dataclass(frozen=True)
class Company:
    """Known data: services and sales by quarter, one type, and a survey with ratings.

    Of the survey, the sum of the ratings and of their squares, and how many women answered and
    were satisfied.
    """

    services: tuple[int, int, int, int]
    main_type: int
    respondents: int
    satisfied: int
    ratings: int
    squares: int
    women: int
    women_satisfied: int
    sales: tuple[int, int]


def _between(rng: random.Random, low: int, high: int) -> int:
    return low + below(rng, high - low + 1)


def company(rng: random.Random) -> Company:
    """Make up a small firm: 20 to 300 services a quarter, 20 to 200 answers."""
    before = [_between(rng, 20, 300) for _ in range(2)]
    after = [max(1, b * _between(rng, 70, 150) // 100) for b in before]
    asked = _between(rng, 20, 200)
    sold = _between(rng, 1_000_000, 40_000_000)
    scores = [_between(rng, 1, 5) for _ in range(asked)]
    women = _between(rng, 1, asked - 1)
    pleased = _between(rng, 0, women), _between(rng, 0, asked - women)
    return Company(
        (before[0], before[1], after[0], after[1]),
        _between(rng, 1, sum(after)),
        asked,
        sum(pleased),
        sum(scores),
        sum(score**2 for score in scores),
        women,
        pleased[0],
        (sold, sold * _between(rng, 80, 140) // 100),
    )


def publish(firm: Company, rounding: Rounding) -> Print:
    """Print a company's figures as a case study does."""
    b1, b2, a1, a2 = firm.services
    sold, sells = firm.sales
    n, men = firm.respondents, firm.respondents - firm.women
    square = Fraction(n * firm.squares - firm.ratings**2, n * (n - 1))
    values: Mapping[str, tuple[str, Fraction]] = {
        "services": ("0", Fraction(a1 + a2)),
        "services growth": ("0.0%", Fraction(a1 + a2 - b1 - b2, b1 + b2)),
        "growth Q1": ("0.0%", Fraction(a1 - b1, b1)),
        "growth Q2": ("0.0%", Fraction(a2 - b2, b2)),
        "main type": ("0.0%", Fraction(firm.main_type, a1 + a2)),
        "respondents": ("0", Fraction(firm.respondents)),
        "satisfaction": ("0.0%", Fraction(firm.satisfied, firm.respondents)),
        "rating": ("0.00", Fraction(firm.ratings, firm.respondents)),
        "women": ("0", Fraction(firm.women)),
        "men": ("0", Fraction(men)),
        "satisfied women": ("0%", Fraction(firm.women_satisfied, firm.women)),
        "satisfied men": ("0%", Fraction(firm.satisfied - firm.women_satisfied, men)),
        "sales": ("0", Fraction(sells, 100)),
        "sales growth": ("0%", Fraction(sells - sold, sold)),
    }
    texts = {name: format_like(value, model, rounding) for name, (model, value) in values.items()}
    return texts | {"deviation": root_text(square, rounding)}


def root_text(square: Fraction, rounding: Rounding) -> str:
    """Print the root of a number with two decimals; no root is taken, squares are compared."""
    wanted = square * 1_000_000  # in tenths of the last digit, as the ends of cells are
    root = isqrt(floor(square * 10_000))
    for digits in (root + 1, root):
        low, high, first, last = cell(digits, rounding)
        above = low < 0 or low**2 < wanted or (first and low**2 == wanted)
        if above and (wanted < high**2 or (last and wanted == high**2)):
            return f"{digits // 100}.{digits % 100:02d}"
    raise AssertionError("a root prints as one of its neighbours")


def _whole(text: str) -> int:
    return int(parse(text).value)


def _share_test(printed: Print, rounding: Rounding) -> bool:
    return grim_percent(printed["satisfaction"], _whole(printed["respondents"]), rounding)


def _type_test(printed: Print, rounding: Rounding) -> bool:
    return grim_percent(printed["main type"], _whole(printed["services"]), rounding)


def _mean_test(printed: Print, rounding: Rounding) -> bool:
    return bool(mean_totals(printed["rating"], _whole(printed["respondents"]), 1, rounding))


def _deviation_test(printed: Print, rounding: Rounding) -> bool:
    n = _whole(printed["respondents"])
    return list(grimmer(printed["rating"], printed["deviation"], n, 1, rounding)) != []


def _groups_test(printed: Print, rounding: Rounding) -> bool:
    """Hold the shares of women and men against that of all of them."""
    sizes = [_whole(printed[name]) for name in ("women", "men")]
    shares = [
        share_counts(printed[name], n, rounding)
        for name, n in zip(("satisfied women", "satisfied men"), sizes, strict=True)
    ]
    together = share_counts(printed["satisfaction"], sum(sizes), rounding)
    return bool(set(sums(shares)) & set(together))


def _survey_test(printed: Print, rounding: Rounding) -> bool:
    """Do the same by a system, with the number of all respondents."""
    women, men = quantity("women"), quantity("men")
    pleased_women, pleased_men = quantity("pleased women"), quantity("pleased men")
    system = System(
        (
            says("respondents", women + men, printed["respondents"], rounding),
            says("women", women, printed["women"], rounding),
            says("men", men, printed["men"], rounding),
            share("of women", pleased_women, women, printed["satisfied women"], rounding),
            share("of men", pleased_men, men, printed["satisfied men"], rounding),
            share(
                "of all",
                pleased_women + pleased_men,
                women + men,
                printed["satisfaction"],
                rounding,
            ),
        )
    )
    return _fits(system)


def _growth_test(printed: Print, rounding: Rounding) -> bool:
    later, text = _whole(printed["services"]), printed["services growth"]
    if later < 1 or preimage(text, rounding).ends[0] <= -1:
        return True  # nothing is left to grow from; the test does not apply
    return len(earlier_counts(text, later, rounding)) > 0


def _fits(system: System) -> bool:
    """Say whether a system has a data set; a search that was given up accuses nobody."""
    try:
        return isinstance(witness(system), dict)
    except UndecidedError:
        return True


def _services(printed: Print, rounding: Rounding) -> System:
    """All growth rates of services together, with the printed total."""
    before, after = total("b1", "b2"), total("a1", "a2")
    first, second = ((quantity(f"a{n}"), quantity(f"b{n}")) for n in (1, 2))
    return System(
        (
            says("services", after, printed["services"], rounding),
            growth("services growth", after, before, printed["services growth"], rounding),
            growth("growth Q1", *first, printed["growth Q1"], rounding),
            growth("growth Q2", *second, printed["growth Q2"], rounding),
            share("main type", quantity("t"), after, printed["main type"], rounding),
        )
    )


def _system_test(printed: Print, rounding: Rounding) -> bool:
    return _fits(_services(printed, rounding))


def conflicts(printed: Print, rounding: Rounding) -> tuple[tuple[str, ...], ...]:
    """Return all minimal conflicts of the printed services."""
    return _conflicts(tuple(printed[name] for name in _SERVICES), rounding)


@lru_cache(maxsize=4)
def _conflicts(texts: tuple[str, ...], rounding: Rounding) -> tuple[tuple[str, ...], ...]:
    printed = dict(zip(_SERVICES, texts, strict=True))
    search = Search((), {one.tag: [one] for one in _services(printed, rounding).claims})

    def core(tags: tuple[str, ...]) -> tuple[str, ...] | None:
        found = search.decide(tags)
        return found if isinstance(found, tuple) else None

    return minimal_conflicts(_SERVICES, core).sets


def _conflicts_test(printed: Print, rounding: Rounding) -> bool:
    return not conflicts(printed, rounding)


def _sales_test(printed: Print, rounding: Rounding) -> bool:
    system = System(
        (
            says("sales", quantity("now"), printed["sales"], rounding, unit=100),
            growth("growth", quantity("now"), quantity("then"), printed["sales growth"], rounding),
        )
    )
    return _fits(system)


_SERVICES = ("services", "services growth", "growth Q1", "growth Q2", "main type")
_GROUPS = ("women", "men", "satisfied women", "satisfied men")
TESTS: dict[str, tuple[Test, tuple[str, ...]]] = {
    "share of respondents": (_share_test, ("satisfaction", "respondents")),
    "share of services": (_type_test, ("main type", "services")),
    "mean rating": (_mean_test, ("rating", "respondents")),
    "mean and deviation": (_deviation_test, ("rating", "deviation", "respondents")),
    "shares of groups": (_groups_test, (*_GROUPS, "satisfaction")),
    "survey as a system": (_survey_test, (*_GROUPS, "satisfaction", "respondents")),
    "growth of services": (_growth_test, ("services growth", "services")),
    "sales and growth": (_sales_test, ("sales", "sales growth")),
    "services as a system": (_system_test, _SERVICES),
    "all minimal conflicts": (_conflicts_test, _SERVICES),
}
"""Tests by name, with the printed numbers that each looks at."""

_SOLVING = (_system_test, _sales_test, _survey_test, _conflicts_test)


def misprint(text: str, rng: random.Random) -> str:
    """Change one digit, or swap two neighbours, so that another number stands there."""
    places = [i for i, c in enumerate(text) if c.isdigit()]
    while True:
        i = places[below(rng, len(places))]
        swapped = list(text)
        if below(rng, 2) and i + 1 in places:
            swapped[i], swapped[i + 1] = text[i + 1], text[i]
        else:
            swapped[i] = str(below(rng, 10))
        changed = "".join(swapped)
        # A zero in place of a number would catch the eye of any proof-reader.
        if parse(changed).value not in (parse(text).value, 0):
            return changed


def simulate(publications: int, seed: int, system_every: int = 1) -> pd.DataFrame:
    """Test true publications and the same with one misprint each.

    Parameters
    ----------
    publications : int
        Number of true publications; the rounding rules take turns.
    seed : int
        The same seed gives the same table.
    system_every : int
        Run the tests that solve systems on every so many publications only; they take longest.

    Returns
    -------
    DataFrame
        One row per test and rounding rule: ``true`` and ``false_alarms`` (true publications that
        were called inconsistent; must be 0), ``misprints``, ``detected``, ``rate`` (per cent).
    """
    rng = random.Random(seed)
    rules = tuple(Rounding)
    tally: dict[tuple[str, Rounding], list[int]] = {
        (name, rule): [0, 0, 0, 0] for name in TESTS for rule in rules
    }
    for i in range(publications):
        rounding = rules[i % len(rules)]
        printed = publish(company(rng), rounding)
        for name, (test, used) in TESTS.items():
            field = used[below(rng, len(used))]
            wrong = {**printed, field: misprint(printed[field], rng)}
            if test in _SOLVING and (i // len(rules)) % system_every:
                continue
            counts = tally[name, rounding]
            counts[0] += 1
            counts[1] += not test(printed, rounding)
            counts[2] += 1
            counts[3] += not test(wrong, rounding)
            if test is _conflicts_test:  # a conflict without the misprint accuses what is true
                counts[1] += any(field not in one for one in conflicts(wrong, rounding))
    rows = [
        (name, str(rule), *counts, decimal(1)(Fraction(100 * counts[3], max(counts[2], 1))))
        for (name, rule), counts in tally.items()
    ]
    columns = ["test", "rounding", "true", "false_alarms", "misprints", "detected", "rate"]
    return pd.DataFrame(rows, columns=columns)
