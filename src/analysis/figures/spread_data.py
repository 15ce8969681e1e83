"""How far indicators spread over all data sets that agree with the print."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from analysis.base.numbers import decimal
from analysis.base.periods import short_period
from analysis.claims.bounds import bounds
from analysis.claims.system import Linear, quantity, total
from analysis.figures.draws import Print, Row, draw_data_sets, ledger_row, read_print, survey_pairs
from analysis.tables.case import Case

_CENTIMOS = 100
_DOTS = 100
"""Quantiles that stand for the draws of an indicator."""


@dataclass(frozen=True)
class _Indicator:
    """An indicator: what it is, what the print fixes of it, its value and its attained bounds."""

    kpi: str
    name: str
    known: str
    value: Callable[[Row], Fraction]
    low: Fraction
    high: Fraction


def spreads_data(
    case: Case, totals: pd.DataFrame, draws: int = 2000, seed: int | None = None
) -> pd.DataFrame:
    """Bound indicators over all data sets that agree with the print, and show how draws spread.

    Parameters
    ----------
    case : Case
        The case; its default reading is the one used.
    totals : DataFrame
        Sums of its synthetic ledger, from :func:`analysis.kpis.levels`.
    draws : int
        Number of data sets drawn.
    seed : int, optional
        By default that of the case.

    Returns
    -------
    DataFrame
        Columns kpi, name, known (what the print fixes), mark (low and high: attained bounds over
        all data sets; ledger; p5 and p95 of the draws; draw: a hundred evenly spaced quantiles of
        them) and value (Fraction).

    Raises
    ------
    InputError
        If there is nothing to draw, as :func:`analysis.figures.draws.read_print` says.
    """
    printed = read_print(case)
    drawn = [
        {str(name): int(x) for name, x in row.items()}
        for row in draw_data_sets(case, draws, seed).to_dict("records")
    ]
    own = ledger_row(printed, totals)
    rows = []
    for one in _indicators(case, printed):
        values = sorted(one.value(row) for row in drawn)
        marks = [("low", one.low), ("high", one.high), ("ledger", one.value(own))]
        marks += [(f"p{p}", values[draws * p // 100]) for p in (5, 95)]
        marks += [("draw", values[draws * (2 * i + 1) // (2 * _DOTS)]) for i in range(_DOTS)]
        rows += [(one.kpi, one.name, one.known, mark, value) for mark, value in marks]
    frame = pd.DataFrame(rows, columns=["kpi", "name", "known", "mark", "value"])
    return frame.astype({"value": "object"})


def herfindahl(counts: Sequence[int]) -> Fraction:
    """Return the Herfindahl index: the sum of squared shares, 1 if all is of one type."""
    return Fraction(sum(count**2 for count in counts), sum(counts) ** 2)


def _indicators(case: Case, printed: Print) -> Iterator[_Indicator]:
    first, last = map(short_period, printed.quarters)
    yield _Indicator(
        "services",
        f"Services, {first}",
        f"{printed.total} in both quarters",
        lambda row: Fraction(sum(row[f"{name}_{printed.quarters[0]}"] for name in printed.types)),
        *_ends(printed, "services", quantity(f"services_{printed.quarters[0]}")),
    )
    yield from _types(case, printed, first)
    sizes = [n for n, _ in survey_pairs(printed)]
    yield _Indicator(
        "respondents",
        "Respondents of the survey",
        f"{printed.satisfaction} of them satisfied",
        lambda row: Fraction(row["respondents"]),
        Fraction(min(sizes)),
        Fraction(max(sizes)),
    )
    yield from _money(case, printed, last)


def _types(case: Case, printed: Print, quarter: str) -> Iterator[_Indicator]:
    calibration = case.parameters.calibration
    assert calibration is not None  # read_print asked for it
    names = {kind.id: kind.name for kind in calibration.service_types}
    half = short_period(printed.engine.results.half)
    kind, count = next(iter(printed.named.items()))
    even, uneven = _extreme_others(printed)
    counts = list(printed.named.values())

    def sizes(row: Row, types: Sequence[str]) -> list[int]:
        return [sum(row[f"{name}_{q}"] for q in printed.quarters) for name in types]

    yield _Indicator(
        "named_type",
        f"{names.get(kind, kind)}, {quarter}",
        f"{count} in both quarters",
        lambda row: Fraction(row[f"{kind}_{printed.quarters[0]}"]),
        Fraction(0),
        Fraction(count),
    )
    yield _Indicator(
        "largest_other",
        f"Largest unnamed type, {half}",
        f"{printed.total - sum(counts)} in {len(printed.others)} types, each below {min(counts)}",
        lambda row: Fraction(max(sizes(row, printed.others))),
        Fraction(even[0]),
        Fraction(uneven[0]),
    )
    yield _Indicator(
        "herfindahl",
        f"Herfindahl index of types, {half}",
        f"{counts[0]} and {counts[1]} of {printed.total} are named",
        lambda row: herfindahl(sizes(row, printed.types)),
        herfindahl([*counts, *even]),
        herfindahl([*counts, *uneven]),
    )


def _money(case: Case, printed: Print, quarter: str) -> Iterator[_Indicator]:
    currency = case.parameters.currency_name
    sold = f"sales_{printed.quarters[1]}"
    both = [f"sales_{label}" for label in printed.quarters]
    (claim,) = printed.engine.results.of("sales", kind="money")
    yield _Indicator(
        "sales",
        f"Sales, {quarter}",
        f"{claim.printed} {currency} in both quarters",
        lambda row: Fraction(row[sold], _CENTIMOS),
        *_ends(printed, "sales", quantity(sold) * Fraction(1, _CENTIMOS)),
    )
    share = Fraction(1, _CENTIMOS * printed.total)
    yield _Indicator(
        "revenue_per_service",
        "Revenue per service",
        f"{claim.printed} {currency} for {decimal()(printed.total)} services",
        lambda row: sum(row[name] for name in both) * share,
        *_ends(printed, "sales", total(*both) * share),
    )


def _ends(printed: Print, block: str, indicator: Linear) -> tuple[Fraction, Fraction]:
    """Return the attained bounds of a sum that is part of a printed total."""
    found = bounds(printed.engine.system(block, printed.reading), indicator)
    assert found.low is not None
    assert found.high is not None
    return found.low.value, found.high.value


def _extreme_others(printed: Print) -> tuple[list[int], list[int]]:
    """Return the other types as even and as uneven as can be, largest first.

    The sum of squares is smallest for equal parts, and largest if as many parts as possible have
    an extreme size: one below the smallest named type ("followed by"), or 1.
    """
    number, rest = len(printed.others), printed.total - sum(printed.named.values())
    whole, more = divmod(rest, number)
    even = [whole + 1] * more + [whole] * (number - more)
    ceiling = min(printed.named.values()) - 1
    uneven = []
    for left in range(number - 1, -1, -1):
        uneven.append(min(ceiling, rest - left))
        rest -= uneven[-1]
    return even, uneven
