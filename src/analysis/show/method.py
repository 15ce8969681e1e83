"""Tables on the method's catalogue and the AS-IS diagnosis; see :mod:`analysis.show.ledger`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from analysis.base.expression import Measure, growth, reduction, written
from analysis.base.frames import column, records
from analysis.base.numbers import decimal
from analysis.base.periods import (
    Grain,
    base_words,
    distance,
    last_ended,
    parse_label,
    period_label,
    short_period,
)
from analysis.evidence.formula_checks import check_table
from analysis.kpis.catalogue import METHOD, MONEY, Indicator, indicator, unit_in
from analysis.kpis.compare import bases, compare_levels
from analysis.kpis.levels import indicators_of, level_table, side_by_side
from analysis.kpis.measures import WORDS, Totals
from analysis.notebook.display import Column
from analysis.show.wording import change_text, level_text
from analysis.tables.case import Case
from analysis.tables.contents import read_claims

View = dict[str, Any]

NAMES = WORDS | {record.key: record.name.lower() for record in METHOD}
"""Words of formulas: measures and indicators."""

ARROWS = {"up": "↑", "down": "↓"}


_SYMBOLS = {"C2": "CSI", "I1": "P", "I2": "T", "P1": "S"}
"""Letters for levels that are themselves ratios, where a change of them is written."""


def formula(record: Indicator) -> str:
    """Write the corrected formula in words; changes of a ratio with a letter for the ratio."""
    letter = _SYMBOLS.get(record.key)
    if letter is None:
        return written(record.form, NAMES)
    change = growth if record.better == "up" else reduction
    level = Measure(letter)
    text = written(change(level), {letter: letter})
    return f"{text}; {letter} = {written(record.level, NAMES)}"


def _by_table(columns: Iterable[str]) -> str:
    """Write columns by table: ``sale: amount, day; service: day``."""
    tables: dict[str, list[str]] = {}
    for name in columns:
        table, _, own = name.partition(".")
        tables.setdefault(table, []).append(own)
    parts = (f"{table}: {', '.join(names)}" for table, names in tables.items())
    return "; ".join(parts).replace("_", " ")


def method_catalogue() -> View:
    """List the sixteen indicators with both names, corrected formula and direction."""
    rows = [
        {
            "key": r.key,
            "name": r.name,
            "name_es": r.name_es,
            "formula": formula(r),
            "level": f"{r.level_words} {ARROWS[r.better]}",
            "when": "leading" if r.leading else "lagging",
        }
        for r in METHOD
    ]
    return {
        "frame": pd.DataFrame(rows),
        "label": "tbl-method-catalogue",
        "caption": (
            "The catalogue of the method: corrected formulas over sums of rows, and the level that "
            "a key result tracks with its good direction."
        ),
        "kind": "words",
        "columns": [
            Column("key", "Id"),
            Column("name", "Indicator", width=1),
            Column("name_es", "In Spanish", width=1.1),
            Column("formula", "Formula", width=1.9),
            Column("level", "Level", width=1.1),
            Column("when", "Moves", width=0.55),
        ],
    }


def requirements() -> View:
    """Say what each indicator divides by and which columns it needs."""
    rows = [(r.key, r.purpose, r.denominator, r.grain, _by_table(r.columns)) for r in METHOD]
    return {
        "frame": pd.DataFrame(rows, columns=["key", "purpose", "denominator", "grain", "columns"]),
        "label": "tbl-requirements",
        "caption": "What each indicator is for, what it is measured against, and what it needs.",
        "kind": "words",
        "columns": [
            Column("key", "Id"),
            Column("purpose", "Shows", width=1),
            Column("denominator", "Measured against", width=1.2),
            Column("grain", "Shortest period"),
            Column("columns", "Columns", width=1.6),
        ],
    }


def formula_faults(case: Case) -> View:
    """List printed formulas with what the mechanical checks find in each."""
    claims = {claim.claim_id: claim for claim in read_claims(case)}
    table = check_table()
    rows = []
    for row in records(table[table["form"] != "corrected"]):
        claim, record = claims[str(row.form)], indicator(str(row.key))
        found = str(row.faults) or "none"
        if row.lost:
            found = f"our text has lost type here, so nothing is held against it ({found})"
        rows.append(
            {
                "key": record.key,
                "place": claim.place,
                "printed": claim.printed,
                "found": found,
                "formula": formula(record),
                "reason": record.reason,
            }
        )
    return {
        "frame": pd.DataFrame(rows),
        "label": "tbl-formula-faults",
        "caption": (
            "Printed formulas beside corrected ones, and what units, direction, range and "
            "circularity say of each. The checks know the records, not the paper."
        ),
        "kind": "derived",
        "columns": [
            Column("key", "Id"),
            Column("place", "Place"),
            Column("printed", "As printed", width=1.2),
            Column("found", "Faults found by machine", width=1.2),
            Column("formula", "Corrected", width=1.2),
        ],
    }


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
    return {
        "frame": table,
        "label": "tbl-both-forms",
        "caption": (
            f"Printed and corrected formulas on the same rows, {period} against "
            f"{base_words(parse_label(period)[0], base)}. In per cent, but C3 in points and P3 in "
            "hours per head."
        ),
        "kind": kind,
        "columns": [
            Column("name", "Indicator", width=1),
            Column("place", "Printed in"),
            Column("printed", "As printed", align="right"),
            Column("corrected", "Corrected", align="right"),
        ],
    }


def method_levels(
    totals: Totals, grain: Grain, last: str, kind: str, currency: str = MONEY, count: int = 6
) -> View:
    """Show the level of every indicator over the last periods that ended with the named one."""
    levels = level_table(totals, grain, last)
    end = last_ended(last, grain)
    chosen = levels[levels["index"].between(end - count + 1, end)]
    periods = list(dict.fromkeys(chosen["period"]))
    rows = []
    for record in indicators_of(totals):
        own = chosen[chosen["key"] == record.key]
        values = zip(own["period"], own["value"], strict=True)
        row = {
            "name": f"{record.key} {record.level_words}",
            "unit": unit_in(record.level_unit, currency),
        }
        rows.append({**row, **{period: level_text(record, value) for period, value in values}})
    return {
        "frame": pd.DataFrame(rows),
        "label": f"tbl-method-levels-{grain}",
        "caption": (
            f"The level behind every indicator by {grain}, {short_period(periods[0])} to "
            f"{short_period(periods[-1])}. "
            "A dash: not recorded, or undefined."
        ),
        "kind": kind,
        "columns": [
            Column("name", "Level", width=1),
            Column("unit", "Unit"),
            *(Column(period, period, align="right") for period in periods),
        ],
    }


def method_comparison(totals: Totals, period: str, kind: str, currency: str = MONEY) -> View:
    """Compare every level with the period before and the same period of last year."""
    grain, index = parse_label(period)
    levels = level_table(totals, grain, period)
    known = indicators_of(totals)
    frame = pd.DataFrame({"key": [r.key for r in known]})
    frame["name"] = [f"{r.key} {r.level_words}" for r in known]
    frame["unit"] = [unit_in(r.level_unit, currency) for r in known]
    headers = {}
    for base in bases(grain):
        table = compare_levels(levels, grain, base)
        rows = table[table["period"] == period].set_index("key")
        frame["value"] = [level_text(r, rows["value"][r.key]) for r in known]
        frame[base] = [change_text(r, rows["change"][r.key], rows["growth"][r.key]) for r in known]
        headers[base] = f"on {period_label(index - distance(grain, base), grain)}"
    on = " and ".join(base_words(grain, base) for base in headers)
    return {
        "frame": frame,
        "label": "tbl-method-comparison",
        "caption": (
            f"Levels of {period} against {on}. "
            "Changes are relative; those of shares in percentage points (pp)."
        ),
        "kind": kind,
        "columns": [
            Column("name", "Level", width=1),
            Column("unit", "Unit"),
            Column("value", period, align="right"),
            *(Column(base, header, align="right") for base, header in headers.items()),
        ],
    }


def method_start(levels: pd.DataFrame, period: str, kind: str, currency: str = MONEY) -> View:
    """Show the starting level of every indicator of the catalogue."""
    texts = [level_text(indicator(row.key), row.value) or row.state for row in records(levels)]
    units = [unit_in(unit, currency) for unit in levels["unit"]]
    shown = levels.assign(value=column(texts, levels.index), unit=units)
    return {
        "frame": shown,
        "label": "tbl-method-start",
        "caption": f"Starting level of every indicator of the catalogue, {period}.",
        "kind": kind,
        "columns": [
            Column("perspective", "Perspective"),
            Column("key", "Id"),
            Column("level", "Level", width=1),
            Column("value", "Value", align="right"),
            Column("unit", "Unit"),
        ],
    }


def swot_support(entries: pd.DataFrame, period: str, kind: str, currency: str = MONEY) -> View:
    """Separate SWOT entries that rows can support from judgement."""
    said = []
    for row in records(entries):
        if not row.key:
            said.append("judgement: no indicator would show it")
            continue
        record = indicator(str(row.key))
        text = level_text(record, row.value, unit=True, currency=currency) or "not recorded"
        was = level_text(record, row.before, unit=True, currency=currency)
        told = f"{record.level_words}: {text}" + (f", a year before {was}" if was else "")
        said.append(f"as above: {record.level_words}" if told in said else told)
    return {
        "frame": entries.assign(said=said),
        "label": "tbl-swot-support",
        "caption": (
            f"Which SWOT entries rows can speak to, and what they say for {period}. A level is no "
            "proof of the words beside it."
        ),
        "kind": kind,
        "columns": [
            Column("quadrant", "Quadrant"),
            Column("text", "Entry", width=1),
            Column("support", "Rests on"),
            Column("said", "What the rows say", width=1.1),
        ],
    }


def variables(table: pd.DataFrame, *, printed: bool) -> View:
    """List dependent and independent variables, of a publication or of a firm."""
    shown = table.assign(
        source=table["source"].str.replace("_", " ").str.replace(".", ": ").replace("", None),
        explains=column(
            [f"{key} {indicator(key).name.lower()}" if key else None for key in table["explains"]]
        ),
    )
    return {
        "frame": shown,
        "label": "tbl-variables",
        "caption": (
            "Dependent variables, those taken to explain them, and the setting."
            + (
                " The paper asks for the distinction (4.4.1) and names none; the choice is ours."
                if printed
                else ""
            )
        ),
        "kind": "words",
        "columns": [
            Column("role", "Role"),
            Column("name", "Variable", width=1),
            Column("source", "Measured by", width=1),
            Column("explains", "Taken to explain", width=1),
        ],
    }
