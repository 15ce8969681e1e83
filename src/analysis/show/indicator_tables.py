"""Tables on indicators: their catalogues, levels and changes, the diagnosis, and a firm's tables.

Tables of levels take the name of the case's unit of money (``case.parameters.currency_name``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pandas as pd

from analysis.base import periods as time
from analysis.base.expression import Measure, growth, reduction, written
from analysis.base.language import tr
from analysis.base.text import column, decimal, frame_of, listed, records
from analysis.evidence.soundness import check_table
from analysis.intake.case_files import TABLES
from analysis.kpis.catalogue import METHOD, WORDS, Indicator, Kpi, Totals, indicator, kpi
from analysis.kpis.catalogue import catalogue as every_indicator
from analysis.kpis.compare import Base, bases, compare, comparison_data, contributions_by_type
from analysis.kpis.levels import availability, indicators_of, kpi_periods, level_table, side_by_side
from analysis.notebook.display import Column
from analysis.show.wording import View, change_text, level_text, view
from analysis.tables.case import Case
from analysis.tables.strategy_tables import read_claims

NAMES = WORDS | {record.key: record.name.lower() for record in METHOD}
"""Words of formulas: measures and indicators."""

_DIRECTIONS = {"up": "more", "down": "less", "none": "–"}
_ARROWS = {"up": "↑", "down": "↓"}
_TURNS = {"good": "better", "bad": "worse", "neutral": None, "none": None}
_SYMBOLS = {"C2": "CSI", "F6": "C", "I1": "P", "I2": "T", "P1": "S"}
"""Letters for levels that are themselves ratios, where a change of them is written."""
_FILES = {table.name: table.file for table in TABLES}


def _periods(names: Iterable[str]) -> list[Column]:
    return [Column(name, name, align="right") for name in names]


def _base_columns(period: str) -> list[Column]:
    """Return a column for each period that one is compared with."""
    grain, _ = time.parse_label(period)
    return [
        Column(base, tr("on {period}", period=time.short_base(period, base)), align="right")
        for base in bases(grain)
    ]


# ---- The starting position ----


def process(times: pd.DataFrame, period: str, kind: str) -> View:
    """Show the time per step of the service process."""
    return view("tbl-process", times, kind=kind, period=period)


def starting_level(levels: pd.DataFrame, period: str, kind: str) -> View:
    """Show the level of every KPI before the change."""
    shown = levels.assign(value=_texts(levels))
    known = int(levels["value"].notna().sum())
    return view("tbl-starting-level", shown, kind=kind, period=period, known=known)


def _texts(table: pd.DataFrame) -> pd.Series[str]:
    """Write the values of a frame with columns kpi and value, each with its KPI's decimals."""
    pairs = zip(table["kpi"], table["value"], strict=True)
    return column((level_text(kpi(name), value) for name, value in pairs), table.index)


def method_start(levels: pd.DataFrame, period: str, kind: str) -> View:
    """Show the starting level of every indicator of the method's catalogue."""
    texts = [level_text(indicator(row.key), row.value) or tr(row.state) for row in records(levels)]
    shown = levels.assign(value=column(texts, levels.index))
    return view("tbl-method-start", shown, kind=kind, period=period)


def swot_support(entries: pd.DataFrame, period: str, kind: str, currency: str) -> View:
    """Separate SWOT entries that rows can support from judgement."""
    said: list[str] = []
    for row in records(entries):
        if not row.key:
            said.append(tr("judgement: no indicator would show it"))
            continue
        record = indicator(str(row.key), currency)
        text = level_text(record, row.value, unit=True) or tr("not recorded")
        was = level_text(record, row.before, unit=True)
        ago = tr(", a year before {level}", level=was) if was else ""
        told = f"{record.definition}: {text}{ago}"
        above = tr("as above: {name}", name=record.definition)
        said.append(above if told in said else told)
    supported, shown = int((entries["key"] != "").sum()), entries.assign(said=said)
    return view("tbl-swot-support", shown, kind=kind, period=period, supported=supported)


