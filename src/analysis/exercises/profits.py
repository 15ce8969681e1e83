"""Exercises on the profit ladder, ratios, economic value added and chains of inequalities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from analysis.base.errors import InputError
from analysis.base.frames import records
from analysis.base.numbers import decimal, percent
from analysis.base.periods import quarter_days, quarter_label
from analysis.efficiency import ratios as catalogue
from analysis.efficiency.article import COMPANIES, company_names
from analysis.efficiency.quarterly_statements import Book, book, ledger_statements, read_statements
from analysis.efficiency.ratios import LADDER, CapitalCost, compute, days, profits
from analysis.efficiency.sentences import read_made, read_pins
from analysis.exercises.forms import Choice, Number
from analysis.exercises.study import Study, known
from analysis.exercises.task import Exercise, Facts, Mistake, Task

COST = CapitalCost(Fraction(12, 100), Fraction(19, 100), "the exercise; both are our assumptions")
_LINES = {step.column: step.english for level in LADDER for step in level.steps}
_BALANCE = {"equity": "Equity", "interest_debt": "Interest-bearing debt"}
_AMOUNT = decimal()
_SENTENCES = ("business-below-operating", "net-above-business", "pretax-below-operating")
_ORDERS = ("K3 < K4 < K5", "K4 < K5 < K3", "K5 < K4 < K3", "K4 < K3 < K5")
_BOUND, _TURNS = "assets-q1", "receivables-below-one"


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

    def facts(self, quarter: int, kind: str, lines: Mapping[str, str]) -> Facts:
        """Show lines of the statement of a quarter."""
        amounts = self.statements[quarter] | profits(self.statements[quarter])
        return Facts(
            ("Line", f"Amount ({self.unit})"),
            tuple((words, _AMOUNT(amounts[column])) for column, words in lines.items()),
            f"{self.name}, {quarter_label(quarter)}.",
            kind,
        )


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


def loss(study: Study) -> Task:
    """Pose the second step of the profit ladder."""
    firm = _firm(study)
    amounts, levels = firm.statements[firm.first], profits(firm.statements[firm.first])
    columns = ("sales", "cogs", "selling", "admin", "other_op_income", "other_op_cost")
    shown = [_AMOUNT(amounts[name]) for name in columns[:4]]
    return Task(
        firm.facts(firm.first, study.kind, {name: _LINES[name] for name in columns}),
        Number(firm.unit),
        Fraction(levels["K2"]),
        f"Sales less the cost of what was sold are {_AMOUNT(levels['K1'])}; selling and "
        f"administration turn that into {_AMOUNT(levels['K2'])}. Other operations come one step "
        f"later, and lead to an operating profit of {_AMOUNT(levels['K3'])}: each level hides what "
        "the level before it shows.",
        (
            "The ladder goes down from sales: first the cost of what was sold, then the indirect "
            "costs.",
            "Indirect costs are those of selling and of administration. The other operating lines "
            "belong to the next step.",
            f"{shown[0]} − {shown[1]} − {shown[2]} − {shown[3]}.",
        ),
        (
            Mistake(
                Fraction(levels["K1"]),
                "That is the gross profit on sales, one step higher: indirect costs have not "
                "been taken off.",
            ),
            Mistake(
                Fraction(levels["K3"]),
                "That is the operating profit, one step lower: it includes other operations.",
            ),
            Mistake(
                Fraction(levels["K1"] - amounts["selling"]),
                "Administration is an indirect cost too.",
            ),
            Mistake(Fraction(levels["K1"] - amounts["admin"]), "Selling costs are indirect too."),
            Mistake(
                Fraction(levels["K2"] + amounts["other_op_income"]),
                "Other operating income belongs to the next step of the ladder.",
            ),
        ),
    )


def margin(study: Study) -> Task:
    """Pose the net profit margin, which the paper prints upside down."""
    firm = _firm(study)
    amounts, levels = firm.statements[firm.first], profits(firm.statements[firm.first])
    result = compute(catalogue.indicator("K16"), firm.statements, firm.first)
    answer = known(result.value, "net margin") * 100
    sales, net = amounts["sales"], known(levels["K6"] or None, "net profit")
    costs = sales - net
    return Task(
        firm.facts(
            firm.first,
            study.kind,
            {"sales": "Sales", "K3": "Operating profit", "K6": "Net profit"},
        ),
        Number("per cent", 1),
        answer,
        f"{_AMOUNT(net)} of every {_AMOUNT(sales)} sold are left in the end. The formula that the "
        "paper prints, revenue ÷ net profit × 100, would give "
        f"{_AMOUNT(Fraction(100 * sales, net))}: it falls when profit rises, so success would look "
        "like failure.",
        (
            "What should a margin do when profit rises and sales stay the same?",
            "A margin is a part of sales: profit above, sales below.",
            f"{_AMOUNT(net)} ÷ {_AMOUNT(sales)} × 100.",
        ),
        (
            Mistake(
                Fraction(100 * sales, net),
                "That is the formula as the paper prints it, and it is upside down: it would "
                "fall as profit rises.",
            ),
            Mistake(
                Fraction(100 * levels["K3"], sales),
                "That is the operating margin. The question is on net profit.",
            ),
            Mistake(
                Fraction(100 * net, costs) if costs else Fraction(0),
                "You divided by costs. A margin is a part of sales.",
            ),
        ),
    )


def collection(study: Study) -> Task:
    """Pose the days that customers take to pay."""
    firm = _firm(study)
    quarter = firm.last
    amounts = firm.statements[quarter]
    turnover = compute(catalogue.indicator("K21"), firm.statements, quarter).value
    turns = known(turnover or None, "receivables turnover")
    length = quarter_days(quarter)
    return Task(
        firm.facts(
            quarter, study.kind, {"sales": "Sales of the quarter", "receivables": "Receivables"}
        ),
        Number("days", 1),
        known(days(turns, quarter), "days"),
        f"Receivables turn over {decimal(2)(turns)} times in the {length} days of the quarter. "
        "Below one turn means longer than the period, whatever its length: quarterly sales go with "
        "quarterly days.",
        (
            "How many times do the sales of the quarter hold the receivables?",
            f"That quarter has {length} days. If receivables turned over twice in it, customers "
            "would take half of that.",
            f"{length} ÷ ({_AMOUNT(amounts['sales'])} ÷ {_AMOUNT(amounts['receivables'])}).",
        ),
        (
            Mistake(
                365 / turns,
                "You set a quarter's sales against the days of a year. A quarter needs a "
                "quarter's days.",
            ),
            Mistake(
                length * turns,
                "The turnover is upside down: the more the customers owe, the longer they take.",
            ),
            Mistake(
                90 / turns,
                "Very near. But that quarter is a little longer than 90 days: count them.",
            ),
            Mistake(turns, "That is the turnover. How many days does one turn take?"),
        ),
    )


def value_added(study: Study) -> Task:
    """Pose economic value added."""
    firm = _firm(study)
    amounts, levels = firm.statements[firm.first], profits(firm.statements[firm.first])
    result = compute(catalogue.indicator("K10"), firm.statements, firm.first, cost=COST)
    answer = known(result.value, "economic value added")
    profit, debt, equity = levels["K3"], amounts["interest_debt"], amounts["equity"]
    taxed = profit - COST.tax_rate * max(profit, 0)
    quarterly, capital = COST.annual_rate / 4, equity + debt
    facts = firm.facts(
        firm.first, study.kind, {"K3": "Operating profit", **_BALANCE, "K6": "Net profit"}
    )
    rates = (
        ("Cost of capital, a year (assumed)", percent(0)(COST.annual_rate)),
        ("Tax on operating profit (assumed)", percent(0)(COST.tax_rate)),
    )
    facts = Facts(facts.headers, (*facts.rows, *rates), facts.caption, facts.kind)
    return Task(
        facts,
        Number(firm.unit, 1),
        answer,
        f"After tax {_AMOUNT(taxed)} are left, and the capital of {_AMOUNT(capital)} costs "
        f"{decimal(1)(quarterly * capital)} in a quarter. What is left over is added value: profit "
        "alone does not tell whether the capital has earned its cost.",
        (
            "Three things are taken from revenue: operating costs, tax, and what the capital "
            "costs. The operating profit has only the first of them behind it.",
            "Capital is equity and debt together. A quarter bears a quarter of the annual rate.",
            f"{_AMOUNT(profit)} × (1 − {percent(0)(COST.tax_rate)}) − {percent(0)(quarterly)} × "
            f"({_AMOUNT(equity)} + {_AMOUNT(debt)}).",
        ),
        (
            Mistake(
                taxed,
                "You forgot what the capital costs. That charge is the whole point of the measure.",
            ),
            Mistake(
                taxed - COST.annual_rate * capital,
                "You charged a quarter with the capital cost of a whole year.",
            ),
            Mistake(profit - quarterly * capital, "The tax on operating profit is missing."),
            Mistake(taxed - quarterly * equity, "Debt is capital too."),
            Mistake(taxed - quarterly * debt, "Equity is capital too: owners want a return."),
            Mistake(
                levels["K6"] - quarterly * capital,
                "You began with net profit. Its interest would be charged twice: begin with "
                "operating profit.",
            ),
        ),
    )


def order(study: Study) -> Task:
    """Pose the order that sentences impose on three levels of profit."""
    firm = _firm(study)
    levels = profits(firm.statements[firm.first])
    places = _places(study)
    chain = " < ".join(sorted(("K3", "K4", "K5"), key=lambda name: levels[name]))
    says = {
        _SENTENCES[0]: "Business-activity profit (K4) lies below operating profit (K3).",
        _SENTENCES[1]: "Except in the second quarter, pre-tax profit (K5), equal to net profit, "
        "lies above business-activity profit.",
        _SENTENCES[2]: "Pre-tax profit lies below operating profit.",
    }
    return Task(
        Facts(
            ("The article says", "Where"),
            tuple((says[key], places[key]) for key in _SENTENCES),
            "Three of the article's sentences, in English; it prints no amount.",
            "words",
        ),
        Choice(_ORDERS),
        chain,
        "Three comparisons fix the whole order, with no amount printed: financial operations cost "
        "money, and extraordinary gains make good a part of it, but not all.",
        (
            "Write each sentence with the sign <, for a quarter other than the second.",
            "You have K4 < K3, K4 < K5 and K5 < K3. Which one is smaller than both others?",
            "K4 is the smallest, K3 the largest, and K5 lies between them.",
        ),
        (
            Mistake(
                "K3 < K4 < K5",
                "That is the order of the names, not of the profits. What does the first "
                "sentence say?",
            ),
            Mistake(
                "K5 < K4 < K3",
                "Down the ladder profits often shrink like that. But the second sentence says "
                "otherwise.",
            ),
            Mistake("K4 < K3 < K5", "Two of the sentences hold there. Check the third."),
        ),
    )


def bound(study: Study) -> Task:
    """Pose a bound on asset turnover that follows from a chain of inequalities."""
    firm = _firm(study)
    places = _places(study)
    pins = records(read_pins(study.case))
    high = next((pin.high for pin in pins if pin.pin_id == _BOUND), None)
    most = known(high, "bound on asset turnover")
    amounts = firm.statements[firm.first]
    own = Fraction(amounts["sales"], amounts["total_assets"])
    turns = Fraction(amounts["sales"], amounts["receivables"])
    return Task(
        Facts(
            ("What is known", "Where"),
            (
                ("Sales of a quarter ÷ receivables is below 1.", places[_TURNS]),
                ("Receivables are a part of total assets.", "any balance sheet"),
            ),
            "What the article's words and accounting say; it prints no amount.",
            "words",
        ),
        Number(),
        Fraction(most),
        "Sales < receivables ≤ total assets, so sales ÷ total assets < 1. It can come as near to 1 "
        "as one likes, but never reach it. A few words have bounded a ratio whose table is "
        "lost.",
        (
            "Which is larger: sales or receivables? Receivables or total assets?",
            "Put the two facts into one chain: sales < … ≤ …",
            "In the chain sales < receivables ≤ total assets, leave out the middle, and divide by "
            "total assets.",
        ),
        (
            Mistake(
                own,
                f"That is the turnover of one made-up company, {firm.name}. A bound holds for "
                "every company that fits the words.",
            ),
            Mistake(
                turns,
                f"That is the receivables turnover of {firm.name}. A bound holds for every "
                "company that fits the words.",
            ),
            Mistake(Fraction(0), "That is the other end: below it no turnover can lie."),
        ),
    )


EXERCISES = (
    Exercise("loss", loss),
    Exercise("margin", margin),
    Exercise("collection", collection),
    Exercise("value-added", value_added),
    Exercise("order", order),
    Exercise("bound", bound),
)
