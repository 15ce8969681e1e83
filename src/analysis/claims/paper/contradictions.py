"""Where the paper's places speak against each other: fifteen findings, each computed.

The numbers in every text come from ``claims.csv`` through the engine; none is typed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from analysis.base.numbers import parse_percent
from analysis.base.text import Rounding, decimal, listed, percent
from analysis.claims.paper.engine import Engine
from analysis.claims.paper.judging import (
    SCORES,
    judge_cause,
    judge_formula,
    margin_example,
    satisfaction_example,
)
from analysis.claims.paper.results import (
    judge_result,
    largest_start,
    near_misses,
    services_print,
    start_of_both,
)
from analysis.claims.printed import Interval, format_like, preimage, read_formula
from analysis.claims.single import growth_within_total
from analysis.tables.case import Case
from analysis.tables.strategy_tables import ClaimRow

Kind = Literal["contradiction", "conditional", "open", "not reported", "unreadable"]


@dataclass(frozen=True)
class Finding:
    """One thing that the paper prints, set against another.

    Attributes
    ----------
    number : int
        1 to 15.
    topic : str
        A few words.
    kind : str
        "contradiction" (nothing reconciles the two), "conditional" (both hold only under a
        condition that is not printed), "open" (more than one meaning remains),
        "not reported", or "unreadable" (our text has lost something; never an accusation).
    one, other : str
        What is printed, with its places.
    conclusion : str
        What follows, in one or two plain sentences.
    claims : tuple of str
        Ids of the claims involved.
    """

    number: int
    topic: str
    kind: Kind
    one: str
    other: str
    conclusion: str
    claims: tuple[str, ...]


_SHORT = {"roi": "ROI", "roe": "ROE"}


def findings(case: Case, engine: Engine | None = None) -> list[Finding]:
    """Compute all findings of a case that prints what the SEGELEC paper prints.

    Parameters
    ----------
    case : Case
        The case.
    engine : Engine, optional
        Remembers answers between calls.
    """
    source = _Source(engine or Engine(case))
    return [make(source, number) for number, make in enumerate(_MAKERS, 1)]


class _Source:
    """Rows of ``claims.csv`` by id, and shorthands for what findings need."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.rows = {row.claim_id: row for row in engine.results.claims}
        self.reading = engine.case.reading()
        self.rounding = Rounding(self.reading["rounding"])

    def printed(self, claim_id: str) -> str:
        return self.rows[claim_id].printed

    def inside(self, claim_id: str) -> Interval:
        return preimage(parse_percent(self.printed(claim_id)), self.rounding)

    def ends(self, claim_id: str) -> tuple[Fraction, Fraction]:
        return self.inside(claim_id).ends

    def quote(self, *claim_ids: str) -> str:
        return "; ".join(f"“{self.rows[c].quotation}” ({self.rows[c].place})" for c in claim_ids)

    def finding(
        self, number: int, topic: str, kind: Kind, ids: tuple[list[str], list[str]], text: str
    ) -> Finding:
        one, other = (self.quote(*part) for part in ids)
        return Finding(number, topic, kind, one, other, text, (*ids[0], *ids[1]))


def _reached_or_grew(s: _Source, number: int) -> Finding:
    low, high = start_of_both(s.printed("abstract-satisfaction"), s.rounding)
    most = percent(2, rounding=Rounding.CEILING)(
        largest_start(s.printed("6-satisfaction"), s.rounding)
    )
    text = (
        f"Both hold only if satisfaction started at {low} to {high}. Growth alone needs a start of "
        f"at most {most}."
    )
    ids = (["abstract-satisfaction"], ["6-satisfaction"])
    return s.finding(number, "satisfaction: level or growth", "conditional", ids, text)


def _satisfaction_targets(s: _Source, number: int) -> Finding:
    low, high = s.ends("abstract-satisfaction")
    starts = []
    for claim_id in ("4.3.3-satisfaction-target", "4.4.2-satisfaction-objective"):
        goal = parse_percent(s.printed(claim_id)).value
        start = percent(2, rounding=Rounding.CEILING)(Fraction(high, 1 + goal))
        starts.append(f"+{s.printed(claim_id)} below {start}")
    rate = parse_percent(s.printed("4.4.2-satisfaction-target")).value
    kind: Kind = "open" if low >= rate else "contradiction"
    text = (
        f"A {s.printed('4.4.2-satisfaction-target')} rate is far exceeded. Whether the rises were "
        f"reached depends on the start, which is not printed: {listed(starts)}."
    )
    ids = (
        ["4.3.3-satisfaction-target", "4.4.2-satisfaction-objective", "4.4.2-satisfaction-target"],
        ["abstract-satisfaction"],
    )
    return s.finding(number, "three satisfaction targets", kind, ids, text)


