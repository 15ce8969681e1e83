"""Figures made of words: SWOT matrix and cause-and-effect diagram."""

from __future__ import annotations

import math
from fractions import Fraction
from math import fsum
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator

from analysis.base.frames import groups, records
from analysis.base.numbers import decimal, listed, percent
from analysis.base.periods import parse_period
from analysis.figures import style as s
from analysis.figures.primitives import period_words
from analysis.kpis.levels import quarter_index
from analysis.method.as_is import process_times
from analysis.notebook.values import literal
from analysis.tables.contents import Ledger
from analysis.tables.strategy_tables import ProcessRow

_QUADRANTS = {
    "strength": ("Strengths", 0, 0),
    "weakness": ("Weaknesses", 1, 0),
    "opportunity": ("Opportunities", 0, 1),
    "threat": ("Threats", 1, 1),
}
"""Title, column (helpful, harmful) and row (within the firm, around it)."""

_LINE = 3.7
_PLACE, _LEAST, _BULLET = 9.0, 14.0, 3.0
"""Millimetres for places, and for the entries of a row, at least."""


@s.drawing(11)
def swot(frame: pd.DataFrame, kind: str = "words") -> s.Drawn:
    """Draw a SWOT matrix, each entry with the place it rests on (figure 11).

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.method.as_is.swot`: quadrant, text, place.
    kind : str
        Kind of the entries.
    """
    width = (s.WIDTH - 6 - 4) / 2
    least = _PLACE if _quoted(frame) else _BULLET
    gap = max([least, *(2 + s.text_width(_place(row), s.SMALL) for row in records(frame))])
    entries = {
        name: [
            (_place(row), s.wrap(str(row.text), width - gap - 2))
            for row in records(frame[frame["quadrant"] == name])
        ]
        for name in _QUADRANTS
    }
    heights = [_LEAST, _LEAST]
    for name, (_, _, row) in _QUADRANTS.items():
        heights[row] = max(heights[row], _entries_height(entries[name]))
    fig = s.canvas(5 + fsum(heights) + 2 * 9 + 6)
    ax = s.sheet(fig)
    tops = [5.0, 5.0 + heights[0] + 9 + 5]
    for column, words in enumerate(("helpful", "harmful")):
        s.note(fig, 6 + column * (width + 4), 2, words)
    for row, words in enumerate(("within the firm", "around the firm")):
        upright = {"rotation": 90, "ha": "center", "va": "center"}
        s.note(fig, 1.5, tops[row] + (heights[row] + 9) / 2, words, **upright)
    for name, (title, column, row) in _QUADRANTS.items():
        left, top = 6 + column * (width + 4), tops[row]
        colour = s.BAD if column else s.GOOD
        ax.plot([left, left + width], [top, top], color=colour, lw=1.6)
        s.write(fig, left, top + 4, title, fontsize=9, weight="semibold")
        _write_entries(fig, left, top + 9, entries[name], gap)
    return s.Drawn(fig, frame, kind, _swot_caption(frame), _swot_alt(frame))


def _place(row: Any) -> str:
    """Write the place that a quoted entry rests on, within 30 mm; a firm's own has a bullet."""
    return s.fit(str(row.place), 30, s.SMALL)[0] if row.quotation else "•"


def _entries_height(entries: list[tuple[str, list[str]]]) -> float:
    return sum(_LINE * len(lines) + 1.4 for _, lines in entries)


def _write_entries(
    fig: Canvas, left: float, top: float, entries: list[tuple[str, list[str]]], gap: float
) -> None:
    """Write entries below each other, with their places in a column of their own."""
    y = top + _LINE / 2
    for place, lines in entries:
        s.note(fig, left, y, place)
        for line in lines:
            s.write(fig, left + gap, y, line)
            y += _LINE
        y += 1.4


def _swot_caption(frame: pd.DataFrame) -> str:
    counts = [
        f"{int((frame['quadrant'] == name).sum())} {title.lower()}"
        for name, (title, _, _) in _QUADRANTS.items()
    ]
    return f"SWOT matrix of the starting position: {listed(counts)}." + _about_words(
        frame, "the number before each entry is the section it rests on"
    )


def _quoted(frame: pd.DataFrame) -> bool:
    """Whether the entries rest on quoted sections of a publication."""
    return bool((frame["quotation"] != "").any())


