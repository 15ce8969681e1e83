"""Sentences and tables of a firm's report that no other report has.

Every function takes a :class:`~analysis.show.firm_report.FirmReport`. Text from the firm's own
files is escaped, so that none of it is read as markup.
"""

from __future__ import annotations

from collections import Counter

import pandas as pd

from analysis.base.language import counted, tr
from analysis.base.periods import (
    base_words,
    calendar,
    in_words,
    month_label,
    months_in,
    short_base,
    short_period,
)
from analysis.base.text import decimal, listed, outward, percent, points
from analysis.efficiency.dynamics import DUPONT, dupont
from analysis.efficiency.ratios import indicator_table
from analysis.intake.case_check import read_inventory, read_notes
from analysis.kpis.catalogue import Indicator, Kpi, indicator
from analysis.kpis.compare import Base, bases
from analysis.kpis.cube import tables_of
from analysis.kpis.levels import availability
from analysis.method.key_results import Result, chosen
from analysis.notebook.prose import literal
from analysis.show.firm_report import FirmReport
from analysis.show.firm_sales import concerns
from analysis.show.wording import (
    View,
    amount_text,
    goal_text,
    level_text,
    result_texts,
    score_text,
    view,
)

whole, share, signed = decimal(0), percent(1), percent(1, signed=True)

_ASKS = {
    "below baseline": "It moved away from its target: change what is done, or the target",
    "behind": "It came part of the way: give it more time, more means, or another target",
    "cannot tell": "Decide how it is measured, or what its target is",
}
"""What a key result that is not on track asks for, by its status."""

_NOTED = 6
"""Kinds of notes that the report tells in words."""
_FEW, _NAMED = 3, 4
"""Indicators from which on a sentence counts them, and those that it names at most."""


# ---- The board's pages ----


def summary(report: FirmReport) -> str:
    """Say in a few sentences how the period went."""
    parts = (_results, _turned, _key_results, _unknown)
    return " ".join(_first(text) for say in parts if (text := say(report)))


def _results(report: FirmReport) -> str:
    parts = []
    for name in ("sales", "services"):
        level, growth = report.level(name), report.growth(name)
        if level is None:
            continue
        text = counted("{n} service", "{n} services", int(level)) if name == "services" else ""
        text = text or tr(
            "sales of {amount} {currency}", amount=amount_text(level), currency=report.currency
        )
        parts.append(text if growth is None else f"{text} ({signed(growth)})")
    if not parts:
        return ""
    period, had = in_words(report.period), listed(parts)
    if not _has_growth(report):
        return tr("In {period} the firm had {had}.", period=period, had=had)
    return tr(
        "In {period} the firm had {had}; in brackets, the change on {base}.",
        period=period,
        had=had,
        base=base_words(report.study.grain, report.base, report.period),
    )


def _has_growth(report: FirmReport) -> bool:
    return any(report.growth(name) is not None for name in ("sales", "services"))


def _turned(report: FirmReport) -> str:
    """Count what turned for better and for worse, on the report's base or else on the other."""
    for base in dict.fromkeys((report.base, *bases(report.study.grain))):
        if len(report.measured) < _FEW:
            return ""
        turned: dict[str, list[str]] = {"better": [], "worse": []}
        for one in report.measured:
            if effect := one.effect(base):
                turned[effect].append(f"{_named(one.record)} {one.change_in_words(base)}")
        better, worse = turned["better"], turned["worse"]
        if not better and not worse:
            continue
        counts = [
            (better, counted("{n} indicator is better", "{n} indicators are better", len(better))),
            (worse, counted("{n} is worse", "{n} are worse", len(worse))),
        ]
        text = tr("In the same comparison, {turned}")  # if the sentence before it names the base
        if base != report.base or not _has_growth(report):
            text = tr("Compared with {base}, {turned}")
        text = text.format(
            base=base_words(report.study.grain, base, report.period),
            turned=listed([words for names, words in counts if names]),
        )
        more = ", …" if len(worse) > _NAMED else ""
        named = f": {', '.join(worse[:_NAMED])}{more}" if worse else ""
        return f"{text}{named}".removesuffix(".") + "."  # as that of an abbreviated unit
    return ""


