"""Exercises on what the two publications print: the profit ladder with its ratios, and claims.

A printed number is rounded: the exercises ask what it can stand for, and what it rules out.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from analysis.base.errors import InputError
from analysis.base.numbers import parse, parse_percent
from analysis.base.periods import quarter_days, quarter_label
from analysis.base.text import Rounding, decimal, percent, records, round_digits
from analysis.claims.printed import format_like, preimage
from analysis.claims.single import (
    earlier_counts,
    growth_within_total,
    later_counts,
    share_counts,
    smallest_share,
)
from analysis.efficiency.article import company_names
from analysis.efficiency.quarterly_statements import COMPANIES, Book, ledger_statements
from analysis.efficiency.ratios import CapitalCost, compute, days, indicator, measures
from analysis.efficiency.sentences import company_books, read_bounds, read_made
from analysis.exercises.compound import Table
from analysis.exercises.forms import Choice, Counts, Number, Pair
from analysis.exercises.study import Study, required
from analysis.exercises.task import Pose, Task, Topic

CLAIMS = Topic("claims")
EFFICIENCY = Topic("efficiency")

_SERVICES, _GROWTH, _SATISFIED = "abstract-services", "5-services-growth", "abstract-satisfaction"
_VERDICTS = ("consistent", "inconsistent", "underdetermined")
COST = CapitalCost(Fraction(12, 100), Fraction(19, 100), "the exercise; both are our assumptions")
_ORDERS = ("K3 < K4 < K5", "K4 < K5 < K3", "K5 < K4 < K3", "K4 < K3 < K5")
_BOUND = "assets-q1"


@CLAIMS.exercise("reached")
def reached(study: Study, pose: Pose) -> Task:
    """Pose the highest level from which a share can grow by a printed rate."""
    text = study.printed(_SATISFIED)
    rate = parse_percent(text).value
    most = 100 / (1 + rate)
    return pose(
        Number("per cent", 1),
        most,
        [100 * (1 - rate), 100 * rate / (1 + rate), 100 * rate, 100 * (1 + rate), 100 / rate],
        rate=text,
        most=most,
        factor=1 + rate,
    )


@CLAIMS.exercise("interval")
def interval(study: Study, pose: Pose) -> Task:
    """Pose the values that a printed percentage can stand for."""
    text = study.printed(_GROWTH)
    p = parse_percent(text)
    low, high = (end * 100 for end in preimage(p).ends)
    unit, shown, half = p.unit * 100, decimal(p.decimals + 1), Fraction(1, 2)
    whole = Fraction(round_digits(p.number, Rounding.HALF_UP))
    return pose(
        Pair("per cent"),
        (low, high),
        [
            (p.number, p.number + unit),
            (p.number - unit, p.number + unit),
            (whole - half, whole + half),
        ],
        rate=text,
        low=shown(low),
        high=shown(high),
        half=shown(unit / 2),
        step=decimal(p.decimals)(unit),
        number=decimal(p.decimals)(p.number),
    )


@CLAIMS.exercise("tie")
def tie(study: Study, pose: Pose) -> Task:
    """Pose a value that lies exactly between two printed numbers."""
    p = parse_percent(study.printed(_GROWTH))
    low, _ = preimage(p).ends
    up, even = (
        Fraction(parse(format_like(low, f"0.{'0' * p.decimals}%", rule)).number)
        for rule in (Rounding.HALF_UP, Rounding.HALF_EVEN)
    )
    shown = decimal(p.decimals)
    return pose(
        Number("per cent"),
        up,
        [even if even != up else None, low * 100],
        exact=decimal(p.decimals + 1)(low * 100),
        down=shown((low - p.unit / 2) * 100),
        up=shown(up),
    )


@CLAIMS.exercise("before")
def before(study: Study, pose: Pose) -> Task:
    """Pose the counts of the year before that agree with a printed growth."""
    services, rate = study.printed(_SERVICES), study.printed(_GROWTH)
    now, p = int(parse(services).value), parse_percent(rate)
    found = earlier_counts(rate, now)
    middle = round_digits(now / (1 + p.value), Rounding.HALF_UP)
    near = range(middle - 1, middle + 2)
    return pose(
        Counts("services of the year before"),
        frozenset(found),
        map(
            frozenset, (earlier_counts(rate, now, base="later"), later_counts(rate, now), near, ())
        ),
        services=services,
        rate=rate,
        now=now,
        middle=middle,
        factor=1 + p.value,
        number=decimal(p.decimals)(p.number),
        decimals=p.decimals,
        prints="one" if len(found) == 1 else "several",
        tried=", ".join(f"{n} gives {percent(2)(Fraction(now - n, n))}" for n in near),
    )


@CLAIMS.exercise("split")
def split(study: Study, pose: Pose) -> Task:
    """Pose whether one printed total can cover both periods that a growth compares."""
    services, rate = study.printed(_SERVICES), study.printed(_GROWTH)
    total, p = int(parse(services).value), parse_percent(rate)
    found = growth_within_total(rate, total)
    start = int(total / (2 + p.value))
    return pose(
        Choice(_VERDICTS),
        "consistent" if found else "inconsistent",
        services=services,
        rate=rate,
        total=total,
        factor=2 + p.value,
        split=found[0] if found else (),
        verdict="consistent" if found else "inconsistent",
        ending="found" if found else "none",
        tried=" and ".join(
            f"{n} + {total - n} gives {percent(2)(Fraction(total - 2 * n, n))}"
            for n in (start, start + 1)
        ),
    )


@CLAIMS.exercise("census")
def census(study: Study, pose: Pose) -> Task:
    """Pose how many of all services can have been called satisfactory (a GRIM test)."""
    rate, services = study.printed(_SATISFIED), study.printed(_SERVICES)
    total, p = int(parse(services).value), parse_percent(rate)
    found = share_counts(rate, total)
    middle = int(total * p.value)
    near = (middle, middle + 1)
    return pose(
        Counts("satisfied answers"),
        frozenset(found),
        map(frozenset, ([middle + 1], [middle], near)),
        services=services,
        rate=rate,
        total=total,
        share=decimal(p.decimals)(p.number),
        count=total * p.value,
        decimals=parse(rate).decimals,
        ending="found" if found else "none",
        tried=" and ".join(f"{n} of {total} is {percent(2)(Fraction(n, total))}" for n in near),
    )


@CLAIMS.exercise("survey")
def survey(study: Study, pose: Pose) -> Task:
    """Pose the smallest survey that can print a share."""
    rate = study.printed(_SATISFIED)
    best, cut = smallest_share(rate), smallest_share(rate, Rounding.TRUNCATE)
    face = parse_percent(rate)
    low, high = (decimal(face.decimals + 1)(end * 100) for end in preimage(face).ends)
    always = 10 ** (face.decimals + 2)
    return pose(
        Number(),
        Fraction(best.total),
        map(Fraction, (face.value.denominator, always, cut.total, best.count)),
        rate=rate,
        best=best,
        low=low,
        high=high,
    )


@dataclass(frozen=True)
class _Firm:
    name: str
    unit: str
    statements: Book

    @property
    def first(self) -> int:
        """First quarter."""
        return min(self.statements)

    def amounts(self, quarter: int) -> dict[str, int]:
        """Return lines and levels of profit of a quarter."""
        return measures(self.statements[quarter])

    def values(self, quarter: int) -> dict[str, Any]:
        """Return what texts on a quarter need."""
        about = {"firm": self.name, "unit": self.unit, "when": quarter_label(quarter)}
        return about | self.amounts(quarter)


def _firm(study: Study) -> _Firm:
    """Return the first made-up company of the article's case, or a firm's own statements."""
    case = study.case
    if not (case.raw / COMPANIES.file).is_file():
        coins = f"hundredths of {study.currency}"
        return _Firm("Statement of the firm", coins, ledger_statements(case))
    key, name = next(iter(company_names(case).items()))
    return _Firm(name, study.currency, company_books(case)[key])


def _places(study: Study) -> dict[str, str]:
    """Where the article's sentences stand, by their key."""
    if not (study.case.processed / "sentences.csv").is_file():
        raise InputError("the case has no sentences of an article")
    made = records(read_made(study.case, "sentences.csv"))
    return {row.statement_id: str(row.place) for row in made}


