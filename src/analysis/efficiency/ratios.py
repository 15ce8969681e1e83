"""Every indicator of every quarter, exact, with a reason wherever it is undefined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

import pandas as pd

from analysis.base.numbers import decimal, percent
from analysis.base.periods import quarter_days, quarter_label
from analysis.efficiency.quarterly_statements import Amounts, Book

Denominator = Literal["closing", "opening", "average"]

QUARTERS_PER_YEAR: Final = 4


@dataclass(frozen=True)
class CapitalCost:
    """Parameters of economic value added; none of them stands in the statements.

    Attributes
    ----------
    annual_rate : Fraction
        Cost of capital per year; a quarter bears a quarter of it.
    tax_rate : Fraction
        Tax on operating profit; a loss bears none.
    source : str
        Where the two rates come from.
    """

    annual_rate: Fraction
    tax_rate: Fraction
    source: str

    def __post_init__(self) -> None:
        for name in ("annual_rate", "tax_rate"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} is a share: at least 0 and below 1")


@dataclass(frozen=True)
class Result:
    """A value, or the reason why there is none."""

    value: Fraction | None
    reason: str = ""
    numerator: Fraction | None = None
    denominator: Fraction | None = None


def measures(amounts: Amounts) -> dict[str, int]:
    """Return columns, levels of profit (K1 to K6) and total cash flow (CF) of one quarter."""
    return {**amounts, **profits(amounts), "CF": amounts["cfo"] + amounts["cfi"] + amounts["cff"]}


def days(turnover: Fraction | None, quarter: int) -> Fraction | None:
    """Return the days that a quarterly turnover means, by the quarter's own length."""
    return None if not turnover else quarter_days(quarter) / turnover


def compute(
    record: Indicator,
    statements: Book,
    quarter: int,
    denominator: Denominator = "closing",
    annualised: bool = False,
    cost: CapitalCost | None = None,
) -> Result:
    """Compute one indicator of one quarter.

    Parameters
    ----------
    record : Indicator
        From the catalogue.
    statements : Book
        The company's amounts.
    quarter : int
        Quarter index; must be in the book.
    denominator : {"closing", "opening", "average"}
        Which value of a balance-sheet item divides.
    annualised : bool
        Multiply what is earned on a balance-sheet item by four; other indicators stay.
    cost : CapitalCost, optional
        Needed for K10.

    Returns
    -------
    Result
        Never infinite: undefined where the denominator is zero or negative, or not known.
    """
    here = measures(statements[quarter])
    if record.indicator_id == "K10":
        return _value_added(statements, quarter, denominator, cost)
    if record.denominator is None:
        return Result(Fraction(here[record.numerator]))
    if record.stock:
        below = stock(statements, quarter, (record.denominator,), denominator)
        if below is None:
            return Result(None, f"no statement of {quarter_label(quarter - 1)}")
    else:
        below = Fraction(here[record.denominator])
    above = Fraction(here[record.numerator])
    if below <= 0:
        state = "negative" if below else "zero"
        return Result(None, f"{ENGLISH_COLUMNS[record.denominator]} {state}", above, below)
    factor = QUARTERS_PER_YEAR if annualised and record.stock else 1
    return Result(above / below * factor, "", above, below)


def stock(
    statements: Book, quarter: int, columns: tuple[str, ...], denominator: Denominator
) -> Fraction | None:
    """Return the sum of balance-sheet items as a denominator; None without the quarter before."""

    def at(index: int) -> int:
        return sum(statements[index][column] for column in columns)

    if denominator == "closing":
        return Fraction(at(quarter))
    if quarter - 1 not in statements:
        return None
    opening = Fraction(at(quarter - 1))
    return opening if denominator == "opening" else (opening + at(quarter)) / 2