def _named(record: Kpi) -> str:
    return record.definition if isinstance(record, Indicator) else record.name.lower()


def _key_results(report: FirmReport) -> str:
    if not report.nodes:
        return ""
    counts = Counter(row.state for row in report.states.values())
    lost = counts["cannot tell"]
    states = (
        ("on track", counted("{n} is on track", "{n} are on track", counts["on track"])),
        ("off", counted("{n} is off track", "{n} are off track", counts["off"])),
        ("cannot tell", counted("{n} cannot be judged", "{n} cannot be judged", lost)),
    )
    found = listed([text for state, text in states if counts[state]])
    return tr("Of {count} key results {found}.", count=len(report.states), found=found)


def joint(report: FirmReport) -> str:
    """Say what the key results join to, and how much of their weight is known."""
    top = report.nodes[0]
    covered = percent(0)(top.covered)
    if top.told is not None:
        return tr(
            "The joint score is {score}, with {covered} of the weight known; it is 1 where every "
            "target is met.",
            score=score_text(top.told),
            covered=covered,
        )
    if not top.covered:
        return tr("The joint score is not known, since no key result can be scored.")
    low, high = outward(top.low, top.high, 2)
    return tr(
        "The joint score lies between {low} and {high}: only {covered} of its weight is known.",
        low=low,
        high=high,
        covered=covered,
    )


def scorecard(report: FirmReport) -> str:
    """Say how the scores join, and what is missing."""
    top, text = report.nodes[0], joint(report)
    missing = [n.name for n in report.nodes if n.level == "key result" and n.score is None]
    if top.covered < 1 and top.told is not None:
        low, high = outward(top.low, top.high, 2)
        text += " " + tr(
            "With all of it known it would lie between {low} and {high}, if no missing score is "
            "below zero.",
            low=low,
            high=high,
        )
    names = literal("; ".join(missing))
    return text + (" " + tr("Without a score: {names}.", names=names) if missing else "")


def _unknown(report: FirmReport) -> str:
    names = [_named(one.record) for one in report.measured if one.value is None]
    if not names:
        return ""
    period = short_period(report.period)
    text = tr("Not recorded in {period}: {names}.", period=period, names=listed(names))
    months = set(map(month_label, months_in(report.period)))
    closed = set(map(month_label, calendar().closed))
    gaps = read_inventory(report.case)["gaps"].str.split(", ").explode()
    lost = sorted(months.intersection(gaps) - closed)
    if not lost:
        return text
    more = tr(
        "No row is of {months}. If nothing happened then, write into case.yaml: {line}",
        months=listed([*map(short_period, lost)]),
        line=f"`closed: [{', '.join(sorted({*closed, *lost}))}]`",
    )
    return f"{text} {more}"


