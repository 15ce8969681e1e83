"""Sentences and tables of a firm's report that no other report has.

Every function takes a :class:`~analysis.show.firm_report.FirmReport`. Text from the firm's own
files is escaped, so that none of it is read as markup.
"""

from __future__ import annotations

from collections import Counter

import pandas as pd

from analysis.base.language import counted
from analysis.base.periods import base_words, in_words, short_base, short_period
from analysis.base.text import decimal, listed, outward, percent, points, records
from analysis.efficiency.dynamics import DUPONT, dupont
from analysis.efficiency.ratios import indicator_table
from analysis.intake.case_check import read_inventory, read_notes
from analysis.kpis.catalogue import Indicator, Kpi, indicator
from analysis.kpis.compare import Base, bases
from analysis.kpis.cube import tables_of
from analysis.kpis.levels import availability
from analysis.method.check_ins import COIN, brier
from analysis.method.key_results import Result, chosen
from analysis.notebook.prose import literal
from analysis.show.firm_report import FirmReport, Measured
from analysis.show.wording import View, goal_text, kpi_text, level_text, score_text, view

whole, share, signed = decimal(0), percent(1), percent(1, signed=True)

_ASKS = {
    "below baseline": "It moved away from its target: change what is done, or the target",
    "behind": "It came part of the way: give it more time, more means, or another target",
    "cannot tell": "Decide how it is measured, or what its target is",
}
"""What a key result that is not on track asks for, by its status."""


# ---- The board's pages ----


def summary(report: FirmReport) -> str:
    """Say in a few sentences how the period went."""
    said = (_results, _turned, _key_results, _slowest, _unknown)
    return " ".join(text for tell in said if (text := tell(report)))


def _results(report: FirmReport) -> str:
    parts = []
    for name, words in (("sales", f"sales of {{}} {report.currency}"), ("services", "{} services")):
        level, growth = report.level(name), report.growth(name)
        if level:
            grown = "" if growth is None else f" ({signed(growth)})"
            parts.append(words.format(whole(level)) + grown)
    if not parts:
        return ""
    against = base_words(report.study.grain, report.base, report.period)
    compared = f"; in brackets, the change on {against}" if ")" in "".join(parts) else ""
    return f"In {in_words(report.period)} the firm had {listed(parts)}{compared}."


def _turned(report: FirmReport) -> str:
    """Name what turned for better and for worse, on the report's base or else on the other."""
    for base in dict.fromkeys((report.base, *bases(report.study.grain))):
        turned: dict[str, list[str]] = {}
        for one in report.measured:
            told = f"{_named(one.record)} ({one.change_in_words(base)})"
            turned.setdefault(one.effect(base), []).append(told)
        better, worse = (listed(turned.get(word, [])) for word in ("better", "worse"))
        if better or worse:
            against = base_words(report.study.grain, base, report.period)
            sides = f"better in {better or 'nothing'}, and worse in {worse or 'nothing'}"
            return f"Against {against} it is {sides}."
    return ""


def _named(record: Kpi) -> str:
    return record.definition if isinstance(record, Indicator) else record.name.lower()


def _key_results(report: FirmReport) -> str:
    if not report.nodes:
        return ""
    counts = Counter(row.state for row in report.states.values())
    states = {"on track": "on track", "off": "off track", "cannot tell": "not to be judged"}
    found = [f"{counts[name]} are {words}" for name, words in states.items() if counts[name]]
    return (
        f"Of {len(report.states)} objectives and key results {listed(found)}. The joint score of "
        f"all key results, 1 where every target is met, is {joint(report)}."
    )


def joint(report: FirmReport) -> str:
    """Say what the key results join to, and how much of their weight is known."""
    top = report.nodes[0]
    covered = percent(0)(top.covered)
    if top.told is not None:
        weight = "all" if top.covered == 1 else covered
        return f"{score_text(top.told)}, with {weight} of the weight known"
    if not top.covered:
        return "not known, since no key result can be scored"
    low, high = outward(top.low, top.high, 2)
    return f"somewhere between {low} and {high}: only {covered} of its weight is known"