def variables(table: pd.DataFrame, *, printed: bool) -> View:
    """List dependent and independent variables, of a publication or of a firm."""
    shown = table.assign(
        source=table["source"].str.replace("_", " ").str.replace(".", ": ").replace("", None),
        explains=column(
            f"{key} {indicator(key).name.lower()}" if key else None for key in table["explains"]
        ),
    )
    roles: dict[str, Any] = dict(table["role"].value_counts())
    roles = {"dependent": 0, "independent": 0} | roles
    return view("tbl-variables/printed" if printed else "tbl-variables", shown, **roles)


# ---- The catalogues ----


def catalogue(records: Sequence[Kpi]) -> View:
    """List KPIs and their definitions."""
    return view(
        "tbl-catalogue",
        [
            (tr(r.perspective), r.name, r.definition, r.unit, tr(_DIRECTIONS[r.better]))
            for r in records
        ],
    )


def method_catalogue() -> View:
    """List the sixteen indicators with both names, corrected formula and direction."""
    rows = []
    for r in METHOD:
        level, when = f"{r.definition} {_ARROWS[r.better]}", "leading" if r.leading else "lagging"
        rows.append((r.key, r.name, r.name_es, formula(r), level, when))
    leading = sum(record.leading for record in METHOD)
    return view("tbl-method-catalogue", rows, leading=leading)


def formula(record: Indicator) -> str:
    """Write the corrected formula in words; changes of a ratio with a letter for the ratio."""
    letter = _SYMBOLS.get(record.key)
    if letter is None:
        return written(record.form, NAMES)
    change = growth if record.better == "up" else reduction
    text = written(change(Measure(letter)), {letter: letter})
    return f"{text}; {letter} = {written(record.level, NAMES)}"


def requirements() -> View:
    """Say what each indicator divides by and which columns it needs."""
    rows = [(r.key, r.purpose, r.divisor, r.grain, _by_table(r.columns)) for r in METHOD]
    monthly = sum(r.grain == "month" for r in METHOD)
    return view("tbl-requirements", rows, monthly=monthly)


def _by_table(columns: Iterable[str]) -> str:
    """Write columns by table: ``sale: amount, day; service: day``."""
    tables: dict[str, list[str]] = {}
    for name in columns:
        table, _, own = name.partition(".")
        tables.setdefault(table, []).append(own)
    parts = (f"{table}: {', '.join(names)}" for table, names in tables.items())
    return "; ".join(parts).replace("_", " ")


def formula_faults(case: Case) -> View:
    """List printed formulas with what the mechanical checks find in each."""
    claims = {claim.claim_id: claim for claim in read_claims(case)}
    table = check_table(case.parameters.currency_name)
    rows = []
    for row in records(table[table["form"] != "corrected"]):
        claim, record = claims[str(row.form)], indicator(str(row.key))
        found = str(row.faults) or "none"
        if row.lost:
            found = f"our text has lost type here, so this is no finding ({found})"
        rows.append((record.key, claim.place, claim.printed, found))
    faulty = sum(not row[-1].startswith(("none", "our text")) for row in rows)
    return view("tbl-formula-faults", rows, faulty=faulty, uses=len(rows))


def both_forms(totals: Totals, period: str, base: str, kind: str) -> View:
    """Compute printed and corrected formulas side by side."""
    table = side_by_side(totals, period, base)
    table["name"] = [f"{key} {indicator(key).name}" for key in table["key"]]
    for form, why in (("printed", "printed_state"), ("corrected", "state")):
        table[form] = [
            reason if value is None else decimal(1)(value)
            for value, reason in zip(table[form], table[why], strict=True)
        ]
    table["place"] = table["claim_id"].map(lambda name: str(name).split("-", 1)[0])
    table["place"] = table["place"].str.replace("table", "Table ")
    words: dict[str, Any] = {"base": time.base_words(time.parse_label(period)[0], base, period)}
    words["differ"] = int((table["printed"] != table["corrected"]).sum())
    return view("tbl-both-forms", table, kind=kind, period=period, **words)


# ---- Levels and changes ----