def _value_added(
    statements: Book, quarter: int, denominator: Denominator, cost: CapitalCost | None
) -> Result:
    if cost is None:
        return Result(None, "no cost of capital given")
    capital = stock(statements, quarter, ("equity", "interest_debt"), denominator)
    if capital is None:
        return Result(None, f"no statement of {quarter_label(quarter - 1)}")
    if capital <= 0:
        return Result(None, "capital is zero or negative", None, capital)
    operating = Fraction(profits(statements[quarter])["K3"])
    after_tax = operating - cost.tax_rate * max(operating, Fraction(0))
    return Result(
        after_tax - cost.annual_rate / QUARTERS_PER_YEAR * capital, "", after_tax, capital
    )


def indicator_table(
    statements: Book,
    denominator: Denominator = "closing",
    annualised: bool = False,
    cost: CapitalCost | None = None,
) -> pd.DataFrame:
    """Compute every indicator of every quarter.

    Parameters
    ----------
    statements, denominator, annualised, cost
        As in :func:`compute`.

    Returns
    -------
    DataFrame
        Columns indicator, period, quarter, value (Fraction, or None where undefined), reason,
        numerator, denominator (None for amounts), basis (closing, opening, average, or empty
        where no balance-sheet item divides), annualised (whether this value is).
    """
    rows = []
    for record in CATALOGUE:
        uses_stock = record.stock or record.indicator_id == "K10"
        for quarter in statements:
            result = compute(record, statements, quarter, denominator, annualised, cost)
            rows.append(
                {
                    "indicator": record.indicator_id,
                    "period": quarter_label(quarter),
                    "quarter": quarter,
                    "value": result.value,
                    "reason": result.reason,
                    "numerator": result.numerator,
                    "denominator": result.denominator,
                    "basis": denominator if uses_stock else "",
                    "annualised": annualised and record.stock,
                }
            )
    frame = pd.DataFrame(rows)
    return frame.astype({"value": "object", "numerator": "object", "denominator": "object"})


def series(table: pd.DataFrame, indicator_id: str) -> dict[int, Fraction | None]:
    """Return one indicator's values by quarter index."""
    chosen = table[table["indicator"] == indicator_id]
    return dict(zip(chosen["quarter"].tolist(), chosen["value"].tolist(), strict=True))


def collection_days(
    table: pd.DataFrame, indicator_id: str = "K21"
) -> Mapping[int, Fraction | None]:
    """Return the days behind a turnover by quarter (of a table that is not annualised).

    Raises
    ------
    ValueError
        If the turnover was annualised, since a year's turnover needs a year's days.
    """
    chosen = table[table["indicator"] == indicator_id]
    if bool(chosen["annualised"].any()):
        raise ValueError("days are made from quarterly turnovers, not from annualised ones")
    return {quarter: days(value, quarter) for quarter, value in series(table, indicator_id).items()}


Group = Literal["profit", "cash flow", "value", "profitability", "activity", "cash efficiency"]
Better = Literal["up", "down", "none"]


@dataclass(frozen=True)
class Indicator:
    """One indicator.

    Attributes
    ----------
    indicator_id : str
        K1 to K25, plus CF (total cash flow) and K22b (the corrected inventory turnover).
    english, polish : str
        Names.
    group : str
        Family in the article.
    printed : str
        The article's formula in its own words, or an ellipsis where it only names the indicator.
    formula : str
        Ours, over levels and columns.
    remark : str
        What was corrected or must be said, and why; empty if nothing.
    unit : {"money", "share", "times", "ratio"}
        How it is shown.
    better : {"up", "down", "none"}
        The direction that is good.
    numerator, denominator : str or None
        Measures (levels, columns, CF); the denominator is None for amounts.
    stock : bool
        Whether the denominator is a balance-sheet item, with a closing, opening or average value.
    """

    indicator_id: str
    english: str
    polish: str
    group: Group
    printed: str
    formula: str
    remark: str
    unit: Literal["money", "share", "times", "ratio"]
    better: Better
    numerator: str
    denominator: str | None = None
    stock: bool = False

    @property
    def stated(self) -> bool:
        """Whether the article's text gives the formula, not only the name."""
        return self.printed != NAMED


NAMED: Final = "…"
"""The article names the indicator without a formula; its tables were pictures."""

