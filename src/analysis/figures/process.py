"""Figure of the service process as it is: how long each step waits or works."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator

from analysis.base.frames import groups, records
from analysis.base.numbers import decimal, percent
from analysis.base.periods import parse_period
from analysis.figures.frames import period_words
from analysis.figures.style import (
    INK,
    KIND,
    MUTED,
    NEUTRAL,
    PALE,
    SMALL,
    canvas,
    fit,
    only_bottom,
    panel,
    styled,
    text_width,
    write,
)
from analysis.kpis.levels import quarter_index
from analysis.method.as_is import process_times
from analysis.notebook.display.figure import Figure
from analysis.notebook.values import literal
from analysis.tables.contents import Ledger
from analysis.tables.ledger import ProcessRow

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


@styled(10)
def service_process(frame: pd.DataFrame, period: str, kind: str = "synthetic") -> Figure:
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
    beside = _DAYS / (_DAYS - text_width(total, weight="semibold") - 2)
    longest = max(float(frame["days"].max()) + 1, (float(whole) + 0.5) * beside - 0.5)
    fig = canvas(31 + 21 * len(steps))
    head = _days_axis(fig, 12, 7, longest)
    head.set_xticks([])
    head.spines["bottom"].set_visible(False)
    write(fig, 0, 15.5, "The mean service", weight="semibold")
    _segments(head, steps, kind)
    head.annotate(
        total,
        (float(whole), 0.5),
        xytext=(4, 0),
        textcoords="offset points",
        va="center_baseline",
        weight="semibold",
    )
    for place, (_, rows) in enumerate(groups(frame, "step_id")):
        top = 26 + 21 * place
        ax = _days_axis(fig, top, 15, longest)
        last = place == len(steps) - 1
        ax.tick_params(labelbottom=last)
        if last:
            ax.set_xlabel("Days")
        _spread(fig, ax, top, rows, kind)
    return Figure(
        name="service_process",
        figure=fig,
        data=frame,
        caption=_process_caption(steps, whole, period),
        alt=_process_alt(frame, whole, period),
        kind=kind,
    )


def _days_axis(fig: Canvas, top: float, height: float, longest: float) -> Axes:
    ax = panel(fig, 42, top, _DAYS, height)
    only_bottom(ax)
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
        wide = text_width(text, SMALL, weight) / unit
        end = right if place == len(rows) - 1 else ends[place]
        fits = begin + wide < end
        span = (min(begin, right - wide), min(begin, right - wide) + wide + 2 / unit)
        if not fits:
            if any(span[0] < stop and start < span[1] for start, stop in higher):
                continue
            higher.append(span)
            ax.plot([begin, begin], [1, 1.72], color=NEUTRAL, lw=0.6, clip_on=False)
        ax.annotate(
            text,
            (begin if fits else span[0], 1),
            xytext=(0, 4 if fits else 15),
            textcoords="offset points",
            va="bottom",
            weight=weight,
            fontsize=SMALL,
        )


def _look(mode: str, kind: str) -> dict[str, Any]:
    """Return the looks of a step: waiting is grey, as in the flowchart, working is solid."""
    face = PALE if mode == "waiting" else KIND[kind]
    return {"facecolor": face, "edgecolor": KIND[kind], "linewidth": 0.5}


def _spread(fig: Canvas, ax: Axes, top: float, rows: pd.DataFrame, kind: str) -> None:
    """Draw how many services took how many days in one step, with its mean and middle 80 %."""
    step = records(rows)[0]
    low, high = _quantile(rows, Fraction(1, 10)), _quantile(rows, Fraction(9, 10))
    weight = "semibold" if step.bottleneck else "regular"
    name = fit(str(step.name), 38, weight=weight, lines=2)
    for line, text in enumerate(name):
        write(fig, 0, top + 5.5 - 3.6 * (len(name) - 1 - line), text, weight=weight)
    share = f"{percent(0)(step.share)} of the time"
    write(fig, 0, top + 9.5, share, fontsize=SMALL, color=MUTED)
    write(fig, 0, top + 13, f"middle 80%: {low} to {high} days", fontsize=SMALL, color=MUTED)
    ax.bar(rows["days"], rows["services"], width=0.8, **_look(str(step.mode), kind))
    most = float(rows["services"].max())
    ax.set_ylim(0, 1.5 * most)
    mean = float(step.mean)
    ax.vlines(mean, 0, 1.38 * most, color=INK, lw=0.9)
    ax.annotate(
        f"mean {decimal(1)(step.mean)} days",
        (mean, 1.38 * most),
        xytext=(3, 0),
        textcoords="offset points",
        va="center",
        fontsize=SMALL,
    )
    ax.hlines(1.1 * most, low, high, color=NEUTRAL, lw=1.5)


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
