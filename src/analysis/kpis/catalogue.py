"""The one vocabulary of measures and the one catalogue of indicators.

``measures.yaml`` lists what is summed, in which unit and from which columns; ``catalogue.yaml`` the
indicators, all formulas of these measures. Nine are those of the report (sales, satisfaction, on
time ...). The method's sixteen (F1 to P3) carry what the publication prints beside the corrected
formula.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from typing import Any, Literal

import pandas as pd

from analysis.base.errors import InputError
from analysis.base.expression import Expression, Measure, Unit, evaluate, leaves, parse, written
from analysis.base.language import Code, language, tr
from analysis.base.text import own_yaml
from analysis.tables.schema import Own, OwnIndicator, own_indicators

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
    cohort : bool
        Whether it counts each of some people once in a period, or those who were there as it
        opened, and so is summed once for every length of period.
    own : bool
        Whether it is summed of a firm's own rows only, and not of those made up for a publication.
    or_else : str
        Measure that stands for it where its own tables are absent; empty for none.
    """

    name: str
    words: str
    unit: str
    columns: tuple[str, ...]
    kept: Literal["month", "quarter", "any"] = "month"
    stock: Literal["", "opening", "closing"] = ""
    cohort: bool = False
    own: bool = False
    or_else: str = ""

    def found_in(self, summed: Collection[str]) -> MeasureSpec:
        """Return the measure, or the one that stands for it where only that one is summed."""
        stands = self.or_else in summed and self.summed_as() not in summed
        return MEASURES[self.or_else] if stands else self

    def summed_as(self, months: int = 3) -> str:
        """Name under which it is summed for periods of so many months.

        An opening stock of the statements is the closing one before.

        Examples
        --------
        >>> MEASURES["leavers"].summed_as(6), MEASURES["equity_opening"].summed_as(6)
        ('leavers_6', 'equity')
        """
        if self.cohort and months != 3:
            return f"{self.name}_{months}"
        opening = self.stock and self.kept == "quarter"
        return self.name.removesuffix("_opening") if opening else self.name

    @property
    def scale(self) -> Fraction:
        """Factor from the whole number that is summed to the unit (céntimos to soles, say)."""
        return _SCALES.get(self.unit, Fraction(1))

    @property
    def adds_up(self) -> bool:
        """Whether its sums add up over time: no stock, no mean of scores, no customers counted."""
        return not (self.stock or self.name.startswith("esg_") or self.name == "active_customers")

    @property
    def column(self) -> str:
        """Column of its sums, named with what is summed: ``sales_centimos``, ``quarter_hours``."""
        return _COLUMNS.get(self.unit, "{}").format(self.name)

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables it needs."""
        return tuple(dict.fromkeys(column.partition(".")[0] for column in self.columns))


def _read() -> dict[str, MeasureSpec]:
    return {
        name: MeasureSpec(name, **{**record, "columns": tuple(record["columns"].split())})
        for name, record in own_yaml(__file__, "measures.yaml").items()
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


Perspective = Literal["Financial", "Customer", "Internal processes", "People"]


@dataclass(frozen=True, kw_only=True)
class Kpi:
    """An indicator.

    Attributes
    ----------
    key, name : str
        Key and English name.
    perspective : str
        Balanced Scorecard perspective.
    unit : str
        Unit of the level, as tables show it; money is in the currency that was asked for.
    better : {"up", "down", "none"}
        Good direction of the level.
    level : Expression
        How it is computed for a period.
    decimals : int
        Decimals to show.
    definition : str
        What the level is, in words.
    """

    key: str
    name: str
    perspective: Perspective
    unit: str
    better: Literal["up", "down", "none"] = "up"
    level: Expression
    decimals: int = 1
    definition: str

    @property
    def is_share(self) -> bool:
        """Whether the value is a percentage, whose changes are percentage points."""
        return self.unit == "%"

    @property
    def measures(self) -> tuple[MeasureSpec, ...]:
        """Measures that the level is made of, in order."""
        return measures_of(self.level)

    @property
    def numerator(self) -> str:
        """Column of the sums that the level counts."""
        return self.measures[0].column

    @property
    def denominator(self) -> str | None:
        """Column of the sums that the level divides by; None for a plain total."""
        return self.measures[1].column if len(self.measures) > 1 else None

    @property
    def scale(self) -> Fraction:
        """Factor from the ratio of whole sums to the unit (100 to per cent)."""
        return Fraction(compute(self.level, {spec.name: spec.scale for spec in self.measures}) or 0)


@dataclass(frozen=True)
class Printed:
    """A formula as one place prints it.

    Attributes
    ----------
    claim_id : str
        Its row in ``claims.csv``.
    form : Expression
        The formula, taken literally.
    label : str
        Acronym under which it is printed, if any.
    lost : bool
        Whether our text has lost type of it, so that nothing may be held against it.
    """

    claim_id: str
    form: Expression
    label: str = ""
    lost: bool = False


@dataclass(frozen=True, kw_only=True)
class Indicator(Kpi):
    """An indicator of the method, F1 to F6, C1 to C3, I1 to I4 or P1 to P3 (4.3.2).

    Attributes
    ----------
    name_es, acronym : str
        Spanish name, and an acronym such as ROI; empty if none is in use.
    aliases : tuple of str
        Names that other tables use for it.
    purpose : str
        What it is for.
    form : Expression
        The corrected formula; its good direction is always up.
    form_unit : mapping
        Unit of `form`, as powers of base units.
    variants : mapping of str to Expression
        Other conventions of the same indicator.
    printed : tuple of Printed
        The formula at every place that prints one.
    reason : str
        Why the corrected formula differs, or that it does not.
    divisor : str
        What it is divided by: period, opening, closing or average stock.
    effects : mapping of str to int
        Measures that must move `form` when they rise: +1 up, -1 down.
    low, high : Fraction or None
        Range that its value cannot leave, where there is one.
    leading : bool
        Whether it moves before the results do.
    grain : {"month", "quarter"}
        Shortest period for which it can be computed.
    sample : tuple of str or None
        Numerator and denominator of a share that comes from a sample of answers.
    """

    name_es: str
    acronym: str = ""
    aliases: tuple[str, ...] = ()
    purpose: str
    form: Expression
    form_unit: Unit = field(default_factory=lambda: {"%": 1})
    variants: Mapping[str, Expression] = field(default_factory=dict)
    printed: tuple[Printed, ...] = ()
    reason: str
    divisor: str
    effects: Mapping[str, int]
    low: Fraction | None = None
    high: Fraction | None = None
    leading: bool = False
    grain: Literal["month", "quarter"] = "month"
    sample: tuple[str, str] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the corrected formula needs, as ``table.column``."""
        found = (column for spec in measures_of(self.form) for column in spec.columns)
        return tuple(dict.fromkeys(found))


