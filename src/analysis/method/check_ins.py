"""Levels of a quarter so far: what a weekly meeting could have known from the rows."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

import pandas as pd

from analysis.base.errors import InputError, raise_all, shown
from analysis.base.expression import Measure, leaves
from analysis.base.language import tr
from analysis.base.periods import (
    first_month,
    last_day,
    last_ended,
    month_of,
    parse_label,
    parse_month,
    quarter_days,
    quarter_end,
    quarter_label,
    quarter_of,
    quarter_start,
)
from analysis.base.text import exact, fields, frame_of
from analysis.kpis.catalogue import MEASURES, Indicator, Period, compute, indicator
from analysis.kpis.levels import sample_of
from analysis.kpis.reduce import BY_DAY, IN_BUDGET, daily_sums, known, reduce
from analysis.kpis.small_tables import month_index
from analysis.ledger.plan import table_of
from analysis.method.key_results import Okrs, Result, Scores, chosen
from analysis.method.scoring import rate
from analysis.tables.case import Case
from analysis.tables.firm_tables import LEDGER_TABLES, Ledger
from analysis.tables.rows import period_column, read_rows
from analysis.tables.strategy_tables import CHECK_INS, CheckInRow, KeyResultRow

_DECIDING = {table.name: period_column(table) for table in LEDGER_TABLES}
DATED = {table: name for table, name in _DECIDING.items() if name.endswith("_on")}
"""Column that says when a row of a table became known."""

MONTHLY = {"hours", "staff_opening", "leavers", "training_hours"}
"""Measures known by the month only."""


@dataclass
class ToDate:
    """Levels so far in a ledger; sums are kept, since many key results are asked on one day."""

    ledger: Ledger
    _daily: dict[str, pd.DataFrame] = field(default_factory=dict)
    _kept: dict[tuple[frozenset[str], int, pd.Timestamp], Period] = field(default_factory=dict)

    def level(self, record: Indicator, quarter: int, day: pd.Timestamp) -> Fraction | None:
        """Level of an indicator over a quarter so far; None where nothing was known yet."""
        return compute(record.level, self.measures(record, quarter, day))

    def measures(self, record: Indicator, quarter: int, day: pd.Timestamp) -> Period:
        """Sum over a quarter so far what an indicator needs; empty where it was not known yet.

        Statements and scores by quarter are known after the quarter only. Where hours by the
        month take part, everything is cut at the last month that has ended.
        """
        names = {leaf.name for leaf in leaves(record.level) if isinstance(leaf, Measure)}
        specs = [MEASURES[name] for name in names]
        if any(s.kept == "quarter" or not s.adds_up for s in specs):
            return {}
        if MONTHLY & names:
            day = (day + timedelta(days=1)).replace(day=1) - timedelta(days=1)
        if day < pd.Timestamp(quarter_start(quarter)):
            return {}
        key = (frozenset(names), quarter, day)
        if key not in self._kept:
            sums = self._of_rows(quarter, day, sorted(names - {*BY_DAY, IN_BUDGET}))
            sums |= {name: self._of_days(quarter, day, name) for name in names & {*BY_DAY}}
            sums |= {name: self._in_budget(quarter, day) for name in names & {IN_BUDGET}}
            self._kept[key] = {
                name: value * MEASURES[name].scale
                for name, value in sums.items()
                if value is not None
            }
        return self._kept[key]

    def _of_days(self, quarter: int, day: pd.Timestamp, name: str) -> int | None:
        """Add up the days of a quarter so far; None if none has a row."""
        if name not in self._daily:
            self._daily[name] = daily_sums(self.ledger, name)
        days = self._daily[name]
        within = days["day"].between(pd.Timestamp(quarter_start(quarter)), day)
        values = known(days[within], (name,))["value"]
        return int(values.sum()) if len(values) else None

    def _in_budget(self, quarter: int, day: pd.Timestamp) -> int | None:
        """Count services on time and in budget, as `reduce` does; None if not known yet."""
        if not {"service", "service_budget", "cost"} <= self.ledger.keys():
            return None
        service, cost = (self._cut(name, quarter, day) for name in ("service", "cost"))
        month = month_index(service["completed_on"])
        service = service[~month.isin(month[service["due_on"].isna()])]
        on_time = service["completed_on"] <= service["due_on"]
        found = dict(zip(service["service_id"], on_time, strict=True))
        budgeted = found.keys() & self._budgets
        if cost.empty or not budgeted:
            return None
        spent = _sums(cost, "amount_centimos") if "service_id" in cost else {}
        return sum(bool(found[key]) and self._budgets[key] >= spent.get(key, 0) for key in budgeted)

    @cached_property
    def _budgets(self) -> dict[str, int]:
        """Budget of each service that has one."""
        return _sums(self.ledger["service_budget"], "budget_centimos")

    def _cut(self, name: str, quarter: int, day: pd.Timestamp) -> pd.DataFrame:
        """Rows of a table in a quarter up to a day."""
        rows = self.ledger[name]
        if name not in DATED:
            return rows
        return rows[rows[DATED[name]].between(pd.Timestamp(quarter_start(quarter)), day)]

    def _of_rows(
        self, quarter: int, day: pd.Timestamp, measures: Collection[str]
    ) -> dict[str, int | None]:
        """Sum the rows of a quarter so far; nothing for what had no row yet."""
        needed = {table for name in measures for table in MEASURES[name].tables}
        if not needed:
            return {}
        there = needed & self.ledger.keys()
        cut = {name: self._cut(name, quarter, day) for name in sorted(there)}
        if "staff_hours" in cut:
            months = cut["staff_hours"]["month"].map(parse_month)
            first, ended = first_month(quarter, "quarter"), month_of(day + timedelta(days=1))
            cut["staff_hours"] = cut["staff_hours"][(months >= first) & (months < ended)]
        cut = {name: rows for name, rows in cut.items() if len(rows)}
        sums = reduce(cut, by=(), measures=measures).groupby("measure")["value"].sum()
        return {name: int(sums[name]) for name in measures if name in sums.index}


def _sums(rows: pd.DataFrame, amount: str) -> dict[str, int]:
    """Add up an amount by service."""
    sums: dict[Any, int] = rows.groupby("service_id")[amount].sum().to_dict()
    return sums


BINS = ((0, 2), (3, 4), (5, 5), (6, 7), (8, 10))
"""Confidences that the reliability table joins."""


COIN = Fraction(1, 4)
"""Brier score of who always says five of ten."""


def read_check_ins(case: Case, okrs: Okrs, *, until: str | None = None) -> list[CheckInRow]:
    """Read the check-ins of a case, those up to the end of a period; none if there is no file.

    Raises
    ------
    InputError
        If the table breaks its schema, a check-in is on an unknown key result, outside that key
        result's period, one of two for the same key result and day, or its value is no number.
    """
    folder = case.processed / "ledger"
    path = folder / CHECK_INS.file
    if not path.is_file():
        return []
    rows = read_rows(CHECK_INS, folder, case.root)
    file = str(shown(path, case.root))
    raise_all([*check_in_errors(rows, okrs.key_results, file)])
    return rows if until is None else [r for r in rows if r.reported_on <= last_day(until)]


def check_in_errors(
    rows: Iterable[CheckInRow], results: Iterable[KeyResultRow], file: str
) -> Iterator[InputError]:
    """Find check-ins outside the period of their key result, and all but the first of a day."""
    periods = {row.kr_id: (row.starts_on, row.ends_on) for row in results}
    seen: dict[tuple[str, date], str] = {}
    for row in rows:
        at = partial(InputError, file=file, row=row.check_in_id)
        if row.kr_id not in periods:
            known = ", ".join(periods)
            rule = tr("there is no key result of this name; known are {known}", known=known)
            yield at(rule, column="kr_id", value=row.kr_id)
            continue
        day, (first, last) = row.reported_on, periods[row.kr_id]
        if not first <= day <= last:
            words = {"key": row.kr_id, "first": first, "last": last}
            rule = tr("the check-in lies outside the period of {key}, {first} to {last}", **words)
            yield at(rule, column="reported_on", value=day, fix=tr("correct the day"))
        other = seen.setdefault((row.kr_id, day), row.check_in_id)
        if other != row.check_in_id:
            rule = tr("{other} is already the check-in of this key result and day", other=other)
            yield at(rule, column="reported_on", value=day, fix=tr("keep the one that counts"))


def reconcile(ledger: Ledger, okrs: Okrs, rows: list[CheckInRow]) -> pd.DataFrame:
    """Hold every reported value against the rows of its quarter up to that day.

    Returns
    -------
    DataFrame
        Columns check_in_id, kr_id, reported_on, quarter, reported, rows (Fractions or None),
        difference, and state: agrees (equal as printed), differs, not reported, not known yet
        (reported, but the rows have nothing), or nothing to report.
    """
    kpis = {row.kr_id: row.kpi for row in okrs.key_results}
    to_date = ToDate(ledger)
    table = []
    for row in rows:
        quarter = quarter_of(row.reported_on)
        record = indicator(kpis[row.kr_id])
        level = to_date.level(record, quarter, pd.Timestamp(row.reported_on))
        reported = Fraction(row.value) if row.value else None
        table.append(
            {
                **fields(row, "check_in_id kr_id reported_on"),
                "quarter": quarter_label(quarter),
                "reported": reported,
                "rows": level,
                "difference": None if reported is None or level is None else reported - level,
                "state": _state(row.value, reported, level),
            }
        )
    return frame_of(table)


def _state(text: str, reported: Fraction | None, level: Fraction | None) -> str:
    if reported is None:
        return "nothing to report" if level is None else "not reported"
    if level is None:
        return "not known yet"
    places = len(text.partition(".")[2])
    return "agrees" if 2 * abs(reported - level) * 10**places <= 1 else "differs"


def outcomes(scores: Scores, quarters: list[str]) -> dict[tuple[str, str], bool]:
    """Say whether each key result was met in each quarter; left out where that cannot be told."""
    found = {}
    for quarter in quarters:
        for result in chosen(scores.of(quarter)):
            if result.score.status != "cannot tell":
                found[result.key_result.kr_id, quarter] = result.score.status == "met"
    return found


def forecasts(
    rows: list[CheckInRow], met: Mapping[tuple[str, str], bool]
) -> list[tuple[int, bool]]:
    """Pair every confidence with how its key result turned out in its quarter."""
    return [
        (row.confidence, met[key])
        for row in rows
        if (key := (row.kr_id, quarter_label(quarter_of(row.reported_on)))) in met
    ]


def quarters(rows: list[CheckInRow], until: str | None = None) -> list[str]:
    """Quarters in which there were check-ins, in order; those that a period's end has ended."""
    found = sorted({quarter_of(row.reported_on) for row in rows})
    ended = [q for q in found if until is None or q <= last_ended(until, "quarter")]
    return [quarter_label(q) for q in ended]