_DIFFERENCE = "różnice między wynikiem (przychody) i nakładem (koszty)"
_BY_SALES = "kolejne poziomy zysku są dzielone przez przychody ze sprzedaży"
_FLOW = "różnice między wpływami i wydatkami"
_RETURN = "zysk netto jest dzielony przez aktywa i kapitał własny"
_TURNOVER = "wynikiem jest „sprzedaż”, nakład to zasób majątku"
_CFO = "CFoperacyjne jest dzielone przez sprzedaż czy aktywa"
_VALUE = "przychody - koszty operacyjne - podatek - koszt użycia kapitału"
_CASH_OF_PROFIT = "CFoperacyjne / Zysk operacyjny"

ENGLISH_FORMULAS: Final = {
    _DIFFERENCE: "differences between result (revenue) and outlay (costs)",
    _BY_SALES: "successive levels of profit are divided by sales revenue",
    _FLOW: "differences between receipts and payments",
    _RETURN: "net profit is divided by assets and equity",
    _TURNOVER: "the result is “sales”, the outlay is a stock of assets",
    _CFO: "operating cash flow is divided by sales or assets",
    _VALUE: "revenue − operating costs − tax − cost of using capital",
    _CASH_OF_PROFIT: "operating cash flow / operating profit",
}
"""The printed formulas in English, in our words."""


def _profit(number: int, english: str, polish: str, formula: str, remark: str = "") -> Indicator:
    name = f"K{number}"
    return Indicator(
        name, english, polish, "profit", _DIFFERENCE, formula, remark, "money", "up", name
    )


def _flow(name: str, english: str, polish: str, column: str, better: Better) -> Indicator:
    remark = "" if better == "up" else "a sign alone is neither good nor bad"
    return Indicator(
        name,
        english,
        polish,
        "cash flow",
        _FLOW,
        f"{column} (signed)",
        remark,
        "money",
        better,
        column,
    )


def _margin(number: int, english: str, polish: str, level: str, remark: str = "") -> Indicator:
    return Indicator(
        f"K{number}",
        english,
        polish,
        "profitability",
        _BY_SALES,
        f"{level} ÷ sales",
        remark,
        "share",
        "up",
        level,
        "sales",
    )


def _over_stock(
    number: str,
    names: tuple[str, str],
    group: Group,
    printed: str,
    parts: tuple[str, str],
    remark: str = "",
    unit: Literal["share", "times"] = "times",
) -> Indicator:
    return Indicator(
        number,
        *names,
        group,
        printed,
        f"{parts[0]} ÷ {parts[1]}",
        remark,
        unit,
        "up",
        *parts,
        stock=True,
    )


_PER_QUARTER = "per quarter unless annualised; say closing, opening or average"