def indicators(report: FirmReport) -> View:
    """Show the indicators beside the period before, last year, plan and targets, with lights."""
    grain = report.study.grain
    rows = []
    for one in report.measured:
        own = report.states[one.result.key_result.kr_id].state if one.result else ""
        row: dict[str, str | None] = {
            "name": _with_unit(one.record),
            "value": level_text(one.record, one.value),
            "target": _goal(one.result) if one.result else None,
            "plan": level_text(one.record, one.plan),
            "on_plan": one.change_in_words("plan"),
            "light": own or one.state or one.effect(report.base) or None,
        }
        rows.append(row | {base: one.change_in_words(base) for base in bases(grain)})
    there = {base for base in bases(grain) if any(row[base] for row in rows)}
    heads = {base: tr("on {period}", period=_base(report, base)) for base in there}
    base = base_words(grain, report.base, report.period)
    light = tr(
        "The light shows how the target stands; without a target, whether the plan is met, or else "
        "whether the change on {base} is for the better.",
        base=base,
    )
    if not any(row["target"] or row["plan"] for row in rows):
        light = tr("The light shows whether the change on {base} is for the better.", base=base)
    lights = tr("Light") if any(row["light"] for row in rows) else ""
    changes = tr("Shares change in percentage points (pp), everything else in per cent.")
    if not there:
        changes = tr("There is no comparison, since earlier periods are not in the rows.")
    elif report.base not in there:
        more = tr("There is no comparison with {base}, which the rows do not hold.", base=base)
        changes = f"{changes} {more}"
    return view(
        "tbl-board",
        pd.DataFrame(rows),
        kind=report.kind,
        period=short_period(report.period),
        light=f"{changes} {light if lights else ''}".strip(),
        lights=lights,
        previous=heads.get("previous", ""),
        year_ago=heads.get("year-ago", ""),
        target=tr("Target") if any(row["target"] for row in rows) else "",
        plan=tr("Plan") if any(row["plan"] for row in rows) else "",
        on_plan=tr("on plan") if any(row["on_plan"] for row in rows) else "",
    )


def _with_unit(record: Kpi) -> str:
    """Name an indicator with its unit, unless the name says it."""
    name = _named(record)
    said = record.unit in name.lower().split()
    return _first(name if said else f"{name}, {record.unit}")


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _goal(result: Result, *, unit: bool = False) -> str | None:
    return goal_text(indicator(result.kpi), result.goal, unit=unit)


def key_results(report: FirmReport) -> View:
    """List the key results with owner, start, target, level, score and state."""
    rows = []
    for result in chosen(report.results):
        row, state = result.key_result, report.states[result.key_result.kr_id].state
        rows.append((row.text, row.owner, *result_texts(result, report.currency), state))
    period = short_period(report.period)
    return view("tbl-board-key-results", rows, kind=report.kind, period=period)


def decisions(report: FirmReport) -> View | None:
    """List what needs a decision: key results off their way, and what worsened without a target."""
    rows: list[tuple[str, str | None, str, str]] = []
    for result in chosen(report.results):
        row, score = result.key_result, result.score
        if score.status in _ASKS:
            found = tr(score.reason) if score.reason else _distance(result)
            if causes := report.states[row.kr_id].causes:
                found += "; " + tr("causes noted: {causes}", causes=causes)
            rows.append((row.text, row.owner, found, tr(_ASKS[score.status])))
    for one in report.measured:
        turns: dict[Base, str] = {base: one.effect(base) for base in bases(report.study.grain)}
        if one.result is None and set(turns.values()) == {"worse"}:
            changes = [f"{one.change_in_words(b)} ({_base(report, b)})" for b in turns]
            asks = tr("Set a target, or accept it")
            rows.append((_first(_named(one.record)), None, listed(changes), asks))
    rows += [(what, None, found, asks) for what, found, asks in concerns(report)]
    if not rows:
        return None
    owner = tr("Owner") if any(owner for _, owner, *_ in rows) else ""
    period = short_period(report.period)
    return view("tbl-decisions", rows, kind=report.kind, period=period, owner=owner)


def _base(report: FirmReport, base: Base) -> str:
    return short_base(report.period, base)


def _distance(result: Result) -> str:
    record = indicator(result.kpi)
    level, start = (
        level_text(record, value, unit=True) for value in (result.value, result.baseline)
    )
    goal = _goal(result, unit=True)
    if start is None:
        return tr("{level} instead of {goal}", level=level, goal=goal)
    return tr("{level} instead of {goal}, from {start}", level=level, goal=goal, start=start)


# ---- The data ----