def brier(pairs: list[tuple[int, bool]]) -> Fraction | None:
    """Brier score: mean squared distance of confidence (in tenths) from the outcome, 0 or 1.

    0 is perfect; always saying 5 of 10 gives 1/4. Source: Brier, Monthly Weather Review 78 (1950).
    """
    if not pairs:
        return None
    return sum((Fraction(c, 10) - met) ** 2 for c, met in pairs) / Fraction(len(pairs))


def reliability(pairs: list[tuple[int, bool]]) -> pd.DataFrame:
    """Compare stated confidence with how often it came true.

    Returns
    -------
    DataFrame
        One row per bin that occurs: confidence (label), check_ins, met, stated (mean confidence)
        and happened (share met), as Fractions.
    """
    table = []
    for low, high in BINS:
        inside = [(c, met) for c, met in pairs if low <= c <= high]
        if inside:
            hits = sum(met for _, met in inside)
            table.append(
                {
                    "confidence": f"{low}" if low == high else f"{low} to {high}",
                    "check_ins": len(inside),
                    "met": hits,
                    "stated": Fraction(sum(c for c, _ in inside), 10 * len(inside)),
                    "happened": Fraction(hits, len(inside)),
                }
            )
    return pd.DataFrame(table, columns=["confidence", "check_ins", "met", "stated", "happened"])


