"""Efficiency over time: differences, changes, exact splits, trend with uncertainty, forecast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise, permutations
from math import factorial, sqrt
from typing import Any, Final, Literal

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.expression import Measure, at_time, before, evaluate, parse
from analysis.base.periods import quarter_label
from analysis.efficiency.quarterly_statements import Book
from analysis.efficiency.ratios import Denominator, indicator, measures, series, stock

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
        above, below = series(table, upper), series(table, lower)
        for quarter in above:
            rows.append(
                {
                    "upper": upper,
                    "lower": lower,
                    "step": name,
                    "quarter": quarter,
                    "period": quarter_label(quarter),
                    "value": _minus(below[quarter], above[quarter]),
                }
            )
    return pd.DataFrame(rows).astype({"value": "object"})


def quotient(table: pd.DataFrame, above: str, below: str) -> dict[int, Fraction | None]:
    """Divide one indicator by another, quarter by quarter; None where undefined or by zero.

    ``K18`` over ``K17`` is the equity multiplier, ``K19`` over ``K20`` the share of fixed assets.
    """
    upper, lower = series(table, above), series(table, below)
    return {
        quarter: None if value is None or not lower[quarter] else value / _some(lower[quarter])
        for quarter, value in upper.items()
    }


def _minus(left: Fraction | None, right: Fraction | None) -> Fraction | None:
    return None if left is None or right is None else left - right


def _some(value: Fraction | None) -> Fraction:
    assert value is not None
    return value


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
            old = _product(state)
            state[place] = after[place]
            parts[place] += _product(state) - old
    return tuple(part / factorial(len(before)) for part in parts)


def _product(factors: Sequence[Fraction]) -> Fraction:
    result = Fraction(1)
    for factor in factors:
        result *= factor
    return result


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
    factors = {
        DUPONT[0]: series(table, "K16"),
        DUPONT[1]: series(table, "K19"),
        DUPONT[2]: quotient(table, "K18", "K17"),
    }
    roe = series(table, "K18")
    rows = []
    for quarter in statements:
        here = [values[quarter] for values in factors.values()]
        before = [values.get(quarter - 1) for values in factors.values()]
        known = None not in (*here, *before)
        parts: tuple[Fraction | None, ...] = (None, None, None)
        if known:
            parts = split_product([_some(v) for v in before], [_some(v) for v in here])
        rows.append(
            {
                "quarter": quarter,
                "period": quarter_label(quarter),
                "roe": roe[quarter],
                **dict(zip(DUPONT, here, strict=True)),
                "change": _minus(roe[quarter], roe.get(quarter - 1)) if known else None,
                **{f"{n} part": part for n, part in zip(DUPONT, parts, strict=True)},
            }
        )
    return pd.DataFrame(rows, dtype="object")


def turnover_split(
    statements: Book,
    quarter: int,
    column: str = "total_assets",
    denominator: Denominator = "closing",
) -> tuple[Fraction, Fraction] | None:
    """Split the change of a turnover into the part of sales and the part of the assets.

    Returns
    -------
    tuple of Fraction or None
        The two parts, which add up to the change on the quarter before; None if that is unknown.
    """
    if quarter - 1 not in statements:
        return None
    stocks = [stock(statements, q, column, denominator) for q in (quarter - 1, quarter)]
    if any(value is None or value <= 0 for value in stocks):
        return None
    sales = [Fraction(statements[q]["sales"]) for q in (quarter - 1, quarter)]
    before, after = ((s, 1 / _some(below)) for s, below in zip(sales, stocks, strict=True))
    parts = split_product(before, after)
    return parts[0], parts[1]


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


def key_results(statements: Book, denominator: Denominator = "average") -> pd.DataFrame:
    """Compute the paper's financial key results for every quarter.

    Parameters
    ----------
    statements : Book
        The company.
    denominator : {"closing", "opening", "average"}
        Which equity and debt divide; with ``average`` the first quarter stays open.

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
            values[name, "now"] = stock(statements, quarter, name, denominator)
        found = {name: evaluate(formula, values) for name, formula in _KEY_RESULTS.items()}
        head = {"quarter": quarter, "period": quarter_label(quarter)}
        rows.append(head | found | {"sales": amounts["sales"]})
    return pd.DataFrame(rows, dtype="object")


