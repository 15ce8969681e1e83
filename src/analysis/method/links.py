"""Links of the strategy map, tested on levels: what is thought to lead to what.

Each link is a hypothesis: one level moves with another, or against it, some quarters later. The
test looks at changes from quarter to quarter: over all pairs of quarters it counts whether the
larger change of the cause goes with the larger change of the effect (Kendall's S), and asks how
many orders of the same changes would give as much. It needs no assumption on size or shape, counts
every order, and says by itself how few quarters are too few.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from itertools import combinations, permutations
from math import factorial
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.base.errors import InputError
from analysis.base.text import fields, frame_of
from analysis.kpis.catalogue import indicator
from analysis.method.key_results import read_table
from analysis.tables.case import Case
from analysis.tables.strategy_tables import PLAN_TABLES, LinkRow

Finding = Literal["supported", "contradicted", "undecided", "untestable"]

ALPHA = Fraction(5, 100)
"""Chance of calling a link supported or contradicted when nothing links the two."""

MOST = 9
"""Most pairs of changes that are tried in every order (362,880 orders)."""


def min_pairs(alpha: Fraction = ALPHA) -> int:
    """Fewest pairs of changes with which any result could be told from chance.

    With n pairs the two most extreme of n! orders are a share of 2/n!; five pairs are the fewest
    for which that is below 5 %.

    Examples
    --------
    >>> min_pairs()
    5
    """
    pairs = 2
    while Fraction(2, factorial(pairs)) > alpha:
        pairs += 1
    return pairs


def load_links(case: Case) -> list[LinkRow]:
    """Read the links of a case.

    Raises
    ------
    InputError
        If the table breaks its schema, an indicator is unknown, or a link points at itself.
    """
    table = next(table for table in PLAN_TABLES if table.name == "links")
    links = read_table(table, LinkRow, case)
    file = str((case.method / table.file).relative_to(case.root))
    for link in links:
        for end, key in (("cause", link.cause), ("effect", link.effect)):
            try:
                indicator(key)
            except InputError as error:
                raise InputError(
                    error.rule, file=file, row=link.link_id, column=end, value=key
                ) from None
        if link.cause == link.effect:
            raise InputError(
                "a link points at itself", file=file, row=link.link_id, value=link.cause
            )
    return links


def paired_changes(levels: pd.DataFrame, link: LinkRow) -> list[tuple[Fraction, Fraction]]:
    """Pair changes of cause and effect, the effect so many quarters later; gaps leave pairs out.

    Parameters
    ----------
    levels : DataFrame
        From :func:`analysis.kpis.levels.level_table`, by quarter.
    link : LinkRow
        The link.
    """
    cause, effect = (_changes(levels, key) for key in (link.cause, link.effect))
    later = link.lag_quarters
    return [(cause[q], effect[q + later]) for q in sorted(cause) if q + later in effect]


def _changes(levels: pd.DataFrame, key: str) -> dict[int, Fraction]:
    rows = levels[levels["key"] == key]
    known = {
        int(index): value
        for index, value in zip(rows["index"], rows["value"], strict=True)
        if value is not None
    }
    return {q: value - known[q - 1] for q, value in known.items() if q - 1 in known}


def concordance(pairs: Sequence[tuple[Fraction, Fraction]]) -> int:
    """Kendall's S: pairs of quarters that agree in order, less those that disagree."""
    return sum(_sign(x1 - x0) * _sign(y1 - y0) for (x0, y0), (x1, y1) in combinations(pairs, 2))


def _sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)


def permutation_p(pairs: Sequence[tuple[Fraction, Fraction]]) -> Fraction:
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
    orders = [1]
    for size in range(2, count + 1):
        longer = [0] * (len(orders) + size - 1)
        for inversions, number in enumerate(orders):
            for more in range(size):
                longer[inversions + more] += number
        orders = longer
    most = len(orders) - 1
    extreme = sum(number for k, number in enumerate(orders) if abs(most - 2 * k) >= seen)
    return Fraction(extreme, sum(orders))


@cache
def _orders(count: int) -> NDArray[np.int64]:
    return np.array(list(permutations(range(count))), dtype=np.int64)


def judge(pairs: Sequence[tuple[Fraction, Fraction]], sign: str, links: int = 1) -> Finding:
    """Say what the data say of a link.

    Parameters
    ----------
    pairs : sequence of tuple of Fraction
        From :func:`paired_changes`.
    sign : {"+", "-"}
        Direction that the link claims.
    links : int
        Links tested together; the chance of error is divided by their number (Bonferroni).
    """
    found = concordance(pairs)
    if len(pairs) < min_pairs(ALPHA) or _constant(pairs):
        return "untestable"
    if permutation_p(pairs) > ALPHA / links:
        return "undecided"
    return "supported" if (found > 0) == (sign == "+") else "contradicted"


def _constant(pairs: Sequence[tuple[Fraction, Fraction]]) -> bool:
    return len({x for x, _ in pairs}) < 2 or len({y for _, y in pairs}) < 2


def assess_links(levels: pd.DataFrame, links: Sequence[LinkRow]) -> pd.DataFrame:
    """Test every link of a map with the quarters there are.

    Returns
    -------
    DataFrame
        Columns link_id, cause, effect, sign, lag, rationale, place, quotation, pairs, needed,
        concordance (S as a share of its largest value, Fraction or None), p (Fraction or None)
        and finding.
    """
    pairs = {link.link_id: paired_changes(levels, link)[-MOST:] for link in links}
    needed = min_pairs()
    testable = sum(len(p) >= needed and not _constant(p) for p in pairs.values())
    rows = []
    for link in links:
        own = pairs[link.link_id]
        finding = judge(own, link.sign, max(testable, 1))
        most = len(own) * (len(own) - 1) // 2
        told = finding != "untestable"
        rows.append(
            {
                **fields(link, "link_id cause effect sign"),
                "lag": link.lag_quarters,
                **fields(link, "rationale place quotation"),
                "pairs": len(own),
                "needed": needed,
                "concordance": Fraction(concordance(own), most) if told else None,
                "p": permutation_p(own) if told else None,
                "finding": finding,
            }
        )
    return frame_of(rows)