SLIP_IN_20 = 1
"""Chance in twentieths that a value is reported wrong, by up to 5 per cent."""

CONFIDENCE = (2, 9)
"""Least and most confident answers."""


def draw_check_ins(case: Case, okrs: Okrs, ledger: Ledger) -> pd.DataFrame:
    """Draw one check-in a week for every key result over its period.

    Parameters
    ----------
    case : Case
        Gives the seed.
    okrs : Okrs
        Key results and their periods.
    ledger : dict of str to DataFrame
        The synthetic ledger.

    Returns
    -------
    DataFrame
        Columns check_in_id, kr_id, reported_on, value (text) and confidence.
    """
    calibration = case.parameters.calibration
    rng = random.Random(f"{calibration.seed if calibration else 0}:check_ins")
    to_date = ToDate(ledger)
    rows = []
    for row in okrs.key_results:
        if row.role == "headline":
            continue
        record, day = indicator(row.kpi), pd.Timestamp(row.starts_on) + timedelta(days=6)
        while day <= pd.Timestamp(row.ends_on):
            level = to_date.level(record, quarter_of(day.date()), day)
            rows.append((row.kr_id, day, _reported(record, level, rng), rng.randint(*CONFIDENCE)))
            day += timedelta(days=7)
    return table_of(rows, "kr_id reported_on value confidence", "check_in_id", "W{:04d}")


