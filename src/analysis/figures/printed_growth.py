"""What printed growth rates say of each other and of money, and sentences of ratios."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from fractions import Fraction
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from analysis.base.numbers import parse_percent
from analysis.base.periods import short_period
from analysis.base.text import (
    Rounding,
    decimal,
    frame_of,
    keyed,
    listed,
    outward,
    own_yaml,
    records,
)
from analysis.claims.judge import Judge
from analysis.claims.printed import Interval, preimage
from analysis.claims.single import earlier_counts
from analysis.claims.solver.bounds import bounds
from analysis.claims.solver.system import System, quantity
from analysis.evidence.appraisal import labour_ratio
from analysis.figures import style as s
from analysis.figures.primitives import period_words
from analysis.tables.case import Case

_UP = Rounding.HALF_UP
_HUNDREDTHS = 100
"""Money is counted in hundredths of the currency's unit, as in the ledger."""


def productivity_services_data(
    services: str = "354", growth: str = "22.9%", first: str = "10.5%", second: str = "11.0%"
) -> pd.DataFrame:
    """Compare the printed growth of services with that of productivity, quarter by quarter.

    With the same labour in both years services grow as productivity does, and the half-year's
    growth is a weighted mean of its quarters'. Otherwise labour has to grow in at least one
    quarter. All growths are year on year, and the services are those of the later half-year.

    Parameters
    ----------
    services : str
        The printed number of services.
    growth : str
        Their printed growth.
    first, second : str
        Printed growths of productivity in the first and the second quarter.

    Returns
    -------
    DataFrame
        Columns row (productivity_q1, productivity_q2, constant_labour, services, and labour, if it
        grew alike in both quarters), kind, low and high (Fractions, growth as a ratio), printed
        (empty where derived).

    Raises
    ------
    ValueError
        If no earlier count or no split into quarters gives these growths.
    """
    prints = [preimage(parse_percent(text), _UP) for text in (first, second, growth)]
    ends = [interval.ends for interval in prints[:2]]
    hull = Interval(min(low for low, _ in ends), max(high for _, high in ends))
    whole = int(services.replace(",", ""))
    pairs = [(earlier, whole) for earlier in earlier_counts(growth, whole, _UP)]
    labour = labour_ratio(pairs, (first, second), _UP)
    if labour is None:
        raise ValueError(f"labour cannot have changed alike if {whole} services grew by {growth}")
    rows = [
        ("productivity_q1", "printed", *prints[0].ends, first),
        ("productivity_q2", "printed", *prints[1].ends, second),
        ("constant_labour", "derived", *hull.ends, ""),
        ("services", "printed", *prints[2].ends, growth),
        ("labour", "derived", *labour.plus(-1).ends, ""),
    ]
    return frame_of(rows, "row kind low high printed")


_QUARTERS = ("2022Q2", "2023Q1", "2023Q2", "2024Q1", "2024Q2")


def sales_by_reading_data(case: Case) -> pd.DataFrame:
    """Bound each quarter's sales under every reading of the printed total and growths.

    Parameters
    ----------
    case : Case
        A case whose readings include ``sales_growth`` and ``sales_total``.

    Returns
    -------
    DataFrame
        Columns growth (what they are measured against), covers (what the total covers), quarter,
        low and high (bounds, Fractions in the currency's unit; None where there is no
        limit) and state: interval (both sides bounded), at most (practically from zero), open
        (no upper limit).
    """
    judge, axes = Judge(case), case.parameters.readings
    rows = []
    for basis in axes["sales_growth"].options:
        for covers in axes["sales_total"].options:
            reading = case.reading({"sales_growth": basis, "sales_total": covers})
            system = judge.system("sales", reading)
            rows += [(basis, covers, quarter, *_limits(system, quarter)) for quarter in _QUARTERS]
    return frame_of(rows, "growth covers quarter low high state")


def _limits(system: System, quarter: str) -> tuple[Fraction | None, Fraction | None, str]:
    """Return the bounds of a quarter's sales, and their state."""
    name = f"sales@{quarter}"
    if name not in system.names:
        return None, None, "open"
    found = bounds(system, quantity(name), Fraction(1))
    low, high = (
        None if end is None else end.limit / _HUNDREDTHS for end in (found.low, found.high)
    )
    if high is None:
        return low, None, "open"
    return low, high, "interval" if low is not None and 100 * low > high else "at most"


_DERIVED = s.KIND["derived"]

_TEXTS: Mapping[str, Mapping[str, Any]] = own_yaml(__file__, "printed_texts.yaml")
_ROWS, _BASES = _TEXTS["growths"], _TEXTS["bases"]