@EFFICIENCY.exercise("loss")
def loss(study: Study, pose: Pose) -> Task:
    """Pose the second step of the profit ladder."""
    firm = _firm(study)
    found = firm.amounts(firm.first)
    gross, on_sales = found["K1"], found["K2"]
    wrong = (gross, found["K3"], gross - found["selling"], gross - found["admin"])
    return pose(
        Number(firm.unit),
        Fraction(on_sales),
        map(Fraction, (*wrong, on_sales + found["other_op_income"])),
        **firm.values(firm.first),
    )


@EFFICIENCY.exercise("margin")
def margin(study: Study, pose: Pose) -> Task:
    """Pose the net profit margin, which the paper prints upside down."""
    firm = _firm(study)
    found = firm.amounts(firm.first)
    answer = required(compute(indicator("K16"), firm.statements, firm.first).value, "net margin")
    sales, net = found["sales"], required(found["K6"] or None, "net profit")
    costs, inverse = sales - net, Fraction(100 * sales, net)
    return pose(
        Number("per cent", 1),
        answer * 100,
        [
            inverse,
            Fraction(100 * found["K3"], sales),
            Fraction(100 * net, costs) if costs else Fraction(0),
        ],
        inverse=inverse,
        **firm.values(firm.first),
    )


@EFFICIENCY.exercise("collection")
def collection(study: Study, pose: Pose) -> Task:
    """Pose the days that customers take to pay."""
    firm = _firm(study)
    last = max(firm.statements)
    turnover = compute(indicator("K21"), firm.statements, last).value
    turns, length = required(turnover or None, "receivables turnover"), quarter_days(last)
    return pose(
        Number("days", 1),
        required(days(turns, last), "days"),
        [365 / turns, length * turns, 90 / turns, turns],
        turns=turns,
        length=length,
        **firm.values(last),
    )


