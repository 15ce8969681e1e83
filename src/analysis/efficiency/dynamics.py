"""Efficiency over time: differences, changes, exact splits, trend with uncertainty, forecast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import combinations, pairwise, permutations
from math import factorial, prod, sqrt
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.errors import InputError
from analysis.base.expression import Measure, at_time, before, evaluate, parse
from analysis.base.periods import quarter_label
from analysis.base.text import frame_of
from analysis.efficiency.quarterly_statements import Book
from analysis.efficiency.ratios import indicator, measures, series, stock

Values = Mapping[int, Fraction | None]
"""One indicator by quarter index."""

STEPS: Final = (
    ("K11", "K12", "indirect costs"),
    ("K12", "K13", "other operations"),
    ("K13", "K14", "financial result"),
    ("K14", "K15", "extraordinary result"),
    ("K15", "K16", "tax and charges"),
)
"""Neighbouring margins and what lies between them."""

MIN_TREND: Final = 3
FEW: Final = 8
"""Below this many quarters a trend or forecast carries a warning."""


def step_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return what each step of the ladder adds to the margin, by quarter.

    Returns
    -------
    DataFrame
        Columns upper, lower (indicators), step (in words), quarter, period, value (lower − upper,
        a share of sales; None where undefined).
    """
    rows = []
    for upper, lower, name in STEPS:
        below = series(table, lower)
        rows += [
            (upper, lower, name, quarter, quarter_label(quarter), _minus(below[quarter], value))
            for quarter, value in series(table, upper).items()
        ]
    return frame_of(rows, "upper lower step quarter period value")


def quotient(table: pd.DataFrame, above: str, below: str) -> dict[int, Fraction | None]:
    """Divide one indicator by another, quarter by quarter; None where undefined or by zero.

    ``K18`` over ``K17`` is the equity multiplier, ``K19`` over ``K20`` the share of fixed assets.
    """
    lower = series(table, below)
    return {
        quarter: value / divisor if value is not None and (divisor := lower[quarter]) else None
        for quarter, value in series(table, above).items()
    }


def _minus(left: Fraction | None, right: Fraction | None) -> Fraction | None:
    return None if left is None or right is None else left - right


