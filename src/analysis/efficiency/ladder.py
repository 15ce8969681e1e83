"""The profit ladder of the old Polish layout, level by level, and its bridge to today's layout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from analysis.base.periods import quarter_label
from analysis.efficiency.statements import Amounts, Book


@dataclass(frozen=True)
class Step:
    """One line of the statement between two levels of profit.

    Attributes
    ----------
    column : str
        Column of the statements.
    sign : int
        1 where the line adds to profit, -1 where it takes from it.
    english, polish : str
        Names.
    """

    column: str
    sign: int
    english: str
    polish: str


@dataclass(frozen=True)
class Level:
    """A level of profit.

    Attributes
    ----------
    level_id : str
        K1 to K6.
    english, polish : str
        Names.
    steps : tuple of Step
        Lines that lead here from the level before (for K1: from nothing).
    today : str
        What stands in its place in the layout in force since 2016.
    ifrs : str
        Nearest subtotal under IFRS.
    """

    level_id: str
    english: str
    polish: str
    steps: tuple[Step, ...]
    today: str
    ifrs: str


LADDER: Final = (
    Level(
        "K1",
        "Gross profit on sales",
        "Zysk brutto na sprzedaży",
        (
            Step("sales", 1, "Sales", "Przychody ze sprzedaży"),
            Step("cogs", -1, "Cost of goods sold", "Koszt własny sprzedaży"),
        ),
        "Zysk (strata) brutto ze sprzedaży",
        "Gross profit",
    ),
    Level(
        "K2",
        "Profit on sales",
        "Zysk na sprzedaży",
        (
            Step("selling", -1, "Selling costs", "Koszty sprzedaży"),
            Step("admin", -1, "Administration", "Koszty ogólnego zarządu"),
        ),
        "Zysk (strata) ze sprzedaży",
        "no subtotal; gross profit less selling and administration",
    ),
    Level(
        "K3",
        "Operating profit",
        "Zysk operacyjny",
        (
            Step("other_op_income", 1, "Other operating income", "Pozostałe przychody operacyjne"),
            Step("other_op_cost", -1, "Other operating costs", "Pozostałe koszty operacyjne"),
        ),
        "Zysk (strata) z działalności operacyjnej",
        "Operating profit",
    ),
    Level(
        "K4",
        "Business-activity profit",
        "Zysk z działalności gospodarczej",
        (
            Step("fin_income", 1, "Financial income", "Przychody finansowe"),
            Step("fin_cost", -1, "Financial costs", "Koszty finansowe"),
        ),
        "no level of its own: financial lines lead straight to gross profit",
        "no subtotal; profit before tax without the extraordinary step",
    ),
    Level(
        "K5",
        "Pre-tax profit",
        "Zysk brutto",
        (
            Step("extra_gain", 1, "Extraordinary gains", "Zyski nadzwyczajne"),
            Step("extra_loss", -1, "Extraordinary losses", "Straty nadzwyczajne"),
        ),
        "Zysk (strata) brutto",
        "Profit before tax",
    ),
    Level(
        "K6",
        "Net profit",
        "Zysk netto",
        (
            Step("income_tax", -1, "Income tax", "Podatek dochodowy"),
            Step("other_charges", -1, "Other charges", "Pozostałe obciążenia"),
        ),
        "Zysk (strata) netto",
        "Profit for the period",
    ),
)

LEVELS: Final = tuple(level.level_id for level in LADDER)


def profits(amounts: Amounts) -> dict[str, int]:
    """Return the six levels of profit of one quarter, K1 to K6, in the statement's unit."""
    found, reached = {}, 0
    for level in LADDER:
        reached += sum(step.sign * amounts[step.column] for step in level.steps)
        found[level.level_id] = reached
    return found


def ladder(statements: Book) -> pd.DataFrame:
    """Return every line and level of every quarter, in the order of the ladder.

    Returns
    -------
    DataFrame
        Columns quarter, period, kind (``step`` or ``level``), key (column or K1 to K6), english,
        polish, value (signed: what the line adds), before and after (the running profit).
    """
    rows = []
    for quarter, amounts in statements.items():
        reached = 0
        head = {"quarter": quarter, "period": quarter_label(quarter)}
        for level in LADDER:
            for step in level.steps:
                value = step.sign * amounts[step.column]
                rows.append(
                    head | _line("step", step.column, step, value, reached, reached + value)
                )
                reached += value
            rows.append(head | _line("level", level.level_id, level, reached, 0, reached))
    return pd.DataFrame(rows)


def _line(
    kind: str, key: str, named: Step | Level, value: int, before: int, after: int
) -> dict[str, object]:
    return {
        "kind": kind,
        "key": key,
        "english": named.english,
        "polish": named.polish,
        "value": value,
        "before": before,
        "after": after,
    }
