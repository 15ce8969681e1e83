"""Exercises on printed numbers: what a rounded figure can stand for, and what it rules out."""

from __future__ import annotations

from fractions import Fraction

from analysis.base.numbers import Rounding, decimal, percent, round_digits
from analysis.claims.printed import format_like, parse, parse_percent, preimage
from analysis.claims.single import (
    earlier_counts,
    growth_within_total,
    later_counts,
    share_counts,
    smallest_share,
)
from analysis.exercises.forms import Choice, Counts, Number, Pair
from analysis.exercises.study import Study
from analysis.exercises.task import Exercise, Facts, Mistake, Task

_SERVICES, _GROWTH, _SATISFIED = "abstract-services", "5-services-growth", "abstract-satisfaction"
_VERDICTS = ("consistent", "inconsistent", "underdetermined")
_COUNT = decimal()


def _facts(study: Study, caption: str, *claims: tuple[str, str]) -> Facts:
    rows = tuple((words, study.printed(claim)) for words, claim in claims)
    return Facts(("What", "As printed"), rows, caption, "printed")


def interval(study: Study) -> Task:
    """Pose the values that a printed percentage can stand for."""
    text = study.printed(_GROWTH)
    p = parse_percent(text)
    low, high = (end * 100 for end in preimage(p).ends)
    unit, shown = p.unit * 100, decimal(p.decimals + 1)
    whole = Fraction(round_digits(p.number, Rounding.HALF_UP))
    return Task(
        _facts(study, "Growth of the services delivered.", ("Growth of services", _GROWTH)),
        Pair("per cent"),
        (low, high),
        f"Half a unit of the last digit on either side: every growth from {shown(low)}% up to, but "
        f"not including, {shown(high)}% prints as {text}.",
        (
            "What is the smallest growth that rounds up to the printed number?",
            f"The last printed digit counts in steps of {decimal(p.decimals)(unit)} points. "
            "Rounding moves a number by half a step at most.",
            f"{decimal(p.decimals)(p.number)} minus and plus {shown(unit / 2)}.",
        ),
        (
            Mistake(
                (p.number, p.number + unit),
                "These values print so if digits are cut off. Rounding also brings values from "
                "below up to the printed number.",
            ),
            Mistake(
                (p.number - unit, p.number + unit),
                "That is a whole unit on either side. A value so far away would round to the "
                "neighbour.",
            ),
            Mistake(
                (whole - Fraction(1, 2), whole + Fraction(1, 2)),
                "These values round to the same whole number. The print has a decimal more.",
            ),
        ),
    )


def tie(study: Study) -> Task:
    """Pose a value that lies exactly between two printed numbers."""
    p = parse_percent(study.printed(_GROWTH))
    low, _ = preimage(p).ends
    up, even = (
        Fraction(parse(format_like(low, f"0.{'0' * p.decimals}%", rule)).number)
        for rule in (Rounding.HALF_UP, Rounding.HALF_EVEN)
    )
    exact, shown = decimal(p.decimals + 1)(low * 100), decimal(p.decimals)
    other = (
        []
        if even == up
        else [
            Mistake(
                even,
                "That is rounding half to even, which banks and `round(Decimal(...), 1)` use. Half "
                "up always takes the larger neighbour.",
            ),
        ]
    )
    return Task(
        Facts(("A growth of exactly",), ((f"{exact}%",),), "A value in the middle.", "derived"),
        Number("per cent"),
        up,
        f"{exact} lies exactly between {shown((low - p.unit / 2) * 100)} and {shown(up)}; half up "
        "takes the larger. Half to even would take the one whose last digit is even. A verdict "
        "that hangs on such a tie has to name its rule.",
        (
            "Which two printed numbers are the neighbours of this value?",
            "The value is as far from one as from the other. The rule's name says which one wins.",
            f"The neighbours are {shown((low - p.unit / 2) * 100)} and {shown(up)}; half up takes "
            "the one above.",
        ),
        (
            *other,
            Mistake(low * 100, "That is the value itself: round it to one digit less."),
        ),
    )


def before(study: Study) -> Task:
    """Pose the counts of the year before that agree with a printed growth."""
    services, rate = parse(study.printed(_SERVICES)), study.printed(_GROWTH)
    now, p = int(services.value), parse_percent(rate)
    found = earlier_counts(rate, now)
    middle = round_digits(now / (1 + p.value), Rounding.HALF_UP)
    tried = ", ".join(
        f"{n} gives {percent(2)(Fraction(now - n, n))}" for n in range(middle - 1, middle + 2)
    )
    return Task(
        _facts(
            study,
            "Services of the first half of 2024, and their growth on the first half of 2023; the "
            "periods are our reading.",
            ("Services", _SERVICES),
            ("Growth of services", _GROWTH),
        ),
        Counts("services of the year before"),
        frozenset(found),
        f"{tried}. Of whole numbers, {'only one prints' if len(found) == 1 else 'these print'} as "
        f"{rate}: two rounded numbers can fix a third one exactly.",
        (
            "If the number before was n, the growth was (now − n) ÷ n. About how large is n?",
            f"{now} ÷ {decimal(3)(1 + p.value)} is about {middle}. Try whole numbers around it, "
            "and see how each growth prints.",
            f"Keep every n for which ({now} − n) ÷ n × 100 rounds to "
            f"{decimal(p.decimals)(p.number)}. Around {middle}: {tried}.",
        ),
        (
            Mistake(
                frozenset(earlier_counts(rate, now, base="later")),
                "You took the percentage off the later number. The growth is measured on the "
                "earlier one: earlier × (1 + growth) = later.",
            ),
            Mistake(
                frozenset(later_counts(rate, now)),
                "That is the count of a year later. The printed number comes after the growth.",
            ),
            Mistake(
                frozenset(range(middle - 1, middle + 2)),
                "The neighbours are too generous: work out how each of these growths prints.",
            ),
            Mistake(frozenset(), "At least one whole number fits. Try those around the quotient."),
        ),
    )


