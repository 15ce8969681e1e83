"""The measures: what is summed, in which unit, from which columns; ``measures.yaml`` lists them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

import pandas as pd
import yaml

from analysis.base.expression import Unit

MONEY = "money"
"""Unit of an amount of which the currency is not named."""

Totals = pd.DataFrame
"""Columns month (index), service_type, measure, value (whole number)."""

Period = dict[str, Fraction | None]
"""Measures of one period in their units; None where something was not recorded."""

_SCALES = {MONEY: Fraction(1, 100), "h": Fraction(1, 4)}
_COLUMNS = {MONEY: "{}_centimos", "h": "quarter_{}"}


@dataclass(frozen=True)
class MeasureSpec:
    """A measure that adds up over rows, a stock, or (ESG scores) a mean of scores.

    Attributes
    ----------
    name : str
        Key.
    words : str
        What formulas call it.
    unit : str
        Base unit, such as money, h or service.
    columns : tuple of str
        Columns it needs, as ``table.column``.
    kept : {"month", "quarter", "any"}
        What covers a period: every month of it, every quarter of it, or any row.
    stock : {"", "opening", "closing"}
        A level at the opening or closing of a period, which does not add up over time.
    """

    name: str
    words: str
    unit: str
    columns: tuple[str, ...]
    kept: Literal["month", "quarter", "any"] = "month"
    stock: Literal["", "opening", "closing"] = ""

    @property
    def scale(self) -> Fraction:
        """Factor from the whole number that is summed to the unit (céntimos to soles, say)."""
        return _SCALES.get(self.unit, Fraction(1))

    @property
    def column(self) -> str:
        """Column of its sums, named with what is summed: ``sales_centimos``, ``quarter_hours``."""
        return _COLUMNS.get(self.unit, "{}").format(self.name)

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables it needs."""
        return tuple(dict.fromkeys(column.partition(".")[0] for column in self.columns))


def _read() -> dict[str, MeasureSpec]:
    text = Path(__file__).with_name("measures.yaml").read_text(encoding="utf-8")
    return {
        name: MeasureSpec(name, **{**record, "columns": tuple(record["columns"].split())})
        for name, record in yaml.safe_load(text).items()
    }


MEASURES: dict[str, MeasureSpec] = _read()
"""Measures by name; the sums behind them are whole numbers."""

WORDS: dict[str, str] = {name: spec.words for name, spec in MEASURES.items()}


def units(currency: str = MONEY) -> dict[str, Unit]:
    """Give the unit of every measure, as powers of base units.

    Examples
    --------
    >>> units("soles")["sales"], units("soles")["hours"]
    ({'soles': 1}, {'h': 1})
    """
    return {
        name: {currency if spec.unit == MONEY else spec.unit: 1} for name, spec in MEASURES.items()
    }
