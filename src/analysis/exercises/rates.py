"""Exercises on rates: ratios of sums, changes that name their base, points and per cent."""

from __future__ import annotations

from fractions import Fraction

from analysis.base.frames import records
from analysis.base.numbers import decimal, percent
from analysis.claims.printed import parse_percent
from analysis.exercises.forms import Number
from analysis.exercises.study import Study
from analysis.exercises.task import Exercise, Facts, Mistake, Task
from analysis.kpis.catalogue import kpi
from analysis.kpis.compare import contributions_by_type
from analysis.kpis.levels import ratio

_YEAR = 4
_MONEY, _COUNT = decimal(2), decimal()


def growth(study: Study) -> Task:
    """Pose growth of sales on the same quarter of last year."""
    row = study.compared("sales", "year-ago")
    old, new = Fraction(row.base_value), Fraction(row.value)
    before = study.value("sales", 1)
    return Task(
        Facts(
            ("Quarter", f"Sales ({study.currency})"),
            tuple((study.quarter(b), _MONEY(study.value("sales", b))) for b in (_YEAR, 1, 0)),
            "Sales of three quarters, from the ledger.",
            study.kind,
        ),
        Number("per cent", 1),
        row.growth * 100,
        f"The sales rose by {_MONEY(new - old)}, and that is set against the {_MONEY(old)} of the "
        f"year before, where the growth began: {percent(1, signed=True)(row.growth)}.",
        (
            "Growth has a base: the value it started from. Which of the three quarters is that?",
            "The change is the new value minus the base. Then divide it by the base.",
            f"({_MONEY(new)} − {_MONEY(old)}) ÷ {_MONEY(old)} × 100. Without the commas, Python "
            'works it out: with numbers in `Fraction("...")` even exactly.',
        ),
        (
            Mistake(
                (new - before) / before * 100,
                "That is the growth on the quarter before. The question names another base.",
            ),
            Mistake(
                (new - old) / new * 100,
                "You divided by the new value. Growth is measured on the value it started "
                "from, the old one.",
            ),
            Mistake(
                new / old * 100,
                "That is the new value in per cent of the old one. Growth is what was added.",
            ),
            Mistake(new - old, "That is the change in money. Set it against its base."),
        ),
    )


def two_quarters(study: Study) -> Task:
    """Pose revenue per service of two quarters together."""
    rows = [study.row("revenue_per_service", back) for back in (1, 0)]
    sales, services = (sum(getattr(r, n) for r in rows) for n in ("numerator", "denominator"))
    record = kpi("revenue_per_service")
    answer = ratio(record, {record.numerator: sales, "services": services})
    rates = [Fraction(row.value) for row in rows]
    amounts = [_MONEY(row.numerator * record.scale) for row in rows]
    return Task(
        Facts(
            ("Quarter", f"Sales ({study.currency})", "Services", "Sales per service"),
            tuple(
                (study.quarter(back), amount, _COUNT(row.denominator), _MONEY(rate))
                for back, amount, row, rate in zip((1, 0), amounts, rows, rates, strict=True)
            ),
            "Sales, services and what one service brought, from the ledger.",
            study.kind,
        ),
        Number(f"{study.currency} per service", 2),
        answer,
        f"All sales, {_MONEY(sales * record.scale)}, over all {_COUNT(services)} services. The "
        f"mean of the two rates would be {_MONEY(sum(rates) / 2)}: it treats both quarters as "
        "equally large, which they are not.",
        (
            "Imagine the half-year as one long quarter. How much was sold in it, and how many "
            "services were there?",
            "Add the sales, add the services, and only then divide.",
            f"({amounts[0]} + {amounts[1]}) ÷ ({' + '.join(_COUNT(r.denominator) for r in rows)}).",
        ),
        (
            Mistake(
                sum(rates) / 2,
                "That is the mean of the two rates. The quarter with more services has to "
                "count for more: a rate is a ratio of sums.",
            ),
            Mistake(sum(rates), "You added the two rates. Sums add up, rates do not."),
            Mistake(
                sales * record.scale,
                "These are the sales of both quarters. By what are they to be divided?",
            ),
            Mistake(
                Fraction(services) / (sales * record.scale),
                "The ratio is upside down: that is services for each unit of money.",
            ),
        ),
    )


def points(study: Study) -> Task:
    """Pose the change of a share in percentage points."""
    row = study.compared("on_time", "year-ago")
    then = study.row("on_time", _YEAR)
    old, new = Fraction(row.base_value), Fraction(row.value)
    shown = decimal(1)
    return Task(
        Facts(
            ("Quarter", "Services", "Of these on time"),
            tuple((r.period, _COUNT(r.denominator), _COUNT(r.numerator)) for r in (then, row)),
            "Services completed, and those of them completed by the promised day.",
            study.kind,
        ),
        Number("percentage points", 1),
        row.change,
        f"The share went from {shown(old)}% to {shown(new)}%. The difference of two percentages is "
        "counted in percentage points.",
        (
            "First work out the share of services on time in each quarter, in per cent.",
            "Percentage points are a plain difference: later share minus earlier share.",
            f"{_COUNT(row.numerator)} ÷ {_COUNT(row.denominator)} × 100 − "
            f"{_COUNT(then.numerator)} ÷ {_COUNT(then.denominator)} × 100.",
        ),
        (
            Mistake(
                (new - old) / old * 100,
                "That is the change in per cent of the earlier share. Percentage points are "
                "the difference of the two shares itself, not divided by anything.",
            ),
            Mistake(
                (new - old) / new * 100,
                "That is a change in per cent, and of the new share at that. Percentage points "
                "are a plain difference.",
            ),
            Mistake(
                Fraction(row.numerator - then.numerator),
                "That is how many more services were on time. The question is on the shares.",
            ),
            Mistake((new - old) / 100, "Write points, not a fraction of one: times a hundred."),
        ),
    )