def _said(row: Any, space: str = " ") -> str:
    """Write an entry, with its section if it quotes one."""
    return f"{row.text}{space}({row.place})" if row.quotation else str(row.text)


def _about_words(frame: pd.DataFrame, places: str) -> str:
    return f" The words are ours; {places}." if _quoted(frame) else " The words are the firm's."


def _swot_alt(frame: pd.DataFrame) -> str:
    parts = []
    for name, (title, _, _) in _QUADRANTS.items():
        rows = frame[frame["quadrant"] == name]
        texts = [_said(row) for row in records(rows)]
        parts.append(f"{title}: {'; '.join(texts) or 'no entry'}.")
    return f"A matrix of two by two fields. {' '.join(parts)}"


_SPINE, _REACH, _SLANT = 120.0, 27.0, 6.0
"""Length of the spine, height of the bones on either side, and how far they lean (millimetres)."""


@s.drawing(12)
def ishikawa(frame: pd.DataFrame, effect: str, kind: str = "words") -> s.Drawn:
    """Draw a cause-and-effect diagram, each cause with the place it rests on (figure 12).

    Parameters
    ----------
    frame : DataFrame
        From :func:`analysis.method.as_is.causes`: category, text, place.
    effect : str
        The problem that the causes lead to.
    kind : str
        Kind of the entries.
    """
    categories = groups(frame, "category")
    pairs = -(-len(categories) // 2)
    step = _SPINE / pairs
    # the causes of a bone stand evenly, each with room for the longest one's lines
    reach = max(_REACH, *(_room(rows, step) for _, rows in categories))
    fig = s.canvas(2 * reach + 10)
    ax = s.sheet(fig)
    middle = reach + 5
    ax.annotate(
        "",
        (_SPINE + 8, middle),
        xytext=(0, middle),
        arrowprops={"arrowstyle": "-|>", "lw": 1.4, "color": s.INK, "shrinkA": 0, "shrinkB": 0},
    )
    lines = s.wrap(effect, s.WIDTH - _SPINE - 11, 9, "semibold")
    for place, line in enumerate(lines):
        y = middle + 4.2 * (place - (len(lines) - 1) / 2)
        s.write(fig, _SPINE + 10, y, line, fontsize=9, weight="semibold")
    for place, (_, rows) in enumerate(categories):
        column, below = divmod(place, 2)
        _bone(fig, ax, step * (column + 1), middle, reach * (1 if below else -1), step, rows)
    return s.Drawn(fig, frame, kind, _ishikawa_caption(frame, effect), _ishikawa_alt(frame, effect))


def _cause_lines(row: Any, step: float) -> list[str]:
    return s.fit(_said(row, "\u00a0"), step - _SLANT - 5, s.SMALL, lines=6)


def _room(rows: pd.DataFrame, step: float) -> float:
    """Return the height that a category's bone needs for its causes."""
    longest = max(len(_cause_lines(row, step)) for row in records(rows))
    return (len(rows) + 0.35) * (3.3 * longest + 1.6)


def _bone(
    fig: Canvas, ax: Axes, foot: float, middle: float, reach: float, step: float, rows: pd.DataFrame
) -> None:
    """Draw one category: a slanted bone, its name at the end, its causes on twigs."""
    top = middle + reach
    ax.plot([foot - _SLANT, foot], [top, middle], color=s.INK, lw=0.9)
    name_y = top - 2.2 if reach < 0 else top + 2.2
    name = s.fit(str(rows["category"].iloc[0]), step - 2, weight="semibold")[0]
    s.bold(fig, foot - _SLANT, name_y, name, ha="center")
    for place, row in enumerate(records(rows)):
        part = (place + 1) / (len(rows) + 0.35)
        y = top - reach * part
        end = foot - _SLANT * (1 - part)
        start = end - (step - _SLANT - 1.5)
        ax.plot([start, end], [y, y], color=s.NEUTRAL, lw=0.5)
        lines = _cause_lines(row, step)
        away = reversed(lines) if reach < 0 else lines  # words stand away from the spine
        for line, text in enumerate(away):
            offset = math.copysign(1.9 + 3.3 * line, reach)
            s.small(fig, start, y + offset, text)


def _ishikawa_caption(frame: pd.DataFrame, effect: str) -> str:
    count = frame["category"].nunique()
    return (
        f"Causes behind “{literal(effect)}”: {len(frame)} causes in {count} categories."
        + _about_words(frame, "the number after each cause is the section it rests on")
    )


def _ishikawa_alt(frame: pd.DataFrame, effect: str) -> str:
    parts = []
    for category, rows in groups(frame, "category"):
        texts = [_said(row) for row in records(rows)]
        parts.append(f"{category}: {'; '.join(texts)}.")
    return f"A fishbone diagram that ends in “{effect}”. {' '.join(parts)}"


_DAYS: Final = 114.0
"""Width of the axis of days in millimetres."""


def service_process_data(ledger: Ledger, steps: list[ProcessRow], period: str) -> pd.DataFrame:
    """Count services by the days that each step of the process took.

    Parameters
    ----------
    ledger : dict of str to DataFrame
        Needs ``service``.
    steps : list of ProcessRow
        From :func:`analysis.method.as_is.process_steps`.
    period : str
        Such as ``2023H1``; services completed in it count.

    Returns
    -------
    DataFrame
        One row per step and number of days that occurs: step_id, name, mode, days, services, and
        of the whole step mean (Fraction, days), share (Fraction of the cycle) and bottleneck.
    """
    service = ledger["service"]
    done = service[quarter_index(service["completed_on"]).isin(parse_period(period))]
    times = process_times(ledger, steps, period).set_index("step_id")
    rows = []
    for step in steps:
        took = (done[step.end_column] - done[step.start_column]).dt.days.value_counts()
        for days in sorted(took.index):
            rows.append(
                {
                    "step_id": step.step_id,
                    "name": step.name,
                    "mode": step.mode,
                    "days": int(days),
                    "services": int(took[days]),
                    "mean": times.loc[step.step_id, "mean"],
                    "share": times.loc[step.step_id, "share"],
                    "bottleneck": bool(times.loc[step.step_id, "bottleneck"]),
                }
            )
    return pd.DataFrame(rows)


@s.drawing(10)
def service_process(frame: pd.DataFrame, period: str, kind: str = "synthetic") -> s.Drawn:
    """Draw how long a service waits and is worked on, step by step (figure 10).

    Parameters
    ----------
    frame : DataFrame
        From :func:`service_process_data`.
    period : str
        What it covers, such as ``2023H1``.
    kind : str
        Kind of the values.
    """
    steps = frame.drop_duplicates("step_id")
    period = period_words(period)
    whole = sum(steps["mean"], Fraction(0))
    total = f"{decimal(1)(whole)} days"
    beside = _DAYS / (_DAYS - s.text_width(total, weight="semibold") - 2)
    longest = max(float(frame["days"].max()) + 1, (float(whole) + 0.5) * beside - 0.5)
    fig = s.canvas(31 + 21 * len(steps))
    head = _days_axis(fig, 12, 7, longest)
    head.set_xticks([])
    head.spines["bottom"].set_visible(False)
    s.bold(fig, 0, 15.5, "The mean service")
    _segments(head, steps, kind)
    s.tag(head, total, (float(whole), 0.5), (4, 0), fontsize=s.NORMAL, weight="semibold")
    for place, (_, rows) in enumerate(groups(frame, "step_id")):
        top = 26 + 21 * place
        ax = _days_axis(fig, top, 15, longest)
        last = place == len(steps) - 1
        ax.tick_params(labelbottom=last)
        if last:
            ax.set_xlabel("Days")
        _spread(fig, ax, top, rows, kind)
    caption = _process_caption(steps, whole, period)
    alt = _process_alt(frame, whole, period)
    return s.Drawn(fig, frame, kind, caption, alt)


def _days_axis(fig: Canvas, top: float, height: float, longest: float) -> Axes:
    ax = s.panel(fig, 42, top, _DAYS, height)
    s.only_bottom(ax)
    ax.set_xlim(-0.5, longest)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return ax


def _segments(ax: Axes, steps: pd.DataFrame, kind: str) -> None:
    """Draw the steps of the mean service, with mode and share above.

    Words that are wider than their step stand a line higher, after a thin line to it: those of
    the bottleneck, and others that fit there too.
    """
    ax.set_ylim(0, 1)
    left, right = ax.get_xlim()
    rows, unit = records(steps), _DAYS / (right - left)
    ends = [float(end) for end in steps["mean"].cumsum()]
    begins = [0.0, *ends[:-1]]
    higher: list[tuple[float, float]] = []
    for place in sorted(range(len(rows)), key=lambda place: not rows[place].bottleneck):
        step, begin = rows[place], begins[place]
        ax.barh(0.5, float(step.mean), left=begin, height=1, **_look(str(step.mode), kind))
        weight = "semibold" if step.bottleneck else "regular"
        text = f"{step.mode} {percent(0)(step.share)}" + ": the bottleneck" * bool(step.bottleneck)
        wide = s.text_width(text, s.SMALL, weight) / unit
        end = right if place == len(rows) - 1 else ends[place]
        fits = begin + wide < end
        span = (min(begin, right - wide), min(begin, right - wide) + wide + 2 / unit)
        if not fits:
            if any(span[0] < stop and start < span[1] for start, stop in higher):
                continue
            higher.append(span)
            ax.plot([begin, begin], [1, 1.72], color=s.NEUTRAL, lw=0.6, clip_on=False)
        s.tag(
            ax,
            text,
            (begin if fits else span[0], 1),
            (0, 4 if fits else 15),
            ha="left",
            weight=weight,
        )


def _look(mode: str, kind: str) -> dict[str, Any]:
    """Return the looks of a step: waiting is grey, as in the flowchart, working is solid."""
    face = s.PALE if mode == "waiting" else s.KIND[kind]
    return {"facecolor": face, "edgecolor": s.KIND[kind], "linewidth": 0.5}


def _spread(fig: Canvas, ax: Axes, top: float, rows: pd.DataFrame, kind: str) -> None:
    """Draw how many services took how many days in one step, with its mean and middle 80 %."""
    step = records(rows)[0]
    low, high = _quantile(rows, Fraction(1, 10)), _quantile(rows, Fraction(9, 10))
    weight = "semibold" if step.bottleneck else "regular"
    name = s.fit(str(step.name), 38, weight=weight, lines=2)
    for line, text in enumerate(name):
        s.write(fig, 0, top + 5.5 - 3.6 * (len(name) - 1 - line), text, weight=weight)
    share = f"{percent(0)(step.share)} of the time"
    s.note(fig, 0, top + 9.5, share)
    s.note(fig, 0, top + 13, f"middle 80%: {low} to {high} days")
    ax.bar(rows["days"], rows["services"], width=0.8, **_look(str(step.mode), kind))
    most = float(rows["services"].max())
    ax.set_ylim(0, 1.5 * most)
    mean = float(step.mean)
    ax.vlines(mean, 0, 1.38 * most, color=s.INK, lw=0.9)
    s.tag(ax, f"mean {decimal(1)(step.mean)} days", (mean, 1.38 * most), (3, 0), va="center")
    ax.hlines(1.1 * most, low, high, color=s.NEUTRAL, lw=1.5)


def _quantile(rows: pd.DataFrame, level: Fraction) -> int:
    """Return the smallest number of days that at least this share of services stay within."""
    wanted = level * int(rows["services"].sum())
    so_far = 0
    for days, services in zip(rows["days"], rows["services"], strict=True):
        so_far += int(services)
        if so_far >= wanted:
            return int(days)
    raise ValueError("no service at all")


def _process_caption(steps: pd.DataFrame, whole: Fraction, period: str) -> str:
    worst = records(steps[steps["bottleneck"]])[0]
    return (
        f"The service process in {period}, from request to completion in "
        f"{decimal(1)(whole)} days on average. The bottleneck is “{literal(worst.name)}” with "
        f"{percent(0)(worst.share)} of the time."
    )


def _process_alt(frame: pd.DataFrame, whole: Fraction, period: str) -> str:
    parts = []
    for _, rows in groups(frame, "step_id"):
        step = records(rows)[0]
        low, high = _quantile(rows, Fraction(1, 10)), _quantile(rows, Fraction(9, 10))
        parts.append(
            f"{step.name} ({step.mode}): mean {decimal(1)(step.mean)} days, "
            f"{percent(0)(step.share)} of the time, middle 80% of services {low} to {high} days"
            + (", the bottleneck." if step.bottleneck else ".")
        )
    return (
        f"A timeline of the mean service in {period}, {decimal(1)(whole)} days, above bars of "
        f"services by days for each step. {' '.join(parts)}"
    )
