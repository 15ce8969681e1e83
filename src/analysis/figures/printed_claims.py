"""Figures of printed claims: all verdicts, and which counts can stand behind single numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from math import floor, fsum
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle

from analysis.base.errors import InputError
from analysis.base.numbers import parse_percent
from analysis.base.text import (
    Rounding,
    decimal,
    frame_of,
    groups,
    listed,
    only,
    own_yaml,
    percent,
    records,
)
from analysis.claims.printed import preimage
from analysis.claims.single import share_counts
from analysis.claims.verdicts import listed_words
from analysis.claims.wording import WORDS
from analysis.figures import style as s
from analysis.figures.primitives import period_words
from analysis.show.wording import VERDICT_COLOURS

_TILE, _PITCH, _LINE, _PER_LINE = 2.6, 3.3, 3.9, 36
_LEFT, _HEAD = 26.0, 12.0
_MOST = 5
"""Contradictions that are told at most."""
_TEXTS: Mapping[str, Mapping[str, Any]] = own_yaml(__file__, "printed_texts.yaml")
_ROLES = _TEXTS["roles"]
_LOOKS: Mapping[str, str] = dict(
    zip(WORDS, ("solid", "half", "cross", "outline", "dashed", "dotted", "dotted"), strict=True)
)
"""How a tile is drawn, so that verdicts differ without colour."""


@s.drawing
def verdicts(frame: pd.DataFrame) -> s.Drawn:
    """Draw every claim as a tile, by what it is and its verdict, and tell the contradictions.

    Parameters
    ----------
    frame : DataFrame
        One row per claim and reading, in the order of the publication: claim_id, place, printed,
        role, default, verdict, conflict, evidence. Tiles show the default reading; claims whose
        verdict depends on the reading are underlined.

    Raises
    ------
    InputError
        If a verdict is none of `WORDS`.
    """
    unknown = sorted(set(frame["verdict"]) - set(WORDS))
    if unknown:
        raise InputError(f"a verdict is one of {', '.join(WORDS)}", value=unknown[0])
    several = frame.groupby("claim_id")["verdict"].nunique() > 1
    frame = frame[frame["default"]].copy()
    frame["depends"] = [bool(several[claim]) for claim in frame["claim_id"]]
    frame["what"] = [_ROLES.get(role, str(role).capitalize()) for role in frame["role"]]
    words = listed_words(set(frame["verdict"]))
    rows = [name for name in dict.fromkeys(_ROLES.values()) if name in set(frame["what"])]
    rows += [name for name in dict.fromkeys(frame["what"]) if name not in rows]
    told = _contradictions(frame)
    lines = {name: -(-int((frame["what"] == name).sum()) // _PER_LINE) for name in rows}
    # fsum, since sum adds floats in another way from Python 3.12 on
    height = fsum([_HEAD, *(_row_height(lines[name]) for name in rows), 4.4 * len(told), 2])
    fig = s.canvas(height)
    ax = s.sheet(fig)
    x = _LEFT
    for verdict in words:
        s.small(fig, x, 2.5, verdict, color=VERDICT_COLOURS[verdict])
        _draw_tile(ax, x, 5.6, verdict, depends=False)
        total = str(int((frame["verdict"] == verdict).sum()))
        s.bold(fig, x + _PITCH + 0.6, 7.2, total, fontsize=11, color=VERDICT_COLOURS[verdict])
        x += max(s.text_width(verdict, s.SMALL), 14) + 4
    s.bold(fig, 0, 7.2, f"{len(frame)} claims")
    y = _HEAD - 1
    for name in rows:
        ax.plot([0, 160], [y, y], color=s.RULE, lw=0.4)
        own = frame[frame["what"] == name]
        own = own.iloc[sorted(range(len(own)), key=lambda n: words.index(own["verdict"].iloc[n]))]
        s.write(fig, 0, y + _row_height(1) / 2, name)
        s.note(fig, _LEFT - 3, y + _row_height(1) / 2, str(len(own)), ha="right")
        for tile, claim in enumerate(records(own)):
            line, position = divmod(tile, _PER_LINE)
            x = _LEFT + _PITCH * position
            _draw_tile(ax, x, y + 1.2 + _LINE * line, claim.verdict, claim.depends)
        y += _row_height(lines[name])
    ax.plot([0, 160], [y, y], color=s.RULE, lw=0.4)
    for number, text in enumerate(told):
        _draw_tile(ax, 0, y + 2.2 + 4.4 * number, "inconsistent", depends=False)
        s.small(fig, 4.5, y + 3.5 + 4.4 * number, s.fit(text, 155, s.SMALL)[0])
    shown = frame[["claim_id", "place", "printed", "role", "verdict", "depends"]]
    return s.Drawn(fig, shown, "derived", _verdict_words(frame, rows, told))


def _contradictions(frame: pd.DataFrame) -> list[str]:
    """Say in a line each which claims contradict each other, or themselves."""
    broken = frame[(frame["verdict"] == "inconsistent") & (frame["conflict"] != "")]
    first = broken.drop_duplicates("conflict")
    return [f"{_place(str(row.place))}: {row.evidence}" for row in records(first)][:_MOST]


def _row_height(lines: int) -> float:
    return 1.1 + _LINE * lines


def _place(place: str) -> str:
    return f"Section {place}" if re.fullmatch(r"\d[\d.]*", place) else place


def _draw_tile(ax: Axes, x: float, y: float, verdict: str, depends: bool) -> None:
    colour = VERDICT_COLOURS[verdict]
    look = _LOOKS[verdict]
    edge: s.Look = {"edgecolor": colour, "linewidth": 0.7}
    if look in ("dashed", "dotted"):
        edge["linestyle"] = (0, (2.2, 1.2)) if look == "dashed" else (0, (0.8, 1.0))
    solid = look in ("solid", "cross")
    ax.add_patch(Rectangle((x, y), _TILE, _TILE, facecolor=colour if solid else s.PAPER, **edge))
    if depends:
        base = y + _TILE + 0.65
        ax.plot([x, x + _TILE], [base, base], color=s.INK, lw=0.8)
    if look == "half":
        ax.add_patch(Rectangle((x, y + _TILE / 2), _TILE, _TILE / 2, facecolor=colour, lw=0))
    if look == "cross":
        near, far = 0.27 * _TILE, 0.73 * _TILE
        for ends in ([y + near, y + far], [y + far, y + near]):
            ax.plot([x + near, x + far], ends, color=s.PAPER, lw=0.9, solid_capstyle="round")


def _counted(verdicts: pd.Series[str]) -> str:
    found = verdicts.value_counts()
    return listed([f"{found[name]} {name}" for name in _LOOKS if found.get(name, 0)])


def _verdict_words(frame: pd.DataFrame, rows: list[str], told: list[str]) -> dict[str, object]:
    results = frame[frame["what"] == "Results"]
    broken = int((frame["verdict"] == "inconsistent").sum())
    spared = broken and len(results) and not (results["verdict"] == "inconsistent").any()
    parts = [f"{name}: {_counted(frame.loc[frame['what'] == name, 'verdict'])}." for name in rows]
    count = int(frame["depends"].sum())
    depend = f"{count} of them, underlined, change{'s' * (count == 1)} under other readings"
    parts += [f"{depend}."] if count else []
    return {
        "broken": broken,
        "claims": len(frame),
        "spared": ", and no result is among them" if spared else "",
        "kinds": _counted(frame["verdict"]) + (f"; {depend}" if count else ""),
        "parts": " ".join([*parts, *told]),
    }


_AROUND = Fraction(3, 100)
"""How far from the printed growth to look on either side."""


def earlier_counts_data(services: str = "354", growth: str = "22.9%") -> pd.DataFrame:
    """List the pairs of half-year counts around a printed growth, under three readings.

    Parameters
    ----------
    services : str
        The printed number of services.
    growth : str
        Their printed growth.

    Returns
    -------
    DataFrame
        Columns reading (A: the total is the later half-year, B: both together, C: the earlier
        one), covers (the same as a period), earlier, later (counts), growth (Fraction), fits,
        printed, low and high (the growths that print so).

    Examples
    --------
    >>> frame = earlier_counts_data("354", "22.9%")
    >>> frame.loc[frame["fits"], ["earlier", "later"]].values.tolist()
    [[288, 354], [354, 435]]
    """
    whole, middle = int(services.replace(",", "")), parse_percent(growth).value
    inside = preimage(parse_percent(growth), Rounding.HALF_UP)
    pairs = {
        ("A", "2024H1"): ((earlier, whole) for earlier in range(1, 2 * whole)),
        ("B", "2023H1+2024H1"): ((earlier, whole - earlier) for earlier in range(1, whole)),
        ("C", "2023H1"): ((whole, later) for later in range(1, 2 * whole)),
    }
    rows = [
        (*reading, *pair, rate, rate in inside, growth, *inside.ends)
        for reading, candidates in pairs.items()
        for pair in candidates
        if abs((rate := Fraction(pair[1] - pair[0], pair[0])) - middle) <= _AROUND
    ]
    return frame_of(rows, "reading covers earlier later growth fits printed low high")


def respondents_data(printed: str = "77.6%", n_max: int = 354) -> pd.DataFrame:
    """Say for every number of respondents whether it can give a printed share.

    Parameters
    ----------
    printed : str
        The share.
    n_max : int
        Largest number of respondents to look at.

    Returns
    -------
    DataFrame
        Columns rounding (half-up, truncate), respondents, fits, below and above (the counts
        whose shares enclose the printed one, so that either of them prints so or none does).
    """
    share, rows = parse_percent(printed).value, []
    for rounding in (Rounding.HALF_UP, Rounding.TRUNCATE):
        for n in range(1, n_max + 1):
            fits, below = len(share_counts(printed, n, rounding)) > 0, floor(share * n)
            rows.append((str(rounding), n, fits, below, below + 1, printed))
    return frame_of(rows, "rounding respondents fits below above printed")


_DERIVED = s.KIND["derived"]


@s.drawing
def earlier_counts(frame: pd.DataFrame) -> s.Drawn:
    """Draw which half-year counts fit a printed total and its printed growth.

    Parameters
    ----------
    frame : DataFrame
        From :func:`earlier_counts_data`.
    """
    printed = str(frame["printed"].iloc[0])
    low, high = frame["low"].iloc[0], frame["high"].iloc[0]
    fig = s.canvas(63)
    ax = s.panel(fig, 46, 7, 80, 48)
    s.only_bottom(ax)
    ax.set_ylim(3, 0)
    ax.set_xlim(100 * float(min(frame["growth"])) - 0.15, 100 * float(max(frame["growth"])) + 0.15)
    ax.axvspan(100 * float(low), 100 * float(high), color=s.BAND, lw=0)
    s.tag(ax, f"prints as {printed}", (50 * float(low + high), 0), (0, 4))
    ax.set_xlabel("Growth from the earlier to the later half-year, %")
    for place, (reading, rows) in enumerate(groups(frame, "reading")):
        _reading_row(fig, ax, place, reading, rows)
    return s.Drawn(fig, frame, "derived", _earlier_words(frame, printed))


def _title(reading: str, rows: pd.DataFrame) -> str:
    """Say what the printed count is taken to cover."""
    covers = period_words(str(rows["covers"].iloc[0]), " + ")
    earlier, later = (int(rows[name].iloc[0]) for name in ("earlier", "later"))
    whole = {"A": later, "B": earlier + later, "C": earlier}[reading]
    return f"{decimal()(whole)} is {covers}"


def _free(reading: str) -> str:
    """Return the column of the count that the reading leaves open."""
    return "later" if reading == "C" else "earlier"


def _reading_row(fig: Canvas, ax: Axes, place: int, reading: str, rows: pd.DataFrame) -> None:
    """Draw one reading: its words, its dots on a line, and the answer."""
    y, top = place + 0.55, 7 + 16 * place
    s.bold(fig, 0, top + 7, reading)
    s.write(fig, 5, top + 7, _title(reading, rows))
    s.note(fig, 5, top + 11, _TEXTS["readings"][reading]["dots"])
    growths = [100 * float(value) for value in rows["growth"]]
    ax.axhline(y, color=s.RULE, lw=0.5, zorder=1)
    ax.scatter(growths, [y] * len(growths), s=11, color=s.LIGHT["derived"], zorder=2)
    for row in _labelled(rows):
        x = 100 * float(row.growth)
        text = decimal()(getattr(row, _free(reading)))
        if row.fits:
            ax.scatter([x], [y], s=26, color=_DERIVED, zorder=3)
            s.tag(ax, text, (x, y), (0, 6), fontsize=9, weight="semibold", color=_DERIVED)
        else:
            s.tag(ax, text, (x, y), (0, -6), color=s.MUTED)
    hits = rows[rows["fits"]]
    answer = "none fits" if hits.empty else "one fits" if len(hits) == 1 else f"{len(hits)} fit"
    s.bold(fig, 131, top + 7, answer, color=s.INK if hits.empty else _DERIVED)
    best = rows.loc[_nearest(rows)]
    pair = f"{decimal()(best.earlier)} → {decimal()(best.later)}: {percent(2)(best.growth)}"
    s.note(fig, 131, top + 11, pair)


def _labelled(rows: pd.DataFrame) -> list[Any]:
    """Return the fitting pairs and the nearest one on either side of the printed growth."""
    low, high = rows["low"].iloc[0], rows["high"].iloc[0]
    below = rows[[growth < low for growth in rows["growth"]]]
    above = rows[[growth >= high for growth in rows["growth"]]]
    near = [max(records(below), key=lambda row: row.growth)] if len(below) else []
    near += [min(records(above), key=lambda row: row.growth)] if len(above) else []
    return [*records(rows[rows["fits"]]), *near]


def _nearest(rows: pd.DataFrame) -> int:
    """Return the index of the pair whose growth comes nearest to the printed one."""
    middle = (rows["low"] + rows["high"]) / 2
    distances = (rows["growth"] - middle).map(abs)
    return int(min(distances.index, key=lambda index: distances[index]))


def _earlier_words(frame: pd.DataFrame, printed: str) -> dict[str, str]:
    texts, parts = list[str](), []
    for reading, rows in groups(frame, "reading"):
        counts = [decimal()(n) for n in rows.loc[rows["fits"], _free(reading)]]
        wanted = _TEXTS["readings"][reading]["wanted"]
        found = f"only {counts[0]} fits" if len(counts) == 1 else f"{listed(counts)} fit"
        start, title = "if" if len(texts) > 1 else "If", _title(reading, rows)
        texts.append(f"{start} {title}, {found if counts else f'no {wanted} fits'}")
        best = rows.loc[_nearest(rows)]
        pair = f"from {decimal()(best.earlier)} to {decimal()(best.later)}"
        pair += f", {percent(2)(best.growth)}"
        fits = f"fits {pair}" if counts else f"nothing fits; nearest is {pair}"
        parts.append(f"Reading {reading}, {title}: {fits}.")
    others = "; ".join(texts[1:])
    return {"first": texts[0], "printed": printed, "others": others, "parts": " ".join(parts)}


@s.drawing
def respondents(frame: pd.DataFrame, marked: tuple[int, ...] = (49, 288, 354)) -> s.Drawn:
    """Draw which numbers of respondents can give a printed share.

    Parameters
    ----------
    frame : DataFrame
        From :func:`respondents_data`.
    marked : tuple of int
        Numbers of respondents to explain.
    """
    most = int(frame["respondents"].max())
    fig = s.canvas(64)
    for place, (rounding, rows) in enumerate(groups(frame, "rounding")):
        top = 2 + 27 * place
        ax = s.bare(fig, 32, top, 126, 8)
        ax.set_xlim(0, most + 1)
        ax.set_ylim(0, 1)
        fitting = rows.loc[rows["fits"], "respondents"].tolist()
        ax.axhspan(0, 1, color="#f3f3f3", lw=0)
        ax.vlines(fitting, 0, 1, color=_DERIVED, lw=0.7)
        title, meaning = _TEXTS["rounding"][rounding]
        s.bold(fig, 0, top + 2.2, title)
        s.note(fig, 0, top + 6, meaning)
        s.small(fig, 0, top + 11.5, f"{len(fitting)} of {most} fit")
        for n in marked:
            _mark(ax, only(rows[rows["respondents"] == n]))
        if place == frame["rounding"].nunique() - 1:
            axis = s.panel(fig, 32, top + 24, 126, 1)
            s.only_bottom(axis)
            axis.set_xlim(0, most + 1)
            axis.set_xticks([1, *range(50, most + 1, 50)])
            axis.set_xlabel("Number of respondents")
    return s.Drawn(fig, frame, "derived", _respondents_words(frame, marked))


def _mark(ax: Axes, row: Any) -> None:
    """Point at one number of respondents and say which counts come nearest."""
    n = int(row.respondents)
    colour = _DERIVED if row.fits else s.INK
    ax.plot([n, n], [0, -0.35], color=colour, lw=0.7, clip_on=False)
    align = "left" if 3 * n < ax.get_xlim()[1] else "right"
    shift = -1.5 if align == "left" else 1.5
    words = f"{n} {'fits' if row.fits else 'does not fit'}"
    s.tag(ax, words, (n, 0), (shift, -9.5), ha=align, weight="semibold", color=colour)
    for place, text in enumerate(_nearest_shares(row, "{k} → {share}"), start=1):
        s.tag(ax, text, (n, 0), (shift, -9.5 - 9.5 * place), ha=align, color=s.MUTED)


def _nearest_shares(row: Any, words: str) -> list[str]:
    n = int(row.respondents)
    return [
        words.format(k=k, n=n, share=percent(2)(Fraction(k, n)))
        for k in (int(row.below), int(row.above))
    ]


def _fits_words(frame: pd.DataFrame, n: int) -> str:
    rows = frame[frame["respondents"] == n].set_index("rounding")["fits"]
    if rows.all():
        return f"{n} fits"
    if not rows.any():
        return f"{n} does not fit"
    names = [_TEXTS["rounding"][str(name)][0] for name in rows[rows].index]
    return f"{n} fits only if the figure was {listed(names)}"


def _respondents_words(frame: pd.DataFrame, marked: tuple[int, ...]) -> dict[str, object]:
    parts = []
    for rounding, rows in groups(frame, "rounding"):
        fitting = rows.loc[rows["fits"], "respondents"].tolist()
        smallest = ", ".join(map(str, fitting[:5]))
        head = f"If {_TEXTS['rounding'][rounding][0]}, {len(fitting)} numbers fit"
        parts.append(f"{head}, the smallest of them {smallest}.")
    for n in marked:
        row = frame[frame["respondents"] == n].iloc[0]
        near = _nearest_shares(row, "{k} of {n} are {share}")
        parts.append(f"{_fits_words(frame, n)}: {listed(near)}.")
    return {
        "fits": frame.groupby("rounding", sort=False)["fits"].sum().iloc[0],
        "most": int(frame["respondents"].max()),
        "printed": str(frame["printed"].iloc[0]),
        "marked": listed([_fits_words(frame, n) for n in marked]),
        "parts": " ".join(parts),
    }