def reached(study: Study) -> Task:
    """Pose the highest level from which a share can grow by a printed rate."""
    text = study.printed("abstract-satisfaction")
    rate = parse_percent(text).value
    most = 100 / (1 + rate)
    shown = decimal(1)
    return Task(
        Facts(
            ("Where", "The satisfaction of customers", "As printed"),
            (("Abstract", "reached", text), ("Section 6", "grew by", text)),
            "One number, two verbs. Take it at face value.",
            "printed",
        ),
        Number("per cent", 1),
        most,
        f"{shown(most)} × {decimal(3)(1 + rate)} is 100, and no share can be above that. From a "
        "higher start, “grew by” cannot be true as per cent of the start: the two verbs say "
        "different things.",
        (
            "A share of satisfied customers cannot grow above 100%. Growth by a rate multiplies.",
            f"If the start was s, the end was s × {decimal(3)(1 + rate)}. Which s leads to 100?",
            f"100 ÷ {decimal(3)(1 + rate)}.",
        ),
        (
            Mistake(
                100 * (1 - rate),
                "You took the growth as percentage points. Here it is per cent of the start.",
            ),
            Mistake(
                100 * rate / (1 + rate),
                "From there it would grow to the printed number. How high can a share end?",
            ),
            Mistake(100 * rate, "That is where it ended, says the abstract. Where did it begin?"),
            Mistake(100 * (1 + rate), "That would be the end, if it had begun at 100."),
            Mistake(100 / rate, "Growth multiplies by one plus the rate, not by the rate."),
        ),
    )


def chain(study: Study) -> Task:
    """Pose the growth over two quarters from the growth in each."""
    first, second = (study.compared("sales", "previous", back).growth for back in (1, 0))
    whole = (1 + first) * (1 + second) - 1
    shown = percent(3, signed=True)
    return Task(
        Facts(
            ("Quarter", "Set against", "Growth of sales"),
            tuple(
                (study.quarter(back), study.quarter(back + 1), shown(rate))
                for back, rate in ((1, first), (0, second))
            ),
            "Growth of sales, each on the quarter before.",
            study.kind,
        ),
        Number("per cent", 1),
        whole * 100,
        "The second growth starts from what the first one left, so the factors multiply: "
        f"{decimal(5)(1 + first)} × {decimal(5)(1 + second)} = {decimal(5)(1 + whole)}.",
        (
            "Start with sales of 100. How much is there after the first quarter, and what does the "
            "second growth rate apply to?",
            "A growth of 5% multiplies by 1.05. Two quarters multiply twice.",
            f"((1 + {decimal(5)(first)}) × (1 + {decimal(5)(second)}) − 1) × 100.",
        ),
        (
            Mistake(
                (first + second) * 100,
                "You added the two rates. The second one applies to sales that have already "
                "changed.",
            ),
            Mistake((first + second) * 50, "That is the mean of the two rates, not both together."),
            Mistake(
                (1 + whole) * 100,
                "That is the level after two quarters, if it began at 100. By how much is it "
                "above 100?",
            ),
            Mistake(
                first * second * 100,
                "You multiplied the rates. It is the factors, one plus the rate, that multiply.",
            ),
        ),
    )


def contribution(study: Study) -> Task:
    """Pose what one type of service adds to the growth of all services."""
    parts = contributions_by_type(study.cube, "services", study.quarter(), "year-ago")
    names = {kind.id: kind.name for kind in study.case.service_types}
    found = records(parts)
    rows = [(names.get(p.service_type, p.service_type), int(p.base), int(p.value)) for p in found]
    name, old, new = rows[0]
    before, after = int(parts["base"].sum()), int(parts["value"].sum())
    own = (
        []
        if not old
        else [
            Mistake(
                Fraction(new - old, old) * 100,
                f"That is the growth of “{name}” by itself. What it adds to the growth of all is "
                "measured on all services of the year before.",
            ),
        ]
    )
    return Task(
        Facts(
            ("Type of service", study.quarter(_YEAR), study.quarter()),
            (
                *((n, _COUNT(b), _COUNT(v)) for n, b, v in rows),
                ("All", _COUNT(before), _COUNT(after)),
            ),
            f"Services by type. The question is on the first row: {name}.",
            study.kind,
        ),
        Number("percentage points", 1),
        found[0].points * 100,
        f"{_COUNT(new - old)} services more, set against all {_COUNT(before)} of the year before. "
        f"The contributions of all types add up to the growth of the whole, "
        f"{percent(1, signed=True)(Fraction(after - before, before))}: that is what they are for.",
        (
            "The growth of all services has one denominator. A contribution shares it.",
            "How many services of this type are there more than the year before? Set that against "
            "all services of the year before.",
            f"({_COUNT(new)} − {_COUNT(old)}) ÷ {_COUNT(before)} × 100.",
        ),
        (
            *own,
            Mistake(
                Fraction(new - old, after - before) * 100 if after != before else Fraction(0),
                "That is its part of the change, in per cent. The question is on points of "
                "growth: what is the growth itself divided by?",
            ),
            Mistake(
                Fraction(new - old, after) * 100,
                "You divided by the services of the later quarter. Growth is measured on the "
                "earlier one.",
            ),
            Mistake(Fraction(new - old), "That is a number of services. Set it against the base."),
        ),
    )


EXERCISES = (
    Exercise("growth", growth),
    Exercise("half-year", two_quarters),
    Exercise("points", points),
    Exercise("reached", reached),
    Exercise("chain", chain),
    Exercise("contribution", contribution),
)