CATALOGUE: Final = (
    _profit(1, "Gross profit on sales", "Zysk brutto na sprzedaży", "sales − cogs"),
    _profit(2, "Profit on sales", "Zysk na sprzedaży", "K1 − selling − admin"),
    _profit(3, "Operating profit", "Zysk operacyjny", "K2 + other_op_income − other_op_cost"),
    _profit(
        4,
        "Business-activity profit",
        "Zysk z działalności gospodarczej",
        "K3 + fin_income − fin_cost",
        "no such level in today's layout",
    ),
    _profit(
        5,
        "Pre-tax profit",
        "Zysk brutto",
        "K4 + extra_gain − extra_loss",
        "the extraordinary step has been abolished since",
    ),
    _profit(6, "Net profit", "Zysk netto", "K5 − income_tax − other_charges"),
    _flow("K7", "Operating cash flow", "Przepływy operacyjne", "cfo", "up"),
    _flow("K8", "Investing cash flow", "Przepływy inwestycyjne", "cfi", "none"),
    _flow("K9", "Financing cash flow", "Przepływy finansowe", "cff", "none"),
    _flow("CF", "Total cash flow", "Przepływy pieniężne razem", "CF", "none"),
    Indicator(
        "K10",
        "Economic value added",
        "Ekonomiczna wartość dodana",
        "value",
        _VALUE,
        "K3 − tax on K3 − quarterly rate × (equity + interest_debt)",
        "an accrual measure, filed by the article under cash flows; tax is that on operating "
        "profit, and the rate is for a quarter",
        "money",
        "up",
        "K3",
    ),
    _margin(11, "Gross margin", "Rentowność marży brutto", "K1"),
    _margin(
        12,
        "Basic operating margin",
        "Rentowność operacyjna podstawowa",
        "K2",
        "K11 − K12 is (selling + admin) ÷ sales: indirect costs, fixed or not",
    ),
    _margin(13, "Operating margin", "Rentowność operacyjna", "K3"),
    _margin(14, "Business-activity margin", "Rentowność z działalności gospodarczej", "K4"),
    _margin(15, "Pre-tax margin", "Rentowność brutto", "K5"),
    _margin(16, "Net margin", "Rentowność netto", "K6", "footnote 1: also ÷ costs, rarely used"),
    _over_stock(
        "K17",
        ("Return on assets", "Rentowność aktywów"),
        "profitability",
        _RETURN,
        ("K6", "total_assets"),
        _PER_QUARTER,
        "share",
    ),
    _over_stock(
        "K18",
        ("Return on equity", "Rentowność kapitału własnego"),
        "profitability",
        _RETURN,
        ("K6", "equity"),
        "K18 ÷ K17 is assets ÷ equity; the difference mixes return with debt",
        "share",
    ),
    _over_stock(
        "K19",
        ("Asset turnover", "Rotacja aktywów"),
        "activity",
        _TURNOVER,
        ("sales", "total_assets"),
        _PER_QUARTER,
    ),
    _over_stock(
        "K20",
        ("Fixed-asset turnover", "Rotacja aktywów trwałych"),
        "activity",
        _TURNOVER,
        ("sales", "fixed_assets"),
        "K19 ÷ K20 is the share of fixed assets; the difference moves with sales too",
    ),
    _over_stock(
        "K21",
        ("Receivables turnover", "Rotacja należności"),
        "activity",
        _TURNOVER,
        ("sales", "receivables"),
        "below 1 means longer than the quarter, 90 to 92 days; over a year, 365",
    ),
    _over_stock(
        "K22",
        ("Inventory turnover", "Rotacja zapasów"),
        "activity",
        _TURNOVER,
        ("sales", "inventories"),
        "as printed; stock stands at cost, so see K22b",
    ),
    _over_stock(
        "K22b",
        ("Inventory turnover at cost", "Rotacja zapasów w koszcie"),
        "activity",
        NAMED,
        ("cogs", "inventories"),
        "K22 corrected: cost over cost",
    ),
    Indicator(
        "K23",
        "Operating cash flow to sales",
        "CF operacyjne / sprzedaż",
        "cash efficiency",
        _CFO,
        "cfo ÷ sales",
        "",
        "share",
        "up",
        "cfo",
        "sales",
    ),
    _over_stock(
        "K24",
        ("Operating cash flow to assets", "CF operacyjne / aktywa"),
        "cash efficiency",
        _CFO,
        ("cfo", "total_assets"),
        _PER_QUARTER,
        "share",
    ),
    Indicator(
        "K25",
        "Operating cash flow to operating profit",
        "CF operacyjne / zysk operacyjny",
        "cash efficiency",
        _CASH_OF_PROFIT,
        "cfo ÷ K3",
        "only where operating profit is above zero",
        "ratio",
        "up",
        "cfo",
        "K3",
    ),
)
"""In the order of the article's tables 3 and 4."""

ENGLISH_COLUMNS: Final = {
    "sales": "sales",
    "total_assets": "total assets",
    "fixed_assets": "fixed assets",
    "receivables": "receivables",
    "inventories": "inventories",
    "equity": "equity",
    "K3": "operating profit",
}
"""Denominators in words, for reasons why a ratio is undefined."""