def catalogue(currency: str = MONEY) -> tuple[Kpi, ...]:
    """Every indicator, in the order of the file, in the language in use and a currency.

    Those of the firm's own, in ``case.yaml``, come last.
    """
    return (*_catalogue(currency, language().code), *_own_records(currency, own_indicators()))


@cache
def _catalogue(currency: str, code: Code) -> tuple[Kpi, ...]:
    if currency != MONEY or code != "en":
        return tuple(
            replace(
                record,
                name=tr(record.name),
                definition=tr(record.definition),
                unit=currency if record.unit == MONEY else tr(record.unit),
            )
            for record in _catalogue(MONEY, "en")
        )
    return tuple(map(_record, own_yaml(__file__, "catalogue.yaml")))


@cache
def _own_records(currency: str, own: Own) -> tuple[Kpi, ...]:
    """Make records of a firm's own indicators.

    Raises
    ------
    InputError
        If a key is taken, or a level is none or no ratio of two measures.
    """
    taken = {n for r in _catalogue(MONEY, "en") for n in (r.key, *getattr(r, "aliases", ()))}
    return tuple(_own_record(key, told, currency, taken) for key, told in own)


def _own_record(key: str, told: OwnIndicator, currency: str, taken: Collection[str]) -> Kpi:
    place: dict[str, Any] = {"file": "case.yaml", "column": f"indicators.{key}"}
    if key in taken:
        rule, fix = tr("there is an indicator of this key already"), tr("name it anew")
        raise InputError(rule, **place, fix=fix)
    try:
        level = parse(told.level)
        names = [spec.name for spec in measures_of(level)]
        tries = [{name: Fraction(n + i) for i, name in enumerate(names)} for n in (2, 7)]
        factors = {Fraction(compute(level, t) or 0) / _ratio(list(t.values())) for t in tries}
    except (InputError, KeyError):
        factors = set()
    if len(factors) != 1 or is_change(level):
        rule = tr("a level is a measure, or one divided by another, perhaps times a number")
        fix = tr(
            "write it like sales / services, or 100 * sales / hours; known are {names}",
            names=", ".join(MEASURES),
        )
        raise InputError(rule, **place, value=told.level, fix=fix)
    return Kpi(
        key=key,
        name=told.name,
        perspective=told.perspective,
        unit=currency if told.unit == MONEY else told.unit,
        better="up" if told.better == "higher" else "down",
        level=level,
        decimals=told.decimals,
        definition=told.definition or written(level, WORDS),
    )


