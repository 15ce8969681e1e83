"""How sound formulas and numbers are: faults of formulas, and what chance alone may do.

The checks of formulas (units, direction, range, circularity, whose formula it is) know nothing of
the paper: each compares what a formula does with what its record says it should do, on exact values
drawn from the measures' ranges. The intervals say how far an observed share, count or growth may
be off by chance.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from math import sqrt
from typing import Any, NamedTuple

import pandas as pd
from scipy.special import betaincinv, gammaincinv  # type: ignore[import-untyped]

from analysis.base.expression import (
    Expression,
    Index,
    UnitError,
    evaluate,
    leaves,
    unit_of,
    unit_text,
)
from analysis.base.text import frame_of, percent
from analysis.claims.single import power
from analysis.kpis.catalogue import MEASURES, METHOD, MONEY, Indicator, is_change, kpi, units
from analysis.method.scoring import Z_SQUARED

PARTS = {
    "satisfied": "answers",
    "staff_satisfied": "staff_answers",
    "new_customer_sales": "sales",
    "on_time_in_budget": "services",
    "leavers": "staff_opening",
    "net_profit": "sales",
    "operating_profit": "sales",
}
"""Measures that cannot exceed another one."""

_TRIALS = 60
_RANGES = {"point": (0, 100)}
_INDEX_UNITS = {record.key: record.form_unit for record in METHOD}


class Fault(NamedTuple):
    """Something a check found.

    Attributes
    ----------
    check : str
        unit, direction, range, circular, whose or label.
    text : str
        What is wrong, in words.
    """

    check: str
    text: str


def faults(
    record: Indicator, form: Expression, label: str = "", currency: str = MONEY
) -> list[Fault]:
    """Hold a formula against the record of the indicator it is printed for.

    Parameters
    ----------
    record : Indicator
        What the formula should measure.
    form : Expression
        The formula.
    label : str
        Acronym under which it is printed.
    currency : str
        Name of the unit of money.

    Returns
    -------
    list of Fault
        Empty if every check passes.
    """
    return [
        *_units(record, form, currency),
        *_circular(record, form),
        *_direction(record, form),
        *_range(record, form),
        *_whose(record, form),
        *_label(record, label),
    ]


def _units(record: Indicator, form: Expression, currency: str) -> Iterator[Fault]:
    try:
        unit = unit_of(form, units(currency), _INDEX_UNITS)
    except UnitError as clash:
        yield Fault("unit", f"joins unlike quantities: {clash}")
        return
    wanted = dict(record.form_unit)
    if unit != wanted:
        yield Fault("unit", f"comes out in {unit_text(unit)} instead of {unit_text(wanted)}")


def _circular(record: Indicator, form: Expression) -> Iterator[Fault]:
    if any(isinstance(leaf, Index) and leaf.name == record.key for leaf in leaves(form)):
        yield Fault("circular", "uses the index that it defines")


def _direction(record: Indicator, form: Expression) -> Iterator[Fault]:
    for measure, sign in record.effects.items():
        moves = {_move(form, measure, values) for values in _samples()}
        if moves == {sign}:
            continue
        words, should = MEASURES[measure].words, "rise" if sign > 0 else "fall"
        if moves == {0}:
            yield Fault("direction", f"does not react to {words}")
        elif moves == {-sign}:
            moved = "falls" if sign > 0 else "rises"
            yield Fault("direction", f"{moved} as {words} rises, and should {should}")
        else:
            yield Fault("direction", f"does not always {should} as {words} rises")


def _move(form: Expression, measure: str, values: dict[tuple[str, str], Fraction | None]) -> int:
    """Sign of the change when a measure grows by a tenth, at least by 1, and nothing else does."""
    old = values[measure, "now"]
    assert old is not None
    indices = {record.key: Fraction(50) for record in METHOD}
    first = evaluate(form, values, indices)
    second = evaluate(form, values | {(measure, "now"): old + max(Fraction(1), old / 10)}, indices)
    if first is None or second is None:
        return 0
    return (second > first) - (second < first)


def _range(record: Indicator, form: Expression) -> Iterator[Fault]:
    if is_change(form) and not is_change(record.form):
        return  # what is printed is a change of the level; a change may leave the level's range
    indices = {other.key: Fraction(100) for other in METHOD}
    for values in _samples():
        value = evaluate(form, values, indices)
        if value is None:
            continue
        if record.high is not None and value > record.high:
            yield Fault("range", f"can exceed {record.high}, its highest possible value")
            return
        if record.low is not None and value < record.low:
            yield Fault("range", f"can fall below {record.low}, its lowest possible value")
            return


def _whose(record: Indicator, form: Expression) -> Iterator[Fault]:
    if any(same(form, own) for own in (record.form, *record.variants.values())):
        return
    for other in METHOD:
        if other.key != record.key and any(
            same(form, theirs) for theirs in (other.form, *other.variants.values())
        ):
            yield Fault("whose", f"is the formula of {other.key}, {other.name.lower()}")
            return


def _label(record: Indicator, label: str) -> Iterator[Fault]:
    if label and label != record.acronym:
        for other in METHOD:
            if other.acronym == label:
                yield Fault(
                    "label", f"stands under the name {label}, which is {other.name.lower()}"
                )
                return


def same(one: Expression, other: Expression) -> bool:
    """Say whether two formulas give the same values wherever they were tried."""
    if any(isinstance(leaf, Index) for form in (one, other) for leaf in leaves(form)):
        return one == other
    return all(evaluate(one, values) == evaluate(other, values) for values in _samples())


@cache
def _samples() -> tuple[dict[tuple[str, str], Fraction | None], ...]:
    """Draw whole values for every measure, now and before, in their ranges; always the same."""
    rng, samples = random.Random(7), []
    for trial in range(_TRIALS):
        values: dict[tuple[str, str], Fraction | None] = {}
        for when in ("now", "before"):
            drawn: dict[str, Fraction] = {}
            for name in sorted(MEASURES, key=lambda name: name in PARTS):
                ends = _RANGES.get(MEASURES[name].unit, (1, 1_000_000))
                most = int(drawn[PARTS[name]]) * 10 // 11 if name in PARTS else ends[1]
                value = rng.randint(ends[0], max(most, ends[0]))
                if trial < 2 and name not in PARTS:
                    value = ends[trial] or 1
                drawn[name] = Fraction(value)
            values |= {(name, when): value for name, value in drawn.items()}
        samples.append(values)
    return tuple(samples)


@cache
def check_table(currency: str = MONEY) -> pd.DataFrame:
    """Check every formula of the catalogue, corrected and printed.

    Parameters
    ----------
    currency : str
        Name of the unit of money.

    Returns
    -------
    DataFrame
        One row per formula: key, form (corrected, or the claim that prints it), lost, faults
        (texts joined by ``; ``, empty if none) and checks (names of the checks that failed).
    """
    rows = []
    for record in METHOD:
        forms = [("corrected", record.form, "", False)]
        forms += [(p.claim_id, p.form, p.label, p.lost) for p in record.printed]
        for name, form, label, lost in forms:
            found = faults(record, form, label, currency)
            checks = ", ".join(dict.fromkeys(fault.check for fault in found))
            texts = "; ".join(fault.text for fault in found)
            rows.append((record.key, name, lost, checks, texts))
    return frame_of(rows, "key form lost checks faults")


_TAIL = 0.025


def share_interval(successes: int, trials: int) -> tuple[float, float]:
    """Return the 95% Wilson score interval of a share, as a ratio.

    Parameters
    ----------
    successes, trials : int
        Such as satisfied and all answers; at least one trial.

    Examples
    --------
    >>> low, high = share_interval(38, 49)
    >>> round(low, 3), round(high, 3)
    (0.641, 0.87)

    Notes
    -----
    It supposes that the answers are a random sample of many customers. Source: E. B. Wilson,
    Journal of the American Statistical Association 22 (1927) 209-212.
    """
    share, z2 = Fraction(successes, trials), Z_SQUARED
    middle = share + z2 / (2 * trials)
    inside = share * (1 - share) / trials + z2 / (4 * trials**2)
    half = sqrt(z2 * inside)
    whole = float(1 + z2 / trials)
    return max((float(middle) - half) / whole, 0.0), min((float(middle) + half) / whole, 1.0)


def difference_interval(
    successes_before: int, trials_before: int, successes: int, trials: int
) -> tuple[float, float]:
    """Return the 95% interval of the change between two shares, as a ratio.

    Parameters
    ----------
    successes_before, trials_before, successes, trials : int
        Such as satisfied and all answers of two periods; at least one trial in each.

    Examples
    --------
    The first example of the source, 56 of 70 against 48 of 80 (method 10):

    >>> low, high = difference_interval(48, 80, 56, 70)
    >>> round(low, 4), round(high, 4)
    (0.0524, 0.3339)

    Notes
    -----
    It supposes two independent random samples of many customers. Where it holds 0, chance alone
    may explain the change. Source: R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890.
    """
    before, now = successes_before / trials_before, successes / trials
    low_before, high_before = share_interval(successes_before, trials_before)
    low, high = share_interval(successes, trials)
    change = now - before
    return (
        change - sqrt((now - low) ** 2 + (high_before - before) ** 2),
        change + sqrt((high - now) ** 2 + (before - low_before) ** 2),
    )


def count_interval(count: int) -> tuple[float, float]:
    """Return the exact 95% interval of the mean of a Poisson count.

    Parameters
    ----------
    count : int
        What was counted, such as services in a quarter.

    Notes
    -----
    It supposes that services arrive independently of each other. Source: F. Garwood, Biometrika 28
    (1936) 437-442.
    """
    low = float(gammaincinv(count, _TAIL)) if count else 0.0
    return low, float(gammaincinv(count + 1, 1 - _TAIL))


def growth_interval(before: int, after: int) -> tuple[float, float]:
    """Return the exact 95% interval of the growth between the means of two Poisson counts.

    Parameters
    ----------
    before, after : int
        What was counted in two periods of the same length; at least 1 each.

    Notes
    -----
    It supposes that services arrive independently of each other. Given the sum of both counts, the
    later one is binomial, so the interval is that of a share (C. J. Clopper and E. S. Pearson,
    Biometrika 26 (1934) 404-413).
    """
    shares = (
        float(betaincinv(after, before + 1, _TAIL)),
        float(betaincinv(after + 1, before, 1 - _TAIL)),
    )
    low, high = (share / (1 - share) - 1 for share in shares)
    return low, high


CHANCE = ("services", "productivity", "on_time", "satisfaction")
"""Indicators that count services or answers, so that chance moves them."""


def level_interval(row: Any) -> tuple[float | None, float | None]:
    """Return the 95% interval of a level, in the unit of its indicator; None where it has none.

    Parameters
    ----------
    row : namedtuple
        Of :func:`analysis.kpis.levels.kpi_periods`: kpi, value, numerator and denominator.
    """
    if row.kpi not in CHANCE or row.value is None:
        return None, None
    record, size = kpi(row.kpi), int(row.denominator)
    unit = float(record.scale)
    if record.is_share:
        low, high = share_interval(int(row.numerator), size)
        return unit * low, unit * high
    low, high = count_interval(int(row.numerator))
    return unit * low / size, unit * high / size


def may_be_chance(before: Any, now: Any) -> bool | None:
    """Say whether the 95% interval of a change between two levels holds no change.

    Parameters
    ----------
    before, now : namedtuple
        Two rows of an indicator, as for :func:`level_interval`.

    Returns
    -------
    bool or None
        None where chance cannot be judged.
    """
    if now.kpi not in CHANCE or now.value is None or before.value is None:
        return None
    rows = (before, now)
    was, base, count, size = (int(n) for row in rows for n in (row.numerator, row.denominator))
    if kpi(now.kpi).is_share:
        low, high = difference_interval(was, base, count, size)
        return low <= 0 <= high
    if not was or not count:
        return None
    low, high = growth_interval(was, count)
    return low <= size / base - 1 <= high


def share_power(sizes: tuple[int, ...] = (10, 49, 100, 200, 354, 700, 1000)) -> pd.DataFrame:
    """Say how much it means that a share with one decimal can come from n answers.

    Parameters
    ----------
    sizes : tuple of int
        Numbers of answers.

    Returns
    -------
    DataFrame
        Columns n, attainable (of the thousand percentages with one decimal below 100%) and chance
        (with which one that means nothing passes).

    Examples
    --------
    >>> share_power((50, 354)).values.tolist()
    [[50, 50, '5.0%'], [354, 354, '35.4%']]
    """
    rows = [(n, int(1000 * power(3, n)), percent()(power(3, n))) for n in sizes]
    return frame_of(rows, "n attainable chance")
