"""Exercises on what the two publications print: the profit ladder with its ratios, and claims.

A printed number is rounded: the exercises ask what it can stand for, and what it rules out.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from analysis.base.errors import InputError
from analysis.base.numbers import parse, parse_percent
from analysis.base.periods import quarter_days, quarter_label
from analysis.base.text import Rounding, percent, records, round_digits
from analysis.claims import single
from analysis.claims.printed import format_like, preimage
from analysis.efficiency.article import COMPANIES, company_names
from analysis.efficiency.quarterly_statements import Book, ledger_statements
from analysis.efficiency.ratios import measures
from analysis.efficiency.sentences import read_bounds, read_made
from analysis.exercises.study import Study, required
from analysis.exercises.task import Topic, Values

EFFICIENCY = Topic("efficiency")
CLAIMS = Topic("claims")

_SERVICES, _GROWTH, _SATISFIED = "abstract-services", "5-services-growth", "abstract-satisfaction"
_BOUND = "assets-q1"


def _firm(study: Study) -> tuple[str, str, Book]:
    """Give name, unit and statements of the article's first company, or of a firm itself."""
    case = study.case
    if not (case.raw / COMPANIES.file).is_file():
        coins = f"hundredths of {study.currency}"
        return "Statement of the firm", coins, ledger_statements(case)
    key, name = next(iter(company_names(case).items()))
    return name, study.currency, study.books[key]


def _statement(study: Study, *, last: bool = False, later: int = 0) -> Values:
    """Give lines and levels of profit of the first quarter, one later, or the last one."""
    name, unit, book = _firm(study)
    quarter = max(book) if last else min(book) + later
    if quarter not in book:
        raise InputError(f"the case has no statement of {quarter_label(quarter)}")
    about = {"firm": name, "unit": unit, "when": quarter_label(quarter)}
    return about | {"length": quarter_days(quarter)} | measures(book[quarter])


def _places(study: Study) -> Values:
    """Give where the article's sentences stand, by their key."""
    if not (study.case.processed / "sentences.csv").is_file():
        raise InputError("the case has no sentences of an article")
    made = records(read_made(study.case, "sentences.csv"))
    return {"places": {row.statement_id: str(row.place) for row in made}}


for _key in ("loss", "margin", "dupont", "value-added"):
    EFFICIENCY.exercise(_key)(_statement)
EFFICIENCY.exercise("collection")(partial(_statement, last=True))


@EFFICIENCY.exercise("margin-part")
def margin_part(study: Study) -> Values:
    """Give what the change of the margin alone would have done to return on equity."""
    first, second = (_statement(study, later=n) for n in (0, 1))
    return first | {f"next_{name}": value for name, value in second.items()}


@EFFICIENCY.exercise("order")
def order(study: Study) -> Values:
    """Give the order that sentences impose on three levels of profit."""
    levels = _statement(study)
    chain = " < ".join(sorted(("K3", "K4", "K5"), key=lambda name: levels[name]))
    return _places(study) | {"answer": chain}


@EFFICIENCY.exercise("bound")
def bound(study: Study) -> Values:
    """Give the bound on asset turnover that follows from a chain of inequalities."""
    places = _places(study)
    highest = {pin.pin_id: pin.high for pin in records(read_bounds(study.case))}
    answer = Fraction(required(highest.get(_BOUND), "bound on asset turnover"))
    return _statement(study) | places | {"answer": answer}


def _rate(study: Study, claim: str) -> Values:
    """Give a printed percentage: its digits, and the ends of what it can stand for, in per cent."""
    text = study.printed(claim)
    p = parse_percent(text)
    low, high = (end * 100 for end in preimage(p).ends)
    more = {"decimals": p.decimals, "unit": p.unit * 100, "value": p.value}
    return {"rate": text, "number": p.number, "low": low, "high": high} | more


def _total(study: Study) -> Values:
    text = study.printed(_SERVICES)
    return {"services": text, "total": int(parse(text).value)}


@CLAIMS.exercise("reached")
def reached(study: Study) -> Values:
    """Give the highest level from which a share can grow by a printed rate."""
    return _rate(study, _SATISFIED)


@CLAIMS.exercise("interval")
def interval(study: Study) -> Values:
    """Give the values that a printed percentage can stand for."""
    found = _rate(study, _GROWTH)
    ends = (found["low"], found["high"])
    return found | {"answer": ends, "whole": round_digits(found["number"], Rounding.HALF_UP)}


@CLAIMS.exercise("tie")
def tie(study: Study) -> Values:
    """Give a value that lies exactly between two printed numbers."""
    found = _rate(study, _GROWTH)
    digits = f"0.{'0' * found['decimals']}%"
    up, even = (
        parse(format_like(found["low"] / 100, digits, rule)).number
        for rule in (Rounding.HALF_UP, Rounding.HALF_EVEN)
    )
    return found | {"up": up, "even": even}


@CLAIMS.exercise("before")
def before(study: Study) -> Values:
    """Give the counts of the year before that agree with a printed growth."""
    found = _rate(study, _GROWTH) | _total(study)
    now, text = found["total"], found["rate"]
    counts = single.earlier_counts(text, now)
    middle = round_digits(now / (1 + found["value"]), Rounding.HALF_UP)
    near = range(middle - 1, middle + 2)
    return found | {
        "answer": frozenset(counts),
        "off_later": frozenset(single.earlier_counts(text, now, base="later")),
        "after": frozenset(single.later_counts(text, now)),
        "near": frozenset(near),
        "none": frozenset(),
        "middle": middle,
        "prints": "one" if len(counts) == 1 else "several",
        "tried": ", ".join(f"{n} gives {percent(2)(Fraction(now - n, n))}" for n in near),
    }


@CLAIMS.exercise("split")
def split(study: Study) -> Values:
    """Give whether one printed total can cover both periods that a growth compares."""
    given = _rate(study, _GROWTH) | _total(study)
    total, found = given["total"], single.growth_within_total(given["rate"], given["total"])
    start = int(total / (2 + given["value"]))
    tried = [
        f"{n} + {total - n} gives {percent(2)(Fraction(total - 2 * n, n))}"
        for n in (start, start + 1)
    ]
    answer = "consistent" if found else "inconsistent"
    words = {"answer": answer, "ending": answer, "tried": " and ".join(tried)}
    return given | words | {"split": found[0] if found else ()}


@CLAIMS.exercise("census")
def census(study: Study) -> Values:
    """Give how many of all services can have been called satisfactory (a GRIM test)."""
    given = _rate(study, _SATISFIED) | _total(study)
    total, found = given["total"], single.share_counts(given["rate"], given["total"])
    middle = int(total * given["value"])
    tried = [f"{n} of {total} is {percent(2)(Fraction(n, total))}" for n in (middle, middle + 1)]
    return given | {
        "answer": frozenset(found),
        "above": frozenset([middle + 1]),
        "below": frozenset([middle]),
        "both": frozenset([middle, middle + 1]),
        "ending": "found" if found else "none",
        "tried": " and ".join(tried),
    }


@CLAIMS.exercise("survey")
def survey(study: Study) -> Values:
    """Give the smallest survey that can print a share."""
    given = _rate(study, _SATISFIED)
    best, cut = (
        single.smallest_share(given["rate"], r) for r in (Rounding.HALF_UP, Rounding.TRUNCATE)
    )
    sizes = {"least": best[1], "satisfied": best[0], "cut": cut[1]}
    always = 10 ** (given["decimals"] + 2)
    return given | sizes | {"exactly": given["value"].denominator, "always": always}
