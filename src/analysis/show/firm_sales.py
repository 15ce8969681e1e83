"""What a firm's sales alone tell: how many there were, who bought, what and when.

Every function takes a :class:`~analysis.show.firm_report.FirmReport` and compares its period with
its base. Frames are drawn by :func:`analysis.figures.kpi_comparison.sales_waterfall` and
:func:`analysis.figures.kpi_comparison.sales_by_part`. To show one more part of the sales, add a
column of the rows to ``PARTS``, a figure to ``SALES_BY`` there, and its name to
``notebook/figures.yaml``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import pairwise
from math import ceil
from statistics import mean, median
from typing import Any

import pandas as pd

from analysis.base.language import counted, language, tr
from analysis.base.periods import distance, parse_label, period_label, short_base, short_period
from analysis.base.text import decimal, frame_of, groups, listed, percent
from analysis.intake.case_files import open_questions
from analysis.kpis.cube import tables_of
from analysis.kpis.small_tables import month_index
from analysis.notebook.prose import literal
from analysis.show.firm_report import FirmReport
from analysis.show.wording import View, amount_text, change_text, rows_of, view
from analysis.tables.firm_tables import SaleRow
from analysis.tables.strategy_tables import has_okrs

PARTS = ("customer_id", "service_type", "segment", "size", "weekday")
"""Columns whose values have a figure of their sales."""
RANKED = 10
"""Parts that a figure names; all others are added up."""
LISTED = 5
"""Customers that a table lists."""
ENOUGH = {"size": 12, "weekday": 100}
"""Rows of a period from which on their sizes and weekdays tell something."""
STEPS = [step * 10**power for power in range(2, 15) for step in (1, 2, 5)]
"""Céntimos that part sales by their size: 1, 2, 5, 10, 20 … of the currency."""
SIZES = 7
"""Parts by size that a figure has room for, the largest ones."""
YEAR, AHEAD = 12, 4
"""Months that a table lists, and periods for which a plan is proposed."""
CLEAR = Fraction(5, 4)
"""Parts without their signs may be so many times the sales; beyond that, shares tell nothing."""
LARGE, FALL = Fraction(1, 4), Fraction(1, 50)
"""Shares of the sales from which on one customer, or a fall, asks for a decision."""

whole, share, signed = decimal(0), percent(1), percent(1, signed=True)

Part = tuple[str, Fraction | None, Fraction]
"""A name, and its sales in the base (None without one) and in the period."""


# ---- Parts of the sales ----


def parts(report: FirmReport, by: str) -> list[Part]:
    """Sum the sales of base and period by a column of the rows; empty if it names fewer than two.

    Sales that name no part come under an empty name.
    """
    sold = _sized(report.sold) if by == "size" else report.sold
    if by not in sold or sold.loc[sold["time"] == "value", by].nunique() < 2:
        return []
    added = sold.groupby([by, "time"])["amount_centimos"].sum().unstack(fill_value=0)
    before = added["base"] if "base" in added else [None] * len(added)
    return [
        (str(name), None if then is None else Fraction(int(then), 100), Fraction(int(now), 100))
        for name, then, now in zip(added.index, before, added["value"], strict=True)
    ]


def _single(rows: pd.DataFrame) -> pd.DataFrame:
    """Select the sales above zero; lines with one invoice's number and day are one sale."""
    above = rows[rows["amount_centimos"] > 0]
    if "invoice_id" not in above:
        return above
    keys, row = ["invoice_id", "invoiced_on"], above.index.map("row {}".format)
    one = above.assign(invoice_id=above["invoice_id"].where(above["invoice_id"] != "", row))
    total = one.groupby(keys)["amount_centimos"].transform("sum")
    return one.assign(amount_centimos=total).drop_duplicates(keys)


def _sized(sold: pd.DataFrame) -> pd.DataFrame:
    """Say of each single sale which of ``STEPS`` it does not exceed."""
    single = _single(sold)
    size = single["amount_centimos"].map(lambda amount: bisect_left(STEPS, amount))
    return single.assign(size=size.clip(lower=size.max() - SIZES + 1))


def _frame(report: FirmReport, found: Iterable[Part]) -> pd.DataFrame:
    """Lay parts out as :func:`analysis.show.indicator_tables.variance_data` does."""
    rows = list(found)
    known = all(base is not None for _, base, _ in rows)
    before = report.study.base_period() if known else ""
    laid = []
    for name, base, value in rows:
        moved = None if base is None else value - base, _growth(base, value)
        laid.append((report.names.get(name, name), before, base, value, *moved))
    return frame_of(laid, "name base_period base value change growth")