def _slowest(report: FirmReport) -> str:
    if report.steps is None:
        return ""
    step = records(report.steps[report.steps["bottleneck"]])[0]
    return (
        f"The longest step of the service process is the {literal(str(step.name).lower())}: "
        f"{decimal(1)(step.mean)} days on average, {percent(0)(step.share)} of the way from "
        "request to completion."
    )


def _unknown(report: FirmReport) -> str:
    names = [_named(one.record) for one in report.measured if one.value is None]
    return f"Not recorded in {report.period}: {listed(names)}." if names else ""


def indicators(report: FirmReport) -> View:
    """Show the indicators beside the period before, last year and their targets, with lights."""
    grain = report.study.grain
    rows = []
    for one in report.measured:
        own = report.states[one.result.key_result.kr_id].state if one.result else ""
        row: dict[str, str | None] = {
            "name": f"{_first(_named(one.record))}, {one.record.unit}",
            "value": _level(one),
            "target": _goal(one.result) if one.result else None,
            "light": own or one.effect(report.base) or None,
        }
        rows.append(row | {base: one.change_in_words(base) for base in bases(grain)})
    heads: dict[str, str] = {base: f"on {_base(report, base)}" for base in bases(grain)}
    return view(
        "tbl-board",
        pd.DataFrame(rows),
        kind=report.kind,
        period=short_period(report.period),
        base=base_words(grain, report.base, report.period),
        previous=heads.get("previous", ""),
        year_ago=heads.get("year-ago", ""),
    )


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _level(one: Measured) -> str | None:
    record = one.record
    if isinstance(record, Indicator):
        return level_text(record, one.value)
    return kpi_text(record.key, one.value)


def _goal(result: Result, *, unit: bool = False) -> str | None:
    return goal_text(indicator(result.kpi), result.goal, unit=unit)


def key_results(report: FirmReport) -> View:
    """List the key results with owner, start, target, level, score and state."""
    rows = []
    for result in chosen(report.results):
        row, record = result.key_result, indicator(result.kpi, report.currency)
        rows.append(
            (
                row.text,
                row.owner,
                level_text(record, result.baseline),
                goal_text(record, result.goal),
                level_text(record, result.value),
                record.unit,
                score_text(result.score.score),
                report.states[row.kr_id].state,
            )
        )
    return view("tbl-board-key-results", rows, kind=report.kind, period=report.period)


def decisions(report: FirmReport) -> View | None:
    """List what needs a decision: key results off their way, and what worsened without a target."""
    rows: list[tuple[str, str | None, str, str]] = []
    for result in chosen(report.results):
        row, score = result.key_result, result.score
        if score.status in _ASKS:
            found = score.reason or _distance(result)
            if causes := report.states[row.kr_id].causes:
                found += f"; causes noted: {causes}"
            rows.append((row.text, row.owner, found, _ASKS[score.status]))
    for one in report.measured:
        turns: dict[Base, str] = {base: one.effect(base) for base in bases(report.study.grain)}
        if one.result is None and set(turns.values()) == {"worse"}:
            told = listed([f"{one.change_in_words(b)} on {_base(report, b)}" for b in turns])
            rows.append((_first(_named(one.record)), None, told, "Set a target, or accept it"))
    return view("tbl-decisions", rows, kind=report.kind, period=report.period) if rows else None


def _base(report: FirmReport, base: Base) -> str:
    return short_base(report.period, base)


def _distance(result: Result) -> str:
    record = indicator(result.kpi)
    level, start = (
        level_text(record, value, unit=True) for value in (result.value, result.baseline)
    )
    return f"{level} against {_goal(result, unit=True)}, from {start or 'an unknown start'}"


# ---- The data ----


def data(report: FirmReport) -> str:
    """Say how many rows of which tables came in, and what was done to them."""
    came, notes = read_inventory(report.case), read_notes(report.case)
    rows = counted("{n} row", "{n} rows", int(came["rows"].sum()))
    text = (
        f"{len(came)} tables came in, with {rows}. All of them were checked before anything "
        "was computed: types, ranges, keys, references between tables, dates and sums. "
    )
    if report.rows is None:
        text += (
            "The rows stay in their files and are only summed. What needs single rows is left out: "
            "the times of the service process, check-ins against the rows, the weekly course of "
            "key results, and the section on statements. "
        )
    if len(notes):
        return text + f"{len(notes)} kinds of things were skipped, rewritten or left unchecked."
    return text + "Nothing was skipped or coerced: every cell was taken as it stands."


