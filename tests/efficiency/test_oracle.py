"""FinanceToolkit as an outside judge of the ratios that it shares with the article."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.efficiency.quarterly_statements import Book
from analysis.efficiency.ratios import CapitalCost, indicator_table, profits, series
from analysis.efficiency.sentences import company_books
from analysis.tables.case import load_case

ROOT = Path(__file__).resolve().parents[2]


def _model(name: str) -> Any:
    return import_module(f"financetoolkit.{name}")


@pytest.fixture(params=["hand", "SYN-A", "SYN-B"])
def statements(request: pytest.FixtureRequest, hand: Book) -> Book:
    if request.param == "hand":
        return hand
    return company_books(load_case("kowalczyk", ROOT))[request.param]


def test_shared_ratios(statements: Book) -> None:
    frame = pd.DataFrame(statements).T.astype(float)
    levels = pd.DataFrame({q: profits(amounts) for q, amounts in statements.items()}).T
    earning, activity = _model("ratios.profitability_model"), _model("ratios.efficiency_model")
    liquid, solvent = _model("ratios.liquidity_model"), _model("ratios.solvency_model")
    sales, assets = frame["sales"], frame["total_assets"]
    theirs = {
        "K11": earning.get_gross_margin(sales, frame["cogs"]),
        "K13": earning.get_operating_margin(levels["K3"], sales),
        "K15": earning.get_income_before_tax_profit_margin(levels["K5"], sales),
        "K16": earning.get_net_profit_margin(levels["K6"], sales),
        "K17": earning.get_return_on_assets(levels["K6"], assets),
        "K18": earning.get_return_on_equity(levels["K6"], frame["equity"]),
        "K19": activity.get_asset_turnover_ratio(sales, assets),
        "K20": activity.get_fixed_asset_turnover(sales, frame["fixed_assets"]),
        "K21": activity.get_receivables_turnover(frame["receivables"], sales),
        "K22b": activity.get_inventory_turnover_ratio(frame["cogs"], frame["inventories"]),
        "K23": liquid.get_operating_cash_flow_sales_ratio(frame["cfo"], sales),
    }
    table = indicator_table(statements)
    for name, values in theirs.items():
        ours = series(table, name)
        for quarter, value in values.items():
            assert float(ours[quarter]) == pytest.approx(value, rel=1e-12), name
    multiplier = solvent.get_equity_multiplier(assets, frame["equity"])
    for quarter, value in multiplier.items():
        roe, roa = series(table, "K18")[quarter], series(table, "K17")[quarter]
        assert float(roe / roa) == pytest.approx(value)


def test_value_added(statements: Book) -> None:
    from fractions import Fraction

    cost = CapitalCost(Fraction(12, 100), Fraction(19, 100), "written in the test")
    table = indicator_table(statements, cost=cost)
    model = _model("models.eva_model")
    for quarter, amounts in statements.items():
        theirs = model.get_economic_value_added(
            profits(amounts)["K3"] * 0.81, 0.03, amounts["equity"] + amounts["interest_debt"]
        )
        assert float(series(table, "K10")[quarter]) == pytest.approx(theirs)