def _factors(firm: _Firm, quarter: int) -> tuple[Fraction, Fraction, Fraction]:
    """Net margin, asset turnover and equity multiplier of a quarter."""
    found = firm.amounts(quarter)
    profit, sales = found["K6"], required(found["sales"] or None, "sales")
    assets, equity = found["total_assets"], required(found["equity"] or None, "equity")
    return Fraction(profit, sales), Fraction(sales, assets), Fraction(assets, equity)


@EFFICIENCY.exercise("dupont")
def dupont(study: Study, pose: Pose) -> Task:
    """Pose the three factors of return on equity."""
    firm = _firm(study)
    margin, turnover, multiplier = _factors(firm, firm.first)
    required(margin or None, "net profit")
    form = {
        "margin": Number("per cent", 1),
        "turnover": Number("", 2),
        "multiplier": Number("", 2),
    }
    return pose(
        Table(form),
        {"margin": margin * 100, "turnover": turnover, "multiplier": multiplier},
        [
            {"margin": margin},
            {"margin": 100 / margin},
            {"turnover": 1 / turnover},
            {"multiplier": 1 / multiplier},
        ],
        **firm.values(firm.first)
        | {"margin": margin * 100, "turnover": turnover, "multiplier": multiplier},
        roe=margin * turnover * multiplier * 100,
    )


@EFFICIENCY.exercise("margin-part")
def margin_part(study: Study, pose: Pose) -> Task:
    """Pose what the change of the margin alone would have done to return on equity."""
    firm = _firm(study)
    quarters = (firm.first, firm.first + 1)
    (old, turnover, multiplier), (new, *others) = (_factors(firm, q) for q in quarters)
    before, alone = old * turnover * multiplier * 100, new * turnover * multiplier * 100
    after = new * others[0] * others[1] * 100
    four = decimal(4)
    return pose(
        Number("percentage points", 2),
        alone - before,
        [after - before, (new - old) * 100, (new - old) * others[0] * others[1] * 100],
        [
            (quarter_label(q), *map(four, (m * 100, t, e)))
            for q, (m, t, e) in ((q, _factors(firm, q)) for q in quarters)
        ],
        firm=firm.name,
        old=old * 100,
        new=new * 100,
        turnover=turnover,
        multiplier=multiplier,
        before=before,
        alone=alone,
        after=after,
    )


@EFFICIENCY.exercise("value-added")
def value_added(study: Study, pose: Pose) -> Task:
    """Pose economic value added."""
    firm = _firm(study)
    found = firm.amounts(firm.first)
    result = compute(indicator("K10"), firm.statements, firm.first, cost=COST)
    profit, debt, equity = found["K3"], found["interest_debt"], found["equity"]
    taxed = profit - COST.tax_rate * max(profit, 0)
    quarterly, capital = COST.annual_rate / 4, equity + debt
    charge = quarterly * capital
    return pose(
        Number(firm.unit, 1),
        required(result.value, "economic value added"),
        [
            taxed,
            taxed - COST.annual_rate * capital,
            profit - charge,
            taxed - quarterly * equity,
            taxed - quarterly * debt,
            found["K6"] - charge,
        ],
        taxed=taxed,
        capital=capital,
        charge=charge,
        quarterly=quarterly,
        rate=COST.annual_rate,
        tax=COST.tax_rate,
        **firm.values(firm.first),
    )


@EFFICIENCY.exercise("order")
def order(study: Study, pose: Pose) -> Task:
    """Pose the order that sentences impose on three levels of profit."""
    firm = _firm(study)
    levels = firm.amounts(firm.first)
    chain = " < ".join(sorted(("K3", "K4", "K5"), key=lambda name: levels[name]))
    return pose(Choice(_ORDERS), chain, places=_places(study))


@EFFICIENCY.exercise("bound")
def bound(study: Study, pose: Pose) -> Task:
    """Pose a bound on asset turnover that follows from a chain of inequalities."""
    firm = _firm(study)
    places = _places(study)
    highest = {pin.pin_id: pin.high for pin in records(read_bounds(study.case))}
    found = firm.amounts(firm.first)
    turnovers = [Fraction(found["sales"], found[name]) for name in ("total_assets", "receivables")]
    return pose(
        Number(),
        Fraction(required(highest.get(_BOUND), "bound on asset turnover")),
        [*turnovers, Fraction(0)],
        places=places,
        firm=firm.name,
    )