def gaps(report: FirmReport) -> str:
    """Name the months without a row; empty if there are none."""
    came = read_inventory(report.case)[["gaps", "file"]].to_numpy()
    found = [f"{months} in {literal(str(file))}" for months, file in came if months]
    if not found:
        return ""
    return (
        "A month without a single row counts as not recorded, not as nothing: "
        f"{'; '.join(found)}. Sums of a quarter or half-year with such a month are not given."
    )


def left_out(report: FirmReport) -> str:
    """Name the indicators that cannot be computed; empty if there are none."""
    known = availability(report.sums, tables_of(report.case))
    names = dict.fromkeys(known[~known["known"]]["name"].str.lower())
    counted = f"{whole(known['known'].sum())} of {len(known)} indicators can be computed."
    if not names:
        return counted
    return f"{counted}\n\nLeft out, for want of a table or of rows in it: {', '.join(names)}."


# ---- The annex ----


def check_ins(report: FirmReport, states: pd.Series[str]) -> str:
    """Count the check-ins that differ from the rows."""
    slips = int((states == "differs").sum())
    return (
        f"Of {len(report.check_ins)} check-ins up to the end of {report.period}, {slips} differ "
        "from the rows of their day."
    )


def forecasts(pairs: list[tuple[int, bool]]) -> str:
    """Say what the stated confidence was worth."""
    score = brier(pairs)
    if score is None:
        return ""
    order = ("better than", "the same as", "worse than")[1 + (score > COIN) - (score < COIN)]
    return (
        f"If someone says eight of ten, the target should be met in about eight cases of ten. The "
        f"Brier score sums this up; it is {decimal(3)(score)}, which is {order} always saying five."
    )


def scorecard(report: FirmReport) -> str:
    """Say how the scores join, and what is missing."""
    top = report.nodes[0]
    text = f"The joint score is {joint(report)}."
    missing = [n.key for n in report.nodes if n.level == "key result" and n.score is None]
    if top.covered < 1 and top.told is not None:
        low, high = outward(top.low, top.high, 2)
        text += (
            f" With all of it known it would lie between {low} and {high}, if no missing score is "
            "below zero."
        )
    return text + (f" Without a score: {literal(', '.join(missing))}." if missing else "")


def ranking(report: FirmReport, table: pd.DataFrame) -> str:
    """Say how the rank of the period depends on the weights."""
    row = records(table[table["period"] == report.period])[0]
    return (
        f"Under equal weights {report.period} ranks {row.equal} of {len(table)}; over all "
        f"weightings in steps of ten per cent its rank runs from {row.best} to {row.worst}."
    )


def links(table: pd.DataFrame) -> str:
    """Count what the rows say of the links of the strategy map."""
    counts = Counter(table["finding"])
    told = ", ".join(
        f"{word} {counts[word]}"
        for word in ("supported", "contradicted", "undecided", "untestable")
    )
    return (
        f"The rows say of {len(table)} links: {told}. Fewer than {table['needed'].max()} pairs of "
        "changes can decide nothing."
    )


def returns(report: FirmReport) -> str:
    """Say what the return on equity of the last quarter is made of, and what moved it most."""
    assert report.statements is not None
    table = dupont(report.statements, indicator_table(report.statements, "average"))
    last = table.iloc[-1]
    if last["roe"] is None:
        return f"The return on equity of {last['period']} is not known."
    margin, turnover, multiplier = (last[name] for name in DUPONT)
    text = (
        f"The return on equity of {last['period']} is {share(last['roe'])} in the quarter: a "
        f"margin of {share(margin)}, on assets that turn into sales {decimal(2)(turnover)} times "
        f"and are {decimal(2)(multiplier)} times equity."
    )
    if last["change"] is None:
        return text
    parts = {name.split()[-1]: last[f"{name} part"] for name in DUPONT}
    most = max(parts, key=lambda name: abs(parts[name]))
    change = points(1)
    return (
        f"{text} Its change on the quarter before is {change(last['change'])}, of which "
        f"{change(parts[most])} by the {most}, the most of the three."
    )
