"""A diagnosis in words, made from the numbers by stated rules.

Each finding carries its sentence in English and Polish, the rule that made it and the figures it
rests on. Where the article argues too strongly, the rule is the corrected one and says so. The
sentences stand in ``diagnosis.yaml``; a rule here computes when one is said and what fills it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

import pandas as pd

from analysis.base.periods import quarter_days, quarter_label
from analysis.base.text import decimal, listed, own_yaml, percent
from analysis.efficiency import ratios
from analysis.efficiency.dynamics import quotient, trend, turnover_split
from analysis.efficiency.quarterly_statements import Book

_ROMAN: Final = ("I", "II", "III", "IV")

Known = dict[int, Fraction]
"""Values by quarter index, only where they are defined."""


@dataclass(frozen=True)
class Text:
    """The same words in both languages."""

    english: str
    polish: str


SENTENCES: Final = {
    rule: {part: Text(**both) for part, both in parts.items()}
    for rule, parts in own_yaml(__file__, "diagnosis.yaml").items()
}
"""By rule: the sentence, its rule, a correction where there is one, and words that fill it."""


@dataclass(frozen=True)
class Finding:
    """One sentence of the diagnosis.

    Attributes
    ----------
    rule_id : str
        Key of the rule.
    text : Text
        The sentence, English and Polish.
    rule : Text
        When it is said and how its figures are made.
    figures : tuple
        (name, quarter label, exact value) of every figure in it.
    correction : Text or None
        What the article's own argument for such a sentence gets wrong.
    """

    rule_id: str
    text: Text
    rule: Text
    figures: tuple[tuple[str, str, Fraction], ...]
    correction: Text | None = None


@dataclass(frozen=True)
class Subject:
    """What a rule looks at: a company's statements and indicators (closing, not annualised).

    ``cost`` is what the table's economic value added charges for capital, if anything.
    """

    statements: Book
    table: pd.DataFrame
    cost: ratios.CapitalCost | None = None

    def values(self, name: str) -> Known:
        """Return an indicator where it is defined."""
        return _defined(ratios.series(self.table, name))

    def complete(self, *names: str) -> bool:
        """Whether indicators are defined in every quarter."""
        return all(len(self.values(name)) == len(self.statements) for name in names)

    def column(self, *names: str) -> Known:
        """Return a sum of columns by quarter."""
        return {
            q: Fraction(sum(amounts[n] for n in names)) for q, amounts in self.statements.items()
        }


Rule = Callable[[Subject], Iterator[Finding]]
Writer = Callable[[Fraction], Text]
Part = Text | str | Known | tuple[Known, Writer]


def diagnose(statements: Book, cost: ratios.CapitalCost | None = None) -> list[Finding]:
    """Apply every rule to a company's statements.

    Parameters
    ----------
    statements : Book
        The company, quarter by quarter.
    cost : CapitalCost, optional
        For the sentence on economic value added, which is left out without it.

    Returns
    -------
    list of Finding
        In the order of the article: profits, cash, margins, returns, turnovers.

    Examples
    --------
    >>> from analysis.efficiency.quarterly_statements import AMOUNTS
    >>> amounts = dict.fromkeys(AMOUNTS, 0) | {"sales": 1000, "cogs": 700, "admin": 350}
    >>> diagnose({8024: amounts})[0].text.english
    'Indirect costs of 350 exceed gross profit of 300 in Q1: a loss on sales of 50.'
    """
    subject = Subject(statements, ratios.indicator_table(statements, cost=cost), cost)
    return [finding for apply in _RULES for finding in apply(subject)]


def _fill(text: Text, **parts: Text | str) -> Text:
    """Put parts into the braces of a text, each in its language."""

    def one(language: str) -> dict[str, str]:
        return {
            name: part if isinstance(part, str) else str(getattr(part, language))
            for name, part in parts.items()
        }

    return Text(text.english.format(**one("english")), text.polish.format(**one("polish")))


def _finding(
    rule: str, figures: Mapping[str, Known], chosen: Iterable[int], **parts: Part
) -> Finding:
    """Fill the sentence of a rule of ``diagnosis.yaml``.

    Parameters
    ----------
    figures : mapping of str to values by quarter
        What it rests on.
    chosen : iterable of int
        Quarters of the figures; the sentence names them as ``{when}`` and lists their values.
    parts : texts, or values by quarter with the way to write them
        What stands in the other braces; values are amounts if no way is named.
    """
    quarters, words = list(chosen), SENTENCES["trend" if rule.startswith("trend-") else rule]
    filled: dict[str, Text | str] = {"when": _quarters(quarters)}
    for name, part in parts.items():
        values = (part, _amount) if isinstance(part, dict) else part
        filled[name] = _each(*values, quarters) if isinstance(values, tuple) else values
    shown = [
        (name, quarter_label(q), values[q]) for name, values in figures.items() for q in quarters
    ]
    sentence = _fill(words["sentence"], **filled)
    return Finding(rule, sentence, words["rule"], tuple(shown), words.get("correction"))


def _both(shown: str) -> Text:
    return Text(shown, shown.replace(",", "\u00a0").replace(".", ","))


def _amount(value: Fraction) -> Text:
    return _both(decimal(0)(value))


def _share(value: Fraction) -> Text:
    return _both(percent(1)(value))


def _number(value: Fraction, places: int = 2) -> Text:
    return _both(decimal(places)(value))


def _quarters(indices: Iterable[int]) -> Text:
    """Name quarters: ``Q1 and Q2``; ``I i II kwartale``; with years if there are several."""
    chosen = list(indices)
    several = len({index // 4 for index in chosen}) > 1
    years = [f" {index // 4}" if several else "" for index in chosen]
    english = [f"Q{q % 4 + 1}{year}" for q, year in zip(chosen, years, strict=True)]
    polish = [f"{_ROMAN[q % 4]}{year}" for q, year in zip(chosen, years, strict=True)]
    return Text(listed(english, "and"), listed(polish, "i") + " kwartale")


def _each(values: Known, unit: Writer, chosen: Iterable[int]) -> Text:
    """List the values of chosen quarters."""
    texts = [unit(values[q]) for q in chosen]
    return Text(listed([v.english for v in texts], "and"), listed([v.polish for v in texts], "i"))


def _defined(values: dict[int, Fraction | None]) -> Known:
    return {q: v for q, v in values.items() if v is not None}


def _negative(values: Known) -> Known:
    return {q: -v for q, v in values.items()}


def _by_sign(values: Known) -> tuple[list[int], list[int]]:
    """Return the quarters above zero and those below."""
    return [q for q, v in values.items() if v > 0], [q for q, v in values.items() if v < 0]


def _loss_on_sales(subject: Subject) -> Iterator[Finding]:
    """Indirect costs above gross profit."""
    profit, gross = subject.values("K2"), subject.values("K1")
    _, bad = _by_sign(profit)
    if bad:
        parts = {"indirect": subject.column("selling", "admin"), "gross": gross}
        figures = {"K2": profit, "K1": gross}
        yield _finding("loss-on-sales", figures, bad, loss=_negative(profit), **parts)


def _gains_and_losses(
    rules: tuple[str, str], name: str, values: Known, **parts: Part
) -> Iterator[Finding]:
    """Apply one rule to the quarters above zero, another to those below."""
    signed = (values, _negative(values))
    for rule, chosen, amount in zip(rules, _by_sign(values), signed, strict=True):
        if chosen:
            yield _finding(rule, {name: values}, chosen, amount=amount, **parts)


def _other_operations(subject: Subject) -> Iterator[Finding]:
    """Other operations that rescue or hurt the operating result."""
    sales, operating = subject.values("K2"), subject.values("K3")
    other = {q: operating[q] - sales[q] for q in sales}
    rules = ("other-operations-add", "other-operations-take")
    return _gains_and_losses(rules, "K3 − K2", other, sales=sales, operating=operating)


def _financial_result(subject: Subject) -> Iterator[Finding]:
    """Financial costs against income, and what extraordinary gains make good of them."""
    operating, business, pretax = (subject.values(name) for name in ("K3", "K4", "K5"))
    lost = {q: operating[q] - business[q] for q in operating}
    chosen, _ = _by_sign(lost)
    if chosen:
        cover = {q: (pretax[q] - business[q]) / lost[q] for q in chosen}
        figures = {"K3 − K4": lost, "cover": cover}
        yield _finding("financial-loss", figures, chosen, lost=lost, cover=(cover, _share))


def _no_tax(subject: Subject) -> Iterator[Finding]:
    """Net profit equal to pre-tax profit although it is above zero."""
    pretax, net = subject.values("K5"), subject.values("K6")
    chosen = [q for q in net if net[q] == pretax[q] > 0]
    if chosen:
        yield _finding("no-tax", {"K6": net}, chosen, profit=net)


def _trends(*names: str, unit: Writer) -> Rule:
    """Make a rule on how indicators move over the quarters, one sentence each."""

    def rule(subject: Subject) -> Iterator[Finding]:
        words = SENTENCES["trend"]
        for name in names:
            values = subject.values(name)
            found = trend(values) if subject.complete(name) else None
            if found is not None:
                yield _finding(
                    f"trend-{name}",
                    {name: values},
                    values,
                    name=Text(ratios.indicator(name).english, ratios.indicator(name).polish),
                    moves=words[found.direction],
                    first=unit(values[min(values)]),
                    last=unit(values[max(values)]),
                    certain=words["certain" if found.certain else "uncertain"],
                )

    return rule


def _value_added(subject: Subject) -> Iterator[Finding]:
    """Economic value added, where a cost of capital was given."""
    values, cost = subject.values("K10"), subject.cost
    if not values or cost is None:
        return
    total = sum(values.values(), Fraction(0))
    rows = subject.table[(subject.table["indicator"] == "K10") & subject.table["value"].notna()]
    even = ratios.QUARTERS_PER_YEAR * sum(rows["numerator"]) / sum(rows["denominator"])
    words = SENTENCES["value-added"]
    yield _finding(
        "value-added",
        {"K10": values},
        values,
        rate=_share(cost.annual_rate),
        tax=_share(cost.tax_rate),
        values=values,
        total=_amount(total),
        earned=words["earned" if total >= 0 else "not-earned"],
        even=_fill(words["even"], even=_share(even)) if even >= 0 else words["never"],
    )


def _cash_gaps(subject: Subject) -> Iterator[Finding]:
    """Quarters in which cash falls although it rises in others."""
    flow = subject.values("CF")
    _, bad = _by_sign(flow)
    if 0 < len(bad) < len(flow):
        amount, when = _each(_negative(flow), _amount, bad), _quarters(bad)
        total = _amount(sum(flow.values(), Fraction(0)))
        yield _finding("cash-gaps", {"CF": flow}, flow, amount=amount, when=when, total=total)


def _operating_cash(subject: Subject) -> Iterator[Finding]:
    """Quarters in which operations bring in or use up cash."""
    rules = ("operations-bring-cash", "operations-use-cash")
    return _gains_and_losses(rules, "K7", subject.values("K7"))


def _who_pays(subject: Subject) -> Iterator[Finding]:
    """Say what pays for investment over the whole time: operations or financing."""
    total = {n: sum(subject.column(n).values(), Fraction(0)) for n in ("cfo", "cfi", "cff")}
    if total["cfi"] < 0:
        change = _amount(sum(total.values(), Fraction(0)))
        parts = {"spent": -total["cfi"], "cfo": total["cfo"], "cff": total["cff"]}
        texts = {name: _amount(value) for name, value in parts.items()}
        made = _finding("who-pays", {}, (), change=change, **texts)
        yield replace(made, figures=tuple((n, "all", value) for n, value in total.items()))


def _indirect_costs(subject: Subject) -> Iterator[Finding]:
    """Indirect costs: their share of sales, and whether they move with sales at all."""
    if not subject.complete("K11", "K12") or len(subject.statements) < 2:
        return
    gross, basic = subject.values("K11"), subject.values("K12")
    gap = {q: gross[q] - basic[q] for q in gross}
    first, last = min(gap), max(gap)
    indirect, sales = subject.column("selling", "admin"), subject.column("sales")
    if indirect[first] and sales[first]:
        yield _finding(
            "indirect-costs",
            {"K11 − K12": gap},
            (first, last),
            first=_share(gap[first]),
            last=_share(gap[last]),
            costs=_share(indirect[last] / indirect[first] - 1),
            sales=_share(sales[last] / sales[first] - 1),
        )


def _debt_behind_returns(subject: Subject) -> Iterator[Finding]:
    """Name the equity multiplier behind return on equity and on assets."""
    times = _defined(quotient(subject.table, "K18", "K17"))
    if times:
        equity = {q: 1 / v for q, v in times.items()}
        parts = {"times": (times, _number), "equity": (equity, _share)}
        yield _finding("debt", {"K18 ÷ K17": times}, times, **parts)


def _asset_turnover(subject: Subject) -> Iterator[Finding]:
    """Name the largest change of asset turnover, split into sales and assets."""
    turnover = subject.values("K19")
    moves = {q: turnover[q] - turnover[q - 1] for q in turnover if q - 1 in turnover}
    if not moves:
        return
    quarter = max(moves, key=lambda q: (abs(moves[q]), q))
    parts = turnover_split(subject.statements, quarter)
    assert parts is not None
    yield _finding(
        "asset-turnover",
        {"K19": turnover},
        (quarter - 1, quarter),
        when=_quarters([quarter]),
        before=_number(turnover[quarter - 1]),
        after=_number(turnover[quarter]),
        sales=_number(parts[0], 3),
        assets=_number(parts[1], 3),
    )


def _fixed_share(subject: Subject) -> Iterator[Finding]:
    """Name the share of fixed assets behind two turnovers."""
    values = _defined(quotient(subject.table, "K19", "K20"))
    if values:
        yield _finding("fixed-share", {"K19 ÷ K20": values}, values, values=(values, _share))


def _inventories(subject: Subject) -> Iterator[Finding]:
    """Inventory turnover: the best quarter, and the last against it."""
    turnover, at_cost = subject.values("K22"), subject.values("K22b")
    if len(turnover) < 2 or set(turnover) != set(at_cost):
        return
    best, last = max(turnover, key=lambda q: (turnover[q], -q)), max(turnover)
    words = SENTENCES["inventories"]["first-best" if best < last else "last-best"]
    figures, chosen = {"K22": turnover, "K22b": at_cost}, dict.fromkeys((best, last))
    parts = {"turns": (turnover, _number), "cost": (at_cost, _number)}
    yield _finding("inventories", figures, chosen, best=words, **parts)


def _collection(subject: Subject) -> Iterator[Finding]:
    """Receivables that outlast the quarter."""
    slow = {q: v for q, v in subject.values("K21").items() if 0 < v < 1}
    if slow:
        lengths = _defined({q: ratios.days(v, q) for q, v in slow.items()})
        parts = {"days": lengths, "length": {q: Fraction(quarter_days(q)) for q in slow}}
        figures = {"K21": slow, "days": lengths}
        yield _finding("collection", figures, slow, turns=(slow, _number), **parts)


def _cash_per_profit(subject: Subject) -> Iterator[Finding]:
    """How much cash a unit of operating profit carries."""
    ratio = subject.values("K25")
    if not ratio:
        return
    least = min(ratio, key=lambda q: (ratio[q], q))
    later = [q for q in ratio if q > least]
    rises = later and len(ratio) > 2 and all(ratio[q] > ratio[least] for q in later)
    words = SENTENCES["cash-per-profit"]["lowest"]
    lowest = _fill(words, when=_quarters([least])) if rises else ""
    yield _finding("cash-per-profit", {"K25": ratio}, ratio, ratio=(ratio, _number), lowest=lowest)


_RULES: Final[tuple[Rule, ...]] = (
    _loss_on_sales,
    _other_operations,
    _financial_result,
    _no_tax,
    _trends("K1", "K2", "K3", "K6", unit=_amount),
    _value_added,
    _cash_gaps,
    _operating_cash,
    _who_pays,
    _trends("K11", "K12", "K13", "K16", unit=_share),
    _indirect_costs,
    _debt_behind_returns,
    _asset_turnover,
    _fixed_share,
    _inventories,
    _collection,
    _cash_per_profit,
)
"""In the order of the article's prose."""