def _ratio(values: list[Fraction]) -> Fraction:
    return values[0] / values[1] if len(values) == 2 else values[0]


def _record(record: dict[str, Any]) -> Kpi:
    made = record | {"level": parse(record.get("level") or record["form"])}
    if "form" not in record:
        return Kpi(**made)
    made["form"] = parse(record["form"])
    made["variants"] = {name: parse(form) for name, form in record.get("variants", {}).items()}
    made["printed"] = tuple(
        Printed(**{**printed, "form": parse(printed["form"])})
        for printed in record.get("printed", ())
    )
    made |= {name: tuple(record[name]) for name in ("aliases", "sample") if name in record}
    made |= {name: Fraction(record[name]) for name in ("low", "high") if name in record}
    return Indicator(**made)


_RECORDS = _catalogue(MONEY, language().code)

KPIS = tuple(record for record in _RECORDS if not isinstance(record, Indicator))
"""The report's own, in the order of the perspectives."""

METHOD = tuple(record for record in _RECORDS if isinstance(record, Indicator))
"""The method's, in the order of the perspectives."""


def kpi(key: str, currency: str = MONEY) -> Kpi:
    """Look one of the report's indicators up.

    Raises
    ------
    InputError
        If there is none of this name.

    Examples
    --------
    >>> sales = kpi("revenue_per_service", "soles")
    >>> sales.unit, sales.numerator, sales.denominator, sales.scale
    ('soles', 'sales_centimos', 'services', Fraction(1, 100))
    """
    known = {one.key: one for one in catalogue(currency) if not isinstance(one, Indicator)}
    if key not in known:
        raise InputError(f"there is no KPI of this name; known are {', '.join(known)}", value=key)
    return known[key]


def indicator(key: str, currency: str = MONEY) -> Indicator:
    """Look one of the method's indicators up by its key, or by a name that other tables use.

    Raises
    ------
    InputError
        If there is none.

    Examples
    --------
    >>> indicator("cycle_time").name
    'Service-time improvement'
    """
    for record in catalogue(currency):
        if isinstance(record, Indicator) and key in (record.key, *record.aliases):
            return record
        if key == record.key and key in dict(own_indicators()):
            return _as_indicator(record)
    known = ", ".join(record.key for record in METHOD)
    rule = tr("the catalogue has no indicator of this key; it has {names}", names=known)
    raise InputError(rule, value=key)


def _as_indicator(record: Kpi) -> Indicator:
    """Return an indicator of the firm's own as one that key results can name."""
    told: dict[str, Any] = {name: getattr(record, name) for name in Kpi.__dataclass_fields__}
    told |= {"name_es": record.name, "purpose": "", "reason": "", "divisor": "period"}
    return Indicator(**told, form=record.level, effects={})


def measures_of(formula: Expression) -> tuple[MeasureSpec, ...]:
    """List the measures of a formula, in order, each once."""
    names = [leaf.name for leaf in leaves(formula) if isinstance(leaf, Measure)]
    return tuple(MEASURES[name] for name in dict.fromkeys(names))


def is_change(formula: Expression) -> bool:
    """Whether a formula compares two periods."""
    return any(isinstance(leaf, Measure) and leaf.when == "before" for leaf in leaves(formula))


def environment(now: Period, then: Period | None = None) -> dict[tuple[str, str], Fraction | None]:
    """Put the measures of a period and of its base where formulas look for them."""
    periods = (("now", now), ("before", then or {}))
    return {(name, when): value for when, period in periods for name, value in period.items()}


def compute(
    formula: Expression, now: Mapping[str, Fraction | None], then: Period | None = None
) -> Fraction | None:
    """Compute a formula from the measures of a period and of its base."""
    return evaluate(formula, environment(dict(now), then))