def indicator(indicator_id: str) -> Indicator:
    """Look an indicator up; KeyError with the known ones if there is none."""
    for record in CATALOGUE:
        if record.indicator_id == indicator_id:
            return record
    known = ", ".join(record.indicator_id for record in CATALOGUE)
    raise KeyError(f"there is no indicator {indicator_id}; known are {known}")


@dataclass(frozen=True)
class Step:
    """One line of the statement between two levels of profit.

    Attributes
    ----------
    column : str
        Column of the statements.
    sign : int
        1 where the line adds to profit, -1 where it takes from it.
    english, polish : str
        Names.
    """

    column: str
    sign: int
    english: str
    polish: str


@dataclass(frozen=True)
class Level:
    """A level of profit.

    Attributes
    ----------
    level_id : str
        K1 to K6.
    english, polish : str
        Names.
    steps : tuple of Step
        Lines that lead here from the level before (for K1: from nothing).
    today : str
        What stands in its place in the layout in force since 2016.
    ifrs : str
        Nearest subtotal under IFRS.
    """

    level_id: str
    english: str
    polish: str
    steps: tuple[Step, ...]
    today: str
    ifrs: str


LADDER: Final = (
    Level(
        "K1",
        "Gross profit on sales",
        "Zysk brutto na sprzedaży",
        (
            Step("sales", 1, "Sales", "Przychody ze sprzedaży"),
            Step("cogs", -1, "Cost of goods sold", "Koszt własny sprzedaży"),
        ),
        "Zysk (strata) brutto ze sprzedaży",
        "Gross profit",
    ),
    Level(
        "K2",
        "Profit on sales",
        "Zysk na sprzedaży",
        (
            Step("selling", -1, "Selling costs", "Koszty sprzedaży"),
            Step("admin", -1, "Administration", "Koszty ogólnego zarządu"),
        ),
        "Zysk (strata) ze sprzedaży",
        "no subtotal; gross profit less selling and administration",
    ),
    Level(
        "K3",
        "Operating profit",
        "Zysk operacyjny",
        (
            Step("other_op_income", 1, "Other operating income", "Pozostałe przychody operacyjne"),
            Step("other_op_cost", -1, "Other operating costs", "Pozostałe koszty operacyjne"),
        ),
        "Zysk (strata) z działalności operacyjnej",
        "Operating profit",
    ),
    Level(
        "K4",
        "Business-activity profit",
        "Zysk z działalności gospodarczej",
        (
            Step("fin_income", 1, "Financial income", "Przychody finansowe"),
            Step("fin_cost", -1, "Financial costs", "Koszty finansowe"),
        ),
        "no level of its own: financial lines lead straight to gross profit",
        "no subtotal; profit before tax without the extraordinary step",
    ),
    Level(
        "K5",
        "Pre-tax profit",
        "Zysk brutto",
        (
            Step("extra_gain", 1, "Extraordinary gains", "Zyski nadzwyczajne"),
            Step("extra_loss", -1, "Extraordinary losses", "Straty nadzwyczajne"),
        ),
        "Zysk (strata) brutto",
        "Profit before tax",
    ),
    Level(
        "K6",
        "Net profit",
        "Zysk netto",
        (
            Step("income_tax", -1, "Income tax", "Podatek dochodowy"),
            Step("other_charges", -1, "Other charges", "Pozostałe obciążenia"),
        ),
        "Zysk (strata) netto",
        "Profit for the period",
    ),
)

LEVELS: Final = tuple(level.level_id for level in LADDER)


def profits(amounts: Amounts) -> dict[str, int]:
    """Return the six levels of profit of one quarter, K1 to K6, in the statement's unit."""
    found, reached = {}, 0
    for level in LADDER:
        reached += sum(step.sign * amounts[step.column] for step in level.steps)
        found[level.level_id] = reached
    return found


