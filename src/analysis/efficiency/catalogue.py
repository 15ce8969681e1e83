"""The indicators K1 to K25 of the article: names, printed and corrected formulas, direction.

A printed formula is quoted from the article's text where it gives one; where it only names the
indicator, the formula is ours and `stated` says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

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