def _growth(base: Fraction | None, value: Fraction) -> Fraction | None:
    return (value - base) / base if base is not None and base > 0 else None


def rankings(report: FirmReport) -> dict[str, pd.DataFrame]:
    """Rank every part of the sales that the rows name, by column; see :func:`ranking`."""
    rows = int((report.sold["time"] == "value").sum())
    found = {by: ranking(report, by) for by in PARTS if rows >= ENOUGH.get(by, 0)}
    return {by: frame for by, frame in found.items() if len(frame)}


def ranking(report: FirmReport, by: str) -> pd.DataFrame:
    """Rank parts of the sales, the largest first, and add those beyond the tenth up.

    Parameters
    ----------
    report : FirmReport
        The period.
    by : str
        One of ``PARTS``; sizes and days of the week come in their own order.

    Returns
    -------
    DataFrame
        Columns name, base_period (empty without a base), base, value, change, growth (Fractions or
        None) and rest (whether it is no part of its own); empty where the rows name fewer than two.
    """
    found = parts(report, by)
    if by == "size":
        sizes = enumerate(found)
        found = [(_between(int(step), not at), then, now) for at, (step, then, now) in sizes]
        return _frame(report, found).assign(rest=False, sized=True)
    if by == "weekday":
        days = language().weekdays
        found = [(days[int(day)], then, now) for day, then, now in found]
        return _frame(report, found).assign(rest=False)
    found = [part for part in found if part[2]]
    total = _added(found)[1]
    if _added((name, base, abs(value)) for name, base, value in found)[1] > CLEAR * abs(total):
        return _frame(report, [])
    named = sorted((part for part in found if part[0]), key=lambda part: (-part[2], part[0]))
    rows, others = _room(named, RANKED)
    others += [(tr("not named"), then, now) for name, then, now in found if not name]
    return _frame(report, [*rows, *others]).assign(rest=[False] * len(rows) + [True] * len(others))


def _between(step: int, least: bool) -> str:
    low, high = (whole(Fraction(STEPS[at], 100)) for at in (step - 1, step))
    return tr("up to {high}", high=high) if least else tr("{low} to {high}", low=low, high=high)


def _room(found: list[Part], most: int) -> tuple[list[Part], list[Part]]:
    """Separate what a figure has room for from all others, which become one row."""
    rest = found[most:] if len(found) > most + 1 else []
    others = [(tr("{n} others", n=whole(len(rest))), *_added(rest))] if rest else []
    return found[: len(found) - len(rest)], others


def by_kind(report: FirmReport) -> pd.DataFrame:
    """Lay the change of sales by type or segment out, the smallest changes in one row."""
    found = report.splits(report.split)
    found.sort(key=lambda part: -abs(part[2] - part[1]))
    rows, others = _room([(name.replace("_", " "), then, now) for name, then, now in found], RANKED)
    return _frame(report, [*rows, *others])


def _added(found: Iterable[Part]) -> tuple[Fraction | None, Fraction]:
    rows = list(found)
    known = [base for _, base, _ in rows if base is not None]
    total = sum((value for *_, value in rows), Fraction(0))
    return (sum(known, Fraction(0)) if len(known) == len(rows) else None), total


def number_and_average(report: FirmReport) -> pd.DataFrame:
    """Split the change of sales into that of their number and that of their average.

    The number counts at the average of the base and the average at the number of the period, so
    that the two add up. It is that of invoices or services, or else of the rows above zero.
    """
    sales, now = report.before("sales"), report.level("sales")
    name, before, after = next(_numbers(report), ("", None, None))
    if sales is None or now is None or not before or not after:
        return _frame(report, [])
    moved = (after - before) * sales / before
    numbers = " → ".join(map(whole, (before, after)))
    averages = " → ".join(map(whole, (sales / before, now / after)))
    average = f"{tr('Average')}: {averages}"
    found: list[Part] = [(f"{name}: {numbers}", sales, sales + moved)]
    return _frame(report, [*found, (average, Fraction(0), now - sales - moved)])


def _numbers(report: FirmReport) -> Iterator[tuple[str, Fraction | None, Fraction | None]]:
    for key, name in (("invoices", tr("Invoices")), ("services", tr("Services"))):
        if report.level(key) is not None:
            yield name, report.before(key), report.level(key)
    above = report.sold[report.sold["amount_centimos"] > 0]["time"]
    base, value = (Fraction(int((above == time).sum())) for time in ("base", "value"))
    yield tr("Rows"), base, value