def split_product(before: Sequence[Fraction], after: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Split the change of a product among its factors, exactly.

    Each factor gets the mean of what its change adds over all orders in which the factors may
    change (Shapley 1953), so the parts add up to the change and no order is preferred.

    Examples
    --------
    >>> parts = split_product([Fraction(2), Fraction(5)], [Fraction(3), Fraction(4)])
    >>> [str(part) for part in parts], str(sum(parts)), 3 * 4 - 2 * 5
    (['9/2', '-5/2'], '2', 2)
    """
    parts = [Fraction(0)] * len(before)
    for order in permutations(range(len(before))):
        state = list(before)
        for place in order:
            old = prod(state)
            state[place] = after[place]
            parts[place] += prod(state) - old
    return tuple(part / factorial(len(before)) for part in parts)


DUPONT: Final = ("net margin", "asset turnover", "equity multiplier")


def dupont(statements: Book, table: pd.DataFrame) -> pd.DataFrame:
    """Split return on equity into margin, turnover and multiplier, and its change among them.

    Parameters
    ----------
    statements : Book
        The company; names the quarters.
    table : DataFrame
        From :func:`analysis.efficiency.ratios.indicator_table`.

    Returns
    -------
    DataFrame
        Columns quarter, period, roe, one per factor, and ``change`` with one ``… part`` per
        factor: parts of the change on the quarter before, which add up to it exactly. None where
        a factor is undefined.
    """
    factors = (series(table, "K16"), series(table, "K19"), quotient(table, "K18", "K17"))
    roe = series(table, "K18")
    rows = []
    for quarter in statements:
        both = [values.get(q) for q in (quarter - 1, quarter) for values in factors]
        known = [value for value in both if value is not None]
        parts: tuple[Fraction | None, ...] = (None, None, None)
        if len(known) == len(both):
            parts = split_product(known[:3], known[3:])
        change = _minus(roe[quarter], roe.get(quarter - 1)) if None not in parts else None
        head = {"quarter": quarter, "period": quarter_label(quarter), "roe": roe[quarter]}
        split = {f"{name} part": part for name, part in zip(DUPONT, parts, strict=True)}
        here = dict(zip(DUPONT, both[3:], strict=True))
        rows.append(head | here | {"change": change} | split)
    return pd.DataFrame(rows, dtype="object")


def turnover_split(statements: Book, quarter: int) -> tuple[Fraction, Fraction] | None:
    """Split the change of the assets' turnover into the part of sales and the part of the assets.

    Returns
    -------
    tuple of Fraction or None
        The two parts, which add up to the change on the quarter before; None if that is unknown.
    """
    known = [row for q in (quarter - 1, quarter) if (row := statements.get(q))]
    if len(known) < 2 or any(row["total_assets"] <= 0 for row in known):
        return None
    before, after = ((Fraction(row["sales"]), Fraction(1, row["total_assets"])) for row in known)
    sales, assets = split_product(before, after)
    return sales, assets


MONTHLY_CUT: Final = Fraction(1, 100)
"""The paper's target: costs of materials and labour down by 1 % a month."""

QUARTERLY_CUT: Final = 1 - (1 - MONTHLY_CUT) ** 3
"""The same over a quarter, compounded."""

_NET_MARGIN = parse("K6[now] / sales")
_COSTS = parse("cogs")
_COST_SHARE = _COSTS / Measure("sales")


_LAST_MARGIN = at_time(_NET_MARGIN, "last year")
_KEY_RESULTS: Final = {
    "net_margin": _NET_MARGIN,
    "roe": parse("K6[now] / equity"),
    "roi": parse("K3[now] / (equity + interest_debt)"),
    "costs": _COSTS,
    "cost_share": _COST_SHARE,
    "cost_cut": (before(_COSTS) - _COSTS) / before(_COSTS),
    "cost_share_cut": (before(_COST_SHARE) - _COST_SHARE) / before(_COST_SHARE),
    "margin_growth": (_NET_MARGIN - _LAST_MARGIN) / _LAST_MARGIN,
    "margin_points": _NET_MARGIN - _LAST_MARGIN,
}


def key_results(statements: Book) -> pd.DataFrame:
    """Compute the paper's financial key results for every quarter.

    Equity and debt are averages of opening and closing, so that the first quarter stays open.

    Parameters
    ----------
    statements : Book
        The company.

    Returns
    -------
    DataFrame
        Columns quarter, period; net_margin, roe (net profit ÷ sales and equity), roi (operating
        profit ÷ equity with interest debt; all per quarter, not annualised), costs (of goods sold:
        the statements' line of materials and labour), cost_cut (fall against the
        quarter before), cost_share (costs ÷ sales), cost_share_cut; margin_growth (relative, on
        the same quarter of last year) and margin_points. Fractions; None where undefined.
    """
    rows = []
    for quarter, amounts in statements.items():
        values: dict[tuple[str, str], Fraction | None] = {}
        for time, index in (("now", quarter), ("before", quarter - 1), ("last year", quarter - 4)):
            if index in statements:
                known = measures(statements[index])
                values |= {(name, time): Fraction(value) for name, value in known.items()}
        for name in ("equity", "interest_debt"):
            values[name, "now"] = stock(statements, quarter, name, "average")
        found = {name: evaluate(formula, values) for name, formula in _KEY_RESULTS.items()}
        head = {"quarter": quarter, "period": quarter_label(quarter)}
        rows.append(head | found | {"sales": amounts["sales"]})
    return pd.DataFrame(rows, dtype="object")


@dataclass(frozen=True)
class Trend:
    """A straight line by least squares through an indicator's quarters.

    Attributes
    ----------
    values : mapping of int to Fraction
        What it runs through, by quarter index.
    slope, mean : Fraction
        Exact change per quarter, and the value in the middle.
    spread : Fraction
        Sum of squared distances of the quarters from their middle.
    error : float
        Standard error of a value about the line.
    t : float
        97.5 % quantile of Student's t with n − 2 degrees of freedom.
    """

    values: Mapping[int, Fraction]
    slope: Fraction
    mean: Fraction
    spread: Fraction
    error: float
    t: float

    @property
    def _margin(self) -> float:
        return self.t * self.error / sqrt(float(self.spread))

    @property
    def low(self) -> float:
        """Lower end of the 95 % interval of the slope."""
        return float(self.slope) - self._margin

    @property
    def high(self) -> float:
        """Upper end of the 95 % interval of the slope."""
        return float(self.slope) + self._margin

    @property
    def rank_p(self) -> Fraction:
        """Two-sided p of Kendall's test: how often mere chance orders values as strongly."""
        values = tuple(self.values.values())
        if len(values) > FEW:
            p = _stats().kendalltau(range(len(values)), [float(v) for v in values]).pvalue
            return Fraction(float(p)).limit_denominator(10**6)
        return permutation_p([*enumerate(values)])

    @property
    def direction(self) -> Literal["rises", "falls", "stays"]:
        """Sign of the slope, in words."""
        return "stays" if self.slope == 0 else "rises" if self.slope > 0 else "falls"

    @property
    def certain(self) -> bool:
        """Whether the interval of the slope leaves zero out."""
        return self.low > 0 or self.high < 0

    def at(self, quarter: int) -> Fraction:
        """Return the value on the line."""
        return self.mean + self.slope * (quarter - Fraction(min(self.values) + max(self.values), 2))


class Forecast(NamedTuple):
    """What the line says of the next quarter: its value, and a 95 % prediction interval."""

    quarter: int
    value: float
    low: float
    high: float


def _stats() -> Any:
    """Import scipy.stats where it is needed; most steps fit no trend."""
    from scipy import stats  # type: ignore[import-untyped]

    return stats


def trend(values: Values) -> Trend | None:
    """Fit a trend; None with fewer than three values or a gap among them.

    Examples
    --------
    >>> found = trend({8024: Fraction(1), 8025: Fraction(2), 8026: Fraction(4)})
    >>> str(found.slope), found.direction, found.certain
    ('3/2', 'rises', False)
    """
    known = {quarter: value for quarter in sorted(values) if (value := values[quarter]) is not None}
    count = len(known)
    gaps = any(b - a != 1 for a, b in pairwise(known)) or count < len(values)
    if gaps or count < MIN_TREND:
        return None
    mean = sum(known.values(), Fraction(0)) / count
    points = [(n - Fraction(count - 1, 2), value) for n, value in enumerate(known.values())]
    spread = sum((x * x for x, _ in points), Fraction(0))
    slope = sum((x * y for x, y in points), Fraction(0)) / spread
    rest = sum(((y - mean - slope * x) ** 2 for x, y in points), Fraction(0))
    error = sqrt(float(rest / (count - 2)))
    return Trend(known, slope, mean, spread, error, float(_stats().t.ppf(0.975, count - 2)))


def forecast(values: Values) -> Forecast | None:
    """Forecast the next quarter on the straight line; None where :func:`trend` is None.

    The interval is that of a single new value under independent normal errors, which quarterly
    figures seldom have; a season is not modelled.
    """
    line = trend(values)
    if line is None:
        return None
    count, following = len(line.values), max(line.values) + 1
    value, ahead = float(line.at(following)), Fraction(count + 1, 2)
    width = line.t * line.error * sqrt(1 + 1 / count + float(ahead**2 / line.spread))
    return Forecast(following, value, value - width, value + width)


def outlook(table: pd.DataFrame, indicator_id: str) -> tuple[pd.DataFrame, str, str]:
    """Return an indicator's quarters with its forecast, its name, and what the forecast is worth.

    Returns
    -------
    DataFrame
        Columns period, kind (actual or forecast), value, line, low and high.
    str, str
        Name of the indicator, and a warning.

    Raises
    ------
    InputError
        If there are too few quarters for a forecast.
    """
    values = series(table, indicator_id)
    line, ahead = trend(values), forecast(values)
    if line is None or ahead is None:
        raise InputError("a forecast needs three quarters in a row", value=indicator_id)
    rows: list[tuple[Any, ...]] = [
        (q, "actual", float(value), None, None) for q, value in line.values.items()
    ]
    rows.append((ahead.quarter, "forecast", *ahead[1:]))
    frame = pd.DataFrame(rows, columns=["period", "kind", "value", "low", "high"])
    frame.insert(3, "line", [float(line.at(quarter)) for quarter in frame["period"]])
    frame["period"] = [quarter_label(quarter) for quarter in frame["period"]]
    count, warning = len(line.values), "a season is not modelled"
    if count < FEW:
        left = f"{count - 2} degrees of freedom, no season seen twice"
        warning = f"{count} quarters carry little: {left}"
    return frame, indicator(indicator_id).english, warning


MOST = 9
"""Most pairs of changes that are tried in every order (362,880 orders)."""

Pairs = Sequence[tuple[Fraction | int, Fraction]]


def concordance(pairs: Pairs) -> int:
    """Kendall's S: pairs of quarters that agree in order, less those that disagree."""
    return sum(_sign(x1 - x0) * _sign(y1 - y0) for (x0, y0), (x1, y1) in combinations(pairs, 2))


def _sign(value: Fraction | int) -> int:
    return (value > 0) - (value < 0)


def permutation_p(pairs: Pairs) -> Fraction:
    """Share of all orders of the effects in which S is as far from 0 as it is, exactly.

    That is the chance of such an S if every order is equally likely. Successive differences of one
    series are not exchangeable in this way (each level takes part in two of them, with opposite
    signs), so it is a guide only.

    Raises
    ------
    InputError
        If there are more pairs than can be tried in every order.
    """
    count = len(pairs)
    if count > MOST:
        raise InputError(f"more than {MOST} pairs cannot be tried in every order", value=count)
    if count < 2:
        return Fraction(1)
    if all(len(set(side)) == count for side in zip(*pairs, strict=True)):
        return _without_ties(count, abs(concordance(pairs)))
    first = [[_sign(a[0] - b[0]) for b in pairs] for a in pairs]
    second = np.array([[_sign(a[1] - b[1]) for b in pairs] for a in pairs], dtype=np.int64)
    orders = _orders(count)
    totals = np.zeros(len(orders), dtype=np.int64)
    for i, j in combinations(range(count), 2):
        totals += first[j][i] * second[orders[:, j], orders[:, i]]
    extreme = int((np.abs(totals) >= abs(concordance(pairs))).sum())
    return Fraction(extreme, len(orders))


def _without_ties(count: int, seen: int) -> Fraction:
    """Share of orders in which S is at least this far from 0: orders by their inversions.

    The number of orders of n with k inversions is a Mahonian number (MacMahon 1913); S is the
    number of pairs less twice the inversions.
    """
    orders = np.ones(1, dtype=np.int64)
    for size in range(2, count + 1):
        orders = np.convolve(orders, np.ones(size, dtype=np.int64))
    far = np.abs(len(orders) - 1 - 2 * np.arange(len(orders))) >= seen
    return Fraction(int(orders[far].sum()), factorial(count))


@cache
def _orders(count: int) -> NDArray[np.int64]:
    return np.array(list(permutations(range(count))), dtype=np.int64)