def _cost_target(s: _Source, number: int) -> Finding:
    rate = parse_percent(s.printed("4.4.1-cost-target")).value
    yearly = 1 - (1 - rate) ** 12
    cap = Interval(Fraction(0), rate, True, False)
    text = (
        "No rate is both, if both are about the same costs; Table 1, whose row is broken in our "
        f"text, names those of materials and labor. {s.printed('4.4.1-cost-target')} a month adds "
        f"up to {percent(2)(yearly)} a year; “less than” it is met by "
        f"{'doing nothing' if Fraction(0) in cap else 'some saving'}."
    )
    kind: Kind = "open" if rate in cap else "conditional"
    ids = (["4.4.1-cost-target"], ["table1-cost-target"])
    return s.finding(number, "costs: a rate or a cap", kind, ids, text)


def _sustainability(s: _Source, number: int) -> Finding:
    formulas = [
        read_formula(s.printed(c))
        for c in ("4.4.2-sustainability-formula", "table2-sustainability-formula")
    ]
    times, over = (f.at(dict(zip(f.names, SCORES, strict=True))) for f in formulas)
    mean = Fraction(times, len(SCORES))
    rise = parse_percent(s.printed("4.4.2-sustainability-target")).value
    share = s.printed("table2-sustainability-target")
    level = parse_percent(share).value
    text = (
        f"Scores of {'/'.join(map(decimal(), SCORES))} give {decimal()(over)} in Table 2. In 4.4.2 "
        f"they give {decimal()(times)}, if “combines” is read as a sum, and {decimal()(mean)}, if "
        f"as a mean. A rise by {share} and a level of {share} agree only from a start of "
        f"{percent(2)(Fraction(level, 1 + rise))}."
    )
    ids = (
        ["4.4.2-sustainability-formula", "4.4.2-sustainability-target"],
        ["table2-sustainability-formula", "table2-sustainability-target"],
    )
    kind: Kind = "open" if over in (times, mean) else "contradiction"
    return s.finding(number, "sustainability: times or over three", kind, ids, text)


def _margin(s: _Source, number: int) -> Finding:
    ten, eleven, change = margin_example(read_formula(s.printed("table1-margin-formula")))
    text = (
        f"The fraction stands upside down: a margin of 10% prints as {decimal()(ten)}, one of 11% "
        f"as {decimal()(eleven)} ({format_like(change, '0.0%')}), so success looks like failure."
    )
    ids = (["4.4.1-margin-target"], ["table1-margin-formula"])
    return s.finding(number, "net profit margin", "contradiction", ids, text)


def _roi_or_roe(s: _Source, number: int) -> Finding:
    roi = 1 + parse_percent(s.printed("4.4.1-roi-target")).value
    margin = 1 + parse_percent(s.printed("4.4.1-margin-target")).value
    names = read_formula(s.printed("table1-roe-formula")).names
    text = (
        f"{names[0].capitalize()} by {names[1]} is ROE, as the key result beside it asks; only its "
        "label, ROI, is wrong. The objective, ROI, has no formula at all. As ROI is margin times "
        f"turnover of capital, ROI times {decimal(2)(roi)} with margin times "
        f"{decimal(2)(margin)} needs turnover to grow by "
        f"{percent(2)(Fraction(roi, margin) - 1)}."
    )
    ids = (["table1-roe-target", "4.4.1-roi-target"], ["table1-roe-formula"])
    return s.finding(number, "ROI or ROE", "contradiction", ids, text)


def _lost_bar(s: _Source, number: int) -> Finding:
    verdict = judge_formula(s.engine, s.rows["table1-cost-formula"])
    kind: Kind = "unreadable" if verdict.verdict == "unreadable" else "open"
    text = verdict.evidence + " Probably (initial − final) ÷ initial was meant."
    return s.finding(number, "operating-cost rate", kind, (["table1-cost-formula"], []), text)


def _circular(s: _Source, number: int) -> Finding:
    survey = satisfaction_example(s.engine)
    plain, circular = (
        read_formula(s.printed(c)).at(survey)
        for c in ("4.4.2-satisfaction-formula", "table2-satisfaction-formula")
    )
    kind: Kind = "contradiction" if plain * 100 != circular else "open"
    text = (
        "Table 2 puts the index into its own formula, which squares the share: "
        f"{survey['satisfied customers']} satisfied of {survey['respondents']} are "
        f"{percent()(plain)}, but {percent()(circular * Fraction(1, 100))} by Table 2."
    )
    ids = (["4.4.2-satisfaction-formula"], ["table2-satisfaction-formula"])
    return s.finding(number, "satisfaction index", kind, ids, text)