def split(study: Study) -> Task:
    """Pose whether one printed total can cover both periods that a growth compares."""
    services, rate = parse(study.printed(_SERVICES)), study.printed(_GROWTH)
    total, p = int(services.value), parse_percent(rate)
    found = growth_within_total(rate, total)
    start = int(total / (2 + p.value))
    tried = " and ".join(
        f"{n} + {total - n} gives {percent(2)(Fraction(total - 2 * n, n))}"
        for n in (start, start + 1)
    )
    ending = (
        f"{found[0][0]} + {found[0][1]} is a split that prints as {rate}."
        if found
        else f"between the two the growth jumps over everything that prints as {rate}. So the "
        "total cannot mean both half-years, if the growth compares these two."
    )
    return Task(
        _facts(
            study,
            "This time the services are read as those of both half-years together.",
            ("Services of both half-years", _SERVICES),
            ("Growth from one to the other", _GROWTH),
        ),
        Choice(_VERDICTS),
        "consistent" if found else "inconsistent",
        f"{tried}: {ending}",
        (
            "Call the first half-year n. Then the second has the rest, and the growth is "
            "(rest − n) ÷ n.",
            f"n is about {total} ÷ {decimal(3)(2 + p.value)}. Try the whole numbers next to it.",
            f"{tried}. Does one of them print as {rate}? One that does makes a reading consistent.",
        ),
        (
            Mistake(
                "consistent",
                "A reading is consistent if there is a split that prints so. Which one would "
                "it be? Try the whole numbers next to the quotient.",
            ),
            Mistake(
                "underdetermined",
                "That is the word where several answers are left. Count the splits that work.",
            ),
        ),
    )


def census(study: Study) -> Task:
    """Pose how many of all services can have been called satisfactory (a GRIM test)."""
    rate, total = study.printed(_SATISFIED), int(parse(study.printed(_SERVICES)).value)
    found = share_counts(rate, total)
    middle = int(total * parse_percent(rate).value)
    tried = " and ".join(
        f"{n} of {total} is {percent(2)(Fraction(n, total))}" for n in (middle, middle + 1)
    )
    ending = (
        f"no whole number prints as {rate}. So it is no rounded share of one yes or no for each "
        "service; a survey of fewer, or a mean score, may still be."
        if not found
        else f"the counts listed print as {rate}."
    )
    return Task(
        _facts(
            study,
            "Suppose that every service was rated once, satisfied or not.",
            ("Services, each with one answer", _SERVICES),
            ("Satisfied", _SATISFIED),
        ),
        Counts("satisfied answers"),
        frozenset(found),
        f"{tried}: {ending}",
        (
            "Only whole answers exist. Which whole numbers come closest to the printed share?",
            f"{decimal(1)(parse_percent(rate).number)}% of {total} is "
            f"{decimal(2)(total * parse_percent(rate).value)}. Look at the whole numbers on both "
            "sides.",
            f"{tried}. Round each to {parse(rate).decimals} decimal, and keep those that print as "
            f"{rate}. If none does, the answer is `[]`.",
        ),
        (
            Mistake(
                frozenset({middle + 1}),
                "The nearest count is not enough: divide it out again, and round the share to "
                "the printed digits.",
            ),
            Mistake(
                frozenset({middle}),
                "The nearest count below is not enough: divide it out again, and round the "
                "share to the printed digits.",
            ),
            Mistake(
                frozenset({middle, middle + 1}),
                "These two lie next to the printed share. Does either of them print as it?",
            ),
        ),
    )


def survey(study: Study) -> Task:
    """Pose the smallest survey that can print a share."""
    rate = study.printed(_SATISFIED)
    best, cut = smallest_share(rate), smallest_share(rate, Rounding.TRUNCATE)
    face = parse_percent(rate)
    low, high = (decimal(face.decimals + 1)(end * 100) for end in preimage(face).ends)
    return Task(
        _facts(study, "A share of satisfied answers.", ("Satisfied", _SATISFIED)),
        Number(),
        Fraction(best.total),
        f"{best.count} of {best.total} are {percent(3)(best.value)}, which prints as {rate}; with "
        "fewer answers no share does. So the survey had at least that many, which the paper does "
        "not say.",
        (
            "Take a survey of 10 answers: which shares can it print? Then think of larger ones.",
            "For a survey of n answers, some whole number k must give a share k ÷ n between "
            f"{low}% and {high}%. Let Python try one n after the other.",
            f'`next(n for n in range(1, 1000) if any(Fraction("{low}") <= Fraction(100 * k, n) < '
            f'Fraction("{high}") for k in range(n + 1)))`',
        ),
        (
            Mistake(
                Fraction(face.value.denominator),
                "That is the smallest survey with exactly this share. A printed share is "
                "rounded, and so allows others.",
            ),
            Mistake(
                Fraction(10 ** (face.decimals + 2)),
                "That many answers are always enough. How few are?",
            ),
            Mistake(Fraction(cut.total), "That would be so if digits were cut off, not rounded."),
            Mistake(Fraction(best.count), "These are the satisfied ones. How many answered?"),
        ),
    )


EXERCISES = (
    Exercise("interval", interval),
    Exercise("tie", tie),
    Exercise("before", before),
    Exercise("split", split),
    Exercise("census", census),
    Exercise("survey", survey),
)