def kpi_course(table: pd.DataFrame, last: str, kind: str, currency: str, count: int = 6) -> View:
    """Show every KPI over the periods that end with the reported one."""
    _, end = time.parse_label(last)
    chosen = table[table["index"].between(end - count + 1, end)]
    wide = chosen.assign(shown=_texts(chosen)).pivot_table(
        index="kpi", columns="period", values="shown", aggfunc="first", dropna=False
    )
    wide = wide.reindex([r.key for r in every_indicator() if r.key in wide.index])
    periods = [str(period) for period in wide.columns]
    wide.insert(0, "name", [_named(str(name), currency) for name in wide.index])
    return view(
        "tbl-kpis",
        wide,
        kind=kind,
        more=_periods(periods),
        known=int(wide[periods].notna().all(axis=1).sum()),
        first=time.short_period(periods[0]),
        latest=time.short_period(periods[-1]),
    )


def _named(name: str, currency: str) -> str:
    title, unit = kpi(name).name, kpi(name, currency).unit
    return title if unit in title.lower().split() else f"{title}, {unit}"


def contribution(
    totals: Totals, period: str, base: Base, names: Mapping[str, str], kind: str
) -> View:
    """Split the growth of services by type."""
    parts = contributions_by_type(totals, "services", period, base)
    parts["name"] = [names.get(key, key) for key in parts["service_type"]]
    against = time.base_words(time.parse_label(period)[0], base, period)
    return view("tbl-contributions", parts, kind=kind, period=period, base=against)


def variance_data(
    totals: Totals, measure: str, period: str, base: str, names: Mapping[str, str]
) -> pd.DataFrame:
    """Set a period's sums by service type against a base period's.

    Parameters
    ----------
    totals : DataFrame
        From :func:`analysis.kpis.reduce.reduce`.
    measure : {"sales", "services"}
        What is compared; money comes out in units of the currency.
    period : str
        A month, quarter or half-year, such as ``2024Q2``.
    base : str
        What to compare with, such as ``year-ago``.
    names : mapping of str to str
        Names of service types by id.

    Returns
    -------
    DataFrame
        Columns service_type, name, base_period, base, value, change (Fractions) and growth
        (Fraction; None where the base is zero or less), largest value of the base first.
    """
    grain, index = time.parse_label(period)
    before = time.period_label(index - time.distance(grain, base), grain)
    unit = Fraction(1, 100) if measure == "sales" else Fraction(1)
    rows = []
    for row in records(contributions_by_type(totals, measure, period, base)):
        was, now, change = int(row.base), int(row.value), int(row.change)
        key = str(row.service_type)
        name = names.get(key, key.replace("_", " "))
        growth = Fraction(change, was) if was > 0 else None
        rows.append((key, name, before, was * unit, now * unit, change * unit, growth))
    rows.sort(key=lambda row: (-row[3], row[1]))
    return frame_of(rows, "service_type name base_period base value change growth")


def method_levels(
    totals: Totals, grain: time.Grain, last: str, kind: str, currency: str, count: int = 6
) -> View:
    """Show the level of every indicator over the last periods that ended with the named one."""
    levels = level_table(totals, grain, last)
    end = time.last_ended(last, grain)
    chosen = levels[levels["index"].between(end - count + 1, end)]
    periods = list(dict.fromkeys(chosen["period"]))
    rows = []
    for record in indicators_of(totals, currency):
        own = chosen[chosen["key"] == record.key]
        values = zip(own["period"], own["value"], strict=True)
        name, unit = f"{record.key} {record.definition}", record.unit
        texts = {period: level_text(record, value) for period, value in values}
        rows.append({"name": name, "unit": unit, **texts})
    ends = [time.short_period(period) for period in periods]
    span = tr("of which none had ended")
    if ends:
        span = tr("{low} to {high}", low=ends[0], high=ends[-1])
    return view(
        "tbl-method-levels-{grain}",
        pd.DataFrame(rows),
        kind=kind,
        more=_periods(periods),
        known=sum(None not in row.values() for row in rows) if periods else 0,
        grain=tr(grain),
        span=span,
    )


def method_comparison(totals: Totals, period: str, kind: str, currency: str) -> View:
    """Compare every level with the period before and the same period of last year."""
    grain, _ = time.parse_label(period)
    levels = level_table(totals, grain, period)
    known = indicators_of(totals, currency)
    frame = pd.DataFrame({"key": [r.key for r in known]})
    frame["name"] = [f"{r.key} {r.definition}" for r in known]
    frame["unit"] = [r.unit for r in known]
    for base in bases(grain):
        table = compare(levels, base, grain, gaps=True)
        rows = table[table["period"] == period].set_index("key")
        frame["value"] = [level_text(r, rows["value"][r.key]) for r in known]
        frame[base] = [
            change_text(r.unit, rows["change"][r.key], rows["growth"][r.key]) for r in known
        ]
    names = [time.base_words(grain, base, period) for base in bases(grain)]
    return view(
        "tbl-method-comparison",
        frame,
        kind=kind,
        more=_base_columns(period),
        period=period,
        rose=sum(change is not None and change > 0 for change in rows["change"]),
        last=names[-1],
        against=listed(names),
    )


