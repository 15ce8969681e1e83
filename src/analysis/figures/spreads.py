"""Data sets drawn from all that agree with the print under the default reading.

Every data set (services by type and quarter, sales by quarter in hundredths of the currency's
unit, respondents and satisfied ones) has the same chance. That is a convention, not a belief.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.base import periods as time
from analysis.base.errors import InputError
from analysis.base.numbers import parse
from analysis.base.text import Rounding, decimal, frame_of, groups, listed, outward, own_yaml
from analysis.claims.judge import Judge
from analysis.claims.relations import is_result
from analysis.claims.single import share_counts
from analysis.claims.solver.bounds import bounds
from analysis.claims.solver.system import Linear, quantity, total
from analysis.figures import style as s
from analysis.ledger.sampling import JointSampler, ServiceTables, below
from analysis.tables.case import Case
from analysis.tables.strategy_tables import ClaimRow

_TEXTS = own_yaml(__file__, "spreads.yaml")

Row = dict[str, int]


class Print(NamedTuple):
    """What is printed about the two quarters reported, under the default reading.

    All services, those of the types with a printed number, and the other types of the case.
    """

    judge: Judge
    reading: dict[str, str]
    quarters: tuple[str, str]
    total: int
    named: dict[str, int]
    others: tuple[str, ...]

    @property
    def types(self) -> tuple[str, ...]:
        """All types, the named ones first."""
        return (*self.named, *self.others)

    @property
    def satisfaction(self) -> str:
        """The printed share of satisfied respondents."""
        return _first(self.judge, "satisfaction", "share").printed

    @property
    def half(self) -> str:
        """The half-year of the two quarters."""
        return time.period_label(time.parse_quarter(self.quarters[0]) // 2, "half-year")


def read_print(case: Case) -> Print:
    """Collect what the draws have to agree with.

    Raises
    ------
    InputError
        If the default reading is one whose data sets cannot be drawn, or the case has no service
        types.
    """
    judge, reading = Judge(case), case.reading()
    half = time.period_label(time.parse_quarter(case.parameters.periods.current) // 2, "half-year")
    for axis, texts in _TEXTS["needed"].items():
        options = [text.format(half=half) for text in texts]
        if reading[axis] not in options:
            needs = f"the reading {axis} is {' or '.join(options)}"
            raise InputError(f"data sets are drawn only where {needs}", value=reading[axis])
    calibration = case.parameters.calibration
    if calibration is None:
        raise InputError("the case has no service types to draw", value=case.name)
    first, second = map(time.quarter_label, time.parse_period(half))
    counts = {
        name: int(parse(_first(judge, f"services_{name}", "count").printed).value)
        for name in ("lifting_doors", "alarms")
    }
    whole = _first(judge, "services", "count")
    others = tuple(kind.id for kind in calibration.service_types if kind.id not in counts)
    services = int(parse(whole.printed).value)
    return Print(judge, reading, (first, second), services, counts, others)


def _first(judge: Judge, quantity: str, kind: str) -> ClaimRow:
    found = (c for c in judge.claims if is_result(c) and (c.quantity, c.kind) == (quantity, kind))
    return next(found)


def draw_data_sets(
    case: Case, printed: Print, draws: int = 2000, seed: int | None = None
) -> Iterator[Row]:
    """Draw data sets, each with the same chance, from all that agree with the print.

    Parameters
    ----------
    case : Case
        The case.
    printed : Print
        From :func:`read_print`.
    draws : int
        Number of data sets drawn.
    seed : int, optional
        By default that of the case.

    Yields
    ------
    dict of str to int
        ``<type>_<quarter>`` (services), ``sales_<quarter>`` (hundredths of the currency's unit),
        respondents and satisfied.
    """
    calibration = case.parameters.calibration
    assert calibration is not None  # read_print asked for it
    rng = random.Random(calibration.seed if seed is None else seed)
    services = ServiceTables(printed.total, tuple(printed.named.values()), len(printed.others))
    sales = JointSampler(printed.judge.system("sales", printed.reading))
    pairs = list(survey_pairs(printed))
    for _ in range(draws):
        drawn = {name.replace("@", "_"): value for name, value in sales.draw(rng).items()}
        row = _draw_services(printed, services, rng) | drawn
        respondents, satisfied = pairs[below(rng, len(pairs))]
        yield row | {"respondents": respondents, "satisfied": satisfied}


def _draw_services(printed: Print, tables: ServiceTables, rng: random.Random) -> Row:
    while True:
        drawn = tables.draw(rng)
        if all(map(sum, zip(*drawn, strict=True))):  # every quarter had services
            return {
                f"{name}_{quarter}": count
                for name, counts in zip(printed.types, drawn, strict=True)
                for quarter, count in zip(printed.quarters, counts, strict=True)
            }


def survey_pairs(printed: Print) -> Iterator[tuple[int, int]]:
    """Yield every (respondents, satisfied) that gives the printed share, up to one per service."""
    rounding = Rounding(printed.reading["rounding"])
    for n in range(1, printed.total + 1):
        for satisfied in share_counts(printed.satisfaction, n, rounding):
            yield n, satisfied


def ledger_row(printed: Print, totals: pd.DataFrame) -> Row:
    """Return the ledger's own data set, in the form of the draws, from its sums by quarter."""
    labelled = totals.assign(label=[time.quarter_label(int(q)) for q in totals["quarter"]])
    now = labelled[labelled["label"].isin(printed.quarters)]
    row = {f"{name}_{quarter}": 0 for name in printed.types for quarter in printed.quarters}
    for one in now.to_dict("records"):
        if one["services"]:
            row[f"{one['service_type']}_{one['label']}"] = int(one["services"])
    for quarter, sold in labelled.groupby("label")["sales_centimos"].sum().items():
        row[f"sales_{quarter}"] = int(sold)
    answers, satisfied = int(now["answers"].sum()), int(now["satisfied"].sum())
    return row | {"respondents": answers, "satisfied": satisfied}


_CENTIMOS = 100
_DOTS = 100
"""Quantiles that stand for the draws of an indicator."""


_Number = Fraction | int
_Indicator = tuple[str, Callable[[Row], _Number], tuple[_Number, _Number]]
"""Its key, its value in a data set, and its attained bounds over all of them."""


def spreads_data(case: Case, totals: pd.DataFrame) -> pd.DataFrame:
    """Bound indicators over all data sets that agree with the print, and show how draws spread.

    Parameters
    ----------
    case : Case
        The case; its default reading is the one used.
    totals : DataFrame
        Sums of its synthetic ledger, from :func:`analysis.kpis.levels`.

    Returns
    -------
    DataFrame
        Columns kpi, name, known (what the print fixes), mark (low and high: attained bounds over
        all data sets; ledger; p5 and p95 of the draws; draw: a hundred evenly spaced quantiles of
        them) and value (Fraction).
    """
    printed = read_print(case)
    drawn, rows = list(draw_data_sets(case, printed)), []
    draws = len(drawn)
    own = ledger_row(printed, totals)
    words = _words(case, printed)
    for kpi, value, (low, high) in _indicators(printed):
        values = sorted(Fraction(value(row)) for row in drawn)
        marks = [("low", Fraction(low)), ("high", Fraction(high)), ("ledger", Fraction(value(own)))]
        marks += [(f"p{p}", values[draws * p // 100]) for p in (5, 95)]
        marks += [("draw", values[draws * (2 * i + 1) // (2 * _DOTS)]) for i in range(_DOTS)]
        texts = [text.format_map(words) for text in _TEXTS["indicators"][kpi]]
        rows += [(kpi, *texts, mark, found) for mark, found in marks]
    return frame_of(rows, "kpi name known mark value")


def _indicators(printed: Print) -> Iterator[_Indicator]:
    first, last = printed.quarters
    one, sold = [f"{name}_{first}" for name in printed.types], [f"sales_{first}", f"sales_{last}"]
    others, rest = len(printed.others), printed.total - sum(printed.named.values())
    most = min(printed.named.values()) - 1  # "followed by" the named types
    sizes = [n for n, _ in survey_pairs(printed)]
    unit, share = Fraction(1, _CENTIMOS), Fraction(1, _CENTIMOS * printed.total)

    def largest(row: Row) -> int:
        return max(sum(row[f"{name}_{q}"] for q in printed.quarters) for name in printed.others)

    ends = _ends(printed, "services", quantity(f"services@{first}"))
    yield "services", lambda row: sum(row[name] for name in one), ends
    yield "named_type", lambda row: row[one[0]], (0, next(iter(printed.named.values())))
    yield "largest_other", largest, (-(-rest // others), min(most, rest - others + 1))
    yield "respondents", lambda row: row["respondents"], (min(sizes), max(sizes))
    ends = _ends(printed, "sales", quantity(f"sales@{last}") * unit)
    yield "sales", lambda row: row[sold[1]] * unit, ends
    ends = _ends(printed, "sales", total(f"sales@{first}", f"sales@{last}") * share)
    yield "revenue_per_service", lambda row: sum(row[name] for name in sold) * share, ends


def _words(case: Case, printed: Print) -> dict[str, str | int]:
    """Return what fills the names of indicators, and what the print fixes of them."""
    first, last, half = map(time.short_period, (*printed.quarters, printed.half))
    kind, count = next(iter(printed.named.items()))
    names = {service.id: service.name for service in case.service_types}
    money = f"{_first(printed.judge, 'sales', 'money').printed} {case.parameters.currency_name}"
    return {
        "first": first,
        "last": last,
        "period": half,
        "total": decimal()(printed.total),
        "named": names.get(kind, kind),
        "count": count,
        "others": len(printed.others),
        "rest": printed.total - sum(printed.named.values()),
        "least": min(printed.named.values()),
        "share": printed.satisfaction,
        "money": money,
    }


def _ends(printed: Print, block: str, indicator: Linear) -> tuple[Fraction, Fraction]:
    """Return the attained bounds of a sum that is part of a printed total."""
    found = bounds(printed.judge.system(block, printed.reading), indicator)
    assert found.low is not None
    assert found.high is not None
    return found.low.value, found.high.value


_DERIVED, _SYNTHETIC = s.KIND["derived"], s.KIND["synthetic"]
_PLACES = {"revenue_per_service": 2}
_LEFT, _AXIS, _HEAD, _ROW, _DOT = 52.0, 66.0, 9.0, 13.2, 1.1
"""Millimetres: start and length of the scales, room for heads and a row, diameter of a dot."""


@s.drawing
def spreads(frame: pd.DataFrame) -> s.Drawn:
    """Draw how far indicators spread over data sets that agree with the print.

    Parameters
    ----------
    frame : DataFrame
        From :func:`spreads_data`.
    """
    fig = s.canvas(_HEAD + _ROW * frame["kpi"].nunique())
    ax = s.sheet(fig)
    _heads(fig, ax)
    for place, (kpi, rows) in enumerate(groups(frame, "kpi")):
        _draw_kpi(fig, ax, _HEAD + _ROW * place, kpi, rows)
    return s.Drawn(fig, frame, "synthetic", _spread_words(frame))


def _heads(fig: Canvas, ax: Axes) -> None:
    x, y = _LEFT + 40, 3.0
    _dot(ax, _LEFT + 0.6, y - 0.4)
    s.note(fig, _LEFT + 2.4, y, "one data set in a hundred")
    _scale(ax, x, x + 6, y - 0.2)
    s.small(fig, x + 7.6, y, "possible at all", color=_DERIVED)
    s.note(fig, 143, y, "90% of them", ha="right")
    _diamond(ax, 149.4, y - 0.2)
    s.small(fig, 160, y, "ledger", ha="right", color=_SYNTHETIC)


def _scale(ax: Axes, left: float, right: float, y: float) -> None:
    """Draw a line from bound to bound."""
    ax.plot([left, right], [y, y], color=_DERIVED, lw=0.8)
    for x in (left, right):
        ax.plot([x, x], [y - 1.2, y + 1.2], color=_DERIVED, lw=1.2)


def _dot(ax: Axes, x: float, y: float) -> None:
    ax.plot([x], [y], "o", ms=_DOT * 72 / 25.4, mfc=s.LIGHT["synthetic"], mec=_SYNTHETIC, mew=0.3)


def _diamond(ax: Axes, x: float, y: float) -> None:
    ax.plot([x], [y], "D", ms=4.2, mfc=_SYNTHETIC, mec=s.PAPER, mew=0.7, zorder=5)


def _value(rows: pd.DataFrame, mark: str) -> Fraction:
    (value,) = rows.loc[rows["mark"] == mark, "value"]
    return Fraction(value)


def _text(kpi: str, value: Fraction) -> str:
    return decimal(_PLACES.get(kpi, 0))(value)


def _is_fixed(kpi: str, rows: pd.DataFrame) -> bool:
    """Say whether all data sets show the same value, in the digits shown here."""
    return _text(kpi, _value(rows, "low")) == _text(kpi, _value(rows, "high"))


def _draw_kpi(fig: Canvas, ax: Axes, top: float, kpi: str, rows: pd.DataFrame) -> None:
    """Draw one indicator: its words, its scale from bound to bound, its dots, the ledger."""
    base = top + 8.6
    ax.plot([0, 160], [top, top], color=s.RULE, lw=0.4)
    s.write(fig, 0, base - 4, str(rows["name"].iloc[0]))
    s.note(fig, 0, base, str(rows["known"].iloc[0]))
    low, high, own = (_value(rows, mark) for mark in ("low", "high", "ledger"))
    s.bold(fig, 160, base - 2, _text(kpi, own), ha="right", color=_SYNTHETIC)
    if _is_fixed(kpi, rows):
        middle = _LEFT + _AXIS / 2
        ax.plot([middle] * 2, [base - 1.2, base + 1.2], color=_DERIVED, lw=1.2)
        s.small(fig, middle, base + 3.2, _text(kpi, low), ha="center", color=_DERIVED)
        _diamond(ax, middle, base)
        s.small(fig, 143, base - 2, "fixed by the print", ha="right")
        return
    _scale(ax, _LEFT, _LEFT + _AXIS, base)
    first, last = _span(kpi, rows)
    s.small(fig, _LEFT, base + 3.2, first, ha="left", color=_DERIVED)
    s.small(fig, _LEFT + _AXIS, base + 3.2, last, ha="right", color=_DERIVED)
    for x, y in _stacked(list(rows.loc[rows["mark"] == "draw", "value"]), low, high):
        _dot(ax, _LEFT + x, base - 0.2 - y)
    _diamond(ax, _LEFT + _AXIS * float((own - low) / (high - low)), base)
    s.small(fig, 143, base - 2, _middle_range(kpi, rows), ha="right")


def _stacked(values: list[Fraction], low: Fraction, high: Fraction) -> list[tuple[float, float]]:
    """Place dots on the scale, stacked where they would meet, in millimetres."""
    span, columns = high - low, int(_AXIS / _DOT)
    whole = all(value.denominator == 1 for value in (*values, low)) and span < columns
    heights: Counter[Fraction] = Counter()
    placed = []
    for value in values:
        share = (value - low) / span
        if not whole:  # a column for each value where they are few and whole, else equal bins
            share = Fraction(2 * min(int(share * columns), columns - 1) + 1, 2 * columns)
        placed.append((float(share) * _AXIS, (heights[share] + 0.6) * _DOT))
        heights[share] += 1
    return placed


def _span(kpi: str, rows: pd.DataFrame, low: str = "low", high: str = "high") -> tuple[str, str]:
    """Write both ends of a range, rounded outwards."""
    return outward(_value(rows, low), _value(rows, high), _PLACES.get(kpi, 0))


def _middle_range(kpi: str, rows: pd.DataFrame, word: str = "–") -> str:
    return word.join(_span(kpi, rows, "p5", "p95"))


def _spread_words(frame: pd.DataFrame) -> dict[str, str]:
    fixed, parts = [], []
    for kpi, rows in groups(frame, "kpi"):
        name, own = str(rows["name"].iloc[0]), _text(kpi, _value(rows, "ledger"))
        if _is_fixed(kpi, rows):
            fixed.append(name.lower())
            parts.append(f"{name}: always {own}.")
            continue
        ends, middle = " to ".join(_span(kpi, rows)), _middle_range(kpi, rows, " to ")
        parts.append(f"{name}: {ends}, 90% of draws {middle}, ledger {own}.")
    only = f" Only {listed(fixed)} is fixed." if fixed else ""
    return {"only": only, "parts": " ".join(parts)}