@s.drawing
def productivity_services(frame: pd.DataFrame) -> s.Drawn:
    """Draw why printed growths of productivity and services need more labour.

    Parameters
    ----------
    frame : DataFrame
        From :func:`productivity_services_data`.
    """
    rows = keyed(frame, "row")
    fig = s.canvas(59)
    ax = s.panel(fig, 54, 0, 104, 49)
    s.only_bottom(ax)
    ax.set_ylim(49, 0)
    least, most = 100 * float(min(frame["low"])), 100 * float(max(frame["high"]))
    ax.set_xlim(least - 1, most + 2)
    ax.set_xlabel("Growth on the same period of 2023, %")
    s.note(fig, 0, 4, "Printed")
    s.note(fig, 0, 29, "What follows")
    for y in (6.0, 31.0):
        ax.axhline(y, xmin=-54 / 104, color=s.RULE, lw=0.5, clip_on=False)
    top, foot = _ROWS["services"][1], _ROWS["constant_labour"][1] + 1.6
    ax.fill_between(_ends(rows["services"]), top, foot, color=s.BAND, lw=0)
    for name, (words, y) in _ROWS.items():
        row = rows[name]
        s.write(fig, 0, y, words)
        low, high = _ends(row)
        ax.fill_between([low, high], y - 1.6, y + 1.6, color=s.KIND[str(row.kind)], lw=0)
        look = {"fontsize": s.NORMAL, "color": s.KIND[str(row.kind)]}
        weight = "semibold" if row.printed else "regular"
        s.tag(ax, row.printed or _range(row), (high, y), (4, 0), weight=weight, **look)
    _gap(ax, rows)
    filled = {name: row.printed or _range(row) for name, row in rows.items()}
    return s.Drawn(fig, frame, "derived", filled | {"missing": _missing(rows)})


def _ends(row: Any) -> tuple[float, float]:
    return 100 * float(row.low), 100 * float(row.high)


def _range(row: Any) -> str:
    return f"{' to '.join(outward(100 * row.low, 100 * row.high, 2))}%"


def _missing(rows: dict[str, Any]) -> str:
    """Return the least distance between services with constant labour and as printed, points."""
    return decimal(1)(100 * (rows["services"].low - rows["constant_labour"].high))


def _gap(ax: Axes, rows: dict[str, Any]) -> None:
    """Draw what constant labour leaves unexplained."""
    high, low = _ends(rows["constant_labour"])[1], _ends(rows["services"])[0]
    y = _ROWS["constant_labour"][1]
    start = high + 0.33 * (low - high)
    s.arrow(ax, (start, y), (low, y), arrowstyle="<->", lw=0.6, shrinkB=1)
    s.tag(ax, f"{_missing(rows)} points short", ((start + low) / 2, y), (0, 3))


_LEFT, _COLUMN, _STEP, _HEAD = 32.0, 25.6, 6.9, 9.0


@s.drawing
def sales_by_reading(frame: pd.DataFrame, printed: str = "303,110") -> s.Drawn:
    """Draw what each reading of the printed sales says about five quarters.

    Parameters
    ----------
    frame : DataFrame
        From :func:`sales_by_reading_data`.
    printed : str
        The printed total.
    """
    quarters = list(dict.fromkeys(frame["quarter"]))
    bases = list(dict.fromkeys(frame["growth"]))
    readings = frame[["growth", "covers"]].drop_duplicates()
    fig = s.canvas(_HEAD + _STEP * len(readings) + 6.1 * len(bases))
    ax = s.sheet(fig)
    largest = max(float(high) for high in frame["high"] if high is not None)
    s.note(fig, 0, _HEAD - 5.5, f"{printed} soles are")
    for place, quarter in enumerate(quarters):
        s.bold(fig, _LEFT + _COLUMN * place, _HEAD - 5.5, short_period(quarter))
    y = _HEAD
    for basis in bases:
        s.rule(fig, y - 2.2)
        s.note(fig, 0, y + 1.4, _BASES[basis])
        y += 5.5
        for covers in readings.loc[readings["growth"] == basis, "covers"]:
            s.write(fig, 0, y + 1.6, period_words(covers, " + "))
            rows = frame[(frame["growth"] == basis) & (frame["covers"] == covers)]
            cells = keyed(rows, "quarter")
            for place, quarter in enumerate(quarters):
                _cell(fig, ax, _LEFT + _COLUMN * place, y, cells[quarter], largest)
            y += _STEP
        y += 0.6
    return s.Drawn(fig, frame, "derived", _sales_words(frame, printed))


def _cell(fig: Canvas, ax: Axes, x: float, y: float, row: Any, largest: float) -> None:
    """Draw one quarter under one reading: the words above, the interval below on one scale."""
    strong = row.state == "interval"
    look: s.Look = {"weight": "semibold", "color": _DERIVED}
    look = look if strong else {"color": s.MUTED}
    s.small(fig, x, y + 1.6, _limits_text(row), **look)
    width, y = _COLUMN - 3.6, y + 4.9
    dashes: Any = (0, (1, 2)) if row.state == "open" else "-"
    ax.plot([x, x + width], [y, y], color=s.RULE, lw=0.5, ls=dashes, zorder=1)
    if row.state == "open":
        return
    low, high = (width * float(end or 0) / largest for end in (row.low, row.high))
    if strong:
        middle, length = (low + high) / 2, max(high - low, width / 40)
        ax.barh(y, length, left=x + middle - length / 2, height=1.8, color=_DERIVED)
    else:
        ax.barh(y, high, left=x, height=0.9, color=s.LIGHT["derived"], zorder=2)


