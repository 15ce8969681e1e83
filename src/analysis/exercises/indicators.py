"""Exercises on rows: the AS-IS diagnosis, indicators from tables, and their changes.

A rate is a ratio of sums, and a change names its base. Where an answer can be had from rows, the
project's own function gives it, and the last hint is the pandas line that gives the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from statistics import median

import pandas as pd

from analysis.base.text import Rounding, decimal, groups, percent, records, round_digits
from analysis.exercises.compound import Chart, Table, Text
from analysis.exercises.forms import Choice, Number
from analysis.exercises.study import Study, span
from analysis.exercises.task import Pose, Task, Topic
from analysis.kpis.catalogue import kpi
from analysis.kpis.compare import contributions_by_type
from analysis.kpis.levels import ratio

DIAGNOSIS = Topic("asis_diagnosis")
KPIS = Topic("kpis")
CHANGES = Topic("quarter_over_quarter")

_YEAR = 4
_CHARTED = 6
_MONEY, _COUNT = decimal(2), decimal()
_HALF_UP = Rounding.HALF_UP


def _days(service: pd.DataFrame, start: str, end: str) -> list[int]:
    return [int(days) for days in (service[end] - service[start]).dt.days]


def _waits(service: pd.DataFrame) -> list[int]:
    return _days(service, "requested_on", "started_on")


def _works(service: pd.DataFrame) -> list[int]:
    return _days(service, "started_on", "completed_on")


def _mean(values: Sequence[int]) -> Fraction:
    return Fraction(sum(values), len(values))


def _ten(study: Study) -> pd.DataFrame:
    """Ten services of the baseline, spread over the period."""
    done = study.done(study.baseline).sort_values(["completed_on", "service_id"])
    columns = ["service_id", "requested_on", "started_on", "completed_on"]
    return done[columns].iloc[:: max(len(done) // 10, 1)].head(10).reset_index(drop=True)


def _shown(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    return [tuple(str(cell)[:10] for cell in row) for row in frame.itertuples(index=False)]


@DIAGNOSIS.exercise("waiting")
def waiting(study: Study, pose: Pose) -> Task:
    """Pose the mean waiting time of ten services."""
    ten = _ten(study)
    waits, works = _waits(ten), _works(ten)
    mean = _mean(waits)
    wrong = (_mean(works), mean + _mean(works), Fraction(sum(waits)), Fraction(median(waits)))
    return pose(
        Number("days", 1),
        mean,
        wrong,
        _shown(ten),
        frame=ten,
        baseline=study.baseline,
        sum=" + ".join(map(str, waits)),
        total=sum(waits),
        count=len(waits),
        mean=mean,
    )


@DIAGNOSIS.exercise("bottleneck")
def bottleneck(study: Study, pose: Pose) -> Task:
    """Pose which step takes most of the time of ten services."""
    ten = _ten(study)
    days = {"waiting": _waits(ten), "working": _works(ten)}
    answer = max(days, key=lambda step: sum(days[step]))
    return pose(
        Choice(tuple(days)),
        answer,
        frame=ten,
        step=answer,
        most=sum(days[answer]),
        whole=sum(map(sum, days.values())),
        share=Fraction(sum(days[answer]), sum(map(sum, days.values()))),
    )


@DIAGNOSIS.exercise("share")
def share(study: Study, pose: Pose) -> Task:
    """Pose the share of waiting in the days of all services of the baseline."""
    done = study.done(study.baseline)
    waits, works = _waits(done), _works(done)
    wait, whole = sum(waits), sum(waits) + sum(works)
    single = [Fraction(a, a + b) for a, b in zip(waits, works, strict=True) if a + b]
    first, last = span(study.baseline)
    return pose(
        Number("per cent", 1),
        Fraction(100 * wait, whole),
        [
            100 * sum(single) / len(single),
            Fraction(100 * wait, whole - wait),
            Fraction(100 * (whole - wait), whole),
        ],
        baseline=study.baseline,
        first=first,
        last=last,
        wait=wait,
        whole=whole,
    )


@DIAGNOSIS.exercise("slowest")
def slowest(study: Study, pose: Pose) -> Task:
    """Pose the mean waiting time of each type of service."""
    done = study.done(study.baseline)
    types, every = (
        dict(groups(done, "service_type")),
        dict(groups(study.rows("service"), "service_type")),
    )
    first, last = span(study.baseline)
    return pose(
        Table(dict.fromkeys(types, Number("days", 1))),
        {name: _mean(_waits(found)) for name, found in types.items()},
        [
            {name: _mean(_waits(every[name])) for name in types},
            {name: _mean(_days(f, "requested_on", "completed_on")) for name, f in types.items()},
            {name: Fraction(sum(_waits(found))) for name, found in types.items()},
        ],
        [(name, _COUNT(len(found))) for name, found in types.items()],
        baseline=study.baseline,
        first=first,
        last=last,
        slow=max(types, key=lambda name: _mean(_waits(types[name]))),
    )


@DIAGNOSIS.exercise("diagnosis")
def in_words(study: Study, pose: Pose) -> Task:
    """Ask for the diagnosis in words."""
    done = study.done(study.baseline)
    wait, work = _mean(_waits(done)), _mean(_works(done))
    return pose(
        Text(()),
        "",
        baseline=study.baseline,
        wait=wait,
        work=work,
        count=len(done),
        year=study.baseline[:4],
        kind=study.kind,
    )


@KPIS.exercise("count")
def count(study: Study, pose: Pose) -> Task:
    """Pose the number of services completed in a quarter."""
    quarter = study.quarter(1)
    service, (first, last) = study.rows("service"), span(quarter)
    other = [int(service[c].between(first, last).sum()) for c in ("started_on", "requested_on")]
    return pose(
        Number("services"),
        study.value("services", 1),
        map(Fraction, (*other, len(service))),
        asked=quarter,
        first=first,
        last=last,
    )


@KPIS.exercise("on-time")
def on_time(study: Study, pose: Pose) -> Task:
    """Pose the share of services completed by the promised day."""
    done, (first, last) = study.done(study.quarter(1)), span(study.quarter(1))
    early = Fraction(int((done["completed_on"] < done["due_on"]).sum()) * 100, len(done))
    row = study.row("on_time", 1)
    return pose(
        Number("per cent", 1),
        Fraction(row.value),
        [early, 100 - Fraction(row.value), Fraction(row.numerator)],
        asked=study.quarter(1),
        first=first,
        last=last,
        row=row,
    )


@KPIS.exercise("sales-by-type")
def sales_by_type(study: Study, pose: Pose) -> Task:
    """Pose the sales of each type of service, which takes two tables."""
    first, last = span(study.quarter(1))
    both = study.rows("sale").merge(study.rows("service")[["service_id", "service_type"]])
    cents = both[both["invoiced_on"].between(first, last)].groupby("service_type")
    sums = {str(name): int(total) for name, total in cents["amount_centimos"].sum().items()}
    counts = {str(name): int(number) for name, number in cents.size().items()}
    every = both.groupby("service_type")["amount_centimos"].sum()
    return pose(
        Table(dict.fromkeys(sums, Number(study.currency, 2))),
        {name: Fraction(total, 100) for name, total in sums.items()},
        [
            {name: Fraction(total) for name, total in sums.items()},
            {name: Fraction(int(every[name]), 100) for name in sums},
            {name: Fraction(total, 100 * counts[name]) for name, total in sums.items()},
        ],
        asked=study.quarter(1),
        first=first,
        last=last,
        total=Fraction(sum(sums.values()), 100),
    )


@KPIS.exercise("productivity")
def productivity(study: Study, pose: Pose) -> Task:
    """Pose services per 100 hours, from two tables with different dates."""
    quarter, (first, last) = study.quarter(1), span(study.quarter(1))
    value, services = study.value("productivity", 1), study.value("services", 1)
    return pose(
        Number("services per 100 h", 2),
        value,
        [value / 4, value / 100, 10000 / value, services],
        asked=quarter,
        first=first,
        last=last,
        months=(first[:7], last[:7]),
        services=services,
        hours=100 * services / value,
    )


@KPIS.exercise("chart")
def chart(study: Study, pose: Pose) -> Task:
    """Ask for a chart of the services of six quarters."""
    back = range(_CHARTED - 1, -1, -1)
    return pose(
        Chart(),
        tuple(study.value("services", quarters) for quarters in back),
        (),
        [(study.quarter(_CHARTED - 1), study.quarter())],
        start=span(study.quarter(_CHARTED - 1))[0],
        end=span(study.quarter())[1],
    )


@KPIS.exercise("half-year")
def two_quarters(study: Study, pose: Pose) -> Task:
    """Pose revenue per service of two quarters together."""
    rows = [study.row("revenue_per_service", back) for back in (1, 0)]
    cents, services = (sum(getattr(r, n) for r in rows) for n in ("numerator", "denominator"))
    record = kpi("revenue_per_service")
    rates, amounts = [Fraction(r.value) for r in rows], [r.numerator * record.scale for r in rows]
    sales, counts = cents * record.scale, [_COUNT(r.denominator) for r in rows]
    quarters = (study.quarter(1), study.quarter())
    return pose(
        Number(f"{study.currency} per service", 2),
        ratio(record, {record.numerator: cents, "services": services}),
        [sum(rates) / 2, sum(rates), sales, Fraction(services) / sales],
        list(zip(quarters, map(_MONEY, amounts), counts, map(_MONEY, rates), strict=True)),
        amounts=amounts,
        parts=" + ".join(counts),
        sales=sales,
        services=services,
        mean=sum(rates) / 2,
    )


@CHANGES.exercise("growth")
def growth(study: Study, pose: Pose) -> Task:
    """Pose growth of sales on the same quarter of last year."""
    row = study.compared("sales", "year-ago")
    old, new = Fraction(row.base_value), Fraction(row.value)
    before = study.value("sales", 1)
    return pose(
        Number("per cent", 1),
        row.growth * 100,
        [(new - before) / before * 100, (new - old) / new * 100, new / old * 100, new - old],
        [(study.quarter(b), _MONEY(study.value("sales", b))) for b in (_YEAR, 1, 0)],
        old=old,
        new=new,
        rise=new - old,
        growth=row.growth,
    )


@CHANGES.exercise("points")
def points(study: Study, pose: Pose) -> Task:
    """Pose the change of a share in percentage points."""
    row, then = study.compared("on_time", "year-ago"), study.row("on_time", _YEAR)
    old, new = Fraction(row.base_value), Fraction(row.value)
    more = Fraction(row.numerator - then.numerator)
    rounded = Fraction(round_digits(new * 10, _HALF_UP) - round_digits(old * 10, _HALF_UP), 10)
    return pose(
        Number("percentage points", 1),
        row.change,
        [rounded, (new - old) / old * 100, (new - old) / new * 100, more],
        [(r.period, _COUNT(r.denominator), _COUNT(r.numerator)) for r in (then, row)],
        old=old,
        new=new,
        row=row,
        then=then,
        rounded=rounded,
    )


@CHANGES.exercise("chain")
def chain(study: Study, pose: Pose) -> Task:
    """Pose the growth over two quarters from the growth in each."""
    first, second = (study.compared("sales", "previous", back).growth for back in (1, 0))
    whole, both = (1 + first) * (1 + second) - 1, first + second
    shown = percent(3, signed=True)
    return pose(
        Number("per cent", 1),
        whole * 100,
        [both * 100, both * 50, (1 + whole) * 100, first * second * 100],
        [
            (study.quarter(back), study.quarter(back + 1), shown(rate))
            for back, rate in ((1, first), (0, second))
        ],
        first=first,
        second=second,
        factors=(1 + first, 1 + second, 1 + whole),
    )


@CHANGES.exercise("contribution")
def contribution(study: Study, pose: Pose) -> Task:
    """Pose what one type of service adds to the growth of all services."""
    parts = contributions_by_type(study.cube, "services", study.quarter(), "year-ago")
    names = {kind.id: kind.name for kind in study.case.service_types}
    found = records(parts)
    rows = [(names.get(p.service_type, p.service_type), int(p.base), int(p.value)) for p in found]
    name, old, new = rows[0]
    before, after = int(parts["base"].sum()), int(parts["value"].sum())
    own = Fraction(new - old, old) * 100 if old else None
    whole = Fraction(after - before, before) * 100
    part = Fraction(new - old, after - before) * 100 if after != before else Fraction(0)
    return pose(
        Number("percentage points", 1),
        found[0].points * 100,
        [own, part, Fraction(new - old, after) * 100, Fraction(new - old), whole],
        [(n, _COUNT(b), _COUNT(v)) for n, b, v in (*rows, ("All", before, after))],
        name=name,
        old=old,
        new=new,
        rise=new - old,
        before=before,
        growth=whole / 100,
        earlier=study.quarter(_YEAR),
    )


@CHANGES.exercise("gap")
def gap(study: Study, pose: Pose) -> Task:
    """Pose growth on last year in a table that lacks a quarter."""
    frame = pd.DataFrame(
        [(study.quarter(back), float(study.value("sales", back))) for back in (5, 4, 3, 1, 0)],
        columns=["quarter", "sales"],
    )
    now, shifted = study.value("sales"), study.value("sales", _YEAR + 1)
    base, before = study.value("sales", _YEAR), study.value("sales", 1)
    return pose(
        Number("per cent", 1),
        (now / base - 1) * 100,
        [(now / old - 1) * 100 for old in (shifted, before)],
        [(period, _MONEY(Fraction(str(sales)))) for period, sales in frame.to_numpy()],
        frame=frame,
        missing=study.quarter(2),
        earlier=study.quarter(_YEAR),
        shifted=study.quarter(_YEAR + 1),
        now=now,
        base=base,
        growth=now / base - 1,
    )


@CHANGES.exercise("sentence")
def in_a_sentence(study: Study, pose: Pose) -> Task:
    """Ask for a growth in a sentence that cannot be misread."""
    row = study.compared("sales", "year-ago")
    return pose(
        Text(()),
        "",
        (),
        [(study.quarter(b), _MONEY(study.value("sales", b))) for b in (_YEAR, 0)],
        growth=row.growth,
        digits=decimal(0)(abs(row.growth) * 100),
        earlier=study.quarter(_YEAR),
        kind=study.kind,
    )