def _sales_total(s: _Source, number: int) -> Finding:
    axes = s.engine.case.parameters.readings
    fits = [
        (total, growth)
        for total in axes["sales_total"].options
        for growth in axes["sales_growth"].options
        if s.engine.answer(
            "sales", {**s.reading, "sales_total": total, "sales_growth": growth}
        ).possible
    ]
    text = (
        f"{len(fits)} combinations of period and base fit the print, and each implies other sales "
        "for each quarter."
    )
    ids = (["abstract-sales-total"], ["6-sales-total"])
    kind: Kind = "open" if len(fits) > 1 else "contradiction"
    return s.finding(number, "which period the sales cover", kind, ids, text)


def _services_period(s: _Source, number: int) -> Finding:
    total, growth = services_print(s.engine)
    splits = growth_within_total(growth, total, s.rounding)
    target = parse_percent(growth).value
    earlier = next(e for e in range(1, total) if Fraction(total - 2 * e, e) < target)
    shown = [
        f"{e} and {total - e} give {format_like(Fraction(total - 2 * e, e), growth, s.rounding)}"
        for e in (earlier, earlier - 1)
    ]
    kind: Kind = "open" if splits else "conditional"
    text = (
        f"Both hold only if the {total} are those of one half-year: together the two cannot have "
        f"grown by {growth}, since {listed(shown)}."
    )
    ids = (["abstract-services"], ["5-services-growth"])
    return s.finding(number, "which period the services cover", kind, ids, text)


def _universe(s: _Source, number: int) -> Finding:
    every = {**s.reading, "respondents": "every-service"}
    kind: Kind = "open" if s.engine.answer("satisfaction", every).possible else "conditional"
    text = (
        f"{near_misses(s.engine, s.rounding)} Both hold only if "
        f"{s.printed('abstract-satisfaction')} is no share of one yes/no answer for each service: "
        "fewer answered, say, or scores were averaged."
    )
    ids = (["abstract-coverage"], ["abstract-satisfaction"])
    return s.finding(number, "no sampling", kind, ids, text)


def _labour(s: _Source, number: int) -> Finding:
    free = judge_result(s.engine, s.rows["abstract-productivity-q1"], s.reading).evidence
    constant = s.engine.answer("services", {**s.reading, "labour": "constant"})
    kind: Kind = "open" if constant.possible else "conditional"
    text = (
        "With the same labour both cannot be. Measured year on year, the pair "
        f"{free[0].lower()}{free[1:]}"
    )
    ids = (["5-services-growth"], ["abstract-productivity-q1", "abstract-productivity-q2"])
    return s.finding(number, "services and productivity", kind, ids, text)


def _no_result(s: _Source, number: int) -> Finding:
    silent = [
        row
        for row in s.engine.results.claims
        if row.role == "target" and not s.engine.results.of(row.quantity)
    ]
    first: dict[str, ClaimRow] = {}
    for row in silent:
        first.setdefault(row.quantity, row)
    names = [_SHORT.get(name, name.replace("_", " ")) for name in first]
    text = f"No result is printed for targets on {listed(names)}."
    ids = ([row.claim_id for row in first.values()], list[str]())
    return s.finding(number, "targets without a result", "not reported", ids, text)


def _cause(s: _Source, number: int) -> Finding:
    text = judge_cause(s.engine, s.rows["5-services-cause"], s.reading).evidence
    ids = (["5-services-cause"], ["5-services-growth"])
    return s.finding(number, "what caused the growth", "open", ids, text)


def _wrong_measure(s: _Source, number: int) -> Finding:
    text = judge_formula(s.engine, s.rows["4.4.3-service-time-formula"]).evidence
    ids = (["4.4.3-in-time-and-budget-target"], ["4.4.3-service-time-formula"])
    return s.finding(number, "in time and within budget", "contradiction", ids, text)


_MAKERS: tuple[Callable[[_Source, int], Finding], ...] = (
    _reached_or_grew,
    _satisfaction_targets,
    _cost_target,
    _sustainability,
    _margin,
    _roi_or_roe,
    _lost_bar,
    _circular,
    _sales_total,
    _services_period,
    _universe,
    _labour,
    _no_result,
    _cause,
    _wrong_measure,
)