def _reported(record: Indicator, level: Fraction | None, rng: random.Random) -> str:
    slip, size = rng.randrange(20) < SLIP_IN_20, rng.randrange(-500, 501)
    if level is None:
        return ""
    if slip:
        level *= 1 + Fraction(size, 10_000)
    places = max(record.decimals, 1)
    digits = round(exact(level) * 10**places)
    return f"{digits // 10**places}.{digits % 10**places:0{places}d}"


WEEKS = 13
"""Weeks of a quarter; the last one ends with it, after six to eight days."""


def week_ends(quarter: int) -> list[date]:
    """Last days of the weeks of a quarter, the last of them its own last day."""
    whole = [quarter_start(quarter) + timedelta(days=7 * week - 1) for week in range(1, WEEKS)]
    return [*whole, quarter_end(quarter)]


def projected(
    record: Indicator, level: Fraction | None, quarter: int, day: pd.Timestamp
) -> Fraction | None:
    """Level at the end of a quarter if it went on as until `day`.

    What accumulates (sales, cost, services) is scaled up by the days that are left; a ratio is
    taken to stay as it is.
    """
    if level is None or not isinstance(record.level, Measure):
        return level
    elapsed = (day - pd.Timestamp(quarter_start(quarter))).days + 1
    return level * Fraction(quarter_days(quarter), elapsed)


def has_course(ledger: Ledger, results: Sequence[Result], quarter: str) -> bool:
    """Whether anything is known of any key result before a quarter ends; see :func:`course`."""
    (grain, index), to_date = parse_label(quarter), ToDate(ledger)
    if grain != "quarter":
        return False
    day = pd.Timestamp(week_ends(index)[-2])
    return any(
        result.goal is not None and to_date.level(indicator(result.kpi), index, day) is not None
        for result in chosen(list(results))
    )


def course(ledger: Ledger, results: Sequence[Result], quarter: str) -> pd.DataFrame:
    """Score every key result week by week, as projected from the rows so far, and as it ended.

    Parameters
    ----------
    ledger : dict of str to DataFrame
        The rows.
    results : sequence of Result
        From :func:`analysis.method.key_results` for the same quarter.
    quarter : str
        Such as ``2024Q2``; months and half-years have no course.

    Returns
    -------
    DataFrame
        Columns kr_id, kpi, text, week (from 1), day, level, projected and score (Fractions or
        None); only key results of which something is known before the quarter ends.
    """
    (grain, index), to_date = parse_label(quarter), ToDate(ledger)
    rows = []
    for result in chosen(list(results)) if grain == "quarter" else []:
        if result.goal is None:
            continue
        record = indicator(result.kpi)
        row, own = result.key_result, []
        *before, last = enumerate(week_ends(index), start=1)
        for week, day in before:
            sums = to_date.measures(record, index, pd.Timestamp(day))
            level = compute(record.level, sums)
            ahead = projected(record, level, index, pd.Timestamp(day))
            sample = sample_of(record, sums)
            score = rate(ahead, result.baseline, result.goal, Fraction(row.commit), sample).score
            own.append((row.kr_id, record.key, row.text, week, day, level, ahead, score))
        if any(line[5] is not None for line in own):
            end = (result.value, result.value, result.score.score)
            rows += [*own, (row.kr_id, record.key, row.text, *last, *end)]
    columns = "kr_id kpi text week day level projected score"
    return frame_of(rows, columns)
