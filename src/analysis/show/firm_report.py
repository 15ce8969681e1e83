"""What a firm's rows give for a report on one period.

The notebooks of ``notebooks/firm`` ask a :class:`FirmReport` whether a section has anything to
show; the sentences of the section stand in :mod:`analysis.show.firm_words`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

import pandas as pd

from analysis.base.expression import Expression
from analysis.base.periods import (
    Grain,
    calendar,
    is_to_date,
    last_ended,
    parse_label,
    period_label,
    year_before,
)
from analysis.base.text import records
from analysis.efficiency.quarterly_statements import Book, book, has_statements, stored_statements
from analysis.efficiency.ratios import CapitalCost, indicator_table
from analysis.kpis.catalogue import Kpi, Period, Totals, compute, indicator
from analysis.kpis.compare import Base, bases, comparison_data, contributions_by_type, planned
from analysis.kpis.cube import in_memory, tables_of, up_to
from analysis.kpis.levels import base_of, indicators_of, kpi_periods, kpis_of, level_table, periods
from analysis.kpis.reduce import DIMENSIONS
from analysis.method.as_is import feedback, process_steps, process_times
from analysis.method.balanced_scorecard import Node, scorecard
from analysis.method.check_ins import has_course, read_check_ins
from analysis.method.key_results import Result, Scores, chosen, scores
from analysis.notebook.edition import Edition
from analysis.show.wording import change_text
from analysis.tables.case import Case
from analysis.tables.firm_tables import Ledger, read_ledger
from analysis.tables.strategy_tables import CheckInRow, has_method, has_okrs

RECENT = 8
"""Quarters of statements that a table has room for."""
FEWEST = 4
"""Quarters with sales from which on a figure shows quarters instead of months."""
MOST = 5
"""Segments that a table lists."""


Against = Base | Literal["plan"]
"""What an indicator is held against."""


@dataclass(frozen=True)
class Measured:
    """One indicator of the period, with what it is compared with.

    Attributes
    ----------
    record : Kpi
        The indicator.
    value : Fraction or None
        Its level.
    before : dict of str to Fraction or None
        Its level by base.
    result : Result or None
        The key result whose target it has to meet.
    plan : Fraction or None
        What was planned.
    """

    record: Kpi
    value: Fraction | None
    before: Mapping[Base, Fraction | None]
    result: Result | None
    plan: Fraction | None = None

    def change(self, base: Against) -> Fraction | None:
        """Change on a base, or distance from the plan, in its unit."""
        then = self._then(base)
        return None if self.value is None or then is None else self.value - then

    def _then(self, base: Against) -> Fraction | None:
        return self.plan if base == "plan" else self.before.get(base)

    def change_in_words(self, base: Against) -> str | None:
        """Write its change: points for shares, per cent for everything else."""
        change, then = self.change(base), self._then(base)
        growth = change / then if change is not None and then is not None and then > 0 else None
        return change_text(self.record.unit, change, growth)

    @property
    def state(self) -> str:
        """Whether the plan is met; empty without one."""
        if self.plan is None or self.value is None or self.record.better == "none":
            return ""
        return "off" if self.effect("plan") == "worse" else "on track"

    def effect(self, base: Against) -> str:
        """Whether it turned better or worse; empty if neither is known."""
        change = self.change(base)
        if not change or self.record.better == "none":
            return ""
        return "better" if (change > 0) == (self.record.better == "up") else "worse"


class FirmReport:
    """One period of a firm.

    Parameters
    ----------
    study : Edition
        From :func:`analysis.notebook.edition.begin`.
    """

    def __init__(self, study: Edition) -> None:
        self.study = study
        self.case: Case = study.case
        self.period = study.period
        self.kind = study.case.parameters.kind
        self.currency = study.case.parameters.currency_name
        self.names = {service.id: service.name for service in study.case.service_types}

    # ---- What there is ----

    @property
    def sums(self) -> Totals:
        """Sums by month."""
        return self.study.sums

    @cached_property
    def rows(self) -> Ledger | None:
        """The rows themselves; None where they are too many for that."""
        if not in_memory(self.case):
            return None
        rows, through = read_ledger(self.case), calendar().complete_through
        return rows if through is None else up_to(rows, through)

    def has(self, *tables: str) -> bool:
        """Whether all these tables are there."""
        return set(tables) <= set(tables_of(self.case))

    def has_text(self, name: str) -> bool:
        """Whether people have filled in a table of the method, such as ``swot``."""
        return has_method(self.case, name)

    def ended(self, grain: Grain) -> bool:
        """Whether the ledger holds a whole quarter or half-year that has ended."""
        return self.study.reaches(period_label(last_ended(self.period, grain), grain))

    @cached_property
    def kpis(self) -> pd.DataFrame:
        """The report's indicators by periods of this length; empty if there is none."""
        return kpi_periods(self.sums, self.study.grain, self.period)

    @cached_property
    def quarters(self) -> pd.DataFrame:
        """The report's indicators by quarter, up to the period."""
        return kpi_periods(self.sums, "quarter", self.period)

    @cached_property
    def months(self) -> pd.DataFrame:
        """The report's indicators by month, up to the period."""
        return kpi_periods(self.sums, "month", self.period)

    @cached_property
    def compared(self) -> pd.DataFrame:
        """Every indicator of the period against both bases."""
        return comparison_data(self.kpis, self.period, self.currency)

    @property
    def has_levels(self) -> bool:
        """Whether the rows give some indicator of the method."""
        return bool(indicators_of(self.sums))

    @property
    def has_months(self) -> bool:
        """Whether the rows give some level of the method by month, as statements do not."""
        levels = level_table(self.sums, "month", self.period)
        return bool(levels["value"].notna().any())

    @property
    def alone(self) -> bool:
        """Whether there are no key results, so that there is room for more on the sales."""
        return not self.results

    @property
    def has_seasons(self) -> bool:
        """Whether sales are known of the last twelve months, which another figure does not show."""
        last = self.months[self.months["kpi"] == "sales"]["value"].tail(12)
        return self.trend is not self.months and len(last) == 12 and bool(last.notna().all())

    def level(self, name: str) -> Fraction | None:
        """Level of one of the report's indicators in the period; None if it is not known."""
        found = self.kpis[(self.kpis["kpi"] == name) & (self.kpis["period"] == self.period)]
        return None if found.empty else found["value"].iloc[0]

    @cached_property
    def trend(self) -> pd.DataFrame:
        """Indicators by quarter up to the period; by month, if it is one or quarters are few."""
        quarters, months = self.quarters, self.months
        known = [
            int(table[table["kpi"] == "sales"]["value"].notna().sum())
            for table in (quarters, months)
        ]
        few = self.study.grain == "month" or known[0] < FEWEST
        return months if few and known[1] else quarters

    def splits(self, by: str) -> list[tuple[str, Fraction, Fraction]]:
        """Sales of the base and of the period by service type or segment; empty if not split."""
        if not by or self.growth("sales") is None:
            return []
        parts = contributions_by_type(self.sums, "sales", self.period, self.study.base, by)
        rows = [
            (str(getattr(row, by)), Fraction(row.base, 100), Fraction(row.value, 100))
            for row in records(parts)
        ]
        return rows if len(rows) > 1 else []

    @cached_property
    def split(self) -> str:
        """What the change of sales is split by in a figure; empty if rows name no parts."""
        return next((by for by in DIMENSIONS if self.splits(by)), "")

    @property
    def segments(self) -> list[tuple[str, Fraction, Fraction]]:
        """Sales of the base and of the period by segment, unless a figure shows them."""
        return [] if self.split == "segment" else self.splits("segment")[:MOST]

    @cached_property
    def sold(self) -> pd.DataFrame:
        """Invoice lines of the period and of its base.

        It is empty where rows are too many to be read, or do not hold all of the period.

        Columns are those of ``sale.csv``, the customer_id that only the service may name,
        ``time`` (base or value) and ``weekday`` (0 for Monday).
        """
        if self.rows is None or "sale" not in self.rows:
            return pd.DataFrame(columns=["time", "amount_centimos"])
        sales = self.rows["sale"]
        if "customer_id" not in sales and "service" in self.rows and "service_id" in sales:
            service = self.rows["service"][["service_id", "customer_id"]]
            sales = sales.merge(service, on="service_id", how="left")
        parts = []
        for time, label in (("base", self.study.base_period()), ("value", self.period)):
            first, last = replace(self.study, period=label).days
            through = calendar().complete_through
            if through and time == "base" and self.base == "year-ago" and is_to_date(self.period):
                last = year_before(through).isoformat()
            known = sales["invoiced_on"].between(first, last) & (self.level("sales") is not None)
            parts.append(sales[known].assign(time=time))
        if self.before("sales") is None:
            del parts[0]
        return pd.concat(parts).assign(weekday=lambda rows: rows["invoiced_on"].dt.day_of_week)

    def before(self, name: str) -> Fraction | None:
        """Level of one of the report's indicators in the base; None if it is not known."""
        return self._compared(name, "base_value")

    @property
    def base(self) -> Base:
        """What the period is compared with."""
        return "previous" if self.study.base == "previous" else "year-ago"

    def growth(self, name: str) -> Fraction | None:
        """Growth of one of the report's indicators on the base; None if it is not known."""
        return self._compared(name, "growth")

    def _compared(self, name: str, column: str) -> Fraction | None:
        if self.kpis.empty:
            return None
        rows = self.compared
        found = rows[(rows["kpi"] == name) & (rows["base"] == self.base)]
        return None if found.empty else found[column].iloc[0]

    @property
    def has_productivity(self) -> bool:
        """Whether some quarter has both services and technician hours."""
        known = self.quarters[self.quarters["kpi"] == "productivity"]["value"].notna()
        return self.has("service", "staff_hours") and bool(known.any())

    @cached_property
    def scored(self) -> Scores | None:
        """Scores of the key results; None if there are none."""
        if not has_okrs(self.case):
            return None
        return scores(self.case, self.sums, self.study.base, self.study.choices)

    @cached_property
    def results(self) -> list[Result]:
        """Key results of the period, under every target."""
        return [] if self.scored is None else self.scored.of(self.period)

    @property
    def has_course(self) -> bool:
        """Whether something is known of a key result before its quarter ends."""
        return self.rows is not None and has_course(self.rows, self.results, self.period)

    @cached_property
    def nodes(self) -> list[Node]:
        """The joint score and its parts; empty without key results."""
        return [] if self.scored is None else scorecard(self.scored.okrs, self.results)

    @cached_property
    def check_ins(self) -> list[CheckInRow]:
        """Check-ins up to the end of the period, where rows can be held beside them."""
        if self.scored is None or self.rows is None:
            return []
        return read_check_ins(self.case, self.scored.okrs, until=self.period)

    @cached_property
    def feedback(self) -> pd.DataFrame:
        """State of every key result, with the causes that touch it."""
        return feedback(self.case, self.results)

    @cached_property
    def states(self) -> dict[str, Any]:
        """The rows of the feedback by key result; empty if there is none."""
        return {row.kr_id: row for row in records(self.feedback)}

    @cached_property
    def steps(self) -> pd.DataFrame | None:
        """Times of the service process in the period; None where no row tells them."""
        if self.rows is None or not (self.has("service") and self.has_text("process")):
            return None
        days = self.rows["service"].filter(like="_on")
        if days.isna().to_numpy().any():
            return None
        times = process_times(self.rows, process_steps(self.case), self.period)
        return times if times["share"].notna().any() else None

    @cached_property
    def statements(self) -> Book | None:
        """Statements up to the period; None unless they are those of one company."""
        frame = stored_statements(self.case) if has_statements(self.case) else None
        if frame is None or frame["company_id"].nunique() > 1:
            return None
        last = last_ended(self.period, "quarter")
        known = book(frame).items()
        return {quarter: row for quarter, row in known if quarter <= last} or None

    @property
    def ratios(self) -> pd.DataFrame:
        """Ratios of the statements on average balances, of the last quarters that fit a page."""
        assert self.statements is not None
        rates = self.case.parameters.capital_cost
        cost = CapitalCost(*rates.shares, source="case.yaml") if rates else None
        table = indicator_table(self.statements, "average", cost=cost)
        return table[table["quarter"] > max(self.statements) - RECENT].reset_index(drop=True)

    @property
    def recent(self) -> Book:
        """The statements of these quarters."""
        assert self.statements is not None
        last = max(self.statements)
        return {q: row for q, row in self.statements.items() if q > last - RECENT}

    def plan(self, period: str) -> Mapping[str, Fraction]:
        """Return what was planned for a period, by the key of the indicator."""
        return planned(self.case, period)

    @cached_property
    def measured(self) -> list[Measured]:
        """Indicators of the period: the report's own, then those with a target or of statements."""
        by_level: dict[Expression, Result] = {}
        for result in sorted(chosen(self.results), key=lambda r: r.key_result.role == "headline"):
            if result.goal is not None:
                by_level.setdefault(indicator(result.kpi).level, result)
        wanted: list[Kpi] = list(kpis_of(self.sums, self.currency))
        for record in indicators_of(self.sums, self.currency):
            stated = any("fin_statement" in spec.tables for spec in record.measures)
            told = record.level in by_level or (stated and not self.has("service"))
            if told and record.level not in {one.level for one in wanted}:
                wanted.append(record)
        grain, index = parse_label(self.period)
        known, plan = periods(self.sums, grain), self.plan(self.period)
        now = known.get(index)
        then = {base: base_of(known, self.sums, self.period, base) for base in bases(grain)}
        return [
            Measured(
                record,
                _level(record, now),
                {base: _level(record, found) for base, found in then.items()},
                by_level.get(record.level),
                plan.get(record.key),
            )
            for record in wanted
        ]


def _level(record: Kpi, measures: Period | None) -> Fraction | None:
    return None if measures is None else compute(record.level, measures)
