"""The measures of the method's catalogue: sums by month, rolled up to periods."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from analysis.base.periods import MONTHS, Grain
from analysis.kpis.measures import MEASURES, MeasureSpec, Period, Totals
from analysis.kpis.reduce import ALL, reduce


def totals(ledger: Mapping[str, Any]) -> Totals:
    """Reduce a ledger to sums by month, service type and measure.

    Parameters
    ----------
    ledger : mapping of str to frame
        As :func:`analysis.kpis.reduce.reduce` takes it; a measure whose table is missing is left
        out.

    Returns
    -------
    DataFrame
        Columns month, service_type (or ``all``), measure and value; sorted, integers.
    """
    return reduce(ledger, measures=tuple(MEASURES))


def periods(totals: Totals, grain: Grain, service_type: str | None = None) -> dict[int, Period]:
    """Roll sums up to periods.

    Parameters
    ----------
    totals : DataFrame
        From :func:`totals`.
    grain : {"month", "quarter", "half-year"}
        Length of a period.
    service_type : str, optional
        Only this type; measures that belong to no type are then None.

    Returns
    -------
    dict of int to dict
        By period index, every measure of :data:`MEASURES`: None unless the period is covered.
    """
    size = MONTHS[grain]
    shown = totals
    if service_type is not None:
        typed = totals[totals["service_type"] != ALL]
        shown = typed.assign(value=typed["value"].where(typed["service_type"] == service_type, 0))
    by_month: dict[str, dict[int, int]] = {}
    for name, month, value in zip(shown["measure"], shown["month"], shown["value"], strict=True):
        months_of = by_month.setdefault(str(name), {})
        months_of[int(month)] = months_of.get(int(month), 0) + int(value)
    months = totals["month"]
    first, last = int(months.min()) // size, int(months.max()) // size
    return {
        index: {name: _rolled(spec, by_month, index, size) for name, spec in MEASURES.items()}
        for index in range(first, last + 1)
    }


def recorded(totals: Totals) -> frozenset[str]:
    """Names of the measures that have a sum in any month."""
    names = set(totals["measure"])
    return frozenset(name for name, spec in MEASURES.items() if summed_as(spec) in names)


def summed_as(spec: MeasureSpec) -> str:
    """Name under which a measure is summed: an opening stock is the closing one before."""
    return (
        spec.name.removesuffix("_opening") if spec.stock and spec.kept == "quarter" else spec.name
    )


def _rolled(
    spec: MeasureSpec, by_month: dict[str, dict[int, int]], index: int, size: int
) -> Fraction | None:
    start, end = index * size, (index + 1) * size
    known = by_month.get(summed_as(spec), {})
    if spec.stock:
        month = end - 1 if spec.stock == "closing" else start - (spec.kept == "quarter")
        if spec.kept == "quarter" and size % 3:
            return None
        return known[month] * spec.scale if month in known else None
    inside = [month for month in range(start, end) if month in known]
    step = {"month": 1, "quarter": 3, "any": size}[spec.kept]
    if size % step or len(inside) < size // step:
        return None
    total = sum(known[month] for month in inside)
    if spec.name.startswith("esg_"):
        counts = by_month[f"{spec.name}_n"]
        return Fraction(total, sum(counts[month] for month in inside))
    return total * spec.scale