def _limits_text(row: Any) -> str:
    if row.state == "open":
        return "open"
    low, high = outward(row.low, row.high)
    if row.state == "at most":
        return f"≤ {high}"
    return high if low == high else f"{low}–{high}"


def _sales_words(frame: pd.DataFrame, printed: str) -> dict[str, object]:
    parts = []
    for (basis, covers), rows in frame.groupby(["growth", "covers"], sort=False):
        known = [
            f"{short_period(row.quarter)} "
            + _limits_text(row).replace("≤", "at most").replace("–", " to ")
            for row in records(rows)
            if row.state != "open"
        ]
        head, taken = _BASES[str(basis)], period_words(str(covers), " + ")
        parts.append(f"{head}, {printed} is {taken}: {listed(known)}.")
    latest = frame["quarter"].max()
    tight = frame[(frame["quarter"] == latest) & (frame["state"] == "interval")]
    low, high = outward(min(tight["low"]), max(tight["high"]))
    return {
        "fixing": len(tight),
        "readings": len(parts),
        "quarter": short_period(latest),
        "low": low,
        "high": high,
        "printed": printed,
        "quarters": frame["quarter"].nunique(),
        "parts": " ".join(parts),
    }


@s.drawing
def pinned_down(frame: pd.DataFrame, companies: dict[str, str]) -> s.Drawn:
    """Draw the range of every bounded ratio with the made-up companies inside.

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.efficiency.sentences.bound_table`.
    companies : dict of str to str
        Names by column of the frame.
    """
    row, label = 7.4, 78.0
    fig = s.canvas(row * len(frame) + 17)
    marks = dict(zip(companies, ("o", "D"), strict=False))
    width, height = s.size_mm(fig)
    for number, (column, mark) in enumerate(marks.items()):
        x = label + 45 * number
        at = [(x + 1) / width], [1 - 2.6 / height]
        fig.add_artist(Line2D(*at, marker=mark, ms=3.4, lw=0, color=s.KIND["synthetic"]))
        s.note(fig, x + 4, 3, companies[column])
    ax = s.panel(fig, label, 7, 70, row * len(frame))
    s.only_bottom(ax)
    ax.set_xlim(-0.6, 6.4)
    ax.set_ylim(len(frame), 0)
    ax.axvline(0, color=s.RULE, lw=0.6)
    ax.axvline(1, color=s.RULE, lw=0.6)
    ax.set_xlabel("Ratio (arrow: no limit; hollow end: approached, never reached)")
    for place, pin in enumerate(frame.to_dict("records")):
        y = place + 0.5
        s.small(fig, 0, 7 + row * y, s.wrap(pin["name"], label - 6, s.SMALL), 3.2)
        _bound(ax, y, pin)
        for name, mark in marks.items():
            value, colour = float(pin[name]), s.KIND["synthetic"]
            ax.scatter([value], [y], marker=mark, s=13, color=colour, zorder=4)
    both = frame[[high is not None for high in frame["high"]]]
    pins = frame.to_dict("records")
    words = {
        "both": len(both),
        "count": len(frame),
        "ours": _ours(frame),
        "ranges": "; ".join(f"{pin['name']} {_bound_words(pin)}" for pin in pins),
    }
    return s.Drawn(fig, frame, "derived", words)


def _ours(frame: pd.DataFrame) -> str:
    """Count the limits of the figure, and those that rest on a threshold of ours."""
    limits = [value is not None for end in ("low", "high") for value in frame[end]]
    ours = int(frame[["low_ours", "high_ours"]].to_numpy().sum())
    return f"{ours} of {sum(limits)}"


def _bound_words(pin: dict[Hashable, Any]) -> str:
    low, high = outward(pin["low"], pin["high"], 2)
    return f"from {low or 'no limit'} to {high or 'no limit'}"


def _bound(ax: Axes, y: float, pin: dict[Hashable, Any]) -> None:
    edges = zip(("low", "high"), ax.get_xlim(), strict=True)
    ends = {end: edge if pin[end] is None else float(pin[end]) for end, edge in edges}
    ax.barh(y, ends["high"] - ends["low"], left=ends["low"], height=0.4, color=s.LIGHT["derived"])
    for end, side in (("low", -1), ("high", 1)):
        if pin[end] is None:
            tail, tip = ends[end] - side * 0.3, ends[end] + side * 0.1
            s.arrow(ax, (tail, y), (tip, y), color=s.KIND["derived"], lw=1, shrinkA=2, shrinkB=2)
        else:
            mark, size = ("|", 5.0) if pin[f"{end}_attained"] else ("o", 3.4)
            ax.plot([ends[end]], [y], mark, ms=size, mfc="white", mec=s.KIND["derived"], mew=1)
            box = {"facecolor": s.PAPER, "edgecolor": "none", "pad": 0.2}
            look = {"color": s.KIND["derived"], "bbox": box}
            text = outward(pin["low"], pin["high"], 2)[end == "high"]
            if pin[f"{end}_ours"]:
                text = f"{text} ours" if end == "high" else f"ours {text}"
            s.tag(ax, text, (ends[end], y), (5 * side, 0), **look)
