"""Exercises on the profit ladder, ratios, economic value added and chains of inequalities."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from analysis.base.errors import InputError
from analysis.base.periods import quarter_days, quarter_label
from analysis.base.text import records
from analysis.efficiency.article import COMPANIES, company_names
from analysis.efficiency.quarterly_statements import Book, book, ledger_statements, read_statements
from analysis.efficiency.ratios import CapitalCost, compute, days, indicator, measures
from analysis.efficiency.sentences import read_bounds, read_made
from analysis.exercises.forms import Choice, Number
from analysis.exercises.task import Pose, Study, Task, Topic, required

PROFITS = Topic("profits")

COST = CapitalCost(Fraction(12, 100), Fraction(19, 100), "the exercise; both are our assumptions")
_ORDERS = ("K3 < K4 < K5", "K4 < K5 < K3", "K5 < K4 < K3", "K4 < K3 < K5")
_BOUND = "assets-q1"


@dataclass(frozen=True)
class _Firm:
    name: str
    unit: str
    statements: Book

    @property
    def first(self) -> int:
        """First quarter."""
        return min(self.statements)

    @property
    def last(self) -> int:
        """Last quarter."""
        return max(self.statements)

    def amounts(self, quarter: int) -> dict[str, int]:
        """Return lines and levels of profit of a quarter."""
        return measures(self.statements[quarter])

    def values(self, quarter: int) -> dict[str, Any]:
        """Return what texts on a quarter need."""
        about = {"firm": self.name, "unit": self.unit, "when": quarter_label(quarter)}
        return about | self.amounts(quarter)


def _firm(study: Study) -> _Firm:
    """Return the first made-up company of the article's case, or a firm's own statements."""
    case = study.case
    if not (case.raw / COMPANIES.file).is_file():
        coins = f"hundredths of {study.currency}"
        return _Firm("Statement of the firm", coins, ledger_statements(case))
    key, name = next(iter(company_names(case).items()))
    frame = read_statements(case.processed / "ledger", case.root)
    return _Firm(name, study.currency, book(frame, key))


def _places(study: Study) -> dict[str, str]:
    """Where the article's sentences stand, by their key."""
    if not (study.case.processed / "sentences.csv").is_file():
        raise InputError("the case has no sentences of an article")
    made = records(read_made(study.case, "sentences.csv"))
    return {row.statement_id: str(row.place) for row in made}


@PROFITS.exercise("loss")
def loss(study: Study, pose: Pose) -> Task:
    """Pose the second step of the profit ladder."""
    firm = _firm(study)
    found = firm.amounts(firm.first)
    gross, on_sales = found["K1"], found["K2"]
    wrong = (gross, found["K3"], gross - found["selling"], gross - found["admin"])
    return pose(
        Number(firm.unit),
        Fraction(on_sales),
        map(Fraction, (*wrong, on_sales + found["other_op_income"])),
        **firm.values(firm.first),
    )


@PROFITS.exercise("margin")
def margin(study: Study, pose: Pose) -> Task:
    """Pose the net profit margin, which the paper prints upside down."""
    firm = _firm(study)
    found = firm.amounts(firm.first)
    answer = required(compute(indicator("K16"), firm.statements, firm.first).value, "net margin")
    sales, net = found["sales"], required(found["K6"] or None, "net profit")
    costs, inverse = sales - net, Fraction(100 * sales, net)
    return pose(
        Number("per cent", 1),
        answer * 100,
        [
            inverse,
            Fraction(100 * found["K3"], sales),
            Fraction(100 * net, costs) if costs else Fraction(0),
        ],
        inverse=inverse,
        **firm.values(firm.first),
    )


@PROFITS.exercise("collection")
def collection(study: Study, pose: Pose) -> Task:
    """Pose the days that customers take to pay."""
    firm = _firm(study)
    turnover = compute(indicator("K21"), firm.statements, firm.last).value
    turns, length = required(turnover or None, "receivables turnover"), quarter_days(firm.last)
    return pose(
        Number("days", 1),
        required(days(turns, firm.last), "days"),
        [365 / turns, length * turns, 90 / turns, turns],
        turns=turns,
        length=length,
        **firm.values(firm.last),
    )


@PROFITS.exercise("value-added")
def value_added(study: Study, pose: Pose) -> Task:
    """Pose economic value added."""
    firm = _firm(study)
    found = firm.amounts(firm.first)
    result = compute(indicator("K10"), firm.statements, firm.first, cost=COST)
    profit, debt, equity = found["K3"], found["interest_debt"], found["equity"]
    taxed = profit - COST.tax_rate * max(profit, 0)
    quarterly, capital = COST.annual_rate / 4, equity + debt
    charge = quarterly * capital
    return pose(
        Number(firm.unit, 1),
        required(result.value, "economic value added"),
        [
            taxed,
            taxed - COST.annual_rate * capital,
            profit - charge,
            taxed - quarterly * equity,
            taxed - quarterly * debt,
            found["K6"] - charge,
        ],
        taxed=taxed,
        capital=capital,
        charge=charge,
        quarterly=quarterly,
        rate=COST.annual_rate,
        tax=COST.tax_rate,
        **firm.values(firm.first),
    )


@PROFITS.exercise("order")
def order(study: Study, pose: Pose) -> Task:
    """Pose the order that sentences impose on three levels of profit."""
    firm = _firm(study)
    levels = firm.amounts(firm.first)
    chain = " < ".join(sorted(("K3", "K4", "K5"), key=lambda name: levels[name]))
    return pose(Choice(_ORDERS), chain, places=_places(study))


@PROFITS.exercise("bound")
def bound(study: Study, pose: Pose) -> Task:
    """Pose a bound on asset turnover that follows from a chain of inequalities."""
    firm = _firm(study)
    places = _places(study)
    high = next(
        (pin.high for pin in records(read_bounds(study.case)) if pin.pin_id == _BOUND), None
    )
    found = firm.amounts(firm.first)
    turnovers = [Fraction(found["sales"], found[name]) for name in ("total_assets", "receivables")]
    return pose(
        Number(),
        Fraction(required(high, "bound on asset turnover")),
        [*turnovers, Fraction(0)],
        places=places,
        firm=firm.name,
    )