def won_and_lost(report: FirmReport) -> pd.DataFrame:
    """Split the change of sales by what became of the customers; empty without any or a base."""
    texts = {
        "won": tr("New or back: {n}"),
        "more": tr("Buying more: {n}"),
        "less": tr("Buying less: {n}"),
        "lost": tr("Not buying now: {n}"),
        "": tr("not named"),
    }
    found = parts(report, "customer_id") if report.before("sales") is not None else []
    groups = {fate: [part for part in found if _fate(*part) == fate] for fate in texts}
    return _frame(
        report,
        [
            (texts[fate].format(n=whole(len(group))), *_added(group))
            for fate, group in groups.items()
            if group
        ],
    )


def _fate(name: str, base: Fraction | None, now: Fraction) -> str:
    if not name:
        return ""
    if not base:
        return "won"
    if not now:
        return "lost"
    return "more" if now >= base else "less"


def movers(report: FirmReport) -> View | None:
    """List the segments and the customers that moved the sales most; None where rows name none."""
    found = parts(report, "customer_id") if report.growth("sales") is not None else []
    known = [(name, base, now) for name, base, now in found if name and base is not None]
    known.sort(key=lambda part: (-abs(part[2] - part[1]), part[0]))
    rows = [
        (tr(head), name, whole(base), whole(now), change_text("", now - base, _growth(base, now)))
        for head, moved in (("Segment", report.segments), ("Customer", known[:LISTED]))
        for name, base, now in moved
    ]
    if not rows:
        return None
    heads = {head for head, *_ in rows}
    several = len(heads) > 1
    return view(
        "tbl-movers",
        pd.DataFrame(rows, columns=["head", "name", "before", "now", "change"]),
        kind=report.kind,
        by=tr("By") if several else "",
        called=tr("Name") if several else heads.pop(),
        currency=report.currency,
        before=short_base(report.period, report.base),
        period=short_period(report.period),
    )


def sizes(report: FirmReport) -> View | None:
    """Say how large the single sales were, and how they lie in time; None without two of them."""
    single = _single(report.sold)
    if (single["time"] == "value").sum() < 2:
        return None
    facts = {time: _facts(rows) for time, rows in groups(single, "time")}
    return view(
        "tbl-sizes",
        pd.DataFrame({"name": [tr(name) for _, name in rows_of("tbl-sizes")], **facts}),
        kind=report.kind,
        before=short_base(report.period, report.base) if "base" in facts else "",
        period=short_period(report.period),
        currency=report.currency,
    )


def _facts(rows: pd.DataFrame) -> list[str]:
    """Measure single sales."""
    amounts = sorted(Fraction(int(amount), 100) for amount in rows["amount_centimos"])
    largest = sum(amounts[-ceil(len(amounts) / 10) :], Fraction(0))
    days = sorted(set(rows["invoiced_on"].dt.date))
    pause = max(((late - early).days - 1 for early, late in pairwise(days)), default=0)
    known = len(amounts), mean(amounts), median(amounts), amounts[-1]
    return [*map(whole, known), share(largest / sum(amounts)), whole(len(days)), whole(pause)]


def running(report: FirmReport) -> View:
    """List the last twelve months, with the sales of the twelve that end with each."""
    known, numbers = _sales(report.months), {}
    if report.rows is not None and "sale" in report.rows:
        days = _single(report.rows["sale"])["invoiced_on"]
        numbers = month_index(days).value_counts().to_dict()
    rows = []
    for month in [*known][-YEAR:]:
        sold, number, now = known[month], numbers.get(month), _year(known, month)
        average = sold / number if sold is not None and number else None
        growth = None if now is None else _growth(_year(known, month - YEAR), now)
        rows.append((_month(month), sold, number, average, now, growth))
    frame = frame_of(rows, "month sales number average year change")
    heads = {"year": tr("Twelve months to its end"), "change": tr("On the twelve before")}
    heads |= {"number": tr("Number"), "average": tr("Average")}
    shown: dict[str, Any] = {n: heads[n] if frame[n].count() > YEAR / 2 else "" for n in heads}
    more = tr(
        "The twelve months to the end of each show where sales are going, since every season is in "
        "them once."
    )
    if not shown["year"]:
        more = tr("For sums of the twelve months to the end of each the rows begin too late.")
    elif not shown["change"]:
        more += " " + tr("For their changes on the twelve months before the rows begin too late.")
    shown |= {"currency": report.currency, "words": more}
    return view("tbl-running", frame, kind=report.kind, **shown)


def _sales(table: pd.DataFrame) -> dict[int, Any]:
    """Return the sales by the index of their period; None where they are not known."""
    sales = table[table["kpi"] == "sales"]
    return dict(zip(sales["index"], sales["value"], strict=True))