@dataclass(frozen=True)
class Trend:
    """A straight line through an indicator's quarters.

    Attributes
    ----------
    slope : Fraction
        Least-squares change per quarter, exact.
    low, high : float
        95 % interval of the slope (t with n − 2 degrees of freedom).
    rank_p : Fraction
        Exact two-sided p of Kendall's rank test: how often mere chance orders values as strongly.
    quarters : int
        How many values it rests on.
    """

    slope: Fraction
    low: float
    high: float
    rank_p: Fraction
    quarters: int

    @property
    def direction(self) -> Literal["rises", "falls", "stays"]:
        """Sign of the slope, in words."""
        return "stays" if self.slope == 0 else "rises" if self.slope > 0 else "falls"

    @property
    def certain(self) -> bool:
        """Whether the interval of the slope leaves zero out."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Forecast:
    """The value expected for the next quarter.

    Attributes
    ----------
    quarter : int
        Quarter index.
    method : str
        In words.
    value, low, high : float
        Expected value and 95 % prediction interval.
    warning : str
        What it is worth; empty with enough quarters.
    """

    quarter: int
    method: str
    value: float
    low: float
    high: float
    warning: str


def trend(values: Values) -> Trend | None:
    """Fit a trend; None with fewer than three values or a gap among them.

    Examples
    --------
    >>> found = trend({8024: Fraction(1), 8025: Fraction(2), 8026: Fraction(4)})
    >>> str(found.slope), found.direction, found.certain
    ('3/2', 'rises', False)
    """
    fit = _fit(values)
    if fit is None:
        return None
    width = fit.t * fit.error / sqrt(float(fit.spread))
    slope = float(fit.slope)
    return Trend(fit.slope, slope - width, slope + width, _kendall_p(fit.values), len(fit.values))


def forecast(values: Values) -> Forecast | None:
    """Forecast the next quarter on the straight line; None where :func:`trend` is None.

    The interval is that of a single new value under independent normal errors, which quarterly
    figures seldom have; a season is not modelled.
    """
    fit = _fit(values)
    if fit is None:
        return None
    count = len(fit.values)
    ahead = Fraction(count) - Fraction(count - 1, 2)
    value = float(fit.mean + fit.slope * ahead)
    width = fit.t * fit.error * sqrt(1 + 1 / count + float(ahead**2 / fit.spread))
    few = f"{count} quarters carry little: {count - 2} degrees of freedom, no season seen twice"
    return Forecast(
        max(values) + 1,
        "straight line by least squares, one quarter ahead",
        value,
        value - width,
        value + width,
        few if count < FEW else "",
    )


def forecast_data(values: Values, trend: Trend, forecast: Forecast) -> pd.DataFrame:
    """Set an indicator's quarters, its line and the forecast side by side.

    Returns
    -------
    DataFrame
        Columns period, kind (actual or forecast), value, line, low and high.
    """
    known = {q: v for q, v in values.items() if v is not None}
    mean = sum(known.values(), Fraction(0)) / len(known)
    middle = Fraction(min(known) + max(known), 2)
    line = {q: float(mean + trend.slope * (q - middle)) for q in (*known, forecast.quarter)}
    rows = [
        {
            "period": quarter_label(q),
            "kind": "actual",
            "value": float(v),
            "line": line[q],
            "low": None,
            "high": None,
        }
        for q, v in known.items()
    ]
    rows.append(
        {
            "period": quarter_label(forecast.quarter),
            "kind": "forecast",
            "value": forecast.value,
            "line": line[forecast.quarter],
            "low": forecast.low,
            "high": forecast.high,
        }
    )
    return pd.DataFrame(rows)


def _stats() -> Any:
    """Import scipy.stats where it is needed; most steps fit no trend."""
    from scipy import stats  # type: ignore[import-untyped]

    return stats


@dataclass(frozen=True)
class _Fit:
    values: tuple[Fraction, ...]
    mean: Fraction
    slope: Fraction
    spread: Fraction
    error: float
    t: float


def _fit(values: Values) -> _Fit | None:
    quarters = sorted(values)
    known = tuple(value for q in quarters if (value := values[q]) is not None)
    gaps = any(b - a != 1 for a, b in pairwise(quarters)) or len(known) < len(quarters)
    count = len(known)
    if gaps or count < MIN_TREND:
        return None
    mean = sum(known, Fraction(0)) / count
    places = [Fraction(i) - Fraction(count - 1, 2) for i in range(count)]
    spread = sum((x * x for x in places), Fraction(0))
    slope = sum((x * y for x, y in zip(places, known, strict=True)), Fraction(0)) / spread
    rest = sum(
        ((y - mean - slope * x) ** 2 for x, y in zip(places, known, strict=True)), Fraction(0)
    )
    error = sqrt(float(rest / (count - 2)))
    return _Fit(known, mean, slope, spread, error, float(_stats().t.ppf(0.975, count - 2)))


def _kendall_score(values: Sequence[Fraction]) -> int:
    return sum((b > a) - (b < a) for a, b in combinations(values, 2))


def _kendall_p(values: Sequence[Fraction]) -> Fraction:
    """Return the share of all orders that are at least as monotone (up to eight values)."""
    seen = abs(_kendall_score(values))
    if len(values) > FEW:
        p = _stats().kendalltau(range(len(values)), [float(v) for v in values]).pvalue
        return Fraction(float(p)).limit_denominator(10**6)
    orders = [abs(_kendall_score(order)) >= seen for order in permutations(values)]
    return Fraction(sum(orders), len(orders))


def outlook(table: pd.DataFrame, indicator_id: str) -> tuple[pd.DataFrame, str, str]:
    """Return an indicator's quarters with its forecast, its name, and what the forecast is worth.

    Raises
    ------
    InputError
        If there are too few quarters for a forecast.
    """
    values = series(table, indicator_id)
    line, ahead = trend(values), forecast(values)
    if line is None or ahead is None:
        raise InputError("a forecast needs three quarters in a row", value=indicator_id)
    warning = ahead.warning or "a season is not modelled"
    return forecast_data(values, line, ahead), indicator(indicator_id).english, warning