def ladder(statements: Book) -> pd.DataFrame:
    """Return every line and level of every quarter, in the order of the ladder.

    Returns
    -------
    DataFrame
        Columns quarter, period, kind (``step`` or ``level``), key (column or K1 to K6), english,
        polish, value (signed: what the line adds), before and after (the running profit).
    """
    rows = []
    for quarter, amounts in statements.items():
        reached = 0
        head = {"quarter": quarter, "period": quarter_label(quarter)}
        for level in LADDER:
            for step in level.steps:
                value = step.sign * amounts[step.column]
                rows.append(
                    head | _line("step", step.column, step, value, reached, reached + value)
                )
                reached += value
            rows.append(head | _line("level", level.level_id, level, reached, 0, reached))
    return pd.DataFrame(rows)


def _line(
    kind: str, key: str, named: Step | Level, value: int, before: int, after: int
) -> dict[str, object]:
    return {
        "kind": kind,
        "key": key,
        "english": named.english,
        "polish": named.polish,
        "value": value,
        "before": before,
        "after": after,
    }


OPERATING_COSTS: Final = ("cogs", "selling", "admin", "other_op_cost")

MONTHLY_CUT: Final = Fraction(1, 100)
"""The paper's target: operating costs down by 1 % a month."""

QUARTERLY_CUT: Final = 1 - (1 - MONTHLY_CUT) ** 3
"""The same over a quarter, compounded."""


def operating_costs(amounts: Amounts) -> int:
    """Return what running the firm costs in one quarter, before other income."""
    return sum(amounts[name] for name in OPERATING_COSTS)


def key_results(statements: Book, denominator: Denominator = "average") -> pd.DataFrame:
    """Compute the paper's financial key results for every quarter.

    Parameters
    ----------
    statements : Book
        The company.
    denominator : {"closing", "opening", "average"}
        Which equity and debt divide; with ``average`` the first quarter stays open.

    Returns
    -------
    DataFrame
        Columns quarter, period; net_margin, roe, roi (net profit ÷ sales, equity, and equity
        with interest debt; per quarter, not annualised), costs, cost_cut (fall against the
        quarter before), cost_share (costs ÷ sales), cost_share_cut; margin_growth (relative, on
        the same quarter of last year) and margin_points. Fractions; None where undefined.
    """
    rows = []
    for quarter, amounts in statements.items():
        now = _measure(statements, quarter, denominator)
        before = _measure(statements, quarter - 1, denominator)
        last_year = _measure(statements, quarter - 4, denominator)
        rows.append(
            {
                "quarter": quarter,
                "period": quarter_label(quarter),
                **now,
                "cost_cut": _fall(before.get("costs"), now["costs"]),
                "cost_share_cut": _fall(before.get("cost_share"), now["cost_share"]),
                "margin_growth": _growth(last_year.get("net_margin"), now["net_margin"]),
                "margin_points": _change(last_year.get("net_margin"), now["net_margin"]),
                "sales": amounts["sales"],
            }
        )
    return pd.DataFrame(rows, dtype="object")


def _measure(
    statements: Book, quarter: int, denominator: Denominator
) -> dict[str, Fraction | None]:
    if quarter not in statements:
        return {}
    amounts = statements[quarter]
    net, costs = Fraction(profits(amounts)["K6"]), Fraction(operating_costs(amounts))
    sales = Fraction(amounts["sales"])
    return {
        "net_margin": _over(net, sales),
        "roe": _over(net, stock(statements, quarter, ("equity",), denominator)),
        "roi": _over(net, stock(statements, quarter, ("equity", "interest_debt"), denominator)),
        "costs": costs,
        "cost_share": _over(costs, sales),
    }


def _over(above: Fraction, below: Fraction | None) -> Fraction | None:
    return None if below is None or below <= 0 else above / below


def _fall(before: Fraction | None, now: Fraction | None) -> Fraction | None:
    return None if before is None or now is None or before <= 0 else (before - now) / before


def _growth(before: Fraction | None, now: Fraction | None) -> Fraction | None:
    fall = _fall(before, now)
    return None if fall is None else -fall


def _change(before: Fraction | None, now: Fraction | None) -> Fraction | None:
    return None if before is None or now is None else now - before


def ratio_text(record: Indicator, value: Fraction) -> str:
    """Write a ratio in its unit."""
    return percent(1)(value) if record.unit == "share" else decimal(2)(value)