def data(report: FirmReport) -> str:
    """Say how many rows of which tables came in, and what was done to them."""
    came, notes = read_inventory(report.case), read_notes(report.case)
    notes = notes[notes["what"] != tr("this column is not used")]  # the check lists them
    texts = [
        tr(
            "{tables} came in, with {rows}. All of them were checked before anything was "
            "computed: types, ranges, keys, references between tables, dates and sums.",
            tables=counted("{n} table", "{n} tables", len(came)),
            rows=counted("{n} row", "{n} rows", int(came["rows"].sum())),
        )
    ]
    if report.rows is None:
        texts.append(
            tr(
                "The rows stay in their files and are only summed. What needs single rows is left "
                "out: the times of the service process, check-ins against the rows, the weekly "
                "course of key results, and the section on statements."
            )
        )
    if len(notes):
        texts.append(tr("What was noted: {notes}.", notes="; ".join(_noted(notes))))
    else:
        texts.append(tr("Nothing was skipped or rewritten: every cell was taken as it stands."))
    return " ".join(texts)


def _noted(notes: pd.DataFrame) -> list[str]:
    """Say what was noted and how often, what concerns no single cells last."""
    found = []
    for what, same in notes.groupby("what", sort=False):
        count = int(same["rows"].sum())
        if count and same["column"].any():
            unit = counted("{n} cell", "{n} cells", count)
        elif count:
            unit = counted("{n} row", "{n} rows", count)
        else:
            unit = counted("{n} column", "{n} columns", len(same)) if same["column"].any() else ""
        found.append((not count, f"{literal(str(what))}{unit and f' ({unit})'}"))
    texts = [text for _, text in sorted(found, key=lambda pair: pair[0])]
    if more := len(texts[_NOTED:]):
        texts[_NOTED:] = [counted("{n} more, see the check", "{n} more, see the check", more)]
    return texts


def gaps(report: FirmReport) -> str:
    """Name the months without a row in which the firm was open; empty if there are none."""
    came, closed = read_inventory(report.case), set(map(month_label, calendar().closed))
    found = []
    for months, file in came[["gaps", "file"]].to_numpy():
        if lost := [month for month in months.split(", ") if month not in {"", *closed}]:
            found.append(f"{', '.join(lost)} ({literal(str(file))})")
    if not found:
        return ""
    return tr(
        "A month without a single row counts as not recorded, not as nothing: {months}. Sums of a "
        "quarter or half-year with such a month are not given.",
        months="; ".join(found),
    )


def left_out(report: FirmReport) -> str:
    """Count the indicators that can be computed, and name the others."""
    known = availability(report.sums, tables_of(report.case))
    names = dict.fromkeys(known[~known["known"]]["name"].str.lower())
    text = tr(
        "{known} of {all} indicators can be computed.",
        known=whole(known["known"].sum()),
        all=whole(len(known)),
    )
    if not names:
        return text
    missing = tr("Not computed, since tables or rows are missing: {names}.", names=", ".join(names))
    return f"{text} {missing}"


# ---- The annex ----


def returns(report: FirmReport) -> str:
    """Say what the return on equity of the last quarter is made of, and what moved it most."""
    assert report.statements is not None
    table = dupont(report.statements, indicator_table(report.statements, "average"))
    last = table.iloc[-1]
    period = short_period(str(last["period"]))
    if last["roe"] is None:
        return tr("The return on equity of {period} is not known.", period=period)
    margin, turnover, multiplier = (last[name] for name in DUPONT)
    text = tr(
        "The return on equity of {period} is {roe} in the quarter: a margin of {margin}, on assets "
        "that turn into sales {turnover} times and are {multiplier} times equity.",
        period=period,
        roe=share(last["roe"]),
        margin=share(margin),
        turnover=decimal(2)(turnover),
        multiplier=decimal(2)(multiplier),
    )
    if last["change"] is None:
        return text
    parts = {name.split()[-1]: last[f"{name} part"] for name in DUPONT}
    most = max(parts, key=lambda name: abs(parts[name]))
    change = points(1)
    more = tr(
        "Its change on the quarter before is {change}, of which {part} by the {most}, the most of "
        "the three.",
        change=change(last["change"]),
        part=change(parts[most]),
        most=tr(most),
    )
    return f"{text} {more}"