def year_to_date(totals: Totals, period: str, kind: str, currency: str) -> View | None:
    """Compare the year up to the end of a period with the same days of last year.

    Parameters
    ----------
    totals : DataFrame
        Sums by month.
    period : str
        The period.
    kind, currency : str
        Kind of number, and name of the unit of money.

    Returns
    -------
    View or None
        None where no indicator is known of the year, or it would repeat those of the period.
    """
    year = time.period_label(time.containing(time.last_month(period), "year"), "year")
    through = min(time.last_day(period), time.calendar().complete_through or time.last_day(period))
    with time.counting(replace(time.calendar(), complete_through=through)):
        compared = comparison_data(kpi_periods(totals, "year", year), year, currency)
        now, before = time.short_period(year), time.short_base(year, "previous")
    known = compared[(compared["base"] == "previous") & compared["value"].notna()]
    rows = records(known)
    if not rows or time.parse_label(period)[0] == "year":
        return None
    frame = pd.DataFrame({"name": [_named(row.kpi, currency) for row in rows]})
    frame["before"] = column(level_text(kpi(row.kpi), row.base_value) for row in rows)
    frame["now"] = column(level_text(kpi(row.kpi), row.value) for row in rows)
    frame["change"] = column(change_text(row.unit, row.change, row.growth) for row in rows)
    frame["turn"] = column(_TURNS[row.effect] for row in rows)
    words: dict[str, Any] = {"before": before, "change": tr("Change"), "turn": tr("Better?")}
    if frame["before"].isna().all():
        if time.months_in(period)[0] == time.months_in(year)[0]:
            return None  # the period itself
        course = tr(
            "{period}. There is no comparison, since last year's same days are not in the rows."
        )
        words = dict.fromkeys(words, "")
    else:
        course = tr("{period} against {before}, better or worse by each indicator's own direction.")
        if frame["before"].isna().any():
            course += " " + tr("A dash: last year's same days are not known.")
    course = course.format(period=now, before=before)
    return view("tbl-year-to-date", frame, kind=kind, period=now, course=course, **words)


# ---- The tables that a firm handed in ----


def data_tables(came: pd.DataFrame, kind: str) -> View:
    """List the tables that came in, with their rows and the time they cover."""
    spans = zip(came["first"], came["last"], strict=True)
    covers = column((tr("{low} to {high}", low=a, high=b) if a else None for a, b in spans))
    title = came["title"].map(tr)
    covers.index = came.index
    return view("tbl-data-tables", came.assign(covers=covers, title=title), kind=kind)


def data_notes(table: pd.DataFrame) -> View:
    """List what was skipped or coerced."""
    shown = table.assign(
        column=table["column"].replace("", None),
        rows=column((count or None for count in table["rows"]), table.index),
        example=table["example"].replace("", None),
    )
    return view("tbl-data-notes", shown)


def data_indicators(totals: Totals, names: Collection[str]) -> View:
    """Say which indicators can be computed, and which table each of the others lacks.

    Parameters
    ----------
    totals : DataFrame
        Sums by month.
    names : collection of str
        Tables that are there.
    """
    table = availability(totals, names)
    table["name"] = [f"{key} {name}".strip() for key, name in table[["key", "name"]].to_numpy()]
    table["needs"] = [", ".join(_FILES[name] for name in needs) for needs in table["needs"]]
    table["said"] = [
        tr("computed") if known else _lacking(absent)
        for known, absent in zip(table["known"], table["absent"], strict=True)
    ]
    return view("tbl-data-indicators", table)


def _lacking(absent: list[str]) -> str:
    if absent:
        return tr("left out for want of {files}", files=", ".join(_FILES[name] for name in absent))
    return tr("left out: its tables hold no rows for it, or not those of the quarters before")
