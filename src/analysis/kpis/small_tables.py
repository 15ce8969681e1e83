"""Sums of the tables that stay small at any size: hours, staff, surveys, scores, statements.

They are fetched as pandas frames, as :mod:`analysis.kpis.reduce` says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import partial
from typing import Any

import narwhals as nw
import pandas as pd

from analysis.base.errors import InputError
from analysis.base.periods import (
    GRAINS,
    calendar,
    containing,
    first_month,
    last_month,
    parse_quarter,
)
from analysis.efficiency.quarterly_statements import INCOME, discrete
from analysis.efficiency.ratios import LADDER
from analysis.kpis.catalogue import MEASURES

SATISFIED_FROM = 4
"""Lowest score, on the scale from 1 to 5, that counts as satisfied."""

Frames = Mapping[str, nw.LazyFrame[Any]]
"""Tables by name."""

Parts = Iterator[pd.DataFrame]
"""Parts of a cube: columns month, measure, value and, where known, the dimensions."""

STATEMENTS = {
    name
    for name, spec in MEASURES.items()
    if all(table == "fin_statement" for table in spec.tables)
}
"""Measures that the statements alone give."""

_STATED = ("company_id", "period", "basis", *INCOME, "equity", "interest_debt")


def month_index(days: pd.Series[Any]) -> pd.Series[int]:
    """Month index of each day."""
    index: pd.Series[int] = 12 * days.dt.year + days.dt.month - 1
    return index


def small_sums(frames: Frames, measures: Collection[str]) -> Parts:
    """Sum what the wanted measures need of the small tables.

    Parameters
    ----------
    frames : mapping of str to LazyFrame
        Tables by name.
    measures : collection of str
        What is wanted.
    """
    wanted = set(measures)
    for make, names in (
        (_hours, {"hours", "training_hours"}),
        (_staff, {"staff_opening", "leavers"}),
        (_staff_survey, {"staff_answers", "staff_satisfied"}),
        (_esg, {"esg_e", "esg_s", "esg_g"}),
        (_statements, STATEMENTS),
    ):
        if wanted & names:
            yield from make(frames)


def collected(frame: nw.LazyFrame[Any], *columns: str) -> pd.DataFrame:
    """Fetch some columns as a pandas frame."""
    found: pd.DataFrame = frame.select(*columns).collect("pandas").to_native()
    days = [name for name in columns if name.endswith("_on")]  # Arrow's dates, from Dask
    return found.assign(**{name: pd.to_datetime(found[name]) for name in days})


def part(measure: str, month: Any, value: Any) -> pd.DataFrame:
    """Give the values of a measure by month."""
    return pd.DataFrame({"month": month, "measure": measure, "value": value})


def zeros(measure: str, months: Any) -> pd.DataFrame:
    """Give zero for each of some months, which what is found is added to."""
    return part(measure, pd.Series(sorted(set(months)), dtype="int64"), 0)


def _hours_kept(frames: Frames) -> pd.DataFrame:
    """Sum staff hours by month, where the rows are: a large firm has many of them."""
    rows = frames["staff_hours"].group_by("month").agg(nw.col("quarter_hours").sum())
    kept = collected(rows.with_columns(nw.col("quarter_hours").cast(nw.Int64)), *rows.columns)
    kept = kept.assign(month=month_index(pd.to_datetime(kept["month"])))
    closed = pd.DataFrame({"month": calendar().closed}, dtype="int64").assign(quarter_hours=0)
    return pd.concat([kept, closed])


def _hours(frames: Frames) -> Parts:
    if "staff_hours" not in frames:
        return
    kept = _hours_kept(frames)
    month = kept["month"]
    yield part("hours", month, kept["quarter_hours"])
    if "training" in frames:
        training = collected(frames["training"], "held_on", "quarter_hours")
        yield zeros("training_hours", month)
        yield part("training_hours", month_index(training["held_on"]), training["quarter_hours"])


def _staff(frames: Frames) -> Parts:
    """Count heads as each month opens, and those of a period's opening staff who left in it.

    Who counts as opening staff depends on where the period opens, so leavers are counted for
    every length of period.
    """
    if "staff" not in frames or "staff_hours" not in frames:
        return
    staff = collected(frames["staff"], "hired_on", "left_on")
    months = sorted(_hours_kept(frames)["month"])
    for month in months:
        start = pd.Timestamp(month // 12, month % 12 + 1, 1)
        there = (staff["hired_on"] < start) & ~(staff["left_on"] < start)
        yield part("staff_opening", pd.Series([month]), int(there.sum()))
    gone = staff[staff["left_on"].notna()]
    left = month_index(gone["left_on"])
    for grain, form in GRAINS.items():
        name = MEASURES["leavers"].summed_as(form.months)
        first = containing(left, grain).map(partial(first_month, grain=grain))
        opening = pd.to_datetime({"year": first // 12, "month": first % 12 + 1, "day": 1})
        yield zeros(name, months)
        yield part(name, left[gone["hired_on"] < opening], 1)


def _staff_survey(frames: Frames) -> Parts:
    if "staff_survey" in frames:
        rows = collected(frames["staff_survey"], "answered_on", "score")
        month = month_index(rows["answered_on"])
        yield part("staff_answers", month, 1)
        yield part("staff_satisfied", month, (rows["score"] >= SATISFIED_FROM).astype("int64"))


def _esg(frames: Frames) -> Parts:
    """Sum scores and their number; a mean is the ratio of the two."""
    if "esg_score" in frames:
        rows = collected(frames["esg_score"], "period", "pillar", "score")
        month = rows["period"].map(last_month)
        measure = "esg_" + rows["pillar"].str.lower()
        for suffix, value in (("", rows["score"]), ("_n", 1)):
            yield pd.DataFrame({"month": month, "measure": measure + suffix, "value": value})


def _statements(frames: Frames) -> Parts:
    """Sum statements of single quarters; those of a year to date become such first.

    Raises
    ------
    InputError
        If the statements are those of several companies, which do not add up to one.
    """
    if "fin_statement" not in frames:
        return
    rows = collected(frames["fin_statement"], *_STATED)
    companies = sorted(set(rows["company_id"]))
    if len(companies) > 1:
        raise InputError(
            "a firm's statements are those of one company",
            file="fin_statement.csv",
            column="company_id",
            value=", ".join(companies),
            fix="keep the rows of one company",
        )
    rows = rows.assign(quarter=rows["period"].map(parse_quarter).astype("int64"))
    single = discrete(rows.sort_values("quarter", ignore_index=True), INCOME)
    month = single["quarter"].map(partial(first_month, grain="quarter")) + 2
    if "sale" not in frames:
        yield part("stated_sales", month, single["sales"])
    yield part("operating_profit", month, _profit(single, "K3"))
    yield part("net_profit", month, _profit(single, "K6"))
    yield part("equity", month, single["equity"])
    yield part("debt", month, single["interest_debt"])


def _profit(rows: pd.DataFrame, reached: str) -> pd.Series[int]:
    """Go down the ladder from sales to a level of profit, K1 to K6."""
    levels = [level.indicator_id for level in LADDER]
    steps = (step for level in LADDER[: levels.index(reached) + 1] for step in level.steps)
    signs = {step.column: step.sign for step in steps}
    profit: pd.Series[int] = rows[list(signs)].mul(pd.Series(signs)).sum(axis=1)
    return profit