def _year(known: Mapping[int, Any], last: int) -> Fraction | None:
    """Add up the twelve months to the end of one; None unless all are known."""
    found = [known.get(month) for month in range(last - YEAR + 1, last + 1)]
    return None if None in found else sum(filter(None, found), Fraction(0))


def _month(index: int) -> str:
    return short_period(period_label(index, "month"))


# ---- In words ----


def season(report: FirmReport) -> str:
    """Say what the last twelve months brought, and which was the strongest and the weakest."""
    known = _sales(report.months)
    *_, last = known
    total = _year(known, last) or Fraction(0)
    text = tr(
        "The twelve months to {month} brought sales of {amount} {currency}.",
        month=_month(last),
        amount=amount_text(total),
        currency=report.currency,
    )
    growth = _growth(_year(known, last - YEAR), total)
    if growth is not None:
        text += " " + tr("That is {change} on the twelve before.", change=signed(growth))
    (least, weak), *_, (most, strong) = sorted((known[month], month) for month in [*known][-YEAR:])
    if least < 0 or not total:
        return text
    words = {"strong": _month(strong), "weak": _month(weak)}
    words |= {"most": share(most / total), "least": share(least / total)}
    more = tr("{strong} was the strongest with {most}, {weak} the weakest with {least}.", **words)
    return f"{text} {more}"


def plan(report: FirmReport) -> str:
    """Propose a plan, unless there is one: the sales of a year before, as lines of its file."""
    grain, index = parse_label(report.period)
    known, year = _sales(report.kpis), distance(grain, "year-ago")
    ahead = range(index + 1, index + 1 + min(year, AHEAD))
    if report.has_text("plan") or any(known.get(at - year) is None for at in ahead):
        return ""
    text = tr(
        "A plan to begin with is the sales of a year before. Put these lines, with your own "
        "numbers, into a file plan.csv beside case.yaml, and the lights judge by it:"
    )
    lines = [f"{period_label(at, grain)},sales,{round(known[at - year])}" for at in ahead]
    return "\n".join([text, "", "```", "period,kpi,value", *lines, "```"])


def concerns(report: FirmReport) -> Iterator[tuple[str, str, str]]:
    """List what in the sales asks for a decision: what, how it stands, what to decide."""
    now, before = report.level("sales"), report.before("sales")
    words = {
        "base": short_base(report.period, report.base),
        "period": short_period(report.period),
        "currency": report.currency,
    }
    split = report.splits(report.split)
    for name, then, value in sorted(split, key=lambda part: part[2] - part[1])[:1]:
        if before and then - value >= FALL * before:
            text = tr(
                "Sales of {then} in {base} and {now} in {period} ({change})",
                then=whole(then),
                now=whole(value),
                change=signed((value - then) / then) if then > 0 else "",
                **words,
            )
            yield report.names.get(name, name), text, tr("Find the reason, and what to do about it")
    found = parts(report, "customer_id")
    lost = [(name, base) for name, base, value in found if _fate(name, base, value) == "lost"]
    if before and before > 0 and sum(base or 0 for _, base in lost) >= FALL * before:
        lost.sort(key=lambda part: (-(part[1] or 0), part[0]))
        text = tr(
            "Not buying in {period}, with {share} of the sales of {base}; the largest: {names}",
            share=share(sum(base or 0 for _, base in lost) / before),
            names=listed([literal(name) for name, _ in lost[:3]]),
            **words,
        )
        yield counted("{n} customer", "{n} customers", len(lost)), text, tr("Who asks them why")
    for name, _, value in sorted(found, key=lambda part: -part[2])[:1]:
        if name and now and value >= LARGE * now > 0:
            text = tr("Makes {share} of the sales of {period}", share=share(value / now), **words)
            yield name, text, tr("Whether to depend on one customer so much")
    for note in open_questions(report.case):
        yield tr("The data"), note.what, tr("Answer it in case.yaml")


def one_more(report: FirmReport) -> View | None:
    """List columns and tables that the firm did not give, with what each would show."""
    columns = set(SaleRow.model_fields)
    there = {*tables_of(report.case), *(["plan"] if report.has_text("plan") else [])}
    there |= {"okrs"} if has_okrs(report.case) else set()
    by_service = report.rows is None or report.has("service")  # which names kind and customer
    there |= columns if by_service or not report.has("sale") else {*report.sold}
    rows = [
        (tr(what), name.removesuffix("_centimos") if name in columns else f"{name}.csv", tr(gives))
        for name, what, gives in rows_of("tbl-one-more")
        if name not in there
    ]
    return view("tbl-one-more", rows) if rows else None
